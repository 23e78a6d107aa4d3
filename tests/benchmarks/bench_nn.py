"""Training beside micrograd's own nn, and an optimizer's step beside the plainest loop over the parameters."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.benchmarks.measure import Row, at_least, at_most, medians

LEARNING_RATE = 0.01


def flowers() -> tuple[list[list[float]], list[list[float]]]:
    """150 rows of four numbers and a kind, as iris has them once it is standardised; only the sizes matter here."""
    rng = random.Random(0)
    X = [[rng.gauss(i // 50 - 1.0, 0.5) for _ in range(4)] for i in range(150)]
    return X, [[float(k == i // 50) for k in range(3)] for i in range(150)]


def by_fit() -> Callable[[], object]:
    from nn import MLP, SGD, fit

    (X, T), model = flowers(), MLP(4, [16, 3], activation="relu")
    return lambda: fit(model, X, T, "mse", SGD(LEARNING_RATE), epochs=1, progress=False)


def by_micrograd() -> Callable[[], object]:
    from micrograd.nn import MLP

    (X, T), model = flowers(), MLP(4, [16, 3])

    def step() -> None:
        loss = 0.0
        for x, target in zip(X, T, strict=True):
            loss = loss + sum((y - t) ** 2 for y, t in zip(model(x), target, strict=True)) * (1 / 3)
        loss = loss * (1 / len(X))
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= LEARNING_RATE * p.grad

    return step


def adam_step() -> Callable[[], object]:
    from autograd import Value
    from nn import Adam

    parameters = [Value(0.01 * i) for i in range(2410)]
    for p in parameters:
        p.grad = 0.1
    optimizer = Adam()
    return lambda: optimizer.step(parameters)


def plain_loop() -> Callable[[], object]:
    from autograd import Value

    parameters = [Value(0.01 * i) for i in range(2410)]
    for p in parameters:
        p.grad = 0.1

    def step() -> None:
        for p in parameters:
            p.data -= LEARNING_RATE * p.grad

    return step


def run() -> list[Row]:
    """All rows of this file."""
    ours, theirs = medians(by_fit, by_micrograd)
    adam, plain = medians(adam_step, plain_loop)
    return [
        at_least("one epoch of 150 rows, 4-16-3, beside micrograd", 40, theirs / ours, f"{ours * 1e3:.1f} ms"),
        at_most("an Adam step over 2,410 parameters, beside a plain loop", 3, adam / plain, "times"),
    ]
