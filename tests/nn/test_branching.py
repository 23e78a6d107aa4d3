"""Models and losses that go another way for other numbers: compiled training notices, and ends where eager ends.

A compiled program is what was recorded for one example. All examples here go the same way at first.
"""

from __future__ import annotations

import random
import re
import signal
import warnings
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

from autograd import Value
from autograd.functions import exp, relu
from nn import MLP, SGD, Adam, Momentum, Neuron, fit, losses
from nn.history import History
from nn.losses import Loss
from nn.module import Module
from nn.optimizers import Optimizer
from nn.schedules import ReduceOnPlateau
from nn.steps import CompiledStep

RNG = np.random.default_rng(0)
X = RNG.uniform(0.5, 2.0, size=(20, 1))
y = -2.0 * X[:, 0] + 0.3  # the weight starts above 0 and has to go below
START = 1.0


class Line(Module):
    """w x + b, and what becomes of it."""

    def __init__(self, then: Callable[[Value], Any] = lambda z: z) -> None:
        self.w, self.b = Value(START), Value(0.1)
        self.then = then

    def __call__(self, x: Any) -> Any:
        return self.then(self.w * x[0] + self.b)


def trained(
    make: Callable[[], Any], loss: Any = "mse", compiled: bool = True, optimizer: Any = None, **settings: Any
) -> tuple[list[float], History]:
    model = make()
    settings = {"epochs": 40, "optimizer": optimizer() if optimizer else SGD(0.05)} | settings
    history = fit(model, X, y, loss, compiled=compiled, **settings)
    return [p.data for p in model.parameters()], history


# --- comparisons -------------------------------------------------------------------------------------------------


def by_if(z: Value) -> Value:
    return z if z > 0 else 0.01 * z


def by_truth(z: Value) -> Value:
    return z if relu(z) else 0.01 * z


def by_max(z: Value) -> Value:
    return max(z, 0.01 * z)


def by_sorting(z: Value) -> Value:
    return sorted([0.01 * z, z])[-1]


def by_a_mirrored_comparison(z: Value) -> Value:
    return 0.01 * z if 0.0 >= z else z  # noqa: SIM300 - the reflected operator


class Lopsided(Loss):
    """The squared error, a tenth of it where the output is above the target."""

    name = "lopsided"

    def one(self, outputs: Any, targets: Any) -> Any:
        e = outputs[0] - targets[0]
        return e * e if e > -0.5 else 0.1 * e * e


class OnInputs(Line):
    def __call__(self, x: Any) -> Any:
        return self.w * x[0] + self.b if x[0] > 1.0 else self.w * 0.5 + self.b


COMPARING: dict[str, tuple[Callable[[], Any], Any]] = {
    "if": (lambda: Line(by_if), "mse"),
    "truth": (lambda: Line(by_truth), "mse"),
    "max": (lambda: Line(by_max), "mse"),
    "sorted": (lambda: Line(by_sorting), "mse"),
    "mirrored": (lambda: Line(by_a_mirrored_comparison), "mse"),
    "in the loss": (Line, Lopsided()),
    "on the inputs": (OnInputs, "mse"),
    "activation": (lambda: MLP(1, [1], output=by_if, weights=[[[START]]], biases=[[0.1]]), "mse"),
}


@pytest.mark.parametrize(("make", "loss"), COMPARING.values(), ids=COMPARING.keys())
def test_a_comparison_of_a_value_is_noticed_and_trained_eagerly_with_its_place(
    make: Callable[[], Any], loss: Any
) -> None:
    with pytest.warns(UserWarning, match=r"trained eagerly, since .* at test_branching.py:\d+") as caught:
        ours, history = trained(make, loss)
    assert len(caught) == 1
    line = int(re.findall(r"test_branching.py:(\d+)", str(caught[0].message))[0])
    with open(__file__, encoding="utf-8") as file:
        assert re.search(r"\bif\b|max|sorted", file.read().splitlines()[line - 1])
    theirs, reference = trained(make, loss, compiled=False)
    assert ours == theirs
    assert history.to_dict() == reference.to_dict()


# --- what leaves no trace ----------------------------------------------------------------------------------------


def by_number(z: Any) -> Any:
    return z if z.data > 0 else 0.01 * z


class Frozen(Line):
    """Its slope is a number of the moment, as in a model that stops a gradient by hand."""

    def __call__(self, x: Any) -> Any:
        return self.w * self.w.data * x[0] + self.b


class Steep(Loss):
    name = "steep"

    def one(self, outputs: Any, targets: Any) -> Any:
        e = outputs[0] - targets[0]
        return e * e if e.data > 1.0 else 0.5 * e * e


READING: dict[str, tuple[Callable[[], Any], Any]] = {
    "in the model": (lambda: Line(by_number), "mse"),
    "in the loss": (Line, Steep()),
    "a frozen parameter": (Frozen, "mse"),
    "activation": (lambda: MLP(1, [1], output=by_number, weights=[[[START]]], biases=[[0.1]]), "mse"),
}
SETTINGS: dict[str, dict[str, Any]] = {
    "batch": {},
    "mini-batches": {"batch_size": 3, "epochs": 10},
    "momentum": {"optimizer": lambda: Momentum(0.02), "batch_size": 7},
    "adam": {"optimizer": lambda: Adam(0.05), "batch_size": 7},
    "schedule": {"optimizer": lambda: SGD(ReduceOnPlateau(0.05, factor=0.5, patience=2)), "batch_size": 7},
    "validation": {"validation": 0.3, "patience": 3, "metrics": ["r2"]},
    "validation, noticed late": {"validation": 0.3, "patience": 3, "optimizer": lambda: SGD(0.02)},
    "tolerance": {"tolerance": 1e-3, "batch_size": 9},
    "a generator": {"seed": "generator", "batch_size": 6},
    "without snapshots": {"snapshots": 0},
    "weighted": {"sample_weight": np.linspace(0.5, 1.5, 20)},
}


def with_seed(settings: dict[str, Any]) -> dict[str, Any]:
    return settings | {"seed": np.random.default_rng(7)} if settings.get("seed") == "generator" else settings


@pytest.mark.slow
@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS.keys())
@pytest.mark.parametrize(("make", "loss"), READING.values(), ids=READING.keys())
def test_where_a_number_decides_training_goes_back_and_on_eagerly(
    make: Callable[[], Any], loss: Any, settings: dict[str, Any]
) -> None:
    with pytest.warns(
        UserWarning, match="training went back to .*, to go on eagerly from there, since its loss"
    ) as caught:
        ours, history = trained(make, loss, **with_seed(settings))
    assert len(caught) == 1
    assert caught[0].filename == __file__
    theirs, reference = trained(make, loss, compiled=False, **with_seed(settings))
    # up to where it went back to the program trained it, which rounds differently; descent pulls the two together
    assert ours == pytest.approx(theirs, rel=1e-9)
    assert history.stop_reason.split(";")[0] == reference.stop_reason.split(";")[0]
    assert history.columns == reference.columns
    for column in history.columns:
        assert history[column] == pytest.approx(reference[column], rel=1e-6, abs=1e-9), column
    if history.recording is not None and reference.recording is not None:  # what a replay asks
        asked = [
            part.step.losses(part.examples.X, part.examples.T) for part in (history.recording, reference.recording)
        ]
        np.testing.assert_allclose(*asked, rtol=1e-9)
    if history.snapshots is not None:
        assert reference.snapshots is not None
        assert history.snapshots.epochs == reference.snapshots.epochs
        for snapshot, other in zip(history.snapshots, reference.snapshots, strict=True):
            assert snapshot.state == pytest.approx(other.state, rel=1e-9)


def test_training_that_goes_back_to_its_start_is_eager_training_bit_for_bit() -> None:
    optimizers: list[Optimizer] = [Adam(0.05), Adam(0.05)]
    models = [Frozen(), Frozen()]
    for model, optimizer, compiled in zip(models, optimizers, (True, False), strict=True):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            fit(model, X, y, optimizer=optimizer, epochs=7, batch_size=3, compiled=compiled)
        assert [str(w.message)[:34] for w in caught] == ["training went back to its start, t"] * compiled
    assert models[0].state_dict() == models[1].state_dict()
    ours, theirs = (optimizer.state_dict() for optimizer in optimizers)
    assert {name: array.tolist() for name, array in ours.pop("state").items()} == {
        name: array.tolist() for name, array in theirs.pop("state").items()
    }
    assert ours == theirs


@pytest.mark.parametrize(
    "settings",
    [{"epochs": 7}, {"callbacks": lambda report: report.epoch == 7}],
    ids=["all epochs", "a callback"],
)
def test_the_end_of_training_is_looked_at_wherever_it_comes(settings: dict[str, Any]) -> None:
    """The first output falls below 0 in epoch 6, between the looks at 4 and 8."""
    with pytest.warns(UserWarning, match="training went back to the end of epoch 4,"):
        ours, history = trained(lambda: Line(by_number), optimizer=lambda: SGD(0.01), **settings)
    theirs, reference = trained(lambda: Line(by_number), compiled=False, optimizer=lambda: SGD(0.01), **settings)
    assert (len(history), history.stop_reason) == (7, reference.stop_reason)
    assert ours == pytest.approx(theirs, rel=1e-9)


def test_the_progress_bar_goes_back_too(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.warns(UserWarning, match="training went back to the end of epoch 4,"):
        trained(lambda: Line(by_number), optimizer=lambda: SGD(0.01), progress=True)
    assert "| 40/40 [" in capsys.readouterr().err.split("\r")[-1]


def test_early_stopping_forgets_what_it_saw_of_a_program_that_was_not_the_model() -> None:
    """The program goes on below 0, where its validation loss in epoch 3 is the best; the model does not."""

    def wall(z: Any) -> Any:
        return z if z.data > 0 else 0.0 * z + 5.0

    settings: dict[str, Any] = {"validation": 0.3, "patience": 3, "optimizer": lambda: SGD(0.02)}
    with pytest.warns(UserWarning, match="training went back to the end of epoch 2,"):
        ours, history = trained(lambda: Line(wall), **settings)
    theirs, reference = trained(lambda: Line(wall), compiled=False, **settings)
    assert history.stop_reason == reference.stop_reason
    assert "since epoch 2, whose parameters the model has again" in history.stop_reason
    assert ours == pytest.approx(theirs, rel=1e-9)


def test_a_model_that_is_another_each_time_is_noticed_before_training() -> None:
    with pytest.warns(
        UserWarning, match="is trained eagerly, since its loss recorded for one example is not the graph"
    ):
        trained(lambda: Line(lambda z: z * random.random()), epochs=1)


def test_a_model_that_does_something_else_with_values_than_with_numbers_is_noticed() -> None:
    class Exact(Line):
        def __call__(self, x: Any) -> Any:
            return self.w * x[0] + self.b if isinstance(x[0], Value) else self.w * 5.0

    with pytest.warns(UserWarning, match="since its loss is another graph with Values for the data than with numbers"):
        fit(Exact(), np.ones((4, 1)), [1.0] * 4, epochs=1)


def test_divergence_of_a_program_that_is_not_the_model_is_not_the_models() -> None:
    """The model holds its output below 3; its program, recorded below, does not."""

    class Held(Line):
        def __call__(self, x: Any) -> Any:
            z = self.w * x[0] + self.b
            return z if z.data < 3.0 else 0.0 * z + 3.0

    with pytest.warns(UserWarning, match="training went back to its start"):
        ours, _ = trained(Held, optimizer=lambda: SGD(3.0), batch_size=1, epochs=60)
    assert ours == trained(Held, compiled=False, optimizer=lambda: SGD(3.0), batch_size=1, epochs=60)[0]


def test_metrics_of_a_model_that_decides_behind_its_logits_are_the_models_own() -> None:
    """The loss takes the logits, and never sees the activation that decides."""

    def hard(z: Any) -> Any:
        return Value(1.0) * 1.0 if z.data > 0 else Value(0.0) * 1.0

    def accuracy(compiled: bool) -> list[float]:
        model = Neuron(1, hard, weights=[1.0], bias=-1.0)
        model.loss = None  # type: ignore[attr-defined]
        history = fit(
            model,
            X,
            (X[:, 0] > 1.0).astype(float),
            "binary_cross_entropy_with_logits",
            epochs=3,
            metrics="accuracy",
            compiled=compiled,
        )
        return history["accuracy"]

    assert accuracy(True) == accuracy(False)
    assert min(accuracy(False)) > 0.9  # a program that holds on to one class has about a half


def test_metrics_of_an_activation_that_compares_are_the_models_own_for_every_example() -> None:
    """One example of forty is on the other side, and not among those that are looked at again."""
    inputs = np.ones((40, 1))
    inputs[3] = -1.0

    def worst(targets: Any, outputs: Any) -> float:
        return float(np.abs(targets - outputs).max())

    history = fit(
        Neuron(1, lambda z: 0.0 * z + 1.0 if z > 0 else 0.0 * z, weights=[1.0], bias=0.0),
        inputs,
        (inputs[:, 0] > 0.0).astype(float),
        "binary_cross_entropy_with_logits",
        epochs=2,
        metrics=worst,
    )
    assert history["worst"] == [0.0, 0.0]


def raises_keyboard_interrupt(report: Any) -> None:
    if report.epoch == 7:
        raise KeyboardInterrupt


def presses_ctrl_c(report: Any) -> None:
    if report.epoch == 7:
        signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize(("press", "epochs"), [(raises_keyboard_interrupt, 4), (presses_ctrl_c, 5)])
def test_an_interrupt_leaves_no_parameters_of_a_program_that_is_not_the_model(
    press: Callable[[Any], None], epochs: int
) -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.warns(UserWarning, match="training went back to the end of epoch 4,"):
            ours, history = trained(lambda: Line(by_number), callbacks=press, optimizer=lambda: SGD(0.01))
    finally:
        signal.signal(signal.SIGINT, before)
    assert history.stop_reason == f"interrupted after epoch {epochs}"
    theirs, _ = trained(lambda: Line(by_number), compiled=False, epochs=len(history), optimizer=lambda: SGD(0.01))
    assert ours == pytest.approx(theirs, rel=1e-9)


def test_an_interrupt_within_an_epoch_goes_back_too() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    updates = []

    class Pressing(SGD):
        def update(self, theta: Any, gradient: Any) -> None:
            updates.append(1)
            if len(updates) == 6 * 7 + 3:  # the third of seven steps in epoch 7
                signal.raise_signal(signal.SIGINT)
            super().update(theta, gradient)

    try:
        with pytest.warns(UserWarning, match="training went back to the end of epoch 4,"):
            ours, history = trained(lambda: Line(by_number), batch_size=3, optimizer=lambda: Pressing(0.0015))
    finally:
        signal.signal(signal.SIGINT, before)
    assert history.stop_reason == "interrupted after epoch 4"
    theirs, _ = trained(lambda: Line(by_number), compiled=False, epochs=4, batch_size=3, optimizer=lambda: SGD(0.0015))
    assert ours == pytest.approx(theirs, rel=1e-9)


# --- where nothing decides ---------------------------------------------------------------------------------------


class Written(Loss):
    """The cross-entropy for the target 0 as a textbook writes it, which loses its digits where p is nearly 1."""

    name = "written"

    def one(self, outputs: Any, targets: Any) -> Any:
        return -(1.0 - outputs[0]).log()


@pytest.mark.parametrize("loss", [Written(), losses.binary_cross_entropy], ids=repr)
@pytest.mark.parametrize("weight", [20.0, 36.0, 36.5, -36.0])
def test_saturated_probabilities_are_no_branch_and_the_better_of_the_two_is_taken(weight: float, loss: Loss) -> None:
    """1 - sigmoid(36) keeps no digit, and the slope of the graph is 1.045: the program knows better."""
    model = Neuron(1, "sigmoid", weights=[weight], bias=0.0)
    step = CompiledStep(model, loss, np.ones((3, 1)), np.zeros((3, 1)), weighted=False)
    _, gradient = step(np.ones((3, 1)), np.zeros((3, 1)), None)
    with mpmath.workdps(40):
        exact = float(1 / (1 + mpmath.exp(-weight)))
    assert gradient.tolist() == pytest.approx([exact] * 2, rel=1e-13)  # three roundings


@pytest.mark.parametrize("size", [1e2, 1e5, 1e9, 1e17])
@pytest.mark.parametrize("loss", ["categorical_cross_entropy_with_logits", "binary_cross_entropy_with_logits"])
def test_large_logits_are_never_taken_for_a_branch(loss: str, size: float) -> None:
    n = 1 if loss.startswith("binary") else 3
    model = MLP(1, [n], weights=[[[size], [size], [3.0]][:n]])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fit(model, [[1.0], [0.7], [-0.4]], [0, 1, 1], loss, SGD(1e-9), epochs=2, metrics="accuracy")
    for warning in caught:
        assert not re.search(r"branch|decide|number of a Value|another", str(warning.message))


def test_a_model_of_ones_own_that_decides_nothing_is_compiled_without_a_word() -> None:
    def bent(z: Value) -> Value:
        return exp(-z * z) + 0.1 * z

    step = CompiledStep(Line(bent), losses.mse, X, y[:, None], weighted=False)
    assert not step.sure
    ours, _ = trained(lambda: Line(bent))
    assert ours == pytest.approx(trained(lambda: Line(bent), compiled=False)[0], rel=1e-9)


@pytest.mark.parametrize("name", losses.LOSSES)
def test_models_and_losses_of_the_package_need_no_second_look(name: str) -> None:
    n = 2 if name.startswith("categorical") else 1
    output = "linear" if "logits" in name else {"binary": "sigmoid", "categorical": "softmax"}.get(name.split("_")[0])
    model = MLP(1, [3, n], output=output or "linear", seed=0)
    loss = losses.get(name)
    targets = np.array(loss.encode([1.0, 1.0], n))
    assert CompiledStep(model, loss, X[:2], targets, weighted=False).sure


def test_a_loss_on_values_that_are_no_parameters_is_not_compiled_and_says_so() -> None:
    stranger = Value(2.0, label="gamma")
    with pytest.warns(UserWarning, match=r"depends on 1 Values that are no parameters .*: gamma = 2 is the first"):
        trained(lambda: Line(lambda z: z * stranger), epochs=1)
    assert stranger.data == 2.0
