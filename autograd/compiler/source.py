"""The array program as a whole: differentiated, in terms of what a library has, named, and written down."""

from __future__ import annotations

from collections.abc import Sequence

from autograd.compiler.arrays import Array, in_order, listing
from autograd.compiler.differentiate import differentiate
from autograd.compiler.emit import Writer, data_name
from autograd.compiler.gradient import flat_gradient
from autograd.compiler.lift import Lifted
from autograd.compiler.names import array_names, block_names
from autograd.compiler.namespace import helper_source
from autograd.compiler.simplify import lowered


class Source:
    """The text of a program.

    Arguments:
        lifted: its forward half.
        labels: the labels of the parameters, in the order of theta.
        columns: the labels of the columns of X.
        data: for each axis of copies its numbers, a row a copy.
        exact: which form the slopes of sigmoid and tanh have.
    """

    def __init__(
        self,
        lifted: Lifted,
        labels: Sequence[str | None],
        columns: Sequence[str | None],
        data: dict[str, list[tuple[float, ...]]],
        exact: bool,
    ) -> None:
        self.data = data
        self.exact = exact
        self.columns = columns
        self.blocks = block_names(lifted.layout.blocks, labels, map(data_name, data))
        self.arguments = "X, theta" if columns else "theta"
        self.helpers: set[str] = set()
        make = lifted.make
        names = array_names([lifted.first], lifted.names, columns)
        by_block = {(tuple(range(b.start, b.start + b.size)), b.shape): name for b, name in self.blocks}
        parameter_derivatives, derivatives = differentiate(make, lifted.first, exact=exact)
        gradient = flat_gradient(make, lifted.layout, parameter_derivatives)
        if lifted.first not in names and lifted.first.args:
            names[lifted.first] = "loss"
        backward: dict[Array, str] = {}
        for node, derivative in derivatives.items():
            name = names.get(node) or by_block.get((node.attr, node.shape) if node.op == "parameter" else ((), ()))
            if name:
                backward.setdefault(derivative, f"d{name}")
        new = lowered(make, [lifted.first, lifted.outputs, gradient, *backward])
        self.listing = listing([new[lifted.first], new[gradient]])
        self.first, self.outputs, self.gradient = new[lifted.first], new[lifted.outputs], new[gradient]
        self.names = {new[node]: name for node, name in names.items() if node in new}
        self.backward: dict[Array, str] = {}
        for node, name in backward.items():
            if new[node] not in self.names and new[node].op not in ("number", "seed", "broadcast"):
                self.backward.setdefault(new[node], name)

    def text(self, single: bool, n_outputs: int) -> str:
        """The functions, and what they need."""
        functions = [self._forward(single)]
        if n_outputs == 1:
            functions.append(self._value_and_grad())
        arrays = [f"{data_name(axis)} = np.array({[list(row) for row in rows]})" for axis, rows in self.data.items()]
        needed = [helper_source(name, self.exact).rstrip() for name in sorted(self.helpers)]
        head = "\n".join(["import numpy as np", *([""] if arrays else []), *arrays])
        return "\n\n\n".join([head, *needed, *functions]) + "\n"

    def _writer(self, names: dict[Array, str]) -> Writer:
        copies = {axis: len(rows) for axis, rows in self.data.items()}
        return Writer(self.blocks, names, copies, [data_name(axis) for axis in self.data])

    def _forward(self, single: bool) -> str:
        root = self.first if single else self.outputs
        needed = set(in_order([root]))
        writer = self._writer(self.names)
        lines = writer.lines([("", [node for node in self.names if node in needed])], [root])
        doc = "The output for each row of X." if self.columns else "The output."
        return self._function("forward", doc, lines, writer, writer.text(root))

    def _value_and_grad(self) -> str:
        value, gradient = self.first, self.gradient
        writer = self._writer({gradient: "dtheta", **self.names, **self.backward})
        needed = set(in_order([gradient]))
        forward = [value] if value.args else []
        backward = [node for node in self.backward if node in needed] + ([gradient] if gradient.args else [])
        lines = writer.lines([("forward", forward), ("backward", backward)], [value, gradient])
        mean = f"np.mean({writer.text(value)})" if value.shape else writer.text(value)
        doc = "The mean over the rows of X, and its gradient." if self.columns else "The output, and its gradient."
        return self._function("value_and_grad", doc, lines, writer, f"{mean}, {writer.text(gradient)}")

    def _function(self, name: str, doc: str, lines: list[str], writer: Writer, result: str) -> str:
        self.helpers |= writer.helpers
        body = [f'"""{doc}"""', *lines, f"return {result}"]
        return "\n".join([f"def {name}({self.arguments}):", *[f"    {line}" for line in body]])
