"""A training replayed in a real browser: what is shown at each epoch, and how one moves between them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from autograd import show
from autograd.derivation.writing import significant
from nn import MLP, Adam, History, fit
from tests.browser.conftest import Tab
from tests.browser.test_stepper import HOSTILE, contrast

pytestmark = pytest.mark.slow  # a browser is started

SHADOW = "document.querySelector('[data-chainrule]').shadowRoot"


@pytest.fixture(scope="module")
def training() -> tuple[MLP, History]:
    """Two half moons."""
    angles = np.linspace(0.0, np.pi, 40)
    noise = np.random.default_rng(0).normal(scale=0.1, size=(80, 2))
    X = np.concatenate(
        [np.stack([np.cos(angles), np.sin(angles)], 1), np.stack([1 - np.cos(angles), 0.5 - np.sin(angles)], 1)]
    )
    model = MLP(2, [16, 16, 1], activation="tanh", output="sigmoid", seed=1)
    loss = "binary_cross_entropy_with_logits"
    history = fit(model, X + noise, [0] * 40 + [1] * 40, loss, Adam(0.02), 60, validation=0.2, metrics=["accuracy"])
    return model, history


@pytest.fixture(scope="module")
def saved(training: tuple[MLP, History], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return show(training[1]).save(tmp_path_factory.mktemp("page") / "training.html")


def numbers(tab: Tab) -> dict[str, str]:
    """The numbers of the card, by their names."""
    names, values = (tab.page.locator(f".card {kind}").all_inner_texts() for kind in ("dt", "dd"))
    return dict(zip(names, values, strict=True))


def epoch(tab: Tab) -> int:
    return int(tab.text(".pass").split()[1])


def test_page_opens_from_a_file_without_a_message_or_a_request(tab: Tab, saved: Path) -> None:
    tab.press("End")
    assert tab.said == []
    assert [url for url in tab.requested if not url.startswith("data:")] == [saved.as_uri()]


def test_first_epoch_is_before_training_and_the_last_has_the_numbers_of_the_history(
    tab: Tab, training: tuple[MLP, History]
) -> None:
    assert (tab.text(".pass"), tab.text(".card .what")) == ("Epoch 0", "before training")
    assert float(numbers(tab)["loss"]) > training[1]["loss"][-1]
    tab.press("End")
    assert (tab.text(".pass"), tab.text(".card .what")) == ("Epoch 60", "")
    shown = numbers(tab)
    for name, column in {"loss": "loss", "validation loss": "val_loss", "validation accuracy": "val_accuracy"}.items():
        assert shown[name] == significant(training[1][column][-1])


def test_all_controls_move_between_epochs(tab: Tab) -> None:
    def click(name: str) -> int:
        tab.page.get_by_role("button", name=name, exact=True).click()
        return epoch(tab)

    assert click("Forward") == 1
    assert click("Last step") == 60
    assert click("Back") == 59
    assert click("First step") == 0
    tab.press("ArrowRight", "ArrowRight", "ArrowLeft")
    assert epoch(tab) == 1
    tab.page.get_by_role("slider").fill("30")
    assert epoch(tab) == 30
    tab.page.locator("summary").click()
    tab.page.locator("details tbody tr").nth(12).click()
    assert epoch(tab) == 12


def test_playing_takes_about_twelve_seconds_and_ends_at_the_last_epoch(tab: Tab) -> None:
    tab.page.clock.install()
    tab.press("Space")
    tab.page.clock.run_for(6000)
    assert 20 < epoch(tab) < 40
    tab.page.clock.run_for(8000)
    assert epoch(tab) == 60


def test_click_on_a_curve_goes_to_its_epoch(tab: Tab) -> None:
    box = tab.page.locator(".charts > svg").bounding_box()
    tab.page.mouse.click(box["x"] + 0.999 * box["width"], box["y"] + 0.5 * box["height"])
    assert epoch(tab) == 60
    tab.page.mouse.click(box["x"] + 0.55 * box["width"], box["y"] + 0.9 * box["height"])
    assert 20 < epoch(tab) < 40


@pytest.mark.parametrize("step", [0, 20, 60])
def test_region_at_an_example_matches_what_is_marked_as_wrong(
    tab: Tab, training: tuple[MLP, History], step: int
) -> None:
    model, history = training
    assert history.snapshots is not None
    assert history.recording is not None
    tab.page.get_by_role("slider").fill(str(step))
    inside = tab.page.evaluate(
        f"""() => {{
            const region = {SHADOW}.querySelector("[data-layer='1']");
            const area = region.ownerSVGElement;
            return [...{SHADOW}.querySelectorAll(".view .mark")].slice(0, 64).map((mark) => {{
                const box = mark.getBBox();
                const x = box.x + box.width / 2 - area.x.baseVal.value, y = box.y + box.height / 2 - area.y.baseVal.value;
                const {{ width, height }} = area.viewBox.baseVal;
                return region.isPointInFill(new DOMPoint(x * width / area.width.baseVal.value, y * height / area.height.baseVal.value));
            }});
        }}"""
    )
    wrong = tab.page.evaluate(
        f"[...{SHADOW}.querySelectorAll('[data-example]')].map((cross) => getComputedStyle(cross).display !== 'none')"
    )
    own = model.state_dict()
    model.load_state_dict(history.snapshots[step].state)
    outputs = model.predict(history.recording.examples.X)
    model.load_state_dict(own)
    right = history.recording.examples.T[:, 0] == 1.0
    clear = np.abs(outputs - 0.5) > 0.03
    assert clear.sum() > 40
    assert np.array(inside)[clear].tolist() == (outputs >= 0.5)[clear].tolist()
    assert wrong == ((outputs >= 0.5) != right).tolist()
    assert numbers(tab)["wrong examples"] == f"{sum(wrong)} of 64"


def test_marker_moves_along_the_curve(tab: Tab) -> None:
    places = []
    for _ in range(3):
        tab.press("PageDown")
        places.append(tab.page.locator(".charts [data-now]").first.bounding_box()["x"])
    assert places == sorted(set(places))
    tab.press("Home")
    assert tab.page.locator(".charts [data-dot]").nth(1).is_hidden(), "there is no validation loss before training"


def test_screen_reader_is_told_the_epoch_and_its_numbers(tab: Tab) -> None:
    slider = tab.page.get_by_role("slider", name="Step")
    tab.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") == "Step 2 of 61, epoch 1"
    assert "epoch 1 loss 0." in tab.page.locator("[aria-live='polite']").inner_text()
    assert "A training of 60 epochs" in (tab.page.locator(".stepper").get_attribute("aria-label") or "")


@pytest.mark.parametrize("width", [1280, 800, 400])
@pytest.mark.parametrize("key", ["Home", "End"])
def test_page_fits_the_window(saved: Path, open_tab: Callable[..., Tab], width: int, key: str) -> None:
    tab = open_tab(saved, width=width)
    tab.page.locator(".stepper").focus()
    tab.press(key)
    bar = [element.bounding_box() for element in tab.page.locator(".steps > *").all()]
    assert max(box["y"] for box in bar) - min(box["y"] for box in bar) < 30, "the bar is one line"
    assert tab.fits("button, input, .count, .card dd, .card dt, .card h2, .view text, .charts text")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_picture_follows_the_theme_and_can_be_read(saved: Path, open_tab: Callable[..., Tab], scheme: str) -> None:
    tab = open_tab(saved, color_scheme=scheme)
    tick, name, paper = tab.page.evaluate(
        f"""() => {{
            const style = (selector) => getComputedStyle({SHADOW}.querySelector(selector));
            return [style(".charts .tick").fill, style(".charts .heading").fill, style(".stepper").backgroundColor];
        }}"""
    )
    assert contrast(tick, paper) >= 4.5
    assert contrast(name, paper) >= 7.0


def test_without_scripts_picture_and_table_are_there(saved: Path, open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(saved, java_script_enabled=False)
    assert tab.page.locator("img").bounding_box()["width"] > 600
    tab.page.locator("summary").click()
    assert "epoch 60" in tab.page.locator("details").inner_text()


def test_several_figures_of_several_kinds_share_a_page(
    training: tuple[MLP, History], open_tab: Callable[..., Tab], tmp_path: Path
) -> None:
    from autograd import Value

    x = Value(2.0, label="x")
    figures = [show(training[1]), show(x * x, names=None), show(training[1])]
    page = tmp_path / "several.html"
    page.write_text("<!DOCTYPE html><meta charset='utf-8'>" + "<hr>".join([f._repr_html_() for f in figures]), "utf-8")
    tab = open_tab(page)
    assert tab.said == []
    tab.page.locator(".stepper").nth(2).focus()
    tab.press("ArrowRight")
    assert [text.split(" / ")[0] for text in tab.page.locator(".count").all_inner_texts()] == ["1", "1", "2"]


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_column_name_stays_text(name: str, open_tab: Callable[..., Tab], tmp_path: Path) -> None:
    history = History()
    history.rows = [{"epoch": k, "loss": 1.0 / k, name: 0.5, f"val_{name}": 0.25} for k in (1, 2, 3)]
    tab = open_tab(show(history).save(tmp_path / "page.html"))
    dialogs: list[str] = []
    tab.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    tab.page.locator(".stepper").focus()
    tab.press("ArrowRight", "End")
    assert (tab.said, dialogs) == ([], [])
    assert tab.page.locator(".card dt").nth(1).evaluate("(dt) => dt.children.length") == 0
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 1280
    scripted = f"[...{SHADOW}.querySelectorAll('*')].filter((e) => [...e.attributes].some(({{name}}) => name.startsWith('on')))"
    assert tab.page.evaluate(f"{scripted}.length") == 0


@pytest.mark.parametrize("metrics", [[], ["accuracy"]], ids=["loss alone", "with a metric"])
def test_loss_and_metrics_alone_are_charts(metrics: list[str], open_tab: Callable[..., Tab], tmp_path: Path) -> None:
    X = np.random.default_rng(0).normal(size=(30, 5))
    history = fit(MLP(5, [1], output="sigmoid", seed=0), X, X[:, 0] > 0, epochs=8, metrics=metrics)
    tab = open_tab(show(history).save(tmp_path / "page.html"), width=400)
    tab.page.locator(".stepper").focus()
    assert epoch(tab) == 1
    tab.press("End")
    assert tab.said == []
    assert tab.page.locator("svg[data-panel]").count() == 1 + len(metrics)
    assert numbers(tab)["loss"] == significant(history["loss"][-1])
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 400
