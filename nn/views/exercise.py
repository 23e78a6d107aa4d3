"""`network_exercise`: the worksheet of a network on one example."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from autograd.derivation.explain import explain
from autograd.drawing.scene import Role, Scene
from autograd.engine.value import Value
from autograd.worksheets.exercise import Exercise
from nn.views.example import run_example
from nn.views.network import weights_of
from nn.views.picture import network_scene
from nn.views.stepper import usual_names


def network_exercise(
    model: Any, names: Any, digits: int, x: Any = None, target: Any = None, loss: Any = None
) -> Exercise:
    """The exercise of a network; the arguments, and what is raised, are those of `autograd.worksheet`."""
    weights_of(model, "worksheet takes the result of an expression of Values, or a network")
    if x is None or target is None:
        raise TypeError(
            f"worksheet(model, x, target) needs an example: a number for each input of {model!r}, and for each output"
        )
    run = run_example(model, x, target, loss)
    parameters = [parameter for layer in run.layers for neuron in layer for parameter in neuron.row]
    roles: dict[Value, Role] = {
        **dict.fromkeys(parameters, "parameter"),
        **dict.fromkeys(run.inputs, "input"),
        **dict.fromkeys(run.targets, "target"),
    }
    named = explain(run.loss, names={name: node for node, name in usual_names(run, names).items()}, digits=digits).names

    def scene(again: Mapping[Value, Value]) -> Scene:
        twin = deepcopy(model, {id(parameter): again[parameter] for parameter in parameters if parameter in again})
        return network_scene(twin, biases=True, weights=True, digits=digits)

    return Exercise(run.loss, named, roles, scene)
