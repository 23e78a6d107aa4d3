"""Nested sequences of numbers, as the transforms take and give them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd.engine.value import Value, as_operand


def leaves_of(tree: Any) -> list[Value | float]:
    """The Values and numbers in nested lists, tuples, dicts and NumPy arrays, in order.

    Raises:
        TypeError: for anything else in them.
    """
    found: list[Value | float] = []
    mapped(found.append, tree)
    return found


def mapped(f: Callable[[Any], Any], tree: Any, *, strict: bool = True) -> Any:
    """The same structure with ``f`` applied to every Value and number in it.

    Arguments:
        strict: whether anything else in it is an error. Where it is not, ``f`` is applied to the Values alone, and all
            else stays as it is.
    """
    if isinstance(tree, Value):
        return f(tree)
    if isinstance(tree, dict):
        return {key: mapped(f, branch, strict=strict) for key, branch in tree.items()}
    if isinstance(tree, tuple):
        branches = [mapped(f, branch, strict=strict) for branch in tree]
        return type(tree)(*branches) if hasattr(tree, "_fields") else tuple(branches)
    if isinstance(tree, list):
        return [mapped(f, branch, strict=strict) for branch in tree]
    if type(tree).__name__ == "ndarray" and (strict or tree.dtype == object):
        return _mapped_array(f, tree, strict)
    return f(as_operand(tree)) if strict else tree


def _mapped_array(f: Callable[[Any], Any], array: Any, strict: bool) -> Any:
    """An array of the same shape: of floats where ``f`` gives floats, else of objects; longer where it gives arrays."""
    import numpy as np

    results = [mapped(f, x, strict=strict) for x in array.ravel().tolist()]
    if results and all(type(x) is np.ndarray for x in results):
        return np.stack(results).reshape(array.shape + results[0].shape)
    plain = all(type(x) is float for x in results)
    flat = np.empty(len(results), dtype=float if plain else object)
    flat[:] = results
    return flat.reshape(array.shape)


def like(tree: Any, leaves: list[Any]) -> Any:
    """``leaves`` in the structure of ``tree``."""
    remaining = iter(leaves)
    return mapped(lambda _: next(remaining), tree)
