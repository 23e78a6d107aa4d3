"""Models that share parameters, each in another way: for the tests of files, copies, PyTorch, training and pictures."""

from __future__ import annotations

from collections.abc import Callable

from autograd import Value
from nn.activations import PReLU
from nn.layers import MLP, FeedForward, Layer, Neuron
from nn.perceptron import Perceptron


def mazur() -> MLP:
    """Matt Mazur's step by step example: the neurons of each layer share its bias."""
    b1, b2 = Value(0.35, label="b1"), Value(0.6, label="b2")
    return MLP.from_layers(
        [
            Layer(2, 2, "sigmoid", weights=[[0.15, 0.2], [0.25, 0.3]], biases=[b1, b1]),
            Layer(2, 2, "sigmoid", weights=[[0.4, 0.45], [0.5, 0.55]], biases=[b2, b2]),
        ]
    )


def tied_layers() -> MLP:
    """Two layers with the same matrix, and biases of their own."""
    W = [[Value(0.3), Value(-0.2)], [Value(0.5), Value(0.1)]]
    return MLP(2, [2, 2, 1], "tanh", weights=[W, W, [[0.7, -0.6]]], biases=[[0.1, 0.2], [0.3, 0.4], [0.0]])


def same_layer_twice() -> MLP:
    """One layer object in two places, as a recurrent network has it; its alpha is shared, too."""
    layer = Layer(2, 2, PReLU(0.2), 3)
    return MLP.from_layers([layer, layer, Layer(2, 1, rng=4)])


def autoencoder() -> MLP:
    """The second matrix is the transpose of the first."""
    W = [[Value(0.3), Value(-0.2), Value(0.4)], [Value(0.5), Value(0.1), Value(-0.7)]]
    return MLP(3, [2, 3], "sigmoid", weights=[W, [*zip(*W, strict=True)]], biases=[[0.1, 0.2], [0.3, 0.4, 0.5]])


def within_a_neuron() -> Neuron:
    """One Value for both weights and the bias."""
    w = Value(0.4)
    return Neuron(2, "tanh", weights=[w, w], bias=w)


def within_a_layer() -> Layer:
    """One bias and one diagonal."""
    w, b = Value(0.4), Value(-0.3)
    return Layer(2, 2, "sigmoid", weights=[[w, 0.1], [0.2, w]], biases=[b, b])


def one_activation() -> MLP:
    """Two layers with one alpha, and weights of their own."""
    alpha = PReLU(0.3)
    return MLP.from_layers([Layer(2, 2, alpha, 0), Layer(2, 2, alpha, 1), Layer(2, 1, rng=2)])


def perceptron() -> Perceptron:
    """A perceptron with one Value for both weights."""
    w = Value(0.5)
    return Perceptron(2, weights=[w, w], bias=-0.7)


SHARED: dict[str, Callable[[], FeedForward]] = {
    build.__name__.replace("_", " "): build
    for build in (
        mazur,
        tied_layers,
        same_layer_twice,
        autoencoder,
        within_a_neuron,
        within_a_layer,
        one_activation,
        perceptron,
    )
}
N_PARAMETERS = {
    "mazur": 10,
    "tied layers": 11,
    "same layer twice": 10,
    "autoencoder": 11,
    "within a neuron": 1,
    "within a layer": 4,
    "one activation": 16,
    "perceptron": 2,
}
