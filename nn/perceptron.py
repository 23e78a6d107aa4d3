"""The lecture's perceptron, its delta rule with every factor shown, and what a network without activations comes to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from autograd.calculus.transforms import value_and_grad
from autograd.engine.modes import no_grad
from autograd.engine.value import Operand, Value
from nn.activations import Linear, Step
from nn.data import check_number, number_of
from nn.initialisers import InitialiserChoice, Seed
from nn.layers import MLP, Layer, Neuron, with_shared
from nn.numerics import np

if TYPE_CHECKING:
    import numpy.typing as npt


class Perceptron(Neuron):
    """A neuron with step activation: 1 where w·x + b >= 0, else 0.

    The slope of the step is 0 everywhere, so it decides but does not learn by backpropagation; to train one, use a
    `Neuron` with "sigmoid", which is a soft step.

    Arguments:
        n_inputs, rng, weights, bias, initialiser: as for `Neuron`.
        threshold: in place of the bias: the perceptron fires from w·x = threshold on, so the bias is -threshold.

    Example: to go swimming or not? The water is warm (1), the beach is not empty (0), and there was no shark (1):
        >>> swim = Perceptron(3, weights=[4, 2, 4], threshold=3)
        >>> swim([1, 0, 1]).data
        1.0
        >>> swim([0, 1, 0]).data
        0.0

    Source: lecture, "Feed-Forward Networks", the decision to go swimming.
    """

    def __init__(
        self,
        n_inputs: int,
        rng: Seed = None,
        *,
        weights: Iterable[Operand] | None = None,
        bias: Operand | None = None,
        threshold: float | None = None,
        initialiser: InitialiserChoice | None = None,
    ) -> None:
        if threshold is not None:
            if bias is not None:
                raise ValueError(f"bias = {bias} and threshold = {threshold} are given; give one, bias = -threshold")
            if isinstance(threshold, Value):
                raise TypeError(
                    f"threshold is {threshold.describe()}, a Value; the parameter of a perceptron is its bias, so "
                    f"write bias=Value({-threshold.data!r}) and train that, or threshold={threshold.data!r}"
                )
            bias = -check_number("threshold", threshold)
        super().__init__(n_inputs, "step", rng, weights=weights, bias=bias, initialiser=initialiser)

    @classmethod
    def from_architecture(cls, description: Mapping[str, Any]) -> Self:
        """The perceptron that ``architecture()`` described, with all parameters 0."""
        perceptron = cls(Neuron.from_architecture(description).n_inputs, initialiser="zeros")
        return with_shared(perceptron, description)


@dataclass(frozen=True)
class Reading:
    """One way to read the slide's update: its delta, and what it does to the neuron.

    Attributes:
        formula: the update as it is written.
        weight_changes, bias_change: what is added to the weights and the bias.
        weights, bias: the weights and the bias after it.
        E: the error after it, measured by a forward pass.
        descends: whether that is below the error before.
    """

    formula: str
    weight_changes: tuple[float, ...]
    bias_change: float
    weights: tuple[float, ...]
    bias: float
    E: float
    descends: bool


@dataclass(frozen=True)
class DeltaRule:
    """One step of the delta rule, every quantity of the lecture's derivation: what `delta_rule` gives.

    Attributes:
        x, target, eta: what it was asked for; the lecture writes ŷ for the target.
        A: the weighted sum w·x + b.
        y: the output φ(A).
        e: the error ŷ - y.
        E: the loss e²/2.
        dE_de, de_dy, dy_dA: the first three factors of the chain rule, e, -1 and φ'(A), which is y (1 - y) for the
            sigmoid.
        dA_dw: the fourth factor for each weight, x_i. (For the bias it is 1.)
        delta: the product of the first three, dE/dA = -e (1 - y) y, as the slide defines it.
        dE_dw, dE_db: the derivatives delta x_i and delta: what ``backward`` gives.
        printed: the slide's last line, Δw = +η δ x with that delta. It goes uphill.
        descending: gradient descent, Δw = -η δ x, as the slide writes it two pages before. It goes downhill.

    Example:
        >>> neuron = Neuron(1, "sigmoid", weights=[2.0], bias=0.0)
        >>> rule = delta_rule(neuron, [1.0], target=1.0, eta=0.5)
        >>> print(f"{rule.delta:.5f}")
        -0.01252
        >>> rule.printed.descends, rule.descending.descends
        (False, True)
    """

    x: tuple[float, ...]
    target: float
    eta: float
    A: float
    y: float
    e: float
    E: float
    dE_de: float
    de_dy: float
    dy_dA: float
    dA_dw: tuple[float, ...]
    delta: float
    dE_dw: tuple[float, ...]
    dE_db: float
    printed: Reading
    descending: Reading

    def __str__(self) -> str:
        lines = [
            ("A = w·x + b", self.A),
            ("y = φ(A)", self.y),
            ("e = ŷ − y", self.e),
            ("E = e²/2", self.E),
            ("∂E/∂e = e", self.dE_de),
            ("∂e/∂y = −1", self.de_dy),
            ("∂y/∂A = φ'(A)", self.dy_dA),
            *((f"∂A/∂w{i} = x{i}", x) for i, x in enumerate(self.dA_dw, 1)),
            ("δ = ∂E/∂e · ∂e/∂y · ∂y/∂A", self.delta),
            *((f"∂E/∂w{i} = δ x{i}", slope) for i, slope in enumerate(self.dE_dw, 1)),
            ("∂E/∂b = δ", self.dE_db),
        ]
        width = max(len(name) for name, _ in lines)
        table = [f"{name:{width}}  {number: .6g}" for name, number in lines]
        for reading in (self.printed, self.descending):
            mark = "descends" if reading.descends else "does not descend"
            table.append(f"{reading.formula:{width}}  E = {reading.E:.6g} afterwards: {mark}")
        return "\n".join(table)


def delta_rule(neuron: Neuron, x: Sequence[float], target: float, eta: float) -> DeltaRule:
    """The lecture's training step for one neuron and one example, factor by factor. The neuron is not changed.

    The slide ends with Δw = η δ x, where δ = -e (1 - y) y. With that sign the error grows; its own gradient descent,
    Δw = -η ∂E/∂w = -η δ x, is the reading that descends. (Equally, δ = +e (1 - y) y goes with Δw = +η δ x.) Both are
    in the result, each with the error measured after it.

    Arguments:
        neuron: a neuron with a slope; the lecture's is a sigmoid.
        x: its inputs.
        target: the desired output ŷ.
        eta: the learning rate.

    Raises:
        ValueError: for a wrong number of inputs, NaN, a learning rate not above 0, or a step activation, whose slope
            is 0 everywhere, so that the rule would change nothing.

    Example:
        >>> step = delta_rule(Neuron(2, "sigmoid", weights=[0.8, 0.2], bias=0.1), [0.5, 0.3], target=1.0, eta=0.5)
        >>> print(step)
        A = w·x + b                 0.56
        y = φ(A)                    0.636453
        e = ŷ − y                   0.363547
        E = e²/2                    0.0660834
        ∂E/∂e = e                   0.363547
        ∂e/∂y = −1                 -1
        ∂y/∂A = φ'(A)               0.231381
        ∂A/∂w1 = x1                 0.5
        ∂A/∂w2 = x2                 0.3
        δ = ∂E/∂e · ∂e/∂y · ∂y/∂A  -0.0841179
        ∂E/∂w1 = δ x1              -0.0420589
        ∂E/∂w2 = δ x2              -0.0252354
        ∂E/∂b = δ                  -0.0841179
        Δw = +η δ x (as printed)   E = 0.0709459 afterwards: does not descend
        Δw = −η δ x                E = 0.0614637 afterwards: descends

    Source: lecture, "3. Gradient Descent - Updating the Weights to Reduce Error", (I) to (IV).
    """
    row = [check_number(f"x[{i}]", x_i) for i, x_i in enumerate(x)]
    check_number("target", target)
    check_number("eta", eta, above=0.0)
    if isinstance(neuron.activation, Step):
        raise ValueError(
            "the slope of a step is 0 everywhere, so the delta rule would change nothing; give the neuron a soft step: "
            "Neuron(n_inputs, 'sigmoid')"
        )
    with no_grad():
        A = neuron.logits(row)[0].data
    # Values where the activation has a parameter of its own, floats else
    y, dy_dA = map(number_of, value_and_grad(neuron.activation)(A))
    e = target - y
    E = 0.5 * (e * e)
    delta = e * -1.0 * dy_dA
    dE_dw = tuple([delta * x_i for x_i in row])

    def reading(formula: str, rate: float) -> Reading:
        """The update by ``rate`` times the gradient, tried on a copy of the neuron."""
        changes = [rate * slope for slope in (*dE_dw, delta)]
        *weights, bias = [parameter.data + change for parameter, change in zip(neuron.row, changes, strict=True)]
        after = Neuron(neuron.n_inputs, neuron.activation, weights=weights, bias=bias)
        with no_grad():
            E_after = 0.5 * (target - number_of(after(row))) ** 2
        return Reading(formula, tuple(changes[:-1]), changes[-1], tuple(weights), bias, E_after, E_after < E)

    return DeltaRule(
        x=tuple(row),
        target=float(target),
        eta=float(eta),
        A=A,
        y=y,
        e=e,
        E=E,
        dE_de=e,
        de_dy=-1.0,
        dy_dA=dy_dA,
        dA_dw=tuple(row),
        delta=delta,
        dE_dw=dE_dw,
        dE_db=delta,
        printed=reading("Δw = +η δ x (as printed)", eta),
        descending=reading("Δw = −η δ x", -eta),
    )


def collapse(model: Neuron | Layer | MLP) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The one linear map that a network without activations comes to: W and b with model(x) = W x + b.

    However many layers there are, W2 (W1 x + b1) + b2 = (W2 W1) x + (W2 b1 + b2): that is why activations matter.

    Arguments:
        model: a neuron, layer or network, all of whose activations are linear.

    Returns:
        W of shape (n_outputs, n_inputs), and b of shape (n_outputs,).

    Raises:
        ValueError: if a layer has an activation.

    Example:
        >>> W, b = collapse(MLP(1, [1, 1], "linear", weights=[[[2.0]], [[3.0]]], biases=[[1.0], [0.5]]))
        >>> W, b
        (array([[6.]]), array([3.5]))

    Source: lecture, "Feed-Forward Networks", the layers without activation functions; notes 5.3.3.
    """
    W, b = np.eye(model.n_inputs), np.zeros(model.n_inputs)
    for k, layer in enumerate(model.layers if isinstance(model, MLP) else [model]):
        if not isinstance(layer.activation, Linear):
            raise ValueError(
                f"layer {k} of {model!r} has the activation {layer.activation!r}, so the network is no linear map; "
                "only networks whose activations are all 'linear' collapse into one"
            )
        neurons = layer.neurons if isinstance(layer, Layer) else [layer]
        weights = np.array([[w.data for w in neuron.weights] for neuron in neurons])
        W, b = weights @ W, weights @ b + [neuron.bias.data for neuron in neurons]
    return W, b
