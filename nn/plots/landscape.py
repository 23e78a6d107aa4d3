"""The loss over two numbers, with the path of a descent on it. Imports the engine, models, losses, ``style``, ``curves``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from autograd.errors import DomainError
from autograd.modes import no_grad
from autograd.value import Value
from nn import losses
from nn.data import FloatArray, check_count, check_inputs, check_number, check_targets
from nn.losses import Loss
from nn.measure import Descent
from nn.module import Module
from nn.plots import style
from nn.plots.curves import check_ends
from nn.suggest import unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    resolution: int = 41,
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
        resolution: how many points to compute along each axis; a model sees each example resolution² times.
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
    if isinstance(of, Module):
        plane = _of_model(of, X, y, loss, along)
    else:
        plane = _of_function(of, {"X": X, "y": y, "loss": loss, "along": along})
    steps = path.points if isinstance(path, Descent) else list(path)
    route = np.array([plane.place(step, f"path[{i}]") for i, step in enumerate(steps)]).reshape(-1, 2)
    ends = _room(route if len(route) else np.array([plane.here])) if span is None else _two_spans(span)
    count = check_count("resolution", resolution, at_least=2)
    first, second = (np.linspace(low, high, count) for low, high in ends)
    drawn = style.canvas(ax, (6.0, 4.6))
    heights = plane.heights(first, second)
    if not np.isfinite(heights).any():
        raise ValueError(f"the function has no finite value in {ends[0]} and {ends[1]}; give another span")
    shades = drawn.contourf(first, second, np.ma.masked_invalid(heights), _levels(heights), cmap="viridis")
    _scale(drawn, shades, plane.name)
    if len(route):
        _draw_path(drawn, route)
    drawn.set_xlim(*ends[0])
    drawn.set_ylim(*ends[1])
    drawn.set_xlabel(plane.axes[0])
    drawn.set_ylabel(plane.axes[1])
    drawn.grid(False)
    return drawn


class _Plane(NamedTuple):
    """Two numbers and a height over them.

    Attributes:
        name: what the height is.
        axes: what the two numbers are.
        here: where they are now.
        place: the two numbers of a step of the path.
        heights: the height over each second number (rows) and first number (columns); NaN where there is none.
    """

    name: str
    axes: tuple[str, str]
    here: tuple[float, float]
    place: Callable[[Any, str], tuple[float, float]]
    heights: Callable[[FloatArray, FloatArray], FloatArray]


def _of_function(f: Any, unwanted: dict[str, Any]) -> _Plane:
    if not callable(f):
        raise TypeError(f"draw the loss of a model, or a function of two numbers, not {f!r:.60} ({type(f).__name__})")
    for name, value in unwanted.items():
        if value is not None:
            raise TypeError(f"{name} is given, but belongs to a model, and {f!r:.60} is none; leave it out")
    return _Plane("f", ("x₁", "x₂"), (0.0, 0.0), _point, _grid(lambda a, b: float(f(Value(a), Value(b)))))


def _of_model(model: Module, X: Any, y: Any, loss: str | Loss | None, along: Any) -> _Plane:
    if X is None or y is None:
        raise TypeError(f"the loss of {model!r} is over examples; write loss_landscape(model, X, y)")
    rows = check_inputs(X, getattr(model, "n_inputs", None)).tolist()
    targets = check_targets(y, len(rows))
    objective = losses.get(loss if loss is not None else getattr(model, "loss", None) or "mse")
    with no_grad():
        encoded = objective.encode(targets, len(objective.outputs_of(model, rows[0])))
    parameters = model.parameters()
    present = np.array([p.data for p in parameters])
    axes, origin, directions = _axes(model, along, present)

    def height(a: float, b: float) -> float:
        for p, number in zip(parameters, origin + a * directions[0] + b * directions[1], strict=True):
            p.data = float(number)
        terms = [objective.one(objective.outputs_of(model, x), t) for x, t in zip(rows, encoded, strict=True)]
        return float(sum(map(float, terms))) / len(terms)

    def heights(first: FloatArray, second: FloatArray) -> FloatArray:
        with _restored(parameters):
            return _grid(height)(first, second)

    def project(theta: FloatArray) -> tuple[float, float]:
        a, b = np.linalg.lstsq(directions.T, theta - origin)[0].tolist()
        return a, b

    def place(step: Any, name: str) -> tuple[float, float]:
        if not isinstance(step, Mapping):
            return _point(step, name)
        names = [known for known, _ in model.named_parameters()]
        missing = [known for known in names if known not in step]
        if missing:
            raise ValueError(f"{name} lacks the parameter {missing[0]!r}; give what model.state_dict() gives")
        return project(np.array([check_number(f"{name}[{known!r}]", step[known]) for known in names]))

    return _Plane(f"loss ({objective!r})", axes, project(present), place, heights)


def _axes(model: Module, along: Any, present: FloatArray) -> tuple[tuple[str, str], FloatArray, FloatArray]:
    """The names of the axes, the parameters at (0, 0), and the direction of each axis."""
    names = [name for name, _ in model.named_parameters()]
    if along is None:
        if len(names) != 2:
            raise ValueError(
                f"{model!r} has no two parameters alone, so along must say over what to draw: two names of "
                f"{', '.join(map(repr, names[:4]))}{', ...' if len(names) > 4 else ''}, or two directions, such as "
                f"np.random.default_rng(0).normal(size=(2, {len(names)}))"
            )
        along = names
    pair = list(along)
    if isinstance(along, str) or len(pair) != 2:
        raise ValueError(f"along is {along!r:.60}, but must be two names of parameters or two directions")
    if all(isinstance(name, str) for name in pair):
        for name in pair:
            if name not in names:
                raise unknown("parameter", name, names)
        directions = np.array([[float(name == chosen) for name in names] for chosen in pair])
        labels, origin = (pair[0], pair[1]), np.where(directions.any(axis=0), 0.0, present)
    else:
        directions = check_inputs(pair, name="along")
        if directions.shape[1] != len(names):
            raise ValueError(
                f"the directions in along have {directions.shape[1]} numbers, but {model!r} has {len(names)}; "
                "give one number for every parameter"
            )
        labels, origin = ("along direction 1", "along direction 2"), present
    if np.linalg.matrix_rank(directions) < 2:
        raise ValueError("the two directions in along are parallel, or one is 0; give two that span a plane")
    return labels, origin, directions


@contextmanager
def _restored(parameters: list[Value]) -> Iterator[None]:
    """The parameters have the same numbers afterwards as before, whatever happens between."""
    before = [p.data for p in parameters]
    try:
        yield
    finally:
        for p, number in zip(parameters, before, strict=True):
            p.data = number


def _grid(height: Callable[[float, float], float]) -> Callable[[FloatArray, FloatArray], FloatArray]:
    """A function of two numbers, for all pairs from two sequences; NaN where it has no value."""

    def at(a: float, b: float) -> float:
        try:
            return height(a, b)
        except (DomainError, OverflowError):
            return np.nan

    def over(first: FloatArray, second: FloatArray) -> FloatArray:
        with no_grad():
            return np.array([[at(a, b) for a in first.tolist()] for b in second.tolist()])

    return over


def _point(step: Any, name: str) -> tuple[float, float]:
    if not isinstance(step, (Sequence, np.ndarray)) or len(step) != 2:
        raise ValueError(f"{name} is {step!r:.60}, but must be a point (a, b) on the two axes")
    return check_number(f"{name}[0]", step[0]), check_number(f"{name}[1]", step[1])


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
    bar = ax.figure.colorbar(shades, ax=ax, ticks=shades.levels[::4], format="%.3g")
    bar.set_label(name, color=style.ink(ax))
    bar.ax.tick_params(colors=style.ink(ax))
    bar.outline.set_visible(False)


def _draw_path(ax: Any, route: FloatArray) -> None:
    ax.plot(*route.T, ".-", color="white", linewidth=1.4, markersize=5, label="descent")
    for (a, b), face, name in ((route[0], "white", "start"), (route[-1], style.COLOURS[1], "end")):
        ax.plot([a], [b], "o", markersize=8, markerfacecolor=face, markeredgecolor="black", zorder=4, label=name)
