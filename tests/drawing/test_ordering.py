"""The order in the columns: crossings against every order there is, for graphs so small that one can try them all."""

from __future__ import annotations

import random
from itertools import combinations, permutations, product

import pytest

from autograd.drawing.layout.ordering import order_columns

Edges = list[tuple[int, int]]


def small_graph(seed: int) -> tuple[list[int], Edges]:
    """The column of each vertex, three columns of two to four; edges between columns that stand side by side."""
    rng = random.Random(seed)
    column = [c for c in range(3) for _ in range(rng.randint(2, 4))]
    possible = [(a, b) for a, b in product(range(len(column)), repeat=2) if column[b] == column[a] + 1]
    return column, rng.choices(possible, k=2 * len(column))


def crossings(columns: list[list[int]], column: list[int], edges: Edges) -> int:
    """How many pairs of edges cross, by looking at every pair."""
    place = {vertex: i for order in columns for i, vertex in enumerate(order)}
    return sum(
        column[a] == column[c] and (place[a] - place[c]) * (place[b] - place[d]) < 0
        for (a, b), (c, d) in combinations(edges, 2)
    )


def ordered(column: list[int], edges: Edges) -> list[list[int]]:
    left: list[list[int]] = [[a for a, b in edges if b == vertex] for vertex in range(len(column))]
    right: list[list[int]] = [[b for a, b in edges if a == vertex] for vertex in range(len(column))]
    return order_columns(column, left, right)


@pytest.mark.parametrize("seed", range(8))
def test_no_order_of_a_small_graph_has_fewer_crossings(seed: int) -> None:
    column, edges = small_graph(seed)
    orders = [list(map(list, permutations([v for v, c in enumerate(column) if c == i]))) for i in range(3)]
    fewest = min(crossings(list(columns), column, edges) for columns in product(*orders))
    assert crossings(ordered(column, edges), column, edges) == fewest


def test_every_vertex_stays_in_its_column_and_the_order_is_the_same_every_time() -> None:
    column, edges = small_graph(0)
    first, second = ordered(column, edges), ordered(column, edges)
    assert first == second
    assert [sorted(order) for order in first] == [[v for v, c in enumerate(column) if c == i] for i in range(3)]


def test_vertices_without_edges_are_kept() -> None:
    assert [sorted(order) for order in ordered([0, 0, 1], [])] == [[0, 1], [2]]
