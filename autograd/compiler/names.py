"""Names in a program: a label of the user's is one only where it is an identifier, and where it is free."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterable

from autograd.compiler.namespace import HELPERS

RESERVED = frozenset(
    ["np", "theta", "X", "m", "data", "forward", "value_and_grad", "ERFCX", *HELPERS]
)  # names that are taken


def identifier(text: str | None) -> str:
    """A label as a name in a program, or nothing where it is none."""
    text = unicodedata.normalize("NFKC", text or "")
    assignable = text.isidentifier() and not keyword.iskeyword(text) and text != "__debug__"
    return text if assignable else ""


def stem(labels: Iterable[str | None]) -> str:
    """What labels have in common: w of w1, w2; w3 of w11[3], w12[3], where the brackets hold the layer."""
    stems = set()
    for label in labels:
        match = re.fullmatch(r"(.*?)[\d_,]*(?:\[(\d+)\])?", label or "")
        stems.add(match[1] + (match[2] or "") if match else "")
    return identifier(stems.pop()) if len(stems) == 1 else ""


def data_name(axis: str) -> str:
    """What the numbers that vary along an axis of copies are called."""
    return f"data{axis[1:]}"
