"""Names for nodes: labels, the caller's variables, elements of containers; never a wrong or a double one."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import numpy as np
import pytest

from autograd import Value, functions
from autograd.derivation.naming import CALLER, node_names, numbered, values_in_scope


def here() -> FrameType:
    return sys._getframe(1)


def names_after(source: str, root: str = "root", **variables: Any) -> list[str]:
    """The names of the graph of ``root`` as the last line of a program, or a notebook cell, sees them."""
    namespace = {"Value": Value, "here": here, **variables}
    exec(f"{source}\nframe = here()", namespace)
    return list(node_names([namespace[root]], frame=namespace["frame"]).values())


def test_a_label_comes_before_the_variable() -> None:
    w = Value(1.0, label="weight")
    assert node_names([w], frame=here()) == {w: "weight"}


def test_an_empty_label_is_no_name() -> None:
    w = Value(1.0, label="")
    assert node_names([w], frame=here()) == {w: "w"}


def test_an_inner_node_goes_by_its_variable_and_an_unnamed_one_is_left_out() -> None:
    w, x = Value(1.0), Value(2.0)
    z = w * x + 1.0
    assert node_names([z], frame=here()) == {w: "w", x: "x", z: "z"}


def test_names_stand_in_topological_order() -> None:
    w, x = Value(1.0), Value(2.0)
    z = w * x
    y = z + w
    assert list(node_names([y], frame=here()).values()) == ["w", "x", "z", "y"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("a = Value(1.0); b = a; root = a * 2", ["a", "root"], id="two variables: the first defined"),
        pytest.param("w = Value(1.0); root = w * 2; w = Value(5.0)", ["root"], id="a stale name is not used"),
        pytest.param("w = Value(1.0); root = w * 2; del w", ["root"], id="a deleted name is not used"),
        pytest.param("x = [Value(1.0), Value(2.0)]; root = x[0] * x[1]", ["x[0]", "x[1]", "root"], id="list"),
        pytest.param("x = (Value(1.0), 3.0, Value(2.0)); root = x[0] * x[2]", ["x[0]", "x[2]", "root"], id="tuple"),
        pytest.param(
            "W = [[Value(1.0)], [Value(2.0)]]; root = W[0][0] * W[1][0]", ["W[0][0]", "W[1][0]", "root"], id="nested"
        ),
        pytest.param(
            "d = {'w': Value(1.0), 3: Value(2.0)}; root = d['w'] * d[3]", ["d['w']", "d[3]", "root"], id="dict"
        ),
        pytest.param(
            "p = [Value(1.0), Value(2.0)]; w, b = p; root = w * b", ["w", "b", "root"], id="unpacked: plain names"
        ),
        pytest.param(
            "root = 0\nx = [Value(1.0), Value(2.0)]\nfor v in x: root = root + v * v",
            ["x[0]", "x[1]", "root"],
            id="a loop variable does not replace the element",
        ),
        pytest.param("_w = Value(1.0); root = _w * 2", ["root"], id="underscore names"),
        pytest.param("x = [Value(1.0)]; root = x[0] * 2; x[0] = Value(3.0)", ["root"], id="a replaced element"),
        pytest.param("x = [Value(1.0)]; x.append(x); root = x[0] * 2", ["x[0]", "root"], id="a list that holds itself"),
        pytest.param("text = 'abc'; n = [1, 2]; w = Value(2.0); root = w * 2", ["w", "root"], id="other things around"),
        pytest.param("deep = [[[[[Value(1.0)]]]]]; root = deep[0][0][0][0][0] * 2", ["root"], id="too deep"),
        pytest.param("x = [0.5] * 10_000 + [Value(1.0)]; root = x[-1] * 2", ["root"], id="a data set is not searched"),
    ],
)
def test_names_that_a_program_gives(source: str, expected: list[str]) -> None:
    assert names_after(source) == expected


def test_elements_of_an_array_of_values_have_names() -> None:
    x = np.array([[Value(1.0), Value(2.0)]], dtype=object)
    root = x[0, 0] * x[0, 1]
    assert list(node_names([root], frame=here()).values()) == ["x[0][0]", "x[0][1]", "root"]


def test_an_array_inside_a_list_is_searched_too() -> None:
    layers = [np.array([Value(1.0)], dtype=object), np.array([0.5])]
    assert node_names([layers[0][0]], frame=here()) == {layers[0][0]: "layers[0][0]"}


def test_ipython_keeps_results_in_names_that_are_not_used() -> None:
    kept = Value(1.0)
    history = {1: kept}
    assert names_after("root = kept[0] * 2", Out=history, _oh=history, _1=kept, _=kept, kept=(kept,)) == [
        "kept[0]",
        "root",
    ]
    assert names_after("root = _ * 2", Out=history, _oh=history, _=kept) == ["root"]


def test_a_variable_called_out_is_used_outside_ipython() -> None:
    assert names_after("Out = Value(1.0); root = Out * 2") == ["Out", "root"]


global_weight = Value(2.0)
shadowed = Value(3.0)


def test_local_variables_come_before_global_ones() -> None:
    local = global_weight
    assert node_names([local], frame=here()) == {global_weight: "local"}


def test_global_variables_are_seen_from_a_function() -> None:
    assert node_names([global_weight], frame=here()) == {global_weight: "global_weight"}


def test_a_global_name_that_a_local_one_hides_is_not_used() -> None:
    hidden = [globals()["shadowed"]]
    root = hidden.pop() * 2.0
    shadowed = Value(5.0)
    assert node_names([root], frame=here()) == {root: "root"}
    assert shadowed.data == 5.0


def test_names_none_leaves_the_labels_alone() -> None:
    w, x = Value(1.0, label="w"), Value(2.0)
    assert node_names([w * x], None, here()) == {w: "w"}


def test_without_a_frame_there_are_labels_only() -> None:
    w, x = Value(1.0, label="w"), Value(2.0)
    assert node_names([w * x]) == {w: "w"}


def test_a_mapping_replaces_the_variables_and_comes_before_labels() -> None:
    w, x = Value(1.0, label="w"), [Value(2.0)]
    root = w * x[0]
    assert node_names([root], {"weight": w, "inputs": x}, here()) == {w: "weight", x[0]: "inputs[0]"}


def test_the_same_label_twice_is_numbered() -> None:
    a, b, c = (Value(float(i), label="w") for i in range(3))
    assert list(node_names([a * b * c]).values()) == ["w", "w₍₂₎", "w₍₃₎"]


def test_a_label_keeps_its_spelling_where_a_variable_has_the_same_name() -> None:
    w = Value(1.0)
    other = Value(2.0, label="w")
    names = node_names([w * other], frame=here())
    assert names[other] == "w"
    assert names[w] == "w₍₂₎"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["w"], ["w"]),
        (["w", "w", "v", "w"], ["w", "w₍₂₎", "v", "w₍₃₎"]),
        (["w", "w₍₂₎", "w"], ["w", "w₍₂₎", "w₍₃₎"]),
        (["w"] * 11, ["w", *[f"w₍{i}₎" for i in "₂₃₄₅₆₇₈₉"], "w₍₁₀₎", "w₍₁₁₎"]),
    ],
)
def test_numbered_names_are_all_different(given: list[str], expected: list[str]) -> None:
    assert numbered(given) == expected


def test_several_roots_share_their_names() -> None:
    a = Value(1.0)
    b, c = a * 2.0, a * 3.0
    assert list(node_names([b, c], frame=here()).values()) == ["a", "b", "c"]


def test_values_in_scope_include_those_of_no_graph() -> None:
    p = functions.softmax([Value(1.0), Value(2.0)])
    assert values_in_scope({"p": p, "n": 3}, None) == p
    assert p[1] in values_in_scope(CALLER, here())


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({Value(1.0): "w"}, "is not a string"),
        (["w"], "must be a mapping such as"),
        ("w", "must be a mapping such as"),
    ],
)
def test_other_kinds_of_names_are_refused(names: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        node_names([Value(1.0)], names, here())


def test_the_default_shows_as_its_name_in_signatures() -> None:
    assert repr(CALLER) == "CALLER"
