"""A picture at one step of the two passes: what is known by then, and what the step is about.

The steps are those of `autograd.show`, and are counted as its page counts them, from 1: what is given; the value of
each operation; the gradient of the result, which is 1; and then whatever an operation hands to an operand.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Literal, NamedTuple, TypeAlias

from autograd.derivation.words import words
from autograd.drawing.build import number
from autograd.drawing.layout import lay_out
from autograd.drawing.legend import said_of
from autograd.drawing.lettering import Run
from autograd.drawing.scene import Line, Scene, SceneEdge, SceneNode
from autograd.engine.graph import steps, topological_order
from autograd.engine.value import Value

Way: TypeAlias = Literal["forward", "reverse"]


@dataclass(frozen=True, slots=True)
class Moment:
    """What a picture shows at a step. Nodes and arrows are known by their indices in the scene.

    Attributes:
        way: the pass, which has a colour of its own.
        unknown: the nodes that have no value yet.
        gradients: what each node has for its gradient: a line, or None for the one of the finished picture; a node that
            is not in it has nothing yet.
        current: the node that the step is about, if there is one.
        beside: other nodes that take part.
        lit: the arrows along which something goes.
        astray: of nodes up to now, which of their numbers was the first of its pass that is not finite.
        to_come: of nodes, how many of their last notes will be true later.
        focused: whether all other arrows step back, and the current node is filled: where many lines meet.
    """

    way: Way
    unknown: Collection[int]
    gradients: Mapping[int, str | None]
    current: int | None = None
    beside: Collection[int] = ()
    lit: Collection[int] = ()
    astray: Mapping[int, tuple[Literal["value", "gradient"], ...]] = field(default_factory=dict)
    to_come: Mapping[int, int] = field(default_factory=dict)
    focused: bool = False


def at_moment(scene: Scene, moment: Moment) -> Scene:
    """A scene that was laid out as it is at a moment: a new one, in which everything has the same place."""
    return replace(
        scene,
        nodes=[_node_at(node, moment) for node in scene.nodes],
        edges=[_edge_at(edge, moment) for edge in scene.edges],
    )


def _node_at(node: SceneNode, moment: Moment) -> SceneNode:
    i, way = node.index, moment.way
    astray = moment.astray.get(i, ())
    parts = {
        "unknown": i in moment.unknown,
        f"beside-{way}": i in moment.beside,
        f"current-{way}": i == moment.current,
        f"washed-{way}": i == moment.current and moment.focused,
        **{f"astray-{kind}": True for kind in astray},
    }
    said = len(node.lines) - moment.to_come.get(i, 0)
    return replace(
        node,
        lines=tuple([_line_at(node, line, moment) if k < said else _blank(line) for k, line in enumerate(node.lines)]),
        level=node.level and (node.level if moment.gradients.get(i, "") is None else 0),
        astray=node.astray and bool(astray),
        marks=tuple([mark for mark, applies in parts.items() if applies]),
    )


def _line_at(node: SceneNode, line: Line, moment: Moment) -> Line:
    """A line of a node; one that is not known yet is blank, and keeps its room."""
    if line.kind == "value" and node.value is not None and node.index in moment.unknown:
        return _blank(line)
    if line.kind == "gradient":
        shown = moment.gradients.get(node.index, "")
        return line if shown is None else Line("gradient", (Run(shown),)) if shown else _blank(line)
    return line


def _blank(line: Line) -> Line:
    return Line(line.kind, ())


def _edge_at(edge: SceneEdge, moment: Moment) -> SceneEdge:
    """An arrow; a line that stands for a weight keeps the colour of that. Its number comes with its target's value."""
    lit = edge.index in moment.lit
    marks: tuple[str, ...] = ()
    if lit and edge.weight is None:
        marks = (f"lit-{moment.way}",)
    elif moment.focused and moment.lit and not lit:
        marks = ("back",)
    label = edge.order if edge.target in moment.unknown and edge.local is not None else edge.label
    return replace(edge, marks=marks, label=label)


# --- the steps of a graph ------------------------------------------------------------------------------------------


class _Step(NamedTuple):
    """What a step of a graph is about: nodes by their indices."""

    way: Way
    current: int | None = None
    beside: frozenset[int] = frozenset()
    along: frozenset[tuple[int, int]] = frozenset()  # arrows, from an operand to its result


class Passes:
    """Both passes over a graph, as its picture shows them.

    Arguments:
        root: the result.
        scene: its picture, not laid out yet; here the nodes get room for what they have on the way, and their places.
        digits: how many significant digits are shown.

    Example:
        >>> from autograd.drawing.build import build_scene
        >>> w, x = Value(3.0, label="w"), Value(2.0, label="x")
        >>> L = w * x
        >>> passes = Passes(L, build_scene(L), 4)
        >>> len(passes), passes.at(1).unknown, passes.at(2).unknown
        (5, {2}, set())
    """

    def __init__(self, root: Value, scene: Scene, digits: int) -> None:
        self.scene = scene
        order = topological_order(root)
        index = {value: node.index for node in scene.nodes for value in node.members}
        self._steps = [_Step("forward")]
        self._valued = dict.fromkeys(index.values(), 1)  # the step in which each node has got its value
        self._lines: dict[int, list[tuple[int, str]]] = {}  # of a node: a step, and the line from then on
        complete: dict[Value, int] = {}  # the step in which each gradient has got all its terms
        self._astray: list[tuple[int, int, Literal["value", "gradient"]]] = []  # step, node and number

        first = next((node for node in order if not isfinite(node.data)), None)
        for node in order:
            i = index[node]
            if node.depth:
                operands = frozenset(index[parent] for parent in node.parents) - {i}
                self._steps.append(_Step("forward", i, operands, frozenset((k, i) for k in operands)))
                self._valued[i] = len(self)
            if node is first:
                self._astray.append((self._valued[i], i, "value"))

        pass_back = [(step.node, to) for step in steps(root) for to in step.contributions] if root.depth else []
        if root.depth:
            self._steps.append(_Step("reverse", index[root]))
            complete[root] = len(self)
        reverse_is_shown = any(node.level is not None or _has_gradient(node) for node in scene.nodes)
        terms = Counter(to.parent for _, to in pass_back)
        got: Counter[Value] = Counter()
        for node, to in pass_back:
            giving, i = index[node], index[to.parent]
            self._steps.append(_Step("reverse", i, frozenset({giving}) - {i}, frozenset({(i, giving)})))
            got[to.parent] += 1
            if got[to.parent] == terms[to.parent]:
                complete[to.parent] = len(self)
            elif len(scene.nodes[i].members) == 1:
                sum_so_far = words("open_sum", sum=number(to.total, digits))
                self._lines.setdefault(i, []).append((len(self), words("gradient", number=sum_so_far)))
            if reverse_is_shown and not isfinite(to.total) and all(kind == "value" for _, _, kind in self._astray):
                self._astray.append((len(self), i, "gradient"))
        self._complete = {  # what nothing is handed to has the gradient 0, which is known in the end
            node.index: max(complete.get(value, len(self)) for value in node.members)
            for node in scene.nodes
            if node.members
        }
        self._edges: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        for edge in scene.edges:
            self._edges[edge.source, edge.target].append(edge.index)
        for drawn in filter(_has_gradient, scene.nodes):
            for _, shown in self._lines.get(drawn.index, ()):
                scene.make_room(drawn, Line("gradient", (Run(shown),)))
        lay_out(scene)

    def __len__(self) -> int:
        return len(self._steps)

    def at(self, step: int) -> Moment:
        """What the picture shows at a step, from 1."""
        way, current, beside, along = self._steps[step - 1]
        gradients: dict[int, str | None] = {}
        for i, complete in self._complete.items():
            so_far = [line for at, line in self._lines.get(i, ()) if at <= step]
            if complete <= step:
                gradients[i] = None
            elif so_far:
                gradients[i] = so_far[-1]
        astray: dict[int, tuple[Literal["value", "gradient"], ...]] = {}
        for at, i, kind in self._astray:
            if at <= step:
                astray[i] = (*astray.get(i, ()), kind)
        return Moment(
            way,
            {i for i, at in self._valued.items() if at > step},
            gradients,
            current,
            beside,
            [edge for pair in along for edge in self._edges[pair]],
            astray,
            Counter(i for at, i, _ in self._astray if at > step),
        )

    def picture(self, step: int) -> Scene:
        """The picture at a step, from 1."""
        return at_moment(self.scene, self.at(step))


def _has_gradient(node: SceneNode) -> bool:
    """Whether the picture writes the gradient of a node."""
    return any(line.kind == "gradient" for line in node.lines)


def up_to(root: Value, scene: Scene, step: int, digits: int) -> Scene:
    """The picture of a graph as it is at a step; arguments as for `Passes`.

    Raises:
        ValueError: if there is no such step.
    """
    passes = Passes(root, scene, digits)
    if step > len(passes):
        raise ValueError(
            f"upto={step}: both passes over this graph take {len(passes)} steps, the last of which shows everything; "
            f"write a number from 1 to {len(passes)}"
        )
    picture = passes.picture(step)
    name = next((node.name for node in scene.nodes if root in node.members), "") or words("the_result")
    what = words("at_a_step", name=name, step=step, count=len(passes))
    drawn = words("computation_graph", what=what, nodes=len(scene.nodes), arrows=len(scene.edges))
    picture.description = " ".join([drawn, *said_of([node.role for node in scene.nodes]), scene.note])
    return picture
