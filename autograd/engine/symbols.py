"""Symbols: what stands for the operands in a rule of the table, so that a rule that runs once writes itself down.

A `Symbol` has the operators that a rule uses, and `Symbols` is the namespace ``m`` of their functions. What is made of
them is for a reader to say: arrays of a program, or trees for the page.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NoReturn

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
    """An operand in a rule of the table, or what was made of some.

    Arguments:
        m: the namespace, whose functions and operators go on from it.
        made: what the namespace has made.
    """

    __slots__ = ("m", "made")

    def __init__(self, m: Symbols, made: Any) -> None:
        self.m = m
        self.made = made

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
    __ne__ = _comparison("!=")  # type: ignore[assignment]  # likewise

    def __neg__(self) -> Symbol:
        return self.m.apply(table.negative, self)

    def __abs__(self) -> Symbol:
        return self.m.apply(table.absolute, self)

    def __mod__(self, x: Any) -> Symbol:
        return self.m.remainder(self, x)

    def __bool__(self) -> bool:
        return self.m.decide(self)


class Symbols(ABC):
    """The functions of the table, on symbols: ``m.exp(a)`` in a rule makes a symbol of its own."""

    def __getattr__(self, name: str) -> Any:
        op = getattr(table, name, None)
        if not isinstance(op, Primitive):
            self.lacks(name)
        return partial(self.apply, op)

    def lacks(self, name: str) -> NoReturn:
        """Raise for a function that no namespace has."""
        raise AttributeError(f"a rule uses m.{name}, which is no function of the namespaces of the table")

    @abstractmethod
    def apply(self, op: Primitive, *operands: Any) -> Symbol:
        """The primitive of these operands, symbols and numbers."""

    @abstractmethod
    def compare(self, sign: str, a: Any, b: Any) -> Symbol:
        """A condition such as a >= b."""

    def remainder(self, a: Any, b: Any) -> Symbol:
        """What is left of a when b is taken from it as often as it goes."""
        self.lacks("remainder")

    @abstractmethod
    def decide(self, condition: Symbol) -> bool:
        """Whether the condition holds, where a rule goes on this way or that."""

    @abstractmethod
    def fsum(self, terms: Sequence[Any]) -> Symbol:
        """The sum of the terms."""

    @abstractmethod
    def logsumexp(self, terms: Sequence[Any]) -> Symbol:
        """log(sum(exp(x))) of the terms."""

    @abstractmethod
    def softmax(self, terms: Sequence[Any]) -> list[Symbol]:
        """exp(x_i) / sum(exp(x_j)) for every term."""

    def at_least(self, a: Any, b: Any) -> Symbol:
        """Whether a >= b."""
        return self.compare(">=", a, b)

    def below(self, a: Any, b: Any) -> Symbol:
        """Whether a < b."""
        return self.compare("<", a, b)
