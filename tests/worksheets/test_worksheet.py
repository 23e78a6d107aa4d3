"""`worksheet`: what stands on a sheet and on its solution, and what becomes of a filled one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograd import Value, functions, proofread, worksheet
from autograd.derivation.proofread import Quantity
from autograd.engine.graph import steps
from autograd.engine.primitives import Primitive
from autograd.engine.value import apply
from tests.worksheets.sheets import PARAMETERS, network, of_the_notes

ANSWERS = ["0.6225", "0.3867", "0.006414", "−0.1133", "−0.07050", "−0.03398", "−0.007985", "0.3071", "0.4008"]
WAYS = ["text", "markdown", "html", "typst"]
OF_THE_PICTURE = re.compile(r'<svg.*?</svg>|base64,[\w+/=]+|bytes\(".*?[^\\]"\)', re.DOTALL)


def written(document: object, way: str) -> str:
    """What stands on a document, in one of the ways in which it can be saved."""
    found = getattr(document, way)
    return found() if callable(found) else found


@pytest.mark.parametrize("way", WAYS)
def test_the_solution_has_the_answers_and_the_sheet_has_not(way: str) -> None:
    sheet = of_the_notes()
    asks, answers = (
        re.sub(r"<[^>]*>", "", OF_THE_PICTURE.sub("", written(document, way))).replace("-", "−")
        for document in (sheet, sheet.solution)
    )
    for number in ANSWERS:
        assert number not in asks
        assert number in answers


def test_a_sheet_is_printed_as_text() -> None:
    sheet = of_the_notes()
    assert str(sheet) == sheet.text
    assert str(sheet.solution) == sheet.solution.text


def test_the_picture_has_what_is_given_and_not_what_is_asked_for() -> None:
    (page,) = of_the_notes().pages
    assert page.picture is not None
    shown = re.sub(r"<style>.*?</style>", "", page.picture.svg)
    texts = re.findall(r">([^<>]+)<", shown)
    assert " = 0.4" in texts
    assert not any(number in text for number in ANSWERS for text in texts)
    assert not any(number in page.picture.description for number in ANSWERS)
    assert not any("grad" in text for text in texts)


def test_the_lines_are_those_of_the_derivation_in_the_order_in_which_one_computes() -> None:
    names = [quantity if isinstance(quantity, str) else quantity[1:] for quantity in of_the_notes().quantities]
    assert names[:4] == ["z1", "h", "y", "L"]
    assert names[4:11] == [("y",), ("w2",), ("b2",), ("h",), ("z1",), ("w1",), ("b1",)]
    assert names[11:] == [("w2", 0.1), ("b2", 0.1), ("w1", 0.1), ("b1", 0.1)]


@pytest.mark.parametrize(
    ("blanks", "kinds"),
    [("values", {0}), ("gradients", {1, 2}), ("all", {0, 1, 2})],
)
def test_blanks_choose_what_is_asked_for(blanks: str, kinds: set[int]) -> None:
    sheet = of_the_notes(blanks=blanks)
    assert {0 if isinstance(q, str) else len(q) - 1 for q in sheet.quantities} == kinds
    assert ("Backward pass" in sheet.text) == (blanks != "values")
    assert ("h = σ(z1) = σ(0.5) = 0.6225" in sheet.text) == (blanks == "gradients")


def test_blanks_may_be_a_list_of_names_values_pairs_and_the_command_lines_text() -> None:
    x, w = Value(1.5), Value(0.4)
    z = w * x
    y = z.tanh()
    sheet = worksheet(y, blanks=["z", y, (y, "z"), "dy/dw", ("y", w, 0.1), "dy/dx"])
    assert set(sheet.quantities) == {"z", "y", ("y", "z"), ("y", "x"), ("y", "w"), ("y", "w", 0.1)}
    with pytest.raises(ValueError, match=r"the sheet has no line for \('y', 'q'\); it has z, y, dy/dz"):
        worksheet(y, blanks=[("y", "q")])
    for wrong in ("q", ("y",), 3, ("y", "w", 0.5)):
        with pytest.raises(ValueError, match="the sheet has no line for"):
            worksheet(y, blanks=[wrong])
    with pytest.raises(ValueError, match=r"blanks is 'gradients', 'values', 'all' or a list of quantities, not 'z'"):
        worksheet(y, blanks="z")


def test_a_printed_line_does_not_give_away_a_blank_that_it_is_computed_from() -> None:
    text = of_the_notes(blanks=["h", ("L", "y"), ("L", "w1")]).text
    assert "\nh = σ(z1) = ________" in text
    assert "\ny = w2 h + b2 = 0.3867\n" in text  # and not (0.3)(0.6225) + 0.2
    assert "\ndL/db2 = dL/dy · 1\n" in text  # which is the same number
    assert "0.1133" not in text


def test_without_formulas_the_sheet_gives_the_chain_rule_alone() -> None:
    sheet = of_the_notes(formulas=False)
    assert re.search(r"\ndL/dz1 = dL/dh · dh/dz1 = _+ = _+ = _+\n", sheet.text)
    assert re.search(r"\ndL/dy = _+ = _+ = _+\n", sheet.text)
    assert "h(1 − h)" not in sheet.text
    assert "dL/dz1 = dL/dh · dh/dz1 = dL/dh · h(1 − h) = (−0.03398)(0.2350) = −0.007985" in sheet.solution.text


def test_without_formulas_a_quantity_that_is_used_twice_gets_a_sum() -> None:
    x = Value(0.5, label="x")
    u = x.sin()
    u.label = "u"
    text = worksheet(u * x, names=None, formulas=False).text
    assert re.search(r"\ndf/dx = df/du · ∂u/∂x \+ ∂f/∂x = _+|\ndf/dx = ∂f/∂x \+ df/du · ∂u/∂x = _+", text), text


def test_the_rules_are_those_of_the_table_that_the_graph_needs() -> None:
    rules = of_the_notes().solution.text.partition("Rules")[2]
    for line in ("f = σ(u),  df/du = f(1 − f)", "f = u v,  df/du = v,  df/dv = u", "f = u²,  df/du = 2u"):
        assert line in rules
    assert "tanh" not in rules
    y = functions.softmax([Value(0.3, label="a"), Value(0.1, label="b")])[0]
    assert "df/dv = −f g" in worksheet(y, names=None).solution.text


@pytest.mark.parametrize("size", [(1, 1, 1), (2, 3, 1), (2, 2, 2)], ids=str)
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_the_solution_filled_in_passes_proofread(size: tuple[int, int, int], activation: str) -> None:
    loss, parameters = network(*size, activation)
    sheet = worksheet(loss, wrt=parameters, blanks="all", names=None)
    proof = proofread(sheet.root, sheet.key, names=None)
    assert len(proof) == len(sheet.quantities)
    assert {finding.verdict for finding in proof} == {"agrees"}
    gradients = {loss: 1.0}
    for step in steps(loss):
        gradients.update({c.parent: c.total for c in step.contributions})
    for parameter in parameters:
        assert float(sheet.key["L", parameter.label]) == pytest.approx(
            gradients.get(parameter, 0.0), rel=6e-4, abs=1e-12
        )


def test_the_original_passes_too_and_keeps_its_numbers() -> None:
    loss, parameters = network(2, 2, 1)
    before = [node.data for node in (loss, *parameters)]
    sheet = worksheet(loss, wrt=parameters, names=None)
    assert proofread(loss, sheet.key, names=None)
    assert [node.data for node in (loss, *parameters)] == before
    assert {node.grad for node in (loss, *parameters)} <= {0.0, None}


def test_what_is_given_is_what_is_computed_with() -> None:
    w = Value(0.123456789, label="w")
    sheet = worksheet(w.sin() * 3.0, names=None)
    assert "w = 0.1235" in sheet.text
    assert sheet.root.parents[0].parents[0].data == 0.1235


def test_a_filled_sheet_comes_back_as_a_table(tmp_path: Path) -> None:
    sheet = of_the_notes()
    path = sheet.save(tmp_path / "sheet.csv")
    assert not sheet.proofread(path)._table()[1:]  # nothing is filled in yet
    sheet.solution.save(path)
    assert sheet.proofread(path)
    assert len(sheet.proofread(path)) == len(sheet.quantities)
    spoilt = path.read_text("utf-8-sig").replace("-0.07050", "-0.0750").replace("\r\n", "\n")
    path.write_text(spoilt.replace(",", ";"))  # as a spreadsheet in another country has it
    assert sheet.proofread(path).slips[0].quantity == "dL/dw2"


def test_a_filled_sheet_comes_back_as_a_mapping() -> None:
    sheet = of_the_notes()
    filled: dict[Quantity, str] = {("L", "w1"): "-0.007994", "dL/db1": "-0.007985", "w1 - 0.1*dL/dw1": "0.4008"}
    proof = sheet.proofread(filled)
    assert [finding.verdict for finding in proof] == ["slip", "agrees", "agrees"]
    with pytest.raises((TypeError, ValueError), match=r"0\.6225"):
        sheet.proofread({"h": 0.6225})  # type: ignore[dict-item]


def test_invented_names_are_proofread_too() -> None:
    x = Value(0.7, label="x")
    u = x.sin() + 1.0
    sheet = worksheet(u * u.exp() + u, names=None, blanks="all")
    assert isinstance(sheet.quantities[0], str)
    assert sheet.quantities[0] not in ("x", "f")
    assert {finding.verdict for finding in sheet.proofread(sheet.key)} == {"agrees"}


def test_what_comes_after_the_last_blank_is_left_out() -> None:
    assert "gradient descent" not in of_the_notes(blanks=[("L", "w1")]).text


def test_a_sheet_says_what_it_cannot_be_made_of() -> None:
    x = Value(2.0, label="x")
    with pytest.raises(TypeError, match="worksheet takes the result of an expression of Values"):
        worksheet(3)
    with pytest.raises(TypeError, match="x, target and loss belong to a network"):
        worksheet(x * x, 1.0)
    with pytest.raises(ValueError, match="nothing to compute"):
        worksheet(x)
    with pytest.raises(ValueError, match="wrt takes leaves of the graph, x; not 'q'"):
        worksheet(x * x, wrt="q", names=None)
    with pytest.raises(ValueError, match="which nobody fills in; 200 at most"):
        worksheet(functions.fsum([Value(1.0, label=f"x{i}").sin() for i in range(150)]))
    with pytest.raises(ValueError, match=r"saved by its ending, \.pdf, .*'sheet.doc' has none of these"):
        worksheet(x * x).save("sheet.doc")
    with pytest.raises(ValueError, match="paper is 'a4' or 'letter', not 'a5'"):
        worksheet(x * x).save("sheet.pdf", paper="a5")  # type: ignore[arg-type]


def test_a_primitive_of_ones_own_needs_no_textbook() -> None:
    cube = Primitive(
        name="cubed", value=lambda m, a: a * a * a, partials=(lambda m, y, a: 3 * a * a,), module="elsewhere"
    )
    sheet = worksheet(apply(cube, Value(2.0, label="x")), names=None)
    assert "cubed(x)" in sheet.text
    assert sheet.key["f", "x"] == "12"
    assert sheet.solution.text


@pytest.mark.parametrize("ending", [".html", ".md", ".txt", ".typ"])
def test_names_cannot_break_a_sheet(ending: str, tmp_path: Path) -> None:
    x = Value(2.0, label='<b>"x\\"</b> #evil $y$ | *')
    path = worksheet(x.sin() * 2.0, names=None).save(tmp_path / f"sheet{ending}")
    if ending == ".html":
        assert "<b>" not in path.read_text()


def test_the_same_sheet_is_the_same_file() -> None:
    assert of_the_notes(seed=5).typst() == of_the_notes(seed=5).typst()
    assert of_the_notes(seed=5).html == of_the_notes(seed=5).html


def test_the_page_asks_for_nothing() -> None:
    html = of_the_notes().html
    assert "default-src 'none'" in html
    assert not re.findall(r"""(?:src|href|url\()=?["'(]?\s*(?:https?:)?//""", html)
    assert "<script" not in html


def test_parameters_of_the_notes_are_asked_for_by_name() -> None:
    assert {q[1] for q in of_the_notes().quantities if len(q) == 3} == set(PARAMETERS)
