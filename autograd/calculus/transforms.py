"""Functions that turn a function into its derivative: `grad`, `jacobian`, `hessian`, `hvp`, `jvp`, `vjp`.

All of them record the function once and walk the graph. Where a derivative is to be differentiated again, the walk
itself is recorded: its slopes are computed from the table in the namespace `functions`, on Values.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from functools import cached_property, wraps
from math import isfinite
from operator import index
from typing import Any

from autograd import functions
from autograd.calculus.structure import leaves_of, like, mapped
from autograd.engine import primitives
from autograd.engine.elsewhere import instead
from autograd.engine.escapes import inputs_of_open_calls
from autograd.engine.graph import gradients, topological_order
from autograd.engine.memory import without_collector
from autograd.engine.modes import recorded_anyway
from autograd.engine.primitives import Primitive
from autograd.engine.value import Value, apply, decide, make_constant, number_of

Function = Callable[..., Any]
Argnums = int | Sequence[int]


_ELSEWHERE = {
    "argnum": "write argnums=",
    "create_graph": "leave it out: grad(grad(f)) differentiates again",
    "retain_graph": "leave it out: each call records anew",
    "holomorphic": "leave it out: numbers are real",
    "allow_int": "leave it out: whole numbers are real numbers, too",
}
"""What other libraries let be said to transforms."""


@instead(_ELSEWHERE)
def grad(f: Function, argnums: Argnums = 0, *, has_aux: bool = False) -> Function:
    """The function that gives the derivative of ``f`` with respect to one or several of its arguments.

    Arguments:
        f: a function of scalars and nested sequences of scalars (lists, tuples, dicts, NumPy arrays) that returns one
            number.
        argnums: the position of the argument, or several positions in a tuple or list.
        has_aux: whether ``f`` returns a pair: the number to differentiate, and anything else, which is handed on.

    Returns:
        A function of the same arguments, called and documented as ``f`` is; arguments that are given by name are not
        differentiated. It gives the derivative in the structure of the argument (a tuple of them for several
        positions): floats, or Values where the result depends on Values of yours, so that transforms compose,
        ``grad(grad(f))``, to any order. With ``has_aux`` a pair: this, and what ``f`` returned second.

    Raises:
        TypeError: if ``f`` does not return one number, or takes the plain number of a Value that depends on the
            arguments (``math.exp(x)``, ``float(x)``), whose part of the derivative would be lost.
        ValueError: for a position twice, or one that the call has no argument at.

    Example:
        >>> from autograd import grad
        >>> grad(lambda x: x**3)(2.0)
        12.0
        >>> grad(grad(lambda x: x**3))(2.0)
        12.0
        >>> grad(lambda w, x: w[0] * x + w[1])([0.4, 0.1], 2.0)
        [2.0, 1.0]
    """
    _check_function(f, "grad")

    def gradient(tape: _Recorded) -> Any:
        return tape.derivatives(tape.one_number("grad"))

    return _transform(f, gradient, argnums, has_aux)


@instead(_ELSEWHERE)
def value_and_grad(f: Function, argnums: Argnums = 0, *, has_aux: bool = False) -> Function:
    """As `grad`, but the function gives a pair: the value of ``f`` and the derivative.

    With ``has_aux`` the first of the pair is what ``f`` returns, a pair itself.

    Example:
        >>> from autograd import value_and_grad
        >>> value_and_grad(lambda x: x**2)(3.0)
        (9.0, 6.0)
    """
    _check_function(f, "value_and_grad")

    def value_and_gradient(tape: _Recorded) -> tuple[Any, Any]:
        root = tape.one_number("grad")
        derivatives = tape.derivatives(root)
        value = tape.given(root)
        return ((value, tape.aux) if has_aux else value), derivatives

    return _transform(f, value_and_gradient, argnums, has_aux, paired=False)


@instead(_ELSEWHERE)
def jacobian(f: Function, argnums: Argnums = 0, *, has_aux: bool = False) -> Function:
    """The function that gives all derivatives of all outputs of ``f``.

    Arguments:
        f, argnums, has_aux: as for `grad`, but what is differentiated may be nested sequences of numbers.

    Returns:
        A function of the same arguments; its result has the structure of the output, and in place of each number of
        the output the derivatives of that number in the structure of the argument: for a list of m outputs and a list
        of n inputs, m rows of n.

    Example:
        >>> from autograd import jacobian
        >>> jacobian(lambda x: [x[0] * x[1], x[0] + x[1]])([2.0, 3.0])
        [[3.0, 2.0], [1.0, 1.0]]
    """
    _check_function(f, "jacobian")

    def all_derivatives(tape: _Recorded) -> Any:
        return like(tape.output, [tape.derivatives(output) for output in leaves_of(tape.output)])

    return _transform(f, all_derivatives, argnums, has_aux)


@instead(_ELSEWHERE)
def hessian(f: Function, argnums: Argnums = 0, *, has_aux: bool = False) -> Function:
    """The function that gives the second derivatives of ``f``, exactly.

    The gradient is recorded once and differentiated once for each of the n inputs, so that the cost is that of about
    n reverse passes.

    Arguments:
        f, argnums, has_aux: as for `grad`.

    Returns:
        A function of the same arguments; for a list of n inputs it gives n rows of n.

    Example:
        >>> from autograd import hessian
        >>> hessian(lambda x: x[0] ** 2 * x[1])([2.0, 3.0])
        [[6.0, 4.0], [4.0, 0.0]]
    """
    _check_function(f, "hessian")

    def second_derivatives(tape: _Recorded) -> Any:
        first = reverse(tape.one_number("hessian"), tape.inputs, differentiable=True)
        return tape.structured([tape.derivatives(slope) for slope in first])

    return _transform(f, second_derivatives, argnums, has_aux)


def _transform(
    f: Function, result: Callable[[_Recorded], Any], argnums: Argnums, has_aux: bool, paired: bool = True
) -> Function:
    """The function of the arguments of ``f`` that records a call of it, and gives what ``result`` makes of that.

    Arguments:
        paired: whether what ``f`` returned beside is to be put beside the result.
    """
    positions = _positions(argnums)

    @wraps(f, updated=())
    @without_collector
    def transformed(*args: Any, **named: Any) -> Any:
        with _Recorded(f, args, positions, named, has_aux) as tape:
            made = result(tape)
            return (made, tape.aux) if has_aux and paired else made

    return transformed


def _positions(argnums: Any) -> int | tuple[int, ...]:
    """Positions of arguments, as numbers of Python."""
    try:
        return tuple(map(index, argnums)) if isinstance(argnums, (tuple, list)) else index(argnums)
    except TypeError:
        raise TypeError(
            f"argnums is the position of an argument, from 0 on, or several in a tuple or list, not {argnums!r:.60}"
        ) from None


@without_collector
def hvp(f: Function, primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
    """The Hessian of ``f`` times a vector, at the cost of a few passes and without the Hessian.

    Arguments:
        f: as for `grad`.
        primals: the arguments of ``f``, in a tuple or list.
        tangents: the vector, in the structure of ``primals``.

    Returns:
        The product, in the structure of ``primals``.

    Example:
        >>> from autograd import hvp
        >>> hvp(lambda x: x[0] ** 2 * x[1], ([2.0, 3.0],), ([1.0, 0.0],))
        ([6.0, 4.0],)
    """
    _check_function(f, "hvp")
    primals, vector = _arguments(primals, tangents, "hvp")
    with _Recorded(f, primals, tuple(range(len(primals)))) as tape:
        first = reverse(tape.one_number("hvp"), tape.inputs, differentiable=True)
        with recorded_anyway():
            along = functions.dot(first, vector)
        differentiable = tape.depends_on_others or any(isinstance(v, Value) for v in vector)
        return tape.structured(reverse(along, tape.inputs, differentiable=differentiable))


@without_collector
def jvp(f: Function, primals: Sequence[Any], tangents: Sequence[Any], has_aux: bool = False) -> tuple[Any, ...]:
    """The value of ``f`` and its derivative along a direction, by forward mode: one walk from inputs to output.

    Arguments:
        f: a function as for `jacobian`.
        primals: the arguments of ``f``, in a tuple or list.
        tangents: the direction, in the structure of ``primals``.
        has_aux: as for `grad`.

    Returns:
        A pair: the output of ``f``, and the derivative of each of its numbers along the direction, in its structure.
        With ``has_aux`` what ``f`` returned second follows.

    Example:
        >>> from autograd import jvp
        >>> jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 0.0))
        (6.0, 3.0)
    """
    _check_function(f, "jvp")
    primals, vector = _arguments(primals, tangents, "jvp")
    with _Recorded(f, primals, tuple(range(len(primals))), has_aux=has_aux) as tape:
        moving = [(node, v) for node, v in zip(tape.inputs, vector, strict=True) if type(v) is not float or v != 0.0]
        along = dict(moving)  # a plain 0 moves nothing, also where a slope is infinite
        differentiable = tape.depends_on_others or any(isinstance(v, Value) for v in vector)
        outputs = leaves_of(tape.output)
        with recorded_anyway():
            for node in _order_of([output for output in outputs if isinstance(output, Value)]):
                if node in along or not any(parent in along for parent, _ in node.edges):
                    continue
                terms = [_times(along[parent], slope) for parent, slope in local_slopes(node, along, differentiable)]
                if terms:
                    along[node] = _total(terms)
        derivatives = [along.get(output, 0.0) if isinstance(output, Value) else 0.0 for output in outputs]
        _say_what_was_chosen(set(along).difference(tape.inputs), derivatives)
        return tape.given(tape.output), like(tape.output, derivatives), *([tape.aux] if has_aux else [])


@without_collector
def vjp(f: Function, *primals: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """The value of ``f`` and its reverse pass: the function that takes a vector back from the output to the inputs.

    Arguments:
        f: a function as for `jacobian`.
        primals: its arguments.
        has_aux: as for `grad`.

    Returns:
        A pair: the output of ``f``, and a function. That takes a number for each number of the output, in its structure
        (the derivatives of some result by them), and gives a tuple with the derivatives by each of the primals. It may
        be called again and again. With ``has_aux`` what ``f`` returned second follows.

    Example:
        >>> from autograd import vjp
        >>> output, pull_back = vjp(lambda x, y: [x * y, x + y], 2.0, 3.0)
        >>> output, pull_back([1.0, 0.0]), pull_back([0.0, 1.0])
        ([6.0, 5.0], (3.0, 2.0), (1.0, 1.0))
    """
    _check_function(f, "vjp")
    with _Recorded(f, primals, tuple(range(len(primals))), has_aux=has_aux) as tape:
        outputs, depends = leaves_of(tape.output), tape.depends_on_others

    @without_collector
    def pull_back(cotangents: Any) -> Any:
        upstream = leaves_of(cotangents)
        if len(upstream) != len(outputs):
            raise ValueError(
                f"vjp: the output holds {len(outputs)} numbers, the cotangents {len(upstream)}; give one cotangent a "
                "number"
            )
        pairs = [(output, u) for output, u in zip(outputs, upstream, strict=True) if type(u) is not float or u != 0.0]
        with recorded_anyway():  # a plain 0 brings nothing back, also where a slope is infinite
            along = functions.dot([output for output, _ in pairs], [u for _, u in pairs])
        return tape.structured(
            reverse(along, tape.inputs, differentiable=depends or any(isinstance(u, Value) for u in upstream))
        )

    return (tape.given(tape.output), pull_back, *([tape.aux] if has_aux else []))


def reverse(root: Value | float, wrt: Sequence[Value], *, differentiable: bool) -> list[Any]:
    """The derivatives of ``root`` with respect to the nodes ``wrt``; no gradient of a node is changed.

    Where one of ``wrt`` was computed from another, each derivative counts the paths that pass through none of the
    others.

    Arguments:
        root: the node to differentiate; all derivatives of a plain number are 0.
        wrt: the nodes.
        differentiable: record the pass, so that the results are Values where they depend on Values.

    Example:
        >>> from autograd import Value
        >>> x = Value(3.0)
        >>> (slope,) = reverse(x * x * x, [x], differentiable=True)
        >>> slope.data, reverse(slope, [x], differentiable=False)
        (27.0, [18.0])
    """
    if not isinstance(root, Value):
        return [0.0 for _ in wrt]
    depending = set(wrt)
    for node in topological_order(root):
        if any(parent in depending for parent, _ in node.edges):
            depending.add(node)
    targets = set(wrt)
    idle = depending - _reached(root) if differentiable else set()
    with recorded_anyway():
        found = adjoints(
            root, lambda node: [] if node in targets else local_slopes(node, depending, differentiable), idle
        )
    results = [found.get(node, 0.0) for node in wrt]
    if differentiable:
        _say_what_was_chosen(depending - targets, results)
    return results


def _say_what_was_chosen(nodes: Iterable[Value], results: Iterable[Any]) -> None:
    """A derivative that is recorded follows the operands that are chosen here and now, and no other: mark it.

    That of a power by an exponent that varies is of another form at a base of 0, and there is none below.
    """
    choices = sorted({node.op.name for node in nodes if node.op is not None and (node.op.selects or _is_edge(node))})
    for result in results:
        if choices and isinstance(result, Value):
            decide(result, f"the derivative of {' and '.join(choices)}")


def _is_edge(node: Value) -> bool:
    base, exponent = node.operands if node.op is primitives.power else (1.0, 1.0)
    return isinstance(exponent, Value) and number_of(base) <= 0.0


def _reached(root: Value) -> set[Value]:
    """The nodes to which the gradient of ``root`` comes, here and now."""
    reached = {root}
    for node in reversed(topological_order(root)):
        if node in reached:
            reached.update([parent for parent, _ in node.carriers])
    return reached


def adjoints(
    root: Value, slopes: Callable[[Value], Iterable[tuple[Value, Any]]], idle: Container[Value] = ()
) -> dict[Value, Any]:
    """The reverse pass with numbers or Values alike: the derivative of ``root`` with respect to each node it reaches.

    Arguments:
        root: the node to differentiate.
        slopes: gives for a node its parents with the local derivatives; the pass follows these and no others.
        idle: nodes whose gradient is 0 because none comes to them, as below a ReLU that is off, though one may come
            elsewhere: 0 times an infinite slope is 0 there.
    """
    collected: dict[Value, list[Any]] = {root: [1.0]}
    found: dict[Value, Any] = {}
    for node in reversed(topological_order(root)):
        if node in collected:
            upstream = found[node] = _total(collected.pop(node))
            for parent, slope in slopes(node):
                product = _times(upstream, slope)
                if node in idle and not isfinite(number_of(slope)):
                    product = functions.where(upstream, product, 0.0)
                elif _changes_nothing(node, slope) and not isfinite(number_of(upstream)):
                    product = functions.where(slope, product, 0.0)
                collected.setdefault(parent, []).append(product)
    return found


def local_slopes(node: Value, wanted: Container[Value], differentiable: bool) -> list[tuple[Value, Any]]:
    """The wanted parents of a node with the local derivatives; those that were not chosen are left out."""
    if node.op is None:
        return []
    if not differentiable:
        return [(parent, partial) for parent, partial in node.carriers if parent in wanted]
    operands = node.operands
    mask = [isinstance(x, Value) and x in wanted for x in operands]
    slopes = node.op.slopes(functions, node, *operands, wanted=mask)
    return [
        (x, slope)
        for x, slope, want in zip(operands, slopes, mask, strict=True)
        if want and isinstance(x, Value) and not _hands_on_nothing(node.op, slope)
    ]


def _changes_nothing(node: Value, slope: Value | float) -> bool:
    """Whether a node of a flat row has a slope that is 0 here and may be another one elsewhere."""
    return node.op is not None and node.op.flat and isinstance(slope, Value) and slope.data == 0.0


def _hands_on_nothing(op: Primitive, slope: Value | float) -> bool:
    """Whether a slope of 0 stops the gradient. (That of a ReLU is a Value, and may be 1 elsewhere.)"""
    return number_of(slope) == 0.0 and (op.selects or (op.flat and not isinstance(slope, Value)))


def _times(a: Any, b: Any) -> Any:
    """a * b, without a node for a factor of 1."""
    if type(a) is float and a == 1.0:
        return b
    return a if type(b) is float and b == 1.0 else a * b


def _total(terms: Iterable[Any]) -> Any:
    """The sum of the terms, without a node for a single one."""
    terms = list(terms)
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def _order_of(roots: Sequence[Value]) -> list[Value]:
    """The topological order of everything below several roots."""
    return topological_order(functions.fsum(roots))[:-1] if roots else []


def _check_function(f: Any, name: str) -> None:
    if callable(f):
        return
    if isinstance(f, Value):
        raise TypeError(
            f"{name} takes a function, not {f.describe()}; for a Value y that is computed from x write y.backward(), "
            f"then x.grad, or put the computation into a function f, and write {name}(f)(x)"
        )
    raise TypeError(f"{name} takes a function, not {f!r:.60} ({type(f).__name__})")


def _arguments(primals: Any, tangents: Any, name: str) -> tuple[tuple[Any, ...], list[Any]]:
    """The arguments as a tuple and the tangents as a flat list, checked against each other."""
    if not isinstance(primals, (tuple, list)):
        raise TypeError(f"{name}(f, primals, tangents) takes the arguments of f in a tuple: {name}(f, (x,), (v,))")
    n, m = len(leaves_of(tuple(primals))), len(leaves_of(tangents))
    if n != m:
        raise ValueError(f"{name}: the primals hold {n} numbers, the tangents {m}; give one tangent a number")
    return tuple(primals), leaves_of(tangents)


class _Recorded:
    """One recorded call of a function: its inputs as fresh nodes, and its output."""

    def __init__(
        self,
        f: Function,
        args: Sequence[Any],
        argnums: int | tuple[int, ...],
        named: Mapping[str, Any] | None = None,
        has_aux: bool = False,
    ) -> None:
        self.positions = argnums if isinstance(argnums, tuple) else (argnums,)
        self.single = not isinstance(argnums, tuple)
        if len(set(self.positions)) < len(self.positions):
            raise ValueError(f"argnums names an argument twice: {argnums}; name each once")
        for position in self.positions:
            if not -len(args) <= position < len(args):
                by_name = " by place; what is given by name is not differentiated" if named else ""
                raise ValueError(
                    f"argnums names argument {position}, but the function was called with {len(args)}{by_name}"
                )
        self.args = list(args)
        self.inputs: list[Value] = []
        with recorded_anyway():
            fresh = list(args)
            for position in self.positions:
                fresh[position] = mapped(self._fresh, args[position])
            inside = inputs_of_open_calls.set((*inputs_of_open_calls.get(), frozenset(self.inputs)))
            try:
                self.output = f(*fresh, **(named or {}))
            finally:
                inputs_of_open_calls.reset(inside)
        self.beside: Any = None
        if has_aux:
            if not (isinstance(self.output, tuple) and len(self.output) == 2):
                raise TypeError(
                    "with has_aux a function returns a pair, what is to be differentiated and anything else; this one "
                    f"returned {self.output!r:.80}"
                )
            self.output, self.beside = self.output

    def _fresh(self, x: Value | float) -> Value:
        """A node of our own for an input. That for a Value stays connected to how the Value was computed."""
        node: Value = apply(primitives.identity, x) if isinstance(x, Value) else Value(x)
        node.label = x.label if isinstance(x, Value) else None
        self.inputs.append(node)
        return node

    def __enter__(self) -> _Recorded:
        return self

    def __exit__(self, *_: object) -> None:
        """Turn our leaves into constants, so that a transform around this one does not take them for the caller's."""
        for node in self.inputs:
            if node.op is None:
                make_constant(node)

    def derivatives(self, output: Value | float) -> Any:
        """The derivatives of an output with respect to the inputs, in the structure of the arguments they belong to."""
        if isinstance(output, Value) and output.depth and not any(node.depth for node in self.inputs):
            numbers, leaves = gradients(output, self.inputs)
            if set(self.inputs).issuperset(leaves):  # else they depend on Values of the caller
                if output is self.output:
                    self.depends_on_others = False  # which saves the walk that would find it
                return self.structured(numbers)
        return self.structured(reverse(output, self.inputs, differentiable=self.depends_on_others))

    @cached_property
    def depends_on_others(self) -> bool:
        """Whether the output was computed from Values that the caller owns: from leaves that are not ours."""
        ours = set(self.inputs)
        roots = [output for output in leaves_of(self.output) if isinstance(output, Value)]
        return any(node.op is None and node not in ours for node in _order_of(roots))

    @property
    def aux(self) -> Any:
        """What the function returned beside: its Values as numbers, unless they depend on Values of the caller."""
        ours = set(self.inputs)

        def plain(node: Value) -> Value | float:
            others = any(leaf.op is None and leaf not in ours for leaf in topological_order(node))
            return node if others else node.data

        return mapped(plain, self.beside, strict=False)

    def one_number(self, name: str) -> Any:
        """The output, which must be a single number."""
        try:
            outputs = leaves_of(self.output)
        except TypeError:
            outputs = []
        if len(outputs) != 1 or (outputs[0] is not self.output and not isinstance(self.output, (int, float))):
            raise TypeError(
                f"{name} needs a function that returns one number; this one returned {self.output!r:.80}. "
                "For several numbers use jacobian; a function that forgets to return gives None."
            )
        return outputs[0]

    def given(self, output: Any) -> Any:
        """An output for the caller: floats, unless it depends on Values of the caller."""
        return output if self.depends_on_others else mapped(number_of, output)

    def structured(self, derivatives: list[Any]) -> Any:
        """Derivatives in the structure of the arguments they belong to."""
        results = like(tuple([self.args[position] for position in self.positions]), derivatives)
        return results[0] if self.single else results
