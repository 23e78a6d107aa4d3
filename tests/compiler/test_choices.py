"""Choices, and numbers at the edge: the program does for every example what the scalar engine does for that one.

An array program computes both sides of a choice for every example; what the scalar engine never computes (a square
root below 0, an infinite slope) must not show. Infinities and saturation that do reach the output are the engine's.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from math import inf, isinf, isnan, nan
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import DomainError, Primitive, Value, apply
from autograd import functions as fn
from autograd.calculus.transforms import reverse
from autograd.compiler import compile
from autograd.engine.graph import topological_order
from tests.examples import examples
from tests.peers import peer

RTOL = 1e-12  # a few hundred roundings

Graph = Callable[[Sequence[Any], Sequence[Any], Callable[..., Any]], Any]


def both(condition: Any, a: Callable[[], Any], b: Callable[[], Any]) -> Any:
    """A choice, recorded."""
    return fn.where(condition, a(), b())


def chosen(condition: Any, a: Callable[[], Any], b: Callable[[], Any]) -> Any:
    """The same for one example: what is not chosen is not computed, and may be undefined."""
    return a() if getattr(condition, "data", condition) else b()


class Row(NamedTuple):
    """A row, and what the engine gives there."""

    row: Sequence[float]
    value: float
    gradient: list[float]


def parameters_of(theta: Sequence[float]) -> list[Value]:
    return [Value(number, f"p{i}") for i, number in enumerate(theta)]


def compiled(graph: Graph, recorded: Sequence[float], theta: Sequence[float], rows: Any, exact: bool) -> Any:
    """The program recorded at one point, and the engine's results at the rows inside the domain of the graph."""
    parameters = parameters_of(theta)
    inputs = [Value(number) for number in recorded]
    program = compile(graph(inputs, parameters, both), inputs, exact=exact)
    fine = []
    for row in rows:
        try:
            root = graph([Value(number) for number in row], parameters, chosen)
            gradient = reverse(root, program.parameters, differentiable=False)
        except DomainError:
            continue
        fine.append(Row(row, root.data, gradient))
    return program, fine


def assert_number(ours: float, theirs: float, exact: bool, where: Any) -> None:
    """Equal up to roundings; where the engine has no number (NaN), anything goes."""
    # the slopes of the textbook are good to a rounding of 1, and what is computed from them to some thousand
    small = 1e-300 if exact else 1e-12
    assert isnan(theirs) or ours == theirs or abs(ours - theirs) <= RTOL * abs(theirs) + small, (ours, theirs, where)


def assert_same_everywhere(
    graph: Graph, recorded: Sequence[float], theta: Sequence[float], rows: Any, *, exact: bool
) -> int:
    """The program gives at each row what the engine gives there; how many rows were compared."""
    program, fine = compiled(graph, recorded, theta, rows, exact)
    for row, value, gradient in fine:
        X = np.array([row])
        assert_number(program(X)[0], value, exact, row)
        if isnan(value):
            continue
        for ours, slopes in (program.value_and_grad(X), program.value_and_grad(X, program.theta.copy())):
            assert_number(ours, value, exact, row)
            for slope, theirs in zip(slopes.tolist(), gradient, strict=True):
                assert_number(slope, theirs, exact, row)
    return len(fine)


own_choice = Primitive(  # of one's own: hands on the operand that is nearer to 0
    name="nearer",
    symbol="nearer",
    value=lambda m, a, b: m.where(m.at_least(m.absolute(b), m.absolute(a)), a, b),
    partials=(
        lambda m, y, a, b: m.where(m.at_least(m.absolute(b), m.absolute(a)), 1.0, 0.0),
        lambda m, y, a, b: m.where(m.at_least(m.absolute(b), m.absolute(a)), 0.0, 1.0),
    ),
    selects=True,
)

# each takes two inputs and four parameters; recorded at (3, 0.5)
CHOICES: dict[str, Graph] = {
    "a root": lambda x, p, where: where(
        fn.step(-x[0]), lambda: p[0] * x[0] / 2.0, lambda: fn.sqrt(p[0] * x[0]) + 1.0
    ),
    "a root of a parameter": lambda x, p, where: where(fn.step(x[0]), lambda: fn.sqrt(p[3]) * x[0], lambda: p[0]),
    "a number wins": lambda x, p, where: where(fn.step(x[0] - 1.0), lambda: fn.log(p[0] * x[0]), lambda: 2.0) * p[1],
    "a quotient": lambda x, p, where: where(x[0], lambda: p[1] / (p[0] * x[0]), lambda: p[2]),
    "an even choice": lambda x, p, where: where(x[0], lambda: fn.log(x[0] * x[0] * p[0]), lambda: p[1]),
    "a fractional power": lambda x, p, where: where(fn.step(x[0]), lambda: (p[0] * x[0]) ** 0.5, lambda: p[1] * x[1]),
    "a learnt power": lambda x, p, where: where(fn.step(x[0]), lambda: (p[0] * x[0]) ** p[1], lambda: p[1] * x[1]),
    "a negative power": lambda x, p, where: where(x[1], lambda: (p[0] * x[1]) ** -2, lambda: p[1] * x[0]),
    "a choice in a choice": lambda x, p, where: where(
        fn.step(x[0]),
        lambda: where(fn.step(x[1]), lambda: fn.sqrt(p[0] * x[1]), lambda: p[0] * x[1]),
        lambda: fn.sqrt(p[1] * x[0] * x[0]) * x[1],
    ),
    "both sides share a root": lambda x, p, where: (
        lambda r: where(fn.step(x[1]), lambda: r * 2.0, lambda: r - p[1])
    )(fn.sqrt(fn.absolute(p[0] * x[0]) + 0.1)),
    "one root on a side and outside": lambda x, p, where: (
        lambda r: where(fn.step(x[1]), lambda: r, lambda: p[1]) + 0.5 * r
    )(fn.sqrt(fn.absolute(p[0] * x[0]) + 0.1)),
    "maximum of exponentials": lambda x, p, where: fn.maximum(fn.exp(p[0] * x[0]), fn.exp(p[1] * x[1])),
    "maximum, a number wins": lambda x, p, where: fn.maximum(p[0] * fn.exp(p[1] * x[0]) * -1.0, 1.0),
    "minimum of an exponential and a number": lambda x, p, where: fn.minimum(fn.exp(p[0] * x[0] * x[0]), 5.0) * p[1],
    "minimum of an exponential and a line": lambda x, p, where: fn.minimum(
        fn.exp(p[0] * x[0] * x[0]), p[1] * x[0] + 20.0
    ),
    "a clamp": lambda x, p, where: fn.log(fn.minimum(fn.maximum(fn.sigmoid(p[0] * x[0]), 1e-7), 1.0 - 1e-7)),
    "a hinge on a weighted sum": lambda x, p, where: fn.maximum(
        0.0, 1.0 - x[1] * fn.dot([p[0]], [x[0]], bias=p[1])
    ),
    "a hinge on exponentials": lambda x, p, where: fn.maximum(
        0.0, 1.0 - fn.dot(p[:2], [fn.exp(x[0]), fn.exp(x[1])])
    ),
    "maxout over exponentials": lambda x, p, where: fn.maximum(
        *fn.linear([p[:2], p[2:]], [fn.exp(0.5 * x[0] * p[0]), fn.exp(x[1])])
    ),
    "maxout": lambda x, p, where: fn.maximum(*fn.linear([p[:2], p[2:]], x)),
    "maxout of roots": lambda x, p, where: fn.maximum(*[fn.sqrt(z * z) for z in fn.linear([p[:2], p[2:]], x)]),
    "computed weights": lambda x, p, where: fn.maximum(fn.dot([fn.exp(p[0]), fn.sqrt(p[1])], x), fn.exp(p[3])),
    "gathered roots": lambda x, p, where: fn.fsum(
        [
            where(fn.step(x[0] - 0.1), lambda: fn.sqrt(p[0] * x[0]), lambda: p[0]),
            where(fn.step(x[1] - 0.2), lambda: fn.sqrt(p[1] * x[1]), lambda: p[1]),
            where(fn.step(x[0] - 0.3), lambda: fn.sqrt(p[2] * x[0]), lambda: p[2]),
            where(fn.step(x[1] - 0.4), lambda: fn.sqrt(p[3] * x[1]), lambda: p[3]),
        ]
    ),
    "columns of a vector of roots": lambda x, p, where: (
        lambda r: (
            where(fn.step(x[0] - 0.1), lambda: r(0) + r(2), lambda: p[0])
            + where(fn.step(x[1] - 0.1), lambda: r(1) * r(3) + r(1), lambda: p[1])
        )
    )(lambda i: fn.sqrt(p[i] * x[i % 2])),
    "a softmax behind a choice": lambda x, p, where: where(
        fn.step(x[0]), lambda: fn.log(fn.softmax([p[0] * x[0], p[1] * x[1], p[2]])[1] + 0.1), lambda: p[3]
    ),
    "a softmax of logarithms": lambda x, p, where: fn.where(
        fn.step(x[1]), fn.softmax([fn.log(p[0] * x[0] * x[0] + 1e-300), p[1] * x[1], p[2]])[1], p[3]
    ),
    "a logsumexp behind a choice": lambda x, p, where: where(
        fn.step(x[1]), lambda: fn.logsumexp([fn.log(p[0] * x[1] + 0.1), p[1] * x[0]]), lambda: p[3]
    ),
    "a cross-entropy behind a choice": lambda x, p, where: where(
        fn.step(x[0]), lambda: fn.xlogy(p[0], p[1] * x[0]), lambda: p[3] * x[1]
    ),
    "the same operand twice": lambda x, p, where: (lambda e: fn.maximum(e, e))(fn.exp(p[0] * x[0])),
    "a tie": lambda x, p, where: fn.maximum(fn.exp(p[0] * x[0]), fn.exp(p[0] * x[0] + p[1] * 0.0)),
    "parameters alone": lambda x, p, where: where(fn.step(p[0]), lambda: fn.exp(p[1]), lambda: fn.log(p[2])) * x[0],
    "a choice of parameters by the example": lambda x, p, where: where(
        fn.step(x[0]), lambda: fn.exp(p[1]), lambda: fn.log(p[2])
    ),
    "leaky ReLU": lambda x, p, where: fn.leaky_relu(p[0] * x[0], p[1]) + fn.leaky_relu(x[1] * p[2]),
    "ELU": lambda x, p, where: fn.elu(p[0] * x[0], p[1]) + fn.elu(x[1] * p[2]),
    "ReLU": lambda x, p, where: fn.relu(p[0] * x[0] + p[1]) * p[2],
    "flat rows above infinite slopes": lambda x, p, where: fn.relu(fn.cbrt(p[0] * x[0]))
    + fn.elu(x[0], fn.cbrt(p[1] * x[1]))
    + fn.leaky_relu(x[1], fn.sqrt(fn.absolute(p[2] * x[0])))
    + fn.hardtanh(fn.cbrt(p[3] * x[1]) - 2.0)
    + fn.hardsigmoid(fn.cbrt(p[0] * x[1]) + 4.0),
    "swish": lambda x, p, where: fn.swish(p[0] * x[0]) + fn.softplus(p[1] * x[1]),
    "a product with a step": lambda x, p, where: p[0] * x[0] * fn.step(x[1]) + fn.where(fn.step(x[0]), 1.0, 0.0) * p[1],
    "one's own choice": lambda x, p, where: apply(own_choice, fn.exp(p[0] * x[0]), p[1] * x[1]),
    "a gradient that stops": lambda x, p, where: fn.sqrt(fn.absolute(p[0] * x[0]) + 1.0) * fn.stop_gradient(
        p[1] * x[1] * p[0]
    ),
    "a gradient that stops on one side": lambda x, p, where: where(
        fn.step(x[0]), lambda: fn.stop_gradient(fn.sqrt(p[0] * x[0])) * p[1], lambda: p[0] * x[1]
    ),
}  # fmt: skip

POINTS = [0.0, -0.0, 1.0, -1.0, 0.25, -4.0, 30.0, -800.0, 800.0]
ROWS = [[a, b] for a in POINTS for b in POINTS]
FAR = [[a, b] for a in [*POINTS, inf, -inf] for b in [*POINTS, 1e200, inf]]
THETA = [0.5, 2.0, 0.75, 1.5]


# A product with an infinite *input* of the program is NaN where nothing is handed on; infinite results are not.
PRODUCTS_WITH_INPUTS = ("maxout", "maxout of roots", "ReLU", "ELU")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:no output depends on input")
@pytest.mark.parametrize("exact", [True, False], ids=["exact", "textbook"])
@pytest.mark.parametrize("what", list(CHOICES))
def test_what_is_not_chosen_gets_no_gradient(what: str, exact: bool) -> None:
    graph = CHOICES[what]
    assert assert_same_everywhere(graph, [3.0, 0.5], THETA, ROWS, exact=exact) >= 40
    far = [row for row in FAR if what not in PRODUCTS_WITH_INPUTS or np.isfinite(row).all()]
    assert_same_everywhere(graph, [3.0, 0.5], THETA, far, exact=exact)


@pytest.mark.filterwarnings("ignore:no output depends on input")
@pytest.mark.slow  # jax compiles each program anew
@pytest.mark.parametrize("library", ["numpy", "array_api_strict", "torch", "jax.numpy"])
def test_one_example_does_not_disturb_the_others_in_any_library(library: str) -> None:
    if library != "numpy":
        peer("array_api_compat")
    if library.startswith("jax"):
        peer("jax").config.update("jax_enable_x64", True)
    xp = peer(library)
    for what, graph in CHOICES.items():
        program, fine = compiled(graph, [3.0, 0.5], THETA, ROWS, exact=True)
        fine = [case for case in fine if np.isfinite([case.value, *case.gradient]).all()]
        value, gradient = program.value_and_grad(xp.asarray(np.array([case.row for case in fine])))
        values, gradients = np.array([case.value for case in fine]), np.array([case.gradient for case in fine])
        assert len(fine) >= 40
        # libraries sum in different orders, and torch's exp is good to some more roundings than NumPy's
        assert abs(float(value) - values.mean()) <= RTOL * np.abs(values).mean(), what
        assert (np.abs(np.asarray(gradient) - gradients.mean(axis=0)) <= RTOL * np.abs(gradients).mean(axis=0)).all(), (
            what
        )


# --- random graphs ---------------------------------------------------------------------------------------------------

# Operations that choose, and such as have an infinite slope or value where they are not chosen.
OPERATIONS: list[Callable[[Any, Any, Any], Any]] = [
    lambda a, b, c: fn.maximum(a, b),
    lambda a, b, c: fn.minimum(a, b),
    lambda a, b, c: fn.maximum(a, 0.5),
    lambda a, b, c: fn.minimum(0.5, b),
    lambda a, b, c: fn.where(fn.step(a), b, c),
    lambda a, b, c: fn.where(fn.step(a), 2.0, c),
    lambda a, b, c: fn.where(fn.step(a), b, b),
    lambda a, b, c: fn.where(a, b, -0.25),
    lambda a, b, c: fn.relu(a),
    lambda a, b, c: fn.leaky_relu(a, b),
    lambda a, b, c: fn.elu(a, 0.5),
    lambda a, b, c: fn.elu(a, b),
    lambda a, b, c: fn.hardtanh(a),
    lambda a, b, c: fn.hardsigmoid(a),
    lambda a, b, c: fn.cbrt(b),
    lambda a, b, c: fn.absolute(a),
    lambda a, b, c: fn.exp(a),
    lambda a, b, c: fn.sqrt(fn.absolute(a)),
    lambda a, b, c: fn.log(fn.absolute(a) + 1.0),
    lambda a, b, c: 1.0 / (a * a + 0.5),
    lambda a, b, c: (a * a + 0.25) ** 0.5,
    lambda a, b, c: a**3,
    lambda a, b, c: fn.tanh(a),
    lambda a, b, c: fn.sigmoid(a),
    lambda a, b, c: fn.swish(a),
    lambda a, b, c: fn.softplus(a),
    lambda a, b, c: fn.xlogy(fn.relu(a), fn.absolute(b) + 0.5),
    lambda a, b, c: a * b,
    lambda a, b, c: a - 0.5 * c,
    lambda a, b, c: fn.stop_gradient(a) * b,
    lambda a, b, c: fn.dot([a, b], [c, 0.5]),
    lambda a, b, c: fn.logsumexp([a, b, c]),
    lambda a, b, c: fn.softmax([a, b, c])[1],
]  # fmt: skip


def random_choices(seed: int, size: int) -> Graph:
    """A graph of random operations with shared and repeated operands, and the condition of its last choice."""

    def graph(x: Sequence[Any], p: Sequence[Any], where: Any) -> Any:
        rng = random.Random(seed)
        pool = [*x, *p]
        for _ in range(size):
            pool.append(rng.choice(OPERATIONS)(*[rng.choice(pool[-8:]) for _ in range(3)]))
        return pool[-1] + 0.5 * pool[-2]

    return graph


def roundings(graph: Graph, theta: Sequence[float], row: Sequence[float], order: Sequence[Value]) -> list[float]:
    """How far roundings may carry the value and the slopes: by the terms that cancel, and by ill-conditioned operands.

    The first is the sum over all paths of what they contribute without sign; the second is what a change of all
    numbers by one part in 10**15 does.
    """
    place = [[p.label for p in parameters_of(theta)].index(p.label) for p in order]
    results, sizes = [], []
    for factor in (1.0, 1.0 + 1e-15):
        parameters = parameters_of([number * factor for number in theta])
        root = graph([Value(number * factor) for number in row], parameters, chosen)
        results.append([root.data, *reverse(root, [parameters[i] for i in place], differentiable=False)])
        size = {root: 1.0}
        for node in reversed(topological_order(root)):
            for parent, partial in node.edges if node in size else []:
                size[parent] = size.get(parent, 0.0) + size[node] * abs(partial)
        sizes = [
            abs(root.data) + sum(size.get(leaf, 0.0) for leaf in parameters),
            *[size.get(parameters[i], 0.0) for i in place],
        ]
    with np.errstate(invalid="ignore"):  # of two infinities
        change = np.nan_to_num(np.abs(np.subtract(*results)), nan=0.0)
    # 0 times infinity is NaN here: such terms have no size
    return [
        RTOL * (inf if isnan(size) else size) + 100.0 * by + 1e-300
        for size, by in zip(sizes, change.tolist(), strict=True)
    ]


@settings(max_examples=examples(100), deadline=None)
@given(
    seed=st.integers(0, 2**32),
    size=st.integers(1, 14),
    theta=st.lists(st.sampled_from([0.0, 1.0, -1.5, 0.3]), min_size=2, max_size=2),
    rows=st.lists(
        st.tuples(*[st.sampled_from([0.0, 1.0, -1.0, 0.3, -20.0, 40.0, 800.0, 1e17, inf, -inf])] * 2),
        min_size=3,
        max_size=6,
    ),
)
@pytest.mark.filterwarnings("ignore:no output depends on input")
def test_random_choices_equal_the_scalar_engine(
    seed: int, size: int, theta: list[float], rows: list[tuple[float, float]]
) -> None:
    graph = random_choices(seed, size)
    program, fine = compiled(graph, [0.4, -0.7], theta, rows, exact=True)
    for row, value, gradient in fine:
        if isnan(value):
            continue
        allowed = roundings(graph, theta, row, program.parameters)
        for mean, slopes in (program.value_and_grad([row]), program.value_and_grad([row], program.theta.copy())):
            for ours, theirs, off in zip([mean, *slopes], [value, *gradient], allowed, strict=True):
                if not (isnan(ours) and any(map(isinf, row))):  # see PRODUCTS_WITH_INPUTS
                    assert isnan(theirs) or ours == theirs or abs(ours - theirs) <= off, (ours, theirs, row)


def test_a_choice_decided_by_a_constant_hands_on_nothing_also_of_nan() -> None:
    alpha = Value(0.25)
    y = fn.cos(fn.elu(inf, alpha))
    y.backward()
    assert isnan(y.data)
    assert alpha.grad == 0.0
    _, (slope,) = compile(y).value_and_grad()
    assert slope == 0.0


@pytest.mark.parametrize("f", [fn.leaky_relu, fn.elu])
def test_an_alpha_that_varies_stops_an_infinite_slope_where_it_is_0(f: Callable[[Value, Value], Value]) -> None:
    x, alpha = Value(-1.0, label="x"), Value(0.0, label="alpha")
    y = f(fn.asin(x), alpha)
    y.backward()
    assert x.grad == 0.0
    assert compile(y).value_and_grad()[1].tolist() == [x.grad, alpha.grad]


@pytest.mark.parametrize("f", [fn.absolute, fn.sqrt, fn.exp, lambda x: x * x], ids=["abs", "sqrt", "exp", "square"])
@pytest.mark.parametrize("x", [nan, inf, 0.0, 2.0])
def test_a_factor_of_0_does_not_hide_that_a_slope_is_nan_or_infinite(f: Callable[[Value], Value], x: float) -> None:
    w = Value(x)
    y = f(w) * 0.0
    y.backward()
    _, (slope,) = compile(y).value_and_grad()
    assert slope == w.grad or (isnan(slope) and isnan(w.grad))


WHOLE = st.integers(-30, 30).map(float)


@settings(max_examples=examples(100))
@given(a=WHOLE, b=WHOLE, power=st.integers(-25, 25).map(float), rows=st.lists(WHOLE, min_size=1, max_size=3))
def test_whole_numbers_that_are_chosen_are_floats(a: float, b: float, power: float, rows: list[float]) -> None:
    """NumPy's whole numbers overflow in silence, and have no negative powers."""

    def of(x: Value) -> list[Any]:
        chosen = fn.where(fn.step(x), a, b) + 0.5 * x - 0.5 * x
        only = fn.where(fn.step(x), a or 1.0, b or 1.0)
        return [only**power * only, chosen * fn.where(x, a, 0.0) * fn.where(x, 1e15, 1.0) * chosen]

    x = Value(1.0)
    program = compile(of(x), [x])
    expected = [[float(output) if type(output) is float else output.data for output in of(Value(row))] for row in rows]
    assert program([[row] for row in rows]) == pytest.approx(np.array(expected), rel=RTOL)


@pytest.mark.parametrize("width", [1, 2, 3])
def test_copies_that_all_choose_the_same_are_that_in_every_column(width: int) -> None:
    """Where the constant that differs is never chosen, what is left is one number an example."""

    def of(x: Value, w: Value) -> list[Any]:
        return [fn.where(20.0, w * x, float(i)) for i in range(width)]

    x, w = Value(0.5), Value(2.0)
    rows = [1.0, 2.0, -3.0]
    assert compile(of(x, w), [x])([[row] for row in rows]).reshape(3, width).tolist() == [
        [2 * row] * width for row in rows
    ]
    program = compile(fn.fsum([fn.sin(y) * (y + i) for i, y in enumerate(of(x, w))]), [x])
    here = Value(2.0)
    for row in rows:
        fn.fsum([fn.sin(y) * (y + i) for i, y in enumerate(of(Value(row), here))]).backward()
    _, gradient = program.value_and_grad([[row] for row in rows])
    assert gradient == pytest.approx([here.grad / 3], rel=RTOL)
