"""Frames that are lines of words and equations, each about one quantity: of named quantities, and of neurons.

Each equation has places for its numbers, so that the page writes it with others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import isfinite
from typing import Any, Literal, NamedTuple

from autograd.derivation.formulas import (
    Chain,
    Derivative,
    Expression,
    Number,
    Place,
    Symbol,
    put_in,
    sum_of,
)
from autograd.derivation.styles import MATHML
from autograd.derivation.words import words
from autograd.derivation.writing import sides_shown, text
from autograd.drawing.moments import Moment
from autograd.drawing.scene import Scene
from autograd.engine.value import Value
from autograd.stepper.figure import Frame
from autograd.stepper.levels import Level
from autograd.stepper.live import Live


class Sentence(NamedTuple):
    """One line of a step: words, an equation of several sides, and whether plain text needs the words beside it."""

    words: str
    sides: Sequence[Expression] = ()
    is_said: bool = False


class Lines:
    """What the frames of one graph share.

    Arguments:
        live: the graph, as a page computes it.
        names: what its quantities are called.
        gradient_of: the derivative of the root by a node.
    """

    def __init__(self, live: Live, names: Mapping[Value, str], gradient_of: Callable[[Value], float]) -> None:
        self.live = live
        self.root = live.root
        self.names = names
        self.digits = live.templates.digits
        self.gradient_of = gradient_of
        self.of = {name: f"v{live.places[node]}" for node, name in live.names.items()}
        """Whose number takes the place of a name."""
        self.boxes: dict[str, int] = {}
        """The box in the picture that a quantity has, by its name in plain text."""
        self._astray: set[str] = set()  # the passes that had a number which is not finite

    def frame(self, part: str, title: str, lines: Iterable[Sentence], **marks: Any) -> Frame:
        """One step.

        Arguments:
            part: "given", "forward" or "reverse".
            title: what is found, as HTML.
            lines: how.
            marks: what is marked in the picture: ``node``, the box that it is about; ``beside`` and ``edges``, the
                other boxes and the lines that take part; ``values`` and ``deltas``, the boxes whose number or gradient
                is known from now on.
        """
        lines = list(lines)
        write = self.live.templates.formula
        shown = [[how, int(is_said), *[write(side) for side in sides]] for how, sides, is_said in lines]
        said = [self._said(line) for line in lines]
        key, astray = "first_reverse" if part == "reverse" else "first_forward", None
        for quantity, *_, result in [line.sides for line in lines if line.sides]:
            if key not in self._astray and isinstance(result, Number) and not isfinite(result.value):
                self._astray.add(key)
                astray = self.boxes.get(text(quantity), marks.get("node"))
                said.append(f"{words(key, number=text(result))}: {text(quantity)}")
        nothing: dict[str, Any] = {
            "node": None,
            "beside": (),
            "edges": (),
            "values": (),
            "deltas": (),
            "astray": astray,
        }
        return Frame(words(part), "; ".join(said), {"pass": part, "title": title, "lines": shown, **nothing, **marks})

    def _said(self, line: Sentence) -> str:
        """A line as plain text."""
        equation = " = ".join(sides_shown(line.sides, self.digits))
        return f"{line.words}: {equation}" if line.is_said and equation else equation or line.words

    def title(self, key: str, node: Value) -> str:
        """What a step finds for a node."""
        return words(key, name=self.shown_name(node))

    def shown_name(self, node: Value) -> str:
        """The name of a node, as HTML."""
        return f"<math>{MATHML.name(self.names[node])}</math>"

    # --- pieces of equations -------------------------------------------------------------------------------------

    def symbol(self, node: Value) -> Symbol:
        """A node by its name."""
        return Symbol(self.names[node], node.data)

    def slope(self, node: Value, of: Value | None = None) -> Derivative:
        """The derivative of the root, or of another node, by a node."""
        return Derivative(self.names[self.root if of is None else of], self.names[node])

    def value(self, node: Value) -> Place:
        """The number of a node."""
        return Place(node.data, f"v{self.live.places[node]}")

    def gradient_value(self, node: Value) -> Place:
        """The derivative of the root by a node."""
        return Place(self.gradient_of(node), f"g{self.live.places[node]}")

    def put_in(self, formula: Expression) -> Expression:
        """A formula with the numbers put in."""
        return put_in(formula, place=lambda symbol: Place(symbol.value, self.of[symbol.name]))

    def equation(self, left: Expression, formula: Expression, value: Place) -> list[Expression]:
        """A quantity, its formula, the same with the numbers put in, and the result."""
        return [left, formula, self.put_in(formula), value]


def moment_of_lines(
    steps: Sequence[Frame],
    scene: Scene,
    boxes: Callable[[int], Sequence[int]] = lambda i: (i,),
    along: Callable[[dict[str, Any]], Sequence[int]] = lambda data: data["edges"],
    focused: bool = True,
) -> Moment:
    """What the picture shows at the last of these steps.

    Arguments:
        boxes: those that belong to a mark of a step.
        along: the arrows along which something goes in a step.
        focused: see `Moment`.
    """
    done = [step.data for step in steps if step.data is not None]
    now = done[-1]
    with_value = {box for data in done for i in data["values"] for box in boxes(i)}
    astray: dict[int, tuple[Literal["value", "gradient"], ...]] = {}
    for data in done:
        if data["astray"] is not None:
            kind: Literal["value", "gradient"] = "gradient" if data["pass"] == "reverse" else "value"
            for box in boxes(data["astray"]):
                astray[box] = (*astray.get(box, ()), kind)
    current = [] if now["node"] is None else list(boxes(now["node"]))
    return Moment(
        "reverse" if any(data["pass"] == "reverse" for data in done) else "forward",
        {node.index for node in scene.nodes if node.value is not None} - with_value,
        dict.fromkeys([box for data in done for i in data["deltas"] for box in boxes(i)]),
        current[0] if current else None,
        [box for i in now["beside"] for box in boxes(i)[:1]],
        along(now),
        astray,
        focused=focused,
    )


def moment_of_quantities(level: Level, live: Live, steps: Sequence[Frame], scene: Scene) -> Moment:
    """The same for the frames of named quantities: what has no name goes with the quantity around it."""
    box_of = {node.value: node.index for node in scene.nodes if isinstance(node.value, Value)}
    nodes = list(live.names)
    inside = {node: level.inside(node) for node in level.names}

    def boxes(place: int) -> list[int]:
        return [box_of[node] for node in (nodes[place], *inside[nodes[place]])]

    def along(data: dict[str, Any]) -> list[int]:
        if data["node"] is None:
            return []
        pairs = set()
        for other in data["beside"]:
            lower, upper = sorted((data["node"], other))
            on = {nodes[lower]}
            for node in sorted((*inside[nodes[upper]], nodes[upper]), key=live.places.__getitem__):
                ways = [parent for parent in node.parents if parent in on]
                on.update([node] if ways else [])
                pairs.update([(box_of[parent], box_of[node]) for parent in ways])
        return [edge.index for edge in scene.edges if (edge.source, edge.target) in pairs]

    constants = {node.index for node in scene.nodes if not isinstance(node.value, Value)}
    moment = moment_of_lines(steps, scene, boxes, along, focused=False)
    return replace(moment, unknown=set(moment.unknown) - constants)


def quantity_frames(level: Level, live: Live) -> list[Frame]:
    """The frames of named quantities, as one writes them on the board: each value, then each gradient, as a whole.

    What a quantity hands to its leaves is one step. (The gradient of a leaf stands where its last term is found.)
    """
    return list(_QuantityFrames(level, live).all())


class _QuantityFrames(Lines):
    """The frames at a level."""

    def __init__(self, level: Level, live: Live) -> None:
        gradients = {level.root: 1.0}
        for _, _, to in level.contributions():
            gradients[to.parent] = to.total
        super().__init__(live, level.names, lambda node: gradients.get(node, 0.0))
        self.level = level
        self.owners: dict[Value, list[Value]] = {}  # of each node those that are made of it, from the root back
        for node in reversed(list(level.names)):
            for parent in level.parents[node]:
                self.owners.setdefault(parent, []).append(node)

    def all(self) -> Iterator[Frame]:
        """Every step, in order."""
        leaves = self.level.leaves
        lines = [Sentence("", [self.symbol(leaf), self.value(leaf)]) for leaf in leaves]
        yield self.frame("given", words("what_is_given"), lines, values=self._places(leaves))
        made = [node for node in self.level.names if node.depth]
        for node in made:
            sides = self.equation(self.symbol(node), self.level.steps.definition(node), self.value(node))
            marks = self._marks(node, beside=self.level.parents[node], values=[node])
            yield self.frame("forward", self.title("value_of", node), [Sentence("", sides)], **marks)
        for node in reversed(made):
            if node is self.root:
                line = Sentence("", [self.slope(node), Number(1.0)])
                yield self.frame("reverse", self.title("start_at", node), [line], **self._marks(node, deltas=[node]))
            elif node in self.owners:
                marks = self._marks(node, beside=self.owners[node], deltas=[node])
                yield self.frame("reverse", self.title("gradient_of", node), [self._whole(node)], **marks)
            below = [parent for parent in self.level.parents[node] if not parent.depth]
            if below:
                title = words(
                    "gradients_from", name=self.shown_name(node), parents=", ".join(map(self.shown_name, below))
                )
                whole = [leaf for leaf in below if self.owners[leaf][-1] is node]
                marks = self._marks(node, beside=below, deltas=whole)
                yield self.frame("reverse", title, [self._from(node, leaf) for leaf in below], **marks)

    def _places(self, nodes: Iterable[Value]) -> list[int]:
        return [self.live.places[node] for node in nodes]

    def _marks(self, node: Value, **nodes: Sequence[Value]) -> dict[str, Any]:
        return {"node": self.live.places[node], **{mark: self._places(those) for mark, those in nodes.items()}}

    def _term(self, owner: Value, node: Value) -> tuple[Expression, Expression]:
        """What a node gives to the gradient of one that it is made of, as a formula and with numbers."""
        formula, local = self.level.local(owner, node)
        number = Place(local, f"l{self.live.places[owner]}.{self.live.places[node]}")
        if owner is self.root:
            return formula, number
        return Chain((self.slope(owner), formula)), Chain((self.gradient_value(owner), number))

    def _whole(self, node: Value) -> Sentence:
        """The gradient of a node, as the sum of all its terms."""
        owners = self.owners[node]
        formulas, numbers = zip(*[self._term(owner, node) for owner in owners], strict=True)
        sides = [self.slope(node), sum_of(formulas)]
        sides.append(self.put_in(formulas[0]) if owners == [self.root] else sum_of(numbers))
        how = words("sum_of_all", count=len(owners)) if len(owners) > 1 else ""
        return Sentence(how, [*sides, self.gradient_value(node)])

    def _from(self, owner: Value, leaf: Value) -> Sentence:
        """What a node gives to the gradient of a leaf: all of it where there is no other, or where it is the last."""
        owners = self.owners[leaf]
        if owners[-1] is owner:
            return self._whole(leaf)
        formula, number = self._term(owner, leaf)
        places = (f"*g{self.live.places[owner]}", f"*l{self.live.places[owner]}.{self.live.places[leaf]}")
        product = Place(self.gradient_of(owner) * self.level.local(owner, leaf).value, "".join(places))
        how = words("shared_term", terms=len(owners), slope=text(self.slope(leaf)))
        return Sentence(how, [formula, number, product], is_said=True)
