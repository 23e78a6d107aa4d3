"""Build the site: ``python -m notebooks.site``."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

try:
    from notebooks.site.lite import build_lite
except ModuleNotFoundError as missing:
    raise SystemExit(f"{missing.name} is missing: pip install -e '.[site]'") from None
from notebooks.site.course import ROOT, course
from notebooks.site.reading import build_pages
from notebooks.site.registries import BuildError


def build_site(output: Path, downloads: Path = ROOT / "build/site-downloads", distribution: Path | None = None) -> None:
    """Write the site, with all notebooks of the course.

    Arguments:
        output: a folder, made if it is not there.
        downloads: where what comes from the package registries is kept for the next time.
        distribution: the folder of Pyodide's official distribution; without it only notebooks without NumPy are live.

    Raises:
        BuildError: if a registry cannot be reached, or a tool fails; if the distribution is not whole.
    """
    output.mkdir(parents=True, exist_ok=True)
    notebooks = course(has_numpy=distribution is not None)
    build_pages(output, [notebook for notebook in notebooks if notebook.live], downloads)
    reference = [sys.executable, "-m", "notebooks.site.reference", str(output / "reference")]
    subprocess.run(reference, cwd=ROOT, check=True)
    build_lite(output / "lite", notebooks, downloads, distribution)


def main() -> None:
    """Build the site and say how to look at it."""
    parser = argparse.ArgumentParser(prog="python -m notebooks.site", description="Build the site as static files.")
    parser.add_argument("--output", type=Path, default=ROOT / "build/site", help="the folder (default: build/site)")
    parser.add_argument(
        "--pyodide", type=Path, metavar="DIR", help="Pyodide's official distribution: with it all notebooks run"
    )
    given = parser.parse_args()
    output: Path = given.output.resolve()
    try:
        build_site(output, distribution=given.pyodide)
    except BuildError as error:
        raise SystemExit(str(error)) from None
    print(f"{output}/index.html opens from disk; with the notebooks: python -m http.server --directory {output}")


if __name__ == "__main__":
    main()
