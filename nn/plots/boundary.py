"""Where a classifier decides for which class."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from nn.data import FloatArray, check_count, check_inputs, check_targets
from nn.evaluation import grid, outputs_for
from nn.losses import mse
from nn.metrics import classes_of, decided
from nn.numerics import np
from nn.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def decision_boundary(model: Any, X: Any, y: Any, *, resolution: int = 161, ax: Axes | None = None) -> Axes:
    """The regions in which a model with two inputs decides for each class, with the examples on top.

    A model with one output says 1 where it is at least 0.5, or for targets -1 and 1 where it is at least 0. One with
    an output for each class says the class of the largest. Examples in the wrong region have a cross.

    Arguments:
        model: anything that gives the outputs for one example of two numbers.
        X: the examples, shape (examples, 2).
        y: their classes: 0 and 1, or -1 and 1, for one output; class numbers from 0 on, or one-hot rows, for several.
        resolution: how many points to compute along each axis; the model is asked at resolution² points, by a
            compiled program where it can be compiled. Fewer will do for a slow function of your own.
        ax: where to draw; a new figure by default.

    Returns:
        The matplotlib Axes.

    Raises:
        ValueError: for examples that do not have two numbers, and targets that are no classes of the model.
        ImportError: without matplotlib.

    Source: lecture, "Feed-Forward Networks", the perceptron that separates; notes 5.2.
    """
    taken = getattr(model, "n_inputs", 2)
    if taken != 2:
        raise ValueError(f"{model!r} has {taken} inputs, but a plane has two; draw a model with n_inputs=2")
    examples = check_inputs(X, 2)
    targets = check_targets(y, len(examples))
    count = check_count("resolution", resolution, at_least=2)
    outputs_of = partial(mse.outputs_of, model)
    outputs = outputs_for(outputs_of, examples)
    encoded = _encoded(targets, outputs.shape[1])
    right, given = decided(encoded, outputs)
    classes = np.array(classes_of(encoded))

    drawn = style.canvas(ax, (5.6, 4.4))
    first, second = (np.linspace(*_ends(column), count) for column in examples.T)
    regions = _margins(outputs_for(outputs_of, grid(first, second)), classes)
    for index, lead in enumerate(regions):
        shape = lead.reshape(count, count)
        if shape.max() > 0.0:
            drawn.contourf(first, second, shape, [0.0, np.inf], colors=[style.colour(index)], alpha=0.22)
        if shape.min() < 0.0 < shape.max() and index:
            drawn.contour(first, second, shape, [0.0], colors=[style.ink(drawn)], linewidths=1.4)
    for index, label in enumerate(classes):
        members = examples[right == label]
        look = {"color": style.colour(index), "markeredgecolor": "white", "markersize": 7, "linestyle": "none"}
        drawn.plot(*members.T, marker=style.marker(index), label=f"class {label:g}".replace("-", "−"), **look)
    wrong = examples[right != given]
    if len(wrong):
        look = {"color": "white", "markeredgecolor": "black", "markersize": 6, "markeredgewidth": 0.8}
        drawn.plot(*wrong.T, "X", label=f"wrong: {len(wrong)}", **look)
    drawn.set_xlim(first[0], first[-1])
    drawn.set_ylim(second[0], second[-1])
    drawn.set_xlabel("x₁")
    drawn.set_ylabel("x₂")
    drawn.grid(False)
    style.legend_beside(drawn)
    return drawn


def _encoded(targets: FloatArray, n_outputs: int) -> FloatArray:
    """The targets as `decided` takes them: one column, or one-hot rows.

    Raises:
        ValueError: if they are no classes of a model with so many outputs.
    """
    if n_outputs == 1:
        if targets.ndim == 1 and classes_of(targets.reshape(-1, 1)):
            return targets.reshape(-1, 1)
        raise ValueError(
            "y must hold 0 and 1, or -1 and 1, for a model with one output; for more classes than two "
            "the model needs one output a class"
        )
    if targets.ndim == 1 and set(targets.tolist()) <= set(range(n_outputs)):
        return np.eye(n_outputs)[targets.astype(int)]
    if targets.ndim == 2 and targets.shape[1] == n_outputs and classes_of(targets):
        return targets
    raise ValueError(
        f"y must hold class numbers from 0 to {n_outputs - 1}, or one-hot rows, for a model with {n_outputs} outputs"
    )


def _margins(outputs: FloatArray, classes: FloatArray) -> list[FloatArray]:
    """By how much each class leads the best other one."""
    if outputs.shape[1] == 1:
        lead = outputs[:, 0] - float(classes.mean())
        return [-lead, lead]
    return [outputs[:, k] - np.delete(outputs, k, axis=1).max(axis=1) for k in range(outputs.shape[1])]


def _ends(column: FloatArray) -> tuple[float, float]:
    """The ends of an axis on which all numbers fit, with some room."""
    low, high = float(column.min()), float(column.max())
    room = 0.15 * (high - low) or 1.0
    return low - room, high + room
