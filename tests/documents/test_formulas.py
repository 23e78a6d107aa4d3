"""The slips of the documents that are formulas: `proofread` finds each, and agrees with what it should be."""

from __future__ import annotations

import pytest

from autograd import Value, proofread
from autograd.functions import sigmoid


def neuron() -> dict[str, Value]:
    """A sigmoid neuron, then a linear one, the error of the second and its half square."""
    v = {name: Value(x) for name, x in (("x", 0.8), ("t", 0.25), ("w1", 0.6), ("b1", -0.2), ("w2", 1.3), ("b2", 0.4))}
    v["z"] = v["w1"] * v["x"] + v["b1"]
    v["h"] = sigmoid(v["z"])
    v["y"] = v["w2"] * v["h"] + v["b2"]
    v["e"] = v["y"] - v["t"]
    v["E"] = 0.5 * v["e"] ** 2
    return v


@pytest.mark.parametrize(
    ("quantity", "printed", "right", "why"),
    [
        # notes 5.6: the sigmoid, and what the output neuron is fed
        ("h", "1/(1 + exp(z))", "1/(1 + exp(-z))", "it is right with the other sign of z"),
        ("y", "w2*x + b2", "w2*h + b2", ""),
        # lecture: the error, and a sigmoid in the place of a reciprocal
        ("e", "(y - t)**2", "y - t", "factor too many"),
        ("h", "1/sigmoid(z)", "sigmoid(z)", ""),
        # lecture, delta rule: delta = -e (1 - h) h, and the update adds eta delta x
        ("dE/dz", "-e*w2*(1 - h)*h", "e*w2*(1 - h)*h", "that is with the other sign"),
        ("w1 - 0.1*dE/dw1", "w1 + 0.1*(e*w2*(1 - h)*h)*x", "w1 + 0.1*(-e*w2*(1 - h)*h)*x", ""),
    ],
)
def test_a_formula_of_the_documents_is_a_slip_and_the_right_one_agrees(
    quantity: str, printed: str, right: str, why: str
) -> None:
    nodes = neuron()
    (slip,) = proofread(nodes["E"], {quantity: printed}, names=nodes)
    assert (slip.verdict, why in slip.reason) == ("slip", True), slip
    (agrees,) = proofread(nodes["E"], {quantity: right}, names=nodes)
    assert agrees.verdict == "agrees", agrees
