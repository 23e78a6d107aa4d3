"""Names for nodes: labels, the caller's variables, elements of containers; never a wrong or a double one."""

from __future__ import annotations

import re
import sys
import unicodedata
from types import FrameType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value, draw, functions
from autograd.derivation.naming import CALLER, all_named, distinct, names_in_use, node_names, values_in_scope
from autograd.derivation.styles import LATEX, MATHML, TEXT, AsWritten, look
from autograd.drawing.drawing import Drawing
from tests.examples import examples


def here() -> FrameType:
    return sys._getframe(1)


def seen(*roots: Value) -> list[str]:
    """The names that whoever calls this sees."""
    return list(node_names(roots, frame=sys._getframe(1)).values())


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
    assert list(node_names([a * b * c]).values()) == ["w", "w#2", "w#3"]


def test_a_label_keeps_its_spelling_where_a_variable_has_the_same_name() -> None:
    w = Value(1.0)
    other = Value(2.0, label="w")
    names = node_names([w * other], frame=here())
    assert names[other] == "w"
    assert names[w] == "w#2"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["w"], ["w"]),
        (["w", "w", "v", "w"], ["w", "w#2", "v", "w#3"]),
        (["w", "w#2", "w"], ["w", "w#2", "w#3"]),
        (["w"] * 11, ["w", *[f"w#{i}" for i in range(2, 12)]]),
    ],
)
def test_distinct_names_are_all_different(given: list[str], expected: list[str]) -> None:
    assert distinct(given) == expected


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


# --- where names are looked for ------------------------------------------------------------------------------------


def test_a_comprehension_a_generator_and_a_lambda_see_the_names_around_them() -> None:
    w, x = Value(1.0), Value(2.0)
    z = w * x
    y = z * z
    whole = ["w", "x", "z", "y"]
    assert [seen(y) for _ in range(1)] == [whole]
    assert {i: seen(y) for i in range(1)} == {0: whole}
    assert list(seen(y) for _ in range(1)) == [whole]  # noqa: C400
    assert [[seen(y) for _ in range(1)] for _ in range(1)] == [[whole]]
    assert [*map(lambda root: seen(root), [y])] == [["w", "x", "z", "root"]]  # noqa: C417
    assert (lambda: seen(y))() == whole


def test_what_a_comprehension_calls_a_node_comes_last_in_every_python() -> None:
    square = [p * p for p in (1.0, 2.0)]
    w, b = Value(square[0]), Value(square[1])
    y = w + b
    assert [seen(y) for p in (w, b)] == [["w", "b", "y"]] * 2
    assert list(seen(y) for p in (w, b)) == [["w", "b", "y"]] * 2  # noqa: C400
    program = "w = Value(1.0); y = w * 2; root = [seen(y) for p in (w, y)]"
    namespace: dict[str, Any] = {"Value": Value, "seen": seen}
    exec(program, namespace)
    assert namespace["root"] == [["w", "y"]] * 2


def test_a_generator_and_a_helper_see_the_names_of_those_that_run_them() -> None:
    w = Value(1.0)
    y = w * 2.0

    def halves() -> Any:
        half = y * 0.5
        yield seen(half)

    assert list(halves()) == [["w", "y", "half"]]
    assert seen_by_a_helper(y) == ["w", "loss"]
    assert deeper(y, 30) == ["w", "root"]


def seen_by_a_helper(loss: Value) -> list[str]:
    return seen(loss)


def deeper(root: Value, n: int) -> list[str]:
    return deeper(root, n - 1) if n else seen(root)


def a_model() -> Any:
    k = Value(2.0)
    return lambda u: k * u


def test_what_a_function_holds_in_its_closure_has_a_name_and_what_a_finished_one_held_has_none() -> None:
    u = Value(3.0)
    model = a_model()
    y = model(u)
    assert seen(y) == ["k", "u", "y"]
    gone = a_model()(u)
    assert seen(gone) == ["u", "gone"]


class Net:
    """A neuron of one's own."""

    def __init__(self) -> None:
        self.w, self._hidden, self.more = Value(3.0), Value(1.0), [Value(2.0)]

    def told(self, u: Value) -> list[str]:
        self.h = self.w * u * self._hidden * self.more[0]
        out = self.h.tanh()
        return seen(out)


def test_attributes_of_an_object_at_hand_are_names() -> None:
    x = Value(0.5)
    net = Net()
    assert net.told(x) == ["self.w", "u", "self.more[0]", "self.h", "out"]
    assert seen(net.h) == ["net.w", "x", "net.more[0]", "net.h"]
    own = SimpleNamespace(a=Value(1.0))
    assert seen(own.a * 2.0) == ["own.a"]
    h = net.h
    assert "h" in seen(h), "a variable comes before an attribute"


# --- names that are invented ---------------------------------------------------------------------------------------


def test_one_name_for_each_node_from_letters_that_are_free() -> None:
    a, b = Value(2.0), Value(3.0)
    root = (a * b + 1.0).tanh()
    assert list(all_named([root], {}).values()) == ["x1", "x2", "v1", "v2", "f"]
    assert list(all_named([root], {a: "v"}).values()) == ["v", "x", "s1", "s2", "f"]
    assert list(all_named([root], {a: "x", b: "f"}).values()) == ["x", "f", "v1", "v2", "g"]
    assert list(all_named([root], {a: "x_1", b: "b"}, ["v2", "f"]).values()) == ["x_1", "b", "s1", "s2", "g"]
    assert list(all_named([root], {a: "vector", b: "v_"}).values()) == ["vector", "v_", "v1", "v2", "f"]
    every = [letter * n for letter in "fgFGvsrkmnVSRKMNxuacpqXUACPQ" for n in (1, 2)]
    assert list(all_named([root], {}, every).values()) == ["xxx1", "xxx2", "vvv1", "vvv2", "fff"]
    assert all_named([], {}) == {}


def test_a_function_of_the_callers_may_have_the_name_of_its_result() -> None:
    def f(u: float) -> float:
        return u

    v1 = 0.5
    assert f(v1) == v1
    assert "f" not in names_in_use(CALLER, here())
    assert "v1" in names_in_use(CALLER, here())
    assert names_in_use({"v": 3}, here()) == ["v"]


# --- names that look alike -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["w_1", "w1"], ["w_1*", "w1"]),
        (["x", "x_"], ["x", "x_"]),
        (["theta", "θ"], ["theta*", "θ"]),
        (["yhat", "y_hat", "ŷ"], ["yhat*", "y_hat*", "ŷ"]),
        (["E_total"], ["E_total"]),
        (["a  b", "a b"], ["a  b#2", "a b"]),
        (["a\tb", "a b"], ["a b#2", "a b"]),
        (["b" * 60, "b" * 50], [f"{'b' * 39}…", f"{'b' * 37}…#2"]),
        ([AsWritten("p[0]"), "p[0]"], ["p[0]*", "p[0]#2"]),
    ],
)
def test_of_names_that_look_alike_one_is_set_as_it_is_written(given: list[str], expected: list[str]) -> None:
    assert [f"{name}*" if isinstance(name, AsWritten) else name for name in distinct(given)] == expected


PIECES = ["w", "x", "y", "1", "12", "_", "__", "hat", "theta", "θ", "E", "total", "[0]", "[2]", "['w']", "#2", ",", "."]
PIECES += [
    " ",
    "\n",
    "'",
    "`",
    '"',
    "^",
    "~",
    "\\",
    "ŷ",
    "₁",
    "ﬁ",
    "fi",
    "\u200d",
    "\u0302",
    "<",
    "&",
    "$",
    "…",
    "w" * 39,
]
spellings = st.one_of(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("".join),
    st.from_regex(r"[^\W\d]\w{0,4}", fullmatch=True),
    st.text(min_size=1, max_size=3),
)


@settings(max_examples=examples(300))
@given(st.lists(st.tuples(spellings, st.booleans()), min_size=2, max_size=12))
def test_no_two_names_of_a_graph_look_alike_in_any_style(given_names: list[tuple[str, bool]]) -> None:
    nodes = {Value(float(i)): AsWritten(name) if code else name for i, (name, code) in enumerate(given_names)}
    names = dict(zip(nodes, distinct([*nodes.values()]), strict=True))
    root = functions.fsum(list(nodes))
    picture = draw(root, names={name: node for node, name in names.items()})
    in_svg, in_dot = names_in_pictures(picture)
    for looks in (*([style.name(name) for name in names.values()] for style in (TEXT, LATEX, MATHML)), in_svg, in_dot):
        assert len(looks) == len(nodes)
        plain = [" ".join(unicodedata.normalize("NFKC", look).split()) for look in looks]
        assert len(set(plain)) == len(plain), names


def names_in_pictures(picture: Drawing) -> tuple[list[str], list[str]]:
    """What stands before the values of the leaves, with its markup, in the picture and in the DOT source."""
    lines = re.findall(
        r"<text[^>]*>((?:(?!</text>).)*?)(?:<tspan[^>]*>)? = \d+(?:</tspan>)?</text>", picture.svg, re.DOTALL
    )
    labels = re.findall(r'label="((?:[^"\\]|\\.)*) = \d+\\ngrad', picture.digraph.source)
    return lines, labels


def test_names_that_are_cut_are_numbered() -> None:
    names = distinct(["w" * 10_000, "w" * 9_999, "w" * 39, "w" * 40, "w" * 40, *["v" * 50] * 12])
    assert len({look(name) for name in names}) == len(names)
    assert max(map(len, names)) <= 40
