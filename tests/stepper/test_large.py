"""`show` of large graphs: folded, with a picture of what is in each group; and of those that no browser can hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from autograd import Value, functions, show, topological_order
from autograd.derivation.formulas import Expression, Place, put_in, size
from autograd.derivation.naming import all_named
from autograd.derivation.writing import holds_together
from autograd.drawing.build import build_scene
from autograd.drawing.layout import lay_out, lay_out_alike
from autograd.drawing.nesting import Nested
from autograd.drawing.svg import to_svg
from autograd.engine.graph import steps
from autograd.stepper.figure import MOST_LISTED, MadeWhenAsked
from autograd.stepper.frames import frames
from autograd.stepper.graph import MOST_IN_A_PICTURE, MOST_NODES
from autograd.stepper.levels import LONGEST_FORMULA, every_operation
from autograd.stepper.live import Live
from tests.benchmarks.bench_draw import random_expression, recurrent
from tests.benchmarks.bench_engine import elementary
from tests.stepper.shown import data_of


def mixed(x: float) -> list[Value]:
    """Operations that do the same on operands that are the same, or numbers, at other places."""
    a, b, c = Value(x), Value(x / 2), Value(0.3)
    products = [a * b, b * a, a * a, 2.0 * a, a * 2.0, a * 3.0, a**2, b**2, a**b, 2.0**a, a - b, b - a, a / b, 1.0 / b]
    dots = [functions.dot([a, b], [b, a]), functions.dot([a, b], [a, 0.5], bias=b), functions.dot([a, 0.5], [1.0, c])]
    return [*products, *dots, *functions.softmax([a, b, c]), *functions.softmax([a, a, b])[:1], functions.xlogy(a, b)]


MIXED = "the same operands at other places"
GRAPHS: dict[str, Callable[[], Value]] = {
    "two chains": lambda: elementary(Value, 600),
    "a recurrence": lambda: recurrent(150),
    "at random": lambda: random_expression(300),
    MIXED: lambda: functions.fsum([y for i in range(9) for y in mixed(0.1 * i + 0.1)]),
    "side by side": lambda: functions.fsum([functions.tanh(Value(0.1 * i) * Value(0.2)) for i in range(200)]),
}


def chain(n: int) -> Value:
    """A graph of n nodes."""
    y = Value(0.5)
    for _ in range(n - 1):
        y = y.sin()
    return y


# --- what is refused -------------------------------------------------------------------------------------------------


def test_a_graph_that_no_browser_can_hold_is_refused_with_what_to_write() -> None:
    with pytest.raises(ValueError, match=r"20,000 nodes at most.*this graph has 20,001.*draw\(root\) folds"):
        show(chain(MOST_NODES + 1))


def test_a_picture_that_no_browser_can_hold_is_refused_with_what_to_write() -> None:
    root = chain(MOST_IN_A_PICTURE + 1)
    with pytest.raises(ValueError, match=r"1,000 nodes in one picture.*Without max_nodes"):
        show(root, max_nodes=2000)


@pytest.mark.parametrize(("nodes", "what_to_do"), [(200, "max_nodes=200 draws all"), (1200, "show a part of it")])
def test_named_quantities_of_a_folded_graph_are_refused_with_what_to_write(nodes: int, what_to_do: str) -> None:
    with pytest.raises(ValueError, match=f"detail='quantities'.*{what_to_do}"):
        show(chain(nodes), detail="quantities")


@pytest.mark.parametrize("max_nodes", [0, 2.5])
def test_a_number_of_nodes_that_is_none_is_refused(max_nodes: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="max_nodes"):
        show(chain(3), max_nodes=max_nodes)


# --- what the page gets ----------------------------------------------------------------------------------------------


def test_a_graph_that_fits_is_drawn_in_one_picture_as_ever() -> None:
    assert "scenes" not in data_of(show(chain(100)))
    assert "scenes" not in data_of(show(chain(101), max_nodes=101))
    assert len(data_of(show(chain(101)))["scenes"]) > 1


@pytest.mark.parametrize("graph", GRAPHS)
def test_every_node_is_drawn_in_one_picture_with_what_it_hands_to_and_what_hands_to_it(graph: str) -> None:
    root = GRAPHS[graph]()
    data = data_of(show(root))
    scenes = data["scenes"]
    inside: list[set[int]] = [set() for _ in scenes]
    own: dict[int, int] = {}
    for i in reversed(range(len(scenes))):
        for box, what in enumerate(scenes[i]["shown"]):
            if isinstance(what, dict):
                assert scenes[what["group"]]["around"] == i < what["group"]
                inside[i] |= inside[what["group"]]
            elif isinstance(what, int) and box not in scenes[i]["outside"]:
                assert what not in own, "a node is drawn once"
                own[what] = i
                inside[i].add(what)
    place = {node: i for i, node in enumerate(topological_order(root))}
    assert set(own) == inside[0] == set(place.values())

    def stood_for(scene: int) -> set[int]:
        shown = scenes[scene]["shown"]
        signposts = [what if isinstance(what, list) else [what] for what in shown if isinstance(what, (int, list))]
        return inside[scene].union(*signposts)

    for step in steps(root):
        for to in step.contributions:
            both = {place[step.node], place[to.parent]}
            assert both <= stood_for(own[place[to.parent]]), "it is seen where it gets its gradient"
            assert both <= stood_for(own[place[step.node]]), "and where its value is found"


@pytest.mark.parametrize("graph", GRAPHS)
def test_the_pictures_hold_each_box_once_and_one_style_sheet(graph: str) -> None:
    scenes = data_of(show(GRAPHS[graph]()))["scenes"]
    for scene in scenes[1:]:
        assert re.findall(r'data-node="(\d+)"', scene["svg"]) == [str(i) for i in range(len(scene["shown"]))]
        assert "<style" not in scene["svg"]
    assert scenes[0]["svg"] is None, "it is the image"


def test_the_steps_are_made_when_they_are_asked_for_and_all_there() -> None:
    root = GRAPHS["a recurrence"]()
    figure = show(root, names=None)
    assert isinstance(figure.steps, MadeWhenAsked)
    level = every_operation(root, all_named([root], {}, set()))
    assert list(figure.steps) == frames(level)
    assert len(list(figure.steps)) == len(figure.steps)


def test_the_table_lists_the_first_steps_and_says_how_many_there_are() -> None:
    figure = show(GRAPHS["a recurrence"]())
    html = figure._repr_html_()
    assert html.count("<tr") == MOST_LISTED + 1
    assert f"The first {MOST_LISTED} of {len(figure.steps):,} steps" in html
    assert f"{len(figure.steps) - MOST_LISTED:,} more steps follow" in html


def test_leaves_in_groups_are_trained_and_can_be_changed_too() -> None:
    root = GRAPHS["side by side"]()
    data = data_of(show(root))
    assert len(data["leaves"]) == len(data["trained"]) == 400


def test_the_stills_are_those_of_the_folded_picture() -> None:
    root = chain(120)
    figure = show(root)
    first, last = (figure._stills.picture(step) for step in (1, len(figure.steps)))
    assert first.count("data-node") == last.count("data-node") < 100


@pytest.mark.slow
@pytest.mark.parametrize("graph", [lambda n: elementary(Value, n), lambda n: recurrent(n // 3)])
def test_the_page_grows_as_the_graph_does(graph: Any) -> None:
    small, large = (len(show(graph(n)).page().encode()) for n in (600, 2400))
    assert small < 500_000
    assert large < 4 * small


# --- what makes it small and quick -----------------------------------------------------------------------------------


@pytest.mark.parametrize("graph", GRAPHS)
def test_formulas_that_look_alike_are_written_once_and_right(graph: str) -> None:
    root = GRAPHS[graph]() + functions.log10(Value(2.0, label="g1")) * functions.log10(Value(3.0, label="g2"))
    names = all_named([root], {node: node.label for node in topological_order(root) if node.label}, set())
    live, level = Live(root, names, 4), every_operation(root, names)
    templates, places = live.templates, live.places
    data = level.data(templates, places)
    assert len(templates.shapes) < (120 if graph == MIXED else 60)
    number_of = {name: f"v{places[node]}" for node, name in names.items()}

    def filled(side: Any) -> list[str]:
        lines = []
        for line in templates.shapes[side[0]][:3]:
            for i, place in enumerate(side[1:]):
                line = line.replace(chr(0xE100 + i), f"<{place}>")
            lines.append(line)
        return lines

    def is_right(side: Any, formula: Expression) -> bool:
        return filled(side) == filled(templates._write(formula))

    for node, ways, slope in zip(names, data["made"], data["slopes"], strict=True):
        assert is_right(slope, level.slope(node))
        for (side, numbers), way in zip(ways, level.steps.ways(node) if node.depth else [], strict=True):
            assert is_right(side, way)
            with_places = put_in(way, place=lambda symbol: Place(symbol.value, number_of[symbol.name]))
            assert is_right(numbers, with_places)
    assert len(data["edges"]) == len(level.pairs)
    for node, parent in level.pairs:
        whole, *how = data["edges"][f"{places[node]}.{places[parent]}"]
        assert is_right(whole, level.derivative(node, parent))
        formula = level.steps.slope_for_any_numbers(node, parent)
        if formula is None or size(formula) > LONGEST_FORMULA:
            assert not how
        else:
            assert is_right(how[0], formula)
            assert how[1] == (not holds_together(formula))


@pytest.mark.parametrize("graph", GRAPHS)
def test_scenes_that_are_alike_get_the_places_that_each_would_get(graph: str) -> None:
    def pictures(of: Any) -> list[str]:
        scenes = [nested.scene for path, nested in Nested(build_scene(root)).walk() if path]
        of(scenes)
        return [to_svg(scene) for scene in scenes]

    root = GRAPHS[graph]()
    one_by_one = pictures(lambda scenes: [lay_out(scene, 0.1) for scene in scenes])
    assert pictures(lambda scenes: lay_out_alike(scenes, 0.1)) == one_by_one
