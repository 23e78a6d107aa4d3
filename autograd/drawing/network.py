"""`network_scene`: a neural network as the textbooks draw it, circles in columns. Imports the scene and its helpers.

A network is recognised by what it has (``layers``, each with ``neurons``, each with ``row``), so that this package
does not know the one that defines it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import hypot
from typing import Any

from autograd.drawing.build import check_max_nodes, colour_by_gradient, number, stressed_values
from autograd.drawing.lettering import Run, name_runs, width_of
from autograd.drawing.scene import Cluster, Line, Scene, SceneNode
from autograd.drawing.spacing import CLUSTER_PADDING, NODE_GAP, TITLE_HEIGHT, TITLE_SIZE
from autograd.value import Value

MOST_CIRCLES = 40
_SMALLEST_COLUMN = 3  # the first circle, the gap and the last one
_DIAMETER = 40.0
_BETWEEN_COLUMNS = 90.0


@dataclass(frozen=True, slots=True)
class Weights:
    """A fully connected layer: for each neuron its weights and its bias, and what the layer's activation is called."""

    rows: list[tuple[Value, ...]]
    activation: str


def weights_of(model: Any) -> list[Weights] | None:
    """The layers of a network, a layer or a neuron; None for anything else."""
    if hasattr(model, "row"):
        layers: Sequence[Any] = [[model]]
    elif hasattr(model, "neurons"):
        layers = [model.neurons]
    elif hasattr(model, "layers"):
        layers = [getattr(layer, "neurons", ()) for layer in model.layers]
    else:
        return None
    owners = model.layers if hasattr(model, "layers") else [model]
    found = [
        Weights([tuple(neuron.row) for neuron in neurons], _activation(owner))
        for neurons, owner in zip(layers, owners, strict=True)
    ]
    return found if found and all(layer.rows for layer in found) else None


def network_scene(
    layers: Sequence[Weights],
    *,
    biases: bool = False,
    weights: bool = False,
    highlight: Value | Iterable[Value] | None = None,
    gradients_as_colour: bool = False,
    max_nodes: int = MOST_CIRCLES,
    digits: int = 4,
) -> Scene:
    """The scene of a network, laid out.

    Arguments:
        layers: from `weights_of`.
        biases: whether each circle shows the bias of its neuron.
        weights: whether each line shows its weight.

    The other arguments, and what is raised, are those of `autograd.drawing.draw`.
    """
    check_max_nodes(max_nodes)
    builder = _Builder(layers, max_nodes, digits)
    for k in range(len(builder.sizes)):
        builder.add_column(k, biases)
    for k in range(1, len(builder.sizes)):
        builder.add_lines(k, weights)
    scene = builder.scene
    shape = " → ".join(map(str, builder.sizes))
    notes = []
    if any(node.role == "gap" for node in scene.nodes):
        notes.append(
            f"{sum(builder.sizes)} circles, large layers folded; max_nodes={sum(builder.sizes)} shows every one"
        )
    if gradients_as_colour:
        notes.append(colour_by_gradient(scene, builder.members, digits))
    builder.stress(highlight)
    builder.place()
    scene.note = ". ".join(notes)
    scene.description = (
        f"Neural network {shape}. Thick lines are large weights; solid blue ones are positive, dashed orange ones "
        f"negative. {scene.note}"
    ).strip()
    return scene


def _activation(owner: Any) -> str:
    activation = getattr(owner, "activation", None)
    return "" if activation is None else f"{activation!r}"


@dataclass(slots=True)
class _Builder:
    """Fills the scene of a network, column by column.

    Attributes:
        columns: for each layer, the inputs first, its circles: the number of the neuron, and the node.
        members: for each node of the scene, the parameters that it stands for.
    """

    layers: Sequence[Weights]
    max_nodes: int
    digits: int
    scene: Scene = field(default_factory=Scene)
    columns: list[list[tuple[int, SceneNode]]] = field(default_factory=list)
    members: list[tuple[Value, ...]] = field(default_factory=list)
    weight_of_edge: list[Value] = field(default_factory=list)

    @property
    def sizes(self) -> list[int]:
        """How many circles each column stands for."""
        return [len(self.layers[0].rows[0]) - 1, *[len(layer.rows) for layer in self.layers]]

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
            name = self.name_of(k, i)
            lines = [Line("value", tuple(name_runs(name)))]
            if biases and row:
                lines.append(Line("note", (Run(f"b = {number(row[-1].data, self.digits)}"),)))
            node = self.scene.add_node(None, "neuron" if k else "input", tuple(lines))
            node.name = name
            node.width = node.height = max(_DIAMETER, width_of(lines[-1].runs, 10.5) + 10.0)
            self.members.append(row)
            column.append((i, node))
        self.columns.append(column)
        kind = "input" if k == 0 else "output" if k == last else "hidden"
        number_of_layer = f" {k}" if kind == "hidden" and last > 2 else ""
        activation = f" · {self.layers[k - 1].activation}" if k and self.layers[k - 1].activation else ""
        members = list(range(start, len(self.scene.nodes)))
        self.scene.clusters.append(Cluster(f"{kind} layer{number_of_layer}{activation}", members))

    def name_of(self, k: int, i: int) -> str:
        """What textbooks call the output of circle ``i`` in column ``k``: x1, h2[1], y."""
        last = len(self.sizes) - 1
        if k == last:
            return f"y{i + 1}" if self.sizes[k] > 1 else "y"
        return f"x{i + 1}" if k == 0 else f"h{i + 1}" if last == 2 else f"h{i + 1}[{k}]"

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

    def stress(self, highlight: Value | Iterable[Value] | None) -> None:
        """Stress the lines of the weights, and the circles of the biases, that were asked for."""
        parameters = {parameter for layer in self.layers for row in layer.rows for parameter in row}
        stressed = stressed_values(highlight, parameters, "parameters of the network")
        for edge, weight in zip(self.scene.edges, self.weight_of_edge, strict=True):
            edge.highlighted = weight in stressed
        for node, row in zip(self.scene.nodes, self.members, strict=True):
            node.highlighted = bool(row) and row[-1] in stressed

    def place(self) -> None:
        """Stand the columns side by side, each centred, and draw straight lines between the circles."""
        scene, x = self.scene, 0.0
        for cluster in scene.clusters:
            nodes = [scene.nodes[i] for i in cluster.members]
            title = width_of([Run(cluster.title)], TITLE_SIZE) + 16.0
            cluster.width = max(title, max(node.width for node in nodes) + 2 * CLUSTER_PADDING)
            height = sum(node.height + NODE_GAP for node in nodes) - NODE_GAP
            cluster.height = height + 2 * CLUSTER_PADDING + TITLE_HEIGHT
            cluster.x, cluster.y = x + cluster.width / 2, -TITLE_HEIGHT / 2
            y = -height / 2
            for node in nodes:
                node.x, node.y = cluster.x, y + node.height / 2
                y += node.height + NODE_GAP
            x += cluster.width + _BETWEEN_COLUMNS
        for edge in scene.edges:
            a, b = scene.nodes[edge.source], scene.nodes[edge.target]
            dx, dy = b.x - a.x, b.y - a.y
            length = hypot(dx, dy)
            places = (a.width / 2 / length, 1 / 3, 2 / 3, 1.0 - b.width / 2 / length)
            edge.points = [(a.x + dx * place, a.y + dy * place) for place in places]
