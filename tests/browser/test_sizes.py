"""How large things are: zoomed in, on a projector, on paper; and the themes of the hosts that a page stands in."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from autograd import draw, show
from autograd.derivation.worked_example import worked_example
from nn import MLP, fit
from tests.browser.conftest import Tab

pytestmark = pytest.mark.slow  # a browser is started

LAPTOP = {"width": 1280, "height": 800}
ZOOMED = {"width": 427, "height": 267, "device_scale_factor": 3}  # the same window at 300 %
PROJECTOR = {"width": 1920, "height": 1080}


@cache
def trained() -> Any:
    X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    return fit(MLP(2, [4, 1], output="sigmoid", seed=1), X, y, epochs=10)


PAGES: dict[str, tuple[Callable[[], Any], str]] = {  # and a text of its picture
    "graph": (lambda: show(worked_example().L, names=None), "[data-node='1'] .value"),
    "network": (lambda: show(MLP(3, [4, 4, 1], seed=0), [1.0, 2.0, 3.0], 0.5), ".gradient"),
    "training": (lambda: show(trained()), ".tick"),
}


@pytest.fixture(scope="module", params=PAGES)
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    make, text = PAGES[request.param]
    return make().save(tmp_path_factory.mktemp("page") / f"{request.param}.html"), text


def height(tab: Tab, part: str) -> float:
    """How high a part is on the screen, in its own pixels."""
    size: float = tab.page.locator(part).first.evaluate("(e) => e.getBoundingClientRect().height * devicePixelRatio")
    return size


def test_text_of_a_picture_grows_with_the_zoom_and_the_page_does_not_scroll_sideways(
    page: tuple[Path, str], open_tab: Callable[..., Tab]
) -> None:
    path, text = page
    small, large = (open_tab(path, **window) for window in (LAPTOP, ZOOMED))
    assert height(large, text) >= 2 * height(small, text) > 15
    assert large.page.evaluate("document.documentElement.scrollWidth") <= ZOOMED["width"]


@pytest.mark.parametrize("make", [lambda: draw(worked_example().L, names=None), PAGES["graph"][0]])
def test_an_image_grows_with_the_zoom_too_and_is_scrolled(
    make: Callable[[], Any], open_tab: Callable[..., Tab], tmp_path: Path
) -> None:
    path = tmp_path / "notebook.html"
    path.write_text(f"<!DOCTYPE html><meta charset='utf-8'><body>{make()._repr_html_()}", encoding="utf-8")
    small, large = (open_tab(path, java_script_enabled=False, **window) for window in (LAPTOP, ZOOMED))
    sizes = [tab.page.locator("img").bounding_box()["width"] for tab in (small, large)]
    assert 3 * sizes[1] >= 2 * sizes[0]
    box = large.page.locator(".chainrule-picture").bounding_box()
    assert box["width"] <= ZOOMED["width"] < sizes[1], "the image is scrolled, and the page is not"


def test_a_page_fills_a_projector_with_larger_text(page: tuple[Path, str], open_tab: Callable[..., Tab]) -> None:
    path, text = page
    laptop, projector = (open_tab(path, **window) for window in (LAPTOP, PROJECTOR))
    for part in (text, ".pass", "summary"):
        assert height(projector, part) >= 1.3 * height(laptop, part), part
    box = projector.page.locator(".stepper").bounding_box()
    assert box["width"] >= 0.95 * PROJECTOR["width"]
    assert box["height"] >= 0.6 * PROJECTOR["height"]
    assert projector.fits("button, input, .count, .card .equation, .box, svg")


def test_a_step_scrolls_to_its_node_on_a_projector_too(open_tab: Callable[..., Tab], tmp_path: Path) -> None:
    path = show(MLP(3, [9, 9, 1], seed=0), [1.0, 2.0, 3.0], 0.5).save(tmp_path / "page.html")
    tab = open_tab(path, **PROJECTOR)
    tab.page.locator(".stepper").focus()
    frame = tab.page.locator(".picture").bounding_box()
    for _ in range(tab.steps()):
        for node in tab.page.locator("[data-state~='current']").all():
            box = node.bounding_box()
            assert frame["y"] <= box["y"], tab.step()
            assert box["y"] + box["height"] <= frame["y"] + frame["height"] + 1, tab.step()
        tab.press("ArrowRight")


def test_a_picture_is_whole_on_paper(page: tuple[Path, str], open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(page[0], width=700, height=1000)
    tab.page.emulate_media(media="print")
    assert tab.fits("svg.chainrule")
    assert not tab.page.locator(".bar").is_visible()


@pytest.mark.parametrize("make", [lambda: draw(worked_example().L, names=None), PAGES["graph"][0]])
def test_an_image_is_whole_on_paper(make: Callable[[], Any], open_tab: Callable[..., Tab], tmp_path: Path) -> None:
    path = tmp_path / "notebook.html"
    path.write_text(f"<!DOCTYPE html><meta charset='utf-8'><body>{make()._repr_html_()}", encoding="utf-8")
    tab = open_tab(path, width=600, java_script_enabled=False)
    assert not tab.fits("img")
    tab.page.emulate_media(media="print")
    assert tab.fits("img")


@pytest.mark.parametrize("system", ["light", "dark"])
@pytest.mark.parametrize(
    ("kind", "theme"),
    [
        ("vscode-light", "light"),
        ("vscode-dark", "dark"),
        ("vscode-high-contrast", "dark"),
        ("vscode-high-contrast-light", "light"),
    ],
)
def test_the_theme_of_vs_code_is_followed(
    kind: str, theme: str, system: str, open_tab: Callable[..., Tab], tmp_path: Path
) -> None:
    example = worked_example()
    svg, figure = draw(example.L, names=None).svg, show(example.L, names=None)._repr_html_()
    path = tmp_path / "notebook.html"
    path.write_text(
        f"<!DOCTYPE html><meta charset='utf-8'><body class='{kind}' data-vscode-theme-kind='{kind}'>{svg}{figure}",
        encoding="utf-8",
    )
    tab = open_tab(path, color_scheme=system)
    assert tab.page.locator("[data-chainrule]").get_attribute("data-theme") == theme
    paper = {"light": "rgb(255, 255, 255)", "dark": "rgb(22, 25, 29)"}[theme]
    for picture in ("body > svg", ".picture > svg"):
        assert tab.page.locator(f"{picture} > .page").evaluate("(part) => getComputedStyle(part).fill") == paper
    tab.page.evaluate("document.body.dataset.vscodeThemeKind = 'vscode-light'")
    tab.page.locator("[data-chainrule][data-theme='light']").wait_for()
