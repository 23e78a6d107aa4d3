"""What a picture says of the nodes that it draws as one, of layers, of leaves and of constants."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, draw
from autograd.drawing.build import build_scene
from autograd.drawing.folding import MOST_BANDS, fold_by_depth
from autograd.drawing.network import network_scene, weights_of
from autograd.drawing.neurons import find_layers
from autograd.drawing.roles import leaf_roles
from autograd.engine.graph import topological_order
from autograd.functions import dot, fsum, softmax
from nn import MLP


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
    groups = fold_by_depth(order, leaf_roles(order, [], {}), limit)
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
    names = {x: "x", w1: "w1", w2: "w2"}
    (parameters,) = [g for g in fold_by_depth(order, leaf_roles(order, [], names), 1) if "depth" not in g.title]
    assert (parameters.title, set(parameters.members)) == ("2 parameters", {w1, w2})


def test_a_group_names_its_four_most_frequent_operations_and_says_when_there_are_more() -> None:
    def notes(*kinds: str) -> tuple[str, ...]:
        x = Value(0.5)
        made = [getattr(x, kind)() for i, kind in enumerate(kinds) for _ in range(len(kinds) - i)]
        order = topological_order(fsum(made))
        (group,) = [g for g in fold_by_depth(order, leaf_roles(order, [], {}), 1) if g.title == "depth 1"]
        return group.notes

    assert notes("sin", "cos", "exp", "tanh") == ("10 operations", "4 sin, 3 cos, 2 exp, 1 tanh")
    assert notes("sin", "cos", "exp", "tanh", "log") == ("15 operations", "5 sin, 4 cos, 3 exp, 2 tanh, …")


def test_a_group_says_the_size_of_its_largest_gradient_whatever_its_sign() -> None:
    leaves = [Value(1.0) for _ in range(20)]
    total = fsum(leaves)
    for i, leaf in enumerate(leaves):
        leaf.grad = 0.5 if i else -7.0
    scene = build_scene(total, {}, max_nodes=3)
    assert any("|grad| up to 7" in text_of(node) for node in scene.nodes)


# --- leaves and constants ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "names"),
    [
        ("input", ["x", "x1", "X_2", "xs", "input", "feature3", "total", "ybar", "widths", "bananas", "n", ""]),
        ("target", ["t", "t1", "y", "y_2", "target", "label", "y_true", "ys"]),
        ("parameter", ["w", "w11", "W_1", "b", "b2", "bias", "weights", "theta0", "θ1", "beta", "α"]),
    ],
)
def test_a_leaf_is_what_its_name_says_in_textbooks(role: str, names: list[str]) -> None:
    leaves = {Value(1.0): name for name in names}
    assert {leaves[leaf]: found for leaf, found in leaf_roles(leaves, [], leaves).items()} == dict.fromkeys(names, role)


@pytest.mark.parametrize("bias", [None, 0.25, Value(0.25)], ids=["none", "a number", "a Value"])
def test_numbers_in_a_weighted_sum_are_inputs_or_constants_by_their_place(bias: Value | float | None) -> None:
    w = [Value(0.5), Value(1.5)]
    scene = build_scene(dot(w, [3.0, 4.0], bias), {})
    roles = sorted((text_of(node), node.role) for node in scene.nodes if not isinstance(node.value, Value))
    constants = [("0.25", "constant")] if isinstance(bias, float) else []
    assert roles == [*constants, ("3", "input"), ("4", "input")]


def test_an_output_of_a_softmax_says_which_one_it_is_counted_from_1() -> None:
    outputs = softmax([Value(1.0), Value(2.0), Value(3.0)])
    for i, output in enumerate(outputs, 1):
        (symbol,) = [node.symbol for node in build_scene(output, {}).nodes if node.symbol]
        assert symbol == f"softmax{i}"


# --- neurons -----------------------------------------------------------------------------------------------------


def test_an_activation_belongs_to_its_neuron_only_where_nothing_else_uses_the_sum() -> None:
    def activations(*, reused: bool) -> int:
        z = dot([Value(0.5)], [Value(1.0)])
        h = z.tanh()
        (layer,) = find_layers(topological_order(h * z if reused else h * 2.0))
        return len(layer.neurons[0].activations)

    assert activations(reused=False) == 1
    assert activations(reused=True) == 0


# --- networks ----------------------------------------------------------------------------------------------------


@given(n_inputs=st.integers(1, 60), hidden=st.integers(1, 60), most=st.integers(1, 80))
def test_circles_that_are_left_out_are_counted(n_inputs: int, hidden: int, most: int) -> None:
    layers = weights_of(MLP(n_inputs, [hidden, 1], seed=0))
    assert layers is not None
    scene = network_scene(layers, max_nodes=most)
    for column, size in zip(scene.clusters, (n_inputs, hidden, 1), strict=True):
        nodes = [scene.nodes[i] for i in column.members]
        left_out = [int(node.lines[-1].text.split()[0]) for node in nodes if node.role == "gap"]
        assert len(nodes) - len(left_out) + sum(left_out) == size


def test_a_line_is_solid_or_dashed_by_the_sign_of_its_weight() -> None:
    model = MLP(2, [2, 1], seed=0)
    for parameter, number in zip(model.parameters(), [1.0, -2.0, 0.5, 0.0, 3.0, -0.5, -1.0, 2.0, -4.0], strict=True):
        parameter.data = number
    layers = weights_of(model)
    assert layers is not None
    weights = [edge.weight for edge in network_scene(layers).edges]
    drawn = [g.get("class", "") for g in ET.fromstring(draw(model).svg).iter() if g.get("data-edge")]
    assert sorted(weights) == [-2.0, -1.0, 0.0, 1.0, 2.0, 3.0]  # type: ignore[type-var]
    assert drawn == [f"edge {'negative' if (w or 0.0) < 0.0 else 'positive'}" for w in weights]


def test_a_highlighted_weight_is_a_line_and_a_highlighted_bias_is_a_circle() -> None:
    model = MLP(2, [3, 1], seed=0)
    neuron = model.layers[0].neurons[1]
    layers = weights_of(model)
    assert layers is not None

    def stressed(parameter: Value) -> tuple[list[str], list[tuple[str, str]]]:
        scene = network_scene(layers, highlight=parameter)
        name = [node.name for node in scene.nodes]
        lines = [(name[edge.source], name[edge.target]) for edge in scene.edges if edge.highlighted]
        return [node.name for node in scene.nodes if node.highlighted], lines

    w1, w2, bias = neuron.row
    assert stressed(w1) == ([], [("x1", "h2")])
    assert stressed(w2) == ([], [("x2", "h2")])
    assert stressed(bias) == (["h2"], [])
