"""The lines of a derivation as quantities: what each asks for, from what it is computed, and its number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

from autograd.derivation.explain import Derivation
from autograd.derivation.formulas import (
    Chain,
    Derivative,
    Expression,
    Number,
    Product,
    Sum,
    Symbol,
    evaluate,
    number,
    parts,
    sum_of,
)
from autograd.derivation.words import written
from autograd.derivation.writing import significant

Quantity: TypeAlias = "str | tuple[str, str] | tuple[str, str, float]"
"""What a line asks for, in the form in which `autograd.proofread` takes it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A quantity, its formula, the same with the numbers put in, and its number.

    Attributes:
        quantity: as `autograd.proofread` takes it.
        sides: the formula, and where that says more, the same with the numbers put in; nothing where the formula is the
            number.
        sign: what stands after the left side, "=" or "←".
    """

    quantity: Quantity
    left: Expression
    sides: tuple[Expression, ...]
    number: float
    sign: str = "="

    @property
    def mentions(self) -> set[Quantity]:
        """The quantities that it is computed from."""
        return _mentioned(self.sides[0]) if self.sides else set()

    def printed(self, digits: int) -> str:
        """Its number, to so many digits."""
        return written(significant(self.number, digits))

    @property
    def chain(self) -> Expression | None:
        """The chain rule that its formula follows, dL/dh · dh/dz for dL/dh · h(1 − h); None where there is none."""
        if not isinstance(self.left, Derivative) or not self.sides:
            return None
        root, name = self.left.numerator, self.left.denominator
        terms = self.sides[0].terms if isinstance(self.sides[0], Sum) else (self.sides[0],)
        kind: Literal["usual", "local"] = "local" if len(terms) > 1 else "usual"
        links: list[Expression] = []
        for term in terms:
            first = term.factors[0] if isinstance(term, Chain) else None
            if isinstance(first, Derivative):
                links.append(Chain((first, Derivative(first.denominator, name, kind))))
            else:  # straight from the result
                links.append(Derivative(root, name, kind))
        return sum_of(links) if any(isinstance(link, Chain) for link in links) else None


def quantity_of_left(left: Expression) -> Quantity:
    """The quantity that an equation is about, by its left side."""
    assert isinstance(left, (Symbol, Derivative))
    return left.name if isinstance(left, Symbol) else (left.numerator, left.denominator)


def _mentioned(a: Expression) -> set[Quantity]:
    if isinstance(a, (Symbol, Derivative)):
        return {quantity_of_left(a)}
    return {quantity for part in parts(a) for quantity in _mentioned(part)}


def forward_lines(derivation: Derivation) -> list[Line]:
    """The lines of the forward pass, in the order of computation; given numbers are none."""
    return [line for line in _lines(derivation.tables[0].rows) if line.sides]


def reverse_lines(derivation: Derivation, by: Sequence[str]) -> list[Line]:
    """The lines of the reverse pass that lead to the leaves with these names.

    In the order in which one computes them: layer by layer, and right after a step what it hands to leaves.
    """
    _, *rows = derivation.tables[1].rows  # the first says that dL/dL is 1
    lines = {line.quantity: line for line in _lines(rows)}
    wanted = [line for quantity, line in lines.items() if quantity[1] in by]
    needed: dict[Quantity, Line] = {}
    for line in wanted:  # which grows by what these are computed from
        if line.quantity not in needed:
            needed[line.quantity] = line
            wanted += [lines[quantity] for quantity in line.mentions & lines.keys()]
    places = {name: i for i, name in enumerate([*by, *[str(line.quantity) for line in forward_lines(derivation)]])}
    waiting = sorted(needed.values(), key=lambda line: places.get(line.quantity[1], -1))
    inner = [line for line in waiting if line.quantity[1] not in by]
    leaves = [line for line in waiting if line.quantity[1] in by]
    ordered: list[Line] = []
    known: set[Quantity] = set()

    def ready(some: list[Line]) -> list[Line]:
        return [line for line in some if line.quantity not in known and line.mentions & lines.keys() <= known]

    while layer := ready(inner) or ready(leaves):
        for line in layer:
            known.add(line.quantity)
            ordered += [line, *(handed := ready(leaves))]
            known.update([leaf.quantity for leaf in handed])
    return ordered


def update_lines(reverse: Iterable[Line], numbers: Mapping[str, float], rate: float) -> list[Line]:
    """One step of gradient descent, for the parameters with these numbers."""
    lines = []
    for line in reverse:
        of, name = str(line.quantity[0]), str(line.quantity[1])
        if name in numbers:
            left = Symbol(name, numbers[name])
            formula = _step(left, number(rate), line.left)
            put_in = _step(number(numbers[name]), number(rate), Number(line.number))
            after = numbers[name] - rate * line.number
            lines.append(Line((of, name, rate), left, (formula, put_in), after, "←"))
    return lines


def _step(x: Expression, rate: Number, gradient: Expression) -> Expression:
    """x − 0.1 dL/dx"""
    return Sum((x, Product(-Fraction(rate.value), (gradient,))))


def _lines(rows: Iterable[Sequence[Expression | None]]) -> list[Line]:
    """The rows of a table of `explain`."""
    lines = []
    for row in rows:
        left, *sides, result = [side for side in row if side is not None]
        lines.append(Line(quantity_of_left(left), left, tuple(sides), evaluate(result)))
    return lines


def text_of(quantity: Quantity) -> str:
    """A quantity in a line of text, as the command line takes it.

    Example:
        >>> text_of("h"), text_of(("L", "w1")), text_of(("L", "w1", 0.1))
        ('h', 'dL/dw1', 'w1 - 0.1*dL/dw1')
    """
    if isinstance(quantity, str):
        return quantity
    of, wrt, *rates = quantity
    derivative = f"d{of}/d{wrt}"
    return f"{wrt} - {rates[0]:g}*{derivative}" if rates else derivative
