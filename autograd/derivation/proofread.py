"""`proofread`: a worked example's printed numbers against the exact ones."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from html import escape
from math import floor, isfinite
from types import FrameType
from typing import Any, Literal, TypeAlias

from autograd.derivation.formula_check import check_formula
from autograd.derivation.formulas import as_float
from autograd.derivation.naming import CALLER, Caller, held_by_name, node_names, nodes_by_name
from autograd.derivation.precise import as_fraction, order_from, replay, roughly
from autograd.derivation.printed import OF_A_PROGRAM, PrintedNumber, read_number
from autograd.derivation.quantities import Book, Key, Quantity, canonical, distinct, parameters_that_move
from autograd.derivation.reasons import Base, reason_for
from autograd.derivation.tables import html_table
from autograd.derivation.words import in_its_language, speaking, spoken_language, words, written
from autograd.engine.graph import topological_order
from autograd.engine.modes import recorded_anyway
from autograd.engine.value import Value
from autograd.functions import fsum

Verdict: TypeAlias = Literal["agrees", "rounding", "follows", "cut off", "slip"]

_SHOWN = Fraction(1, 10**11)  # the report shows ten digits of the exact number, which must be sure
_LOST_AT_MOST = 1e-6  # of a number that is computed with floats; more is not excused by them
_NOTHING = Fraction(1, 10**300)  # an error as small is that of a float 0


class UnreadableError(ValueError):
    """What is printed for a quantity, ``key``, is neither a number nor a formula."""

    def __init__(self, message: str, key: Key) -> None:
        super().__init__(message)
        self.key = key


@dataclass(frozen=True, slots=True, repr=False)
class Finding:
    """One printed number, or formula: what it should be, and what to make of it. False if it is a slip.

    Attributes:
        quantity: "L", "dL/dw1", or "w1 after a step of 0.1".
        exact: the engine's number; where floats lose its digits, the exact one.
        printed: the string as the book prints it.
        verdict: "agrees", "rounding", "follows", "cut off" or "slip".
        reason: why, in a few words; empty where it agrees.
        cause: the quantity whose slip is carried on here; None for a slip made here, and where there is none.
        digits: how many significant digits of the printed number are right: to how many both round to the same; None
            for a formula.
        mistake: what explains a slip exactly, such as "sign" or "twice"; empty where nothing does.
        key: the quantity as it was asked for.
        language: in which it is told.
    """

    quantity: str
    exact: float
    printed: str
    verdict: Verdict
    reason: str = ""
    cause: str | None = None
    digits: int | None = 0
    mistake: str = ""
    key: Key = field(default="", compare=False)
    language: str = field(default_factory=spoken_language)

    def __bool__(self) -> bool:
        return self.verdict != "slip"

    @in_its_language
    def __repr__(self) -> str:
        exact = written(f"{self.exact:.10g}")
        said = words("finding", quantity=self.quantity, printed=self.printed, exact=exact)
        return f"{said}: {words(self.verdict)}{f', {self.reason}' if self.reason else ''}"


@dataclass(frozen=True, slots=True, repr=False)
class Proof(Sequence[Finding]):
    """The findings of `proofread`, in the order of the printed numbers. True if there is no slip."""

    findings: tuple[Finding, ...]
    language: str = field(default_factory=spoken_language)

    @property
    def slips(self) -> tuple[Finding, ...]:
        """The findings whose verdict is "slip"."""
        return tuple([finding for finding in self.findings if not finding])

    @in_its_language
    def check(self, slips: Iterable[Key] = ()) -> Proof:
        """For tests: raise unless exactly these slips were made here.

        Arguments:
            slips: the quantities whose printed numbers are known to be slips, in any way in which `proofread` takes
                them; none by default.

        Returns:
            The proof.

        Raises:
            AssertionError: with the table, and which slips were not expected and which are missing.
            ValueError: for a quantity that is not on the page.

        Example:
            >>> from autograd import Value, proofread
            >>> z1 = Value(0.5)
            >>> h = z1.sigmoid()
            >>> _ = proofread(h, {"h": "0.622459", "dh/dz1": "0.6225"}).check(slips=["dh/dz1"])
        """
        expected = []
        for key in slips:
            meant = [f for f in self.findings if key == f.quantity or canonical(key) == canonical(f.key)]
            if not meant:
                raise ValueError(
                    f"{key!r} is not on the page; it prints {', '.join(f.quantity for f in self.findings)}"
                )
            expected += meant
        made = self.slips
        problems = [words("not_expected", finding=f) for f in made if not any(f is x for x in expected)]
        problems += [words("no_slip", finding=f) for f in expected if f]
        if problems:
            raise AssertionError("\n".join([*problems, "", str(self)]))
        return self

    def __len__(self) -> int:
        return len(self.findings)

    def __getitem__(self, index: Any) -> Any:
        return self.findings[index]

    def __bool__(self) -> bool:
        return not self.slips

    def _table(self) -> list[tuple[str, ...]]:
        head = (*map(words, ("quantity", "exact", "printed", "digits", "verdict")), "")
        return [
            head,
            *[
                (
                    f.quantity,
                    _shown(f),
                    f.printed,
                    "" if f.digits is None else str(f.digits),
                    words(f.verdict),
                    f.reason,
                )
                for f in self.findings
            ],
        ]

    @in_its_language
    def __str__(self) -> str:
        table = self._table()
        widths = [max(len(row[i]) for row in table) for i in range(6)]
        aligned = ("<", ">", ">", ">", "<", "<")
        return "\n".join(
            "  ".join(f"{cell:{side}{width}}" for cell, side, width in zip(row, aligned, widths, strict=True)).rstrip()
            for row in table
        )

    @in_its_language
    def __repr__(self) -> str:
        """A line, the slips first: a failing ``assert`` shows it whole, or cuts it in the middle."""
        slips = self.slips
        said = words("proof", slips=len(slips), count=len(self))
        named = "; ".join([repr(f) for f in slips[:2]]) + ("; ..." if len(slips) > 2 else "")
        return f"<{said}{f': {named}' if named else ''}>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))  # what IPython shows in a terminal

    @in_its_language
    def _repr_html_(self) -> str:
        head, *rows = self._table()
        # colours that are legible on white and on black
        marks = {
            "agrees": ("#22863a", "✓"),
            "rounding": ("#8a6d00", "≈"),
            "cut off": ("#8a6d00", "≈"),
            "follows": ("#2f78b8", "↳"),
            "slip": ("#d63649", "✗"),
        }
        body = []
        for finding, (*numbers, verdict, reason) in zip(self.findings, rows, strict=True):
            colour, sign = marks[finding.verdict]
            cells = [f'<code style="white-space:nowrap">{escape(cell)}</code>' for cell in numbers]
            shown = f'<span style="white-space:nowrap;color:{colour}">{sign} {verdict}</span>'
            body.append([*cells, shown, escape(reason)])
        return html_table(head, body, "<>>><<")


def proofread(
    root: Value | Sequence[Value],
    printed: Mapping[Key, str] | Iterable[tuple[Key, str]],
    *,
    carry: bool = True,
    names: Mapping[str, object] | Caller | None = CALLER,
    language: str | None = None,
) -> Proof:
    """Check the numbers, and formulas, that a worked example or a student's homework prints.

    A number *agrees* if it is the exact one, correctly rounded. It is off by *rounding* if it is what one gets from the
    printed numbers that it was computed from, each of them as it is printed or with the digits that its printing cut;
    it is *cut off* if it was not rounded but cut. It *follows* if it is what one gets from a slip that is printed
    before it. Everything else is a *slip*. For this the quantity is computed once more, from the printed numbers,
    whatever their errors. Where a usual mistake gives exactly the printed number, such as the other sign or a factor
    left out of the chain, the reason names it.

    The engine's numbers are floats. Where their digits do not decide, the graph is replayed with more of them, from the
    numbers as they are written. The last two of the 16 digits that a program prints are not held against it.

    A formula is compared with the exact quantity at the recorded numbers and at others.

    Arguments:
        root: the result of the worked example, or several of them.
        printed: for each quantity the string that the book prints: a number, as `printed` reads it, or a formula,
            ``"h*(1 - h)"``. A quantity is a name (``"L"``) or a Value; a derivative, ``("L", "w1")`` or ``"dL/dw1"``
            or ``"d²L/dw1²"``; a parameter after a step of gradient descent, ``("L", "w1", 0.1)`` or
            ``"w1 - 0.1*dL/dw1"``; any expression over these, ``"-0.1*dL/dw1"``, also with a name before it,
            ``"Δw1 = -0.1*dL/dw1"``; or one of these ``"... after 3 steps of 0.1"``, ``"... with momentum 0.9"``, where
            the parameters move that the page prints after a step. A book that prints a quantity several times is given
            as pairs, ``[("h", "0.62"), ("h", "0.6225")]``.
        carry: judge each number by those that are printed before it, as homework is marked; False: what follows from
            a slip is a slip, too.
        names: a mapping of names to Values; by default labels and the caller's variable names, None for labels alone.
            A Value that is held but is no part of the root is known, too.
        language: of the words and numbers: "en", the default, "es", "de" or "fr".

    Raises:
        TypeError: for a quantity that is not written in one of these ways.
        ValueError: for a name that no node has, for what is neither a number nor a formula, and for a language of
            which there are no words.

    Example:
        >>> from autograd import Value, proofread
        >>> z1 = Value(0.5)
        >>> h = z1.sigmoid()
        >>> y = 0.3 * h + 0.2
        >>> print(proofread(y, {"h": "0.622459", "y": "0.3867377", "dh/dz1": "h*(1 - h)", "dy/dz1": "0.0905"}))
        quantity          exact    printed  digits  verdict
        h          0.6224593312   0.622459       6  agrees
        y          0.3867377994  0.3867377       6  rounding  follows from the printed h
        dh/dz1     0.2350037122  h*(1 - h)          agrees
        dy/dz1    0.07050111366     0.0905       0  slip      0.0705 when rounded

    Source: the notes' section 4.7 prints four numbers that this finds to be slips, and the numbers that carry them on.
    """
    frame = sys._getframe(1) if names is CALLER else None
    with speaking(language):
        return judged(root, list(printed.items() if isinstance(printed, Mapping) else printed), carry, names, frame)


def judged(
    root: Value | Sequence[Value],
    given: Sequence[tuple[Key, str]],
    carry: bool,
    names: Mapping[str, object] | Caller | None,
    frame: FrameType | None,
) -> Proof:
    """What `proofread` gives, for the variables of a frame; `UnreadableError` for what is no number and no formula."""
    roots = [root] if isinstance(root, Value) else list(root)
    named = nodes_by_name(roots, names, frame)
    moved = parameters_that_move([key for key, _ in given], named)
    book = Book(roots, named, held_by_name(names, frame), moved, node_names(roots, names, frame))
    quantities = [book.quantity(key) for key, _ in given]
    floats = _Floats([quantity.node for quantity in quantities])
    page: list[_Printed | Finding] = []
    for (key, text), quantity, name in zip(given, quantities, distinct(quantities), strict=True):
        try:
            number = read_number(text, name)
        except ValueError as no_number:
            page.append(_formula(book, quantity, name, text, key, no_number))
        else:
            page.append(_Printed(len(page), name, quantity, floats.bound(quantity.node), number, key))
    numbers = [entry for entry in page if isinstance(entry, _Printed)]
    before: list[_Printed] = []
    for entry in sorted(numbers, key=lambda entry: entry.node.depth):
        try:
            _judge(entry, before, floats, carry)
        except _Unsure:
            _judge(entry, before, _Replay(30 + len(entry.text)), carry)
        before.append(entry)
    for entry in numbers:
        if not entry.finding:
            _give_reason(entry, before, book)
    return Proof(tuple([entry.finding if isinstance(entry, _Printed) else entry for entry in page]))


def _formula(book: Book, quantity: Quantity, name: str, text: str, key: Key, no_number: ValueError) -> Finding:
    """The finding on a formula that is printed for a quantity."""
    if not isinstance(text, str) or not any(sign.isalpha() for sign in text):
        raise UnreadableError(str(no_number), key) from None
    try:
        theirs = book.formula(text)
    except ValueError as error:
        raise UnreadableError(f"{name}: {error}", key) from no_number
    reason = check_formula(book, quantity.node, theirs)
    verdict: Verdict = "slip" if reason else "agrees"
    return Finding(
        name, quantity.number, text, verdict, reason, digits=None, mistake="formula" if reason else "", key=key
    )


def _shown(finding: Finding) -> str:
    """The exact number, to as many digits as are printed, ten at least."""
    try:
        digits = read_number(finding.printed).significant
    except ValueError:
        digits = 0
    return written(f"{finding.exact:.{min(max(10, digits), 17)}g}")


# --- the verdict on a number -------------------------------------------------------------------------------------


class _Printed:
    """A number of the page, and what was found of it.

    Attributes:
        place: where it stands on the page.
        quantity: what it is printed for; ``node`` computes that as a person does, ``engine`` is the engine's number.
        bound: how far off a number may be that somebody computes with floats.
        page: the printed number; ``half`` is half a unit of its last place.
        unrounded: what the number may have been before it was rounded to be printed, both ends of it.
        finding: the verdict, once there is one.
    """

    def __init__(self, place: int, name: str, quantity: Quantity, bound: float, page: PrintedNumber, key: Key) -> None:
        self.place, self.name, self.quantity, self.bound, self.page = place, name, quantity, bound, page
        self.node, self.engine, self.text = quantity.node, quantity.number, page.text
        self.number = page.number
        self.half = page.unit / 2
        self.unrounded: tuple[Fraction, ...] = (self.number - self.half, self.number + self.half)
        self.finding = Finding(name, self.engine, self.text, "slip", key=key)

    @property
    def is_wrong(self) -> bool:
        return self.finding.verdict in ("slip", "follows")


def _judge(entry: _Printed, judged: Sequence[_Printed], numbers: _Floats | _Replay, carry: bool) -> None:
    """Find the verdict on one printed number, given those on simpler quantities."""
    exact, doubt = numbers.of(entry.node, {})
    if exact is None:
        if isfinite(entry.engine) and _near(entry, Fraction(entry.engine), Fraction(0), numbers):
            entry.finding = replace(entry.finding, verdict="agrees", digits=_digits(entry, Fraction(entry.engine)))
        else:
            entry.finding = replace(entry.finding, reason=words("it_is", number=entry.engine))
        return
    if doubt > abs(exact) * _SHOWN + _NOTHING:
        raise _Unsure
    engine = Fraction(entry.engine) if isfinite(entry.engine) else None
    lost = engine is None or abs(engine - exact) > abs(exact) * OF_A_PROGRAM
    found = replace(entry.finding, exact=as_float(exact) if lost else entry.engine, verdict="agrees")
    found = replace(found, digits=_digits(entry, exact))
    before = entry.unrounded
    entry.unrounded = (exact,)
    if _near(entry, exact, doubt, numbers) or (entry.page.goes_on and _is_cut(entry, exact, doubt, numbers)):
        entry.finding = found
        return
    bound = Fraction(entry.bound) if entry.bound <= abs(found.exact) * _LOST_AT_MOST else Fraction(0)
    if _near(entry, exact, doubt, numbers, bound) or (engine is not None and _near(entry, engine, doubt * 0, numbers)):
        entry.finding = replace(found, verdict="rounding", reason=words("floats_lose_digits"))
        return
    should_be = _rounded(exact, doubt, entry, numbers)
    below = set(topological_order(entry.node))
    usable = [other for other in judged if other.node in below]
    sound = [other for other in usable if not other.is_wrong]
    wrong = [other for other in usable if other.is_wrong and other.place < entry.place]
    for how in (_near, _is_cut):
        if how is _is_cut and _is_cut(entry, exact, doubt, numbers):
            entry.finding = replace(found, verdict="cut off", reason=words("when_rounded", number=should_be))
            return
        for sources in _apart(entry, sound):
            explained = _explained(entry, sources, numbers, how)
            if explained is not None:
                _, effects = explained
                source = max(effects, key=lambda other: effects[other])
                verdict: Verdict = "rounding" if how is _near else "cut off"
                entry.finding = replace(found, verdict=verdict, reason=words("follows_from", source=source.name))
                return
    entry.finding = replace(found, verdict="slip", reason=words("when_rounded", number=should_be))
    for how in (_near, _is_cut):
        for some in _choices(wrong):
            for sources in _apart(entry, [*some, *sound]):
                explained = _explained(entry, sources, numbers, how)
                if explained is None:
                    continue
                value, effects = explained
                slips = [other for other in effects if other.is_wrong]
                if slips:
                    cause = slips[0] if len(slips) == 1 else _weightiest(entry, slips, sources, value, numbers)
                    reason = words("carries_on", number=should_be, cause=cause.name)
                    entry.finding = replace(
                        entry.finding, verdict="follows" if carry else "slip", reason=reason, cause=cause.name
                    )
                    entry.unrounded = (value,)
                    return
    places = abs(exact) / (2 * entry.half)
    needs_no_rounding = abs(places - round(places)) <= doubt / entry.half + places * OF_A_PROGRAM
    taken_at_its_word = needs_no_rounding and entry.page.significant < 3  # 3 for 2 is no 3.4 that was rounded
    entry.unrounded = (entry.number,) if taken_at_its_word else before


def _give_reason(entry: _Printed, judged: Sequence[_Printed], book: Book) -> None:
    """Say what mistake a slip is, if one explains the printed number exactly."""
    if entry.finding.cause is not None or not isfinite(entry.finding.exact):
        return
    below = set(topological_order(entry.node))
    usable = [other for other in judged if other.node in below and other.place < entry.place]
    floats = _Floats([entry.node])
    bases: list[Base] = []
    for sources in (usable, [other for other in usable if not other.is_wrong], []):
        for some in _apart(entry, sources):
            try:
                value, effects, _ = _computed(entry, some, floats) or (Fraction(entry.finding.exact), {}, 0)
            except _Unsure:
                continue
            bases.append(Base(value, sum(effects.values(), Fraction(0))))
    steps = {other.quantity.parameter: other.number for other in judged if other.quantity.rate is not None}
    found = reason_for(entry.page, entry.quantity, bases, book, {p: x for p, x in steps.items() if p is not None})
    if found is not None:
        mistake, said = found
        entry.finding = replace(entry.finding, mistake=mistake, reason=f"{entry.finding.reason}; {said}")


def _apart(entry: _Printed, sources: list[_Printed]) -> list[list[_Printed]]:
    """The sources, and those without a number that is printed for the same node: dL/dz beside dL/db."""
    others = [source for source in sources if source.node is not entry.node]
    return [sources] if len(others) == len(sources) else [sources, others]


def _choices(wrong: list[_Printed]) -> list[list[_Printed]]:
    """Which slips a number may have been computed from: all of them, all but one, one alone."""
    if len(wrong) < 2:
        return [wrong] if wrong else []
    but_one = [[other for other in wrong if other is not left_out] for left_out in wrong]
    return [wrong, *but_one, *([[one] for one in wrong] if len(wrong) > 2 else [])]


def _explained(
    entry: _Printed, sources: Sequence[_Printed], numbers: _Floats | _Replay, how: Callable[..., bool]
) -> tuple[Fraction, dict[_Printed, Fraction]] | None:
    """What the quantity is when computed from the printed numbers of its sources, if that explains what is printed.

    Beside it stands for each source that takes part how much its rounding changes: whoever did not type a printed
    number in again, but kept its digits, is off by that much.
    """
    computed = _computed(entry, sources, numbers)
    if computed is None:
        return None
    value, effects, doubt = computed
    return (value, effects) if how(entry, value, doubt, numbers, sum(effects.values(), Fraction(0))) else None


def _computed(
    entry: _Printed, sources: Sequence[_Printed], numbers: _Floats | _Replay
) -> tuple[Fraction, dict[_Printed, Fraction], Fraction] | None:
    """The quantity, computed from its sources: the value, the effects of their roundings, and how sure that is."""
    by_node = {source.node: source for source in reversed(sources)}
    given = {node: source.number for node, source in by_node.items()}
    value, doubt = numbers.of(entry.node, given)
    used = [by_node[node] for node in order_from(given, entry.node) if node in by_node]
    if value is None or not used:
        return None
    effects: dict[_Printed, Fraction] = {}
    for source in used:
        effects[source] = Fraction(0)
        again = [x.number for x in sources if x.node is source.node and not (x.is_wrong or source.is_wrong)]
        for number in (*source.unrounded, *again):
            other, its_doubt = numbers.of(entry.node, {**given, source.node: number})
            if other is not None:
                effects[source] = max(effects[source], abs(other - value))
                doubt += its_doubt
    return value, effects, doubt


def _weightiest(
    entry: _Printed, slips: Sequence[_Printed], sources: Sequence[_Printed], value: Fraction, numbers: _Floats | _Replay
) -> _Printed:
    """The one of several slips that changes the quantity most."""

    def change(slip: _Printed) -> Fraction:
        given = {source.node: source.number for source in reversed(sources) if source.node is not slip.node}
        without, _ = numbers.of(entry.node, given)
        return abs(value - without) if without is not None else Fraction(0)

    return max(slips, key=change)


def _near(
    entry: _Printed, value: Fraction, doubt: Fraction, numbers: _Floats | _Replay, room: Fraction = Fraction(0)
) -> bool:
    """Whether the printed number is this value, rounded, with some room."""
    return numbers.at_most(abs(entry.number - value), entry.half + room + abs(value) * OF_A_PROGRAM, doubt)


def _is_cut(
    entry: _Printed, value: Fraction, doubt: Fraction, numbers: _Floats | _Replay, room: Fraction = Fraction(0)
) -> bool:
    """Whether the printed number is this value, cut off and not rounded, with some room."""
    if entry.page.significant < 2 or entry.page.is_fraction or entry.number * value < 0:
        return False
    room += abs(value) * OF_A_PROGRAM
    beyond = abs(value) - abs(entry.number)
    return numbers.at_most(beyond, 2 * entry.half + room, doubt) and numbers.at_most(-beyond, room, doubt)


# --- numbers that decide -----------------------------------------------------------------------------------------


class _Unsure(Exception):
    """The digits of floats do not decide this."""


class _Floats:
    """What floats make of quantities, with a bound on their errors; `_Unsure` where that does not decide."""

    def __init__(self, nodes: Sequence[Value]) -> None:
        with recorded_anyway():
            self.exact = roughly(fsum(nodes)) if nodes else {}

    def bound(self, node: Value) -> float:
        return self.exact[node][1]

    def of(self, node: Value, given: Mapping[Value, Fraction]) -> tuple[Fraction | None, Fraction]:
        """The value of a node, from given numbers for some others, and a bound on its error."""
        value, bound = roughly(node, given=given)[node] if given else self.exact[node]
        if not (isfinite(value) and isfinite(bound)):
            raise _Unsure
        return Fraction(value), Fraction(bound)

    def at_most(self, a: Fraction, b: Fraction, doubt: Fraction) -> bool:
        if abs(a - b) <= doubt:
            raise _Unsure
        return a < b


class _Replay:
    """The same from the replay, to many digits; None for a value that is infinite or none."""

    def __init__(self, digits: int) -> None:
        self.digits = digits

    def of(self, node: Value, given: Mapping[Value, Fraction]) -> tuple[Fraction | None, Fraction]:
        value = as_fraction(replay(node, self.digits, given=given)[node])
        return value, abs(value or 0) / 10 ** (self.digits - 2)

    def at_most(self, a: Fraction, b: Fraction, doubt: Fraction) -> bool:
        return a <= b + doubt  # 0.35 rounds to 0.3 and to 0.4


# --- digits ------------------------------------------------------------------------------------------------------


def _digits(entry: _Printed, exact: Fraction) -> int:
    """How many significant digits of a printed number are right."""
    for n in range(entry.page.significant, 0, -1):
        rounded = Context(prec=n, rounding=ROUND_HALF_UP).plus(entry.page.decimal)
        half = Fraction(10) ** int(rounded.as_tuple().exponent) / 2
        if abs(Fraction(rounded) - exact) <= half + abs(exact) * OF_A_PROGRAM:
            return n
    return 0


def _rounded(exact: Fraction, doubt: Fraction, entry: _Printed, numbers: _Floats | _Replay) -> str:
    """The exact number, to as many places as the printed one has; of a fraction, as a decimal."""
    if entry.page.is_fraction:
        return written(f"{float(exact):.6g}")
    unit = 2 * entry.half
    low, high = [floor((abs(exact) + error) / unit + Fraction(1, 2)) for error in (-doubt, doubt)]
    if low != high and isinstance(numbers, _Floats):
        raise _Unsure
    digits = tuple(map(int, str(high)))
    return written(f"{Decimal((int(exact < 0 < high), digits, entry.page.exponent)):f}")
