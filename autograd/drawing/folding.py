"""Folding: the groups of nodes that a picture of a large graph shows as one.

Folding by layer makes each layer one node, and where that is not enough also what stands between the layers. Folding
by depth makes one node of all operations at the same distance from the leaves, or at neighbouring ones.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from math import ceil

from autograd.derivation.words import words
from autograd.drawing.neurons import Layer
from autograd.drawing.scene import Role
from autograd.engine.value import Value

MOST_BANDS = 12  # of depth: what stands side by side on a page
_MOST_SYMBOLS = 4
_LEAVES: dict[Role, str] = {"input": "inputs", "target": "targets", "parameter": "parameters", "leaf": "leaves"}


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Nodes that are drawn as one, under a title and lines that say what they are."""

    title: str
    notes: tuple[str, ...]
    members: tuple[Value, ...]


def fold_by_layer(
    order: Sequence[Value], layers: Sequence[Layer], roles: Mapping[Value, Role], limit: int
) -> list[Group] | None:
    """A group for every layer and, where more than ``limit`` nodes would be left, for what lies between them.

    None where the graph has no layers, or cannot be read layer by layer, as that of a recurrent network.
    """
    groups = [_group_of_layer(layer) for layer in layers]
    folded = {node for group in groups for node in group.members}
    rest = [node for node in order if node not in folded]
    if groups and len(groups) + len(rest) > limit:
        groups += _between(order, layers, [node for node in rest if node.depth])
        groups += _leaves([node for node in rest if not node.depth], roles)
    return groups if groups and _acyclic(order, groups) else None


def fold_by_depth(order: Sequence[Value], roles: Mapping[Value, Role], limit: int) -> list[Group]:
    """A group for each role of leaves, and one for each band of depths; results that nothing uses stay as they are."""
    used = {parent for node in order for parent in node.parents}
    inner = [node for node in order if node.depth and node in used]
    deepest = inner[-1].depth if inner else 0
    height = ceil(deepest / max(1, min(limit - 4, MOST_BANDS)))
    bands: defaultdict[int, list[Value]] = defaultdict(list)
    for node in inner:
        bands[(node.depth - 1) // height].append(node)
    groups = _leaves([node for node in order if not node.depth], roles)
    for band, members in bands.items():
        first, last = band * height + 1, min(deepest, (band + 1) * height)
        title = words("depths", count=last - first + 1, first=first, last=last)
        notes = words("operations", count=len(members)), _symbols(members)
        groups.append(Group(title, notes, tuple(members)))
    return groups


def _group_of_layer(layer: Layer) -> Group:
    neurons = words("neurons", count=len(layer.neurons)) + (f" · {layer.activation}" if layer.activation else "")
    parameters = words("parameters", count=sum(len(neuron.parameters) for neuron in layer.neurons))
    examples = max(len(neuron.sums) for neuron in layer.neurons)
    notes = (neurons, parameters, words("examples", count=examples)) if examples > 1 else (neurons, parameters)
    return Group(layer.title, notes, tuple(layer.nodes))


def _leaves(leaves: Sequence[Value], roles: Mapping[Value, Role]) -> list[Group]:
    """A group for the leaves of each role, if there are several."""
    of_role: defaultdict[Role, list[Value]] = defaultdict(list)
    for leaf in leaves:
        of_role[roles[leaf]].append(leaf)
    return [
        Group(words(_LEAVES[role], count=len(them)), (), tuple(them)) for role, them in of_role.items() if len(them) > 1
    ]


def _between(order: Sequence[Value], layers: Sequence[Layer], operations: Sequence[Value]) -> list[Group]:
    """The operations outside of the layers, grouped by how many layers lie before them; results stay as they are."""
    number = {node: i for i, layer in enumerate(layers, 1) for node in layer.nodes}
    passed: dict[Value, int] = {}
    for node in order:
        passed[node] = max([number.get(node, 0), *[passed[parent] for parent in node.parents]])
    used = {parent for node in order for parent in node.parents}
    levels: defaultdict[int, list[Value]] = defaultdict(list)
    for node in operations:
        if node in used:
            levels[passed[node]].append(node)
    return [
        Group(words("operations", count=len(members)), (_symbols(members),), tuple(members))
        for _, members in sorted(levels.items())
        if len(members) > 1
    ]


def _acyclic(order: Sequence[Value], groups: Sequence[Group]) -> bool:
    """Whether the arrows between the groups, and the nodes in none, still point one way."""
    group_of: dict[Value, object] = {node: group for group in groups for node in group.members}
    sorter: TopologicalSorter[object] = TopologicalSorter()
    for node in order:
        unit = group_of.get(node, node)
        sorter.add(unit, *[u for parent in node.parents if (u := group_of.get(parent, parent)) is not unit])
    try:
        sorter.prepare()
    except CycleError:
        return False
    return True


def _symbols(nodes: Sequence[Value]) -> str:
    """Which operations there are, the most frequent ones first: ``60 ×, 40 +``."""
    count = Counter(node.op.symbol for node in nodes if node.op is not None)
    shown = [f"{n} {symbol}" for symbol, n in count.most_common(_MOST_SYMBOLS)]
    return ", ".join([*shown, "…"] if len(count) > _MOST_SYMBOLS else shown)
