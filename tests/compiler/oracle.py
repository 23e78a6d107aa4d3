"""The scalar engine as the oracle for compiled programs, and random graphs to try them on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd import Value
from autograd.calculus.transforms import reverse
from autograd.compiler import Program

RTOL = 1e-12  # relative to the largest number compared: a few hundred roundings of 1e-16 each


def eager(record: Callable[[list[float]], Any], parameters: Sequence[Value], X: Any) -> tuple[Any, Any]:
    """The outputs for each row, and the mean of their gradients, example by example with the scalar engine."""
    values, gradients = [], []
    for row in np.asarray(X, dtype=float).tolist():
        root = record(row)
        values.append(float(root))
        gradients.append(
            reverse(root, parameters, differentiable=False) if isinstance(root, Value) else [0.0] * len(parameters)
        )
    return np.array(values), np.array(gradients).reshape(len(values), len(parameters)).mean(axis=0)


def assert_close(ours: Any, theirs: Any, rtol: float = RTOL, scale: float = 0.0) -> None:
    """Equal up to ``rtol`` of the largest number among them (or of ``scale``, if that is larger)."""
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert ours.shape == theirs.shape
    largest = max(np.max(np.abs(theirs), initial=0.0), np.max(np.abs(ours), initial=0.0), scale)
    assert np.max(np.abs(ours - theirs), initial=0.0) <= rtol * largest + 1e-300, (ours, theirs)


def assert_agrees(
    program: Program, record: Callable[[list[float]], Any], X: Any, rtol: float = RTOL, scale: float = 0.0
) -> None:
    """The program's values and gradient are those of the scalar engine.

    ``scale`` is the size of the numbers in between, for graphs whose contributions may cancel.
    """
    values, gradient = eager(record, program.parameters, X)
    assert_close(program(X), values, rtol, scale)
    mean, ours = program.value_and_grad(X)
    assert_close(mean, values.mean(), rtol, max(scale, np.max(np.abs(values))))
    assert_close(ours, gradient, rtol, scale)
