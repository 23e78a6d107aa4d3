"""Models and losses of the package nn compile, and what they compute is what they compute eagerly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import Value
from autograd.compiler import compile
from nn import MLP, losses
from nn.activations import ACTIVATIONS
from tests.compiler.oracle import assert_agrees

RNG = np.random.default_rng(0)
PROBABILITIES = ("binary_cross_entropy", "categorical_cross_entropy")


def program_and_graph(activation: str, output: str, loss: str, n_outputs: int) -> tuple[Any, Any]:
    model = MLP(3, [4, n_outputs], activation=activation, output=output, seed=0)
    objective = losses.get(loss)
    x, t = [Value(0.1) for _ in range(3)], [Value(1.0 / n_outputs) for _ in range(n_outputs)]

    def record(row: Any) -> Any:
        return objective.one(objective.outputs_of(model, row[:3]), row[3:])

    return compile(record([*x, *t]), [*x, *t], exact=True), record


@pytest.mark.parametrize("activation", sorted(set(ACTIVATIONS) - {"softmax"}))
def test_every_activation_compiles(activation: str) -> None:
    program, record = program_and_graph(activation, "linear", "mse", 2)
    assert_agrees(program, record, RNG.uniform(-1.0, 1.0, (6, 5)))


@pytest.mark.parametrize("loss", sorted(losses.LOSSES))
def test_every_loss_compiles(loss: str) -> None:
    several = loss.startswith("categorical")
    output = "linear" if loss not in PROBABILITIES else "softmax" if several else "sigmoid"
    program, record = program_and_graph("tanh", output, loss, 3 if several else 1)
    targets = (
        RNG.dirichlet(np.ones(3), 6) if several else RNG.integers(0, 2, (6, 1)) * (2.0 if loss == "hinge" else 1.0)
    )
    targets = targets - 1.0 if loss == "hinge" else targets
    assert_agrees(program, record, np.concatenate([RNG.uniform(-1.0, 1.0, (6, 3)), targets], axis=1))


def test_the_arrays_have_the_names_of_the_layers() -> None:
    x = [Value(0.1) for _ in range(3)]
    source = compile(MLP(3, [4, 4, 2], activation="tanh", seed=0)(x), x).source
    for line in (
        "Z1 = X @ W1.T + b1",
        "A1 = np.tanh(Z1)",
        "Z2 = A1 @ W2.T + b2",
        "A2 = np.tanh(Z2)",
        "Z3 = A2 @ W3.T + b3",
    ):
        assert line in source
