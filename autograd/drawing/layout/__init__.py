"""`lay_out`: the places of everything in a picture, in columns from left to right; the same on every machine.

Every node gets a column, to the right of its operands; an edge over several columns gets a stop in each of them; the
order in each column is chosen for few crossings; then heights, for straight edges; then curves through the stops, boxes
around their members, and text beside the edges.

Source: Sugiyama, Tagawa and Toda, "Methods for visual understanding of hierarchical system structures" (1981); Gansner,
Koutsofios, North and Vo, "A technique for drawing directed graphs" (1993).
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

from autograd.drawing.layout.columns import Vertices
from autograd.drawing.layout.heights import heights_of, part_boxes
from autograd.drawing.layout.labels import place_labels
from autograd.drawing.layout.ordering import Columns, order_columns
from autograd.drawing.layout.routes import route, surround
from autograd.drawing.layout.spacing import LABEL_SIZE, column_gap, label_width
from autograd.drawing.scene import Cluster, Point, Scene, SceneNode

MARGIN = 14.0


def lay_out(scene: Scene) -> Scene:
    """Give every node, edge and box of a scene its place, in points; a scene that has its places keeps them.

    Returns:
        The scene, changed in place.
    """
    if scene.width:
        return scene
    if scene.nodes:
        vertices = Vertices(scene)
        columns = _ordered(vertices)
        heights = heights_of(scene, vertices, columns)
        part_boxes(scene, vertices, columns, heights)
        for node in scene.nodes:
            node.y = heights[node.index]
        borders = _place_columns(scene, vertices, columns, heights)
        route(scene, vertices, heights, borders)
        for i in reversed(range(len(scene.clusters))):  # inner boxes before those around them
            surround(scene, i)
    return finish(scene)


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


def _ordered(vertices: Vertices) -> Columns:
    """The columns, each from top to bottom, with few crossings, and operands in their order where that costs none."""
    best = order_columns(vertices.column, vertices.left, vertices.right)
    return _operands_in_order(vertices, best if _first_above(vertices, best) else [column[::-1] for column in best])


def _first_above(vertices: Vertices, columns: Columns) -> bool:
    """Whether most first operands stand above the second ones; upside down, just as many edges cross."""
    place = {vertex: i for column in columns for i, vertex in enumerate(column)}
    operands: defaultdict[int, list[int]] = defaultdict(list)
    for path in vertices.paths:
        if not vertices.is_private(path[0]):
            operands[path[-1]].append(path[0])
    pairs = {pair for sources in operands.values() for pair in pairwise(sources)}  # once, however many results use them
    above = [place[a] - place[b] for a, b in pairs if vertices.column[a] == vertices.column[b]]
    return sum((d < 0) - (d > 0) for d in above) >= 0


def _operands_in_order(vertices: Vertices, columns: Columns) -> Columns:
    """Leaves that one result alone uses, in the order in which it names them; their edges cross no more than before."""
    place = {vertex: i for column in columns for i, vertex in enumerate(column)}
    ordered = [list(column) for column in columns]
    for operands in vertices.left:
        of_column: defaultdict[int, list[int]] = defaultdict(list)
        for v in dict.fromkeys(operands):
            if vertices.is_private(v):
                of_column[vertices.column[v]].append(v)
        for c, leaves in of_column.items():
            for at, leaf in zip(sorted([place[v] for v in leaves]), leaves, strict=True):
                ordered[c][at] = leaf
    return ordered


def _place_columns(scene: Scene, vertices: Vertices, columns: Columns, heights: list[float]) -> list[Point]:
    """Give every node its x; the left and right border of every column. Steep edges get wider gaps."""
    steepest: defaultdict[int, float] = defaultdict(float)
    for vertex, near in enumerate(vertices.right):
        for other in near:
            i = vertices.column[vertex]
            steepest[i] = max(steepest[i], abs(heights[other] - heights[vertex]))
    borders: list[Point] = []
    left, gap = 0.0, column_gap(scene)
    for i, column in enumerate(columns):
        nodes = [scene.nodes[vertex] for vertex in column if vertex < vertices.n_nodes]
        width = max([node.width for node in nodes], default=0.0)
        for node in nodes:
            node.x = left + width / 2
        borders.append((left, left + width))
        left += width + max(gap, min(steepest[i] / 4, 2.5 * gap))
    return borders
