"""`to_svg`: the one renderer of scenes as SVG, whatever engine laid them out.

It carries its style sheet. Its colours are CSS custom properties (``--cr-ink``, ``--cr-input-fill`` ...), which
a page can set; they follow the reader's preference for dark or light, and a notebook's theme where the picture stands
in the page itself. It has no ids, so that several fit on one page.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from autograd.derivation.styles import printable
from autograd.drawing.lettering import Run
from autograd.drawing.palette import DARK, LIGHT
from autograd.drawing.paths import with_head
from autograd.drawing.scene import FONT_SIZES, LEADING, Cluster, Point, Scene, SceneEdge, SceneNode
from autograd.drawing.spacing import LABEL_SIZE, TITLE_SIZE

_ROLES = ("input", "target", "parameter", "constant", "operation", "loss", "folded", "neuron")
_CORNERS = {"operation": 9.0, "loss": 9.0, "folded": 4.0, "constant": 3.0, "parameter": 0.0}
_THICKEST, _THINNEST = 5.0, 0.6  # lines that stand for weights
_SHIFT = {"subscript": 0.26, "superscript": -0.36}


def to_svg(scene: Scene) -> str:
    """A laid-out scene as an SVG element.

    Every node is a ``<g class="node role-parameter" data-node="3">``, every edge a ``<g class="edge" data-edge="5"
    data-source="3" data-target="7">``, where the numbers are the indices in the scene.

    Arguments:
        scene: a scene that `autograd.drawing.layout.lay_out` has laid out.
    """
    width, height = f"{scene.width:.0f}", f"{scene.height:.0f}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chainrule" role="img" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" aria-label="{_text(scene.description)}">',
        f"<style>{style_sheet()}</style>",
        f'<rect class="page" width="{width}" height="{height}" rx="6"/>',
    ]
    parts += [_cluster(cluster) for cluster in scene.clusters if cluster.width]
    heaviest = max([abs(edge.weight) for edge in scene.edges if edge.weight is not None], default=0.0)
    parts += [_edge(edge, heaviest) for edge in scene.edges]
    parts += [_label(edge) for edge in scene.edges if edge.label and edge.label_at]  # above all lines
    parts += [_node(node) for node in scene.nodes]
    if scene.note:
        x, y = scene.width / 2, scene.height - LABEL_SIZE
        parts.append(f'<text class="remark" x="{x:.1f}" y="{y:.1f}">{_text(scene.note)}</text>')
    return "".join([*parts, "</svg>"])


def line_width(weight: float, heaviest: float) -> float:
    """How thick the line is that stands for a weight, where the largest one has the absolute value ``heaviest``."""
    return _THINNEST + (_THICKEST - _THINNEST) * abs(weight) / heaviest if heaviest else _THINNEST


def style_sheet() -> str:
    """The style sheet that every picture carries."""
    light, dark = _properties(LIGHT), _properties(DARK)
    rules = [
        f"svg.chainrule{{{light}}}",
        "@media not print{",  # paper is light
        f"@media (prefers-color-scheme:dark){{svg.chainrule{{{dark}}}}}",
        # the theme of a notebook, and the one that the stepper found out, which the picture in its shadow root follows
        f"[data-jp-theme-light=true] svg.chainrule,.vscode-light svg.chainrule,:host([data-theme=light]) svg.chainrule"
        f"{{{light}}}",
        f"[data-jp-theme-light=false] svg.chainrule,.vscode-dark svg.chainrule,:host([data-theme=dark]) svg.chainrule"
        f"{{{dark}}}",
        "}",
        _RULES,
    ]
    rules += [f".chainrule .role-{r} .shape{{fill:var(--cr-{r}-fill);stroke:var(--cr-{r}-line)}}" for r in _ROLES]
    rules += [f".chainrule .level-{i} .shape{{fill:var(--cr-level-{i})}}" for i in range(6)]
    rules += [f".chainrule .level-{i} text{{fill:var(--cr-ink)}}" for i in range(3, 6)]  # grey is too faint on these
    return "".join([*rules, _HIGHLIGHTS])


def _properties(colours: dict[str, str]) -> str:
    return "".join([f"--cr-{name}:{colour};" for name, colour in colours.items()])


_RULES = (
    ".chainrule{font-family:'Helvetica Neue',Helvetica,Arial,'Liberation Sans',sans-serif;max-width:100%;height:auto}"
    ".chainrule .page{fill:var(--cr-page)}"
    ".chainrule text{fill:var(--cr-ink);text-anchor:middle;white-space:pre}"
    ".chainrule .italic{font-family:'STIX Two Text','Times New Roman','Liberation Serif',serif;font-style:italic;"
    "font-size:1.1em}"
    ".chainrule .small{font-size:.72em}"
    + "".join([f".chainrule .{kind}{{font-size:{size}px}}" for kind, size in FONT_SIZES.items()])
    + ".chainrule .symbol{font-weight:600}"
    ".chainrule .gradient,.chainrule .note,.chainrule .remark,.chainrule .title{fill:var(--cr-quiet)}"
    f".chainrule .remark,.chainrule .label{{font-size:{LABEL_SIZE}px}}"
    f".chainrule .title{{font-size:{TITLE_SIZE}px;text-anchor:start}}"
    ".chainrule .shape{stroke-width:1.3}"
    ".chainrule .role-constant .shape{stroke-dasharray:2 2.5}"
    ".chainrule .role-parameter .shape{stroke-width:1.8}"
    ".chainrule .rim{fill:none;stroke:var(--cr-loss-line);stroke-width:1.3}"
    ".chainrule .line{fill:none;stroke:var(--cr-edge);stroke-width:1.2}"
    ".chainrule .head{fill:var(--cr-edge)}"
    ".chainrule .label{paint-order:stroke;stroke:var(--cr-page);stroke-width:7px;stroke-linejoin:round}"
    ".chainrule .role-gap text{paint-order:stroke;stroke:var(--cr-page);stroke-width:6px;stroke-linejoin:round}"
    ".chainrule .box{fill:var(--cr-box-fill);stroke:var(--cr-box-line)}"
    ".chainrule .positive .line{stroke:var(--cr-positive)}"
    ".chainrule .negative .line{stroke:var(--cr-negative);stroke-dasharray:7 4}"
)
_HIGHLIGHTS = (
    ".chainrule .highlighted .shape{stroke:var(--cr-highlight);stroke-width:3}"
    ".chainrule .highlighted .line{stroke:var(--cr-highlight);stroke-width:2.6}"
    ".chainrule .highlighted .head{fill:var(--cr-highlight)}"
)
"""After the colours of the roles, which they replace."""


# --- parts -----------------------------------------------------------------------------------------------------


def _node(node: SceneNode) -> str:
    classes = ["node", f"role-{node.role}"]
    if node.highlighted:
        classes.append("highlighted")
    if node.level is not None:
        classes.append(f"level-{node.level}")
    parts = [f'<g class="{" ".join(classes)}" data-node="{node.index}">', _shape(node)]
    y = node.y - sum([FONT_SIZES[line.kind] * LEADING for line in node.lines]) / 2
    for line in node.lines:
        size = FONT_SIZES[line.kind]
        baseline = y + size * (LEADING / 2 + 0.35)
        y += size * LEADING
        parts.append(f'<text class="{line.kind}" x="{node.x:.1f}" y="{baseline:.1f}">{_runs(line.runs, size)}</text>')
    return "".join([*parts, "</g>"])


def _shape(node: SceneNode) -> str:
    """The outline that tells the node's role."""
    x, y, w, h = node.x, node.y, node.width / 2, node.height / 2
    if node.role == "gap":
        return ""
    if node.role in ("input", "neuron"):
        return f'<ellipse class="shape" cx="{x:.1f}" cy="{y:.1f}" rx="{w:.1f}" ry="{h:.1f}"/>'
    if node.role == "target":
        inner = w - h / 2
        corners = [
            (x - w, y),
            (x - inner, y - h),
            (x + inner, y - h),
            (x + w, y),
            (x + inner, y + h),
            (x - inner, y + h),
        ]
        return f'<polygon class="shape" points="{_points(corners)}"/>'
    outline = _rectangle("shape", x, y, w, h, _CORNERS[node.role])
    if node.role == "loss":
        outline += _rectangle("rim", x, y, w - 3.0, h - 3.0, _CORNERS["loss"] - 3.0)
    return outline


def _edge(edge: SceneEdge, heaviest: float) -> str:
    classes = ["edge"]
    if edge.highlighted:
        classes.append("highlighted")
    if edge.weight is not None:
        classes.append("negative" if edge.weight < 0 else "positive")
    head, width = "", ""
    path = edge.points
    if edge.weight is None:
        path, corners = with_head(edge.points)
        head = f'<polygon class="head" points="{_points(corners)}"/>'
    else:
        width = f' style="stroke-width:{line_width(edge.weight, heaviest):.2f}"'
    start, *rest = path
    line = f"M{start[0]:.1f},{start[1]:.1f}C{_points(rest)}"
    return (
        f'<g class="{" ".join(classes)}" data-edge="{edge.index}" data-source="{edge.source}" '
        f'data-target="{edge.target}"><path class="line" d="{line}"{width}/>{head}</g>'
    )


def _label(edge: SceneEdge) -> str:
    """The text beside an edge."""
    x, y = edge.label_at or (0.0, 0.0)
    return f'<text class="label" x="{x:.1f}" y="{y + 0.35 * LABEL_SIZE:.1f}">{_text(edge.label)}</text>'


def _cluster(cluster: Cluster) -> str:
    x, y = cluster.x - cluster.width / 2, cluster.y - cluster.height / 2
    title = _text(cluster.title)
    return (
        f'<g class="cluster">{_rectangle("box", cluster.x, cluster.y, cluster.width / 2, cluster.height / 2, 8.0)}'
        f'<text class="title" x="{x + 8:.1f}" y="{y + 1.35 * TITLE_SIZE:.1f}">{title}</text></g>'
    )


def _rectangle(name: str, x: float, y: float, w: float, h: float, corner: float) -> str:
    place = f'x="{x - w:.1f}" y="{y - h:.1f}" width="{2 * w:.1f}" height="{2 * h:.1f}"'
    return f'<rect class="{name}" {place} rx="{corner:g}"/>'


def _runs(runs: Iterable[Run], size: float) -> str:
    """The pieces of a line, each in its style."""
    parts: list[str] = []
    shift = 0.0  # of the baseline, so far
    for text, style in runs:
        wanted = _SHIFT.get(style, 0.0) * size
        move = f' dy="{wanted - shift:.1f}"' if wanted != shift else ""
        shift = wanted
        name = {"italic": "italic", "upright": ""}.get(style, "small")
        attributes = (f' class="{name}"' if name else "") + move
        parts.append(f"<tspan{attributes}>{_text(text)}</tspan>" if attributes else _text(text))
    return "".join(parts)


def _points(points: Iterable[Point]) -> str:
    return " ".join([f"{x:.1f},{y:.1f}" for x, y in points])


def _text(text: str) -> str:
    """Text as SVG holds it: marks escaped, and what XML forbids replaced."""
    return escape(printable(text))
