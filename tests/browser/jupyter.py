"""A Jupyter server for the tests, with JupyterLab and Notebook 7, that asks nothing of the network; imports no peer.

Everything that Jupyter keeps (settings, signatures of trusted notebooks, its kernel) lies in a folder of its own.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
DARK, LIGHT = "JupyterLab Dark", "JupyterLab Light"
SECONDS_TO_START = 120


class Jupyter:
    """A folder of notebooks, the programs of Jupyter that work on it, and the server once it runs."""

    def __init__(self, folder: Path) -> None:
        self.notebooks = folder / "notebooks"
        self._home = folder / "home"
        self._token = secrets.token_hex()
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        kernel = {
            "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            "display_name": "Python 3",
            "language": "python",
        }
        quiet = {"@jupyterlab/apputils-extension:announcements": True}
        self._write("data/kernels/python3/kernel.json", kernel)
        self._write("config/labconfig/page_config.json", {"disabledExtensions": quiet})
        self.notebooks.mkdir()
        self.choose_theme(LIGHT)

    def _write(self, name: str, content: object) -> None:
        path = self._home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")

    def choose_theme(self, theme: str) -> None:
        """The theme of the pages that are opened from now on."""
        settings = {"theme": theme, "adaptive-theme": False}
        self._write("settings/@jupyterlab/apputils-extension/themes.jupyterlab-settings", settings)

    @property
    def _environment(self) -> dict[str, str]:
        home = self._home
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "COV"))},
            "HOME": str(home),
            "IPYTHONDIR": str(home / "ipython"),
            "JUPYTER_CONFIG_DIR": str(home / "config"),
            "JUPYTER_DATA_DIR": str(home / "data"),
            "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
            "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
            "PYTHONPATH": str(REPOSITORY),
            "PYTHONWARNINGS": "ignore",
        }

    def do(self, *command: str) -> None:
        """Run one of Jupyter's programs, such as ``"nbconvert", "--to", "html", "a.ipynb"``, in the folder."""
        program = [sys.executable, "-m", "jupyter", *command]
        done = subprocess.run(program, cwd=self.notebooks, env=self._environment, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")

    def address(self, path: str) -> str:
        """The address of a page of the server: ``"lab/tree/a.ipynb"`` or ``"notebooks/a.ipynb"``."""
        return f"{self.origin}/{path}{'&' if '?' in path else '?'}token={self._token}"

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @contextmanager
    def running(self) -> Iterator[None]:
        """Serve the folder."""
        options = [
            "--no-browser",
            "--allow-root",
            "--ServerApp.ip=127.0.0.1",
            f"--ServerApp.port={self._port}",
            "--ServerApp.port_retries=0",
            f"--ServerApp.root_dir={self.notebooks}",
            f"--IdentityProvider.token={self._token}",
            "--ServerApp.terminals_enabled=False",
            "--LabApp.extension_manager=readonly",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            "--LabApp.news_url=",
        ]
        log = self._home / "log.txt"
        with log.open("w") as output:
            server = subprocess.Popen(
                [sys.executable, "-m", "jupyterlab", *options],
                cwd=self.notebooks,
                env=self._environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            until = time.monotonic() + SECONDS_TO_START
            while not self._answers():
                if server.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"Jupyter did not start:\n{log.read_text()}")
                time.sleep(0.1)
            yield
        finally:
            server.terminate()  # it ends its kernels, too
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.address("api/status"), timeout=5):
                return True
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False
