"""The public names of chainrule: those of the package `autograd`, and of the module ``chainrule``.

Another package has the import name ``autograd``, too, and of two packages with one name the one installed last has its
``__init__``. So an installation puts this file beside the packages once more, as ``chainrule.py``: with it

    from chainrule import Value, explain

works whichever was installed last. The engine is loaded at once, from the standard library alone; each reader of the
graph when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

try:
    from autograd import engine as engine
except ImportError as error:
    raise ImportError(
        f"another package named autograd has taken the place of chainrule's: 'import autograd' finds "
        f"{error.path}, and chainrule is installed as editable, behind it. Install it as a wheel (pip install . "
        "in its folder), or make a fresh environment: python3 -m venv .venv && .venv/bin/pip install -e ."
    ) from error

from autograd.engine.errors import AnomalyError, DivisionByZero, DomainError, GradientMismatch
from autograd.engine.graph import Contribution, Step, steps, topological_order
from autograd.engine.modes import detect_anomaly, no_grad
from autograd.engine.primitives import Primitive
from autograd.engine.value import Value, apply

if TYPE_CHECKING:
    from autograd import functions
    from autograd.calculus.check import check_gradients
    from autograd.calculus.transforms import grad, hessian, hvp, jacobian, jvp, value_and_grad
    from autograd.compiler import compile
    from autograd.derivation.explain import explain
    from autograd.derivation.proofread import proofread
    from autograd.drawing.digraph import draw
    from autograd.functions import stop_gradient
    from autograd.stepper import show

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
    "check_gradients": "calculus.check",
    "compile": "compiler",
    "grad": "calculus.transforms",
    "hessian": "calculus.transforms",
    "hvp": "calculus.transforms",
    "jacobian": "calculus.transforms",
    "jvp": "calculus.transforms",
    "draw": "drawing.digraph",
    "explain": "derivation.explain",
    "proofread": "derivation.proofread",
    "show": "stepper",
    "stop_gradient": "functions",
    "value_and_grad": "calculus.transforms",
}


def __getattr__(name: str) -> Any:
    """Load a reader of the graph when it is first asked for."""
    if name == "functions":
        return import_module("autograd.functions")
    if name in _READERS:
        return getattr(import_module(f"autograd.{_READERS[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
