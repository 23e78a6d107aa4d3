"""How far apart things stand, for every layout engine."""

from __future__ import annotations

from autograd.drawing.lettering import Run, width_of
from autograd.drawing.scene import Scene

MARGIN = 14.0
"""Around the picture."""
NODE_GAP = 14.0
"""Between nodes of one column."""
CLUSTER_PADDING = 9.0
"""Between a box and what it holds."""
TITLE_SIZE = 11.0
"""The font size of a box's title."""
TITLE_HEIGHT = 16.0
TITLE_INDENT = 8.0
"""From the left side of a box to its title."""
LABEL_SIZE = 10.5
"""The font size of the text beside an edge, and of the note."""
_COLUMN_GAP = 38.0


def label_width(text: str) -> float:
    """How wide the text beside an edge is."""
    return width_of([Run(text)], LABEL_SIZE)


def title_width(title: str) -> float:
    """How wide the title of a box is."""
    return width_of([Run(title)], TITLE_SIZE)


def column_gap(scene: Scene) -> float:
    """Between columns: room for arrows, and for the text beside them."""
    widest = max([label_width(edge.label) for edge in scene.edges], default=0.0)
    return _COLUMN_GAP + 1.3 * widest


def minimum_lengths(scene: Scene) -> list[int]:
    """For every edge how many columns it spans at least.

    An edge into a box spans two, where the box has leaves that stand before its target: so the box of a layer begins
    to the right of the box before it.
    """
    boxes = [set(cluster.members) for cluster in scene.clusters]
    has_own_leaves = [
        {edge.target for edge in scene.edges if {edge.source, edge.target} <= box and _is_leaf(scene, edge.source)}
        for box in boxes
    ]
    return [
        2
        if any(edge.target in own and edge.source not in box for box, own in zip(boxes, has_own_leaves, strict=True))
        else 1
        for edge in scene.edges
    ]


def _is_leaf(scene: Scene, index: int) -> bool:
    return not scene.nodes[index].symbol and scene.nodes[index].role != "folded"
