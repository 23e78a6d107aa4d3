"""How numbers, names and formulas are written: as text, LaTeX or MathML.

text(formula("y*(1 - y)", {"y": Symbol("h")}))      h(1 − h)
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from math import isfinite, nan
from typing import NamedTuple

from autograd.derivation.formulas import (
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
    put_in,
    size,
    symbols,
)
from autograd.derivation.styles import LATEX, MATHML, TEXT, Style

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

    Example:
        >>> from autograd.derivation.formulas import Number, call
        >>> holds(call("tan", Number(1.55)), 4), holds(call("tan", Number(1.5707963267948966)), 4)
        (True, False)
    """
    return _enough(a, digits) is not None


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
_CHOICE, _SUM, _PRODUCT, _POWER, _ATOM = range(5)  # how strongly a piece of writing holds together


class _Writer:
    """Writes trees in one style. Every method gives what it wrote and how strongly that holds together."""

    def __init__(self, style: Style, digits: int) -> None:
        self.style = style
        self.digits = digits

    def write(self, a: Expression) -> tuple[str, int]:
        style = self.style
        match a:
            case Number():
                return self.number(a)
            case Symbol(name) | NamedConstant(name):
                return style.name(name), _ATOM
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
                raised = function == "exp" and not style.flat
                which = None if index is None else index + 1  # the documents count from 1
                return style.call(function, inside, which), _POWER if raised else _ATOM
            case Choice(sign, left, right, chosen, otherwise):
                condition = style.compared(self.at_least(_SUM, left), sign, self.at_least(_SUM, right))
                return style.choice(self.at_least(_SUM, chosen), condition, self.at_least(_SUM, otherwise)), _CHOICE
            case Derivative(numerator, denominator, kind):
                return style.derivative(numerator, denominator, kind), _ATOM
        return self.chain(a.factors)

    def at_least(self, strength: int, a: Expression) -> str:
        """What was written for ``a``, in parentheses if it holds together less than ``strength``."""
        written, own = self.write(a)
        return written if own >= strength else self.style.group(written)

    def number(self, a: Number) -> tuple[str, int]:
        x = a.value
        if isinstance(x, Fraction) and not _is_decimal(x):
            return self.product(Product(x, ()))
        digits = significant(as_float(x), self.digits)
        return self.style.number(digits), _SUM if x < 0 else _PRODUCT if "e" in digits else _ATOM

    def sum(self, terms: Sequence[Expression]) -> tuple[str, int]:
        parts = [self.at_least(_PRODUCT, terms[0]) if not _is_negative(terms[0]) else self.write(terms[0])[0]]
        shown = _shortened(terms)
        for i, term in enumerate(shown[1:], 2):
            if i == len(shown) < len(terms):
                parts += [self.style.plus, self.style.dots]
            if _is_negative(term):
                parts += [self.style.minus, self.at_least(_PRODUCT, _without_sign(term))]
            else:
                parts += [self.style.plus, self.at_least(_PRODUCT, term)]
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
        if not _is_decimal(scale) or (scale == Fraction(1, 2) and below and not above):
            scale, under_scale = Fraction(scale.numerator), Fraction(scale.denominator)
        written = self.row(scale, above)
        if below or under_scale != 1:
            under = self.row(under_scale, below)
            if self.style.flat and under[1] < _POWER:
                under = self.style.group(under[0]), _ATOM
            over = self.style.group(written[0]) if self.style.flat and written[1] < _PRODUCT else written[0]
            written = self.style.over(over, under[0]), _PRODUCT
        if a.coefficient < 0:
            sign = self.style.minus.strip()
            held = written[0] if written[1] >= _PRODUCT else self.style.group(written[0])
            return self.style.joined([sign, held]), _SUM
        return written

    def row(self, scale: Fraction, factors: Sequence[Expression]) -> tuple[str, int]:
        """A coefficient and factors, side by side."""
        if not factors:
            return self.number(Number(scale))
        if scale == 1 and len(factors) == 1:
            return self.write(factors[0])
        several = len(factors) > 1
        parts = [] if scale == 1 else [self.at_least(_ATOM, Number(scale))]
        for factor in factors:
            written = self.at_least(_POWER, factor)
            grouped = isinstance(factor, Number) and (several or parts) and self.write(factor)[1] >= _POWER
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
        if _is_root(Power(base, exponent)):
            return style.root(style.group(written) if style.flat and strength < _ATOM else written), _ATOM
        if strength < _ATOM or (isinstance(base, Number) and not isinstance(base.value, Fraction)):
            written = style.group(written)
        return style.power(written, self.at_least(_ATOM, exponent) if style.flat else self.write(exponent)[0]), _POWER

    def chain(self, factors: Sequence[Expression]) -> tuple[str, int]:
        if len(factors) == 1:
            return self.write(factors[0])
        if all(isinstance(factor, Number) for factor in factors):
            return self.style.joined([self.style.group(self.write(factor)[0]) for factor in factors]), _PRODUCT
        parts = [self.at_least(_PRODUCT, factor) for factor in factors]
        return self.style.joined([part for p in parts for part in (self.style.times, p)][1:]), _PRODUCT


def _shortened(parts: Sequence[Expression]) -> Sequence[Expression]:
    """The first ones and the last of a long row."""
    if len(parts) <= 3 or (len(parts) <= MOST_TERMS and sum([size(part) for part in parts]) <= LONGEST_SUM):
        return parts
    return [*parts[:2], parts[-1]]


def _divisor(a: Expression) -> Expression | None:
    """What a power with a negative number for its exponent divides by."""
    if not (isinstance(a, Power) and isinstance(a.exponent, Number) and a.exponent.value < 0):
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


def _is_decimal(x: Fraction) -> bool:
    """Whether a fraction is better written with a decimal point: 2/5 is, 2/3 is not, nor is a rounded third."""
    rest = x.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1 or x.denominator > 1000


def _line(a: Expression, style: Style, digits: int) -> str:
    return _Writer(style, fitting(a, digits)).write(a)[0]


def in_style(a: Expression, style: Style, digits: int = 4) -> str:
    """A formula as a style writes it: the one of `text`, `latex` or `mathml`, or one more."""
    return _line(a, style, digits)


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


def mathml(a: Expression, digits: int = 4) -> str:
    """A formula in MathML, without the ``math`` element around it.

    Example:
        >>> from autograd.derivation.formulas import Symbol, formula
        >>> mathml(formula("a/2", {"a": Symbol("w1")}))
        '<mrow><mn>0.5</mn><mo>&#x2062;</mo><msub><mi>w</mi><mtext>1</mtext></msub></mrow>'
    """
    return _line(a, MATHML, digits)


# --- tables of equations -----------------------------------------------------------------------------------------

WIDEST_COLUMN = 64  # a longer cell pushes its row to the right, and not all the others
MOST_ROWS = 60  # of a longer table the first and the last rows are written


class Table(NamedTuple):
    """Equations below each other. A row holds the sides of its equation; None continues that of the row before."""

    title: str
    rows: Sequence[Sequence[Expression | None]]


def _written(table: Table, style: Style, digits: int) -> list[list[str]]:
    """The cells of a table; a row of dots stands for what is left out."""
    rows, dots = list(table.rows), len(table.rows) > MOST_ROWS
    if dots:
        rows = [*rows[: MOST_ROWS * 2 // 3], *rows[-MOST_ROWS // 3 :]]
    cells = [
        ["" if side is None else _Writer(style, fitting(side, digits)).write(side)[0] for side in row] for row in rows
    ]
    if dots:
        cells.insert(MOST_ROWS * 2 // 3, [style.more_rows])
    return cells


def text_of_tables(tables: Sequence[Table], digits: int) -> str:
    """The equations with their signs of equality below each other."""
    lines: list[str] = []
    for table in tables:
        if table.title:
            lines += [*([""] if lines else []), table.title]
        rows = _written(table, TEXT, digits)
        widths: dict[int, int] = {}
        for row in rows:
            for i, cell in enumerate(row[:-1]):
                if len(cell) <= WIDEST_COLUMN:
                    widths[i] = max(widths.get(i, 0), len(cell))
        for row in rows:
            lines.append(TEXT.equals.join([cell.ljust(widths.get(i, 0)) for i, cell in enumerate(row)]).rstrip())
    return "\n".join(lines)


def latex_of_tables(tables: Sequence[Table], digits: int) -> str:
    """The equations in an ``aligned`` environment; tables with a title each in one of their own, below the title."""
    blocks: list[str] = []
    lines: list[str] = []  # of the block that is open
    for table in tables:
        if table.title:
            blocks += [_aligned(lines)] if lines else []
            blocks.append(LATEX.said(table.title))
            lines = []
        for first, *others in _written(table, LATEX, digits):
            lines.append(first + "".join([f" {'&' if i == 0 else '&&'}= {side}" for i, side in enumerate(others)]))
    blocks.append(_aligned(lines))
    if len(blocks) == 1:
        return blocks[0]
    return "\\begin{array}{l}\n" + " \\\\[1ex]\n".join(blocks) + "\n\\end{array}"


def _aligned(lines: list[str]) -> str:
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


def mathml_of_tables(tables: Sequence[Table], digits: int) -> str:
    """The equations as one ``math`` element."""
    rows: list[str] = []
    for table in tables:
        if table.title:
            style = "text-align: left; padding-top: 1em"
            rows.append(f'<mtr><mtd columnspan="9" style="{style}">{MATHML.said(table.title)}</mtd></mtr>')
        for first, *others in _written(table, MATHML, digits):
            sides = "".join(
                [f'<mtd>{MATHML.equals}</mtd><mtd style="text-align: left">{side}</mtd>' for side in others]
            )
            rows.append(f'<mtr><mtd style="text-align: left">{first}</mtd>{sides}</mtr>')
    return (
        '<math xmlns="http://www.w3.org/1998/Math/MathML" display="block">'
        f'<mtable displaystyle="true">{"".join(rows)}</mtable></math>'
    )
