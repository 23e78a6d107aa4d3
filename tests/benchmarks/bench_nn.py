"""Training beside micrograd's own nn, and an optimizer's step beside the plainest loop over the parameters."""

from __future__ import annotations

import numpy as np

from autograd import Value
from nn.layers import MLP
from nn.optimizers import SGD, Adam
from nn.training import fit
from tests.benchmarks.measure import Row, at_least, at_most, medians, with_deep_stack
from tests.peers import peer

LEARNING_RATE = 0.01


def iris() -> tuple[list[list[float]], list[list[float]]]:
    """The 150 flowers, standardised, and their kinds as one-hot rows."""
    data = peer("sklearn.datasets").load_iris()
    X = (data.data - data.data.mean(axis=0)) / data.data.std(axis=0)
    return X.tolist(), np.eye(3)[data.target].tolist()


def bench_iris_epoch() -> Row:
    """One epoch of gradient descent on the mean squared error, MLP 4-16-3 with ReLU, all examples in one batch."""
    X, T = iris()
    model = MLP(4, [16, 3], activation="relu")
    network = peer("micrograd.nn").MLP(4, [16, 3])

    def ours() -> None:
        fit(model, X, T, "mse", SGD(LEARNING_RATE), epochs=1, progress=False)

    def theirs() -> None:
        loss = 0.0
        for x, target in zip(X, T, strict=True):
            loss = loss + sum((y - t) ** 2 for y, t in zip(network(x), target, strict=True)) * (1 / 3)
        loss = loss * (1 / len(X))
        network.zero_grad()
        loss.backward()
        for p in network.parameters():
            p.data -= LEARNING_RATE * p.grad

    mine, other = with_deep_stack(lambda: medians(ours, theirs, rounds=7, repeat=2))
    return at_least("one epoch of iris, 4-16-3, beside micrograd", 40, other / mine, f"{mine * 1e3:.1f} ms")


def bench_adam_step() -> Row:
    """One step of Adam over 2,410 Values."""
    parameters = [Value(0.01 * i) for i in range(2410)]
    for p in parameters:
        p.grad = 0.1
    optimizer = Adam()

    def ours() -> None:
        optimizer.step(parameters)

    def plain_loop() -> None:
        for p in parameters:
            p.data -= LEARNING_RATE * p.grad

    mine, other = medians(ours, plain_loop, rounds=9, repeat=50)
    return at_most("an Adam step over 2,410 parameters, beside a plain loop", 3, mine / other, "times")


def run() -> list[Row]:
    """All rows of this file."""
    return [bench_iris_epoch(), bench_adam_step()]


if __name__ == "__main__":
    for row in run():
        print(*row, sep="  ")
