"""Stage 7, lower: the arrays in terms of the functions that an array library has, each with its name.

``relu(a)`` becomes ``maximum(a, 0)``. An array is called after the user's label, else Z1, A1 layer by layer; a
derivative after what it belongs to.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from autograd.compiler import operations as ops
from autograd.compiler.arrays import Array, in_order
from autograd.compiler.builder import Arrays
from autograd.compiler.lift import ArrayProgram
from autograd.compiler.names import identifier, stem
from autograd.compiler.symbols import SymbolicNamespace
from autograd.engine import primitives as table
from autograd.engine.primitives import Primitive
from autograd.engine.symbols import Symbol

_ARITHMETIC = frozenset([table.add, table.subtract, table.multiply, table.divide, table.negative, table.power])


def lower(program: ArrayProgram) -> ArrayProgram:
    """The program with arrays that every library can compute, and their names."""
    assert program.gradient is not None
    names = _array_names(program)
    derivatives = _derivative_names(program, names)
    roots = [program.value, program.outputs, program.gradient, *derivatives]
    new = program.make.rewritten(roots, partial(_lowered, program.make))
    lowered = replace(
        program,
        value=new[program.value],
        outputs=new[program.outputs],
        gradient=new[program.gradient],
        names={new[node]: name for node, name in names.items() if node in new},
        derivatives={},
    )
    for node, name in derivatives.items():
        if new[node] not in lowered.names and new[node].op not in (ops.number, ops.seed, ops.broadcast):
            lowered.derivative_names.setdefault(new[node], name)
    return lowered


def _lowered(make: Arrays, op: Primitive, *args: Array) -> Array:
    """A primitive as what a library can compute."""
    if op.array:
        return make.apply(op, *args)
    m = SymbolicNamespace(make)
    return m.array(op.value(m, *[Symbol(m, arg) for arg in args]))


def _array_names(program: ArrayProgram) -> dict[Array, str]:
    """Names for the arrays of the forward half."""
    columns = program.graph.columns
    found = {node: name for node, label in program.names.items() if (name := identifier(label))}
    for node in in_order([program.value]):
        if node.args and node.args[0].op is ops.inputs and node not in found:
            label = identifier(columns[node.attr]) if node.op is ops.column else ""
            if label:
                found[node] = label
            elif node.op is ops.columns:
                found[node] = stem([columns[j] for j in node.attr]) or "x"
        elif node.op is table.power and node.args[0].op is table.subtract and node.args[0] not in found:
            found[node.args[0]] = "e"  # the error of a prediction
        elif node.op is ops.logsumexp:
            found.setdefault(node, "lse")
        elif node.args and node not in found:
            layer = found.get(node.args[0], "")
            unary = (
                isinstance(node.op, Primitive)
                and node.op not in _ARITHMETIC
                and not any(arg.shape and arg.op is not ops.parameter for arg in node.args[1:])
            )
            if layer[:1] in ("Z", "z") and layer[1:].isdigit() and (unary or node.op is ops.softmax):
                name = ("A" if layer[0] == "Z" else "a") + layer[1:]
                if name not in found.values():
                    found[node] = name
    if program.value not in found and program.value.args:
        found[program.value] = "loss"
    return found


def _derivative_names(program: ArrayProgram, names: dict[Array, str]) -> dict[Array, str]:
    """Names for the derivatives with respect to what has one."""
    blocks = {(tuple(range(b.start, b.start + b.size)), b.shape): b.name for b in program.layout.blocks}
    found: dict[Array, str] = {}
    for node, derivative in program.derivatives.items():
        name = names.get(node) or (blocks.get((node.attr, node.shape)) if node.op is ops.parameter else None)
        if name:
            found.setdefault(derivative, f"d{name}")
    return found
