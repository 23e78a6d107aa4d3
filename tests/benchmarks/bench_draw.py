"""How long pictures take, layout and SVG together, and the page of the stepper: for small, usual and large graphs."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from tests.benchmarks.measure import Row, apart, at_most

if TYPE_CHECKING:
    from autograd import Value


def network(inputs: int, sizes: list[int]) -> Value:
    """The loss of a network for one example."""
    from autograd import Value
    from autograd.functions import fsum
    from nn import MLP

    output = MLP(inputs, sizes, activation="tanh", seed=0)([Value(0.5, label=f"x{i}") for i in range(inputs)])
    return fsum([(y - 1.0) ** 2 for y in (output if isinstance(output, list) else [output])])


def random_expression(nodes: int) -> Value:
    """A sum of products of sums ... of nodes drawn at random, a third of them leaves, every one used."""
    from autograd import Value

    rng = random.Random(0)
    made = [Value(rng.uniform(0.5, 2.0)) for _ in range(nodes // 3)]
    unused = list(made)
    while len(unused) > 1:
        rng.shuffle(unused)
        a, b = unused.pop(), rng.choice(made) if len(made) + len(unused) < nodes else unused.pop()
        unused = [node for node in unused if node is not b]
        unused.append(a + b if rng.random() < 0.5 else a * b)
        made.append(unused[-1])
    return unused[0]


def recurrent(steps: int) -> Value:
    """The same two parameters in every step: long edges, and many columns."""
    from autograd import Value

    w, b, h = Value(0.5), Value(0.1), Value(1.0)
    for _ in range(steps):
        h = (w * h + b).tanh()
    return h


GRAPHS: dict[str, tuple[Callable[[], Value], Callable[[], Value]]] = {
    "a network": (lambda: network(3, [4, 4, 1]), lambda: network(10, [25, 10, 2])),
    "a random expression": (lambda: random_expression(60), lambda: random_expression(600)),
    "a recurrent network": (lambda: recurrent(19), lambda: recurrent(199)),
}
"""Each graph, small and large."""


def size(graph: str, which: int) -> int:
    """The number of nodes."""
    from autograd import topological_order

    return len(topological_order(GRAPHS[graph][which]()))


def drawing(graph: str, which: int) -> Callable[[], object]:
    from autograd import draw

    root = GRAPHS[graph][which]()
    return lambda: draw(root, max_nodes=1000).svg


def page(graph: str, which: int) -> Callable[[], object]:
    from autograd import show

    root = GRAPHS[graph][which]()
    return lambda: show(root).page()


def chains(nodes: int) -> Value:
    """The two interwoven chains of the benchmarks of the engine."""
    from autograd import Value
    from tests.benchmarks.bench_engine import elementary

    root: Value = elementary(Value, nodes)
    return root


def page_of_chains(nodes: int) -> Callable[[], object]:
    from autograd import show

    root = chains(nodes)
    return lambda: show(root).page()


def size_of_page(nodes: int) -> float:
    """In thousands of bytes."""
    from autograd import show

    return len(show(chains(nodes)).page().encode()) / 1e3


def drawing_of_worked_example() -> Callable[[], object]:
    from autograd import draw
    from autograd.derivation.worked_example import worked_example

    root = worked_example().L
    return lambda: draw(root).svg


def run() -> list[Row]:
    """The rows of the report; these are not compared with anything, so one process each will do."""
    rows = [at_most("draw the worked example", 50.0, 1e3 * apart(drawing_of_worked_example), "ms")]
    for graph in GRAPHS:
        for which, bar in ((0, 150.0), (1, 3000.0)):
            what = f"{graph}, {apart(partial(size, graph, which))} nodes"
            rows.append(at_most(f"draw {what}", bar, 1e3 * apart(partial(drawing, graph, which)), "ms"))
            written = 1e3 * apart(partial(page, graph, which))
            name = f"page of {what}"
            rows.append(at_most(name, 300.0, written, "ms") if which == 0 else Row(name, "", f"{written:.4g} ms", True))
    for nodes, most, longest in ((600, 500.0, 500.0), (6000, 4000.0, 5000.0)):
        what = f"folded page of two chains, {nodes:,} nodes"
        rows.append(at_most(f"size of the {what}", most, apart(partial(size_of_page, nodes)), "kB"))
        rows.append(at_most(what, longest, 1e3 * apart(partial(page_of_chains, nodes)), "ms"))
    return rows
