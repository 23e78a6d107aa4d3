"""The page's engine for the tests: in Chromium, and in Node where that is present."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.conftest import browser  # noqa: F401 - a fixture, which pytest finds by its name
from tests.peers import program
from tests.stepper.engine import Chromium, Engine, Node


@pytest.fixture(scope="module")
def chromium(browser: Any) -> Iterator[Engine]:  # noqa: F811
    page = browser.new_page()
    yield Chromium(page)
    page.close()


@pytest.fixture(scope="module", params=["chromium", "node"])
def engine(request: pytest.FixtureRequest) -> Engine:
    if request.param == "node":
        program("node")
        return Node()
    found: Engine = request.getfixturevalue("chromium")
    return found
