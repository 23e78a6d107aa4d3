"""Neurons and layers, found in a graph: what a picture puts into boxes and folds.

A neuron is a `dot` node whose weights are leaves, together with these leaves and its activation. Neurons over the same
inputs make a layer; over several examples, so do those with the same weights.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from autograd.derivation.words import words
from autograd.engine import primitives
from autograd.engine.value import Value


@dataclass(slots=True, eq=False)
class Neuron:
    """A neuron: its parameters, and its weighted sum and activation, one of each for every example.

    Attributes:
        number: its place in the layer, from 1; 0 where it is the only one.
        whole: whether all of its parameters are there, where only a part of the graph is looked at.
    """

    parameters: list[Value]
    sums: list[Value]
    activations: list[Value]
    number: int = 0
    whole: bool = True

    @property
    def nodes(self) -> list[Value]:
        """All nodes of the neuron, each once."""
        return list(dict.fromkeys([*self.parameters, *self.sums, *self.activations]))


@dataclass(slots=True, eq=False)
class Layer:
    """Neurons side by side, and what works on all of them at once, such as a softmax."""

    neurons: list[Neuron]
    shared: list[Value]
    title: str = ""

    @property
    def nodes(self) -> list[Value]:
        """All nodes of the layer, each once."""
        own = [node for neuron in self.neurons for node in neuron.nodes]
        return list(dict.fromkeys([*own, *self.shared]))

    @property
    def activation(self) -> str:
        """The symbol of its activation; empty for a linear layer."""
        for node in (*self.neurons[0].activations, *self.shared):
            if node.op is not None:
                return node.op.symbol
        return ""


def row_and_inputs(node: Value) -> tuple[Sequence[Value | float], Sequence[Value | float]]:
    """What a `dot` node multiplies: the weights with the bias, if there is one, and the inputs."""
    operands = node.operands
    n = len(operands) // 2
    return operands[: len(operands) - n], operands[len(operands) - n :]


def find_layers(order: Iterable[Value], no_weights: Container[Value] = ()) -> list[Layer]:
    """The layers of a graph, first to last.

    Arguments:
        order: the nodes of the graph in topological order.
        no_weights: leaves of which it is known that they are no weights, such as targets; by default none.
    """
    order = list(order)
    consumers: defaultdict[Value, list[Value]] = defaultdict(list)
    for node in order:
        for parent in node.parents:
            consumers[parent].append(node)

    # Sums with the same weights are one neuron, at several examples; neurons over the same inputs are one layer.
    neurons: dict[tuple[int, ...], Neuron] = {}
    layer_of_inputs: dict[tuple[int, ...], list[Neuron]] = {}
    layers: list[list[Neuron]] = []
    taken: set[Value] = set()
    for node in order:
        if node.op is not primitives.dot:
            continue
        row, inputs = row_and_inputs(node)
        weights = {w for w in row if isinstance(w, Value)}
        if not weights or any(w.depth or w in no_weights for w in weights) or not weights.isdisjoint(inputs):
            continue
        row_key, input_key = tuple(map(id, row)), tuple(map(id, inputs))
        neuron = neurons.get(row_key)
        if neuron is None:
            parameters = [w for w in dict.fromkeys(row) if isinstance(w, Value) and w not in taken]
            taken.update(parameters)
            neuron = neurons[row_key] = Neuron(parameters, [], [])
            layer = layer_of_inputs.setdefault(input_key, [])
            if not layer:
                layers.append(layer)
            layer.append(neuron)
        else:
            layer_of_inputs.setdefault(input_key, next(layer for layer in layers if neuron in layer))
        neuron.sums.append(node)
        activation = consumers[node][0] if len(consumers[node]) == 1 else None
        if activation is not None and _is_activation(activation) and activation not in taken:
            taken.add(activation)
            neuron.activations.append(activation)
    return _titled([Layer(layer, _softmaxes(layer, consumers)) for layer in layers])


class Layers(list[Layer]):
    """The layers of a graph, first to last, and where in them its nodes are."""

    def among(self, nodes: Iterable[Value]) -> list[Layer]:
        """What of the layers is among some nodes: those neurons that have a weighted sum there."""
        parts: defaultdict[int, list[Value]] = defaultdict(list)
        for node in nodes:
            if node in self._places:
                parts[self._places[node][0]].append(node)
        found = []
        for i, own in sorted(parts.items()):
            neurons: defaultdict[int, Neuron] = defaultdict(lambda: Neuron([], [], []))
            shared = []
            for node in own:
                _, k, part = self._places[node]
                if k < 0:
                    shared.append(node)
                else:
                    (neurons[k].parameters, neurons[k].sums, neurons[k].activations)[part].append(node)
            for k, neuron in neurons.items():
                all_of_it = self[i].neurons[k]
                neuron.number = all_of_it.number
                neuron.whole = len(neuron.parameters) == len(all_of_it.parameters)
            with_sums = [neurons[k] for k in sorted(neurons) if neurons[k].sums]
            if with_sums:
                found.append(Layer(with_sums, shared, self[i].title))
        return found

    @cached_property
    def _places(self) -> dict[Value, tuple[int, int, int]]:
        """Of each node its layer, its neuron or -1, and what it is of the neuron."""
        places = {}
        for i, layer in enumerate(self):
            for k, neuron in enumerate(layer.neurons):
                for part, nodes in enumerate((neuron.parameters, neuron.sums, neuron.activations)):
                    places.update(dict.fromkeys(nodes, (i, k, part)))
            places.update(dict.fromkeys(layer.shared, (i, -1, 0)))
        return places


def _is_activation(node: Value) -> bool:
    return node.op is not None and node.op.activation


def _softmaxes(layer: list[Neuron], consumers: dict[Value, list[Value]]) -> list[Value]:
    """The softmax outputs over the sums of a layer."""
    sums = {node for neuron in layer for node in neuron.sums}
    found = [user for node in sums for user in consumers[node] if user.op is primitives.softmax]
    return sorted({user for user in found if sums.issuperset(user.parents)}, key=lambda node: float(node.operands[0]))


def _titled(layers: list[Layer]) -> list[Layer]:
    """The layers with the titles that textbooks give them."""
    for number, layer in enumerate(layers, 1):
        last = number == len(layers)
        if len(layer.neurons) == 1:
            last_title = words("output_neuron" if len(layers) > 1 else "neuron")
            layer.title = last_title if last else words("hidden_neuron", number=number)
        elif last:
            layer.title = words("output_layer" if len(layers) > 1 else "layer")
        else:
            layer.title = words("hidden_layer_number" if len(layers) > 2 else "hidden_layer", number=number)
        if len(layer.neurons) > 1:
            for place, neuron in enumerate(layer.neurons, 1):
                neuron.number = place
    return layers
