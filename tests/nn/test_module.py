"""What every model has in common: parameters, their names, state, architecture."""

from __future__ import annotations

import json
import pickle
from copy import deepcopy
from typing import Any

import numpy as np
import pytest

from autograd import Value
from nn import fit
from nn.activations import PReLU
from nn.layers import MLP, Layer, Neuron, build
from nn.module import Module
from nn.perceptron import Perceptron

NAN, INF = float("nan"), float("inf")


class Residual(Module):
    """A model of a user: modules and parameters in attributes, lists and tuples; other things in between."""

    def __init__(self) -> None:
        self.name = "residual"
        self.gate = Value(0.5)
        self.blocks = [Neuron(1, weights=[2.0]), (Neuron(1, weights=[3.0]), "text")]
        self.again = self.gate
        self.cache = self.gate * 2.0

    def __call__(self, x: float) -> Any:
        return self.gate * self.blocks[0]([x])  # type: ignore[operator]


MODELS = {
    "neuron": lambda: Neuron(2, "tanh", 0),
    "prelu neuron": lambda: Neuron(2, PReLU(0.1), 0),
    "perceptron": lambda: Perceptron(3, weights=[4, 2, 4], threshold=3),
    "layer": lambda: Layer(2, 3, "softmax", 0),
    "mlp": lambda: MLP(2, [3, 2], "leaky_relu"),
    "prelu mlp": lambda: MLP(2, [3, 3, 1], "prelu", "sigmoid"),
    "mlp for a task": lambda: MLP.for_task("multiclass", 2, [3, 3]),
}
each_model = pytest.mark.parametrize("make", MODELS.values(), ids=MODELS.keys())


def test_parameters_are_found_in_attributes_lists_and_tuples_each_once() -> None:
    model = Residual()
    assert [name for name, _ in model.named_parameters()] == [
        "gate",
        "blocks.0.w1",
        "blocks.0.b",
        "blocks.1.0.w1",
        "blocks.1.0.b",
    ]
    assert model.parameters() == [p for _, p in model.named_parameters()]


def test_parameters_are_found_in_dicts_and_object_arrays_too_and_are_trained() -> None:
    class Table(Module):
        def __init__(self) -> None:
            self.by_name = {"slope": Value(0.5), "inner": [Value(0.1)], 3: Neuron(1, weights=[0.2])}
            self.W = np.array([[Value(0.3), Value(0.4)]])
            self.numbers = np.ones(2)
            self.alone = np.array(None)

        def __call__(self, x: Any) -> Any:
            slope, inner, neuron = self.by_name.values()
            return slope * x[0] + inner[0] + neuron(x) + self.W[0, 0] * self.W[0, 1]  # type: ignore[operator, index]

    model = Table()
    names = ["by_name.slope", "by_name.inner.0", "by_name.3.w1", "by_name.3.b", "W.0.0", "W.0.1"]
    assert [name for name, _ in model.named_parameters()] == names
    before = model.state_dict()
    fit(model, [[1.0], [2.0]], [5.0, 7.0], epochs=1)
    assert all(number != before[name] for name, number in model.state_dict().items())
    twin = Table()
    twin.load_state_dict(model.state_dict())
    assert twin.state_dict() == model.state_dict()


def test_inner_nodes_are_no_parameters() -> None:
    model = Residual()
    assert model.cache not in model.parameters()


def test_parameters_of_an_mlp_are_named_by_layer_and_neuron() -> None:
    names = [name for name, _ in MLP(2, [4, 1]).named_parameters()]
    assert names[:3] == ["layers.0.neurons.0.w1", "layers.0.neurons.0.w2", "layers.0.neurons.0.b"]
    assert "layers.0.neurons.3.w2" in names
    assert names[-1] == "layers.1.neurons.0.b"
    assert len(names) == 2 * 4 + 4 + 4 + 1


def test_alpha_of_a_prelu_is_a_parameter_of_its_layer() -> None:
    names = [name for name, _ in MLP(1, [2, 2, 1], "prelu").named_parameters()]
    assert names.count("layers.0.activation.alpha") == names.count("layers.1.activation.alpha") == 1
    assert not any("neurons" in name and "alpha" in name for name in names)


def test_zero_grad_clears_every_parameter() -> None:
    model = MLP(2, [3, 1])
    model([1.0, 2.0]).backward()
    assert any(p.grad for p in model.parameters())
    model.zero_grad()
    assert [p.grad for p in model.parameters()] == [0.0] * 13


@each_model
def test_state_goes_into_a_model_rebuilt_from_its_architecture(make: Any) -> None:
    model = make()
    model.parameters()[0].data = 0.1 + 0.2  # a number whose last bit matters
    copy: Any = build(json.loads(json.dumps(model.architecture())))
    copy.load_state_dict(json.loads(json.dumps(model.state_dict())))
    x = [0.3, -0.7, 1.0][: model.n_inputs]
    assert type(copy) is type(model)
    assert repr(copy) == repr(model)
    assert copy.state_dict() == model.state_dict()
    assert copy.predict([x]).tolist() == model.predict([x]).tolist()
    assert getattr(copy, "loss", None) is getattr(model, "loss", None)
    assert [p.label for p in copy.parameters()] == [p.label for p in model.parameters()]


@each_model
@pytest.mark.parametrize("copied", [deepcopy, lambda model: pickle.loads(pickle.dumps(model))], ids=["copy", "pickle"])
def test_copies_are_whole_and_independent(make: Any, copied: Any) -> None:
    model = make()
    copy = copied(model)
    assert copy.state_dict() == model.state_dict()
    copy.parameters()[0].data += 1.0
    assert copy.state_dict() != model.state_dict()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"w1": None}, "missing w1"),
        ({"extra": 1.0}, "unexpected extra"),
        ({"w1": None, "v1": 1.0}, "missing w1; unexpected v1"),
        ({"w2": NAN}, "w2 is nan"),
        ({"b": INF}, "b is inf"),
        ({"b": "0.5"}, "b must be a real number"),
    ],
    ids=["missing", "unexpected", "renamed", "nan", "infinite", "text"],
)
def test_a_state_that_does_not_fit_changes_nothing(change: dict[str, Any], message: str) -> None:
    neuron = Neuron(2, weights=[1.0, 2.0], bias=3.0)
    state = {name: x for name, x in {"w1": 5.0, "w2": 6.0, "b": 7.0, **change}.items() if x is not None}
    with pytest.raises((ValueError, TypeError), match=message):
        neuron.load_state_dict(state)
    assert neuron.state_dict() == {"w1": 1.0, "w2": 2.0, "b": 3.0}


def test_a_state_of_another_architecture_lists_a_few_names_only() -> None:
    with pytest.raises(ValueError, match=r"missing .*layers\.0\.neurons\.1\.w2 and 20 more\. Load it"):
        MLP(2, [6, 1]).load_state_dict({})


def test_numpy_numbers_load() -> None:
    neuron = Neuron(1, weights=[0.0])
    neuron.load_state_dict({"w1": np.float32(0.5), "b": np.int64(2)})  # type: ignore[dict-item]
    assert neuron.state_dict() == {"w1": 0.5, "b": 2.0}


@pytest.mark.parametrize(
    ("model", "text"),
    [
        (Residual(), "Residual(5 parameters)"),
        (PReLU(0.5), "prelu(alpha=0.5)"),
        (Neuron(1, weights=[0.0]), "Neuron(1 → 1 linear, 2 parameters)"),
        (Layer(3, 4, "relu"), "Layer(3 → 4 relu, 16 parameters)"),
        (MLP(2, [16, 16, 1]), "MLP(2 → 16 tanh → 16 tanh → 1 linear, 337 parameters)"),
        (MLP(1, [2, 1], "elu", abs), "MLP(1 → 2 elu(alpha=1) → 1 abs, 7 parameters)"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_repr_shows_architecture_and_number_of_parameters(model: Module, text: str) -> None:
    assert repr(model) == text


def test_a_single_parameter_is_counted_in_the_singular() -> None:
    class Constant(Module):
        def __init__(self) -> None:
            self.c = Value(1.0)

    assert repr(Constant()) == "Constant(1 parameter)"


def test_a_model_of_a_user_says_what_is_missing_to_describe_it() -> None:
    with pytest.raises(TypeError, match=r"Define architecture\(self\).*'type': 'Residual'"):
        Residual().architecture()


def test_a_model_of_a_user_is_rebuilt_by_its_own_method() -> None:
    class Scaled(Module):
        def __init__(self, n: int) -> None:
            self.n, self.scale, self.inner = n, Value(1.0), Neuron(n)

        def architecture(self) -> dict[str, Any]:
            return {"type": "Scaled", "n": self.n}

        @classmethod
        def from_architecture(cls, description: dict[str, Any]) -> Scaled:
            return cls(description["n"])

    assert repr(build(Scaled(3).architecture())) == "Scaled(5 parameters)"


@pytest.mark.parametrize(
    ("architecture", "error", "message"),
    [
        ([], TypeError, "is a dict, not"),
        ({}, ValueError, "lacks 'type'"),
        ({"type": "MPL"}, ValueError, "did you mean 'MLP'"),
        ({"type": "Residual"}, ValueError, "'Residual' is not known"),
        ({"type": "MLP", "n_inputs": 2}, ValueError, "lacks 'layers'"),
        ({"type": "MLP", "layers": 5}, TypeError, "layers must be a list"),
        ({"type": "MLP", "layers": ["tanh"]}, TypeError, "is a dict, not 'tanh'"),
        ({"type": "MLP", "layers": []}, ValueError, "at least one layer"),
        ({"type": "Layer", "n_inputs": 2, "n_outputs": 2}, ValueError, "lacks 'activation'"),
        ({"type": "Layer", "n_outputs": 2}, ValueError, "lacks 'n_inputs'"),
        ({"type": "Neuron", "n_inputs": "2", "activation": "tanh"}, TypeError, "n_inputs must be a whole number"),
        ({"type": "Neuron", "n_inputs": -2, "activation": "tanh"}, ValueError, "n_inputs is -2"),
        ({"type": "Neuron", "n_inputs": 10**9, "activation": "tanh"}, ValueError, "1000000001 parameters"),
        (
            {"type": "MLP", "layers": [{"n_inputs": 1, "n_outputs": 1, "activation": "tanh"}], "task": "none"},
            ValueError,
            "task 'none' is not known",
        ),
    ],
)
def test_a_faulty_architecture_is_refused(architecture: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        build(architecture)


def test_a_description_may_not_ask_for_more_parameters_than_allowed() -> None:
    architecture = MLP(2, [3, 1]).architecture()
    assert len(build(architecture, most=13).parameters()) == 13
    with pytest.raises(ValueError, match="13 parameters, but at most 12 are allowed; set most=13"):
        build(architecture, most=12)
