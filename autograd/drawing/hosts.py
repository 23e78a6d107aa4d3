"""What a notebook gets of a picture, for each kind of program that shows notebooks."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterable
from html import escape

from autograd.drawing.printing import printed, size_of

_SMALLEST = 0.68  # how far a picture shrinks in a narrow cell; then it is scrolled, and grows with the zoom
_SCALE, _MOST_PIXELS = 1.5, 1_500_000  # of a PNG, which so is about as large as the SVG


def image(svg: str, description: str) -> str:
    """A picture in HTML that is shown also where nobody is trusted; the description stands where none is shown."""
    data = base64.b64encode(svg.encode()).decode()
    return (
        # paper cannot be scrolled
        '<div class="chainrule-picture" style="overflow-x:auto">'
        "<style>@media print{.chainrule-picture>img{min-width:0!important}}</style>"
        f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(description)}" '
        f'style="max-width:100%;min-width:{_SMALLEST * size_of(svg)[0]:.0f}px;height:auto"></div>'
    )


def bundle(
    svg: str, html: Callable[[], str], text: str, include: Iterable[str] | None, exclude: Iterable[str] | None
) -> dict[str, str]:
    """What is offered, by kind: HTML, which is shown where there is a page; an image for all others; a line of text.

    The image is there where the ``print`` extra is installed. Nothing is made that is not wanted.

    Arguments:
        svg: the picture.
        html: makes the HTML.
        text: the line.
        include: the kinds that are wanted; None for all.
        exclude: the kinds that are not.
    """
    makers: dict[str, Callable[[], str | None]] = {
        "text/html": html,
        "image/png": lambda: _small_png(svg),
        "text/plain": lambda: text,
    }
    wanted = set(makers if include is None else include).difference(exclude or ())
    made = {kind: make() for kind, make in makers.items() if kind in wanted}
    return {kind: content for kind, content in made.items() if content is not None}


def _small_png(svg: str) -> str | None:
    """The picture in few bytes, in base64; None where it cannot be made."""
    try:
        import typst  # noqa: F401 - whether it is there: `printed` uses it
        from PIL import Image
    except ImportError:
        return None
    width, height = size_of(svg)
    scale = min(_SCALE, (_MOST_PIXELS / (width * height)) ** 0.5)
    try:
        page = printed(svg, "png", scale)
    except ValueError:  # letters for which there is no font
        return None
    with Image.open(io.BytesIO(page)) as picture:
        paper = Image.new("RGBA", picture.size, "white")
        paper.alpha_composite(picture.convert("RGBA"))
    file = io.BytesIO()
    small = paper.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE)  # the colours hardly change: by 6 of 255
    small.save(file, "PNG", optimize=True, dpi=(72.0 * scale, 72.0 * scale))
    return base64.b64encode(file.getvalue()).decode()
