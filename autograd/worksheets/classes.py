"""A class's sheets, marked: who made which slip where, what follows from it, and how often each was made."""

from __future__ import annotations

import csv
import io
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from os import PathLike
from pathlib import Path
from types import FrameType
from typing import Any, TypeAlias

from autograd.derivation.naming import CALLER, Caller
from autograd.derivation.proofread import Proof, UnreadableError, judged
from autograd.derivation.quantities import Key
from autograd.derivation.tables import html_table
from autograd.derivation.words import in_its_language, speaking, spoken_language, words, written
from autograd.engine.value import Value
from autograd.files import write_whole

Sheets: TypeAlias = "str | PathLike[str] | Mapping[str, Mapping[Key, str]]"


_CALLED = {
    "sign": "mistake_sign",
    "twice": "mistake_twice",
    "half": "mistake_half",
    "decimal_point": "mistake_decimal_point",
    "digits_exchanged": "mistake_digits_exchanged",
    "degrees": "mistake_degrees",
    "natural_logarithm": "mistake_natural_logarithm",
    "decimal_logarithm": "mistake_decimal_logarithm",
    "sum_for_mean": "mistake_sum_for_mean",
    "upwards": "mistake_upwards",
    "factor_left_out": "mistake_factor_left_out",
    "term_left_out": "mistake_term_left_out",
    "sign_of_a_term": "mistake_sign_of_a_term",
    "sign_of_an_operand": "mistake_sign_of_an_operand",
    "updated_weights": "mistake_updated_weights",
    "formula": "mistake_formula",
}
"""What a report calls each `Finding.mistake`."""


@dataclass(frozen=True, slots=True, repr=False)
class MarkedClass:
    """What `proofread_class` found.

    Attributes:
        sheets: the proof of each student's sheet.
        unread: for each student the cells that are neither a number nor a formula, by quantity.
        language: in which it is told.
    """

    sheets: dict[str, Proof]
    unread: dict[str, dict[str, str]]
    language: str = field(default_factory=spoken_language)

    @property
    def slips(self) -> dict[str, Counter[str]]:
        """For each quantity with slips the mistakes that were made there, and how often; "" where none explains it."""
        found: dict[str, Counter[str]] = {}
        for proof in self.sheets.values():
            for finding in proof.slips:
                found.setdefault(finding.quantity, Counter())[finding.mistake] += 1
        return dict(sorted(found.items(), key=lambda item: -item[1].total()))

    def _rows(self) -> Iterator[tuple[str, str, str, str]]:
        """Of each student the slips, what follows from them, and what cannot be read."""
        for student, proof in self.sheets.items():
            follow = [f.quantity for f in proof if f.verdict == "follows"]
            slips = [f"{f.quantity} = {f.printed} ({f.reason})" for f in proof.slips]
            unread = [f"{quantity} = {text}" for quantity, text in self.unread[student].items()]
            yield student, "; ".join(slips), ", ".join(follow), ", ".join(unread)

    def _counts(self) -> Iterator[tuple[str, str, str]]:
        """Of each quantity how many slips were made there, and which mistakes explain them."""
        for quantity, mistakes in self.slips.items():
            explained = [f"{words(_CALLED[name])}: {n}" for name, n in mistakes.most_common() if name]
            yield quantity, str(mistakes.total()), ", ".join(explained)

    @in_its_language
    def __str__(self) -> str:
        students = _table([_heads("student", "slips", "follow", "unread"), *self._rows()])
        counts = _table([_heads("quantity", "slips", "mistakes"), *self._counts()])
        return f"{students}\n\n{counts}"

    @in_its_language
    def __repr__(self) -> str:
        clean = sum([bool(proof) for proof in self.sheets.values()])
        return words("marked_class", count=len(self.sheets), clean=clean)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    @in_its_language
    def _repr_html_(self) -> str:
        students = html_table(_heads("student", "slips", "follow", "unread"), _escaped(self._rows()), "<<<<")
        return students + html_table(_heads("quantity", "slips", "mistakes"), _escaped(self._counts()), "<><")

    @in_its_language
    def csv(self) -> str:
        """A line for each number of each student: what is printed, the exact one, the verdict and why.

        Where the decimal mark is a comma, semicolons stand between the cells, as spreadsheets there have it.
        """
        out = io.StringIO()
        writer = csv.writer(out, delimiter=words("list_mark"), lineterminator="\n")
        writer.writerow(_heads("student", "quantity", "printed", "exact", "verdict", "reason", "cause", "mistake"))
        for student, proof in self.sheets.items():
            for f in proof:
                exact = written(repr(f.exact))
                mistake = words(_CALLED[f.mistake]) if f.mistake else ""
                cells = (f.quantity, f.printed, exact, words(f.verdict), f.reason, f.cause or "", mistake)
                writer.writerow((student, *cells))
            for quantity, text in self.unread[student].items():
                writer.writerow((student, quantity, text, "", words("unread"), "", "", ""))
        return out.getvalue()

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the marks, as the name ends: in .csv, .html or .txt.

        Returns:
            The path.

        Raises:
            OSError: if the file cannot be written.
            ValueError: for another ending.
        """
        path = Path(path)
        made = {".csv": self.csv, ".html": self._repr_html_, ".txt": self.__str__}
        if path.suffix.lower() not in made:
            raise ValueError(f"marks are saved by their ending, {', '.join(made)}; {path.name!r} has none of these")
        write_whole(path, made[path.suffix.lower()]().encode())
        return path


def proofread_class(
    root: Value | Sequence[Value],
    sheets: Sheets,
    *,
    carry: bool = True,
    names: Mapping[str, object] | Caller | None = CALLER,
    language: str | None = None,
) -> MarkedClass:
    """Mark the sheets of a class: each as `proofread` does.

    Arguments:
        root, carry, names, language: as for `proofread`.
        sheets: for each student what the sheet prints; or the path of a CSV file, one row a student and one column a
            quantity. Its first row names the quantities as `proofread` reads them, ``dL/dw1``; its first column names
            the students. An empty cell is no answer. Commas, semicolons or tabs stand between the cells.

    Returns:
        A `MarkedClass`: print it, look at it in a notebook, ``save("marks.csv" | ".html" | ".txt")``.

    Raises:
        OSError: for a file that cannot be read.
        ValueError: for a file without students, and for a quantity that cannot be read. (A cell that cannot be read
            is reported.)

    Example:
        >>> from autograd import Value, proofread_class
        >>> z = Value(0.5)
        >>> h = z.sigmoid()
        >>> L = h**2
        >>> sheets = {"Ada": {"h": "0.6225", "dL/dh": "1.245"}, "Bo": {"h": "0.3775", "dL/dh": "0.755"}}
        >>> print(proofread_class(L, sheets))
        student  slips                                                               follow  cannot be read
        Ada
        Bo       h = 0.3775 (0.6225 when rounded; that is with the other sign of z)  dL/dh
        <BLANKLINE>
        quantity  slips  which mistakes
        h         1      the sign of an operand: 1
    """
    frame = sys._getframe(1) if names is CALLER else None
    with speaking(language):
        return _marked(root, sheets, carry, names, frame)


def _marked(
    root: Value | Sequence[Value],
    sheets: Sheets,
    carry: bool,
    names: Mapping[str, object] | Caller | None,
    frame: FrameType | None,
) -> MarkedClass:
    """What `proofread_class` gives, for the variables of a frame."""
    pages: Mapping[str, Mapping[Any, str]] = sheets if isinstance(sheets, Mapping) else _read(Path(sheets))
    marked: dict[str, Proof] = {}
    unread: dict[str, dict[str, str]] = {}
    for student, page in pages.items():
        answers = {key: text for key, text in page.items() if str(text).strip()}
        unread[student] = {}
        while student not in marked:
            try:
                marked[student] = judged(root, list(answers.items()), carry, names, frame)
            except UnreadableError as error:
                unread[student][str(error.key)] = answers.pop(error.key)
    return MarkedClass(marked, unread)


def _read(path: Path) -> dict[str, dict[str, str]]:
    """The sheets of a CSV file."""
    text = path.read_text(encoding="utf-8-sig")
    head = text.split("\n", 1)[0]
    rows = list(csv.reader(io.StringIO(text), delimiter=max(";\t,", key=head.count)))
    if len(rows) < 2 or len(rows[0]) < 2:
        raise ValueError(
            f"{path} holds no sheets; its first row names the quantities, student,h,dL/dw1, and each further row is a "
            "student's"
        )
    sheets: dict[str, dict[str, str]] = {}
    for number, (student, *cells) in enumerate([row for row in rows[1:] if any(row)], 2):
        name = student.strip() or words("row", number=number)
        if name in sheets:
            raise ValueError(f"{path}: {name} has two rows; give each student one")
        sheets[name] = dict(zip([key.strip() for key in rows[0][1:]], cells, strict=False))
    return sheets


def _heads(*keys: str) -> tuple[str, ...]:
    return tuple(map(words, keys))


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    """Rows of text, aligned."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join([f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)]).rstrip() for row in rows]
    return "\n".join(lines)


def _escaped(rows: Iterable[tuple[str, ...]]) -> list[list[str]]:
    return [[escape(cell) for cell in row] for row in rows]
