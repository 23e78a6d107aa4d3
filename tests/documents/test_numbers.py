"""Every number of the two documents that the engine reaches: printed, exact, and what separates the two.

The exact numbers were computed apart from the engine, in double precision. Verdicts: "agrees", the printed number is
the exact one rounded to the digits printed; "rounding", it follows from the printed intermediates; "slip", it does not.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

import pytest

from autograd import Value
from autograd.derivation.worked_example import ETA, PRINTED, WorkedExample, worked_example
from autograd.functions import dot, exp, fsum, sigmoid, softmax, step


class Case(NamedTuple):
    """One number: how the engine gets it, what is printed, what is exact."""

    id: str
    engine: Callable[[WorkedExample], float]
    printed: str
    exact: float
    verdict: str
    from_printed: Callable[[], Decimal] | None = None  # the number recomputed from the printed intermediates
    off_by: float | None = None  # printed minus exact, for a slip


def decimal(text: str) -> Decimal:
    return Decimal(text)


def updated(parameter: Value) -> float:
    return parameter.data - ETA * parameter.grad


CASES = [
    Case("notes-4.7-z1", lambda e: e.z1.data, "0.5", 0.5, "agrees"),
    Case("notes-4.7-h", lambda e: e.h.data, "0.622459", 0.6224593312018546, "agrees"),
    Case(
        "notes-4.7-y",
        lambda e: e.y.data,
        "0.3867377",
        0.3867377993605564,
        "rounding",
        lambda: decimal("0.3") * decimal("0.622459") + decimal("0.2"),
    ),
    Case("notes-4.7-L", lambda e: e.L.data, "0.005488", 0.006414163046844788, "slip", off_by=-9.26163e-4),
    Case(
        "notes-4.7-dL/dy",
        lambda e: e.y.grad,
        "-0.1132623",
        -0.11326220063944359,
        "rounding",
        lambda: decimal("0.3867377") - decimal("0.5"),
    ),
    Case("notes-4.7-dL/dw2", lambda e: e.w2.grad, "-0.070506", -0.07050111366047833, "slip", off_by=-4.88634e-6),
    Case(
        "notes-4.7-dL/db2",
        lambda e: e.b2.grad,
        "-0.1132623",
        -0.11326220063944359,
        "rounding",
        lambda: decimal("0.3867377") - decimal("0.5"),
    ),
    Case("notes-4.7-dL/dh", lambda e: e.h.grad, "-0.0339787", -0.03397866019183308, "agrees"),
    Case("notes-4.7-dh/dz1", lambda e: e.h.partials[0], "0.2350037", 0.2350037122015945, "agrees"),
    Case("notes-4.7-dL/dw1", lambda e: e.w1.grad, "-0.007994", -0.007985111280717317, "slip", off_by=-8.88872e-6),
    Case("notes-4.7-dL/db1", lambda e: e.b1.grad, "-0.007994", -0.007985111280717317, "slip", off_by=-8.88872e-6),
    Case("notes-4.7-w2-new", lambda e: updated(e.w2), "0.3070506", 0.3070501113660478, "slip", off_by=4.88634e-7),
    Case(
        "notes-4.7-b2-new",
        lambda e: updated(e.b2),
        "0.21132623",
        0.21132622006394436,
        "rounding",
        lambda: decimal("0.2") + decimal("0.1") * decimal("0.1132623"),
    ),
    Case("notes-4.7-w1-new", lambda e: updated(e.w1), "0.4007994", 0.40079851112807174, "slip", off_by=8.88872e-7),
    Case("notes-4.7-b1-new", lambda e: updated(e.b1), "0.1007994", 0.10079851112807174, "slip", off_by=8.88872e-7),
    Case("notes-5.3-z", lambda e: dot([0.8, 0.2], [0.5, 0.3], bias=0.1), "0.56", 0.56, "agrees"),
    Case(
        "notes-5.3-output",
        lambda e: sigmoid(dot([0.8, 0.2], [0.5, 0.3], bias=0.1)),
        "0.63",
        0.6364525402815664,
        "slip",
        off_by=-6.45254e-3,
    ),
    Case("lecture-swimming-z", lambda e: dot([4.0, 2.0, 4.0], [1.0, 0.0, 1.0], bias=-3.0), "5", 5.0, "agrees"),
    Case("lecture-swimming", lambda e: step(dot([4.0, 2.0, 4.0], [1.0, 0.0, 1.0], bias=-3.0)), "1", 1.0, "agrees"),
    Case("lecture-softmax-sum", lambda e: fsum(map(exp, LOGITS)), "181.73", 181.73413619837197, "agrees"),
    Case(
        "lecture-softmax-denominator",
        lambda e: fsum(map(exp, LOGITS)),
        "181.37",
        181.73413619837197,
        "slip",
        off_by=-0.364136,
    ),
    Case("lecture-softmax-numerator", lambda e: exp(1.3), "3.67", 3.6692966676192444, "agrees"),
    Case("lecture-softmax-p", lambda e: softmax(LOGITS)[0], "0.02", 0.020190464732580685, "agrees"),
]
LOGITS = (1.3, 5.1, 2.2, 0.7, 1.1)

each_number = pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])


@pytest.fixture
def example() -> WorkedExample:
    example = worked_example()
    example.L.backward()
    return example


def unit(printed: str) -> Decimal:
    """One in the last printed place."""
    return Decimal((0, (1,), int(decimal(printed).as_tuple().exponent)))


@each_number
def test_engine_is_exact(case: Case, example: WorkedExample) -> None:
    assert case.engine(example) == pytest.approx(case.exact, rel=1e-15, abs=0)


@each_number
def test_printed_number_is_what_the_verdict_says(case: Case) -> None:
    off = abs(decimal(case.printed) - decimal(repr(case.exact)))
    if case.verdict == "agrees":
        assert off <= unit(case.printed) / 2
        return
    assert off > unit(case.printed) / 2
    if case.verdict == "rounding":
        assert case.from_printed is not None
        assert abs(decimal(case.printed) - case.from_printed()) <= unit(case.printed) / 2
    else:
        assert case.off_by is not None
        assert float(decimal(case.printed)) - case.exact == pytest.approx(case.off_by, rel=1e-5)


def test_updated_w1_is_exact_and_within_a_millionth_of_the_printed_number(example: WorkedExample) -> None:
    w1 = updated(example.w1)
    assert w1 == pytest.approx(0.40079851112807174, rel=1e-15, abs=0)
    assert abs(w1 - 0.4007994) < 1e-6


def test_every_printed_number_of_the_worked_example_is_covered() -> None:
    covered = {case.printed for case in CASES if case.id.startswith("notes-4.7")}
    assert covered == set(PRINTED.values())


def test_neuron_of_the_notes_activates_at_threshold_one_half() -> None:
    assert sigmoid(dot([0.8, 0.2], [0.5, 0.3], bias=0.1)) > 0.5
