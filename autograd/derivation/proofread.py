"""`proofread`: a worked example's printed numbers against the exact ones."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from fractions import Fraction
from html import escape
from math import floor, isfinite
from numbers import Real
from typing import Any, Literal, TypeAlias

from autograd.calculus.transforms import adjoints, local_slopes
from autograd.derivation.expression import ExpressionError, record
from autograd.derivation.formulas import as_float, names_in
from autograd.derivation.naming import CALLER, Caller, nodes_by_name
from autograd.derivation.precise import as_fraction, order_from, replay, roughly
from autograd.derivation.tables import html_table
from autograd.derivation.words import words
from autograd.engine.errors import DomainError
from autograd.engine.graph import topological_order
from autograd.engine.modes import recorded_anyway
from autograd.engine.value import Value
from autograd.functions import fsum

Quantity: TypeAlias = "str | tuple[str, str] | tuple[str, str, float]"
Verdict: TypeAlias = Literal["agrees", "rounding", "slip"]

# A number that a program printed to all of its 16 digits is right to about 14 of them, whatever the order of its sums.
_OF_A_PROGRAM = Fraction(1, 2**46)
_SHOWN = Fraction(1, 10**11)  # the report shows ten digits of the exact number, which must be sure
_LOST_AT_MOST = 1e-6  # of a number that is computed with floats; more is not excused by them
_NOTHING = Fraction(1, 10**300)  # an error as small is that of a float 0
MOST_NAMES = 40  # that a message lists
_GREATEST_EXPONENT = 5000  # of ten, in a printed number


@dataclass(frozen=True, slots=True)
class Finding:
    """One printed number: what it should be, and what to make of it.

    Attributes:
        quantity: "L", "dL/dw1", or "w1 after a step of 0.1".
        exact: the engine's number; where floats lose its digits, the exact one.
        printed: the string as the book prints it.
        verdict: "agrees", "rounding" or "slip".
        reason: why, in a few words; empty where it agrees.
        cause: the quantity whose slip is carried on here; None for a slip made here, and where there is none.
        digits: how many significant digits of the printed number are right: to how many both round to the same.
    """

    quantity: str
    exact: float
    printed: str
    verdict: Verdict
    reason: str = ""
    cause: str | None = None
    digits: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class Proof(Sequence[Finding]):
    """The findings of `proofread`, in the order of the printed numbers. True if there is no slip."""

    findings: tuple[Finding, ...]

    @property
    def slips(self) -> tuple[Finding, ...]:
        """The findings whose verdict is "slip"."""
        return tuple([finding for finding in self.findings if finding.verdict == "slip"])

    def __len__(self) -> int:
        return len(self.findings)

    def __getitem__(self, index: Any) -> Any:
        return self.findings[index]

    def __bool__(self) -> bool:
        return not self.slips

    def _table(self) -> list[tuple[str, ...]]:
        head = (*map(words, ("quantity", "exact", "printed", "digits", "verdict")), "")
        exact = [f"{f.exact:.{min(max(10, _significant(f.printed)), 17)}g}" for f in self.findings]
        return [
            head,
            *[
                (f.quantity, shown, f.printed, str(f.digits), words(f.verdict), f.reason)
                for f, shown in zip(self.findings, exact, strict=True)
            ],
        ]

    def __str__(self) -> str:
        table = self._table()
        widths = [max(len(row[i]) for row in table) for i in range(6)]
        aligned = ("<", ">", ">", ">", "<", "<")
        return "\n".join(
            "  ".join(f"{cell:{side}{width}}" for cell, side, width in zip(row, aligned, widths, strict=True)).rstrip()
            for row in table
        )

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head, *rows = self._table()
        # colours that are legible on white and on black
        marks = {"agrees": ("#22863a", "✓"), "rounding": ("#8a6d00", "≈"), "slip": ("#d63649", "✗")}
        body = []
        for finding, (*numbers, verdict, reason) in zip(self.findings, rows, strict=True):
            colour, sign = marks[finding.verdict]
            cells = [f'<code style="white-space:nowrap">{escape(cell)}</code>' for cell in numbers]
            shown = f'<span style="white-space:nowrap;color:{colour}">{sign} {verdict}</span>'
            body.append([*cells, shown, escape(reason)])
        return html_table(head, body, "<>>><<")


def proofread(
    root: Value | Sequence[Value],
    printed: Mapping[Quantity, str] | Iterable[tuple[Quantity, str]],
    *,
    names: Mapping[str, object] | Caller | None = CALLER,
) -> Proof:
    """Check the numbers that a worked example prints against the exact ones.

    A number *agrees* if it is the exact one, correctly rounded. It is off by *rounding* if it is what one gets from the
    printed numbers that it was computed from, each of them as it is printed or with the digits that its printing cut.
    Everything else is a *slip*; one that is what one gets from a slip printed before it says so. For this the quantity
    is computed once more, from the printed numbers, whatever their errors.

    The engine's numbers are floats. Where their digits do not decide, the graph is replayed with more of them, from the
    numbers as they are written. The last two of the 16 digits that a program prints are not held against it.

    Arguments:
        root: the result of the worked example, or several of them.
        printed: for each quantity the string that the book prints. A quantity is the name of a node (``"L"``), a pair
            of names for a derivative (``("L", "w1")`` for dL/dw1), or a pair and a learning rate for the parameter
            after one step of gradient descent (``("L", "w1", 0.1)`` for w1 - 0.1 dL/dw1). A book that prints a quantity
            several times is given as pairs, ``[("h", "0.62"), ("h", "0.6225")]``.
        names: a mapping of names to Values; by default labels and the caller's variable names, None for labels alone.

    Raises:
        TypeError: for a quantity that is not written in one of these ways.
        ValueError: for a name that no node has, or a printed number that is none.

    Example:
        >>> from autograd import Value, proofread
        >>> z1 = Value(0.5)
        >>> h = z1.sigmoid()
        >>> y = 0.3 * h + 0.2
        >>> print(proofread(y, {"h": "0.622459", "y": "0.3867377", ("y", "z1"): "0.0905"}))
        quantity          exact    printed  digits  verdict
        h          0.6224593312   0.622459       6  agrees
        y          0.3867377994  0.3867377       6  rounding  follows from the printed h
        dy/dz1    0.07050111366     0.0905       0  slip      0.0705 when rounded

    Source: the notes' section 4.7 prints four numbers that this finds to be slips, and the numbers that carry them on.
    """
    roots = [root] if isinstance(root, Value) else list(root)
    frame = sys._getframe(1) if names is CALLER else None
    book = _Book(roots, nodes_by_name(roots, names, frame))
    given = list(printed.items() if isinstance(printed, Mapping) else printed)
    for quantity, _ in given:
        _check(quantity)
    nodes = [book.node_of(quantity) for quantity, _ in given]
    floats = _Floats(nodes)
    names_of = _distinct([quantity for quantity, _ in given], nodes)
    page = [
        _Printed(place, name, node, book.number_of(quantity), floats.bound(node), text, _decimal(text, name))
        for place, ((quantity, text), node, name) in enumerate(zip(given, nodes, names_of, strict=True))
    ]
    judged: list[_Printed] = []
    for entry in sorted(page, key=lambda entry: entry.node.depth):
        try:
            _judge(entry, judged, floats)
        except _Unsure:
            _judge(entry, judged, _Replay(30 + len(entry.text)))
        judged.append(entry)
    return Proof(tuple([entry.finding for entry in page]))


# --- the verdict on a number -------------------------------------------------------------------------------------


class _Printed:
    """A number of the page, and what was found of it.

    Attributes:
        place: where it stands on the page.
        name: the quantity, as the report writes it.
        node: the quantity, computed as a person computes it.
        engine: the engine's number.
        bound: how far off a number may be that somebody computes with floats.
        text, decimal, number: the printed number.
        half: half a unit of its last place.
        unrounded: what the number may have been before it was rounded to be printed, both ends of it.
        finding: the verdict, once there is one.
    """

    def __init__(
        self, place: int, name: str, node: Value, engine: float, bound: float, text: str, decimal: Decimal
    ) -> None:
        self.place, self.name, self.node, self.engine, self.bound = place, name, node, engine, bound
        self.text, self.decimal = text, decimal
        self.number = Fraction(decimal)
        self.half = _unit(decimal) / 2
        self.unrounded: tuple[Fraction, ...] = (self.number - self.half, self.number + self.half)
        self.finding = Finding(name, engine, text, "slip")

    @property
    def slipped(self) -> bool:
        return self.finding.verdict == "slip"


def _judge(entry: _Printed, judged: Sequence[_Printed], numbers: _Floats | _Replay) -> None:
    """Find the verdict on one printed number, given those on simpler quantities."""
    exact, doubt = numbers.of(entry.node, {})
    if exact is None:
        entry.finding = Finding(entry.name, entry.engine, entry.text, "slip", words("it_is", number=entry.engine))
        return
    if doubt > abs(exact) * _SHOWN + _NOTHING:
        raise _Unsure
    engine = Fraction(entry.engine) if isfinite(entry.engine) else None
    lost = engine is None or abs(engine - exact) > abs(exact) * _OF_A_PROGRAM
    found = Finding(entry.name, as_float(exact) if lost else entry.engine, entry.text, "agrees")
    found = replace(found, digits=_digits(entry, exact))
    before = entry.unrounded
    entry.unrounded = (exact,)
    if _near(entry, exact, doubt, numbers):
        entry.finding = found
        return
    bound = Fraction(entry.bound) if entry.bound <= abs(found.exact) * _LOST_AT_MOST else Fraction(0)
    if _near(entry, exact, doubt, numbers, bound) or (engine is not None and _near(entry, engine, doubt * 0, numbers)):
        entry.finding = replace(found, verdict="rounding", reason=words("floats_lose_digits"))
        return
    below = set(topological_order(entry.node))
    usable = [other for other in judged if other.node in below]
    sound = [other for other in usable if not other.slipped]
    wrong = [other for other in usable if other.slipped and other.place < entry.place]
    for sources in _apart(entry, sound):
        explained = _explained(entry, sources, numbers)
        if explained is not None:
            _, effects = explained
            source = max(effects, key=lambda other: effects[other])
            entry.finding = replace(found, verdict="rounding", reason=words("follows", source=source.name))
            return
    should_be = _rounded(exact, doubt, entry, numbers)
    entry.finding = replace(found, verdict="slip", reason=words("when_rounded", number=should_be))
    for some in _choices(wrong):
        for sources in _apart(entry, [*some, *sound]):
            explained = _explained(entry, sources, numbers)
            if explained is None:
                continue
            value, effects = explained
            slips = [other for other in effects if other.slipped]
            if slips:
                cause = slips[0] if len(slips) == 1 else _weightiest(entry, slips, sources, value, numbers)
                reason = words("carries_on", number=should_be, cause=cause.name)
                entry.finding = replace(entry.finding, reason=reason, cause=cause.name)
                entry.unrounded = (value,)
                return
    places = abs(exact) / (2 * entry.half)
    needs_no_rounding = abs(places - round(places)) <= doubt / entry.half + places * _OF_A_PROGRAM
    taken_at_its_word = needs_no_rounding and _significant(entry.text) < 3  # 3 for 2 is no 3.4 that was rounded
    entry.unrounded = (entry.number,) if taken_at_its_word else before


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
    entry: _Printed, sources: Sequence[_Printed], numbers: _Floats | _Replay
) -> tuple[Fraction, dict[_Printed, Fraction]] | None:
    """What the quantity is when computed from the printed numbers of its sources, if that explains what is printed.

    Beside it stands for each source that takes part how much its rounding changes: whoever did not type a printed
    number in again, but kept its digits, is off by that much.
    """
    by_node = {source.node: source for source in reversed(sources)}
    given = {node: source.number for node, source in by_node.items()}
    value, doubt = numbers.of(entry.node, given)
    used = [by_node[node] for node in order_from(given, entry.node) if node in by_node]
    if value is None or not used:
        return None
    effects: dict[_Printed, Fraction] = {}
    for source in used:
        effects[source] = Fraction(0)
        again = [x.number for x in sources if x.node is source.node and not (x.slipped or source.slipped)]
        for number in (*source.unrounded, *again):
            other, its_doubt = numbers.of(entry.node, {**given, source.node: number})
            if other is not None:
                effects[source] = max(effects[source], abs(other - value))
                doubt += its_doubt
    return (value, effects) if _near(entry, value, doubt, numbers, sum(effects.values(), Fraction(0))) else None


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
    return numbers.at_most(abs(entry.number - value), entry.half + room + abs(value) * _OF_A_PROGRAM, doubt)


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


# --- quantities --------------------------------------------------------------------------------------------------


class _Book:
    """The quantities of a worked example as Values: nodes, derivatives, and parameters after a step."""

    def __init__(self, roots: Sequence[Value], named: Mapping[str, Value]) -> None:
        self.named = named
        self.inner = {node for root in roots for node in topological_order(root)}
        self.slopes: dict[Value, list[tuple[Value, Any]]] = {}
        self.adjoints: dict[Value, dict[Value, Any]] = {}
        self.numbers: dict[Value, dict[Value, float]] = {}

    def node_of(self, quantity: Quantity) -> Value:
        """The node that stands for a quantity."""
        if isinstance(quantity, str):
            return self._named(quantity)
        of, wrt = self._named(quantity[0]), self._named(quantity[1])
        slope = self._derivative(of, wrt)
        if len(quantity) == 2:
            return slope
        with recorded_anyway():
            step: Value = wrt - float(quantity[2]) * slope
        return step

    def number_of(self, quantity: Quantity) -> float:
        """The engine's number for a quantity."""
        if isinstance(quantity, str):
            return self._named(quantity).data
        of, wrt = self._named(quantity[0]), self._named(quantity[1])
        if of not in self.numbers:
            self.numbers[of] = adjoints(of, lambda node: local_slopes(node, self.inner, differentiable=False))
        slope: float = self.numbers[of].get(wrt, 0.0)
        return slope if len(quantity) == 2 else wrt.data - float(quantity[2]) * slope

    def _named(self, name: str) -> Value:
        if name not in self.named:
            known = ", ".join([f"{name:.40}" for name in sorted(self.named)[:MOST_NAMES]]) or "none"
            known += ", …" if len(self.named) > MOST_NAMES else ""
            if isinstance(pair := quantity_of(name), tuple) and len(pair) == 2:
                raise ValueError(f"no node is called {name!r}; write a derivative as a pair, {pair}")
            raise ValueError(
                f"no node is called {name!r}; known names: {known}. The variables of a function that has returned "
                f"are gone: give the node a label, hold it in a variable, or pass names={{{name!r}: node}}"
            )
        return self.named[name]

    def _derivative(self, of: Value, wrt: Value) -> Value:
        """d(of)/d(wrt) as a node, computed from the same intermediate nodes as every other derivative of the book."""
        with recorded_anyway():
            if of not in self.adjoints:
                self.adjoints[of] = adjoints(of, self._slopes)
            slope = self.adjoints[of].get(wrt, 0.0)
            return slope if isinstance(slope, Value) else Value(slope)

    def _slopes(self, node: Value) -> list[tuple[Value, Any]]:
        if node not in self.slopes:
            chooses = node.op is not None and node.op.selects  # its slopes are 1, and no function of anything
            try:
                pairs = local_slopes(node, self.inner, differentiable=not chooses)
            except DomainError:  # an infinite slope, as that of the root at 0
                pairs = local_slopes(node, self.inner, differentiable=False)
            self.slopes[node] = [(parent, _as_in_a_book(node, parent, slope)) for parent, slope in pairs]
        return self.slopes[node]


def _as_in_a_book(node: Value, parent: Value, slope: Any) -> Any:
    """A local derivative, computed from what a person computes it from: that of y = tanh(z) from y, as 1 - y**2.

    The table has forms that keep their digits, such as 4 sigmoid(2z) sigmoid(-2z).
    """
    if isinstance(slope, Value) and node.op is not None and len(node.op.textbook) == 1:
        try:
            if "y" in names_in(node.op.textbook[0]):  # 1*y, and not the node y itself
                return record(f"1*({node.op.textbook[0]})", {"y": node, "a": parent})
        except (ExpressionError, DomainError):  # a primitive of the reader's own, or 1/(2 sqrt(0))
            pass
    return slope


def _distinct(quantities: Sequence[Quantity], nodes: Sequence[Value]) -> list[str]:
    """How the report writes the quantities: each in the usual way, unless two would be written alike."""
    spellings = [_spellings(quantity) for quantity in quantities]
    names = [usual for usual, _, _ in spellings]
    for i in (1, 2):
        held: dict[str, set[Value]] = {}
        for name, node in zip(names, nodes, strict=True):
            held.setdefault(name, set()).add(node)
        names = [others[i] if len(held[name]) > 1 else name for others, name in zip(spellings, names, strict=True)]
    return names


def _check(quantity: object) -> None:
    match quantity:
        case str() | (str(), str()) | (str(), str(), Real()):
            return
    raise TypeError(
        'a quantity is a name, "L", a pair of names for a derivative, ("L", "w1"), or a pair and a learning rate, '
        f'("L", "w1", 0.1), not {quantity!r:.60}'
    )


def quantity_of(text: str) -> Quantity:
    """The quantity that a person types as "y", "dy/dw", or "w - 0.1*dy/dw" after a step.

    Raises:
        ValueError: for a step that moves another parameter than the one that it is taken from.
    """
    if step := re.fullmatch(r"(\w+) *- *(\d*\.?\d+) *\*? *d(\w+)/d(\w+)", text):
        parameter, rate, of, wrt = step.groups()
        if parameter != wrt:
            raise ValueError(f"{text!r}: a step moves {wrt}; write {wrt}-{rate}*d{of}/d{wrt}=number")
        return of, wrt, float(rate)
    derivative = re.fullmatch("d(.+)/d(.+)", text)
    return (derivative[1], derivative[2]) if derivative else text


def _spellings(quantity: Quantity) -> tuple[str, str, str]:
    """How the report writes a quantity.

    The second way tells w after a step of 0.1 down one loss from that down another; the third is for graphs of which a
    node has been given the name of a derivative.
    """
    if isinstance(quantity, str):
        return quantity, quantity, quantity
    of, wrt, *rates = quantity
    derivative, apart = f"d{of}/d{wrt}", f"d({of})/d({wrt})"
    if not rates:
        return derivative, derivative, apart
    rate = _short(*rates)
    usual = words("after_a_step", parameter=wrt, rate=rate)
    return usual, f"{wrt} - {rate}*{derivative}", f"({wrt}) - {rate}*{apart}"


def _short(rate: float) -> str:
    """A learning rate, so that no two are written alike."""
    return f"{rate:g}" if float(f"{rate:g}") == rate else repr(float(rate))


# --- digits ------------------------------------------------------------------------------------------------------


def _decimal(text: str, name: str) -> Decimal:
    """A printed number, exactly as printed."""
    if isinstance(text, str):
        try:
            number = Decimal(text.replace("−", "-").replace(" ", ""))
            if number.is_finite() and max(abs(_exponent(number)), abs(number.adjusted())) <= _GREATEST_EXPONENT:
                return number
        except InvalidOperation:
            pass
    raise ValueError(
        f"{text!r}, printed for {name}, is not a number; give it as a string, with a decimal point and the digits that "
        "the book prints, '0.0055'"
    )


def _digits(entry: _Printed, exact: Fraction) -> int:
    """How many significant digits of a printed number are right."""
    for n in range(_significant(entry.text), 0, -1):
        rounded = Context(prec=n, rounding=ROUND_HALF_UP).plus(entry.decimal)
        half = _unit(rounded) / 2
        if abs(Fraction(rounded) - exact) <= half + abs(exact) * _OF_A_PROGRAM:
            return n
    return 0


def _rounded(exact: Fraction, doubt: Fraction, entry: _Printed, numbers: _Floats | _Replay) -> str:
    """The exact number, to as many places as the printed one has."""
    unit = 2 * entry.half
    low, high = [floor((abs(exact) + error) / unit + Fraction(1, 2)) for error in (-doubt, doubt)]
    if low != high and isinstance(numbers, _Floats):
        raise _Unsure
    digits = tuple(map(int, str(high)))
    return f"{Decimal((int(exact < 0 < high), digits, _exponent(entry.decimal))):f}"


def _significant(text: str) -> int:
    """How many significant digits a printed number has."""
    return len(_decimal(text, text).as_tuple().digits)


def _unit(number: Decimal) -> Fraction:
    """One unit of the last printed digit."""
    return Fraction(10) ** _exponent(number)


def _exponent(number: Decimal) -> int:
    """The power of ten of the last printed digit."""
    return int(number.as_tuple().exponent)
