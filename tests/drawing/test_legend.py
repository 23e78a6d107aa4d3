"""The legend: on every picture that has roles, of those that it has, where nothing else stands."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, draw, show
from autograd.derivation.worked_example import ROLES, worked_example
from autograd.drawing.build import build_scene
from autograd.drawing.layout import lay_out
from autograd.drawing.layout.keys import SAMPLE_HEIGHT, SAMPLE_WIDTH, text_place
from autograd.drawing.layout.spacing import LABEL_SIZE, MARGIN, label_width
from autograd.drawing.scene import Key, Scene
from autograd.functions import dot
from nn import MLP
from nn.views.picture import network_scene
from tests.drawing.test_layout import random_graph


def legend_in(svg: str) -> list[str]:
    """What the legend of a picture explains, from left to right."""
    groups = [g for g in ET.fromstring(svg).iter() if g.get("class", "").split()[:1] == ["key"]]
    return ["".join(group.itertext()) for group in groups]


def test_the_legend_explains_the_roles_that_occur() -> None:
    example = worked_example()
    whole = ["input", "parameter", "target", "constant", "result"]
    assert legend_in(draw(example.L, roles=ROLES).svg) == whole
    assert legend_in(show(example.L, roles=ROLES)._picture) == whole
    assert legend_in(draw(example.L).svg) == ["target", "constant", "result"]
    assert legend_in(draw(dot([Value(1.0)], [Value(2.0)])).svg) == ["input", "parameter", "result"]


def test_a_picture_without_roles_has_no_legend() -> None:
    x, y, z = Value(-2.0), Value(5.0), Value(-4.0)
    assert legend_in(draw((x + y) * z).svg) == []


def test_the_legend_can_be_left_out() -> None:
    example, model = worked_example(), MLP(2, [2, 1], seed=1)
    for root in (example.L, model):
        assert legend_in(draw(root).svg)
        assert not legend_in(draw(root, legend=False).svg)
    assert not legend_in(show(example.L, legend=False)._picture)
    assert not legend_in(show(model, [1.0, 2.0], [0.5], legend=False)._picture)


def test_the_legend_of_a_network_explains_its_lines() -> None:
    model = MLP(2, [2, 1], seed=1)
    lines = ["positive weight", "negative weight", "size of a weight"]
    assert legend_in(draw(model).svg) == ["input", "neuron", *lines]
    assert legend_in(show(model, [1.0, 2.0], [0.5])._picture) == ["input", "target", "neuron", "result", *lines]
    for parameter in model.parameters():
        parameter.data = 1.0
    assert legend_in(draw(model).svg) == ["input", "neuron", "positive weight"]


def test_a_sample_has_no_fill_where_fills_are_gradients() -> None:
    example, model = worked_example(), MLP(2, [2, 1], seed=1)
    for parameter in (*model.parameters(), *example):
        parameter.grad = 1.0
    graph = build_scene(example.L, {}, roles={"target": example.t}, gradients_as_colour=True)
    assert [(key.look, key.hollow) for key in graph.legend] == [("target", True), ("constant", False), ("loss", True)]
    network = network_scene(model, gradients_as_colour=True)
    assert [key.hollow for key in network.legend[:2]] == [False, True]  # inputs have no parameters


def test_graphviz_gets_the_legend_in_words_and_the_note_below() -> None:
    example = worked_example()
    source = draw(example.L, roles=ROLES, gradients_as_colour=True).digraph.source
    assert "ellipse: input · rectangle: parameter · hexagon: target" in source
    (label,) = [line for line in source.splitlines() if line.startswith("\tgraph")]
    assert label.index("doubly ruled box: result") < label.index("gradient")
    assert "dashed orange line: negative weight" in draw(MLP(2, [2, 1], seed=1)).digraph.source


def test_who_cannot_see_the_picture_is_told_how_many_there_are_of_each_role() -> None:
    example = worked_example()
    assert "14 arrows. 1 input, 4 parameters, 1 target." in build_scene(example.L, None, roles=ROLES).description
    alternative = re.search(r'<img[^>]* alt="([^"]*)"', show(example.L, roles=ROLES)._repr_html_())
    assert alternative is not None
    assert alternative[1].endswith("1 input, 4 parameters, 1 target.")
    numbers = dot([Value(1.0), Value(2.0)], [3.0, Value(4.0)])
    assert "2 inputs, 2 parameters." in build_scene(numbers, None).description
    assert build_scene(Value(1.0) * 2.0, None).description.endswith("2 arrows. ")


def extent(key: Key) -> tuple[float, float, float, float]:
    """Left, right, top and bottom of a key."""
    half = max(SAMPLE_HEIGHT, LABEL_SIZE) / 2
    right = text_place(key)[0] + label_width(key.text)
    return key.x - SAMPLE_WIDTH / 2, right, key.y - half, key.y + half


def check_places(scene: Scene) -> None:
    """Every key stands below all else, within the picture, beside the others, and above the note."""
    lowest = [item.y + item.height / 2 for item in [*scene.nodes, *scene.clusters] if item.width]
    lowest += [y for edge in scene.edges for _, y in edge.points]
    note = scene.height - (2 * LABEL_SIZE if scene.note else 0.0)
    boxes = [extent(key) for key in scene.legend]
    for i, (left, right, top, bottom) in enumerate(boxes):
        assert left >= MARGIN - 0.1
        assert right <= scene.width - MARGIN + 0.1
        assert top >= max(lowest)
        assert bottom <= note
        for a, b, c, d in boxes[:i]:
            assert right <= a or left >= b or bottom <= c or top >= d


@given(seed=st.integers(0, 10**6), size=st.integers(2, 20), colour=st.booleans(), share=st.integers(1, 4))
def test_the_legend_stands_where_nothing_else_does(seed: int, size: int, colour: bool, share: int) -> None:
    graph: Any = random_graph(size, seed)
    leaves = [node.value for node in build_scene(graph, {}).nodes if isinstance(node.value, Value) and not node.symbol]
    names: list[Any] = ["input", "target", "parameter"]
    roles = {name: leaves[i : i + share] for i, name in zip(range(0, 3 * share, share), names, strict=True)}
    scene = lay_out(build_scene(graph, {}, roles=roles, gradients_as_colour=colour and isinstance(graph, Value)))
    assert scene.legend
    check_places(scene)


@pytest.mark.parametrize("sizes", [[1], [2, 1], [4, 4, 1], [30, 3]])
def test_the_legend_of_a_network_stands_where_nothing_else_does(sizes: list[int]) -> None:
    check_places(network_scene(MLP(2, sizes, seed=1), gradients_as_colour=True))
