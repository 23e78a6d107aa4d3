"""Repeats, found in a graph: the time steps of a recurrence, the steps of a training, the examples of a batch.

A shift takes each node of one repeat to the node of the next that does the same. It is found by walking down from two
nodes that do the same, operand by operand: what both share is no part of a repeat, what differs ends the walk. Then
what is computed from nodes with a shift, such as the loss of a step, is walked up. So no repeat is a guess: every
operation in it has its like in the next, with operands that are its like's operands, shared, or numbers and leaves of
its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from autograd.drawing.neurons import Layer
from autograd.engine import primitives
from autograd.engine.value import Value

FEWEST = 4  # the first, the last, and two that are folded
_LOOKED_AT = 8  # the most places where a search for chains begins, and for repeats side by side
_ROUNDS = 8  # until every operand stands before its result
_AS_DEEP = 3  # nodes do the same where they and their operands, so many levels down, are the same operations

Kind: TypeAlias = Literal["time_steps", "steps_of_repeats", "examples_of_repeats", "repeats"]
Shift: TypeAlias = "dict[Value, Value]"
Deed: TypeAlias = "tuple[object, ...]"


@dataclass(frozen=True, slots=True, eq=False)
class Repeats:
    """The same operations several times.

    Attributes:
        kind: what they are called.
        first: the number of the first one.
        units: the nodes of each, those that do the same at the same place. Of the first and the last some may be
            missing, as where a sum begins with its second term.
    """

    kind: Kind
    first: int
    units: list[list[Value]]


def find_repeats(order: Sequence[Value], layers: Sequence[Layer]) -> Repeats | None:
    """Those repeats that hold the most nodes; None where there are none.

    Arguments:
        order: the nodes of the graph, or of a part of it, in topological order.
        layers: those of the graph; neurons side by side in a layer are no repeats.
    """
    neuron_of = {node: neuron for layer in layers for neuron in layer.neurons for node in neuron.sums}
    users: defaultdict[Value, list[Value]] = defaultdict(list)
    for node in order:
        for parent in node.parents:
            users[parent].append(node)
    does = {node: _does(node) for node in order}
    best: Repeats | None = None
    known: set[Value] = set()
    for seeds in _seeds(order, users, does):
        if any(a in known for a, _ in seeds):
            continue
        shift: Shift = {}
        taken: set[Value] = set()
        _walk_down(seeds, shift, taken, does)
        _walk_up(order, users, shift, taken, does)
        known.update(shift)
        if any(neuron_of.get(a) is not neuron_of.get(b) for a, b in shift.items()):
            continue
        found = _units(order, shift, seeds[-1][1])
        if found and (best is None or _size(found) > _size(best)):
            best = found
            if _size(best) == len(order):  # all of it: no others hold more
                break
    return best


def _size(repeats: Repeats) -> int:
    return sum([len(unit) for unit in repeats.units])


def _does(node: Value) -> Deed:
    """What a node does: its operation, of how many operands, and those numbers that are part of its symbol."""
    op, operands = node.op, node.operands
    if op is None:
        return ()
    if op is primitives.power or op is primitives.softmax:
        return (op, len(operands), *[x for x in operands if not isinstance(x, Value)])
    return op, len(operands)


def _operands_of_both(a: Value, b: Value) -> list[tuple[Value, Value]]:
    """The operands at the same place, where both are nodes; what is a number in one is a number of its own."""
    both = zip(a.operands, b.operands, strict=True)
    return [(x, y) for x, y in both if isinstance(x, Value) and isinstance(y, Value)]


def _seeds(
    order: Sequence[Value], users: dict[Value, list[Value]], does: Mapping[Value, Deed]
) -> Iterator[list[tuple[Value, Value]]]:
    """Pairs of nodes from which a shift may be found, the most promising first.

    In a chain these are the last two nodes that do the same; side by side, every operand and the next that does.
    """
    outside = [parent for parent in users if parent not in does]
    for leaves_are_themselves in (True, False):
        numbers: dict[object, int] = {}
        alike: dict[Value, int] = {}
        for node in (*outside, *order):
            used = len(users[node])
            given = not node.depth or node not in does
            what = () if used < 2 and given else does[node] if not given else node if leaves_are_themselves else used
            alike[node] = numbers.setdefault(what, len(numbers))
        yield from _seeds_among(order, alike, numbers)


def _seeds_among(
    order: Sequence[Value], does: dict[Value, int], numbers: dict[object, int]
) -> Iterator[list[tuple[Value, Value]]]:
    """The pairs where nodes with the same number do the same."""
    alike = dict(does)
    parents = {node: node.parents for node in order}
    for _ in range(_AS_DEEP):
        keys = {node: (does[node], *[alike[parent] for parent in parents[node]]) for node in order}
        alike.update({node: numbers.setdefault(key, len(numbers)) for node, key in keys.items()})
    chains: defaultdict[int, dict[int, Value]] = defaultdict(dict)
    for node in order:
        if node.depth:
            chains[alike[node]].setdefault(node.depth, node)
    for chain in sorted(chains.values(), key=len, reverse=True)[:_LOOKED_AT]:
        if len(chain) > 1:
            before, last = list(chain.values())[-2:]
            yield [(before, last)]
    rows: list[list[tuple[Value, Value]]] = []
    for node in order:
        if len(parents[node]) >= FEWEST:
            rows.append([])
            latest: dict[int, Value] = {}
            for parent in filter(parents.__contains__, parents[node]):
                before = latest.setdefault(alike[parent], parent)
                if parent.depth and before is not parent:
                    rows[-1].append((before, parent))
                latest[alike[parent]] = parent
    yield from sorted([row for row in rows if len(row) >= FEWEST - 1], key=len, reverse=True)[:_LOOKED_AT]


def _walk_down(
    seeds: Sequence[tuple[Value, Value]], shift: Shift, taken: set[Value], does: Mapping[Value, Deed]
) -> None:
    """Add to the shift these pairs, and those of their operands, as far as both do the same.

    Arguments:
        taken: the nodes to which something is shifted already; grows.
        does: of the nodes that a repeat may have what they do.
    """
    waiting = list(seeds)
    for a, b in waiting:  # grows on the way
        if a is b or a in shift or b in taken:
            continue
        if a in does and does[a] == does.get(b):
            shift[a] = b
            taken.add(b)
            waiting += _operands_of_both(a, b)


def _walk_up(
    order: Sequence[Value],
    users: dict[Value, list[Value]],
    shift: Shift,
    taken: set[Value],
    does: Mapping[Value, Deed],
) -> None:
    """Add to the shift what is computed from nodes that have one in the same way as from those they are shifted to."""
    for node in order:
        parents = node.parents
        shifted = [shift[parent] for parent in parents if parent in shift]
        if node in shift or not shifted:
            continue
        for user in min([users[parent] for parent in shifted], key=len):
            if (
                user is not node
                and user not in taken
                and does[user] == does[node]
                and all(
                    a is b or (shift[a] is b if a in shift else b not in taken)
                    for a, b in _operands_of_both(node, user)
                )
            ):
                _walk_down([(node, user)], shift, taken, does)
                break


def _units(order: Sequence[Value], shift: Shift, anchor: Value) -> Repeats | None:
    """The repeats that a shift makes, if there are enough of them."""
    images = set(shift.values())
    rows: list[list[Value]] = []  # in each the nodes that one and the same shift leads through
    for node in order:
        if node in shift and node not in images:
            row = [node]
            while row[-1] in shift:
                row.append(shift[row[-1]])
            rows.append(row)
    longest = next((len(row) for row in rows if anchor in row), 0)
    rows = [row for row in rows if longest - 2 <= len(row) <= longest]
    place = {node: (i, k) for i, row in enumerate(rows) for k, node in enumerate(row)}
    inner = [(place[a], place[b]) for b in order if b in place for a in b.parents if a in place]
    start = [0] * len(
        rows
    )  # the number of each row's first node: no operand may stand in a later repeat than its result
    for _ in range(_ROUNDS):
        late = [((i, k), (j, n)) for (i, k), (j, n) in inner if start[i] + k > start[j] + n]
        if not late:
            break
        for (i, k), (j, n) in late:
            start[j] = max(start[j], start[i] + k - n)
    else:
        return None
    first = max(0, max(start, default=0) - 1)  # this repeat and the last need not be whole, as they are drawn out
    ends = [begin + len(row) for begin, row in zip(start, rows, strict=True)]
    end = min(max(ends, default=0), min(ends, default=0) + 1)
    if end - first < FEWEST:  # so the second one is whole
        return None
    units = [
        [row[n - begin] for begin, row in zip(start, rows, strict=True) if 0 <= n - begin < len(row)]
        for n in range(first, end)
    ]
    # but what has little of a repeat is none, as where the result begins like one more step
    units = [unit for unit in units if 2 * len(unit) >= len(units[1])]
    if len(units) < FEWEST:
        return None
    # a running sum hands itself on, too, but what is summed stands side by side
    chain = any(
        start[i] + k < start[j] + n and not (i == j and rows[i][0].op is primitives.add) for (i, k), (j, n) in inner
    )
    return Repeats(_kind(units, chain), first + 1, units)


def _kind(units: Sequence[Sequence[Value]], chain: bool) -> Kind:
    """What repeats are called: those that share parameters and have data of their own are time steps, or examples."""
    one, next_one = units[1:3]
    shared = any(
        not b.depth and a is b for pair in zip(one, next_one, strict=True) for a, b in _operands_of_both(*pair)
    )
    own = any(not node.depth for node in one) or any(
        x != y
        for a, b in zip(one, next_one, strict=True)
        for x, y in zip(a.operands, b.operands, strict=True)
        if not isinstance(x, Value) and not isinstance(y, Value)
    )
    if chain:
        return "time_steps" if shared and own else "steps_of_repeats"
    return "examples_of_repeats" if shared and own else "repeats"
