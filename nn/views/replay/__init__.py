"""A training replayed epoch by epoch: `figure` is what ``autograd.show(history)`` shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from math import ceil, nan
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from autograd.derivation.styles import TEXT, printable
from autograd.derivation.words import listed, words
from autograd.derivation.writing import significant
from autograd.stepper.figure import Figure, Frame, Kind
from nn.history import MOST, History, Recording, Snapshots, spoken
from nn.metrics import decided
from nn.numerics import np
from nn.optimizers import flat_data, write_data
from nn.steps import EagerStep, StepFunction
from nn.views.replay import views
from nn.views.replay.charts import HEIGHT, chart_styles
from nn.views.replay.course import Course
from nn.views.replay.views import view_of

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["figure"]

_HERE = Path(__file__)
HISTORY = Kind(
    "history",
    ("epoch", "loss_and_metrics"),
    "the_training",
    _HERE.with_name("history.html"),
    (_HERE.with_name("history.js"),),
    (_HERE.with_name("history.css"),),
    is_watched=True,
)
Item = TypeVar("Item")

MOST_EXAMPLES = 400  # that are drawn
RESOLUTION, EAGER_RESOLUTION = 52, 24  # points along each axis of the plane; fewer for a model that is not compiled
EAGER_SNAPSHOTS = 25


def figure(history: History, digits: int = 4) -> Figure:
    """The stepper through a training: what the model says, the loss and the metrics, at each epoch that was kept.

    A model of two inputs, whose targets are classes or one number, is drawn as a plane: the regions in which it decides
    for each class, or its output in shades. One of one input and one output is drawn as a curve. Examples lie on top,
    at most 400 of them, and those in a wrong region have a cross. For any other model, and where `fit` was told to keep
    no snapshots, there are loss and metrics alone.

    The loss of an epoch is that of the history: the mean over its mini-batches, each measured before its step. Epoch 0
    is the model before training, with its loss on all examples.

    Arguments:
        history: what `nn.fit` returned.
        digits: how many significant digits are shown, at least 1.

    Raises:
        ValueError: for a history without epochs.

    Example:
        >>> from nn import MLP, fit
        >>> history = fit(MLP(2, [1], seed=0), [[0, 0], [0, 1], [1, 1]], [0, 1, 1], epochs=20, metrics=["accuracy"])
        >>> figure(history)
        <A training of 20 epochs: 21 steps; .save('page.html') writes it as a page>
        >>> print(figure(history, digits=2).steps[-1].text)
        loss 0.10, accuracy 1, learning rate 0.1, wrong examples 0 of 3
    """
    rows = {int(row["epoch"]): row for row in history.rows}
    seen = None
    if history.recording is not None and history.snapshots is not None:
        seen = _seen(history.recording, history.snapshots)
    if seen:
        rows[0] = {"epoch": 0, "loss": seen.first_loss}
    if not rows:
        raise ValueError("the history has no epochs to show; train the model first: history = fit(model, X, y)")
    epochs = [*seen.states] if seen else _epochs(history)
    course = Course([rows[epoch] for epoch in sorted(rows)], beside=not seen)
    frames = []
    for epoch in epochs:
        numbers = [
            (spoken(name), TEXT.number(significant(number, digits)))
            for name, number in rows[epoch].items()
            if name != "epoch"
        ]
        step: dict[str, Any] = {"epoch": epoch, "numbers": numbers, **course.at(epoch)}
        if seen:
            step["layers"], wrong = seen.states[epoch]
            if seen.view.classes:
                step["wrong"] = _hexadecimal(wrong)
                numbers.append((words("wrong_examples"), words("part_of_all", part=int(wrong.sum()), count=len(wrong))))
        frames.append(
            Frame(words("of_epoch", epoch=epoch), listed([f"{name} {number}" for name, number in numbers]), step)
        )
    title = words("a_training", count=epochs[-1])
    description = words("after_the_last", training=title, numbers=frames[-1].text)

    def picture_at(step: int) -> str:
        panels = [(course.width, panel) for panel in course.panels(epochs[step - 1])]
        if seen:
            layers, wrong = seen.states[epochs[step - 1]]
            panels.insert(0, (views.WIDTH, seen.view.drawn(layers, wrong.tolist())))
        return _svg(panels, description)

    return Figure(HISTORY, title, description, picture_at(len(epochs)), frames, {}, picture_at)


def _epochs(history: History) -> list[int]:
    """What to show where the model is not drawn: those of the snapshots, else of the history, not too many."""
    if history.snapshots is not None:
        return [epoch for epoch in history.snapshots.epochs if epoch]
    return _thinned([int(epoch) for epoch in history["epoch"]], MOST)


class _Seen(NamedTuple):
    """What the model said.

    Attributes:
        view: how it is drawn.
        first_loss: the loss with the first snapshot, before training.
        states: for the epoch of each snapshot the outlines of the picture, and which examples are in the wrong region.
    """

    view: views.View
    first_loss: float
    states: dict[int, tuple[list[str], npt.NDArray[np.bool_]]]


def _seen(recording: Recording, snapshots: Snapshots) -> _Seen | None:
    """Ask the model at each snapshot; None if it is not one that is drawn."""
    step, examples = recording
    eager = isinstance(step, EagerStep)
    chosen = np.unique(np.linspace(0, len(examples.X) - 1, MOST_EXAMPLES).astype(int))
    X, T = examples.X[chosen], examples.T[chosen]
    view = view_of(X, T, EAGER_RESOLUTION if eager else RESOLUTION)
    if view is None:
        return None
    n = len(view.points)
    first_loss = nan
    states: dict[int, tuple[list[str], npt.NDArray[np.bool_]]] = {}
    for epoch in _with_each(snapshots, step):
        if not states:
            first_loss = examples.mean(step.losses(examples.X, examples.T))
        outputs = step.outputs(np.concatenate([view.points, X])).reshape(n + len(X), -1)
        right, given = decided(T, outputs[n:]) if view.classes else (X[:, 0], X[:, 0])
        states[epoch] = view.layers(np.nan_to_num(outputs[:n])), right != given
    return _Seen(view, first_loss, states)


def _with_each(snapshots: Snapshots, step: StepFunction) -> Iterator[int]:
    """The epochs of the snapshots, while the model has its parameters; in the end it gets back its own."""
    own, theta = flat_data(step.parameters), step.theta.copy()
    kept = snapshots.arrays()
    if isinstance(step, EagerStep):
        kept = _thinned(kept, EAGER_SNAPSHOTS)
    try:
        for epoch, array in kept:
            step.theta[:] = array
            step.write_back()
            yield epoch
    finally:
        step.theta[:] = theta
        write_data(step.parameters, own)


def _thinned(items: list[Item], most: int) -> list[Item]:
    """Evenly spaced ones and the last one, about so many at most."""
    return [*items[: -1 : ceil(len(items) / most)], items[-1]]


def _hexadecimal(bits: npt.NDArray[np.bool_]) -> str:
    """Truth values, four to a hexadecimal digit, the first of them as its lowest bit."""
    fours = np.pad(bits, (0, -len(bits) % 4)).reshape(-1, 4).astype(int)
    return "".join([f"{digit:x}" for digit in (fours @ [1, 2, 4, 8]).tolist()])


def _svg(panels: Sequence[tuple[int, str]], description: str) -> str:
    """The finished picture: panels side by side, each an <svg> of its own, which the script takes out."""
    width = sum([wide for wide, _ in panels])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chainrule" role="img" width="{width}" height="{HEIGHT}" '
        f'viewBox="0 0 {width} {HEIGHT}" aria-label="{escape(printable(description))}"><style>{chart_styles()}</style>'
        f'<rect class="page" width="{width}" height="{HEIGHT}" rx="6"/>'
    ]
    x = 0
    for name, (wide, content) in zip(("view", "charts")[-len(panels) :], panels, strict=True):
        place = f'x="{x}" y="0" width="{wide}" height="{HEIGHT}" viewBox="0 0 {wide} {HEIGHT}"'
        parts.append(f'<svg data-panel="{name}" {place}>{content}</svg>')
        x += wide
    return "".join([*parts, "</svg>"])
