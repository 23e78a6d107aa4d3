"""Networks of classes of one's own, without a base class, in fit, draw, show and worksheet."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograd import Value, draw, show, worksheet
from nn import SGD, Module, Neuron, fit, save
from nn.adopted import Adopted, adopted
from nn.views.example import run_example
from nn.views.picture import network_scene
from tests.nn.own_classes import SUMS, OwnLayer, OwnMLP, OwnNeuron, twin_of

X = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
Y = [1.0, -1.0, -1.0, 1.0]


@pytest.mark.parametrize("written", SUMS)
@pytest.mark.parametrize("compiled", [True, False])
def test_fit_trains_it_as_the_same_network_of_nn(written: str, compiled: bool) -> None:
    model = OwnMLP(3, [4, 4, 1], written=written)
    twin = twin_of(model)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore" if written == "numpy" else "error")
        history = fit(model, X, Y, optimizer=SGD(0.05), epochs=20, compiled=compiled)
    expected = fit(twin, X, Y, optimizer=SGD(0.05), epochs=20, compiled=compiled)
    assert history["loss"] == pytest.approx(expected["loss"], rel=1e-9)  # sums in another order, over 20 steps
    numbers = [p.data for p in model.parameters()]
    assert numbers == pytest.approx([p.data for p in twin.parameters()], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("sizes", [[1], [4, 1], [3, 2, 2]], ids=repr)
def test_draw_gives_the_picture_of_the_same_network_of_nn(sizes: list[int]) -> None:
    model = OwnMLP(3, sizes)
    ours, theirs = (network_scene(m, weights=True, biases=True) for m in (model, twin_of(model)))
    assert [node.lines for node in ours.nodes] == [node.lines for node in theirs.nodes]
    lines = [[(e.source, e.target, e.weight, e.label) for e in scene.edges] for scene in (ours, theirs)]
    assert lines[0] == lines[1]  # the titles differ: nothing says what the activation is called
    assert re.search(" → ".join(map(str, [3, *sizes])), repr(draw(model)))


@pytest.mark.parametrize("written", SUMS)
@pytest.mark.parametrize("bent", [True, False])
def test_show_finds_every_neuron_however_its_sum_is_written(written: str, bent: bool) -> None:
    model = OwnMLP(3, [2, 2], written=written, bent=bent)
    run, twin = (run_example(m, X[0], [1.0, 0.0], None) for m in (model, twin_of(model)))
    for ours, theirs in zip(run.layers, twin.layers, strict=True):
        for neuron, expected in zip(ours, theirs, strict=True):
            assert neuron.z.data == pytest.approx(expected.z.data, rel=1e-13, abs=1e-14)  # another order of the sum
            assert neuron.a.data == pytest.approx(expected.a.data, rel=1e-13, abs=1e-14)
            assert run.gradient_of(neuron.z) == pytest.approx(twin.gradient_of(expected.z), rel=1e-12, abs=1e-14)
    texts = [[step.text for step in show(m, X[0], [1.0, 0.0]).steps] for m in (model, twin_of(model))]
    assert texts[0] == texts[1]


@pytest.mark.parametrize("written", SUMS)
def test_show_finds_a_neuron_whose_inputs_share_a_weight(written: str) -> None:
    neuron = OwnNeuron(3, written)
    neuron.w[2] = neuron.w[0]
    run = run_example(neuron, X[0], 1.0, None)
    assert [[n.inputs for n in layer] for layer in run.layers] == [[tuple(run.inputs)]]
    assert show(neuron, X[0], 1.0).steps


def test_what_is_shown_is_called_by_its_class_and_never_by_an_address() -> None:
    model = OwnMLP(3, [2, 1])
    assert repr(show(model, X[0], 1.0)).startswith("<OwnMLP(3 → 2 → 1), neuron by neuron:")
    with pytest.raises(ValueError, match=re.escape("x has 2 numbers, but OwnMLP(11 parameters) has 3 inputs")):
        show(model, [1.0, 2.0], 1.0)


@pytest.mark.parametrize("part", ["network", "layer", "neuron"])
def test_a_layer_and_a_neuron_are_networks_too(part: str) -> None:
    network = OwnMLP(3, [2, 1])
    model: Any = {"network": network, "layer": network.layers[0], "neuron": OwnNeuron(3)}[part]
    target = [1.0, 0.0] if part == "layer" else 1.0
    assert draw(model).svg.startswith("<svg")
    assert show(model, X[0], target).steps
    assert worksheet(model, X[0], target)
    targets = [[1.0, 0.0]] * 4 if part == "layer" else Y
    history = fit(model, X, targets, epochs=3)
    assert history["loss"][-1] < history["loss"][0]


def test_a_training_of_it_is_replayed() -> None:
    history = fit(OwnMLP(2, [3, 1]), [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0]], [0.0, 1.0, 1.0], epochs=4)
    assert show(history).steps


def test_parameters_go_by_their_places_and_what_has_none_by_its_number() -> None:
    class Listed:
        def __init__(self) -> None:
            self.inner = OwnNeuron(1)

        def __call__(self, x: Any) -> Any:
            return self.inner(x) * free

        def parameters(self) -> list[Value]:
            return [*self.inner.parameters(), free, free]

    free = Value(1.0)
    assert [name for name, _ in adopted(Listed(), "fit").named_parameters()] == ["inner.w.0", "inner.b", "parameters.2"]


def test_a_module_finds_the_parameters_of_what_has_no_base_class() -> None:
    class Mixed(Module):
        def __init__(self) -> None:
            self.first, self.rest = OwnLayer(2, 2), {"last": OwnNeuron(2)}

        def __call__(self, x: Any) -> Any:
            return self.rest["last"](self.first(x))

    model = Mixed()
    assert model.parameters() == [*model.first.parameters(), *model.rest["last"].parameters()]
    assert "first.neurons.0.w.0" in model.state_dict()
    model.zero_grad()
    fit(model, [[0.0, 1.0], [1.0, 0.0]], [0.0, 1.0], epochs=2)


def test_what_the_list_leaves_out_stays_as_it_is() -> None:
    class Frozen(OwnMLP):
        def parameters(self) -> list[Value]:
            return self.layers[-1].parameters()

    model = Frozen(3, [2, 1])
    first = [p.data for p in model.layers[0].parameters()]
    with pytest.warns(UserWarning, match=r"depends on 8 Values that are no parameters of the model"):
        fit(model, X, Y, epochs=3)
    assert [p.data for p in model.layers[0].parameters()] == first


def test_an_example_of_another_length_is_an_error_where_zip_would_leave_out_the_rest() -> None:
    with pytest.raises(ValueError, match="X has 2 columns, but the model takes 3 inputs"):
        fit(OwnMLP(3, [1]), [[1.0, 2.0]], [1.0])


def test_early_stopping_gives_it_the_best_parameters_back() -> None:
    model = OwnMLP(3, [2, 1])
    seen: list[list[float]] = []

    def note(report: Any) -> None:
        seen.append([p.data for p in report.model.parameters()])

    history = fit(model, X, Y, optimizer=SGD(0.3), epochs=30, validation=(X[::-1], Y), patience=2, callbacks=note)
    best = min(range(len(history)), key=lambda i: history["val_loss"][i])
    assert [p.data for p in model.parameters()] == seen[best]


def test_save_says_that_it_takes_the_base_class(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match=r"OwnMLP has no base class; derive it from nn\.Module"):
        save(tmp_path / "model.npz", OwnMLP(2, [1]))  # type: ignore[arg-type]


class NoWeights:
    b = Value(0.0)


class Floats:
    w, b = (0.5,), 0.0


class Nothing:
    layers = ()


class Half:
    layers = (type("Part", (), {"neurons": [NoWeights()]})(),)


@pytest.mark.parametrize(
    ("model", "missing"),
    [
        (NoWeights(), "it is a NoWeights without w, its weights"),
        (Half(), r"in layers\[0\] neurons\[0\] is a NoWeights without w, its weights"),
        (Floats(), "it is a Floats whose weights and bias are no Values: 0.5"),
        (Nothing(), "a layer has no neurons"),
        (len, "without w, its weights"),
    ],
)
def test_draw_and_show_say_in_one_line_what_is_missing(model: Any, missing: str) -> None:
    for view in (draw, lambda m: show(m, [1.0], 1.0), lambda m: worksheet(m, [1.0], 1.0)):
        with pytest.raises(TypeError, match=rf"takes .* not .*{missing}"):
            view(model)


class Tensors:
    def __call__(self, x: Any) -> Any:
        return x

    def parameters(self) -> list[Any]:
        return [np.array(1.0)]


class Computed(OwnNeuron):
    def parameters(self) -> list[Value]:
        return [self.w[0] * 2.0]


@pytest.mark.parametrize(
    ("model", "missing"),
    [
        (lambda x: x[0], r"has no parameters\(\), which lists its Values"),
        (NoWeights(), r"has no __call__\(self, x\), which gives outputs"),
        (OwnMLP, r"OwnMLP is a class; make an object of it: OwnMLP\(\.\.\.\)"),
        (Tensors(), r"are Values that nothing computed, but one of Tensors is array\(1\.\)"),
        (Computed(1), r"are Values that nothing computed, but one of Computed is multiply\(\.\.\.\)"),
    ],
)
def test_fit_says_in_one_line_what_is_missing(model: Any, missing: str) -> None:
    with pytest.raises(TypeError, match=missing):
        fit(model, X, Y)


def test_a_model_of_another_library_is_told_the_way_here() -> None:
    torch = pytest.importorskip("torch")
    estimator = pytest.importorskip("sklearn.neural_network").MLPClassifier((2,), max_iter=1)
    for model, way in (torch.nn.Linear(3, 1), "torch"), (estimator, "sklearn"):
        for reader in (lambda model: fit(model, X, Y)), draw, (lambda model: show(model, X[0], Y[0])):
            with pytest.raises(TypeError, match=rf"write nn\.from_{way}\(model\), which brings a trained one over"):
                reader(model)


def test_a_module_stays_what_it_is() -> None:
    model = Neuron(2)
    assert adopted(model, "fit") is model
    assert isinstance(adopted(OwnNeuron(2), "fit"), Adopted)
