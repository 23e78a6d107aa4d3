"""Losses far out: logits of any size, infinite ones too, and probabilities next to 0 and 1, against mpmath.

Every form is asked for each: the eager graph, plain numbers, and the compiled program that training runs.
"""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Sequence
from math import inf, isfinite, isinf, nan
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograd import DomainError, Value, compile, explain, grad, hessian, no_grad
from autograd.engine import scalar
from autograd.functions import sigmoid
from nn import MLP, SGD, Layer, Neuron, fit, losses
from nn.losses import cross_entropy_of_sigmoid, gap, logistic_loss, portion, xlog1my
from nn.steps import CompiledStep, EagerStep

ULP = 2.0**-52
binary, categorical = losses.binary_cross_entropy_with_logits, losses.categorical_cross_entropy_with_logits

far_out = st.one_of(
    st.floats(allow_nan=False),  # of every size, infinities among them
    st.floats(-50.0, 50.0),
    st.sampled_from([0.0, 36.0, -36.0, 37.0, -37.0, 709.0, -709.0, 746.0, -746.0, 1e9, -1e9, 1e17, inf, -inf]),
)
target = st.one_of(st.sampled_from([0.0, 1.0, 0.5]), st.floats(0.0, 1.0))


def softplus(x: Any) -> Any:
    """log(1 + exp(x)) in mpmath; infinite where x is +infinity."""
    if isinf(x):
        return mpmath.inf if x > 0 else mpmath.mpf(0)
    x = mpmath.mpf(x)
    return mpmath.log1p(mpmath.exp(x)) if x < 0 else x + mpmath.log1p(mpmath.exp(-x))


def exactly_binary(z: float, t: float) -> float:
    """t log(1 + exp(-z)) + (1 - t) log(1 + exp(z)), a term with the factor 0 being 0."""
    with mpmath.workdps(40):
        terms = [(mpmath.mpf(t), softplus(-z)), (1 - mpmath.mpf(t), softplus(z))]
        return float(sum(factor * log for factor, log in terms if factor))


def exactly_categorical(z: Sequence[float], t: Sequence[float]) -> float:
    """-sum t_i log(p_i), a term with the factor 0 being 0; equal logits have equal probabilities, infinite ones too."""
    with mpmath.workdps(40):
        top = max(z)
        below = [mpmath.mpf(0) if v == top else mpmath.mpf(v) - mpmath.mpf(top) for v in z]
        # the first of the largest is taken out: what is left may be far below the digits of 1
        rest = [d for i, d in enumerate(below) if i != z.index(top)]
        excess = mpmath.log1p(sum([mpmath.exp(d) for d in rest if not mpmath.isinf(d)], mpmath.mpf(0)))
        return float(sum(mpmath.mpf(share) * (excess - d) for share, d in zip(t, below, strict=True) if share))


def classes(draw: Any, n: int) -> list[float]:
    """One-hot, or shares of 1 that floats add up exactly."""
    if draw(st.booleans()):
        c = draw(st.integers(0, n - 1))
        return [float(k == c) for k in range(n)]
    cut = sorted(draw(st.integers(0, 64)) for _ in range(n - 1))
    return [(b - a) / 64 for a, b in zip([0, *cut], [*cut, 64], strict=True)]


@st.composite
def categorical_examples(draw: Any) -> tuple[list[float], list[float]]:
    z = draw(st.lists(far_out, min_size=2, max_size=5))
    return z, classes(draw, len(z))


def in_every_form(one: Callable[[Any, Any], Any], z: Sequence[float], t: Sequence[float]) -> dict[str, Any]:
    """The loss and its slopes by z: of plain numbers, eager, and by the program recorded at quite other numbers."""
    n = len(z)
    nodes = [Value(v) for v in z]
    eager = one(nodes, t)
    eager.backward()
    recorded = [Value(0.1 * i) for i in range(n)], [Value(1.0 / n) for _ in range(n)]
    program = compile(one(*recorded), inputs=[*recorded[0], *recorded[1]], exact=True)
    weights = [Value(0.1 * i) for i in range(n)]
    by_parameters = compile(one(weights, recorded[1]), inputs=recorded[1], exact=True)
    theta = np.array([z[weights.index(p)] for p in by_parameters.parameters])
    _, slopes = by_parameters.value_and_grad(np.array([t]), theta)
    of_parameter = dict(zip(by_parameters.parameters, slopes.tolist(), strict=True))
    return {
        "numbers": (one(z, t), None),
        "eager": (eager.data, [v.grad for v in nodes]),
        "compiled": (program([[*z, *t]]).item(), [of_parameter.get(w, 0.0) for w in weights]),
    }


@settings(deadline=None)
@given(far_out, target)
@example(inf, 1.0)
@example(36.0, 1.0)
@example(-36.0, 0.0)
@example(-inf, 0.5)
def test_binary_loss_keeps_its_digits_at_every_logit(z: float, t: float) -> None:
    expected = exactly_binary(z, t)
    with mpmath.workdps(40):
        h = mpmath.mpf(0 if z < 0 else 1) if isinf(z) else 1 / (1 + mpmath.exp(-mpmath.mpf(z)))
        mirrored = mpmath.mpf(1 if z < 0 else 0) if isinf(z) else 1 / (1 + mpmath.exp(mpmath.mpf(z)))
        terms = [(1 - mpmath.mpf(t)) * h, -mpmath.mpf(t) * mirrored]
        slope, largest = float(sum(terms)), float(max(map(abs, terms)))
    for form, (value, slopes) in in_every_form(binary.one, [z], [t]).items():
        # Two terms of a few roundings each, neither negative: nothing cancels. Subnormal numbers have fewer digits.
        assert value == pytest.approx(expected, rel=8 * ULP, abs=1e-323), form
        if slopes is not None:
            assert slopes == pytest.approx([slope], rel=0, abs=8 * ULP * largest + 1e-323), form


@settings(deadline=None)
@given(categorical_examples())
@example(([1.0, 2.0, -inf], [0.0, 1.0, 0.0]))
@example(([36.0, 0.0], [1.0, 0.0]))
@example(([inf, 0.0], [0.5, 0.5]))
@example(([-inf, 0.0, inf], [0.5, 0.5, 0.0]))
@example(([inf, inf, 3.0], [1.0, 0.0, 0.0]))
@example(([-inf, -inf], [0.0, 1.0]))
@example(([1e17, 1e17], [1.0, 0.0]))
@example(([1e308, -1e308], [1.0, 0.0]))
def test_categorical_loss_keeps_its_digits_at_all_logits(case: tuple[list[float], list[float]]) -> None:
    z, t = case
    expected = exactly_categorical(z, t)
    with mpmath.workdps(40):
        top = max(z)
        powers = [mpmath.mpf(1) if v == top else mpmath.exp(mpmath.mpf(v) - mpmath.mpf(top)) for v in z]
        p = [float(power / sum(powers)) for power in powers]
    for form, (value, slopes) in in_every_form(categorical.one, z, t).items():
        # The distance to the largest logit is rounded once, by half an ulp, which exp turns into a relative error: of
        # 745 at most, where exp ends.
        assert value == pytest.approx(expected, rel=(8 + 745) * ULP, abs=1e-323), form
        if slopes is not None:
            # p - t, of numbers up to 1
            assert slopes == pytest.approx([q - s for q, s in zip(p, t, strict=True)], rel=0, abs=8 * ULP), form


def test_the_examples_of_masked_and_saturated_logits() -> None:
    assert categorical([[1.0, 2.0, -inf]], [1]) == pytest.approx(0.31326168751822286, rel=4 * ULP)
    assert binary([inf], [1]) == 0.0
    assert binary([-inf], [0]) == 0.0
    assert binary([inf], [0]) == inf
    assert binary([36.0], [1]) == binary([-36.0], [0]) == pytest.approx(2.319522830243569e-16, rel=4 * ULP)
    assert categorical([[36.0, 0.0]], [0]) == pytest.approx(2.319522830243569e-16, rel=4 * ULP)


def test_a_nan_among_the_logits_is_passed_on() -> None:
    assert np.isnan(binary([nan], [1]))
    assert np.isnan(categorical([[nan, 1.0]], [1]))
    assert np.isnan(categorical([[1.0, nan]], [0]))


@pytest.mark.parametrize("t", [0.0, 0.25, 1.0])
def test_a_target_that_is_a_value_has_its_slope_also_at_0_and_1(t: float) -> None:
    """dL/dt = log(1 - p) - log(p) = -z for the binary one; z_top - z_i, up to a shift, for the categorical one."""
    assert grad(lambda s: binary.one([0.7], [s]))(t) == pytest.approx(-0.7, rel=1e-15)
    slopes = grad(lambda s: categorical.one([0.7, -1.0], s))([t, 1.0 - t])
    assert slopes[1] - slopes[0] == pytest.approx(1.7, rel=1e-15)


def test_second_derivatives_on_logits_are_the_slopes_of_the_probabilities() -> None:
    z = [0.3, -2.0, 5.0]
    p = [float(np.exp(v) / np.exp(z).sum()) for v in z]
    expected = [[p[i] * ((i == j) - p[j]) for j in range(3)] for i in range(3)]
    assert np.array(hessian(lambda v: categorical.one(v, [0.0, 1.0, 0.0]))(z)) == pytest.approx(
        np.array(expected), rel=1e-13, abs=1e-16
    )
    h = 1.0 / (1.0 + np.exp(-0.3))
    for t in (0.0, 0.5, h, 1.0):
        assert grad(grad(lambda v, t=t: binary.one([v], [t])))(0.3) == pytest.approx(h * (1.0 - h), rel=1e-14)
        mixed = grad(lambda s: grad(lambda v: losses.binary_cross_entropy.one([sigmoid(v)], [s]))(0.3))
        assert mixed(t) == pytest.approx(-1.0, rel=1e-13)
        of_p = grad(grad(lambda v, t=t: losses.binary_cross_entropy.one([sigmoid(v)], [t])))
        assert of_p(0.3) == pytest.approx(h * (1.0 - h), rel=1e-13)


# --- probabilities -------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.floats(-36.0, 36.0), target)
@example(20.0, 0.0)
@example(36.0, 0.0)
@example(-36.0, 1.0)
def test_binary_loss_of_a_sigmoid_keeps_the_digits_that_its_probability_has_lost(z: float, t: float) -> None:
    expected, slope = exactly_binary(z, t), grad(lambda v: binary.one([v], [t]))(z)
    largest = max((1.0 - t) / (1.0 + np.exp(-z)), t / (1.0 + np.exp(z)))
    logit = Value(z)
    p = logit.sigmoid()
    loss = losses.binary_cross_entropy(p, t)
    loss.backward()
    assert loss.data == pytest.approx(expected, rel=8 * ULP, abs=1e-323)
    # By way of p: a factor of 1/p or 1/(1 - p), and the slope of the sigmoid, a few roundings each.
    assert logit.grad == pytest.approx(slope, rel=0, abs=16 * ULP * largest + 1e-323)
    with mpmath.workdps(40):
        h, q = [1 / (1 + mpmath.exp(s * mpmath.mpf(z))) for s in (-1, 1)]
        of_p = [(1 - mpmath.mpf(t)) / q, -mpmath.mpf(t) / h]
        assert p.grad == pytest.approx(float(sum(of_p)), rel=0, abs=16 * ULP * float(max(map(abs, of_p))))


def test_the_gradient_of_a_loss_on_a_sigmoid_goes_through_the_probability() -> None:
    z = Value(0.5, label="z")
    p = z.sigmoid()
    p.label = "p"
    L = losses.binary_cross_entropy(p, 1.0)
    L.backward()
    assert p.grad == pytest.approx(-1.0 / p.data, rel=1e-15)
    assert "dL/dp" in str(explain(L, p, names={"L": L}))
    assert [str(x.op.name) for x in L.parents if x.op] == ["sigmoid", "stop_gradient"]


@given(st.floats(0.0, 1.0, exclude_max=True), st.floats(0.0, 1.0))
@example(1e-20, 0.0)
@example(5e-324, 0.0)
def test_binary_loss_of_a_given_probability_keeps_its_digits(p: float, t: float) -> None:
    if p == 0.0 and t != 0.0:
        with pytest.raises(DomainError, match="use a loss on logits"):
            losses.binary_cross_entropy(p, t)
        return
    with mpmath.workdps(400):  # 1 - 5e-324
        exact = mpmath.mpf(p), mpmath.mpf(t)
        terms = [exact[1] * mpmath.log(exact[0]) if t else mpmath.mpf(0), (1 - exact[1]) * mpmath.log1p(-exact[0])]
        expected = float(-sum(terms))
    assert losses.binary_cross_entropy(p, t) == pytest.approx(expected, rel=8 * ULP, abs=1e-323)
    y = Value(p)
    losses.binary_cross_entropy(y, t).backward()
    slopes = [(1.0 - t) / (1.0 - p), -t / p if t else 0.0]
    assert y.grad == pytest.approx(sum(slopes), rel=0, abs=8 * ULP * max(map(abs, slopes))) or not isfinite(sum(slopes))


@pytest.mark.parametrize(("z", "t"), [(-1000.0, 1.0), (-720.0, 1.0), (40.0, 0.0), (1000.0, 0.5)])
def test_a_saturated_sigmoid_that_is_wrong_is_an_error_on_probabilities(z: float, t: float) -> None:
    with pytest.raises(DomainError, match="use a loss on logits"):
        losses.binary_cross_entropy(Value(z).sigmoid(), t)


def test_a_saturated_sigmoid_that_is_right_costs_nothing() -> None:
    for z, t in ((-1000.0, 0.0), (1000.0, 1.0)):
        logit = Value(z)
        loss = losses.binary_cross_entropy(logit.sigmoid(), t)
        loss.backward()
        assert (loss.data, logit.grad) == (0.0, 0.0)


# --- training ------------------------------------------------------------------------------------------------------

LOGITS = [0.0, 20.0, -20.0, 36.0, -36.0, 100.0, -700.0, 1e9, -1e17, 1e300]


@pytest.mark.parametrize("kind", [CompiledStep, EagerStep])
@pytest.mark.parametrize("t", [0.0, 1.0])
def test_training_sees_the_binary_loss_of_every_logit(kind: Any, t: float) -> None:
    model = Neuron(1, "sigmoid", weights=[1.0])
    X, T = np.array(LOGITS)[:, None], np.full((len(LOGITS), 1), t)
    step = kind(model, binary, X, T, False) if kind is CompiledStep else kind(model, binary)
    expected = [exactly_binary(z, t) for z in LOGITS]
    assert step.losses(X, T) == pytest.approx(np.array(expected), rel=8 * ULP, abs=1e-323)
    for x, row, loss in zip(X, T, expected, strict=True):
        value, gradient = step(x[None], row[None], None)
        assert value == pytest.approx(loss, rel=8 * ULP, abs=1e-323)
        assert dict(zip(step.parameters, gradient, strict=True))[model.bias] == pytest.approx(
            grad(lambda z, t=t: binary.one([z], [t]))(float(x[0])), rel=8 * ULP, abs=1e-323
        )


@pytest.mark.parametrize("kind", [CompiledStep, EagerStep])
def test_training_sees_the_categorical_loss_of_every_logit(kind: Any) -> None:
    model = Layer(1, 3, "softmax", weights=[[1.0], [0.0], [-1.0]])
    X = np.array(LOGITS)[:, None]
    for c in range(3):
        T = np.tile(np.eye(3)[c], (len(LOGITS), 1))
        step = kind(model, categorical, X, T, False) if kind is CompiledStep else kind(model, categorical)
        expected = [exactly_categorical([z, 0.0, -z], T[0].tolist()) for z in LOGITS]
        assert step.losses(X, T) == pytest.approx(np.array(expected), rel=753 * ULP, abs=1e-323)


@pytest.mark.parametrize(
    "loss", ["binary_cross_entropy", "binary_cross_entropy_with_logits", "categorical_cross_entropy_with_logits"]
)
def test_a_batch_of_examples_of_every_class_is_one_program(loss: str) -> None:
    """Whatever the target, an example has the same graph; the copies are found, and the text does not grow."""
    objective = losses.get(loss)
    n = 3 if "categorical" in loss else 1
    model = MLP(2, [4, n], output="softmax" if n > 1 else "sigmoid", seed=1)
    X = np.random.default_rng(0).normal(size=(60, 2)).tolist()
    y = [i % max(n, 2) for i in range(60)]

    def batch(k: int) -> Value:
        total: Value = objective([objective.outputs_of(model, x) for x in X[:k]], y[:k])
        return total

    L, program = batch(60), compile(batch(60))
    assert program() == pytest.approx(L.data, rel=1e-14)
    value, slopes = program.value_and_grad()
    model.zero_grad()
    L.backward()
    assert value == pytest.approx(L.data, rel=1e-14)
    # Sums of sixty terms, in another order.
    assert slopes == pytest.approx(np.array([p.grad for p in program.parameters]), rel=1e-11, abs=1e-14)
    assert len(program.source.splitlines()) == len(compile(batch(12)).source.splitlines())


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("loss", ["binary_cross_entropy", "binary_cross_entropy_with_logits"])
def test_fit_reports_the_loss_of_a_confident_wrong_answer_to_all_its_digits(loss: str, compiled: bool) -> None:
    model = Neuron(1, "sigmoid", weights=[1.0])
    history = fit(model, [[20.0]], [0.0], loss, SGD(1e-3), epochs=1, compiled=compiled, progress=False)
    assert history["loss"] == pytest.approx([20.000000002061153], rel=4 * ULP)
    assert model.bias.data == pytest.approx(-1e-3 * 0.9999999979388463, rel=1e-14)


@pytest.mark.slow
@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("task", ["binary", "multiclass", "multilabel"])
def test_a_network_far_out_comes_back(task: str, compiled: bool) -> None:
    """Logits of some 1e4 on the wrong side: every step is finite, and the loss falls."""
    sizes = {"binary": [1], "multiclass": [3], "multilabel": [2]}[task]
    model = MLP.for_task(task, 2, sizes, seed=0)
    for parameter in model.parameters():
        parameter.data *= 1e4
    X = np.array([[1.0, 2.0], [-1.0, 0.5], [0.3, -2.0], [1.5, 1.0]])
    y = {"binary": [0, 1, 1, 0], "multiclass": [0, 1, 2, 1], "multilabel": [[0, 1], [1, 1], [0, 0], [1, 0]]}[task]
    history = fit(model, X, y, optimizer=SGD(100.0), epochs=2000, compiled=compiled, progress=False)
    assert all(map(isfinite, history["loss"]))
    assert history["loss"][-1] < 0.1 * history["loss"][0]


# --- the primitives of their own -----------------------------------------------------------------------------------

OWN = [portion, gap, logistic_loss, xlog1my, cross_entropy_of_sigmoid]


@pytest.mark.parametrize("op", OWN, ids=repr)
def test_a_primitive_of_the_losses_is_found_again(op: Any) -> None:
    assert copy.deepcopy(op) is op
    assert pickle.loads(pickle.dumps(op)) is op


@given(st.floats(0.01, 0.99), st.floats(-5.0, 5.0), st.floats(0.0, 1.0))
def test_the_textbook_slopes_of_the_primitives_are_those_of_their_rules(p: float, z: float, t: float) -> None:
    operands = {
        portion: (t, z),
        gap: (z, z + 1.0),
        logistic_loss: (z, t),
        xlog1my: (t, p),
        cross_entropy_of_sigmoid: (scalar.sigmoid(z), z, t),
    }
    functions = {"sigmoid": scalar.sigmoid, "log": scalar.log, "exp": scalar.exp}
    for op, numbers in operands.items():
        scope = {**functions, **dict(zip("abc", numbers, strict=False))}
        node = op.value(scalar, *numbers)
        assert node == pytest.approx(eval(op.formula, scope), rel=1e-12, abs=1e-12), op
        for slope, written in zip(op.slopes(scalar, node, *numbers), op.textbook, strict=True):
            assert slope == pytest.approx(eval(written, scope), rel=1e-11, abs=1e-12), op


def test_without_a_graph_a_probability_has_the_digits_it_has() -> None:
    with no_grad():
        assert losses.binary_cross_entropy(Value(20.0).sigmoid(), 0.0).data == pytest.approx(20.0, rel=1e-8)
