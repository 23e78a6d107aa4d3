"""How long pictures take, layout and SVG together, and the page of the stepper: for small, usual and large graphs."""

from __future__ import annotations

import random
from collections.abc import Callable

from autograd import Value, draw, show
from autograd.functions import fsum
from autograd.order import topological_order
from autograd.worked_example import worked_example
from nn import MLP
from tests.benchmarks.measure import Row, at_most, timed


def network(inputs: int, sizes: list[int]) -> Value:
    """The loss of a network for one example."""
    output = MLP(inputs, sizes, activation="tanh", seed=0)([Value(0.5, label=f"x{i}") for i in range(inputs)])
    return fsum([(y - 1.0) ** 2 for y in (output if isinstance(output, list) else [output])])


def random_expression(nodes: int) -> Value:
    """A sum of products of sums ... of nodes drawn at random, a third of them leaves, every one used."""
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
    w, b, h = Value(0.5), Value(0.1), Value(1.0)
    for _ in range(steps):
        h = (w * h + b).tanh()
    return h


def run() -> list[Row]:
    """The rows of the report."""
    example = worked_example().L
    rows = [at_most("draw the worked example", 50.0, milliseconds(lambda: draw(example).svg), "ms")]
    for graph, small, large in (
        ("a network", network(3, [4, 4, 1]), network(10, [25, 10, 2])),
        ("a random expression", random_expression(60), random_expression(600)),
        ("a recurrent network", recurrent(19), recurrent(199)),
    ):
        for root, bar in ((small, 150.0), (large, 3000.0)):
            what = f"{graph}, {len(topological_order(root))} nodes"
            for engine in (None, "layered"):
                drawn = milliseconds(lambda r=root, e=engine: draw(r, engine=e, max_nodes=1000).svg)
                rows.append(at_most(f"draw {what}, {engine or 'default'}", bar, drawn, "ms"))
            page = milliseconds(lambda r=root: show(r).page())
            name = f"page of {what}"
            rows.append(at_most(name, 300.0, page, "ms") if root is small else Row(name, "", f"{page:.4g} ms", True))
    return rows


def milliseconds(work: Callable[[], object]) -> float:
    """The time of the quickest of three calls: what else the machine does can only add to it."""
    work()
    return 1000.0 * min(timed(work) for _ in range(3))
