"""Stage 8, emit: the array program as the text a person would write, and as the text that NumPy runs.

The first is made of pure expressions in NumPy's notation: the same text runs on every library of the Array API
standard.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from autograd.compiler import operations as ops
from autograd.compiler.arrays import Array, Shape, are_neighbours, in_order
from autograd.compiler.buffers import BufferedWriter
from autograd.compiler.layout import Block
from autograd.compiler.lift import ArrayProgram
from autograd.compiler.names import RESERVED, data_name
from autograd.compiler.namespace import helper_source
from autograd.compiler.writer import Writer

_INLINE = (ops.number, ops.seed, ops.transpose, ops.expand, ops.inputs, ops.data)
_LINE = 56  # longer lines are not aligned
_NESTED = 6  # expressions are nested at most so deep


def emit(program: ArrayProgram, *, single: bool, exact: bool) -> tuple[str, str]:
    """The text of a program to read, and the text that NumPy runs for its value and gradient.

    Arguments:
        program: what to write.
        single: whether the output is one number an example; else the outputs are columns.
        exact: whether the sigmoid keeps its digits on both sides.
    """
    value, gradient = program.value, program.gradient
    assert gradient is not None
    result = value if single else program.outputs
    of_rows = " for each row of X" if program.graph.columns else ""
    writers = [TextWriter(program, "forward", f"The output{of_rows}.", program.names)]
    needed = set(in_order([result]))
    writers[0].write([("", [node for node in program.names if node in needed])], [result])
    if len(program.graph.outputs) == 1:
        doc = f"The {'mean over the rows of X' if of_rows else 'output'}, and its gradient."
        names = {gradient: "dtheta", **program.names, **program.derivative_names}
        writers.append(TextWriter(program, "value_and_grad", doc, names))
        needed = set(in_order([gradient]))
        backward = [node for node in program.derivative_names if node in needed] + ([gradient] if gradient.args else [])
        writers[1].write([("forward", [value] if value.args else []), ("backward", backward)], [value, gradient])
    functions = [writer.function() for writer in writers]
    tables = [f"{data_name(axis)} = np.array({[*map(list, rows)]})" for axis, rows in program.graph.tables.items()]
    head = "\n".join(["import numpy as np", *([""] if tables else []), *tables])
    helpers = sorted({name for writer in writers for name in writer.helpers})
    needs = [helper_source(name, exact).rstrip() for name in helpers]
    source = "\n\n\n".join([head, *needs, *functions]) + "\n"
    return source, BufferedWriter(program, exact).function()


class TextWriter(Writer):
    """Writes a function to read.

    Arguments:
        program: the program.
        name, doc: the function's name, and what it says of itself.
        names: names for arrays; the others are written inside the expression that uses them, or numbered.
    """

    def __init__(self, program: ArrayProgram, name: str, doc: str, names: dict[Array, str]) -> None:
        super().__init__(program)
        self.name, self.doc, self.names = name, doc, names
        self.blocks = program.layout.blocks
        self.block_at = [block for block in self.blocks for _ in range(block.size)]
        self.taken = {*RESERVED, *map(data_name, program.graph.tables), *[block.name for block in self.blocks]}
        self.uses: Counter[Array] = Counter()
        self.forced: set[Array] = set()  # arrays that get a line of their own
        self.depth: dict[Array, int] = {}  # of the expression for each array
        self.body: list[tuple[str, str]] = []  # each line, and the shape that stands beside it
        self.results: list[Array] = []
        self.counter = 0

    def write(self, sections: Sequence[tuple[str, Sequence[Array]]], results: list[Array]) -> None:
        """Write the assignments, section by section; each section lists arrays that get a line of their own."""
        listed = [node for _, nodes in sections for node in nodes]
        self.forced, self.results = {*listed}, results
        everything = in_order([*listed, *results])
        self.uses = Counter([*results, *[arg for node in everything for arg in node.args]])
        used = {self._block_of(node) for node in everything if node.op is ops.parameter}
        self.body += [(f"{b.name} = {_part_of_theta(b)}", _shown(b.shape)) for b in self.blocks if b in used]
        if any(node.op is ops.seed or ("m" in node.shape and node.op is ops.broadcast) for node in everything):
            self.body.append(("m = X.shape[0]", ""))
        for title, nodes in sections:
            start = len(self.body)
            self.walk(nodes)
            if title and len(self.body) > start:
                self.body.insert(start, (f"# {title}", ""))

    def function(self) -> str:
        """The text of the function."""
        width = max([len(line) for line, shape in self.body if shape and len(line) <= _LINE], default=0)
        lines = [f"{line:<{width}}  # {shape}" if shape else line for line, shape in self.body]
        texts = [self.ref(result, 0) for result in self.results]
        if len(texts) == 2 and self.results[0].shape:
            texts[0] = f"np.mean({texts[0]})"
        arguments = "X, theta" if self.program.graph.columns else "theta"
        lines = [f'"""{self.doc}"""', *lines, f"return {', '.join(texts)}"]
        return "\n".join([f"def {self.name}({arguments}):", *[f"    {line}" for line in lines]])

    def line(self, node: Array) -> None:
        """Give an array a line where it has a name, is used twice, or would be a long expression."""
        if node in self.written or node.op in _INLINE or (node.op is ops.parameter and self._is_short(node)):
            return
        depth = 1 + max([self.depth.get(arg, 0) for arg in node.args], default=0)
        wanted = node in self.forced or node in self.names or self.uses[node] > 1 or depth > _NESTED
        self.depth[node] = 0 if wanted else depth
        if wanted:
            text = self.text(node)
            self.written[node] = self._name(node)
            self.body.append((f"{self.written[node]} = {text}", _shown(node.shape)))

    def _name(self, node: Array) -> str:
        name = self.names.get(node, "")
        if not name:
            self.counter += 1
            name = f"v{self.counter}"
        base, count = name, 1
        while name in self.taken:
            count += 1
            name = f"{base}_{count}"
        self.taken.add(name)
        return name

    # --- parameters ------------------------------------------------------------------------------------------

    def parameter(self, node: Array) -> str:
        """A block of theta by its name, a part of one, or any numbers of theta."""
        block = self._block_of(node)
        if block is not None:
            if are_neighbours(node.attr) and block.shape == node.shape:
                return block.name
            if where := _inside(block, node):
                return block.name + where
        first = node.attr[0]
        near = are_neighbours(node.attr)
        whole = f"theta[{first}:{first + len(node.attr)}]" if near else f"np.take(theta, {list(node.attr)})"
        return f"np.reshape({whole}, {node.shape})" if len(node.shape) > 1 else whole

    def _is_short(self, node: Array) -> bool:
        """Whether the text of some parameters needs no line of its own."""
        return not self.parameter(node).startswith("np.")

    def _block_of(self, node: Array) -> Block | None:
        """The block that holds these parameters; None if they stand in several."""
        block = self.block_at[min(node.attr)]
        return block if max(node.attr) < block.start + block.size else None


def _part_of_theta(block: Block) -> str:
    if not block.shape:
        return f"theta[{block.start}]"
    whole = f"theta[{block.start}:{block.start + block.size}]"
    return whole if len(block.shape) == 1 else f"np.reshape({whole}, {block.shape})"


def _inside(block: Block, node: Array) -> str:
    """Some parameters as an index into their block, such as [0:2, 1]; nothing where one index will not do."""
    width = block.shape[-1] if block.shape else 1
    offsets = [rank - block.start for rank in node.attr]
    rows, columns = sorted({o // width for o in offsets}), sorted({o % width for o in offsets})
    axes = [rows, columns][2 - len(block.shape) :]
    if offsets != [r * width + c for r in _span(rows) for c in _span(columns)]:
        return ""
    single = len(axes) - len(node.shape)  # so many axes are indexed by a number
    parts, shape = [], []
    for axis in axes:
        if single > 0 and len(axis) == 1:
            parts.append(str(axis[0]))
            single -= 1
        else:
            parts.append(f"{axis[0]}:{axis[-1] + 1}")
            shape.append(len(axis))
    return f"[{', '.join(parts)}]" if tuple(shape) == node.shape and parts else ""


def _span(places: list[int]) -> range:
    """From the first to the last."""
    return range(places[0], places[-1] + 1)


def _shown(shape: Shape) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})" if shape else ""
