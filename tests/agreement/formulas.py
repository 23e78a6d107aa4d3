"""What a formula of a derivation is worth, in mpmath: the equations that are written are equations."""

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from mpmath import mp, mpf

from autograd.derivation.formulas import Call, Chain, Choice, Expression, Number, Power, Product, Sum, Symbol

LARGEST = mpf(sys.float_info.max)
FARTHEST = 1e5  # nobody works out the sine or the exponential of more; mpmath takes for ever
DIGITS = 500  # log(1 + exp(a)) for a = -745 takes 324
SIGNS = {"<": operator.lt, "≤": operator.le, ">": operator.gt, "≥": operator.ge, "=": operator.eq, "≠": operator.ne}
FUNCTIONS = {
    "exp": lambda a: exp(a),
    "log": lambda a: mp.log(a) if a else -mp.inf,
    "sqrt": mp.sqrt,
    "sin": mp.sin,
    "cos": mp.cos,
    **{name: getattr(mp, name) for name in ("tan", "asin", "acos", "atan", "acosh", "asinh", "atanh")},
    # mpmath has none at an infinite point
    "atan2": lambda a, b: mp.atan2(a, b) if mp.isfinite(a * b) else mpf(math.atan2(a, b)),
    "sinh": lambda a: (exp(a) - exp(-a)) / 2,
    "cosh": lambda a: (exp(a) + exp(-a)) / 2,
    "log2": lambda a: mp.log(a, 2) if a else -mp.inf,
    "log10": lambda a: mp.log(a, 10) if a else -mp.inf,
    "cbrt": lambda a: mp.sign(a) * mp.cbrt(abs(a)),
    "tanh": mp.tanh,
    "sigmoid": lambda a: 1 / (1 + exp(-a)),
    "sign": mp.sign,
    "step": lambda a: mpf(a >= 0),
    "erf": mp.erf,
    "erfcx": lambda a: exp(a * a) * mp.erfc(a) if a < mp.inf else mpf(0),
    "floor": mp.floor,
    "ceil": mp.ceil,
    "round": mp.nint,
    "abs": abs,
    "max": max,
    "min": min,
}


class Unwritten(Exception):
    """A formula with something in it that is no number, such as a derivative."""


def exp(a: mpf) -> mpf:
    """e to the power a, unless nobody could write the number down: that of exp(exp(1e17))."""
    if mp.isfinite(a) and abs(a) > LARGEST:
        raise Unwritten
    return mp.exp(a)


def worth(a: Expression) -> mpf | None:
    """The number that a formula stands for; NaN where it has none; None for derivatives and functions of one's own."""
    with mp.workdps(DIGITS):
        try:
            return evaluated(a)
        except Unwritten:
            return None
        except (ArithmeticError, ValueError):
            return mp.nan


def as_mpf(x: Any) -> mpf:
    """A number as it is written, 1.281 and not the float beside it: a tie is one for the reader, too."""
    return mpf(x.numerator) / x.denominator if isinstance(x, Fraction) else mpf(repr(float(x)))


def evaluated(a: Expression) -> mpf:
    match a:
        case Number(value) | Symbol(value=value):
            return as_mpf(value)
        case Sum(terms):
            return mp.fsum([evaluated(term) for term in terms])
        case Product(coefficient, factors):
            return product([as_mpf(coefficient), *map(evaluated, factors)], [None, *factors])
        case Chain(factors):
            return product(list(map(evaluated, factors)), factors)
        case Power(base, exponent):
            b, n = evaluated(base), evaluated(exponent)
            if b == 0 and n < 0:
                return mp.inf  # or minus infinity: a zero has no sign here
            if b and mp.isfinite(b * n) and abs(n * mp.log(abs(b))) > FARTHEST:
                raise Unwritten
            y = b**n
            return y if isinstance(y, mpf) else mp.nan
        case Choice(sign, left, right, chosen, otherwise):
            a, b = evaluated(left), evaluated(right)
            return mp.nan if mp.isnan(a) or mp.isnan(b) else evaluated(chosen if SIGNS[sign](a, b) else otherwise)
        case Call("softmax", logits, int(index)):
            z = [evaluated(x) for x in logits]
            return 1 / mp.fsum([exp(x - z[index]) for x in z])
        case Call(function, arguments) if function in FUNCTIONS:
            given = [evaluated(x) for x in arguments]
            y = mp.nan if any(map(mp.isnan, given)) else FUNCTIONS[function](*given)
            return y if isinstance(y, mpf) else mp.nan
    raise Unwritten


def product(numbers: list[mpf], factors: Sequence[Expression | None]) -> mpf:
    """The product of the numbers; 0 log(0) is 0, as a cross-entropy has it."""
    if 0 in numbers:
        numbers = [x for x, a in zip(numbers, factors, strict=True) if not (is_log(a) and x == -mp.inf)]
    return mp.fprod(numbers)


def is_log(a: Expression | None) -> bool:
    return isinstance(a, Call) and a.function == "log"


def spread(a: Expression) -> mpf:
    """The size of the largest number in a formula: what its roundings are in proportion to."""
    with mp.workdps(DIGITS):
        try:
            found = _spread(a)
            return mpf(0) if mp.isnan(found) else found
        except (Unwritten, ArithmeticError, ValueError):
            return mp.inf


def _spread(a: Expression) -> mpf:
    match a:
        case Sum(terms):
            return mp.fsum([_spread(term) for term in terms])
        case Product(coefficient, factors):
            return mp.fprod([abs(as_mpf(coefficient)), *[_spread(factor) for factor in factors]])
        case Chain(factors):
            return mp.fprod([_spread(factor) for factor in factors])
        case Call(function, (argument,)) if function in FUNCTIONS:
            # exp(z - L), where the rounding of a large L counts, and cos(acos(0)), where that of π/2 does
            x, y, step = evaluated(argument), evaluated(a), mpf("1e-9") * _spread(argument)
            moved = [FUNCTIONS[function](x + sign * step) - y for sign in (-1, 1)]
            return max([abs(y), *[abs(change) * mpf("1e9") for change in moved if isinstance(change, mpf)]])
        case Power(base, exponent) if evaluated(base):  # a difference that cancels has few digits of 16, not of 6
            lost = mpf("1e-9") * abs(evaluated(exponent)) * _spread(base) / abs(evaluated(base))
            return abs(evaluated(a)) * max(mpf(1), lost)
    return abs(evaluated(a))


def equal(x: mpf, y: mpf, size: mpf) -> bool:
    """Equal but for what rounding does to numbers of this size; NaN beside NaN, an infinity beside an infinity.

    A number that no float can hold is an infinity.
    """
    x, y = [mp.sign(a) * mp.inf if abs(a) > LARGEST else a for a in (x, y)]
    if not (mp.isfinite(x) and mp.isfinite(y)):
        return bool(abs(x) == abs(y)) or bool(mp.isnan(x) and mp.isnan(y))
    return bool(abs(x - y) <= 1e-6 * max(size, abs(y), mpf("1e-300")))
