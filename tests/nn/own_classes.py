"""A neuron, a layer and a network as people write them who have seen micrograd's lecture: without a base class."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd import Value
from autograd.functions import dot, fsum


def _in_a_loop(w: Sequence[Value], x: Sequence[Any], b: Value) -> Any:
    total: Any = 0.0
    for w_i, x_i in zip(w, x, strict=True):
        total += x_i * w_i
    return total + b


SUMS: dict[str, Callable[[Sequence[Value], Sequence[Any], Value], Any]] = {
    "sum from b": lambda w, x, b: sum((w_i * x_i for w_i, x_i in zip(w, x, strict=True)), b),
    "sum, then b": lambda w, x, b: sum(x_i * w_i for w_i, x_i in zip(w, x, strict=True)) + b,
    "b, then sum": lambda w, x, b: b + sum(w_i * x_i for w_i, x_i in zip(w, x, strict=True)),
    "in a loop": _in_a_loop,
    "fsum": lambda w, x, b: fsum([w_i * x_i for w_i, x_i in zip(w, x, strict=True)]) + b,
    "dot": lambda w, x, b: dot(w, x, bias=b),
    "dot, then b": lambda w, x, b: dot(w, x) + b,
    "numpy": lambda w, x, b: np.dot(np.array(w), np.array(x)) + b,
}
"""Ways to write w·x + b."""


class OwnNeuron:
    def __init__(self, n_inputs: int, written: str = "sum from b", bent: bool = True) -> None:
        self.w = [Value(random.uniform(-1.0, 1.0)) for _ in range(n_inputs)]
        self.b = Value(random.uniform(-1.0, 1.0))
        self.written, self.bent = written, bent

    def __call__(self, x: Sequence[Any]) -> Any:
        z = SUMS[self.written](self.w, x, self.b)
        return z.tanh() if self.bent else z

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]


class OwnLayer:
    def __init__(self, n_inputs: int, n_outputs: int, **how: Any) -> None:
        self.neurons = [OwnNeuron(n_inputs, **how) for _ in range(n_outputs)]

    def __call__(self, x: Sequence[Any]) -> Any:
        outputs = [neuron(x) for neuron in self.neurons]
        return outputs if len(outputs) > 1 else outputs[0]

    def parameters(self) -> list[Value]:
        return [p for neuron in self.neurons for p in neuron.parameters()]


class OwnMLP:
    def __init__(self, n_inputs: int, sizes: list[int], **how: Any) -> None:
        pairs = zip([n_inputs, *sizes], sizes, strict=False)
        self.layers = [OwnLayer(n, m, **how) for n, m in pairs]

    def __call__(self, x: Sequence[Any]) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]


def twin_of(model: Any) -> Any:
    """The same network of nn's own classes."""
    from nn import MLP, Layer

    return MLP.from_layers(
        [
            Layer(
                len(layer.neurons[0].w),
                len(layer.neurons),
                "tanh" if layer.neurons[0].bent else "linear",
                weights=[[w.data for w in neuron.w] for neuron in layer.neurons],
                biases=[neuron.b.data for neuron in layer.neurons],
            )
            for layer in model.layers
        ]
    )
