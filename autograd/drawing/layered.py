"""The layout engine that needs no program: columns from left to right. Imports the scene, spacing and ordering.

Every node gets a column, to the right of its operands; an edge over several columns gets a stop in each of them; the
order in each column is chosen for few crossings; then heights, for straight edges; then curves through the stops.

Source: Sugiyama, Tagawa and Toda, "Methods for visual understanding of hierarchical system structures" (1981); Gansner,
Koutsofios, North and Vo, "A technique for drawing directed graphs" (1993).
"""

from __future__ import annotations

from collections import defaultdict
from itertools import accumulate, pairwise

from autograd.drawing.ordering import Columns, order_columns
from autograd.drawing.scene import Cluster, Point, Scene, SceneNode
from autograd.drawing.spacing import (
    CLUSTER_PADDING,
    NODE_GAP,
    TITLE_HEIGHT,
    column_gap,
    minimum_lengths,
)

_STRAIGHTENING = 16  # sweeps for the heights
_STRAIGHT = 8.0  # how much straighter an edge is between two stops than between two nodes
_TOGETHER = 4.0  # how much straighter an edge in a box is than one between boxes
_STOP_GAP = 8.0  # between two stops of one column
_BOX_GAP = 8.0  # between two boxes, one below the other
_ENTRY_GAP = 9.0  # between two arrowheads at one node, at most
_MOST_STOPS = 1000  # from so many on, edges from one node run together
_LEVEL = 0.05  # what differs less in height is level
_HAS_ENTRIES = frozenset({"operation", "loss", "folded"})  # rectangles, whose arrows end side by side


def lay_out_in_layers(scene: Scene) -> None:
    """Place everything, in points; an empty scene stays as it is."""
    if not scene.nodes:
        return
    vertices = _Vertices(scene)
    columns = _order(vertices)
    heights = _heights(scene, vertices, columns)
    _part_boxes(scene, vertices, columns, heights)
    for node in scene.nodes:
        node.y = heights[node.index]
    borders = _place_columns(scene, vertices, columns, heights)
    _route(scene, vertices, heights, borders)
    for i in reversed(range(len(scene.clusters))):  # inner boxes before those around them
        _surround(scene, i)


def count_stops(scene: Scene) -> int:
    """How many columns the edges of a scene run through, all in all: what takes a layout its time."""
    column = _columns_of(scene)
    return sum([column[edge.target] - column[edge.source] - 1 for edge in scene.edges])


def _columns_of(scene: Scene) -> list[int]:
    """The column of every node: as far left as its operands let it, then moved where that makes edges shorter.

    A node moves together with those that it pushes: results to the right, operands to the left.
    """
    place = [0] * len(scene.nodes)
    beside: dict[int, list[list[tuple[int, int]]]] = {1: [[] for _ in place], -1: [[] for _ in place]}
    for edge, length in zip(scene.edges, minimum_lengths(scene), strict=True):
        place[edge.target] = max(place[edge.target], place[edge.source] + length)
        beside[1][edge.source].append((edge.target, length))
        beside[-1][edge.target].append((edge.source, length))
    moved = True
    while moved:
        moved = False
        for way in (1, -1):
            ahead, behind = beside[way], beside[-way]
            for node in reversed(scene.nodes) if way > 0 else scene.nodes:
                while len(ahead[node.index]) > len(behind[node.index]):
                    pushed = _pushed(node.index, ahead, place)
                    if sum([len(ahead[v]) - len(behind[v]) for v in pushed]) <= 0:
                        break
                    for v in pushed:
                        place[v] += way
                    moved = True
    first = min(place)
    return [column - first for column in place]


def _pushed(start: int, ahead: list[list[tuple[int, int]]], place: list[int]) -> set[int]:
    """The nodes that move by a column if this one does: itself, and all that its edges are too short for."""
    found = {start}
    waiting = [start]
    while waiting:
        node = waiting.pop()
        for other, length in ahead[node]:
            if other not in found and abs(place[other] - place[node]) == length:
                found.add(other)
                waiting.append(other)
    return found


class _Vertices:
    """The nodes and, numbered after them, the stops of long edges.

    Attributes:
        column: of each vertex.
        left, right: of each vertex its neighbours in the columns beside it.
        paths: of each edge the vertices along it.
        n_nodes: how many vertices are nodes.
        box: of each node in one, the innermost box.
    """

    def __init__(self, scene: Scene) -> None:
        self.column = _columns_of(scene)
        self.n_nodes = len(scene.nodes)
        self.box = {v: i for i, cluster in enumerate(scene.clusters) for v in cluster.members}  # the inner ones last
        self.left: Columns = [[] for _ in scene.nodes]
        self.right: Columns = [[] for _ in scene.nodes]
        self.paths: Columns = []
        spans = [(edge, range(self.column[edge.source] + 1, self.column[edge.target])) for edge in scene.edges]
        together = sum([len(columns) for _, columns in spans]) > _MOST_STOPS
        stops: dict[tuple[int, int], int] = {}
        for edge, columns in spans:
            path = [edge.source]
            for i in columns:
                stop = stops.get((edge.source, i))
                if stop is None:
                    stop = self._add_stop(path[-1])
                    if together:
                        stops[edge.source, i] = stop
                path.append(stop)
            self._connect(path[-1], edge.target)
            self.paths.append([*path, edge.target])

    def _add_stop(self, before: int) -> int:
        stop = len(self.column)
        self.column.append(self.column[before] + 1)
        self.left.append([])
        self.right.append([])
        self._connect(before, stop)
        return stop

    def _connect(self, a: int, b: int) -> None:
        self.right[a].append(b)
        self.left[b].append(a)

    def is_private(self, vertex: int) -> bool:
        """Whether this is a leaf that is used once."""
        return not self.left[vertex] and len(self.right[vertex]) == 1

    def pull(self, a: int, b: int) -> float:
        """How straight the edge between two neighbours shall be."""
        if min(a, b) >= self.n_nodes:
            return _STRAIGHT
        return _TOGETHER if a in self.box and self.box[a] == self.box.get(b) else 1.0

    def beside(self, vertex: int, side: int) -> list[int]:
        """The neighbours to the left (-1) or to the right (1)."""
        return self.left[vertex] if side < 0 else self.right[vertex]


# --- the order in the columns ----------------------------------------------------------------------------------


def _order(vertices: _Vertices) -> Columns:
    """The columns, each from top to bottom, with few crossings, and operands in their order where that costs none."""
    best = order_columns(vertices.column, vertices.left, vertices.right)
    return _operands_in_order(vertices, best if _first_above(vertices, best) else [column[::-1] for column in best])


def _first_above(vertices: _Vertices, columns: Columns) -> bool:
    """Whether most first operands stand above the second ones; upside down, just as many edges cross."""
    place = {vertex: i for column in columns for i, vertex in enumerate(column)}
    operands: defaultdict[int, list[int]] = defaultdict(list)
    for path in vertices.paths:
        if not vertices.is_private(path[0]):
            operands[path[-1]].append(path[0])
    pairs = {pair for sources in operands.values() for pair in pairwise(sources)}  # once, however many results use them
    above = [place[a] - place[b] for a, b in pairs if vertices.column[a] == vertices.column[b]]
    return sum((d < 0) - (d > 0) for d in above) >= 0


def _operands_in_order(vertices: _Vertices, columns: Columns) -> Columns:
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


# --- places ----------------------------------------------------------------------------------------------------


def _heights(scene: Scene, vertices: _Vertices, columns: Columns) -> list[float]:
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


def _part_boxes(scene: Scene, vertices: _Vertices, columns: Columns, heights: list[float]) -> None:
    """Move boxes that stand in one another down, with all that stands below, so that each can be drawn."""
    last = len(scene.clusters) - 1
    for parent in [*range(last, -1, -1), None]:  # what stands in a box before the box
        boxes = [cluster for cluster in scene.clusters if cluster.parent == parent]
        boxes.sort(key=lambda box: sum([heights[v] for v in box.members]) / len(box.members))
        for i, lower in enumerate(boxes):
            for upper in boxes[:i]:
                _move_below(scene, vertices, columns, heights, upper, lower)


def _move_below(
    scene: Scene, vertices: _Vertices, columns: Columns, heights: list[float], upper: Cluster, lower: Cluster
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


def _gaps(scene: Scene, vertices: _Vertices, column: list[int]) -> list[float]:
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


def _wanted(vertices: _Vertices, vertex: int, sides: tuple[int, ...], heights: list[float]) -> tuple[float, float]:
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


def _place_columns(scene: Scene, vertices: _Vertices, columns: Columns, heights: list[float]) -> list[Point]:
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


# --- edges and boxes -------------------------------------------------------------------------------------------


def _route(scene: Scene, vertices: _Vertices, heights: list[float], borders: list[Point]) -> None:
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


def _entries(scene: Scene, vertices: _Vertices, heights: list[float]) -> list[float]:
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


def _surround(scene: Scene, index: int) -> None:
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
