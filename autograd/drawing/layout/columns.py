"""Which column each node of a scene stands in, and what else stands in columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from autograd.drawing.layout.ordering import Boxes, Columns
from autograd.drawing.layout.spacing import minimum_lengths
from autograd.drawing.scene import Scene

_STRAIGHT = 8.0  # how much straighter an edge is between two stops than between two nodes
_TOGETHER = 4.0  # how much straighter an edge in a box is than one between boxes
_EVERYWHERE = 5  # edges of a leaf that is used so often, as in every time step, weigh half as much as others
_IN_BOX = 8  # how much more an edge weighs for each box around it
_MOST_STOPS = 1000  # from so many on, edges from one node run together


class Grid:
    """What stands in columns: the nodes and, numbered after them, the stops of long edges and fillers of boxes.

    A box has something in every column that it covers: where it has no node, a filler.

    Attributes:
        column: of each vertex.
        left, right: of each vertex its neighbours in the columns beside it.
        covered: of each box the columns from its first member to its last.
        paths: of each edge the vertices along it.
        boxes: of each vertex the boxes around it.
        n_nodes: how many vertices are nodes.
    """

    def __init__(self, scene: Scene) -> None:
        self.column = columns_of(scene)
        self.n_nodes = len(scene.nodes)
        self.left: Columns = [[] for _ in scene.nodes]
        self.right: Columns = [[] for _ in scene.nodes]
        self.boxes: list[Boxes] = [()] * self.n_nodes
        self.covered: list[range] = []
        for i, cluster in enumerate(scene.clusters):  # the outer ones first
            places = [self.column[v] for v in cluster.members]
            self.covered.append(range(min(places), max(places) + 1))
            for v in cluster.members:
                self.boxes[v] = (*self.boxes[v], i)
        spans = [(edge, range(self.column[edge.source] + 1, self.column[edge.target])) for edge in scene.edges]
        together = sum([len(columns) for _, columns in spans]) > _MOST_STOPS
        stops: dict[tuple[int, int], int] = {}
        self.paths: Columns = []
        for edge, columns in spans:
            ends = self.boxes[edge.source], self.boxes[edge.target]
            path = [edge.source]
            for i in columns:
                # a line runs between the boxes of a layer, and not through these, unless it begins and ends there
                around = [common(*ends), *[tuple([b for b in end[:-1] if i in self.covered[b]]) for end in ends]]
                boxes = max(around, key=len)
                stop = stops.get((edge.source, i))
                if stop is None:
                    stop = self._add(i, boxes)
                    self._connect(path[-1], stop)
                    if together:
                        stops[edge.source, i] = stop
                self.boxes[stop] = common(self.boxes[stop], boxes)
                path.append(stop)
            self._connect(path[-1], edge.target)
            self.paths.append([*path, edge.target])
        for box, cluster in enumerate(scene.clusters):
            around_box = self.boxes[cluster.members[0]]
            filled = {c for c, boxes in zip(self.column, self.boxes, strict=True) if box in boxes}
            for i in self.covered[box]:
                if i not in filled:
                    self._add(i, around_box[: around_box.index(box) + 1])

    def _add(self, column: int, boxes: Boxes) -> int:
        self.column.append(column)
        self.boxes.append(boxes)
        self.left.append([])
        self.right.append([])
        return len(self.column) - 1

    def _connect(self, a: int, b: int) -> None:
        self.right[a].append(b)
        self.left[b].append(a)

    def pull(self, a: int, b: int) -> float:
        """How straight the edge between two neighbours shall be."""
        if min(a, b) >= self.n_nodes:
            return _STRAIGHT
        return _TOGETHER if self.boxes[a] and self.boxes[a] == self.boxes[b] else 1.0


def common(a: Sequence[int], b: Sequence[int]) -> Boxes:
    """The boxes that are around both of two."""
    return tuple([i for i, j in zip(a, b, strict=False) if i == j])


def columns_of(scene: Scene) -> list[int]:
    """The column of every node: as far left as its operands let it, then moved where that makes edges shorter.

    A node moves together with those that it pushes: results to the right, operands to the left. An edge within a box
    weighs more, so that boxes are short, and one of a leaf that is used everywhere less, so that what is used once
    stands where it is used.
    """
    place = [0] * len(scene.nodes)
    boxes: list[list[int]] = [[] for _ in place]
    for box, cluster in enumerate(scene.clusters):
        for v in cluster.members:
            boxes[v].append(box)
    users = Counter([edge.source for edge in scene.edges])
    everywhere = {v for v, count in users.items() if count >= _EVERYWHERE and scene.nodes[v].role != "operation"}
    pulls = [0] * len(place)  # of each node, by its edges: to the right, less to the left
    beside: dict[int, list[list[tuple[int, int]]]] = {1: [[] for _ in place], -1: [[] for _ in place]}
    for edge, length in zip(scene.edges, minimum_lengths(scene), strict=True):
        place[edge.target] = max(place[edge.target], place[edge.source] + length)
        beside[1][edge.source].append((edge.target, length))
        beside[-1][edge.target].append((edge.source, length))
        pull = 2 + _IN_BOX * len(common(boxes[edge.source], boxes[edge.target]))
        pull -= edge.source in everywhere
        pulls[edge.source] += pull
        pulls[edge.target] -= pull
    moved = True
    while moved:
        moved = False
        for way in (1, -1):
            ahead = beside[way]
            for node in reversed(scene.nodes) if way > 0 else scene.nodes:
                while way * pulls[node.index] > 0:
                    pushed = _pushed(node.index, ahead, place)
                    if way * sum([pulls[v] for v in pushed]) <= 0:
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
