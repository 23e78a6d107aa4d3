"""The array program: nodes that stand for whole arrays.

A shape is a tuple of sizes; a size is a number, or the name of an axis of examples ("m" for the rows of X). Four
shapes do most of the work: ``()`` a number, ``("m",)`` a number an example, ``(k,)`` a vector of parameters, and
``("m", k)`` a vector an example.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from autograd.compiler.scalars import ordered
from autograd.engine.primitives import Primitive

Shape = tuple[Any, ...]
Rule = Callable[..., Any]

# How large an array may become: BOUNDED whatever comes in; LARGE by infinite inputs or by overflow alone; or INFINITE,
# as the logarithm, a quotient or an exponential may be.
BOUNDED, LARGE, INFINITE = 0, 1, 2

COMPARE, OR, AND, SUM, PRODUCT, SIGN, POWER, ATOM = range(1, 9)  # how tightly the operators of a text bind


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Operation:
    """One operation on whole arrays: a row of the table in `autograd.compiler.operations`.

    Arguments:
        name: what it is called, also in the table and as a method of what makes arrays (``make.matmul(a, b)``).
        shape: ``shape(attr, *args)``, the shape of the result.
        simplest: ``simplest(make, attr, *args)``, the array in a simpler form; None where it has none.
        derivative: ``derivative(back, node, upstream)`` hands the gradient of the node on to its operands.
        text: ``text(w, node, *args)``, the expression, which a writer w puts together.
        strength: how tightly the operator of the text binds.
        into: ``into(w, node, *refs)``, the lines that write the result into the buffer OUT, from names for the
            operands; where it is a number, the one line is its expression, without ``out=OUT``. None where the text
            will do: that of a view, or of a function which makes a new array.
        lasting: whether the result is made once for all calls, where its operand is: a view, or a constant.
        elementwise: operands are brought to one shape, and the result may be written over one of them.
        condition: the result holds truth values.
        range: how large the result may become, as for a primitive.
    """

    name: str
    shape: Rule = lambda attr, *args: args[0].shape
    simplest: Rule = lambda make, attr, *args: None
    derivative: Rule = lambda back, node, upstream: None
    text: Rule
    strength: Callable[[Array], int] = lambda node: ATOM
    into: Rule = lambda w, node, *refs: None
    lasting: Callable[[Array], bool] = lambda node: False
    elementwise: bool = False
    condition: bool = False
    range: Literal["bounded", "moderate"] = "moderate"


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class Array:
    """One array of the program.

    Arguments:
        op: a `Primitive`, applied element by element, or an operation on whole arrays.
        args: the arrays it is applied to.
        attr: what else the operation needs: a number, columns, positions, a shape.
        shape: its shape.
        bound: how large it may become.
    """

    op: Primitive | Operation
    args: tuple[Array, ...]
    attr: Any
    shape: Shape
    bound: int

    def __repr__(self) -> str:
        return f"<array {self.op.name} {self.shape}>"


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


def slice_of(wanted: Sequence[int]) -> tuple[int, int, int] | None:
    """Columns as a slice, where they stand at equal distances: first, end and distance."""
    gap = wanted[1] - wanted[0] if len(wanted) > 1 else 1
    end = wanted[0] + gap * len(wanted)
    return (wanted[0], wanted[-1] + 1, gap) if gap > 0 and tuple(wanted) == tuple(range(wanted[0], end, gap)) else None


def are_neighbours(places: Sequence[int]) -> bool:
    """Whether these places in theta follow one another."""
    return tuple(places) == tuple(range(places[0], places[0] + len(places)))


def in_order(roots: Iterable[Array]) -> list[Array]:
    """All arrays that the roots are computed from, operands before results."""
    return ordered(roots, lambda node: node.args)


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
        lines.append(f"{number[node]} = {node.op.name}({', '.join(args)})  # ({shape})")
    return "\n".join([*lines, f"return {', '.join(number[root] for root in roots)}"])
