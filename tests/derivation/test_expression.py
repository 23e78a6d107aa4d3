"""Expressions given as text: what they mean, and where a mistake is pointed out."""

from __future__ import annotations

import math

import pytest

from autograd import Value
from autograd.derivation.expression import ExpressionError, names_in, record
from autograd.engine import primitives


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x + 2*y - 1", 2 + 6 - 1),
        ("-x**2", -4),
        ("+x/y", 2 / 3),
        ("2**-x", 0.25),
        ("(x + y)*(x - y)", -5),
        ("0.5*(sigmoid(x) - y)**2", 0.5 * (1 / (1 + math.exp(-2)) - 3) ** 2),
        ("max(x, y) + min(x, y) + abs(-x)", 7),
        ("max(1, y, x) + min(x, 5, y, 7) + maximum(x, 1, 4)", 3 + 2 + 4),
        ("where(x, sin(y), 0)", math.sin(3)),
        ("1e-3*x", 2e-3),
        ("sin(pi*x) + e**x + π", math.sin(2 * math.pi) + math.e**2 + math.pi),
        ("silu(x) + arctan(y)", 2 / (1 + math.exp(-2)) + math.atan(3)),
        ("  x\n +\n y ", 5),
    ],
)
def test_expression_means_what_it_means_in_mathematics(text: str, expected: float) -> None:
    assert record(text, {"x": Value(2.0), "y": Value(3.0)}).data == pytest.approx(expected, rel=1e-15)


def test_named_steps_are_labelled_and_the_last_one_is_the_result() -> None:
    y = record("z = w*x; y = z + z", {"w": Value(2.0), "x": Value(3.0)})
    assert (y.data, y.label) == (12.0, "y")
    assert [parent.label for parent in y.parents] == ["z", "z"]
    assert names_in("z = w*x; y = z + z") == ["w", "x"]


def test_pi_and_e_are_numbers_unless_they_are_variables() -> None:
    assert names_in("pi*r**2 + e") == ["r"]
    assert record("e*x", {"e": Value(3.0), "x": Value(2.0)}).data == 6.0


def test_names_are_found_in_order_without_the_functions() -> None:
    assert names_in("w2*sigmoid(w1*x + b1) + w2") == ["w2", "w1", "x", "b1"]


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ("x^2", "write [*][*]", 2),
        ("1 + log(x - 2)", "log.0.: the logarithm is defined above 0", 4),
        ("x + tahn(x)", "did you mean tanh", 4),
        ("x + frobnicate(x)", "known: exp,", 4),
        ("x + z", "z has no value; give it one with z=...", 4),
        ("x * 'a'", "only numbers, names", 4),
        ("x.data", "only numbers, names", 1),
        ("__import__('os').system('true')", "only numbers, names", 16),
        ("np.exp(x)", "write exp alone", 2),
        ("x + True", "only numbers, names", 4),
        ("[x]", "only numbers, names", 0),
        ("x if x else 1", "only numbers, names", 0),
        ("sin(x=1)", "only numbers, names", 0),
        ("x + sin()", "sin is written sin[(]x[)]", 4),
        ("x +", "something is missing after the last [+]", 3),
        ("y =", "something is missing after the last =", 3),
        ("y == x", "one sign of equality", 1),
        ("(x + 1", "'[(]' was never closed", 0),
        ("x + 1)", "unmatched '[)]'", 5),
        ("x − 1", "− cannot be read here; write -", 2),
        ("2·x", "· cannot be read here; write [*]", 1),
        ("x²", "write [*][*]2", 1),
        ("2x", "a product needs a sign, 2[*]x", 0),
        ("x x", "a sign is missing here, such as [*]", 2),
        ("sin x", "write sin[(]...[)]", 4),
        ("(x + 1)(x - 1)", "a product needs a sign", 6),
        ("x(2)", "x is a variable, no function", 0),
        ("|x|", "an absolute value is written abs", 0),
        ("ln(x)", "did you mean log?", 0),
        ("lg(x)", "did you mean log10?", 0),
        ("tg(x)", "did you mean tan?", 0),
        ("cot(x)", "no function is called cot; write 1/tan[(]x[)]", 0),
        ("sec(x)", "no function is called sec; write 1/cos[(]x[)]", 0),
        ("2*log()", "log is written log[(]x[)]\\n", 2),
        ("max(x)", "max is written max[(]a, b[)] or max[(]a, b, c[)]\\n", 0),
        ("leaky_relu(x, 1, 2)", "leaky_relu is written leaky_relu[(]x, alpha[)] or leaky_relu[(]x[)]\\n", 0),
        ("x # y", "# has no meaning here", 2),
        ("x*\udcff", "cannot be printed", 2),
        ("x\0", "cannot be printed", 1),
        ("'\\d'", "only numbers, names", 0),
        ("1if x else 2", "only numbers, names", 0),
        ("1j*x", "only numbers, names", 0),
        ("x**10**10**10", "beyond the largest float", 3),
        ("x*" + 400 * "9", "beyond the largest float", None),
        ("x*" + 5000 * "9", "so many digits; write it as 1e300", None),
        ("(-8)**0.5*x", "no real number", 0),
        ("y = y + x", "y is used before the step that computes it", 4),
        ("", "there is no expression", 0),
        ("y = x; y = 2*x; y", "y has a value already", 7),
        ("import os", "each step but the last", 0),
        ("x; x + 1", "each step but the last", 0),
        ("y = 1; y*x", "no variable in this", 4),
        ("a = b = x", "each step but the last", 0),
        ("1 + 1", "no variable in this", 0),
        ("1/0 + x", "division by zero", 0),
        ("é*x", "é has no value", 0),
        ("x + é*ü", "é has no value", 4),
        ("+".join(["x"] * 20_000), "too deeply nested", 0),
        ("(" * 1000 + "x" + ")" * 1000, "cannot read this|too deeply nested", None),
    ],
)
def test_mistake_is_pointed_at_with_a_caret(text: str, message: str, column: int | None) -> None:
    with pytest.raises(ExpressionError, match=message) as caught:
        record(text, {"x": Value(2.0)})
    *_, shown, caret = str(caught.value).splitlines()
    assert caret.strip() == "^"
    assert len(shown) <= 102
    if column is not None:
        assert caret.index("^") == 2 + column


def test_place_in_a_long_expression_is_shown_in_its_surroundings() -> None:
    text = "x + " * 100 + "unknown"
    with pytest.raises(ExpressionError) as caught:
        record(text, {"x": Value(2.0)})
    _, shown, caret = str(caught.value).splitlines()
    assert shown[caret.index("^") :].startswith("unknown")


def test_deep_expression_that_parses_is_recorded_or_refused_but_does_not_crash() -> None:
    text = "+".join(["x"] * 400)
    assert record(text, {"x": Value(1.0)}).data == 400.0


def test_a_power_of_eulers_number_is_exp_unless_e_is_a_variable() -> None:
    x, e = Value(2.0), Value(3.0)
    assert record("e**x", {"x": x}).op is primitives.exp
    assert record("e**x", {"x": x, "e": e}).data == 9.0
    assert record("e = 2*x; e**x", {"x": x}).data == 16.0
