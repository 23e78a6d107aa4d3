"""The reference, from the docstrings: one page a public module, and one for what its functions return.

pdoc is steered in three places: it shows annotations as they are written, finds the readers that `autograd` loads
late, and leaves out attributes that their class explains. Run it in a process of its own,
`python -m notebooks.site.reference FOLDER`: it changes the modules that it shows.
"""

from __future__ import annotations

import re
import sys
import warnings
from importlib import import_module
from inspect import isclass
from pathlib import Path
from types import ModuleType
from typing import Any, ForwardRef

from autograd import functions
from autograd.engine.primitives import PRIMITIVES

PUBLIC = (
    "autograd",
    "autograd.functions",
    "nn",
    "nn.activations",
    "nn.coming_from",
    "nn.estimators",
    "nn.initialisers",
    "nn.losses",
    "nn.measure",
    "nn.metrics",
    "nn.optimizers",
    "nn.plots",
    "nn.schedules",
)
RETURNED = (  # classes that functions return and nobody imports, and those that others build on
    "autograd.calculus.check",
    "autograd.compiler.program",
    "autograd.derivation.explain",
    "autograd.drawing.drawing",
    "autograd.derivation.proofread",
    "autograd.stepper.figure",
    "nn.callbacks",
    "nn.history",
    "nn.layers",
    "nn.perceptron",
    "nn.training",
)
FIRST = {  # what a page begins with; the rest follows in the order of its __all__
    "autograd": ["Value", "explain", "steps", "draw", "show", "proofread", "grad", "compile"],
    "nn": ["Neuron", "Layer", "MLP", "fit", "History", "Perceptron", "delta_rule", "Loss"],
}


class AsWritten(str):
    """An annotation that prints as its author wrote it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def public_classes(module: ModuleType) -> list[str]:
    """The classes that a module defines."""
    mine = [name for name, item in vars(module).items() if isclass(item) and item.__module__ == module.__name__]
    return [name for name in mine if not name.startswith("_")]


def prepare() -> dict[str, str]:
    """Give every module the list of what its page shows, and leave out what it imports; where each class is shown."""
    shown: dict[str, str] = {}
    for name in (*PUBLIC, *RETURNED):
        module: Any = import_module(name)
        if name in FIRST:
            module.__all__ = [*FIRST[name], *(item for item in module.__all__ if item not in FIRST[name])]
            for item in module.__all__:  # also those that are loaded when they are first asked for
                setattr(module, item, getattr(module, item))
        elif name in RETURNED:
            module.__all__ = [item for item in public_classes(module) if item not in shown]
        for item in getattr(module, "__all__", public_classes(module)):
            if isclass(getattr(module, item)):
                shown.setdefault(item, f"{name}.{item}")
    return shown


def rows_of_primitives() -> str:
    """The table of primitives as Markdown: what each computes, and its derivatives."""
    lines = ["| primitive | value | derivatives |", "| --- | --- | --- |"]
    for row in PRIMITIVES:
        if row.textbook:
            slopes = ", ".join(f"`{slope}`" for slope in row.textbook)
            lines.append(f"| `{row.name}` | `{row.formula}` | {slopes} |")
    return "\n".join(lines)


def build_reference(folder: Path) -> None:
    """Write the pages to ``folder``; they open from disk."""
    import pdoc
    from pdoc import doc, doc_types, docstrings, render

    shown = prepare()
    functions.__doc__ = (
        f"{functions.__doc__}\n\n## The table\n\na, b, c are the operands, y is the value.\n\n{rows_of_primitives()}\n"
    )
    in_types = re.compile(rf"(?<![\w.'\"])({'|'.join(shown)})\b")
    in_text = re.compile(rf"(?<=`)({'|'.join(item for item, at in shown.items() if at.startswith(RETURNED))})(?=`)")
    convert = docstrings.convert

    def full(found: re.Match[str]) -> str:
        return shown[found[0]]  # what pdoc makes a link

    def as_written(annotation: Any, *_: Any) -> Any:
        if isinstance(annotation, ForwardRef):
            annotation = annotation.__forward_arg__
        return AsWritten(in_types.sub(full, annotation)) if isinstance(annotation, str) else annotation

    hooks: Any = (doc, doc_types, docstrings)
    hooks[0].safe_eval_type = hooks[1].safe_eval_type = as_written  # pdoc's own evaluates them, to what nobody wrote
    hooks[2].convert = lambda text, *rest: convert(in_text.sub(full, text), *rest)
    render.configure(docformat="google", template_directory=Path(__file__).with_name("templates"))
    render.env.globals["returned"] = RETURNED
    warnings.simplefilter("ignore", UserWarning)  # that a submodule is named twice, as a member and by itself
    pdoc.pdoc(*PUBLIC, *RETURNED, output_directory=folder)
    drop_dead_links(folder)


def drop_dead_links(folder: Path) -> None:
    """Make plain text of links to what the pages leave out, such as a base class with an underscore."""
    pages = {path: path.read_text("utf-8") for path in folder.rglob("*.html")}
    anchors = {path: set(re.findall(r'\bid="([^"]+)"', page)) for path, page in pages.items()}
    for path, page in pages.items():

        def alive(found: re.Match[str], path: Path = path) -> str:
            target = (path.parent / found[1]).resolve() if found[1] else path
            return found[0] if found[2] in anchors.get(target, {found[2]}) else found[3]

        path.write_text(re.sub(r'<a href="([^"#:]*)#([^"]+)">(.*?)</a>', alive, page, flags=re.DOTALL), "utf-8")


if __name__ == "__main__":
    build_reference(Path(sys.argv[1]).resolve())
