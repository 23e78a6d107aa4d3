"""The command line, as a person types it."""

from __future__ import annotations

import re

import pytest

from autograd import __version__
from autograd.__main__ import main


def test_without_arguments_it_works_through_the_notes_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    printed = capsys.readouterr().out
    for line in (
        "h  = σ(z1)       = σ(0.5)              = 0.6225",
        "dL/dw1 = dL/dy · dy/dh · dh/dz1 · dz1/dw1",
        "       = (−0.1133)(0.3)(0.2350)(1)",
        "h                          0.6224593312    0.622459       6  agrees",
        "w1 after a step of 0.1     0.4007985111   0.4007994       6  slip      "
        "0.4007985 when rounded; carries on the slip of dL/dw1",
        "7 of the 15 printed numbers are slips; the engine's are exact.",
    ):
        assert line in printed


def test_expression_is_derived_with_respect_to_one_variable(capsys: pytest.CaptureFixture[str]) -> None:
    values = "x=1 t=0.5 w1=0.4 b1=0.1 w2=0.3 b2=0.2"
    assert main(["0.5*(w2*sigmoid(w1*x + b1) + b2 - t)**2", *values.split(), "--wrt", "w1"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("df/dw1")
    assert "−0.007985" in printed


def test_expression_without_wrt_prints_both_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["z = w*x; y = tanh(z)", "w=2", "x=0.25"]) == 0
    printed = capsys.readouterr().out
    assert "Forward pass" in printed
    assert "dy/dw" in printed


@pytest.mark.parametrize(("number", "status"), [("0.78645", 0), ("0.7965", 1)])
def test_slip_in_a_book_makes_the_exit_status_1(number: str, status: int, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["z = w*x + b; y = tanh(z)", "w=0.4", "x=1", "b=0.1", "--printed", "y=0.4621", f"dy/dw={number}"]
    assert main(arguments) == status
    assert ("slip" in capsys.readouterr().out) == bool(status)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["x^2", "x=1"], "write [*][*]"),
        (["x + y", "x=1"], "y has no value"),
        (["x", "x"], "write name=number"),
        (["x", "x=one"], "'one' is not a number; write x=1.5"),
        (["x", "y=1"], "the expression has no variable y; it has x"),
        (["log(x)", "x=0"], "the logarithm is defined above 0"),
        (["x*x", "x=1", "--wrt", "y"], "has no variable of that name; it has x"),
        (["x*x", "x=1", "--printed", "f"], "write quantity=number"),
        (["x*x", "x=1", "--printed", "g=1"], "no node is called 'g'"),
        (["x*x", "x=1", "--printed", "f=one"], "is not a number"),
        (["", "x=1"], "there is no expression"),
    ],
)
def test_mistake_is_explained_and_the_exit_status_is_2(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert re.search(message, captured.err)


@pytest.mark.parametrize(("option", "expected"), [("--version", f"chainrule {__version__}"), ("--help", "examples:")])
def test_help_and_version(option: str, expected: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([option])
    assert left.value.code == 0
    assert expected in capsys.readouterr().out
