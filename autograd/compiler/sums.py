"""Stage 2, sums of products: chains of additions, products and `dot` nodes become sums of products.

``w1*x1 + w2*x2 + b``, ``fsum``, ``dot`` and a loop ``loss = loss + ...`` all come out as one `Sum`, so that the next
stage need not know how a person wrote it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from autograd.compiler.record import Record, Ref
from autograd.engine import primitives, scalar
from autograd.engine.primitives import Primitive


def _one_factor(factor: float, form: Sum) -> bool:
    """Whether a factor may be multiplied into a sum."""
    return abs(factor) == 1.0 or not any(scalar.overflows(factor, term.coefficient) for term in form.terms)


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
    """A primitive that is not a sum."""

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
    """The graph after this stage, and after the next.

    Arguments:
        record: the graph it was made of.
        forms: the form of each node, by number.
        outputs: the roots: the number of a node, or a constant.
        tables: for each axis of copies its numbers, a row a copy.
    """

    record: Record
    forms: list[Form]
    outputs: list[Ref]
    tables: dict[str, list[tuple[float, ...]]] = field(default_factory=dict)

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
        stack = [x for x in self.outputs if isinstance(x, int)][::-1]
        while stack:
            number = stack[-1]
            if number in level:
                stack.pop()
                continue
            operands = self.operands(number)
            missing = [x for x in operands if x not in level]
            if missing:
                stack.extend(reversed(missing))
            else:
                level[number] = 1 + max([level[x] for x in operands], default=-1)
                stack.pop()
        return level


def sums_of_products(record: Record) -> ScalarGraph:
    """Fold constants, and gather additions and products that nobody else uses into sums."""
    return _Gathering(record).graph()


class _Gathering:
    def __init__(self, record: Record) -> None:
        self.record = record
        self.uses = [0] * len(record.nodes)
        for refs in (*record.operands, record.outputs):
            for ref in refs:
                if isinstance(ref, int):
                    self.uses[ref] += 1
        self.labelled = [node.label is not None for node in record.nodes]
        self.forms: list[Form] = []
        self.calls: dict[tuple[Primitive, tuple[Ref, ...]], int] = {}
        self.same: list[Ref] = []  # what stands for each node: itself, a constant, or the node it is identical with

    def graph(self) -> ScalarGraph:
        columns = {number: i for i, number in enumerate(self.record.inputs)}
        rank = {number: i for i, number in enumerate(self.record.parameters)}
        for number, op in enumerate(self.record.operations):
            if op is None:
                leaf = Leaf("input", columns[number]) if number in columns else Leaf("parameter", rank[number])
                self.forms.append(leaf)
                self.same.append(number)
                continue
            operands = tuple([x if isinstance(x, float) else self.same[x] for x in self.record.operands[number]])
            form, same = self._form(op, operands)
            if (
                isinstance(form, Call)
                and float not in map(type, operands)
                and self.calls.setdefault((op, operands), number) != number
            ):
                same = self.calls[op, operands]  # computed before
            self.forms.append(form)
            self.same.append(number if same is None else same)
            if type(same) is int:
                self.uses[same] += self.uses[number] - 1
        outputs = [x if isinstance(x, float) else self.same[x] for x in self.record.outputs]
        return ScalarGraph(self.record, self.forms, outputs)

    def _form(self, op: Primitive, operands: tuple[Ref, ...]) -> tuple[Form, Ref | None]:
        """The form of a node, and what it is the same as, if that is something simpler."""
        if all(isinstance(x, float) for x in operands):
            return Sum(), float(op.value(scalar, *operands))
        if op is primitives.identity:
            return Sum(), operands[0]
        if op is primitives.multiply and float not in map(type, operands):
            return Call(op, operands), None
        factors = self._as_sum(op, operands)
        if factors is None:
            return Call(op, operands), None
        total = Sum()
        for coefficient, a, b in factors:
            self._add(total, coefficient, a, b, whole=op is primitives.subtract)
        return total, None if total.terms else total.constant

    def _as_sum(self, op: Primitive, operands: tuple[Ref, ...]) -> Iterable[tuple[float, Ref, Ref | None]] | None:
        """The terms of an operation that adds; None for one that does not."""
        if op is primitives.add:
            return [(1.0, x, None) for x in operands]
        if op is primitives.subtract:
            return [(1.0, operands[0], None), (-1.0, operands[1], None)]
        if op is primitives.negative:
            return [(-1.0, operands[0], None)]
        if op is primitives.multiply:
            return [(1.0, operands[0], operands[1])]
        if op is primitives.fsum:
            return [(1.0, x, None) for x in operands]
        if op is primitives.dot:
            n = len(operands) // 2
            w, bias, x = operands[:n], operands[n : len(operands) - n], operands[len(operands) - n :]
            return [*zip([1.0] * n, w, x, strict=True), *[(1.0, b, None) for b in bias]]
        return None

    def _add(self, total: Sum, factor: float, a: Ref, b: Ref | None, *, whole: bool) -> None:
        """total += factor * a * b, taking over what a is the sum of where nobody else needs a.

        A neuron's weighted sum stays whole: a `dot` node, a node with a label, and, if ``whole``, any sum (the y of
        ``y - t``) but a chain of subtractions.
        """
        if isinstance(a, float) and b is not None:
            a, b = b, a
        scaled = isinstance(b, float)
        if isinstance(b, float):
            factor, b = factor * b, None
        if isinstance(a, float):
            total.constant += factor * a
            return
        if b is not None:
            total.terms.append(Term(factor, a, b))
            return
        form = self.forms[a]
        if self.uses[a] == 1 and not self.labelled[a]:
            if isinstance(form, Call) and form.op is primitives.multiply:
                total.terms.append(Term(factor, *[x for x in form.operands if isinstance(x, int)]))
                return
            if (
                isinstance(form, Sum)
                and _one_factor(factor, form)
                and (len(form.terms) == 1 or (not scaled and self._open(a, whole)))
            ):
                self._merge(total, factor, form)
                return
        total.terms.append(Term(factor, a))

    def _open(self, number: int, whole: bool) -> bool:
        """Whether a sum of several terms may go up in a larger one."""
        if self.record.operations[number] is primitives.dot:
            return False
        return not whole or self.record.operations[number] is primitives.subtract

    def _merge(self, total: Sum, factor: float, other: Sum) -> None:
        """total += factor * other; the shorter list is put to the longer one, so that long chains stay fast."""
        total.constant += factor * other.constant
        terms = other.terms
        if factor != 1.0:
            terms = deque([Term(factor * c, a, b) for c, a, b in terms])
        if len(terms) > len(total.terms):
            terms.extendleft(reversed(total.terms))
            total.terms = terms
        else:
            total.terms.extend(terms)
