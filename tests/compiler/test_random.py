"""Random graphs and random networks: the compiled program gives what the scalar engine gives, example by example."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value
from autograd import functions as fn
from autograd.compiler import compile
from tests.compiler.networks import ACTIVATIONS, LOSSES, WAYS, Network
from tests.compiler.oracle import assert_agrees, assert_close, eager
from tests.examples import examples

# Each keeps numbers between about -3 and 3 for operands in that range, and is smooth enough there that a rounding is
# not magnified; together they cover the table of primitives.
UNARY: list[Callable[[Any], Any]] = [
    fn.tanh,
    fn.sigmoid,
    fn.softplus,
    fn.swish,
    fn.relu,
    fn.sin,
    fn.cos,
    fn.absolute,
    fn.step,
    fn.sign,
    fn.leaky_relu,
    fn.elu,
    lambda v: -v,
    lambda v: fn.exp(-v * v),
    lambda v: fn.expm1(0.2 * v),
    lambda v: fn.log(v * v + 0.5),
    lambda v: fn.log1p(v * v),
    lambda v: fn.sqrt(v * v + 1.0),
    lambda v: 0.1 * v**2,
    lambda v: 0.1 * v**3,
    lambda v: (v * v + 1.0) ** -1.5,
    lambda v: (v * v + 0.5) ** (0.3 * fn.tanh(v)),
    lambda v: 2.0 / (v * v + 1.0),
    lambda v: v / 3.0,
    lambda v: v * 0.0 + 1.0,
]
SEVERAL: list[Callable[[Any, Any], Any]] = [
    lambda a, b: 0.5 * (a + b),
    lambda a, b: 0.5 * a - b / 2.0,
    lambda a, b: fn.tanh(a * b),
    lambda a, b: a / (b * b + 1.0),
    fn.maximum,
    fn.minimum,
    lambda a, b: fn.leaky_relu(a, fn.tanh(b)),
    lambda a, b: fn.elu(a, fn.tanh(b)),
    lambda a, b: fn.where(fn.step(a), b, fn.sin(a * b)),
    lambda a, b: fn.where(a, b, 1.0),
    lambda a, b: fn.xlogy(a, b * b + 0.1) / 3.0,
    lambda a, b: fn.fsum([a, b, a, 1.0]) / 4.0,
    lambda a, b: fn.logsumexp([a, b, 0.5]),
    lambda a, b: fn.softmax([a, b, a])[2],
    lambda a, b: fn.softmax([a])[0] + b,
    lambda a, b: fn.dot([a, b, a], [b, b, 2.0], bias=a) / 9.0,
    lambda a, b: fn.dot([0.1, 0.2, 0.3, 0.4, 0.5], [a, b, a, fn.sin(b), a]),
]


def random_graph(seed: int, size: int) -> Callable[[Any, Any], Any]:
    """A function of inputs and parameters made of ``size`` random operations, with sharing."""

    def record(x: Any, p: Any) -> Any:
        rng = random.Random(seed)
        pool = [*x, *p]
        for _ in range(size):
            if rng.random() < 0.4:
                v = rng.choice(UNARY)(rng.choice(pool))
            else:
                v = rng.choice(SEVERAL)(rng.choice(pool), rng.choice(pool))
            pool.append(v)
        return fn.fsum(pool[-6:])

    return record


@settings(max_examples=examples(300), deadline=None)
@given(seed=st.integers(0, 2**32), size=st.integers(1, 50), shape=st.tuples(st.integers(1, 4), st.integers(1, 4)))
@pytest.mark.filterwarnings("ignore:no output depends on input")
def test_random_graphs_equal_the_scalar_engine(seed: int, size: int, shape: tuple[int, int]) -> None:
    rng = random.Random(seed)
    record = random_graph(seed, size)
    inputs = [Value(rng.uniform(-2.0, 2.0)) for _ in range(shape[0])]
    parameters = [Value(rng.uniform(-2.0, 2.0)) for _ in range(shape[1])]
    program = compile(record(inputs, parameters), inputs, exact=True)
    X = np.array([[rng.uniform(-2.0, 2.0) for _ in inputs] for _ in range(3)])
    assert_agrees(program, lambda row: record(row, parameters), X, scale=0.01)


@st.composite
def networks(draw: st.DrawFn, spread: float) -> tuple[Network, str, int]:
    sizes = draw(st.lists(st.integers(1, 5), min_size=2, max_size=3))
    activations = draw(st.lists(st.sampled_from(sorted(ACTIVATIONS)), min_size=len(sizes) - 1, max_size=len(sizes) - 1))
    network = Network(sizes, activations, draw(st.sampled_from(WAYS)), draw(st.integers(0, 2**32)), spread)
    return network, draw(st.sampled_from(sorted(LOSSES))), sizes[0]


def assert_network_agrees(network: Network, loss: str, n: int, *, exact: bool, batch: int) -> None:
    k = len(network.layers[-1])
    x, t = [Value(0.1) for _ in range(n)], [Value(1.0 / k) for _ in range(k)]
    program = compile(LOSSES[loss](network(x), t), [*x, *t], exact=exact)
    rng = np.random.default_rng(0)
    targets = rng.dirichlet(np.ones(k), batch)
    X = np.concatenate([rng.uniform(-1.0, 1.0, (batch, n)), targets], axis=1)
    assert set(program.parameters) == set(network.parameters)
    assert_agrees(program, lambda row: LOSSES[loss](network(row[:n]), row[n:]), X)


@settings(max_examples=examples(150), deadline=None)
@given(networks(spread=3.0), st.sampled_from([1, 2, 5]))
def test_random_networks_equal_the_scalar_engine_also_where_units_saturate(
    drawn: tuple[Network, str, int], batch: int
) -> None:
    assert_network_agrees(*drawn, exact=True, batch=batch)


@settings(max_examples=examples(150), deadline=None)
@given(networks(spread=0.3), st.sampled_from([1, 2, 5]))
def test_random_networks_equal_the_scalar_engine_with_the_slopes_of_the_textbook(
    drawn: tuple[Network, str, int], batch: int
) -> None:
    # |z| stays below 3, so that 1 - y**2 is above 0.009 and its rounding below 1e-13 of it
    assert_network_agrees(*drawn, exact=False, batch=batch)


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("loss", sorted(LOSSES))
def test_a_batch_of_a_thousand_equals_the_scalar_engine(how: str, loss: str) -> None:
    network = Network([3, 4, 3], ["tanh", "linear"], how, seed=1)
    x, t = [Value(0.1) for _ in range(3)], [Value(0.2) for _ in range(3)]
    program = compile(LOSSES[loss](network(x), t), [*x, *t])
    few = np.random.default_rng(1).uniform(0.0, 1.0, (8, 6))
    values, gradient = eager(lambda row: LOSSES[loss](network(row[:3]), row[3:]), program.parameters, few)
    many = np.tile(few, (125, 1))
    assert_close(program(many), np.tile(values, 125))
    mean, ours = program.value_and_grad(many)
    assert_close(mean, values.mean())
    assert_close(ours, gradient)


@pytest.mark.parametrize("how", WAYS)
def test_every_way_to_write_a_layer_gives_one_matrix_product_a_layer(how: str) -> None:
    network = Network([3, 4, 2], ["sigmoid", "linear"], how, seed=2)
    x = [Value(0.1) for _ in range(3)]
    source = compile(network(x), x).source
    assert "Z1 = X @ W1.T + b1" in source
    assert "Z2 = A1 @ W2.T + b2" in source


@pytest.mark.parametrize("batch", [0, 1, 2, 1000])
def test_the_output_has_a_row_for_each_row_of_x(batch: int) -> None:
    network = Network([2, 3, 2], ["tanh", "linear"], "linear", seed=3)
    x = [Value(0.1), Value(0.2)]
    X = np.random.default_rng(2).uniform(-1.0, 1.0, (batch, 2))
    outputs = network(x)
    assert compile(outputs, x)(X).shape == (batch, 2)
    assert compile(outputs[0], x)(X).shape == (batch,)
    assert compile([outputs[0]], x)(X).shape == (batch, 1)
    one_by_one = [[float(y) for y in network(row)] for row in X.tolist()]
    assert_close(compile(outputs, x)(X), np.array(one_by_one).reshape(batch, 2))


@pytest.mark.parametrize("factors", [(1e300, 1e300), (1e-200, 1e-200)])
def test_factors_are_not_taken_together_where_their_product_would_overflow(factors: tuple[float, ...]) -> None:
    def product(x: Value) -> Value:
        y = x * x  # a sum of one term, into which a factor may be taken
        for factor in factors:
            y = factor * y
        return y

    recorded_at = Value(0.5)
    program = compile(product(recorded_at), [recorded_at])
    for number in (0.0, 1e-140, 1e140, 1e-20):
        x = Value(number)
        assert program([[number]])[0] == pytest.approx(product(x).data, rel=1e-15, abs=0.0)
