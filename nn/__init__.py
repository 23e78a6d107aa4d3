"""Neurons, layers and multilayer perceptrons on the scalar engine, and how they learn."""

try:
    from autograd import engine as engine
except ImportError as error:
    raise ImportError(
        f"nn needs the package autograd of chainrule, but 'import autograd' found another package of that name, in "
        f"{error.path}. Make a fresh environment: python3 -m venv .venv && .venv/bin/pip install -e . ; or, as in a "
        "hosted notebook, install chainrule as a wheel: pip install . in its folder, without -e, and start the kernel "
        "again"
    ) from error

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from nn import activations, initialisers, losses, measure, metrics, optimizers, plots, schedules
from nn import views as views  # registers itself with draw and show
from nn.callbacks import EarlyStopping
from nn.grouped import Grouped
from nn.history import History
from nn.interop import from_torch, to_torch
from nn.layers import MLP, Layer, Neuron
from nn.losses import Loss
from nn.module import Module
from nn.optimizers import SGD, AdaGrad, Adam, AdamW, Momentum, Nesterov, RMSprop
from nn.perceptron import DeltaRule, Perceptron, collapse, delta_rule
from nn.serialization import FileError, load, load_optimizer, save
from nn.trained import from_keras, from_sklearn
from nn.training import TrainingDiverged, fit

if TYPE_CHECKING:
    from nn.estimators import MLPClassifier as MLPClassifier
    from nn.estimators import MLPRegressor as MLPRegressor

_ELSEWHERE = {
    "Linear": "write Layer(n_inputs, n_outputs)",
    "Dense": "write Layer(n_inputs, n_outputs)",
    "Sequential": "write MLP(n_inputs, [16, 1]), or MLP.from_layers([Layer(2, 16, 'relu'), Layer(16, 1)])",
    "Parameter": "write Value(0.4), from autograd",
    "Value": "write autograd.Value",
    "functional": "write autograd.functions",
    "MSELoss": "write nn.losses.mse, or loss='mse'",
    "L1Loss": "write nn.losses.mae, or loss='mae'",
    "CrossEntropyLoss": "write nn.losses.categorical_cross_entropy_with_logits",
    "BCELoss": "write nn.losses.binary_cross_entropy",
    "BCEWithLogitsLoss": "write nn.losses.binary_cross_entropy_with_logits",
    "Softmax": "write Layer(n_inputs, n_outputs, 'softmax')",
    **{
        theirs: f"write Layer(n_inputs, n_outputs, {name!r}), or {name}(v) of autograd.functions"
        for theirs, name in (("ReLU", "relu"), ("Tanh", "tanh"), ("Sigmoid", "sigmoid"), ("GELU", "gelu"))
    },
}
"""What PyTorch and Keras have in the module of that name, and what to write here."""


__all__ = [
    "MLP",
    "SGD",
    "AdaGrad",
    "Adam",
    "AdamW",
    "DeltaRule",
    "EarlyStopping",
    "FileError",
    "Grouped",
    "History",
    "Layer",
    "Loss",
    "Module",
    "Momentum",
    "Nesterov",
    "Neuron",
    "Perceptron",
    "RMSprop",
    "TrainingDiverged",
    "activations",
    "collapse",
    "delta_rule",
    "fit",
    "from_keras",
    "from_sklearn",
    "from_torch",
    "initialisers",
    "load",
    "load_optimizer",
    "losses",
    "measure",
    "metrics",
    "optimizers",
    "plots",
    "save",
    "schedules",
    "to_torch",
]

_ESTIMATORS = ("MLPClassifier", "MLPRegressor")
"""Public names that need scikit-learn; in no ``__all__``, so that ``from nn import *`` does without it."""


if not TYPE_CHECKING:  # for a checker there is no such name

    def __getattr__(name: str) -> Any:
        """Load the estimators when one is first asked for."""
        if name in _ESTIMATORS:
            return getattr(import_module("nn.estimators"), name)
        hint = f"; {_ELSEWHERE[name]}" if name in _ELSEWHERE else ""
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}{hint}")


def __dir__() -> list[str]:
    return sorted({*globals(), *(_ESTIMATORS if find_spec("sklearn") else ())})
