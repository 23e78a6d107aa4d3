"""The two recording modes, `no_grad` and `detect_anomaly`, each per thread and per async task.

Imports the standard library alone.
"""

from __future__ import annotations

from contextvars import ContextVar
from types import TracebackType
from typing import ClassVar, NamedTuple


class Modes(NamedTuple):
    """What holds in the current thread or task."""

    record: bool = True
    check: bool = False
    around: Modes | None = None  # what held before the innermost block was entered


_DEFAULT = Modes()
_current: ContextVar[Modes] = ContextVar("chainrule modes", default=_DEFAULT)

open_blocks: list[object] = []
"""The mode blocks open anywhere in the process. Asking a context variable costs a tenth of an operation, so an
operator first asks whether this list is empty, and looks at its own thread's or task's modes only if it is not."""


def current_modes() -> Modes:
    """The modes of the thread or task that calls."""
    return _current.get()


class _ModeBlock:
    """A ``with`` block that changes one mode and puts the former one back; blocks nest."""

    _change: ClassVar[dict[str, bool]]

    def __enter__(self) -> None:
        before = _current.get()
        _current.set(before._replace(around=before, **self._change))
        open_blocks.append(self)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        open_blocks.remove(self)
        _current.set(_current.get().around or _DEFAULT)


class no_grad(_ModeBlock):  # noqa: N801 - a context manager, named like a statement as everywhere in the field
    """Inside the block operations compute numbers and record nothing: their results have no history.

    Example:
        >>> from autograd import Value, no_grad
        >>> w = Value(3.0)
        >>> with no_grad():
        ...     y = w * w
        >>> y.data, y.parents
        (9.0, ())
    """

    _change: ClassVar[dict[str, bool]] = {"record": False}


class recording(_ModeBlock):  # noqa: N801
    """Inside the block operations are recorded, even within `no_grad`: what a transform needs for its own work."""

    _change: ClassVar[dict[str, bool]] = {"record": True}


class detect_anomaly(_ModeBlock):  # noqa: N801
    """Inside the block the first operation that makes a NaN or an infinity out of finite numbers is an error.

    The reverse pass is watched too: a gradient that stops being finite is named with its node.

    Example:
        >>> from autograd import Value, detect_anomaly
        >>> with detect_anomaly():
        ...     Value(1000.0, label="z").exp()
        Traceback (most recent call last):
        ...
        autograd.errors.AnomalyError: exp(z = 1000) made inf out of finite numbers; ...
    """

    _change: ClassVar[dict[str, bool]] = {"check": True}
