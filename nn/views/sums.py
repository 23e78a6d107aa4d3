"""The weighted sums of neurons in a graph: one `dot` node each, or the sum of products that a person writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from autograd.drawing.neurons import row_and_inputs
from autograd.engine import primitives
from autograd.engine.value import Value

Row = tuple[Value, ...]


def weighted_sums(nodes: Iterable[Value], rows: Iterable[Row]) -> Iterator[tuple[Value, Row, Sequence[Any]]]:
    """The nodes that are w·x + b for one of the rows (w_1, ..., w_n, b): each with its row and its inputs.

    Arguments:
        nodes: those of a graph, operands first.
        rows: weights with the bias last, which it is in the sum wherever it stands there.
    """
    by_bias: defaultdict[Value, list[Row]] = defaultdict(list)
    known = set(rows)
    for row in known:
        by_bias[row[-1]].append(row)
    terms: dict[Value, list[Any]] = {}  # of each sum: its summands, a product as a pair
    for node in nodes:
        if node.op is primitives.dot:
            weights, taken = row_and_inputs(node)
            own = tuple([w for w in weights if isinstance(w, Value)])
            if own in known:
                yield node, own, taken
                continue
        found = _terms(node, terms)
        if found is None:
            continue
        terms[node] = found
        for bias in [term for term in found if isinstance(term, Value) and term in by_bias]:
            for row in by_bias[bias]:
                inputs = _inputs(row, found) if len(found) == len(row) else None
                if inputs is not None:
                    yield node, row, inputs


def _terms(node: Value, known: dict[Value, list[Any]]) -> list[Any] | None:
    """What a node adds up, sums in it resolved; None where it is no sum."""
    if node.op is primitives.dot:
        row, inputs = row_and_inputs(node)
        return [*zip(row, inputs, strict=False), *row[len(inputs) :]]
    if node.op not in (primitives.add, primitives.fsum):
        return None
    found: list[Any] = []
    for operand in node.operands:
        if isinstance(operand, Value) and operand in known:
            found += known[operand]
        elif isinstance(operand, Value) and operand.op is primitives.multiply:
            found.append(operand.operands)
        elif isinstance(operand, Value) or operand:  # a plain 0, from which a sum may start, adds nothing
            found.append(operand)
    return found


def _inputs(row: Row, terms: Sequence[Any]) -> list[Any] | None:
    """What the weights are multiplied by, if the terms are one product for each of them, and the bias."""
    places: defaultdict[Any, list[int]] = defaultdict(list)  # several of a weight that several inputs share
    for i, weight in enumerate(row[:-1]):
        places[weight].append(i)
    inputs: dict[int, Any] = {}
    for term in terms:
        if isinstance(term, tuple):
            a, b = term
            weight, x = (a, b) if isinstance(a, Value) and places.get(a) else (b, a)
            if isinstance(weight, Value) and places.get(weight):
                inputs[places[weight].pop(0)] = x
    return [inputs[i] for i in range(len(row) - 1)] if len(inputs) == len(row) - 1 else None
