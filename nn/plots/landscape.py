"""The loss over two parameters or two directions, with the path of a descent on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import floor, log10
from typing import TYPE_CHECKING, Any, TypeAlias

from autograd.engine.value import Value
from nn.data import FloatArray, check_count, check_ends
from nn.evaluation import grid
from nn.losses import Loss
from nn.measure import Descent
from nn.module import Module
from nn.numerics import np
from nn.plots import style
from nn.plots.plane import plane_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Span: TypeAlias = "tuple[float, float] | tuple[tuple[float, float], tuple[float, float]]"

LEVELS = 16


def loss_landscape(
    of: Module | Callable[[Value, Value], Any],
    X: Any = None,
    y: Any = None,
    *,
    loss: str | Loss | None = None,
    along: Sequence[str] | Sequence[Sequence[float]] | None = None,
    path: Descent | Iterable[Any] = (),
    span: Span | None = None,
    resolution: int = 61,
    ax: Axes | None = None,
) -> Axes:
    """The loss over two numbers as contours, dark where it is low, with the path of a descent on it.

    The contours lie closer together near the lowest loss than further up. Where a function has no value the plot has
    a hole. To follow a training, collect the parameters as they change:

        path = [model.state_dict()]
        fit(model, X, y, callbacks=[lambda report: path.append(report.model.state_dict())])
        plots.loss_landscape(model, X, y, along=["w1", "b"], path=path)

    Arguments:
        of: a model, or any function of two Values.
        X, y: for a model, its examples and their targets.
        loss: for a model: a name or an object; by default the loss of the model, or else "mse".
        along: for a model, what the two axes are. Two names of parameters, with the others held where they are; or
            two directions, each with one number for every parameter in the order of ``model.parameters()``, which
            start at the present parameters. Can be left out where a model has just two parameters.
        path: the way of a descent: what `nn.measure.descend` gives, or points (a, b) on the two axes, or for a model
            state dicts, which are projected on the axes.
        span: the ends of the axes: one pair for both, or two pairs. By default the path fits in, with some room; or
            without a path 2 to each side of the present parameters, or of (0, 0).
        resolution: how many points to compute along each axis; the model sees each example resolution² times, at
            the speed of a compiled program where it can be compiled.
        ax: where to draw; a new figure by default.

    Returns:
        The matplotlib Axes. A model has the parameters afterwards that it had before.

    Raises:
        ValueError: for directions that are parallel or of the wrong length, unknown parameters, ends in the wrong
            order, a function without a value anywhere, and examples that the model does not take.
        TypeError: for a model without examples, or a function with them.
        ImportError: without matplotlib.

    Source: notes 4.1 and 4.2; lecture, "3. Gradient Descent".
    """
    surface = plane_of(of, X, y, loss, along)
    steps = path.points if isinstance(path, Descent) else list(path)
    route = np.array([surface.place(step, f"path[{i}]") for i, step in enumerate(steps)]).reshape(-1, 2)
    ends = _room(route if len(route) else np.array([surface.here])) if span is None else _two_spans(span)
    count = check_count("resolution", resolution, at_least=2)
    first, second = (np.linspace(low, high, count) for low, high in ends)
    heights = surface.heights(grid(first, second)).reshape(count, count)
    if not np.isfinite(heights).any():
        raise ValueError(f"the function has no finite value in {ends[0]} and {ends[1]}; give another span")
    drawn = style.canvas(ax, (6.0, 4.6))
    drawn_over = (first, second, np.ma.masked_invalid(heights), _levels(heights))
    shades = drawn.contourf(*drawn_over, cmap="viridis")
    drawn.contour(*drawn_over, colors="white", linewidths=0.5, alpha=0.3)
    _scale(drawn, shades, surface.name)
    drawn.set_xlim(*ends[0])
    drawn.set_ylim(*ends[1])
    if len(route):
        _draw_path(drawn, route)
    drawn.set_xlabel(surface.axes[0])
    drawn.set_ylabel(surface.axes[1])
    drawn.grid(False)
    return drawn


def _two_spans(span: Any) -> tuple[tuple[float, float], tuple[float, float]]:
    """The ends of both axes, from one pair or two."""
    if np.ndim(span) == 2 and len(span) == 2:
        return check_ends("span[0]", span[0]), check_ends("span[1]", span[1])
    ends = check_ends("span", span)
    return ends, ends


def _room(points: FloatArray) -> tuple[tuple[float, float], tuple[float, float]]:
    """Ends of the axes between which all points lie, with some room around them."""
    low, high = points.min(axis=0), points.max(axis=0)
    extent = float((high - low).max())
    room = 0.35 * extent if extent > 0.0 else 2.0
    first, second = ((float(a) - room, float(b) + room) for a, b in zip(low, high, strict=True))
    return first, second


def _levels(heights: FloatArray) -> FloatArray:
    """Heights for the contours, closer together at the low end."""
    finite = heights[np.isfinite(heights)]
    low, high = float(finite.min()), float(finite.max())
    extent = high - low if high - low > 1e-12 * max(abs(low), abs(high)) else max(abs(low), 1.0)
    levels: FloatArray = low + extent * np.linspace(0.0, 1.0, LEVELS + 1) ** 2
    return levels


def _scale(ax: Any, shades: Any, name: str) -> None:
    """The scale of colours, in the ink of the Axes."""
    ticks = shades.levels[::4]
    decimals = max(0, -floor(log10(ticks[1] - ticks[0])))  # as few as tell the ticks apart
    digits = f".{decimals}f" if decimals < 7 and (decimals or np.abs(ticks).max() < 1e5) else ".3g"
    bar = ax.figure.colorbar(shades, ax=ax, ticks=ticks, format=f"{{x:{digits}}}")
    bar.set_label(name, color=style.ink(ax))
    bar.ax.tick_params(colors=style.ink(ax))
    bar.outline.set_visible(False)


def _draw_path(ax: Any, route: FloatArray) -> None:
    """The path in white with a dark edge, which shows on every colour, and the names of its ends ahead of them."""
    from matplotlib.patheffects import withStroke

    edge = [withStroke(linewidth=3.0, foreground="#00000099")]
    ax.plot(*route.T, color="white", linewidth=1.4, path_effects=edge, label="descent")
    ax.plot(*route.T, ".", color="white", markersize=5)
    shown = ax.transData.transform(route)
    for end, neighbour, face, name in ((0, 1, "white", "start"), (-1, -2, style.COLOURS[1], "end")):
        ax.plot(*route[[end]].T, "o", markersize=8, color=face, markeredgecolor="black", zorder=4, label=name)
        away = shown[end] - shown[neighbour] if len(route) > 1 else np.zeros(2)
        if away.any():
            place = 18.0 * away / np.linalg.norm(away)
            text = ax.annotate(name, route[end], place, textcoords="offset points", color="white", path_effects=edge)
            text.set(ha="center", va="center", zorder=5)
