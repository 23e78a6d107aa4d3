"""Every equation of every step is read back from what was written, worked out, and found true at the digits shown."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from autograd import Value, functions, show, steps, topological_order
from autograd.derivation.words import words
from autograd.stepper.figure import Figure, Frame
from tests.agreement.recipes import points, recipes, tame
from tests.agreement.recipes import within_the_domain as tamed
from tests.derivation.reading import Side, Unreadable, derivative, false_equations, text_of_mathml
from tests.examples import examples


def all_named(root: Value) -> dict[str, Value]:
    """A name for every node."""
    return {f"x{i}" if not node.depth else f"h{i}": node for i, node in enumerate(topological_order(root))}


def in_text(frame: Frame) -> Iterator[list[str]]:
    """The equations of a row of the table, each as its sides."""
    for line in frame.text.split(", " if frame.part == words("given") else "; "):
        yield line.rpartition(": ")[2].split(" = ")


def read_mathml(pieces: Sequence[str], names: Sequence[str]) -> list[str]:
    """Formulas in MathML as lines of text."""
    return [text_of_mathml(ElementTree.fromstring(f"<mrow>{piece}</mrow>"), names).strip() for piece in pieces]


def false_equations_in(
    rows: Sequence[Sequence[str]], names: Mapping[str, Value], digits: int, parted: bool
) -> list[str]:
    """Those of the equations, each given by its sides in text, that are false.

    A ∂ is taken along one step where it stands beside a d (``parted``); else there is one path alone.
    """

    def slope(sign: str, of: str, by: str) -> list[float]:
        return [derivative(names[of], names[by], set(names.values()) if sign == "∂" and parted else ())]

    lines = []
    for sides in rows:
        with suppress(Unreadable):  # dots
            lines.append([Side(side, {name: x.data for name, x in names.items()}, slope, digits) for side in sides])
    return false_equations(lines)


def false_in_mathml(
    rows: Sequence[Sequence[str]], names: Mapping[str, Value], digits: int, parted: bool = True
) -> list[str]:
    """Those of the equations of a page, each given by its sides in MathML, that are false."""
    return false_equations_in([read_mathml(sides, list(names)) for sides in rows], names, digits, parted)


def has_partials(figure: Figure) -> bool:
    """Whether a figure tells total derivatives from those along one step."""
    return any("∂" in frame.text for frame in figure.steps)


def false_in(figure: Figure, names: Mapping[str, Value], digits: int) -> list[str]:
    """The equations of the list of steps that are false; of the page see tests/browser/test_computing.py."""
    return [
        f"{wrong} in {frame.text}"
        for frame in figure.steps
        for wrong in false_equations_in(list(in_text(frame)), names, digits, has_partials(figure))
    ]


def karpathys() -> Value:
    """The expression of micrograd's README, https://github.com/karpathy/micrograd."""
    a, b = Value(-4.0), Value(2.0)
    c, d = a + b, a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    f = (c - d) ** 2
    g = f / 2.0
    return g + 10.0 / f


def repeated() -> Value:
    """Operands that one operation takes several times."""
    x, y = Value(1.5), Value(-0.5)
    h = functions.hypot(x, x)
    return functions.dot([x, x, y, h], [x, y, x, h], bias=x) + (x + x) * (y - y) + x / x + functions.fsum([y, y, h])


def half_turns(x: Value) -> Value:
    """What the numbers shown do not give at π/2, however many digits they have: the sine of π."""
    return functions.sin(x + x) * functions.cos(x)


@pytest.mark.parametrize(
    "make",
    [karpathys, repeated, lambda: (x := Value(0.7)) * x * x, lambda: half_turns(Value(math.pi / 2.0))],
    ids=["README", "again", "x³", "half turns"],
)
def test_no_step_says_what_is_false(make: Any) -> None:
    root = make()
    names = all_named(root)
    assert false_in(show(root, names=names), names, 4) == []


def test_a_false_equation_would_be_found() -> None:
    """The gradient so far, written as if it were the whole one; a local derivative, as if it were the gradient."""
    x = Value(0.7)
    names = all_named(x * x * x)
    figure = show(names["h2"], names=names)
    for line in ("dh2/dx0 = 0.49", "dh2/dh2 · dh2/dx0 = (1)(0.49)", "∂h2/∂x0 = 1.47"):
        figure.steps = tuple([Frame("", text) for text in (line, "∂h2/∂h1 = 0.7")])
        assert len(false_in(figure, names, 4)) == 1


@pytest.mark.slow
@settings(max_examples=examples(150))
@given(recipes(tame, most=8), points(tame), st.sampled_from([3, 4, 6]))
def test_equations_of_the_steps_hold_as_written(recipe: Any, point: list[float], digits: int) -> None:
    root = tamed(recipe, point)([Value(x) for x in point])
    assume(isinstance(root, Value) and root.depth)
    names = all_named(root)
    figure = show(root, names=names, digits=digits)
    assert false_in(figure, names, digits) == []


@settings(max_examples=examples(60))
@given(recipes(tame, most=8), points(tame))
def test_a_sum_says_how_many_of_its_terms_have_arrived(recipe: Any, point: list[float]) -> None:
    root = tamed(recipe, point)([Value(x) for x in point])
    assume(isinstance(root, Value) and root.depth)
    names = all_named(root)
    name_of = {node: name for name, node in names.items()}
    shown = [frame.text for frame in show(root, names=names).steps if frame.part == words("reverse")][1:]
    handed = [to.parent for step in steps(root) for to in step.contributions]
    assert len(shown) == len(handed) == len({(s.node, to.parent) for s in steps(root) for to in s.contributions})
    for i, (line, parent) in enumerate(zip(shown, handed, strict=True), 1):
        here, count = handed[:i].count(parent), handed.count(parent)
        so_far = re.findall(rf"d\S+/d{name_of[parent]} so far, (\d+) of (\d+) terms", line)
        assert so_far == ([(str(here), str(count))] if here < count else [])
        assert ("; its only term" in line) == (count == 1)


def test_a_sum_of_nothing_but_roundings_is_not_written_as_one() -> None:
    x = Value(1.0)
    root = 0.1 * x + 0.2 * x + (-0.3) * x
    last = show(root, names={"x": x, "L": root}).steps[-1].text
    assert last.partition("; ")[2].startswith("the sum of its 3 terms: dL/dx = 5.551e−17") or " + " not in last
