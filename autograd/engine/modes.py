"""The two recording modes, `no_grad` and `detect_anomaly`, and what is noticed while recording (`decisions`).

Each holds per thread and per async task.
"""

from __future__ import annotations

import sys
from _thread import allocate_lock
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from functools import wraps
from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction
from opcode import opname
from types import MethodType, TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Modes(NamedTuple):
    """What holds in the current thread or task."""

    record: bool = True
    check: bool = False


_DEFAULT = Modes()


class _Entered(NamedTuple):
    """A block that was entered. Its ``hold`` is locked until it is left; ``around`` is what it was entered in."""

    block: _ModeBlock
    hold: Any
    around: _Entered | None


_innermost: ContextVar[_Entered | None] = ContextVar("chainrule modes", default=None)
_next_hold: ContextVar[tuple[_ModeBlock, Any] | None] = ContextVar("chainrule hold", default=None)

open_blocks: list[Any] = []
"""The holds of the blocks open anywhere in the process, and of such as were left since an operator last asked. Asking a
context variable costs a tenth of an operation, so an operator first asks whether this list is empty."""


def current_modes() -> Modes:
    """The modes of the thread or task that calls."""
    for hold in [hold for hold in open_blocks if not hold.locked()]:
        open_blocks.remove(hold)
    changes: dict[str, bool] = {}
    entered = _open_from(_innermost.get())
    while entered is not None:
        changes = entered.block.change | changes
        entered = _open_from(entered.around)
    return _DEFAULT._replace(**changes) if changes else _DEFAULT


def _open_from(entered: _Entered | None) -> _Entered | None:
    """The innermost block that is open."""
    while entered is not None and not entered.hold.locked():
        entered = entered.around
    return entered


class _Exit:
    """What ``with`` calls at the end of a block: ``release`` of a lock, which is no Python code.

    So no Ctrl-C can come in its middle and leave the mode behind. Who asks for the modes tidies up.
    """

    def __get__(self, block: _ModeBlock | None, owner: type[_ModeBlock]) -> Callable[..., None]:
        if block is None:
            return _leave
        frame = sys._getframe(1)
        if opname[frame.f_code.co_code[frame.f_lasti]] not in ("BEFORE_WITH", "LOAD_SPECIAL"):
            return MethodType(_leave, block)
        hold = allocate_lock()
        _next_hold.set((block, hold))  # ``with`` asks for the exit first, and then calls __enter__
        return hold.__exit__


def _leave(block: _ModeBlock, *_: object) -> None:
    """Leave a block that was entered by hand, or by an `ExitStack`."""
    entered = _open_from(_innermost.get())
    while entered is not None and entered.block is not block:
        entered = _open_from(entered.around)
    if entered is None:
        raise RuntimeError(f"{block!r} is not open here")
    entered.hold.release()


class _ModeBlock:
    """A ``with`` block that changes one mode; blocks nest."""

    change: ClassVar[dict[str, bool]]

    def __enter__(self) -> None:
        waiting = _next_hold.get()
        hold = waiting[1] if waiting is not None and waiting[0] is self else allocate_lock()
        try:
            _next_hold.set(None)
            hold.acquire()
            open_blocks.append(hold)
            _innermost.set(_Entered(self, hold, _open_from(_innermost.get())))
        except KeyboardInterrupt:
            if hold.locked():
                hold.release()
            raise

    if TYPE_CHECKING:

        def __exit__(
            self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
        ) -> None: ...
    else:
        __exit__ = _Exit()

    def __call__(self, function: Callable[P, T]) -> Callable[P, T]:
        """As a decorator: each call of the function runs inside a block of its own."""
        name = type(self).__name__
        if isgeneratorfunction(function) or iscoroutinefunction(function) or isasyncgenfunction(function):
            raise TypeError(
                f"@{name}() would be left before the body of {function.__name__} runs, since that is a generator or "
                f"coroutine; write `with {name}():` inside it"
            )

        @wraps(function)
        def inside(*args: P.args, **kwargs: P.kwargs) -> T:
            with type(self)():
                return function(*args, **kwargs)

        return inside

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class no_grad(_ModeBlock):  # noqa: N801 - a context manager, named like a statement as everywhere in the field
    """Inside the block operations compute numbers and record nothing: their results have no history.

    Also a decorator, ``@no_grad()``. Inside the block ``p -= 0.1 * p.grad`` changes the leaf ``p`` in place, for a
    plain number on the right; outside, ``p -= ...`` makes a new node as ``p = p - ...`` does.

    Raises:
        TypeError: for ``p -= ...`` on a leaf with a Value on the right, which would change what other names hold.

    Example:
        >>> from autograd import Value, no_grad
        >>> w = Value(3.0)
        >>> with no_grad():
        ...     y = w * w
        ...     w -= 0.5
        >>> y.data, y.parents, w.data
        (9.0, (), 2.5)
    """

    change: ClassVar[dict[str, bool]] = {"record": False}


class recording(_ModeBlock):  # noqa: N801 - as no_grad
    """Inside the block operations are recorded, even within `no_grad`: what a transform needs for its own work."""

    change: ClassVar[dict[str, bool]] = {"record": True}


def recorded_anyway() -> AbstractContextManager[None]:
    """A `recording` block where the caller's modes ask for one: an open block makes every operation slower."""
    return recording() if open_blocks and not current_modes().record else nullcontext()


class detect_anomaly(_ModeBlock):  # noqa: N801 - as no_grad
    """Inside the block the first operation that makes a NaN or an infinity out of finite numbers is an error.

    The reverse pass is watched too: a gradient that stops being finite is named with its node. Also a decorator,
    ``@detect_anomaly()``.

    Example:
        >>> from autograd import Value, detect_anomaly
        >>> with detect_anomaly():
        ...     Value(1000.0, label="z").exp()
        Traceback (most recent call last):
        ...
        autograd.engine.errors.AnomalyError: exp(z = 1000) made inf out of finite numbers; ...
    """

    change: ClassVar[dict[str, bool]] = {"check": True}


# --- what is noticed while recording -----------------------------------------------------------------------------


class Decision(NamedTuple):
    """A comparison or ``bool()`` of a Value: what follows may have been decided by its number.

    Attributes:
        node: the Value.
        where: the place in the program, "model.py:12".
    """

    node: Any
    where: str


_noticed: ContextVar[list[Decision] | None] = ContextVar("chainrule decisions", default=None)


@contextmanager
def decisions() -> Iterator[list[Decision]]:
    """Collect the comparisons and ``bool()`` of Values inside the block: what a record does not show.

    Example:
        >>> from autograd import Value
        >>> from autograd.engine.modes import decisions
        >>> with decisions() as found:
        ...     y = Value(2.0) if Value(1.0) > 0 else Value(3.0)
        >>> len(found)
        1
    """
    found: list[Decision] = []
    token = _noticed.set(found)
    try:
        yield found
    finally:
        _noticed.reset(token)


def noticed() -> list[Decision] | None:
    """The list of the innermost `decisions` block of this thread or task; None outside."""
    return _noticed.get()
