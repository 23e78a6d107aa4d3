"""Holding the cyclic garbage collector off while a graph is built and walked.

A graph has no cycles, and reference counts free it; but each collection walks all the nodes that are alive, which is
most of the cost of a large graph. A user's own loop can do the same with ``gc.disable()`` and ``gc.enable()``.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_before: list[tuple[int, int, int]] = []  # the thresholds that this process's threads put back when they are done


def without_collector(function: Callable[P, T]) -> Callable[P, T]:
    """The function, during which no cyclic collection starts by itself.

    It is the threshold that is changed, not ``gc.disable()``: what the caller switched off stays off, and what he
    switches off meanwhile, too. Nested and in several threads, the outermost call that changed it puts it back; a
    thread that finds it changed leaves it alone. A fork in the middle puts it back in the child.

    Example:
        >>> import gc
        >>> from autograd.engine.memory import without_collector
        >>> without_collector(gc.get_threshold)()[0], gc.get_threshold()[0] > 0
        (0, True)
    """

    @wraps(function)
    def held(*args: P.args, **kwargs: P.kwargs) -> T:
        before = gc.get_threshold()
        if not before[0]:
            return function(*args, **kwargs)
        try:
            _before.append(before)
            gc.set_threshold(0)
            result = function(*args, **kwargs)
        finally:
            gc.set_threshold(*before)
            _before.remove(before)
        return result

    return held


def _in_child() -> None:
    if _before:
        gc.set_threshold(*_before[0])


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
