"""The ways of the edges, and the boxes around nodes, once all nodes have their places."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

from autograd.drawing.layout.columns import Vertices
from autograd.drawing.layout.spacing import CLUSTER_PADDING, TITLE_HEIGHT
from autograd.drawing.scene import Cluster, Point, Scene, SceneNode

_ENTRY_GAP = 9.0  # between two arrowheads at one node, at most
_LEVEL = 0.05  # what differs less in height is level
_HAS_ENTRIES = frozenset({"operation", "loss", "folded"})  # rectangles, whose arrows end side by side


def route(scene: Scene, vertices: Vertices, heights: list[float], borders: list[Point]) -> None:
    """Lead every edge through its stops: level through columns, where no node is in its way, curved between them."""
    entries = _entries(scene, vertices, heights)
    for edge, path in zip(scene.edges, vertices.paths, strict=True):
        source, target = scene.nodes[edge.source], scene.nodes[edge.target]
        levels = [*[heights[vertex] for vertex in path[:-1]], entries[edge.index]]
        corners = [(x, y) for v, y in zip(path, levels, strict=True) for x in borders[vertices.column[v]]]
        corners[0] = (source.x + source.width / 2, source.y)
        corners[-1] = (target.x - target.width / 2, levels[-1])
        inner = zip(corners, corners[1:], corners[2:], strict=False)
        bends = [b for a, b, c in inner if not abs(a[1] - b[1]) < _LEVEL > abs(b[1] - c[1])]
        edge.points = [corners[0]]
        for (ax, ay), (bx, by) in pairwise([corners[0], *bends, corners[-1]]):
            middle = (ax + bx) / 2
            edge.points += [(middle, ay), (middle, by), (bx, by)]


def _entries(scene: Scene, vertices: Vertices, heights: list[float]) -> list[float]:
    """The height at which every edge ends: those at one rectangle side by side, in the order in which they come."""
    entries = [heights[edge.target] for edge in scene.edges]
    arriving: defaultdict[int, list[int]] = defaultdict(list)
    for edge in scene.edges:
        arriving[edge.target].append(edge.index)
    for target, edges in arriving.items():
        node = scene.nodes[target]
        if node.role in _HAS_ENTRIES:
            step = min(_ENTRY_GAP, 0.6 * node.height / len(edges))
            edges.sort(key=lambda i: (heights[vertices.paths[i][-2]], scene.edges[i].position))
            for place, i in enumerate(edges):
                entries[i] += step * (place - (len(edges) - 1) / 2)
    return entries


def surround(scene: Scene, index: int) -> None:
    """Draw a box around its members, unless it would cover a node or a part of a box that does not belong there."""
    cluster = scene.clusters[index]
    inner = [other for other in scene.clusters[index + 1 :] if other.width]
    own = [scene.nodes[i] for i in cluster.members]
    children = [other for other in inner if set(other.members) <= set(cluster.members)]
    inside: list[SceneNode | Cluster] = [*own, *children]
    sides = [_sides(item) for item in inside]
    left, top, right, bottom = (f([s[k] for s in sides]) for k, f in enumerate((min, min, max, max)))
    left, right = left - CLUSTER_PADDING, right + CLUSTER_PADDING
    top, bottom = top - CLUSTER_PADDING - TITLE_HEIGHT, bottom + CLUSTER_PADDING
    members = set(cluster.members)
    foreign = [node for node in scene.nodes if node.index not in members]
    others = [other for other in inner if other not in children]
    outside: list[SceneNode | Cluster] = [*foreign, *others]
    for item in outside:
        a, b, c, d = _sides(item)
        if a < right and left < c and b < bottom and top < d:
            return
    cluster.x, cluster.y = (left + right) / 2, (top + bottom) / 2
    cluster.width, cluster.height = right - left, bottom - top


def _sides(item: SceneNode | Cluster) -> tuple[float, float, float, float]:
    return item.x - item.width / 2, item.y - item.height / 2, item.x + item.width / 2, item.y + item.height / 2
