"""The layout engine that needs no program: columns from left to right.

Every node gets a column, to the right of its operands; an edge over several columns gets a stop in each of them; the
order in each column is chosen for few crossings; then heights, for straight edges; then curves through the stops.

Source: Sugiyama, Tagawa and Toda, "Methods for visual understanding of hierarchical system structures" (1981); Gansner,
Koutsofios, North and Vo, "A technique for drawing directed graphs" (1993).
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

from autograd.drawing.columns import Vertices
from autograd.drawing.heights import heights_of, part_boxes
from autograd.drawing.ordering import Columns, order_columns
from autograd.drawing.routing import route, surround
from autograd.drawing.scene import Point, Scene
from autograd.drawing.spacing import column_gap


def lay_out_in_layers(scene: Scene) -> None:
    """Place everything, in points; an empty scene stays as it is."""
    if not scene.nodes:
        return
    vertices = Vertices(scene)
    columns = _ordered(vertices)
    heights = heights_of(scene, vertices, columns)
    part_boxes(scene, vertices, columns, heights)
    for node in scene.nodes:
        node.y = heights[node.index]
    borders = _place_columns(scene, vertices, columns, heights)
    route(scene, vertices, heights, borders)
    for i in reversed(range(len(scene.clusters))):  # inner boxes before those around them
        surround(scene, i)


def _ordered(vertices: Vertices) -> Columns:
    """The columns, each from top to bottom, with few crossings, and operands in their order where that costs none."""
    best = order_columns(vertices.column, vertices.left, vertices.right)
    return _operands_in_order(vertices, best if _first_above(vertices, best) else [column[::-1] for column in best])


def _first_above(vertices: Vertices, columns: Columns) -> bool:
    """Whether most first operands stand above the second ones; upside down, just as many edges cross."""
    place = {vertex: i for column in columns for i, vertex in enumerate(column)}
    operands: defaultdict[int, list[int]] = defaultdict(list)
    for path in vertices.paths:
        if not vertices.is_private(path[0]):
            operands[path[-1]].append(path[0])
    pairs = {pair for sources in operands.values() for pair in pairwise(sources)}  # once, however many results use them
    above = [place[a] - place[b] for a, b in pairs if vertices.column[a] == vertices.column[b]]
    return sum((d < 0) - (d > 0) for d in above) >= 0


def _operands_in_order(vertices: Vertices, columns: Columns) -> Columns:
    """Leaves that one result alone uses, in the order in which it names them; their edges cross no more than before."""
    place = {vertex: i for column in columns for i, vertex in enumerate(column)}
    ordered = [list(column) for column in columns]
    for operands in vertices.left:
        of_column: defaultdict[int, list[int]] = defaultdict(list)
        for v in dict.fromkeys(operands):
            if vertices.is_private(v):
                of_column[vertices.column[v]].append(v)
        for c, leaves in of_column.items():
            for at, leaf in zip(sorted([place[v] for v in leaves]), leaves, strict=True):
                ordered[c][at] = leaf
    return ordered


def _place_columns(scene: Scene, vertices: Vertices, columns: Columns, heights: list[float]) -> list[Point]:
    """Give every node its x; the left and right border of every column. Steep edges get wider gaps."""
    steepest: defaultdict[int, float] = defaultdict(float)
    for vertex, near in enumerate(vertices.right):
        for other in near:
            i = vertices.column[vertex]
            steepest[i] = max(steepest[i], abs(heights[other] - heights[vertex]))
    borders: list[Point] = []
    left, gap = 0.0, column_gap(scene)
    for i, column in enumerate(columns):
        nodes = [scene.nodes[vertex] for vertex in column if vertex < vertices.n_nodes]
        width = max([node.width for node in nodes], default=0.0)
        for node in nodes:
            node.x = left + width / 2
        borders.append((left, left + width))
        left += width + max(gap, min(steepest[i] / 4, 2.5 * gap))
    return borders
