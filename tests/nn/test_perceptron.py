"""The perceptron, the delta rule, and the collapse of networks without activations."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value
from nn.activations import PReLU
from nn.layers import MLP, Layer, Neuron
from nn.losses import half_squared_error
from nn.perceptron import Perceptron, collapse, delta_rule

moderate = st.floats(-3.0, 3.0)


def test_perceptron_decides_to_swim() -> None:
    swim = Perceptron(3, weights=[4, 2, 4], threshold=3)
    assert swim.bias.data == -3.0
    assert swim([1, 0, 1]).data == 1.0


def test_perceptron_fires_at_its_threshold() -> None:
    perceptron = Perceptron(1, weights=[1.0], threshold=2.0)
    assert [perceptron([x]).data for x in (1.999, 2.0, 2.001)] == [0.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("weights", "bias", "truth"),
    [([1, 1], -1.5, [0, 0, 0, 1]), ([1, 1], -0.5, [0, 1, 1, 1]), ([-1, -1], 1.5, [1, 1, 1, 0])],
    ids=["and", "or", "nand"],
)
def test_perceptron_computes_logic(weights: list[float], bias: float, truth: list[float]) -> None:
    X = [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert Perceptron(2, weights=weights, bias=bias).predict(X).tolist() == truth


def test_perceptron_has_either_bias_or_threshold() -> None:
    with pytest.raises(ValueError, match="give one, bias = -threshold"):
        Perceptron(1, bias=1.0, threshold=1.0)
    with pytest.raises(TypeError, match=r"theta = 3, a Value; .* bias=Value\(-3.0\) and train that"):
        Perceptron(1, threshold=Value(3.0, label="theta"))
    with pytest.raises(ValueError, match="threshold is nan"):
        Perceptron(1, threshold=float("nan"))


def test_perceptron_is_drawn_at_random_by_seed() -> None:
    assert (
        Perceptron(2, 3, initialiser="at_random").row[0].data == Neuron(2, rng=3, initialiser="at_random").row[0].data
    )
    assert repr(Perceptron(2)) == "Perceptron(2 → 1 step, 3 parameters)"


# --- the delta rule ------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(moderate, moderate), min_size=1, max_size=5), moderate, st.floats(0, 1))
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "linear", "relu", PReLU(0.3)], ids=repr)
def test_delta_rule_gives_what_backward_gives(
    activation: Any, pairs: list[tuple[float, float]], bias: float, target: float
) -> None:
    neuron = Neuron(len(pairs), activation, weights=[w for w, _ in pairs], bias=bias)
    x = [v for _, v in pairs]
    step = delta_rule(neuron, x, target, eta=0.1)
    E = half_squared_error(neuron(x), target)
    E.backward()
    assert E.data == step.E
    for ours, theirs in zip((*step.dE_dw, step.dE_db), neuron.row, strict=True):
        assert abs(ours - theirs.grad) <= np.spacing(abs(theirs.grad))  # 1 ulp


def test_delta_rule_shows_every_factor_of_the_chain_rule() -> None:
    step = delta_rule(Neuron(2, "sigmoid", weights=[0.8, 0.2], bias=0.1), [0.5, 0.3], target=1.0, eta=0.5)
    y = 1 / (1 + np.exp(-0.56))
    assert abs(step.A - 0.56) < 1e-15
    assert step.y == pytest.approx(y, rel=1e-15)
    assert step.e == pytest.approx(1 - y, rel=1e-15)
    assert (step.dE_de, step.de_dy, step.dA_dw) == (step.e, -1.0, (0.5, 0.3))
    assert step.dy_dA == pytest.approx((1 - y) * y, rel=1e-15)
    assert step.delta == pytest.approx(-(1 - y) * (1 - y) * y, rel=1e-15)
    for i, x in enumerate((0.5, 0.3)):
        assert step.dE_dw[i] == step.dE_de * step.de_dy * step.dy_dA * step.dA_dw[i] == step.delta * x
    assert (step.x, step.target, step.eta) == ((0.5, 0.3), 1.0, 0.5)


@given(moderate, moderate, st.floats(0.2, 2.0), st.sampled_from([0.0, 1.0]), st.floats(0.01, 0.5))
def test_only_gradient_descent_lowers_the_error(w: float, b: float, x: float, target: float, eta: float) -> None:
    neuron = Neuron(1, "sigmoid", weights=[w], bias=b)
    step = delta_rule(neuron, [x], target, eta)
    assert step.descending.descends
    assert not step.printed.descends
    assert step.descending.E < step.E < step.printed.E
    assert step.descending.weight_changes[0] == pytest.approx(-eta * step.delta * x, rel=1e-15)
    assert step.printed.weight_changes[0] == -step.descending.weight_changes[0]
    assert step.printed.bias_change == -step.descending.bias_change == eta * step.delta


def test_error_after_an_update_is_that_of_the_updated_neuron() -> None:
    step = delta_rule(Neuron(1, "sigmoid", weights=[0.5], bias=0.25), [2.0], 1.0, 0.5)
    for reading in (step.printed, step.descending):
        assert reading.weights[0] == 0.5 + reading.weight_changes[0]
        assert reading.bias == 0.25 + reading.bias_change
        after = Neuron(1, "sigmoid", weights=reading.weights, bias=reading.bias)
        assert half_squared_error(after([2.0]), 1.0).data == reading.E


def test_delta_rule_leaves_the_neuron_as_it_was() -> None:
    neuron = Neuron(1, "sigmoid", weights=[0.5], bias=0.25)
    delta_rule(neuron, [2.0], 1.0, 0.5)
    assert neuron.state_dict() == {"w1": 0.5, "b": 0.25}
    assert [p.grad for p in neuron.row] == [0.0, 0.0]


def test_delta_rule_repeated_trains_the_neuron() -> None:
    neuron = Neuron(1, "sigmoid", weights=[0.0])
    for _ in range(200):
        step = delta_rule(neuron, [1.0], 0.9, eta=10.0)
        neuron.load_state_dict({"w1": step.descending.weights[0], "b": step.descending.bias})
    # Near the target each step leaves 1 - 10 (0.09**2) (1 + 1) = 0.84 of the error, and 0.84**200 is 1e-15.
    assert neuron([1.0]).data == pytest.approx(0.9, abs=1e-12)


def test_at_the_target_neither_reading_moves() -> None:
    step = delta_rule(Neuron(1, weights=[2.0]), [1.0], 2.0, 0.1)
    assert (step.E, step.delta) == (0.0, 0.0)
    assert not step.printed.descends
    assert not step.descending.descends


def test_delta_rule_prints_as_a_table_that_marks_the_reading_that_descends() -> None:
    lines = str(delta_rule(Neuron(1, "sigmoid", weights=[1.0]), [1.0], 0.0, 0.1)).splitlines()
    assert lines[0].startswith("A = w·x + b")
    assert lines[-2].startswith("Δw = +η δ x (as printed)")
    assert lines[-2].endswith("does not descend")
    assert lines[-1].startswith("Δw = −η δ x")
    assert lines[-1].endswith(": descends")


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"neuron": Perceptron(2)}, ValueError, "slope of a step is 0 everywhere"),
        ({"x": [1.0]}, ValueError, "the example has 1 number, but .* takes 2 inputs"),
        ({"x": [1.0, float("nan")]}, ValueError, r"x\[1\] is nan"),
        ({"target": float("nan")}, ValueError, "target is nan"),
        ({"target": None}, TypeError, "target must be a real number"),
        ({"eta": 0.0}, ValueError, "eta is 0"),
        ({"eta": -0.1}, ValueError, "eta is -0.1"),
        ({"eta": float("inf")}, ValueError, "eta is inf"),
    ],
)
def test_faulty_delta_rule_is_refused(changed: dict[str, Any], error: type[Exception], message: str) -> None:
    asked = {"neuron": Neuron(2, "sigmoid"), "x": [1.0, 2.0], "target": 1.0, "eta": 0.1, **changed}
    with pytest.raises(error, match=message):
        delta_rule(**asked)


# --- collapse ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sizes", [[2], [3, 2], [5, 4, 3, 2]], ids=str)
def test_network_without_activations_is_one_linear_map(sizes: list[int]) -> None:
    model = MLP(3, sizes, "linear", initialiser="at_random")
    W, b = collapse(model)
    X = np.random.default_rng(0).normal(size=(10, 3))
    assert (W.shape, b.shape) == ((2, 3), (2,))
    assert X @ W.T + b == pytest.approx(model.predict(X), rel=1e-13, abs=1e-14)


def test_neuron_and_layer_are_their_own_map() -> None:
    W, b = collapse(Neuron(2, weights=[1.0, 2.0], bias=3.0))
    assert (W.tolist(), b.tolist()) == ([[1.0, 2.0]], [3.0])
    W, b = collapse(Layer(1, 2, weights=[[1.0], [2.0]], biases=[3.0, 4.0]))
    assert (W.tolist(), b.tolist()) == ([[1.0], [2.0]], [3.0, 4.0])


def test_slope_of_the_collapsed_network_is_the_matrix() -> None:
    model = MLP(2, [3, 1], "linear", initialiser="at_random")
    x = [Value(0.5), Value(-2.0)]
    model(x).backward()
    assert [v.grad for v in x] == pytest.approx(collapse(model)[0][0].tolist(), rel=1e-14)


@pytest.mark.parametrize(
    "model", [MLP(2, [3, 1], "tanh"), MLP(2, [3, 1], "linear", "sigmoid"), Neuron(1, "relu")], ids=repr
)
def test_network_with_an_activation_does_not_collapse(model: Any) -> None:
    with pytest.raises(ValueError, match=r"has the activation (tanh|sigmoid|relu), so the network is no linear map"):
        collapse(model)
