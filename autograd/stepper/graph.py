"""`show_graph`: the stepper of the graph of an expression."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from types import FrameType

from autograd.derivation.naming import Caller, node_names
from autograd.derivation.styles import MATHML, one_line
from autograd.derivation.writing import significant
from autograd.drawing.build import build_scene
from autograd.drawing.layout import lay_out
from autograd.drawing.scene import Scene
from autograd.drawing.svg import to_svg
from autograd.engine.graph import topological_order
from autograd.engine.value import Value
from autograd.stepper.figure import Figure, Kind, Row
from autograd.stepper.frames import PASSES, all_named, frames

MAX_NODES = 1000
"""The largest graph that is shown: some 10 MB, which a browser holds. The page grows with the square of the nodes."""

GRAPH = Kind("graph", ("Pass", "Calculation"), "step through both passes", (Path(__file__).with_suffix(""),))


def show_graph(root: Value, names: Mapping[str, object] | Caller | None, digits: int, frame: FrameType) -> Figure:
    """The stepper of a graph.

    Arguments:
        frame: the caller whose variables give the names.

    The other arguments, and what is raised, are those of `autograd.show`.
    """
    n = len(topological_order(root))
    if n > MAX_NODES:
        raise ValueError(
            f"show steps through {MAX_NODES:,} nodes at most, which is what a browser can hold; this graph has {n:,}. "
            "Show a part of it, such as an inner node or the loss of one example; draw(root) folds a large graph into "
            "a picture, and show(model, x, target) steps through a network neuron by neuron"
        )
    twin, named = _twin(root, all_named(root, node_names([root], names, frame)))
    by_name = {name: node for node, name in named.items()}
    scene = build_scene(twin, by_name, max_nodes=len(named), digits=digits)
    lay_out(scene)
    index_of = {node.value: node.index for node in scene.nodes if isinstance(node.value, Value)}
    run = frames(twin, named, digits, index_of)
    name = one_line(named[twin])
    return Figure(
        GRAPH,
        f"{name}, step by step",
        f"The graph of {name}: {len(named)} nodes, each with its value and its gradient.",
        to_svg(scene),
        [Row(PASSES[frame.phase], frame.text) for frame in run],
        {"root": index_of[twin], "nodes": nodes_of(scene, digits), "steps": [frame.data for frame in run]},
    )


def nodes_of(scene: Scene, digits: int) -> list[list[str]]:
    """Of each node, for the script: its name as MathML, its number, its name as text; no names for what has none."""
    return [
        [MATHML.name(node.name), significant(node.value.data, digits), one_line(node.name)]
        if isinstance(node.value, Value)
        else ["", node.lines[-1].text, ""]
        for node in scene.nodes
    ]


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
