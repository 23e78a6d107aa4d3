"""What the two documents say about training, each under the name of its entry in the list of formulas."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Value, value_and_grad
from autograd.functions import fsum
from nn.layers import MLP, Layer, Neuron
from nn.measure import dead_relus, descend, gradient_sizes
from nn.optimizers import SGD, AdaGrad, Adam, Momentum, Optimizer, RMSprop
from nn.schedules import Exponential
from nn.training import fit

X = [0.5, 1.0, 2.0, 3.0, 4.5]
Y = [2.1, 2.8, 5.2, 6.9, 10.3]
N = len(X)


def linear_regression_loss(theta0: Value, theta1: Value) -> Value:
    """L = 1/n sum (y_i - (theta0 + theta1 x_i))^2, with the mean written as in the notes."""
    return fsum([(y - (theta0 + theta1 * x)) ** 2 for x, y in zip(X, Y, strict=True)]) / N


def least_squares() -> tuple[float, float]:
    """theta0 and theta1 where the loss is smallest, from NumPy."""
    theta1, theta0 = np.polyfit(X, Y, 1)
    return float(theta0), float(theta1)


def test_notes_4_2_2_linear_regression_gradients() -> None:
    """dL/dtheta0 = -2/n sum (y_i - ...), dL/dtheta1 = -2/n sum x_i (y_i - ...)."""
    theta0, theta1 = 0.3, -0.8
    _, (slope0, slope1) = value_and_grad(linear_regression_loss, (0, 1))(theta0, theta1)
    errors = [y - (theta0 + theta1 * x) for x, y in zip(X, Y, strict=True)]
    assert slope0 == pytest.approx(-2 / N * sum(errors), rel=1e-14)
    assert slope1 == pytest.approx(-2 / N * sum(x * e for x, e in zip(X, errors, strict=True)), rel=1e-14)


def test_notes_4_2_2_linear_regression_from_zero_until_changes_become_negligible() -> None:
    model = Neuron(1, weights=[0.0], bias=0.0)
    history = fit(model, X, Y, optimizer=SGD(0.1), epochs=5000, tolerance=1e-12, tolerance_on="parameters")
    assert (model.bias.data, model.weights[0].data) == pytest.approx(least_squares(), abs=1e-9)
    assert history.stop_reason.startswith("the parameters changed by no more than 1e-12")
    assert history["loss"][0] == pytest.approx(np.mean(np.square(Y)))  # all predictions are 0 at the start


def test_notes_4_2_2_linear_regression_steps_follow_the_update_rules() -> None:
    theta0 = theta1 = 0.0
    model = Neuron(1, weights=[0.0], bias=0.0)
    for _ in range(10):
        errors = [y - (theta0 + theta1 * x) for x, y in zip(X, Y, strict=True)]
        slope0, slope1 = -2 / N * sum(errors), -2 / N * sum(x * e for x, e in zip(X, errors, strict=True))
        theta0, theta1 = theta0 - 0.05 * slope0, theta1 - 0.05 * slope1
        fit(model, X, Y, "mse", SGD(0.05), epochs=1)
        assert (model.bias.data, model.weights[0].data) == pytest.approx((theta0, theta1), rel=1e-13)


@pytest.mark.parametrize("gamma", [0.9, 0.99])
def test_notes_4_2_2_momentum(gamma: float) -> None:
    """v_t = gamma v_(t-1) + eta grad; theta = theta - v_t, also while a schedule changes eta."""
    model = Neuron(1, weights=[0.0], bias=0.0)
    schedule = Exponential(0.02, factor=0.9)
    fit(model, X, Y, "mse", Momentum(schedule, gamma), epochs=50)
    theta, velocity = np.zeros(2), np.zeros(2)
    for t in range(50):
        _, gradient = value_and_grad(linear_regression_loss, (0, 1))(*theta)
        velocity = gamma * velocity + 0.02 * 0.9**t * np.array(gradient)
        theta = theta - velocity
    assert [model.bias.data, model.weights[0].data] == pytest.approx(theta, rel=1e-12)


def test_notes_4_2_2_learning_rate_on_a_parabola() -> None:
    """On L = x^2 a step multiplies x by 1 - 2 eta: slow near 1, at once at 0, to and fro below 0, away below -1."""
    slow, right, swinging, diverging = (descend(lambda x: x * x, [1.0], eta) for eta in (0.001, 0.5, 0.9, 1.1))
    assert slow.verdict == "too slow after 100 steps"
    assert [x for (x,) in right.points[:2]] == [1.0, 0.0]
    assert [x for (x,) in swinging.points[:3]] == pytest.approx([1.0, -0.8, 0.64])
    assert swinging.verdict.startswith("converged")
    assert diverging.verdict == "diverged after 100 steps"


def test_notes_4_2_2_learning_rate_on_the_linear_regression() -> None:
    """Too small, right, too large: the border is 2 over the largest curvature."""
    design = np.column_stack([np.ones(N), X])
    border = 2.0 / np.linalg.eigvalsh(2.0 / N * design.T @ design).max()
    slow, right, diverging = (
        descend(linear_regression_loss, [0.0, 0.0], rate * border, steps=2000) for rate in (1e-4, 0.9, 1.01)
    )
    assert slow.verdict == "too slow after 2000 steps"
    assert right.verdict.startswith("converged")
    assert right.points[-1] == pytest.approx(least_squares(), abs=1e-6)
    assert diverging.verdict == "diverged after 2000 steps"


@pytest.mark.parametrize("optimizer", [Adam(0.3), RMSprop(0.05), AdaGrad(1.0)], ids=lambda o: type(o).__name__)
def test_notes_4_2_2_learning_rate_methods_that_adapt(optimizer: Optimizer) -> None:
    """Two parameters of very different curvature: plain descent must crawl along the flat one, these need not."""

    def ravine(a: Value, b: Value) -> Value:
        return 100.0 * a * a + 0.01 * b * b

    plain = descend(ravine, [1.0, 1.0], 0.0099, steps=300)  # the border is 0.01
    theta = np.ones(2)
    for _ in range(300):
        _, gradient = value_and_grad(ravine, (0, 1))(*theta)
        optimizer.update(theta, np.array(gradient))
    assert float(ravine(*map(Value, theta))) < 0.1 * plain.values[-1]


def mean_gradient(rows: list[int], theta: tuple[float, float]) -> list[float]:
    """1/m sum over the rows of the gradient of a single example."""
    each = [
        value_and_grad(lambda a, b, i=i: (Y[i] - (a + b * X[i])) ** 2, (0, 1))(*theta)[1]  # type: ignore[misc]
        for i in rows
    ]
    return [sum(slopes) / len(rows) for slopes in zip(*each, strict=True)]


@pytest.mark.parametrize("size", [None, 1, 2], ids=["batch", "stochastic", "mini-batch"])
def test_notes_4_2_3_variants(size: int | None) -> None:
    """theta = theta - eta 1/m sum of the examples' gradients, m = n, 1, or between."""
    model = Neuron(1, weights=[0.0], bias=0.0)
    fit(model, X, Y, "mse", SGD(0.02), epochs=1, batch_size=size, shuffle=False)
    theta = (0.0, 0.0)
    for start in range(0, N, size or N):
        slopes = mean_gradient(list(range(start, min(start + (size or N), N))), theta)
        theta = (theta[0] - 0.02 * slopes[0], theta[1] - 0.02 * slopes[1])
    assert (model.bias.data, model.weights[0].data) == pytest.approx(theta, rel=1e-13)


def test_notes_4_2_3_variants_stochastic_descent_stays_noisy_where_batch_descent_settles() -> None:
    def wandering(size: int | None) -> float:
        points: list[float] = []
        model = Neuron(1, weights=[0.0], bias=0.0)
        fit(
            model,
            X,
            Y,
            optimizer=SGD(0.04),
            epochs=800,
            batch_size=size,
            callbacks=[lambda report: points.append(model.weights[0].data)],
        )
        return float(np.std(points[-100:]))

    assert wandering(None) < 1e-8 < 1e-3 < wandering(1)


def test_lecture_gradient_descent() -> None:
    """w(k+1) = w(k) - eta dE/dw, so that delta_w = -eta dE/dw, and E falls."""
    neuron = Neuron(2, "sigmoid", weights=[0.4, -0.3], bias=0.1)

    def error() -> Value:
        return 0.5 * (1.0 - neuron([1.0, 2.0])) ** 2

    before = error()
    before.backward()
    weights = [p.data for p in neuron.parameters()]
    slopes = [p.grad for p in neuron.parameters()]
    SGD(0.5).step(neuron.parameters())
    assert [p.data - w for p, w in zip(neuron.parameters(), weights, strict=True)] == pytest.approx(
        [-0.5 * slope for slope in slopes], rel=1e-13
    )
    assert error() < before


def test_lecture_vanishing_gradient_in_deep_sigmoid_nets_and_not_with_relu() -> None:
    rng = np.random.default_rng(0)
    inputs, targets = rng.normal(size=(20, 4)), rng.normal(size=20)
    sigmoid, relu = (
        gradient_sizes(MLP(4, [8] * 8 + [1], activation=activation, seed=0), inputs, targets)
        for activation in ("sigmoid", "relu")
    )
    falls = [after.size / before.size for before, after in zip(sigmoid[1:-1], sigmoid[:-2], strict=True)]
    assert max(falls) < 0.5  # every layer towards the input gets less: the sigmoid's slope is at most 1/4
    assert sigmoid[0].size < 1e-3 * sigmoid[-2].size
    assert relu[0].size > 0.1 * relu[-2].size


@pytest.mark.parametrize("z", [0.0, 3.0, -3.0, 10.0])
def test_lecture_vanishing_gradient_where_a_sigmoid_saturates(z: float) -> None:
    """With an error of 1/2 the weight's gradient is the sigmoid's slope: 1/4 at most, 0.05 at 3, nearly 0 at 10."""
    model = MLP.from_layers([Layer(1, 1, "sigmoid", weights=[[z]]), Layer(1, 1, weights=[[1.0]])])
    h = 1.0 / (1.0 + np.exp(-z))
    (hidden, _) = gradient_sizes(model, [[1.0]], [h - 0.5])
    assert hidden.size == pytest.approx(h * (1.0 - h), rel=1e-10)  # 1 - h loses digits for large z


def test_lecture_vanishing_gradient_relus_die_and_leaky_relus_do_not() -> None:
    """A step too large throws the biases far below 0: no example activates the neurons again."""

    def after_a_large_step(activation: str) -> MLP:
        layers = [
            Layer(1, 3, activation, weights=[[1.0], [0.5], [2.0]], biases=[0.1, 0.2, 0.3]),
            Layer(3, 1, weights=[[1.0, 1.0, 1.0]]),
        ]
        model = MLP.from_layers(layers)
        fit(model, [[0.5], [1.0], [2.0]], [0.0, 0.0, 0.0], optimizer=SGD(5.0), epochs=1)
        return model

    data = [[0.5], [1.0], [2.0]], [0.0, 0.0, 0.0]
    relu, leaky = after_a_large_step("relu"), after_a_large_step("leaky_relu")
    assert len(dead_relus(relu, data[0])[0].dead) == 3
    assert gradient_sizes(relu, *data)[0].size == 0.0
    assert gradient_sizes(leaky, *data)[0].size > 0.0
    before = relu.state_dict()
    fit(relu, *data, optimizer=SGD(0.01), epochs=20)
    hidden = [name for name in before if name.startswith("layers.0")]
    assert all(relu.state_dict()[name] == before[name] for name in hidden)  # the dead learn nothing more
