"""What `Value` answers to names that it has in micrograd and in PyTorch. Importing it attaches them.

micrograd's ``_prev``, ``_op`` and ``_backward`` are there, for the tracing and the passes by hand that its lecture has
people write. What else has another name here is an error that says which.
"""

from __future__ import annotations

from autograd.engine import primitives
from autograd.engine.elsewhere import Elsewhere, instead
from autograd.engine.value import Value

_SIGNS = {"×": "*", "−": "-", "÷": "/", "^": "**"}
"""What Python calls the operators that pictures show by another sign."""


def _prev(node: Value) -> set[Value]:
    """micrograd's name for the `parents`, as a set."""
    return set(node.parents)


def _op(node: Value) -> str:
    """micrograd's name for the operation, as a text such as "+", "tanh" or "**2"; empty for a leaf."""
    if node.op is None:
        return ""
    exponent = node.operands[1] if node.op is primitives.power else None
    return _SIGNS.get(node.op.symbol, node.op.symbol) + (f"{exponent:g}" if isinstance(exponent, float) else "")


def _backward(node: Value) -> None:
    """One node's part of the reverse pass, as micrograd has it: its gradient times the local derivatives is *added* to
    its operands' gradients. To walk backwards by hand, set ``grad`` of the result to 1 and of all others to 0."""
    for operand, partial in node.carriers:
        operand.grad += partial * node.grad


def _names(node: Value) -> list[str]:
    """What ``dir`` lists, and completion offers: not what is an error."""
    return [name for name in object.__dir__(node) if name not in ATTRIBUTES]


ATTRIBUTES = {
    "item": "write v.data",
    "numpy": "write v.data",
    "detach": "write v.stop_gradient(), or v.data for the number",
    "clone": "leave it out: no operation changes a Value that there is",
    "requires_grad": "every leaf has a gradient; to leave some as they are write optimizer.step(the others), or for "
    "nn.fit optimizer=Grouped((the others, SGD(0.1)))",
    "requires_grad_": "every leaf has a gradient; leave it out",
    "retain_grad": "every node keeps its gradient; leave it out",
    "grad_fn": "write v.op and v.operands",
    "is_leaf": "write v.op is None",
    "pow": "write v**2",
    "square": "write v**2",
    "clamp": "write v.clip(low, high)",
}
"""What a tensor of PyTorch has, and what to write here."""

_BACKWARD = {
    "retain_graph": "leave it out: the graph stays",
    "create_graph": "leave it out, and write autograd.grad(autograd.grad(f)) for derivatives of derivatives",
    "gradient": "write (gradient * v).backward()",
    "inputs": "leave it out, and read the gradients of those that you want",
}

_HABITS: dict[str, object] = {
    **{name: Elsewhere(name, here) for name, here in ATTRIBUTES.items()},
    "_prev": property(_prev),
    "_op": property(_op),
    "_backward": _backward,
    "backward": instead(_BACKWARD)(Value.backward),
    "__dir__": _names,
}
for _name, _habit in _HABITS.items():  # by name: no checker and no completion shall offer them
    setattr(Value, _name, _habit)
