"""The teacher's pages: one for each notebook, each with a worksheet that is made as it stands there."""

from __future__ import annotations

import doctest
import re
from pathlib import Path
from typing import Any

import pytest

from autograd import __file__ as package_file

FOLDER = Path(package_file).parents[1] / "notebooks"
HEAD, *PAGES = re.split(r"^(?=## )", (FOLDER / "TEACHING.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
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
