"""`to_svg`: the one renderer of scenes as SVG.

Every part carries its colours as attributes, so that the picture looks the same in every program. A style sheet, which
browsers alone read, replaces them by CSS custom properties (``--cr-ink``, ``--cr-input-fill`` ...), which a page can
set; they follow the reader's preference for dark or light, and a notebook's theme where the picture stands in the page
itself. The picture has no ids, so that several fit on one page.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from html import escape
from math import fsum, hypot, sqrt

from autograd.derivation.styles import printable
from autograd.drawing.layout.keys import SAMPLE_HEIGHT, SAMPLE_WIDTH, text_place
from autograd.drawing.layout.spacing import LABEL_SIZE, TITLE_SIZE, label_width
from autograd.drawing.lettering import SMALL, Run
from autograd.drawing.palette import DARK, LIGHT, OF_STEPS
from autograd.drawing.scene import (
    DIVIDER,
    FONT_SIZES,
    GRADIENT_LEVELS,
    LEADING,
    Cluster,
    Key,
    Point,
    Scene,
    SceneEdge,
    SceneNode,
    line_heights,
    line_width,
)

FONT = (
    "'STIX Two Text','STIX Two Math',Cambria,'Libertinus Serif','Noto Serif','Times New Roman','Liberation Serif',"
    "'DejaVu Serif',serif"
)
"""Serif, as mathematics is set: of every system one that has its letters and signs."""
_CORNERS = {"operation": 9.0, "loss": 9.0, "folded": 4.0, "constant": 3.0, "parameter": 0.0}
_HEAD_LENGTH, _HEAD_WIDTH = 7.0, 5.6
_SHIFT = {"subscript": 0.26, "superscript": -0.36}
_ROLES = ("input", "target", "parameter", "leaf", "constant", "operation", "loss", "folded", "outside", "neuron")

_LOOKS: dict[str, dict[str, str]] = {
    "page": {"fill": "page"},
    "box": {"fill": "box-fill", "fill-opacity": "0.06", "stroke": "box-line"},
    "title": {"fill": "quiet", "font-size": f"{TITLE_SIZE:g}", "text-anchor": "start"},
    "symbol": {"fill": "ink", "font-size": f"{FONT_SIZES['symbol']:g}", "font-weight": "600"},
    "formula": {"fill": "ink", "font-size": f"{FONT_SIZES['formula']:g}", "font-weight": "600"},
    "value": {"fill": "ink", "font-size": f"{FONT_SIZES['value']:g}"},
    "gradient": {"fill": "gradient", "font-size": f"{FONT_SIZES['gradient']:g}"},
    "note": {"fill": "quiet", "font-size": f"{FONT_SIZES['note']:g}"},
    "remark": {"fill": "quiet", "font-size": f"{LABEL_SIZE:g}"},
    "label": {"fill": "ink", "font-size": f"{LABEL_SIZE:g}"},
    "meaning": {"fill": "quiet", "font-size": f"{LABEL_SIZE:g}", "text-anchor": "start"},
    "shape": {"stroke-width": "1.3"},
    **{f"role-{role} shape": {"fill": f"{role}-fill", "stroke": f"{role}-line"} for role in _ROLES},
    **{f"level-{i} shape": {"fill": f"level-{i}"} for i in range(GRADIENT_LEVELS + 1)},
    **{f"level-{i} {kind}": {"fill": "ink"} for i in (2, 3, 4, 5) for kind in ("gradient", "note")},  # else too faint
    "rim": {"fill": "none", "stroke": "loss-line", "stroke-width": "1.3"},
    **{f"role-{role} divider": {"fill": "none", "stroke": f"{role}-line", "stroke-width": "0.8"} for role in _ROLES},
    "line": {"fill": "none", "stroke": "edge", "stroke-width": "1.2"},
    "head": {"fill": "edge"},
    "positive line": {"stroke": "positive"},
    "negative line": {"stroke": "negative", "stroke-dasharray": "7 4"},
    "astray shape": {"stroke": "astray", "stroke-width": "3"},
    "astray note": {"fill": "astray", "font-weight": "600"},
    "highlighted shape": {"stroke": "highlight", "stroke-width": "3"},
    "highlighted line": {"stroke": "highlight", "stroke-width": "2.6"},
    "highlighted head": {"fill": "highlight"},
}
"""How a part looks by its class, or by the class of its group and its own; a later row goes before an earlier one."""
_LOOKS["role-constant shape"]["stroke-dasharray"] = "2 2.5"
_LOOKS["role-outside shape"]["stroke-dasharray"] = "4 2.5"
_LOOKS["role-parameter shape"]["stroke-width"] = "1.8"
_LOOKS_AT_A_STEP: dict[str, dict[str, str]] = {
    "unknown shape": {"fill": "page", "stroke": "edge"},
    "unknown rim": {"stroke": "edge"},
    "unknown divider": {"stroke": "edge"},
    **{f"unknown {kind}": {"fill": "quiet"} for kind in ("symbol", "formula", "value", "note")},
    "back line": {"stroke": "edge", "stroke-width": "0.7"},
    **{f"beside-{way} shape": {"stroke": way, "stroke-width": "2"} for way in ("forward", "reverse")},
    **{f"current-{way} shape": {"stroke": way, "stroke-width": "3.5"} for way in ("forward", "reverse")},
    **{f"washed-{way} shape": {"fill": f"{way}-wash"} for way in ("forward", "reverse")},
    **{f"lit-{way} line": {"stroke": way, "stroke-width": "2.6"} for way in ("forward", "reverse")},
    **{f"lit-{way} head": {"fill": way} for way in ("forward", "reverse")},
    **{f"astray-{kind} shape": {"stroke": "astray", "stroke-width": "3"} for kind in ("value", "gradient")},
    **{f"astray-{kind} {kind}": {"fill": "astray", "font-weight": "700"} for kind in ("value", "gradient")},
}
"""The same by the marks that a part has in a picture at a step; these go before all others."""


@cache
def _look(name: str, *groups: str) -> str:
    """The attributes of a part with this class, in a group with those classes."""
    look: dict[str, str] = {}
    for selector, attributes in (*_LOOKS.items(), *_LOOKS_AT_A_STEP.items()):
        *outer, own = selector.split()
        if own == name and set(outer) <= set(groups):
            look |= attributes
    return f'class="{name}" ' + " ".join([f'{key}="{LIGHT.get(value, value)}"' for key, value in look.items()])


@cache
def style_sheet(at_a_step: bool = False) -> str:
    """The style sheet that every picture carries: its colours, light and dark, for browsers.

    Arguments:
        at_a_step: whether it is for a picture at a step.
    """
    light, dark = (
        "".join([f"--cr-{name}:{colour};" for name, colour in theme.items() if at_a_step or name not in OF_STEPS])
        for theme in (LIGHT, DARK)
    )
    rules = [
        "@supports(--a:0){",  # other programs stumble over custom properties, and skip what they do not know
        f"svg.chainrule{{{light}max-width:100%;height:auto}}",
        "@media not print{",  # paper is light
        f"@media (prefers-color-scheme:dark){{svg.chainrule{{{dark}}}}}",
        # the theme of a notebook, and the one that the stepper found out, which the picture in its shadow root follows
        f"[data-jp-theme-light=true] svg.chainrule,[data-vscode-theme-kind$=light] svg.chainrule,"
        f":host([data-theme=light]) svg.chainrule{{{light}}}",
        f"[data-jp-theme-light=false] svg.chainrule,[data-vscode-theme-kind]:not([data-vscode-theme-kind$=light]) "
        f"svg.chainrule,:host([data-theme=dark]) svg.chainrule{{{dark}}}",
        "}",
    ]
    for selector, attributes in {**_LOOKS, **(_LOOKS_AT_A_STEP if at_a_step else {})}.items():
        colours = [f"{key}:var(--cr-{value})" for key, value in attributes.items() if value in LIGHT]
        if colours:
            rules.append(f".chainrule .{selector.replace(' ', ' .')}{{{';'.join(colours)}}}")
    return "".join([*rules, "}"])


def to_svg(scene: Scene, background: bool = True, style: bool = True) -> str:
    """A laid-out scene as an SVG element.

    Every node is a ``<g class="node role-parameter" data-node="3">``, every edge a ``<g class="edge" data-edge="5"
    data-source="3" data-target="7">``, where the numbers are the indices in the scene.

    Arguments:
        scene: a scene that `autograd.drawing.layout.lay_out` has laid out.
        background: whether it lies on a page.
        style: whether it carries its style sheet; several pictures in one page can share one.
    """
    width, height = f"{scene.width:.0f}", f"{scene.height:.0f}"
    at_a_step = any(node.marks for node in scene.nodes) or any(edge.marks for edge in scene.edges)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chainrule" role="img" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" aria-label="{_text(scene.description)}" font-family="{FONT}" '
        'text-anchor="middle" xml:space="preserve">',
        f"<style>{style_sheet(at_a_step)}</style>" if style else "",
    ]
    if background:
        parts.append(f'<rect {_look("page")} width="{width}" height="{height}" rx="6"/>')
    parts += [_cluster(cluster) for cluster in scene.clusters]
    heaviest = scene.heaviest
    parts += [_edge(edge, heaviest) for edge in scene.edges]
    parts += [_label(edge) for edge in scene.edges if edge.label and edge.label_at]  # above all lines
    parts += [_node(node) for node in scene.nodes]
    if scene.legend:
        parts += ['<g class="legend">', *[_key(key) for key in scene.legend], "</g>"]
    if scene.note:
        parts.append(_line_of_text("remark", scene.width / 2, scene.height - LABEL_SIZE, _text(scene.note)))
    return "".join([*parts, "</svg>"])


# --- parts -----------------------------------------------------------------------------------------------------


def _node(node: SceneNode) -> str:
    classes = [f"role-{node.role}", *node.marks]
    if node.level is not None:
        classes.append(f"level-{node.level}")
    if node.astray:
        classes.append("astray")
    if node.highlighted:
        classes.append("highlighted")
    parts = [f'<g class="node {" ".join(classes)}" data-node="{node.index}">', _shape(node, classes)]
    heights = line_heights(node.lines)
    y = node.y - fsum(heights) / 2
    for line, height in zip(node.lines, heights, strict=True):
        size = FONT_SIZES[line.kind]
        y += height
        if height > size * LEADING:
            parts.append(_divider(node, y - height + DIVIDER / 2, classes))
        baseline = y - size * (LEADING / 2 - 0.35)
        if line.runs:
            parts.append(_line_of_text(line.kind, node.x, baseline, written_runs(line.runs, size), classes))
    return "".join([*parts, "</g>"])


def _shape(node: SceneNode, classes: list[str]) -> str:
    """The outline that tells the node's role."""
    x, y, w, h = node.x, node.y, node.width / 2, node.height / 2
    look = _look("shape", *classes)
    if node.role == "gap":
        return _rectangle(_look("page"), x, y, w, h, 3.0)
    if node.role == "leaf":
        return _rectangle(look, x, y, w, h, h)
    if node.role in ("input", "neuron"):
        return f'<ellipse {look} cx="{x:.1f}" cy="{y:.1f}" rx="{w:.1f}" ry="{h:.1f}"/>'
    if node.role == "target":
        inner = w - h / 2
        right = [(x + inner, y - h), (x + w, y), (x + inner, y + h)]
        left = [(x - inner, y + h), (x - w, y), (x - inner, y - h)]
        return f'<polygon {look} points="{_points(right + left)}"/>'
    if node.role == "outside":
        top, bottom = [(x - w, y - h), (x + w - h / 2, y - h)], [(x + w - h / 2, y + h), (x - w, y + h)]
        return f'<polygon {look} points="{_points([*top, (x + w, y), *bottom])}"/>'
    corner = min(_CORNERS[node.role], 0.6 * h)  # that of a sample in the legend is smaller
    outline = _rectangle(look, x, y, w, h, corner)
    if node.role == "loss":
        outline += _rectangle(_look("rim", *classes), x, y, w - 3.0, h - 3.0, max(corner - 3.0, 1.0))
    return outline


def _divider(node: SceneNode, y: float, classes: list[str]) -> str:
    """The line between what the forward pass and what the reverse pass gives a node."""
    share = (y - node.y) / (node.height / 2)
    reach = node.width / 2
    if node.role in ("input", "neuron"):
        reach *= sqrt(1.0 - share**2)
    elif node.role == "target":
        reach -= abs(share) * node.height / 4
    elif node.role == "leaf":
        reach -= (1.0 - sqrt(1.0 - share**2)) * node.height / 2
    elif node.role == "loss":
        reach -= 3.0
    return f'<path {_look("divider", *classes)} d="M{node.x - reach:.1f},{y:.1f}H{node.x + reach:.1f}"/>'


def _key(key: Key) -> str:
    """A sample of a look and what it means."""
    x, y = text_place(key)
    text = f'<text {_look("meaning")} x="{x:.1f}" y="{y:.1f}">{_text(key.text)}</text>'
    left, right, half = key.x - SAMPLE_WIDTH / 2, key.x + SAMPLE_WIDTH / 2, SAMPLE_HEIGHT / 2
    if key.look == "thickness":
        corners = [(left, key.y - 0.5), (right, key.y - half + 2.0), (right, key.y + half - 2.0), (left, key.y + 0.5)]
        return f'<g class="key"><polygon {_look("head")} points="{_points(corners)}"/>{text}</g>'
    if key.look == "positive" or key.look == "negative":
        look = f'{_look("line", key.look)} style="stroke-width:2.5"'
        return f'<g class="key {key.look}"><path {look} d="M{left:.1f},{key.y:.1f}H{right:.1f}"/>{text}</g>'
    width = SAMPLE_HEIGHT if key.circle and key.look in ("input", "neuron") else SAMPLE_WIDTH
    sample = SceneNode(-1, None, key.look, x=key.x, y=key.y, width=width, height=SAMPLE_HEIGHT)
    classes = [f"role-{key.look}", *(["level-0"] if key.hollow else [])]
    return f'<g class="key {" ".join(classes)}">{_shape(sample, classes)}{text}</g>'


def _edge(edge: SceneEdge, heaviest: float) -> str:
    classes = [*edge.marks, *(["highlighted"] if edge.highlighted else [])]
    if edge.weight is not None:
        classes.append("negative" if edge.weight < 0 else "positive")
    head, look, path = "", _look("line", *classes), edge.points
    if edge.weight is None:
        path, corners = _with_head(edge.points)
        head = f'<polygon {_look("head", *classes)} points="{_points(corners)}"/>'
    elif "back" not in edge.marks:
        look += f' style="stroke-width:{line_width(edge.weight, heaviest):.2f}"'
    start, *rest = path
    line = f"M{start[0]:.1f},{start[1]:.1f}C{_points(rest)}"
    return (
        f'<g class="{" ".join(["edge", *classes])}" data-edge="{edge.index}" data-source="{edge.source}" '
        f'data-target="{edge.target}"><path {look} d="{line}"/>{head}</g>'
    )


def _with_head(points: list[Point]) -> tuple[list[Point], list[Point]]:
    """The path up to where its arrowhead begins, and the three corners of the head."""
    x, y = points[-1]
    fx, fy = next(((px, py) for px, py in reversed(points[:-1]) if hypot(x - px, y - py) > 0.5), (x - 1.0, y))
    length = hypot(x - fx, y - fy)
    ux, uy = (x - fx) / length, (y - fy) / length
    bx, by = x - _HEAD_LENGTH * ux, y - _HEAD_LENGTH * uy
    half = _HEAD_WIDTH / 2
    head = [(x, y), (bx - half * uy, by + half * ux), (bx + half * uy, by - half * ux)]
    start = bx + 0.8 * ux, by + 0.8 * uy  # the line ends a little inside of the head
    return [*points[:-1], start], head


def _label(edge: SceneEdge) -> str:
    """The text beside an edge, on a patch of the page that keeps lines away from it."""
    x, y = edge.label_at or (0.0, 0.0)
    patch = _rectangle(_look("page"), x, y, 0.44 * label_width(edge.label) + 1.5, LABEL_SIZE / 2 + 1.0, 3.0)
    return patch + _line_of_text("label", x, y + 0.35 * LABEL_SIZE, _text(edge.label))


def _cluster(cluster: Cluster) -> str:
    y = cluster.y - cluster.height / 2
    box = _rectangle(_look("box"), cluster.x, cluster.y, cluster.width / 2, cluster.height / 2, 8.0)
    title = _line_of_text("title", cluster.title_x, y + 1.35 * TITLE_SIZE, _text(cluster.title))
    return f'<g class="cluster">{box}{title}</g>'


def _rectangle(look: str, x: float, y: float, w: float, h: float, corner: float) -> str:
    place = f'x="{x - w:.1f}" y="{y - h:.1f}" width="{2 * w:.1f}" height="{2 * h:.1f}"'
    return f'<rect {look} {place} rx="{corner:g}"/>'


def _line_of_text(name: str, x: float, y: float, content: str, groups: Iterable[str] = ()) -> str:
    return f'<text {_look(name, *groups)} x="{x:.1f}" y="{y:.1f}">{content}</text>'


def written_runs(runs: Iterable[Run], size: float) -> str:
    """The pieces of a line, each in its style, as the content of a ``<text>`` of this font size."""
    parts: list[str] = []
    shift = 0.0  # of the baseline, so far
    for text, style in runs:
        attributes = ""
        if style == "italic":
            attributes = ' font-style="italic"'
        elif style in _SHIFT:
            attributes = f' font-size="{SMALL * size:.3g}"'
        wanted = _SHIFT.get(style, 0.0) * size
        if wanted != shift:
            attributes += f' dy="{wanted - shift:.1f}"'
        shift = wanted
        parts.append(f"<tspan{attributes}>{_text(text)}</tspan>" if attributes else _text(text))
    return "".join(parts)


def _points(points: Iterable[Point]) -> str:
    return " ".join([f"{x:.1f},{y:.1f}" for x, y in points])


def _text(text: str) -> str:
    """Text as SVG holds it: marks escaped, and what XML forbids replaced."""
    return escape(printable(text))
