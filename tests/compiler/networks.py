"""Small networks on scalars, built from the engine's functions: by layers, and with every product written out."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from autograd import Value
from autograd import functions as fn

ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "linear": lambda z: z,
    "sigmoid": fn.sigmoid,
    "tanh": fn.tanh,
    "relu": fn.relu,
    "leaky relu": lambda z: fn.leaky_relu(z, 0.1),
    "elu": lambda z: fn.elu(z, 0.7),
    "swish": fn.swish,
    "softplus": fn.softplus,
    "sine": fn.sin,
}


def layer_outputs(row: Sequence[Any], x: Sequence[Any], how: str) -> Any:
    """A neuron's weighted sum, its bias last in the row, written in one of several ways."""
    *weights, bias = row
    if how == "dot":
        return fn.dot(weights, x, bias=bias)
    if how == "bias first":
        total = bias
        for w_i, x_i in zip(weights, x, strict=True):
            total = total + w_i * x_i
        return total
    if how == "right to left":
        total = x[-1] * weights[-1] + bias
        for w_i, x_i in list(zip(weights, x, strict=True))[-2::-1]:
            total = w_i * x_i + total
        return total
    return fn.fsum([*[w_i * x_i for w_i, x_i in zip(weights, x, strict=True)], bias])


WAYS = ("linear", "dot", "bias first", "right to left", "fsum")


class Network:
    """A multilayer perceptron.

    Arguments:
        sizes: the inputs and the neurons of each layer.
        activations: one a layer.
        how: the way its sums are written, one of `WAYS`.
        spread: weights lie between -spread and spread.
    """

    def __init__(
        self, sizes: Sequence[int], activations: Sequence[str], how: str, seed: int, spread: float = 1.0
    ) -> None:
        rng = random.Random(seed)
        self.layers = [
            [tuple([Value(rng.uniform(-spread, spread)) for _ in range(n + 1)]) for _ in range(k)]
            for n, k in pairwise(sizes)
        ]
        self.activations = [ACTIVATIONS[name] for name in activations]
        self.how = how

    @property
    def parameters(self) -> list[Value]:
        """All weights and biases."""
        return [p for rows in self.layers for row in rows for p in row]

    def __call__(self, x: Sequence[Any]) -> list[Any]:
        """The outputs for one example."""
        x = list(x)
        for rows, activation in zip(self.layers, self.activations, strict=True):
            z = fn.linear(rows, x) if self.how == "linear" else [layer_outputs(row, x, self.how) for row in rows]
            x = [activation(z_i) for z_i in z]
        return x


def squared_error(y: Sequence[Any], t: Sequence[Any]) -> Any:
    """The mean of the squared differences."""
    return fn.fsum([(y_i - t_i) ** 2 for y_i, t_i in zip(y, t, strict=True)]) / len(y)


def cross_entropy(z: Sequence[Any], t: Sequence[Any]) -> Any:
    """The cross-entropy of targets that add up to 1 with the softmax of z."""
    return fn.logsumexp(z) - fn.dot(z, t)


def cross_entropy_by_hand(z: Sequence[Any], t: Sequence[Any]) -> Any:
    """The same from the probabilities."""
    return -fn.fsum([fn.xlogy(t_i, p_i) for p_i, t_i in zip(fn.softmax(z), t, strict=True)])


def hinge(z: Sequence[Any], t: Sequence[Any]) -> Any:
    """The hinge loss of scores."""
    return fn.fsum([fn.relu(1.0 - t_i * z_i) for z_i, t_i in zip(z, t, strict=True)])


LOSSES = {
    "squared error": squared_error,
    "cross-entropy": cross_entropy,
    "cross-entropy by hand": cross_entropy_by_hand,
    "hinge": hinge,
}
