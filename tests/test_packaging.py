"""The packages as they are installed: what importing them takes, and the other package with the same import name."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

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


def test_unknown_name_in_the_package_is_an_attribute_error() -> None:
    import autograd

    with pytest.raises(AttributeError, match="no attribute 'gradd'"):
        autograd.gradd  # noqa: B018
    assert "hessian" in dir(autograd)


def test_other_package_of_the_same_name_is_noticed_when_it_was_installed_last(tmp_path: Path) -> None:
    other = tmp_path / "autograd"
    other.mkdir()
    (other / "__init__.py").write_text("def grad(f): ...\n")
    shutil.copytree(ROOT / "nn", tmp_path / "nn")
    result = python("import nn", path=tmp_path)
    assert "ImportError" in result.stderr
    assert "found another package of that name" in result.stderr
    assert "fresh environment" in result.stderr


def test_other_package_of_the_same_name_is_noticed_when_it_was_installed_first(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "autograd", tmp_path / "autograd")
    (tmp_path / "autograd" / "tracer.py").write_text("")
    result = python("import autograd; print(autograd.Value(1.0).data)", path=tmp_path)
    assert result.stdout == "1.0\n"
    assert "another package named autograd was installed" in result.stderr


def test_both_packages_are_marked_as_typed() -> None:
    assert (ROOT / "autograd" / "py.typed").exists()
    assert (ROOT / "nn" / "py.typed").exists()
