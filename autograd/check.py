"""`check_gradients`: the engine's derivatives against numerical ones that do not use it. Imports `transforms`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf, isfinite, ulp
from typing import Any, NamedTuple

from autograd.errors import GradientMismatch
from autograd.modes import no_grad
from autograd.structure import leaves_of, like
from autograd.transforms import value_and_grad
from autograd.value import Value


class CheckedGradient(NamedTuple):
    """One derivative: by the engine, by finite differences, and how sure the latter is."""

    name: str
    engine: float
    numerical: float
    uncertainty: float
    agrees: bool

    def __str__(self) -> str:
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
        A `CheckedGradient` for each number in ``inputs``.

    Raises:
        GradientMismatch: if any disagrees; the message lists all of them, and by how much.

    Example:
        >>> from autograd import check_gradients
        >>> (checked,) = check_gradients(lambda x: x**3, 2.0)
        >>> print(checked)
        x0: engine 12, numerical 12: agrees

    Source: Ridders, Advances in Engineering Software 4 (1982); Numerical Recipes, section 5.7.
    """
    args: Sequence[Any] = inputs if isinstance(inputs, (tuple, list)) else (inputs,)
    leaves = leaves_of(tuple(args))
    start = [float(x) for x in leaves]
    names = [x.label if isinstance(x, Value) and x.label else f"x{i}" for i, x in enumerate(leaves)]
    _, derivatives = value_and_grad(f, tuple(range(len(args))))(*like(tuple(args), list(start)))
    checked = []
    for i, (name, engine) in enumerate(zip(names, leaves_of(derivatives), strict=True)):

        def along(x: float, i: int = i) -> float:
            point = [*start]
            point[i] = x
            with no_grad():
                return float(f(*like(tuple(args), [Value(p) for p in point])))

        checked.append(_compare(name, float(engine), along, start[i], rtol))
    if not all(row.agrees for row in checked):
        listed = "\n".join(f"  {row}" for row in checked)
        wrong = ", ".join(row.name for row in checked if not row.agrees)
        raise GradientMismatch(f"the derivative with respect to {wrong} disagrees with the numerical one:\n{listed}")
    return checked


def _compare(name: str, engine: float, f: Callable[[float], float], x: float, rtol: float) -> CheckedGradient:
    widths = sorted(
        {scale * fraction for scale in (max(abs(x), 1.0), abs(x)) for fraction in (0.1, 1e-2, 1e-4)} - {0.0}
    )
    numerical, uncertainty = min((_ridders(f, x, width) for width in widths), key=lambda estimate: estimate[1])
    scale = max(abs(engine), abs(numerical))
    agrees = abs(engine - numerical) <= rtol * scale + min(4.0 * uncertainty, 1e-3 * max(scale, uncertainty))
    if not agrees and isfinite(engine):
        left, right = _one_sided(f, x)
        kink = abs(left - right) > 1e-3 * max(abs(left), abs(right))
        slack = 1e-3 * max(abs(left), abs(right))
        agrees = kink and min(left, right) - slack <= engine <= max(left, right) + slack
    return CheckedGradient(name, engine, numerical, uncertainty, agrees)


def _ridders(f: Callable[[float], float], x: float, width: float) -> tuple[float, float]:
    """The derivative of ``f`` at ``x`` from central differences at steps from ``width`` down, and its uncertainty."""
    shrink = 1.6
    best, uncertainty = 0.0, inf
    previous: list[float] = []
    for _ in range(12):
        above, below = x + width, x - width
        try:
            slope = (f(above) - f(below)) / (above - below)
            noise = 4.0 * ulp(max(abs(f(above)), abs(f(below)))) / width
        except (ArithmeticError, ValueError):  # outside the domain of f: come closer
            width /= shrink * shrink
            previous = []
            continue
        row = [slope]
        factor = shrink * shrink
        for j, coarser in enumerate(previous):
            row.append((row[j] * factor - coarser) / (factor - 1.0))
            error = max(abs(row[j + 1] - row[j]), abs(row[j + 1] - coarser)) + noise
            factor *= shrink * shrink
            if error <= uncertainty:
                best, uncertainty = row[j + 1], error
        if previous and abs(row[-1] - previous[-1]) > 2.0 * uncertainty:
            break
        previous = row
        width /= shrink
    return best, uncertainty


def _one_sided(f: Callable[[float], float], x: float) -> tuple[float, float]:
    """The slopes of ``f`` to the left and to the right of ``x``."""
    width = 1e-6 * max(abs(x), 1.0)
    try:
        return (f(x) - f(x - width)) / width, (f(x + width) - f(x)) / width
    except (ArithmeticError, ValueError):
        return 0.0, 0.0
