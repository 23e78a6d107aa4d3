"""Losses: their numbers and derivatives, their targets, batches, and bad input."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import DomainError, Value, functions, grad, topological_order
from nn import losses
from nn.activations import ACTIVATIONS
from nn.layers import MLP, Layer, Neuron
from nn.losses import LOSSES, Averaged, Loss
from tests.peers import peer

NAN, INF = float("nan"), float("inf")

# outputs and targets of one example, with several outputs
EXAMPLES: dict[str, tuple[list[float], list[float]]] = {
    "mse": ([0.3, -2.0, 5.0], [0.5, 1.0, 5.0]),
    "half_squared_error": ([0.3, -2.0, 5.0], [0.5, 1.0, 5.0]),
    "mae": ([0.3, -2.0, 5.0], [0.5, 1.0, 5.0]),
    "huber": ([0.3, -2.0, 5.0], [0.5, 1.0, 5.0]),
    "hinge": ([0.3, -2.0, 5.0], [-1.0, 1.0, 1.0]),
    "binary_cross_entropy": ([0.3, 0.9, 1e-9], [1.0, 0.25, 0.0]),
    "binary_cross_entropy_with_logits": ([0.3, -20.0, 5.0], [1.0, 0.25, 0.0]),
    "categorical_cross_entropy": ([0.3, 0.6, 0.1], [0.0, 1.0, 0.0]),
    "categorical_cross_entropy_with_logits": ([0.3, -2.0, 5.0], [0.2, 0.8, 0.0]),
}


def exactly(name: str, outputs: Sequence[Any], targets: Sequence[Any]) -> Any:
    """The definition of each loss, in the arithmetic of its operands."""
    pairs, n = list(zip(outputs, targets, strict=True)), len(outputs)
    log, exp = mpmath.log, mpmath.exp
    match name:
        case "mse":
            return sum((y - t) ** 2 for y, t in pairs) / n
        case "half_squared_error":
            return sum((y - t) ** 2 for y, t in pairs) / 2
        case "mae":
            return sum(abs(y - t) for y, t in pairs) / n
        case "huber":
            return sum((y - t) ** 2 / 2 if abs(y - t) <= 1 else abs(y - t) - mpmath.mpf(0.5) for y, t in pairs) / n
        case "hinge":
            return sum(max(0, 1 - t * y) for y, t in pairs) / n
        case "binary_cross_entropy":
            return -sum(t * log(p) + (1 - t) * log(1 - p) for p, t in pairs) / n
        case "binary_cross_entropy_with_logits":
            return exactly("binary_cross_entropy", [1 / (1 + exp(-z)) for z in outputs], targets)
        case "categorical_cross_entropy":
            return -sum(t * log(p) for p, t in pairs)
        case _:
            return exactly("categorical_cross_entropy", [exp(z) / sum(map(exp, outputs)) for z in outputs], targets)


def test_every_loss_has_an_example_here() -> None:
    assert set(EXAMPLES) == set(LOSSES)


each_loss = pytest.mark.parametrize("name", EXAMPLES)


@each_loss
def test_loss_of_an_example_is_its_definition(name: str) -> None:
    outputs, targets = EXAMPLES[name]
    with mpmath.workdps(50):
        expected = float(exactly(name, [mpmath.mpf(y) for y in outputs], [mpmath.mpf(t) for t in targets]))
    # A few roundings of terms up to 20 in size.
    assert losses.get(name).one(outputs, targets) == pytest.approx(expected, rel=4e-15, abs=0)


@each_loss
def test_derivatives_by_outputs_are_those_of_the_definition(name: str) -> None:
    outputs, targets = EXAMPLES[name]
    if name in ("mae", "huber", "hinge"):  # keep clear of the kinks at y = t and t y = 1
        outputs = [0.31, -2.0, 5.5]
    slopes = grad(lambda y: losses.get(name).one(y, targets))(outputs)
    with mpmath.workdps(50):
        y, t = [mpmath.mpf(v) for v in outputs], [mpmath.mpf(v) for v in targets]
        h = mpmath.mpf(10) ** -20
        for k, slope in enumerate(slopes):
            up, down = ([v + sign * h * (i == k) for i, v in enumerate(y)] for sign in (1, -1))
            expected = float((exactly(name, up, t) - exactly(name, down, t)) / (2 * h))
            assert slope == pytest.approx(expected, rel=1e-14, abs=1e-16)


@each_loss
def test_loss_of_an_example_is_one_graph_whatever_the_numbers(name: str) -> None:
    outputs, targets = EXAMPLES[name]

    def operations(y: Sequence[float], t: Sequence[float]) -> list[tuple[Any, ...]]:
        nodes = topological_order(losses.get(name).one([Value(v) for v in y], [Value(v) for v in t]))
        place = {node: i for i, node in enumerate(nodes)}
        return [
            (node.op, *[place[x] if isinstance(x, Value) else x for x in node.operands]) for node in nodes if node.op
        ]

    assert operations(outputs, targets) == operations(outputs[::-1], targets[::-1])
    if "categorical" not in name:
        assert operations(outputs, targets) == operations([0.5] * 3, [1.0] * 3)


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("mse", "mse_loss"),
        ("mae", "l1_loss"),
        ("huber", "huber_loss"),
        ("binary_cross_entropy", "binary_cross_entropy"),
        ("binary_cross_entropy_with_logits", "binary_cross_entropy_with_logits"),
        ("categorical_cross_entropy_with_logits", "cross_entropy"),
    ],
)
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_batch_equals_torch(name: str, theirs: str, reduction: str) -> None:
    torch = peer("torch")
    rng = np.random.default_rng(0)
    outputs, targets = rng.normal(size=(6, 3)), rng.normal(size=(6, 3))
    if "cross_entropy" in name:
        targets = rng.uniform(size=(6, 3))
        targets /= targets.sum(axis=1, keepdims=True)
    if name == "binary_cross_entropy":
        outputs = rng.uniform(size=(6, 3))
    y = [[Value(v) for v in row] for row in outputs.tolist()]
    ours = losses.get(name)(y, targets, reduction=reduction)
    ours.backward()
    tensor = torch.tensor(outputs, requires_grad=True)
    loss = getattr(torch.nn.functional, theirs)(tensor, torch.tensor(targets), reduction=reduction)
    loss.backward()
    # A sum over examples of our mean over outputs is a third of a sum over both.
    factor = 3.0 if reduction == "sum" and "categorical" not in name else 1.0
    assert factor * ours.data == pytest.approx(loss.item(), rel=1e-14)
    slopes = [[factor * v.grad for v in row] for row in y]
    assert np.array(slopes) == pytest.approx(tensor.grad.numpy(), rel=1e-12, abs=1e-15)


def test_classification_losses_equal_scikit_learn() -> None:
    metrics = peer("sklearn.metrics")
    rng = np.random.default_rng(1)
    p, y = rng.uniform(0.01, 0.99, 20), rng.integers(0, 2, 20)
    weights = rng.uniform(size=20)
    scores = rng.normal(size=20) * 2
    P = rng.dirichlet(np.ones(4), 20)
    classes = np.arange(20) % 4
    assert losses.binary_cross_entropy(p, y) == pytest.approx(metrics.log_loss(y, p), rel=1e-14)
    assert losses.binary_cross_entropy(p, y, sample_weight=weights) == pytest.approx(
        metrics.log_loss(y, p, sample_weight=weights), rel=1e-14
    )
    assert losses.categorical_cross_entropy(P, classes) == pytest.approx(metrics.log_loss(classes, P), rel=1e-14)
    assert losses.hinge(scores, 2 * y - 1) == pytest.approx(metrics.hinge_loss(2 * y - 1, scores), rel=1e-14)


# --- logits --------------------------------------------------------------------------------------------------------


@given(st.floats(-700, 700), st.floats(0, 1))
def test_binary_loss_on_a_logit_is_the_loss_on_its_probability(z: float, t: float) -> None:
    with mpmath.workdps(700):  # 1 - sigmoid(700) needs 304 digits
        p = 1 / (1 + mpmath.exp(-mpmath.mpf(z)))
        expected = float(-(mpmath.mpf(t) * mpmath.log(p) + (1 - mpmath.mpf(t)) * mpmath.log(1 - p)))
        slope = float(p - mpmath.mpf(t))
    loss = losses.binary_cross_entropy_with_logits
    # The two terms are at most abs(z), or log(2); each is rounded, and so is their difference.
    assert loss(z, t) == pytest.approx(expected, rel=0, abs=4e-16 * max(abs(z), 1.0))
    assert grad(lambda v: loss(v, t))(z) == pytest.approx(slope, rel=0, abs=3e-16)


@given(st.lists(st.floats(-700, 700), min_size=2, max_size=5), st.data())
def test_categorical_loss_on_logits_is_the_loss_on_their_softmax(z: list[float], data: Any) -> None:
    c = data.draw(st.integers(0, len(z) - 1))
    with mpmath.workdps(700):
        powers = [mpmath.exp(mpmath.mpf(v)) for v in z]
        p = [power / sum(powers) for power in powers]
        expected, slopes = float(-mpmath.log(p[c])), [float(q - (k == c)) for k, q in enumerate(p)]
    loss = losses.categorical_cross_entropy_with_logits
    # The loss is logsumexp(z) - z_c, up to twice the largest logit, and each slope is one of a sum of terms that is 1:
    # 4 ulp of the largest term, which in the lower half of its binade is twice what 4e-16 of it allows.
    largest = max(expected, *[abs(v) + math.log(len(z)) for v in z])
    assert loss([z], [c]) == pytest.approx(expected, rel=0, abs=4 * math.ulp(largest))
    assert grad(lambda v: loss([v], [c]))(z) == pytest.approx(slopes, rel=0, abs=4 * math.ulp(1.0))


def test_confident_wrong_answers_have_a_finite_loss_on_logits_and_an_error_on_probabilities() -> None:
    certain = Neuron(1, "sigmoid", weights=[1000.0])
    with pytest.raises(DomainError, match="use a loss on logits"):
        losses.binary_cross_entropy([certain([-1.0])], [1])
    (z,) = certain.logits([-1.0])
    loss = losses.binary_cross_entropy_with_logits([z], [1])
    loss.backward()
    assert (loss.data, z.grad) == (1000.0, -1.0)


def test_certain_right_answers_cost_nothing_on_probabilities() -> None:
    assert losses.binary_cross_entropy([1.0, 0.0], [1, 0]) == 0.0
    assert losses.categorical_cross_entropy([[1.0, 0.0]], [0]) == 0.0


@pytest.mark.parametrize(
    ("model", "loss", "op"),
    [
        (MLP(1, [2, 1], output="sigmoid"), "binary_cross_entropy_with_logits", "dot"),
        (MLP(1, [2, 1], output="sigmoid"), "binary_cross_entropy", "sigmoid"),
        (MLP(1, [2, 2], output="softmax"), "categorical_cross_entropy_with_logits", "dot"),
        (MLP(1, [2, 2], output="softmax"), "categorical_cross_entropy", "softmax"),
        (Layer(1, 2), "mse", "dot"),
        (Neuron(1, "tanh"), "mse", "tanh"),
    ],
    ids=repr,
)
def test_loss_takes_from_a_model_what_it_is_meant_for(model: Any, loss: str, op: str) -> None:
    outputs = losses.get(loss).outputs_of(model, [0.5])
    assert [y.op.name for y in outputs] == [op] * model.n_outputs


def test_loss_on_logits_calls_a_model_that_has_none() -> None:
    z = Value(2.0)
    assert losses.binary_cross_entropy_with_logits.outputs_of(lambda x: z, [1.0]) == [z]
    assert losses.categorical_cross_entropy_with_logits.outputs_of(lambda x: (z, z), [1.0]) == [z, z]


@pytest.mark.parametrize("activation", ["sigmoid", "softmax"])
@pytest.mark.parametrize("loss", ["binary_cross_entropy_with_logits", "categorical_cross_entropy_with_logits"])
def test_loss_on_logits_refuses_probabilities(activation: str, loss: str) -> None:
    outputs = Layer(1, 2, ACTIVATIONS[activation], 0)([1.0])
    with pytest.raises(ValueError, match=f"applies the {activation} itself.*model.logits"):
        losses.get(loss)([outputs], [[0.0, 1.0]])


# --- batches -------------------------------------------------------------------------------------------------------


def test_mean_and_sum_over_a_batch() -> None:
    predictions = [Value(1.0), Value(2.0), Value(4.0)]
    assert losses.mse(predictions, [0, 0, 0], reduction="sum").data == 21.0
    mean = losses.mse(predictions, [0, 0, 0])
    mean.backward()
    assert mean.data == 7.0
    assert [p.grad for p in predictions] == pytest.approx([2 / 3, 4 / 3, 8 / 3], rel=1e-15)


def test_batch_is_summed_by_one_node() -> None:
    loss = losses.mse([Value(1.0), Value(2.0), Value(4.0)], [0, 0, 0])
    assert [node.op.name for node in topological_order(loss) if node.op].count("fsum") == 1


def test_a_single_prediction_is_a_batch_of_one_without_further_nodes() -> None:
    y, t = Value(0.75), Value(0.5)
    loss = losses.half_squared_error(y, t)
    loss.backward()
    assert loss.data == 0.03125
    assert (y.grad, t.grad) == (0.25, -0.25)
    assert losses.mse([y], [0.5]).op is losses.mse(y, 0.5).op
    assert losses.mse(2, 1, sample_weight=[3.0], reduction="sum") == 3.0


def test_losses_of_plain_numbers_are_floats() -> None:
    for name, (outputs, targets) in EXAMPLES.items():
        assert type(losses.get(name)([outputs, outputs], [targets, targets])) is float


@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(-5, 5), st.integers(0, 4)), min_size=1, max_size=6))
def test_weight_of_an_example_counts_how_often_it_is_there(examples: list[tuple[float, float, int]]) -> None:
    y, t, counts = zip(*examples, strict=True)
    if not any(counts):
        counts = (1, *counts[1:])
    many_y = [v for v, n in zip(y, counts, strict=True) for _ in range(n)]
    many_t = [v for v, n in zip(t, counts, strict=True) for _ in range(n)]
    for reduction in ("mean", "sum"):
        weighted = losses.mse(y, t, reduction, counts)
        assert weighted == pytest.approx(losses.mse(many_y, many_t, reduction), rel=1e-14, abs=1e-300)


def test_weighted_loss_has_weighted_gradients() -> None:
    y = [Value(1.0), Value(2.0)]
    losses.half_squared_error(y, [0.0, 0.0], sample_weight=np.array([3.0, 1.0])).backward()
    assert [v.grad for v in y] == [0.75, 0.5]


# --- targets -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("y", [[2, 0], [[0, 0, 1], [1, 0, 0]], np.array([2, 0]), np.array([[2.0], [0.0]]), (2, False)])
@pytest.mark.parametrize("name", ["categorical_cross_entropy", "categorical_cross_entropy_with_logits"])
def test_class_numbers_and_one_hot_rows_are_the_same_targets(name: str, y: Any) -> None:
    assert losses.get(name).encode(y, 3) == [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]


def test_rows_of_probabilities_are_targets_of_the_cross_entropies() -> None:
    assert losses.categorical_cross_entropy.encode([[0.25, 0.75]], 2) == [[0.25, 0.75]]
    assert losses.binary_cross_entropy.encode([[0.25, 1]], 2) == [[0.25, 1.0]]


@pytest.mark.parametrize("y", [[1.5, 2], np.array([1.5, 2.0]), [[1.5], [2]]], ids=repr)
def test_numbers_and_columns_are_targets_of_one_output(y: Any) -> None:
    assert losses.mse.encode(y, 1) == [[1.5], [2.0]]


TEXT = ["setosa", "virginica"]


@pytest.mark.parametrize(
    ("name", "y", "n_outputs", "error", "message"),
    [
        ("mse", [], 1, ValueError, "no targets"),
        ("categorical_cross_entropy", [], 2, ValueError, "no targets"),
        ("mse", [1.0, NAN], 1, ValueError, "targets has nan in row 1"),
        ("mse", [[1.0, 2.0], [INF, 0.0]], 2, ValueError, "inf in row 1, column 0"),
        ("mse", [1.0, "2"], 1, TypeError, "must be a real number"),
        ("mse", [1.0, 2.0], 3, ValueError, "1 number an example for 3 outputs.*for class numbers use a categorical"),
        ("mse", [[1.0, 2.0]], 1, ValueError, "2 numbers an example for 1 output; give one target an output$"),
        ("mse", [[1.0, 2.0], [3.0]], 2, ValueError, "row 1 of targets has 1 numbers"),
        ("hinge", [1, 0], 1, ValueError, r"target 1 is 0, .* write 2\*y - 1"),
        ("hinge", [1, 2], 1, ValueError, "target 1 is 2, .* write -1 for one class"),
        ("binary_cross_entropy", [1, -1], 1, ValueError, r"target 1 is -1, .* write \(y \+ 1\)/2"),
        ("binary_cross_entropy_with_logits", [0, 2], 1, ValueError, "target 1 is 2, .* categorical"),
        ("categorical_cross_entropy", [0, 3], 3, ValueError, "target 1 is 3, but the classes of 3 .* 0 to 2$"),
        ("categorical_cross_entropy", [1, 2, 3], 3, ValueError, "yours start at 1, write y - 1"),
        ("categorical_cross_entropy", [0, -1], 3, ValueError, "target 1 is -1"),
        ("categorical_cross_entropy", [0, 0.5], 3, ValueError, "target 1 is 0.5"),
        ("categorical_cross_entropy", TEXT, 2, TypeError, "'setosa' first.*np.unique"),
        ("categorical_cross_entropy", [[1, 1, 0]], 3, ValueError, "add up to 1.*several labels at once"),
        ("categorical_cross_entropy", [[2, -1, 0]], 3, ValueError, r"target row 0 is \[2.0, -1.0, 0.0\]"),
        ("categorical_cross_entropy", [[1, 0]], 3, ValueError, "2 numbers an example for 3 outputs"),
        ("categorical_cross_entropy_with_logits", [0, 1], 1, ValueError, "at least two, not 1"),
    ],
)
def test_faulty_targets_are_refused(name: str, y: Any, n_outputs: int, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        losses.get(name).encode(y, n_outputs)


@pytest.mark.parametrize(
    ("attempt", "error", "message"),
    [
        (lambda: losses.mse([1.0, 2.0], [1.0]), ValueError, "mse: 2 predictions for 1 target;"),
        (lambda: losses.mse([], []), ValueError, "no targets"),
        (lambda: losses.mse(Value(1.0), [1.0]), TypeError, "both single numbers, or both sequences"),
        (lambda: losses.mse([1.0], 1.0), TypeError, "both single numbers, or both sequences"),
        (lambda: Loss()([1.0], [[1.0, 2.0]]), ValueError, "Loss: the targets have 2 numbers"),
        (
            lambda: losses.mse([[1.0, 2.0], [3.0]], [[1.0, 2.0]] * 2),
            ValueError,
            "prediction 1 has 1 number, prediction 0",
        ),
        (lambda: losses.mse([1.0], [1.0], reduction="avg"), ValueError, "reduction 'avg' is not known"),
        (lambda: losses.mse([1.0], [1.0], reduction="man"), ValueError, "did you mean 'mean'"),
        (lambda: losses.mse([1.0, 2.0], [1.0, 2.0], sample_weight=[1.0]), ValueError, "sample_weight"),
        (
            lambda: losses.mse([1.0, 2.0], [1.0, 2.0], sample_weight=[1.0, -1.0]),
            ValueError,
            r"sample_weight\[1\] is -1",
        ),
        (lambda: losses.mse([1.0], [1.0], sample_weight=[0.0]), ValueError, "sample_weight is zero for every example"),
        (lambda: losses.mse(1.0, NAN), ValueError, "nan"),
        (lambda: losses.binary_cross_entropy([1.2], [1]), ValueError, "1.2 is no probability.*'sigmoid'"),
        (lambda: losses.binary_cross_entropy([Value(-0.2)], [1]), ValueError, "-0.2 is no probability"),
        (lambda: losses.categorical_cross_entropy([[2.0, -1.0]], [1]), ValueError, "2 is no probability"),
        (lambda: losses.categorical_cross_entropy([[0.9, 0.9]], [1]), ValueError, "add up to 1.8, not 1.*softmax"),
        (lambda: losses.huber(0.0), ValueError, "delta is 0"),
        (lambda: losses.huber(NAN), ValueError, "delta is nan"),
        (
            lambda: losses.get("binary_crossentropy_logits"),
            ValueError,
            "did you mean 'binary_cross_entropy_with_logits'",
        ),
        (lambda: losses.get("mze"), ValueError, "did you mean 'mse'"),
        (lambda: losses.get(abs), TypeError, "a loss is a name"),  # type: ignore[arg-type]
        (lambda: Loss().one([1.0], [1.0]), NotImplementedError, "must define one"),
        (lambda: Averaged().one([1.0], [1.0]), NotImplementedError, "must define term"),
    ],
)
def test_faulty_calls_are_refused(attempt: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        attempt()


def test_nan_in_a_prediction_shows_in_the_loss() -> None:
    for name, (outputs, targets) in EXAMPLES.items():
        assert np.isnan(losses.get(name)([[NAN, *outputs[1:]]], [targets])), name


# --- names ---------------------------------------------------------------------------------------------------------


@each_loss
def test_loss_is_found_by_name_and_by_itself(name: str) -> None:
    loss = losses.get(name)
    assert loss.name == name
    assert losses.get(loss) is loss
    assert getattr(losses, name) is loss or name == "huber"


def test_huber_is_square_within_delta_and_linear_beyond() -> None:
    loss = losses.huber(0.5)
    assert repr(loss) == "huber(delta=0.5)"
    assert [loss(a, 0.0) for a in (0.25, 0.5, -0.5, 2.0)] == [0.03125, 0.125, 0.125, 0.875]
    assert [grad(lambda y: loss(y, 0.0))(a) for a in (0.25, 0.5, 2.0, -2.0)] == [0.25, 0.5, 0.5, -0.5]


def test_a_loss_of_a_user() -> None:
    class Quartic(Loss):
        name = "quartic"

        def one(self, outputs: Sequence[Any], targets: Sequence[Any]) -> Any:
            return functions.fsum([(y - t) ** 4 for y, t in zip(outputs, targets, strict=True)])

    assert losses.get(Quartic())([3.0, 1.0], [1.0, 1.0]) == 8.0
