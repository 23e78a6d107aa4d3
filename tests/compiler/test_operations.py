"""The table of array operations: every row is one that programs are made of, and is written in both texts."""

from __future__ import annotations

import pytest

from autograd import Value
from autograd import functions as fn
from autograd.compiler import Program, compile
from autograd.compiler.arrays import in_order
from autograd.compiler.operations import ELEMENTWISE, OPERATIONS, rules
from tests.compiler.test_buffered import assert_same_program


def every_operation() -> list[Program]:
    """Programs that together hold every operation of the table."""
    p, x = [Value(0.2 + 0.1 * i) for i in range(6)], [Value(0.3 + 0.1 * i) for i in range(4)]
    layer = fn.linear([tuple(p[:3]), tuple(p[3:])], x[:2])
    choice = fn.where(fn.step(layer[0]) * fn.step(x[3]), fn.relu(layer[1]), fn.sqrt(x[0] * p[0]))
    nested = fn.where(fn.step(x[1]), fn.where(fn.step(x[2]), fn.log(x[0] * p[0]), p[1]), p[2])
    row = fn.softmax([*layer, x[3]])
    gathered = fn.logsumexp([x[3], x[0], x[3]]) + fn.dot(row, x[:3])
    computed = fn.linear([[p[0] * p[0], p[1] * p[1]], [p[2] * p[2], p[3] * p[3]]], x[:2])
    tied = fn.dot([p[0], p[3], p[5]], x[:3]) + fn.dot([0.1, 0.2, 0.3, 0.4], x) + p[0] * p[5]
    loop = fn.fsum([fn.sin(p[0] * c) for c in (1.0, 2.0, 3.0, 4.0)])
    mixed = fn.fsum([fn.tanh(fn.maximum(z, x[2])) for z in [*layer, *computed]]) * (2.0 / (x[0] + 1.0)) ** p[1]
    total = choice + nested - gathered * fn.sigmoid(-tied) + loop + mixed
    return [compile(total, x), compile(fn.where(fn.step(p[0]), p[0], p[1]) * loop)]


def test_every_row_is_used_and_both_texts_of_it_run() -> None:
    found = set()
    for program in every_operation():
        lowered = program.stages["lower"]
        found |= {node.op for node in in_order([lowered.value, lowered.gradient])}
        assert_same_program(program)
    unused = [name for name, op in {**OPERATIONS, **{op.name: op for op in ELEMENTWISE}}.items() if op not in found]
    assert not unused


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_a_row_is_found_by_its_name(name: str) -> None:
    op = OPERATIONS[name]
    assert rules(op) is op
    assert op.name in (name, "and", "or", "not")
