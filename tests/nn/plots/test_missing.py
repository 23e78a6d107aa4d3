"""Plots where matplotlib is not installed: `nn` imports all the same, and a plot says what to install."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from nn import MLP, plots
from nn.history import History


def test_importing_nn_does_not_import_matplotlib() -> None:
    code = "import sys, nn; nn.plots.activation; print('matplotlib' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.stdout == "False\n", result.stderr


def history() -> Any:
    course = History()
    course.rows.append({"epoch": 1, "loss": 0.5})
    return course


@pytest.mark.parametrize(
    "draw",
    [
        lambda: plots.activation("tanh"),
        lambda: plots.activations(),
        lambda: plots.losses(),
        lambda: plots.loss_landscape(lambda a, b: a * b),
        lambda: plots.decision_boundary(MLP(2, [1]), [[0.0, 0.0], [1.0, 1.0]], [0, 1]),
        lambda: plots.learning_curves(history()),
        lambda: plots.gradient_sizes(MLP(1, [1]), [[1.0]], [1.0]),
    ],
)
def test_a_plot_without_matplotlib_says_what_to_install(
    draw: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"drawn by matplotlib.*pip install -e '\.\[plots\]'"):
        draw()
