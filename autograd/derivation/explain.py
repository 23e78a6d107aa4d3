"""`explain`: the derivation of a derivative, with formulas and numbers, as one writes it on paper."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import isclose, isfinite, prod
from types import FrameType
from typing import Literal, NamedTuple, TypeAlias

from autograd.calculus.transforms import reverse
from autograd.derivation.chain import Local, Steps
from autograd.derivation.formulas import (
    Chain,
    Derivative,
    Expression,
    Number,
    Sum,
    Symbol,
    agrees,
    evaluate,
    multiply,
    put_in,
    sum_of,
    symbols,
)
from autograd.derivation.naming import (
    CALLER,
    Caller,
    all_named,
    names_in_use,
    node_names,
    nodes_by_name,
    values_in_scope,
)
from autograd.derivation.styles import one_line
from autograd.derivation.words import in_its_language, speaking, spoken_language, words
from autograd.derivation.writing import Table, latex_of_tables, mathml_of_tables, text, text_of_tables, typst_of_tables
from autograd.engine.checks import check_count
from autograd.engine.graph import topological_order
from autograd.engine.primitives import identity, softmax, stop_gradient
from autograd.engine.scalar import fsum
from autograd.engine.value import Value

MOST_FACTORS = 12  # a longer path is not written as a product but node by node
MOST_FACTORS_ON_A_LINE = 3  # where one of several paths is longer, the sides of its equation stand below each other


class Factor(NamedTuple):
    """One step of a path: d(numerator)/d(denominator), as a formula and as a number."""

    numerator: str
    denominator: str
    formula: str
    value: float


class Path(NamedTuple):
    """One way from the result to the quantity; ``value`` is the product of its factors."""

    factors: tuple[Factor, ...]
    value: float


@dataclass(frozen=True, repr=False)
class Derivation:
    """What `explain` gives. Print it, or leave it at the end of a notebook cell.

    Attributes:
        value: the derivative; the value of the root where `explain` was asked for the whole trace, or for a list.
        paths: the paths from the root to the quantity, each a product of local derivatives; they add up to ``value``.
            Where there are more than ``max_paths``, those alone that have no factor of 0, if these are few enough; else
            empty.
        path_count: how many paths there are.
        tables: the equations, as trees of `autograd.derivation.formulas`.
        digits: to how many significant digits numbers are written.
        names: what it calls the nodes, also those that it named itself.
        language: in which its words and numbers are written.
    """

    value: float
    paths: tuple[Path, ...]
    path_count: int
    tables: tuple[Table, ...]
    digits: int
    names: Mapping[Value, str] = field(default_factory=dict, compare=False)
    language: str = field(default_factory=spoken_language)

    @in_its_language
    def __str__(self) -> str:
        return text_of_tables(self.tables, self.digits, self.names.values())

    __repr__ = __str__

    @property
    @in_its_language
    def latex(self) -> str:
        r"""The derivation in LaTeX with amsmath: ``align*`` environments that fit on A4 at 11 pt, in a text.

        They can be broken from page to page between them; MathJax, and so a notebook, shows them too.
        """
        return latex_of_tables(self.tables, self.digits, self.names.values())

    @property
    @in_its_language
    def typst(self) -> str:
        """The derivation in Typst: blocks of mathematics that fit on A4 at 11 pt, in a text.

        Example:
            >>> x = Value(2.0, label="x")
            >>> print(explain(x**3, x, names=None).typst)
            $ frac(∂ f, ∂ x) &= 3 x^(2) \\
               &= 3 (2)^(2) \\
               &= 12 $
        """
        return typst_of_tables(self.tables, self.digits, self.names.values())

    @property
    @in_its_language
    def mathml(self) -> str:
        """The derivation as a ``math`` element, for a page that shows mathematics without a script."""
        return mathml_of_tables(self.tables, self.digits, self.names.values())

    def _repr_latex_(self) -> str:
        return self.latex


def explain(
    root: Value,
    wrt: Value | str | Sequence[Value | str] | None = None,
    *,
    names: Mapping[str, object] | Caller | None = CALLER,
    digits: int = 4,
    max_paths: int = 8,
    language: str | None = None,
) -> Derivation:
    """The derivation of d(root)/d(wrt), with formulas and numbers.

    Nodes go by their labels or by the names of your variables; what has neither, such as the parts of a longer
    expression, is taken together with the step around it. Where that would get long, a node gets a name such as v1, the
    same in every reader, and is explained below.

    Arguments:
        root: the result, f where it has no name.
        wrt: the node to differentiate by, or its name; of a list of these the derivations follow each other. None, the
            default: the whole forward and backward pass, in two tables.
        names: where names come from, see `autograd.derivation.naming.node_names`: your variables by default, a mapping
            such as ``{"w": w}`` in their place, or None for labels alone.
        digits: how many significant digits numbers are written with; a number that was rounded keeps its zeros.
        max_paths: if there are more paths than this, the derivation goes node by node.
        language: of its words and numbers: "en", the default, "es", "de" or "fr".

    Returns:
        A `Derivation`: ``print`` shows it as text, a notebook as mathematics; ``.latex`` and ``.typst`` set it on
        paper, ``.mathml`` on a page; ``.value``, ``.paths``. Paths with a factor of 0 are counted and not written out.

    Raises:
        TypeError: if ``root`` is not a Value, or ``wrt`` none, nor a name.
        ValueError: if ``digits`` or ``max_paths`` is below 1; for a name that no node has, and an empty list; for a
            language of which there are no words.

    Example:
        >>> from autograd import Value, functions
        >>> x, t, w1, b1, w2, b2 = (Value(v) for v in (1.0, 0.5, 0.4, 0.1, 0.3, 0.2))
        >>> z1 = w1 * x + b1
        >>> h = functions.sigmoid(z1)
        >>> y = w2 * h + b2
        >>> L = 0.5 * (y - t) ** 2
        >>> explain(L, wrt=w1)
        dL/dw1 = dL/dy · dy/dh · dh/dz1 · dz1/dw1
               = (y − t) · w2 · h(1 − h) · x
               = (−0.1133)(0.3)(0.2350)(1)
               = −0.007985

    Source: notes 4.5.2 and 4.7.3; lecture, "3. Gradient Descent".
    """
    frame = sys._getframe(1)
    _check(root, digits, max_paths)
    nodes = [_node(root, one, names, frame) for one in (wrt if isinstance(wrt, (list, tuple)) else [wrt])]
    if not nodes:
        raise ValueError("wrt is an empty list; leave it out for the whole forward and backward pass")
    with speaking(language):
        derivations = [_explained(root, node, names, digits, max_paths, frame) for node in nodes]
        return derivations[0] if len(nodes) == 1 else _one_after_the_other(root, derivations)


def _one_after_the_other(root: Value, derivations: Sequence[Derivation]) -> Derivation:
    """Several derivations as one."""
    return Derivation(
        root.data,
        tuple([path for one in derivations for path in one.paths]),
        sum([one.path_count for one in derivations]),
        tuple([table._replace(apart=i == 0) for one in derivations for i, table in enumerate(one.tables)]),
        derivations[0].digits,
        {node: name for one in derivations for node, name in one.names.items()},
    )


def _explained(
    root: Value,
    wrt: Value | None,
    names: Mapping[str, object] | Caller | None,
    digits: int,
    max_paths: int,
    frame: FrameType,
) -> Derivation:
    """What `explain` gives; ``frame`` is the caller whose variables give the names."""
    nodes = [root] if wrt is None else [root, wrt]
    given = node_names([*nodes, *_softmax_siblings(nodes, names, frame)], names, frame)
    every = all_named(nodes, given, names_in_use(names, frame))
    given = {node: name for node, name in given.items() if not _is_copy(node)}
    steps = Steps(root, wrt, given, every)
    if not all(_alike(number, steps.exact.get(node, 0.0)) for node, number in steps.gradients.items()):
        steps = Steps(root, wrt, given, every, apart=True)  # taken together, the steps are not the engine's
    if wrt is None:
        both = _forward(steps), _backward(root, steps, steps.named, words("backward_pass"))
        return Derivation(root.data, (), 0, both, digits, steps.names)
    value = float(reverse(root, [wrt], differentiable=False)[0])
    count = _path_count(root, wrt, steps.locals)
    ends = words("from_to", root=one_line(steps.names[root]), quantity=one_line(steps.names[wrt]))
    derivative = Derivative(steps.names[root], steps.names[wrt])
    if count == 0:
        tables = [Table(_no_path(root, wrt, ends), [[derivative, Number(0.0)]])]
        return Derivation(value, (), 0, tuple(tables), digits, steps.names)
    paths: tuple[Path, ...] = ()
    tables = []
    live = _without_zeros(steps)
    live_count = _path_count(root, wrt, live)
    if live_count <= max_paths:
        routes = list(_routes(root, wrt, live)) if live_count else []
        shown = routes if count > max_paths else list(_routes(root, wrt, steps.locals))
        paths = tuple([_path(route, steps, digits) for route in shown])
        routes = shown if count == 1 else routes
        total = fsum([path.value for path in paths])
        if max(map(len, routes), default=0) <= MOST_FACTORS + 1 and _alike(total, value):
            tables = _along_the_paths(derivative, routes, steps, value, alone=count == 1)
            if len(routes) < count:
                tables.append(_left_out(steps, count - len(routes)))
    if not tables:
        tables = [_backward(root, steps, steps.locals, words("node_by_node", paths=_counted(count), ends=ends))]
    return Derivation(value, paths, count, (*tables, *_where(steps, tables)), digits, steps.names)


def _check(root: object, digits: int, max_paths: int) -> None:
    if not isinstance(root, Value):
        raise TypeError(
            f"explain needs the result of an expression of Values, not {root!r:.60}; a plain number has no history"
        )
    check_count("digits", digits)
    check_count("max_paths", max_paths)


def _node(root: Value, wrt: object, names: Mapping[str, object] | Caller | None, frame: FrameType) -> Value | None:
    """The node that is meant by a Value or a name."""
    if isinstance(wrt, str):
        named = nodes_by_name([root], names, frame)
        if wrt not in named:
            raise ValueError(f"wrt={wrt!r}: no node is called that; these are: {', '.join(named)}")
        return named[wrt]
    if wrt is not None and not isinstance(wrt, Value):
        raise TypeError(
            f"wrt must be a Value, its name or a list of these, not {wrt!r:.60}; plain numbers are constants"
        )
    return wrt


def _is_copy(node: Value) -> bool:
    """Whether a transform copied an argument, label and all."""
    return node.op is identity and node.label is not None and node.label == node.parents[0].label


def _no_path(root: Value, wrt: Value, ends: str) -> str:
    """Why a derivative is 0: the root was not computed from the quantity, or no gradient comes to it."""
    order = topological_order(root)
    depending = {wrt}
    for node in order:
        if not depending.isdisjoint(node.parents):
            depending.add(node)
    if root not in depending:
        return words("no_path", ends=ends)
    stops = any(node.op is stop_gradient for node in depending)
    flat = any(node.op is not None and node.op.flat for node in depending)
    why = words("held_back") if stops else words("flat") if flat else words("not_chosen")
    return words("no_gradient", ends=ends, why=why)


def _softmax_siblings(roots: list[Value], names: Mapping[str, object] | Caller | None, frame: FrameType) -> list[Value]:
    """Outputs of a softmax that belong to no graph of these roots but occur in its derivatives, where they are held."""
    logits = {node.operands[1:] for root in roots for node in topological_order(root) if node.op is softmax}
    if not logits:
        return []
    held = values_in_scope(names, frame)
    return [node for node in held if node.op is softmax and node.operands[1:] in logits]


# --- paths -------------------------------------------------------------------------------------------------------


_Locals: TypeAlias = Mapping[Value, Mapping[Value, Local]]


def _path_count(root: Value, wrt: Value, locals_: _Locals) -> int:
    """The number of paths, by adding up those to each node: also where nobody could walk them all."""
    counts = {root: 1}
    for node, owners in locals_.items():
        counts[node] = counts.get(node, 0) + sum([counts.get(owner, 0) for owner in owners])
    return counts.get(wrt, 0)


def _without_zeros(steps: Steps) -> _Locals:
    """The local derivatives without those that are 0; all of them where 0 times infinity is nothing to leave out."""
    if not all(isfinite(local.value) for owners in steps.locals.values() for local in owners.values()):
        return steps.locals
    return {
        node: {owner: local for owner, local in owners.items() if local.value} for node, owners in steps.locals.items()
    }


def _routes(root: Value, wrt: Value, locals_: _Locals) -> Iterator[list[Value]]:
    """The paths, each from the root to the quantity, in the order in which the nodes were computed."""
    operands: dict[Value, list[Value]] = {}
    for node, owners in locals_.items():
        for owner in owners:
            operands.setdefault(owner, []).append(node)
    waiting: list[tuple[Value, int]] = [(root, 0)]
    route: list[Value] = []
    while waiting:
        node, length = waiting.pop()
        route[length:] = [node]
        if node is wrt:
            yield list(route)
        else:
            waiting += [(operand, length + 1) for operand in operands.get(node, [])]


def _left_out(steps: Steps, count: int) -> Table:
    """How many paths contribute 0, and which of their factors are 0."""
    rows: list[list[Expression | None]] = []
    off = True
    for node, owners in steps.locals.items():
        for owner, local in owners.items():
            if local.value == 0.0:
                off = off and steps.is_off(owner, node)
                left = Derivative(steps.names[owner], steps.names[node], "local")
                rows.append([left, local.formula, *_with_numbers(local.formula, 0.0), Number(0.0)])
    return Table(words("off_paths" if off else "zero_paths", count=count), rows)


def _path(route: list[Value], steps: Steps, digits: int) -> Path:
    factors = []
    for child, parent in pairwise(route):
        local = steps.locals[parent][child]
        factors.append(Factor(steps.names[child], steps.names[parent], text(local.formula, digits), local.value))
    return Path(tuple(factors), prod([factor.value for factor in factors]))


def _along_the_paths(
    derivative: Derivative, routes: list[list[Value]], steps: Steps, value: float, *, alone: bool
) -> list[Table]:
    """The chain rule, its formulas and its numbers, for each path; then the sum. ``alone``: there are no others."""
    rows = []
    kind: Literal["usual", "local"] = "usual" if alone else "local"
    if not alone:
        derivative = Derivative(derivative.numerator, derivative.denominator, "total")
    for route in routes:
        pairs = list(pairwise(route))
        locals_ = [steps.locals[parent][child] for child, parent in pairs]
        symbolic = Chain(tuple([Derivative(steps.names[child], steps.names[parent], kind) for child, parent in pairs]))
        formulas = Chain(tuple([local.formula for local in locals_]))
        numbers = Chain(tuple([Number(local.value) for local in locals_]))
        rows.append((symbolic, formulas, numbers, prod([local.value for local in locals_])))
    if not rows:
        return [Table("", [[derivative, Number(value)]])]
    if len(rows) > 1:
        apart = max(map(len, routes)) - 1 > MOST_FACTORS_ON_A_LINE
        return [
            Table("", [[derivative, Sum(tuple([symbolic for symbolic, *_ in rows]))]]),
            Table("", [line for *sides, product in rows for line in _lines([*sides, Number(product)], apart)]),
            Table(
                "", _lines([derivative, Sum(tuple([Number(product) for *_, product in rows])), Number(value)], apart)
            ),
        ]
    ((symbolic, formulas, numbers, _),) = rows
    if not symbolic.factors:  # the derivative of the root by itself
        return [Table("", [[derivative, Number(1.0)]])]
    sides: list[Expression] = [formulas.factors[0]]
    if len(symbolic.factors) == 1:
        sides += _with_numbers(formulas.factors[0], value)
    else:
        sides = [symbolic, formulas, numbers]
        if any(isinstance(factor, Number) for factor in formulas.factors):  # one multiplies these out first
            product = multiply(*formulas.factors)
            if isinstance(product, Number):
                sides.pop()  # the formulas are the numbers
            elif agrees(product, value):
                sides[2:] = [product, *_with_numbers(product, value)]
    sides.append(Number(value))
    return [Table("", [[derivative if i == 0 else None, side] for i, side in enumerate(sides)])]


def _lines(sides: list[Expression], apart: bool) -> list[list[Expression | None]]:
    """An equation on one line, or with a line for each of its sides."""
    left, *others = sides
    return [[None if i else left, side] for i, side in enumerate(others)] if apart else [[left, *others]]


def _with_numbers(formula: Expression, value: float) -> list[Expression]:
    """The formula with the numbers put in; none where that says nothing new, or another number than the engine's.

    It does where numbers changed since, and where floats lose all digits: 1 - y**2 of a saturated tanh.
    """
    if not symbols(formula) or isinstance(formula, Symbol):
        return []
    small = 0.0 if value else 1e-12
    return [put_in(formula)] if isclose(evaluate(formula), value, rel_tol=1e-6, abs_tol=small) else []


# --- node by node ------------------------------------------------------------------------------------------------


def _forward(steps: Steps) -> Table:
    """Every node: how it was made, with the numbers put in, and its value."""
    rows: list[list[Expression | None]] = []
    for node in reversed(steps.named):
        row: list[Expression | None] = [Symbol(steps.names[node])]
        if node.depth:
            definition = steps.definition(node)
            row += [definition, *_with_numbers(definition, node.data)]
        rows.append([*row, Number(node.data)])
    return Table(words("forward_pass"), rows)


def _alike(a: float, b: float) -> bool:
    """Whether two numbers are both finite, the same infinity, or both NaN."""
    return (isfinite(a) and isfinite(b)) or a == b or (a != a and b != b)


def _backward(root: Value, steps: Steps, nodes: Iterable[Value], title: str) -> Table:
    """The nodes, from the root back: the sum over the nodes that use it, of their derivative times the local one."""
    rows: list[list[Expression | None]] = []
    for node in nodes:
        left = Derivative(steps.names[root], steps.names[node])
        owners = steps.locals.get(node)
        if owners is None:  # no gradient reaches it
            rows.append([left, Number(0.0)])
            continue
        if node is root:
            rows.append([left, Number(1.0)])
            continue
        symbolic: list[Expression] = []
        numbers: list[Expression] = []
        for owner, local in owners.items():
            if owner is root:
                symbolic.append(local.formula)
                numbers.append(Number(local.value))
            else:
                symbolic.append(Chain((Derivative(steps.names[root], steps.names[owner]), local.formula)))
                numbers.append(Chain((Number(steps.gradients[owner]), Number(local.value))))
        gradient = steps.gradients[node]
        sides = [sum_of(symbolic), sum_of(numbers)]
        if list(owners) == [root]:
            sides = [symbolic[0], *_with_numbers(symbolic[0], gradient)]
        rows.append([left, *sides, Number(gradient)])
    return Table(title, rows)


def _where(steps: Steps, tables: list[Table]) -> list[Table]:
    """What the names stand for that were given to nodes without one."""
    shown = [side for table in tables for row in table.rows for side in row if side is not None]
    made = steps.made_here(shown)
    rows = [[Symbol(steps.names[node]), definition, Number(node.data)] for node, definition in made.items()]
    return [Table(words("where"), rows)] if rows else []


def _counted(paths: int) -> str:
    if paths == 1:
        return words("one_path")
    return words("paths" if paths < 10**15 else "about_paths", count=paths)
