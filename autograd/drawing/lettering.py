"""How text stands in a picture: a name with its subscript and superscript, and how wide it will be.

Pictures are laid out without a font at hand, so widths are estimates; they are those of a wide font, and in a narrower
one a box is a little roomier.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple
from unicodedata import combining, east_asian_width

from autograd.derivation.styles import name_parts, one_line

Style = Literal["upright", "italic", "subscript", "superscript"]

SMALL = 0.72  # the size of a subscript beside that of its letter
ITALIC = 1.1  # and that of an italic letter beside an upright one
_WIDTHS = {  # in units of the font size
    **dict.fromkeys("ijl.,:;'|!()[]{}It·⋅", 0.36),
    **dict.fromkeys(' fr/\\-"°', 0.42),
    **dict.fromkeys("mwMW@%—…∂∑Σ∞√", 0.9),
    **dict.fromkeys("0123456789", 0.62),
    **dict.fromkeys("+=<>−×÷±≈≤≥", 0.8),
    **dict.fromkeys("\u200c\u200d\ufe0e\ufe0f", 0.0),  # they change the look of what stands beside them
}
_LOWER, _UPPER, _OTHER, _WIDE = 0.6, 0.72, 0.8, 1.05


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


def width_of(runs: Iterable[Run], size: float) -> float:
    """How wide a line will be at a font size, about.

    Example:
        >>> width_of([Run("0.5")], 10.0)
        16.0
    """
    return sum(
        sum(map(_width, text)) * size * (SMALL if style in ("subscript", "superscript") else 1.0)
        for text, style in runs
    )


def _width(letter: str) -> float:
    if letter in _WIDTHS:
        return _WIDTHS[letter]
    if letter.isascii():
        return _UPPER if letter.isupper() else _LOWER
    if combining(letter):
        return 0.0
    return _WIDE if east_asian_width(letter) in "WF" or letter > "\uffff" else _OTHER
