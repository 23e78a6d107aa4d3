"""Models to and from PyTorch: `to_torch` and `from_torch`.

torch_model = to_torch(model)                                  # a new Sequential, in double precision
torch_model.load_state_dict(to_torch(model).state_dict())      # the weights alone, into a Sequential there is
model.load_state_dict(from_torch(torch_model).state_dict())    # the weights alone, into a model there is
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from autograd.engine.value import Value
from nn import activations
from nn.activations import Activation, PReLU
from nn.layers import MLP, Layer, Neuron
from nn.numerics import np

if TYPE_CHECKING:
    import torch

_PLAIN = ("Sigmoid", "Tanh", "ReLU", "SiLU", "SELU", "GELU", "Softplus", "Mish", "Softsign", "Hardtanh", "Hardsigmoid")
_OPTIONS = {**dict.fromkeys(_PLAIN, ()), "LeakyReLU": ("negative_slope",), "ELU": ("alpha",)}
"""PyTorch's activations without parameters, and their options."""
_THEIRS = {activations.get(theirs).name: theirs for theirs in _OPTIONS}


def to_torch(model: MLP | Layer | Neuron) -> torch.nn.Sequential:
    """A PyTorch model that computes the same, in double precision.

    Arguments:
        model: a network, a layer or a neuron whose activations PyTorch has too: all of `nn.activations` but step and
            sign, none of your own.

    Returns:
        A `Sequential` of `Linear` layers with activations between them, and none where the activation is linear. Its
        ReLU has derivative 0 at 0, and not 1 as here.

    Layers that share their weights, their biases or the alpha of a PReLU share them there, too.

    Raises:
        ImportError: if torch is not installed.
        TypeError: for another model.
        ValueError: for an activation that PyTorch does not have, and for neurons that share single parameters, which
            a Linear layer cannot have.

    Example:
        >>> to_torch(MLP(2, [3, 1]))  # doctest: +SKIP
        Sequential(
          (0): Linear(in_features=2, out_features=3, bias=True)
          (1): Tanh()
          (2): Linear(in_features=3, out_features=1, bias=True)
        )
    """
    import torch

    if not isinstance(model, (MLP, Layer, Neuron)):
        raise TypeError(
            f"to_torch takes an MLP, a Layer or a Neuron, not {type(model).__name__}; make one of the same numbers: "
            "MLP(n_inputs, sizes, weights=..., biases=...)"
        )
    made = _Made(model)
    modules: list[torch.nn.Module] = []
    for layer in model.layers if isinstance(model, MLP) else [model]:
        weights = [layer.weights] if isinstance(layer, Neuron) else layer.weights
        biases = [layer.bias] if isinstance(layer, Neuron) else layer.biases
        linear = torch.nn.Linear(layer.n_inputs, layer.n_outputs, dtype=torch.float64)
        linear.weight, linear.bias = made.parameter(weights), made.parameter(biases)
        modules += [linear, *_activation_to_torch(layer.activation, made)]
    return torch.nn.Sequential(*modules)


class _Made:
    """PyTorch's parameters, each made once, for the blocks of Values that they stand for."""

    def __init__(self, model: MLP | Layer | Neuron) -> None:
        self.model = model
        self.blocks: dict[tuple[Value, ...], torch.nn.Parameter] = {}
        self.block_of: dict[Value, tuple[Value, ...]] = {}

    def parameter(self, values: Sequence[Value] | Sequence[Sequence[Value]]) -> torch.nn.Parameter:
        """The parameter for a vector or a matrix of Values: the one there is, if these very Values had one before."""
        import torch

        flat = [value for row in values for value in ([row] if isinstance(row, Value) else row)]
        numbers = [row.data if isinstance(row, Value) else [value.data for value in row] for row in values]
        key = tuple(flat)
        made = self.blocks.setdefault(key, torch.nn.Parameter(torch.tensor(numbers, dtype=torch.float64)))
        for value in flat:
            if self.block_of.setdefault(value, key) != key or flat.count(value) > 1 or made.dim() != np.ndim(numbers):
                raise ValueError(
                    f"neurons of {self.model!r} share {value.describe()} alone or in another arrangement, which no "
                    "Linear layer of PyTorch can; give each neuron its own, with the same numbers: "
                    "Layer(..., weights=[[w.data for w in neuron.weights] for neuron in layer.neurons], "
                    "biases=[neuron.bias.data for neuron in layer.neurons])"
                )
        return made


def from_torch(sequential: torch.nn.Sequential) -> MLP:
    """An MLP that computes the same as a PyTorch `Sequential` of `Linear` layers, each with an activation or none.

    Arguments:
        sequential: its activations are such as `to_torch` makes. A layer without a bias gets a bias of 0, which
            training here will change. What modules share is shared here, too. `Dropout` and `Identity`, which do
            nothing in use, are left out.

    Raises:
        TypeError: for anything else than a Sequential.
        ValueError: for layers that are not supported, named with their place.

    Example:
        >>> from_torch(torch.nn.Sequential(torch.nn.Linear(2, 1), torch.nn.Sigmoid()))  # doctest: +SKIP
        MLP(2 → 1 sigmoid, 3 parameters)
    """
    import torch

    if not isinstance(sequential, torch.nn.Sequential):
        raise TypeError(f"from_torch takes a torch.nn.Sequential, not {type(sequential).__name__}")
    values: dict[torch.Tensor, list[Any]] = {}

    def valued(parameter: torch.Tensor) -> list[Any]:
        """Values for a vector or a matrix, made once."""
        if parameter not in values:
            rows = parameter.tolist()
            values[parameter] = [[*map(Value, row)] if isinstance(row, list) else Value(row) for row in rows]
        return values[parameter]

    known: dict[int, Activation | str | None] = {}
    layers: list[tuple[torch.nn.Linear, str | Activation]] = []
    for place, module in enumerate(sequential):
        if isinstance(module, (torch.nn.Identity, torch.nn.Dropout)):
            continue
        if isinstance(module, torch.nn.Linear):
            layers.append((module, "linear"))
            continue
        weight = getattr(module, "weight", module)
        activation = known.setdefault(id(weight), _activation_from_torch(module))
        if activation is None or not layers or layers[-1][1] != "linear":
            raise ValueError(
                f"module {place} of the Sequential is {module}; from_torch takes Linear layers, each followed by one "
                f"activation or none: {', '.join([*_OPTIONS, 'Softmax', 'PReLU()'])}"
            )
        layers[-1] = (layers[-1][0], activation)
    return MLP.from_layers(
        [
            Layer(
                linear.in_features,
                linear.out_features,
                activation,
                weights=valued(linear.weight),
                biases=None if linear.bias is None else valued(linear.bias),
            )
            for linear, activation in layers
        ]
    )


def _activation_to_torch(activation: Activation, made: _Made) -> list[torch.nn.Module]:
    """The module for an activation, in a list; an empty list for the linear one."""
    import torch

    name = getattr(activation, "name", "a function of your own")
    if name == "linear":
        return []
    if name in _THEIRS:
        return [getattr(torch.nn, _THEIRS[name])(*activation.options().values())]
    if name == "softmax":
        return [torch.nn.Softmax(dim=-1)]
    if isinstance(activation, PReLU):
        prelu = torch.nn.PReLU(dtype=torch.float64)
        prelu.weight = made.parameter([activation.alpha])
        return [prelu]
    raise ValueError(f"PyTorch has no module for the activation {activation!r} ({name}); write one of its own there")


def _activation_from_torch(module: Any) -> Activation | str | None:
    """The activation that a module computes; None if there is none."""
    import torch

    for theirs, options in _OPTIONS.items():
        if isinstance(module, getattr(torch.nn, theirs)):
            return type(activations.get(theirs))(*[getattr(module, option) for option in options])
    if isinstance(module, torch.nn.Softmax) and module.dim in (-1, 1):
        return "softmax"
    if isinstance(module, torch.nn.PReLU) and module.num_parameters == 1:
        return PReLU(module.weight.item())
    return None
