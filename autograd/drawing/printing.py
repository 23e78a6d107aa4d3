"""PNG and PDF of a picture, which typst sets."""

from __future__ import annotations

import re
from typing import Literal

from autograd.drawing.svg import FONT

PRINT_FONT = "'Libertinus Serif'"  # typst brings it along, so that a picture is the same on every machine
_SIZE = re.compile(r'width="(\d+)" height="(\d+)"')


def printed(svg: str, format: Literal["png", "pdf"], scale: float) -> bytes:
    """A picture as a page of just its size.

    Arguments:
        svg: the picture, as this package writes it.
        format: what is made of it.
        scale: the pixels of a PNG for each point of the picture.

    Raises:
        ImportError: where typst is not installed.
    """
    try:
        import typst
    except ImportError:
        raise ImportError(
            f"{format.upper()} needs typst, which is not installed here: pip install 'chainrule[print]'; "
            "SVG, as in save('graph.svg'), needs nothing"
        ) from None
    width, height = size_of(svg)
    page = (
        "#set document(date: none)\n"  # the same picture is the same file
        f"#set page(width: {width}pt, height: {height}pt, margin: 0pt, fill: none)\n"
        '#image(bytes(sys.inputs.svg), format: "svg", width: 100%, height: 100%)'
    )
    svg = svg.replace(FONT, f"{PRINT_FONT},{FONT}")
    return typst.compile(page.encode(), format=format, ppi=72.0 * scale, sys_inputs={"svg": svg})


def size_of(svg: str) -> tuple[int, int]:
    """The width and the height of a picture, in points.

    Example:
        >>> size_of('<svg width="30" height="20" viewBox="0 0 30 20"></svg>')
        (30, 20)
    """
    width, height = _SIZE.findall(svg)[0]
    return int(width), int(height)
