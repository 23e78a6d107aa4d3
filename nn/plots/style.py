"""How plots look, and the Axes they are drawn on. matplotlib is imported when a plot is made, and not before.

A figure made here has no background, and its text is of a grey that reads on a white page and in a dark notebook
alike. Whoever has chosen a matplotlib style with a background of its own, or hands in an Axes, gets that one's colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Contrast at least 3.8 on white and on the dark backgrounds of JupyterLab (#111111) and VS Code (#1e1e1e).
INK: Final = "#7a7a7a"
_INKED = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color")  # as matplotlib calls it

# The colours of Okabe and Ito that reach a contrast of 3 on white and on #111111, and a brown. They stay apart with
# each kind of colour blindness, but not in grey print: so series also differ in dashes and marker.
COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#a0522d")
DASHES: Final = ("-", (0, (5, 1.5)), (0, (1, 1)), (0, (6, 1.5, 1, 1.5)))
MARKERS: Final = ("o", "s", "^", "D", "v", "P")

PAIR: Final = (7.2, 4.2)  # inches: a plot in a column of text


def colour(index: int) -> str:
    """The colour of a series; they repeat after five."""
    return COLOURS[index % len(COLOURS)]


def series(index: int) -> dict[str, Any]:
    """Colour, dashes and width of a line; colour and dashes together repeat after twenty."""
    return {"color": colour(index), "linestyle": DASHES[index % len(DASHES)], "linewidth": 2.0}


def marker(index: int) -> str:
    """The marker of a class; colour and marker together repeat after thirty."""
    return MARKERS[index % len(MARKERS)]


def pyplot() -> Any:
    """matplotlib's ``pyplot``.

    Raises:
        ImportError: where matplotlib is not installed, with the command that installs it.
    """
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError(
            f"plots are drawn by matplotlib, which cannot be imported ({error}); pip install -e '.[plots]'"
        ) from error
    return plt


def canvas(ax: Axes | None = None, size: tuple[float, float] = PAIR) -> Any:
    """The Axes to draw on: the one given, or that of a new figure.

    Arguments:
        ax: the caller's Axes; its colours are kept.
        size: width and height of a new figure, in inches.

    Raises:
        TypeError: if ``ax`` is no Axes, but a list of them, say.
        ImportError: without matplotlib.
    """
    if ax is None:
        return canvases(1, 1, size)[0]
    pyplot()
    _check_axes(ax)
    _simplify(ax)
    return ax


def canvases(count: int, columns: int, size: tuple[float, float]) -> list[Any]:
    """So many Axes of a new figure, row by row."""
    plt = pyplot()
    from nn.plots.figure import Figure  # which imports matplotlib

    plain = plt.rcParams["figure.facecolor"] == plt.rcParamsDefault["figure.facecolor"]
    # a first figure chooses the backend, which must outlast
    figure = plt.figure(FigureClass=Figure, figsize=size, layout="constrained")
    with plt.rc_context(dict.fromkeys(_INKED, INK) if plain else {}):
        axes = [figure.add_subplot(ceil(count / columns), columns, i + 1) for i in range(count)]
    for ax in axes:
        if plain:
            figure.patch.set_alpha(0.0)
            ax.patch.set_alpha(0.0)
            ax.tick_params(which="both", colors=INK)
        _simplify(ax)
    return axes


def ink(ax: Any) -> Any:
    """The colour of text on an Axes."""
    return ax.xaxis.label.get_color()


def origin_lines(ax: Any) -> None:
    """The axes of coordinates, faintly."""
    for line in (ax.axhline, ax.axvline):
        line(0.0, color=ink(ax), linewidth=0.8, alpha=0.6, zorder=0.5)


def heading(ax: Any, title: str) -> None:
    """A title, unless the caller's Axes has one."""
    if not ax.get_title():
        ax.set_title(title, fontsize="medium", fontweight="bold")


def legend(ax: Any, **settings: Any) -> None:
    """A legend without a box, where it covers least."""
    drawn = ax.legend(**{"frameon": False, "labelcolor": ink(ax), "handlelength": 2.6, **settings})
    drawn.get_title().set_color(ink(ax))


def legend_beside(ax: Any, **settings: Any) -> None:
    """A legend to the right of the Axes, where it covers nothing."""
    legend(ax, loc="upper left", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.2, **settings)


def _check_axes(ax: Any) -> None:
    if hasattr(ax, "contourf"):
        return
    if isinstance(ax, Sequence) or hasattr(ax, "flat"):
        raise TypeError("ax must be a single matplotlib Axes, not several; choose one, such as ax=axes[0]")
    raise TypeError(f"ax must be a matplotlib Axes, not {ax!r:.60} ({type(ax).__name__}); write _, ax = plt.subplots()")


def _simplify(ax: Any) -> None:
    """Less ink: no frame, a faint grid behind what is drawn."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(True, color=ink(ax), linewidth=0.6, alpha=0.22)
    ax.set_axisbelow(True)
