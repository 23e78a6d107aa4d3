"""`Value`: construction, operators, NumPy, text, the record of an operation, and the errors that teach."""

from __future__ import annotations

import copy
import math
import operator
import pickle
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from autograd import DivisionByZero, DomainError, Value, apply, functions, no_grad
from autograd.engine import primitives

# --- construction ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "number",
    [2, 2.0, True, Fraction(5, 2), np.float64(2.5), np.float32(0.5), np.int64(-3), np.uint8(3), np.bool_(True)],
    ids=lambda x: f"{type(x).__name__}-{x}",
)
def test_a_value_is_made_of_any_real_number_and_keeps_a_float(number: Any) -> None:
    v = Value(number)
    assert type(v.data) is float
    assert v.data == float(number)


def test_a_new_value_is_a_leaf() -> None:
    v = Value(0.4, label="w")
    assert (v.data, v.grad, v.label, v.op, v.depth) == (0.4, 0.0, "w", None, 0)
    assert (v.operands, v.parents, v.partials) == ((), (), ())


def test_a_label_is_no_part_of_the_number() -> None:
    v = Value(0.4)
    v.label = "later"
    assert repr(v) == "Value(data=0.4, grad=0.0, label='later')"


def test_a_value_has_no_other_attributes() -> None:
    with pytest.raises(AttributeError):
        Value(1.0).gradient = 2.0


@pytest.mark.parametrize(
    ("data", "advice"),
    [
        ("0.4", r"'0\.4' \(str\).*float\(text\).*label="),
        (b"0.4", r"b'0\.4' \(bytes\)"),
        (None, r"None \(NoneType\).*forgets to return"),
        (1j, r"1j \(complex\).*\.real or \.imag"),
        (np.complex128(1j), r"complex.*\.real or \.imag"),
        (Decimal("0.4"), r"\(Decimal\).*float\(x\)"),
        (object, r"\(type\).*float\(x\)"),
        (np.array([1.0, 2.0]), r"\(ndarray\).*one Value an element.*\[Value\(x\) for x in array"),
        (np.array(1.0), r"\(ndarray\)"),
        ([1.0, 2.0], r"\[1\.0, 2\.0\] \(list\).*\[Value\(x\) for x in"),
        ((1.0,), r"\(tuple\).*\[Value\(x\) for x in"),
        ({"a": 1}, r"\(dict\)"),
        (range(3), r"\(range\)"),
        (Value(3.0, label="w"), r"label='w'\) \(Value\).*a Value already.*v\.data"),
        ([0.123456789] * 99, r"\[0\.123456789, 0\.12345.*\.\.\. \(list\)"),
    ],
    ids=lambda x: type(x).__name__ if not isinstance(x, str) or len(x) < 5 else "",
)
def test_data_that_is_no_real_number_is_an_error_that_says_what_to_write(data: Any, advice: str) -> None:
    with pytest.raises(TypeError, match=rf"data must be a real number, not .*{advice}"):
        Value(data)


@pytest.mark.parametrize("label", [3, ("a",), Value(1.0)], ids=["int", "tuple", "Value"])
def test_a_label_that_is_no_string_is_an_error(label: Any) -> None:
    with pytest.raises(TypeError, match="label must be a string"):
        Value(1.0, label=label)


def test_decimal_comma_is_answered_with_a_decimal_point() -> None:
    with pytest.raises(TypeError, match=r"or Value\(2\.5\) with a decimal point"):
        Value(2, 5)  # type: ignore[arg-type]  # what is refused


def test_a_whole_number_too_large_for_a_float_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"too large for a float"):
        Value(10**400)
    for write in (lambda v: v + 10**400, lambda v: 10**400 * v, lambda v: v**10**400, lambda v: v - 10**400):
        with pytest.raises(ValueError, match=r"too large for a float"):
            write(Value(2.0))


# --- operators ---------------------------------------------------------------------------------------------------

BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
}
NUMBERS = [3, 3.0, True, Fraction(3, 2), np.float64(3.0), np.float32(1.5), np.int64(3), np.uint8(3), np.float16(0.5)]


@pytest.mark.parametrize("number", NUMBERS, ids=lambda x: type(x).__name__)
@pytest.mark.parametrize("sign", BINARY)
def test_operators_take_numbers_on_either_side(sign: str, number: Any) -> None:
    how = BINARY[sign]
    v = Value(2.0)
    right, left = how(v, number), how(number, v)
    assert type(right) is type(left) is Value
    assert right.data == how(2.0, float(number))
    assert left.data == how(float(number), 2.0)
    assert right.operands == (v, float(number))
    assert left.operands == (float(number), v)
    assert right.parents == left.parents == (v,)
    assert len(right.partials) == len(left.partials) == 1


@pytest.mark.parametrize("sign", BINARY)
def test_an_operator_between_values_records_both(sign: str) -> None:
    a, b = Value(2.0), Value(3.0)
    node = BINARY[sign](a, b)
    assert node.data == BINARY[sign](2.0, 3.0)
    assert node.operands == node.parents == (a, b)
    assert node.depth == 1


def test_unary_operators() -> None:
    v = Value(-2.0)
    assert (-v).data == 2.0
    assert (-v).partials == (-1.0,)
    assert abs(v).data == 2.0
    assert abs(v).partials == (-1.0,)
    assert +v is v


def test_an_augmented_assignment_makes_a_new_node() -> None:
    v = w = Value(2.0)
    v += 1
    v *= 3
    assert (v.data, w.data) == (9.0, 2.0)


def test_a_constant_gets_no_gradient_and_no_node() -> None:
    x = Value(2.0)
    y = 3.0 * x + 1.0
    assert y.operands[1] == 1.0
    assert type(y.operands[1]) is float
    y.backward()
    assert x.grad == 3.0


def test_the_same_operand_twice_is_listed_twice() -> None:
    x = Value(3.0)
    y = x * x
    assert y.parents == (x, x)
    assert y.partials == (3.0, 3.0)


def test_sum_of_values_has_no_node_for_its_start() -> None:
    a, b = Value(1.0), Value(2.0)
    total = sum([a, b])
    assert isinstance(total, Value)
    assert total.parents == (a, b)
    assert sum([a]) is a


def test_adding_zero_on_the_left_by_another_name_is_a_node() -> None:
    v = Value(1.0)
    assert (0.0 + v).operands == (0.0, v)
    assert (v + 0).operands == (v, 0.0)


def test_depth_is_one_more_than_that_of_the_deepest_operand() -> None:
    x = Value(1.0)
    y = x + 1.0
    z = y * x
    assert [x.depth, y.depth, z.depth, (x * z).depth, functions.dot([x, z], [y, 1.0]).depth] == [0, 1, 2, 3, 3]


@pytest.mark.parametrize(
    ("base", "exponent", "data", "slope"),
    [
        (2.0, 3, 8.0, 12.0),
        (-2.0, 3, -8.0, 12.0),
        (-2.0, -1, -0.5, -0.25),
        (0.0, 2, 0.0, 0.0),
        (0.0, 1, 0.0, 1.0),
        (0.0, 0, 1.0, 0.0),
        (5.0, 0, 1.0, 0.0),
        (0.0, 0.5, 0.0, math.inf),
        (4.0, 0.5, 2.0, 0.25),
        (2.0, -2, 0.25, -0.25),
        (4.0, np.float64(0.5), 2.0, 0.25),
    ],
)
def test_powers_of_any_base(base: float, exponent: float, data: float, slope: float) -> None:
    y = Value(base) ** exponent
    assert y.data == data
    assert y.partials == pytest.approx((slope,), rel=1e-15)


def test_an_exponent_can_be_a_value() -> None:
    x, n = Value(2.0), Value(3.0)
    y = x**n
    assert y.data == 8.0
    assert y.partials == pytest.approx((12.0, 8.0 * math.log(2.0)), rel=1e-15)
    assert (2.0**n).partials == pytest.approx((8.0 * math.log(2.0),), rel=1e-15)
    assert math.isnan((Value(-2.0) ** n).partials[1])  # (-2)**n exists at whole n only, so it has no slope


# --- zero branches: conventions at kinks and edges ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("node", "data", "partials"),
    [
        (lambda: Value(0.0).relu(), 0.0, (1.0,)),
        (lambda: Value(-0.0).relu(), 0.0, (1.0,)),
        (lambda: functions.relu(Value(0.0)), 0.0, (1.0,)),
        (lambda: Value(0.0).leaky_relu(), 0.0, (1.0,)),
        (lambda: Value(0.0).leaky_relu(Value(0.2)), 0.0, (1.0, 0.0)),
        (lambda: Value(-2.0).leaky_relu(Value(0.2)), -0.4, (0.2, -2.0)),
        (lambda: Value(0.0).elu(2.0), 0.0, (1.0,)),
        (lambda: Value(0.0).step(), 1.0, (0.0,)),
        (lambda: Value(-0.0).step(), 1.0, (0.0,)),
        (lambda: abs(Value(0.0)), 0.0, (0.0,)),
        (lambda: Value(0.0).absolute(), 0.0, (0.0,)),
        (lambda: Value(0.0).sign(), 0.0, (0.0,)),
        (lambda: Value(2.0).maximum(Value(2.0)), 2.0, (1.0, 0.0)),
        (lambda: Value(2.0).minimum(Value(2.0)), 2.0, (1.0, 0.0)),
        (lambda: Value(2.0).maximum(2.0), 2.0, (1.0,)),
        (lambda: functions.maximum(2.0, Value(2.0)), 2.0, (0.0,)),
        (lambda: Value(0.0).where(Value(1.0), Value(2.0)), 2.0, (0.0, 0.0, 1.0)),
        (lambda: Value(-0.5).where(Value(1.0), Value(2.0)), 1.0, (0.0, 1.0, 0.0)),
        (lambda: functions.where(True, Value(1.0), Value(2.0)), 1.0, (1.0, 0.0)),
        (lambda: functions.where(np.bool_(False), Value(1.0), Value(2.0)), 2.0, (0.0, 1.0)),
        (lambda: Value(0.0).sqrt(), 0.0, (math.inf,)),
        (lambda: functions.xlogy(Value(0.0), 0.0), 0.0, (-math.inf,)),
        (lambda: functions.xlogy(0.0, Value(0.0)), 0.0, (0.0,)),
    ],
)
def test_conventions_at_kinks_and_edges(node: Callable[[], Value], data: float, partials: tuple[float, ...]) -> None:
    y = node()
    assert y.data == data
    assert y.partials == partials


# --- as a number -------------------------------------------------------------------------------------------------


def test_a_value_compares_by_its_number() -> None:
    a, b = Value(1.0), Value(2.0)
    assert a < b
    assert a <= b
    assert b > a
    assert b >= a
    assert not a > 1
    assert a >= 1.0
    assert 2 > a  # noqa: SIM300 - the number on the left is the point
    assert np.float64(0.5) < a
    assert a <= Fraction(1)
    assert max([a, b]) is b
    assert sorted([b, a]) == [a, b]
    assert not Value(math.nan) < 1.0
    assert not Value(math.nan) >= 1.0


@pytest.mark.parametrize("how", [operator.lt, operator.le, operator.gt, operator.ge], ids=lambda f: f.__name__)
@pytest.mark.parametrize("other", ["1", None, 1j, [1.0]], ids=repr)
def test_a_value_has_no_order_with_what_is_no_number(how: Callable[[Any, Any], Any], other: Any) -> None:
    with pytest.raises(TypeError, match="not supported between instances of 'Value'"):
        how(Value(1.0), other)


def test_equality_and_hash_are_those_of_the_node() -> None:
    a, b = Value(1.0), Value(1.0)
    assert a == a
    assert a != b
    assert len({a, b, a}) == 2
    assert {a: "a"}[a] == "a"
    assert a in [b, a]
    assert a not in [b]
    assert a != "a"
    assert a is not None


@pytest.mark.parametrize("number", [1.0, 1, True, np.float64(1.0), np.int64(1)], ids=lambda x: type(x).__name__)
def test_equality_with_a_number_is_an_error_that_says_what_to_write(number: Any) -> None:
    v = Value(1.0, label="accuracy")
    for compare in (lambda: v == number, lambda: v != number, lambda: number == v):
        with pytest.raises(TypeError, match=r"accuracy = 1 .*==.*v\.data == .*abs\(v\.data - .*\) < 1e-9"):
            compare()


def test_a_value_is_true_where_its_number_is() -> None:
    assert Value(0.1)
    assert not Value(0.0)
    assert bool(Value(math.nan))


def test_a_value_converts_to_float_and_formats_like_one() -> None:
    v = Value(2 / 3, label="p")
    assert float(v) == 2 / 3
    assert f"{v:.4f}|{v:>8.2f}|{v:e}" == "0.6667|    0.67|6.666667e-01"
    assert f"{v}" == str(v) == repr(v) == "Value(data=0.6666666666666666, grad=0.0, label='p')"
    assert repr(Value(2)) == "Value(data=2.0, grad=0.0)"
    assert math.isclose(v, 2 / 3)


def test_repr_is_stable_and_shows_the_gradient() -> None:
    x = Value(3.0, label="x")
    (x * x).backward()
    assert repr(x) == "Value(data=3.0, grad=6.0, label='x')"


def test_a_message_names_a_node_by_its_label_or_its_operation() -> None:
    assert Value(0.4, label="w").describe() == "w = 0.4"
    assert Value(0.4).describe() == "a Value = 0.4"
    assert (Value(2.0) * 3.0).describe() == "multiply(...) = 6"


# --- errors that teach -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (lambda: Value(-1.0, label="p").log(), r"log\(p = -1\).*above 0.*log\(p \+ 1e-12\)"),
        (lambda: functions.log(0.0), r"log\(0\).*above 0"),
        (lambda: (Value(-2.0) * 3.0).log(), r"log\(.*-6\)"),
        (lambda: Value(-1.0, label="u").log1p(), r"log1p\(u = -1\).*above -1"),
        (lambda: Value(-4.0, label="s").sqrt(), r"sqrt\(s = -4\).*sqrt\(abs\(a\)\)"),
        (lambda: functions.xlogy(Value(1.0, label="t"), Value(0.0, label="p")), r"xlogy\(t = 1, p = 0\).*logits"),
        (lambda: functions.xlogy(0.0, -1.0), r"xlogy\(0, -1\)"),
        (lambda: Value(-8.0, label="b") ** (1 / 3), r"power\(b = -8, 0\.333333\).*abs\(base\)"),
        (lambda: (-8.0) ** Value(0.5, label="n"), r"power\(-8, n = 0\.5\)"),
    ],
)
def test_outside_the_domain_the_operation_its_operands_and_the_remedy_are_named(
    write: Callable[[], Any], message: str
) -> None:
    with pytest.raises(DomainError, match=message):
        write()


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (lambda: Value(1.0, label="a") / Value(0.0, label="b"), r"divide\(a = 1, b = 0\).*must not be 0.*1e-8"),
        (lambda: Value(1.0, label="a") / 0, r"divide\(a = 1, 0\)"),
        (lambda: 1 / Value(0.0, label="b"), r"divide\(1, b = 0\)"),
        (lambda: Value(1.0) / -0.0, r"divide\(1, -0\)"),
        (lambda: Value(0.0, label="z") ** -1, r"power\(z = 0, -1\).*keep the base away from 0"),
    ],
)
def test_division_by_zero_is_both_a_domain_error_and_pythons_own(write: Callable[[], Any], message: str) -> None:
    for kind in (DivisionByZero, ZeroDivisionError, ValueError):
        with pytest.raises(kind, match=message):
            write()


@pytest.mark.parametrize("sign", BINARY)
@pytest.mark.parametrize(
    ("other", "advice"),
    [
        ("2", r"'2' \(str\).*float\(text\)"),
        (None, r"None \(NoneType\).*forgets to return"),
        (2j, r"2j \(complex\).*\.real"),
        ([1.0, 2.0], r"\(list\).*one Value an element"),
        ((1.0,), r"\(tuple\)"),
        ({1.0}, r"\(set\)"),
    ],
    ids=lambda x: type(x).__name__ if not isinstance(x, str) or len(x) == 1 else "",
)
def test_an_operand_that_is_no_number_is_an_error_that_names_the_operation_and_the_label(
    sign: str, other: Any, advice: str
) -> None:
    v = Value(3.0, label="w")
    name = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "**": "power"}[sign]
    for write in (lambda: BINARY[sign](v, other), lambda: BINARY[sign](other, v)):
        with pytest.raises(TypeError, match=rf"(?s){name}.*w = 3.*must be a real number, not .*{advice}"):
            write()


@pytest.mark.parametrize(
    "call",
    [
        lambda: functions.exp("x"),
        lambda: functions.maximum(Value(1.0), None),
        lambda: Value(1.0).leaky_relu("0.1"),
        lambda: functions.fsum([1.0, "x"]),
        lambda: functions.dot(["x"], [1.0]),
        lambda: functions.dot([1.0], ["x"]),
        lambda: functions.softmax(["x"]),
        lambda: functions.logsumexp([None]),
        lambda: functions.exp(np.array([1.0])),
    ],
)
def test_functions_refuse_what_is_no_number(call: Callable[[], Any]) -> None:
    with pytest.raises(TypeError, match="must be a real number, not"):
        call()


@pytest.mark.parametrize("power", [lambda x: x ^ 3, lambda x: 3 ^ x])
def test_hat_is_answered_with_the_sign_of_a_power(power: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError, match=r"\^ is not the power in Python; write a\*\*b"):
        power(Value(2.0))


def test_a_foreign_operand_may_answer_for_itself() -> None:
    class Unit:
        def __rmul__(self, other: Any) -> str:
            return f"{other:.1f} m"

    assert Value(2.0) * Unit() == "2.0 m"
    with pytest.raises(TypeError, match="unsupported operand"):
        Value(2.0) + Unit()


@pytest.mark.parametrize(
    "write",
    [
        lambda: functions.dot([Value(1.0)], [1.0, 2.0]),
        lambda: functions.dot([1.0, 2.0], [Value(1.0)], bias=0.0),
        lambda: functions.linear([[1.0, 2.0, 3.0, 4.0]], [1.0]),
    ],
)
def test_weights_and_inputs_of_different_numbers_are_an_error(write: Callable[[], Any]) -> None:
    with pytest.raises(ValueError, match=r"dot: \d weights for \d inputs; give one weight an input"):
        write()


@pytest.mark.parametrize("function", [functions.softmax, functions.logsumexp, functions.log_softmax])
def test_no_terms_at_all_are_an_error_where_there_is_no_result(function: Callable[[Any], Any]) -> None:
    with pytest.raises(ValueError, match="at least one"):
        function([])


def test_sums_of_nothing_are_zero() -> None:
    assert functions.fsum([]) == 0.0
    assert type(functions.dot([], [])) is float
    assert functions.dot([], [], bias=Value(2.0)).data == 2.0


@pytest.mark.parametrize("write", [lambda v: v % 2, lambda v: v // 2, lambda v: v @ v, int, list, len])
def test_what_a_scalar_cannot_do_is_a_type_error(write: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError):
        write(Value(2.0))


# --- one node for a weighted sum ---------------------------------------------------------------------------------


def test_dot_is_one_node_with_one_partial_a_parent() -> None:
    w, x, b = [Value(0.8), Value(0.2)], [Value(0.5), Value(0.3)], Value(0.1)
    z = functions.dot(w, x, bias=b)
    assert z.data == pytest.approx(0.56, rel=1e-15)
    assert z.op is primitives.dot
    assert z.parents == (*w, b, *x)
    assert z.partials == (0.5, 0.3, 1.0, 0.8, 0.2)
    assert z.depth == 1


@pytest.mark.parametrize("bias", [None, 1.5, Value(1.5)], ids=["none", "number", "Value"])
@pytest.mark.parametrize("inputs", ["numbers", "values", "mixed"])
@pytest.mark.parametrize("weights", ["numbers", "values", "mixed"])
def test_dot_of_any_mixture_has_the_partials_of_its_parents(weights: str, inputs: str, bias: Any) -> None:
    def mixture(kind: str, numbers: list[float]) -> list[Any]:
        return [Value(n) if kind == "values" or (kind == "mixed" and i % 2) else n for i, n in enumerate(numbers)]

    w, x = mixture(weights, [1.0, -2.0, 0.5]), mixture(inputs, [3.0, 4.0, -1.0])
    z = functions.dot(w, x, bias=bias)
    expected = 3.0 - 8.0 - 0.5 + (0.0 if bias is None else 1.5)
    assert float(z) == expected
    if (weights, inputs) == ("numbers", "numbers") and not isinstance(bias, Value):
        assert type(z) is float
        return
    slopes = [float(x_i) for x_i, w_i in zip(x, w, strict=True) if isinstance(w_i, Value)]
    slopes += [1.0] if isinstance(bias, Value) else []
    slopes += [float(w_i) for x_i, w_i in zip(x, w, strict=True) if isinstance(x_i, Value)]
    assert z.partials == tuple(slopes)
    assert z.operands == (*w, *([] if bias is None else [bias]), *x)
    z.backward()
    for parent, slope in zip(z.parents, z.partials, strict=True):
        if parent is not bias:
            assert parent.grad == slope
    if isinstance(bias, Value):
        assert bias.grad == 1.0
        bias.zero_grad()  # it is shared by the cases


def test_a_layer_shares_its_inputs() -> None:
    x = [Value(1.0), Value(2.0)]
    rows = [tuple(map(Value, (3.0, 4.0, 0.5))), [Value(5.0), 6.0]]
    first, second = functions.linear(rows, x)
    assert (first.data, second.data) == (11.5, 17.0)
    assert first.operands == (*rows[0], *x)
    assert second.operands == (*rows[1], *x)
    assert second.partials == (1.0, 5.0, 6.0)
    with no_grad():
        assert [(z.data, z.parents) for z in functions.linear(rows, x)] == [(11.5, ()), (17.0, ())]


def test_a_value_shared_by_weights_and_inputs_gets_both_parts() -> None:
    v = Value(3.0)
    functions.dot([v, 2.0], [v, v]).backward()
    assert v.grad == 8.0


# --- copies (of graphs: see test_size) ---------------------------------------------------------------------------


def test_a_shallow_copy_is_another_node_with_the_same_record() -> None:
    x = Value(3.0, label="x")
    y = x * x
    z = copy.copy(y)
    assert z is not y
    assert (z.data, z.op, z.parents, z.partials, z.depth) == (9.0, primitives.multiply, (x, x), (3.0, 3.0), 1)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))], ids=["deepcopy", "pickle"])
def test_a_copy_of_a_graph_is_equal_and_separate(copied: Callable[[Any], Any]) -> None:
    x = Value(3.0, label="x")
    y = functions.dot([x, 2.0], [x, x]).where(x * 5.0, 0.0)
    y.backward()
    z = copied(y)
    assert (z.data, z.grad, z.op, z.depth, z.partials) == (y.data, y.grad, y.op, y.depth, y.partials)
    twin = z.parents[1].parents[0]
    assert (twin.label, twin.grad, twin is x) == ("x", 5.0, False)
    z.backward()
    assert (twin.grad, x.grad) == (10.0, 5.0)


# --- NumPy -------------------------------------------------------------------------------------------------------


def test_an_array_times_a_value_is_an_object_array_of_values() -> None:
    v = Value(2.0)
    for product in (np.array([1.0, 3.0]) * v, v * np.array([1.0, 3.0])):
        assert product.dtype == object
        assert [p.data for p in product] == [2.0, 6.0]
        assert all(p.parents == (v,) for p in product)


def test_operators_with_arrays_keep_the_order_of_the_operands() -> None:
    v, array = Value(2.0), np.array([1.0, 4.0])
    assert [float(x) for x in v - array] == [1.0, -2.0]
    assert [float(x) for x in array - v] == [-1.0, 2.0]
    assert [float(x) for x in v / array] == [2.0, 0.5]
    assert [float(x) for x in v**array] == [2.0, 16.0]
    assert [float(x) for x in array**v] == [1.0, 16.0]


def test_arrays_of_values_add_up_and_multiply_as_matrices() -> None:
    w = np.array([[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]])
    x = np.array([10.0, 1.0])
    assert [float(z) for z in w @ x] == [12.0, 34.0]
    total = (w * w).sum()
    total.backward()
    assert [[float(v.grad) for v in row] for row in w] == [[2.0, 4.0], [6.0, 8.0]]


@pytest.mark.parametrize("name", ["exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tanh", "absolute"])
def test_numpys_functions_work_on_a_value_and_on_arrays_of_values(name: str) -> None:
    function, op = getattr(np, name), getattr(primitives, name)
    v = Value(0.7)
    y = function(v)
    assert type(y) is Value
    assert y.op is op
    assert y.data == apply(op, 0.7)
    (first, second) = function(np.array([v, Value(0.2)]))
    assert (first.data, second.op) == (y.data, op)


def test_numpys_binary_functions_work_on_values() -> None:
    a, b = Value(2.0), Value(3.0)
    for function, expected in [
        (np.add, 5.0),
        (np.multiply, 6.0),
        (np.power, 8.0),
        (np.maximum, 3.0),
        (np.minimum, 2.0),
    ]:
        assert float(function(a, b)) == expected
        assert float(function(a, 3.0)) == expected
        assert float(function(np.float64(2.0), b)) == expected


def test_numpys_comparisons_work_on_values() -> None:
    assert (np.array([Value(1.0), Value(3.0)]) > 2.0).tolist() == [False, True]


def test_numpys_reductions_and_out_arrays_of_objects_work() -> None:
    values = np.array([Value(1.0), Value(2.0)])
    assert np.add.reduce(values).data == 3.0
    out = np.empty(2, dtype=object)
    assert np.multiply(values, Value(2.0), out=out) is out
    assert [v.data for v in out] == [2.0, 4.0]


@pytest.mark.parametrize("write", [operator.iadd, operator.isub, operator.imul, operator.itruediv])
def test_an_in_place_operator_on_a_float_array_is_an_error_that_says_what_to_write(
    write: Callable[[Any, Any], Any],
) -> None:
    with pytest.raises(TypeError, match=r"array of float64 cannot hold Values.*instead of a \+= v write a = a \+ v"):
        write(np.array([1.0, 2.0]), Value(2.0))


def test_in_place_operators_work_on_arrays_of_objects() -> None:
    array = np.array([Value(1.0), Value(2.0)])
    array += Value(1.0)
    assert [v.data for v in array] == [2.0, 3.0]


@pytest.mark.parametrize("x", [2.5, -2.5, 3.14159, 1234.5678, -0.5, math.inf])
def test_pythons_own_rounding_gives_values(x: float) -> None:
    v = Value(x)
    if math.isfinite(x):
        for rounded, expected in ((math.floor(v), math.floor(x)), (math.ceil(v), math.ceil(x)), (round(v), round(x))):
            assert isinstance(rounded, Value)
            assert rounded.data == expected
            assert rounded.carriers == []
    for digits in (0, 1, 3, -2):
        rounded = round(v, digits)
        assert isinstance(rounded, Value)
        assert rounded.data == round(x, digits)


def test_a_function_that_numpy_alone_has_is_an_error() -> None:
    with pytest.raises(TypeError, match="exp2"):
        np.exp2(Value(1.0))


def test_an_array_of_values_becomes_an_array_of_floats() -> None:
    array = np.array([Value(1.0), Value(2.0)]).astype(float)
    assert array.tolist() == [1.0, 2.0]
