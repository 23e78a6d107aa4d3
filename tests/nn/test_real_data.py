"""Training on data: iris, breast cancer, moons, XOR and a regression, each with the accuracy it must reach."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nn import metrics
from nn.layers import MLP, Neuron
from nn.optimizers import SGD, Adam, AdamW
from nn.training import fit
from tests.peers import peer

datasets = peer("sklearn.datasets")
splits = peer("sklearn.model_selection")


def scaled(X: Any, train: Any) -> Any:
    """The inputs with mean 0 and deviation 1 over the examples to train on."""
    return (X - X[train].mean(axis=0)) / X[train].std(axis=0)


def iris_accuracy(train: Any, held_out: Any, seed: int) -> float:
    """Train MLP 4-16-3 on some of the flowers; the accuracy on others."""
    X, y = datasets.load_iris(return_X_y=True)
    X = scaled(X, train)
    model = MLP.for_task("multiclass", 4, [16, 3], seed=seed)
    fit(model, X[train], y[train], optimizer=AdamW(0.02, weight_decay=0.5), epochs=40, batch_size=16, seed=seed)
    return metrics.accuracy(y[held_out], metrics.labels(model.predict(X[held_out])))


@pytest.mark.parametrize("seed", range(5))
def test_iris_with_every_third_flower_held_out(seed: int) -> None:
    rows = np.arange(150)  # in the order of their kinds, so that a third of each kind is held out
    assert iris_accuracy(rows[rows % 3 > 0], rows[rows % 3 == 0], seed) >= 0.95


def test_iris_with_a_third_held_out_at_random() -> None:
    """The mean over five splits: of 50 flowers, two in some draws lie among those of the other kind."""
    y = datasets.load_iris(return_X_y=True)[1]
    accuracies = [
        iris_accuracy(*splits.train_test_split(np.arange(150), test_size=1 / 3, random_state=seed, stratify=y), seed)
        for seed in range(5)
    ]
    assert np.mean(accuracies) >= 0.95
    assert min(accuracies) >= 0.92


def test_breast_cancer_with_every_third_patient_held_out() -> None:
    X, y = datasets.load_breast_cancer(return_X_y=True)
    held_out = np.arange(len(y)) % 3 == 0
    X = scaled(X, ~held_out)
    model = MLP.for_task("binary", 30, [8, 1])
    fit(model, X[~held_out], y[~held_out], optimizer=AdamW(0.01, weight_decay=0.5), epochs=10, batch_size=16)
    predicted = metrics.labels(model.predict(X[held_out]))
    assert metrics.accuracy(y[held_out], predicted) >= 0.95
    assert metrics.f1(y[held_out], predicted) >= 0.95


@pytest.mark.parametrize("seed", range(3))
def test_two_hundred_moons(seed: int) -> None:
    X, y = datasets.make_moons(200, noise=0.1, random_state=seed)
    others = datasets.make_moons(200, noise=0.1, random_state=seed + 100)
    model = MLP.for_task("binary", 2, [8, 8, 1], seed=seed)
    history = fit(model, X, y, optimizer=Adam(0.03), epochs=40, batch_size=20, metrics=["accuracy"])
    assert history["accuracy"][-1] >= 0.97
    assert metrics.accuracy(others[1], metrics.labels(model.predict(others[0]))) >= 0.97


def test_xor_is_solved_from_nine_of_ten_seeds() -> None:
    X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    solved = 0
    for seed in range(10):
        model = MLP(2, [4, 1], activation="tanh", output="sigmoid", seed=seed)
        fit(model, X, y, "binary_cross_entropy_with_logits", Adam(0.1), epochs=200)
        solved += bool(np.abs(model.predict(X) - y).max() < 0.1)
    assert solved >= 9


def test_linear_regression_recovers_least_squares() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3))
    y = X @ [1.5, -2.0, 0.5] + 3.0 + 0.3 * rng.normal(size=60)
    model = Neuron(3, rng=0)
    history = fit(model, X, y, optimizer=SGD(0.3), epochs=1000, tolerance=1e-9, tolerance_on="parameters")
    expected = np.linalg.lstsq(np.column_stack([X, np.ones(60)]), y, rcond=None)[0]
    assert [p.data for p in model.parameters()] == pytest.approx(expected, abs=1e-6)
    assert len(history) < 1000  # it stopped because the changes became negligible
