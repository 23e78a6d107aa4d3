"""The order of vertices in columns, from top to bottom, so that few edges cross and operands stand in their order.

Source: Sugiyama, Tagawa and Toda, "Methods for visual understanding of hierarchical system structures" (1981), for the
sweeps; Matuszewski, Schönfeld and Molitor, "Using sifting for k-layer straightline crossing minimization" (1999).
"""

from __future__ import annotations

import random
from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate, takewhile
from operator import add

_CROSSING = 1000  # what a crossing costs, where two vertices that do not stand in the order of operands cost 1
_SWEEPS = 10  # over all columns, from each start
_SHUFFLED = 5  # vertices that stand together
_WORK = 1100  # for each vertex, in units of about a microsecond; it bounds the time, and yet the picture stays the same
_MOST_WORK = 800_000

Columns = list[list[int]]
Sides = Sequence[Sequence[int]]
"""Of each vertex its neighbours in a column beside its own."""
Boxes = tuple[int, ...]
"""The boxes around a vertex, the outermost first."""


def order_columns(
    column: Sequence[int], left: Sides, right: Sides, boxes: Sequence[Boxes] = (), effort: float = 1.0
) -> Columns:
    """The columns, each from top to bottom, with few crossings.

    The better of two starts is improved by sweeps; then some vertices at a time are shuffled, which leads out of dead
    ends; at last operands are put into their order where that costs no crossing. Where there are boxes, the start is
    the order of operands, and is improved from there: what is in a box stays together, and boxes keep their order.

    Arguments:
        column: the column of each vertex, from 0.
        left, right: the neighbours of each vertex in the columns beside its own, one for each edge; those to the left
            in the order of operands.
        boxes: those around each vertex; none by default.
        effort: how long the search is; the usual one is bounded by about a millisecond for each vertex.

    Example:
        >>> order_columns([0, 0, 1, 1], [[], [], [1], [0]], [[3], [2], [], []])
        [[1, 0], [2, 3]]
    """
    boxes = boxes or [()] * len(column)
    rows = [tuple(map(tuple, side)) for side in (left, right)]
    return [list(one) for one in _ordered(tuple(column), *rows, tuple(boxes), effort)]


@lru_cache(maxsize=64)
def _ordered(
    column: tuple[int, ...],
    left: tuple[tuple[int, ...], ...],
    right: tuple[tuple[int, ...], ...],
    boxes: tuple[Boxes, ...],
    effort: float,
) -> Columns:
    """The same, remembered: what is in the groups of a large graph is often alike."""
    rank = _ranks(left, right)
    search = _Search(column, left, right, boxes, rank)
    starts = [_columns(column, rank, boxes)]
    if not any(boxes):
        search.work = int(effort * min(_WORK * len(column), _MOST_WORK))
        for start in (*starts, _columns(column, _ranks([near[::-1] for near in left], right), boxes)):
            search.begin(start)
            for turn in range(_SWEEPS):
                search.sweep(turn)
        search.shuffle()
        starts = [search.best, [order[::-1] for order in search.best]]
    search.least, search.disorder = -1, 1
    search.work = int(effort * min(_WORK * len(column), _MOST_WORK)) // 4
    for start in starts:
        search.begin(start)
    if not any(boxes):
        search.turn()
    search.shuffle()
    return search.best


class _Search:
    """A search for an order with few crossings.

    Attributes:
        rank: of each vertex its place in the order of operands.
        disorder: what it costs where two vertices of a column are not in that order.
        columns: the order that is looked at.
        position: of each vertex in its column.
        cost: of this order.
        best, least: the best order so far, and its cost.
        work: how much may still be done; where it is spent, nothing moves any more.
    """

    def __init__(
        self, column: Sequence[int], left: Sides, right: Sides, boxes: Sequence[Boxes], rank: Sequence[int]
    ) -> None:
        self.column, self.left, self.right, self.boxes, self.rank = column, left, right, boxes, rank
        self.columns: Columns = []
        self.position = [0] * len(column)
        self.cost = self.disorder = 0
        self.best: Columns = []
        self.least = -1
        self.work = 0
        self.signs: dict[int, dict[tuple[int, ...], list[int]]] = {}  # the rows found so far, for each size

    def begin(self, columns: Columns) -> None:
        """Look at this order, and improve it."""
        self.columns = [list(column) for column in columns]
        for column in self.columns:
            self.number(column)
        self.cost = self.count(self.columns)
        self.settle(range(len(self.column)))

    def sweep(self, turn: int) -> None:
        """Sort every column by the mean of its neighbours on one side, then improve that."""
        if not self.least or self.work <= 0:
            return
        self.work -= 3 * len(self.column)
        rightwards = turn % 2 == 0
        side = self.left if rightwards else self.right
        for column in self.columns[1:] if rightwards else self.columns[-2::-1]:
            self.sort(column, side, turn % 4 > 1)
        self.cost = self.count(self.columns)
        self.settle(range(len(self.column)))

    def sort(self, column: list[int], side: Sides, upwards: bool) -> None:
        """Vertices without neighbours on the side keep their places."""
        near = {v: [self.position[w] for w in side[v]] for v in column}
        keys = {v: sum(places) / len(places) for v, places in near.items() if places}
        in_column = [v for v in column if v in keys]
        in_order = iter(sorted(reversed(in_column) if upwards else in_column, key=lambda v: keys[v]))  # ties both ways
        column[:] = [next(in_order) if vertex in keys else vertex for vertex in column]
        self.number(column)

    def shuffle(self) -> None:
        """Shuffle some vertices that stand together in the best order, then improve that, as long as work is left."""
        rng = random.Random(0)  # the same picture for the same graph
        while self.least and self.work > 0:
            self.columns = [list(column) for column in self.best]
            for column in self.columns:
                self.number(column)
            vertex = rng.randrange(len(self.column))
            place = self.column[vertex]
            column, at = self.columns[place], self.position[vertex]
            low = max(0, min(at - _SHUFFLED // 2, len(column) - _SHUFFLED))
            alike = [self.boxes[v] == self.boxes[vertex] for v in column]
            first = at - len(list(takewhile(bool, reversed(alike[low:at]))))
            some = column[first : at + len(list(takewhile(bool, alike[at : low + _SHUFFLED])))]
            rng.shuffle(some)
            beside = self.columns[max(0, place - 1) : place + 1]
            before = self.count(beside)
            column[first : first + len(some)] = some
            self.number(column)
            self.cost = self.least + self.count(beside) - before
            self.work -= len(self.column) // 3
            self.settle([w for v in some for side in (self.left, self.right) for w in side[v]])

    def turn(self) -> None:
        """Put what hangs together within some columns into the order of operands, also with all on one side reversed.

        So neither a part of the picture nor the whole stands upside down where that saves no crossing.
        """
        last = len(self.best) - 1
        for i in range(last + 1):
            for first, end, reverse in (
                (0, i + 1, slice(0)),
                (i, last + 1, slice(0)),
                (i, i + 2, slice(0, i + 1)),
                (i, i + 2, slice(i + 1, None)),
            ):
                if self.work <= 0:
                    return
                self.work -= len(self.column)
                columns = [list(column) for column in self.best]
                columns[reverse] = [column[::-1] for column in columns[reverse]]
                columns[first:end] = self.by_part(columns[first:end])
                self.begin(columns)

    def by_part(self, columns: Columns) -> Columns:
        """Columns side by side, in each of which the parts that hang together stand in the order of operands."""
        found: dict[int, int] = {}  # of each vertex the least rank in its part
        inside = {v for column in columns for v in column}
        for start in sorted(inside, key=self.rank.__getitem__):
            waiting = [start]
            while waiting:
                vertex = waiting.pop()
                if vertex in inside and vertex not in found:
                    found[vertex] = self.rank[start]
                    waiting += [*self.left[vertex], *self.right[vertex]]
        return [sorted(column, key=found.__getitem__) for column in columns]

    def settle(self, waiting: Iterable[int]) -> None:
        """Move vertices to their best places, then the neighbours of those that moved, until that helps no more.

        Remember the order, if it is the best one.
        """
        while waiting and self.work > 0:
            of_column: defaultdict[int, list[int]] = defaultdict(list)
            for vertex in set(waiting):
                of_column[self.column[vertex]].append(vertex)
            moved = [v for place in sorted(of_column) for v in self.sift(place, of_column[place])]
            waiting = [w for v in moved for w in (v, *self.left[v], *self.right[v])]
        if self.least < 0 or self.cost <= self.least:
            self.best, self.least = [list(column) for column in self.columns], self.cost

    def sift(self, place: int, some: list[int]) -> list[int]:
        """Move vertices of a column to their best places in it; those that moved."""
        column, last = self.columns[place], len(self.columns) - 1
        sizes = [len(self.columns[i]) if 0 <= i <= last else 0 for i in (place - 1, place + 1)]
        self.work -= len(column) + len(column) * sum(sizes) // 400 + len(some) * (len(column) // 6 + 3)
        tables = [self.gains(column, side, size) for side, size in zip((self.left, self.right), sizes, strict=True)]
        boxed = any(map(self.boxes.__getitem__, column))
        moved = []
        for vertex in sorted(some, key=self.position.__getitem__):
            rows = [
                [row[p] for row in table]
                for side, table in zip((self.left, self.right), tables, strict=True)
                for p in [self.position[w] for w in side[vertex]]
            ]
            if self.disorder:
                rank = self.rank[vertex]
                rows.append([1 if self.rank[v] < rank else -1 for v in column])
            if not rows:
                continue
            passing = list(map(add, *rows)) if len(rows) == 2 else list(map(sum, zip(*rows, strict=True)))
            at = column.index(vertex)
            # what is saved by passing one vertex, two, three ...: below, and above
            down, up = list(accumulate(passing[at + 1 :])), [-s for s in accumulate(passing[:at][::-1])]
            if boxed:
                self.keep_boxes(vertex, column[at + 1 :], down)
                self.keep_boxes(vertex, column[:at][::-1], up)
            most_down, most_up = max(down, default=0), max(up, default=0)
            if max(most_down, most_up) <= 0:
                continue
            to = at + 1 + down.index(most_down) if most_down >= most_up else at - 1 - up.index(most_up)
            column.insert(to, column.pop(at))
            for table in tables:
                table.insert(to, table.pop(at))
            self.cost -= max(most_down, most_up)
            moved.append(vertex)
        if moved:
            self.number(column)
        return moved

    def keep_boxes(self, vertex: int, ahead: Sequence[int], saved: list[int]) -> None:
        """Strike out what a vertex saves by passing those ahead where it would leave its box, or enter another."""
        own = self.boxes[vertex]
        inner = len(own) + 1
        passed = [self.boxes[v] for v in ahead]
        for i, (boxes, after) in enumerate(zip(passed, [*passed[1:], ()], strict=False)):
            if boxes[: len(own)] != own:
                saved[i:] = [0] * (len(saved) - i)
            elif len(boxes) >= inner and boxes[:inner] == after[:inner]:
                saved[i] = 0

    def gains(self, column: list[int], side: Sides, size: int) -> list[list[int]]:
        """For every vertex of a column a row: what is saved if an edge goes below the vertex.

        The entry p is for an edge to position p on the side, where there are ``size`` vertices.
        """
        known, position = self.signs.setdefault(size, {}), self.position
        table = []
        for v in column:
            places = tuple([position[w] for w in side[v]])
            if places not in known:
                known[places] = _signs(places, size)
            table.append(known[places])
        return table

    def number(self, column: list[int]) -> None:
        """Note where the vertices of a column stand."""
        for i, vertex in enumerate(column):
            self.position[vertex] = i

    def count(self, columns: Iterable[list[int]]) -> int:
        """What these columns cost, with the edges that go to the right from them."""
        total = 0
        for column in columns:
            ends: list[int] = []  # of the edges from the vertices above, sorted
            ranks: list[int] = []  # of the vertices above, sorted
            for vertex in column:
                near = [self.position[w] for w in self.right[vertex]]
                total += _CROSSING * sum([len(ends) - bisect_right(ends, p) for p in near])
                ends = sorted(ends + near)
                total += self.disorder * (len(ranks) - bisect_right(ranks, self.rank[vertex]))
                insort(ranks, self.rank[vertex])
        return total


def _ranks(left: Sides, right: Sides) -> list[int]:
    """Of each vertex when a search in depth from the last results meets it: the order of operands."""
    rank: dict[int, int] = {}
    waiting = [v for v in reversed(range(len(right))) if not right[v]]
    while waiting:
        vertex = waiting.pop()
        if vertex not in rank:
            rank[vertex] = len(rank)
            waiting += reversed(left[vertex])
    return [rank[v] for v in range(len(right))]


def _columns(column: Sequence[int], rank: Sequence[int], boxes: Sequence[Boxes]) -> Columns:
    """The columns in the order of the ranks; what is in a box stands together, where the first of it would stand."""
    in_order = sorted(range(len(column)), key=rank.__getitem__)
    first = {box: rank[v] for v in reversed(in_order) for box in boxes[v]}
    in_order.sort(key=lambda v: (*[first[box] for box in boxes[v]], rank[v]))
    columns: Columns = [[] for _ in range(max(column) + 1)]
    for v in in_order:
        columns[column[v]].append(v)
    return columns


def _signs(places: Sequence[int], size: int) -> list[int]:
    """For every position how many of the places are above it, less those that are below it, as crossings cost."""
    row: list[int] = []
    level = -len(places)
    for q in sorted(places):
        if q == len(row) - 1:  # two edges to one vertex
            row[q] += _CROSSING
        else:
            row += [_CROSSING * level] * (q - len(row))
            row.append(_CROSSING * (level + 1))
        level += 2
    return row + [_CROSSING * level] * (size - len(row))
