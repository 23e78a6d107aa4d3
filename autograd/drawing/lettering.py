"""How text stands in a picture: names and formulas with subscripts and superscripts, and how wide they will be.

Pictures are laid out without a font at hand, so widths are estimates; they are those of a wide font, and in a narrower
one a box is a little roomier.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import fsum
from string import ascii_uppercase
from typing import Final, Literal, NamedTuple
from unicodedata import combining, east_asian_width

from autograd.derivation.formulas import Expression
from autograd.derivation.styles import TEXT, name_parts, one_line
from autograd.derivation.styles import Style as Writing
from autograd.derivation.writing import in_style

Style = Literal["upright", "italic", "subscript", "superscript"]

SMALL = 0.72  # the size of a subscript beside that of its letter
_LOWER, _UPPER, _OTHER, _WIDE = 0.6, 0.72, 0.8, 1.05
_WIDTHS = {  # in units of the font size
    **dict.fromkeys(map(chr, range(128)), _LOWER),
    **dict.fromkeys(ascii_uppercase, _UPPER),
    **dict.fromkeys("ijl.,:;'|!()[]{}It·⋅", 0.36),
    **dict.fromkeys(' fr/\\-"°', 0.42),
    **dict.fromkeys("mwMW@%—…∂∑Σ∞√", 0.9),
    **dict.fromkeys("0123456789", 0.62),
    **dict.fromkeys("+=<>−×÷±≈≤≥", 0.8),
    **dict.fromkeys("\u200c\u200d\ufe0e\ufe0f", 0.0),  # they change the look of what stands beside them
}


class Run(NamedTuple):
    """A piece of a line in one style."""

    text: str
    style: Style = "upright"


def name_runs(name: str) -> list[Run]:
    """A name as mathematics writes it: a letter is italic, digits after it are a subscript, ``[2]`` a superscript.

    Example:
        >>> [tuple(run) for run in name_runs("w11[2]")]
        [('w', 'italic'), ('11', 'subscript'), ('[2]', 'superscript')]
        >>> [tuple(run) for run in name_runs("my loss")]
        [('my loss', 'upright')]
    """
    parts = name_parts(one_line(name))
    base = parts.base + ("\u0302" if parts.hat else "")
    runs = [Run(base, "italic" if len(parts.base) == 1 else "upright")]
    if parts.subscript:
        runs.append(Run(parts.subscript, "subscript"))
    if parts.superscript:
        runs.append(Run(parts.superscript, "superscript"))
    return runs


def formula_runs(a: Expression, digits: int) -> tuple[Run, ...]:
    """A formula as mathematics writes it, on one line.

    Example:
        >>> from autograd.derivation.formulas import Symbol, formula
        >>> squared = formula("(a - b)**2", {"a": Symbol("y"), "b": Symbol("t1")})
        >>> [tuple(run) for run in formula_runs(squared, 4)]
        [('(', 'upright'), ('y', 'italic'), (' − ', 'upright'), ('t', 'italic'), ('1', 'subscript'), (')', 'upright'), \
('2', 'superscript')]
    """
    pieces = _MARK.split(_MARKS["upright"] + in_style(a, _PICTURE, digits))[1:]  # mark, text, mark, text ...
    return tuple([Run(text, _STYLES[mark]) for mark, text in zip(pieces[::2], pieces[1::2], strict=True) if text])


GAP: Final = "·"
"""What stands in a formula for an operand; in parentheses, as no name is."""
GAPS: Final = "①②③④⑤⑥⑦⑧⑨"
"""What stands for one of several."""
_MARKS: Final[dict[Style, str]] = {"upright": "\1", "italic": "\2", "subscript": "\3", "superscript": "\4"}
_STYLES: Final[dict[str, Style]] = {mark: style for style, mark in _MARKS.items()}
_MARK: Final = re.compile("([\1-\4])")  # no name has these


class _Picture(Writing):
    """As text, with a mark before each piece that stands in another style than the one before it."""

    def name(self, name: str) -> str:
        if name in (GAP, *GAPS):
            return self.group(name) if name == GAP else name
        marked = "".join([_MARKS[style] + text for text, style in name_runs(name)]) + _MARKS["upright"]
        return marked if TEXT.name(name) == one_line(name) else self.group(marked)

    def beside(self, parts: Sequence[str]) -> str:
        line = parts[0]
        for left, right in pairwise(parts):
            close = right.startswith("(") or (left.replace(".", "").isdecimal() and right.startswith(_MARKS["italic"]))
            line += right if close else f" {right}"
        return line

    def power(self, base: str, exponent: str) -> str:
        if exponent.startswith("(") or _MARKS["subscript"] in exponent or _MARKS["superscript"] in exponent:
            return f"{base}^{exponent}"  # nothing is raised twice
        base = self.group(base) if _MARKS["superscript"] in base and not base.startswith("(") else base
        return base + _MARKS["superscript"] + _MARK.sub("", exponent) + _MARKS["upright"]

    def call(self, function: str, arguments: Sequence[str], index: int | None) -> str:
        if index is None:
            return super().call(function, arguments, None)
        return f"{function}{_MARKS['subscript']}{index}{_MARKS['upright']}({', '.join(arguments)})"


_PICTURE: Final = _Picture()


def width_of(runs: Iterable[Run], size: float) -> float:
    """How wide a line will be at a font size, about.

    Example:
        >>> width_of([Run("0.5")], 10.0)
        16.0
    """
    return fsum(  # the same in every version of Python, which its sum is not
        [
            fsum([_WIDTHS.get(letter) or _width(letter) for letter in text])
            * size
            * (SMALL if style in ("subscript", "superscript") else 1.0)
            for text, style in runs
        ]
    )


def _width(letter: str) -> float:
    if letter in _WIDTHS:
        return _WIDTHS[letter]
    if combining(letter):
        return 0.0
    return _WIDE if east_asian_width(letter) in "WF" or letter > "\uffff" else _OTHER
