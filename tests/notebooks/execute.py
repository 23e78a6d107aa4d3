"""Run a notebook from a clean kernel, and say in which text outputs two runs differ. Imports nbformat and nbclient.

What is written holds no times, no paths and no random ids: running a notebook again changes nothing in the file, unless
what it shows has changed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograd import __file__ as package_file
from autograd.files import write_whole
from tests.peers import peer

nbformat, nbclient = peer("nbformat"), peer("nbclient")

FOLDER = Path(package_file).parents[1] / "notebooks"
SECONDS_A_CELL = 180
# With one thread NumPy rounds alike on any number of cores, and does not wait for a core that is busy elsewhere.
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def paths() -> list[Path]:
    """The notebooks, in their order."""
    return sorted(FOLDER.glob("[0-9]*.ipynb"))


def executed(path: Path) -> Any:
    """The notebook after every cell ran in order in a new kernel, started in its folder.

    Raises:
        nbclient.exceptions.CellExecutionError: if a cell raises, with its traceback.
    """
    notebook = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(
        notebook, timeout=SECONDS_A_CELL, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}
    ).execute(env={**os.environ, **_ONE_THREAD})
    return tidied(notebook)


def tidied(notebook: Any) -> Any:
    """The notebook without what differs from run to run."""
    kept = ("tags", "jupyter", "slideshow")
    notebook.metadata = nbformat.from_dict(_METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for number, cell in enumerate(notebook.cells, 1):
        cell.id = f"cell-{number}"
        cell.metadata = nbformat.from_dict({key: cell.metadata[key] for key in kept if key in cell.metadata})
        if cell.cell_type == "code":
            cell.outputs = [output for output in _joined(cell.outputs) if not _is_progress(output)]
    nbformat.validate(notebook)
    return notebook


def write(notebook: Any, path: Path) -> None:
    """Write a notebook as it is committed."""
    write_whole(path, f"{nbformat.writes(notebook)}\n".encode())


def text_outputs(notebook: Any) -> list[tuple[str, list[str]]]:
    """The code of every cell with the texts that it put out: printed lines, and results as plain text."""
    return [(cell.source, list(_texts(cell.outputs))) for cell in notebook.cells if cell.cell_type == "code"]


def _texts(outputs: list[Any]) -> Iterator[str]:
    for output in outputs:
        if output.output_type == "stream":
            yield output.text
        elif output.output_type in ("display_data", "execute_result"):
            yield output.data.get("text/plain", "")


def _joined(outputs: list[Any]) -> list[Any]:
    """The outputs, with what one stream put out in several pieces in one."""
    joined: list[Any] = []
    for output in outputs:
        before = joined[-1] if joined else None
        if output.output_type == "stream" and before is not None and before.get("name") == output.name:
            before.text += output.text
        else:
            joined.append(output)
    return joined


def _is_progress(output: Any) -> bool:
    """Whether this is a progress bar, which shows times."""
    return output.output_type == "stream" and re.search(r"\d+%\|", output.text) is not None
