"""A worksheet as a page: it asks for nothing, and no line leaves the sheet, on a phone and on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autograd import worksheet
from tests.browser.conftest import Tab
from tests.worksheets.sheets import network, of_the_notes

pytestmark = pytest.mark.slow

OVERWIDE = """() => [...document.querySelectorAll("body *")].filter(e => {
  const box = e.getBoundingClientRect(), sheet = document.body.getBoundingClientRect();
  return box.width > 0 && (box.right > sheet.right + 1 || box.left < sheet.left - 1);
}).map(e => e.outerHTML.slice(0, 200))"""
LAPPING = """() => [...document.querySelectorAll(".row")].flatMap(row => {
  const boxes = [...row.querySelectorAll("math, .blank")].map(e => e.getBoundingClientRect());
  return boxes.flatMap((a, i) => boxes.slice(i + 1).filter(b =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1)
  ).map(() => row.innerText);
})"""


@pytest.mark.parametrize(("media", "width"), [("print", 642), ("print", 665), ("screen", 390), ("screen", 1280)])
def test_no_line_leaves_the_sheet_and_nothing_is_asked_for(
    browser: Any, tmp_path: Path, media: str, width: int
) -> None:
    loss, parameters = network(2, 3, 1)
    sheets = [of_the_notes(), worksheet(loss, wrt=parameters, blanks="all", names=None, formulas=False)]
    page = browser.new_page(viewport={"width": width, "height": 1000})  # the text block of A4 and of letter paper
    tab = Tab(page)
    page.emulate_media(media=media)
    for document in (*sheets, *[sheet.solution for sheet in sheets], sheets[0].variants(9).solution):
        path = document.save(tmp_path / "sheet.html")
        page.goto(path.as_uri())
        if width != 390 or document.pages[0].key is None:  # whose table may be scrolled
            assert page.evaluate(OVERWIDE) == []
        assert page.evaluate(LAPPING) == []
    assert tab.said == []
    assert {url.split(":")[0] for url in tab.requested} <= {"file", "data"}
    assert len([url for url in tab.requested if url.startswith("file")]) == 5
    page.close()


def test_each_sheet_of_a_class_begins_on_a_page_of_its_own(browser: Any, tmp_path: Path) -> None:
    path = of_the_notes(blanks="values").variants(3).save(tmp_path / "class.html")
    page = browser.new_page()
    page.goto(path.as_uri())
    assert page.pdf(format="A4").count(b"/Type /Page\n") == 3
    page.close()
