"""`superlevel`: where a function on a grid is at least a level, as outlines; `simplified`.

The method is marching squares: every cell of the grid gets the piece of outline that its four corners ask for, with the
region on its left, and the pieces are joined end to end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from nn.data import FloatArray
from nn.numerics import np

if TYPE_CHECKING:
    import numpy.typing as npt

Edge: TypeAlias = tuple[int, int, int]
"""A side of a cell: 0 for the one that leads to the right from point (row, column), 1 for the one that leads up."""

_SIDES = ((0, 0, 0), (1, 0, 1), (0, 1, 0), (1, 0, 0))  # bottom, right, top, left: kind, row and column from here


def _pieces(code: int, turn: int) -> list[tuple[int, int]]:
    """The pieces of outline in a cell, each from a side to a side, with the region on the left.

    Arguments:
        code: which corners are inside, as bits: lower left, lower right, upper right, upper left. Side i of the cell
            leads from corner i to the next.
        turn: where two corners across are inside, 1 if the middle is, else -1: the outline goes on to the next side or
            to the one before.
    """
    inside = [code >> i & 1 for i in (0, 1, 2, 3, 0)]
    outward = [i for i in range(4) if inside[i] > inside[i + 1]]
    inward = [i for i in range(4) if inside[i] < inside[i + 1]]
    return [(begin, min([turn * (end - begin) % 4, end] for end in inward)[1]) for begin in outward]


_PIECES = {(code, turn): _pieces(code, turn) for code in range(1, 15) for turn in (1, -1)}


def superlevel(values: FloatArray, level: float) -> list[FloatArray]:
    """The outlines of the region where ``values`` is at least ``level``; between points it is taken to be linear.

    Arguments:
        values: a number for each point of a grid, shape (rows, columns), all finite.
        level: the least number inside.

    Returns:
        Closed outlines, each an array of points (column, row), shape (points, 2). Filled by the even-odd rule they are
        the region, which ends at the border of the grid.

    Example:
        >>> superlevel(np.array([[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]), 0.5)[0].tolist()
        [[1.5, 1.0], [1.0, 1.5], [0.5, 1.0], [1.0, 0.5]]

    Source: W. E. Lorensen and H. E. Cline, Marching Cubes (1987), in two dimensions.
    """
    far = 1e9 * (1.0 + float(np.abs(values - level).max()))  # so that the outline is on the border itself
    padded = np.pad(values - level, 1, constant_values=-far)
    inside = padded >= 0.0
    codes = inside[:-1, :-1] + 2 * inside[:-1, 1:] + 4 * inside[1:, 1:] + 8 * inside[1:, :-1]
    following: dict[Edge, Edge] = {}
    for row, column in np.argwhere((codes > 0) & (codes < 15)).tolist():
        code = int(codes[row, column])
        across = code in (5, 10) and padded[row : row + 2, column : column + 2].sum() >= 0.0
        for begin, end in _PIECES[code, 1 if across else -1]:
            following[_edge(begin, row, column)] = _edge(end, row, column)
    outlines = []
    while following:
        first, edge = following.popitem()
        edges = [first]
        while edge != first:
            edges.append(edge)
            edge = following.pop(edge)
        outlines.append(_crossings(padded, np.array(edges)) - 1.0)
    return outlines


def _edge(side: int, row: int, column: int) -> Edge:
    kind, up, right = _SIDES[side]
    return kind, row + up, column + right


def _crossings(values: FloatArray, edges: npt.NDArray[np.int64]) -> FloatArray:
    """Where on each edge the function is 0, as rows of (column, row)."""
    kind, row, column = edges.T
    a, b = values[row, column], values[row + kind, column + 1 - kind]
    share = a / (a - b)
    return np.stack([column + share * (1 - kind), row + share * kind], axis=1)


def simplified(points: FloatArray, tolerance: float) -> FloatArray:
    """Those of the points of a line from which no other is farther away than ``tolerance`` when they are joined.

    Example:
        >>> simplified(np.array([[0.0, 0.0], [1.0, 0.1], [2.0, 0.0], [3.0, 5.0]]), 0.2).tolist()
        [[0.0, 0.0], [2.0, 0.0], [3.0, 5.0]]

    Source: D. Douglas and T. Peucker, Algorithms for the reduction of the number of points (1973).
    """
    kept = np.zeros(len(points), dtype=bool)
    kept[[0, -1]] = True
    parts = [(0, len(points) - 1)]
    while parts:
        i, j = parts.pop()
        if j - i < 2:
            continue
        (x, y), between = points[j] - points[i], points[i + 1 : j] - points[i]
        length = np.hypot(x, y)
        away = np.abs(x * between[:, 1] - y * between[:, 0]) / length if length else np.hypot(*between.T)
        k = int(away.argmax())
        if away[k] > tolerance:
            kept[i + 1 + k] = True
            parts += [(i, i + 1 + k), (i + 1 + k, j)]
    return points[kept]
