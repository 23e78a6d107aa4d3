"""The teacher's pages: one for each notebook, each with a worksheet that is made as it stands there."""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autograd import __file__ as package_file

FOLDER = Path(package_file).parents[1] / "notebooks"
HEAD, *PAGES, MARKING = re.split(r"^(?=## )", (FOLDER / "TEACHING.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
NOTEBOOKS = sorted(FOLDER.glob("[0-9]*.ipynb"))


def test_every_notebook_has_a_page_under_its_title() -> None:
    assert len(PAGES) == len(NOTEBOOKS)
    for page, path in zip(PAGES, NOTEBOOKS, strict=True):
        title, link = re.findall(r"^## \[(.+)\]\((.+)\)$", page, re.MULTILINE)[0]
        assert link == path.name
        assert f'"# {title}' in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=[path.stem for path in NOTEBOOKS])
def test_a_page_says_what_a_teacher_needs_and_makes_its_worksheet(page: str) -> None:
    wanted = [
        r"\*\*Time\*\*: .*minutes",
        r"\*\*Needed\*\*: ",
        r"\*\*Goals\*\*: ",
        r"\*\*Common mistakes\*\*\n\n(- .+\n)+",
    ]
    for pattern in [*wanted, r"\*\*Worksheet\*\*: "]:
        assert re.search(pattern, page), pattern
    names: dict[str, Any] = {}
    blocks = doctest.DocTestParser().get_doctest(HEAD + page, names, "TEACHING.md", "TEACHING.md", 0)
    runner = doctest.DocTestRunner()
    assert runner.run(blocks, clear_globs=False).failed == 0
    sheet = blocks.globs["sheet"]
    assert all(number.replace("-", "−") in sheet.solution.text for number in sheet.key.values())
    assert "___" in sheet.text
    assert "___" not in sheet.solution.text.partition("Forward pass")[2]
    assert len(list(sheet.variants(2))) == 2


def test_the_file_for_homework_marks_six_students(tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.+?)```", MARKING, re.DOTALL)
    (tmp_path / "test_sheets.py").write_text(code)
    (tmp_path / "sheets.csv").write_text(
        "student,h,y,dL/dw1,w1 - 0.1*dL/dw1\n"
        "right,0.6225,0.3867,-0.007985,0.4008\n"
        'comma,"0,622","0,387","-0,00798","0,4008"\n'
        "sign,0.6225,0.3867,0.007985,0.3992\n"
        "factor,0.6225,0.3867,-0.03398,0.4034\n"
        "unfinished,0.6225,,,\n"
        "other sign of z,0.3775,0.3133,-0.01317,0.4013\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", "test_sheets.py"]
    environment = {**os.environ, "PYTHONPATH": str(FOLDER.parent)}
    found = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True).stdout
    passed = set(re.findall(r"^PASSED .*\[(.+)\]$", found, re.MULTILINE))
    assert passed == {"right", "comma", "unfinished"}, found
    assert "a slip that was not expected: dL/dw1: 0.007985 is printed" in found
    assert "that is with the other sign" in found
    assert "that is without the factor" in found
