"""The steps of a figure as files: one picture a step, a film, slides."""

from __future__ import annotations

import errno
import io
import os
import re
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, draw, show
from autograd.derivation.worked_example import worked_example
from autograd.stepper import stills
from autograd.stepper.figure import Figure
from autograd.stepper.stills import mathematical
from nn import MLP, fit
from tests.peers import peer
from tests.stepper.test_true import karpathys

SVG = "{http://www.w3.org/2000/svg}"


def of_network() -> Figure:
    return show(MLP(2, [3, 1], activation="tanh", seed=0), [1.0, 2.0], 0.5)


def of_training() -> Figure:
    X = [[0.0, 0.1], [0.2, 1.0], [1.0, 0.0], [0.9, 1.1]]
    model = MLP(2, [2, 1], activation="tanh", output="sigmoid", seed=0)
    return show(fit(model, X, [0, 1, 1, 0], "binary_cross_entropy_with_logits", epochs=3, metrics=["accuracy"]))


FIGURES: dict[str, Callable[[], Figure]] = {
    "worked example": lambda: show(worked_example().L, names=None),
    "micrograd's": lambda: show(karpathys()),
    "one leaf": lambda: show(Value(2.0, label="x")),
    "long names": lambda: show(Value(2.0, label="learning rate of the second layer; γ") * Value(3.0, label="w" * 50)),
    "network": of_network,
    "training": of_training,
}


@pytest.fixture(params=FIGURES)
def figure(request: pytest.FixtureRequest) -> Figure:
    return FIGURES[request.param]()


@pytest.fixture
def square() -> Figure:
    x = Value(3.0, label="x")
    return show(x * x)


def below(svg: str) -> list[str]:
    """The lines of text below a picture."""
    (caption,) = [group for group in ET.fromstring(svg).iter(f"{SVG}g") if group.get("class") == "caption"]
    return ["".join(line.itertext()) for line in caption.iter(f"{SVG}text")]


# --- one picture a step ----------------------------------------------------------------------------------------------


def test_every_step_is_a_numbered_file_of_one_size_with_what_happens_below(figure: Figure, tmp_path: Path) -> None:
    paths = figure.frames(tmp_path / "new" / "frames")
    count = len(figure.steps)
    assert [path.name for path in paths] == [f"step-{step:02}.svg" for step in range(1, count + 1)]
    assert sorted(paths) == paths == sorted((tmp_path / "new" / "frames").iterdir())
    sizes = set()
    for step, (path, frame) in enumerate(zip(paths, figure.steps, strict=True), 1):
        svg = path.read_text("utf-8")
        root = ET.fromstring(svg)
        heading, *lines = below(svg)
        assert heading == f"Step {step} of {count} · {frame.part}"
        assert re.sub(r"\W", "", "".join(lines)).replace("γ", "") == re.sub(r"\W", "", frame.text).replace("γ", "")
        assert root.get("aria-label", "").startswith(f"{heading}: ")
        left, _, width, height = map(float, root.get("viewBox", "").split())
        sizes.add((root.get("width"), root.get("height"), left, width, height))
        for line in [line for group in root.iter(f"{SVG}g") if group.get("class") == "caption" for line in group][1:]:
            assert left < float(line.get("x", "")) < left + width
            assert float(line.get("y", "")) < height
        for part in root.iter():
            assert "var(" not in "".join(part.attrib.values())
    assert len(sizes) == 1


def test_what_stands_below_is_not_wider_than_the_picture() -> None:
    for make in FIGURES.values():
        made = make()._stills
        room = made._size[0] - 2 * stills._MARGIN
        for step in made._lines:
            assert all(stills.width_of(line, made._font_size) <= room for line in step)


def test_the_picture_of_a_step_is_the_one_that_draw_gives(tmp_path: Path) -> None:
    L = worked_example().L
    for step, path in enumerate(show(L, names=None, roles={}).frames(tmp_path), 1):
        drawn = draw(L, names=None, roles={}, upto=step).svg.split("</style>")[1]
        ours = path.read_text("utf-8").split("</style>")[1]
        lines = [re.findall(r'class="(?:value|gradient)"[^>]*>(.*?)</text>', svg) for svg in (drawn, ours)]
        numbers = [re.findall(r"−?[\d.]+(?:e−?\d+)?", re.sub("<[^>]*>", " ", " ".join(found))) for found in lines]
        assert set(numbers[0]) <= set(numbers[1]), "show names every node, draw those that have a name"


@pytest.mark.parametrize("detail", ["operations", "quantities"])
def test_a_picture_is_that_of_what_stands_below_it(detail: Any, tmp_path: Path) -> None:
    figure = show(worked_example().L, names=None, detail=detail)
    pictures = [path.read_text().partition('<g class="caption">')[0] for path in figure.frames(tmp_path)]
    gradients = [picture.count(">grad ") for picture in pictures]
    assert gradients == sorted(gradients)
    for frame, count in zip(figure.steps, gradients, strict=True):
        assert (count > 0) == (frame.part == "Reverse"), frame.text
    assert gradients[-1] == draw(worked_example().L, names=None).svg.count(">grad ")


def test_pngs_have_the_size_that_was_asked_for(square: Figure, tmp_path: Path) -> None:
    image = peer("PIL.Image")
    width, height = square._stills._size
    for path in square.frames(tmp_path, "png", scale=1.5):
        with image.open(path) as picture:
            assert picture.format == "PNG"
            assert abs(picture.width - 1.5 * width) <= 1
            assert abs(picture.height - 1.5 * height) <= 1


def test_frames_that_are_there_give_way_only_where_that_is_asked_for(square: Figure, tmp_path: Path) -> None:
    others = {"notes.txt": "mine", "step-by-step.svg": "mine", "step-01.png": "mine"}
    for name, content in others.items():
        (tmp_path / name).write_text(content)
    square.frames(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    shorter = show(Value(2.0, label="y").exp())
    with pytest.raises(FileExistsError, match=r"4 frames already, such as step-01\.svg.*replace=True"):
        Figure.frames(show(Value(2.0, label="y") + 1.0), tmp_path)
    assert before == {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    (tmp_path / "step-17.svg").write_text("of a longer run")
    paths = shorter.frames(tmp_path, replace=True)
    assert {path.name for path in tmp_path.iterdir()} == {*others, *[path.name for path in paths]}
    assert {name: (tmp_path / name).read_text() for name in others} == others
    assert "e" in paths[1].read_text("utf-8")


def test_a_folder_that_cannot_be_written_is_named(square: Figure, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(NotADirectoryError, match=r"file is no folder; frames takes one"):
        square.frames(tmp_path / "file")
    with pytest.raises(OSError, match="file"):
        square.frames(tmp_path / "file" / "frames")
    assert (tmp_path / "file").read_text() == "mine"


def test_each_file_is_whole_whatever_happens(square: Figure, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    square.frames(tmp_path)
    before = [path.read_bytes() for path in sorted(tmp_path.iterdir())]

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match=r"No space left .*step-01\.svg"):
        show(Value(2.0, label="y").exp()).frames(tmp_path, replace=True)
    assert [path.read_bytes() for path in sorted(tmp_path.iterdir())] == before


@pytest.mark.parametrize("format", ["gif", "SVG", ".svg", "", None, 3])
def test_an_unknown_format_is_answered_with_those_there_are(square: Figure, format: Any, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"'svg' or 'png', not .*save writes .*\.html, \.htm, \.gif, \.pdf"):
        square.frames(tmp_path / "frames", format)
    assert not list(tmp_path.iterdir())


# --- a film ----------------------------------------------------------------------------------------------------------


def film(path: Path) -> tuple[Any, list[int]]:
    """A film, and how long it shows each step, in milliseconds."""
    opened = peer("PIL.Image").open(io.BytesIO(path.read_bytes()))
    times = []
    for i in range(opened.n_frames):
        opened.seek(i)
        times.append(opened.info["duration"])
    return opened, times


def test_a_film_shows_every_step_and_begins_again(square: Figure, tmp_path: Path) -> None:
    peer("PIL")
    opened, times = film(square.save(tmp_path / "steps.gif"))
    assert len(times) == len(square.steps)
    assert opened.info["loop"] == 0
    assert all(1200 <= time <= 5000 for time in times[:-1])
    assert times[-1] >= 4200, "it pauses in the end"
    lengths = [len(frame.text) for frame in square.steps[:-1]]
    assert sorted(times[:-1]) == [time for _, time in sorted(zip(lengths, times, strict=False))], "as long as one reads"


def test_a_film_takes_the_time_that_is_asked_for(square: Figure, tmp_path: Path) -> None:
    peer("PIL")
    _, times = film(square.save(tmp_path / "steps.GIF", seconds=0.5))
    assert times == [500, 500, 500, 3500]


def test_a_training_is_watched_not_read(tmp_path: Path) -> None:
    peer("PIL")
    figure = of_training()
    _, times = film(figure.save(tmp_path / "steps.gif"))
    assert times == [600, 600, 600, 3600]


def test_the_colours_of_a_film_are_those_of_its_pictures(square: Figure, tmp_path: Path) -> None:
    image = peer("PIL.Image")
    opened, _ = film(square.save(tmp_path / "steps.gif"))
    scale = min(2.0, 1600 / square._stills._size[0])
    for i, path in enumerate(square.frames(tmp_path, "png", scale=scale)):
        opened.seek(i)
        with image.open(io.BytesIO(path.read_bytes())) as png:
            paper = image.new("RGBA", png.size, "white")
            paper.alpha_composite(png.convert("RGBA"))
        difference = peer("PIL.ImageChops").difference(opened.convert("RGB"), paper.convert("RGB"))
        assert max(most for _, most in difference.getextrema()) <= 24, "256 colours are not all"


# --- slides ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("per_page", "pages"), [(None, 4), (1, 4), (2, 2), (3, 2), (4, 1), (6, 1)])
def test_slides_have_so_many_steps_a_page(
    square: Figure, per_page: int | None, pages: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    typst = peer("typst")
    sources: list[tuple[bytes, dict[str, str]]] = []
    compiled = typst.compile

    def compile(source: bytes, **options: Any) -> Any:
        sources.append((source, options["sys_inputs"]))
        return compiled(source, **options)

    monkeypatch.setattr(typst, "compile", compile)
    content = square.save(tmp_path / "steps.pdf", per_page=per_page).read_bytes()
    assert content.startswith(b"%PDF-")
    ((source, inputs),) = sources
    assert len(compiled(source, format="svg", sys_inputs=inputs)) == pages or pages == 1
    assert [inputs[f"alt{i}"].partition(": ")[2] for i in range(4)] == [frame.text for frame in square.steps]
    assert inputs["title"] in content.decode("latin-1") or len(inputs["title"]) > 0
    square.save(tmp_path / "again.pdf", per_page=per_page)
    assert (tmp_path / "again.pdf").read_bytes() == content, "the same figure is the same file"


@pytest.mark.parametrize("per_page", [0, -1, 1.5])
def test_a_number_of_steps_a_page_is_a_whole_one(square: Figure, per_page: Any, tmp_path: Path) -> None:
    with pytest.raises((ValueError, TypeError), match="per_page"):
        square.save(tmp_path / "steps.pdf", per_page=per_page)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("a.html", {"seconds": 1.0}, r"seconds=1.0 is for \.gif alone, not for 'a\.html'"),
        ("a.pdf", {"seconds": 1.0}, r"seconds=1.0 is for \.gif alone"),
        ("a.gif", {"per_page": 2}, r"per_page=2 is for \.pdf alone"),
        ("a", {"per_page": 2}, r"per_page=2 is for \.pdf alone"),
        ("a.gif", {"seconds": 0.0}, "positive number of seconds"),
        ("a.gif", {"seconds": float("nan")}, "positive number of seconds"),
        ("a.gif", {"seconds": float("inf")}, "positive number of seconds"),
    ],
)
def test_what_does_not_go_together_is_said(
    square: Figure, name: str, options: dict[str, Any], message: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=message):
        square.save(tmp_path / name, **options)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("name", "what"), [("a.gif", "a film"), ("a.pdf", "slides")])
def test_what_would_be_too_large_is_refused(
    square: Figure, name: str, what: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(stills, "MOST_STEPS", 3)
    with pytest.raises(ValueError, match=rf"{what} of 4 steps would be too large, 3 are the most; frames\(folder\)"):
        square.save(tmp_path / name)


@pytest.mark.parametrize(
    ("missing", "what"), [("typst", "PDF needs typst"), ("typst", "PNG needs typst"), ("PIL", "GIF needs pillow")]
)
def test_what_is_not_installed_is_said_before_anything_is_written(
    square: Figure, missing: str, what: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    png, other = tmp_path / "frames", tmp_path / f"steps.{what[:3].lower()}"
    with pytest.raises(ImportError, match=rf"{what}.*pip install 'chainrule\[print\]'"):
        square.frames(png, "png") if what.startswith("PNG") else square.save(other)
    assert not list(tmp_path.iterdir())
    assert len(square.frames(tmp_path)) == 4, "SVG needs nothing"


# --- names -----------------------------------------------------------------------------------------------------------


@given(st.text(st.sampled_from(" 0123456789.,;:=+−·()/[]#²⁻¹∂dexyLwσδ_"), max_size=40))
def test_setting_text_as_mathematics_changes_no_letter(line: str) -> None:
    text = "".join([run.text for run in mathematical(line)])
    assert text.replace("_", "").replace(",", "") == line.replace("_", "").replace(",", "")


@pytest.mark.parametrize(
    ("line", "set_"),
    [
        ("dL/dw1", [("d", "upright"), ("L", "italic"), ("/d", "upright"), ("w", "italic"), ("1", "subscript")]),
        ("2x", [("2", "upright"), ("x", "italic")]),
        ("1e200", [("1e200", "upright")]),
        ("5.551e−17", [("5.551e−17", "upright")]),
        ("exp(x)", [("exp", "upright"), ("(", "upright"), ("x", "italic"), (")", "upright")]),
        ("v3²", [("v", "italic"), ("3", "subscript"), ("²", "upright")]),
        ("δ1[2]", [("δ", "italic"), ("1", "subscript"), ("[2]", "superscript")]),
    ],
)
def test_names_are_set_as_mathematics_writes_them(line: str, set_: list[tuple[str, str]]) -> None:
    assert [tuple(run) for run in mathematical(line)] == set_
