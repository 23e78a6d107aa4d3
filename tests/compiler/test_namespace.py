"""The array functions that programs bring along: the engine's functions of floats, to the last digits."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nan, ulp
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograd.compiler import namespace
from autograd.engine import scalar
from tests.examples import examples

NUMBERS = [-1e300, -1000.0, -710.0, -40.0, -1.0, -1e-9, -0.0, 0.0, 1e-9, 0.5, 3.0, 40.0, 1000.0, 1e300]
ULPS = 4  # DESIGN's promise for a result that is one term; NumPy's exp and log1p are good to one

FUNCTIONS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "sigmoid": (namespace.exact_sigmoid, lambda z: 1 / (1 + mpmath.exp(-z))),
    "softplus": (namespace.softplus, lambda z: mpmath.log1p(mpmath.exp(z))),
    "swish": (namespace.swish, lambda z: z / (1 + mpmath.exp(-z))),
    "erf": (namespace.erf, mpmath.erf),
    "erfcx": (namespace.erfcx, lambda z: mpmath.exp(z * z) * mpmath.erfc(z)),
    "cbrt": (namespace.cbrt, lambda z: mpmath.sign(z) * mpmath.cbrt(abs(z))),
}


@pytest.mark.parametrize("name", ["sigmoid", "exact_sigmoid", "softplus", "swish", "step", "erf", "erfcx", "cbrt"])
def test_functions_of_one_number_have_the_engines_limits(name: str) -> None:
    function: Any = getattr(namespace, name)
    numbers = [*NUMBERS, inf, -inf, nan]
    with np.errstate(all="ignore"):
        ours = function(np.array(numbers))
    theirs = [getattr(scalar, name.removeprefix("exact_"))(v) for v in numbers]
    absolute = 1e-307 if name == "sigmoid" else 0.0  # the form of the textbook is 0 as soon as exp(-z) overflows
    np.testing.assert_allclose(ours, theirs, rtol=1e-15, atol=absolute)


@pytest.mark.parametrize("name", list(FUNCTIONS))
@settings(max_examples=examples(300), deadline=None)
@given(z=st.floats(-800.0, 800.0))
@example(z=-745.5)
@example(z=-709.9)
@example(z=-708.3)
def test_functions_of_one_number_keep_their_digits(name: str, z: float) -> None:
    function, exact = FUNCTIONS[name]
    with np.errstate(all="ignore"):
        ours = float(function(np.array([z]))[0])
    with mpmath.workdps(800):
        assert abs(ours - exact(mpmath.mpf(z))) <= ULPS * ulp(ours)


def test_xlogy() -> None:
    pairs: list[tuple[float, float]] = [
        (0.0, 0.0),
        (0.0, 2.0),
        (2.0, 0.5),
        (-1.0, 3.0),
        (0.5, 0.0),
        (0.0, nan),
        (nan, 1.0),
        (0.0, inf),
    ]
    x, y = np.array(pairs).T
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(namespace.xlogy(x, y), [scalar.xlogy(*pair) for pair in pairs], rtol=1e-15)


ROWS = [
    [1.0, 2.0, 3.0],
    [1000.0, 0.0, -1000.0],
    [-1000.0, -1000.0, -1000.0],
    [0.0, 0.0, 0.0],
    [1e17, 1e17, 0.0],
    [1e308, -1e308, 1e308],
    [0.0, -50.0, -60.0],
    [0.0, 0.0, -60.0],
    [inf, 1.0, 2.0],
    [inf, inf, -inf],
    [-inf, 1.0, 2.0],
    [-inf, -inf, 3.0],
    [-inf, -inf, -inf],
    [nan, 1.0, 2.0],
    [1.0, inf, nan],
    [-inf, nan, -inf],
]


@pytest.mark.parametrize("name", ["logsumexp", "softmax"])
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_functions_of_a_row_have_the_engines_limits(name: str, row: list[float]) -> None:
    function: Any = namespace.HELPERS[name]
    expected = getattr(scalar, name)(row)
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(function(np.array([row, row[::-1]]))[0], expected, rtol=1e-15)
        np.testing.assert_allclose(function(np.array(row)), expected, rtol=1e-15)


logits = st.lists(st.one_of(st.floats(-50.0, 50.0), st.floats(-1e3, 1e3), st.just(0.0)), min_size=1, max_size=5)


@settings(max_examples=examples(300), deadline=None)
@given(row=logits)
@example(row=[0.0, -50.0])
def test_logsumexp_keeps_its_digits_also_near_zero(row: list[float]) -> None:
    ours = float(namespace.logsumexp(np.array([row]))[0])
    with mpmath.workdps(800):
        exact = mpmath.log(mpmath.fsum([mpmath.exp(z) for z in row]))
        top = max(row)
        rest = mpmath.log1p(mpmath.fsum([mpmath.exp(mpmath.mpf(z) - top) for z in row]) - 1)
        # two terms, the largest and the rest; in the rest each z - top is rounded, too
        assert abs(ours - exact) <= ULPS * max(ulp(ours), ulp(top)) + rest * ulp(top - min(row))


@settings(max_examples=examples(300), deadline=None)
@given(row=logits, data=st.data())
@example(row=[40.0, 0.0], data=None)
def test_what_a_softmax_hands_on_keeps_its_digits(row: list[float], data: Any) -> None:
    chosen = 0 if data is None else data.draw(st.integers(0, len(row) - 1))
    p = namespace.softmax(np.array([row]))
    given_on = np.zeros((1, len(row)))
    with np.errstate(all="ignore"):
        given_on[0, chosen] = 1.0 / p[0, chosen]  # of the logarithm of one output
        ours = namespace.softmax_gradient(p, given_on)[0]
    if p[0, chosen] < 1e-300:
        return  # the probability itself has no digits left
    with mpmath.workdps(1000):
        powers = [mpmath.exp(z) for z in row]
        total = mpmath.fsum(powers)
        for j, ours_j in enumerate(ours.tolist()):
            others = mpmath.fsum([w for k, w in enumerate(powers) if k != j])
            exact = others / total if j == chosen else -powers[j] / total
            # a dozen roundings of numbers that are good to some ulp each; z - max is rounded, too
            assert abs(ours_j - exact) <= (16 * 2.0**-52 + 2.0**-52 * 2 * max(map(abs, row))) * abs(exact) + 1e-300
