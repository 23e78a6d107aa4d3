"""The browser in which the page's engine runs."""

from tests.browser.conftest import browser  # noqa: F401 - fixtures, which pytest finds by their names
from tests.stepper.conftest import chromium  # noqa: F401
