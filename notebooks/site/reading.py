"""The pages to read: the notebooks as they are stored, the teacher's pages and the start, made by Sphinx."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from autograd import show
from autograd.derivation.worked_example import ROLES, worked_example
from notebooks.site.course import ROOT, Notebook
from notebooks.site.registries import npm, run

CONFIGURATION = Path(__file__).with_name("pages")
MATHJAX = "3.2.2"  # the last one whose one file holds all its letters: later ones load theirs from elsewhere


def build_pages(output: Path, live: list[Notebook], downloads: Path) -> None:
    """Write the pages to ``output``; they open from disk.

    Arguments:
        output: a folder.
        live: the notebooks that the browser can run: their pages lead there.
        downloads: where what came from the registries is kept for the next time.

    Raises:
        BuildError: if a registry cannot be reached, or Sphinx warns; with what was said.
    """
    with TemporaryDirectory() as folder:
        pages, names = Path(folder, "pages"), " ".join(notebook.path.stem for notebook in live)
        sphinx = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-A", f"live={names}"]
        run([*sphinx, "-c", CONFIGURATION, "-d", f"{folder}/read", ROOT / "notebooks", pages], "Sphinx", ROOT)
        shutil.copytree(pages, output, dirs_exist_ok=True)
    (output / "_static/mathjax.js").write_bytes(npm("mathjax", MATHJAX, downloads)("es5/tex-svg.js"))
    example = worked_example()
    example.L.backward()
    show(example.L, names=None, roles=ROLES).save(output / "worked_example.html")
