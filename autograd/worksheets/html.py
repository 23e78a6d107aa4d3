"""Sheets as a page: MathML, the pictures in it, and a style sheet for screen and paper; no script, and no request."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from html import escape

from autograd.derivation.formulas import Expression
from autograd.derivation.styles import MATHML
from autograd.derivation.words import words
from autograd.derivation.writing import mathml
from autograd.worksheets.pages import RESULT, Cell, Key, Page, Picture, Row, terms_of

_WIDTH = 6  # sheets side by side in a key

_STYLE = """
:root { color-scheme: light; --ink: #12151a; --line: #5d6670; --answer: #0b4f9e; }
@page { margin: 18mm 20mm; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 170mm; padding: 6mm 4mm; background: #fff; color: var(--ink);
  font: 11pt/1.4 "Libertinus Serif", "STIX Two Text", Cambria, Georgia, serif; }
math { font-family: "Libertinus Math", "STIX Two Math", "Cambria Math", math; }
article + article { break-before: page; margin-top: 14mm; }
header { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 0 2em; }
h1 { font-size: 1.5em; line-height: 1.2; margin: 0; }
h2 { font-size: 1.12em; margin: 1.4em 0 .5em; break-after: avoid; }
.fields { display: flex; gap: 2em; margin: 1.2em 0 1em; }
.fields span { display: flex; flex: 2; gap: .5em; }
.fields span + span { flex: 1; }
.blank { border-bottom: .7pt solid var(--line); height: 1.15em; }
.fields .blank { flex: 1; }
img { display: block; margin: .8em auto; max-width: 100%; height: auto; }
.given { margin: 0; padding: 0; list-style: none; display: flex; flex-wrap: wrap; gap: .3em 1.6em;
  line-height: 1.9; }
.given math { margin-right: 1.2em; }
.rows { display: grid; grid-template-columns: max-content minmax(0, 1fr); column-gap: .45em; }
.row { display: grid; grid-template-columns: subgrid; grid-column: 1 / -1; align-items: baseline;
  break-inside: avoid; padding: .42em 0; }
.sides { display: flex; flex-wrap: wrap; align-items: baseline; gap: .7em .3em; min-width: 0; }
.gap { display: flex; align-items: baseline; gap: .4em; max-width: 100%; }
.gap > .blank { flex: 1; }
.result { display: flex; align-items: baseline; gap: .4em; margin-left: auto; }
.number, .result .blank { width: var(--result); }
.answer { color: var(--answer); }
.rules { margin: 0; padding: 0; list-style: none; display: grid; grid-template-columns: repeat(2, 1fr); gap: .5em 2em; }
.rules li { break-inside: avoid; }
.rules math { margin-right: 1em; }
table { border-collapse: collapse; margin: 1.2em 0; font-size: .84em; break-inside: avoid; }
th, td { padding: .22em .5em; text-align: right; font-weight: normal; font-variant-numeric: tabular-nums; }
th:first-child { text-align: left; white-space: nowrap; }
thead th { font-weight: bold; border-bottom: .8pt solid var(--line); }
.first td, .first th { border-top: .5pt solid var(--line); }
@media print { body { max-width: none; padding: 0; } article + article { margin-top: 0; } }
@media (max-width: 40em) { .rules { grid-template-columns: 1fr; } .fields { flex-wrap: wrap; } }
""".strip()
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def html_of(pages: Sequence[Page], digits: int) -> str:
    """Sheets as one page of HTML, each on paper of its own."""
    writer = _Writer(digits)
    body = "\n".join([f"<article>{''.join(writer.page(page))}</article>" for page in pages])
    return (
        f'<!doctype html>\n<html lang="{words("language")}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(pages[0].title)}</title>\n<style>\n{_STYLE}\n</style>\n</head>\n"
        f'<body data-chainrule="worksheet" style="--result: {RESULT:g}em">\n<main>\n{body}\n</main>\n</body>\n</html>\n'
    )


class _Writer:
    """Writes sheets whose numbers have so many digits."""

    def __init__(self, digits: int) -> None:
        self.digits = digits

    def page(self, page: Page) -> Iterator[str]:
        yield f"<header><h1>{escape(page.title)}</h1><span>{escape(page.number)}</span></header>\n"
        if page.fields:
            fields = [f'<span>{escape(field)} <span class="blank"></span></span>' for field in page.fields]
            yield f'<div class="fields">{"".join(fields)}</div>\n'
        if page.note:
            yield f"<p>{escape(page.note)}</p>\n"
        if page.picture:
            yield _image(page.picture)
        if page.given:
            yield f'<h2>{words("given")}</h2>\n<ul class="given">'
            for line in page.given:
                yield f"<li>{' '.join([self.equation(left, x) for left, x in line])}</li>\n"
            yield "</ul>\n"
        for section in page.sections:
            yield f'<h2>{escape(section.title)}</h2>\n<div class="rows">\n'
            yield from map(self.row, section.rows)
            yield "</div>\n"
        if page.rules:
            yield f'<h2>{words("rules")}</h2>\n<p>{escape(words("chain_rule"))}</p>\n<ul class="rules">'
            for rule in page.rules:
                yield f"<li>{' '.join([self.equation(left, x) for left, x in rule])}</li>\n"
            yield "</ul>\n"
        for key in page.key.blocks(_WIDTH) if page.key else ():
            yield self.key(key)

    def row(self, row: Row) -> str:
        sides = [self.side(cell, "=" if i else row.sign) for i, cell in enumerate(row.cells)]
        if row.result:
            written = '<span class="blank"></span>'
            if row.result.state != "blank":
                colour = " answer" if row.result.state == "answer" else ""
                number = self.math(mathml(row.result.expression, self.digits))
                written = f'<span class="number{colour}">{number}</span>'
            result = f'<span class="result">{self.math(_sign("="))}{written}</span>'
            if row.cells and row.cells[-1].state == "blank":  # the two stay on one line
                result = self.blank(row.cells[-1], "=" if len(sides) > 1 else row.sign, result)
                sides.pop()
            sides.append(result)
        return (
            f'<div class="row"><span>{self.math(mathml(row.left))}</span>'
            f'<span class="sides">{" ".join(sides)}</span></div>\n'
        )

    def side(self, cell: Cell, sign: str) -> str:
        """A side of an equation and the sign before it; a line may be broken between its terms."""
        if cell.state == "blank":
            return self.blank(cell, sign)
        first, *others = terms_of(cell.expression, MATHML, mathml, self.digits)
        others = [term.replace("<mo>", '<mo form="infix">', 1) for term in others]  # which has space on both sides
        pieces = " ".join([self.math(f"<mrow>{piece}</mrow>") for piece in (_sign(sign) + first, *others)])
        return f'<span class="answer sides">{pieces}</span>' if cell.state == "answer" else pieces

    def blank(self, cell: Cell, sign: str, after: str = "") -> str:
        """A line to write on, as long as the room allows, and what stands at its end."""
        width = cell.room(self.digits) + (RESULT + 2.0 if after else 0.0)
        line = f'{self.math(_sign(sign))}<span class="blank"></span>{after}'
        return f'<span class="gap" style="flex: 1 1 {width:g}em">{line}</span>'

    def equation(self, left: Expression, right: Expression) -> str:
        return self.math(mathml(left) + MATHML.equals + mathml(right, self.digits))

    def math(self, inside: str) -> str:
        return f'<math displaystyle="true">{inside}</math>'

    def key(self, key: Key) -> str:
        heads = "".join([f"<th>{number}</th>" for number in key.numbers])
        body = ""
        for rows in (key.given, key.results):
            for i, (left, cells) in enumerate(rows):
                numbers = "".join([f"<td>{cell.replace('-', '−')}</td>" for cell in cells])
                first = "" if i else ' class="first"'
                body += f"<tr{first}><th>{escape(left)}</th>{numbers}</tr>\n"
        return f"<table><thead><tr><th>{escape(key.head)}</th>{heads}</tr></thead>\n<tbody>{body}</tbody></table>\n"


def _sign(sign: str) -> str:
    return f'<mo form="infix">{sign}</mo>'


def _image(picture: Picture) -> str:
    data = base64.b64encode(picture.svg.encode()).decode()
    size = f"width: {picture.width:.0f}pt"
    return f'<img alt="{escape(picture.description)}" src="data:image/svg+xml;base64,{data}" style="{size}">\n'
