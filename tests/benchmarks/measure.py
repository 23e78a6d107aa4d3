"""How the benchmarks measure: interleaved runs, medians, the garbage collector on."""

from __future__ import annotations

import gc
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Row(NamedTuple):
    """One line of the report: what was measured, what it must reach, what it reached."""

    name: str
    bar: str
    figure: str
    ok: bool


def medians(*works: Callable[[], object], rounds: int = 5, repeat: int = 1) -> list[float]:
    """The median time in seconds of one call of each work, in rounds that alternate between them.

    Each measurement is ``repeat`` calls in a row, as in training, so that everyone pays for collecting the garbage of
    the calls before; between measurements the garbage is collected off the clock.
    """
    for work in works:
        work()
    times: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, taken in zip(works, times, strict=True):
            gc.collect()
            start = time.perf_counter()
            for _ in range(repeat):
                work()
            taken.append((time.perf_counter() - start) / repeat)
    return [statistics.median(taken) for taken in times]


def timed(work: Callable[[], object]) -> float:
    """The time in seconds of one call."""
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def at_least(name: str, bar: float, ratio: float, detail: str) -> Row:
    """A row for a ratio that must be at least ``bar``."""
    return Row(name, f">= {bar:g} times", f"{ratio:.1f} times ({detail})", ratio >= bar)


def at_most(name: str, bar: float, figure: float, unit: str) -> Row:
    """A row for a figure that must be at most ``bar``."""
    return Row(name, f"<= {bar:g} {unit}", f"{figure:.4g} {unit}", figure <= bar)


def python_prints(code: str) -> str:
    """What a fresh interpreter prints when it runs ``code``."""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return result.stdout.strip()


def with_deep_stack(work: Callable[[], T]) -> T:
    """Run ``work`` in a thread with a stack large enough for peers that recurse."""
    results: list[T] = []
    limit, size = sys.getrecursionlimit(), threading.stack_size(512 * 1024 * 1024)
    sys.setrecursionlimit(10**6)
    try:
        thread = threading.Thread(target=lambda: results.append(work()))
        thread.start()
        thread.join()
    finally:
        sys.setrecursionlimit(limit)
        threading.stack_size(size)
    return results[0]
