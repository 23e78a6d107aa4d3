"""What stands on a sheet, whatever it is written as: `Page`, its sections, and their rows with blanks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from autograd.derivation.formulas import Choice, Expression, Number, Product, Sum, negative
from autograd.derivation.styles import Style
from autograd.derivation.writing import fitting, text
from autograd.drawing.layout import lay_out
from autograd.drawing.scene import Scene
from autograd.drawing.svg import to_svg

State: TypeAlias = Literal["printed", "blank", "answer"]

_HAND = 0.85  # the width of a letter written by hand, in the size of the printed ones
_NARROWEST_BLANK = 6.0
WIDEST, HIGHEST = 480.0, 220.0  # a picture, in points: what an A4 or a letter sheet has room for
RESULT = 8.0  # the width of the blank of a result, in the size of the letters
_SMALLEST = 0.45  # of its own size, in which letters are of 12 points


@dataclass(frozen=True, slots=True)
class Cell:
    """One side of an equation: printed, left blank, or filled in on the solution."""

    expression: Expression
    state: State = "printed"

    def room(self, digits: int) -> float:
        """How wide its blank is, in the size of the letters; in few steps, so that it tells little."""
        letters = len(text(self.expression, digits))
        return max(_NARROWEST_BLANK, 2.0 * round(_HAND * letters / 2.0 + 0.5))


@dataclass(frozen=True, slots=True)
class Row:
    """An equation: what it is about, the sides on the way, and the result, which stands at the right margin.

    Attributes:
        sign: what stands after the left side, "=" or "←".
        result: None where it would give away what is asked for.
    """

    left: Expression
    cells: tuple[Cell, ...]
    result: Cell | None
    sign: str = "="


@dataclass(frozen=True, slots=True)
class Section:
    """Rows with a title."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as SVG, its size on paper in points, and what it shows."""

    svg: str
    width: float
    height: float
    description: str

    @classmethod
    def of(cls, scene: Scene, description: str) -> Picture | None:
        """The picture of a scene, made to fit a sheet; None where nobody could read it then."""
        lay_out(scene)
        scale = min(1.0, WIDEST / scene.width, HIGHEST / scene.height)
        if scale < _SMALLEST:
            return None
        scene.description = description
        return cls(to_svg(scene), scale * scene.width, scale * scene.height, description)


Rule: TypeAlias = "tuple[tuple[Expression, Expression], ...]"
"""A function, and its derivatives: equations."""


@dataclass(frozen=True, slots=True)
class Key:
    """The results of several sheets, a column for each of them.

    Attributes:
        head: what the columns are.
        numbers: of the sheets.
        given, results: a quantity, and its number on each sheet.
    """

    head: str
    numbers: tuple[str, ...]
    given: tuple[tuple[str, tuple[str, ...]], ...]
    results: tuple[tuple[str, tuple[str, ...]], ...]

    def blocks(self, width: int) -> list[Key]:
        """The same, so many sheets at a time."""
        parts = [slice(i, i + width) for i in range(0, len(self.numbers), width)]
        return [
            Key(
                self.head,
                self.numbers[part],
                *[tuple([(left, cells[part]) for left, cells in rows]) for rows in (self.given, self.results)],
            )
            for part in parts
        ]


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet, its solution, or the key of a class.

    Attributes:
        title: what it is.
        number: which one of several; empty where there is one.
        fields: what the student fills in at the top.
        note: how to fill it in.
        picture: the graph or the network.
        given: the numbers that are given, in lines.
        sections: both passes, and the step.
        rules: those that were used.
        key: the results of a class.
    """

    title: str
    number: str = ""
    fields: tuple[str, ...] = ()
    note: str = ""
    picture: Picture | None = None
    given: Sequence[Sequence[tuple[Expression, Expression]]] = ()
    sections: tuple[Section, ...] = ()
    rules: tuple[Rule, ...] = ()
    key: Key | None = None


_LONG = 24  # as text; a shorter sum stays on its line


def terms_of(a: Expression, style: Style, write: Callable[[Expression, int], str], digits: int) -> list[str]:
    """A formula in pieces between which a line may be broken: the terms of a long sum, each with the sign before it."""
    line = text(a, digits)
    if not isinstance(a, Sum) or len(line) <= _LONG or style.dots in line:
        return [write(a, digits)]
    digits = fitting(a, digits)
    pieces = []
    for i, term in enumerate(a.terms):
        number = term.coefficient if isinstance(term, Product) else term.value if isinstance(term, Number) else 1
        sign = style.minus if number < 0 else style.plus if i else ""
        written = write(negative(term) if number < 0 else term, digits)
        pieces.append(sign + (style.group(written) if isinstance(term, (Sum, Choice)) else written))
    return pieces
