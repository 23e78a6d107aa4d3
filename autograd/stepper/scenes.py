"""The pictures of a large graph, as its page needs them: the folded one, and those of what is in its groups.

Every node is drawn in one of these pictures, with what it is made of and what is made of it: there these are nodes too,
or they are in a group, or a signpost stands for them.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any, Final

from autograd.derivation.words import words
from autograd.drawing.layout import lay_out_alike
from autograd.drawing.lettering import Run
from autograd.drawing.nesting import Nested
from autograd.drawing.scene import Line, Scene
from autograd.drawing.svg import to_svg
from autograd.engine.value import Value

EFFORT: Final = 0.1  # there are many pictures
_LONGEST = "-8.{digits}e-8"  # a number that takes much room


def make_room(scene: Scene, digits: int, shared: Container[Value] = ()) -> None:
    """Widen the nodes of a scene that is not laid out, so that they have room for other numbers than these.

    Arguments:
        shared: those whose gradients are sums, which are open for some steps.
    """
    longest = _LONGEST.format(digits="8" * (digits - 1))
    value = Line("value", (Run(longest),))
    one, open_sum, several = (
        Line("gradient", (Run(words(key, number=number)),))
        for key, number in (
            ("gradient", longest),
            ("gradient", words("open_sum", sum=longest)),
            ("gradients_up_to", longest),
        )
    )
    for node in scene.nodes:
        for line in node.lines:
            if line.kind == "gradient":
                scene.make_room(node, several if node.value is None else open_sum if node.value in shared else one)
            elif line.kind == "value" and node.value is not None:
                scene.make_room(node, value)


def scenes(whole: Nested, places: Mapping[Value, int], digits: int, shared: Container[Value]) -> list[dict[str, Any]]:
    """The pictures of a graph, as JSON has them: that of the whole graph first, which is laid out already.

    Arguments:
        places: the number by which the tape knows each node.
        shared: see `make_room`.

    Returns:
        For each picture ``title``, ``svg``, and ``around``: which picture it is opened from. And ``shown``, of each of
        its boxes: the node; None for a constant; a list of nodes for a signpost that stands for several; and for a
        group which picture is in it, as ``{"group": 3}``. ``outside``: the boxes that are signposts.
    """
    inner = [nested.scene for path, nested in whole.walk() if path]
    for scene in inner:
        make_room(scene, digits, shared)
    lay_out_alike(inner, EFFORT)
    made: list[dict[str, Any]] = []
    waiting: list[tuple[Nested, int | None]] = [(whole, None)]
    for nested, around in waiting:  # grows on the way
        scene, own = nested.scene, len(made)
        groups = {}
        for index, group in nested.groups.items():
            groups[index] = len(waiting)
            waiting.append((group, own))
        shown: list[Any] = []
        for node in scene.nodes:
            if node.index in groups:
                shown.append({"group": groups[node.index]})
            elif isinstance(node.value, Value):
                shown.append(places[node.value])
            else:
                shown.append([places[value] for value in node.members] if node.members else None)
        made.append(
            {
                "title": nested.title,
                "around": around,
                "svg": None if around is None else to_svg(scene, style=False),
                "shown": shown,
                "outside": [node.index for node in scene.nodes if node.role == "outside"],
            }
        )
    return made
