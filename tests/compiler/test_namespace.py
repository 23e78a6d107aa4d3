"""The array functions that programs bring along equal the engine's functions of floats."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
import pytest

from autograd import scalar
from autograd.compiler import namespace

NUMBERS = [-1000.0, -40.0, -1.0, -1e-9, -0.0, 0.0, 1e-9, 0.5, 3.0, 40.0, 1000.0]


@pytest.mark.parametrize("name", ["sigmoid", "softplus", "swish", "step"])
def test_functions_of_one_number(name: str) -> None:
    with np.errstate(over="ignore"):
        ours = namespace.HELPERS[name](np.array([*NUMBERS, inf, nan]))
    theirs = [getattr(scalar, name)(v) for v in [*NUMBERS, inf, nan]]
    np.testing.assert_allclose(ours, theirs, rtol=1e-15, atol=0.0)


def test_xlogy() -> None:
    pairs: list[tuple[float, float]] = [
        (0.0, 0.0),
        (0.0, 2.0),
        (2.0, 0.5),
        (-1.0, 3.0),
        (0.5, 0.0),
        (0.0, nan),
        (nan, 1.0),
    ]
    x, y = np.array(pairs).T
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(namespace.xlogy(x, y), [scalar.xlogy(*pair) for pair in pairs], rtol=1e-15)


@pytest.mark.parametrize("name", ["logsumexp", "softmax"])
@pytest.mark.parametrize("row", [[1.0, 2.0, 3.0], [1000.0, 0.0, -1000.0], [-1000.0, -1000.0, -1000.0], [0.0, 0.0, 0.0]])
def test_functions_of_a_row(name: str, row: list[float]) -> None:
    function: Any = namespace.HELPERS[name]
    expected = getattr(scalar, name)(row)
    np.testing.assert_allclose(function(np.array([row, row[::-1]]))[0], expected, rtol=1e-15)
    np.testing.assert_allclose(function(np.array(row)), expected, rtol=1e-15)
