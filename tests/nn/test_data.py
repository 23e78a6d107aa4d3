"""The checks of examples, targets, weights and settings: what passes, and what each error says."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from autograd import Value
from nn.data import check_choice, check_count, check_inputs, check_number, check_targets, check_weights

NAN = math.nan


@pytest.mark.parametrize(
    "X",
    [
        [[1, 2], [3, 4]],
        ((1.0, 2.0), (3.0, 4.0)),
        np.array([[1, 2], [3, 4]], dtype=np.uint8),
        np.array([[1, 2], [3, 4]], dtype=np.float32),
        np.array([[1, 2], [3, 4]], dtype=object),
        [np.array([1, 2]), np.array([3, 4])],
        [[Fraction(1), 2], [3, np.float64(4)]],
    ],
    ids=["lists", "tuples", "integers", "single precision", "objects", "arrays in a list", "fractions"],
)
def test_tables_of_numbers_in_any_form_become_arrays_of_floats(X: Any) -> None:
    table = check_inputs(X, n_inputs=2)
    assert table.dtype == np.float64
    assert table.tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_a_plain_sequence_is_a_column_for_a_model_of_one_input() -> None:
    assert check_inputs([1, 2, 3], n_inputs=1).shape == (3, 1)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([[1.0, 2.0], [3.0, NAN]], r"X has nan in row 1, column 1 \(counted from 0\); leave"),
        ([[1.0, NAN], [math.inf, NAN]], "X has nan in row 0, column 1 .*, and 2 more like it"),
        ([[1.0, 2.0], [-math.inf, 1.0]], "X has -inf in row 1, column 0"),
        ([], r"X is empty \(shape \(0,\)\)"),
        ([[], []], r"X is empty \(shape \(2, 0\)\)"),
        (np.empty((0, 2)), r"X is empty \(shape \(0, 2\)\)"),
        ([1.0, 2.0], r"X has shape \(2,\), but a table .* write \[x\] for a single example"),
        (5.0, r"X has shape \(\), but a table"),
        (np.ones((3, 8, 8)), r"X has shape \(3, 8, 8\), .* write X.reshape\(len\(X\), -1\)"),
        ([[1.0, 2.0, 3.0]], "X has 3 columns, but the model takes 2 inputs"),
        ([[1.0]], "X has 1 column, but the model takes 2 inputs"),
        ([[1.0, 2.0], [3.0]], "row 1 of X has 1 numbers, row 0 has 2; give all rows the same length"),
    ],
    ids=[
        "NaN",
        "several",
        "infinity",
        "empty",
        "empty rows",
        "empty array",
        "flat",
        "number",
        "images",
        "wide",
        "narrow",
        "ragged",
    ],
)
def test_faulty_tables_are_refused_with_their_place(X: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_inputs(X, n_inputs=2)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([[1.0, "2"]], r"X\[0\]\[1\] must be a real number, not '2' \(str\)"),
        ([[1.0, None]], r"X\[0\]\[1\] must be a real number, not None"),
        ([[1.0, 2.0], [Value(1.0), 2.0]], r"X\[1\]\[0\] must be a real number, .* v.data for its number"),
        ([1.0, "a"], r"X\[1\] must be a real number"),
        ([[1.0, 1j]], r"X\[0\]\[1\] must be a real number, not 1j"),
        ([[[1.0], 2.0]], r"X\[0\]\[0\] must be a real number, not \[1.0\]"),
        ({1.0: 2.0}, r"X must be a sequence of rows of numbers, not \{1.0: 2.0\} \(dict\)"),
        ("1 2", r"X must be a sequence of rows of numbers, not '1 2' \(str\)"),
        (Value(1.0), r"X must be a sequence of rows of numbers, not .* \(Value\)"),
    ],
    ids=["text", "None", "Value", "text in a flat list", "complex", "nested", "dict", "string", "a Value"],
)
def test_entries_that_are_no_numbers_are_named(X: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        check_inputs(X, n_inputs=2)


def test_the_name_of_the_table_is_the_callers() -> None:
    with pytest.raises(ValueError, match="the validation X is empty"):
        check_inputs([], name="the validation X")


@pytest.mark.parametrize(
    "y", [[0, 1, 1], [[0], [1], [1]], np.array([0, 1, 1], dtype=bool)], ids=["flat", "column", "bool"]
)
def test_targets_of_one_number_an_example_become_a_flat_array(y: Any) -> None:
    assert check_targets(y, 3).tolist() == [0.0, 1.0, 1.0]


def test_targets_of_several_numbers_an_example_keep_their_rows() -> None:
    assert check_targets([[0, 1], [1, 0]], 2).shape == (2, 2)


@pytest.mark.parametrize(
    ("y", "error", "message"),
    [
        ([0, 1], ValueError, "X has 3 rows, but y has 2; give one target an example"),
        ([0, NAN, 1], ValueError, r"y has nan in row 1 \(counted from 0\)"),
        ([[0, 1], [1, NAN], [0, 0]], ValueError, "y has nan in row 1, column 1"),
        (np.ones((3, 1, 1)), ValueError, r"y has shape \(3, 1, 1\)"),
        (1.0, ValueError, r"y has shape \(\)"),
        (["a", "b", "a"], TypeError, r"y holds text \('a' first\), .* np.unique\(y, return_inverse=True\)"),
        (np.array(["a", "b", "a"]), TypeError, "y holds text"),
        ([0, None, 1], TypeError, r"y\[1\] must be a real number, not None"),
    ],
    ids=["length", "NaN", "NaN in a row", "axes", "number", "text", "array of text", "None"],
)
def test_faulty_targets_are_refused(y: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        check_targets(y, 3)


def test_one_example_is_counted_in_the_singular() -> None:
    with pytest.raises(ValueError, match="X has 1 row, but y has 2"):
        check_targets([1, 2], 1)


def test_weights_are_scaled_to_a_mean_of_1() -> None:
    assert check_weights([2, 0, 1, 1], 4).tolist() == [2.0, 0.0, 1.0, 1.0]
    assert check_weights([10, 30], 2).tolist() == [0.5, 1.5]


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1.0], r"sample_weight has shape \(1,\), but X has 2 rows"),
        ([[1.0, 2.0]], r"sample_weight has shape \(1, 2\)"),
        ([1.0, -2.0], r"sample_weight\[1\] is -2; a weight is 0 .* or above"),
        ([1.0, NAN], "sample_weight has nan in row 1"),
        ([0.0, 0.0], "sample_weight is zero for every example"),
    ],
    ids=["length", "axes", "negative", "NaN", "zero"],
)
def test_faulty_weights_are_refused(weights: list[Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_weights(weights, 2)


@pytest.mark.parametrize("value", [0, 0.5, np.float32(0.5), Fraction(1, 2), 1])
def test_numbers_within_bounds_become_floats(value: Any) -> None:
    number = check_number("x", value, at_least=0, at_most=1)
    assert (type(number), number) == (float, float(value))


@pytest.mark.parametrize("value", [-0.1, 1.1, NAN, math.inf, -math.inf])
def test_numbers_out_of_bounds_are_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"x is .*, but must be a finite number at least 0 and at most 1"):
        check_number("x", value, at_least=0, at_most=1)


def test_strict_bounds_leave_the_bound_itself_out() -> None:
    for bound in (0.0, 1.0):
        with pytest.raises(ValueError, match="above 0 and below 1"):
            check_number("x", bound, above=0.0, below=1.0)


def test_without_bounds_only_finite_numbers_pass() -> None:
    assert check_number("x", -1e300) == -1e300
    with pytest.raises(ValueError, match=r"x is nan, but must be a finite number$"):
        check_number("x", NAN)


@pytest.mark.parametrize("value", [2.0, True, "2", None])
def test_counts_are_whole_numbers(value: Any) -> None:
    with pytest.raises(TypeError, match="epochs must be a whole number, not"):
        check_count("epochs", value)


def test_counts_have_a_lower_bound() -> None:
    assert check_count("epochs", np.int64(3)) == 3
    with pytest.raises(ValueError, match="epochs is 0, but must be at least 1"):
        check_count("epochs", 0)


def test_choices_are_listed() -> None:
    with pytest.raises(ValueError, match="on is 'los', but must be one of 'loss', 'parameters'"):
        check_choice("on", "los", ["loss", "parameters"])


# --- masked arrays ---------------------------------------------------------------------------------------------------

MASKED = np.ma.masked_array([[1.0, 2.0], [3.0, 4.0]], [[False, False], [False, True]])


@pytest.mark.parametrize(
    ("check", "table", "where"),
    [
        (check_inputs, MASKED, r"X has a masked entry in row 1, column 1 \(counted from 0\)"),
        (check_inputs, [MASKED[0], MASKED[1]], "X has a masked entry in row 1, column 1"),
        (check_inputs, [[1.0, 2.0], MASKED[1]], "X has a masked entry in row 1, column 1"),
        (check_inputs, np.ma.masked_less(MASKED, 9.0), "X has 4 masked entries, the first in row 0, column 0"),
        (lambda y: check_targets(y, 2), MASKED[:, 1], "y has a masked entry in row 1"),
        (lambda y: check_targets(y, 2), [2.0, np.ma.masked], "y has a masked entry in row 1"),
        (lambda weights: check_weights(weights, 2), MASKED[:, 1], "sample_weight has a masked entry in row 1"),
    ],
    ids=["table", "rows", "one row", "all", "targets", "a constant", "weights"],
)
def test_a_masked_entry_is_refused_since_its_number_is_not_meant(check: Any, table: Any, where: str) -> None:
    with pytest.raises(ValueError, match=where):
        check(table)


def test_a_masked_array_of_which_nothing_is_masked_is_an_array() -> None:
    assert check_inputs(np.ma.masked_array([[1.0, 2.0]])).tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize("largest", [5e-324, 1e-300, 1.0, 1e308, 1.7976931348623157e308], ids=str)
def test_weights_of_any_size_are_scaled_to_a_mean_of_1(largest: float) -> None:
    assert check_weights([largest] * 3, 3).tolist() == [1.0, 1.0, 1.0]
    assert check_weights([0.0, largest], 2).tolist() == [0.0, 2.0]
