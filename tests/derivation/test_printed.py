"""Numbers as people print them, and `printed`, for tests."""

from __future__ import annotations

import subprocess
import sys
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, printed
from autograd.derivation.printed import cut, read_number, rounded


@pytest.mark.parametrize(
    ("text", "number", "digits"),
    [
        ("0.19", "0.19", 2),
        ("0,19", "0.19", 2),
        ("-.2", "-0.2", 1),
        ("−.2", "-0.2", 1),
        ("+0.50", "0.5", 2),
        ("1,234.5", "1234.5", 5),
        ("1 234,5", "1234.5", 5),
        ("1.77e-4", "0.000177", 3),
        ("1.77E-04", "0.000177", 3),
        ("1.77×10⁻⁴", "0.000177", 3),
        ("1.77 · 10^-4", "0.000177", 3),
        ("1.77*10**-4", "0.000177", 3),
        ("1,77 x 10^{-4}", "0.000177", 3),
        ("12 %", "0.12", 2),
        ("12.5%", "0.125", 3),
        ("≈ 0.62", "0.62", 2),
        ("~0.62", "0.62", 2),
        ("= 0.62", "0.62", 2),
        ("0.62…", "0.62", 2),
        ("0.62...", "0.62", 2),
        ("15/8", "1.875", 4),
        ("−3/4", "-0.75", 2),
        ("0", "0", 1),
    ],
)
def test_numbers_are_read_as_people_print_them(text: str, number: str, digits: int) -> None:
    found = read_number(text)
    assert (found.number, found.significant) == (Fraction(number), digits)


@pytest.mark.parametrize("text", ["", "four", "1.2.3", "1/0", "nan", "inf", "--1", "1e99999", 0.5, None, "0.5 0.6x"])
def test_what_is_no_number_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="is not a number; give it as a string"):
        read_number(text)


finite = st.floats(-1e6, 1e6).filter(lambda x: abs(x) > 1e-6)


@given(finite, st.integers(1, 12))
def test_every_number_equals_itself_rounded(number: float, places: int) -> None:
    text = f"{Decimal(number).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}"
    assert number == printed(text)
    assert Value(number) == printed(text)
    assert printed(text) == number


@given(finite, st.integers(1, 5), st.sampled_from([-1, 1]))
def test_a_number_whose_last_digit_is_off_by_one_is_another(number: float, places: int, off: int) -> None:
    last = Decimal(1).scaleb(-places)
    right = Decimal(number).quantize(last, ROUND_HALF_UP)
    wrong = printed(f"{right + off * last:f}")
    if abs(Fraction(number) - Fraction(right + off * last)) > Fraction(last) * Fraction(501, 1000):  # no tie
        assert number != wrong
        assert f"{right:f}" in repr(wrong)


@given(finite, st.integers(-6, 3))
def test_cut_and_rounded_differ_by_one_unit_at_most(number: float, exponent: int) -> None:
    a, b = cut(Fraction(number), exponent), rounded(Fraction(number), exponent)
    assert abs(a) <= abs(b)
    assert abs(b - a) in (0, Decimal(1).scaleb(exponent))


def test_digits_that_go_on_may_have_been_cut() -> None:
    assert printed("0.62…") == 0.6284
    assert printed("0.62") != 0.6284


def test_a_printed_number_says_what_the_number_rounds_to() -> None:
    number = printed("0.4007994")
    assert repr(number) == "printed('0.4007994')"
    assert number != 0.40079851112807174
    assert repr(number) == "0.4007994 is printed; the number is 0.40079851, which rounds to 0.4007985"
    assert float("nan") != number
    assert repr(number) == "0.4007994 is printed; the number is nan"
    assert number != "0.4007994"


def test_pytest_shows_the_sentence(tmp_path: Path) -> None:
    (tmp_path / "test_sheet.py").write_text(
        "from autograd import Value, printed, proofread\n"
        "from autograd.derivation.worked_example import worked_example\n"
        "import pytest\n"
        "example = worked_example()\n"
        "example.L.backward()\n"
        "def test_right():\n"
        "    assert example.w1.data - 0.1 * example.w1.grad == printed('0.4007985')\n"
        "    proofread(example.L, {'h': '0.622459', 'dL/dw1': '-0.007994'}).check(slips=['dL/dw1'])\n"
        "def test_wrong():\n"
        "    assert example.w1.data - 0.1 * example.w1.grad == printed('0.4007994')\n"
        "def test_slip():\n"
        "    proofread(example.L, {'h': '0.622459', 'dL/dw1': '-0.007994'}).check()\n"
        "def test_truth():\n"
        "    assert proofread(example.L, {'h': '0.622459', 'dL/dw1': '-0.007994'})\n"
        "def test_approx():\n"
        "    assert example.h == pytest.approx(0.62)\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    found = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert "1 passed" in found.stdout.replace("4 failed, ", ""), found.stdout
    assert "0.4007994 is printed; the number is 0.40079851, which rounds to 0.4007985" in found.stdout
    assert "a slip that was not expected: dL/dw1: -0.007994 is printed, -0.007985111281 is exact" in found.stdout
    assert "<1 of 2 numbers are slips: dL/dw1: -0.007994 is printed" in found.stdout
    assert "Compare the numbers" in found.stdout
