"""Which mistake explains a slip, and which formulas are right: each statement is true of the numbers it is made of."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, functions, proofread
from autograd.derivation.worked_example import worked_example

H = 1 / (1 + math.exp(-0.5))
ERROR = 0.3 * H + 0.2 - 0.5


@pytest.mark.parametrize(
    ("key", "printed", "mistake", "said"),
    [
        ("dL/dw2", -ERROR * H, "sign", "with the other sign"),
        ("dL/dw2", 2 * ERROR * H, "twice", "twice as much"),
        ("dL/dw2", ERROR * H / 2, "half", "half of it"),
        ("dL/dw2", 10 * ERROR * H, "decimal_point", "with the decimal point elsewhere"),
        ("dL/dw2", -0.07051, None, ""),
        ("dL/dw1", ERROR * 0.3, "factor_left_out", "without the factor dh/dz1"),
        ("dL/dw1", ERROR * 0.3 * H, "factor_left_out", "without the factor 1 − h"),
        ("dL/dw1", ERROR * H * (1 - H), "factor_left_out", "without the factor dy/dh"),
        ("w2 - 0.1*dL/dw2", 0.3 + 0.1 * ERROR * H, "upwards", "a step upwards"),
        ("w2 - 0.1*dL/dw2", 0.3 - 0.2 * ERROR * H, "twice", "in the step, that is twice as much"),
        ("y", 0.3 * H, "term_left_out", "without the term b2"),
        ("y", 0.3 * H - 0.2, "sign_of_a_term", "with the other sign before b2"),
        ("h", 1 - H, "sign_of_an_operand", "with the other sign of z1"),
    ],
)
def test_the_mistake_that_gives_the_printed_number_is_named(
    key: str, printed: float, mistake: str | None, said: str
) -> None:
    (finding,) = proofread(worked_example().L, {key: f"{printed:.6g}"}, names=None)
    if mistake is not None:
        assert (finding.verdict, finding.mistake) == ("slip", mistake), finding
    assert said in finding.reason


@pytest.mark.parametrize(
    ("record", "printed", "mistake"),
    [
        (lambda x: x.sin(), math.sin(math.radians(0.7)), "degrees"),
        (lambda x: x.log10(), math.log(0.7), "natural_logarithm"),
        (lambda x: x.log(), math.log10(0.7), "decimal_logarithm"),
        (lambda x: (x + 2.0 + x * x) / 3.0, 0.7 + 2.0 + 0.49, "sum_for_mean"),
    ],
)
def test_functions_and_means_that_were_taken_for_others(record: Any, printed: float, mistake: str) -> None:
    x = Value(0.7, label="x")
    y = record(x)
    y.label = "y"
    (finding,) = proofread(y, {"y": f"{printed:.6f}"}, names=None)
    assert (finding.verdict, finding.mistake) == ("slip", mistake)


def test_digits_exchanged() -> None:
    (finding,) = proofread(worked_example().L, {"h": "0.6252"}, names=None)
    assert finding.mistake == "digits_exchanged"
    (finding,) = proofread(worked_example().L, {"h": "0.6242"}, names=None)
    assert finding.mistake == ""


def test_a_step_through_weights_that_were_updated_already() -> None:
    example = worked_example()
    new = 0.3 - 0.5 * ERROR * H
    page = {"dL/dw2": f"{ERROR * H:.6f}", "w2 - 0.5*dL/dw2": f"{new:.6f}", "dL/dh": f"{ERROR * new:.6f}"}
    *_, finding = proofread(example.L, page, names=None)
    assert (finding.verdict, finding.mistake) == ("slip", "updated_weights")
    assert "through w2 after the step" in finding.reason


@given(st.randoms(use_true_random=False), st.integers(3, 6))
def test_a_number_with_no_usual_mistake_gets_no_reason_that_is_false(rng: random.Random, digits: int) -> None:
    """Whatever is said, it is what it says: the number of the reason, worked out here, is the printed one."""
    number = ERROR * H * rng.uniform(0.3, 3.0)
    printed = f"{number:#.{digits}g}"  # with the zeros at its end, which are digits too
    (finding,) = proofread(worked_example().L, {"dL/dw2": printed}, names=None)
    scales = {"sign": -1.0, "twice": 2.0, "half": 0.5}
    if finding.mistake in scales:
        assert printed == f"{scales[finding.mistake] * ERROR * H:#.{digits}g}"


# --- formulas ----------------------------------------------------------------------------------------------------

RIGHT = {
    "h": ["1/(1+exp(-z1))", "sigmoid(w1*x + b1)", "(1 + tanh(z1/2))/2"],
    "L": ["(y-t)**2/2", "0.5*(t - y)**2", "0.5*(w2*h + b2 - t)²"],
    "dL/dw1": ["(y-t)*w2*h*(1-h)*x", "dL/dy * dy/dh * dh/dz1 * x", "dL/dz1·x"],
    "dh/dz1": ["h*(1 - h)", "h - h²", "exp(-z1)/(1 + exp(-z1))**2"],
    "w1 - 0.1*dL/dw1": ["w1 - 0.1*(y - t)*w2*h*(1 - h)*x"],
}


@pytest.mark.parametrize(("key", "formula"), [(key, formula) for key, forms in RIGHT.items() for formula in forms])
def test_formulas_that_are_right_agree(key: str, formula: str) -> None:
    (finding,) = proofread(worked_example().L, {key: formula}, names=None)
    assert (finding.verdict, finding.reason, finding.digits) == ("agrees", "", None)


@pytest.mark.parametrize(
    ("key", "formula", "why"),
    [
        ("h", "1/(1+exp(z1))", "it is right with the other sign of z1"),  # the notes, 4.3
        ("dL/dw2", "(t - y)*h", "that is with the other sign"),
        ("dL/dw1", "(y-t)*w2*h*x", "that is without the factor (1 - h)"),
        ("dL/dw1", "(y-t)*w2*h*(1-h)*x*h", "that is with h as one factor too many"),
        ("L", "(y-t)**2", "it is 2 times the exact one"),
        ("dL/db1", "dL/dh*(1 - h**2)", "it is "),
        ("y", "w2*h - b2", "it is right with the other sign of b2"),
    ],
)
def test_a_formula_that_is_a_slip_has_a_counterexample_and_its_reason(key: str, formula: str, why: str) -> None:
    (finding,) = proofread(worked_example().L, {key: formula}, names=None)
    assert finding.verdict == "slip"
    assert "exact is" in finding.reason
    assert why in finding.reason


def test_a_formula_that_is_right_at_the_recorded_numbers_alone_is_a_slip() -> None:
    (finding,) = proofread(worked_example().L, {"dL/db1": "dL/dw1"}, names=None)  # x = 1
    assert finding.verdict == "slip"


@given(st.floats(-2.0, 2.0), st.floats(-2.0, 2.0))
def test_a_formula_with_choices_is_compared_where_the_same_is_chosen(x: float, w: float) -> None:
    a, b = Value(x, label="a"), Value(w, label="b")
    y = functions.relu(a * b + 0.1)
    y.label = "y"
    slope = "b" if x * w + 0.1 >= 0 else "0*a"
    proof = proofread(y, {"dy/da": slope, "y": "max(a*b + 0.1, 0)"}, names=None)
    assert proof, proof
