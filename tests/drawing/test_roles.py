"""What a leaf is drawn as: what the graph says of it, never its name; and what ``roles`` corrects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, draw, show
from autograd.derivation.worked_example import ROLES, worked_example
from autograd.drawing.build import build_scene
from autograd.engine.primitives import Primitive
from autograd.functions import absolute, dot, fsum, log, log_sigmoid, logsumexp, maximum, relu, softmax, sqrt, xlogy
from nn import MLP, fit, losses
from nn.losses import LOSSES
from tests.drawing.test_layout import random_graph


def roles_of(root: Any, **options: Any) -> dict[Any, str]:
    """The role of every Value that is drawn."""
    scene = build_scene(root, {}, **options)
    return {node.value: node.role for node in scene.nodes if isinstance(node.value, Value)}


def with_role(root: Any, role: str, **options: Any) -> list[Value]:
    return [value for value, found in roles_of(root, **options).items() if found == role]


# --- names say nothing -------------------------------------------------------------------------------------------

NAMES = ["x", "x1", "y", "y_true", "t", "target", "label", "w", "w11", "b", "bias", "weights", "theta0", "θ1", "v1", ""]


@pytest.mark.parametrize("name", NAMES)
def test_a_leaf_of_an_expression_is_a_plain_leaf_whatever_its_name(name: str) -> None:
    x, y, z = (Value(number, label=name) for number in (-2.0, 5.0, -4.0))
    roles = roles_of((x + y) * z)
    assert [roles[leaf] for leaf in (x, y, z)] == ["leaf"] * 3


@given(seed=st.integers(0, 10**6), letters=st.lists(st.sampled_from(NAMES), min_size=1))
def test_names_change_no_role(seed: int, letters: list[str]) -> None:
    graph = random_graph(12, seed)
    without = build_scene(graph, None)
    names = {f"{letters[i % len(letters)]}_{i}": node.value for i, node in enumerate(without.nodes)}
    named = build_scene(graph, {name: node for name, node in names.items() if isinstance(node, Value)})
    assert [node.role for node in named.nodes] == [node.role for node in without.nodes]


# --- weighted sums ------------------------------------------------------------------------------------------------


def test_leaves_of_a_weighted_sum_are_parameters_and_inputs_by_their_place() -> None:
    w, x, b = [Value(0.5), Value(1.5)], [Value(3.0), Value(4.0)], Value(0.25)
    roles = roles_of(dot(w, x, bias=b).tanh() + Value(1.0, label="w3"))
    assert {roles[leaf] for leaf in (*w, b)} == {"parameter"}
    assert {roles[leaf] for leaf in x} == {"input"}
    assert list(roles.values()).count("leaf") == 1


def test_a_leaf_that_is_weight_and_input_is_neither() -> None:
    w, x = Value(2.0), Value(3.0)
    roles = roles_of(dot([w], [x]) + dot([x], [Value(1.0)]))
    assert (roles[w], roles[x]) == ("parameter", "leaf")


# --- losses -------------------------------------------------------------------------------------------------------


def outputs_of(loss: Any) -> tuple[list[Value], list[Value], set[Value]]:
    """Outputs of a network that the loss takes, targets that it takes, and the leaves of the network."""
    n = 3 if "categorical" in loss.name else 2
    kind = "softmax" if "categorical" in loss.name else "sigmoid"
    model = MLP(2, [2, n], output=kind, seed=1)
    x = [Value(0.3), Value(-0.7)]
    targets = [Value(float(i == 0)) for i in range(n)]
    if loss.name == "hinge":
        targets = [Value(1.0 if i else -1.0) for i in range(n)]
    return loss.outputs_of(model, x), targets, {*model.parameters(), *x}


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("examples", [1, 3])
def test_every_loss_of_nn_knows_its_targets(name: str, examples: int) -> None:
    made = [outputs_of(LOSSES[name]) for _ in range(examples)]
    losses = [LOSSES[name].one(outputs, targets) for outputs, targets, _ in made]
    root = losses[0] if examples == 1 else dot([1.0, 2.0, 0.5], losses) / 3.5
    roles = roles_of(root, max_nodes=1000)
    assert {value for value, role in roles.items() if role == "target"} == {t for _, ts, _ in made for t in ts}
    assert {roles[leaf] for _, _, leaves in made for leaf in leaves} == {"input", "parameter"}
    assert "leaf" not in roles.values()


def by_hand(number: Callable[[Value, list[Value], list[Value]], Value]) -> Callable[[], tuple[Value, list[Value]]]:
    """A loss written out by hand over computed z, and its targets."""

    def make() -> tuple[Value, list[Value]]:
        w, targets = Value(0.5), [Value(1.0), Value(0.0)]
        z = [w * Value(2.0), w * Value(-1.0)]
        return number(w, z, targets), targets

    return make


def test_a_row_that_is_a_part_of_a_loss_says_which_operand_is_its_target() -> None:
    parts = {name: op.target for name, op in vars(losses).items() if isinstance(op, Primitive)}
    assert parts == {"portion": 0, "gap": None, "logistic_loss": 1, "xlog1my": 0, "cross_entropy_of_sigmoid": 2}


WRITTEN = {
    "half a square": lambda w, z, t: 0.5 * (z[0] - t[0]) ** 2 + 0.5 * (t[1] - z[1]) ** 2,
    "a product": lambda w, z, t: fsum([(d := a - b) * d for a, b in zip(z, t, strict=True)]) / 2,
    "with a penalty": lambda w, z, t: fsum([(a - b) ** 2 for a, b in zip(z, t, strict=True)]) + 0.1 * w**2,
    "absolute": lambda w, z, t: absolute(z[0] - t[0]) + absolute(z[1] - t[1]),
    "binary": lambda w, z, t: (
        -fsum([b * log(a.sigmoid()) + (1 - b) * log(1 - a.sigmoid()) for a, b in zip(z, t, strict=True)])
    ),
    "binary on logits": lambda w, z, t: (
        -fsum([b * log_sigmoid(a) + (1 - b) * log_sigmoid(-a) for a, b in zip(z, t, strict=True)])
    ),
    "classes": lambda w, z, t: -fsum([b * log(p) for b, p in zip(t, softmax(z), strict=True)]),
    "classes on logits": lambda w, z, t: -dot(t, [a - logsumexp(z) for a in z]),
    "shortest": lambda w, z, t: logsumexp(z) - dot(t, z),
    "hinge": lambda w, z, t: relu(1 - t[0] * z[0]) + maximum(0.0, 1 - z[1] * t[1]),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_loss_that_is_written_out_knows_its_targets(name: str) -> None:
    loss, targets = by_hand(WRITTEN[name])()
    roles = roles_of(loss)
    assert [value for value in targets if roles[value] == "target"] == targets
    assert list(roles.values()).count("target") == len(targets)
    assert "parameter" not in roles.values()


NO_LOSS: dict[str, Callable[[Value, Value, Value], Value]] = {
    "a product": lambda a, b, c: a * b,
    "a difference": lambda a, b, c: a * b - c,
    "a speed": lambda a, b, c: (a - b) / (c - 1.0),
    "a square of leaves": lambda a, b, c: (a - b) ** 2 + c,
    "a distance": lambda a, b, c: sqrt((a * b - c) ** 2 + 1.0),
    "a variance": lambda a, b, c: fsum([(x - (a + b + c) / 3) ** 2 for x in (a, b, c)]) / 3,
    "a cube": lambda a, b, c: (a * b - c) ** 3,
    "in a denominator": lambda a, b, c: 10.0 / (a * b - c) ** 2,
    "used elsewhere, too": lambda a, b, c: (a * b - c) ** 2 + c,
    "an entropy": lambda a, b, c: -(xlogy(a, a) + xlogy(b, b)) * c,
    "a logarithm": lambda a, b, c: a * log(b * c),
    "a ramp": lambda a, b, c: relu(2 - a * (b + c)),
}


@pytest.mark.parametrize("name", NO_LOSS)
def test_what_is_no_loss_has_no_targets(name: str) -> None:
    root = NO_LOSS[name](*[Value(number, label=label) for number, label in ((2.0, "y"), (3.0, "t"), (0.5, "target"))])
    assert "target" not in roles_of(root).values()


def test_targets_are_no_weights_of_a_layer() -> None:
    z = [Value(0.5) * 2.0, Value(1.5) * 2.0]
    scene = build_scene(logsumexp(z) - dot([Value(1.0), Value(0.0)], z), {})
    assert not scene.clusters


# --- what the caller says ----------------------------------------------------------------------------------------


def test_roles_are_given_by_nodes_or_by_names_one_or_many() -> None:
    example = worked_example()
    x, t, w1, b1, w2, b2, *_ = example
    by_name = roles_of(example.L, roles=ROLES)
    by_node = roles_of(example.L, roles={"input": x, "target": "t", "parameter": [[w1, b1], (w2, "b2")]})
    assert by_name == by_node
    assert [by_name[leaf] for leaf in (x, t, w1, b1, w2, b2)] == ["input", "target", *["parameter"] * 4]


def test_roles_go_before_what_the_graph_says() -> None:
    w, x, t = Value(0.5, label="w"), Value(2.0, label="x"), Value(1.0, label="t")
    loss = (dot([w], [x]) - t) ** 2
    roles = roles_of(loss, roles={"input": w, "parameter": x, "leaf": t})
    assert (roles[w], roles[x], roles[t]) == ("input", "parameter", "leaf")
    assert not build_scene(loss, {}, roles={"input": w}).clusters  # then it is no neuron


def test_an_operation_may_have_a_role_and_keeps_its_sign() -> None:
    x = Value(2.0)
    feature = x * x
    scene = build_scene(feature + 1.0, {}, roles={"input": feature})
    (node,) = [node for node in scene.nodes if node.role == "input"]
    assert (node.value, node.symbol) == (feature, "×")


def test_the_stepper_takes_the_same_roles() -> None:
    example = worked_example()
    picture = show(example.L, roles={**ROLES, "input": example.x})._picture
    for role, count in (("input", 1), ("target", 1), ("parameter", 4)):
        assert picture.count(f'class="node role-{role}"') == count
    assert example.x.grad == 0.0


@pytest.mark.parametrize("reader", [draw, show])
def test_a_role_that_cannot_be_given_is_refused_with_what_to_write(reader: Callable[..., Any]) -> None:
    example = worked_example()
    other = Value(3.0, label="other")
    refused: list[tuple[Any, type[Exception], str]] = [
        ({"weights": example.w1}, ValueError, r"'weights' is no role; those are input, target, parameter, leaf; write"),
        ({"input": other}, ValueError, r"other.*\(input\) is not in the graph that is drawn"),
        ({"input": ["x", "q"]}, ValueError, r"'q' \(input\) is not in the graph"),
        ({"input": [1.0]}, ValueError, r"1.0 \(input\) is not in the graph"),
        ({"input": example.x, "target": "x"}, ValueError, r"x.* is both input and target; give it one role"),
        ([example.x], TypeError, r"roles is a mapping from roles to nodes or names.*write roles=\{'input': "),
    ]
    for roles, error, message in refused:
        with pytest.raises(error, match=message):
            reader(example.L, roles=roles)


def test_roles_of_a_network_or_a_training_are_refused() -> None:
    model = MLP(1, [1], seed=0)
    with pytest.raises(TypeError, match=r"draw\(loss, roles=...\)"):
        draw(model, roles={"input": "x"})
    with pytest.raises(TypeError, match=r"show\(loss, roles=...\)"):
        show(model, [1.0], [0.0], roles={"input": "x"})
    history = fit(model, [[0.0], [1.0]], [0.0, 1.0], epochs=1)
    for options in ({"roles": {"input": "x"}}, {"legend": False}):
        with pytest.raises(TypeError, match=r"belongs? to a graph"):
            show(history, **options)
