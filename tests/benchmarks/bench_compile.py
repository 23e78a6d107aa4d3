"""How fast compiled programs are, beside hand-written NumPy and the peers."""

from __future__ import annotations

import random
import time
import tracemalloc
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tests.benchmarks.bench_engine import demo_by_micrograd
from tests.benchmarks.measure import Row, apart, at_least, at_most, medians

if TYPE_CHECKING:
    from autograd import Value
    from autograd.compiler import Program

MOONS = (2, 16, 16, 1)
DIGITS = (64, 32, 10)
RATE = 1e-3


def network(
    sizes: Sequence[int], activation: Callable[[Any], Any], seed: int = 0
) -> tuple[Callable[[Any], Any], list[Value]]:
    """A multilayer perceptron on scalars: a function of its inputs, and its parameters."""
    from autograd import Value
    from autograd.functions import linear

    rng = random.Random(seed)
    layers = [
        [(*[Value(rng.gauss(0.0, n**-0.5)) for _ in range(n)], Value(0.0)) for _ in range(k)]
        for n, k in pairwise(sizes)
    ]

    def forward(x: Any) -> Any:
        for i, rows in enumerate(layers):
            x = linear(rows, x)
            if i < len(layers) - 1:
                x = [activation(z) for z in x]
        return x

    return forward, [p for rows in layers for row in rows for p in row]


def step_of(program: Program) -> Callable[[Any], None]:
    """A step of gradient descent on a batch."""

    def step(X: Any) -> None:
        _, gradient = program.value_and_grad(X)
        program.theta -= RATE * gradient

    return step


def torch_step(sizes: Sequence[int], loss: Callable[[Any, Any], Any], decay: float) -> Callable[[Any, Any], None]:
    """The same step in PyTorch, eager, float64."""
    import torch

    torch.set_num_threads(1)
    layers: list[Any] = []
    for n, k in pairwise(sizes):
        layers += [torch.nn.Linear(n, k, dtype=torch.float64), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)

    def step(X: Any, T: Any) -> None:
        optimizer.zero_grad()
        total = loss(model(X), T)
        if decay:
            total = total + decay * sum((p * p).sum() for p in model.parameters())
        total.backward()
        optimizer.step()

    return step


# --- micrograd's demo: 2-16-16-1, ReLU, hinge loss, L2 -------------------------------------------------------------


def moons_program() -> Program:
    """The loss of one example, compiled."""
    from autograd import Value, compile
    from autograd import functions as fn

    forward, parameters = network(MOONS, fn.relu)
    x, t = [Value(0.1, "x1"), Value(0.2, "x2")], Value(1.0, "t")
    loss = fn.relu(1.0 - t * forward(x)[0]) + 1e-4 * sum(p * p for p in parameters)
    return compile(loss, inputs=[*x, t])


def moons_compiled() -> Callable[[], object]:
    import numpy as np

    from tests.benchmarks.by_hand import moons

    step, batch = step_of(moons_program()), np.column_stack(moons())
    return lambda: step(batch)


def moons_by_numpy() -> Callable[[], object]:
    import numpy as np

    from tests.benchmarks.by_hand import blocks, moons, moons_by_hand

    X, t = moons()
    n_parameters = sum((n + 1) * k for n, k in pairwise(MOONS))
    arrays = blocks(np.random.default_rng(0).normal(0.0, 0.5, n_parameters), MOONS)
    return lambda: moons_by_hand(X, t, arrays, RATE)


def moons_by_torch() -> Callable[[], object]:
    import torch

    from tests.benchmarks.by_hand import moons

    step = torch_step(MOONS, lambda z, t: torch.relu(1.0 - t * z[:, 0]).mean(), 1e-4)
    X, t = map(torch.asarray, moons())
    return lambda: step(X, t)


def moons_by_jax() -> Callable[[], object]:
    """The step under `jax.jit`."""
    import jax
    import numpy as np

    from tests.benchmarks.by_hand import blocks, moons

    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy
    X, t = moons()
    n_parameters = sum((n + 1) * k for n, k in pairwise(MOONS))

    def loss(parameters: Any, X: Any, t: Any) -> Any:
        W1, b1, W2, b2, W3, b3 = parameters
        A2 = jnp.maximum(jnp.maximum(X @ W1.T + b1, 0.0) @ W2.T + b2, 0.0)
        margin = jnp.maximum(1.0 - t * (A2 @ W3[0] + b3), 0.0)
        return margin.mean() + 1e-4 * sum((p * p).sum() for p in parameters)

    step = jax.jit(lambda p: jax.tree.map(lambda a, g: a - RATE * g, p, jax.grad(loss)(p, X, t)))
    state = [[jnp.asarray(p) for p in blocks(np.random.default_rng(0).normal(0.0, 0.5, n_parameters), MOONS)]]

    def work() -> None:
        state[0] = step(state[0])
        state[0][0].block_until_ready()

    return work


def bench_moons() -> list[Row]:
    """The demo's step, compiled, beside everyone."""
    ours, hand, torch, jax = medians(moons_compiled, moons_by_numpy, moons_by_torch, moons_by_jax)
    (micrograd,) = medians(demo_by_micrograd)
    name = "micrograd's demo step"
    return [
        at_most(f"{name}, {ours * 1e6:.0f} us, against NumPy's {hand * 1e6:.0f} us", 1.15, ours / hand, "times"),
        at_least(f"{name}: PyTorch", 1.0, torch / ours, f"{torch * 1e6:.0f} us"),
        at_least(f"{name}: jax.jit", 0.0, jax / ours, f"{jax * 1e6:.0f} us"),
        at_least(f"{name}: micrograd", 3000.0, micrograd / ours, f"{micrograd:.2f} s"),
    ]


# --- digits: 64-[32]-10, softmax cross-entropy ---------------------------------------------------------------------


def digits_graph(sizes: Sequence[int]) -> tuple[Value, list[Value]]:
    """The cross-entropy of one example, and its inputs."""
    from autograd import Value
    from autograd import functions as fn

    forward, _ = network(sizes, fn.relu)
    x, t = [Value(0.5) for _ in range(sizes[0])], [Value(0.1) for _ in range(sizes[-1])]
    z = forward(x)
    return fn.logsumexp(z) - fn.dot(t, z), [*x, *t]


def digits_program(sizes: Sequence[int] = DIGITS) -> Program:
    """The cross-entropy of one example, compiled."""
    from autograd import compile

    return compile(*digits_graph(sizes))


def digits_compiled() -> Callable[[], object]:
    import numpy as np

    from tests.benchmarks.by_hand import digits, epoch

    step = step_of(digits_program())
    X, T = digits()
    XT = np.concatenate([X, T], axis=1)
    return lambda: epoch(lambda rows: step(XT[rows]), X)


def digits_by_numpy() -> Callable[[], object]:
    import numpy as np

    from tests.benchmarks.by_hand import blocks, digits, digits_by_hand, epoch

    X, T = digits()
    n_parameters = sum((n + 1) * k for n, k in pairwise(DIGITS))
    arrays = blocks(np.random.default_rng(0).normal(0.0, 0.1, n_parameters), DIGITS)
    return lambda: epoch(lambda rows: digits_by_hand(X[rows], T[rows], arrays, RATE), X)


def digits_by_torch() -> Callable[[], object]:
    import torch

    from tests.benchmarks.by_hand import digits, epoch

    X, T = map(torch.asarray, digits())
    step = torch_step(DIGITS, torch.nn.functional.cross_entropy, 0.0)
    return lambda: epoch(lambda rows: step(X[rows], T[rows]), X)


def digits_by_sklearn() -> Callable[[], object]:
    import numpy as np
    from sklearn.neural_network import MLPClassifier

    from tests.benchmarks.by_hand import digits

    X, T = digits()
    labels = T.argmax(axis=1)
    model = MLPClassifier((32,), solver="sgd", batch_size=32, alpha=0.0, momentum=0.0)
    model.partial_fit(X, labels, classes=np.arange(10))
    return lambda: model.partial_fit(X, labels)


def bench_digits() -> list[Row]:
    """An epoch of mini-batches of 32."""
    ours, hand, torch, sklearn = medians(digits_compiled, digits_by_numpy, digits_by_torch, digits_by_sklearn)
    name = "digits, an epoch"
    return [
        at_most(f"{name}, {ours * 1e3:.2f} ms, against NumPy's {hand * 1e3:.2f} ms", 1.15, ours / hand, "times"),
        at_least(f"{name}: PyTorch", 1.0, torch / ours, f"{torch * 1e3:.1f} ms"),
        at_least(f"{name}: scikit-learn", 1.0, sklearn / ours, f"{sklearn * 1e3:.1f} ms"),
    ]


def compile_time(*sizes: int) -> float:
    """Seconds, without recording."""
    from autograd import compile

    graph = digits_graph(sizes)
    start = time.process_time()
    compile(*graph)
    return time.process_time() - start


def bench_compile_time() -> list[Row]:
    """What compiling costs."""
    rows = []
    for sizes, bar in ((DIGITS, 0.3), ((784, 128, 10), 5.0)):
        (seconds,) = medians(partial(compile_time, *sizes), processes=3)
        rows.append(at_most(f"compile {'-'.join(map(str, sizes))}", bar, seconds, "s"))
    return rows


# --- an irregular graph --------------------------------------------------------------------------------------------


def irregular(size: int = 2000) -> Callable[[Any, Any], Any]:
    """A function of 8 inputs and 8 parameters: a graph of random elementary operations, summed where it ends."""
    from autograd import functions as fn

    made: list[Any] = [lambda a, b: a + b, lambda a, b: a - b, lambda a, b: 0.5 * (a * b)]
    made += [lambda a, b: fn.tanh(a), lambda a, b: fn.sigmoid(a), lambda a, b: fn.relu(a), lambda a, b: abs(a)]
    rng = random.Random(3)
    steps = [(rng.choice(made), rng.randrange(max(0, k - 200), k), rng.randrange(k)) for k in range(16, 16 + size)]
    ends = sorted(set(range(16 + size)) - {i for step in steps for i in step[1:]})

    def record(x: Any, p: Any) -> Any:
        pool = [*x, *p]
        for operation, i, j in steps:
            pool.append(operation(pool[i], pool[j]))
        return fn.fsum([pool[i] for i in [*range(16), *ends]])

    return record


def irregular_compiled() -> Callable[[], object]:
    """1,000 examples at once."""
    import numpy as np

    from autograd import Value, compile

    p, x = [Value(0.1 * i) for i in range(8)], [Value(0.2) for _ in range(8)]
    program = compile(irregular()(x, p), x)
    X = np.random.default_rng(0).normal(size=(1000, 8))
    return lambda: program.value_and_grad(X)


def irregular_eager() -> Callable[[], object]:
    """10 examples, one after the other."""
    from autograd import Value

    record, rng = irregular(), random.Random(0)
    p = [Value(0.1 * i) for i in range(8)]
    rows = [[rng.gauss(0.0, 1.0) for _ in range(8)] for _ in range(10)]

    def work() -> None:
        for row in rows:
            record([Value(v) for v in row], p).backward()

    return work


def bench_irregular() -> Row:
    """2,000 random operations."""
    ours, eager = medians(irregular_compiled, irregular_eager)
    return at_least("2,000 irregular nodes, batch 1,000: eager", 300.0, 100 * eager / ours, f"{ours * 1e3:.1f} ms")


# --- memory --------------------------------------------------------------------------------------------------------

MEMORY = (64, 128, 10)


def peak(work: Callable[[], object]) -> int:
    """The most memory held at a time during the work, in bytes."""
    tracemalloc.start()
    work()
    return tracemalloc.get_traced_memory()[1]


def memory_batch() -> tuple[Any, Any]:
    """1,000 rows."""
    import numpy as np

    rng = np.random.default_rng(0)
    return rng.uniform(size=(1000, 64)), np.eye(10)[rng.integers(0, 10, 1000)]


def memory_compiled() -> int:
    import numpy as np

    program, XT = digits_program(MEMORY), np.concatenate(memory_batch(), axis=1)
    program.value_and_grad(XT[:2])  # what is made once, whatever the batch, is not part of a step
    return peak(lambda: step_of(program)(XT))


def memory_by_numpy() -> int:
    import numpy as np

    from tests.benchmarks.by_hand import blocks, digits_by_hand

    X, T = memory_batch()
    n_parameters = sum((n + 1) * k for n, k in pairwise(MEMORY))
    arrays = blocks(np.random.default_rng(0).normal(0.0, 0.1, n_parameters), MEMORY)
    return peak(lambda: digits_by_hand(X, T, arrays, RATE))


def bench_memory() -> Row:
    """The memory of a step."""
    ours, hand = apart(memory_compiled), apart(memory_by_numpy)
    return at_most(f"memory of a step, {ours / 2**20:.1f} MiB, against NumPy's", 1.5, ours / hand, "times")


def run() -> list[Row]:
    """All rows of this file."""
    return [*bench_moons(), *bench_digits(), *bench_compile_time(), bench_irregular(), bench_memory()]
