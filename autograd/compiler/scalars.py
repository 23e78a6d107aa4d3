"""The scalar graph that the first stages hand on: numbered nodes, each with what it is made of."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple, TypeVar

from autograd.engine.primitives import Primitive
from autograd.engine.value import Value

Node = TypeVar("Node")
Ref = int | float  # the number of a node, or a constant


class Term(NamedTuple):
    """coefficient * a * b, or coefficient * a where b is None."""

    coefficient: float
    a: int
    b: int | None = None

    @property
    def refs(self) -> tuple[int, ...]:
        """The nodes it is made of."""
        return (self.a,) if self.b is None else (self.a, self.b)


@dataclass(eq=False, slots=True)
class Leaf:
    """An input, a parameter, or a number that varies between the copies of a batch: then ``kind`` names their axis."""

    kind: str
    index: int


@dataclass(eq=False, slots=True)
class Call:
    """A primitive; once sums are gathered one that is no sum."""

    op: Primitive
    operands: tuple[Ref, ...]


@dataclass(eq=False, slots=True)
class Sum:
    """The sum of the terms and a constant."""

    terms: deque[Term] = field(default_factory=deque)
    constant: float = 0.0


@dataclass(eq=False, slots=True)
class OverCopies:
    """The sum of a node over the copies of a batch; ``axis`` names the copies."""

    a: int
    axis: str


Form = Leaf | Call | Sum | OverCopies


@dataclass(eq=False, slots=True)
class ScalarGraph:
    """A graph on scalars.

    Arguments:
        nodes: the recorded Values, operands before results; a later stage adds nodes that are no Values.
        columns: the label of each input.
        forms: the form of each node, by number.
        outputs: the roots: the number of a node, or a constant.
        tables: for each axis of copies its numbers, a row a copy.
    """

    nodes: list[Value]
    columns: list[str | None]
    forms: list[Form]
    outputs: list[Ref]
    tables: dict[str, list[tuple[float, ...]]] = field(default_factory=dict)

    def label(self, number: int) -> str | None:
        """The label of a node; None also for one that a later stage has added."""
        return self.nodes[number].label if number < len(self.nodes) else None

    def operands(self, number: int) -> tuple[int, ...]:
        """The nodes that a node is computed from."""
        form = self.forms[number]
        if isinstance(form, Sum):
            return tuple([ref for term in form.terms for ref in term.refs])
        if isinstance(form, Call):
            return tuple([x for x in form.operands if isinstance(x, int)])
        return (form.a,) if isinstance(form, OverCopies) else ()

    def levels(self) -> dict[int, int]:
        """The level of each node that the outputs need: one more than that of its highest operand."""
        level: dict[int, int] = {}
        operands = cache(self.operands)
        for number in ordered([x for x in self.outputs if isinstance(x, int)], operands):
            level[number] = 1 + max([level[x] for x in operands(number)], default=-1)
        return level

    def __str__(self) -> str:
        lines = []
        for number in self.levels():
            label = self.label(number)
            lines.append(f"%{number} = {_form(self.forms[number])}" + (f"  # {label}" if label else ""))
        return "\n".join([*lines, f"return {', '.join(map(_ref, self.outputs))}"])


def _form(form: Form) -> str:
    """A form as the stages print it."""
    if isinstance(form, Leaf):
        return f"{form.kind} {form.index}"
    if isinstance(form, OverCopies):
        return f"sum({_ref(form.a)}) over {form.axis}"
    if isinstance(form, Call):
        return f"{form.op.name}({', '.join(map(_ref, form.operands))})"
    terms = [" ".join([f"{term.coefficient:g}", *map(_ref, term.refs)]) for term in form.terms]
    return " + ".join([*terms, *([f"{form.constant:g}"] if form.constant else [])])


def _ref(ref: Ref) -> str:
    """An operand as the stages print it."""
    return f"%{ref}" if isinstance(ref, int) else f"{ref:g}"


def ordered(roots: Iterable[Node], operands: Callable[[Node], Sequence[Node]]) -> list[Node]:
    """All nodes that the roots are computed from, operands before results."""
    found: dict[Node, None] = {}
    stack = list(roots)[::-1]
    while stack:
        node = stack[-1]
        missing = [x for x in operands(node) if x not in found] if node not in found else []
        if missing:
            stack.extend(reversed(missing))
        else:
            found[stack.pop()] = None
    return list(found)
