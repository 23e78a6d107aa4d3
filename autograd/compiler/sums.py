"""Stage 2, sums of products: chains of additions, products and `dot` nodes become sums of products.

``w1*x1 + w2*x2 + b``, ``fsum``, ``dot`` and a loop ``loss = loss + ...`` all come out as one `Sum`, so that the next
stage need not know how a person wrote it.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import replace

from autograd.compiler.scalars import Call, Form, Ref, ScalarGraph, Sum, Term
from autograd.engine import primitives, scalar
from autograd.engine.primitives import Primitive


def sums_of_products(graph: ScalarGraph) -> ScalarGraph:
    """Fold constants, and gather additions and products that nobody else uses into sums."""
    return _Gathering(graph).graph()


class _Gathering:
    def __init__(self, recorded: ScalarGraph) -> None:
        self.recorded = recorded
        operands = [recorded.operands(number) for number in range(len(recorded.forms))]
        self.uses = Counter([x for refs in (*operands, recorded.outputs) for x in refs if isinstance(x, int)])
        self.forms: list[Form] = []
        self.calls: dict[tuple[Primitive, tuple[Ref, ...]], int] = {}
        self.same: list[Ref] = []  # what stands for each node: itself, a constant, or the node it is identical with

    def graph(self) -> ScalarGraph:
        for number, recorded in enumerate(self.recorded.forms):
            if not isinstance(recorded, Call):
                self.forms.append(recorded)
                self.same.append(number)
                continue
            op, operands = recorded.op, tuple(map(self._standing_for, recorded.operands))
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
        outputs = [*map(self._standing_for, self.recorded.outputs)]
        return replace(self.recorded, forms=self.forms, outputs=outputs)

    def _standing_for(self, ref: Ref) -> Ref:
        return ref if isinstance(ref, float) else self.same[ref]

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
        if op in (primitives.add, primitives.fsum):
            return [(1.0, x, None) for x in operands]
        if op is primitives.subtract:
            return [(1.0, operands[0], None), (-1.0, operands[1], None)]
        if op is primitives.negative:
            return [(-1.0, operands[0], None)]
        if op is primitives.multiply:
            return [(1.0, operands[0], operands[1])]
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
        if self.uses[a] == 1 and self.recorded.label(a) is None:
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
        form = self.recorded.forms[number]
        return (
            isinstance(form, Call) and form.op is not primitives.dot and (not whole or form.op is primitives.subtract)
        )

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


def _one_factor(factor: float, form: Sum) -> bool:
    """Whether a factor may be multiplied into a sum."""
    return abs(factor) == 1.0 or not any(scalar.overflows(factor, term.coefficient) for term in form.terms)
