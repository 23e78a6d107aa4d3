"""The packages as they are installed: what importing them takes, and the other package with the same import name."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]


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
