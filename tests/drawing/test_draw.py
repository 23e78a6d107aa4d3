"""`draw`: what its pictures hold, and with labels of any kind."""

from __future__ import annotations

import base64
import re
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, draw, show, worksheet
from autograd.derivation.worked_example import ROLES, WorkedExample, worked_example
from autograd.drawing import scene_of
from autograd.drawing.build import build_scene, colour_by_gradient
from autograd.drawing.drawing import Drawing
from autograd.drawing.palette import LIGHT
from autograd.engine.graph import gradients_of_all, topological_order
from autograd.functions import dot, fsum
from nn import MLP
from tests.drawing.test_layout import random_graph
from tests.peers import peer

HOSTILE = [
    'a"b',
    "a\\b",
    "<b>&amp;</b>",
    "a\nb",
    "\\N \\G",
    "σ₁ ∂",
    "w" * 10_000,
    "</svg><script>x</script>",
    "a\x00\x1bb",
]


@pytest.fixture
def example() -> WorkedExample:
    example = worked_example()
    example.L.backward()
    return example


def svg_of(root: Any, **options: Any) -> str:
    return draw(root, **options).svg


def test_every_number_is_shown(example: WorkedExample) -> None:
    picture = svg_of(example.L, local_derivatives=True)
    text = "".join(ET.fromstring(picture).itertext())
    for part in ("0.006414", "0.6225", "0.3867", "grad −0.007985", "grad −0.07050", "0.2350"):
        assert part in text


def test_roles_are_told_apart(example: WorkedExample) -> None:
    picture = svg_of(example.L, roles=ROLES)
    for role in ("input", "target", "parameter", "constant", "operation", "loss"):
        assert f"role-{role}" in picture


def test_notebook_gets_an_image_that_no_sanitiser_strips(example: WorkedExample) -> None:
    html = draw(example.L)._repr_mimebundle_()["text/html"]
    assert "<script" not in html
    assert "<svg" not in html
    encoded = html.split("base64,")[1].split('"')[0]
    assert ET.fromstring(base64.b64decode(encoded)).tag.endswith("svg")


def test_names_are_the_callers_variables() -> None:
    weight = Value(2.0)
    square = weight * weight
    text = "".join(ET.fromstring(draw(square).svg).itertext())
    assert "weight = 2" in text
    assert "square = 4" in text
    assert "weight = " not in draw(square, names=None).svg


@pytest.mark.parametrize("label", HOSTILE, ids=range(len(HOSTILE)))
def test_label_stays_text(label: str) -> None:
    root = Value(2.0, label=label) * 3
    root.label = f"root {label}"
    picture = svg_of(root)
    assert "<script" not in picture
    assert ET.fromstring(picture) is not None


def test_large_graph_is_folded_and_says_so() -> None:
    total = fsum([Value(float(i)) * 2 for i in range(100)])
    drawn = draw(total, max_nodes=20)
    assert "folded" in svg_of(total, max_nodes=20)
    assert drawn.svg.count("data-node") < 30
    with pytest.raises(ValueError, match="max_nodes"):
        draw(total, max_nodes=0)
    with pytest.raises(ValueError, match="fold"):
        draw(total, fold="sideways")


def test_layers_and_neurons_are_boxed() -> None:
    model = MLP(2, [2, 1], activation="tanh", seed=0)
    assert "hidden layer" in "".join(ET.fromstring(svg_of(model([1.0, 2.0]))).itertext())


def levels_of(*gradients: float) -> list[int | None]:
    """The level of each of these gradients of leaves, beside one of 1."""
    leaves = [Value(2.0) for _ in (*gradients, 1.0)]
    total = dot(leaves, [*gradients, 1.0])
    scene = build_scene(total, {}, gradients_as_colour=True)
    level = {node.value: node.level for node in scene.nodes}
    assert level[total] == level[leaves[-1]]
    return [level[leaf] for leaf in leaves[:-1]]


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_shade_paler_is_a_tenth_of_the_gradient_whatever_its_sign(sign: float) -> None:
    known = {1.0: 5, 0.5: 4, 0.1: 4, 0.099: 3, 0.01: 3, 0.001: 2, 1e-4: 1, 1e-5: 0, 1e-6: 0, 1e-300: 0, 0.0: 0}
    assert levels_of(*[sign * size for size in known]) == list(known.values())


def test_the_largest_gradient_is_the_darkest_also_where_it_is_negative() -> None:
    assert levels_of(-100.0, 100.0, -10.0, 0.1) == [5, 5, 4, 2]


@given(st.floats(1e-200, 1e200), st.integers(0, 5))
def test_a_power_of_ten_is_a_whole_shade_at_any_size(largest: float, decades: int) -> None:
    x, y = Value(1.0), Value(1.0)
    scene = build_scene([x, y], {})
    gradients = {x: largest, y: -largest / 10.0**decades}  # one rounding, which must not cost a shade
    colour_by_gradient(scene, [(x,), (y,)], gradients, 4)
    assert [node.level for node in scene.nodes] == [5, 5 - decades]


def test_an_infinite_gradient_is_the_darkest_and_one_that_is_no_number_has_no_shade() -> None:
    assert levels_of(float("inf"), -float("inf"), 0.1, float("nan")) == [5, 5, 4, None]


def gradients_shown(drawing: Drawing) -> list[str]:
    """The lines of a picture that tell gradients."""
    texts = ["".join(text.itertext()) for text in ET.fromstring(drawing.svg).iter("{http://www.w3.org/2000/svg}text")]
    return sorted(text for text in texts if text.startswith("grad "))


@given(left=st.sampled_from([0.0, 7.0, None]))
def test_the_gradients_are_those_of_this_root_whatever_a_pass_has_left_and_none_is_changed(left: float | None) -> None:
    x, w = Value(2.0), Value(3.0)
    h = x * w
    y, z = h * h, h + 1.0
    for node in (x, w, h, y, z):
        node.grad = left  # type: ignore[assignment]  # as users of PyTorch clear it
    assert gradients_shown(draw(y)) == ["grad 1", "grad 12", "grad 24", "grad 36"]
    assert gradients_shown(draw(z)) == ["grad 1", "grad 1", "grad 2", "grad 3"]
    assert gradients_shown(draw([z])) == gradients_shown(draw(z))
    assert "36 at most" in draw(y, gradients_as_colour=True).svg
    assert {node.grad for node in (x, w, h, y, z)} == {left}


@given(seed=st.integers(0, 10**6))
def test_the_gradients_that_are_shown_are_the_engines_to_the_last_bit(seed: int) -> None:
    root = fsum(random_graph(25, seed))
    found = gradients_of_all(root)
    root.backward()
    assert found == {node: node.grad for node in topological_order(root)}


def test_of_several_results_no_gradients_are_shown() -> None:
    x = Value(2.0)
    assert gradients_shown(draw([x * 3.0, x * 5.0])) == []
    with pytest.raises(ValueError, match="gradients of one result, not of 2; draw one, or their sum"):
        draw([x * 3.0, x * 5.0], gradients_as_colour=True)


def test_values_and_gradients_can_be_left_out() -> None:
    x, w = Value(2.0), Value(3.0)
    y = x * w + 0.5
    scene = build_scene(y, {"x": x, "w": w, "y": y}, values=False, gradients=False)
    assert [[line.text for line in node.lines] for node in scene.nodes] == [
        ["x"], ["w"], ["x w"], ["0.5"], ["x w + 0.5", "y"]
    ]  # fmt: skip
    assert gradients_shown(draw(y, gradients=False)) == []
    assert "y = 6.5" in "".join(ET.fromstring(draw(y, gradients=False).svg).itertext())


def test_of_a_network_the_colours_are_those_that_backward_has_left_and_it_says_so() -> None:
    model = MLP(2, [2, 1], activation="tanh", seed=0)
    assert "All gradients are 0: call backward() first" in draw(model, gradients_as_colour=True).svg
    output = model([1.0, 2.0])
    assert isinstance(output, Value)
    output.backward()
    assert "at most" in draw(model, gradients_as_colour=True).svg


def astray(root: Value, **options: Any) -> list[tuple[str, list[str]]]:
    """The nodes that are marked: by name or head, with what is said of them."""
    nodes = [node for node in build_scene(root, {}, **options).nodes if node.astray]
    return [(node.name or node.lines[0].text, [x.text for x in node.lines if x.kind == "note"]) for node in nodes]


def test_the_first_value_and_the_first_gradient_that_are_not_finite_are_marked_and_said() -> None:
    x, w = Value(0.0, label="x"), Value(1e200, label="w")
    root = x.sqrt() + w
    assert astray(root) == [("x", ["first inf of the reverse pass"])]
    assert astray(root, gradients=False) == []
    root = w * w * x
    assert astray(root) == [("x", ["first inf of the reverse pass"]), ("w2", ["first inf of the forward pass"])]
    picture = draw(root, names=None)
    assert "a node without a name: first inf of the forward pass." in picture._repr_mimebundle_()["text/plain"]
    assert picture.svg.count("astray") > 2
    assert LIGHT["astray"] in picture.digraph.source
    assert astray(w + 1.0) == []


def test_a_group_in_which_something_goes_astray_is_marked() -> None:
    leaves = [Value(1e200) for _ in range(20)]
    scene = build_scene(fsum([leaf * leaf for leaf in leaves]), {}, max_nodes=5)
    marked = [node for node in scene.nodes if node.astray]
    assert {node.role for node in marked} == {"folded"}
    assert "first inf of the forward pass" in [line.text for node in marked for line in node.lines]


def test_a_group_has_the_shade_of_its_largest_gradient() -> None:
    leaves = [Value(1.0) for _ in range(20)]
    total = fsum([leaf * (-2000.0 if leaf is leaves[7] else 2.0) for leaf in leaves])
    scene = build_scene(total, {}, gradients_as_colour=True, max_nodes=5, fold="depth")
    folded = {node.name: node.level for node in scene.nodes if node.role == "folded"}
    assert folded["20 leaves"] == 5
    assert set(folded.values()) > {5}
    assert all(node.level == 1 for node in scene.nodes if node.name != "20 leaves" and node.level is not None)


def test_a_highlighted_node_is_marked(example: WorkedExample) -> None:
    assert "highlighted" in svg_of(example.L, highlight=[example.w1, example.z1])
    assert "highlighted" not in svg_of(example.L).split("</style>")[-1]


def stressed(root: Value, *asked: Value) -> tuple[set[str], int]:
    """What is stressed of a picture: the nodes by their names, or else by their symbols, and how many arrows."""
    scene = build_scene(root, {}, highlight=asked)
    nodes = {node.name or node.symbol for node in scene.nodes if node.highlighted}
    return nodes, sum(edge.highlighted for edge in scene.edges)


def test_a_node_with_a_name_interrupts_a_highlighted_path(example: WorkedExample) -> None:
    """Only what is asked for is stressed, and what has no name between two of these."""
    L, w1, z1, h, y = example.L, example.w1, example.z1, example.h, example.y
    assert stressed(L, w1, z1) == ({"w1", "×", "z1"}, 2)
    assert stressed(L, w1, h) == ({"w1", "h"}, 0)  # z1 is between them
    assert stressed(L, w1, L) == ({"w1", "L"}, 0)
    assert stressed(L, z1, h, L) == ({"z1", "h", "L"}, 1)  # y is between h and L
    assert stressed(L, y, L)[0] >= {"y", "L", "−"}
    assert stressed(L, example.b1, w1) == ({"b1", "w1"}, 0)  # they meet, but no way leads from one to the other


def test_a_highlighted_path_includes_the_operations_without_a_name_on_it(example: WorkedExample) -> None:
    path = [example.w1, example.z1, example.h, example.y, example.L]
    picture = ET.fromstring(draw(example.L, highlight=path).svg)
    stressed = [g for g in picture.iter() if "highlighted" in g.get("class", "").split()]
    symbols = ["".join(g.itertext()) for g in stressed if g.get("data-node")]
    assert len(symbols) == 9  # w1 × z1 h × y − (·)² L
    assert len([g for g in stressed if g.get("data-edge")]) == 8


def test_highlight_by_name_is_told_to_take_the_variable(example: WorkedExample) -> None:
    for highlight in ("w1", ["w1"]):
        with pytest.raises(ValueError, match="'w1' is not in it; write the variable itself"):
            draw(example.L, highlight=highlight)  # type: ignore[arg-type]  # what is refused


def test_picture_is_saved_by_its_ending(example: WorkedExample, tmp_path: Path) -> None:
    drawing = draw(example.L)
    assert drawing.save(str(tmp_path / "graph.svg")).read_text("utf-8") == drawing.svg
    assert drawing.save(tmp_path / "graph.DOT").read_text("utf-8") == drawing.digraph.source


@pytest.mark.parametrize("name", ["x.gif", "x.jpg", "x.gv", "svg", "x"])
def test_an_ending_that_is_not_known_is_answered_with_those_there_are(
    name: str, example: WorkedExample, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=rf"\.svg, \.png, \.pdf, \.dot; '{name}' has none of these"):
        draw(example.L).save(tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("scale", [1.0, 2.5])
def test_a_png_is_as_large_as_the_picture_and_has_its_colours(
    scale: float, example: WorkedExample, tmp_path: Path
) -> None:
    peer("typst")
    image = peer("PIL.Image")
    drawing = draw(example.L, roles=ROLES)
    root = ET.fromstring(drawing.svg)
    with image.open(drawing.save(tmp_path / "graph.png", scale=scale)) as png:
        assert png.size == pytest.approx([scale * float(root.get(side, "")) for side in ("width", "height")], abs=1.0)
        shown = {"#{:02x}{:02x}{:02x}".format(*pixel) for _, pixel in png.convert("RGB").getcolors(10**6)}
        assert png.convert("RGBA").getpixel((0, 0))[3] == 0  # the corners of the page are round
    fills = {part.get("fill") for part in root.iter() if part.get("class") == "shape"}
    assert fills == {
        LIGHT[f"{role}-fill"] for role in ("input", "target", "parameter", "constant", "operation", "loss")
    }
    assert fills <= shown


def test_a_pdf_is_a_page_of_just_the_size_of_the_picture(example: WorkedExample, tmp_path: Path) -> None:
    peer("typst")
    drawing = draw(example.L)
    root = ET.fromstring(drawing.svg)
    pdf = drawing.save(tmp_path / "graph.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    box = re.search(rb"/MediaBox ?\[([^]]+)\]", pdf)
    assert box is not None
    assert [float(side) for side in box[1].split()] == [
        0.0,
        0.0,
        float(root.get("width", "")),
        float(root.get("height", "")),
    ]


@pytest.mark.parametrize("ending", ["png", "pdf"])
def test_without_typst_the_error_says_what_to_install(
    ending: str, example: WorkedExample, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(ImportError, match=rf"{ending.upper()} needs typst.*pip install 'chainrule\[print\]'"):
        draw(example.L).save(tmp_path / f"graph.{ending}")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("ending", ["png", "pdf"])
def test_letters_that_no_font_has_are_an_error_and_no_boxes(
    ending: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    typst = peer("typst")
    own_fonts = partial(typst.compile, ignore_system_fonts=True)  # as on a machine without any
    monkeypatch.setattr(typst, "compile", own_fonts)
    for label in ("вес", "βάρος"):
        assert draw(Value(2.0, label=label)).save(tmp_path / f"graph.{ending}").exists()
    file = tmp_path / f"other.{ending}"
    weight = Value(2.0, label="权重")
    makers: list[Any] = [draw(weight), *([worksheet(weight**2), show(weight**2)] if ending == "pdf" else [])]
    for made in makers:
        with pytest.raises(ValueError, match=r"no font of this machine has the letters 权重?;.*Noto.*SVG or HTML"):
            made.save(file)
    assert not file.exists()
    bundle = draw(weight)._repr_mimebundle_()
    assert "权重" in bundle["text/html"]
    assert "image/png" not in bundle


@pytest.mark.parametrize(
    ("root", "upto"),
    [
        (lambda: worked_example().L, None),
        (lambda: MLP(3, [30, 1], seed=0), None),
        *[(lambda: worked_example().L, upto) for upto in (1, 4, 23)],
    ],
    ids=["graph", "network", "given", "forward", "reverse"],
)
def test_every_part_carries_its_colours_for_programs_without_style_sheets(
    root: Callable[[], Any], upto: int | None
) -> None:
    svg = draw(root(), local_derivatives=True, gradients_as_colour=True, upto=upto).svg
    style = svg[svg.index("<style>") : svg.index("</style>")]
    assert "var(" not in svg.replace(style, "")
    assert style.startswith("<style>@supports(--a:0){")  # all of it, so that none but browsers read it
    assert style.endswith("}}")
    colour = re.compile("none|#[0-9a-f]{6}")
    for part in ET.fromstring(svg).iter():
        if part.tag.split("}")[1] in ("rect", "ellipse", "polygon", "path", "text"):
            assert colour.fullmatch(part.get("fill", "")), ET.tostring(part)
            assert colour.fullmatch(part.get("stroke", "none")), ET.tostring(part)


def test_something_else_than_a_graph_is_refused() -> None:
    for root in (3.0, [], [Value(1.0), 3.0]):
        with pytest.raises(TypeError, match="draw takes a Value"):
            draw(root)


def test_a_type_of_ones_own_is_drawn_once_it_is_registered() -> None:
    class Square:
        """A side, and what it makes."""

        def __init__(self, side: Value) -> None:
            self.area = side * side

    scene_of.register(Square, lambda square, biases, **options: build_scene(square.area, **options))
    side = Value(3.0)
    square = Square(side)
    assert "side = 3" in draw(square).svg
    assert draw(square, digits=2, max_nodes=1).svg == draw(square.area, digits=2, max_nodes=1).svg
