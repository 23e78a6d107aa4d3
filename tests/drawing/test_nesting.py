"""What is in the groups of a large picture: every node once, in scenes that are small and sound, at a linear cost."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value, draw, topological_order
from autograd.drawing.build import MAX_NODES, build_scene
from autograd.drawing.layout import lay_out
from autograd.drawing.nesting import Nested
from autograd.functions import dot, fsum
from nn import MLP
from tests.drawing.test_layout import assert_sound, odd_network, random_graph
from tests.drawing.test_repeats import KNOWN, batch, random_cell, recurrence
from tests.examples import examples


def two_chains(n: int) -> Value:
    """An expression of about n nodes: two interwoven chains over 20 leaves."""
    w = [Value(0.01 * i - 0.3) for i in range(20)]
    x, y = w[0], w[1]
    for i in range(n // 6):
        x = (x * w[i % 20] + y).relu()
        y = (y * x + w[i % 20]).relu()
    return x + y


def network(inputs: int, sizes: list[int]) -> Value:
    output = MLP(inputs, sizes, activation="tanh", seed=0)([Value(0.5, label=f"x{i}") for i in range(inputs)])
    return fsum([(y - 1.0) ** 2 for y in (output if isinstance(output, list) else [output])])


def chain(n: int) -> Value:
    y = Value(0.5)
    for i in range(n):
        y = [y.sin, y.cos, y.tanh][i * i % 7 % 3]()
    return y


def side_by_side(n: int) -> Value:
    return fsum([Value(0.1 * i).sin() if i % 3 else Value(0.1 * i).cos() for i in range(n)])


def of_numbers(n: int) -> Value:
    return dot([Value(0.1) for _ in range(n)], [0.01 * i for i in range(n)], 0.5).tanh() + fsum(
        [0.5 * i for i in range(n)]
    )


LARGE: dict[str, Callable[[], Value]] = {
    "20 time steps": lambda: recurrence(20),
    "300 time steps": lambda: recurrence(300),
    "two chains": lambda: two_chains(600),
    "a wide network": lambda: network(64, [32, 10]),
    "a deep network": lambda: network(3, [3] * 40),
    "a batch": lambda: batch(120, 2),
    "one chain": lambda: chain(500),
    "side by side": lambda: side_by_side(500),
    "numbers": lambda: of_numbers(200),
    "a random graph": lambda: fsum(random_graph(400, 1)),
    **{name: lambda make=make: make(60) for name, (make, _, _) in KNOWN.items()},  # type: ignore[misc]
}


def nested(root: Value | list[Value], **options: object) -> Nested:
    return Nested(build_scene(root, {}, **options))  # type: ignore[arg-type]


def assert_nested(whole: Nested, order: list[Value]) -> None:
    """What must hold of every nesting: each node is drawn once, and every group holds what the scene of it draws."""
    drawn: Counter[Value] = Counter()
    for _, one in whole.walk():
        own = [node for node in one.scene.nodes if node.role != "outside"]
        drawn.update([node.value for node in own if isinstance(node.value, Value)])
        assert {node.index for node in own if node.inside} == set(one.groups)
        for index, group in one.groups.items():
            inside = [node for node in group.scene.nodes if node.role != "outside"]
            held = [value for node in inside for value in node.members]
            assert Counter(held) == Counter(one.scene.nodes[index].members)
            assert group.title == one.scene.nodes[index].name
            assert len(group.scene.nodes) <= MAX_NODES
    assert drawn == Counter(order)
    places = whole.places()
    assert set(places) == set(order)
    for node, (*path, index) in places.items():
        at = whole
        for step in path:
            at = at.groups[step]
        assert at.scene.nodes[index].value is node


def assert_borders_are_crossed_as_in_the_graph(whole: Nested) -> None:
    """Every operand of a node that is drawn has its arrow, from its box, from that of its group, or from a signpost."""
    for _, one in whole.walk():
        stands_for: dict[int, set[Value]] = {
            node.index: {node.value} if isinstance(node.value, Value) else set(node.members) for node in one.scene.nodes
        }
        for edge in one.scene.edges:
            sources, targets = stands_for[edge.source], stands_for[edge.target]
            if sources and targets:
                assert any(parent in sources for target in targets for parent in target.parents)
        for node in one.scene.nodes:
            if isinstance(node.value, Value) and node.role != "outside":
                incoming = [one.scene.nodes[edge.source] for edge in one.scene.edges if edge.target == node.index]
                known = set().union(*[stands_for[source.index] for source in incoming], set())
                merged = any(source.role == "outside" and source.value is None for source in incoming)
                assert merged or known.issuperset(node.value.parents)


@pytest.mark.parametrize("name", LARGE)
def test_every_node_of_a_large_graph_is_drawn_once_in_scenes_that_are_small(name: str) -> None:
    root = LARGE[name]()
    whole = nested(root)
    assert_nested(whole, topological_order(root))
    assert_borders_are_crossed_as_in_the_graph(whole)


@given(seed=st.integers(0, 10**6), size=st.integers(20, 300), fold=st.sampled_from(["repeat", "layer", "depth"]))
@settings(max_examples=examples(30), deadline=None)
def test_every_node_of_any_graph_is_drawn_once(seed: int, size: int, fold: str) -> None:
    rng = random.Random(seed)
    kind = rng.randrange(4)
    root: Value | list[Value] = random_graph(size, seed)
    if kind == 0:
        root = fsum(random_graph(size, seed))
    elif kind == 1:
        root = odd_network(seed)
    elif kind == 2:
        root = random_cell(seed, rng.randint(5, 30))
    order = list(dict.fromkeys(n for r in (root if isinstance(root, list) else [root]) for n in topological_order(r)))
    whole = nested(root, fold=fold, max_nodes=rng.choice([5, 20, 100]))
    assert_nested(whole, order)
    assert_borders_are_crossed_as_in_the_graph(whole)


@pytest.mark.parametrize("make", [recurrence, two_chains, chain, side_by_side, lambda n: fsum(random_graph(n, 3))])
def test_scenes_grow_with_the_graph_and_no_faster(make: Callable[[int], Value]) -> None:
    boxes, nodes = [], []
    for n in (400, 1600):
        root = make(n)
        nodes.append(len(topological_order(root)))
        boxes.append(sum([len(one.scene.nodes) for _, one in nested(root).walk()]))
    assert boxes[1] / nodes[1] <= 1.3 * boxes[0] / nodes[0]
    assert boxes[1] <= 3 * nodes[1]


@pytest.mark.parametrize("name", ["20 time steps", "two chains", "a batch", "a random graph", "numbers"])
def test_scenes_of_groups_are_laid_out_soundly_with_little_effort(name: str) -> None:
    for _, one in nested(LARGE[name]()).walk():
        assert_sound(lay_out(one.scene, 0.1))


def test_a_group_is_made_when_it_is_asked_for_and_only_once() -> None:
    whole = nested(recurrence(50))
    (node,) = [node for node in whole.scene.nodes if node.inside]
    assert node.inside is not None
    assert node.inside() is node.inside()
    assert whole.groups[node.index].scene is node.inside()


def test_a_picture_has_pictures_of_its_groups(tmp_path: Path) -> None:
    w, h = Value(0.5, label="w"), Value(0.1, label="h0")
    for t in range(50):
        h = (w * h + Value(0.1 * t)).tanh()
    picture = draw(h, local_derivatives=True, highlight=w)
    (steps,) = picture.groups
    assert steps.title == "time steps 2 to 49"
    assert picture.title == ""
    assert "w = 0.5" in steps.svg.replace("</tspan>", "").replace('<tspan font-style="italic">', "")
    assert steps.groups[0].save(tmp_path / "steps.svg").read_text("utf-8").startswith("<svg")
    assert "cds" in steps.digraph.source
    assert repr(steps).startswith("<time steps 2 to 49, in the computation graph of h")
    assert draw(w * 2.0).groups == draw(MLP(2, [60, 1])).groups == ()


def test_neurons_of_a_wide_layer_are_opened_one_by_one() -> None:
    hidden, output = draw(network(64, [32, 10]), names=None).groups
    assert [group.title for group in hidden.groups][:2] == ["neurons 1 to 4", "neurons 5 to 9"]
    neuron = hidden.groups[0].groups[2]
    assert neuron.title == "neuron 3"
    assert [group.title for group in neuron.groups] == ["65 parameters"]
    assert "64 inputs" in neuron.svg
    assert "x0 … x63" in neuron.svg
    assert [group.title for group in output.groups] == [f"neuron {i}" for i in range(1, 11)]


def test_shades_are_those_of_the_whole_graph() -> None:
    leaves = [Value(1.0) for _ in range(200)]
    root = fsum([leaf * (1000.0 if leaf is leaves[0] else 2.0) for leaf in leaves])
    whole = nested(root, gradients_as_colour=True, fold="depth")
    levels = Counter(
        node.level
        for _, one in whole.walk()
        for node in one.scene.nodes
        if isinstance(node.value, Value) and not node.value.depth and node.role != "outside"
    )
    assert levels == {5: 1, 2: 199}
