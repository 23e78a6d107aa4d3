"""Metrics against scikit-learn, and what each error says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn import metrics
from nn.metrics import accuracy, confusion_matrix, decided, f1, labels, precision, r2, recall
from tests.peers import peer

sklearn_metrics = peer("sklearn.metrics")

classes = st.integers(2, 5).flatmap(
    lambda k: st.lists(st.tuples(st.integers(0, k - 1), st.integers(0, k - 1)), min_size=1, max_size=30)
)
RATES = {
    "precision": (precision, sklearn_metrics.precision_score),
    "recall": (recall, sklearn_metrics.recall_score),
    "f1": (f1, sklearn_metrics.f1_score),
}
each_rate = pytest.mark.parametrize(("ours", "theirs"), RATES.values(), ids=RATES)


@pytest.mark.filterwarnings("ignore:A single label was found:UserWarning")
@given(classes)
def test_accuracy_and_confusion_matrix_are_those_of_scikit_learn(pairs: Any) -> None:
    y, predicted = zip(*pairs, strict=True)
    assert accuracy(y, predicted) == pytest.approx(sklearn_metrics.accuracy_score(y, predicted), abs=1e-15)
    np.testing.assert_array_equal(confusion_matrix(y, predicted), sklearn_metrics.confusion_matrix(y, predicted))


@each_rate
@pytest.mark.parametrize("average", ["macro", "micro", "weighted", "each"])
@given(pairs=classes)
def test_rates_are_those_of_scikit_learn(ours: Any, theirs: Any, average: str, pairs: Any) -> None:
    y, predicted = zip(*pairs, strict=True)
    expected = theirs(y, predicted, average=None if average == "each" else average, zero_division=0)
    np.testing.assert_allclose(ours(y, predicted, average=average), expected, rtol=1e-12)


@each_rate
@pytest.mark.parametrize("negative", [0, -1])
@given(pairs=st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=20))
def test_two_classes_are_rated_by_class_1(ours: Any, theirs: Any, negative: int, pairs: Any) -> None:
    y, predicted = (np.where(side, 1, negative) for side in zip(*pairs, strict=True))
    expected = theirs(y, predicted, labels=[1], average="macro", zero_division=0)
    assert ours(y, predicted) == pytest.approx(expected, abs=1e-15)
    assert ours(y, predicted, average="binary") == ours(y, predicted)


@each_rate
def test_more_classes_are_rated_by_their_mean(ours: Any, theirs: Any) -> None:
    y, predicted = [0, 1, 2, 2], [0, 2, 2, 1]
    assert ours(y, predicted) == pytest.approx(theirs(y, predicted, average="macro"))


@given(st.lists(st.tuples(st.floats(-100, 100), st.floats(-100, 100)), min_size=2, max_size=20))
def test_r2_is_that_of_scikit_learn(pairs: Any) -> None:
    y, predicted = map(np.array, zip(*pairs, strict=True))
    y[0], y[1] = -1.0, 1.0  # so that there is something to explain
    assert r2(y, predicted) == pytest.approx(sklearn_metrics.r2_score(y, predicted), rel=1e-9, abs=1e-9)


def test_r2_of_several_outputs_is_their_mean() -> None:
    y = np.array([[1.0, 10.0], [2.0, 30.0], [4.0, 20.0]])
    predicted = np.array([[1.5, 12.0], [2.0, 25.0], [3.0, 21.0]])
    assert r2(y, predicted) == pytest.approx(sklearn_metrics.r2_score(y, predicted), rel=1e-12)


def test_accuracy_of_several_labels_counts_examples_that_are_right_throughout() -> None:
    y, predicted = [[1, 0], [0, 1], [1, 1]], [[1, 0], [1, 1], [1, 1]]
    assert accuracy(y, predicted) == sklearn_metrics.accuracy_score(y, predicted) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [([0.49, 0.5, 0.51], [0, 1, 1]), ([[0.2], [0.7]], [0, 1]), ([[0.2, 0.3, 0.1], [0.9, 0.0, 0.1]], [1, 0])],
    ids=["probabilities", "column", "classes"],
)
def test_labels_take_the_largest_output_or_compare_with_the_threshold(outputs: list[Any], expected: list[int]) -> None:
    assert labels(outputs).tolist() == expected


def test_labels_take_another_threshold() -> None:
    assert labels([-0.1, 0.1], threshold=0.0).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("targets", "outputs", "right", "predicted"),
    [
        ([[0.0], [1.0]], [0.4, 0.6], [0, 1], [0, 1]),
        ([[-1.0], [1.0]], [0.4, -0.6], [-1, 1], [1, -1]),
        ([[0.0, 1.0], [1.0, 0.0]], [[0.4, 0.6], [0.3, 0.7]], [1, 0], [1, 1]),
        ([[0.0, 0.0], [1.0, 1.0]], [[0.4, 0.6], [0.9, 0.7]], [[0, 0], [1, 1]], [[0, 1], [1, 1]]),
    ],
    ids=["probability", "sign", "one-hot", "several labels"],
)
def test_decisions_follow_the_form_of_the_targets(
    targets: list[list[float]], outputs: list[Any], right: list[Any], predicted: list[Any]
) -> None:
    a, b = decided(np.array(targets), np.array(outputs))
    assert (a.tolist(), b.tolist()) == (right, predicted)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: accuracy([0, 1], [0]), "y has 2 rows, but predicted has 1"),
        (lambda: accuracy([], []), "y is empty"),
        (
            lambda: accuracy([0, 1], [[0.1, 0.9], [0.8, 0.2]]),
            r"give class numbers: metrics.labels\(model.predict\(X\)\)",
        ),
        (lambda: f1([[0, 1]], [[0, 1]]), r"y has shape \(1, 2\); give one class number an example"),
        (lambda: recall([0], [0], average="mean"), "average is 'mean', but must be one of 'binary', 'macro'"),
        (lambda: r2([1.0, 1.0], [1.0, 2.0]), "r2 is not defined where all of y are the same"),
        (lambda: metrics.get("acuracy"), "metric 'acuracy' is not known; did you mean 'accuracy'"),
    ],
    ids=["lengths", "empty", "outputs", "rows", "average", "constant", "name"],
)
def test_faulty_arguments_are_refused(call: Callable[..., Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_metrics_are_found_by_name_or_given_as_functions() -> None:
    assert metrics.get("Accuracy") == ("accuracy", accuracy)
    assert metrics.get(max) == ("max", max)
    with pytest.raises(TypeError, match="a metric is a name such as 'accuracy' or a function"):
        metrics.get(3)


# --- ties, constants, and numbers that are no classes ----------------------------------------------------------------


def test_at_a_tie_the_first_class_is_predicted_and_at_the_threshold_class_1() -> None:
    assert labels([[0.5, 0.5], [0.2, 0.4], [0.1, 0.1]]).tolist() == [0, 1, 0]
    assert labels([0.5, np.nextafter(0.5, 0.0)]).tolist() == [1, 0]
    assert labels([0.0, -0.0, -5e-324], threshold=0.0).tolist() == [1, 1, 0]


def test_a_tie_is_decided_alike_for_one_hot_rows_columns_signs_and_labels() -> None:
    third = np.full((3, 3), 1.0 / 3.0)
    right, given = decided(np.eye(3), third)
    assert (right.tolist(), given.tolist()) == ([0.0, 1.0, 2.0], [0.0, 0.0, 0.0])
    assert accuracy(right, given) == 1 / 3
    below = np.nextafter(0.5, 0.0)
    assert decided(np.array([[0.0], [1.0]]), np.array([0.5, below]))[1].tolist() == [1.0, 0.0]
    assert decided(np.array([[-1.0], [1.0]]), np.array([0.0, -5e-324]))[1].tolist() == [1.0, -1.0]
    several = np.array([[1.0, 1.0], [0.0, 1.0]])
    assert decided(several, np.array([[0.5, below], [0.0, 0.5]]))[1].tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_ties_are_decided_as_scikit_learn_decides_them() -> None:
    rng = np.random.default_rng(0)
    scores = rng.integers(0, 3, size=(200, 3)) / 4.0  # of which many are equal
    y = rng.integers(0, 3, 200)
    expected = sklearn_metrics.accuracy_score(y, scores.argmax(axis=1))
    assert accuracy(*decided(np.eye(3)[y], scores)) == accuracy(y, labels(scores)) == expected


def test_nan_is_no_class() -> None:
    with pytest.raises(ValueError, match="nan in row 1 "):
        labels([0.1, np.nan])
    with pytest.raises(ValueError, match="nan in row 0 "):
        labels([[np.nan, 1.0]])


@pytest.mark.parametrize("metric", [accuracy, confusion_matrix, precision, recall, f1])
def test_a_number_that_is_no_class_is_refused(metric: Any) -> None:
    with pytest.raises(ValueError, match=r"y has 0.3, which is no class number; for a regression use r2"):
        metric([1.0, 0.3], [1.0, 0.0])
    with pytest.raises(ValueError, match=r"predicted has 0.7, which is no class number; write metrics.labels"):
        metric([1.0, 0.0], [1.0, 0.7])


@pytest.mark.parametrize("constant", [0.1, 1 / 3, 1e-300, -7.7, 0.0, 1e300])
@pytest.mark.parametrize("n", [1, 2, 3, 10, 1000])
def test_r2_of_a_constant_target_is_not_defined_whatever_its_mean_rounds_to(constant: Any, n: int) -> None:
    """The mean of ten times 0.1 is not 0.1, so that a sum of squares says that there is something to determine."""
    with pytest.raises(ValueError, match="all of y are the same number"):
        r2([constant] * n, np.arange(n))
    with pytest.raises(ValueError, match="all of y are the same number"):
        r2([[constant, i] for i in range(n)], np.zeros((n, 2)))


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=2, max_size=9), st.integers(-300, 300))
def test_r2_does_not_depend_on_the_unit(pairs: Any, exponent: Any) -> None:
    y, predicted = map(np.array, zip(*pairs, strict=True))
    if len(set(y)) > 1:
        unit = 10.0**exponent
        # A handful of roundings in each of the sums; 1 - s loses what s is larger than 1.
        expected = sklearn_metrics.r2_score(y, predicted)
        assert r2(y * unit, predicted * unit) == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_r2_of_a_prediction_far_out_is_as_bad_as_a_float_can_say() -> None:
    assert r2([1.0, 2.0], [1e300, 0.0]) == -np.inf
