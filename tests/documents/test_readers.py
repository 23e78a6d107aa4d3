"""Every worked example of the documents through `proofread` and `explain`.

The verdicts are those of a person who recomputed each printed number from the printed ones before it: "agrees", the
exact number rounded to the digits printed; "rounding", the printed intermediates explain it; "cut off", it
is, and not rounded; "follows", it is what an earlier slip leads to; "slip", none of these.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import exp, prod
from typing import NamedTuple

import pytest

from autograd import Value, explain, proofread
from autograd.derivation.quantities import Key
from autograd.derivation.worked_example import ETA, worked_example
from autograd.engine.graph import topological_order
from autograd.functions import dot, fsum, sigmoid, softmax, step
from autograd.functions import exp as exponential


class Printed(NamedTuple):
    """One number of a document: what it is, as printed, its exact value by arithmetic alone, and the verdict."""

    quantity: Key
    printed: str
    exact: float
    verdict: str


class Example(NamedTuple):
    """A worked example: how to record it, and what the document prints."""

    record: Callable[[], Sequence[Value]]
    numbers: Sequence[Printed]


def named(**nodes: Value) -> list[Value]:
    """Give nodes their names; the last one is the result."""
    for name, node in nodes.items():
        node.label = name
    return list(nodes.values())


def one_neuron() -> list[Value]:
    """Notes 5.3: 0.8 * 0.5 + 0.2 * 0.3 + 0.1, through a sigmoid."""
    w, x, b = [Value(0.5, "w1"), Value(0.3, "w2")], [Value(0.8, "x1"), Value(0.2, "x2")], Value(0.1, "b")
    z = dot(w, x, bias=b)
    return named(z=z, output=sigmoid(z))


def mean_squared_error() -> list[Value]:
    """Notes 3.2.2: five predictions, five targets."""
    targets = [3.0, 5.0, 2.0, 7.0, 4.0]
    predictions = [Value(p, f"yhat{i}") for i, p in enumerate((2.8, 5.2, 2.5, 6.9, 3.9), 1)]
    squares = [(y - p) ** 2 for y, p in zip(targets, predictions, strict=True)]
    total = fsum(squares)
    return named(**{f"e{i}": square for i, square in enumerate(squares, 1)}, sum=total, mse=total / 5)


def swimming() -> list[Value]:
    """The lecture's perceptron: water warm, beach not empty, no shark; threshold 3."""
    w, x = (
        [Value(4.0, "w1"), Value(2.0, "w2"), Value(4.0, "w3")],
        [Value(v, f"x{i}") for i, v in enumerate((1.0, 0.0, 1.0))],
    )
    z = dot(w, x, bias=Value(-3.0, "b"))
    return named(z=z, y=step(z))


LOGITS = (1.3, 5.1, 2.2, 0.7, 1.1)


def softmax_by_hand() -> list[Value]:
    """The lecture's softmax: numerator and sum, then the quotient."""
    z = [Value(v, f"z{i}") for i, v in enumerate(LOGITS, 1)]
    numerator = exponential(z[0])
    total = fsum([numerator, *map(exponential, z[1:])])
    return named(numerator=numerator, sum=total, p=numerator / total)


SUM = sum(map(exp, LOGITS))
H = 1 / (1 + exp(-0.5))
ERROR = 0.3 * H + 0.2 - 0.5
SLOPE = ERROR * 0.3 * H * (1 - H)

EXAMPLES = {
    "notes 4.7, one hidden neuron": Example(
        lambda: [worked_example().L],
        [
            Printed("z1", "0.5", 0.5, "agrees"),
            Printed("h", "0.622459", H, "agrees"),
            Printed("y", "0.3867377", 0.3 * H + 0.2, "rounding"),
            Printed("L", "0.005488", ERROR**2 / 2, "slip"),
            Printed(("L", "y"), "-0.1132623", ERROR, "rounding"),
            Printed(("L", "w2"), "-0.070506", ERROR * H, "slip"),
            Printed(("L", "b2"), "-0.1132623", ERROR, "rounding"),
            Printed(("L", "h"), "-0.0339787", ERROR * 0.3, "agrees"),
            Printed(("h", "z1"), "0.2350037", H * (1 - H), "agrees"),
            Printed(("L", "w1"), "-0.007994", SLOPE, "slip"),
            Printed(("L", "b1"), "-0.007994", SLOPE, "slip"),
            Printed(("L", "w2", ETA), "0.3070506", 0.3 - 0.1 * ERROR * H, "follows"),
            Printed(("L", "b2", ETA), "0.21132623", 0.2 - 0.1 * ERROR, "rounding"),
            Printed(("L", "w1", ETA), "0.4007994", 0.4 - 0.1 * SLOPE, "follows"),
            Printed(("L", "b1", ETA), "0.1007994", 0.1 - 0.1 * SLOPE, "follows"),
        ],
    ),
    "notes 5.3, one neuron": Example(
        one_neuron, [Printed("z", "0.56", 0.56, "agrees"), Printed("output", "0.63", 1 / (1 + exp(-0.56)), "cut off")]
    ),
    "notes 3.2.2, mean squared error": Example(
        mean_squared_error,
        [
            Printed("e1", "0.04", 0.04, "agrees"),
            Printed("e2", "0.04", 0.04, "agrees"),
            Printed("e3", "0.25", 0.25, "agrees"),
            Printed("e4", "0.01", 0.01, "agrees"),
            Printed("e5", "0.01", 0.01, "agrees"),
            Printed("sum", "0.35", 0.35, "agrees"),
            Printed("mse", "0.07", 0.07, "agrees"),
        ],
    ),
    "lecture, going swimming": Example(swimming, [Printed("z", "5", 5.0, "agrees"), Printed("y", "1", 1.0, "agrees")]),
    "lecture, softmax, step 1": Example(
        softmax_by_hand,
        [
            Printed("numerator", "3.67", exp(1.3), "agrees"),
            Printed("sum", "181.73", SUM, "agrees"),
            Printed("p", "0.02", exp(1.3) / SUM, "agrees"),
        ],
    ),
    "lecture, softmax, step 2 with two digits swapped": Example(
        softmax_by_hand,
        [
            Printed("numerator", "3.67", exp(1.3), "agrees"),
            Printed("sum", "181.37", SUM, "slip"),
            Printed("p", "0.02", exp(1.3) / SUM, "agrees"),
        ],
    ),
}

each_example = pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES.keys())


@each_example
def test_proofread_finds_every_slip_and_nothing_else(example: Example) -> None:
    proof = proofread(example.record(), {number.quantity: number.printed for number in example.numbers}, names=None)
    assert [finding.verdict for finding in proof] == [number.verdict for number in example.numbers]
    for finding, number in zip(proof, example.numbers, strict=True):
        assert finding.exact == pytest.approx(number.exact, rel=1e-13)
    assert bool(proof) == all(number.verdict != "slip" for number in example.numbers)


@each_example
def test_correct_rounding_of_every_number_raises_no_alarm(example: Example) -> None:
    right = {n.quantity: f"{n.exact:.{len(n.printed.partition('.')[2])}f}" for n in example.numbers}
    assert {finding.verdict for finding in proofread(example.record(), right, names=None)} == {"agrees"}


@each_example
def test_one_unit_in_the_last_place_of_any_number_is_noticed(example: Example) -> None:
    for n in example.numbers:
        places = len(n.printed.partition(".")[2])
        off = f"{n.exact + 10.0**-places:.{places}f}"
        (finding,) = proofread(example.record(), {n.quantity: off}, names=None)
        assert finding.verdict in ("slip", "cut off")


@each_example
def test_factors_of_explain_multiply_and_add_up_to_the_gradient(example: Example) -> None:
    root = example.record()[-1]
    root.backward()
    for leaf in [node for node in topological_order(root) if not node.depth]:
        derivation = explain(root, leaf, names=None)
        assert derivation.path_count == len(derivation.paths)
        for path in derivation.paths:
            assert prod([factor.value for factor in path.factors]) == pytest.approx(path.value, rel=1e-15)
        assert sum([path.value for path in derivation.paths]) == pytest.approx(leaf.grad, rel=1e-14, abs=1e-300)
        assert derivation.value == pytest.approx(leaf.grad, rel=1e-15)


def test_explain_of_a_softmax_shows_the_output_itself() -> None:
    z = [Value(v, f"z{i}") for i, v in enumerate(LOGITS, 1)]
    p = softmax(z)
    p[0].label = "p1"
    derivation = explain(p[0], z[0], names=None)
    assert "p1(1 − p1)" in str(derivation)
    assert derivation.value == pytest.approx(exp(1.3) / SUM * (1 - exp(1.3) / SUM), rel=1e-14)
