"""What each reader says of a graph, beside what the engine and the truth say.

Each check takes a `Case` and raises `Disagreement`, whose message names the reader, the quantity and both numbers.
Every reader is held to the truth where it is known, and where it is not (infinities, NaN) to the engine: NaN beside
NaN, an infinity beside the same one.
"""

from __future__ import annotations

import copy
import math
import pickle
import sys
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
from mpmath import mp

from autograd import (
    Value,
    check_gradients,
    draw,
    explain,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    proofread,
    show,
    steps,
    topological_order,
    value_and_grad,
    vjp,
)
from autograd.compiler import compile
from autograd.derivation.explain import Derivation
from autograd.derivation.formulas import Symbol
from autograd.derivation.naming import all_named
from autograd.drawing.build import build_scene
from autograd.engine import primitives, scalar
from autograd.engine.errors import DomainError, GradientMismatch
from autograd.engine.value import number_of, numbers_of
from autograd.functions import fsum
from autograd.stepper.frames import frames
from autograd.stepper.levels import every_operation
from autograd.stepper.tape import tape_of
from tests.agreement import formulas
from tests.agreement.recipes import N_LEAVES, Recipe
from tests.agreement.truth import PROMISE, Interval, Truth, Undecided
from tests.peers import peer
from tests.stepper.engine import Engine, as_json

OVERFLOW = 1e150  # beyond it, and below its inverse, what overflows depends on the order of the factors
CLOSE = 1e-9  # of the largest number around, where nothing better is known: beside infinities


class Disagreement(AssertionError):
    """A reader says something else than the engine, or than the truth."""


class Case:
    """A recipe at a point, and what the readers are to be compared with.

    Arguments:
        recipe: the recipe.
        point: a number for each leaf.
    """

    def __init__(
        self, recipe: Recipe, point: Sequence[float], labels: Sequence[str | None] = (None,) * N_LEAVES
    ) -> None:
        self.recipe = recipe
        self.point = list(point)
        self.labels = labels

    def leaves(self) -> list[Value]:
        """Fresh leaves at the point."""
        return [Value(x, label=label) for x, label in zip(self.point, self.labels, strict=True)]

    def graph(self) -> tuple[Any, list[Value]]:
        """The recipe recorded on fresh leaves, and these."""
        leaves = self.leaves()
        return self.recipe(leaves), leaves

    @cached_property
    def root(self) -> Any:
        """The graph that the engine is asked about; only `the_engine` runs backward on it."""
        return self._recorded[0]

    @cached_property
    def own_leaves(self) -> list[Value]:
        return self._recorded[1]

    @cached_property
    def _recorded(self) -> tuple[Any, list[Value]]:
        root, leaves = self.graph()
        if isinstance(root, Value) and root.depth:
            root.backward()
        return root, leaves

    @cached_property
    def is_graph(self) -> bool:
        """Whether the result has a history."""
        return isinstance(self.root, Value) and self.root.depth > 0

    @cached_property
    def value(self) -> float:
        return float(getattr(self.root, "data", self.root))

    @cached_property
    def gradient(self) -> list[float]:
        """The engine's."""
        return [leaf.grad for leaf in self.own_leaves] if self.is_graph else [0.0] * N_LEAVES

    @cached_property
    def truth(self) -> Truth:
        return Truth(self.recipe, self.point)

    @cached_property
    def truth_in_any_order(self) -> Truth:
        return Truth(self.recipe, self.point, any_order=True)

    @cached_property
    def nodes(self) -> list[Value]:
        return topological_order(self.root) if isinstance(self.root, Value) else []

    @cached_property
    def numbers(self) -> list[float]:
        """Those of the forward pass."""
        return [float(getattr(x, "data", x)) for node in self.nodes for x in (node, *node.operands)]

    @cached_property
    def overflows(self) -> bool:
        """Whether finite numbers come so near to an overflow or underflow that the order of factors decides."""
        numbers = [abs(x) for node in self.nodes for x in (node.data, node.grad, *node.partials)]
        numbers += [abs(x) for node in self.nodes for x in node.operands if isinstance(x, float)]
        born = any(
            not math.isfinite(node.data) and all(math.isfinite(getattr(x, "data", x)) for x in node.operands)
            for node in self.nodes
            if node.depth
        )
        return born or any(0.0 < x < 1.0 / OVERFLOW or OVERFLOW < x < math.inf for x in numbers)

    @cached_property
    def is_finite(self) -> bool:
        """Whether every number of the forward pass is finite."""
        return all(map(math.isfinite, self.numbers))

    @cached_property
    def has_infinite_slope(self) -> bool:
        """Whether a local derivative is not finite: it has none of its own, and to record it may be an error."""
        return not all(math.isfinite(partial) for node in self.nodes for partial in node.partials)

    @cached_property
    def has_negative_zero(self) -> bool:
        """Whether there is a -0.0, which decides the sign of an infinite slope and may be a 0.0 in another sum."""
        return any(x == 0.0 and math.copysign(1.0, x) < 0.0 for x in self.numbers)

    @cached_property
    def has_edge(self) -> bool:
        """Whether there is a power of 0 by an exponent that varies."""
        powers = [node.operands for node in self.nodes if node.op is primitives.power]
        return any(isinstance(exponent, Value) and number_of(base) == 0.0 for base, exponent in powers)

    @cached_property
    def has_power_0(self) -> bool:
        """Whether there is a power by the plain number 0."""
        exponents = [node.operands[1] for node in self.nodes if node.op is primitives.power]
        return any(not isinstance(exponent, Value) and exponent == 0.0 for exponent in exponents)

    @cached_property
    def may_stop(self) -> bool:
        """Whether there is a row that hands on nothing somewhere."""
        return any(node.op is not None and node.op.may_stop for node in self.nodes)

    @cached_property
    def has_flat_row(self) -> bool:
        """Whether there is a row that is flat somewhere, such as a ReLU."""
        return any(node.op is not None and node.op.flat for node in self.nodes)

    @cached_property
    def has_subnormal(self) -> bool:
        """Whether there is a number of so few digits that a quotient of it is off."""
        return any(0.0 < abs(x) < sys.float_info.min for x in self.numbers)

    @cached_property
    def has_nan(self) -> bool:
        return any(x != x for x in self.numbers)

    @cached_property
    def scale(self) -> float:
        """The largest number around: of the graph and of the results beside it, constants among them."""
        results = [x for x in self.recipe.results(self.leaves()) if isinstance(x, Value)]
        nodes = [*self.nodes, *[node for result in results for node in topological_order(result)]]
        numbers = [abs(x) for n in nodes for x in (n.data, n.grad, *n.partials, *numbers_of(n.operands))]
        return max([x for x in numbers if math.isfinite(x)], default=1.0)

    # --- comparisons -----------------------------------------------------------------------------------------------

    def same(self, reader: str, what: str, said: Any, engine: float, exact: Interval | None) -> None:
        """Raise unless what a reader says is the truth or, where that is not known, what the engine says."""
        said = float(said)
        if exact is not None:
            if said not in exact:
                raise Disagreement(f"{reader}: {what} is {said!r}; exact {exact}; engine {engine!r}\n{self}")
            return
        if self.overflows:
            return
        if not (alike(said, engine, self.scale) or (self.has_negative_zero and said == -engine and math.isinf(said))):
            raise Disagreement(f"{reader}: {what} is {said!r}; engine {engine!r}\n{self}")

    def same_value(self, reader: str, said: Any, truth: Truth | None = None) -> None:
        self.same(reader, "the value", said, self.value, (truth or self.truth).value())

    def same_gradient(self, reader: str, said: Sequence[Any], truth: Truth | None = None) -> None:
        for i, (slope, engine) in enumerate(zip(said, self.gradient, strict=True)):
            self.same(reader, f"the derivative by leaf {i}", slope, engine, (truth or self.truth).gradient(i))

    def __repr__(self) -> str:
        return f"Case({self.recipe!r}, {self.point!r}, {self.labels!r})"


def alike(a: float, b: float, scale: float) -> bool:
    """Equal, NaN beside NaN, an infinity beside the same one, or close."""
    if not (math.isfinite(a) and math.isfinite(b)):
        return a == b or (a != a and b != b)
    return abs(a - b) <= CLOSE * max(scale, abs(a), abs(b))


def demand(condition: bool, reader: str, what: str, case: Case) -> None:
    if not condition:
        raise Disagreement(f"{reader}: {what}\n{case}")


# --- the engine ----------------------------------------------------------------------------------------------------


def the_engine(case: Case) -> None:
    """Eager evaluation and backward(): the truth."""
    case.same_value("eager", case.value)
    case.same_gradient("backward", case.gradient)
    if not case.is_graph:
        return
    before = [node.grad for node in case.nodes]
    case.root.backward()  # leaves sum over the calls, inner nodes hold the latest pass
    for node, old in zip(case.nodes, before, strict=True):
        expected = old if node.depth else old + old
        demand(alike(node.grad, expected, 0.0), "backward", f"a second pass made {old} to {node.grad}", case)
        node.grad = old


def the_steps(case: Case) -> None:
    """`steps`: the products add up to the gradient at every node."""
    if not case.is_graph:
        return
    totals: dict[Value, float] = {case.root: 1.0}
    for node, upstream, contributions in steps(case.root):
        demand(alike(upstream, totals[node], 0.0), "steps", f"upstream {upstream}, collected {totals[node]}", case)
        demand(alike(upstream, node.grad, 1e-3 * case.scale), "steps", f"upstream {upstream}, grad {node.grad}", case)
        for parent, local, product, total in contributions:
            undefined = product != product and case.has_infinite_slope  # infinity less infinity, place by place
            if not (undefined or (product == 0.0 and node.op is not None and node.op.may_stop)):
                demand(alike(product, upstream * local, 0.0), "steps", f"{upstream} * {local} is not {product}", case)
            totals[parent] = totals.get(parent, 0.0) + product
            demand(alike(total, totals[parent], 0.0), "steps", f"a sum of {total}, not {totals[parent]}", case)
    case.same_gradient("steps", [totals.get(leaf, 0.0) for leaf in case.own_leaves])


# --- the transforms ------------------------------------------------------------------------------------------------


def differentiable(case: Case, record: Callable[[], Any]) -> Any:
    """What ``record`` gives; None where it says that a slope has no derivative, which only an infinite one may do."""
    try:
        return record()
    except DomainError as error:
        demand(case.has_infinite_slope, "a recorded derivative", f"raises {error}", case)
        return None


def the_transforms(case: Case) -> None:
    """`grad`, `value_and_grad`, `vjp`, `jacobian` on Values (a recorded pass), `jvp`."""
    f = case.recipe
    case.same_gradient("grad", grad(f)(case.point))
    value, slopes = value_and_grad(f)(case.point)
    case.same_value("value_and_grad", value)
    case.same_gradient("value_and_grad", slopes)
    value, pull_back = vjp(f, case.point)
    case.same_value("vjp", value)
    case.same_gradient("vjp", pull_back(1.0)[0])
    recorded = differentiable(case, lambda: jacobian(f)(case.leaves()))
    if recorded is not None:
        case.same_gradient("jacobian, recorded", [getattr(x, "data", x) for x in recorded])
    for i in range(N_LEAVES):
        # By this leaf alone: along a direction that leaves another one out, 0 times an infinite slope is NaN.
        value, slope = jvp(lambda x, i=i: f([*case.point[:i], x, *case.point[i + 1 :]]), (case.point[i],), (1.0,))
        case.same_value("jvp", value)
        if slope == slope or not case.has_infinite_slope:  # else 0 times infinity, on one way of several
            exact = case.truth.gradient(i)
            if exact is None and case.has_infinite_slope and math.isnan(case.gradient[i]):
                continue  # infinity less infinity, or 0 times infinity: which of them depends on the order
            case.same("jvp", f"the derivative by leaf {i}", slope, case.gradient[i], exact)


def the_second_derivatives(case: Case) -> None:
    """`hessian`, `jvp` of `grad`, `hvp`: exact, and symmetric."""
    f = case.recipe
    try:
        truth = Truth(f, case.point, order=2)
    except Undecided:  # its bounds on what a rounding before does hang on one
        return
    rows = differentiable(case, lambda: hessian(f)(case.point))
    if rows is None:
        return
    for i in range(N_LEAVES):
        direction = [float(i == j) for j in range(N_LEAVES)]
        forward = jvp(grad(f), (case.point,), (direction,))[1]
        products = hvp(f, (case.point,), (direction,))[0]
        for j in range(N_LEAVES):
            exact = truth.hessian(i, j)
            for reader, said in (("hessian", rows[i][j]), ("jvp of grad", forward[j]), ("hvp", products[j])):
                if exact is not None:
                    case.same(reader, f"the second derivative by leaves {i} and {j}", said, rows[i][j], exact)


def numerical_derivatives(case: Case) -> None:
    """`check_gradients`, where the graph is smooth; a gradient that was stopped is not that of the function.

    A function that jumps just here, as a sign at 0 and a choice by a 0, has no numerical derivative; and at a tie all
    of the gradient goes to the first, also where others would move the result, as in min(max(b, a), a).
    """
    jumping = [node.operands[0] for node in case.nodes if node.op and node.op.name in ("sign", "step", "where")]
    jumps = any(float(getattr(x, "data", x)) == 0.0 for x in jumping)
    rounded = [node.operands[0] for node in case.nodes if node.op and node.op.name in ("floor", "ceil", "round")]
    jumps = jumps or any((2.0 * float(getattr(x, "data", x))).is_integer() for x in rounded)
    choices = [
        [float(getattr(x, "data", x)) for x in node.operands] for node in case.nodes if node.op and node.op.selects
    ]
    if (
        jumps
        or any(len(set(operands)) < len(operands) for operands in choices)
        or "stop_gradient" in case.recipe.ops
        or not all(map(math.isfinite, case.gradient))
        or not all(math.isfinite(case.truth.size(i)) and case.truth.size(i) < 1e6 for i in range(N_LEAVES))
    ):
        return
    try:
        check_gradients(case.recipe, (case.point,))
    except GradientMismatch as error:
        if "CANNOT BE CHECKED" in str(error):  # (-1)**x is defined for no x near a whole one
            return
        raise Disagreement(f"check_gradients: {error}\n{case}") from None


# --- derivations ---------------------------------------------------------------------------------------------------


def the_derivations(case: Case) -> None:
    """`explain`: its paths add up, its equations are equations, its numbers are the engine's."""
    if not case.is_graph:
        return
    whole = explain(case.root, names=None)
    case.same_value("explain", whole.value)
    equations_hold(case, whole)
    for i, leaf in enumerate(case.own_leaves):
        derivation = explain(case.root, leaf, names=None, max_paths=64)
        case.same("explain", f"the derivative by leaf {i}", derivation.value, case.gradient[i], case.truth.gradient(i))
        if derivation.paths:
            products = [path.value for path in derivation.paths]
            for path in derivation.paths:
                product = math.prod([factor.value for factor in path.factors])
                demand(
                    alike(product, path.value, 0.0), "explain", f"a path of {path.value} multiplies to {product}", case
                )
            total = scalar.fsum(products)
            case.same("explain", f"the sum over paths to leaf {i}", total, case.gradient[i], case.truth.gradient(i))
        equations_hold(case, derivation)
        for text in (str(derivation), derivation.latex, derivation.typst, derivation.mathml):
            demand(bool(text), "explain", "nothing is written", case)


def equations_hold(case: Case, derivation: Derivation) -> None:
    """Every side of an equation that can be worked out is worth the number at its end.

    Beyond 1e15 a number as written and the float that stands for it may be whole units apart, and their exp any number;
    a float that is almost 0 has few digits, a written 0 no sign, and of NaN nothing can be worked out.
    """
    if case.scale > 1e15 or case.has_subnormal or case.has_negative_zero or case.has_nan:
        return
    for table in derivation.tables:
        for row in table.rows:
            sides = [
                side for i, side in enumerate(row) if side is not None and not (i == 0 and isinstance(side, Symbol))
            ]
            numbers = [(side, formulas.worth(side)) for side in sides]
            worked_out = [(side, x) for side, x in numbers if x is not None]
            if len(worked_out) < 2:
                continue
            (_, last) = worked_out[-1]
            for side, x in worked_out[:-1]:
                overflowed = mp.isinf(last) and case.overflows  # log(exp(exp(20))) is a number, but not of floats
                # infinity less infinity, or 0 times infinity as in 0 * 0**-1, is nothing to work out
                undefined = x != x and (case.has_infinite_slope or not case.is_finite)
                # an infinite slope makes any number of a rounding before it: acosh(cos(1e-300) + 1e-300) is 0 in floats
                rounded = mp.isfinite(x) and case.has_infinite_slope
                if last != last or overflowed or undefined or rounded:
                    continue
                good = formulas.equal(x, last, formulas.spread(side))
                demand(good, "explain", f"an equation says {x} = {last}: {side}\n{derivation}", case)


def the_proof(case: Case) -> None:
    """`proofread` of the engine's own numbers, however many digits are printed: none is a slip.

    What was given agrees; what was computed may have lost its last digits to a rounding, and the verdict may say so.
    """
    if not case.is_graph:
        return
    names = {f"q{i}": node for i, node in enumerate(case.nodes)}
    root = next(name for name, node in names.items() if node is case.root)
    given = {name for name, node in names.items() if not node.depth}
    numbers: dict[Any, tuple[float, Interval | None]] = {}
    for name, node in names.items():
        numbers[name] = node.data, None
    for name, leaf in names.items():
        if leaf in case.own_leaves:
            i = case.own_leaves.index(leaf)
            numbers[root, name] = leaf.grad, case.truth.gradient(i)
    for digits in (None, 4, 9, 12, 15, 16, 17):
        printed = {
            quantity: repr(x) if digits is None else f"{x:.{digits - 1}e}"
            for quantity, (x, exact) in numbers.items()
            if math.isfinite(x) and keeps_its_digits(x, exact)
        }
        for finding in proofread(case.root, printed, names=names):
            demand(finding.verdict != "slip", "proofread", f"of its own number: {finding}", case)
            if finding.quantity in given:
                demand(finding.verdict == "agrees", "proofread", f"of a number that was given: {finding}", case)


def keeps_its_digits(x: float, exact: Interval | None) -> bool:
    """Whether the engine's own number has lost none to a cancellation."""
    return exact is None or abs(exact.high - exact.low) <= 1e-13 * abs(x)


# --- compiled ------------------------------------------------------------------------------------------------------


def the_program(
    case: Case, others: Sequence[Sequence[float]], n_inputs: int, library: str = "numpy", exact: bool = True
) -> None:
    """`compile` at the recorded and at other points, as a call and as `value_and_grad`; its source, run as printed."""
    root, leaves = case.graph()
    if not isinstance(root, Value):
        return
    program = compile(root, leaves[:n_inputs], exact=exact)
    scope: dict[str, Any] = {}
    exec(program.source, scope)
    for point in [case.point, *others]:
        here = Case(case.recipe, point)
        try:
            engine = here.value
            truth = Truth(here.recipe, here.point, any_order=True, textbook=not exact)
        except (DomainError, Undecided):
            continue
        row = np.array([here.point[:n_inputs]])
        X = array_of(library, row) if n_inputs else None
        positions = [next(i for i, leaf in enumerate(leaves) if leaf is p) for p in program.parameters]
        program.theta[:] = [point[i] for i in positions]
        with np.errstate(all="ignore"):
            said = np.asarray(program(X))
            mean, slopes = program.value_and_grad(X)
            given = (row,) if n_inputs else ()
            printed = np.asarray(scope["forward"](*given, program.theta)) + np.zeros(1)
            printed_mean, printed_slopes = scope["value_and_grad"](*given, program.theta)
        for reader, numbers, gradient in (
            (f"compile on {library}", [said[0], mean], slopes),
            ("the source", [printed[0], printed_mean], printed_slopes),
        ):
            for number in numbers:
                if not exact and max(abs(number), abs(engine)) < sys.float_info.min:
                    continue  # 1/(1 + exp(741)), as one writes a sigmoid, is 0: the power is infinite
                here.same(reader, f"the value at {here.point}", number, engine, truth.value())
            for i, slope in zip(positions, np.asarray(gradient), strict=True):
                what = f"the derivative by leaf {i} at {here.point}"
                if (here.has_power_0 or (here.has_flat_row and here.has_nan)) and math.isnan(here.gradient[i]):
                    continue  # x**0 is 1 in a program, and a ReLU of NaN is off: no gradient goes on to meet NaN
                if math.isnan(slope) and here.may_stop and not all(map(math.isfinite, point)):
                    continue  # it takes what it is given for finite: 0 times an infinity, where nothing is handed on
                here.same(reader, what, slope, here.gradient[i], truth.gradient(i))


def array_of(library: str, X: Any) -> Any:
    return X if library == "numpy" else peer(library).asarray(X)


def the_outputs(case: Case, others: Sequence[Sequence[float]]) -> None:
    """`compile` of a list of outputs on a batch: every node of the graph, at every point."""
    leaves = case.leaves()
    results = case.recipe.results(leaves)[N_LEAVES:]
    nodes = [node for node in results if isinstance(node, Value)]
    if not nodes:
        return
    program = compile(nodes, leaves, exact=True)
    points = [case.point, *others]
    table = program(np.array(points))
    for point, row in zip(points, table, strict=True):
        here = Case(case.recipe, point)
        try:
            truth = here.truth_in_any_order
            here_results = here.recipe.results(here.leaves())[N_LEAVES:]
            overflows = here.overflows
        except (DomainError, Undecided):
            continue
        of_results = [k for k, x in enumerate(results) if isinstance(x, Value)]
        for k, said in zip(of_results, row, strict=True):
            if k < len(here_results) and not overflows:
                engine = float(getattr(here_results[k], "data", here_results[k]))
                here.same("compile of outputs", f"result {k} at {point}", said, engine, truth.value(N_LEAVES + k))


def the_examples(
    recipe: Recipe, parameters: Sequence[float], examples: Sequence[float], how: str, exact: bool = True
) -> None:
    """`compile` of a loss over several examples, written out: the same graph for each, the parameters shared.

    Each example takes another output of every softmax, as examples of different classes do.
    """
    losses, truths = [], []
    shared = [Value(p) for p in parameters]
    for shift, x in enumerate(examples):
        point = [x, *parameters]
        try:
            truths.append(Truth(recipe, point, any_order=True, textbook=not exact, shift=shift))
            losses.append(recipe([x, *shared], shift))
        except (DomainError, Undecided):
            if len(truths) > len(losses):
                truths.pop()
    root = TOTALS[how](losses) if losses else None
    if not isinstance(root, Value) or not root.depth:
        return
    case = Case(recipe, [examples[0], *parameters])
    root.backward()
    case.__dict__["root"] = root  # the other facts about the case are those of the whole loss
    if case.has_infinite_slope:  # 0 times it is NaN, and whether it comes to that depends on what is added first
        return
    program = compile(root, exact=exact)
    value, slopes = program.value_and_grad()
    what = f"of {len(losses)} examples {list(examples)}, {how}"
    share = 1.0 / len(losses) if how == "mean" else 1.0
    total = added([t.value() for t in truths], share)
    for number in (value, np.asarray(program())[0]):
        case.same("compile", f"the value {what}", number, root.data, total)
    for p, slope in zip(program.parameters, slopes, strict=True):
        i = 1 + next(i for i, leaf in enumerate(shared) if leaf is p)
        exactly = added([t.gradient(i, slack=2.0) for t in truths], share)
        case.same("compile", f"the derivative by leaf {i} {what}", slope, p.grad, exactly)


TOTALS: dict[str, Callable[[list[Any]], Any]] = {
    "one by one": lambda losses: sum(losses[1:], losses[0]),
    "fsum": fsum,
    "mean": lambda losses: fsum(losses) / len(losses),
}


def added(intervals: Sequence[Interval | None], share: float) -> Interval | None:
    """The sum of what several numbers may be; None where one of them is not known."""
    known = [x for x in intervals if x is not None]
    if len(known) < len(intervals):
        return None
    room = PROMISE * len(known) * mp.fsum([max(abs(x.low), abs(x.high)) for x in known])
    return Interval(share * (mp.fsum([x.low for x in known]) - room), share * (mp.fsum([x.high for x in known]) + room))


def the_compiled_derivatives(case: Case, others: Sequence[Sequence[float]]) -> None:
    """`compile` of a recorded gradient: a derivative graph as the graph; and its own derivatives, of second order."""
    leaves = case.leaves()
    slopes = differentiable(case, lambda: jacobian(case.recipe)(leaves))
    for i, slope in enumerate(slopes or []):
        if not isinstance(slope, Value) or not slope.depth:
            continue
        program = compile(slope, (), exact=True)
        positions = [next(i for i, leaf in enumerate(leaves) if leaf is p) for p in program.parameters]
        for point in [case.point, *([] if slope.decided else others)]:  # a choice that was taken: compile says so
            here = Case(case.recipe, point)
            try:
                truth = Truth(case.recipe, point, order=2, any_order=True)
                gradient = here.gradient
            except (DomainError, Undecided):
                continue
            theta = np.array([point[k] for k in positions])
            value, second = program.value_and_grad(None, theta)
            if here.may_stop and here.has_infinite_slope and math.isnan(value):
                continue  # recorded where the gradient went on, it multiplies 0 by an infinity where it does not
            here.same("compiled derivative", f"that by leaf {i} at {point}", value, gradient[i], truth.gradient(i))
            if here.has_edge:  # a program has no second derivative there: see compile
                continue
            for k, number in zip(positions, second, strict=True):
                exact = truth.hessian(i, k)
                if exact is not None:
                    here.same("compiled second derivative", f"that by {i}, {k} at {point}", number, math.nan, exact)


# --- pictures ------------------------------------------------------------------------------------------------------


def the_pictures(case: Case) -> None:
    """`draw` and `show`: nothing is raised, and the numbers that are shown are the engine's, to the digits shown."""
    if not case.is_graph:
        return
    scene = build_scene(case.root, None, local_derivatives=True)
    for node in scene.nodes:
        if isinstance(node.value, Value):
            shown = [line.text.replace("−", "-") for line in node.lines]
            for kind, number in (("value", node.value.data), ("gradient", node.value.grad)):
                texts = [t for t, line in zip(shown, node.lines, strict=True) if line.kind == kind]
                for text in texts:
                    demand(shows(text.split()[-1], number), "draw", f"{text!r} for {kind} {number}", case)
    demand("<svg" in draw(case.root, names=None).svg, "draw", "no picture", case)
    named = all_named([case.root], {})
    level = every_operation(case.root, named)
    handed = [to.parent for _, _, to in level.contributions()]
    lines = [frame.text for frame in frames(level)]
    told = dict(zip(handed, lines[len(lines) - len(handed) :], strict=True))  # the last contribution has the whole sum
    for node, line in told.items():
        total = line.split("; ")[1].split(" = ")[-1]
        demand(shows(total, node.grad), "show", f"a total of {total}, engine {node.grad}", case)
    show(case.root, names=None)


def shows(text: str, x: float) -> bool:
    """Whether a number that is shown is this one, to the digits that it is shown with."""
    text = text.strip().replace("−", "-")
    if not math.isfinite(x):
        return text == str(x)
    shown = Decimal(text)
    if not shown.is_finite():
        return False
    exact = Decimal(x)
    unit = Decimal((0, (1,), int(shown.as_tuple().exponent)))
    # "0.3" for 0.30000000000000004: the last two digits of a float are taken for rounding
    return abs(shown - exact) <= max(unit / 2, abs(exact) * Decimal("1e-13")) if shown else abs(exact) <= unit / 2


# --- the page ------------------------------------------------------------------------------------------------------


def the_page(case: Case, others: Sequence[Sequence[float]], engine: Engine) -> None:
    """The page's engine: both passes at the recorded and at other points; all in one call of the browser.

    The reverse pass by itself, with Python's own partials in place of the rules, is that of `steps` to the last digit.
    """
    root, leaves = case.graph()
    if not isinstance(root, Value) or not root.depth:
        return
    order = topological_order(root)
    places = {node: place for place, node in enumerate(order)}
    tape = tape_of(root, order)
    points = [case.point, *others]
    changes = [
        [[places[leaf], as_json(x)] for leaf, x in zip(leaves, point, strict=True) if leaf in places]
        for point in points
    ]
    (alone,), states = engine(
        [
            {"job": "tape", "tape": {**tape, "nodes": list(map(as_recorded, order, tape["nodes"]))}, "changes": [[]]},
            {"job": "tape", "tape": tape, "changes": changes, "all": True},
        ]
    )
    handed = [
        [places[step.node], places[c.parent], c.local, c.product, c.total]
        for step in steps(root)
        for c in step.contributions
    ]
    found = [[*c[:2], *map(float, c[2:])] for c in alone["passes"][0]["handed"]]
    demand(repr(found) == repr(handed), "the page's reverse pass", f"{found}, steps {handed}", case)
    for point, state in zip(points, states, strict=True):
        here = Case(case.recipe, point)
        try:
            here.truth  # noqa: B018
            here.value  # noqa: B018
        except (DomainError, Undecided):
            continue
        demand(not state["outside"], "the page", f"outside at {point}: {state['outside']}", case)
        here.same_value("the page", state["values"][places[root]])
        upstream = state["passes"][0]["upstream"]
        here.same_gradient("the page", [upstream[places[leaf]] if leaf in places else 0.0 for leaf in leaves])
    if not case.overflows:
        for node, said in zip(order, states[0]["values"], strict=True):
            demand(alike(float(said), node.data, case.scale), "the page", f"{said}, engine {node.data}", case)


def as_recorded(node: Value, line: list[Any]) -> list[Any]:
    """A line of a tape whose rule is taken away: what its node has recorded stands."""
    partials = iter(node.partials)
    slopes = [as_json(next(partials)) if isinstance(x, Value) else 0.0 for x in node.operands]
    return line if node.op is None else [None, line[1], slopes, node.op.may_stop]


# --- copies --------------------------------------------------------------------------------------------------------

COPIES: dict[str, Callable[[Value], Value]] = {
    "deepcopy": copy.deepcopy,
    "pickle": lambda root: pickle.loads(pickle.dumps(root)),
}


def the_copies(case: Case) -> None:
    """deepcopy, pickle, copy: the same graph, the same gradients."""
    if not case.is_graph:
        return
    for how, copied in COPIES.items():
        twin = copied(case.root)
        order = topological_order(twin)
        demand(len(order) == len(case.nodes), how, f"{len(order)} nodes", case)
        twin.zero_grad()
        twin.backward()
        for node, original in zip(order, case.nodes, strict=True):
            demand(node is not original and node.op is original.op, how, "not a copy", case)
            for name in ("data", "grad", "label", "depth"):
                ours, theirs = getattr(node, name), getattr(original, name)
                demand(ours == theirs or (ours != ours and theirs != theirs), how, f"{name} {ours}, not {theirs}", case)
            demand(str(node.partials) == str(original.partials), how, "other partials", case)
    single = copy.copy(case.root)
    demand(single is not case.root and single.parents == case.root.parents, "copy", "other operands", case)


# --- outside the domain --------------------------------------------------------------------------------------------


def the_errors(case: Case) -> None:
    """Outside the domain every reader raises the same error, or none does."""
    said = raised(lambda: case.recipe(case.leaves()))
    if said is None:
        return
    f, point = case.recipe, case.point
    direction = [1.0] * N_LEAVES
    for reader, run in (
        ("grad", lambda: grad(f)(point)),
        ("jacobian", lambda: jacobian(f)(case.leaves())),
        ("hessian", lambda: hessian(f)(point)),
        ("jvp", lambda: jvp(f, (point,), (direction,))),
        ("hvp", lambda: hvp(f, (point,), (direction,))),
        ("vjp", lambda: vjp(f, point)),
        ("check_gradients", lambda: check_gradients(f, (point,))),
    ):
        other = raised(run)
        demand(other is not None, reader, f"raises nothing where the engine says {said}", case)
        demand(type(other) is type(said), reader, f"raises {other!r} where the engine says {said!r}", case)


def raised(run: Callable[[], Any]) -> Exception | None:
    """The error of the library, if there is one."""
    try:
        run()
    except DomainError as error:
        return error
    return None
