"""Random graphs over the whole table of primitives.

A `Recipe` is a list of lines, each one operation on earlier results. It is run on Values, on numbers, or (by
`tests.agreement.truth`) on intervals. It prints as what it is, so that a failing example can be pasted into a test.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from hypothesis import strategies as st

from autograd import Value, apply, functions
from autograd.engine.errors import DomainError
from autograd.engine.primitives import PRIMITIVES

N_LEAVES = 3
ROWS = {op.name: op for op in PRIMITIVES}
OPERATORS = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "power": lambda a, b: a**b,
    "negative": lambda a: -a,
    "absolute": abs,
}


class Line(NamedTuple):
    """One operation.

    Attributes:
        op: the row of the table, by its name.
        way: which of the ways to write it: operator, function, method, the row itself; for a softmax also which output.
        operands: earlier results, as whole numbers (0 to 2 are the leaves, then backwards from the latest result), and
            constants, as floats.
    """

    op: str
    way: int
    operands: tuple[int | float, ...]


class Recipe(NamedTuple):
    """A random graph: its lines; the last result counts."""

    lines: tuple[Line, ...]

    def results(self, leaves: Sequence[Any], shift: int = 0) -> list[Any]:
        """The leaves, and the result of each line.

        Arguments:
            leaves: Values or numbers.
            shift: which example this is, where a recipe is a model: each takes another output of a softmax.
        """
        found = list(leaves)
        for line in self.lines:
            found.append(written(line, [_operand(found, x) for x in line.operands], shift))
        return found

    def __call__(self, leaves: Sequence[Any], shift: int = 0) -> Any:
        """The last result."""
        return self.results(leaves, shift)[-1]

    @property
    def ops(self) -> set[str]:
        """The names of its operations."""
        return {line.op for line in self.lines}


def _operand(found: list[Any], place: int | float) -> Any:
    if isinstance(place, float):
        return place
    return found[place] if place < N_LEAVES else found[-1 - (place - N_LEAVES) % len(found)]


def written(line: Line, operands: list[Any], shift: int = 0) -> Any:
    """The operation as a user writes it, in one of its ways."""
    op, way = line.op, line.way
    n = len(operands)
    if op == "dot":
        w, bias, x = operands[: n // 2], operands[n // 2 : n - n // 2], operands[n - n // 2 :]
        if way % 2:
            return functions.linear([(*w, *bias)], x)[0]
        return functions.dot(w, x, *bias)
    if op == "softmax":
        return functions.softmax(operands)[(way + shift) % n]
    if ROWS[op].variadic:
        return getattr(functions, op)(operands) if hasattr(functions, op) else apply(ROWS[op], *operands)
    if not any(isinstance(x, Value) for x in operands):  # Python's own operators have rules of their own
        return apply(ROWS[op], *operands)
    if way == 0 and op in OPERATORS:
        return OPERATORS[op](*operands)
    if way == 1 and hasattr(Value, op) and isinstance(operands[0], Value):
        return getattr(operands[0], op)(*operands[1:])
    if way == 2 and hasattr(functions, op):
        return getattr(functions, op)(*operands)
    if way == 3 and op == "where" and isinstance(operands[0], float):
        return functions.where(bool(operands[0]), *operands[1:])
    return apply(ROWS[op], *operands)


def within_the_domain(recipe: Recipe, leaves: Sequence[float]) -> Recipe:
    """The recipe without the lines that are not defined at these numbers."""
    lines = list(recipe.lines)
    i = 0
    while i < len(lines):
        try:
            Recipe(tuple(lines[: i + 1]))([Value(x) for x in leaves])
            i += 1
        except DomainError:
            del lines[i]
    return Recipe(tuple(lines))


# --- numbers -------------------------------------------------------------------------------------------------------
# Few different ones, so that ties and repeated numbers are common.

moderate = st.floats(-3.0, 3.0).map(lambda x: round(x, 3) + 0.0)
common = st.sampled_from([0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 3.0, 0.1, -1.278, -0.7, 4.0, math.pi])
saturating = st.sampled_from([20.0, -20.0, 36.0, -36.0, 40.0, -40.0, 300.0, -300.0, 745.5, -745.5, 1e3, -1e3])
far_out = st.sampled_from([1e9, -1e9, 1e17, -1e17])
at_the_edge = st.sampled_from(
    [math.inf, -math.inf, math.nan, 5e-324, -5e-324, 1e-310, 2.2e-308, 1e-300, -1e-300, 1e-30, 1e300, -1e300]
)
tame = st.one_of(moderate, common, common)
wide = st.one_of(moderate, common, common, saturating, far_out)
wild = st.one_of(moderate, common, common, saturating, far_out, at_the_edge)

# --- lines ---------------------------------------------------------------------------------------------------------

places = st.one_of(st.integers(0, N_LEAVES - 1), st.integers(N_LEAVES, N_LEAVES + 2), st.integers(0, 12))
TERMS = 5


@st.composite
def lines(draw: st.DrawFn, numbers: st.SearchStrategy[float]) -> Line:
    """A line with any row of the table."""
    op = ROWS[draw(st.sampled_from(sorted(ROWS)))]
    operand = st.one_of(places, places, places, numbers)
    if op.variadic:
        operands = draw(st.lists(operand, min_size=1, max_size=TERMS))
    else:
        operands = [draw(operand) for _ in op.partials]  # type: ignore[union-attr]  # one rule an operand
    return Line(op.name, draw(st.integers(0, 3)), tuple(operands))


def recipes(numbers: st.SearchStrategy[float], most: int = 8) -> st.SearchStrategy[Recipe]:
    """Random graphs whose constants are drawn from ``numbers``."""
    return st.lists(lines(numbers), min_size=1, max_size=most).map(lambda found: Recipe(tuple(found)))


def points(numbers: st.SearchStrategy[float]) -> st.SearchStrategy[list[float]]:
    """A number for each leaf."""
    return st.lists(numbers, min_size=N_LEAVES, max_size=N_LEAVES)
