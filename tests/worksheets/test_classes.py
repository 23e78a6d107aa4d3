"""A class's sheets, as a CSV file or a mapping: who made which slip, what follows, and how often."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from autograd import proofread_class
from autograd.__main__ import main
from autograd.derivation.worked_example import worked_example

SHEETS = """\
student,h,y,dL/dw1,w1 - 0.1*dL/dw1
Ada,0.6225,0.3867,-0.007985,0.4008
Bo,0.3775,0.3133,-0.01316,0.4013
Cy,0.6225,0.3867,0.007985,0.3992
Dee,?,0.3867,-0.03398,
Eve,0.6225,0.3867,(y-t)*w2*h*(1-h)*x,0.4008
"""


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_file_is_marked(tmp_path: Path, separator: str) -> None:
    file = tmp_path / "sheets.csv"
    file.write_text("\ufeff" + SHEETS.replace(",", separator), encoding="utf-8")
    marked = proofread_class(worked_example().L, file, names=None)
    assert {student: [f.quantity for f in proof.slips] for student, proof in marked.sheets.items()} == {
        "Ada": [],
        "Bo": ["h"],
        "Cy": ["dL/dw1"],
        "Dee": ["dL/dw1"],
        "Eve": [],
    }
    assert marked.unread == {"Ada": {}, "Bo": {}, "Cy": {}, "Dee": {"h": "?"}, "Eve": {}}
    assert {quantity: dict(mistakes) for quantity, mistakes in marked.slips.items()} == {
        "dL/dw1": {"sign": 1, "factor_left_out": 1},
        "h": {"sign_of_an_operand": 1},
    }
    assert repr(marked) == "<5 sheets, 2 without a slip>"
    text = str(marked)
    assert "dL/dw1    2      the sign: 1, a factor left out: 1" in text
    assert "Bo       h = 0.3775" in text


def test_marks_are_saved_as_the_name_ends(tmp_path: Path) -> None:
    marked = proofread_class(worked_example().L, {"<Al>": {"h": "0.62", ("L", "w2"): "0.0705"}}, names=None)
    rows = list(csv.reader(io.StringIO(marked.save(tmp_path / "marks.csv").read_text())))
    assert rows[0] == ["student", "quantity", "printed", "exact", "verdict", "reason", "cause", "mistake"]
    assert rows[2][:3] == ["<Al>", "dL/dw2", "0.0705"]
    assert rows[2][-1] == "the sign"
    assert "&lt;Al&gt;" in marked.save(tmp_path / "marks.html").read_text()
    assert marked.save(tmp_path / "marks.txt").read_text() == str(marked)
    with pytest.raises(ValueError, match=r"by their ending, \.csv, \.html, \.txt"):
        marked.save(tmp_path / "marks.xlsx")


def test_a_table_says_the_mistakes_in_its_language() -> None:
    german = proofread_class(worked_example().L, {"Al": {("L", "w2"): "0,0705"}}, names=None, language="de")
    assert german.csv().splitlines()[1].split(";")[-1] == "das Vorzeichen"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "holds no sheets"),
        ("student\nAda\n", "holds no sheets"),
        ("student,h\nAda,0.62\nAda,0.63\n", "Ada has two rows"),
        ("student,q\nAda,0.62\n", "no node is called 'q'"),
    ],
)
def test_files_that_cannot_be_marked_are_refused(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "sheets.csv"
    file.write_text(content)
    with pytest.raises(ValueError, match=message):
        proofread_class(worked_example().L, file, names=None)


def test_the_command_line_marks_a_class(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "sheets.csv"
    file.write_text("student,y,dy/dw\nAda,0.4621,0.7864\n,0.46,-0.7864\n")
    expression = ["y = tanh(w*x + b)", "w=0.4", "x=1", "b=0.1"]
    assert main([*expression, "--class", str(file)]) == 1
    assert "row 3    dy/dw = -0.7864" in capsys.readouterr().out
    assert main([*expression, "--class", str(tmp_path / "none.csv")]) == 2
    assert "it cannot be read" in capsys.readouterr().err
    assert main(["--class", str(file)]) == 2
