"""The worked example of the notes, section 4.7, and the numbers that they print.

One input, one hidden neuron with a sigmoid, one linear output neuron, and the loss L = (y - t)^2 / 2.
"""

from __future__ import annotations

from typing import NamedTuple

from autograd.derivation.quantities import Key
from autograd.engine.value import Value
from autograd.functions import sigmoid

ETA = 0.1

PRINTED: dict[Key, str] = {
    "z1": "0.5",
    "h": "0.622459",
    "y": "0.3867377",
    "L": "0.005488",
    ("L", "y"): "-0.1132623",
    ("L", "w2"): "-0.070506",
    ("L", "b2"): "-0.1132623",
    ("L", "h"): "-0.0339787",
    ("h", "z1"): "0.2350037",
    ("L", "w1"): "-0.007994",
    ("L", "b1"): "-0.007994",
    ("L", "w2", ETA): "0.3070506",
    ("L", "b2", ETA): "0.21132623",
    ("L", "w1", ETA): "0.4007994",
    ("L", "b1", ETA): "0.1007994",
}
"""What the notes print, in the order in which they print it."""

ROLES = {"input": ["x"], "target": ["t"], "parameter": ["w1", "b1", "w2", "b2"]}
"""What its leaves are, as `autograd.draw` takes it."""


class WorkedExample(NamedTuple):
    """The nodes of the worked example, under the names that the notes give them."""

    x: Value
    t: Value
    w1: Value
    b1: Value
    w2: Value
    b2: Value
    z1: Value
    h: Value
    y: Value
    L: Value


def worked_example() -> WorkedExample:
    """Record the worked example once more, from its given numbers.

    Example:
        >>> example = worked_example()
        >>> example.L.backward()
        >>> example.w1.data - ETA * example.w1.grad
        0.40079851112807174

    Source: notes 4.7.
    """
    x, t = Value(1.0, label="x"), Value(0.5, label="t")
    w1, b1 = Value(0.4, label="w1"), Value(0.1, label="b1")
    w2, b2 = Value(0.3, label="w2"), Value(0.2, label="b2")
    z1 = w1 * x + b1
    h = sigmoid(z1)
    y = w2 * h + b2
    L = 0.5 * (y - t) ** 2
    for node, label in ((z1, "z1"), (h, "h"), (y, "y"), (L, "L")):
        node.label = label
    return WorkedExample(x, t, w1, b1, w2, b2, z1, h, y, L)
