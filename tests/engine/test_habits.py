"""Names that Value has in micrograd and in PyTorch: they work, or the error says what to write."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value
from autograd.engine.habits import ATTRIBUTES

OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {  # by what micrograd and its lecture call them
    "+": lambda a, b: a + b,
    "*": lambda a, b: a * b,
    "**2": lambda a, b: a**2,
    "**-1": lambda a, b: a**-1,
    "tanh": lambda a, b: a.tanh(),
    "exp": lambda a, b: a.exp(),
    "ReLU": lambda a, b: a.relu(),
    "-": lambda a, b: a - b,
    "/": lambda a, b: a / b,
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_node_has_micrograds_names_for_its_operation_and_its_operands(name: str) -> None:
    a, b = Value(2.0), Value(3.0)
    node: Any = OPERATIONS[name](a, b)
    assert node._op == name
    assert node._prev == ({a, b} if name in "+*-/" else {a})
    leaf: Any = a
    assert (leaf._op, leaf._prev) == ("", set())


@given(st.floats(-2.0, 2.0), st.floats(-2.0, 2.0), st.floats(0.5, 2.0))
def test_a_reverse_pass_by_hand_gives_what_backward_gives(x: float, y: float, z: float) -> None:
    def leaves_and_nodes() -> tuple[list[Value], list[Value]]:
        a, b, c = leaves = [Value(x), Value(y), Value(z)]
        product = a * b
        total = product + a / c
        return leaves, [product, total, (total * a).tanh()]

    leaves, (*_, root) = leaves_and_nodes()
    root.backward()
    ours, nodes = leaves_and_nodes()
    order: list[Any] = []

    def build(node: Any) -> None:  # as micrograd builds its order
        if node not in order:
            for operand in node._prev:
                build(operand)
            order.append(node)

    build(nodes[-1])
    nodes[-1].grad = 1.0
    for node in reversed(order):
        node._backward()
    expected = [leaf.grad for leaf in leaves]
    assert [leaf.grad for leaf in ours] == pytest.approx(expected, rel=1e-12, abs=1e-14)  # in another order


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_what_a_tensor_has_is_an_error_that_says_what_to_write(name: str) -> None:
    v: Any = Value(2.0)
    message = re.escape(f"Value has no attribute {name!r}; {ATTRIBUTES[name]}")
    with pytest.raises(AttributeError, match=message):
        getattr(v, name)
    with pytest.raises(AttributeError, match=message):
        setattr(v, name, False)
    assert not hasattr(Value, name)
    assert name not in dir(v)


def test_what_it_says_can_be_written() -> None:
    v: Any = Value(2.0)
    assert [v.data, v.stop_gradient().data, (v**2).data, v.clip(0.0, 1.0).data, v.op is None] == [2, 2, 4, 1, True]


@pytest.mark.parametrize("name", ["retain_graph", "create_graph", "gradient", "inputs"])
def test_backward_takes_no_arguments_and_says_what_to_write(name: str) -> None:
    y: Any = Value(2.0) * 3.0
    with pytest.raises(TypeError, match=f"Value.backward has no argument '{name}'; "):
        y.backward(**{name: True})
    with pytest.raises(TypeError, match="unexpected keyword argument 'other'"):
        y.backward(other=True)
