"""The command line, as a person types it."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograd import __version__
from autograd.__main__ import PAGE, main
from tests.examples import examples

ROOT = Path(__file__).parents[1]
EXAMPLE = ["0.5*(w2*sigmoid(w1*x + b1) + b2 - t)**2", *["x=1", "t=0.5", "w1=0.4", "b1=0.1", "w2=0.3", "b2=0.2"]]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_arguments_it_works_through_the_notes_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    printed = capsys.readouterr().out
    for line in (
        "h  = σ(z1)       = σ(0.5)              = 0.6225",
        "dL/dw1 = dL/dy · dy/dh · dh/dz1 · dz1/dw1",
        "       = (−0.1133)(0.3)(0.2350)(1)",
        "h                          0.6224593312    0.622459       6  agrees",
        "w1 after a step of 0.1     0.4007985111   0.4007994       6  follows   "
        "0.4007985 when rounded; carries on the slip of dL/dw1",
        "4 of the 15 printed numbers are slips, and 3 follow from them; the engine's are exact.",
    ):
        assert line in printed


def test_expression_is_derived_with_respect_to_one_variable(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*EXAMPLE, "--wrt", "w1"]) == 0
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


def test_parameter_after_a_step_is_proofread(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["L = w*x", "w=2", "x=3", "--printed", "w-0.1*dL/dw=1.7", "w - 0.5 dL/dw=0.6"]) == 1
    agrees, slip = capsys.readouterr().out.splitlines()[-2:]
    assert re.match(r"w after a step of 0.1 +1.7 +1.7 +2 +agrees", agrees)
    assert re.match(r"w after a step of 0.5 +0.5 +0.6 +0 +slip", slip)


def test_every_number_printed_for_a_quantity_is_proofread(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["h = sigmoid(z)", "z=0.5", "--printed", "h=0.63", "h=0.6225"]) == 1
    slip, agrees = capsys.readouterr().out.splitlines()[-2:]
    assert re.match(r"h +0.6224593312 +0.63 +1 +slip", slip)
    assert re.match(r"h +0.6224593312 +0.6225 +4 +agrees", agrees)


def test_a_float_of_another_program_is_no_slip(capsys: pytest.CaptureFixture[str]) -> None:
    values = ["w1=0.13436424411240122", "b=0.763774618976614"]
    assert main(["h = sigmoid(w1+b)", *values, "--printed", "h=0.7105668883115941"]) == 0
    assert "0.7105668883115941      16  agrees" in capsys.readouterr().out


def test_the_derivation_comes_first_then_the_report_then_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["y = x**2; L = 3*y", "x=2", "--printed", "L=12", "dL/dx=12", "y=4", "--html", "page"]) == 0
    printed = capsys.readouterr().out.splitlines()
    first_words = [line.split()[0] for line in printed if line]
    assert first_words[:2] == ["Forward", "x"]
    assert first_words[-5:] == ["quantity", "L", "dL/dx", "y", "page.html"]


def test_messages_name_what_there_is_in_the_order_of_the_expression(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, listed in (
        (["z = c*a + b; z*a", "a=1", "b=2", "c=3", "d=4"], "has no variable d; it has c, a, b"),
        (["z = c*a + b; z*a", "a=1", "b=2", "c=3", "--wrt", "d"], "no variable of that name; it has c, a, b"),
        (["z = c*a; u = z*b", "a=1", "b=2", "c=3", "--printed", "v=1"], "no step 'v'; it has c, a, b, z, u."),
        (["x*y + z", "x=one", "x=2"], "'one' is not a number"),
        (["x*y + z", "z=1", "y=1", "--wrt", "q"], "x has no value"),
    ):
        assert main(arguments) == 2
        assert listed in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["x^2", "x=1"], "write [*][*]"),
        (["x + y", "x=1"], "y has no value"),
        (["x", "x"], "write name=number"),
        (["x", "x=one"], "'one' is not a number; write x=1.5"),
        (["x", "x=1", "y=1"], "the expression has no variable y; it has x"),
        (["x", "x=1", "x=2"], "x has the value 1 already"),
        (["x", "1=2"], "write name=number"),
        (["x"], "x has no value; give it one with x=..."),
        (["--wrt", "w1"], "need an expression before them"),
        (["--printed", "y=1"], "need an expression before them"),
        (["log(x)", "x=0"], "the logarithm is defined above 0"),
        (["x*x", "x=1", "--wrt", "y"], "has no variable of that name; it has x"),
        (["x*x", "x=1", "--printed", "f"], "write quantity=number"),
        (["x*x", "x=1", "--printed", "g=1"], "has no step 'g'; it has x, f. Name a step"),
        (["x*x", "x=1", "--printed", "f=one"], "one has no value"),
        (["x*y", "x=1", "y=2", "--printed", "y-0.1*df/dx=1"], "a step moves x; write x-0.1[*]df/dx"),
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


@pytest.mark.parametrize("expression", ["-x**2", "-(x)", "-h*x"])
def test_expression_may_begin_with_a_minus(expression: str, capsys: pytest.CaptureFixture[str]) -> None:
    values = ["x=3", "h=3"] if "h" in expression else ["x=3"]
    assert main([expression, *values]) == 0
    assert "df/dx = −" in capsys.readouterr().out


def test_micro_sign_of_a_keyboard_is_the_greek_letter(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["\u00b5*x", "\u00b5=2", "x=−3", "--wrt", "\u00b5"]) == 0
    assert "−3" in capsys.readouterr().out


# --- any input at all --------------------------------------------------------------------------------------------

PIECES = [
    *"xyz0123456789.+-*/()=;,^ \"'\\#@[]{}:!~<>&|%−·²σ_",
    "**",
    "1e308",
    "x*",
    "sin(",
    "max(",
    "exp",
    " + ",
    ".data",
]


@given(st.text(max_size=40) | st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
@example("x" * 100_000)
@example("(" * 5000)
@example("-" * 5000 + "x")
@example("x" + "**x" * 3000)
@settings(max_examples=examples(400), deadline=None)
def test_any_string_gives_a_result_or_an_error(text: str) -> None:
    if text in ("-h", "--help", "--version") or text.startswith("--"):
        return  # an option
    assert main([text, "x=2", "y=0.5", "z=-1"]) in (0, 2)


@given(st.text(max_size=12), st.text(max_size=12))
@settings(max_examples=examples(200), deadline=None)
def test_any_value_gives_a_result_or_an_error(name: str, number: str) -> None:
    assert main(["--", "x*x", f"{name}={number}"]) == 2
    assert main(["x*x", f"x={number}"]) in (0, 2)
    assert main(["x*x", "x=3", "--printed", f"f={number}"]) in (0, 1, 2)


# --- the page ----------------------------------------------------------------------------------------------------


def test_without_arguments_it_writes_the_page_of_the_worked_example(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):  # its own page may be replaced
        assert main([]) == 0
        assert f"{PAGE} steps through both passes" in capsys.readouterr().out
    assert os.listdir(folder) == [PAGE]
    assert "dh/dz1" in (folder / PAGE).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["page.html", "page"])
def test_html_writes_the_page_of_any_expression(name: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*EXAMPLE, "--wrt", "w1", "--html", name]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("page.html steps through both passes")
    assert "df/dw1" in (folder / "page.html").read_text(encoding="utf-8")


def test_foreign_file_is_left_as_it_is(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / PAGE).write_text("mine")
    assert main([]) == 0
    assert f"No page was written: {PAGE} holds something else" in capsys.readouterr().out
    assert main(["--html", PAGE]) == main([*EXAMPLE, "--html", PAGE]) == 2
    captured = capsys.readouterr()
    assert "left as it is" in captured.err
    assert captured.out == ""
    assert (folder / PAGE).read_text() == "mine"


def test_page_that_cannot_be_written_costs_nothing_but_the_page(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / PAGE).mkdir()  # as an unwritable directory, which root does not know
    assert main([]) == 0
    printed = capsys.readouterr().out
    assert "the engine's are exact" in printed
    assert f"No page was written: {PAGE} cannot be written" in printed
    assert main(["--html", "nowhere/page.html"]) == 2
    assert "nowhere/page.html cannot be written (No such file or directory)" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="devices and pipes of POSIX")
@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("", "a page needs a name, such as page.html, not ''"),
        (".", "a page needs a name, such as page.html, not '.'"),
        ("folder", "folder cannot be written (Is a directory); choose another name with --html"),
        ("folder.html", "folder.html cannot be written (Is a directory); choose another name with --html"),
        ("pipe", "pipe cannot be written (nobody reads this pipe); choose another name with --html"),
        (
            "page.svg",
            "a stepper is saved as a page, by its ending .html or .htm; 'page.svg' has none of these. show(...).save "
            "writes slides (.pdf) and a film (.gif) too, show(...).frames each step as 'svg' or 'png', and "
            "draw(...).save the picture alone, as .svg, .png, .pdf, .dot",
        ),
    ],
)
@pytest.mark.parametrize("expression", [[], ["x*x", "x=1"]], ids=["worked example", "expression"])
def test_place_where_no_page_can_be_is_explained_in_one_line(
    file: str, message: str, expression: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "folder").mkdir()
    (folder / "folder.html").mkdir()
    os.mkfifo(folder / "pipe")
    assert main([*expression, "--html", file]) == 2
    assert capsys.readouterr() == ("", f"error: {message}\n")
    assert sorted(os.listdir(folder)) == ["folder", "folder.html", "pipe"]


# --- as a program ------------------------------------------------------------------------------------------------


def as_program(*arguments: str, redirect: str = "", unbuffered: bool = False) -> subprocess.CompletedProcess[str]:
    """Run the command line from a shell, which redirects its streams."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1" if unbuffered else ""}
    command = f"{shlex.join([sys.executable, '-m', 'autograd', *arguments])} {redirect}"
    return subprocess.run(command, shell=True, capture_output=True, text=True, env=environment, check=False)


def test_terminal_without_greek_letters_gets_question_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    result = as_program("sigmoid(x)", "x=0")
    assert (result.returncode, result.stderr) == (0, "")
    assert "0.25" in result.stdout


def test_reader_that_stops_early_gets_no_traceback(folder: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-u", "-m", "autograd", "x*x", "x=1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.close()
        assert run.stderr.read() == ""


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device of Linux")
@pytest.mark.parametrize("unbuffered", [False, True])
@pytest.mark.parametrize(
    ("redirect", "error"),
    [
        (">&-", "error: standard output is closed\n"),
        (">/dev/full", "error: standard output cannot be written (No space left on device)\n"),
        (">/dev/full 2>&-", ""),
    ],
)
def test_output_that_goes_nowhere_is_one_line_and_the_exit_status_2(
    redirect: str, error: str, unbuffered: bool
) -> None:
    result = as_program("x*x", "x=1", "--html", "page", redirect=redirect, unbuffered=unbuffered)
    assert (result.returncode, result.stdout, result.stderr) == (2, "", error)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device of Linux")
@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_that_cannot_be_printed_is_one_line(option: str) -> None:
    result = as_program(option, redirect=">/dev/full")
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)


@pytest.mark.parametrize("arguments", [["x^2", "x=1"], ["x*x", "x=1", "--no-such-option"]])
def test_mistake_that_cannot_be_explained_still_has_its_exit_status(arguments: list[str]) -> None:
    result = as_program(*arguments, redirect="2>&-")
    assert (result.returncode, result.stdout, result.stderr) == (2, "", "")


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/dev/stdout"), reason="a device of POSIX")
@pytest.mark.parametrize("redirect", ["", "> printed", ">> printed", "| cat"])
def test_page_does_not_go_where_the_derivation_is_printed(redirect: str, folder: Path) -> None:
    result = as_program("x*x", "x=1", "--html", "/dev/stdout", redirect=redirect)
    assert result.stdout == ""
    assert result.stderr == (
        "error: /dev/stdout is where the derivation is printed; choose a file for the page with --html\n"
    )
    assert [file.read_bytes() for file in folder.iterdir()] == ([b""] if ">" in redirect else [])


def test_page_of_the_worked_example_is_not_written_over_what_is_printed_there(folder: Path) -> None:
    as_program(redirect=f"> {PAGE}")
    printed = (folder / PAGE).read_text(encoding="utf-8")
    assert printed.startswith("The worked example of the notes")
    assert f"No page was written: {PAGE} is where the derivation is printed" in printed


@pytest.mark.parametrize(("option", "expected"), [("--version", f"chainrule {__version__}"), ("--help", "examples:")])
def test_help_and_version(option: str, expected: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([option])
    assert left.value.code == 0
    assert expected in capsys.readouterr().out


def test_worksheet_writes_the_sheet_and_its_solution(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    assert main([*EXAMPLE, "--wrt", "w1", "--worksheet", "sheet.html"]) == 0
    assert "sheet.html is the worksheet, and sheet-solution.html its solution." in capsys.readouterr().out
    assert "0.007985" not in (folder / "sheet.html").read_text("utf-8")
    assert "0.007985" in (folder / "sheet-solution.html").read_text("utf-8")
    assert main([*EXAMPLE, "--worksheet", "sheet.html"]) == 0  # over an earlier one


def test_worksheet_writes_over_nothing_else(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "notes.md").write_text("mine")
    for file, complaint in (
        ("notes.md", "notes.md holds something else and is left as it is"),
        ("sheet.doc", "a sheet is saved by its ending, .pdf, .html"),
        ("nowhere/sheet.md", "nowhere/sheet.md cannot be written"),
        ("", "a sheet is saved by its ending"),
    ):
        assert main([*EXAMPLE, "--worksheet", file]) == 2
        assert complaint in capsys.readouterr().err
    assert (folder / "notes.md").read_text() == "mine"
    assert main(["--worksheet", "sheet.html"]) == 2
    assert "--worksheet needs an expression" in capsys.readouterr().err
