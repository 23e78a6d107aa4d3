"""`fit`: the loop against the same steps by hand, what ends it, what it records, and what it refuses."""

from __future__ import annotations

import builtins
import functools
import math
import re
import signal
import sys
import threading
import time
import types
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, no_grad
from autograd.functions import exp, fsum
from nn import losses, training
from nn.callbacks import EarlyStopping, Negligible
from nn.history import History
from nn.layers import MLP, Layer, Neuron
from nn.losses import Loss, mse
from nn.module import Module
from nn.optimizers import SGD, AdaGrad, Adam, Momentum, RMSprop
from nn.schedules import Exponential, ReduceOnPlateau
from nn.steps import EagerStep
from nn.training import TrainingDiverged

fit = functools.partial(training.fit, compiled=False)  # the loop itself; tests/nn/test_steps.py compares the two

X = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.5, 0.2], [0.1, 0.9]]
y = [1.0, 2.0, 3.0, 0.5, 0.0]


@pytest.fixture
def model() -> MLP:
    return MLP(2, [3, 1], seed=0)


def numbers(model: MLP) -> list[Any]:
    return [p.data for p in model.parameters()]


def by_hand(model: MLP, batches: int, rate: float = 0.1, epochs: int = 1) -> Any:
    """Gradient descent written out: one backward and one step for each mini-batch."""
    for _ in range(epochs):
        for rows in batches:
            model.zero_grad()
            loss = fsum([(model(X[i]) - y[i]) ** 2 for i in rows]) / len(rows)
            loss.backward()
            for p in model.parameters():
                p.data -= rate * p.grad
    return numbers(model)


# --- the loop --------------------------------------------------------------------------------------------------------


def test_batch_gradient_descent_is_the_loop_written_by_hand(model: MLP) -> None:
    expected = by_hand(MLP(2, [3, 1], seed=0), [range(5)], epochs=3)
    fit(model, X, y, epochs=3)
    assert numbers(model) == expected


@pytest.mark.parametrize("size", [1, 2, 5])
def test_mini_batches_are_taken_in_order_without_shuffling(model: MLP, size: int) -> None:
    batches = [range(start, min(start + size, 5)) for start in range(0, 5, size)]
    expected = by_hand(MLP(2, [3, 1], seed=0), batches, epochs=2)
    fit(model, X, y, epochs=2, batch_size=size, shuffle=False)
    assert numbers(model) == expected


def test_shuffling_shows_every_example_once_an_epoch_in_changing_orders() -> None:
    seen = []

    class Watching(Loss):
        name = "watching"

        def one(self, outputs: Any, targets: Any) -> Any:
            seen.append(float(targets[0]))
            return mse.one(outputs, targets)

    fit(Neuron(1, weights=[0.0]), range(6), range(6), Watching(), epochs=4, batch_size=2)
    epochs = [seen[1:][6 * k : 6 * k + 6] for k in range(4)]  # the first is the trial before training
    assert all(sorted(epoch) == list(range(6)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) > 1


def test_seed_decides_the_course() -> None:
    def course(seed: int) -> Any:
        model = MLP(2, [3, 1], seed=0)
        fit(model, X, y, epochs=3, batch_size=2, seed=seed, validation=0.4)
        return numbers(model)

    assert course(3) == course(3) == course(np.random.default_rng(3))
    assert course(3) != course(4)


def test_the_default_optimizer_is_new_for_every_call() -> None:
    first, second = MLP(2, [3, 1], seed=0), MLP(2, [3, 1], seed=0)
    fit(first, X, y, epochs=2)
    fit(second, X, y, epochs=2)
    assert numbers(first) == numbers(second)


def test_an_optimizer_continues_with_the_next_fit(model: MLP) -> None:
    twin = MLP(2, [3, 1], seed=0)
    fit(twin, X, y, optimizer=Momentum(0.05), epochs=6)
    optimizer = Momentum(0.05)
    for _ in range(2):
        fit(model, X, y, optimizer=optimizer, epochs=3)
    assert numbers(model) == numbers(twin)
    assert (optimizer.steps, optimizer.epochs) == (6, 6)


def test_an_optimizer_of_another_model_is_refused(model: MLP) -> None:
    optimizer = Adam()
    fit(model, X, y, optimizer=optimizer, epochs=1)
    with pytest.raises(ValueError, match="the parameters of another model"):
        fit(MLP(2, [3, 1], seed=1), X, y, optimizer=optimizer)


def test_loss_of_the_model_is_the_default() -> None:
    model = MLP.for_task("binary", 2, [1], seed=0)
    twin = MLP.for_task("binary", 2, [1], seed=0)
    fit(model, X, [0, 1, 1, 0, 1], epochs=2)
    fit(twin, X, [0, 1, 1, 0, 1], "binary_cross_entropy_with_logits", epochs=2)
    assert numbers(model) == numbers(twin)


def test_loss_on_logits_takes_the_path_of_the_loss_on_probabilities() -> None:
    model, twin = (MLP(2, [3, 3], output="softmax", seed=0) for _ in range(2))
    fit(model, X, [0, 1, 2, 0, 1], "categorical_cross_entropy_with_logits", epochs=5)
    fit(twin, X, [0, 1, 2, 0, 1], "categorical_cross_entropy", epochs=5)
    np.testing.assert_allclose(numbers(model), numbers(twin), rtol=1e-12)


def test_an_example_of_weight_2_counts_as_two() -> None:
    model, twin = MLP(2, [3, 1], seed=0), MLP(2, [3, 1], seed=0)
    # weights 2 0 1 1 1 have the mean 1, so that the sum over five terms is the same
    weighted = fit(model, X, y, sample_weight=[2, 0, 1, 1, 1], epochs=3)
    doubled = fit(twin, [X[0], X[0], *X[2:]], [y[0], y[0], *y[2:]], epochs=3)
    np.testing.assert_allclose(numbers(model), numbers(twin), rtol=1e-12)
    assert weighted["loss"] == pytest.approx(doubled["loss"], rel=1e-12)


def test_a_model_of_your_own_needs_parameters_and_a_call() -> None:
    class Line(Module):
        def __init__(self) -> None:
            self.slope, self.offset = Value(0.0), Value(0.0)

        def __call__(self, x: Any) -> Any:
            return self.slope * x[0] + self.offset

    line = Line()
    history = fit(line, [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0], optimizer=SGD(0.3), epochs=100, metrics=["r2"])
    assert (line.slope.data, line.offset.data) == pytest.approx((2.0, 1.0), abs=1e-6)
    assert history["r2"][-1] == pytest.approx(1.0)


def test_a_shared_parameter_moves_once_a_step() -> None:
    w = Value(1.0)
    model = MLP.from_layers([Layer(1, 1, weights=[[w]]), Layer(1, 1, weights=[[w]])])
    fit(model, [[1.0]], [0.0], optimizer=SGD(0.1), epochs=1)
    assert w.data == pytest.approx(1.0 - 0.1 * 2 * 1.0 * 2.0)  # d(w^2)^2/dw = 4 w^3


def test_eager_step_agrees_with_the_loss_on_the_whole_batch(model: MLP) -> None:
    step = EagerStep(model, mse)
    loss, gradient = step(np.array(X), np.array(y)[:, None], None)
    model.zero_grad()
    expected = mse([model(x) for x in X], y)
    expected.backward()
    assert loss == pytest.approx(expected.data, rel=1e-15)
    np.testing.assert_allclose(gradient, [p.grad for p in model.parameters()], rtol=1e-13)


def test_eager_step_reads_and_writes_the_model(model: MLP) -> None:
    step = EagerStep(model, mse)
    step.theta += 1.0
    step.write_back()
    assert numbers(model) == step.theta.tolist()
    model.parameters()[0].data = 7.0
    step.read()
    assert step.theta[0] == 7.0


# --- what is recorded ------------------------------------------------------------------------------------------------


def test_history_has_the_loss_before_each_step_and_the_learning_rate() -> None:
    model = Neuron(1, weights=[0.0])
    history = fit(model, [[1.0]], [1.0], optimizer=SGD(Exponential(0.1, factor=0.5)), epochs=3)
    # e = 1, then e (1 - 4 eta) with the weight and the bias both moving
    assert history["loss"] == pytest.approx([1.0, 0.6**2, (0.6 * 0.8) ** 2])
    assert history["learning_rate"] == [0.1, 0.05, 0.025]
    assert history["epoch"] == [1, 2, 3]
    assert history.stop_reason == "all 3 epochs done"


def test_loss_of_an_epoch_is_the_mean_over_examples_also_when_the_last_batch_is_smaller() -> None:
    model = Neuron(1, weights=[0.0])
    history = fit(model, [[1.0]] * 3, [0.0, 0.0, 3.0], optimizer=SGD(1e-12), epochs=1, batch_size=2, shuffle=False)
    assert history["loss"] == pytest.approx([3.0])


def worst(y: Any, outputs: Any) -> Any:
    return np.abs(y - outputs).max()


def test_metrics_and_validation_are_measured_after_the_epoch() -> None:
    model = Neuron(1, weights=[0.0])
    held_out = ([[2.0], [0.0]], [1.0, 0.0])
    history = fit(model, [[1.0], [3.0]], [1.0, 2.0], epochs=2, validation=held_out, metrics=["r2", worst])
    assert history.columns == ["epoch", "loss", "r2", "worst", "val_loss", "val_r2", "val_worst", "learning_rate"]
    outputs = model.predict([[2.0], [0.0]])
    assert history["val_loss"][-1] == pytest.approx(np.mean((outputs - [1.0, 0.0]) ** 2))
    assert history["val_worst"][-1] == np.abs(outputs - [1.0, 0.0]).max()
    assert history["worst"][-1] == np.abs(model.predict([[1.0], [3.0]]) - [1.0, 2.0]).max()


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
def test_one_metric_may_stand_by_itself(compiled: bool) -> None:
    for metrics, columns in (("r2", ["r2"]), (worst, ["worst"]), (None, []), (["r2", worst], ["r2", "worst"])):
        history = fit(MLP(2, [3, 1], seed=0), X, y, epochs=2, metrics=metrics, compiled=compiled)
        assert history.columns == ["epoch", "loss", *columns, "learning_rate"]


@pytest.mark.parametrize(
    "metrics",
    [[worst, worst], ["r2", "r2"], [lambda y, outputs: 0.0, lambda y, outputs: 1.0], [functools.partial(worst)] * 2],
    ids=["twice", "name twice", "lambdas", "partials"],
)
def test_two_metrics_of_one_name_are_refused_since_one_column_would_hide_the_other(model: MLP, metrics: Any) -> None:
    with pytest.raises(ValueError, match=r"the name '.*' of a metric is taken already, .* write def my_metric"):
        fit(model, X, y, metrics=metrics)


@pytest.mark.parametrize("name", ["loss", "epoch", "learning_rate", "val_loss"])
def test_a_metric_may_not_take_the_name_of_another_column(model: MLP, name: str) -> None:
    def metric(y: Any, outputs: Any) -> float:
        return 0.0

    metric.__name__ = name
    with pytest.raises(ValueError, match=f"the name '{name}' of a metric is taken already"):
        fit(model, X, y, metrics=[metric])


def test_a_metric_may_not_take_the_name_that_another_has_on_held_out_examples(model: MLP) -> None:
    def val_r2(y: Any, outputs: Any) -> float:
        return 0.0

    with pytest.raises(ValueError, match="the name 'val_r2' of a metric is taken already"):
        fit(model, X, y, metrics=["r2", val_r2], validation=0.4)


def test_one_callback_may_stand_by_itself(model: MLP, capsys: pytest.CaptureFixture[str]) -> None:
    fit(model, X, y, epochs=2, callbacks=print)
    assert capsys.readouterr().out.count("Report(epoch=") == 2
    assert fit(model, X, y, callbacks=EarlyStopping(1, min_improvement=99.0)).stop_reason.startswith("loss has not")
    assert len(fit(model, X, y, epochs=2, callbacks=None)) == 2


@pytest.mark.parametrize(
    ("task", "sizes", "targets"),
    [
        ("binary", [1], [0, 1, 1, 0, 1]),
        ("multiclass", [3], [0, 1, 2, 1, 0]),
        ("multilabel", [2], [[0, 1], [1, 1], [0, 0], [1, 0], [0, 1]]),
    ],
)
def test_accuracy_is_that_of_the_predicted_classes(task: str, sizes: list[int], targets: Any) -> None:
    model = MLP.for_task(task, 2, sizes)
    history = fit(model, X, targets, epochs=3, metrics=["accuracy"])
    outputs = model.predict(X)
    predicted = outputs.argmax(axis=1) if task == "multiclass" else (outputs >= 0.5).astype(int)
    right = predicted == np.array(targets)
    assert history["accuracy"][-1] == np.mean(right if right.ndim == 1 else right.all(axis=1))


def test_accuracy_with_hinge_goes_by_the_sign() -> None:
    model = Neuron(1, weights=[1.0], bias=-0.2)
    history = fit(model, [[0.0], [0.1], [1.0]], [-1, 1, 1], "hinge", SGD(1e-9), epochs=1, metrics=["accuracy"])
    assert history["accuracy"] == [pytest.approx(2 / 3)]


def test_a_fraction_is_set_aside_for_validation() -> None:
    seen = set()

    class Watching(Loss):
        name = "watching"

        def one(self, outputs: Any, targets: Any) -> Any:
            if isinstance(outputs[0], Value) and outputs[0].op is not None:
                seen.add(float(targets[0]))
            return mse.one(outputs, targets)

    history = fit(Neuron(1), np.arange(10.0), np.arange(10.0), Watching(), SGD(1e-9), epochs=3, validation=0.3)
    assert len(seen - {0.0}) in (6, 7)  # the first example is also in the trial before training
    assert "val_loss" in history.columns


@given(st.lists(st.floats(0.0, 1.0), min_size=5, max_size=5), st.integers(-1000, 1023))
def test_only_the_ratios_of_sample_weights_count_also_where_their_sum_is_no_float(weights: Any, exponent: Any) -> None:
    weights[2] = 1.0
    large = np.ldexp(weights, exponent)
    small = np.ldexp(large, -exponent)  # what very small weights keep of their digits
    results = []
    for each in (small, large):
        model = MLP(2, [3, 1], seed=0)
        results.append((fit(model, X, y, sample_weight=each, epochs=1)["loss"], numbers(model)))
    assert results[0] == results[1]
    assert all(map(math.isfinite, results[0][1]))


def test_sample_weights_count_in_the_validation_loss() -> None:
    model = Neuron(1, weights=[0.0])
    history = fit(model, [[0.0]] * 2, [1.0, 1.0], optimizer=SGD(1e-12), sample_weight=[1, 3], validation=0.5, epochs=1)
    assert history["val_loss"][0] in (pytest.approx(0.5), pytest.approx(1.5))
    assert history["val_loss"][0] + history["loss"][0] == pytest.approx(2.0)


def test_history_prints_as_a_table() -> None:
    history = History()
    history.rows += [{"epoch": k, "loss": 1.0 / k} for k in range(1, 13)]
    history.stop_reason = "all 12 <epochs> done"
    lines = str(history).splitlines()
    assert lines[0].split() == ["epoch", "loss"]
    assert [line.split()[0] for line in lines[1:-1]] == ["1", "2", "3", "4", "5", "...", "8", "9", "10", "11", "12"]
    assert repr(history) == "History(12 epochs, loss 1 to 0.08333; all 12 <epochs> done)"
    html = history._repr_html_()
    assert html.count("<tr>") == 12
    assert ">epoch</th>" in html
    assert "all 12 &lt;epochs&gt; done" in html


@given(st.lists(st.lists(st.floats(), min_size=3, max_size=3), min_size=1, max_size=25))
def test_columns_of_a_printed_history_end_where_their_names_end(rows: Any) -> None:
    history = History()
    history.rows += [dict(zip(("epoch", "loss", "a long name"), row, strict=True)) for row in rows]
    *table, reason = str(history).splitlines()
    assert reason == "not finished"
    ends = [[match.end() for match in re.finditer(r"\S+", line)] for line in table[1:]]
    head = table[0]
    expected = [head.index("epoch") + 5, head.index("loss") + 4, head.index("a long name") + 11]
    assert all(line == expected for line in ends)
    # no column is wider than its widest cell, and two blanks stand between columns
    widths = [max(map(len, column)) for column in zip(*[line.split() for line in table[1:]], strict=True)]
    assert expected[0] == max(5, widths[0])
    assert expected[1] - expected[0] == 2 + max(4, widths[1])
    assert expected[2] - expected[1] == 2 + max(11, widths[2])


def test_history_becomes_columns(model: MLP) -> None:
    history = fit(model, X, y, epochs=2)
    assert history.to_dict() == {name: history[name] for name in ("epoch", "loss", "learning_rate")}
    assert len(history) == 2
    with pytest.raises(KeyError, match="no column 'accuracy'; it has epoch, loss, learning_rate"):
        history["accuracy"]


def test_an_empty_history_prints() -> None:
    assert str(History()) == "epoch  loss\nnot finished"
    assert repr(History()) == "History(0 epochs; not finished)"


# --- what ends it ----------------------------------------------------------------------------------------------------


def test_tolerance_on_the_loss_stops_when_it_hardly_changes() -> None:
    history = fit(Neuron(1), [[0.0], [1.0]], [1.0, 3.0], optimizer=SGD(0.3), epochs=1000, tolerance=1e-8)
    change = -np.diff(history["loss"])
    assert len(history) < 1000
    assert change[-1] <= 1e-8 < change[-2]
    assert history.stop_reason == "the loss changed by no more than 1e-08 in the last epoch"


def test_tolerance_on_the_parameters_stops_when_none_moves() -> None:
    points = []
    model = Neuron(1)
    history = fit(
        model,
        [[0.0], [1.0]],
        [1.0, 3.0],
        optimizer=SGD(0.3),
        epochs=1000,
        tolerance=1e-6,
        tolerance_on="parameters",
        callbacks=[lambda report: points.append(numbers(model))],
    )
    moved = np.abs(np.diff(points, axis=0)).max(axis=1)
    assert moved[-1] <= 1e-6 < moved[-2]
    assert history.stop_reason == "the parameters changed by no more than 1e-06 in the last epoch"


def test_early_stopping_restores_the_parameters_of_the_best_validation_loss() -> None:
    states = []
    model = Neuron(1, weights=[0.0])
    # the training examples pull the weight to 2, the held-out one has its best at 1
    history = fit(
        model,
        [[1.0]],
        [4.0],
        optimizer=SGD(0.02),
        epochs=500,
        validation=([[1.0]], [2.0]),
        patience=3,
        callbacks=[lambda report: states.append(numbers(model))],
    )
    best = int(np.argmin(history["val_loss"]))
    assert len(history) == best + 1 + 3
    assert numbers(model) == states[best] != states[-1]
    assert history.stop_reason == (
        f"val_loss has not improved since epoch {best + 1}, whose parameters the model has again, "
        f"with {history['val_loss'][best]:.6g}"
    )


def overfitted(compiled: bool = False, patience: int = 400, **settings: Any) -> tuple[Any, ...]:
    """A training whose validation loss is best in the middle, and the model's numbers after each epoch."""
    states = []
    model = Neuron(1, weights=[0.0])
    callbacks = [lambda report: states.append(numbers(model)), *settings.pop("callbacks", ())]
    settings = {"epochs": 30, "validation": ([[1.0]], [2.0]), "callbacks": callbacks} | settings
    history = fit(model, [[1.0]], [4.0], optimizer=SGD(0.02), patience=patience, compiled=compiled, **settings)
    return model, history, states


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
@pytest.mark.parametrize(
    ("settings", "ending"),
    [
        ({}, "all 30 epochs done"),
        ({"callbacks": [lambda report: report.epoch == 20 and "enough"]}, "enough"),
        ({"tolerance": 0.1}, "the loss changed by no more than 0.1 in the last epoch"),
    ],
    ids=["all epochs", "a callback", "tolerance"],
)
def test_early_stopping_restores_the_best_parameters_however_training_ends(
    compiled: bool, settings: dict[str, Any], ending: str
) -> None:
    model, history, states = overfitted(compiled, **settings)
    best = int(np.argmin(history["val_loss"]))
    assert best + 1 < len(history)
    assert numbers(model) == states[best] != states[-1]
    assert history.stop_reason == (
        f"{ending}; the model has the parameters of epoch {best + 1} again, "
        f"with the best val_loss, {history['val_loss'][best]:.6g}"
    )


def test_early_stopping_says_nothing_where_the_last_parameters_are_the_best() -> None:
    model, history, states = overfitted(epochs=3)
    assert history.stop_reason == "all 3 epochs done"
    assert numbers(model) == states[-1]


def test_early_stopping_that_was_used_before_restores_nothing_of_then() -> None:
    stopping = EarlyStopping(400)
    overfitted(patience=None, callbacks=[stopping])
    model, history, states = overfitted(patience=None, callbacks=[stopping], validation=0.0)
    assert numbers(model) == states[-1]
    assert history.stop_reason == "all 30 epochs done"


def test_keyboard_interrupt_leaves_the_best_parameters_too() -> None:
    def press(report: Any) -> None:
        if report.epoch == 25:
            raise KeyboardInterrupt

    model, history, states = overfitted(callbacks=[press])
    assert numbers(model) == states[int(np.argmin(history["val_loss"]))]
    assert history.stop_reason.startswith("interrupted after epoch 25; the model has the parameters of epoch")


def test_early_stopping_without_validation_watches_the_training_loss() -> None:
    history = fit(Neuron(1, weights=[0.0]), [[1.0]], [0.0], epochs=50, patience=2)
    assert len(history) == 3  # the loss is 0 from the start
    assert history.stop_reason == "loss has not improved since epoch 1"


def test_min_improvement_counts_small_improvements_as_none() -> None:
    stopping = EarlyStopping(2, min_improvement=10.0)
    history = fit(Neuron(1, weights=[0.0]), [[1.0]], [1.0], callbacks=[stopping])
    assert len(history) == 3
    assert len(fit(Neuron(1, weights=[0.0]), [[1.0]], [1.0], callbacks=[stopping])) == 3  # it starts anew


def test_stoppers_start_anew_with_each_fit() -> None:
    negligible = Negligible(1e-3)
    model = Neuron(1, weights=[0.0])
    fit(model, [[1.0]], [1.0], callbacks=[negligible])
    assert len(fit(model, [[1.0]], [1.0], callbacks=[negligible])) == 2


def test_callbacks_see_the_epoch_and_can_stop(model: MLP) -> None:
    reports = []

    def third(report: Any) -> bool:
        reports.append(report)
        return report.epoch == 3

    history = fit(model, X, y, callbacks=[third])
    assert len(history) == 3
    assert history.stop_reason == "a callback asked to stop"
    assert [report.epoch for report in reports] == [1, 2, 3]
    assert reports[0].figures is history.rows[0]
    assert reports[0].model is model
    assert reports[0].history is history
    assert reports[0].optimizer.steps == 3
    assert fit(model, X, y, callbacks=[lambda report: "enough"]).stop_reason == "enough"


def test_all_callbacks_are_called_also_when_one_stops(model: MLP) -> None:
    called = []
    fit(model, X, y, callbacks=[lambda report: "first", lambda report: called.append("second")])
    assert called == ["second"]


def test_training_goes_on_from_parameters_that_a_callback_has_set() -> None:
    model = Neuron(1, weights=[0.0])

    def back_to_start(report: Any) -> None:
        model.load_state_dict({"w1": 0.0, "b": 0.0})

    history = fit(model, [[1.0]], [1.0], epochs=3, callbacks=[back_to_start])
    assert history["loss"] == [1.0, 1.0, 1.0]
    assert numbers(model) == [0.0, 0.0]


def test_reduce_on_plateau_watches_the_validation_loss() -> None:
    optimizer = SGD(ReduceOnPlateau(0.01, factor=0.5, patience=0))
    model = Neuron(1, weights=[0.0])
    history = fit(model, [[1.0]], [1.0], optimizer=optimizer, epochs=4, validation=([[1.0]], [-1.0]))
    assert history["learning_rate"] == [0.01, 0.01, 0.005, 0.0025]  # the validation loss only rises


# --- interrupts ------------------------------------------------------------------------------------------------------


class Interrupting(Loss):
    """The mean squared error; Ctrl-C is pressed while it is computed for the nth time."""

    name = "interrupting"

    def __init__(self, *at: Any) -> None:
        self.at, self.calls = at, 0

    def one(self, outputs: Any, targets: Any) -> Any:
        self.calls += 1
        if self.calls in self.at:
            signal.raise_signal(signal.SIGINT)
        return mse.one(outputs, targets)


@pytest.fixture
def at_a_keyboard() -> Iterator[None]:
    """Ctrl-C raises, also where the tests were started in the background, as a shell does it with Ctrl-C ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("at_a_keyboard")
def test_ctrl_c_ends_after_the_step_under_way() -> None:
    model = MLP(2, [3, 1], seed=0)
    optimizer = SGD(0.1)
    # call 1 is the trial; 5 an epoch follow: call 9 is the 3rd of epoch 2, in its second mini-batch
    history = fit(model, X, y, Interrupting(9), optimizer, batch_size=2, shuffle=False)
    batches = [[0, 1], [2, 3], [4]]
    twin = MLP(2, [3, 1], seed=0)
    by_hand(twin, batches)
    assert numbers(model) == by_hand(twin, batches[:2])
    assert len(history) == 1
    assert history.stop_reason == "interrupted in epoch 2, after 2 of 3 steps"
    assert optimizer.steps == 5
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.usefixtures("at_a_keyboard")
def test_ctrl_c_in_the_last_step_of_an_epoch_lets_the_epoch_end(model: MLP) -> None:
    history = fit(model, X, y, Interrupting(4))
    assert len(history) == 1
    assert history.stop_reason == "interrupted after epoch 1"


@pytest.mark.usefixtures("at_a_keyboard")
def test_a_second_ctrl_c_does_not_wait(model: MLP) -> None:
    before = numbers(model)
    history = fit(model, X, y, Interrupting(3, 4))
    assert (len(history), history.stop_reason) == (0, "interrupted after epoch 0")
    assert numbers(model) == before


def test_keyboard_interrupt_from_a_callback_ends_training(model: MLP) -> None:
    def press(report: Any) -> None:
        if report.epoch == 2:
            raise KeyboardInterrupt

    history = fit(model, X, y, callbacks=[press])
    assert (len(history), history.stop_reason) == (2, "interrupted after epoch 2")


def test_fit_works_in_a_thread_and_beside_other_handlers(model: MLP) -> None:
    results = []
    thread = threading.Thread(target=lambda: results.append(fit(model, X, y, epochs=2)))
    thread.start()
    thread.join()
    assert len(results[0]) == 2

    def handler(number: Any, frame: Any) -> None:
        raise AssertionError("never called")

    before = signal.signal(signal.SIGINT, handler)
    try:
        fit(model, X, y, epochs=1, callbacks=[lambda report: signal.getsignal(signal.SIGINT) is handler and "kept"])
        assert signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGINT, before)


# --- divergence ------------------------------------------------------------------------------------------------------


def test_divergence_names_epoch_batch_rate_and_parameter_and_keeps_the_last_good_parameters() -> None:
    model = MLP.from_layers([Layer(1, 1, weights=[[1.0]]), Layer(1, 1, weights=[[1.0]])])
    good = []

    class Remembering(Loss):
        name = "remembering"

        def one(self, outputs: Any, targets: Any) -> Any:
            loss = mse.one(outputs, targets)
            if isinstance(loss, Value) and math.isfinite(loss.data):
                good.append(numbers(model))
            return loss

    with pytest.raises(TrainingDiverged) as caught:
        fit(model, [[1.0], [2.0]], [0.0, 1.0], Remembering(), SGD(50.0), batch_size=1, shuffle=False)
    error = caught.value
    assert numbers(model) == good[-1]
    assert all(map(math.isfinite, numbers(model)))
    assert error.learning_rate == 50.0
    assert len(error.history) == error.epoch - 1
    assert f"in epoch {error.epoch}, batch {error.batch}, at learning rate 50: " in str(error)
    assert error.parameter in dict(model.named_parameters())
    assert f"The first parameter affected is {error.parameter}" in str(error)
    assert "smaller learning rate, such as 5" in str(error)


def test_divergence_in_the_first_step_leaves_the_model_as_it_was() -> None:
    model = Neuron(1, weights=[1e200])
    with pytest.raises(TrainingDiverged, match=r"epoch 1, batch 1, .* the loss became inf") as caught:
        fit(model, [[1e200]], [0.0])
    assert numbers(model) == [1e200, 0.0]
    assert caught.value.parameter == "w1"
    assert "w1, with value 1e+200 and gradient inf" in str(caught.value)


class Steep(Loss):
    """A finite loss whose gradient is not finite."""

    name = "steep"

    def one(self, outputs: Any, targets: Any) -> Any:
        return (outputs[0] * 0.0) ** 0.5


def test_a_gradient_that_is_not_finite_is_divergence(model: MLP) -> None:
    before = numbers(model)
    with pytest.raises(TrainingDiverged, match="a gradient is no longer finite"):
        fit(model, X, y, Steep())
    assert numbers(model) == before


def test_a_step_that_overflows_is_divergence() -> None:
    model = Neuron(1, weights=[1e150])
    with pytest.raises(TrainingDiverged, match="a parameter is no longer finite"):
        fit(model, [[1.0]], [0.0], optimizer=SGD(1e200), epochs=1)
    assert numbers(model) == [1e150, 0.0]


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
@pytest.mark.parametrize("optimizer", [Adam, AdaGrad, RMSprop], ids=lambda kind: kind.__name__)
def test_a_gradient_that_cannot_be_squared_is_divergence_and_not_the_end_of_a_parameter(
    optimizer: Any, compiled: bool
) -> None:
    """Its square would be infinite, and the parameter would stand still for ever after, without a word."""
    model = Neuron(2, weights=[1e-80, 1.0])
    settings = {"loss": "mae", "epochs": 3, "compiled": compiled}
    with pytest.raises(TrainingDiverged, match=rf"{optimizer.__name__} squares the gradient, .* give it clip_norm=1.0"):
        fit(model, [[1e200, 1.0]], [0.0], optimizer=optimizer(0.1), **settings)
    assert numbers(model) == [1e-80, 1.0, 0.0]
    fit(model, [[1e200, 1.0]], [0.0], optimizer=optimizer(1e-90, clip_norm=1.0), **settings)
    assert numbers(model)[0] < 1e-80


class Cliff(Loss):
    """Falls as the output rises from 0, and is infinite beyond, with a finite gradient."""

    name = "cliff"

    def one(self, outputs: Any, targets: Any) -> Any:
        return -outputs[0] if outputs[0].data == 0.0 else outputs[0] + exp(1000.0)


def test_where_all_gradients_are_finite_the_parameter_that_moved_the_furthest_is_named() -> None:
    model = Neuron(2, weights=[0.0, 0.0])
    with pytest.raises(TrainingDiverged) as caught:
        fit(model, [[1.0, -3.0]], [0.0], Cliff(), SGD(0.1))
    assert caught.value.parameter == "w2"
    assert "which went from 0 to -0.3 in the step before" in str(caught.value)
    assert numbers(model) == [0.0, 0.0, 0.0]


def test_an_error_of_the_loss_says_when_it_happened(model: MLP) -> None:
    class Failing(Interrupting):
        def one(self, outputs: Any, targets: Any) -> Any:
            self.calls += 1
            if self.calls == 9:
                raise ZeroDivisionError("the loss failed")
            return mse.one(outputs, targets)

    with pytest.raises(ZeroDivisionError) as caught:
        fit(model, X, y, Failing(), batch_size=2)
    assert caught.value.__notes__ == ["This happened while training, in epoch 2, batch 2."]
    assert all(map(math.isfinite, numbers(model)))


# --- progress --------------------------------------------------------------------------------------------------------


def test_training_is_quiet_where_nobody_watches(model: MLP, capsys: pytest.CaptureFixture[str]) -> None:
    fit(model, X, y, epochs=2)
    fit(model, X, y, epochs=2, progress=False)
    assert capsys.readouterr() == ("", "")


def test_progress_shows_epoch_loss_and_metrics_when_told_to(model: MLP, capsys: pytest.CaptureFixture[str]) -> None:
    fit(model, X, y, epochs=3, batch_size=2, progress=True, metrics=["r2"], validation=([X[0], X[1]], [0.0, 1.0]))
    shown = capsys.readouterr().err
    assert "epoch 3/3" in shown
    assert "9/9" in shown
    assert "loss=" in shown
    assert "val_r2=" in shown


def test_progress_is_shown_in_a_terminal(
    model: MLP, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    fit(model, X, y, epochs=2)
    assert "epoch 2/2" in capsys.readouterr().err


def test_progress_is_shown_in_a_notebook_and_leaves_nothing_behind(
    model: MLP, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builtins, "get_ipython", lambda: types.SimpleNamespace(kernel=None), raising=False)
    fit(model, X, y, epochs=3, callbacks=lambda report: time.sleep(0.15))
    out, err = capsys.readouterr()
    assert "epoch 1/3" in out  # after more than the tenth of a second that tqdm leaves between two
    assert out.rstrip(" ").endswith("\r")
    assert err == ""


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
def test_the_bar_is_redrawn_when_it_is_time_and_not_every_epoch(
    compiled: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """A notebook stops showing what comes faster than a thousand messages a second, and each costs time."""
    start = time.perf_counter()
    fit(Neuron(1, weights=[0.0]), [[0.0], [1.0]], [1.0, 3.0], epochs=1000, progress=True, compiled=compiled)
    passed = time.perf_counter() - start
    # one at the start, one at the end, and one each tenth of a second, which is tqdm's own rhythm
    assert capsys.readouterr().err.count("\r") <= 3 + passed / 0.1


def test_the_prompt_of_ipython_is_no_notebook(
    model: MLP, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builtins, "get_ipython", lambda: types.SimpleNamespace(), raising=False)
    fit(model, X, y, epochs=2)
    assert capsys.readouterr() == ("", "")


# --- where it is called ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
@pytest.mark.parametrize("loss", ["mse", "huber", "mae"])
def test_fit_inside_no_grad_trains_as_outside(compiled: bool, loss: str) -> None:
    model, twin = MLP(2, [3, 1], seed=0), MLP(2, [3, 1], seed=0)
    settings = {"epochs": 3, "batch_size": 2, "metrics": "r2", "validation": 0.4, "compiled": compiled}
    with no_grad():
        history = fit(model, X, y, loss, **settings)
        assert Value(2.0).exp().parents == ()  # still nothing is recorded outside of fit
    assert history.to_dict() == fit(twin, X, y, loss, **settings).to_dict()
    assert numbers(model) == numbers(twin)


# --- what it refuses -------------------------------------------------------------------------------------------------

NAN = math.nan


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"X": [[1.0, 2.0]]}, ValueError, "X has 1 row, but y has 5"),
        ({"X": [*X[:3], [NAN, 1.0], X[4]]}, ValueError, "X has nan in row 3, column 0"),
        ({"X": [], "y": []}, ValueError, "X is empty"),
        ({"X": [[1.0]] * 5}, ValueError, "X has 1 column, but the model takes 2 inputs"),
        ({"y": [*y[:4], NAN]}, ValueError, "y has nan in row 4"),
        ({"y": [[1.0, 2.0]] * 5}, ValueError, "targets have 2 numbers an example for 1 output"),
        ({"y": list("abcde")}, TypeError, "y holds text"),
        ({"loss": "msee"}, ValueError, "loss 'msee' is not known; did you mean 'mse'"),
        ({"loss": "hinge"}, ValueError, "hinge: target"),
        ({"loss": "categorical_cross_entropy"}, ValueError, "needs one output a class"),
        ({"loss": 3.0}, TypeError, "a loss is a name"),
        ({"optimizer": "addam"}, ValueError, "optimizer 'addam' is not known; did you mean 'Adam'"),
        ({"optimizer": 0.1}, TypeError, "an optimizer is a name"),
        ({"metrics": ["accurcy"]}, ValueError, "metric 'accurcy' is not known; did you mean 'accuracy'"),
        ({"metrics": ["r2"], "y": [1.0] * 5}, ValueError, "r2 is not defined"),
        ({"epochs": 0}, ValueError, "epochs is 0, but must be at least 1"),
        ({"epochs": 1.5}, TypeError, "epochs must be a whole number"),
        ({"batch_size": 0}, ValueError, "batch_size is 0"),
        (
            {"batch_size": 6},
            ValueError,
            "batch_size is 6, but there are 5 examples to train on; give at most 5, or None",
        ),
        ({"batch_size": 5, "validation": 0.2}, ValueError, "batch_size is 5, but there are 4 examples"),
        ({"validation": 1.0}, ValueError, "validation is 1, but must be .* below 1"),
        ({"validation": 0.95}, ValueError, "validation=0.95 of 5 examples leaves none to train on"),
        ({"validation": (X, y[:4])}, ValueError, "the validation X has 5 rows, but the validation y has 4"),
        ({"validation": "some"}, TypeError, r"validation is a fraction such as 0.2 or a tuple \(X, y\), not 'some'"),
        ({"validation": (X,)}, TypeError, "validation is a fraction such as 0.2 or a tuple"),
        ({"patience": 0}, ValueError, "patience is 0"),
        ({"snapshots": -1}, ValueError, "snapshots is -1, but must be at least 0"),
        ({"tolerance": -1.0}, ValueError, "tolerance is -1"),
        ({"tolerance": 0.1, "tolerance_on": "los"}, ValueError, "tolerance_on is 'los', but must be one of"),
        ({"sample_weight": [1.0]}, ValueError, r"sample_weight has shape \(1,\), but X has 5 rows"),
        (
            {"callbacks": [print, "stop"]},
            TypeError,
            r"callbacks\[1\] is 'stop', but a callback is a function that takes",
        ),
        ({"callbacks": [EarlyStopping]}, TypeError, r"callbacks\[0\] is the class EarlyStopping; give an object of it"),
        ({"callbacks": 3}, TypeError, "callbacks is one callback or several in a list, not 3"),
        ({"metrics": [3]}, TypeError, "a metric is a name"),
        ({"X": np.ma.masked_less(X, 0.15)}, ValueError, "X has 3 masked entries, the first in row 0, column 0"),
        ({"y": np.ma.masked_greater(y, 2.5)}, ValueError, "y has a masked entry in row 2"),
        (
            {"sample_weight": np.ma.masked_equal([1, 2, 1, 1, 1], 2)},
            ValueError,
            "sample_weight has a masked entry in row 1",
        ),
        ({"seed": -1}, TypeError, "a seed is a whole number from 0 on"),
    ],
    ids=lambda value: ", ".join(value) if isinstance(value, dict) else "",
)
def test_faulty_arguments_are_refused_before_anything_is_changed(
    model: MLP, arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    before, optimizer = model.state_dict(), Momentum()
    with pytest.raises(error, match=message):
        fit(model, **{"X": X, "y": y, "optimizer": optimizer, **arguments})
    assert model.state_dict() == before
    assert (optimizer.steps, optimizer.state) == (0, {})
    optimizer.step(MLP(1, [1]).parameters())  # nor is the optimizer bound to the model


def test_min_improvement_below_0_is_refused() -> None:
    with pytest.raises(ValueError, match="min_improvement is -1"):
        EarlyStopping(1, min_improvement=-1.0)


def test_step_function_is_what_the_eager_step_is(model: MLP) -> None:
    step: training.StepFunction = EagerStep(model, losses.mse)
    assert {name for name in vars(training.StepFunction) if not name.startswith("_")} <= set(dir(step))
