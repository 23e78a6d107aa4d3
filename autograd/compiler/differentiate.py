"""Stage 4, differentiate: the reverse pass of the array program, itself arrays. Imports `simplify` and `lift`.

The local derivatives are those of the table of primitives; what is added here are the rules of the operations on
whole arrays: matrix product, sum, columns, logsumexp, softmax.
"""

from __future__ import annotations

from typing import Any

from autograd import primitives
from autograd.compiler.arrays import Array, Shape, axis_of, in_order
from autograd.compiler.simplify import Arrays, Symbol, SymbolicNamespace, is_number
from autograd.primitives import Primitive

_CHEAPER = (primitives.tanh, primitives.sigmoid)  # in the form of the textbook


def differentiate(make: Arrays, root: Array, *, exact: bool) -> tuple[dict[Array, Array], dict[Array, Array]]:
    """The derivatives of the mean of ``root`` over the examples.

    Arguments:
        make: what makes the arrays.
        root: a number an example.
        exact: the local derivatives in the form that keeps its digits where a unit saturates; else the form of the
            textbook in terms of the result, such as 1 - y**2.

    Returns:
        The derivative with respect to each parameter array, and with respect to every array that was passed.
    """
    return _Reverse(make, exact).run(root)


class _Reverse:
    def __init__(self, make: Arrays, exact: bool) -> None:
        self.make = make
        self.exact = exact
        self.m = SymbolicNamespace(make)
        self.active: set[Array] = set()
        self.collected: dict[Array, list[Array]] = {}
        self.slices: dict[Array, list[tuple[tuple[int, ...], Array]]] = {}

    def run(self, root: Array) -> tuple[dict[Array, Array], dict[Array, Array]]:
        order = in_order([root])
        for node in order:
            if node.op == "parameter" or any(arg in self.active for arg in node.args):
                self.active.add(node)
        seed = self.make.seed() if root.shape else self.make.number(1.0)
        self.collected[root] = [self.make.broadcast(seed, root.shape)]
        derivatives: dict[Array, Array] = {}
        for node in reversed(order):
            if node not in self.active or (node not in self.collected and node not in self.slices):
                continue
            upstream = derivatives[node] = self._total(node)
            if isinstance(node.op, Primitive):
                self._elementwise(node, node.op, upstream)
            elif node.op != "parameter":
                getattr(self, "_" + node.op.replace(" ", "_"))(node, upstream)
        parameters = {node: d for node, d in derivatives.items() if node.op == "parameter"}
        return parameters, derivatives

    # --- sums of contributions -----------------------------------------------------------------------------

    def _give(self, node: Array, contribution: Array) -> None:
        """Hand a contribution, of the full shape, to an operand."""
        if node in self.active and not is_number(contribution, 0.0):
            self.collected.setdefault(node, []).append(contribution)

    def _total(self, node: Array) -> Array:
        terms = list(self.collected.pop(node, []))
        slices = self.slices.pop(node, [])
        while slices:  # each round takes at most one contribution a column
            chosen: dict[int, tuple[Array, int]] = {}
            rest = []
            for columns, array in slices:
                if any(column in chosen for column in columns):
                    rest.append((columns, array))
                else:
                    chosen.update({column: (array, j) for j, column in enumerate(columns)})
            terms.append(self._assembled(node.shape, chosen))
            slices = rest
        total = terms[0]
        for term in terms[1:]:
            total = self.make.add(total, term)
        return total if node.op == "expand" else self.make.broadcast(total, node.shape)

    def _assembled(self, shape: Shape, chosen: dict[int, tuple[Array, int]]) -> Array:
        """An array whose columns are those chosen, 0 elsewhere."""
        blocks: list[Array] = []
        width, start = shape[-1], 0
        while start < width:
            array, first = chosen.get(start, (None, 0))
            end = start + 1
            while end < width and chosen.get(end, (None, first + end - start)) == (array, first + end - start):
                end += 1
            if array is None:
                blocks.append(self.make.zeros((*shape[:-1], end - start)))
            elif array.shape == shape[:-1]:
                blocks.append(self.make.stack([array]))
                end = start + 1
            else:
                blocks.append(self.make.columns(array, tuple(range(first, first + end - start))))
            start = end
        if all(block.op == "stack" for block in blocks):
            return self.make.stack([piece for block in blocks for piece in block.args])
        return self.make.concatenate(blocks)

    def _reduced(self, x: Array, shape: Shape) -> Array:
        """The sum of x over the axes along which an operand of this shape was repeated."""
        if x.shape == shape:
            return x
        if shape == x.shape[:1] or shape == (*x.shape[:1], 1):
            return self.make.sum_columns(x)
        if axis_of(x.shape) and not axis_of(shape):
            x = self.make.sum_examples(x)
        return x if x.shape == shape else self.make.sum_columns(x)

    # --- elementwise -------------------------------------------------------------------------------------

    def _elementwise(self, node: Array, op: Primitive, upstream: Array) -> None:
        wanted = [arg in self.active for arg in node.args]
        slopes = self._slopes(op, node, wanted)
        for arg, slope, want in zip(node.args, slopes, wanted, strict=True):
            if want and not (type(slope) is float and slope == 0.0):
                self._give(arg, self._product(node.shape, arg.shape, upstream, self.m.array(slope)))

    def _product(self, shape: Shape, wanted: Shape, upstream: Array, slope: Array) -> Array:
        """upstream * slope, summed over the axes along which the operand was repeated."""
        if axis_of(shape) and not axis_of(wanted) and upstream.op != "broadcast":
            if upstream.shape == slope.shape and not wanted and len(shape) == 1:
                return self.make.matmul(upstream, slope)
            if slope.op == "expand" and wanted == shape[1:] and upstream.shape == shape:
                return self.make.matmul(slope.args[0], upstream)
        return self._reduced(self.make.broadcast(self._times(upstream, slope), shape), wanted)

    def _times(self, upstream: Array, slope: Array) -> Array:
        """upstream * slope, factor by factor, as one writes it: dA * A * (1 - A)."""
        if slope.op is primitives.multiply and slope not in self.active:
            first, second = slope.args
            return self.make.multiply(self.make.multiply(upstream, first), second)
        return self.make.multiply(upstream, slope)

    def _slopes(self, op: Primitive, node: Array, wanted: list[bool]) -> list[Any]:
        y, *operands = [Symbol(self.make, x) for x in (node, *node.args)]
        if not self.exact and op in _CHEAPER:
            scope = {"sigmoid": self.m.sigmoid, "y": y, "a": operands[0]}
            return [eval(op.textbook[0], {"__builtins__": {}}, scope)]
        return op.slopes(self.m, y, *operands, wanted=wanted)

    # --- whole arrays --------------------------------------------------------------------------------------

    def _mask(self, node: Array, upstream: Array) -> None:
        condition, x = node.args
        given = self.make.broadcast(self.make.mask(condition, upstream), node.shape)
        self._give(x, self._reduced(given, x.shape))

    def _broadcast(self, node: Array, upstream: Array) -> None:
        self._give(node.args[0], self._reduced(upstream, node.args[0].shape))

    def _expand(self, node: Array, upstream: Array) -> None:
        self._give(node.args[0], upstream if upstream.shape == node.args[0].shape else self.make.sum_columns(upstream))

    def _columns(self, node: Array, upstream: Array) -> None:
        given = self.slices.setdefault(node.args[0], [])
        if len(set(node.attr)) == len(node.attr):
            given.append((node.attr, upstream))
        else:  # a column taken twice
            given += [((column,), self.make.column(upstream, j)) for j, column in enumerate(node.attr)]

    def _column(self, node: Array, upstream: Array) -> None:
        self.slices.setdefault(node.args[0], []).append(((node.attr,), upstream))

    def _stack(self, node: Array, upstream: Array) -> None:
        for j, piece in enumerate(node.args):
            if piece in self.active:
                self._give(piece, self._reduced(self.make.column(upstream, j), piece.shape))

    def _reshape(self, node: Array, upstream: Array) -> None:
        self._give(node.args[0], self.make.reshape(upstream, node.args[0].shape))

    def _transpose(self, node: Array, upstream: Array) -> None:
        self._give(node.args[0], self.make.transpose(upstream))

    def _matmul(self, node: Array, upstream: Array) -> None:
        make = self.make
        a, b = node.args
        if len(a.shape) == 2:
            if a in self.active:
                to_a = make.outer(upstream, b) if len(b.shape) == 1 else make.matmul(upstream, make.transpose(b))
                self._give(a, to_a)
            if b in self.active:
                to_b = make.matmul(upstream, a) if len(b.shape) == 1 else make.matmul(make.transpose(a), upstream)
                self._give(b, to_b)
        elif a is b:
            self._give(a, make.multiply(make.multiply(make.number(2.0), upstream), a))
        else:  # two vectors
            self._give(a, make.multiply(upstream, b))
            self._give(b, make.multiply(upstream, a))

    def _sum_columns(self, node: Array, upstream: Array) -> None:
        x = node.args[0]
        column = self.make.expand(upstream) if axis_of(x.shape) else upstream
        self._give(x, self.make.broadcast(column, x.shape))

    def _sum_examples(self, node: Array, upstream: Array) -> None:
        x = node.args[0]
        self._give(x, self.make.broadcast(upstream, x.shape))

    def _logsumexp(self, node: Array, upstream: Array) -> None:
        x = node.args[0]
        self._give(x, self.make.multiply(upstream, self.make.rows(primitives.softmax, x)))

    def _softmax(self, node: Array, upstream: Array) -> None:
        make = self.make
        if self.exact:
            self._give(node.args[0], make.softmax_gradient(node, upstream))
            return
        mean = make.sum_columns(make.multiply(upstream, node))
        self._give(node.args[0], make.multiply(node, make.subtract(upstream, mean)))
