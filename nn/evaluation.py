"""What a model gives for many examples: by a compiled program, or one by one."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import autograd
from autograd.engine.modes import no_grad
from autograd.engine.value import Value
from nn.data import FloatArray
from nn.numerics import np

WORTH_COMPILING = 64
"""Rows from which on compiling takes less time than it saves."""
CHECKED_ROWS = 40


def outputs_for(outputs_of: Callable[[list[Any]], Sequence[Any]], rows: FloatArray) -> FloatArray:
    """The outputs for each row, shape (rows, outputs); nothing is recorded.

    Many rows go through a compiled program, if that agrees with the function on some of them, and gives finite numbers
    alone. Else the function is called for each, and says itself what is wrong. (A function that branches on its numbers
    in a way that none of those rows shows is not noticed.)

    Arguments:
        outputs_of: the outputs for one example, from its numbers or from Values.
        rows: one row an example.

    Example:
        >>> outputs_for(lambda x: [x[0] * x[1], x[0].exp() if isinstance(x[0], Value) else 1.0], np.array([[0.0, 3.0]]))
        array([[0., 1.]])
    """
    if len(rows) >= WORTH_COMPILING:
        some = np.random.default_rng(0).choice(rows, CHECKED_ROWS)
        inputs = [Value(number) for number in some[0].tolist()]
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # that an output does not depend on an input is the model's business
                program = autograd.compile(list(outputs_of(inputs)), inputs=inputs)
            if np.allclose(program(some), one_by_one(outputs_of, some), rtol=1e-9, atol=1e-12):
                outputs: FloatArray = program(rows)
                if np.isfinite(outputs).all():
                    return outputs
        except Exception:  # whatever a function that was written for plain numbers makes of Values
            return one_by_one(outputs_of, rows)
    return one_by_one(outputs_of, rows)


def one_by_one(outputs_of: Callable[[list[Any]], Sequence[Any]], rows: FloatArray) -> FloatArray:
    """As `outputs_for`, without a program."""
    with no_grad():
        return np.array([[float(output) for output in outputs_of(row)] for row in rows.tolist()])


def grid(first: FloatArray, second: FloatArray) -> FloatArray:
    """The points of a plane with these places along its axes, row by row.

    Example:
        >>> grid(np.array([1.0, 2.0]), np.array([0.0, 5.0])).tolist()
        [[1.0, 0.0], [2.0, 0.0], [1.0, 5.0], [2.0, 5.0]]
    """
    return np.stack(np.meshgrid(first, second), axis=-1).reshape(-1, 2)
