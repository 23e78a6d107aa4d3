"""Models to and from PyTorch: `to_torch` and `from_torch`. Imports the layers; torch when one of the two is called.

torch_model = to_torch(model)                                  # a new Sequential, in double precision
torch_model.load_state_dict(to_torch(model).state_dict())      # the weights alone, into a Sequential there is
model.load_state_dict(from_torch(torch_model).state_dict())    # the weights alone, into a model there is
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nn.activations import ELU, Activation, LeakyReLU, PReLU
from nn.layers import MLP, Layer

if TYPE_CHECKING:
    import torch

_SAME = {"sigmoid": "Sigmoid", "tanh": "Tanh", "relu": "ReLU", "swish": "SiLU"}
"""Activations without options, and what PyTorch calls them."""


def to_torch(model: MLP) -> torch.nn.Sequential:
    """A PyTorch model that computes the same, in double precision.

    Arguments:
        model: an MLP whose activations PyTorch has too: all of `nn.activations` but the step, and none of your own.

    Returns:
        A `Sequential` of `Linear` layers with activations between them, and none where the activation is linear. Its
        ReLU has derivative 0 at 0, and not 1 as here.

    Raises:
        ImportError: if torch is not installed.
        ValueError: for an activation that PyTorch does not have.

    Example:
        >>> to_torch(MLP(2, [3, 1]))  # doctest: +SKIP
        Sequential(
          (0): Linear(in_features=2, out_features=3, bias=True)
          (1): Tanh()
          (2): Linear(in_features=3, out_features=1, bias=True)
        )
    """
    import torch

    modules: list[torch.nn.Module] = []
    for layer in model.layers:
        linear = torch.nn.Linear(layer.n_inputs, layer.n_outputs, dtype=torch.float64)
        with torch.no_grad():
            for name, part in (("weight", slice(None, -1)), ("bias", -1)):
                rows = [[p.data for p in neuron.row] for neuron in layer.neurons]
                getattr(linear, name).copy_(torch.tensor(rows, dtype=torch.float64)[:, part])
        modules += [linear, *_activation_to_torch(layer.activation)]
    return torch.nn.Sequential(*modules)


def from_torch(sequential: torch.nn.Sequential) -> MLP:
    """An MLP that computes the same as a PyTorch `Sequential` of `Linear` layers, each with an activation or none.

    Arguments:
        sequential: its activations are such as `to_torch` makes. A layer without a bias gets a bias of 0, which
            training here will change. `Dropout` and `Identity`, which do nothing in use, are left out.

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
    layers: list[tuple[torch.nn.Linear, str | Activation]] = []
    for place, module in enumerate(sequential):
        if isinstance(module, (torch.nn.Identity, torch.nn.Dropout)):
            continue
        if isinstance(module, torch.nn.Linear):
            layers.append((module, "linear"))
            continue
        activation = _activation_from_torch(module)
        if activation is None or not layers or layers[-1][1] != "linear":
            raise ValueError(
                f"module {place} of the Sequential is {module}; from_torch takes Linear layers, each followed by one "
                f"activation or none: {', '.join([*_SAME.values(), 'Softmax', 'LeakyReLU', 'ELU', 'PReLU()'])}"
            )
        layers[-1] = (layers[-1][0], activation)
    return MLP.from_layers(
        [
            Layer(
                linear.in_features,
                linear.out_features,
                activation,
                weights=linear.weight.tolist(),
                biases=None if linear.bias is None else linear.bias.tolist(),
            )
            for linear, activation in layers
        ]
    )


def _activation_to_torch(activation: Activation) -> list[torch.nn.Module]:
    """The module for an activation, in a list; an empty list for the linear one."""
    import torch

    name = getattr(activation, "name", "a function of your own")
    if name == "linear":
        return []
    if name in _SAME:
        return [getattr(torch.nn, _SAME[name])()]
    if name == "softmax":
        return [torch.nn.Softmax(dim=-1)]
    if isinstance(activation, LeakyReLU):
        return [torch.nn.LeakyReLU(activation.alpha)]
    if isinstance(activation, ELU):
        return [torch.nn.ELU(activation.alpha)]
    if isinstance(activation, PReLU):
        return [torch.nn.PReLU(init=activation.alpha.data, dtype=torch.float64)]
    raise ValueError(f"PyTorch has no module for the activation {activation!r} ({name}); write one of its own there")


def _activation_from_torch(module: Any) -> Activation | str | None:
    """The activation that a module computes; None if there is none."""
    import torch

    for name, theirs in _SAME.items():
        if isinstance(module, getattr(torch.nn, theirs)):
            return name
    if isinstance(module, torch.nn.Softmax) and module.dim in (-1, 1):
        return "softmax"
    if isinstance(module, torch.nn.LeakyReLU):
        return LeakyReLU(module.negative_slope)
    if isinstance(module, torch.nn.ELU):
        return ELU(module.alpha)
    if isinstance(module, torch.nn.PReLU) and module.num_parameters == 1:
        return PReLU(module.weight.item())
    return None
