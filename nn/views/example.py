"""`run_example`: a network on one example, forward, loss and reverse pass, told apart neuron by neuron.

Every number is one of the graph that it records; no gradient of the network is changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

from autograd.derivation.words import words
from autograd.engine import primitives
from autograd.engine.checks import as_number
from autograd.engine.graph import steps, topological_order
from autograd.engine.value import Value
from autograd.functions import dot, logsumexp
from nn import losses
from nn.adopted import Adopted
from nn.data import counted
from nn.module import Module, looks_like_a_model
from nn.views.network import Weights, sizes_of, target_name, weights_of
from nn.views.sums import weighted_sums


@dataclass(frozen=True, slots=True)
class WorkingNeuron:
    """A neuron at work.

    Attributes:
        row: its weights and, last, its bias.
        inputs: what it gets.
        z: its weighted sum.
        a: its output; the same node as ``z`` where there is no activation.
    """

    row: tuple[Value, ...]
    inputs: tuple[Value, ...]
    z: Value
    a: Value


@dataclass(frozen=True, slots=True)
class Example:
    """A network on one example.

    Attributes:
        inputs: the numbers of the example.
        layers: the neurons of each layer.
        targets: one for each output.
        loss: the loss.
        loss_name: what it is called.
        gradients: the derivative of the loss by each node that it depends on.
    """

    inputs: list[Value]
    layers: list[list[WorkingNeuron]]
    targets: list[Value]
    loss: Value
    loss_name: str
    gradients: dict[Value, float]

    @property
    def sizes(self) -> list[int]:
        """How many inputs there are, and neurons in each layer."""
        return [len(self.inputs), *map(len, self.layers)]

    def gradient_of(self, node: Value) -> float:
        """The derivative of the loss by a node; by a neuron's weighted sum it is the neuron's delta."""
        return self.gradients.get(node, 0.0)


def run_example(model: Any, x: Any, target: Any, loss: Any) -> Example:
    """Run a network on one example; the arguments, and what is raised, are those of `autograd.show`."""
    layers = weights_of(model, "show takes the result of an expression of Values, a network or a history")
    if looks_like_a_model(model) and not isinstance(model, Module):
        model = Adopted(model)
    sizes = sizes_of(layers)
    inputs = [Value(number, label=f"x{i}") for i, number in enumerate(_numbers(x, "x", "input", sizes[0], model), 1)]
    made = model(inputs)
    outputs = list(made) if isinstance(made, (list, tuple)) else [made]
    neurons = _neurons(model, layers, inputs, outputs)
    kind = _chosen(model, loss)
    targets = [
        Value(number, label=target_name(sizes, i))
        for i, number in enumerate(_targets(model, kind, target, sizes[-1], outputs))
    ]
    name, result = _loss_of(kind, neurons[-1], targets)
    if not isinstance(result, Value) or not result.depth:
        raise TypeError(
            f"the loss {name} gave {result!r:.60}, not a Value that depends on the outputs of {model!r}; "
            "compute it from them with the functions of autograd"
        )
    gradients = {result: 1.0}
    for node, upstream, contributions in steps(result):
        gradients[node] = upstream
        for contribution in contributions:
            gradients[contribution.parent] = contribution.total
    return Example(inputs, neurons, targets, result, name, gradients)


def is_several(x: Any) -> bool:
    """Whether what was given are several examples: rows of numbers."""
    return _is_row(x) and len(x) > 0 and _is_row(x[0])


def _is_row(x: Any) -> bool:
    return hasattr(x, "__len__") and not isinstance(x, (Value, str)) and getattr(x, "ndim", 1) > 0


def paired(X: Any, T: Any) -> list[tuple[Any, Any]]:
    """Each example with its target."""
    if not _is_row(T) or len(T) != len(X):
        raise ValueError(
            f"show(model, X, T) needs a target for each of {counted(len(X), 'example')}, "
            + (f"not {len(T)}" if _is_row(T) else f"not {T!r:.60}")
        )
    return list(zip(X, T, strict=True))


def _neurons(
    model: Any, layers: Sequence[Weights], inputs: Sequence[Value], outputs: Sequence[Value]
) -> list[list[WorkingNeuron]]:
    """The neurons of each layer, found in the graph: a weighted sum by its weights, an output by who takes it."""
    nodes = dict.fromkeys(node for output in outputs for node in topological_order(output))
    sums: dict[tuple[Value, ...], list[Value]] = {}  # those with the same weights, in the order of computation
    inputs_of: dict[Value, Sequence[Any]] = {}
    rows = {row for layer in layers for row in layer.rows}
    for node, row, taken in weighted_sums(nodes, rows):
        sums.setdefault(row, []).append(node)
        inputs_of[node] = taken
    uses = Counter(row for layer in layers for row in layer.rows)
    # Layers may share their weights: they take the sums one after the other, and no sum may be left over.
    waiting = {key: iter(nodes) for key, nodes in sums.items() if len(nodes) == uses[key]}
    z_of = [[next(waiting.get(row, iter(())), None) for row in layer.rows] for layer in layers]
    found: list[list[WorkingNeuron]] = []
    into: Sequence[Any] = inputs
    for k, (layer, z) in enumerate(zip(layers, z_of, strict=True)):
        user = z_of[k + 1][0] if k + 1 < len(layers) else None
        a: Sequence[Any] = outputs if user is None else inputs_of[user]
        if None in z or len(a) != len(z) or not all(isinstance(node, Value) for node in (*into, *a)):
            raise ValueError(
                f"in what {model!r} computed, layer {k + 1} of {len(layers)} is not a weighted sum for each neuron, "
                "its activation, and these alone into the next layer; show the result of an expression instead: "
                "show(loss). (Inside no_grad() nothing is recorded.)"
            )
        found.append(
            [WorkingNeuron(row, tuple(into), s, y) for row, s, y in zip(layer.rows, z, a, strict=True) if s is not None]
        )
        into = a
    return found


# --- the loss ----------------------------------------------------------------------------------------------------


def _chosen(model: Any, loss: Any) -> Any:
    """A loss as an object with ``one``, a function, or None for the usual one."""
    if loss is None:
        own = getattr(model, "loss", None)
        return own if hasattr(own, "one") else None
    if isinstance(loss, str):
        return losses.get(loss)
    if not hasattr(loss, "one") and not callable(loss):
        raise TypeError(f"loss is a name, an object with one(outputs, targets), or a function, not {loss!r:.60}")
    return loss


def _targets(model: Any, loss: Any, target: Any, n: int, outputs: Sequence[Value]) -> list[float]:
    """The target as a number for each output."""
    classes = n > 1 and isinstance(target, Real) and not isinstance(target, bool)
    if hasattr(loss, "encode"):
        single = target if classes else _numbers(target, "target", "output", n, model)
        row: list[float] = loss.encode([single], n)[0]
        return row
    if classes and loss is None and _is_softmax(outputs) and target in range(n):
        return [float(i == target) for i in range(n)]
    return _numbers(target, "target", "output", n, model)


def _loss_of(kind: Any, last: Sequence[WorkingNeuron], targets: list[Value]) -> tuple[str, Any]:
    """What the loss is called, and the loss."""
    outputs, logits = [neuron.a for neuron in last], [neuron.z for neuron in last]
    if kind is None and _is_softmax(outputs):
        return "cross-entropy", logsumexp(logits) - dot(targets, logits)
    if kind is None:
        return words("half_squared_error"), losses.half_squared_error.one(outputs, targets)
    if hasattr(kind, "one"):
        name = f"{kind!r:.60}".replace("_", " ")
        return name, kind.one(logits if getattr(kind, "on_logits", False) else outputs, targets)
    name = getattr(kind, "__name__", "")
    name = name.replace("_", " ") if name.isidentifier() else ""
    return name, kind(outputs[0], targets[0]) if len(outputs) == 1 else kind(outputs, targets)


def _is_softmax(outputs: Sequence[Value]) -> bool:
    return len(outputs) > 1 and all(y.op is primitives.softmax for y in outputs)


def _numbers(given: Any, name: str, place: str, n: int, model: Any) -> list[float]:
    """``n`` numbers, one for each input or output; one may stand by itself."""
    needed = counted(n, place)
    if given is None:
        raise TypeError(f"show(model, x, target) needs {name}: {model!r} has {needed}")
    if isinstance(given, str):
        raise TypeError(f"{name} is {given!r}, a name; a network knows numbers: give that of the class, such as 0")
    if isinstance(given, Value) or not hasattr(given, "__len__") or getattr(given, "ndim", 1) == 0:
        given = [given]
    if len(given) != n:
        raise ValueError(
            f"{name} has {counted(len(given), 'number')}, but {model!r} has {needed}; "
            f"show takes one example, with a number for each {place}"
        )
    return [as_number(number.data if isinstance(number, Value) else number, name) for number in given]
