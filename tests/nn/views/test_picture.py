"""`draw(model)`: circles in columns, lines by their weights, and what is left out; of every kind of network."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value, draw
from autograd.drawing.layout.spacing import CLUSTER_PADDING, TITLE_HEIGHT
from nn import MLP
from nn.views.picture import network_scene
from tests.drawing.test_dot import lecture_3_4_1
from tests.drawing.test_layout import encloses, lines_through_titles, overlap
from tests.examples import examples


def test_network_is_drawn_as_circles_and_weighted_lines() -> None:
    picture = draw(MLP(3, [4, 1], activation="sigmoid", seed=1), legend=False).svg
    root = ET.fromstring(picture)
    assert len([e for e in root.iter() if e.tag.endswith("ellipse")]) == 8
    assert "positive" in picture
    assert "negative" in picture
    assert "hidden layer" in "".join(root.itertext())


@given(n_inputs=st.integers(1, 60), hidden=st.integers(1, 60), most=st.integers(1, 80))
def test_circles_that_are_left_out_are_counted(n_inputs: int, hidden: int, most: int) -> None:
    scene = network_scene(MLP(n_inputs, [hidden, 1], seed=0), max_nodes=most)
    for column, size in zip(scene.clusters, (n_inputs, hidden, 1), strict=True):
        nodes = [scene.nodes[i] for i in column.members]
        left_out = [int(node.lines[-1].text.split()[0]) for node in nodes if node.role == "gap"]
        assert len(nodes) - len(left_out) + sum(left_out) == size


def test_a_line_is_solid_or_dashed_by_the_sign_of_its_weight() -> None:
    model = MLP(2, [2, 1], seed=0)
    for parameter, number in zip(model.parameters(), [1.0, -2.0, 0.5, 0.0, 3.0, -0.5, -1.0, 2.0, -4.0], strict=True):
        parameter.data = number
    weights = [edge.weight for edge in network_scene(model).edges]
    drawn = [g.get("class", "") for g in ET.fromstring(draw(model).svg).iter() if g.get("data-edge")]
    assert sorted(weights) == [-2.0, -1.0, 0.0, 1.0, 2.0, 3.0]  # type: ignore[type-var]
    assert drawn == [f"edge {'negative' if (w or 0.0) < 0.0 else 'positive'}" for w in weights]


def test_a_highlighted_weight_is_a_line_and_a_highlighted_bias_is_a_circle() -> None:
    model = MLP(2, [3, 1], seed=0)
    neuron = model.layers[0].neurons[1]

    def stressed(parameter: Value) -> tuple[list[str], list[tuple[str, str]]]:
        scene = network_scene(model, highlight=parameter)
        name = [node.name for node in scene.nodes]
        lines = [(name[edge.source], name[edge.target]) for edge in scene.edges if edge.highlighted]
        return [node.name for node in scene.nodes if node.highlighted], lines

    w1, w2, bias = neuron.row
    assert stressed(w1) == ([], [("x1", "h2")])
    assert stressed(w2) == ([], [("x2", "h2")])
    assert stressed(bias) == (["h2"], [])


@given(n_inputs=st.integers(1, 4), sizes=st.lists(st.integers(1, 4), min_size=1, max_size=3))
@settings(max_examples=examples(15), deadline=None)
def test_boxes_of_any_drawn_network_enclose_their_columns(n_inputs: int, sizes: list[int]) -> None:
    scene = network_scene(MLP(n_inputs, sizes))
    assert sorted(i for box in scene.clusters for i in box.members) == list(range(len(scene.nodes)))
    for box in scene.clusters:
        assert all(encloses(box, scene.nodes[i], CLUSTER_PADDING + TITLE_HEIGHT) for i in box.members)
    assert not any(overlap(a, b) for a, b in combinations(scene.clusters, 2))
    assert not lines_through_titles(scene)


def test_neurons_stand_in_their_order_and_lines_are_straight() -> None:
    scene = network_scene(lecture_3_4_1(), weights=True)
    places = {node.name: (node.x, node.y) for node in scene.nodes}
    columns = [[places[name] for name in column.split()] for column in ("x1 x2 x3", "h1 h2 h3 h4", "y")]
    for column in columns:
        assert len({x for x, _ in column}) == 1
        assert column == sorted(column)
    assert columns[0][0] < columns[1][0] < columns[2][0]
    assert len(scene.edges) == 16
    for edge in scene.edges:
        a, b, c, d = [complex(*point) for point in edge.points]
        for between in (b, c):
            assert abs(((between - a) / (d - a)).imag) * abs(d - a) < 0.1  # points beside the line from a to d
