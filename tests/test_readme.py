"""The README beyond its doctests: its picture, its links, its tables, and what it says for larger machines.

``python -m tests.test_readme`` draws the picture anew.
"""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import numpy as np
import pytest

from autograd import Value, compile, draw
from autograd.__main__ import main
from autograd.derivation.proofread import proofread
from autograd.derivation.worked_example import PRINTED, ROLES, worked_example
from autograd.files import write_whole
from nn import MLP
from tests.peers import peer

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PICTURE = ROOT / "notebooks" / "pictures" / "worked_example.svg"


def picture() -> str:
    """The worked example with the path from w1 to the loss."""
    example = worked_example()
    example.L.backward()
    path = [example.w1, example.z1, example.h, example.y, example.L]
    return draw(example.L, highlight=path, roles=ROLES).svg


def table(first_cell: str) -> list[list[str]]:
    """The rows of the table whose head begins so, without the head."""
    _, _, rest = README.partition(f"\n| {first_cell} |")
    lines = rest.split("\n\n")[0].splitlines()[2:]
    assert lines, f"the README has no table with the head {first_cell!r}"
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]


def test_the_picture_is_what_the_project_draws_today() -> None:
    assert PICTURE.read_text(encoding="utf-8") == picture() + "\n", "python -m tests.test_readme draws it anew"


def anchors(text: str) -> set[str]:
    """The places of a text that a link can lead to: its titles."""
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)", README)
    assert links
    for link in links:
        name, _, place = link.partition("#")
        if link.startswith("https://"):
            continue
        assert (ROOT / name).exists(), link
        assert not place or place in anchors((ROOT / (name or "README.md")).read_text(encoding="utf-8")), link


def test_the_slips_of_the_worked_example_are_those_that_proofread_finds() -> None:
    found = {finding.printed for finding in proofread(worked_example().L, PRINTED, carry=False, names=None).slips}
    printed = [row[1] for row in table("where") if row[0].startswith("notes 4.7")]
    assert {number for cell in printed for number in cell.split(", ")} == found


def test_commands_run_as_printed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"^python -m autograd (.+)$", README, re.MULTILINE)
    assert [main(shlex.split(command)) for command in commands] == [0, 1, 0]  # the second one finds a slip
    assert Path("page.html").exists()
    assert "slip" in capsys.readouterr().out


def test_the_main_command_asks_for_the_page_which_the_start_of_the_site_prints_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    command = re.findall(r"```bash\n(.+?)\n```", README, re.DOTALL)[0]
    assert main(shlex.split(command.partition("-m autograd ")[2])) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["worked_example.html"]
    assert command in (ROOT / "notebooks" / "index.md").read_text(encoding="utf-8")


def test_extras_exist() -> None:
    known = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    named = {name for extras in re.findall(r"'\.\[([\w,]+)\]'", README) for name in extras.split(",")}
    assert {"test", "notebooks", "site"} <= named <= set(known)


@pytest.mark.filterwarnings("ignore")
def test_a_batch_is_split_over_a_cluster_as_printed() -> None:
    peer("distributed")
    (code,) = [block for block in re.findall(r"```python\n(.+?)```", README, re.DOTALL) if "LocalCluster(" in block]
    *inputs, target = [Value(0.0, label=name) for name in ("x1", "x2", "x3", "t")]
    output = MLP(3, [4, 1], activation="sigmoid", output="sigmoid", seed=1)(inputs)
    assert isinstance(output, Value)
    scope = {"program": compile(0.5 * (output - target) ** 2, inputs=[*inputs, target])}
    exec(code, scope)  # the README's own lines
    _, whole = scope["program"].value_and_grad(scope["examples"])
    assert np.max(np.abs(np.subtract(scope["gradient"], whole))) < 1e-15


if __name__ == "__main__":
    PICTURE.parent.mkdir(exist_ok=True)
    write_whole(PICTURE, f"{picture()}\n".encode())
