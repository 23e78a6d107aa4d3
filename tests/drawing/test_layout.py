"""The layout: what must hold of every picture, and how it compares with Graphviz."""

from __future__ import annotations

import json
import random
import xml.etree.ElementTree as ET
from itertools import combinations, pairwise
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd.drawing.build import build_scene
from autograd.drawing.dot import to_digraph
from autograd.drawing.layout import lay_out
from autograd.drawing.layout.labels import place_labels, point_at, title_box
from autograd.drawing.layout.spacing import CLUSTER_PADDING, LABEL_SIZE, NODE_GAP, TITLE_HEIGHT, label_width
from autograd.drawing.scene import Cluster, Point, Scene, SceneNode
from autograd.drawing.svg import to_svg
from autograd.engine.value import Value
from autograd.functions import dot, fsum, softmax
from nn.layers import MLP
from tests.examples import examples
from tests.peers import program

ROUNDING = 1e-6  # of coordinates, which are some thousands of points at most


def random_graph(n_nodes: int, seed: int) -> list[Value]:
    """The results of a random graph in which a third of the nodes are leaves."""
    rng = random.Random(seed)
    nodes = [Value(rng.uniform(0.5, 2.0)) for _ in range(max(2, n_nodes // 3))]
    unused = list(nodes)
    while len(nodes) < n_nodes:
        a = rng.choice(unused if len(unused) > 1 and rng.random() < 0.6 else nodes)
        b = rng.choice(nodes)
        nodes.append(a + b if rng.random() < 0.5 else a * b)
        unused = [node for node in unused if node is not a and node is not b] + nodes[-1:]
    return unused


def scene_of(root: Value | list[Value], **options: object) -> Scene:
    return build_scene(root, {}, max_nodes=1000, **options)  # type: ignore[arg-type]


def network_output(n_inputs: int, sizes: list[int]) -> Value | list[Value]:
    return MLP(n_inputs, sizes, activation="tanh")([Value(float(i)) for i in range(n_inputs)])


def network_loss() -> Value:
    output = network_output(2, [3, 1])
    assert isinstance(output, Value)
    return (output - 1.0) ** 2


def long_edge() -> Value:
    x = Value(1.0)
    y = x
    for _ in range(6):
        y = (y * 0.5).tanh()
    return x * y


def same_operand_twice() -> Value:
    x = Value(3.0)
    return x * x


SCENES = {
    "one leaf": lambda: scene_of(Value(1.0)),
    "same operand twice": lambda: scene_of(same_operand_twice()),
    "long edge": lambda: scene_of(long_edge(), local_derivatives=True),
    "network": lambda: scene_of(network_loss()),
    "two graphs": lambda: scene_of([same_operand_twice(), long_edge()]),
    "15 nodes": lambda: scene_of(random_graph(15, 1)),
    "60 nodes": lambda: scene_of(random_graph(60, 2)),
    "folded": lambda: build_scene(random_graph(60, 3), {}, max_nodes=10),
}


@pytest.fixture(scope="module", params=SCENES.values(), ids=SCENES.keys())
def scene(request: pytest.FixtureRequest) -> Scene:
    return lay_out(request.param())


def overlap(a: SceneNode | Cluster, b: SceneNode | Cluster) -> bool:
    return abs(a.x - b.x) < (a.width + b.width) / 2 - ROUNDING and abs(a.y - b.y) < (a.height + b.height) / 2 - ROUNDING


def assert_sound(scene: Scene) -> None:
    """What must hold of every layout."""
    for a, b in combinations(scene.nodes, 2):
        assert not overlap(a, b)
    for node in scene.nodes:
        assert node.width / 2 <= node.x <= scene.width - node.width / 2
        assert node.height / 2 <= node.y <= scene.height - node.height / 2
    for edge in scene.edges:
        source, target = scene.nodes[edge.source], scene.nodes[edge.target]
        assert source.x + source.width / 2 < target.x - target.width / 2
        assert len(edge.points) % 3 == 1
        assert edge.points[0] == pytest.approx((source.x + source.width / 2, source.y))
        assert edge.points[-1][0] == pytest.approx(target.x - target.width / 2)
        assert abs(edge.points[-1][1] - target.y) <= 0.3 * target.height + ROUNDING


@pytest.mark.slow
def test_layout_is_sound(scene: Scene) -> None:
    assert_sound(scene)


@given(n_nodes=st.integers(3, 40), seed=st.integers(0, 10**6))
@settings(max_examples=examples(15), deadline=None)
def test_layout_of_any_graph_is_sound(n_nodes: int, seed: int) -> None:
    assert_sound(lay_out(scene_of(random_graph(n_nodes, seed))))


def test_nodes_of_a_column_keep_their_gap(scene: Scene) -> None:
    for a, b in combinations(scene.nodes, 2):
        if a.x == b.x:
            assert abs(a.y - b.y) >= (a.height + b.height) / 2 + NODE_GAP - ROUNDING


def test_no_edge_runs_through_a_node(scene: Scene) -> None:
    for edge in scene.edges:
        others = [node for node in scene.nodes if node.index not in (edge.source, edge.target)]
        for x, y in sampled(edge.points):
            assert not any(abs(x - n.x) < n.width / 2 - 0.5 and abs(y - n.y) < n.height / 2 - 0.5 for n in others)


def test_edges_have_no_corners(scene: Scene) -> None:
    for edge in scene.edges:
        for before, joint, after in zip(edge.points[2::3], edge.points[3::3], edge.points[4::3], strict=False):
            assert before[1] == pytest.approx(joint[1])
            assert after[1] == pytest.approx(joint[1])


def test_two_arrows_from_one_operand_end_apart() -> None:
    scene = lay_out(scene_of(same_operand_twice()))
    first, second = [edge.points[-1][1] for edge in scene.edges]
    assert second - first > 5.0


def test_a_leaf_stands_beside_its_only_result() -> None:
    y = Value(1.0)
    for _ in range(5):
        y = y.tanh()
    w = Value(2.0)
    scene = lay_out(scene_of(w * y))
    place = {node.value: node.x for node in scene.nodes}
    assert place[w] == pytest.approx(place[y])


def test_operands_follow_a_leaf_that_moves_beside_its_result() -> None:
    y = Value(1.0)
    for _ in range(5):
        y = y.tanh()
    w = Value(2.0)
    exponential = w.exp()
    scene = lay_out(scene_of((exponential + w) * y))
    columns = sorted({round(node.x, 3) for node in scene.nodes})
    place = {node.value: columns.index(round(node.x, 3)) for node in scene.nodes}
    assert place[exponential] - place[w] == 1
    assert place[w] == len(columns) - 4


@pytest.mark.slow
@pytest.mark.parametrize("n_leaves", [2, 3, 8, 16])
def test_a_tree_has_no_crossings(n_leaves: int) -> None:
    level = [Value(float(i)) for i in range(n_leaves)]
    while len(level) > 1:
        level = [level[0] * level[-1], *level[1:-1]] if len(level) % 2 else [a * b for a, b in pairwise_halves(level)]
    assert crossings(lay_out(scene_of(level[0]))) == 0


def pairwise_halves(values: list[Value]) -> list[tuple[Value, Value]]:
    half = len(values) // 2
    return list(zip(values[:half], values[half:], strict=True))


def test_layout_is_the_same_every_time() -> None:
    pictures = [lay_out(scene_of(random_graph(40, 5))) for _ in range(2)]
    first, second = [([(n.x, n.y) for n in s.nodes], [e.points for e in s.edges], s.width, s.height) for s in pictures]
    assert first == second


def test_an_empty_scene_has_nothing_to_lay_out() -> None:
    scene = lay_out(Scene())
    assert not scene.nodes


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("n_nodes", [15, 60])
def test_crossings_are_at_most_a_tenth_more_than_those_of_dot(n_nodes: int, seed: int) -> None:
    program("dot")
    scene = scene_of(random_graph(n_nodes, seed))
    dots = json.loads(to_digraph(scene).pipe("json0"))
    index = [int(node["name"].removeprefix("n_")) for node in dots["objects"]]
    of_dot = Scene()
    for line in dots["edges"]:
        edge = of_dot.add_edge(index[line["tail"]], index[line["head"]])
        end, *path = [tuple(map(float, point.removeprefix("e,").split(","))) for point in line["pos"].split()]
        edge.points = [(x, y) for x, y in (*path, end)]
    assert crossings(lay_out(scene)) <= ceil(1.1 * crossings(of_dot))


# --- boxes -----------------------------------------------------------------------------------------------------


def test_weights_of_a_neuron_and_neurons_of_a_layer_stand_in_their_order() -> None:
    model = MLP(3, [4, 1], activation="tanh", seed=1)
    scene = lay_out(scene_of(model([Value(1.0), Value(2.0), Value(3.0)])))
    height = {node.value: node.y for node in scene.nodes}
    rows = [neuron.row for layer in model.layers for neuron in layer.neurons]
    assert all([height[w] for w in row] == sorted(height[w] for w in row) for row in rows)
    firsts = [height[row[0]] for row in rows[:4]]
    assert firsts == sorted(firsts)


@pytest.mark.parametrize("sizes", [(2, [3, 1]), (3, [4, 1]), (2, [4, 3, 2]), (2, [2, 2, 2, 1])], ids=str)
def test_boxes_of_a_network_hold_their_members_and_nothing_else(sizes: tuple[int, list[int]]) -> None:
    scene = lay_out(scene_of(network_output(*sizes)))
    drawn = scene.clusters
    assert len(drawn) > 1
    for box in drawn:
        for node in scene.nodes:
            assert overlap(box, node) == (node.index in box.members)
    for a, b in combinations(drawn, 2):
        nested = set(a.members) >= set(b.members) or set(b.members) >= set(a.members)
        assert overlap(a, b) == nested


def encloses(outer: Cluster, inner: SceneNode | Cluster, above: float = CLUSTER_PADDING) -> bool:
    """Whether something is in a box, with the padding around it, and above it the room for the box's title."""
    return (
        outer.x - outer.width / 2 + CLUSTER_PADDING <= inner.x - inner.width / 2 + ROUNDING
        and inner.x + inner.width / 2 <= outer.x + outer.width / 2 - CLUSTER_PADDING + ROUNDING
        and outer.y - outer.height / 2 + above <= inner.y - inner.height / 2 + ROUNDING
        and inner.y + inner.height / 2 <= outer.y + outer.height / 2 - CLUSTER_PADDING + ROUNDING
    )


@pytest.mark.parametrize("sizes", [(1, [1]), (2, [3, 1]), (3, [4, 1]), (2, [4, 3, 2])], ids=str)
def test_a_box_encloses_its_members_and_has_room_for_its_title(sizes: tuple[int, list[int]]) -> None:
    scene = lay_out(scene_of(network_output(*sizes)))
    for box in scene.clusters:
        for member in (*[scene.nodes[i] for i in box.members], *[c for c in scene.clusters if c.parent is not None]):
            if isinstance(member, Cluster) and scene.clusters[member.parent or 0] is not box:
                continue
            assert encloses(box, member, CLUSTER_PADDING + TITLE_HEIGHT)


def test_a_box_keeps_out_what_stands_between_its_members() -> None:
    a = Value(1.0) + Value(2.0)
    b = a.exp()
    scene = scene_of(b.tanh())
    index = {node.value: node.index for node in scene.nodes}
    scene.clusters.append(Cluster("gap", [index[a], len(scene.nodes) - 1]))
    lay_out(scene)
    assert [node.value for node in scene.nodes if overlap(scene.clusters[0], node)] == [a, scene.nodes[-1].value]


@pytest.mark.parametrize("target", [1.0, Value(1.0)], ids=["a constant", "a leaf"])
@pytest.mark.parametrize("labelled", [True, False], ids=["inputs", "numbers"])
def test_the_loss_of_a_network_has_its_inputs_in_order_and_a_box_for_its_output_neuron(
    target: Value | float, labelled: bool
) -> None:
    model = MLP(2, [3, 1], activation="tanh", seed=0)
    output = model([Value(0.5), Value(-1.0)] if labelled else [0.5, -1.0])
    assert isinstance(output, Value)
    scene = lay_out(scene_of((output - target) ** 2))
    height = {node.lines[0].text: node.y for node in scene.nodes if node.role == "input"}
    assert height["0.5"] < height["−1"]
    (box,) = [box for box in scene.clusters if box.title == "output neuron"]
    for node in scene.nodes:
        assert overlap(box, node) == (node.index in box.members)


def odd_network(seed: int) -> Value:
    """Weighted sums, layers and softmaxes over one another's results, some with the same weights, some of numbers."""
    rng = random.Random(seed)
    pool: list[Value] = [Value(rng.random()) for _ in range(3)]
    rows: list[list[Value | float]] = []
    for _ in range(6):
        kind = rng.random()
        if kind < 0.5:
            if not rows or rng.random() < 0.7:
                rows.append([Value(rng.random()) if rng.random() < 0.85 else 0.3 for _ in range(rng.randint(1, 3))])
            row = rng.choice(rows)
            z = dot(row, [rng.choice(pool) for _ in row])
            pool.append(z.tanh() if rng.random() < 0.6 else z)
        elif kind < 0.8:
            inputs = rng.sample(pool, 2)
            sums = [dot([Value(rng.random()) for _ in inputs], inputs, Value(0.0)) for _ in range(rng.randint(2, 3))]
            pool += softmax(sums) if rng.random() < 0.4 else [z.sigmoid() for z in sums]
        else:
            pool.append(rng.choice(pool) * rng.choice(pool) + rng.choice([1.0, rng.choice(pool)]))
    return fsum(pool[-4:])


def titles(scene: Scene) -> list[SceneNode]:
    """The title of each box, as a box."""
    boxes = []
    for left, top, right, bottom in map(title_box, scene.clusters):
        box = Scene().add_node(None, "constant", ())
        box.x, box.y, box.width, box.height = (left + right) / 2, (top + bottom) / 2, right - left, bottom - top
        boxes.append(box)
    return boxes


def assert_boxes_are_sound(scene: Scene) -> None:
    """What must hold of the boxes of every layout: they are a tree, as drawn, and their titles stand free."""
    for box, title in zip(scene.clusters, titles(scene), strict=True):
        for node in scene.nodes:
            assert overlap(box, node) == (node.index in box.members)
            if node.index in box.members:
                assert encloses(box, node, CLUSTER_PADDING + TITLE_HEIGHT)
        if box.parent is not None:
            assert encloses(scene.clusters[box.parent], box, CLUSTER_PADDING + TITLE_HEIGHT)
        assert box.x - box.width / 2 < title.x - title.width / 2 < title.x + title.width / 2 < box.x + box.width / 2
        things = [*scene.nodes, *titles(scene), *text_boxes(scene)]
        assert sum(overlap(title, other) for other in things) == 1  # itself
    assert not lines_through_titles(scene)
    for a, b in combinations(range(len(scene.clusters)), 2):
        assert overlap(scene.clusters[a], scene.clusters[b]) == (a in around(scene, b))


def lines_through_titles(scene: Scene) -> list[tuple[str, int]]:
    """Each title through which a line runs, with the line's index."""
    return [
        (box.title, edge.index)
        for box, title in zip(scene.clusters, titles(scene), strict=True)
        for edge in scene.edges
        if any(
            abs(x - title.x) < title.width / 2 and abs(y - title.y) < title.height / 2 for x, y in sampled(edge.points)
        )
    ]


def around(scene: Scene, box: int) -> list[int]:
    """The boxes around a box, the innermost first."""
    parent = scene.clusters[box].parent
    return [] if parent is None else [parent, *around(scene, parent)]


@given(seed=st.integers(0, 10**6), labels=st.booleans())
@settings(max_examples=examples(20), deadline=None)
def test_boxes_of_any_graph_hold_their_members_and_nothing_else(seed: int, labels: bool) -> None:
    scene = lay_out(scene_of(odd_network(seed), local_derivatives=labels))
    assert_sound(scene)
    assert_boxes_are_sound(scene)


@given(seed=st.integers(0, 10**6))
@settings(max_examples=examples(20), deadline=None)
def test_boxes_nest_as_deep_as_they_are(seed: int) -> None:
    rng = random.Random(seed)
    scene = scene_of(random_graph(rng.randint(5, 40), seed))

    def divide(members: list[int], parent: int | None) -> None:
        for some in (members[: len(members) // 2], members[len(members) // 2 :]):
            if len(some) > 1 and rng.random() < 0.8:
                scene.clusters.append(Cluster("the title of a box"[: rng.randint(1, 18)], some, parent))
                divide(some[rng.randint(0, 1) :], len(scene.clusters) - 1)

    divide(list(range(len(scene.nodes))), None)
    assert_boxes_are_sound(lay_out(scene))


@pytest.mark.parametrize("sizes", [(2, [2, 1]), (3, [4, 4, 1]), (4, [8, 3])], ids=str)
@pytest.mark.parametrize("labels", [False, True], ids=["plain", "local derivatives"])
def test_titles_of_a_network_stand_free(sizes: tuple[int, list[int]], labels: bool) -> None:
    assert_boxes_are_sound(lay_out(scene_of(network_output(*sizes), local_derivatives=labels)))


# --- text ------------------------------------------------------------------------------------------------------


def text_boxes(scene: Scene) -> list[SceneNode]:
    """The text beside each edge, as a box."""
    boxes = []
    for edge in scene.edges:
        if edge.label_at is not None:
            box = Scene().add_node(None, "constant", ())
            (box.x, box.y), box.width, box.height = edge.label_at, label_width(edge.label), LABEL_SIZE
            boxes.append(box)
    return boxes


@pytest.mark.parametrize("n_nodes", [9, 15])
def test_text_beside_edges_covers_no_node_and_no_other_text_where_there_is_room(n_nodes: int) -> None:
    scene = lay_out(scene_of(fsum(random_graph(n_nodes, 1)), local_derivatives=True))
    boxes = text_boxes(scene)
    assert len(boxes) == len(scene.edges)
    assert not any(overlap(box, node) for box in boxes for node in scene.nodes)
    assert not any(overlap(a, b) for a, b in combinations(boxes, 2))


def test_text_beside_an_edge_gives_way_to_a_node_that_is_in_its_place() -> None:
    scene = Scene()
    for x, y, size in ((0.0, 0.0, 20.0), (300.0, 0.0, 20.0), (150.0, 0.0, 40.0)):  # the third one stands in the middle
        node = scene.add_node(None, "operation", ())
        node.x, node.y, node.width, node.height = x, y, size, size
    edge = scene.add_edge(0, 1)
    edge.label, edge.points = "0.5", [(10.0, 0.0), (100.0, 0.0), (200.0, 0.0), (290.0, 0.0)]
    place_labels(scene)
    assert not any(overlap(text_boxes(scene)[0], node) for node in scene.nodes)


def test_the_note_stands_below_everything_else_and_inside_of_the_picture() -> None:
    graph = random_graph(60, 3)
    scene = lay_out(build_scene(graph, {}, max_nodes=10))
    assert scene.note
    lowest = max(node.y + node.height / 2 for node in scene.nodes)
    assert scene.height >= lowest + 2 * LABEL_SIZE
    assert scene.width >= label_width(scene.note)
    root = ET.fromstring(to_svg(scene))
    (note,) = [text for text in root.iter() if text.get("class") == "remark"]
    assert lowest + LABEL_SIZE <= float(note.get("y", "nan")) <= scene.height


def test_leaves_of_a_layer_stand_to_the_right_of_the_layer_before_it() -> None:
    scene = lay_out(scene_of(network_output(2, [2, 2, 2])))
    outer = [box for box in scene.clusters if box.parent is None]
    assert len(outer) == 3
    for before, after in pairwise(outer):
        assert before.x + before.width / 2 < after.x - after.width / 2


def recurrent(steps: int) -> Value:
    """The same two parameters in every step, so that edges run through many columns."""
    w, b, h = Value(0.5), Value(0.1), Value(1.0)
    for _ in range(steps):
        h = (w * h + b).tanh()
    return h


def test_the_input_of_a_time_step_stands_beside_the_step() -> None:
    wx, wh, h = Value(0.5), Value(0.3), Value(0.1)
    inputs, states = [Value(0.1 * t) for t in range(10)], [h]
    for x in inputs:
        states.append((wx * x + wh * states[-1]).tanh())
    scene = lay_out(scene_of(states[-1]))
    place = {node.value: node.x for node in scene.nodes}
    for x, before, after in zip(inputs, states, states[1:], strict=False):
        assert place[before] <= place[x] + ROUNDING < place[after]


def test_many_long_edges_of_one_operand_run_together() -> None:
    scene = lay_out(scene_of(recurrent(40)))
    long_edges = sorted([edge for edge in scene.edges if edge.source == 0], key=lambda edge: len(edge.points))
    shorter, longer = long_edges[-2:]
    assert longer.points[: len(shorter.points) - 6] == shorter.points[:-6]


# --- crossings, counted in the picture -------------------------------------------------------------------------


def sampled(points: list[Point]) -> list[Point]:
    n_samples = 12 * (len(points) // 3)
    return [point_at(points, i / n_samples) for i in range(n_samples + 1)]


def crossings(scene: Scene) -> int:
    """How often two arrows cross that share neither operand nor result."""
    paths = [(edge, list(pairwise(sampled(edge.points)))) for edge in scene.edges]
    return sum(
        cross(p, q)
        for (e, first), (f, second) in combinations(paths, 2)
        if not {e.source, e.target} & {f.source, f.target}
        for p in first
        for q in second
    )


def cross(p: tuple[Point, Point], q: tuple[Point, Point]) -> bool:
    if any(
        max(p[0][k], p[1][k]) < min(q[0][k], q[1][k]) or max(q[0][k], q[1][k]) < min(p[0][k], p[1][k]) for k in (0, 1)
    ):
        return False
    return turn(*p, q[0]) * turn(*p, q[1]) < 0 and turn(*q, p[0]) * turn(*q, p[1]) < 0


def turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
