"""`proofread`: a worked example's printed numbers against the exact ones. Imports transforms, expression and naming."""

from __future__ import annotations

import re
import sys
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from html import escape
from numbers import Real
from typing import Any, Literal, TypeAlias

from autograd.expression import ExpressionError, names_in, record
from autograd.modes import recorded_anyway
from autograd.naming import CALLER, Caller, nodes_by_name
from autograd.order import topological_order
from autograd.transforms import adjoints, local_slopes, reverse
from autograd.value import Value, as_operand

Quantity: TypeAlias = "str | tuple[str, str] | tuple[str, str, float]"
Verdict: TypeAlias = Literal["agrees", "rounding", "slip"]

# What a derivative says of an error is exact for small errors only. At a tie, such as 0.03125 printed as 0.0313, there
# is no room for the rest, so errors may be this much larger.
_MARGIN = Decimal("1.01")


@dataclass(frozen=True, slots=True)
class Finding:
    """One printed number: what it should be, and what to make of it.

    Attributes:
        quantity: "L", "dL/dw1", or "w1 after a step of 0.1".
        exact: the engine's number.
        printed: the string as the book prints it.
        verdict: "agrees", "rounding" or "slip".
        reason: why, in a few words; empty where it agrees.
        cause: the quantity whose slip is carried on here; None for a slip made here, and where there is none.
    """

    quantity: str
    exact: float
    printed: str
    verdict: Verdict
    reason: str = ""
    cause: str | None = None

    @property
    def digits(self) -> int:
        """How many significant digits of the printed number are right: to how many both round to the same."""
        printed, exact = _decimal(self.printed, self.quantity), _exact(self.exact)
        most = len(printed.as_tuple().digits)
        return next((n for n in range(most, 0, -1) if _rounded(printed, n) == _rounded(exact, n)), 0)


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

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __bool__(self) -> bool:
        return not self.slips

    def _table(self) -> list[tuple[str, ...]]:
        head = ("quantity", "exact", "printed", "digits", "verdict", "")
        rows = [(f.quantity, f"{f.exact:.10g}", f.printed, str(f.digits), f.verdict, f.reason) for f in self.findings]
        return [head, *rows]

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
        colour = {"agrees": "#22863a", "rounding": "#8a6d00", "slip": "#d63649"}  # legible on white and on black
        sign = {"agrees": "✓", "rounding": "≈", "slip": "✗"}
        sides = ("left", "right", "right", "right", "left", "left")
        cells = "".join(f"<th style='text-align:{side}'>{name}</th>" for name, side in zip(head, sides, strict=True))
        body = "".join(
            "<tr>"
            + "".join(
                f"<td style='text-align:{side};white-space:nowrap'><code>{escape(cell)}</code></td>"
                for cell, side in zip(row[:4], sides, strict=False)
            )
            + f"<td style='text-align:left;white-space:nowrap;color:{colour[row[4]]}'>{sign[row[4]]} {row[4]}</td>"
            + f"<td style='text-align:left'>{escape(row[5])}</td></tr>"
            for row in rows
        )
        return f"<table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table>"


def proofread(
    root: Value | Sequence[Value],
    printed: Mapping[Quantity, str],
    *,
    names: Mapping[str, object] | Caller | None = CALLER,
) -> Proof:
    """Check the numbers that a worked example prints against the exact ones.

    A number *agrees* if it is the exact one, correctly rounded. It is off by *rounding* if the rounding of the printed
    numbers that it was computed from explains the difference: each of these carries its own error on, multiplied by
    the derivative of the one with respect to the other (first-order error propagation). Everything else is a *slip*;
    one that only carries on the slip of a number before it says so.

    Arguments:
        root: the result of the worked example, or several of them.
        printed: for each quantity the string that the book prints. A quantity is the name of a node (``"L"``), a pair
            of names for a derivative (``("L", "w1")`` for dL/dw1), or a pair and a learning rate for the parameter
            after one step of gradient descent (``("L", "w1", 0.1)`` for w1 - 0.1 dL/dw1).
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
    quantities = [(_written(key), book.node_of(key), text) for key, text in printed.items()]
    numbers = {name: _decimal(text, name) for name, _, text in quantities}
    findings: dict[str, Finding] = {}
    in_order = list(numbers)
    by_depth = sorted(quantities, key=lambda quantity: quantity[1].depth)
    for name, node, text in by_depth:
        simpler = {other: known for known, other, _ in reversed(by_depth) if other is not node and known in findings}
        printed_before = in_order[: in_order.index(name)]
        findings[name] = _judge(name, node, text, numbers, simpler, findings, printed_before)
    return Proof(tuple([findings[name] for name, _, _ in quantities]))


def _judge(
    name: str,
    node: Value,
    text: str,
    numbers: Mapping[str, Decimal],
    simpler: Mapping[Value, str],
    findings: Mapping[str, Finding],
    printed_before: Container[str],
) -> Finding:
    """The finding on one printed number, given the printed numbers of simpler nodes."""
    printed, exact = numbers[name], _exact(node.data)
    half_unit = Decimal((0, (5,), _exponent(printed) - 1))
    off = abs(printed - exact)
    if off <= half_unit:
        return Finding(name, node.data, text, "agrees")
    carried = {
        simpler[source]: _MARGIN * abs(Decimal(slope)) * abs(numbers[simpler[source]] - _exact(source.data))
        for source, slope in _sources(node, simpler).items()
    }
    rounded = {source: error for source, error in carried.items() if findings[source].verdict != "slip"}
    if rounded and off <= half_unit + sum(rounded.values()):
        explains = max(rounded, key=lambda source: rounded[source])
        return Finding(name, node.data, text, "rounding", f"follows from the printed {explains}")
    should_be = f"{exact.quantize(Decimal((0, (1,), _exponent(printed))), ROUND_HALF_UP):f} when rounded"
    causes = {source: error for source, error in carried.items() if source in printed_before}
    if causes and off <= half_unit + sum(causes.values()):
        cause = max(causes, key=lambda source: causes[source])
        return Finding(name, node.data, text, "slip", f"{should_be}; carries on the slip of {cause}", cause)
    return Finding(name, node.data, text, "slip", should_be)


def _sources(node: Value, simpler: Mapping[Value, str]) -> dict[Value, float]:
    """The printed quantities that ``node`` was computed from directly, with the derivatives with respect to them."""
    sources = [other for other in topological_order(node) if other in simpler]
    slopes = reverse(node, sources, differentiable=False)
    return {source: slope for source, slope in zip(sources, slopes, strict=True) if slope != 0.0}


class _Book:
    """The quantities of a worked example as Values: nodes, derivatives, and parameters after a step."""

    def __init__(self, roots: Sequence[Value], named: Mapping[str, Value]) -> None:
        self.named = named
        self.inner = {node for root in roots for node in topological_order(root)}
        self.slopes: dict[Value, list[tuple[Value, Any]]] = {}
        self.adjoints: dict[Value, dict[Value, Any]] = {}

    def node_of(self, quantity: Quantity) -> Value:
        """The node that stands for a quantity."""
        if isinstance(quantity, str):
            return self._named(quantity)
        of, wrt = self._named(quantity[0]), self._named(quantity[1])
        slope = self._derivative(of, wrt)
        if len(quantity) == 2:
            return slope
        with recorded_anyway():
            step: Value = wrt - float(as_operand(quantity[2])) * slope
        return step

    def _named(self, name: str) -> Value:
        if name not in self.named:
            known = ", ".join(sorted(self.named)) or "none"
            if derivative := re.fullmatch("d(.+)/d(.+)", name):
                raise ValueError(f"no node is called {name!r}; write a derivative as a pair, {derivative.groups()}")
            raise ValueError(
                f"no node is called {name!r}; known names: {known}. Give the node a label, hold it in a variable, or "
                f"pass names={{{name!r}: node}}"
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
            pairs = local_slopes(node, self.inner, differentiable=True)
            self.slopes[node] = [(parent, _as_in_a_book(node, parent, slope)) for parent, slope in pairs]
        return self.slopes[node]


def _as_in_a_book(node: Value, parent: Value, slope: Any) -> Any:
    """A local derivative, computed from what a person computes it from: that of y = tanh(z) from y, as 1 - y**2.

    The table has forms that keep their digits, such as 4 sigmoid(2z) sigmoid(-2z). The number is that of the table.
    """
    if isinstance(slope, Value) and node.op is not None and len(node.op.textbook) == 1:
        try:
            if "y" in names_in(node.op.textbook[0]):
                by_hand = record(
                    f"1*({node.op.textbook[0]})", {"y": node, "a": parent}
                )  # 1*y, and not the node y itself
                by_hand.data = slope.data
                return by_hand
        except ExpressionError:  # a primitive of the reader's own may be written with more than an expression has
            pass
    return slope


def _written(quantity: Quantity) -> str:
    """A quantity as the report writes it."""
    match quantity:
        case str():
            return quantity
        case (str(of), str(wrt)):
            return f"d{of}/d{wrt}"
        case (str(), str(wrt), Real() as rate):
            return f"{wrt} after a step of {rate:g}"
    raise TypeError(
        'a quantity is a name, "L", a pair of names for a derivative, ("L", "w1"), or a pair and a learning rate, '
        f'("L", "w1", 0.1), not {quantity!r:.60}'
    )


def _decimal(text: str, name: str) -> Decimal:
    """A printed number, exactly as printed."""
    if isinstance(text, str):
        try:
            number = Decimal(text.replace("−", "-").replace(" ", ""))
            if number.is_finite():
                return number
        except InvalidOperation:
            pass
    raise ValueError(
        f"{text!r}, printed for {name}, is not a number; give it as a string, with a decimal point and the digits that "
        "the book prints, '0.0055'"
    )


def _exact(number: float) -> Decimal:
    """The engine's number to the 15 digits that a float is sure of: 0.7 * 0.5 is 0.35, and rounds to 0.4."""
    return Decimal(f"{number:.15g}")


def _rounded(number: Decimal, digits: int) -> Decimal:
    """The number with so many significant digits."""
    return Context(prec=digits, rounding=ROUND_HALF_UP).plus(number)


def _exponent(number: Decimal) -> int:
    """The power of ten of the last printed digit."""
    return int(number.as_tuple().exponent)
