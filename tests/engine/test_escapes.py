"""Numbers that leave the graph, numbers set from outside, and choices that numbers take: said, never silent."""

from __future__ import annotations

import copy
import inspect
import math
import pickle
from collections.abc import Callable
from fractions import Fraction
from math import exp, inf, nan
from typing import Any

import numpy as np
import pytest

from autograd import (
    Value,
    check_gradients,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    no_grad,
    steps,
    stop_gradient,
    value_and_grad,
)
from autograd import functions as fn
from autograd.engine.modes import decisions

# --- float() inside what is being differentiated -----------------------------------------------------------------

ESCAPES: dict[str, Callable[[Any], Any]] = {
    "math.exp": lambda x: x * math.exp(x),
    "exp": lambda x: exp(x) * x,
    "float": lambda x: x * float(x),
    "map": lambda x: sum(map(float, [x, x * 2.0])),
    "map of math": lambda x: sum(map(math.sin, [x])),
    "a float array": lambda x: np.array([x, 2.0], dtype=float).sum(),
    "np.float64": lambda x: np.float64(x) * x,
    "a further node": lambda x: math.sqrt(x * x + 1.0),
    "math.pow": lambda x: math.pow(x, 2),
    "fsum": lambda x: math.fsum([x, x]),
    "complex": lambda x: complex(x).real,
    "a mean": lambda x: np.mean(np.asarray([x, x], dtype=np.float64)),
}

TRANSFORMS: dict[str, Callable[[Any], Any]] = {
    "grad": lambda f: grad(f)(1.0),
    "value_and_grad": lambda f: value_and_grad(f)(1.0),
    "jacobian": lambda f: jacobian(f)(1.0),
    "hessian": lambda f: hessian(f)(1.0),
    "hvp": lambda f: hvp(f, (1.0,), (1.0,)),
    "jvp": lambda f: jvp(f, (1.0,), (1.0,)),
    "check_gradients": lambda f: check_gradients(f, 1.0),
    "grad of grad": lambda f: grad(grad(f))(1.0),
    "grad at a Value": lambda f: grad(f)(Value(1.0)),
    "an outer grad": lambda f: grad(lambda x: grad(lambda y: f(x) * y)(2.0))(1.0),
}


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("escape", ESCAPES)
def test_a_number_that_leaves_a_function_being_differentiated_is_an_error(escape: str, transform: str) -> None:
    with pytest.raises(TypeError, match=r"which depends on the arguments of the function"):
        TRANSFORMS[transform](ESCAPES[escape])


def test_the_message_names_the_function_to_use() -> None:
    with pytest.raises(TypeError, match=r"math\.exp takes .* Use autograd\.functions\.exp, or v\.data"):
        grad(lambda x: math.exp(x))(1.0)
    with pytest.raises(TypeError, match=r"math\.gamma takes .* Use the functions of autograd\.functions"):
        grad(lambda x: math.gamma(x))(1.0)


STAYS: dict[str, Callable[[Any], Any]] = {
    "format": lambda x: x if f"{x:.3f}" else 0.0,
    "a comparison": lambda x: x if x > 0.5 else -x,
    "bool": lambda x: x and x,
    ".data": lambda x: x * 1.0 if math.isfinite(x.data) else 0.0,
    "sorted": lambda x: sorted([x, 3.0 * x])[0],
    "print": lambda x: x if str(x) and repr(x) else 0.0,
    "stop_gradient": lambda x: x * round(float(stop_gradient(x))),
    "a constant": lambda x: x * float(Value(1.0)),
}


@pytest.mark.parametrize("name", STAYS)
def test_what_loses_no_derivative_is_quiet(name: str) -> None:
    assert grad(STAYS[name])(1.0) == 1.0


def test_after_an_error_nothing_counts_as_being_differentiated() -> None:
    with pytest.raises(TypeError):
        grad(lambda x: float(x))(1.0)
    assert float(Value(1.0) * 2.0) == 2.0


def test_outside_a_warning_names_the_function_of_math() -> None:
    v = Value(2.0, label="v")
    for call in (lambda: math.exp(v), lambda: exp(v), lambda: list(map(math.sin, [v])), lambda: math.hypot(v, 1.0)):
        with pytest.warns(UserWarning, match=r"math\.\w+ gives a plain number.*computed from v = 2") as caught:
            call()
        assert caught[0].filename == __file__


def test_outside_what_names_no_function_of_math_is_quiet() -> None:
    v = Value(2.0)
    y = v.exp()  # an attribute that is called like one
    assert (float(y), math.exp(v.data), math.isclose(v, 2.0), math.isnan(v)) == (y.data, y.data, True, False)
    assert [float(v), *map(float, [v])] == [2.0, 2.0]
    assert f"{math.exp(1.0):.3f} {float(v)}" == "2.718 2.0"

    def exp(x: Any) -> float:  # not that of math
        return float(x)

    assert exp(v) == 2.0


# --- numbers set from outside ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "number", [2, True, np.float32(2.5), np.int8(3), np.bool_(True), Fraction(1, 2), np.array(4.0)[()]], ids=repr
)
def test_data_is_a_float_however_it_is_set(number: Any) -> None:
    w = Value(1.0)
    w.data = number
    assert type(w.data) is float
    assert w.data == float(number)
    y = (w * 3.0 + w) ** 2 / 2.0
    y.backward()
    assert w.grad == pytest.approx(16.0 * float(number))
    for twin in (copy.copy(w), copy.deepcopy(w), pickle.loads(pickle.dumps(w))):
        twin.data = 7
        assert (type(twin.data), w.data) == (float, float(number))


@pytest.mark.parametrize("wrong", ["1", None, 1j, [1.0], Value(1.0), np.array([1.0])], ids=repr)
def test_data_that_is_no_number_is_refused_and_changes_nothing(wrong: Any) -> None:
    w = Value(1.0)
    with pytest.raises(TypeError, match=r"data must be a real number"):
        w.data = wrong
    assert w.data == 1.0


def test_a_gradient_of_none_counts_as_0() -> None:
    w, x = Value(2.0), Value(3.0)
    y = w * x
    w.grad = None  # type: ignore[assignment]  # as PyTorch's users clear it
    x.grad = np.float32(1.0)  # type: ignore[assignment]
    y.backward()
    assert (w.grad, x.grad) == (3.0, 3.0)
    assert type(x.grad) is float
    y.grad = None  # type: ignore[assignment]
    y.backward()
    assert w.grad == 6.0


# --- in place ----------------------------------------------------------------------------------------------------


def changed_in_place(sign: str, left: Any, right: Any) -> Any:
    names = {"p": left, "r": right}
    exec(f"p {sign} r", names)
    return names["p"]


@pytest.mark.parametrize(("sign", "result"), [("+=", 8.0), ("-=", 4.0), ("*=", 12.0), ("/=", 3.0)])
@pytest.mark.parametrize("two", [2, 2.0, np.float64(2.0), np.float32(2.0), np.array(2.0)], ids=repr)
def test_under_no_grad_a_number_changes_a_leaf_in_place(sign: str, result: float, two: Any) -> None:
    p = Value(6.0, label="p")
    with no_grad():
        after = changed_in_place(sign, p, two)
    assert after is p
    assert (p.data, p.label, p.op) == (result, "p", None)


@pytest.mark.parametrize("sign", ["+=", "-=", "*=", "/="])
def test_outside_no_grad_the_operators_make_new_nodes(sign: str) -> None:
    p = Value(6.0)
    after = changed_in_place(sign, p, 2.0)
    assert (p.data, after is p, after.parents) == (6.0, False, (p,))


@pytest.mark.parametrize("sign", ["+=", "-=", "*=", "/="])
def test_under_no_grad_a_value_on_the_right_of_a_leaf_is_an_error_that_says_why(sign: str) -> None:
    b, w, x = Value(0.1, label="b"), Value(2.0), Value(3.0)
    with no_grad():
        act = b
        with pytest.raises(TypeError, match=r"b = 0\.1 is a leaf.*for every name that holds it.*p \S= v\.data"):
            changed_in_place(sign, act, w * x)
    assert b.data == 0.1


def test_a_sum_of_results_under_no_grad_is_a_sum() -> None:
    w = Value(2.0)
    with no_grad():
        first = w * 1.0
        total = first
        total += w * 2.0
        total += w * 3.0
    assert (total.data, first.data, w.data) == (12.0, 2.0, 2.0)


def test_an_array_on_the_right_of_a_leaf_is_refused_under_no_grad() -> None:
    p = Value(1.0)
    with no_grad(), pytest.raises(TypeError, match=r"by one number, not by ndarray"):
        changed_in_place("-=", p, np.array([1.0, 2.0]))


@pytest.mark.parametrize("right", [0.1, np.array([0.1, 0.2])], ids=["a number", "an array"])
@pytest.mark.parametrize("sign", ["+=", "-=", "*=", "/="])
def test_an_array_of_leaves_keeps_its_leaves(sign: str, right: Any) -> None:
    leaves = [Value(1.0), Value(2.0)]
    W = np.array(leaves)
    with no_grad(), pytest.raises(TypeError, match=r"would replace a Value = 1 in the array.*for p, g in zip"):
        changed_in_place(sign, W, right)
    assert list(W) == leaves
    with no_grad():
        assert (W - right).tolist()[0].data == leaves[0].data - np.ravel(right)[0]  # a new array is meant
        for p in W.flat:
            p -= 0.5
    assert [p.data for p in leaves] == [0.5, 1.5]


def test_no_grad_is_a_decorator() -> None:
    @no_grad()
    def product(a: Any, b: Any) -> Any:
        """The product."""
        return a * b

    x = Value(3.0)
    assert product(x, x).parents == ()
    assert (x * x).parents == (x, x)
    assert (product.__name__, product.__doc__) == ("product", "The product.")


def test_a_decorated_generator_is_refused_since_its_body_runs_later() -> None:
    def generator() -> Any:
        yield 1

    async def coroutine() -> None:
        pass

    for function in (generator, coroutine):
        with pytest.raises(TypeError, match=r"write `with no_grad\(\):` inside it"):
            no_grad()(function)


@pytest.mark.parametrize("transform", [grad, value_and_grad, jacobian, hessian])
def test_a_transform_of_a_value_says_what_to_write(transform: Any) -> None:
    x = Value(3.0, label="x")
    y = x * x
    y.label = "y"
    with pytest.raises(TypeError, match=r"takes a function, not y = 9; .*y\.backward\(\), then x\.grad"):
        transform(y, x)
    with pytest.raises(TypeError, match=r"takes a function, not 3\.0 \(float\)"):
        transform(3.0)


# --- choices and what stops a gradient ---------------------------------------------------------------------------

FALLS_ON_A_NUMBER: dict[str, Callable[[Any], Any]] = {
    "maximum": lambda x: x.maximum(0.0),
    "maximum of a number": lambda x: fn.maximum(0.0, x),
    "minimum": lambda x: x.minimum(-5.0),
    "where": lambda x: fn.where(1.0, 2.0, x),
    "where by a Value": lambda x: fn.where(x, 2.0, x),
    "a clamp": lambda x: x.maximum(-0.5).minimum(0.5),
    "a hinge": lambda x: fn.maximum(0.0, 1.0 + 2.0 * x),
    "a stop": lambda x: x.stop_gradient(),
    "a stop of a product": lambda x: (x * x).stop_gradient() * 3.0,
}


@pytest.mark.parametrize("name", FALLS_ON_A_NUMBER)
def test_a_choice_that_falls_on_a_number_hands_on_no_gradient(name: str) -> None:
    x = Value(-1.0, label="x")
    y = FALLS_ON_A_NUMBER[name](x)
    y.backward()
    assert x.grad == 0.0
    assert all(c.product == 0.0 for step in steps(y) for c in step.contributions if c.parent is x)
    assert grad(FALLS_ON_A_NUMBER[name])(-1.0) == 0.0
    assert grad(grad(FALLS_ON_A_NUMBER[name]))(-1.0) == 0.0
    assert jvp(FALLS_ON_A_NUMBER[name], (-1.0,), (1.0,))[1] == 0.0
    (2.0 * y + x).backward()
    assert x.grad == 1.0


FLAT: dict[str, Callable[[Any], Any]] = {
    "relu": lambda x: fn.sqrt(fn.relu(x)),
    "step": lambda x: fn.sqrt(fn.step(x)),
    "sign": lambda x: fn.sqrt(fn.sign(x) + 1.0),
    "maximum": lambda x: fn.sqrt(fn.maximum(x, 0.0)),
    "leaky_relu": lambda x: fn.sqrt(fn.leaky_relu(x, 0.0)),
    "alpha of leaky_relu": lambda x: fn.leaky_relu(2.0, fn.sqrt(x + 1.0)),
    "alpha of elu": lambda x: fn.elu(2.0, fn.sqrt(x + 1.0)),
    "stop_gradient": lambda x: fn.sqrt(fn.stop_gradient(x + 1.0)),
    "where": lambda x: fn.where(fn.step(x), fn.sqrt(x + 1.0), x) - x,
}


@pytest.mark.parametrize("name", FLAT)
def test_what_changes_nothing_nearby_hands_on_nothing_also_of_an_infinite_slope(name: str) -> None:
    """0 times infinity is not taken: x = -1 stands where the square root has an infinite slope."""
    x = Value(-1.0)
    y = FLAT[name](x)
    y.backward()
    assert x.grad == 0.0
    totals = {c.parent: c.total for step in steps(y) for c in step.contributions}
    assert totals.get(x, 0.0) == 0.0
    assert grad(FLAT[name])(-1.0) == 0.0
    assert jvp(FLAT[name], (-1.0,), (1.0,))[1] == 0.0


def test_a_plain_tangent_of_0_moves_nothing() -> None:
    assert jvp(lambda x, y: x + fn.sqrt(y), (1.0, 0.0), (1.0, 0.0)) == (1.0, 1.0)


@pytest.mark.parametrize("b", [2.0, 3.5, 20.0])
def test_second_derivatives_of_a_power_of_0_with_a_varying_exponent(b: float) -> None:
    at_the_base = 2.0 if b == 2.0 else 0.0
    assert hessian(lambda p: p[0] ** p[1])([0.0, b]) == [[at_the_base, 0.0], [0.0, 0.0]]


def test_a_former_gradient_does_not_stay_below_what_is_not_chosen() -> None:
    x = Value(2.0)
    h = x * 3.0
    h.backward()
    assert h.grad == 1.0
    for unchosen in (h.minimum(0.0), (-h).relu(), h.step(), h.stop_gradient()):
        h.backward()
        unchosen.backward()
        assert h.grad == 0.0


def test_edges_are_the_parents_that_get_a_gradient() -> None:
    a, b = Value(2.0), Value(3.0)
    assert a.maximum(b).edges == [(b, 1.0)]
    assert a.maximum(1.0).edges == [(a, 1.0)]
    assert a.maximum(5.0).edges == []
    assert a.maximum(a).edges == [(a, 1.0)]  # a tie: all of it to the first
    assert (a * a).edges == [(a, 2.0), (a, 2.0)]
    assert (5.0 - a).edges == [(a, -1.0)]
    assert fn.dot([a, 2.0], [4.0, b], bias=1.0).edges == [(a, 4.0), (b, 2.0)]
    assert fn.stop_gradient(a).edges == [] == a.edges
    assert [(p, s) for p, s in fn.where(a, b, 1.0).edges] == [(b, 1.0)]


def test_stop_gradient_goes_on_with_the_value() -> None:
    x = Value(3.0)
    y = x * stop_gradient(x)
    y.backward()
    assert (y.data, x.grad) == (9.0, 3.0)
    assert stop_gradient(2.0) == 2.0
    assert grad(lambda v: v * stop_gradient(v))(3.0) == 3.0
    assert grad(grad(lambda v: v * v * stop_gradient(v)))(3.0) == 6.0  # 2 stop(v)
    assert hessian(lambda p: p[0] * stop_gradient(p[1]))([2.0, 3.0]) == [[0.0, 0.0], [0.0, 0.0]]


# --- decisions ---------------------------------------------------------------------------------------------------


def here(offset: int = 0) -> str:
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return f"test_escapes.py:{frame.f_back.f_lineno + offset}"


def test_a_comparison_leaves_a_mark_where_it_was() -> None:
    x = Value(2.0)
    z = x * 3.0
    assert z.decided is None
    assert z > 0.0
    assert z.decided == here(-1)
    assert x.decided is None
    for decide in (bool, lambda v: v <= z, lambda v: sorted([z, v]), lambda v: max(v, z), lambda v: v > 1.0):
        x = Value(2.0)
        decide(x)
        assert x.decided in (here(-1), here(-3))  # bool itself is called on the line before


def test_decisions_are_collected_in_the_block_and_nowhere_else() -> None:
    x = Value(2.0)
    assert x > 1.0
    with decisions() as found:
        y = x * 2.0 if x > 0.0 else x
        with no_grad():
            assert y > 0.0  # nothing is recorded, so nothing hangs on it
        assert f"{y:.2f}" == "4.00"
        assert y.data > 0.0
    assert x < 3.0
    assert [(d.node, d.where) for d in found] == [(x, here(-6))]


def test_the_functions_of_the_package_decide_nothing() -> None:
    x = Value(2.0)
    with decisions() as found:
        root = fn.where(fn.step(x), x.relu().leaky_relu().elu().maximum(1.0), fn.softmax([x, 1.0])[0])
        root.backward()
        grad(lambda v: (v**0.3).sigmoid() + fn.logsumexp([v, 1.0]) ** v)(2.0)
    assert found == []


@pytest.mark.parametrize(("f", "slopes"), [(lambda a: np.maximum(a, 0.0), [0.0, 1.0]), (np.sign, [0.0, 0.0])])
def test_numpy_s_own_choices_over_arrays_of_values_are_noticed(f: Any, slopes: list[float]) -> None:
    """np.maximum and np.sign compare the Values and give plain numbers: right here and now, and decided."""
    with decisions() as found:
        assert jacobian(lambda p: np.sum(f(np.array(p, dtype=object)) * 1.0))([-1.0, 2.0]) == slopes
    assert found


def test_a_derivative_that_is_recorded_says_that_a_choice_was_taken() -> None:
    """The derivative graph of a maximum holds the operand chosen here and now, and no other."""
    x, y = Value(2.0), Value(3.0)
    with decisions() as found:
        slope = grad(lambda v: fn.minimum(v * v, y * v) + fn.maximum(v, 0.0))(x)
    assert {d.where for d in found} == {"the derivative of maximum and minimum"} == {slope.decided}


# --- powers beyond their degree ----------------------------------------------------------------------------------


def differentiated(f: Callable[[Any], Any], order: int) -> Callable[[Any], Any]:
    for _ in range(order):
        f = grad(f)
    return f


@pytest.mark.parametrize("how", ["number", "Value", "repeated"])
@pytest.mark.parametrize("n", range(6))
@pytest.mark.parametrize("x", [0.0, -0.0, 1.5, -2.0])
def test_a_power_has_derivatives_of_every_order(n: int, x: float, how: str) -> None:
    def f(v: Any) -> Any:
        if how == "repeated":
            return math.prod([v] * n, start=v * 0.0 + 1.0)
        return v ** (Value(float(n)) if how == "Value" else n)

    for order in range(1, n + 3):
        exact = math.perm(n, order) * x ** (n - order) if order <= n else 0.0
        assert float(differentiated(f, order)(x)) == pytest.approx(exact, rel=1e-14, abs=0.0), order


def test_the_hessian_of_a_polynomial_at_0() -> None:
    c = [1.0, 2.0, 3.0, 4.0]
    assert hessian(lambda p: sum(c_k * p[0] ** k for k, c_k in enumerate(c)))([0.0]) == [[6.0]]
    mixed = hessian(lambda p: sum(p[0] ** i * p[1] ** j for i in range(4) for j in range(4)))([0.0, 0.0])
    assert mixed == [[2.0, 1.0], [1.0, 2.0]]


@pytest.mark.parametrize(("b", "sign"), [(2.0**60, -1.0), (2.0**53 + 2.0, -1.0), (2.0**53 - 1.0, 1.0)])
def test_the_slope_of_a_large_power_of_a_negative_base_has_the_right_sign(b: float, sign: float) -> None:
    (slope,) = (Value(-1.0) ** b).partials
    assert slope == sign * b
    assert grad(lambda x: x**b)(-1.0) == sign * b


@pytest.mark.parametrize(("x", "y"), [(0.0, 2.0), (0.0, 0.5), (1.5, 2.0), (-1.0, 3.0)])
def test_second_derivatives_of_xlogy_are_symmetric_and_exact(x: float, y: float) -> None:
    assert hessian(lambda p: fn.xlogy(p[0], p[1]))([x, y]) == [[0.0, 1.0 / y], [1.0 / y, -x / y / y]]


@pytest.mark.parametrize(
    ("a", "b", "slope"),
    [(inf, 2.0**60, inf), (0.0, 0.25, inf), (inf, 0.25, 0.0), (inf, -2.0, 0.0), (0.0, 2.0**60, 0.0)],
)
def test_slopes_of_powers_at_the_ends(a: float, b: float, slope: float) -> None:
    assert abs((Value(a) ** b).partials[0]) == slope
    assert not math.isnan(fn.power(Value(a), Value(b)).partials[0])


@pytest.mark.parametrize("x", [inf, -inf, nan])
def test_the_slope_of_swish_at_the_ends(x: float) -> None:
    expected = {inf: 1.0, -inf: 0.0}.get(x, nan)
    assert grad(fn.swish)(x) == pytest.approx(expected, nan_ok=True)
    assert float(grad(fn.swish)(Value(x))) == pytest.approx(expected, nan_ok=True)
