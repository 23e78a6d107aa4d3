"""The stepper of an expression: what its steps, its picture and its page hold."""

from __future__ import annotations

import re
from typing import Any

import pytest

from autograd import Value, show
from autograd.derivation.naming import all_named
from autograd.stepper import figure_of
from autograd.stepper.figure import Figure
from tests.stepper.shown import data_of, picture_of


def gradients_in(figure: Figure) -> list[str]:
    return re.findall(r"grad (\S+)", re.sub(r"<[^>]+>", " ", picture_of(figure)))


def test_a_type_of_ones_own_is_shown_once_it_is_registered() -> None:
    class Square:
        """A side, and what it makes of the example."""

    def figure(square: Square, example: dict[str, Any], names: Any, digits: int, frame: Any) -> Figure:
        return show(Value(example["x"], label="side") ** 2, names=names, digits=digits)

    figure_of.register(Square, figure)
    assert show(Square(), 1.2345, digits=3).steps[0].text == "side = 1.23"


def test_a_name_that_is_taken_is_given_to_no_other_node() -> None:
    v1, v3 = Value(2.0, label="v1"), Value(3.0, label="v3")
    root = (v1 * v3 + 1.0).tanh()
    named = all_named([root], {v1: "v1", v3: "v3"})
    assert list(named.values()) == ["v1", "v3", "s1", "s2", "f"]
    assert len(set(show(root, names=None).steps)) == len(show(root, names=None).steps)


def test_a_slope_that_is_a_number_is_not_written_twice() -> None:
    x, w = Value(2.0, label="x"), Value(5.0, label="w")
    root = 3.0 * (w * x)
    products = [line.partition("; ")[0].split(" = ") for line in map(str, show(root, names=None).steps) if "; " in line]
    assert [(sides[1:-1], sides[-1]) for sides in products] == [
        (["(1)(3)"], "3"),
        (["df/dv1 · x", "(3)(2)"], "6"),
        (["df/dv1 · w", "(3)(5)"], "15"),
    ]


def test_a_result_that_is_a_leaf_has_the_gradient_1() -> None:
    figure = show(Value(2.0, label="x"))
    assert gradients_in(figure) == ["1"]


@pytest.mark.parametrize("passes", [0, 1, 3])
def test_the_picture_shows_one_pass_whatever_the_graph_holds_and_leaves_that_as_it_is(passes: int) -> None:
    w, x = Value(3.0, label="w"), Value(2.0, label="x")
    root = w * x
    for _ in range(passes):
        root.backward()
    held = [node.grad for node in (w, x, root)]
    assert sorted(gradients_in(show(root))) == ["1", "2", "3"]
    assert [node.grad for node in (w, x, root)] == held == [2.0 * passes, 3.0 * passes, float(passes > 0)]


@pytest.mark.parametrize("label", ["</script><script>alert(1)</script>", "<!--<script>", "a<b", "</SCRIPT >"])
def test_a_label_cannot_end_the_script_that_holds_it(label: str) -> None:
    x = Value(2.0, label=label)
    figure = show(x * x)
    html = figure._repr_html_()
    assert len(re.findall(r"<\s*/\s*script", html, re.IGNORECASE)) == len(re.findall("<script", html)) == 2
    assert any(label.split("<")[-1].strip("/> ") in str(name) for name in data_of(figure)["names"])
