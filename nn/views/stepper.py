"""`show_network`: the stepper of a network on one example."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograd.derivation.naming import CALLER, Caller, all_named, distinct, node_names
from autograd.derivation.styles import one_line
from autograd.derivation.words import words
from autograd.drawing.moments import at_moment
from autograd.drawing.scene import LINE_WIDTHS, Role, Scene
from autograd.drawing.svg import to_svg
from autograd.engine.value import Value
from autograd.stepper.figure import Figure, Kind
from autograd.stepper.graph import GRAPH
from autograd.stepper.lines import moment_of_lines
from autograd.stepper.live import CONTENT, SCRIPTS, STYLES, Live
from autograd.stepper.rules import json_number
from nn.views.example import Example, is_several, paired, run_example
from nn.views.frames import indexed, neuron_frames
from nn.views.network import circle_name
from nn.views.picture import network_scene

_HERE = Path(__file__)
NETWORK = Kind(
    "network",
    GRAPH.heads,
    GRAPH.purpose,
    CONTENT,
    (*SCRIPTS, *[_HERE.with_name(f"{name}.js") for name in ("examples", "stepper")]),
    (*STYLES, _HERE.with_suffix(".css")),
)
MOST_CIRCLES = 24  # from more on, large layers are folded; each circle takes three steps


def show_network(
    model: Any, names: Any, digits: int, x: Any = None, target: Any = None, loss: Any = None, legend: bool = True
) -> Figure:
    """The stepper of a network; the arguments, and what is raised, are those of `autograd.show`."""
    several = is_several(x)
    pairs = paired(x, target) if several else [(x, target)]
    run, *others = [run_example(model, *pair, loss) for pair in pairs]
    scene = network_scene(model, max_nodes=MOST_CIRCLES, digits=digits, example=run, legend=legend)
    usual = usual_names(run, names)
    every_name = all_named([run.loss, *[neuron.a for neuron in run.layers[-1]]], usual)
    live = Live(run.loss, every_name, digits)
    frames = neuron_frames(run, scene, usual, live)
    box_of = {node.value: node.index for node in scene.nodes}
    neurons = [neuron for layer in run.layers for neuron in layer if neuron.a in box_of]
    deltas = [[box_of[neuron.a], live.places[neuron.z]] for neuron in neurons]
    parameters = {parameter for layer in run.layers for neuron in layer for parameter in neuron.row}
    roles: dict[Value, Role] = {**dict.fromkeys(parameters, "parameter"), **dict.fromkeys(run.inputs, "input")}
    return Figure(
        NETWORK,
        words("neuron_by_neuron", name=f"{one_line(type(model).__name__)}({' → '.join(map(str, run.sizes))})"),
        words("outputs_and_deltas", description=scene.description),
        to_svg(scene),
        frames,
        {
            **live.data(scene, {**roles, **dict.fromkeys(run.targets, "target")}),
            "deltas": deltas,
            "weights": [[edge, live.places[weight]] for edge, weight in _weights(run, scene).items()],
            "widths": LINE_WIDTHS,
            "examples": {
                "leaves": [live.places[leaf] for leaf in (*run.inputs, *run.targets)],
                "rows": [[json_number(leaf.data) for leaf in (*one.inputs, *one.targets)] for one in (run, *others)],
            },
        },
        lambda step: to_svg(at_moment(scene, moment_of_lines(frames[:step], scene))),
    )


def _weights(run: Example, scene: Scene) -> dict[int, Value]:
    """The weight that each line between circles stands for."""
    entries = {
        (id(source), id(neuron.a)): weight
        for layer in run.layers
        for neuron in layer
        for source, weight in zip(neuron.inputs, neuron.row, strict=False)
    }
    ends = {edge.index: (scene.nodes[edge.source].value, scene.nodes[edge.target].value) for edge in scene.edges}
    found = {edge: entries.get((id(source), id(target))) for edge, (source, target) in ends.items()}
    return {edge: weight for edge, weight in found.items() if weight is not None}


def usual_names(run: Example, names: Mapping[str, object] | Caller | None) -> dict[Value, str]:
    """A name for every quantity: the parameters go by their labels, all others as the textbooks call them."""
    usual: dict[Value, str] = {run.loss: "L"}
    usual.update({node: node.label or "" for node in (*run.inputs, *run.targets)})
    for k, layer in enumerate(run.layers, 1):
        for i, neuron in enumerate(layer):
            usual[neuron.z] = indexed("z", run.sizes, k, i)
            usual[neuron.a] = circle_name(run.sizes, k, i)
    given = node_names([run.loss, *[n.a for n in run.layers[-1]]], None if names is CALLER else names)
    others = {node: name for node, name in given.items() if node not in usual}
    for k, layer in enumerate(run.layers, 1):
        for i, neuron in enumerate(layer):
            number = indexed("", run.sizes, k, i)
            comma = "," if len(layer) > 1 and max(run.sizes[k - 1 : k + 1]) > 9 else ""
            for j, parameter in enumerate(neuron.row):
                name = f"b{number}" if j == len(neuron.row) - 1 else f"w{j + 1}{comma}{number}"
                others.setdefault(parameter, parameter.label or name)
    return dict(zip([*usual, *others], distinct([*usual.values(), *others.values()]), strict=True))
