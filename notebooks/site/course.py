"""The notebooks of the course, and which of them the browser can run."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
NEEDS_NUMPY = {"nn", "numpy", "matplotlib", "sklearn", "torch", "compile", "autograd.compiler"}
NEEDS_NONE = {"Neuron", "Perceptron", "delta_rule"}  # of nn, where weights are given


class Notebook(NamedTuple):
    """One notebook of the course: its file, its heading, and whether the browser can run it."""

    path: Path
    title: str
    live: bool


def course(has_numpy: bool = False) -> list[Notebook]:
    """All notebooks, in order; ``has_numpy`` says whether the browser's Python has NumPy and what else they need."""
    notebooks = [read_notebook(path) for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
    return [notebook._replace(live=notebook.live or has_numpy) for notebook in notebooks]


def read_notebook(path: Path) -> Notebook:
    """A notebook, with its heading and what its cells import."""
    cells = [(cell["cell_type"], "".join(cell["source"])) for cell in json.loads(path.read_text("utf-8"))["cells"]]
    heading = re.search(r"^# +(.+)$", "\n".join(text for kind, text in cells if kind == "markdown"), re.MULTILINE)
    title = heading[1].strip() if heading else path.stem
    return Notebook(
        path, title, not NEEDS_NUMPY & set().union(*(_imports(text) for kind, text in cells if kind == "code"))
    )


def _imports(cell: str) -> set[str]:
    """The packages that a cell imports, and the names that it imports from ours."""
    found: set[str] = set()
    try:
        tree = ast.parse(re.sub(r"^([ \t]*)[%!].*$", r"\1pass", cell, flags=re.MULTILINE))
    except SyntaxError:  # a question to IPython, or a mistake on purpose: it imports nothing
        return found
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules = [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = {name.name for name in node.names}
            modules = [node.module or ""] if node.module != "nn" or names - NEEDS_NONE else []
            if node.module == "autograd":
                found |= names
        else:
            continue
        found |= {*modules, *(module.partition(".")[0] for module in modules)}
    return found
