"""A scalar reverse-mode autograd engine for people who want to see backpropagation.

Write an expression of `Value`s, call ``backward()`` on the result, and read ``grad``. Everything else reads the same
graph. This package imports the standard library alone, and each reader when it is first asked for; NumPy and graphviz
are loaded by what needs them.
"""

from os.path import dirname, exists, join
from typing import TYPE_CHECKING

from autograd import public
from autograd.public import __all__ as __all__
from autograd.public import __dir__ as __dir__
from autograd.public import __getattr__ as __getattr__
from autograd.public import __version__ as __version__

if TYPE_CHECKING:
    from autograd.public import *  # noqa: F403 - those of __all__
else:  # the same names, but for the readers, which would all be loaded
    globals().update({name: vars(public)[name] for name in __all__ if name in vars(public)})

if exists(join(dirname(__file__), "tracer.py")):  # a file that only the other package has
    import warnings

    warnings.warn(
        f"another package named autograd was installed into {dirname(__file__)} before this one, which has replaced "
        "its __init__: programs that use the other one will fail. Use a fresh environment for each of the two; or give "
        "the other its place back, as in a hosted notebook: pip install --force-reinstall --no-deps autograd, start "
        "the kernel again, and write 'from chainrule import Value', which works beside it.",
        stacklevel=2,
    )
