"""Metrics: how good predictions are, in terms a person cares about.

The metrics of a classifier take class numbers; `labels` makes them from a model's outputs. Rates that would be 0/0,
such as the precision for a class that was never predicted, are 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from nn.data import FloatArray, check_choice, check_targets
from nn.numerics import np
from nn.suggest import lookup

if TYPE_CHECKING:
    import numpy.typing as npt

Metric: TypeAlias = Callable[[Any, Any], Any]

AVERAGES = ("binary", "macro", "micro", "weighted", "each")


def labels(outputs: Any, threshold: float = 0.5) -> npt.NDArray[np.int64]:
    """The classes that a model's outputs stand for.

    Arguments:
        outputs: shape (examples, classes), of which the largest of a row counts, at a tie the first; or shape
            (examples,), of which those from ``threshold`` on are of class 1, the others of class 0.
        threshold: for a single output; 0.5 for probabilities.

    Raises:
        ValueError: for NaN, which stands for no class.

    Example:
        >>> labels([[0.1, 0.9], [0.8, 0.2]]), labels([0.1, 0.5])
        (array([1, 0]), array([0, 1]))

    Source: notes 5.3: the neuron activates from 0.5 on.
    """
    array = np.asarray(outputs, dtype=float)
    faulty = np.argwhere(np.isnan(array))
    if len(faulty):
        raise ValueError(f"the outputs have nan in row {faulty[0][0]} (counted from 0), which stands for no class")
    if array.ndim == 2 and array.shape[1] > 1:
        return array.argmax(axis=1)
    return (array.reshape(len(array)) >= threshold).astype(int)


def classes_of(targets: FloatArray) -> list[float] | None:
    """The numbers that stand for classes, in targets as a loss encodes them; None where these are no classes.

    Arguments:
        targets: shape (examples, outputs): one-hot rows, or a single column of 0 and 1, or of -1 and 1.

    Example:
        >>> classes_of(np.array([[-1.0], [1.0]])), classes_of(np.array([[0.3]])), classes_of(np.eye(3))
        ([-1.0, 1.0], None, [0.0, 1.0, 2.0])
    """
    if targets.shape[1] == 1:
        numbers = set(targets.ravel().tolist())
        return next(([low, 1.0] for low in (0.0, -1.0) if numbers <= {low, 1.0}), None)
    one_hot = (np.sort(targets, axis=1) == np.eye(targets.shape[1])[-1]).all()
    return [float(k) for k in range(targets.shape[1])] if one_hot else None


def decided(targets: FloatArray, outputs: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The right and the predicted classes, from targets as a loss encodes them and a model's outputs.

    Arguments:
        targets: shape (examples, outputs): one-hot rows, rows of labels 0 and 1, or a single column of 0 and 1, or
            of -1 and 1.
        outputs: shape (examples,) or (examples, outputs).

    Returns:
        Class numbers, the number of the largest output for one-hot targets, at a tie the first; else labels, in the
        form of the targets.

    Example:
        >>> decided(np.array([[-1.0], [1.0]]), np.array([-0.3, -0.2]))
        (array([-1.,  1.]), array([-1., -1.]))
    """
    if targets.shape[1] == 1:
        right, given = targets.ravel(), outputs.reshape(len(targets))
        low, threshold = (-1.0, 0.0) if right.min() < 0.0 else (0.0, 0.5)
        return right, np.where(given >= threshold, 1.0, low)
    if classes_of(targets) is not None:
        return targets.argmax(axis=1).astype(float), outputs.argmax(axis=1).astype(float)
    return targets, np.where(outputs >= 0.5, 1.0, 0.0)


def accuracy(y: Any, predicted: Any) -> float:
    """The fraction of examples whose predicted class is the right one; with several labels an example, all of them.

    Arguments:
        y: the right classes, shape (examples,), or (examples, labels).
        predicted: the predicted ones, in the same shape.

    Raises:
        ValueError: if the two differ in shape, are empty, or are no class numbers.

    Example:
        >>> accuracy([0, 1, 1, 2], [0, 1, 2, 2])
        0.75
    """
    right, given = _classes(y, predicted)
    same = right == given
    return float(np.mean(same if same.ndim == 1 else same.all(axis=1)))


def confusion_matrix(y: Any, predicted: Any) -> npt.NDArray[np.int64]:
    """How often each class was predicted as which: row = the right class, column = the predicted one.

    Rows and columns are the classes that occur in either, in rising order.

    Example:
        >>> confusion_matrix([0, 1, 1, 2], [0, 1, 2, 2])
        array([[1, 0, 0],
               [0, 1, 1],
               [0, 0, 1]])
    """
    return _confusion(y, predicted)[0]


def precision(y: Any, predicted: Any, average: str | None = None) -> Any:
    """Of the examples predicted to be of a class, the fraction that are: tp / (tp + fp).

    Arguments:
        y, predicted: class numbers, shape (examples,).
        average: "binary" for class 1 alone; "macro" for the mean over the classes, "weighted" with as much weight as
            the class has examples; "micro" for all classes counted together; "each" for an array, one number a class.
            By default "binary" where the classes are 0 and 1, or -1 and 1, else "macro".

    Raises:
        ValueError: if the two differ in shape, are empty, or are no class numbers, or if the average is unknown.

    Example:
        >>> precision([0, 1, 1, 1], [1, 1, 1, 0])
        0.6666666666666666
    """
    return _averaged(y, predicted, average, lambda tp, fp, fn: _ratio(tp, tp + fp))


def recall(y: Any, predicted: Any, average: str | None = None) -> Any:
    """Of the examples of a class, the fraction predicted to be: tp / (tp + fn). Arguments as for `precision`.

    Example:
        >>> recall([0, 1, 1, 1], [1, 1, 1, 0])
        0.6666666666666666
    """
    return _averaged(y, predicted, average, lambda tp, fp, fn: _ratio(tp, tp + fn))


def f1(y: Any, predicted: Any, average: str | None = None) -> Any:
    """The harmonic mean of precision and recall: 2 tp / (2 tp + fp + fn). Arguments as for `precision`.

    Example:
        >>> f1([0, 1, 1, 1], [1, 1, 1, 1])
        0.8571428571428571
    """
    return _averaged(y, predicted, average, lambda tp, fp, fn: _ratio(2.0 * tp, 2.0 * tp + fp + fn))


def r2(y: Any, predicted: Any) -> float:
    """The coefficient of determination, 1 - sum (y - yhat)^2 / sum (y - mean y)^2.

    1 is perfect, 0 is as good as the mean of y, and there is no lower end. Of several outputs, the mean. Where all of y
    are the same number there is nothing to determine.

    Arguments:
        y: the right numbers, shape (examples,) or (examples, outputs).
        predicted: the predicted ones, in the same shape.

    Raises:
        ValueError: if the two differ in shape, or if all of y (of one output) are the same, where it is not defined.

    Example:
        >>> r2([1.0, 2.0, 3.0], [1.0, 2.0, 3.5])
        0.875
    """
    right, given = _pair(y, predicted)
    if (right == right[0]).all(axis=0).any():  # the sum of squares would be a rounding, and not 0
        raise ValueError("r2 is not defined where all of y are the same number; look at the mean squared error instead")
    # In units, powers of 2, in which no square is too large or too small for a float.
    right, given = (_in_units(numbers, np.abs(right)) for numbers in (right, given))
    spread = right - right.mean(axis=0)
    with np.errstate(over="ignore"):  # a prediction far out is infinitely bad
        missed = np.sum(_in_units(right - given, np.abs(spread)) ** 2, axis=0)
    return float(np.mean(1.0 - missed / np.sum(_in_units(spread, np.abs(spread)) ** 2, axis=0)))


ON_LABELS: dict[str, Metric] = {"accuracy": accuracy, "precision": precision, "recall": recall, "f1": f1}
"""The metrics that take class numbers, by name."""

METRICS: dict[str, Metric] = {**ON_LABELS, "r2": r2}
"""The metrics that `nn.fit` takes by name. (A confusion matrix is no single number.)"""


def get(metric: str | Metric) -> tuple[str, Metric]:
    """Name and function of a metric, from its name or from a function of (y, outputs).

    Raises:
        ValueError: for an unknown name, with the nearest known ones.
        TypeError: for anything else.

    Example:
        >>> get("r2")[1] is r2
        True
    """
    if isinstance(metric, str):
        function = lookup("metric", metric, METRICS)
        return function.__name__, function
    if callable(metric):
        return getattr(metric, "__name__", type(metric).__name__), metric
    raise TypeError(f"a metric is a name such as 'accuracy' or a function of (y, outputs), not {metric!r}")


def _in_units(numbers: FloatArray, sizes: FloatArray) -> FloatArray:
    """The numbers, divided by a power of 2 such that the largest of the sizes is about 1; column by column."""
    scaled: FloatArray = np.ldexp(numbers, -np.frexp(sizes.max(axis=0))[1])
    return scaled


def _pair(y: Any, predicted: Any) -> tuple[FloatArray, FloatArray]:
    """The right and the predicted numbers, in one shape."""
    right = check_targets(y, len(y))
    if not len(right):
        raise ValueError("y is empty; give at least one example")
    given = check_targets(predicted, len(right), name="predicted", inputs="y")
    if right.shape != given.shape:
        raise ValueError(
            f"y has shape {right.shape}, but predicted {given.shape}; "
            "for the metrics of a classifier give class numbers: metrics.labels(model.predict(X))"
        )
    return right, given


def _classes(y: Any, predicted: Any) -> tuple[FloatArray, FloatArray]:
    """The right and the predicted classes: whole numbers, of which one can be right or wrong."""
    right, given = _pair(y, predicted)
    for name, numbers, advice in (
        ("y", right, "for a regression use r2"),
        ("predicted", given, "write metrics.labels(model.predict(X))"),
    ):
        strangers = numbers[numbers % 1.0 != 0.0]
        if strangers.size:
            raise ValueError(f"{name} has {strangers[0]:g}, which is no class number; {advice}")
    return right, given


def _confusion(y: Any, predicted: Any) -> tuple[npt.NDArray[np.int64], FloatArray]:
    """The confusion matrix, and the classes of its rows and columns."""
    right, given = _classes(y, predicted)
    if right.ndim != 1:
        raise ValueError(f"y has shape {right.shape}; give one class number an example: metrics.labels(y)")
    classes, indices = np.unique(np.concatenate([right, given]), return_inverse=True)
    n = len(classes)
    counts = np.bincount(n * indices[: len(right)] + indices[len(right) :], minlength=n * n)
    return counts.reshape(n, n), classes


def _averaged(y: Any, predicted: Any, average: str | None, rate: Callable[..., FloatArray]) -> Any:
    """A rate of true positives, false positives and false negatives, averaged over the classes."""
    if average is not None:
        check_choice("average", average, AVERAGES)
    matrix, classes = _confusion(y, predicted)
    two = classes_of(classes.reshape(-1, 1)) is not None
    average = average or ("binary" if two else "macro")
    tp = matrix.diagonal().astype(float)
    support = matrix.sum(axis=1)
    fp, fn = matrix.sum(axis=0) - tp, support - tp
    if average == "micro":
        return float(rate(tp.sum(), fp.sum(), fn.sum()))
    rates = rate(tp, fp, fn)
    if average == "each":
        return rates
    if average == "binary":
        return float(rates[classes == 1.0].sum())  # 0 where class 1 does not occur
    return float(np.average(rates, weights=support if average == "weighted" else None))


def _ratio(part: Any, whole: Any) -> Any:
    """part / whole, and 0 where whole is."""
    return np.divide(part, whole, out=np.zeros(np.shape(whole)), where=np.asarray(whole) > 0.0)
