r"""`to_digraph`: a scene as a `graphviz.Digraph`, for Graphviz's own layout and formats.

Text is written so that Graphviz shows it as it is: neither ``\N`` nor ``&lt;`` nor ``<b>`` mean anything in it.
"""

from __future__ import annotations

import graphviz

from autograd.derivation.styles import lowered, one_line, printable, raised
from autograd.derivation.words import words
from autograd.drawing.layout.spacing import (
    CLUSTER_PADDING,
    LABEL_SIZE,
    NODE_GAP,
    TITLE_SIZE,
    column_gap,
    minimum_lengths,
)
from autograd.drawing.lettering import name_runs
from autograd.drawing.palette import LIGHT
from autograd.drawing.scene import Line, Role, Scene, SceneEdge, SceneNode, line_width

_SHAPES: dict[Role, str] = {
    "input": "ellipse",
    "target": "hexagon",
    "neuron": "ellipse",
    "outside": "cds",
    "gap": "plaintext",
}
_STYLES: dict[Role, str] = {
    "leaf": "filled,rounded",
    "operation": "filled,rounded",
    "loss": "filled,rounded",
    "constant": "filled,dashed",
    "outside": "filled,dashed",
}
_LOOKS = {  # in words
    "input": "ellipse",
    "parameter": "rectangle",
    "target": "hexagon",
    "neuron": "circle",
    "constant": "dashed_box",
    "loss": "double_box",
    "outside": "signpost",
    "positive": "solid_line",
    "negative": "dashed_line",
    "thickness": "thickness",
}
_OF_MARKS = {  # in a picture at a step
    "unknown": {"color": LIGHT["edge"], "fillcolor": LIGHT["page"], "fontcolor": LIGHT["quiet"]},
    **{f"beside-{way}": {"color": LIGHT[way], "penwidth": "2"} for way in ("forward", "reverse")},
    **{f"current-{way}": {"color": LIGHT[way], "penwidth": "3.5"} for way in ("forward", "reverse")},
    **{f"lit-{way}": {"color": LIGHT[way], "penwidth": "2.6"} for way in ("forward", "reverse")},
    **{f"astray-{kind}": {"color": LIGHT["astray"], "penwidth": "3"} for kind in ("value", "gradient")},
}
_FONT = "Helvetica,Arial,sans-serif"


def to_digraph(scene: Scene) -> graphviz.Digraph:
    """The nodes, arrows and boxes of a scene, with its text and its colours; its places do not matter."""
    below = "\n".join(filter(None, [_legend(scene), scene.note]))
    graph = graphviz.Digraph(
        graph_attr={
            "fontname": _FONT,
            "fontsize": f"{LABEL_SIZE:g}",
            "rankdir": "LR",
            "nodesep": f"{NODE_GAP / 72:.4f}",
            "ranksep": f"{column_gap(scene) / 72:.4f}",
            **({"label": literal(below), "labelloc": "b"} if below else {}),
        },
        node_attr={"fontname": _FONT, "fontsize": "12", "fontcolor": LIGHT["ink"]},
        edge_attr={
            "fontname": _FONT,
            "fontsize": f"{LABEL_SIZE:g}",
            "color": LIGHT["edge"],
            "arrowsize": "0.7",
        },
    )
    for node in scene.nodes:
        graph.node(f"n_{node.index}", **_of_node(node))
    _add_boxes(graph, scene, None)
    most = scene.heaviest
    for edge, length in zip(scene.edges, minimum_lengths(scene), strict=True):
        farther = {"minlen": str(length)} if length > 1 else {}
        graph.edge(f"n_{edge.source}", f"n_{edge.target}", **_of_edge(edge, most), **farther)
    return graph


def literal(text: str) -> str:
    r"""Text as a label that Graphviz shows unchanged; what cannot be printed becomes a space.

    Example:
        >>> print(literal('a & \\N'))
        a &amp; \\N
    """
    escaped = text.replace("&", "&amp;").replace("\\", "\\\\")
    quoted: str = graphviz.nohtml("\\n".join(map(printable, escaped.split("\n"))))
    return quoted


def _legend(scene: Scene) -> str:
    """The legend in words: Graphviz has no place for samples outside of the layout."""
    return " · ".join([words("key", look=words(_LOOKS[key.look]), meaning=key.text) for key in scene.legend])


def _add_boxes(graph: graphviz.Digraph, scene: Scene, parent: int | None) -> None:
    """The boxes within a box, or the outermost ones, each with its nodes and the boxes within it."""
    for i, cluster in enumerate(scene.clusters):
        if cluster.parent == parent:
            look = {
                "label": literal(cluster.title),
                "labeljust": "l",
                "fontsize": f"{TITLE_SIZE:g}",
                "margin": f"{CLUSTER_PADDING:g}",
                "style": "rounded,filled",
                "color": LIGHT["box-line"],
                "fillcolor": f"{LIGHT['box-fill']}0f",
            }
            with graph.subgraph(name=f"cluster_{i}", graph_attr=look) as box:
                for k in cluster.members:
                    box.node(f"n_{k}")
                _add_boxes(box, scene, i)


def _of_node(node: SceneNode) -> dict[str, str]:
    attributes = {"label": literal("\n".join([plain(line, node.name) for line in node.lines]))}
    attributes["shape"] = _SHAPES.get(node.role, "box")
    if node.role != "gap":
        attributes["style"] = _STYLES.get(node.role, "filled")
        line = "highlight" if node.highlighted else "astray" if node.astray else f"{node.role}-line"
        attributes["color"] = LIGHT[line]
        attributes["fillcolor"] = LIGHT[f"{node.role}-fill" if node.level is None else f"level-{node.level}"]
    if node.role == "loss":
        attributes["peripheries"] = "2"
    if node.highlighted or node.astray:
        attributes["penwidth"] = "3"
    for mark in node.marks:
        attributes |= _OF_MARKS.get(mark, {})
    return attributes


def _of_edge(edge: SceneEdge, most: float) -> dict[str, str]:
    attributes = {"label": literal(edge.label)} if edge.label else {}
    if edge.weight is not None:
        negative = edge.weight < 0
        attributes |= {"dir": "none", "color": LIGHT["negative" if negative else "positive"]}
        attributes["penwidth"] = f"{line_width(edge.weight, most):.2f}"
        if negative:
            attributes["style"] = "dashed"
    if edge.highlighted:
        attributes |= {"color": LIGHT["highlight"], "penwidth": "2.6"}
    for mark in edge.marks:
        attributes |= _OF_MARKS.get(mark, {})
    return attributes


def plain(line: Line, name: str = "") -> str:
    """A line as text alone: a node's name as text has it, an exponent of digits raised, another one after ``^``."""
    runs, parts = line.runs, []
    of_name = tuple(name_runs(name)) if name else ()
    if of_name and runs[: len(of_name)] == of_name:
        runs, parts = runs[len(of_name) :], [one_line(name)]
    for text, style in runs:
        if style == "superscript" and not text.startswith("["):  # the layer of a name, as in w11[2]
            text = raised(text) if set(text) <= set("−0123456789") else f"^{text}"
        elif style == "subscript":
            text = lowered(text) if text.isdecimal() else f"_{text}"
        parts.append(text)
    return "".join(parts)
