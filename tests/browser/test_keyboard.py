"""With the keyboard alone: every button, field and number can be reached, and one sees where one is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograd import show
from autograd.derivation.worked_example import worked_example
from tests.browser.conftest import Tab
from tests.browser.test_axe import IN_USE, save

pytestmark = pytest.mark.slow  # a browser is started

FIGURE = "document.querySelector('[data-chainrule]').figure"
CONTROLS = """[...document.querySelector("[data-chainrule]").figure.shadow.querySelectorAll(
    "button, input, select, summary, [tabindex='0']")].filter((part) => part.checkVisibility())"""
START = f"""() => {{
    {FIGURE}.section.focus();
    window.reached = new Map();
    return {CONTROLS}.length;
}}"""
HERE = f"""() => {{
    const part = {FIGURE}.shadow.activeElement;
    if (!part) return false;
    const {{ outlineStyle, outlineWidth }} = getComputedStyle(part);
    window.reached.set(part, outlineStyle !== "none" && parseFloat(outlineWidth) >= 1);
    return true;
}}"""
MISSED = f"""() => {CONTROLS}.filter((part) => !window.reached.get(part) && !part.matches(".stepper"))
    .map((part) => `${{window.reached.has(part) ? "not seen" : "not reached"}}: ${{part.outerHTML.slice(0, 150)}}`)"""


@pytest.mark.parametrize("name", ["worked example", "practice", "network", "large graph", "training"])
def test_the_tab_key_reaches_every_control_and_one_sees_it(
    name: str, tmp_path: Path, open_tab: Callable[..., Tab]
) -> None:
    save(name, tmp_path / "page.html", "en")
    tab = open_tab(tmp_path / "page.html")
    tab.page.wait_for_selector(".stepper")
    tab.page.evaluate(IN_USE)
    for _ in range(4 * tab.page.evaluate(START)):  # more of them appear below a blank that is filled in
        tab.press("Tab")
        if not tab.page.evaluate(HERE):
            break
    assert tab.page.evaluate(MISSED) == []


def test_every_node_has_its_turn_and_enter_opens_all_that_is_known_of_it(
    tmp_path: Path, open_tab: Callable[..., Tab]
) -> None:
    tab = open_tab(show(worked_example().L, names=None).save(tmp_path / "page.html"))
    names = [name for name, *_ in tab.page.evaluate(f"{FIGURE}.writing.names")]
    opened = set()
    for _ in range(tab.steps()):
        tab.press("Enter")
        opened.add(tab.page.evaluate(f"{FIGURE}.writing.names[{FIGURE}.opened]?.[0]"))
        tab.press("ArrowRight")
    assert set(names) <= opened


def test_a_node_of_a_large_graph_is_found_by_its_name_and_its_number_changed(
    tmp_path: Path, open_tab: Callable[..., Tab]
) -> None:
    save("large graph", tmp_path / "page.html", "en")
    tab = open_tab(tmp_path / "page.html")
    tab.page.wait_for_selector(".stepper")
    leaf, name = tab.page.evaluate(f"[{FIGURE}.leaves[0], {FIGURE}.writing.names[{FIGURE}.leaves[0]][0]]")
    for _ in range(60):
        tab.press("Tab")
        if tab.page.evaluate(f"{FIGURE}.shadow.activeElement?.matches('.find input')"):
            break
    tab.page.keyboard.type(name)
    tab.press("Enter")
    assert tab.page.evaluate(f"{FIGURE}.opened") == leaf
    for _ in range(60):
        tab.press("Tab")
        if tab.page.evaluate(f"{FIGURE}.shadow.activeElement?.getAttribute('aria-label')") == name:
            break
    tab.press("ArrowUp")
    assert tab.page.evaluate(f"{FIGURE}.tape.isChanged[{leaf}]") == 1
