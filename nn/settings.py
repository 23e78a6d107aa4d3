"""`setting`, a field of a dataclass that says what it may be, and `Settings`, which holds its fields to that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, field, fields
from typing import Any, cast

from nn.data import check_number


def setting(default: Any = MISSING, check: Callable[..., Any] = check_number, **bounds: Any) -> Any:
    """A field of a `Settings`, which is checked when an object is made.

    Arguments:
        default: as of any field. Where it is None, None may stay.
        check: what is called with the name, the value and the bounds, and gives the value to keep.
        bounds: those of ``check``. The name of another setting stands for its value.
    """
    return field(default=default, metadata={"check": check, "bounds": bounds})


class Settings:
    """The base class of dataclasses with settings. Its repr leaves out what is as by default, but for a learning rate.

    Example:
        >>> from dataclasses import dataclass
        >>> @dataclass(repr=False)
        ... class Range(Settings):
        ...     low: float = setting(0.0)
        ...     high: float = setting(1.0, above="low")
        >>> Range(high=2)
        Range(high=2.0)
        >>> Range(3.0, 2.0)
        Traceback (most recent call last):
        ...
        ValueError: high is 2, but must be a finite number above 3
    """

    def __post_init__(self) -> None:
        for own in fields(cast(Any, self)):
            if own.metadata and not (own.default is None and getattr(self, own.name) is None):
                bounds = {
                    word: getattr(self, bound) if isinstance(bound, str) else bound
                    for word, bound in own.metadata["bounds"].items()
                }
                setattr(self, own.name, own.metadata["check"](own.name, getattr(self, own.name), **bounds))

    def __repr__(self) -> str:
        shown = [
            f"{own.name}={getattr(self, own.name)!r}"
            for own in sorted(fields(cast(Any, self)), key=lambda own: own.kw_only is True)
            if own.init and (own.name == "lr" or getattr(self, own.name) != own.default)
        ]
        return f"{type(self).__name__}({', '.join(shown)})"
