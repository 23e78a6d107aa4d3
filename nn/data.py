"""Checks of what a person hands in: examples, targets, weights, single settings.

Each check returns what it checked in the form the package computes with, or raises an error that names the row, the
column and the value, before anything is changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf, isfinite
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from autograd.engine.checks import as_number
from autograd.engine.checks import check_count as check_count  # it is one of these checks, too
from autograd.engine.value import Value
from nn.numerics import is_array, np

if TYPE_CHECKING:
    import numpy.typing as npt

FloatArray: TypeAlias = "npt.NDArray[np.float64]"


class Examples(NamedTuple):
    """Checked examples: inputs, targets as a loss encodes them and as they were given, and weights, if any."""

    X: FloatArray
    T: FloatArray
    y: FloatArray
    weights: FloatArray | None

    def take(self, rows: Any) -> Examples:
        """Some of the rows."""
        weights = None if self.weights is None else self.weights[rows]
        return Examples(self.X[rows], self.T[rows], self.y[rows], weights)

    def mean(self, losses: FloatArray) -> float:
        """The mean of the losses of the examples."""
        return float((losses if self.weights is None else losses * self.weights).mean())


def check_inputs(X: Any, n_inputs: int | None = None, name: str = "X") -> FloatArray:
    """A table of examples as an array of floats: one row an example, one column an input.

    Arguments:
        X: nested sequences of numbers, an array, or a data frame; shape (examples, inputs). For a model of one input
            a plain sequence of numbers will do.
        n_inputs: how many inputs the model takes; any number of columns by default.
        name: how messages call the table.

    Raises:
        TypeError: for an entry that is not a number.
        ValueError: for an empty table, rows of different lengths, a wrong number of columns, NaN or an infinity.

    Example:
        >>> check_inputs([[1, 2], [3, 4], [5, 6]], n_inputs=2).shape
        (3, 2)
        >>> check_inputs([[1.0, 2.0], [3.0, float("nan")]])
        Traceback (most recent call last):
        ...
        ValueError: X has nan in row 1, column 1 (counted from 0), ...
    """
    table = _numbers(X, name)
    if table.ndim == 1 and n_inputs == 1:
        table = table.reshape(-1, 1)
    if table.size == 0:
        raise ValueError(f"{name} is empty (shape {table.shape}); give at least one example, with at least one number")
    if table.ndim < 2:
        raise ValueError(
            f"{name} has shape {table.shape}, but a table of examples has rows and columns; "
            f"write [x] for a single example x, or np.reshape(x, (-1, 1)) for many examples of one number each"
        )
    if table.ndim > 2:
        raise ValueError(
            f"{name} has shape {table.shape}, but an example is one row of numbers; "
            f"write {name}.reshape(len({name}), -1)"
        )
    if n_inputs is not None and table.shape[1] != n_inputs:
        raise ValueError(
            f"{name} has {counted(table.shape[1], 'column')}, but the model takes {counted(n_inputs, 'input')}; "
            f"give one column an input"
        )
    _check_finite(table, name)
    return table


def check_targets(y: Any, n_examples: int, name: str = "y", inputs: str = "X") -> FloatArray:
    """The targets of ``n_examples`` examples: one number or one row each. A single column becomes a plain sequence.

    Raises:
        TypeError: for an entry that is not a number, such as the name of a class.
        ValueError: if there are not as many as examples, or one of them is NaN or infinite.

    Example:
        >>> check_targets([[0], [1], [1]], 3)
        array([0., 1., 1.])
    """
    first = next(iter(np.asarray(y, dtype=object).flat), None)
    if isinstance(first, str):
        raise TypeError(
            f"{name} holds text ({first!r} first), but targets are numbers; "
            "number the classes: names, y = np.unique(y, return_inverse=True)"
        )
    targets = _numbers(y, name)
    if targets.ndim not in (1, 2):
        raise ValueError(f"{name} has shape {targets.shape}; give one number or one row of numbers an example")
    if len(targets) != n_examples:
        raise ValueError(
            f"{inputs} has {counted(n_examples, 'row')}, but {name} has {len(targets)}; give one target an example"
        )
    _check_finite(targets, name)
    return targets.ravel() if targets.ndim == 2 and targets.shape[1] == 1 else targets


def check_weights(weights: Any, n_examples: int) -> FloatArray:
    """Sample weights scaled to a mean of 1, so that the mean loss of a mini-batch needs no further division.

    Raises:
        ValueError: if there are not as many as examples, if one is negative, NaN or infinite, or if all are 0.

    Example:
        >>> check_weights([1, 3], 2)
        array([0.5, 1.5])
    """
    array = _numbers(weights, "sample_weight")
    if array.shape != (n_examples,):
        raise ValueError(
            f"sample_weight has shape {array.shape}, but X has {counted(n_examples, 'row')}; give one weight an example"
        )
    _check_finite(array, "sample_weight")
    if array.min() < 0.0:
        row = int(array.argmin())
        raise ValueError(f"sample_weight[{row}] is {array[row]:g}; a weight is 0 (ignore the example) or above")
    if array.max() == 0.0:
        raise ValueError("sample_weight is zero for every example, so that none counts; give at least one above 0")
    array = np.ldexp(array, -np.frexp(array.max())[1])  # by a power of two, so that their sum is a float
    scaled: FloatArray = array / array.mean()
    return scaled


def check_number(
    name: str, value: Any, *, above: float = -inf, at_least: float = -inf, below: float = inf, at_most: float = inf
) -> float:
    """A finite number within its bounds, as a float.

    Raises:
        TypeError: if it is not a number.
        ValueError: if it is out of bounds, NaN or infinite.

    Example:
        >>> check_number("lr", -0.1, above=0)
        Traceback (most recent call last):
        ...
        ValueError: lr is -0.1, but must be a finite number above 0
    """
    number = as_number(value, name)
    if not (isfinite(number) and above < number < below and at_least <= number <= at_most):
        bounds = {"above": above, "at least": at_least, "below": below, "at most": at_most}
        named = " and ".join([f"{word} {bound:g}" for word, bound in bounds.items() if isfinite(bound)])
        raise ValueError(f"{name} is {number:g}, but must be a finite number {named}".rstrip())
    return number


def check_ends(name: str, ends: Any) -> tuple[float, float]:
    """The two ends of an axis.

    Raises:
        TypeError: for an end that is not a number.
        ValueError: if they are not two numbers, the smaller first.

    Example:
        >>> check_ends("z", (5, -5))
        Traceback (most recent call last):
        ...
        ValueError: z is (5, -5), but the smaller end comes first
    """
    if not isinstance(ends, Iterable) or len(pair := list(ends)) != 2:
        raise ValueError(f"{name} is {ends!r}, but must be the two ends of an axis, such as (-5, 5)")
    low, high = (check_number(f"{name}[{i}]", end) for i, end in enumerate(pair))
    if low >= high:
        raise ValueError(f"{name} is ({low:g}, {high:g}), but the smaller end comes first")
    return low, high


def check_choice(name: str, value: Any, choices: Iterable[str]) -> str:
    """One of a few words.

    Raises:
        ValueError: if it is none of them.

    Example:
        >>> check_choice("per", "step", ("epoch", "step"))
        'step'
    """
    known = tuple(choices)
    if value not in known:
        raise ValueError(f"{name} is {value!r}, but must be one of {', '.join(map(repr, known))}")
    return str(value)


def _numbers(table: Any, name: str) -> FloatArray:
    """Anything that holds numbers, as an array of floats; the error names the first entry that is none."""
    _check_unmasked(table, name)
    try:
        array = np.asarray(table)
    except ValueError:  # rows of different lengths
        return _entry_by_entry(table, name)
    if array.dtype.kind in "biuf":
        return np.asarray(array, dtype=float)
    # NumPy turns all entries into text if one is; a data frame is no sequence, but its array is.
    return _entry_by_entry(array if array.ndim and not isinstance(table, (list, tuple)) else table, name)


def _entry_by_entry(table: Any, name: str) -> FloatArray:
    """As `_numbers`, for tables that NumPy does not take as they are: of fractions, say, or faulty ones."""
    if not _is_sequence(table):
        raise TypeError(f"{name} must be a sequence of rows of numbers, not {table!r:.60} ({type(table).__name__})")
    rows: list[Any] = []
    for i, row in enumerate(table):
        if _is_sequence(row):
            rows.append([as_number(entry, f"{name}[{i}][{j}]") for j, entry in enumerate(row)])
        else:
            rows.append(as_number(row, f"{name}[{i}]"))
        if np.shape(rows[i]) != np.shape(rows[0]):
            raise ValueError(
                f"row {i} of {name} has {np.size(rows[i])} numbers, row 0 has {np.size(rows[0])}; "
                "give all rows the same length"
            )
    return np.array(rows, dtype=float)


def _is_sequence(x: object) -> bool:
    return (isinstance(x, Sequence) or is_array(x)) and not isinstance(x, (str, bytes))


def _check_unmasked(table: Any, name: str) -> None:
    """An array of NumPy would forget the mask of a masked one, and take the numbers behind it for good."""
    if isinstance(table, np.ma.MaskedArray):
        masked = [tuple(index) for index in np.argwhere(np.ma.getmaskarray(table)).tolist()]
    elif isinstance(table, (list, tuple)):
        rows = [(i, row) for i, row in enumerate(table) if isinstance(row, np.ma.MaskedArray)]
        masked = [(i, *index) for i, row in rows for index in np.argwhere(np.ma.getmaskarray(row)).tolist()]
    else:
        return
    if masked:
        n = "a masked entry" if len(masked) == 1 else f"{len(masked)} masked entries, the first"
        raise ValueError(
            f"{name} has {n} in {_place(masked[0])} (counted from 0); leave such examples out, or put numbers in: "
            f"{name}.filled(0.0)"
        )


def _place(index: tuple[int, ...]) -> str:
    return ", ".join([f"{axis} {i}" for axis, i in zip(("row", "column"), index, strict=False)])


def _check_finite(table: FloatArray, name: str) -> None:
    faulty = np.argwhere(~np.isfinite(table))
    if len(faulty):
        place = tuple(faulty[0].tolist())
        where = _place(place)
        others = f", and {len(faulty) - 1} more like it" if len(faulty) > 1 else ""
        raise ValueError(
            f"{name} has {table[place]:g} in {where} (counted from 0){others}; "
            "leave such examples out, or put a number in"
        )


def counted(n: int, noun: str) -> str:
    """So many of a thing.

    Example:
        >>> counted(1, "row"), counted(2, "row")
        ('1 row', '2 rows')
    """
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def number_of(x: Any) -> float:
    """The number of a Value, which a derivative is where a function has parameters of its own; or of a number."""
    return x.data if isinstance(x, Value) else float(x)
