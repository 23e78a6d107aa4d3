"""Copies of graphs of any depth: copy, deepcopy and pickle without recursion. Imports `order`.

deepcopy goes through the topological order, so that operands are copied before the nodes that use them. pickle
asks one object at a time for its parts (``__reduce__``) and recurses into them; so the node that is asked first
hands over its ancestors as a list in topological order, and when pickle comes to each of them, its operands are
already done.
"""

from __future__ import annotations

import threading
import weakref
from typing import TYPE_CHECKING, Any

from autograd.order import topological_order

if TYPE_CHECKING:
    from autograd.value import Value

_new = object.__new__
_SLOTS = ("data", "grad", "label", "op", "depth", "_a", "_b", "_da", "_db")


def _with_slots(kind: type[Value], state: tuple[Any, ...]) -> Value:
    """A node of class ``kind`` with the contents of its slots in the order of _SLOTS."""
    node = _new(kind)
    for slot, content in zip(_SLOTS, state, strict=True):
        setattr(node, slot, content)
    return node


def _state(node: Value) -> tuple[Any, ...]:
    return tuple([getattr(node, slot) for slot in _SLOTS])


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
    if type(operand) is tuple:
        return tuple([memo.get(id(member), member) for member in operand])
    return memo.get(id(operand), operand)


class _Ancestors(list["Value"]):
    """The ancestors of a node that is being pickled, in topological order; alive as long as that pickling is."""

    __slots__ = ("__weakref__", "ids")

    ids: set[int]
    __hash__ = object.__hash__  # type: ignore[assignment]  # by identity, as a weak set needs it


class _Pickling(threading.local):
    """The ancestor lists that this thread is pickling at the moment."""

    def __init__(self) -> None:
        self.batches: weakref.WeakSet[_Ancestors] = weakref.WeakSet()


_pickling = _Pickling()


def reduce(node: Value) -> tuple[Any, ...]:
    """What pickle stores for ``node``: its slots, preceded by its ancestors unless these are in hand already."""
    ancestors = None
    if node.depth > 1 and not any(id(node) in batch.ids for batch in _pickling.batches):
        ancestors = _Ancestors(topological_order(node)[:-1])
        ancestors.ids = {id(ancestor) for ancestor in ancestors}
        _pickling.batches.add(ancestors)
    return _restored, (ancestors, type(node), _state(node))


def _restored(ancestors: list[Value] | None, kind: type[Value], state: tuple[Any, ...]) -> Value:
    return _with_slots(kind, state)
