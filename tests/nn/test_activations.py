"""Activations: as functions, names, objects and callables, alone and in layers."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import pytest

from autograd import Value, functions, grad
from autograd.engine.primitives import PRIMITIVES
from nn import activations
from nn.activations import ACTIVATIONS, ELU, Activation, Custom, LeakyReLU, Linear, PReLU, ReLU, Softmax, Tanh
from nn.layers import MLP, Layer, Neuron
from nn.perceptron import Perceptron
from tests.peers import peer

POINTS = [-40.0, -3.0, -0.5, -1e-9, 0.0, 1e-9, 0.7, 2.0, 40.0]

SCALE, ALPHA = mpmath.mpf("1.0507009873554805"), mpmath.mpf("1.6732632423543772")
CLOSED_FORMS = {  # at 50 digits
    "step": lambda z: mpmath.mpf(z >= 0),
    "linear": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + mpmath.exp(-z)),
    "tanh": mpmath.tanh,
    "relu": lambda z: max(z, mpmath.mpf(0)),
    "leaky_relu": lambda z: z if z >= 0 else mpmath.mpf(0.01) * z,
    "prelu": lambda z: z if z >= 0 else mpmath.mpf(0.25) * z,
    "elu": lambda z: z if z >= 0 else mpmath.expm1(z),
    "swish": lambda z: z / (1 + mpmath.exp(-z)),
    "gelu": lambda z: z * mpmath.ncdf(z),
    "selu": lambda z: SCALE * (z if z >= 0 else ALPHA * mpmath.expm1(z)),
    "softplus": lambda z: mpmath.log1p(mpmath.exp(z)),
    "mish": lambda z: z * mpmath.tanh(mpmath.log1p(mpmath.exp(z))),
    "softsign": lambda z: z / (1 + abs(z)),
    "hardtanh": lambda z: min(max(z, mpmath.mpf(-1)), mpmath.mpf(1)),
    "hardsigmoid": lambda z: min(max((z + 3) / 6, mpmath.mpf(0)), mpmath.mpf(1)),
    "sign": mpmath.sign,
}
SLOPES = {
    "step": lambda z: mpmath.mpf(0),
    "linear": lambda z: mpmath.mpf(1),
    "sigmoid": lambda z: 1 / (1 + mpmath.exp(-z)) / (1 + mpmath.exp(z)),
    "tanh": lambda z: mpmath.sech(z) ** 2,
    "relu": lambda z: mpmath.mpf(z >= 0),
    "leaky_relu": lambda z: mpmath.mpf(1) if z >= 0 else mpmath.mpf(0.01),
    "prelu": lambda z: mpmath.mpf(1) if z >= 0 else mpmath.mpf(0.25),
    "elu": lambda z: mpmath.mpf(1) if z >= 0 else mpmath.exp(z),
    "swish": lambda z: 1 / (1 + mpmath.exp(-z)) * (1 + z / (1 + mpmath.exp(z))),
    "gelu": lambda z: mpmath.ncdf(z) + z * mpmath.npdf(z),
    "selu": lambda z: SCALE * (mpmath.mpf(1) if z >= 0 else ALPHA * mpmath.exp(z)),
    "softplus": lambda z: 1 / (1 + mpmath.exp(-z)),
    "mish": lambda z: mpmath.diff(lambda a: a * mpmath.tanh(mpmath.log1p(mpmath.exp(a))), z),
    "softsign": lambda z: 1 / (1 + abs(z)) ** 2,
    "hardtanh": lambda z: mpmath.mpf(abs(z) <= 1),
    "hardsigmoid": lambda z: (abs(z) <= 3) / mpmath.mpf(6),
    "sign": lambda z: mpmath.mpf(0),
}


def test_every_activation_of_the_table_is_found_by_its_name() -> None:
    for op in (op for op in PRIMITIVES if op.activation):
        name = {"identity": "linear"}.get(op.name, op.name)
        assert activations.get(name)(Value(0.3)).op in (op, None)  # linear makes no node
    assert activations.get("SiLU").name == activations.get(functions.silu).name == "swish"


def test_every_activation_of_a_single_neuron_has_a_closed_form_here() -> None:
    assert {name for name, kind in ACTIVATIONS.items() if not kind.layer_wide} == set(CLOSED_FORMS) == set(SLOPES)


@pytest.mark.parametrize("z", POINTS)
@pytest.mark.parametrize("name", CLOSED_FORMS)
def test_activation_and_slope_are_those_of_the_closed_form(name: str, z: float) -> None:
    activation = activations.get(name)
    with mpmath.workdps(50):
        value, slope = float(CLOSED_FORMS[name](mpmath.mpf(z))), float(SLOPES[name](mpmath.mpf(z)))
    # A few roundings, relative to the number itself.
    assert float(activation(z)) == pytest.approx(value, rel=1e-15, abs=0)
    assert float(grad(activation)(z)) == pytest.approx(slope, rel=2e-15, abs=0)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_layer_computes_the_function_on_every_weighted_sum(name: str) -> None:
    z = [Value(x) for x in POINTS]
    activation = activations.get(name)
    expected = activation(POINTS) if activation.layer_wide else [float(activation(x)) for x in POINTS]
    outputs = activation.of_layer(z)
    assert [y.data for y in outputs] == expected
    assert all(isinstance(y, Value) for y in outputs)


def test_softmax_of_a_layer_is_a_distribution() -> None:
    outputs = Layer(2, 3, "softmax", 0)([1000.0, -500.0])
    assert sum(y.data for y in outputs) == pytest.approx(1.0, abs=1e-15)
    assert all(0.0 <= y.data <= 1.0 for y in outputs)


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ("ReLU", "relu"),
        ("leaky relu", "leaky_relu(alpha=0.01)"),
        ("PReLU", "prelu(alpha=0.25)"),
        (LeakyReLU(alpha=0.2), "leaky_relu(alpha=0.2)"),
        (ELU(0.5), "elu(alpha=0.5)"),
        (Tanh, "tanh"),
        (functions.sigmoid, "sigmoid"),
        (activations.linear, "linear"),
        (activations.softmax, "softmax"),
        (Value.relu, "relu"),
        (None, "linear"),
        ({"name": "elu", "alpha": 2.0}, "elu(alpha=2)"),
        (abs, "abs"),
    ],
    ids=lambda x: getattr(x, "__name__", None) or repr(x),
)
def test_activation_is_found_from_whatever_names_it(spec: Any, text: str) -> None:
    assert repr(activations.get(spec)) == text


def test_functions_of_the_engine_become_the_named_activations() -> None:
    assert isinstance(activations.get(functions.relu), ReLU)
    assert not isinstance(activations.get(functions.relu), Custom)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_description_gives_the_same_activation_again(name: str) -> None:
    activation = activations.get(name)
    again = activations.get(activation.architecture())
    assert type(again) is type(activation)
    assert again.options() == activation.options()


@pytest.mark.parametrize(
    "function", [lambda z: z * z.sigmoid(), lambda z: functions.tanh(2.0 * z) + 0.1 * z, np.tanh, np.exp]
)
def test_any_function_of_a_value_is_an_activation(function: Any) -> None:
    neuron = Neuron(1, function, weights=[0.5])
    y = neuron([2.0])
    y.backward()
    assert isinstance(y, Value)
    assert neuron.weights[0].grad == pytest.approx(2.0 * float(grad(function)(1.0)), rel=1e-15)


def test_an_object_with_a_call_is_an_activation() -> None:
    class Square:
        def __call__(self, z: Any) -> Any:
            return z * z

    assert Neuron(1, Square(), weights=[3.0])([1.0]).data == 9.0
    assert repr(activations.get(Square())) == "Square"


@pytest.mark.parametrize("function", [math.tanh, lambda z: None, lambda z: z.data])
def test_a_function_that_loses_the_history_is_refused(function: Any) -> None:
    with pytest.raises(TypeError, match="it must return a Value"):
        Neuron(1, function, weights=[1.0])([1.0])


def test_alpha_of_a_prelu_learns_from_the_negative_sums_alone() -> None:
    layer = Layer(1, 3, PReLU(0.1), weights=[[-1.0], [-2.0], [3.0]])
    total = functions.fsum(layer([1.0]))
    total.backward()
    assert isinstance(layer.activation, PReLU)
    assert layer.activation.alpha.grad == -3.0


def test_layers_of_an_mlp_learn_their_own_alpha_also_from_one_object() -> None:
    shared = PReLU(0.3)
    model = MLP(1, [2, 2, 1], shared)
    alphas = [p for name, p in model.named_parameters() if name.endswith("alpha")]
    assert [a.data for a in alphas] == [0.3, 0.3]
    assert [a.label for a in alphas] == ["alpha[1]", "alpha[2]"]
    assert shared.alpha not in alphas


def test_layers_that_are_given_one_prelu_share_it() -> None:
    shared = PReLU()
    model = MLP.from_layers([Layer(1, 2, shared), Layer(2, 1, shared)])
    assert sum(p is shared.alpha for p in model.parameters()) == 1


@pytest.mark.parametrize("name", ["relu", "tanh", "sigmoid", "leaky_relu", "elu", "swish"])
def test_network_gradients_equal_torch(name: str) -> None:
    torch = peer("torch")
    theirs = {
        "relu": torch.relu,
        "tanh": torch.tanh,
        "sigmoid": torch.sigmoid,
        "leaky_relu": torch.nn.functional.leaky_relu,
        "elu": torch.nn.functional.elu,
        "swish": torch.nn.functional.silu,
    }[name]
    model = MLP(3, [4, 4, 1], name, seed=3, initialiser="at_random")
    x = [0.3, -1.2, 0.8]
    model(x).backward()
    h = torch.tensor(x, dtype=torch.float64)
    leaves = []
    for k, layer in enumerate(model.layers):
        for neuron in layer.neurons:
            leaves.append(torch.tensor([p.data for p in neuron.row], dtype=torch.float64, requires_grad=True))
        rows = torch.stack(leaves[-layer.n_outputs :])
        z = rows[:, :-1] @ h + rows[:, -1]
        h = theirs(z) if k < 2 else z
    h[0].backward()
    ours = [p.grad for p in model.parameters()]
    # Sums of at most four products per node, three layers deep, with numbers of about 1.
    assert ours == pytest.approx(torch.cat([leaf.grad for leaf in leaves]).tolist(), rel=1e-13, abs=1e-14)


@pytest.mark.parametrize(
    ("attempt", "error", "message"),
    [
        (lambda: activations.get("rleu"), ValueError, "did you mean 'relu'"),
        (
            lambda: activations.get({"name": "elu", "alhpa": 1.0}),
            ValueError,
            "option of elu 'alhpa'.*did you mean 'alpha'",
        ),
        (lambda: activations.get({"alpha": 1.0}), ValueError, "activation 'None' is not known"),
        (lambda: activations.get({"name": "elu", "alpha": "1"}), TypeError, "alpha must be a real number"),
        (lambda: activations.get(3), TypeError, "an activation is a name"),  # type: ignore[arg-type]
        (lambda: LeakyReLU(float("nan")), ValueError, "alpha is nan"),
        (lambda: PReLU(float("inf")), ValueError, "alpha is inf"),
        (lambda: Neuron(2, "softmax"), ValueError, "over all neurons of a layer"),
        (lambda: Layer(2, 1, Softmax()), ValueError, "is always 1; use 'sigmoid'"),
        (lambda: MLP(2, [3, 1], output="softmax"), ValueError, "is always 1"),
        (lambda: Custom(abs).architecture(), TypeError, "cannot be described in a file"),
    ],
)
def test_faulty_activations_are_refused(attempt: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        attempt()


def test_an_activation_of_a_user() -> None:
    class Cube(Activation):
        name = "cube"

        def function(self, z: Any) -> Any:
            return z**3

    assert Neuron(1, Cube(), weights=[2.0])([1.0]).data == 8.0


def test_linear_leaves_the_weighted_sums_as_they_are() -> None:
    z = [Value(1.0), Value(2.0)]
    assert Linear().of_layer(z) == z


def test_step_hands_no_gradient_on() -> None:
    perceptron = Perceptron(2, weights=[1.0, 1.0])
    perceptron([0.5, 0.5]).backward()
    assert [p.grad for p in perceptron.row] == [0.0, 0.0, 0.0]
