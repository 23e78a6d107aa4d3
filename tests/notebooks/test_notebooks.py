"""Every notebook runs from a clean kernel and puts out the text that is committed."""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.peers import peer

for name in ("nbformat", "nbclient", "ipykernel", "matplotlib", "sklearn"):
    peer(name)

from tests.notebooks.execute import executed, paths, text_outputs  # noqa: E402  the peers come first

nbformat = peer("nbformat")
NOTEBOOKS = [pytest.param(path, id=path.stem) for path in paths()]
MOST_KILOBYTES = 1024


def test_the_course_has_ten_numbered_notebooks() -> None:
    assert [path.name[:2] for path in paths()] == [f"{number:02}" for number in range(1, 11)]


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS)
def test_notebook_runs_from_a_clean_kernel_and_shows_what_is_committed(path: Path) -> None:
    again = text_outputs(executed(path))
    assert again == text_outputs(nbformat.read(path, as_version=4)), f"python -m tests.notebooks {path.name} refreshes"


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_notebook_is_kept_small_and_without_paths_or_errors(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text) < 1024 * MOST_KILOBYTES
    assert not re.search(r"/(home|root|tmp|Users)/|site-packages|0x[0-9a-f]{9,}", text)
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.execution_count, f"this cell was not run: {cell.source}"
            for output in cell.outputs:
                assert output.output_type != "error" or "raises-exception" in cell.metadata.get("tags", ())


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_notebook_says_what_one_learns_and_ends_with_exercises(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    assert re.match(r"# \d+\. .+", cells[0].source)
    assert "you will be able to" in cells[0].source
    sources = [cell.source for cell in cells]
    exercises = next(i for i, source in enumerate(sources) if source.startswith("## Exercises"))
    checks = [cell for cell in cells[exercises:] if "solution" in cell.metadata.get("tags", ())]
    assert len(checks) >= 3
    assert all("assert " in cell.source for cell in checks)
    for cell in checks:  # folded, it shows its first line
        assert cell.source.startswith("# The solution\n")
        assert cell.metadata["jupyter"] == {"source_hidden": True}


def assigned(source: str) -> set[str]:
    """The names that a cell's own code binds: assignments, loops, definitions, imports; not those inside functions."""
    symbols = symtable.symtable(source, "cell", "exec").get_symbols()
    return {symbol.get_name() for symbol in symbols if symbol.is_assigned() or symbol.is_imported()}


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_solutions_leave_the_names_of_the_lesson_alone_so_that_its_cells_can_run_again(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    exercises = next(i for i, cell in enumerate(cells) if cell.source.startswith("## Exercises"))
    lesson = set().union(*(assigned(cell.source) for cell in cells[:exercises] if cell.cell_type == "code"))
    for cell in cells[exercises:]:
        if cell.cell_type == "code":
            assert not assigned(cell.source) & lesson, cell.source


def on_its_own(path: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each exercise: its text, its solution, and what that needs of the lesson: imports and functions, no numbers."""
    cells = nbformat.read(path, as_version=4).cells
    names: dict[str, Any] = {}
    text = ""
    for cell in cells:
        if cell.cell_type == "markdown":
            text = cell.source
        elif "solution" in cell.metadata.get("tags", ()):
            yield text, cell.source, names
        else:
            kept = (ast.Import, ast.ImportFrom, ast.FunctionDef)
            lesson: list[ast.stmt] = [part for part in ast.parse(cell.source).body if isinstance(part, kept)]
            exec(compile(ast.Module(lesson, []), path.name, "exec"), names)


def digits_asked_for(text: str) -> str | None:
    """The format of an answer with the digits that an exercise asks for."""
    numbers = {"two": 2, "three": 3, "four": 4}
    asked = re.findall(r"\b(two|three|four)\s+(decimals|significant\s+digits|digits)", text)
    return f".{numbers[asked[-1][0]]}{'f' if asked[-1][1] == 'decimals' else 'g'}" if asked else None


@pytest.mark.parametrize(
    "path", [path for path in NOTEBOOKS if path.id != "08_real_data"]
)  # which asks about its network
def test_a_right_answer_is_taken_whatever_the_reader_has_changed_in_the_lesson(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for text, solution, names in on_its_own(path):
        after: dict[str, Any] = names | {"mine": ...}
        exec(solution, after)
        assert "Not answered yet" in capsys.readouterr().out
        found = after["solution"] if "solution" in after else after["solved"]
        answers = [found() if callable(found) and not found.__code__.co_argcount else found]
        if isinstance(answers[0], float) and "such as `1e-3`" not in text:
            asked = digits_asked_for(text)
            assert asked or float(f"{answers[0]:.2g}") == pytest.approx(answers[0]), f"say to how many digits: {text}"
            answers.append(float(f"{answers[0]:{asked or '.2g'}}"))
        for answer in answers:
            capsys.readouterr()
            exec(solution, names | {"mine": answer})
            assert "Right." in capsys.readouterr().out, f"{answer} to {text}"


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_links_to_other_files_lead_somewhere(path: Path) -> None:
    text = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown")
    links = re.findall(r"\]\(([^)#]+)\)", text)
    assert links or path == paths()[-1]
    assert [link for link in links if "://" not in link and not (path.parent / link).exists()] == []
