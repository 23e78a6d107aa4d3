"""Sheets as plain text, and in Markdown with mathematics in LaTeX."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator, Sequence

from autograd.derivation.formulas import Expression
from autograd.derivation.words import listed, words
from autograd.derivation.writing import latex, text
from autograd.worksheets.pages import RESULT, Cell, Page, Row

_WIDTH = 8  # sheets side by side in a key


def text_of(pages: Sequence[Page], digits: int) -> str:
    """Sheets as plain text, with a form feed between them, at which printers begin a new page."""
    return "\n\f\n".join(["\n".join(_text(page, digits)) for page in pages])


def _text(page: Page, digits: int) -> Iterator[str]:
    yield page.title + (f" · {page.number}" if page.number else "")
    if page.fields:
        yield ""
        yield "   ".join([f"{field} {'_' * 20}" for field in page.fields])
    if page.note:
        yield ""
        yield page.note
    if page.given:
        yield ""
        yield f"{words('given')}:"
    for line in page.given:
        yield "  " + listed([f"{text(name)} = {text(x, digits)}" for name, x in line])
    for section in page.sections:
        yield ""
        yield section.title
        for row in section.rows:
            yield _equation(row, lambda a: text(a, digits), digits)
    if page.rules:
        yield from ("", words("rules"), words("chain_rule"))
        for rule in page.rules:
            yield "  " + f"{words('list_mark')}  ".join([f"{text(left)} = {text(right)}" for left, right in rule])
    for key in page.key.blocks(_WIDTH) if page.key else ():
        rows = [(key.head, key.numbers), *key.given, *key.results]
        first = max([len(left) for left, _ in rows])
        widest = max([len(cell) for _, cells in rows for cell in cells])
        yield ""
        for left, cells in rows:
            yield f"{left:<{first}}" + "".join([f"  {_minus(cell):>{widest}}" for cell in cells])


def markdown_of(pages: Sequence[Page], digits: int) -> str:
    """Sheets in Markdown, one after the other, with a rule between them. The pictures stand at the end of the file."""
    pictures: dict[str, str] = {}
    sheets = ["\n".join(_markdown(page, digits, pictures)) for page in pages]
    data = [
        f"[{name}]: data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
        for svg, name in pictures.items()
    ]
    return "\n\n---\n\n".join(sheets) + ("\n\n" + "\n".join(data) if data else "") + "\n"


def _markdown(page: Page, digits: int, pictures: dict[str, str]) -> Iterator[str]:
    yield f"# {page.title}" + (f" · {page.number}" if page.number else "")
    if page.fields:
        yield ""
        yield " &emsp; ".join([f"{field}: {'_' * 24}" for field in page.fields])
    if page.note:
        yield ""
        yield page.note
    if page.picture:
        name = pictures.setdefault(page.picture.svg, f"{len(pictures) + 1}")
        yield ""
        yield f"![{page.picture.description}][{name}]"
    if page.given:
        yield ""
        yield f"**{words('given')}:**"
        yield ""
    for line in page.given:
        yield "- " + listed([f"${latex(name)} = {latex(x, digits)}$" for name, x in line])
    for section in page.sections:
        yield from ("", f"## {section.title}", "")
        for row in section.rows:
            yield "- " + _equation(row, lambda a: latex(a, digits), digits, inside="$")
    if page.rules:
        yield from ("", f"## {words('rules')}", "", words("chain_rule"), "")
        for rule in page.rules:
            yield "- " + f"{words('list_mark')} &ensp; ".join(
                [f"${latex(left)} = {latex(right)}$" for left, right in rule]
            )
    for key in page.key.blocks(_WIDTH) if page.key else ():
        yield from ("", _line([key.head, *key.numbers]), _line([":--", *["--:"] * len(key.numbers)]))
        for left, cells in (*key.given, *key.results):
            name = left.replace("`", "'").replace("|", "\\|")
            yield _line([f"`{name}`", *map(_minus, cells)])


def _equation(row: Row, write: Callable[[Expression], str], digits: int, inside: str = "") -> str:
    """A row on a line: printed sides inside of dollar signs, blanks outside."""
    arrow = row.sign if not inside or row.sign == "=" else r"\leftarrow"
    sides: list[Cell] = [*row.cells, *([row.result] if row.result else [])]
    pieces: list[str] = [write(row.left)]
    blanks: list[str] = []
    line = ""
    for i, side in enumerate(sides):
        sign = "=" if i else arrow
        if side.state == "blank":
            room = RESULT if side is row.result else side.room(digits)
            blanks = ["_" * round(1.25 * room)]
            line += f"{inside}{' '.join([*pieces, sign])}{inside} {blanks[0]} "
            pieces = []
        else:
            pieces += [sign, write(side.expression)]
    return (line + (f"{inside}{' '.join(pieces)}{inside}" if pieces else "")).rstrip()


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _minus(cell: str) -> str:
    return cell.replace("-", "−")
