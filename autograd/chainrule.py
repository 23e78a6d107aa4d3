"""The module ``chainrule``: an installation puts this file beside the packages.

Another package has the import name ``autograd``, too, and of two packages with one name the one installed last has its
``__init__``. With this module ``from chainrule import Value, explain`` works whichever that is, and so do the program
``chainrule`` and ``python -m chainrule``.
"""

import sys
import warnings
from typing import TYPE_CHECKING

try:
    from autograd import public
except ImportError as error:
    raise ImportError(
        f"another package named autograd has taken the place of chainrule's: 'import autograd' finds {error.path}, and "
        "chainrule is installed as editable, behind it. Make a fresh environment: python3 -m venv .venv && "
        ".venv/bin/pip install -e . ; or, as in a hosted notebook, install chainrule as a wheel: pip install . in its "
        "folder, without -e, and start the kernel again"
    ) from error

from autograd.public import __all__ as __all__
from autograd.public import __dir__ as __dir__
from autograd.public import __getattr__ as __getattr__
from autograd.public import __version__ as __version__

if TYPE_CHECKING:
    from autograd.public import *  # noqa: F403 - those of __all__
else:  # the same names, but for the readers, which would all be loaded
    globals().update({name: vars(public)[name] for name in __all__ if name in vars(public)})

if getattr(sys.modules["autograd"], "__file__", None) is None:
    warnings.warn(
        "another package named autograd was removed and took the __init__ of chainrule's with it: 'from chainrule "
        "import Value' works, 'from autograd import Value' does not. Install chainrule again, in its folder: "
        "pip install --force-reinstall --no-deps .",
        stacklevel=2,
    )


def as_program() -> int:
    """Run the command line for a shell."""
    from autograd.__main__ import as_program

    return as_program()


if __name__ == "__main__":
    sys.exit(as_program())
