"""The two data sets of the benchmarks, and steps on them as one writes them in NumPy. Imports NumPy alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np


def blocks(theta: Any, sizes: Sequence[int]) -> list[Any]:
    """Copies of W1, b1, W2, b2 ... as a person keeps them."""
    arrays, start = [], 0
    for n, k in pairwise(sizes):
        arrays.append(theta[start : start + n * k].reshape(k, n).copy())
        arrays.append(theta[start + n * k : start + n * k + k].copy())
        start += (n + 1) * k
    return arrays


# --- micrograd's demo: 2-16-16-1, ReLU, hinge loss, L2 ---------------------------------------------------------

MOONS = (2, 16, 16, 1)


def moons(n: int = 100) -> tuple[Any, Any]:
    """Two half circles, labelled -1 and 1."""
    rng = np.random.default_rng(0)
    angle = rng.uniform(0.0, np.pi, n)
    side = np.arange(n) % 2
    X = np.stack([np.cos(angle) * (1 - 2 * side) + side, np.sin(angle) * (1 - 2 * side) + side / 2], axis=1)
    return X + rng.normal(0.0, 0.1, X.shape), side * 2.0 - 1.0


def moons_by_hand(X: Any, t: Any, parameters: list[Any], rate: float) -> float:
    """One step of gradient descent on the demo's loss, as one writes it in NumPy."""
    W1, b1, W2, b2, W3, b3 = parameters
    m = len(X)
    A1 = np.maximum(X @ W1.T + b1, 0.0)
    A2 = np.maximum(A1 @ W2.T + b2, 0.0)
    margin = 1.0 - t * (A2 @ W3[0] + b3)
    loss = np.maximum(margin, 0.0).mean() + 1e-4 * sum((p * p).sum() for p in parameters)
    dz3 = np.where(margin >= 0.0, -t, 0.0) / m
    dZ2 = np.outer(dz3, W3[0]) * (A2 > 0.0)
    dZ1 = (dZ2 @ W2) * (A1 > 0.0)
    gradients = [dZ1.T @ X, dZ1.sum(axis=0), dZ2.T @ A1, dZ2.sum(axis=0), (dz3 @ A2)[None], dz3.sum(keepdims=True)]
    for p, g in zip(parameters, gradients, strict=True):
        p -= rate * (g + 2e-4 * p)
    return float(loss)


# --- digits: 64-[32]-10, softmax cross-entropy --------------------------------------------------------------------

DIGITS = (64, 32, 10)


def digits() -> tuple[Any, Any]:
    """1,797 rows of 64 pixels between 0 and 1, one-hot targets; only their sizes matter here."""
    rng = np.random.default_rng(0)
    return rng.integers(0, 17, (1797, 64)) / 16.0, np.eye(10)[rng.integers(0, 10, 1797)]


def digits_by_hand(X: Any, T: Any, parameters: list[Any], rate: float) -> float:
    """One step of gradient descent on the cross-entropy, as one writes it in NumPy."""
    W1, b1, W2, b2 = parameters
    m = len(X)
    Z1 = X @ W1.T + b1
    A1 = np.maximum(Z1, 0.0)
    Z2 = A1 @ W2.T + b2
    Z2 -= Z2.max(axis=1, keepdims=True)
    P = np.exp(Z2)
    total = P.sum(axis=1, keepdims=True)
    P /= total
    loss = (np.log(total[:, 0]) - (T * Z2).sum(axis=1)).mean()
    dZ2 = (P - T) / m
    dZ1 = (dZ2 @ W2) * (Z1 >= 0.0)
    W2 -= rate * (dZ2.T @ A1)
    b2 -= rate * dZ2.sum(axis=0)
    W1 -= rate * (dZ1.T @ X)
    b1 -= rate * dZ1.sum(axis=0)
    return float(loss)


def epoch(step: Callable[[Any], Any], X: Any, batch: int = 32) -> None:
    """One pass over the rows in mini-batches."""
    for start in range(0, len(X), batch):
        step(slice(start, start + batch))
