"""Both passes over a graph as a list of frames, one idea each.

First what is given, then the value of each node in topological order, then the reverse pass as `autograd.steps` yields
it, one contribution a frame. A gradient that has not got all its terms yet is never written as an equation of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import isfinite

from autograd.derivation.chain import Steps
from autograd.derivation.formulas import Chain, Derivative, Expression, Number, Symbol, put_in, size
from autograd.derivation.styles import MATHML, TEXT, Style
from autograd.derivation.words import words
from autograd.derivation.writing import MOST_DIGITS, fitting, mathml, significant, text
from autograd.engine.graph import Contribution, steps
from autograd.engine.value import Value
from autograd.stepper.figure import Frame

LONGEST_FORMULA = 40  # names and numbers; a neuron with more inputs shows its symbol alone
MOST_TERMS = 24  # of a sum of more the first ones and the last are shown


def frames(
    root: Value, names: dict[Value, str], digits: int = 4, index_of: Mapping[Value, int] | None = None
) -> list[Frame]:
    """The frames of both passes.

    Arguments:
        root: the result.
        names: a name for every node, in topological order: see `naming.all_named`.
        digits: how many significant digits are shown.
        index_of: the number by which the script knows each node; by default its place in ``names``.

    Example:
        >>> w, x = Value(3.0), Value(2.0)
        >>> L = w * x
        >>> print(*frames(L, {w: "w", x: "x", L: "L"}), sep="\\n")
        w = 3, x = 2
        L = w x = (3)(2) = 6
        dL/dL = 1
        dL/dL · dL/dw = dL/dL · x = (1)(2) = 2; its only term: dL/dw = 2
        dL/dL · dL/dx = dL/dL · w = (1)(3) = 3; its only term: dL/dx = 3
    """
    return list(_Frames(root, names, digits, index_of or {node: i for i, node in enumerate(names)}).all())


class _Frames:
    """What the frames of one graph share."""

    def __init__(self, root: Value, names: dict[Value, str], digits: int, index_of: Mapping[Value, int]) -> None:
        self.root = root
        self.names = names
        self.digits = digits
        self.index = index_of
        self.formulas = Steps(root, None, names, names)
        self.pass_back = list(steps(root))
        self.counts = Counter([to.parent for step in self.pass_back for to in step.contributions])
        self.paths_part = any(n > 1 for n in self.counts.values())
        self.terms: dict[Value, list[float]] = {}  # of each gradient, up to now

    def all(self) -> Iterator[Frame]:
        used: dict[Value, int] = {}  # of each node the depth at which it is first used
        for node in self.names:
            for parent in node.parents:
                used.setdefault(parent, node.depth)
        leaves = [node for node in self.names if not node.depth]
        leaves.sort(key=lambda leaf: used.get(leaf, 0))  # w1, x, b1, w2 ..., as one computes
        astray = next((node for node in self.names if not isfinite(node.data)), None)
        for nodes in (leaves, *[[node] for node in self.names if node.depth]):
            frame = self._forward(nodes[0]) if nodes[0].depth else self._given(nodes)
            if astray in nodes:
                frame = self._marked(frame, "first_forward", astray, self._symbol(astray), astray.data)
            yield frame
        if self.root.depth:
            yield from self._reverse()

    # --- forward -------------------------------------------------------------------------------------------------

    def _given(self, leaves: Sequence[Value]) -> Frame:
        line = ", ".join([self._line([self._symbol(node), Number(node.data)]) for node in leaves])
        return Frame(words("given"), line, {"pass": "given", "leaves": [self.index[node] for node in leaves]})

    def _forward(self, node: Value) -> Frame:
        formula, value = self.formulas.definition(node), Number(node.data)
        sides = [
            self._symbol(node),
            *[side for side in (formula, put_in(formula)) if self._differs(side, value)],
            value,
        ]
        data = {
            "pass": "forward",
            "node": self.index[node],
            "operands": [self.index[parent] for parent in node.parents],
            "sides": [self._mathml(side) for side in sides],
        }
        return Frame(words("forward"), self._line(sides), data)

    # --- reverse -------------------------------------------------------------------------------------------------

    def _reverse(self) -> Iterator[Frame]:
        slope = self._slope(self.root)
        seed = {"pass": "seed", "node": self.index[self.root], "slope": mathml(slope), "total": "1"}
        yield Frame(words("reverse"), self._line([slope, Number(1.0)]), seed)
        handed = [(step, to) for step in self.pass_back for to in step.contributions]
        astray = next((to for _, to in handed if not isfinite(to.total)), None)
        for step, to in handed:
            self.terms.setdefault(to.parent, []).append(to.product)
            frame = self._handed(step.node, step.upstream, to)
            if to is astray:
                frame = self._marked(frame, "first_reverse", to.parent, self._slope(to.parent), to.total)
            yield frame

    def _handed(self, node: Value, upstream: float, to: Contribution) -> Frame:
        """What a node hands to an operand, and what that has got up to now."""
        slope, local = self._slope(node), Number(to.local)
        derivative = Derivative(self.names[node], self.names[to.parent], "local" if self.paths_part else "usual")
        formula = self.formulas.slope(node, to.parent).formula
        formulas = [formula] if size(formula) <= LONGEST_FORMULA and self._differs(formula, local) else []
        numbers, product = Chain((Number(upstream), local)), Number(to.product)
        digits = fitting(numbers, self.digits)
        (how, sides), (shown_how, shown_sides) = self._sum(to, TEXT), self._sum(to, MATHML)
        here, n = len(self.terms[to.parent]), self.counts[to.parent]
        total = text(Number(to.total), self.digits)
        data = {
            "pass": "reverse",
            "node": self.index[node],
            "parent": self.index[to.parent],
            "slope": mathml(slope),
            "local": [self._mathml(side) for side in (derivative, *formulas)],
            "numbers": [mathml(number, digits) for number in numbers.factors],
            "product": mathml(product, self.digits),
            "how": shown_how,
            "sum": shown_sides,
            "total": total if here == n else words("open_sum", sum=total),
            "open": words("gradient_so_far", here=here, count=n) if here < n else "",
        }
        symbolic = [text(Chain((slope, side)), fitting(side, self.digits)) for side in (derivative, *formulas)]
        chain = TEXT.equals.join([*symbolic, self._line([numbers, product])])
        return Frame(words("reverse"), words("contribution", product=chain, how=how, sum=TEXT.equals.join(sides)), data)

    def _sum(self, to: Contribution, style: Style) -> tuple[str, list[str]]:
        """The terms that a gradient has got up to now: in words, and the sides of the equation that they make."""
        write = text if style is TEXT else mathml
        terms, n = self.terms[to.parent], self.counts[to.parent]
        slope, total = write(self._slope(to.parent)), write(Number(to.total), self.digits)
        listed = _listed(terms, to.total, style, self.digits) if len(terms) > 1 else []
        if len(terms) < n:  # it is not the gradient yet, so no equation says so
            shown = slope if style is TEXT else f"<math>{slope}</math>"
            return words("sum_so_far", slope=shown, here=len(terms), count=n), [*listed, total]
        return words("sum_of_all", count=n), [slope, *listed, total]

    # --- pieces --------------------------------------------------------------------------------------------------

    def _symbol(self, node: Value) -> Symbol:
        return Symbol(self.names[node], node.data)

    def _slope(self, node: Value) -> Derivative:
        """The gradient of a node. Where paths part, total derivatives are told from local ones, as `explain` does."""
        return Derivative(self.names[self.root], self.names[node], "total" if self.paths_part else "usual")

    def _mathml(self, a: Expression) -> str:
        return mathml(a, self.digits, self.names.values())  # beside a variable e, Euler's number is exp

    def _line(self, sides: Sequence[Expression]) -> str:
        return TEXT.equals.join([text(side, self.digits) for side in sides])

    def _differs(self, a: Expression, b: Expression) -> bool:
        """Whether a side of an equation looks different from another one."""
        return text(a, self.digits) != text(b, self.digits)

    def _marked(self, frame: Frame, key: str, node: Value, quantity: Expression, x: float) -> Frame:
        """The frame, which says that its number is the first of the pass that is not finite."""
        how, name = words(key, number=text(Number(x))), f"<math>{mathml(quantity)}</math>"
        line = words("contribution", product=frame.text, how=how, sum=text(quantity))
        return Frame(
            frame.part, line, {**frame.data, "astray": self.index[node], "note": words("said_of", how=how, name=name)}
        )


def _listed(terms: Sequence[float], total: float, style: Style, digits: int) -> list[str]:
    """A sum of numbers, with as many digits as it takes for them to give it; none where it is nothing but roundings."""
    if isfinite(total):
        room = min(5.0 * 10.0 ** (1 - digits), 0.1) * abs(total)
        shown = ((n, sum([Fraction(significant(x, n)) for x in terms])) for n in range(digits, MOST_DIGITS))
        digits = next((n for n, whole in shown if abs(whole - Fraction(total)) <= room), 0)
        if not digits:
            return []
    parts: list[str] = []
    for i, x in enumerate(terms):
        number = significant(x, digits)
        sign = style.minus if number.startswith("-") else style.plus
        if len(terms) > MOST_TERMS and 1 < i < len(terms) - 1:
            parts += [style.plus, style.dots] if i == 2 else []
        else:
            parts += [sign, style.number(number.removeprefix("-"))] if i else [style.number(number)]
    return [style.joined(parts)]
