"""Elementary functions over Values and plain numbers: the namespace in which derivatives of derivatives run.

Each function gives a recorded `Value` if any argument is a Value, else a float. For NumPy arrays use NumPy's own
functions (``np.tanh(array_of_values)``).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from operator import is_, mul
from typing import Any, TypeAlias, TypeVar

from autograd.engine import primitives, scalar
from autograd.engine.modes import open_blocks
from autograd.engine.value import (
    Group,
    Operand,
    Value,
    apply,
    as_operand,
    numbers_of,
    recorded,
    recorded_groups,
    revision,
)

T = TypeVar("T", Value, float)

# --- exponentials, logarithms, roots, angles -------------------------------------------------------------------


def exp(x: T) -> T:
    """e to the power x. Its derivative is itself. Infinity where that is too large for a float.

    Example:
        >>> exp(0.0)
        1.0
    """
    return apply(primitives.exp, x)


def expm1(x: T) -> T:
    """exp(x) - 1, without loss for small x. Its derivative is exp(x).

    Example:
        >>> expm1(1e-20)
        1e-20
    """
    return apply(primitives.expm1, x)


def log(x: T) -> T:
    """The natural logarithm of x > 0. Its derivative is 1/x.

    Raises:
        DomainError: for x at or below 0.

    Example:
        >>> log(1.0)
        0.0
    """
    return apply(primitives.log, x)


def log1p(x: T) -> T:
    """log(1 + x) for x > -1, without loss for small x. Its derivative is 1/(1 + x).

    Raises:
        DomainError: for x at or below -1.

    Example:
        >>> log1p(1e-20)
        1e-20
    """
    return apply(primitives.log1p, x)


def xlogy(x: Operand, y: Operand) -> Any:
    """x log(y), and 0 where x is 0, also for y = 0: a term of a cross-entropy.

    Its derivatives are log(y) and x/y.

    Raises:
        DomainError: for y below 0, and for y = 0 unless x is 0.

    Example:
        >>> xlogy(0.0, 0.0)
        0.0
    """
    return apply(primitives.xlogy, x, y)


def sqrt(x: T) -> T:
    """The square root of x >= 0. Its derivative is 1/(2 sqrt(x)), infinite at 0.

    Raises:
        DomainError: for x below 0.

    Example:
        >>> sqrt(9.0)
        3.0
    """
    return apply(primitives.sqrt, x)


def sin(x: T) -> T:
    """The sine of x radians. Its derivative is cos(x).

    Example:
        >>> sin(0.0)
        0.0
    """
    return apply(primitives.sin, x)


def cos(x: T) -> T:
    """The cosine of x radians. Its derivative is -sin(x).

    Example:
        >>> cos(0.0)
        1.0
    """
    return apply(primitives.cos, x)


def tan(x: T) -> T:
    """The tangent of x radians. Its derivative is 1 + tan(x)**2.

    Example:
        >>> tan(0.0)
        0.0
    """
    return apply(primitives.tan, x)


def asin(x: T) -> T:
    """The angle, from -pi/2 to pi/2, whose sine is x. Its derivative is 1/sqrt(1 - x**2), infinite at -1 and 1.

    Raises:
        DomainError: for x beyond -1 and 1.

    Example:
        >>> asin(0.0)
        0.0
    """
    return apply(primitives.asin, x)


def acos(x: T) -> T:
    """The angle, from 0 to pi, whose cosine is x. Its derivative is -1/sqrt(1 - x**2), infinite at -1 and 1.

    Raises:
        DomainError: for x beyond -1 and 1.

    Example:
        >>> acos(1.0)
        0.0
    """
    return apply(primitives.acos, x)


def atan(x: T) -> T:
    """The angle, from -pi/2 to pi/2, whose tangent is x. Its derivative is 1/(1 + x**2).

    Example:
        >>> atan(0.0)
        0.0
    """
    return apply(primitives.atan, x)


def atan2(y: Operand, x: Operand) -> Any:
    """The angle, from -pi to pi, at which the point (x, y) is seen from the origin.

    Its derivatives are x/(x**2 + y**2) with respect to y, and -y/(x**2 + y**2) with respect to x.

    Raises:
        DomainError: for y = x = 0.

    Example:
        >>> atan2(1.0, 1.0) == atan(1.0)
        True
    """
    return apply(primitives.atan2, y, x)


def hypot(a: Operand, b: Operand) -> Any:
    """sqrt(a**2 + b**2), the length of the hypotenuse, without overflow on the way.

    Its derivatives are a/y and b/y, where y is the length; at (0, 0) both are 0.

    Example:
        >>> hypot(3.0, 4.0), hypot(1e200, 0.0)
        (5.0, 1e+200)
    """
    return apply(primitives.hypot, a, b)


def log2(x: T) -> T:
    """The logarithm to the base 2 of x > 0. Its derivative is 1/(x log(2)).

    Raises:
        DomainError: for x at or below 0.

    Example:
        >>> log2(8.0)
        3.0
    """
    return apply(primitives.log2, x)


def log10(x: T) -> T:
    """The logarithm to the base 10 of x > 0. Its derivative is 1/(x log(10)).

    Raises:
        DomainError: for x at or below 0.

    Example:
        >>> log10(1000.0)
        3.0
    """
    return apply(primitives.log10, x)


def cbrt(x: T) -> T:
    """The cube root of x, negative where x is. Its derivative is 1/(3 cbrt(x)**2), infinite at 0.

    Example:
        >>> cbrt(-8.0)
        -2.0
    """
    return apply(primitives.cbrt, x)


def sinh(x: T) -> T:
    """The hyperbolic sine, (exp(x) - exp(-x))/2. Its derivative is cosh(x).

    Example:
        >>> sinh(0.0)
        0.0
    """
    return apply(primitives.sinh, x)


def cosh(x: T) -> T:
    """The hyperbolic cosine, (exp(x) + exp(-x))/2. Its derivative is sinh(x).

    Example:
        >>> cosh(0.0)
        1.0
    """
    return apply(primitives.cosh, x)


def asinh(x: T) -> T:
    """The number whose hyperbolic sine is x. Its derivative is 1/sqrt(1 + x**2).

    Example:
        >>> asinh(0.0)
        0.0
    """
    return apply(primitives.asinh, x)


def acosh(x: T) -> T:
    """The number, from 0 on, whose hyperbolic cosine is x. Its derivative is 1/sqrt(x**2 - 1), infinite at 1.

    Raises:
        DomainError: for x below 1.

    Example:
        >>> acosh(1.0)
        0.0
    """
    return apply(primitives.acosh, x)


def atanh(x: T) -> T:
    """The number whose hyperbolic tangent is x. Its derivative is 1/(1 - x**2).

    Raises:
        DomainError: for x at or beyond -1 and 1.

    Example:
        >>> atanh(0.0)
        0.0
    """
    return apply(primitives.atanh, x)


def erf(x: T) -> T:
    """The error function, between -1 and 1. Its derivative is 2 exp(-x**2)/sqrt(pi).

    Example:
        >>> erf(0.0)
        0.0
    """
    return apply(primitives.erf, x)


def erfcx(x: T) -> T:
    """exp(x**2) (1 - erf(x)), which keeps its digits far out. Its derivative is 2 x erfcx(x) - 2/sqrt(pi).

    Example:
        >>> erfcx(0.0)
        1.0
    """
    return apply(primitives.erfcx, x)


# --- activations -----------------------------------------------------------------------------------------------


def tanh(x: T) -> T:
    """The hyperbolic tangent y, between -1 and 1. Its derivative is 1 - y**2, computed so that it keeps its digits.

    Example:
        >>> y = tanh(Value(20.0))
        >>> y.data, y.partials  # 1 - 1.0**2 would be 0
        (1.0, (1.6993417021166355e-17,))

    Source: lecture, "Tanh Function".
    """
    return apply(primitives.tanh, x)


def sigmoid(x: T) -> T:
    """The logistic function h = 1/(1 + exp(-x)), between 0 and 1. Its derivative is h (1 - h).

    Saturation is exact: sigmoid(-1000) is 0.0 with derivative 0.0.

    Example:
        >>> sigmoid(Value(0.5)).partials
        (0.2350037122015945,)

    Source: notes 4.4.1 and 5.3.5; lecture, "Sigmoid / Logistic Activation Function".
    """
    return apply(primitives.sigmoid, x)


def softplus(x: T) -> T:
    """log(1 + exp(x)), a smooth ReLU. Its derivative is sigmoid(x).

    Example:
        >>> softplus(1000.0), softplus(-1000.0)
        (1000.0, 0.0)
    """
    return apply(primitives.softplus, x)


def log_sigmoid(x: T) -> T:
    """The logarithm of the sigmoid, -softplus(-x), which keeps its digits everywhere. Its derivative is sigmoid(-x).

    ``log(sigmoid(x))`` is -infinity where the sigmoid is 0, and ``log(1 - sigmoid(x))``, which is log_sigmoid(-x),
    loses its digits where the sigmoid is near 1.

    Example:
        >>> log_sigmoid(-1000.0), log_sigmoid(-20.0)
        (-1000.0, -20.000000002061153)
    """
    return -softplus(-x)


def relu(x: T) -> T:
    """max(0, x), the rectified linear unit. Its derivative is 1 for x >= 0, else 0.

    At 0 the derivative is 1, as both documents have it; PyTorch and JAX take 0.

    Example:
        >>> relu(Value(0.0)).partials
        (1.0,)

    Source: lecture, "ReLU Function"; notes 5.3.4.
    """
    return apply(primitives.relu, x)


def leaky_relu(x: Operand, alpha: Operand = 0.01) -> Any:
    """x for x >= 0, else alpha x. Its derivative is 1 for x >= 0 (also at 0), else alpha.

    With a Value for ``alpha`` this is the parametric ReLU (PReLU), whose slope is learnt: the derivative with respect
    to alpha is x for x < 0, else 0.

    Example:
        >>> leaky_relu(-2.0)
        -0.02

    Source: lecture, "Leaky ReLU Function" and "Parametric ReLU Function".
    """
    return apply(primitives.leaky_relu, x, alpha)


def elu(x: Operand, alpha: Operand = 1.0) -> Any:
    """x for x >= 0, else alpha (exp(x) - 1). Its derivative is 1 for x >= 0, else alpha exp(x).

    Example:
        >>> elu(-1000.0)
        -1.0

    Source: lecture, "Exponential Linear Units (ELUs) Function".
    """
    return apply(primitives.elu, x, alpha)


def swish(x: T) -> T:
    """x sigmoid(x), smooth and not monotonic. Its derivative is h (1 + x (1 - h)) with h = sigmoid(x).

    Example:
        >>> swish(0.0)
        0.0

    Source: lecture, "Swish".
    """
    return apply(primitives.swish, x)


silu = swish
"""Another name of `swish`."""


def selu(x: T) -> T:
    """1.0507 x for x >= 0, else 1.0507 · 1.6733 (exp(x) - 1): an ELU that keeps the mean and the spread of a layer.

    Its derivative is 1.0507 for x >= 0, else 1.0507 · 1.6733 exp(x).

    Example:
        >>> selu(1.0)
        1.0507009873554805

    Source: Klambauer et al., Self-Normalizing Neural Networks (2017).
    """
    return apply(primitives.selu, x)


def mish(x: T) -> T:
    """x tanh(softplus(x)), smooth and not monotonic, as swish. Its derivative is t + x h (1 - t**2).

    Here t = tanh(softplus(x)) and h = sigmoid(x).

    Example:
        >>> mish(0.0), mish(Value(1000.0)).partials
        (0.0, (1.0,))

    Source: D. Misra, "Mish: A Self Regularized Non-Monotonic Activation Function" (2019).
    """
    return apply(primitives.mish, x)


def softsign(x: T) -> T:
    """x/(1 + abs(x)), between -1 and 1. Its derivative is 1/(1 + abs(x))**2.

    Example:
        >>> softsign(-3.0)
        -0.75
    """
    return apply(primitives.softsign, x)


def hardtanh(x: T) -> T:
    """x, but not below -1 nor above 1. Its derivative is 1 from -1 to 1, else 0.

    Example:
        >>> hardtanh(0.5), hardtanh(3.0)
        (0.5, 1.0)
    """
    return apply(primitives.hardtanh, x)


def hardsigmoid(x: T) -> T:
    """x/6 + 1/2, but not below 0 nor above 1. Its derivative is 1/6 from -3 to 3, else 0.

    Example:
        >>> hardsigmoid(0.0), hardsigmoid(3.0)
        (0.5, 1.0)
    """
    return apply(primitives.hardsigmoid, x)


def gelu(x: T) -> T:
    """x times the chance that a normal number is below x, which is (1 + erf(x/sqrt(2)))/2: the exact form.

    Its derivative is that chance plus x times its density, exp(-x**2/2)/sqrt(2 pi).

    Example:
        >>> gelu(0.0)
        0.0
    """
    return apply(primitives.gelu, x)


def step(x: T) -> T:
    """1 for x >= 0, else 0. Its derivative is 0 everywhere, so nothing learns through it.

    Example:
        >>> step(0.0)
        1.0

    Source: lecture, the perceptron and "Binary Step Function".
    """
    return apply(primitives.step, x)


# --- choices ---------------------------------------------------------------------------------------------------


def absolute(x: T) -> T:
    """The absolute value. Its derivative is the sign of x, and 0 at 0.

    Example:
        >>> absolute(-2.0)
        2.0
    """
    return apply(primitives.absolute, x)


def sign(x: T) -> T:
    """-1 for x below 0, 0 at 0, 1 above. Its derivative is 0.

    Example:
        >>> sign(-2.0)
        -1.0
    """
    return apply(primitives.sign, x)


def maximum(a: Operand, b: Operand) -> Any:
    """The larger of a and b. All of the gradient goes to it; at a tie, to a.

    Example:
        >>> maximum(Value(2.0), Value(2.0)).partials
        (1.0, 0.0)
    """
    return apply(primitives.maximum, a, b)


def minimum(a: Operand, b: Operand) -> Any:
    """The smaller of a and b. All of the gradient goes to it; at a tie, to a.

    Example:
        >>> minimum(2.0, 3.0)
        2.0
    """
    return apply(primitives.minimum, a, b)


def clip(x: Operand, low: Operand, high: Operand) -> Any:
    """x where it lies between low and high, else the nearer of the two: min(max(x, low), high).

    All of the gradient goes to the one that is chosen; at a tie, to x.

    Example:
        >>> clip(2.0, -1.0, 1.0)
        1.0
    """
    return apply(primitives.clip, x, low, high)


def floor(x: T) -> T:
    """The largest whole number that is not above x. Its derivative is 0.

    Example:
        >>> floor(-1.5)
        -2.0
    """
    return apply(primitives.floor, x)


def ceil(x: T) -> T:
    """The smallest whole number that is not below x. Its derivative is 0.

    Example:
        >>> ceil(-1.5)
        -1.0
    """
    return apply(primitives.ceil, x)


def round(x: T, digits: int | None = None) -> T:
    """The nearest whole number, the even one of two that are as near. Its derivative is 0.

    Python's own ``round(v)`` and ``round(v, 2)`` of a Value are this, too.

    Arguments:
        x: a Value or a number.
        digits: round to so many decimals; tens, hundreds ... where it is negative.

    Example:
        >>> round(1.5), round(2.5), round(0.1236, 2)
        (2.0, 2.0, 0.12)
    """
    if not digits:
        return apply(primitives.round, x)
    scale = 10.0 ** abs(digits)  # 0.01 is no float, 100 is one
    if digits < 0:
        return apply(primitives.round, x / scale) * scale
    return apply(primitives.round, x * scale) / scale


def where(condition: Operand | bool, a: Operand, b: Operand) -> Any:
    """a where the condition holds (is True, or not 0), else b. The operand not chosen gets no gradient.

    A condition of plain ``bool`` is fixed when the graph is recorded; write ``step(x)`` for one that a compiled
    program decides anew for every example.

    Example:
        >>> x = Value(-4.0)
        >>> y = where(x > 0, x, -x)
        >>> y.data
        4.0
    """
    return apply(primitives.where, condition, a, b)


def stop_gradient(x: T) -> T:
    """x, but the gradient stops here: what x was computed from gets none through this node.

    For a target that is computed from the parameters and yet taken as given, as in reinforcement learning, or to leave
    the graph on purpose. Derivations, pictures and compiled programs have it, too.

    Example:
        >>> x = Value(3.0)
        >>> y = x * stop_gradient(x)
        >>> y.backward()
        >>> y.data, x.grad  # and not 2 x
        (9.0, 3.0)
    """
    return apply(primitives.stop_gradient, x)


# --- any number of operands: one node, one partial an operand ---------------------------------------------------


def dot(w: Sequence[Operand], x: Sequence[Operand], bias: Operand | None = None) -> Any:
    """The weighted sum w_1 x_1 + ... + w_n x_n + bias, as one node: a neuron's z.

    Its derivatives are dz/dw_i = x_i, dz/dx_i = w_i and dz/dbias = 1. The sum is rounded once, at the end.

    Arguments:
        w, x: sequences of the same length, of Values and numbers.
        bias: a Value or number; none by default.

    Raises:
        ValueError: if the lengths differ.

    Example:
        >>> z = dot([Value(0.8), Value(0.2)], [0.5, 0.3], bias=Value(0.1))
        >>> print(f"{z:.2f}", z.partials)
        0.56 (0.5, 0.3, 1.0)

    Source: notes 5.2.4 and 5.3; lecture, "Feed-Forward Networks".
    """
    if len(w) != len(x):
        raise ValueError(f"dot: {len(w)} weights for {len(x)} inputs; give one weight an input")
    return linear(((*w, bias) if bias is not None else tuple(w),), x)[0]


def linear(rows: Iterable[Sequence[Operand]], x: Sequence[Operand]) -> list[Any]:
    """The weighted sums of a layer: one `dot` node for each row, all over the same inputs.

    Arguments:
        rows: for each neuron its weights, one an input, followed by its bias if it has one. Tuples are kept as they
            are, so that every example shares them; other sequences are copied.
        x: the inputs.

    Raises:
        ValueError: if a row has neither as many entries as there are inputs nor one more.

    Example:
        >>> linear([[1.0, 2.0, 0.0], [3.0, 4.0, 0.5]], [10.0, 1.0])
        [12.0, 34.5]

    Source: lecture, "Feed-Forward Networks": z[1] = w[1] x + b[1], row by row.
    """
    return Rows(rows).times(x)


class Rows:
    """The rows of a layer, as `linear` takes them, for many examples: their numbers are read once.

    They are read again after the ``data`` of any Value has been set, whichever it was.

    Arguments:
        rows: see `linear`.

    Example:
        >>> w = Value(2.0)
        >>> weights = Rows([(w, 1.0)])
        >>> weights.times([3.0])[0].data
        7.0
        >>> w.data = 4.0
        >>> weights.times([3.0])[0].data
        13.0
    """

    __slots__ = ("_read", "rows")

    def __init__(self, rows: Iterable[Sequence[Operand]]) -> None:
        self.rows = list(rows)
        self._read: tuple[object, list[_Row]] = (None, [])

    def __reduce__(self) -> tuple[Any, ...]:
        return Rows, (self.rows,)

    def _numbers(self) -> list[_Row]:
        """Each row as it is recorded, with its numbers."""
        now = revision[0]
        known, read = self._read
        if known is not now:
            read = [_read_row(row) for row in self.rows]
            self._read = now, read
        return read

    def times(self, x: Sequence[Operand]) -> list[Any]:
        """The weighted sums of these inputs: see `linear`."""
        inputs: Group = tuple(x) if {*map(type, x)} == {Value} else tuple([as_operand(v) for v in x])
        numbers = numbers_of(inputs)
        depths = [v.depth for v in inputs if type(v) is not float]
        input_depth = max(depths, default=0)
        uniform = len(depths) in (0, len(inputs)) and not open_blocks  # all Values, or all constants
        n = len(inputs)
        with_one = (*numbers, 1.0)
        dot = primitives.dot
        outputs: list[Any] = []
        for group, weights, all_but_bias, depth in self._numbers():
            if len(group) == n + 1:
                slopes, input_slopes = with_one, all_but_bias
            elif len(group) == n:
                slopes, input_slopes = numbers, weights
            else:
                raise ValueError(
                    f"dot: {len(group)} weights for {n} inputs; give one weight an input, and one bias, last, if there "
                    "is one"
                )
            try:
                z = math.fsum(map(mul, weights, slopes))
            except (OverflowError, ValueError):  # as rare as infinities are
                z = scalar.fsum([*map(mul, weights, slopes)])
            if uniform and depth >= 0:
                deepest = depth if depth > input_depth else input_depth
                outputs.append(recorded(dot, z, deepest, group, slopes, inputs, input_slopes if depths else None))
            elif Value in map(type, (*group, *inputs)):
                outputs.append(recorded_groups(dot, z, group, slopes, inputs, input_slopes))
            else:
                outputs.append(z)
        return outputs


_Row: TypeAlias = "tuple[Group, tuple[float, ...], tuple[float, ...], int]"
"""A row, its numbers, those but for the last, and the depth of its deepest entry: -1 where there are constants."""


def _read_row(row: Sequence[Operand]) -> _Row:
    group = tuple([as_operand(v) for v in row])
    if type(row) is tuple and all(map(is_, group, row)):
        group = row  # the very tuple, which all examples share
    numbers = numbers_of(group)
    depths = [v.depth if isinstance(v, Value) else -1 for v in group]
    return group, numbers, numbers[:-1], max(depths) if depths and min(depths) >= 0 else -1


def fsum(terms: Iterable[Operand]) -> Any:
    """The sum of any number of terms, as one node, rounded once at the end. Each derivative is 1.

    Example:
        >>> fsum([0.1] * 10)
        1.0
    """
    return _variadic(primitives.fsum, terms)


def logsumexp(terms: Iterable[Operand]) -> Any:
    """log(exp(x_1) + ... + exp(x_n)), as one node, without overflow. Its derivatives are the softmax of the terms.

    Raises:
        ValueError: without a term, since log(0) is not defined.

    Example:
        >>> logsumexp([1000.0, 0.0])
        1000.0
    """
    terms = tuple(terms)
    if not terms:
        raise ValueError("logsumexp of no terms is log(0), which is not defined; give at least one term")
    return _variadic(primitives.logsumexp, terms)


def softmax(z: Iterable[Operand]) -> list[Any]:
    """exp(z_i)/sum_j exp(z_j) for every i: numbers in (0, 1) that add up to 1, without overflow.

    The derivative of output i with respect to z_j is p_i (1 - p_i) where i = j, else -p_i p_j.

    Arguments:
        z: the logits, Values or numbers, at least one.

    Returns:
        A list, one a logit.

    Example:
        >>> print(", ".join(f"{p:.2f}" for p in softmax([1.3, 5.1, 2.2, 0.7, 1.1])))
        0.02, 0.90, 0.05, 0.01, 0.02

    Source: notes 5.3.6; lecture, "Softmax Activation Function".
    """
    logits = tuple([as_operand(x) for x in z])
    if not logits:
        raise ValueError("softmax of no logits; give at least one")
    p = scalar.softmax(numbers_of(logits))
    if Value not in map(type, logits):
        return list(p)
    outputs = []
    for i, p_i in enumerate(p):
        partials = [-p_i * p_j for p_j in p]
        partials[i] = p_i * scalar.fsum([*p[:i], *p[i + 1 :]])  # 1 - p_i would lose its digits near 1
        outputs.append(recorded_groups(primitives.softmax, p_i, (float(i), *logits), (None, *partials)))
    return outputs


def log_softmax(z: Iterable[Operand]) -> list[Any]:
    """The logarithm of the softmax, z_i - logsumexp(z): finite also where the softmax itself is 0.

    Example:
        >>> log_softmax([1000.0, 0.0, -1000.0])
        [0.0, -1000.0, -2000.0]
    """
    logits = tuple(z)
    total = logsumexp(logits)
    return [x - total for x in logits]


def _variadic(op: primitives.Primitive, terms: Iterable[Operand]) -> Any:
    """A primitive whose operands are ``terms``."""
    operands = tuple([as_operand(x) for x in terms])
    numbers = numbers_of(operands)
    data = op.on_floats(*numbers)
    if Value not in map(type, operands):
        return data
    return recorded_groups(op, data, operands, tuple(op.slopes(scalar, data, *numbers)))


# --- what takes a Value first is a method, too, also by the name of NumPy's function, which calls it ---------------

_METHODS = {op.name: globals()[op.name] for op in primitives.PRIMITIVES if op.name in globals() and not op.variadic}
_METHODS |= {"log_sigmoid": log_sigmoid, "silu": silu}
_METHODS |= {op.array: _METHODS[op.name] for op in primitives.PRIMITIVES if op.array and op.name in _METHODS}
for _name, _function in _METHODS.items():
    if not hasattr(Value, _name):  # the activations of hidden layers have faster ones
        setattr(Value, _name, _function)
Value.__round__ = round  # type: ignore[method-assign, assignment]  # as its declared type has it, for Values

# --- for the rules of the table ----------------------------------------------------------------------------------


def at_least(a: Operand, b: Operand) -> float:
    """1 where a is b or more, else 0: a plain number, for a rule that chooses between forms or operands."""
    return scalar.at_least(*numbers_of((a, b)))


def below(a: Operand, b: Operand) -> float:
    """1 where a is less than b, else 0: a plain number."""
    return scalar.below(*numbers_of((a, b)))


def divide(a: Operand, b: Operand) -> Any:
    """a / b, as the table writes it."""
    return apply(primitives.divide, a, b)


def power(a: Operand, b: Operand) -> Any:
    """a ** b, as the table writes it."""
    return apply(primitives.power, a, b)
