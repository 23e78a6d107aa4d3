"""The reverse pass: what it leaves in the graph, its steps, its order, and the two recording modes around it."""

from __future__ import annotations

import asyncio
import contextvars
import math
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from autograd import AnomalyError, Value, detect_anomaly, functions, grad, no_grad, steps, topological_order
from autograd.engine import graph as graph_module
from autograd.engine.modes import Modes, current_modes, open_blocks, recording


def diamond(x: Value) -> tuple[Value, Value, Value]:
    """u = 3x, v = x**2, root = u * v: an inner node on each of two paths."""
    u, v = x * 3.0, x**2
    return u, v, u * v


# --- what a pass leaves behind -----------------------------------------------------------------------------------


def test_gradients_sum_over_paths() -> None:
    x = Value(2.0)
    u, v, root = diamond(x)
    root.backward()
    assert (root.grad, u.grad, v.grad, x.grad) == (1.0, 4.0, 6.0, 36.0)


def test_backward_twice_doubles_leaf_gradients_exactly() -> None:
    x, w = Value(0.1), Value(0.7)
    root = (x * w).tanh() * x + functions.dot([x, w], [w, 0.3])
    root.backward()
    once = (x.grad, w.grad)
    root.backward()
    assert (x.grad, w.grad) == (2.0 * once[0], 2.0 * once[1])


def test_backward_twice_leaves_inner_gradients_as_they_are() -> None:
    u, v, root = diamond(Value(2.0))
    root.backward()
    root.backward()
    assert (root.grad, u.grad, v.grad) == (1.0, 4.0, 6.0)


def test_inner_gradients_are_those_of_the_latest_pass_also_from_another_root() -> None:
    x = Value(2.0)
    u, _, root = diamond(x)
    other = u * 10.0
    root.backward()
    other.backward()
    assert (u.grad, x.grad) == (10.0, 36.0 + 30.0)
    root.backward()
    assert (u.grad, x.grad) == (4.0, 36.0 + 30.0 + 36.0)


def test_a_pass_from_an_inner_node_does_not_touch_what_lies_above() -> None:
    x = Value(2.0)
    u, _, root = diamond(x)
    root.backward()
    u.backward()
    assert (root.grad, u.grad) == (1.0, 1.0)


def test_leaves_accumulate_over_examples() -> None:
    w = Value(0.5)
    for x in (1.0, 2.0, 3.0):
        (w * x).backward()
    assert w.grad == 6.0


@pytest.mark.parametrize(
    "choose",
    [
        lambda a, b: functions.where(True, a, b),
        lambda a, b: functions.where(Value(0.0), b, a),
        lambda a, b: functions.maximum(a, b),
        lambda a, b: functions.maximum(b, a),
        lambda a, b: functions.minimum(a, b + 100.0),
    ],
    ids=["where", "where-Value", "maximum", "maximum-second", "minimum"],
)
def test_an_operand_that_was_not_chosen_gets_the_gradient_of_the_latest_pass(
    choose: Callable[[Value, Value], Value],
) -> None:
    """b holds a gradient from an earlier pass; in the latest one it is below the root and not chosen: 0."""
    x = Value(3.0)
    a, b = x * 2.0, x * 1.0
    (b * 7.0).backward()
    assert b.grad == 7.0
    choose(a, b).backward()
    assert (a.grad, b.grad, x.grad) == (1.0, 0.0, 7.0 + 2.0)


def test_a_constant_times_zero_still_reaches_the_leaf() -> None:
    x = Value(3.0)
    (x * 0.0).backward()
    assert x.grad == 0.0


def test_data_changed_after_recording_changes_the_next_forward_pass_only() -> None:
    w, x = Value(3.0), Value(5.0)
    y = w * x
    w.data = 100.0
    y.data = -1.0
    y.backward()
    assert (w.grad, x.grad) == (5.0, 3.0)
    assert (w * x).data == 500.0


def test_a_dot_remembers_its_numbers_too() -> None:
    w, x = Value(3.0), Value(5.0)
    y = functions.dot([w], [x])
    w.data = x.data = 0.0
    y.backward()
    assert (w.grad, x.grad) == (5.0, 3.0)


def test_zero_grad_clears_the_whole_graph() -> None:
    x = Value(2.0)
    u, v, root = diamond(x)
    root.backward()
    root.zero_grad()
    assert [node.grad for node in (x, u, v, root)] == [0.0] * 4
    root.backward()
    assert x.grad == 36.0


def test_zero_grad_of_a_leaf_is_that_of_itself() -> None:
    x = Value(2.0)
    x.grad = 3.0
    x.zero_grad()
    assert x.grad == 0.0


@pytest.mark.parametrize(
    "root",
    [lambda: Value(1.5, label="loss"), lambda: _without_recording(Value(1.5))],
    ids=["leaf", "no_grad"],
)
def test_backward_without_history_is_an_error_that_says_why(root: Callable[[], Value]) -> None:
    node = root()
    node.label = "loss"
    with pytest.raises(ValueError, match=r"backward\(\) on loss = 1\.5.*no history.*expression.*no_grad"):
        node.backward()


def _without_recording(x: Value) -> Value:
    with no_grad():
        return x * 1.0


def test_a_pass_behind_a_dead_unit_gives_zeros() -> None:
    w, x = Value(1.0), Value(-2.0)
    functions.dot([w], [x]).relu().backward()
    assert (w.grad, x.grad) == (0.0, 0.0)


@pytest.mark.parametrize("chosen", [lambda a, b: functions.leaky_relu(a, b), lambda a, b: a.maximum(b)])
def test_a_pass_clears_the_inner_nodes_of_the_operand_that_was_not_chosen(chosen: Callable[[Any, Any], Any]) -> None:
    x, y = Value(3.0), Value(1.0)
    inner = y * 0.5
    inner.backward()
    chosen(x, inner).backward()
    assert (x.grad, inner.grad, y.grad) == (1.0, 0.0, 0.5)


def test_sixty_diamonds_in_a_row_have_two_to_the_sixtieth_paths_and_sixty_steps() -> None:
    x = node = Value(1.0)
    for _ in range(60):
        node = node + node
    node.backward()
    assert x.grad == 2.0**60
    assert len(topological_order(node)) == 61


# --- infinite slopes that were not chosen ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "f",
    [
        lambda x: functions.where(x > 0.0, x.sqrt(), x * 2.0),
        lambda x: functions.maximum(x * 2.0, x.sqrt()),
        lambda x: functions.minimum(x * 2.0, x.sqrt()),
        lambda x: functions.where(x, x.sqrt(), x * 2.0),
        lambda x: functions.where(True, x * 2.0, functions.xlogy(x, x)),
    ],
    ids=["where", "maximum", "minimum", "where-Value", "where-xlogy"],
)
def test_an_infinite_slope_in_the_branch_not_chosen_gives_no_nan(f: Callable[[Any], Any]) -> None:
    x = Value(0.0)
    root = f(x)
    root.backward()
    assert x.grad == 2.0
    assert [c.total for step in steps(root) for c in step.contributions if c.parent is x][-1] == 2.0
    assert grad(f)(0.0) == 2.0
    assert grad(grad(f))(0.0) == 0.0


# --- steps -------------------------------------------------------------------------------------------------------


def some_graph() -> tuple[Value, list[Value]]:
    x, y, z = Value(0.3, label="x"), Value(-0.8, label="y"), Value(1.7, label="z")
    u = x * y + z**2 - x / z
    v = functions.dot([x, 0.5, u], [y, z, x], bias=z).tanh()
    root = functions.logsumexp([u, v, functions.maximum(u, v)]) + functions.where(x > 0, v, u) * abs(y) + (3.0 - u) ** x
    return functions.fsum([root, *functions.softmax([u, root, 1.0])[:2]]), [x, y, z, u, v]


def test_the_steps_add_up_to_what_backward_leaves() -> None:
    root, watched = some_graph()
    totals = {step.node: step.upstream for step in steps(root)}
    for step in steps(root):
        for contribution in step.contributions:
            totals[contribution.parent] = contribution.total
    assert all(node.grad == 0.0 for node in topological_order(root))
    root.backward()
    for node in watched:
        # The same sums: the order of the terms may differ.
        assert totals[node] == pytest.approx(node.grad, rel=1e-14)
    for node in topological_order(root):
        assert totals.get(node, 0.0) == pytest.approx(node.grad, rel=1e-14)


def test_each_step_says_what_it_hands_on() -> None:
    x = Value(2.0, label="x")
    u, v, root = diamond(x)
    walked = list(steps(root))
    assert [step.node for step in walked] == [root, v, u]
    assert walked[0].upstream == 1.0
    assert [(c.parent, c.local, c.product, c.total) for c in walked[0].contributions] == [
        (u, 4.0, 4.0, 4.0),
        (v, 6.0, 6.0, 6.0),
    ]
    first, second = (step.contributions[0] for step in walked[1:])
    assert (first.parent, first.local, first.product, first.total) == (x, 4.0, 24.0, 24.0)
    assert (second.parent, second.local, second.product, second.total) == (x, 3.0, 12.0, 36.0)


def test_every_step_has_its_upstream_gradient_complete() -> None:
    root, _ = some_graph()
    root.backward()
    for step in steps(root):
        assert step.upstream == pytest.approx(step.node.grad, rel=1e-14)
        for contribution in step.contributions:
            assert contribution.product == step.upstream * contribution.local


TAKEN_TWICE: dict[str, tuple[Callable[[Any], Any], Callable[[float], float]]] = {
    "x*x": (lambda x: x * x, lambda x: 2.0 * x),
    "x + x": (lambda x: x + x, lambda x: 2.0),
    "x - x": (lambda x: x - x, lambda x: 0.0),
    "x/x": (lambda x: x / x, lambda x: 0.0),
    "x**x": (lambda x: x**x, lambda x: x**x * (math.log(x) + 1.0)),
    "hypot": (lambda x: functions.hypot(x, x), lambda x: math.sqrt(2.0)),
    "a tie": (lambda x: functions.maximum(x, x), lambda x: 1.0),
    "dot": (lambda x: functions.dot([x, x, 3.0], [x, 5.0, x], bias=x), lambda x: 2.0 * x + 5.0 + 3.0 + 1.0),
    "fsum": (lambda x: functions.fsum([x, x, x]), lambda x: 3.0),
    "softmax": (lambda x: functions.softmax([x, x])[0], lambda x: 0.0),
}


@pytest.mark.parametrize("name", TAKEN_TWICE)
def test_an_operand_that_one_operation_takes_twice_gets_the_whole_local_derivative_in_one_contribution(
    name: str,
) -> None:
    f, slope = TAKEN_TWICE[name]
    x = Value(1.7)
    [step] = steps(f(x))
    [(parent, local, product, total)] = step.contributions
    assert (parent, product, total) == (x, local, local)
    assert local == pytest.approx(slope(1.7), rel=1e-15)


@pytest.mark.parametrize(
    "f",
    [lambda x: x / x * 1e200, lambda x: functions.dot([x, x], [1e308, 1e308]) * 1e-10],
    ids=["each place overflows", "the local derivative overflows"],
)
def test_where_one_way_overflows_the_steps_go_the_way_of_backward(f: Callable[[Value], Value]) -> None:
    x = Value(1e-160)
    root = f(x)
    *_, last = steps(root)
    root.backward()
    assert str(last.contributions[0].total) == str(x.grad)


def test_the_steps_of_a_leaf_are_none() -> None:
    assert list(steps(Value(1.0))) == []


# --- topological order -------------------------------------------------------------------------------------------


def test_every_node_stands_once_and_after_its_operands() -> None:
    root, _ = some_graph()
    nodes = topological_order(root)
    assert len(set(nodes)) == len(nodes)
    assert nodes[-1] is root
    place = {node: i for i, node in enumerate(nodes)}
    for node in nodes:
        assert all(place[parent] < place[node] for parent in node.parents)


def test_nodes_of_the_same_depth_stand_in_the_order_of_the_expression() -> None:
    a, b, c = Value(1.0, label="a"), Value(2.0, label="b"), Value(3.0, label="c")
    nodes = topological_order((a * b) * (c * a))
    assert [node.label for node in nodes[:3]] == ["a", "b", "c"]


def test_the_order_of_a_leaf_is_itself() -> None:
    x = Value(1.0)
    assert topological_order(x) == [x]


# --- interrupted passes ------------------------------------------------------------------------------------------


class Interrupted(BaseException):
    pass


def test_an_interrupted_pass_leaves_no_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupt between finding the nodes and adding up: no NaN stays, and the next pass is right."""
    x = Value(2.0)
    u, v, root = diamond(x)
    root.backward()

    def interrupt(_: Value) -> int:
        raise Interrupted

    with monkeypatch.context() as patched:
        patched.setattr("autograd.engine.graph.depth_of", interrupt)
        with pytest.raises(Interrupted):
            root.backward()
    assert graph_module.depth_of(root) == 2
    assert not any(math.isnan(node.grad) for node in (x, u, v, root))
    x.grad = 0.0
    root.backward()
    assert (u.grad, v.grad, x.grad) == (4.0, 6.0, 36.0)


# --- no_grad -----------------------------------------------------------------------------------------------------


def test_under_no_grad_nothing_is_recorded() -> None:
    x = Value(2.0)
    with no_grad():
        results = [x * x, x + 1.0, 1.0 - x, x.relu(), x.tanh(), x.exp(), x**2, functions.dot([x], [x]), x.where(x, x)]
        results += [x.sigmoid(), -x, *functions.softmax([x, 1.0]), functions.fsum([x, x])]
    assert all(type(y) is Value and y.op is None and y.depth == 0 for y in results)
    assert (x * x).parents == (x, x)


def test_modes_nest_and_end_with_their_block() -> None:
    x = Value(2.0)
    with no_grad():
        with detect_anomaly(), recording():
            assert (x * x).depth == 1
        with no_grad():
            pass
        assert (x * x).depth == 0
        assert current_modes().check is False
    assert (x * x).depth == 1
    assert current_modes() == Modes()
    assert not open_blocks


def test_a_mode_ends_also_by_an_error() -> None:
    with pytest.raises(KeyError), no_grad():
        raise KeyError
    assert (Value(2.0) * 1.0).depth == 1
    assert current_modes() == Modes()
    assert not open_blocks


def test_one_block_object_can_be_entered_again_and_within_itself() -> None:
    block = no_grad()
    x = Value(2.0)
    with block:
        with block:
            assert (x * x).depth == 0
        assert (x * x).depth == 0
    assert (x * x).depth == 1
    with block:
        assert (x * x).depth == 0
    assert current_modes() == Modes()
    assert not open_blocks


def test_no_grad_holds_in_its_own_thread_only() -> None:
    inside, done = threading.Event(), threading.Event()
    depths: list[int] = []

    def other() -> None:
        inside.wait(10.0)
        depths.append((Value(2.0) * Value(3.0)).depth)
        done.set()

    thread = threading.Thread(target=other)
    thread.start()
    with no_grad():
        inside.set()
        assert done.wait(10.0)
        depths.append((Value(2.0) * Value(3.0)).depth)
    thread.join()
    assert depths == [1, 0]


def test_modes_hold_in_their_own_async_task_only() -> None:
    depths: dict[str, list[int]] = {"without": [], "with": []}

    async def without(turn: asyncio.Event, answer: asyncio.Event) -> None:
        with no_grad():
            depths["without"].append((Value(2.0) * 3.0).depth)
            turn.set()
            await answer.wait()
            depths["without"].append((Value(2.0) * 3.0).depth)

    async def recorded(turn: asyncio.Event, answer: asyncio.Event) -> None:
        await turn.wait()
        depths["with"].append((Value(2.0) * 3.0).depth)
        with detect_anomaly():
            answer.set()
            await asyncio.sleep(0)
            depths["with"].append((Value(2.0) * 3.0).depth)

    async def both() -> None:
        turn, answer = asyncio.Event(), asyncio.Event()
        await asyncio.gather(without(turn, answer), recorded(turn, answer))

    asyncio.run(both())
    assert depths == {"without": [0, 0], "with": [1, 1]}
    assert current_modes() == Modes()
    assert not open_blocks


def test_one_block_object_shared_by_two_threads_ends_in_either_order() -> None:
    block = no_grad()
    other_is_inside, first_is_out = threading.Event(), threading.Event()

    def other() -> tuple[int, int]:
        with block:
            other_is_inside.set()
            first_is_out.wait(10.0)
            inside = (Value(2.0) * 3.0).depth
        return inside, (Value(2.0) * 3.0).depth

    def first(pool: ThreadPoolExecutor) -> None:
        with block:
            future = pool.submit(other)
            other_is_inside.wait(10.0)
        first_is_out.set()
        assert (Value(2.0) * 3.0).depth == 1
        assert future.result(10.0) == (0, 1)

    with ThreadPoolExecutor(1) as pool:
        contextvars.copy_context().run(first, pool)  # whatever happens, no mode stays on for the other tests
    assert current_modes() == Modes()
    assert not open_blocks


# --- detect_anomaly ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (lambda x: x.exp(), r"exp\(z = 1000\) made inf"),
        (lambda x: x * 1e308, r"multiply\(z = 1000, 1e\+308\) made inf"),
        (lambda x: x * Value(1e308), r"multiply\(z = 1000, 1e\+308\) made inf"),
        (lambda x: x + Value(1.7e308, label="big") + 1.7e308, r"add\(.*, 1\.7e\+308\) made inf"),
        (lambda x: x**200, r"power\(z = 1000, 200\) made inf"),
        (lambda x: functions.dot([x] * 8, [1e308] * 8), r"dot\((z = 1000, ){5}\.\.\.\) made inf"),
        (lambda x: functions.fsum([x * 1e305] * 10), r"fsum\(.*\.\.\.\) made inf"),
    ],
)
def test_the_operation_that_makes_an_infinity_of_numbers_is_named(
    write: Callable[[Value], Value], message: str
) -> None:
    x = Value(1000.0, label="z")
    assert math.isinf(write(x).data)
    with detect_anomaly(), pytest.raises(AnomalyError, match=message + r" out of finite numbers; .*loss on logits"):
        write(x)


def test_an_infinity_that_comes_in_is_no_anomaly() -> None:
    with detect_anomaly():
        y = Value(math.inf) * 2.0 + functions.fsum([Value(math.nan), 1.0])
    assert math.isnan(y.data)


def test_anomalies_are_noticed_without_recording_too() -> None:
    with detect_anomaly(), no_grad(), pytest.raises(AnomalyError, match="exp"):
        Value(1000.0).exp()


def test_a_gradient_that_stops_being_finite_is_named_with_its_node() -> None:
    x = Value(0.0, label="x")
    y = x.sqrt() * 2.0
    with (
        detect_anomaly(),
        pytest.raises(AnomalyError, match=r"reverse pass made inf.*sqrt\(\.\.\.\) = 0.*2 \* inf.*x = 0"),
    ):
        y.backward()
    assert x.grad == 0.0
    y.backward()
    assert x.grad == math.inf


def test_a_sum_over_paths_that_overflows_is_noticed() -> None:
    x = Value(1.0, label="x")
    y = x * 1e308 + x * 1e308 * 0.5 + x * 1e308 * 0.5
    with detect_anomaly(), pytest.raises(AnomalyError, match=r"reverse pass made inf.*operand x = 1"):
        (y * 0.9).backward()


def test_a_healthy_pass_under_detect_anomaly_is_an_ordinary_one() -> None:
    x = Value(2.0)
    with detect_anomaly():
        diamond(x)[2].backward()
    assert x.grad == 36.0


# --- threads -----------------------------------------------------------------------------------------------------


def test_concurrent_passes_over_separate_graphs_are_independent() -> None:
    def gradient(seed: int) -> float:
        x = Value(1.0 + seed)
        for _ in range(20):
            x.grad = 0.0
            node = x
            for _ in range(50):
                node = node + x
            (node * x).backward()
        return x.grad

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(gradient, range(32))) == [2.0 * 51.0 * (1.0 + seed) for seed in range(32)]
