"""How long a derivation takes, for the worked example and where there are more paths than anybody could walk."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.benchmarks.measure import Row, apart, at_most

if TYPE_CHECKING:
    from autograd import Value


def worked_example() -> tuple[Value, Value]:
    """The notes' example: the loss and w1."""
    from autograd import Value, functions

    x, t, w1, b1, w2, b2 = (Value(v) for v in (1.0, 0.5, 0.4, 0.1, 0.3, 0.2))
    z1 = w1 * x + b1
    h = functions.sigmoid(z1)
    y = w2 * h + b2
    z1.label, h.label, y.label = "z1", "h", "y"
    return 0.5 * (y - t) ** 2, w1


def diamonds(layers: int) -> tuple[Value, Value]:
    """A chain in which the number of paths doubles with each layer: its end and its start."""
    from autograd import Value, functions

    x = node = Value(0.5)
    for i in range(layers):
        a, b = functions.sin(node), node * 0.9
        node = a * b + 0.1
        a.label, b.label, node.label = f"a{i}", f"b{i}", f"n{i}"
    return node, x


def one_path() -> Callable[[], object]:
    from autograd import explain

    L, w1 = worked_example()
    return lambda: str(explain(L, wrt=w1))


def one_path_as_latex() -> Callable[[], object]:
    from autograd import explain

    L, w1 = worked_example()
    return lambda: explain(L, wrt=w1).latex


def both_passes() -> Callable[[], object]:
    from autograd import explain

    L, _ = worked_example()
    return lambda: str(explain(L))


def many_paths() -> Callable[[], object]:
    from autograd import explain

    end, start = diamonds(60)
    return lambda: str(explain(end, wrt=start))


def run() -> list[Row]:
    """The rows of the report; these are not compared with anything, so one process each will do."""
    return [
        at_most("explain(L, wrt=w1) of the worked example, as text", 5.0, 1e3 * apart(one_path), "ms"),
        at_most("the same, as LaTeX", 5.0, 1e3 * apart(one_path_as_latex), "ms"),
        at_most("explain(L) of the worked example: both passes", 5.0, 1e3 * apart(both_passes), "ms"),
        at_most("explain 60 diamonds (1.2e18 paths), as text", 100.0, 1e3 * apart(many_paths), "ms"),
    ]
