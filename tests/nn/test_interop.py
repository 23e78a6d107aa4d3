"""Models to and from PyTorch: the same outputs, the same weights, and errors for what has no counterpart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nn.activations import ELU, LeakyReLU, PReLU
from nn.interop import from_torch, to_torch
from nn.layers import MLP
from tests.peers import peer

torch = peer("torch")
X = np.random.default_rng(0).normal(size=(7, 3))

HIDDEN = ["linear", "sigmoid", "tanh", "relu", "swish", LeakyReLU(0.2), PReLU(0.3), ELU(0.7)]
HIDDEN += ["gelu", "selu", "mish", "softplus", "softsign", "hardtanh", "hardsigmoid"]
each_activation = pytest.mark.parametrize("activation", HIDDEN, ids=repr)


@each_activation
@pytest.mark.parametrize("output", ["linear", "sigmoid", "softmax"])
def test_pytorch_computes_the_same(activation: Any, output: str) -> None:
    model = MLP(3, [5, 4, 2], activation=activation, output=output, seed=1)
    theirs = to_torch(model)(torch.tensor(X)).detach().numpy()
    # two layers of sums of five products, which the two add up in different orders
    np.testing.assert_allclose(model.predict(X), theirs, rtol=1e-14, atol=1e-14)


@each_activation
def test_there_and_back_again_changes_no_bit(activation: Any) -> None:
    model = MLP(3, [5, 2], activation=activation, output="softmax", seed=2)
    twin = from_torch(to_torch(model))
    assert twin.state_dict() == model.state_dict()
    assert repr(twin) == repr(model)


def test_single_precision_weights_come_over_exactly() -> None:
    sequential = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.Tanh())
    weights = sequential[0].weight.detach().numpy()
    assert [[w.data for w in neuron.weights] for neuron in from_torch(sequential).layers[0].neurons] == weights.tolist()


def test_weights_move_into_models_there_are() -> None:
    model, other = MLP(3, [4, 2], seed=1), MLP(3, [4, 2], seed=2)
    sequential = to_torch(other)
    sequential.load_state_dict(to_torch(model).state_dict())
    other.load_state_dict(from_torch(sequential).state_dict())
    assert other.state_dict() == model.state_dict()


def test_a_layer_without_bias_gets_a_bias_of_0() -> None:
    model = from_torch(torch.nn.Sequential(torch.nn.Linear(2, 2, bias=False)))
    assert [neuron.bias.data for neuron in model.layers[0].neurons] == [0.0, 0.0]


def test_modules_that_do_nothing_in_use_are_left_out() -> None:
    modules = [
        torch.nn.Identity(),
        torch.nn.Linear(2, 3),
        torch.nn.ReLU(),
        torch.nn.Dropout(0.5),
        torch.nn.Linear(3, 1),
    ]
    assert repr(from_torch(torch.nn.Sequential(*modules))) == "MLP(2 → 3 relu → 1 linear, 13 parameters)"


@pytest.mark.parametrize(
    ("modules", "message"),
    [
        ([torch.nn.Linear(2, 2), torch.nn.Conv1d(2, 2, 1)], "module 1 of the Sequential is Conv1d"),
        ([torch.nn.Tanh()], "module 0 of the Sequential is Tanh"),
        ([torch.nn.Linear(2, 2), torch.nn.ReLU(), torch.nn.ReLU()], "module 2 of the Sequential is ReLU"),
        ([torch.nn.Linear(2, 2), torch.nn.PReLU(2)], r"module 1 of the Sequential is PReLU\(num_parameters=2\)"),
        ([torch.nn.Linear(2, 2), torch.nn.Softmax(dim=0)], r"module 1 of the Sequential is Softmax\(dim=0\)"),
        ([torch.nn.Linear(2, 2), torch.nn.Linear(3, 1)], r"layers\[1\] takes 3 inputs"),
        ([], "at least one layer"),
    ],
    ids=["convolution", "no layer", "two activations", "PReLU of many", "softmax over examples", "sizes", "empty"],
)
def test_what_has_no_counterpart_here_is_named(modules: list[Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        from_torch(torch.nn.Sequential(*modules))


def test_other_modules_than_a_sequential_are_refused() -> None:
    with pytest.raises(TypeError, match=r"from_torch takes a torch.nn.Sequential, not Linear"):
        from_torch(torch.nn.Linear(2, 2))


@pytest.mark.parametrize("activation", ["step", lambda z: z * z], ids=["step", "a function"])
def test_what_has_no_counterpart_there_is_named(activation: Callable[..., Any] | str) -> None:
    with pytest.raises(ValueError, match="PyTorch has no module for the activation"):
        to_torch(MLP(2, [2, 1], activation=activation))
