"""Functions of plain floats that lose no digits: the `scalar` namespace in which primitives run eagerly.

Two things separate these from ``math``'s own: an overflow gives infinity (``math.exp`` raises), and NaN and infinity
that come in are passed on (``math.sin`` raises). Where the textbook form of a derivative cancels (``1 - tanh(x)**2``
for large x), the form used here does not.
"""

from __future__ import annotations

import math
from builtins import round as _round
from collections.abc import Callable, Sequence
from math import exp as _exp
from math import inf, nan
from typing import TypeAlias

SMALLEST_NORMAL = 2.2250738585072014e-308
LARGEST = 1.7976931348623157e308


Function: TypeAlias = Callable[[float], float]


def _total(f: Function) -> Function:
    """A function of ``math`` at every float: NaN where it is not defined, infinity where its value is too large."""

    def everywhere(x: float) -> float:
        try:
            return f(x)
        except ValueError:
            return nan
        except OverflowError:
            return inf

    return everywhere


def _pole(f: Function, at: float) -> Function:
    """A function of ``math`` that becomes infinite ``at`` a number, where ``math`` raises; NaN beyond."""

    def everywhere(x: float) -> float:
        try:
            return f(x)
        except ValueError:
            return -inf if x == at else nan

    return everywhere


exp, expm1, cosh = _total(_exp), _total(math.expm1), _total(math.cosh)
sqrt, acosh = _total(math.sqrt), _total(math.acosh)
sin, cos, tan = _total(math.sin), _total(math.cos), _total(math.tan)
asin, acos = _total(math.asin), _total(math.acos)
atan, asinh, tanh, erf, absolute = math.atan, math.asinh, math.tanh, math.erf, abs
atan2, hypot = math.atan2, math.hypot
log, log2, log10, log1p = _pole(math.log, 0.0), _pole(math.log2, 0.0), _pole(math.log10, 0.0), _pole(math.log1p, -1.0)


def sinh(x: float) -> float:
    """The hyperbolic sine; infinite where that is too large for a float."""
    try:
        return math.sinh(x)
    except OverflowError:
        return math.copysign(inf, x)


def atanh(x: float) -> float:
    """The number whose hyperbolic tangent is x; infinite at -1 and 1, NaN beyond."""
    if -1.0 < x < 1.0:
        return math.atanh(x)
    return math.copysign(inf, x) if abs(x) == 1.0 else nan


def cbrt(x: float) -> float:
    """The cube root, also of a negative number: 1/3 is no float, so a step of Newton's follows the power."""
    y = math.copysign(abs(x) ** (1.0 / 3.0), x)
    return y + (x / (y * y) - y) / 3.0 if 0.0 < abs(x) < inf else x


def _whole(f: Callable[[float], int]) -> Function:
    """A function that gives whole numbers, as floats; infinities and NaN are passed on."""
    return lambda x: float(f(x)) if math.isfinite(x) else x


floor, ceil, round = _whole(math.floor), _whole(math.ceil), _whole(_round)

ERFCX = (  # z erfcx(z) from z = 0.5 on, a polynomial in (z - 2.5)/(z + 1.5), the highest power first
    -4.891930392414204e-10,
    -2.5706961707277375e-10,
    4.263207361048038e-09,
    4.46676828718437e-09,
    -1.396503833156555e-08,
    -2.7558823329209214e-08,
    5.067101602322498e-09,
    7.476721665959295e-08,
    1.216363303149243e-07,
    1.886730869526552e-08,
    -4.065297866058055e-07,
    -9.305302300332238e-07,
    -2.2356758800145038e-07,
    3.456967520320405e-06,
    7.470412369984665e-06,
    -2.07570373948822e-06,
    -3.892621543249208e-05,
    -5.270855740995925e-05,
    0.00012837152351176067,
    0.00046933125320104815,
    -0.00029218793799704485,
    -0.003454296751270282,
    0.0014829302955760664,
    0.03145737041554685,
    -0.09228567682381092,
    0.09975198834662752,
    0.527015910152859,
)


def erfcx(x: float) -> float:
    """exp(x**2) erfc(x), which neither of the two would give far out."""
    if -0.5 < x < 0.5:
        return _exp(x * x) * (1.0 - math.erf(x))
    z = abs(x)
    t, p = (z - 2.5) / (z + 1.5) if z < 1e300 else 1.0, 0.0
    for c in ERFCX:
        p = p * t + c
    if x > 0.0:
        return p / z
    if not x > -27.0:
        return inf if x == x else x
    digits = math.floor(z * 4096.0) / 4096.0  # whose square is exact
    return 2.0 * exp(digits * digits) * _exp((z - digits) * (z + digits)) - p / z


def divide(a: float, b: float) -> float:
    """a / b by the rules of IEEE 754: a / 0 is an infinity, 0 / 0 is NaN."""
    try:
        return a / b
    except ZeroDivisionError:
        if a == 0.0 or a != a:
            return nan
        return math.copysign(inf, a) * math.copysign(1.0, b)


def power(a: float, b: float) -> float:
    """a to the power b; infinity where that is too large, NaN for a negative a with a fractional b."""
    try:
        y = a**b
    except OverflowError:
        return -inf if a < 0.0 and b % 2.0 == 1.0 else inf
    except ZeroDivisionError:
        return -inf if math.copysign(1.0, a) < 0.0 and b % 2.0 == 1.0 else inf
    return y if type(y) is float else nan


def xlogy(x: float, y: float) -> float:
    """x * log(y), and 0 where x is 0 (and y is a number)."""
    return 0.0 if x == 0.0 and y == y else x * log(y)


def sigmoid(x: float) -> float:
    """1 / (1 + exp(-x)), without overflow on either side."""
    if x >= 0.0:
        return 1.0 / (1.0 + _exp(-x))
    e = _exp(x)
    return e / (1.0 + e)


def sigmoid_with_slope(x: float) -> tuple[float, float]:
    """The sigmoid h and its derivative; h (1 - h) would lose every digit for large x."""
    e = _exp(-x if x > 0.0 else x)
    s = 1.0 + e
    return (1.0 if x >= 0.0 else e) / s, e / (s * s)


def tanh_with_slope(x: float) -> tuple[float, float]:
    """tanh and its derivative; 1 - tanh(x)**2 is exact only while tanh is small."""
    if -0.5 < x < 0.5:
        y = tanh(x)
        return y, 1.0 - y * y
    e = _exp(-2.0 * x if x > 0.0 else 2.0 * x)
    s = 1.0 + e
    y = (1.0 - e) / s
    return (y if x > 0.0 else -y), 4.0 * e / (s * s)


def softplus(x: float) -> float:
    """log(1 + exp(x)), without overflow and without loss for very negative x."""
    return math.log1p(_exp(x)) if x < 0.0 else x + math.log1p(_exp(-x))


def swish(x: float) -> float:
    """x * sigmoid(x); 0 in the limit of minus infinity."""
    if x < -700.0:  # x * exp(x), where exp(x) has lost digits to underflow
        root = _exp(0.5 * x)
        return x * root * root if root != 0.0 else 0.0
    return x * sigmoid(x)


def step(x: float) -> float:
    """1 from 0 on, 0 below: step(0) = 1, as the lecture has it. NaN is passed on."""
    return x if x != x else (1.0 if x >= 0.0 else 0.0)


def sign(x: float) -> float:
    """-1, 0 or 1; NaN is passed on."""
    return math.copysign(1.0, x) if x > 0.0 or x < 0.0 else x


def maximum(a: float, b: float) -> float:
    """The larger of two numbers; NaN if either is."""
    return a if a >= b or a != a else b


def minimum(a: float, b: float) -> float:
    """The smaller of two numbers; NaN if either is."""
    return a if a <= b or a != a else b


def where(condition: float, a: float, b: float) -> float:
    """a where the condition holds (is not 0), else b."""
    return a if condition else b


def at_least(a: float, b: float) -> float:
    """1 where a is b or more, else 0."""
    return 1.0 if a >= b else 0.0


def below(a: float, b: float) -> float:
    """1 where a is less than b, else 0."""
    return 1.0 if a < b else 0.0


def overflows(a: float, b: float) -> bool:
    """Whether the product of two numbers is infinite or 0 without need: a third one might have kept it a number."""
    return a * b in (0.0, inf, -inf) and a != 0.0 != b and math.isfinite(a) and math.isfinite(b)


def fsum(terms: Sequence[float]) -> float:
    """The sum, rounded once at the end."""
    try:
        return math.fsum(terms)
    except (OverflowError, ValueError):  # too large on the way, or infinities of both signs
        return sum(terms)


def logsumexp(terms: Sequence[float]) -> float:
    """log(sum(exp(x) for x in terms)), without overflow: the largest term is taken out first."""
    largest = max(terms)
    if largest - largest != 0.0:  # an infinity, or NaN in the first place
        return sum(terms) if any(x != x for x in terms) else largest
    rest = list(terms)
    rest.remove(largest)
    return largest + math.log1p(fsum([_exp(x - largest) for x in rest]))


def softmax(terms: Sequence[float]) -> list[float]:
    """exp(x_i) / sum_j exp(x_j) for every i, without overflow; infinite terms share 1."""
    largest = max(terms)
    powers = [1.0 if x == largest else exp(x - largest) for x in terms]
    total = fsum(powers)
    return [p / total for p in powers]
