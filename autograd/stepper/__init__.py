"""The stepper: `autograd.show`. Importing this package alone loads no library, and none of its modules."""

from __future__ import annotations

from collections.abc import Mapping
from functools import singledispatch
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import FrameType

    from autograd.stepper.figure import Figure


@singledispatch
def figure_of(
    root: Any, example: Mapping[str, Any], names: Any, digits: int, frame: FrameType, **options: Any
) -> Figure:
    """What `autograd.show` shows, chosen by the type of ``root``: register a function for a type of your own.

    Arguments:
        example: those of x, target and loss that were given.
        names, digits: as for `autograd.show`.
        frame: the caller whose variables give the names.
        options: ``roles``, ``legend`` and ``hide``, only where they were given.
    """
    raise TypeError(f"show takes the result of an expression of Values, not {root!r:.60}")
