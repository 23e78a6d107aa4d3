"""What a leaf is in a computation: input, target or parameter; from what the graph says, and from what the caller says.

The graph says it of the leaves of a weighted sum, which are weights or inputs by their place, and of the targets of a
loss, which are known by their place in it. A name says nothing: a y may be a target, an input or a coordinate.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias, cast, get_args

from autograd.drawing.neurons import Layer, find_layers, row_and_inputs
from autograd.drawing.scene import Role
from autograd.engine import primitives
from autograd.engine.value import Value

LeafRole: TypeAlias = Literal["input", "target", "parameter", "leaf"]
Roles: TypeAlias = "Mapping[str, Value | str | Iterable[Any]]"
"""What ``roles`` takes: for a role its nodes or their names, one or several; "leaf" for none of the other three."""

_ADDED: Final = (primitives.add, primitives.subtract, primitives.negative, primitives.fsum)
_CHOSEN: Final = (primitives.where, primitives.step)  # how a Huber loss chooses


def given_roles(roles: Roles | None, nodes: Collection[Value], names: Mapping[Value, str]) -> dict[Value, LeafRole]:
    """The role of each node that ``roles`` names.

    Arguments:
        roles: what the caller gives.
        nodes: those of the graph.
        names: what they are called.

    Raises:
        TypeError: if ``roles`` is no mapping.
        ValueError: for an unknown role, for what is not in the graph, and for a node with two roles.

    Example:
        >>> x, w = Value(1.0), Value(2.0)
        >>> given_roles({"input": x, "parameter": ["w"]}, [x, w], {x: "x", w: "w"}) == {x: "input", w: "parameter"}
        True
    """
    if roles is None:
        return {}
    how = "write roles={'input': [x1, x2], 'target': t}"
    if not isinstance(roles, Mapping):
        raise TypeError(f"roles is a mapping from roles to nodes or names, not {roles!r:.60}; {how}")
    called: defaultdict[str, list[Value]] = defaultdict(list)
    for node, name in names.items():
        called[name].append(node)
    found: dict[Value, LeafRole] = {}
    for role, asked in roles.items():
        if role not in get_args(LeafRole):
            raise ValueError(f"roles: {role!r:.60} is no role; those are {', '.join(get_args(LeafRole))}; {how}")
        own = cast(LeafRole, role)
        for one in _flat(asked):
            nodes_of: list[Any] = called.get(one, [one]) if isinstance(one, str) else [one]
            for node in nodes_of:
                if not isinstance(node, Value) or node not in nodes:
                    what = node.describe() if isinstance(node, Value) else f"{node!r:.60}"
                    raise ValueError(f"roles: {what} ({role}) is not in the graph that is drawn")
                if found.setdefault(node, own) != own:
                    raise ValueError(f"roles: {node.describe()} is both {found[node]} and {role}; give it one role")
    return found


def find_roles(
    order: Sequence[Value], roots: Iterable[Value], given: Mapping[Value, LeafRole]
) -> tuple[dict[Value, Role], list[Layer]]:
    """The role of every leaf, of every result, and of what was given one; and the layers of the graph.

    Arguments:
        order: the nodes of the graph, operands before results.
        roots: its results.
        given: what the caller says, which goes before all else.
    """
    targets = loss_targets(order) - given.keys()
    layers = find_layers(order, {*targets, *[node for node, role in given.items() if role != "parameter"]})
    roles: dict[Value, Role] = dict.fromkeys([node for node in order if not node.depth], "leaf")
    weights = {node for layer in layers for neuron in layer.neurons for node in neuron.parameters}
    inputs = {
        node
        for layer in layers
        for neuron in layer.neurons
        for z in neuron.sums
        for node in row_and_inputs(z)[1]
        if isinstance(node, Value) and not node.depth
    }
    roles.update(dict.fromkeys(weights - inputs, "parameter"))
    roles.update(dict.fromkeys(inputs - weights, "input"))
    roles.update(dict.fromkeys(targets, "target"))
    roles.update({root: "loss" for root in roots if root.depth})
    return {**roles, **given}, layers


def loss_targets(order: Sequence[Value]) -> set[Value]:
    """The leaves that stand in the target's place of a loss, and nowhere else.

    A loss is a squared or absolute difference from something computed, of which the result is a sum; a cross-entropy,
    which weighs logarithms of probabilities; a hinge; or a primitive whose row says which operand is the target.

    Arguments:
        order: the nodes of the graph, operands before results.
    """
    users: defaultdict[Value, list[Value]] = defaultdict(list)
    for node in order:
        for parent in node.parents:
            users[parent].append(node)
    summed: set[Value] = set()  # what the results are sums of
    for node in reversed(order):
        if all(user in summed and _is_linear(user) for user in users[node]):
            summed.add(node)

    def is_difference(node: Value) -> bool:
        """Whether it is a difference from something computed whose size the result grows with."""
        return (
            node.op is primitives.subtract
            and all(isinstance(x, Value) for x in node.operands)
            and any(parent.depth for parent in node.parents)
            and bool(users[node])
            and all(_is_size(user) and user in summed for user in users[node])
        )

    def is_target(node: Value) -> bool:
        return bool(users[node]) and all(takes_target(user, node) for user in users[node])

    def takes_target(user: Value, node: Value) -> bool:
        op, operands = user.op, user.operands
        rest = [x for x in operands if x is not node]
        if op is None or sum(x is node for x in operands) != 1:
            return False
        if op.target is not None:
            return operands[op.target] is node
        if not node.depth and op is primitives.subtract and not isinstance(operands[0], Value):  # 1 − t
            return is_target(user)
        if op is primitives.multiply and isinstance(rest[0], Value):
            return _is_log_probability(rest[0]) or (rest[0].depth > 0 and is_margin(user))
        if op is primitives.dot:
            row, logits = row_and_inputs(user)
            logarithms = all(isinstance(x, Value) and _is_log_probability(x) for x in logits)
            entropies = [_is_entropy(lower, user, logits) for lower in users[user]]
            return len(row) == len(logits) and (logarithms or (bool(entropies) and all(entropies)))
        return is_difference(user)

    def is_margin(node: Value) -> bool:
        """Whether it is t y, taken from 1, of which only what lies above 0 counts."""
        gaps = [user for user in users[node] if user.op is primitives.subtract and _is(user.operands[0], 1.0)]
        hinges = [user.op for gap in gaps for user in users[gap]]
        return 0 < len(users[node]) == len(gaps) and set(hinges) in ({primitives.relu}, {primitives.maximum})

    return {node for node in order if not node.depth and is_target(node)}


def _is(x: Value | float, number: float) -> bool:
    return type(x) is float and x == number


def _is_linear(node: Value) -> bool:
    """Whether it adds and scales what it is computed from, or chooses among it."""
    if node.op is primitives.multiply:
        return not all(isinstance(x, Value) for x in node.operands)
    if node.op is primitives.divide:
        return not isinstance(node.operands[1], Value)
    if node.op is primitives.dot:
        return not any(isinstance(x, Value) for x in row_and_inputs(node)[0])
    return node.op in _ADDED or node.op in _CHOSEN


def _is_size(node: Value) -> bool:
    """Whether it is a square or an absolute value."""
    if node.op is primitives.power:
        return _is(node.operands[1], 2.0)
    square = node.op is primitives.multiply and node.operands[0] is node.operands[1]
    return square or node.op is primitives.absolute


def _is_log_probability(node: Value) -> bool:
    """Whether it is the logarithm of an output of a softmax or a sigmoid, or of what that leaves to 1."""
    made_of = node.parents
    if node.op is primitives.log:
        rest = made_of[0].op is primitives.subtract and not isinstance(made_of[0].operands[0], Value)
        probability = made_of[0].parents[0] if rest else made_of[0]
        return probability.op in (primitives.softmax, primitives.sigmoid)
    if node.op is primitives.subtract:
        return made_of[-1].op is primitives.logsumexp
    return node.op is primitives.negative and made_of[0].op is primitives.softplus


def _is_entropy(node: Value, weighed: Value, logits: Sequence[Value | float]) -> bool:
    """Whether it takes the weighed logits from their logsumexp."""
    operands = node.operands
    if node.op is not primitives.subtract or operands[1] is not weighed or not isinstance(operands[0], Value):
        return False
    return operands[0].op is primitives.logsumexp and set(logits) <= set(operands[0].operands)


def _flat(asked: Any) -> Iterator[Any]:
    """What was asked for, one by one: itself, or what a list or a list of lists holds."""
    if isinstance(asked, (Value, str)) or not isinstance(asked, Iterable):
        yield asked
    else:
        for one in asked:
            yield from _flat(one)
