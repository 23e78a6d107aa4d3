"""Measurements of what the documents claim about training: vanishing gradients, dead ReLUs, the learning rate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any, NamedTuple

from autograd.calculus.transforms import value_and_grad
from autograd.engine import primitives
from autograd.engine.modes import no_grad
from autograd.engine.value import Value
from nn import losses
from nn.data import check_count, check_inputs, check_number, number_of
from nn.layers import MLP
from nn.losses import Loss
from nn.numerics import np
from nn.steps import EagerStep


class LayerGradient(NamedTuple):
    """How large the gradient is in a layer: the root mean square of dL/dw over its parameters."""

    layer: int
    activation: str
    size: float

    def __str__(self) -> str:
        return f"layer {self.layer} ({self.activation}): {self.size:.3g}"


def gradient_sizes(model: MLP, X: Any, y: Any, loss: str | Loss | None = None) -> list[LayerGradient]:
    """The size of the gradient of the mean loss, layer by layer from the input on.

    In a deep network of sigmoids it falls by a factor a layer towards the input: the gradient vanishes. With ReLU
    and weights drawn to suit (He) it does not.

    Arguments:
        model: the network; its gradients are cleared and hold those of this loss afterwards.
        X, y, loss: as `nn.fit` takes them.

    Returns:
        A `LayerGradient` for each layer, counted from 1.

    Example:
        >>> deep = MLP(1, [4, 4, 4, 1], activation="sigmoid", seed=0)
        >>> sizes = [layer.size for layer in gradient_sizes(deep, [[0.5], [1.0]], [0.0, 1.0])]
        >>> sizes[0] < 0.1 * sizes[-1]
        True

    Source: lecture, "Sigmoid / Logistic Activation Function": the vanishing gradient problem; notes 5.3.5.
    """
    objective = losses.objective_of(model, loss)
    examples = losses.examples_for(model, objective, X, y)
    EagerStep(model, objective)(examples.X, examples.T, None)
    return [
        LayerGradient(k, repr(layer.activation), float(np.sqrt(np.mean([p.grad**2 for p in layer.parameters()]))))
        for k, layer in enumerate(model.layers, 1)
    ]


class DeadUnits(NamedTuple):
    """The ReLU neurons of a layer that are 0 for every example, counted from 0, and how many neurons there are."""

    layer: int
    dead: tuple[int, ...]
    n_neurons: int

    def __str__(self) -> str:
        return f"layer {self.layer}: {len(self.dead)} of {self.n_neurons} ReLUs are dead"


def dead_relus(model: MLP, X: Any) -> list[DeadUnits]:
    """The ReLU neurons that no example of ``X`` activates: their slope is 0 for all, so their weights learn nothing.

    Arguments:
        model: the network; nothing in it is changed.
        X: examples, shape (examples, n_inputs).

    Returns:
        A `DeadUnits` for each layer that has ReLUs, counted from 1.

    Example:
        >>> from nn.layers import Layer
        >>> layer = Layer(1, 2, "relu", weights=[[1.0], [-1.0]], biases=[0.0, -1.0])
        >>> print(dead_relus(MLP.from_layers([layer]), [[0.0], [2.0]])[0])
        layer 1: 1 of 2 ReLUs are dead

    Source: lecture, "ReLU Function": the dying ReLU problem; notes 5.3.4.
    """
    rows: list[Any] = check_inputs(X, model.n_inputs).tolist()
    counts = []
    for k, layer in enumerate(model.layers, 1):
        outputs = [layer.forward(row) for row in rows]
        if all(v.op is primitives.relu for v in outputs[0]):
            dead = [j for j in range(layer.n_outputs) if not any(row[j].partials[0] for row in outputs)]
            counts.append(DeadUnits(k, tuple(dead), layer.n_outputs))
        rows = [[v.data for v in row] for row in outputs]
    return counts


class Descent(NamedTuple):
    """The path of gradient descent: the points, the value at each, and how it ended."""

    learning_rate: float
    points: list[tuple[float, ...]]
    values: list[float]
    verdict: str

    def __str__(self) -> str:
        return f"learning rate {self.learning_rate:g}: {self.verdict}, {self.values[0]:.4g} to {self.values[-1]:.4g}"


def descend(
    f: Callable[..., Value], start: Sequence[float], learning_rate: float, steps: int = 100, tolerance: float = 1e-9
) -> Descent:
    """Gradient descent on a function of a few numbers: theta = theta - eta gradient.

    Arguments:
        f: takes as many Values as ``start`` has numbers, gives one.
        start: where to begin.
        learning_rate: eta, above 0.
        steps: how many steps to make at most.
        tolerance: it has converged once a step changes no number by more than this.

    Returns:
        A `Descent`. Its verdict is "converged", "diverged" (the value is no longer finite, or larger than at the
        start) or "too slow" (neither, after all steps).

    Example:
        >>> for eta in (0.001, 0.3, 1.1):
        ...     print(descend(lambda x: x * x, [1.0], eta))
        learning rate 0.001: too slow after 100 steps, 1 to 0.6701
        learning rate 0.3: converged after 24 steps, 1 to 7.923e-20
        learning rate 1.1: diverged after 100 steps, 1 to 6.859e+15

    Source: notes 4.2.2, "Learning Rate"; lecture, "3. Gradient Descent".
    """
    rate = check_number("learning_rate", learning_rate, above=0.0)
    point = tuple([check_number(f"start[{i}]", x) for i, x in enumerate(start)])
    slope = value_and_grad(f, tuple(range(len(point))))
    points, values = [point], []
    verdict = ""
    for step in range(1, check_count("steps", steps) + 1):
        value, gradient = slope(*point)
        value, gradient = number_of(value), [*map(number_of, gradient)]
        values.append(value)
        after = tuple([x - rate * g for x, g in zip(point, gradient, strict=True)])
        if not (isfinite(value) and all(map(isfinite, after))):
            verdict = f"diverged after {step - 1} steps"
            break
        points.append(after)
        moved = max([abs(x - y) for x, y in zip(after, point, strict=True)])
        point = after
        if moved <= tolerance:
            verdict = f"converged after {step} steps"
            break
    if len(points) > len(values):
        with no_grad():
            values.append(number_of(f(*map(Value, point))))
    if not verdict:
        verdict = f"{'too slow' if values[-1] <= values[0] else 'diverged'} after {steps} steps"
    return Descent(rate, points, values, verdict)
