"""A figure on paper: the finished picture on one sheet, and every step, light and whole."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograd import show
from nn import MLP
from tests.browser.conftest import Tab
from tests.browser.test_presenting import FIGURES, SHADOW, box
from tests.browser.test_stepper import WHITE, contrast, two_on_one_page

pytestmark = pytest.mark.slow  # a browser is started

UPRIGHT, ACROSS = (703, 1032), (1032, 703)  # pixels of A4 within its margins
SHAPES: dict[str, Callable[[], Any]] = {
    **FIGURES,
    "a tall network": lambda: show(MLP(2, [9, 9, 1], seed=0), [1.0, 2.0], 0.5),
}

CUT_OFF = f"""() => [...document.querySelectorAll("details td"), ...{SHADOW}.querySelectorAll(".picture text")].filter((part) => {{
    const {{ left, right }} = part.getBoundingClientRect();
    return left < -1 || right > innerWidth + 1;
}}).map((part) => part.textContent)"""


@pytest.fixture(scope="module", params=SHAPES)
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    saved: Path = SHAPES[request.param]().save(tmp_path_factory.mktemp("page") / "page.html")
    return saved


def on_paper(tab: Tab) -> None:
    tab.page.emulate_media(media="print")
    tab.page.evaluate("() => { dispatchEvent(new Event('beforeprint')); }")


def off_paper(tab: Tab) -> None:
    tab.page.evaluate("() => { dispatchEvent(new Event('afterprint')); }")
    tab.page.emulate_media(media="screen")


def test_picture_and_every_step_are_whole_on_a_sheet_whatever_was_seen(
    page: Path, open_tab: Callable[..., Tab]
) -> None:
    tab = open_tab(page, color_scheme="dark")
    for keys in ((), ("PageDown", "+", "+", "+"), ("End", "Enter", "0")):
        for wide, high in (UPRIGHT, ACROSS):
            tab.page.set_viewport_size({"width": 1280, "height": 800})
            tab.press(*keys)
            tab.page.set_viewport_size({"width": wide, "height": high})
            on_paper(tab)
            picture = box(tab, ".picture > *")
            assert picture["x"] >= 0
            assert picture["x"] + picture["width"] <= wide + 1
            assert picture["height"] <= 0.9 * high
            assert picture["width"] >= 0.95 * wide or picture["height"] >= 0.8 * high, "as large as the sheet has room"
            rows = tab.page.locator("details tbody tr")
            assert rows.count() == tab.page.evaluate(f"Number({SHADOW}.querySelector('input').max) + 1")
            assert rows.first.is_visible()
            assert rows.last.is_visible()
            assert tab.page.evaluate(CUT_OFF) == []
            for part in ("button", "input", ".card", ".count"):
                assert tab.page.locator(f"{part}:visible").count() == 0, part
            frame = tab.page.locator(".picture")
            assert frame.evaluate("(frame) => frame.scrollWidth - frame.clientWidth") <= 0, "nothing is cut off"
            off_paper(tab)


def test_the_picture_on_paper_is_the_finished_one_without_a_mark_of_where_we_are(
    page: Path, open_tab: Callable[..., Tab]
) -> None:
    look = f"""() => [...{SHADOW}.querySelectorAll(".picture .shape, .picture path, .picture text")].map((part) => {{
        const {{ fill, stroke, strokeWidth, visibility }} = getComputedStyle(part);
        return [part.textContent, fill, stroke, strokeWidth, visibility];
    }})"""
    tab = open_tab(page)
    seen = []
    for keys in ((), ("PageDown", "PageDown"), ("End", "PageUp")):
        tab.press(*keys)
        on_paper(tab)
        seen.append(tab.page.evaluate(look))
        assert tab.page.locator("[data-state~='unknown']").count() == 0
        off_paper(tab)
    assert seen[0] == seen[1] == seen[2]
    assert len(seen[0]) > 10


def test_after_printing_everything_is_as_before(page: Path, open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(page)
    tab.press("PageDown")
    tab.page.wait_for_timeout(500)
    on_paper(tab)
    tab.page.wait_for_timeout(500)
    assert tab.page.evaluate("location.hash") == "#step=2", "it is printed below"
    off_paper(tab)
    assert tab.step() == 2
    assert not tab.page.locator("details:has(table)").evaluate("(list) => list.open")
    tab.press("PageDown")
    assert tab.step() == 3


@pytest.mark.parametrize("scripts", [True, False])
def test_a_wide_picture_lies_across_the_sheet(scripts: bool, open_tab: Callable[..., Tab], tmp_path: Path) -> None:
    for kind, across in (("graph", True), ("network", False)):
        path = FIGURES[kind]().save(tmp_path / f"{kind}.html")
        tab = open_tab(path, java_script_enabled=scripts)
        pdf = tab.page.pdf(format="A4", prefer_css_page_size=True)
        for wide, high in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf):
            assert (float(wide) > float(high)) == across
        assert pdf.count(b"/Type /Page\n") > 1, "the list is there, with scripts and without"


def test_a_notebook_on_paper_has_every_figure_finished(open_tab: Callable[..., Tab], tmp_path: Path) -> None:
    figures = [FIGURES["network"](), FIGURES["graph"]()]
    tab = open_tab(two_on_one_page(*figures, tmp_path), width=UPRIGHT[0], color_scheme="dark")
    on_paper(tab)
    rows = tab.page.locator("details tbody tr")
    assert rows.count() == sum(len(figure.steps) for figure in figures)
    assert rows.first.is_visible()
    assert rows.last.is_visible()
    ink = rows.last.evaluate("(row) => getComputedStyle(row).color")
    assert contrast(ink, WHITE) > 7
