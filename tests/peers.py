"""Peer libraries that tests compare with: optional on a user's machine, required in CI."""

import importlib
import os
from shutil import which
from types import ModuleType

import pytest


def peer(name: str) -> ModuleType:
    """Import a peer library, or skip the module that asks for it; where CI=true a missing peer is a failure."""
    if os.environ.get("CI") == "true":
        return importlib.import_module(name)
    return pytest.importorskip(name, reason=f"compares with {name}, which is not installed: pip install -e '.[peers]'")


def program(name: str) -> None:
    """Skip the test that asks for a program which is not on the path; where CI=true that is a failure."""
    if which(name) is None:
        message = f"compares with {name}, which is not installed"
        assert os.environ.get("CI") != "true", message
        pytest.skip(message)
