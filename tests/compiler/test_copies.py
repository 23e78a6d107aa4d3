"""A batch that was summed in a loop is recognised, whatever the loop looks like."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Value
from autograd import functions as fn
from autograd.compiler import compile
from autograd.transforms import reverse
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
