"""Stage 1, record: the graph as a list of numbered instructions."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from autograd.compiler.scalars import Call, Form, Leaf, ScalarGraph
from autograd.engine.checks import as_number
from autograd.engine.graph import depth_of
from autograd.engine.value import Value


def record(roots: Sequence[Any], inputs: Sequence[Any]) -> ScalarGraph:
    """The instructions that compute ``roots``; an input is a leaf whatever it was computed from.

    Raises:
        TypeError: for a root that is no number or an input that is no Value.
        ValueError: if an input is named twice.
    """
    position = _positions(inputs)
    found = _reachable([root for root in roots if isinstance(root, Value)], position)
    number = {node: i for i, node in enumerate(found)}
    forms: list[Form] = []
    for i, node in enumerate(found):
        if node in position:
            forms.append(Leaf("input", position[node]))
        elif node.op is None:
            forms.append(Leaf("parameter", i))
        else:
            forms.append(Call(node.op, tuple([x if isinstance(x, float) else number[x] for x in node.operands])))
    for node, column in position.items():
        if node not in number:
            warnings.warn(
                f"no output depends on input {column} ({node.describe()}); its column of X changes nothing. "
                "Was the graph recorded from this very Value?",
                stacklevel=3,
            )
    _warn_of_decisions([*found, *[node for node in position if node not in number]])
    outputs = [number[r] if isinstance(r, Value) else as_number(r, "an output") for r in roots]
    return ScalarGraph(found, [node.label for node in position], forms, outputs)


def _warn_of_decisions(nodes: Sequence[Value]) -> None:
    """Say where the number of a node may have decided what was recorded."""
    decided = [node for node in nodes if node.decided is not None]
    if decided:
        node = decided[0]
        place = node.decided or ""
        if place.startswith("the derivative of"):
            what, advice = (
                f"{place} follows the operand that was chosen when it was recorded",
                "Compile the function itself",
            )
        else:
            what = f"{place} asked for the number of {node.describe()} (by an if, a comparison, max() ...)"
            advice = "Write where(step(z), a, b), maximum or minimum"
        more = f", and there are {len(decided) - 1} more" if len(decided) > 1 else ""
        warnings.warn(
            f"{what}{more}: the program may hold for one side of a choice only, whatever its data and parameters are. "
            f"{advice} for a choice that is made anew for every example",
            stacklevel=4,
        )


def _positions(inputs: Sequence[Any]) -> dict[Value, int]:
    """The column of each input."""
    position: dict[Value, int] = {}
    for column, node in enumerate(inputs):
        if not isinstance(node, Value):
            raise TypeError(
                f"input {column} is {node!r:.60}, not a Value; name the leaves that stand for the data, "
                "for instance compile(loss, inputs=[x1, x2, t])"
            )
        if node in position:
            raise ValueError(
                f"input {column} ({node.describe()}) is input {position[node]} already; name each input once"
            )
        position[node] = column
    return position


def _reachable(roots: list[Value], cut: dict[Value, int]) -> list[Value]:
    """All nodes the roots were computed from, operands first; what stands behind a node of ``cut`` is left out."""
    found: list[Value] = []
    seen: set[Value] = set()
    stack = roots[::-1]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            found.append(node)
            if node not in cut:
                stack.extend(reversed(node.parents))
    found.sort(key=depth_of)
    return found
