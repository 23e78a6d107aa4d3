"""Sheets of random graphs over the whole table: their keys are no slips, and they can be written in every way."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from autograd import Value, worksheet
from autograd.engine.errors import DomainError
from tests.agreement.recipes import Recipe, points, recipes, within_the_domain

SHORT = st.integers(-300, 300).map(lambda hundredths: hundredths / 100)


@pytest.mark.slow
@given(recipes(SHORT), points(SHORT), st.booleans())
def test_the_key_of_any_graph_is_no_slip(recipe: Recipe, point: list[float], formulas: bool) -> None:
    leaves = [Value(x, label=f"x{i}") for i, x in enumerate(point, 1)]
    try:
        root = within_the_domain(recipe, point)(leaves)
    except (DomainError, OverflowError):
        assume(False)
    assume(isinstance(root, Value) and root.depth > 0)
    try:
        sheet = worksheet(root, blanks="all", names=None, formulas=formulas)
    except DomainError:  # a constant or a leaf of many digits, rounded to what is shown
        assume(False)
    for document in (sheet, sheet.solution):
        assert document.text
        assert document.markdown
        assert document.html
        assert document.typst()
    finite = {quantity: text for quantity, text in sheet.key.items() if math.isfinite(float(text))}
    for finding in sheet.proofread(finite):
        assert finding.verdict != "slip", finding
