"""`Drawing.digraph`: it has what the picture has, and Graphviz shows it as it is; the documents' networks are kept.

``python -m tests.drawing.test_dot`` writes the kept sources anew; ``git diff`` then shows what has changed.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import graphviz
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from autograd import Value, draw
from autograd.derivation.worked_example import worked_example
from autograd.drawing.build import build_scene
from autograd.drawing.dot import literal, plain, to_digraph
from autograd.drawing.palette import LIGHT
from autograd.functions import fsum, softmax
from nn import MLP, Perceptron
from nn.views.picture import network_scene
from tests.drawing.test_layout import random_graph
from tests.examples import examples
from tests.peers import program

GOLDEN = Path(__file__).parent / "golden"
SVG = "{http://www.w3.org/2000/svg}"

JOINERS = "\u200c\u200d"
HOSTILE = [
    'a "quoted" word',
    "back\\slash \\",
    '\\"',
    "\\N \\G \\L \\E \\T \\l \\r",
    "<b>bold</b>",
    "<<b>bold</b>>",
    "&amp; &lt; &#65; & <",
    '"]; n_9 [label="x',
    "}\n{",
    "// no comment /* either */ # nor this",
    "שלום עולם",
    "مرحبا",
    "😀 🎉",
    "👩\u200d👧",
    "σ₁ ∂L/∂w",
    "{record|like}",
    "  spaces  ",
]


def rendered(graph: graphviz.Digraph) -> ET.Element:
    """What Graphviz makes of it, as an SVG tree."""
    program("dot")
    return ET.fromstring(graph.pipe("svg"))


def shown(svg: ET.Element, kind: str = "node") -> dict[str, list[str]]:
    """For every node of Graphviz's SVG the lines of text in it; Graphviz writes the second of two spaces as U+00A0."""
    groups = [group for group in svg.iter(f"{SVG}g") if group.get("class") == kind]
    return {
        group.findtext(f"{SVG}title") or "": [
            "".join(text.itertext()).replace("\u00a0", " ") for text in group.iter(f"{SVG}text")
        ]
        for group in groups
    }


# --- any graph, any label ------------------------------------------------------------------------------------------


def colours(group: ET.Element) -> set[str | None]:
    return {part.get(paint) for part in group for paint in ("fill", "stroke")}


@pytest.mark.parametrize("seed", range(6))
def test_the_digraph_of_a_random_graph_is_its_scene_node_for_node_and_edge_for_edge(seed: int) -> None:
    graph = random_graph(10 + 8 * seed, seed)
    scene = build_scene(graph, {}, local_derivatives=True, highlight=graph)
    svg = rendered(to_digraph(scene))
    assert shown(svg) == {f"n_{node.index}": [plain(line) for line in node.lines] for node in scene.nodes}
    groups = [group for group in svg.iter(f"{SVG}g") if group.get("class") in ("node", "edge")]
    of_title = {group.findtext(f"{SVG}title"): group for group in groups}
    for node in scene.nodes:
        line = LIGHT["highlight" if node.highlighted else f"{node.role}-line"]
        assert {LIGHT[f"{node.role}-fill"], line} - {"#ffffff"} <= colours(of_title[f"n_{node.index}"])
    arrows = [(g.findtext(f"{SVG}title"), g.findtext(f"{SVG}text") or "") for g in groups if g.get("class") == "edge"]
    assert sorted(arrows, key=str) == sorted([(f"n_{e.source}->n_{e.target}", e.label) for e in scene.edges])


def test_the_digraph_of_a_network_has_its_boxes_and_the_looks_of_its_lines() -> None:
    scene = network_scene(lecture_3_4_1(), weights=True)
    svg = rendered(to_digraph(scene))
    assert [lines[0] for lines in shown(svg, "cluster").values()] == [box.title for box in scene.clusters]
    lines = {g.findtext(f"{SVG}title"): g for g in svg.iter(f"{SVG}g") if g.get("class") == "edge"}
    for edge in scene.edges:
        line = lines[f"n_{edge.source}->n_{edge.target}"]
        assert LIGHT["negative" if (edge.weight or 0.0) < 0 else "positive"] in colours(line)
        assert line.findtext(f"{SVG}text") == edge.label
        assert line.find(f"{SVG}polygon") is None  # no head


def test_hostile_label_is_shown_as_it_is() -> None:
    total = fsum([Value(2.0, label=label) for label in HOSTILE if "\n" not in label])
    texts = [lines[0] for lines in shown(rendered(draw(total, names=None).digraph)).values()]
    for label in HOSTILE:
        if "\n" not in label:
            assert f"{label} = 2" in texts


@pytest.mark.parametrize("label", [*HOSTILE, "x" * 10_000])
def test_text_comes_back_unchanged_line_by_line(label: str) -> None:
    graph = graphviz.Digraph()
    graph.node("n", label=literal(label))
    assert shown(rendered(graph))["n"] == label.split("\n")


@given(st.lists(st.text(), min_size=20, max_size=40))
@example(["\0", "\ud800", "\x1b[31m", "\u202e", "\x85", "\u2028", "\ufffe", "\x7f"])
@settings(max_examples=examples(8), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_is_accepted_and_what_can_be_printed_comes_back(labels: list[str]) -> None:
    graph = graphviz.Digraph()
    for i, label in enumerate(labels):
        graph.node(f"n_{i}", label=literal(label))
    texts = shown(rendered(graph))
    for i, label in enumerate(labels):
        lines = ["".join([c if c.isprintable() or c in JOINERS else " " for c in line]) for line in label.split("\n")]
        assert [line.strip() for line in texts[f"n_{i}"] if line.strip()] == [s.strip() for s in lines if s.strip()]


def test_labels_cannot_add_nodes_or_attributes() -> None:
    label = 'x" shape="star"]; evil [label="'
    assert "evil" not in shown(rendered(draw(Value(1.0, label=label) * 2, names=None).digraph))


# --- the networks of the documents -----------------------------------------------------------------------------------


def with_round_weights(model: Any) -> Any:
    """Weights that do not depend on a random generator: 0.1, -0.2, 0.3 ..."""
    for i, parameter in enumerate(model.parameters(), 1):
        parameter.data = round(0.1 * i * (-1) ** (i + 1), 1)
    return model


def worked_example_graph() -> Any:
    """Notes 4.7: one input, one sigmoid neuron, one linear neuron, with the gradients."""
    loss = worked_example().L
    loss.backward()
    return draw(loss, names=None, local_derivatives=True)


def worked_example_circles() -> Any:
    model = MLP(1, [1, 1], activation="sigmoid", seed=0)
    for parameter, number in zip(model.parameters(), (0.4, 0.1, 0.3, 0.2), strict=True):
        parameter.data = number
    return draw(model, biases=True, local_derivatives=True)


def softmax_2_2_2() -> MLP:
    """Notes 5.6: two inputs, two sigmoid neurons, two outputs through softmax."""
    return with_round_weights(MLP(2, [2, 2], activation="sigmoid", seed=0))


def softmax_2_2_2_graph() -> Any:
    return draw(softmax(softmax_2_2_2()([Value(0.5, label="x1"), Value(-1.0, label="x2")])), names=None)


def lecture_3_4_1() -> MLP:
    """The lecture's network: three inputs, four hidden neurons, one output."""
    return with_round_weights(MLP(3, [4, 1], activation="sigmoid", output="sigmoid", seed=0))


def lecture_3_4_1_graph() -> Any:
    return draw(lecture_3_4_1()([Value(float(i), label=f"x{i}") for i in (1, 2, 3)]), names=None)


def swimming() -> Perceptron:
    """The lecture's perceptron: is the water warm, the beach empty, no shark about?"""
    return Perceptron(3, weights=[4, 2, 4], threshold=3)


PICTURES: dict[str, Callable[[], Any]] = {
    "worked_example_graph": worked_example_graph,
    "worked_example_circles": worked_example_circles,
    "softmax_2_2_2_graph": softmax_2_2_2_graph,
    "softmax_2_2_2_circles": lambda: draw(softmax_2_2_2()),
    "lecture_3_4_1_graph": lecture_3_4_1_graph,
    "lecture_3_4_1_circles": lambda: draw(lecture_3_4_1()),
    "swimming_graph": lambda: draw(swimming()([1, 0, 1]), names=None),
    "swimming_circles": lambda: draw(swimming(), biases=True, local_derivatives=True),
}


@pytest.mark.parametrize("name", PICTURES)
def test_picture_of_the_documents_is_the_one_that_is_kept(name: str) -> None:
    kept = (GOLDEN / f"{name}.dot").read_text(encoding="utf-8")
    assert PICTURES[name]().digraph.source == kept, "python -m tests.drawing.test_dot writes it anew, if that is meant"


@pytest.mark.parametrize("name", PICTURES)
def test_kept_picture_is_accepted(name: str) -> None:
    program("dot")
    source = (GOLDEN / f"{name}.dot").read_text(encoding="utf-8")
    svg = ET.fromstring(graphviz.Source(source).pipe("svg"))
    assert len(shown(svg)) == len([line for line in source.splitlines() if re.match(r"\tn_\d+ \[", line)])


def test_nothing_is_kept_that_is_not_tested() -> None:
    assert {path.stem for path in GOLDEN.glob("*.dot")} == set(PICTURES)


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name, picture in PICTURES.items():
        (GOLDEN / f"{name}.dot").write_text(picture().digraph.source, encoding="utf-8")
        print(f"wrote {name}.dot")
