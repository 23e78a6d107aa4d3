"""Stage 2b: a batch that was summed in a loop is found again, one copy of the graph an example. Imports `sums`.

``for x, t in data: loss = loss + f(x, t)`` records f once an example. Where the terms of a sum have the same form and
share their parameters, one of them is kept, the numbers that vary between them become the columns of a table, and the
sum becomes a sum over the rows of that table.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

from autograd import primitives
from autograd.compiler.record import Ref
from autograd.compiler.sums import Call, Form, Leaf, OverCopies, ScalarGraph, Sum, Term

FEWEST = 4  # copies

Table = list[tuple[float, ...]]  # a row a copy
Slot = tuple[int, int]  # a constant: which node, and which of its constants

_COEFFICIENT: Slot = (-1, 0)  # that of the term itself


def rolled(graph: ScalarGraph) -> tuple[ScalarGraph, dict[str, Table]]:
    """The graph with its loops over examples rolled up, and for each axis of copies its table of numbers."""
    graph = ScalarGraph([*graph.forms], graph.outputs)
    tables: dict[str, Table] = {}
    while _roll_one(graph, tables):
        pass
    return graph, tables


def _roll_one(graph: ScalarGraph, tables: dict[str, Table]) -> bool:
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
                if len(terms) >= FEWEST and _roll(graph, number, form, terms, tables):
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


def _roll(graph: ScalarGraph, number: int, form: Sum, terms: list[Term], tables: dict[str, Table]) -> bool:
    """Replace terms that are copies of each other by a sum over copies; False where they differ in nothing."""
    pattern = terms[0]
    found = [_constants_of_copy(graph, pattern, term) for term in terms]
    if any(constants is None for constants in found):
        return False
    axis = f"n{len(tables) + 1}" if tables else "n"
    columns: dict[tuple[str, ...], int] = {}  # a column once, however often it is used
    leaves: list[int] = []
    table: list[tuple[float, ...]] = []
    varying: dict[Slot, int] = {}
    for slot in found[0] or ():
        column = tuple([constants[slot] for constants in found if constants is not None])
        key = tuple(map(repr, column))
        if len(set(key)) > 1:
            place = columns.setdefault(key, len(columns))
            if place == len(leaves):
                leaves.append(len(graph.forms))
                graph.forms.append(Leaf(axis, place))
                table.append(column)
            varying[slot] = leaves[place]
    if not varying:
        return False
    tables[axis] = list(zip(*table, strict=True))
    new = _rebuilt(graph, pattern, varying)
    slots = {1: varying[_COEFFICIENT]} if _COEFFICIENT in varying else {}
    rebuilt = _rebuilt_sum(graph, Sum(deque([pattern])), slots, new)
    body = len(graph.forms)
    graph.forms.append(rebuilt)
    graph.forms.append(OverCopies(body, axis))
    gone = set(terms)
    rest = [term for term in form.terms if term not in gone]
    graph.forms[number] = Sum(deque([Term(1.0, body + 1), *rest]), form.constant)
    return True


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


def _rebuilt(graph: ScalarGraph, pattern: Term, varying: dict[Slot, int]) -> dict[int, int]:
    """For each node of the pattern the one that has columns of the table in place of what varies."""
    levels = ScalarGraph(graph.forms, list(pattern.refs)).levels()
    new: dict[int, int] = {}
    touched = {number for number, _ in varying}
    for number in sorted(levels, key=lambda i: levels[i]):
        form = graph.forms[number]
        if number not in touched and all(new[x] == x for x in graph.operands(number)):
            new[number] = number
            continue
        slots = {j: leaf for (node, j), leaf in varying.items() if node == number} if number in touched else {}
        rebuilt = _rebuilt_sum(graph, form, slots, new) if isinstance(form, Sum) else _rebuilt_call(form, slots, new)
        new[number] = len(graph.forms)
        graph.forms.append(rebuilt)
    return new


def _rebuilt_sum(graph: ScalarGraph, form: Sum, slots: dict[int, int], new: dict[int, int]) -> Sum:
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


def _rebuilt_call(form: Form, slots: dict[int, int], new: dict[int, int]) -> Call:
    assert isinstance(form, Call)
    operands: list[Ref] = []
    constants = 0
    for x in form.operands:
        if isinstance(x, float):
            operands.append(slots.get(constants, x))
            constants += 1
        else:
            operands.append(new[x])
    return Call(form.op, tuple(operands))
