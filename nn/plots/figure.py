"""`Figure`: that of matplotlib, which says what it shows to those who do not see it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from autograd.derivation.styles import TEXT
from autograd.derivation.words import words
from nn.numerics import np

if TYPE_CHECKING:
    from matplotlib.figure import Figure as _Figure
else:
    try:
        from matplotlib.figure import Figure as _Figure
    except ImportError:  # whoever only reads this file, as its doctests do; a plot says what is missing
        _Figure = object

_IMAGES = ("image/png", "image/svg+xml")


class Figure(_Figure):
    """A figure whose images in a notebook have an alternative text, as metadata: ``nbconvert`` knows it as ``alt``."""

    @property
    def description(self) -> str:
        """What is drawn, panel by panel: the axes with their ends, and the course of every line that has a name."""
        return " ".join([sentence for ax in self.axes for sentence in _sentences(ax)])

    def _repr_mimebundle_(
        self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """No other image than the one that IPython makes, but what is said of it."""
        return {}, {kind: {"alt": self.description} for kind in _IMAGES}


def _sentences(ax: Any) -> Iterator[str]:
    if ax.get_label() == "<colorbar>":
        yield words("plot_colour", name=ax.get_ylabel(), **_ends(ax.get_ylim()))
        return
    if ax.get_title():
        yield f"{ax.get_title()}."
    yield words("plot_across", name=ax.get_xlabel(), **_ends(ax.get_xlim())).replace("  ", " ")
    yield words("plot_up", name=ax.get_ylabel(), **_ends(ax.get_ylim())).replace("  ", " ")
    own = [line for line in ax.get_lines() if line.get_transform() == ax.transData]  # no lines of the coordinates
    named = [line for line in own if not str(line.get_label()).startswith("_")]
    for line in named or own:
        heights = np.array(line.get_ydata(), dtype=float)
        known = heights[np.isfinite(heights)]
        name = line.get_label() if named else ax.get_ylabel()
        if line.get_linestyle() == "None":
            yield words("plot_points", name=name, count=len(known))
        elif len(known):
            ends = _ends((known[0], known[-1]))
            yield words("plot_line", name=name, **ends, least=_shown(known.min()), most=_shown(known.max()))


def _ends(ends: tuple[float, float]) -> dict[str, str]:
    return {"first": _shown(ends[0]), "last": _shown(ends[1])}


def _shown(number: float) -> str:
    return TEXT.number(f"{number:.3g}")
