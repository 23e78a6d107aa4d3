"""The command line, as a person types it."""

from __future__ import annotations

import io
import json
import math
import os
import re
import shlex
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograd import Value, __version__, explain
from autograd.__main__ import _FILES, main
from tests.examples import examples
from tests.peers import peer

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
        (["x", "x=3,5"], "'3,5' is not a number; write x=3.5"),
        (["x", "x=1", "y=1"], "the expression has no variable y; it has x"),
        (["x", "x=1", "x=2"], "x has the value 1 already"),
        (["x", "1=2"], "write name=number"),
        (["x"], "x has no value; give it one with x=..."),
        (["--wrt", "w1"], "--wrt needs an expression before it"),
        (["--printed", "y=1"], "--printed needs an expression before it"),
        (["log(x)", "x=0"], "the logarithm is defined above 0"),
        (["x*x", "x=1", "--wrt", "y"], "has no variable of that name; it has x"),
        (["x*x", "x=1", "--printed", "f"], "write quantity=number"),
        (["x*x", "x=1", "--printed", "g=1"], "has no step 'g'; it has x, f. Name a step"),
        (["x*x", "x=1", "--printed", "f=one"], "one has no value"),
        (["x*y", "x=1", "y=2", "--printed", "y-0.1*df/dx=1"], "a step moves x; write x-0.1[*]df/dx"),
        (["", "x=1"], "there is no expression"),
        (["x=1"], "x=1 gives a value, but there is no expression; write one such as"),
        (["x", "*", "x"], "write name=number, such as x=1, and the expression in quotes"),
        (["x", "x=1", "--wrt"], "--wrt needs more; write --wrt NAME"),
        (["x", "x=1", "--wrt", "2"], "--wrt 2: write the names of variables, as in --wrt w b"),
        (["x", "x=1", "--svg"], "--svg needs more; write --svg FILE"),
        (["x", "x=1", "-f"], "--file needs more; write --file FILE"),
        (["x", "x=1", "--latx"], "there is no option --latx; did you mean --latex[?]"),
        (["x", "x=1", "--q"], "there is no option --q; --help lists them all"),
        (["x", "x=1", "--latex=3"], "--latex: ignored explicit argument '3'; --help lists them all"),
        (["x", "x=1", "--json", "--latex"], "--json and --latex are printed each in place of the other; write one"),
        (["x", "x=1", "--digits", "six"], "--digits six: write a whole number, such as --digits 6"),
        (["x", "x=1", "--digits", "0"], "digits is 0, but must be at least 1"),
        (["x", "x=1", "--printed", "x=1", "--latex"], "report as text, or with --json; leave out --latex"),
        (["x", "x=1", "--pdf", "a", "--slides", "a"], "--pdf and --slides both write a.pdf; choose another name"),
        (["x", "x=1", "--svg", ""], "--svg needs a name, such as --svg graph.svg, not ''"),
        (["x", "x=1", "--class", "nobody.csv"], "--class nobody.csv: it cannot be read"),
        (
            ["@nobody.txt"],
            "'nobody.txt' cannot be read [(]No such file or directory[)]; write @ and the name of a file",
        ),
        (["@"], "'' cannot be read"),
        (["-f", "nobody.txt"], "'nobody.txt' cannot be read"),
        (["--worksheet", "sheet.md"], "such as 'x[*][*]2' x=3 --worksheet sheet.html"),
        (["--json"], "--json needs an expression before it, such as 'x[*][*]2' x=3 --json"),
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


def output(*arguments: str, status: int = 0) -> str:
    """What the command line prints, where it prints no error."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        assert main(arguments) == status, err.getvalue()
    assert err.getvalue() == ""
    return out.getvalue()


def test_help_is_as_wide_as_the_terminal_and_its_examples_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "model.txt").write_text("w = 0.4\nx = 1\nL = (w*x)**2\n")
    monkeypatch.setenv("NO_COLOR", "1")
    for columns in (56, 80, 200):
        monkeypatch.setenv("COLUMNS", str(columns))
        with pytest.raises(SystemExit), redirect_stdout(io.StringIO()) as printed:
            main(["--help"])
        assert max(map(len, printed.getvalue().splitlines())) <= columns
        whole = printed.getvalue().replace("\\\n", " ")
        commands = re.findall(r"^  python -m autograd (.+)$|^  __main__.py (.+)$", whole, re.MULTILINE)
        statuses = [main(shlex.split("".join(command))) for command in commands]
        assert statuses == [0, 0, 0, 1, 0, 0]


# --- where the expression comes from -----------------------------------------------------------------------------

STEPS = "\ufeffw = 0.4  # a weight\n\n  x=1;\r\nb = -1e-1\nz = w*x + b\ny = tanh(z)  # the result"


def test_expression_is_read_from_a_file_or_standard_input(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "model.txt").write_text(STEPS, encoding="utf-8", newline="")
    expected = output("z = w*x + b; y = tanh(z)", "w=0.4", "x=1", "b=-0.1")
    assert output("@model.txt") == output("--file", "model.txt") == output("-f", "model.txt") == expected
    for arguments in (["-"], ["-f", "-"], ["@-"]):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(STEPS.encode())))
        assert output(*arguments) == expected
    assert output("w = 0.4; x = 1; b = -.1; z = w*x + b; y = tanh(z)") == expected


def test_argument_goes_before_the_number_in_a_file(folder: Path) -> None:
    (folder / "model.txt").write_text("w = 0.4\ny = 2*w")
    assert "2(3) = 6" in output("@model.txt", "w=3")
    assert "2(3) = 6" in output("w=3", "-f", "model.txt")


def test_what_is_no_text_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    (folder / "model.txt").write_bytes(b"\xff\xfe")
    assert main(["@model.txt"]) == 2
    assert capsys.readouterr().err == "error: 'model.txt' cannot be read: it is no text in UTF-8\n"
    monkeypatch.setattr("sys.stdin", None)
    assert main(["-"]) == 2
    assert "standard input is closed" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["x*w", "x=2", "w=3", "--wrt", "w", "x"],
        ["--wrt", "w", "x", "--", "x*w", "x=2", "w=3"],
        ["--wrt", "w", "x", "x*w", "x=2", "w=3"],
        ["x*w", "--wrt", "w", "x", "x=2", "w=3"],
        ["x*w", "x=2", "--digits", "4", "w=3", "--wrt", "w", "x"],
    ],
)
def test_order_of_arguments_does_not_matter(arguments: list[str]) -> None:
    assert output(*arguments) == "df/dw = x\n      = 2\n\ndf/dx = w\n      = 3\n"


# --- every reader ------------------------------------------------------------------------------------------------

NEURON = ["z = w*x + b; y = tanh(z)", "w=0.4", "x=1", "b=0.1"]


def neuron() -> dict[str, Value]:
    """The nodes of the same."""
    w, x, b = (Value(number, label=name) for name, number in (("w", 0.4), ("x", 1.0), ("b", 0.1)))
    z = w * x + b
    z.label = "z"
    y = z.tanh()
    y.label = "y"
    return {"w": w, "x": x, "b": b, "z": z, "y": y}


@pytest.mark.parametrize("form", ["latex", "typst", "mathml"])
def test_derivation_is_printed_in_other_forms(form: str) -> None:
    nodes = neuron()
    for wrt in ("w", "b"):
        expected = getattr(explain(nodes["y"], nodes[wrt], names=None, digits=6), form)
        assert output(*NEURON, "--wrt", wrt, f"--{form}", "--digits", "6") == f"{expected}\n"
    assert output(*NEURON, f"--{form}") == f"{getattr(explain(nodes['y'], names=None), form)}\n"


def test_digits_reach_every_reader(folder: Path) -> None:
    for option in ("--svg", "--dot", "--html"):
        output(*NEURON, "--digits", "9", option, "file")
    sheet = output(*NEURON, "--digits", "9", "--worksheet", "sheet.md")
    files = [(folder / name).read_text("utf-8") for name in ("file.svg", "file.dot", "file.html", "sheet-solution.md")]
    for text in (sheet, *files):
        assert "0.462117157" in text
        assert "0.4621171573" not in text.partition("<script")[0]


@pytest.mark.parametrize("option", _FILES)
def test_file_of_every_kind_is_written_and_written_again(option: str, folder: Path) -> None:
    kind = _FILES[option]
    if kind.ending in (".png", ".pdf", ".gif"):
        peer("typst")
        peer("PIL") if kind.ending == ".gif" else None
    for name in ("file", f"file{kind.ending}"):
        for expression in ([], NEURON):
            printed = output(*expression, f"--{option}", name)
            assert printed.splitlines()[-1].startswith(f"file{kind.ending} ")
    assert os.listdir(folder) == [f"file{kind.ending}"]
    assert kind.mark in (folder / f"file{kind.ending}").read_bytes()


def test_all_readers_at_once_say_what_each_file_is(folder: Path) -> None:
    printed = output(
        *NEURON, *["--svg", "a", "--dot", "b", "--html", "c", "--worksheet", "d.txt", "--printed", "y=0.4621"]
    )
    assert [line.split()[0] for line in printed.splitlines() if line][-4:] == ["c.html", "a.svg", "b.dot", "d.txt"]
    assert {*os.listdir(folder)} == {"a.svg", "b.dot", "c.html", "d.txt", "d-solution.txt"}


def test_json_has_names_values_gradients_paths_verdicts_and_files(folder: Path) -> None:
    (folder / "class.csv").write_text("student,y,dy/dw\nAda,0.4621,0.7864\nBo,0.46,what?\n")
    options = ["--json", "--wrt", "w", "b", "--printed", "y=0.4621", "z=0.7", "--class", "class.csv"]
    data = json.loads(output(*NEURON, *options, "--dot", "graph", "--worksheet", "sheet.md", status=1))
    nodes = neuron()
    nodes["y"].backward()
    assert [*data] == ["format", "result", "value", "quantities", "derivatives", "findings", "sheets", "files"]
    assert (data["format"], data["result"], data["value"]) == (1, "y", nodes["y"].data)
    assert data["quantities"] == [{"name": n, "value": v.data, "gradient": v.grad} for n, v in nodes.items()]
    for found, wrt in zip(data["derivatives"], "wb", strict=True):
        derivation = explain(nodes["y"], nodes[wrt], names=None)
        (path,) = derivation.paths
        factors = [factor._asdict() for factor in path.factors]
        assert found == {
            "wrt": wrt,
            "value": derivation.value,
            "path_count": 1,
            "paths": [{"value": path.value, "factors": factors}],
            "text": str(derivation),
        }
    agrees, slip = data["findings"]
    assert agrees | {"exact": 0} == {
        **{"quantity": "y", "exact": 0, "printed": "0.4621", "verdict": "agrees", "reason": ""},
        **{"cause": None, "digits": 4, "mistake": ""},
    }
    assert (slip["quantity"], slip["verdict"]) == ("z", "slip")
    assert [finding["verdict"] for finding in data["sheets"]["Ada"]["findings"]] == ["agrees", "agrees"]
    assert data["sheets"]["Bo"]["unread"] == {"dy/dw": "what?"}
    assert data["files"] == ["graph.dot", "sheet.md", "sheet-solution.md"]


@given(st.sampled_from(["x*y", "exp(x)*y", "max(x, y, 0)", "x"]), *[st.floats()] * 2)
@settings(max_examples=examples(60), deadline=None)
def test_json_of_any_number_is_json(expression: str, x: float, y: float) -> None:
    values = [f"x={x}", *([f"y={y}"] if "y" in expression else [])]
    with redirect_stdout(io.StringIO()) as printed, redirect_stderr(io.StringIO()):
        if main([expression, *values, "--json"]) == 2:
            return  # beyond the floats

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    data = json.loads(printed.getvalue(), parse_constant=refuse)
    given_x = float(next(q["value"] for q in data["quantities"] if q["name"] == "x"))
    assert given_x == x or (math.isnan(given_x) and math.isnan(x))


def test_numpy_prints_a_program_that_computes_value_and_gradient() -> None:
    scope: dict[str, Any] = {}
    exec(output(*NEURON, "--numpy"), scope)
    nodes = neuron()
    nodes["y"].backward()
    value, gradient = scope["value_and_grad"]([0.4, 1.0, 0.1])
    assert value == pytest.approx(nodes["y"].data, rel=1e-15)
    assert list(gradient) == pytest.approx([nodes[name].grad for name in "wxb"], rel=1e-14)


def test_numpy_program_takes_what_is_not_derived_by_as_data_of_many_examples() -> None:
    scope: dict[str, Any] = {}
    exec(output(*NEURON, "--wrt", "w", "b", "--numpy"), scope)
    X = np.array([[1.0], [3.0]])
    value, (dw, db) = scope["value_and_grad"](X, np.array([0.4, 0.1]))
    y = np.tanh(0.4 * X[:, 0] + 0.1)
    assert value == pytest.approx(np.mean(y), rel=1e-15)
    assert [dw, db] == pytest.approx([np.mean((1 - y**2) * X[:, 0]), np.mean(1 - y**2)], rel=1e-14)


# --- colour ------------------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environment", "colour"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "xterm", "NO_COLOR": ""}, True),  # as no-color.org says
        ({"TERM": "xterm", "NO_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
        ({}, False),
        ({"WT_SESSION": "1"}, True),
    ],
)
def test_colour_is_for_terminals_that_show_it(
    environment: dict[str, str], colour: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TERM", "NO_COLOR", "WT_SESSION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    for arguments in ([], [*NEURON, "--printed", "y=0.4621", "z=0.7"], ["x^2", "x=1"]):
        plain, shown = [io.StringIO(), io.StringIO()], [Terminal(), Terminal()]
        for out, err in (plain, shown):
            with redirect_stdout(out), redirect_stderr(err):
                main(arguments)
        for without, seen in zip(plain, shown, strict=True):
            text = seen.getvalue()
            assert re.sub(r"\033\[\d+m", "", text) == without.getvalue()
            assert "\033" not in without.getvalue()
            assert ("\033" in text) == (colour and text != "")


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


def test_without_arguments_it_writes_nothing_and_with_html_its_page(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([]) == 0
    assert os.listdir(folder) == []
    for _ in range(2):  # its own page may be replaced
        assert main(["--html", "page"]) == 0
        assert "page.html steps through both passes" in capsys.readouterr().out
    assert os.listdir(folder) == ["page.html"]
    assert "dh/dz1" in (folder / "page.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["page.html", "page"])
def test_html_writes_the_page_of_any_expression(name: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*EXAMPLE, "--wrt", "w1", "--html", name]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("page.html steps through both passes")
    assert "df/dw1" in (folder / "page.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("option", [*_FILES, "worksheet"])
@pytest.mark.parametrize("expression", [[], EXAMPLE], ids=["worked example", "expression"])
def test_foreign_file_is_left_as_it_is(
    option: str, expression: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if option == "worksheet" and not expression:
        return
    file = folder / f"file{_FILES[option].ending if option in _FILES else '.md'}"
    file.write_text("mine")
    assert main([*expression, f"--{option}", file.name]) == 2
    assert capsys.readouterr() == (
        "",
        f"error: {file.name} holds something else and is left as it is; remove it, or choose another name with "
        f"--{option}\n",
    )
    assert file.read_text() == "mine"


def test_page_that_cannot_be_written_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
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
        ("page.svg", "--html writes .html, and 'page.svg' ends otherwise; write --html page.html, or --svg page.svg"),
        ("page.doc", "--html writes .html, and 'page.doc' ends otherwise; write --html page.html"),
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
    assert result.stderr == ("error: /dev/stdout is where the derivation is printed; choose a file with --html\n")
    assert [file.read_bytes() for file in folder.iterdir()] == ([b""] if ">" in redirect else [])


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


def test_worksheet_that_cannot_be_written_is_explained(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    for file, complaint in (
        ("sheet.doc", "a sheet is saved by its ending, .pdf, .html"),
        ("nowhere/sheet.md", "nowhere/sheet.md cannot be written"),
        ("", "a sheet is saved by its ending"),
    ):
        assert main([*EXAMPLE, "--worksheet", file]) == 2
        assert complaint in capsys.readouterr().err
    assert main(["--worksheet", "sheet.html"]) == 2
    assert "--worksheet needs an expression" in capsys.readouterr().err
