"""What axe, the usual checker of accessibility, finds in everything that is shown: nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograd import Value, show, worksheet
from autograd.derivation.worked_example import ROLES, worked_example
from nn import MLP, fit
from tests.benchmarks.bench_engine import elementary
from tests.browser.conftest import Tab
from tests.peers import peer

pytestmark = pytest.mark.slow  # a browser is started

X, TARGETS = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0]
LOOKS = {"en": ("light", 1280), "de": ("dark", 390)}  # by the language the theme, and the width of the window
FIGURE = "const figure = document.querySelector('[data-chainrule]').figure;"
# In the middle of the steps a number is changed, one step downhill is gone, the card of a node and each tool are open.
IN_USE = f"""() => {{ {FIGURE}
    if (!figure) return;
    figure.list.open = true;
    for (const tool of figure.findAll("details")) tool.open = true;
    figure.go(figure.steps.length >> 1);
    if (!figure.given) return;
    figure.given.setAll(new Map([[figure.leaves[0], 0.25]]));
    figure.find("[data-descend='1']").click();
    figure.open(figure.shown.findLastIndex((node) => typeof node === "number"));
    figure.find(".blanks input")?.focus();
    figure.find("[data-help='hint']")?.click();
}}"""
OUTSIDE = f"""() => {{ {FIGURE}
    figure.given.setAll(new Map([[figure.leaves[0], -1]]));
    figure.go(1);
}}"""


def save(name: str, path: Path, language: str) -> None:
    """A page of each kind that there is."""
    L = worked_example().L
    if name == "worksheet":
        worksheet(L, blanks="all", language=language).save(path)
    elif name == "training":
        model = MLP(2, [3, 1], output="sigmoid", seed=0)
        show(fit(model, X, TARGETS, epochs=5, metrics=["accuracy"]), language=language).save(path)
    elif name == "network":
        show(MLP(2, [3, 1], seed=1), X, TARGETS, language=language).save(path)
    elif name == "large graph":
        show(elementary(Value, 300), names=None, language=language).save(path)
    elif name == "outside":
        show(Value(2.0, label="a").log() * Value(3.0, label="b"), language=language).save(path)
    else:
        show(L, names=None, roles=ROLES, hide="all" if name == "practice" else None, language=language).save(path)


@pytest.mark.parametrize("language", LOOKS)
@pytest.mark.parametrize(
    "name", ["worked example", "practice", "network", "large graph", "training", "worksheet", "outside"]
)
def test_axe_finds_nothing(name: str, language: str, tmp_path: Path, open_tab: Callable[..., Tab]) -> None:
    axe = peer("axe_playwright_python.sync_playwright").Axe()
    theme, width = LOOKS[language]
    save(name, tmp_path / "page.html", language)
    tab = open_tab(tmp_path / "page.html", width=width, color_scheme=theme)
    if name != "worksheet":
        tab.page.wait_for_selector(".stepper")
    in_use = OUTSIDE if name == "outside" else IN_USE
    for state in ("() => {}", in_use) if language == "en" else (in_use,):
        tab.page.evaluate(state)
        found = axe.run(tab.page).response["violations"]
        where = [(rule["id"], node["target"], node["html"][:200]) for rule in found for node in rule["nodes"]]
        assert not where
    assert not tab.said
