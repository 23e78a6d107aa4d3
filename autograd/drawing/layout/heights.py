"""How high everything in a column stands, so that edges are straight and boxes apart."""

from __future__ import annotations

from collections import defaultdict
from graphlib import TopologicalSorter
from itertools import accumulate, pairwise
from math import fsum

from autograd.drawing.layout.columns import Grid, common
from autograd.drawing.layout.ordering import Boxes, Columns
from autograd.drawing.layout.spacing import CLUSTER_PADDING, NODE_GAP, TITLE_HEIGHT
from autograd.drawing.scene import Scene

_STRAIGHTENING, _FEWEST_SWEEPS = 16, 6  # sweeps for the heights
_STOP_GAP = 8.0  # between two stops of one column, and between boxes

Limits = list[tuple[int, int, float]]
"""Of two things in a column the upper one, the lower one, and how far apart their heights are at least."""


def heights_of(scene: Scene, grid: Grid, columns: Columns, effort: float = 1.0) -> list[float]:
    """The y of every vertex: each as near to its neighbours as the others in its column, and the boxes, let it.

    Arguments:
        effort: which part of the usual number of sweeps is made.
    """
    sweeps = max(_FEWEST_SWEEPS, round(effort * _STRAIGHTENING))
    limits = [_limits(scene, grid, column) for column in columns]
    gaps = [_gaps(column, of_column) for column, of_column in zip(columns, limits, strict=True)]
    heights = [0.0] * (len(grid.column) + 2 * len(scene.clusters))
    for column, gap in zip(columns, gaps, strict=True):
        for vertex, y in zip(column, accumulate(gap), strict=True):
            heights[vertex] = y - fsum(gap) / 2
    apart = _Apart(grid, [limit for of_column in limits for limit in of_column])
    for sweep in range(sweeps):
        sides = [(grid.left, grid.right)] if sweep >= sweeps // 2 else [(grid.left,), (grid.right,)]
        turn = range(len(columns)) if sweep % 2 == 0 else reversed(range(len(columns)))
        looked_at = sides[sweep % len(sides)]
        for i in turn:
            wanted = [_wanted(grid, vertex, looked_at, heights) for vertex in columns[i]]
            for vertex, y in zip(columns[i], _spread(wanted, gaps[i]), strict=True):
                heights[vertex] = y
        if scene.clusters:
            heights = apart.put(heights)
    apart.tighten(heights)
    return heights


def _limits(scene: Scene, grid: Grid, column: list[int]) -> Limits:
    """What keeps the things of a column apart: its vertices, and the upper and lower sides of boxes between them.

    Box i has the number ``n + 2 * i`` for its upper side and one more for its lower side, where there are n vertices.
    """
    n = len(grid.column)
    things: list[int] = []
    inside: Boxes = ()
    for vertex in column:
        boxes = grid.boxes[vertex]
        shared = len(common(inside, boxes))
        things += [n + 2 * box + 1 for box in reversed(inside[shared:])]
        things += [n + 2 * box for box in boxes[shared:]]
        things.append(vertex)
        inside = boxes
    things += [n + 2 * box + 1 for box in reversed(inside)]
    limits = []
    for a, b in pairwise(things):
        nodes = [scene.nodes[v] for v in (a, b) if v < grid.n_nodes]
        if a >= n and (a - n) % 2 == 0:  # below the upper side of a box
            gap = CLUSTER_PADDING + TITLE_HEIGHT
        elif b >= n and (b - n) % 2 == 1:  # above the lower side of one
            gap = CLUSTER_PADDING
        else:
            gap = NODE_GAP if nodes else _STOP_GAP
        limits.append((a, b, gap + fsum([node.height for node in nodes]) / 2))
    return limits


def _gaps(column: list[int], limits: Limits) -> list[float]:
    """How far below the vertex above it every vertex of a column stands at least; 0.0 for the first."""
    reach = dict(zip([b for _, b, _ in limits], accumulate([gap for _, _, gap in limits]), strict=True))
    places = [reach.get(vertex, 0.0) for vertex in column]
    return [0.0, *[b - a for a, b in pairwise(places)]]


class _Apart:
    """Puts what is too near to each other apart, in all columns at once."""

    def __init__(self, grid: Grid, limits: Limits) -> None:
        self.n = len(grid.column)
        self.above: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
        self.below: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
        sorter: TopologicalSorter[int] = TopologicalSorter()
        for a, b, gap in limits:
            self.above[b].append((a, gap))
            self.below[a].append((b, gap))
            sorter.add(b, a)
        self.order = list(sorter.static_order())

    def tighten(self, heights: list[float]) -> None:
        """Draw the sides of boxes to what they hold."""
        for side in reversed(range(self.n, len(heights))):  # inner boxes before those around them
            if (side - self.n) % 2 == 0:  # an upper one
                heights[side] = min([heights[v] - gap for v, gap in self.below[side]])
            else:
                heights[side] = max([heights[v] + gap for v, gap in self.above[side]])

    def put(self, heights: list[float]) -> list[float]:
        """Half of what is needed is done by moving up what is above, and half by moving down what is below."""
        self.tighten(heights)
        down, up = list(heights), list(heights)
        for thing in self.order:
            down[thing] = max([down[thing], *[down[v] + gap for v, gap in self.above[thing]]])
        for thing in reversed(self.order):
            up[thing] = min([up[thing], *[up[v] - gap for v, gap in self.below[thing]]])
        return [(a + b) / 2 for a, b in zip(down, up, strict=True)]


def _wanted(grid: Grid, vertex: int, sides: tuple[Columns, ...], heights: list[float]) -> tuple[float, float]:
    """Where a vertex would stand by its neighbours alone, and how much that matters."""
    total = weight = 0.0
    for side in sides:
        for other in side[vertex]:
            pull = grid.pull(vertex, other)
            total += pull * heights[other]
            weight += pull
    return (total / weight, weight) if weight else (heights[vertex], 0.01)


def _spread(wanted: list[tuple[float, float]], gaps: list[float]) -> list[float]:
    """The heights nearest to those wanted, by weighted squares, that keep the gaps: isotonic regression by pooling."""
    offsets = list(accumulate(gaps))
    pools: list[tuple[float, float, int]] = []  # height less offset, weight, how many
    for (y, weight), offset in zip(wanted, offsets, strict=True):
        pool = (y - offset, weight, 1)
        while pools and pools[-1][0] > pool[0]:
            z, other, count = pools.pop()
            pool = ((z * other + pool[0] * pool[1]) / (other + pool[1]), other + pool[1], count + pool[2])
        pools.append(pool)
    return [z + y for z, y in zip([z for z, _, count in pools for _ in range(count)], offsets, strict=True)]
