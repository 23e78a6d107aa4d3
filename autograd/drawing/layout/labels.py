"""Where the text of the edges goes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise
from math import fsum, hypot

from autograd.drawing.layout.spacing import CLUSTER_PADDING, LABEL_SIZE, TITLE_HEIGHT, label_width, title_width
from autograd.drawing.scene import Cluster, Point, Scene

_PLACES = (0.5, 0.4, 0.6, 0.3, 0.7, 0.22, 0.78, 0.16, 0.84)  # where on its edge a label is tried
_CELL = 16.0  # of the grid in which the points of the lines are looked up
_LINE_COST = 30.0  # of a point of another line under a label, as an area

Box = tuple[float, float, float, float]


def point_at(points: list[Point], place: float) -> Point:
    """The point of a path at ``place`` between 0, its start, and 1, its end."""
    pieces = (len(points) - 1) // 3
    piece = min(int(place * pieces), pieces - 1)
    t = place * pieces - piece
    u = 1.0 - t
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = points[3 * piece : 3 * piece + 4]
    a, b, c, d = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
    return a * ax + b * bx + c * cx + d * dx, a * ay + b * by + c * cy + d * dy


def place_labels(scene: Scene) -> None:
    """Put the text of every edge on its line, where it covers no node, no other text and no other line, if it can."""
    if not any(edge.label for edge in scene.edges):
        return
    lines: defaultdict[tuple[int, int], list[tuple[int, Point]]] = defaultdict(list)  # in each cell: edge, its points
    for edge in scene.edges:
        for x, y in _along(edge.points):
            lines[int(x // _CELL), int(y // _CELL)].append((edge.index, (x, y)))
    taken: list[Box] = [_box(node.x, node.y, node.width, node.height) for node in scene.nodes]
    taken += [title_box(cluster) for cluster in scene.clusters]
    for edge in scene.edges:
        if edge.label and edge.points:
            width = label_width(edge.label) + 4.0
            tried = [point_at(edge.points, place) for place in _PLACES]
            boxes = [_box(x, y, width, LABEL_SIZE + 3.0) for x, y in tried]
            costs = [
                sum([_overlap(box, other) for other in taken]) + _LINE_COST * _crossed(box, lines, edge.index)
                for box in boxes
            ]
            best = costs.index(min(costs))
            edge.label_at = tried[best]
            taken.append(boxes[best])


def title_box(cluster: Cluster) -> Box:
    """Where the title of a box stands: its left, upper, right and lower side."""
    top = cluster.y - cluster.height / 2
    return cluster.title_x, top, cluster.title_x + title_width(cluster.title), top + TITLE_HEIGHT + CLUSTER_PADDING / 2


def _along(points: list[Point]) -> list[Point]:
    """Points of a path, about as far apart as half a cell."""
    if not points:
        return []
    length = fsum([hypot(bx - ax, by - ay) for (ax, ay), (bx, by) in pairwise(points)])
    n = max(1, round(2.0 * length / _CELL))
    return [point_at(points, i / n) for i in range(n + 1)]


def _crossed(box: Box, lines: Mapping[tuple[int, int], list[tuple[int, Point]]], own: int) -> int:
    """How many points of other lines lie in a box."""
    left, top, right, bottom = box
    return sum(
        index != own and left < x < right and top < y < bottom
        for i in range(int(left // _CELL), int(right // _CELL) + 1)
        for j in range(int(top // _CELL), int(bottom // _CELL) + 1)
        for index, (x, y) in lines.get((i, j), ())
    )


def _box(x: float, y: float, width: float, height: float) -> Box:
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _overlap(a: Box, b: Box) -> float:
    """The area that two boxes share."""
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
