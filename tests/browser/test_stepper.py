"""The stepper as a page of its own, in a real browser: opened from a file, used with mouse and keyboard."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from autograd import Value, draw, show
from autograd.derivation.worked_example import WorkedExample, worked_example
from autograd.derivation.writing import significant
from autograd.stepper.figure import Figure
from tests.browser.conftest import Tab

pytestmark = pytest.mark.slow  # a browser is started

WHITE = "rgb(255, 255, 255)"
HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "--><script>alert(1)</script>",
    "]]><svg onload=alert(1)>",
    '"><svg/onload=alert(1)>',
    "' onmouseover='alert(1)",
    "${alert(1)}",
    "javascript:alert(1)",
    "&lt;b&gt;",
    "\\u003cscript>",
    "a\nb\tc\x00d",
    "\u202egnirts",
    "w" * 10_000,
]


@pytest.fixture(scope="module")
def example() -> WorkedExample:
    return worked_example()


@pytest.fixture(scope="module")
def saved(example: WorkedExample, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return show(example.L, names=None).save(tmp_path_factory.mktemp("page") / "worked.html")


def gradients_shown(tab: Tab) -> dict[str, str]:
    """The gradient in every node of the picture, under the node's name in the calculation of a click on it."""
    return dict(
        tab.page.evaluate(
            """() => {
                const shadow = document.querySelector("[data-chainrule]").shadowRoot;
                return [...shadow.querySelectorAll("[data-node] .gradient")].map((gradient) =>
                    [gradient.closest("[data-node]").ariaLabel.split(" = ")[0], gradient.textContent]);
            }"""
        )
    )


def test_page_opens_from_a_file_without_a_message_or_a_request(tab: Tab, saved: Path) -> None:
    tab.press("End")
    assert tab.said == []
    assert [url for url in tab.requested if not url.startswith("data:")] == [saved.as_uri()]


def test_every_button_moves_as_it_says(tab: Tab) -> None:
    def click(name: str) -> int:
        tab.page.get_by_role("button", name=name, exact=True).click(force=True)  # also one that is disabled
        return tab.step()

    last = tab.steps()
    assert tab.step() == 1
    assert click("Forward") == 2
    assert click("Forward") == 3
    assert click("Back") == 2
    assert click("Last step") == last
    assert click("Forward") == last, "there is no step after the last"
    assert click("First step") == 1
    assert click("Back") == 1, "there is no step before the first"


@pytest.mark.parametrize(
    ("keys", "step"),
    [
        ("ArrowRight", 2),
        ("ArrowRight ArrowRight ArrowLeft", 2),
        ("ArrowDown ArrowDown ArrowUp", 2),
        ("ArrowLeft", 1),
        ("End", -1),
        ("End ArrowRight", -1),
        ("End ArrowLeft", -2),
        ("End Home", 1),
    ],
)
def test_every_key_moves_as_it_says(tab: Tab, keys: str, step: int) -> None:
    tab.press(*keys.split())
    assert tab.step() == (step if step > 0 else tab.steps() + 1 + step)


def test_keys_work_from_the_slider_and_from_a_button_too(tab: Tab) -> None:
    tab.page.get_by_role("slider").focus()
    tab.press("ArrowRight", "ArrowRight")
    assert tab.step() == 3
    tab.page.get_by_role("button", name="Back", exact=True).focus()
    tab.press("ArrowRight", "Enter")
    assert tab.step() == 3


def test_slider_goes_to_any_step(tab: Tab) -> None:
    tab.page.get_by_role("slider").fill("5")
    assert tab.step() == 6


def test_space_plays_and_pauses_and_playing_ends_at_the_last_step(tab: Tab) -> None:
    tab.page.clock.install()
    tab.press("Space")
    tab.page.clock.run_for(3000)
    assert tab.step() > 1
    tab.press("Space")
    paused = tab.step()
    tab.page.clock.run_for(10_000)
    assert tab.step() == paused
    tab.page.get_by_role("button", name="Play").click()
    tab.page.clock.run_for(200_000)
    assert tab.step() == tab.steps()
    assert tab.page.get_by_role("button", name="Play").count() == 1, "it stopped"
    tab.page.get_by_role("button", name="Play").click()
    assert tab.step() == 1, "playing again starts at the beginning"


def test_figure_that_was_removed_stops_and_can_be_forgotten(tab: Tab) -> None:
    tab.page.clock.install()
    tab.press("Space")
    tab.page.evaluate(
        """() => {
            const host = document.querySelector("[data-chainrule]");
            window.host = new WeakRef(host);
            window.shown = () => window.host.deref()?.shadowRoot.querySelector(".count").textContent;
            host.remove();
        }"""
    )
    before = tab.page.evaluate("window.shown()")
    tab.page.clock.run_for(10_000)
    assert tab.page.evaluate("window.shown()") == before
    for _ in range(50):  # the browser itself holds what it still paints
        tab.page.request_gc()
        if tab.page.evaluate("window.host.deref() === undefined"):
            return
    raise AssertionError("the figure is still held")


def test_modified_keys_are_left_to_the_browser(tab: Tab) -> None:
    tab.press("Alt+ArrowRight", "Control+End")
    assert tab.step() == 1


def test_keys_do_not_reach_the_page_around(tab: Tab) -> None:
    tab.page.evaluate(
        "window.seen = 0; for (const k of ['keydown', 'keyup', 'keypress']) document.addEventListener(k, () => window.seen++)"
    )
    tab.press("ArrowRight", "Space", "Enter", "a", "d", "d", "Escape")
    assert tab.page.evaluate("window.seen") == 0


def test_first_the_forward_pass_value_by_value(tab: Tab, example: WorkedExample) -> None:
    tab.press("ArrowRight")
    assert tab.text(".pass") == "Forward pass"
    values = []
    while tab.text(".pass") == "Forward pass":
        values.append(tab.text(".step .maths").split("=")[-1].strip())
        tab.press("ArrowRight")
    from autograd import topological_order

    computed = [node for node in topological_order(example.L) if node.parents]
    assert values == [significant(node.data) for node in computed]


def test_a_contribution_shows_upstream_local_product_and_the_running_sum(tab: Tab, example: WorkedExample) -> None:
    rows = [row.text for row in show(example.L, names=None).steps]
    at = next(i for i, row in enumerate(rows) if "dh/dz1" in row)
    tab.page.get_by_role("slider").fill(str(at))
    assert tab.text(".pass") == "Reverse pass"
    shown = [tab.text(f".{kind} output") for kind in ("upstream", "local", "handed")]
    assert shown == ["-0.03398", "0.2350", "-0.007985"]
    assert tab.text(".sum").endswith("= -0.007985")


def test_values_and_gradients_appear_only_when_they_are_known(tab: Tab) -> None:
    states = "[...document.querySelector('[data-chainrule]').shadowRoot.querySelectorAll('[data-node]')].map((n) => n.dataset.state)"
    at_first = tab.page.evaluate(states)
    assert any("unknown" in state for state in at_first)
    assert all("unreached" in state or "constant" in state for state in at_first)
    tab.press("End")
    at_last = tab.page.evaluate(states)
    assert not any("unknown" in state or "unreached" in state for state in at_last)


def test_where_the_step_is_stands_out_in_the_picture(tab: Tab) -> None:
    tab.press("End")
    for part, plain in (("[data-state~='current'] > .shape", 1.3), ("[data-lit] path", 1.2)):
        width = tab.page.locator(part).first.evaluate("(part) => getComputedStyle(part).strokeWidth")
        assert float(width.removesuffix("px")) > 1.8 * plain, part


def test_after_the_last_step_the_gradients_are_the_engines(tab: Tab, example: WorkedExample) -> None:
    tab.press("End")
    example.L.zero_grad()
    example.L.backward()
    shown = gradients_shown(tab)
    for label, node in example._asdict().items():
        assert shown[label].replace("−", "-").endswith(significant(node.grad)), label
    example.L.zero_grad()


def test_click_on_a_node_shows_its_gradient_as_a_sum_over_its_children(
    open_tab: Callable[..., Tab], tmp_path: Path
) -> None:
    w = Value(3.0, label="w")
    tab = open_tab(show(w * w + w, names=None).save(tmp_path / "page.html"))
    tab.page.locator("[data-node='0']").click()
    assert tab.text(".card.node h2") == "The whole calculation of w"
    terms = [" ".join(text.split()) for text in tab.page.locator(".card.node .maths li").all_inner_texts()]
    assert [text.split("=")[-1].strip() for text in terms] == ["1", "6"], "w*w is one use, with the slope 2w"
    assert tab.text(".card.node .maths .total").replace(" ", "").endswith("=7")
    tab.page.locator(".card.node .maths li button").nth(1).click()
    assert tab.text(".pass") == "Reverse pass", "a click on a term goes to its step"
    tab.press("Escape")
    assert not tab.page.locator(".card.node").is_visible()


def test_a_page_of_its_own_takes_the_keys_right_away(saved: Path, open_tab: Callable[..., Tab], tmp_path: Path) -> None:
    tab = open_tab(saved)
    tab.press("ArrowRight", "ArrowRight")
    assert tab.step() == 3
    x = Value(2.0, label="x")
    several = open_tab(two_on_one_page(show(x * x, names=None), show(x * x, names=None), tmp_path))
    assert several.page.evaluate("document.activeElement === document.body"), "a notebook keeps its focus"


def test_a_sum_is_open_until_its_last_term_and_both_lines_of_a_square_are_lit(
    open_tab: Callable[..., Tab], tmp_path: Path
) -> None:
    x = Value(0.7, label="x")
    root = x * x * x
    tab = open_tab(show(root, names={"x": x, "r": root}).save(tmp_path / "page.html"))
    node = tab.page.locator("[data-node][aria-label^='x =']")
    tab.press("End", "ArrowLeft")
    assert node.locator(".gradient").text_content() == "grad 0.49 + …"
    assert node.locator("title").text_content() == "the gradient so far, 1 of 2 terms"
    assert tab.text(".sum b").endswith("so far, 1 of 2 terms")
    assert "=" not in tab.text(".sum")
    box, line = node.locator(".shape").bounding_box(), node.locator(".gradient").bounding_box()
    assert box["x"] < line["x"] < line["x"] + line["width"] < box["x"] + box["width"], "it has room"
    tab.press("ArrowRight")
    assert node.locator(".gradient").text_content() == "grad 1.47"
    assert node.locator("title").text_content() == ""
    assert tab.page.locator("[data-lit]").count() == 2
    assert tab.text(".sum").replace(" ", "").endswith("=0.49+0.98=1.47")


def test_the_first_infinity_of_each_pass_is_marked_from_its_step_on(
    open_tab: Callable[..., Tab], tmp_path: Path
) -> None:
    x = Value(0.0, label="x")
    root = x.sqrt() * Value(float("inf"), label="c")
    tab = open_tab(show(root, names={"L": root}).save(tmp_path / "page.html"))
    marked = tab.page.locator("[data-state*='astray']")
    assert marked.count() == 1
    assert tab.text("p.astray").startswith("first inf of the forward pass")
    tab.press("End")
    assert tab.page.locator("[data-state~='astray-value']").count() == 1
    assert tab.page.locator("[data-state~='astray-gradient']").count() == 1


def test_node_is_reached_and_opened_by_the_keyboard_alone(tab: Tab) -> None:
    tab.press("ArrowRight", "Enter")
    assert tab.page.locator(".card.node").is_visible()
    tab.page.get_by_role("button", name="Close").focus()
    tab.press("Enter")
    assert not tab.page.locator(".card.node").is_visible()


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_term_of_a_sum_is_followed_by_the_keyboard_alone(tab: Tab, key: str) -> None:
    tab.press("End", "Enter")
    tab.page.locator(".card.node .maths li button").focus()
    tab.press("Home", key)
    assert tab.step() == tab.steps()
    assert tab.page.get_by_role("button", name="Play").count() == 1, "the key does nothing else"


def test_row_of_the_table_goes_to_its_step(tab: Tab) -> None:
    tab.page.locator("details:has(table) > summary").click()
    tab.page.locator("details tbody tr").nth(6).click()
    assert tab.step() == 7


def test_everything_has_a_name_for_a_screen_reader(tab: Tab) -> None:
    for button in tab.page.locator("button").all():
        assert button.get_attribute("aria-label") or button.text_content()
    assert "The graph of L" in (tab.page.locator(".stepper").get_attribute("aria-label") or "")
    assert tab.page.get_by_role("slider", name="Step").get_attribute("aria-valuetext").startswith("Step 1 of")
    tab.press("ArrowRight")
    said = tab.page.locator(".live").inner_text()
    assert "=" in said
    tab.press("ArrowRight")
    assert tab.page.locator(".live").inner_text() != said


def test_focus_is_visible(tab: Tab) -> None:
    tab.page.locator("body").click(position={"x": 2, "y": 2})
    for _ in range(8):
        tab.press("Tab")
        outline = tab.page.evaluate(
            "getComputedStyle(document.querySelector('[data-chainrule]').shadowRoot.activeElement ?? document.activeElement).outlineStyle"
        )
        assert outline != "none"


def test_without_scripts_picture_and_table_are_there(saved: Path, open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(saved, java_script_enabled=False)
    picture = tab.page.locator("img")
    assert picture.is_visible()
    assert picture.bounding_box()["width"] > 200
    tab.page.locator("details:has(table) > summary").click()
    assert "h = σ(z1) = σ(0.5) = 0.6225" in tab.page.locator("details").inner_text()


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("keys", [[], ["End"], ["ArrowRight", "Enter"], ["End", "ArrowLeft", "Enter"]], ids=str)
def test_page_fits_the_window(saved: Path, open_tab: Callable[..., Tab], width: int, keys: list[str]) -> None:
    tab = open_tab(saved, width=width)
    tab.page.locator(".stepper").focus()
    tab.press(*keys)
    assert tab.fits("button, input, .count, .card .equation, .box")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_follow_the_theme_and_can_be_read(saved: Path, open_tab: Callable[..., Tab], scheme: str) -> None:
    tab = open_tab(saved, color_scheme=scheme)
    assert tab.page.locator("[data-chainrule]").get_attribute("data-theme") == scheme
    ink, paper = tab.page.evaluate(
        """() => {
            const section = document.querySelector("[data-chainrule]").shadowRoot.querySelector(".stepper");
            return [getComputedStyle(section).color, getComputedStyle(section).backgroundColor];
        }"""
    )
    assert contrast(ink, paper) >= 7.0


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two CSS colours, as the Web Content Accessibility Guidelines define it."""

    def luminance(colour: str) -> float:
        channels = [int(c) / 255 for c in colour[colour.index("(") + 1 : -1].split(",")[:3]]
        r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    brighter, darker = sorted([luminance(one), luminance(other)], reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def test_theme_follows_a_change_while_the_page_is_open(saved: Path, open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(saved, color_scheme="light")
    tab.page.emulate_media(color_scheme="dark")
    tab.page.locator("[data-chainrule][data-theme='dark']").wait_for()


@pytest.mark.parametrize(
    ("background", "theme"),
    [
        ("white", "light"),
        ("#111", "dark"),
        ("color-mix(in srgb, white 96%, black)", "light"),
        ("oklch(97% 0.01 250)", "light"),
        ("oklch(20% 0.01 250)", "dark"),
        ("color(display-p3 1 1 1)", "light"),
    ],
)
def test_theme_is_that_of_the_background_however_its_colour_is_written(
    example: WorkedExample, open_tab: Callable[..., Tab], tmp_path: Path, background: str, theme: str
) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        f"<!DOCTYPE html><meta charset='utf-8'><body style='background: {background}'>"
        f"{show(example.L, names=None)._repr_html_()}",
        encoding="utf-8",
    )
    tab = open_tab(page, color_scheme="dark" if theme == "light" else "light")
    assert tab.page.locator("[data-chainrule]").get_attribute("data-theme") == theme


@pytest.mark.parametrize("theme", ["false", "true"], ids=["notebook dark", "notebook light"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_paper_is_light_whatever_the_theme(
    example: WorkedExample, open_tab: Callable[..., Tab], tmp_path: Path, scheme: str, theme: str
) -> None:
    page = tmp_path / "notebook.html"
    picture, figure = draw(example.L, names=None).svg, show(example.L, names=None)._repr_html_()
    page.write_text(
        f"<!DOCTYPE html><meta charset='utf-8'><body data-jp-theme-light='{theme}'>{picture}{figure}", encoding="utf-8"
    )
    tab = open_tab(page, color_scheme=scheme)
    tab.page.emulate_media(media="print", color_scheme=scheme)
    for picture in ("body > svg", ".picture > svg"):
        assert tab.page.locator(f"{picture} > .page").evaluate("(part) => getComputedStyle(part).fill") == WHITE
    ink, paper = tab.page.locator(".stepper").evaluate(
        "(part) => [getComputedStyle(part).color, getComputedStyle(part).backgroundColor]"
    )
    assert paper == WHITE
    assert contrast(ink, paper) >= 7.0


def test_page_itself_is_light_on_paper(saved: Path, open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(saved, color_scheme="dark")
    ink = "getComputedStyle(document.querySelector('h1')).color"
    assert contrast(tab.page.evaluate(ink), "rgb(0, 0, 0)") > 15.0
    tab.page.emulate_media(media="print", color_scheme="dark")
    assert contrast(tab.page.evaluate(ink), WHITE) > 15.0


def test_nothing_moves_where_reduced_motion_is_asked_for(saved: Path, open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(saved, reduced_motion="reduce")
    moving = tab.page.evaluate(
        """() => [...document.querySelector("[data-chainrule]").shadowRoot.querySelectorAll("*")].filter((element) => {
            const style = getComputedStyle(element);
            return style.animationName !== "none" || style.transitionDuration.split(", ").some((s) => parseFloat(s) > 0);
        }).length"""
    )
    assert moving == 0


def two_on_one_page(one: Figure, other: Figure, folder: Path) -> Path:
    """A notebook's worth of figures, without a notebook."""
    page = folder / "two.html"
    page.write_text(
        f"<!DOCTYPE html><meta charset='utf-8'>{one._repr_html_()}<hr>{other._repr_html_()}", encoding="utf-8"
    )
    return page


def test_several_figures_on_one_page_are_independent(
    open_tab: Callable[..., Tab], example: WorkedExample, tmp_path: Path
) -> None:
    x = Value(2.0, label="x")
    tab = open_tab(two_on_one_page(show(example.L, names=None), show(x * x, names=None), tmp_path))
    assert tab.said == []
    tab.page.locator(".stepper").nth(1).focus()
    tab.press("ArrowRight")
    first, second = tab.page.locator(".count").all_inner_texts()
    assert first.startswith("1 / ")
    assert second.startswith("2 / ")
    assert first.split("/")[1] != second.split("/")[1]


@pytest.mark.parametrize("label", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_label_stays_text(label: str, open_tab: Callable[..., Tab], tmp_path: Path) -> None:
    x = Value(2.0, label=label)
    root = x * x + 1
    root.label = label[::-1] if len(label) > 1000 else f"root {label}"
    figure = show(root, names=None)
    for address in (figure.save(tmp_path / "page.html"), two_on_one_page(figure, figure, tmp_path)):
        tab = open_tab(address)
        dialogs: list[str] = []
        tab.page.on("dialog", lambda dialog, dialogs=dialogs: (dialogs.append(dialog.message), dialog.dismiss()))
        tab.page.locator(".stepper").first.focus()
        for _ in range(tab.steps()):
            tab.press("Enter", "ArrowRight")
        assert tab.said == []
        assert dialogs == []
        assert tab.page.locator("[data-node]").count() >= 3  # the picture itself could be read
        assert (
            tab.page.evaluate(
                """() => [document, ...[...document.querySelectorAll("[data-chainrule]")].map((host) => host.shadowRoot)]
                .flatMap((root) => [...root.querySelectorAll("*")])
                .filter((element) => [...element.attributes].some(({name}) => name.startsWith("on"))
                    || (element.localName === "img" && !element.closest("[data-chainrule]"))).length"""
            )
            == 0
        )
        assert tab.page.locator(".card.node").first.inner_text() != ""


def random_graph(seed: int, size: int) -> Value:
    """A graph of many operations over a few leaves, which are used again and again."""
    rng = random.Random(seed)
    nodes = [Value(rng.uniform(0.5, 1.5)) for _ in range(5)]
    while len(nodes) < size:
        a, b = rng.choice(nodes[-12:]), rng.choice(nodes)
        nodes.append(rng.choice([lambda a, b: a + b, lambda a, b: a * b, lambda a, b: (a - b).tanh()])(a, b))
    total = nodes[0]
    for node in nodes[1:]:
        total = total + node
    return total.tanh()


@pytest.mark.parametrize("seed", range(5))
def test_gradients_of_random_graphs_are_the_engines(seed: int, open_tab: Callable[..., Tab], tmp_path: Path) -> None:
    from autograd import topological_order

    root = random_graph(seed, 25)
    tab = open_tab(show(root, names=None).save(tmp_path / "page.html"))
    tab.page.locator(".stepper").focus()
    tab.press("End")
    root.backward()
    shown = [text.replace("−", "-") for text in gradients_shown(tab).values()]
    expected = [significant(node.grad) for node in topological_order(root)]
    assert len(shown) == len(expected)
    assert all(text.endswith(gradient) for text, gradient in zip(shown, expected, strict=True))


def test_graph_of_600_nodes_opens_and_every_step_can_be_reached(open_tab: Callable[..., Tab], tmp_path: Path) -> None:
    tab = open_tab(show(random_graph(0, 300), names=None).save(tmp_path / "page.html"))
    tab.page.locator(".stepper").focus()
    tab.press("ArrowRight", "End", "ArrowLeft")
    assert tab.step() == tab.steps() - 1
    assert tab.said == []


def test_numbers_that_are_not_finite_are_shown(open_tab: Callable[..., Tab], tmp_path: Path) -> None:
    x = Value(float("inf"), label="x")
    tab = open_tab(show(x * 2 + float("nan"), names=None).save(tmp_path / "page.html"))
    tab.page.locator(".stepper").focus()
    tab.press("End", "Enter")
    assert tab.said == []


def test_leaf_alone_can_be_shown(open_tab: Callable[..., Tab], tmp_path: Path) -> None:
    tab = open_tab(show(Value(2.0, label="x"), names=None).save(tmp_path / "page.html"))
    assert (tab.step(), tab.steps()) == (1, 1)
    assert tab.said == []
