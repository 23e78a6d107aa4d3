"""`Grouped`: each part of a model by its optimizer, and the rest as it is."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nn import MLP, SGD, Adam, Grouped, Momentum, fit, save
from nn.optimizers import OPTIMIZERS, Optimizer, flat_data, flat_gradient
from nn.schedules import Exponential
from tests.nn.own_classes import OwnMLP
from tests.peers import peer

X = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.5, -1.0]]
Y = [1.0, -1.0, 0.5, 0.0]


def network() -> MLP:
    return MLP(2, [3, 1], seed=0)


def halves(model: MLP) -> Grouped:
    return Grouped((model.layers[0], Adam(0.01)), (model.layers[1], Momentum(0.1, weight_decay=0.01)))


@pytest.mark.parametrize("compiled", [True, False])
def test_fit_moves_each_part_as_its_optimizer_alone_would(compiled: bool) -> None:
    model, twin = network(), network()
    fit(model, X, Y, optimizer=halves(model), epochs=10, compiled=compiled)
    optimizers = [Adam(0.01), Momentum(0.1, weight_decay=0.01)]
    for _ in range(10):
        twin.zero_grad()
        loss = sum((twin(x) - t) ** 2 for x, t in zip(X, Y, strict=True)) / len(X)
        loss.backward()
        for optimizer, layer in zip(optimizers, twin.layers, strict=True):
            optimizer.step(layer.parameters())
    numbers = [p.data for p in model.parameters()]
    assert numbers == pytest.approx([p.data for p in twin.parameters()], rel=1e-9, abs=1e-12)  # another order of sums


def test_it_is_pytorchs_groups() -> None:
    torch = peer("torch")
    from nn import to_torch

    model = network()
    theirs = to_torch(model)
    groups = [
        {"params": [theirs[0].weight, theirs[2].weight], "weight_decay": 0.1, "lr": 0.05},
        {"params": [theirs[0].bias], "lr": 0.2},
    ]
    rule, other = (
        Grouped((model.weights, SGD(0.05, weight_decay=0.1)), (model.layers[0].biases, SGD(0.2))),
        torch.optim.SGD(groups, lr=1.0),
    )
    fit(model, X, Y, optimizer=rule, epochs=20)
    for _ in range(20):
        other.zero_grad()
        inputs, targets = torch.tensor(X, dtype=torch.float64), torch.tensor(Y, dtype=torch.float64)
        ((theirs(inputs)[:, 0] - targets) ** 2).mean().backward()
        other.step()
    expected = [theirs[0].weight, theirs[2].weight, theirs[0].bias, theirs[2].bias]
    ours = [*model.weights, *model.biases]
    for block, tensor in zip(ours, expected, strict=True):
        numbers = [v.data for row in block for v in (row if isinstance(row, tuple) else (row,))]
        assert numbers == pytest.approx(tensor.detach().numpy().ravel().tolist(), rel=1e-9)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_one_part_of_everything_is_the_optimizer_itself(name: str) -> None:
    model, twin = network(), network()
    rule, other = OPTIMIZERS[name](0.01, clip_norm=0.5), OPTIMIZERS[name](0.01, clip_norm=0.5)
    fit(model, X, Y, optimizer=Grouped((model, rule)), epochs=5)
    fit(twin, X, Y, optimizer=other, epochs=5)
    assert model.state_dict() == twin.state_dict()


def test_what_is_in_no_part_stays_and_a_bias_of_0_stays_0() -> None:
    model = MLP(2, [3, 1], weights=[[[0.1, 0.2]] * 3, [[0.3, 0.4, 0.5]]])
    fit(model, X, Y, optimizer=Grouped((model.weights, SGD(0.1, weight_decay=0.1))), epochs=5)
    assert {b.data for biases in model.biases for b in biases} == {0.0}
    first = [p.data for p in model.layers[0].parameters()]
    fit(model, X, Y, optimizer=Grouped((model.layers[1], "adam")), epochs=5)
    assert [p.data for p in model.layers[0].parameters()] == first


def test_a_loop_by_hand_and_a_network_of_own_classes_take_it_too() -> None:
    model = OwnMLP(2, [2, 1])
    rule = Grouped((model.layers[1], SGD(0.1)))
    before = [p.data for p in model.parameters()]
    loss = (model(X[0]) - 1.0) ** 2
    loss.backward()
    rule.step(model.parameters())
    moved = [i for i, (p, number) in enumerate(zip(model.parameters(), before, strict=True)) if p.data != number]
    assert moved == [6, 7, 8]
    fit(model, X, Y, optimizer=rule, epochs=2)
    assert [p.data for p in model.parameters()][:6] == before[:6]


def test_schedules_go_on_in_every_part_and_the_first_is_shown() -> None:
    model = network()
    rule = Grouped((model.layers[0], SGD(Exponential(0.4, factor=0.5))), (model.layers[1], SGD(Exponential(0.1, 0.1))))
    history = fit(model, X, Y, optimizer=rule, epochs=3)
    assert history["learning_rate"] == [0.4, 0.2, 0.1]
    assert rule.optimizers[1].learning_rate == pytest.approx(1e-4, rel=1e-12)
    rule.reset()
    assert (rule.steps, rule.epochs, [o.steps for o in rule.optimizers], rule.learning_rate) == (0, 0, [0, 0], 0.4)


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda rule: pickle.loads(pickle.dumps(rule))])
def test_a_copy_goes_on_bit_for_bit_with_a_copy_of_the_model(again: Any) -> None:
    model = network()
    rule = halves(model)
    fit(model, X, Y, optimizer=rule, epochs=3)
    twin, other = copy.deepcopy(model), again(rule)
    for m, o in ((model, rule), (twin, other)):
        fit(m, X, Y, optimizer=o, epochs=3)
    assert model.state_dict() == twin.state_dict()
    with pytest.raises(ValueError, match="fewer than"):
        again(rule).bind(MLP(1, [1]).parameters())


def test_a_copy_before_the_first_step_goes_with_the_model() -> None:
    model = network()
    twin, other = copy.deepcopy((model, halves(model)))
    fit(twin, X, Y, optimizer=other, epochs=2)
    assert twin.state_dict() != model.state_dict()


def test_training_that_goes_back_takes_its_parts_along() -> None:
    from nn import Module, Neuron

    class Branching(Module):
        def __init__(self) -> None:
            self.low, self.high = Neuron(1, weights=[0.5]), Neuron(1, weights=[2.0])

        def __call__(self, x: Any) -> Any:
            turned = self.low.weights[0].data < 0.2  # which no record shows
            return self.high(x) if turned else self.low(x) + 0.0 * self.high(x)

    model, twin = Branching(), Branching()
    with pytest.warns(UserWarning, match="went back|trained eagerly"):
        fit(model, [[1.0], [2.0]], [0.0, 0.0], optimizer=Grouped((model, SGD(0.05))), epochs=8)
    fit(twin, [[1.0], [2.0]], [0.0, 0.0], optimizer=Grouped((twin, SGD(0.05))), epochs=8, compiled=False)
    assert flat_data(model.parameters()) == pytest.approx(flat_data(twin.parameters()), rel=1e-9)


def test_parameters_in_another_order_are_the_same_parts() -> None:
    model = network()
    rule = halves(model)
    for order in (1, -1):
        (model(X[0]) ** 2).backward()
        rule.step(model.parameters()[::order])
    assert rule.steps == 2
    assert [o.steps for o in rule.optimizers] == [2, 2]


MODEL = network()
ONE = SGD(0.1)


@pytest.mark.parametrize(
    ("groups", "error", "message"),
    [
        ((), ValueError, "Grouped has no parts; write"),
        ((MODEL,), TypeError, "part 0 of Grouped is MLP.* must be a pair"),
        (((MODEL.layers[0], SGD()), (MODEL, SGD())), ValueError, r"stands in parts 0 and 1 of Grouped"),
        ((([], SGD()),), ValueError, "holds no parameters"),
        (((MODEL, "sdg"),), ValueError, "did you mean 'SGD'"),
        (((MODEL, 0.1),), TypeError, "an optimizer is a name"),
        (
            ((MODEL.layers[0], ONE), (MODEL.layers[1], ONE)),
            ValueError,
            "has the optimizer of another part",
        ),
    ],
)
def test_faulty_parts_are_told(groups: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Grouped(*groups)


def test_a_part_of_another_model_is_told_and_nothing_is_bound() -> None:
    rule: Optimizer = Grouped((network().layers[0], SGD()))
    model = network()
    for _ in range(2):
        with pytest.raises(ValueError, match=r"part 0 of Grouped holds w11\[1\] = .*, no parameter of this model"):
            fit(model, X, Y, optimizer=rule)


def test_an_array_says_nothing_of_parts_before_they_are_bound() -> None:
    model = network()
    rule = halves(model)
    theta = flat_data(model.parameters())
    with pytest.raises(ValueError, match=r"call bind\(model\.parameters\(\)\) first"):
        rule.update(theta, flat_gradient(model.parameters()))
    rule.bind(model.parameters())
    rule.update(theta, np.ones_like(theta))
    assert (theta != flat_data(model.parameters())).all()


def test_save_says_that_it_has_no_state_of_its_own(tmp_path: Path) -> None:
    model = network()
    with pytest.raises(TypeError, match=r"save the model alone.*or pickle it"):
        save(tmp_path / "model.npz", model, halves(model))
