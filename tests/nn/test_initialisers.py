"""How weights and biases start."""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable
from math import sqrt
from typing import Any

import numpy as np
import pytest

from nn import initialisers
from nn.activations import ACTIVATIONS
from nn.initialisers import AtRandom, Constant, He, Initialiser, Uniform, Xavier, generator
from nn.layers import MLP, Layer, Neuron
from nn.perceptron import Perceptron

N_IN, N_OUT = 300, 200  # 60,000 draws: the variance of a sample is known to about 1 %


def drawn(initialiser: Initialiser) -> Any:
    return np.array(initialiser.weights(generator(0), N_IN, N_OUT))


@pytest.mark.parametrize(
    ("initialiser", "variance", "limit"),
    [
        (Uniform(), 1 / 3, 1.0),
        (Uniform(-0.1, 0.1), 0.01 / 3, 0.1),
        (AtRandom(), 1 / 3, 1.0),
        (Xavier(), 2 / (N_IN + N_OUT), sqrt(6 / (N_IN + N_OUT))),
        (Xavier("normal"), 2 / (N_IN + N_OUT), None),
        (He(), 2 / N_IN, None),
        (He("uniform"), 2 / N_IN, sqrt(6 / N_IN)),
        (He(slope=0.5), 2 / (1.25 * N_IN), None),
    ],
    ids=repr,
)
def test_weights_have_the_mean_variance_and_range_of_their_distribution(
    initialiser: Initialiser, variance: float, limit: float | None
) -> None:
    weights = drawn(initialiser)
    assert weights.shape == (N_OUT, N_IN)
    # The sample mean of 60,000 has a standard deviation of sqrt(variance/60,000); a normal sample's variance one of
    # sqrt(2/60,000) = 0.6 % of itself. Five of each.
    assert abs(weights.mean()) < 5 * sqrt(variance / weights.size)
    assert weights.var() == pytest.approx(variance, rel=0.03)
    largest = np.abs(weights).max()
    if limit is not None:
        assert 0.99 * limit < largest <= limit
    else:
        assert largest > 3 * sqrt(variance)  # a normal distribution has tails that a uniform one lacks


def test_biases_start_at_0_but_for_those_at_random() -> None:
    for initialiser in (Uniform(), Xavier(), He(), Constant()):
        assert initialiser.biases(generator(0), 2, 3) == [0.0, 0.0, 0.0]
    biases = AtRandom().biases(generator(0), 2, 100)
    assert len(set(biases)) == 100
    assert max(map(abs, biases)) <= 1.0


def test_constant_sets_weights_and_biases() -> None:
    neuron = Neuron(2, initialiser=Constant(0.5))
    assert [p.data for p in neuron.row] == [0.5, 0.5, 0.5]


def test_neurons_that_start_alike_get_the_same_gradients() -> None:
    model = MLP(1, [3, 1], initialiser=Constant(0.5))
    model([1.0]).backward()
    assert len({neuron.weights[0].grad for neuron in model.layers[0].neurons}) == 1


@pytest.mark.parametrize("make", [lambda seed: MLP(3, [4, 2], seed=seed), lambda seed: Layer(3, 4, rng=seed)])
def test_same_seed_same_numbers(make: Any) -> None:
    first, again, other = make(7).state_dict(), make(7).state_dict(), make(8).state_dict()
    assert first == again
    assert first != other
    assert make(np.random.default_rng(7)).state_dict() == first
    assert make(None).state_dict() != make(None).state_dict()


def test_a_generator_is_used_up_as_it_goes() -> None:
    rng = generator(0)
    assert Neuron(2, rng=rng).state_dict() != Neuron(2, rng=rng).state_dict()


def test_layers_of_one_network_start_with_different_weights() -> None:
    model = MLP(2, [2, 2], activation="linear")
    assert model.layers[0].neurons[0].weights[0].data != model.layers[1].neurons[0].weights[0].data


HE_LIKE = {"relu": He(), "elu": He(), "swish": He(), "leaky_relu": He(slope=0.01), "prelu": He(slope=0.25)}
HE_LIKE |= {"softplus": He(), "gelu": He(), "mish": He()}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_picks_the_initialiser_that_suits_it(name: str) -> None:
    assert ACTIVATIONS[name]().initialiser == HE_LIKE.get(name, Xavier())


def test_layer_draws_by_the_initialiser_of_its_activation_unless_told_otherwise() -> None:
    layer = Layer(3, 2, "relu", 5)
    assert [[w.data for w in n.weights] for n in layer.neurons] == He().weights(generator(5), 3, 2)
    layer = Layer(3, 2, "relu", 5, initialiser="glorot")
    assert [[w.data for w in n.weights] for n in layer.neurons] == Xavier().weights(generator(5), 3, 2)


@pytest.mark.parametrize(("spec", "kind"), [("At random", AtRandom), (He, He), (Uniform(-2, 2), Uniform)])
def test_initialisers_are_found_by_name_class_or_themselves(spec: Any, kind: type[Initialiser]) -> None:
    assert type(initialisers.get(spec)) is kind


def test_an_initialiser_of_a_user() -> None:
    class Ones(Initialiser):
        def weights(self, rng: Any, n_inputs: int, n_outputs: int) -> list[list[float]]:
            return [[1.0] * n_inputs] * n_outputs

    assert Layer(2, 2, initialiser=Ones())([1.0, 1.0])[0].data == 2.0


@pytest.mark.parametrize(
    ("attempt", "error", "message"),
    [
        (lambda: initialisers.get("hee"), ValueError, "did you mean 'he'"),
        (lambda: initialisers.get("kaiming"), ValueError, "known are 'uniform', 'at_random'"),
        (lambda: initialisers.get(3), TypeError, "an initialiser is a name"),  # type: ignore[arg-type]
        (lambda: Uniform(1.0, -1.0), ValueError, "high is -1"),
        (lambda: Uniform(float("nan"), 1.0), ValueError, "low is nan"),
        (lambda: Constant(float("inf")), ValueError, "value is inf"),
        (lambda: He("gaussian"), ValueError, "distribution 'gaussian' is not known"),
        (lambda: Xavier("unifrom"), ValueError, "did you mean 'uniform'"),
        (lambda: He(slope=float("nan")), ValueError, "slope is nan"),
        (lambda: generator(-1), TypeError, "whole number from 0 on"),
        (lambda: generator(True), TypeError, "whole number from 0 on"),
        (lambda: generator(0.5), TypeError, "whole number from 0 on"),  # type: ignore[arg-type]
        (lambda: generator(np.random.RandomState(0)), TypeError, "default_rng"),  # type: ignore[arg-type]
        (lambda: MLP(2, [1], seed="0"), TypeError, "whole number from 0 on"),  # type: ignore[arg-type]
        (Initialiser, TypeError, "abstract .*weights"),
    ],
)
def test_faulty_settings_are_refused(attempt: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        attempt()


# --- seeds ---------------------------------------------------------------------------------------------------------

MAKERS: dict[str, Callable[..., Any]] = {
    "neuron": lambda **seed: Neuron(2, **seed),
    "perceptron": lambda **seed: Perceptron(2, **seed),
    "layer": lambda **seed: Layer(2, 3, **seed),
    "mlp": lambda **seed: MLP(2, [3, 1], **seed),
    "mlp for a task": lambda **seed: MLP.for_task("binary", 2, [3, 1], **seed),
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_models_made_in_a_loop_differ_and_random_seed_repeats_them(make: Callable[..., Any]) -> None:
    before = random.getstate()
    try:
        random.seed(1337)
        first = [make().state_dict() for _ in range(5)]
        random.seed(1337)
        again = [make().state_dict() for _ in range(5)]
    finally:
        random.setstate(before)
    assert first == again
    assert len({tuple(state.values()) for state in (*first, make().state_dict())}) == 6


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_a_seed_gives_the_same_weights_and_leaves_pythons_random_alone(make: Callable[..., Any]) -> None:
    name = "seed" if "seed" in inspect.signature(type(make())).parameters else "rng"
    before = random.getstate()
    assert make(**{name: 1}).state_dict() == make(**{name: np.random.default_rng(1)}).state_dict()
    assert random.getstate() == before
    assert make(**{name: 1}).state_dict() != make(**{name: 2}).state_dict()
