"""MathML of derivations in Chromium: every sign has a size, and what is to be seen is what the plain text says."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from autograd import Value
from autograd.derivation.explain import Derivation, explain
from autograd.derivation.worked_example import worked_example
from autograd.engine.graph import topological_order
from tests.browser.conftest import Tab
from tests.derivation.test_explain import BINARY, UNARY
from tests.derivation.test_explain_latex import agree

pytestmark = pytest.mark.slow  # a browser is started

LOOK = r"""() => [...document.querySelectorAll("div")].map(div => {
  const math = div.querySelector("math"), source = div.dataset.source;
  const parsed = new DOMParser().parseFromString(source, "application/xml");
  const signs = [...math.querySelectorAll("mi, mn, mo, mtext")].filter(e => /[^\s\u2061-\u2064]/.test(e.textContent));
  const box = math.querySelector("mtable").getBoundingClientRect();
  return {
    broken: parsed.querySelector("parsererror") !== null,
    foreign: [...math.querySelectorAll("*")].filter(e => e.namespaceURI !== math.namespaceURI).map(e => e.tagName),
    unseen: signs.filter(e => { const b = e.getBoundingClientRect(); return !(b.width && b.height); })
      .map(e => e.outerHTML),
    outside: signs.filter(e => { const b = e.getBoundingClientRect();
      return b.left < box.left - 2 || b.right > box.right + 2 || b.top < box.top - 2 || b.bottom > box.bottom + 2; })
      .map(e => e.outerHTML),
    text: div.innerText,
  };
})"""


def random_derivations(n: int) -> list[Derivation]:
    """Derivations of random graphs with all kinds of operations, half of them of both passes."""
    found = []
    for seed in range(n):
        rng = random.Random(seed)
        leaves = nodes = [Value(rng.uniform(-1.5, 1.5), label=f"x{i}") for i in range(1, 4)]
        for i in range(1, 8):
            if rng.random() < 0.5:
                node = rng.choice(UNARY)(rng.choice(nodes[-4:]))
            else:
                node = rng.choice(BINARY)(rng.choice(nodes[-4:]), rng.choice(nodes))
            if not node.label and rng.random() < 0.4:
                node.label = f"h{i}"
            nodes = [*nodes, node]
        found.append(explain(nodes[-1], rng.choice(leaves) if seed % 2 else None, names=None))
    return found


def of_the_worked_example() -> list[Derivation]:
    """Both passes, and the derivative of every node with respect to every node below it."""
    nodes = topological_order(worked_example().L)
    pairs = [(root, wrt) for root in nodes if root.depth and root.label for wrt in topological_order(root)]
    return [explain(nodes[-1], names=None), *[explain(root, wrt, names=None) for root, wrt in pairs]]


@pytest.mark.parametrize(
    "derivations", [of_the_worked_example, lambda: random_derivations(20)], ids=["worked example", "random graphs"]
)
def test_browser_shows_what_the_text_says(
    derivations: Callable[[], list[Derivation]], open_tab: Callable[..., Tab], tmp_path: Path
) -> None:
    shown = derivations()
    page = tmp_path / "mathml.html"
    page.write_text('<!DOCTYPE html><meta charset="utf-8"><title>MathML</title>', encoding="utf-8")
    tab = open_tab(page)
    tab.page.evaluate(
        "sources => sources.forEach(source => { const div = document.createElement('div'); "
        "div.innerHTML = div.dataset.source = source; document.body.append(div); })",
        [derivation.mathml for derivation in shown],
    )
    looks = tab.page.evaluate(LOOK)
    assert len(looks) == len(shown) >= 20
    for derivation, look in zip(shown, looks, strict=True):
        text = look.pop("text")
        assert look == {"broken": False, "foreign": [], "unseen": [], "outside": []}
        assert agree(derivation, text), f"\n{derivation}\n--- in the browser\n{text}"
    assert tab.said == []
