"""Contrast in every picture, light and dark: 4.5 to 1 for text, 3 to 1 for outlines and lines, as WCAG 2.2 asks for.

Measured from what is rendered: every part's colour by the style sheet, against what lies behind it.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from autograd import Value, draw, show
from autograd.derivation.worked_example import ROLES, worked_example
from autograd.functions import fsum
from nn import MLP

TEXT, OUTLINE = 4.5, 3.0
RGB = tuple[float, ...]
Point = tuple[float, float]


def contrast(a: RGB, b: RGB) -> float:
    """The contrast ratio of WCAG 2.2.

    Example:
        >>> contrast((1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
        21.0
    """
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: RGB) -> float:
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def rgb(colour: str) -> RGB:
    digits = colour.removeprefix("#")
    if len(digits) == 3:
        digits = "".join([2 * d for d in digits])
    return tuple([int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)])


@dataclass
class Painted:
    """A part that was painted: where it is, in which colour, how opaque."""

    covers: Callable[[Point], bool]
    colour: RGB
    opacity: float


class Picture:
    """A picture as a browser paints it in one theme."""

    def __init__(self, svg: str, theme: str) -> None:
        self.root = ET.fromstring(svg)
        style = svg[svg.index("<style>") : svg.index("</style>")]
        sheet = re.search(
            r"prefers-color-scheme:dark\){svg.chainrule{(.*?)}" if theme == "dark" else r"svg.chainrule{(.*?)}", style
        )
        assert sheet is not None
        variables = dict(re.findall(r"--cr-([\w-]+):(#[0-9a-f]+);", sheet[1]))
        rules = re.findall(r"\.chainrule ((?:\.[\w-]+ ?)+){([^}]*)}", style)
        self.rules = sorted(
            [
                (
                    selector.replace(".", "").split(),
                    {
                        key: variables[name]
                        for key, name in (
                            re.fullmatch(r"([\w-]+):var\(--cr-([\w-]+)\)", part).groups()  # type: ignore[union-attr]
                            for part in content.split(";")
                        )
                    },
                )
                for selector, content in rules
            ],
            key=lambda rule: len(rule[0]),
        )
        self.painted: list[Painted] = []

    def parts(self) -> Iterator[tuple[ET.Element, dict[str, str]]]:
        """Every part with its attributes as the style sheet changes them, in the order of painting."""
        return self._walk(self.root, set())

    def _walk(self, group: ET.Element, outer: set[str]) -> Iterator[tuple[ET.Element, dict[str, str]]]:
        for part in group:
            classes = set(part.get("class", "").split())
            if part.tag.endswith("}g"):
                yield from self._walk(part, outer | classes)
                continue
            look = dict(part.attrib)
            for selector, colours in self.rules:
                if selector[-1] in classes and outer.issuperset(selector[:-1]):
                    look |= colours
            yield part, look

    def behind(self, point: Point) -> RGB:
        """The colour at a point, of all that was painted so far."""
        colour: RGB = ()
        for part in self.painted:
            if part.covers(point):
                alpha = part.opacity
                colour = (
                    part.colour
                    if alpha == 1.0
                    else tuple([alpha * a + (1 - alpha) * b for a, b in zip(part.colour, colour, strict=True)])
                )
        assert colour, f"nothing is painted at {point}"
        return colour

    def too_faint(self) -> list[str]:
        """What has too little contrast with what lies behind it, or within it."""
        faint = []

        def check(part: ET.Element, colour: str, points: list[Point], least: float) -> None:
            found = min([contrast(rgb(colour), self.behind(point)) for point in points])
            if found < least:
                faint.append(f"{found:.2f} {colour} {ET.tostring(part, 'unicode').replace('ns0:', '')[:160]}")

        for part, look in self.parts():
            kind = part.tag.split("}")[1]
            if kind == "text" and "".join(part.itertext()):
                x, y = float(look["x"]), float(look["y"])
                check(part, look["fill"], [(x + 1.5, y - 3.0)], TEXT)
            elif kind in ("rect", "ellipse", "polygon"):
                covers, middle = shape(kind, look)
                filled = (
                    Painted(covers, rgb(look["fill"]), float(look.get("fill-opacity", 1)))
                    if look["fill"] != "none"
                    else None
                )
                outlined = look.get("stroke", "none") != "none"
                if outlined:
                    check(part, look["stroke"], [middle], OUTLINE)  # with what is around it
                elif look["class"] == "head":
                    check(part, look["fill"], [middle], OUTLINE)
                    continue  # heads overlap where many arrows meet
                if filled:
                    self.painted.append(filled)
                if outlined:
                    check(part, look["stroke"], [middle], OUTLINE)  # with what is in it
            elif kind == "path":
                check(part, look["stroke"], points_of(look["d"]), OUTLINE)
        return faint


def shape(kind: str, look: dict[str, str]) -> tuple[Callable[[Point], bool], Point]:
    """Whether a shape covers a point, and its middle."""

    def side(name: str) -> float:
        return float(look.get(name, 0.0))

    if kind == "rect":
        x, y, w, h = side("x"), side("y"), side("width"), side("height")
        return lambda at: x <= at[0] <= x + w and y <= at[1] <= y + h, (x + w / 2, y + h / 2)
    if kind == "ellipse":
        x, y, rx, ry = side("cx"), side("cy"), side("rx"), side("ry")
        return lambda at: ((at[0] - x) / rx) ** 2 + ((at[1] - y) / ry) ** 2 <= 1.0, (x, y)
    corners = [complex(*map(float, corner.split(","))) for corner in look["points"].split()]
    middle = sum(corners) / len(corners)

    def covers(at: Point) -> bool:
        p = complex(*at)
        turns = [((b - a).conjugate() * (p - a)).imag for a, b in zip(corners, [*corners[1:], corners[0]], strict=True)]
        return min(turns) >= 0.0 or max(turns) <= 0.0  # they are convex

    return covers, (middle.real, middle.imag)


def points_of(d: str) -> list[Point]:
    """Points of a path: those of its curves, or the middle of a level line."""
    if level := re.fullmatch(r"M([\d.-]+),([\d.-]+)H([\d.-]+)", d):
        left, y, right = map(float, level.groups())
        return [((left + right) / 2, y)]
    return [(float(x), float(y)) for x, y in re.findall(r"([\d.-]+),([\d.-]+)", d)]


# --- the pictures -------------------------------------------------------------------------------------------------


def all_levels() -> Value:
    """Gradients of every shade, below inputs, targets and parameters."""
    leaves = [[Value(1.0, label=f"{name}{k}") for k in range(8)] for name in "xtw"]
    total = fsum([10.0**-k * leaf.tanh() for row in leaves for k, leaf in enumerate(row)])
    total.backward()
    return total


def every_role() -> Value:
    example = worked_example()
    example.L.backward()
    return example.L


def network_loss() -> Value:
    model = MLP(2, [2, 1], seed=1)
    loss: Value = (model([Value(1.0), Value(2.0)]) - Value(0.5)) ** 2
    loss.backward()
    return loss


def network_at(step: int) -> str:
    return show(MLP(2, [3, 2], output="softmax", seed=1), [1.0, 2.0], 1)._stills._picture_at(step)


LEVELS: dict[str, list[str]] = {
    role: [f"{name}{k}" for k in range(8)] for role, name in (("input", "x"), ("target", "t"), ("parameter", "w"))
}
PICTURES: dict[str, Callable[[], str]] = {
    "every role": lambda: draw(every_role(), roles=ROLES, local_derivatives=True).svg,
    "plain leaves": lambda: draw(every_role()).svg,
    "highlighted": lambda: draw(root := every_role(), highlight=root.parents, roles=ROLES).svg,
    "levels": lambda: draw(all_levels(), gradients_as_colour=True, roles=LEVELS).svg,
    "levels of leaves": lambda: draw(all_levels(), gradients_as_colour=True).svg,
    "levels, highlighted": lambda: draw(root := all_levels(), gradients_as_colour=True, highlight=root.parents).svg,
    "levels, folded": lambda: draw(all_levels(), gradients_as_colour=True, max_nodes=9, fold="depth").svg,
    "folded": lambda: draw(all_levels(), max_nodes=9, fold="depth").svg,
    "in a group": lambda: draw(all_levels(), max_nodes=9, fold="depth").groups[-1].svg,
    "neurons in boxes": lambda: draw(network_loss(), gradients_as_colour=True).svg,
    "network": lambda: draw(MLP(3, [4, 30, 1], seed=1), local_derivatives=True, biases=True).svg,
    "levels of a network": lambda: draw(MLP(3, [4, 1], seed=1), gradients_as_colour=True).svg,
    "nothing but what is given": lambda: draw(every_role(), roles=ROLES, upto=1).svg,
    "a step forward": lambda: draw(every_role(), roles=ROLES, upto=5, local_derivatives=True).svg,
    "a step back": lambda: draw(every_role(), roles=ROLES, upto=14, local_derivatives=True).svg,
    "a step back, levels": lambda: draw(all_levels(), gradients_as_colour=True, upto=80).svg,
    "a step of a network": lambda: network_at(2),
    "a step back in a network": lambda: network_at(10),
    "stepper": lambda: show(every_role(), roles=ROLES)._picture,
    "stepper of a network": lambda: show(MLP(2, [3, 2], output="softmax", seed=1), [1.0, 2.0], 1)._picture,
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PICTURES)
def test_text_and_outlines_stand_out_from_what_is_behind_them(name: str, theme: str) -> None:
    picture = Picture(PICTURES[name](), theme)
    assert not picture.too_faint()
    assert len(picture.painted) > 4


def test_all_shades_were_looked_at() -> None:
    found: set[Any] = set(re.findall(r"level-(\d) ?", PICTURES["levels"]().split("</style>")[1]))
    assert found == set("012345")


# --- the page around them -----------------------------------------------------------------------------------------

PLAYER = (Path(show.__code__.co_filename).parent / "player.css").read_text("utf-8")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_and_outlines_of_the_page_stand_out(theme: str) -> None:
    blocks = re.findall(r":host(?:\(\[data-theme=\"dark\"\]\))? {\n(.*?)}", PLAYER, re.DOTALL)
    colour = dict(re.findall(r"--([\w-]+): (#[0-9a-f]+);", blocks[theme == "dark"]))
    grounds = ["paper", "wash", "forward-wash", "reverse-wash"]
    least = {(text, ground): TEXT for text in ("ink", "quiet") for ground in grounds}
    least |= {(way, ground): TEXT for way in ("forward", "reverse") for ground in ("paper", "wash", f"{way}-wash")}
    least |= {("edge", ground): OUTLINE for ground in ("paper", "wash")}
    found = {pair: contrast(*[rgb(colour[name]) for name in pair]) for pair in least}
    assert not {pair: ratio for pair, ratio in found.items() if ratio < least[pair]}
