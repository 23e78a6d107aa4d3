"""The rules of the table as data: each runs once on symbols and writes itself down as a tree, for the page to compute.

A tree is JSON: a number (inf, -inf and nan as strings), an operand ("0", "1" ...), the result ("y"), a part that occurs
more than once ("#0", see `written`), or an application ``["exp", tree]`` of a function in `elementary.js`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any, TypeAlias

from autograd.engine import scalar
from autograd.engine.primitives import Primitive
from autograd.engine.symbols import Symbol, Symbols

Tree: TypeAlias = Any
Made: TypeAlias = "int | float | str"  # the place of an application, a number, or the name of an operand

OPERATORS = ("add", "subtract", "multiply", "negative")  # the rest of what rules are made of is in `scalar`
COMPARISONS = {"<": "below", ">=": "at_least", "==": "equal", "!=": "differs"}
MIRRORED = {">": "<", "<=": ">="}
DEEPEST = 8  # conditions on one way through a rule; there are two ways for each


def json_number(x: float) -> float | str:
    """A number as JSON has it, which knows no infinity and no NaN."""
    return x if isfinite(x) else repr(x)


def written(op: Primitive, operands: int, constants: Mapping[int, float] | None = None) -> dict[str, Any] | None:
    """The rules of a primitive as trees; None where they cannot be written down.

    Arguments:
        op: the row of the table.
        operands: how many there are.
        constants: the numbers of those operands that are to stand in the rules as numbers, by their places.

    Returns:
        ``name``, the ``value``, the ``partials``, one an operand; and where there are any: the conditions of the
        ``domain``, each with its sentence; whether the row ``stops`` a gradient where a slope is 0; and the parts that
        are ``shared``, which are "#0", "#1" and so on in the others.

    Example:
        >>> from autograd.engine import primitives
        >>> written(primitives.exp, 1)
        {'name': 'exp', 'value': ['exp', '0'], 'partials': ['y']}
    """
    constants = constants or {}
    m = Tracing()
    given = [constants[i] if i in constants else Symbol(m, str(i)) for i in range(operands)]
    wanted = [i not in constants for i in range(operands)]
    try:
        (value,) = m.ways(lambda: [op.value(m, *given)])
        partials = m.ways(lambda: op.slopes(m, Symbol(m, "y"), *given, wanted=wanted))
        domain = m.ways(lambda: [limit.holds(m, *given) for limit in op.domain])
    except Exception:  # whatever a rule of a reader's own raises that asks for more than symbols have, as float(a)
        return None
    write = _Writer(m.applications, [value, *partials, *domain])
    data: dict[str, Any] = {"name": op.name, "value": write(value), "partials": [write(slope) for slope in partials]}
    if domain:
        data["domain"] = [[write(holds), limit.sentence] for holds, limit in zip(domain, op.domain, strict=True)]
    if op.may_stop:
        data["stops"] = True
    if write.shared:
        data["shared"] = [write.application(place) for place in write.shared]
    return data


def computed_by(make: Callable[[Tracing], Any]) -> dict[str, Any] | None:
    """What a function makes of the namespace of the table and of its operands: ``value``, and what is ``shared``.

    Example:
        >>> computed_by(lambda m: m.exp(Symbol(m, "0")) + 1.0)
        {'value': ['add', ['exp', '0'], 1.0]}
    """
    m = Tracing()
    try:
        (value,) = m.ways(lambda: [make(m)])
    except Exception:  # as above
        return None
    write = _Writer(m.applications, [value])
    data: dict[str, Any] = {"value": write(value)}
    if write.shared:
        data["shared"] = [write.application(place) for place in write.shared]
    return data


class _Asked(Exception):
    """A rule asks which way to go."""

    def __init__(self, condition: Made) -> None:
        self.condition = condition


class Tracing(Symbols):
    """The functions of the table on symbols, which keeps what is applied to what: each application once.

    Attributes:
        applications: the name of each function that was applied, and to what.
    """

    def __init__(self) -> None:
        self.applications: list[tuple[str, tuple[Made, ...]]] = []
        self._places: dict[str, int] = {}
        self._known: dict[Made, bool] = {}

    def ways(self, run: Callable[[], Sequence[Any]], known: dict[Made, bool] | None = None) -> list[Made]:
        """What a rule makes; where it branches both ways are gone, and the page will choose between what they make."""
        self._known = known = known or {}
        try:
            return [_made(x) for x in run()]
        except _Asked as asked:
            condition = asked.condition
        if len(known) == DEEPEST:
            raise TypeError("a rule of a primitive branches too often")
        yes, no = (self.ways(run, {**known, condition: way}) for way in (True, False))
        return [
            a if repr(a) == repr(b) else self._place("where", (condition, a, b)) for a, b in zip(yes, no, strict=True)
        ]

    def decide(self, condition: Symbol) -> bool:
        """See `Symbols.decide`."""
        if condition.made not in self._known:
            raise _Asked(condition.made)
        return self._known[condition.made]

    def apply(self, op: Primitive, *operands: Any) -> Any:
        """See `Symbols.apply`."""
        if op.name not in OPERATORS and not hasattr(scalar, op.name):
            self.lacks(op.name)
        return self._applied(op.name, operands)

    def compare(self, sign: str, a: Any, b: Any) -> Any:
        """See `Symbols.compare`."""
        return self.compare(MIRRORED[sign], b, a) if sign in MIRRORED else self._applied(COMPARISONS[sign], (a, b))

    def remainder(self, a: Any, b: Any) -> Any:
        """See `Symbols.remainder`."""
        return self._applied("remainder", (a, b))

    def fsum(self, terms: Sequence[Any]) -> Any:
        """See `Symbols.fsum`."""
        return self._symbol("fsum", terms)

    def logsumexp(self, terms: Sequence[Any]) -> Any:
        """See `Symbols.logsumexp`."""
        return self._symbol("logsumexp", terms)

    def softmax(self, terms: Sequence[Any]) -> list[Any]:
        """See `Symbols.softmax`."""
        shares = self._symbol("softmax", terms)
        return [self._symbol("item", (shares, float(j))) for j in range(len(terms))]

    def _applied(self, name: str, operands: Sequence[Any]) -> Any:
        """A function of operands; of numbers alone, a number."""
        if any(isinstance(x, Symbol) for x in operands):
            return self._symbol(name, operands)
        return getattr(scalar, name)(*operands)

    def _symbol(self, name: str, operands: Sequence[Any]) -> Symbol:
        return Symbol(self, self._place(name, tuple([_made(x) for x in operands])))

    def _place(self, name: str, parts: tuple[Made, ...]) -> int:
        place = self._places.setdefault(repr((name, parts)), len(self.applications))
        if place == len(self.applications):
            self.applications.append((name, parts))
        return place


def _made(x: Any) -> Made:
    """A symbol as what it stands for, a number as a float."""
    made: Made = x.made if isinstance(x, Symbol) else float(x)
    return made


class _Writer:
    """Writes what was applied to what as trees.

    Arguments:
        applications: what was applied to what, see `Tracing`.
        roots: what is to be written.

    Attributes:
        shared: the places of the applications that occur more than once.
    """

    def __init__(self, applications: Sequence[tuple[str, tuple[Made, ...]]], roots: Sequence[Made]) -> None:
        self._applications = applications
        uses = Counter(root for root in roots if type(root) is int)
        for place in range(len(applications) - 1, -1, -1):
            if uses[place]:
                uses.update([part for part in applications[place][1] if type(part) is int])
        self.shared = sorted(place for place, count in uses.items() if count > 1)
        self._numbers = {place: number for number, place in enumerate(self.shared)}

    def __call__(self, made: Made) -> Tree:
        """A tree, in which what is shared is a reference."""
        if type(made) is int:
            return f"#{self._numbers[made]}" if made in self._numbers else self.application(made)
        return json_number(made) if isinstance(made, float) else made

    def application(self, place: int) -> Tree:
        """The tree of an application, also of one that is shared."""
        name, parts = self._applications[place]
        return [name, *map(self, parts)]
