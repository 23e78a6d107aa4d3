"""Views of networks and of trainings: what `draw`, `show` and `worksheet` of `autograd` give, once nn is imported.

A network is known by what it has, so that one of your own needs no base class: see `nn.views.network`. Each view is
loaded when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from autograd.drawing import scene_of
from autograd.stepper import figure_of
from autograd.worksheets import exercise_of
from nn.history import History

if TYPE_CHECKING:
    from autograd.drawing.scene import Scene
    from autograd.stepper.figure import Figure
    from autograd.worksheets.exercise import Exercise


@scene_of.register(object)
def scene_of_network(
    model: Any,
    *,
    names: Any,
    frame: Any,
    fold: Any,
    local_derivatives: bool,
    formulas: bool,
    values: bool,
    gradients: bool,
    roles: Any = None,
    **options: Any,
) -> Scene:
    """The picture of a network, a layer or a neuron. Its circles have the names of the textbooks."""
    from nn.views.picture import network_scene

    if roles is not None:
        raise TypeError("roles belong to a graph of Values: draw(loss, roles=...). A network knows its inputs")
    return network_scene(model, weights=local_derivatives, **options)


@figure_of.register(object)
def figure_of_network(
    model: Any, example: Mapping[str, Any], names: Any, digits: int, frame: Any, legend: bool = True, **options: Any
) -> Figure:
    """The stepper through a network on an example."""
    from nn.views.stepper import show_network

    if "hide" in options:
        raise TypeError(
            "hide belongs to a graph of Values: compute the loss, L = ((model(x) - target) ** 2) / 2, and write "
            "show(L, hide=...)"
        )
    if options:
        which = " and ".join(options)
        raise TypeError(f"{which} belong to a graph of Values: show(loss, {which}=...). A network knows its inputs")
    return show_network(model, names, digits, legend=legend, **example)


@figure_of.register(History)
def figure_of_history(
    history: History, example: Mapping[str, Any], names: Any, digits: int, frame: Any, **options: Any
) -> Figure:
    """The replay of a training."""
    from nn.views.replay import figure

    if options:
        belong = "belongs" if len(options) == 1 else "belong"
        raise TypeError(f"{' and '.join(options)} {belong} to a graph of Values. For a training: show(history)")
    if example:
        raise TypeError("x, target and loss belong to a network: show(model, x, target). For a training: show(history)")
    return figure(history, digits)


@exercise_of.register(object)
def exercise_of_network(
    model: Any, example: Mapping[str, Any], names: Any, roles: Any, digits: int, frame: Any
) -> Exercise:
    """The worksheet of a network on an example."""
    from nn.views.exercise import network_exercise

    if roles is not None:
        raise TypeError("roles are of a graph: a network knows its inputs, parameters and targets; leave roles out")
    return network_exercise(model, names, digits, **example)
