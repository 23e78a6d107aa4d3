"""Both passes over a graph as a list of frames, one idea each.

First what is given, then the value of each node in topological order, then the reverse pass as `autograd.steps` yields
it, one contribution a frame.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from autograd.derivation.chain import Steps
from autograd.derivation.formulas import Derivative, Expression, Symbol, put_in, size
from autograd.derivation.styles import TEXT
from autograd.derivation.words import words
from autograd.derivation.writing import mathml, significant, text
from autograd.engine.graph import steps, topological_order
from autograd.engine.value import Value
from autograd.stepper.figure import Frame

LONGEST_FORMULA = 40  # names and numbers; a neuron with more inputs shows its symbol alone


def all_named(root: Value, names: dict[Value, str]) -> dict[Value, str]:
    """A name for every node of the graph: those that have none become v1, v2 ... in the order of evaluation.

    Example:
        >>> a = Value(2.0)
        >>> list(all_named(3 * a + 1, {a: "a"}).values())
        ['a', 'v1', 'v2']

    Source: the evaluation trace of A. Griewank and A. Walther, Evaluating Derivatives, chapter 1.
    """
    taken = set(names.values())
    free = (f"v{i}" for i in count(1) if f"v{i}" not in taken)
    return {node: names[node] if node in names else next(free) for node in topological_order(root)}


def frames(
    root: Value, names: dict[Value, str], digits: int = 4, index_of: Mapping[Value, int] | None = None
) -> list[Frame]:
    """The frames of both passes.

    Arguments:
        root: the result.
        names: a name for every node, in topological order: see `all_named`.
        digits: how many significant digits are shown.
        index_of: the number by which the script knows each node; by default its place in ``names``.

    Example:
        >>> w, x = Value(3.0, label="w"), Value(2.0, label="x")
        >>> L = w * x
        >>> print(*frames(L, all_named(L, {w: "w", x: "x", L: "L"})), sep="\\n")
        w = 3, x = 2
        L = w x = (3)(2) = 6
        dL/dL = 1
        dL/dL · dL/dw = (1)(2) = 2, sum dL/dw = 2
        dL/dL · dL/dx = (1)(3) = 3, sum dL/dx = 3
    """
    return list(_Frames(root, names, digits, index_of or {node: i for i, node in enumerate(names)}).all())


class _Frames:
    """What the frames of one graph share."""

    def __init__(self, root: Value, names: dict[Value, str], digits: int, index_of: Mapping[Value, int]) -> None:
        self.root = root
        self.names = names
        self.digits = digits
        self.index = index_of
        self.formulas = Steps(root, None, names)

    def all(self) -> Iterator[Frame]:
        used: dict[Value, int] = {}  # of each node the depth at which it is first used
        for node in self.names:
            for parent in node.parents:
                used.setdefault(parent, node.depth)
        leaves = [node for node in self.names if not node.depth]
        yield self._given(sorted(leaves, key=lambda leaf: used.get(leaf, 0)))  # w1, x, b1, w2 ..., as one computes
        for node in self.names:
            if node.depth:
                yield self._forward(node)
        if self.root.depth:
            yield from self._reverse()

    def _number(self, x: float) -> str:
        return significant(x, self.digits)

    def _written(self, x: float) -> str:
        return TEXT.number(self._number(x))

    def _slope(self, numerator: Value, denominator: Value) -> Expression:
        return Derivative(self.names[numerator], self.names[denominator])

    def _given(self, leaves: Sequence[Value]) -> Frame:
        line = ", ".join([f"{text(self._symbol(node))} = {self._written(node.data)}" for node in leaves])
        return Frame(words("given"), line, {"pass": "given", "leaves": [self.index[node] for node in leaves]})

    def _symbol(self, node: Value) -> Symbol:
        return Symbol(self.names[node], node.data)

    def _forward(self, node: Value) -> Frame:
        formula = self.formulas.definition(node)
        sides = [text(self._symbol(node)), text(formula), text(put_in(formula), self.digits)]
        line = " = ".join([*sides, self._written(node.data)])
        data = {
            "pass": "forward",
            "node": self.index[node],
            "operands": [self.index[parent] for parent in node.parents],
            "formula": mathml(formula, self.digits),
            "numbers": mathml(put_in(formula), self.digits),
        }
        return Frame(words("forward"), line, data)

    def _reverse(self) -> Iterator[Frame]:
        seed = {"pass": "seed", "node": self.index[self.root], "total": "1"}
        yield Frame(words("reverse"), f"{text(self._slope(self.root, self.root))} = 1", seed)
        for node, upstream, contributions in steps(self.root):
            positions = [i for i, operand in enumerate(node.operands) if isinstance(operand, Value)]
            for i, (parent, local, product, total) in zip(positions, contributions, strict=True):
                formula = self.formulas.partial(node, i, local)
                numbers = (upstream, local, product, total)
                u, d, q, s = map(self._written, numbers)
                worth_showing = size(formula) <= LONGEST_FORMULA and text(formula, self.digits) != d
                chain = f"{text(self._slope(self.root, node))} · {text(self._slope(node, parent))} = ({u})({d}) = {q}"
                data = {
                    "pass": "reverse",
                    "node": self.index[node],
                    "parent": self.index[parent],
                    "formula": mathml(formula, self.digits) if worth_showing else "",
                    **dict(zip(("upstream", "local", "product", "total"), map(self._number, numbers), strict=True)),
                }
                whole = f"{text(self._slope(self.root, parent))} = {s}"
                yield Frame(words("reverse"), words("contribution", product=chain, sum=whole), data)
