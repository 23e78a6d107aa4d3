"""Training through `fit`, compiled, beside NumPy written by hand and scikit-learn, on scikit-learn's digits."""

from __future__ import annotations

import warnings
from itertools import pairwise
from typing import Any

import numpy as np

from nn import MLP, SGD, fit
from tests.benchmarks.bench_compile import DIGITS, blocks, digits_by_hand, epoch
from tests.benchmarks.measure import Row, at_most, medians, timed
from tests.peers import peer

EPOCHS = 10
ENOUGH = 0.97


def run() -> list[Row]:
    """All rows of this file."""
    data = peer("sklearn.datasets").load_digits()
    split = peer("sklearn.model_selection").train_test_split
    X, X_test, y, y_test = split(data.data / 16.0, data.target, test_size=0.25, random_state=0, stratify=data.target)
    return [_epoch(X, y), *_to_accuracy(X, y, X_test, y_test)]


def _epoch(X: Any, y: Any) -> Row:
    """One epoch of mini-batches of 32: the difference between trainings of 1 and of 11 epochs, so without compiling."""
    T = np.eye(10)[y]
    n_parameters = sum((n + 1) * k for n, k in pairwise(DIGITS))
    parameters = blocks(np.random.default_rng(0).normal(0.0, 0.1, n_parameters), DIGITS)

    def by_hand() -> None:
        for _ in range(EPOCHS):
            epoch(lambda rows: digits_by_hand(X[rows], T[rows], parameters, 0.1), X)

    def trained(epochs: int) -> None:
        model = MLP.for_task("multiclass", 64, [32, 10], seed=0)
        fit(model, X, y, optimizer=SGD(0.1), epochs=epochs, batch_size=32, progress=False)

    hand, long, short = medians(by_hand, lambda: trained(1 + EPOCHS), lambda: trained(1))
    ours, theirs = (long - short) / EPOCHS, hand / EPOCHS
    name = f"an epoch of digits through fit, {ours * 1e3:.2f} ms, against NumPy's {theirs * 1e3:.2f} ms"
    return at_most(name, 1.6, ours / theirs, "times")


def _to_accuracy(X: Any, y: Any, X_test: Any, y_test: Any) -> list[Row]:
    """From random weights to 0.97 of the test digits right, the same network and epochs for both."""
    reached: dict[str, float] = {}

    def ours() -> None:
        model = MLP.for_task("multiclass", 64, [32, 10], seed=0)
        fit(model, X, y, optimizer="adam", epochs=60, batch_size=32, progress=False)
        reached["fit"] = float((model.predict(X_test).argmax(axis=1) == y_test).mean())

    def theirs() -> None:
        classifier = peer("sklearn.neural_network").MLPClassifier((32,), batch_size=32, max_iter=60, random_state=0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            classifier.fit(X, y)
        reached["scikit-learn"] = classifier.score(X_test, y_test)

    mine, other = timed(ours), timed(theirs)
    accuracies = ", ".join(f"{name} {accuracy:.3f}" for name, accuracy in reached.items())
    return [
        Row("digits through fit: test accuracy", f">= {ENOUGH:g}", accuracies, reached["fit"] >= ENOUGH),
        at_most("digits through fit: from weights to accuracy", 3.0, mine, "s"),
        at_most("digits through fit: beside scikit-learn", 2.0, mine / other, "times"),
    ]
