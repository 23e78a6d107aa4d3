"""Graphs a million nodes deep or wide, at the default recursion limit; what is shared stays shared in every copy."""

from __future__ import annotations

import copy
import io
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograd import Value, check_gradients, functions, grad, hessian, jvp, steps, topological_order
from autograd.engine import primitives

ROOT = Path(__file__).parents[2]

# Each script runs in an interpreter of its own, so that nothing of the test run (its recursion limit, its objects)
# helps or hinders. A crash shows as an exit status.
LIFE = """
import copy, pickle, sys
from autograd import Value, functions

N = 10**6
assert sys.getrecursionlimit() == 1000


def live(root, leaf, slope, again):
    root.backward()
    assert leaf.grad == slope, leaf.grad
    assert len(repr(root)) < 100 and f"{root:.1f}" and str(root) == repr(root)
    assert copy.copy(root).parents == root.parents
    for copied in (copy.deepcopy(root), pickle.loads(pickle.dumps(root))) if again else ():
        assert copied is not root and copied.data == root.data and copied.depth == root.depth
        copied.backward()
        copied.zero_grad()
        del copied
    root.zero_grad()
    assert leaf.grad == 0.0
"""
CHAIN = """
x = node = Value(0.0)
for _ in range(N):
    node = node + 1.0
assert node.data == N and node.depth == N
live(node, x, 1.0, again=True)
del node
"""
WIDE = """
terms = [Value(1.0) for _ in range(N)]
total = functions.fsum(terms)
assert total.data == N and total.depth == 1
live(total, terms[-1], 1.0, again=True)
del total
"""
SUM = """
terms = [Value(1.0) for _ in range(N)]
total = sum(terms)
assert total.data == N and total.depth == N - 1
live(total, terms[0], 1.0, again=False)
del total, terms
w = [Value(0.5)] * N
z = functions.dot(w, [2.0] * N)
assert z.data == N
live(z, w[0], 2.0 * N, again=False)
"""


@pytest.mark.slow
@pytest.mark.parametrize("script", [CHAIN, WIDE, SUM], ids=["chain", "fsum", "sum-and-dot"])
def test_a_million_nodes_live_and_die_without_recursion(script: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIFE + script + "print('freed')"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "freed\n", "")


def chain(x: Any, length: int) -> Any:
    for _ in range(length):
        x = x * 1.0 + 0.0
    return x


def test_every_reader_of_a_deep_graph_walks_it_without_recursion() -> None:
    x = Value(1.0)
    root = chain(x, 3_000)
    assert len(topological_order(root)) == 6_001
    assert sum(1 for _ in steps(root)) == 6_000
    assert grad(lambda v: chain(v, 3_000))(1.0) == 1.0
    assert grad(grad(lambda v: chain(v * v, 1_500)))(1.0) == 2.0
    assert hessian(lambda v: chain(v * v, 1_500))(3.0) == 2.0
    assert jvp(lambda v: chain(v, 3_000), (1.0,), (2.0,)) == (1.0, 2.0)
    check_gradients(lambda v: chain(v, 600), 1.0)


def test_sixty_diamonds_copy_and_pickle_as_sixty_nodes() -> None:
    node = Value(1.0)
    for _ in range(60):
        node = node + node
    for copied in (copy.deepcopy(node), pickle.loads(pickle.dumps(node))):
        nodes = topological_order(copied)
        assert len(nodes) == 61
        copied.backward()
        assert nodes[0].grad == 2.0**60
    assert grad(lambda x: _doubled(x, 60))(1.0) == 2.0**60
    assert jvp(lambda x: _doubled(x, 60), (1.0,), (1.0,))[1] == 2.0**60


def _doubled(x: Any, times: int) -> Any:
    for _ in range(times):
        x = x + x
    return x


# --- sharing -----------------------------------------------------------------------------------------------------

COPIES = [
    copy.deepcopy,
    *[lambda x, protocol=protocol: pickle.loads(pickle.dumps(x, protocol)) for protocol in range(6)],
    lambda x: pickle.loads(pickle._dumps(x)),  # the pickler written in Python
]
IDS = ["deepcopy", *[f"pickle-{protocol}" for protocol in range(6)], "pickle-python"]


@pytest.mark.parametrize("copied", COPIES, ids=IDS)
def test_what_several_values_share_stays_shared(copied: Callable[[Any], Any]) -> None:
    x, y = Value(2.0, label="x"), Value(3.0, label="y")
    u = x * y
    v = u.tanh() + x
    w = functions.dot([u, x], [v, u])
    tree = {"roots": [w, v], "leaves": (x, y), "inner": u, "again": w}
    twin = copied(tree)
    first, second = twin["roots"]
    assert first is twin["again"]
    assert first.parents == (twin["inner"], twin["leaves"][0], second, twin["inner"])
    assert second.parents[1] is twin["leaves"][0]
    assert twin["inner"].parents == twin["leaves"]
    assert [node.label for node in twin["leaves"]] == ["x", "y"]
    assert len({*topological_order(first), *topological_order(w)}) == 2 * len(topological_order(w))
    w.backward()
    first.backward()
    assert [node.grad for node in twin["leaves"]] == [x.grad, y.grad]


@pytest.mark.parametrize("copied", COPIES, ids=IDS)
@pytest.mark.parametrize("backwards", [False, True], ids=["leaf-first", "root-first"])
def test_every_node_of_a_graph_in_a_list_is_copied_once(copied: Callable[[Any], Any], backwards: bool) -> None:
    nodes = topological_order(chain(Value(1.0), 100))
    if backwards:
        nodes.reverse()
    twins = copied(nodes)
    assert len(set(twins)) == len(nodes)
    twin_of = dict(zip(nodes, twins, strict=True))
    for node, twin in twin_of.items():
        assert [twin_of[parent] for parent in node.parents] == list(twin.parents)


@pytest.mark.parametrize("copied", COPIES, ids=IDS)
def test_the_neurons_of_a_copied_layer_share_their_inputs_as_before(copied: Callable[[Any], Any]) -> None:
    rows = [tuple(Value(float(i + j)) for j in range(3)) for i in range(2)]
    layer = functions.linear(rows, [Value(1.0), Value(2.0)])
    assert layer[0]._b is layer[1]._b
    first, second = copied(layer)
    assert first._b is second._b
    assert [z.data for z in (first, second)] == [z.data for z in layer]
    assert first.parents[-1] is second.parents[-1]


@pytest.mark.parametrize("copied", COPIES, ids=IDS)
def test_a_copy_keeps_everything_that_a_node_holds(copied: Callable[[Any], Any]) -> None:
    x = Value(0.5, label="x")
    for root in (x, x * 2.0, x.maximum(0.0), functions.softmax([x, 1.0])[0], functions.fsum([x, 3.0]), 2.0**x):
        root.label = "root"
        if root.depth:
            root.backward()
        twin = copied(root)
        assert (twin.data, twin.grad, twin.label, twin.op, twin.depth) == (
            root.data,
            root.grad,
            "root",
            root.op,
            root.depth,
        )
        assert twin.partials == root.partials
        assert [float(x) for x in twin.operands] == [float(x) for x in root.operands]
        root.label = "x" if root is x else None


def test_a_deep_graph_pickles_while_another_pickler_is_at_work() -> None:
    inner = chain(Value(1.0), 2_000)
    outer = inner + 1.0
    pickler = pickle.Pickler(io.BytesIO())
    pickler.dump(outer)
    assert pickle.loads(pickle.dumps(inner)).depth == inner.depth
    pickler.dump(inner)


def test_equal_graphs_have_equal_pickles() -> None:
    """Nothing of the process, such as addresses, goes into the file."""
    first, second = chain(Value(1.0), 20), chain(Value(1.0), 20)
    assert pickle.dumps(first) == pickle.dumps(first) == pickle.dumps(second)


def test_one_pickler_can_take_several_graphs() -> None:
    file = io.BytesIO()
    pickler = pickle.Pickler(file)
    first = chain(Value(1.0, label="x"), 2_000)
    second = chain(first, 2_000)
    for root in (first, second, first):
        pickler.dump(root)
    file.seek(0)
    unpickler = pickle.Unpickler(file)
    a, b, c = unpickler.load(), unpickler.load(), unpickler.load()
    assert a is c
    assert a in topological_order(b)


def test_a_deep_copy_through_a_memo_of_the_caller_shares_with_what_is_there() -> None:
    x = Value(2.0)
    memo: dict[int, Any] = {}
    twin = copy.deepcopy(x, memo)
    y = copy.deepcopy(x * 3.0, memo)
    assert y.parents == (twin,)
    assert y.op is primitives.multiply
