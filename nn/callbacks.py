"""Callbacks: what is told of each epoch of a training, and can end it early."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple, TypeAlias

from nn.data import FloatArray, check_choice, check_count
from nn.history import History
from nn.module import Module
from nn.numerics import np
from nn.optimizers import Optimizer, flat_data
from nn.settings import Settings, setting


class Report(NamedTuple):
    """What a callback is told after each epoch: its number from 1, its row of the history, and who took part."""

    epoch: int
    figures: dict[str, float]
    model: Module
    optimizer: Optimizer
    history: History


Callback: TypeAlias = Callable[[Report], "bool | str | None"]


@dataclass
class EarlyStopping(Settings):
    """Stops when the loss has not improved for ``patience`` epochs: the validation loss, where there is one.

    A validation loss that rises while the training loss falls means that the model learns the examples by heart. So
    where there is one the model then gets the parameters of the epoch with the best validation loss, also when training
    ends before the patience does: after all epochs, by Ctrl-C, or because another callback asks for it.

    Arguments:
        patience: how many epochs without improvement are enough.
        min_improvement: how much lower than the best one a loss must be to count as an improvement.

    Example:
        >>> from nn import MLP, fit
        >>> stop = EarlyStopping(patience=3)
        >>> fit(MLP(1, [1], seed=0), [[0.0], [1.0], [2.0]], [1.0, 3.0, 4.0], epochs=9999, callbacks=[stop]).stop_reason
        'loss has not improved since epoch ...'
    """

    patience: int = setting(check=check_count)
    min_improvement: float = setting(0.0, at_least=0.0)
    _best: float = field(default=inf, init=False, repr=False)
    _best_epoch: int = field(default=0, init=False, repr=False)
    _best_state: dict[str, float] = field(default_factory=dict, init=False, repr=False)

    def __call__(self, report: Report) -> str | None:
        """Look at the loss of the epoch; a reason to stop, or None."""
        if report.epoch == 1:
            self._best, self._best_epoch, self._best_state = inf, 1, {}
        watched = "val_loss" if "val_loss" in report.figures else "loss"
        if report.figures[watched] < self._best - self.min_improvement:
            self._best, self._best_epoch = report.figures[watched], report.epoch
            if watched == "val_loss":
                self._best_state = report.model.state_dict()
        if report.epoch - self._best_epoch < self.patience:
            return None
        return f"{watched} has not improved since epoch {self._best_epoch}"

    def restore(self, model: Module, reason: str) -> str:
        """Give the model the parameters of the best epoch, if there was one; the reason, with what was done."""
        if not self._best_state or model.state_dict() == self._best_state:
            return reason
        model.load_state_dict(self._best_state)
        best = f"epoch {self._best_epoch}"
        if reason.endswith(f" since {best}"):
            return f"{reason}, whose parameters the model has again, with {self._best:.6g}"
        return f"{reason}; the model has the parameters of {best} again, with the best val_loss, {self._best:.6g}"


@dataclass
class Negligible(Settings):
    """Stops when an epoch changes no more than ``tolerance``: the notes' "until changes become negligible".

    Arguments:
        tolerance: the largest change that is negligible.
        on: the change of what: the "loss", or the "parameters" (that of the one that changed the most).

    Source: notes 4.2.2, step 4.
    """

    tolerance: float = setting(at_least=0.0)
    on: str = setting("loss", lambda _, on: check_choice("tolerance_on", on, ("loss", "parameters")))
    _before: FloatArray = field(default_factory=lambda: np.array(inf), init=False, repr=False)

    def __call__(self, report: Report) -> str | None:
        """Compare with the epoch before; a reason to stop, or None."""
        on_loss = self.on == "loss"
        now = np.array(report.figures["loss"]) if on_loss else flat_data(report.model.parameters())
        before, self._before = self._before, now
        if report.epoch == 1 or np.abs(now - before).max() > self.tolerance:
            return None
        return f"the {'loss' if on_loss else 'parameters'} changed by no more than {self.tolerance:g} in the last epoch"


def first_reason(callbacks: Iterable[Callback], report: Report) -> str | None:
    """Call all of them; the first reason to stop, if any."""
    answers = [callback(report) for callback in callbacks]
    reasons = [answer if isinstance(answer, str) else "a callback asked to stop" for answer in answers if answer]
    return reasons[0] if reasons else None
