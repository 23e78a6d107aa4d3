"""Repeats: that they are found where there are some, and that what is called the same is the same."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value, grad
from autograd.drawing.build import build_scene
from autograd.drawing.layout import lay_out
from autograd.drawing.neurons import find_layers
from autograd.drawing.repeats import FEWEST, Repeats, find_repeats
from autograd.engine.graph import topological_order
from autograd.functions import dot, fsum, sin, tanh
from nn.layers import MLP
from tests.drawing.test_layout import assert_boxes_are_sound, assert_sound, odd_network, random_graph
from tests.examples import examples


def recurrence(steps: int) -> Value:
    wx, wh, b, h = Value(0.5), Value(0.3), Value(0.1), Value(0.0)
    for t in range(steps):
        h = tanh(wx * Value(0.1 * t) + wh * h + b)
    return h


def recurrence_from_a_number(steps: int) -> Value:
    wx, wh, b = Value(0.5), Value(0.3), Value(0.1)
    h: Value | float = 0.0
    for t in range(steps):
        h = tanh(wx * (0.1 * t) + wh * h + b)
    assert isinstance(h, Value)
    return h


def layer_over_time(steps: int, *, losses: bool) -> Value:
    rows = [[Value(0.1 * i - 0.2 * k) for k in range(4)] for i in range(3)]
    bias = Value(0.5)
    h = [Value(0.0) for _ in rows]
    terms = []
    for t in range(steps):
        x = Value(0.1 * t)
        h = [dot(row, [x, *h], bias).tanh() for row in rows]
        terms.append((h[0] - Value(0.2)) ** 2)
    return fsum(terms if losses else h)


def loss_at_every_step(steps: int) -> Value:
    w, total = Value(0.5), Value(0.0)
    h = Value(0.1)
    for t in range(steps):
        h = sin(w * h + 0.1 * t)
        total = total + (h - 1.0) ** 2
    return total


def training(steps: int) -> Value:
    w, b = Value(0.3), Value(0.1)
    for k in range(steps):
        slopes = grad(lambda w, b, x=0.1 * k + 0.05: (tanh(w * x + b) - 0.5) ** 2, (0, 1))(w, b)
        w, b = w - 0.1 * slopes[0], b - 0.1 * slopes[1]
    return w * b


def newton(steps: int) -> Value:
    a, x = Value(2.0), Value(1.0)
    for _ in range(steps):
        x = (x + a / x) / 2
    return x


def batch(n: int, outputs: int = 1) -> Value:
    model = MLP(2, [3, outputs], activation="tanh", seed=0)
    terms = []
    for k in range(n):
        y = model([0.1 * k, 0.2])
        terms += [(output - 0.1 * k) ** 2 for output in (y if isinstance(y, list) else [y])]
    return fsum(terms) / n


def running_sum_of_a_batch(n: int) -> Value:
    w, b, total = Value(0.3), Value(0.1), Value(0.0)
    for k in range(n):
        total = total + (w * Value(0.1 * k) + b - Value(1.0)) ** 2
    return total / n


def sum_of_products(n: int) -> Value:
    return fsum([Value(0.1 * k) * Value(1.0) for k in range(n)])


KNOWN: dict[str, tuple[Callable[[int], Value], str, int]] = {
    "recurrence": (recurrence, "time_steps", 5),
    "recurrence from a number": (recurrence_from_a_number, "time_steps", 5),
    "layer over time": (lambda n: layer_over_time(n, losses=False), "time_steps", 6),
    "layer over time, with losses": (lambda n: layer_over_time(n, losses=True), "time_steps", 8),
    "loss at every step": (loss_at_every_step, "time_steps", 6),
    "training": (training, "steps_of_repeats", 20),
    "Newton": (newton, "steps_of_repeats", 3),
    "batch": (batch, "examples_of_repeats", 9),
    "batch, two outputs": (lambda n: batch(n, 2), "examples_of_repeats", 12),
    "running sum of a batch": (running_sum_of_a_batch, "examples_of_repeats", 5),
    "sum of products": (sum_of_products, "repeats", 1),
}
"""What is computed, what its repeats are called, and how many operations are in each."""


def found_in(root: Value) -> Repeats | None:
    order = topological_order(root)
    return find_repeats(order, find_layers(order))


def assert_the_same(repeats: Repeats) -> None:
    """Every operation has its like in the next repeat, on the same operands, or on those of the next repeat."""
    place = {node: (k, i) for k, unit in enumerate(repeats.units) for i, node in enumerate(unit)}
    assert len(place) == sum(map(len, repeats.units))
    assert len(repeats.units) >= FEWEST
    whole = repeats.units[1:-1]
    assert len(set(map(len, whole))) == 1
    if len(repeats.units[0]) != len(whole[0]):  # where some are missing, nodes have other places
        place = {node: where for node, where in place.items() if 0 < where[0] < len(repeats.units) - 1}
    for (k, unit), next_unit in zip(enumerate(whole, 1), whole[1:], strict=False):
        for a, b in zip(unit, next_unit, strict=True):
            assert a.op is b.op
            for x, y in zip(a.operands, b.operands, strict=True):
                assert isinstance(x, Value) == isinstance(y, Value)
                if isinstance(x, Value) and x in place and isinstance(y, Value) and place[x][0] > 0:
                    assert place[y] == (place[x][0] + 1, place[x][1])
                elif x is not y and k > 1:
                    assert not isinstance(x, Value)


@pytest.mark.parametrize("program", KNOWN)
@pytest.mark.parametrize("count", [FEWEST + 1, 7, 20])
def test_known_repeats_are_found_and_named(program: str, count: int) -> None:
    make, kind, operations = KNOWN[program]
    found = found_in(make(count))
    assert found is not None
    assert (found.kind, found.first, len(found.units)) == (kind, 1, count)
    for unit in found.units[1:-1]:
        assert sum(node.depth > 0 for node in unit) == operations
    assert_the_same(found)


@pytest.mark.parametrize("program", KNOWN)
def test_a_large_picture_draws_the_first_and_the_last_repeat_and_says_what_lies_between(program: str) -> None:
    make, _, operations = KNOWN[program]
    scene = lay_out(build_scene(make(60), {}))
    (folded,) = [node for node in scene.nodes if node.role == "folded" and "2 to 59" in node.name]
    same = "operation" if operations == 1 else f"{operations} operations"
    assert folded.lines[1].text == f"58 times the same {same}"
    outer = [box.title for box in scene.clusters if box.parent is None]
    assert [title.split()[-1] for title in outer] == ["1", "60"]
    assert "what repeats is folded" in scene.note
    assert len(scene.nodes) <= 100
    assert_sound(scene)
    assert_boxes_are_sound(scene)


def test_few_repeats_and_neurons_side_by_side_are_none() -> None:
    assert found_in(recurrence(FEWEST - 1)) is None
    model = MLP(2, [30, 1], activation="tanh", seed=0)
    output = model([Value(0.1), Value(0.2)])
    assert isinstance(output, Value)
    assert found_in(output) is None
    assert "folded by layer" in build_scene(output, {}).note


def test_repeats_that_are_too_large_to_be_drawn_are_one_node_each() -> None:
    scene = build_scene(recurrence(20), {}, max_nodes=10)
    titles = [node.name for node in scene.nodes if node.role == "folded"]
    assert [title for title in titles if title.startswith("time")] == [
        "time step 1",
        "time steps 2 to 19",
        "time step 20",
    ]
    assert len(scene.nodes) <= 10


def test_a_layer_that_is_used_time_after_time_has_no_examples() -> None:
    scene = build_scene(layer_over_time(20, losses=False), {}, fold="layer")
    (layer,) = [node for node in scene.nodes if node.name == "layer"]
    assert "used 20 times" in [line.text for line in layer.lines]


def test_a_result_that_begins_like_a_step_is_none() -> None:
    w, b = Value(0.3), Value(0.1)
    for _ in range(10):
        w, b = w - 0.1 * (w * 2.0 + b).tanh() * 2.0, b - 0.1 * (w * 2.0 + b).tanh().sin()
    found = found_in((w * 3.0 + b - 1.0) ** 2)
    assert found is not None
    assert (found.first, len(found.units)) == (1, 10)


def test_one_chain_after_another_folds_twice() -> None:
    w, x = Value(0.3), newton(30)
    for t in range(30):
        x = sin(w * x + Value(0.1 * t))
    titles = [node.name for node in build_scene(x, {}).nodes if node.role == "folded"]
    assert titles == ["steps 2 to 29", "time steps 2 to 29"]


def random_cell(seed: int, steps: int) -> Value:
    """The same random operations at every step, on what the step before gave, shared parameters and its own input."""
    rng = random.Random(seed)
    program = [(rng.choice("+-*t"), rng.randrange(100), rng.randrange(100)) for _ in range(rng.randint(1, 7))]
    shared, h, losses = [Value(0.3), Value(-0.2)], Value(0.1), []
    for t in range(steps):
        known = [h, *shared, Value(0.1 * t)]
        for op, i, k in program:
            a, b = known[i % len(known)], known[k % len(known)]
            known.append(a.tanh() if op == "t" else a + b if op == "+" else a - b if op == "-" else a * b)
        h = (known[-1] + shared[0] * h).sigmoid()
        losses.append(h * known[3])
    return fsum(losses) if rng.random() < 0.5 else h


@given(seed=st.integers(0, 10**6), steps=st.integers(5, 12))
@settings(max_examples=examples(30), deadline=None)
def test_the_steps_of_any_cell_are_found_and_are_the_same(seed: int, steps: int) -> None:
    found = found_in(random_cell(seed, steps))
    assert found is not None
    assert len(found.units) >= steps - 1
    assert_the_same(found)


@given(seed=st.integers(0, 10**6), network=st.booleans())
@settings(max_examples=examples(20), deadline=None)
def test_what_is_found_in_any_graph_is_the_same(seed: int, network: bool) -> None:
    root = odd_network(seed) if network else fsum(random_graph(80, seed))
    found = found_in(root)
    if found is not None:
        assert_the_same(found)


@given(seed=st.integers(0, 10**6))
@settings(max_examples=examples(10), deadline=None)
def test_pictures_of_folded_cells_are_sound(seed: int) -> None:
    scene = lay_out(build_scene(random_cell(seed, 12), {}, max_nodes=40))
    assert_sound(scene)
    assert_boxes_are_sound(scene)


def test_thousands_of_steps_are_folded() -> None:
    assert len(build_scene(recurrence(2000), {}).nodes) < 30
