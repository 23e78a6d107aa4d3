"""Parameters that several neurons or layers share: one parameter each, everywhere and after every way back."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograd import Value
from nn import SGD, fit, losses
from nn.interop import from_torch, to_torch
from nn.layers import MLP, FeedForward, Layer, build
from nn.module import places_in
from nn.serialization import FileError, load, save
from tests.nn.shared import N_PARAMETERS, SHARED, autoencoder, mazur, one_activation, same_layer_twice, tied_layers
from tests.peers import peer

each_model = pytest.mark.parametrize("model", [make() for make in SHARED.values()], ids=SHARED)


def partners(model: FeedForward) -> list[list[str]]:
    """The places of each parameter: what is shared with what."""
    places: dict[Value, list[str]] = {}
    for path, value in places_in(model):
        places.setdefault(value, []).append(path)
    return [*places.values()]


@pytest.mark.parametrize("name", SHARED)
def test_a_shared_parameter_counts_once(name: str) -> None:
    model, n = SHARED[name](), N_PARAMETERS[name]
    assert len(model.parameters()) == len(model.state_dict()) == n
    assert repr(model).endswith(f", {n} parameter{'' if n == 1 else 's'})")


def rebuilt(model: FeedForward, path: Path) -> Any:
    """By its description and its numbers."""
    twin = build(model.architecture())
    twin.load_state_dict(model.state_dict())
    return twin


def saved(model: FeedForward, path: Path) -> Any:
    """By a file."""
    save(path, model)
    return load(path)


def loaded_into(model: FeedForward, path: Path) -> Any:
    """By a file, into a model there is."""
    twin = copy.deepcopy(model)
    for parameter in twin.parameters():
        parameter.data = 9.0
    save(path, model)
    return load(path, into=twin)


def copied(model: FeedForward, path: Path) -> Any:
    """By a deep copy."""
    return copy.deepcopy(model)


def pickled(model: FeedForward, path: Path) -> Any:
    """By a pickle."""
    return pickle.loads(pickle.dumps(model))


@each_model
@pytest.mark.parametrize("way", [rebuilt, saved, loaded_into, copied, pickled], ids=lambda way: way.__name__)
def test_what_was_shared_is_shared_on_the_other_side(model: Any, way: Callable[..., Any], tmp_path: Path) -> None:
    twin = way(model, tmp_path / "model.npz")
    assert partners(twin) == partners(model)
    assert twin.state_dict() == model.state_dict()
    assert repr(twin) == repr(model)
    assert not {*twin.parameters()} & {*model.parameters()}
    x = [0.5, -1.25, 2.0][: model.n_inputs]
    assert [z.data for z in twin.logits(x)] == [z.data for z in model.logits(x)]


@each_model
def test_a_shared_parameter_gets_the_sum_of_the_gradients_of_its_places(model: Any) -> None:
    """The oracle is a model with the same numbers that shares nothing."""
    apart: Any = build({key: entry for key, entry in model.architecture().items() if key != "shared"})
    of_model, of_apart = dict(places_in(model)), dict(places_in(apart))
    for path, value in of_apart.items():
        value.data = of_model[path].data
    x = [0.5, -1.25, 2.0][: model.n_inputs]
    for m in (model, apart):
        m.zero_grad()
        losses.half_squared_error.one(m.logits(x), [0.3] * m.n_outputs).backward()
    for same in partners(model):
        each = {of_apart[path] for path in same}
        # A handful of terms, added in another order.
        assert of_model[same[0]].grad == pytest.approx(sum(v.grad for v in each), rel=1e-13, abs=1e-16)


X = np.random.default_rng(0).normal(size=(12, 3))


@pytest.mark.parametrize("model", [SHARED[name]() for name in SHARED if name != "perceptron"])  # which has no slope
def test_compiled_and_eager_training_of_shared_parameters_agree(model: Any) -> None:
    results = []
    for compiled in (True, False):
        twin = copy.deepcopy(model)
        y = np.tile(X[:, :1] * 0.5, (1, model.n_outputs))
        fit(twin, X[:, : model.n_inputs], y, "mse", SGD(0.1), epochs=20, compiled=compiled, progress=False)
        assert partners(twin) == partners(model)
        results.append(twin.state_dict())
    assert results[0] != model.state_dict()
    # Twenty steps of sums in another order.
    assert results[0] == pytest.approx(results[1], rel=1e-11, abs=1e-13)


def test_a_file_without_the_sharing_is_not_loaded_into_a_model_that_shares(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    save(path, MLP(2, [2, 2], "sigmoid", "sigmoid"))
    model = mazur()
    before = model.state_dict()
    with pytest.raises(FileError, match=r"sigmoid, 12 parameters\), not MLP.*10 parameters"):
        load(path, into=model)
    assert model.state_dict() == before


@pytest.mark.parametrize(
    ("shared", "message"),
    [
        ([], "shared must be a dict"),
        ({"layers.0.neurons.1.b": "layers.7.neurons.0.b"}, "has no places"),
        ({"layers.0.neurons.1": "layers.0.neurons.0.b"}, "has no places"),
        ({"__class__": "layers.0.neurons.0.b"}, "has no places"),
        ({"layers.0.neurons.1.b": 5}, "has no places"),
    ],
    ids=["list", "layer", "neuron", "attribute", "number"],
)
def test_sharing_between_places_that_there_are_not_is_refused(shared: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        build({**mazur().architecture(), "shared": shared})


# --- PyTorch -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [tied_layers, same_layer_twice, one_activation], ids=lambda make: make.__name__)
def test_whole_layers_that_are_shared_stay_so_in_pytorch_and_back(make: Callable[[], MLP]) -> None:
    torch = peer("torch")
    model = make()
    theirs = to_torch(model)
    assert sum(p.numel() for p in theirs.parameters()) == len(model.parameters())
    twin = from_torch(theirs)
    assert partners(twin) == partners(model)
    assert twin.state_dict() == model.state_dict()
    x, t = [0.5, -1.25], 0.3
    model.zero_grad()
    losses.mse(model(x), t).backward()
    ((theirs(torch.tensor(x, dtype=torch.float64)) - t) ** 2).sum().backward()
    ours = sorted(p.grad for p in model.parameters())
    gradients = sorted(torch.cat([p.grad.ravel() for p in theirs.parameters()]).tolist())
    # Sums of a few products, in another order.
    assert ours == pytest.approx(gradients, rel=1e-12, abs=1e-15)


def partly_tied() -> MLP:
    w = Value(0.3)
    return MLP(1, [1, 1], weights=[[[w]], [[0.5]]], biases=[[0.0], [w]])


@pytest.mark.parametrize(
    "make",
    [mazur, autoencoder, partly_tied, SHARED["within a layer"]],
    ids=["bias of a layer", "transpose", "weight as bias", "diagonal"],
)
def test_what_pytorch_cannot_share_is_refused_with_what_to_write(make: Callable[[], Any]) -> None:
    peer("torch")
    model = make()
    if isinstance(model, Layer):
        model = MLP.from_layers([model])
    with pytest.raises(ValueError, match=r"share .* no Linear layer .* weights=\[\[w.data"):
        to_torch(model)


def test_a_module_that_stands_twice_in_a_sequential_is_shared() -> None:
    torch = peer("torch")
    linear, prelu = torch.nn.Linear(2, 2), torch.nn.PReLU()
    twice = torch.nn.Sequential(linear, prelu, linear, prelu)
    model = from_torch(twice)
    assert len(model.parameters()) == sum(p.numel() for p in twice.parameters()) == 7


def test_parameters_that_pytorch_shares_between_modules_are_shared() -> None:
    torch = peer("torch")
    first, second = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)
    second.weight = first.weight
    model = from_torch(torch.nn.Sequential(first, torch.nn.Tanh(), second))
    assert len(model.parameters()) == 4 + 2 + 2
    assert model.layers[0].neurons[1].weights == model.layers[1].neurons[1].weights
