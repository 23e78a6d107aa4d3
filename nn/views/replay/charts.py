"""Charts as SVG: axes with ticks, lines, markers, and their style sheet.

These are the parts of the picture that ``autograd.show`` steps through, so they need no matplotlib; for plots see
``nn.plots``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10
from typing import Any, TypeAlias

from autograd.derivation.styles import TEXT, printable, raised
from autograd.drawing.palette import LIGHT
from autograd.drawing.svg import FONT, style_sheet
from nn.numerics import np
from nn.views.replay.contours import simplified

Point: TypeAlias = tuple[float, float]

FINE = 4  # outlines are written in quarters of a pixel, as whole numbers
N_CLASSES = 6  # with a look of their own
N_SHADES = 8  # of a heat map
HEIGHT = 440  # pixels
_ROLES = ("input", "loss", "folded", "target", "parameter", "constant")  # of the palette, by class


@dataclass(frozen=True, slots=True)
class Axis:
    """How numbers become places along an axis, in pixels.

    Arguments:
        low, high: the numbers at its ends.
        start, end: the places of its ends.
        log: whether equal ratios are equally far apart.

    Example:
        >>> Axis(0.0, 10.0, 100.0, 200.0).at(2.5)
        125.0
        >>> Axis(0.0, 1.0, 0.0, 300.0).ticks(5)
        [(0.0, '0'), (0.2, '0.2'), (0.4, '0.4'), (0.6, '0.6'), (0.8, '0.8'), (1.0, '1')]
        >>> [text for _, text in Axis(3e-6, 20.0, 0.0, 300.0, log=True).ticks(4)]
        ['10⁻⁵', '0.001', '0.1', '10']
    """

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def at(self, number: float) -> float:
        """The place of a number."""
        low, high, x = (log10(self.low), log10(self.high), log10(number)) if self.log else (self.low, self.high, number)
        return self.start + (self.end - self.start) * (x - low) / (high - low)

    def ticks(self, about: int, whole: bool = False) -> list[tuple[float, str]]:
        """About so many round numbers on the axis, and how they are written; whole numbers if asked for."""
        if self.log:
            decades = range(ceil(log10(self.low) - 1e-9), floor(log10(self.high) + 1e-9) + 1)
            return [(10.0**k, _power(k)) for k in decades if (k - decades[-1]) % ceil(len(decades) / about) == 0]
        rough = (self.high - self.low) / about
        unit = 10.0 ** floor(log10(rough))
        step = next(unit * m for m in (1, 2, 5, 10) if unit * m >= 0.999 * rough)
        step = max(step, 1.0) if whole else step
        first, last = ceil(self.low / step - 1e-9), floor(self.high / step + 1e-9)
        return [(round(k * step, 12), written(round(k * step, 12))) for k in range(first, last + 1)]


def spanning(numbers: Iterable[float], start: float, end: float, room: float = 0.06, log: bool = False) -> Axis:
    """An axis on which all numbers fit, with some room at both ends.

    Example:
        >>> spanning([2.0, 4.0], 0.0, 100.0, room=0.5)
        Axis(low=1.0, high=5.0, start=0.0, end=100.0, log=False)
    """
    known = sorted(numbers)
    low, high = known[0], known[-1]
    if log:
        least, most = log10(low), log10(high)
        decades = room * (most - least)
        return Axis(10.0 ** max(least - decades, -307.0), 10.0 ** min(most + decades, 308.0), start, end, log=True)
    margin = room * (high - low) or max(abs(low) * room, 1e-6)
    return Axis(low - margin, high + margin, start, end)


def written(number: float) -> str:
    """A round number, for a tick.

    Example:
        >>> written(-0.5), written(120000.0)
        ('−0.5', '120000')
    """
    return TEXT.number(f"{number:.6g}")


def _power(k: int) -> str:
    """A power of ten."""
    if -4 < k < 5:
        return TEXT.number(f"{10.0**k:g}")
    return "10" + raised(str(k))


# --- elements ------------------------------------------------------------------------------------------------------


def text(kind: str, x: float, y: float, words: str, turned: bool = False) -> str:
    """A line of text; ``kind`` is its class."""
    turn = f' transform="rotate(-90 {x:.1f} {y:.1f})"' if turned else ""
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}"{turn}>{escape(printable(words))}</text>'


def frame(x: Axis, y: Axis, names: tuple[str, str], ticks: tuple[int, int] = (6, 5), whole: bool = False) -> str:
    """The axes of a chart: grid lines, ticks, and names, below and turned at the left; an empty name leaves out."""
    left, right, bottom, top = x.start, x.end, y.start, y.end
    parts = []
    for number, words in x.ticks(ticks[0], whole):
        at = x.at(number)
        parts.append(f'<path class="rule" d="M{at:.1f} {top:.1f}V{bottom + 4:.1f}"/>')
        parts.append(text("tick", at, bottom + 17, words))
    for number, words in y.ticks(ticks[1]):
        at = y.at(number)
        parts.append(f'<path class="rule" d="M{left - 4:.1f} {at:.1f}H{right:.1f}"/>')
        parts.append(text("tick left", left - 7, at + 4, words))
    parts.append(f'<path class="axes" d="M{left:.1f} {top:.1f}V{bottom:.1f}H{right:.1f}"/>')
    if names[0]:
        parts.append(text("axis", (left + right) / 2, bottom + 36, names[0]))
    if names[1]:
        parts.append(text("axis", left - 42, (top + bottom) / 2, names[1], turned=True))
    return "".join(parts)


def inside(x: Axis, y: Axis, content: str, attributes: str = "") -> str:
    """What lies inside the axes and is cut off there, in units of quarter pixels from their upper left corner."""
    width, height = x.end - x.start, y.start - y.end
    return (
        f'<svg x="{x.start:g}" y="{y.end:g}" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {FINE * width:g} {FINE * height:g}" preserveAspectRatio="none"{attributes}>{content}</svg>'
    )


def outline(x: Any, y: Any, closed: bool = False) -> str:
    """A path through points, in units of `inside`: as whole numbers, each relative to the one before, and not too many.

    Example:
        >>> outline([0.0, 10.2, 10.2], [0.0, 0.0, -5.0], closed=True)
        'M0 0l10 0 0-5z'
    """
    points = np.stack([x, y], axis=1)
    around = np.concatenate([points, points[:1]]) if closed else points
    places = np.rint(simplified(around, 0.5)).astype(int)[: -1 if closed else None]
    moves = [f"{a} {b}" for a, b in np.diff(places, axis=0).tolist() if a or b]
    line = "l" + " ".join(moves).replace(" -", "-") if moves else ""
    return f"M{places[0, 0]} {places[0, 1]}{line}{'z' if closed else ''}"


def curve(x: Axis, y: Axis, points: Iterable[Point]) -> str:
    """An `outline` through points that are given as numbers on the axes."""
    places = np.array([(x.at(a) - x.start, y.at(b) - y.end) for a, b in points])
    return outline(*(FINE * places.T))


def key_of_line(k: int, shade: int, x: float, y: float, words: str) -> str:
    """What a line means: a piece of it, and words to its right."""
    line = f'<path class="line-{k} class-{shade}" d="M{x:g} {y:g}h24"/>'
    return f'<g class="key">{line}{text("key right", x + 30, y + 4, words)}</g>'


def mark(shape: int, x: float, y: float, size: float, look: str | None = None) -> str:
    """The marker of a class: a circle, a square, a triangle, and so on, all of about the same area.

    Arguments:
        shape: the number of the class; looks repeat after six.
        x, y: its middle.
        size: the radius of the circle.
        look: its classes; by default the colour of the class.
    """
    shape %= N_CLASSES
    kind = f'class="mark {look or f"class-{shape}"}"'
    if shape == 0:
        return f'<circle {kind} cx="{x:.1f}" cy="{y:.1f}" r="{size:g}"/>'
    corners = " ".join([f"{x + size * a:.1f},{y + size * b:.1f}" for a, b in _CORNERS[shape]])
    return f'<polygon {kind} points="{corners}"/>'


def cross(x: float, y: float, size: float, wrong: bool, attributes: str = "") -> str:
    """What lies over the marker of an example, and is seen if that is wrong."""
    arm = 1.4 * size
    lines = f"M{x - arm:.1f} {y - arm:.1f}l{2 * arm:g} {2 * arm:g}m0 {-2 * arm:g}l{-2 * arm:g} {2 * arm:g}"
    return f'<path class="cross{" wrong" * wrong}" d="{lines}"{attributes}/>'


_CORNERS: dict[int, Sequence[Point]] = {
    1: [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
    2: [(0.0, -1.3), (1.2, 0.85), (-1.2, 0.85)],
    3: [(0.0, -1.35), (1.2, 0.0), (0.0, 1.35), (-1.2, 0.0)],
    4: [(0.0, 1.3), (1.2, -0.85), (-1.2, -0.85)],
    5: [(-1.3, -0.6), (1.3, -0.6), (1.3, 0.6), (-1.3, 0.6)],
}


def chart_styles() -> str:
    """The style sheet: for programs without custom properties, then that of all pictures, and that of charts."""
    plain = []
    for selector, declarations in _RULES.items():
        if "var(--cr-of)" in declarations:
            plain += [f".class-{k}{selector}{{{_plain(declarations, role)}}}" for k, role in enumerate(_ROLES)]
        else:
            plain.append(f"{selector or '.chainrule'}{{{_plain(declarations, 'input')}}}")
    classes = [f".chainrule .class-{k}{{--cr-of:var(--cr-{role}-line)}}" for k, role in enumerate(_ROLES)]
    rules = [f".chainrule {selector}{{{declarations}}}" for selector, declarations in _RULES.items()]
    return "".join([*plain, style_sheet().removesuffix("}"), *classes, *rules, "}"])  # within what browsers alone read


def _plain(declarations: str, role: str) -> str:
    """Declarations with the colours on a light page, where the class is that of a role."""
    colours = {**LIGHT, "of": LIGHT[f"{role}-line"]}
    single = re.sub(r"var\(--cr-([\w-]+)\)", lambda found: colours[found[1]], declarations)
    return re.sub(r"color-mix\(in srgb,(\S+) (\d+)%,(\S+)\)", lambda found: _mixed(*found.groups()), single)


def _mixed(one: str, share: str, other: str) -> str:
    """So many percent of one colour, the rest of the other."""
    pairs = [(int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join([f"{round((int(share) * a + (100 - int(share)) * b) / 100):02x}" for a, b in pairs])


def _mix(share: int, of: str = "of") -> str:
    """So many percent of the colour of the class, on the page."""
    return f"color-mix(in srgb,var(--cr-{of}) {share}%,var(--cr-page))"


_RULES: dict[str, str] = {
    "": f"font-family:{FONT}",
    "text": "fill:var(--cr-ink);text-anchor:middle;white-space:pre",
    ".page": "fill:var(--cr-page)",
    ".rule": "stroke:var(--cr-box-line);stroke-width:1;opacity:.45",
    ".axes": "fill:none;stroke:var(--cr-quiet);stroke-width:1",
    "text.tick": "font-size:12px;fill:var(--cr-quiet)",
    "text.axis": "font-size:13px;fill:var(--cr-quiet)",
    "text.key": "font-size:13px",
    "text.heading": "font-size:14px;font-weight:600",
    "text.left": "text-anchor:end",
    "text.right": "text-anchor:start",
    ".area": "fill-rule:evenodd",
    ".area.pale": f"fill:{_mix(17)}",
    ".area.even": f"fill:{_mix(24)}",
    ".area.sure": f"fill:{_mix(36)}",
    ".boundary": "fill:none;stroke:var(--cr-ink);stroke-width:6",
    ".mark": "fill:var(--cr-of);stroke:var(--cr-page);stroke-width:1",
    ".mark.plain": "stroke:var(--cr-ink)",
    ".cross": "display:none;fill:none;stroke:var(--cr-ink);stroke-width:1.5",
    ".cross.wrong": "display:inline",
    ".line-0": "fill:none;stroke:var(--cr-of);stroke-width:8;stroke-linejoin:round",
    ".line-1": "fill:none;stroke:var(--cr-of);stroke-width:8;stroke-linejoin:round;stroke-dasharray:24 12",
    ".later path": "stroke-width:3",  # thin: still to come
    ".key .line-0": "stroke-width:2",
    ".key .line-1": "stroke-width:2;stroke-dasharray:6 3",
    ".now": "stroke:var(--cr-ink);stroke-width:1.2",
    ".dot .mark": "stroke-width:1.5",
    **{f".heat-{k}": f"fill:{_mix(4 + 11 * k, 'input-line')}" for k in range(N_SHADES)},
}
"""How the parts look, by their classes; a later row goes before an earlier one."""
