"""What stands at the head of an operation's box: its formula, by the names of its operands, or its sign.

``y − t`` says which number is taken from which. Where an operand has no name its own formula stands in its place,
``(y − t)²``, unless the line gets long: then a dot does or, where there are several and their order matters, a number
that stands beside the arrow too, ``①/②``. Where the order does not matter the sign is enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import isclose
from typing import NamedTuple

from autograd.derivation.chain import made_of
from autograd.derivation.formulas import (
    Call,
    Chain,
    Choice,
    Expression,
    Number,
    Power,
    Product,
    Sum,
    Symbol,
    number,
    size,
)
from autograd.drawing.lettering import GAP, GAPS, Run, formula_runs, width_of
from autograd.drawing.scene import FONT_SIZES, Line
from autograd.engine import primitives
from autograd.engine.errors import DomainError
from autograd.engine.primitives import Primitive
from autograd.engine.value import Value

WIDEST = 150.0  # of a formula, in points
_MOST_WRITTEN = 30  # operands: of more no formula is narrow enough


class Head(NamedTuple):
    """The first line of a box, and what stands beside the arrows of operands that are told apart by numbers."""

    line: Line
    marks: dict[int, str]


class Heads:
    """Writes the heads of operations, operands before results.

    Arguments:
        names: the names of the nodes that have one.
        digits: how many significant digits are shown.
        formulas: whether formulas are written, or signs wherever these are enough.
    """

    def __init__(self, names: Mapping[Value, str], digits: int, formulas: bool) -> None:
        self.names = names
        self.digits = digits
        self.formulas = formulas
        self.written: dict[Value, Expression] = {}  # of nodes without a name what stands for them in a formula

    def of(self, node: Value) -> Head | None:
        """The head of an operation; None for a leaf."""
        op = node.op
        if op is None:
            return None
        for operands in self.choices(node):
            gaps = [i for i, operand in enumerate(operands) if operand is None]
            if gaps and _sign_is_enough(op, len(operands)):
                break
            marks = dict(zip(gaps, GAPS, strict=False)) if len(gaps) > 1 else {}
            filled = [
                Symbol(marks.get(i, GAP), _data(x)) if operand is None else operand
                for i, (x, operand) in enumerate(zip(node.operands, operands, strict=True))
            ]
            tree = _made(node, filled)
            line = Line("formula", formula_runs(tree, self.digits))
            if width_of(line.runs, FONT_SIZES["formula"]) <= WIDEST:
                if not gaps:
                    self.written[node] = tree
                return Head(line, marks)
        return Head(Line("symbol", sign_runs(node)), {})

    def choices(self, node: Value) -> Iterator[list[Expression | None]]:
        """What may stand for the operands, from the longest to the shortest; None for a gap."""
        if self.formulas and len(node.operands) <= _MOST_WRITTEN:
            by_name = [self.by_name(x) for x in node.operands]
            in_full = [
                self.written.get(x) if operand is None and isinstance(x, Value) else operand
                for x, operand in zip(node.operands, by_name, strict=True)
            ]
            if all(in_full):
                yield in_full
            yield by_name
        yield [None if isinstance(x, Value) else number(x) for x in node.operands]

    def by_name(self, x: Value | float) -> Expression | None:
        """The name or number of an operand; None for a result without a name."""
        if not isinstance(x, Value):
            return number(x)
        if x in self.names:
            return Symbol(self.names[x], x.data)
        return None if x.depth else number(x.data)


def sign_runs(node: Value) -> tuple[Run, ...]:
    """The sign of an operation; nothing for a leaf."""
    if node.op is None:
        return ()
    if node.op is primitives.softmax:
        return Run("softmax"), Run(f"{float(node.operands[0]) + 1.0:.0f}", "subscript")
    if node.op is primitives.dot and len(node.operands) % 2 == 0:
        return (Run("w·x"),)
    return (Run(node.op.symbol),)


def _sign_is_enough(op: Primitive, n: int) -> bool:
    """Whether the order of the operands does not matter."""
    if op.variadic or n == 1:
        return True
    operands = [0.3, 0.7, 0.6, *[0.5] * n][:n]
    try:
        results = [
            op.on_floats(*operands),
            op.on_floats(*operands[1:], operands[0]),
            op.on_floats(operands[1], operands[0], *operands[2:]),
        ]
    except DomainError:
        return False
    return all(isclose(result, results[0]) for result in results)


def _made(node: Value, operands: Sequence[Expression]) -> Expression:
    """The formula of one operation, as it is computed: of its operands nothing is collected but x x to x²."""
    op = node.op
    assert op is not None
    tree: Expression = Number(0.0)
    stands: dict[str, Expression] = {}
    for place_by_place in (False, True):  # the second where x − x came to 0
        places = [f"#{i if place_by_place or not isinstance(x, Value) else id(x)}" for i, x in enumerate(node.operands)]
        whole = [Product(Fraction(1), (a,)) if _divides([a]) else a for a in operands]  # (1/x) y for x⁻¹ y
        stands = dict(zip(places, whole, strict=True))
        tree = made_of(node, [Symbol(place, _data(x)) for place, x in zip(places, node.operands, strict=True)])
        if size(tree) >= len(operands) and not isinstance(tree, Call):
            break
    if op is not primitives.softmax and _is_function(op, tree):
        function = op.name if op is primitives.xlogy else op.symbol  # 0 log(0) has no value
        return Call(function, tuple(operands))
    return _put_in(tree, stands)


def _is_function(op: Primitive, tree: Expression) -> bool:
    """Whether an operation is written as a function of its operands, and not by signs between them."""
    if isinstance(tree, Symbol):
        return False
    return isinstance(tree, (Call, Choice)) or (op.symbol == op.name and not op.variadic) or op.activation


def _put_in(a: Expression, stands: Mapping[str, Expression]) -> Expression:
    """A formula with expressions in the places of its symbols. Each stays one operand of the operation around it:
    a + (b − c), (−1)(a + b), but a + b − c where that is (a + b) − c.
    """
    match a:
        case Symbol(name):
            return stands[name]
        case Sum(terms):
            first, *others = [_put_in(term, stands) for term in terms]
            # what is added stays an addition: a + (−b)
            others = [
                Product(Fraction(1), (other,)) if isinstance(term, Symbol) and _is_negative(other) else other
                for term, other in zip(terms[1:], others, strict=True)
            ]
            return Sum((*(first.terms if isinstance(first, Sum) else (first,)), *others))
        case Product(coefficient, factors):
            return _product(coefficient, [_put_in(factor, stands) for factor in factors])
        case Power(base, exponent):
            return Power(_put_in(base, stands), _put_in(exponent, stands))
        case Call(function, arguments, index):
            return Call(function, tuple([_put_in(argument, stands) for argument in arguments]), index)
    return a


def _product(coefficient: Fraction, factors: Sequence[Expression]) -> Expression:
    """A product, with a number in front: 2x; but 1 · x, and a/2."""
    if coefficient == 1:
        first, *others = factors
        if isinstance(first, Product) and first.coefficient > 0 and not _divides(first.factors):
            return Product(first.coefficient, (*first.factors, *others))
        numbers = [factor.value for factor in factors if isinstance(factor, Number)]
        if numbers and not _divides(factors):
            named = [factor for factor in factors if not isinstance(factor, Number)]
            x = numbers[0]
            if len(numbers) == 1 and named and isinstance(x, Fraction) and abs(x) != 1:
                return Product(x, tuple(named))
            return Chain(tuple(factors))
    return Product(coefficient, tuple(factors))


def _is_negative(a: Expression) -> bool:
    return (isinstance(a, Product) and a.coefficient < 0) or (isinstance(a, Number) and a.value < 0)


def _divides(factors: Sequence[Expression]) -> bool:
    return any(isinstance(a, Power) and isinstance(a.exponent, Number) and a.exponent.value < 0 for a in factors)


def _data(x: Value | float) -> float:
    return x.data if isinstance(x, Value) else x
