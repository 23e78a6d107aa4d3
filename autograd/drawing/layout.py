"""`lay_out`: give a scene its places, by the best engine at hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

from autograd.drawing.columns import count_stops
from autograd.drawing.engines import has_dot, has_pygraphviz, lay_out_by_graphviz, run_dot, run_pygraphviz
from autograd.drawing.layered import lay_out_in_layers
from autograd.drawing.paths import place_labels
from autograd.drawing.scene import Cluster, Scene, SceneNode
from autograd.drawing.spacing import LABEL_SIZE, label_width

Engine: TypeAlias = Literal["dot", "pygraphviz", "layered"]

ENGINES: dict[str, tuple[Callable[[], bool], Callable[[Scene], None]]] = {
    "dot": (has_dot, lambda scene: lay_out_by_graphviz(scene, run_dot)),
    "pygraphviz": (has_pygraphviz, lambda scene: lay_out_by_graphviz(scene, run_pygraphviz)),
    "layered": (lambda: True, lay_out_in_layers),
}
"""For every engine whether it is at hand, and how it lays a scene out; in the order in which they are tried."""
MARGIN = 14.0
_MOST_FOR_GRAPHVIZ = 1200
"""Nodes, and columns that edges run through: at twice as many, dot takes seconds, then minutes."""
_INSTALL = {
    "dot": "install Graphviz (https://graphviz.org/download), or leave engine out: a picture needs no program",
    "pygraphviz": "pip install 'pygraphviz>=2.0.1', or leave engine out: a picture needs no program",
}


def lay_out(scene: Scene, engine: Engine | None = None) -> Scene:
    """Give every node, edge and box of a scene its place.

    Arguments:
        scene: changed in place.
        engine: "dot" (the program), "pygraphviz" or "layered" (pure Python, always there); None for the first of these
            that is at hand, and for the last where Graphviz would take too long.

    Returns:
        The scene.

    Raises:
        ValueError: for an engine that does not exist, or is not installed here, with how to install it.
    """
    if engine is None and len(scene.nodes) + count_stops(scene) > _MOST_FOR_GRAPHVIZ:
        engine = "layered"
    chosen = choose_engine(engine)
    if scene.nodes:
        ENGINES[chosen][1](scene)
    return finish(scene)


def choose_engine(engine: str | None) -> str:
    """The engine asked for, if it is at hand; the first that is, if none is asked for."""
    if engine is None:
        return next(name for name, (at_hand, _) in ENGINES.items() if at_hand())
    if engine not in ENGINES:
        raise ValueError(f"there is no layout engine {engine!r}; engines are {', '.join(map(repr, ENGINES))}")
    if not ENGINES[engine][0]():
        raise ValueError(f"the layout engine {engine!r} is not installed here; {_INSTALL[engine]}")
    return engine


def finish(scene: Scene) -> Scene:
    """Place the text of the edges, move everything so that the picture begins at the margin, and find its size."""
    place_labels(scene)
    framed: list[SceneNode | Cluster] = [*scene.nodes, *scene.clusters]
    boxes = [(item.x, item.y, item.width, item.height) for item in framed if item.width]
    points = [point for edge in scene.edges for point in edge.points]
    labels = [(x, y, label_width(e.label), LABEL_SIZE) for e in scene.edges if e.label_at for x, y in [e.label_at]]
    boxes += [(x, y, 0.0, 0.0) for x, y in points] + labels
    left = min([x - w / 2 for x, _, w, _ in boxes], default=0.0) - MARGIN
    top = min([y - h / 2 for _, y, _, h in boxes], default=0.0) - MARGIN
    scene.width = max([x + w / 2 for x, _, w, _ in boxes], default=0.0) + MARGIN - left
    scene.height = max([y + h / 2 for _, y, _, h in boxes], default=0.0) + MARGIN - top
    for item in framed:
        item.x, item.y = item.x - left, item.y - top
    for edge in scene.edges:
        edge.points = [(x - left, y - top) for x, y in edge.points]
        if edge.label_at:
            edge.label_at = edge.label_at[0] - left, edge.label_at[1] - top
    if scene.note:
        scene.width = max(scene.width, label_width(scene.note) + 2 * MARGIN)
        scene.height += 2 * LABEL_SIZE
    return scene
