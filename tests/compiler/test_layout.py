"""Where parameters stand in theta, of layers that are not quite regular."""

from __future__ import annotations

import itertools
import re
from typing import Any

import numpy as np
import pytest

from autograd import Value, compile
from autograd.functions import fsum


@pytest.mark.parametrize("biased", [*itertools.product([False, True], repeat=3)], ids=str)
def test_a_layer_of_which_some_neurons_have_a_bias_is_that_of_the_scalar_engine(biased: Any) -> None:
    x = [Value(0.3, label="x1"), Value(-0.7, label="x2")]
    w = [[Value(0.1 * i + 0.2 * j - 0.3, label=f"w{i}{j}") for j in range(2)] for i in range(3)]
    b = [Value(0.5 - 0.2 * i, label=f"b{i}") for i in range(3)]
    z = [row[0] * x[0] + row[1] * x[1] + (b[i] if biased[i] else 0.25) for i, row in enumerate(w)]
    loss = fsum([z_i.tanh() for z_i in z]) ** 2
    program = compile(loss, inputs=x)
    value, gradient = program.value_and_grad([[0.3, -0.7]])
    loss.backward()
    assert value == pytest.approx(loss.data, rel=1e-14)  # a few roundings of sums in another order
    parameters = [*itertools.chain(*w), *[b_i for b_i, has in zip(b, biased, strict=True) if has]]
    assert len(gradient) == len(parameters)
    np.testing.assert_allclose(sorted(gradient), sorted(p.grad for p in parameters), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(sorted(program.theta), sorted(p.data for p in parameters), rtol=0)
    ends = [int(end) for end in re.findall(r"theta\[\d+:(\d+)\]", program.source)]
    assert max(ends, default=0) <= len(parameters), "a block is no longer than what stands in it"
