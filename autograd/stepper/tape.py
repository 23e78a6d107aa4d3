"""The tape: a recorded graph as data, so that `tape.js` computes it again in the page, with other numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isclose
from typing import Any

from autograd.engine import scalar
from autograd.engine.primitives import Primitive
from autograd.engine.value import Value, numbers_of
from autograd.stepper.rules import json_number, written

SAME = 1e-12  # relative: two forms of one number differ by some units in the 16th digit


def tape_of(root: Value, order: Sequence[Value]) -> dict[str, Any]:
    """A recorded graph as JSON has it.

    Arguments:
        root: the result.
        order: all its nodes, operands before results; it may hold others, after their operands too.

    Returns:
        ``root``: its place in ``order``.
        ``nodes``: for each ``[rule, operands]``: the place of its rule, None for a leaf; an operand is the place of a
        node or, as a string, a constant. Where the rule cannot be written down it is None, and after the operands stand
        the recorded partials and whether one that is 0 stops the gradient.
        ``numbers``: those of the nodes, as recorded.
        ``rules``: those that are used, see `autograd.stepper.rules.written`.
        ``stale``: the nodes that are not what their operands would make now: the number of a leaf was set after use.
        ``decided``: pairs of a node and the place in the program that asked for its number, see `Value.decided`.

    Example:
        >>> from autograd import Value, topological_order
        >>> x = Value(3.0)
        >>> y = 2.0 * x
        >>> tape_of(y, topological_order(y))["nodes"]
        [[None, []], [0, ['2.0', 0]]]
    """
    places = {node: place for place, node in enumerate(order)}
    rules = _Rules()
    return {
        "root": places[root],
        "nodes": [_line(node, places, rules) for node in order],
        "numbers": [json_number(node.data) for node in order],
        "rules": rules.used,
        "stale": [place for node, place in places.items() if _is_stale(node)],
        "decided": [[place, where] for node, place in places.items() if (where := node.decided) is not None],
    }


class _Rules:
    """The rules that a tape uses, each once."""

    def __init__(self) -> None:
        self.used: list[dict[str, Any]] = []
        self._places: dict[tuple[Any, ...], int | None] = {}

    def place(self, op: Primitive, operands: Sequence[Value | float]) -> int | None:
        """Where the rule for an operation on these operands stands; None where it cannot be written down.

        A rule that works out its constants, as the number of the output of a softmax, is written down for each of them.
        """
        n = len(operands)
        constants = {i: x for i, x in enumerate(operands) if type(x) is float}
        place = self._place((op, n), lambda: written(op, n))
        if place is None and constants:
            place = self._place((op, n, repr(constants)), lambda: written(op, n, constants))
        return place

    def _place(self, key: tuple[Any, ...], write: Callable[[], dict[str, Any] | None]) -> int | None:
        if key not in self._places:
            rule = write()
            self._places[key] = None if rule is None else len(self.used)
            self.used += [] if rule is None else [rule]
        return self._places[key]


def _line(node: Value, places: dict[Value, int], rules: _Rules) -> list[Any]:
    operands = [places[x] if isinstance(x, Value) else repr(x) for x in node.operands]
    rule = None if node.op is None else rules.place(node.op, node.operands)
    if rule is not None or node.op is None:
        return [rule, operands]
    partials = iter(node.partials)
    slopes = [json_number(next(partials)) if isinstance(x, Value) else "nan" for x in node.operands]
    return [None, operands, slopes, node.op.may_stop]


def _is_stale(node: Value) -> bool:
    """Whether a node is another one than its operands would make now."""
    op = node.op
    if op is None:
        return False
    numbers, wanted = numbers_of(node.operands), [isinstance(x, Value) for x in node.operands]
    try:
        if op.outside(*numbers) is not None:
            return True
        if op.eager is not None:
            data, *slopes = op.eager(*numbers)
        else:
            data = op.on_floats(*numbers)
            slopes = op.slopes(scalar, data, *numbers, wanted=wanted)
    except (ArithmeticError, ValueError):
        return True
    now = [data, *[slope for slope, want in zip(slopes, wanted, strict=True) if want]]
    return not all(_same(x, y) for x, y in zip(now, (node.data, *node.partials), strict=True))


def _same(x: float, y: float) -> bool:
    return isclose(x, y, rel_tol=SAME) or x == y or (x != x and y != y)
