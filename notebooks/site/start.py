"""The start page and the worked example as a page of its own."""

from __future__ import annotations

from html import escape
from pathlib import Path
from string import Template
from urllib.parse import quote

from autograd import draw, explain, show
from autograd.derivation.worked_example import worked_example
from notebooks.site.course import Notebook

LIVE = Template('<li><a href="lite/notebooks/index.html?path=$file">$title</a></li>')
INSTALLED = Template("<li><span>$title</span> <small>needs NumPy: <code>notebooks/$file</code></small></li>")


def build_start(output: Path, notebooks: list[Notebook]) -> None:
    """Write the two pages to ``output``."""
    example = worked_example()
    example.L.backward()
    show(example.L, names=None).save(output / "worked_example.html")
    page = Template(Path(__file__).with_name("start.html").read_text("utf-8")).substitute(
        derivation=explain(example.L, wrt=example.w1, names=None).mathml,
        picture=draw(example.L, names=None).svg,
        notebooks="\n".join(
            (LIVE if notebook.live else INSTALLED).substitute(
                file=quote(notebook.path.name), title=escape(notebook.title)
            )
            for notebook in notebooks
        ),
    )
    (output / "index.html").write_text(page, "utf-8")
