"""Every row of the table of primitives, held to itself: its ways of being written, its notation, its derivatives.

All tests find the primitives through the table, so that a new row is tested, or fails for want of an oracle.
"""

from __future__ import annotations

import copy
import math
import operator
import pickle
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from mpmath import mp, mpf

from autograd import GradientMismatch, Value, apply, check_gradients, functions, grad, hessian
from autograd.engine import primitives, scalar
from autograd.engine.modes import detect_anomaly, no_grad
from autograd.engine.primitives import PRIMITIVES, Primitive
from tests.engine.test_accuracy import ELEMENTARY_ORACLES, NARY_ORACLES, logistic

ELEMENTARY = [op for op in PRIMITIVES if not op.variadic]
NARY = [op for op in PRIMITIVES if op.variadic]


def name_of(op: Primitive) -> str:
    return op.name


def arity(op: Primitive) -> int:
    assert isinstance(op.partials, tuple)
    return len(op.partials)


CANDIDATES = (
    (0.7, 1.3, 0.4),
    (-0.7, 1.3, -0.4),
    (1.9, -0.6, 2.0),
    (-1.9, -0.6, 0.3),
    (2.5, 3.0, -1.0),
    (-2.0, 3.0, -1.0),
    (0.25, 0.125, 1.0),
    (0.0, 1.0, 2.0),
)


JUMPS = {"floor", "ceil", "round"}  # at whole numbers, or halfway between them


def points(op: Primitive, *, smooth: bool = False) -> list[tuple[float, ...]]:
    """Operands inside the domain of a primitive; with ``smooth`` only those with derivatives of every order."""
    found = []
    for candidate in CANDIDATES:
        operands = candidate if op.variadic else candidate[: arity(op)]
        if op.name == "softmax":
            operands = (1.0, *candidate)
        elif op.name == "dot":
            operands = (*candidate, *candidate[:2])
        bent = operands[0] == 0.0 or (op.name in JUMPS and (2.0 * operands[0]).is_integer())
        if op.outside(*operands) is None and not (smooth and bent):
            found.append(operands)
    assert found
    return found


# --- the ways to write it ----------------------------------------------------------------------------------------

OPERATORS: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "power": operator.pow,
    "negative": operator.neg,
    "absolute": operator.abs,
    "identity": lambda x: apply(primitives.identity, x),  # what the transforms make of an argument
}


def ways_to_write(op: Primitive) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The operator, the function and the method of a primitive."""
    if op.name in OPERATORS:
        yield "operator", OPERATORS[op.name]
    if op.name in NARY_ORACLES:
        yield "function", NARY_ORACLES[op.name].call
    elif hasattr(functions, op.name):
        yield "function", getattr(functions, op.name)
    if hasattr(Value, op.name):
        yield "method", lambda x, *rest: getattr(x if isinstance(x, Value) else Value(x), op.name)(*rest)
    yield "apply", lambda *operands: apply(op, *operands)


def same(computed: Sequence[float], expected: Sequence[float]) -> bool:
    """Equal to 8 ulp of 1 or of the number: two forms that are each within 4 ulp of the truth."""
    return all(
        (math.isnan(c) and math.isnan(e)) or c == e or abs(c - e) <= 8.0 * math.ulp(max(1.0, abs(e)))
        for c, e in zip(computed, expected, strict=True)
    )


@pytest.mark.parametrize("op", PRIMITIVES, ids=name_of)
def test_every_way_to_write_a_primitive_agrees_with_its_row(op: Primitive) -> None:
    ways = dict(ways_to_write(op))
    assert ways.keys() - {"apply"}, f"no operator, function or method writes {op.name}"
    for operands in points(op):
        expected = op.value(scalar, *operands)
        slopes = op.slopes(scalar, expected, *operands)
        constants = 1 if op.name == "softmax" else 0  # its first operand, the index, is a number in every graph
        for way, call in ways.items():
            node = call(*operands[:constants], *map(Value, operands[constants:]))
            assert same([node.data], [expected]), (way, operands)
            assert same(node.partials, slopes[constants:]), (way, operands)
            assert (node.op, node.grad, node.label, node.depth) == (op, 0.0, None, 1)


@pytest.mark.parametrize("op", PRIMITIVES, ids=name_of)
def test_a_constant_in_any_place_changes_no_number(op: Primitive) -> None:
    for operands in points(op):
        for position in range(1 if op.name == "softmax" else 0, len(operands)):
            for way, call in ways_to_write(op):
                if way == "method" and position != 0:
                    continue
                value = Value(operands[position])
                mixed = [value if i == position else x for i, x in enumerate(operands)]
                node = call(*mixed)
                everything = op.slopes(scalar, op.value(scalar, *operands), *operands)
                assert same([node.data], [op.value(scalar, *operands)]), (way, operands)
                assert node.parents == (value,)
                assert same(node.partials, everything[position : position + 1]), (way, operands)


@pytest.mark.parametrize("op", PRIMITIVES, ids=name_of)
def test_under_a_mode_the_numbers_and_the_record_are_the_same(op: Primitive) -> None:
    for operands in points(op):
        constants = 1 if op.name == "softmax" else 0
        values = [*operands[:constants], *map(Value, operands[constants:])]
        for _, call in ways_to_write(op):
            plain = call(*values)
            with detect_anomaly():
                watched = call(*values)
            assert (watched.data, watched.op, watched.depth) == (plain.data, plain.op, plain.depth)
            assert len(watched.parents) == len(plain.parents)
            assert all(a is b for a, b in zip(watched.operands, plain.operands, strict=True) if isinstance(a, Value))
            assert watched.partials == pytest.approx(plain.partials, rel=0.0, abs=0.0, nan_ok=True)
            with no_grad():
                bare = call(*values)
            assert (bare.data, bare.op, bare.parents, bare.depth) == (plain.data, None, (), 0)


@pytest.mark.parametrize("op", PRIMITIVES, ids=name_of)
def test_numbers_alone_give_a_plain_number(op: Primitive) -> None:
    for operands in points(op):
        for way, call in ways_to_write(op):
            if way != "method":
                assert type(call(*operands)) is float, way


@pytest.mark.parametrize("op", PRIMITIVES, ids=name_of)
def test_the_rules_give_the_same_numbers_on_values_as_on_floats(op: Primitive) -> None:
    for operands in points(op, smooth=True):
        expected = op.value(scalar, *operands)
        wanted = [not (op.name == "power" and operands[0] < 0.0 and i == 1) for i in range(len(operands))]
        slopes = op.slopes(scalar, expected, *operands, wanted=wanted)
        values = [Value(x) for x in operands]
        if op.name == "softmax":
            values[0] = operands[0]
        y = op.value(functions, *values)
        assert same([float(y)], [expected])
        assert same([float(s) for s in op.slopes(functions, y, *values, wanted=wanted)], slopes)


# --- the notation ------------------------------------------------------------------------------------------------

NOTATION = {
    "exp": mp.exp,
    "log": mp.log,
    "sqrt": mp.sqrt,
    "sin": mp.sin,
    "cos": mp.cos,
    **{name: getattr(mp, name) for name in ("tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "asinh", "acosh")},
    "atanh": mp.atanh,
    "log2": lambda a: mp.log(a, 2),
    "log10": mp.log10,
    "cbrt": lambda a: mp.sign(a) * mp.cbrt(abs(a)),
    "erf": mp.erf,
    "erfcx": lambda a: mp.exp(a * a) * mp.erfc(a),
    "pi": mp.pi,
    "floor": mp.floor,
    "ceil": mp.ceil,
    "round": mp.nint,
    "tanh": mp.tanh,
    "sigmoid": logistic,
    "sign": mp.sign,
    "stop": lambda a: a,
    "step": lambda a: mpf(a >= 0),
    "abs": abs,
    "max": max,
    "min": min,
}


def evaluated(text: str, operands: Sequence[float], y: Any = None) -> float:
    """A formula of the table with numbers put in."""
    names = {**NOTATION, **dict(zip("abc", map(mpf, operands), strict=False)), "y": y}
    with mp.workdps(40):
        return float(eval(text, {"__builtins__": {}}, names))


@pytest.mark.parametrize("op", ELEMENTARY, ids=name_of)
def test_the_formula_says_what_the_value_is(op: Primitive) -> None:
    for operands in points(op):
        assert evaluated(op.formula, operands) == pytest.approx(op.value(scalar, *operands), rel=1e-14, abs=0.0)


@pytest.mark.parametrize("op", ELEMENTARY, ids=name_of)
def test_the_textbook_partials_say_what_the_rules_compute(op: Primitive) -> None:
    assert len(op.textbook) == arity(op)
    for operands in points(op, smooth=True):
        y = op.value(scalar, *operands)
        for position, (text, slope) in enumerate(zip(op.textbook, op.slopes(scalar, y, *operands), strict=True)):
            if not math.isfinite(slope):
                continue  # that by the exponent of a negative base
            assert evaluated(text, operands, mpf(y)) == pytest.approx(slope, rel=1e-12, abs=1e-15), (text, position)


@pytest.mark.parametrize("op", PRIMITIVES, ids=name_of)
def test_nan_is_passed_on_by_every_slope_that_an_operand_moves(op: Primitive) -> None:
    point = points(op, smooth=True)[0]  # of the branches of an activation the one that is straight
    here = apply(op, *map(Value, point))
    for i, x in enumerate(point):
        if op is primitives.softmax and i == 0:  # which output it is
            continue
        there, lost = (apply(op, *map(Value, [*point[:i], y, *point[i + 1 :]])) for y in (x + 2.0**-20, math.nan))
        assert here.data == there.data or math.isnan(lost.data)
        slopes = zip(here.partials, there.partials, lost.partials, strict=True)
        assert all(math.isnan(c) for a, b, c in slopes if a != b)


@pytest.mark.parametrize("op", PRIMITIVES, ids=name_of)
def test_a_row_is_found_by_its_name(op: Primitive) -> None:
    assert getattr(primitives, op.name) is op
    assert op.symbol
    assert repr(op) == f"<primitive {op.name}>"
    assert op.variadic == (not isinstance(op.partials, tuple))


def test_names_are_unique() -> None:
    assert len({op.name for op in PRIMITIVES}) == len(PRIMITIVES)


# --- wrong partials are noticed ----------------------------------------------------------------------------------

Change = Callable[[Any], Any]
SCALED: Change = lambda slope: slope * (1.0 + 1e-3)  # noqa: E731
SHIFTED: Change = lambda slope: slope + 1e-3  # noqa: E731


def with_wrong_partial(op: Primitive, position: int, change: Change) -> Primitive:
    """A copy of the primitive whose partial with respect to one operand is off by a thousandth."""
    partials = op.partials
    if callable(partials):

        def wrong_partials(m: Any, y: Any, *operands: Any) -> list[Any]:
            return [change(s) if i == position else s for i, s in enumerate(partials(m, y, *operands))]

        return replace(op, partials=wrong_partials)

    def wrong_rule(m: Any, y: Any, *operands: Any) -> Any:
        return change(partials[position](m, y, *operands))

    eager = op.eager

    def wrong_eager(*operands: float) -> list[float]:
        assert eager is not None
        return [change(s) if i == position + 1 else s for i, s in enumerate(eager(*operands))]

    rules = tuple(wrong_rule if i == position else rule for i, rule in enumerate(partials))
    return replace(op, partials=rules, eager=wrong_eager if eager else None)


def checked(op: Primitive, operands: tuple[float, ...]) -> None:
    """`check_gradients` on one primitive; the index of a softmax is a constant."""
    if op.name == "softmax":
        check_gradients(lambda *z: apply(op, operands[0], *z), operands[1:])
    elif op.name == "power" and operands[0] < 0.0:
        check_gradients(lambda a: apply(op, a, operands[1]), operands[:1])
    else:
        check_gradients(lambda *x: apply(op, *x), operands)


# The derivative of stop_gradient is not that of its value: it is 0 by definition.
WITH_THE_DERIVATIVE_OF_THEIR_VALUE = [op for op in PRIMITIVES if op is not primitives.stop_gradient]


@pytest.mark.parametrize("op", WITH_THE_DERIVATIVE_OF_THEIR_VALUE, ids=name_of)
def test_check_gradients_agrees_with_every_primitive(op: Primitive) -> None:
    for operands in points(op, smooth=True):
        checked(op, operands)


@pytest.mark.slow
@pytest.mark.parametrize("change", [SCALED, SHIFTED], ids=["scaled", "shifted"])
@pytest.mark.parametrize("op", WITH_THE_DERIVATIVE_OF_THEIR_VALUE, ids=name_of)
def test_check_gradients_catches_a_wrong_partial_in_every_primitive(op: Primitive, change: Change) -> None:
    caught: set[int] = set()
    positions = range(1 if op.name == "softmax" else 0, len(points(op)[0]))
    for operands in points(op, smooth=op.name != "where"):
        slopes = op.slopes(scalar, op.value(scalar, *operands), *operands)
        for position in positions:
            if math.isnan(slopes[position]) or change(slopes[position]) == slopes[position]:
                continue  # the change changes nothing there: 0 scaled is 0
            if op.name == "where" and position == 0 and operands[0] == 0.0:
                continue  # a jump, which has no slope
            with pytest.raises(GradientMismatch, match=rf"respect to (x|x{position - positions.start + 1}) "):
                checked(with_wrong_partial(op, position, change), operands)
            caught.add(position)
    slopes_are_0 = op.name in (*JUMPS, "sign", "step", "where") and change is SCALED
    always_zero = {0} if slopes_are_0 else set()
    assert caught == set(positions) - always_zero


# --- higher derivatives ------------------------------------------------------------------------------------------


def exact_value(op: Primitive, operands: Sequence[Any]) -> Any:
    if op.name in ELEMENTARY_ORACLES:
        return ELEMENTARY_ORACLES[op.name].value(*operands)
    terms = NARY_ORACLES[op.name].value(*operands)
    return sum(terms) if isinstance(terms, list) else terms


@pytest.mark.parametrize("op", PRIMITIVES, ids=name_of)
def test_second_derivatives_agree_with_mpmath(op: Primitive) -> None:
    constants = 1 if op.name == "softmax" else 0
    for operands in points(op, smooth=True):
        index, start = operands[:constants], list(operands[constants:])
        if op.name == "power" and operands[0] < 0.0:
            index, start = (), list(operands[:1])

        def f(v: Sequence[Any], index: Any = index, operands: Any = operands) -> Any:
            rest = operands[len(v) :] if not index else ()
            return apply(op, *index, *v, *rest)

        computed = hessian(f)(start)
        n = len(start)
        for i in range(n):
            for j in range(n):
                orders = [(i == k) + (j == k) for k in range(n)]
                with mp.workdps(40):
                    rest = operands[n:] if not index else ()
                    exact = mp.diff(
                        lambda *v, rest=rest, index=index: exact_value(op, (*index, *v, *map(mpf, rest))),
                        tuple(map(mpf, start)),
                        tuple(orders),
                    )
                # A dozen roundings in the rules, and 40 digits less those that the finite differences lose.
                assert computed[i][j] == pytest.approx(float(exact), rel=1e-13, abs=1e-14), (operands, i, j)


UNARY = [op for op in ELEMENTARY if arity(op) == 1]


@pytest.mark.parametrize("op", UNARY, ids=name_of)
def test_third_derivatives_agree_with_mpmath(op: Primitive) -> None:
    for (x,) in points(op, smooth=True):
        third = grad(grad(grad(lambda a: apply(op, a))))(x)
        with mp.workdps(60):
            exact = mp.diff(ELEMENTARY_ORACLES[op.name].value, mpf(x), 3)
        assert third == pytest.approx(float(exact), rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("x", [-300.0, -40.0, -20.0, 20.0, 40.0, 300.0])
@pytest.mark.parametrize("name", ["tanh", "sigmoid", "softplus"])
def test_second_derivatives_keep_their_digits_in_saturation(name: str, x: float) -> None:
    """1 - tanh(40)**2 is 0 in floats; the second derivative there is not."""
    op = getattr(primitives, name)
    slope = ELEMENTARY_ORACLES[name].partials[0]
    with mp.workdps(400):
        exact = mp.diff(slope, mpf(x))
    assert grad(grad(lambda a: apply(op, a)))(x) == pytest.approx(float(exact), rel=1e-14, abs=0.0)


# --- as objects --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("op", PRIMITIVES, ids=name_of)
def test_a_primitive_is_one_object_in_every_copy_and_pickle(op: Primitive) -> None:
    assert copy.copy(op) is op
    assert copy.deepcopy(op) is op
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(op, protocol)) is op


cube = Primitive(
    name="cube",
    symbol="³",
    value=lambda m, a: a * a * a,
    partials=(lambda m, y, a: 3.0 * a * a,),
    formula="a**3",
    textbook=("3*a**2",),
    module=__name__,
)


def test_a_primitive_of_ones_own_works_like_the_others() -> None:
    x = Value(2.0)
    y = apply(cube, x)
    y.backward()
    assert (y.data, x.grad) == (8.0, 12.0)
    assert grad(grad(grad(lambda a: apply(cube, a))))(2.0) == 6.0
    check_gradients(lambda a: apply(cube, a), 2.0)
    assert pickle.loads(pickle.dumps(y)).op is cube


def test_slopes_nobody_wants_are_not_computed() -> None:
    assert primitives.power.slopes(scalar, 4.0, -2.0, 2.0, wanted=[True, False]) == [-4.0, 0.0]


@pytest.mark.parametrize("op", [primitives.fsum, primitives.logsumexp, primitives.dot], ids=name_of)
def test_a_row_for_any_number_of_operands_takes_one(op: Primitive) -> None:
    x = Value(0.7)
    y = apply(op, x)
    assert (y.data, y.partials) == (x.data, (1.0,))
