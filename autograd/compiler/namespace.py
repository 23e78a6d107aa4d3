"""The functions of the table of primitives on arrays: what NumPy lacks, and NumPy's names for other array libraries.

A compiled program carries the source of the functions it uses, so that it runs on its own.
"""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from autograd.engine.primitives import PRIMITIVES
from autograd.engine.scalar import ERFCX


def sigmoid(z):
    """The logistic function 1 / (1 + exp(-z))."""
    return 1 / (1 + np.exp(-z))


def softplus(z):
    """log(1 + exp(z)), without overflow."""
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def swish(z):
    """z times its logistic function; 0 in the limit of minus infinity."""
    half = np.exp(np.minimum(z, 0) / 2)  # half the exponent does not underflow
    return np.where(z == -np.inf, 0.0, z * half * half / (1 + np.exp(-np.abs(z))))


def step(z):
    """1 from 0 on, 0 below; NaN is passed on."""
    return np.where(z >= 0, 1.0, np.where(z < 0, 0.0, z))


def cbrt(x):
    """The cube root: 1/3 is no float, so a step of Newton's follows the power."""
    y = np.sign(x) * np.abs(x) ** (1 / 3)
    return np.where((np.abs(x) > 0) & (np.abs(x) < np.inf), y + (x / (y * y) - y) / 3, x)


def erf_near_0(x):
    """The error function between -1 and 1: x times a polynomial in x**2."""
    p = 0.0 * x
    for c in [
        -1.7469635073942545e-14,
        4.117575248193394e-13,
        -6.639384646650022e-12,
        9.41257660857209e-11,
        -1.2289531811531134e-09,
        1.4807117940843493e-08,
        -1.6365840662819432e-07,
        1.64621142064921e-06,
        -1.4925650353811546e-05,
        0.00012055332981695066,
        -0.0008548327023449507,
        0.005223977625442175,
        -0.026866170645131252,
        0.11283791670955126,
        -0.37612638903183754,
        1.1283791670955126,
    ]:
        p = p * (x * x) + c
    return x * p


def erf(x):
    """The error function: what is missing to 1 is exp(-x**2) erfcx(x)."""
    near = erf_near_0(np.minimum(np.maximum(x, -1.0), 1.0))
    return np.where(np.abs(x) < 1, near, np.sign(x) * (1 - erfcx(np.abs(x)) * np.exp(-x * x)))


def erfcx(x):
    """exp(x**2) erfc(x); from z = 0.5 on z erfcx(z) is a polynomial in (z - 2.5)/(z + 1.5)."""
    z = np.maximum(np.abs(x), 0.5)
    t = (np.minimum(z, 1e300) - 2.5) / (np.minimum(z, 1e300) + 1.5)
    p = 0.0 * t
    for c in ERFCX:
        p = p * t + c
    far = p / z
    d = np.minimum(z, 40)
    digits = np.floor(d * 4096) / 4096  # whose square is exact
    below = 2 * np.exp(digits * digits) * np.exp((d - digits) * (d + digits)) - far
    u = np.minimum(np.maximum(x, -0.5), 0.5)
    near = np.exp(u * u) * (1 - erf_near_0(u))
    return np.where(np.abs(x) < 0.5, near, np.where(x < 0, below, far))


def xlogy(x, y):
    """x log(y), and 0 where x is 0."""
    zero = (x == 0) & (y == y)
    return np.where(zero, 0.0, x * np.log(np.where(zero, 1.0, y)))


def logsumexp(Z):
    """log(sum(exp(Z))) of each row, without overflow: the largest number of the row is taken out first."""
    top = np.max(Z, axis=-1, keepdims=True)
    ties = np.sum(np.where(top == Z, 1.0, 0.0), axis=-1)
    rest = np.sum(np.where(top == Z, 0.0, np.exp(Z - top)), axis=-1)
    return np.log1p(ties - 1 + rest) + top[..., 0]


def softmax(Z):
    """exp(Z) / sum(exp(Z)) of each row, without overflow; infinite numbers share 1."""
    top = np.max(Z, axis=-1, keepdims=True)
    E = np.where(top == Z, 1.0, np.exp(Z - top))
    return E / np.sum(E, axis=-1, keepdims=True)


def softmax_gradient(P, dP):
    """P * (dP - sum(P * dP)) of each row; dP is counted from that of the largest P, so that nothing cancels."""
    top = np.where(np.max(P, axis=-1, keepdims=True) == P, dP, -np.inf)
    D = dP - np.max(top, axis=-1, keepdims=True)
    return P * (D - np.sum(P * D, axis=-1, keepdims=True))


NEEDED_BY = {"erf": ("erfcx", "erf_near_0"), "erfcx": ("erf_near_0",)}  # what else of these a function calls
HELPERS = {name: f for name, f in list(globals().items()) if inspect.isfunction(f)}


def exact_sigmoid(z):
    """The logistic function 1 / (1 + exp(-z)), to the last digit on both sides."""
    return np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))


def helper_source(name: str, exact: bool = False) -> str:
    """The text of one of the functions above; that of an exact program where there are two."""
    if exact and name == "sigmoid":
        return inspect.getsource(exact_sigmoid).replace("exact_sigmoid", "sigmoid")
    source = inspect.getsource(HELPERS[name])
    if "ERFCX" in source:
        source = "\n".join(["ERFCX = (", *[f"    {c!r}," for c in ERFCX], ")\n\n\n"]) + source
    return source


_STANDARD = {op.array: op.name for op in PRIMITIVES if op.array}  # rint: round
"""What the standard calls a function that NumPy has by another name: as the table does."""
_ARRAYS_ALONE = frozenset(["where", "maximum", "minimum", "hypot", "arctan2"])
"""Functions that the standard, other than NumPy, defines for arrays alone: numbers become arrays."""


class ArrayLibrary:
    """Any library of the Array API standard under NumPy's names, with numbers where NumPy takes numbers.

    Arguments:
        xp: its namespace, as array-api-compat gives it.
        dtype, device: the type of number of new arrays, and where they are kept.
    """

    def __init__(self, xp: Any, dtype: Any, device: Any) -> None:
        self._xp = xp
        self._dtype = dtype
        self._device = device
        self.key = (xp.__name__, str(dtype), str(device))

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._xp, name, None)
        function: Any = getattr(self._xp, _STANDARD.get(name, name)) if found is None else found
        return (lambda *args: function(*map(self.array, args))) if name in _ARRAYS_ALONE else function

    def array(self, x: Any) -> Any:
        """An array of numbers."""
        return x if hasattr(x, "dtype") else self._xp.asarray(x, dtype=self._dtype, device=self._device)

    def copied(self, x: np.ndarray[Any, Any]) -> Any:
        """A NumPy array as one of this library."""
        return self._xp.asarray(x, dtype=self._dtype, device=self._device, copy=True)

    def broadcast_to(self, x: Any, shape: tuple[int, ...]) -> Any:
        """x repeated to a larger shape."""
        return self._xp.broadcast_to(self.array(x), shape)

    def concatenate(self, arrays: Any, axis: int = 0) -> Any:
        """Arrays one after the other."""
        return self._xp.concat(arrays, axis=axis)

    def take(self, x: Any, wanted: list[int], axis: int = 0) -> Any:
        """Some of the columns."""
        index = self._xp.asarray(wanted, dtype=self._xp.int64, device=self._device)
        return self._xp.take(x, index, axis=axis)
