"""Where each parameter stands in theta: the weights of a layer as one block, then its biases.

Weights that meet the same inputs form a matrix, a row a neuron; each matrix is a reshaped view of theta, without a
copy. What belongs to no layer follows in the order in which the graph names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import prod

from autograd.compiler.names import RESERVED, data_name, identifier, stem
from autograd.compiler.scalars import Leaf, ScalarGraph, Sum


@dataclass(frozen=True, slots=True)
class Block:
    """Some neighbouring parameters: ``theta[start : start + size]`` in a shape (one, two or no axes)."""

    start: int
    shape: tuple[int, ...]
    role: str
    layer: int = 0
    name: str = ""

    @property
    def size(self) -> int:
        """The number of parameters."""
        return prod(self.shape)


@dataclass(frozen=True, slots=True)
class Layout:
    """The position in theta of each parameter's node, and the blocks."""

    position: dict[int, int]
    blocks: list[Block]

    def __str__(self) -> str:
        return "\n".join(
            f"theta[{b.start}:{b.start + b.size}] = {b.role}{b.layer or ''} {b.shape}" for b in self.blocks
        )


def layout(graph: ScalarGraph, levels: dict[int, int], axes: dict[int, str | None]) -> Layout:
    """Give each parameter that the outputs need its place."""
    leaves = {i: form for i in levels if isinstance(form := graph.forms[i], Leaf)}
    parameters = {i for i, leaf in leaves.items() if leaf.kind == "parameter"}
    position: dict[int, int] = {}
    blocks: list[Block] = []

    def claim(members: Sequence[int], shape: tuple[int, ...], role: str, layer: int = 0) -> bool:
        if len(set(members)) < len(members) or any(p in position for p in members):
            return False
        blocks.append(Block(len(position), shape, role, layer))
        for p in members:
            position[p] = len(position)
        return True

    layers: dict[tuple[int, tuple[int, ...]], list[tuple[list[int], list[int]]]] = {}
    for number in sorted(levels, key=lambda i: (levels[i], i)):
        row = _row(graph, number, parameters, axes)
        if row is not None:
            inputs, weights, bias = row
            layers.setdefault((levels[number], inputs), []).append((weights, bias))
    count = 0
    for (_, inputs), rows in sorted(layers.items(), key=lambda layer: (layer[0][0], -len(layer[1]) * len(layer[0][1]))):
        shape = tuple(size for size in (len(rows), len(inputs)) if size > 1)
        if claim([p for weights, _ in rows for p in weights], shape, "W", count + 1):
            count += 1
            biases = [p for _, bias in rows for p in bias]
            if len(biases) == len(rows):
                claim(biases, (len(rows),) if len(rows) > 1 else (), "b", count)
    for number in sorted(parameters):
        if number not in position:
            claim([number], (), "p")
    return Layout(position, _named(blocks, [graph.label(number) for number in position], graph.tables))


def _named(blocks: Sequence[Block], labels: Sequence[str | None], axes: Iterable[str]) -> list[Block]:
    """The blocks with names: after their labels, those of the parameters in the order of theta."""
    found: list[Block] = []
    taken = {*RESERVED, *map(data_name, axes)}  # those of the tables of numbers
    loose = 0
    for block in blocks:
        own = labels[block.start : block.start + block.size]
        name = (identifier(own[0]) if block.size == 1 else "") or stem(own)
        if block.role == "p":
            loose += 1
            default = f"p{loose}"
        else:
            default = f"{block.role.lower() if len(block.shape) < 2 else block.role}{block.layer}"
        if len(block.shape) == 2:
            name = name[:1].upper() + name[1:]
        name = default if not name or name in taken else name
        while name in taken:
            name += "_"
        taken.add(name)
        found.append(replace(block, name=name))
    return found


def _row(
    graph: ScalarGraph, number: int, parameters: set[int], axes: dict[int, str | None]
) -> tuple[tuple[int, ...], list[int], list[int]] | None:
    """The inputs, weights and bias of a node that is a weighted sum of parameters times something of the examples."""
    form = graph.forms[number]
    if not isinstance(form, Sum):
        return None
    pairs, bias = [], []
    for _, a, b in form.terms:
        if b is None:
            if a in parameters:
                bias.append(a)
        else:
            w, x = (a, b) if a in parameters else (b, a)
            if w in parameters and axes[x] is not None:
                leaf = graph.forms[x]
                pairs.append((leaf.index if isinstance(leaf, Leaf) else x, x, w))  # in the order of the columns
    pairs.sort()
    return (tuple([x for _, x, _ in pairs]), [w for _, _, w in pairs], bias[:1]) if pairs else None
