"""Training: `fit`, and what it raises where a training diverges.

The loop asks a step function (see ``nn.steps``) for the loss and the gradient of a mini-batch and hands the gradient to
the optimizer.
"""

from __future__ import annotations

import builtins
import signal
import sys
import threading
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from math import isfinite
from typing import Any

from tqdm import tqdm

from autograd.engine.elsewhere import instead
from nn import losses, optimizers
from nn.adopted import Model, adopted
from nn.callbacks import Callback, EarlyStopping, Negligible, Report, first_reason
from nn.data import Examples, FloatArray, check_count, check_number
from nn.history import MOST, History, Recording, Snapshots
from nn.initialisers import Seed, generator
from nn.losses import Loss
from nn.metrics import ON_LABELS, Metric, decided
from nn.metrics import get as metric_named
from nn.module import Module
from nn.numerics import np
from nn.optimizers import SGD, Optimizer
from nn.steps import CompiledStep, EagerStep, NotCompiled, StepFunction


class TrainingDiverged(ArithmeticError):
    """The loss, the gradient or a parameter stopped being finite. The model has the last good parameters.

    Attributes:
        epoch, batch: when, each from 1.
        learning_rate: the learning rate then.
        parameter: the name of the first parameter affected.
        history: the epochs before.

    Example:
        >>> from nn import MLP
        >>> fit(MLP(1, [1], seed=0), [[1.0], [100.0]], [1.0, 2.0], optimizer=SGD(1.0), epochs=100)
        Traceback (most recent call last):
        ...
        nn.training.TrainingDiverged: training diverged in epoch ...
    """

    def __init__(
        self, what: str, epoch: int, batch: int, learning_rate: float, parameter: str, trouble: str, history: History
    ) -> None:
        super().__init__(
            f"training diverged in epoch {epoch}, batch {batch}, at learning rate {learning_rate:g}: {what}. "
            f"The first parameter affected is {parameter}, {trouble}. The model has the last good parameters. "
            f"Try a smaller learning rate, such as {learning_rate / 10:g}, clip_norm=1.0, or inputs scaled to about 1"
        )
        self.epoch, self.batch, self.learning_rate = epoch, batch, learning_rate
        self.parameter, self.history = parameter, history


_ELSEWHERE = {
    **dict.fromkeys(("lr", "learning_rate"), "write optimizer=SGD(0.1)"),
    "criterion": "write loss=",
    "verbose": "write progress=",
    **dict.fromkeys(("validation_data", "validation_split"), "write validation=(X, y), or a fraction such as 0.2"),
    "random_state": "write seed=",
    "max_iter": "write epochs=",
    "parameters": "write optimizer=Grouped((parameters, SGD(0.1)))",
}
"""What the training takes in other libraries."""


@instead(_ELSEWHERE)
def fit(
    model: Module | Model,
    X: Any,
    y: Any,
    loss: str | Loss | None = None,
    optimizer: str | Optimizer | None = None,
    epochs: int = 100,
    batch_size: int | None = None,
    *,
    seed: Seed = 0,
    shuffle: bool = True,
    sample_weight: Any = None,
    validation: float | tuple[Any, Any] = 0.0,
    metrics: str | Metric | Iterable[str | Metric] | None = None,
    patience: int | None = None,
    tolerance: float | None = None,
    tolerance_on: str = "loss",
    callbacks: Callback | Iterable[Callback] | None = None,
    progress: bool | None = None,
    compiled: bool = True,
    snapshots: int = MOST,
) -> History:
    """Train a model by gradient descent, in place.

    Everything is checked before anything is changed. Ctrl-C ends the training after the step under way, and `fit`
    returns as usual.

    A compiled program does for every example what was recorded for one. So a model of your own that cannot be
    compiled, or that decides by the number of a Value (``if z > 0``), is trained eagerly, with a warning that says why
    and where. What reads ``.data`` leaves no trace: the program is compared with some of the examples recorded anew
    before training, after epoch 1, 2, 4, 8 and so on, and at the end. Where it is not the model any more, training
    goes back to where it last was, and goes on eagerly, with a warning; callbacks hear of those epochs once more. A
    difference that none of these examples shows at none of these times is not noticed: write ``where(step(z), a, b)``.

    Arguments:
        model: takes a row of X, gives one Value or a list of them: a `Module`, or an object of any class that is called
            so and lists its Values with ``parameters()``.
        X: the examples, shape (examples, inputs).
        y: their targets, as the loss takes them: numbers, class numbers, or rows.
        loss: a name such as "mse" or an object of `nn.losses`; by default the model's own, else "mse".
        optimizer: a name such as "adam" or an object such as ``Adam(0.01)``, which keeps its state: a further `fit`
            goes on from there. By default a new ``SGD(0.1)``.
        epochs: how often to go through the examples.
        batch_size: the examples a step takes the mean gradient of. None is all of them (batch gradient descent), 1 is
            stochastic gradient descent, any number between is mini-batch gradient descent. The last mini-batch of an
            epoch may be smaller.
        seed: decides the split and the order of the examples: a number, a `numpy.random.Generator`, or None for another
            one each time. By default always the same, so that a further `fit` sets the same examples aside.
        shuffle: whether each epoch takes the examples in a new order.
        sample_weight: how much each example counts, 0 or more; scaled so that their mean is 1.
        validation: the fraction of the examples to set aside, chosen at random, or other examples (X, y); the loss
            and the metrics are measured on them after each epoch.
        metrics: a name such as "accuracy", a function of (y, outputs) that gives a number, or several of these.
        patience: early stopping, see `EarlyStopping`; none by default.
        tolerance: stop once an epoch changes no more than this, see `Negligible`; not by default.
        tolerance_on: what must change no more: "loss" or "parameters".
        callbacks: a function called with a `Report` after each epoch, or several, called in this order, before the two
            above. Training stops when one returns True or a reason in words.
        progress: a progress bar; by default in a terminal and in a notebook.
        compiled: whether to compile the loss of an example into a program on arrays, a thousand times as fast, with
            the same results up to rounding; see below.
        snapshots: of how many epochs at most the history keeps the parameters, for ``autograd.show(history)``; with 0
            it keeps neither these nor the model nor the examples.

    Returns:
        A `History`, one row an epoch.

    Raises:
        TrainingDiverged: when loss, gradient or parameters stop being finite; the last good parameters are kept.
        ValueError, TypeError: for faulty examples, targets or settings. Nothing is changed then.

    Example:
        >>> from nn.layers import Neuron
        >>> model = Neuron(1, weights=[0.0])
        >>> history = fit(model, [[0], [1], [2]], [1, 3, 5], optimizer=SGD(0.3), epochs=1000, tolerance=1e-12)
        >>> print(f"{len(history)} epochs: y = {model.weights[0]:.4f} x + {model.bias:.4f}")
        66 epochs: y = 2.0000 x + 1.0000

    Source: notes 4.2.2 and 4.2.3; lecture, "3. Gradient Descent".
    """
    model = adopted(model, "fit")
    rng = generator(seed)
    epochs = check_count("epochs", epochs)
    rule = SGD(0.1) if optimizer is None else optimizers.get(optimizer)
    n_snapshots = check_count("snapshots", snapshots, at_least=0)
    after_epoch = _checked_callbacks(callbacks)
    if patience is not None:
        after_epoch.append(EarlyStopping(patience))
    if tolerance is not None:
        after_epoch.append(Negligible(tolerance, tolerance_on))
    objective = losses.objective_of(model, loss)
    measures = _checked_metrics(metrics)
    train = losses.examples_for(model, objective, X, y, sample_weight)
    held_out = None
    if isinstance(validation, tuple) and len(validation) == 2:
        names = "the validation X", "the validation y"
        held_out = losses.examples_for(model, objective, *validation, names=names)
    elif isinstance(validation, (int, float)):
        train, held_out = _split(train, check_number("validation", validation, at_least=0.0, below=1.0), rng)
    else:
        raise TypeError(f"validation is a fraction such as 0.2 or a tuple (X, y), not {validation!r:.60}")
    n = len(train.X)
    size = n if batch_size is None else check_count("batch_size", batch_size)
    if size > n:
        raise ValueError(f"batch_size is {size}, but there are {n} examples to train on; give at most {n}, or None")
    step = _step_function(model, objective, train, compiled)
    for examples in (train, held_out):
        if examples is not None:
            _metrics_on(measures, examples, step)  # a metric that fails shall fail now
    rule.bind(model.parameters())  # the order that its state was left in, or came in from a file
    rule.bind(step.parameters)

    def mini_batches() -> Iterator[Examples]:
        order = rng.permutation(n) if shuffle and size < n else np.arange(n)
        for start in range(0, n, size):
            yield train.take(order[start : start + size])

    history = History()
    training = _Training(model, objective, train, step, rule, rng, after_epoch, history)
    if n_snapshots:
        history.snapshots = Snapshots(training.names, n_snapshots)
        history.snapshots.take(0, step.theta)
        if train.X.shape[1] <= 2:
            history.recording = Recording(step, train)
    n_steps = len(range(0, n, size))
    training.keep()
    with _interruptible() as interrupted, _progress_bar(progress, epochs * n_steps) as bar:
        try:
            while len(history) < epochs:
                epoch = len(history) + 1
                bar.update((epoch - 1) * n_steps - bar.n)  # where training went back
                rate = total = 0.0
                batch = 0
                try:
                    for batch, part in enumerate(mini_batches(), 1):
                        rate = rule.learning_rate
                        total += len(part.X) * training.advance(part, epoch, batch)
                        bar.update(1)
                        if interrupted and batch < n_steps:
                            break
                except TrainingDiverged:
                    if not training.went_astray():
                        raise
                    continue
                if batch < n_steps:
                    if training.went_astray():
                        history.stop_reason = f"interrupted after epoch {len(history)}"
                    else:
                        history.stop_reason = f"interrupted in epoch {epoch}, after {batch} of {n_steps} steps"
                    break
                step = training.step
                step.write_back()
                figures: dict[str, float] = {"epoch": epoch, "loss": total / n, **_metrics_on(measures, train, step)}
                if held_out is not None:
                    loss_on_held_out = held_out.mean(step.losses(held_out.X, held_out.T))
                    on_held_out = {"loss": loss_on_held_out, **_metrics_on(measures, held_out, step)}
                    figures |= {f"val_{name}": figure for name, figure in on_held_out.items()}
                figures["learning_rate"] = rate
                due = epoch & (epoch - 1) == 0 or epoch == epochs  # 1, 2, 4, 8, ... and the last
                if due and training.went_astray():
                    continue
                history.rows.append(figures)
                if history.snapshots is not None:
                    history.snapshots.take(epoch, step.theta)
                rule.end_epoch(figures.get("val_loss", figures["loss"]))
                _show(bar, epoch, epochs, figures)
                reason = first_reason(after_epoch, Report(epoch, figures, model, rule, history))
                step.read()
                if (reason or interrupted) and not due and training.went_astray():
                    continue
                if due:
                    training.keep()
                if reason or interrupted:
                    history.stop_reason = reason or f"interrupted after epoch {epoch}"
                    break
            else:
                history.stop_reason = f"all {epochs} epochs done"
        except KeyboardInterrupt:  # raised by a callback, or by a second Ctrl-C
            training.went_astray()
            history.stop_reason = f"interrupted after epoch {len(history)}"
        finally:
            training.step.write_back()
            rule.bind(model.parameters())
    for callback in after_epoch:
        if history.rows and isinstance(callback, EarlyStopping):
            history.stop_reason = callback.restore(model, history.stop_reason)
    return history


def _step_function(model: Module, loss: Loss, train: Examples, compiled: bool) -> StepFunction:
    """The compiled step if it is asked for and can be had, else the eager one."""
    if compiled:
        try:
            return CompiledStep(model, loss, train.X, train.T, train.weights is not None)
        except NotCompiled as reason:
            # four frames up, beyond what `instead` puts around fit
            warnings.warn(f"this model is trained eagerly, since {reason}", stacklevel=4)
    return EagerStep(model, loss)


def _several(what: str, given: Any) -> list[Any]:
    """One thing as a list of it; None as an empty one."""
    if given is None:
        return []
    if isinstance(given, str) or callable(given):
        return [given]
    if not isinstance(given, Iterable):
        raise TypeError(f"{what}s is one {what} or several in a list, not {given!r:.60}")
    return list(given)


def _checked_metrics(given: Any) -> list[tuple[str, Metric]]:
    """The metrics by name, each of a name of its own: it becomes a column of the history."""
    measures = [metric_named(metric) for metric in _several("metric", given)]
    taken = {"epoch", "loss", "val_loss", "learning_rate"}
    for name, _ in measures:
        if name in taken:
            raise ValueError(
                f"the name {name!r} of a metric is taken already, and each metric becomes a column called by its "
                "function's name; write def my_metric(y, outputs): ... for each"
            )
        taken |= {name, f"val_{name}"}
    return measures


def _checked_callbacks(given: Any) -> list[Callback]:
    """The callbacks, as far as that can be told without calling them."""
    callbacks = _several("callback", given)
    for i, callback in enumerate(callbacks):
        if not callable(callback):
            raise TypeError(f"callbacks[{i}] is {callback!r:.60}, but a callback is a function that takes a Report")
        if isinstance(callback, type):
            name = callback.__name__
            raise TypeError(f"callbacks[{i}] is the class {name}; give an object of it, such as {name}(...)")
    return callbacks


def _metrics_on(measures: list[tuple[str, Metric]], examples: Examples, step: StepFunction) -> dict[str, float]:
    """The metrics by name."""
    if not measures:
        return {}
    outputs = step.outputs(examples.X)
    classes = decided(examples.T, outputs)
    return {
        name: float(metric(*classes) if metric in ON_LABELS.values() else metric(examples.y, outputs))
        for name, metric in measures
    }


def held_out_of(n: int, fraction: float) -> int:
    """How many of ``n`` examples a validation by this fraction sets aside: at least one, unless the fraction is 0."""
    return max(round(n * fraction), 1) if fraction else 0


def _split(examples: Examples, fraction: float, rng: np.random.Generator) -> tuple[Examples, Examples | None]:
    """The examples to train on, and those set aside."""
    if fraction == 0.0:
        return examples, None
    n = len(examples.X)
    n_held_out = held_out_of(n, fraction)
    if n_held_out == n:
        raise ValueError(f"validation={fraction:g} of {n} examples leaves none to train on; give more, or (X, y)")
    order = rng.permutation(n)
    return examples.take(order[n_held_out:]), examples.take(order[:n_held_out])


@dataclass(eq=False)
class _Training:
    """Steps that leave the parameters as they last were good when something stops being finite.

    A compiled program that turns out not to be the model is left for the model's own graph, and training goes back to
    where the two still agreed.
    """

    model: Module
    loss: Loss
    examples: Examples
    step: StepFunction
    optimizer: Optimizer
    rng: np.random.Generator
    callbacks: list[Callback]
    history: History

    def __post_init__(self) -> None:
        self.stoppers = [callback for callback in self.callbacks if isinstance(callback, (EarlyStopping, Negligible))]
        name_of = {parameter: name for name, parameter in self.model.named_parameters()}
        self.names = [name_of[parameter] for parameter in self.step.parameters]
        self.good = self.step.theta.copy()

    def keep(self) -> None:
        """Note all that training changes, where program and graph agree; not where nobody will ever go back to it."""
        if not self.step.sure:
            own = self.optimizer, self.rng.bit_generator.state, self.history.snapshots
            stoppers = [dict(vars(stopper)) for stopper in self.stoppers]
            self.agreed = len(self.history), self.step.theta.copy(), stoppers, *deepcopy(own)

    def went_astray(self) -> bool:
        """Whether the program is not the model any more. Training has then gone back, and goes on without it."""
        reason = self.step.astray(self.examples.X, self.examples.T)
        if not reason:
            return False
        history = self.history
        epochs, theta, states, optimizer, order, snapshots = self.agreed
        back = f"the end of epoch {epochs}" if epochs else "its start"
        warnings.warn(f"training went back to {back}, to go on eagerly from there, since {reason}", stacklevel=4)
        self.step.theta[:] = self.good = theta
        self.step.write_back()
        self.step = EagerStep(self.model, self.loss, self.step.parameters)
        self.optimizer.__dict__ = vars(optimizer)
        self.optimizer.bind(self.step.parameters)
        self.rng.bit_generator.state = order
        for stopper, state in zip(self.stoppers, states, strict=True):
            stopper.__dict__ = state
        del history.rows[epochs:]
        history.snapshots = snapshots
        if history.recording is not None:
            history.recording = history.recording._replace(step=self.step)
        return True

    def advance(self, part: Examples, epoch: int, batch: int) -> float:
        """Make one step on a mini-batch; its loss before the step."""
        theta, rate = self.step.theta, self.optimizer.learning_rate
        try:
            loss, gradient = self.step(part.X, part.T, part.weights)
        except Exception as error:
            error.add_note(f"This happened while training, in epoch {epoch}, batch {batch}.")
            raise
        what = "" if isfinite(loss) else f"the loss became {loss:g}"
        if not what and not np.isfinite(gradient).all():
            what = "a gradient is no longer finite"
        before = theta.copy()
        if not what:
            try:
                with np.errstate(over="ignore", invalid="ignore"):
                    self.optimizer.update(theta, gradient)
            except OverflowError as error:
                what = str(error)
            else:
                if np.isfinite(theta).all():
                    self.good = before
                    return loss
                what, self.good = "a parameter is no longer finite", before
        parameter, trouble = self._first_affected(theta, gradient)
        theta[:] = self.good
        raise TrainingDiverged(what, epoch, batch, rate, parameter, trouble, self.history)

    def _first_affected(self, theta: FloatArray, gradient: FloatArray) -> tuple[str, str]:
        """The first parameter that is not finite, or whose gradient has no square; else the one that moved the most."""
        for i, name in enumerate(self.names):
            if not (isfinite(theta[i]) and abs(gradient[i]) < 1e154):
                return name, f"with value {theta[i]:g} and gradient {gradient[i]:g}"
        with np.errstate(invalid="ignore"):
            i = int(np.abs(theta - self.good).argmax())
        return self.names[i], f"which went from {self.good[i]:g} to {theta[i]:g} in the step before"


@contextmanager
def _interruptible() -> Iterator[list[int]]:
    """Inside the block Ctrl-C does nothing but put an entry into the list; a second one raises KeyboardInterrupt.

    Only the main thread can do that; nothing changes in others, or where Ctrl-C has another meaning already.
    """
    asked: list[int] = []

    def note(signal_number: int, frame: Any) -> None:
        asked.append(signal_number)
        if len(asked) > 1:
            raise KeyboardInterrupt

    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield asked
        return
    signal.signal(signal.SIGINT, note)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _progress_bar(shown: bool | None, n_steps: int) -> Any:
    """A bar over all steps; by default shown in a terminal, and in a notebook, where it goes away at the end."""
    notebook = hasattr(getattr(builtins, "get_ipython", lambda: None)(), "kernel")
    disable = not (notebook or sys.stderr.isatty()) if shown is None else not shown
    if sys.platform == "emscripten":  # the browser's Python has no thread that could watch the bar
        tqdm.monitor_interval = 0
    return tqdm(
        total=n_steps, unit="step", disable=disable, leave=not notebook, file=sys.stdout if notebook else sys.stderr
    )


def _show(bar: Any, epoch: int, epochs: int, figures: dict[str, float]) -> None:
    """Loss and metrics beside the bar."""
    if not bar.disable:
        bar.set_description(f"epoch {epoch}/{epochs}", refresh=False)
        shown = {name: f"{figure:.4g}" for name, figure in figures.items() if name not in ("epoch", "learning_rate")}
        bar.set_postfix(shown, refresh=False)  # the bar redraws when it is time, not every epoch
