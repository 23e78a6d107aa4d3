"""`proofread` on simulated homework: sheets worked out from their own printed numbers, with one honest mistake.

The sheets are computed by mpmath, line by line and from what the lines before have printed; no number comes from the
engine.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf

from autograd import Value, functions, proofread
from autograd.derivation.proofread import Proof
from autograd.derivation.quantities import Key

Numbers = Mapping[Any, Any]


class Sheet(NamedTuple):
    """How to record an exercise, and how a person computes each of its lines from the lines before."""

    given: tuple[str, ...]
    record: Callable[[Mapping[str, Value]], dict[str, Value]]
    lines: dict[Key, Callable[[Numbers], Any]]


def one_hidden_neuron(activation: str) -> Sheet:
    """The notes' worked example."""

    def record(v: Mapping[str, Value]) -> dict[str, Value]:
        z = v["w1"] * v["x"] + v["b1"]
        h = getattr(functions, activation)(z)
        y = v["w2"] * h + v["b2"]
        return {"z": z, "h": h, "y": y, "L": 0.5 * (y - v["t"]) ** 2}

    def slope(h: Any) -> Any:
        return h * (1 - h) if activation == "sigmoid" else 1 - h * h

    def squash(z: Any) -> Any:
        return 1 / (1 + mp.exp(-z)) if activation == "sigmoid" else mp.tanh(z)

    return Sheet(
        ("x", "t", "w1", "b1", "w2", "b2"),
        record,
        {
            "z": lambda p: p["w1"] * p["x"] + p["b1"],
            "h": lambda p: squash(p["z"]),
            "y": lambda p: p["w2"] * p["h"] + p["b2"],
            "L": lambda p: (p["y"] - p["t"]) ** 2 / 2,
            ("L", "y"): lambda p: p["y"] - p["t"],
            ("L", "w2"): lambda p: p["L", "y"] * p["h"],
            ("L", "b2"): lambda p: p["L", "y"],
            ("L", "h"): lambda p: p["L", "y"] * p["w2"],
            ("h", "z"): lambda p: slope(p["h"]),
            ("L", "z"): lambda p: p["L", "h"] * p["h", "z"],
            ("L", "w1"): lambda p: p["L", "z"] * p["x"],
            ("L", "b1"): lambda p: p["L", "z"],
            ("L", "w2", 0.1): lambda p: p["w2"] - p["L", "w2"] / 10,
            ("L", "b2", 0.1): lambda p: p["b2"] - p["L", "b2"] / 10,
            ("L", "w1", 0.1): lambda p: p["w1"] - p["L", "w1"] / 10,
            ("L", "b1", 0.1): lambda p: p["b1"] - p["L", "b1"] / 10,
        },
    )


def logistic_regression() -> Sheet:
    """Two inputs, one sigmoid, the cross-entropy of a positive example."""

    def record(v: Mapping[str, Value]) -> dict[str, Value]:
        z = functions.dot([v["w1"], v["w2"]], [v["x1"], v["x2"]], bias=v["b"])
        p = z.sigmoid()
        return {"z": z, "p": p, "J": -p.log()}

    return Sheet(
        ("x1", "x2", "w1", "w2", "b"),
        record,
        {
            "z": lambda p: p["w1"] * p["x1"] + p["w2"] * p["x2"] + p["b"],
            "p": lambda p: 1 / (1 + mp.exp(-p["z"])),
            "J": lambda p: -mp.log(p["p"]),
            ("J", "p"): lambda p: -1 / p["p"],
            ("p", "z"): lambda p: p["p"] * (1 - p["p"]),
            ("J", "z"): lambda p: p["J", "p"] * p["p", "z"],
            ("J", "w1"): lambda p: p["J", "z"] * p["x1"],
            ("J", "w2"): lambda p: p["J", "z"] * p["x2"],
            ("J", "b"): lambda p: p["J", "z"],
            ("J", "w1", 0.5): lambda p: p["w1"] - p["J", "w1"] / 2,
            ("J", "b", 0.5): lambda p: p["b"] - p["J", "b"] / 2,
        },
    )


def quotient() -> Sheet:
    """No network: products, a quotient, a square; c is used twice."""

    def record(v: Mapping[str, Value]) -> dict[str, Value]:
        u = v["a"] * v["c"]
        s = v["b"] + v["c"] + 4.0
        q = u / s
        return {"u": u, "s": s, "q": q, "f": q**2 + v["b"]}

    return Sheet(
        ("a", "b", "c"),
        record,
        {
            "u": lambda p: p["a"] * p["c"],
            "s": lambda p: p["b"] + p["c"] + 4,
            "q": lambda p: p["u"] / p["s"],
            "f": lambda p: p["q"] ** 2 + p["b"],
            ("q", "u"): lambda p: 1 / p["s"],
            ("q", "s"): lambda p: -p["u"] / p["s"] ** 2,
            ("f", "q"): lambda p: 2 * p["q"],
            ("f", "u"): lambda p: p["f", "q"] * p["q", "u"],
            ("f", "s"): lambda p: p["f", "q"] * p["q", "s"],
            ("f", "a"): lambda p: p["f", "u"] * p["c"],
            ("f", "b"): lambda p: p["f", "s"] + 1,
            ("f", "c"): lambda p: p["f", "u"] * p["a"] + p["f", "s"],
        },
    )


def two_examples() -> Sheet:
    """A line through two points: their mean squared error, and the parameters after a step."""

    def record(v: Mapping[str, Value]) -> dict[str, Value]:
        nodes = {f"y{i}": v["w"] * v[f"x{i}"] + v["b"] for i in (1, 2)}
        nodes |= {f"e{i}": nodes[f"y{i}"] - v[f"t{i}"] for i in (1, 2)}
        return nodes | {"E": (nodes["e1"] ** 2 + nodes["e2"] ** 2) / 2.0}

    return Sheet(
        ("w", "b", "x1", "x2", "t1", "t2"),
        record,
        {
            "y1": lambda p: p["w"] * p["x1"] + p["b"],
            "y2": lambda p: p["w"] * p["x2"] + p["b"],
            "e1": lambda p: p["y1"] - p["t1"],
            "e2": lambda p: p["y2"] - p["t2"],
            "E": lambda p: (p["e1"] ** 2 + p["e2"] ** 2) / 2,
            ("E", "w"): lambda p: p["e1"] * p["x1"] + p["e2"] * p["x2"],
            ("E", "b"): lambda p: p["e1"] + p["e2"],
            ("E", "w", 0.01): lambda p: p["w"] - p["E", "w"] / 100,
            ("E", "b", 0.01): lambda p: p["b"] - p["E", "b"] / 100,
        },
    )


def network(n: int, m: int, activation: str) -> Sheet:
    """n inputs, m hidden neurons, one linear output, half the squared error: both passes, and every update."""
    inputs, hidden = range(1, n + 1), range(1, m + 1)
    of = {"sigmoid": lambda z: 1 / (1 + mp.exp(-z)), "tanh": mp.tanh, "relu": lambda z: max(z, mpf(0))}[activation]
    slope = {
        "sigmoid": lambda z, h: h * (1 - h),
        "tanh": lambda z, h: 1 - h * h,
        "relu": lambda z, h: mpf(int(z >= 0)),
    }[activation]

    def record(v: Mapping[str, Value]) -> dict[str, Value]:
        nodes: dict[str, Value] = {}
        for j in hidden:
            weights, xs = [v[f"w{j}{i}"] for i in inputs], [v[f"x{i}"] for i in inputs]
            nodes[f"z{j}"] = functions.dot(weights, xs, bias=v[f"b{j}"])
            nodes[f"h{j}"] = getattr(functions, activation)(nodes[f"z{j}"])
        nodes["y"] = functions.dot([v[f"v{j}"] for j in hidden], [nodes[f"h{j}"] for j in hidden], bias=v["c"])
        return nodes | {"L": 0.5 * (nodes["y"] - v["t"]) ** 2}

    lines: dict[Key, Callable[[Numbers], Any]] = {}
    for j in hidden:
        lines[f"z{j}"] = lambda p, j=j: sum(p[f"w{j}{i}"] * p[f"x{i}"] for i in inputs) + p[f"b{j}"]
        lines[f"h{j}"] = lambda p, j=j: of(p[f"z{j}"])
    lines["y"] = lambda p: sum(p[f"v{j}"] * p[f"h{j}"] for j in hidden) + p["c"]
    lines["L"] = lambda p: (p["y"] - p["t"]) ** 2 / 2
    lines["L", "y"] = lambda p: p["y"] - p["t"]
    for j in hidden:
        lines["L", f"v{j}"] = lambda p, j=j: p["L", "y"] * p[f"h{j}"]
        lines["L", f"h{j}"] = lambda p, j=j: p["L", "y"] * p[f"v{j}"]
        lines[f"h{j}", f"z{j}"] = lambda p, j=j: slope(p[f"z{j}"], p[f"h{j}"])
        lines["L", f"z{j}"] = lambda p, j=j: p["L", f"h{j}"] * p[f"h{j}", f"z{j}"]
        for i in inputs:
            lines["L", f"w{j}{i}"] = lambda p, i=i, j=j: p["L", f"z{j}"] * p[f"x{i}"]
        lines["L", f"b{j}"] = lambda p, j=j: p["L", f"z{j}"]
    moved = [f"v{j}" for j in hidden] + [f"w{j}{i}" for j in hidden for i in inputs] + [f"b{j}" for j in hidden]
    for name in moved:
        lines["L", name, 0.5] = lambda p, name=name: p[name] - p["L", name] / 2
    return Sheet((*(f"x{i}" for i in inputs), "t", *moved, "c"), record, lines)


def softmax_regression() -> Sheet:
    """Two inputs, three classes, the cross-entropy of the second."""
    classes = (1, 2, 3)

    def record(v: Mapping[str, Value]) -> dict[str, Value]:
        z = {f"z{k}": v[f"w{k}"] * v["x"] + v[f"b{k}"] for k in classes}
        p = dict(zip(("p1", "p2", "p3"), functions.softmax([*z.values()]), strict=True))
        return z | p | {"L": -p["p2"].log()}

    lines: dict[Key, Callable[[Numbers], Any]] = {}
    for k in classes:
        lines[f"z{k}"] = lambda p, k=k: p[f"w{k}"] * p["x"] + p[f"b{k}"]
    for k in classes:
        lines[f"p{k}"] = lambda p, k=k: mp.exp(p[f"z{k}"]) / sum(mp.exp(p[f"z{i}"]) for i in classes)
    lines["L"] = lambda p: -mp.log(p["p2"])
    for k in classes:
        lines["L", f"z{k}"] = lambda p, k=k: p[f"p{k}"] - (k == 2)
        lines["L", f"w{k}"] = lambda p, k=k: p["L", f"z{k}"] * p["x"]
        lines["L", f"b{k}"] = lambda p, k=k: p["L", f"z{k}"]
        lines["L", f"w{k}", 0.1] = lambda p, k=k: p[f"w{k}"] - p["L", f"w{k}"] / 10
    return Sheet(("x", *(f"w{k}" for k in classes), *(f"b{k}" for k in classes)), record, lines)


SHEETS = {
    "one hidden neuron, sigmoid": one_hidden_neuron("sigmoid"),
    "one hidden neuron, tanh": one_hidden_neuron("tanh"),
    "logistic regression": logistic_regression(),
    "a quotient": quotient(),
    "two examples": two_examples(),
    "2-2-1, tanh": network(2, 2, "tanh"),
    "2-2-1, ReLU": network(2, 2, "relu"),
    "3-4-1, sigmoid": network(3, 4, "sigmoid"),
    "softmax": softmax_regression(),
}


class Rounding(NamedTuple):
    """How somebody writes numbers down, and what they compute with after that."""

    digits: int
    places: bool  # after the point, for every number alike; else significant digits
    keeps: bool  # the next line is computed from the calculator's memory, not from what was written

    def written(self, x: Any) -> str:
        places = self.digits if self.places or not x else self.digits - 1 - int(mp.floor(mp.log10(abs(x))))
        number = Decimal(mp.nstr(x, 40, min_fixed=-99, max_fixed=99))
        return f"{number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}"

    def unit(self, x: Any) -> Any:
        return mpf(10) ** (-self.digits if self.places or not x else mp.floor(mp.log10(abs(x))) - self.digits + 1)


MISTAKES: dict[str, Callable[[Any], Any]] = {
    "sign": lambda x: -x,
    "twice": lambda x: 2 * x,
    "half": lambda x: x / 2,
    "decimal_point": lambda x: x / 10,
    "some percent": lambda x: x * mpf("1.07"),
    "one added": lambda x: x + 1,
    "a little less": lambda x: x - mpf("0.03"),
}


REASONS = {
    "sign": {"sign", "sign_of_an_operand", "upwards"},
    "twice": {"twice", "factor_left_out"},
    "half": {"half", "factor_left_out"},
    "decimal_point": {"decimal_point", "factor_left_out"},
}


class Homework(NamedTuple):
    """A sheet that was handed in: its graph, what is printed, and where the mistake is."""

    nodes: dict[str, Value]
    page: dict[Key, str]
    where: Key

    def proof(self) -> Proof:
        return proofread([*self.nodes.values()], self.page, names=self.nodes)


def handed_in(sheet: Sheet, mistake: str | None, rounding: Rounding, rng: random.Random) -> Homework | None:
    """A sheet with a mistake in one line, everything after it computed from that; None if nobody could see it."""
    numbers: dict[Any, Any] = {name: mpf(rng.choice([i for i in range(-20, 21) if i])) / 10 for name in sheet.given}
    values = {name: Value(float(x), label=name) for name, x in numbers.items()}
    where = rng.choice([*sheet.lines])
    page: dict[Key, str] = {}
    for quantity, line in sheet.lines.items():
        try:
            right = line(numbers)
        except ZeroDivisionError:
            return None
        number = right = right if abs(right) > mpf(10) ** -12 else mpf(0)  # 0.1 + 0.2 - 0.3, for a person
        if not mp.isfinite(right) or right.imag:
            return None  # the logarithm of a negative probability: nobody goes on from there
        if mistake is not None and quantity == where:
            number = MISTAKES[mistake](right)
            if abs(number - right) < 20 * rounding.unit(right):
                return None
        page[quantity] = rounding.written(number)
        numbers[quantity] = number if rounding.keeps else mpf(page[quantity])
    return Homework(values | sheet.record(values), page, where)


def some_rounding(rng: random.Random) -> Rounding:
    return Rounding(rng.choice((3, 4, 5, 6)), rng.random() < 0.3, rng.random() < 0.3)


def written(quantity: Key) -> str:
    if isinstance(quantity, str):
        return quantity
    return f"d{quantity[0]}/d{quantity[1]}" if len(quantity) == 2 else f"{quantity[1]} after a step of {quantity[2]:g}"


each_sheet = pytest.mark.parametrize("sheet", SHEETS.values(), ids=SHEETS.keys())


@pytest.mark.slow
def test_one_honest_mistake_is_named_alone_and_with_its_reason() -> None:
    """On 199 of 200 sheets: a wrong number may be what the rounding of the printed ones before it allows.

    They are the same sheets each time, since a share has no counterexample that one could look for. A reason may be
    another true statement about the same number: half of it, where the factor 0.5 is what was left out.
    """
    rng = random.Random(671)
    sheets = explained = 0
    others: list[str] = []
    unexplained: list[str] = []
    while sheets < 600:
        mistake = rng.choice([*MISTAKES])
        homework = handed_in(rng.choice([*SHEETS.values()]), mistake, some_rounding(rng), rng)
        if homework is not None:
            sheets += 1
            proof = homework.proof()
            made_here = [finding.quantity for finding in proof.slips]
            if made_here != [written(homework.where)]:
                others.append(f"{mistake} in {homework.where}, but named {made_here}\n{proof}")
            elif mistake in REASONS:
                explained += 1
                if proof.slips[0].mistake not in REASONS[mistake]:
                    unexplained.append(f"{mistake} in {homework.where}: {proof.slips[0]}")
    assert len(others) <= sheets // 200, "\n\n".join(others)
    assert len(unexplained) <= explained // 200, "\n".join(unexplained)


@each_sheet
@given(st.randoms(use_true_random=False))
def test_a_sheet_without_a_mistake_has_no_slip(sheet: Sheet, rng: random.Random) -> None:
    homework = handed_in(sheet, None, some_rounding(rng), rng)
    if homework is not None:
        proof = homework.proof()
        assert proof, proof
