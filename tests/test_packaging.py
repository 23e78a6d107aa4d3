"""The packages as they are built and installed, and the other package with the same import name, autograd of HIPS."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
ALONE = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}  # which goes before packages


def python(code: str, *, path: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh interpreter that finds packages in ``path`` first."""
    before = f"import sys; sys.path.insert(0, {str(path)!r}); "
    return subprocess.run([sys.executable, "-c", before + code], capture_output=True, text=True, cwd="/", check=False)


def test_engine_and_its_readers_import_the_standard_library_alone() -> None:
    code = (
        "import autograd; [getattr(autograd, name) for name in autograd.__all__ if name not in ('compile', 'draw')]; "
        "print(sorted({'numpy', 'graphviz', 'tqdm', 'matplotlib', 'mpmath'} & set(sys.modules)))"
    )
    result = python(code)
    assert result.stdout.strip() == "[]", result.stderr


def test_views_of_networks_are_registered_at_once_and_loaded_when_they_are_asked_for() -> None:
    code = (
        "import nn; late = ('graphviz', 'nn.views.', 'autograd.drawing.', 'autograd.stepper.'); "
        "print([name for name in sys.modules if name.startswith(late)]); "
        "from autograd import draw; print(draw(nn.MLP(2, [1])))"
    )
    result = python(code)
    assert result.stdout.startswith("[]\n<Neural network 2 → 1"), result


def test_networks_need_no_scikit_learn_and_estimators_say_what_they_need() -> None:
    code = (
        "sys.modules['sklearn'] = None; from nn import *; import nn; print(nn.MLP(2, [1]), nn.from_sklearn); "
        "nn.MLPClassifier"
    )
    result = python(code)
    assert result.stdout.startswith("MLP(2 → 1 linear, 3 parameters) <function"), result.stderr
    assert "ImportError: nn.MLPClassifier and nn.MLPRegressor are estimators of scikit-learn" in result.stderr
    assert "pip install 'scikit-learn>=1.6'" in result.stderr
    libraries = "{'sklearn', 'keras', 'torch', 'matplotlib'}"
    assert python(f"import nn; dir(nn); print({libraries} & set(sys.modules))").stdout == "set()\n"


@pytest.mark.parametrize("function", ["draw", "show"])
def test_without_nn_there_are_graphs_alone(function: str) -> None:
    result = python(f"import autograd; autograd.{function}(3.0)")
    assert f"TypeError: {function} takes " in result.stderr
    assert "network" not in result.stderr


def test_unknown_name_in_the_package_is_an_attribute_error() -> None:
    import autograd

    with pytest.raises(AttributeError, match="no attribute 'gradd'"):
        autograd.gradd  # noqa: B018
    assert "hessian" in dir(autograd)


OTHER = [  # the files of the other package
    *("__init__.py", "builtins.py", "core.py", "differential_operators.py", "extend.py", "test_util.py", "tracer.py"),
    *("util.py", "wrap_util.py", "misc", "numpy", "scipy"),
]


def lay_down_ours(folder: Path) -> None:
    """What an installation from a wheel puts into a folder."""
    for package in ("autograd", "nn"):
        shutil.copytree(ROOT / package, folder / package, dirs_exist_ok=True)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    for source, target in project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"].items():
        shutil.move(folder / source, folder / target)  # as the builder does


def lay_down_other(folder: Path) -> None:
    """The other package, as far as its names go."""
    (folder / "autograd").mkdir(exist_ok=True)
    for name in OTHER:
        if name.endswith(".py"):
            (folder / "autograd" / name).write_text("def grad(f): ...\n" if name == "__init__.py" else "")
        else:
            (folder / "autograd" / name).mkdir(exist_ok=True)
            (folder / "autograd" / name / "__init__.py").write_text("")


def test_no_file_of_ours_is_called_as_one_of_the_other_package() -> None:
    ours = {path.name for path in (ROOT / "autograd").iterdir()}
    assert ours & set(OTHER) == {"__init__.py"}


@pytest.mark.slow
@pytest.mark.parametrize("order", [(lay_down_ours, lay_down_other), (lay_down_other, lay_down_ours)])
def test_chainrule_is_importable_whichever_package_was_installed_last(order: Any, tmp_path: Path) -> None:
    for lay_down in order:
        lay_down(tmp_path)
    code = (
        "from chainrule import Value, explain, show, draw, grad, functions, compile; w = Value(3.0, label='w'); "
        "import nn; print(explain(w * w, wrt=w).value, grad(lambda x: x**3)(2.0), nn.MLP(2, [1])([1.0, 2.0]).op.name)"
    )
    result = python(code, path=tmp_path)
    assert result.stdout == "6.0 12.0 dot\n", result.stderr
    command = "from autograd.__main__ import main; main(['w*x', 'w=2', 'x=3'])"
    assert "dw" in python(command, path=tmp_path).stdout


def test_other_package_is_noticed_where_it_was_installed_before(tmp_path: Path) -> None:
    lay_down_other(tmp_path)
    lay_down_ours(tmp_path)
    result = python("import autograd; print(autograd.Value(1.0).data)", path=tmp_path)
    assert result.stdout == "1.0\n"
    assert "another package named autograd was installed" in result.stderr


@pytest.mark.parametrize("code", ["import nn", "from chainrule import Value"])
def test_an_editable_installation_behind_the_other_package_says_so(code: str, tmp_path: Path) -> None:
    lay_down_ours(tmp_path)
    shutil.rmtree(tmp_path / "autograd")
    lay_down_other(tmp_path)
    result = python(code, path=tmp_path)
    assert "ImportError" in result.stderr
    assert "another package" in result.stderr
    assert "fresh environment" in result.stderr


def test_both_packages_are_marked_as_typed() -> None:
    assert (ROOT / "autograd" / "py.typed").exists()
    assert (ROOT / "nn" / "py.typed").exists()


def run(*command: object) -> subprocess.CompletedProcess[str]:
    """Run a program that must succeed."""
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, cwd="/", check=False, env=ALONE)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The wheel and the source distribution, built from the project as it stands; both come with the extra "lint"."""
    pytest.importorskip("hatchling", reason="builds the distributions: pip install -e '.[lint]'")
    folder = tmp_path_factory.mktemp("dist")
    done = subprocess.run([sys.executable, "-m", "hatchling", "build", "-d", folder], cwd=ROOT, check=False)
    assert done.returncode == 0
    return {file.suffix: file for file in folder.iterdir()}


@pytest.mark.slow
def test_wheel_holds_the_packages_the_module_and_nothing_else(built: dict[str, Path]) -> None:
    with zipfile.ZipFile(built[".whl"]) as wheel:
        held = {name for name in wheel.namelist() if ".dist-info/" not in name}
        (metadata,) = [name for name in wheel.namelist() if name.endswith("/METADATA")]
        (scripts,) = [name for name in wheel.namelist() if name.endswith("/entry_points.txt")]
        assert "License-Expression: MIT" in wheel.read(metadata).decode()
        assert "chainrule = chainrule:as_program" in wheel.read(scripts).decode()
    files = [path for package in ("autograd", "nn") for path in (ROOT / package).rglob("*") if path.is_file()]
    ours = {path.relative_to(ROOT).as_posix() for path in files if "__pycache__" not in path.parts}
    assert held == ours - {"autograd/chainrule.py"} | {"chainrule.py"}


@pytest.mark.slow
def test_source_distribution_holds_what_tests_and_course_need(built: dict[str, Path]) -> None:
    with tarfile.open(built[".gz"]) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    assert {path.partition("/")[0] for path in held} == {
        *("autograd", "nn", "tests", "notebooks", ".ci"),
        *("pyproject.toml", "README.md", "CONTRIBUTING.md", "LICENSE", ".gitignore", "PKG-INFO"),
    }
    files = [path for room in ("autograd", "nn", "tests", "notebooks") for path in (ROOT / room).rglob("*.py")]
    assert {path.relative_to(ROOT).as_posix() for path in files} <= held


@pytest.mark.slow
def test_twine_finds_no_fault(built: dict[str, Path]) -> None:
    pytest.importorskip("twine", reason="checks the distributions: pip install -e '.[lint]'")
    assert "FAILED" not in run(sys.executable, "-m", "twine", "check", "--strict", *built.values()).stdout


class Environment:
    """A virtual environment of its own, which sees NumPy and the like of ours behind what is installed there."""

    def __init__(self, folder: Path) -> None:
        run(sys.executable, "-m", "venv", "--without-pip", folder)
        self.python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
        (site,) = run(self.python, "-c", "import site; print(site.getsitepackages()[-1])").stdout.splitlines()
        (Path(site) / "ours.pth").write_text(f"{Path(np.__file__).parents[1]}\n")

    def pip(self, *arguments: object) -> None:
        run(sys.executable, "-m", "pip", "--python", self.python, *arguments)

    def says(self, code: str) -> str:
        """What a fresh interpreter prints, errors and warnings included."""
        command = [str(self.python), "-c", code]
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/", check=False, env=ALONE
        )
        return done.stdout

    def check_chainrule(self) -> str:
        """That all of chainrule works by the name that it has for itself; the result is what it warns of."""
        code = (
            "from chainrule import Value, explain, grad, show, functions; import nn; x = Value(3.0, label='x'); "
            "show(x * x); explain(x * x, x); print('right', grad(functions.exp)(0.0), nn.MLP(2, [1])([1, 2]).op.name)"
        )
        said = self.says(code)
        assert said.splitlines()[-1] == "right 1.0 dot", said
        for command in ([self.python, "-m", "chainrule"], [self.python.with_name("chainrule")]):
            assert "df/dx = 2x = 2(2) = 4" in run(*command, "x*x", "x=2").stdout
        return said

    def has_the_other(self) -> bool:
        """Whether ``import autograd`` is the package of HIPS, and works."""
        return "1.0\n" in self.says(
            "import autograd.numpy as np; from autograd import elementwise_grad as g; print(g(np.sin)(0.0))"
        )


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of autograd of HIPS."""
    folder = tmp_path_factory.mktemp("other")
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder), "autograd==1.9.1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode and os.environ.get("CI") != "true":
        pytest.skip("the other package cannot be downloaded")
    assert done.returncode == 0, done.stderr
    return next(folder.iterdir())


AGAIN = "pip install --force-reinstall --no-deps"


@pytest.mark.slow
@pytest.mark.parametrize("order", ["ours, other", "other, ours", "ours other", "other ours"])
def test_both_packages_live_side_by_side(order: str, built: dict[str, Path], other: Path, tmp_path: Path) -> None:
    """A comma is between two commands."""
    wheels = {"ours": built[".whl"], "other": other}
    environment = Environment(tmp_path / "environment")
    for command in order.split(", "):
        environment.pip("install", "--no-deps", *[wheels[name] for name in command.split()])
    said = environment.check_chainrule()
    if not environment.has_the_other():  # ours came last: the remedy is named, and works
        assert f"{AGAIN} autograd" in said
        environment.pip(*AGAIN.split()[1:], other)
        environment.check_chainrule()
        assert environment.has_the_other()
    environment.pip("uninstall", "-y", "autograd")  # takes the __init__ with it
    assert f"{AGAIN} ." in environment.check_chainrule()
    environment.pip(*AGAIN.split()[1:], built[".whl"])
    assert environment.check_chainrule() == "right 1.0 dot\n"
    assert environment.says("from autograd import Value; print(Value(1.0))").startswith("Value(")


@pytest.mark.slow
@pytest.mark.parametrize("other_first", [True, False])
def test_editable_behind_the_other_says_what_to_do(
    other_first: bool, built: dict[str, Path], other: Path, tmp_path: Path
) -> None:
    environment = Environment(tmp_path / "environment")
    both = [("--no-deps", other), ("--no-deps", "-e", ROOT)]
    for command in both if other_first else both[::-1]:
        environment.pip("install", *command)
    assert environment.has_the_other()
    start = "import sys; sys.argv = ['chainrule', 'x', 'x=1']; from chainrule import as_program; as_program()"
    for code in ("from chainrule import Value", "import nn", start):
        last = environment.says(code).splitlines()[-1]
        assert last.startswith("ImportError: ")
        assert "pip install . in its folder, without -e" in last
    environment.pip("install", "--no-deps", built[".whl"])  # the remedy, by the wheel that it builds
    environment.check_chainrule()
    environment.pip("install", "--no-deps", "-e", ROOT)
    environment.pip("uninstall", "-y", "autograd")
    assert environment.check_chainrule() == "right 1.0 dot\n"
