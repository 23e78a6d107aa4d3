r"""`dot_lines` and `placed_dot`: a scene in Graphviz's language DOT. Imports the scene and the palette.

Text is written so that Graphviz shows it as it is: neither ``\N`` nor ``&lt;`` nor ``<b>`` mean anything in it.
"""

from __future__ import annotations

from collections.abc import Iterator

from autograd.derivation.styles import printable, raised
from autograd.drawing.engines import GRAPHVIZ_SHAPES
from autograd.drawing.palette import LIGHT
from autograd.drawing.paths import place_labels
from autograd.drawing.scene import Cluster, Line, Role, Scene, SceneEdge, SceneNode
from autograd.drawing.spacing import (
    CLUSTER_PADDING,
    LABEL_SIZE,
    NODE_GAP,
    TITLE_SIZE,
    column_gap,
    label_width,
    minimum_lengths,
)
from autograd.drawing.svg import line_width

_STYLES: dict[Role, str] = {"operation": "filled,rounded", "loss": "filled,rounded", "constant": "filled,dashed"}
_BARE = {"shape": "box", "style": "filled", "fillcolor": LIGHT["page"], "color": LIGHT["page"]}  # text on no lines
_FONT = 'fontname="Helvetica,Arial,sans-serif"'


def dot_lines(scene: Scene) -> list[str]:
    """The statements of the DOT source, a line each.

    Arguments:
        scene: a scene; its places do not matter.
    """
    graph = {"rankdir": "LR", "nodesep": f"{NODE_GAP / 72:.4f}", "ranksep": f"{column_gap(scene) / 72:.4f}"}
    if scene.note:
        graph |= {"label": scene.note, "labelloc": "b"}
    lines = [
        f"\tgraph [{_FONT} fontsize={LABEL_SIZE:g} {_attributes(graph)}]\n",
        f'\tnode [{_FONT} fontsize=12 fontcolor="{LIGHT["ink"]}"]\n',
        f'\tedge [{_FONT} fontsize={LABEL_SIZE:g} color="{LIGHT["edge"]}" arrowsize=0.7]\n',
    ]
    lines += _boxes(scene.clusters)
    lines += [f"\tn_{node.index} [{_attributes(_of_node(node))}]\n" for node in scene.nodes]
    heaviest = max([abs(edge.weight) for edge in scene.edges if edge.weight is not None], default=0.0)
    for edge, length in zip(scene.edges, minimum_lengths(scene), strict=True):
        attributes = _of_edge(edge, heaviest)
        if length > 1:
            attributes["minlen"] = str(length)
        ends = f"n_{edge.source} -> n_{edge.target}"
        lines.append(f"\t{ends} [{_attributes(attributes)}]\n" if attributes else f"\t{ends}\n")
    return lines


def placed_dot(scene: Scene) -> str:
    """DOT of a scene that stands where it was placed, with straight lines: what Graphviz paints as PNG or PDF.

    Left to itself Graphviz puts the nodes of a column in another order, and bends the lines. With places given it
    knows no boxes, and puts every label at the middle of its line; so these are nodes of their own here.

    Arguments:
        scene: a scene whose nodes and lines have their places.
    """
    place_labels(scene)
    graph = {"layout": "neato", "splines": "line", "outputorder": "edgesfirst", "pad": "0.1"}
    if scene.note:
        graph |= {"label": scene.note, "labelloc": "b"}
    lines = [f"\tgraph [{_FONT} fontsize={LABEL_SIZE:g} {_attributes(graph)}]\n"]
    lines.append(f'\tnode [{_FONT} fontsize=12 fontcolor="{LIGHT["ink"]}"]\n')
    for i, box in enumerate(scene.clusters):
        look = {"label": "", "shape": "box", "style": "rounded,filled"}
        look |= {"color": LIGHT["box-line"], "fillcolor": LIGHT["box-fill"]}
        title = {"label": box.title, "shape": "plaintext", "fontsize": f"{TITLE_SIZE:g}"}
        top = box.y - box.height / 2 + CLUSTER_PADDING + TITLE_SIZE / 2
        lines.append(f"\tbox_{i} [{_attributes(look | _at(box.x, box.y, box.width, box.height))}]\n")
        lines.append(f"\ttitle_{i} [{_attributes(title | _at(box.x, top, box.width, TITLE_SIZE))}]\n")
    for node in scene.nodes:
        placed = _of_node(node) | (_BARE if node.role == "gap" else {})
        placed |= _at(node.x, node.y, node.width, node.height)
        lines.append(f"\tn_{node.index} [{_attributes(placed)}]\n")
    heaviest = max([abs(edge.weight) for edge in scene.edges if edge.weight is not None], default=0.0)
    for edge in scene.edges:
        attributes = _of_edge(edge, heaviest)
        if edge.label and edge.label_at:
            del attributes["label"]
            text = {"label": edge.label, "fontsize": f"{LABEL_SIZE:g}"}
            where = _at(*edge.label_at, label_width(edge.label), LABEL_SIZE + 1.0)
            lines.append(f"\tlabel_{edge.index} [{_attributes(_BARE | text | where)}]\n")
        lines.append(f"\tn_{edge.source} -> n_{edge.target} [{_attributes(attributes)}]\n")
    return "digraph {\n" + "".join(lines) + "}\n"


def _at(x: float, y: float, width: float, height: float) -> dict[str, str]:
    """A place and a size, in inches and upwards, that Graphviz keeps."""
    size = {"width": f"{width / 72:.4f}", "height": f"{height / 72:.4f}", "fixedsize": "true"}
    return {"pos": f"{x / 72:.4f},{-y / 72:.4f}!", **size}


def quoted(text: str) -> str:
    r"""Text as a DOT string that Graphviz shows unchanged; what cannot be printed becomes a space.

    Example:
        >>> print(quoted('a "b" & \\N'))
        "a \"b\" &amp; \\N"
    """
    escaped = text.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "\\n".join(map(printable, escaped.split("\n"))) + '"'


def _attributes(attributes: dict[str, str]) -> str:
    return " ".join([f"{name}={quoted(text)}" for name, text in attributes.items()])


def _of_node(node: SceneNode) -> dict[str, str]:
    label = "\n".join([_plain(line) for line in node.lines])
    if node.role == "gap":
        return {"label": label, "shape": "plaintext"}
    fill = LIGHT[f"{node.role}-fill"] if node.level is None else LIGHT[f"level-{node.level}"]
    attributes = {
        "label": label,
        "shape": GRAPHVIZ_SHAPES.get(node.role, "box"),
        "style": _STYLES.get(node.role, "filled"),
        "color": LIGHT["highlight" if node.highlighted else f"{node.role}-line"],
        "fillcolor": fill,
    }
    if node.role == "loss":
        attributes["peripheries"] = "2"
    if node.highlighted:
        attributes["penwidth"] = "3"
    return attributes


def _plain(line: Line) -> str:
    """A line as text alone: an exponent of digits stands raised, another one after ``^``."""
    parts = []
    for text, style in line.runs:
        if style == "superscript" and not text.startswith("["):  # the layer of a name, as in w11[2]
            text = raised(text) if set(text) <= set("−0123456789") else f"^{text}"
        parts.append(text)
    return "".join(parts)


def _of_edge(edge: SceneEdge, heaviest: float) -> dict[str, str]:
    attributes = {"label": edge.label} if edge.label else {}
    if edge.weight is not None:
        negative = edge.weight < 0
        attributes |= {"dir": "none", "color": LIGHT["negative" if negative else "positive"]}
        attributes["penwidth"] = f"{line_width(edge.weight, heaviest):.2f}"
        if negative:
            attributes["style"] = "dashed"
    if edge.highlighted:
        attributes |= {"color": LIGHT["highlight"], "penwidth": "2.6"}
    return attributes


def _boxes(clusters: list[Cluster]) -> Iterator[str]:
    """Each box with its nodes; an inner box within the outer one, which stands before it."""
    open_boxes: list[int] = []
    for i, cluster in enumerate(clusters):
        while open_boxes and open_boxes[-1] != cluster.parent:
            yield "\t" * len(open_boxes) + "}\n"
            open_boxes.pop()
        open_boxes.append(i)
        indent = "\t" * len(open_boxes)
        colours = f'style="rounded,filled" color="{LIGHT["box-line"]}" fillcolor="{LIGHT["box-fill"]}"'
        yield f"{indent}subgraph cluster_{i} {{\n"
        yield f"{indent}\tgraph [label={quoted(cluster.title)} labeljust=l fontsize={TITLE_SIZE:g} "
        yield f"margin={CLUSTER_PADDING:g} {colours}]\n"
        yield f"{indent}\t{' '.join([f'n_{k}' for k in cluster.members])}\n"
    for depth in range(len(open_boxes), 0, -1):
        yield "\t" * depth + "}\n"
