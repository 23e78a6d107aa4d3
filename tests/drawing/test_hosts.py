"""What the programs that show notebooks get of pictures, steppers and tables, each of its own kind."""

from __future__ import annotations

import base64
import io
import re
import sys
from collections.abc import Callable, Iterable
from functools import cache
from html import unescape
from typing import Any

import pytest

from autograd import Value, draw, proofread, show
from autograd.derivation.worked_example import worked_example
from autograd.drawing import hosts
from autograd.drawing.palette import LIGHT
from autograd.drawing.printing import printed, size_of
from nn import MLP, fit
from tests.peers import peer

KINDS = ["text/html", "image/png", "text/plain"]
XOR = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
ONE = [[0.0], [1.0], [2.0]], [0.5, 0.1, 0.9]


def trained(n_inputs: int, X: Any, y: Any, **options: Any) -> Any:
    return fit(MLP(n_inputs, [3, 1], seed=0, **options), X, y, epochs=3)


SHOWN: dict[str, Callable[[], Any]] = {
    "graph": lambda: draw(worked_example().L, names=None),
    "network": lambda: draw(MLP(3, [4, 1], seed=0)),
    "stepper of a graph": lambda: show(worked_example().L, names=None),
    "stepper of a network": lambda: show(MLP(2, [2, 1], seed=0), [1.0, 2.0], 0.5),
    "training of classes": lambda: show(trained(2, *XOR, output="sigmoid")),
    "training of a curve": lambda: show(trained(1, *ONE)),
    "training of a plane": lambda: show(trained(2, XOR[0], [0.1, 0.7, 0.4, 0.3])),
    "training alone": lambda: show(trained(3, [[0, 0, 1], [1, 0, 1]], [0, 1])),
}
PICTURES = pytest.mark.parametrize("name", SHOWN)


@cache
def shown(name: str) -> Any:
    return SHOWN[name]()


@cache
def bundle_of(name: str) -> dict[str, str]:
    peer("typst")
    bundle: dict[str, str] = shown(name)._repr_mimebundle_()
    return bundle


def svg_of(name: str) -> str:
    encoded = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', shown(name)._repr_html_())
    return base64.b64decode(encoded[0]).decode()


def png_of(bundle: dict[str, str]) -> Any:
    return peer("PIL.Image").open(io.BytesIO(base64.b64decode(bundle["image/png"])))


@pytest.mark.slow
@PICTURES
def test_every_picture_is_offered_as_html_as_an_image_and_as_a_line(name: str) -> None:
    bundle = bundle_of(name)
    assert list(bundle) == KINDS
    assert bundle["text/html"] == shown(name)._repr_html_()
    assert "\n" not in bundle["text/plain"].strip()
    assert len(bundle["image/png"]) < max(1.7 * len(svg_of(name)), 45_000), "a notebook grows by more than the picture"


@pytest.mark.slow
@PICTURES
def test_an_image_shows_what_a_browser_shows(name: str) -> None:
    width, height = size_of(svg_of(name))
    with png_of(bundle_of(name)) as png:
        colours = png.convert("RGB").getcolors(10**6)
        assert png.size == pytest.approx((1.5 * width, 1.5 * height), abs=2)
        assert png.info["dpi"] == pytest.approx((108, 108), abs=0.1), "on paper it is as large as the picture"
    count = {pixel: number for number, pixel in colours}
    paper = sum(number for pixel, number in count.items() if min(pixel) > 150)
    assert paper > 0.85 * png.width * png.height, "what has no colour of its own is black"
    ink = tuple(int(LIGHT["ink"][i : i + 2], 16) for i in (1, 3, 5))
    assert any(max(abs(a - b) for a, b in zip(pixel, ink, strict=True)) <= 8 for pixel in count), "no text"


@pytest.mark.slow
def test_an_image_of_a_training_has_the_colours_of_its_classes() -> None:
    with png_of(bundle_of("training of classes")) as png:
        colours = [pixel for _, pixel in png.convert("RGB").getcolors(10**6)]
    for role in ("input", "loss"):
        wanted = [int(LIGHT[f"{role}-line"][i : i + 2], 16) for i in (1, 3, 5)]
        assert min(max(abs(a - b) for a, b in zip(pixel, wanted, strict=True)) for pixel in colours) <= 8, role


@pytest.mark.slow
def test_an_image_of_a_large_graph_stays_small() -> None:
    peer("typst")
    bundle = draw(MLP(3, [4, 4, 1], seed=0)([1.0, 2.0, 3.0]), names=None, max_nodes=1000)._repr_mimebundle_()
    with png_of(bundle) as png:
        assert 1_400_000 < png.width * png.height <= 1_510_000
    assert len(bundle["image/png"]) < 250_000


@PICTURES
@pytest.mark.parametrize(
    ("include", "exclude", "expected"),
    [
        (["text/plain"], None, ["text/plain"]),
        (None, ["image/png"], ["text/html", "text/plain"]),
        (["text/html", "image/png"], ["image/png"], ["text/html"]),
        (["image/jpeg"], None, []),
    ],
)
def test_what_is_ruled_out_is_not_made(
    name: str,
    include: Iterable[str] | None,
    exclude: Iterable[str] | None,
    expected: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    picture = shown(name)

    def refuse(*given: Any) -> bytes:
        raise AssertionError("an image is made")

    monkeypatch.setattr(hosts, "printed", refuse)
    assert list(picture._repr_mimebundle_(include=include, exclude=exclude)) == expected


@pytest.mark.parametrize("lacking", ["typst", "PIL"])
def test_without_what_makes_images_the_others_are_offered(lacking: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, lacking, None)
    for name in SHOWN:
        assert list(shown(name)._repr_mimebundle_()) == ["text/html", "text/plain"]


@PICTURES
def test_where_no_image_is_shown_its_description_stands(name: str) -> None:
    (alternative,) = re.findall(r'<img [^>]*alt="([^"]+)"', shown(name)._repr_html_())
    assert unescape(alternative) == shown(name)._repr_mimebundle_(include=["text/plain"])["text/plain"]


# --- IPython and nbconvert ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def notebook() -> Any:
    """A notebook whose cells put out the pictures, as IPython takes them."""
    peer("typst")
    v4 = peer("nbformat").v4
    formatter = peer("IPython.core.formatters").DisplayFormatter()
    outputs = [v4.new_output("display_data", data=formatter.format(shown(name))[0]) for name in SHOWN]
    return v4.new_notebook(cells=[v4.new_code_cell("shown", outputs=[output]) for output in outputs])


@pytest.mark.slow
def test_ipython_takes_what_is_offered(notebook: Any) -> None:
    for cell in notebook.cells:
        assert set(cell.outputs[0].data) == set(KINDS)


@pytest.mark.slow
def test_html_made_from_a_notebook_shows_the_pictures(notebook: Any) -> None:
    page, _ = peer("nbconvert").HTMLExporter().from_notebook_node(notebook)
    images = re.findall(r'<img [^>]*src="data:image/([^;]+);base64,', page)
    assert images == len(SHOWN) * ["svg+xml"], "the better of two is shown"


@pytest.mark.slow
def test_latex_made_from_a_notebook_shows_the_pictures(notebook: Any) -> None:
    text, resources = peer("nbconvert").LatexExporter().from_notebook_node(notebook)
    files = re.findall(r"\\adjustimage\{[^}]*\{[^}]*\}\{[^}]*\}\}\{([^}]+\.png)\}", text)
    assert len(files) == len(SHOWN)
    assert all(resources["outputs"][file].startswith(b"\x89PNG") for file in files)


# --- tables ------------------------------------------------------------------------------------------------------


def test_every_table_brings_its_own_room_between_columns() -> None:
    example = worked_example()
    texts = {
        "proof": proofread(example.L, {"h": "0.622459", "y": "0.3867377"})._repr_html_(),
        "history": trained(2, *XOR)._repr_html_(),
        **{name: shown(name)._repr_html_() for name in SHOWN},
    }
    for name, html in texts.items():
        cells = re.findall(r"<t[hd]\b[^>]*>", html.partition("<script")[0])
        assert cells or name in ("graph", "network"), name
        for cell in cells:
            assert re.search(r"padding:[^;\"]*[1-9]\d*px", cell), f"{name}: {cell}"
            assert "text-align:" in cell, f"{name}: {cell}"


# --- transparent -------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", ["graph", "network"])
def test_a_transparent_picture_has_no_background(name: str, tmp_path: Any) -> None:
    peer("typst")
    image = peer("PIL.Image")
    drawing = shown(name)
    opaque, clear = (
        image.open(drawing.save(tmp_path / f"{transparent}.png", scale=1.0, transparent=transparent)).convert("RGBA")
        for transparent in (False, True)
    )
    middle_of_the_margin = (opaque.width // 2, 3)
    assert opaque.getpixel(middle_of_the_margin) == (255, 255, 255, 255)
    assert clear.getpixel(middle_of_the_margin)[3] == 0
    white = image.new("RGBA", clear.size, "white")
    white.alpha_composite(clear)
    corners_are_round = 8
    difference = peer("PIL.ImageChops").difference(white.convert("RGB"), opaque.convert("RGB"))
    inner = (corners_are_round, corners_are_round, clear.width - corners_are_round, clear.height - corners_are_round)
    assert max(high for _, high in difference.crop(inner).getextrema()) <= 4, "more than layers round"
    assert 'class="page"' not in drawing.save(tmp_path / "a.svg", transparent=True).read_text("utf-8").split("<g")[0]
    assert "bgcolor=transparent" in drawing.save(tmp_path / "a.dot", transparent=True).read_text("utf-8")
    assert 'class="page"' in drawing.svg


def test_printed_is_the_same_each_time() -> None:
    peer("typst")
    svg = draw(Value(2.0, label="x") * 3.0).svg
    assert printed(svg, "png", 1.5) == printed(svg, "png", 1.5)
