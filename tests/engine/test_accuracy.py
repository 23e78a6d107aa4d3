"""How exact the primitives are: every value and first derivative against mpmath, over the whole domain.

The oracles are the textbook formulas, evaluated with 700 digits. That is enough for them to lose nothing: the worst
cancellation, ``1 - tanh(700)**2``, takes 608 digits, and ``log(1 + 1e-300)`` takes 300.
"""

from __future__ import annotations

import functools
import math
import random
from collections.abc import Callable, Iterator, Sequence
from math import inf, nan
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf

from autograd import Value, apply, functions
from autograd.engine import scalar
from autograd.engine.primitives import PRIMITIVES, Primitive
from tests.examples import examples, share

DIGITS = 700
LARGEST = mpf(1.7976931348623157e308)
BY_NAME = {op.name: op for op in PRIMITIVES}
ELEMENTARY = [op for op in PRIMITIVES if not op.variadic]
NARY = [op for op in PRIMITIVES if op.variadic]


def name_of(op: Primitive) -> str:
    return op.name


# --- the oracles: the value and the partials in mpmath -----------------------------------------------------------
# Where the exact result is a sum of terms that may cancel, the oracle is the list of these terms: the error is then
# measured in units of the largest. The outputs of a softmax are themselves the terms of a sum, which is 1.


class Oracle(NamedTuple):
    value: Callable[..., Any]
    partials: tuple[Callable[..., Any], ...]


def logistic(a: mpf) -> mpf:
    return 1 / (1 + mp.exp(-a))


def selu_scale() -> mpf:
    return mpf("1.0507009873554805")


def selu_alpha() -> mpf:
    return mpf("1.6732632423543772")


def scaled_rest(a: mpf) -> mpf:
    if a > 1e10:  # the first terms of the series for large a
        return (1 - 1 / (2 * a * a) + 3 / (4 * a**4)) / (a * mp.sqrt(mp.pi))
    return mp.exp(a * a) * mp.erfc(a) if a > -1e10 else 10 * LARGEST


def chance(a: mpf) -> mpf:
    """That a normal number is below a."""
    return mp.erfc(-a / mp.sqrt(2)) / 2 if abs(a) < 1e10 else mpf(a > 0)


def cube_root(a: mpf) -> mpf:
    return mp.sign(a) * mp.cbrt(abs(a))


def xlogy(a: mpf, b: mpf) -> mpf:
    return a * mp.log(b) if a else mpf(0)


def power_by_exponent(a: mpf, b: mpf) -> mpf:
    return mpf(0) if a == 0 and b > 0 else a**b * mp.log(a)


ZERO, ONE = (lambda *_: mpf(0)), (lambda *_: mpf(1))

ELEMENTARY_ORACLES = {
    "add": Oracle(lambda a, b: a + b, (ONE, ONE)),
    "subtract": Oracle(lambda a, b: a - b, (ONE, lambda a, b: mpf(-1))),
    "multiply": Oracle(lambda a, b: a * b, (lambda a, b: b, lambda a, b: a)),
    "divide": Oracle(lambda a, b: a / b, (lambda a, b: 1 / b, lambda a, b: -a / b**2)),
    "negative": Oracle(lambda a: -a, (lambda a: mpf(-1),)),
    "power": Oracle(lambda a, b: a**b, (lambda a, b: b * a ** (b - 1) if b else mpf(0), power_by_exponent)),
    "absolute": Oracle(lambda a: abs(a), (lambda a: mp.sign(a),)),
    "sign": Oracle(lambda a: mp.sign(a), (ZERO,)),
    "identity": Oracle(lambda a: a, (ONE,)),
    "stop_gradient": Oracle(lambda a: a, (ZERO,)),
    "exp": Oracle(lambda a: mp.exp(a), (lambda a: mp.exp(a),)),
    "expm1": Oracle(lambda a: mp.exp(a) - 1, (lambda a: mp.exp(a),)),
    "log": Oracle(lambda a: mp.log(a), (lambda a: 1 / a,)),
    "log1p": Oracle(lambda a: mp.log(1 + a), (lambda a: 1 / (1 + a),)),
    "xlogy": Oracle(xlogy, (lambda a, b: mp.log(b), lambda a, b: a / b)),
    "sqrt": Oracle(lambda a: mp.sqrt(a), (lambda a: 1 / (2 * mp.sqrt(a)),)),
    "sin": Oracle(lambda a: mp.sin(a), (lambda a: mp.cos(a),)),
    "cos": Oracle(lambda a: mp.cos(a), (lambda a: -mp.sin(a),)),
    "tan": Oracle(lambda a: mp.tan(a), (lambda a: 1 + mp.tan(a) ** 2,)),
    "asin": Oracle(lambda a: mp.asin(a), (lambda a: 1 / mp.sqrt(1 - a**2),)),
    "acos": Oracle(lambda a: mp.acos(a), (lambda a: -1 / mp.sqrt(1 - a**2),)),
    "atan": Oracle(lambda a: mp.atan(a), (lambda a: 1 / (1 + a**2),)),
    "atan2": Oracle(lambda a, b: mp.atan2(a, b), (lambda a, b: b / (a**2 + b**2), lambda a, b: -a / (a**2 + b**2))),
    "hypot": Oracle(
        lambda a, b: mp.sqrt(a**2 + b**2),
        (
            lambda a, b: a / mp.sqrt(a**2 + b**2) if a else mpf(0),
            lambda a, b: b / mp.sqrt(a**2 + b**2) if b else mpf(0),
        ),
    ),
    "log2": Oracle(lambda a: mp.log(a) / mp.log(2), (lambda a: 1 / (a * mp.log(2)),)),
    "log10": Oracle(lambda a: mp.log(a) / mp.log(10), (lambda a: 1 / (a * mp.log(10)),)),
    "cbrt": Oracle(cube_root, (lambda a: 1 / (3 * cube_root(a) ** 2),)),
    "sinh": Oracle(lambda a: mp.sinh(a), (lambda a: mp.cosh(a),)),
    "cosh": Oracle(lambda a: mp.cosh(a), (lambda a: mp.sinh(a),)),
    "asinh": Oracle(lambda a: mp.asinh(a), (lambda a: 1 / mp.sqrt(1 + a**2),)),
    "acosh": Oracle(lambda a: mp.acosh(a), (lambda a: 1 / mp.sqrt(a**2 - 1),)),
    "atanh": Oracle(lambda a: mp.atanh(a), (lambda a: 1 / (1 - a**2),)),
    "tanh": Oracle(lambda a: mp.tanh(a), (lambda a: 1 - mp.tanh(a) ** 2,)),
    "sigmoid": Oracle(logistic, (lambda a: logistic(a) * (1 - logistic(a)),)),
    "softplus": Oracle(lambda a: mp.log(1 + mp.exp(a)), (logistic,)),
    "swish": Oracle(
        lambda a: a * logistic(a),
        (lambda a: [logistic(a), a * logistic(a) * (1 - logistic(a))],),  # they cancel near -1.278
    ),
    "relu": Oracle(lambda a: max(a, mpf(0)), (lambda a: mpf(a >= 0),)),
    "leaky_relu": Oracle(
        lambda a, b: a if a >= 0 else b * a,
        (lambda a, b: mpf(1) if a >= 0 else b, lambda a, b: mpf(0) if a >= 0 else a),
    ),
    "elu": Oracle(
        lambda a, b: a if a >= 0 else b * (mp.exp(a) - 1),
        (lambda a, b: mpf(1) if a >= 0 else b * mp.exp(a), lambda a, b: mpf(0) if a >= 0 else mp.exp(a) - 1),
    ),
    "erf": Oracle(lambda a: mp.erf(a), (lambda a: 2 * mp.exp(-a * a) / mp.sqrt(mp.pi),)),
    "erfcx": Oracle(scaled_rest, (lambda a: [2 * a * scaled_rest(a), -2 / mp.sqrt(mp.pi)],)),
    "gelu": Oracle(lambda a: a * chance(a), (lambda a: [chance(a), a * mp.exp(-a * a / 2) / mp.sqrt(2 * mp.pi)],)),
    "selu": Oracle(
        lambda a: selu_scale() * (a if a >= 0 else selu_alpha() * (mp.exp(a) - 1)),
        (lambda a: selu_scale() * (mpf(1) if a >= 0 else selu_alpha() * mp.exp(a)),),
    ),
    "mish": Oracle(
        lambda a: a * mp.tanh(mp.log1p(mp.exp(a))),
        (  # they cancel near -1.192
            lambda a: [mp.tanh(mp.log1p(mp.exp(a))), a * logistic(a) / mp.cosh(mp.log1p(mp.exp(a))) ** 2],
        ),
    ),
    "softsign": Oracle(lambda a: a / (1 + abs(a)), (lambda a: 1 / (1 + abs(a)) ** 2,)),
    "hardtanh": Oracle(lambda a: min(max(a, mpf(-1)), mpf(1)), (lambda a: mpf(-1 <= a <= 1),)),
    "hardsigmoid": Oracle(lambda a: min(max((a + 3) / 6, mpf(0)), mpf(1)), (lambda a: mpf(-3 <= a <= 3) / 6,)),
    "step": Oracle(lambda a: mpf(a >= 0), (ZERO,)),
    "maximum": Oracle(lambda a, b: max(a, b), (lambda a, b: mpf(a >= b), lambda a, b: mpf(a < b))),
    "minimum": Oracle(lambda a, b: min(a, b), (lambda a, b: mpf(a <= b), lambda a, b: mpf(a > b))),
    "clip": Oracle(
        lambda a, b, c: min(max(a, b), c),
        (
            lambda a, b, c: mpf(b <= a <= c),
            lambda a, b, c: mpf(a < b <= c),
            lambda a, b, c: mpf(c < max(a, b)),
        ),
    ),
    "floor": Oracle(lambda a: mp.floor(a), (ZERO,)),
    "ceil": Oracle(lambda a: mp.ceil(a), (ZERO,)),
    "round": Oracle(lambda a: mp.nint(a), (ZERO,)),
    "where": Oracle(
        lambda a, b, c: b if a else c,
        (ZERO, lambda a, b, c: mpf(a != 0), lambda a, b, c: mpf(a == 0)),
    ),
}


def softmax(z: Sequence[mpf]) -> list[mpf]:
    powers = [mp.exp(x) for x in z]
    return [p / sum(powers) for p in powers]


OF_A_SUM_OF_1 = (mpf(1), mpf(-1))


def logsumexp_terms(*z: mpf) -> list[mpf]:
    return [max(z), mp.log(sum(mp.exp(x - max(z)) for x in z))]


def softmax_slopes(index: float, *z: mpf) -> list[Any]:
    p = softmax(z)
    i = int(index)
    return [[p[i] * ((i == j) - p_j), *OF_A_SUM_OF_1] for j, p_j in enumerate(p)]


def one_near_zero(rng: random.Random) -> list[float]:
    """The largest term next to 0: a log-sum-exp is then the logarithm of hardly more than 1."""
    return [10.0 ** rng.uniform(-300.0, -20.0), *[rng.uniform(-40.0, -1.0) for _ in range(rng.choice((1, 3)))]]


class NaryOracle(NamedTuple):
    """As `Oracle`, but ``partials`` gives all of them; ``call`` is how a user writes the operation."""

    call: Callable[..., Value]
    value: Callable[..., Any]
    partials: Callable[..., list[Any]]
    operands: Callable[[random.Random], list[Any]]


def several(rng: random.Random) -> list[float]:
    scale = 10.0 ** rng.uniform(rng.choice((-300.0, -1.0)), math.log10(700.0))
    return [rng.uniform(-1.0, 1.0) * scale for _ in range(rng.choice((1, 2, 3, 10)))]


NARY_ORACLES = {
    "dot": NaryOracle(
        call=lambda *v: functions.dot(v[: len(v) // 2], v[len(v) // 2 + 1 :], bias=v[len(v) // 2]),
        value=lambda *v: [
            *(w * x for w, x in zip(v[: len(v) // 2], v[len(v) // 2 + 1 :], strict=True)),
            v[len(v) // 2],
        ],
        partials=lambda *v: [*v[len(v) // 2 + 1 :], mpf(1), *v[: len(v) // 2]],
        operands=lambda rng: [rng.uniform(-700.0, 700.0) for _ in range(2 * rng.choice((1, 2, 10)) + 1)],
    ),
    "fsum": NaryOracle(
        call=lambda *v: functions.fsum(v),
        value=lambda *v: list(v),
        partials=lambda *v: [mpf(1) for _ in v],
        operands=several,
    ),
    "logsumexp": NaryOracle(
        call=lambda *v: functions.logsumexp(v),
        value=logsumexp_terms,
        partials=lambda *z: [[p, *OF_A_SUM_OF_1] for p in softmax(z)],
        operands=lambda rng: rng.choice((several, one_near_zero))(rng),
    ),
    "softmax": NaryOracle(
        call=lambda i, *v: functions.softmax(v)[int(i)],
        value=lambda i, *z: [softmax(z)[int(i)], *OF_A_SUM_OF_1],
        partials=softmax_slopes,
        operands=lambda rng: [0, *several(rng)],
    ),
}


# --- the points --------------------------------------------------------------------------------------------------


def log_spaced(low: float, high: float, count: int) -> list[float]:
    start, stop = math.log(low), math.log(high)
    return [math.exp(start + (stop - start) * i / (count - 1)) for i in range(count)]


def unary_points() -> list[float]:
    """0, and both signs of magnitudes from 1e-300 to where exp underflows, closer together where functions bend."""
    magnitudes = [*log_spaced(1e-300, 1e-3, 75), *log_spaced(1e-3, 700.0, 225), *log_spaced(700.0, 760.0, 60)]
    bends = [0.5, 1.0, 1.2784645427610738, 18.5, 36.75, 37.5]  # where a formula changes, vanishes or saturates
    magnitudes += [x for bend in bends for x in (math.nextafter(bend, 0.0), bend, math.nextafter(bend, inf))]
    return [0.0, *magnitudes, *[-x for x in magnitudes]]


def points(op: Primitive) -> Iterator[tuple[float, ...]]:
    """Operands from the whole domain of a primitive, tuples with one number an operand."""
    arity = len(ELEMENTARY_ORACLES[op.name].partials)
    if arity == 1:
        candidates = [(x,) for x in unary_points()]
    else:
        rng = random.Random(op.name)
        magnitudes = [*log_spaced(1e-300, 1e-3, 40), *log_spaced(1e-3, 700.0, 120)]
        whole = [1.0, 2.0, 3.0, 7.0]  # exponents that a negative base allows
        pool = [0.0, *magnitudes, *[-x for x in magnitudes], *whole, *[-x for x in whole]]
        candidates = [tuple(rng.choice(pool) for _ in range(arity)) for _ in range(500)]
        candidates += [(rng.choice(pool), rng.choice(whole), 1.0)[:arity] for _ in range(100)]
    for operands in share(candidates):
        if op.outside(*operands) is None:
            yield operands


# --- the comparison ----------------------------------------------------------------------------------------------


def error_in_ulps(computed: float, exact: Any) -> float:
    """How far off ``computed`` is, in units of the last place of the exact result (of the largest of its terms)."""
    terms = exact if isinstance(exact, list) else [exact]
    total = sum(terms)
    if computed == math.copysign(inf, total) and abs(total) > LARGEST:
        return 0.0
    if not math.isfinite(computed):  # infinity stands for the number that follows the largest
        computed = mpf(2) ** 1024 * (1 if computed > 0.0 else -1) if math.isinf(computed) else computed
    largest = min(max(abs(term) for term in terms), mpf(LARGEST))
    return float(abs(computed - total) / math.ulp(float(largest))) if computed == computed else inf


def worst(rows: Iterator[tuple[float, tuple[Any, ...], float, Any]]) -> tuple[float, str]:
    """The largest error, and a line that says where it is."""
    error, operands, computed, exact = max(rows, key=lambda row: row[0])
    return error, f"{error:.3g} ulp at {operands}: {computed!r} for {mp.nstr(mp.mpf(sum_of(exact)), 20)}"


def sum_of(exact: Any) -> Any:
    return sum(exact) if isinstance(exact, list) else exact


def test_every_primitive_of_the_table_has_an_oracle() -> None:
    assert set(BY_NAME) == {*ELEMENTARY_ORACLES, *NARY_ORACLES}
    for op in ELEMENTARY:
        assert isinstance(op.partials, tuple)
        assert len(op.partials) == len(ELEMENTARY_ORACLES[op.name].partials), op.name


@pytest.mark.parametrize("op", ELEMENTARY, ids=name_of)
def test_value_is_within_4_ulp(op: Primitive) -> None:
    def errors() -> Iterator[tuple[float, tuple[Any, ...], float, Any]]:
        for operands in points(op):
            computed = apply(op, *operands)
            exact = ELEMENTARY_ORACLES[op.name].value(*map(mpf, operands))
            yield error_in_ulps(computed, exact), operands, computed, exact

    with mp.workdps(DIGITS):
        error, where = worst(errors())
    assert error <= 4.0, where


def partial_exists(op: Primitive, position: int, operands: tuple[float, ...]) -> bool:
    """Whether a derivative exists: not at the edge of the domain, nor by the exponent of a negative base."""
    if op.name == "sqrt":
        return operands[0] > 0.0
    if op.name in ("asin", "acos", "acosh"):
        return abs(operands[0]) != 1.0
    if op.name == "cbrt":
        return operands[0] != 0.0
    if op.name == "xlogy":
        return operands[1] > 0.0
    if op.name == "power":
        a, b = operands
        return (a > 0.0 or (a == 0.0 and b > 0.0)) if position == 1 else a != 0.0 or b == 0.0 or b >= 1.0
    return True


@functools.cache
def exact_partials(op: Primitive) -> list[tuple[tuple[float, ...], dict[int, Any]]]:
    """Points, each with those partials by their positions that exist there."""
    rules = ELEMENTARY_ORACLES[op.name].partials
    return [
        (operands, {i: rule(*map(mpf, operands)) for i, rule in enumerate(rules) if partial_exists(op, i, operands)})
        for operands in points(op)
    ]


def errors_of_partials(
    op: Primitive, partials_at: Callable[..., Sequence[float]]
) -> Iterator[tuple[float, tuple[Any, ...], float, Any]]:
    for operands, partials in exact_partials(op):
        computed = partials_at(*operands)
        for position, exact in partials.items():
            yield error_in_ulps(computed[position], exact), (position, *operands), computed[position], exact


@pytest.mark.parametrize("op", ELEMENTARY, ids=name_of)
def test_each_first_derivative_is_within_4_ulp(op: Primitive) -> None:
    with mp.workdps(DIGITS):
        error, where = worst(errors_of_partials(op, lambda *operands: apply(op, *map(Value, operands)).partials))
    assert error <= 4.0, where


@pytest.mark.parametrize("op", ELEMENTARY, ids=name_of)
def test_each_rule_of_the_table_is_within_4_ulp(op: Primitive) -> None:
    """The rules without the eager form: what a derivative that is differentiated again, or compiled, is made of."""

    def rules(*operands: float) -> list[float]:
        wanted = [partial_exists(op, position, operands) for position in range(len(operands))]
        return op.slopes(scalar, op.value(scalar, *operands), *operands, wanted=wanted)

    with mp.workdps(DIGITS):
        error, where = worst(errors_of_partials(op, rules))
    assert error <= 4.0, where


WIDE = st.floats(allow_nan=False, allow_infinity=False)
NUMBERS = st.floats(-800.0, 800.0) | WIDE | st.floats(-3.0, 3.0) | st.floats(-1e-307, 1e-307)


@pytest.mark.parametrize("op", ELEMENTARY, ids=name_of)
@settings(  # most numbers are outside the domain of acosh
    max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)
@given(data=st.data())
def test_value_and_slopes_are_within_4_ulp_at_any_numbers(op: Primitive, data: st.DataObject) -> None:
    """The eager form and the rules, at numbers that each run draws afresh."""
    oracle = ELEMENTARY_ORACLES[op.name]
    operands = tuple(data.draw(NUMBERS) + 0.0 for _ in oracle.partials)  # the oracle knows no -0, whose angle is -pi
    if op.name == "power" and data.draw(st.booleans()):
        operands = (operands[0], data.draw(st.integers(-20, 20).map(float) | st.floats(-5.0, 5.0)))
    elif op.name == "power" and abs(operands[0]) not in (0.0, 1.0):  # a power that is smaller than a normal number
        exponent = data.draw(st.floats(-790.0, -690.0)) / math.log(abs(operands[0]))
        operands = (operands[0], exponent if operands[0] > 0.0 else float(round(exponent)))
    assume(op.outside(*operands) is None)
    node = apply(op, *map(Value, operands))
    wanted = [partial_exists(op, position, operands) for position in range(len(operands))]
    rules = op.slopes(scalar, node.data, *operands, wanted=wanted)
    with mp.workdps(DIGITS):
        exact_operands = [mpf(x) for x in operands]
        assert error_in_ulps(node.data, oracle.value(*exact_operands)) <= 4.0, operands
        for position, slope in enumerate(oracle.partials):
            if wanted[position]:
                exact = slope(*exact_operands)
                for computed in (node.partials[position], rules[position]):
                    assert error_in_ulps(computed, exact) <= 4.0, (operands, position)


@pytest.mark.parametrize("op", NARY, ids=name_of)
def test_nary_value_and_derivatives_are_within_8_ulp_of_the_largest_term(op: Primitive) -> None:
    oracle = NARY_ORACLES[op.name]
    rng = random.Random(op.name)

    def errors() -> Iterator[tuple[float, tuple[Any, ...], float, Any]]:
        for _ in range(examples(300)):
            operands = oracle.operands(rng)
            exact_operands = [mpf(x) for x in operands]
            node = oracle.call(*[Value(x) if type(x) is float else x for x in operands])
            exact = oracle.value(*exact_operands)
            yield error_in_ulps(node.data, exact), tuple(operands), node.data, exact
            for computed, slope in zip(node.partials, oracle.partials(*exact_operands), strict=True):
                yield error_in_ulps(computed, slope), tuple(operands), computed, slope

    with mp.workdps(DIGITS):
        error, where = worst(errors())
    assert error <= 8.0, where


def test_small_outputs_of_softmax_keep_their_relative_accuracy() -> None:
    """exp(z_i - max) inherits the rounding of the difference d, at most |d| ulp; 8 ulp more for all the rest."""
    rng = random.Random("softmax")
    with mp.workdps(DIGITS):
        for _ in range(200):
            z = several(rng)
            for p, exact, x in zip(functions.softmax(z), softmax([mpf(x) for x in z]), z, strict=True):
                assert error_in_ulps(p, exact) <= 8.0 + (max(z) - x), z


def test_a_sum_is_rounded_once() -> None:
    assert functions.fsum([1e16, 1.0, -1e16]) == 1.0
    assert functions.dot([1e16, 1.0, -1e16], [1.0, 1.0, 1.0]) == 1.0


# --- saturation --------------------------------------------------------------------------------------------------

SATURATION = [
    # primitive, operands, limit, slopes
    ("sigmoid", (-1000.0,), 0.0, (0.0,)),
    ("sigmoid", (1000.0,), 1.0, (0.0,)),
    ("sigmoid", (-inf,), 0.0, (0.0,)),
    ("sigmoid", (inf,), 1.0, (0.0,)),
    ("tanh", (-1000.0,), -1.0, (0.0,)),
    ("tanh", (1000.0,), 1.0, (0.0,)),
    ("tanh", (-inf,), -1.0, (0.0,)),
    ("tanh", (inf,), 1.0, (0.0,)),
    ("softplus", (-1000.0,), 0.0, (0.0,)),
    ("softplus", (1000.0,), 1000.0, (1.0,)),
    ("softplus", (-inf,), 0.0, (0.0,)),
    ("softplus", (inf,), inf, (1.0,)),
    ("swish", (-1000.0,), 0.0, (0.0,)),
    ("swish", (1000.0,), 1000.0, (1.0,)),
    ("swish", (-inf,), 0.0, (0.0,)),
    ("swish", (inf,), inf, (1.0,)),
    ("relu", (-inf,), 0.0, (0.0,)),
    ("relu", (inf,), inf, (1.0,)),
    ("leaky_relu", (-inf, 0.01), -inf, (0.01, -inf)),
    ("leaky_relu", (inf, 0.01), inf, (1.0, 0.0)),
    ("elu", (-1000.0, 1.5), -1.5, (0.0, -1.0)),
    ("elu", (-inf, 1.5), -1.5, (0.0, -1.0)),
    ("elu", (inf, 1.5), inf, (1.0, 0.0)),
    ("gelu", (inf,), inf, (1.0,)),
    ("gelu", (-inf,), 0.0, (0.0,)),
    ("erf", (-inf,), -1.0, (0.0,)),
    ("erfcx", (inf,), 0.0, (0.0,)),
    ("erfcx", (-30.0,), inf, (-inf,)),
    ("selu", (inf,), inf, (1.0507009873554805,)),
    ("mish", (inf,), inf, (1.0,)),
    ("mish", (-inf,), 0.0, (0.0,)),
    ("softsign", (inf,), 1.0, (0.0,)),
    ("softsign", (-inf,), -1.0, (0.0,)),
    ("softsign", (1e308,), 1.0, (0.0,)),
    ("hardtanh", (-inf,), -1.0, (0.0,)),
    ("hardtanh", (1.0,), 1.0, (1.0,)),
    ("hardsigmoid", (inf,), 1.0, (0.0,)),
    ("hardsigmoid", (-3.0,), 0.0, (1.0 / 6.0,)),
    ("step", (-inf,), 0.0, (0.0,)),
    ("step", (inf,), 1.0, (0.0,)),
    ("sign", (-inf,), -1.0, (0.0,)),
    ("sign", (inf,), 1.0, (0.0,)),
    ("absolute", (-inf,), inf, (-1.0,)),
    ("exp", (-1000.0,), 0.0, (0.0,)),
    ("exp", (1000.0,), inf, (inf,)),
    ("exp", (-inf,), 0.0, (0.0,)),
    ("exp", (inf,), inf, (inf,)),
    ("expm1", (-inf,), -1.0, (0.0,)),
    ("expm1", (1000.0,), inf, (inf,)),
    ("log", (inf,), inf, (0.0,)),
    ("log1p", (inf,), inf, (0.0,)),
    ("sqrt", (0.0,), 0.0, (inf,)),
    ("cbrt", (0.0,), 0.0, (inf,)),
    ("cbrt", (-inf,), -inf, (0.0,)),
    ("asin", (1.0,), math.pi / 2, (inf,)),
    ("asin", (-1.0,), -math.pi / 2, (inf,)),
    ("acos", (1.0,), 0.0, (-inf,)),
    ("acosh", (1.0,), 0.0, (inf,)),
    ("acosh", (inf,), inf, (0.0,)),
    ("asinh", (-inf,), -inf, (0.0,)),
    ("atan", (inf,), math.pi / 2, (0.0,)),
    ("atan2", (inf, 1.0), math.pi / 2, (0.0, 0.0)),
    ("atan2", (1.0, -inf), math.pi, (0.0, 0.0)),
    ("hypot", (0.0, 0.0), 0.0, (0.0, 0.0)),
    ("hypot", (-inf, 1.0), inf, (-1.0, 0.0)),
    ("hypot", (5e-324, 0.0), 5e-324, (1.0, 0.0)),
    ("sinh", (-1000.0,), -inf, (inf,)),
    ("cosh", (-1000.0,), inf, (-inf,)),
    ("log2", (inf,), inf, (0.0,)),
    ("log10", (inf,), inf, (0.0,)),
    ("sqrt", (inf,), inf, (0.0,)),
    ("divide", (1.0, inf), 0.0, (0.0, 0.0)),
    ("divide", (1.0, -inf), 0.0, (0.0, 0.0)),
    ("power", (10.0, 400.0), inf, (inf, inf)),
    ("power", (-10.0, 401.0), -inf, (inf, nan)),
    ("power", (0.0, 2.0), 0.0, (0.0, 0.0)),
    ("power", (0.0, 0.5), 0.0, (inf, 0.0)),
    ("power", (0.0, 1.0), 0.0, (1.0, 0.0)),
    ("xlogy", (0.0, 0.0), 0.0, (-inf, 0.0)),
    ("maximum", (-inf, 0.0), 0.0, (0.0, 1.0)),
    ("minimum", (-inf, 0.0), -inf, (1.0, 0.0)),
    ("clip", (-inf, -1.0, 1.0), -1.0, (0.0, 1.0, 0.0)),
    ("clip", (1.0, -1.0, 1.0), 1.0, (1.0, 0.0, 0.0)),
    ("clip", (-1.0, -1.0, 1.0), -1.0, (1.0, 0.0, 0.0)),
    ("clip", (0.0, 3.0, 1.0), 1.0, (0.0, 0.0, 1.0)),
    ("floor", (-inf,), -inf, (0.0,)),
    ("ceil", (inf,), inf, (0.0,)),
    ("round", (2.5,), 2.0, (0.0,)),
    ("logsumexp", (-inf, 0.0), 0.0, (0.0, 1.0)),
    ("logsumexp", (inf, 0.0), inf, (1.0, 0.0)),
    ("logsumexp", (1000.0, 0.0, -1000.0), 1000.0, (1.0, 0.0, 0.0)),
]


@pytest.mark.parametrize(
    ("name", "operands", "limit", "slopes"), SATURATION, ids=[f"{row[0]}{row[1]}" for row in SATURATION]
)
def test_saturation_gives_the_exact_limit(
    name: str, operands: tuple[float, ...], limit: float, slopes: tuple[float, ...]
) -> None:
    node = apply(BY_NAME[name], *map(Value, operands))
    assert node.data == limit
    assert node.partials == pytest.approx(slopes, rel=0.0, abs=0.0, nan_ok=True)


@pytest.mark.parametrize("scale", [1e3, 1e10, 1e300, inf])
@pytest.mark.parametrize("name", [op.name for op in PRIMITIVES if op.activation and op.name != "identity"])
def test_activations_never_make_nan_of_a_number(name: str, scale: float) -> None:
    for x in (scale, -scale):
        method = getattr(Value(x), name)()
        assert not math.isnan(method.data)
        assert not any(map(math.isnan, method.partials))


@pytest.mark.parametrize(
    ("logits", "expected"),
    [
        ([1000.0, 0.0, -1000.0], [1.0, 0.0, 0.0]),
        ([1e308, -1e308], [1.0, 0.0]),
        ([-inf, 0.0], [0.0, 1.0]),
        ([inf, 0.0], [1.0, 0.0]),
        ([-1000.0, -1000.0], [0.5, 0.5]),
    ],
    ids=str,
)
def test_softmax_saturates_exactly(logits: list[float], expected: list[float]) -> None:
    outputs = functions.softmax(list(map(Value, logits)))
    assert [p.data for p in outputs] == expected
    for i, p in enumerate(outputs):
        exact = [expected[i] * ((i == j) - expected[j]) for j in range(len(expected))]
        assert p.partials == pytest.approx(exact, rel=0.0, abs=0.0)


def test_log_softmax_of_far_apart_logits_is_finite() -> None:
    assert functions.log_softmax([1000.0, 0.0, -1000.0]) == [0.0, -1000.0, -2000.0]


# --- NaN ---------------------------------------------------------------------------------------------------------

IGNORES_NAN = {  # the value does not depend on that operand there, whatever it is (IEEE 754 has nan**0 = 1)
    "where": [(nan, 1.0, 2.0), (1.0, 1.0, nan), (0.0, nan, 2.0)],
    "power": [(nan, 0.0), (1.0, nan)],
    "leaky_relu": [(1.0, nan)],
    "elu": [(1.0, nan)],
}
PASSES_NAN = [
    *[(op.name, (nan,)) for op in ELEMENTARY if len(op.partials) == 1],
    *[
        (op.name, operands)
        for op in ELEMENTARY
        if len(op.partials) == 2
        for operands in ((nan, 0.5), (-0.5, nan) if op.name in ("leaky_relu", "elu") else (0.5, nan))
    ],
    ("where", (1.0, nan, 2.0)),
    ("clip", (nan, 0.0, 1.0)),
    ("clip", (0.5, nan, 1.0)),
    ("clip", (0.5, 0.0, nan)),
    ("where", (0.0, 1.0, nan)),
    ("dot", (nan, 1.0, 0.5, 2.0, 3.0)),
    ("dot", (0.0, 1.0, 0.5, nan, 3.0)),
    ("fsum", (1.0, nan)),
    ("logsumexp", (1.0, nan)),
    ("logsumexp", (nan, 1.0)),
    ("logsumexp", (inf, nan)),
    ("softmax", (0.0, 1.0, nan)),
    ("softmax", (0.0, nan, 1.0)),
]


@pytest.mark.parametrize(("name", "operands"), PASSES_NAN, ids=[f"{name}{operands}" for name, operands in PASSES_NAN])
def test_nan_is_passed_on(name: str, operands: tuple[float, ...]) -> None:
    assert math.isnan(apply(BY_NAME[name], *operands))
    if name in NARY_ORACLES:
        index = operands[:1] if name == "softmax" else ()
        assert math.isnan(NARY_ORACLES[name].call(*index, *map(Value, operands[len(index) :])).data)
    else:
        assert math.isnan(apply(BY_NAME[name], *map(Value, operands)).data)


@pytest.mark.parametrize("name", IGNORES_NAN)
def test_nan_in_an_operand_without_influence_is_ignored(name: str) -> None:
    for operands in IGNORES_NAN[name]:
        assert not math.isnan(apply(BY_NAME[name], *operands))


@pytest.mark.parametrize(
    "name", ["tanh", "sigmoid", "relu", "exp", "log", "sin", "cos", "softplus", "swish", "step", "sqrt", "log1p"]
)
def test_methods_pass_nan_on_in_value_and_slope(name: str) -> None:
    node = getattr(Value(nan), name)()
    assert math.isnan(node.data)
    assert name == "step" or math.isnan(node.partials[0])


def test_operations_on_infinities_of_both_signs_are_nan() -> None:
    assert math.isnan((Value(inf) - Value(inf)).data)
    assert math.isnan(functions.fsum([inf, -inf]))
    assert functions.fsum([1e308, 1e308]) == inf


@pytest.mark.parametrize("name", ["sin", "cos"])
def test_angles_at_infinity_have_no_value_and_no_slope(name: str) -> None:
    for x in (inf, -inf):
        node = apply(BY_NAME[name], Value(x))
        assert math.isnan(node.data)
        assert math.isnan(node.partials[0])
