"""Quantities of a worked example: what a printed number can be printed for, and the node that computes it.

A quantity is the value of a node, a derivative, a parameter after a step, or what is computed from these. `Book` reads
them as people write them, and gives each a node: computed from the same intermediate nodes as all others, so that what
is printed for one of these can be put in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from numbers import Real
from typing import Any, NamedTuple, TypeAlias
from unicodedata import normalize

from autograd.calculus.transforms import adjoints, local_slopes
from autograd.derivation.expression import ExpressionError, record
from autograd.derivation.formulas import names_in
from autograd.derivation.words import words, written
from autograd.engine import primitives
from autograd.engine.errors import DomainError
from autograd.engine.graph import depth_of, topological_order
from autograd.engine.modes import recorded_anyway
from autograd.engine.value import Value, apply, number_of

Name: TypeAlias = "str | Value"
Key: TypeAlias = "Name | tuple[Name, Name] | tuple[Name, Name, float]"
"""What names a quantity: see `autograd.proofread`."""

MOST_NAMES = 40  # that a message lists

_NAME = r"(?![\d²])\w+(?:\[[^\]]*\]|\.(?!\d)\w+)*(?:#\d+)?|\([^()]+\)"
_DERIVATIVE = re.compile(rf"(?<![\w.])[d∂]({_NAME})\s*/\s*[d∂]({_NAME})")
_SECOND = re.compile(
    rf"(?<![\w.])[d∂](?:\*\*)?2({_NAME})\s*/\s*[d∂]"
    rf"(?:({_NAME})\*\*2|([^\W\d]\w*?)[\s*]*[d∂]([^\W\d]\w*)|([^\W\d]\w*?)2(?!\w))"
)
_RATE = r"[\d.]+(?:[eE][+-]?\d+)?(?:/[\d.]+)?"
_STEP = re.compile(rf"({_NAME})\s*-\s*({_RATE})\s*[*·]?\s*[d∂]({_NAME})\s*/\s*[d∂]({_NAME})")
_SIGNS = {"−": "-", "·": "*", "×": "*", "⋅": "*", "^": "**", "²": "**2", "³": "**3"}
_AFTER = re.compile(rf"(.+?) after (?:(a|one|\d+) steps?) of ({_RATE})(?: with momentum ({_RATE}))?")


class Quantity(NamedTuple):
    """A quantity of the page.

    Attributes:
        spellings: how reports write it: in the usual way; so that w after a step of 0.1 down one loss is not that down
            another; and so that a derivative is not a node that has been given the name of one.
        node: computes it as a person does, from the nodes that are printed.
        number: the engine's number.
        root, parameter: for a derivative, or a parameter after a step, what is differentiated by what.
        rate: the learning rate of a step.
    """

    spellings: tuple[str, str, str]
    node: Value
    number: float
    root: Value | None = None
    parameter: Value | None = None
    rate: float | None = None


class Book:
    """The quantities of one page.

    Arguments:
        roots: the results of the worked example.
        named: every name by which a node of their graphs can be meant.
        held: what the caller holds besides, by name: a delta that was written out is a further root.
        moved: the parameters that a step of gradient descent moves; those of which the page prints one after a step.
        names: what reports call the nodes: those that have labels or variables.
    """

    def __init__(
        self,
        roots: Sequence[Value],
        named: Mapping[str, Value],
        held: Mapping[str, Value] | None = None,
        moved: Iterable[Value] = (),
        names: Mapping[Value, str] | None = None,
    ) -> None:
        self.roots = list(roots)
        self.named = _spelled(named)
        self.held = _spelled(held or {})
        self.moved = list(moved)
        self.names = dict(names or {})
        self.inner = {node for root in roots for node in topological_order(root)}
        self._slopes: dict[Value, list[tuple[Value, Any]]] = {}
        self._adjoints: dict[Value, dict[Value, Any]] = {}
        self._numbers: dict[Value, dict[Value, float]] = {}
        self._descents: dict[tuple[float, float], list[tuple[Book, list[Value], list[Any]]]] = {}

    def quantity(self, key: Key) -> Quantity:
        """What a key names.

        Raises:
            TypeError: for a key that is not written in one of the ways there are.
            ValueError: for a name that no node has, and for what cannot be read.
        """
        match key:
            case Value():
                return _of_node(self.name_of(key), key)
            case str():
                return self._written(key)
            case (str() | Value() as of, str() | Value() as wrt):
                return self._derivative_of(of, wrt)
            case (str() | Value() as of, str() | Value() as wrt, Real() as rate):
                return self._step(of, wrt, float(rate))
        raise TypeError(
            'a quantity is a name, "L", a pair of names for a derivative, ("L", "w1"), or a pair and a learning rate, '
            f'("L", "w1", 0.1); or a text, "dL/dw1", "w1 - 0.1*dL/dw1"; not {key!r:.60}'
        )

    def name_of(self, node: Name) -> str:
        """The name of a node, or what somebody gave for one."""
        if isinstance(node, str):
            return node
        for name, other in (*self.named.items(), *self.held.items()):
            if other is node:
                return name
        raise ValueError(
            f"{node.describe()} has no name here: give it a label, hold it in a variable, or pass names={{'name': it}}"
        )

    # --- texts ---------------------------------------------------------------------------------------------------

    def _written(self, text: str) -> Quantity:
        """A quantity that is written as a text."""
        if _known({**self.held, **self.named}, text) is not None or re.fullmatch(_NAME, text):
            return _of_node(text, self._node(text))
        if match := _DERIVATIVE.fullmatch(text):
            return self._derivative_of(*map(_bare, match.groups()))
        if match := _STEP.fullmatch(text):
            parameter, rate, of, wrt = match.groups()
            if parameter != wrt:
                raise ValueError(f"{text!r}: a step moves {wrt}; write {wrt}-{rate}*d{of}/d{wrt}")
            return self._step(_bare(of), _bare(wrt), float(Fraction(rate)))
        if match := _AFTER.fullmatch(text):
            quantity, count, rate, momentum = match.groups()
            n, size = int(count) if count.isdigit() else 1, float(Fraction(rate))
            if n == 1 and not momentum and _known(self.named, quantity) in self.moved:
                return self._step(max(self.roots, key=depth_of), quantity, size)
            return _of_node(text, self._later(text, n, size, float(Fraction(momentum or 0))).quantity(quantity).node)
        return _of_node(text, self.formula(text.rpartition("=")[2]))

    def formula(self, text: str) -> Value:
        """The node of an expression over names and derivatives: ``(y - t)*h``, ``-0.1*dL/dw1``, ``d²L/dw²``.

        Raises:
            ValueError: for what cannot be read, and for a name that no node has.
        """
        known = {**self.held, **self.named}

        def stand_in(node: Value) -> str:
            known[name := f"quantity_{len(known)}_"] = node
            return name

        for name in sorted(known, key=len, reverse=True):
            if not name.isidentifier() and name in text:
                text = text.replace(name, stand_in(known[name]))
        written = _plain("".join([_SIGNS.get(sign, sign) for sign in text]))
        written = _SECOND.sub(lambda m: stand_in(self._second(known, m[1], *_both(m))), written)
        written = _DERIVATIVE.sub(lambda m: stand_in(self._derivative(*self._found(known, m[1], m[2]))), written)
        try:
            with recorded_anyway():
                return record(written, known)
        except ExpressionError as error:
            raise ValueError(f"{text!r} cannot be read as a quantity: {str(error).splitlines()[0]}") from None

    # --- nodes ---------------------------------------------------------------------------------------------------

    def _node(self, name: Name) -> Value:
        return name if isinstance(name, Value) else self._found({**self.held, **self.named}, name)[0]

    def _found(self, known: Mapping[str, Value], *names: str) -> list[Value]:
        """The nodes of these names."""
        nodes = []
        for name in names:
            node = _known(known, name, _bare(name))
            if node is None:
                name = _plain(_bare(name))
                listed = ", ".join([f"{name:.40}" for name in sorted(self.named)[:MOST_NAMES]]) or "none"
                listed += ", …" if len(self.named) > MOST_NAMES else ""
                raise ValueError(
                    f"no node is called {name!r}; known names: {listed}. The variables of a function that has returned "
                    f"are gone: give the node a label, hold it in a variable, or pass names={{{name!r}: node}}"
                )
            nodes.append(node)
        return nodes

    def _derivative_of(self, of: Name, wrt: Name) -> Quantity:
        root, parameter = self._node(of), self._node(wrt)
        of, wrt = self.name_of(of), self.name_of(wrt)
        name = f"d{of}/d{wrt}"
        node, number = self._derivative(root, parameter), self._number(root, parameter)
        return Quantity((name, name, f"d({of})/d({wrt})"), node, number, root, parameter)

    def _step(self, of: Name, wrt: Name, rate: float) -> Quantity:
        slope = self._derivative_of(of, wrt)
        parameter, name, size = self._node(wrt), self.name_of(wrt), short(rate)
        with recorded_anyway():
            node: Value = parameter - rate * slope.node
        _, longer, apart = slope.spellings
        spellings = (
            words("after_a_step", parameter=name, rate=written(size)),
            f"{name} - {size}*{longer}",
            f"({name}) - {size}*{apart}",
        )
        return Quantity(spellings, node, parameter.data - rate * slope.number, slope.root, parameter, rate)

    def _number(self, of: Value, wrt: Value) -> float:
        """The engine's number for a derivative."""
        if of not in self._numbers:
            self._numbers[of] = adjoints(
                of, lambda node: local_slopes(node, self._inner_with(of), differentiable=False)
            )
        return self._numbers[of].get(wrt, 0.0)

    def _derivative(self, of: Value, wrt: Value) -> Value:
        """d(of)/d(wrt) as a node, computed from the same intermediate nodes as every other derivative of the book."""
        with recorded_anyway():
            if of not in self._adjoints:
                self._adjoints[of] = adjoints(of, lambda node: self._local(node, self._inner_with(of)))
            slope = self._adjoints[of].get(wrt, 0.0)
            return slope if isinstance(slope, Value) else Value(slope)

    def _second(self, known: Mapping[str, Value], *names: str) -> Value:
        of, by, and_by = self._found(known, *names)
        return self._derivative(self._derivative(of, by), and_by)

    def _inner_with(self, of: Value) -> set[Value]:
        """The nodes that the derivative of a node may pass through."""
        if of not in self.inner:
            self.inner.update(topological_order(of))
        return self.inner

    def _local(self, node: Value, inner: set[Value]) -> list[tuple[Value, Any]]:
        if node not in self._slopes:
            chooses = node.op is not None and node.op.selects  # its slopes are 1, and no function of anything
            try:
                pairs = local_slopes(node, inner, differentiable=not chooses)
            except DomainError:  # an infinite slope, as that of the root at 0
                pairs = local_slopes(node, inner, differentiable=False)
            self._slopes[node] = [(parent, self._as_in_a_book(node, parent, slope)) for parent, slope in pairs]
        return self._slopes[node]

    def _as_in_a_book(self, node: Value, parent: Value, slope: Any) -> Any:
        """A local derivative, computed from what a person computes it from: that of y = tanh(z) from y, as 1 - y**2.

        The table has forms that keep their digits, such as 4 sigmoid(2z) sigmoid(-2z).
        """
        if not isinstance(slope, Value) or node.op is None:
            return slope
        if node.op is primitives.softmax:  # p_i (1 - p_i) and -p_i p_j, from the other outputs that are there
            logits = node.operands[1:]
            for other in self.inner:
                others = other.operands[1:] if other.op is primitives.softmax else ()
                siblings = len(others) == len(logits) and all(map(_is_same, others, logits))
                if (
                    siblings
                    and sum(x is parent for x in logits) == 1
                    and logits[int(number_of(other.operands[0]))] is parent
                ):
                    return node * (1.0 - node) if other is node else -(node * other)
        if len(node.op.textbook) == 1:
            try:
                if "y" in names_in(node.op.textbook[0]):  # 1*y, and not the node y itself
                    return record(f"1*({node.op.textbook[0]})", {"y": node, "a": parent})
            except (ExpressionError, DomainError):  # a primitive of the reader's own, or 1/(2 sqrt(0))
                pass
        return slope

    def _later(self, text: str, n: int, rate: float, momentum: float) -> Book:
        """The book after n steps of gradient descent: the same graph, from parameters computed from those before."""
        if n and not self.moved:
            raise ValueError(f"{text!r}: nothing moves, since no parameter of the page is printed after a step")
        states = self._descents.setdefault((rate, momentum), [(self, self.moved, [0.0] * len(self.moved))])
        downhill = self.roots.index(max(self.roots, key=depth_of))
        with recorded_anyway():
            while len(states) <= n:
                book, at, velocities = states[-1]
                slopes = [book._derivative(book.roots[downhill], parameter) for parameter in at]
                velocities = [momentum * v + g if momentum else g for v, g in zip(velocities, slopes, strict=True)]
                at = [parameter - rate * v for parameter, v in zip(at, velocities, strict=True)]
                copies = _recorded_anew(self.roots, dict(zip(self.moved, at, strict=True)))
                named = {name: copies.get(node, node) for name, node in self.named.items()}
                states.append((Book([copies[root] for root in self.roots], named), at, velocities))
        return states[n][0]


def parameters_that_move(keys: Iterable[Key], named: Mapping[str, Value]) -> list[Value]:
    """The leaves that a page prints after a step of gradient descent."""
    found: dict[Value, None] = {}
    for key in keys:
        name: Name | None = None
        if isinstance(key, tuple) and len(key) == 3:
            name = key[1]
        elif isinstance(key, str) and (match := _STEP.fullmatch(key) or _AFTER.fullmatch(key)):
            name = _bare(match[1])
        node = _known(named, name) if isinstance(name, str) else name
        if node is not None and not node.depth:
            found[node] = None
    return list(found)


def _recorded_anew(roots: Sequence[Value], moved: Mapping[Value, Value]) -> dict[Value, Value]:
    """The graph once more, from other parameters; what does not depend on these stays as it is."""
    new: dict[Value, Value] = dict(moved)
    for root in roots:
        for node in topological_order(root):
            if node not in new:
                operands = [new[x] if isinstance(x, Value) else x for x in node.operands]
                changed = any(a is not b for a, b in zip(operands, node.operands, strict=True))
                new[node] = apply(node.op, *operands) if changed and node.op is not None else node
    return new


def _is_same(a: Value | float, b: Value | float) -> bool:
    return a is b or (type(a) is type(b) is float and a == b)


def _both(match: re.Match[str]) -> tuple[str, str]:
    """By what a second derivative is taken, first and then."""
    _, twice, first, then, also_twice = match.groups()
    return (first, then) if first else (twice or also_twice,) * 2


def _of_node(name: str, node: Value) -> Quantity:
    return Quantity((name, name, name), node, node.data)


def distinct(quantities: Sequence[Quantity]) -> list[str]:
    """How the report writes the quantities: each in the usual way, unless two would be written alike."""
    names = [quantity.spellings[0] for quantity in quantities]
    for i in (1, 2):
        held: dict[str, set[Value]] = {}
        for name, quantity in zip(names, quantities, strict=True):
            held.setdefault(name, set()).add(quantity.node)
        names = [q.spellings[i] if len(held[name]) > 1 else name for q, name in zip(quantities, names, strict=True)]
    return names


def canonical(key: Key) -> Key:
    """A key in the one way in which two that mean the same are equal."""
    if isinstance(key, str):
        if match := _DERIVATIVE.fullmatch(key):
            return match[1], match[2]
        if match := _STEP.fullmatch(key):
            return match[3], match[4], float(Fraction(match[2]))
    return key


def short(rate: float) -> str:
    """A learning rate, so that no two are written alike."""
    return f"{rate:g}" if float(f"{rate:g}") == rate else repr(float(rate))


def _bare(name: Any) -> Any:
    """A name without the parentheses that set it apart, d(x y)/d(w)."""
    return name[1:-1] if isinstance(name, str) and name.startswith("(") else name


def _spelled(names: Mapping[str, Value]) -> dict[str, Value]:
    """The nodes by their names, as Python reads these and as they are written: x₁ may stand beside x1."""
    return {**{_plain(name): node for name, node in names.items()}, **names}


def _known(known: Mapping[str, Value], *ways: str) -> Value | None:
    """The node of a name that is written in one of these ways: of the very one, if there is."""
    spellings = [spelling for name in ways for spelling in (name, _plain(name))]
    return next((known[spelling] for spelling in spellings if spelling in known), None)


def _plain(name: str) -> str:
    """A name as Python reads it: the micro sign µ is the Greek letter μ."""
    return normalize("NFKC", name.strip())
