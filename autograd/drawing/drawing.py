"""`draw` and the `Drawing` that it gives."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Never

from autograd.derivation.naming import CALLER, Caller
from autograd.derivation.words import in_its_language, speaking, spoken_language, words
from autograd.drawing import scene_of
from autograd.drawing.build import Fold, build_scene
from autograd.drawing.hosts import bundle, image
from autograd.drawing.layout import lay_out
from autograd.drawing.moments import up_to
from autograd.drawing.printing import printed
from autograd.drawing.roles import Roles
from autograd.drawing.scene import Scene
from autograd.drawing.svg import to_svg
from autograd.engine.checks import check_count
from autograd.engine.elsewhere import refuse
from autograd.engine.value import Value
from autograd.files import write_whole

if TYPE_CHECKING:
    import graphviz

ENDINGS = (".svg", ".png", ".pdf", ".dot")
"""What `Drawing.save` can write."""

_ELSEWHERE = {
    "rankdir": "a picture goes from left to right; for Graphviz's layout write digraph = draw(v).digraph, then "
    "digraph.attr(rankdir='TB')",
    "format": "write draw(v).save('graph.svg'): the ending decides",
    "filename": "write draw(v).save('graph.svg')",
    "params": "write names={'w': w}, or label the Values",
}
"""What other functions that draw a graph take."""


class Drawing:
    """A picture, most often of a graph. A notebook displays it.

    Attributes:
        title: of a picture among the `groups` of another, that of the group; else empty.
        language: in which its words and numbers are written.

    Example:
        >>> from autograd import Value
        >>> w = Value(0.4)
        >>> drawing = draw(w * 2.0)
        >>> drawing.svg[:4]
        '<svg'
        >>> drawing.digraph.source[:7]
        'digraph'
    """

    def __init__(self, scene: Scene, title: str = "") -> None:
        self._scene = scene
        self.title = title
        self.language = spoken_language()

    @cached_property
    @in_its_language
    def groups(self) -> tuple[Drawing, ...]:
        """Of a large graph, what is in each group that is drawn as one box: a picture of its own, with its own groups.

        It shows each operation in the group, or groups again where these are many: no picture has more than some tens
        of boxes, and every node of the graph is in one of them. What the group takes from outside, and what it gives
        to, stands around it on signposts. Empty where nothing is folded.

        Example:
            >>> from autograd import Value
            >>> w, h = Value(0.5, label="w"), Value(0.1, label="h")
            >>> for t in range(20):
            ...     h = (w * h + 0.1 * t).tanh() * (w - h)
            >>> steps = draw(h, names=None).groups[0]
            >>> steps.title
            'time steps 2 to 19'
            >>> [group.title for group in steps.groups]
            ['time steps 2 to 4', 'time steps 5 to 9', 'time steps 10 to 14', 'time steps 15 to 19']
        """
        groups = [(node.inside(), node.name) for node in self._scene.nodes if node.inside]
        return tuple([Drawing(scene, title) for scene, title in groups])

    @cached_property
    @in_its_language
    def svg(self) -> str:
        """The picture as SVG. It opens everywhere alike, and follows a dark theme where a browser shows it."""
        return to_svg(lay_out(self._scene))

    @property
    @in_its_language
    def digraph(self) -> graphviz.Digraph:
        """The same nodes, labels, colours and arrows as a `graphviz.Digraph`, for Graphviz's own layout and formats."""
        from autograd.drawing.dot import to_digraph  # which alone needs graphviz

        return to_digraph(self._scene)

    @in_its_language
    def save(self, path: str | os.PathLike[str], *, scale: float = 2.0, transparent: bool = False) -> Path:
        """Write the picture, as the name ends: in .svg, .png, .pdf, or in .dot for the source of `digraph`.

        The file appears at once and whole: a crash in the middle leaves the old one, if there was one.

        Arguments:
            path: where to.
            scale: the pixels of a PNG for each point of the picture.
            transparent: leave out the background, so that the page or the slide behind the picture is seen.

        Returns:
            The path.

        Raises:
            OSError: if the file cannot be written.
            ImportError: for PNG and PDF where typst is not installed, which sets them.
            ValueError: for another ending; for PNG and PDF where no font of this machine has some letter.
        """
        path = Path(path)
        ending = path.suffix.lower()
        if ending not in ENDINGS:
            raise ValueError(f"a picture is saved by its ending, {', '.join(ENDINGS)}; {path.name!r} has none of these")
        if ending == ".dot":
            digraph = self.digraph
            if transparent:
                digraph.attr(bgcolor="transparent")
            content = digraph.source.encode()
        else:
            svg = to_svg(lay_out(self._scene), background=False) if transparent else self.svg
            content = svg.encode() if ending == ".svg" else printed(svg, "png" if ending == ".png" else "pdf", scale)
        write_whole(path, content)
        return path

    @in_its_language
    def __repr__(self) -> str:
        return words("picture", description=self._description.rstrip("."))

    def _repr_html_(self) -> str:
        """The picture in HTML, for hosts that ask for that alone."""
        return image(self.svg, self._description)

    def _repr_mimebundle_(
        self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None
    ) -> dict[str, str]:
        """What a notebook gets, see `autograd.drawing.hosts.bundle`."""
        return bundle(self.svg, self._repr_html_, self._description, include, exclude)

    @property
    def _description(self) -> str:
        return self._scene.description.strip()


def draw(
    root: Any,
    *,
    names: Mapping[str, object] | Caller | None = CALLER,
    local_derivatives: bool = False,
    highlight: Value | Iterable[Value] | None = None,
    formulas: bool = True,
    values: bool = True,
    gradients: bool = True,
    gradients_as_colour: bool = False,
    biases: bool = False,
    roles: Roles | None = None,
    legend: bool = True,
    max_nodes: int | None = None,
    fold: Fold = "repeat",
    digits: int = 4,
    upto: int | None = None,
    language: str | None = None,
    **others: Never,
) -> Drawing:
    """Draw the graph of ``root``, or a network of `nn`.

    In the picture of a graph every node shows its formula, its value and its gradient. The gradients are those of
    ``root``, worked out for the picture: it needs no ``backward()``, and changes no ``.grad``. The first value of the
    forward pass and the first gradient of the reverse pass that are NaN or infinite are marked. Shape and colour tell
    what a node is: an ellipse is an input, a hexagon a target, a rectangle a parameter, a box with round ends any other
    leaf, a rounded box an operation, a doubly ruled one a result, a dotted one a constant. What is an input, a
    parameter or a target is known of the leaves of weighted sums (`dot`, the layers of nn), and of losses; ``roles``
    says all else. A network is drawn as circles in columns; the thickness of a line is the size of its weight, and a
    negative weight is dashed and orange. A legend below says so.

    Arguments:
        root: a Value or a list of Values, of which no gradients are shown where there are several; once nn is imported,
            also a model: one with ``layers``, a layer or a neuron; and whatever type is registered with
            ``autograd.drawing.scene_of``.
        names: how nodes without a label are called: by default as the caller's variables; None for labels alone; or
            a mapping from names to nodes.
        local_derivatives: write beside each arrow the local derivative; in a network, beside each line its weight.
        highlight: nodes to stress, with the arrows between them and the operations without a name on the way, so that
            ``[w1, z1, h, y, L]`` stresses a path; in a network, parameters.
        formulas: write in each box the formula of its operation, ``y − t``, with the formula of an operand that has no
            name in its place, while that is short; where it is not, and with False, the sign. Where then the order of
            the operands matters, numbers beside their arrows tell it.
        values: write the values; without them, as for a slide, a leaf that has no name still has its number.
        gradients: write the gradients.
        gradients_as_colour: make the colour the size of the gradient; in a network, that of the gradients which
            ``backward()`` has left in its parameters.
        biases: in a network, write each bias into its circle.
        roles: of a graph, which nodes are inputs, parameters and targets, and goes before what the graph says:
            ``roles={"input": [x1, x2], "target": t}``, by the nodes or by their names; "leaf" for none of these.
        legend: whether the shapes and colours that have a meaning are explained below the picture.
        max_nodes: if there are more, several are drawn as one, and a line below says so; by default 100, and 40
            circles in a network.
        fold: how: by "repeat", such as the time steps of a recurrence, the first and the last of which are drawn; where
            nothing repeats, by "layer"; and where there are no layers, by "depth".
        digits: how many significant digits are shown.
        upto: of a graph, a step of `autograd.show`, counted from 1 as its page counts them: the picture then has what
            is known by then, and lights what the step is about. It grows from step to step, and nothing moves.
        language: of the words and numbers: "en", the default, "es", "de" or "fr".
        others: none; to those of other libraries the error says what to write.

    Returns:
        A `Drawing`, which a notebook displays. ``save("graph.svg")`` writes it; ``digraph`` gives it to Graphviz;
        ``groups`` are the pictures of what is in the boxes that stand for several nodes.

    Raises:
        TypeError: if ``root`` is none of these; for a number of digits, nodes or steps that is not whole; for ``roles``
            that are no mapping, or of a network; for ``upto`` of a network, or of several results.
        ValueError: for a highlight that is not drawn, gradients of several results as colours, less than one digit or
            node, a step that there is not, an unknown way of folding, an unknown role, a role of what is not in the
            graph, two roles of one node, or a language of which there are no words.

    Example:
        >>> from autograd import Value
        >>> w, x = Value(0.4), Value(1.0)
        >>> h = (w * x).sigmoid()
        >>> print(draw(h)._repr_mimebundle_()["text/plain"])
        Computation graph of h = 0.5987: 4 nodes, 3 arrows.
        >>> print(draw(h, upto=2)._repr_mimebundle_()["text/plain"])
        Computation graph of h at step 2 of 7: 4 nodes, 3 arrows.

    Source: notes 4.5 and 4.7; lecture, "Feed-Forward Networks".
    """
    refuse("draw", others, _ELSEWHERE)
    check_count("digits", digits)
    if max_nodes is not None:
        check_count("max_nodes", max_nodes)
    if upto is not None:
        check_count("upto", upto)
        if not isinstance(root, Value):
            raise TypeError(
                f"upto counts the steps through the graph of one result, which {root!r:.60} is not: write "
                "draw(loss, upto=3). A network has steps on an example: show(model, x, target).frames(folder)"
            )
    with speaking(language):
        scene = scene_of(
            root,
            names=names,
            frame=sys._getframe(1) if names is CALLER else None,
            local_derivatives=local_derivatives,
            highlight=highlight,
            formulas=formulas,
            values=values,
            gradients=gradients,
            gradients_as_colour=gradients_as_colour,
            biases=biases,
            legend=legend,
            fold=fold,
            digits=digits,
            **({} if max_nodes is None else {"max_nodes": max_nodes}),
            **({} if roles is None else {"roles": roles}),
        )
        return Drawing(scene if upto is None else up_to(root, scene, upto, digits))


@scene_of.register(Value)
@scene_of.register(list)
@scene_of.register(tuple)
def _scene_of_graph(root: Value | Sequence[Value], *, biases: bool, **options: Any) -> Scene:
    return build_scene(root, **options)
