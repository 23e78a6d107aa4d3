"""The order of vertices in columns, from top to bottom, so that few edges cross.

Source: Sugiyama, Tagawa and Toda, "Methods for visual understanding of hierarchical system structures" (1981), for the
sweeps; Matuszewski, Schönfeld and Molitor, "Using sifting for k-layer straightline crossing minimization" (1999).
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import accumulate
from operator import add

_SWEEPS = 10  # over all columns, from each start
_SHUFFLED = 5  # vertices that stand together
_WORK = 1300  # for each vertex, in units of about a microsecond; it bounds the time, and yet the picture stays the same
_MOST_WORK = 1_000_000

Columns = list[list[int]]


def order_columns(column: Sequence[int], left: Columns, right: Columns) -> Columns:
    """The columns, each from top to bottom, with few crossings.

    The better of two starts is improved by sweeps; then some vertices at a time are shuffled, which leads out of dead
    ends.

    Arguments:
        column: the column of each vertex, from 0.
        left, right: the neighbours of each vertex in the columns beside its own, one for each edge.

    Example:
        >>> order_columns([0, 0, 1, 1], [[], [], [1], [0]], [[3], [2], [], []])
        [[1, 0], [2, 3]]
    """
    search = _Search(column, left, right)
    for upside_down in (False, True):
        search.begin(upside_down)
        for turn in range(_SWEEPS):
            search.sweep(turn)
    rng = random.Random(0)  # the same picture for the same graph
    while search.fewest and search.work > 0:
        search.shuffle(rng)
    return search.best


class _Search:
    """A search for an order with few crossings.

    Attributes:
        columns: the order that is looked at.
        position: of each vertex in its column.
        crossings: how many there are in it.
        best, fewest: the best order so far, and its crossings.
        work: how much may still be done; where it is spent, nothing moves any more.
    """

    def __init__(self, column: Sequence[int], left: Columns, right: Columns) -> None:
        self.column, self.left, self.right = column, left, right
        self.position = [0] * len(column)
        self.columns: Columns = []
        self.crossings = 0
        self.best: Columns = []
        self.fewest = -1
        self.work = min(_WORK * len(column), _MOST_WORK)
        self.signs: dict[int, dict[tuple[int, ...], list[int]]] = {}  # the rows found so far, for each size

    def begin(self, upside_down: bool) -> None:
        """Look at the order in which a search in depth from the last results meets the vertices, and improve it."""
        self.columns = [[] for _ in range(max(self.column) + 1)]
        seen: set[int] = set()
        waiting = [v for v in reversed(range(len(self.column))) if not self.right[v]]
        while waiting:
            vertex = waiting.pop()
            if vertex not in seen:
                seen.add(vertex)
                self.columns[self.column[vertex]].append(vertex)
                waiting += self.left[vertex] if upside_down else reversed(self.left[vertex])
        for column in self.columns:
            self.number(column)
        self.crossings = self.count(self.columns)
        self.settle(range(len(self.column)))

    def sweep(self, turn: int) -> None:
        """Sort every column by the mean of its neighbours on one side, then improve that."""
        if not self.fewest or self.work <= 0:
            return
        rightwards = turn % 2 == 0
        side = self.left if rightwards else self.right
        for column in self.columns[1:] if rightwards else self.columns[-2::-1]:
            self.sort(column, side, turn % 4 > 1)
        self.work -= 3 * len(self.column)
        self.crossings = self.count(self.columns)
        self.settle(range(len(self.column)))

    def sort(self, column: list[int], side: Columns, upwards: bool) -> None:
        """Vertices without neighbours on the side keep their places."""
        near = {v: [self.position[w] for w in side[v]] for v in column}
        keys = {v: sum(places) / len(places) for v, places in near.items() if places}
        in_column = [v for v in column if v in keys]
        in_order = iter(sorted(reversed(in_column) if upwards else in_column, key=lambda v: keys[v]))  # ties both ways
        column[:] = [next(in_order) if vertex in keys else vertex for vertex in column]
        self.number(column)

    def shuffle(self, rng: random.Random) -> None:
        """Shuffle some vertices that stand together in the best order, then improve that."""
        self.columns = [list(column) for column in self.best]
        for column in self.columns:
            self.number(column)
        vertex = rng.randrange(len(self.column))
        place = self.column[vertex]
        column = self.columns[place]
        first = max(0, min(self.position[vertex] - _SHUFFLED // 2, len(column) - _SHUFFLED))
        some = column[first : first + _SHUFFLED]
        rng.shuffle(some)
        beside = self.columns[max(0, place - 1) : place + 1]
        before = self.count(beside)
        column[first : first + _SHUFFLED] = some
        self.number(column)
        self.crossings = self.fewest + self.count(beside) - before
        self.work -= len(self.column) // 3
        self.settle([w for v in some for side in (self.left, self.right) for w in side[v]])

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
        if self.fewest < 0 or self.crossings <= self.fewest:
            self.best, self.fewest = [list(column) for column in self.columns], self.crossings

    def sift(self, place: int, some: list[int]) -> list[int]:
        """Move vertices of a column to their best places in it; those that moved."""
        column, last = self.columns[place], len(self.columns) - 1
        sizes = [len(self.columns[i]) if 0 <= i <= last else 0 for i in (place - 1, place + 1)]
        self.work -= len(column) + len(column) * sum(sizes) // 400 + len(some) * (len(column) // 6 + 3)
        tables = [self.gains(column, side, size) for side, size in zip((self.left, self.right), sizes, strict=True)]
        moved = []
        for vertex in sorted(some, key=self.position.__getitem__):
            rows = [
                [row[p] for row in table]
                for side, table in zip((self.left, self.right), tables, strict=True)
                for p in [self.position[w] for w in side[vertex]]
            ]
            if not rows:
                continue
            passing = list(map(add, *rows)) if len(rows) == 2 else list(map(sum, zip(*rows, strict=True)))
            at = column.index(vertex)
            # the crossings saved by passing one vertex, two, three ...: below, and above
            down, up = list(accumulate(passing[at + 1 :])), list(accumulate(passing[:at][::-1]))
            most_down, most_up = max(down, default=0), -min(up, default=0)
            if max(most_down, most_up) <= 0:
                continue
            to = at + 1 + down.index(most_down) if most_down >= most_up else at - 1 - up.index(-most_up)
            column.insert(to, column.pop(at))
            for table in tables:
                table.insert(to, table.pop(at))
            self.crossings -= max(most_down, most_up)
            moved.append(vertex)
        if moved:
            self.number(column)
        return moved

    def gains(self, column: list[int], side: Columns, size: int) -> list[list[int]]:
        """For every vertex of a column a row: the crossings saved if an edge goes below the vertex.

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
        """How many edges cross that go to the right from these columns."""
        total = 0
        for column in columns:
            ends: list[int] = []  # of the edges from the vertices above, sorted
            for vertex in column:
                near = [self.position[w] for w in self.right[vertex]]
                total += sum([len(ends) - bisect_right(ends, p) for p in near])
                ends = sorted(ends + near)
        return total


def _signs(places: Sequence[int], size: int) -> list[int]:
    """For every position how many of the places are above it, less those that are below it."""
    row: list[int] = []
    level = -len(places)
    for q in sorted(places):
        if q == len(row) - 1:  # two edges to one vertex
            row[q] += 1
        else:
            row += [level] * (q - len(row))
            row.append(level + 1)
        level += 2
    return row + [level] * (size - len(row))
