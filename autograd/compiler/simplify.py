"""Stage 3, simplify: every array of the program is made here, in its simplest form and only once.

Constants are folded, factors of 1 and sums with 0 vanish, an array that exists already is used again. `Symbol` and
`SymbolicNamespace` let the rules of the table of primitives be read as arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from autograd.compiler.arrays import Array, Shape, common_shape, in_order, width_of
from autograd.engine import primitives as table
from autograd.engine import scalar
from autograd.engine.primitives import Primitive

Columns = tuple[int, ...]

COMPARE = {">=": ge, ">": gt, "<=": le, "<": lt, "==": eq, "!=": ne}
CONDITIONS = frozenset(["compare", "and", "or", "not"])  # arrays of truth values


class Arrays:
    """The arrays made so far, and how to make more.

    Example:
        >>> make = Arrays()
        >>> x = make.leaf("inputs", None, ("m", 3))
        >>> make.multiply(make.number(1.0), x) is x
        True
    """

    def __init__(self) -> None:
        self._made: dict[tuple[Any, ...], Array] = {}

    def _array(self, op: Primitive | str, args: tuple[Array, ...], attr: Any, shape: Shape) -> Array:
        key = (op, args, attr, shape)
        if key not in self._made:
            self._made[key] = Array(op, args, attr, shape)
        return self._made[key]

    # --- leaves ------------------------------------------------------------------------------------------------

    def leaf(self, kind: str, attr: Any, shape: Shape) -> Array:
        """An array that is given: "inputs" (X), "data" (numbers of the copies), "parameter" (ranks of parameters)."""
        return self._array(kind, (), attr, shape)

    def number(self, x: float) -> Array:
        """A constant."""
        return self._array("number", (), float(x), ())

    def numbers(self, values: Sequence[Any], shape: Shape) -> Array:
        """An array of constants, given in a flat sequence."""
        if len(set(map(repr, values))) == 1:
            return self.broadcast(self.number(values[0]), shape)
        return self._array("numbers", (), tuple(map(float, values)), shape)

    def seed(self, coefficient: float = 1.0) -> Array:
        """coefficient / m: the derivative of the mean over the examples with respect to one of them."""
        return self._array("seed", (), coefficient, ())

    # --- arrays out of arrays ----------------------------------------------------------------------------------

    def broadcast(self, x: Array, shape: Shape) -> Array:
        """x repeated to a larger shape."""
        if x.op == "broadcast":
            return self.broadcast(x.args[0], shape)
        return x if x.shape == shape else self._array("broadcast", (x,), None, shape)

    def expand(self, x: Array) -> Array:
        """A number an example as a column, so that it meets every column of a matrix."""
        if x.op == "broadcast":
            return self.broadcast(x.args[0], (x.shape[0], 1))
        return self._array("expand", (x,), None, (x.shape[0], 1))

    def columns(self, x: Array, wanted: Columns) -> Array:
        """Some of the columns."""
        if wanted == tuple(range(width_of(x.shape) or 0)):
            return x
        return self._array("columns", (x,), wanted, (*x.shape[:-1], len(wanted)))

    def column(self, x: Array, j: int) -> Array:
        """One column, as a number an example."""
        if x.op == "broadcast" and not x.args[0].shape:
            return self.broadcast(x.args[0], x.shape[:-1])
        if x.op == "columns":
            return self.column(x.args[0], x.attr[j])
        if x.op == "stack" and x.args[j].shape == x.shape[:-1]:
            return x.args[j]
        return self._array("column", (x,), j, x.shape[:-1])

    def stack(self, pieces: Sequence[Array]) -> Array:
        """Numbers side by side as the columns of one array."""
        axis = next((p.shape for p in pieces if p.shape), ())
        return self._array("stack", tuple([self.broadcast(p, axis) for p in pieces]), None, (*axis, len(pieces)))

    def concatenate(self, blocks: Sequence[Array]) -> Array:
        """Columns of several arrays side by side."""
        if len(blocks) == 1:
            return blocks[0]
        width = sum(block.shape[-1] for block in blocks)
        return self._array("concatenate", tuple(blocks), None, (*blocks[0].shape[:-1], width))

    def zeros(self, shape: Shape) -> Array:
        """An array of zeros."""
        return self.broadcast(self.number(0.0), shape)

    def reshape(self, x: Array, shape: Shape) -> Array:
        """The numbers of x, row by row, in another shape."""
        return x if x.shape == shape else self._array("reshape", (x,), None, shape)

    def transpose(self, x: Array) -> Array:
        """Rows as columns."""
        if x.op == "transpose":
            return x.args[0]
        if x.op == "matmul":
            a, b = x.args
            return self.matmul(self.transpose(b), self.transpose(a))
        return self._array("transpose", (x,), None, x.shape[::-1])

    def matmul(self, a: Array, b: Array) -> Array:
        """The matrix product, where either may be a vector."""
        return self._array("matmul", (a, b), None, a.shape[:-1] + (b.shape[1:] if len(b.shape) > 1 else ()))

    def outer(self, a: Array, b: Array) -> Array:
        """All products of an element of a with an element of b."""
        return self._array("outer", (a, b), None, a.shape + b.shape)

    def sum_columns(self, x: Array) -> Array:
        """The sum over the last axis: a number an example."""
        return self._array("sum columns", (x,), None, x.shape[:-1])

    def sum_examples(self, x: Array) -> Array:
        """The sum over the first axis, that of the examples."""
        if x.op is table.negative:
            return self.negative(self.sum_examples(x.args[0]))
        if x.op == "broadcast" and x.args[0].op == "seed":  # m times c/m
            return self.broadcast(self.number(x.args[0].attr), x.shape[1:])
        return self._array("sum examples", (x,), None, x.shape[1:])

    def rows(self, op: Primitive, x: Array) -> Array:
        """`logsumexp` (a number an example) or `softmax` (as many as before) along the last axis."""
        return self._array(op.name, (x,), None, x.shape if op is table.softmax else x.shape[:-1])

    def softmax_gradient(self, p: Array, upstream: Array) -> Array:
        """What a softmax p hands on of the gradient that it gets, without loss where p is nearly 1."""
        return self._array("softmax_gradient", (p, upstream), None, p.shape)

    # --- elementwise -------------------------------------------------------------------------------------------

    def apply(self, op: Primitive, *args: Array) -> Array:
        """A primitive, element by element."""
        if all(arg.op == "number" for arg in args):
            return self.number(float(op.value(scalar, *[arg.attr for arg in args])))
        if op is table.where and is_condition(args[0]) and is_condition(args[1]) and is_number(args[2], 0.0):
            return self._elementwise("and", args[:2], None)
        args = tuple([self._as_number(x) if i or op is not table.where else x for i, x in enumerate(args)])
        args = self._without_broadcast(args)
        if all(arg.op == "broadcast" or not arg.shape for arg in args) and any(arg.shape for arg in args):
            inner = self.apply(op, *[arg.args[0] if arg.op == "broadcast" else arg for arg in args])
            return self.broadcast(inner, common_shape(arg.shape for arg in args))
        short: Rule | None = _RULES.get(op)
        made = short(self, *args) if short else None
        return self._elementwise(op, args, None) if made is None else made

    def _as_number(self, x: Array) -> Array:
        """A condition as 1 where it holds, else 0: not every library computes with truth values."""
        return self.mask(x, self.number(1.0)) if is_condition(x) else x

    def _without_broadcast(self, args: tuple[Array, ...]) -> tuple[Array, ...]:
        """The operands, none of them repeated where another one has the full shape already."""
        shape = common_shape(arg.shape for arg in args)
        kept = list(args)
        for i, arg in enumerate(kept):
            if arg.op == "broadcast":
                others = [arg.args[0].shape, *[other.shape for j, other in enumerate(kept) if j != i]]
                if common_shape(others) == shape:
                    kept[i] = arg.args[0]
        return tuple(kept)

    def _elementwise(self, op: Primitive | str, args: tuple[Array, ...], attr: Any) -> Array:
        shape = common_shape(arg.shape for arg in args)
        kept = list(self._without_broadcast(args))
        if len(shape) == 2 and isinstance(shape[0], str):
            kept = [self.expand(arg) if arg.shape == shape[:1] else arg for arg in kept]
        return self._array(op, tuple(kept), attr, shape)

    def compare(self, sign: str, a: Array, b: Array) -> Array:
        """A condition such as a >= b."""
        if a.op == "number" == b.op:
            return self.number(float(COMPARE[sign](a.attr, b.attr)))
        return self._elementwise("compare", (a, b), sign)

    def no(self, condition: Array) -> Array:
        """Where a condition does not hold."""
        return condition.args[0] if condition.op == "not" else self._array("not", (condition,), None, condition.shape)

    def both(self, a: Array | None, b: Array | None) -> Array | None:
        """Where two conditions hold; None is one that always does."""
        if a is None or b is None or a is b:
            return b if a is None else a
        return self._elementwise("and", (a, b), None)

    def either(self, a: Array | None, b: Array | None) -> Array | None:
        """Where one of two conditions holds; None is one that always does."""
        if a is None or b is None or self.opposite(a, b):
            return None
        (first, one), (second, other) = self.last_condition(a), self.last_condition(b)
        if first is second and self.opposite(one, other):
            return first
        if a is b or first is b or second is a:
            return b if first is b else a
        return self._elementwise("or", (a, b), None)

    def last_condition(self, condition: Array) -> tuple[Array | None, Array]:
        """``c and d`` as c and d; a condition that is no such pair as None (one that always holds) and itself."""
        return (condition.args[0], condition.args[1]) if condition.op == "and" else (None, condition)

    def opposite(self, a: Array, b: Array) -> bool:
        """Whether of two conditions always exactly one holds."""
        return (a.op == "not" and a.args[0] is b) or (b.op == "not" and b.args[0] is a)

    def mask(self, condition: Array, x: Array) -> Array:
        """x where the condition holds, else 0."""
        if condition.op == "number":
            return x if condition.attr else self.zeros(x.shape)
        if condition.op == "not":
            return self._elementwise(table.where, (condition.args[0], self.number(0.0), x), None)
        return self._elementwise("mask", (condition, x), None)

    def where(self, condition: Array, a: Array, b: Array) -> Array:
        """a where the condition holds (is not 0), else b."""
        return self.apply(table.where, condition, a, b)

    def add(self, a: Array, b: Array) -> Array:
        """a + b."""
        return self.apply(table.add, a, b)

    def subtract(self, a: Array, b: Array) -> Array:
        """a - b."""
        return self.apply(table.subtract, a, b)

    def multiply(self, a: Array, b: Array) -> Array:
        """a * b."""
        return self.apply(table.multiply, a, b)

    def negative(self, a: Array) -> Array:
        """-a."""
        return self.apply(table.negative, a)


def is_condition(x: Array) -> bool:
    """Whether x holds truth values."""
    while x.op in ("expand", "column", "transpose"):
        x = x.args[0]
    return x.op in CONDITIONS


def is_number(x: Array, value: float) -> bool:
    """Whether x is this constant."""
    return x.op == "number" and x.attr == value


def _add(make: Arrays, a: Array, b: Array) -> Array | None:
    if is_number(a, 0.0):
        return b
    if is_number(b, 0.0):
        return a
    if b.op is table.negative:
        return make.subtract(a, b.args[0])
    if a.op is table.negative:
        return make.subtract(b, a.args[0])
    if a is b:
        return make.multiply(make.number(2.0), a)
    return _factored(make, table.add, a, b)


def _subtract(make: Arrays, a: Array, b: Array) -> Array | None:
    if is_number(b, 0.0):
        return a
    if is_number(a, 0.0):
        return make.negative(b)
    if b.op is table.negative:
        return make.add(a, b.args[0])
    return _factored(make, table.subtract, a, b)


def _factored(make: Arrays, op: Primitive, a: Array, b: Array) -> Array | None:
    """c/m * x + c/m * y = c/m * (x + y)."""
    if not (a.op is table.multiply is b.op and a.args[0].op == "seed" == b.args[0].op):
        return None
    (first, x), (second, y) = a.args, b.args
    if first.attr == second.attr:
        return make.multiply(first, make.apply(op, x, y))
    if first.attr == -second.attr and op is table.add:
        if first.attr > 0.0:
            return make.multiply(first, make.subtract(x, y))
        return make.multiply(second, make.subtract(y, x))
    return None


def _multiply(make: Arrays, a: Array, b: Array) -> Array | None:
    if b.op in ("number", "seed") and a.op not in ("number", "seed"):
        a, b = b, a
    for x, y in ((a, b), (b, a)):
        if is_number(x, 1.0):
            return y
        if is_number(x, -1.0):
            return make.negative(y)
        if y.op is table.negative and x.op not in ("number", "seed"):
            return make.negative(make.multiply(x, y.args[0]))
    if a.op in ("number", "seed"):
        if b.op in ("number", "seed"):
            return make.seed(a.attr * b.attr) if "seed" in (a.op, b.op) else None
        if b.op is table.negative:
            return make.multiply(make.number(-a.attr) if a.op == "number" else make.seed(-a.attr), b.args[0])
        if b.op is table.multiply and b.args[0].op in ("number", "seed"):
            inner, rest = b.args
            if (a.op, inner.op) != ("seed", "seed") and not scalar.overflows(a.attr, inner.attr):
                return make.multiply(make.multiply(a, inner), rest)
        return make._elementwise(table.multiply, (a, b), None)
    return None


def _negative(make: Arrays, a: Array) -> Array | None:
    if a.op is table.negative:
        return a.args[0]
    if a.op == "seed":
        return make.seed(-a.attr)
    if a.op is table.multiply and a.args[0].op in ("number", "seed"):
        return make.multiply(make.negative(a.args[0]), a.args[1])
    if a.op is table.subtract:
        return make.subtract(a.args[1], a.args[0])
    return None


def _divide(make: Arrays, a: Array, b: Array) -> Array | None:
    return a if is_number(b, 1.0) else None


def _power(make: Arrays, a: Array, b: Array) -> Array | None:
    if is_number(b, 0.0):
        return make.number(1.0)
    return a if is_number(b, 1.0) else None


def _where(make: Arrays, condition: Array, a: Array, b: Array) -> Array | None:
    if condition.op == "number":
        return a if condition.attr else b
    if a is b:
        return a
    if condition.op == "not":
        return make.where(condition.args[0], b, a)
    if is_condition(condition):
        return make._elementwise(table.where, (condition, a, b), None)
    if condition.op is table.step:  # which is NaN for NaN, and so not 0: then a is chosen
        return make.where(make.compare("<", condition.args[0], make.number(0.0)), b, a)
    return make.where(make.compare("!=", condition, make.number(0.0)), a, b)


Rule = Callable[..., Array | None]

_RULES: dict[Primitive, Rule] = {
    table.add: _add,
    table.subtract: _subtract,
    table.multiply: _multiply,
    table.negative: _negative,
    table.divide: _divide,
    table.power: _power,
    table.where: _where,
}


def lowered(make: Arrays, roots: Iterable[Array]) -> dict[Array, Array]:
    """The same arrays in terms of the functions that an array library has: ``relu(a)`` becomes ``maximum(a, 0)``."""
    m = SymbolicNamespace(make)
    new: dict[Array, Array] = {}
    for node in in_order(roots):
        args = tuple([new[arg] for arg in node.args])
        if not isinstance(node.op, Primitive):
            new[node] = make._array(node.op, args, node.attr, node.shape)
        elif node.op.array:
            new[node] = make.apply(node.op, *args)
        else:
            value = m.array(node.op.value(m, *[Symbol(make, arg) for arg in args]))
            new[node] = make.broadcast(value, node.shape)
    return new


class Symbol:
    """An array in a rule of the table: its operators make arrays."""

    __slots__ = ("array", "make")

    def __init__(self, make: Arrays, array: Array) -> None:
        self.make = make
        self.array = array

    def _other(self, x: Any) -> Array:
        return x.array if isinstance(x, Symbol) else self.make.number(x)

    def _apply(self, op: Primitive, *args: Array) -> Symbol:
        return Symbol(self.make, self.make.apply(op, *args))

    def _compare(self, sign: str, x: Any) -> Symbol:
        return Symbol(self.make, self.make.compare(sign, self.array, self._other(x)))

    def __add__(self, x: Any) -> Symbol:
        return self._apply(table.add, self.array, self._other(x))

    def __radd__(self, x: Any) -> Symbol:
        return self._apply(table.add, self._other(x), self.array)

    def __sub__(self, x: Any) -> Symbol:
        return self._apply(table.subtract, self.array, self._other(x))

    def __rsub__(self, x: Any) -> Symbol:
        return self._apply(table.subtract, self._other(x), self.array)

    def __mul__(self, x: Any) -> Symbol:
        return self._apply(table.multiply, self.array, self._other(x))

    def __rmul__(self, x: Any) -> Symbol:
        return self._apply(table.multiply, self._other(x), self.array)

    def __truediv__(self, x: Any) -> Symbol:
        return self._apply(table.divide, self.array, self._other(x))

    def __rtruediv__(self, x: Any) -> Symbol:
        return self._apply(table.divide, self._other(x), self.array)

    def __pow__(self, x: Any) -> Symbol:
        return self._apply(table.power, self.array, self._other(x))

    def __rpow__(self, x: Any) -> Symbol:
        return self._apply(table.power, self._other(x), self.array)

    def __neg__(self) -> Symbol:
        return self._apply(table.negative, self.array)

    def __abs__(self) -> Symbol:
        return self._apply(table.absolute, self.array)

    def __lt__(self, x: Any) -> Symbol:
        return self._compare("<", x)

    def __le__(self, x: Any) -> Symbol:
        return self._compare("<=", x)

    def __gt__(self, x: Any) -> Symbol:
        return self._compare(">", x)

    def __ge__(self, x: Any) -> Symbol:
        return self._compare(">=", x)

    def __eq__(self, x: Any) -> Symbol:  # type: ignore[override]  # as an array compares
        return self._compare("==", x)

    def __bool__(self) -> bool:
        raise TypeError(
            "a rule of a primitive branches on its operands (if, and, or, max ...), which an array cannot do; "
            "write it with m.where(condition, a, b), m.maximum or m.minimum"
        )

    __hash__ = None  # type: ignore[assignment]  # as an array has none


class SymbolicNamespace:
    """The functions of the table, on symbols: ``m.exp(a)`` in a rule makes an array."""

    def __init__(self, make: Arrays) -> None:
        self.make = make

    def __getattr__(self, name: str) -> Any:
        op = getattr(table, name, None)
        if not isinstance(op, Primitive):
            raise AttributeError(f"a rule uses m.{name}, which is no function of the namespaces of the table")
        return lambda *args: Symbol(self.make, self.make.apply(op, *map(self.array, args)))

    def array(self, x: Any) -> Array:
        """A symbol or a number as an array."""
        return x.array if isinstance(x, Symbol) else self.make.number(x)

    def where(self, condition: Any, a: Any, b: Any) -> Symbol:
        """a where the condition holds, else b."""
        return Symbol(self.make, self.make.where(self.array(condition), self.array(a), self.array(b)))

    def at_least(self, a: Any, b: Any) -> Symbol:
        """Whether a >= b."""
        return Symbol(self.make, self.make.compare(">=", self.array(a), self.array(b)))

    def below(self, a: Any, b: Any) -> Symbol:
        """Whether a < b."""
        return Symbol(self.make, self.make.compare("<", self.array(a), self.array(b)))

    def fsum(self, terms: Sequence[Any]) -> Symbol:
        """The sum of the terms."""
        total = self.make.number(0.0)
        for term in terms:
            total = self.make.add(total, self.array(term))
        return Symbol(self.make, total)

    def logsumexp(self, terms: Sequence[Any]) -> Symbol:
        """log(sum(exp(x))) of the terms."""
        return Symbol(self.make, self.make.rows(table.logsumexp, self.make.stack(list(map(self.array, terms)))))

    def softmax(self, terms: Sequence[Any]) -> list[Symbol]:
        """exp(x_i) / sum(exp(x_j)) for every term."""
        p = self.make.rows(table.softmax, self.make.stack(list(map(self.array, terms))))
        return [Symbol(self.make, self.make.column(p, j)) for j in range(len(terms))]
