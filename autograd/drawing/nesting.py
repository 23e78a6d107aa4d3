"""Nesting: a picture of a large graph, the pictures of what is in its groups, of what is in groups there, and so on.

Every node of the graph is drawn in one of these pictures, and all others show a group that it is in.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from autograd.drawing.scene import Scene
from autograd.engine.value import Value


class Nested:
    """A scene, and what is in its groups.

    Arguments:
        scene: laid out or not; those inside are made when they are asked for, and not laid out.
        title: that of the group whose inside it is; empty for the whole graph.

    Example:
        >>> from autograd import Value, topological_order
        >>> from autograd.drawing.build import build_scene
        >>> h = Value(0.5)
        >>> for t in range(50):
        ...     h = (h * Value(0.1) + Value(0.2)).tanh()
        >>> whole = Nested(build_scene(h))
        >>> [group.title for group in whole.groups.values()]
        ['steps 2 to 49']
        >>> places = whole.places()
        >>> set(places) == set(topological_order(h))
        True
    """

    def __init__(self, scene: Scene, title: str = "") -> None:
        self.scene = scene
        self.title = title

    @cached_property
    def groups(self) -> dict[int, Nested]:
        """What is in each group, by the index of its node in the scene."""
        return {node.index: Nested(node.inside(), node.name) for node in self.scene.nodes if node.inside}

    def walk(self) -> Iterator[tuple[tuple[int, ...], Nested]]:
        """This and everything in it, outer ones first, each after the indices of the groups that lead to it."""
        yield (), self
        for index, group in self.groups.items():
            for path, nested in group.walk():
                yield (index, *path), nested

    def places(self) -> dict[Value, tuple[int, ...]]:
        """Where every node is drawn: the indices of the groups that lead to it, and at last its own in its scene."""
        return {
            node.value: (*path, node.index)
            for path, nested in self.walk()
            for node in nested.scene.nodes
            if isinstance(node.value, Value) and node.role != "outside"
        }
