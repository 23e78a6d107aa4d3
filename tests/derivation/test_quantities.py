"""What a printed number can be printed for: keys as people write them, against numbers worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from autograd import Value, functions, hessian, proofread
from autograd.derivation.worked_example import WorkedExample, worked_example
from autograd.functions import softmax


def exact(key: Any, example: WorkedExample | None = None, **others: str) -> float:
    """What `proofread` says a quantity of the worked example is."""
    example = example or worked_example()
    number: float = proofread(example.L, {**others, key: "0.1"}, names=None)[-1].exact
    return number


def loss(w1: Any, b1: Any, w2: Any, b2: Any) -> Any:
    return 0.5 * (w2 * functions.sigmoid(w1 * 1.0 + b1) + b2 - 0.5) ** 2


START = (0.4, 0.1, 0.3, 0.2)


def slopes(at: Any) -> list[float]:
    leaves = [Value(x) for x in at]
    loss(*leaves).backward()
    return [leaf.grad for leaf in leaves]


def descended(steps: int, rate: float, momentum: float = 0.0, moved: tuple[int, ...] = (0, 1, 2, 3)) -> list[float]:
    at, velocity = list(START), [0.0] * 4
    for _ in range(steps):
        g = slopes(at)
        for i in moved:
            velocity[i] = momentum * velocity[i] + g[i]
            at[i] -= rate * velocity[i]
    return at


SLOPE = slopes(START)
CURVATURE = hessian(lambda p: loss(*p))(list(START))


@pytest.mark.parametrize(
    ("key", "number"),
    [
        ("dL/dw1", SLOPE[0]),
        ("∂L/∂w1", SLOPE[0]),
        (("L", "w1"), SLOPE[0]),
        ("w1 - 0.1*dL/dw1", 0.4 - 0.1 * SLOPE[0]),
        ("w1-0.1*dL/dw1", 0.4 - 0.1 * SLOPE[0]),
        ("w1 - 1e-1*dL/dw1", 0.4 - 0.1 * SLOPE[0]),
        ("w1 - 1/10 dL/dw1", 0.4 - 0.1 * SLOPE[0]),
        ("w1 after a step of 0.1", 0.4 - 0.1 * SLOPE[0]),
        ("-0.1*dL/dw1", -0.1 * SLOPE[0]),
        ("Δw1 = -0.1 * dL/dw1", -0.1 * SLOPE[0]),
        ("w1 + 0.01*dL/dw1", 0.4 + 0.01 * SLOPE[0]),
        ("dL/dy·w2", SLOPE[3] * 0.3),
        ("-(t − y)", SLOPE[3]),
        ("(y - t)²/2", loss(*START)),
        ("d²L/dw1²", CURVATURE[0][0]),
        ("∂²L/∂w1²", CURVATURE[0][0]),
        ("d^2L/dw1^2", CURVATURE[0][0]),
        ("d²L/dw1dw2", CURVATURE[0][2]),
        ("∂²L/∂w1∂w2", CURVATURE[0][2]),
        ("d²L/dw1² + dL/dw1", CURVATURE[0][0] + SLOPE[0]),
    ],
)
def test_quantities_are_read_as_people_write_them(key: Any, number: float) -> None:
    assert exact(key) == pytest.approx(number, rel=1e-13)


def test_values_are_keys() -> None:
    example = worked_example()
    page: dict[Any, str] = {example.h: "0.622459", (example.L, "w1"): "-0.007985", ("L", example.w2, 0.1): "0.3070501"}
    proof = proofread(example.L, page)
    assert proof, proof
    assert [f.quantity for f in proof] == ["h", "dL/dw1", "w2 after a step of 0.1"]


@pytest.mark.parametrize(("momentum", "said"), [(0.0, ""), (0.9, " with momentum 0.9")])
def test_iterations(momentum: float, said: str) -> None:
    names = ("w1", "b1", "w2", "b2")
    for steps in (1, 2, 3):
        page = {f"{name} after {steps} steps of 0.5{said}": "0.1" for name in names}
        page[f"L after {steps} steps of 0.5{said}"] = "0.1"
        found = [f.exact for f in proofread(worked_example().L, page, names=None)]
        at = descended(steps, 0.5, momentum)
        assert found == pytest.approx([*at, loss(*at)], rel=1e-12)


def test_only_what_the_page_prints_after_a_step_moves() -> None:
    number = exact("w1 after 3 steps of 0.5")
    assert number == pytest.approx(descended(3, 0.5, moved=(0,))[0], rel=1e-12)


def test_a_table_of_iterations_is_marked_line_by_line() -> None:
    x = Value(1.0)
    f = x**2
    page = {"x after 1 step of 0.1": "0.8", "x after 2 steps of 0.1": "0.65", "x after 3 steps of 0.1": "0.52"}
    proof = proofread(f, page)
    assert [(g.verdict, g.cause) for g in proof] == [
        ("agrees", None),
        ("slip", None),
        ("follows", "x after 2 steps of 0.1"),
    ]


def test_what_is_held_but_no_part_of_the_root_is_a_further_root() -> None:
    example = worked_example()
    y, t, w2, h = example.y, example.t, example.w2, example.h
    delta_y = y - t
    delta_h = delta_y * w2 * h * (1 - h)
    page = {"delta_y": "-0.1132622", "delta_h": "-0.0079851", "-delta_h": "0.0079851", "dL/dw1": "-0.0079851"}
    assert proofread(example.L, page)
    assert delta_h.data == pytest.approx(SLOPE[1])


def test_names_with_brackets_and_other_letters_stand_in_expressions() -> None:
    w = [Value(2.0), Value(3.0)]
    µ = Value(0.5)
    L = w[0] * w[1] * µ
    page = {"dL/dw[0]": "1.5", "w[0] - 0.1*dL/dw[0]": "1.85", "2*w[1] + dL/dµ": "12", "L": "3"}
    assert proofread(L, page)


@pytest.mark.parametrize("write", [str, lambda key: key.replace("*", " * ")])
def test_a_step_is_one_quantity_however_it_is_written(write: Callable[[str], str]) -> None:
    proof = proofread(worked_example().L, {("L", "w1", 0.1): "0.4007994"}, names=None)
    proof.check(slips=[write("w1 - 0.1*dL/dw1")])
    proof.check(slips=[("L", "w1", 0.1)])
    proof.check(slips=["w1 after a step of 0.1"])


def test_a_softmax_with_constants_and_with_repeated_logits() -> None:
    z = Value(0.3)
    for logits in ([z, 0.0], [z, z], [z, 0.0, 1.0], [0.0, z, z]):
        p = softmax(logits)
        L = -p[0].log()
        L.backward()
        assert proofread(L, {"dL/dz": f"{z.grad:.6f}"})
        L.zero_grad()
