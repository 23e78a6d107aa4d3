"""`build_scene`: from a graph of Values to what a picture of it shows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from graphlib import TopologicalSorter
from math import floor, inf, isfinite, isnan, log10, nan
from types import FrameType
from typing import Literal, NamedTuple, TypeAlias, get_args

from autograd.derivation.naming import CALLER, Caller, node_names
from autograd.derivation.words import words
from autograd.derivation.writing import significant
from autograd.drawing.folding import Group, folded
from autograd.drawing.heads import Heads, sign_runs
from autograd.drawing.legend import legend_of, said_of
from autograd.drawing.lettering import Run, name_runs
from autograd.drawing.neurons import Layer, row_and_inputs
from autograd.drawing.roles import Roles, find_roles, given_roles
from autograd.drawing.scene import GRADIENT_LEVELS, Cluster, Line, Role, Scene
from autograd.engine import primitives
from autograd.engine.graph import depth_of, gradients_of_all, steps, topological_order
from autograd.engine.value import Value

Fold: TypeAlias = Literal["repeat", "layer", "depth"]

MAX_NODES = 100


def build_scene(
    root: Value | Sequence[Value],
    names: Mapping[str, object] | Caller | None = CALLER,
    *,
    frame: FrameType | None = None,
    roles: Roles | None = None,
    legend: bool = True,
    local_derivatives: bool = False,
    highlight: Value | Iterable[Value] | None = None,
    formulas: bool = True,
    values: bool = True,
    gradients: bool = True,
    gradients_as_colour: bool = False,
    max_nodes: int = MAX_NODES,
    fold: Fold = "repeat",
    digits: int = 4,
) -> Scene:
    """The scene of a graph, not laid out yet.

    Arguments:
        frame: the caller whose variables give the names where ``names`` is `CALLER`; None for labels alone.

    The other arguments, and what is raised, are those of `autograd.drawing.draw`.
    """
    roots = _roots(root)
    order = sorted(dict.fromkeys(node for r in roots for node in topological_order(r)), key=depth_of)
    if fold not in get_args(Fold):
        raise ValueError(f"fold must be 'repeat', 'layer' or 'depth', not {fold!r}")
    names_of = node_names(roots, names, frame)
    role_of, layers = find_roles(order, roots, given_roles(roles, set(order), names_of))

    notes: list[str] = []
    folding = None
    if len(order) > max_nodes:
        folding = folded(order, layers, role_of, max_nodes, fold)
        notes.append(words(folding.way, count=len(order)))

    reached = gradients_of_all(roots[0]) if len(roots) == 1 else {}
    gradient_of = {node: reached.get(node, 0.0) for node in order} if reached else {}
    shown = gradient_of if gradients else {}
    first = _first_astray(order, gradient_of if gradients or gradients_as_colour else {})
    heads = Heads(names_of, digits, formulas)
    builder = _Builder(names_of, role_of, digits, heads, values, shown, first)
    builder.add_units(order, folding.groups if folding else ())
    builder.add_edges(local_derivatives)
    if folding is None:
        builder.add_clusters(layers)
    for title, members in folding.boxes if folding else ():
        builder.add_clusters(layers, set(members), builder.add_box(title, members))
    scene = builder.scene
    if gradients_as_colour:
        if not reached:
            raise ValueError(
                f"gradients_as_colour shows the gradients of one result, not of {len(roots)}; draw one, or their sum"
            )
        notes.append(colour_by_gradient(scene, builder.members, gradient_of, digits))
    _highlight(scene, builder.index_of, highlight)
    scene.note = ". ".join(notes)
    results = [f"{names_of.get(r, words('the_result'))} = {number(r.data, digits)}" for r in roots[:4]]
    what, nodes, arrows = words("and").join(results), len(scene.nodes), len(scene.edges)
    scene.legend = legend_of(scene) if legend else []
    of_numbers = [node.role for node in scene.nodes if type(node.value) is float]
    astray = [
        f"{names_of.get(node) or words('a_node_without_name')}: {note}."
        for node, found in first.items()
        for note in found
    ]
    what_is_drawn = words("computation_graph", what=what, nodes=nodes, arrows=arrows)
    sentences = [what_is_drawn, *said_of([*role_of.values(), *of_numbers]), *astray, scene.note]
    scene.description = " ".join(sentences)
    return scene


def stressed_values(
    highlight: Value | Iterable[Value] | None, known: Container[Value], kind: str, whole: str
) -> list[Value]:
    """What ``highlight`` asks for; ValueError for anything that is not drawn."""
    stressed = [highlight] if isinstance(highlight, (Value, str)) else list(highlight or ())
    for node in stressed:
        if not isinstance(node, Value) or node not in known:
            what = node.describe() if isinstance(node, Value) else f"{node!r:.60}"
            raise ValueError(
                f"highlight takes {kind} of the {whole} that is drawn; {what} is not in it"
                + ("; write the variable itself, without quotes" if isinstance(node, str) else "")
            )
    return stressed


def number(x: float, digits: int) -> str:
    """A number as a picture shows it."""
    return significant(x, digits).replace("-", "−")


def _roots(root: Value | Sequence[Value]) -> list[Value]:
    roots = [root] if isinstance(root, Value) else list(root) if isinstance(root, (list, tuple)) else []
    if not roots or not all(isinstance(r, Value) for r in roots):
        raise TypeError(
            f"draw takes a Value or a list of Values, not {root!r:.60} ({type(root).__name__}); "
            "give it the result of an expression"
        )
    return roots


class _Operand(NamedTuple):
    """Where an arrow comes from, and which operand it is; what stands beside it in a picture."""

    source: int
    position: int = 0
    local: float | None = None
    mark: str = ""


class _Builder:
    """Fills a scene, and remembers which of its nodes stands for which Value.

    Attributes:
        members: for each node of the scene, the Values that it stands for.
        index_of: for each Value of the graph, the index of the node that stands for it.
    """

    def __init__(
        self,
        names: Mapping[Value, str],
        roles: Mapping[Value, Role],
        digits: int,
        heads: Heads,
        values: bool,
        gradients: Mapping[Value, float],
        first: Mapping[Value, Sequence[str]],
    ) -> None:
        self.scene = Scene()
        self.names = names
        self.roles = roles
        self.digits = digits
        self.heads = heads
        self.values = values
        self.gradients = gradients
        self.first = first
        self.members: list[tuple[Value, ...]] = []
        self.index_of: dict[Value, int] = {}
        self.operands: list[list[_Operand]] = []  # of each node
        self.shared: dict[tuple[int, int], int] = {}  # the nodes of numbers that all neurons of a layer take as inputs

    # --- nodes -------------------------------------------------------------------------------------------------

    def add_units(self, order: Sequence[Value], groups: Sequence[Group]) -> None:
        """Add a node for every group, and for every Value in none, operands before results."""
        group_of = {node: group for group in groups for node in group.members}
        if not groups:
            for node in order:
                self.add_value(node)
            return
        sorter: TopologicalSorter[Value | Group] = TopologicalSorter()
        for node in order:
            unit = group_of.get(node, node)
            operands = dict.fromkeys(group_of.get(parent, parent) for parent in node.parents)
            sorter.add(unit, *[operand for operand in operands if operand is not unit])
        for unit in sorter.static_order():
            if isinstance(unit, Group):
                self.add_group(unit)
            else:
                self.add_value(unit)

    def add_value(self, node: Value) -> None:
        """A node for one Value, and before it one for each constant that it needs."""
        head = self.heads.of(node)
        operands = self.operands_of(node, head.marks if head else {})
        name = self.names.get(node, "")
        lines = [head.line] if head else []
        data = number(node.data, self.digits)
        if name:
            lines.append(Line("value", (*name_runs(name), *([Run(f" = {data}")] if self.values else []))))
        elif self.values or not node.depth:  # a leaf without a name is known by its number alone
            lines.append(Line("value", (Run(data),)))
        if node in self.gradients:
            shown = words("gradient", number=number(self.gradients[node], self.digits))
            lines.append(Line("gradient", (Run(shown),)))
        lines += [Line("note", (Run(note),)) for note in self.first.get(node, ())]
        drawn = self.scene.add_node(node, self.roles.get(node, "operation"), tuple(lines))
        drawn.name, drawn.symbol = name, "".join([run.text for run in sign_runs(node)])
        drawn.members = (node,)
        drawn.astray = node in self.first
        self.index_of[node] = drawn.index
        self.members.append((node,))
        self.operands.append(operands)

    def add_group(self, group: Group) -> None:
        """A node for several Values."""
        inside = set(group.members)
        parents = [parent for node in group.members for parent in node.parents if parent not in inside]
        sources = dict.fromkeys(self.index_of[parent] for parent in parents)
        numbers = {
            (k, id(x)): None
            for node in group.members
            if node.op is primitives.dot
            for k, x in enumerate(row_and_inputs(node)[1])
            if type(x) is float
        }
        if numbers:
            line = Line("value", (Run(words("inputs", count=len(numbers))),))
            sources[self.add_numbers(None, "input", (line,))] = None
        lines = [Line("value", (Run(group.title),)), *[Line("note", (Run(note),)) for note in group.notes if note]]
        slopes = [abs(self.gradients.get(node, 0.0)) for node in group.members if not node.depth]
        if any(slopes):
            lines.append(Line("gradient", (Run(words("gradients_up_to", number=number(max(slopes), self.digits))),)))
        notes = [Line("note", (Run(note),)) for node in group.members for note in self.first.get(node, ())]
        drawn = self.scene.add_node(None, "folded", (*lines, *notes))
        drawn.name, drawn.astray, drawn.members = group.title, bool(notes), group.members
        self.index_of.update(dict.fromkeys(group.members, drawn.index))
        self.members.append(group.members)
        self.operands.append([_Operand(source) for source in sources])

    def add_numbers(self, value: float | None, role: Role, lines: tuple[Line, ...]) -> int:
        """A node for a constant, or for several."""
        self.members.append(())
        self.operands.append([])
        return self.scene.add_node(value, role, lines).index

    def operands_of(self, node: Value, marks: Mapping[int, str]) -> list[_Operand]:
        """The operands, constants among them, which get their nodes here."""
        operands = node.operands
        first_input = len(operands) - len(operands) // 2 if node.op is primitives.dot else len(operands)
        partials = iter(node.partials)
        found: list[_Operand] = []
        for position, operand in enumerate(operands):
            if isinstance(operand, Value):
                found.append(_Operand(self.index_of[operand], position, next(partials), marks.get(position, "")))
            elif position >= first_input:
                key = (position - first_input, id(operand))
                if key not in self.shared:
                    self.shared[key] = self.constant(operand, "input")
                found.append(_Operand(self.shared[key], position))
            elif not _shown_in_symbol(node, position):
                found.append(_Operand(self.constant(operand, "constant"), position))
        return found

    def constant(self, x: float, role: Role) -> int:
        """A node for a number that has no gradient."""
        return self.add_numbers(x, role, (Line("value", (Run(number(x, self.digits)),)),))

    # --- edges and boxes -----------------------------------------------------------------------------------------

    def add_edges(self, local_derivatives: bool) -> None:
        """An arrow from every operand; a single one between two nodes of which one is folded."""
        for target, operands in enumerate(self.operands):
            seen: set[int] = set()
            for source, position, local, mark in operands:
                folded = "folded" in (self.scene.nodes[source].role, self.scene.nodes[target].role)
                if folded and source in seen:
                    continue
                seen.add(source)
                edge = self.scene.add_edge(source, target, position)
                edge.local = None if folded else local
                edge.order = "" if folded else mark
                slope = number(edge.local, self.digits) if local_derivatives and edge.local is not None else ""
                edge.label = f"{edge.order} {slope}".strip()

    def add_box(self, title: str, members: Iterable[Value]) -> int:
        """A box around nodes, and around the constants that these alone need; its place in ``scene.clusters``."""
        inside = {self.index_of[node] for node in members}
        users: defaultdict[int, set[int]] = defaultdict(set)
        for target, operands in enumerate(self.operands):
            for operand in operands:
                users[operand.source].add(target)
        inside.update([i for i, values in enumerate(self.members) if not values and users[i] and users[i] <= inside])
        self.scene.clusters.append(Cluster(title, sorted(inside)))
        return len(self.scene.clusters) - 1

    def add_clusters(
        self, layers: Iterable[Layer], among: Container[Value] | None = None, parent: int | None = None
    ) -> None:
        """A box for every layer of several neurons, and one for every neuron.

        Arguments:
            among: the nodes that are in a box; all by default. A neuron gets one if its parameters are among them.
            parent: the place in ``scene.clusters`` of the box around these.
        """
        clusters = self.scene.clusters
        for layer in layers:
            inside = {node for node in layer.nodes if among is None or node in among}
            boxes = [
                {self.index_of[n] for n in (*neuron.parameters, *neuron.sums, *neuron.activations) if n in inside}
                for neuron in layer.neurons
            ]
            uses = Counter(w for neuron in layer.neurons for w in {*row_and_inputs(neuron.sums[0])[0]})
            shared = {self.index_of[w] for w, count in uses.items() if count > 1 and isinstance(w, Value)}
            for neuron, members in zip(layer.neurons, boxes, strict=True):
                for node in inside.intersection(neuron.sums):  # a constant weight stands beside the others
                    operands = self.operands[self.index_of[node]]
                    members.update(x.source for x in operands if self.scene.nodes[x.source].role == "constant")
            outer = parent
            if len(boxes) > 1 and any(boxes):
                outer = len(clusters)
                over_all = {self.index_of[node] for node in inside.intersection(layer.shared)}
                clusters.append(Cluster(layer.title, sorted(over_all.union(*boxes)), parent))
            for i, (neuron, members) in enumerate(zip(layer.neurons, boxes, strict=True), 1):
                own = sorted(members - shared)
                if inside.issuperset(neuron.parameters) and own:
                    title = layer.title if len(boxes) == 1 else words("neuron_number", number=i)
                    clusters.append(Cluster(title, own, outer))


# --- operations ------------------------------------------------------------------------------------------------


def _shown_in_symbol(node: Value, position: int) -> bool:
    """Whether a constant operand is a part of the symbol: an exponent, or which output of a softmax it is."""
    return (node.op is primitives.power and position == 1) or (node.op is primitives.softmax and position == 0)


# --- what is stressed --------------------------------------------------------------------------------------------


def _first_astray(order: Sequence[Value], gradients: Mapping[Value, float]) -> dict[Value, list[str]]:
    """The first node whose value is not finite and, on the way back, the first whose gradient is not: what to say."""
    found: dict[Value, list[str]] = {}
    node = next((node for node in order if not isfinite(node.data)), None)
    if node is not None:
        found[node] = [words("first_forward", number=number(node.data, 1))]
    if not all(map(isfinite, gradients.values())):
        handed = (to for step in steps(order[-1]) for to in step.contributions)
        first = next((to for to in handed if not isfinite(to.total)), None)
        if first is not None:
            found.setdefault(first.parent, []).append(words("first_reverse", number=number(first.total, 1)))
    return found


def colour_by_gradient(
    scene: Scene, members: Sequence[tuple[Value, ...]], gradients: Mapping[Value, float], digits: int
) -> str:
    """Give every node the level of its gradient, and say what the levels mean.

    Arguments:
        members: for each node of the scene the Values that it stands for.
        gradients: of each of these.
    """
    of_each = [[abs(gradients[v]) for v in values] for values in members]
    sizes = [max([size for size in of_one if not isnan(size)], default=nan) for of_one in of_each]
    if not any(size > 0.0 for size in sizes):
        return words("no_gradients")
    largest = max([size for size in sizes if 0.0 < size < inf], default=1.0)
    for node, size in zip(scene.nodes, sizes, strict=True):
        if not isnan(size):
            node.level = _level(size, largest)
    most = max([size for size in sizes if not isnan(size)])
    return words("colour", number=number(most, digits))


def _level(size: float, largest: float) -> int:
    """`GRADIENT_LEVELS` for the largest gradient, one less for each power of ten below it; 0 for 0."""
    if not size or size >= largest:
        return GRADIENT_LEVELS if size else 0
    # the logarithms are rounded: a tenth is exactly one less also where they are not
    return max(0, GRADIENT_LEVELS + floor(log10(size) - log10(largest) + 1e-12))


def _highlight(scene: Scene, index_of: Mapping[Value, int], highlight: Value | Iterable[Value] | None) -> None:
    """Stress the nodes asked for, the operations without a name that lie between them, and the arrows of all these."""
    asked = {index_of[node] for node in stressed_values(highlight, index_of, "nodes", "graph")}
    after: set[int] = set()  # what is reached from a node asked for, through nodes without a name alone
    before: set[int] = set()  # and what reaches one so
    for edge in scene.edges:
        if (edge.source in asked or edge.source in after) and not scene.nodes[edge.target].name:
            after.add(edge.target)
    for edge in reversed(scene.edges):
        if (edge.target in asked or edge.target in before) and not scene.nodes[edge.source].name:
            before.add(edge.source)
    for index in asked | (after & before):
        scene.nodes[index].highlighted = True
    for edge in scene.edges:
        edge.highlighted = scene.nodes[edge.source].highlighted and scene.nodes[edge.target].highlighted
