"""What makes the arrays of a program, by the table of array operations: each only once, and in its simplest form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from math import isfinite
from typing import Any

from autograd.compiler import operations as ops
from autograd.compiler.arrays import BOUNDED, INFINITE, LARGE, Array, Operation, Shape, common_shape, in_order
from autograd.compiler.operations import OPERATIONS, is_condition, is_number, rules
from autograd.engine import primitives as table
from autograd.engine import scalar
from autograd.engine.primitives import Primitive


class Arrays:
    """The arrays made so far, and how to make more: every operation and every primitive is a method.

    What is no array among the arguments says what else the operation needs.

    Arguments:
        simplest: whether each is made in its simplest form; else as it stands.

    Example:
        >>> make = Arrays()
        >>> x = make.leaf("inputs", None, ("m", 3))
        >>> make.multiply(make.number(1.0), x) is x
        True
        >>> make.column(make.tanh(x), 2)
        <array column ('m',)>
    """

    def __init__(self, *, simplest: bool = True) -> None:
        self._simplest = simplest
        self._made: dict[tuple[Any, ...], Array] = {}

    def __getattr__(self, name: str) -> Callable[..., Array]:
        if name in OPERATIONS:
            return partial(self._operation, OPERATIONS[name])
        op = getattr(table, name, None)
        if not isinstance(op, Primitive):
            raise AttributeError(name)
        return partial(self.apply, op)

    def _operation(self, op: Operation, *given: Any) -> Array:
        args = tuple([x for x in given if isinstance(x, Array)])
        attr = next((x for x in given if not isinstance(x, Array)), None)
        made: Array | None = op.simplest(self, attr, *args) if self._simplest else None
        if made is not None:
            return made
        return self.aligned(op, *args, attr=attr) if op.elementwise else self.kept(op, args, attr)

    def kept(
        self, op: Primitive | Operation, args: tuple[Array, ...], attr: Any = None, shape: Shape | None = None
    ) -> Array:
        """The array as it stands; one that exists already is used again."""
        shape = rules(op).shape(attr, *args) if shape is None else shape
        key = (op, args, repr(attr) if op in (ops.number, ops.numbers) else attr, shape)  # -0.0 is not 0.0
        if key not in self._made:
            self._made[key] = Array(op, args, attr, shape, _bound(op, args, attr))
        return self._made[key]

    # --- what is given -----------------------------------------------------------------------------------------

    def leaf(self, kind: str, attr: Any, shape: Shape) -> Array:
        """An array that is given: "inputs" (X), "data" (numbers of the copies), "parameter" (ranks of parameters)."""
        return self.kept(OPERATIONS[kind], (), attr, shape)

    def number(self, x: float) -> Array:
        """A constant."""
        return self.leaf("number", float(x), ())

    def numbers(self, values: Sequence[Any], shape: Shape) -> Array:
        """An array of constants, given in a flat sequence."""
        if self._simplest and len(set(map(repr, values))) == 1:
            return self.broadcast(self.number(values[0]), shape)
        return self.leaf("numbers", tuple(map(float, values)), shape)

    def seed(self, coefficient: float = 1.0) -> Array:
        """coefficient / m: the derivative of the mean over the examples with respect to one of them."""
        return self.leaf("seed", coefficient, ())

    # --- element by element ------------------------------------------------------------------------------------

    def apply(self, op: Primitive, *args: Array) -> Array:
        """A primitive, element by element."""
        if not self._simplest:
            return self.kept(op, args, shape=common_shape(arg.shape for arg in args))
        if all(arg.op is ops.number for arg in args):
            return self.number(float(op.value(scalar, *[arg.attr for arg in args])))
        if op is table.where and is_condition(args[0]) and is_condition(args[1]) and is_number(args[2], 0.0):
            return self.both(*args[:2])
        args = tuple([self._as_number(x) if i or op is not table.where else x for i, x in enumerate(args)])
        args = self._without_broadcast(args)
        if all(arg.op is ops.broadcast or not arg.shape for arg in args) and any(arg.shape for arg in args):
            inner = self.apply(op, *[arg.args[0] if arg.op is ops.broadcast else arg for arg in args])
            return self.broadcast(inner, common_shape(arg.shape for arg in args))
        made: Array | None = rules(op).simplest(self, None, *args)
        return self.aligned(op, *args) if made is None else made

    def aligned(self, op: Primitive | Operation, *args: Array, attr: Any = None) -> Array:
        """An elementwise operation as it stands, a number an example made a column where it meets columns."""
        shape = common_shape(arg.shape for arg in args)
        args = self._without_broadcast(args)
        if len(shape) == 2 and isinstance(shape[0], str):
            args = tuple([self.expand(arg) if arg.shape == shape[:1] else arg for arg in args])
        return self.kept(op, args, attr, shape)

    def rewritten(self, roots: Iterable[Array], primitive: Callable[..., Array]) -> dict[Array, Array]:
        """Arrays made anew with all that they are computed from; ``primitive(op, *args)`` makes what is elementwise."""
        new: dict[Array, Array] = {}
        for node in in_order(roots):
            args = [new[arg] for arg in node.args]
            if isinstance(node.op, Primitive):
                made = primitive(node.op, *args)
            elif args:
                made = self._operation(node.op, *args, node.attr)
            else:
                given = node.op is not ops.numbers
                made = self.leaf(node.op.name, node.attr, node.shape) if given else self.numbers(node.attr, node.shape)
            new[node] = self.broadcast(made, node.shape)
        return new

    def _as_number(self, x: Array) -> Array:
        """A condition as 1 where it holds, else 0: not every library computes with truth values."""
        return self.mask(x, self.number(1.0)) if is_condition(x) else x

    def _without_broadcast(self, args: tuple[Array, ...]) -> tuple[Array, ...]:
        """The operands, none of them repeated where another one has the full shape already."""
        shape = common_shape(arg.shape for arg in args)
        kept = list(args)
        for i, arg in enumerate(kept):
            if arg.op is ops.broadcast:
                others = [arg.args[0].shape, *[other.shape for j, other in enumerate(kept) if j != i]]
                if common_shape(others) == shape:
                    kept[i] = arg.args[0]
        return tuple(kept)


def _bound(op: Primitive | Operation, args: tuple[Array, ...], attr: Any) -> int:
    """How large an array may become."""
    if op.range == "bounded":
        return BOUNDED
    if op in (ops.number, ops.numbers):
        return BOUNDED if all(map(isfinite, attr if isinstance(attr, tuple) else (attr,))) else INFINITE
    whole_power = op is table.power and args[1].op is ops.number and args[1].attr >= 0.0
    if op.range == "any" and not whole_power:
        return INFINITE
    return max([arg.bound for arg in args], default=LARGE)
