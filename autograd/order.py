"""Topological order: a list in which every node stands after its operands. Imports nothing at run time."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograd.value import Value

depth_of = attrgetter("depth")


def topological_order(root: Value) -> list[Value]:
    """All nodes that ``root`` was computed from, operands before results, ``root`` last.

    A node's depth is one more than that of its deepest operand, so sorting by depth is a topological order: no
    recursion, whatever the depth. Nodes of the same depth stand in the order in which the expression names them.
    The reverse pass walks this list from its end.

    Example:
        >>> from autograd import Value
        >>> a, b = Value(2.0, label="a"), Value(3.0, label="b")
        >>> [node.label or node.op.name for node in topological_order(a * b + a)]
        ['a', 'b', 'multiply', 'add']
    """
    found: list[Value] = []
    seen: set[Value] = set()
    stack = [root]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            found.append(node)
            if node.depth:
                for operand in (node._b, node._a):
                    if type(operand) is tuple:
                        stack.extend([member for member in reversed(operand) if type(member) is not float])
                    elif operand is not None and type(operand) is not float:
                        stack.append(operand)
    found.sort(key=depth_of)
    return found
