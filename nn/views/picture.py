"""`network_scene`: a neural network as the textbooks draw it, circles in columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import hypot
from typing import Any

from autograd.derivation.words import words
from autograd.drawing.build import colour_by_gradient, number, stressed_values
from autograd.drawing.layout import finish
from autograd.drawing.layout.spacing import CLUSTER_PADDING, NODE_GAP, TITLE_HEIGHT, TITLE_INDENT, title_width
from autograd.drawing.legend import legend_of
from autograd.drawing.lettering import Run, name_runs, width_of
from autograd.drawing.scene import FONT_SIZES, Cluster, Line, Point, Role, Scene, SceneNode, line_heights
from autograd.engine.value import Value
from nn.views.example import Example
from nn.views.network import Weights, circle_name, sizes_of, target_name, weights_of

MOST_CIRCLES = 40
_SMALLEST_COLUMN = 3  # the first circle, the gap and the last one
_DIAMETER = 40.0
_BETWEEN_COLUMNS = 90.0


def network_scene(
    model: Any,
    *,
    biases: bool = False,
    weights: bool = False,
    highlight: Value | Iterable[Value] | None = None,
    gradients_as_colour: bool = False,
    legend: bool = True,
    max_nodes: int = MOST_CIRCLES,
    digits: int = 4,
    example: Example | None = None,
) -> Scene:
    """The scene of a network, laid out.

    Arguments:
        model: a network, a layer or a neuron.
        biases: whether each circle shows the bias of its neuron.
        weights: whether each line shows its weight.
        example: the network at work, whose numbers each circle then shows; targets and loss stand beside the outputs.

    The other arguments, and what is raised, are those of `autograd.drawing.draw`.
    """
    layers = weights_of(model, "draw takes a Value, a list of Values, or a model with layers")
    builder = _Builder(layers, sizes_of(layers), max_nodes, digits, example)
    for k in range(len(builder.sizes)):
        builder.add_column(k, biases)
    for k in range(1, len(builder.sizes)):
        builder.add_lines(k, weights)
    if example is not None:
        builder.add_loss(example)
    scene = builder.scene
    shape = " → ".join(map(str, builder.sizes))
    notes = []
    if example is None and any(node.role == "gap" for node in scene.nodes):
        notes.append(words("circles", count=sum(builder.sizes)))
    if gradients_as_colour:
        parameters = {p: p.grad or 0.0 for members in builder.members for p in members}
        note = colour_by_gradient(scene, builder.members, parameters, digits)
        notes.append(note if any(parameters.values()) else words("call_backward", note=note))
    builder.stress(highlight)
    builder.place()
    scene.legend = legend_of(scene) if legend else []
    scene.note = ". ".join(notes)
    scene.description = f"{words('neural_network', shape=shape)} {scene.note}".strip()
    return finish(scene)


@dataclass(slots=True)
class _Builder:
    """Fills the scene of a network, column by column.

    Attributes:
        sizes: how many circles each column stands for.
        columns: for each layer, the inputs first, its circles: the number of the neuron, and the node.
        members: for each node of the scene, the parameters that it stands for.
        weight_of_edge: for each edge of the scene from the first on, the weight that it stands for.
        beyond: the loss and the targets, which stand to the right of the last column.
    """

    layers: Sequence[Weights]
    sizes: Sequence[int]
    max_nodes: int
    digits: int
    example: Example | None = None
    scene: Scene = field(default_factory=Scene)
    columns: list[list[tuple[int, SceneNode]]] = field(default_factory=list)
    members: list[tuple[Value, ...]] = field(default_factory=list)
    weight_of_edge: list[Value] = field(default_factory=list)
    beyond: list[list[SceneNode]] = field(default_factory=list)

    def add_column(self, k: int, biases: bool) -> None:
        """Add the circles of column ``k``, of which 0 is the inputs, and the box around them."""
        size, last = self.sizes[k], len(self.sizes) - 1
        room = size if sum(self.sizes) <= self.max_nodes else max(_SMALLEST_COLUMN, self.max_nodes // len(self.sizes))
        first = size if size <= room else room - 2
        column: list[tuple[int, SceneNode]] = []
        start = len(self.scene.nodes)
        for i in [*range(first), *([size - 1] if first < size else [])]:
            if i >= first:
                gap = (Line("value", (Run("⋮"),)), Line("note", (Run(f"{size - first - 1} more"),)))
                self.scene.add_node(None, "gap", gap)
                self.members.append(())
            row = self.layers[k - 1].rows[i] if k else ()
            name = circle_name(self.sizes, k, i)
            lines = [Line("value", tuple(name_runs(name)))]
            if biases and row:
                lines.append(Line("note", (Run(f"b = {number(row[-1].data, self.digits)}"),)))
            role: Role = "neuron" if k else "input"
            if self.example is None:
                node = self.scene.add_node(None, role, tuple(lines))
                node.width = node.height = max(_DIAMETER, width_of(lines[-1].runs, 10.5) + 10.0)
            else:
                neuron = self.example.layers[k - 1][i] if k else None
                value = self.example.inputs[i] if neuron is None else neuron.a
                node = self.add_number(value, name, role, neuron and self.example.gradient_of(neuron.z))
                node.width = node.height = _diameter(node.lines)
            node.name = name
            self.members.append(row)
            column.append((i, node))
        self.columns.append(column)
        hidden = "hidden_layer_number" if last > 2 else "hidden_layer"
        title = words("input_layer" if k == 0 else "output_layer" if k == last else hidden, number=k)
        activation = f" · {self.layers[k - 1].activation}" if k and self.layers[k - 1].activation else ""
        members = list(range(start, len(self.scene.nodes)))
        self.scene.clusters.append(Cluster(title + activation, members))

    def add_lines(self, k: int, weights: bool) -> None:
        """Add the lines into column ``k``, one for each weight between two circles that are shown."""
        for j, target in self.columns[k]:
            row = self.layers[k - 1].rows[j]
            for i, source in self.columns[k - 1]:
                edge = self.scene.add_edge(source.index, target.index, i)
                edge.weight = row[i].data
                self.weight_of_edge.append(row[i])
                if weights:
                    edge.label = number(edge.weight, self.digits)

    def add_number(self, value: Value, name: str, role: Role, delta: float | None = None) -> SceneNode:
        """A node with a name and a number, and for a neuron the delta below."""
        lines = [Line("symbol", tuple(name_runs(name))), Line("value", (Run(number(value.data, self.digits)),))]
        if delta is not None:
            lines.append(Line("gradient", (Run(f"δ {number(delta, self.digits)}"),)))
        node = self.scene.add_node(value, role, tuple(lines))
        node.name = name
        return node

    def add_loss(self, example: Example) -> None:
        """Add the loss, to the right of the outputs, and the targets, to the right of the loss."""
        outputs = self.columns[-1]
        loss = self.add_number(example.loss, "L", "loss")
        targets = [(i, self.add_number(example.targets[i], target_name(self.sizes, i), "target")) for i, _ in outputs]
        self.members += [()] * (1 + len(targets))
        self.beyond = [[loss], [target for _, target in targets]]
        for _, source in (*outputs, *targets):
            self.scene.add_edge(source.index, loss.index)

    def stress(self, highlight: Value | Iterable[Value] | None) -> None:
        """Stress the lines of the weights, and the circles of the biases, that were asked for."""
        parameters = {parameter for layer in self.layers for row in layer.rows for parameter in row}
        stressed = stressed_values(highlight, parameters, "parameters", "network")
        for edge, weight in zip(self.scene.edges, self.weight_of_edge, strict=False):
            edge.highlighted = weight in stressed
        for node, row in zip(self.scene.nodes, self.members, strict=True):
            node.highlighted = bool(row) and row[-1] in stressed

    def place(self) -> None:
        """Stand the columns side by side, each centred, and draw straight lines between the circles."""
        scene, x = self.scene, 0.0
        if self.example is not None:
            circles = [node for column in self.columns for _, node in column]
            largest = max(node.width for node in circles)
            for node in circles:
                node.width = node.height = largest
        in_column = [[scene.nodes[i] for i in cluster.members] for cluster in scene.clusters]
        heights = [sum(node.height + NODE_GAP for node in nodes) - NODE_GAP for nodes in in_column]
        for cluster, nodes, height in zip(scene.clusters, in_column, heights, strict=True):
            title = title_width(cluster.title) + 2 * TITLE_INDENT
            cluster.width = max(title, max(node.width for node in nodes) + 2 * CLUSTER_PADDING)
            cluster.height = max(heights) + 2 * CLUSTER_PADDING + TITLE_HEIGHT  # all titles stand above all lines
            cluster.x, cluster.y = x + cluster.width / 2, -TITLE_HEIGHT / 2
            cluster.title_x = x + TITLE_INDENT
            y = -height / 2
            for node in nodes:
                node.x, node.y = cluster.x, y + node.height / 2
                y += node.height + NODE_GAP
            x += cluster.width + _BETWEEN_COLUMNS
        rows = [node.y for _, node in self.columns[-1]]
        for column in self.beyond:
            widest = max(node.width for node in column)
            x += widest / 2 - _BETWEEN_COLUMNS / 3
            for node, y in zip(column, rows if len(column) == len(rows) else [0.0], strict=True):
                node.x, node.y = x, y
            x += widest / 2 + _BETWEEN_COLUMNS
        for edge in scene.edges:
            a, b = scene.nodes[edge.source], scene.nodes[edge.target]
            if edge.weight is None:  # into the loss, a box
                side = 1.0 if b.x > a.x else -1.0
                start, end = (a.x + side * a.width / 2, a.y), (b.x - side * b.width / 2, b.y)
            else:
                length = hypot(b.x - a.x, b.y - a.y)
                start, end = _between(a, b, a.width / 2 / length), _between(a, b, 1.0 - b.width / 2 / length)
            dx, dy = end[0] - start[0], end[1] - start[1]
            edge.points = [(start[0] + dx * place, start[1] + dy * place) for place in (0.0, 1 / 3, 2 / 3, 1.0)]


def _diameter(lines: Sequence[Line]) -> float:
    """The diameter of a circle around lines of text."""
    heights = line_heights(lines)
    y = -sum(heights) / 2
    reach = 0.0
    for line, height in zip(lines, heights, strict=True):
        far = max(abs(y + 0.12 * height), abs(y + 0.88 * height))
        reach = max(reach, hypot(width_of(line.runs, FONT_SIZES[line.kind]) / 2, far))
        y += height
    return max(_DIAMETER, 2 * reach + 4.0)


def _between(a: SceneNode, b: SceneNode, share: float) -> Point:
    """The point at a share of the way from one centre to another."""
    return a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share
