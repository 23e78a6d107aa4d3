"""Training through `fit`, compiled, beside NumPy written by hand and scikit-learn, on scikit-learn's digits."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

from tests.benchmarks.bench_compile import DIGITS
from tests.benchmarks.measure import Row, apart, at_most, medians

EPOCHS = 10
ENOUGH = 0.97


def digits() -> tuple[Any, Any, Any, Any]:
    """Rows and kinds, for training and for testing."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    data = load_digits()
    X, X_test, y, y_test = train_test_split(
        data.data / 16.0, data.target, test_size=0.25, random_state=0, stratify=data.target
    )
    return X, y, X_test, y_test


def epochs_by_numpy() -> Callable[[], object]:
    import numpy as np

    from tests.benchmarks.by_hand import blocks, digits_by_hand, epoch

    X, y, *_ = digits()
    T = np.eye(10)[y]
    n_parameters = sum((n + 1) * k for n, k in pairwise(DIGITS))
    parameters = blocks(np.random.default_rng(0).normal(0.0, 0.1, n_parameters), DIGITS)

    def work() -> None:
        for _ in range(EPOCHS):
            epoch(lambda rows: digits_by_hand(X[rows], T[rows], parameters, 0.1), X)

    return work


def epochs_by_fit(epochs: int) -> Callable[[], object]:
    from nn import MLP, SGD, fit

    X, y, *_ = digits()

    def work() -> None:
        model = MLP.for_task("multiclass", 64, [32, 10], seed=0)
        fit(model, X, y, optimizer=SGD(0.1), epochs=epochs, batch_size=32, progress=False)

    return work


def bench_epoch() -> Row:
    """One epoch of mini-batches of 32: the difference between trainings of 1 and of 11 epochs, so without compiling."""
    hand, long, short = medians(epochs_by_numpy, partial(epochs_by_fit, 1 + EPOCHS), partial(epochs_by_fit, 1))
    ours, theirs = (long - short) / EPOCHS, hand / EPOCHS
    name = f"an epoch of digits through fit, {ours * 1e3:.2f} ms, against NumPy's {theirs * 1e3:.2f} ms"
    return at_most(name, 1.6, ours / theirs, "times")


def accuracy_by_fit() -> tuple[float, float]:
    """Seconds from random weights on, and the share of the test digits that are then read right."""
    from nn import MLP, fit

    X, y, X_test, y_test = digits()
    start = time.process_time()
    model = MLP.for_task("multiclass", 64, [32, 10], seed=0)
    fit(model, X, y, optimizer="adam", epochs=60, batch_size=32, progress=False)
    return time.process_time() - start, float((model.predict(X_test).argmax(axis=1) == y_test).mean())


def accuracy_by_sklearn() -> tuple[float, float]:
    """The same network and epochs."""
    from sklearn.neural_network import MLPClassifier

    X, y, X_test, y_test = digits()
    start = time.process_time()
    classifier = MLPClassifier((32,), batch_size=32, max_iter=60, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        classifier.fit(X, y)
    return time.process_time() - start, float(classifier.score(X_test, y_test))


def bench_to_accuracy() -> list[Row]:
    """From random weights to 0.97 of the test digits right; a process trains once."""
    (mine, accuracy), (other, theirs) = (
        min(apart(side) for _ in range(3)) for side in (accuracy_by_fit, accuracy_by_sklearn)
    )
    accuracies = f"fit {accuracy:.3f}, scikit-learn {theirs:.3f}"
    return [
        Row("digits through fit: test accuracy", f">= {ENOUGH:g}", accuracies, accuracy >= ENOUGH),
        at_most("digits through fit: from weights to accuracy", 3.0, mine, "s"),
        at_most("digits through fit: beside scikit-learn", 2.0, mine / other, "times"),
    ]


def run() -> list[Row]:
    """All rows of this file."""
    return [bench_epoch(), *bench_to_accuracy()]
