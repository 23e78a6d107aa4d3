"""Curves of functions that may jump: their points, and how they are drawn."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, isfinite, log10, nan
from typing import Any, NamedTuple, TypeAlias

from nn.numerics import np
from nn.plots import style

Scalar: TypeAlias = Callable[[float], float]


class Trace(NamedTuple):
    """Points of a function; NaN separates the branches.

    Attributes:
        x, y: the points.
        taken: the points (x, y) at which a jump happens, with the value that the function takes there.
        approached: the ends of branches that the function does not take.
    """

    x: list[float]
    y: list[float]
    taken: list[tuple[float, float]]
    approached: list[tuple[float, float]]


def traced(f: Scalar, low: float, high: float, intervals: int = 240) -> Trace:
    """A function between two ends, with its jumps, which are found by halving.

    Example:
        >>> curve = traced(lambda x: 1.0 if x >= 0 else 0.0, -1.0, 1.0, intervals=2)
        >>> curve.taken, curve.approached
        ([(0.0, 1.0)], [(0.0, 0.0)])
    """
    xs = np.linspace(low, high, intervals + 1).tolist()
    ys = [f(x) for x in xs]
    finite = [y for y in ys if isfinite(y)] or [0.0]
    jump = 0.05 * (max(finite) - min(finite))  # how much change is too much for an interval of no width
    width = 1e-9 * (high - low)
    curve = Trace([xs[0]], [ys[0]], [], [])
    for i in range(intervals):
        a, b, left, right = xs[i], xs[i + 1], ys[i], ys[i + 1]
        while abs(right - left) > jump and b - a > width:
            middle = 0.5 * (a + b)
            value = f(middle)
            if abs(value - left) > abs(right - value):
                b, right = middle, value
            else:
                a, left = middle, value
        if abs(right - left) > jump:
            at = round(0.5 * (a + b), 7 - ceil(log10(high - low))) + 0.0  # not -0.0
            value = f(at)
            curve.x.extend((at, at, at))
            curve.y.extend((left, nan, right))
            curve.taken.append((at, value))
            curve.approached.extend([(at, end) for end in (left, right) if abs(end - value) > jump])
        curve.x.append(xs[i + 1])
        curve.y.append(ys[i + 1])
    return curve


def draw_curve(ax: Any, curve: Trace, label: str, index: int) -> None:
    """A curve, with full dots for values that are taken at a jump, and hollow ones for those that are not."""
    ax.plot(curve.x, curve.y, label=label, **style.series(index))
    colour = style.colour(index)
    for points, face in ((curve.approached, "none"), (curve.taken, colour)):
        for x, y in points:
            ax.plot(x, y, "o", markersize=5, markerfacecolor=face, markeredgecolor=colour, zorder=3)


def leave_room(ax: Any) -> None:
    """Some room above and below what is drawn, also where all of it is flat."""
    low, high = ax.dataLim.y0, ax.dataLim.y1
    room = 0.08 * ((high - low) or 1.0)
    ax.set_ylim(low - room, high + room)
