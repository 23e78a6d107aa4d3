"""Pyodide, the Python of the browser, with the wheels that a notebook needs, from the package registries alone.

What Pyodide's own list of packages (its lock file) names comes in the versions that it names, the kernel from its
package. The lock file is then written anew for the files at hand, so
that nothing is asked of anyone outside. NumPy is the one thing missing: no registry has it for the browser.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from jupyterlite_pyodide_kernel.constants import (  # type: ignore[import-untyped]  # it has no types
    PYODIDE_KERNEL_NPM_NAME,
    PYODIDE_VERSION,
)

from notebooks.site.course import ROOT
from notebooks.site.registries import FETCHES, npm, pip

CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
LOCKED = ("ipython", "jedi", "micropip", "tqdm")  # in the version that the lock file names, with what they depend on
PINNED = {"comm": "0.2.3", "graphviz": "0.21", "ipython-pygments-lexers": "1.1.1", "prompt-toolkit": "3.0.52"}
EXTENSION = Path(sys.prefix, "share/jupyter/labextensions", PYODIDE_KERNEL_NPM_NAME)
KERNEL = ("ipykernel", "piplite", "pyodide_kernel")  # wheels that the extension brings


def place_pyodide(folder: Path, downloads: Path) -> list[str]:
    """Put Pyodide and the wheels into ``folder``.

    Arguments:
        folder: a new folder.
        downloads: where what came from the registries is kept for the next time.

    Returns:
        The names of the packages; they are to be loaded at the start.

    Raises:
        BuildError: if a registry cannot be reached; with what its client said.
    """
    folder.mkdir(parents=True)
    downloads.mkdir(parents=True, exist_ok=True)
    lock = _core(downloads, folder)
    wheels = [*_from_registry(lock["packages"], lock["info"]["python"], downloads), *_kernel(), _own(downloads)]
    packages = dict(_entry(wheel, folder) for wheel in wheels)
    (folder / "pyodide-lock.json").write_text(json.dumps({"info": lock["info"], "packages": packages}, indent=1))
    return sorted(packages)


def _core(downloads: Path, folder: Path) -> Any:
    """Put Pyodide, the Python of the browser, in place; its lock file."""
    read = npm("pyodide", PYODIDE_VERSION, downloads)
    for name in CORE:
        (folder / name).write_bytes(read(name))
    return json.loads(read("pyodide-lock.json"))


def _from_registry(locked: dict[str, Any], python: str, downloads: Path) -> list[Path]:
    """The pure wheels from the Python registry."""
    versions: dict[str, str] = dict(PINNED)
    waiting = list(LOCKED)
    while waiting:
        name = waiting.pop().replace("_", "-")
        if name not in versions:
            versions[name] = locked[name]["version"]
            waiting += locked[name]["depends"]
    if not all(_wheels(downloads, name, version) for name, version in versions.items()):
        pure = ["--only-binary", ":all:", "--python-version", python.rpartition(".")[0]]
        wanted = [f"{name}=={version}" for name, version in versions.items()]
        pip("download", "--no-deps", *pure, *wanted, what=f"{FETCHES} wheels", folder=downloads)
    return [_wheels(downloads, name, version)[0] for name, version in versions.items()]


def _wheels(folder: Path, name: str, version: str = "*") -> list[Path]:
    """The wheels of a package in a folder."""
    return sorted(folder.glob(f"{name.replace('-', '_')}-{version}-*.whl"))


def _kernel() -> list[Path]:
    """The wheels that the kernel's extension brings."""
    return [_wheels(EXTENSION / "static/pypi", name)[0] for name in KERNEL]


def _own(downloads: Path) -> Path:
    """The wheel of this project, built anew."""
    for old in _wheels(downloads, "chainrule"):
        old.unlink()
    pip("wheel", "--no-deps", ROOT, what=f"{FETCHES} hatchling", folder=downloads)
    return _wheels(downloads, "chainrule")[0]


def _entry(wheel: Path, folder: Path) -> tuple[str, dict[str, Any]]:
    """Copy a wheel to where Pyodide looks for it; its entry in the lock file. All are loaded at the start."""
    shutil.copy(wheel, folder)
    name, version, *_ = wheel.name.split("-")
    key = name.replace("_", "-").lower()
    return key, {
        "name": key,
        "version": version,
        "file_name": wheel.name,
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "install_dir": "site",
        "package_type": "package",
        "unvendored_tests": False,
        "imports": [],
        "depends": [],
    }
