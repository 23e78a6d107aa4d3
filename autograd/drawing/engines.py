"""The layout engines that are Graphviz: the ``dot`` program, and pygraphviz, which runs it in process.

Both get the sizes of the nodes and no text of the user's; both give positions as JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from shutil import which

from autograd.drawing.scene import Role, Scene
from autograd.drawing.spacing import CLUSTER_PADDING, NODE_GAP, TITLE_SIZE, column_gap, minimum_lengths

GRAPHVIZ_SHAPES: dict[Role, str] = {"input": "ellipse", "target": "hexagon", "neuron": "ellipse"}
"""The shapes of the roles that are no rectangles."""


def has_dot() -> bool:
    """Whether the ``dot`` program is on the path."""
    return which("dot") is not None


def has_pygraphviz() -> bool:
    """Whether pygraphviz is installed."""
    return find_spec("pygraphviz") is not None


def run_dot(source: str, format: str) -> bytes:
    """What ``dot -Tformat`` makes of DOT source."""
    return subprocess.run(["dot", f"-T{format}"], input=source.encode(), capture_output=True, check=True).stdout


def run_pygraphviz(source: str, format: str) -> bytes:
    """What pygraphviz makes of DOT source."""
    with quiet_stderr():
        pygraphviz = import_module("pygraphviz")
        graph = pygraphviz.AGraph(string=source)
        try:
            drawn: bytes = graph.draw(format=format, prog="dot")
            return drawn
        finally:
            graph.close()


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Keep file descriptor 2 quiet: Graphviz's libraries complain there about fonts, past Python's ``sys.stderr``."""
    sys.stderr.flush()
    saved = os.dup(2)
    try:
        with tempfile.TemporaryFile() as sink:
            os.dup2(sink.fileno(), 2)
            yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)


def lay_out_by_graphviz(scene: Scene, run: Callable[[str, str], bytes]) -> None:
    """Place everything where Graphviz puts it, in points from the upper left corner."""
    layout = json.loads(run(_layout_source(scene), "json0"))
    height = _numbers(layout["bb"])[3]
    for item in layout.get("objects", ()):
        kind, _, index = item["name"].partition("_")
        if kind == "n":
            node = scene.nodes[int(index)]
            x, y = _numbers(item["pos"])
            node.x, node.y = x, height - y
        else:
            cluster = scene.clusters[int(index)]
            left, low, right, high = _numbers(item["bb"])
            cluster.x, cluster.y = (left + right) / 2, height - (low + high) / 2
            cluster.width, cluster.height = right - left, high - low
    for item in layout.get("edges", ()):
        path = [_numbers(point) for point in item["pos"].split()]
        scene.edges[int(item["id"])].points = [(x, height - y) for x, y in path]


def _numbers(text: str) -> list[float]:
    return [float(number) for number in text.split(",")]


def _layout_source(scene: Scene) -> str:
    """DOT source with everything that matters for the positions, and nothing else."""
    lines = [
        "digraph {",
        f"rankdir=LR nodesep={NODE_GAP / 72:.4f} ranksep={column_gap(scene) / 72:.4f}",
        'node [label="" fixedsize=true] edge [dir=none]',
    ]
    depths = [0] * len(scene.clusters)
    for i, cluster in enumerate(scene.clusters):
        if cluster.parent is not None:
            depths[i] = depths[cluster.parent] + 1
    open_clusters: list[int] = []
    for i, cluster in enumerate(scene.clusters):
        while len(open_clusters) > depths[i]:
            lines.append("}")
            open_clusters.pop()
        open_clusters.append(i)
        title = "x" * len(cluster.title)
        lines.append(f'subgraph cluster_{i} {{ label="{title}" fontsize={TITLE_SIZE} margin={CLUSTER_PADDING}')
        lines.append(" ".join([f"n_{k}" for k in cluster.members]))
    lines += ["}"] * len(open_clusters)
    for node in scene.nodes:
        shape = GRAPHVIZ_SHAPES.get(node.role, "box")
        lines.append(f"n_{node.index} [shape={shape} width={node.width / 72:.4f} height={node.height / 72:.4f}]")
    for edge, length in zip(scene.edges, minimum_lengths(scene), strict=True):
        lines.append(f'n_{edge.source} -> n_{edge.target} [id="{edge.index}" minlen={length}]')
    return "\n".join([*lines, "}"])
