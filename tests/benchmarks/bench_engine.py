"""The engine beside micrograd and PyTorch: speed of recording and the reverse pass, how it grows, memory, import."""

from __future__ import annotations

import math
import random
import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.benchmarks.measure import Row, apart, at_least, at_most, medians

README_NODES = 18_000


def elementary(kind: Callable[[float], Any], n: int) -> Any:
    """An expression of n nodes: sums, products and ReLUs, two interwoven chains over 20 leaves."""
    return elementary_of([kind(0.01 * i - 0.3) for i in range(20)], n)


def elementary_of(w: list[Any], n: int) -> Any:
    """The same, of leaves that are there."""
    x, y = w[0], w[1]
    for i in range(n // 6):
        k = i % 20
        x = (x * w[k] + y).relu()
        y = (y * x + w[k]).relu()
    return x + y


def by_chainrule(n: int) -> Callable[[], object]:
    from autograd import Value

    return lambda: elementary(Value, n).backward()


def by_micrograd(n: int) -> Callable[[], object]:
    from micrograd.engine import Value

    return lambda: elementary(Value, n).backward()


def bench_elementary() -> Row:
    """Forward and backward through the README's elementary nodes."""
    ours, theirs = medians(partial(by_chainrule, README_NODES), partial(by_micrograd, README_NODES))
    detail = f"{ours / README_NODES * 1e9:.0f} beside {theirs / README_NODES * 1e9:.0f} ns a node, {ours * 1e3:.1f} ms"
    return at_least("18,000 elementary nodes, beside micrograd", 4, theirs / ours, detail)


def by_value_and_grad(n: int) -> Callable[[], object]:
    from autograd import value_and_grad

    leaves = [0.01 * i - 0.3 for i in range(20)]
    of_leaves = value_and_grad(lambda w: elementary_of(w, n))
    return lambda: of_leaves(leaves)


def bench_growth() -> Row:
    """What a node costs through value_and_grad in a graph a hundred times as large."""
    small, large = medians(partial(by_value_and_grad, 10_000), partial(by_value_and_grad, 1_000_000))
    name = f"value_and_grad, a node of 10^6, {large * 1e3:.0f} ns, beside one of 10^4, {small * 1e5:.0f} ns"
    return at_most(name, 1.5, large / small / 100, "times")


# --- micrograd's demo: 2-16-16-1, ReLU, hinge loss, L2 -------------------------------------------------------------


def moons(n: int = 100) -> tuple[list[list[float]], list[float]]:
    """Two half circles, interleaved, with labels -1 and 1."""
    rng = random.Random(0)
    X, y = [], []
    for i in range(n):
        angle, side = rng.uniform(0.0, math.pi), i % 2
        point = (math.cos(angle) * (1 - 2 * side) + side, math.sin(angle) * (1 - 2 * side) + side / 2)
        X.append([c + rng.gauss(0.0, 0.1) for c in point])
        y.append(2.0 * side - 1.0)
    return X, y


def same_start(parameters: list[Any]) -> None:
    """Give both sides the same weights."""
    rng = random.Random(1)
    for p in parameters:
        p.data = rng.uniform(-1.0, 1.0)


def demo_by_chainrule() -> Callable[[], float]:
    """A step of the demo as our users write it."""
    from nn import MLP

    model = MLP(2, [16, 16, 1], activation="relu")
    same_start(model.parameters())
    X, y = moons()

    def step() -> float:
        scores = [model(x) for x in X]
        losses = [(1 - yi * score).relu() for yi, score in zip(y, scores, strict=True)]
        loss = sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in model.parameters())
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= 0.1 * p.grad
        return loss.data

    return step


def demo_by_micrograd() -> Callable[[], float]:
    """The step as the demo has it."""
    from micrograd.engine import Value
    from micrograd.nn import MLP

    model = MLP(2, [16, 16, 1])
    same_start(model.parameters())
    X, y = moons()

    def step() -> float:
        inputs = [list(map(Value, row)) for row in X]
        scores = [model(x) for x in inputs]
        losses = [(1 + -yi * score).relu() for yi, score in zip(y, scores, strict=True)]
        loss = sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in model.parameters())
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= 0.1 * p.grad
        return loss.data

    return step


def three_losses(side: str) -> list[float]:
    """What a side's first steps return."""
    step = globals()[side]()
    return [step() for _ in range(3)]


def bench_demo_step() -> Row:
    """One full-batch step of micrograd's demo."""
    sides = demo_by_chainrule, demo_by_micrograd
    mine, other = (apart(partial(three_losses, side.__name__)) for side in sides)
    assert all(abs(a - b) < 1e-12 for a, b in zip(mine, other, strict=True)), "both sides do the same steps"
    ours, theirs = medians(*sides)
    return at_least("step of micrograd's demo through nn.MLP", 80, theirs / ours, f"{ours * 1e3:.1f} ms")


# --- memory, long chains, import -----------------------------------------------------------------------------------


def held(operation: str) -> float:
    """The bytes that a recorded operation holds, before its gradient is set."""
    from autograd import Value

    a, b = Value(2.0), Value(3.0)
    record: Callable[[], Value] = {"two Values": lambda: a * b, "a constant": lambda: a * 1.5}[operation]
    kept: list[Value | None] = [None] * 10_000
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for i in range(len(kept)):
        kept[i] = record()
    return (tracemalloc.get_traced_memory()[0] - before) / len(kept)


def bench_memory() -> list[Row]:
    """Bytes of one recorded operation."""
    bars = {"two Values": 260.0, "a constant": 200.0}
    return [
        at_most(f"memory of an operation with {what}", bar, apart(partial(held, what)), "bytes")
        for what, bar in bars.items()
    ]


def chain(a: Any, b: Any) -> None:
    """A chain of a million operations, forward and backward."""
    x = a
    for _ in range(500_000):
        x = x * b + a
    x.backward()


def chain_by_chainrule() -> tuple[float, float]:
    """Seconds, and the most memory that the process had, in MB."""
    from autograd import Value

    start = time.process_time()
    chain(Value(1.0), Value(1.0000001))
    seconds = time.process_time() - start
    with open("/proc/self/status") as status:
        peak = next(line for line in status if line.startswith("VmHWM"))
    return seconds, int(peak.split()[1]) / 1024


def chain_by_torch() -> float:
    """Seconds."""
    import torch

    a, b = (torch.tensor(number, dtype=torch.float64, requires_grad=True) for number in (1.0, 1.0000001))
    start = time.process_time()
    chain(a, b)
    return time.process_time() - start


def bench_long_chain() -> list[Row]:
    """A chain of a million operations; building it takes so long that each process does it once."""
    ours = [apart(chain_by_chainrule) for _ in range(3)]
    mine, memory = min(seconds for seconds, _ in ours), max(peak for _, peak in ours)
    return [
        at_least("chain of 10^6 operations, beside PyTorch scalars", 5, apart(chain_by_torch) / mine, f"{mine:.2f} s"),
        at_most("peak memory of that chain", 400, memory, "MB"),
    ]


def import_autograd() -> float:
    """Milliseconds."""
    start = time.perf_counter()
    import autograd  # noqa: F401

    return 1e3 * (time.perf_counter() - start)


def loaded() -> list[str]:
    """The libraries that `import autograd` loads."""
    import sys

    import autograd  # noqa: F401

    return [name for name in ("numpy", "graphviz", "tqdm") if name in sys.modules]


def bench_import() -> list[Row]:
    """What `import autograd` costs, and that it takes the standard library alone."""
    (milliseconds,) = medians(import_autograd)
    libraries = apart(loaded)
    return [
        at_most("import autograd", 40, milliseconds, "ms"),
        Row("libraries that import autograd loads", "none", str(libraries), not libraries),
    ]


def run() -> list[Row]:
    """All rows of this file."""
    return [
        bench_elementary(),
        bench_growth(),
        bench_demo_step(),
        *bench_memory(),
        *bench_long_chain(),
        *bench_import(),
    ]
