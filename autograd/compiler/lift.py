"""Stage 4, lift: from scalars to arrays.

The nodes are taken level by level. On a level, nodes with the same operation whose operands stand side by side in the
same arrays become one array, a column a node; sums of products that share their inputs become one matrix product.
What fits no pattern becomes an array of its own, a number an example.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from autograd.compiler.arrays import Array, axis_of, listing, width_of
from autograd.compiler.builder import Arrays
from autograd.compiler.layout import Layout, layout
from autograd.compiler.scalars import Call, Leaf, OverCopies, Ref, ScalarGraph, Sum, Term
from autograd.engine import primitives
from autograd.engine.primitives import Primitive
from autograd.engine.value import Value

GATHER = 4  # from this many nodes on, an operation is worth gathering its operands from several places


class Part(NamedTuple):
    """A summand of a node: a coefficient times an operation on operands.

    Arguments:
        op: a primitive or "product", element by element where nodes share an array; or what takes its operands
            together: a primitive of any number of operands, "dot" (weights with what varies between examples),
            "inner" (both the same for every example), "row dot" (both vary), "total", or "over copies".
        coefficient: that of the terms, all of which have the same.
        operands: of the operation; on the left of a dot product.
        others: on its right.
    """

    op: Primitive | str
    coefficient: float
    operands: tuple[Ref, ...]
    others: tuple[Ref, ...] = ()

    @property
    def elementwise(self) -> bool:
        """Whether the operands of several nodes may stand side by side."""
        return self.op == "product" or (isinstance(self.op, Primitive) and not self.op.variadic)


@dataclass(eq=False, slots=True)
class ArrayProgram:
    """What a program computes, as arrays.

    Arguments:
        graph: the scalar graph it was made of.
        layout: where each parameter stands in theta.
        make: what made the arrays.
        value: the first output, a number an example.
        outputs: all outputs as columns.
        names: a name for some of the arrays, after the nodes they hold.
        derivatives: the derivative of the mean of the value with respect to each array that the reverse pass met.
        gradient: the derivative with respect to theta, once there is one.
        derivative_names: a name for some of the arrays that are derivatives.
    """

    graph: ScalarGraph
    layout: Layout
    make: Arrays
    value: Array
    outputs: Array
    names: dict[Array, str]
    derivatives: dict[Array, Array] = field(default_factory=dict)
    gradient: Array | None = None
    derivative_names: dict[Array, str] = field(default_factory=dict)

    @property
    def parameters(self) -> list[Value]:
        """The Values that are parameters, in the order of theta."""
        return [self.graph.nodes[number] for number in self.layout.position]

    def __str__(self) -> str:
        return listing([self.outputs] if self.gradient is None else [self.value, self.gradient])


def lift(graph: ScalarGraph) -> ArrayProgram:
    """The array program of a graph whose inputs are the columns of X."""
    return _Lifting(graph).program()


class _Lifting:
    def __init__(self, graph: ScalarGraph) -> None:
        self.graph = graph
        self.forms = graph.forms
        self.levels = graph.levels()
        self.axes = axes_of(graph, self.levels)
        self.make = Arrays(simplest=False)
        self.inputs = self.make.leaf("inputs", None, ("m", len(graph.columns)))
        self.data = {axis: self.make.leaf("data", axis, (axis, len(rows[0]))) for axis, rows in graph.tables.items()}
        self.layout = layout(graph, self.levels, self.axes)
        self.home: dict[int, tuple[Array, int | None]] = {}  # the array that holds a node, and its column there
        self.names: dict[Array, str] = {}
        self.layers = 0
        self.weighted: set[int] = set()

    def program(self) -> ArrayProgram:
        by_level: dict[int, list[int]] = {}
        for number in self.levels:
            by_level.setdefault(self.levels[number], []).append(number)
        for level in sorted(by_level):
            self._level(sorted(by_level[level]))
        together, value = self.columns(self.graph.outputs), self.scalar(self.graph.outputs[0])
        return ArrayProgram(self.graph, self.layout, self.make, value, together, self.names)

    # --- a level -------------------------------------------------------------------------------------------

    def _level(self, numbers: list[int]) -> None:
        groups: dict[Any, list[int]] = {}
        parts: dict[int, list[Part]] = {}
        for number in numbers:
            form = self.forms[number]
            if isinstance(form, Leaf):
                if form.kind != "parameter":
                    self.home[number] = (self.data.get(form.kind, self.inputs), form.index)
            else:
                parts[number] = self._parts(form)
                groups.setdefault(tuple([self._key(number, part) for part in parts[number]]), []).append(number)
        for group in groups.values():
            members = sorted(group, key=lambda number: self._rank(number, parts[number][0]))
            if parts[members[0]][0].op is primitives.softmax:
                self._softmax(members, [parts[number][0].operands for number in members])
                continue
            rows = [[ref for part in parts[n] if part.elementwise for ref in part.operands] for n in members]
            together = self._worth_it(members, [*zip(*rows, strict=True)])
            for nodes in [members] if together else [[number] for number in members]:
                self._sum(nodes, [*zip(*[parts[number] for number in nodes], strict=True)])

    def _key(self, number: int, part: Part) -> Any:
        """What the parts of two nodes must have in common for them to stand in one array."""
        if part.elementwise:
            return part.op, part.coefficient, *map(self._tag, part.operands)
        if part.op is primitives.softmax:
            return part.op, part.operands[1:]
        return (part.op, part.coefficient, part.others) if part.op == "dot" else number

    def _rank(self, number: int, part: Part) -> tuple[int, int]:
        """Where a node stands in its array: in the order of its operands, or of its weights in theta."""
        for ref in part.operands:
            if isinstance(ref, int):
                place = self.home[ref][1] if ref in self.home else self.layout.position[ref]
                if place is not None:
                    return place, number
        return 0, number

    def _keep(self, members: Sequence[int], array: Array) -> None:
        """Note that this array holds these nodes."""
        axis = self.axes[members[0]]
        if axis is not None and axis_of(array.shape) is None:  # came out the same for every example
            array = self.make.broadcast(array, (axis, *array.shape))
        whole = len(members) == 1 or (width_of(array.shape) is None)
        for j, number in enumerate(members):
            self.home[number] = (array, None if whole else j)
        if len(members) == 1 and (label := self.graph.label(members[0])):
            self.names.setdefault(array, label)

    def _home(self, ref: Ref) -> tuple[Array | None, int | None]:
        """The array that holds an operand, and its column there; None for a number, and for what stands in no array."""
        return (None, None) if isinstance(ref, float) else self.home.get(ref, (None, None))

    def _tag(self, ref: Ref) -> Any:
        """What operands must have in common to stand in one array."""
        if isinstance(ref, float):
            return "constant"
        return self.home[ref][0] if ref in self.home else "parameter"

    def _worth_it(self, members: Sequence[int], columns: Iterable[Sequence[Ref]]) -> bool:
        """Whether the nodes should share one array."""
        if len(members) == 1 or len(members) >= GATHER:
            return len(members) > 1
        return all(self._free(refs) for refs in columns)

    def _free(self, refs: Sequence[Ref]) -> bool:
        """Whether these operands stand side by side already: no number has to be gathered."""
        if all(ref == refs[0] for ref in refs):
            return True
        if all(isinstance(ref, float) or self.axes[ref] is None for ref in refs):
            return True
        homes = [self._home(ref) for ref in refs]
        array, first = homes[0]
        return first is not None and homes == [(array, first + j) for j in range(len(refs))]

    # --- operands as arrays --------------------------------------------------------------------------------

    def scalar(self, ref: Ref) -> Array:
        """One node as an array: a number an example, or one number."""
        if isinstance(ref, float):
            return self.make.number(ref)
        assert isinstance(ref, int)
        if ref not in self.home:
            return self._parameters([ref], ())
        array, column = self.home[ref]
        return array if column is None else self.make.column(array, column)

    def vector(self, refs: Sequence[Ref]) -> Array:
        """Nodes as the columns of one array; one number an example where they are all the same."""
        if all(ref == refs[0] for ref in refs):
            return self.scalar(refs[0])
        return self.columns(refs)

    def columns(self, refs: Sequence[Ref]) -> Array:
        """Nodes as the columns of one array."""
        if all(isinstance(ref, float) for ref in refs):
            return self.make.numbers(refs, (len(refs),))
        if all(isinstance(ref, int) and ref not in self.home for ref in refs):
            return self._parameters(refs, (len(refs),))
        homes = [self._home(ref) for ref in refs]
        array = homes[0][0]
        if array is not None and all(other is array and column is not None for other, column in homes):
            return self.make.columns(array, tuple([column for _, column in homes if column is not None]))
        return self.make.stack(*[self.scalar(ref) for ref in refs])

    def matrix(self, rows: Sequence[Sequence[Ref]]) -> Array:
        """Nodes that belong to no example as a matrix."""
        flat = [ref for row in rows for ref in row]
        shape = (len(rows), len(rows[0]))
        if all(isinstance(ref, int) and ref not in self.home for ref in flat):
            return self._parameters(flat, shape)
        if all(isinstance(ref, float) for ref in flat):
            return self.make.numbers(flat, shape)
        return self.make.reshape(self.columns(flat), shape)

    def _parameters(self, refs: Sequence[Any], shape: tuple[int, ...]) -> Array:
        """Parameters as an array: a block of the layout, its transpose, or any others."""
        ranks = tuple([self.layout.position[ref] for ref in refs])
        if len(shape) == 2:
            flipped = tuple([ranks[i * shape[1] + j] for j in range(shape[1]) for i in range(shape[0])])
            for block in self.layout.blocks:
                if block.shape == shape[::-1] and flipped == tuple(range(block.start, block.start + block.size)):
                    return self.make.transpose(self.make.leaf("parameter", flipped, shape[::-1]))
        return self.make.leaf("parameter", ranks, shape)

    # --- sums of products -----------------------------------------------------------------------------------

    def _parts(self, form: Call | Sum | OverCopies) -> list[Part]:
        """A node as dot products, products and single terms."""
        if isinstance(form, Call):
            return [Part(form.op, 1.0, form.operands)]
        if isinstance(form, OverCopies):
            return [Part("over copies", 1.0, (form.a,))]
        buckets: dict[Any, list[Term]] = {}
        for term in form.terms:
            c, a, b = term
            if b is None:
                key: Any = ("singles", self._tag(a)) if self.axes[a] is not None else ("lone", a, len(buckets))
            else:
                if self.axes[a] is not None and (self.axes[b] is None or self._order(b) < self._order(a)):
                    term = Term(c, b, a)
                    a, b = b, a
                if self.axes[a] is None:
                    key = ("weights", c, self._tag(b) if self.axes[b] is not None else None)
                else:
                    key = ("products", c, self._tag(a), self._tag(b))
            buckets.setdefault(key, []).append(term)
        dots: list[Part] = []
        others: list[Part] = []
        for key, terms in buckets.items():
            part = self._dot_part(key[0], terms) if len(terms) > 1 else None
            if part is not None:
                dots.append(part)
                continue
            for c, a, b in terms:
                others.append(Part(primitives.identity, c, (a,)) if b is None else Part("product", c, (a, b)))
        if form.constant != 0.0:
            others.append(Part(primitives.identity, 1.0, (form.constant,)))
        return dots + others

    def _order(self, ref: int) -> tuple[int, int]:
        return self.levels[ref], ref

    def _dot_part(self, kind: str, terms: list[Term]) -> Part | None:
        """Several terms as one dot product, if that is a gain."""
        c, n, b = terms[0].coefficient, len(terms), terms[0].b
        if kind != "weights" or b is None or self.axes[b] is not None:
            terms = sorted(terms, key=lambda t: self.home[t.a if t.b is None else t.b][1] or 0)
        left: tuple[Any, ...] = tuple([term.a for term in terms])
        right: tuple[Any, ...] = tuple([term.b for term in terms])
        if kind == "weights" and self.axes[right[0]] is None:
            if left == right:  # a sum of squares: any order will do, so that of theta
                left = right = tuple(sorted(left, key=lambda i: self.layout.position.get(i, -1)))
            return Part("inner", c, left, right)
        if kind == "weights":
            return Part("dot", c, left, right) if n >= GATHER or self._free(right) else None
        if kind == "products":
            return Part("row dot", c, left, right) if self._free(left) and self._free(right) else None
        if kind == "singles" and n > 2 and self._free(left):
            coefficients = tuple([term.coefficient for term in terms])
            return Part("total", c, left) if len(set(coefficients)) == 1 else Part("dot", 1.0, coefficients, left)
        return None

    def _sum(self, members: Sequence[int], summands: Sequence[Sequence[Part]]) -> None:
        """Make the array of some nodes: the sum of their parts."""
        make = self.make
        total: Array | None = None
        layer = False
        for parts in summands:
            op, c, operands, _ = parts[0]
            layer = layer or (op == "dot" and self._first_use(operands))
            if op == "product" and self.axes[int(operands[1])] is not None:
                layer = layer or self._first_use(operands[:1])
            piece = self._piece(parts)
            if total is None:
                total = make.multiply(make.number(c), piece)
            elif c == -1.0:
                total = make.subtract(total, piece)
            else:
                total = make.add(total, make.multiply(make.number(c), piece))
        assert total is not None  # a sum of nothing is a constant, and no node
        self._keep(members, total)
        if layer and total not in self.names:
            self.layers += 1
            self.names[total] = f"{'Z' if len(members) > 1 else 'z'}{self.layers}"

    def _piece(self, parts: Sequence[Part]) -> Array:
        """The array of one summand of some nodes, without its coefficient."""
        make, (op, _, operands, others) = self.make, parts[0]
        if op == "dot":
            weights = self.columns(operands) if len(parts) == 1 else self.matrix([part.operands for part in parts])
            return make.matmul(self.columns(others), weights if len(parts) == 1 else make.transpose(weights))
        if op == "inner":
            return make.matmul(self.columns(operands), self.columns(others))
        if op == "row dot":
            return make.sum_columns(make.multiply(self.columns(operands), self.columns(others)))
        if op == "total":
            return make.sum_columns(self.columns(operands))
        if op == "over copies":
            return make.sum_examples(self.scalar(operands[0]))
        if op is primitives.logsumexp:
            return make.logsumexp(self.columns(operands))
        columns = [*zip(*[part.operands for part in parts], strict=True)]
        arrays = [self.vector(refs) if len(parts) > 1 else self.scalar(refs[0]) for refs in columns]
        if op == "product":
            a, b = arrays
            return make.power(a, make.number(2.0)) if a is b else make.multiply(a, b)
        assert isinstance(op, Primitive)
        return arrays[0] if op is primitives.identity else make.apply(op, *arrays)

    def _first_use(self, weights: Sequence[Ref]) -> bool:
        """Whether these are parameters that have weighted nothing before: then this is a layer, and gets its name."""
        first = weights[0]
        fresh = type(first) is int and first in self.layout.position and first not in self.weighted
        self.weighted.update(x for x in weights if isinstance(x, int))
        return fresh

    def _softmax(self, members: Sequence[int], calls: Sequence[Sequence[Ref]]) -> None:
        """Outputs of one softmax; the first operand says which of them is meant."""
        p = self.make.softmax(self.columns(calls[0][1:]))
        for number, (chosen, *_) in zip(members, calls, strict=True):
            self.home[number] = (p, int(chosen))


def axes_of(graph: ScalarGraph, levels: dict[int, int]) -> dict[int, str | None]:
    """For each node the axis of examples along which it varies; None for one that is the same for all."""
    axes: dict[int, str | None] = {}
    for number in sorted(levels, key=lambda i: levels[i]):
        form = graph.forms[number]
        if isinstance(form, Leaf):
            axes[number] = {"input": "m", "parameter": None}.get(form.kind, form.kind)
        elif isinstance(form, OverCopies):
            axes[number] = None
        else:
            axes[number] = next((axes[x] for x in graph.operands(number) if axes[x] is not None), None)
    return axes
