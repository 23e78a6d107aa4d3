"""NumPy, imported when something of it is first asked for: neurons, the delta rule and a loop of one's own need none.

So ``import nn`` is quick, and in a browser, where NumPy may be far away, whatever does without it runs.
"""

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
else:
    from importlib import import_module
    from types import ModuleType

    class _Later(ModuleType):
        def __getattr__(self, name: str) -> Any:
            found = getattr(import_module(self.__name__), name)
            setattr(self, name, found)  # what was asked for once is there
            return found

    np = _Later("numpy")


def is_array(x: object) -> bool:
    """Whether x is an array of NumPy, which is not imported for the question."""
    return sys.modules.get("numpy") is not None and isinstance(x, np.ndarray)


__all__ = ["is_array", "np"]
