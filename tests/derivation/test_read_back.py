"""Every equation that is shown is read back from what was written, worked out, and found true at the digits shown."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from autograd import Value, explain, functions, topological_order
from autograd.derivation.words import LANGUAGES
from tests.agreement.recipes import N_LEAVES, points, recipes, tame
from tests.agreement.recipes import within_the_domain as tamed
from tests.derivation.reading import Side, false_equations, said_by
from tests.examples import examples

LEAVES = ["x", "w1", "e"]


def side(line: str, **names: float) -> Side:
    return Side(line, names, lambda sign, of, by: [0.5])


@pytest.mark.parametrize(
    "sides",
    [
        ["(1.000)(1 − 1.000)", "4.824e−5"],
        ["2(0.9999 − 1)", "−0.0002468"],
        ["dr/dx", "x", "0.6"],
        ["2 x", "1.1"],
        ["−x²", "0.25"],
        ["y(1 − y)", "(0.7311)(0.2689)", "0.1967"],
    ],
)
def test_false_equations_are_found(sides: list[str]) -> None:
    assert false_equations([[side(line, x=0.5, r=0.25, y=0.7310585786300049) for line in sides]])


@pytest.mark.parametrize(
    "sides",
    [
        ["y(1 − y)", "(0.7311)(1 − 0.7311)", "0.1966"],
        ["dr/dx", "x", "0.5"],
        ["−x²", "−0.25"],
        ["3/(2 x)", "3"],
        ["√(x)² + |x − 1|", "1"],
        ["1 if x ≥ 0 else exp(x)", "1"],
        ["softmax₁(x, 0)", "σ(0.5)", "0.6225"],
        ["1.2e−9 + π", "3.142"],
    ],
)
def test_true_equations_are_read(sides: list[str]) -> None:
    assert not false_equations([[side(line, x=0.5, r=0.25, y=0.7310585786300049) for line in sides]])


@pytest.mark.parametrize("language", LANGUAGES)
def test_equations_of_every_language_are_read_back_true(language: str) -> None:
    x, w1, e = Value(0.5, label="x"), Value(-1.25, label="w1"), Value(2.0, label="e")
    h0 = functions.maximum(w1 * x, -0.75) + x / 3.0
    f = functions.leaky_relu(h0, 0.01) * e.log() + h0**2
    names = {"x": x, "w1": w1, "e": e, "h0": h0, "f": f}
    for wrt in (None, x, w1):
        derivation = explain(f, wrt, names=names, language=language)
        found = dict(said_by(derivation, names))
        assert not [wrong for lines in found.values() for wrong in false_equations(lines)], derivation
        assert len({len(lines) for lines in found.values()} - {0}) == 1 or wrt is None, derivation


@pytest.mark.parametrize("digits", [1, 4, 6])
def test_numbers_that_do_not_give_what_a_side_is_worth_are_left_out(digits: int) -> None:
    names = {"x": (x := Value(math.pi / 2.0)), "h": (h := x + x), "y": functions.cos(h) * functions.tan(x)}
    for wrt in (None, x):
        derivation = explain(names["y"], wrt, names=names, digits=digits)
        assert "sin(h)" in str(derivation)
        assert not [wrong for _, lines in said_by(derivation, names) for wrong in false_equations(lines)], derivation


@pytest.mark.slow
@settings(max_examples=examples(150))
@given(recipes(tame, most=6), points(tame), st.sets(st.integers(0, 9)), st.sampled_from([3, 4, 6]), st.data())
def test_equations_of_explain_hold_as_written(
    recipe: Any, point: list[float], named: set[int], digits: int, data: st.DataObject
) -> None:
    leaves = [Value(x) for x in point]
    root = tamed(recipe, point)(leaves)
    assume(isinstance(root, Value) and root.depth)
    nodes = [node for node in topological_order(root) if node.depth]
    names = dict(zip(LEAVES, leaves, strict=True)) | {f"h{i}": node for i, node in enumerate(nodes) if i in named}
    names |= {} if root in names.values() else {"f": root}
    wrt = data.draw(st.sampled_from([None, *leaves]))
    language = data.draw(st.sampled_from(list(LANGUAGES)))
    derivation = explain(root, wrt, names=names, digits=digits, language=language)
    there = {*topological_order(root), wrt}  # a leaf e that is not in the graph is nobody's: e is Euler's number there
    for style, lines in said_by(derivation, {name: node for name, node in names.items() if node in there}):
        wrong = false_equations(lines)
        assert not wrong, f"{style}: {wrong}\n{derivation}"
    assert len(leaves) == N_LEAVES
