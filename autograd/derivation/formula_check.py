"""A formula that is printed for a quantity, against the exact quantity: at the recorded numbers and at others."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from math import inf, isfinite

from autograd.derivation.precise import roughly
from autograd.derivation.quantities import Book
from autograd.derivation.words import listed, words, written
from autograd.engine import scalar
from autograd.engine.graph import topological_order
from autograd.engine.modes import recorded_anyway
from autograd.engine.value import Value, numbers_of
from autograd.functions import fsum

POINTS = 12
"""So many other points are tried: two formulas that differ are equal at all of them only where they differ nowhere."""

_CLOSE = 1e-9
_SHOWN_LEAVES = 4


def check_formula(book: Book, exact: Value, theirs: Value) -> str:
    """What is wrong with a formula: nothing, or where the two differ, and the one factor or sign that explains it.

    Arguments:
        book: the quantities of the page.
        exact: the node of the quantity.
        theirs: the node of the formula.
    """
    names = book.names
    inner = [node for node in topological_order(theirs) if node in names]
    factors = _factors(book, exact, theirs, names)
    nodes = [exact, theirs, *factors.values()]
    with recorded_anyway():
        everything = fsum(nodes)
    leaves = [node for node in topological_order(everything) if not node.depth]
    points = [point for point in _points(leaves) if _chooses_alike(everything, point)]
    found = [roughly(everything, given=point) for point in points]
    pairs = [(numbers[exact], numbers[theirs]) for numbers in found]
    apart = [i for i, pair in enumerate(pairs) if _differ(*pair)]
    if not apart:
        return ""
    where = apart[0]
    (right, _), (printed, _) = pairs[where]
    shown = [leaf for leaf in leaves if leaf in names][:_SHOWN_LEAVES]
    at = listed([f"{names[leaf]} = {written(f'{float(points[where][leaf]):.4g}')}" for leaf in shown])
    said = words("formula_differs", at=at, printed=written(f"{printed:.4g}"), exact=written(f"{right:.4g}"))
    why = _constant_factor(pairs) or _factor(found, pairs, factors) or _sign(theirs, exact, inner, names, points)
    return f"{said}; {why}" if why else said


def _points(leaves: Sequence[Value]) -> list[dict[Value, float]]:
    """The recorded numbers, and others near them, the same in every run."""
    rng = random.Random(0)
    points = [{leaf: leaf.data for leaf in leaves}]
    for _ in range(POINTS):
        points.append({leaf: (leaf.data or rng.uniform(-1.0, 1.0)) * rng.uniform(0.6, 1.4) for leaf in leaves})
    return points


def _chooses_alike(root: Value, point: Mapping[Value, float]) -> bool:
    """Whether the same operands are chosen there as were recorded: derivatives follow these."""
    numbers = {node: number for node, (number, _) in roughly(root, given=point).items()}
    for node in topological_order(root):
        if node.op is not None and (node.op.selects or node.op.may_stop):
            here = node.op.slopes(
                scalar, numbers[node], *[numbers[x] if isinstance(x, Value) else x for x in node.operands]
            )
            recorded = node.op.slopes(scalar, node.data, *numbers_of(node.operands))
            if [bool(slope) for slope in here] != [bool(slope) for slope in recorded]:
                return False
            if not any(recorded) and numbers[node] != node.data:  # a step, of which another stair is another choice
                return False
    return True


def _differ(a: tuple[float, float], b: tuple[float, float]) -> bool:
    (x, x_bound), (y, y_bound) = a, b
    if not (isfinite(x) and isfinite(y)):
        return False  # outside of a domain, where neither says anything
    bound = x_bound + y_bound
    return abs(x - y) > _CLOSE * max(abs(x), abs(y)) + (bound if bound < inf else 0.0)


def _constant_factor(pairs: Sequence[tuple[tuple[float, float], tuple[float, float]]]) -> str:
    """The sign, or the number, by which the formula is the exact one everywhere."""
    ratios = [theirs / exact for (exact, _), (theirs, _) in pairs if exact and isfinite(theirs) and isfinite(exact)]
    if len(ratios) < 3 or any(abs(ratio - ratios[0]) > 1e-7 * abs(ratio) for ratio in ratios) or not ratios[0]:
        return ""
    return (
        words("other_sign")
        if abs(ratios[0] + 1.0) < 1e-7
        else words("times_the_exact", factor=written(f"{ratios[0]:.6g}"))
    )


def _factors(book: Book, exact: Value, theirs: Value, names: Mapping[Value, str]) -> dict[str, Value]:
    """What may be missing in a product, or be one too many: each name, 1 less that, and each local derivative."""
    found: dict[str, Value] = {}
    used = [*dict.fromkeys([*topological_order(exact), *topological_order(theirs)])]
    for node in used:
        if node in names:
            found[names[node]] = node
            with recorded_anyway():
                found[f"(1 - {names[node]})"] = 1.0 - node
            for other in used:
                if other in names and other.depth < node.depth and node in book.inner and other in book.inner:
                    slope = book.quantity((node, other)).node
                    if slope.depth:
                        found[f"d{names[node]}/d{names[other]}"] = slope
    return found


def _factor(
    found: Sequence[Mapping[Value, tuple[float, float]]],
    pairs: Sequence[tuple[tuple[float, float], tuple[float, float]]],
    factors: Mapping[str, Value],
) -> str:
    """The factor that the formula lacks, or has too many."""
    for name, node in factors.items():
        for power, key in ((1, "without_the_factor"), (-1, "factor_too_many")):
            with_it = [
                (theirs * numbers[node][0] ** power, exact)
                for numbers, ((exact, _), (theirs, _)) in zip(found, pairs, strict=True)
                if numbers[node][0] and isfinite(theirs) and isfinite(exact)
            ]
            if len(with_it) > 2 and all(abs(a - b) <= 1e-7 * abs(b) for a, b in with_it):
                return words(key, factor=name)
    return ""


def _sign(
    theirs: Value,
    exact: Value,
    inner: Sequence[Value],
    names: Mapping[Value, str],
    points: Sequence[Mapping[Value, float]],
) -> str:
    """The name that has the other sign in the formula."""
    for node in inner:
        if node is exact:
            continue
        for point in points:
            numbers = roughly(exact, given=point)
            here = numbers.get(node) or roughly(node, given=point)[node]
            mirrored = roughly(theirs, given={**point, node: -here[0]})[theirs]
            if not isfinite(mirrored[0]) or _differ(numbers[exact], mirrored):
                break
        else:
            return words("other_sign_of", name=names[node])
    return ""
