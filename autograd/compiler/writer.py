"""The generator of text: it walks the arrays of a program and asks the table of operations for the text of each.

How a line comes about is for those who are based on it: the text to read in `autograd.compiler.emit`, the text that
NumPy runs in `autograd.compiler.buffers`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from math import isfinite

from autograd.compiler.arrays import ATOM, Array, Shape, in_order
from autograd.compiler.lift import ArrayProgram
from autograd.compiler.namespace import HELPERS, NEEDED_BY
from autograd.compiler.operations import number, rules


class Writer(ABC):
    """Writes one function of a program.

    Arguments:
        program: the program.
    """

    def __init__(self, program: ArrayProgram) -> None:
        self.program = program
        self.written: dict[Array, str] = {}  # the name of each array that has one
        self.helpers: set[str] = set()

    def walk(self, roots: Iterable[Array]) -> None:
        """Write what the roots are computed from, operands before results."""
        for node in in_order(roots):
            self.line(node)

    @abstractmethod
    def line(self, node: Array) -> None:
        """Write the line of an array, if it is to have one and has none yet."""

    # --- what the texts of the table are put together from ----------------------------------------------------

    def ref(self, node: Array, strength: int = ATOM) -> str:
        """An operand: its name, or its text, in brackets where an operator of this strength would tear it apart."""
        if node in self.written:
            return self.written[node]
        text = self.text(node)
        return f"({text})" if rules(node.op).strength(node) < strength else text

    def text(self, node: Array) -> str:
        """The expression for an array."""
        text: str = rules(node.op).text(self, node, *node.args)
        return text

    def call(self, name: str, *args: Array) -> str:
        """The call of a function of NumPy's, or of one that the program brings along."""
        if name in HELPERS:
            self.helpers.update((name, *NEEDED_BY.get(name, ())))
        else:
            name = f"np.{name}"
        return f"{name}({', '.join([self.ref(arg, 0) for arg in args])})"

    def number(self, x: float) -> str:
        """A constant."""
        if x - x != 0.0:
            return {"inf": "np.inf", "-inf": "-np.inf"}.get(str(x), "np.nan")
        is_whole = x == int(x) and abs(x) < 1e15 and repr(x) != "-0.0"
        return str(int(x)) if is_whole else repr(x)

    def entries(self, x: Array) -> str:
        """What fills an array."""
        return self.entry(x.attr) if x.op is number else self.ref(x, 0)

    def entry(self, x: float) -> str:
        """A constant that fills an array: with its point, since whole numbers overflow in NumPy."""
        return repr(float(x)) if isfinite(x) else self.number(x)

    def lead(self, x: Array) -> str:
        """What stands before the columns in an index."""
        return ":, " * (len(x.shape) - 1)

    def repeated(self, node: Array, x: Array) -> str:
        """x repeated to the shape of the node."""
        return f"np.broadcast_to({self.entries(x)}, {self.sizes(node.shape)})"

    def sizes(self, shape: Shape) -> str:
        """A shape as a tuple; the number of copies is known, that of examples is m."""
        sizes = [
            str(len(self.program.graph.tables[size]) if size in self.program.graph.tables else size) for size in shape
        ]
        return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"

    @abstractmethod
    def parameter(self, node: Array) -> str:
        """Some of the numbers of theta."""
