"""Derivatives of derivatives: graphs made by the transforms compile like any other."""

from __future__ import annotations

import math
from contextlib import suppress
from typing import Any

import numpy as np
import pytest

from autograd import Value, apply, grad, hessian, hvp
from autograd import functions as fn
from autograd.calculus.transforms import reverse
from autograd.compiler import compile
from autograd.engine.errors import DomainError
from autograd.engine.primitives import PRIMITIVES, Primitive
from tests.compiler.networks import Network
from tests.compiler.oracle import assert_agrees, assert_close


@pytest.mark.parametrize("order", [1, 2, 3])
def test_derivatives_of_tanh_at_a_thousand_points(order: int) -> None:
    f: Any = fn.tanh
    for _ in range(order):
        f = grad(f)
    x = Value(0.3, "x")
    X = np.linspace(-2.0, 2.0, 1000)
    y = np.tanh(X)
    closed = {1: 1 - y**2, 2: -2 * y * (1 - y**2), 3: (6 * y**2 - 2) * (1 - y**2)}[order]
    assert_close(compile(f(x), [x])(X[:, None]), closed)


def test_the_gradient_with_respect_to_the_inputs_of_a_network_uses_its_weights_transposed() -> None:
    network = Network([3, 4, 2], ["tanh", "linear"], "linear", seed=0)
    x = [Value(0.1), Value(0.2), Value(0.3)]

    def slopes(row: Any) -> Any:
        return grad(lambda v: fn.fsum(y * y for y in network(v)))(row)

    program = compile(slopes(x), x)
    X = np.random.default_rng(0).normal(size=(5, 3))
    expected = [[float(s) for s in slopes([Value(v) for v in row])] for row in X.tolist()]
    assert_close(program(X), expected)
    assert "@ W1" in program.source.replace("@ W1.T", "")


def test_a_hessian_compiles_to_all_its_entries() -> None:
    w, b, x = Value(0.4, "w"), Value(0.1, "b"), Value(1.0, "x")
    rows = hessian(lambda p: fn.sigmoid(p[0] * x + p[1]))([w, b])
    program = compile([entry for row in rows for entry in row], [x])
    X = np.linspace(-1.0, 1.0, 7)
    h = 1.0 / (1.0 + np.exp(-(0.4 * X + 0.1)))
    second = h * (1 - h) * (1 - 2 * h)
    assert_close(program(X[:, None]), np.stack([second * X * X, second * X, second * X, second], axis=1))


def test_a_hessian_vector_product_can_be_differentiated_once_more() -> None:
    w, x = Value(0.4, "w"), Value(1.0, "x")

    def along(row: list[Any]) -> Value:
        (product,) = hvp(lambda v: fn.sin(w * v), (row[0],), (1.0,))
        return product

    program = compile(along([x]), [x])
    X = np.array([[0.3], [1.1], [-0.4]])
    assert_close(program(X), -0.16 * np.sin(0.4 * X[:, 0]))
    slope = -2 * 0.4 * np.sin(0.4 * X) - 0.16 * X * np.cos(0.4 * X)
    assert_close(program.value_and_grad(X)[1], [slope.mean()])


def test_the_gradient_of_a_squared_gradient_norm_equals_the_engines() -> None:
    network = Network([2, 3, 1], ["swish", "linear"], "linear", seed=1)

    def penalty(row: Any) -> Any:
        loss = network(row)[0] ** 2
        slopes = reverse(loss, network.parameters, differentiable=True)
        return fn.fsum(s * s for s in slopes)

    x = [Value(0.1), Value(0.2)]
    program = compile(penalty(x), x, exact=True)
    assert_agrees(program, penalty, np.random.default_rng(3).uniform(-1.0, 1.0, (3, 2)), rtol=1e-11)


def test_the_point_of_a_derivative_is_a_constant() -> None:
    w = Value(3.0, "w")
    program = compile(grad(lambda v: w * v * v)(2.0))
    value, gradient = program.value_and_grad()
    assert (value, gradient.tolist()) == (12.0, [4.0])


ANYWHERE = [0.0, 5e-324, 1e-300, 0.375, 1.0, 4.5, 1e17, 1e300, math.inf]
ANYWHERE += [-x for x in ANYWHERE]
ELSEWHERE = np.array([[0.375], [2.5], [-0.625], [-2.5]])


@pytest.mark.slow
@pytest.mark.parametrize("op", [op for op in PRIMITIVES if op.name != "softmax"], ids=lambda op: op.name)
@pytest.mark.parametrize("at", ANYWHERE)
def test_a_derivative_recorded_anywhere_holds_elsewhere_or_says_that_it_was_decided(op: Primitive, at: float) -> None:
    """A rule that chooses between two forms chooses anew for each example: the choice is recorded, too."""
    n = 2 if op.variadic else len(op.partials)  # type: ignore[arg-type]  # one rule an operand
    for i in range(n):
        operands: list[Any] = [1.75, 0.625, -0.5][:n]

        def f(v: Any, place: int = i, operands: list[Any] = operands) -> Any:
            return apply(op, *operands[:place], v * v * v, *operands[place + 1 :])

        x = Value(at, "x")
        try:
            slope = grad(f)(x)
        except DomainError:
            continue
        if isinstance(slope, Value) and slope.depth and slope.decided is None:
            found = compile(slope, [x], exact=True)(ELSEWHERE)
            for (number,), said in zip(ELSEWHERE.tolist(), found.tolist(), strict=True):
                with suppress(DomainError):
                    assert_close([said], [grad(f)(number)])
