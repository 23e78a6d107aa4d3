"""Sheets as a source for Typst, of which PDF is made; it needs no package, so that it can be changed by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from autograd.derivation.formulas import Expression
from autograd.derivation.styles import TYPST
from autograd.derivation.words import words
from autograd.derivation.writing import typst
from autograd.drawing.printing import PRINT_FONT
from autograd.drawing.svg import FONT
from autograd.worksheets.pages import RESULT, Cell, Key, Page, Row, terms_of

_WIDTH = 6  # sheets side by side in a key

_HEAD = r"""
#set document(title: $title, keywords: "chainrule", date: none)
#set page(
  paper: $paper,
  margin: (x: 20mm, top: 14mm, bottom: 16mm),
  footer: context align(center, text(size: 9pt, fill: luma(90), counter(page).display("1 / 1", both: true))),
)
#set text(size: 11pt, lang: $language)
#set par(leading: 0.75em)
#show heading.where(level: 1): set text(size: 17pt)
#show heading.where(level: 2): set text(size: 12.5pt)
#show heading.where(level: 2): set block(above: 1.1em, below: 0.6em, sticky: true)

// a line to write on
#let blank(width) = box(width: width, height: 1.45em, stroke: (bottom: 0.6pt + luma(90)))
// what is filled in on the solution
#let answer(body) = text(fill: rgb("#0b4f9e"), body)
// a piece of a line, made smaller where it is wider than the sheet
#let piece(body, room) = {
  let part = room / calc.max(measure(body).width, room) * 100%
  box(inset: (y: 0.1em), if part < 100% { scale(x: part, y: part, reflow: true, body) } else { body })
}
// Equations, each with its left side, its other sides, and its result at the right margin. A side is in pieces between
// which a line may be broken, or the width that its blank needs; blanks take the room that is left on their line.
#let equations(..rows) = layout(size => {
  set par(leading: 0pt) // a line is as high as what stands in it
  let rows = rows.pos()
  let gap = 0.4em.to-absolute()
  let left = calc.min(size.width / 4, calc.max(..rows.map(row => measure(row.at(0)).width)))
  for (name, sides, result) in rows {
    let filled = sides.all(it => type(it) != length)
    block(breakable: false, above: 0pt, below: 0pt, inset: (y: 0.08em), par(hanging-indent: left + gap, {
      box(width: left, piece(name, left))
      h(gap)
      let used = left + gap
      for (i, it) in sides.enumerate() {
        let width = gap + if type(it) == length { it.to-absolute() } else { measure(it).width }
        let after = if i + 1 == sides.len() { measure(result).width } else { 0pt }
        if type(it) == length {
          if used + width + after > size.width {
            linebreak()
            box(height: 1.9em)
            used = left + gap
          }
          [$=$ #blank(1fr) ]
        } else [#piece(it, size.width - left - gap) ]
        used += width
      }
      if filled {
        if used + measure(result).width > size.width { linebreak() }
        h(1fr)
      }
      box(result)
    }))
  }
})
""".strip()


def typst_of(pages: Sequence[Page], digits: int, paper: Literal["a4", "letter"]) -> str:
    """Sheets for Typst, each on paper of its own."""
    put_in = {
        "title": _quoted(pages[0].title),
        "paper": _quoted("us-letter" if paper == "letter" else paper),
        "language": _quoted(words("language")),
    }
    head = re.sub(r"\$(\w+)", lambda match: put_in[match[1]], _HEAD)
    writer = _Writer(digits)
    sheets = ["\n".join(writer.page(page)) for page in pages]
    return head + "\n\n" + "\n\n#pagebreak()\n#counter(page).update(1)\n\n".join(sheets) + "\n"


class _Writer:
    """Writes sheets whose numbers have so many digits."""

    def __init__(self, digits: int) -> None:
        self.digits = digits

    def page(self, page: Page) -> Iterator[str]:
        yield f"#grid(columns: (1fr, auto), align: bottom, [= #{_quoted(page.title)}], [#{_quoted(page.number)}])"
        if page.fields:
            fields = [
                f"#{_quoted(field)} #box(width: 1fr, stroke: (bottom: 0.6pt + luma(90)))" for field in page.fields
            ]
            columns = ", ".join(["2fr", *["1fr"] * (len(fields) - 1)])
            inside = ", ".join([f"[{field}]" for field in fields])
            yield f"#v(0.6em)\n#grid(columns: ({columns}), column-gutter: 2em, {inside})\n#v(0.2em)"
        if page.note:
            yield f"#{_quoted(page.note)}"
        if page.picture:
            svg = page.picture.svg.replace(FONT, f"{PRINT_FONT},{FONT}")
            size = f"width: {page.picture.width:.1f}pt, alt: {_quoted(page.picture.description)}"
            yield f'#align(center, image(bytes({_quoted(svg)}), format: "svg", {size}))'
        if page.given:
            yield f"== #{_quoted(words('given'))}"
            lines = [" #h(0.8em) ".join([f"#box[{self.equation(left, x)}]" for left, x in line]) for line in page.given]
            yield f"#[#set par(leading: 0.95em)\n{' #h(2.4em) '.join(lines)}]"
        for section in page.sections:
            rows = ",\n".join([self.row(row) for row in section.rows])
            yield f"== #{_quoted(section.title)}\n#equations(\n{rows},\n)"
        if page.rules:
            rules = [
                "[" + " #h(0.9em, weak: true) ".join([f"#box[${typst(left)} = {typst(x)}$]" for left, x in rule]) + "]"
                for rule in page.rules
            ]
            yield f"== #{_quoted(words('rules'))}\n#{_quoted(words('chain_rule'))}\n"
            columns = "columns: (1fr, 1fr), column-gutter: 1.5em, row-gutter: 0.7em"
            yield f"#[#set par(leading: 0pt)\n#grid({columns}, {', '.join(rules)})]"
        for key in page.key.blocks(_WIDTH) if page.key else ():
            yield self.key(key)

    def row(self, row: Row) -> str:
        pieces = [piece for i, cell in enumerate(row.cells) for piece in self.pieces(cell, "=" if i else row.sign)]
        result = "[]"
        if row.result:
            written = f"#blank({RESULT:g}em)"
            if row.result.state != "blank":
                written = f"#box(width: {RESULT:g}em)[{self.cell(row.result)}]"
            result = f"[{_display('=')} {written}]"
        return f"  ([{_display(typst(row.left))}], ({''.join([f'{piece}, ' for piece in pieces])}), {result})"

    def pieces(self, cell: Cell, sign: str) -> list[str]:
        """A side of an equation and the sign before it, in pieces between which a line may be broken."""
        sign = {"←": "arrow.l"}.get(sign, sign)
        if cell.state == "blank":
            return [f"{cell.room(self.digits):g}em"]
        first, *others = terms_of(cell.expression, TYPST, typst, self.digits)
        others = [f'"" {term}' for term in others]  # without a term before it, a plus sign is one of a number
        if cell.state == "answer":
            return [f"[{_display(sign)} {_answer(first)}]", *[f"[{_answer(term)}]" for term in others]]
        return [f"[{_display(written)}]" for written in (f"{sign} {first}", *others)]

    def cell(self, cell: Cell) -> str:
        written = typst(cell.expression, self.digits)
        return _answer(written) if cell.state == "answer" else _display(written)

    def equation(self, left: Expression, right: Expression) -> str:
        return _display(f"{typst(left)} = {typst(right, self.digits)}")

    def key(self, key: Key) -> str:
        columns = f"columns: {len(key.numbers) + 1}, align: (left, ..range({len(key.numbers)}).map(_ => right))"
        cells = ", ".join([f"[*#{_quoted(cell)}*]" for cell in (key.head, *key.numbers)])
        lines = [
            "#block(breakable: false, text(size: 9.5pt, table(",
            f"  {columns}, stroke: none, inset: (x: 5pt, y: 3.2pt),",
            f"  table.header({cells}),",
        ]
        for rows in (key.given, key.results):
            lines.append("  table.hline(stroke: 0.6pt),")
            for left, numbers in rows:
                shown = ", ".join([f"[${TYPST.number(number)}$]" for number in numbers])
                lines.append(f"  [#{_quoted(left)}], {shown},")
        return "\n".join([*lines, ")))"])


def _display(mathematics: str) -> str:
    return f"$display({mathematics})$"


def _answer(mathematics: str) -> str:
    return f"#answer[{_display(mathematics)}]"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
