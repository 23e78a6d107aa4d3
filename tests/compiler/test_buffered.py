"""The text that NumPy runs, held to the text to read: the same program, whatever is written into buffers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Value
from autograd import functions as fn
from autograd.compiler import Program, compile
from tests.compiler.networks import ACTIVATIONS, LOSSES, WAYS, Network
from tests.compiler.test_source import PROGRAMS

SUMS = 64 * 2.0**-53
"""What sums may differ by, relative to the largest number: BLAS adds a few dozen terms in another order than np.sum."""


def both(program: Program, X: Any) -> tuple[tuple[float, Any], tuple[float, Any]]:
    """Value and gradient by the text that NumPy runs, put together by hand, and by the text to read."""
    scope: dict[str, Any] = {}
    exec(program.source, scope)
    exec(program.stages["buffered"], scope)
    given = [] if X is None else [X]
    with np.errstate(all="ignore"):
        buffered = scope["bind"](program.theta, 1 if X is None else len(X))(X)
        return buffered, scope["value_and_grad"](*given, program.theta)


def inputs(program: Program, rows: int = 5) -> Any:
    n = len(program.stages["record"].columns)
    return np.random.default_rng(0).uniform(0.1, 1.5, (rows, n)) if n else None


# element by element, for one example: no sum has an order
ELEMENTWISE: dict[str, Callable[[Any, Any], Any]] = {
    "arithmetic": lambda x, w: (x * w - 0.25) / (w + 3.0) - x * 2.0,
    "powers": lambda x, w: (x * w) ** 2 + (x + w) ** 0.5 + (x * x * w) ** -1,
    "functions": lambda x, w: fn.tanh(x * w) * fn.exp(-x) + fn.sin(w) * fn.log(x) + fn.sqrt(x * w),
    "choices": lambda x, w: fn.where(fn.step(x - w), x * w, w) + fn.maximum(x, w * 0.5) + fn.relu(w - x),
    "choices in choices": lambda x, w: fn.where(x > 0.5, fn.relu(x * w), fn.elu(w - x)) * fn.minimum(x, w),
    "saturation": lambda x, w: fn.sigmoid(40.0 * x * w) + fn.softplus(x - w) + fn.swish(x * w),
    "functions of the program": lambda x, w: fn.erf(x * w) + fn.xlogy(w, x) + fn.atan2(x, w),
}


@pytest.mark.parametrize("exact", [False, True], ids=["textbook", "exact"])
@pytest.mark.parametrize("what", list(ELEMENTWISE))
@pytest.mark.filterwarnings("ignore:.*asked for the number of")
def test_where_nothing_is_summed_what_runs_is_what_is_read_bit_for_bit(what: str, exact: bool) -> None:
    x, w = Value(0.7, "x"), Value(1.3, "w")
    program = compile(ELEMENTWISE[what](x, w), [x], exact=exact)
    for number in (0.7, 0.01, 1.3, 25.0):
        (value, gradient), (mean, readable) = both(program, np.array([[number]]))
        assert float(value).hex() == float(mean).hex()
        assert gradient.tobytes() == np.asarray(readable, float).tobytes()


def assert_same_program(program: Program) -> None:
    (value, gradient), (mean, readable) = both(program, inputs(program))
    np.testing.assert_allclose(value, mean, rtol=SUMS)
    np.testing.assert_allclose(gradient, readable, rtol=SUMS, atol=SUMS * np.max(np.abs(readable), initial=0.0))


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_what_runs_is_what_stands_on_the_board_up_to_the_order_of_sums(name: str) -> None:
    assert_same_program(PROGRAMS[name]())


@pytest.mark.slow
@pytest.mark.parametrize("loss", sorted(LOSSES))
@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_what_runs_of_a_network_is_what_is_read_up_to_the_order_of_sums(activation: str, loss: str) -> None:
    for how in WAYS:
        network = Network([3, 4, 3], [activation, "linear"], how, seed=1)
        x, t = [Value(0.1) for _ in range(3)], [Value(1.0 / 3.0) for _ in range(3)]
        assert_same_program(compile(LOSSES[loss](network(x), t), [*x, *t]))


def test_the_cube_root_that_runs_is_numpys_own_and_that_of_the_text_one_for_every_library() -> None:
    x = Value(0.7, "x")
    assert_same_program(compile(fn.cbrt(x), [x]))


def test_a_choice_whose_derivative_ends_in_a_choice_fills_its_place_in_the_gradient() -> None:
    p = [Value(0.1 * i - 0.25) for i in range(6)]
    program = compile(fn.fsum([fn.where(fn.step(v), v * 3.0, fn.sin(v)) for v in p]))
    (_, gradient), (_, readable) = both(program, None)
    np.testing.assert_array_equal(gradient, readable)


def test_what_runs_writes_into_buffers_and_says_so() -> None:
    program = PROGRAMS["lecture_3_4_1"]()
    text = program.stages["buffered"]
    assert text.startswith("def bind(theta, m):")
    assert "np.matmul(" in text
    assert ", out=" in text
    assert "grad[0:12]" in text  # the gradient of the weights, at its place
