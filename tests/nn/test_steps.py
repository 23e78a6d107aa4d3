"""Compiled training beside eager training: the same numbers, the same endings, and when it stays eager."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import Value
from autograd.functions import tanh
from nn import MLP, SGD, Adam, TrainingDiverged, activations, fit, losses, optimizers, schedules
from nn.losses import Loss
from nn.optimizers import Optimizer
from nn.steps import CompiledStep, EagerStep, NotCompiled

RNG = np.random.default_rng(0)
X = RNG.normal(size=(25, 3))
TARGETS = {
    "mse": RNG.normal(size=(25, 2)),
    "half_squared_error": RNG.normal(size=(25, 2)),
    "mae": RNG.normal(size=(25, 2)),
    "huber": RNG.normal(size=(25, 2)),
    "hinge": RNG.choice([-1.0, 1.0], size=(25, 2)),
    "binary_cross_entropy": RNG.integers(0, 2, size=(25, 2)).astype(float),
    "categorical_cross_entropy": RNG.integers(0, 2, size=25),
    "binary_cross_entropy_with_logits": RNG.integers(0, 2, size=(25, 2)).astype(float),
    "categorical_cross_entropy_with_logits": RNG.integers(0, 2, size=25),
}
STEPS = 50


def trained(compiled: bool, loss: Any = "mse", optimizer: Any = None, activation: Any = "tanh", **settings: Any) -> Any:
    """Parameters and history after 50 steps; 5 mini-batches of 5 examples an epoch."""
    name = loss if isinstance(loss, str) else loss.name
    output = {"binary_cross_entropy": "sigmoid", "categorical_cross_entropy": "softmax"}.get(name, "linear")
    model = MLP(3, [4, 4, 2], activation=activation, output=output, seed=3)
    target = TARGETS.get(name, TARGETS["mse"])
    history = fit(
        model,
        X,
        target,
        loss,
        optimizer,
        epochs=STEPS // 5,
        batch_size=5,
        compiled=compiled,
        progress=False,
        **settings,
    )
    return np.array([p.data for p in model.parameters()]), np.array(history["loss"])


def assert_the_same(*, make_optimizer: Any = lambda: SGD(0.05), **settings: Any) -> None:
    """Compiled and eager training agree to 1e-12, relative to the largest number, after 50 steps from one seed."""
    for ours, theirs in zip(
        trained(True, optimizer=make_optimizer(), **settings),
        trained(False, optimizer=make_optimizer(), **settings),
        strict=True,
    ):
        assert np.abs(ours - theirs).max() <= 1e-12 * max(1.0, np.abs(theirs).max())


@pytest.mark.parametrize("loss", [name for name in losses.LOSSES if name in TARGETS])
def test_every_loss_trains_compiled_as_it_does_eagerly(loss: str) -> None:
    assert_the_same(loss=loss)


def test_no_loss_is_left_out() -> None:
    assert set(TARGETS) - {"huber"} == set(losses.LOSSES) - {"huber"}
    assert_the_same(loss=losses.huber(0.5))


@pytest.mark.slow
@pytest.mark.parametrize(
    "activation", [name for name in activations.ACTIVATIONS if name not in ("softmax", "step", "sign")]
)
def test_every_activation_trains_compiled_as_it_does_eagerly(activation: str) -> None:
    assert_the_same(activation=activation)


def test_step_activation_lets_only_the_output_layer_learn_compiled_or_not() -> None:
    assert_the_same(activation="step")


def test_activation_of_ones_own_trains_compiled_as_it_does_eagerly() -> None:
    assert_the_same(activation=lambda z: 2.0 * tanh(z) / (1.0 + z * z))


@pytest.mark.parametrize("name", sorted(optimizers.OPTIMIZERS))
def test_every_optimizer_trains_compiled_as_it_does_eagerly(name: str) -> None:
    kind = type(optimizers.get(name))
    assert_the_same(make_optimizer=lambda: kind(0.01, weight_decay=0.01, clip_norm=1.0))


SCHEDULES = {
    "constant": lambda: schedules.Constant(0.05),
    "step": lambda: schedules.Step(0.05, every=3, factor=0.5),
    "exponential": lambda: schedules.Exponential(0.05, factor=0.9),
    "inverse time": lambda: schedules.InverseTime(0.05, decay=0.1),
    "cosine": lambda: schedules.Cosine(0.05, length=10),
    "warm-up": lambda: schedules.WarmUp(3, then=0.05),
    "plateau": lambda: schedules.ReduceOnPlateau(0.05, patience=2),
}


@pytest.mark.parametrize("make", SCHEDULES.values(), ids=SCHEDULES.keys())
def test_every_schedule_trains_compiled_as_it_does_eagerly(make: Any) -> None:
    assert_the_same(make_optimizer=lambda: SGD(make()))


def test_sample_weights_count_compiled_as_they_do_eagerly() -> None:
    assert_the_same(sample_weight=RNG.uniform(0.0, 2.0, 25))


def test_optimizer_goes_on_from_compiled_to_eager_training() -> None:
    def twice(first: bool, second: bool) -> np.ndarray[Any, Any]:
        model, optimizer = MLP(3, [4, 2], seed=0), Adam(0.05)
        for compiled in (first, second):
            fit(model, X, TARGETS["mse"], optimizer=optimizer, epochs=3, batch_size=5, compiled=compiled)
        return np.array([p.data for p in model.parameters()])

    assert np.abs(twice(True, False) - twice(False, False)).max() <= 1e-12
    assert np.abs(twice(False, True) - twice(False, False)).max() <= 1e-12


def test_state_of_the_optimizer_stands_in_the_order_of_the_models_parameters() -> None:
    states = []
    for compiled in (True, False):
        model, optimizer = MLP(3, [4, 2], seed=0), Adam(0.05)
        fit(model, X, TARGETS["mse"], optimizer=optimizer, epochs=3, compiled=compiled)
        states.append(optimizer.state)
    for name in states[0]:
        assert np.abs(states[0][name] - states[1][name]).max() <= 1e-12


def test_model_that_branches_on_a_number_is_trained_eagerly_and_says_so() -> None:
    def leaky(z: Value) -> Value:
        return z if z.data > 0 else 0.1 * z

    with pytest.warns(
        UserWarning, match="this model is trained eagerly, since its loss recorded for one example is not"
    ):
        ours = trained(True, activation=leaky)
    theirs = trained(False, activation=leaky)
    assert np.array_equal(ours[0], theirs[0])


def test_loss_that_cannot_be_recorded_with_targets_as_values_is_trained_eagerly() -> None:
    class Picky(Loss):
        name = "picky"

        def one(self, outputs: Any, targets: Any) -> Any:
            if isinstance(targets[0], Value):
                raise TypeError("targets must be numbers")
            return losses.mse.one(outputs, targets)

    with pytest.warns(UserWarning, match="recording its loss .* failed: targets must be numbers"):
        ours = trained(True, loss=Picky())
    assert np.array_equal(ours[0], trained(False, loss=Picky())[0])


def test_loss_that_ignores_a_parameter_is_not_compiled() -> None:
    class First(Loss):
        name = "first"

        def one(self, outputs: Any, targets: Any) -> Any:
            return (outputs[0] - targets[0]) ** 2

    with pytest.raises(NotCompiled, match=r"does not depend on 4 of its parameters \(layers.0.neurons.1.w1 first\)"):
        CompiledStep(MLP(3, [2]), First(), X, TARGETS["mse"], weighted=False)


def test_compiled_divergence_keeps_the_last_good_parameters_and_names_the_parameter() -> None:
    model = MLP(3, [4, 2], activation="relu", seed=0)
    names = [name for name, _ in model.named_parameters()]
    with pytest.raises(TrainingDiverged) as caught:
        fit(model, X, TARGETS["mse"], optimizer=SGD(1e30), epochs=200)
    assert caught.value.parameter in names
    assert np.isfinite([p.data for p in model.parameters()]).all()


def test_callback_that_changes_the_model_is_heard_by_compiled_training() -> None:
    def trained_with_reset(compiled: bool) -> list[float]:
        model = MLP(3, [4, 2], seed=0)

        def reset(report: Any) -> None:
            for p in model.parameters():
                p.data *= 0.5

        fit(model, X, TARGETS["mse"], epochs=3, callbacks=[reset], compiled=compiled)
        return [p.data for p in model.parameters()]

    assert trained_with_reset(True) == pytest.approx(trained_with_reset(False), rel=1e-12)


def test_both_steps_give_the_same_gradient() -> None:
    model = MLP(3, [4, 2], seed=0)
    eager = EagerStep(model, losses.mse)
    compiled = CompiledStep(model, losses.mse, X, TARGETS["mse"], weighted=False)
    loss, gradient = eager(X, TARGETS["mse"], None)
    compiled_loss, compiled_gradient = compiled(X, TARGETS["mse"], None)
    assert compiled_loss == pytest.approx(loss, rel=1e-14)
    place = {p: i for i, p in enumerate(compiled.parameters)}
    in_order = [compiled_gradient[place[p]] for p in eager.parameters]
    assert np.allclose(in_order, gradient, rtol=1e-12, atol=1e-15)


def test_optimizer_classes_are_all_covered() -> None:
    assert all(isinstance(optimizers.get(name), Optimizer) for name in optimizers.OPTIMIZERS)


@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
def test_validation_and_metrics_are_the_same_compiled(weighted: bool) -> None:
    def history(compiled: bool) -> dict[str, list[float]]:
        model = MLP.for_task("multiclass", 3, [4, 2], seed=0)
        return fit(
            model,
            X,
            TARGETS["categorical_cross_entropy"],
            epochs=4,
            batch_size=5,
            validation=0.3,
            metrics=["accuracy"],
            sample_weight=np.linspace(0.5, 1.5, 25) if weighted else None,
            compiled=compiled,
        ).to_dict()

    ours, theirs = history(True), history(False)
    assert ours.keys() == theirs.keys() >= {"val_loss", "val_accuracy"}
    for name in ours:
        assert ours[name] == pytest.approx(theirs[name], rel=1e-12), name


@pytest.mark.slow
@pytest.mark.parametrize("activation", [name for name in activations.ACTIVATIONS if name != "softmax"])
def test_a_saturated_program_says_nothing_with_its_own_parameters_or_with_others(activation: str) -> None:
    """What overflows on the way there is meant; any warning of NumPy would be an error here."""
    for name, targets in TARGETS.items():
        output = {"binary_cross_entropy": "sigmoid", "categorical_cross_entropy": "softmax"}.get(name, "linear")
        model, loss = MLP(3, [4, 2], activation=activation, output=output, seed=3), losses.get(name)
        T = np.array(loss.encode(targets, 2))
        step = CompiledStep(model, loss, X, T, weighted=False)
        program, rows, drawn = step.program, np.concatenate([X, T], axis=1), step.theta.copy()
        for size in (1e3, 1e9, 1e17, 1e300):
            theta = size * drawn
            given = [program(rows, theta), *program.value_and_grad(rows, theta)]
            step.theta[:] = theta
            own = [step.losses(X, T), *step(X, T, None)]
            if size < 1e100:  # beyond, sums overflow, and which of them first is a matter of their order
                for ours, theirs in zip(own, given, strict=True):
                    np.testing.assert_allclose(ours, theirs, rtol=1e-9)  # two orders of summation
