"""What a model gives for many examples: the same by a program as one by one, and one by one where it must be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import Value
from nn import MLP, Layer
from nn.activations import ACTIVATIONS
from nn.evaluation import WORTH_COMPILING, one_by_one, outputs_for

ROWS = np.random.default_rng(0).normal(size=(2 * WORTH_COMPILING, 3))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_predictions_for_many_examples_are_those_of_the_single_ones(activation: str) -> None:
    model = MLP(3, [4, 2], activation=activation, output="softmax", seed=0)
    assert model.records_the_same
    by_hand = [[y.data for y in model(row)] for row in ROWS.tolist()]
    np.testing.assert_allclose(model.predict(ROWS), by_hand, rtol=1e-13, atol=1e-15)


def test_a_model_with_a_function_of_the_users_is_asked_for_every_example() -> None:
    def rare(z: Value) -> Value:
        return z * 100.0 if z.data > 3.0 else z

    model = MLP(1, [1], output=rare, weights=None, seed=0)
    model.layers[0].neurons[0].row[0].data = 1.0
    rows = np.zeros((1000, 1))
    rows[7] = 4.0
    assert not model.records_the_same
    assert model.predict(rows)[7] == 400.0


def test_a_model_of_the_users_own_class_is_asked_for_every_example() -> None:
    class Odd(Layer):
        def forward(self, x: Any) -> list[Value]:
            return [Value(float(x[0] > 2.0))]

    rows = np.zeros((WORTH_COMPILING, 1))
    rows[7] = 4.0
    assert Odd(1, 1).predict(rows).tolist() == (rows[:, 0] > 2.0).tolist()


def test_a_function_that_branches_is_noticed_and_called_for_every_row() -> None:
    rows = np.linspace(-1.0, 1.0, WORTH_COMPILING)[:, None]
    expected = np.abs(rows)
    assert outputs_for(lambda x: [x[0] if float(x[0]) > 0 else -1.0 * x[0]], rows).tolist() == expected.tolist()


def test_an_example_outside_the_domain_is_named_by_the_operation() -> None:
    rows = np.linspace(0.0, 1.0, WORTH_COMPILING)[:, None]
    with pytest.raises(ValueError, match="log"):
        outputs_for(lambda x: [Value(float(x[0])).log()], rows)


def test_one_by_one_and_by_program_have_the_same_shape() -> None:
    model = MLP(3, [2], seed=0)
    assert outputs_for(model.forward, ROWS).shape == one_by_one(model.forward, ROWS).shape == (len(ROWS), 2)
