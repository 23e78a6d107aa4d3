"""The transforms: structures, composition to any order, closures over the caller's Values, cost, and errors."""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf

from autograd import (
    Value,
    functions,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    no_grad,
    topological_order,
    value_and_grad,
    vjp,
)
from autograd.calculus import transforms
from autograd.functions import exp, log, sin, tanh


def rosenbrock(v: Any) -> Any:
    return sum(100.0 * (v[i + 1] - v[i] ** 2) ** 2 + (1.0 - v[i]) ** 2 for i in range(len(v) - 1))


def rosenbrock_gradient(x: float, y: float) -> list[float]:
    return [-400.0 * x * (y - x * x) - 2.0 * (1.0 - x), 200.0 * (y - x * x)]


def rosenbrock_hessian(x: float, y: float) -> list[list[float]]:
    return [[1200.0 * x * x - 400.0 * y + 2.0, -400.0 * x], [-400.0 * x, 200.0]]


class Layer(NamedTuple):
    weights: list[float]
    bias: float


# --- structures --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "argument", "expected"),
    [
        (lambda x: x**3, 2.0, 12.0),
        (lambda x: x**3, 2, 12.0),
        (lambda x: x**3, np.float64(2.0), 12.0),
        (lambda v: v[0] * v[1], [2.0, 3.0], [3.0, 2.0]),
        (lambda v: v[0] * v[1], (2.0, 3.0), (3.0, 2.0)),
        (lambda d: d["w"] * d["x"][0], {"w": 2.0, "x": [3.0, 4.0]}, {"w": 3.0, "x": [2.0, 0.0]}),
        (lambda v: v[0][1] * v[1][0][0], [[1.0, 2.0], [(3.0,)]], [[0.0, 3.0], [(2.0,)]]),
        (lambda p: p.weights[0] * p.bias, Layer([2.0, 5.0], 3.0), Layer([3.0, 0.0], 2.0)),
        (lambda v: 3.0, [1.0, 2.0], [0.0, 0.0]),
        (lambda v: 3, 1.0, 0.0),
        (lambda v: v[0], [1.0, 2.0], [1.0, 0.0]),
        (lambda v: functions.fsum(v), [], []),
    ],
    ids=[
        "float",
        "int",
        "numpy",
        "list",
        "tuple",
        "dict",
        "nested",
        "namedtuple",
        "constant",
        "int-result",
        "itself",
        "empty",
    ],
)
def test_the_gradient_has_the_structure_of_the_argument(f: Callable[[Any], Any], argument: Any, expected: Any) -> None:
    derivative = grad(f)(argument)
    assert derivative == expected
    assert type(derivative) is type(expected)


def test_the_gradient_by_an_array_is_an_array_of_floats() -> None:
    w = np.array([[1.0, 2.0], [3.0, 4.0]])
    derivative = grad(lambda a: (a * a).sum())(w)
    assert derivative.dtype == float
    assert derivative.tolist() == [[2.0, 4.0], [6.0, 8.0]]
    assert w.tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_the_hessian_by_an_array_of_n_is_an_array_of_n_by_n_floats() -> None:
    second = hessian(lambda a: a @ a)(np.array([1.0, 2.0]))
    assert (second.shape, second.dtype) == ((2, 2), float)
    assert second.tolist() == [[2.0, 0.0], [0.0, 2.0]]


def test_value_and_grad_gives_both() -> None:
    assert value_and_grad(rosenbrock)([1.5, 2.0]) == (pytest.approx(6.5), pytest.approx(rosenbrock_gradient(1.5, 2.0)))


@pytest.mark.parametrize(
    ("argnums", "expected"),
    [
        (0, 6.0),
        (1, [8.0, 0.0]),
        (2, 12.0),
        (-1, 12.0),
        ((0, 2), (6.0, 12.0)),
        ((2, 0), (12.0, 6.0)),
        ((1,), ([8.0, 0.0],)),
        ((), ()),
    ],
    ids=str,
)
def test_argnums_choose_the_arguments(argnums: Any, expected: Any) -> None:
    assert grad(lambda x, v, y: x * v[0] * y, argnums)(4.0, [3.0, 1.0], 2.0) == expected


def test_arguments_that_are_not_differentiated_may_be_anything() -> None:
    assert grad(lambda x, how: x**2 if how == "square" else x)(3.0, "square") == 6.0


def test_the_jacobian_has_the_structure_of_output_and_argument() -> None:
    assert jacobian(lambda v: [v[0] * v[1], v[0] + v[1], 7.0])([2.0, 3.0]) == [[3.0, 2.0], [1.0, 1.0], [0.0, 0.0]]
    assert jacobian(lambda v: {"a": v[0] ** 2, "b": (v[1],)})((3.0, 1.0)) == {"a": (6.0, 0.0), "b": ((0.0, 1.0),)}
    assert jacobian(lambda x: x**2)(3.0) == 6.0
    assert jacobian(lambda x, y: [x * y], (0, 1))(2.0, 3.0) == [(3.0, 2.0)]
    assert jacobian(lambda x: [])(1.0) == []


def test_the_jacobian_of_an_array_by_an_array() -> None:
    matrix = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    rows = jacobian(lambda v: matrix @ v)(np.array([1.0, 1.0]))
    assert np.array_equal(np.array([np.asarray(row, dtype=float) for row in rows]), matrix)


def test_the_hessian_has_rows_in_the_structure_of_the_argument() -> None:
    assert hessian(rosenbrock)([1.5, 2.0]) == [pytest.approx(row) for row in rosenbrock_hessian(1.5, 2.0)]
    assert hessian(lambda x: x**3)(2.0) == 12.0
    assert hessian(lambda d: d["a"] ** 2 * d["b"])({"a": 2.0, "b": 3.0}) == {
        "a": {"a": 6.0, "b": 4.0},
        "b": {"a": 4.0, "b": 0.0},
    }
    assert hessian(lambda v: v[0] + v[1])([1.0, 2.0]) == [[0.0, 0.0], [0.0, 0.0]]


def test_the_hessian_by_several_arguments_has_their_blocks() -> None:
    blocks = hessian(lambda x, y: x**2 * y, (0, 1))(2.0, 3.0)
    assert blocks == ((6.0, 4.0), (4.0, 0.0))


def test_hvp_is_the_hessian_times_the_vector() -> None:
    (product,) = hvp(rosenbrock, ([1.5, 2.0],), ([0.3, -0.7],))
    assert product == pytest.approx(np.array(rosenbrock_hessian(1.5, 2.0)) @ [0.3, -0.7], rel=1e-14)
    assert hvp(lambda x, y: x**2 * y, (2.0, 3.0), (1.0, 0.0)) == (6.0, 4.0)
    assert hvp(lambda x: 3.0 * x, (2.0,), (1.0,)) == (0.0,)
    assert hvp(lambda v: v["a"] ** 3, [{"a": 2.0}], [{"a": 1.0}]) == ({"a": 12.0},)


def test_jvp_gives_value_and_directional_derivative_of_any_output() -> None:
    assert jvp(lambda v: [v[0] * v[1], v[0], 5.0], ([2.0, 3.0],), ([1.0, 10.0],)) == ([6.0, 2.0, 5.0], [23.0, 1.0, 0.0])
    assert jvp(lambda x: x, (2.0,), (3.0,)) == (2.0, 3.0)
    assert jvp(lambda x: 4.0, (2.0,), (3.0,)) == (4.0, 0.0)
    assert jvp(lambda x: {"a": x * x}, [2.0], [1.0]) == ({"a": 4.0}, {"a": 4.0})


@pytest.mark.parametrize(
    "f",
    [
        lambda x: functions.maximum(x, 5.0),
        lambda x: functions.minimum(-5.0, x) * -1.0,
        lambda x: functions.where(x > 0.0, 5.0, x),
        lambda x: functions.where(x, 5.0, x * 3.0),
        lambda x: functions.where(x, Value(5.0), 1.0),
        lambda x: functions.step(x) * 5.0,
    ],
    ids=["maximum", "minimum", "where", "where-Value", "condition", "step"],
)
def test_what_the_output_did_not_choose_has_derivative_zero(f: Callable[[Any], Any]) -> None:
    value, derivative = jvp(f, (1.0,), (1.0,))
    assert (float(value), float(derivative)) == (5.0, 0.0)
    assert float(grad(f)(1.0)) == 0.0
    assert float(hessian(f)(1.0)) == 0.0


# --- composition -------------------------------------------------------------------------------------------------


def test_transforms_compose() -> None:
    at = [1.5, 2.0]
    exact = rosenbrock_hessian(*at)
    assert jacobian(grad(rosenbrock))(at) == [pytest.approx(row, rel=1e-14) for row in exact]
    assert jacobian(jacobian(rosenbrock))(at) == [pytest.approx(row, rel=1e-14) for row in exact]
    _, forward_over_reverse = jvp(grad(rosenbrock), (at,), ([0.3, -0.7],))
    assert forward_over_reverse == pytest.approx(np.array(exact) @ [0.3, -0.7], rel=1e-14)
    reverse_over_forward = grad(lambda v: jvp(rosenbrock, (v,), ([0.3, -0.7],))[1])(at)
    assert reverse_over_forward == pytest.approx(forward_over_reverse, rel=1e-14)
    _, forward_over_forward = jvp(lambda v: jvp(rosenbrock, (v,), ([1.0, 0.0],))[1], (at,), ([0.0, 1.0],))
    assert forward_over_forward == pytest.approx(exact[0][1], rel=1e-14)


def test_third_derivatives_of_several_variables() -> None:
    third = jacobian(hessian(lambda v: v[0] ** 2 * v[1] ** 2))([2.0, 3.0])
    assert third == [[[0.0, 12.0], [12.0, 8.0]], [[12.0, 8.0], [8.0, 0.0]]]
    assert grad(lambda x: hvp(lambda v: v**4, (x,), (1.0,))[0])(2.0) == 48.0
    assert grad(hessian(lambda x: x**4))(2.0) == 48.0


@pytest.mark.parametrize(
    ("f", "exact"),
    [
        (lambda x: exp(sin(x)), lambda x: mp.exp(mp.sin(x))),
        (lambda x: tanh(x) / x, lambda x: mp.tanh(x) / x),
        (lambda x: log(x) ** 2 * x**2.5, lambda x: mp.log(x) ** 2 * x ** mpf(2.5)),
        (lambda x: x**x, lambda x: x**x),
        (lambda x: functions.softmax([x, 1.0, x * x])[2], lambda x: 1 / (1 + mp.exp(x - x * x) + mp.exp(1 - x * x))),
    ],
    ids=["exp-sin", "quotient", "log-power", "x-to-the-x", "softmax"],
)
def test_derivatives_to_order_five_are_exact(f: Callable[[Any], Any], exact: Callable[[Any], Any]) -> None:
    derivative = f
    for order in range(1, 6):
        derivative = grad(derivative)
        with mp.workdps(60):
            expected = float(mp.diff(exact, mpf(0.7), order))
        # Each order adds terms, whose roundings add up; none of these derivatives cancels by more than two digits.
        assert derivative(0.7) == pytest.approx(expected, rel=1e-12), order


# Cases in which an implementation that does not tell the levels apart takes the inner variable for the outer one.
CONFUSION: list[tuple[str, Callable[[], Any], float]] = [
    ("inner gradient is constant", lambda: grad(lambda x: x * grad(lambda y: x + y)(1.0))(1.0), 1.0),
    ("inner gradient is x", lambda: grad(lambda x: x * grad(lambda y: x * y)(1.0))(3.0), 6.0),
    ("both at the same point", lambda: grad(lambda x: x * grad(lambda y: x * y)(x))(3.0), 6.0),
    ("inner variable unused", lambda: grad(lambda x: grad(lambda y: x * x)(x))(3.0), 0.0),
    ("outer variable unused", lambda: grad(lambda x: grad(lambda y: y * y)(2.0))(3.0), 0.0),
    ("inner at a function of x", lambda: grad(lambda x: grad(lambda y: y**3 * x)(x * x))(2.0), 3.0 * 5.0 * 2.0**4),
    ("forward in forward", lambda: jvp(lambda x: x * jvp(lambda y: x + y, (1.0,), (1.0,))[1], (1.0,), (1.0,))[1], 1.0),
    ("forward in reverse", lambda: grad(lambda x: x * jvp(lambda y: x * y, (1.0,), (1.0,))[1])(3.0), 6.0),
    ("reverse in forward", lambda: jvp(lambda x: x * grad(lambda y: x * y)(1.0), (3.0,), (1.0,))[1], 6.0),
    ("the direction is x", lambda: grad(lambda x: jvp(lambda y: y * y, (2.0,), (x,))[1])(3.0), 4.0),
    ("forward along x", lambda: jvp(lambda x: jvp(lambda y: y * y, (2.0,), (x,))[1], (3.0,), (1.0,))[1], 4.0),
    (
        "three levels",
        lambda: grad(lambda x: grad(lambda y: grad(lambda z: x * y * z * z)(y) * x)(x))(2.0),
        # inner: 2xyz at z = y: 2xy^2; middle: d/dy 2x^2 y^2 = 4x^2 y at y = x: 4x^3; outer: 12x^2
        48.0,
    ),
    ("a closure that outlives its level", lambda: _escaped(), 0.0),
]


def _escaped() -> Any:
    """A Value of one call, kept and used in another, is a constant there."""
    kept: list[Any] = []

    def keep(x: Any) -> Any:
        kept.append(x)
        return x * x

    grad(keep)(3.0)
    return grad(lambda y: kept[0] * 1.0)(2.0)


@pytest.mark.parametrize(("compute", "expected"), [row[1:] for row in CONFUSION], ids=[row[0] for row in CONFUSION])
def test_nested_derivatives_do_not_confuse_their_variables(compute: Callable[[], Any], expected: float) -> None:
    assert compute() == expected


# --- Values of the caller ----------------------------------------------------------------------------------------


def test_floats_in_give_floats_out() -> None:
    for result in (
        grad(sin)(1.0),
        *value_and_grad(sin)(1.0),
        hessian(sin)(1.0),
        *jvp(sin, (1.0,), (1.0,)),
        *hvp(sin, (1.0,), (1.0,)),
        *jacobian(lambda v: [v])(1.0),
    ):
        assert type(result) is float


def test_a_result_that_depends_on_a_value_of_the_caller_is_a_value() -> None:
    w = Value(2.0, label="w")
    value, slope = value_and_grad(lambda x: w * x * x)(3.0)
    assert (value.data, slope.data) == (18.0, 12.0)
    slope.backward()
    assert w.grad == 6.0
    assert grad(lambda x: w * x * x)(Value(3.0)).data == 12.0


def test_an_argument_that_is_a_value_stays_connected_to_its_own_history() -> None:
    x = Value(2.0)
    slope = grad(lambda y: y**3)(x * x)
    assert slope.data == 48.0
    slope.backward()
    assert x.grad == 6.0 * 4.0 * 4.0


def test_a_value_of_the_caller_alone_has_derivative_zero() -> None:
    w = Value(2.0)
    assert grad(lambda x: w)(3.0) == 0.0
    assert jvp(lambda x: w, (3.0,), (1.0,)) == (w, 0.0)


def test_each_transform_passes_values_of_the_caller_on() -> None:
    w = Value(2.0)
    second = hessian(lambda v: w * v[0] ** 2 * v[1])([3.0, 5.0])
    assert [[float(x) for x in row] for row in second] == [[20.0, 12.0], [12.0, 0.0]]
    product = hvp(lambda v: w * v**3, (3.0,), (1.0,))[0]
    value, along = jvp(lambda v: w * v**2, (3.0,), (1.0,))
    row = jacobian(lambda v: [w * v, v])(3.0)
    for result, by_w in [(second[0][0], 10.0), (product, 18.0), (value, 9.0), (along, 6.0), (row[0] * 1.0, 1.0)]:
        w.grad = 0.0
        result.backward()
        assert w.grad == by_w


def test_a_direction_of_values_gives_values() -> None:
    v = Value(3.0)
    _, along = jvp(lambda x: x * x, (2.0,), (v,))
    along.backward()
    assert (along.data, v.grad) == (12.0, 4.0)
    (product,) = hvp(lambda x: x**3, (2.0,), (v,))
    product.backward()
    assert (product.data, v.grad) == (36.0, 4.0 + 12.0)


def test_by_nodes_of_which_one_was_computed_from_the_other_the_paths_are_kept_apart() -> None:
    x = Value(3.0)
    u = x * x
    for differentiable in (False, True):
        by_u, by_x = transforms.reverse(u * x, [u, x], differentiable=differentiable)
        assert (float(by_u), float(by_x)) == (3.0, 9.0)


def test_no_gradient_of_the_caller_is_changed() -> None:
    w, x = Value(2.0), Value(3.0)
    w.grad, x.grad = 7.0, 8.0
    grad(lambda v: w * v * v)(x)
    hessian(lambda v: w * v * v)(x)
    jvp(lambda v: w * v * v, (x,), (1.0,))
    assert (w.grad, x.grad) == (7.0, 8.0)
    assert (w.op, x.op, w.parents, x.label) == (None, None, (), None)


def test_a_nodes_label_goes_with_it_into_the_function() -> None:
    labels: list[Any] = []

    def f(x: Any) -> Any:
        labels.append(x.label)
        return x

    grad(f)(Value(1.0, label="w"))
    grad(f)(1.0)
    assert labels == ["w", None]


def test_transforms_work_under_no_grad() -> None:
    with no_grad():
        assert grad(lambda x: x**3)(2.0) == 12.0
        assert grad(grad(lambda x: x**3))(2.0) == 12.0
        assert hessian(lambda x: x**3)(2.0) == 12.0
        assert jvp(lambda x: x**3, (2.0,), (1.0,)) == (8.0, 12.0)
        assert (Value(1.0) * 2.0).depth == 0


def test_no_grad_inside_the_function_makes_constants() -> None:
    def f(x: Any) -> Any:
        with no_grad():
            fixed = x * x
        return fixed * x

    assert float(grad(f)(3.0)) == 9.0


def test_the_branch_not_chosen_may_have_any_slope() -> None:
    f = lambda x: functions.where(x > 0.0, log(functions.maximum(x, 1e-300)), x)  # noqa: E731
    assert grad(f)(-1.0) == 1.0
    assert jvp(f, (-1.0,), (1.0,)) == (-1.0, 1.0)


# --- cost --------------------------------------------------------------------------------------------------------


def dense(v: Any) -> Any:
    """Every variable with every other, by way of a dozen nodes a variable."""
    total = sum(v)
    return sum((x * total).tanh() * (x + total) for x in v)


@pytest.mark.parametrize("n", [4, 16, 32])
def test_a_hessian_costs_about_n_reverse_passes(n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """One call of f, one recorded pass, and a pass a row over a constant times the nodes of f."""
    calls, recorded, rows, visits = [], [], [], []
    real_reverse, real_gradients, real_slopes = transforms.reverse, transforms.gradients, transforms.local_slopes

    def f(v: Any) -> Any:
        calls.append(1)
        return dense(v)

    def reverse(*args: Any, **options: Any) -> Any:
        recorded.append(1)
        return real_reverse(*args, **options)

    def gradients(root: Value, wrt: Any) -> Any:
        rows.append(len(topological_order(root)))
        return real_gradients(root, wrt)

    def local_slopes(*args: Any) -> Any:
        visits.append(1)
        return real_slopes(*args)

    point = [0.01 * i for i in range(n)]
    with monkeypatch.context() as patched:
        patched.setattr(transforms, "local_slopes", local_slopes)
        leaves = [Value(x) for x in point]
        root = f(leaves)
        transforms.reverse(root, leaves, differentiable=False)
        one_pass, nodes = len(visits), len(topological_order(root))
        calls.clear()
        visits.clear()
        patched.setattr(transforms, "reverse", reverse)
        patched.setattr(transforms, "gradients", gradients)
        hessian(f)(point)
    assert len(calls) == 1
    assert (len(recorded), len(rows), len(visits)) == (1, n, one_pass)
    assert max(rows) <= 6 * nodes


def test_hvp_costs_two_passes_whatever_the_number_of_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    passes = []
    real = transforms.reverse

    def reverse(*args: Any, **options: Any) -> Any:
        passes.append(1)
        return real(*args, **options)

    monkeypatch.setattr(transforms, "reverse", reverse)
    hvp(dense, ([0.01 * i for i in range(20)],), ([1.0] * 20,))
    assert len(passes) == 2


# --- the reverse pass by itself ------------------------------------------------------------------------------------


@given(st.lists(st.floats(-2.0, 2.0), min_size=3, max_size=3), st.lists(st.floats(-2.0, 2.0), min_size=2, max_size=2))
def test_vjp_is_the_vector_times_the_jacobian(point: list[float], vector: list[float]) -> None:
    def f(v: Any, bias: Any) -> Any:
        return {"product": v[0] * sin(v[1]) + bias, "square": v[2] ** 2 * v[0]}

    output, pull_back = vjp(f, point, 0.5)
    assert output == pytest.approx(f(point, 0.5), rel=1e-15, abs=0.0)  # Python rounds x**2 on its own
    rows = jacobian(f, argnums=(0, 1))(point, 0.5)
    expected = [vector[0] * a + vector[1] * b for a, b in zip(rows["product"][0], rows["square"][0], strict=True)]
    by_v, by_bias = pull_back({"product": vector[0], "square": vector[1]})
    assert by_v == pytest.approx(expected, rel=1e-14, abs=1e-14)  # two products, added up in another order
    assert by_bias == vector[0]


def test_vjp_may_be_asked_again_and_again_and_is_differentiable_itself() -> None:
    _, pull_back = vjp(lambda x: [x**2, x**3], 2.0)
    assert [pull_back([1.0, 0.0]), pull_back([0.0, 1.0]), pull_back([1.0, 0.0])] == [(4.0,), (12.0,), (4.0,)]
    assert grad(lambda a: vjp(lambda x: x**3, a)[1](1.0)[0])(2.0) == 12.0  # 6a
    assert grad(lambda u: vjp(lambda x: x**3, 2.0)[1](u)[0])(1.0) == 12.0  # 3a^2


def test_nothing_comes_back_from_a_plain_zero_nor_from_a_constant() -> None:
    assert vjp(lambda x: [x.sqrt(), x], 0.0)[1]([0.0, 1.0]) == (1.0,)  # and not 0 times the infinite slope at 0
    assert vjp(lambda x: 3.0, 1.0)[1](1.0) == (0.0,)
    assert vjp(lambda x: [], 1.0)[1]([]) == (0.0,)


def test_a_cotangent_for_each_number_of_the_output() -> None:
    with pytest.raises(ValueError, match="vjp: the output holds 2 numbers, the cotangents 1; give one cotangent"):
        vjp(lambda x: [x, x], 1.0)[1](1.0)


# --- as other libraries have it ------------------------------------------------------------------------------------


def scaled(x: Any, factor: Any = 2.0) -> Any:
    """The square of x, times a factor."""
    return factor * x**2


TRANSFORMS = [grad, value_and_grad, jacobian, hessian]


@pytest.mark.parametrize("transform", TRANSFORMS, ids=lambda t: t.__name__)
def test_a_transform_is_called_and_documented_as_its_function_is(transform: Callable[..., Any]) -> None:
    derivative = transform(scaled)
    assert (derivative.__name__, derivative.__doc__) == ("scaled", scaled.__doc__)
    assert inspect.signature(derivative) == inspect.signature(scaled)
    assert transform(functools.partial(scaled, factor=1.0))(3.0)  # which has no name


@pytest.mark.parametrize("transform", TRANSFORMS, ids=lambda t: t.__name__)
def test_arguments_by_name_are_handed_on_and_not_differentiated(transform: Callable[..., Any]) -> None:
    assert transform(scaled)(3.0, factor=5.0) == transform(scaled)(3.0, 5.0)
    with pytest.raises(ValueError, match="called with 0 by place; what is given by name is not differentiated"):
        transform(scaled)(x=3.0)


@pytest.mark.parametrize("positions", [(0, 1), [0, 1], (np.int64(0), 1), [-2, -1]], ids=repr)
def test_positions_come_in_a_tuple_or_a_list(positions: Any) -> None:
    assert grad(scaled, positions)(3.0, 2.0) == (12.0, 9.0)
    assert grad(scaled, argnums=positions[1:])(3.0, 2.0) == (9.0,)


@pytest.mark.parametrize("argnums", ["x", None, 0.0, [0, "x"], {0}], ids=repr)
def test_what_is_no_position_is_an_error(argnums: Any) -> None:
    with pytest.raises(TypeError, match=r"argnums is the position of an argument, .* not"):
        grad(scaled, argnums)


def test_what_a_function_returns_beside_is_handed_on_as_numbers() -> None:
    mask = np.array([True, False])

    def f(x: Any) -> Any:
        return x**2, {"double": 2.0 * x, "all": [x, 1], "text": "as it is", "mask": mask}

    aux = {"double": 6.0, "all": [3.0, 1], "text": "as it is", "mask": mask}
    assert grad(f, has_aux=True)(3.0) == (6.0, aux)
    assert value_and_grad(f, has_aux=True)(3.0) == ((9.0, aux), 6.0)
    assert jacobian(f, has_aux=True)(3.0) == (6.0, aux)
    assert hessian(f, has_aux=True)(3.0) == (2.0, aux)
    assert jvp(f, (3.0,), (1.0,), has_aux=True) == (9.0, 6.0, aux)
    output, pull_back, beside = vjp(f, 3.0, has_aux=True)
    assert (output, pull_back(1.0), beside) == (9.0, (6.0,), aux)


def test_what_is_returned_beside_is_differentiated_by_a_transform_around_it() -> None:
    def inner(x: Any) -> Any:
        return grad(lambda y: (x * y**2, x**2 * y), has_aux=True)(3.0)[1]

    assert grad(inner)(2.0) == 12.0  # of 3x^2


@pytest.mark.parametrize("returned", [1.0, (1.0,), (1.0, 2.0, 3.0), [1.0, 2.0]], ids=repr)
def test_a_function_with_something_beside_returns_a_pair(returned: Any) -> None:
    with pytest.raises(TypeError, match=r"with has_aux a function returns a pair.* returned"):
        grad(lambda x: returned, has_aux=True)(1.0)


@pytest.mark.parametrize("transform", TRANSFORMS, ids=lambda t: t.__name__)
def test_what_others_let_be_said_to_a_transform_is_an_error_that_says_what_to_write(transform: Any) -> None:
    name = transform.__name__
    with pytest.raises(TypeError, match=f"{name} has no argument 'argnum'; write argnums="):
        transform(scaled, argnum=0)
    with pytest.raises(TypeError, match=r"create_graph.*differentiates again"):
        transform(scaled, create_graph=True)


# --- errors ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("returned", [None, [1.0], (1.0, 2.0), "text", {"a": 1.0}, [], 1j], ids=repr)
@pytest.mark.parametrize("transform", [grad, value_and_grad, hessian], ids=lambda t: t.__name__)
def test_a_function_that_does_not_return_one_number_is_an_error(transform: Callable[..., Any], returned: Any) -> None:
    with pytest.raises(TypeError, match=r"returns one number; this one returned .*jacobian.*forgets to return"):
        transform(lambda x: returned)(1.0)


def test_hvp_needs_one_number_too() -> None:
    with pytest.raises(TypeError, match=r"hvp needs a function that returns one number; this one returned \[.*"):
        hvp(lambda x: [x, x], (1.0,), (1.0,))


@pytest.mark.parametrize("transform", [jacobian, lambda f: lambda x: jvp(f, (x,), (1.0,))], ids=["jacobian", "jvp"])
def test_an_output_that_is_no_number_is_an_error(transform: Callable[..., Any]) -> None:
    with pytest.raises(TypeError, match="must be a real number, not"):
        transform(lambda x: [x, None])(1.0)


@pytest.mark.parametrize("argnums", [2, -3, (0, 2)])
def test_argnums_beyond_the_arguments_are_an_error(argnums: Any) -> None:
    with pytest.raises(ValueError, match=r"argnums names argument -?\d, but the function was called with 2"):
        grad(lambda x, y: x * y, argnums)(1.0, 2.0)


@pytest.mark.parametrize("argument", ["x", None, [1.0, "x"], {"a": {1.0}}], ids=repr)
def test_an_argument_that_holds_no_numbers_is_an_error(argument: Any) -> None:
    with pytest.raises(TypeError, match="must be a real number, not"):
        grad(lambda x: 1.0)(argument)


@pytest.mark.parametrize("transform", [jvp, hvp], ids=lambda t: t.__name__)
def test_primals_and_tangents_must_fit(transform: Callable[..., Any]) -> None:
    name = transform.__name__
    with pytest.raises(
        ValueError, match=rf"{name}: the primals hold 2 numbers, the tangents 1; give one tangent a number"
    ):
        transform(lambda v: v[0] * v[1], ([1.0, 2.0],), ([1.0],))
    with pytest.raises(TypeError, match=rf"{name}\(f, \(x,\), \(v,\)\)"):
        transform(lambda x: x * x, 1.0, 1.0)


def test_an_error_inside_the_function_comes_through() -> None:
    with pytest.raises(ZeroDivisionError, match=r"divide\(1, 0\)"):
        grad(lambda x: 1.0 / x)(0.0)
    assert math.isinf(grad(functions.sqrt)(0.0))


@pytest.mark.parametrize("x", [-1.0, -0.0, 0.0, 1.0])
@pytest.mark.parametrize("name", ["gelu", "mish", "swish"])
def test_second_derivatives_of_smooth_activations_also_where_their_forms_meet(name: str, x: float) -> None:
    exact = {
        "gelu": lambda a: a * mpmath.ncdf(a),
        "mish": lambda a: a * mpmath.tanh(mpmath.log1p(mpmath.exp(a))),
        "swish": lambda a: a / (1 + mpmath.exp(-a)),
    }[name]
    function = getattr(functions, name)
    assert hessian(lambda p: function(p[0]))([x])[0][0] == pytest.approx(float(mpmath.diff(exact, x, 2)), rel=1e-12)


def test_what_changes_nothing_nearby_hands_on_nothing_also_of_a_slope_that_is_nan() -> None:
    def f(x: Value) -> Value:
        return x ** functions.hardsigmoid(x)  # (-20)**0, whose slope by the exponent is NaN

    x = Value(-20.0)
    f(x).backward()
    assert x.grad == grad(f)(-20.0) == grad(f)(Value(-20.0)).data == 0.0
