"""`build_scene`: from a graph of Values to what a picture of it shows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from graphlib import TopologicalSorter
from math import floor, inf, isfinite, isnan, log10, nan
from types import FrameType
from typing import Literal, NamedTuple, TypeAlias, get_args

from autograd.derivation.naming import CALLER, Caller, node_names
from autograd.derivation.styles import TEXT, one_line
from autograd.derivation.words import words
from autograd.derivation.writing import significant
from autograd.drawing.division import MOST_CONSTANTS, divided
from autograd.drawing.folding import LEAVES, Folding, Group, folded
from autograd.drawing.heads import Heads, sign_runs
from autograd.drawing.legend import legend_of, said_of
from autograd.drawing.lettering import Run, name_runs
from autograd.drawing.neurons import Layer, Layers, row_and_inputs
from autograd.drawing.roles import Roles, find_roles, given_roles
from autograd.drawing.scene import GRADIENT_LEVELS, Cluster, Line, Role, Scene
from autograd.engine import primitives
from autograd.engine.graph import depth_of, gradients_of_all, steps, topological_order
from autograd.engine.value import Value

Fold: TypeAlias = Literal["repeat", "layer", "depth"]

MAX_NODES = 100
_MOST_OUTSIDE = 12  # of what a group takes from, and of what it gives to
_MOST_REPEATED, _FAR = 36, 6  # how often that stands there again, and after how many depths


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
    reached = gradients_of_all(roots[0]) if len(roots) == 1 else {}
    gradient_of = {node: reached.get(node, 0.0) for node in order} if reached else {}
    if gradients_as_colour and not reached:
        raise ValueError(
            f"gradients_as_colour shows the gradients of one result, not of {len(roots)}; draw one, or their sum"
        )
    results = [f"{names_of.get(r, words('the_result'))} = {number(r.data, digits)}" for r in roots[:4]]
    graph = _Graph(
        order=order,
        what=words("and").join(results),
        names=names_of,
        roles=role_of,
        layered=Layers(layers),
        gradients=gradient_of if gradients else {},
        shades=gradient_of if gradients_as_colour else None,
        first=_first_astray(order, gradient_of if gradients or gradients_as_colour else {}),
        stressed=stressed_values(highlight, set(order), "nodes", "graph"),
        formulas=formulas,
        values=values,
        local_derivatives=local_derivatives,
        legend=legend,
        fold=fold,
        digits=digits,
    )
    if len(order) <= max_nodes:
        builder = _Builder(graph)
        builder.add_units(order, ())
        builder.add_edges()
        builder.add_clusters(layers)
        return builder.finish([*role_of.values()])
    folding = folded(order, layers, role_of, max_nodes, fold)
    no_repeats = fold == "repeat" and folding.way == "folded_by_depth"
    builder = _Builder(graph, "layer" if no_repeats else fold)
    builder.add_units(order, folding.groups)
    builder.add_edges()
    builder.add_boxes(folding)
    return builder.finish([*role_of.values()], [words(folding.way, count=len(order))])


@dataclass(frozen=True, slots=True, eq=False)
class _Graph:
    """What all scenes of one graph share: what is known of its nodes, and how they are shown.

    Attributes:
        order: all nodes, operands before results.
        what: the results, with their values.
        names, roles: of the nodes that have one.
        layered: the layers that were found in it.
        gradients: of all nodes, where they are written.
        shades: of all nodes the gradients, where colour shows these; else None.
        first: what is said of the first nodes that go astray.
        stressed: the nodes to highlight.
    """

    order: Sequence[Value]
    what: str
    names: Mapping[Value, str]
    roles: Mapping[Value, Role]
    layered: Layers
    gradients: Mapping[Value, float]
    shades: Mapping[Value, float] | None
    first: Mapping[Value, Sequence[str]]
    stressed: Sequence[Value]
    formulas: bool
    values: bool
    local_derivatives: bool
    legend: bool
    fold: Fold
    digits: int
    users: dict[Value, list[Value]] = field(default_factory=dict)  # found when it is asked for

    def users_of(self, node: Value) -> Sequence[Value]:
        """The nodes that are computed from a node, each once."""
        if not self.users:
            self.users.update({node: [] for node in self.order})
            for user in self.order:
                for parent in dict.fromkeys(user.parents):
                    self.users[parent].append(user)
        return self.users[node]


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
    return TEXT.number(significant(x, digits))


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
        index_of: for each Value, the index of the node that stands for it. In the scene of a group also those outside.
        way: the first way of folding that is tried for what is in a group; empty where nothing is folded.
        group: the title of the group whose inside it is; empty for the whole graph.
    """

    def __init__(self, graph: _Graph, way: str = "", group: str = "") -> None:
        self.scene = Scene()
        self.graph = graph
        self.heads = Heads(graph.names, graph.digits, graph.formulas)
        self.way = way
        self.group = group
        self.members: list[tuple[Value, ...]] = []
        self.index_of: dict[Value, int] = {}
        self.operands: list[list[_Operand]] = []  # of each node
        self.near: dict[tuple[Value, Value], int] = {}  # of a node and an operand outside, the node that stands beside
        self.places: dict[int, str] = {}  # of what is outside: in which group or box it is
        self.shared: dict[object, int] = {}  # the nodes of numbers that several nodes take

    def finish(self, roles: Sequence[Role], notes: Iterable[str] = ()) -> Scene:
        """The scene, with its colours, what is stressed, its legend and its description.

        Arguments:
            roles: of the nodes in it.
            notes: what stands below it.
        """
        scene, graph, group = self.scene, self.graph, self.group
        notes = list(notes)
        if graph.shades is not None:
            sizes = list(map(abs, graph.shades.values()))
            own = [() if node.role == "outside" else m for node, m in zip(scene.nodes, self.members, strict=True)]
            notes.append(colour_by_gradient(scene, own, graph.shades, graph.digits, sizes))
        _highlight(scene, self.index_of, graph.stressed)
        said = ". ".join(notes)
        in_no_box = group and all(box.title != group for box in scene.clusters)
        scene.note = ". ".join([group, *notes]) if in_no_box else said
        scene.legend = legend_of(scene) if graph.legend else []
        of_numbers = [node.role for node in scene.nodes if type(node.value) is float]
        astray = [
            f"{graph.names.get(node) or words('a_node_without_name')}: {note}."
            for node, found in graph.first.items()
            if node in self.index_of and scene.nodes[self.index_of[node]].role != "outside"
            for note in found
        ]
        what = "inside_of_group" if group else "computation_graph"
        size = {"nodes": str(len(scene.nodes)), "arrows": str(len(scene.edges))}
        what_is_drawn = words(what, what=graph.what, title=group, **size)
        sentences = [what_is_drawn, *said_of([*roles, *of_numbers]), *astray]
        scene.description = " ".join([*sentences, said])
        return scene

    # --- nodes -------------------------------------------------------------------------------------------------

    def add_units(self, order: Sequence[Value], groups: Sequence[Group]) -> None:
        """Add a node for every group, and for every Value in none, operands before results."""
        if not groups:
            for node in order:
                self.add_value(node)
            return
        group_of = {node: group for group in groups for node in group.members}
        inside = set(order)
        sorter: TopologicalSorter[Value | Group] = TopologicalSorter()
        for node in order:
            unit = group_of.get(node, node)
            operands = dict.fromkeys(group_of.get(parent, parent) for parent in node.parents if parent in inside)
            sorter.add(unit, *[operand for operand in operands if operand is not unit])
        for unit in sorter.static_order():
            if isinstance(unit, Group):
                self.add_group(unit)
            else:
                self.add_value(unit)

    def add_value(self, node: Value) -> None:
        """A node for one Value, and before it one for each constant that it needs."""
        graph = self.graph
        head = self.heads.of(node)
        operands = self.operands_of(node, head.marks if head else {})
        name = graph.names.get(node, "")
        lines = [head.line] if head else []
        data = number(node.data, graph.digits)
        if name:
            lines.append(Line("value", (*name_runs(name), *([Run(f" = {data}")] if graph.values else []))))
        elif graph.values or not node.depth:  # a leaf without a name is known by its number alone
            lines.append(Line("value", (Run(data),)))
        if node in graph.gradients:
            shown = words("gradient", number=number(graph.gradients[node], graph.digits))
            lines.append(Line("gradient", (Run(shown),)))
        lines += [Line("note", (Run(note),)) for note in graph.first.get(node, ())]
        drawn = self.scene.add_node(node, graph.roles.get(node, "operation"), tuple(lines))
        drawn.name, drawn.symbol = name, "".join([run.text for run in sign_runs(node)])
        drawn.members = (node,)
        drawn.astray = node in graph.first
        self.index_of[node] = drawn.index
        self.members.append((node,))
        self.operands.append(operands)

    def add_group(self, group: Group) -> None:
        """A node for several Values, which knows what is in it."""
        graph = self.graph
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
            sources[self.several("input", "inputs", numbers)] = None
        lines = [Line("value", (Run(group.title),)), *[Line("note", (Run(note),)) for note in group.notes if note]]
        slopes = [abs(graph.gradients.get(node, 0.0)) for node in group.members if not node.depth]
        if any(slopes):
            lines.append(Line("gradient", (Run(words("gradients_up_to", number=number(max(slopes), graph.digits))),)))
        notes = [Line("note", (Run(note),)) for node in group.members for note in graph.first.get(node, ())]
        drawn = self.scene.add_node(None, "folded", (*lines, *notes))
        drawn.name, drawn.astray, drawn.members = group.title, bool(notes), group.members
        drawn.inside = cache(partial(_scene_of_group, group, self))
        self.index_of.update(dict.fromkeys(group.members, drawn.index))
        self.members.append(group.members)
        self.operands.append([_Operand(source) for source in sources])

    def add_numbers(self, value: float | None, role: Role, lines: tuple[Line, ...]) -> int:
        """A node for a constant, or for several."""
        self.members.append(())
        self.operands.append([])
        return self.scene.add_node(value, role, lines).index

    def several(self, role: Role, count: str, numbers: Iterable[object]) -> int:
        """A node for several numbers, which those that take the same ones share."""
        key = tuple(numbers)
        if key not in self.shared:
            line = Line("value", (Run(words(count, count=len(key))),))
            self.shared[key] = self.add_numbers(None, role, (line,))
        return self.shared[key]

    def operands_of(self, node: Value, marks: Mapping[int, str]) -> list[_Operand]:
        """The operands, constants among them, which get their nodes here."""
        operands = node.operands
        first_input = len(operands) - len(operands) // 2 if node.op is primitives.dot else len(operands)
        partials = iter(node.partials)
        found: list[_Operand] = []
        numbers = [(position, id(x)) for position, x in enumerate(operands) if not isinstance(x, Value)]
        together = self.way != "" and len(numbers) > MOST_CONSTANTS
        if together:
            inputs = node.op is primitives.dot
            of_all = self.several("input" if inputs else "constant", "inputs" if inputs else "constants", numbers)
            found.append(_Operand(of_all, numbers[0][0]))
        for position, operand in enumerate(operands):
            if isinstance(operand, Value):
                source = self.near.get((node, operand), self.index_of[operand])
                found.append(_Operand(source, position, next(partials), marks.get(position, "")))
            elif together:
                continue
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
        return self.add_numbers(x, role, (Line("value", (Run(number(x, self.graph.digits)),)),))

    # --- what is outside of a group -----------------------------------------------------------------------------

    def add_outside(self, values: Iterable[Value], around: _Builder, inside: Container[Value] = ()) -> None:
        """A node for each of these Values outside of the group; where they are many, for several at a time.

        These are what stands in one box around, then leaves of one role, and then all others.

        Arguments:
            values: what the group takes from, or gives to.
            around: the scene in which the group is a box.
            inside: the members of the group, where it gives to these Values.
        """
        posts = [("", [value]) for value in values]
        if len(posts) > _MOST_OUTSIDE:
            of_box: defaultdict[int, list[Value]] = defaultdict(list)
            for _, (value,) in posts:
                of_box[around.index_of[value]].append(value)
            posts = [(around.title_of(box), some) for box, some in of_box.items()]
        if len(posts) > _MOST_OUTSIDE:
            of_role: defaultdict[str, list[Value]] = defaultdict(list)
            for _, some in posts:
                role = self.graph.roles.get(some[0])
                of_role[LEAVES[role] if role in LEAVES and len(some) == 1 else ""].append(some[0])
            alone = [(title, some) for title, some in posts if some[0] in of_role[""]]
            posts = [(words(role, count=len(some)), some) for role, some in of_role.items() if role]
            most = _MOST_OUTSIDE - len(posts)
            rest = [value for _, some in alone[most - 1 :] for value in some] if len(alone) > most else []
            posts += [
                *(alone[: most - 1] if rest else alone),
                *([(words("across", count=len(rest)), rest)] if rest else []),
            ]
        for title, some in posts:
            self.add_signpost(title, some, around, inside)

    def add_signpost(self, title: str, values: Sequence[Value], around: _Builder, inside: Container[Value]) -> None:
        """A node for Values outside of the group, with the arrows that lead from the group to them."""
        operands = [
            _Operand(self.index_of[x], position, local)
            for value in values
            for (position, x), local in zip(
                [(i, x) for i, x in enumerate(value.operands) if isinstance(x, Value)], value.partials, strict=True
            )
            if x in inside
        ]
        named = [one_line(self.graph.names[value]) for value in values if value in self.graph.names]
        if len(values) == 1:
            runs, note = self.in_a_line(values[0]), around.title_of(around.index_of[values[0]])
        else:
            runs, note = (Run(title),), words("first_and_last", first=named[0], last=named[-1]) if named[1:] else ""
        lines = [Line("value", runs), *([Line("note", (Run(note),))] if note else [])]
        drawn = self.scene.add_node(values[0] if len(values) == 1 else None, "outside", tuple(lines))
        drawn.name = "".join(named) if len(values) == 1 else title
        drawn.members = tuple(values)
        self.places[drawn.index] = note if len(values) == 1 else title
        self.index_of.update(dict.fromkeys(values, drawn.index))
        self.members.append(tuple(values))
        self.operands.append(operands)

    def repeat_outside(self, order: Sequence[Value], boxes: Mapping[Value, str]) -> None:
        """What is outside stands beside each box that takes it, or again after some depths, where lines would be long.

        Arguments:
            order: the members of the group, each of which is drawn.
            boxes: the title of the box that each is in.
        """
        places: dict[Value, dict[str | int, list[Value]]] = {}
        for node in order:
            for x in dict.fromkeys(node.parents):
                if x in self.index_of and self.scene.nodes[self.index_of[x]].value is x:
                    of_x = places.setdefault(x, {})
                    near = max([d for d in of_x if isinstance(d, int) and node.depth - d < _FAR], default=node.depth)
                    of_x.setdefault(boxes.get(node, near), []).append(node)
        if sum([len(of_x) - 1 for of_x in places.values()]) <= _MOST_REPEATED:
            for x, of_x in places.items():
                post = self.scene.nodes[self.index_of[x]]
                for nodes in list(of_x.values())[1:]:
                    again = self.scene.add_node(x, "outside", post.lines)
                    again.name, again.members = post.name, post.members
                    self.members.append((x,))
                    self.operands.append([])
                    self.near.update({(node, x): again.index for node in nodes})

    def in_a_line(self, node: Value) -> tuple[Run, ...]:
        """A Value in one line: its name, or else its formula, and its number."""
        data = number(node.data, self.graph.digits)
        name = self.graph.names.get(node, "")
        head = None if name else self.heads.of(node)
        runs = name_runs(name) if name else head.line.runs if head else ()
        if not runs:
            return (Run(data),)
        return (*runs, Run(f" = {data}")) if self.graph.values else tuple(runs)

    def title_of(self, index: int) -> str:
        """Where a node is, as seen from a group in this scene: in which group, in which box; empty for neither."""
        node = self.scene.nodes[index]
        if node.role == "folded":
            return node.name
        if node.role == "outside":
            return self.places[index]
        boxes = [box.title for box in self.scene.clusters if index in box.members and box.title != self.group]
        return boxes[-1] if boxes else ""

    # --- edges and boxes -----------------------------------------------------------------------------------------

    def add_edges(self) -> None:
        """An arrow from every operand; a single one between two nodes of which one stands for several."""
        for target, operands in enumerate(self.operands):
            seen: set[int] = set()
            for source, position, local, mark in operands:
                folded = any(self.scene.nodes[i].value is None for i in (source, target))
                if folded and source in seen:
                    continue
                seen.add(source)
                edge = self.scene.add_edge(source, target, position)
                edge.local = None if folded else local
                edge.order = "" if folded else mark
                shown = edge.local if self.graph.local_derivatives else None
                edge.label = f"{edge.order} {'' if shown is None else number(shown, self.graph.digits)}".strip()

    def add_boxes(self, folding: Folding, parent: int | None = None) -> None:
        """The boxes of a folding, and in each those of its layers."""
        for title, members in folding.boxes:
            self.add_clusters(self.graph.layered.among(members), self.add_box(title, members, parent))

    def add_box(self, title: str, members: Iterable[Value], parent: int | None = None) -> int:
        """A box around nodes, and around the constants that these alone need; its place in ``scene.clusters``."""
        inside = {self.index_of[node] for node in members}
        users: defaultdict[int, set[int]] = defaultdict(set)
        for target, operands in enumerate(self.operands):
            for operand in operands:
                users[operand.source].add(target)
        inside.update([i for i, values in enumerate(self.members) if not values and users[i] and users[i] <= inside])
        return self.box_around(title, inside, parent)

    def box_around(self, title: str, members: Iterable[int], parent: int | None) -> int:
        """A box around nodes of the scene; that around these, where it would be the same."""
        clusters = self.scene.clusters
        cluster = Cluster(title, sorted(members), parent)
        if parent is not None and (title == clusters[parent].title or cluster.members == clusters[parent].members):
            return parent
        clusters.append(cluster)
        return len(clusters) - 1

    def add_clusters(self, layers: Iterable[Layer], parent: int | None = None) -> None:
        """A box for every layer of several neurons, and one for every neuron whose parameters are all there.

        Arguments:
            parent: the place in ``scene.clusters`` of the box around these.
        """
        for layer in layers:
            boxes = [{self.index_of[node] for node in neuron.nodes} for neuron in layer.neurons]
            uses = Counter(w for neuron in layer.neurons for w in {*row_and_inputs(neuron.sums[0])[0]})
            shared = {self.index_of.get(w) for w, count in uses.items() if count > 1 and isinstance(w, Value)}
            for neuron, members in zip(layer.neurons, boxes, strict=True):
                for node in neuron.sums:  # a constant weight stands beside the others
                    operands = self.operands[self.index_of[node]]
                    members.update(x.source for x in operands if self.scene.nodes[x.source].role == "constant")
            outer = parent
            if len(boxes) > 1 and any(boxes):
                over_all = {self.index_of[node] for node in layer.shared}
                outer = self.box_around(layer.title, over_all.union(*boxes), parent)
            for neuron, members in zip(layer.neurons, boxes, strict=True):
                own = members - shared
                if neuron.whole and own:
                    title = words("neuron_number", number=neuron.number) if neuron.number else layer.title
                    self.box_around(title, own, outer)


# --- what is in a group -------------------------------------------------------------------------------------------


def _scene_of_group(group: Group, around: _Builder) -> Scene:
    """The scene of what is in a group: in a box its members, or groups of them; around it what they have to do with.

    Arguments:
        around: the scene that the group is drawn in, as one node.
    """
    graph = around.graph
    order = sorted(group.members, key=depth_of)
    inside = set(order)
    layers = graph.layered.among(order)
    folding = divided(group, layers, graph.roles, graph.names, around.way)
    builder = _Builder(graph, folding.way, group.title)
    builder.add_outside(dict.fromkeys(x for node in order for x in node.parents if x not in inside), around)
    if not folding.groups:
        builder.repeat_outside(order, {node: title for title, members in folding.boxes for node in members})
    first = len(builder.scene.nodes)
    builder.add_units(order, folding.groups)
    own = range(first, len(builder.scene.nodes))
    builder.add_outside(
        dict.fromkeys(x for node in order for x in graph.users_of(node) if x not in inside), around, inside
    )
    builder.add_edges()
    box = None if folding.boxes else builder.box_around(group.title, own, None)
    builder.add_boxes(folding)
    if not folding.groups and not folding.boxes:
        builder.add_clusters(layers, box)
    return builder.finish([graph.roles[node] for node in order if node in graph.roles])


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
    scene: Scene,
    members: Sequence[tuple[Value, ...]],
    gradients: Mapping[Value, float],
    digits: int,
    among: Sequence[float] = (),
) -> str:
    """Give every node the level of its gradient, and say what the levels mean.

    Arguments:
        members: for each node of the scene the Values that it stands for.
        gradients: of each of these.
        among: the sizes of all gradients, where more than these are compared.
    """
    of_each = [[abs(gradients[v]) for v in values] for values in members]
    sizes = [max([size for size in of_one if not isnan(size)], default=nan) for of_one in of_each]
    among = among or sizes
    if not any(size > 0.0 for size in among):
        return words("no_gradients")
    largest = max([size for size in among if 0.0 < size < inf], default=1.0)
    for node, size in zip(scene.nodes, sizes, strict=True):
        if not isnan(size):
            node.level = _level(size, largest)
    most = max([size for size in among if not isnan(size)])
    return words("colour", number=number(most, digits))


def _level(size: float, largest: float) -> int:
    """`GRADIENT_LEVELS` for the largest gradient, one less for each power of ten below it; 0 for 0."""
    if not size or size >= largest:
        return GRADIENT_LEVELS if size else 0
    # the logarithms are rounded: a tenth is exactly one less also where they are not
    return max(0, GRADIENT_LEVELS + floor(log10(size) - log10(largest) + 1e-12))


def _highlight(scene: Scene, index_of: Mapping[Value, int], stressed: Iterable[Value]) -> None:
    """Stress the nodes asked for, the operations without a name that lie between them, and the arrows of all these."""
    asked = {index_of[node] for node in stressed if node in index_of}
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
