"""The rules of differentiation that a graph needs, from the table of primitives."""

from __future__ import annotations

from collections.abc import Iterator

from autograd.derivation.formulas import Derivative, Expression, Symbol, call, formula, names_in, number
from autograd.derivation.writing import text
from autograd.engine import primitives
from autograd.engine.graph import topological_order
from autograd.engine.primitives import Primitive
from autograd.engine.value import Value
from autograd.worksheets.pages import Rule

_F = "f"  # the result, of u, v ... and constants c, d ...


def rules_of(root: Value) -> tuple[Rule, ...]:
    """The rules that were used, from the result back, each once: f = uv, ∂f/∂u = v, ∂f/∂v = u."""
    found: dict[str, Rule] = {}
    for node in reversed(topological_order(root)):
        for rule in _rules(node):
            found.setdefault(text(rule[0][1]), rule)
    return tuple(found.values())


def _rules(node: Value) -> Iterator[Rule]:
    """The rules of one operation: a weighted sum has those of a product and of a sum."""
    op, operands = node.op, node.operands
    if op is None or op is primitives.identity:
        return
    if op in (primitives.dot, primitives.fsum):
        if op is primitives.dot:
            yield from _of_row(primitives.multiply, [True, True])
        yield from _of_row(primitives.add, [True, True])
    elif op is primitives.logsumexp:
        total = formula("log(exp(u) + exp(v))", {"u": Symbol("u"), "v": Symbol("v")})
        yield (Symbol(_F), total), (Derivative(_F, "u"), formula("exp(u - f)", _letters("uf")))
    elif op is primitives.softmax:
        slopes = [(Derivative(_F, x), formula(y, _letters("fg"))) for x, y in (("u", "f*(1 - f)"), ("v", "-f*g"))]
        other = (Symbol("g"), call("softmax", Symbol("u"), Symbol("v"), index=1))
        yield (Symbol(_F), call("softmax", Symbol("u"), Symbol("v"), index=0)), other, *slopes
    else:
        exponent = operands[1] if op is primitives.power else None
        fixed: dict[str, Expression] = {"b": number(exponent)} if isinstance(exponent, float) else {}
        yield from _of_row(op, [isinstance(x, Value) for x in operands], fixed)


def _of_row(op: Primitive, varies: list[bool], fixed: dict[str, Expression] | None = None) -> Iterator[Rule]:
    """The rule of a row, with a letter for each operand: u, v ... for a quantity, c, d ... for a constant."""
    if not op.textbook:
        return
    quantities, constants = iter("uvwpq"), iter("cdkmn")
    letters = {a: next(quantities if free else constants) for a, free in zip("abcde", varies, strict=False)}
    expressions: dict[str, Expression] = {a: Symbol(letter) for a, letter in letters.items()} | (fixed or {})
    slopes = []
    for source, letter, free in zip(op.textbook, letters.values(), varies, strict=True):
        if free:
            known = {name: x for name, x in {**expressions, "y": Symbol(_F)}.items() if name in names_in(source)}
            slopes.append((Derivative(_F, letter), formula(source, known)))
    made = formula(op.formula, {a: x for a, x in expressions.items() if a in names_in(op.formula)})
    yield (Symbol(_F), made), *slopes


def _letters(letters: str) -> dict[str, Expression]:
    return {letter: Symbol(letter) for letter in letters}
