"""How the benchmarks measure: each side in processes of its own, which import what that side imports and no more.

What a process has imported is on its heap, where the garbage collector finds it again and again; so two sides in one
process would each pay for the other's libraries. Time is the processor's, so that what else the machine does is not in
it; every side works in one thread. A side is a function at the top of its file, with its imports inside.
``python -m tests.benchmarks.measure MODULE FUNCTION ARGUMENTS`` runs one.
"""

from __future__ import annotations

import gc
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from typing import Any, NamedTuple, TypeAlias

PROCESSES = 5
RUNS = 9
SHORTEST = 0.01
"""A run repeats what takes less than this, in seconds."""
LONGEST = 30.0
"""No further run begins after so many seconds."""

Side: TypeAlias = "Callable[..., Any] | partial[Any]"

ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""More threads only wait for each other at these sizes."""


class Row(NamedTuple):
    """One line of the report: what was measured, what it must reach, what it reached."""

    name: str
    bar: str
    figure: str
    ok: bool


def apart(side: Side) -> Any:
    """What a side gives in a fresh process: its result, or, if that is a function, how many seconds a call takes."""
    function, arguments = (side.func, side.args) if isinstance(side, partial) else (side, ())
    command = [sys.executable, "-m", "tests.benchmarks.measure", function.__module__, function.__name__]
    result = subprocess.run(
        [*command, json.dumps(arguments)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env={**os.environ, **ONE_THREAD, "PYTHONDONTWRITEBYTECODE": ""},  # an import reads bytecode, as a user's does
    )
    return json.loads(result.stdout.splitlines()[-1])


def medians(*sides: Side, processes: int = PROCESSES) -> list[float]:
    """The median over the processes of each side's figure; the sides take turns."""
    figures = [[apart(side) for side in sides] for _ in range(processes)]
    return [statistics.median(of_one) for of_one in zip(*figures, strict=True)]


def quickest(work: Callable[[], object]) -> float:
    """The seconds of one call in the quickest run: what disturbs a run can only add to it.

    The collector is as Python has it; the garbage of one run is collected before the next, off the clock.
    """
    start = time.process_time()
    work()
    repeat = 1 + int(SHORTEST / max(time.process_time() - start, 1e-6))
    times: list[float] = []
    while len(times) < RUNS and repeat * sum(times) < LONGEST:
        gc.collect()
        start = time.process_time()
        for _ in range(repeat):
            work()
        times.append((time.process_time() - start) / repeat)
    return min(times)


def at_least(name: str, bar: float, ratio: float, detail: str) -> Row:
    """A row for a ratio that must be at least ``bar``."""
    return Row(name, f">= {bar:g} times", f"{ratio:.1f} times ({detail})", ratio >= bar)


def at_most(name: str, bar: float, figure: float, unit: str) -> Row:
    """A row for a figure that must be at most ``bar``."""
    return Row(name, f"<= {bar:g} {unit}", f"{figure:.4g} {unit}", figure <= bar)


def main(module: str, function: str, arguments: Sequence[Any]) -> None:
    """Run one side here, and print its figure."""
    sys.setrecursionlimit(10**6)  # for peers that recurse
    figure = getattr(import_module(module), function)(*arguments)
    print(json.dumps(quickest(figure) if callable(figure) else figure))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))
