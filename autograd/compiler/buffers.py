"""The same program for speed: one NumPy call a line, into buffers that are kept from step to step.

This is what NumPy runs for ``value_and_grad``. A batch size gets its buffers once. An array that is not needed any more
gives its buffer to the next one; the weights are views of theta, and the gradients of the weights are written straight
into the flat gradient.
"""

from __future__ import annotations

from autograd.compiler import operations as ops
from autograd.compiler.arrays import Array, Shape, are_neighbours, in_order
from autograd.compiler.lift import ArrayProgram
from autograd.compiler.operations import rules
from autograd.compiler.writer import Writer
from autograd.engine import primitives as table
from autograd.engine.primitives import Primitive

_GIVEN = (ops.number, ops.inputs, ops.data)


class BufferedWriter(Writer):
    """Writes ``bind(theta, m)``, which makes the buffers for m examples and returns the function of X.

    Arguments:
        program: the program.
        exact: whether the sigmoid keeps its digits on both sides.
    """

    def __init__(self, program: ArrayProgram, exact: bool) -> None:
        super().__init__(program)
        assert program.gradient is not None
        self.exact = exact
        self.value, self.gradient = program.value, program.gradient
        self.order = in_order([self.value, self.gradient])
        self.number_of = {node: i for i, node in enumerate(self.order)}
        self.setup: dict[str, str] = {}  # made once, in bind
        self.run: list[str] = []
        self.lasting: set[Array] = set()  # arrays that have a name in bind
        self.buffer: dict[Array, str] = {}  # of the arrays that are still needed
        self.buffers = 0
        self.free: dict[tuple[object, ...], list[str]] = {}
        self.last: dict[Array, Array | None] = {}  # who reads each array last; a view keeps its base alive
        for node in self.order:
            self.last.update({self._base(arg): node for arg in node.args})
        self.last.update({self._base(node): None for node in (self.value, self.gradient)})
        self.flat: Array | None = None
        self.placed: dict[Array, tuple[int, int]] = {}
        self._place_gradient()

    def function(self) -> str:
        """The text of ``bind``."""
        self.walk([self.value, self.gradient])
        value, gradient = self.ref(self.value), self.ref(self.gradient)
        if self.value.shape:
            value = f"{self.ones(self.value.shape[0])}.dot({value}) / m"
        if self.gradient in self.lasting:
            gradient = f"{gradient}.copy()"
        setup = [f"    {name} = {text}" for name, text in self.setup.items()]
        run = [f"        {line}" for line in (*self.run, f"return {value}, {gradient}")]
        return "\n".join(["def bind(theta, m):", *setup, "    def run(X):", *run, "    return run", ""])

    def line(self, node: Array) -> None:
        """Write an array into a buffer; give a view, a number or a new array a name."""
        if node.op not in _GIVEN and node not in self.written:
            self.written[node] = self._written(node)
        self._release(node)

    def _written(self, node: Array) -> str:
        """Write the lines of an array; its name."""
        row, name = rules(node.op), f"a{self.number_of[node]}"
        lines = None if row.lasting(node) else row.into(self, node, *[self.ref(arg, 0) for arg in node.args])
        if node is self.flat:
            return self._filled(node)
        if lines is None:
            text = self.text(node)
            if row.lasting(node) and all(arg in self.lasting or arg.op in (ops.number, ops.data) for arg in node.args):
                self.setup[name] = text
                self.lasting.add(node)
            else:
                self.run.append(f"{name} = {text}")
        elif not node.shape or (node is self.gradient and len(lines) == 1 and lines[0].endswith(", out=OUT)")):
            self.run.append(f"{name} = {lines[0].replace(', out=OUT', '')}")
        else:
            name = self._target(node, name)
            self.run += [line.replace("OUT", name) for line in lines]
        return name

    # --- what the texts of the table are put together from ----------------------------------------------------

    def number(self, x: float) -> str:
        """A constant, always a float."""
        return repr(x) if x - x == 0.0 else super().number(x)

    def lead(self, x: Array) -> str:
        """What stands before the columns in an index; a single number is then a view, too."""
        return "..., "

    def repeated(self, node: Array, x: Array) -> str:
        """A number repeated to the shape of the node."""
        return f"np.full({self.sizes(node.shape)}, {self.ref(x, 0)})"

    def parameter(self, node: Array) -> str:
        """Some of the numbers of theta, a view where they stand side by side."""
        first = node.attr[0]
        part = f"{first}:{first + len(node.attr)}" if are_neighbours(node.attr) else self.index(node)
        return f"theta[{part}].reshape({self.sizes(node.shape)})"

    def index(self, node: Array) -> str:
        """The places that an array takes its numbers from."""
        name = f"i{self.number_of[node]}"
        self.setup[name] = f"np.array({list(node.attr)})"
        return name

    def ones(self, size: object) -> str:
        """So many ones: a sum is a product with them, for which there is BLAS."""
        name = f"ones_{size}"
        self.setup[name] = f"np.ones({self.sizes((size,))})"
        return name

    # --- buffers -----------------------------------------------------------------------------------------------

    def scratch(self, shape: Shape, kind: str) -> str:
        """A buffer for what is needed within the lines of one array."""
        name = self._allocate(shape, kind)
        self.free.setdefault((kind, *shape), []).append(name)
        return name

    def held(self, node: Array) -> str:
        """The buffer of an array that is written before its turn."""
        self.written[node] = self.buffer[node] = self._allocate(node.shape, "float")
        self.lasting.add(node)
        return self.written[node]

    def _target(self, node: Array, name: str) -> str:
        """The buffer that an array is written into."""
        self.lasting.add(node)
        if node in self.placed:
            start, end = self.placed[node]
            whole = f"grad[{start}:{end}]"
            self.setup[name] = whole if len(node.shape) == 1 else f"{whole}.reshape({self.sizes(node.shape)})"
            return name
        row = rules(node.op)
        if row.elementwise:
            self._release(node, early=True)
        self.buffer[node] = self._allocate(node.shape, "bool" if row.condition else "float")
        return self.buffer[node]

    def _allocate(self, shape: Shape, kind: str) -> str:
        waiting = self.free.get((kind, *shape))
        if waiting:
            return waiting.pop()
        self.buffers += 1
        name = f"t{self.buffers}"
        self.setup[name] = f"np.empty({self.sizes(shape)}, {kind})"
        return name

    def _release(self, node: Array, *, early: bool = False) -> None:
        """Give back the buffers of operands that are needed for the last time.

        Early, before the output is chosen, only those may go that are read element by element at the place written to.
        """
        for arg in dict.fromkeys(node.args):
            base = self._base(arg)
            seen_otherwise = arg is not base or any(self._base(a) is base and a is not base for a in node.args)
            if self.last.get(base) is node and base in self.buffer and not (early and seen_otherwise):
                kind = "bool" if rules(base.op).condition else "float"
                self.free.setdefault((kind, *base.shape), []).append(self.buffer.pop(base))

    def _base(self, node: Array) -> Array:
        """The array whose buffer a view shows."""
        while node.args and rules(node.op).lasting(node):
            node = node.args[0]
        return node

    # --- the flat gradient -------------------------------------------------------------------------------------

    def _place_gradient(self) -> None:
        """Let the parts of the flat gradient be computed where they belong."""
        root = self.gradient
        while root.op is table.add and root.args[0].shape == root.shape:
            root = root.args[0]
        if root.op is not ops.concatenate:
            return
        self.flat = root
        start = 0
        for part in root.args:
            node = part.args[0] if part.op is ops.reshape else part
            made_here = node.op in (ops.matmul, ops.sum_examples) or isinstance(node.op, Primitive)
            if made_here and node not in self.placed and self._base(part) is node:
                self.placed[node] = (start, start + part.shape[0])
            start += part.shape[0]
        self.setup["grad"] = f"np.empty({start})"

    def _filled(self, node: Array) -> str:
        """The name of the flat gradient, once the parts stand in it that were computed elsewhere."""
        start = 0
        for part in node.args:
            end = start + part.shape[0]
            if self.placed.get(self._base(part)) != (start, end) or self._base(part) not in self.lasting:
                self.run.append(f"grad[{start}:{end}] = {self.ref(part)}")
            start = end
        self.lasting.add(node)
        return "grad"
