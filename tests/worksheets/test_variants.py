"""Variants of a sheet: their numbers obey what is promised of them, and a class is marked with one key."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograd import Value, functions, worksheet
from autograd.engine.graph import steps, topological_order
from autograd.worksheets.sheet import Worksheet
from tests.worksheets.sheets import PARAMETERS, network, of_the_notes

ACTIVATIONS = ("sigmoid", "tanh", "relu")


def broken_promises(sheet: Worksheet) -> list[str]:
    """What is wrong with a variant's numbers, found in its graph alone."""
    order = topological_order(sheet.root)
    gradients = {sheet.root: 1.0}
    for step in steps(sheet.root):
        gradients.update({c.parent: c.total for c in step.contributions})
    asked = {q[1] for q in sheet.quantities if isinstance(q, tuple)}
    wrong = [f"{x.label} = {x.data!r}" for x in order if x.label and not x.depth and round(x.data, 2) != x.data]
    wrong += [f"{x.label} = 0" for x in order if x.label and not x.depth and x.data == 0.0]
    wrong += [f"d/d{x.label} = {gradients[x]}" for x in order if x.label in asked and not abs(gradients[x]) >= 1e-4]
    for node in order:
        name = node.op and node.op.name
        if name in ("sigmoid", "softmax") and not 0.05 < node.data < 0.95:
            wrong.append(f"{node.label} = {node.data}, saturated")
        if name == "tanh" and not abs(node.data) < 0.975:
            wrong.append(f"{node.label} = {node.data}, saturated")
        if name == "relu" and not node.data > 0.0:
            wrong.append(f"{node.label} = {node.data}, off")
    return wrong


@pytest.mark.slow
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_hundred_seeds_keep_every_promise(activation: str) -> None:
    loss, parameters = network(2, 3, 1, activation)
    sheet = worksheet(loss, wrt=parameters, names=None)
    for seed, variant in enumerate(sheet.variants(100), 1):
        assert not broken_promises(variant), seed
        assert variant.quantities == sheet.quantities
        assert {finding.verdict for finding in variant.proofread(variant.key)} == {"agrees"}


@given(st.integers(), st.sampled_from(ACTIVATIONS), st.integers(1, 2), st.integers(1, 3), st.integers(1, 2))
@example(0, "relu", 1, 1, 1)
def test_any_seed_keeps_every_promise(seed: int, activation: str, n: int, hidden: int, outputs: int) -> None:
    loss, parameters = network(n, hidden, outputs, activation)
    variant = worksheet(loss, wrt=parameters, names=None, seed=seed, blanks="all")
    assert not broken_promises(variant)
    assert variant.proofread(variant.key)


def test_a_seed_gives_the_same_sheet_again_and_others_give_others() -> None:
    keys = [of_the_notes(seed=seed).key for seed in (3, 3, 4)]
    assert keys[0] == keys[1] != keys[2]


def test_a_target_that_is_a_class_stays_one() -> None:
    z = [Value(0.3, label="z1"), Value(-0.2, label="z2")]
    t = [Value(1.0, label="t1"), Value(0.0, label="t2")]
    loss = functions.logsumexp(z) - functions.dot(t, z)
    sheet = worksheet(loss, names=None, wrt=z, seed=1)
    given = {x.label: x.data for x in topological_order(sheet.root) if not x.depth}
    if "target" in set(sheet._asked.exercise.roles.values()):
        assert (given["t1"], given["t2"]) == (1.0, 0.0)


def test_domains_are_kept() -> None:
    x = Value(0.1, label="x")
    for seed in range(30):
        assert worksheet(x.log() * x.sqrt(), names=None, seed=seed).root


def test_where_no_numbers_are_nice_it_says_why() -> None:
    x = Value(0.5, label="x")
    with pytest.raises(ValueError, match=r"seed=1: in 2,000 tries .* of the last ones the gradient of x is .*e-10"):
        worksheet(x.sin() * 1e-9, names=None, seed=1)


def test_numbers_are_found_further_away_where_those_nearby_saturate() -> None:
    x = Value(20.0, label="x")
    assert not broken_promises(worksheet(x.sigmoid(), names=None, seed=1))


def test_a_graph_that_a_comparison_has_shaped_has_no_variants() -> None:
    x = Value(2.0, label="x")
    y = x * 3.0 if x > 1.0 else x * x
    assert worksheet(y, names=None).key["f", "x"] == "3"
    with pytest.raises(ValueError, match=r"asked for the number of x.*leave seed out"):
        worksheet(y, names=None, seed=1)


def test_a_class_has_as_many_different_sheets_and_one_key(tmp_path: Path) -> None:
    sheets = of_the_notes().variants(30)
    assert len(sheets) == 30
    assert len({tuple(sheet.key.values()) for sheet in sheets}) == 30
    assert sheets.text.count("Name ____") == 30
    assert "Sheet 30" in sheets.text
    key = sheets.solution.text
    assert all(number.replace("-", "−") in key for sheet in sheets for number in sheet.key.values())
    with pytest.raises(ValueError, match="count is 0, but must be at least 1"):
        of_the_notes().variants(0)
    w = Value(1.0, label="t")
    with pytest.raises(ValueError, match="there are not 90 different sheets of this kind; ask for"):
        worksheet(w * 2.0, names=None).variants(90)


def test_a_class_comes_back_as_one_table(tmp_path: Path) -> None:
    sheets = of_the_notes(blanks=["h", ("L", "w1")]).variants(3)
    path = sheets.save(tmp_path / "class.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == ["Sheet", "Name", "h", "dL/dw1"]
    assert [row[:2] for row in rows] == [["1", ""], ["2", ""], ["3", ""]]
    sheets.solution.save(path)
    assert all(sheets.proofread(path).values())
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.reader(file))
    table[2][1:] = ["Ada", "0.1", table[2][3]]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(table)
    proofs = sheets.proofread(path)
    assert [bool(proof) for proof in proofs.values()] == [True, False, True]
    assert [slip.quantity for slip in proofs[2].slips] == ["h"]
    table[1][0] = "7"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(table)
    with pytest.raises(ValueError, match="there is no sheet '7'; there are 1, 2, 3"):
        sheets.proofread(path)


def test_all_parameters_vary() -> None:
    first, second = (of_the_notes(seed=seed) for seed in (1, 2))
    given = [{x.label: x.data for x in topological_order(s.root) if not x.depth} for s in (first, second)]
    assert all(given[0][name] != given[1][name] for name in PARAMETERS)
