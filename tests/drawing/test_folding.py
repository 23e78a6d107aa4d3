"""What a picture says of the nodes that it draws as one, of leaves, of constants and of neurons."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value
from autograd.drawing.build import build_scene
from autograd.drawing.folding import MOST_BANDS, fold_by_depth
from autograd.drawing.neurons import find_layers
from autograd.drawing.roles import find_roles
from autograd.engine.graph import topological_order
from autograd.functions import dot, fsum, softmax


def text_of(node: object) -> str:
    return "\n".join(line.text for line in node.lines)  # type: ignore[attr-defined]


# --- groups ----------------------------------------------------------------------------------------------------


@given(chains=st.lists(st.integers(1, 40), min_size=1, max_size=6), limit=st.integers(1, 30))
def test_a_group_of_depths_holds_the_operations_of_just_these_depths(chains: list[int], limit: int) -> None:
    ends = []
    for length in chains:
        node = Value(0.5)
        for _ in range(length):
            node = node.tanh()
        ends.append(node)
    total = fsum(ends) * 2.0
    order = topological_order(total)
    groups = fold_by_depth(order, find_roles(order, [], {})[0], limit)
    bands = [group for group in groups if group.title.startswith("depth")]
    covered: list[int] = []
    for group in bands:
        first, *rest = map(int, re.findall(r"\d+", group.title))
        depths = range(first, (rest or [first])[0] + 1)
        assert {node.depth for node in group.members} == set(depths)
        assert re.match(rf"{len(group.members)} operations?$", group.notes[0])
        covered += depths
    assert covered == list(range(1, total.depth))  # the result is used by nothing, and stays as it is
    assert len(bands) <= MOST_BANDS
    folded = [node for group in groups for node in group.members]
    assert len(folded) == len(set(folded))


def test_leaves_are_drawn_as_one_from_two_of_a_role_on() -> None:
    x, w1, w2 = Value(1.0, label="x"), Value(2.0, label="w1"), Value(3.0, label="w2")
    order = topological_order(w1 * x + w2)
    roles, _ = find_roles(order, [], {w1: "parameter", w2: "parameter"})
    (parameters,) = [g for g in fold_by_depth(order, roles, 1) if "depth" not in g.title]
    assert (parameters.title, set(parameters.members)) == ("2 parameters", {w1, w2})


def test_a_group_names_its_four_most_frequent_operations_and_says_when_there_are_more() -> None:
    def notes(*kinds: str) -> tuple[str, ...]:
        x = Value(0.5)
        made = [getattr(x, kind)() for i, kind in enumerate(kinds) for _ in range(len(kinds) - i)]
        order = topological_order(fsum(made))
        (group,) = [g for g in fold_by_depth(order, find_roles(order, [], {})[0], 1) if g.title == "depth 1"]
        return group.notes

    assert notes("sin", "cos", "exp", "tanh") == ("10 operations", "4 sin, 3 cos, 2 exp, 1 tanh")
    assert notes("sin", "cos", "exp", "tanh", "log") == ("15 operations", "5 sin, 4 cos, 3 exp, 2 tanh, …")


def test_a_group_says_the_size_of_its_largest_gradient_whatever_its_sign() -> None:
    leaves = [Value(1.0) for _ in range(20)]
    total = dot(leaves, [-7.0, *[0.5] * 19])
    scene = build_scene(total, {}, max_nodes=3)
    assert any("|grad| up to 7" in text_of(node) for node in scene.nodes)


# --- leaves and constants ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("bias", [None, 0.25, Value(0.25)], ids=["none", "a number", "a Value"])
def test_numbers_in_a_weighted_sum_are_inputs_or_constants_by_their_place(bias: Value | float | None) -> None:
    w = [Value(0.5), Value(1.5)]
    scene = build_scene(dot(w, [3.0, 4.0], bias), {})
    roles = sorted((text_of(node), node.role) for node in scene.nodes if not isinstance(node.value, Value))
    constants = [("0.25", "constant")] if isinstance(bias, float) else []
    assert roles == [*constants, ("3", "input"), ("4", "input")]


def test_an_output_of_a_softmax_says_which_one_it_is_as_formulas_count() -> None:
    outputs = softmax([Value(1.0), Value(2.0), Value(3.0)])
    for i, output in enumerate(outputs):
        (symbol,) = [node.symbol for node in build_scene(output, {}).nodes if node.symbol]
        assert symbol == f"softmax{i + 1}"


# --- neurons -----------------------------------------------------------------------------------------------------


def test_an_activation_belongs_to_its_neuron_only_where_nothing_else_uses_the_sum() -> None:
    def activations(*, reused: bool) -> int:
        z = dot([Value(0.5)], [Value(1.0)])
        h = z.tanh()
        (layer,) = find_layers(topological_order(h * z if reused else h * 2.0))
        return len(layer.neurons[0].activations)

    assert activations(reused=False) == 1
    assert activations(reused=True) == 0
