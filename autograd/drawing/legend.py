"""The legend of a picture: what its shapes, colours and lines mean, of those that it has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from autograd.derivation.words import words
from autograd.drawing.scene import Key, Role, Scene

_MEANINGS: Final[Mapping[Role, str]] = {
    "input": "input",
    "parameter": "parameter",
    "target": "target",
    "neuron": "neuron",
    "constant": "constant",
    "loss": "result",
    "outside": "outside_of_group",
}
_COUNTED: Final[Mapping[Role, str]] = {"input": "inputs", "parameter": "parameters", "target": "targets"}


def legend_of(scene: Scene) -> list[Key]:
    """The keys of a scene; none where nothing in it has a role, and shapes tell leaves from operations only."""
    roles = {node.role for node in scene.nodes}
    if roles.isdisjoint((*_COUNTED, "neuron", "outside")):
        return []
    shaded = {node.role for node in scene.nodes if node.level is not None}
    network = "neuron" in roles
    keys = [Key(role, words(meaning), role in shaded, network) for role, meaning in _MEANINGS.items() if role in roles]
    weights = [edge.weight for edge in scene.edges if edge.weight is not None]
    if any(weight >= 0.0 for weight in weights):
        keys.append(Key("positive", words("positive_weight")))
    if any(weight < 0.0 for weight in weights):
        keys.append(Key("negative", words("negative_weight")))
    if len({abs(weight) for weight in weights}) > 1:
        keys.append(Key("thickness", words("size_of_weight")))
    return keys


def said_of(roles: Iterable[Role]) -> list[str]:
    """The same for those who cannot see it: a sentence on how many have which of these roles, or none."""
    count = Counter(roles)
    parts = [words(key, count=count[role]) for role, key in _COUNTED.items() if count[role]]
    return [f"{', '.join(parts)}."] if parts else []
