"""How fast compiled programs are, beside hand-written NumPy and the peers, in one process, interleaved, medians."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from autograd import Value
from autograd import functions as fn
from autograd.compiler import Program, compile
from tests.benchmarks.measure import Row, at_least, at_most, medians, timed, with_deep_stack


def network(
    sizes: Sequence[int], activation: Callable[[Any], Any], seed: int = 0
) -> tuple[Callable[[Any], Any], list[Value]]:
    """A multilayer perceptron on scalars: a function of its inputs, and its parameters."""
    rng = random.Random(seed)
    layers = [
        [(*[Value(rng.gauss(0.0, n**-0.5)) for _ in range(n)], Value(0.0)) for _ in range(k)]
        for n, k in pairwise(sizes)
    ]

    def forward(x: Any) -> Any:
        for i, rows in enumerate(layers):
            x = fn.linear(rows, x)
            if i < len(layers) - 1:
                x = [activation(z) for z in x]
        return x

    return forward, [p for rows in layers for row in rows for p in row]


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


def moons_program() -> Program:
    """The loss of one example, compiled."""
    forward, parameters = network(MOONS, fn.relu)
    x, t = [Value(0.1, "x1"), Value(0.2, "x2")], Value(1.0, "t")
    loss = fn.relu(1.0 - t * forward(x)[0]) + 1e-4 * sum(p * p for p in parameters)
    return compile(loss, inputs=[*x, t])


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


def digits_graph(sizes: Sequence[int]) -> tuple[Value, list[Value]]:
    """The cross-entropy of one example, and its inputs."""
    forward, _ = network(sizes, fn.relu)
    x, t = [Value(0.5) for _ in range(sizes[0])], [Value(0.1) for _ in range(sizes[-1])]
    z = forward(x)
    return fn.logsumexp(z) - fn.dot(t, z), [*x, *t]


def digits_program(sizes: Sequence[int] = DIGITS) -> Program:
    """The cross-entropy of one example, compiled."""
    return compile(*digits_graph(sizes))


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


def by_torch(sizes: Sequence[int], loss: Callable[[Any, Any], Any], decay: float) -> Callable[[Any, Any], None]:
    """The same step in PyTorch, eager, float64."""
    import torch

    torch.set_num_threads(1)  # more only wait for each other at this size
    layers: list[Any] = []
    for n, k in pairwise(sizes):
        layers += [torch.nn.Linear(n, k, dtype=torch.float64), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)

    def step(X: Any, T: Any) -> None:
        optimizer.zero_grad()
        total = loss(model(X), T)
        if decay:
            total = total + decay * sum((p * p).sum() for p in model.parameters())
        total.backward()
        optimizer.step()

    return step


def by_micrograd(X: Any, t: Any) -> float:
    """The time of one step of the demo in micrograd, in seconds."""
    from micrograd.engine import Value as Scalar
    from micrograd.nn import MLP

    model = MLP(2, [16, 16, 1])

    def step() -> None:
        scores = [model([Scalar(v) for v in row]) for row in X.tolist()]
        data_loss = sum((1 + -t_i * score).relu() for t_i, score in zip(t.tolist(), scores, strict=True)) * (
            1.0 / len(X)
        )
        total = data_loss + 1e-4 * sum(p * p for p in model.parameters())
        model.zero_grad()
        total.backward()
        for p in model.parameters():
            p.data -= 1e-3 * p.grad

    return with_deep_stack(lambda: timed(step))


def by_sklearn(X: Any, labels: Any) -> Callable[[], Any]:
    """One epoch of scikit-learn's classifier."""
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier((32,), solver="sgd", batch_size=32, alpha=0.0, momentum=0.0)
    model.partial_fit(X, labels, classes=np.arange(10))
    return lambda: model.partial_fit(X, labels)


# --- an irregular graph --------------------------------------------------------------------------------------------


def irregular(size: int = 2000) -> Callable[[Any, Any], Any]:
    """A function of 8 inputs and 8 parameters: a graph of random elementary operations, summed where it ends."""
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


def peak(work: Callable[[], object]) -> int:
    """The most memory held at a time during the work, in bytes."""
    tracemalloc.start()
    work()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def run() -> list[Row]:
    """The table: name, bar, figure, whether the figure reaches the bar."""
    return [*_moons(), *_digits(), *_compile_time(), *_irregular(), *_memory()]


def _stepper(program: Program) -> Callable[[Any], None]:
    def step(X: Any) -> None:
        _, gradient = program.value_and_grad(X)
        program.theta -= 1e-3 * gradient

    return step


def _moons() -> list[Row]:
    import torch

    X, t = moons()
    program = moons_program()
    arrays = blocks(program.theta, MOONS)
    step, Xt = _stepper(program), np.column_stack([X, t])
    hinge = by_torch(MOONS, lambda z, t: torch.relu(1.0 - t * z[:, 0]).mean(), 1e-4)
    tensors = torch.asarray(X), torch.asarray(t)
    ours, hand, other = medians(
        lambda: step(Xt), lambda: moons_by_hand(X, t, arrays, 1e-3), lambda: hinge(*tensors), rounds=31, repeat=50
    )
    scalar = by_micrograd(X, t)
    name = "micrograd's demo step"
    return [
        at_most(f"{name}, {ours * 1e6:.0f} us, against NumPy's {hand * 1e6:.0f} us", 1.15, ours / hand, "times"),
        at_least(f"{name}: PyTorch", 1.0, other / ours, f"{other * 1e6:.0f} us"),
        at_least(f"{name}: micrograd", 3000.0, scalar / ours, f"{scalar:.2f} s"),
    ]


def _digits() -> list[Row]:
    import torch

    X, T = digits()
    program = digits_program()
    arrays = blocks(program.theta, DIGITS)
    step, XT = _stepper(program), np.concatenate([X, T], axis=1)
    entropy = by_torch(DIGITS, torch.nn.functional.cross_entropy, 0.0)
    X_, T_ = torch.asarray(X), torch.asarray(T)
    ours, hand, other, learn = medians(
        lambda: epoch(lambda rows: step(XT[rows]), X),
        lambda: epoch(lambda rows: digits_by_hand(X[rows], T[rows], arrays, 1e-3), X),
        lambda: epoch(lambda rows: entropy(X_[rows], T_[rows]), X),
        by_sklearn(X, T.argmax(axis=1)),
        rounds=31,
    )
    name = "digits, an epoch"
    return [
        at_most(f"{name}, {ours * 1e3:.2f} ms, against NumPy's {hand * 1e3:.2f} ms", 1.15, ours / hand, "times"),
        at_least(f"{name}: PyTorch", 1.0, other / ours, f"{other * 1e3:.1f} ms"),
        at_least(f"{name}: scikit-learn", 1.0, learn / ours, f"{learn * 1e3:.1f} ms"),
    ]


def _compile_time() -> list[Row]:
    rows = []
    for sizes, bar in ((DIGITS, 0.3), ((784, 128, 10), 5.0)):
        rows.append(
            at_most(f"compile {'-'.join(map(str, sizes))}", bar, timed(partial(compile, *digits_graph(sizes))), "s")
        )
    return rows


def _irregular() -> list[Row]:
    record = irregular()
    p, x = [Value(0.1 * i) for i in range(8)], [Value(0.2) for _ in range(8)]
    program = compile(record(x, p), x)
    X = np.random.default_rng(0).normal(size=(1000, 8))
    (ours,) = medians(lambda: program.value_and_grad(X), rounds=7)

    def eager() -> None:
        for row in X[:10].tolist():
            record([Value(v) for v in row], p).backward()

    scalar = 100 * timed(eager)
    return [at_least("2,000 irregular nodes, batch 1,000: eager", 300.0, scalar / ours, f"{ours * 1e3:.1f} ms")]


def _memory() -> list[Row]:
    sizes = (64, 128, 10)
    program = digits_program(sizes)
    arrays = blocks(program.theta, sizes)
    rng = np.random.default_rng(0)
    X, T = rng.uniform(size=(1000, 64)), np.eye(10)[rng.integers(0, 10, 1000)]
    XT = np.concatenate([X, T], axis=1)
    program.value_and_grad(XT[:2])  # what is made once, whatever the batch, is not part of a step
    ours = peak(lambda: _stepper(program)(XT))
    hand = peak(lambda: digits_by_hand(X, T, arrays, 1e-3))
    return [at_most(f"memory of a step, {ours / 2**20:.1f} MiB, against NumPy's", 1.5, ours / hand, "times")]
