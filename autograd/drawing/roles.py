"""What a leaf is in a computation: input, target or parameter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from autograd.drawing.neurons import Layer, row_and_inputs
from autograd.drawing.scene import Role
from autograd.engine.value import Value

_END = r"s?_?\d*(?![a-z])"
_ROLES_OF_NAMES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    ("input", re.compile(rf"(x|input|feature){_END}", re.IGNORECASE)),
    ("target", re.compile(rf"(t|y|target|label|y_?true){_END}", re.IGNORECASE)),
    ("parameter", re.compile(rf"(w|b|theta|θ|beta|β|alpha|α|weight|bias|biase|param|parameter){_END}", re.IGNORECASE)),
)


def leaf_roles(order: Iterable[Value], layers: Iterable[Layer], names: Mapping[Value, str]) -> dict[Value, Role]:
    """The role of every leaf: by its place in a layer, else by its name, else an input.

    Weights and biases of a layer are parameters, what they meet is an input. Names are read as the textbooks use them:
    x is an input, t or y a target, w, b and theta are parameters.
    """
    roles: dict[Value, Role] = {}
    for layer in layers:
        for neuron in layer.neurons:
            roles.update(dict.fromkeys(neuron.parameters, "parameter"))
            for node in neuron.sums:
                for leaf in row_and_inputs(node)[1]:
                    if isinstance(leaf, Value) and not leaf.depth:
                        roles.setdefault(leaf, "input")
    for node in order:
        if not node.depth and node not in roles:
            name = names.get(node, "")
            roles[node] = next((role for role, pattern in _ROLES_OF_NAMES if pattern.match(name)), "input")
    return roles
