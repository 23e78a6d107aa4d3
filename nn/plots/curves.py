"""Functions of one number with their derivatives: activations, and losses with outliers.

Values and derivatives come from the engine, which records each function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from math import ceil
from typing import TYPE_CHECKING, Any

from autograd.calculus.transforms import value_and_grad
from nn import activations as known_activations
from nn import losses as known_losses
from nn.activations import Activation, Choice
from nn.data import check_ends, check_number
from nn.losses import Loss
from nn.numerics import np
from nn.plots import style
from nn.plots.tracing import Scalar, draw_curve, leave_room, traced

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# The lecture's gallery, in its order. Softmax is missing: it is no function of one number.
GALLERY = ("step", "linear", "sigmoid", "tanh", "relu", "leaky_relu", "prelu", "elu", "swish")

_NAMES = {
    "relu": "ReLU",
    "leaky_relu": "Leaky ReLU",
    "prelu": "PReLU",
    "elu": "ELU",
    "mse": "MSE",
    "mae": "MAE",
    "delta": "δ",
    "alpha": "α",
    "<lambda>": "",
}


def activation(function: Choice = "sigmoid", z: tuple[float, float] = (-5.0, 5.0), ax: Axes | None = None) -> Axes:
    """An activation function and its derivative. Where one of them jumps, a full dot shows which value it takes.

    Arguments:
        function: as for a layer: a name ("leaky_relu"), an object (``LeakyReLU(alpha=0.2)``), or any function of a
            Value.
        z: the ends of the horizontal axis.
        ax: where to draw; a new figure by default.

    Returns:
        The matplotlib Axes.

    Raises:
        ValueError: for softmax, which depends on all z of a layer; for an unknown name; for ends in the wrong order.
        DomainError: for a function that has no value somewhere between the ends.
        ImportError: without matplotlib.

    For example ``plots.activation("tanh")``.

    Source: notes 5.3.4 and 5.3.5, figures 5.3 and 5.4; lecture, "Activation Functions".
    """
    kind = _of_one_number(function)
    low, high = check_ends("z", z)
    drawn = style.canvas(ax)
    _draw_activation(drawn, kind, low, high)
    drawn.set_xlabel("z")
    style.legend(drawn)
    return drawn


def activations(
    functions: Iterable[Choice] = GALLERY, z: tuple[float, float] = (-5.0, 5.0), ax: Sequence[Axes] | None = None
) -> list[Axes]:
    """A gallery of activation functions with their derivatives, one panel each.

    Arguments:
        functions: which ones, each as for `activation`; by default all of the lecture's that are functions of one
            number.
        z: the ends of the horizontal axes.
        ax: one Axes for each; by default a new figure, three panels in a row.

    Returns:
        The Axes, one for each function.

    Raises:
        TypeError: for a name alone, where a list of names is due.
        ValueError: as `activation`; without a function; if there are fewer Axes than functions.

    For example ``plots.activations(["relu", "elu"])``.

    Source: lecture, "Activation Functions"; notes 5.3.2.
    """
    if isinstance(functions, str):
        raise TypeError(f"functions is {functions!r}; give a list, [{functions!r}], or write plots.activation(...)")
    kinds = [_of_one_number(function) for function in functions]
    if not kinds:
        raise ValueError("functions is empty; give at least one activation, such as ['relu']")
    low, high = check_ends("z", z)
    if ax is None:
        columns = min(3, len(kinds))
        panels = style.canvases(len(kinds), columns, (3.1 * columns + 0.4, 2.3 * ceil(len(kinds) / columns) + 0.3))
        for lowest in panels[-columns:]:
            lowest.set_xlabel("z")
    else:
        given = list(np.ravel(np.array(ax, dtype=object)))
        if len(given) < len(kinds):
            raise ValueError(f"ax holds {len(given)} Axes for {len(kinds)} functions; give one Axes a function")
        panels = [style.canvas(panel) for panel in given[: len(kinds)]]
    for panel, kind in zip(panels, kinds, strict=True):
        _draw_activation(panel, kind, low, high)
    style.legend(panels[0], fontsize="small")
    return panels


def _of_one_number(function: Choice) -> Activation:
    """The activation, if it can be drawn as a curve."""
    kind = known_activations.get(function)
    if kind.layer_wide:
        raise ValueError(
            f"{kind!r} depends on all z of a layer, so it is no curve; hold the others fixed and draw one output: "
            "plots.activation(lambda z: softmax([z, 0.0, 0.0])[0])"
        )
    return kind


def _draw_activation(ax: Any, kind: Activation, low: float, high: float) -> None:
    style.origin_lines(ax)
    for index, (name, f) in enumerate(zip(("φ(z)", "φ′(z)"), _value_and_slope(kind), strict=True)):
        draw_curve(ax, traced(f, low, high), name, index)
    ax.set_xlim(low, high)
    leave_room(ax)
    style.heading(ax, _named(kind))


def _named(kind: Activation | Loss) -> str:
    """What a person calls it: "leaky_relu(alpha=0.01)" is "Leaky ReLU, α = 0.01"."""
    name, _, options = repr(kind).rstrip(")").partition("(")
    words = [_NAMES.get(name, name.replace("_", " ").capitalize())]
    for option in options.split(", ") if options else []:
        symbol, _, number = option.partition("=")
        words.append(f"{_NAMES.get(symbol, symbol)} = {number}")
    return ", ".join(words)


def _value_and_slope(function: Callable[[Any], Any]) -> tuple[Scalar, Scalar]:
    """The function, and its derivative by recording it."""
    differentiated = value_and_grad(function)
    return lambda z: float(differentiated(z)[0]), lambda z: float(differentiated(z)[1])


# --- losses ----------------------------------------------------------------------------------------------------


def losses(
    functions: Iterable[str | Loss] = ("mse", "mae", "huber"),
    points: Sequence[float] = (-0.9, -0.4, 0.1, 0.5, 0.8, 4.0),
    *,
    target: float = 0.0,
    span: tuple[float, float] | None = None,
    derivative: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Losses of one example over its prediction, and what the farthest of some points, the outlier, adds to them.

    With the target 0 a prediction is an error, ŷ - y. The legend says how much of the total over all points is the
    outlier's: with a squared error nearly everything, so that it alone decides where the descent goes.

    Arguments:
        functions: names or objects of `nn.losses`, for a single output. Those for classification need a ``target``
            that they have a meaning for, such as 1, and perhaps a ``span``.
        points: the predictions to mark on each curve; the outlier is the one farthest from the target. Empty for
            curves alone.
        target: y, the same for all.
        span: the ends of the horizontal axis; by default the points fit in, and as much to the other side.
        derivative: draw dL/dŷ, the pull of an example on the parameters, in place of the loss L.
        ax: where to draw; a new figure by default.

    Returns:
        The matplotlib Axes.

    Raises:
        TypeError: for a name alone, where a list of names is due.
        ValueError: for an unknown loss, a target that it has no meaning for, or ends in the wrong order.
        DomainError: for a loss on probabilities, if the span goes beyond 0 to 1.
        ImportError: without matplotlib.

    For example ``plots.losses(["mse", "mae", huber(2.0)])``.

    Source: notes 3.1 (figure 3.1), 3.2.2 and 3.3.
    """
    if isinstance(functions, str):
        raise TypeError(f"functions is {functions!r}; give a list, [{functions!r}]")
    kinds = [known_losses.get(function) for function in functions]
    if not kinds:
        raise ValueError("functions is empty; give at least one loss, such as ['mse']")
    target = check_number("target", target)
    marked = [check_number(f"points[{i}]", p) for i, p in enumerate(points)]
    outlier = max(range(len(marked)), key=lambda i: abs(marked[i] - target), default=0)
    shares = len(marked) > 1 and not derivative
    reach = 1.1 * max([abs(p - target) for p in marked], default=0.0) or 3.0
    low, high = check_ends("span", (target - reach, target + reach) if span is None else span)
    drawn = style.canvas(ax)
    drawn.grid(False, axis="x")  # no line through the legend, whose place is inside the bowl
    for index, kind in enumerate(kinds):
        row = kind.encode([target], 1)[0]
        f = _value_and_slope(partial(_loss_of_one, kind, row))[derivative]
        heights = [f(p) for p in marked]
        label = _named(kind)
        if shares:
            label += f": {heights[outlier] / (sum(heights) or 1.0):.0%}"
        draw_curve(drawn, traced(f, low, high), label, index)
        drawn.plot(marked, heights, style.marker(index), color=style.colour(index), markersize=6)
    drawn.set_xlim(low, high)
    leave_room(drawn)
    drawn.set_xlabel("error  ŷ − y" if target == 0.0 else f"prediction ŷ  (target y = {target:g})")
    drawn.set_ylabel("dL/dŷ" if derivative else "loss L")
    style.legend(drawn, title="the outlier's share of the total" if shares else None)
    return drawn


def _loss_of_one(loss: Loss, targets: list[float], prediction: Any) -> Any:
    return loss.one([prediction], targets)
