"""Formulas: a small expression tree, read from the textbook strings of the table.

A tree is built by `add`, `multiply`, `power`, `call` and `choose`, which simplify as one does on paper: numbers are
multiplied out, factors of 1 and terms of 0 left out, equal factors and terms collected. `autograd.derivation.writing`
writes it. Nothing changes one that is built; that its parts are not frozen makes building them twice as fast.
"""

from __future__ import annotations

import ast
import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, partial
from math import inf, isclose, isfinite, nan, pi, prod
from typing import Any, Final, Literal, TypeAlias

from autograd.engine import scalar
from autograd.engine.primitives import PRIMITIVES

# --- the tree ----------------------------------------------------------------------------------------------------


class _Tree:
    """Arithmetic on trees."""

    __slots__: tuple[str, ...] = ()

    def __add__(self: Any, other: Expression) -> Expression:
        return add(self, other)

    def __sub__(self: Any, other: Expression) -> Expression:
        return add(self, negative(other))

    def __mul__(self: Any, other: Expression) -> Expression:
        return multiply(self, other)

    def __truediv__(self: Any, other: Expression) -> Expression:
        return divide(self, other)

    def __pow__(self: Any, other: Expression) -> Expression:
        return power(self, other)

    def __neg__(self: Any) -> Expression:
        return negative(self)


@dataclass(slots=True, unsafe_hash=True)
class Number(_Tree):
    """A number: exact, so that factors can be multiplied out; a float where there is no fraction for it."""

    value: Fraction | float


@dataclass(slots=True, unsafe_hash=True)
class Place(Number):
    """A number that may change: ``of`` says whose number it is. See `autograd.derivation.templates`."""

    of: str = ""


@dataclass(slots=True, unsafe_hash=True)
class Symbol(_Tree):
    """A quantity with a name; ``value`` takes its place when the numbers are put in."""

    name: str
    value: float = field(default=nan, compare=False)


@dataclass(slots=True, unsafe_hash=True)
class NamedConstant(_Tree):
    """A number that keeps its name when the numbers are put in, as π. No quantity of that name is taken for it."""

    name: str
    value: float


@dataclass(slots=True, unsafe_hash=True)
class Sum(_Tree):
    """Terms, two at least."""

    terms: tuple[Expression, ...]


@dataclass(slots=True, unsafe_hash=True)
class Product(_Tree):
    """A coefficient times factors; what one divides by is a `Power` with a negative exponent."""

    coefficient: Fraction
    factors: tuple[Expression, ...]


@dataclass(slots=True, unsafe_hash=True)
class Power(_Tree):
    """A base and an exponent."""

    base: Expression
    exponent: Expression


@dataclass(slots=True, unsafe_hash=True)
class Call(_Tree):
    """A function of arguments; ``index`` picks one of the results where there are several."""

    function: str
    arguments: tuple[Expression, ...]
    index: int | None = None


@dataclass(slots=True, unsafe_hash=True)
class Choice(_Tree):
    """One expression where a comparison holds, else another."""

    sign: str
    left: Expression
    right: Expression
    chosen: Expression
    otherwise: Expression


@dataclass(slots=True, unsafe_hash=True)
class Derivative(_Tree):
    """The derivative of one named quantity with respect to another.

    Where several paths add up, ``kind`` tells the "total" from the "local" derivative, which sees one path only.
    """

    numerator: str
    denominator: str
    kind: Literal["usual", "total", "local"] = "usual"


@dataclass(slots=True, unsafe_hash=True)
class Chain(_Tree):
    """Factors that stay apart: the steps of a chain rule, or the numbers put in for them."""

    factors: tuple[Expression, ...]


Expression: TypeAlias = "Number | Symbol | NamedConstant | Sum | Product | Power | Call | Choice | Derivative | Chain"

ZERO: Final = Number(Fraction(0))
ONE: Final = Number(Fraction(1))
_COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = dict(
    zip("<≤>≥=≠", (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne), strict=True)
)


def number(x: float) -> Number:
    """A number of the person's: 0.1 is taken for one tenth."""
    return Number(Fraction(repr(x)) if isfinite(x) else x)


def as_float(x: Fraction | float) -> float:
    """The number as a float; infinity where that is too large for one."""
    try:
        return float(x)
    except OverflowError:
        return inf if x > 0 else -inf


def add(*terms: Expression) -> Expression:
    """The sum. Equal terms are collected, and numbers added up; a difference in parentheses keeps them."""
    collected: dict[Expression, Fraction] = {}
    for term in terms:
        for part in term.terms if isinstance(term, Sum) else (term,):
            coefficient, rest = _split(part)
            collected[rest] = collected[rest] + coefficient if rest in collected else coefficient
    parts = [_scaled(coefficient, rest) for rest, coefficient in collected.items() if coefficient]
    return ZERO if not parts else parts[0] if len(parts) == 1 else Sum(tuple(parts))


def sum_of(terms: Sequence[Expression]) -> Expression:
    """The sum of one or several terms as they stand; `add` collects them."""
    return terms[0] if len(terms) == 1 else Sum(tuple(terms))


def _split(term: Expression) -> tuple[Fraction, Expression]:
    """A term as its coefficient and the rest."""
    if isinstance(term, Number) and isinstance(term.value, Fraction):
        return term.value, ONE
    if isinstance(term, Product):
        rest = term.factors[0] if len(term.factors) == 1 else Product(Fraction(1), term.factors)
        return term.coefficient, rest
    return Fraction(1), term


def _scaled(coefficient: Fraction, rest: Expression) -> Expression:
    """A coefficient times a rest that has none."""
    if rest == ONE:
        return Number(coefficient)
    if coefficient == 1:
        return rest
    return Product(coefficient, rest.factors if isinstance(rest, Product) else (rest,))


def multiply(*factors: Expression) -> Expression:
    """The product. Numbers are multiplied out and powers of one base collected."""
    coefficient = Fraction(1)
    exponents: dict[Expression, Expression] = {}
    for factor in factors:
        scale, rest = _split(factor)
        coefficient *= scale
        if rest == ONE:
            continue
        for part in rest.factors if isinstance(rest, Product) else (rest,):
            base, exponent = (part.base, part.exponent) if isinstance(part, Power) else (part, ONE)
            exponents[base] = add(exponents[base], exponent) if base in exponents else exponent
    if not coefficient:
        return ZERO
    parts = [power(base, exponent) for base, exponent in exponents.items() if exponent != ZERO]
    return _scaled(coefficient, Product(Fraction(1), tuple(parts)) if len(parts) > 1 else parts[0] if parts else ONE)


def power(base: Expression, exponent: Expression) -> Expression:
    """The base to the exponent."""
    if exponent == ONE or base == ONE:
        return base
    if exponent == ZERO:
        return ONE
    if not (isinstance(exponent, Number) and isinstance(exponent.value, Fraction)):
        return Power(base, exponent)
    n = exponent.value
    whole = n.denominator == 1
    if isinstance(base, Number) and isinstance(base.value, Fraction) and whole and abs(n) <= 8 and base.value:
        return Number(Fraction(base.value ** int(n)))
    if isinstance(base, Power) and whole:
        return power(base.base, multiply(base.exponent, exponent))
    if isinstance(base, Product) and whole and abs(n) <= 8:
        factors = [power(factor, exponent) for factor in base.factors]
        return multiply(Number(Fraction(base.coefficient ** int(n))), *factors)
    return Power(base, exponent)


def divide(a: Expression, b: Expression) -> Expression:
    """a over b."""
    return multiply(a, power(b, Number(Fraction(-1))))


def negative(a: Expression) -> Expression:
    """Minus a."""
    return Number(-a.value) if isinstance(a, Number) else multiply(Number(Fraction(-1)), a)


def call(function: str, *arguments: Expression, index: int | None = None) -> Expression:
    """A function of arguments, by the name that the table uses."""
    if function == "sqrt":
        return power(arguments[0], Number(Fraction(1, 2)))
    return Call(function, arguments, index)


def choose(sign: str, left: Expression, right: Expression, chosen: Expression, otherwise: Expression) -> Expression:
    """A conditional; decided at once where it compares two numbers, or decides nothing."""
    if chosen == otherwise:
        return chosen
    if isinstance(left, Number) and isinstance(right, Number):
        return chosen if _COMPARISONS[sign](left.value, right.value) else otherwise
    return Choice(sign, left, right, chosen, otherwise)


def factored(a: Expression) -> Expression:
    """A sum as one likes to see it: a positive term first, and the number that all terms share in front."""
    if not isinstance(a, Sum):
        return a
    signed = [_split(term) for term in a.terms]
    first = next((i for i, (coefficient, _) in enumerate(signed) if coefficient > 0), 0)
    signed.insert(0, signed.pop(first))
    shared = abs(signed[0][0])
    if shared == 1 or any(abs(coefficient) != shared for coefficient, _ in signed):
        return Sum(tuple([_scaled(*term) for term in signed]))
    shared = shared if signed[0][0] > 0 else -shared
    return Product(shared, (Sum(tuple([_scaled(coefficient / shared, rest) for coefficient, rest in signed])),))


_ROWS: Final = {op.notation: op for op in PRIMITIVES if not op.variadic}


def worth(a: Expression, m: Any, leaf: Callable[[Number | Symbol | NamedConstant], Any]) -> Any:
    """What a formula is worth, computed with the functions of a namespace of the table.

    Arguments:
        m: the namespace, see `autograd.engine.primitives`.
        leaf: what stands for a number or a name.

    Raises:
        LookupError: for a function of a reader's own, and for what is no number.
    """
    inside = partial(worth, m=m, leaf=leaf)
    match a:
        case Number() | Symbol() | NamedConstant():
            return leaf(a)
        case Sum(terms):
            return m.fsum([inside(term) for term in terms])
        case Product(coefficient, factors):
            return prod([inside(factor) for factor in factors], start=as_float(coefficient))
        case Chain(factors):
            return prod([inside(factor) for factor in factors])
        case Power(base, exponent):
            return m.power(inside(base), inside(exponent))
        case Choice(sign, left, right, chosen, otherwise):
            condition = _COMPARISONS[sign](inside(left), inside(right))
            if isinstance(condition, bool):
                return inside(chosen if condition else otherwise)
            return m.where(condition, inside(chosen), inside(otherwise))
        case Call("softmax", logits, int(index)):
            return m.softmax([inside(z) for z in logits])[index]
        case Call(function, arguments) if function in _ROWS:
            return _ROWS[function].value(m, *[inside(argument) for argument in arguments])
    raise LookupError(f"{a} cannot be computed")


def evaluate(a: Expression) -> float:
    """The number that a formula stands for, with the values of its symbols; NaN if it has a function of your own."""
    try:
        return float(worth(a, scalar, lambda x: as_float(x.value)))
    except LookupError:
        return nan


def agrees(a: Expression, number: float) -> bool:
    """Whether an equation between a formula and the engine's number can be written: not 1 = nan, 0 = inf, 0/0 = 0.

    A formula that cannot be computed is believed, and where the engine has a finite number, every other one: digits
    that it loses do not make it wrong, nor does a Value that has been set to another number since. A formula without
    names is that number: where 0 is left of x/a - x/a, the engine may have a rounding.
    """
    value = evaluate(a)
    if isfinite(value) and not symbols(a):
        return isclose(value, number, rel_tol=1e-12)
    if value != value:
        return number != number or _has_a_function_of_your_own(a)
    return value == number or isfinite(number)


def _has_a_function_of_your_own(a: Expression) -> bool:
    own = isinstance(a, Call) and a.function not in _ROWS and a.function != "softmax"
    return own or any(_has_a_function_of_your_own(part) for part in parts(a))


def put_in(
    a: Expression,
    shown: Callable[[Fraction | float], Fraction | float] = lambda x: x,
    place: Callable[[Symbol], Number] | None = None,
) -> Expression:
    """The formula with the values in place of the names, not worked out any further.

    Arguments:
        a: the formula.
        shown: what stands for a number, such as the number that is left of it when it is rounded.
        place: what stands for a name, where that is more than its number.
    """

    def inside(x: Any) -> Any:
        if place is not None and isinstance(x, Symbol):
            return place(x)
        if isinstance(x, (Symbol, Number)):
            return Number(shown(x.value))
        if isinstance(x, tuple):
            return tuple([inside(part) for part in x])
        return type(x)(*[inside(getattr(x, part)) for part in x.__slots__]) if isinstance(x, _Tree) else x

    numbers: Expression = inside(a)
    return numbers


def parts(a: Expression) -> tuple[Expression, ...]:
    """What an expression is made of, one level down."""
    match a:
        case Sum(inside) | Chain(inside) | Call(arguments=inside):
            return inside
        case Product(coefficient, factors):
            return factors if coefficient in (1, -1) else (Number(coefficient), *factors)
        case Power(base, exponent):
            return base, exponent
        case Choice(_, left, right, chosen, otherwise):
            return left, right, chosen, otherwise
    return ()


def size(a: Expression) -> int:
    """How many names, numbers and functions it takes to write this; a number of many digits counts for several."""
    if isinstance(a, Number) and isinstance(a.value, Fraction):
        return 1 + (a.value.numerator.bit_length() + a.value.denominator.bit_length()) // 128
    if isinstance(a, Derivative):
        return 2
    return isinstance(a, (Number, Symbol, NamedConstant, Call)) + sum([size(part) for part in parts(a)])


def symbols(a: Expression) -> set[str]:
    """The names in it."""
    found: set[str] = set()
    waiting = [a]
    for part in waiting:  # grows on the way
        if isinstance(part, Symbol):
            found.add(part.name)
        elif isinstance(part, Derivative):
            found.update((part.numerator, part.denominator))
        else:
            waiting += parts(part)
    return found


# --- reading -----------------------------------------------------------------------------------------------------

_OPERATORS: Final[dict[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


class Reader(ABC):
    """The one reader of formulas, of those in the table and of those that a person types: it walks their syntax.

    What numbers, names and functions stand for, and so what comes of it, is said by those derived from it.
    """

    number: Callable[[float], Any]
    """What a number stands for."""

    @abstractmethod
    def name(self, node: ast.Name) -> Any:
        """What a name stands for."""

    @abstractmethod
    def function(self, node: ast.Call, name: str) -> Callable[..., Any]:
        """The function that is called."""

    @abstractmethod
    def other(self, node: ast.expr) -> Any:
        """What anything else stands for, if it can be read."""

    def computed(self, node: ast.expr, function: Callable[..., Any], *operands: Any) -> Any:
        """What a function gives."""
        return function(*operands)

    def read(self, node: ast.expr) -> Any:
        """What a formula stands for."""
        match node:
            case ast.Constant(value=int() | float() as x) if not isinstance(x, bool):
                return self.computed(node, self.number, x)
            case ast.Name():
                return self.name(node)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self.read(operand)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.read(operand)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
                return self.computed(node, _OPERATORS[type(op)], self.read(left), self.read(right))
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self.computed(node, self.function(node, name), *map(self.read, arguments))
        return self.other(node)


def variables_in(*formulas: ast.AST) -> list[str]:
    """The names that formulas mention, without those of functions, in the order in which they appear."""
    nodes = [node for formula in formulas for node in ast.walk(formula)]
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    names = [node for node in nodes if isinstance(node, ast.Name) and id(node) not in called]
    return list(dict.fromkeys(node.id for node in sorted(names, key=lambda node: node.col_offset)))


_SIGNS: Final = {ast.Lt: "<", ast.LtE: "≤", ast.Gt: ">", ast.GtE: "≥", ast.Eq: "=", ast.NotEq: "≠"}


class _Textbook(Reader):
    """Reads a formula of the table, as a tree."""

    def __init__(self, source: str, quantities: Mapping[str, Expression]) -> None:
        self.source = source
        self.quantities = quantities

    number = staticmethod(number)

    def name(self, node: ast.Name) -> Expression:
        if node.id in self.quantities:
            return self.quantities[node.id]
        return NamedConstant("π", pi) if node.id == "pi" else self.other(node)

    def function(self, node: ast.Call, name: str) -> Callable[..., Expression]:
        return partial(call, name)

    def other(self, node: ast.expr) -> Expression:
        match node:
            case ast.IfExp(test=ast.Compare(left=left, ops=[op], comparators=[right])) if type(op) in _SIGNS:
                sides = self.read(left), self.read(right)
                return choose(_SIGNS[type(op)], *sides, self.read(node.body), self.read(node.orelse))
            case ast.IfExp(test=test):
                return choose("≠", self.read(test), ZERO, self.read(node.body), self.read(node.orelse))
        raise ValueError(
            f"the formula {self.source!r} cannot be read at {ast.unparse(node)!r}; write it with "
            f"{', '.join(self.quantities)}, numbers, calls, + - * / ** and 'x if a >= b else y'"
        )


def formula(source: str, quantities: Mapping[str, Expression]) -> Expression:
    """Read a formula of the table, with an expression in place of each of its names.

    Arguments:
        source: names, numbers, calls, ``+ - * / **`` and ``x if a >= b else y``, as in ``Primitive.textbook``.
        quantities: what stands for each name.

    Raises:
        ValueError: if the formula holds anything else, or a name that stands for nothing.

    Example:
        >>> from autograd.derivation.writing import text
        >>> text(formula("y*(1 - y)", {"y": Symbol("h")}))
        'h(1 − h)'
        >>> from autograd.derivation.writing import text
        >>> text(formula("b*a**(b - 1)", {"a": Symbol("x"), "b": number(2.0)}))
        '2x'
    """
    tree: Expression = _Textbook(source, quantities).read(_syntax(source))
    return tree


@cache
def _syntax(source: str) -> ast.expr:
    """The syntax of a formula of the table."""
    try:
        return ast.parse(source, mode="eval").body
    except SyntaxError as error:
        raise ValueError(f"the formula {source!r} cannot be read: {error.msg}") from None


@cache
def names_in(source: str) -> frozenset[str]:
    """The operands that a formula of the table mentions."""
    return frozenset(variables_in(_syntax(source)))
