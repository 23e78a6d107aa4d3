"""`worksheet`: both passes and a step of gradient descent, with blanks to be filled in on paper, and the solution."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from os import PathLike
from pathlib import Path
from typing import Any, Literal, TypeAlias

from autograd.derivation.explain import explain
from autograd.derivation.formulas import Number, Symbol, number
from autograd.derivation.naming import CALLER, Caller
from autograd.derivation.proofread import Proof, proofread
from autograd.derivation.words import in_its_language, speaking, words, written
from autograd.derivation.writing import holds
from autograd.engine.checks import as_number, check_count
from autograd.engine.value import Value
from autograd.worksheets import exercise_of
from autograd.worksheets.document import Document
from autograd.worksheets.exercise import Exercise
from autograd.worksheets.lines import Line, Quantity, forward_lines, reverse_lines, text_of, update_lines
from autograd.worksheets.pages import Cell, Key, Page, Picture, Row, Section
from autograd.worksheets.rules import rules_of

Blanks: TypeAlias = "Literal['gradients', 'values', 'all'] | Iterable[Any]"

MOST_LINES = 200  # of a sheet
_KINDS = ("forward_pass", "backward_pass", "step_of_descent")  # of lines, and of the sections that they stand in
_BLANK: dict[str, tuple[int, ...]] = {"values": (0,), "gradients": (1, 2), "all": (0, 1, 2)}


def worksheet(
    root: Any,
    x: Any = None,
    target: Any = None,
    *,
    blanks: Blanks = "gradients",
    wrt: Any = None,
    seed: int | None = None,
    rate: float = 0.1,
    formulas: bool = True,
    loss: Any = None,
    names: Mapping[str, object] | Caller | None = CALLER,
    roles: Mapping[str, Any] | None = None,
    digits: int = 4,
    language: str | None = None,
) -> Worksheet:
    """A worksheet: the given numbers, both passes and a step of gradient descent, with blanks to fill in.

    It has the picture, too, where that can be read on a sheet of paper.

    Arguments:
        root: the result of an expression; once nn is imported, also a network, a layer or a neuron; and whatever type
            is registered with ``autograd.worksheets.exercise_of``.
        x, target, loss: for a network the example, and its loss, as in `autograd.show`.
        blanks: what is asked for: "gradients", which are those of the parameters, all on the way to them, and the
            parameters after the step; "values", the forward pass alone; "all"; or a list of quantities, as
            `autograd.proofread` takes them: ``["h", ("L", "w1"), ("L", "w1", 0.1)]``. What comes after the last section
            with a blank is left out.
        wrt: the leaf, or a list of leaves, to derive by, as Values or names; by default the parameters, or all where no
            leaf is known for one.
        seed: makes a variant, with other numbers near the given ones that are nice to compute with: two decimals, no
            saturated neuron, no gradient below 0.0001. None: the given numbers; those with more digits than are shown
            are rounded to these.
        rate: the learning rate of the step.
        formulas: whether the sheet gives the formulas of the derivatives; else the chain rule alone.
        names: how nodes without a label are called: by default as the caller's variables; None for labels alone; or
            a mapping from names to nodes.
        roles: which leaves are inputs, parameters and targets, as in `autograd.draw`.
        digits: how many significant digits are shown, and asked for.
        language: of the words and numbers: "en", the default, "es", "de" or "fr".

    Returns:
        A `Worksheet`: ``print`` shows it as text; ``.save("sheet.pdf")``, also in .html, .md, .txt, .typ, and .csv to
        be filled in on a computer; ``.solution`` is saved in the same ways; ``.variants(30)`` is one sheet for each of
        a class, with one key.

    Raises:
        TypeError: if ``root`` is none of these; if a network lacks x or target, or a Value has them.
        ValueError: for a quantity that the sheet does not have, or a ``wrt`` that is no leaf of it; where nothing is
            to be computed, or more than 200 lines; where no nice numbers are found for a variant; and for a language
            of which there are no words.

    Example:
        >>> from autograd import Value, worksheet
        >>> x, w = Value(1.5), Value(0.4)
        >>> z = w * x
        >>> y = z.tanh()
        >>> sheet = worksheet(y, wrt=w)
        >>> print(sheet.text)
        Forward and backward pass by hand
        ...
        dy/dz = 1 − y² = _______________ = __________
        dy/dw = dy/dz · x = _______________ = __________
        ...
        >>> sheet.key
        {('y', 'z'): '0.7116', ('y', 'w'): '1.067', ('y', 'w', 0.1): '0.2933'}

    Source: notes 4.5 and 4.7.
    """
    check_count("digits", digits)
    example = {name: given for name, given in (("x", x), ("target", target), ("loss", loss)) if given is not None}
    with speaking(language):
        exercise = exercise_of(root, example, names, roles, digits, sys._getframe(1))
        return Worksheet(_asked(exercise, blanks, wrt, as_number(rate, "rate"), digits, formulas), seed)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the sheets of an exercise ask for.

    Attributes:
        by: the names of the leaves that one derives by.
        updated: those of them that take the step.
        blanks: the quantities asked for.
        reached: the nodes whose gradients stand on the sheet.
    """

    exercise: Exercise
    rate: float
    digits: int
    formulas: bool
    by: tuple[str, ...]
    updated: tuple[str, ...]
    blanks: frozenset[Quantity] = frozenset()
    reached: frozenset[Value] = frozenset()

    def lines(self, root: Value, numbers: Mapping[Value, float]) -> list[Line]:
        """The lines of the sheet with these numbers."""
        derivation = explain(root, names=None, digits=self.digits)
        reverse = reverse_lines(derivation, self.by)
        named = {self.exercise.names[leaf]: number for leaf, number in numbers.items()}
        updated = {name: named[name] for name in self.updated}
        return [*forward_lines(derivation), *reverse, *update_lines(reverse, updated, self.rate)]


def _asked(exercise: Exercise, blanks: Blanks, wrt: Any, rate: float, digits: int, formulas: bool) -> Asked:
    """What sheets ask for, from what the caller says; see `worksheet`."""
    names = exercise.names
    leaves = [names[leaf] for leaf in exercise.given]
    updated = [names[leaf] for leaf in exercise.parameters]
    if wrt is not None:
        updated = [str(_name(leaf, names)) for leaf in (wrt if isinstance(wrt, (list, tuple)) else [wrt])]
        for leaf in updated:
            if leaf not in leaves:
                raise ValueError(
                    f"wrt takes leaves of the graph, {', '.join(leaves) or 'of which there are none'}; not {leaf!r}"
                )
    listed = None if isinstance(blanks, str) else [_quantity(quantity, exercise, rate) for quantity in blanks]
    also = {quantity[1] for quantity in listed or () if isinstance(quantity, tuple) and len(quantity) > 1}
    by = [leaf for leaf in leaves if leaf in updated or leaf in also]
    asked = Asked(exercise, rate, digits, formulas, tuple(by), tuple(updated))
    numbers = exercise.as_written(digits)
    lines = asked.lines(exercise.recorded_again(numbers)[exercise.root], numbers)
    if len(lines) > MOST_LINES:
        raise ValueError(
            f"this sheet has {len(lines)} lines, which nobody fills in; {MOST_LINES} at most. Take a smaller network, "
            "or an inner node of this graph"
        )
    quantities = [line.quantity for line in lines]
    if listed is None:
        if blanks not in _BLANK:
            raise ValueError(f"blanks is 'gradients', 'values', 'all' or a list of quantities, not {blanks!r}")
        chosen = [quantity for quantity in quantities if kind_of(quantity) in _BLANK[str(blanks)]]
    else:
        chosen = listed
    for quantity in chosen:
        if quantity not in quantities:
            raise ValueError(
                f"the sheet has no line for {quantity!r:.60}; it has {', '.join(map(text_of, quantities))}"
            )
    if not chosen:
        raise ValueError("there is nothing to compute on this sheet; give it the result of an expression of Values")
    named = {name: node for node, name in names.items()}
    reached = {named[line.quantity[1]] for line in lines if kind_of(line.quantity) == 1 and (line.sides or line.number)}
    return replace(asked, blanks=frozenset(chosen), reached=frozenset(reached))


def _name(given: Any, names: Mapping[Value, str]) -> Any:
    """What is given, and for a Value its name."""
    return names.get(given, given) if isinstance(given, Value) else given


def _quantity(given: Any, exercise: Exercise, rate: float) -> Any:
    """A quantity in the form of `proofread`: Values by their names, and text as on the command line."""
    names = exercise.names
    if isinstance(given, tuple):
        return tuple([_name(x, names) for x in given])
    root = names[exercise.root]
    quantities: list[Quantity] = [(root, name, rate) for name in names.values()]
    quantities += [(root, name) for name in names.values()]
    quantities += names.values()  # which goes before a derivative that is written alike
    return {text_of(quantity): quantity for quantity in quantities}.get(_name(given, names), given)


def kind_of(quantity: Quantity) -> int:
    """The section in which a quantity stands: 0 for a value, 1 for a derivative, 2 for a parameter after a step."""
    return 0 if isinstance(quantity, str) else len(quantity) - 1


class Worksheet(Document):
    """What `worksheet` gives: a sheet with blanks.

    Attributes:
        root: the result, recorded with the numbers of this sheet.
        quantities: what is asked for, as `autograd.proofread` takes it.
        key: what belongs into each blank.
        solution: the sheet filled in, with the rules that were used: a document that is saved in the same ways.
    """

    def __init__(self, asked: Asked, seed: int | None) -> None:
        exercise, digits = asked.exercise, asked.digits
        numbers = exercise.as_written(digits) if seed is None else exercise.variant(seed, asked.reached)
        again = exercise.recorded_again(numbers)
        self._asked, self._numbers, self._seed = asked, numbers, seed
        self._scene = partial(exercise.scene, again)
        self.root = again[exercise.root]
        self.lines = asked.lines(self.root, numbers)
        self._results = {line.quantity: line.number for line in self.lines}
        self.quantities = tuple([line.quantity for line in self.lines if line.quantity in asked.blanks])
        self.key: dict[Any, str] = {x.quantity: x.printed(digits) for x in self.lines if x.quantity in asked.blanks}
        self._last = max(map(kind_of, self.quantities))  # the last section with a blank
        title = words("both_by_hand" if self._last else "forward_by_hand")
        empty = _table(dict.fromkeys(self.quantities, ""))
        super().__init__(title, lambda: [self._page(title, solved=False)], digits, empty)

    @cached_property
    @in_its_language
    def solution(self) -> Document:
        """The sheet filled in, and the rules."""
        title = words("solution_of", title=self.title)
        return Document(title, lambda: [self._page(title, solved=True)], self._asked.digits, _table(self.key))

    @in_its_language
    def variants(self, count: int) -> Variants:
        """A class's worth: so many sheets of this kind, each with numbers of its own.

        Example:
            >>> x = Value(2.0, label="x")
            >>> sheets = worksheet(x**2 * x.sin(), names=None).variants(3)
            >>> [sheet.key["f", "x"] for sheet in sheets]
            ['2.904', '-6.906', '3.146']
        """
        return Variants(self._asked, check_count("count", count), 1 if self._seed is None else self._seed)

    @in_its_language
    def proofread(self, filled: Mapping[Any, str] | str | PathLike[str]) -> Proof:
        """Mark a filled sheet; what is left blank is not judged. For the verdicts see `autograd.proofread`.

        Arguments:
            filled: a mapping from quantities to numbers as they are written, or the path of the CSV that
                ``save("sheet.csv")`` wrote.

        Example:
            >>> w, x = Value(0.4, label="w"), Value(1.5, label="x")
            >>> y = (w * x).tanh()
            >>> y.label = "y"
            >>> print(worksheet(y, names=None, wrt=w).proofread({("y", "w"): "1.067", ("y", "w", 0.1): "0.2933"}))
            quantity                      exact  printed  digits  verdict
            dy/dw                   1.067366644    1.067       4  agrees
            w after a step of 0.1  0.2932633356   0.2933       4  agrees
        """
        pairs = filled.items() if isinstance(filled, Mapping) else [(*row, "")[:2] for row in _read(filled)[1:]]
        by_text = {text_of(line.quantity): line.quantity for line in self.lines}
        return proofread(
            self.root, [(by_text.get(key, key), text) for key, text in pairs if str(text).strip()], names=None
        )

    @in_its_language
    def __repr__(self) -> str:
        return words("a_worksheet", title=self.title, count=len(self.quantities))

    def _page(self, title: str, *, solved: bool) -> Page:
        """The sheet, or its solution."""
        asked, names = self._asked, self._asked.exercise.names
        sections = []
        for kind, head in enumerate(_KINDS[: self._last + 1]):
            rows = [self._row(line, solved) for line in self.lines if kind_of(line.quantity) == kind]
            sections.append(Section(words(head, rate=written(f"{asked.rate:g}")), tuple(rows)))
        roles = asked.exercise.roles
        given = [
            [
                (Symbol(names[x]), number(self._numbers[x]))
                for x in asked.exercise.given
                if (roles.get(x) in known) == is_in
            ]
            for known, is_in in ((("input",), True), (("input", "target"), False), (("target",), True))
        ]
        return Page(
            title,
            number="" if self._seed is None else words("sheet_number", number=self._seed),
            fields=() if solved else (words("name_of_student"), words("date")),
            note="" if solved else words("fill_in" if asked.formulas else "fill_in_formulas", count=asked.digits),
            picture=Picture.of(self._scene(), words("picture_of", name=names[asked.exercise.root])),
            given=[line for line in given if line],
            sections=tuple([section for section in sections if section.rows]),
            rules=rules_of(self.root) if solved and self._last else (),
        )

    def _row(self, line: Line, solved: bool) -> Row:
        """A line with its blanks. Numbers that would tell what is asked for are left out."""
        blanks, asked = self._asked.blanks, line.quantity in self._asked.blanks
        state: Literal["answer", "blank"] = "answer" if solved else "blank"
        told = {self._results[quantity] for quantity in line.mentions & blanks}
        find_formula = asked and not self._asked.formulas and kind_of(line.quantity) == 1
        cells = [Cell(line.chain)] if find_formula and line.chain else []
        cells += [Cell(formula, state if find_formula else "printed") for formula in line.sides[:1]]
        if asked or solved or not told:
            numbers = [side for side in line.sides[1:] if holds(side, self._asked.digits)]
            cells += [Cell(side, state if asked else "printed") for side in numbers]
        result = Cell(Number(line.number), state if asked else "printed")
        gives_away = not solved and not asked and (line.number in told or -line.number in told)
        return Row(line.left, tuple(cells), None if gives_away else result, line.sign)


class Variants(Document, Sequence[Worksheet]):
    """A class's worth of worksheets, each with numbers of its own; saved as one document, as is their key.

    Attributes:
        solution: the key: all results side by side.
    """

    def __init__(self, asked: Asked, count: int, first: int) -> None:
        self._sheets: list[Worksheet] = []
        seen: set[tuple[float, ...]] = set()
        for seed in range(first, first + 2 * count + 10):  # now and then two seeds give the same numbers
            sheet = Worksheet(asked, seed)
            numbers = tuple(sheet._numbers.values())
            if numbers not in seen:
                self._sheets.append(sheet)
            seen.add(numbers)
            if len(self._sheets) == count:
                break
        else:
            raise ValueError(f"there are not {count} different sheets of this kind; ask for {len(self._sheets)}")
        head = [words("sheet"), words("name_of_student"), *map(text_of, self[0].quantities)]
        empty = [[str(sheet._seed), "", *[""] * len(sheet.quantities)] for sheet in self]
        super().__init__(
            self[0].title, lambda: [page for sheet in self for page in sheet.pages], asked.digits, [head, *empty]
        )

    def __len__(self) -> int:
        return len(self._sheets)

    def __getitem__(self, index: Any) -> Any:
        return self._sheets[index]

    @cached_property
    @in_its_language
    def solution(self) -> Document:
        """The key."""
        sheets, asked = self._sheets, self._sheets[0]._asked
        names = asked.exercise.names
        given = [
            (names[x], tuple([written(f"{sheet._numbers[x]:g}") for sheet in sheets])) for x in asked.exercise.given
        ]
        results = [(text_of(q), tuple([sheet.key[q] for sheet in sheets])) for q in sheets[0].quantities]
        numbers = tuple([str(sheet._seed) for sheet in sheets])
        title = words("key_of", title=self.title)
        page = Page(title, key=Key(words("sheet"), numbers, tuple(given), tuple(results)))
        table = [[*self.table[0]], *[[n, "", *sheet.key.values()] for n, sheet in zip(numbers, sheets, strict=True)]]
        return Document(title, lambda: [page], asked.digits, table)

    @in_its_language
    def proofread(self, filled: str | PathLike[str]) -> dict[int, Proof]:
        """Mark the sheets of a class, from the CSV that ``save("class.csv")`` wrote: the proof of each sheet's number.

        Raises:
            ValueError: for a sheet that is none of these.
        """
        (_, _, *heads), *rows = _read(filled)
        sheets = {str(sheet._seed): sheet for sheet in self}
        proofs = {}
        for number_, _, *cells in rows:
            if number_ not in sheets:
                raise ValueError(f"there is no sheet {number_!r}; there are {', '.join(sheets)}")
            proofs[int(number_)] = sheets[number_].proofread(dict(zip(heads, cells, strict=False)))
        return proofs

    @in_its_language
    def __repr__(self) -> str:
        return words("worksheets", title=self.title, count=len(self))


def _table(numbers: Mapping[Quantity, str]) -> list[list[str]]:
    """A sheet as a table of quantities and numbers."""
    return [[words("quantity"), words("number")], *[[text_of(quantity), text] for quantity, text in numbers.items()]]


def _read(path: str | PathLike[str]) -> list[list[str]]:
    """The rows of a CSV, whichever sign a spreadsheet has put between its cells."""
    content = Path(path).read_text("utf-8-sig")
    between = max(",;\t", key=content.partition("\n")[0].count)
    return [row for row in csv.reader(io.StringIO(content), delimiter=between) if any(map(str.strip, row))]
