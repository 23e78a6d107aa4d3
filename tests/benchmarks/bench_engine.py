"""The engine beside micrograd and PyTorch: speed of recording and the reverse pass, memory, import time."""

from __future__ import annotations

import statistics
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd import Value
from autograd.functions import fsum, linear
from tests.benchmarks.measure import Row, at_least, at_most, medians, python_prints, timed, with_deep_stack
from tests.peers import peer

ROUNDS = 5


def elementary(kind: Callable[[float], Any], n: int) -> Any:
    """An expression of n nodes: sums, products and ReLUs, two interwoven chains over 20 leaves."""
    w = [kind(0.01 * i - 0.3) for i in range(20)]
    x, y = w[0], w[1]
    for i in range(n // 6):
        k = i % 20
        x = (x * w[k] + y).relu()
        y = (y * x + w[k]).relu()
    return x + y


def bench_elementary() -> Row:
    """Forward and backward through 18,000 elementary nodes."""
    micrograd = peer("micrograd.engine")

    def ours() -> None:
        elementary(Value, 18_000).backward()

    def theirs() -> None:
        elementary(micrograd.Value, 18_000).backward()

    mine, other = with_deep_stack(lambda: medians(ours, theirs, rounds=ROUNDS, repeat=10))
    return at_least("18,000 elementary nodes, beside micrograd", 6, other / mine, f"{mine * 1e3:.1f} ms")


def moons(n: int) -> tuple[list[list[float]], list[float]]:
    """Two half circles, interleaved, with labels -1 and 1."""
    rng = np.random.default_rng(0)
    angle = rng.uniform(0.0, np.pi, n)
    upper = np.arange(n) % 2 == 0
    x = np.where(upper, np.cos(angle), 1.0 - np.cos(angle)) + rng.normal(0.0, 0.1, n)
    y = np.where(upper, np.sin(angle), 0.5 - np.sin(angle)) + rng.normal(0.0, 0.1, n)
    return np.column_stack([x, y]).tolist(), np.where(upper, 1.0, -1.0).tolist()


def bench_demo_step() -> Row:
    """One full-batch step of micrograd's demo, with the same weights on both sides."""
    nn = peer("micrograd.nn")
    model = nn.MLP(2, [16, 16, 1])
    X, y = moons(100)
    layers = [
        [tuple(Value(float(p.data)) for p in (*neuron.w, neuron.b)) for neuron in layer.neurons]
        for layer in model.layers
    ]
    parameters = [p for layer in layers for row in layer for p in row]

    def ours() -> float:
        losses = []
        for x, label in zip(X, y, strict=True):
            h: list[Any] = list(x)
            for layer in layers[:-1]:
                h = [z.relu() for z in linear(layer, h)]
            (score,) = linear(layers[-1], h)
            losses.append((1.0 - label * score).relu())
        loss = fsum(losses) * (1.0 / len(losses)) + 1e-4 * fsum([p * p for p in parameters])
        for p in parameters:
            p.grad = 0.0
        loss.backward()
        for p in parameters:
            p.data -= 0.1 * p.grad
        return float(loss)

    def theirs() -> float:
        scores = [model([nn.Value(v) for v in x]) for x in X]
        losses = [(1 + -label * score).relu() for label, score in zip(y, scores, strict=True)]
        loss = sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in model.parameters())
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= 0.1 * p.grad
        return float(loss.data)

    mine, other = ours(), theirs()
    assert abs(mine - other) < 1e-12, "both sides do the same step"
    mine, other = with_deep_stack(lambda: medians(ours, theirs, rounds=3, repeat=5))
    return at_least("step of micrograd's demo, neurons as dot nodes", 60, other / mine, f"{mine * 1e3:.1f} ms")


def bench_memory() -> list[Row]:
    """Bytes held by one recorded operation, before its gradient is set."""

    def held(operation: Callable[[Value, Value], Value]) -> float:
        a, b = Value(2.0), Value(3.0)
        kept: list[Value | None] = [None] * 10_000
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        for i in range(len(kept)):
            kept[i] = operation(a, b)
        after = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        return (after - before) / len(kept)

    return [
        at_most("memory of an operation on two Values", 260, held(lambda a, b: a * b), "bytes"),
        at_most("memory of an operation with a constant", 200, held(lambda a, b: a * 1.5), "bytes"),
    ]


def bench_long_chain() -> list[Row]:
    """A chain of a million operations; the memory is that of a process of its own."""
    torch = peer("torch")

    def chain(a: Any, b: Any) -> None:
        x = a
        for _ in range(500_000):
            x = x * b + a
        x.backward()

    def scalar(number: float) -> Any:
        return torch.tensor(number, dtype=torch.float64, requires_grad=True)

    alone = """
from autograd import Value
a, b = Value(1.0), Value(1.0000001)
x = a
for _ in range(500_000):
    x = x * b + a
x.backward()
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(int(peak.split()[1]) / 1024)
"""
    mine = statistics.median(timed(lambda: chain(Value(1.0), Value(1.0000001))) for _ in range(3))
    other = timed(lambda: chain(scalar(1.0), scalar(1.0000001)))
    return [
        at_least("chain of 10^6 operations, beside PyTorch scalars", 5, other / mine, f"{mine:.2f} s"),
        at_most("peak memory of that chain", 400, float(python_prints(alone)), "MB"),
    ]


def bench_import() -> list[Row]:
    """What `import autograd` costs, and that it takes the standard library alone."""
    timed = "import time; t = time.perf_counter(); import autograd; print(1e3 * (time.perf_counter() - t))"
    milliseconds = sorted(float(python_prints(timed)) for _ in range(7))[3]
    listed = "import sys, autograd; print([m for m in ('numpy', 'graphviz', 'tqdm') if m in sys.modules])"
    loaded = python_prints(listed)
    return [
        at_most("import autograd", 40, milliseconds, "ms"),
        Row("libraries that import autograd loads", "none", loaded, loaded == "[]"),
    ]


def run() -> list[Row]:
    """All rows of this file."""
    return [bench_elementary(), bench_demo_step(), *bench_memory(), *bench_long_chain(), *bench_import()]
