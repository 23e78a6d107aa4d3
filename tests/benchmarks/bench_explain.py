"""How long a derivation takes, for the worked example and where there are more paths than anybody could walk."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

from autograd import Value, functions
from autograd.derivation import explain

Row = tuple[str, str, str, bool]


def worked_example() -> tuple[Value, Value]:
    """The notes' example: the loss and w1."""
    x, t, w1, b1, w2, b2 = (Value(v) for v in (1.0, 0.5, 0.4, 0.1, 0.3, 0.2))
    z1 = w1 * x + b1
    h = functions.sigmoid(z1)
    y = w2 * h + b2
    z1.label, h.label, y.label = "z1", "h", "y"
    return 0.5 * (y - t) ** 2, w1


def diamonds(layers: int) -> tuple[Value, Value]:
    """A chain in which the number of paths doubles with each layer: its end and its start."""
    x = node = Value(0.5)
    for i in range(layers):
        a, b = functions.sin(node), node * 0.9
        node = a * b + 0.1
        a.label, b.label, node.label = f"a{i}", f"b{i}", f"n{i}"
    return node, x


def milliseconds(work: Callable[[], object], repetitions: int = 9) -> float:
    """The median time of one call."""
    times = []
    for _ in range(repetitions):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return 1000.0 * median(times)


def run() -> list[Row]:
    """Each row: what, the bar, the figure, whether it holds."""
    L, w1 = worked_example()
    end, start = diamonds(60)
    rows = []
    for name, bar, work in (
        ("explain(L, wrt=w1) of the worked example, as text", 5.0, lambda: str(explain(L, wrt=w1))),
        ("the same, as LaTeX", 5.0, lambda: explain(L, wrt=w1).latex),
        ("explain(L) of the worked example: both passes", 5.0, lambda: str(explain(L))),
        ("explain 60 diamonds (1.2e18 paths), as text", 100.0, lambda: str(explain(end, wrt=start))),
    ):
        figure = milliseconds(work)
        rows.append((name, f"<= {bar:g} ms", f"{figure:.2f} ms", figure <= bar))
    return rows
