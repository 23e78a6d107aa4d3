"""What counts as a number, and what to write instead of something that does not."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Integral, Real
from typing import Any


def as_number(x: Any, what: str) -> float:
    """A real number (also a NumPy scalar) as a float. ``what`` it is for begins the message of the error.

    Raises:
        TypeError: for anything else, with what to write instead.
        ValueError: for a whole number too large for a float.
    """
    if type(x) is int or isinstance(x, Real) or (type(x).__module__ == "numpy" and type(x).__name__.startswith("bool")):
        try:
            return float(x)
        except OverflowError:
            raise ValueError(f"{what} is a whole number too large for a float (about 1.8e308 at most)") from None
    text = repr(x)
    shown = text if len(text) <= 60 else text[:57] + "..."
    raise TypeError(f"{what} must be a real number, not {shown} ({type(x).__name__}); {_instead(x)}")


def check_count(name: str, value: Any, at_least: int = 1) -> int:
    """A whole number of at least ``at_least``.

    Raises:
        TypeError: if it is not a whole number.
        ValueError: if it is too small.

    Example:
        >>> check_count("epochs", 0)
        Traceback (most recent call last):
        ...
        ValueError: epochs is 0, but must be at least 1
    """
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be a whole number, not {value!r} ({type(value).__name__})")
    if value < at_least:
        raise ValueError(f"{name} is {value}, but must be at least {at_least}")
    return int(value)


def may_answer(x: object) -> bool:
    """Whether an operand that is no number, such as an array, may have an operator of its own for a Value."""
    return not isinstance(x, (str, bytes, complex, list, tuple, dict, set, frozenset, type(None)))


def _instead(x: object) -> str:
    """What to write instead of ``x``."""
    if hasattr(x, "partials"):
        return "it is a Value already: use it as it is, or v.data for its number"
    if isinstance(x, (str, bytes)):
        return "write float(text) if it spells a number; a name goes into label="
    if x is None:
        return "a function that forgets to return gives None"
    if isinstance(x, complex):
        return "use its .real or .imag; the engine is for real numbers"
    if hasattr(x, "__array__"):
        return "make one Value an element, [Value(x) for x in array.flat], or array * Value(1.0) for an array of Values"
    if isinstance(x, Iterable):
        return "make one Value an element: [Value(x) for x in ...]"
    return "write float(x) if it stands for a number"
