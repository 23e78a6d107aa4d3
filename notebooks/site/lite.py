"""JupyterLite, with all notebooks, so that their links lead somewhere; those that cannot run there say so."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jupyterlite_pyodide_kernel.constants import PYODIDE_KERNEL_PLUGIN_ID  # type: ignore[import-untyped]  # no types

from notebooks.site.course import Notebook
from notebooks.site.pyodide import EXTENSION, place_pyodide
from notebooks.site.registries import run

KERNELSPEC = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}
NOT_LIVE = """\
**This notebook is for reading here.** It needs NumPy, which this site was built without. It runs on your own machine:

    .venv/bin/pip install -e '.[notebooks]' && .venv/bin/jupyter lab notebooks
"""
SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/apputils-extension:themes": {"adaptive-theme": True},
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},  # all cells stand on the page, to be searched
}


def build_lite(output: Path, notebooks: list[Notebook], downloads: Path, distribution: Path | None = None) -> None:
    """Write JupyterLite to ``output``.

    Arguments:
        output: a folder, which is replaced.
        notebooks: what it holds.
        downloads: where what came from the registries is kept for the next time.
        distribution: the folder of Pyodide's official distribution, with which all notebooks are live.

    Raises:
        BuildError: if a registry cannot be reached, or a tool fails, with what it said; if a distribution is not whole.
    """
    with TemporaryDirectory() as folder:
        source = Path(folder)
        packages = place_pyodide(source / "static/pyodide", downloads, distribution)
        settings = {"disablePyPIFallback": True, "loadPyodideOptions": {"packages": packages}}
        config = {"appName": "chainrule", "litePluginSettings": {PYODIDE_KERNEL_PLUGIN_ID: settings}}
        options = {
            "apps": ["lab", "notebooks", "tree"],
            "contents": [str(source / "contents")],
            "federated_extensions": [str(EXTENSION)],
            "ignore_sys_prefix": ["federated_extensions"],  # those of other packages that happen to be installed
            "no_sourcemaps": True,
            "no_unused_shared_packages": True,
            "output_dir": str(output),
        }
        files = {
            "jupyter-lite.json": {"jupyter-lite-schema-version": 0, "jupyter-config-data": config},
            "jupyter_lite_config.json": {"LiteBuildConfig": options},
            "overrides.json": SETTINGS,
            **{f"contents/{notebook.path.name}": content(notebook) for notebook in notebooks},
        }
        (source / "contents").mkdir()
        for name, file in files.items():
            (source / name).write_text(json.dumps(file), "utf-8")
        shutil.rmtree(output, ignore_errors=True)
        run([sys.executable, "-m", "jupyterlite_core", "build"], "JupyterLite", source)


def content(notebook: Notebook) -> Any:
    """The notebook, for the kernel of the browser; else it would ask which kernel to take."""
    written = json.loads(notebook.path.read_text("utf-8"))
    written["metadata"]["kernelspec"] = KERNELSPEC
    for output in [output for cell in written["cells"] for output in cell.get("outputs", ())]:
        for held in (output, output.get("data", {})):  # JupyterLite would show a list of lines with commas between them
            held |= {
                kind: "".join(lines) for kind, lines in held.items() if kind != "traceback" and type(lines) is list
            }
    if not notebook.live:
        written["cells"].insert(1, {"cell_type": "markdown", "id": "not-live", "metadata": {}, "source": NOT_LIVE})
    return written
