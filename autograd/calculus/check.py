"""`check_gradients`: the engine's derivatives against numerical ones that do not use it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import inf, isfinite, nan, ulp
from typing import Any, NamedTuple

from autograd.calculus.structure import leaves_of, like
from autograd.calculus.transforms import value_and_grad
from autograd.engine.errors import GradientMismatch
from autograd.engine.modes import no_grad
from autograd.engine.value import Value, number_of


class CheckedGradient(NamedTuple):
    """One derivative: by the engine, by finite differences, and how sure the latter is.

    Where the function is not defined on either side there is no numerical one: it is NaN, and agrees with nothing.
    """

    name: str
    engine: float
    numerical: float
    uncertainty: float
    agrees: bool

    def __str__(self) -> str:
        if self.numerical != self.numerical:
            return (
                f"{self.name}: engine {self.engine:.10g}, CANNOT BE CHECKED: not defined on either side of this point"
            )
        verdict = "agrees" if self.agrees else f"DISAGREES by {abs(self.engine - self.numerical):.3g}"
        return f"{self.name}: engine {self.engine:.10g}, numerical {self.numerical:.10g}: {verdict}"


def check_gradients(f: Callable[..., Any], inputs: Any, *, rtol: float = 1e-6) -> list[CheckedGradient]:
    """Compare the derivatives of ``f`` with numerical ones.

    The numerical derivative is Ridders' method: central differences at ever smaller steps, extrapolated to step 0,
    from several first steps; the one with the smallest error estimate counts. At a kink (ReLU at 0), where a central
    difference means nothing, the engine's value is accepted if it lies between the slopes on the two sides.

    Arguments:
        f: a function that returns one number.
        inputs: its arguments in a tuple or list, each a number, a Value or a nested sequence of these; or one number.
        rtol: the largest relative difference that counts as agreement, beside the uncertainty of the numerical value.

    Returns:
        A `CheckedGradient` for each number in ``inputs``, called x1, x2 ... where it has no label, or x alone.

    Raises:
        GradientMismatch: if any disagrees, or cannot be checked; the message lists all of them, and by how much.

    Example:
        >>> from autograd import check_gradients
        >>> (checked,) = check_gradients(lambda x: x**3, 2.0)
        >>> print(checked)
        x: engine 12, numerical 12: agrees

    Source: Ridders, Advances in Engineering Software 4 (1982); Numerical Recipes, section 5.7.
    """
    args: Sequence[Any] = inputs if isinstance(inputs, (tuple, list)) else (inputs,)
    leaves = leaves_of(tuple(args))
    start = [number_of(x) for x in leaves]
    numbered = [f"x{i}" for i in range(1, len(leaves) + 1)] if len(leaves) > 1 else ["x"]
    names = [x.label if isinstance(x, Value) and x.label else usual for x, usual in zip(leaves, numbered, strict=True)]
    _, derivatives = value_and_grad(f, tuple(range(len(args))))(*like(tuple(args), list(start)))
    checked = []
    for i, (name, engine) in enumerate(zip(names, leaves_of(derivatives), strict=True)):

        def along(x: float, i: int = i) -> float:
            point = [*start]
            point[i] = x
            with no_grad():
                return number_of(f(*like(tuple(args), [Value(p) for p in point])))

        checked.append(_compare(name, number_of(engine), along, start[i], rtol))
    if not all(row.agrees for row in checked):
        listed = "\n".join(f"  {row}" for row in checked)
        wrong = ", ".join(row.name for row in checked if not row.agrees)
        raise GradientMismatch(f"the derivative with respect to {wrong} disagrees with the numerical one:\n{listed}")
    return checked


def _compare(name: str, engine: float, f: Callable[[float], float], x: float, rtol: float) -> CheckedGradient:
    size = max(abs(f(x)), 1.0)  # scaled to about 1, the differences of a large function do not overflow
    numerical, uncertainty, noise = (size * part for part in _best_difference(lambda at: f(at) / size, x))
    scale = max(abs(engine), abs(numerical))
    if isfinite(engine):
        trusted = max(1e-4 * scale, 4.0 * noise)  # a larger uncertainty excuses nothing
        agrees = abs(engine - numerical) <= rtol * scale + min(4.0 * uncertainty, trusted)
        agrees = agrees or _between_the_sides(engine, f, x)
    else:
        agrees = _is_vertical(engine, f, x)
    if not agrees and uncertainty == inf:
        numerical = nan
    return CheckedGradient(name, engine, numerical, uncertainty, agrees)


class _Estimate(NamedTuple):
    """A numerical derivative, its uncertainty, and the part of that which comes from rounding."""

    slope: float = 0.0
    uncertainty: float = inf
    noise: float = 0.0


def _best_difference(f: Callable[[float], float], x: float) -> _Estimate:
    """The derivative from the first step that serves best."""
    best = _Estimate()
    for fraction in (0.1, 1e-3, 1e-5, 1e-7):
        for scale in {1.0, abs(x)} - {0.0}:
            best = min(best, _ridders(f, x, fraction * scale), key=lambda estimate: estimate.uncertainty)
        if best.uncertainty <= 1e-10 * abs(best.slope):
            break
    return best


def _ridders(f: Callable[[float], float], x: float, width: float) -> _Estimate:
    """The derivative of ``f`` at ``x`` from central differences at steps from ``width`` down."""
    shrink = 1.6
    best = _Estimate()
    previous: list[float] = []
    for _ in range(10):
        above, below = x + width, x - width
        if not below < x < above:
            break
        up, down = _finite(f, above), _finite(f, below)
        if up is None or down is None:  # outside the domain of f: come closer
            width /= shrink * shrink
            previous = []
            continue
        row = [(up - down) / (above - below)]
        noise = 4.0 * ulp(max(abs(up), abs(down))) / width
        factor = shrink * shrink
        for j, coarser in enumerate(previous):
            row.append((row[j] * factor - coarser) / (factor - 1.0))
            error = max(abs(row[j + 1] - row[j]), abs(row[j + 1] - coarser)) + noise
            factor *= shrink * shrink
            if error <= best.uncertainty:
                best = _Estimate(row[j + 1], error, noise)
        if previous and abs(row[-1] - previous[-1]) > 2.0 * best.uncertainty:
            break
        previous = row
        width /= shrink
    return best


def _finite(f: Callable[[float], float], x: float) -> float | None:
    """f(x), or None where f has no finite value."""
    try:
        y = f(x)
    except (ArithmeticError, ValueError):
        return None
    return y if isfinite(y) else None


def _between_the_sides(engine: float, f: Callable[[float], float], x: float) -> bool:
    """Whether ``f`` has a kink at ``x``, and the engine's slope lies between those on its two sides.

    At an edge of the domain there is one side only, and its slope counts.
    """
    size = max(abs(x), 1.0)
    (left, right), (left_closer, right_closer) = _one_sided(f, x, 1e-5 * size), _one_sided(f, x, 1e-7 * size)
    if left is None or right is None:
        side, closer = (right, right_closer) if left is None else (left, left_closer)
        if side is None or closer is None:
            return False
        slack = 1e-4 * abs(closer) + 2.0 * abs(closer - side) + 1e-12
        return abs(engine - closer) <= slack and abs(closer - side) <= 1e-2 * max(abs(closer), 1.0)
    if left_closer is None or right_closer is None:
        return False
    jump = abs(left_closer - right_closer)
    largest = max(abs(left_closer), abs(right_closer))
    kink = jump > 1e-3 * largest and jump > 0.5 * abs(left - right)  # a bend would shrink with the width
    slack = 1e-3 * largest
    return kink and min(left_closer, right_closer) - slack <= engine <= max(left_closer, right_closer) + slack


def _is_vertical(engine: float, f: Callable[[float], float], x: float) -> bool:
    """Whether the slope of ``f`` grows without bound towards ``x``, in the direction of the engine's infinity."""
    slopes = [_one_sided(f, x, width * max(abs(x), 1.0)) for width in (1e-4, 1e-6, 1e-8)]
    for side in zip(*slopes, strict=True):
        known = [slope for slope in side if slope is not None]
        if len(known) == 3 and all(4.0 * abs(a) < abs(b) for a, b in pairwise(known)):
            return known[-1] * engine > 0.0
    return False


def _one_sided(f: Callable[[float], float], x: float, width: float) -> tuple[float | None, float | None]:
    """The slopes of ``f`` to the left and to the right of ``x``; None where it is not defined."""
    here, left, right = _finite(f, x), _finite(f, x - width), _finite(f, x + width)
    if here is None:
        return None, None
    return (
        None if left is None else (here - left) / width,
        None if right is None else (right - here) / width,
    )
