"""What a plot says of itself to those who do not see it."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Callable
from typing import Any

import pytest

from nn import MLP, fit, plots
from tests.nn.plots.drawn import plt
from tests.peers import peer

XOR = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]


def model() -> Any:
    return MLP(2, [3, 1], activation="tanh", output="sigmoid", seed=1)


PLOTS: dict[str, tuple[Callable[[], Any], list[str]]] = {
    "activation": (lambda: plots.activation("tanh"), ["Tanh", "φ(z)", "φ′(z)"]),
    "activations": (lambda: plots.activations(["relu", "elu"])[0], ["ReLU", "ELU, α = 1", "φ′(z)"]),
    "losses": (lambda: plots.losses(["mse", "mae"]), ["MSE", "MAE", "error", "loss L"]),
    "loss_landscape": (
        lambda: plots.loss_landscape(lambda a, b: a * a + b * b, path=[(1.0, 1.0), (0.5, 0.5)]),
        ["descent", "start", "end", "x₁", "x₂", "Colour"],
    ),
    "decision_boundary": (lambda: plots.decision_boundary(model(), *XOR), ["class 0", "class 1", "2 points"]),
    "learning_curves": (lambda: plots.learning_curves(fit(model(), *XOR, epochs=3)), ["epoch", "loss"]),
    "gradient_sizes": (lambda: plots.gradient_sizes(model(), *XOR), ["layer", "gradient"]),
}


@pytest.fixture(autouse=True)
def _closed() -> Any:
    yield
    plt.close("all")


@pytest.mark.parametrize("name", plots.__all__)
def test_every_plot_says_what_it_shows_where_it_is_displayed(name: str) -> None:
    draw, parts = PLOTS[name]
    figure = draw().figure
    formatter = peer("IPython.core.formatters").DisplayFormatter()
    formatter.formatters["image/png"].for_type(plt.Figure, lambda figure: "an image")  # as notebooks do
    data, metadata = formatter.format(figure)
    assert data["image/png"] == "an image"
    said = metadata["image/png"]["alt"]
    assert [part for part in parts if part not in said] == []
    assert re.search(r"axis [^.]*from −?\d", said)
    assert "  " not in said
    assert not re.search(r"_child|_line|nan", said)


def test_the_course_of_a_line_is_told_by_its_ends_and_its_extremes() -> None:
    ax = plots.activation("tanh", z=(-1.0, 1.0))
    assert "Line “φ(z)” from −0.762 to 0.762, lowest −0.762, highest 0.762." in ax.figure.description
    ax.plot([0.0, 1.0, 2.0], [1.0, float("nan"), -2.0], label="mine")
    ax.plot([0.0], [0.5], "o", label="here")
    ax.set_title("Another")
    assert ax.figure.description.startswith("Another. ")
    assert ax.figure.description.endswith("Line “mine” from 1 to −2, lowest −2, highest 1. “here”, 1 point.")


def test_a_figure_is_copied_and_pickled_as_others_are() -> None:
    figure = plots.activation("tanh").figure
    for twin in (pickle.loads(pickle.dumps(figure)), copy.deepcopy(figure)):
        assert twin.description == figure.description
