"""Frames against the page: at every step a picture that was written shows what the browser shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autograd import Value, functions, show
from autograd.derivation.worked_example import ROLES, worked_example
from autograd.stepper.figure import Figure
from nn import MLP, Adam, fit
from tests.browser.conftest import Tab
from tests.stepper.test_true import repeated

pytestmark = pytest.mark.slow  # a browser is started

LOOKS = """(root) => {
    const style = (part, names) => part && names.map((name) => getComputedStyle(part)[name]);
    const lines = (group) => [...group.querySelectorAll("text")].filter((line) => line.textContent)
        .filter((line) => getComputedStyle(line).visibility === "visible");
    const looks = {};
    for (const group of root.querySelectorAll("[data-node]")) {
        looks[`node ${group.dataset.node}`] = {
            shape: style(group.querySelector(".shape"), ["fill", "stroke", "strokeWidth"]),
            lines: lines(group).map((line) => [line.textContent, getComputedStyle(line).fill]),
        };
    }
    for (const group of root.querySelectorAll("[data-edge]")) {
        looks[`edge ${group.dataset.edge}`] = {
            line: style(group.querySelector("path"), ["stroke", "strokeWidth", "strokeDasharray"]),
            head: style(group.querySelector("polygon"), ["fill"]),
        };
    }
    return looks;
}"""
REPLAY = """(root) => {
    const all = (selector) => [...root.querySelectorAll(selector)];
    const at = (part) => { const { e, f } = part.transform.baseVal.consolidate().matrix; return [e, f]; };
    const seen = (part) => getComputedStyle(part).display !== "none";
    return {
        layers: all("[data-layer]").map((path) => path.getAttribute("d")),
        wrong: all("[data-example]").map(seen),
        now: all("[data-now]").map((line) => at(line)),
        past: all("[data-past]").map((clip) => Number(clip.getAttribute("width"))),
        dots: all("[data-dot]").map((dot) => seen(dot) && at(dot)),
    };
}"""


def karpathys_neuron() -> Value:
    """The neuron of A. Karpathy's lecture on micrograd."""
    x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
    w1, w2, b = Value(-3.0, label="w1"), Value(1.0, label="w2"), Value(6.8813735870195432, label="b")
    return (x1 * w1 + x2 * w2 + b).tanh()


def astray() -> Value:
    x = Value(0.0, label="x")
    return functions.sqrt(x) * 2.0 + Value(1e200, label="big") * 1e200


def of_training() -> Figure:
    X = [[0.0, 0.1], [0.2, 1.0], [1.0, 0.0], [0.9, 1.1], [0.4, 0.6], [0.6, 0.3]]
    model = MLP(2, [4, 1], activation="tanh", output="sigmoid", seed=0)
    loss = "binary_cross_entropy_with_logits"
    return show(fit(model, X, [0, 1, 1, 0, 1, 0], loss, Adam(0.1), 8, validation=0.3, metrics=["accuracy"]))


FIGURES: dict[str, Callable[[], Figure]] = {
    "worked example": lambda: show(worked_example().L, names=None, roles=ROLES),
    "Karpathy's neuron": lambda: show(karpathys_neuron()),
    "operands that repeat": lambda: show(repeated()),
    "2-3-1": lambda: show(MLP(2, [3, 1], activation="tanh", seed=0), [1.0, 2.0], 0.5),
    "softmax": lambda: show(MLP(2, [2, 3], output="softmax", seed=0), [1.0, 2.0], 2),
    "folded": lambda: show(MLP(2, [30, 1], seed=0), [1.0, 2.0], 0.5),
    "first that is not finite": lambda: show(astray()),
    "network that is not finite": lambda: show(MLP(1, [1, 1], seed=0), [1e308 * 10], 0.5),
    "training": of_training,
}


def plain(looks: Any) -> Any:
    """Looks with one kind of minus sign."""
    if isinstance(looks, dict):
        return {key: plain(value) for key, value in looks.items()}
    if isinstance(looks, list):
        return [plain(value) for value in looks]
    return re.sub(r"[-−](?=\d|inf)", "-", looks) if isinstance(looks, str) else looks


def at_each_step(figure: Figure, script: str, open_tab: Callable[..., Tab], folder: Path) -> Iterator[tuple[Any, Any]]:
    """What the page shows, and what the frame shows."""
    tab = open_tab(figure.save(folder / "page.html"))
    frames = figure.frames(folder / "frames")
    other = open_tab(frames[0])
    for path in frames:
        other.page.goto(path.as_uri())
        shadow = "document.querySelector('[data-chainrule]').shadowRoot"
        yield plain(tab.page.evaluate(f"({script})({shadow})")), plain(other.page.evaluate(f"({script})(document)"))
        tab.page.locator(".stepper").press("ArrowRight")


@pytest.mark.parametrize("name", [name for name in FIGURES if name != "training"])
def test_every_frame_shows_what_the_page_shows(name: str, open_tab: Callable[..., Tab], tmp_path: Path) -> None:
    for step, (page, frame) in enumerate(at_each_step(FIGURES[name](), LOOKS, open_tab, tmp_path), 1):
        if name == "first that is not finite":  # the page outlines such nodes in red also before that is known
            for looks in (*page.values(), *frame.values()):
                looks.pop("shape", None)
        assert page == frame, f"step {step}"


def test_every_frame_of_a_training_shows_what_the_page_shows(open_tab: Callable[..., Tab], tmp_path: Path) -> None:
    for step, (page, frame) in enumerate(at_each_step(of_training(), REPLAY, open_tab, tmp_path), 1):
        assert page.keys() == frame.keys()
        assert page.pop("past") == pytest.approx(frame.pop("past"), abs=0.11), f"step {step}"
        assert page == frame, f"step {step}"
