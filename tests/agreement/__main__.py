"""The differential test for as long as one likes: ``python -m tests.agreement --minutes 60``.

Every round has a fresh seed and ten times the usual number of graphs. Where readers disagree, the smallest example that
was found is printed, and the command that runs the round again.
"""

from __future__ import annotations

import argparse
import random
import shlex
import subprocess
import sys
import time
from pathlib import Path


def command(seed: int, only: str) -> list[str]:
    """The command that runs one round."""
    folder = str(Path(__file__).parent.relative_to(Path.cwd()))
    run = [sys.executable, "-m", "pytest", folder, "-q", "--hypothesis-profile=long", f"--hypothesis-seed={seed}"]
    return [*run, "-k", only] if only else run


def main() -> int:
    """Run rounds until the time is over; 1 if readers disagreed in any of them."""
    parser = argparse.ArgumentParser(prog="python -m tests.agreement", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="how long to begin new rounds (default: 1)")
    parser.add_argument("--only", default="", help="tests to run, as pytest's -k takes them (default: all)")
    options = parser.parse_args()
    end = time.monotonic() + 60.0 * options.minutes
    failed: list[str] = []
    rounds = 0
    while time.monotonic() < end:
        rounds += 1
        run = command(random.SystemRandom().randrange(2**32), options.only)
        if subprocess.run(run, check=False).returncode:
            failed.append(shlex.join(run))
        print(f"round {rounds}: {len(failed)} failed so far", flush=True)
    print("\n".join(["run again:", *failed] if failed else [f"all readers agreed in {rounds} rounds"]))
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
