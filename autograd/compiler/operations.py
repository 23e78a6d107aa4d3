"""The table of array operations: for each its shape, simplest form, derivative, text, and text that writes in place.

A row is an `Operation`. What is elementwise comes from the table of primitives, all by one row of this one; the
arithmetic that a text writes with operators, and that has simpler forms, has rows of its own in `ELEMENTWISE`. A rule
is written against whoever interprets it: what makes arrays (``make``), the reverse pass (``back``), a writer (``w``).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compiler.arrays import (
    AND,
    ATOM,
    COMPARE,
    INFINITE,
    OR,
    POWER,
    PRODUCT,
    SIGN,
    SUM,
    Array,
    Operation,
    Shape,
    are_neighbours,
    axis_of,
    common_shape,
    slice_of,
    width_of,
)
from autograd.compiler.names import data_name
from autograd.engine import primitives as table
from autograd.engine import scalar
from autograd.engine.primitives import Primitive

if TYPE_CHECKING:
    from autograd.compiler.buffers import BufferedWriter
    from autograd.compiler.builder import Arrays
    from autograd.compiler.differentiate import Gradient, Reverse
    from autograd.compiler.writer import Writer

SIGNS = {
    ">=": np.greater_equal,
    ">": np.greater,
    "<=": np.less_equal,
    "<": np.less,
    "==": np.equal,
    "!=": np.not_equal,
}


def rules(op: Primitive | Operation) -> Operation:
    """The row of an operation."""
    return op if isinstance(op, Operation) else ELEMENTWISE.get(op, _primitive)


def is_number(x: Array, value: float) -> bool:
    """Whether x is this constant."""
    return x.op is number and bool(x.attr == value)


def is_condition(x: Array) -> bool:
    """Whether x holds truth values."""
    while x.op in (expand, column, transpose):
        x = x.args[0]
    return rules(x.op).condition


# --- what is given ---------------------------------------------------------------------------------------------

inputs = Operation(name="inputs", text=lambda w, node: "X")
data = Operation(name="data", text=lambda w, node: data_name(node.attr))
parameter = Operation(
    name="parameter",
    text=lambda w, node: w.parameter(node),
    lasting=lambda node: are_neighbours(node.attr),
    range="bounded",
)
number = Operation(
    name="number",
    text=lambda w, node: w.number(node.attr),
    strength=lambda node: SIGN if repr(node.attr)[0] == "-" else ATOM,
)
numbers = Operation(name="numbers", text=lambda w, node: _numbers(w, node), lasting=lambda node: True)
seed = Operation(
    name="seed",
    shape=lambda coefficient: (),
    text=lambda w, node: f"{w.number(node.attr)} / m",
    strength=lambda node: PRODUCT,
    lasting=lambda node: True,
    range="bounded",
)  # coefficient / m: the derivative of the mean over the examples with respect to one of them


def _numbers(w: Writer, node: Array) -> str:
    flat = f"np.array([{', '.join(map(w.entry, node.attr))}])"
    return flat if len(node.shape) == 1 else f"np.reshape({flat}, {node.shape})"


# --- numbers moved ---------------------------------------------------------------------------------------------


def _broadcast(make: Arrays, shape: Shape, x: Array) -> Array | None:
    if x.op is broadcast:
        return make.broadcast(x.args[0], shape)
    if len(shape) == 2 and isinstance(shape[0], str) and x.shape == shape[:1]:  # an example's number in every column
        return make.broadcast(make.expand(x), shape)
    return x if x.shape == shape else None


broadcast = Operation(
    name="broadcast",
    shape=lambda shape, x: shape,
    simplest=_broadcast,
    derivative=lambda back, node, upstream: back.give_sum(node.args[0], upstream),
    text=lambda w, node, x: w.repeated(node, x),
    into=lambda w, node, x: [f"OUT[...] = {x}"],
    lasting=lambda node: node.args[0].op in (number, seed),
)
expand = Operation(  # a number an example as a column, so that it meets every column of a matrix
    name="expand",
    shape=lambda _, x: (x.shape[0], 1),
    simplest=lambda make, _, x: make.broadcast(x.args[0], (x.shape[0], 1)) if x.op is broadcast else None,
    derivative=lambda back, node, upstream: _expand_derivative(back, node, upstream),
    text=lambda w, node, x: f"{w.ref(x)}[:, None]",
    lasting=lambda node: True,
)


def _expand_derivative(back: Reverse, node: Array, upstream: Gradient) -> None:
    x, given = node.args[0], upstream.array
    given = given if given.shape == x.shape else back.make.sum_columns(given)
    reached = back.reached_along(upstream.reached, node.shape, x.shape)
    back.give(x, upstream._replace(array=given, reached=reached))


def _columns_derivative(back: Reverse, node: Array, upstream: Gradient) -> None:
    if len(set(node.attr)) == len(node.attr):
        back.give_columns(node.args[0], node.attr, upstream)
    else:  # a column taken twice
        for j, wanted in enumerate(node.attr):
            back.give_columns(node.args[0], (wanted,), back.of_column(upstream, j))


def _columns_text(w: Writer, node: Array, x: Array) -> str:
    part = slice_of(node.attr)
    if part is None:
        return f"np.take({w.ref(x)}, {list(node.attr)}, axis={len(node.shape) - 1})"
    start, end, gap = part
    to_the_end = gap == 1 and start and end == x.shape[-1]
    steps = f":{gap}" if gap > 1 else ""
    return f"{w.ref(x)}[{w.lead(x)}{start or ''}:{'' if to_the_end else end}{steps}]"


columns = Operation(
    name="columns",
    shape=lambda wanted, x: (*x.shape[:-1], len(wanted)),
    simplest=lambda make, wanted, x: x if wanted == tuple(range(width_of(x.shape) or 0)) else None,
    derivative=_columns_derivative,
    text=_columns_text,
    into=lambda w, node, x: [f"np.take({x}, {w.index(node)}, axis=-1, out=OUT, mode='clip')"],
    lasting=lambda node: slice_of(node.attr) is not None,
)


def _column(make: Arrays, j: int, x: Array) -> Array | None:
    if x.op is broadcast and not x.args[0].shape:
        return make.broadcast(x.args[0], x.shape[:-1])
    if x.op is columns:
        return make.column(x.args[0], x.attr[j])
    return x.args[j] if x.op is stack and x.args[j].shape == x.shape[:-1] else None


column = Operation(  # as a number an example
    name="column",
    shape=lambda j, x: x.shape[:-1],
    simplest=_column,
    derivative=lambda back, node, upstream: back.give_columns(node.args[0], (node.attr,), upstream),
    text=lambda w, node, x: f"{w.ref(x)}[{w.lead(x)}{node.attr}]",
    lasting=lambda node: True,
)


def _stack(make: Arrays, _: None, *pieces: Array) -> Array | None:
    shape = common_shape(piece.shape for piece in pieces)
    if all(piece.shape == shape for piece in pieces):
        return None
    return make.stack(*[make.broadcast(piece, shape) for piece in pieces])


def _stack_derivative(back: Reverse, node: Array, upstream: Gradient) -> None:
    for j, piece in enumerate(node.args):
        if piece in back.active:
            back.give_sum(piece, back.of_column(upstream, j))


def _stack_text(w: Writer, node: Array, *pieces: Array) -> str:
    texts = [w.ref(piece, 0) for piece in pieces]
    if not node.shape[:-1] and any(piece.op is number for piece in pieces):
        texts = [f"np.array({text})" for text in texts]
    return f"np.stack([{', '.join(texts)}]{', axis=-1' if node.shape[:-1] else ''})"


stack = Operation(  # numbers side by side as the columns of one array
    name="stack",
    shape=lambda _, *pieces: (*common_shape(piece.shape for piece in pieces), len(pieces)),
    simplest=_stack,
    derivative=_stack_derivative,
    text=_stack_text,
    into=lambda w, node, *pieces: [f"OUT[..., {j}] = {piece}" for j, piece in enumerate(pieces)],
)
concatenate = Operation(  # columns of several arrays side by side
    name="concatenate",
    shape=lambda _, *blocks: (*blocks[0].shape[:-1], sum(block.shape[-1] for block in blocks)),
    simplest=lambda make, _, *blocks: blocks[0] if len(blocks) == 1 else None,
    text=lambda w, node, *blocks: (
        f"np.concatenate([{', '.join([w.ref(block, 0) for block in blocks])}]"
        f"{f', axis={len(node.shape) - 1}' if len(node.shape) > 1 else ''})"
    ),
    into=lambda w, node, *blocks: [f"np.concatenate([{', '.join(blocks)}], axis=-1, out=OUT)"],
)
reshape = Operation(  # row by row
    name="reshape",
    shape=lambda shape, x: shape,
    simplest=lambda make, shape, x: x if x.shape == shape else None,
    derivative=lambda back, node, upstream: back.moved(
        node, upstream, lambda x: back.make.reshape(x, node.args[0].shape)
    ),
    text=lambda w, node, x: f"np.reshape({w.ref(x, 0)}, {'(-1,)' if len(node.shape) == 1 else node.shape})",
    into=lambda w, node, x: [f"OUT[...] = np.reshape({x}, {node.shape})"],
    lasting=lambda node: node.args[0].op is not broadcast and not rules(node.args[0].op).lasting(node.args[0]),
)


def _transpose(make: Arrays, _: None, x: Array) -> Array | None:
    if x.op is transpose:
        return x.args[0]
    if x.op is matmul:
        a, b = x.args
        return make.matmul(make.transpose(b), make.transpose(a))
    return None


transpose = Operation(
    name="transpose",
    shape=lambda _, x: x.shape[::-1],
    simplest=_transpose,
    derivative=lambda back, node, upstream: back.moved(node, upstream, back.make.transpose),
    text=lambda w, node, x: f"{w.ref(x)}.T",
    lasting=lambda node: True,
)

# --- products and sums -----------------------------------------------------------------------------------------


def _matmul_derivative(back: Reverse, node: Array, upstream: Gradient) -> None:
    make = back.make
    a, b = node.args
    reached = upstream.reached
    if len(a.shape) == 1:  # two vectors
        if a is b:
            given = make.multiply(make.multiply(make.number(2.0), upstream.array), a)
            back.give(a, upstream._replace(array=given, clean=False))
        else:
            back.give(a, upstream._replace(array=make.multiply(upstream.array, b), clean=False))
            back.give(b, upstream._replace(array=make.multiply(upstream.array, a), clean=False))
        return
    vector = len(b.shape) == 1
    given = back.put(upstream)
    if a in back.active:
        by_row = back.reached_along(reached, node.shape, node.shape[:1])
        if reached is not None and b.bound == INFINITE:
            rows = back.unit_by_unit(upstream, [b] if vector else [make.column(b, j) for j in range(b.shape[1])])
            total = rows[0]
            for row in rows[1:]:
                total = make.add(total, row)
        else:
            total = make.multiply(make.expand(given), b) if vector else make.matmul(given, make.transpose(b))
        back.give(a, upstream._replace(array=total, reached=by_row, clean=True))
    if b in back.active:
        by_column = back.reached_along(reached, node.shape, node.shape[1:])
        if reached is not None and a.bound == INFINITE:
            units = back.unit_by_unit(upstream, [a] * (node.shape[1:] or (1,))[0])
            sums = [make.sum_examples(x) for x in units]
            total = sums[0] if vector else make.stack(*sums)
        else:
            total = make.matmul(given, a) if vector else make.matmul(make.transpose(a), given)
        back.give(b, upstream._replace(array=total, reached=by_column, clean=True))


matmul = Operation(  # where either may be a vector
    name="matmul",
    shape=lambda _, a, b: a.shape[:-1] + (b.shape[1:] if len(b.shape) > 1 else ()),
    derivative=_matmul_derivative,
    text=lambda w, node, a, b: f"{w.ref(a, PRODUCT)} @ {w.ref(b, SIGN)}",
    strength=lambda node: PRODUCT,
    into=lambda w, node, a, b: [f"np.{'matmul' if node.shape else 'dot'}({a}, {b}, out=OUT)"],
)


def _sum_examples(make: Arrays, _: None, x: Array) -> Array | None:
    if x.op is table.negative:
        return make.negative(make.sum_examples(x.args[0]))
    if x.op is broadcast and x.args[0].op is seed:  # m times c/m
        return make.broadcast(make.number(x.args[0].attr), x.shape[1:])
    return None


def _sum_derivative(back: Reverse, node: Array, upstream: Gradient) -> None:
    x, given = node.args[0], upstream.array
    if node.op is sum_columns and axis_of(x.shape):
        given = back.make.expand(given)
    back.give(x, upstream._replace(array=back.make.broadcast(given, x.shape)))


sum_columns = Operation(  # a number an example
    name="sum_columns",
    shape=lambda _, x: x.shape[:-1],
    derivative=_sum_derivative,
    text=lambda w, node, x: f"np.sum({w.ref(x, 0)}{', axis=-1' if node.shape else ''})",
    into=lambda w, node, x: [f"np.dot({x}, {w.ones(node.args[0].shape[-1])}, out=OUT)"],  # there is BLAS for it
)
sum_examples = replace(
    sum_columns,
    name="sum_examples",
    shape=lambda _, x: x.shape[1:],
    simplest=_sum_examples,
    text=lambda w, node, x: f"np.sum({w.ref(x, 0)}{', axis=0' if node.shape else ''})",
    into=lambda w, node, x: [f"np.dot({w.ones(node.args[0].shape[0])}, {x}, out=OUT)"],
)

# --- along the rows --------------------------------------------------------------------------------------------


def _logsumexp_into(w: BufferedWriter, node: Array, x: str) -> list[str] | None:
    z = node.args[0]
    if len(z.shape) < 2:
        return None
    later = [other for other in w.order if other.op is softmax and other.args[0] is z and other not in w.written]
    powers = w.held(later[0]) if later else w.scratch(z.shape, "float")
    lines = [*_powers(w, z, x, powers), f"np.copyto({powers}, 0.0, where=largest)"]
    lines += [f"np.dot({powers}, {w.ones(z.shape[-1])}, out=OUT)", "ties = np.count_nonzero(largest, axis=-1)"]
    if later:  # the backward pass wants the probabilities: the same powers, divided by their sum
        lines.append(f"np.copyto({powers}, 1.0, where=largest)")
        lines.append(f"np.divide({powers}, np.add(OUT, ties)[:, None], out={powers})")
    return [*lines, "np.add(OUT, ties - 1, out=OUT)", "np.log1p(OUT, out=OUT)", "np.add(OUT, top[:, 0], out=OUT)"]


def _softmax_into(w: BufferedWriter, node: Array, x: str) -> list[str] | None:
    if len(node.shape) < 2:
        return None
    lines = [*_powers(w, node, x, "OUT"), "np.copyto(OUT, 1.0, where=largest)"]
    return [*lines, f"np.divide(OUT, np.dot(OUT, {w.ones(node.shape[-1])})[:, None], out=OUT)"]


def _powers(w: BufferedWriter, node: Array, x: str, out: str) -> list[str]:
    """exp(x - top), where ``top`` is the largest number of each row and ``largest`` says where it stands."""
    return [
        f"top = np.maximum.reduce({x}, axis=-1, keepdims=True)",
        f"largest = np.equal({x}, top, out={w.scratch(node.shape, 'bool')})",
        f"np.subtract({x}, top, out={out})",
        f"np.exp({out}, out={out})",
    ]


def _softmax_derivative(back: Reverse, node: Array, upstream: Gradient) -> None:
    slope = back.make.softmax_gradient(node, back.put(upstream))
    reached = back.reached_along(upstream.reached, node.shape, node.shape[:-1])
    back.give(node.args[0], upstream._replace(array=slope, reached=reached, clean=True))


logsumexp = Operation(
    name="logsumexp",
    shape=lambda _, x: x.shape[:-1],
    derivative=lambda back, node, upstream: back.give(
        node.args[0], upstream._replace(array=back.make.multiply(upstream.array, back.make.softmax(node.args[0])))
    ),
    text=lambda w, node, x: w.call("logsumexp", x),
    into=_logsumexp_into,
)
softmax = Operation(
    name="softmax",
    derivative=_softmax_derivative,
    text=lambda w, node, x: w.call("softmax", x),
    into=_softmax_into,
    range="bounded",
)
softmax_gradient = Operation(  # what it hands on of the gradient that it gets, without loss where it is nearly 1
    name="softmax_gradient", text=lambda w, node, *args: w.call("softmax_gradient", *args)
)

# --- conditions ------------------------------------------------------------------------------------------------


def _operator(sign: str, strength: int, right: int) -> dict[str, Any]:
    """Text and strength of an operation that is written with an operator between two operands."""
    return {
        "text": lambda w, node, a, b: f"{w.ref(a, strength)} {sign} {w.ref(b, right)}",
        "strength": lambda node: strength,
    }


def _compare(make: Arrays, sign: str, a: Array, b: Array) -> Array | None:
    return make.number(float(SIGNS[sign](a.attr, b.attr))) if a.op is number is b.op else None


def _mask(make: Arrays, _: None, condition: Array, x: Array) -> Array | None:
    if condition.op is number:
        return x if condition.attr else make.broadcast(make.number(0.0), x.shape)
    if condition.op is no:
        return make.aligned(table.where, condition.args[0], make.number(0.0), x)
    return None


def _mask_into(w: BufferedWriter, node: Array, condition: str, x: str) -> list[str]:
    if not node.shape:
        return [f"float({x}) if {condition} else 0.0"]
    if node.args[1].op in (number, seed):
        return [f"np.multiply({x}, {condition}, out=OUT)"]
    # the bits times 0 or 1: infinity times 0 would be NaN
    return [f"np.multiply({x}.view(np.int64), {condition}, out=OUT.view(np.int64))"]


compare = Operation(
    name="compare",
    simplest=_compare,
    text=lambda w, node, a, b: f"{w.ref(a, OR)} {node.attr} {w.ref(b, OR)}",
    strength=lambda node: COMPARE,
    into=lambda w, node, a, b: (
        [f"np.{SIGNS[node.attr].__name__}({a}, {b}, out=OUT)" if node.shape else f"{a} {node.attr} {b}"]
    ),
    elementwise=True,
    condition=True,
    range="bounded",
)


def _no(make: Arrays, _: None, condition: Array) -> Array | None:
    return condition.args[0] if condition.op is no else None


_logical = replace(
    compare,
    simplest=lambda make, _, *args: None,
    into=lambda w, node, *refs: [f"np.logical_{node.op.name}({', '.join(refs)}, out=OUT)"],
)
both = replace(_logical, name="and", **_operator("&", AND, AND))
either = replace(_logical, name="or", **_operator("|", OR, OR))
no = replace(
    _logical, name="not", simplest=_no, text=lambda w, node, a: f"~{w.ref(a, SIGN)}", strength=lambda node: SIGN
)
mask = Operation(  # x where the condition holds, else 0
    name="mask",
    simplest=_mask,
    text=lambda w, node, condition, x: f"np.where({w.ref(condition, 0)}, {w.entries(x)}, 0)",
    into=_mask_into,
    elementwise=True,
)

# --- element by element ----------------------------------------------------------------------------------------


def _add(make: Arrays, _: None, a: Array, b: Array) -> Array | None:
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


def _subtract(make: Arrays, _: None, a: Array, b: Array) -> Array | None:
    if is_number(b, 0.0):
        return a
    if is_number(a, 0.0):
        return make.negative(b)
    if b.op is table.negative:
        return make.add(a, b.args[0])
    return _factored(make, table.subtract, a, b)


def _factored(make: Arrays, op: Primitive, a: Array, b: Array) -> Array | None:
    """c/m * x + c/m * y = c/m * (x + y)."""
    if not (a.op is table.multiply is b.op and a.args[0].op is seed is b.args[0].op):
        return None
    (first, x), (second, y) = a.args, b.args
    if first.attr == second.attr:
        return make.multiply(first, make.apply(op, x, y))
    if first.attr == -second.attr and op is table.add:
        if first.attr > 0.0:
            return make.multiply(first, make.subtract(x, y))
        return make.multiply(second, make.subtract(y, x))
    return None


def _multiply(make: Arrays, _: None, a: Array, b: Array) -> Array | None:
    constants = (number, seed)
    if b.op in constants and a.op not in constants:
        a, b = b, a
    for x, y in ((a, b), (b, a)):
        if is_number(x, 1.0):
            return y
        if is_number(x, -1.0):
            return make.negative(y)
        if y.op is table.negative and x.op not in constants:
            return make.negative(make.multiply(x, y.args[0]))
    if a.op not in constants:
        return None
    if b.op in constants:
        return make.seed(a.attr * b.attr) if seed in (a.op, b.op) else None
    if b.op is table.negative:
        return make.multiply(make.negative(a), b.args[0])
    if b.op is table.multiply and b.args[0].op in constants:
        inner, rest = b.args
        if (a.op, inner.op) != (seed, seed) and not scalar.overflows(a.attr, inner.attr):
            return make.multiply(make.multiply(a, inner), rest)
    return make.aligned(table.multiply, a, b)


def _negative(make: Arrays, _: None, a: Array) -> Array | None:
    if a.op is table.negative:
        return a.args[0]
    if a.op is seed:
        return make.seed(-a.attr)
    if a.op is table.multiply and a.args[0].op in (number, seed):
        return make.multiply(make.negative(a.args[0]), a.args[1])
    return make.subtract(a.args[1], a.args[0]) if a.op is table.subtract else None


def _power(make: Arrays, _: None, a: Array, b: Array) -> Array | None:
    if is_number(b, 0.0):
        return make.number(1.0)
    return a if is_number(b, 1.0) else None


def _where(make: Arrays, _: None, condition: Array, a: Array, b: Array) -> Array | None:
    if condition.op is number:
        return a if condition.attr else b
    if a is b:
        return a
    if condition.op is no:
        return make.where(condition.args[0], b, a)
    if is_condition(condition):
        return make.aligned(table.where, condition, a, b)
    if condition.op is table.step:  # which is NaN for NaN, and so not 0: then a is chosen
        return make.where(make.compare(condition.args[0], make.number(0.0), "<"), b, a)
    return make.where(make.compare(condition, make.number(0.0), "!="), a, b)


def _where_text(w: Writer, node: Array, condition: Array, a: Array, b: Array) -> str:
    return f"np.where({w.ref(condition, 0)}, {w.entries(a)}, {w.ref(b, 0)})"


def _call(w: Writer, node: Array, *args: Array) -> str:
    assert isinstance(node.op, Primitive)
    return w.call(node.op.array, *args)


def _ufunc_into(w: BufferedWriter, node: Array, *refs: str) -> list[str] | None:
    assert isinstance(node.op, Primitive)
    found = isinstance(getattr(np, node.op.array, None), np.ufunc)
    return [f"np.{node.op.array}({', '.join(refs)}, out=OUT)"] if found else None


def _multiply_text(w: Writer, node: Array, a: Array, b: Array) -> str:
    if a.op is seed and abs(a.attr) == 1.0:
        return f"{'-' if a.attr < 0 else ''}{w.ref(b, PRODUCT)} / m"
    return f"{w.ref(a, PRODUCT)} * {w.ref(b, SIGN)}"


def _power_into(w: BufferedWriter, node: Array, x: str, exponent: str) -> list[str] | None:
    known = node.args[1].attr if node.shape and node.args[1].op is number else None
    if known == 2.0:
        return [f"np.multiply({x}, {x}, out=OUT)"]
    if known == 3.0:
        square = w.scratch(node.shape, "float")
        return [f"np.multiply({x}, {x}, out={square})", f"np.multiply({square}, {x}, out=OUT)"]
    if known == 0.5:
        return [f"np.sqrt({x}, out=OUT)"]
    return [f"np.divide(1.0, {x}, out=OUT)"] if known == -1.0 else _ufunc_into(w, node, x, exponent)


def _sigmoid_into(w: BufferedWriter, node: Array, x: str) -> list[str] | None:
    if w.exact or not node.shape:
        return None
    powers = [f"np.negative({x}, out=OUT)", "np.exp(OUT, out=OUT)"]
    return [*powers, "np.add(OUT, 1.0, out=OUT)", "np.divide(1.0, OUT, out=OUT)"]


_primitive = Operation(
    name="primitive",
    derivative=lambda back, node, upstream: back.through_primitive(node, upstream),
    text=_call,
    into=_ufunc_into,
    elementwise=True,
)
ELEMENTWISE = {
    table.add: replace(_primitive, simplest=_add, **_operator("+", SUM, SUM)),
    table.subtract: replace(_primitive, simplest=_subtract, **_operator("-", SUM, PRODUCT)),
    table.multiply: replace(_primitive, simplest=_multiply, text=_multiply_text, strength=lambda node: PRODUCT),
    table.divide: replace(
        _primitive, simplest=lambda make, _, a, b: a if is_number(b, 1.0) else None, **_operator("/", PRODUCT, SIGN)
    ),
    table.negative: replace(
        _primitive, simplest=_negative, text=lambda w, node, a: f"-{w.ref(a, SIGN)}", strength=lambda node: SIGN
    ),
    table.power: replace(
        _primitive,
        simplest=_power,
        text=lambda w, node, a, b: f"{w.ref(a)} ** {w.ref(b)}",
        strength=lambda node: POWER,
        into=_power_into,
    ),
    table.where: replace(_primitive, simplest=_where, text=_where_text),
    table.sigmoid: replace(_primitive, into=_sigmoid_into),
}

OPERATIONS = {name: op for name, op in [*globals().items()] if isinstance(op, Operation) and not name.startswith("_")}
