"""Errors for what is called otherwise here."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from autograd import Value, draw
from autograd.engine.elsewhere import instead
from nn import Layer, fit


def test_a_function_that_says_what_to_write_is_as_it_was_otherwise() -> None:
    @instead({"nin": "write n="})
    def layer(n: int, /, *others: int, **named: int) -> Any:
        """What it does."""
        return n, others, named

    assert layer(1, 2, m=3) == (1, (2,), {"m": 3})
    assert (layer.__name__, layer.__doc__) == ("layer", "What it does.")
    assert str(inspect.signature(layer)).startswith("(n: 'int', /, *others: 'int', **named: 'int')")
    with pytest.raises(TypeError, match="layer has no argument 'nin'; write n="):
        layer(1, nin=2)


@pytest.mark.parametrize("function", [fit, Layer, Value.backward], ids=lambda f: f.__qualname__)
def test_signatures_show_what_may_be_given(function: Any) -> None:
    assert "args" not in inspect.signature(function).parameters


def test_what_nobody_takes_is_refused_by_draw_without_advice() -> None:
    with pytest.raises(TypeError, match=r"draw has no argument 'highligth'$"):
        draw(Value(1.0) * 2.0, highligth=None)  # type: ignore[arg-type]
