"""The tape: a graph as data, and the page's engine that computes it again; both passes are those of Python."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

import pytest

from autograd import Primitive, Value, apply, steps, topological_order
from autograd.engine.value import make_constant
from autograd.functions import dot, fsum, logsumexp, maximum, softmax, stop_gradient
from autograd.stepper.tape import tape_of
from tests.stepper.engine import Engine, as_json

ULPS = 64  # between Python's numbers and the page's, after a dozen operations that are each within 8 ulp of one another
unknown_rule = Primitive(
    name="unknown_rule", value=lambda m, a: math.gamma(float(a)), partials=(lambda m, y, a: y * 0.5,)
)


def tape(root: Value) -> dict[str, Any]:
    """As the page reads it."""
    read: dict[str, Any] = json.loads(json.dumps(tape_of(root, topological_order(root)), allow_nan=False))
    return read


def run(engine: Engine, root: Value, changes: Sequence[dict[Value, float]] = ({},), **options: Any) -> list[Any]:
    """What the page has after each of some changes."""
    order = topological_order(root)
    asked = [[[order.index(node), as_json(x)] for node, x in change.items()] for change in changes]
    (answer,) = engine([{"job": "tape", "tape": tape(root), "changes": asked, **options}])
    found: list[Any] = answer
    return found


def same(said: Any, expected: float, ulps: float = ULPS) -> bool:
    x = float(said)
    if not (math.isfinite(x) and math.isfinite(expected)):
        return x == expected or (x != x and expected != expected)
    return abs(x - expected) <= ulps * math.ulp(max(abs(expected), 1.0))


def handed(root: Value) -> list[tuple[int, int, float, float, float]]:
    """The contributions of `steps`, with the places of nodes."""
    places = {node: place for place, node in enumerate(topological_order(root))}
    return [
        (places[step.node], places[c.parent], c.local, c.product, c.total)
        for step in steps(root)
        for c in step.contributions
    ]


def agrees(state: Any, root: Value) -> None:
    """That the page has the numbers and the reverse pass of a graph that Python has recorded."""
    order = topological_order(root)
    for said, node in zip(state["values"], order, strict=True):
        assert same(said, node.data), node.describe()
    expected, found = handed(root), state["passes"][0]["handed"]
    assert [c[:2] for c in found] == [list(c[:2]) for c in expected]
    for a, b in zip(found, expected, strict=True):
        assert all(same(x, y) for x, y in zip(a[2:], b[2:], strict=True)), (a, b)


def example(x: float = 1.5, w: float = -0.4, b: float = 0.1) -> tuple[Value, list[Value]]:
    leaves = [Value(x, "x"), Value(w, "w"), Value(b, "b")]
    v, weight, bias = leaves
    y = dot([weight], [v], bias=bias).tanh() * v * v + softmax([v, weight, bias])[1].log() + (v / weight).gelu()
    return (y + weight**2 + abs(weight) ** bias - logsumexp([y, v]) + fsum([y, 1.0, v])) ** 2, leaves


# --- as data -------------------------------------------------------------------------------------------------------


def test_a_tape_has_nodes_numbers_and_the_rules_that_are_used() -> None:
    x = Value(3.0)
    found = tape(x.exp() * x.exp() - 2.5)
    assert found["nodes"] == [[None, []], [0, [0]], [0, [0]], [1, [1, 2]], [2, [3, "2.5"]]]
    assert [rule["name"] for rule in found["rules"]] == ["exp", "multiply", "subtract"]
    assert found["numbers"][1] == math.exp(3.0)
    assert (found["root"], found["stale"], found["decided"]) == (4, [], [])


def test_infinite_numbers_and_nan_are_strings_of_json() -> None:
    found = tape(Value(math.inf) * -math.inf + math.nan)
    assert found["numbers"] == ["inf", "-inf", "nan"]
    assert [operands for _, operands in found["nodes"]] == [[], [0, "-inf"], [1, "nan"]]


def test_a_number_that_was_set_after_use_makes_the_graph_stale() -> None:
    w, x = Value(2.0), Value(0.0)
    y = w * x + x.relu()
    assert tape(y)["stale"] == []
    w.data = 3.0  # the product is 0 as before, but its slope is another
    assert tape(y)["stale"] == [topological_order(y).index(y.parents[0])]
    logarithm = (v := Value(1.0)).log()
    v.data = -1.0
    assert tape(logarithm)["stale"] == [1]


def test_a_graph_of_any_kind_that_was_not_touched_is_not_stale() -> None:
    root, _ = example()
    assert tape(root)["stale"] == []
    assert tape(example(40.0, 30.0, 1e-300)[0])["stale"] == []


def test_a_comparison_that_decided_something_is_on_the_tape_with_its_place() -> None:
    x = Value(2.0)
    y = x * 3.0 if x > 1.0 else x
    ((node, place),) = tape(y)["decided"]
    assert node == 0
    assert place.startswith("test_tape.py:")


def test_a_tape_grows_with_the_graph_and_stays_small() -> None:
    def chain(n: int) -> int:
        x = Value(0.7, "x")
        for i in range(n // 3):
            x = x * 1.0000123 + 0.1 if i % 2 else (x * x).tanh() - 0.3
        return len(json.dumps(tape(x), separators=(",", ":")))

    assert chain(6000) < 300_000
    assert chain(6000) < 2.2 * chain(3000)


# --- in the page ---------------------------------------------------------------------------------------------------


def test_unchanged_the_page_has_the_recorded_numbers_to_the_last_digit(engine: Engine) -> None:
    root, _ = example()
    (state,) = run(engine, root)
    assert state["values"] == [node.data for node in topological_order(root)]
    assert not any(state["changed"])
    agrees(state, root)
    agrees(run(engine, root, all=True)[0], root)


def test_changed_numbers_give_what_python_records_for_them(engine: Engine) -> None:
    root, (x, w, b) = example()
    points = [(1.5, -0.4, 0.2), (2.5, 0.7, 0.2), (-3.0, 1e-3, 40.0), (1.5, -0.4, 0.1)]
    states = run(engine, root, [{x: p, w: q, b: r} for p, q, r in points])
    for state, point in zip(states, points, strict=True):
        agrees(state, example(*point)[0])
    assert states[-1]["values"] == [node.data for node in topological_order(root)]  # the recorded ones, again
    order = topological_order(root)
    untouched = [v for v in order if b not in topological_order(v)]
    assert [states[0]["values"][order.index(v)] for v in untouched] == [v.data for v in untouched]
    assert {order[i] for i, changed in enumerate(states[0]["changed"]) if changed} == {*order} - {*untouched}


def test_only_the_number_of_a_leaf_can_be_changed(chromium: Engine) -> None:
    root, _ = example()
    with pytest.raises(Exception, match="only the number of a leaf can be changed"):
        run(chromium, root, [{root: 1.0}])


def test_outside_its_domain_a_node_says_so_and_what_depends_on_it_is_unknown(engine: Engine) -> None:
    x, y = Value(2.0, "x"), Value(3.0, "y")
    logarithm = x.log()
    chosen = maximum(y, logarithm)
    root = chosen * y
    order = topological_order(root)
    outside, back = run(engine, root, [{x: -1.0}, {x: 2.0}])
    assert outside["outside"] == [[order.index(logarithm), logarithm.op.domain[0].sentence]]
    assert sorted(outside["unknown"]) == sorted(order.index(v) for v in (logarithm, chosen, root))
    assert [outside["values"][i] for i in outside["unknown"]] == ["nan"] * 3
    assert outside["passes"][0]["upstream"][order.index(x)] == "nan"
    assert (back["outside"], back["unknown"]) == ([], [])
    agrees(back, root)
    powers = run(engine, (v := Value(2.0)) ** (n := Value(0.5)), [{v: -1.0}, {v: 0.0, n: -2.0}, {v: -1.0, n: -2.0}])
    assert [[sentence[:9] for _, sentence in state["outside"]] for state in powers] == [
        ["a negativ"],
        ["0 has no "],
        [],
    ]


def test_what_cannot_be_computed_stands_as_recorded_and_what_rests_on_it_is_in_doubt(engine: Engine) -> None:
    x, w = Value(1.5, "x"), Value(2.0, "w")
    kept = apply(unknown_rule, x * w)
    beside = w * 3.0
    root = kept * beside + x
    order = topological_order(root)
    assert tape(root)["nodes"][order.index(kept)] == [None, [order.index(kept.parents[0])], [kept.partials[0]], False]
    same_again, moved, fixed = run(engine, root, [{}, {w: 5.0}, {w: 2.0}])
    agrees(same_again, root)
    assert same_again["doubtful"] == fixed["doubtful"] == []
    assert moved["values"][order.index(kept)] == kept.data
    assert moved["values"][order.index(root)] == kept.data * 15.0 + 1.5
    assert {order[i] for i in moved["doubtful"]} == {kept, root.parents[0], root}
    assert {order[i] for i in moved["passes"][0]["doubtful"]} == {*order} - {root}
    agrees(fixed, root)


def test_a_gradient_from_any_node_is_that_of_python(engine: Engine) -> None:
    root, _ = example()
    order = topological_order(root)
    inner = [node for node in order if node.depth]
    (state,) = run(engine, root, roots=[order.index(node) for node in inner])
    for node, said in zip(inner, state["passes"], strict=True):
        places = {v: order.index(v) for v in topological_order(node)}
        expected = [[places[step.node], places[c.parent], c.total] for step in steps(node) for c in step.contributions]
        assert [c[:2] for c in said["handed"]] == [c[:2] for c in expected]
        assert all(same(c[4], e[2]) for c, e in zip(said["handed"], expected, strict=True))


def test_gradients_that_stop_and_infinite_ones_go_as_in_python(engine: Engine) -> None:
    x, zero, far = Value(2.0), Value(0.0), Value(1e200)
    for root in (
        stop_gradient(x) * x,
        (-x).relu() * 3.0 + x,
        maximum(x, x) * maximum(zero, x),
        zero.sqrt().relu() + (zero * zero).sqrt(),
        (far * far) * (far * far),
        zero.cbrt() * zero,
        x * 0.0 + zero.sqrt() * 0.0,
    ):
        agrees(run(engine, root)[0], root)


def test_a_constant_that_was_a_leaf_hands_on_nothing(engine: Engine) -> None:
    x, c = Value(2.0), Value(3.0)
    make_constant(c)
    root = x * c
    agrees(run(engine, root)[0], root)


def test_a_thousand_nodes_compute_both_passes_while_a_finger_drags(engine: Engine) -> None:
    """Less than 1 ms on a machine at rest, and half a frame of a screen on any."""
    x, w = Value(0.3, "x"), Value(0.5, "w")
    for i in range(330):
        x = (x * w + 0.1 * i).tanh() - 0.01
    data = tape(x)
    assert len(data["nodes"]) > 1300
    (milliseconds,) = engine([{"job": "speed", "tape": data, "node": 0, "times": 100}])
    assert milliseconds < 8.0
