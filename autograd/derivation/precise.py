"""Replay: a recorded graph computed once more, to as many digits as one asks for.

The rows of the table run over numbers that keep as many digits as it takes. A number is taken as it is written, 0.1 for
one tenth, so that 0.1 + 0.2 - 0.3 is 0, as it is for a person and for a book.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from math import ceil, copysign, floor, inf, isclose, isfinite, isqrt, nan, ulp
from typing import Any, TypeAlias

from autograd.engine import scalar
from autograd.engine.graph import depth_of, topological_order
from autograd.engine.primitives import Primitive
from autograd.engine.value import Value, numbers_of

MOST_BITS = 4096  # what has shown no digit by then is 0; 1 - sigmoid(z) shows its digits up to z = 2800
NOTHING = -1500  # the power of two below which a number of no sure digit is 0: no float is as small
GREATEST_EXPONENT = 1_000_000  # e to more than this is taken for infinity, and to less than minus this for 0
ROUNDING = 8.0  # the last places by which a row may be off on floats; 4 are promised
CLOSE = 1e-6  # a node that is further from what its operands give was recorded when these held other numbers
_GROWING = frozenset({"exp", "expm1", "sinh", "cosh", "tanh"})  # as good as at infinity, or 0, long before
_ANGLES = frozenset({"sin", "cos", "tan"})
_COMPARING = frozenset({"absolute", "sign", "step", "at_least", "below", "maximum", "minimum", "where"})

Mpf: TypeAlias = "Any"  # an mpmath.mpf, which has no types
Rough: TypeAlias = "tuple[float, float]"  # a number and a bound on its error
Given: TypeAlias = "Mapping[Value, Fraction | float]"


def replay(root: Value, digits: int = 30, *, given: Given | None = None) -> dict[Value, Mpf]:
    """The exact value of every node that ``root`` was computed from, from the numbers of the leaves as written.

    The precision is doubled until none of the digits asked for changes any more. A node that shows no digit at all,
    as ``sqrt(2)**2 - 2``, is 0.

    Arguments:
        root: the result.
        digits: how many significant digits must be right.
        given: numbers to put in the place of some nodes; what these were computed from is not looked at.

    Returns:
        An ``mpmath.mpf`` for each node, operands before results. A node whose operands have been set to other numbers
        since it was recorded keeps its own.

    Example:
        >>> from autograd import Value
        >>> z = Value(20.0)
        >>> L = -(1 - z.sigmoid()).log()
        >>> L.data, float(replay(L)[L])
        (19.999999966169824, 20.000000002061153)
    """
    return _sure(root, digits, given or {}, lambda m, order, values: values)


def replay_gradients(root: Value, digits: int = 30, *, given: Given | None = None) -> dict[Value, Mpf]:
    """The exact derivative of ``root`` with respect to every node that its gradient reaches.

    Arguments:
        root, digits, given: as for `replay`.

    Returns:
        An ``mpmath.mpf`` for each of these nodes, ``root`` first. An operand that was not chosen is not among them.

    Example:
        >>> from autograd import Value
        >>> z = Value(20.0)
        >>> L = -(1 - z.sigmoid()).log()
        >>> float(replay_gradients(L)[z])
        0.9999999979388464
    """
    return _sure(root, digits, given or {}, lambda m, order, values: _gradients(m, order, values, given or {}))


def roughly(
    root: Value, *, given: Given | None = None, instead: Mapping[str, Callable[..., float]] | None = None
) -> dict[Value, Rough]:
    """What floats make of every node, and a bound on how far that is from the exact value: a running error analysis.

    It costs little and needs no mpmath. An infinite or undefined bound says that the floats are sure of nothing, as on
    both sides of a step.

    Arguments:
        root, given: as for `replay`.
        instead: functions in the place of operations, by the names of these; of what they give no bound is known.

    Example:
        >>> from autograd import Value
        >>> z = Value(20.0)
        >>> L = -(1 - z.sigmoid()).log()
        >>> value, bound = roughly(L)[L]
        >>> value, 3e-8 < bound < 3e-6
        (19.999999966169824, True)
    """
    given, instead = given or {}, instead or {}
    found: dict[Value, Rough] = {}
    for node in order_from(given, root):
        if node in given:
            found[node] = _as_float(float(given[node]))
        elif node.op is None or not _follows(node):
            found[node] = _as_float(node.data)
        else:
            rough = [found[x] if isinstance(x, Value) else _as_float(x) for x in node.operands]
            numbers = [x for x, _ in rough]
            other = instead.get(node.op.name)
            found[node] = (
                (other(*numbers), inf) if other else _rough_value(node.op, numbers, [bound for _, bound in rough])
            )
    return found


def _as_float(x: float) -> Rough:
    """A number as it is written, which a float holds exactly where it is whole."""
    return x, 0.0 if x.is_integer() and abs(x) < 2.0**53 else ulp(x)


def _rough_value(op: Primitive, numbers: Sequence[float], bounds: Sequence[float]) -> Rough:
    """The value of an operation on floats; how far off it is if the operands are off by their bounds."""
    try:
        y = _on_floats(op, numbers)
        off = ROUNDING * ulp(y)
        if op.variadic:
            slopes = op.slopes(scalar, y, *numbers)
            off += sum([abs(slope) * bound for slope, bound in zip(slopes, bounds, strict=True)])
        else:
            for i, bound in enumerate(bounds):
                if not bound:
                    continue
                sides = [
                    _on_floats(op, [*numbers[:i], x, *numbers[i + 1 :]])
                    for x in (numbers[i] - bound, numbers[i] + bound)
                ]
                off += nan if any(side != side for side in sides) else max([abs(side - y) for side in sides])
    except (ArithmeticError, ValueError):  # a primitive of the reader's own may raise outside its domain
        return nan, nan
    return y, off


def _on_floats(op: Primitive, numbers: Sequence[float]) -> float:
    return op.eager(*numbers)[0] if op.eager else op.value(scalar, *numbers)


def _sure(root: Value, digits: int, given: Given, wanted: Callable[..., dict[Value, _Number]]) -> dict[Value, Mpf]:
    """What is wanted of the replay, at a precision that makes its digits sure."""
    order = order_from(given, root)
    bits = int(3.33 * digits) + 64
    values: dict[Value, _Number] | None = None
    before: dict[Value, _Number] | None = None
    while True:
        m = _Precise(bits)
        last = 2 * bits > MOST_BITS
        values = _values(m, order, given, values if last else None)
        now = wanted(m, order, values)
        unsure = [node for node in now if before is None or not now[node].confirms(before.get(node), digits)]
        if last:
            for node in unsure:
                now[node] = now[node].or_nothing()
            unsure = []
        if not unsure:
            return {node: m.mpf(x) for node, x in now.items()}
        before, bits = now, 2 * bits


def order_from(given: Given, root: Value) -> list[Value]:
    """The nodes from the given ones on, operands before results, ``root`` last."""
    if not given:
        return topological_order(root)
    found, waiting = {root}, [root]
    for node in waiting:
        if node not in given:
            new = dict.fromkeys(parent for parent in node.parents if parent not in found)
            found.update(new)
            waiting += new
    return sorted(waiting, key=depth_of)


def _values(
    m: _Precise, order: Sequence[Value], given: Given, before: Mapping[Value, _Number] | None
) -> dict[Value, _Number]:
    """The forward pass. With the numbers of half the precision ``before``, what they do not confirm may be 0."""
    values: dict[Value, _Number] = {}
    for node in order:
        if node in given:
            x = m.number(given[node])
        elif node.op is None or not _follows(node):
            x = m.number(node.data)
        else:
            try:
                x = m.number(node.op.value(m, *_operands(m, node, values)))
            except (ArithmeticError, ValueError):  # a primitive of the reader's own may raise outside its domain
                x = m.number(nan)
            if before is not None and not x.confirms(before[node], 1):
                x = x.or_nothing()
        values[node] = x
    return values


def _operands(m: _Precise, node: Value, values: Mapping[Value, _Number]) -> list[_Number]:
    return [values[x] if isinstance(x, Value) else m.number(x) for x in node.operands]


def _follows(node: Value) -> bool:
    """Whether the node is what its operands give: they may have been set to other numbers since it was recorded."""
    assert node.op is not None
    numbers = numbers_of(node.operands)
    try:
        again = _on_floats(node.op, numbers)
    except (ArithmeticError, ValueError):
        return False
    return isclose(again, node.data, rel_tol=CLOSE) or (again != again and node.data != node.data)


def _gradients(
    m: _Precise, order: Sequence[Value], values: Mapping[Value, _Number], given: Given
) -> dict[Value, _Number]:
    """The reverse pass."""
    gradients = {order[-1]: m.number(1)}
    for node in reversed(order):
        if node.op is None or node not in gradients or node in given:
            continue
        mask = [isinstance(x, Value) for x in node.operands]
        slopes = node.op.slopes(m, values[node], *_operands(m, node, values), wanted=mask)
        for x, slope in zip(node.operands, slopes, strict=True):
            if isinstance(x, Value) and not (node.op.selects and slope == 0):
                product = gradients[node] * slope
                gradients[x] = gradients[x] + product if x in gradients else product
    return {node: gradients[node] for node in reversed(order) if node in gradients}


def as_fraction(x: Mpf) -> Fraction | None:
    """A number of a replay, exactly; None for an infinity and NaN."""
    from mpmath.libmp import to_rational

    return Fraction(*to_rational(x._mpf_)) if abs(x) < inf else None


# --- numbers -----------------------------------------------------------------------------------------------------


def _operator(how: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """An operator between two numbers, of which one may be of another kind."""
    return lambda self, other: self.m.number(self.m.together(how, self, other))


def _comparison(how: Callable[[Any, Any], Any]) -> Callable[[Any, Any], bool]:
    return lambda self, other: bool(self.m.together(how, self, other))


class _Number:
    """A number of a replay: a fraction, which is exact, while that is short; else an mpf."""

    __slots__ = ("m", "x")

    def __init__(self, m: _Precise, x: Fraction | Mpf) -> None:
        self.m = m
        self.x = x

    __add__ = __radd__ = _operator(operator.add)
    __sub__ = _operator(operator.sub)
    __rsub__ = _operator(lambda a, b: b - a)
    __mul__ = __rmul__ = _operator(operator.mul)
    __eq__ = _comparison(operator.eq)
    __lt__ = _comparison(operator.lt)
    __le__ = _comparison(operator.le)
    __gt__ = _comparison(operator.gt)
    __ge__ = _comparison(operator.ge)

    def __truediv__(self, other: Any) -> _Number:
        return self.m.divide(self, other)

    def __rtruediv__(self, other: Any) -> _Number:
        return self.m.divide(other, self)

    def __pow__(self, other: Any) -> _Number:
        return self.m.power(self, other)

    def __rpow__(self, other: Any) -> _Number:
        return self.m.power(other, self)

    def __neg__(self) -> _Number:
        return _Number(self.m, -self.x)

    def __abs__(self) -> _Number:
        return _Number(self.m, abs(self.x))

    def __bool__(self) -> bool:
        return self.x != 0

    def __int__(self) -> int:
        return int(self.x)

    def __float__(self) -> float:
        if type(self.x) is Fraction:
            return float(Fraction(self.x)) if abs(self.x) < 2**1024 else copysign(inf, self.x)
        return float(self.x)

    @property
    def is_finite(self) -> bool:
        return type(self.x) is Fraction or bool(self.m.mp.isfinite(self.x))

    def confirms(self, rougher: _Number | None, digits: int) -> bool:
        """Whether the number at half the precision has so many of its digits right."""
        if rougher is None:
            return False
        if type(self.x) is type(rougher.x) is Fraction:
            return bool(self.x == rougher.x)
        a, b = self.m.mpf(self), self.m.mpf(rougher)
        if not self.is_finite:
            return bool(a == b or (a != a and b != b))
        return a != 0 and bool(abs(a - b) <= abs(a) * self.m.mp.mpf(10) ** -digits)  # a 0 may be 1 - 0.99999...

    def or_nothing(self) -> _Number:
        """0, where what is left is what the precision leaves of numbers that cancel."""
        return self.m.number(0) if self.is_finite and abs(self.m.mpf(self)) < self.m.mp.ldexp(1, NOTHING) else self


class _Precise:
    """The namespace ``m`` in which the rules of the table run over such numbers, at a precision of so many bits.

    Where something is infinite or not a number, `scalar` says what comes of it.
    """

    def __init__(self, bits: int) -> None:
        from mpmath import MPContext

        self.bits = bits
        self.mp = MPContext()  # of our own: nobody else's precision is changed
        self.mp.prec = bits

    def number(self, x: Any) -> _Number:
        """A number of the table, of a record, or of the person's, as it is written."""
        if isinstance(x, _Number):
            return x
        if isinstance(x, int):
            x = Fraction(x)
        elif isinstance(x, float):
            x = Fraction(repr(float(x))) if isfinite(x) else self.mp.mpf(x)
        if isinstance(x, Fraction) and x.numerator.bit_length() + x.denominator.bit_length() > self.bits:
            x = self.mpf(x)
        return _Number(self, x)

    def mpf(self, x: Any) -> Mpf:
        """The number as an mpf."""
        x = x.x if isinstance(x, _Number) else x
        return self.mp.mpf(x.numerator) / x.denominator if isinstance(x, Fraction) else self.mp.mpf(x)

    def together(self, how: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
        """What comes of two numbers: of fractions, or else of mpfs."""
        a, b = self.number(a).x, self.number(b).x
        return how(a, b) if type(a) is type(b) else how(self.mpf(a), self.mpf(b))

    def __getattr__(self, name: str) -> Callable[..., _Number]:
        """A function of numbers: mpmath's of that name, or `scalar`'s where that does nothing but compare."""
        on_floats = getattr(scalar, name)

        def limited(x: Mpf, *others: Mpf) -> Any:
            if name in _GROWING and abs(x) >= GREATEST_EXPONENT:
                return on_floats(copysign(inf, x))
            if name in _ANGLES and self.mp.mag(x) >= GREATEST_EXPONENT:
                return nan  # it takes as many digits of pi
            return getattr(self.mp, name)(x, *others)

        def compared(*operands: Any) -> _Number:
            return self.number(on_floats(*map(self.number, operands)))

        return compared if name in _COMPARING else partial(self._of, limited, on_floats)

    def _of(self, function: Callable[..., Any], on_floats: Callable[..., float], *operands: Any) -> _Number:
        """A function of mpmath; on floats it tells the values at the infinities, at NaN and outside its domain."""
        numbers = [self.number(x) for x in operands]
        y = function(*map(self.mpf, numbers)) if all(x.is_finite for x in numbers) else None
        if y is None or isinstance(y, self.mp.mpc):
            limit = on_floats(*map(float, numbers))
            y = limit if y is None or not isfinite(limit) else y.real
        return self.number(y)

    def _whole(self, function: Callable[[Fraction], int], on_floats: Callable[[float], float], x: Any) -> _Number:
        x = self.number(x)
        exact = x.x if type(x.x) is Fraction else as_fraction(x.x)
        return self.number(on_floats(float(x)) if exact is None else function(exact))

    # --- arithmetic ----------------------------------------------------------------------------------------------

    def divide(self, a: Any, b: Any) -> _Number:
        a, b = self.number(a), self.number(b)
        return self.number(scalar.divide(float(a), 0.0) if b == 0 else self.together(operator.truediv, a, b))

    def power(self, a: Any, b: Any) -> _Number:
        a, b = self.number(a), self.number(b)
        if not (a.is_finite and b.is_finite) or a == 0 or b == 0:
            return self.number(scalar.power(float(a), float(b)))
        whole = b.x.denominator == 1 if type(b.x) is Fraction else bool(self.mp.isint(b.x))
        if a < 0 and not whole:
            return self.number(nan)
        size = self.mpf(b) * self.mp.log(abs(self.mpf(a)))
        if abs(size) > GREATEST_EXPONENT:
            y = self.number(inf if size > 0 else 0)
        elif whole and type(a.x) is Fraction and abs(size) < self.bits:
            return self.number(a.x ** int(b))
        else:
            y = self.number(self.mp.power(abs(self.mpf(a)), self.mpf(b)))
        return -y if a < 0 and int(b) % 2 else y

    def fsum(self, terms: Sequence[Any]) -> _Number:
        return sum(terms, self.number(0))

    # --- where mpmath has no function of that name, or one that is complex ---------------------------------------

    def xlogy(self, x: Any, y: Any) -> _Number:
        x, y = self.number(x), self.number(y)
        return self.number(0) if x == 0 and y == y else x * self.log(y)

    def sqrt(self, x: Any) -> _Number:
        x = self.number(x)
        if type(x.x) is Fraction and x >= 0:
            root = Fraction(isqrt(x.x.numerator), isqrt(x.x.denominator))
            if root * root == x.x:
                return self.number(root)
        return self._of(lambda x: self.mp.sqrt(x) if x >= 0 else nan, scalar.sqrt, x)

    def cbrt(self, x: Any) -> _Number:
        return self._of(lambda x: self.mp.cbrt(x) if x >= 0 else -self.mp.cbrt(-x), scalar.cbrt, x)

    def log2(self, x: Any) -> _Number:
        return self.divide(self.log(x), self.log(2))

    def erfcx(self, x: Any) -> _Number:
        def limited(x: Mpf) -> Any:
            return inf if x < -GREATEST_EXPONENT else self.mp.exp(x * x) * self.mp.erfc(x)

        return self._of(limited, scalar.erfcx, x)

    def sigmoid(self, x: Any) -> _Number:
        return self.divide(1, 1 + self.exp(-self.number(x)))

    def softplus(self, x: Any) -> _Number:
        x = self.number(x)
        return self.log1p(self.exp(x)) if x < 0 else x + self.log1p(self.exp(-x))

    def swish(self, x: Any) -> _Number:
        x = self.number(x)
        return x * self.sigmoid(x) if x.is_finite else self.number(scalar.swish(float(x)))

    def floor(self, x: Any) -> _Number:
        return self._whole(floor, scalar.floor, x)

    def ceil(self, x: Any) -> _Number:
        return self._whole(ceil, scalar.ceil, x)

    def round(self, x: Any) -> _Number:
        return self._whole(round, scalar.round, x)

    # --- any number of operands ----------------------------------------------------------------------------------

    def _powers(self, terms: Sequence[Any]) -> tuple[_Number, list[_Number]]:
        """The largest of some finite terms, and e to the power of each less the largest."""
        largest = max(map(self.number, terms))
        return largest, [self.exp(x - largest) for x in terms]

    def _has_limits(self, terms: Sequence[Any]) -> list[float] | None:
        """The terms as floats if their largest is infinite or one of them NaN, else None."""
        numbers = [float(self.number(x)) for x in terms]
        return numbers if any(x == inf or x != x for x in numbers) or max(numbers) == -inf else None

    def logsumexp(self, terms: Sequence[Any]) -> _Number:
        limits = self._has_limits(terms)
        if limits is not None:
            return self.number(scalar.logsumexp(limits))
        largest, powers = self._powers(terms)
        return largest + self.log(self.fsum(powers))

    def softmax(self, terms: Sequence[Any]) -> list[_Number]:
        limits = self._has_limits(terms)
        if limits is not None:
            return [self.number(p) for p in scalar.softmax(limits)]
        _, powers = self._powers(terms)
        total = self.fsum(powers)
        return [self.divide(p, total) for p in powers]
