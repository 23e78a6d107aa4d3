"""The README's comparison: the same expression of scalars in micrograd, PyTorch and JAX."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from tests.benchmarks.bench_engine import by_chainrule, by_micrograd, elementary
from tests.benchmarks.measure import Row, at_least, medians

NODES = 600


def by_torch() -> Callable[[], object]:
    import torch

    def scalar(x: float) -> Any:
        return torch.tensor(x, dtype=torch.float64, requires_grad=True)

    return lambda: elementary(scalar, NODES).backward()


def by_jax() -> Callable[[], object]:
    """Without `jax.jit`: the expression is traced anew each time, as it is in the others."""
    import jax

    jax.config.update("jax_enable_x64", True)

    class Jaxed:
        """A JAX scalar with the method that the expression calls."""

        def __init__(self, data: Any) -> None:
            self.data = data

        def __add__(self, other: Jaxed) -> Jaxed:
            return Jaxed(self.data + other.data)

        def __mul__(self, other: Jaxed) -> Jaxed:
            return Jaxed(self.data * other.data)

        def relu(self) -> Jaxed:
            return Jaxed(jax.numpy.maximum(self.data, 0.0))

    def traced(leaves: Any) -> Any:
        remaining = iter(leaves)
        return elementary(lambda _: Jaxed(next(remaining)), NODES).data

    leaves = [0.01 * i - 0.3 for i in range(20)]
    slope = jax.grad(traced)
    return lambda: slope(leaves)


def run() -> list[Row]:
    """Forward and backward through one expression of scalars, as a student writes it."""
    ours, *others = medians(partial(by_chainrule, NODES), partial(by_micrograd, NODES), by_torch, by_jax)
    return [
        at_least(
            f"{NODES} scalar nodes, beside {name}", 1, other / ours, f"{ours * 1e3:.2f} beside {other * 1e3:.1f} ms"
        )
        for name, other in zip(("micrograd", "PyTorch", "JAX without jit"), others, strict=True)
    ]
