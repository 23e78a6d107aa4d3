"""The exact value, gradient and Hessian of a recipe, as intervals that hold what correct rounding may make of them.

Nothing here comes from the engine. Each row has a closed form in a few elementary functions, evaluated on *jets*: an
interval with its first and second derivatives by the operands, in Taylor arithmetic. The chain rule is then summed
forwards, with three numbers beside each derivative:

    the interval     what the derivative can be, given what the roundings before may have made of the operands
    size             the sum of the absolute values of its terms, a path of the graph each
    gain             the same with factors below 1 taken as 1: how much an underflow may have been multiplied by

The promise of the engine is 4 ulp of a result of one term, and of the largest term where terms cancel; a derivative is
a sum of products of such numbers. So it may be off by some ulp of ``size``, in proportion to the number of operations.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from mpmath import iv, mp, mpf

from tests.agreement.recipes import N_LEAVES, Line, Recipe

DIGITS = 60
ULP = 2.0**-52  # of 1: the largest that an ulp is in proportion to its number
PROMISE = 4 * ULP
TINY = 5e-324
LARGEST = 1e150  # beyond it, and below its inverse, the order of factors decides whether there is an overflow
SMALL = 1e-20  # below it a function of a small number is written as the first terms of its series


class Undecided(Exception):
    """A choice hangs on a rounding: readers may take either branch."""


class Interval(NamedTuple):
    """What a number may be."""

    low: mpf
    high: mpf

    def __contains__(self, x: float) -> bool:
        return math.isfinite(x) and self.low <= x <= self.high

    def __str__(self) -> str:
        return f"[{mp.nstr(self.low, 20)}, {mp.nstr(self.high, 20)}]"


# --- intervals -----------------------------------------------------------------------------------------------------


def low(x: Any) -> mpf:
    return mp.make_mpf(x._mpi_[0])


def high(x: Any) -> mpf:
    return mp.make_mpf(x._mpi_[1])


def known(x: Any) -> bool:
    """Whether an interval is bounded."""
    return mp.isfinite(low(x)) and mp.isfinite(high(x))


def size_of(x: Any) -> mpf:
    """The largest absolute value in an interval."""
    return max(abs(low(x)), abs(high(x)))


def is_exact(x: Any) -> bool:
    """Whether an interval is a single number that a float can hold."""
    return low(x) == high(x) and mpf(float(low(x))) == low(x)


def widened(x: Any, by: mpf) -> Any:
    """An interval with room on both sides."""
    return x + iv.mpf([-by, by])


ZERO, ONE, TWO = iv.mpf(0), iv.mpf(1), iv.mpf(2)
ANYTHING = iv.mpf([-mp.inf, mp.inf])


# --- jets ----------------------------------------------------------------------------------------------------------


class Jet:
    """An interval, its derivatives by n operands, and if ``second`` is not None those of second order."""

    def __init__(self, value: Any, first: list[Any], second: list[list[Any]] | None) -> None:
        self.value = value
        self.first = first
        self.second = second

    def through(self, f: Any, f1: Any, f2: Any) -> Jet:
        """f of it, from f and its first two derivatives here."""
        n = range(len(self.first))
        second = None
        if self.second is not None:
            second = [[f2 * self.first[i] * self.first[j] + f1 * self.second[i][j] for j in n] for i in n]
        return Jet(f, [f1 * g for g in self.first], second)

    def __add__(self, other: Any) -> Jet:
        if not isinstance(other, Jet):
            return Jet(self.value + other, self.first, self.second)
        second = None
        if self.second is not None and other.second is not None:
            second = [
                [a + b for a, b in zip(r, s, strict=True)] for r, s in zip(self.second, other.second, strict=True)
            ]
        return Jet(self.value + other.value, [a + b for a, b in zip(self.first, other.first, strict=True)], second)

    __radd__ = __add__

    def __neg__(self) -> Jet:
        return self * -ONE

    def __sub__(self, other: Any) -> Jet:
        return self + (-other)

    def __rsub__(self, other: Any) -> Jet:
        return -self + other

    def __mul__(self, other: Any) -> Jet:
        if not isinstance(other, Jet):
            return self.through(self.value * other, iv.mpf(other), ZERO)
        n = range(len(self.first))
        second = None
        if self.second is not None and other.second is not None:
            second = [
                [
                    self.second[i][j] * other.value
                    + self.first[i] * other.first[j]
                    + self.first[j] * other.first[i]
                    + self.value * other.second[i][j]
                    for j in n
                ]
                for i in n
            ]
        first = [self.first[i] * other.value + self.value * other.first[i] for i in n]
        return Jet(self.value * other.value, first, second)

    __rmul__ = __mul__

    def inverse(self) -> Jet:
        r = ONE / self.value
        return self.through(r, -r * r, TWO * r * r * r)

    def __truediv__(self, other: Jet) -> Jet:
        return self * other.inverse()


def exp(a: Jet) -> Jet:
    e = iv.exp(a.value)
    return a.through(e, e, e)


def log(a: Jet) -> Jet:
    r = ONE / a.value
    return a.through(iv.log(a.value), r, -r * r)


def sqrt(a: Jet) -> Jet:
    y = iv.sqrt(a.value)
    return a.through(y, ONE / (TWO * y), -ONE / (4 * y * a.value))


def sin(a: Jet) -> Jet:
    s, c = iv.sin(a.value), iv.cos(a.value)
    return a.through(s, c, -s)


def cos(a: Jet) -> Jet:
    s, c = iv.sin(a.value), iv.cos(a.value)
    return a.through(c, -s, -c)


def tan(a: Jet) -> Jet:
    y = iv.tan(a.value)
    return a.through(y, ONE + y * y, TWO * y * (ONE + y * y))


def arc(f: Callable[[mpf], mpf], a: Jet, slope: Any, bend: Any) -> Jet:
    """A monotonic function that intervals of mpmath do not have: its ends are those of its mpf."""
    ends = [f(low(a.value)), f(high(a.value))]
    if any(isinstance(end, mp.mpc) for end in ends):
        raise ArithmeticError("outside the domain")
    ends.sort()
    return a.through(widened(iv.mpf(ends), max(map(abs, ends)) * mpf(10) ** (2 - DIGITS)), slope, bend)


def asin(a: Jet) -> Jet:
    x = a.value
    r = ONE / iv.sqrt((ONE - x) * (ONE + x))
    return arc(mp.asin, a, r, x * r * r * r)


def atan(a: Jet) -> Jet:
    x = a.value
    r = ONE / (ONE + x * x)
    return arc(mp.atan, a, r, -TWO * x * r * r)


def asinh(a: Jet) -> Jet:
    x = a.value
    r = ONE / iv.sqrt(ONE + x * x)
    return arc(mp.asinh, a, r, -x * r * r * r)


def acosh(a: Jet) -> Jet:
    x = a.value
    r = ONE / iv.sqrt((x - ONE) * (x + ONE))
    return arc(mp.acosh, a, r, -x * r * r * r)


def atanh(a: Jet) -> Jet:
    x = a.value
    r = ONE / ((ONE - x) * (ONE + x))
    return arc(mp.atanh, a, r, TWO * x * r * r)


def cbrt(a: Jet) -> Jet:
    if sign_of(a.value) == 0:
        return with_any_slope(ZERO, a)
    y = arc(lambda x: mp.sign(x) * mp.cbrt(abs(x)), a, ZERO, ZERO).value
    return a.through(y, ONE / (3 * y * y), -TWO * y / (9 * a.value * a.value))


def sinh(a: Jet) -> Jet:
    if is_small(a):
        return a + a * a * a * (ONE / 6)
    return (exp(a) - exp(-a)) * 0.5


def cosh(a: Jet) -> Jet:
    return (exp(a) + exp(-a)) * 0.5


def atan2(a: Jet, b: Jet) -> Jet:
    """The angle of the point (b, a), by the nearer axis."""
    if low(b.value) > size_of(a.value):
        return atan(a / b)
    if sign_of(a.value) and low(abs(a.value)) >= size_of(b.value):
        return -atan(b / a) + iv.pi * sign_of(a.value) * 0.5
    if sign_of(a.value) == 0:  # -0.0 is no number of mpmath's
        raise Undecided
    if high(b.value) < 0:
        return atan(a / b) + iv.pi * sign_of(a.value)
    raise ArithmeticError("the point lies across the half-axes")


def hypot(a: Jet, b: Jet) -> Jet:
    if sign_of(a.value) == 0 == sign_of(b.value):
        return with_any_slope(ZERO, a)
    return sqrt(a * a + b * b)


def erf(a: Jet) -> Jet:
    slope = TWO * iv.exp(-a.value * a.value) / iv.sqrt(iv.pi)
    return arc(mp.erf, a, slope, -TWO * a.value * slope)


def erfcx(a: Jet) -> Jet:
    def f(x: mpf) -> mpf:
        return mp.exp(x * x) * mp.erfc(x)

    if size_of(a.value) > 1e6:
        raise OverflowError
    y = arc(f, a, ZERO, ZERO).value
    slope = TWO * a.value * y - TWO / iv.sqrt(iv.pi)
    return a.through(y, slope, TWO * y + TWO * a.value * slope)


def rest_of(a: Jet) -> Jet:
    """The chance that a normal number is below a, which is small."""
    return erfcx(-a * iv.sqrt(iv.mpf(0.5))) * exp(a * a * -0.5) * 0.5


def is_small(a: Jet) -> bool:
    return size_of(a.value) < SMALL


def log1p(a: Jet) -> Jet:
    return a - a * a * 0.5 if is_small(a) else log(a + 1)


def expm1(a: Jet) -> Jet:
    return a + a * a * 0.5 if is_small(a) else exp(a) - 1


def sigmoid(a: Jet) -> Jet:
    return (exp(-a) + 1).inverse()


def tanh(a: Jet) -> Jet:
    return a - a * a * a * (ONE / 3) if is_small(a) else 1 - (exp(a * 2) + 1).inverse() * 2


def softplus(a: Jet) -> Jet:
    return log1p(exp(a)) if high(a.value) < 0 else a + log1p(exp(-a))


def log_of_sum_of_exp(z: Sequence[Jet]) -> Jet:
    k = max(range(len(z)), key=lambda i: low(z[i].value))
    rest = [exp(x - z[k]) for i, x in enumerate(z) if i != k]
    return z[k] + log1p(sum(rest[1:], rest[0])) if rest else z[k]


def share(index: int, z: Sequence[Jet]) -> Jet:
    """An output of the softmax."""
    rest = [exp(x - z[index]) for i, x in enumerate(z) if i != index]
    return (sum(rest[1:], rest[0]) + 1).inverse() if rest else z[0] * 0 + 1


def constant(x: Any, like: Jet) -> Jet:
    n = len(like.first)
    return Jet(iv.mpf(x), [ZERO] * n, None if like.second is None else [[ZERO] * n for _ in range(n)])


def with_any_slope(x: Any, like: Jet) -> Jet:
    """A number whose derivatives do not exist, or are left open here."""
    n = len(like.first)
    return Jet(iv.mpf(x), [ANYTHING] * n, None if like.second is None else [[ANYTHING] * n for _ in range(n)])


def whole(x: Any) -> int | None:
    """The whole number that an interval is, if it is one."""
    return int(low(x)) if is_exact(x) and low(x) == int(low(x)) else None


def power(a: Jet, b: Jet) -> Jet:
    """a**b as exp(b log(a)); for a base that may be 0 or negative as a product, where the exponent is whole."""
    if low(a.value) > 0:
        return exp(b * log(a))
    n = whole(b.value)
    if n is None or (abs(n) > 64 and high(a.value) >= 0):
        if is_exact(a.value) and a.value == 0 and low(b.value) > 0:
            y = constant(ZERO, a) if low(b.value) > 2 else with_any_slope(ZERO, a)
            return Jet(y.value, [+slope for slope in y.first], y.second)  # 0, and it is handed on
        raise ArithmeticError("a power of a number that may be 0 or negative")
    # The derivative by the exponent: 0 at a base of 0 and an exponent above 0, else it does not exist.
    by_exponent = ZERO if is_exact(a.value) and a.value == 0 and n > 0 else ANYTHING
    if high(a.value) < 0:
        y = exp(log(-a) * b.value) * (-1) ** (n % 2)
    else:
        y = constant(ONE, a)
        for _ in range(abs(n)):
            y = y * a
        y = y.inverse() if n < 0 else y
    first = [g + (by_exponent * h if h != 0 else ZERO) for g, h in zip(y.first, b.first, strict=True)]
    second = y.second
    if second is not None:
        moving = [h != 0 for h in b.first]
        m = range(len(first))
        # beyond the second power of 0 every derivative that has the exponent in it is 0 as well
        beside = by_exponent if n > 1 else ANYTHING
        second = [[second[i][j] + beside if moving[i] or moving[j] else second[i][j] for j in m] for i in m]
    return Jet(y.value, first, second)


def xlogy(a: Jet, b: Jet) -> Jet:
    if is_exact(b.value) and b.value == 0:
        return with_any_slope(ZERO, a)
    return a * log(b)


# --- choices -------------------------------------------------------------------------------------------------------


def at_least(a: Any, b: Any) -> bool:
    """Whether a >= b, for intervals."""
    if low(a) >= high(b):
        return True
    if high(a) < low(b):
        return False
    raise Undecided


def sign_of(a: Any) -> int:
    if low(a) > 0:
        return 1
    if high(a) < 0:
        return -1
    if low(a) == high(a) == 0:
        return 0
    raise Undecided


def clip(a: Jet, b: Jet, c: Jet) -> int:
    k = 0 if at_least(a.value, b.value) else 1
    return k if at_least(c.value, (a, b)[k].value) else 2


SELU = 1.0507009873554805, 1.6732632423543772


def softsign(a: Jet) -> Jet:
    side = sign_of(a.value)
    r = ONE / (a.value * side + 1)
    return a.through(a.value * r, r * r, -TWO * side * r * r * r)


def middle(a: Jet, end: int, inside: Jet) -> Jet:
    """Something between -end and end, a constant outside."""
    if at_least(a.value, iv.mpf(-end)) and at_least(iv.mpf(end), a.value):
        return inside
    above = at_least(a.value, iv.mpf(end))
    return constant(1 if above else -1 if end == 1 else 0, a)


def stepped(f: Callable[[mpf], mpf], a: Jet) -> Jet:
    """A whole number that is near."""
    if f(low(a.value)) != f(high(a.value)):
        raise Undecided
    return constant(f(low(a.value)), a)


# --- the rows ------------------------------------------------------------------------------------------------------

# The closed form of each row, on jets. A choice gives the place of the operand that it hands on.
CLOSED: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "negative": lambda a: -a,
    "power": power,
    # At 0 the derivative is 0 by convention, and 0 times an infinite slope is no number.
    "absolute": lambda a: a * sign_of(a.value) if sign_of(a.value) else with_any_slope(ZERO, a),
    "sign": lambda a: constant(sign_of(a.value), a),
    "identity": lambda a: a,
    "stop_gradient": lambda a: constant(a.value, a),
    "exp": exp,
    "expm1": expm1,
    "log": log,
    "log1p": log1p,
    "xlogy": xlogy,
    "sqrt": sqrt,
    "sin": sin,
    "cos": cos,
    "tan": tan,
    "asin": asin,
    "acos": lambda a: -asin(a) + iv.pi * 0.5,
    "atan": atan,
    "atan2": atan2,
    "hypot": hypot,
    "log2": lambda a: log(a) * (ONE / iv.log(2)),
    "log10": lambda a: log(a) * (ONE / iv.log(10)),
    "cbrt": cbrt,
    "sinh": sinh,
    "cosh": cosh,
    "asinh": asinh,
    "acosh": acosh,
    "atanh": atanh,
    "tanh": tanh,
    "sigmoid": sigmoid,
    "softplus": softplus,
    "swish": lambda a: a * sigmoid(a),
    "relu": lambda a: a if at_least(a.value, ZERO) else constant(ZERO, a),
    "leaky_relu": lambda a, b: a if at_least(a.value, ZERO) else b * a,
    "elu": lambda a, b: a if at_least(a.value, ZERO) else b * expm1(a),
    "erf": erf,
    "erfcx": erfcx,
    "gelu": lambda a: a * ((erf(a * iv.sqrt(iv.mpf(0.5))) + 1) * 0.5) if low(a.value) > -1 else a * rest_of(a),
    "selu": lambda a: (a if at_least(a.value, ZERO) else expm1(a) * iv.mpf(SELU[1])) * iv.mpf(SELU[0]),
    "mish": lambda a: a * tanh(softplus(a)),
    "softsign": softsign,
    "hardtanh": lambda a: middle(a, 1, a),
    "hardsigmoid": lambda a: middle(a, 3, (a + 3) * (ONE / 6)),
    "step": lambda a: constant(1 if at_least(a.value, ZERO) else 0, a),
    "maximum": lambda a, b: 0 if at_least(a.value, b.value) else 1,
    "minimum": lambda a, b: 0 if at_least(b.value, a.value) else 1,
    "clip": clip,
    "floor": lambda a: stepped(mp.floor, a),
    "ceil": lambda a: stepped(mp.ceil, a),
    "round": lambda a: stepped(mp.nint, a),
    "where": lambda a, b, c: 1 if sign_of(a.value) else 2,
    "dot": lambda *v: _summed(
        [w * x for w, x in zip(v[: len(v) // 2], v[len(v) - len(v) // 2 :], strict=True)],
        v[len(v) // 2 : len(v) - len(v) // 2],
    ),
    "fsum": lambda *terms: _summed(terms),
    "logsumexp": lambda *z: log_of_sum_of_exp(z),
    "softmax": share,
}


def _summed(terms: Sequence[Jet], bias: Sequence[Jet] = ()) -> Jet:
    first, *others = [*terms, *bias]
    return sum(others, first)


# Where a value is a sum of terms that may cancel: the size of the largest term, from the sizes of the operands.
def _terms(op: str, sizes: Sequence[mpf], result: mpf) -> mpf:
    if op in ("add", "subtract", "fsum"):
        return sum(sizes)
    if op == "dot":
        n = len(sizes) // 2
        return sum(w * x for w, x in zip(sizes[:n], sizes[len(sizes) - n :], strict=True)) + sum(
            sizes[n : len(sizes) - n]
        )
    if op == "logsumexp":
        return max(*sizes, result)
    return result


def _rounded_differences(z: Sequence[Any]) -> list[mpf]:
    """For each output of a softmax, by how much it magnifies a rounding of its logits' differences to the largest."""
    middle = [(low(x) + high(x)) / 2 for x in z]
    apart = [max(middle) - x for x in middle]
    powers = [mp.exp(-x) for x in apart]
    average = mp.fsum([p * x for p, x in zip(powers, apart, strict=True)]) / mp.fsum(powers)
    return [1 + x + average for x in apart]


# Second derivatives that are sums which may cancel.
BENT = {"tanh", "sigmoid", "swish", "softplus", "softmax", "logsumexp", "asin", "acos", "atanh", "atan2", "hypot"}
STEEP = {"swish", "mish", "erf", "erfcx", "gelu"}  # these go with the square of the operand
BENT |= STEEP
SAME_SUM = {"add", "subtract", "multiply", "dot", "fsum"}  # a compiled program may sum in another order
ROUNDED_ONCE = SAME_SUM - {"dot"}  # whose products are rounded, and then their sum


class Node(NamedTuple):
    """A result of a recipe: its value, and by each leaf the derivatives with their size and gain."""

    value: Any
    first: list[Any]
    sizes: list[mpf]
    gains: list[mpf]
    second: list[list[Any]] | None
    second_sizes: list[list[mpf]] | None


class Truth:
    """What a recipe gives at some numbers.

    Arguments:
        recipe: the recipe.
        leaves: finite numbers; for others nothing is known.
        order: 1 for the gradient, 2 for second derivatives too.
        any_order: also allow sums and products to be taken in any order, as a compiled program does.
        textbook: also allow slopes as 1 - y**2 and h (1 - h), which are off by a rounding of 1, as a compiled program
            has them by default.
        shift: which example this is, see `Recipe`.

    Raises:
        Undecided: where a choice hangs on a rounding.
    """

    def __init__(
        self,
        recipe: Recipe,
        leaves: Sequence[float],
        *,
        order: int = 1,
        any_order: bool = False,
        textbook: bool = False,
        shift: int = 0,
    ) -> None:
        iv.dps = mp.dps = DIGITS
        self.order = order
        self.any_order = any_order
        self.textbook = textbook
        self.shift = shift
        self.roundings = 8 * (1 + sum(1 + len(line.operands) for line in recipe.lines))
        self.nodes: list[Node] = [self._leaf(x, i) for i, x in enumerate(leaves)]
        for line in recipe.lines:
            operands = [self._operand(x) for x in line.operands]
            try:
                self.nodes.append(self._result(line, operands))
            except (ArithmeticError, ValueError, OverflowError):
                self.nodes.append(self._unknown())

    # --- what readers ask ------------------------------------------------------------------------------------------

    def value(self, k: int = -1) -> Interval | None:
        """What the result number ``k`` may be; None where nothing is known."""
        x = self.nodes[k].value
        return _interval(x, mpf(0)) if known(x) and size_of(x) < LARGEST else None

    def gradient(self, i: int, k: int = -1, *, slack: float = 1.0) -> Interval | None:
        """What the derivative by leaf ``i`` may be; None where nothing is known."""
        node = self.nodes[k]
        x = node.first[i]
        if not known(x) or not self._moderate(k, i):
            return None
        return _interval(x, slack * self._room(node.sizes[i], node.gains[i]))

    def size(self, i: int, k: int = -1) -> float:
        """The sum of the absolute values of the paths from leaf ``i``; infinite where nothing is known."""
        node = self.nodes[k]
        return float(node.sizes[i]) if known(node.first[i]) and self._moderate(k, i) else math.inf

    def hessian(self, i: int, j: int) -> Interval | None:
        """What the second derivative by leaves ``i`` and ``j`` may be; None where nothing is known."""
        node = self.nodes[-1]
        if node.second is None or node.second_sizes is None:
            return None
        x, size = node.second[i][j], node.second_sizes[i][j]
        if not known(x) or not mp.isfinite(size) or size > 1e50 or max(node.gains) > 1e50:
            return None
        return _interval(x, 4 * self._room(size, mpf(1e60)))

    def _room(self, size: mpf, gain: mpf) -> mpf:
        return self.roundings * (ULP * size + TINY * gain)

    def _moderate(self, k: int, i: int) -> bool:
        return all(mp.isfinite(n.gains[i]) and n.gains[i] < LARGEST for n in [self.nodes[k]])

    # --- how it is computed ----------------------------------------------------------------------------------------

    def _leaf(self, x: float, i: int) -> Node:
        n = range(N_LEAVES)
        ones = [mpf(j == i) for j in n]
        zeros = [[ZERO for _ in n] for _ in n] if self.order == 2 else None
        sizes = [[mpf(0) for _ in n] for _ in n] if self.order == 2 else None
        value = iv.mpf(x) if math.isfinite(x) else ANYTHING
        return Node(value, [ONE if j == i else ZERO for j in n], ones, ones, zeros, sizes)

    def _number(self, x: float) -> Node:
        n = range(N_LEAVES)
        node = self._leaf(x, -1)
        return node._replace(first=[ZERO for _ in n], sizes=[mpf(0) for _ in n], gains=[mpf(0) for _ in n])

    def _unknown(self) -> Node:
        n = range(N_LEAVES)
        wide = [mp.inf for _ in n]
        second = [[ANYTHING for _ in n] for _ in n] if self.order == 2 else None
        sizes = [[mp.inf for _ in n] for _ in n] if self.order == 2 else None
        return Node(ANYTHING, [ANYTHING for _ in n], wide, wide, second, sizes)

    def _operand(self, place: int | float) -> Node:
        if isinstance(place, float):
            return self._number(place)
        return self.nodes[place] if place < N_LEAVES else self.nodes[-1 - (place - N_LEAVES) % len(self.nodes)]

    def _result(self, line: Line, operands: list[Node]) -> Node:
        m = len(operands)
        if not all(known(x.value) for x in operands):
            raise OverflowError
        inputs = [
            Jet(
                operand.value,
                [ONE if j == k else ZERO for j in range(m)],
                [[ZERO] * m for _ in range(m)] if self.order == 2 else None,
            )
            for k, operand in enumerate(operands)
        ]
        index = [(line.way + self.shift) % m] if line.op == "softmax" else []
        if line.op == "softmax":
            made = share(index[0], inputs)
        else:
            made = CLOSED[line.op](*inputs)
        if isinstance(made, int):  # the operand that was chosen, and nothing of the others
            return operands[made]
        value = made.value
        if not known(value) or size_of(value) > 1e308:
            raise OverflowError
        if not is_exact(value) or line.op == "dot" or (self.any_order and line.op in SAME_SUM):
            largest = size_of(value)
            if self.any_order or line.op not in ROUNDED_ONCE:
                largest = max(largest, _terms(line.op, [size_of(x.value) for x in operands], largest))
            if line.op == "softmax":
                largest *= _rounded_differences([x.value for x in operands])[index[0]]
            value = widened(value, PROMISE * largest + (TINY if largest < 1e-300 else 0))
        return self._chained(line.op, value, made, operands, index)

    def _chained(self, op: str, value: Any, made: Jet, operands: list[Node], index: list[int]) -> Node:
        """The chain rule: the derivatives of a result by the leaves, from those by its operands."""
        n = range(N_LEAVES)
        slopes = [(p, x) for p, x in zip(made.first, operands, strict=True) if p is not ZERO]
        sizes_of_slopes = [size_of(p) if known(p) else mp.inf for p, _ in slopes]
        if op in ("softmax", "logsumexp") and len(slopes) == len(operands):
            magnified = _rounded_differences([x.value for x in operands])
            own = magnified[index[0]] if index else 0
            if index:  # p (1 - p) for the logit of the output itself, where 1 - p is the share of the others
                magnified[index[0]] = max(magnified)
            sizes_of_slopes = [s * (m + own) for s, m in zip(sizes_of_slopes, magnified, strict=True)]
        if op == "erfcx":
            sizes_of_slopes = [2 * size_of(operands[0].value) * size_of(value) + 2 for _ in slopes]
        if op == "gelu":
            x = size_of(operands[0].value)
            density = mp.exp(-(min(x, mpf(1000)) ** 2) / 2)
            sizes_of_slopes = [s + (x + 1) * density for s in sizes_of_slopes]
        if op == "mish":
            x = Jet(operands[0].value, [], None)
            t = tanh(softplus(x)).value
            bend = x.value * sigmoid(x).value * (ONE - t * t)
            sizes_of_slopes = [size_of(t) + size_of(bend) for _ in slopes]
        if op == "swish":
            s = sigmoid(Jet(operands[0].value, [], None)).value
            sizes_of_slopes = [size_of(s) + size_of(operands[0].value * s * (ONE - s)) for _ in slopes]
        if self.textbook and op in ("tanh", "sigmoid", "swish"):
            rounding_of_1 = max(mpf(1), size_of(operands[0].value) if op == "swish" else mpf(0))
            sizes_of_slopes = [max(s, rounding_of_1) for s in sizes_of_slopes]
        first, sizes, gains = [], [], []
        for i in n:
            # 0 times an infinity is not 0, but where the operand does not depend on the leaf
            terms = [
                (p, s, x)
                for (p, x), s in zip(slopes, sizes_of_slopes, strict=True)
                if x.first[i] is not ZERO and (x.first[i] != 0 or x.gains[i] or not known(p))
            ]
            first.append(_total([_times(p, x.first[i]) for p, _, x in terms]))
            sizes.append(sum([s * x.sizes[i] for _, s, x in terms if x.sizes[i]], mpf(0)))
            gains.append(sum([max(s, 1) * x.gains[i] for _, s, x in terms], mpf(0)))
        second = second_sizes = None
        if made.second is not None:
            second, second_sizes = self._bent(op, made, operands)
        return Node(value, first, sizes, gains, second, second_sizes)

    def _bent(self, op: str, made: Jet, operands: list[Node]) -> tuple[list[list[Any]], list[list[mpf]]]:
        n, m = range(N_LEAVES), range(len(operands))
        assert made.second is not None
        second = [[ZERO for _ in n] for _ in n]
        sizes = [[mpf(0) for _ in n] for _ in n]
        slope_sizes = [size_of(p) if known(p) else mp.inf for p in made.first]
        for i in n:
            for j in n:
                terms, total = [], mpf(0)
                for k in m:
                    x = operands[k]
                    assert x.second is not None
                    assert x.second_sizes is not None
                    if made.first[k] is not ZERO and (x.second[i][j] != 0 or x.second_sizes[i][j]):
                        terms.append(_times(made.first[k], x.second[i][j]))
                        total += slope_sizes[k] * x.second_sizes[i][j]
                    for q in m:
                        p, y = made.second[k][q], operands[q]
                        if (x.first[i] == 0 and not x.gains[i]) or (y.first[j] == 0 and not y.gains[j]):
                            continue
                        own = size_of(p) if known(p) else mp.inf
                        if op in ("atan2", "hypot") and known(made.first[k]):  # each term goes as one over the length
                            own += 4 / low(hypot(*[Jet(o.value, [], None) for o in operands]).value) ** (
                                1 + (op == "atan2")
                            )
                        if op in BENT:
                            own += (
                                4
                                * (slope_sizes[k] + slope_sizes[q])
                                * (1 + size_of(operands[k].value) * (op in ("swish", "mish", "erf", "gelu", "erfcx")))
                                ** 2
                            )
                        if p != 0 or own:
                            terms.append(_times(_times(p, x.first[i]), y.first[j]))
                            total += own * x.sizes[i] * y.sizes[j]
                second[i][j], sizes[i][j] = _total(terms), total
        return second, sizes


def _times(a: Any, b: Any) -> Any:
    return a * b if known(a) and known(b) else ANYTHING


def _total(terms: list[Any]) -> Any:
    return sum(terms[1:], terms[0]) if terms else ZERO


def _interval(x: Any, room: mpf) -> Interval:
    return Interval(low(x) - room, high(x) + room)
