"""The order of a graph, and the reverse pass: as arithmetic (`run_backward`) and as data (`steps`)."""

from __future__ import annotations

import os
from _thread import RLock
from collections.abc import Iterator, Sequence
from itertools import chain, compress, islice
from math import isfinite
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.engine.errors import AnomalyError
from autograd.engine.modes import current_modes, open_blocks

if TYPE_CHECKING:
    from autograd.engine.value import Value

depth_of = attrgetter("depth")


def topological_order(root: Value) -> list[Value]:
    """All nodes that ``root`` was computed from, operands before results, ``root`` last.

    A node's depth is one more than that of its deepest operand, so sorting by depth is a topological order: no
    recursion, whatever the depth. Nodes of the same depth stand in the order in which the expression names them.
    The reverse pass walks this list from its end.

    Example:
        >>> from autograd import Value
        >>> a, b = Value(2.0, label="a"), Value(3.0, label="b")
        >>> [node.label or node.op.name for node in topological_order(a * b + a)]
        ['a', 'b', 'multiply', 'add']
    """
    found: list[Value] = []
    seen: set[Value] = set()
    stack = [root]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            found.append(node)
            if node.depth:
                for operand in (node._b, node._a):  # not by way of parents, which takes four times as long
                    if type(operand) is tuple:
                        stack.extend([member for member in reversed(operand) if type(member) is not float])
                    elif operand is not None and type(operand) is not float:
                        stack.append(operand)
    found.sort(key=depth_of)
    return found


_one_pass_at_a_time = RLock()  # leaves may be shared between the graphs of several threads


def _in_child() -> None:
    global _one_pass_at_a_time
    _one_pass_at_a_time = RLock()  # the thread that held it in the parent does not exist here


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)


def run_backward(root: Value) -> None:
    """The reverse pass from ``root``: see `Value.backward`."""
    if not root.depth:
        raise ValueError(
            f"backward() on {root.describe()}, which has no history: nothing was recorded on the way to it. "
            "Call backward() on the result of an expression of Values. (Operations inside no_grad() record nothing.)"
        )
    if open_blocks and current_modes().check:
        _check_backward(root)
    with _alone():
        touched = _Touched(root)
        try:
            touched.find_idle(touched.mark())
            touched.hand_on()
            held = compress(zip(touched.nodes, touched.held, strict=True), touched.held)  # None counts as 0
            for node, before in held:
                if not node.depth:  # a leaf adds
                    node.grad += float(before)
        except BaseException:  # interrupted: every node keeps what it held
            touched.restore()
            raise


def gradients(root: Value, wrt: Sequence[Value]) -> tuple[list[float], list[Value]]:
    """The derivatives of ``root`` with respect to the leaves ``wrt``, and all leaves it depends on; none is changed."""
    with _alone():
        touched = _Touched(root)
        try:
            touched.mark()
            touched.hand_on()
            leaves = [node for node in touched.nodes if not node.depth]
            there = set(leaves)
            return [leaf.grad if leaf in there else 0.0 for leaf in wrt], leaves
        finally:
            touched.restore()


def gradients_of_all(root: Value) -> dict[Value, float]:
    """The derivative of ``root`` with respect to each node that its gradient reaches; none is changed."""
    with _alone():
        touched = _Touched(root)
        try:
            touched.mark()
            touched.hand_on()
            return {node: node.grad for node in touched.nodes}
        finally:
            touched.restore()


def _alone() -> Any:
    """The lock for one pass at a time: leaves may be shared between the graphs of several threads."""
    lock = _one_pass_at_a_time
    if lock._is_owned():  # type: ignore[attr-defined]  # typeshed lacks it
        raise RuntimeError("a reverse pass was begun in the middle of another one, by a signal or a finalizer")
    return lock


class _Touched:
    """The nodes whose gradients a reverse pass sets, and what they held before.

    Attributes:
        nodes: those that the gradient of the root reaches, the root first; then the idle ones (see `find_idle`).
        held: the gradient of each before the pass.
        stopped: those of the nodes that hand some operand nothing.
        reached: how many of the nodes are not idle.
    """

    __slots__ = ("held", "nodes", "reached", "stopped")

    def __init__(self, root: Value) -> None:
        self.nodes = [root]
        self.held = [root.grad]
        self.stopped: list[Value] = []
        self.reached = 1

    def mark(self) -> float:
        """Find the nodes. A NaN of this pass alone stands in the gradient of each that is found, which saves a set."""
        mark = float("nan")
        nodes, held, stopped = self.nodes, self.held, self.stopped
        groups_seen: set[int] = set()  # the neurons of a layer share their inputs, the examples share the weights
        nodes[0].grad = mark
        for node in nodes:  # the list grows on the way
            operand = node._a
            if type(operand) is tuple:
                if node._da is None or node._db is None:
                    stopped.append(node)
                for group, slopes in ((operand, node._da), (node._b, node._db)):
                    if slopes is not None and id(group) not in groups_seen:
                        groups_seen.add(id(group))
                        for operand, slope in zip(group, slopes, strict=True):
                            if slope is not None and operand.grad is not mark:
                                held.append(operand.grad)
                                nodes.append(operand)
                                operand.grad = mark
                continue
            if node._da is None:
                stopped.append(node)
            elif operand.grad is not mark:
                held.append(operand.grad)
                nodes.append(operand)
                operand.grad = mark
            operand = node._b
            if operand is None:
                continue
            if node._db is None:
                stopped.append(node)
            elif operand.grad is not mark:
                held.append(operand.grad)
                nodes.append(operand)
                operand.grad = mark
        self.reached = len(nodes)
        return mark

    def find_idle(self, mark: float) -> None:
        """Find the inner nodes below what gets no gradient, where this pass does not come and a former one may have."""
        nodes, held = self.nodes, self.held
        kind = type(nodes[0])
        groups_seen: set[int] = set()
        above = [node for node in self.stopped if node.op is not None and node.op.may_stop]
        for node in chain(above, islice(nodes, len(nodes), None)):  # the list grows on the way
            operand = node._a
            if type(operand) is tuple:
                for group in (operand, node._b):
                    if id(group) not in groups_seen:
                        groups_seen.add(id(group))
                        for operand in group:
                            if type(operand) is kind and operand.grad is not mark and operand.depth:
                                held.append(operand.grad)
                                nodes.append(operand)
                                operand.grad = mark
                continue
            if type(operand) is kind and operand.grad is not mark and operand.depth:  # leaves are nobody's to clear
                held.append(operand.grad)
                nodes.append(operand)
                operand.grad = mark
            operand = node._b
            if type(operand) is kind and operand.grad is not mark and operand.depth:
                held.append(operand.grad)
                nodes.append(operand)
                operand.grad = mark

    def hand_on(self) -> None:
        """The chain rule: each node hands its gradient, times the local derivative, to its operands."""
        for node in self.nodes:
            node.grad = 0.0
        self.nodes[0].grad = 1.0
        for node in sorted(self.nodes[: self.reached], key=depth_of, reverse=True):
            upstream, operand, partial = node.grad, node._a, node._da
            if type(operand) is not tuple:
                if partial is not None:
                    operand.grad += upstream * partial
                partial = node._db
                if partial is not None:
                    node._b.grad += upstream * partial
            else:
                for group, slopes in ((operand, partial), (node._b, node._db)):
                    if slopes is not None:
                        for operand, slope in zip(group, slopes, strict=True):
                            if slope is not None:
                                operand.grad += upstream * slope

    def restore(self) -> None:
        """Let every node hold what it held before. (After an interrupt ``held`` may be one longer than ``nodes``.)"""
        for node, before in zip(self.nodes, self.held, strict=False):
            node.grad = before


class Contribution(NamedTuple):
    """What a node hands to one of its operands: ``product = upstream * local``, and the operand's sum so far.

    Attributes:
        parent: the operand.
        local: the derivative of the node with respect to it, over all places where the operation takes it: 2x of x*x.
        product: what it is handed.
        total: what it has been handed up to now, this included.

    Example:
        >>> from autograd import Value, steps
        >>> [step] = steps(Value(2.0) * Value(3.0))
        >>> [contribution.product for contribution in step.contributions]
        [3.0, 2.0]
    """

    parent: Value
    local: float
    product: float
    total: float


class Step(NamedTuple):
    """One step of the reverse pass: a node, the gradient that has reached it, and what it hands on.

    Attributes:
        node: the node.
        upstream: the derivative of the root with respect to it.
        contributions: what it hands on, one `Contribution` to each operand, also to one that it takes twice.

    Example:
        >>> from autograd import Value, steps
        >>> w = Value(2.0)
        >>> [(step.node.data, step.upstream) for step in steps(w * w * 3.0)]
        [(12.0, 1.0), (4.0, 3.0)]
    """

    node: Value
    upstream: float
    contributions: tuple[Contribution, ...]


def steps(root: Value) -> Iterator[Step]:
    """The reverse pass from ``root`` as data, in its order; no gradient is changed.

    Arguments:
        root: the node whose derivatives are taken.

    Yields:
        A `Step` for every node with operands, from ``root`` backward: ``node``, its ``upstream`` gradient
        d(root)/d(node), and a `Contribution` for each parent (``parent``, ``local`` derivative, ``product``,
        ``total`` collected by that parent so far). An operand that one operation takes twice gets one contribution,
        with the whole local derivative: 2x of x*x.

    Example:
        >>> from autograd import Value, steps
        >>> x = Value(3.0, label="x")
        >>> for step in steps(x * x + x):
        ...     for c in step.contributions:
        ...         print(step.node.op.name, step.upstream, c.parent.label, c.local, c.product, c.total)
        add 1.0 None 1.0 1.0 1.0
        add 1.0 x 1.0 1.0 1.0
        multiply 1.0 x 6.0 6.0 7.0

    Source: notes 4.5; lecture, "3. Gradient Descent".
    """
    totals = {root: 1.0}
    for node in reversed(topological_order(root)):
        if node.op is None or node not in totals:
            continue
        upstream = totals[node]
        handed: dict[Value, tuple[float, float]] = {}  # to each operand: the local derivative, and what place by place
        for parent, slope in zip(node.parents, node.partials, strict=True):
            part = 0.0 if node.op.may_stop and slope == 0.0 else upstream * slope
            before = handed.get(parent)
            handed[parent] = (slope, part) if before is None else (before[0] + slope, before[1] + part)
        contributions = []
        for parent, (local, by_place) in handed.items():
            if node.op.may_stop and local == by_place == 0.0:
                contributions.append(Contribution(parent, local, 0.0, totals.get(parent, 0.0)))
                continue
            product = upstream * local
            if not (isfinite(product) and isfinite(by_place)):  # one of the two overflows: backward() goes by place
                product = by_place
            total = totals[parent] = totals.get(parent, 0.0) + product
            contributions.append(Contribution(parent, local, product, total))
        yield Step(node, upstream, tuple(contributions))


def _check_backward(root: Value) -> None:
    """Raise at the first contribution of the reverse pass that is not finite though its node's value is."""
    for node, upstream, contributions in steps(root):
        for parent, local, product, total in contributions:
            if not isfinite(total):
                raise AnomalyError(
                    f"the reverse pass made {total:g} out of finite numbers: {node.describe()} hands "
                    f"{upstream:g} * {local:g} = {product:g} to its operand {parent.describe()}; "
                    "keep the operand away from the point where the slope is not finite"
                )
