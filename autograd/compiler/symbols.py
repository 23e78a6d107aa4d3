"""Symbols: arrays in the rules of the table of primitives, so that a rule read once makes arrays of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from autograd.compiler.arrays import Array
from autograd.compiler.builder import Arrays
from autograd.engine import primitives as table
from autograd.engine.primitives import Primitive

Operator = Callable[["Symbol", Any], "Symbol"]


def _operator(op: Primitive) -> tuple[Operator, Operator]:
    """A primitive as an operator, and as that of a number on the left."""
    return lambda self, x: self.applied(op, self, x), lambda self, x: self.applied(op, x, self)


def _comparison(sign: str) -> Operator:
    """A comparison as an operator."""
    return lambda self, x: Symbol(self.make, self.make.compare(self.array, self.other(x), sign))


class Symbol:
    """An array in a rule of the table: its operators make arrays."""

    __slots__ = ("array", "make")

    def __init__(self, make: Arrays, array: Array) -> None:
        self.make = make
        self.array = array

    def other(self, x: Any) -> Array:
        """A symbol or a number as an array."""
        return x.array if isinstance(x, Symbol) else self.make.number(x)

    def applied(self, op: Primitive, *operands: Any) -> Symbol:
        """The primitive of these operands."""
        return Symbol(self.make, self.make.apply(op, *map(self.other, operands)))

    __add__, __radd__ = _operator(table.add)
    __sub__, __rsub__ = _operator(table.subtract)
    __mul__, __rmul__ = _operator(table.multiply)
    __truediv__, __rtruediv__ = _operator(table.divide)
    __pow__, __rpow__ = _operator(table.power)
    __lt__ = _comparison("<")
    __le__ = _comparison("<=")
    __gt__ = _comparison(">")
    __ge__ = _comparison(">=")
    __eq__ = _comparison("==")  # type: ignore[assignment]  # as an array compares

    def __neg__(self) -> Symbol:
        return self.applied(table.negative, self)

    def __abs__(self) -> Symbol:
        return self.applied(table.absolute, self)

    def __bool__(self) -> bool:
        raise TypeError(
            "a rule of a primitive branches on its operands (if, and, or, max ...), which an array cannot do; "
            "write it with m.where(condition, a, b), m.maximum or m.minimum"
        )

    __hash__ = None  # type: ignore[assignment]  # as an array has none


class SymbolicNamespace:
    """The functions of the table, on symbols: ``m.exp(a)`` in a rule makes an array."""

    def __init__(self, make: Arrays) -> None:
        self.make = make

    def __getattr__(self, name: str) -> Any:
        op = getattr(table, name, None)
        if not isinstance(op, Primitive):
            raise AttributeError(f"a rule uses m.{name}, which is no function of the namespaces of the table")
        return lambda *args: Symbol(self.make, self.make.apply(op, *map(self.array, args)))

    def array(self, x: Any) -> Array:
        """A symbol or a number as an array."""
        return x.array if isinstance(x, Symbol) else self.make.number(x)

    def at_least(self, a: Any, b: Any) -> Symbol:
        """Whether a >= b."""
        return Symbol(self.make, self.make.compare(self.array(a), self.array(b), ">="))

    def below(self, a: Any, b: Any) -> Symbol:
        """Whether a < b."""
        return Symbol(self.make, self.make.compare(self.array(a), self.array(b), "<"))

    def fsum(self, terms: Sequence[Any]) -> Symbol:
        """The sum of the terms."""
        total = self.make.number(0.0)
        for term in terms:
            total = self.make.add(total, self.array(term))
        return Symbol(self.make, total)

    def logsumexp(self, terms: Sequence[Any]) -> Symbol:
        """log(sum(exp(x))) of the terms."""
        return Symbol(self.make, self.make.logsumexp(self.make.stack(*map(self.array, terms))))

    def softmax(self, terms: Sequence[Any]) -> list[Symbol]:
        """exp(x_i) / sum(exp(x_j)) for every term."""
        p = self.make.softmax(self.make.stack(*map(self.array, terms)))
        return [Symbol(self.make, self.make.column(p, j)) for j in range(len(terms))]
