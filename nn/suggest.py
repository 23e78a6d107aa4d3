"""What stands under a name; the error for an unknown one, with the nearest known ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

T = TypeVar("T")


def lookup(kind: str, name: str, table: Mapping[str, T]) -> T:
    """The entry called ``name``; capitals, spaces, hyphens and underscores do not matter.

    Arguments:
        kind: what the names stand for, as the message says it ("activation").
        name: the name asked for.
        table: the known names and what they stand for.

    Raises:
        ValueError: for an unknown name, with the nearest known ones and all of them.

    Example:
        >>> lookup("activation", "Leaky ReLU", {"leaky_relu": 1, "tanh": 2})
        1
        >>> lookup("activation", "tahn", {"leaky_relu": 1, "tanh": 2})
        Traceback (most recent call last):
        ...
        ValueError: the activation 'tahn' is not known; did you mean 'tanh'? Known are 'leaky_relu', 'tanh'
    """
    by_letters = {_letters(known): entry for known, entry in table.items()}
    if _letters(name) not in by_letters:
        raise unknown(kind, name, table)
    return by_letters[_letters(name)]


def chosen(kind: str, given: str | T | type[T], base: Any, table: Mapping[str, Any], taken: str) -> T:
    """What was given, if it is of the base class; what stands under a name; an object of a class.

    Arguments:
        kind: as for `lookup`.
        given: an object, a name, or a class.
        table: what stands under each name: an object, or the class of one.
        taken: what may be given, as the message says it ("an optimizer is a name such as 'adam' or an object").

    Raises:
        ValueError: for an unknown name, as `lookup`.
        TypeError: for anything else.

    Example:
        >>> [chosen("number", given, int, {"zero": int, "one": 1}, "a number is a name") for given in ("One", int, 7)]
        [1, 0, 7]
    """
    found: Any = lookup(kind, given, table) if isinstance(given, str) else given
    if isinstance(found, type) and issubclass(found, base):
        found = found()
    if not isinstance(found, base):
        raise TypeError(f"{taken}, not {given!r:.60}")
    return found


def unknown(kind: str, name: str, known: Iterable[str]) -> ValueError:
    """The error to raise for a name that is not among the known ones.

    Example:
        >>> raise unknown("task", "regresion", ["regression", "binary"])
        Traceback (most recent call last):
        ...
        ValueError: the task 'regresion' is not known; did you mean 'regression'? Known are 'regression', 'binary'
    """
    names = {_letters(candidate): candidate for candidate in known}
    near = [repr(names[match]) for match in get_close_matches(_letters(name), names, n=3, cutoff=0.6)]
    question = f"did you mean {' or '.join(near)}? Known are" if near else "known are"
    return ValueError(f"the {kind} {name!r} is not known; {question} {', '.join(map(repr, names.values()))}")


def _letters(name: str) -> str:
    return "".join(character for character in str(name).lower() if character.isalnum())
