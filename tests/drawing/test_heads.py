"""What stands at the head of a box: what it computes, with the operands told apart, whatever the layout did to them."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value
from autograd.drawing.build import build_scene
from autograd.drawing.dot import plain
from autograd.drawing.layout import lay_out
from autograd.drawing.scene import Scene, SceneNode
from autograd.engine.primitives import PRIMITIVES, Primitive
from autograd.engine.value import apply
from autograd.functions import dot, fsum, hypot, softmax, stop_gradient, tanh, where, xlogy
from nn import MLP
from tests.examples import examples

a, b, c = Value(2.0, label="a"), Value(8.0, label="b"), Value(0.5, label="c")


def head(node: Value, **options: Any) -> str:
    return plain(build_scene(node, {}, **options).nodes[-1].lines[0])


@pytest.mark.parametrize(
    ("node", "written"),
    [
        (b**a, "b^a"),
        (a**b, "a^b"),
        (2**a, "2^a"),
        (a**2, "a²"),
        ((a + b) ** c, "(a + b)^c"),
        (a / b, "a/b"),
        (b / a, "b/a"),
        (a / 2, "a/2"),
        (a / b / c, "a/b/c"),
        (a / (b / c), "a/(b/c)"),
        (a - b, "a − b"),
        (a - (b - c), "a − (b − c)"),
        (a - b - c, "a − b − c"),
        (a + (-b), "a + (−b)"),
        (a + (-3), "a + (−3)"),
        (a * 1, "a · 1"),
        (a - a, "a − a"),
        (a / a, "a/a"),
        (a * a, "a²"),
        (0.5 * (a - b) ** 2, "0.5(a − b)²"),
        (-(a + b), "−(a + b)"),
        (a**-1 * b, "(1/a) b"),
        (tanh(a), "tanh(a)"),
        ((a - b).relu(), "ReLU(a − b)"),
        (a.leaky_relu(), "leaky ReLU(a, 0.01)"),
        (abs(a), "|a|"),
        ((a + b).sqrt(), "√(a + b)"),
        (xlogy(a, b), "a log(b)"),
        (xlogy(0.0, b), "0 log(b)"),
        (xlogy(0.0, a - 2.0), "xlogy(0, a − 2)"),
        (where(a > b, a, b), "where(0, a, b)"),
        (hypot(a, b), "hypot(a, b)"),
        (stop_gradient(a), "stop(a)"),
        (dot([a, b], [b, c], c), "a b + b c + c"),
        (dot([a, b], [1.0, c]), "a · 1 + b c"),
        (fsum([a, a, b]), "2a + b"),
        (softmax([a, b, c])[1], "softmax₂(a, b, c)"),
        (Value(2.0) - Value(3.0), "2 − 3"),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_a_box_says_what_it_computes(node: Value, written: str) -> None:
    assert head(node) == written


def long(x: Value) -> Value:
    """A result without a name, of which the formula is too long to be written."""
    for factor in range(1, 12):
        x = x + x * (factor / 7)
    return x


def test_where_a_formula_gets_long_the_sign_is_enough_or_a_gap_or_numbers_beside_the_arrows() -> None:
    x, y = long(Value(0.3)), long(Value(0.6))
    assert [head(x + y), head(x * y), head(tanh(x)), head(-x), head(x * 2)] == ["+", "×", "tanh", "−", "×"]
    assert [head(x**2), head(x - a), head(a / x), head(x**a)] == ["(·)²", "(·) − a", "a/(·)", "(·)^a"]
    assert [head(x - y), head(x / y), head(x**y)] == ["① − ②", "①/②", "①^②"]
    assert marks(build_scene(y - x, {})) == {"①": y, "②": x}
    assert head(dot([x, y], [y, x])) == "w·x"
    assert head(dot([x, y], [y, x], x)) == "w·x + b"
    assert head(softmax([x, y])[1]) == "softmax₂"


def test_without_formulas_there_are_signs_and_numbers_where_the_order_matters() -> None:
    found = [head(node, formulas=False) for node in (a + b, tanh(a), a - b, b**a, a**2, 0.5 * a)]
    assert found == ["+", "tanh", "① − ②", "①^②", "(·)²", "×"]


def marks(scene: Scene) -> dict[str, Any]:
    """What the numbers beside the arrows into the result stand for."""
    last = len(scene.nodes) - 1
    return {e.label[0]: scene.nodes[e.source].value for e in scene.edges if e.target == last and e.label}


def seen(operands: Sequence[Value], op: Primitive, **options: Any) -> tuple[str, dict[str, Any]]:
    """All that a picture of one operation tells of it, but for the places."""
    scene = build_scene(apply(op, *operands), {}, local_derivatives=False, values=False, gradients=False, **options)
    return plain(scene.nodes[-1].lines[0]), marks(scene)


@pytest.mark.parametrize("op", [op for op in PRIMITIVES if len(op.rules) > 1], ids=lambda op: op.name)
@pytest.mark.parametrize("named", [True, False], ids=["named", "unnamed"])
@pytest.mark.parametrize("formulas", [True, False], ids=["formulas", "signs"])
def test_every_row_of_which_the_operands_can_be_exchanged_shows_which_is_which(
    op: Primitive, named: bool, formulas: bool
) -> None:
    numbers = [0.25, 0.5, 0.75][: len(op.rules)]
    operands = [Value(x, label="abc"[i]) if named else long(Value(x)) for i, x in enumerate(numbers)]
    for i in range(1, len(operands)):
        turned = [operands[i], *operands[1:i], operands[0], *operands[i + 1 :]]
        if apply(op, *operands).data != apply(op, *turned).data:
            assert seen(operands, op, formulas=formulas) != seen(turned, op, formulas=formulas)


# --- read back ---------------------------------------------------------------------------------------------------


RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
SIGNS = {"−": "-", "·": "*", "^": "**"}


def value_of(written: str, names: dict[str, float]) -> float:
    """What a head is worth, computed by Python from its text alone."""
    read: list[str] = []
    before = ""
    for token in re.findall(r"\d[\d.]*(?:e−?\d+)?|[a-z]+|[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+|\S", written):
        ends = before.isalpha() or before[:1].isdigit() or before == ")"
        if ends and before != "tanh" and (token.isalpha() or token[0].isdecimal() or token == "("):
            read.append("*")  # factors side by side
        read.append(f"**{token.translate(RAISED)}" if token[0] in "⁻⁰¹²³⁴⁵⁶⁷⁸⁹" else SIGNS.get(token, token))
        before = ")" if token[0] in "⁻⁰¹²³⁴⁵⁶⁷⁸⁹" else token
    return float(eval("".join(read).replace("−", "-"), {"tanh": tanh}, names))


@given(seed=st.integers(0, 10**6))
@settings(max_examples=examples(60), deadline=None)
def test_a_head_is_worth_what_the_operation_gave(seed: int) -> None:
    rng = random.Random(seed)
    leaves = {name: Value(round(rng.uniform(0.5, 2.0), 1), label=name) for name in "abcd"}
    nodes = list(leaves.values())
    for _ in range(rng.randint(1, 4)):
        x, y = rng.choice(nodes), rng.choice([*nodes, 2.0, 0.5, 1.0, -3.0])
        quotients = [x / y, y / x] if all(getattr(n, "data", n) for n in (x, y)) else []
        nodes.append(rng.choice([x + y, x - y, x * y, *quotients, -x, x**2, tanh(x), y - x, x - x]))
    scene = build_scene(nodes[-1], {}, digits=17)
    for node in scene.nodes:
        if isinstance(node.value, Value) and node.value.depth and node.lines[0].kind == "formula":
            written = plain(node.lines[0])
            if "(·)" not in written and "①" not in written:
                found = value_of(written, {name: leaf.data for name, leaf in leaves.items()})
                assert found == pytest.approx(node.value.data, rel=1e-9, abs=1e-12), written


# --- the order of operands ---------------------------------------------------------------------------------------


def from_top(nodes: Sequence[SceneNode]) -> list[str]:
    return [node.name for node in sorted(nodes, key=lambda node: node.y)]


@pytest.mark.parametrize("sizes", [[2, 1], [2, 2], [3, 4, 2], [2, 3, 3, 1]], ids=str)
def test_parameters_stand_in_the_order_of_their_neuron_and_inputs_and_neurons_in_theirs(sizes: list[int]) -> None:
    n, *layers = sizes
    model = MLP(n, layers, activation="tanh", seed=1)
    x = [Value(0.1 * i, label=f"x{i}") for i in range(1, n + 1)]
    made = model(x)
    scene = lay_out(build_scene(made, None, max_nodes=400))
    place = {node.value: node.y for node in scene.nodes if isinstance(node.value, Value)}
    rows = [x, *[[p for p in neuron.row if p in place] for layer in model.layers for neuron in layer.neurons]]
    rows += [[layer.neurons[0].row[0], layer.neurons[-1].row[0]] for layer in model.layers]
    for row in rows:
        heights = [place[value] for value in row]
        assert heights == sorted(heights)


@pytest.mark.parametrize("outputs", [False, True], ids=["loss", "outputs"])
@pytest.mark.parametrize("sizes", [[2, 2], [2, 2, 1], [2, 2, 2], [3, 3, 1]], ids=str)
def test_a_network_written_by_hand_does_not_stand_upside_down(sizes: list[int], outputs: bool) -> None:
    """Mazur's among them: inputs, hidden neurons, outputs and targets each from the first down."""
    layer = [Value(0.1 * i, label=f"x{i}") for i in range(1, sizes[0] + 1)]
    columns = [layer]
    for size in sizes[1:]:
        weights = [[Value(0.1 * (i + j)) for i in range(len(layer))] for j in range(size)]
        sums = [sum([w * x for w, x in zip(row, layer, strict=True)]) + 0.1 for row in weights]
        layer = [z.sigmoid() for z in sums if isinstance(z, Value)]
        columns.append(layer)
    targets = [Value(0.5) for _ in layer]
    root = layer if outputs else fsum([0.5 * (t - y) ** 2 for t, y in zip(targets, layer, strict=True)])
    scene = lay_out(build_scene(root, {}))
    place = {node.value: node.y for node in scene.nodes if isinstance(node.value, Value)}
    for column in columns if outputs else [*columns, targets]:
        heights = [place[value] for value in column]
        assert heights == sorted(heights)


def test_a_bias_of_several_neurons_stands_in_their_layer_and_in_none_of_them() -> None:
    w, x, bias = [Value(0.1 * i) for i in range(4)], [Value(0.5), Value(0.7)], Value(0.35, label="b1")
    h = [dot(w[:2], x, bias).sigmoid(), dot(w[2:], x, bias).sigmoid()]
    scene = build_scene(h, {})
    (index,) = [node.index for node in scene.nodes if node.name == "b1"]
    assert [box.title for box in scene.clusters if index in box.members] == ["layer"]
