"""`show`: both passes over a graph, step by step, in a notebook or as a page. Imports the picture and the formulas."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from copy import deepcopy

from autograd.drawing.build import build_scene
from autograd.drawing.layout import lay_out
from autograd.drawing.svg import to_svg
from autograd.naming import CALLER, Caller, node_names
from autograd.notation import significant
from autograd.stepper.figure import Figure, Row
from autograd.stepper.frames import PASSES, all_named, frames
from autograd.styles import MATHML, one_line
from autograd.value import Value

__all__ = ["Figure", "show"]

LARGE = 150  # from so many nodes on Graphviz takes too long, and our own layout serves


def show(root: Value, *, names: Mapping[str, object] | Caller | None = CALLER, digits: int = 4) -> Figure:
    """Step through the forward and the reverse pass of ``root``: each value, then each gradient, one idea at a time.

    A notebook displays the stepper: buttons, a slider, and the keys ← → Home End and space; a click on a node shows its
    whole calculation. ``save`` writes it as a page that needs nothing else. Where scripts do not run there is the
    finished picture and a table of all steps.

    Arguments:
        root: the result whose derivatives are taken.
        names: how nodes without a label are called: by default as the caller's variables; None for labels alone; or
            a mapping from names to nodes. What has no name then becomes v1, v2 ...
        digits: how many significant digits are shown.

    Returns:
        A `Figure`: ``.save(path)``, and ``.steps``, the list of steps.

    Raises:
        TypeError: if ``root`` is not a Value.
        ValueError: for less than one digit.

    Example:
        >>> from autograd import Value
        >>> w, x = Value(0.4), Value(1.0)
        >>> h = (w * x).sigmoid()
        >>> figure = show(h)
        >>> print(figure.steps[0].text)
        w = 0.4, x = 1

    Source: notes 4.5 and 4.7.
    """
    if not isinstance(root, Value):
        raise TypeError(f"show takes the result of an expression of Values, not {root!r:.60}")
    if digits < 1:
        raise ValueError(f"digits must be at least 1, not {digits}")
    twin, named = _twin(root, all_named(root, node_names([root], names, sys._getframe(1))))
    by_name = {name: node for node, name in named.items()}
    scene = build_scene(twin, by_name, max_nodes=len(named), digits=digits)
    lay_out(scene, "layered" if len(scene.nodes) > LARGE else None)
    index_of = {node.value: node.index for node in scene.nodes if isinstance(node.value, Value)}
    run = frames(twin, named, digits, index_of)
    drawn = [
        [MATHML.name(named[node.value]), significant(node.value.data, digits), one_line(named[node.value])]
        if isinstance(node.value, Value)
        else ["", "" if node.value is None else significant(node.value, digits), ""]
        for node in scene.nodes
    ]
    name = one_line(named[twin])
    return Figure(
        "graph",
        f"{name}, step by step",
        f"The graph of {name}: {len(named)} nodes, each with its value and its gradient.",
        to_svg(scene),
        [Row(PASSES[frame.phase], frame.text) for frame in run],
        {"root": index_of[twin], "nodes": drawn, "steps": [frame.data for frame in run]},
    )


def _twin(root: Value, names: dict[Value, str]) -> tuple[Value, dict[Value, str]]:
    """A copy of the graph with the gradients of one pass from ``root``, and its names; the graph keeps its own."""
    copies: dict[int, Value] = {}
    twin = deepcopy(root, copies)
    twin.zero_grad()
    if twin.depth:
        twin.backward()
    else:
        twin.grad = 1.0
    return twin, {copies[id(node)]: name for node, name in names.items()}
