"""All readers agree on every row of the table by itself, where numbers are at their edge, in every combination."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import pytest

from autograd.engine.errors import DomainError
from tests.agreement import readers
from tests.agreement.readers import Case
from tests.agreement.recipes import N_LEAVES, ROWS, Line, Recipe
from tests.agreement.truth import Undecided
from tests.stepper.engine import Engine

FEW = [math.nan, math.inf, -math.inf, 0.0, 1.0, -1.0]
MANY = [*FEW, -0.0, 0.5, 2.0, -2.5, 5e-324, -1e308]


def at_the_edge(name: str) -> Iterator[list[Case]]:
    """The row on Values, one at least, and constants: for each recipe the points at which it has a value."""
    partials = ROWS[name].partials
    count = len(partials) if isinstance(partials, tuple) else N_LEAVES
    edges = MANY if count < N_LEAVES else FEW
    for constants in itertools.product([None, *edges], repeat=count):
        recipe = Recipe((Line(name, 2, tuple(i if x is None else x for i, x in enumerate(constants))),))
        points = itertools.product(*[edges if x is None else [x] for x in constants])
        cases = [Case(recipe, [*point, *[0.0] * (N_LEAVES - count)]) for point in points if None in constants]
        if cases := [case for case in cases if has_a_value(case)]:
            yield cases


def has_a_value(case: Case) -> bool:
    try:
        case.truth  # noqa: B018 - which raises where there is none
        return case.is_graph
    except (DomainError, Undecided):
        return False


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(ROWS))
@pytest.mark.filterwarnings("ignore:no output depends on input")
def test_readers_agree_at_every_edge(name: str, chromium: Engine) -> None:
    for cases in at_the_edge(name):
        for case in cases:
            readers.the_engine(case)
            readers.the_steps(case)
            readers.the_derivations(case)
        first, *others = cases
        points = [case.point for case in others]
        readers.the_program(first, points, 0, exact=False)
        readers.the_program(first, points, N_LEAVES, exact=True)
        readers.the_page(first, points, chromium)
