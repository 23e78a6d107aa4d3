"""Symbols: arrays in the rules of the table of primitives, so that a rule read once makes arrays of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, reduce
from typing import Any

from autograd.compiler.arrays import Array
from autograd.compiler.builder import Arrays
from autograd.engine import primitives as table
from autograd.engine.primitives import Primitive

Operator = Callable[["Symbol", Any], "Symbol"]


def _operator(op: Primitive) -> tuple[Operator, Operator]:
    """A primitive as an operator, and as that of a number on the left."""
    return lambda self, x: self.m.apply(op, self, x), lambda self, x: self.m.apply(op, x, self)


def _comparison(sign: str) -> Operator:
    """A comparison as an operator."""
    return lambda self, x: self.m.compare(sign, self, x)


class Symbol:
    """An array in a rule of the table: its operators make arrays."""

    __slots__ = ("array", "m")

    def __init__(self, m: SymbolicNamespace, array: Array) -> None:
        self.m = m
        self.array = array

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
        return self.m.apply(table.negative, self)

    def __abs__(self) -> Symbol:
        return self.m.apply(table.absolute, self)

    def __bool__(self) -> bool:
        raise TypeError(
            "a rule of a primitive branches on its operands (if, and, or, max ...), which an array cannot do; "
            "write it with m.where(condition, a, b), m.maximum or m.minimum"
        )


class SymbolicNamespace:
    """The functions of the table, on symbols: ``m.exp(a)`` in a rule makes an array."""

    def __init__(self, make: Arrays) -> None:
        self.make = make

    def __getattr__(self, name: str) -> Any:
        op = getattr(table, name, None)
        if not isinstance(op, Primitive):
            raise AttributeError(f"a rule uses m.{name}, which is no function of the namespaces of the table")
        return partial(self.apply, op)

    def array(self, x: Any) -> Array:
        """A symbol or a number as an array."""
        return x.array if isinstance(x, Symbol) else self.make.number(x)

    def apply(self, op: Primitive, *operands: Any) -> Symbol:
        """The primitive of these operands."""
        return Symbol(self, self.make.apply(op, *map(self.array, operands)))

    def compare(self, sign: str, a: Any, b: Any) -> Symbol:
        """A condition such as a >= b."""
        return Symbol(self, self.make.compare(sign, self.array(a), self.array(b)))

    def at_least(self, a: Any, b: Any) -> Symbol:
        """Whether a >= b."""
        return self.compare(">=", a, b)

    def below(self, a: Any, b: Any) -> Symbol:
        """Whether a < b."""
        return self.compare("<", a, b)

    def fsum(self, terms: Sequence[Any]) -> Symbol:
        """The sum of the terms."""
        return Symbol(self, reduce(self.make.add, map(self.array, terms), self.make.number(0.0)))

    def logsumexp(self, terms: Sequence[Any]) -> Symbol:
        """log(sum(exp(x))) of the terms."""
        return Symbol(self, self.make.logsumexp(self.make.stack(*map(self.array, terms))))

    def softmax(self, terms: Sequence[Any]) -> list[Symbol]:
        """exp(x_i) / sum(exp(x_j)) for every term."""
        p = self.make.softmax(self.make.stack(*map(self.array, terms)))
        return [Symbol(self, self.make.column(p, j)) for j in range(len(terms))]
