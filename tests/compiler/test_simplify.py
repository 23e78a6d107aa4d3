"""Arrays come in their simplest form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from autograd.compiler.arrays import listing
from autograd.compiler.builder import Arrays
from autograd.engine import primitives

RULES: dict[str, tuple[Callable[[Arrays, Any, Any], Any], Callable[[Arrays, Any, Any], Any]]] = {
    "x + 0": (lambda m, x, y: m.add(x, m.number(0.0)), lambda m, x, y: x),
    "0 + x": (lambda m, x, y: m.add(m.number(0.0), x), lambda m, x, y: x),
    "x - 0": (lambda m, x, y: m.subtract(x, m.number(0.0)), lambda m, x, y: x),
    "0 - x": (lambda m, x, y: m.subtract(m.number(0.0), x), lambda m, x, y: m.negative(x)),
    "x + x": (lambda m, x, y: m.add(x, x), lambda m, x, y: m.multiply(m.number(2.0), x)),
    "x + -y": (lambda m, x, y: m.add(x, m.negative(y)), lambda m, x, y: m.subtract(x, y)),
    "-x + y": (lambda m, x, y: m.add(m.negative(x), y), lambda m, x, y: m.subtract(y, x)),
    "x - -y": (lambda m, x, y: m.subtract(x, m.negative(y)), lambda m, x, y: m.add(x, y)),
    "1 x": (lambda m, x, y: m.multiply(m.number(1.0), x), lambda m, x, y: x),
    "x 1": (lambda m, x, y: m.multiply(x, m.number(1.0)), lambda m, x, y: x),
    "-1 x": (lambda m, x, y: m.multiply(x, m.number(-1.0)), lambda m, x, y: m.negative(x)),
    "2 (3 x)": (
        lambda m, x, y: m.multiply(m.number(2.0), m.multiply(m.number(3.0), x)),
        lambda m, x, y: m.multiply(m.number(6.0), x),
    ),
    "2 (-x)": (
        lambda m, x, y: m.multiply(m.number(2.0), m.negative(x)),
        lambda m, x, y: m.multiply(m.number(-2.0), x),
    ),
    "x (-y)": (lambda m, x, y: m.multiply(x, m.negative(y)), lambda m, x, y: m.negative(m.multiply(x, y))),
    "-(-x)": (lambda m, x, y: m.negative(m.negative(x)), lambda m, x, y: x),
    "-(2 x)": (
        lambda m, x, y: m.negative(m.multiply(m.number(2.0), x)),
        lambda m, x, y: m.multiply(m.number(-2.0), x),
    ),
    "-(x - y)": (lambda m, x, y: m.negative(m.subtract(x, y)), lambda m, x, y: m.subtract(y, x)),
    "x / 1": (lambda m, x, y: m.apply(primitives.divide, x, m.number(1.0)), lambda m, x, y: x),
    "x ** 1": (lambda m, x, y: m.apply(primitives.power, x, m.number(1.0)), lambda m, x, y: x),
    "x ** 0": (lambda m, x, y: m.apply(primitives.power, x, m.number(0.0)), lambda m, x, y: m.number(1.0)),
    "2 + 3": (lambda m, x, y: m.add(m.number(2.0), m.number(3.0)), lambda m, x, y: m.number(5.0)),
    "where(1, x, y)": (lambda m, x, y: m.where(m.number(1.0), x, y), lambda m, x, y: x),
    "where(0, x, y)": (lambda m, x, y: m.where(m.number(0.0), x, y), lambda m, x, y: y),
    "2 (3/m)": (lambda m, x, y: m.multiply(m.number(2.0), m.seed(3.0)), lambda m, x, y: m.seed(6.0)),
    "-(3/m)": (lambda m, x, y: m.negative(m.seed(3.0)), lambda m, x, y: m.seed(-3.0)),
    "x/m - y/m": (
        lambda m, x, y: m.subtract(m.multiply(m.seed(), x), m.multiply(m.seed(), y)),
        lambda m, x, y: m.multiply(m.seed(), m.subtract(x, y)),
    ),
    "x/m + y (-1/m)": (
        lambda m, x, y: m.add(m.multiply(m.seed(), x), m.multiply(m.seed(-1.0), y)),
        lambda m, x, y: m.multiply(m.seed(), m.subtract(x, y)),
    ),
    "x (-1/m) + y/m": (
        lambda m, x, y: m.add(m.multiply(m.seed(-1.0), x), m.multiply(m.seed(), y)),
        lambda m, x, y: m.multiply(m.seed(), m.subtract(y, x)),
    ),
    "the same twice": (lambda m, x, y: m.multiply(x, y), lambda m, x, y: m.multiply(x, y)),
    "a transpose of a transpose": (lambda m, x, y: m.transpose(m.transpose(x)), lambda m, x, y: x),
    "all columns": (lambda m, x, y: m.columns(x, (0, 1, 2)), lambda m, x, y: x),
    "a column of columns": (lambda m, x, y: m.column(m.columns(x, (2, 0)), 1), lambda m, x, y: m.column(x, 0)),
}


@pytest.mark.parametrize("rule", list(RULES))
def test_an_array_is_made_in_its_simplest_form(rule: str) -> None:
    make = Arrays()
    x, y = make.leaf("inputs", None, ("m", 3)), make.leaf("data", "n", ("m", 3))
    made, expected = (build(make, x, y) for build in RULES[rule])
    assert made is expected, f"{listing([made])} is not {listing([expected])}"
