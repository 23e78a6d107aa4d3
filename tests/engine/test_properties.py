"""Laws of differentiation, and random expression graphs against PyTorch: value, gradient and Hessian."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from autograd import Value, functions, grad, hessian, hvp, jacobian, jvp
from tests.examples import examples
from tests.peers import peer

torch = peer("torch")

N_INPUTS = 3


class TorchFunctions:
    """The functions of `autograd.functions` that the random graphs use, from PyTorch, on float64 scalars."""

    exp, expm1, log, log1p, sqrt = torch.exp, torch.expm1, torch.log, torch.log1p, torch.sqrt
    sin, cos, tanh, sigmoid = torch.sin, torch.cos, torch.tanh, torch.sigmoid
    relu, elu, swish, absolute = torch.relu, torch.nn.functional.elu, torch.nn.functional.silu, torch.abs
    maximum, minimum, xlogy = torch.maximum, torch.minimum, torch.special.xlogy

    @staticmethod
    def softplus(x: Any) -> Any:  # PyTorch's own becomes the identity from 20 on
        return torch.logaddexp(x, torch.zeros_like(x))

    @staticmethod
    def leaky_relu(x: Any, alpha: float) -> Any:
        return torch.nn.functional.leaky_relu(x, alpha)

    @staticmethod
    def step(x: Any) -> Any:
        return x.detach() >= 0.0

    where = torch.where

    @staticmethod
    def fsum(terms: Sequence[Any]) -> Any:
        return torch.stack(list(terms)).sum()

    @staticmethod
    def dot(w: Sequence[Any], x: Sequence[Any], bias: Any) -> Any:
        return torch.stack(list(w)) @ torch.stack(list(x)) + bias

    @staticmethod
    def logsumexp(terms: Sequence[Any]) -> Any:
        return torch.logsumexp(torch.stack(list(terms)), 0)

    @staticmethod
    def softmax(terms: Sequence[Any]) -> Any:
        return torch.softmax(torch.stack(list(terms)), 0)


# The operations of a random graph, on any namespace m. Arguments are brought into the domain on the way; results stay
# moderate, so that a rounding difference is not blown up.
SMOOTH: dict[str, Callable[..., Any]] = {
    "add": lambda m, a, b, c: a + b,
    "subtract": lambda m, a, b, c: a - b,
    "rsubtract": lambda m, a, b, c: 1.5 - a,
    "multiply": lambda m, a, b, c: a * b,
    "scale": lambda m, a, b, c: 0.7 * a,
    "divide": lambda m, a, b, c: a / (1.5 + b * b),
    "rdivide": lambda m, a, b, c: 2.0 / (1.5 + a * a),
    "negative": lambda m, a, b, c: -a,
    "square": lambda m, a, b, c: a**2,
    "power": lambda m, a, b, c: (1.5 + m.tanh(a)) ** (2.0 + m.sin(b)),
    "rpower": lambda m, a, b, c: 1.3 ** m.tanh(a),
    "exp": lambda m, a, b, c: m.exp(m.tanh(a)),
    "expm1": lambda m, a, b, c: m.expm1(m.sin(a)),
    "log": lambda m, a, b, c: m.log(1.5 + a * a),
    "log1p": lambda m, a, b, c: m.log1p(a * a),
    "sqrt": lambda m, a, b, c: m.sqrt(0.5 + a * a),
    "xlogy": lambda m, a, b, c: m.xlogy(1.0 + a * a, 0.5 + b * b),
    "sin": lambda m, a, b, c: m.sin(a),
    "cos": lambda m, a, b, c: m.cos(a),
    "tanh": lambda m, a, b, c: m.tanh(a),
    "sigmoid": lambda m, a, b, c: m.sigmoid(a),
    "softplus": lambda m, a, b, c: m.softplus(a),
    "swish": lambda m, a, b, c: m.swish(a),
    "fsum": lambda m, a, b, c: m.fsum([a, b, a, c]),
    "dot": lambda m, a, b, c: m.dot([a, b, a], [b, c, a], bias=c),
    "logsumexp": lambda m, a, b, c: m.logsumexp([a, b, a, c]),
    "softmax": lambda m, a, b, c: m.softmax([a, b, c])[1],
}
KINKED: dict[str, Callable[..., Any]] = {
    "relu": lambda m, a, b, c: m.relu(a),
    "leaky_relu": lambda m, a, b, c: m.leaky_relu(a, 0.1),
    "elu": lambda m, a, b, c: m.elu(a),
    "absolute": lambda m, a, b, c: m.absolute(a),
    "maximum": lambda m, a, b, c: m.maximum(a, b),
    "minimum": lambda m, a, b, c: m.minimum(a, b),
    "where": lambda m, a, b, c: m.where(m.step(a), b, c),
}
OPERATIONS = {**SMOOTH, **KINKED}


class Program(NamedTuple):
    """A random expression: each line applies an operation to three earlier results; the last result counts."""

    lines: tuple[tuple[str, int, int, int], ...]

    def results(self, m: Any, inputs: Sequence[Any]) -> list[Any]:
        found = list(inputs)
        for name, i, j, k in self.lines:
            found.append(OPERATIONS[name](m, *[found[place % len(found)] for place in (i, j, k)]))
        return found

    def __call__(self, inputs: Sequence[Any]) -> Any:
        return self.results(functions, inputs)[-1]

    def keeps_its_distance(self, inputs: Sequence[float]) -> bool:
        """Whether no argument stands near a kink (where conventions differ) and all results are moderate."""
        found = self.results(functions, inputs)
        for place, (name, i, j, _) in enumerate(self.lines, start=len(inputs)):
            a, b = float(found[i % place]), float(found[j % place])
            if name in KINKED and min(abs(a), abs(a - b)) < 1e-3:
                return False
        return all(abs(x) < 1e3 for x in found)


places = st.integers(0, 20)
numbers = st.floats(-2.0, 2.0).map(lambda x: round(x, 3))
points = st.lists(numbers, min_size=N_INPUTS, max_size=N_INPUTS)


def programs(operations: dict[str, Any]) -> st.SearchStrategy[Program]:
    line = st.tuples(st.sampled_from(sorted(operations)), places, places, places)
    return st.lists(line, min_size=1, max_size=8).map(lambda lines: Program(tuple(lines)))


def close(computed: Any, expected: Any) -> bool:
    """Equal but for roundings: 1e-9 of the largest entry.

    A graph has at most a hundred roundings of 1e-16 each, and values below 1000 whose cancellation costs six digits.
    """
    flat, other = _flat(computed), _flat(expected)
    scale = max([1.0, *map(abs, other)])
    return len(flat) == len(other) and all(abs(a - b) <= 1e-9 * scale for a, b in zip(flat, other, strict=True))


def _flat(x: Any) -> list[float]:
    return [y for branch in x for y in _flat(branch)] if isinstance(x, (list, tuple)) else [float(x)]


def tensors(inputs: Sequence[float]) -> Any:
    return torch.tensor(inputs, dtype=torch.float64, requires_grad=True)


# --- against PyTorch ---------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=examples(150))
@given(program=programs(OPERATIONS), inputs=points)
def test_random_graphs_have_torchs_values_and_gradients(program: Program, inputs: list[float]) -> None:
    assume(program.keeps_its_distance(inputs))
    x = tensors(inputs)
    y = program.results(TorchFunctions, list(x))[-1]
    (slopes,) = torch.autograd.grad(y, x)
    leaves = [Value(number) for number in inputs]
    root = program(leaves)
    assert close(root, y.item())
    root.backward()
    assert close([leaf.grad for leaf in leaves], slopes.tolist())
    assert close(grad(program)(inputs), slopes.tolist())


@settings(deadline=None, max_examples=examples(60))
@given(program=programs(OPERATIONS), inputs=points)
def test_random_graphs_have_torchs_second_derivatives(program: Program, inputs: list[float]) -> None:
    assume(program.keeps_its_distance(inputs))
    exact = torch.autograd.functional.hessian(lambda x: program.results(TorchFunctions, list(x))[-1], tensors(inputs))
    assert close(hessian(program)(inputs), exact.tolist())


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_of_the_random_graphs_agrees_by_itself(name: str) -> None:
    program = Program(((name, 0, 1, 2),))
    for inputs in ([0.7, -0.3, 1.2], [-1.1, 0.4, 0.9]):
        x = tensors(inputs)
        y = program.results(TorchFunctions, list(x))[-1]
        assert close(program(inputs), y.item())
        assert close(grad(program)(inputs), torch.autograd.grad(y, x)[0].tolist())


# --- laws --------------------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=examples(60))
@given(f=programs(OPERATIONS), g=programs(OPERATIONS), a=numbers, b=numbers, inputs=points)
def test_the_gradient_is_linear(f: Program, g: Program, a: float, b: float, inputs: list[float]) -> None:
    assume(f.keeps_its_distance(inputs) and g.keeps_its_distance(inputs))
    combined = grad(lambda v: a * f(v) + b * g(v))(inputs)
    apart = [a * s + b * t for s, t in zip(grad(f)(inputs), grad(g)(inputs), strict=True)]
    assert close(combined, apart)


@settings(deadline=None, max_examples=examples(60))
@given(f=programs(OPERATIONS), g=programs(OPERATIONS), inputs=points)
def test_the_product_rule_holds(f: Program, g: Program, inputs: list[float]) -> None:
    assume(f.keeps_its_distance(inputs) and g.keeps_its_distance(inputs))
    product = grad(lambda v: f(v) * g(v))(inputs)
    u, w = float(f(inputs)), float(g(inputs))
    apart = [s * w + u * t for s, t in zip(grad(f)(inputs), grad(g)(inputs), strict=True)]
    assert close(product, apart)


@settings(deadline=None, max_examples=examples(40))
@given(f=programs(SMOOTH), g=programs(SMOOTH), inputs=points)
def test_the_chain_rule_holds(f: Program, g: Program, inputs: list[float]) -> None:
    """The gradient of f(g, x1, x2) is put together from the two gradients."""
    assume(g.keeps_its_distance(inputs))
    inner = [float(g(inputs)), *inputs[1:]]
    assume(f.keeps_its_distance(inner))
    through = grad(lambda v: f([g(v), v[1], v[2]]))(inputs)
    outer, slopes = grad(f)(inner), grad(g)(inputs)
    apart = [outer[0] * s + (outer[i] if i else 0.0) for i, s in enumerate(slopes)]
    assert close(through, apart)


@settings(deadline=None, max_examples=examples(60))
@given(program=programs(OPERATIONS), inputs=points, direction=points)
def test_forward_mode_equals_reverse_mode(program: Program, inputs: list[float], direction: list[float]) -> None:
    assume(program.keeps_its_distance(inputs))
    value, along = jvp(program, (inputs,), (direction,))
    slopes = grad(program)(inputs)
    assert value == float(program(inputs))
    assert close(along, math.fsum(s * d for s, d in zip(slopes, direction, strict=True)))
    assert close(jacobian(lambda v: [program(v)])(inputs)[0], slopes)


@settings(deadline=None, max_examples=examples(40))
@given(program=programs(OPERATIONS), inputs=points, direction=points)
def test_second_derivatives_are_symmetric_and_the_same_in_every_mode(
    program: Program, inputs: list[float], direction: list[float]
) -> None:
    assume(program.keeps_its_distance(inputs))
    second = hessian(program)(inputs)
    assert close(second, [list(column) for column in zip(*second, strict=True)])
    product = [math.fsum(h * d for h, d in zip(row, direction, strict=True)) for row in second]
    assert close(hvp(program, (inputs,), (direction,))[0], product)
    assert close(jvp(grad(program), (inputs,), (direction,))[1], product)


@settings(deadline=None, max_examples=examples(60))
@given(program=programs(OPERATIONS), inputs=points)
def test_backward_equals_grad(program: Program, inputs: list[float]) -> None:
    leaves = [Value(number) for number in inputs]
    root = program(leaves)
    if root.depth:
        root.backward()
        recorded = jacobian(program)([Value(number) for number in inputs])
        assert close([leaf.grad for leaf in leaves], grad(program)(inputs))
        assert close([leaf.grad for leaf in leaves], [float(s) for s in recorded])


# --- re-association ----------------------------------------------------------------------------------------------

finite = st.floats(-1e100, 1e100)


@settings(deadline=None)
@given(terms=st.lists(finite, min_size=1, max_size=12), data=st.data())
def test_a_sum_in_any_order_is_the_same_number(terms: list[float], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(terms))
    assert functions.fsum(terms) == functions.fsum(shuffled)
    assert functions.fsum([Value(x) for x in terms]).data == functions.fsum([Value(x) for x in shuffled]).data


@settings(deadline=None)
@given(pairs=st.lists(st.tuples(finite, finite), min_size=1, max_size=8), data=st.data())
def test_a_dot_in_any_order_and_with_its_sides_swapped_is_the_same_number(
    pairs: list[tuple[float, float]], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(pairs))
    z = functions.dot([Value(w) for w, _ in pairs], [x for _, x in pairs])
    assert z.data == functions.dot([w for w, _ in shuffled], [Value(x) for _, x in shuffled]).data
    assert z.data == functions.dot([Value(x) for _, x in pairs], [w for w, _ in pairs]).data


@settings(deadline=None)
@given(a=finite, b=finite, c=finite)
def test_sums_have_the_same_gradient_however_they_are_bracketed(a: float, b: float, c: float) -> None:
    left, right = grad(lambda x, y, z: (x + y) + z, (0, 1, 2)), grad(lambda x, y, z: x + (y + z), (0, 1, 2))
    assert left(a, b, c) == right(a, b, c) == (1.0, 1.0, 1.0)


@settings(deadline=None)
@given(a=st.floats(0.01, 100.0), b=st.floats(0.01, 100.0), c=st.floats(0.01, 100.0))
def test_products_have_the_same_gradient_however_they_are_bracketed(a: float, b: float, c: float) -> None:
    left, right = grad(lambda x, y, z: (x * y) * z, (0, 1, 2)), grad(lambda x, y, z: x * (y * z), (0, 1, 2))
    # One rounding a derivative and side.
    assert left(a, b, c) == pytest.approx(right(a, b, c), rel=2.3e-16 * 2, abs=0.0)


@settings(deadline=None)
@given(a=finite, b=finite)
def test_sums_and_products_commute_exactly(a: float, b: float) -> None:
    for forth, back in ((lambda x, y: x + y, lambda x, y: y + x), (lambda x, y: x * y, lambda x, y: y * x)):
        assert forth(Value(a), Value(b)).data == back(Value(a), Value(b)).data
        assert grad(forth, (0, 1))(a, b) == grad(back, (0, 1))(a, b)
