"""The scene: what a picture shows, before and after it is laid out.

`autograd.drawing.build` makes a scene of a graph; a layout engine gives its parts their places; a renderer draws them.
A scene knows roles and numbers, but no colour and no file format.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import fsum
from typing import Final, Literal, NamedTuple, TypeAlias

from autograd.drawing.lettering import Run, width_of
from autograd.engine.value import Value

Point: TypeAlias = "tuple[float, float]"
Role: TypeAlias = Literal[
    "input", "target", "parameter", "leaf", "constant", "operation", "loss", "folded", "outside", "neuron", "gap"
]
Kind: TypeAlias = Literal["symbol", "formula", "value", "gradient", "note"]

FONT_SIZES: dict[Kind, float] = {"symbol": 15.0, "formula": 12.5, "value": 12.5, "gradient": 12.5, "note": 10.5}
"""The font size of each kind of line, in points."""
LEADING = 1.25
DIVIDER = 4.0
"""The room for the line between a value and its gradient."""
GRADIENT_LEVELS = 5
_PADDING = 8.0
LINE_WIDTHS: Final = (0.6, 5.0)
"""How thick a line is that stands for a weight, of 0 and of the largest."""
_ROOM: dict[Role, tuple[float, float]] = {  # what a shape needs beside a rectangle around its text
    "input": (1.28, 1.22),  # an ellipse
    "target": (1.22, 1.1),  # a hexagon
    "leaf": (1.06, 1.0),  # round at both ends
    "outside": (1.04, 1.0),  # a signpost
}


class Line(NamedTuple):
    """One line of text in a node."""

    kind: Kind
    runs: tuple[Run, ...]

    @property
    def text(self) -> str:
        """The line without its styles."""
        return "".join([run.text for run in self.runs])


@dataclass(slots=True, eq=False)
class SceneNode:
    """A node of a picture.

    Attributes:
        index: its place in ``scene.nodes``.
        value: the Value it stands for; a float for a constant; None for one that stands for several.
        role: what it is in the computation; every role has its own shape and colour. In the scene of a group "outside"
            is what stands outside of the group, from which an arrow comes into it, or to which one leads.
        symbol: the operation's mathematical symbol; empty for a leaf.
        name: the name that was found for it; empty if there is none.
        lines: the text in it, from top to bottom.
        inside: of a group, what makes the scene of what is in it, not laid out yet; the same scene every time.
        highlighted: whether it is stressed.
        astray: whether it is the first with a value, or a gradient, that is no finite number.
        level: the size of its gradient, from 0 to `GRADIENT_LEVELS`, where colour shows that; else None.
        members: the Values that it stands for.
        marks: its part in a step, of a picture at a step: see `autograd.drawing.moments`.
        x, y: the centre, in points from the upper left corner, once laid out.
        width, height: its size in points.
    """

    index: int
    value: Value | float | None
    role: Role
    symbol: str = ""
    name: str = ""
    lines: tuple[Line, ...] = ()
    inside: Callable[[], Scene] | None = None
    highlighted: bool = False
    astray: bool = False
    level: int | None = None
    members: tuple[Value, ...] = ()
    marks: tuple[str, ...] = ()
    x: float = 0.0
    y: float = 0.0
    width: float = 0.0
    height: float = 0.0


@dataclass(slots=True, eq=False)
class SceneEdge:
    """An arrow from an operand to its result.

    Attributes:
        index: its place in ``scene.edges``.
        source, target: the indices of the operand and of the result.
        position: which operand it is, from 0.
        local: the local derivative d(target)/d(source); None where no gradient flows.
        order: which operand it is, as text, where one must be told so; else empty.
        label: the text beside it, which begins with that; empty for none.
        weight: a number that its thickness shows, for a line without a head; None for an arrow.
        highlighted: whether it is stressed.
        marks: its part in a step, as those of a node.
        points: once laid out, the path: where it starts, and three points for each cubic Bezier curve.
        label_at: once laid out, the centre of the label.
    """

    index: int
    source: int
    target: int
    position: int = 0
    local: float | None = None
    order: str = ""
    label: str = ""
    weight: float | None = None
    highlighted: bool = False
    marks: tuple[str, ...] = ()
    points: list[Point] = field(default_factory=list)
    label_at: Point | None = None


@dataclass(slots=True, eq=False)
class Cluster:
    """A box around nodes: a layer, or a neuron in it.

    Attributes:
        title: what stands above it.
        members: the indices of all nodes in it, those of inner boxes too.
        parent: the place in ``scene.clusters`` of the box around it; None for an outermost one.
        x, y, width, height: once laid out, its centre and size; the width stays 0.0 for a box that is not drawn.
        title_x: once laid out, where its title begins, below its upper side.
    """

    title: str
    members: list[int]
    parent: int | None = None
    x: float = 0.0
    y: float = 0.0
    width: float = 0.0
    height: float = 0.0
    title_x: float = 0.0


@dataclass(slots=True, eq=False)
class Key:
    """A line of the legend: a sample of a look, and what it means.

    Attributes:
        look: a role, whose shape and colour it shows; or of lines that stand for weights their sign, or thickness.
        text: what that means.
        hollow: whether the shape is not filled, since fills mean something else.
        circle: whether the ellipse is one.
        x, y: the middle of the sample, once laid out; the text stands to its right.
    """

    look: Role | Literal["positive", "negative", "thickness"]
    text: str
    hollow: bool = False
    circle: bool = False
    x: float = 0.0
    y: float = 0.0


@dataclass(slots=True, eq=False)
class Scene:
    """Everything a picture shows.

    Attributes:
        nodes: in topological order, operands before results.
        edges: in the order of their targets and, at one target, of the operands.
        clusters: boxes; an outer one stands before those in it.
        legend: what the shapes, colours and lines mean, below the picture; empty for none.
        note: a line below that; empty for none.
        description: what is to be seen, for those who cannot see it.
        width, height: of the whole picture in points once it is laid out; 0.0 before.
    """

    nodes: list[SceneNode] = field(default_factory=list)
    edges: list[SceneEdge] = field(default_factory=list)
    clusters: list[Cluster] = field(default_factory=list)
    legend: list[Key] = field(default_factory=list)
    note: str = ""
    description: str = ""
    width: float = 0.0
    height: float = 0.0

    @property
    def heaviest(self) -> float:
        """The absolute value of the largest weight; 0.0 where no line stands for one."""
        return max([abs(edge.weight) for edge in self.edges if edge.weight is not None], default=0.0)

    def add_node(self, value: Value | float | None, role: Role, lines: tuple[Line, ...]) -> SceneNode:
        """Append a node with the size that its text needs."""
        node = SceneNode(len(self.nodes), value, role, lines=lines)
        node.width, node.height = _size(role, lines)
        self.nodes.append(node)
        return node

    def make_room(self, node: SceneNode, line: Line) -> None:
        """Widen a node so that this line, too, has room in it."""
        node.width = max(node.width, _size(node.role, (line,))[0])

    def add_edge(self, source: int, target: int, position: int = 0) -> SceneEdge:
        """Append an edge."""
        edge = SceneEdge(len(self.edges), source, target, position)
        self.edges.append(edge)
        return edge


def line_width(weight: float, heaviest: float) -> float:
    """How thick the line is that stands for a weight, where the largest one has the absolute value ``heaviest``."""
    thinnest, thickest = LINE_WIDTHS
    return thinnest + (thickest - thinnest) * abs(weight) / heaviest if heaviest else thinnest


def line_heights(lines: Sequence[Line]) -> list[float]:
    """The height of each line of a node, with that of the divider above the gradient, where there is one."""
    return [
        FONT_SIZES[line.kind] * LEADING + (DIVIDER if i and line.kind == "gradient" else 0.0)
        for i, line in enumerate(lines)
    ]


def _size(role: Role, lines: tuple[Line, ...]) -> tuple[float, float]:
    """The width and height of a node."""
    width = max([width_of(line.runs, FONT_SIZES[line.kind]) for line in lines], default=0.0)
    height = fsum(line_heights(lines))
    wider, higher = _ROOM.get(role, (1.0, 1.0))
    if role == "constant":
        return max(width + _PADDING, 20.0), height + _PADDING / 2
    return max(width * wider + 2 * _PADDING, 44.0), height * higher + _PADDING
