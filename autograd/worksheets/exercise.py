"""`Exercise`: a graph that is worked through on paper, and other numbers for it, which are nice to compute with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from math import isfinite
from random import Random
from types import FrameType
from typing import Any

from autograd.derivation.explain import explain
from autograd.derivation.naming import node_names
from autograd.derivation.writing import significant
from autograd.drawing.build import build_scene
from autograd.drawing.scene import Role, Scene
from autograd.engine import primitives
from autograd.engine.errors import DomainError
from autograd.engine.graph import steps, topological_order
from autograd.engine.modes import recorded_anyway
from autograd.engine.value import Value, apply
from autograd.worksheets import exercise_of

LEAST_GRADIENT, LEAST_VALUE, GREATEST = 1e-4, 1e-3, 1e3  # of the numbers of a variant
LEAST_SLOPE = 0.05  # of a neuron that is not saturated: a sigmoid's is 0.25 at most
_TRIES = 2000
_LEAST_GIVEN = 0.05
_NARROWEST = 0.4


@dataclass(frozen=True, slots=True)
class Exercise:
    """A graph to be worked through.

    Attributes:
        root: its result.
        names: what the derivation calls the nodes.
        roles: of each leaf whether it is an input, a target, a parameter.
        scene: the picture, given the nodes of the sheet by those of ``root``.
    """

    root: Value
    names: Mapping[Value, str]
    roles: Mapping[Value, Role]
    scene: Callable[[Mapping[Value, Value]], Scene]

    @property
    def given(self) -> list[Value]:
        """The leaves with names: inputs, parameters, targets, each in the order in which they are used."""
        used: dict[Value, int] = {}
        order = topological_order(self.root)
        for node in order:
            for parent in node.parents:
                used[parent] = min(node.depth, used.get(parent, node.depth))
        leaves = [node for node in order if not node.depth and node in self.names]
        places = {"input": 0, "target": 2}
        return sorted(leaves, key=lambda leaf: (places.get(self.roles.get(leaf, ""), 1), used.get(leaf, 0)))

    @property
    def parameters(self) -> list[Value]:
        """The leaves to derive by: those that are neither inputs nor targets; where there are none, all."""
        given = self.given
        return [leaf for leaf in given if self.roles.get(leaf) not in ("input", "target")] or given

    def recorded_again(self, numbers: Mapping[Value, float]) -> dict[Value, Value]:
        """The graph with other numbers in its leaves: for each node the one that takes its place, with its name.

        Raises:
            DomainError: where a function is not defined there.
        """
        again: dict[Value, Value] = {}
        with recorded_anyway():
            for node in topological_order(self.root):
                if node.depth and node.op is not None:
                    operands = [again[x] if isinstance(x, Value) else x for x in node.operands]
                    again[node] = apply(node.op, *operands)
                else:
                    again[node] = Value(numbers.get(node, node.data))
                again[node].label = self.names.get(node)
        return again

    def as_written(self, digits: int) -> dict[Value, float]:
        """The given numbers, of which those that are longer are rounded to what a sheet shows of them."""
        return {leaf: float(significant(leaf.data, digits)) for leaf in self.given}

    def variant(self, seed: int, asked: Collection[Value]) -> dict[Value, float]:
        """Other numbers: with two decimals, no neuron saturated, and no gradient that is asked for below 0.0001.

        Each is near the given one. A target that is a whole number, such as a class, stays as it is.

        Arguments:
            seed: numbers are those of ``random.Random(seed)``.
            asked: the nodes whose gradients are asked for.

        Raises:
            ValueError: where none are found; and for a graph that a comparison has shaped, which is not the same for
                other numbers.
        """
        for node in topological_order(self.root):
            if node.decided is not None:
                raise ValueError(
                    f"{node.decided} asked for the number of {node.describe()}, so that with other numbers this could "
                    "be another graph; leave seed out, or write where(step(z), a, b), maximum or minimum for the choice"
                )
        random = Random(seed)
        fixed = {leaf for leaf in self.given if self.roles.get(leaf) == "target" and leaf.data.is_integer()}
        objection: Exception | None = None
        for i in range(_TRIES):
            reach = 1.0 + 3.0 * i / _TRIES  # the further away, the longer it was in vain
            numbers = {leaf: leaf.data if leaf in fixed else _near(leaf.data, reach, random) for leaf in self.given}
            try:
                self._check(self.recorded_again(numbers), asked)
                return numbers
            except (DomainError, OverflowError, _NotNice) as error:
                objection = error
        raise ValueError(
            f"seed={seed}: in {_TRIES:,} tries no numbers near the given ones were nice to compute with; "
            f"of the last ones {objection}. Give the Values other numbers, or leave seed out"
        )

    def _check(self, again: Mapping[Value, Value], asked: Collection[Value]) -> None:
        """Raise for numbers that are not nice to compute with."""
        gradients = {again[self.root]: 1.0}
        for step in steps(again[self.root]):
            gradients.update({c.parent: c.total for c in step.contributions})
        for node, copy in again.items():
            name, x, gradient = self.names.get(node, "a step"), copy.data, gradients.get(copy, 0.0)
            if not isfinite(x) or abs(x) > GREATEST or 0.0 < abs(x) < LEAST_VALUE:
                raise _NotNice(f"{name} is {x:.4g}")
            if is_saturated(copy):
                raise _NotNice(f"{name} = {x:.4g} is saturated")
            if node in asked and not LEAST_GRADIENT <= abs(gradient) <= GREATEST:
                raise _NotNice(f"the gradient of {name} is {gradient:.4g}")


class _NotNice(Exception):
    """What is not nice about numbers."""


def is_saturated(node: Value) -> bool:
    """Whether an activation has next to no slope here; a step, which nowhere has one, is not meant."""
    op = node.op
    if op is None or not (op.activation or op is primitives.softmax) or op.textbook == ("0",):
        return False
    return max(map(abs, node.partials), default=1.0) < LEAST_SLOPE


def _near(x: float, reach: float, random: Random) -> float:
    """Another number for a given one, by half of it away or ``reach`` times that, with few decimals."""
    spread = reach * max(abs(x) / 2, _NARROWEST)
    places = 2 if abs(x) < 10.0 else 1 if abs(x) < 100.0 else 0
    while True:
        number = round(random.uniform(x - spread, x + spread), places)
        if abs(number) >= _LEAST_GIVEN:
            return number


@exercise_of.register(Value)
def _exercise_of_graph(
    root: Value, example: Mapping[str, Any], names: Any, roles: Any, digits: int, frame: FrameType
) -> Exercise:
    """The exercise of an expression; the arguments are those of `exercise_of`."""
    if example:
        raise TypeError(
            "x, target and loss belong to a network: worksheet(model, x, target). For the result of an expression "
            "write worksheet(root) alone"
        )
    given = {name: node for node, name in node_names([root], names, frame).items()}
    named = explain(root, names=given, digits=digits).names
    said: dict[str, Any] = {} if roles is None else {"roles": roles}
    whole = build_scene(root, given, max_nodes=len(topological_order(root)), **said)
    role_of = {node.value: node.role for node in whole.nodes if isinstance(node.value, Value)}

    def scene(again: Mapping[Value, Value]) -> Scene:
        there = {role: [again[node] for node in role_of if role_of[node] == role] for role in roles or ()}
        told: dict[str, Any] = {} if roles is None else {"roles": there}
        return without_answers(build_scene(again[root], None, digits=digits, **told))

    return Exercise(root, named, role_of, scene)


def without_answers(scene: Scene) -> Scene:
    """The picture of a graph without the numbers that are to be found: operations and names, and what is given."""
    bare = Scene(edges=scene.edges, clusters=scene.clusters, note=scene.note)
    for node in scene.nodes:
        lines = [line for line in node.lines if line.kind != "gradient"]
        if isinstance(node.value, Value) and node.value.depth:
            lines = [
                line._replace(runs=line.runs[:-1]) if line.kind == "value" else line
                for line in lines
                if line.kind != "value" or node.name
            ]
        drawn = bare.add_node(node.value, node.role, tuple(lines))
        drawn.name, drawn.symbol = node.name, node.symbol
    return bare
