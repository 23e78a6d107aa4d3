"""The colours of the page as a browser renders them: contrast in every state, and what each state is told by.

WCAG 2.2 asks for 4.5 to 1 for text and 3 to 1 for outlines, against what lies behind. Of a picture without a page
around it the same is asked in tests/drawing/test_contrast.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

import autograd.stepper
import nn.views
from autograd import Value, show
from autograd.derivation.worked_example import ROLES, worked_example
from nn import MLP
from tests.benchmarks.bench_engine import elementary
from tests.browser.conftest import Tab

pytestmark = pytest.mark.slow  # a browser is started

# What a box can be marked with, beside what is known of it.
STATES = {
    "plain": "known reached",
    "unknown": "unknown unreached",
    "current": "known reached current",
    "operand": "known reached operand",
    "giving": "known reached giving",
    "open": "known reached current open",
    "changed": "known reached changed",
    "outside": "known reached outside",
    "astray value": "known reached astray-value",
    "astray gradient": "known reached astray-gradient",
    "blank value": "unknown reached blank-value",
    "blank gradient": "known unreached blank-gradient",
    "changed and current": "known reached current changed",
    "changed and outside": "known reached changed outside",
}
ROLES_SHOWN = {"input", "target", "parameter", "leaf", "constant", "operation", "loss", "folded", "outside", "neuron"}
LEAST_APART = 20.0  # in CIELAB, where 2 can just be seen side by side
MEASURED = """(states) => {
    const figure = document.querySelector("[data-chainrule]").figure;
    const picture = figure.find(".picture > svg");
    const page = getComputedStyle(picture.querySelector(".page")).fill;
    const found = [];
    for (const pass of ["forward", "reverse"]) for (const [state, marks] of Object.entries(states)) {
        figure.section.dataset.pass = pass;
        for (const { shape } of figure.boxes.filter((box) => box?.shape.querySelector(".shape"))) {
            const [role] = [...shape.classList].filter((name) => name.startsWith("role-"));
            shape.dataset.state = marks;
            const outline = shape.querySelector(".shape");
            const { stroke, fill, strokeWidth, strokeDasharray } = getComputedStyle(outline);
            const around = outline.getBoundingClientRect();
            const texts = [...shape.querySelectorAll("text")].map((text) => {
                const own = getComputedStyle(text);
                const box = text.getBoundingClientRect();
                const inside = box.y + box.height / 2 > around.top && box.y + box.height / 2 < around.bottom;
                return { kind: text.getAttribute("class"), text: text.textContent, colour: own.fill,
                    behind: inside && fill !== "none" ? fill : page, weight: own.fontWeight, seen: own.visibility === "visible" };
            });
            found.push({ pass, state, role, stroke, fill, strokeWidth, strokeDasharray, page, texts });
        }
    }
    return found;
}"""


def figures() -> dict[str, Any]:
    """Figures that have every role between them."""
    a, b = Value(2.0, label="a"), Value(0.5, label="b")
    return {
        "worked example": show(worked_example().L, names=None, roles=ROLES),
        "plain leaves": show((3.0 * a).exp() + a * b, names=None),
        "network": show(MLP(2, [30, 1], seed=1), [1.0, 2.0], [0.0]),
        "large graph": show(elementary(Value, 200), names=None),
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("colours")
    for name, figure in figures().items():
        figure.save(made / f"{name}.html")
    return made


def channels(colour: str) -> list[float]:
    found = re.fullmatch(r"rgba?\((\d+), (\d+), (\d+)\)", colour)
    assert found, f"{colour} is no opaque colour"
    parts = [int(part) / 255 for part in found.groups()]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]


def contrast(a: str, b: str) -> float:
    light, dark = sorted(
        (0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in map(channels, (a, b))), reverse=True
    )
    return (light + 0.05) / (dark + 0.05)


def apart(a: str, b: str) -> float:
    """How different two colours look: their distance in CIELAB."""

    def lab(colour: str) -> tuple[float, float, float]:
        red, green, blue = channels(colour)
        x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
        y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
        z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
        x, y, z = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
        return 116 * y - 16, 500 * (x - y), 200 * (y - z)

    return sum([(p - q) ** 2 for p, q in zip(lab(a), lab(b), strict=True)]) ** 0.5


def measured(folder: Path, open_tab: Callable[..., Tab], name: str, **options: Any) -> list[dict[str, Any]]:
    tab = open_tab(folder / f"{name}.html", **options)
    tab.page.wait_for_selector(".stepper")
    if name == "large graph":  # in a group there are signposts
        tab.page.evaluate("() => document.querySelector('[data-chainrule]').figure.scenes.enter(1)")
    else:  # a number was changed, so that the recorded one stands beside it
        tab.page.evaluate(
            """() => {
                const { given, leaves } = document.querySelector("[data-chainrule]").figure;
                given.setAll(new Map([[leaves[0], 0.25]]));
            }"""
        )
    found: list[dict[str, Any]] = tab.page.evaluate(MEASURED, STATES)
    return found


def test_the_states_are_those_that_the_styles_know() -> None:
    folders = [Path(package.__file__ or "").parent for package in (autograd.stepper, nn.views)]
    known = {word for folder in folders for file in folder.glob("*.css")
             for word in re.findall(r'data-state[~]="([\w-]+)"', file.read_text("utf-8"))}  # fmt: skip
    assert known <= {word for marks in STATES.values() for word in marks.split()}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_all_stands_out_in_every_state_and_no_state_has_the_colour_of_a_role(
    theme: str, folder: Path, open_tab: Callable[..., Tab]
) -> None:
    boxes = [box for name in figures() for box in measured(folder, open_tab, name, color_scheme=theme)]
    faint = set()
    for box in boxes:
        where = (box["role"], box["state"], box["pass"])
        for ground in (box["fill"], box["page"]):
            if contrast(box["stroke"], ground) < 3.0:
                faint.add((*where, "outline", box["stroke"], ground))
        for text in box["texts"]:
            if text["seen"] and text["text"] and contrast(text["colour"], text["behind"]) < 4.5:
                faint.add((*where, text["kind"], text["colour"], text["behind"]))
    assert not faint
    roles = {(box["role"].removeprefix("role-"), box["stroke"]) for box in boxes if box["state"] == "plain"}
    assert {role for role, _ in roles} >= ROLES_SHOWN
    unmarked = ("plain", "unknown", "blank value", "blank gradient")
    marked = {(box["state"], box["stroke"]) for box in boxes if box["state"] not in unmarked}
    assert not {(state, role) for state, one in marked for role, other in roles if apart(one, other) < LEAST_APART}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("forced", ["none", "active"])
def test_each_state_looks_unlike_the_others_whatever_its_colour(
    forced: str, theme: str, folder: Path, open_tab: Callable[..., Tab]
) -> None:
    boxes = measured(folder, open_tab, "worked example", color_scheme=theme, forced_colors=forced)
    told_apart = ("plain", "unknown", "current", "operand", "changed", "outside", "astray value", "astray gradient")

    def without_colour(box: dict[str, Any]) -> Any:
        texts = [(text["kind"], text["weight"], text["seen"]) for text in box["texts"]]
        return box["strokeWidth"], box["strokeDasharray"], texts

    for role in ("role-input", "role-parameter", "role-operation"):
        looks = {box["state"]: box for box in boxes if box["role"] == role and box["pass"] == "reverse"}
        for one, other in combinations(told_apart, 2):
            assert without_colour(looks[one]) != without_colour(looks[other]), (role, one, other)
    texts = [text for box in boxes for text in box["texts"] if text["seen"] and text["text"]]
    assert min(contrast(text["colour"], text["behind"]) for text in texts) >= 4.5


FIELDS = """() => {
    const figure = document.querySelector("[data-chainrule]").figure;
    const ground = (part) => {
        let at = part.parentElement;
        while (at.parentElement && getComputedStyle(at).backgroundColor.endsWith(", 0)")) at = at.parentElement;
        return getComputedStyle(at).backgroundColor;
    };
    return figure.findAll(".blanks input, .blanks .mark, .given-numbers input").filter((part) => part.checkVisibility()).map((part) => {
        const own = getComputedStyle(part);
        return { kind: part.localName, state: `${part.dataset.state ?? part.ariaInvalid ?? ""} ${part.closest(".entry").className}`,
            line: own.borderTopColor, look: `${own.borderTopWidth} ${own.borderTopStyle} ${own.outlineStyle}`, colour: own.color,
            text: part.textContent, own: own.backgroundColor, behind: ground(part) };
    });
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_fields_and_their_marks_stand_out_whatever_is_in_them(
    theme: str, tmp_path: Path, open_tab: Callable[..., Tab]
) -> None:
    path = show(worked_example().L, names=None, hide="gradients").save(tmp_path / "practice.html")
    looks: dict[str, set[str]] = {}
    for forced in ("none", "active"):
        tab = open_tab(path, color_scheme=theme, forced_colors=forced)
        blanks = tab.page.locator(".blanks input")
        for i, entry in enumerate(("1", "-0.124", "?!", "7", "0.1")):
            blanks.nth(i).fill(entry)
            tab.press("Tab")
        tab.page.evaluate("() => document.querySelector('[data-chainrule]').figure.find('.given-numbers').open = true")
        given = tab.page.locator(".given-numbers input")
        given.nth(0).fill("0.25")
        given.nth(1).fill("abc")
        parts = tab.page.evaluate(FIELDS)
        for part in parts:
            looks.setdefault(forced + part["state"], set()).add(part["look"])
            if forced == "active":
                continue  # the colours are the reader's own
            if part["kind"] == "input":
                assert contrast(part["line"], part["behind"]) >= 3.0, part
                assert contrast(part["line"], part["own"]) >= 3.0, part
            elif part["text"]:
                assert contrast(part["colour"], part["behind"]) >= 4.5, part
        assert {part["text"] for part in parts if part["kind"] == "span"} >= {"✗", "✓"}
    assert not looks["activetrue entry"] & looks["active entry"], "a wrong entry is told by its colour alone"
