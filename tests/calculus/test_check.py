"""`check_gradients`: what it accepts, what it catches, and what its messages say."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from autograd import GradientMismatch, Value, apply, check_gradients, functions
from autograd.engine import primitives
from autograd.engine.primitives import Primitive


def with_slope(op: Primitive, slope: float) -> Primitive:
    """The primitive with a constant for its first partial."""
    assert isinstance(op.partials, tuple)
    return replace(op, partials=(lambda m, y, *_: slope, *op.partials[1:]), eager=None)


def test_each_number_of_the_inputs_gets_a_row() -> None:
    rows = check_gradients(lambda v, d: v[0] * d["b"] + v[1] ** 2, ([2.0, 3.0], {"b": 5.0}))
    assert [row.name for row in rows] == ["x1", "x2", "x3"]
    assert [row.engine for row in rows] == [5.0, 6.0, 2.0]
    assert [row.numerical for row in rows] == pytest.approx([5.0, 6.0, 2.0], rel=1e-9)
    assert all(row.agrees and row.uncertainty < 1e-6 for row in rows)
    assert str(rows[1]) == "x2: engine 6, numerical 6: agrees"


def test_values_are_named_by_their_labels_and_stay_as_they_are() -> None:
    w = Value(0.4, label="w")
    rows = check_gradients(lambda w, x: (w * x).tanh(), (w, Value(2.0)))
    assert [row.name for row in rows] == ["w", "x2"]
    assert (w.data, w.grad, w.op) == (0.4, 0.0, None)


def test_one_number_needs_no_tuple() -> None:
    (row,) = check_gradients(lambda x: x**3, 2.0)
    assert row.engine == 12.0
    (row,) = check_gradients(lambda x: x**3, Value(2.0, label="x"))
    assert (row.name, row.engine) == ("x", 12.0)


def test_a_constant_function_agrees() -> None:
    (row,) = check_gradients(lambda x: 3.0, 2.0)
    assert (row.engine, row.numerical) == (0.0, 0.0)


@pytest.mark.parametrize("x", [0.0, 1e-300, 1e-12, 1e-3, 1.0, 50.0, 1e6, -1e-12, -1.0, -1e6], ids=str)
@pytest.mark.parametrize(
    "f",
    [lambda x: x * x, lambda x: x.tanh(), lambda x: x.softplus(), lambda x: (x * 1e-3).sin(), lambda x: 3.0 * x + 1e3],
    ids=["square", "tanh", "softplus", "sin", "line"],
)
def test_the_step_suits_inputs_of_every_size(f: Callable[[Any], Any], x: float) -> None:
    (row,) = check_gradients(f, x)
    assert row.agrees


@pytest.mark.parametrize("x", [1e3, 1e5, 1e6, -1e6], ids=str)
def test_a_function_that_bends_much_faster_than_its_argument_is_resolved(x: float) -> None:
    (row,) = check_gradients(functions.sin, x)
    assert row.numerical == pytest.approx(row.engine, rel=1e-4)
    with pytest.raises(GradientMismatch):
        check_gradients(lambda v: apply(with_slope(primitives.sin, 0.9 * math.cos(x)), v), x)


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (functions.log, 1e-3),
        (functions.log, 1e-9),
        (functions.log, 1e-100),
        (functions.sqrt, 1e-8),
        (functions.sqrt, 1e-100),
        (functions.log1p, -1.0 + 1e-6),
        (lambda x: 1.0 / x, 1e-7),
        (lambda x: 1.0 / x, -1e-7),
        (lambda x: x**1.5, 1e-6),
        (lambda x: x**-0.5, 1e-6),
        (lambda x: functions.xlogy(x, x), 1e-6),
        (lambda x: functions.sqrt(1.0 - x * x), 1.0 - 1e-6),
        (functions.exp, 700.0),
        (functions.exp, 709.7),
        (functions.exp, -700.0),
    ],
)
def test_close_to_the_edge_of_the_domain_the_derivatives_agree(f: Callable[[Any], Any], x: float) -> None:
    (row,) = check_gradients(f, x)
    assert row.agrees
    assert row.numerical == pytest.approx(row.engine, rel=1e-5)


@pytest.mark.parametrize(
    ("op", "x"),
    [(primitives.log, 1e-9), (primitives.sqrt, 1e-8), (primitives.log1p, -1.0 + 1e-6), (primitives.exp, 709.0)],
    ids=lambda value: getattr(value, "name", None),
)
def test_close_to_the_edge_of_the_domain_a_wrong_slope_is_caught(op: Primitive, x: float) -> None:
    right = apply(op, Value(x)).partials[0]
    with pytest.raises(GradientMismatch):
        check_gradients(lambda v: apply(with_slope(op, right * (1.0 + 1e-3)), v), x)


def test_at_the_edge_of_the_domain_the_slope_from_the_inside_counts() -> None:
    (row,) = check_gradients(lambda x: x**1.5, 0.0)
    assert row.engine == 0.0
    with pytest.raises(GradientMismatch):
        check_gradients(lambda x: apply(with_slope(primitives.power, 5.0), x, 1.5), 0.0)


# --- kinks -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x.relu(),
        lambda x: x.leaky_relu(0.1),
        lambda x: abs(x),
        lambda x: functions.maximum(x, 0.0),
        lambda x: functions.minimum(2.0 * x, x),
        lambda x: functions.where(x > 0.0, 3.0 * x, x),
        lambda x: x.elu(2.0),
        lambda x: x.relu() * 1e6,
        lambda x: abs(x * 1e-6),
    ],
    ids=["relu", "leaky-relu", "abs", "maximum", "minimum", "where", "elu", "steep", "flat"],
)
def test_at_a_kink_any_slope_between_the_two_sides_is_right(f: Callable[[Any], Any]) -> None:
    (row,) = check_gradients(f, 0.0)
    assert row.agrees


@pytest.mark.parametrize(
    ("op", "wrong"),
    [
        (primitives.relu, 1.5),
        (primitives.relu, -0.5),
        (primitives.absolute, 2.0),
        (primitives.absolute, -1.5),
        (primitives.relu, math.nan),
        (primitives.relu, math.inf),
    ],
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_at_a_kink_a_slope_beyond_both_sides_is_wrong(op: Primitive, wrong: float) -> None:
    with pytest.raises(GradientMismatch):
        check_gradients(lambda x: apply(with_slope(op, wrong), x), 0.0)


@pytest.mark.parametrize("distance", [1e-3, 1e-5, 1e-9, -1e-3, -1e-9], ids=str)
def test_beside_a_kink_the_derivative_is_that_of_its_side(distance: float) -> None:
    (row,) = check_gradients(lambda x: x.relu() * 3.0, distance)
    assert row.engine == (3.0 if distance > 0.0 else 0.0)
    with pytest.raises(GradientMismatch):
        check_gradients(lambda x: apply(with_slope(primitives.relu, 4.0), x), distance)


def test_a_smooth_function_has_no_kink_to_hide_behind() -> None:
    for x in (0.0, 1.0, -3.0):
        with pytest.raises(GradientMismatch):
            check_gradients(lambda v: apply(with_slope(primitives.tanh, 0.9 * (1.0 - math.tanh(v.data) ** 2)), v), x)


# --- what it says ------------------------------------------------------------------------------------------------


def test_the_message_says_which_input_disagrees_and_by_how_much() -> None:
    wrong = replace(primitives.multiply, partials=(lambda m, y, a, b: b + 0.5, primitives.multiply.partials[1]))
    with pytest.raises(GradientMismatch) as caught:
        check_gradients(lambda w, x: apply(wrong, w, x), (Value(2.0, label="w"), Value(3.0, label="x")))
    assert str(caught.value).splitlines() == [
        "the derivative with respect to w disagrees with the numerical one:",
        "  w: engine 3.5, numerical 3: DISAGREES by 0.5",
        "  x: engine 2, numerical 2: agrees",
    ]
    assert isinstance(caught.value, AssertionError)


def test_a_gradient_that_is_nan_disagrees() -> None:
    with pytest.raises(GradientMismatch, match="x: engine nan"):
        check_gradients(lambda x: apply(with_slope(primitives.sin, math.nan), x), 1.0)


def test_rtol_is_the_largest_relative_difference_that_counts_as_agreement() -> None:
    off = with_slope(primitives.identity, 1.0 + 1e-4)
    with pytest.raises(GradientMismatch):
        check_gradients(lambda x: apply(off, x), 2.0)
    (row,) = check_gradients(lambda x: apply(off, x), 2.0, rtol=1e-3)
    assert row.agrees


def test_a_function_of_several_numbers_is_an_error() -> None:
    with pytest.raises(TypeError, match="returns one number"):
        check_gradients(lambda x: [x, x], 1.0)


def test_an_input_that_is_no_number_is_an_error() -> None:
    with pytest.raises(TypeError, match="must be a real number, not"):
        check_gradients(lambda x: x, "1.0")


def test_a_point_outside_the_domain_is_the_functions_own_error() -> None:
    with pytest.raises(ValueError, match=r"log\(-1\)"):
        check_gradients(functions.log, -1.0)


def test_functions_of_many_variables_are_checked_in_each() -> None:
    rows = check_gradients(
        lambda w, x, b: functions.logsumexp(functions.linear([(*w, b), (*x, b)], x)),
        ([0.3, -0.8, 0.1], [1.5, 0.2, -2.0], 0.4),
    )
    assert len(rows) == 7


def test_a_point_beside_which_the_function_is_not_defined_cannot_be_checked() -> None:
    with pytest.raises(GradientMismatch, match=r"x: engine .*CANNOT BE CHECKED: not defined on either side"):
        check_gradients(lambda x: (-1.0) ** x + x * x, 2.0)
