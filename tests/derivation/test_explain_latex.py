"""The LaTeX and the MathML of derivations, read by parsers that we did not write: they say what the plain text says."""

from __future__ import annotations

import re
import unicodedata
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings

from autograd import Value
from autograd.derivation.explain import Derivation, explain
from tests.derivation.test_explain import a_bit_of_everything, diamonds, graphs
from tests.examples import examples
from tests.peers import peer

latexwalker = peer("pylatexenc.latexwalker")
latex2text = peer("pylatexenc.latex2text")


def bare(text: str) -> str:
    """Text without what the notations write in ways of their own: spaces, signs of products, fractions and powers."""
    text = unicodedata.normalize("NFKC", text).translate(str.maketrans({"∂": "d", "−": "-"}))
    text = re.sub(r"[\s/()_^{}\[\]|;√·⋅\u2061-\u2064]", "", text.replace("exp", "e"))
    return re.sub(r"(?<=\d)e(?=-?\d)", "10", text)


def agree(derivation: Derivation, other: str) -> bool:
    """Whether another form says the same."""
    return bare(str(derivation)) == bare(other)


def read_latex(derivation: Derivation) -> str:
    """The LaTeX as text; an error for an unbalanced brace, an environment left open, or an unknown command."""
    walker = latexwalker.LatexWalker(f"${derivation.latex.replace('[1ex]', '')}$", tolerant_parsing=False)
    nodes, _, _ = walker.get_latex_nodes()
    text: str = latex2text.LatexNodes2Text(math_mode="text").nodelist_to_text(nodes)
    return re.sub(r"&|\\\\|^\[|\]$", "", text)  # it shows the frame of an array as [a; b]


def read_mathml(derivation: Derivation) -> str:
    return "".join(ElementTree.fromstring(derivation.mathml).itertext())


@settings(max_examples=examples(150), deadline=None)
@given(graphs())
def test_latex_and_mathml_of_any_graph_say_what_the_text_says(graph: tuple[Value, list[Value]]) -> None:
    root, leaves = graph
    for wrt in (*leaves, None):
        derivation = explain(root, wrt, names=None)
        assert agree(derivation, read_latex(derivation))
        assert agree(derivation, read_mathml(derivation))


@pytest.mark.parametrize("layers", [3, 4, 5, 12, 60])
def test_latex_and_mathml_say_the_same_of_eight_paths_and_of_many(layers: int) -> None:
    derivation = explain(*diamonds(layers, named=True), names=None)
    assert derivation.path_count == 2**layers
    assert bool(derivation.paths) == (layers == 3)
    assert agree(derivation, read_latex(derivation))
    assert agree(derivation, read_mathml(derivation))


def test_latex_and_mathml_of_every_primitive_and_any_label_can_be_read() -> None:
    for root, wrt in a_bit_of_everything():
        for derivation in (explain(root, wrt, names=None), explain(root, names=None)):
            assert read_latex(derivation)
            assert read_mathml(derivation)


def test_a_brace_too_few_would_be_noticed() -> None:
    with pytest.raises(latexwalker.LatexWalkerParseError):
        latexwalker.LatexWalker(r"$\frac{1}{2$", tolerant_parsing=False).get_latex_nodes()
