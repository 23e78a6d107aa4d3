"""Derivations on paper: what Typst and LaTeX set of them stays within an A4 page at 11 pt."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings

from autograd import Value, explain, functions, grad
from autograd.derivation.explain import Derivation
from autograd.derivation.formulas import Number, Sum, Symbol
from autograd.derivation.worked_example import worked_example
from autograd.derivation.writing import Table, typst_of_tables
from nn import MLP
from tests.derivation.reading import sides_of_latex, sides_of_typst
from tests.derivation.test_explain import a_bit_of_everything, diamonds, graphs
from tests.derivation.test_writing import HOSTILE
from tests.examples import examples
from tests.peers import peer

WIDTH, HEIGHT = 426.0, 683.0  # 15 by 24 cm, in points
_PAGE = """\
#set page("a4", margin: (x: 30mm, y: 28mm))
#set text(11pt)
#show math.equation.where(block: true): it => context {
  let size = measure(it)
  [#metadata((size.width.pt(), size.height.pt())) <size>]
  it
}
"""


def sizes(derivations: Sequence[Derivation]) -> list[tuple[float, float]]:
    """The width and the height of every block of mathematics, as Typst sets it."""
    typst = peer("typst")
    page = _PAGE + "\n\n".join([derivation.typst for derivation in derivations])
    return [
        (width, height) for width, height in (at["value"] for at in json.loads(typst.query(page.encode(), "<size>")))
    ]


def beyond_the_margin(derivations: Sequence[Derivation]) -> list[tuple[float, float]]:
    found = sizes(derivations)
    assert len(found) >= len(derivations)
    return [(width, height) for width, height in found if width > WIDTH or height > HEIGHT / 2]


def with_long_names() -> tuple[Value, Value]:
    rate, momentum, decay = (Value(0.25, label=name) for name in ("learning_rate", "momentum_of_the_step", "decay"))
    above = rate * momentum + decay * rate**2
    below = momentum**2 + functions.exp(-decay * momentum - rate / decay) + 1
    return above / below * functions.sigmoid(decay * momentum + rate) * functions.sqrt(above * above + below), rate


def derivations() -> list[Derivation]:
    """Those of the documents, and wide ones."""
    example = worked_example()
    x = [Value(0.5, label="x1"), Value(-1.0, label="x2")]
    network = 0.5 * (MLP(2, [3, 1], seed=1)(x) - Value(0.3, label="t")) ** 2
    z = [Value(float(i), label=f"z{i}") for i in range(3)]
    entropy = -functions.log(functions.softmax(z)[1])
    cube = x[0] * x[0] * x[0]
    curvature = grad(lambda x: functions.sin(x * x) * functions.exp(-x))(x[0])
    long, rate = with_long_names()
    nodes = [Value(0.5, label="n0")]
    for i in range(1, 12):
        nodes.append(functions.sin(nodes[-1]) + 1)
        nodes[-1].label = f"n{i}"
    pairs: list[tuple[Value, Value]] = [
        (example.L, example.w1),
        (network, x[0]),
        (entropy, z[0]),
        (cube, x[0]),
        (curvature, x[0]),
        (long, rate),
        (nodes[-1], nodes[0]),
        *[diamonds(layers, named=named) for layers in (2, 3, 12, 60) for named in (True, False)],
    ]
    return [explain(root, wrt, names=None) for pair in pairs for root, wrt in (pair, (pair[0], None))]


def test_derivations_fit_on_a4() -> None:
    assert not beyond_the_margin(derivations())


@pytest.mark.slow
@settings(max_examples=examples(40), deadline=None)
@given(graphs(singular=True), graphs(labels=0))
def test_derivations_of_any_graph_fit_on_a4(one: tuple[Value, list[Value]], other: tuple[Value, list[Value]]) -> None:
    several = [explain(root, wrt, names=None) for root, leaves in (one, other) for wrt in (*leaves, None)]
    assert not beyond_the_margin(several)


@pytest.mark.slow
def test_every_primitive_and_any_label_is_set() -> None:
    derivations = [explain(root, at, names=None) for root, wrt in a_bit_of_everything() for at in (wrt, None)]
    for name in HOSTILE:
        a, b = Value(2.0, label=name), Value(3.0, label="w")
        derivations.append(explain(a * b + a, a, names=None))
    assert sizes(derivations)


def test_a_page_breaks_between_pieces() -> None:
    table = Table("title", [[Symbol(f"x{i}"), Number(float(i))] for i in range(50)])
    pieces = typst_of_tables([table], 4).split("$\n$")
    assert len(pieces) == 5
    assert {piece.count("&=") for piece in pieces} == {10}


def test_a_long_sum_is_broken_at_its_signs_and_parentheses_keep_their_size() -> None:
    names = [Symbol(f"quantity_{letter}") for letter in "abcdefg"]
    factor = Sum((Symbol("y"), Sum(tuple(names[:5]))))
    table = Table("", [[Symbol("y"), Sum((*names[:3], factor))]])
    lines = typst_of_tables([table], 4).splitlines()
    assert len(lines) > 1
    assert all(line.lstrip().startswith(('&quad "" + ', "$ y &= ")) for line in lines)
    assert "".join(lines).count(r"\(") == "".join(lines).count(r"\)") == 2


@settings(max_examples=examples(100), deadline=None)
@given(graphs())
def test_latex_and_typst_have_the_same_lines(graph: tuple[Value, list[Value]]) -> None:
    root, leaves = graph
    for wrt in (*leaves, None):
        derivation = explain(root, wrt, names=None)
        latex, typst = sides_of_latex(derivation.latex), sides_of_typst(derivation.typst)
        assert [len(row) for row in latex] == [len(row) for row in typst]
        assert derivation.latex.count("\\\\\n") == len(re.findall(r" \\\n", derivation.typst))


@pytest.mark.slow
def test_latex_says_that_no_line_is_too_long(tmp_path: Path) -> None:
    if shutil.which("pdflatex") is None:
        pytest.skip("needs LaTeX with amsmath, which is not installed here")
    page = (
        r"\documentclass[11pt,a4paper]{article}\usepackage{amsmath}"
        r"\textwidth=15cm\textheight=24cm\topmargin=-1cm\oddsidemargin=0cm\begin{document}"
    )
    texts = [derivation.latex for derivation in derivations()]
    texts += [explain(*pair, names=None).latex for pair in a_bit_of_everything()]
    (tmp_path / "page.tex").write_text("\n\n".join([page, *texts, r"\end{document}"]))
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, errors="replace").stdout
    assert "Output written" in said, said[-2000:]
    assert "Overfull" not in said, said
