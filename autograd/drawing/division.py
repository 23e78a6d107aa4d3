"""Division: how what is in a group is drawn, so that no picture has more than some tens of boxes.

A few nodes are drawn each. Of more there are groups again: runs of the parts that the group is made of, such as time
steps; or what folds the whole graph, too, repeats and layers; or what hangs together; or, at last, bands of depths.
Every way makes smaller groups, so that groups in groups come to an end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from math import ceil

from autograd.derivation.styles import one_line
from autograd.derivation.words import words
from autograd.drawing.folding import (
    LEAVES,
    MOST_BANDS,
    NEURONS,
    Folding,
    Group,
    acyclic,
    fold_by_depth,
    fold_by_layer,
    fold_by_repeat,
    leaves_by_role,
    symbols_of,
)
from autograd.drawing.neurons import Layer
from autograd.drawing.repeats import find_repeats
from autograd.drawing.scene import Role
from autograd.engine.graph import depth_of
from autograd.engine.value import Value

MOST_DRAWN, _MOST_COLUMNS = 48, 32  # boxes of what is in one group, and columns, if it is drawn node by node
MOST_BOXES = 40  # if there are groups in it
MOST_CONSTANTS = 12  # of one operation; more are drawn as one
_SIDE_BY_SIDE = 20  # the most groups, where nothing leads from one to the other
_RUNS = {
    "operations": "operations_of",
    "inputs": "inputs_of",
    "targets": "targets_of",
    "parameters": "parameters_of",
    "leaves": "leaves_of",
}
_IN_A_CHUNK, _DEEP = 30, 10  # nodes, and depths, that a group has where any number will do


def divided(
    group: Group, layers: Sequence[Layer], roles: Mapping[Value, Role], names: Mapping[Value, str], way: str
) -> Folding:
    """How what is in a group is drawn.

    Arguments:
        group: its members may stand in any order.
        layers: what of the layers of the graph is in it.
        roles: of all nodes of the graph that have one.
        names: of those that have one.
        way: the first way of folding that is tried: "repeat", "layer" or "depth".

    Returns:
        The folding; its way is the first that may be tried in its groups.
    """
    order = sorted(group.members, key=depth_of)
    if drawable(order):
        several = [part for part in group.parts if len(part.members) > 1 and group.run != NEURONS]
        return Folding(way, [], [(part.title, list(part.members)) for part in several])
    for folding in _ways(group, order, layers, roles, names, way):
        groups = [inner for inner in folding.groups if len(inner.members) > 1]
        inside = {node for inner in groups for node in inner.members}
        alone = boxes_of([node for node in order if node not in inside])
        smaller = groups and max([len(inner.members) for inner in groups]) < len(order)
        if smaller and len(groups) + alone <= MOST_BOXES and acyclic(order, groups):
            return Folding(folding.way, groups, folding.boxes)
    raise AssertionError("chunks and bands of depths always divide")


def drawable(nodes: Sequence[Value]) -> bool:
    """Whether nodes are few enough, and their chains short enough, that each of them is drawn."""
    if len(nodes) > MOST_DRAWN or boxes_of(nodes) > MOST_DRAWN:
        return False
    column: dict[Value, int] = {}
    for node in sorted(nodes, key=depth_of):
        column[node] = 1 + max([column.get(parent, 0) for parent in node.parents], default=0)
    return max(column.values()) <= _MOST_COLUMNS


def boxes_of(nodes: Sequence[Value]) -> int:
    """How many boxes some nodes take with their constants, at most."""
    constants = [sum([not isinstance(x, Value) for x in node.operands]) for node in nodes]
    return len(nodes) + sum([n if n <= MOST_CONSTANTS else 1 for n in constants])


def _ways(
    group: Group,
    order: Sequence[Value],
    layers: Sequence[Layer],
    roles: Mapping[Value, Role],
    names: Mapping[Value, str],
    way: str,
) -> Iterator[Folding]:
    """The ways in which a group may be divided, the best first."""
    results = [node for node in order if roles.get(node) == "loss"]
    results = results if len(results) < MOST_BOXES // 2 else []
    leaves = leaves_by_role([node for node in order if not node.depth], roles)
    if group.parts:
        parts = _runs(group)
        inside = {node for part in group.parts for node in part.members}
        rest = [node for node in order if node not in inside and node.depth and node not in results]
        yield Folding(way, parts, [])
        yield Folding(way, [*parts, *leaves_by_role([n for n in order if n not in inside and not n.depth], roles)], [])
        yield Folding(way, [*parts, Group(words("operations", count=len(rest)), (symbols_of(rest),), tuple(rest))], [])
    found = find_repeats(order, layers) if way == "repeat" else None
    if found:
        for whole in (False, True):
            folding = fold_by_repeat(order, layers, roles, MOST_BOXES, found, whole=whole)
            if folding:
                yield Folding(way, folding.groups, folding.boxes)
    if way != "depth":
        of_layers = fold_by_layer(order, layers, roles, MOST_BOXES, results)
        if of_layers:
            yield Folding(way, of_layers, [])
        way = way if found else "layer"
    yield Folding(way, leaves, [])
    together = _together(order)
    if len(together) > 1:
        yield Folding(way, _chunks(together, roles, names), [])
    depths = [node.depth for node in order if node.depth] or [0]
    bands = max(2, ceil(len(order) / _IN_A_CHUNK), ceil((max(depths) - min(depths)) / _DEEP))
    yield Folding(way, fold_by_depth(order, roles, bands + 4, results), [])
    yield Folding(way, fold_by_depth(order, roles, bands + 4, ()), [])


def _runs(group: Group) -> list[Group]:
    """The parts of a group; if these are many, runs of them, by their numbers: by fives, tens, fifties, ...

    Runs are as long as they can be drawn node by node; longer only where there would be too many.
    """
    parts, first = group.parts, group.first
    inside = {node: i for i, part in enumerate(parts) for node in part.members}
    chain = any(inside.get(parent, i) != i for node, i in inside.items() for parent in node.parents)
    most = MOST_BANDS if chain else _SIDE_BY_SIDE
    size = 1
    for longer in (size * 10**i for i in range(9) for size in (1, 5)):
        some = [node for part in parts[:longer] for node in part.members]
        if longer < len(parts) and ((first + len(parts) - 1) // size - first // size >= most or drawable(some)):
            size = longer
    if size == 1:
        return list(parts)
    runs = []
    for _, numbered in groupby(enumerate(parts, first), key=lambda part: part[0] // size):
        run = list(numbered)
        (low, one), (high, _) = run[0], run[-1]
        if low == high:
            runs.append(one)
        else:
            title = words(group.run, count=len(run), first=low, last=high)
            members = [node for _, part in run for node in part.members]
            notes = words("operations", count=sum([node.depth > 0 for node in members])), symbols_of(members)
            runs.append(Group(title, notes, tuple(members), tuple([part for _, part in run]), group.run, low))
    return runs


def _together(order: Sequence[Value]) -> list[list[Value]]:
    """The nodes of each part that hangs together, in the order of their first nodes."""
    near: defaultdict[Value, list[Value]] = defaultdict(list)
    inside = set(order)
    for node in order:
        for parent in node.parents:
            if parent in inside:
                near[node].append(parent)
                near[parent].append(node)
    parts = []
    for start in order:
        if start in inside:
            inside.remove(start)
            part = [start]
            for node in part:  # grows on the way
                for other in near[node]:
                    if other in inside:
                        inside.remove(other)
                        part.append(other)
            parts.append(part)
    return parts


def _chunks(parts: Sequence[Sequence[Value]], roles: Mapping[Value, Role], names: Mapping[Value, str]) -> list[Group]:
    """Groups of whole parts, none of which leads to another, of about the same size."""
    n = sum(map(len, parts))
    size = n / min(_SIDE_BY_SIDE, max(2, ceil(n / _IN_A_CHUNK)))
    chunks: list[list[Value]] = [[]]
    for part in parts:
        if chunks[-1] and len(chunks[-1]) + len(part) / 2 > size:
            chunks.append([])
        chunks[-1] += part
    groups, first = [], 1
    for chunk in chunks:
        kinds = {"operations" if node.depth else LEAVES[roles[node]] for node in chunk}
        run = _RUNS[kinds.pop()] if len(kinds) == 1 else "nodes_of"
        title = words(run, count=len(chunk), first=first, last=first + len(chunk) - 1)
        named = [one_line(names[node]) for node in chunk if node in names]
        ends = words("first_and_last", first=named[0], last=named[-1]) if len(named) > 1 else "".join(named)
        groups.append(Group(title, (symbols_of(chunk), ends), tuple(chunk)))
        first += len(chunk)
    return groups
