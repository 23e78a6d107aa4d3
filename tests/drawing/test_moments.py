"""A picture at a step: what is known, what is not, what the step is about; `draw(root, upto=step)`."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from math import inf
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings

from autograd import Value, draw, functions, show, steps, topological_order
from autograd.derivation.naming import all_named
from autograd.derivation.worked_example import worked_example
from autograd.derivation.writing import significant
from autograd.drawing.palette import DARK, LIGHT, OF_STEPS
from nn import MLP
from tests.agreement.recipes import points, recipes, tame
from tests.agreement.recipes import within_the_domain as tamed
from tests.examples import examples


def parts(svg: str) -> tuple[list[tuple[set[str], dict[str, str]]], set[tuple[int, int]]]:
    """Of each node its classes, and its lines by their kinds; and the arrows that are lit, as source and target."""
    nodes, lit = [], set()
    for group in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}g"):
        classes = set(group.get("class", "").split())
        if "node" in classes:
            texts = [part for part in group if part.tag.endswith("text")]
            nodes.append((classes, {part.get("class", ""): "".join(part.itertext()) for part in texts}))
        elif "edge" in classes and any(name.startswith("lit") for name in classes):
            lit.add((int(group.get("data-source", "")), int(group.get("data-target", ""))))
    return nodes, lit


def places(svg: str) -> list[Any]:
    """Where every shape is, and every arrow."""
    root = ET.fromstring(svg)
    names = ("x", "y", "cx", "cy", "rx", "ry", "width", "height", "points", "d")
    shapes = [part for part in root.iter() if part.get("class") in ("shape", "line", "head", "divider")]
    return [root.get("viewBox"), *[[part.get(name) for name in names] for part in shapes]]


def shown(x: float, digits: int = 4) -> str:
    return significant(x, digits).replace("-", "−")


def check_each_step(root: Value) -> None:
    """Every step against what a person would write who goes through the graph with `steps`."""
    order = topological_order(root)
    names = all_named([root], {})
    index = {node: i for i, node in enumerate(order)}
    handed = [(step.node, to) for step in steps(root) for to in step.contributions]
    count = Counter(to.parent for _, to in handed)
    figure = show(root, names={name: node for node, name in names.items()})
    pictures = [
        draw(root, names={name: node for node, name in names.items()}, max_nodes=10**6, upto=step)
        for step in range(1, len(figure.steps) + 1)
    ]
    known = {node for node in order if not node.depth}
    operations = [node for node in order if node.depth]
    gradient: dict[Value, str] = {}
    finished = draw(root, names={name: node for node, name in names.items()}, max_nodes=10**6)
    every = [scene_node for scene_node in finished._scene.nodes if isinstance(scene_node.value, Value)]
    value_of = {index[node.value]: node.index for node in every}  # type: ignore[index]
    got: Counter[Value] = Counter()
    for step, picture in enumerate(pictures, 1):
        current, beside = None, set()
        if 1 < step <= len(operations) + 1:
            current = operations[step - 2]
            known.add(current)
            beside = set(current.parents)
        elif step == len(operations) + 2:
            current = root
            gradient[root] = "grad 1"
        elif step > 1:
            giving, to = handed[step - len(operations) - 3]
            current, beside = to.parent, {giving}
            got[current] += 1
            more = " + …" if got[current] < count[current] else ""
            gradient[current] = f"grad {shown(to.total)}{more}"
        if step == len(pictures):
            gradient = {node: gradient.get(node, "grad 0") for node in order}
        drawn, lit = parts(picture.svg)
        for node in order:
            classes, lines = drawn[value_of[index[node]]]
            assert ("value" in lines) == (node in known) == ("unknown" not in classes)
            assert lines.get("gradient") == gradient.get(node)
            assert any(name.startswith("current") for name in classes) == (node is current)
            assert any(name.startswith("beside") for name in classes) == (node in beside)
        ends = {(node, current) if step <= len(operations) + 1 else (current, node) for node in beside}
        assert lit == {(value_of[index[a]], value_of[index[b]]) for a, b in ends if a is not None and b is not None}
        assert places(picture.svg) == places(pictures[0].svg), "nothing moves"
    last, whole = parts(pictures[-1].svg)[0], parts(finished.svg)[0]
    assert [lines for _, lines in last] == [lines for _, lines in whole], "the last step shows everything"


def test_each_step_of_the_worked_example() -> None:
    check_each_step(worked_example().L)


def test_each_step_where_paths_part_and_operands_repeat() -> None:
    x, y = Value(1.5), Value(-0.5)
    check_each_step(functions.hypot(x, x) * x + functions.dot([x, y], [y, x], bias=x) * 0.0)


@settings(max_examples=examples(20))
@given(recipes(tame, most=6), points(tame))
def test_each_step_of_any_graph(recipe: Any, point: list[float]) -> None:
    root = tamed(recipe, point)([Value(x) for x in point])
    assume(isinstance(root, Value) and root.depth)
    check_each_step(root)


def test_a_leaf_is_the_whole_graph_in_one_step() -> None:
    x = Value(2.0, label="x")
    assert parts(draw(x, upto=1).svg)[0] == parts(draw(x).svg)[0]


def test_what_is_the_first_that_is_not_finite_is_marked_when_it_comes() -> None:
    x = Value(0.0, label="x")
    root = (x.sqrt() + 1.0) * 2.0  # the slope of the square root at 0 is infinite
    pictures = [draw(root, upto=step).svg for step in range(1, len(show(root).steps) + 1)]
    notes = ["first inf of the reverse pass" in picture.split("</style>")[1] for picture in pictures]
    assert notes == [False] * (len(pictures) - 1) + [True]
    assert [f'stroke="{LIGHT["astray"]}"' in picture for picture in pictures] == notes
    big = Value(1e200, label="big")
    root = big * big - inf
    pictures = [draw(root, upto=step).svg for step in range(1, len(show(root).steps) + 1)]
    notes = ["first inf of the forward pass" in picture.split("</style>")[1] for picture in pictures]
    assert notes == [False] + [True] * (len(pictures) - 1)


def test_local_derivatives_come_with_the_value_of_what_they_lead_to() -> None:
    w, x = Value(3.0, label="w"), Value(2.0, label="x")
    root = (w * x).tanh()
    labels = [
        re.findall(r'class="label"[^>]*>([^<]*)<', draw(root, upto=k, local_derivatives=True).svg) for k in (1, 2)
    ]
    assert [[label for label in found if label] for found in labels] == [[], ["2", "3"]]


def test_the_colour_of_a_gradient_comes_with_it() -> None:
    w, x = Value(3.0, label="w"), Value(2.0, label="x")
    root = w * x
    levels = [
        [re.findall(r"level-(\d)", " ".join(classes))[0] for classes, _ in parts(picture.svg)[0]]
        for picture in (draw(root, gradients_as_colour=True, upto=k) for k in (2, 3, 4, 5))
    ]
    assert levels[0] == ["0", "0", "0"]
    assert [sum(level != "0" for level in found) for found in levels] == [0, 1, 2, 3]


def test_what_is_folded_is_known_when_all_of_it_is() -> None:
    model = MLP(2, [6, 6, 1], activation="tanh", seed=0)
    loss = (model([Value(1.0), Value(2.0)]) - 0.5) ** 2
    count = len(show(loss).steps)
    folded = [parts(draw(loss, max_nodes=12, fold="layer", upto=step).svg)[0] for step in range(1, count + 1)]
    whole = parts(draw(loss, max_nodes=12, fold="layer").svg)[0]
    assert any("role-folded" in classes for classes, _ in whole)
    unknown = [sum("unknown" in classes for classes, _ in nodes) for nodes in folded]
    assert unknown == sorted(unknown, reverse=True)
    assert unknown[0] > 1
    assert unknown[-1] == 0
    assert [lines for _, lines in folded[-1]] == [lines for _, lines in whole]


def test_it_is_described_without_what_it_does_not_show() -> None:
    L = worked_example().L
    assert repr(draw(L, names=None, upto=5)).startswith("<Computation graph of L at step 5 of 23: 15 nodes, 14 arrows.")
    assert "0.006414" not in draw(L, names=None, upto=5).svg


def test_graphviz_gets_the_same_lines_and_colours() -> None:
    L = worked_example().L
    source = draw(L, names=None, upto=15).digraph.source
    assert "0.6225" in source
    assert f'color="{LIGHT["reverse"]}"' in source
    assert f'color="{LIGHT["edge"]}" fillcolor="{LIGHT["page"]}"' in draw(L, names=None, upto=1).digraph.source
    assert "grad" not in draw(L, names=None, upto=9).digraph.source


@pytest.mark.parametrize(
    ("root", "upto", "error", "message"),
    [
        (lambda: Value(2.0) * Value(3.0), 6, ValueError, "take 5 steps.* from 1 to 5"),
        (lambda: Value(2.0) * Value(3.0), 0, ValueError, "upto"),
        (lambda: Value(2.0) * Value(3.0), -1, ValueError, "upto"),
        (lambda: Value(2.0) * Value(3.0), 1.5, TypeError, "upto"),
        (lambda: [Value(2.0) * Value(3.0)], 1, TypeError, r"of one result, .*draw\(loss, upto=3\)"),
        (lambda: MLP(2, [1]), 1, TypeError, r"on an example: show\(model, x, target\)\.frames\(folder\)"),
    ],
)
def test_a_step_that_there_is_not_is_answered_with_those_there_are(
    root: Any, upto: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        draw(root(), upto=upto)


def test_the_colours_of_steps_are_those_of_the_page() -> None:
    page = (Path(show.__code__.co_filename).parent / "player.css").read_text("utf-8")
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]+);", block)) for block in page.split("[data-theme")[:2])
    assert {name: light[name] for name in OF_STEPS} == {name: LIGHT[name] for name in OF_STEPS}
    assert {name: dark[name] for name in OF_STEPS} == {name: DARK[name] for name in OF_STEPS}
    assert not any(f"--cr-{name}:" in draw(Value(1.0) * 2.0).svg for name in OF_STEPS), "no finished picture has them"
