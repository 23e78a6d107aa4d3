"""Plots of what the package computes, drawn by matplotlib. Each function takes ``ax=`` and returns the Axes."""

from nn.plots.boundary import decision_boundary
from nn.plots.curves import activation, activations, losses
from nn.plots.landscape import loss_landscape
from nn.plots.training import gradient_sizes, learning_curves

__all__ = [
    "activation",
    "activations",
    "decision_boundary",
    "gradient_sizes",
    "learning_curves",
    "loss_landscape",
    "losses",
]
