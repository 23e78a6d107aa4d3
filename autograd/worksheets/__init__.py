"""Worksheets: `autograd.worksheet`. Importing this package alone loads no library, and none of its modules."""

from __future__ import annotations

from collections.abc import Mapping
from functools import singledispatch
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import FrameType

    from autograd.worksheets.exercise import Exercise


@singledispatch
def exercise_of(
    root: Any, example: Mapping[str, Any], names: Any, roles: Any, digits: int, frame: FrameType
) -> Exercise:
    """What `autograd.worksheet` asks for, chosen by the type of ``root``: register a function for a type of your own.

    Arguments:
        example: those of x, target and loss that were given.
        names, roles, digits: as for `autograd.worksheet`.
        frame: the caller whose variables give the names.
    """
    raise TypeError(f"worksheet takes the result of an expression of Values, not {root!r:.60}")
