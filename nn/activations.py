"""Activation functions as objects, found by name.

The functions themselves are those of `autograd.functions`, and stand here under the same names: ``relu(z)`` computes
a ReLU, ``ReLU()`` is the activation of a layer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, TypeAlias

from autograd import functions
from autograd.engine.value import Operand, Value
from autograd.functions import (
    elu,
    gelu,
    hardsigmoid,
    hardtanh,
    leaky_relu,
    mish,
    relu,
    selu,
    sigmoid,
    sign,
    softmax,
    softplus,
    softsign,
    step,
    swish,
    tanh,
)
from nn.data import check_number, number_of
from nn.initialisers import He, Initialiser, Xavier
from nn.module import Module
from nn.suggest import chosen, lookup, unknown


def linear(z: Operand) -> Any:
    """z itself: no activation. Its derivative is 1.

    Backpropagation works through it; but layers of it alone are together one linear map: see `nn.perceptron.collapse`.

    Example:
        >>> linear(0.5)
        0.5

    Source: lecture, "Linear Activation Function".
    """
    return z


class Activation:
    """What a layer does with its weighted sums z. Calling one computes the function of a single Value or number.

    For one of your own, give any function of a Value as ``activation=``, or derive from this class.

    Attributes:
        name: the name that ``activation="..."`` takes.
        function: the function of one Value or number (of a list of them where the activation is layer-wide).
        layer_wide: whether an output depends on all z of the layer, so that a single neuron cannot have it.
        initialiser: how the weights before it start unless told otherwise.
        option_names: the arguments it is made with.
    """

    name: ClassVar[str]
    function: Callable[[Any], Any]
    layer_wide: ClassVar[bool] = False
    initialiser: Initialiser = Xavier()
    option_names: ClassVar[tuple[str, ...]] = ()

    def __call__(self, z: Any) -> Any:
        """The function of one Value or number; of a list of them where the activation is layer-wide."""
        return self.function(z)

    def of_layer(self, z: Sequence[Value]) -> list[Value]:
        """The outputs of a layer from its weighted sums."""
        return [self(v) for v in z]

    def options(self) -> dict[str, float]:
        """The arguments it was made with."""
        return {name: number_of(getattr(self, name)) for name in self.option_names}

    def architecture(self) -> dict[str, Any]:
        """A description that JSON can hold, which `get` takes."""
        return {"name": self.name, **self.options()}

    def __repr__(self) -> str:
        options = ", ".join(f"{name}={value:g}" for name, value in self.options().items())
        return f"{self.name}({options})" if options else self.name


class _Plain(Activation):
    """The base class of activations that are functions of `autograd.functions` as they stand, and have their names."""

    method: ClassVar[Callable[[Any], Any]]
    """The same of a Value, by the faster way."""

    def __init_subclass__(cls, function: Callable[[Any], Any]) -> None:
        cls.name, cls.function = function.__name__, staticmethod(function)
        cls.method = getattr(Value, cls.name, function)

    def of_layer(self, z: Sequence[Value]) -> list[Value]:
        """The outputs of a layer from its weighted sums."""
        method = type(self).method
        return [method(v) for v in z]


class Step(_Plain, function=step):
    """1 for z >= 0, else 0. Its derivative is 0 everywhere, so nothing before it learns by backpropagation.

    Source: lecture, the perceptron and "Binary Step Function".
    """


class Linear(_Plain, function=linear):
    """z itself, as for the output in regression.

    Source: lecture, "Linear Activation Function".
    """


class Sigmoid(_Plain, function=sigmoid):
    """1/(1 + exp(-z)), between 0 and 1: a probability, as for the output in binary and multilabel classification.

    Its slope is significant for z in about [-3, 3] only; a saturated neuron hands nearly no gradient on.

    Source: lecture, "Sigmoid / Logistic Activation Function"; notes 5.3.5.
    """


class Tanh(_Plain, function=tanh):
    """The hyperbolic tangent, between -1 and 1 and centred on 0: for hidden layers.

    Source: lecture, "Tanh Function".
    """


class ReLU(_Plain, function=relu):
    """max(0, z), with derivative 1 at 0: the lecture's choice for hidden layers.

    Source: lecture, "ReLU Function"; notes 5.3.4.
    """

    initialiser = He()


class Swish(_Plain, function=swish):
    """z sigmoid(z): smooth, not monotonic, bounded below; in the lecture's guide for very deep networks.

    Source: lecture, "Swish".
    """

    initialiser = He()


class LeakyReLU(Activation):
    """z for z >= 0, else alpha z: a ReLU that does not die.

    Arguments:
        alpha: the slope below 0.

    Example:
        >>> LeakyReLU(alpha=0.2)(-1.0)
        -0.2

    Source: lecture, "Leaky ReLU Function".
    """

    name = "leaky_relu"
    option_names = ("alpha",)

    def __init__(self, alpha: float = 0.01) -> None:
        self.alpha = check_number("alpha", alpha)
        self.initialiser = He(slope=self.alpha)

    def function(self, z: Any) -> Any:
        """See `autograd.functions.leaky_relu`."""
        return leaky_relu(z, self.alpha)


class PReLU(Activation, Module):
    """A leaky ReLU whose alpha is learnt: one parameter, which all neurons of the layer share.

    Arguments:
        alpha: where the slope below 0 starts; 0.25 as in the paper.

    Example:
        >>> activation = PReLU()
        >>> activation(-2.0).backward()
        >>> activation.alpha.grad
        -2.0

    Source: lecture, "Parametric ReLU Function"; He et al., Delving Deep into Rectifiers (2015).
    """

    name = "prelu"
    option_names = ("alpha",)

    def __init__(self, alpha: float = 0.25) -> None:
        self.alpha = Value(check_number("alpha", alpha), label="alpha")
        self.initialiser = He(slope=self.alpha.data)

    def architecture(self) -> dict[str, Any]:
        """Its name alone: alpha is a parameter, whose number is no part of a description."""
        return {"name": self.name}

    def function(self, z: Any) -> Any:
        """See `autograd.functions.leaky_relu`."""
        return leaky_relu(z, self.alpha)


class ELU(Activation):
    """z for z >= 0, else alpha (exp(z) - 1), which levels off at -alpha.

    Arguments:
        alpha: how far down it goes.

    Source: lecture, "Exponential Linear Units (ELUs) Function".
    """

    name = "elu"
    option_names = ("alpha",)
    initialiser = He()

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = check_number("alpha", alpha)

    def function(self, z: Any) -> Any:
        """See `autograd.functions.elu`."""
        return elu(z, self.alpha)


class GELU(_Plain, function=gelu):
    """z times the chance that a normal number is below z: smooth and not monotonic, the choice of transformers."""

    initialiser = He()


class SELU(_Plain, function=selu):
    """An ELU with the scales that keep the mean and the spread of what passes through many layers.

    Source: Klambauer et al., Self-Normalizing Neural Networks (2017).
    """


class Softplus(_Plain, function=softplus):
    """log(1 + exp(z)): a smooth ReLU."""

    initialiser = He()


class Mish(_Plain, function=mish):
    """z tanh(softplus(z)): close to swish."""

    initialiser = He()


class Softsign(_Plain, function=softsign):
    """z/(1 + abs(z)): between -1 and 1 as tanh, and slower to get there."""


class HardTanh(_Plain, function=hardtanh):
    """z, but not below -1 nor above 1."""


class HardSigmoid(_Plain, function=hardsigmoid):
    """z/6 + 1/2, but not below 0 nor above 1."""


class Sign(_Plain, function=sign):
    """-1 for z below 0, 0 at 0, else 1. Its derivative is 0, so nothing before it learns by backpropagation."""


class Softmax(Activation):
    """exp(z_i)/sum_j exp(z_j) over the layer: probabilities that add up to 1, for the output in multiclass
    classification. Calling it takes the list of all z.

    Example:
        >>> [round(p, 2) for p in Softmax()([1.3, 5.1, 2.2, 0.7, 1.1])]
        [0.02, 0.9, 0.05, 0.01, 0.02]

    Source: lecture, "Softmax Activation Function"; notes 5.3.6.
    """

    name = "softmax"
    function = staticmethod(softmax)
    layer_wide = True

    def of_layer(self, z: Sequence[Value]) -> list[Value]:
        """The outputs of a layer, from all of its weighted sums together."""
        return softmax(z)


class Custom(Activation):
    """Any function of one Value that computes with Values.

    Arguments:
        function: the function; its name is what reprs show.

    Raises:
        TypeError: when it is applied, if the function gives anything but a Value for a Value.

    Example:
        >>> square = Custom(lambda z: z * z)
        >>> square(3.0)
        9.0
    """

    name = "custom"

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function

    def __call__(self, z: Any) -> Any:
        """The function, and a check of what it gives."""
        y = self.function(z)
        if isinstance(z, Value) and not isinstance(y, Value):
            raise TypeError(
                f"the activation {self!r} gave {y!r} ({type(y).__name__}) for a Value; it must return a Value: use the "
                "functions of autograd.functions, not those of math, and don't forget to return"
            )
        return y

    def architecture(self) -> dict[str, Any]:
        """Nothing that JSON could hold.

        Raises:
            TypeError: always.
        """
        raise TypeError(
            f"the activation {self!r} is a function of your own, which cannot be described in a file; use one of "
            f"{', '.join(ACTIVATIONS)}, or save state_dict() alone and load it into a model that you build"
        )

    def __repr__(self) -> str:
        return str(getattr(self.function, "__name__", type(self.function).__name__))


ACTIVATIONS: dict[str, type[Activation]] = {
    kind.name: kind
    for kind in (
        *(Step, Linear, Sigmoid, Tanh, ReLU, LeakyReLU, PReLU, ELU, Softmax, Swish),
        *(GELU, SELU, Mish, Softplus, Softsign, HardTanh, HardSigmoid, Sign),
    )
}
_OTHER_NAMES = {"silu": "swish", "logistic": "sigmoid", "identity": "linear"}  # in other libraries

Choice: TypeAlias = "str | Activation | type[Activation] | Callable[[Any], Any] | Mapping[str, Any] | None"


def get(activation: Choice) -> Activation:
    """An activation from whatever names it.

    Arguments:
        activation: a name ("tanh", "leaky_relu"), an object (``LeakyReLU(alpha=0.2)``), its class, a function of
            `autograd.functions` or any other function of a Value, a description as ``architecture()`` gives it, or
            None for linear.

    Raises:
        ValueError: for an unknown name or option, with the nearest known ones.
        TypeError: for anything else.

    Example:
        >>> get("Leaky ReLU"), get(functions.tanh), get({"name": "elu", "alpha": 0.5})
        (leaky_relu(alpha=0.01), tanh, elu(alpha=0.5))
    """
    if activation is None:
        return Linear()
    if isinstance(activation, Mapping):
        options = {name: value for name, value in activation.items() if name != "name"}
        kind = lookup("activation", str(activation.get("name")), ACTIVATIONS)
        for option in options:
            if option not in kind.option_names:
                raise unknown(f"option of {kind.name}", option, kind.option_names)
        return kind(**options)
    if callable(activation) and not isinstance(activation, (Activation, type)):
        return ACTIVATIONS[activation.__name__]() if _is_ours(activation) else Custom(activation)
    name = _OTHER_NAMES.get(activation.lower(), activation) if isinstance(activation, str) else activation
    taken = "an activation is a name such as 'tanh', an object such as LeakyReLU(alpha=0.2) or a function of a Value"
    return chosen("activation", name, Activation, ACTIVATIONS, taken)


def _is_ours(function: Any) -> bool:
    """Whether it is the function of the engine that one of the activations computes."""
    name = getattr(function, "__name__", "")
    return name in ACTIVATIONS and function in (getattr(functions, name, None), getattr(Value, name, None), linear)
