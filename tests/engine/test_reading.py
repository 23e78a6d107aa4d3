"""What a newcomer has to read to know the engine is as long as CONTRIBUTING says."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from autograd import Primitive
from autograd.engine import graph, value

CONTRIBUTING = Path(__file__).parents[2] / "CONTRIBUTING.md"


def test_contributing_says_what_to_read_for_the_engine_and_how_many_lines_that_is() -> None:
    said = re.search(
        r"read `engine/(\w+)\.py`.*`engine/(\w+)\.py`.*class `(\w+)`.*at most ([\d,]+)\s+lines",
        CONTRIBUTING.read_text("utf-8"),
        re.DOTALL,
    )
    assert said is not None
    assert said.groups()[:3] == ("value", "graph", "Primitive")
    lines = sum(len(inspect.getsource(part).splitlines()) for part in (value, graph, Primitive))
    most = int(said[4].replace(",", ""))
    assert most - 50 < lines <= most
