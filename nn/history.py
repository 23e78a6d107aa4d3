"""`History`: the course of a training, which `nn.fit` returns, and the snapshots in it, in bounded space."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from autograd.derivation.tables import html_table
from autograd.derivation.words import words
from autograd.engine.elsewhere import absent
from nn.data import Examples, FloatArray
from nn.steps import StepFunction

MOST = 100  # snapshots
MOST_NUMBERS = 1_000_000  # in all of them together: 8 MB
COLUMNS = {
    "loss": "column_loss",
    "learning_rate": "column_learning_rate",
    "accuracy": "column_accuracy",
    "precision": "column_precision",
    "recall": "column_recall",
}
"""Those whose names are words, by what they are called; another one is called as it is written."""


class Snapshot(NamedTuple):
    """The parameters after an epoch; epoch 0 is before training."""

    epoch: int
    state: dict[str, float]


class Snapshots:
    """The parameters after evenly spaced epochs, the first one and the last one among them.

    At first every epoch is kept. When there are as many as may be, every second one is dropped, and from then on half
    as many are taken. The last epoch is always there.

    Arguments:
        names: the names of the parameters, in the order of the arrays that `take` is given.
        at_most: how many to keep, at least 2; fewer for so many parameters that they would hold more than a million
            numbers, but always the first and the last.

    Example:
        >>> from numpy import array
        >>> snapshots = Snapshots(["w", "b"], at_most=4)
        >>> for epoch in range(12):
        ...     snapshots.take(epoch, array([0.5 * epoch, 1.0]))
        >>> snapshots.epochs
        [0, 4, 8, 11]
        >>> snapshots[-1]
        Snapshot(epoch=11, state={'w': 5.5, 'b': 1.0})
    """

    def __init__(self, names: Sequence[str], at_most: int = MOST) -> None:
        self.names = list(names)
        self.at_most = max(2, min(at_most, MOST_NUMBERS // max(1, len(self.names))))
        self.stride = 1
        self._kept: list[tuple[int, FloatArray]] = []
        self._last: tuple[int, FloatArray] | None = None

    def take(self, epoch: int, theta: FloatArray) -> None:
        """Note the parameters after an epoch; epochs come in rising order."""
        self._last = epoch, theta.copy()
        if epoch % self.stride == 0:
            self._kept.append(self._last)
        if len(self._kept) >= self.at_most:  # one place is for the last epoch
            self.stride *= 2
            self._kept = [(at, kept) for at, kept in self._kept if at % self.stride == 0]

    def arrays(self) -> list[tuple[int, FloatArray]]:
        """Epochs, and the parameters after them as one array in the order of ``names``."""
        return [*self._kept, *([self._last] if self._last and self._last[0] % self.stride else [])]

    @property
    def epochs(self) -> list[int]:
        """The epochs that are kept."""
        return [epoch for epoch, _ in self.arrays()]

    def __len__(self) -> int:
        return len(self.arrays())

    def __getitem__(self, index: int) -> Snapshot:
        epoch, theta = self.arrays()[index]
        return Snapshot(epoch, dict(zip(self.names, theta.tolist(), strict=True)))

    def __repr__(self) -> str:
        return f"Snapshots({len(self)} of {len(self.names)} parameters, at epochs {_listed(self.epochs)})"


def _listed(epochs: list[int]) -> str:
    """Epochs in a few words."""
    shown = [*map(str, epochs)]
    return ", ".join(shown if len(shown) < 6 else [*shown[:2], "...", shown[-1]])


class Recording(NamedTuple):
    """What a replay asks: the model as it was trained, and the examples."""

    step: StepFunction
    examples: Examples


_ELSEWHERE = {
    "history": 'write history["loss"], or history.to_dict() for all columns',
    "epoch": 'write history["epoch"]',
    "keys": "write history.columns",
    "items": "write history.to_dict().items()",
    "loss_curve_": 'write history["loss"]',
}
"""What the course of a training has in other libraries."""


class History:
    """The course of a training, one row an epoch.

    Columns are "epoch" (from 1), "loss" (the mean over the epoch's mini-batches, each measured before its step), a
    column for each metric, the same on held-out examples as "val_loss" and so on, and "learning_rate".

    ``autograd.show`` replays it: the loss and, for a model of one or two inputs, what the model says. For that it keeps
    parameters, and for such a model the model itself and the examples (no copies of them). A copy or a pickle of a
    history is the rows and the reason alone.

    Attributes:
        rows: a dict for each epoch that was finished.
        stop_reason: why training ended.
        snapshots: the parameters after up to 100 epochs, epoch 0 being before training; None if `fit` was told so.
        recording: what a replay asks, the model and the examples; None with more than two inputs, or without snapshots.

    Example:
        >>> history = History()
        >>> history.rows += [{"epoch": 1, "loss": 0.5}, {"epoch": 2, "loss": 0.25}]
        >>> history.stop_reason = "all 2 epochs done"
        >>> print(history)
        epoch  loss
            1   0.5
            2  0.25
        all 2 epochs done
        >>> history["loss"], "loss" in history, list(history)
        ([0.5, 0.25], True, ['epoch', 'loss'])
    """

    snapshots: Snapshots | None = None
    recording: Recording | None = None

    def __init__(self) -> None:
        self.rows: list[dict[str, float]] = []
        self.stop_reason = "not finished"

    def __getstate__(self) -> dict[str, Any]:
        return {"rows": self.rows, "stop_reason": self.stop_reason}

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return list(self.rows[0]) if self.rows else ["epoch", "loss"]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[str]:
        """The names of the columns, as a data frame has it; the rows are ``history.rows``."""
        return iter(self.columns)

    def __contains__(self, column: object) -> bool:
        return column in self.columns

    if not TYPE_CHECKING:  # for a checker there is no such name

        def __getattr__(self, name: str) -> NoReturn:
            """Only asked for what there is not."""
            raise absent(self, name, _ELSEWHERE)

    def __getitem__(self, column: str) -> list[float]:
        if isinstance(column, (int, slice)):
            raise TypeError(f"history[{column}] is no column; for the rows, one an epoch, write history.rows[{column}]")
        if column not in self.columns:
            raise KeyError(f"the history has no column {column!r}; it has {', '.join(self.columns)}")
        return [row[column] for row in self.rows]

    def to_dict(self) -> dict[str, list[float]]:
        """The columns by name, each with one number an epoch: what a data frame is made from."""
        return {column: self[column] for column in self.columns}

    def __str__(self) -> str:
        table = self._table()
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = ["  ".join([cell.rjust(width) for cell, width in zip(row, widths, strict=True)]) for row in table]
        return "\n".join([*lines, self.stop_reason])

    def __repr__(self) -> str:
        course = f", loss {self.rows[0]['loss']:.4g} to {self.rows[-1]['loss']:.4g}" if self.rows else ""
        return f"History({len(self)} epochs{course}; {self.stop_reason})"

    def _repr_html_(self) -> str:
        head, *body = self._table()
        table = html_table([*map(escape, head)], body, ">" * len(head))
        return f"{table}<p>{escape(self.stop_reason)}</p>"

    def _table(self, ends: int = 5) -> list[list[str]]:
        """The cells, the head first. Of a long history the first and the last few rows."""
        rows = [[f"{figure:.6g}" for figure in row.values()] for row in self.rows]
        if len(rows) > 2 * ends + 1:
            rows[ends:-ends] = [["..."] * len(self.columns)]
        return [self.columns, *rows]


def spoken(column: str) -> str:
    """The name of a column in words.

    Example:
        >>> spoken("val_loss"), spoken("learning_rate")
        ('validation loss', 'learning rate')
    """
    name = column.removeprefix("val_")
    told = words(COLUMNS[name]) if name in COLUMNS else name.replace("_", " ")
    return words("of_validation", name=told) if column.startswith("val_") else told
