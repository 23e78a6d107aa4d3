"""The README's comparison: the same expression in micrograd, PyTorch and JAX, and the demo's step under ``jax.jit``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd import Value
from tests.benchmarks.bench_compile import MOONS, blocks, moons, moons_program
from tests.benchmarks.bench_engine import elementary
from tests.benchmarks.measure import Row, at_least, medians, with_deep_stack
from tests.peers import peer

NODES = 600


def bench_scalars() -> list[Row]:
    """Forward and backward through one expression of scalars, as a student writes it."""
    torch, jax, micrograd = peer("torch"), peer("jax"), peer("micrograd.engine")
    jax.config.update("jax_enable_x64", True)

    def by_value(kind: Callable[[float], Any]) -> Callable[[], None]:
        return lambda: elementary(kind, NODES).backward()

    def torch_scalar(x: float) -> Any:
        return torch.tensor(x, dtype=torch.float64, requires_grad=True)

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

    def jaxed(leaves: Any) -> Any:
        remaining = iter(leaves)
        return elementary(lambda _: Jaxed(next(remaining)), NODES).data

    leaves = [0.01 * i - 0.3 for i in range(20)]
    slope = jax.grad(jaxed)
    ours, micro, torched = with_deep_stack(
        lambda: medians(by_value(Value), by_value(micrograd.Value), by_value(torch_scalar), repeat=5)
    )
    (traced,) = medians(lambda: slope(leaves), rounds=2)
    return [
        at_least(
            f"{NODES} scalar nodes, beside {name}", 1, other / ours, f"{ours * 1e3:.2f} ms beside {other * 1e3:.1f}"
        )
        for name, other in (("micrograd", micro), ("PyTorch", torched), ("JAX without jit", traced))
    ]


def bench_demo_step() -> Row:
    """A full-batch step of micrograd's demo: compiled here, and by ``jax.jit``."""
    jax = peer("jax")
    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy
    X, t = moons()
    program = moons_program()
    batch = np.column_stack([X, t])
    rate = 0.01

    def ours() -> None:
        program.theta -= rate * program.value_and_grad(batch)[1]

    def loss(parameters: Any, X: Any, t: Any) -> Any:
        W1, b1, W2, b2, W3, b3 = parameters
        A2 = jnp.maximum(jnp.maximum(X @ W1.T + b1, 0.0) @ W2.T + b2, 0.0)
        margin = jnp.maximum(1.0 - t * (A2 @ W3[0] + b3), 0.0)
        return margin.mean() + 1e-4 * sum((p * p).sum() for p in parameters)

    step = jax.jit(lambda p: jax.tree.map(lambda a, g: a - rate * g, p, jax.grad(loss)(p, X, t)))
    state = [[jnp.asarray(p) for p in blocks(program.theta, MOONS)]]

    def theirs() -> None:
        state[0] = step(state[0])
        state[0][0].block_until_ready()

    mine, other = medians(ours, theirs, repeat=50)
    return at_least("a compiled step of the demo, beside jax.jit", 0, other / mine, f"{mine * 1e6:.0f} us")


def run() -> list[Row]:
    """Every row."""
    return [*bench_scalars(), bench_demo_step()]
