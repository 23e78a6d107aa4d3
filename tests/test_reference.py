"""The reference: every public name is on it, every link on it leads somewhere, and nothing on it needs the network."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote, urlsplit

import pytest

import autograd
import nn
from autograd.engine.primitives import PRIMITIVES
from tests.peers import peer

ROOT = Path(__file__).parents[1]
NAMES = [(package, name) for package in (autograd, nn) for name in package.__all__]
EXAMPLE_OR_SOURCE = re.compile(r"<h6[^>]*>Example:</h6>|<p>Source: ")  # not in a listing, which is highlighted


class Page(HTMLParser):
    """What a page links to, what it loads, and its anchors."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.anchors: set[str] = set()
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value for name, value in attributes if value}
        if "id" in found:
            self.anchors.add(found["id"])
        if "href" in found and tag == "a":
            self.links.append(found["href"])
        self.loads += [found[name] for name in ("src", "href") if name in found and tag != "a"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    peer("pdoc")
    folder = tmp_path_factory.mktemp("site") / "reference"
    command = [sys.executable, "-W", "ignore", "-m", "notebooks.site.reference", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True)
    (folder.parent / "index.html").touch()  # the start page, which the reference leads back to
    return folder


@pytest.fixture(scope="module")
def pages(folder: Path) -> dict[Path, Page]:
    return {path: Page(path) for path in folder.parent.rglob("*.html")}


@pytest.mark.parametrize(("package", "name"), NAMES, ids=[f"{package.__name__}.{name}" for package, name in NAMES])
def test_every_public_name_is_documented_with_an_example_or_a_source(
    folder: Path, package: ModuleType, name: str
) -> None:
    if isinstance(getattr(package, name), ModuleType):
        text = (folder / package.__name__ / f"{name}.html").read_text("utf-8")
    else:
        page = (folder / f"{package.__name__}.html").read_text("utf-8")
        text = page.partition(f'<section id="{name}">')[2].partition("</section>")[0]
    assert EXAMPLE_OR_SOURCE.search(text)


def test_every_link_leads_to_a_page_and_a_place_on_it(pages: dict[Path, Page]) -> None:
    missing = []
    for path, page in pages.items():
        for link in map(urlsplit, page.links):
            target = (path.parent / unquote(link.path)).resolve() if link.path else path
            if link.scheme:
                continue
            if target not in pages or (link.fragment and unquote(link.fragment) not in pages[target].anchors):
                missing.append(f"{path.name}: {link.geturl()}")
    assert len(pages) > 15
    assert missing == []


def test_nothing_is_loaded_from_elsewhere(pages: dict[Path, Page]) -> None:
    assert [load for page in pages.values() for load in page.loads if urlsplit(load).scheme not in ("", "data")] == []


def test_what_functions_return_is_a_link_in_their_signature(folder: Path) -> None:
    page = (folder / "autograd.html").read_text("utf-8")
    explain = page.partition('<section id="explain">')[2].partition("</section>")[0]
    assert 'href="autograd/derivation/explain.html#Derivation"' in explain.partition('class="docstring"')[0]


def test_annotations_stand_as_they_are_written(folder: Path) -> None:
    page = (folder / "autograd" / "functions.html").read_text("utf-8")
    maximum = page.partition('<section id="maximum">')[2].partition("</div>")[0]
    signature = re.sub(r"<[^>]+>", "", maximum)
    assert "maximum(a: Operand, b: Operand) -> Any" in signature.replace("&gt;", ">")


def test_attributes_that_their_class_explains_are_not_listed_once_more(folder: Path) -> None:
    page = (folder / "autograd.html").read_text("utf-8")
    assert "Alias for field number" not in page
    assert '<div id="Value.backward"' in page
    assert '<div id="Value.depth"' not in page


def test_every_primitive_is_on_the_page_of_functions_with_its_derivatives(folder: Path) -> None:
    linked = (folder / "autograd" / "functions.html").read_text("utf-8")
    page = html.unescape(re.sub(r"<a href=[^>]+>|</a>", "", linked))  # names of functions lead to what explains them
    rows = re.findall(r"<tr>\s*<td><code>(\w+)</code></td>\s*<td><code>(.+?)</code></td>\s*<td>(.+?)</td>", page)
    written = [
        (row.name, row.formula, ", ".join(f"<code>{slope}</code>" for slope in row.textbook)) for row in PRIMITIVES
    ]
    assert rows == [row for row in written if row[2]]
    assert len(rows) > 50
