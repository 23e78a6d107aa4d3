"""Copies of graphs of any depth: copy, deepcopy and pickle without recursion.

deepcopy goes through the topological order, so that operands are copied before the nodes that use them. pickle
asks one object at a time for its parts (``__reduce__``) and recurses into them; so the node that is asked first
hands over its ancestors as a list in topological order, and when pickle comes to each of them, its operands are
already done.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from autograd.engine.graph import topological_order

if TYPE_CHECKING:
    from autograd.engine.value import Value

_new = object.__new__
_SLOTS = ("_data", "grad", "label", "op", "depth", "_a", "_b", "_da", "_db")


_state = attrgetter(*_SLOTS)


def _with_slots(kind: type[Value], state: tuple[Any, ...]) -> Value:
    """A node of class ``kind`` with the contents of its slots in the order of _SLOTS."""
    node = _new(kind)
    for slot, content in zip(_SLOTS, state, strict=True):
        setattr(node, slot, content)
    return node


def shallow(node: Value) -> Value:
    """A second node with the same record: the same operation on the same operands."""
    return _with_slots(type(node), _state(node))


def deep(root: Value, memo: dict[int, Any]) -> Value:
    """A copy of the whole graph below ``root``; what is shared stays shared (through ``memo``)."""
    for node in topological_order(root):
        if id(node) in memo:
            continue
        copied = memo[id(node)] = shallow(node)
        copied._a, copied._b = _replaced(node._a, memo), _replaced(node._b, memo)
    copy: Value = memo[id(root)]
    return copy


def _replaced(operand: Any, memo: dict[int, Any]) -> Any:
    """The copies of what one slot holds: a group of operands, a single one, or none."""
    if type(operand) is tuple and id(operand) not in memo:
        memo[id(operand)] = tuple([memo.get(id(member), member) for member in operand])
    return memo.get(id(operand), operand)


class _Ancestors(list["Value"]):
    """The ancestors of a node that is being pickled, in topological order; alive as long as that pickling is."""

    ids: set[int]  # of those that pickle has not come to yet

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (), None, iter(self)


class _Pickling(threading.local):
    """What this thread is pickling at the moment: a weak reference to the ancestors in hand, or to nothing."""

    def __init__(self) -> None:
        self.ancestors: Callable[[], _Ancestors | None] = lambda: None


_pickling = _Pickling()


def reduce(node: Value) -> tuple[Any, ...]:
    """What pickle stores for ``node``: its slots, preceded by its ancestors unless these are in hand already."""
    in_hand = _pickling.ancestors()
    ancestors = None
    if in_hand is not None and id(node) in in_hand.ids:
        in_hand.ids.remove(id(node))
    elif node.depth > 1:
        ancestors = _Ancestors(topological_order(node)[:-1])
        ancestors.ids = {id(ancestor) for ancestor in ancestors}
        _pickling.ancestors = weakref.ref(ancestors)
    return _restored, (ancestors, type(node), _state(node))


def _restored(ancestors: list[Value] | None, kind: type[Value], state: tuple[Any, ...]) -> Value:
    return _with_slots(kind, state)
