"""Stage 4, lift: from scalars to arrays.

The nodes are taken level by level. On a level, nodes with the same operation whose operands stand side by side in the
same arrays become one array, a column a node; sums of products that share their inputs become one matrix product.
What fits no pattern becomes an array of its own, a number an example.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograd.compiler.arrays import Array, axis_of, listing, width_of
from autograd.compiler.layout import Layout, layout
from autograd.compiler.record import Record, Ref
from autograd.compiler.simplify import Arrays
from autograd.compiler.sums import Call, Leaf, OverCopies, ScalarGraph, Sum, Term
from autograd.engine import primitives
from autograd.engine.value import Value

GATHER = 4  # from this many nodes on, an operation is worth gathering its operands from several places
Part = tuple[Any, ...]


@dataclass(eq=False, slots=True)
class ArrayProgram:
    """What a program computes, as arrays.

    Arguments:
        record: the graph it was made of.
        tables: for each axis of copies its numbers, a row a copy.
        layout: where each parameter stands in theta.
        make: what made the arrays.
        value: the first output, a number an example.
        outputs: all outputs as columns.
        names: a name for some of the arrays, after the nodes they hold.
        derivatives: the derivative of the mean of the value with respect to each array that the reverse pass met.
        gradient: the derivative with respect to theta, once there is one.
        derivative_names: a name for some of the arrays that are derivatives.
    """

    record: Record
    tables: dict[str, list[tuple[float, ...]]]
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
        return [self.record.nodes[number] for number in self.layout.position]

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
        self.make = Arrays()
        self.inputs = self.make.leaf("inputs", None, ("m", len(graph.record.inputs)))
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
        graph, outputs = self.graph, self.graph.outputs
        together = self.columns(outputs)
        return ArrayProgram(
            graph.record, graph.tables, self.layout, self.make, self.scalar(outputs[0]), together, self.names
        )

    # --- a level -------------------------------------------------------------------------------------------

    def _level(self, numbers: list[int]) -> None:
        groups: dict[Any, list[int]] = {}
        parts: dict[int, list[Part]] = {}
        for number in numbers:
            form = self.forms[number]
            if isinstance(form, Leaf):
                self._leaf(number, form)
                continue
            if isinstance(form, Sum):
                parts[number] = self._parts(form)
                key: Any = tuple(self._part_key(number, part) for part in parts[number])
            elif isinstance(form, OverCopies):
                key = number
            elif form.op is primitives.softmax:
                key = (form.op, form.operands[1:])
            elif form.op.variadic:
                key = number
            else:
                key = (form.op, tuple(map(self._tag, form.operands)))
            groups.setdefault(key, []).append(number)
        for group in groups.values():
            members = sorted(group, key=lambda number: self._rank(number, parts.get(number, ())))
            form = self.forms[members[0]]
            if isinstance(form, Sum):
                columns = [*zip(*[self._operand_lists(parts[number]) for number in members], strict=True)]
                if self._worth_it(members, columns):
                    self._sums(members, parts)
                else:
                    for number in members:
                        self._sums([number], parts)
            elif isinstance(form, OverCopies):
                self._keep(members, self.make.sum_examples(self.scalar(form.a)))
            elif isinstance(form, Call) and form.op is primitives.softmax:
                self._softmax(members, form)
            elif isinstance(form, Call) and form.op.variadic:
                self._keep(members, self._variadic(form))
            else:
                assert isinstance(form, Call)
                calls = [node.operands for number in members if isinstance(node := self.forms[number], Call)]
                columns = [*zip(*calls, strict=True)]
                if self._worth_it(members, columns):
                    self._keep(members, self.make.apply(form.op, *map(self.vector, columns)))
                else:
                    for number, call in zip(members, calls, strict=True):
                        self._keep([number], self.make.apply(form.op, *map(self.scalar, call)))

    def _rank(self, number: int, parts: Sequence[Part]) -> tuple[int, int]:
        """Where a node stands in its array: in the order of its operands, or of its weights in theta."""
        form = self.forms[number]
        operands: Iterable[Ref] = form.operands if isinstance(form, Call) else ()
        for part in parts[:1]:
            operands = part[2:3] if part[0] == "single" else part[2:4] if part[0] == "product" else part[2]
        for ref in operands:
            if isinstance(ref, int):
                place = self.home[ref][1] if ref in self.home else self.layout.position[ref]
                if place is not None:
                    return place, number
        return 0, number

    def _leaf(self, number: int, form: Leaf) -> None:
        if form.kind == "input":
            self.home[number] = (self.inputs, form.index)
        elif form.kind != "parameter":
            self.home[number] = (self.data[form.kind], form.index)

    def _keep(self, members: Sequence[int], array: Array) -> None:
        """Note that this array holds these nodes."""
        axis = self.axes[members[0]]
        if axis is not None and axis_of(array.shape) is None:  # came out the same for every example
            array = self.make.broadcast(array, (axis, *array.shape))
        whole = len(members) == 1 or (width_of(array.shape) is None)
        for j, number in enumerate(members):
            self.home[number] = (array, None if whole else j)
        if len(members) == 1 and (label := self.graph.record.label(members[0])):
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

    def _parts(self, form: Sum) -> list[Part]:
        """The sum as dot products, products and single terms."""
        buckets: dict[Any, list[Term]] = {}
        for term in form.terms:
            c, a, b = term
            if b is not None:
                first, second = self.axes[a], self.axes[b]
                if (first is not None and second is None) or (
                    first is not None and second is not None and self._order(b) < self._order(a)
                ):
                    term = Term(c, b, a)
                    a, b = b, a
                if self.axes[a] is None:
                    key: Any = ("weights", c, self._tag(b) if self.axes[b] is not None else None)
                else:
                    key = ("products", c, self._tag(a), self._tag(b))
            else:
                key = ("singles", self._tag(a)) if self.axes[a] is not None else ("lone", a, len(buckets))
            buckets.setdefault(key, []).append(term)
        dots: list[Part] = []
        others: list[Part] = []
        for key, terms in buckets.items():
            part = self._dot_part(key[0], terms) if len(terms) > 1 else None
            if part is not None:
                dots.append(part)
            else:
                others += [("product", *t) if t.b is not None else ("single", t.coefficient, t.a) for t in terms]
        if form.constant != 0.0:
            others.append(("constant", form.constant))
        return dots + others

    def _column(self, ref: int) -> int:
        return self.home[ref][1] or 0

    def _order(self, ref: int) -> tuple[int, int]:
        return self.levels[ref], ref

    def _dot_part(self, kind: str, terms: list[Term]) -> Part | None:
        """Several terms as one dot product, if that is a gain."""
        c, n, b = terms[0].coefficient, len(terms), terms[0].b
        if kind != "weights" or b is None or self.axes[b] is not None:
            terms = sorted(terms, key=lambda t: self._column(t.a if t.b is None else t.b))
        left: tuple[Any, ...] = tuple([term.a for term in terms])
        right: tuple[Any, ...] = tuple([term.b for term in terms])
        if kind == "weights" and self.axes[right[0]] is None:
            if left == right:  # a sum of squares: any order will do, so that of theta
                left = right = tuple(sorted(left, key=lambda i: self.layout.position.get(i, -1)))
            return ("inner", c, left, right)
        if kind == "weights":
            return ("dot", c, left, right) if n >= GATHER or self._free(right) else None
        if kind == "products":
            return ("row dot", c, left, right) if self._free(left) and self._free(right) else None
        if kind == "singles" and n > 2 and self._free(left):
            coefficients = tuple([term.coefficient for term in terms])
            if len(set(coefficients)) == 1:
                return ("total", c, left)
            return ("dot", 1.0, coefficients, left)
        return None

    def _part_key(self, number: int, part: Part) -> Any:
        """What the parts of two sums must have in common to stand in one array."""
        kind = part[0]
        if kind == "dot":
            return kind, part[1], part[3]
        if kind == "product":
            return kind, part[1], self._tag(part[2]), self._tag(part[3])
        if kind == "single":
            return kind, part[1], self._tag(part[2])
        return kind if kind == "constant" else number

    def _operand_lists(self, parts: Sequence[Part]) -> list[Ref]:
        """The operands that must stand side by side across the sums of a group."""
        return [ref for part in parts if part[0] in ("product", "single") for ref in part[2:]]

    def _sums(self, members: Sequence[int], parts: dict[int, list[Part]]) -> None:
        make = self.make
        total: Array | None = None
        layer = False
        for aligned in zip(*[parts[number] for number in members], strict=True):
            kind, c = aligned[0][0], aligned[0][1]
            as_array = self.vector if len(members) > 1 else lambda refs: self.scalar(refs[0])
            if kind == "constant":
                piece = (
                    make.number(c)
                    if len(members) == 1
                    else make.numbers([part[1] for part in aligned], (len(members),))
                )
                total = piece if total is None else make.add(total, piece)
                continue
            if kind == "dot":
                piece = self._weighted(aligned)
                layer = layer or self._first_use(aligned[0][2])
            elif kind == "inner":
                piece = make.matmul(self.columns(aligned[0][2]), self.columns(aligned[0][3]))
            elif kind == "row dot":
                piece = make.sum_columns(make.multiply(self.columns(aligned[0][2]), self.columns(aligned[0][3])))
            elif kind == "total":
                piece = make.sum_columns(self.columns(aligned[0][2]))
            else:
                if kind == "product" and self.axes[aligned[0][3]] is not None:
                    layer = layer or self._first_use(aligned[0][2:3])
                factors = [as_array([part[k] for part in aligned]) for k in range(2, len(aligned[0]))]
                piece = factors[0] if kind == "single" else self._product(*factors)
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

    def _first_use(self, weights: Sequence[Ref]) -> bool:
        """Whether these are parameters that have weighted nothing before: then this is a layer, and gets its name."""
        first = weights[0]
        fresh = type(first) is int and first in self.layout.position and first not in self.weighted
        self.weighted.update(x for x in weights if isinstance(x, int))
        return fresh

    def _product(self, a: Array, b: Array) -> Array:
        if a is b:
            return self.make.apply(primitives.power, a, self.make.number(2.0))
        return self.make.multiply(a, b)

    def _weighted(self, aligned: Sequence[Part]) -> Array:
        """The weighted sums of a layer, or of one neuron."""
        x = self.columns(aligned[0][3])
        if len(aligned) == 1:
            return self.make.matmul(x, self.columns(aligned[0][2]))
        return self.make.matmul(x, self.make.transpose(self.matrix([part[2] for part in aligned])))

    # --- any number of operands ------------------------------------------------------------------------------

    def _softmax(self, members: Sequence[int], form: Call) -> None:
        p = self.make.softmax(self.columns(form.operands[1:]))
        for number in members:
            output = self.forms[number]
            assert isinstance(output, Call)
            self.home[number] = (p, int(output.operands[0]))

    def _variadic(self, form: Call) -> Array:
        if form.op is primitives.logsumexp:
            return self.make.logsumexp(self.columns(form.operands))
        return self.make.apply(form.op, *map(self.scalar, form.operands))


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
