"""The stepper of a network, neuron by neuron, as a page of its own in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograd import Value, show
from autograd.derivation.writing import significant
from nn import MLP, losses
from tests.browser.conftest import Tab

pytestmark = pytest.mark.slow  # a browser is started

X, TARGET = [1.0, -0.5, 0.25], 1.0


@pytest.fixture(scope="module")
def model() -> MLP:
    """The lecture's network of 3, 4 and 1, after one reverse pass."""
    model = MLP(3, [4, 1], activation="sigmoid", output="sigmoid", seed=1)
    losses.half_squared_error.one([model(X)], [TARGET]).backward()
    return model


@pytest.fixture(scope="module")
def saved(model: MLP, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return show(model, X, TARGET).save(tmp_path_factory.mktemp("page") / "network.html")


def states(tab: Tab) -> dict[str, str]:
    """The state of every circle, under the name of what it stands for."""
    return dict(
        tab.page.evaluate(
            """() => [...document.querySelector("[data-chainrule]").shadowRoot.querySelectorAll("[data-node]")]
                .map((node) => [node.ariaLabel.split(" = ")[0], node.dataset.state])"""
        )
    )


def circle(tab: Tab, name: str) -> str:
    """The selector of a circle."""
    return f"[data-node][aria-label^='{name} =']"


def opened_card(tab: Tab, name: str) -> str:
    tab.page.locator(circle(tab, name)).click()
    return tab.text(".card.node").replace(" ", "")


def go_to(tab: Tab, title: str) -> None:
    """Press the right arrow until a step has this title."""
    while tab.text(".step .what").replace(" ", "") != title.replace(" ", ""):
        assert tab.step() < tab.steps(), f"no step has the title {title}"
        tab.press("ArrowRight")


def test_page_opens_from_a_file_without_a_message_or_a_request(tab: Tab, saved: Path) -> None:
    tab.press("End", "Home", "End")
    assert tab.said == []
    assert [url for url in tab.requested if not url.startswith("data:")] == [saved.as_uri()]


@pytest.mark.parametrize(
    ("keys", "step"),
    [
        ("ArrowRight", 2),
        ("ArrowDown ArrowRight ArrowUp", 2),
        ("ArrowRight ArrowRight ArrowLeft", 2),
        ("ArrowLeft", 1),
        ("End ArrowRight", 17),
        ("End Home", 1),
    ],
)
def test_every_key_moves_as_it_says(tab: Tab, keys: str, step: int) -> None:
    tab.press(*keys.split())
    assert tab.step() == step


def test_space_plays_to_the_end(tab: Tab) -> None:
    tab.page.clock.install()
    tab.press("Space")
    tab.page.clock.run_for(100_000)
    assert tab.step() == tab.steps() == 17


def test_outputs_and_deltas_appear_only_when_they_are_known(tab: Tab) -> None:
    assert "unknown" in states(tab)["h1"]
    assert "unknown" not in states(tab)["x1"]
    go_to(tab, "The output of h2")
    assert "unknown" not in states(tab)["h1"]
    assert "unknown" in states(tab)["h3"]
    go_to(tab, "The delta of h1")
    now = states(tab)
    assert "unreached" not in now["y"]
    assert "unreached" in now["h2"]
    tab.press("End")
    assert all("unreached" not in state for name, state in states(tab).items() if name in ("h1", "h2", "h3", "h4", "y"))


def test_the_lines_that_a_step_goes_along_are_lit(tab: Tab) -> None:
    lit = "[...document.querySelector('[data-chainrule]').shadowRoot.querySelectorAll('[data-lit]')].length"
    go_to(tab, "The output of h1")
    assert tab.page.evaluate(lit) == 3, "those from its inputs"
    go_to(tab, "The output of y")
    assert tab.page.evaluate(lit) == 4
    go_to(tab, "The loss L")
    assert tab.page.evaluate(lit) == 2, "from output and target"
    go_to(tab, "The delta of h2")
    assert tab.page.evaluate(lit) == 1, "the one to its child"
    assert "current" in states(tab)["h2"]
    assert "operand" in states(tab)["y"]


def test_the_card_of_every_neuron_ends_with_the_engines_gradients(tab: Tab, model: MLP) -> None:
    tab.press("End")
    for layer, names in zip(model.layers, (["h1", "h2", "h3", "h4"], ["y"]), strict=True):
        for neuron, name in zip(layer.neurons, names, strict=True):
            card = opened_card(tab, name)
            for parameter in neuron.row:
                assert f"={significant(parameter.grad)}" in card, parameter.label


def test_click_on_a_neuron_shows_its_whole_calculation(tab: Tab) -> None:
    tab.page.locator(circle(tab, "h3")).click()
    assert tab.text(".card.node h2").replace(" ", "") == "Thewholecalculationofh3"
    titles = [" ".join(text.split()) for text in tab.page.locator(".card.node h3 button").all_inner_texts()]
    assert len(titles) == 3, "its output, its delta, its gradients"
    tab.page.locator(".card.node h3 button").nth(1).click()
    assert tab.text(".pass") == "Reverse pass", "a click on a title goes to its step"
    tab.press("Escape")
    assert not tab.page.locator(".card.node").is_visible()


def test_neuron_is_opened_by_the_keyboard_alone(tab: Tab) -> None:
    tab.press("ArrowRight", "Enter")
    assert tab.page.locator(".card.node").is_visible()


def test_enter_opens_nothing_where_the_step_is_about_no_circle(tab: Tab) -> None:
    tab.press("Enter")
    assert not tab.page.locator(".card.node").is_visible()


def test_step_of_a_neuron_is_gone_to_by_the_keyboard_alone(tab: Tab) -> None:
    tab.press("ArrowRight", "Enter")
    tab.page.locator(".card.node h3 button").last.focus()
    tab.press("Home", "Enter")
    assert tab.step() > 2


def test_without_scripts_picture_and_table_are_there(saved: Path, open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(saved, java_script_enabled=False)
    assert tab.page.locator("img").bounding_box()["width"] > 200
    tab.page.locator("details:has(table) > summary").click()
    assert "L = 0.5(y − t)² = 0.5(" in tab.page.locator("details").inner_text()


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("keys", [[], ["End"], ["ArrowRight", "Enter"], ["End", "ArrowLeft", "Enter"]], ids=str)
def test_page_fits_the_window(saved: Path, open_tab: Callable[..., Tab], width: int, keys: list[str]) -> None:
    tab = open_tab(saved, width=width)
    tab.page.locator(".stepper").focus()
    tab.press(*keys)
    assert tab.fits("button, input, .count, .card .equation, .card math")


def test_the_circle_of_a_step_is_scrolled_into_a_narrow_window(saved: Path, open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(saved, width=400)
    tab.page.locator(".stepper").focus()
    for name in ("h4", "y"):
        go_to(tab, f"The output of {name}")
        box = tab.page.locator(circle(tab, name)).bounding_box()
        assert 0 <= box["x"] <= 400 - box["width"]
    assert tab.page.evaluate("window.scrollX + window.scrollY") == 0, "the page itself stays"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_follow_the_theme(saved: Path, open_tab: Callable[..., Tab], scheme: str) -> None:
    tab = open_tab(saved, color_scheme=scheme)
    fill = tab.page.evaluate(
        """() => getComputedStyle(document.querySelector("[data-chainrule]").shadowRoot
            .querySelector("[data-state~='unknown'] .shape")).fill"""
    )
    brightness = sum(int(c) for c in fill[fill.index("(") + 1 : -1].split(",")[:3])
    assert brightness > 700 if scheme == "light" else brightness < 200


def test_a_graph_and_a_network_live_on_one_page(tab: Tab, tmp_path: Path, open_tab: Callable[..., Tab]) -> None:
    x = Value(3.0, label="x")
    both = (
        show(x * x, names=None).page().replace("</main>", show(MLP(2, [1]), [1.0, 2.0], 0.0)._repr_html_() + "</main>")
    )
    path = tmp_path / "both.html"
    path.write_text(both.replace("script-src '", "script-src 'unsafe-inline' '").replace("'sha256-", "'x-"), "utf-8")
    opened = open_tab(path)
    assert [message for message in opened.said if "policy" not in message.lower()] == []
    assert opened.page.locator(".stepper").count() == 2
