"""Training that goes on from a copy, a pickle, a file or a state goes on bit for bit, however it was trained before."""

from __future__ import annotations

import copy
import itertools
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograd import Value
from autograd.functions import tanh
from nn import MLP, fit
from nn.losses import mse
from nn.module import Module
from nn.optimizers import OPTIMIZERS, Optimizer
from nn.schedules import Exponential, ReduceOnPlateau, WarmUp
from nn.serialization import load, load_optimizer, save

RNG = np.random.default_rng(0)
X = RNG.normal(size=(6, 2))
y = RNG.normal(size=6)

Trained = tuple[Any, Optimizer]


class Own(Module):
    """A model of one's own, whose parameters stand in an order that no compiler would choose."""

    def __init__(self) -> None:
        self.offset = Value(0.1)
        self.scales = [Value(0.3), Value(-0.2)]
        self.slope = Value(0.7)

    def __call__(self, x: Any) -> Value:
        hidden = tanh(self.slope * x[1] + self.scales[0] * x[0])
        return self.scales[1] * hidden + self.offset


MODELS: dict[str, Callable[[], Any]] = {
    "MLP": lambda: MLP(2, [3, 1], seed=1),
    "own": Own,
}

# --- the legs of a training --------------------------------------------------------------------------------------


def by_fit(model: Any, optimizer: Optimizer, compiled: bool) -> list[float]:
    return fit(model, X, y, optimizer=optimizer, epochs=2, batch_size=4, compiled=compiled, progress=False)["loss"]


def by_hand(model: Any, optimizer: Optimizer) -> list[float]:
    found = []
    for _ in range(3):
        model.zero_grad()
        loss = mse([model(x) for x in X.tolist()], y.tolist())
        loss.backward()
        optimizer.step(model.parameters())
        optimizer.end_epoch(loss.data)
        found.append(loss.data)
    return found


LEGS: dict[str, Callable[[Any, Optimizer], list[float]]] = {
    "compiled": lambda model, optimizer: by_fit(model, optimizer, compiled=True),
    "eager": lambda model, optimizer: by_fit(model, optimizer, compiled=False),
    "by hand": by_hand,
}

# --- the ways from one to the next -------------------------------------------------------------------------------


def by_file(model: Any, optimizer: Optimizer, fresh: Callable[[], Trained], path: Path) -> Trained:
    save(path, model, optimizer)
    return load(path), load_optimizer(path)


def by_file_into_a_model(model: Any, optimizer: Optimizer, fresh: Callable[[], Trained], path: Path) -> Trained:
    save(path, model, optimizer)
    return load(path, into=fresh()[0]), load_optimizer(path)


def by_states(model: Any, optimizer: Optimizer, fresh: Callable[[], Trained], path: Path) -> Trained:
    other, twin = fresh()
    other.load_state_dict(model.state_dict())
    twin.load_state_dict(optimizer.state_dict())
    return other, twin


def by_state_of_the_optimizer(model: Any, optimizer: Optimizer, fresh: Callable[[], Trained], path: Path) -> Trained:
    """The same model with another optimizer."""
    twin = fresh()[1]
    twin.load_state_dict(optimizer.state_dict())
    return copy.deepcopy(model), twin


def pickled(thing: Any) -> Any:
    return pickle.loads(pickle.dumps(thing))


WAYS: dict[str, Callable[[Any, Optimizer, Callable[[], Trained], Path], Trained]] = {
    "file": by_file,
    "file into a model": by_file_into_a_model,
    "states": by_states,
    "state of the optimizer": by_state_of_the_optimizer,
    "pickle": lambda model, optimizer, fresh, path: (pickled(model), pickled(optimizer)),
    "pickle of both": lambda model, optimizer, fresh, path: pickled((model, optimizer)),
    "deepcopy": lambda model, optimizer, fresh, path: (copy.deepcopy(model), copy.deepcopy(optimizer)),
    "deepcopy of both": lambda model, optimizer, fresh, path: copy.deepcopy((model, optimizer)),
    "copy": lambda model, optimizer, fresh, path: (copy.deepcopy(model), copy.copy(optimizer)),
}

OPTIMIZER_CASES = [*OPTIMIZERS, "with a schedule"]


def optimizer_named(name: str) -> Optimizer:
    if name in OPTIMIZERS:
        return OPTIMIZERS[name](0.02, clip_norm=1.0)
    return OPTIMIZERS["Adam"](WarmUp(2, then=ReduceOnPlateau(0.05, factor=0.5, patience=0)), weight_decay=0.01)


def bits(model: Any, optimizer: Optimizer) -> list[str]:
    """All numbers of the two, in full."""
    state = optimizer.state_dict()
    arrays = [state["state"][name] for name in sorted(state["state"])]
    numbers = itertools.chain(model.state_dict().values(), *arrays, [optimizer.learning_rate])
    return [*map(float.hex, map(float, numbers)), str(state["steps"]), str(state["epochs"])]


@pytest.mark.slow
@pytest.mark.parametrize("second", LEGS)
@pytest.mark.parametrize("first", LEGS)
@pytest.mark.parametrize("optimizer_name", OPTIMIZER_CASES)
def test_training_goes_on_bit_for_bit_whichever_way_it_took(
    optimizer_name: str, first: str, second: str, tmp_path: Path
) -> None:
    """Every way from every kind of training to every other, beside the training that nothing interrupted."""
    for make in MODELS.values() if optimizer_name == "Adam" else [MODELS["MLP"]]:

        def fresh(make: Callable[[], Any] = make) -> Trained:
            return make(), optimizer_named(optimizer_name)

        model, optimizer = fresh()
        LEGS[first](model, optimizer)
        taken = {}
        for way, take in WAYS.items():
            if way.startswith("file") and not isinstance(model, MLP):
                continue  # it does not describe its architecture
            taken[way] = take(model, optimizer, fresh, tmp_path / f"{way}.npz")
        expected = LEGS[second](model, optimizer), bits(model, optimizer)
        for way, (its_model, its_optimizer) in taken.items():
            found = LEGS[second](its_model, its_optimizer), bits(its_model, its_optimizer)
            assert found == expected, f"{way}, {model!r}"


def test_every_leg_changes_every_part_of_the_state() -> None:
    """Else the test above would compare what nothing has moved."""
    for name, leg in itertools.product(OPTIMIZERS, LEGS.values()):
        model, optimizer = MLP(2, [3, 1], seed=1), optimizer_named(name)
        before = model.state_dict()
        leg(model, optimizer)
        assert all(number != before[key] for key, number in model.state_dict().items())
        for array in optimizer.state.values():
            assert len({*array.tolist()}) == len(array) == len(before)
        leg(model, optimizer)


def test_a_schedule_on_parameters_in_an_order_of_ones_own_goes_on_in_that_order(tmp_path: Path) -> None:
    """A copy knows the order of the last step alone: whoever steps by hand goes on in the same."""

    def steps(model: Any, optimizer: Optimizer) -> list[float]:
        for _ in range(3):
            model.zero_grad()
            mse([model(x) for x in X.tolist()], y.tolist()).backward()
            optimizer.step(model.parameters()[::-1])
        return [*model.state_dict().values()]

    for name in OPTIMIZERS:
        model, optimizer = MLP(2, [3, 1], seed=1), OPTIMIZERS[name](Exponential(0.05, factor=0.9))
        steps(model, optimizer)
        save(tmp_path / "model.npz", model, optimizer)
        twins = [
            (load(tmp_path / "model.npz"), load_optimizer(tmp_path / "model.npz")),
            pickled((model, optimizer)),
            copy.deepcopy((model, optimizer)),
        ]
        expected = steps(model, optimizer)
        for twin in twins:
            assert steps(*twin) == expected
