"""`Document`: sheets that are saved as PDF, as a page, as Markdown, as text, and what is filled in as CSV."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Literal

from autograd.derivation.words import in_its_language, spoken_language, words
from autograd.drawing.printing import typeset
from autograd.files import write_whole
from autograd.worksheets.html import html_of
from autograd.worksheets.pages import Page
from autograd.worksheets.plain import markdown_of, text_of
from autograd.worksheets.typeset import typst_of

ENDINGS = (".pdf", ".html", ".md", ".txt", ".typ", ".csv")
"""What `Document.save` can write."""
PAPERS = ("a4", "letter")


class Document:
    """Sheets of paper. A notebook shows them.

    Arguments:
        title: what stands above them.
        pages: what makes them, when they are first asked for.
        digits: how many significant digits numbers have.
        table: what ``save("sheet.csv")`` writes: a row for each quantity; for a class a row for each sheet.
    """

    def __init__(
        self, title: str, pages: Callable[[], Sequence[Page]], digits: int, table: Sequence[Sequence[str]]
    ) -> None:
        self.title, self.table = title, tuple(table)
        self._make, self._digits = pages, digits
        self.language = spoken_language()

    def __str__(self) -> str:
        return self.text

    @cached_property
    @in_its_language
    def pages(self) -> tuple[Page, ...]:
        """What stands on each sheet."""
        return tuple(self._make())

    @cached_property
    @in_its_language
    def text(self) -> str:
        """The sheets as plain text."""
        return text_of(self.pages, self._digits)

    @cached_property
    @in_its_language
    def markdown(self) -> str:
        """The sheets in Markdown, with mathematics between dollar signs."""
        return markdown_of(self.pages, self._digits)

    @cached_property
    @in_its_language
    def html(self) -> str:
        """The sheets as a page, which needs no other file and no network, and prints as it should."""
        return html_of(self.pages, self._digits)

    @in_its_language
    def typst(self, paper: Literal["a4", "letter"] = "a4") -> str:
        """The source of the PDF, for Typst; one can change it by hand."""
        if paper not in PAPERS:
            raise ValueError(f"paper is {' or '.join(map(repr, PAPERS))}, not {paper!r}")
        return typst_of(self.pages, self._digits, paper)

    @in_its_language
    def save(self, path: str | os.PathLike[str], *, paper: Literal["a4", "letter"] = "a4") -> Path:
        """Write the sheets, as the name ends: in .pdf, .html, .md, .txt, in .typ for the source of the PDF, or in .csv.

        The file appears at once and whole: a crash in the middle leaves the old one, if there was one.

        Arguments:
            path: where to.
            paper: "a4" or "letter", for PDF and its source. A page takes what is in the printer.

        Returns:
            The path.

        Raises:
            OSError: if the file cannot be written.
            ImportError: for PDF where typst is not installed, which sets it.
            ValueError: for another ending, or another paper; for PDF where no font of this machine has some letter.

        Example:
            >>> from tempfile import TemporaryDirectory
            >>> from autograd import Value, worksheet
            >>> x = Value(3.0, label="x")
            >>> with TemporaryDirectory() as folder:
            ...     worksheet(x * x, names=None).save(f"{folder}/square.html").name
            'square.html'
        """
        path = Path(path)
        ending = path.suffix.lower()
        if ending not in ENDINGS:
            raise ValueError(f"a sheet is saved by its ending, {', '.join(ENDINGS)}; {path.name!r} has none of these")
        source = self.typst(paper)
        if ending == ".pdf":
            content = typeset(source)
        elif ending == ".csv":
            rows = io.StringIO()
            csv.writer(rows, delimiter=words("list_mark")).writerows(self.table)
            content = rows.getvalue().encode("utf-8-sig")  # by which spreadsheets know Greek letters
        else:
            texts = {".html": self.html, ".md": self.markdown, ".txt": self.text + "\n", ".typ": source}
            content = texts[ending].encode()
        write_whole(path, content)
        return path

    @in_its_language
    def __repr__(self) -> str:
        return words("a_document", title=self.title)

    def _repr_markdown_(self) -> str:
        return self.markdown
