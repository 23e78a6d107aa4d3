"""Templates: formulas written once, with places for names and for the numbers that may change.

Python writes each formula, and the page puts other numbers into it: for a number it chooses parentheses and a sign, by
the first character of its place (see `autograd.derivation.writing`), and for a formula how many digits it takes. So the
page need not know how mathematics is written, and of recorded numbers it shows what Python writes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial
from typing import Any, Final, TypeAlias

from autograd.derivation.formulas import (
    Derivative,
    Expression,
    NamedConstant,
    Number,
    Place,
    Symbol,
    as_float,
    put_in,
    symbols,
    worth,
)
from autograd.derivation.styles import LATEX, MATHML, TEXT, Style, name_parts
from autograd.derivation.writing import NAME, is_decimal, significant, with_places
from autograd.engine.primitives import PRIMITIVES
from autograd.engine.symbols import Symbol as Traced
from autograd.stepper.rules import Tracing, computed_by

Side: TypeAlias = "list[int | str]"
"""A side of an equation: the number of its shape, and whose name or number stands at each of its places.

"n3" is the name of node 3, "v3" its number, "c0.1" the number 0.1; for the others see the page's script.
"""

STYLES: Final = (TEXT, MATHML, LATEX)
_DIGIT: Final = re.compile(r"\d")
FIRST_PLACE: Final = 0xE100  # the second character of a place: this one and those after it
_WITH_DIGITS: Final = " ".join([name for op in PRIMITIVES for name in (op.name, op.notation) if re.search(r"\d", name)])
"""What functions are called, as log10: a name that is a piece of it is found there too where names give way."""


class Templates:
    """Writes formulas with places.

    Arguments:
        names: what the nodes are called, by their numbers.
        digits: how many significant digits are shown.
        others: what else is called something: names in formulas that are no node's.

    Attributes:
        looks: what is written of names that differ in their digits alone: all that a shape hangs on.
        shapes: what formulas share that differ in names and numbers alone, each once: how it is written as text, MathML
            and LaTeX, and as what the page computes it; None for a derivative, and for one with a function of a
            reader's own.
    """

    def __init__(self, names: Sequence[str], digits: int, others: Sequence[str] = ()) -> None:
        self.digits = digits
        self.shapes: list[tuple[str, str, str, dict[str, Any] | None]] = []
        self._numbers: dict[tuple[str, ...], int] = {}
        self._written: dict[Any, list[int | str | tuple[int, int]]] = {}  # by its look a formula, see `_look`
        self._of = {name: i for i, name in enumerate(names)}
        self.looks = {name: name if name in _WITH_DIGITS else _DIGIT.sub("0", name) for name in names}
        self._called_e = [name for name in (*names, *others) if name_parts(name).base == "e"]  # see `mathml`

    def formula(self, a: Expression) -> Side:
        """A formula of names."""
        return self._side(a)

    def put_in(self, a: Expression, number_of: Callable[[str], str]) -> Side:
        """A formula with the numbers in place of the names.

        Arguments:
            number_of: whose number takes the place of a name.
        """
        return self._side(a, number_of)

    def _side(self, a: Expression, number_of: Callable[[str], str] | None = None) -> Side:
        """A formula; of those that look alike one is written, and the others get its shape."""
        names: dict[str, int] = {}
        numbers: dict[str, int] = {}
        look = self._look(a, names, numbers, number_of)
        of = [f"n{self._of[name]}" if name in self._of else "" for name in names], list(numbers)
        if look not in self._written:
            if number_of is not None:
                a = put_in(a, place=lambda symbol: Place(symbol.value, number_of(symbol.name)))
            shape, *places = self._write(a)
            found = {place: (kind, i) for kind, places_of in enumerate(of) for i, place in enumerate(places_of)}
            self._written[look] = [shape, *[found.get(str(place), place) for place in places]]
        return [of[at[0]][at[1]] if isinstance(at, tuple) else at for at in self._written[look]]

    def _look(
        self, a: Any, names: dict[str, int], numbers: dict[str, int], number_of: Callable[[str], str] | None
    ) -> Any:
        """What is written of a formula, where names differ in their digits alone, and numbers that may change do not.

        Arguments:
            names, numbers: those that are in it get their places here.
            number_of: whose number takes the place of a name, if any does.
        """
        match a:
            case Symbol(name) if number_of is not None:
                return "", numbers.setdefault(number_of(name), len(numbers))
            case Symbol(name):
                return self._look_of_name(name, names)
            case Derivative(numerator, denominator, kind):
                return kind, self._look_of_name(numerator, names), self._look_of_name(denominator, names)
            case Place():
                return "", numbers.setdefault(a.of, len(numbers))
            case Fraction():
                return a.numerator, a.denominator
            case tuple():
                return tuple([self._look(part, names, numbers, number_of) for part in a])
            case str() | int() | None:
                return a
            case float():
                return repr(a)
        parts = [self._look(getattr(a, part), names, numbers, number_of) for part in a.__slots__]
        return type(a), *parts

    def _look_of_name(self, name: str, names: dict[str, int]) -> tuple[str, int]:
        return self.looks.get(name, name), names.setdefault(name, len(names))

    def _write(self, a: Expression) -> Side:
        names = symbols(a)
        places: dict[str, str] = {}  # the character of each

        def character(of: str) -> str:
            return places.setdefault(of, chr(FIRST_PLACE + len(places)))

        def place(number: Number) -> str | None:
            if isinstance(number, Place):
                return character(number.of)
            return character(f"c{as_float(number.value)!r}") if not names and self._is_long(number) else None

        written = [with_places(a, style, self.digits, self._called_e, place) for style in STYLES]
        own = sorted(names & self._of.keys(), key=self._of.__getitem__)
        tokens = {name: character(f"n{self._of[name]}") for name in own}

        def traced(m: Tracing, x: Number | Symbol | NamedConstant) -> Any:
            found = tokens[x.name] if isinstance(x, Symbol) else place(x) if isinstance(x, Number) else None
            return as_float(x.value) if found is None else Traced(m, str(ord(found) - FIRST_PLACE))

        rule = computed_by(lambda m: worth(a, m, partial(traced, m)))
        for name in sorted(tokens, key=len, reverse=True):
            token = NAME + tokens[name]
            written = [line.replace(style.name(name), token) for line, style in zip(written, STYLES, strict=True)]
        shape = (*written, repr(rule))
        if shape not in self._numbers:
            self._numbers[shape] = len(self.shapes)
            self.shapes.append((written[0], written[1], written[2], rule))
        return [self._numbers[shape], *places]

    def _is_long(self, number: Number) -> bool:
        """Whether a number gets other digits where more are shown; 10/7 stays as it is."""
        if isinstance(number.value, Fraction) and not is_decimal(number.value):
            return False
        x = as_float(number.value)
        return significant(x, self.digits) != significant(x, 17)


def names_in_styles(names: Sequence[str]) -> list[list[str]]:
    """The names of nodes in each style, as templates take them."""
    return [[style.name(name) for style in STYLES] for name in names]


def pieces() -> list[dict[str, Any]]:
    """What the page joins formulas with, for each style."""
    return [_pieces(style) for style in STYLES]


def _pieces(style: Style) -> dict[str, Any]:
    return {
        "mark": style.number("1.5").partition("1")[2].partition("5")[0],  # of decimals
        "plus": style.plus,
        "minus": style.minus,
        "times": style.times,
        "equals": style.equals,
        "dots": style.dots,
        "group": style.group("\0").split("\0"),
        "row": style.joined(["\0"]).split("\0"),
        "over": style.over("\0", "\1"),
    }
