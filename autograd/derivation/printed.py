"""Numbers as they are printed: how people write them, and which number rounds to one of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal, InvalidOperation
from fractions import Fraction
from math import isfinite
from numbers import Real

from autograd.derivation.words import words
from autograd.engine.value import Value

OF_A_PROGRAM = Fraction(1, 2**46)
"""A number that a program printed to all of its 16 digits is right to about 14, whatever the order of its sums."""

_GREATEST_EXPONENT = 5000  # of ten
_DIGITS_OF_A_FRACTION = 17

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_POWER_OF_TEN = re.compile(r"\s*[×·⋅*xX]\s*10(?:\^|\*\*)?([⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+|[({]?[+-]?\d+[)}]?)$")


@dataclass(frozen=True, slots=True)
class PrintedNumber:
    """A number of a page.

    Attributes:
        text: the number as it is printed.
        decimal: what is printed, exactly; of a fraction such as 1/3 more digits than anybody prints.
        unit: one unit of its last digit.
        goes_on: whether it is printed with dots, 0.62..., for digits that follow.
        is_fraction: whether it is printed as a fraction, and so is exact.
    """

    text: str
    decimal: Decimal
    goes_on: bool = False
    is_fraction: bool = False

    @property
    def number(self) -> Fraction:
        """The number itself."""
        return Fraction(self.decimal)

    @property
    def unit(self) -> Fraction:
        """One unit of the last printed digit."""
        return Fraction(10) ** self.exponent

    @property
    def exponent(self) -> int:
        """The power of ten of the last printed digit."""
        return int(self.decimal.as_tuple().exponent)

    @property
    def significant(self) -> int:
        """How many significant digits are printed."""
        return len(self.decimal.as_tuple().digits)


def read_number(text: object, name: str = "") -> PrintedNumber:
    """A number as people print it.

    Arguments:
        text: digits with a decimal point or a decimal comma; also 1.77e-4, 1.77×10⁻⁴, 15/8, 12 %, ≈ 0.62 and 0.62...
            A comma before three digits is a decimal comma, unless there is a point, too.
        name: the quantity that it is printed for, for the message.

    Raises:
        ValueError: if that is no number.

    Example:
        >>> [float(read_number(text).number) for text in ("0,19", "1.77×10⁻⁴", "15/8", "≈ 0.62", "12 %", "−.2")]
        [0.19, 0.000177, 1.875, 0.62, 0.12, -0.2]
        >>> read_number("0.1770").significant
        4
    """
    if isinstance(text, str):
        body = re.sub(r"^[≈≃∼~=]", "", text.strip()).replace("−", "-").replace("–", "-").replace("'", "")
        body, goes_on = re.subn(r"(…|\.\.\.)$", "", body.strip())
        body, percent = re.subn(r"\s*%$", "", body)
        power = 0
        if match := _POWER_OF_TEN.search(body):
            body, power = body[: match.start()], int(match[1].translate(_SUPERSCRIPTS).strip("(){}"))
        body = re.sub(r"\s", "", body)
        body = body.replace(",", "") if "." in body else body.replace(",", ".", 1)
        top, slash, bottom = body.partition("/")
        try:
            number = Decimal(top)
            if slash:
                number = Context(prec=_DIGITS_OF_A_FRACTION).divide(number, Decimal(bottom))
            if number.is_finite():
                number = number.scaleb(power - 2 * percent)
                if max(abs(int(number.as_tuple().exponent)), abs(number.adjusted())) <= _GREATEST_EXPONENT:
                    return PrintedNumber(text, number, bool(goes_on), bool(slash))
        except (InvalidOperation, ArithmeticError):
            pass
    raise ValueError(
        f"{text!r}{f', printed for {name},' if name else ''} is not a number; give it as a string, with the digits "
        "that the book prints: '0.0055', '0,0055', '5.5e-3', '5.5×10⁻³', '11/2000', '0.55 %'"
    )


def rounded(number: Fraction, exponent: int) -> Decimal:
    """A number, rounded to a last digit of this power of ten; a tie goes away from 0, as in school."""
    return _decimal_of(number).quantize(Decimal(1).scaleb(exponent), ROUND_HALF_UP, _ENOUGH)


def cut(number: Fraction, exponent: int) -> Decimal:
    """A number, cut off after the digit of this power of ten."""
    return _decimal_of(number).quantize(Decimal(1).scaleb(exponent), ROUND_DOWN, _ENOUGH)


_ENOUGH = Context(prec=2 * _GREATEST_EXPONENT)


def _decimal_of(number: Fraction) -> Decimal:
    """A fraction as a decimal; the digits beyond the 60th do not matter here."""
    return Context(prec=60).divide(Decimal(number.numerator), Decimal(number.denominator))


class printed:  # noqa: N801 - it is written like a function, as pytest.approx is
    """A number as a book or a person prints it, for tests: equal to every number that rounds to it.

    ``==`` says yes to a float, an integer or a `Value` whose number, rounded to as many digits, is the printed one.
    Where it says no, its repr tells what the number rounds to, so that a failing ``assert`` is its own explanation.

    Arguments:
        text: the number as it is printed, a string: see `autograd.derivation.printed.read_number`.

    Raises:
        ValueError: for what is not a number.

    Example:
        >>> from autograd import printed
        >>> 0.40079851112807174 == printed("0.4007985")
        True
        >>> wrong = printed("0.4007994")
        >>> 0.40079851112807174 == wrong
        False
        >>> wrong
        0.4007994 is printed; the number is 0.40079851, which rounds to 0.4007985
    """

    def __init__(self, text: str) -> None:
        self._printed = read_number(text)
        self._other: float | None = None

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Value):
            other = other.data
        if not isinstance(other, Real):
            return NotImplemented
        number = float(other)
        same = isfinite(number) and self._is(Fraction(number))
        self._other = None if same else number
        return same

    def _is(self, number: Fraction) -> bool:
        page = self._printed
        room = page.unit if page.goes_on else page.unit / 2
        return abs(page.number - number) <= room + abs(number) * OF_A_PROGRAM

    def __repr__(self) -> str:
        page = self._printed
        if self._other is None:
            return f"printed({page.text!r})"
        if not isfinite(self._other):
            return words("is_printed_beside", printed=page.text, number=self._other)
        shown = f"{self._other:.{min(page.significant + 1, 17)}g}"
        should_be = f"{rounded(Fraction(self._other), page.exponent):f}"
        return words("is_printed_for", printed=page.text, number=shown, rounded=should_be)
