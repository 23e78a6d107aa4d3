"""A large graph in the browser: its groups open, a step opens its own picture, nodes are found by their names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograd import Value, show
from tests.benchmarks.bench_engine import elementary
from tests.browser.conftest import Tab

pytestmark = pytest.mark.slow  # a browser is started

FIGURE = "document.querySelector('[data-chainrule]').figure"


@pytest.fixture(scope="module")
def figure() -> Any:
    return show(elementary(Value, 600), names=None)


@pytest.fixture(scope="module")
def saved(figure: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = figure.save(tmp_path_factory.mktemp("large") / "large.html")
    return path


@pytest.fixture
def large(saved: Path, open_tab: Callable[..., Tab]) -> Tab:
    """The page, once it is read: what it needs is deflated."""
    tab = open_tab(saved)
    tab.page.wait_for_selector(".stepper")
    return tab


def ask(tab: Tab, what: str) -> Any:
    """What the figure answers."""
    return tab.page.evaluate(f"() => {{ const f = {FIGURE}; {what} }}")


def way(tab: Tab) -> list[str]:
    """The pictures that lead to the open one."""
    texts: list[str] = tab.page.locator(".way button").all_inner_texts()
    return texts


def test_a_click_opens_a_group_and_a_button_leads_back(large: Tab) -> None:
    (whole,) = way(large)
    group = large.page.locator("[data-node].role-folded").first
    title = group.locator("text").first.text_content()
    group.click()
    assert way(large) == [whole, title]
    large.page.locator(".way button").first.click()
    assert way(large) == [whole]
    assert not large.said


def test_the_keyboard_opens_groups_and_esc_leads_back(large: Tab) -> None:
    (whole,) = way(large)
    group = large.page.locator("[data-node].role-folded").first
    assert group.get_attribute("tabindex") == "0"
    assert "open it" in (group.get_attribute("aria-label") or "")
    group.focus()
    large.press("Enter")
    assert len(way(large)) == 2
    large.press("Escape")
    assert way(large) == [whole]


def test_esc_closes_the_card_first(large: Tab) -> None:
    ask(large, "f.scenes.goTo(f.passes.level.nodes[300])")
    depth = len(way(large))
    assert large.page.locator(".card.node").is_visible()
    large.press("Escape")
    assert not large.page.locator(".card.node").is_visible()
    assert len(way(large)) == depth > 1
    large.press("Escape")
    assert len(way(large)) == depth - 1


@pytest.mark.slow
def test_in_each_step_the_node_and_what_it_deals_with_are_on_the_screen(large: Tab) -> None:
    missing = ask(
        large,
        """const missing = [];
        const frame = f.find(".picture").getBoundingClientRect();
        const seen = (box) => {
          const { left, right, top, bottom } = f.boxes[box].shape.getBoundingClientRect();
          return left >= frame.left - 1 && right <= frame.right + 1 && top >= frame.top - 1 && bottom <= frame.bottom + 1;
        };
        for (let at = 1; at < f.steps.length; at += 5) {
          f.show(at);
          const step = f.steps[at];
          const isItself = f.shown[f.current] === f.about(step) && !f.scenes.isOutside(f.current);
          const others = [...f.beside];
          const lit = f.find(".picture").querySelectorAll("[data-lit]").length;
          const enough = step.pass === "seed" || (lit && others.length && (step.pass === "forward" || others.every(seen)));
          if (!isItself || !seen(f.current) || !enough) missing.push(at);
        }
        return missing;""",
    )
    assert missing == []


def test_what_the_person_opened_stays_open_until_another_step_is_gone_to(large: Tab) -> None:
    large.press("End")
    assert len(way(large)) > 1
    ask(large, "f.scenes.enter(0)")
    ask(large, "f.tape.set(f.leaves[0], 0.7); f.changed()")
    assert len(way(large)) == 1
    large.press("ArrowLeft")
    assert ask(large, "return f.scenes.at === f.scenes.of.get(f.about(f.steps[f.at]))")


def test_a_node_is_found_by_its_name(large: Tab, figure: Any) -> None:
    name = figure.steps[-2].text.split("/d")[-1].split(" ")[0]
    field = large.page.locator(".find input")
    field.fill(name)
    field.press("Enter")
    assert name in large.text(".card.node .what").replace(" ", "")
    shown = ask(large, "return f.writing.names[f.opened][0]")
    assert shown == name
    assert ask(large, "return f.boxOf.has(f.opened)")


def test_a_name_that_is_none_is_said_to_be_none_and_runs_nothing(large: Tab) -> None:
    field = large.page.locator(".find input")
    field.fill("<img src=x onerror=alert(1)>")
    field.press("Enter")
    assert "No node is called" in large.text(".scenes .said")
    assert large.page.locator(".scenes img").count() == 0
    assert not large.said


def test_a_signpost_leads_to_its_node(large: Tab) -> None:
    where = ask(
        large,
        """const scene = f.scenes.all.findIndex((s) => s.outside.some((box) => typeof s.shown[box] === "number"));
        f.scenes.enter(scene);
        const box = f.scenes.scene.outside.find((b) => typeof f.shown[b] === "number");
        const node = f.shown[box];
        f.boxes[box].shape.dispatchEvent(new MouseEvent("click", { bubbles: true }));
        return [node, f.opened, f.shown[f.boxOf.get(node)]];""",
    )
    assert where[0] == where[1] == where[2]


@pytest.mark.slow
def test_every_number_in_every_picture_is_that_of_the_tape(large: Tab) -> None:
    wrong = ask(
        large,
        """const wrong = [];
        f.tape.set(f.leaves[3], 0.25);
        f.changed();
        f.go(f.steps.length - 1);
        const number = (x) => f.writing.number(x, 0);
        f.scenes.all.forEach((scene, at) => {
          f.scenes.enter(at);
          scene.shown.forEach((what, box) => {
            const [value, gradient] = [".value", ".gradient"].map((kind) => f.boxes[box].shape.querySelector(kind)?.textContent);
            if (typeof what === "number") {
              if (!value.endsWith(number(f.tape.values[what]))) wrong.push([at, box, value]);
              if (gradient && gradient !== `grad ${number(f.upstream[what])}`) wrong.push([at, box, gradient]);
            } else if (gradient) {
              const leaves = f.scenes.nodesIn(box).filter((node) => f.tape.isLeaf(node));
              const most = Math.max(...leaves.map((node) => Math.abs(f.upstream[node])));
              if (gradient !== `|grad| up to ${number(most)}`) wrong.push([at, box, gradient]);
            }
          });
        });
        return wrong;""",
    )
    assert wrong == []
    assert large.page.locator("[data-state~='changed']").count() > 0 or len(way(large)) > 0


def test_a_group_says_how_large_the_gradients_of_its_leaves_are(tmp_path: Path, open_tab: Callable[..., Tab]) -> None:
    w = Value(0.5)
    root = sum([(w * Value(0.01 * i)).tanh() for i in range(60)], Value(0.0))
    tab = open_tab(show(root, names=None).save(tmp_path / "batch.html"))
    tab.page.wait_for_selector(".stepper")
    tab.page.locator(".stepper").focus()
    tab.press("End")
    ask(tab, "f.scenes.enter(0)")
    group = tab.page.locator(".role-folded .gradient").first
    before = group.text_content() or ""
    assert "|grad| up to" in before
    ask(tab, "f.tape.set(f.leaves.find((leaf) => f.tape.numbers[leaf] === 0.5), 2); f.changed()")
    assert group.text_content() != before


def test_the_rows_say_what_python_says_and_more_come_when_asked_for(large: Tab, figure: Any) -> None:
    rows = large.page.locator("details tbody tr")
    before = rows.count()
    texts = ask(large, "return f.steps.slice(280, 320).map((step) => f.said(step))")
    assert texts == [frame.text for frame in figure.steps[280:320]]
    large.page.locator("[data-chainrule] > details summary").click()
    large.page.locator("[data-chainrule] > details button").click()
    assert rows.count() == 2 * before
    assert rows.nth(before).inner_text().split("\t")[-1] == figure.steps[before].text


def test_a_picture_on_paper_is_the_folded_one(large: Tab) -> None:
    large.press("End")
    assert len(way(large)) > 1
    large.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert len(way(large)) == 1
    large.page.evaluate("window.dispatchEvent(new Event('afterprint'))")


def test_an_old_browser_says_that_it_is_and_keeps_the_picture(saved: Path, open_tab: Callable[..., Tab]) -> None:
    tab = open_tab("about:blank")
    tab.page.add_init_script("delete globalThis.DecompressionStream")
    tab.page.goto(saved.as_uri())
    tab.page.wait_for_selector("text=too old")
    assert tab.page.locator("[data-chainrule] img").is_visible()


@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_it_fits_the_window(saved: Path, open_tab: Callable[..., Tab], width: int) -> None:
    tab = open_tab(saved, width=width)
    tab.page.wait_for_selector(".stepper")
    tab.page.locator(".stepper").focus()
    tab.press("End")
    assert tab.fits(".scenes, .scenes .find, .way, .picture, .card")


@pytest.mark.slow
def test_a_step_touches_the_open_picture_alone(large: Tab) -> None:
    lit = ask(
        large,
        """f.show(400);
        const watched = new Set();
        const boxes = f.boxes.length;
        const observer = new MutationObserver(() => {});
        observer.observe(f.shadow, { subtree: true, attributes: true });
        f.light(f.steps[f.at]);
        for (const { target } of observer.takeRecords()) watched.add(target);
        return [watched.size, boxes, f.steps.length];""",
    )
    touched, boxes, steps = lit
    assert touched <= 4 * boxes < steps
