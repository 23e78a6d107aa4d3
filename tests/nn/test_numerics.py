"""NumPy is imported when something of it is asked for, and not before."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
WITHOUT_NUMPY = """
import sys
sys.modules["numpy"] = None  # as where there is none
import autograd, nn
"""


def run(program: str) -> None:
    subprocess.run([sys.executable, "-c", WITHOUT_NUMPY + program], check=True, timeout=100)


def test_nn_neurons_and_the_delta_rule_need_no_numpy() -> None:
    run(
        "neuron = nn.Neuron(2, 'tanh', weights=[0.4, 0.3], bias=0.1); neuron([1.0, 2.0]).backward(); "
        "assert neuron.weights[0].grad > nn.Perceptron(1, weights=[1], threshold=2)([1]).data; "
        "assert nn.delta_rule(neuron, [1, 2], target=0.5, eta=0.1).descending.descends; "
        "autograd.show(neuron([1.0, 2.0])).page()"
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", ["01_derivatives", "02_worked_example", "03_perceptron_and_delta_rule"])
def test_the_notebooks_that_the_browser_runs_without_numpy_need_none(name: str) -> None:
    cells = json.loads((NOTEBOOKS / f"{name}.ipynb").read_text("utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    run(f"scope = {{}}\nfor source in {[s for s in sources if not s.startswith(('%', '!'))]!r}: exec(source, scope)")
