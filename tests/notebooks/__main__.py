"""Run notebooks and write their outputs: ``python -m tests.notebooks [notebooks/02_worked_example.ipynb ...]``."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tests.notebooks.execute import executed, paths, write


def main(chosen: list[Path]) -> None:
    """Run each notebook and write it back with its outputs."""
    for path in chosen or paths():
        start = time.perf_counter()
        write(executed(path), path)
        print(f"{path.name}: {time.perf_counter() - start:.0f} s, {path.stat().st_size / 1024:.0f} kB")


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
