"""A batch that was summed in a loop is recognised, whatever the loop looks like."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Primitive, Value, apply, hessian
from autograd import functions as fn
from autograd.calculus.transforms import reverse
from autograd.compiler import compile
from tests.compiler.networks import WAYS, Network
from tests.compiler.oracle import assert_close

ROWS = np.random.default_rng(0).normal(size=(40, 3)).tolist()


def in_a_loop(losses: list[Any]) -> Any:
    total: Any = 0.0
    for loss in losses:
        total = total + loss
    return total / len(losses)


LOOPS: dict[str, Callable[[list[Any]], Any]] = {
    "loop": in_a_loop,
    "sum": lambda losses: sum(losses) * (1.0 / len(losses)),
    "fsum": lambda losses: fn.fsum(losses) / len(losses),
    "backwards": lambda losses: in_a_loop(losses[::-1]),
    "scaled terms": lambda losses: fn.fsum([loss / len(losses) for loss in losses]),
}


def assert_recognised(total: Value) -> str:
    program = compile(total)
    value, gradient = program.value_and_grad()
    assert_close(value, total.data)
    assert_close(gradient, reverse(total, program.parameters, differentiable=False))
    assert_close(program(), [total.data])
    return program.source


@pytest.mark.slow
@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("loop", sorted(LOOPS))
def test_the_sum_over_a_batch_becomes_one_matrix_product(how: str, loop: str) -> None:
    network = Network([2, 3, 1], ["tanh", "linear"], how, seed=0)
    total = LOOPS[loop]([(network(row[:2])[0] - row[2]) ** 2 for row in ROWS])
    source = assert_recognised(total)
    assert "@ W1.T + b1" in source
    assert "data = np.array" in source
    assert len(source.split("def forward")[1].splitlines()) < 40


def test_a_regulariser_beside_the_batch_is_a_product_with_theta_itself() -> None:
    network = Network([2, 3, 1], ["relu", "linear"], "linear", seed=1)
    losses = [fn.relu(1.0 - (1.0 if row[2] > 0.0 else -1.0) * network(row[:2])[0]) for row in ROWS]
    total = in_a_loop(losses) + 1e-3 * sum(p * p for p in network.parameters)
    source = assert_recognised(total)
    assert "theta[0:13] @ theta[0:13]" in source


def test_numbers_that_occur_twice_in_a_copy_are_one_column() -> None:
    w, v = Value(0.3), Value(-0.2)
    total = fn.fsum([(w * row[0] + v * row[0]) ** 2 + row[0] * w for row in ROWS])
    source = assert_recognised(total)
    assert source.split("data = np.array([[")[1].split("]")[0].count(",") == 0


@pytest.mark.parametrize(
    "term",
    [
        lambda w, a, b: fn.maximum(w * a, b),
        lambda w, a, b: fn.where(fn.step(w - a), w * b, a * w),
        lambda w, a, b: (w * w) * a * b + b,
        lambda w, a, b: a * (w * fn.sin(w)) + (w - b) * a,
        lambda w, a, b: fn.logsumexp([w * a, b, 0.5]),
        lambda w, a, b: fn.dot([w, a, w], [b, w, w], bias=a),
        lambda w, a, b: fn.softmax([w * a, w * b])[0],
        lambda w, a, b: fn.leaky_relu(w - a, 0.1 + abs(b)),
        lambda w, a, b: (abs(w * a) + 1.0) ** b,
    ],
)
def test_constants_anywhere_in_a_copy_become_data(term: Callable[[Any, float, float], Any]) -> None:
    w = Value(0.7)
    source = assert_recognised(fn.fsum([term(w, row[0], row[1]) for row in ROWS]))
    assert "data = np.array" in source


def test_examples_that_occur_twice_count_twice() -> None:
    w = Value(0.7)
    rows = [0.5, 0.5, 1.5, 2.5, 0.5]
    source = assert_recognised(fn.fsum([fn.sin(w * x) for x in rows]))
    assert "data" in source


def test_several_loops_have_a_table_each() -> None:
    w, v = Value(0.7), Value(0.2)
    total = fn.fsum([fn.sin(w * row[0]) for row in ROWS]) * fn.fsum([fn.cos(v * row[1]) for row in ROWS[:9]])
    source = assert_recognised(total)
    assert "data2" in source


def test_a_loop_inside_a_loop_stays_right() -> None:
    w = Value(0.7)
    total = fn.fsum([fn.tanh(fn.fsum([fn.sin(w * a * row[0]) for a in (1.0, 2.0, 3.0, 4.0)])) for row in ROWS])
    assert_recognised(total)


def test_copies_that_share_their_parts_in_different_ways_are_left_as_they_are() -> None:
    w = Value(0.7)

    def term(x: float, shared: bool) -> Any:
        a = fn.sin(w * x)
        b = a if shared else fn.sin(w * (x + 1.0))
        return fn.exp(a) * fn.cos(b)

    assert_recognised(fn.fsum([term(float(i), shared=i == 0) for i in range(6)]))


def test_a_sum_without_varying_numbers_is_no_batch() -> None:
    parameters = [Value(0.1 * i) for i in range(8)]
    source = assert_recognised(fn.fsum([fn.sin(p) for p in parameters]))
    assert "data" not in source


def test_a_batch_beside_an_input() -> None:
    w, x = Value(0.7), Value(0.1, label="x")
    total = fn.fsum([fn.sin(w * row[0]) for row in ROWS]) + w * x
    program = compile(total, [x])
    X = np.array([[1.0], [2.0]])
    fixed = sum(np.sin(0.7 * row[0]) for row in ROWS)
    assert_close(program(X), fixed + 0.7 * X[:, 0])
    slope = sum(row[0] * np.cos(0.7 * row[0]) for row in ROWS) + 1.5
    assert_close(program.value_and_grad(X)[1], [slope])


def test_copies_that_come_out_the_same_are_counted() -> None:
    w = Value(0.7)
    assert_recognised(fn.fsum([fn.where(fn.step(w - row[0]), w * w, w * w) for row in ROWS]))


# --- outputs of a softmax: which one is meant is no number of the example ------------------------------------------

CLASSES = [int(10.0 * abs(row[2])) % 3 for row in ROWS]
ONE_HOT = [[float(j == c) for j in range(3)] for c in CLASSES]
PER_EXAMPLE: dict[str, Callable[[Any, int, list[float]], Any]] = {
    "likelihood of the class": lambda p, c, t: -p[c].log(),
    "odds of the class": lambda p, c, t: (p[c] / (1.0 - p[c])).log() * (c + 1.0),
    "squared error": lambda p, c, t: fn.fsum([(p_i - t_i) ** 2 for p_i, t_i in zip(p, t, strict=True)]) / 3.0,
    "cross-entropy": lambda p, c, t: -fn.fsum([fn.xlogy(t_i, p_i) for p_i, t_i in zip(p, t, strict=True)]),
    "entropy": lambda p, c, t: -fn.fsum([p_i * p_i.log() for p_i in p]),
    "two outputs": lambda p, c, t: p[c] * p[(c + 1) % 3],
}


@pytest.mark.slow
@pytest.mark.parametrize("n", [4, 5, 40])
@pytest.mark.parametrize("loop", sorted(LOOPS))
@pytest.mark.parametrize("what", list(PER_EXAMPLE))
def test_examples_of_different_classes_are_copies_of_each_other(what: str, loop: str, n: int) -> None:
    network = Network([2, 4, 3], ["tanh", "linear"], "linear", seed=2)
    total = LOOPS[loop](
        [
            PER_EXAMPLE[what](fn.softmax(network(row[:2])), c, t)
            for row, c, t in zip(ROWS[:n], CLASSES, ONE_HOT, strict=False)
        ]
    )
    source = assert_recognised(total)
    assert "@ W1.T + b1" in source
    assert source.split("def value_and_grad")[1].count("softmax(") == 1


def test_logits_that_are_numbers_vary_beside_the_output() -> None:
    w, v = Value(0.7), Value(-0.3)
    assert_recognised(fn.fsum([fn.softmax([w, 0.1 * k, v])[k % 3] for k in range(7)]))
    assert_recognised(fn.fsum([fn.softmax([w, 0.1, v])[k % 3] for k in range(7)]))
    assert_recognised(fn.fsum([fn.softmax([w, 0.1, v])[k % 2 * 2] * (k - 2.5) for k in range(7)]))


@pytest.mark.parametrize("n", [3, 4, 9])
def test_the_outputs_of_one_softmax_are_no_batch(n: int) -> None:
    logits = [Value(0.3 * i - 0.1 * i * i) for i in range(n)]
    p = fn.softmax(logits)
    assert "data" not in assert_recognised(-fn.fsum([p_i * p_i.log() for p_i in p]))
    assert "data" not in assert_recognised(fn.fsum([(p_i - 0.25) ** 2 for p_i in p]))
    assert_recognised(fn.fsum([(p_i - 0.1 * i) ** 2 for i, p_i in enumerate(p)]))


def test_second_derivatives_through_a_softmax_compile() -> None:
    logits = [Value(0.3 * i - 0.1 * i * i) for i in range(4)]

    def entropy(z: Any) -> Any:
        return -fn.fsum([p_i * p_i.log() for p_i in fn.softmax(z)])

    for row in hessian(entropy)(logits):
        for entry in row:
            assert_recognised(entry)


TWO_CONSTANTS: dict[str, Callable[[Any, float, float], Any]] = {
    "where": lambda w, a, b: fn.where(fn.step(w - 0.1 * a), a, b) * w,
    "where, the condition too": lambda w, a, b: fn.where(a > b, w * a, fn.where(w, b, a)),
    "maximum of two": lambda w, a, b: fn.maximum(w * a, b) - fn.minimum(a, w * b),
    "logsumexp": lambda w, a, b: fn.logsumexp([a, w, b]),
    "softmax": lambda w, a, b: fn.softmax([a, w, b])[2],
    "power": lambda w, a, b: (abs(a) + w) ** b,
    "ELU": lambda w, a, b: fn.elu(w * a - b, b),
    "a primitive of one's own": lambda w, a, b: apply(clamped_line, a, w, b),
}  # fmt: skip
clamped_line = Primitive(
    name="clamped_line",
    symbol="clamped",
    value=lambda m, a, x, b: m.maximum(a * x + b, 0.1 * a - x),
    partials=lambda m, y, a, x, b: [
        m.where(m.step(a * x + b - 0.1 * a + x), x, 0.1),
        m.where(m.step(a * x + b - 0.1 * a + x), a, -1.0),
        m.where(m.step(a * x + b - 0.1 * a + x), 1.0, 0.0),
    ],
)


@pytest.mark.parametrize("what", list(TWO_CONSTANTS))
def test_every_constant_of_a_copy_keeps_its_place(what: str) -> None:
    w = Value(0.7)
    both = fn.fsum([TWO_CONSTANTS[what](w, row[0], row[1]) for row in ROWS])
    assert "data = np.array" in assert_recognised(both)
    assert_recognised(fn.fsum([TWO_CONSTANTS[what](w, row[0], 0.5) for row in ROWS]))
    assert_recognised(fn.fsum([TWO_CONSTANTS[what](w, 0.5, row[1]) for row in ROWS]))
    assert_recognised(fn.fsum([TWO_CONSTANTS[what](w, row[0], row[0]) for row in ROWS]))
