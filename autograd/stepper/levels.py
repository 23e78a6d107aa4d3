"""What a page needs to write the steps of a graph with other numbers: every formula, once, with places for the numbers.

A level is a way to see the graph: every operation, or one step a named quantity. Its nodes are those of the tape.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from autograd.derivation.chain import Local, Steps
from autograd.derivation.formulas import Derivative, Expression, Symbol, agrees, size
from autograd.derivation.writing import holds_together
from autograd.engine import primitives
from autograd.engine.graph import Contribution
from autograd.engine.graph import steps as engine_steps
from autograd.engine.value import Value
from autograd.stepper.templates import Templates

LONGEST_FORMULA = 40  # names and numbers; of a local derivative that takes more the number alone is shown


def in_order_of_use(nodes: Iterable[Value]) -> list[Value]:
    """The leaves among the nodes of a graph, w1, x, b1, w2 ..., as one computes with them.

    Arguments:
        nodes: all of them, operands before results.
    """
    uses = {parent: i for i, node in reversed(list(enumerate(nodes))) for parent in node.parents}
    return sorted([node for node in nodes if not node.depth], key=lambda leaf: uses.get(leaf, 0))


class Level:
    """The formulas of a graph at one level.

    Arguments:
        root: the result.
        names: what the nodes of this level are called, operands before results.
        steps: their formulas, of nodes with these names.
        pairs: each node with each of those that it is made of.
        is_whole: whether every operation is a step.

    Attributes:
        parents: those that each node is made of.
        leaves: w1, x, b1, w2 ..., as one computes with them.
        paths_part: whether one node goes into several.
    """

    def __init__(
        self,
        root: Value,
        names: Mapping[Value, str],
        steps: Steps,
        pairs: Sequence[tuple[Value, Value]],
        *,
        is_whole: bool,
    ) -> None:
        self.root = root
        self.names = names
        self.steps = steps
        self.pairs = pairs
        self.is_whole = is_whole
        self.parents: dict[Value, list[Value]] = {node: [] for node in names}
        for node, parent in pairs:
            self.parents[node].append(parent)
        self.leaves = in_order_of_use(names)
        self.paths_part = len({parent for _, parent in pairs}) < len(pairs)

    def local(self, node: Value, parent: Value) -> Local:
        """The local derivative of a node, at the recorded numbers."""
        return self.steps.slope(node, parent) if self.is_whole else self.steps.locals[parent][node]

    def slope(self, node: Value) -> Derivative:
        """The gradient of a node. Where paths part, total derivatives are told from local ones, as `explain` does."""
        return Derivative(self.names[self.root], self.names[node], "total" if self.paths_part else "usual")

    def derivative(self, node: Value, parent: Value) -> Derivative:
        """The local derivative of a node."""
        return Derivative(self.names[node], self.names[parent], "local" if self.paths_part else "usual")

    def formula(self, node: Value, parent: Value) -> Expression | None:
        """The formula of a local derivative; None for one that is too long, or says nothing at the recorded numbers."""
        local = self.local(node, parent)
        found = self._for_any_numbers(node, parent) if self.is_whole else local.formula
        return found if found is not None and size(found) <= LONGEST_FORMULA and agrees(found, local.value) else None

    def _for_any_numbers(self, node: Value, parent: Value) -> Expression | None:
        """The formula of a local derivative, whatever the numbers are; None for one that is too long."""
        found = self.steps.slope_for_any_numbers(node, parent)
        return found if found is not None and size(found) <= LONGEST_FORMULA else None

    def symbol(self, node: Value) -> Symbol:
        """A node by its name."""
        return Symbol(self.names[node], node.data)

    def inside(self, node: Value) -> list[Value]:
        """What a node is made of that is not at this level."""
        found: dict[Value, None] = {}
        waiting = list(node.parents)
        for part in waiting:
            if part not in self.names and part not in found:
                found[part] = None
                waiting += part.parents
        return list(found)

    def contributions(self) -> Iterator[tuple[Value, float, Contribution]]:
        """What each node hands to those that it is made of, from the root back: the node, what has come to it, this."""
        if self.is_whole:
            for step in engine_steps(self.root):
                yield from [(step.node, step.upstream, to) for to in step.contributions]
            return
        totals = {self.root: 1.0}
        for node in reversed(list(self.names)):
            for parent in self.parents[node] if node in totals else ():
                local = self.local(node, parent).value
                product = totals[node] * local
                totals[parent] = totals.get(parent, 0.0) + product
                yield node, totals[node], Contribution(parent, local, product, totals[parent])

    def data(self, templates: Templates, places: Mapping[Value, int]) -> dict[str, Any]:
        """As JSON has it.

        Arguments:
            places: the number by which the tape knows each node.

        Returns:
            ``nodes``: those of the level.
            ``made``: for each that is made of others, its formula, and that with numbers; where it may say nothing, as
            0 log(0), then also another one.
            ``slopes``: for each its gradient.
            ``edges``: for each pair "node.parent" the local derivative, its formula, and whether that stands in
            parentheses in a product; no formula where it would be too long.
        """
        number_of = {name: f"v{places[node]}" for node, name in self.names.items()}
        written: dict[Any, tuple[list[str], Any]] = {}  # about the first node of each kind, after its places
        made, slopes, edges = [], [], {}
        for node, parents in self.parents.items():
            own = [f"{of}{places[x]}" for x in (node, *parents) for of in "nv"]
            kind = self._kind(node, templates)
            if kind not in written:
                written[kind] = own, self._about(node, templates, number_of)
            first, about = written[kind]
            ways, slope, *derivatives = _with(dict(zip(first, own, strict=True)), about)
            made.append(ways)
            slopes.append(slope)
            edges.update({f"{places[node]}.{places[x]}": edge for x, edge in zip(parents, derivatives, strict=True)})
        return {"nodes": [places[node] for node in self.names], "made": made, "slopes": slopes, "edges": edges}

    def _kind(self, node: Value, templates: Templates) -> Any:
        """What all that is written about a node hangs on, but for whose names and numbers stand in it."""
        places = {x: i for i, x in enumerate(self.parents[node])}
        operands = [
            (places[x], templates.looks[self.names[x]]) if isinstance(x, Value) else repr(x) for x in node.operands
        ]
        # what is written about an output of a softmax names the others
        alone = node if node is self.root or node.op is primitives.softmax else None
        return node.op, templates.looks[self.names[node]], alone, *operands

    def _about(self, node: Value, templates: Templates, number_of: Mapping[str, str]) -> list[Any]:
        """The lines of `data` for one node: ``made``, ``slopes``, and ``edges``, one for each of its parents."""
        ways = self.steps.ways(node) if node.depth else []
        about: list[Any] = [[[templates.formula(way), templates.put_in(way, number_of.__getitem__)] for way in ways]]
        about.append(templates.formula(self.slope(node)))
        for parent in self.parents[node]:
            formula = self._for_any_numbers(node, parent)
            edge: list[Any] = [templates.formula(self.derivative(node, parent))]
            if formula is not None:
                edge += [templates.formula(formula), int(not holds_together(formula))]
            about.append(edge)
        return about


def _with(others: Mapping[Any, str], written: Any) -> Any:
    """What was written, with other names and numbers in it."""
    return [_with(others, part) for part in written] if isinstance(written, list) else others.get(written, written)


def every_operation(root: Value, names: Mapping[Value, str]) -> Level:
    """The level of every operation; ``names`` has them all."""
    steps = Steps(root, None, names, names)
    pairs = [(node, parent) for node in names for parent in dict.fromkeys(node.parents)]
    return Level(root, names, steps, pairs, is_whole=True)


def named_quantities(root: Value, names: Mapping[Value, str], given: Mapping[Value, str]) -> Level:
    """The level of what has a name of its own, as one writes on the board: ``given``; ``names`` has them all."""
    steps = Steps(root, None, given, names)
    own = {node: name for node, name in names.items() if node in steps.names}
    pairs = [(owner, node) for node in own for owner in steps.locals.get(node, ())]
    return Level(root, own, steps, pairs, is_whole=False)
