"""Both passes over a graph as a list of frames, one idea each. The page writes the same steps, see steps.js.

First what is given, then the value of each node in topological order, then the reverse pass as `autograd.steps` yields
it, one contribution a frame. A gradient that has not got all its terms yet is never written as an equation of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import isfinite

from autograd.derivation.formulas import Chain, Expression, Number, as_float, put_in
from autograd.derivation.styles import TEXT
from autograd.derivation.words import listed, words
from autograd.derivation.writing import MOST_DIGITS, sides_shown, significant, text
from autograd.engine.graph import Contribution, topological_order
from autograd.engine.value import Value
from autograd.stepper.figure import Frame, MadeWhenAsked
from autograd.stepper.levels import Level
from autograd.stepper.practice import NO_BLANKS, Blanks

MOST_TERMS = 24  # of a sum of more the first ones and the last are shown


def frames(level: Level, digits: int = 4, blanks: Blanks = NO_BLANKS) -> list[Frame]:
    """The frames of both passes over a graph, at a level.

    Arguments:
        level: what it consists of.
        digits: how many significant digits are shown.
        blanks: the numbers that are not shown.

    Example:
        >>> from autograd.stepper.levels import every_operation
        >>> w, x = Value(3.0), Value(2.0)
        >>> L = w * x
        >>> print(*frames(every_operation(L, {w: "w", x: "x", L: "L"})), sep="\\n")
        w = 3, x = 2
        L = w x = (3)(2) = 6
        dL/dL = 1
        dL/dL · dL/dw = dL/dL · x = (1)(2) = 2; its only term: dL/dw = 2
        dL/dL · dL/dx = dL/dL · w = (1)(3) = 3; its only term: dL/dx = 3
    """
    return list(frames_when_asked(level, digits, blanks))


def frames_when_asked(level: Level, digits: int = 4, blanks: Blanks = NO_BLANKS) -> MadeWhenAsked[Frame]:
    """The same, each made when it is asked for."""
    made = _Frames(level, digits, blanks)
    operations = sum([node.depth > 0 for node in level.names])
    return MadeWhenAsked(1 + operations + (1 + len(made.handed) if level.root.depth else 0), made.all())


class _Frames:
    """What the frames of one graph share."""

    def __init__(self, level: Level, digits: int, blanks: Blanks) -> None:
        self.level = level
        self.digits = digits
        self.blanks = blanks
        self.handed = list(level.contributions() if blanks is NO_BLANKS else _every_one(level))
        self.counts = Counter([to.parent for _, _, to in self.handed])
        self.terms: dict[Value, list[float]] = {}  # of each gradient, up to now

    def all(self) -> Iterator[Frame]:
        astray = next((node for node in self.level.names if not isfinite(node.data)), None)
        for nodes in [self.level.leaves, *[[node] for node in self.level.names if node.depth]]:
            line = self._given(nodes) if not nodes[0].depth else self._made(nodes[0])
            if astray in nodes and self.blanks.value(astray) is None:
                line = self._marked(line, "first_forward", self.level.symbol(astray), astray.data)
            yield Frame(words("forward" if nodes[0].depth else "given"), line)
        if self.level.root.depth:
            yield from self._reverse()

    def _given(self, leaves: Sequence[Value]) -> str:
        return listed([self._equation([self.level.symbol(node), Number(node.data)]) for node in leaves])

    def _made(self, node: Value) -> str:
        formula = self.level.steps.definition(node)
        if sign := self.blanks.value(node):
            return TEXT.equals.join([self._text(self.level.symbol(node)), self._text(formula), sign])
        return self._equation([self.level.symbol(node), formula, put_in(formula), Number(node.data)])

    # --- reverse -------------------------------------------------------------------------------------------------

    def _reverse(self) -> Iterator[Frame]:
        yield Frame(words("reverse"), self._equation([self.level.slope(self.level.root), Number(1.0)]))
        astray = next((to for _, _, to in self.handed if not isfinite(to.total)), None)
        for node, upstream, to in self.handed:
            self.terms.setdefault(to.parent, []).append(to.product)
            line = self._handed(node, upstream, to)
            if to is astray and self.blanks.gradient(to.parent) is None:
                line = self._marked(line, "first_reverse", self.level.slope(to.parent), to.total)
            yield Frame(words("reverse"), line)

    def _handed(self, node: Value, upstream: float, to: Contribution) -> str:
        """What a node hands to an operand, and what that has got up to now."""
        slope, formula = self.level.slope(node), self.level.formula(node, to.parent)
        derivative, local = self.level.derivative(node, to.parent), Number(to.local)
        if sign := self.blanks.gradient(to.parent):
            how, sides = self._so_far(to, [sign])
            product = TEXT.equals.join([self._text(Chain((slope, derivative))), sign])
            return words("contribution", product=product, how=how, sum=TEXT.equals.join(sides))
        formulas = [] if formula is None or self._text(formula) == self._text(local) else [formula]
        symbolic = [self._text(Chain((slope, side))) for side in (derivative, *formulas)]
        numbers = self._text(Chain((Number(upstream), local)))
        product = TEXT.equals.join([*symbolic, numbers, self._text(Number(to.product))])
        how, sides = self._sum(to)
        return words("contribution", product=product, how=how, sum=TEXT.equals.join(sides))

    def _sum(self, to: Contribution) -> tuple[str, list[str]]:
        """The terms that a gradient has got up to now: in words, and the sides of the equation that they make."""
        terms, total = self.terms[to.parent], self._text(Number(to.total))
        return self._so_far(to, [*(_listed(terms, to.total, self.digits) if len(terms) > 1 else []), total])

    def _so_far(self, to: Contribution, sides: list[str]) -> tuple[str, list[str]]:
        """The same, given the sides without the gradient itself."""
        here, n, slope = len(self.terms[to.parent]), self.counts[to.parent], self._text(self.level.slope(to.parent))
        if here < n:  # it is not the gradient yet, so no equation says so
            return words("sum_so_far", slope=slope, here=here, count=n), sides
        return words("sum_of_all", count=n), [slope, *sides]

    # --- pieces --------------------------------------------------------------------------------------------------

    def _text(self, a: Expression) -> str:
        return text(a, self.digits)

    def _equation(self, sides: Sequence[Expression]) -> str:
        return TEXT.equals.join(sides_shown(sides, self.digits))

    def _marked(self, line: str, key: str, quantity: Expression, x: float) -> str:
        """The line, which says that its number is the first of the pass that is not finite."""
        return words("contribution", product=line, how=words(key, number=text(Number(x))), sum=text(quantity))


def _every_one(level: Level) -> Iterator[tuple[Value, float, Contribution]]:
    """What each node hands on, also 0 where nothing comes to it: a step that is missing would give the 0 away."""
    handed = {(node, to.parent): (node, upstream, to) for node, upstream, to in level.contributions()}
    totals: dict[Value, float] = {}
    for node in reversed(topological_order(level.root)):
        for parent in level.parents[node]:
            nothing = Contribution(parent, level.local(node, parent).value, 0.0, totals.get(parent, 0.0))
            found = handed.get((node, parent), (node, 0.0, nothing))
            totals[parent] = found[2].total
            yield found


def _listed(terms: Sequence[float], total: float, digits: int) -> list[str]:
    """A sum of numbers, with as many digits as it takes for them to give it; none where it is nothing but roundings."""
    if isfinite(total):
        room = min(5.0 * 10.0 ** (1 - digits), 0.1) * abs(total)
        shown = ((n, sum([Fraction(significant(x, n)) for x in terms])) for n in range(digits, MOST_DIGITS))
        digits = next((n for n, whole in shown if abs(as_float(whole) - total) <= room), 0)
        if not digits:
            return []
    parts: list[str] = []
    for i, x in enumerate(terms):
        number = significant(x, digits)
        sign = TEXT.minus if number.startswith("-") else TEXT.plus
        if len(terms) > MOST_TERMS and 1 < i < len(terms) - 1:
            parts += [TEXT.plus, TEXT.dots] if i == 2 else []
        else:
            parts += [sign, TEXT.number(number.removeprefix("-"))] if i else [TEXT.number(number)]
    return [TEXT.joined(parts)]
