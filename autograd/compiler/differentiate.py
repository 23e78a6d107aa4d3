"""Stage 6, differentiate: the reverse pass of the array program, itself arrays.

The local derivatives are those of the table of primitives; those of the operations on whole arrays (matrix product,
sum, columns, logsumexp, softmax) stand in the table of array operations.

An array program computes both sides of a choice for every example, and on the side that was not chosen a slope may be
infinite, where 0 times the slope would be NaN. So a gradient travels with a condition that says where the pass comes at
all, and is made 0 elsewhere as late as possible: ``np.where(c, dy / (2 * np.sqrt(z)), 0)``, as a person writes it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce
from typing import Any, NamedTuple

from autograd.compiler import operations as ops
from autograd.compiler.arrays import BOUNDED, Array, Shape, are_neighbours, axis_of, common_shape, in_order, width_of
from autograd.compiler.builder import Arrays
from autograd.compiler.lift import ArrayProgram
from autograd.compiler.operations import is_number, rules
from autograd.compiler.symbols import SymbolicNamespace
from autograd.engine import primitives
from autograd.engine.primitives import Primitive
from autograd.engine.symbols import Symbol

Condition = Array | None  # where the pass comes; None is everywhere
Columns = tuple[int, ...]


def differentiate(program: ArrayProgram, *, exact: bool) -> ArrayProgram:
    """The program with the gradient of the mean of its value over the examples.

    Arguments:
        program: its forward half.
        exact: the local derivatives in the form that keeps its digits where a unit saturates; else the form of the
            textbook in terms of the result, such as 1 - y**2.
    """
    derivatives = Reverse(program.make, exact).run(program.value)
    return replace(program, gradient=_flat(program, derivatives), derivatives=derivatives)


class Gradient(NamedTuple):
    """A derivative on its way back.

    Arguments:
        array: the derivative where the pass comes.
        reached: where it comes.
        clean: whether the array is 0 elsewhere already; else it holds there what a choice did not choose.
    """

    array: Array
    reached: Condition = None
    clean: bool = False


class Reverse:
    """One reverse pass: what the rules of the table hand gradients on with."""

    def __init__(self, make: Arrays, exact: bool) -> None:
        self.make = make
        self.exact = exact
        self.m = SymbolicNamespace(make)
        self.active: set[Array] = set()
        self.collected: dict[Array, list[Gradient]] = {}
        self.slices: dict[Array, list[tuple[Columns, Gradient]]] = {}

    def run(self, root: Array) -> dict[Array, Array]:
        """The derivative with respect to every array that was passed, the last first."""
        order = in_order([root])
        for node in order:
            if node.op is ops.parameter or any(arg in self.active for arg in node.args):
                self.active.add(node)
        seed = self.make.seed() if root.shape else self.make.number(1.0)
        self.collected[root] = [Gradient(self.make.broadcast(seed, root.shape))]
        derivatives: dict[Array, Array] = {}
        for node in reversed(order):
            if node not in self.active or (node not in self.collected and node not in self.slices):
                continue
            upstream = self._total(node)
            derivatives[node] = self.put(upstream)
            rules(node.op).derivative(self, node, upstream)
        return derivatives

    # --- where the pass comes ------------------------------------------------------------------------------

    def put(self, gradient: Gradient) -> Array:
        """The derivative, 0 where the pass does not come."""
        x = gradient.array
        if gradient.reached is None or gradient.clean or is_number(x, 0.0):
            return x
        return self.make.broadcast(self.make.mask(gradient.reached, x), x.shape)

    def _ones(self, reached: Condition, shape: Shape) -> Array:
        """An array that is 1 where the pass comes, else 0."""
        ones = self.make.number(1.0)
        ones = ones if reached is None else self.make.mask(reached, ones)
        if len(shape) == 2 and axis_of(shape) and ones.shape == shape[:1]:
            ones = self.make.expand(ones)
        return self.make.broadcast(ones, shape)

    def carried(self, reached: Condition, shape: Shape, move: Callable[[Array], Array]) -> Condition:
        """A condition on an array of this shape as one on the operand, to which ``move`` takes a gradient."""
        if reached is None or not reached.shape:
            return reached
        return self.make.compare("!=", move(self._ones(reached, shape)), self.make.number(0.0))

    def reached_along(self, reached: Condition, shape: Shape, wanted: Shape) -> Condition:
        """Where the pass comes at least once, along the axes on which an operand of shape ``wanted`` is repeated."""
        if reached is not None and reached.op is ops.expand:
            reached = reached.args[0]
        if reached is None or common_shape([reached.shape, wanted]) == wanted:
            return reached
        return self.carried(reached, shape, lambda ones: self._reduced(ones, wanted))

    # --- sums of contributions -----------------------------------------------------------------------------

    def give(self, node: Array, given: Gradient) -> None:
        """Hand a contribution, of the full shape, to an operand."""
        if node in self.active:
            self.collected.setdefault(node, []).append(given)

    def give_sum(self, node: Array, given: Gradient) -> None:
        """The same to an operand that was repeated along some axes."""
        shape = given.array.shape
        if shape == node.shape:
            self.give(node, given)
        elif node in self.active:
            reached = self.reached_along(given.reached, shape, node.shape)
            self.give(node, Gradient(self._reduced(self.put(given), node.shape), reached, clean=True))

    def _total(self, node: Array) -> Gradient:
        """The sum of the contributions."""
        terms = self.collected.pop(node, [])
        slices = self.slices.pop(node, [])  # none to a column that only a choice that fell elsewhere, or a step, reads
        given_to = {column for columns, _ in slices for column in columns}
        everywhere = all(given.reached is None for _, given in slices) and (
            bool(terms) or len(given_to) == width_of(node.shape)
        )
        while slices:  # each round takes at most one contribution a column
            now: list[tuple[Columns, Gradient]] = []
            rest: list[tuple[Columns, Gradient]] = []
            taken: set[int] = set()
            for columns, given in slices:
                if taken.isdisjoint(columns):
                    taken.update(columns)
                    now.append((columns, given))
                else:
                    rest.append((columns, given))
            terms.append(self._side_by_side(node.shape, now, everywhere))
            slices = rest
        total = terms[0]
        for term in terms[1:]:
            total = self._sum(total, term)
        if node.op is ops.expand:
            return total
        return total._replace(array=self.make.broadcast(total.array, node.shape))

    def _side_by_side(self, shape: Shape, slices: list[tuple[Columns, Gradient]], everywhere: bool) -> Gradient:
        """Contributions to some of the columns as one to all of them."""
        chosen: dict[int, tuple[Array, int]] = {}
        where: dict[int, tuple[Array, int]] = {}
        for columns, given in slices:
            x, ones = self.put(given), self._ones(given.reached, given.array.shape)
            chosen.update({column: (x, j) for j, column in enumerate(columns)})
            where.update({column: (ones, j) for j, column in enumerate(columns)})
        reached = slices[0][1].reached
        by_example = reached is not None and width_of(reached.shape) is None and len(chosen) == shape[-1]
        if everywhere:
            reached = None
        elif not by_example or any(given.reached is not reached for _, given in slices):
            reached = self.make.compare("!=", self._assembled(shape, where), self.make.number(0.0))
        return Gradient(self._assembled(shape, chosen), reached, clean=True)

    def _sum(self, a: Gradient, b: Gradient) -> Gradient:
        make = self.make
        if a.reached is b.reached:
            return Gradient(make.add(a.array, b.array), a.reached, a.clean and b.clean)
        if a.reached is not None and b.reached is not None:
            (first, one), (second, other) = _last(a.reached), _last(b.reached)
            if first is second and _opposite(one, other):  # the two sides of one choice
                return Gradient(make.where(one, a.array, b.array), first, a.clean and b.clean)
        return Gradient(make.add(self.put(a), self.put(b)), _either(make, a.reached, b.reached), clean=True)

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
                blocks.append(self.make.broadcast(self.make.number(0.0), (*shape[:-1], end - start)))
            elif array.shape == shape[:-1]:
                blocks.append(self.make.stack(array))
                end = start + 1
            else:
                blocks.append(self.make.columns(array, tuple(range(first, first + end - start))))
            start = end
        if all(block.op is ops.stack for block in blocks):
            return self.make.stack(*[piece for block in blocks for piece in block.args])
        return self.make.concatenate(*blocks)

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

    def through_primitive(self, node: Array, upstream: Gradient) -> None:
        """Hand a gradient on through a primitive: times its slopes, or where an operand is chosen."""
        op = node.op
        assert isinstance(op, Primitive)
        wanted = [arg in self.active for arg in node.args]
        slopes = self._slopes(op, node, wanted)
        reached = upstream.reached
        for arg, slope, want in zip(node.args, slopes, wanted, strict=True):
            factor = self.m.array(slope) if want else None
            if factor is None or (op.may_stop and is_number(factor, 0.0)):
                continue
            comes = self._comes(factor) if op.flat else None
            if op.selects:
                chosen, condition = self._chosen(factor)
                if chosen:
                    self.give_sum(arg, Gradient(upstream.array, _both(self.make, reached, condition)))
            elif comes is not None:
                product = self.make.broadcast(self._times(upstream.array, factor), node.shape)
                clean = self._is_mask(factor) and (upstream.clean or reached is None)
                self.give_sum(arg, Gradient(product, _both(self.make, reached, comes), clean))
            elif reached is None:
                self.give(arg, Gradient(self._product(node.shape, arg.shape, upstream.array, factor)))
            else:
                product = self.make.broadcast(self._times(upstream.array, factor), node.shape)
                clean = upstream.clean and factor.bound == BOUNDED
                self.give_sum(arg, Gradient(product, reached, clean))

    def _chosen(self, slope: Array) -> tuple[bool, Condition]:
        """Whether an operand is ever chosen, and where: its slope is 1 there, else 0."""
        if slope.op is ops.broadcast:
            slope = slope.args[0]
        if slope.op is ops.number:
            return slope.attr != 0.0, None
        condition = self._choice(slope)
        return True, self.make.compare("!=", slope, self.make.number(0.0)) if condition is None else condition

    def _comes(self, slope: Array) -> Condition:
        """Where the slope of a row that is flat somewhere lets the pass through: where it is not 0 by a choice."""
        make = self.make
        if slope.op is primitives.step:
            return make.compare(">=", slope.args[0], make.number(0.0))
        if slope.op is primitives.multiply and all(x.op is primitives.step for x in slope.args):
            first, second = [make.no(make.compare("<", *x.args, make.number(0.0))) for x in slope.args]
            return _both(make, first, second)
        if slope.op is primitives.where:
            condition, here, elsewhere = slope.args
            if is_number(elsewhere, 0.0):
                return condition
            if is_number(here, 0.0):
                return make.no(condition)
            if self._may_vanish(here) or self._may_vanish(elsewhere):
                return make.compare("!=", slope, make.number(0.0))
        if slope.op in (primitives.divide, ops.broadcast):
            return self._comes(slope.args[0])
        return None

    def _may_vanish(self, x: Array) -> bool:
        """Whether a number may be 0, as an alpha that varies, and not by an underflow alone."""
        if x.op in (primitives.multiply, primitives.divide, primitives.negative, ops.broadcast, ops.expand):
            return any(map(self._may_vanish, x.args))
        return x.op not in (ops.number, primitives.exp) or is_number(x, 0.0)

    def _is_mask(self, slope: Array) -> bool:
        """Whether a product with the slope is a choice, which is 0 also where the other factor is infinite."""
        if slope.op is primitives.multiply:
            return all(map(self._is_mask, slope.args))
        return slope.op is primitives.step or self._choice(slope) is not None

    def _choice(self, slope: Array) -> Condition:
        """Where a slope is 1, if it is a choice between 1 and 0."""
        if slope.op is primitives.where and is_number(slope.args[1], 1.0) and is_number(slope.args[2], 0.0):
            return slope.args[0]
        if slope.op is primitives.where and is_number(slope.args[1], 0.0) and is_number(slope.args[2], 1.0):
            return self.make.no(slope.args[0])
        return None

    def _product(self, shape: Shape, wanted: Shape, upstream: Array, slope: Array) -> Array:
        """upstream * slope, summed over the axes along which the operand was repeated."""
        if axis_of(shape) and not axis_of(wanted) and upstream.op is not ops.broadcast:
            if upstream.shape == slope.shape and not wanted and len(shape) == 1:
                return self.make.matmul(upstream, slope)
            if slope.op is ops.expand and wanted == shape[1:] and upstream.shape == shape:
                return self.make.matmul(slope.args[0], upstream)
        return self._reduced(self.make.broadcast(self._times(upstream, slope), shape), wanted)

    def _times(self, upstream: Array, slope: Array) -> Array:
        """upstream * slope, factor by factor, as one writes it: dA * A * (1 - A). A slope of 0 or 1 is a choice."""
        if slope.op is primitives.multiply and slope not in self.active:
            first, second = slope.args
            return self._times(self._times(upstream, first), second)
        if slope.op is primitives.negative:
            return self.make.negative(self._times(upstream, slope.args[0]))
        if slope.op is primitives.step:
            return self.make.mask(self.make.compare(">=", slope.args[0], self.make.number(0.0)), upstream)
        condition = self._choice(slope)
        return self.make.multiply(upstream, slope) if condition is None else self.make.mask(condition, upstream)

    def _slopes(self, op: Primitive, node: Array, wanted: list[bool]) -> list[Any]:
        y = Symbol(self.m, node)
        operands: list[Any] = [x.attr if x.op is ops.number else Symbol(self.m, x) for x in node.args]
        if self.exact or not op.brief:
            return op.slopes(self.m, y, *operands, wanted=wanted)
        return [rule(self.m, y, *operands) if want else 0.0 for rule, want in zip(op.brief, wanted, strict=True)]

    # --- what the rules of the table need ------------------------------------------------------------------

    def give_columns(self, node: Array, columns: Columns, upstream: Gradient) -> None:
        """Hand a contribution to some columns of an operand."""
        self.slices.setdefault(node, []).append((columns, upstream))

    def of_column(self, upstream: Gradient, j: int) -> Gradient:
        """The gradient of one column."""
        reached = upstream.reached
        if reached is not None and reached.op is ops.expand:
            reached = reached.args[0]
        elif reached is not None and width_of(reached.shape) is not None:
            reached = self.make.column(reached, j)
        return Gradient(self.make.column(upstream.array, j), reached, upstream.clean)

    def moved(self, node: Array, upstream: Gradient, move: Callable[[Array], Array]) -> None:
        """Hand on the gradient of an operation that only moves numbers."""
        reached = self.carried(upstream.reached, node.shape, move)
        self.give(node.args[0], Gradient(move(self.put(upstream)), reached, clean=True))

    def unit_by_unit(self, upstream: Gradient, factors: Sequence[Array]) -> list[Array]:
        """The products of each unit's gradient with a factor that may be infinite, which a matrix product would add."""
        single = len(upstream.array.shape) == 1
        units = [upstream] if single else [self.of_column(upstream, j) for j in range(len(factors))]
        return [
            self.put(Gradient(self.make.multiply(unit.array, x), unit.reached))
            for unit, x in zip(units, factors, strict=True)
        ]


# --- conditions ------------------------------------------------------------------------------------------------


def _both(make: Arrays, a: Condition, b: Condition) -> Condition:
    """Where two conditions hold."""
    if a is None or b is None or a is b:
        return b if a is None else a
    return make.both(a, b)


def _either(make: Arrays, a: Condition, b: Condition) -> Condition:
    """Where one of two conditions holds."""
    if a is None or b is None or _opposite(a, b):
        return None
    (first, one), (second, other) = _last(a), _last(b)
    if first is second and _opposite(one, other):
        return first
    if a is b or first is b or second is a:
        return b if first is b else a
    return make.either(a, b)


def _last(condition: Array) -> tuple[Condition, Array]:
    """``c & d`` as c and d; a condition that is no such pair as None (one that always holds) and itself."""
    return (condition.args[0], condition.args[1]) if condition.op is ops.both else (None, condition)


def _opposite(a: Array, b: Array) -> bool:
    """Whether of two conditions always exactly one holds."""
    return (a.op is ops.no and a.args[0] is b) or (b.op is ops.no and b.args[0] is a)


# --- the gradient as one flat array ------------------------------------------------------------------------------


def _flat(program: ArrayProgram, derivatives: dict[Array, Array]) -> Array:
    """The derivatives with respect to arrays of parameters as one array aligned with theta."""
    make, size = program.make, len(program.layout.position)
    remaining = {node: derivative for node, derivative in derivatives.items() if node.op is ops.parameter}
    blocks: list[Array] = []
    lone: list[Array] = []  # derivatives of single parameters side by side
    for block in program.layout.blocks:
        whole = make.leaf("parameter", tuple(range(block.start, block.start + block.size)), block.shape)
        derivative = remaining.pop(whole, None)
        if not block.shape and derivative is not None:
            lone.append(derivative)
            continue
        if lone:
            blocks.append(make.stack(*lone))
            lone = []
        blocks.append(_zeros(make, block.size) if derivative is None else make.reshape(derivative, (block.size,)))
    if lone:
        blocks.append(make.stack(*lone))
    nothing = all(block.op is ops.broadcast for block in blocks) and (remaining or not blocks)
    totals = [] if nothing else [make.concatenate(*blocks)]
    for parameters, derivative in remaining.items():
        flat = make.reshape(derivative, (len(parameters.attr),)) if parameters.shape else make.stack(derivative)
        totals += _placed(make, flat, parameters.attr, size)
    return reduce(make.add, totals) if totals else _zeros(make, 0)


def _placed(make: Arrays, derivative: Array, ranks: tuple[int, ...], size: int) -> list[Array]:
    """A derivative at its places in theta, 0 elsewhere; several arrays where a parameter occurs several times."""
    first, n = ranks[0], len(ranks)
    if are_neighbours(ranks):
        pieces = [_zeros(make, first), derivative, _zeros(make, size - first - n)]
        return [make.concatenate(*[piece for piece in pieces if piece.shape[0] > 0])]
    rounds: list[dict[int, int]] = []
    for j, rank in enumerate(ranks):
        for taken in rounds:
            if rank not in taken:
                taken[rank] = j
                break
        else:
            rounds.append({rank: j})
    padded = make.concatenate(derivative, _zeros(make, 1))
    return [make.columns(padded, tuple([taken.get(rank, n) for rank in range(size)])) for taken in rounds]


def _zeros(make: Arrays, n: int) -> Array:
    return make.broadcast(make.number(0.0), (n,))
