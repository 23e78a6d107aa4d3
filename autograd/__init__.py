"""A scalar reverse-mode autograd engine for people who want to see backpropagation.

Write an expression of `Value`s, call ``backward()`` on the result, and read ``grad``. Everything else reads the same
graph. This package imports the standard library alone; NumPy and graphviz are loaded by what needs them.
"""

from autograd import functions
from autograd.backward import Contribution, Step, steps
from autograd.check import check_gradients
from autograd.errors import AnomalyError, DivisionByZero, DomainError, GradientMismatch
from autograd.modes import detect_anomaly, no_grad
from autograd.order import topological_order
from autograd.primitives import Primitive
from autograd.transforms import grad, hessian, hvp, jacobian, jvp, value_and_grad
from autograd.value import Value, apply

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
    "detect_anomaly",
    "functions",
    "grad",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "no_grad",
    "steps",
    "topological_order",
    "value_and_grad",
]
