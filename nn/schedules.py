"""Learning rate schedules: the learning rate as a function of time.

A schedule stands where an optimizer takes a number: ``SGD(Cosine(0.1, length=50))``. Time is counted in epochs, or in
steps (one a mini-batch) with ``per="step"``; it starts at 0.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field, fields, replace
from math import cos, inf, pi
from typing import Any, TypeVar, cast

from nn.data import check_choice, check_count, check_number
from nn.settings import Settings, setting
from nn.suggest import lookup, unknown

T = TypeVar("T")


@dataclass(repr=False)
class Schedule(Settings, ABC):
    """What all schedules share: call one with a time to get the learning rate then.

    One of your own is a dataclass that derives from it and defines ``__call__``.

    Arguments:
        per: what time counts, "epoch" or "step".

    Source: notes 4.2.2, "Learning Rate Schedules".
    """

    _: KW_ONLY
    per: str = setting("epoch", check_choice, choices=("epoch", "step"))

    @abstractmethod
    def __call__(self, time: int) -> float:
        """The learning rate at ``time``, counted from 0."""

    def observe(self, loss: float) -> None:
        """Take note of the loss of the epoch that ended; only `ReduceOnPlateau` makes use of it."""

    def state_dict(self) -> dict[str, float]:
        """What the schedule has learnt from losses; empty for those that depend on time alone."""
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over what `state_dict` gave.

        Raises:
            ValueError: for a state of another kind of schedule.
        """
        own = self.state_dict()
        if set(state) != set(own):
            raise ValueError(
                f"the state of a {type(self).__name__} schedule holds {sorted(own) or 'nothing'}, not {sorted(state)}"
            )


@dataclass(repr=False)
class _FromRate(Schedule):
    """A schedule that starts from the learning rate ``lr``."""

    lr: float = setting(above=0.0)


@dataclass(repr=False)
class Constant(_FromRate):
    """The same learning rate at all times.

    Example:
        >>> Constant(0.1)(1000)
        0.1
    """

    def __call__(self, time: int) -> float:
        """The learning rate at ``time``."""
        return self.lr


@dataclass(repr=False)
class Step(_FromRate):
    """lr * factor**floor(time / every): a cut every so often.

    Example:
        >>> schedule = Step(0.1, every=30)
        >>> [round(schedule(t), 6) for t in (0, 29, 30, 60)]
        [0.1, 0.1, 0.01, 0.001]
    """

    every: int = setting(check=check_count)
    factor: float = setting(0.1, above=0.0, at_most=1.0)

    def __call__(self, time: int) -> float:
        """The learning rate at ``time``."""
        return self.lr * self.factor ** (time // self.every)


@dataclass(repr=False)
class Exponential(_FromRate):
    """lr * factor**time: a small cut every time.

    Example:
        >>> Exponential(1.0, factor=0.5)(3)
        0.125
    """

    factor: float = setting(above=0.0, at_most=1.0)

    def __call__(self, time: int) -> float:
        """The learning rate at ``time``."""
        return self.lr * self.factor**time


@dataclass(repr=False)
class InverseTime(_FromRate):
    """lr / (1 + decay * time): slow decay, whose steps still add up to any distance.

    Example:
        >>> InverseTime(1.0, decay=0.5)(2)
        0.5

    Source: Robbins and Monro, Annals of Mathematical Statistics 22 (1951).
    """

    decay: float = setting(at_least=0.0)

    def __call__(self, time: int) -> float:
        """The learning rate at ``time``."""
        return self.lr / (1.0 + self.decay * time)


@dataclass(repr=False)
class Cosine(_FromRate):
    """From lr down to ``lowest`` along half a cosine wave of ``length``, and constant from there on.

    Example:
        >>> schedule = Cosine(1.0, length=10)
        >>> schedule(0), round(schedule(5), 12), schedule(10), schedule(11)
        (1.0, 0.5, 0.0, 0.0)

    Source: Loshchilov and Hutter, "SGDR" (2017), without restarts.
    """

    length: int = setting(check=check_count)
    lowest: float = setting(0.0, at_least=0.0, at_most="lr")

    def __call__(self, time: int) -> float:
        """The learning rate at ``time``."""
        fraction = min(time / self.length, 1.0)
        return self.lowest + (self.lr - self.lowest) * (1.0 + cos(pi * fraction)) / 2.0


def _after_warm_up(name: str, then: Schedule | float, per: str) -> Schedule:
    """The schedule after a warm-up: a copy that has seen no loss yet."""
    if not isinstance(then, Schedule):
        return Constant(check_number(name, then, above=0.0), per=per)
    if then.per != per:
        raise ValueError(
            f"the warm-up counts each {per}, the schedule after it each {then.per}; give both per={then.per!r}"
        )
    return replace(then)


@dataclass(repr=False)
class WarmUp(Schedule):
    """A straight rise over ``length`` to where another schedule starts, and that schedule from there on.

    Arguments:
        length: how long the rise takes.
        then: the schedule that follows, or a number for a constant rate. It sees its own time, from 0.
        start: the fraction of the full rate to begin with.
        per: what time counts, the same as for ``then``.

    Example:
        >>> schedule = WarmUp(4, then=0.1, start=0.5)
        >>> [round(schedule(t), 6) for t in range(6)]
        [0.05, 0.0625, 0.075, 0.0875, 0.1, 0.1]
    """

    length: int = setting(check=check_count)
    then: Schedule | float = setting(check=_after_warm_up, per="per")
    start: float = setting(0.1, at_least=0.0, at_most=1.0)

    @property
    def _following(self) -> Schedule:
        return cast(Schedule, self.then)  # a number has become a Constant

    def __call__(self, time: int) -> float:
        """The learning rate at ``time``."""
        if time >= self.length:
            return self._following(time - self.length)
        return self._following(0) * (self.start + (1.0 - self.start) * time / self.length)

    def observe(self, loss: float) -> None:
        """Hand the loss to the schedule that follows."""
        self._following.observe(loss)

    def state_dict(self) -> dict[str, float]:
        """The state of the schedule that follows."""
        return self._following.state_dict()

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over the state of the schedule that follows."""
        self._following.load_state_dict(state)


@dataclass(repr=False)
class ReduceOnPlateau(_FromRate):
    """A cut of the learning rate when the loss has not fallen for more than ``patience`` epochs.

    `nn.fit` reports the loss of each epoch, the validation loss if there is one. In a loop of your own call
    ``optimizer.end_epoch(loss)``.

    Arguments:
        lr: the rate to start with.
        factor: what a cut multiplies the rate by.
        patience: how many epochs without improvement are let pass.
        threshold: an improvement is a loss below the best one by more than this fraction of it.
        cooldown: for how many epochs after a cut none is counted.
        lowest: the rate is not cut below it.

    Example:
        >>> schedule = ReduceOnPlateau(0.1, factor=0.5, patience=1)
        >>> for loss in (1.0, 0.9, 0.9, 0.9):
        ...     schedule.observe(loss)
        >>> schedule(4)
        0.05
    """

    factor: float = setting(0.1, above=0.0, below=1.0)
    patience: int = setting(10, check_count, at_least=0)
    threshold: float = setting(1e-4, at_least=0.0)
    cooldown: int = setting(0, check_count, at_least=0)
    lowest: float = setting(0.0, at_least=0.0, at_most="lr")
    _rate: float = field(init=False, repr=False)
    _best: float = field(default=inf, init=False, repr=False)
    _waited: int = field(default=0, init=False, repr=False)
    _resting: int = field(default=0, init=False, repr=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._rate = self.lr

    def __call__(self, time: int) -> float:
        """The learning rate at ``time``."""
        return self._rate

    def observe(self, loss: float) -> None:
        """Count an epoch without improvement, and cut the rate when there were too many."""
        margin = 0.0 if self._best == inf else self.threshold * abs(self._best)
        if loss < self._best - margin:
            self._best = loss
            self._waited = 0
        else:
            self._waited += 1
        if self._resting:
            self._resting -= 1
            self._waited = 0
        if self._waited > self.patience:
            self._rate = max(self._rate * self.factor, self.lowest)
            self._resting = self.cooldown
            self._waited = 0

    def state_dict(self) -> dict[str, float]:
        """The current rate, the best loss, and the epochs counted."""
        return {"rate": self._rate, "best": self._best, "waited": self._waited, "resting": self._resting}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over what `state_dict` gave."""
        super().load_state_dict(state)
        self._rate = check_number("rate", state["rate"], at_least=0.0)
        self._best = float(state["best"])
        self._waited = check_count("waited", state["waited"], at_least=0)
        self._resting = check_count("resting", state["resting"], at_least=0)


SCHEDULES: dict[str, type[Schedule]] = {
    kind.__name__: kind for kind in (Constant, Step, Exponential, InverseTime, Cosine, WarmUp, ReduceOnPlateau)
}
"""The schedules by name."""


# --- settings, of schedules and optimizers alike -----------------------------------------------------------------


def configuration(thing: Any) -> dict[str, Any]:
    """Name and settings of a schedule or optimizer, in what JSON can hold.

    Example:
        >>> configuration(Exponential(0.1, factor=0.5))
        {'name': 'Exponential', 'settings': {'per': 'epoch', 'lr': 0.1, 'factor': 0.5}}
    """
    settings = {own.name: getattr(thing, own.name) for own in fields(thing) if own.init}
    plain = {name: configuration(value) if isinstance(value, Schedule) else value for name, value in settings.items()}
    return {"name": type(thing).__name__, "settings": plain}


def configured(kind: str, table: Mapping[str, type[T]], description: Mapping[str, Any]) -> T:
    """What `configuration` described, made anew from one of the classes in ``table``.

    Arguments:
        kind: what the classes are, as messages say it ("schedule").
        table: the classes by name.
        description: as `configuration` gives it.

    Raises:
        ValueError: for an unknown class or setting, with the nearest known ones, or a setting out of bounds.
        TypeError: for a setting that is missing or of the wrong type.

    Example:
        >>> configured("schedule", SCHEDULES, {"name": "Constant", "settings": {"lr": 0.1}})
        Constant(lr=0.1)
    """
    made = lookup(kind, description["name"], table)
    known = [own.name for own in fields(cast(Any, made)) if own.init]
    settings = dict(description["settings"])
    for name, value in settings.items():
        if name not in known:
            raise unknown(f"setting of {made.__name__}", name, known)
        if isinstance(value, Mapping):
            settings[name] = configured("schedule", SCHEDULES, value)
    return made(**settings)
