"""The replay of a graph to many digits: every row of the table, and what floats get wrong, against mpmath."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf

from autograd import Primitive, Value, apply, functions
from autograd.derivation.precise import replay, replay_gradients, roughly
from autograd.engine.primitives import PRIMITIVES
from tests.engine.test_accuracy import ELEMENTARY, ELEMENTARY_ORACLES, NARY_ORACLES, partial_exists
from tests.engine.test_primitives import name_of, points
from tests.examples import share


def close(a: Any, b: Any, digits: int = 30) -> bool:
    with mp.workdps(60):
        return bool(a == b or abs(a - b) <= abs(b) * mpf(10) ** -digits)


def written(x: float | Decimal) -> Any:
    """A number as it is written, to more digits than any test asks for."""
    with mp.workdps(80):
        return mpf(str(x))


@pytest.mark.parametrize("op", PRIMITIVES, ids=name_of)
def test_every_row_of_the_table_replays_to_the_engines_numbers(op: Primitive) -> None:
    for operands in share(points(op)):
        first = 1 if op.name == "softmax" else 0
        values = [*operands[:first], *map(Value, operands[first:])]
        node = apply(op, *values)
        node.backward()
        assert float(replay(node)[node]) == pytest.approx(node.data, rel=1e-14, abs=1e-300)
        gradients = replay_gradients(node)
        for value in values[first:]:
            expected = pytest.approx(value.grad, rel=1e-14, abs=1e-300, nan_ok=True)
            assert float(gradients.get(value, 0)) == expected, (op, operands)


@pytest.mark.parametrize("op", ELEMENTARY, ids=name_of)
def test_every_row_replays_to_thirty_digits_from_the_numbers_as_written(op: Primitive) -> None:
    oracle = ELEMENTARY_ORACLES[op.name]
    for operands in share(points(op)):
        values = [*map(Value, operands)]
        node = apply(op, *values)
        gradients = replay_gradients(node)
        with mp.workdps(80):
            exact = [written(x) for x in operands]
            value = oracle.value(*exact)
            terms = [
                rule(*exact) if partial_exists(op, i, operands) else None for i, rule in enumerate(oracle.partials)
            ]
            slopes = [sum(term) if isinstance(term, list) else term for term in terms]
        assert close(replay(node)[node], value), operands
        for x, slope in zip(values, slopes, strict=True):
            assert slope is None or close(gradients.get(x, 0), slope), operands


@pytest.mark.parametrize("name", NARY_ORACLES)
def test_rows_of_any_number_of_operands_replay_to_thirty_digits(name: str) -> None:
    numbers = [0.3, -1.7, 2.9, 0.1, 40.0]
    oracle = NARY_ORACLES[name]
    index = [1] if name == "softmax" else []
    node = oracle.call(*index, *map(Value, numbers))
    with mp.workdps(80):
        exact = sum(oracle.value(*index, *map(written, numbers)))
    assert close(replay(node)[node], exact)


decimals = st.decimals(-9, 9, allow_nan=False, places=3)


@given(st.lists(st.tuples(decimals, decimals), min_size=1, max_size=6))
def test_sums_and_products_of_decimals_are_those_of_decimal_arithmetic(pairs: list[tuple[Decimal, Decimal]]) -> None:
    w, x = [Value(float(a)) for a, _ in pairs], [float(b) for _, b in pairs]
    exact = sum([a * b for a, b in pairs], Decimal(0))
    one_node = functions.dot(w, x)
    node_by_node = w[0] * x[0]
    for w_i, x_i in zip(w[1:], x[1:], strict=True):
        node_by_node = node_by_node + w_i * x_i
    for node in (one_node, node_by_node):
        replayed = replay(node)[node]
        assert abs(replayed - written(exact)) <= abs(written(exact)) * 1e-30
        assert (replayed == 0) == (exact == 0)


def test_numbers_that_cancel_on_paper_cancel() -> None:
    tenth, two = Value(0.1), Value(2.0)
    for nothing in (
        tenth + 0.2 - 0.3,
        two.sqrt() ** 2 - 2.0,
        two.log().exp() - 2.0,
        two.sin() ** 2 + two.cos() ** 2 - 1,
    ):
        assert replay(nothing)[nothing] == 0
        side = functions.step(nothing)
        assert replay(side)[side] == 1
        bend = functions.relu(nothing)
        assert replay_gradients(bend)[nothing] == 1


@given(st.floats(-700.0, 700.0))
def test_the_digits_that_a_saturated_form_loses_are_there(z: float) -> None:
    x = Value(z)
    h = x.sigmoid()
    if h.data in (0.0, 1.0):
        h = 1.0 / (1.0 + (-x).exp())
    rest = 1.0 - h
    with mp.workdps(400):
        exact = 1 / (1 + mp.exp(mpf(repr(z))))
    assert close(replay(rest)[rest], exact)


@given(st.floats(-3.0, 3.0), st.floats(-3.0, 3.0))
def test_gradients_agree_with_mpmaths_differences(a: float, b: float) -> None:
    def f(x: Any, y: Any, m: Any) -> Any:
        return m.tanh(x * y + 0.5) * m.exp(0.25 * x) - m.sin(y) * (x - y) ** 2

    x, y = Value(a), Value(b)
    gradients = replay_gradients(f(x, y, functions))
    with mp.workdps(60):
        for node, order in ((x, (1, 0)), (y, (0, 1))):
            exact = mp.diff(lambda p, q: f(p, q, mp), (written(a), written(b)), order)
            assert abs(gradients[node] - exact) <= mpf(10) ** -25 * (1 + abs(exact))


def test_operands_that_are_not_chosen_hand_on_nothing() -> None:
    x = Value(0.0)
    chosen = functions.where(functions.step(x), x + 1.0, x.sqrt())
    assert replay_gradients(chosen)[x] == 1
    assert x.sqrt() not in replay_gradients(chosen)


@pytest.mark.slow
@pytest.mark.parametrize("x", [math.inf, -math.inf, math.nan])
@pytest.mark.parametrize("op", [op for op in ELEMENTARY if op.name != "xlogy"], ids=name_of)
def test_infinities_and_nan_come_to_what_the_engine_makes_of_them(op: Primitive, x: float) -> None:
    operands = (x, 2.0, 3.0)[: len(ELEMENTARY_ORACLES[op.name].partials)]
    if op.outside(*operands) is None:
        node = apply(op, *map(Value, operands))
        assert float(replay(node)[node]) == pytest.approx(node.data, nan_ok=True)


@pytest.mark.parametrize("terms", [(math.inf, 1.0), (-math.inf, 1.0, 2.0), (-math.inf, -math.inf), (math.nan, 1.0)])
@pytest.mark.parametrize("name", ["logsumexp", "softmax", "fsum"])
def test_infinite_terms_come_to_what_the_engine_makes_of_them(name: str, terms: tuple[float, ...]) -> None:
    results = getattr(functions, name)([*map(Value, terms)])
    for node in results if isinstance(results, list) else [results]:
        assert float(replay(node)[node]) == pytest.approx(node.data, rel=1e-14, nan_ok=True)


def test_numbers_too_large_and_too_small_for_a_float_are_kept() -> None:
    x = Value(1000.0)
    large = x.exp()
    assert large.data == math.inf
    assert close(replay(large)[large], mp.exp(1000), 15)
    assert replay(large.exp())[large] > 0  # whose digits nobody can have
    small = 1.0 / large
    assert (small.data, replay(small * 1e300)[small] > 0) == (0.0, True)


def test_given_numbers_stand_in_the_place_of_their_nodes() -> None:
    x = Value(1.0)
    y = x * 3.0
    z = y * y + x
    given_y = replay(z, given={y: Fraction("2.5")})
    assert given_y[z] == mpf("7.25")
    assert given_y[x] == 1
    slopes = replay_gradients(z, given={y: 2.5})
    assert [slopes[node] for node in (z, y, x)] == [1, 5, 1]


def test_a_leaf_that_was_set_since_changes_nothing_that_was_recorded() -> None:
    w, x = Value(0.5), Value(3.0)
    y = w * x
    z = y + 1.0
    w.data = 2.0
    assert replay(z)[z] == mpf("2.5")


def test_nobody_elses_precision_is_changed() -> None:
    before = mp.prec
    replay(Value(0.3).exp(), 200)
    assert mp.prec == before


def test_a_primitive_of_the_readers_own_takes_its_constants_as_written() -> None:
    tilt = Primitive(
        name="tilt",
        symbol="tilt",
        value=lambda m, a: (0.1 * a + 0.2 - 0.3) / 0.7 + a**2,
        partials=(lambda m, y, a: 0.1 / 0.7 + 2.0 * a,),
    )
    x = Value(1.0)
    node = apply(tilt, x)
    assert replay(node)[node] == 1


@given(st.lists(st.floats(-40.0, 40.0), min_size=3, max_size=3), st.integers(0, 12))
def test_what_floats_get_wrong_is_within_the_bound_that_is_given_for_it(numbers: list[float], which: int) -> None:
    x, y, z = map(Value, numbers)
    node = [
        x * y - z,
        (x * y - z) * 1e6,
        -(1.0 - x.sigmoid() + 1e-18).log(),
        (x + y - y) * z,
        (x * x - y * y) / (x - y + 100.0),
        functions.step(x + y - y),
        functions.relu(x + y - x - y),
        functions.where(x + y - x, z, 2.0 * z),
        functions.logsumexp([x, y, z]) - x,
        functions.softmax([x, y, z])[0] - 0.5,
        functions.dot([x, y], [y, z]) + 0.1,
        functions.elu(x + y - x) - y.tanh(),
        (x.exp() - y.exp()).absolute().sqrt(),
    ][which]
    value, bound = roughly(node)[node]
    exact = replay(node)[node]
    assert value == node.data or bound > 0.0
    assert not bound < abs(exact - value)


def test_well_conditioned_graphs_have_a_narrow_bound() -> None:
    x, w = Value(0.3), Value(0.7)
    y = ((w * x - 0.8).sigmoid() - 0.9).tanh() ** 2
    value, bound = roughly(y)[y]
    assert bound < 1e-14
    assert value == y.data
