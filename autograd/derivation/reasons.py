"""Which usual mistake gives exactly the number that is printed: the sign, a factor, degrees for radians.

Each is a statement about two numbers, and no guess at what somebody thought: "with the other sign" says that the right
number with the other sign is the printed one, to its last digit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial
from itertools import chain
from typing import NamedTuple

from autograd.derivation.chain import Steps
from autograd.derivation.formulas import Expression, Product, Sum, evaluate, parts
from autograd.derivation.precise import roughly
from autograd.derivation.printed import OF_A_PROGRAM, PrintedNumber, rounded
from autograd.derivation.quantities import Book, Quantity
from autograd.derivation.words import words
from autograd.derivation.writing import text
from autograd.engine import scalar
from autograd.engine.graph import topological_order
from autograd.engine.value import Value

_LIKELY, _RARE = Fraction(1, 20), Fraction(1, 200)
"""How exactly a mistake must give the printed number: the share of its effect that rounding may blur."""

_SCALAR: Mapping[str, Callable[[float], float]] = vars(scalar)


def _of_degrees(x: float, *, name: str) -> float:
    return _SCALAR[name](math.radians(x))


def _in_degrees(x: float, *, name: str) -> float:
    return math.degrees(_SCALAR[name](x))


_DEGREES: dict[str, Callable[[float], float]] = {
    **{name: partial(_of_degrees, name=name) for name in ("sin", "cos", "tan")},
    **{name: partial(_in_degrees, name=name) for name in ("asin", "acos", "atan")},
}
_OTHER_FUNCTIONS: dict[str, dict[str, Callable[[float], float]]] = {
    "degrees": _DEGREES,
    "natural_logarithm": {"log10": scalar.log},
    "decimal_logarithm": {"log": scalar.log10},
}


class Base(NamedTuple):
    """The quantity, computed rightly from some printed numbers, and how far their rounding moves it."""

    value: Fraction
    room: Fraction


class _Mistake(NamedTuple):
    """A mistake that makes ``offset + factor * v`` of the right number v."""

    name: str
    said: str
    factor: Fraction
    offset: Fraction = Fraction(0)
    blur: Fraction = _RARE


def reason_for(
    page: PrintedNumber, quantity: Quantity, bases: Sequence[Base], book: Book, steps: Mapping[Value, Fraction]
) -> tuple[str, str] | None:
    """The mistake that gives the printed number: its key, and what to say of it. None if there is no such.

    Arguments:
        page: the printed number, which is a slip.
        quantity: what it is printed for.
        bases: what it may have been computed from, the likeliest first.
        book: the quantities of the page.
        steps: the parameters that are printed after a step, with their new numbers.
    """
    mistakes = list(_mistakes(quantity, book, steps))
    for base in bases:
        for mistake in mistakes:
            value = mistake.offset + mistake.factor * base.value
            room = page.unit / 2 + base.room * abs(mistake.factor) + abs(value) * OF_A_PROGRAM
            effect = min(abs(value - base.value), abs(value - mistake.offset) or abs(value))
            is_it = base.room == 0 and abs(page.number - value) <= abs(value) * OF_A_PROGRAM and effect > 0
            if is_it or abs(page.number - value) <= room <= mistake.blur * effect:
                return mistake.name, mistake.said
        if _exchanged(page, base):
            return "digits_exchanged", words("digits_exchanged")
    return None


def _exchanged(page: PrintedNumber, base: Base) -> bool:
    """Whether the printed number is the right one with two digits that stand side by side exchanged."""
    if base.room > page.unit / 2 or page.is_fraction:
        return False
    right = rounded(base.value, page.exponent).as_tuple()
    sign, digits, _ = page.decimal.as_tuple()
    width = max(len(digits), len(right.digits))
    a, b = ((0,) * (width - len(x)) + tuple(x) for x in (digits, right.digits))
    unequal = [i for i in range(width) if a[i] != b[i]]
    return sign == right.sign and len(unequal) == 2 and unequal[1] == unequal[0] + 1 and sorted(a) == sorted(b)


def _mistakes(quantity: Quantity, book: Book, steps: Mapping[Value, Fraction]) -> Iterator[_Mistake]:
    """The usual mistakes with this quantity."""
    if quantity.rate is not None and quantity.parameter is not None:
        start = Fraction(repr(quantity.parameter.data))
        slope = Quantity(quantity.spellings, quantity.node, quantity.number, quantity.root, quantity.parameter)
        yield _Mistake("upwards", words("upwards"), Fraction(-1), 2 * start, _LIKELY)
        for mistake in chain(_scaled(), _factors(slope, book)):  # of the gradient
            said = words("in_the_step", mistake=mistake.said)
            yield mistake._replace(said=said, offset=start * (1 - mistake.factor))
    yield from _scaled()
    yield _Mistake("sign", words("other_sign"), Fraction(-1), blur=_LIKELY)
    for name, functions in _OTHER_FUNCTIONS.items():
        other, _ = roughly(quantity.node, instead=functions)[quantity.node]
        if quantity.node.data and math.isfinite(other) and other != quantity.node.data:
            yield _Mistake(name, words(name), Fraction(other) / Fraction(quantity.node.data))
    for n in sorted(_counts(quantity.node)):
        yield _Mistake("sum_for_mean", words("sum_for_mean", count=n), Fraction(n), blur=_LIKELY)
    if quantity.rate is None:
        yield from _factors(quantity, book) if quantity.root is not None else _terms(quantity, book)
        yield from _branches(quantity, book) if quantity.root is not None else _mirrored(quantity, book)
        yield from _updated(quantity, book, steps)


def _scaled() -> Iterator[_Mistake]:
    yield _Mistake("twice", words("twice"), Fraction(2), blur=_LIKELY)
    yield _Mistake("half", words("half"), Fraction(1, 2), blur=_LIKELY)
    for power in (1, -1, 2, -2, 3, -3):
        yield _Mistake("decimal_point", words("decimal_point"), Fraction(10) ** power, blur=_LIKELY)


def _factors(quantity: Quantity, book: Book) -> Iterator[_Mistake]:
    """A derivative without one factor of the chain."""
    root, parameter = quantity.root, quantity.parameter
    if root is None or parameter is None or not root.depth:
        return
    steps = Steps(root, parameter, dict(book.names))
    whole = steps.gradients  # d(root)/d(node)
    below = {parameter: 1.0}  # d(node)/d(parameter)
    for node in reversed(steps.named):
        for owner, local in steps.locals.get(node, {}).items():
            below[owner] = below.get(owner, 0.0) + local.value * below.get(node, 0.0)
    total = whole.get(parameter, 0.0)
    if not (total and math.isfinite(total)):
        return
    for node, owners in steps.locals.items():
        for owner, local in owners.items():
            contribution = whole[owner] * local.value * below.get(node, 0.0)
            ends = book.names.get(owner), book.names.get(node)
            whole_name = text(local.formula) if None in ends else "d{}/d{}".format(*ends)
            for factor, name in ((local.formula, whole_name), *[(part, text(part)) for part in _split(local.formula)]):
                number = evaluate(factor)
                if contribution and math.isfinite(number) and number not in (0.0, 1.0, -1.0):
                    left = total - contribution + contribution / number
                    said = words("without_the_factor", factor=name)
                    yield _Mistake("factor_left_out", said, Fraction(left) / Fraction(total))


def _branches(quantity: Quantity, book: Book) -> Iterator[_Mistake]:
    """A derivative without what one of several operations hands to it."""
    root, parameter = quantity.root, quantity.parameter
    if root is None or parameter is None or not root.depth:
        return
    steps = Steps(root, parameter, dict(book.names))
    owners = steps.locals.get(parameter, {})
    for owner, local in owners.items() if len(owners) > 1 else ():
        handed = steps.gradients[owner] * local.value
        if handed and math.isfinite(handed):
            of, through, by = (steps.names[node] for node in (root, owner, parameter))
            term = f"d{of}/d{through} · d{through}/d{by}"
            yield _Mistake("term_left_out", words("without_the_term", term=term), Fraction(1), -Fraction(handed))


def _split(formula: Expression) -> tuple[Expression, ...]:
    return parts(formula) if isinstance(formula, Product) else ()


def _terms(quantity: Quantity, book: Book) -> Iterator[_Mistake]:
    """A sum without one of its terms, or with the other sign before it."""
    formula = Steps(quantity.node, None, dict(book.names)).definition(quantity.node) if quantity.node.depth else None
    for term in parts(formula) if isinstance(formula, Sum) else ():
        number = evaluate(term)
        if number and math.isfinite(number):
            name = text(term)
            yield _Mistake("term_left_out", words("without_the_term", term=name), Fraction(1), -Fraction(number))
            yield _Mistake("sign_of_a_term", words("sign_of_the_term", term=name), Fraction(1), -2 * Fraction(number))


def _mirrored(quantity: Quantity, book: Book) -> Iterator[_Mistake]:
    """A value, computed from an operand with the other sign."""
    names = book.names
    waiting = list(quantity.node.parents)
    for operand in waiting:  # the nearest nodes with names
        if operand not in names:
            waiting += [parent for parent in operand.parents if parent not in waiting]
            continue
        value, _ = roughly(quantity.node, given={operand: -operand.data})[quantity.node]
        if math.isfinite(value) and operand.data:
            said = words("with_the_other_sign_of", operand=names[operand])
            yield _Mistake("sign_of_an_operand", said, Fraction(0), Fraction(value))


def _updated(quantity: Quantity, book: Book, steps: Mapping[Value, Fraction]) -> Iterator[_Mistake]:
    """A derivative that is taken through weights after their step."""
    if quantity.root is None or not steps:
        return
    forward = {node: Fraction(node.data) for node in book.inner if node.depth and math.isfinite(node.data)}
    forward.pop(quantity.node, None)
    names = book.names
    for moved in (steps, *[{parameter: number} for parameter, number in steps.items() if len(steps) > 1]):
        value, _ = roughly(quantity.node, given={**forward, **moved})[quantity.node]
        if math.isfinite(value) and value != quantity.node.data:
            said = words("through_updated", parameters=words("and").join([names[p] for p in moved if p in names]))
            yield _Mistake("updated_weights", said, Fraction(0), Fraction(value))


def _counts(node: Value) -> set[int]:
    """How many terms a mean in this graph may have: the whole numbers that something is divided by."""
    constants = [x for n in topological_order(node) if n.op is not None for x in n.operands if type(x) is float]
    sizes = {max(abs(x), 1.0 / abs(x)) for x in constants if x}
    return {round(size) for size in sizes if 3 <= size < 1e6 and abs(size - round(size)) < 1e-9 * size}
