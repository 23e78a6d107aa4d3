"""The state of a saved page in its address: one link leads to one moment, whatever stands in it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from autograd import Value, show
from autograd.derivation.worked_example import worked_example
from autograd.stepper.figure import Figure, Frame, Kind
from tests.browser.conftest import Tab
from tests.browser.test_presenting import FIGURES
from tests.browser.test_stepper import HOSTILE, two_on_one_page

pytestmark = pytest.mark.slow  # a browser is started

RESTED = 500  # milliseconds, after which the address is written

NONSENSE = [
    "step=0",
    "step=-1",
    "step=24",
    "step=1e1",
    "step=0x3",
    "step= 3",
    "step=3.0",
    "step=٣",
    "step=",
    "step",
    "step=NaN",
    f"step={'9' * 400}",
    "step=3&w9=1.9",
    "w9=1.9",
    "w1=abc",
    "w1=1.9&step=99",
    "w1=1e999",
    "detail=quantities&detail=all",
    "step=3&__proto__=1",
    "constructor=1",
    "step[]=3",
    "top",
    "%",
    "%E0%A4%A",
    "&&&==",
    "#step=3",
    *[f"step={text}" for text in HOSTILE],
    *[quote(f"{text}=1") for text in HOSTILE],
]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return show(worked_example().L, names=None).save(tmp_path_factory.mktemp("page") / "worked.html")


def fragment(tab: Tab) -> str:
    """What stands in the address, once the figure rests."""
    tab.page.wait_for_timeout(RESTED)
    return str(tab.page.evaluate("location.hash"))


@pytest.mark.parametrize("kind", FIGURES)
def test_a_link_opens_the_page_at_its_step(kind: str, open_tab: Callable[..., Tab], tmp_path: Path) -> None:
    address = FIGURES[kind]().save(tmp_path / "page.html").as_uri()
    walked = open_tab(address)
    assert fragment(walked) in ("", "#step=1")
    walked.press("PageDown", "PageDown", "PageDown", "PageDown")
    assert fragment(walked) == "#step=5"
    opened = open_tab(walked.page.url)
    assert opened.step() == 5
    assert opened.text(".card") == walked.text(".card")
    assert opened.page.locator(".picture").inner_html() == walked.page.locator(".picture").inner_html()


def test_a_step_is_no_entry_in_the_history_of_the_browser(saved: Path, open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(saved)
    entries = tab.page.evaluate("history.length")
    for _ in range(4):
        tab.press("PageDown")
        fragment(tab)
    assert tab.page.evaluate("history.length") == entries
    tab.page.reload()
    assert tab.step() == 5, "a page that is loaded again stays where it was"


def test_an_address_is_not_written_more_often_than_a_browser_bears(saved: Path, open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(saved)
    tab.page.evaluate(
        """() => {
            const own = history.replaceState;
            window.written = 0;
            history.replaceState = function (...all) { window.written++; return own.apply(this, all); };
        }"""
    )
    for _ in range(150):
        tab.press("PageDown", "PageUp")
    tab.press("PageDown")
    assert fragment(tab) == "#step=2"
    assert tab.page.evaluate("window.written") < 20
    assert tab.said == []


def test_a_link_that_is_followed_on_the_open_page_goes_there(saved: Path, open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(saved)
    for address, step in (("#step=7", 7), ("#step=3", 3), ("#step=99", 1)):
        tab.page.evaluate(f"location.hash = {address!r}")
        tab.page.wait_for_timeout(50)
        assert tab.step() == step


def test_a_link_with_nonsense_opens_the_page_as_recorded_and_says_so(saved: Path, open_tab: Callable[..., Tab]) -> None:
    recorded = open_tab(saved)
    tab = open_tab("about:blank")
    dialogs: list[str] = []
    tab.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    for text in NONSENSE:
        tab.page.goto("about:blank")
        tab.page.goto(f"{saved.as_uri()}#{text}")
        assert tab.step() == 1, text
        assert "The link could not be followed" in tab.text(".amiss")
        tab.page.locator(".amiss").evaluate("(amiss) => { amiss.textContent = ''; }")
        assert tab.page.locator("body").inner_text() == recorded.page.locator("body").inner_text()
        tab.press("PageDown")
        assert tab.step() == 2
    assert (tab.said, dialogs) == ([], [])


def test_inside_a_notebook_the_address_is_left_alone(open_tab: Callable[..., Tab], tmp_path: Path) -> None:
    x = Value(2.0, label="x")
    page = two_on_one_page(show(x * x, names=None), show(x * x, names=None), tmp_path)
    tab = open_tab(f"{page.as_uri()}#step=3")
    assert tab.step() == 1
    tab.page.locator(".stepper").nth(1).focus()
    tab.press("PageDown")
    assert fragment(tab) == "#step=3"
    assert not tab.page.get_by_role("button", name="Copy the link to this step").first.is_visible()


def test_the_link_is_copied_at_once(saved: Path, open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(saved, permissions=["clipboard-read", "clipboard-write"])
    tab.press("PageDown", "PageDown")
    tab.page.get_by_role("button", name="Copy the link to this step").click()
    tab.page.locator(".copied").wait_for()
    assert tab.page.evaluate("navigator.clipboard.readText()") == f"{saved.as_uri()}#step=3"
    assert tab.text(".live") == "The link to this step is copied."


def test_where_nothing_may_be_copied_the_address_bar_has_the_link(saved: Path, open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(saved)
    tab.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
    tab.press("PageDown")
    tab.page.get_by_role("button", name="Copy the link to this step").click()
    tab.page.wait_for_timeout(100)
    assert tab.text(".live") == "The link to this step stands in the address bar."
    assert tab.page.evaluate("location.hash") == "#step=2"
    assert tab.said == []


PROBE = """class Probe extends Player {
  number = "recorded";
  display() { this.find(".what").textContent = this.number; }
  state() { return this.number === "recorded" ? super.state() : { w1: this.number, ...super.state() }; }
  restore({ w1 = "recorded", ...others }) {
    const before = this.number;
    this.number = w1;
    const meant = w1 === "recorded" || /^-?[0-9.]+$/.test(w1);
    if (meant && super.restore(others)) return true;
    this.number = before;
    return false;
  }
}
enliven("probe", Probe);
"""


def test_a_kind_of_figure_adds_entries_of_its_own(open_tab: Callable[..., Tab], tmp_path: Path) -> None:
    for ending, text in {
        ".js": PROBE,
        ".css": "",
        ".html": '<div class="picture"><i></i></div><p class="what"></p>',
    }.items():
        (tmp_path / f"probe{ending}").write_text(text, "utf-8")
    kind = Kind(
        "probe",
        ("pass", "calculation"),
        "both_passes",
        tmp_path / "probe.html",
        (tmp_path / "probe.js",),
        (tmp_path / "probe.css",),
    )
    picture = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10" viewBox="0 0 10 10"/>'
    frames = [Frame("", str(i), {}) for i in range(20)]
    address = (
        Figure(kind, "probe", "probe", picture, frames, {}, lambda step: picture).save(tmp_path / "probe.html").as_uri()
    )
    tab = open_tab(f"{address}#w1=1.9&step=12")
    assert (tab.text(".what"), tab.step()) == ("1.9", 12)
    tab.press("PageDown")
    assert fragment(tab) == "#w1=1.9&step=13"
    recorded = ("recorded", 1)
    for text in ("w1=no&step=12", "w1=1.9&step=99", "w1=1.9&w2=3&step=4"):
        for come_from in ("about:blank", f"{address}#w1=2&step=5"):  # opened, and followed on the open page
            tab.page.goto(come_from)
            tab.page.goto(f"{address}#{text}")
            tab.page.wait_for_timeout(50)
            assert (tab.text(".what"), tab.step()) == recorded, (text, come_from)
            assert f"“{text}” is no step or no number of this page" in tab.text(".amiss")
    tab.press("PageDown")
    assert fragment(tab) == "#step=2"
    assert tab.text(".amiss") == ""
    assert tab.said == []


def test_any_two_moments_have_different_links(saved: Path, open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(saved)
    links = []
    for _ in range(4):
        links.append(fragment(tab))
        tab.press("PageDown")
    assert all(one != other for one, other in itertools.combinations(links, 2))
