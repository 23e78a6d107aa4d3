"""Every reader calls a node the same, whatever its label, whoever holds it, and also where its name is invented."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from unicodedata import normalize
from xml.etree import ElementTree

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from autograd import Value, draw, explain, functions, grad, proofread, show
from autograd.derivation.naming import all_named, names_in_use, node_names, nodes_by_name
from autograd.derivation.styles import TEXT, one_line
from autograd.derivation.words import words
from autograd.derivation.writing import significant
from autograd.drawing.lettering import name_runs
from tests.derivation.test_naming import spellings
from tests.examples import examples
from tests.stepper.shown import data_of, picture_of

DIGITS = 12  # enough to tell the nodes of a graph by their values
STEPS: tuple[Callable[[Value, Value], Value], ...] = (
    lambda a, b: a * b,
    lambda a, b: a + 0.7 * b,
    lambda a, b: functions.sin(a) * a,
    lambda a, b: functions.tanh(a - b),
    lambda a, b: functions.softmax([a, b, 0.3])[1],
    lambda a, b: functions.dot([a, b], [b, a], bias=a),
)
TAKEN = ["v1", "f", "x", "x1", "w1", "w_1", "p[0]", "net.h", "b[2]", "theta"]
labels = st.lists(st.one_of(st.none(), st.none(), st.sampled_from(TAKEN), spellings), max_size=9)
lines = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=8)


@st.composite
def graphs(draw: st.DrawFn) -> list[Value]:
    """What a person wrote down, line by line, some of it with labels; the last one is the root."""
    nodes = [Value(0.3), Value(0.71), Value(-1.13)]
    for step, i, j in draw(lines):
        nodes.append(step(nodes[i % len(nodes)], nodes[-1 - j % len(nodes)]))
    for node, label in zip(draw(st.permutations(nodes)), draw(labels), strict=False):
        node.label = label
    return nodes


@settings(max_examples=examples(100))
@given(graphs(), st.permutations(range(12)), st.integers(0, 2))
def test_every_reader_gives_a_node_the_same_name(nodes: list[Value], order: list[int], k: int) -> None:
    root, x = nodes[-1], nodes[k]
    some = [nodes[i] for i in order if i < len(nodes)]
    held = {"w1": some[0], "p": some[1:3], "net": SimpleNamespace(h=some[3])}  # the others have labels or nothing
    found = node_names([root], held)
    names = all_named([root], found, names_in_use(held, None))
    node_of = {significant(node.data, DIGITS): node for node in names}
    assume(len(node_of) == len(names) and not any(" = " in f" {name} " for name in names.values()))
    assert len(set(names.values())) == len(names)

    def agree(told: Iterable[str], how: Callable[[str], str] = TEXT.name) -> int:
        """Compare the names of equations, name = ... = number, with those of the nodes that have these numbers."""
        equations = [line.split(" = ") for line in told]
        for name, *_, number in equations:
            assert name.strip() == how(names[node_of[number.replace("−", "-")]]).strip(), equations
        return len(equations)

    figure = show(root, names=held, digits=DIGITS)
    assert agree(step.text for step in figure.steps if step.part == words("forward")) == sum(n.depth > 0 for n in names)
    assert [name for name, *_ in data_of(figure)["names"]] == [TEXT.name(name) for name in names.values()]
    agree(str(explain(root, names=held, digits=DIGITS)).split("\n\n")[0].splitlines()[1:])
    where = str(explain(root, x, names=held, digits=DIGITS)).partition("where\n")[2]
    agree(line for line in where.splitlines() if x in names)
    assert agree(in_svg(picture_of(figure)), shown_in_svg) == len(names)
    picture = draw(root, names=held, digits=DIGITS)
    assert agree(in_svg(picture.svg), shown_in_svg) == agree(in_dot(picture.digraph.source), one_line) == len(found)
    proof = proofread(root, {name: significant(node.data, DIGITS) for node, name in names.items()}, names=held)
    assert not proof.slips
    assert all(nodes_by_name([root], held)[name] is node for node, name in names.items())


def shown_in_svg(name: str) -> str:
    return "".join([run.text for run in name_runs(name)])


def in_svg(picture: str) -> list[str]:
    """The lines of a picture that say what something is."""
    texts = [
        "".join(text.itertext()) for text in ElementTree.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")
    ]
    return [text for text in texts if " = " in text]


def in_dot(source: str) -> list[str]:
    found = re.findall(r'label="((?:[^"\\]|\\.)*)"', source)
    labels = [re.sub(r"\\(.)", lambda escape: "\n" if escape[1] == "n" else escape[1], label) for label in found]
    texts = [line for label in labels for line in label.split("\n")]
    return [text.replace("&amp;", "&") for text in texts if " = " in text]


def test_a_copy_in_the_graph_of_a_derivative_has_a_number_that_is_no_power() -> None:
    a = Value(1.5, label="a")
    second = grad(grad(lambda u: u**4))(a)
    known = [step.text.split(" = ")[0] for step in show(second).steps if step.part == words("forward")]
    assert known[:2] == ["a#2", "a#3"]
    assert in_svg(draw(second).svg)[:3] == ["a = 1.5", "a#2 = 1.5", "a#3 = 1.5"]
    assert in_dot(draw(second).digraph.source)[:3] == ["a = 1.5", "a#2 = 1.5", "a#3 = 1.5"]
    assert str(explain(second, a)).splitlines()[0] == "dsecond/da = 24a"


def test_every_reader_counts_the_outputs_of_a_softmax_from_1() -> None:
    z = [Value(0.1), Value(0.2)]
    p = functions.softmax(z)
    y = p[0] + 0.0 * p[1]
    derivation = explain(y)
    assert "softmax₀" not in str(derivation)
    assert "p[0] = softmax₁(z[0], z[1])" in str(derivation)
    assert r"\mathrm{softmax}_{1}" in derivation.latex
    assert r"\mathrm{softmax}_{0}" not in derivation.latex
    assert "<mi>softmax</mi><mn>1</mn>" in derivation.mathml
    assert "<mi>softmax</mi><mn>0</mn>" not in derivation.mathml
    assert "p[0] = softmax₁(z[0], z[1])" in show(y).steps[1].text
    assert "softmax₁" in draw(y).digraph.source


def test_a_name_means_the_node_that_is_spelled_so_and_invented_names_are_no_other_spelling() -> None:
    x, other, bracket = Value(0.3, label="x₁"), Value(0.7, label="x1"), Value(2.0, label="(")
    unnamed = Value(0.5)
    y = x * other + bracket * unnamed
    y.label = "y"
    names = nodes_by_name([y], None)
    assert (names["x₁"], names["x1"], names["("]) == (x, other, bracket)
    told = {"x₁": "0.3", "x1": "0.7", "(": "2", ("y", "x₁"): "0.7", ("y", "x1"): "0.3", ("y", "("): "0.5"}
    assert not proofread(y, told, names=None).slips
    only = Value(0.3, label="x₁") * Value(0.2)
    assert [normalize("NFKC", name) for name in nodes_by_name([only], None)].count("x1") == 1
