"""Folding: the groups of nodes that a picture of a large graph shows as one.

Folding by repeat draws the first and the last of what is computed several times, and makes one node of those between
them. Folding by layer makes each layer one node, and where that is not enough also what stands between the layers.
Folding by depth makes one node of all operations at the same distance from the leaves, or at neighbouring ones.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from math import ceil

from autograd.derivation.words import words
from autograd.drawing.neurons import Layer, Neuron
from autograd.drawing.repeats import Repeats, find_repeats
from autograd.drawing.scene import Role
from autograd.engine.value import Value

MOST_BANDS = 12  # of depth: what stands side by side on a page
NEURONS = "neurons_of"
"""The run of the neurons of a layer, which has boxes of its own for them."""
_MOST_SYMBOLS = 4
LEAVES: dict[Role, str] = {"input": "inputs", "target": "targets", "parameter": "parameters", "leaf": "leaves"}


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Nodes that are drawn as one, under a title and lines that say what they are.

    Attributes:
        parts: what it is made of, such as the time steps, in their order.
        run: what several of the parts are called: the key of the words that say so.
        first: the number of the first part.
    """

    title: str
    notes: tuple[str, ...]
    members: tuple[Value, ...]
    parts: tuple[Group, ...] = ()
    run: str = ""
    first: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Folding:
    """How a graph is folded.

    Attributes:
        way: what by: the key of the words that say so.
        groups: what is drawn as one node.
        boxes: what is drawn in a box, under a title.
    """

    way: str
    groups: list[Group]
    boxes: list[tuple[str, list[Value]]]


def folded(
    order: Sequence[Value], layers: Sequence[Layer], roles: Mapping[Value, Role], limit: int, way: str
) -> Folding:
    """Fold a graph by repeat, by layer or by depth: the first of these, from ``way`` on, that can be done.

    Where the first and the last repeat have too many nodes to be drawn, too, layers over a batch of examples go before
    repeats.
    """
    found = find_repeats(order, layers) if way == "repeat" else None
    if found:
        by_repeat = fold_by_repeat(order, layers, roles, limit, found)
        if by_repeat is None and not all(map(_at_once, layers)):
            by_repeat = fold_by_repeat(order, layers, roles, limit, found, whole=True)
        if by_repeat:
            return by_repeat
    by_layer = fold_by_layer(order, layers, roles, limit) if way != "depth" else None
    if by_layer is not None:
        return Folding("folded_by_layer", by_layer, [])
    by_repeat = fold_by_repeat(order, layers, roles, limit, found, whole=True) if found else None
    return by_repeat or Folding("folded_by_depth", fold_by_depth(order, roles, limit), [])


def fold_by_repeat(
    order: Sequence[Value],
    layers: Sequence[Layer],
    roles: Mapping[Value, Role],
    limit: int,
    found: Repeats,
    *,
    whole: bool = False,
) -> Folding | None:
    """A group for the repeats between a first and a last one, and a box for each of these two.

    None where more than ``limit`` nodes would be left.

    Arguments:
        found: those that hold the most nodes; where too many are left, others are looked for among these.
        whole: make the first and the last one a group, too.
    """
    groups: list[Group] = []
    boxes: list[tuple[str, list[Value]]] = []
    done: set[Value] = set()
    left = len(order)
    while left > limit:
        repeats = find_repeats([node for node in order if node not in done], layers) if done else found
        if repeats is None:
            leaves = leaves_by_role([node for node in order if not node.depth and node not in done], roles)
            left -= sum([len(group.members) - 1 for group in leaves])
            groups += leaves
            break
        done.update(*repeats.units)
        last = repeats.first + len(repeats.units) - 1
        for first, units in (
            (repeats.first, repeats.units[:1]),
            (repeats.first + 1, repeats.units[1:-1]),
            (last, repeats.units[-1:]),
        ):
            title = words(repeats.kind, count=len(units), first=first, last=first + len(units) - 1)
            members = tuple([node for unit in units for node in unit])
            if whole or len(units) > 1:
                parts = [
                    Group(words(repeats.kind, count=1, first=k, last=k), _notes_of_repeats([unit], roles), tuple(unit))
                    for k, unit in enumerate(units, first)
                ]
                notes = _notes_of_repeats(units, roles)
                of_several = tuple(parts) if len(units) > 1 else ()
                groups.append(Group(title, notes, members, of_several, repeats.kind, first))
                left -= len(members) - 1
            else:
                boxes.append((title, list(members)))
    folds = bool(done) and left <= limit and acyclic(order, groups)
    return Folding("folded_by_repeat", groups, boxes) if folds else None


def _notes_of_repeats(units: Sequence[Sequence[Value]], roles: Mapping[Value, Role]) -> tuple[str, ...]:
    """How often which operations, and which leaves are in them."""
    operations = [node for node in units[0] if node.depth]
    n = len(operations)
    leaves = Counter(roles[node] for unit in units for node in unit if not node.depth)
    return (
        words("times_the_same", times=len(units), count=n) if len(units) > 1 else words("operations", count=n),
        symbols_of(operations),
        *[words(LEAVES[role], count=count) for role, count in leaves.items()],
    )


def fold_by_layer(
    order: Sequence[Value],
    layers: Sequence[Layer],
    roles: Mapping[Value, Role],
    limit: int,
    results: Collection[Value] | None = None,
) -> list[Group] | None:
    """A group for every layer and, where more than ``limit`` nodes would be left, for what lies between them.

    None where the graph has no layers, or cannot be read layer by layer, as that of a recurrent network.

    Arguments:
        results: what stays as it is; by default what nothing uses.
    """
    groups = [_group_of_layer(layer) for layer in layers]
    folded = {node for group in groups for node in group.members}
    rest = [node for node in order if node not in folded]
    if groups and len(groups) + len(rest) > limit:
        results = unused(order) if results is None else results
        groups += _between(order, layers, [node for node in rest if node.depth and node not in results])
        groups += leaves_by_role([node for node in rest if not node.depth], roles)
    return groups if groups and acyclic(order, groups) else None


def fold_by_depth(
    order: Sequence[Value], roles: Mapping[Value, Role], limit: int, results: Collection[Value] | None = None
) -> list[Group]:
    """A group for each role of leaves, and one for each band of depths; results stay as they are.

    Arguments:
        results: by default what nothing uses.
    """
    if results is None:
        results = unused(order)
    inner = [node for node in order if node.depth and node not in results]
    lowest, deepest = (inner[0].depth - 1, inner[-1].depth) if inner else (0, 0)
    height = ceil((deepest - lowest) / max(1, min(limit - 4, MOST_BANDS)))
    bands: defaultdict[int, list[Value]] = defaultdict(list)
    for node in inner:
        bands[(node.depth - lowest - 1) // height].append(node)
    groups = leaves_by_role([node for node in order if not node.depth], roles)
    for band, members in bands.items():
        first, last = lowest + band * height + 1, min(deepest, lowest + (band + 1) * height)
        title = words("depths", count=last - first + 1, first=first, last=last)
        notes = words("operations", count=len(members)), symbols_of(members)
        groups.append(Group(title, notes, tuple(members)))
    return groups


def _group_of_layer(layer: Layer) -> Group:
    neurons = words("neurons", count=len(layer.neurons)) + (f" · {layer.activation}" if layer.activation else "")
    used = "examples" if _at_once(layer) else "times_used"
    parts = [
        Group(words("neuron_number", number=neuron.number), _notes_of_neurons([neuron], used), tuple(neuron.nodes))
        for neuron in layer.neurons
        if neuron.number
    ]
    notes = (neurons, *_notes_of_neurons(layer.neurons, used))
    return Group(layer.title, notes, tuple(layer.nodes), tuple(parts), NEURONS, layer.neurons[0].number)


def _notes_of_neurons(neurons: Sequence[Neuron], used: str) -> tuple[str, ...]:
    """How many parameters there are, and how often they are used, if more than once."""
    parameters = sum([len(neuron.parameters) for neuron in neurons])
    times = max([len(neuron.sums) for neuron in neurons])
    return (
        *([words("parameters", count=parameters)] if parameters else []),
        *([words(used, count=times)] if times > 1 else []),
    )


def _at_once(layer: Layer) -> bool:
    """Whether a layer is used for examples, and not time after time on what it gave before."""
    return all(len({node.depth for node in neuron.sums}) == 1 for neuron in layer.neurons)


def leaves_by_role(leaves: Sequence[Value], roles: Mapping[Value, Role]) -> list[Group]:
    """A group for the leaves of each role, if there are several."""
    of_role: defaultdict[Role, list[Value]] = defaultdict(list)
    for leaf in leaves:
        of_role[roles[leaf]].append(leaf)
    return [
        Group(words(LEAVES[role], count=len(them)), (), tuple(them)) for role, them in of_role.items() if len(them) > 1
    ]


def _between(order: Sequence[Value], layers: Sequence[Layer], operations: Sequence[Value]) -> list[Group]:
    """Operations outside of the layers, grouped by how many layers lie before them."""
    number = {node: i for i, layer in enumerate(layers, 1) for node in layer.nodes}
    passed: dict[Value, int] = {}
    for node in order:
        passed[node] = max([number.get(node, 0), *[passed.get(parent, 0) for parent in node.parents]])
    levels: defaultdict[int, list[Value]] = defaultdict(list)
    for node in operations:
        levels[passed[node]].append(node)
    return [
        Group(words("operations", count=len(members)), (symbols_of(members),), tuple(members))
        for _, members in sorted(levels.items())
        if len(members) > 1
    ]


def unused(order: Sequence[Value]) -> set[Value]:
    """The nodes of a whole graph that no other uses: its results."""
    return set(order).difference([parent for node in order for parent in node.parents])


def acyclic(order: Sequence[Value], groups: Sequence[Group]) -> bool:
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


def symbols_of(nodes: Sequence[Value]) -> str:
    """Which operations there are, the most frequent ones first: ``60 ×, 40 +``."""
    count = Counter(node.op.symbol for node in nodes if node.op is not None)
    shown = [f"{n} {symbol}" for symbol, n in count.most_common(_MOST_SYMBOLS)]
    return ", ".join([*shown, "…"] if len(count) > _MOST_SYMBOLS else shown)
