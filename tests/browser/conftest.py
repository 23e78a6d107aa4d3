"""The browser for the tests: headless Chromium, started once a file; optional on a user's machine, required in CI."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.peers import peer

EXECUTABLES = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
QUIET = [  # Chromium's own requests, for updates and the like, would be taken for the page's
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="module")  # and no longer: while it runs, no other event loop can
def browser() -> Iterator[Any]:
    playwright = peer("playwright.sync_api")
    executable = next((path for path in EXECUTABLES if Path(path).exists()), None)
    if executable is None and os.environ.get("CI") != "true":
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=executable, args=QUIET)
        yield chromium
        chromium.close()


PLACES = """(parts) => parts.filter((part) => part.getClientRects().length)
    .map((part) => part.getBoundingClientRect()).map(({ x, y, width, height }) => [x, y, width, height])"""
"""Where all that is shown of some parts is, asked for in one question and not part by part."""


class Tab:
    """A page in the browser, and what it said and asked for."""

    def __init__(self, page: Any) -> None:
        self.page = page
        page.set_default_timeout(30_000)
        self.said: list[str] = []
        self.requested: list[str] = []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", lambda request: self.requested.append(request.url))

    def text(self, selector: str) -> str:
        """The text that an element shows, with spaces for line breaks and a hyphen for a minus sign."""
        text = " ".join(self.page.locator(selector).first.inner_text().split())
        plain = unicodedata.normalize("NFKC", text)  # MathML shows a single letter in italics of its own
        return re.sub(r"− ?(?=\d)", "-", plain)

    def step(self) -> int:
        """Which step is shown, from 1."""
        return int(self.text(".count").split(" / ")[0])

    def steps(self) -> int:
        """How many steps there are."""
        return int(self.text(".count").split(" / ")[1])

    def fits(self, parts: str) -> bool:
        """Whether the page, and all of these parts that are shown, are no wider than the window."""
        width = self.page.viewport_size["width"]
        places = self.page.locator(parts).evaluate_all(PLACES)
        assert places, f"nothing is shown of {parts}"
        inside = all(x >= 0 and x + wide <= width for x, _, wide, _ in places)
        return inside and self.page.evaluate("document.documentElement.scrollWidth") <= width

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)


@pytest.fixture
def open_tab(browser: Any) -> Iterator[Callable[..., Tab]]:
    """Open a page, with options of Playwright's ``new_context``."""
    contexts = []

    def opened(address: str | Path, *, width: int = 1280, height: int = 900, **options: Any) -> Tab:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        tab = Tab(context.new_page())
        tab.page.goto(address.as_uri() if isinstance(address, Path) else address)
        return tab

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def tab(saved: Path, open_tab: Callable[..., Tab]) -> Tab:
    """The stepper that a file of tests has ``saved``, with the focus on it."""
    opened = open_tab(saved)
    opened.page.locator(".stepper").focus()
    return opened
