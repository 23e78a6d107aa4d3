"""PNG and PDF of a picture, which typst sets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from autograd.derivation.words import words
from autograd.drawing.svg import FONT

PRINT_FONT = "'Libertinus Serif'"  # typst brings it along, so that a picture is the same on every machine
_A4, _MARGIN, _GAP = (842, 595), 34, 24  # points, of a page of pictures
_OTHER_SCRIPT = re.compile(
    r"[\u0530-\u1dff\u2c00-\ud7ff\uf900-\ufdff]|[^\0-\uffff]"
)  # beyond Latin, Greek, Cyrillic, signs
_LACKING = re.compile(r'the text `"(.*?)"` could not be displayed')
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
    width, height = size_of(svg)
    page = (
        "#set document(date: none)\n"  # the same picture is the same file
        f"#set page(width: {width}pt, height: {height}pt, margin: 0pt, fill: none)\n"
        '#image(bytes(sys.inputs.svg), format: "svg", width: 100%, height: 100%)'
    )
    return typeset(page, format, scale, {"svg": _for_print(svg)})


def printed_pages(svgs: Sequence[str], descriptions: Sequence[str], per_page: int, title: str) -> bytes:
    """Pictures of one size as a PDF of pages, each picture as large as it can be; one to a page is in landscape.

    Arguments:
        svgs: the pictures, as this package writes them.
        descriptions: of each, for those who cannot see it.
        per_page: how many share a page.
        title: of the document.

    Raises:
        ImportError: where typst is not installed.
    """
    (across, down), columns = _sheet(per_page, *size_of(svgs[0]))
    inputs = {"title": title, "language": words("language")}
    inputs |= {f"svg{i}": _for_print(svg) for i, svg in enumerate(svgs)}
    inputs |= {f"alt{i}": description for i, description in enumerate(descriptions)}
    lines = [
        "#set document(title: sys.inputs.title, date: none)",
        "#set text(lang: sys.inputs.language)",
        f"#set page(width: {across}pt, height: {down}pt, margin: {_MARGIN}pt)",
        '#let picture(i) = image(bytes(sys.inputs.at("svg" + str(i))), format: "svg", width: 100%, height: 100%, '
        'fit: "contain", alt: sys.inputs.at("alt" + str(i)))',
    ]
    grid = f"columns: (1fr,) * {columns}, rows: (1fr,) * {-(-per_page // columns)}, gutter: {_GAP}pt"
    for start in range(0, len(svgs), per_page):
        cells = ", ".join([f"picture({i})" for i in range(start, min(start + per_page, len(svgs)))])
        lines.append(f"#page(grid({grid}, {cells}))")
    return typeset("\n".join(lines), inputs=inputs)


def _sheet(count: int, width: float, height: float) -> tuple[tuple[int, int], int]:
    """The width and the height of a page, and the columns, in which so many pictures of this size are largest.

    Example:
        >>> _sheet(1, 400, 800), _sheet(4, 800, 600), _sheet(6, 1400, 300)
        (((842, 595), 1), ((842, 595), 2), ((595, 842), 1))
    """

    def share(sheet: tuple[tuple[int, int], int]) -> float:
        (across, down), columns = sheet
        rows = -(-count // columns)
        wide, high = (across - 2 * _MARGIN + _GAP) / columns - _GAP, (down - 2 * _MARGIN + _GAP) / rows - _GAP
        return min(wide / width, high / height)

    papers = [_A4, _A4[::-1]] if count > 1 else [_A4]
    return max([(paper, columns) for paper in papers for columns in range(1, count + 1)], key=share)


def typeset(
    source: str, format: Literal["png", "pdf"] = "pdf", scale: float = 1.0, inputs: Mapping[str, str] | None = None
) -> bytes:
    """What typst makes of a source, with its own fonts and, for letters that they lack, those of the machine.

    Arguments:
        scale: the pixels of a PNG for each point.
        inputs: what the source finds in ``sys.inputs``.

    Raises:
        ImportError: where typst is not installed.
        ValueError: where no font has a letter that is in it, and there would be a box in its place.
    """
    try:
        import typst
    except ImportError:
        raise ImportError(
            f"{format.upper()} needs typst, which is not installed here: pip install 'chainrule[print]'; "
            "SVG and HTML need nothing, and a browser prints them as well"
        ) from None
    inputs = dict(inputs or {})
    if _OTHER_SCRIPT.search(source + "".join(inputs.values())):
        dated = source.replace("date: none", "date: datetime(year: 2000, month: 1, day: 1)")
        try:  # by this standard a letter without a font is an error
            typst.compile(dated.encode(), format="pdf", sys_inputs=inputs, pdf_standards=["a-2b"])
        except RuntimeError as error:
            if lacking := _LACKING.search(str(error)):
                raise ValueError(
                    f"no font of this machine has the letters {lacking[1]}; install one that has them, such as Noto, "
                    "or save as SVG or HTML, where each reader's own fonts serve"
                ) from None
    made: bytes = typst.compile(source.encode(), format=format, ppi=72.0 * scale, sys_inputs=inputs)
    return made


def _for_print(svg: str) -> str:
    return svg.replace(FONT, f"{PRINT_FONT},{FONT}")


def size_of(svg: str) -> tuple[int, int]:
    """The width and the height of a picture, in points.

    Example:
        >>> size_of('<svg width="30" height="20" viewBox="0 0 30 20"></svg>')
        (30, 20)
    """
    width, height = _SIZE.findall(svg)[0]
    return int(width), int(height)
