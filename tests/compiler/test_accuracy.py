"""Exact programs keep the promise of the engine: 4 units in the last place of the largest term, also saturated."""

from __future__ import annotations

from collections.abc import Callable
from math import ulp
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograd import Value
from autograd import functions as fn
from autograd.compiler import compile
from tests.examples import examples

ULPS = 4.0  # the promise; a rule's three to five roundings of at most one ulp each, most of them half of one


def sigmoid(z: Any) -> Any:
    return 1 / (1 + mpmath.exp(-z))


# the function, its exact slope, and the largest term where terms cancel
SLOPES: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any], Callable[[Any], Any]]] = {
    "sigmoid": (fn.sigmoid, lambda z: sigmoid(z) * sigmoid(-z), lambda z: 0),
    "tanh": (fn.tanh, lambda z: 1 / mpmath.cosh(z) ** 2, lambda z: 0),
    "softplus": (fn.softplus, sigmoid, lambda z: 0),
    "swish": (
        fn.swish,
        lambda z: sigmoid(z) + z * sigmoid(z) * sigmoid(-z),
        lambda z: max(sigmoid(z), abs(z * sigmoid(z) * sigmoid(-z))),
    ),
    "square root by a power": (lambda z: (z * z) ** 0.25, lambda z: 0.5 * abs(z) ** -0.5 * mpmath.sign(z), lambda z: 0),
    "cube": (lambda z: z**3, lambda z: 3 * z**2, lambda z: 0),
    "elu": (fn.elu, lambda z: mpmath.exp(z) if z < 0 else mpmath.mpf(1), lambda z: 0),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", list(SLOPES))
@settings(max_examples=examples(200), deadline=None)
@given(z=st.floats(-700.0, 700.0).filter(lambda z: abs(z) > 1e-100))
@example(z=36.0)
@example(z=-36.0)
@example(z=-1.2784645427610738)  # where the slope of swish is 0
def test_slopes_keep_their_digits(name: str, z: float) -> None:
    function, slope, term = SLOPES[name]
    w = Value(0.0)
    x = Value(0.5)
    program = compile(function(w + x), [x], exact=True)
    X = np.array([[z]])
    with mpmath.workdps(700):
        exact = slope(mpmath.mpf(z))
        size = max(abs(float(exact)), abs(float(term(mpmath.mpf(z)))))
        for _, gradient in (program.value_and_grad(X), program.value_and_grad(X, program.theta.copy())):
            off = abs(float(gradient[0]) - exact)
            terms = 2 if name == "swish" else 1  # h + y (1 - h), each of them good to 4
            assert off <= terms * ULPS * ulp(size), float(off / ulp(size))
