"""Which column each node of a scene stands in, and what else stands in columns."""

from __future__ import annotations

from autograd.drawing.layout.ordering import Columns
from autograd.drawing.layout.spacing import minimum_lengths
from autograd.drawing.scene import Scene

_STRAIGHT = 8.0  # how much straighter an edge is between two stops than between two nodes
_TOGETHER = 4.0  # how much straighter an edge in a box is than one between boxes
_MOST_STOPS = 1000  # from so many on, edges from one node run together


def count_stops(scene: Scene) -> int:
    """How many columns the edges of a scene run through, all in all: what takes a layout its time."""
    column = columns_of(scene)
    return sum([column[edge.target] - column[edge.source] - 1 for edge in scene.edges])


def columns_of(scene: Scene) -> list[int]:
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


class Vertices:
    """The nodes and, numbered after them, the stops of long edges.

    Attributes:
        column: of each vertex.
        left, right: of each vertex its neighbours in the columns beside it.
        paths: of each edge the vertices along it.
        n_nodes: how many vertices are nodes.
        box: of each node in one, the innermost box.
    """

    def __init__(self, scene: Scene) -> None:
        self.column = columns_of(scene)
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
