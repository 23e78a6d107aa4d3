"""How numbers, names and formulas are written: as text, LaTeX, MathML or Typst.

text(formula("y*(1 - y)", {"y": Symbol("h")}))      h(1 − h)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cached_property, partial
from itertools import accumulate, groupby, zip_longest
from math import isfinite, nan
from typing import Final, NamedTuple

from autograd.derivation.formulas import (
    ONE,
    ZERO,
    Call,
    Choice,
    Derivative,
    Expression,
    NamedConstant,
    Number,
    Power,
    Product,
    Sum,
    Symbol,
    as_float,
    evaluate,
    negative,
    parts,
    put_in,
    size,
    symbols,
)
from autograd.derivation.styles import (
    BREAK,
    BREAK_OF_FACTORS,
    LATEX,
    MATHML,
    RULER,
    TEXT,
    TYPST,
    Style,
    name_parts,
)

MOST_DIGITS = 13  # that are shown of a number, where a difference cancels

# --- numbers ---------------------------------------------------------------------------------------------------


def significant(x: float, digits: int = 4) -> str:
    """A number to so many significant digits; zeros at its end say that it was rounded.

    A number that is that short is written as it is, 1 and 0.3; rounding errors of a float's last two digits are not
    taken for digits. What stands before the decimal point is kept, up to a million; from there on, and below 0.0001,
    there is a power of ten.

    Arguments:
        x: the number.
        digits: how many, at least 1.

    Example:
        >>> [significant(x) for x in (1.0, 0.1 + 0.2, 0.2350037, -0.007985111, 1.2e-9, 123456.7)]
        ['1', '0.3', '0.2350', '-0.007985', '1.2e-9', '123457']
    """
    if not isfinite(x):
        return str(x)
    if x == 0.0:
        return "0"
    mantissa, exponent = f"{x:.13e}".split("e")
    short = len(mantissa.lstrip("-").replace(".", "").rstrip("0")) <= digits
    if not short:
        mantissa, exponent = f"{x:.{digits - 1}e}".split("e")
    power = int(exponent)
    if -5 < power < 6:
        text = f"{x:.{max(digits - 1 - power, 0)}f}"
        return text.rstrip("0").rstrip(".") if short and "." in text else text
    if short:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{power}"


def fitting(a: Expression, digits: int) -> int:
    """How many digits the numbers of a formula need for what is shown to give what the formula is worth.

    More than ``digits`` where a difference cancels: 0.9995(1 - 0.9995) is not 0.0004537.

    Example:
        >>> from autograd.derivation.formulas import Symbol, formula, put_in
        >>> slope = put_in(formula("y*(1 - y)", {"y": Symbol("y", 0.9995460786)}))
        >>> fitting(slope, 4), text(slope)
        (6, '(0.999546)(1 − 0.999546)')
    """
    return _enough(a, digits) or digits


def holds(a: Expression, digits: int) -> bool:
    """Whether the numbers of a formula, as they are shown, give what it is worth, with however many digits.

    A side of an equation that does not is left out: sin(3.142) is not 1.2e-16, and no digits that one shows make it so.

    Example:
        >>> from autograd.derivation.formulas import Number, call
        >>> holds(call("tan", Number(1.55)), 4), holds(call("tan", Number(1.5707963267948966)), 4)
        (True, False)
    """
    return _enough(a, digits) is not None


def sides_shown(sides: Iterable[Expression], digits: int) -> list[str]:
    """The sides of an equation as text, without one that repeats the one before it, or that does not hold.

    Example:
        >>> from autograd.derivation.formulas import Number, Symbol, call
        >>> sides_shown([Symbol("y"), call("sin", Number(3.141592653589793)), Number(1.2e-16), Number(1.2e-16)], 4)
        ['y', '1.2e−16']
    """
    return [side for side, _ in groupby([text(side, digits) for side in sides if holds(side, digits)])]


def _enough(a: Expression, digits: int) -> int | None:
    """How many digits the numbers of a formula need, if any number of them is enough."""
    value = nan if symbols(a) else evaluate(a)  # names stand for their numbers, whatever is shown
    if not isfinite(value):
        return digits
    room = min(5.0 * 10.0 ** (1 - digits), 0.1) * abs(value)
    for enough in range(digits, MOST_DIGITS):
        if abs(evaluate(put_in(a, partial(_rounded, digits=enough))) - value) <= room:
            return enough
    return None


def _rounded(x: Fraction | float, digits: int) -> float:
    return float(significant(as_float(x), digits))


# --- writing a tree ----------------------------------------------------------------------------------------------

MOST_TERMS = 8  # of a sum with more terms the first ones and the last are written
LONGEST_SUM = 16  # also of one that takes more names and numbers than this
LONGEST_SOLID = 40  # as text; what is longer does not stand where no line can be broken, as in a fraction
_PLACE, _CHOICE, _SUM, _PRODUCT, _POWER, _ATOM = range(-1, 5)  # how strongly a piece of writing holds together

AS_IT_IS, NOT_NEGATIVE, ALONE, TERM, EXPONENT, NAME = map(chr, range(0xE000, 0xE006))
"""The first character of a place for a number, which says how that is written there: as it is; in parentheses where it
is negative, or also where it has a power of ten; as a term of a sum, with its sign; or as an exponent in plain text.
`NAME` is a place for a name. None of these characters is in any text: they cannot be printed."""


class _Writer:
    """Writes trees in one style. Every method gives what it wrote and how strongly that holds together.

    All styles have their marks where a line may be broken at the same places, so that the text tells how long each is.
    """

    def __init__(
        self,
        style: Style,
        digits: int,
        names: Collection[str] = (),
        place: Callable[[Number], str | None] = lambda number: None,
    ) -> None:
        self.style = style
        self.digits = digits
        self.place = place  # of a number that may change: the character that says which one it is
        self.names = names

    @cached_property
    def e_is_a_name(self) -> bool:
        """Whether Euler's number goes by exp, as a name begins with e."""
        return any(name_parts(name).base == "e" for name in self.names)

    def line(self, a: Expression) -> str:
        """A formula on one line."""
        return _without_marks(self.write(a)[0])

    def write(self, a: Expression) -> tuple[str, int]:
        style = self.style
        match a:
            case Number():
                return self.number(a)
            case Symbol(name) | NamedConstant(name):
                return style.name(name), _ATOM
            case Call("exp", (exponent,)) if not (self.e_is_a_name or self.is_long(exponent)):
                raised = style.exponential(_without_marks(self.write(exponent)[0]))
                return raised, _ATOM if style.flat else _POWER
            case Sum(terms):
                return self.sum(terms)
            case Product():
                return self.product(a)
            case Power(base, exponent):
                return self.power(base, exponent) if _divisor(a) is None else self.product(Product(Fraction(1), (a,)))
            case Call(function, arguments, index):
                inside = [self.write(argument)[0] for argument in _shortened(arguments)]
                if len(inside) < len(arguments):
                    inside.insert(-1, style.dots)
                which = None if index is None else index + 1  # the documents count from 1
                written = style.call(function, inside, which)
                return _without_marks(written) if function == "abs" else written, _ATOM
            case Choice(sign, left, right, chosen, otherwise):
                condition = style.compared(self.at_least(_SUM, left), sign, self.at_least(_SUM, right))
                return style.choice(self.at_least(_SUM, chosen), condition, self.at_least(_SUM, otherwise)), _CHOICE
            case Derivative(numerator, denominator, kind):
                return style.derivative(numerator, denominator, kind), _ATOM
        return self.chain(a.factors)

    def solid(self, a: Expression, written: str) -> str:
        """What was written, for a place where no line can be broken, unless it is too long for that."""
        return written if self.is_long(a) else _without_marks(written)

    def is_long(self, a: Expression) -> bool:
        """Whether this takes so much of a line that it has to be written where the line can be broken."""
        return self.length(a) > LONGEST_SOLID

    def length(self, a: Expression) -> int:
        """About how many characters this takes as text."""
        match a:
            case Symbol(name) | NamedConstant(name):
                return len(name)
            case Number(float()):  # whatever number it is, so that all numbers are written in the same way
                return self.digits + 3
            case Number(value):
                return len(significant(as_float(value), self.digits))
        function = len(a.function) + 2 if isinstance(a, Call) else 0
        return function + sum([self.length(part) + 2 for part in parts(a)])

    def at_least(self, strength: int, a: Expression) -> str:
        """What was written for ``a``, in parentheses if it holds together less than ``strength``."""
        return self.held(self.write(a), strength)

    def held(self, written: tuple[str, int], strength: int) -> str:
        """What was written, in parentheses if it holds together less than ``strength``."""
        line, own = written
        if own == _PLACE:
            return (AS_IT_IS if strength <= _SUM else NOT_NEGATIVE if strength == _PRODUCT else ALONE) + line[1:]
        return line if own >= strength else self.style.group(line)

    def number(self, a: Number) -> tuple[str, int]:
        if (place := self.place(a)) is not None:
            return AS_IT_IS + place, _PLACE
        x = a.value
        if isinstance(x, Fraction) and not is_decimal(x):
            return self.product(Product(x, ()))
        digits = significant(as_float(x), self.digits)
        return self.style.number(digits), _SUM if x < 0 else _PRODUCT if "e" in digits else _ATOM

    def sum(self, terms: Sequence[Expression]) -> tuple[str, int]:
        first = self.write(terms[0])
        parts = [first[0] if first[1] == _PLACE or _is_negative(terms[0]) else self.held(first, _PRODUCT)]
        shown = _shortened(terms)
        for i, term in enumerate(shown[1:], 2):
            if i == len(shown) < len(terms):
                parts += [BREAK + self.style.plus, self.style.dots]
            if isinstance(term, Number) and (place := self.place(term)):
                parts.append(BREAK + TERM + place)
            elif _is_negative(term):
                parts += [BREAK + self.style.minus, self.at_least(_PRODUCT, _without_sign(term))]
            else:
                parts += [BREAK + self.style.plus, self.at_least(_PRODUCT, term)]
        return self.style.joined(parts), _SUM

    def product(self, a: Product) -> tuple[str, int]:
        """A coefficient, the factors above the line, and those below it."""
        above: list[Expression] = []
        below: list[Expression] = []
        for factor in a.factors:
            divisor = _divisor(factor)
            if divisor is None:
                above.append(factor)
            else:
                below.append(divisor)
        scale = abs(a.coefficient)
        under_scale = Fraction(1)
        if not is_decimal(scale) or (scale == Fraction(1, 2) and below and not above):
            scale, under_scale = Fraction(scale.numerator), Fraction(scale.denominator)
        written = self.row(scale, above)
        if below or under_scale != 1:
            under = self.row(under_scale, below)
            long = self.is_long(Product(scale, tuple(above))) or self.is_long(Product(under_scale, tuple(below)))
            on_a_line = self.style.flat or (long and self.style.paper)
            numerator, denominator = written[0], under[0]
            if on_a_line:
                numerator, denominator = self.held(written, _PRODUCT), self.held(under, _POWER)
            if not long:
                numerator, denominator = map(_without_marks, (numerator, denominator))
            written = (self.style.divided if on_a_line else self.style.over)(numerator, denominator), _PRODUCT
        if a.coefficient < 0:
            sign = self.style.minus.strip()
            return self.style.joined([sign, self.held(written, _PRODUCT)]), _SUM
        return written

    def row(self, scale: Fraction, factors: Sequence[Expression]) -> tuple[str, int]:
        """A coefficient and factors, side by side."""
        if not factors:
            return self.number(Number(scale))
        if scale == 1 and len(factors) == 1:
            return self.write(factors[0])
        several = len(factors) > 1
        first = factors[0]
        is_an_input = first in (ZERO, ONE) and isinstance(first, Number) and isinstance(first.value, Fraction)  # 0 w1
        is_an_input = is_an_input and scale == 1 and not isinstance(factors[1], Number)
        parts = [] if scale == 1 else [self.at_least(_ATOM, Number(scale))]
        for factor in factors:
            written, own = self.write(factor)
            if own == _PLACE:
                parts.append(self.style.group(written))
                continue
            written = self.held((written, own), _POWER)
            grouped = isinstance(factor, Number) and (several or parts) and own >= _POWER
            grouped = grouped and not (factor is first and is_an_input)
            grouped = grouped or (parts and self.is_power_of_digits(factor))  # 2(3²) and not 23²
            parts.append(self.style.group(written) if grouped else written)
        return self.style.beside(parts), _PRODUCT

    def is_power_of_digits(self, a: Expression) -> bool:
        """Whether a power of a number is written without parentheses around the number."""
        if not isinstance(a, Power) or not isinstance(a.base, Number) or _is_root(a):
            return False
        return isinstance(a.base.value, Fraction) and self.write(a.base)[1] >= _ATOM

    def power(self, base: Expression, exponent: Expression) -> tuple[str, int]:
        style = self.style
        written, strength = self.write(base)
        if _is_root(Power(base, exponent)) and not (style.paper and self.is_long(base)):
            written = self.solid(base, written)
            return style.root(self.held((written, strength), _ATOM) if style.flat else written), _ATOM
        if isinstance(base, Number) and not isinstance(base.value, Fraction):
            written = style.group(written)
        else:
            written = self.held((written, strength), _ATOM)
        above, own = self.write(exponent)
        if style.flat and own == _PLACE:
            return style.power(written, "").removesuffix("^") + EXPONENT + above[1:], _POWER
        above = self.held((above, own), _ATOM) if style.flat else above
        return style.power(written, _without_marks(above)), _POWER

    def chain(self, factors: Sequence[Expression]) -> tuple[str, int]:
        if len(factors) == 1:
            return self.write(factors[0])
        if all(isinstance(factor, Number) for factor in factors):
            grouped = [self.style.group(self.write(factor)[0]) for factor in factors]
            return self.style.joined([grouped[0], *[BREAK_OF_FACTORS + part for part in grouped[1:]]]), _PRODUCT
        parts = [self.at_least(_PRODUCT, factor) for factor in factors]
        return self.style.joined([part for p in parts for part in (BREAK + self.style.times, p)][1:]), _PRODUCT


_MARKS: Final = re.compile(f"([{BREAK}{BREAK_OF_FACTORS}])")


def _without_marks(written: str) -> str:
    return _MARKS.sub("", written)


def _shortened(parts: Sequence[Expression]) -> Sequence[Expression]:
    """The first ones and the last of a long row."""
    if len(parts) <= 3 or (len(parts) <= MOST_TERMS and sum([size(part) for part in parts]) <= LONGEST_SUM):
        return parts
    return [*parts[:2], parts[-1]]


def _divisor(a: Expression) -> Expression | None:
    """What a power with a negative number for its exponent divides by."""
    if not (isinstance(a, Power) and isinstance(a.exponent, Number) and a.exponent.value < 0):
        return None
    if not isinstance(a.exponent.value, Fraction):  # put in for a name, which is written above
        return None
    return a.base if a.exponent.value == -1 else Power(a.base, Number(-a.exponent.value))


def _is_root(a: Expression) -> bool:
    return (
        isinstance(a, Power)
        and isinstance(a.exponent, Number)
        and isinstance(a.exponent.value, Fraction)
        and a.exponent.value == Fraction(1, 2)
    )


def _is_negative(a: Expression) -> bool:
    return (isinstance(a, Product) and a.coefficient < 0) or (isinstance(a, Number) and a.value < 0)


def _without_sign(a: Expression) -> Expression:
    return Product(-a.coefficient, a.factors) if isinstance(a, Product) else negative(a)


def is_decimal(x: Fraction) -> bool:
    """Whether a fraction is better written with a decimal point: 2/5 is, 2/3 is not, nor is a rounded third."""
    rest = x.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1 or x.denominator > 1000


def _line(a: Expression, style: Style, digits: int, names: Iterable[str] = ()) -> str:
    return _Writer(style, fitting(a, digits), {*symbols(a), *names}).line(a)


def in_style(a: Expression, style: Style, digits: int = 4) -> str:
    """A formula as a style writes it: the one of `text`, `latex` or `mathml`, or one more."""
    return _line(a, style, digits)


def with_places(
    a: Expression, style: Style, digits: int, names: Iterable[str], place: Callable[[Number], str | None]
) -> str:
    """A formula with places for numbers, each of two characters: how it is written, and which one it is.

    Arguments:
        names: what stands around it, see `mathml`.
        place: the second character of a number's place; None for a number that stays.
    """
    return _Writer(style, digits, {*symbols(a), *names}, place).line(a)


def holds_together(a: Expression) -> bool:
    """Whether a formula stands in a product without parentheses around it."""
    return _Writer(TEXT, 4).write(a)[1] >= _PRODUCT


def text(a: Expression, digits: int = 4) -> str:
    """A formula as a line of text.

    Example:
        >>> from autograd.derivation.formulas import Symbol, formula, put_in
        >>> slope = formula("2*w*(y - t)", {"w": Symbol("w2", 0.3), "y": Symbol("y", 0.3867), "t": Symbol("t", 0.5)})
        >>> text(slope), text(put_in(slope))
        ('2 w2(y − t)', '2(0.3)(0.3867 − 0.5)')
    """
    return _line(a, TEXT, digits)


def latex(a: Expression, digits: int = 4) -> str:
    r"""A formula in LaTeX, without dollar signs.

    Example:
        >>> from autograd.derivation.formulas import Symbol, formula
        >>> print(latex(formula("a*sigmoid(b)", {"a": Symbol("theta0"), "b": Symbol("w11[2]")})))
        \theta_{0} \, \sigma\left(w_{11}^{[2]}\right)
    """
    return _line(a, LATEX, digits)


def mathml(a: Expression, digits: int = 4, names: Iterable[str] = ()) -> str:
    """A formula in MathML, without the ``math`` element around it.

    Arguments:
        a: the formula.
        digits: how many significant digits numbers are written with.
        names: what stands around it; where an e is among these, Euler's number is written exp.

    Example:
        >>> from autograd.derivation.formulas import Symbol, formula
        >>> mathml(formula("a/2", {"a": Symbol("w1")}))
        '<mrow><mn>0.5</mn><mo>&#x2062;</mo><msub><mi>w</mi><mtext>1</mtext></msub></mrow>'
    """
    return _line(a, MATHML, digits, names)


def typst(a: Expression, digits: int = 4) -> str:
    """A formula in Typst, without dollar signs.

    Example:
        >>> from autograd.derivation.formulas import Symbol, formula
        >>> print(typst(formula("a*sigmoid(b)/2", {"a": Symbol("theta0"), "b": Symbol("w11[2]")})))
        0.5 θ_(0) thin σ (w_(11)^("[2]"))
    """
    return _line(a, TYPST, digits)


# --- tables of equations -----------------------------------------------------------------------------------------

WIDEST_COLUMN = 64  # a longer cell pushes its row to the right, and not all the others
MOST_ROWS = 60  # of a longer table the first and the last rows are written
LINE_OF_PAPER = 76  # as text: what fits into 15 cm at 11 pt
LINES_OF_A_PIECE = 10  # of mathematics on paper, which is broken into pages between its pieces


class Table(NamedTuple):
    """Equations below each other. A row holds the sides of its equation; None continues that of the row before.

    A table with a title, and one that is ``apart``, stands a line below the one before it.
    """

    title: str
    rows: Sequence[Sequence[Expression | None]]
    apart: bool = False


class _Tables:
    """Writes tables in one style. A side that would be written like the one before it is left out.

    Arguments:
        tables: the tables.
        style: how they are written.
        digits: how many significant digits numbers are written with, at least.
        names: those that stand elsewhere; where an e is among them, Euler's number is written exp.
    """

    def __init__(self, tables: Sequence[Table], style: Style, digits: int, names: Iterable[str] = ()) -> None:
        self.tables = [(table, self.shown(table.rows, digits)) for table in tables]
        self.style = style
        self.digits = digits
        there = {name for _, rows in self.tables for row in rows for side in row if side for name in symbols(side)}
        self.names = {*there, *names}

    def shown(self, rows: Sequence[Sequence[Expression | None]], digits: int) -> list[Sequence[Expression | None]]:
        """The rows that are written; an empty one stands for those that are left out."""
        kept: list[Sequence[Expression | None]] = []
        before = ""
        for row in rows:
            sides: list[Expression | None] = []
            for side in row:
                if side is not None and sides and not holds(side, digits):
                    continue
                written = before if side is None else _line(side, TEXT, digits)
                if side is None or written != before or not sides:
                    sides.append(side)
                before = written
            if sides != [None]:
                kept.append(sides)
        first = MOST_ROWS * 2 // 3
        return kept if len(kept) <= MOST_ROWS else [*kept[:first], [], *kept[first - MOST_ROWS :]]

    def cells(self, row: Sequence[Expression | None]) -> list[str]:
        """What is written for the sides of a row."""
        return [self.line(side) for side in row] or [self.style.more_rows]

    def line(self, side: Expression | None) -> str:
        return "" if side is None else _line(side, self.style, self.digits, self.names)

    # --- on paper ------------------------------------------------------------------------------------------------

    def pieces(self, rows: Sequence[Sequence[Expression | None]]) -> Iterator[list[list[str]]]:
        """A table in pieces that fit on a page: each so many lines, with a cell for every column.

        An equation that is too long for a line has a line for each side, and these are broken where they have to be.
        """
        piece: list[_Line] = []
        left = 0
        for row in rows:
            starts = not row or row[0] is not None
            left = self.length(row[0] if row else None) if starts else left
            lines = self.lines(row, left)
            if piece and starts and not _fit([*piece, *lines]):
                yield [line.cells for line in piece]
                piece = []
            piece += lines
        yield [line.cells for line in piece]

    def length(self, side: Expression | None) -> int:
        """How long a side is on paper, in characters of text."""
        return 0 if side is None else len(_line(side, RULER, self.digits, self.names))

    def lines(self, row: Sequence[Expression | None], left: int) -> list[_Line]:
        """A row on a line of paper, or on several; ``left`` is the length of the left side of its equation."""
        first, *others = self.cells(row)
        sides = row[1:]
        lengths = [left, *[self.length(side) + 3 for side in sides]]
        if sum(lengths) <= LINE_OF_PAPER:
            return [_Line([first, *[f"= {side}" for side in others]], lengths)]
        lines: list[_Line] = []
        if left > LINE_OF_PAPER // 2:
            lines = [_Line(["", part], [0, length]) for part, length in self.folded(row[0], LINE_OF_PAPER)]
            first, left = "", 0
        for side in sides:
            for i, (part, length) in enumerate(self.folded(side, LINE_OF_PAPER - left - 3)):
                lines.append(_Line([first, part if i else f"= {part}"], [left, length + 3]))
                first = ""
        return lines

    def folded(self, side: Expression | None, room: int) -> list[tuple[str, int]]:
        """A side on as many lines as it takes, each with its length as text; broken within few parentheses."""
        if side is None:
            return []
        digits = fitting(side, self.digits)
        text, written = (_MARKS.split(_Writer(s, digits, self.names).write(side)[0]) for s in (RULER, self.style))
        lengths = [len(part) for part in text[::2]]
        depths = [*accumulate([part.count("(") - part.count(")") for part in text[::2]], initial=0)]
        starts = [0]
        while sum(lengths[starts[-1] :]) > (here := room - 4 * (len(starts) > 1)) and starts[-1] + 1 < len(lengths):
            ends = {i: sum(lengths[starts[-1] : i]) for i in range(starts[-1] + 1, len(lengths))}
            good = [i for i, length in ends.items() if here / 3 < length <= here] or [starts[-1] + 1]
            starts.append(min(good, key=lambda i: (depths[i], text[2 * i][:3] not in (" + ", " − "), -i)))
        whole = written[0]
        for i, (mark, part) in enumerate(zip(written[1::2], written[2::2], strict=True), 1):
            sign = self.style.times.lstrip() if mark == BREAK_OF_FACTORS else ""
            whole += f"\n{self.style.indent}{sign}{_GAP.sub('', part)}" if i in starts else part
        ends_of_parts = [*starts[1:], len(lengths)]
        return [
            (part, sum(lengths[a:b]) + 4 * (a > 0))
            for part, a, b in zip(self.apart(whole), starts, ends_of_parts, strict=True)
        ]

    def apart(self, lines: str) -> list[str]:
        """Lines whose parentheses do not reach from one to the next for their size."""
        tokens = _TOKENS.split(lines)
        waiting: list[int] = []
        broken = 0  # how many of those that are open hold a line break
        for i, token in enumerate(tokens):
            if token == self.style.opening:
                waiting.append(i)
            elif token == "\n":
                broken = len(waiting)
            elif token == self.style.closing and len(waiting) <= broken:
                tokens[waiting.pop()], tokens[i] = self.style.fixed
                broken -= 1
            elif token == self.style.closing:
                waiting.pop()
        return "".join(tokens).split("\n")


_TOKENS: Final = re.compile(r"""("(?:[^"\\]|\\.)*"|\\left\(|\\right\)|[()\n])""")
_GAP: Final = re.compile(r"\A(?:\\, | thin |\s)+")  # at the beginning of what stands on a new line


class _Line(NamedTuple):
    """A line on paper: its cells, and how many characters each takes as text."""

    cells: list[str]
    lengths: list[int]


def _fit(lines: Sequence[_Line]) -> bool:
    """Whether lines fit below each other: not too many, nor too long with their signs of equality aligned.

    Sides below each other and sides beside each other do not go together.
    """
    if len({len(line.lengths) > 2 for line in lines if len(line.lengths) > 2 or not line.cells[0]}) > 1:
        return False
    columns = [max(column) for column in zip_longest(*[line.lengths for line in lines], fillvalue=0)]
    return len(lines) <= LINES_OF_A_PIECE and sum(columns) <= LINE_OF_PAPER


def text_of_tables(tables: Sequence[Table], digits: int, names: Iterable[str] = ()) -> str:
    """The equations with their signs of equality below each other."""
    lines: list[str] = []
    writer = _Tables(tables, TEXT, digits, names)
    for (title, _, apart), rows in writer.tables:
        lines += [""] if lines and (title or apart) else []
        lines += [title] if title else []
        written = [writer.cells(row) for row in rows]
        widths: dict[int, int] = {}
        for row in written:
            for i, cell in enumerate(row[:-1]):
                if len(cell) <= WIDEST_COLUMN:
                    widths[i] = max(widths.get(i, 0), len(cell))
        for row in written:
            lines.append(TEXT.equals.join([cell.ljust(widths.get(i, 0)) for i, cell in enumerate(row)]).rstrip())
    return "\n".join(lines)


def latex_of_tables(tables: Sequence[Table], digits: int, names: Iterable[str] = ()) -> str:
    """The equations in ``align*`` environments, each small enough for a page, below lines of text for the titles."""

    def environment(piece: Sequence[Sequence[str]]) -> str:
        columns = max(map(len, piece)) - 1
        name, argument = ("align*", "") if columns < 2 else ("alignat*", f"{{{columns}}}")
        lines = " \\\\\n".join(map(_aligned, piece))
        return f"\\begin{{{name}}}{argument}\n{lines}\n\\end{{{name}}}"

    return _in_blocks(tables, LATEX, digits, names, environment)


def _aligned(cells: Sequence[str]) -> str:
    """Cells with marks of alignment; only what begins with a sign of equality is aligned, and to the left."""
    return cells[0] + "".join([f" {'&' if i == 0 else '&&'}{cell}" for i, cell in enumerate(cells[1:])])


def typst_of_tables(tables: Sequence[Table], digits: int, names: Iterable[str] = ()) -> str:
    """The equations in blocks of mathematics, each small enough for a page, below lines of text for the titles."""

    def block(piece: Sequence[Sequence[str]]) -> str:
        lines = " \\\n  ".join(map(_aligned, piece))
        return f"$ {lines} $"

    return _in_blocks(tables, TYPST, digits, names, block)


def _in_blocks(
    tables: Sequence[Table],
    style: Style,
    digits: int,
    names: Iterable[str],
    block: Callable[[Sequence[Sequence[str]]], str],
) -> str:
    """The tables piece by piece, each piece as ``block`` sets it, below the titles."""
    blocks: list[str] = []
    writer = _Tables(tables, style, digits, names)
    for (title, _, apart), rows in writer.tables:
        blocks += [""] if blocks and (title or apart) else []
        blocks += [style.said(title)] if title else []
        blocks += [block(piece) for piece in writer.pieces(rows)]
    return "\n".join(blocks)


def mathml_of_tables(tables: Sequence[Table], digits: int, names: Iterable[str] = ()) -> str:
    """The equations as one ``math`` element."""
    lines: list[str] = []
    writer = _Tables(tables, MATHML, digits, names)
    for (title, _, apart), rows in writer.tables:
        if title or apart:
            style = "text-align: left; padding-top: 1em"
            lines.append(f'<mtr><mtd columnspan="9" style="{style}">{MATHML.said(title)}</mtd></mtr>')
        for first, *others in map(writer.cells, rows):
            sides = "".join(
                [f'<mtd>{MATHML.equals}</mtd><mtd style="text-align: left">{side}</mtd>' for side in others]
            )
            lines.append(f'<mtr><mtd style="text-align: left">{first}</mtd>{sides}</mtr>')
    return (
        '<math xmlns="http://www.w3.org/1998/Math/MathML" display="block">'
        f'<mtable displaystyle="true">{"".join(lines)}</mtable></math>'
    )
