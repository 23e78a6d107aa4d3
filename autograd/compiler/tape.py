"""The same program for speed: one NumPy call a line, into buffers that are kept from step to step.

`emit` writes the program for people and for every array library; this is what NumPy runs for ``value_and_grad``. A
batch size gets its buffers once. An array that is not needed any more gives its buffer to the next one; the weights are
views of theta, and the gradients of the weights are written straight into the flat gradient.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from autograd.compiler.arrays import Array, in_order
from autograd.compiler.emit import data_name, slice_of
from autograd.compiler.namespace import HELPERS
from autograd.compiler.simplify import CONDITIONS
from autograd.engine import primitives as table
from autograd.engine.primitives import Primitive

_COMPARE = {">=": "greater_equal", ">": "greater", "<=": "less_equal", "<": "less", "==": "equal", "!=": "not_equal"}
_VIEWS = frozenset(["column", "columns", "expand", "transpose", "reshape"])


class Tape:
    """Writes ``bind(theta, m)``, which makes the buffers for m examples and returns the function of X.

    Arguments:
        value: the output, a number an example (or one number).
        gradient: the flat gradient.
        copies: the number of copies along each axis of copies.
        exact: whether the sigmoid keeps its digits on both sides.
    """

    def __init__(self, value: Array, gradient: Array, copies: dict[str, int], exact: bool) -> None:
        self.value = value
        self.gradient = gradient
        self.copies = copies
        self.exact = exact
        self.order = in_order([value, gradient])
        self.name = {node: f"a{i}" for i, node in enumerate(self.order)}
        self.static: set[Array] = set()  # made once, in bind
        self.setup: dict[str, str] = {}
        self.run: list[str] = []
        self.free: dict[tuple[object, ...], list[str]] = {}
        self.buffer: dict[Array, str] = {}
        self.placed: dict[Array, tuple[int, int]] = {}
        self.last = self._last_uses()
        self.buffers = 0

    def text(self) -> str:
        """The text of ``bind``."""
        self._place_gradient()
        for i, node in enumerate(self.order):
            self._node(i, node)
        value = self._ref(self.value)
        if self.value.shape:
            value = f"{self._ones(self.value.shape[0])}.dot({value}) / m"
        if self.gradient.op == "concatenate" or self.gradient in self.static:
            gradient = f"{self._ref(self.gradient)}.copy()"
        else:
            gradient = self._ref(self.gradient)
        setup = [f"    {name} = {text}" for name, text in self.setup.items()]
        run = [f"        {line}" for line in self.run]
        run.append(f"        return {value}, {gradient}")
        return "\n".join(["def bind(theta, m):", *setup, "    def run(X):", *run, "    return run", ""])

    # --- who needs what for how long ---------------------------------------------------------------------------

    def _base(self, node: Array) -> Array:
        while node.op in _VIEWS and self._is_view(node):
            node = node.args[0]
        return node

    def _is_view(self, node: Array) -> bool:
        if node.op == "columns":
            return slice_of(node.attr) is not None
        if node.op == "reshape":
            return node.args[0].op not in _VIEWS and node.args[0].op != "broadcast"
        return node.op in _VIEWS and len(node.args[0].shape) > 0

    def _last_uses(self) -> dict[Array, int]:
        """The last line that reads each array; a view keeps its base alive."""
        last: dict[Array, int] = {self._base(node): len(self.order) for node in (self.value, self.gradient)}
        for i, node in enumerate(self.order):
            for arg in node.args:
                base = self._base(arg)
                last[base] = max(last.get(base, 0), i)
        return last

    def _place_gradient(self) -> None:
        """Let the parts of the flat gradient be computed where they belong."""
        root = self.gradient
        while root.op is table.add and root.args[0].shape == root.shape:
            root = root.args[0]
        if root.op != "concatenate":
            return
        start = 0
        for part in root.args:
            node = part.args[0] if part.op == "reshape" else part
            made_here = node.op in ("matmul", "sum examples", "outer") or isinstance(node.op, Primitive)
            if (
                made_here
                and node not in self.placed
                and node.op not in _VIEWS
                and (part is node or self._is_view(part))
            ):
                self.placed[node] = (start, start + part.shape[0])
            start += part.shape[0]
        self.setup["grad"] = f"np.empty({start})"

    # --- buffers -------------------------------------------------------------------------------------------------

    def _sizes(self, shape: Sequence[object]) -> str:
        return f"({', '.join(self._size(size) for size in shape)},)"

    def _size(self, size: object) -> str:
        return str(self.copies.get(size, size)) if isinstance(size, str) else str(size)

    def _ones(self, size: object) -> str:
        name = f"ones_{size}"
        self.setup[name] = f"np.ones({self._size(size)})"
        return name

    def _target(self, i: int, node: Array, *, inplace: bool, kind: str = "float") -> str:
        """The buffer that an array is written into."""
        name = self.name[node]
        if node in self.placed:
            start, end = self.placed[node]
            whole = f"grad[{start}:{end}]"
            self.setup[name] = whole if len(node.shape) == 1 else f"{whole}.reshape({self._sizes(node.shape)})"
            self.static.add(node)
            return name
        if inplace:
            self._release(i, node, node.shape)
        buffer = self._allocate(node.shape, kind)
        self._release(i, node, None)
        self._holds(node, buffer)
        return buffer

    def _holds(self, node: Array, buffer: str) -> None:
        """Note that an array stands in this buffer."""
        self.buffer[node] = self.name[node] = buffer
        self.static.add(node)

    def _allocate(self, shape: tuple[object, ...], kind: str) -> str:
        waiting = self.free.get((kind, *shape))
        if waiting:
            return waiting.pop()
        self.buffers += 1
        name = f"t{self.buffers}"
        self.setup[name] = f"np.empty({self._sizes(shape)}, {kind})"
        return name

    def _release(self, i: int, node: Array, shape: tuple[object, ...] | None) -> None:
        """Give back the buffers of operands that are needed for the last time.

        Before the output is chosen only those may go that are read element by element at the place written to.
        """
        for arg in dict.fromkeys(node.args):
            base = self._base(arg)
            if self.last.get(base) == i and base in self.buffer:
                if shape is not None and (
                    arg is not base or any(self._base(a) is base and a is not base for a in node.args)
                ):
                    continue
                kind = "bool" if base.op in CONDITIONS else "float"
                self.free.setdefault((kind, *base.shape), []).append(self.buffer.pop(base))

    # --- nodes ---------------------------------------------------------------------------------------------------

    def _ref(self, node: Array) -> str:
        if node.op == "number":
            return f"({node.attr!r})" if node.attr - node.attr == 0.0 else f"float('{node.attr}')"
        return self.name[node]

    def _define(self, node: Array, text: str, *parts: Array) -> None:
        """A name for a view, or for a number: once in bind where its parts stay, else on every call."""
        if all(part in self.static for part in parts):
            self.setup[self.name[node]] = text
            self.static.add(node)
        else:
            self.run.append(f"{self.name[node]} = {text}")

    def _node(self, i: int, node: Array) -> None:
        args = node.args
        ref = [self._ref(arg) for arg in args]
        if isinstance(node.op, Primitive):
            self._primitive(i, node, node.op, ref)
        elif node.op == "seed":
            self._define(node, f"{node.attr!r} / m")
        elif node.op == "inputs":
            self.name[node] = "X"
        elif node.op == "data":
            self.name[node] = data_name(node.attr)
            self.static.add(node)
        elif node.op == "numbers":
            self._define(node, f"np.array({list(node.attr)}).reshape({self._sizes(node.shape)})")
        elif node.op == "parameter":
            self._parameter(node)
        elif self._is_view(node):
            self._view(node, ref[0])
        elif node.op != "number":
            getattr(self, "_" + node.op.replace(" ", "_"))(i, node, ref)

    def _parameter(self, node: Array) -> None:
        first, n = node.attr[0], len(node.attr)
        if node.attr == tuple(range(first, first + n)):
            self._define(node, f"theta[{first}:{first + n}].reshape({self._sizes(node.shape) if node.shape else '()'})")
        else:
            self.setup[f"i_{self.name[node]}"] = f"np.array({list(node.attr)})"
            self.run.append(f"{self.name[node]} = theta[i_{self.name[node]}].reshape({self._sizes(node.shape)})")

    def _view(self, node: Array, x: str) -> None:
        lead = ":, " * (len(node.args[0].shape) - 1)
        if node.op == "column":
            text = f"{x}[{lead}{node.attr}]" if node.shape else f"{x}[{node.attr}:{node.attr + 1}].reshape(())"
        elif node.op == "columns":
            text = f"{x}[{lead}{slice_of(node.attr)}]"
        elif node.op == "expand":
            text = f"{x}[:, None]"
        elif node.op == "transpose":
            text = f"{x}.T"
        else:
            text = f"{x}.reshape({self._sizes(node.shape)})"
        self._define(node, text, node.args[0])

    def _primitive(self, i: int, node: Array, op: Primitive, ref: list[str]) -> None:
        if not node.shape:
            self._loose(i, node, op, ref)
        elif node is self.gradient and op is table.add:  # leaves as a new array
            self.run.append(f"{self.name[node]} = np.add({', '.join(ref)})")
        elif op is table.power and node.args[1].op == "number" and node.args[1].attr in (2.0, 3.0, 0.5, -1.0):
            self._simple_power(i, node, ref[0], node.args[1].attr)
        elif isinstance(getattr(np, op.array, None), np.ufunc):
            out = self._target(i, node, inplace=True)
            self.run.append(f"np.{op.array}({', '.join(ref)}, out={out})")
        elif op is table.sigmoid and not self.exact:
            out = self._target(i, node, inplace=True)
            self.run += [f"np.negative({ref[0]}, out={out})", f"np.exp({out}, out={out})"]
            self.run += [f"np.add({out}, 1.0, out={out})", f"np.divide(1.0, {out}, out={out})"]
        else:
            self._loose(i, node, op, ref)

    def _simple_power(self, i: int, node: Array, x: str, exponent: float) -> None:
        out = self._target(i, node, inplace=exponent != 3.0)
        if exponent == 2.0:
            self.run.append(f"np.multiply({x}, {x}, out={out})")
        elif exponent == 3.0:
            self.run += [f"np.multiply({x}, {x}, out={out})", f"np.multiply({out}, {x}, out={out})"]
        elif exponent == 0.5:
            self.run.append(f"np.sqrt({x}, out={out})")
        else:
            self.run.append(f"np.divide(1.0, {x}, out={out})")

    def _loose(self, i: int, node: Array, op: Primitive, ref: list[str]) -> None:
        """A call whose result is a new array or a number."""
        name = op.array if op.array in HELPERS else f"np.{op.array}"
        self.run.append(f"{self.name[node]} = {name}({', '.join(ref)})")
        self._release(i, node, None)

    def _compare(self, i: int, node: Array, ref: list[str]) -> None:
        if not node.shape:
            self.run.append(f"{self.name[node]} = {ref[0]} {node.attr} {ref[1]}")
            return
        out = self._target(i, node, inplace=False, kind="bool")
        self.run.append(f"np.{_COMPARE[node.attr]}({', '.join(ref)}, out={out})")

    def _mask(self, i: int, node: Array, ref: list[str]) -> None:
        if not node.shape:
            self.run.append(f"{self.name[node]} = float({ref[1]}) if {ref[0]} else 0.0")
            return
        out = self._target(i, node, inplace=True)
        x = node.args[1]
        if x.op in ("number", "seed"):
            self.run.append(f"np.multiply({ref[1]}, {ref[0]}, out={out})")
        else:  # the bits times 0 or 1: infinity times 0 would be NaN
            self.run.append(f"np.multiply({ref[1]}.view(np.int64), {ref[0]}, out={out}.view(np.int64))")

    def _and(self, i: int, node: Array, ref: list[str]) -> None:
        self._logical("and", i, node, ref)

    def _or(self, i: int, node: Array, ref: list[str]) -> None:
        self._logical("or", i, node, ref)

    def _not(self, i: int, node: Array, ref: list[str]) -> None:
        self._logical("not", i, node, ref)

    def _logical(self, how: str, i: int, node: Array, ref: list[str]) -> None:
        if not node.shape:
            self.run.append(f"{self.name[node]} = np.logical_{how}({', '.join(ref)})")
            return
        out = self._target(i, node, inplace=False, kind="bool")
        self.run.append(f"np.logical_{how}({', '.join(ref)}, out={out})")

    def _matmul(self, i: int, node: Array, ref: list[str]) -> None:
        if not node.shape:
            self.run.append(f"{self.name[node]} = np.dot({ref[0]}, {ref[1]})")
            self._release(i, node, None)
            return
        out = self._target(i, node, inplace=False)
        self.run.append(f"np.matmul({ref[0]}, {ref[1]}, out={out})")

    def _outer(self, i: int, node: Array, ref: list[str]) -> None:
        out = self._target(i, node, inplace=False)
        self.run.append(f"np.multiply({ref[0]}[:, None], {ref[1]}, out={out})")

    def _broadcast(self, i: int, node: Array, ref: list[str]) -> None:
        if node.args[0].op in ("number", "seed"):
            self._define(node, f"np.full({self._sizes(node.shape)}, {ref[0]})")
            return
        out = self._target(i, node, inplace=False)
        self.run.append(f"{out}[...] = {ref[0]}")

    def _columns(self, i: int, node: Array, ref: list[str]) -> None:
        self.setup[f"i_{self.name[node]}"] = f"np.array({list(node.attr)})"
        index = f"i_{self.name[node]}"
        out = self._target(i, node, inplace=False)
        self.run.append(f"np.take({ref[0]}, {index}, axis=-1, out={out}, mode='clip')")

    def _stack(self, i: int, node: Array, ref: list[str]) -> None:
        out = self._target(i, node, inplace=False)
        lead = ":, " * (len(node.shape) - 1)
        self.run += [f"{out}[{lead}{j}] = {piece}" for j, piece in enumerate(ref)]

    def _concatenate(self, i: int, node: Array, ref: list[str]) -> None:
        if (
            len(node.shape) == 1
            and self.setup.get("grad") == f"np.empty({node.shape[0]})"
            and self._holds_gradient(node)
        ):
            start = 0
            for part, text in zip(node.args, ref, strict=True):
                end = start + part.shape[0]
                if self.placed.get(part.args[0] if part.op == "reshape" else part) != (start, end):
                    self.run.append(f"grad[{start}:{end}] = {text}")
                start = end
            self.name[node] = "grad"
            self.static.add(node)
            return
        out = self._target(i, node, inplace=False)
        self.run.append(f"np.concatenate(({', '.join(ref)},), axis=-1, out={out})")

    def _holds_gradient(self, node: Array) -> bool:
        root = self.gradient
        while root.op is table.add and root.args[0].shape == root.shape:
            root = root.args[0]
        return root is node

    def _reshape(self, i: int, node: Array, ref: list[str]) -> None:
        out = self._target(i, node, inplace=False)
        self.run.append(f"{out}[...] = {ref[0]}.reshape({self._sizes(node.shape)})")

    def _sum_columns(self, i: int, node: Array, ref: list[str]) -> None:
        ones = self._ones(node.args[0].shape[-1])
        self._dot(i, node, ref[0], ones)

    def _sum_examples(self, i: int, node: Array, ref: list[str]) -> None:
        self._dot(i, node, self._ones(node.args[0].shape[0]), ref[0])

    def _dot(self, i: int, node: Array, a: str, b: str) -> None:
        """A sum as a product with ones, for which there is BLAS."""
        if not node.shape:
            self.run.append(f"{self.name[node]} = np.dot({a}, {b})")
            self._release(i, node, None)
            return
        out = self._target(i, node, inplace=False)
        self.run.append(f"np.dot({a}, {b}, out={out})")

    def _logsumexp(self, i: int, node: Array, ref: list[str]) -> None:
        x = node.args[0]
        if len(x.shape) < 2:
            self._call(i, node, ref)
            return
        softmax = next((other for other in self.order[i:] if other.op == "softmax" and other.args[0] is x), None)
        powers = self._allocate(x.shape, "float")
        self._powers(x, ref[0], powers)
        out = self._target(i, node, inplace=False)
        self.run += [
            f"np.copyto({powers}, 0.0, where=largest)",
            f"np.dot({powers}, {self._ones(x.shape[-1])}, out={out})",
            "ties = np.count_nonzero(largest, axis=-1)",
        ]
        if softmax is None:
            self.free.setdefault(("float", *x.shape), []).append(powers)
        else:  # its backward pass wants the probabilities: the same powers, divided by their sum
            self.run += [
                f"np.copyto({powers}, 1.0, where=largest)",
                f"np.divide({powers}, np.add({out}, ties)[:, None], out={powers})",
            ]
            self._holds(softmax, powers)
        self.run += [
            f"np.add({out}, ties - 1, out={out})",
            f"np.log1p({out}, out={out})",
            f"np.add({out}, top[:, 0], out={out})",
        ]

    def _softmax(self, i: int, node: Array, ref: list[str]) -> None:
        if node in self.buffer:  # made with the logsumexp
            self._release(i, node, None)
            return
        if len(node.shape) < 2:
            self._call(i, node, ref)
            return
        out = self._allocate(node.shape, "float")
        self._powers(node.args[0], ref[0], out)
        self._holds(node, out)
        self._release(i, node, None)
        self.run += [
            f"np.copyto({out}, 1.0, where=largest)",
            f"np.divide({out}, np.dot({out}, {self._ones(node.shape[-1])})[:, None], out={out})",
        ]

    def _powers(self, x: Array, text: str, out: str) -> None:
        """exp(x - top), where ``top`` is the largest number of each row and ``largest`` says where it stands."""
        largest = self._allocate(x.shape, "bool")
        self.run += [
            f"top = np.maximum.reduce({text}, axis=-1, keepdims=True)",
            f"largest = np.equal({text}, top, out={largest})",
            f"np.subtract({text}, top, out={out})",
            f"np.exp({out}, out={out})",
        ]
        self.free.setdefault(("bool", *x.shape), []).append(largest)

    def _softmax_gradient(self, i: int, node: Array, ref: list[str]) -> None:
        self._call(i, node, ref)

    def _call(self, i: int, node: Array, ref: list[str]) -> None:
        """One of the functions that the program brings along."""
        self.run.append(f"{self.name[node]} = {node.name}({', '.join(ref)})")
        self._release(i, node, None)
