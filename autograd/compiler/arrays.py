"""The array program: nodes that stand for whole arrays.

A shape is a tuple of sizes; a size is a number, or the name of an axis of examples ("m" for the rows of X). Four
shapes do most of the work: ``()`` a number, ``("m",)`` a number an example, ``(k,)`` a vector of parameters, and
``("m", k)`` a vector an example.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from autograd.engine.primitives import Primitive

Shape = tuple[Any, ...]


class Array:
    """One array of the program.

    Arguments:
        op: a `Primitive`, applied element by element, or the name of an operation on whole arrays.
        args: the arrays it is applied to.
        attr: what else the operation needs: a number, columns, positions, an axis.
        shape: its shape.
    """

    __slots__ = ("args", "attr", "op", "shape")

    def __init__(self, op: Primitive | str, args: tuple[Array, ...], attr: Any, shape: Shape) -> None:
        self.op = op
        self.args = args
        self.attr = attr
        self.shape = shape

    @property
    def name(self) -> str:
        """The name of the operation."""
        return self.op if isinstance(self.op, str) else self.op.name

    def __repr__(self) -> str:
        return f"<array {self.name} {self.shape}>"


def axis_of(shape: Shape) -> str | None:
    """The axis of examples: "m" of ("m", 3), None where there is none."""
    return shape[0] if shape and isinstance(shape[0], str) else None


def width_of(shape: Shape) -> int | None:
    """The number of columns: 3 of ("m", 3) and of (3,); None where there are none."""
    return shape[-1] if shape and isinstance(shape[-1], int) else None


def common_shape(shapes: Iterable[Shape]) -> Shape:
    """The shape of an elementwise operation on arrays of these shapes."""
    shapes = [shape for shape in shapes if shape]
    if all(shape == shapes[0] for shape in shapes):
        return shapes[0] if shapes else ()
    axis = next((axis_of(shape) for shape in shapes if axis_of(shape)), None)
    width = max([width_of(shape) or 0 for shape in shapes])
    return tuple(size for size in (axis, width) if size)


def in_order(roots: Iterable[Array]) -> list[Array]:
    """All arrays that the roots are computed from, operands before results."""
    found: dict[Array, None] = {}
    stack = list(roots)[::-1]
    while stack:
        node = stack[-1]
        missing = [arg for arg in node.args if arg not in found] if node not in found else []
        if missing:
            stack.extend(reversed(missing))
        else:
            found[stack.pop()] = None
    return list(found)


def listing(roots: Iterable[Array]) -> str:
    """The program one array a line, as the stages print it."""
    roots = list(roots)
    order = in_order(roots)
    number = {node: f"%{i}" for i, node in enumerate(order)}
    lines = []
    for node in order:
        args = [number[arg] for arg in node.args]
        if node.attr is not None:
            args.append(f"{node.attr!r:.60}")
        shape = ", ".join(map(str, node.shape))
        lines.append(f"{number[node]} = {node.name}({', '.join(args)})  # ({shape})")
    return "\n".join([*lines, f"return {', '.join(number[root] for root in roots)}"])
