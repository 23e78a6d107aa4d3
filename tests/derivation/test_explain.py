"""Derivations: as the documents write them, with factors that multiply and add up to the derivative, for any graph."""

from __future__ import annotations

import math
import pickle
import re
from collections.abc import Iterator
from itertools import count
from random import Random
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value, apply, functions, grad
from autograd.calculus.transforms import reverse
from autograd.derivation.chain import Steps
from autograd.derivation.explain import Derivation, explain
from autograd.derivation.formulas import evaluate
from autograd.derivation.naming import node_names
from autograd.engine import primitives
from autograd.engine.graph import topological_order
from autograd.engine.primitives import Primitive
from tests.examples import examples
from tests.peers import peer


def notes_example() -> SimpleNamespace:
    """Notes 4.4 and 4.7: one input, one sigmoid neuron, one linear neuron; the names are in the labels."""
    x, t, w1, b1, w2, b2 = (
        Value(v, label=name) for name, v in {"x": 1.0, "t": 0.5, "w1": 0.4, "b1": 0.1, "w2": 0.3, "b2": 0.2}.items()
    )
    z1 = w1 * x + b1
    h = functions.sigmoid(z1)
    y = w2 * h + b2
    L = 0.5 * (y - t) ** 2
    for node, name in ((z1, "z1"), (h, "h"), (y, "y"), (L, "L")):
        node.label = name
    return SimpleNamespace(**{node.label: node for node in topological_order(L) if node.label})


# --- the documents -----------------------------------------------------------------------------------------------


def test_the_worked_example_with_names_from_variables() -> None:
    x, t, w1, b1, w2, b2 = (Value(v) for v in (1.0, 0.5, 0.4, 0.1, 0.3, 0.2))
    z1 = w1 * x + b1
    h = functions.sigmoid(z1)
    y = w2 * h + b2
    L = 0.5 * (y - t) ** 2
    assert str(explain(L, wrt=w1)) == (
        "dL/dw1 = dL/dy · dy/dh · dh/dz1 · dz1/dw1\n"
        "       = (y − t) · w2 · h(1 − h) · x\n"
        "       = (−0.1133)(0.3)(0.2350)(1)\n"
        "       = −0.007985"
    )


@pytest.mark.parametrize(
    ("quantity", "lines"),
    [
        ("y", ["dL/dy = y − t", "= 0.3867 − 0.5", "= −0.1133"]),
        ("w2", ["dL/dw2 = dL/dy · dy/dw2", "= (y − t) · h", "= (−0.1133)(0.6225)", "= −0.07050"]),
        ("b2", ["dL/db2 = dL/dy · dy/db2", "= (y − t) · 1", "= y − t", "= 0.3867 − 0.5", "= −0.1133"]),
        ("h", ["dL/dh = dL/dy · dy/dh", "= (y − t) · w2", "= (−0.1133)(0.3)", "= −0.03398"]),
        ("w1", ["dL/dw1 = dL/dy · dy/dh · dh/dz1 · dz1/dw1", "= (y − t) · w2 · h(1 − h) · x",
                "= (−0.1133)(0.3)(0.2350)(1)", "= −0.007985"]),
        ("b1", ["dL/db1 = dL/dy · dy/dh · dh/dz1 · dz1/db1", "= (y − t) · w2 · h(1 − h) · 1",
                "= (y − t) w2 h(1 − h)", "= (0.3867 − 0.5)(0.3)(0.6225)(1 − 0.6225)", "= −0.007985"]),
    ],
)  # fmt: skip
def test_gradients_as_notes_4_5_derives_them(quantity: str, lines: list[str]) -> None:
    example = notes_example()
    derivation = explain(example.L, wrt=getattr(example, quantity))
    assert [line.strip() for line in str(derivation).splitlines()] == lines


def test_notes_4_7_has_h_times_1_minus_h_with_its_numbers() -> None:
    example = notes_example()
    assert str(explain(example.h, wrt=example.z1, digits=7)) == (
        "dh/dz1 = h(1 − h)\n       = (0.6224593)(1 − 0.6224593)\n       = 0.2350037"
    )


def test_numbers_are_put_into_the_form_that_was_multiplied_out() -> None:
    x = Value(2.0)
    u = 3 * x - 4
    y = u**3
    assert str(explain(y, wrt=x)) == "dy/dx = dy/du · du/dx\n      = 3u² · 3\n      = 9u²\n      = 9(2)²\n      = 36"


def test_formulas_that_are_numbers_are_written_once() -> None:
    x = Value(2.0)
    u = 3 * x
    y = 2 * u
    assert str(explain(y, wrt=x)) == "dy/dx = dy/du · du/dx\n      = (2)(3)\n      = 6"


def test_the_lecture_chain_rule_is_minus_e_times_1_minus_y_times_y_times_x() -> None:
    yhat, x, w, b = Value(1.0), Value(2.0), Value(0.4), Value(0.1)
    A = w * x + b
    y = functions.sigmoid(A)
    e = yhat - y
    E = 0.5 * e**2
    assert str(explain(E, wrt=w)) == (
        "dE/dw = dE/de · de/dy · dy/dA · dA/dw\n"
        "      = e · (−1) · y(1 − y) · x\n"
        "      = −e y(1 − y) x\n"
        "      = −(0.2891)(0.7109)(1 − 0.7109)(2)\n"
        "      = −0.1188"
    )


def test_linear_regression_as_notes_4_2_2_has_it() -> None:
    theta0, theta1 = Value(0.0), Value(0.0)
    x, y = [Value(1.0), Value(2.0)], [Value(2.5), Value(4.0)]
    L = sum(((y[i] - (theta0 + theta1 * x[i])) ** 2 for i in range(2)), Value(0.0)) / 2
    assert str(explain(L, wrt=theta1)) == (
        "dL/dtheta1 = −(y[0] − (theta0 + theta1 x[0])) x[0] − (y[1] − (theta0 + theta1 x[1])) x[1]\n"
        "           = −(2.5 − (0 + (0)(1)))(1) − (4 − (0 + (0)(2)))(2)\n"
        "           = −10.5"
    )


def test_the_whole_trace_of_the_worked_example() -> None:
    assert str(explain(notes_example().L)) == (
        "Forward pass\n"
        "w2 = 0.3\n"
        "w1 = 0.4\n"
        "x  = 1\n"
        "b1 = 0.1\n"
        "b2 = 0.2\n"
        "t  = 0.5\n"
        "z1 = w1 x + b1   = (0.4)(1) + 0.1      = 0.5\n"
        "h  = σ(z1)       = σ(0.5)              = 0.6225\n"
        "y  = w2 h + b2   = (0.3)(0.6225) + 0.2 = 0.3867\n"
        "L  = 0.5(y − t)² = 0.5(0.3867 − 0.5)²  = 0.006414\n"
        "\n"
        "Backward pass\n"
        "dL/dL  = 1\n"
        "dL/dy  = y − t            = 0.3867 − 0.5       = −0.1133\n"
        "dL/dh  = dL/dy · w2       = (−0.1133)(0.3)     = −0.03398\n"
        "dL/dz1 = dL/dh · h(1 − h) = (−0.03398)(0.2350) = −0.007985\n"
        "dL/dt  = −(y − t)         = −(0.3867 − 0.5)    = 0.1133\n"
        "dL/db2 = dL/dy · 1        = (−0.1133)(1)       = −0.1133\n"
        "dL/db1 = dL/dz1 · 1       = (−0.007985)(1)     = −0.007985\n"
        "dL/dx  = dL/dz1 · w1      = (−0.007985)(0.4)   = −0.003194\n"
        "dL/dw1 = dL/dz1 · x       = (−0.007985)(1)     = −0.007985\n"
        "dL/dw2 = dL/dy · h        = (−0.1133)(0.6225)  = −0.07050"
    )


def test_a_neuron_is_one_factor() -> None:
    w, x, b = [Value(0.8), Value(0.2)], [Value(0.5), Value(0.3)], Value(0.1)
    z = functions.dot(w, x, bias=b)
    assert str(explain(z, wrt=w[1])) == "dz/dw[1] = x[1]\n         = 0.3"
    assert str(explain(z, wrt=x[0])) == "dz/dx[0] = w[0]\n         = 0.8"
    assert str(explain(z, wrt=b)) == "dz/db = 1"
    y = functions.sigmoid(z)
    assert str(explain(y, wrt=w[0])).splitlines()[:2] == ["dy/dw[0] = dy/dz · dz/dw[0]", "         = y(1 − y) · x[0]"]
    assert "z    = w[0] x[0] + w[1] x[1] + b = (0.8)(0.5) + (0.2)(0.3) + 0.1 = 0.56" in str(explain(y))


# --- paths -------------------------------------------------------------------------------------------------------


def test_several_paths_are_a_line_each_and_then_the_sum() -> None:
    x = Value(3.0)
    a = x * 2
    b = x + 1
    L = a * b
    derivation = explain(L, wrt=x)
    assert str(derivation) == (
        "dL/dx = ∂L/∂a · ∂a/∂x + ∂L/∂b · ∂b/∂x\n"
        "∂L/∂a · ∂a/∂x = b · 2 = (4)(2) = 8\n"
        "∂L/∂b · ∂b/∂x = a · 1 = (6)(1) = 6\n"
        "dL/dx = 8 + 6 = 14"
    )
    assert derivation.path_count == 2
    assert [path.value for path in derivation.paths] == [8.0, 6.0]
    assert derivation.paths[0].factors[0] == ("L", "a", "b", 4.0)


def test_long_paths_have_a_line_for_each_side_so_that_they_fit_beside_a_file_browser() -> None:
    x = Value(0.5)
    z = 2 * x
    a = functions.sin(z)
    b = a + 1
    c = a * 3
    L = b * c
    derivation = explain(L, wrt=x)
    assert str(derivation).splitlines()[1:4] == [
        "∂L/∂b · ∂b/∂a · ∂a/∂z · ∂z/∂x = c · 1 · cos(z) · 2",
        "                              = (2.524)(1)(0.5403)(2)",
        "                              = 2.728",
    ]
    assert derivation.latex.count("\n &= ") == 5


def test_a_direct_path_beside_a_longer_one_is_told_from_the_total() -> None:
    x = Value(3.0)
    a = x * x
    L = a * 2 - x
    assert str(explain(L, wrt=x)) == (
        "dL/dx = ∂L/∂x + ∂L/∂a · ∂a/∂x\n∂L/∂x         = −1\n∂L/∂a · ∂a/∂x = 2 · 2x = (2)(6) = 12\ndL/dx = −1 + 12 = 11"
    )


def diamonds(layers: int, named: bool) -> tuple[Value, Value]:
    x = node = Value(0.5, label="x")
    for i in range(layers):
        a, b = functions.sin(node), node * 0.9
        node = a * b + 0.1
        if named:
            a.label, b.label, node.label = f"a{i}", f"b{i}", f"n{i}"
    return node, x


def test_very_many_paths_are_counted_and_not_walked() -> None:
    root, x = diamonds(60, named=True)
    derivation = explain(root, wrt=x)
    assert derivation.path_count == 2**60
    assert derivation.paths == ()
    lines = str(derivation).splitlines()
    assert lines[0] == "about 1.2e+18 paths lead from n59 to x; node by node:"
    assert lines[1] == "dn59/dn59 = 1"
    assert len(lines) < 70
    root.backward()
    assert derivation.value == pytest.approx(x.grad, rel=1e-12)


def test_more_paths_than_asked_for_go_node_by_node() -> None:
    root, x = diamonds(3, named=True)
    assert str(explain(root, wrt=x, max_paths=7)).startswith("8 paths lead from n2 to x; node by node:")
    assert len(explain(root, wrt=x, max_paths=8).paths) == 8


def test_diamonds_without_names_are_taken_together() -> None:
    root, x = diamonds(60, named=False)
    assert explain(root, wrt=x, names=None).path_count == 1


def test_node_by_node_sums_over_the_nodes_that_use_one() -> None:
    x = Value(3.0)
    a = x * 2
    b = x + 1
    L = a * b
    assert str(explain(L, wrt=x, max_paths=1)) == (
        "2 paths lead from L to x; node by node:\n"
        "dL/dL = 1\n"
        "dL/db = a                     = 6\n"
        "dL/da = b                     = 4\n"
        "dL/dx = dL/db · 1 + dL/da · 2 = (6)(1) + (4)(2) = 14"
    )


def test_a_long_path_is_written_node_by_node() -> None:
    nodes = [Value(0.5)]
    for _ in range(2000):
        nodes.append(functions.sin(nodes[-1]))
    derivation = explain(nodes[-1], wrt=nodes[0])
    assert derivation.path_count == 1
    assert len(derivation.paths[0].factors) == 2000
    assert derivation.paths[0].value == pytest.approx(derivation.value, rel=1e-9)
    assert str(derivation).startswith("1 long path leads from nodes[2000] to nodes[0]; node by node:\n")


def test_a_quantity_that_is_not_reached_has_derivative_0_and_says_so() -> None:
    x, other = Value(1.0), Value(2.0)
    y = x * 3
    derivation = explain(y, wrt=other)
    assert str(derivation) == "There is no path from y to other, so nothing changes with it:\ndy/dother = 0"
    assert (derivation.value, derivation.paths, derivation.path_count) == (0.0, (), 0)


def test_the_derivative_of_a_node_by_itself_is_1() -> None:
    x = Value(1.0)
    y = x * 3
    for node, name in ((y, "y"), (x, "x")):
        derivation = explain(node, wrt=node)
        assert str(derivation) == f"d{name}/d{name} = 1"
        assert (derivation.value, derivation.path_count, derivation.paths[0].factors) == (1.0, 1, ())


def test_an_inner_node_can_be_the_quantity() -> None:
    x = Value(2.0)
    y = x * x
    z = y * 3 + x
    assert explain(z, wrt=y).value == 3.0


def test_the_trace_of_a_leaf() -> None:
    x = Value(2.0)
    assert str(explain(x)) == "Forward pass\nx = 2\n\nBackward pass\ndx/dx = 1"


def test_paths_with_a_factor_of_0_are_left_out_and_counted() -> None:
    x = Value(-1.0)
    a = functions.relu(x)
    b = functions.relu(x * 2)
    c = x**2
    L = a * 3 + b + c
    derivation = explain(L, wrt=x)
    assert str(derivation) == (
        "dL/dx = ∂L/∂c · ∂c/∂x\n      = 1 · 2x\n      = 2x\n      = 2(−1)\n      = −2\n\n"
        "2 paths through ReLUs that are off contribute 0:\n"
        "∂b/∂x = 2 step(2x) = 2 step(2(−1)) = 0\n"
        "∂a/∂x = step(x)    = step(−1)      = 0"
    )
    assert (derivation.path_count, len(derivation.paths)) == (3, 3)
    w, zero = Value(0.7), Value(0.0)
    h = w * zero
    y = h * 2 + w
    assert "\n\n1 path with a factor of 0 contributes 0:\n∂h/∂w = zero = 0" in str(explain(y, wrt=w))


def test_where_all_paths_have_a_factor_of_0_each_is_said() -> None:
    x = Value(-1.0)
    a = functions.relu(x)
    b = functions.relu(x * 2)
    L = a * b + a
    assert str(explain(L, wrt=x)).startswith("dL/dx = 0\n\n2 paths with a factor of 0 contribute 0:\n")
    alone = a * 3
    assert str(explain(alone, wrt=x)).endswith(
        "= 3 · step(x)\n          = 3 step(x)\n          = 3 step(−1)\n          = 0"
    )


def test_of_very_many_paths_those_without_a_factor_of_0_are_walked() -> None:
    x = node = Value(-1.0, label="x")
    for i in range(60):
        on, off = node * 1.0, functions.relu(node)
        on.label, off.label = f"on{i}", f"off{i}"
        node = on + off
        node.label = f"n{i}"
    derivation = explain(node, wrt=x, names=None)
    assert (derivation.path_count, len(derivation.paths), derivation.value) == (2**60, 1, 1.0)
    few = explain(functions.relu(x) + x * 2.0, wrt=x, names=None, max_paths=1)
    assert sum(path.value for path in few.paths) == few.value == 2.0


def test_a_side_is_not_written_twice_in_any_style() -> None:
    x = Value(0.99995)
    y = -x
    z = y * 1.0
    derivation = explain(z, digits=3)
    assert "y = −x = −1.00\n" in str(derivation)
    for written in (derivation.latex, derivation.typst):
        assert written.count("-1.00") == 2
    assert derivation.mathml.count("1.00") == 3


def test_weights_beside_inputs_of_0_and_1_stay_in_sight() -> None:
    w, b, one = [Value(0.7), Value(0.4)], Value(0.1), Value(1.0)
    z = functions.dot(w, [0.0, 1.0], bias=b)
    assert "z    = 0 w[0] + 1 w[1] + b = (0)(0.7) + (1)(0.4) + 0.1 = 0.5" in str(explain(z))
    product = w[0] * 0.0 + w[1] * one
    assert "= 0 w[0] + w[1] one = (0)(0.7) + (0.4)(1) = 0.4" in str(explain(product))


def test_a_variable_called_e_is_not_eulers_number() -> None:
    e = Value(2.0)
    y = functions.exp(e) * e
    derivation = explain(y, wrt=e)
    assert r"e \, \exp\left(e\right) + \exp\left(e\right)" in derivation.latex
    assert 'e thin op("exp") (e) + op("exp") (e)' in derivation.typst
    assert "<msup>" not in derivation.mathml
    x = Value(2.0)
    free = explain(functions.exp(x) * x, wrt=x)
    assert "e^{x}" in free.latex
    assert "e^(x)" in free.typst
    assert "<msup><mi>e</mi>" in free.mathml


# --- what has no name --------------------------------------------------------------------------------------------


def test_parts_of_an_expression_are_taken_together() -> None:
    x = Value(3.0)
    y = x**3 - 2 * x + 1 / x
    assert str(explain(y, wrt=x)).splitlines()[0] == "dy/dx = 3x² − 2 − 1/x²"


def test_a_part_that_is_used_twice_gets_a_name_and_is_explained() -> None:
    def bump(u: Value) -> Value:
        square = u * u
        return square * functions.exp(-square)

    x = Value(0.5)
    y = bump(x)
    assert str(explain(y, wrt=x)) == (
        "dy/dx = dy/dv1 · dv1/dx\n"
        "      = (exp(−v1) − v1 exp(−v1)) · 2x\n"
        "      = (0.5841)(1)\n"
        "      = 0.5841\n"
        "\n"
        "where\n"
        "v1 = x² = 0.25"
    )


def test_a_long_part_gets_a_name() -> None:
    w, x = [Value(0.1 * i) for i in range(9)], [Value(1.0 + i) for i in range(9)]
    y = functions.sigmoid(functions.dot(w, x)) * 2
    text = str(explain(y, wrt=w[0]))
    assert "dy/dw[0] = dy/dv2 · dv2/dw[0]" in text
    assert "= 2 · v2(1 − v2) x[0]" in text
    assert "where\nv2 = σ(w[0] x[0] + w[1] x[1] + … + w[8] x[8])" in text


def test_parts_are_numbered_in_the_order_of_computation() -> None:
    x = Value(0.5)

    def twice(u: Value) -> Value:
        return functions.sin(u) * u

    y = twice(twice(twice(x)))
    assert str(explain(y, wrt=x)).split("where\n")[1] == "v2 = sin(x) x   = 0.2397\nv4 = sin(v2) v2 = 0.05691"


def test_a_name_of_the_users_is_not_given_again() -> None:
    v1 = Value(0.5)

    def twice(u: Value) -> Value:
        return functions.sin(u) * u

    y = twice(twice(v1))
    assert "where\ns2 = sin(v1) v1 = 0.2397" in str(explain(y, wrt=v1))


def test_a_root_and_a_quantity_without_names_are_f_and_x() -> None:
    values = iter([Value(2.0)])
    assert (lambda x: str(explain(x * x, wrt=x, names=None)))(next(values)) == "df/dx = 2x\n      = 2(2)\n      = 4"


def test_unnamed_leaves_are_written_as_numbers() -> None:
    w = Value(2.0)
    y = w * Value(3.0)
    assert str(explain(y, wrt=w)) == "dy/dw = 3"


def test_the_trace_names_what_has_no_name() -> None:
    text = str(explain(Value(2.0) * Value(3.0)))
    assert "x1 = 2" in text
    assert "f  = x1 x2 = (2)(3) = 6" in text


# --- every primitive ---------------------------------------------------------------------------------------------

OPERANDS = {"softmax": (1.0, 0.3, -0.2, 0.9), "where": (1.0, 0.7, 1.4), "dot": (0.8, 0.2, 0.1, 0.5, 0.3)}
OPERANDS |= {"acosh": (1.7,)}


def made_by(op: Primitive, flip: bool = False) -> Value:
    """A node made by the primitive from leaves a, b, c ..."""
    numbers = OPERANDS.get(op.name, (0.7, 1.4, 0.3)[: len(op.textbook) or 3])
    if flip and op.name in ("absolute", "relu", "leaky_relu", "elu", "step", "sign"):
        numbers = (-numbers[0], *numbers[1:])
    leaves = [Value(x, label=name) for name, x in zip("abcdefgh", numbers, strict=False)]
    if op is primitives.softmax:
        return functions.softmax(leaves[1:])[1]
    if op is primitives.dot:
        return functions.dot(leaves[:2], leaves[3:], bias=leaves[2])
    if op is primitives.fsum or op is primitives.logsumexp:
        return getattr(functions, op.name)(leaves)
    return apply(op, *leaves)


@pytest.mark.parametrize("flip", [False, True], ids=["", "below 0"])
@pytest.mark.parametrize("op", primitives.PRIMITIVES, ids=lambda op: op.name)
def test_every_primitive_of_the_table_is_explained(op: Primitive, flip: bool) -> None:
    y = made_by(op, flip)
    y.label = "y"
    assert y.op is op
    y.backward()
    chosen = [parent for parent, _ in y.edges]
    for leaf in y.parents:
        steps = Steps(y, leaf, node_names([y]))
        assert (leaf in steps.locals) == (leaf in chosen)
        if leaf not in chosen:
            assert str(explain(y, wrt=leaf)).startswith("No gradient comes from y to")
            continue
        local = steps.locals[leaf][y]
        assert local.value == leaf.grad
        # 1 - y**2 and the like lose a few digits, which the engine's own forms keep.
        assert evaluate(local.formula) == pytest.approx(leaf.grad, rel=1e-9, abs=1e-12)
        assert explain(y, wrt=leaf).value == leaf.grad
    assert evaluate(steps.definition(y)) == pytest.approx(y.data, rel=1e-12)


@pytest.mark.parametrize(
    ("function", "line"),
    [
        (functions.relu, "dy/dx = step(x)"),
        (functions.leaky_relu, "dy/dx = 1 if x ≥ 0 else 0.01"),
        (functions.elu, "dy/dx = 1 if x ≥ 0 else exp(x)"),
        (functions.tanh, "dy/dx = 1 − y²"),
        (functions.softplus, "dy/dx = σ(x)"),
        (functions.swish, "dy/dx = σ(x) + y(1 − σ(x))"),
        (functions.exp, "dy/dx = y"),
        (functions.log, "dy/dx = 1/x"),
        (functions.sqrt, "dy/dx = 1/(2y)"),
        (functions.absolute, "dy/dx = sign(x)"),
        (functions.step, "dy/dx = 0"),
        (lambda x: x**x, "dy/dx = x^x + y log(x)"),
        (lambda x: 2**x, "dy/dx = y log(2)"),
        (lambda x: x**-2, "dy/dx = −2/x³"),
        (lambda x: functions.maximum(x, 0.5), "dy/dx = 1 if x ≥ 0.5 else 0"),
        (lambda x: functions.logsumexp([x, 1.0]), "dy/dx = exp(x − y)"),
        (lambda x: functions.fsum([x, x, 3.0]), "dy/dx = 2"),
        (lambda x: functions.where(functions.step(x) > 0.5, x, -x), "dy/dx = 1"),
    ],
)  # fmt: skip
def test_derivatives_read_as_in_a_textbook(function: Any, line: str) -> None:
    x = Value(0.7)
    y = function(x)
    assert str(explain(y, wrt=x)).splitlines()[0] == line


def test_softmax_refers_to_its_other_outputs_by_their_names() -> None:
    z = [Value(1.3), Value(5.1), Value(2.2)]
    p = functions.softmax(z)
    L = -functions.log(p[0])
    assert "= (−1/p[0]) · p[0](1 − p[0])" in str(explain(L, wrt=z[0]))
    assert "= (−1/p[0]) · (−p[0] p[1])" in str(explain(L, wrt=z[1]))
    assert "(−p[0] softmax₂(z[0], z[1], z[2]))" in str(explain(L, wrt=z[1], names={"L": L, "z": z, "p": p[:1]}))


def test_softmax_outputs_of_the_same_graph_are_found() -> None:
    z = [Value(1.3), Value(5.1)]
    p = functions.softmax(z)
    L = p[0] * p[1]
    assert "(−p[1] p[0])" in str(explain(L, wrt=z[0]))


def double() -> Primitive:
    return Primitive(name="double", symbol="2·", value=lambda m, a: 2.0 * a, partials=(lambda m, y, a: 2.0,))


def test_a_primitive_of_your_own_needs_no_notation() -> None:
    x = Value(3.0)
    y = apply(double(), x)
    assert str(explain(y, wrt=x)) == "dy/dx = 2"
    assert "y = double(x) = 6" in str(explain(y))


def test_a_primitive_of_your_own_may_use_functions_of_your_own() -> None:
    op = Primitive(
        name="gelu", symbol="g", value=lambda m, a: 0.5 * a, partials=(lambda m, y, a: 0.5,),
        formula="gelu(a)", textbook=("Phi(a)",),
    )  # fmt: skip
    x = Value(3.0)
    y = apply(op, x)
    assert str(explain(y, wrt=x)) == "dy/dx = Phi(x)\n      = 0.5"


# --- second derivatives ------------------------------------------------------------------------------------------


def test_second_derivatives() -> None:
    x = Value(2.0)
    y = x**3
    (slope,) = reverse(y, [x], differentiable=True)
    assert str(explain(slope, wrt=x)) == "dslope/dx = 6x\n          = 6(2)\n          = 12"


def test_second_derivatives_by_grad_see_through_its_copies() -> None:
    x = Value(1.5, label="x")
    second = grad(grad(lambda u: functions.sin(u) * u))(x)
    derivation = explain(second, wrt=x)
    assert str(derivation).splitlines()[0] == "dsecond/dx = −3 sin(x) − x cos(x)"
    assert derivation.value == pytest.approx(-3 * math.sin(1.5) - 1.5 * math.cos(1.5), rel=1e-14)


# --- where no gradient comes, and where it is not finite -----------------------------------------------------------


def test_a_stopped_factor_is_a_factor() -> None:
    x = Value(3.0)
    y = x * functions.stop_gradient(x)
    assert str(explain(y, wrt=x)) == "dy/dx = stop(x)\n      = stop(3)\n      = 3"
    assert "y = x stop(x) = (3) stop(3) = 9" in str(explain(y))
    assert explain(y, wrt=x).latex.startswith("\\begin{align*}\n\\frac{\\partial y}{\\partial x} &= \\mathrm{stop}")


def test_behind_a_stop_there_is_no_path_and_the_text_says_why() -> None:
    x = Value(3.0)
    held = functions.stop_gradient(x * 2.0)
    y = held * held
    derivation = explain(y, wrt=x)
    assert str(derivation) == "No gradient comes from y to x: stop_gradient holds it back, so it is 0:\ndy/dx = 0"
    assert (derivation.value, derivation.paths, derivation.path_count) == (0.0, (), 0)
    assert str(explain(y)) == (
        "Forward pass\n"
        "x    = 3\n"
        "held = stop(2x) = stop(2(3)) = 6\n"
        "y    = held²    = (6)²       = 36\n"
        "\n"
        "Backward pass\n"
        "dy/dy    = 1\n"
        "dy/dheld = 2 held = 2(6) = 12\n"
        "dy/dx    = 0"
    )


def test_an_operand_that_was_not_chosen_is_no_path() -> None:
    x = Value(0.0)
    y = functions.where(functions.step(x), x + 1.0, functions.sqrt(x))
    derivation = explain(y, wrt=x)
    assert (derivation.value, derivation.path_count) == (1.0, 1)
    assert "nan" not in str(derivation)
    a, b = Value(2.0), Value(-1.0)
    m = functions.maximum(a * a, b)
    assert str(explain(m, wrt=b)) == "No gradient comes from m to b: another operand was chosen, so it is 0:\ndm/db = 0"
    assert "dm/db = 0" in str(explain(m)).splitlines()
    assert "b = −1" in str(explain(m)).splitlines()


def test_a_choice_that_falls_on_a_number_hands_on_nothing() -> None:
    x = Value(-1.0)
    y = functions.maximum(x, 0.0)
    assert explain(y, wrt=x).value == 0.0
    assert (
        str(explain(y)) == "Forward pass\nx = −1\ny = max(x, 0) = max(−1, 0) = 0\n\nBackward pass\ndy/dy = 1\ndy/dx = 0"
    )


def test_a_step_of_several_nodes_neither_overflows_nor_underflows() -> None:
    x = Value(1.0)
    y = functions.tanh(1e200 * (1e200 * x))
    (path,) = explain(y, wrt=x).paths
    assert (path.value, explain(y, wrt=x).value) == (0.0, 0.0)
    zero = Value(0.0)
    far = functions.sin(1e200 * (1e200 * abs(zero)))  # where even the engine's product is 1 · 1e200 · 1e200 · 0
    assert "= (inf)(0)\n" in str(explain(far, wrt=zero))
    z = 1e300 * (1e-200 * (1e-200 * x) + 1.0)
    (path,) = explain(z, wrt=x).paths
    assert path.value == pytest.approx(1e-100)


def test_pi_keeps_its_name_and_is_no_quantity_of_that_name() -> None:
    z = Value(0.5, label="z")
    text = str(explain(functions.erf(z), wrt=z)).splitlines()
    assert text[0] == "df/dz = 2 exp(−z²)/√π"
    assert text[1].strip() == "= 2 exp(−(0.5)²)/√π"
    own = Value(-1.3, label="π")
    derivation = explain(functions.erf(own) / own, wrt=own)  # nothing cancels
    assert derivation.value == pytest.approx(grad(lambda x: functions.erf(x) / x)(-1.3))
    for side, number in sides_that_can_be_computed(derivation):
        assert side == pytest.approx(number)


def test_zero_times_infinity_is_not_simplified_away() -> None:
    x = Value(0.0)
    y = functions.sqrt(x) ** 2
    assert str(explain(y, wrt=x)) == "dy/dx = 2√x · 1/(2√x)\n      = nan"
    h = functions.sqrt(x)
    z = 3 * h**2
    assert str(explain(z, wrt=x)) == "dz/dx = dz/dh · dh/dx\n      = 6h · 1/(2h)\n      = (0)(inf)\n      = nan"
    nothing = functions.sqrt(x) - functions.sqrt(x)
    assert str(explain(nothing, wrt=x)) == "dnothing/dx = 1/(2√x) − 1/(2√x)\n            = nan"
    z = Value(0.0)
    assert str(explain(functions.hypot(z, z), wrt=z)) == "df/dz = 0"  # and not z/f
    far = Value(math.inf)
    ratio = functions.xlogy(Value(2.0) * far, 2.0 * far)  # its second slope is written a/b
    assert "nan" in str(explain(ratio, wrt=far))
    for side, number in sides_that_can_be_computed(explain(ratio, wrt=far)):
        assert side == number


# --- arguments -----------------------------------------------------------------------------------------------------


def test_names_override_labels_and_variables() -> None:
    w = Value(2.0, label="w")
    y = w * w
    assert str(explain(y, wrt=w, names={"loss": y, "theta": w})).startswith("dloss/dtheta = 2 theta")


def test_names_none_uses_labels_alone() -> None:
    w = Value(2.0, label="w")
    y = w * w
    assert str(explain(y, wrt=w, names=None)).startswith("df/dw = 2w")


def test_digits_are_chosen() -> None:
    example = notes_example()
    assert str(explain(example.L, wrt=example.w1, digits=7)).endswith("= −0.007985111")


def test_numbers_that_changed_since_are_not_put_in() -> None:
    x = Value(3.0)
    y = x * x
    x.data = 5.0
    assert str(explain(y, wrt=x)) == "dy/dx = 2x\n      = 6"


def test_numbers_that_are_not_finite_are_passed_on() -> None:
    x = Value(math.inf)
    y = x * x + functions.exp(-x) * math.nan
    assert math.isnan(explain(y, wrt=x).value)
    assert "nan" in str(explain(y))


def test_constants_too_large_to_multiply_are_infinite() -> None:
    x = Value(1e-300)
    y = x * 1e300 * 1e300
    assert str(explain(y, wrt=x)) == "dy/dx = inf"


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        ((3.0,), {}, TypeError, "explain needs the result of an expression of Values, not 3.0"),
        ((Value(1.0), 2.0), {}, TypeError, "wrt must be a Value, its name or a list of these, not 2.0"),
        ((Value(1.0), [2.0]), {}, TypeError, "wrt must be a Value, its name or a list of these, not 2.0"),
        ((Value(1.0), []), {}, ValueError, "wrt is an empty list"),
        (
            (Value(1.0, label="w") * 2.0, "v"),
            {"names": None},
            ValueError,
            "wrt='v': no node is called that; these are: w, f",
        ),
        ((Value(1.0),), {"digits": 0}, ValueError, "digits is 0, but must be at least 1"),
        ((Value(1.0),), {"digits": 2.5}, TypeError, "digits must be a whole number, not 2.5"),
        ((Value(1.0),), {"max_paths": 0}, ValueError, "max_paths is 0, but must be at least 1"),
    ],
)
def test_mistakes_are_explained(arguments: Any, options: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        explain(*arguments, **options)


def test_what_one_derives_by_may_be_named_and_be_a_list() -> None:
    L, w1, h = (example := notes_example()).L, example.w1, example.h
    assert str(explain(L, "w1")) == str(explain(L, w1))
    both = explain(L, ["w1", h])
    assert str(both) == f"{explain(L, w1)}\n\n{explain(L, h)}"
    assert (both.value, both.paths) == (L.data, explain(L, w1).paths + explain(L, h).paths)
    assert str(explain(L, [w1])) == str(explain(L, w1))


def test_explain_changes_nothing() -> None:
    example = notes_example()
    example.L.backward()
    before = {node: (node.data, node.grad, node.label) for node in topological_order(example.L)}
    explain(example.L, wrt=example.w1)
    explain(example.L)
    assert {node: (node.data, node.grad, node.label) for node in topological_order(example.L)} == before


def test_a_derivation_shows_itself() -> None:
    example = notes_example()
    derivation = explain(example.L, wrt=example.w1)
    assert repr(derivation) == str(derivation)
    assert derivation._repr_latex_() == derivation.latex
    assert pickle.loads(pickle.dumps(derivation)) == derivation


# --- LaTeX and MathML ----------------------------------------------------------------------------------------------


def test_latex_of_the_worked_example() -> None:
    example = notes_example()
    assert explain(example.L, wrt=example.w1).latex == (
        "\\begin{align*}\n"
        r"\frac{\partial L}{\partial w_{1}} &= \frac{\partial L}{\partial y} \cdot \frac{\partial y}{\partial h} "
        r"\cdot \frac{\partial h}{\partial z_{1}} \cdot \frac{\partial z_{1}}{\partial w_{1}} \\" "\n"
        r" &= \left(y - t\right) \cdot w_{2} \cdot h\left(1 - h\right) \cdot x \\" "\n"
        r" &= \left(-0.1133\right)\left(0.3\right)\left(0.2350\right)\left(1\right) \\" "\n"
        r" &= -0.007985" "\n"
        "\\end{align*}"
    )  # fmt: skip


def a_bit_of_everything() -> list[tuple[Value, Value]]:
    example = notes_example()
    pairs = [(example.L, example.w1), (example.L, example.t)]
    pairs += [(node, parent) for op in primitives.PRIMITIVES for node in [made_by(op)] for parent in node.parents]
    for label in ("a<b>&amp;", "50% & more", "\\frac{1}{", "$x$", "x^2_3", "hidden layer 1", "w11[2]", "`'\"~#"):
        a, b = Value(2.0, label=label), Value(3.0, label="w")
        c = a * b
        c.label = label
        pairs.append((functions.sqrt(c) * a / 3 + 1e-7 * a, a))
    pairs.append(diamonds(12, named=False))
    return pairs


def test_latex_is_read_by_matplotlib() -> None:
    peer("matplotlib")
    from matplotlib.mathtext import MathTextParser

    parser: Any = MathTextParser("path")
    cells = 0
    for root, wrt in a_bit_of_everything():
        for derivation in (explain(root, wrt=wrt, names=None), explain(root, names=None)):
            for piece in re.findall(r"\\begin\{align.*?\n(.*?)\n\\end", derivation.latex, re.DOTALL):
                for cell in re.split(r"&+| \\\\\n", piece.replace(r"\&", "and")):
                    if cell.strip():
                        parser.parse(f"${cell.strip()}$")
                        cells += 1
    assert cells > 500


def test_mathml_is_well_formed() -> None:
    known = {
        "math",
        "mtable",
        "mtr",
        "mtd",
        "mtext",
        "mrow",
        "mi",
        "mn",
        "mo",
        "mfrac",
        "msup",
        "msub",
        "msubsup",
        "msqrt",
    }
    for root, wrt in a_bit_of_everything():
        for derivation in (explain(root, wrt=wrt, names=None), explain(root, names=None)):
            tags = [element.tag.rpartition("}")[2] for element in ElementTree.fromstring(derivation.mathml).iter()]
            assert tags[:2] == ["math", "mtable"]
            assert set(tags) <= known


# --- any graph -----------------------------------------------------------------------------------------------------

CHOICES = [
    functions.minimum,
    lambda a, b: functions.maximum(a, 0.5),
    lambda a, b: functions.maximum(0.5, b),
    lambda a, b: functions.maximum(a, a),
    lambda a, b: functions.minimum(functions.maximum(a, -0.5), 0.5),
    lambda a, b: functions.where(functions.step(a), b, 2.0),
    lambda a, b: functions.where(functions.step(a), a, b),
    lambda a, b: functions.where(functions.step(b), a + 1.0, a),
    lambda a, b: functions.stop_gradient(a) * b,
    lambda a, b: a * functions.stop_gradient(a),
]
SINGULAR = [
    lambda x: functions.sqrt(abs(x)),
    lambda x: functions.relu(x) ** 0.5,
    lambda x: functions.xlogy(x * x, x * x),
    lambda x: x * math.inf,
    lambda x: 1e200 * (1e200 * x),
]
UNARY = [
    functions.sin,
    functions.cos,
    functions.tanh,
    functions.sigmoid,
    functions.relu,
    functions.softplus,
    functions.swish,
    abs,
    lambda x: -x,
    lambda x: x**2,
    lambda x: 0.5 * x,
]
BINARY = [
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: a / (functions.exp(functions.tanh(b)) + 1.0),
    functions.maximum,
    lambda a, b: functions.dot([a, b, 0.3], [b, 2.0, a], bias=a),
    lambda a, b: functions.fsum([a, b, a]),
    lambda a, b: functions.logsumexp([a, b]),
    lambda a, b: functions.softmax([a, b, 0.5])[1],
    lambda a, b: (1.0 + a * a) ** functions.tanh(b),
]


@st.composite
def graphs(draw: st.DrawFn, singular: bool = False, labels: int = 2) -> tuple[Value, list[Value]]:
    """A graph of up to 14 operations with much sharing, some of its nodes labelled; and its leaves.

    Choices, ties and 0 are in the mix; with ``singular`` infinite slopes and numbers, too. One node in ``labels`` + 1
    is labelled.
    """
    names = (f"q{i}" for i in count())
    numbers = st.floats(-1.5, 1.5) | st.sampled_from([0.0, 0.5, -0.5, 1.0])
    leaves = [Value(draw(numbers), label=next(names)) for _ in range(draw(st.integers(1, 3)))]
    unary, binary = (UNARY + SINGULAR if singular else UNARY), BINARY + CHOICES
    nodes = list(leaves)
    for _ in range(draw(st.integers(1, 14))):
        recent = st.sampled_from(nodes[-4:])
        if draw(st.booleans()):
            node = draw(st.sampled_from(unary))(draw(recent))
        else:
            node = draw(st.sampled_from(binary))(draw(recent), draw(st.sampled_from(nodes)))
        if abs(node.data) > 1e3 and not singular:
            node = functions.tanh(node)
        if node not in nodes and draw(st.integers(0, labels)) == 0:
            node.label = next(names)
        nodes.append(node)
    return nodes[-1], leaves


@settings(max_examples=examples(300), deadline=None)
@given(graphs())
def test_factors_multiply_and_add_up_to_the_derivative(graph: tuple[Value, list[Value]]) -> None:
    root, leaves = graph
    if not root.depth:
        return
    root.backward()
    for leaf in leaves:
        derivation = explain(root, wrt=leaf, names=None, max_paths=200)
        assert derivation.value == pytest.approx(leaf.grad, rel=1e-9, abs=1e-12)
        if derivation.path_count <= 200:
            assert len(derivation.paths) == derivation.path_count
            for path in derivation.paths:
                assert math.prod(factor.value for factor in path.factors) == path.value
            # The paths may cancel: what is left is as exact as the largest of them.
            largest = sum(abs(path.value) for path in derivation.paths)
            total = math.fsum(path.value for path in derivation.paths)
            # The reverse pass adds at shared nodes, where 1 − 1 − 1e-134 is 0; the paths have taken 1 − 1 together.
            assert total == pytest.approx(leaf.grad, rel=1e-9, abs=1e-9 * largest + 1e-12)


@settings(max_examples=examples(100), deadline=None)
@given(graphs(labels=0), st.randoms())
def test_no_question_changes_what_another_one_answers(graph: tuple[Value, list[Value]], chance: Random) -> None:
    root, leaves = graph
    nodes = [node for node in topological_order(root) if node.depth]
    for target in (*leaves, None):
        answers = []
        for order in (nodes, chance.sample(nodes, len(nodes))):
            steps = Steps(root, target, node_names([root]))
            names = dict(steps.names)
            answers.append({node: (steps.definition(node), steps.partial(node, 0, node.partials[0])) for node in order})
            assert steps.names == names
        assert answers[0] == answers[1]


@settings(max_examples=examples(300), deadline=None)
@given(graphs())
def test_formulas_have_the_value_of_the_engines_partials(graph: tuple[Value, list[Value]]) -> None:
    root, leaves = graph
    for target in (*leaves, None):
        steps = Steps(root, target, node_names([root]))
        for parent, owners in steps.locals.items():
            for local in owners.values():
                # The formulas are those of textbooks: 1 - y**2 and sums of opposite terms lose some digits.
                assert evaluate(local.formula) == pytest.approx(local.value, rel=1e-6, abs=1e-7)
            if parent.depth:
                assert evaluate(steps.definition(parent)) == pytest.approx(parent.data, rel=1e-9, abs=1e-9)
        str(explain(root, wrt=target))


@settings(max_examples=examples(200), deadline=None)
@given(graphs(labels=0))
def test_the_paths_are_those_of_the_edges(graph: tuple[Value, list[Value]]) -> None:
    root, leaves = graph
    for leaf in leaves:
        ways = {leaf: 1}
        for node in topological_order(root):
            if node is not leaf:
                ways[node] = sum(ways.get(parent, 0) for parent in {parent for parent, _ in node.edges})
        derivation = explain(root, wrt=leaf, names={f"n{i}": n for i, n in enumerate(topological_order(root))})
        assert derivation.path_count == ways.get(root, int(root is leaf))


def sides_that_can_be_computed(derivation: Derivation) -> Iterator[tuple[float, float]]:
    """Each side of each equation that is a formula or a number, beside the number on its right."""
    for table in derivation.tables:
        equation: list[Any] = []
        for row in [*table.rows, [object()]]:
            if row[0] is not None:
                numbers = [evaluate(side) for side in equation[1:]]
                yield from ((number, numbers[-1]) for number in numbers[:-1] if number == number)
                equation = []
            equation += [side for side in row if side is not None]


@settings(max_examples=examples(100), deadline=None)
@given(graphs(singular=True))
def test_every_equation_is_one(graph: tuple[Value, list[Value]]) -> None:
    root, leaves = graph
    for derivation in (explain(root, names=None), *[explain(root, wrt=leaf, names=None) for leaf in leaves]):
        for side, number in sides_that_can_be_computed(derivation):
            if math.isfinite(number):  # digits may be lost, as in 1 - y**2, or all of them, as in 1e300 - 1e300 + 1
                assert math.isinf(side) or side == pytest.approx(number, rel=1e-6, abs=1e-6) or abs(side) > 1e9
            else:
                assert side == number, str(derivation)


@settings(max_examples=examples(100), deadline=None)
@given(graphs(singular=True))
def test_the_value_is_the_gradient_also_where_that_is_not_finite(graph: tuple[Value, list[Value]]) -> None:
    root, leaves = graph
    if root.depth:
        root.backward()
    for leaf in leaves:
        expected = leaf.grad if root.depth else float(root is leaf)
        derivation = explain(root, wrt=leaf, names=None)
        assert derivation.value == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True)
        if derivation.path_count == 0:
            assert expected == 0.0
        elif math.isfinite(expected):
            assert not any(math.isnan(path.value) for path in derivation.paths)
