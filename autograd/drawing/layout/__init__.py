"""`lay_out`: the places of everything in a picture, in columns from left to right; the same on every machine.

Every node gets a column, to the right of its operands; an edge over several columns gets a stop in each of them; the
order in each column is chosen for few crossings; then heights, for straight edges; then curves through the stops, boxes
around their members, and text beside the edges.

Source: Sugiyama, Tagawa and Toda, "Methods for visual understanding of hierarchical system structures" (1981); Gansner,
Koutsofios, North and Vo, "A technique for drawing directed graphs" (1993).
"""

from __future__ import annotations

from collections.abc import Iterable

from autograd.drawing.layout.columns import Grid
from autograd.drawing.layout.heights import heights_of
from autograd.drawing.layout.keys import place_legend
from autograd.drawing.layout.labels import place_labels
from autograd.drawing.layout.ordering import order_columns
from autograd.drawing.layout.routes import place_columns, route, surround
from autograd.drawing.layout.spacing import LABEL_SIZE, MARGIN, label_width, title_width
from autograd.drawing.scene import Cluster, Scene, SceneNode


def lay_out(scene: Scene, effort: float = 1.0) -> Scene:
    """Give every node, edge and box of a scene its place, in points; a scene that has its places keeps them.

    Arguments:
        effort: how long crossings are looked for: less where there are many pictures.

    Returns:
        The scene, changed in place.
    """
    if scene.width:
        return scene
    if scene.nodes:
        grid = Grid(scene)
        columns = order_columns(grid.column, grid.left, grid.right, grid.boxes, effort)
        heights = heights_of(scene, grid, columns, effort)
        for node in scene.nodes:
            node.y = heights[node.index]
        borders = place_columns(scene, grid, columns, heights)
        route(scene, grid, heights, borders)
        surround(scene, grid, heights, borders)
    return finish(scene)


def lay_out_alike(scenes: Iterable[Scene], effort: float = 1.0) -> None:
    """`lay_out` for many scenes: of those that are alike, as the time steps of a recurrence are, one is laid out."""
    known: dict[object, Scene] = {}
    for scene in scenes:
        twin = known.setdefault(_shape(scene), scene)
        if twin is scene or scene.width:
            lay_out(scene, effort)
            continue
        for node, like in zip(scene.nodes, twin.nodes, strict=True):
            node.x, node.y = like.x, like.y
        for edge, other in zip(scene.edges, twin.edges, strict=True):
            edge.points, edge.label_at = list(other.points), other.label_at
        for box, that in zip(scene.clusters, twin.clusters, strict=True):
            box.x, box.y, box.width, box.height, box.title_x = that.x, that.y, that.width, that.height, that.title_x
        for key, same in zip(scene.legend, twin.legend, strict=True):
            key.x, key.y = same.x, same.y
        scene.width, scene.height = twin.width, twin.height


def _shape(scene: Scene) -> object:
    """All that the places in a scene depend on."""
    return (
        tuple([(node.role, node.width, node.height) for node in scene.nodes]),
        tuple([(edge.source, edge.target, label_width(edge.label)) for edge in scene.edges]),
        tuple([(title_width(box.title), tuple(box.members), box.parent) for box in scene.clusters]),
        tuple([(key.look, key.text, key.circle) for key in scene.legend]),
        label_width(scene.note) if scene.note else None,
    )


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
    for cluster in scene.clusters:
        cluster.title_x -= left
    for edge in scene.edges:
        edge.points = [(x - left, y - top) for x, y in edge.points]
        if edge.label_at:
            edge.label_at = edge.label_at[0] - left, edge.label_at[1] - top
    if scene.note:
        scene.width = max(scene.width, label_width(scene.note) + 2 * MARGIN)
    place_legend(scene)
    if scene.note:
        scene.height += 2 * LABEL_SIZE
    return scene
