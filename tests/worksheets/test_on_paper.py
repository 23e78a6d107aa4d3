"""Sheets measured on paper: no line leaves the text block, nothing lies on something else, and they print in grey."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from autograd import Value, functions, worksheet
from autograd.engine.primitives import PRIMITIVES, Primitive
from autograd.engine.value import apply
from autograd.worksheets.document import Document
from tests.peers import peer
from tests.worksheets.sheets import network, of_the_notes

SIZES = [(1, 1, 1), (1, 2, 1), (2, 1, 1), (2, 2, 1), (1, 3, 1), (2, 3, 1)]
_ANSWER = "0b4f9e"
PAPERS = {"a4": (210.0, 297.0), "letter": (215.9, 279.4)}
SIDE, TOP, BOTTOM = 20.0, 14.0, 16.0  # the margins of the sheets, in millimetres
PPI = 60.0
SLACK = 0.9  # two pixels

pytestmark = pytest.mark.slow


def pages(document: Document, paper: str) -> list[Any]:
    """The sheets as pictures in grey, as a printer without colours has them."""
    image = peer("PIL.Image")
    made = peer("typst").compile(document.typst(paper).encode(), format="png", ppi=PPI)  # type: ignore[arg-type]
    return [image.open(io.BytesIO(page)).convert("L") for page in (made if isinstance(made, list) else [made])]


def check_margins(document: Document, paper: str) -> None:
    """Nothing is printed outside of the text block but the number of the page, also where it would be cut off."""
    width, height = PAPERS[paper]
    for page in pages(document, paper):
        pixel = 25.4 / PPI
        assert page.size == pytest.approx((width / pixel, height / pixel), abs=1.0)
        ink = page.point(lambda grey: 255 * (grey < 240))
        left, top, right, _ = ink.getbbox()
        assert left * pixel >= SIDE - SLACK
        assert right * pixel <= width - SIDE + SLACK
        assert top * pixel >= TOP - SLACK
        below = ink.crop((0, round((height - BOTTOM + SLACK) / pixel), *page.size)).getbbox()
        footer = ink.crop((round(width / 3 / pixel), 0, round(2 * width / 3 / pixel), page.size[1])).getbbox()
        assert below is not None
        assert below[2] - below[0] < 20.0 / pixel  # the number of the page alone
        assert footer is not None


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_no_line_of_a_network_leaves_the_text_block(size: tuple[int, int, int], paper: str) -> None:
    loss, parameters = network(*size)
    for formulas in (True, False):
        sheet = worksheet(loss, wrt=parameters, blanks="all", names=None, formulas=formulas)
        check_margins(sheet, paper)
        check_margins(sheet.solution, paper)


@pytest.mark.parametrize("paper", PAPERS)
def test_no_line_of_the_notes_example_leaves_it_and_the_sheet_is_one_page(paper: str) -> None:
    sheet = of_the_notes()
    for document in (sheet, sheet.solution, sheet.variants(2), sheet.variants(30).solution):
        check_margins(document, paper)
    assert len(pages(sheet, paper)) == 1


@pytest.mark.parametrize("paper", PAPERS)
def test_long_names_and_long_formulas_are_broken_or_made_smaller(paper: str) -> None:
    x = [Value(0.1 * (i + 1), label=f"the_measured_quantity_number_{i + 1}") for i in range(6)]
    far = functions.fsum([a * a.sin().exp() for a in x]).tanh() / (1.0 + functions.fsum(x) * x[0]).sqrt()
    check_margins(worksheet(far, blanks="all", names=None), paper)
    check_margins(worksheet(far, blanks="all", names=None).solution, paper)
    y = 1.0
    for a in x:
        y = (a * y + 0.3).sigmoid()
    check_margins(worksheet(y, blanks="all", names=None), paper)
    check_margins(worksheet(y, blanks="all", names=None).solution, paper)


@pytest.mark.parametrize("op", [op for op in PRIMITIVES if op.rules], ids=lambda op: op.name)
def test_every_row_of_the_table_has_a_sheet_that_can_be_printed(op: Primitive) -> None:
    operands = [
        Value(x, label=label) for x, label in zip((1.4 if op.name == "acosh" else 0.4, 0.3, 0.6), "uvx", strict=False)
    ][: len(op.rules)]
    sheet = worksheet(apply(op, *operands) * 2.0, blanks="all", names=None)
    check_margins(sheet.solution, "a4")
    check_margins(worksheet(apply(op, *operands) * 2.0, blanks="all", names=None, formulas=False), "letter")
    assert {finding.verdict for finding in sheet.proofread(sheet.key)} <= {"agrees"}


def test_what_is_filled_in_can_be_read_in_grey() -> None:
    """It is blue on a screen, and has a contrast of at least 7 to 1 on white where there are no colours."""
    red, green, blue = (int(_ANSWER[i : i + 2], 16) / 255 for i in (0, 2, 4))
    light = sum(
        share * (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4)
        for share, x in ((0.2126, red), (0.7152, green), (0.0722, blue))
    )
    assert 1.05 / (light + 0.05) >= 7.0
    for document in (of_the_notes().solution.html, of_the_notes().solution.typst()):
        assert f"#{_ANSWER}" in document


def test_save_writes_pdf(tmp_path: Path) -> None:
    peer("typst")
    sheet = of_the_notes()
    for paper in PAPERS:
        path = sheet.save(tmp_path / "sheet.pdf", paper=paper)  # type: ignore[arg-type]
        assert path.read_bytes().startswith(b"%PDF")
    assert sheet.save(tmp_path / "a.pdf").read_bytes() == sheet.save(tmp_path / "b.pdf").read_bytes()


def test_without_typst_pdf_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "typst", None)
    with pytest.raises(ImportError, match=r"pip install 'chainrule\[print\]'; SVG and HTML"):
        of_the_notes().save(tmp_path / "sheet.pdf")
    assert of_the_notes().save(tmp_path / "sheet.html").exists()
