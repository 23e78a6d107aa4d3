"""Pictures: `autograd.draw`. Importing this package alone loads no library, and none of its modules."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograd.drawing.scene import Scene


@singledispatch
def scene_of(root: Any, **options: Any) -> Scene:
    """What `autograd.draw` draws, chosen by the type of ``root``: register a function for a type of your own.

    Arguments:
        options: those of `autograd.draw`; ``max_nodes`` only where it was given; and the
            ``frame`` of the caller, whose variables give the names, or None.
    """
    raise TypeError(
        f"draw takes a Value or a list of Values, not {root!r:.60} ({type(root).__name__}); "
        "give it the result of an expression"
    )
