"""A derivation and its proofs as plain data: what the command line prints with ``--json``.

The structure is stable: a key keeps its name and its meaning, and all keys are always there. A number that is not
finite is the string "Infinity", "-Infinity" or "NaN", as JSON has none of these; ``float`` and JavaScript's ``Number``
read them. Keys are called as the attributes of `autograd.explain`'s and `autograd.proofread`'s results::

    format         1; another number would be another structure
    result         the name of the result
    value          its value
    quantities     every named quantity, in the order in which they are computed: name, value, and gradient, which is
                   the derivative of the result with respect to it
    derivatives    for each variable that was asked for: wrt, value, path_count; paths, each with its value and its
                   factors (numerator, denominator, formula, value), where there are few enough to be written out; and
                   text, the derivation as it is printed
    findings       for each number of --printed: quantity, exact, printed, verdict, reason, cause, digits, mistake
    sheets         for each student of --class: findings, as above, and unread, the cells that are no number
    files          the files that were written, in the order of the options in the help
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from math import isfinite
from typing import Any

from autograd.derivation.explain import explain
from autograd.derivation.proofread import Proof
from autograd.engine.graph import steps
from autograd.engine.value import Value
from autograd.worksheets.classes import MarkedClass

FORMAT = 1


def as_json(
    root: Value, wrt: Sequence[Value], proof: Proof, marked: MarkedClass | None, files: Sequence[str], digits: int
) -> str:
    """All that is known of a result, as the module's docstring lists it.

    Example:
        >>> from autograd import proofread
        >>> x = Value(3.0, label="x")
        >>> y = x * x
        >>> y.label = "y"
        >>> data = json.loads(as_json(y, [x], proofread(y, {"y": "9"}, names=None), None, [], 4))
        >>> data["quantities"]
        [{'name': 'x', 'value': 3.0, 'gradient': 6.0}, {'name': 'y', 'value': 9.0, 'gradient': 1.0}]
        >>> data["findings"][0]["verdict"]
        'agrees'
    """
    gradients = {root: 1.0}
    for _, _, contributions in steps(root):
        gradients |= {contribution.parent: contribution.total for contribution in contributions}
    names = explain(root, names=None, digits=digits).names
    data = {
        "format": FORMAT,
        "result": names[root],
        "value": root.data,
        "quantities": [
            {"name": name, "value": node.data, "gradient": gradients.get(node, 0.0)} for node, name in names.items()
        ],
        "derivatives": [_derivative(root, node, names[node], digits) for node in wrt],
        "findings": _findings(proof),
        "sheets": {}
        if marked is None
        else {
            student: {"findings": _findings(sheet), "unread": marked.unread[student]}
            for student, sheet in marked.sheets.items()
        },
        "files": list(files),
    }
    return json.dumps(_finite(data), ensure_ascii=False, allow_nan=False, indent=2)


def _derivative(root: Value, wrt: Value, name: str, digits: int) -> dict[str, Any]:
    derivation = explain(root, wrt, names=None, digits=digits)
    paths = [
        {"value": float(path.value), "factors": [factor._asdict() for factor in path.factors]}
        for path in derivation.paths
    ]
    return {
        "wrt": name,
        "value": derivation.value,
        "path_count": derivation.path_count,
        "paths": paths,
        "text": str(derivation),
    }


def _findings(proof: Proof) -> list[dict[str, Any]]:
    return [{key: part for key, part in asdict(finding).items() if key not in ("key", "language")} for finding in proof]


def _finite(data: Any) -> Any:
    """The data with words in place of the numbers that JSON does not have."""
    match data:
        case float() if not isfinite(data):
            return "NaN" if data != data else "Infinity" if data > 0 else "-Infinity"
        case Mapping():
            return {key: _finite(part) for key, part in data.items()}
        case list():
            return [_finite(part) for part in data]
    return data
