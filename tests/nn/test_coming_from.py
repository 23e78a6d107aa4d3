"""Every row of the tables for those who come from elsewhere: what is written there works, or its error says so.

An error names what to write, which stands in the next cell, and that runs.
"""

from __future__ import annotations

import math
import random
import re
import warnings
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest
from micrograd.engine import Value as MicrogradValue

import autograd
import nn
from autograd import Value, grad, no_grad
from autograd.engine.errors import DomainError
from autograd.functions import maximum, where
from nn import MLP, Layer, Module, Momentum, Neuron, coming_from
from tests.peers import peer

Claim = Callable[[], Any]


class Row(NamedTuple):
    part: str
    cells: tuple[str, ...]


def rows(head: str) -> list[Row]:
    """The rows of all tables with this head, each with the title of its part."""
    found, part, inside = [], "", False
    for line in (coming_from.__doc__ or "").splitlines():
        if line.startswith("## "):
            part = line[3:]
        if not line.startswith("|"):
            inside = False
        elif line.startswith(f"| {head} |"):
            inside = True
        elif inside and not line.startswith("| ---"):
            found.append(Row(part, tuple(cell.strip() for cell in line.strip("| ").split(" | "))))
    return found


def codes(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


WORKS, SAYS_SO = rows("works here too"), rows("is an error that says so")
DIFFERENCES = rows("what differs")


@pytest.fixture
def scope() -> dict[str, Any]:
    """What the code of a row may use."""

    def f(x: Any, y: Any) -> Any:
        return x**2 * y

    v, w = Value(2.0), Value(3.0)
    model = MLP(2, [4, 1], seed=0)
    X, Y = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]], [1.0, 2.0, 3.0, 4.0]
    return {
        **{name: getattr(autograd, name) for name in autograd.__all__},
        **{name: getattr(autograd.functions, name) for name in ("dot", "relu")},
        **{name: getattr(nn, name) for name in nn.__all__},
        **{"autograd": autograd, "nn": nn, "np": np, "mse": nn.losses.mse, "f": f, "pair": lambda x: (x**2, "beside")},
        **{"v": v, "w": w, "xs": [v, w], "y": v * w, "model": model, "X": X, "Y": Y, "draw_dot": draw_dot},
        **{"neuron": Neuron(2), "layer": Layer(2, 3), "optimizer": nn.SGD(0.1)},
        "history": nn.fit(MLP(2, [1]), X, Y, epochs=2),
    }


def draw_dot(root: Any) -> list[str]:
    """What the lecture hands to Graphviz, in our words: a box for each node, one for its operation, the arrows."""
    seen, drawn = set(), []

    def visit(node: Any) -> None:
        if node in seen:
            return
        seen.add(node)
        drawn.append(f"{{ {node.label} | data {node.data:.4f} | grad {node.grad:.4f} }}")
        if node._op:
            drawn.append(f"{id(node)}{node._op} -> {id(node)}")
        for operand in node._prev:
            drawn.append(f"{id(operand)} -> {id(node)}{node._op}")
            visit(operand)

    visit(root)
    return drawn


def run(code: str, scope: dict[str, Any]) -> Any:
    """The value of an expression; None of a statement."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compiled = compile(code, "a row", "eval")
        except SyntaxError:
            exec(code, scope)
            return None
        return eval(compiled, scope)


def with_torch(code: str, scope: dict[str, Any]) -> dict[str, Any]:
    """What the code may use, PyTorch among it if it asks for that."""
    return {**scope, "torch": peer("torch")} if "torch" in code else scope


def name_of(row: Row) -> str:
    return f"{row.part}: {row.cells[0]}"


@pytest.mark.parametrize("row", WORKS, ids=name_of)
def test_what_is_written_there_works(row: Row, scope: dict[str, Any]) -> None:
    for cell in row.cells:
        for code in codes(cell):
            run(code, with_torch(code, scope))


@pytest.mark.parametrize("row", SAYS_SO, ids=name_of)
def test_the_error_for_what_is_written_there_says_what_to_write(row: Row, scope: dict[str, Any]) -> None:
    there, here = row.cells
    assert codes(there)
    for code in codes(there):
        with pytest.raises((AttributeError, TypeError, ValueError)) as caught:
            run(code, with_torch(code, scope))
        said = str(caught.value)
        hint = re.search(r"(leave it out)|[Ww]rite ([\w.\[\]]*\w=?)", said)
        assert hint, f"{code}: {said!r} does not say what to write"
        assert (hint[1] or hint[2]) in here, f"{code}: {said!r} says something else than {here!r}"
    for code in codes(here):
        run(code, scope)


# --- what differs silently ---------------------------------------------------------------------------------------


def activations() -> bool:
    names = [repr(layer.activation) for layer in MLP(2, [4, 4, 1]).layers]
    single = [repr(Neuron(2).activation), repr(Layer(2, 3).activation)]
    chosen = MLP(2, [4, 1], activation="relu", output="tanh").layers
    return names == ["tanh", "tanh", "linear"] and single == ["linear"] * 2 and repr(chosen[0].activation) == "relu"


def starts() -> bool:
    uniform, at_random = MLP(9, [99, 1], initialiser="uniform"), MLP(9, [99, 1], initialiser="at_random")
    wide = all(0.9 < max(p.data for p in m.parameters()) < 1.0 for m in (uniform, at_random))
    biases = [{b.data for b in m.biases[0]} == {0.0} for m in (MLP(9, [99, 1]), uniform, at_random)]
    narrow = max(abs(p.data) for p in MLP(9, [99, 1]).parameters()) < 0.9
    return wide and narrow and biases == [True, True, False]


def seeds() -> bool:
    before = random.getstate()
    try:
        made = []
        for _ in range(2):
            random.seed(1337)
            made.append([MLP(2, [3, 1]).state_dict() for _ in range(5)])
    finally:
        random.setstate(before)
    differ = len({tuple(state.values()) for state in made[0]}) == 5
    return made[0] == made[1] and differ and MLP(2, [1], seed=1).state_dict() == MLP(2, [1], seed=1).state_dict()


def second_backward() -> bool:
    found = []
    for kind in (Value, MicrogradValue):
        x: Any = kind(3.0)
        y = (x * x) * x
        y.backward()
        y.backward()
        found.append(x.grad)
    return found[0] == 54.0 and found[1] != 54.0


def relu_at_0() -> bool:
    x = MicrogradValue(0.0)
    x.relu().backward()
    return grad(lambda x: x.relu())(0.0) == 1.0 and x.grad == 0


def constants() -> bool:
    v = Value(3.0, label="v")
    y: Any = 2 * v
    boxes = autograd.draw(y).digraph.source
    return len((2 * MicrogradValue(3.0))._prev) == 2 and y._prev == {v} and "label=2 " in boxes and "dashed" in boxes


def one_dot() -> bool:
    nodes = autograd.topological_order(Neuron(5)([1.0] * 5))
    return [node.op.name for node in nodes if node.op] == ["dot"]


def one_node() -> bool:
    v, w = Value(3.0), Value(2.0)
    return [(v - w).depth, (v / w).depth] == [1, 1]


def comparisons() -> bool:
    with pytest.raises(TypeError, match=r"v\.data == 2\.0"):
        _ = Value(2.0) == 2.0
    with pytest.raises(TypeError):
        _ = MicrogradValue(1.0) < 2.0
    return Value(1.0) < 2.0 and MicrogradValue(2.0) != 2.0


def always_floats() -> bool:
    return type(Value(2).data) is float and type(MicrogradValue(2).data) is int


def leaves() -> bool:
    v = Value(0.4)
    (v * v).backward()
    return v.grad == 0.8 and not peer("torch").tensor(0.4).requires_grad


def ties() -> bool:
    torch = peer("torch")
    a, b = torch.tensor(1.0, requires_grad=True), torch.tensor(1.0, requires_grad=True)
    torch.maximum(a, b).backward()
    return grad(maximum, (0, 1))(1.0, 1.0) == (1.0, 0.0) and (a.grad.item(), b.grad.item()) == (0.5, 0.5)


def domains() -> bool:
    for f in (lambda x: (x - 1.0).log(), lambda x: 1.0 / x):
        with pytest.raises(DomainError):
            f(Value(0.0, label="x"))
    return True


def doubles() -> bool:
    torch = peer("torch")
    return torch.tensor(0.1).item() != 0.1 and Value(0.1).data == 0.1


def velocity() -> bool:
    torch = peer("torch")
    ours, theirs = np.array([0.0]), torch.zeros(1, dtype=torch.float64)
    rule, other = Momentum(1.0, gamma=0.5), torch.optim.SGD([theirs], lr=1.0, momentum=0.5)
    for rate, gradient in ((1.0, 1.0), (0.5, 0.0)):
        rule.lr = other.param_groups[0]["lr"] = rate
        rule.update(ours, np.array([gradient]))
        theirs.grad = torch.full((1,), gradient, dtype=torch.float64)
        other.step()
    return (ours[0], theirs.item()) == (-1.5, -1.25)


def in_place() -> bool:
    w = leaf = Value(2.0)
    w -= 0.5
    with no_grad():
        leaf -= 0.5
    return (w is not leaf) and (w.data, leaf.data) == (1.5, 1.5)


def branches() -> bool:
    x = Value(2.0)
    y = x * x if x > 0 else x
    return grad(lambda x: x * x if x > 0 else x)(2.0) == 4.0 and x.decided is not None and y.data == 4.0


def whole_numbers() -> bool:
    return grad(lambda x: x**2)(3) == 6.0


def not_chosen() -> bool:
    return grad(lambda x: where(1.0, x, x.sqrt() * math.inf))(0.0) == 1.0


def starts_elsewhere() -> bool:
    return starts() and peer("torch").nn.Linear(9, 99).bias.abs().max() > 0


CLAIMS: dict[str, dict[str, Claim]] = {
    "micrograd, and its lecture": {
        "activations": activations,
        "how weights start": starts,
        "`random.seed(1337)`": seeds,
        "a second `backward()`": second_backward,
        "the slope of ReLU at 0": relu_at_0,
        "a number, as in `2 * v`": constants,
        "the sum of a neuron of n inputs": one_dot,
        "`v - w`, `v / w`": one_node,
        "`v == 2.0`": comparisons,
        "`Value(2).data`": always_floats,
    },
    "PyTorch": {
        "a leaf with a gradient": leaves,
        "the slope of ReLU at 0": relu_at_0,
        "the slope of the maximum at a tie": ties,
        "`log(-1)`, `1/0`": domains,
        "numbers": doubles,
        "how weights start": starts_elsewhere,
        "momentum when the rate changes": velocity,
        "`w -= 0.1 * w.grad` outside `no_grad`": in_place,
    },
    "JAX": {
        "`if x > 0` in a function": branches,
        "a whole number to `grad`": whole_numbers,
        "the slope of ReLU at 0": relu_at_0,
        "the slope of the maximum at a tie": ties,
        "`where` with a NaN in the form that is not chosen": not_chosen,
        "`log(-1)`, `1/0`": domains,
        "numbers": doubles,
    },
}


@pytest.mark.parametrize("row", DIFFERENCES, ids=name_of)
def test_what_differs_silently_differs_as_it_says(row: Row) -> None:
    assert CLAIMS[row.part][row.cells[0]]()


def test_every_claim_has_its_row() -> None:
    assert [(part, title) for part, claims in CLAIMS.items() for title in claims] == [
        (row.part, row.cells[0]) for row in DIFFERENCES
    ]


# --- what is to be known of a whole class of names ------------------------------------------------------------------


def test_a_property_that_fails_says_so_itself() -> None:
    class Broken(Module):
        @property
        def size(self) -> int:
            return SimpleNamespace().there_is_none  # type: ignore[no-any-return]

    with pytest.raises(AttributeError, match="there_is_none"):
        _ = Broken().size
    with pytest.raises(AttributeError, match="Broken has no attribute 'sise'") as caught:
        _ = Broken().sise
    assert caught.value.name == "sise"


@pytest.mark.parametrize("make", [lambda: Neuron(2, other=1), lambda: nn.fit(MLP(1, [1]), [[1.0]], [1.0], other=1)])
def test_what_nobody_has_is_pythons_own_error(make: Callable[[], Any]) -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'other'"):
        make()
    with pytest.raises(AttributeError, match=r"module 'nn' has no attribute 'other'$"):
        _ = nn.other
    with pytest.raises(AttributeError, match=r"module 'autograd' has no attribute 'other'$"):
        _ = autograd.other


def test_a_row_of_a_layer_can_be_given_back() -> None:
    model = MLP(2, [3, 1], seed=0)
    twin = MLP(2, [3, 1], weights=model.weights, biases=model.biases)
    assert twin.parameters() == model.parameters()
