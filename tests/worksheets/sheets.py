"""Sheets that the tests look at, and what they find on them."""

from __future__ import annotations

import random

from autograd import Value, functions
from autograd.derivation.worked_example import worked_example
from autograd.worksheets.sheet import Worksheet, worksheet

PARAMETERS = ["w1", "b1", "w2", "b2"]


def of_the_notes(**options: object) -> Worksheet:
    """The sheet of the notes' worked example."""
    return worksheet(worked_example().L, names=None, **{"wrt": PARAMETERS, "blanks": "all", **options})  # type: ignore[arg-type]


def network(n: int, hidden: int, outputs: int, activation: str = "sigmoid") -> tuple[Value, list[Value]]:
    """The loss of a network written with Values, and its parameters."""
    numbers = random.Random(n + 10 * hidden)
    parameters: list[Value] = []

    def number(name: str) -> Value:
        parameters.append(Value(round(numbers.uniform(-0.9, 0.9), 2), label=name))
        return parameters[-1]

    x = [Value(round(numbers.uniform(0.2, 1.5), 2), label=f"x{i + 1}") for i in range(n)]
    function = getattr(functions, activation)
    h = []
    for j in range(1, hidden + 1):
        row = [number(f"w{i}{j}") for i in range(1, n + 1)]
        z = functions.dot(row, x, bias=number(f"b{j}"))
        z.label = f"z{j}"
        h.append(function(z))
        h[-1].label = f"h{j}"
    losses = []
    for k in range(1, outputs + 1):
        y = functions.dot([number(f"v{j}{k}") for j in range(1, hidden + 1)], h, bias=number(f"c{k}"))
        y.label = f"y{k}"
        losses.append(0.5 * (y - Value(0.5, label=f"t{k}")) ** 2)
    loss = losses[0] if outputs == 1 else functions.fsum(losses)
    loss.label = "L"
    return loss, parameters
