"""The arrows between the rooms of the house point down only; CONTRIBUTING draws the same map."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS: dict[str, set[str]] = {  # room: what it may import
    "autograd.engine": set(),
    "autograd.files": set(),
    "autograd.functions": {"autograd.engine"},
    "autograd.calculus": {"autograd.engine", "autograd.functions"},
    "autograd.derivation": {"autograd.engine", "autograd.functions", "autograd.calculus"},
    "autograd.compiler": {"autograd.engine", "autograd.calculus"},
    "autograd.drawing": {"autograd.engine", "autograd.derivation", "autograd.files"},
    "autograd.worksheets": {"autograd.engine", "autograd.derivation", "autograd.drawing", "autograd.files"},
    "autograd.stepper": {
        "autograd.engine",
        "autograd.functions",
        "autograd.derivation",
        "autograd.drawing",
        "autograd.files",
    },
    "autograd": {  # __init__ and __main__
        *("autograd.engine", "autograd.functions", "autograd.calculus", "autograd.derivation"),
        *("autograd.compiler", "autograd.drawing", "autograd.worksheets", "autograd.stepper", "autograd.files"),
    },
    "nn": {
        *("autograd", "autograd.engine", "autograd.functions", "autograd.calculus", "autograd.derivation"),
        *("autograd.compiler", "autograd.drawing", "autograd.worksheets", "autograd.stepper", "autograd.files"),
        "nn.views",
    },
    "nn.views": {
        *("autograd.engine", "autograd.functions", "autograd.derivation", "autograd.drawing", "autograd.worksheets"),
        *("autograd.stepper", "nn"),
    },
}
OF_NETWORKS = re.compile(  # how a network, a loss or a history would be told by what it has
    r"(?:has|get)attr\((?:model\b|\w+, .(?:layers|neurons|row|loss|activation|to_figure)\b)|loss_named"
    r"|(?<!self)\.layers\b"
)
SLOTS = re.compile(r"\._(a|b|da|db|data|decided)\b(?! = data\b)")  # how a `Value` stores its record


def modules() -> dict[str, Path]:
    """Every module of the packages by its name."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for package in ("autograd", "nn")
        for path in sorted((ROOT / package).rglob("*.py"))
    }


MODULES = modules()


def room_of(module: str) -> str:
    """The room in which a module lies."""
    return next(
        room for room in sorted(ROOMS, key=len, reverse=True) if f"{module}.".startswith(f"{room}.") or room == module
    )


@functools.cache
def imported(module: str) -> list[tuple[int, str]]:
    """What a module imports when it runs, also inside functions, each with its line."""
    tree = ast.parse(MODULES[module].read_text("utf-8"))
    for_checkers = {
        id(inside)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inside in ast.walk(node)
    }
    found = []
    for node in ast.walk(tree):
        if id(node) in for_checkers:
            continue
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.append((node.lineno, inner if inner in MODULES else node.module))
        elif isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
    return found


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_down(module: str) -> None:
    room = room_of(module)
    for line, other in imported(module):
        if other in MODULES and room_of(other) != room:
            may = [name for name, allowed in ROOMS.items() if room_of(other) in allowed]
            assert room_of(other) in ROOMS[room], (
                f"{MODULES[module].relative_to(ROOT)}:{line} imports {other}: of the rooms, {', '.join(may)} may"
            )


def test_no_modules_import_each_other_in_a_circle_not_even_inside_functions() -> None:
    uses = {module: {other for _, other in imported(module) if other in MODULES} - {module} for module in MODULES}
    while ready := [module for module, others in uses.items() if not others]:
        for module in ready:
            del uses[module]
        for others in uses.values():
            others.difference_update(ready)
    assert not uses, f"among these is a circle: {sorted(uses)}"


def test_nothing_knows_the_views_but_nn_itself_which_has_them_register() -> None:
    users = {m for m in MODULES for _, other in imported(m) if other in MODULES and room_of(other) == "nn.views"}
    assert {user for user in users if room_of(user) != "nn.views"} == {"nn"}


@pytest.mark.parametrize("module", [name for name in MODULES if room_of(name).startswith("autograd")])
def test_autograd_asks_nothing_whether_it_is_a_network(module: str) -> None:
    """It imports no `nn`, as every module's imports show; and what a network has, it does not look for."""
    text = MODULES[module].read_text("utf-8")
    assert not (found := OF_NETWORKS.findall(text)), f"{module} has {found}: register it from nn.views"


@pytest.mark.parametrize("module", [name for name in MODULES if room_of(name) != "autograd.engine"])
def test_the_engine_alone_knows_how_the_record_is_stored(module: str) -> None:
    text = MODULES[module].read_text("utf-8")
    found = [line for line in text.splitlines() if SLOTS.search(line) and "self._data" not in line]
    assert not found, f"{module}: ask for operands, partials, edges or carriers in {found[0].strip()!r}"


def test_the_map_of_the_house_is_that_of_contributing() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    for room in ROOMS:
        if room != "autograd":
            assert f"`{room.replace('.', '/')}" in text, f"CONTRIBUTING does not say what {room} holds"
