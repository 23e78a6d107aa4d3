"""Pages that are judged by `proofread` and by the script of the stepper: what practice.json says of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograd import Value, functions, proofread
from autograd.derivation.proofread import Proof

CASES: dict[str, Any] = json.loads(Path(__file__).with_name("practice.json").read_text("utf-8"))
"""``graphs``: by its name what is given and the lines that compute with it, the last of them the result.

``cases``: for each its graph and the entries in their order; of each of them what is written, the verdict, and where
there are any the quantity whose slip it carries on, and the usual mistake.
"""


def recorded(graph: Mapping[str, Any]) -> Value:
    """The result of a graph; every node has its name as a label."""
    nodes: dict[str, Any] = {name: Value(number, label=name) for name, number in graph["given"].items()}
    for line in graph["lines"]:
        name, _, formula = line.partition(" = ")
        nodes[name] = eval(formula, {**vars(functions), **nodes})
        nodes[name].label = name
    root: Value = nodes[name]
    return root


def found_by_proofread(root: Value, page: Mapping[str, str]) -> list[list[str]]:
    """The verdict on each entry, and the cause and the mistake of a wrong one."""
    proof: Proof = proofread(root, page, names=None)
    wrong = ("follows", "slip")
    return [[f.verdict, f.cause or "", f.mistake] if f.verdict in wrong else [f.verdict, "", ""] for f in proof]
