"""Peer libraries that tests compare with: optional on a user's machine, required in CI."""

import importlib
import os
from types import ModuleType

import pytest


def peer(name: str) -> ModuleType:
    """Import a peer library, or skip the module that asks for it; where CI=true a missing peer is a failure."""
    if os.environ.get("CI") == "true":
        return importlib.import_module(name)
    return pytest.importorskip(name, reason=f"compares with {name}, which is not installed: pip install -e '.[peers]'")
