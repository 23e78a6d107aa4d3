"""A figure in front of a class: keys and clickers, full screen, speed, zoom, and fingers."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from autograd import Value, show
from nn import MLP, fit
from tests.browser.conftest import PLACES, Tab
from tests.browser.test_stepper import contrast, two_on_one_page

pytestmark = pytest.mark.slow  # a browser is started

SHADOW = "document.querySelector('[data-chainrule]').shadowRoot"
WHERE = f"""(parts) => parts.map((part) => {SHADOW}.querySelector(part).getBoundingClientRect())
    .map(({{ x, y, width, height }}) => ({{ x, y, width, height }}))"""
SCREENS = {"laptop": (1280, 720), "projector": (1920, 1080)}


def products() -> Value:
    """A network of 2, 3 and 1 as one writes it on the board, by plain products."""
    x = [Value(1.0, label="x1"), Value(-0.5, label="x2")]
    hidden = []
    for i in (1, 2, 3):
        w = [Value(0.1 * i * j, label=f"w{i}{j}") for j in (1, 2)]
        hidden.append((w[0] * x[0] + w[1] * x[1] + Value(0.1, label=f"b{i}")).sigmoid())
    y = Value(0.2, label="c")
    for i, h in enumerate(hidden, 1):
        y = y + Value(0.3 * i, label=f"v{i}") * h
    return 0.5 * (y - Value(1.0, label="t")) ** 2


def trained() -> Any:
    X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    return fit(MLP(2, [3, 1], output="sigmoid", seed=1), X, y, epochs=10, metrics=["accuracy"])


FIGURES: dict[str, Callable[[], Any]] = {
    "graph": lambda: show(products(), names=None),
    "network": lambda: show(MLP(2, [3, 1], activation="sigmoid", output="sigmoid", seed=1), [1.0, -0.5], 1.0),
    "training": lambda: show(trained()),
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    return {kind: make().save(folder / f"{kind}.html") for kind, make in FIGURES.items()}


@pytest.fixture(params=FIGURES)
def page(request: pytest.FixtureRequest, pages: dict[str, Path]) -> Path:
    return pages[request.param]


@pytest.fixture(scope="module")
def saved(pages: dict[str, Path]) -> Path:
    return pages["graph"]


def box(tab: Tab, part: str) -> dict[str, float]:
    """Where a part is on the screen."""
    return boxes(tab, part)[0]


def boxes(tab: Tab, *parts: str) -> list[dict[str, float]]:
    """Where the first of each of these parts is, asked for in one question."""
    found: list[dict[str, float]] = tab.page.evaluate(WHERE, parts)
    return found


def width(tab: Tab) -> float:
    """How wide the picture is."""
    return box(tab, ".picture > *")["width"]


def inside(inner: dict[str, float], outer: dict[str, float]) -> bool:
    return all(
        outer[at] - 1 <= inner[at] and inner[at] + inner[size] <= outer[at] + outer[size] + 1
        for at, size in (("x", "width"), ("y", "height"))
    )


def full_screen(tab: Tab) -> bool:
    """Once the browser has settled it."""
    tab.page.wait_for_timeout(200)
    full: bool = tab.page.evaluate("document.fullscreenElement !== null")
    return full


# --- keys ------------------------------------------------------------------------------------------------------


def test_a_page_takes_the_keys_and_a_clicker_at_once_and_wherever_one_clicked(
    page: Path, open_tab: Callable[..., Tab]
) -> None:
    tab = open_tab(page)
    tab.press("PageDown", "PageDown", "PageUp", "ArrowRight")
    assert tab.step() == 3
    tab.page.locator("details:has(table) > summary").click()
    for part in (
        "h1",
        ".picture",
        ".picture text",
        ".card h2",
        ".count",
        "details:has(table) > summary",
        "[data-go='speed']",
        "[data-go='fit']",
    ):
        tab.page.locator(part).first.click()
        if tab.page.locator(".over").count():  # a number that can be changed: its field has the keys
            tab.press("Escape")
        before = tab.step()
        tab.press("PageDown")
        assert tab.step() == before + 1, part
        tab.press("PageUp")
        assert tab.step() == before, part
    tab.page.evaluate("document.activeElement.blur()")
    tab.press("Home")
    assert tab.step() == 1
    assert tab.page.evaluate("window.scrollY") == 0 or tab.steps() > 20, "the page does not scroll instead"


def test_in_a_notebook_keys_are_those_of_the_figure_that_has_the_focus(
    open_tab: Callable[..., Tab], tmp_path: Path
) -> None:
    x = Value(2.0, label="x")
    tab = open_tab(two_on_one_page(show(x * x, names=None), show(x.tanh(), names=None), tmp_path))

    def steps() -> list[str]:
        return [text.split(" / ")[0] for text in tab.page.locator(".count").all_inner_texts()]

    tab.press("PageDown", "ArrowRight", "f", "+")
    assert steps() == ["1", "1"]
    assert not full_screen(tab)
    assert tab.page.locator("[data-zoom]").count() == 0
    for i, expected in ((1, ["1", "2"]), (0, ["2", "2"])):
        tab.page.locator(".picture").nth(i).click(position={"x": 3, "y": 3})
        tab.press("PageDown", "+")
        assert steps() == expected
    tab.page.locator("[data-go='full']").nth(1).click()
    assert full_screen(tab)
    tab.press("PageDown")
    assert steps() == ["2", "3"]


def test_what_is_written_in_the_figure_or_was_used_by_a_part_of_it_is_no_key(tab: Tab) -> None:
    tab.page.evaluate(f"{SHADOW}.querySelector('.card.step').append(document.createElement('input'))")
    tab.page.locator(".card.step input").focus()
    for key in "f+-0s 1":
        tab.press(key)
    tab.press("Home", "ArrowRight", "PageDown")
    assert tab.page.locator(".card.step input").input_value() == "f+-0s 1"
    tab.page.evaluate(
        f"{SHADOW}.querySelector('.picture').addEventListener('keydown', (event) => event.preventDefault())"
    )
    tab.page.locator("[data-node]").first.evaluate("(node) => node.focus()")
    tab.press("ArrowRight")
    assert (tab.step(), tab.page.locator("[data-zoom]").count(), full_screen(tab)) == (1, 0, False)


# --- full screen -----------------------------------------------------------------------------------------------

LEFT_OVER = f"""() => {{
    const boxes = [".stepper", ".picture", ".cards, .card"].map((part) => {SHADOW}.querySelector(part));
    return [document.documentElement, ...boxes].map((e) => Math.max(e.scrollHeight - e.clientHeight, e.scrollWidth - e.clientWidth));
}}"""


@pytest.mark.parametrize("screen", SCREENS)
def test_full_screen_shows_picture_card_and_bar_of_every_step_without_scrolling(
    page: Path, open_tab: Callable[..., Tab], screen: str
) -> None:
    wide, high = SCREENS[screen]
    tab = open_tab(page, width=wide, height=high)
    text = tab.page.locator(".picture text").nth(4)
    before = text.bounding_box()["height"]
    tab.press("f")
    assert full_screen(tab)
    whole = {"x": 0.0, "y": 0.0, "width": float(wide), "height": float(high)}
    assert box(tab, ".stepper") == pytest.approx(whole, abs=1)
    for step in range(tab.steps()):
        assert max(tab.page.evaluate(LEFT_OVER)) <= 1, step
        bar, *parts = boxes(tab, ".bar", ".picture", ".picture > *", ".card")
        assert all(inside(part, whole) for part in (bar, *parts)), step
        assert inside(parts[-1], {**whole, "y": bar["height"]}), step
        tab.press("PageDown")
    assert text.bounding_box()["height"] >= 0.9 * before, "the letters stay as large"
    assert not tab.page.locator("details:has(table) > summary").is_visible()


def test_full_screen_has_a_button_that_says_how_it_stands(page: Path, open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(page)
    before = box(tab, ".stepper")
    button = tab.page.get_by_role("button", name="Full screen")
    assert button.get_attribute("aria-pressed") == "false"
    button.click()
    assert full_screen(tab)
    assert button.get_attribute("aria-pressed") == "true"
    tab.press("f")
    assert not full_screen(tab)
    assert button.get_attribute("aria-pressed") == "false"
    assert box(tab, ".stepper") == pytest.approx(before, abs=1)


def test_where_nothing_may_fill_the_screen_there_is_no_button(
    saved: Path, open_tab: Callable[..., Tab], tmp_path: Path
) -> None:
    frame = tmp_path / "frame.html"
    frame.write_text(
        f"<!DOCTYPE html><iframe sandbox='allow-scripts' src='{saved.name}' width=900 height=700></iframe>", "utf-8"
    )
    (tmp_path / saved.name).write_bytes(saved.read_bytes())
    tab = open_tab(frame)
    inner = tab.page.frame_locator("iframe")
    assert inner.locator("[data-go='play']").is_visible()
    assert not inner.locator("[data-go='full']").is_visible()
    inner.locator("h1").click()
    tab.press("f", "PageDown")
    assert inner.locator(".count").inner_text().startswith("2 /")
    assert tab.said == []


# --- speed -----------------------------------------------------------------------------------------------------


def test_speed_is_chosen_heard_and_kept(tab: Tab) -> None:
    tab.page.clock.install(time=0)
    tab.page.clock.pause_at(60_000)

    def played(milliseconds: int = 5600) -> int:
        """How many steps, from the first one."""
        tab.press("Home", "Space")
        tab.page.clock.run_for(milliseconds)
        tab.press("Space")
        return tab.step() - 1

    assert played() == 4
    speed = tab.page.locator("[data-go='speed']")
    for shown, steps in (("2×", 8), ("4×", 16), ("0.5×", 2), ("1×", 4)):
        tab.press("s")
        assert (speed.inner_text(), played(), played()) == (shown, steps, steps)
    tab.press("Home", "Space")
    speed.click()
    tab.page.clock.run_for(1400)
    assert tab.step() == 3, "it goes on playing, twice as fast"
    assert speed.get_attribute("aria-label") == "Speed: 2 times the usual"


# --- zoom ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(1280, 720), (390, 844)], ids=str)
def test_zoom_by_keys_and_buttons(page: Path, open_tab: Callable[..., Tab], size: tuple[int, int]) -> None:
    tab = open_tab(page, width=size[0], height=size[1])
    before = width(tab)
    tab.press("+", "=")
    assert width(tab) == pytest.approx(1.5625 * before, rel=0.01)
    tab.press("-")
    assert width(tab) == pytest.approx(1.25 * before, rel=0.01)
    tab.page.get_by_role("button", name="Zoom in").click()
    assert width(tab) == pytest.approx(1.5625 * before, rel=0.01)
    tab.page.get_by_role("button", name="Zoom out").click()
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= size[0], "the frame scrolls, not the page"
    for by in ("key", "button"):
        tab.press(*["+"] * 9)
        assert not inside(box(tab, ".picture > *"), box(tab, ".picture"))
        tab.press("0") if by == "key" else tab.page.get_by_role("button", name="Fit the picture").click()
        assert inside(box(tab, ".picture > *"), box(tab, ".picture")), by


def test_zoom_has_its_limits(tab: Tab) -> None:
    tab.press(*["-"] * 30)
    assert 100 < width(tab) < 600
    tab.press(*["+"] * 40)
    assert 4000 < width(tab) < 15_000


def test_the_node_of_a_step_is_seen_at_every_zoom(saved: Path, open_tab: Callable[..., Tab]) -> None:
    for wide, high in (*SCREENS.values(), (390, 844)):
        tab = open_tab(saved, width=wide, height=high)
        for zoom in (["+"] * 2, ["+"] * 2, ["0"], ["-"] * 2):
            tab.press(*zoom, "Home")
            for _ in range(12):
                tab.press("PageDown")
                node, picture = boxes(tab, "[data-state~='current']", ".picture")
                assert inside(node, picture), (wide, zoom, tab.step())


def test_wheel_with_ctrl_zooms_at_the_pointer_and_without_it_scrolls(page: Path, open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(page)
    tab.press("+", "+", "+")  # wider than its frame, which else keeps it in the middle
    before, frame = box(tab, ".picture > *"), box(tab, ".picture")
    x, y = frame["x"] + 0.3 * frame["width"], frame["y"] + 0.4 * frame["height"]
    share = (x - before["x"]) / before["width"]
    tab.page.mouse.move(x, y)
    tab.page.mouse.wheel(0, -60)
    assert width(tab) == before["width"]
    tab.page.evaluate("window.scrollTo(0, 0)")
    tab.page.keyboard.down("Control")
    for _ in range(3):
        tab.page.mouse.wheel(0, -20)
    tab.page.keyboard.up("Control")
    tab.page.wait_for_timeout(100)
    after = box(tab, ".picture > *")
    assert after["width"] > 1.7 * before["width"]
    assert after["x"] + share * after["width"] == pytest.approx(x, abs=3)
    assert tab.page.evaluate("visualViewport.scale") == 1


def drag(tab: Tab, start: tuple[float, float], by: tuple[float, float]) -> None:
    tab.page.mouse.move(*start)
    tab.page.mouse.down()
    tab.page.mouse.move(start[0] + by[0] / 2, start[1] + by[1] / 2)
    tab.page.mouse.move(start[0] + by[0], start[1] + by[1])
    tab.page.mouse.up()


SCROLLED = f"(() => {{ const {{ scrollLeft, scrollTop }} = {SHADOW}.querySelector('.picture'); return [scrollLeft, scrollTop]; }})()"


@pytest.mark.parametrize("screen", SCREENS)
def test_the_picture_is_dragged_by_its_background_and_not_by_a_node(
    saved: Path, open_tab: Callable[..., Tab], screen: str
) -> None:
    tab = open_tab(saved, width=SCREENS[screen][0], height=SCREENS[screen][1])
    tab.press(*["+"] * 5)
    frame = box(tab, ".picture")
    free = tab.page.evaluate(
        f"""() => {{
            const frame = {SHADOW}.querySelector(".picture").getBoundingClientRect();
            for (let x = frame.x + 200; x < frame.right - 200; x += 9) for (let y = frame.y + 90; y < frame.bottom - 90; y += 9) {{
                if ({SHADOW}.elementFromPoint(x, y).matches(".page")) return [x, y];
            }}
        }}"""
    )
    before = tab.page.evaluate(SCROLLED)
    drag(tab, free, (-120, -60))
    left, top = tab.page.evaluate(SCROLLED)
    pixel = frame["width"] / tab.page.locator(".picture").evaluate("(frame) => frame.offsetWidth")
    assert left - before[0] == pytest.approx(120 / pixel, abs=2)
    assert top - before[1] == pytest.approx(60 / pixel, abs=2)
    node = next(
        found
        for node in tab.page.locator("[data-node]").all()
        if inside(found := node.bounding_box(), box(tab, ".picture"))
    )
    drag(tab, (node["x"] + node["width"] / 2, node["y"] + 4), (-90, 0))
    assert tab.page.evaluate(SCROLLED) == [left, top]


def test_a_drag_over_a_curve_is_no_click_on_it(pages: dict[str, Path], open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(pages["training"])
    tab.press("+")
    chart = box(tab, ".charts > svg")
    at = (1000.0, chart["y"] + 80)
    drag(tab, at, (-50, 0))
    assert tab.step() == 1
    tab.page.mouse.click(*at)
    assert tab.step() > 1


def test_shift_and_an_arrow_move_the_picture_by_keyboard_alone(tab: Tab) -> None:
    tab.press(*["+"] * 5)
    before = tab.page.evaluate(SCROLLED)
    tab.press("Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowDown")
    right = tab.page.evaluate(SCROLLED)
    assert right[0] > before[0]
    assert right[1] > before[1]
    tab.press("Shift+ArrowLeft", "Shift+ArrowUp")
    assert tab.page.evaluate(SCROLLED) < right
    assert tab.step() == 1


def test_two_fingers_zoom_the_picture_and_one_scrolls_it(page: Path, open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(page, width=390, height=844, has_touch=True, is_mobile=True, device_scale_factor=2)
    before, frame = width(tab), box(tab, ".picture")
    x, y = frame["x"] + frame["width"] / 2, frame["y"] + 80
    fingers = tab.page.context.new_cdp_session(tab.page)

    def touch(kind: str, *apart: float) -> None:
        points = [{"x": x + sign * a, "y": y, "id": i} for a in apart for i, sign in enumerate((-1, 1))]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 30)
    for apart in (40, 50, 60):
        touch("touchMove", apart)
    touch("touchEnd")
    assert width(tab) == pytest.approx(2 * before, rel=0.05)
    assert tab.page.evaluate("visualViewport.scale") == 1, "the page is not zoomed by it"
    swipe = {"x": x, "y": y, "xDistance": -100, "yDistance": 0, "speed": 2000}
    at = tab.page.evaluate(SCROLLED)[0]
    fingers.send("Input.synthesizeScrollGesture", swipe)
    assert tab.page.evaluate(SCROLLED)[0] > at + 50


# --- for everyone ----------------------------------------------------------------------------------------------


def test_the_controls_stand_in_a_line_or_two_and_can_be_hit(page: Path, open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(page)
    for wide, high in ((1280, 720), (1920, 1080), (820, 1180), (390, 844), (320, 640)):
        tab.page.set_viewport_size({"width": wide, "height": high})
        for group in (".steps", ".tools"):
            parts = tab.page.locator(f"{group} > *").evaluate_all(PLACES)
            middles = [y + height / 2 for _, y, _, height in parts]
            assert max(middles) - min(middles) < 3, (wide, "one line")
            assert all(width >= 24 for _, _, width, _ in parts), wide
            assert all(x + width <= other + 1 for (x, _, width, _), (other, *_) in pairwise(parts)), wide
        assert box(tab, ".steps input")["width"] > 45
        assert tab.fits("button, input, .count"), wide


def test_every_control_is_reached_by_tab_has_a_name_and_shows_the_focus(
    page: Path, open_tab: Callable[..., Tab]
) -> None:
    tab = open_tab(page)
    reached = []
    for _ in range(14):
        tab.press("Tab")
        name, outline = tab.page.evaluate(
            f"(() => {{ const e = {SHADOW}.activeElement ?? document.activeElement;"
            "return [e === document.body ? 'the end' : e.ariaLabel, getComputedStyle(e).outlineStyle] })()"
        )
        reached.append(name)
        assert outline != "none" or name == "the end", name
    tools = [
        "Speed: 1 times the usual",
        "Zoom out",
        "Fit the picture",
        "Zoom in",
        "Full screen",
        "Copy the link to this step",
    ]
    assert {"First step", "Play", "Step", *tools} <= set(reached)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_controls_can_be_seen_in_every_state(saved: Path, open_tab: Callable[..., Tab], scheme: str) -> None:
    tab = open_tab(saved, color_scheme=scheme)
    colours = """(part) => [getComputedStyle(part).color, getComputedStyle(part).backgroundColor]"""
    wash = tab.page.locator(".bar").evaluate(colours)[1]
    line = f"getComputedStyle({SHADOW}.querySelector('.stepper')).getPropertyValue('--line')"
    for reverse in (False, True):
        tab.press("End" if reverse else "Home")
        for button in tab.page.locator("button:visible:not([aria-disabled='true'])").all():
            ink, ground = button.evaluate(colours)
            assert contrast(ink, wash if ground == "rgba(0, 0, 0, 0)" else ground) >= 4.5
            if ground == "rgba(0, 0, 0, 0)":
                button.hover()
                assert contrast(*button.evaluate(colours)) >= 4.5, tab.page.evaluate(line)
    tab.press("f")
    assert full_screen(tab)
    assert contrast(*tab.page.locator("[data-go='full']").evaluate(colours)) >= 4.5


def test_forced_colours_leave_every_control_its_outline(page: Path, open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(page, forced_colors="active")
    border = "(part, track) => getComputedStyle(part, track).borderTopStyle"
    assert tab.page.locator("[data-go='play']").evaluate(border) == "solid"
    assert tab.page.locator(".pass").evaluate(border) == "solid"
    assert tab.said == []
