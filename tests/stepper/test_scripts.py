"""The page's scripts, as they are put together: their types, written as JSDoc, agree, and a linter finds nothing.

Deno brings both checks, TypeScript's and its own, in a wheel of the `lint` extra: neither needs npm or a network.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from autograd.stepper.figure import Kind, scripts_of
from autograd.stepper.graph import GRAPH
from nn.views.replay import HISTORY
from nn.views.stepper import NETWORK

KINDS = (GRAPH, NETWORK, HISTORY)
SETTINGS = {
    "compilerOptions": {
        "checkJs": True,
        "strict": True,
        "strictPropertyInitialization": False,  # `prepare` makes what a figure of a kind has, after the constructor
        "noImplicitOverride": False,
        "noImplicitReturns": True,
        "noFallthroughCasesInSwitch": True,
        "noUnusedLocals": True,
        "noUnusedParameters": True,
        "lib": ["es2023", "dom", "dom.iterable", "dom.asynciterable"],
    },
    # no-window: of programs that run in Deno
    "lint": {"rules": {"tags": ["recommended"], "include": ["eqeqeq", "prefer-const"], "exclude": ["no-window"]}},
}
LONGEST_LINE = 140


def deno() -> str:
    """The program; the tests are skipped where it is not installed. Where CI=true and the tests are all run, it is."""
    try:
        from deno import find_deno_bin
    except ImportError:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip("checks the scripts with Deno, which is not installed: pip install -e '.[lint]'")
    found: str = find_deno_bin()
    return found


def checked(folder: Path, command: str, scripts: dict[str, str]) -> str:
    """What Deno finds in scripts; nothing where all is well."""
    for name, script in scripts.items():
        folder.joinpath(f"{name}.js").write_text(script, "utf-8")
    folder.joinpath("deno.json").write_text(json.dumps(SETTINGS), "utf-8")
    done = subprocess.run(
        [deno(), command, "--quiet", *[f"{name}.js" for name in scripts]],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", "DENO_DIR": str(folder / "cache"), "DENO_NO_UPDATE_CHECK": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return (done.stdout + done.stderr or "it failed") if done.returncode else ""


def joined(kind: Kind) -> tuple[str, list[str]]:
    """The script of a kind with its comments, and where each of its lines stands."""
    lines, places = [], []
    for file in scripts_of(kind):
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            lines.append(line)
            places.append(f"{file.name}:{number}")
    return "\n".join([*lines, "export {};", ""]), places  # a module: what it names is its own


@pytest.mark.slow
@pytest.mark.parametrize("command", ["check", "lint"])
def test_nothing_is_found(command: str, tmp_path: Path) -> None:
    scripts = {kind.name: joined(kind) for kind in KINDS}
    found = checked(tmp_path, command, {name: script for name, (script, _) in scripts.items()})

    def in_its_file(place: re.Match[str]) -> str:
        lines = scripts[place[1]][1]
        return lines[min(int(place[2]), len(lines)) - 1]

    assert not found, re.sub(rf"(?:file://)?\S*\b({'|'.join(scripts)})\.js:(\d+)", in_its_file, found)


MISTAKES = {
    "check": [
        "/** @param {number} x */ const twice = (x) => 2 * x; twice('3');",
        "/** @param {{ a?: number }} x */ export const a = (x) => x.a.toFixed();",
        "export const a = (x) => x;",
        "document.querySelector('p').textContent = '';",
        "const unused = 1;",
    ],
    "lint": ["export const a = (/** @type {number} */ x) => x == 1;", "export let a = 1; if (a) { }"],
}


@pytest.mark.slow
@pytest.mark.parametrize("command", MISTAKES)
def test_each_mistake_would_be_found(command: str, tmp_path: Path) -> None:
    scripts = {f"mistake{i}": f"{script}\nexport {{}};\n" for i, script in enumerate(MISTAKES[command])}
    found = checked(tmp_path, command, scripts)
    assert [name for name in scripts if f"{name}.js" not in found] == []


FILES = {file for kind in KINDS for file in scripts_of(kind)}


@pytest.mark.parametrize("file", sorted(FILES), ids=lambda file: file.name)
def test_each_file_says_at_its_head_what_it_is_for_and_escapes_no_check(file: Path) -> None:
    text = file.read_text("utf-8")
    assert text.startswith("/* ")
    assert not re.search(r"@ts-|deno-lint|\beval\b|new Function", text)
    assert max(map(len, text.splitlines())) <= LONGEST_LINE


def test_every_script_of_the_package_is_in_a_page() -> None:
    root = Path(sys.modules["autograd"].__file__ or "").parents[1]
    written = {file for package in ("autograd", "nn") for file in (root / package).rglob("*.js")}
    assert written == FILES
