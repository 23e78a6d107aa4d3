"""What the arrays of a program are called: after the user's labels, else Z1, A1, W1, b1 layer by layer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from autograd.compiler.arrays import Array, in_order
from autograd.compiler.emit import RESERVED, identifier, stem
from autograd.compiler.layout import Block
from autograd.engine import primitives as table
from autograd.engine.primitives import Primitive

_ARITHMETIC = frozenset([table.add, table.subtract, table.multiply, table.divide, table.negative, table.power])


def block_names(blocks: Sequence[Block], labels: Sequence[str | None], data: Iterable[str]) -> list[tuple[Block, str]]:
    """A name for each block of theta.

    Arguments:
        blocks: the blocks.
        labels: those of the parameters, in the order of theta.
        data: the names of the tables of numbers, which are taken.
    """
    found: list[tuple[Block, str]] = []
    taken = {*RESERVED, *data}
    loose = 0
    for block in blocks:
        own = labels[block.start : block.start + block.size]
        name = (identifier(own[0] or "") if block.size == 1 else "") or stem(own)
        if block.role == "p":
            loose += 1
            default = f"p{loose}"
        else:
            default = f"{block.role.lower() if len(block.shape) < 2 else block.role}{block.layer}"
        if len(block.shape) == 2:
            name = name[:1].upper() + name[1:]
        name = default if not name or name in taken else name
        while name in taken:
            name += "_"
        taken.add(name)
        found.append((block, name))
    return found


def array_names(roots: Sequence[Array], names: dict[Array, str], columns: Sequence[str | None]) -> dict[Array, str]:
    """Names for the arrays of the forward half.

    Arguments:
        roots: the outputs.
        names: the names that are given.
        columns: the labels of the columns of X.
    """
    found = {node: name for node, name in ((n, identifier(t)) for n, t in names.items()) if name}
    for node in in_order(roots):
        if node.args and node.args[0].op == "inputs" and node not in found:
            label = identifier(columns[node.attr] or "") if node.op == "column" else ""
            if label:
                found[node] = label
            elif node.op == "columns":
                found[node] = stem([columns[j] for j in node.attr]) or "x"
        elif node.op is table.power and node.args[0].op is table.subtract and node.args[0] not in found:
            found[node.args[0]] = "e"  # the error of a prediction
        elif node.op == "logsumexp":
            found.setdefault(node, "lse")
        elif node.args and node not in found:
            layer = found.get(node.args[0], "")
            unary = (
                isinstance(node.op, Primitive)
                and node.op not in _ARITHMETIC
                and not any(arg.shape and arg.op != "parameter" for arg in node.args[1:])
            )
            if layer[:1] in ("Z", "z") and layer[1:].isdigit() and (unary or node.op == "softmax"):
                name = ("A" if layer[0] == "Z" else "a") + layer[1:]
                if name not in found.values():
                    found[node] = name
    return found
