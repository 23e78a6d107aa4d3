"""Optimizers: how a gradient becomes a change of the parameters.

An optimizer works on one flat array: ``update(theta, gradient)`` changes ``theta`` in place, whoever computed the
gradient. ``step(parameters)`` does the same for a list of Values, in a training loop written by hand:

    model.zero_grad()
    loss.backward()
    optimizer.step(model.parameters())
"""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import KW_ONLY, dataclass, field, replace
from inspect import signature
from math import inf, sqrt
from typing import Any, ClassVar, NoReturn, Self

from autograd.engine.elsewhere import absent
from autograd.engine.value import Value
from nn.data import FloatArray, check_count, check_number
from nn.numerics import np
from nn.schedules import Schedule, configured
from nn.settings import Settings, setting
from nn.suggest import chosen


def flat_data(parameters: Sequence[Value]) -> FloatArray:
    """The numbers of the parameters, as one array.

    Example:
        >>> flat_data([Value(1.0), Value(2.0)])
        array([1., 2.])
    """
    return np.fromiter([p.data for p in parameters], float, len(parameters))


def flat_gradient(parameters: Sequence[Value]) -> FloatArray:
    """The gradients of the parameters, as one array; one that was set to None counts as 0.

    Example:
        >>> flat_gradient([Value(1.0), Value(2.0)])
        array([0., 0.])
    """
    return np.fromiter([0.0 if p.grad is None else p.grad for p in parameters], float, len(parameters))


def write_data(parameters: Sequence[Value], theta: FloatArray) -> None:
    """Put the numbers of an array into the parameters.

    Example:
        >>> w = Value(1.0)
        >>> write_data([w], np.array([5.0])); w.data
        5.0
    """
    for parameter, number in zip(parameters, theta.tolist(), strict=True):
        parameter.data = number


def _rate(name: str, lr: Any) -> float | Schedule:
    """A learning rate, or a copy of a schedule as it is at its start."""
    return replace(lr) if isinstance(lr, Schedule) else check_number(name, lr, above=0.0)


@dataclass(repr=False, eq=False)
class Optimizer(Settings, ABC):
    """What all optimizers share. They keep their state: the next call goes on where the last one ended.

    The state belongs to the parameters by their place in the list that the last step was given. A copy, a pickle, a
    file and a `state_dict` keep that order, and whoever goes on from there gives the parameters in it: those of a model
    as ``model.parameters()`` gives them.

    Arguments:
        lr: the learning rate eta, above 0, or a `Schedule`, which is copied as it is at its start.
        weight_decay: adds weight_decay * theta to the gradient, which pulls the parameters towards 0.
        clip_norm: a gradient that is longer is shortened to this length, its direction kept.
        clip_value: each entry of the gradient is cut to [-clip_value, clip_value], before its length is.

    Attributes:
        steps: how many updates were made.
        epochs: how many epochs have ended.
        state: the arrays that the rule keeps between updates, by name; empty before the first.

    Raises:
        ValueError: for a setting that is out of bounds or NaN.
    """

    lr: float | Schedule = setting(0.01, _rate)
    _: KW_ONLY
    weight_decay: float = setting(0.0, at_least=0.0)
    clip_norm: float | None = setting(None, above=0.0)
    clip_value: float | None = setting(None, above=0.0)
    steps: int = field(default=0, init=False)
    epochs: int = field(default=0, init=False)
    state: dict[str, FloatArray] = field(default_factory=dict, init=False)
    _size: int | None = field(default=None, init=False)
    _parameters: list[Value] | None = field(default=None, init=False)

    keeps: ClassVar[tuple[str, ...]] = ()
    """The names of the arrays in ``state``."""

    def __new__(cls, *args: Any, **settings: Any) -> Self:
        """Look at what is given by the names and in the order of other libraries."""
        _check_settings(cls, args, settings)
        return super().__new__(cls)

    @abstractmethod
    def _move(self, theta: FloatArray, gradient: FloatArray, rate: float) -> None:
        """Change ``theta`` in place."""

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next update."""
        if not isinstance(self.lr, Schedule):
            return self.lr
        return self.lr(self.steps if self.lr.per == "step" else self.epochs)

    def step(self, parameters: Iterable[Value] | None = None) -> None:
        """Change the parameters by their gradients. (The gradients stay: ``model.zero_grad()`` clears them.)

        Arguments:
            parameters: the same Values at every call. If they come in another order than before, the state follows.

        Raises:
            ValueError: for the parameters of another model than before.
            TypeError: for anything that is no sequence of leaves.

        Example:
            >>> w = Value(1.0)
            >>> optimizer = SGD(0.1)
            >>> (w * w).backward()
            >>> optimizer.step([w]); w.data
            0.8
        """
        if parameters is None:
            raise TypeError("step is given what it moves; write optimizer.step(model.parameters())")
        moved = self.bind(parameters)
        theta = flat_data(moved)
        self.update(theta, flat_gradient(moved))
        write_data(moved, theta)

    def update(self, theta: FloatArray, gradient: FloatArray) -> None:
        """Change ``theta`` in place by one step against ``gradient``, which is left as it is.

        Raises:
            ValueError: if the two, or those of an earlier update, differ in size.
            OverflowError: for a gradient whose square is no float, where the rule squares it. Nothing is changed then.

        Example:
            >>> theta = np.array([1.0, 2.0])
            >>> SGD(0.5).update(theta, np.array([1.0, -1.0])); theta
            array([0.5, 2.5])
        """
        if theta.shape != gradient.shape or theta.ndim != 1 or self._size not in (None, theta.size):
            raise ValueError(
                f"{type(self).__name__}: theta has shape {theta.shape}, the gradient {gradient.shape}"
                + ("" if self._size is None else f", and the state is for {self._size} parameters")
                + "; give flat arrays of one size, and each model an optimizer of its own"
            )
        if self._size is None:
            self._size = theta.size
            self.state = {name: np.zeros(theta.size) for name in self.keeps}
        rate = self.learning_rate
        if self.clip_value is not None:
            gradient = np.clip(gradient, -self.clip_value, self.clip_value)
        if self.clip_norm is not None:
            gradient = _shortened(gradient, self.clip_norm)
        if "squares" in self.keeps:
            self._check_squares(gradient)
        if self.weight_decay:
            gradient = self._decayed(theta, gradient, rate)
        self.steps += 1
        self._move(theta, gradient, rate)

    def _check_squares(self, gradient: FloatArray) -> None:
        """An infinite square would stop its parameter for ever: the step is divided by its root."""
        largest = float(np.abs(gradient).max(initial=0.0))
        if largest > _LARGEST_ROOT:
            raise OverflowError(
                f"{type(self).__name__} squares the gradient, and the square of {largest:g} is too large for a float; "
                "give it clip_norm=1.0, or scale the loss"
            )

    def _decayed(self, theta: FloatArray, gradient: FloatArray, rate: float) -> FloatArray:
        """The gradient with the weight decay in it."""
        return gradient + self.weight_decay * theta

    def end_epoch(self, loss: float | None = None) -> None:
        """Say that an epoch has ended, for schedules that count epochs or watch the loss.

        Arguments:
            loss: the loss of the epoch, for `ReduceOnPlateau`.

        Example:
            >>> from nn.schedules import Exponential
        >>> optimizer = SGD(Exponential(0.1, factor=0.5))
            >>> optimizer.end_epoch(); optimizer.learning_rate
            0.05
        """
        self.epochs += 1
        if loss is not None and isinstance(self.lr, Schedule):
            self.lr.observe(loss)

    def bind(self, parameters: Iterable[Value]) -> list[Value]:
        """Make sure that the parameters are those of earlier steps: the state means nothing for others.

        If they come in another order than before, the state is brought into that order.

        Returns:
            The parameters, each once.

        Raises:
            ValueError: if they are not, or if there are none.
            TypeError: for anything that is no sequence of leaves.
        """
        if isinstance(parameters, list) and parameters == self._parameters:  # nearly always, and quick to see
            return parameters
        given = self._listed(parameters)
        before = given if self._parameters is None else self._parameters
        if set(before) != set(given) or self._size not in (None, len(given)):
            raise ValueError(
                f"this {type(self).__name__} has made {self.steps} steps on the parameters of another model, and its "
                "state belongs to them; make a new optimizer, or call optimizer.reset() first"
            )
        if before != given:
            place = {parameter: i for i, parameter in enumerate(before)}
            order = [place[parameter] for parameter in given]
            self.state = {name: array[order] for name, array in self.state.items()}
        self._parameters = [*given]
        return given

    def _listed(self, parameters: Any) -> list[Value]:
        """The parameters, each once, or an error that says what else was given."""
        kind = type(self).__name__
        if isinstance(parameters, (set, frozenset)):
            raise TypeError(f"{kind} was given a set, which has no order, but its state has; give model.parameters()")
        if not isinstance(parameters, Iterable):
            raise TypeError(
                f"{kind} takes the parameters of a model, not {parameters!r:.60} ({type(parameters).__name__}); "
                "give model.parameters()"
            )
        listed = list(parameters)
        if not listed:
            raise ValueError(f"{kind} was given no parameters; give model.parameters()")
        for i, parameter in enumerate(listed):
            if not isinstance(parameter, Value):
                raise TypeError(
                    f"parameter {i} that {kind} was given is {parameter!r:.60} ({type(parameter).__name__}), no Value; "
                    "give model.parameters()"
                )
            if parameter.op is not None:
                raise TypeError(
                    f"parameter {i} that {kind} was given is {parameter.describe()}, the result of an operation, "
                    "so that a change of its number changes no model; give the leaves: model.parameters()"
                )
        return list(dict.fromkeys(listed))

    def reset(self) -> None:
        """Forget everything but the settings.

        A schedule goes back to its start, also one that watches the loss.
        """
        self.__dict__ = vars(replace(self))

    def state_dict(self) -> dict[str, Any]:
        """A copy of all that changes while training: counts, arrays, and the state of the schedule."""
        return {
            "steps": self.steps,
            "epochs": self.epochs,
            "state": {name: array.copy() for name, array in self.state.items()},
            "schedule": self.lr.state_dict() if isinstance(self.lr, Schedule) else {},
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over what `state_dict` of an optimizer of the same kind gave. The next step may be on any parameters.

        Raises:
            ValueError: for a state of another kind, before anything is changed.

        Example:
            >>> optimizer, twin = Momentum(0.1), Momentum(0.1)
            >>> optimizer.update(np.array([1.0]), np.array([2.0]))
            >>> twin.load_state_dict(optimizer.state_dict()); twin.state
            {'velocity': array([0.2])}
        """
        steps = check_count("steps", state["steps"], at_least=0)
        epochs = check_count("epochs", state["epochs"], at_least=0)
        arrays = {name: np.array(array, dtype=float) for name, array in state["state"].items()}
        sizes = {array.size for array in arrays.values()}
        if set(arrays) not in (set(), set(self.keeps)) or len(sizes) > 1:
            raise ValueError(
                f"{type(self).__name__} keeps {list(self.keeps)}, all of one size, and was given {list(arrays)}, "
                f"of sizes {sorted(sizes)}; load the state of the same kind of optimizer"
            )
        if isinstance(self.lr, Schedule):
            self.lr.load_state_dict(state["schedule"])
        elif state["schedule"]:
            raise ValueError(f"the state is of an optimizer with a schedule, but this one has lr={self.lr}")
        self.steps, self.epochs, self.state = steps, epochs, arrays
        self._size, self._parameters = next(iter(sizes), None), None

    def __getstate__(self) -> dict[str, Any]:
        """What copies and pickles take along: all but the tie to one model."""
        return {**self.__dict__, "_parameters": None}

    def __copy__(self) -> Self:
        return deepcopy(self)  # two optimizers never share their state

    def __getattr__(self, name: str) -> NoReturn:
        """Only asked for what there is not."""
        raise absent(self, name, _ELSEWHERE)


_LARGEST_ROOT = sqrt(sys.float_info.max)
"""The largest number whose square is a float."""

_ELSEWHERE = {
    "zero_grad": "write model.zero_grad() before loss.backward()",
    "param_groups": "the learning rate is optimizer.lr, a number or a schedule; for several write "
    "Grouped((part, SGD(0.1)), (another, SGD(0.01)))",
    "add_param_group": "write Grouped((part, SGD(0.1)), (another, SGD(0.01)))",
    "momentum": "write Momentum(lr, gamma=0.9)",
    "nesterov": "write Nesterov(lr, gamma=0.9)",
    "betas": "write beta1= and beta2=",
    "eps": "write epsilon=",
    "learning_rate": "write lr=",
    "params": "an optimizer is given the parameters at each step: optimizer.step(model.parameters())",
}
"""What other libraries call by these names."""


def _check_settings(kind: type[Optimizer], args: tuple[Any, ...], settings: Mapping[str, Any]) -> None:
    """Say what to write in place of what other libraries take; all else is checked where it is set."""
    known = list(signature(kind.__init__).parameters.values())[1:]
    first = args[0] if args and known and known[0].name == "lr" else None
    if (isinstance(first, Iterable) and not isinstance(first, str)) or hasattr(first, "parameters"):
        raise TypeError(
            f"{kind.__name__} takes the learning rate first, not a {type(first).__name__}: the parameters are given at "
            f"each step. Write optimizer = {kind.__name__}(lr=0.1), and then again and again model.zero_grad(), "
            "loss.backward(), optimizer.step(model.parameters())"
        )
    if not any(each.kind is each.VAR_KEYWORD for each in known):
        names = [each.name for each in known]
        for name in settings:
            if name not in names:
                hint = f"; {_ELSEWHERE[name]}" if name in _ELSEWHERE else ""
                raise TypeError(f"{kind.__name__} has no setting {name!r}, but {', '.join(names)}{hint}")


def _shortened(gradient: FloatArray, longest: float) -> FloatArray:
    """The gradient, if it is no longer than that, else its direction at that length.

    Its entries are divided by the largest before they are squared, so that no square overflows.
    """
    largest = float(np.abs(gradient).max(initial=0.0))
    if not 0.0 < largest < inf:
        return gradient
    direction = gradient / largest
    length = float(np.linalg.norm(direction))
    return direction * (longest / length) if length > longest / largest else gradient


@dataclass(repr=False, eq=False)
class SGD(Optimizer):
    """Gradient descent: theta = theta - eta gradient.

    Whether it is batch, stochastic or mini-batch gradient descent is a matter of what the gradient is taken over: the
    ``batch_size`` of `nn.fit`.

    Example:
        >>> SGD(0.1, clip_norm=1.0)
        SGD(lr=0.1, clip_norm=1.0)

    Source: notes 4.2.1; lecture, "3. Gradient Descent".
    """

    lr: float | Schedule = setting(0.1, _rate)

    def _move(self, theta: FloatArray, gradient: FloatArray, rate: float) -> None:
        theta -= rate * gradient


@dataclass(repr=False, eq=False)
class Momentum(Optimizer):
    """Gradient descent with a velocity: v = gamma v + eta gradient; theta = theta - v.

    eta stands inside the velocity, as the notes have it. PyTorch has it outside, which takes the same path while eta
    is constant; when a schedule cuts eta, here the velocity gathered before is kept as it is.

    Arguments:
        gamma: the part of the velocity that is kept, typically 0.9 to 0.99.

    Source: notes 4.2.2, "Momentum".
    """

    gamma: float = setting(0.9, at_least=0.0, below=1.0)
    keeps: ClassVar[tuple[str, ...]] = ("velocity",)

    def _move(self, theta: FloatArray, gradient: FloatArray, rate: float) -> None:
        velocity = self.state["velocity"]
        velocity *= self.gamma
        velocity += rate * gradient
        theta -= velocity


@dataclass(repr=False, eq=False)
class Nesterov(Momentum):
    """Momentum that looks ahead: v = gamma v + eta gradient; theta = theta - (gamma v + eta gradient).

    The gradient is taken where the velocity has already carried the parameters; this form, with the parameters
    themselves at that point, is the usual one.

    Source: Sutskever et al., "On the importance of initialization and momentum in deep learning" (2013).
    """

    def _move(self, theta: FloatArray, gradient: FloatArray, rate: float) -> None:
        velocity = self.state["velocity"]
        velocity *= self.gamma
        velocity += rate * gradient
        theta -= self.gamma * velocity + rate * gradient


@dataclass(repr=False, eq=False)
class AdaGrad(Optimizer):
    """A step of its own for each parameter: s = s + g^2; theta = theta - eta g/(sqrt(s) + epsilon).

    Source: notes 4.2.2, "Adaptive Learning Rate Methods"; Duchi, Hazan and Singer, JMLR 12 (2011).
    """

    epsilon: float = setting(1e-10, above=0.0)
    keeps: ClassVar[tuple[str, ...]] = ("squares",)

    def _move(self, theta: FloatArray, gradient: FloatArray, rate: float) -> None:
        squares = self.state["squares"]
        squares += gradient * gradient
        theta -= rate * gradient / (np.sqrt(squares) + self.epsilon)


@dataclass(repr=False, eq=False)
class RMSprop(Optimizer):
    """AdaGrad that forgets: s = alpha s + (1 - alpha) g^2; theta = theta - eta g/(sqrt(s) + epsilon).

    Arguments:
        alpha: the part of the running mean of squares that is kept.

    Source: notes 4.2.2, "Adaptive Learning Rate Methods"; Tieleman and Hinton, Coursera lecture 6.5 (2012).
    """

    alpha: float = setting(0.99, at_least=0.0, below=1.0)
    epsilon: float = setting(1e-8, above=0.0)
    keeps: ClassVar[tuple[str, ...]] = ("squares",)

    def _move(self, theta: FloatArray, gradient: FloatArray, rate: float) -> None:
        squares = self.state["squares"]
        squares *= self.alpha
        squares += (1.0 - self.alpha) * gradient * gradient
        theta -= rate * gradient / (np.sqrt(squares) + self.epsilon)


@dataclass(repr=False, eq=False)
class Adam(Optimizer):
    """Momentum and RMSprop together, each corrected for its start from 0.

    m = beta1 m + (1 - beta1) g; s = beta2 s + (1 - beta2) g^2; after t steps
    theta = theta - eta m/(1 - beta1^t) / (sqrt(s/(1 - beta2^t)) + epsilon).

    Arguments:
        beta1, beta2: the parts of the two running means that are kept.

    Source: notes 4.2.2, "Adaptive Learning Rate Methods"; Kingma and Ba, "Adam" (2015).
    """

    lr: float | Schedule = setting(0.001, _rate)
    beta1: float = setting(0.9, at_least=0.0, below=1.0)
    beta2: float = setting(0.999, at_least=0.0, below=1.0)
    epsilon: float = setting(1e-8, above=0.0)
    keeps: ClassVar[tuple[str, ...]] = ("mean", "squares")

    def _move(self, theta: FloatArray, gradient: FloatArray, rate: float) -> None:
        mean, squares = self.state["mean"], self.state["squares"]
        mean *= self.beta1
        mean += (1.0 - self.beta1) * gradient
        squares *= self.beta2
        squares += (1.0 - self.beta2) * gradient * gradient
        root = np.sqrt(squares / (1.0 - self.beta2**self.steps))
        theta -= rate / (1.0 - self.beta1**self.steps) * mean / (root + self.epsilon)


@dataclass(repr=False, eq=False)
class AdamW(Adam):
    """Adam with the weight decay apart from the gradient: theta = theta - eta weight_decay theta, then Adam's step.

    Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization" (2019).
    """

    _: KW_ONLY
    weight_decay: float = setting(0.01, at_least=0.0)

    def _decayed(self, theta: FloatArray, gradient: FloatArray, rate: float) -> FloatArray:
        theta *= 1.0 - rate * self.weight_decay
        return gradient


OPTIMIZERS: dict[str, type[Optimizer]] = {
    kind.__name__: kind for kind in (SGD, Momentum, Nesterov, AdaGrad, RMSprop, Adam, AdamW)
}
"""The optimizers by name."""


def get(optimizer: str | Optimizer) -> Optimizer:
    """An optimizer from its name ("adam"), with its default settings; an `Optimizer` as it is.

    Raises:
        ValueError: for an unknown name, with the nearest known ones.
        TypeError: for anything else.

    Example:
        >>> get("adam")
        Adam(lr=0.001)
    """
    return chosen(
        "optimizer",
        optimizer,
        Optimizer,
        OPTIMIZERS,
        "an optimizer is a name such as 'adam' or an object such as SGD(0.1)",
    )


def build(description: Mapping[str, Any]) -> Optimizer:
    """The optimizer that `schedules.configuration` described, with no step made yet.

    Raises:
        ValueError: for an unknown name or setting, or a setting out of bounds.
        TypeError: for a setting of the wrong type.

    Example:
        >>> build({"name": "Momentum", "settings": {"lr": 0.1, "gamma": 0.5}})
        Momentum(lr=0.1, gamma=0.5)
    """
    return configured("optimizer", OPTIMIZERS, description)
