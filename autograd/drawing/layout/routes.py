"""The ways of the edges, and the boxes around nodes, once all nodes have their heights."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

from autograd.drawing.layout.columns import Grid
from autograd.drawing.layout.ordering import Columns
from autograd.drawing.layout.spacing import CLUSTER_PADDING, TITLE_INDENT, column_gap, title_width
from autograd.drawing.scene import Cluster, Point, Scene, SceneNode

_ENTRY_GAP = 9.0  # between two arrowheads at one node, at most
_APART = 2.0  # boxes that stand side by side
_LEVEL = 0.05  # what differs less in height is level
_HAS_ENTRIES = frozenset({"operation", "loss", "folded", "outside"})  # rectangles, whose arrows end side by side


def place_columns(scene: Scene, grid: Grid, columns: Columns, heights: list[float]) -> list[Point]:
    """Give every node its x; the left and right border of every column.

    Steep edges get wider gaps, and so do boxes in boxes. The first column of a box is as wide as its title at least:
    there lines are level, and none runs through it.
    """
    titles: defaultdict[int, float] = defaultdict(float)
    for cluster, covered in zip(scene.clusters, grid.covered, strict=True):
        titles[covered.start] = max(titles[covered.start], title_width(cluster.title))
    sides: defaultdict[int, int] = defaultdict(int)  # of boxes in one another, to the left of a column and the right
    for boxes in set(grid.boxes):
        starts, stops = [grid.covered[box].start for box in boxes], [-grid.covered[box].stop for box in boxes]
        for i in (*starts, *stops):
            sides[i] = max(sides[i], (*starts, *stops).count(i))
    steepest: defaultdict[int, float] = defaultdict(float)
    for vertex, near in enumerate(grid.right):
        for other in near:
            i = grid.column[vertex]
            steepest[i] = max(steepest[i], abs(heights[other] - heights[vertex]))
    borders: list[Point] = []
    left, gap = 0.0, column_gap(scene)
    for i, column in enumerate(columns):
        nodes = [scene.nodes[vertex] for vertex in column if vertex < grid.n_nodes]
        width = max([titles[i], *[node.width for node in nodes]])
        for node in nodes:
            node.x = left + width / 2
        borders.append((left, left + width))
        around = CLUSTER_PADDING * (sides[-i - 1] + sides[i + 1]) + _APART
        left += width + max(gap, around, min(steepest[i] / 4, 2.5 * gap))
    return borders


def route(scene: Scene, grid: Grid, heights: list[float], borders: list[Point]) -> None:
    """Lead every edge through its stops: level through columns, where no node is in its way, curved between them."""
    entries = _entries(scene, grid, heights)
    for edge, path in zip(scene.edges, grid.paths, strict=True):
        source, target = scene.nodes[edge.source], scene.nodes[edge.target]
        levels = [*[heights[vertex] for vertex in path[:-1]], entries[edge.index]]
        corners = [(x, y) for v, y in zip(path, levels, strict=True) for x in borders[grid.column[v]]]
        corners[0] = (source.x + source.width / 2, source.y)
        corners[-1] = (target.x - target.width / 2, levels[-1])
        inner = zip(corners, corners[1:], corners[2:], strict=False)
        bends = [b for a, b, c in inner if not abs(a[1] - b[1]) < _LEVEL > abs(b[1] - c[1])]
        edge.points = [corners[0]]
        for (ax, ay), (bx, by) in pairwise([corners[0], *bends, corners[-1]]):
            middle = (ax + bx) / 2
            edge.points += [(middle, ay), (middle, by), (bx, by)]


def _entries(scene: Scene, grid: Grid, heights: list[float]) -> list[float]:
    """The height at which every edge ends: those at one rectangle side by side, in the order in which they come."""
    entries = [heights[edge.target] for edge in scene.edges]
    arriving: defaultdict[int, list[int]] = defaultdict(list)
    for edge in scene.edges:
        arriving[edge.target].append(edge.index)
    for target, edges in arriving.items():
        node = scene.nodes[target]
        if node.role in _HAS_ENTRIES:
            step = min(_ENTRY_GAP, 0.6 * node.height / len(edges))
            edges.sort(key=lambda i: (heights[grid.paths[i][-2]], scene.edges[i].position))
            for place, i in enumerate(edges):
                entries[i] += step * (place - (len(edges) - 1) / 2)
    return entries


def surround(scene: Scene, grid: Grid, heights: list[float], borders: list[Point]) -> None:
    """Draw every box around its members, the lines that lead to them and its title, in its first column."""
    for i, cluster in reversed(list(enumerate(scene.clusters))):  # inner boxes before those around them
        inside: list[SceneNode | Cluster] = [scene.nodes[k] for k in cluster.members]
        inside += [box for box in scene.clusters[i + 1 :] if box.parent == i]
        left = min([item.x - item.width / 2 for item in inside]) - CLUSTER_PADDING
        right = max([item.x + item.width / 2 for item in inside]) + CLUSTER_PADDING
        first, last = borders[grid.covered[i].start]
        title = title_width(cluster.title)
        cluster.title_x = min(max(left + TITLE_INDENT, first), last - title)
        left = min(left, cluster.title_x - TITLE_INDENT)
        right = max(right, cluster.title_x + title + TITLE_INDENT)
        top, bottom = heights[len(grid.column) + 2 * i :][:2]
        cluster.x, cluster.y = (left + right) / 2, (top + bottom) / 2
        cluster.width, cluster.height = right - left, bottom - top
