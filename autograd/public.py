"""The public names of the package, and where each comes from: those of ``autograd`` and of ``chainrule``.

The engine is loaded at once, from the standard library alone; each reader of the graph when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from autograd import functions
from autograd.engine import habits as habits  # which attaches them
from autograd.engine.errors import AnomalyError, DivisionByZero, DomainError, GradientMismatch
from autograd.engine.graph import Contribution, Step, steps, topological_order
from autograd.engine.modes import detect_anomaly, no_grad
from autograd.engine.primitives import Outside, Primitive
from autograd.engine.value import Value, apply
from autograd.functions import stop_gradient

if TYPE_CHECKING:
    from autograd.calculus.check import check_gradients
    from autograd.calculus.transforms import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
    from autograd.compiler import compile
    from autograd.derivation.explain import explain
    from autograd.derivation.printed import printed
    from autograd.derivation.proofread import proofread
    from autograd.drawing.drawing import draw
    from autograd.stepper.graph import show
    from autograd.worksheets.classes import proofread_class
    from autograd.worksheets.sheet import worksheet

__version__ = "0.1.0"

__all__ = [
    "AnomalyError",
    "Contribution",
    "DivisionByZero",
    "DomainError",
    "GradientMismatch",
    "Outside",
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
    "printed",
    "proofread",
    "proofread_class",
    "show",
    "steps",
    "stop_gradient",
    "topological_order",
    "value_and_grad",
    "vjp",
    "worksheet",
]

_READERS = {
    "check_gradients": "calculus.check",
    "compile": "compiler",
    "grad": "calculus.transforms",
    "hessian": "calculus.transforms",
    "hvp": "calculus.transforms",
    "jacobian": "calculus.transforms",
    "jvp": "calculus.transforms",
    "draw": "drawing.drawing",
    "explain": "derivation.explain",
    "printed": "derivation.printed",
    "proofread": "derivation.proofread",
    "proofread_class": "worksheets.classes",
    "show": "stepper.graph",
    "value_and_grad": "calculus.transforms",
    "vjp": "calculus.transforms",
    "worksheet": "worksheets.sheet",
}


_ELSEWHERE = {
    **dict.fromkeys(("jacfwd", "jacrev"), "write jacobian(f)"),
    **dict.fromkeys(("jit", "vmap"), "write compile(y, inputs=[x]), which makes an array program for many examples"),
    **dict.fromkeys(("tensor", "Tensor", "Variable"), "write Value(0.4), or grad(f)(x) for a list or an array x"),
    "elementwise_grad": "write [grad(f)(x) for x in xs]",
    "make_vjp": "write vjp(f, x)",
    "make_jvp": "write jvp(f, (x,), (v,))",
    "enable_grad": "leave it out: operations are recorded outside no_grad()",
}
"""What other libraries have at this place, and what to write here."""


def __getattr__(name: str) -> Any:
    """Load a reader of the graph when it is first asked for."""
    if name in _READERS:
        return getattr(import_module(f"autograd.{_READERS[name]}"), name)
    hint = f"; {_ELSEWHERE[name]}" if name in _ELSEWHERE else ""
    raise AttributeError(f"module {__name__.partition('.')[0]!r} has no attribute {name!r}{hint}")


def __dir__() -> list[str]:
    return sorted(__all__)
