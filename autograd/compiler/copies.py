"""Stage 3, copies: a batch that was summed in a loop is found again, one copy of the graph an example.

``for x, t in data: loss = loss + f(x, t)`` records f once an example. Where the terms of a sum have the same form and
share their parameters, one of them is kept, the numbers that vary between them become the columns of a table, and the
sum becomes a sum over the rows of that table.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from autograd.compiler.scalars import Call, Form, Leaf, OverCopies, ScalarGraph, Sum, Term
from autograd.engine import primitives

FEWEST = 4  # copies

Slot = tuple[int, int]  # a constant: which node, and which of its constants

_COEFFICIENT: Slot = (-1, 0)  # that of the term itself


def roll_up(graph: ScalarGraph) -> ScalarGraph:
    """The graph with its loops over examples rolled up, and for each axis of copies its table of numbers."""
    graph = replace(graph, forms=[*graph.forms], tables={})
    while _roll_one(graph):
        pass
    return graph


def _roll_one(graph: ScalarGraph) -> bool:
    """Roll up the outermost loop that is left, if there is one."""
    levels = graph.levels()
    order = sorted(levels, key=lambda i: (levels[i], i))
    kinds = _kinds(graph, order)
    for number in reversed(order):
        form = graph.forms[number]
        if isinstance(form, Sum) and len(form.terms) >= FEWEST:
            families: dict[Any, list[Term]] = {}
            for term in form.terms:
                kind = tuple(kinds[ref] for ref in term.refs)
                if None not in kind:
                    families.setdefault(kind, []).append(term)
            for terms in families.values():
                if len(terms) >= FEWEST and _roll(graph, number, form, terms):
                    return True
    return False


def _kinds(graph: ScalarGraph, order: Sequence[int]) -> dict[int, int | None]:
    """A number for each form of graph: the same for nodes that differ in constants only.

    None for what depends on an input or is rolled up already.
    """
    known: dict[Any, int] = {}
    kinds: dict[int, int | None] = {}
    for number in order:
        form = graph.forms[number]
        below = [kinds[x] for x in graph.operands(number)]
        if None in below or isinstance(form, OverCopies) or (isinstance(form, Leaf) and form.kind != "parameter"):
            kinds[number] = None
            continue
        if isinstance(form, Leaf):
            key: Any = number
        elif isinstance(form, Sum):
            key = tuple([(kinds[t.a], None if t.b is None else kinds[t.b]) for t in form.terms])
        else:
            key = (form.op, tuple(["constant" if isinstance(x, float) else kinds[x] for x in form.operands]))
        kinds[number] = known.setdefault(key, len(known))
    return kinds


def _roll(graph: ScalarGraph, number: int, form: Sum, terms: list[Term]) -> bool:
    """Replace terms that are copies of each other by a sum over copies; False where they differ in nothing."""
    pattern = terms[0]
    found = [_constants_of_copy(graph, pattern, term) for term in terms]
    if any(constants is None for constants in found):
        return False
    columns = {slot: [copy[slot] for copy in found if copy is not None] for slot in found[0] or ()}
    columns = {slot: column for slot, column in columns.items() if len(set(map(repr, column))) > 1}
    numbers = [slot for slot in columns if not _is_index(graph, slot)]
    if not numbers and all(len(set(column)) == len(column) for column in columns.values()):
        return False  # they differ in nothing, or are the outputs of one softmax, each of them once
    table = _Table(graph, f"n{len(graph.tables) + 1}" if graph.tables else "n")
    varying = {slot: table.leaf(columns[slot]) for slot in numbers}
    chosen = {
        slot[0]: {index: table.leaf([float(i == index) for i in column]) for index in sorted(set(column))}
        for slot, column in columns.items()
        if slot not in varying
    }
    axis = table.axis
    graph.tables[axis] = list(zip(*table.columns, strict=True))
    new = _rebuilt(graph, pattern, varying, chosen)
    slots = {1: varying[_COEFFICIENT]} if _COEFFICIENT in varying else {}
    rebuilt = _rebuilt_sum(graph, Sum(deque([pattern])), slots, new)
    body = len(graph.forms)
    graph.forms.append(rebuilt)
    graph.forms.append(OverCopies(body, axis))
    gone = set(terms)
    rest = [term for term in form.terms if term not in gone]
    graph.forms[number] = Sum(deque([Term(1.0, body + 1), *rest]), form.constant)
    return True


class _Table:
    """The numbers that vary between copies: a column once, however often it is used."""

    def __init__(self, graph: ScalarGraph, axis: str) -> None:
        self.graph = graph
        self.axis = axis
        self.columns: list[list[float]] = []
        self.leaves: dict[tuple[str, ...], int] = {}

    def leaf(self, column: list[float]) -> int:
        """The number of the node that stands for a column."""
        key = tuple(map(repr, column))
        if key not in self.leaves:
            self.leaves[key] = len(self.graph.forms)
            self.graph.forms.append(Leaf(self.axis, len(self.columns)))
            self.columns.append(column)
        return self.leaves[key]


def _is_index(graph: ScalarGraph, slot: Slot) -> bool:
    """Whether a constant is no number of the example but says which output of a softmax is meant."""
    number, j = slot
    form = graph.forms[number] if slot != _COEFFICIENT else None
    return j == 0 and isinstance(form, Call) and form.op is primitives.softmax


def _constants_of_copy(graph: ScalarGraph, pattern: Term, term: Term) -> dict[Slot, float] | None:
    """The constants of a term at the slots of the pattern; None where it shares its parts in another way."""
    pair: dict[int, int] = {}
    found: dict[Slot, float] = {_COEFFICIENT: term.coefficient}
    stack = list(zip(pattern.refs, term.refs, strict=True))
    while stack:
        ours, theirs = stack.pop()
        if ours in pair:
            if pair[ours] != theirs:
                return None
            continue
        pair[ours] = theirs
        for j, constant in enumerate(_constants(graph.forms[theirs])):
            found[ours, j] = constant
        stack += zip(graph.operands(ours), graph.operands(theirs), strict=True)
    return found


def _constants(form: Form) -> list[float]:
    """The constants of a node, in a fixed order."""
    if isinstance(form, Sum):
        return [form.constant, *[term.coefficient for term in form.terms]]
    return [x for x in form.operands if isinstance(x, float)] if isinstance(form, Call) else []


def _rebuilt(
    graph: ScalarGraph, pattern: Term, varying: dict[Slot, int], chosen: dict[int, dict[float, int]]
) -> dict[int, int]:
    """For each node of the pattern the one that has columns of the table in place of what varies.

    ``chosen`` holds the softmax nodes whose output varies, and for each output the column that is 1 where it is meant
    and 0 elsewhere: the sum of their products is the output that is meant.
    """
    levels = replace(graph, outputs=list(pattern.refs)).levels()
    new: dict[int, int] = {}
    touched = {*chosen, *[number for number, _ in varying]}
    for number in sorted(levels, key=lambda i: levels[i]):
        form = graph.forms[number]
        if number not in touched and all(new[x] == x for x in graph.operands(number)):
            new[number] = number
            continue
        slots = {j: leaf for (node, j), leaf in varying.items() if node == number} if number in touched else {}
        rebuilt = _rebuilt_sum(graph, form, slots, new) if isinstance(form, Sum) else _rebuilt_call(form, slots, new)
        if number in chosen and isinstance(rebuilt, Call):
            logits, terms = rebuilt.operands[1:], deque[Term]()
            for index, leaf in chosen[number].items():
                terms.append(Term(1.0, leaf, len(graph.forms)))
                graph.forms.append(Call(primitives.softmax, (index, *logits)))
            rebuilt = Sum(terms)
        new[number] = len(graph.forms)
        graph.forms.append(rebuilt)
    return new


def _rebuilt_sum(graph: ScalarGraph, form: Sum, slots: dict[int, int], new: dict[int, int]) -> Form:
    total = Sum(deque(), 0.0 if 0 in slots else form.constant)
    for j, term in enumerate(form.terms, start=1):
        refs = [new[ref] for ref in term.refs]
        if j not in slots:
            total.terms.append(Term(term.coefficient, *refs))
            continue
        if len(refs) == 2:
            product = Call(primitives.multiply, tuple(refs))
            refs = [len(graph.forms)]
            graph.forms.append(product)
        total.terms.append(Term(1.0, refs[0], slots[j]))
    if 0 in slots:
        total.terms.append(Term(1.0, slots[0]))
    return total


def _rebuilt_call(form: Form, slots: dict[int, int], new: dict[int, int]) -> Form:
    assert isinstance(form, Call)
    constants = count()
    operands = [slots.get(next(constants), x) if isinstance(x, float) else new[x] for x in form.operands]
    return Call(form.op, tuple(operands))
