"""The namespace of arrays: a rule of the table that is read once makes arrays of its own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

from autograd.compiler.arrays import Array
from autograd.compiler.builder import Arrays
from autograd.engine.primitives import Primitive
from autograd.engine.symbols import Symbol, Symbols


class SymbolicNamespace(Symbols):
    """The functions of the table on arrays: ``m.exp(a)`` in a rule makes an array."""

    def __init__(self, make: Arrays) -> None:
        self.make = make

    def array(self, x: Any) -> Array:
        """A symbol or a number as an array."""
        found: Array = x.made if isinstance(x, Symbol) else self.make.number(x)
        return found

    def apply(self, op: Primitive, *operands: Any) -> Symbol:
        """See `Symbols.apply`."""
        return Symbol(self, self.make.apply(op, *map(self.array, operands)))

    def compare(self, sign: str, a: Any, b: Any) -> Symbol:
        """See `Symbols.compare`."""
        return Symbol(self, self.make.compare(sign, self.array(a), self.array(b)))

    def decide(self, condition: Symbol) -> bool:
        """See `Symbols.decide`."""
        raise TypeError(
            "a rule of a primitive branches on its operands (if, and, or, max ...), which an array cannot do; "
            "write it with m.where(condition, a, b), m.maximum or m.minimum"
        )

    def fsum(self, terms: Sequence[Any]) -> Symbol:
        """See `Symbols.fsum`."""
        return Symbol(self, reduce(self.make.add, map(self.array, terms), self.make.number(0.0)))

    def logsumexp(self, terms: Sequence[Any]) -> Symbol:
        """See `Symbols.logsumexp`."""
        return Symbol(self, self.make.logsumexp(self.make.stack(*map(self.array, terms))))

    def softmax(self, terms: Sequence[Any]) -> list[Symbol]:
        """See `Symbols.softmax`."""
        p = self.make.softmax(self.make.stack(*map(self.array, terms)))
        return [Symbol(self, self.make.column(p, j)) for j in range(len(terms))]
