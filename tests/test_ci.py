"""What CI runs: every test, in one of its runs with every peer; and what a run in between leaves out."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CI = (ROOT / ".ci" / "run").read_text("utf-8")


def test_ci_is_strict_and_asks_for_all_tests() -> None:
    assert "export CI=true" in CI.partition("\nstep ")[0], "a missing peer is a failure from the beginning on"
    before, _, after = CI.partition("export PYTEST_ADDOPTS=")
    assert "command_of_readme 2)" not in before
    assert shlex.split(shlex.split(after.splitlines()[0])[0])[:2] == ["-m", ""]


def test_ci_leaves_out_what_it_has_run_before_and_nothing_else() -> None:
    """The first run has everything; the legs may leave out what has one version alone."""
    (first,) = re.findall(r'^PYTEST_ADDOPTS="\$PYTEST_ADDOPTS (.+)" bash .*command_of_readme 2', CI, re.MULTILINE)
    assert not [option for option in first.split() if not option.startswith("--durations")]
    everything = re.sub(r"(?m)^ *#.*$", "", CI)
    assert re.findall(r"(?<!\S)(?:-k|--deselect|--lf|--last-failed)\b", everything) == []


@pytest.mark.slow
@pytest.mark.parametrize(("options", "slow_too"), [("", False), ("-m ''", True)], ids=["default", "as in CI"])
def test_slow_tests_are_those_that_a_run_in_between_leaves_out(options: str, slow_too: bool) -> None:
    command = [sys.executable, "-m", "pytest", "--collect-only", "-p", "no:cacheprovider", __file__]
    environment = {**os.environ, "PYTEST_ADDOPTS": options}
    listed = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=True).stdout
    assert ("deselected" in listed) is not slow_too, listed
