"""The rules of the table as trees: the same numbers as the rows, in Python and, computed by the page, in a browser."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf

from autograd import Primitive
from autograd.engine import scalar
from autograd.engine.primitives import PRIMITIVES, Outside
from autograd.stepper.rules import written
from nn import losses
from tests.agreement.recipes import wild
from tests.engine import test_accuracy as accuracy
from tests.engine.test_primitives import ELEMENTARY, NARY, name_of
from tests.engine.test_table import bump, tilt
from tests.examples import examples
from tests.stepper.engine import Engine, as_json

OF_LOSSES = [op for op in vars(losses).values() if isinstance(op, Primitive)]
branching = Primitive(
    name="branching",
    value=lambda m, a, b: a * b if a > b and b != 0.0 else max(a, -b, 0.5),
    partials=(
        lambda m, y, a, b: b if a > b and b != 0.0 else 1.0 if y == a else 0.0,
        lambda m, y, a, b: a if a > b and b != 0.0 else -1.0 if y == -b else 0.0,
    ),
    domain=(
        Outside(lambda m, a, b: a < -100.0 or a % 2.0 == 1.0, "far out, or odd"),
        Outside(lambda m, a, b: a % 2.0 == 1.0, "odd"),
    ),
)
weighted = Primitive(
    name="weighted",
    value=lambda m, *terms: m.fsum([m.softmax(terms)[0], m.logsumexp(terms), *terms]),
    partials=lambda m, y, *terms: [3.0 for _ in terms],
)
whole_power = Primitive(  # works out how often
    name="whole_power",
    value=lambda m, a, n: math.prod([a] * int(n)),
    partials=(lambda m, y, a, n: n * math.prod([a] * (int(n) - 1)), lambda m, y, a, n: y * m.log(a)),
)
ROWS = [*PRIMITIVES, *OF_LOSSES, bump, tilt, branching, weighted, whole_power]
CONSTANTS = {"softmax": {0: 1.0}, "whole_power": {1: 3.0}}  # operands that are worked out when the rule is written
COUNTS = {"dot": 5, "softmax": 4, "weighted": 3, "fsum": 4, "logsumexp": 4}


def operands_of(op: Primitive) -> int:
    return COUNTS[op.name] if op.variadic else len(op.rules)


def rule_of(op: Primitive) -> dict[str, Any]:
    """The rules of a row, as the page reads them."""
    rule = written(op, operands_of(op), CONSTANTS.get(op.name))
    assert rule is not None, f"{op.name} cannot be written down"
    read: dict[str, Any] = json.loads(json.dumps(rule, allow_nan=False))
    return read


def at(op: Primitive, operands: Sequence[float]) -> tuple[float, ...]:
    return tuple([CONSTANTS.get(op.name, {}).get(i, x) for i, x in enumerate(operands)])


def said_by_python(op: Primitive, operands: Sequence[float]) -> tuple[str | None, list[float]]:
    """The sentence of a row outside its domain; inside, its value and its partials."""
    limit = op.outside(*operands)
    if limit is not None:
        return limit.sentence, []
    wanted = [i not in CONSTANTS.get(op.name, {}) for i in range(len(operands))]
    y = op.on_floats(*operands)
    return None, [y, *op.slopes(scalar, y, *operands, wanted=wanted)]


# --- in Python -----------------------------------------------------------------------------------------------------

OPERATORS: dict[str, Any] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "negative": lambda a: -a,
    "equal": lambda a, b: a == b,
    "differs": lambda a, b: a != b,
    "remainder": lambda a, b: a % b if math.isfinite(a) else math.nan,
    "item": lambda items, i: items[int(i)],
}


def computed(tree: Any, rule: dict[str, Any], x: Sequence[float], y: float) -> Any:
    """What a tree is worth, by the functions of the namespace of floats."""
    match tree:
        case "y":
            return y
        case str() if tree.startswith("#"):
            return computed(rule["shared"][int(tree[1:])], rule, x, y)
        case str() if tree.isdigit():
            return x[int(tree)]
        case str() | float():
            return float(tree)
        case ["where", condition, a, b]:
            return computed(a if computed(condition, rule, x, y) else b, rule, x, y)
        case ["fsum" | "logsumexp" | "softmax" as name, *terms]:
            return getattr(scalar, name)([computed(term, rule, x, y) for term in terms])
        case [name, *parts]:
            function = OPERATORS[name] if name in OPERATORS else getattr(scalar, name)
            return function(*[computed(part, rule, x, y) for part in parts])
    raise AssertionError(tree)


def same(a: float, b: float, ulps: float = 0.0) -> bool:
    """Equal, NaN beside NaN, or so many units in the last place apart; a 0 has no sign here."""
    a, b = float(a), float(b)
    return a == b or (a != a and b != b) or (ulps > 0.0 and abs(a - b) <= ulps * math.ulp(max(abs(a), abs(b))))


@pytest.mark.parametrize("op", ROWS, ids=name_of)
@settings(max_examples=examples(200))
@given(data=st.data())
def test_a_rule_that_is_written_down_is_the_rule(op: Primitive, data: st.DataObject) -> None:
    """With the functions of Python: the same operations on the same numbers, but for what constants alone have."""
    rule = rule_of(op)
    operands = at(op, [data.draw(wild) for _ in range(operands_of(op))])
    sentence, expected = said_by_python(op, operands)
    said = [text for holds, text in rule.get("domain", []) if computed(holds, rule, operands, math.nan)]
    assert (said[-1] if said and computed(rule["domain"][0][0], rule, operands, math.nan) else None) == sentence
    if expected:
        y = expected[0]
        found = [computed(tree, rule, operands, y) for tree in (rule["value"], *rule["partials"])]
        assert all(same(a, b, 4.0) for a, b in zip(found, expected, strict=True)), (found, expected)


def test_a_part_that_occurs_twice_is_written_once() -> None:
    rule = rule_of(next(op for op in PRIMITIVES if op.name == "softmax"))
    assert rule["shared"][0] == ["softmax", "1", "2", "3"]
    assert json.dumps(rule).count('["softmax", ') == 1


@pytest.mark.parametrize("n", [10, 1000])
def test_the_rules_of_a_row_with_many_operands_grow_in_proportion(n: int) -> None:
    for op in NARY:
        rule = written(op, n, CONSTANTS.get(op.name))
        assert rule is not None
        assert len(json.dumps(rule)) < 100 * n, op.name


def lost(**rules: Any) -> Primitive:
    return Primitive(**{"name": "lost", "value": lambda m, a: a, "partials": (lambda m, y, a: 1.0,), **rules})


@pytest.mark.parametrize(
    "op",
    [
        lost(value=lambda m, a: math.gamma(a)),
        lost(value=lambda m, a: float(a) ** 2),
        lost(value=lambda m, a: np.exp(a)),
        lost(value=lambda m, a: m.gamma(a)),
        lost(partials=(lambda m, y, a: m.gelu(a),)),
        lost(value=lambda m, a: next(a + i for i in range(100) if a < i)),
        lost(domain=(Outside(lambda m, a: not math.isfinite(a), "infinite"),)),
    ],
)
def test_a_rule_that_asks_for_more_than_symbols_have_cannot_be_written_down(op: Primitive) -> None:
    assert written(op, 1) is None


def test_every_function_that_a_rule_can_name_is_in_the_pages_namespace(engine: Engine) -> None:
    names = {name for op in ROWS for name in names_in(rule_of(op))} - {"where"}
    names |= {op.name for op in ELEMENTARY if hasattr(scalar, op.name)} - {"where"}
    points = {name: [["0.5"] * (operands_of(op) if (op := row(name)) else 2)] for name in names}
    lists = ("fsum", "logsumexp", "softmax")
    engine(
        [{"job": "elementary", "name": n, "points": p, "list": n in lists} for n, p in points.items() if n != "item"]
    )


def row(name: str) -> Primitive | None:
    return next((op for op in ELEMENTARY if op.name == name), None)


def names_in(tree: Any) -> set[str]:
    match tree:
        case dict():
            return {name for part in tree.values() for name in names_in(part)} - {""}
        case [str() as name, *parts] if name not in ("y",) and not name[:1].isdigit() and name[:1] != "#":
            return {name} | {found for part in parts for found in names_in(part)} if " " not in name else set()
        case list():
            return {found for part in tree for found in names_in(part)}
    return set()


# --- in the page ---------------------------------------------------------------------------------------------------


def in_the_page(engine: Engine, op: Primitive, points: Sequence[Sequence[float]]) -> list[Any]:
    """What the page computes at each point."""
    (answers,) = engine([{"job": "rule", "rule": rule_of(op), "points": [[as_json(x) for x in p] for p in points]}])
    found: list[Any] = answers
    return found


def errors(answers: list[Any], points: Sequence[Sequence[float]], oracle: Any, wanted: Any) -> list[tuple[float, Any]]:
    """How far off the page is at each point, in units of the last place of the exact number, see `error_in_ulps`."""
    found = []
    with mp.workdps(accuracy.DIGITS):
        for answer, operands in zip(answers, points, strict=True):
            exact = [mpf(x) for x in operands]
            found.append((accuracy.error_in_ulps(float(answer["y"]), oracle.value(*exact)), operands))
            for i in wanted(operands):
                slope = float(answer["partials"][i])
                found.append((accuracy.error_in_ulps(slope, oracle.partials[i](*exact)), (i, *operands)))
    return found


@pytest.mark.parametrize("op", ELEMENTARY, ids=name_of)
def test_every_row_is_within_4_ulp_in_the_page(engine: Engine, op: Primitive) -> None:
    """As Python's engine, against mpmath: over the whole domain, and at numbers that each run draws afresh."""
    rng = random.Random()
    sizes = (lambda: 3.0, lambda: 800.0, lambda: 10.0 ** rng.uniform(-300.0, 300.0))
    drawn = [tuple(rng.uniform(-1.0, 1.0) * rng.choice(sizes)() for _ in op.rules) for _ in range(examples(300))]
    points = [*accuracy.points(op), *[operands for operands in drawn if op.outside(*operands) is None]]
    error, where = max(
        errors(
            in_the_page(engine, op, points),
            points,
            accuracy.ELEMENTARY_ORACLES[op.name],
            lambda operands: [i for i in range(len(operands)) if accuracy.partial_exists(op, i, operands)],
        )
    )
    assert error <= 4.0, where


@pytest.mark.parametrize("op", NARY, ids=name_of)
def test_rows_of_any_number_of_operands_are_within_8_ulp_of_the_largest_term_in_the_page(
    engine: Engine, op: Primitive
) -> None:
    """The bound of Python's engine, for the same reason: their sums take several roundings."""
    oracle, rng = accuracy.NARY_ORACLES[op.name], random.Random()
    jobs, asked = [], []
    for _ in range(examples(100)):
        operands = oracle.operands(rng)
        rule = written(op, len(operands), {0: float(operands[0])} if op.name == "softmax" else None)
        jobs.append({"job": "rule", "rule": rule, "points": [operands]})
        asked.append(operands)
    with mp.workdps(accuracy.DIGITS):
        for operands, (answer,) in zip(asked, engine(jobs), strict=True):
            exact = [mpf(x) for x in operands]
            assert accuracy.error_in_ulps(float(answer["y"]), oracle.value(*exact)) <= 8.0, operands
            slopes = answer["partials"][1:] if op.name == "softmax" else answer["partials"]
            for slope, of in zip(slopes, oracle.partials(*exact), strict=True):
                assert accuracy.error_in_ulps(float(slope), of) <= 8.0, operands


@pytest.mark.parametrize("op", ROWS, ids=name_of)
@settings(max_examples=examples(30))
@given(data=st.data())
def test_the_page_says_what_python_says_at_the_edges(chromium: Engine, op: Primitive, data: st.DataObject) -> None:
    """Zeros, infinities, NaN, the largest and the smallest numbers: the same kind of number, the same sentence.

    Two forms that are each within 8 ulp of the largest term are within 16 of one another.
    """
    count = operands_of(op)
    drawn = data.draw(st.lists(st.tuples(*[wild] * count), min_size=20, max_size=20))
    points = [at(op, operands) for operands in drawn]
    for operands, answer in zip(points, in_the_page(chromium, op, points), strict=True):
        sentence, expected = said_by_python(op, operands)
        assert answer["sentence"] == sentence, operands
        found = [float(x) for x in (answer["y"], *answer["partials"])]
        largest = max([1.0, *[abs(x) for x in (*operands, *expected) if math.isfinite(x)]])
        for a, b in zip(found, expected, strict=True) if expected else ():
            assert same(a, b) or abs(a - b) <= 16.0 * math.ulp(largest), (operands, found, expected)
