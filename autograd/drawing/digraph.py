"""`draw` and the `Drawing` that it gives."""

from __future__ import annotations

import base64
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, Self

import graphviz

from autograd.derivation.naming import CALLER, Caller
from autograd.drawing import scene_of
from autograd.drawing.build import Fold, build_scene
from autograd.drawing.engines import has_dot, has_pygraphviz, run_dot, run_pygraphviz
from autograd.drawing.layout import Engine, choose_engine, finish, lay_out
from autograd.drawing.scene import Scene
from autograd.drawing.source import dot_lines, placed_dot
from autograd.drawing.svg import to_svg
from autograd.engine.checks import check_count
from autograd.engine.value import Value
from autograd.files import write_whole

PICTURES = ("svg", "png", "pdf", "jpg", "jpeg")
"""The endings by which `Drawing.save` tells a picture from DOT source."""


class Drawing(graphviz.Digraph):
    """A picture, most often of a graph: a `graphviz.Digraph` that can be shown where Graphviz is not installed.

    ``source`` is the picture in DOT, for other programs. As SVG, and so in notebooks, it is drawn by this package,
    always; as PNG, PDF and what else there is, by Graphviz. Whoever changes the Digraph (``node``, ``edge``, ``attr``)
    gets Graphviz's picture of what it is then.

    Attributes:
        svg: the picture as text.

    Example:
        >>> from autograd import Value
        >>> w = Value(0.4)
        >>> drawing = draw(w * 2.0)
        >>> drawing.svg[:4]
        '<svg'
    """

    _scene: Scene | None = None
    _svg: str = ""
    _engine_wanted: Engine | None = None
    _source_drawn: str = ""

    @classmethod
    def of(cls, scene: Scene, engine: Engine | None) -> Self:
        """The drawing of a scene; one that has its places already keeps them."""
        drawing = cls(format="svg", body=dot_lines(scene))
        drawing._scene, drawing._engine_wanted, drawing._source_drawn = scene, engine, drawing.source
        return drawing

    def __repr__(self) -> str:
        return f"<{self._description.rstrip('.')}; .save('graph.svg') writes it>"

    @property
    def svg(self) -> str:
        """The picture as SVG."""
        if self._scene is None or self.source != self._source_drawn:
            return _by_graphviz(self.source, "svg").decode()
        if not self._svg:
            is_placed = any(edge.points for edge in self._scene.edges)
            self._svg = to_svg(finish(self._scene) if is_placed else lay_out(self._scene, self._engine_wanted))
        return self._svg

    @property
    def _painted(self) -> str:
        """The DOT source that Graphviz paints: what has its places keeps them, unless the source was changed."""
        scene = self._scene
        if scene is None or self.source != self._source_drawn or all(edge.weight is None for edge in scene.edges):
            return str(self.source)
        return placed_dot(scene)

    def copy(self) -> Self:
        """A drawing of its own, to be changed."""
        other: Self = super().copy()
        other._scene, other._engine_wanted, other._svg = self._scene, self._engine_wanted, self._svg
        other._source_drawn = self._source_drawn
        return other

    def pipe(self, format: str | None = None, *args: Any, encoding: str | None = None, **options: Any) -> Any:
        """The picture as bytes, or as text where an encoding is given.

        Arguments:
            format: "svg", the default, or any format of Graphviz.
            encoding: that of the text.
            args, options: as for `graphviz.Digraph.pipe`; with any of them, Graphviz draws.

        Raises:
            RuntimeError: for another format than SVG where neither ``dot`` nor pygraphviz is installed.
        """
        chosen = format or self.format
        if args or any(option not in (None, False) for option in options.values()):
            return super().pipe(chosen, *args, encoding=encoding, **options)
        if chosen == "svg":
            drawn = self.svg.encode()
        else:
            drawn = _by_graphviz(self._painted, chosen)
        return drawn if encoding is None else drawn.decode(encoding)

    def save(
        self,
        filename: str | os.PathLike[str] | None = None,
        directory: str | os.PathLike[str] | None = None,
        *,
        skip_existing: bool | None = False,
    ) -> str:
        """Write a picture where the name ends in .svg, .png, .pdf or .jpg, else the DOT source.

        The file appears at once and whole: a crash in the middle leaves the old one, if there was one.

        Arguments:
            filename, directory, skip_existing: as for `graphviz.Digraph.save`.

        Returns:
            The path of the file.

        Raises:
            OSError: if the file cannot be written.
            RuntimeError: as `pipe`.
        """
        ending = Path(filename or "").suffix.lower().lstrip(".")
        if ending not in PICTURES:
            return self._save_source(filename, directory, bool(skip_existing))
        path = Path(directory or self.directory, filename or "")
        if not (skip_existing and path.exists()):
            _write(path, self.pipe(ending))
        return str(path)

    def _save_source(
        self,
        filename: str | os.PathLike[str] | None,
        directory: str | os.PathLike[str] | None,
        skip_existing: bool = False,
    ) -> str:
        """Write the DOT source; as in graphviz, the names are remembered."""
        if filename is not None:
            self.filename = os.fspath(filename)
        if directory is not None:
            self.directory = os.fspath(directory)
        path = Path(self.filepath)
        if not (skip_existing and path.exists()):
            _write(path, "".join(self).encode(self.encoding))
        return str(path)

    def render(
        self,
        filename: str | os.PathLike[str] | None = None,
        directory: str | os.PathLike[str] | None = None,
        view: bool = False,
        cleanup: bool = False,
        format: str | None = None,
        *args: Any,
        outfile: str | os.PathLike[str] | None = None,
        quiet_view: bool = False,
        **options: Any,
    ) -> str:
        """Write the DOT source and, beside it, the picture.

        Arguments:
            filename, directory, view, cleanup, format, outfile, quiet_view: as for `graphviz.Digraph.render`; the
                format is "svg" unless given, or told by the ending of ``outfile``.
            args, options: the others of `graphviz.Digraph.render`; with any of them, Graphviz draws.

        Returns:
            The path of the picture.

        Raises:
            RuntimeError: as `pipe`.
        """
        if args or any(option not in (None, False) for option in options.values()):
            options |= {"outfile": outfile, "quiet_view": quiet_view}
            drawn: str = super().render(filename, directory, view, cleanup, format, *args, **options)
            return drawn
        chosen = format or (Path(outfile).suffix.lower().lstrip(".") if outfile is not None else "") or self.format
        picture = self.pipe(chosen)
        if outfile is not None:
            target = Path(directory or self.directory, outfile)
            filename = filename or target.with_suffix(".gv")
            source = self._save_source(filename, directory if filename != target.with_suffix(".gv") else "")
        else:
            source = self._save_source(filename, directory)
            target = Path(f"{source}.{chosen}")
        if Path(source) == target:
            raise ValueError(f"the picture would replace the DOT source {source}; give them two names")
        rendered = str(target)
        _write(target, picture)
        if cleanup:
            os.remove(source)
        if view or quiet_view:
            self._view(rendered, format=chosen, quiet=quiet_view)
        return rendered

    def _repr_mimebundle_(
        self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None, **_: Any
    ) -> dict[str, Any]:
        """What a notebook shows: an image in HTML, which it shows also where it trusts nobody, and a line of text."""
        wanted = set(include if include is not None else ("text/html", "text/plain")) - set(exclude or ())
        ways = {
            "text/html": self._image,
            "text/plain": lambda: self._description,
            "image/svg+xml": lambda: self.svg,
            "image/png": lambda: self.pipe("png"),
        }
        return {kind: way() for kind, way in ways.items() if kind in wanted}

    @property
    def _description(self) -> str:
        return self._scene.description.strip() if self._scene is not None else "a Graphviz graph"

    def _image(self) -> str:
        """The picture as an image that carries its data."""
        data = base64.b64encode(self.svg.encode()).decode()
        return (
            f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(self._description)}" '
            'style="max-width:100%;height:auto">'
        )


def draw(
    root: Any,
    *,
    names: Mapping[str, object] | Caller | None = CALLER,
    local_derivatives: bool = False,
    highlight: Value | Iterable[Value] | None = None,
    gradients_as_colour: bool = False,
    biases: bool = False,
    max_nodes: int | None = None,
    fold: Fold = "layer",
    engine: Engine | None = None,
    digits: int = 4,
) -> Drawing:
    """Draw the graph of ``root``, or a network of `nn`.

    In the picture of a graph every node shows its operation, value and gradient, and its shape and colour tell what it
    is: an ellipse is an input, a hexagon a target, a rectangle a parameter, a rounded box an operation, a doubly ruled
    one a result, a dotted one a constant. A network is drawn as circles in columns; the thickness of a line is the size
    of its weight, and a negative weight is dashed and orange.

    Arguments:
        root: a Value or a list of Values; once nn is imported, also a model: one with ``layers``, a layer or a neuron;
            and whatever type is registered with ``autograd.drawing.scene_of``.
        names: how nodes without a label are called: by default as the caller's variables; None for labels alone; or
            a mapping from names to nodes.
        local_derivatives: write beside each arrow the local derivative; in a network, beside each line its weight.
        highlight: nodes to stress, with the arrows between them and the operations without a name on the way, so that
            ``[w1, z1, h, y, L]`` stresses a path; in a network, parameters.
        gradients_as_colour: make the colour the size of the gradient. Call ``backward()`` first.
        biases: in a network, write each bias into its circle.
        max_nodes: if there are more, several are drawn as one, and a line below says so; by default 100, and 40
            circles in a network.
        fold: how: by "layer" or by "depth".
        engine: what places the nodes of a graph: "dot", "pygraphviz" or "layered"; by default the first of these that
            is at hand. The last one always is, and it serves large graphs, for which Graphviz takes too long.
        digits: how many significant digits are shown.

    Returns:
        A `Drawing`, a `graphviz.Digraph`, which a notebook displays. ``save("graph.svg")`` writes it.

    Raises:
        TypeError: if ``root`` is none of these; for a number of digits or nodes that is not whole.
        ValueError: for an engine that is not there, a highlight that is not drawn, less than one digit or node, or an
            unknown way of folding.

    Example:
        >>> from autograd import Value
        >>> w, x = Value(0.4), Value(1.0)
        >>> h = (w * x).sigmoid()
        >>> print(draw(h)._repr_mimebundle_()["text/plain"])
        Computation graph of h = 0.5987: 4 nodes, 3 arrows.

    Source: notes 4.5 and 4.7; lecture, "Feed-Forward Networks".
    """
    check_count("digits", digits)
    if max_nodes is not None:
        check_count("max_nodes", max_nodes)
    if engine is not None:
        choose_engine(engine)
    scene = scene_of(
        root,
        names=names,
        frame=sys._getframe(1) if names is CALLER else None,
        local_derivatives=local_derivatives,
        highlight=highlight,
        gradients_as_colour=gradients_as_colour,
        biases=biases,
        fold=fold,
        digits=digits,
        **({} if max_nodes is None else {"max_nodes": max_nodes}),
    )
    return Drawing.of(scene, engine)


@scene_of.register(Value)
@scene_of.register(list)
@scene_of.register(tuple)
def _scene_of_graph(root: Value | Sequence[Value], *, biases: bool, **options: Any) -> Scene:
    return build_scene(root, **options)


def _by_graphviz(source: str, format: str) -> bytes:
    """What Graphviz makes of DOT source."""
    if has_dot():
        return run_dot(source, format)
    if has_pygraphviz():
        return run_pygraphviz(source, format)
    raise RuntimeError(
        f"{format.upper()} needs Graphviz, which is not here: install it (https://graphviz.org/download), or "
        "pip install 'pygraphviz>=2.0.1'; SVG of what draw gave, as in save('graph.svg'), needs neither"
    )


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)
