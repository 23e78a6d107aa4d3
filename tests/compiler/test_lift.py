"""Graphs of odd shapes: what is lifted to arrays, what is not, and that both stay right."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any

import numpy as np
import pytest

from autograd import Primitive, Value, apply
from autograd import functions as fn
from autograd.compiler import compile
from tests.compiler.oracle import assert_agrees, assert_close

# each takes 4 inputs and 6 parameters
GRAPHS: dict[str, Callable[[Any, Any], Any]] = {
    "constant weights": lambda x, p: fn.fsum(
        fn.tanh(z) for z in fn.linear([[0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8]], x)
    ),
    "the same constant for every weight": lambda x, p: fn.dot([0.5] * 4, x) * p[0],
    "computed weights": lambda x, p: fn.fsum(
        fn.sin(z) for z in fn.linear([[v * v for v in p[:4]], [fn.exp(v) for v in p[1:5]]], x)
    ),
    "weights of two kinds": lambda x, p: fn.fsum(
        fn.sin(z) for z in fn.linear([(p[0], 0.5, p[1] * p[2], p[3]), (p[4], 0.1, p[0] * p[1], p[5])], x)
    ),
    "inputs and hidden units in one sum": lambda x, p: fn.dot(
        p[:4], [x[0], fn.sin(x[1]), x[2], fn.sin(x[3])], bias=p[4]
    ),
    "weights that depend on the input": lambda x, p: fn.dot([fn.sin(v) for v in x], [fn.cos(v) for v in x]) * p[0],
    "sum of columns": lambda x, p: fn.fsum(x) * p[0] + fn.fsum([fn.sin(v) for v in x]),
    "weighted sum of columns": lambda x, p: 0.1 * x[0] + 0.2 * x[1] - 0.3 * x[2] + p[0],
    "every second column": lambda x, p: fn.logsumexp([x[0], x[2]]) * p[0] + fn.logsumexp([x[3], x[0], x[3]]),
    "parts of vectors": lambda x, p: fn.dot(p[:3], x[:3]) + fn.dot(p[1:3], x[2:4]) + p[5] * fn.dot(p[2:5], p[1:4]),
    "differences": lambda x, p: fn.fsum((x[i] - p[i]) ** 2 for i in range(4)) / 4.0,
    "distances": lambda x, p: fn.sqrt(fn.fsum((x[i] - p[i]) * (x[i] - p[i]) for i in range(4)) + 0.1),
    "softmax over parameters": lambda x, p: fn.dot(fn.softmax(p[:4]), x),
    "softmax used in part": lambda x, p: fn.softmax([v * p[0] for v in x])[2] * p[1],
    "attention": lambda x, p: fn.dot(fn.softmax([p[0] * v for v in x]), [fn.tanh(p[1] * v) for v in x]),
    "logsumexp of parameters": lambda x, p: fn.logsumexp(p) * x[0],
    "softmax beside constants": lambda x, p: fn.softmax([x[0], 0.5, p[0]])[1] * p[1],
    "powers": lambda x, p: fn.fsum(
        [(x[0] ** 2 + 1.0) ** 0.5, (x[1] ** 2 + 1.0) ** -1, x[2] ** 3, (x[3] ** 2 + 1.0) ** p[0], x[0] ** 0, x[1] ** 1]
    ),
    "infinite constants": lambda x, p: fn.minimum(fn.maximum(x[0], -inf), inf) * p[0],
    "layers of computed weights side by side": lambda x, p: fn.fsum(
        fn.sin(z)
        for weights in [[fn.exp(v) for v in p]]
        for z in fn.linear([weights[0:2], weights[2:4]], x[:2]) + fn.linear([weights[1:3], weights[3:5]], x[2:])
    ),
    "three of a kind": lambda x, p: fn.sin(p[0] * x[0]) * fn.sin(p[1] * x[2]) * fn.sin(p[2] * x[1]),
    "five of a kind": lambda x, p: fn.fsum(
        fn.sin(p[i] * fn.cos(x[j])) for i, j in ((0, 2), (1, 0), (2, 3), (3, 1), (4, 2))
    ),
    "four sums of three products": lambda x, p: fn.fsum(
        fn.tanh(p[i] * x[i] * x[0] + p[i + 1] * fn.sin(x[i]) + 0.1 * i) for i in range(4)
    ),
    "products without a constant": lambda x, p: p[0] * p[1] * p[2] * x[0] * x[1],
    "regularised": lambda x, p: fn.sin(fn.dot(p[:4], x)) + 0.1 * sum(v * v for v in p[::-1]),
    "negatives": lambda x, p: (
        -(0.0 - x[0]) - (-1.0 * (p[0] * x[1])) + (-p[1]) * (-x[2]) + (-p[2]) * x[0] - fn.sin(-x[3])
    ),
    "zeros and ones": lambda x, p: (
        0.0 * x[0] + 1.0 * x[1] / 1.0 + 0.0 + (x[2] - 0.0) * p[0] + (0.0 - x[3]) + fn.where(1.0, x[0], fn.sin(x[1]))
    ),
    "where the two are the same": lambda x, p: (
        fn.where(fn.step(x[0]), p[0] * x[1], p[0] * x[1]) + fn.where(x[0], p[1], p[2])
    ),
    "units that are the same for every example": lambda x, p: fn.fsum(
        fn.sin(z)
        for h in [[fn.where(fn.step(v), p[0], p[0]) for v in x] + [fn.where(x[0], 0.5, 0.5) for _ in range(2)]]
        for z in fn.linear([p, p[::-1]], h)
    ),
    "gates": lambda x, p: (
        x[0] * fn.step(x[1]) + p[0] * fn.step(p[1]) + fn.sin(p[2] * fn.step(x[2])) + p[3] * fn.step(-p[3])
    ),
    "masks from a choice": lambda x, p: p[0] * fn.where(x[0], 1.0, 0.0) + p[1] * fn.where(fn.step(x[1]), 0.0, 1.0),
    "four copies of one node": lambda x, p: fn.fsum([fn.sin(p[0])] * 4) * x[0],
    "a parameter alone": lambda x, p: p[0] + 0.0 * x[0],
    "one input layer": lambda x, p: fn.fsum(fn.tanh(p[i] * x[0] + p[i + 3]) for i in range(3)),
    "a vector of parameters": lambda x, p: fn.fsum([fn.sin(v) for v in p]) + x[0],
    "matrix times vector of parameters": lambda x, p: fn.fsum(
        fn.exp(z) for z in fn.linear([[p[0], p[1]], [p[2], p[3]]], [p[4], p[5]])
    ) * x[0],
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:no output depends on input")
@pytest.mark.parametrize("name", list(GRAPHS))
def test_a_graph_of_any_shape_equals_the_scalar_engine(name: str) -> None:
    rng = np.random.default_rng(0)
    x, p = [Value(v) for v in rng.uniform(0.2, 1.0, 4)], [Value(v) for v in rng.uniform(0.2, 1.0, 6)]
    program = compile(GRAPHS[name](x, p), x)
    assert_agrees(program, lambda row: GRAPHS[name](row, p), rng.uniform(-1.0, 1.0, (5, 4)))
    X = rng.uniform(-1.0, 1.0, (3, 4))
    readable = program.value_and_grad(X, program.theta.copy())
    fast = program.value_and_grad(X)
    assert_close(fast[0], readable[0])
    assert_close(fast[1], readable[1])


def test_parts_of_a_matrix_are_indexed_where_they_are() -> None:
    p = [Value(0.1 * i) for i in range(1, 7)]
    x = [Value(0.2), Value(0.3), Value(0.4)]
    hidden = fn.linear([tuple(p[:3]), tuple(p[3:])], x)
    extra = [fn.dot([p[0], p[3]], [p[1], p[4]]), fn.dot([p[1], p[2]], [p[4], p[5]]), p[5] * p[5]]
    source = compile(fn.fsum([*hidden, *extra]), x).source
    for index in ("W1[0:2, 0]", "W1[0:2, 1]", "W1[0, 1:3]", "W1[1, 1:3]", "W1[1, 2]"):
        assert index in source


def test_every_operator_may_stand_in_a_primitive() -> None:
    everything = Primitive(
        name="everything",
        symbol="e",
        value=lambda m, a, b: (
            m.where(
                (a <= b) * 1.0 + (a > b) * 2.0,
                2.0 * a - b + 1.0 - (3.0 - a) / 2.0 + 2.0 / (b * b + 1.0),
                a,
            )
            + abs(-a) ** 2.0
            + 2.0**b
            + m.where(a == b, 1.0, 0.0)
            + m.where(a < b, 1.0, m.where(a >= b, 2.0, 3.0))
            + m.where(a, a, b)
        ),
        partials=(lambda m, y, a, b: b, lambda m, y, a, b: a),
    )
    w, x = Value(0.5), Value(0.25)
    program = compile(apply(everything, w, x), [x])
    assert_agrees(program, lambda row: apply(everything, w, row[0]), [[0.25], [0.5], [0.75]])


def test_names_do_not_collide() -> None:
    p = [Value(0.1, "b1"), Value(0.2), Value(0.3), Value(0.4), Value(0.5)]
    x = [Value(0.3), Value(0.4)]
    (z,) = fn.linear([(p[1], p[2], p[3])], x)
    program = compile(fn.sin(p[0] * p[4]) + z, x)
    assert_agrees(program, lambda row: fn.sin(p[0] * p[4]) + fn.linear([(p[1], p[2], p[3])], row)[0], [[0.1, 0.2]])
    first, second = Value(0.3, "w2"), Value(0.4)
    source = compile(second * fn.sin(first * x[0] + p[0]) + p[4], x[:1]).source
    assert "w2_ = theta[2]" in source


def test_arrays_are_shown_by_what_they_are() -> None:
    from autograd.compiler.builder import Arrays

    assert repr(Arrays().leaf("inputs", None, ("m", 3))) == "<array inputs ('m', 3)>"
