"""A figure in marimo, which puts it into a frame: it runs there, and the frame is as high as it is."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import Tab
from tests.peers import peer

pytestmark = pytest.mark.slow  # a server and a browser are started

APP = """
import marimo

app = marimo.App()


@app.cell
def _():
    from autograd import Value, show

    w, x = Value(0.4, label="w"), Value(2.0, label="x")
    L = (w * x).tanh()
    show(L)
    return
"""


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    peer("marimo")
    app = tmp_path / "app.py"
    app.write_text(APP, "utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = ["run", str(app), "--headless", "--no-token", "--host", "127.0.0.1", "--port", port]
    with subprocess.Popen([sys.executable, "-m", "marimo", *command], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            assert any("URL" in line for line in server.stdout), "marimo has not started"
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def test_a_figure_runs_and_all_of_it_is_seen(address: str, open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(address)
    frame = tab.page.frame_locator("iframe")
    frame.locator(".stepper").wait_for(timeout=60_000)
    frame.locator("[data-go='last']").click()
    assert frame.locator(".count").inner_text() == "7 / 7"
    inner = tab.page.frames[-1]
    inner.wait_for_function("document.body.getBoundingClientRect().height > 300")
    inner.wait_for_function("innerHeight >= document.body.scrollHeight")
