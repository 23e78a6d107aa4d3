"""How high everything in a column stands, so that edges are straight and boxes apart."""

from __future__ import annotations

from itertools import accumulate, pairwise

from autograd.drawing.layout.columns import Vertices
from autograd.drawing.layout.ordering import Columns
from autograd.drawing.layout.spacing import CLUSTER_PADDING, NODE_GAP, TITLE_HEIGHT
from autograd.drawing.scene import Cluster, Point, Scene

_STRAIGHTENING = 16  # sweeps for the heights
_STOP_GAP = 8.0  # between two stops of one column
_BOX_GAP = 8.0  # between two boxes, one below the other


def heights_of(scene: Scene, vertices: Vertices, columns: Columns) -> list[float]:
    """The y of every vertex: each as near to its neighbours as the others in its column let it."""
    gaps = [_gaps(scene, vertices, column) for column in columns]
    heights = [0.0] * len(vertices.column)
    for column, gap in zip(columns, gaps, strict=True):
        for vertex, y in zip(column, accumulate(gap), strict=True):
            heights[vertex] = y - sum(gap) / 2
    for sweep in range(_STRAIGHTENING):
        sides = ((-1, 1),) if sweep >= _STRAIGHTENING // 2 else ((-1,), (1,))
        turn = range(len(columns)) if sweep % 2 == 0 else reversed(range(len(columns)))
        looked_at = sides[sweep % len(sides)]
        for i in turn:
            wanted = [_wanted(vertices, vertex, looked_at, heights) for vertex in columns[i]]
            for vertex, y in zip(columns[i], _spread(wanted, gaps[i]), strict=True):
                heights[vertex] = y
    return heights


def part_boxes(scene: Scene, vertices: Vertices, columns: Columns, heights: list[float]) -> None:
    """Move boxes that stand in one another down, with all that stands below, so that each can be drawn."""
    last = len(scene.clusters) - 1
    for parent in [*range(last, -1, -1), None]:  # what stands in a box before the box
        boxes = [cluster for cluster in scene.clusters if cluster.parent == parent]
        boxes.sort(key=lambda box: sum([heights[v] for v in box.members]) / len(box.members))
        for i, lower in enumerate(boxes):
            for upper in boxes[:i]:
                _move_below(scene, vertices, columns, heights, upper, lower)


def _move_below(
    scene: Scene, vertices: Vertices, columns: Columns, heights: list[float], upper: Cluster, lower: Cluster
) -> None:
    """Move a box, and what stands below it, until it stands below another; not where their nodes are mixed."""
    ranges = [[vertices.column[v] for v in box.members] for box in (upper, lower)]
    if max(ranges[0]) < min(ranges[1]) or max(ranges[1]) < min(ranges[0]):
        return
    bottom, top = _reach(scene, heights, upper)[1], _reach(scene, heights, lower)[0]
    missing = bottom + _BOX_GAP - top
    if missing <= 0.0:
        return
    moved: list[int] = []
    for column in columns:
        own = [i for i, v in enumerate(column) if v in lower.members]
        others = [i for i, v in enumerate(column) if v in upper.members]
        if own and others and own[0] < others[-1]:
            return
        middle = (bottom + top) / 2
        first = own[0] if own else others[-1] + 1 if others else sum([heights[v] <= middle for v in column])
        moved += column[first:]
    for vertex in moved:
        heights[vertex] += missing


def _reach(scene: Scene, heights: list[float], box: Cluster) -> Point:
    """The top and the bottom of a box."""
    inner = [other for other in scene.clusters if other.parent is not None and scene.clusters[other.parent] is box]
    reaches = [_reach(scene, heights, other) for other in inner]
    reaches += [(heights[v] - scene.nodes[v].height / 2, heights[v] + scene.nodes[v].height / 2) for v in box.members]
    top, bottom = min([top for top, _ in reaches]), max([bottom for _, bottom in reaches])
    return top - CLUSTER_PADDING - TITLE_HEIGHT, bottom + CLUSTER_PADDING


def _gaps(scene: Scene, vertices: Vertices, column: list[int]) -> list[float]:
    """How far below the vertex above it every vertex of a column stands at least; 0.0 for the first."""
    boxes = {v: {i for i, cluster in enumerate(scene.clusters) if v in cluster.members} for v in column}
    gaps = [0.0]
    for above, below in pairwise(column):
        halves = [scene.nodes[v].height / 2 for v in (above, below) if v < vertices.n_nodes]
        gap = sum(halves) + (NODE_GAP if halves else _STOP_GAP)
        gap += CLUSTER_PADDING * len(boxes[above] - boxes[below])
        gap += (CLUSTER_PADDING + TITLE_HEIGHT) * len(boxes[below] - boxes[above])
        gaps.append(gap)
    return gaps


def _wanted(vertices: Vertices, vertex: int, sides: tuple[int, ...], heights: list[float]) -> tuple[float, float]:
    """Where a vertex would stand by its neighbours alone, and how much that matters."""
    total = weight = 0.0
    for side in sides:
        for other in vertices.beside(vertex, side):
            pull = vertices.pull(vertex, other)
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
