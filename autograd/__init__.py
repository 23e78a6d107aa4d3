"""A scalar reverse-mode autograd engine for people who want to see backpropagation.

Write an expression of `Value`s, call ``backward()`` on the result, and read ``grad``. Everything else reads the same
graph. This package imports the standard library alone, and each reader when it is first asked for; NumPy and graphviz
are loaded by what needs them.
"""

from importlib import import_module
from os.path import dirname, exists, join
from typing import TYPE_CHECKING, Any

from autograd.backward import Contribution, Step, steps
from autograd.errors import AnomalyError, DivisionByZero, DomainError, GradientMismatch
from autograd.modes import detect_anomaly, no_grad
from autograd.order import topological_order
from autograd.primitives import Primitive
from autograd.value import Value, apply

if TYPE_CHECKING:
    from autograd import functions
    from autograd.check import check_gradients
    from autograd.compiler import compile
    from autograd.derivation import explain
    from autograd.drawing.digraph import draw
    from autograd.functions import stop_gradient
    from autograd.proofreading import proofread
    from autograd.stepper import show
    from autograd.transforms import grad, hessian, hvp, jacobian, jvp, value_and_grad

__version__ = "0.1.0"

__all__ = [
    "AnomalyError",
    "Contribution",
    "DivisionByZero",
    "DomainError",
    "GradientMismatch",
    "Primitive",
    "Step",
    "Value",
    "apply",
    "check_gradients",
    "compile",
    "detect_anomaly",
    "draw",
    "explain",
    "functions",
    "grad",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "no_grad",
    "proofread",
    "show",
    "steps",
    "stop_gradient",
    "topological_order",
    "value_and_grad",
]

_READERS = {
    "check_gradients": "check",
    "compile": "compiler",
    "grad": "transforms",
    "hessian": "transforms",
    "hvp": "transforms",
    "jacobian": "transforms",
    "jvp": "transforms",
    "draw": "drawing.digraph",
    "explain": "derivation",
    "proofread": "proofreading",
    "show": "stepper",
    "stop_gradient": "functions",
    "value_and_grad": "transforms",
}


def __getattr__(name: str) -> Any:
    """Load a reader of the graph when it is first asked for."""
    if name == "functions":
        return import_module("autograd.functions")
    if name in _READERS:
        return getattr(import_module(f"autograd.{_READERS[name]}"), name)
    raise AttributeError(f"module 'autograd' has no attribute {name!r}")


if exists(join(dirname(__file__), "tracer.py")):  # a file that only the other package has
    import warnings

    warnings.warn(
        f"another package named autograd was installed into {dirname(__file__)} before this one, which has replaced "
        "parts of it: programs that use the other one will fail. Use a fresh environment for each of the two.",
        stacklevel=2,
    )


def __dir__() -> list[str]:
    return sorted(__all__)
