"""Every equation that is shown is read back from what was written, worked out, and found true at the digits shown."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from autograd import Value, explain, topological_order
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
    derivation = explain(root, wrt, names=names, digits=digits)
    there = {*topological_order(root), wrt}  # a leaf e that is not in the graph is nobody's: e is Euler's number there
    for style, lines in said_by(derivation, {name: node for name, node in names.items() if node in there}):
        wrong = false_equations(lines)
        assert not wrong, f"{style}: {wrong}\n{derivation}"
    assert len(leaves) == N_LEAVES
