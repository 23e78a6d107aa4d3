"""`History`: the course of a training, which `nn.fit` returns."""

from __future__ import annotations

from html import escape
from typing import Any, NamedTuple

from nn.data import FloatArray
from nn.snapshots import Snapshots
from nn.steps import StepFunction


class Recording(NamedTuple):
    """What a replay asks: the model as it was trained, and the examples, with targets as the loss encodes them."""

    step: StepFunction
    X: FloatArray
    T: FloatArray
    weights: FloatArray | None


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
        >>> history["loss"]
        [0.5, 0.25]
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

    def __getitem__(self, column: str) -> list[float]:
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
        cells = ["".join([f"<td>{cell}</td>" for cell in row]) for row in body]
        return (
            f"<table><thead><tr>{''.join([f'<th>{escape(name)}</th>' for name in head])}</tr></thead><tbody>"
            f"{''.join([f'<tr>{row}</tr>' for row in cells])}</tbody></table><p>{escape(self.stop_reason)}</p>"
        )

    def _table(self, ends: int = 5) -> list[list[str]]:
        """The cells, the head first. Of a long history the first and the last few rows."""
        rows = [[f"{figure:.6g}" for figure in row.values()] for row in self.rows]
        if len(rows) > 2 * ends + 1:
            rows[ends:-ends] = [["..."] * len(self.columns)]
        return [self.columns, *rows]
