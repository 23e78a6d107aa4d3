"""What is called otherwise here: errors that tell whoever comes from micrograd, PyTorch or JAX what to write.

Each class or function that people know from elsewhere has a table, from the name there to what to write here. The
page `nn.coming_from` sets the names side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any, NoReturn, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def absent(owner: object, name: str, here: Mapping[str, str]) -> AttributeError:
    """The error for an attribute that there is not.

    Arguments:
        owner: whose attribute it would be.
        name: how it is called elsewhere.
        here: what to write instead, by such names.

    Example:
        >>> raise absent(1.0, "item", {"item": "it is a number already"})
        Traceback (most recent call last):
        ...
        AttributeError: float has no attribute 'item'; it is a number already
    """
    kind = type(owner).__name__
    return AttributeError(f"{kind} has no attribute {name!r}{_hint(here, name)}", name=name, obj=owner)


def refuse(function: str, given: Iterable[str], here: Mapping[str, str]) -> None:
    """Raise a TypeError if there are keyword arguments that the function does not have.

    Arguments:
        function: its name.
        given: the names of those arguments.
        here: what to write instead, by such names.

    Example:
        >>> refuse("draw", ["rankdir"], {"rankdir": "it goes from left to right"})
        Traceback (most recent call last):
        ...
        TypeError: draw has no argument 'rankdir'; it goes from left to right
    """
    for name in given:
        raise TypeError(f"{function} has no argument {name!r}{_hint(here, name)}")


def instead(here: Mapping[str, str]) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Let a function say what to write in place of keyword arguments that it has elsewhere.

    Arguments:
        here: what to write instead, by the names of such arguments.

    Example:
        >>> @instead({"nin": "write n_inputs="})
        ... def layer(n_inputs):
        ...     return n_inputs
        >>> layer(nin=3)
        Traceback (most recent call last):
        ...
        TypeError: layer has no argument 'nin'; write n_inputs=
    """

    def explained(function: Callable[P, T]) -> Callable[P, T]:
        name = function.__qualname__.removesuffix(".__init__")

        @wraps(function)
        def called(*args: P.args, **kwargs: P.kwargs) -> T:
            refuse(name, [word for word in kwargs if word in here], here)
            return function(*args, **kwargs)

        return called

    return explained


class Elsewhere:
    """An attribute that a class has elsewhere: to read it, or to set it, is an error that says what to write here.

    Other attributes are found as fast as without it, which a ``__getattr__`` would not leave them.

    Arguments:
        name: how it is called elsewhere.
        here: what to write instead.
    """

    def __init__(self, name: str, here: str) -> None:
        self.name, self.here = name, here

    def __get__(self, owner: Any, kind: type) -> NoReturn:
        raise absent(kind if owner is None else owner, self.name, {self.name: self.here})

    def __set__(self, owner: Any, value: object) -> NoReturn:
        raise absent(owner, self.name, {self.name: self.here})


def _hint(here: Mapping[str, str], name: str) -> str:
    return f"; {here[name]}" if name in here else ""
