"""Numbers that leave the graph: `float()` of a Value forgets how it was computed, so its part of a derivative is lost.

Inside a function that is being differentiated that is an error. Outside, where a number is often all that is wanted, it
is a warning if the line in question calls a function of ``math``.
"""

from __future__ import annotations

import ast
import linecache
import math
import warnings
from collections.abc import Collection, Iterator
from contextvars import ContextVar
from functools import lru_cache
from itertools import islice
from types import CodeType, FrameType, ModuleType
from typing import TYPE_CHECKING, Any

from autograd.engine import primitives

if TYPE_CHECKING:
    from autograd.engine.value import Value

inputs_of_open_calls: ContextVar[tuple[Collection[Value], ...]] = ContextVar("chainrule differentiating", default=())
"""The inputs of each function that is being differentiated in this thread or task, innermost last."""

_PREDICATES = {"isclose", "isfinite", "isinf", "isnan"}  # their answer has no derivative that could be lost
_NAMES = {name for name, value in vars(math).items() if callable(value)} - _PREDICATES


def leaves_the_graph(node: Value, frame: FrameType) -> None:
    """Answer for a ``float()`` of ``node`` that the program in ``frame`` asked for.

    Raises:
        TypeError: if ``node`` depends on the inputs of a function that is being differentiated.
    """
    calls = inputs_of_open_calls.get()
    if not calls and _NAMES.isdisjoint(frame.f_code.co_names):
        return
    name = next(_functions_of_math(frame), None)
    advice = f"autograd.functions.{name}" if _is_ours(name) else "the functions of autograd.functions"
    if any(_depends(node, inputs) for inputs in calls):
        called = f"math.{name}" if name else "float()"
        raise TypeError(
            f"{called} takes the plain number of {node.describe()}, which depends on the arguments of the function "
            f"that is being differentiated; its part of the derivative would be lost. Use {advice}, or v.data where "
            "the number alone is meant"
        )
    if name:
        warnings.warn(
            f"math.{name} gives a plain number: the result no longer knows that it was computed from "
            f"{node.describe()}, and no gradient comes back through it. Use {advice}, or math.{name}(v.data) where the "
            "number alone is meant",
            stacklevel=3,
        )


def _is_ours(name: str | None) -> bool:
    return name is not None and isinstance(getattr(primitives, name, None), primitives.Primitive)


def _depends(node: Value, inputs: Collection[Value]) -> bool:
    """Whether a gradient would go from ``node`` to one of ``inputs``."""
    seen = {node}
    stack = [node]
    while stack:
        reached = stack.pop()
        if reached in inputs:
            return True
        for parent, _ in reached.edges:
            if parent not in seen:
                seen.add(parent)
                stack.append(parent)
    return False


def _functions_of_math(frame: FrameType) -> Iterator[str]:
    """The functions of ``math`` that the call in progress names, by its text and what its names stand for."""
    for expression in _candidates(frame.f_code, frame.f_lasti):
        name = expression.id if isinstance(expression, ast.Name) else expression.attr
        if _stands_for(expression, frame) is getattr(math, name):
            yield name


def _stands_for(expression: ast.AST, frame: FrameType) -> Any:
    """What a name, or a name in a module, stands for in ``frame``; None where that cannot be told by looking."""
    if isinstance(expression, ast.Name):
        return frame.f_locals.get(expression.id, frame.f_globals.get(expression.id))
    if isinstance(expression, ast.Attribute):
        module = _stands_for(expression.value, frame)
        return getattr(module, expression.attr, None) if isinstance(module, ModuleType) else None
    return None


@lru_cache(maxsize=256)
def _candidates(code: CodeType, instruction: int) -> list[ast.Name | ast.Attribute]:
    """What may name a function of ``math`` in the source of an instruction; nothing where the source is not at hand."""
    first, last, start, end = next(islice(code.co_positions(), instruction // 2, None))
    if first is None or last is None or start is None or end is None:
        return []
    text = [linecache.getline(code.co_filename, line).encode() for line in range(first, last + 1)]
    text[-1] = text[-1][:end]  # columns count bytes
    text[0] = text[0][start:]
    try:
        parsed = ast.parse(b"(" + b"".join(text) + b")")
    except (SyntaxError, ValueError):
        return []
    names = [x for x in ast.walk(parsed) if isinstance(x, (ast.Name, ast.Attribute))]
    return [x for x in names if (x.id if isinstance(x, ast.Name) else x.attr) in _NAMES]
