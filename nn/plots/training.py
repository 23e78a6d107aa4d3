"""How a training went, and how large gradients are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nn import measure
from nn.history import History, spoken
from nn.layers import MLP
from nn.losses import Loss
from nn.plots import style
from nn.suggest import unknown

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def learning_curves(
    history: History | Mapping[str, History],
    columns: Sequence[str] | None = None,
    *,
    log: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """The loss over the epochs, on the training examples and on those held out; a dot marks the best validation loss.

    Arguments:
        history: what `nn.fit` returns, or several under names of your choice, to compare.
        columns: which columns to draw; by default "loss", and "val_loss" where there is one.
        log: whether the vertical axis is logarithmic. All numbers must be above 0 then.
        ax: where to draw; a new figure by default.

    Returns:
        The matplotlib Axes.

    Raises:
        ValueError: for a history without epochs, an unknown column, or a number of 0 or below on a logarithmic axis.
        TypeError: for anything but histories.
        ImportError: without matplotlib.

    Source: notes 4.2.2, "Learning Rate"; lecture, "3. Gradient Descent".
    """
    curves = []
    for name, one in _by_name("history", history, History, "fit(...)").items():
        if not len(one):
            raise ValueError(f"the history{f' {name!r}' if name else ''} has no epochs; train the model first")
        chosen = _checked_columns(one, columns)
        for column in chosen:
            label = ": ".join(
                [part for part in (name, _named(column, one) if len(chosen) > 1 or not name else "") if part]
            )
            if log and min(one[column]) <= 0.0:
                raise ValueError(
                    f"the {label} falls to {min(one[column]):g}, which has no logarithm; leave out log=True"
                )
            curves.append((label, column, one["epoch"], one[column]))
    drawn = style.canvas(ax)
    for index, (label, column, epochs, numbers) in enumerate(curves):
        few = "o" if len(epochs) == 1 else ""
        best = numbers.index(min(numbers))
        if column == "val_loss":
            label += f" (best in epoch {epochs[best]:g})"
        drawn.plot(epochs, numbers, label=label, marker=few, **style.series(index))
        if column == "val_loss":
            drawn.plot(epochs[best], numbers[best], "o", color=style.colour(index), markersize=7, zorder=3)
    if log:
        drawn.set_yscale("log")
    drawn.xaxis.get_major_locator().set_params(integer=True)
    drawn.set_xlabel("epoch")
    shown = {column.removeprefix("val_") for _, column, _, _ in curves}
    drawn.set_ylabel(shown.pop().replace("_", " ") if len(shown) == 1 else "")
    style.legend(drawn)
    return drawn


def gradient_sizes(
    model: MLP | Mapping[str, MLP], X: Any, y: Any, loss: str | Loss | None = None, *, ax: Axes | None = None
) -> Axes:
    """The size of the gradient in each layer, from the input on: see `nn.measure.gradient_sizes`.

    The axis is logarithmic, unless a size is 0: a line that rises steeply to the right is a gradient that vanishes
    towards the input.

    Arguments:
        model: a network, or several under names of your choice, to compare. Their gradients are replaced.
        X, y, loss: as `nn.fit` takes them.
        ax: where to draw; a new figure by default.

    Returns:
        The matplotlib Axes.

    Raises:
        TypeError: for anything but networks.
        ValueError: for examples that a network does not take.
        ImportError: without matplotlib.

    Source: lecture, "Sigmoid / Logistic Activation Function": the vanishing gradient problem; notes 5.3.5.
    """
    models = _by_name("model", model, MLP, "MLP(...)")
    measured = {name: measure.gradient_sizes(one, X, y, loss) for name, one in models.items()}
    drawn = style.canvas(ax)
    for index, (name, layers) in enumerate(measured.items()):
        numbers = [layer.layer for layer in layers]
        drawn.plot(
            numbers, [layer.size for layer in layers], label=name, marker=style.marker(index), **style.series(index)
        )
    if all(layer.size > 0.0 for layers in measured.values() for layer in layers):
        drawn.set_yscale("log")
    drawn.xaxis.get_major_locator().set_params(integer=True)
    drawn.set_xlabel("layer, from the input on")
    drawn.set_ylabel("gradient: root mean square of dL/dw")
    if "" not in measured:
        style.legend(drawn)
    return drawn


def _by_name(argument: str, given: Any, kind: type, example: str) -> dict[str, Any]:
    """One thing under the name "", or several under their names."""
    named = dict(given) if isinstance(given, Mapping) else {"": given}
    if not named:
        raise ValueError(f"{argument} is empty; give at least one, such as {{'first': {example}}}")
    for name, one in named.items():
        if not isinstance(one, kind):
            where = f"{argument}[{name!r}]" if isinstance(given, Mapping) else argument
            raise TypeError(f"{where} is {one!r:.60} ({type(one).__name__}); give a {kind.__name__}, from {example}")
    return {str(name): one for name, one in named.items()}


def _named(column: str, history: History) -> str:
    """A column in words: "val_loss" is the validation loss, and "loss" beside it the training loss."""
    return ("training " if f"val_{column}" in history.columns else "") + spoken(column)


def _checked_columns(history: History, columns: Sequence[str] | None) -> list[str]:
    """The columns to draw, all of which the history has."""
    if columns is None:
        return [column for column in ("loss", "val_loss") if column in history.columns]
    if isinstance(columns, str):
        raise TypeError(f"columns is {columns!r}; give a list, [{columns!r}]")
    if not columns:
        raise ValueError("columns is empty; give at least one, such as ['loss']")
    for column in columns:
        if column not in history.columns:
            raise unknown("column", column, history.columns)
    return list(columns)
