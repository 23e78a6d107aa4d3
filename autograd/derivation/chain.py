"""The steps of a derivation: local derivatives between the nodes that have names.

What a person writes on one line, ``L = 0.5*(y - t)**2``, the engine records as three nodes, two of them without a name.
`Steps` takes them together again: one step from L to y, with the derivative that one writes on paper, y − t.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from math import isfinite
from typing import NamedTuple, TypeAlias

from autograd.calculus.transforms import adjoints
from autograd.derivation.formulas import (
    ONE,
    ZERO,
    Call,
    Chain,
    Expression,
    Number,
    Product,
    Symbol,
    add,
    agrees,
    call,
    factored,
    formula,
    multiply,
    names_in,
    number,
    size,
    sum_of,
    symbols,
)
from autograd.derivation.naming import all_named
from autograd.engine import primitives
from autograd.engine.graph import topological_order
from autograd.engine.scalar import fsum, overflows
from autograd.engine.value import Value

LONGEST_OPERAND = 8  # names and numbers that it takes to write an expression inside a local derivative, without a name
LONGEST_REPEATED = 4  # the same for one that is written twice, as in σ(z)(1 − σ(z))
LONGEST_PRODUCT = 24  # the same for a product of local derivatives
LONGEST_FORMULA = 40  # the same for an expression inside the formula of a value
MOST_DEFINITIONS = 100  # of parts that were named here; who meets so many is not reading any more

Operand: TypeAlias = "Value | float"


class Local(NamedTuple):
    """A local derivative, as a formula and as the engine's number."""

    formula: Expression
    value: float


class Steps:
    """The graph as a derivation sees it: the nodes with names, and the local derivatives from each to the next.

    A node without a name is taken into the step around it, unless that would not be read any more: where it is used
    by several others, or where the formula gets long. It then gets the name that `naming.all_named` invents for it. All
    names are given at the start, so that no question changes what another one answers.

    Arguments:
        root: the result.
        target: the node to differentiate by; every leaf if None.
        names: the names of the nodes that have one.
        invented: a name for every node, taken where one is needed; see `naming.all_named`.
        apart: give every node a name, so that each step is one of the engine's.

    Attributes:
        names: the names, also those given here.
        locals: for each named node that the gradient reaches, from the root back, the named nodes that use it, each
            with the local derivative. Empty if no gradient comes from the root to the target.
    """

    def __init__(
        self,
        root: Value,
        target: Value | None,
        names: Mapping[Value, str],
        invented: Mapping[Value, str] | None = None,
        *,
        apart: bool = False,
    ) -> None:
        ends = [root] if target is None else [root, target]
        self._invented = all_named(ends, names) if invented is None else invented
        self.names = {**names, **{node: self._invented[node] for node in ends if node not in names}}
        self._root, self._root_given = self._through(root), root
        self._order = [node for node in topological_order(root) if self._through(node) is node]
        self._softmaxes = {
            (float(n.operands[0]), *map(id, n.operands[1:])): n
            for n in [*self._order, *names]
            if n.op is primitives.softmax
        }
        self._whole_trace = target is None
        self._on_the_way = set(self._order) if target is None else {target}
        users: dict[Value, int] = {}
        for node in self._order:
            parents = {parent for _, parent, _ in self._edges(node) if parent in self._on_the_way}
            if parents and node is not target:
                self._on_the_way.add(node)
                for parent in parents:
                    users[parent] = users.get(parent, 0) + 1
        given = dict(self.names)
        parts = {node for node in self._order if users.get(node, 0) > 1 or (apart and node.depth)}
        for _ in range(2):  # once more, as what is named makes formulas shorter, so that less needs a name
            self.names = dict(given)
            self._parts: dict[str, Value] = {}  # those named here
            self._definitions: dict[Value, Expression] = {}
            for node in self._order:
                if node in parts and node not in given:
                    self._name_part(node)
            self._sizes = self._measured()
            if all(node in given for node in self._order):  # nothing gets a name on the way
                break
            self.locals = self._local_derivatives(root)
            if not self._parts:
                break
            parts = set(self._parts.values())
        if target is not None and root.depth:  # what definitions need, of those that may be asked for
            self._made_here([x.formula for owners in self.locals.values() for x in owners.values()], self._defined)
            self._made_here([self._defined(root)], self._defined)

    @cached_property
    def locals(self) -> dict[Value, dict[Value, Local]]:
        """See above; found when it is asked for, unless finding it gives names."""
        return self._local_derivatives(self._root_given)

    @property
    def named(self) -> list[Value]:
        """The nodes with names, from the root back, also those that no gradient reaches."""
        return [node for node in reversed(self._order) if node in self.names]

    @cached_property
    def exact(self) -> dict[Value, float]:
        """The gradient that comes to each node of the whole graph, by the engine's reverse pass."""
        return adjoints(self._root, lambda node: node.carriers)

    @cached_property
    def gradients(self) -> dict[Value, float]:
        """The derivative of the root with respect to each named node that the gradient reaches, from step to step."""
        found = {self._root: 1.0}
        for node, owners in self.locals.items():
            if node is not self._root:
                found[node] = fsum([found[owner] * local.value for owner, local in owners.items()])
        return found

    def made_here(self, formulas: Iterable[Expression]) -> dict[Value, Expression]:
        """The nodes named here that formulas mention, and those that their definitions mention, with these."""
        return self._made_here(formulas, self.definition)

    def _made_here(
        self, formulas: Iterable[Expression], definition: Callable[[Value], Expression]
    ) -> dict[Value, Expression]:
        found: dict[Value, Expression] = {}
        waiting = list(formulas)
        for mentioning in waiting:
            for name in sorted(symbols(mentioning)):
                node = self._parts.get(name)
                if node is not None and node not in found and len(found) < MOST_DEFINITIONS:
                    found[node] = definition(node)
                    waiting.append(found[node])
        return {node: found[node] for node in self._order if node in found}

    def is_off(self, owner: Value, node: Value) -> bool:
        """Whether each way from one named node to the next leads through a ReLU that is off."""
        waiting, seen = [owner], {owner}
        while waiting:
            here = waiting.pop()
            if here.op is primitives.relu and here.partials[0] == 0.0:
                continue
            below = {x for _, x, _ in self._edges(here)} - seen
            if node in below:
                return False
            seen |= below
            waiting += [x for x in below if x not in self.names]
        return True

    # --- names ---------------------------------------------------------------------------------------------------

    def _name_part(self, node: Value) -> None:
        """Name a part of an expression."""
        self.names[node] = self._invented[node]
        self._parts[self.names[node]] = node

    def _name_long(self, operands: Iterable[Operand], longest: int) -> None:
        """Name the operands that are too long to be written inside a formula."""
        for x in operands:
            node = self._through(x) if isinstance(x, Value) else None
            if node is not None and node.depth and node not in self.names and self._sizes[node] > longest:
                self._name_part(node)

    def _defined(self, node: Value) -> Expression:
        """The definition of a node, of which what is too long is named before."""
        self._name_long(node.operands, LONGEST_FORMULA)
        return self.definition(node)

    def _measured(self) -> dict[Value, int]:
        """How much it takes to write each node: 1 with a name, else its operands and the sign between them."""
        sizes: dict[Value, int] = {}
        for node in self._order:
            inside = sum([sizes.get(self._through(x), 1) if isinstance(x, Value) else 1 for x in node.operands])
            inside *= 2 if node.op is primitives.logsumexp else 1
            if self._whole_trace and node not in self.names and not 0 < inside < LONGEST_OPERAND:
                self._name_part(node)
            sizes[node] = 1 if node in self.names else 1 + inside
        return sizes

    def _through(self, x: Value) -> Value:
        """The node that a copy without a name of its own stands for."""
        while x.op is primitives.identity and x.depth and x not in self.names:
            x = x.parents[0]
        return x

    def _edges(self, node: Value) -> list[tuple[int, Value, float]]:
        """The operands that get a gradient: each with its position and the engine's local derivative.

        These are `Value.edges`, of which the positions are not told: an operand that was not chosen has a partial of 0.
        One that changes nothing nearby is left out only where it meets an infinite gradient, of which nothing comes.
        """
        places = [(i, self._through(x)) for i, x in enumerate(node.operands) if isinstance(x, Value)]
        edges = [(i, x, slope) for (i, x), slope in zip(places, node.partials, strict=True)]
        if node.op is None or not node.op.may_stop or all(slope for _, _, slope in edges):
            return edges
        stops = node.op.selects or self._is_infinite or not isfinite(self.exact.get(node, 0.0))
        return [(i, x, slope) for i, x, slope in edges if not (stops and slope == 0.0)]

    @cached_property
    def _is_infinite(self) -> bool:
        """Whether some local derivative is infinite, or none: a path through it may meet a 0."""
        return not all(isfinite(slope) for node in topological_order(self._root) for slope in node.partials)

    # --- local derivatives ---------------------------------------------------------------------------------------

    def _local_derivatives(self, root: Value) -> dict[Value, dict[Value, Local]]:
        """One walk from the root back, as the reverse pass goes, which starts anew at every node with a name."""
        arrived: dict[Value, dict[Value, list[Local]]] = {root: {}}
        found: dict[Value, dict[Value, Local]] = {}
        for node in reversed(self._order):
            if node not in self._on_the_way or node not in arrived:
                continue
            sums = {owner: _total(parts[::-1]) for owner, parts in arrived.pop(node).items()}
            wanted = [(i, x, slope) for i, x, slope in self._edges(node) if x in self._on_the_way]
            if wanted and node not in self.names and self._needs_a_name(node, sums, wanted):
                self._name_part(node)
            if node in self.names:
                found[node] = sums
                sums = {node: Local(ONE, 1.0)}
            ((owner, so_far),) = sums.items()
            for i, x, slope in reversed(wanted):  # the last contribution stands first in the sums above
                self._name_long(self._textbook(node, i)[1].values(), LONGEST_OPERAND)
                step = _times(so_far, Local(self.partial(node, i, slope), slope))
                arrived.setdefault(x, {}).setdefault(owner, []).append(step)
        return found

    def _needs_a_name(
        self, node: Value, sums: Mapping[Value, Local], wanted: Sequence[tuple[int, Value, float]]
    ) -> bool:
        """Whether a node is not taken into the step around it: a formula would get long, or a product overflow."""
        return (
            any(size(total.formula) > LONGEST_PRODUCT for total in sums.values())
            or (self._sizes[node] > LONGEST_REPEATED and "y" in self._textbook(node, wanted[0][0])[1])
            or any(
                overflows(total.value, slope)
                for owner, total in sums.items()
                if owner is not self._root  # there the engine's product is the same
                for _, _, slope in wanted
            )
        )

    # --- formulas ------------------------------------------------------------------------------------------------

    def value(self, x: Operand) -> Expression:
        """An operand as it appears in a formula: its name, a number, or the expression that made it."""
        if not isinstance(x, Value):
            return number(x)
        x = self._through(x)
        if x in self.names:
            return Symbol(self.names[x], x.data)
        return self.definition(x) if x.depth else number(x.data)

    def definition(self, node: Value) -> Expression:
        """The expression that made a node, in terms of names."""
        if node not in self._definitions:
            self._definitions[node] = made_of(node, [self.value(x) for x in node.operands])
        return self._definitions[node]

    def ways(self, node: Value) -> list[Expression]:
        """The expressions of which `definition` is one; which one depends on the numbers."""
        return ways_to_write(node, [self.value(x) for x in node.operands])

    def partial(self, node: Value, i: int, slope: float) -> Expression:
        """The derivative of a node with respect to its operand number ``i``, in terms of names."""
        made = self._partial(node, i)
        return made if made is not None and agrees(made, slope) else number(slope)  # not a/b for infinite equal ones

    def _partial(self, node: Value, i: int) -> Expression | None:
        """The same as the textbooks have it, whatever the numbers are; None for a function that they do not have."""
        source, operands = self._textbook(node, i)
        quantities = {letter: self.value(x) for letter, x in operands.items()}
        if "z0" in quantities:  # an output of a softmax that the graph does not have
            quantities["p"] = Call("softmax", tuple([z for letter, z in quantities.items() if letter != "y"]), i - 1)
        return formula(source, quantities) if source else None

    def slope_for_any_numbers(self, node: Value, parent: Value) -> Expression | None:
        """The formula of `slope`, whatever the numbers are: at some it may say nothing, as a/b where both are 0."""
        parts = [self._partial(node, i) for i, x in enumerate(node.operands) if x is parent]
        written = [part for part in parts if part is not None]
        return factored(add(*written)) if len(written) == len(parts) else None

    def slope(self, node: Value, parent: Value) -> Local:
        """The derivative of a node with respect to an operand, over all places where the operation takes it."""
        places = [(i, x) for i, x in enumerate(node.operands) if isinstance(x, Value)]
        slopes = zip(places, node.partials, strict=True)
        return _total([Local(self.partial(node, i, slope), slope) for (i, x), slope in slopes if x is parent])

    def _textbook(self, node: Value, i: int) -> tuple[str, dict[str, Operand]]:
        """The derivative of a node with respect to its operand number ``i``, and what its letters stand for."""
        op, operands = node.op, node.operands
        assert op is not None
        n = len(operands) // 2
        if op is primitives.dot:
            bias = i == n and len(operands) % 2 == 1
            return (
                ("1", {}) if bias else ("a", {"a": operands[i + len(operands) - n if i < n else i - len(operands) + n]})
            )
        if op is primitives.fsum:
            return "1", {}
        if op is primitives.logsumexp:
            return "exp(a - y)", {"a": operands[i], "y": node}
        if op is primitives.softmax:
            j, *logits = operands
            if i == int(float(j)) + 1:
                return "y*(1 - y)", {"y": node}
            other = self._softmaxes.get((float(i - 1), *map(id, logits)))
            others = {f"z{k}": x for k, x in enumerate(logits)} if other is None else {"p": other}
            return "-y*p", {"y": node, **others}
        if not op.textbook:
            return "", {}
        wanted = names_in(op.textbook[i])
        quantities = dict(zip("abcdefgh", operands, strict=False)) | {"y": node}
        return op.textbook[i], {letter: x for letter, x in quantities.items() if letter in wanted}


def made_of(node: Value, operands: Sequence[Expression]) -> Expression:
    """The expression that makes a node of what stands for its operands."""
    first, *others = ways_to_write(node, operands)
    return first if not others or agrees(first, node.data) else others[0]  # 0 log(0), or x/x where x is infinite


def ways_to_write(node: Value, operands: Sequence[Expression]) -> list[Expression]:
    """As the textbooks write what makes a node; and as a call, for numbers where that says nothing."""
    op = node.op
    assert op is not None
    called = Call(op.name, tuple(operands))
    if op is primitives.dot:
        n = len(operands) // 2
        products = [_kept(w, x, ONE) for w, x in zip(operands[:n], operands[-n:] if n else [], strict=True)]
        return [add(*products, *operands[n : len(operands) - n]), called]
    if op is primitives.fsum:
        return [add(*operands), called]
    if op is primitives.multiply:
        return [_kept(*operands), called]
    if op is primitives.logsumexp:
        return [call("log", add(*[call("exp", x) for x in operands])), called]
    if op is primitives.softmax:
        return [Call("softmax", tuple(operands[1:]), int(float(node.operands[0]))), called]
    if op.formula:
        return [formula(op.formula, dict(zip("abcdefgh", operands, strict=False))), called]
    return [called]


def _kept(a: Expression, b: Expression, *others: Expression) -> Expression:
    """A product in which a weight stays in sight: also beside a 0, and beside ``others`` such as an input of 1."""
    plain, rest = (a, b) if isinstance(a, Number) else (b, a)
    if plain not in (ZERO, *others) or isinstance(rest, Number):
        return multiply(a, b)
    return Product(
        Fraction(1), (plain, *(rest.factors if isinstance(rest, Product) and rest.coefficient == 1 else (rest,)))
    )


def _times(a: Local, b: Local) -> Local:
    """The product of two local derivatives, not multiplied out where that hides 0 times infinity: 2√x · 1/(2√x)."""
    value = a.value * b.value
    product = multiply(a.formula, b.formula)
    return Local(product if agrees(product, value) else Chain((a.formula, b.formula)), value)


def _total(parts: Sequence[Local]) -> Local:
    """The sum of local derivatives; not collected where one infinity is taken from another."""
    value = fsum([part.value for part in parts])
    total = factored(add(*[part.formula for part in parts]))
    return Local(total if agrees(total, value) else sum_of([part.formula for part in parts]), value)
