"""What the two documents say of neurons, layers, activations and losses, each statement tested under its own name.

The lecture is Nina Hernitschek's "Neural Network Architectures (II)" (2025), the notes Peter Lu's "Multi-layer
Perceptrons: An Introduction" (2024). Formulas are computed anew with NumPy or by hand, as the documents write them.
Where a document slips, the docstring says so, and the test holds the project to what is right.
"""

from __future__ import annotations

from math import exp, log
from typing import Any

import numpy as np
import pytest

from autograd import Value, grad, topological_order
from nn import activations, losses
from nn.layers import MLP, Layer, Neuron
from nn.perceptron import Perceptron, collapse, delta_rule

GRID = np.linspace(-6.0, 6.0, 121).tolist()  # 0 is one of them


def phi(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def close(expected: Any) -> Any:
    """Equal but for the roundings of a handful of operations on numbers of about 1."""
    return pytest.approx(expected, rel=1e-13, abs=1e-15)


def arrays(layer: Layer) -> tuple[Any, Any]:
    """The lecture's W and b of a layer, b as a column."""
    W = np.array([[w.data for w in neuron.weights] for neuron in layer.neurons])
    return W, np.array([[neuron.bias.data] for neuron in layer.neurons])


# --- lecture: perceptron and feed-forward networks -----------------------------------------------------------------


def test_lecture_perceptron() -> None:
    """1 where w·x + b >= 0, else 0; at z = 0 its definition holds, which the activation slide leaves out."""
    perceptron = Perceptron(2, weights=[2.0, -1.0], bias=0.5)
    for x in ([1.0, 2.5], [1.0, 2.4], [1.0, 2.6]):
        z = 2.0 * x[0] - x[1] + 0.5
        assert perceptron(x).data == (1.0 if z >= 0 else 0.0)
    assert perceptron([1.0, 2.5]).data == 1.0  # z is exactly 0
    assert [grad(activations.step)(z) for z in (-1.0, 0.0, 1.0)] == [0.0, 0.0, 0.0]


@pytest.fixture
def two_layers() -> MLP:
    """The lecture's network: 3 inputs, 4 hidden nodes, 1 output."""
    return MLP(3, [4, 1], "sigmoid", "sigmoid", initialiser="at_random")


def test_lecture_forward_2_layer(two_layers: MLP) -> None:
    x = [0.2, -0.4, 0.9]
    (W1, b1), (W2, b2) = map(arrays, two_layers.layers)
    a = [phi(W1[j] @ x + b1[j, 0]) for j in range(4)]
    y = phi(W2[0] @ a + b2[0, 0])
    assert [v.data for v in two_layers.layers[0](x)] == close(a)
    assert two_layers(x).data == close(y)


@pytest.mark.parametrize("m", [1, 2, 50])
def test_lecture_forward_vectorised(two_layers: MLP, m: int) -> None:
    """Z[1] = W[1] X + b[1] and so on, the m examples as columns of X."""
    X = np.random.default_rng(0).normal(size=(3, m))
    (W1, b1), (W2, b2) = map(arrays, two_layers.layers)
    A1 = phi(W1 @ X + b1)
    A2 = phi(W2 @ A1 + b2)
    assert two_layers.predict(X.T) == close(A2[0])


def test_lecture_no_activation() -> None:
    """W[2] (W[1] x + b[1]) + b[2] = (W[2] W[1]) x + (W[2] b[1] + b[2]); the slide drops the + signs."""
    model = MLP(3, [4, 2], "linear", "linear", initialiser="at_random")
    (W1, b1), (W2, b2) = map(arrays, model.layers)
    W, b = collapse(model)
    assert close(W2 @ W1) == W
    assert b == close((W2 @ b1 + b2)[:, 0])
    x = [0.3, -0.8, 1.5]
    assert [y.data for y in model(x)] == close(W @ x + b)


# --- lecture: backpropagation --------------------------------------------------------------------------------------


@pytest.fixture
def neuron() -> Neuron:
    return Neuron(3, "sigmoid", weights=[0.7, -0.4, 0.2], bias=0.1)


X1, DESIRED, ETA = [0.5, 1.5, -2.0], 0.9, 0.25


def test_lecture_error(neuron: Neuron) -> None:
    """e = ŷ - y with the desired output first, E = e²/2; a later slide squares e once too often."""
    step = delta_rule(neuron, X1, DESIRED, ETA)
    y = neuron(X1).data
    assert step.e == DESIRED - y
    assert close(0.5 * (DESIRED - y) ** 2) == step.E
    assert losses.half_squared_error(y, DESIRED) == close(step.E)


def test_lecture_gradient_descent(neuron: Neuron) -> None:
    """w(k+1) = w(k) - η dE/dw, so the change is -η dE/dw."""
    losses.half_squared_error(neuron(X1), DESIRED).backward()
    descent = delta_rule(neuron, X1, DESIRED, ETA).descending
    for change, after, w in zip(descent.weight_changes, descent.weights, neuron.weights, strict=True):
        assert change == -ETA * w.grad
        assert after == w.data - ETA * w.grad


def test_lecture_chain_rule(neuron: Neuron) -> None:
    """dE/dw = dE/de · de/dy · dy/dA · dA/dw = -e (1 - y) y x; one slide has 1/φ(A) and dA/dA, misprints."""
    step = delta_rule(neuron, X1, DESIRED, ETA)
    E = losses.half_squared_error(neuron(X1), DESIRED)
    E.backward()
    A = 0.7 * 0.5 - 0.4 * 1.5 - 0.2 * 2.0 + 0.1
    y = 1 / (1 + exp(-A))
    e = DESIRED - y
    assert [step.dE_de, step.de_dy, step.dy_dA, *step.dA_dw] == close([e, -1.0, (1 - y) * y, *X1])
    for i, w in enumerate(neuron.weights):
        assert step.dE_dw[i] == w.grad == close(-e * (1 - y) * y * X1[i])


def test_lecture_delta_rule(neuron: Neuron) -> None:
    """δ = -e (1 - y) y with Δw = +η δ x, as the slide ends, goes uphill; Δw = -η δ x descends.

    Equally δ = +e (1 - y) y goes with Δw = +η δ x.
    """
    step = delta_rule(neuron, X1, DESIRED, ETA)
    y, e = step.y, step.e
    assert step.delta == close(-e * (1 - y) * y)
    assert step.printed.weight_changes == close([ETA * step.delta * x for x in X1])
    assert step.descending.weight_changes == close([ETA * (e * (1 - y) * y) * x for x in X1])
    assert step.descending.E < step.E < step.printed.E
    assert (step.descending.descends, step.printed.descends) == (True, False)


def test_lecture_loss_many() -> None:
    """E = the sum over examples n and outputs k of (ŷ - y)²/2."""
    rng = np.random.default_rng(3)
    Y, desired = rng.normal(size=(5, 3)), rng.normal(size=(5, 3))
    E = losses.half_squared_error(Y, desired, reduction="sum")
    assert close(sum(0.5 * (desired[n, k] - Y[n, k]) ** 2 for n in range(5) for k in range(3))) == E


# --- lecture: activation functions ---------------------------------------------------------------------------------


def slope(name: str, z: float) -> float:
    return float(grad(activations.get(name))(z))


def test_lecture_sigmoid() -> None:
    """φ' = φ (1 - φ); beyond [-3, 3] it is below a fifth of its largest value, 1/4, and on its way to 0."""
    for z in GRID:
        y = 1 / (1 + exp(-z))
        assert activations.sigmoid(z) == close(y)
        assert slope("sigmoid", z) == pytest.approx(y * (1 - y), rel=1e-12)  # 1 - y keeps 13 digits at z = 6
    assert slope("sigmoid", 0.0) == 0.25
    assert all(slope("sigmoid", z) < 0.05 for z in GRID if abs(z) > 3)
    assert slope("sigmoid", 6.0) < slope("sigmoid", 3.0) / 10


def test_lecture_tanh() -> None:
    """(e^z - e^-z)/(e^z + e^-z), between -1 and 1, steeper than the sigmoid where it counts."""
    for z in GRID:
        assert activations.tanh(z) == close((exp(z) - exp(-z)) / (exp(z) + exp(-z)))
        assert -1.0 < activations.tanh(z) < 1.0
    assert slope("tanh", 0.0) == 1.0 == 4 * slope("sigmoid", 0.0)
    assert all(slope("tanh", z) > slope("sigmoid", z) for z in GRID if abs(z) < 1.3)


def test_lecture_relu() -> None:
    """max(0, z), with derivative 1 for z >= 0, so also at 0, where other libraries take 0."""
    for z in GRID:
        assert activations.relu(z) == max(0.0, z)
        assert slope("relu", z) == (1.0 if z >= 0 else 0.0)
    assert slope("relu", 0.0) == 1.0


@pytest.mark.parametrize("alpha", [0.01, 0.2])
def test_lecture_leaky_relu(alpha: float) -> None:
    """max(αz, z); derivative 1 for z >= 0, else α, typically 0.01."""
    activation = activations.LeakyReLU(alpha)
    for z in GRID:
        assert activation(z) == max(alpha * z, z)
        assert grad(activation)(z) == (1.0 if z >= 0 else alpha)
    assert activations.LeakyReLU().alpha == 0.01


def test_lecture_prelu() -> None:
    """As leaky ReLU, but α is learnt: its gradient is z for z < 0, else 0."""
    for z in GRID:
        activation = activations.PReLU(0.1)
        layer = Layer(1, 1, activation, weights=[[1.0]])
        y = layer([z])
        y.backward()
        assert y.data == max(0.1 * z, z)
        assert activation.alpha.grad == (z if z < 0 else 0.0)
        assert activation.alpha in layer.parameters()


@pytest.mark.parametrize("alpha", [1.0, 0.5])
def test_lecture_elu(alpha: float) -> None:
    """z for z >= 0, else α (e^z - 1); derivative 1, else α e^z; it levels off at -α."""
    activation = activations.ELU(alpha)
    for z in GRID:
        assert activation(z) == close(z if z >= 0 else alpha * (exp(z) - 1))
        assert grad(activation)(z) == close(1.0 if z >= 0 else alpha * exp(z))
    assert activation(-50.0) == -alpha


def test_lecture_softmax() -> None:
    """exp(z_i)/sum_j exp(z_j): each in (0, 1), together 1."""
    z = [1.3, 5.1, 2.2, 0.7, 1.1]
    layer = Layer(1, 5, "softmax", weights=[[v] for v in z])
    p = [y.data for y in layer([1.0])]
    assert p == close([exp(v) / sum(map(exp, z)) for v in z])
    assert all(0.0 < q < 1.0 for q in p)
    assert sum(p) == close(1.0)


def test_lecture_swish() -> None:
    """z/(1 + exp(-z)): smooth, not monotonic, bounded below, unbounded above."""
    values = [activations.swish(z) for z in GRID]
    assert values == close([z / (1 + exp(-z)) for z in GRID])
    slopes = [slope("swish", z) for z in GRID]
    assert min(slopes) < 0 < max(slopes)
    assert min(values) > -0.2785  # the minimum, -0.27846..., lies at z = -1.278...
    assert activations.swish(1e6) == 1e6


def test_lecture_linear() -> None:
    """φ(z) = z. The slide says that backpropagation cannot be applied; it can, and the gradients are exact.

    What fails is learning anything but a linear map, as the slide's next point says.
    """
    model = MLP(1, [2, 1], "linear", "linear", weights=[[[2.0], [3.0]], [[5.0, 7.0]]])
    y = model([11.0])
    y.backward()
    assert [w.grad for neuron in model.layers[0].neurons for w in neuron.weights] == [5.0 * 11.0, 7.0 * 11.0]
    assert [w.grad for w in model.layers[1].neurons[0].weights] == [22.0, 33.0]
    W, b = collapse(model)
    assert (W.tolist(), b.tolist()) == ([[31.0]], [0.0])


def test_lecture_output_activation() -> None:
    """Regression: linear; binary: sigmoid; multiclass: softmax; multilabel: sigmoid; hidden layers: ReLU."""
    guide = {
        "regression": (1, "linear"),
        "binary": (1, "sigmoid"),
        "multiclass": (3, "softmax"),
        "multilabel": (3, "sigmoid"),
    }
    for task, (n_outputs, output) in guide.items():
        model = MLP.for_task(task, 4, [8, 8, n_outputs])
        assert [repr(layer.activation) for layer in model.layers] == ["relu", "relu", output]


def gradient_by_layer(activation: str, layers: int = 10, width: int = 10) -> list[float]:
    """The mean size of the gradients of each hidden layer's weights, over a few examples."""
    model = MLP(4, [width] * layers + [1], activation, seed=0)
    for x in np.random.default_rng(1).normal(size=(8, 4)).tolist():
        losses.mse(model(x), 1.0).backward()
    return [
        float(np.mean([abs(w.grad) for neuron in layer.neurons for w in neuron.weights])) for layer in model.layers[:-1]
    ]


def test_lecture_vanishing_gradient() -> None:
    """Ten sigmoid layers hand hardly any gradient to the first; ReLU layers do. ReLUs can die; leaky ones do not."""
    sigmoids, relus = gradient_by_layer("sigmoid"), gradient_by_layer("relu")
    assert sigmoids[0] < 1e-4 * sigmoids[-1]
    assert relus[0] > 1e-2 * relus[-1]

    dead = [[-1.0], [-2.0], [3.0]]  # for positive inputs two of three ReLUs give 0 whatever comes
    X = [[0.5], [1.0], [4.0]]
    alive = {"relu": 1, "leaky_relu": 3, "prelu": 3, "elu": 3}
    for activation, expected in alive.items():
        layer = Layer(1, 3, activation, weights=dead)
        for x in X:
            for y in layer(x):
                y.backward()
        assert sum(neuron.weights[0].grad != 0.0 for neuron in layer.neurons) == expected


# --- notes, chapter 3 ----------------------------------------------------------------------------------------------

Y, YHAT = [3, 5, 2, 7, 4], [2.8, 5.2, 2.5, 6.9, 3.9]


def test_notes_3_2_2_squared_errors() -> None:
    assert [losses.mse(p, y) for p, y in zip(YHAT, Y, strict=True)] == close([0.04, 0.04, 0.25, 0.01, 0.01])


def test_notes_3_2_2_sum() -> None:
    assert losses.mse(YHAT, Y, reduction="sum") == close(0.35)


def test_notes_3_2_2_mse() -> None:
    assert losses.mse(YHAT, Y) == close(0.07)


def test_notes_3_losses() -> None:
    p, y = [0.8, 0.3, 0.6], [1, 0, 1]
    f, sign = [0.4, -1.5, 2.0], [1, -1, -1]
    a = [yhat - t for yhat, t in zip(YHAT, Y, strict=True)]
    P, onehot = [[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]], [[1, 0, 0], [0, 0, 1]]
    delta = 0.3
    assert losses.mse(YHAT, Y) == close(np.mean([v**2 for v in a]))
    assert losses.mae(YHAT, Y) == close(np.mean([abs(v) for v in a]))
    assert losses.huber(delta)(YHAT, Y) == close(
        np.mean([v**2 / 2 if abs(v) <= delta else delta * (abs(v) - delta / 2) for v in a])
    )
    assert losses.binary_cross_entropy(p, y) == close(
        np.mean([-(t * log(q) + (1 - t) * log(1 - q)) for q, t in zip(p, y, strict=True)])
    )
    assert losses.categorical_cross_entropy(P, onehot) == close(-(log(0.7) + log(0.6)) / 2)
    assert losses.hinge(f, sign) == close(np.mean([max(0.0, 1 - t * s) for s, t in zip(f, sign, strict=True)]))


# --- notes, chapters 4 and 5 ---------------------------------------------------------------------------------------


def test_notes_4_4_loss_name() -> None:
    """4.4.3 calls (y - t)²/2 the mean squared error, 3.2.2 defines it without the 1/2: two losses, two names."""
    y, t = 0.38, 0.5
    assert losses.half_squared_error(y, t) == close(0.5 * (y - t) ** 2)
    assert losses.mse(y, t) == close((y - t) ** 2)


def test_notes_4_5_gradients() -> None:
    x, t, w1, b1, w2, b2 = 1.0, 0.5, 0.4, 0.1, 0.3, 0.2
    model = MLP.from_layers(
        [Layer(1, 1, "sigmoid", weights=[[w1]], biases=[b1]), Layer(1, 1, "linear", weights=[[w2]], biases=[b2])]
    )
    L = losses.half_squared_error(model([x]), t)
    L.backward()
    h = 1 / (1 + exp(-(w1 * x + b1)))
    y = w2 * h + b2
    (hidden,), (output,) = model.layers[0].neurons, model.layers[1].neurons
    assert L.data == close(0.5 * (y - t) ** 2)
    assert [p.grad for p in output.row] == close([(y - t) * h, y - t])
    assert [p.grad for p in hidden.row] == close([(y - t) * w2 * h * (1 - h) * x, (y - t) * w2 * h * (1 - h)])
    node = {v.op.name: v for v in topological_order(L) if v.op}  # the output's dot is the later of the two
    assert node["dot"].grad == close(y - t)
    assert node["sigmoid"].grad == close((y - t) * w2)


def test_notes_5_6_mlp() -> None:
    """2 inputs, 2 sigmoid neurons, softmax. The notes print 1/(1 + e^h) and feed x on, but mean 1/(1 + e^-h) and h."""
    w = {(1, 1): 0.5, (1, 2): -0.3, (2, 1): 0.8, (2, 2): 0.1}  # w_ji: from input j to hidden neuron i
    bias = {1: 0.2, 2: -0.4}  # w31 and w32
    v = {(1, 1): 1.0, (1, 2): -1.0, (2, 1): 0.5, (2, 2): 2.0}
    x = {1: 0.7, 2: -1.1}
    model = MLP.from_layers(
        [
            Layer(2, 2, "sigmoid", weights=[[w[1, i], w[2, i]] for i in (1, 2)], biases=[bias[1], bias[2]]),
            Layer(2, 2, "softmax", weights=[[v[1, k], v[2, k]] for k in (1, 2)]),
        ]
    )
    h = {i: 1 / (1 + exp(-(x[1] * w[1, i] + x[2] * w[2, i] + bias[i]))) for i in (1, 2)}
    y = {k: h[1] * v[1, k] + h[2] * v[2, k] for k in (1, 2)}
    outputs = model([x[1], x[2]])
    assert [p.data for p in outputs] == close([exp(y[k]) / (exp(y[1]) + exp(y[2])) for k in (1, 2)])
    assert all(isinstance(p, Value) for p in outputs)
