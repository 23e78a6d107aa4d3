"""Optimizers against PyTorch's and against their formulas, and their state, settings and errors."""

from __future__ import annotations

import copy
import math
import pickle
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value
from nn import optimizers
from nn.layers import MLP
from nn.optimizers import OPTIMIZERS, SGD, AdaGrad, Adam, AdamW, Momentum, Nesterov, Optimizer, RMSprop
from nn.schedules import Constant, Cosine, Exponential, ReduceOnPlateau, WarmUp, configuration
from tests.peers import peer

STEPS = 50
START = np.array([1.5, -2.0, 0.3])
CURVATURE = np.array([1.0, 4.0, 0.5])


def gradient_at(theta: Any) -> Any:
    """Of a bowl with a wave in it, so that gradients change their signs and sizes."""
    return CURVATURE * theta + np.sin(3.0 * theta)


def path_of(optimizer: Any, steps: Any = STEPS) -> Any:
    theta = START.copy()
    points = []
    for _ in range(steps):
        optimizer.update(theta, gradient_at(theta))
        points.append(theta.copy())
    return np.array(points)


def torch_path(make: Callable[..., Any]) -> Any:
    torch = peer("torch")
    theta = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimizer = make(torch.optim, [theta])
    points = []
    for _ in range(STEPS):
        theta.grad = torch.tensor(gradient_at(theta.detach().numpy()))
        optimizer.step()
        points.append(theta.detach().numpy().copy())
    return np.array(points)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (SGD(0.1), lambda o, p: o.SGD(p, 0.1)),
        (SGD(0.1, weight_decay=0.05), lambda o, p: o.SGD(p, 0.1, weight_decay=0.05)),
        (Momentum(0.02, 0.95), lambda o, p: o.SGD(p, 0.02, momentum=0.95)),
        (Nesterov(0.02, 0.95), lambda o, p: o.SGD(p, 0.02, momentum=0.95, nesterov=True)),
        (AdaGrad(0.3), lambda o, p: o.Adagrad(p, 0.3)),
        (RMSprop(0.02, 0.9), lambda o, p: o.RMSprop(p, 0.02, alpha=0.9)),
        (RMSprop(0.02, weight_decay=0.05), lambda o, p: o.RMSprop(p, 0.02, weight_decay=0.05)),
        (Adam(0.1), lambda o, p: o.Adam(p, 0.1)),
        (
            Adam(0.1, 0.8, 0.9, 1e-6, weight_decay=0.05),
            lambda o, p: o.Adam(p, 0.1, (0.8, 0.9), 1e-6, weight_decay=0.05),
        ),
        (AdamW(0.1), lambda o, p: o.AdamW(p, 0.1)),
        (AdamW(0.1, weight_decay=0.2), lambda o, p: o.AdamW(p, 0.1, weight_decay=0.2)),
    ],
    ids=lambda x: repr(x) if isinstance(x, Optimizer) else "",
)
def test_path_of_50_steps_is_that_of_pytorch(ours: Any, theirs: Callable[..., Any]) -> None:
    # 1e-12: the two round differently in the last digit, and the bowl pulls the paths together
    np.testing.assert_allclose(path_of(ours), torch_path(theirs), rtol=0.0, atol=1e-12)


def test_every_optimizer_is_compared_with_pytorch() -> None:
    marks = test_path_of_50_steps_is_that_of_pytorch.pytestmark
    assert {type(case[0]).__name__ for case in marks[0].args[1]} == set(OPTIMIZERS)


def test_momentum_keeps_the_learning_rate_inside_the_velocity() -> None:
    """Where a schedule changes eta, the notes' recurrence and PyTorch's part; ours is the notes'."""
    schedule = Exponential(0.1, factor=0.5, per="step")
    theta, velocity, points = START.copy(), np.zeros(3), []
    for t in range(STEPS):
        velocity = 0.9 * velocity + 0.1 * 0.5**t * gradient_at(theta)
        theta = theta - velocity
        points.append(theta)
    np.testing.assert_allclose(path_of(Momentum(schedule, 0.9)), points, rtol=0.0, atol=1e-12)


def test_schedule_by_step_sets_the_rate_of_each_update() -> None:
    np.testing.assert_allclose(
        path_of(SGD(Exponential(0.1, factor=0.9, per="step"))),
        torch_path(lambda o, p: _Scheduled(o.SGD(p, 0.1), 0.9)),
        rtol=0.0,
        atol=1e-12,
    )


class _Scheduled:
    """A PyTorch optimizer and its exponential schedule, stepped together."""

    def __init__(self, optimizer: Any, factor: Any) -> None:
        self.optimizer = optimizer
        self.schedule = peer("torch").optim.lr_scheduler.ExponentialLR(optimizer, factor)

    def step(self) -> None:
        self.optimizer.step()
        self.schedule.step()


def test_schedule_by_epoch_waits_for_the_end_of_the_epoch() -> None:
    optimizer = SGD(Exponential(0.1, factor=0.5))
    path_of(optimizer, 3)
    assert optimizer.learning_rate == 0.1
    optimizer.end_epoch()
    assert optimizer.learning_rate == 0.05


def test_end_epoch_reports_the_loss_to_the_schedule() -> None:
    optimizer = SGD(ReduceOnPlateau(0.1, factor=0.5, patience=0))
    for loss in (1.0, 2.0):
        optimizer.end_epoch(loss)
    assert optimizer.learning_rate == 0.05


def test_two_optimizers_do_not_share_a_schedule() -> None:
    schedule = ReduceOnPlateau(0.1, factor=0.5, patience=0)
    first, second = SGD(schedule), SGD(schedule)
    for loss in (1.0, 2.0):
        first.end_epoch(loss)
    assert (first.learning_rate, second.learning_rate) == (0.05, 0.1)


# --- clipping --------------------------------------------------------------------------------------------------


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=5), st.floats(0.01, 100.0))
def test_clip_norm_shortens_the_gradient_and_keeps_its_direction(entries: Any, norm: float) -> None:
    gradient = np.array(entries)
    theta = np.zeros(len(entries))
    SGD(1.0, clip_norm=norm).update(theta, gradient)
    length = float(np.linalg.norm(gradient))
    np.testing.assert_allclose(-theta, gradient * min(1.0, norm / length if length else 1.0), rtol=1e-12, atol=1e-300)


@given(st.lists(st.floats(-1e308, 1e308), min_size=1, max_size=5), st.floats(1e-3, 1e3))
def test_clip_norm_gives_its_length_to_any_longer_gradient(entries: Any, longest: Any) -> None:
    """Also to one whose square is no float: the length is that of mpmath."""
    moved = np.zeros(len(entries))
    SGD(1.0, clip_norm=longest).update(moved, np.array(entries))
    with mpmath.workdps(50):
        length = mpmath.norm([mpmath.mpf(x) for x in entries])
        shorter = mpmath.mpf(1) if length <= longest else longest / length
        expected = [float(-shorter * mpmath.mpf(x)) for x in entries]
    # three roundings an entry, and those of the length; what is below 1e-300 has lost digits as a subnormal number
    np.testing.assert_allclose(moved, expected, rtol=1e-14, atol=1e-300)


@pytest.mark.parametrize("name", [name for name, kind in OPTIMIZERS.items() if "squares" in kind.keeps])
@pytest.mark.parametrize("size", [1e160, 1e200, 1e308, math.inf])
def test_a_gradient_whose_square_is_no_float_is_refused_and_changes_nothing(name: str, size: Any) -> None:
    optimizer, theta = OPTIMIZERS[name](0.1), np.ones(2)
    before = optimizer.state_dict()
    with pytest.raises(OverflowError, match=rf"{name} squares the gradient, .* give it clip_norm=1.0"):
        optimizer.update(theta, np.array([1.0, -size]))
    assert theta.tolist() == [1.0, 1.0]
    assert (optimizer.steps, before["steps"]) == (0, 0)
    OPTIMIZERS[name](0.1, clip_norm=1.0).update(theta, np.array([1.0, -min(size, 1e308)]))
    assert theta[1] != 1.0


def test_every_optimizer_that_squares_the_gradient_is_known_by_the_name_of_its_state() -> None:
    """A large gradient moves every parameter, or is refused: an infinite square would stop it without a word."""
    for name, kind in OPTIMIZERS.items():
        theta, optimizer = np.zeros(2), kind(1e-3)
        try:
            optimizer.update(theta, np.array([1e200, 1.0]))
        except OverflowError:
            assert "squares" in kind.keeps, name
        else:
            assert theta[0] != 0.0, name


def test_clip_value_cuts_each_entry() -> None:
    theta = np.zeros(3)
    SGD(1.0, clip_value=2.0).update(theta, np.array([1.0, -5.0, 3.0]))
    assert theta.tolist() == [-1.0, 2.0, -2.0]


def test_gradient_is_clipped_by_value_before_by_norm() -> None:
    theta = np.zeros(2)
    SGD(1.0, clip_value=3.0, clip_norm=1.0).update(theta, np.array([300.0, 4.0]))
    np.testing.assert_allclose(theta, [-math.sqrt(0.5), -math.sqrt(0.5)], rtol=1e-12)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_update_leaves_the_gradient_as_it_is(name: str) -> None:
    gradient = np.array([3.0, -4.0])
    OPTIMIZERS[name](0.1, weight_decay=0.1, clip_norm=1.0, clip_value=0.5).update(np.ones(2), gradient)
    assert gradient.tolist() == [3.0, -4.0]


# --- by hand, on Values ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_step_on_values_is_update_on_their_flat_array(name: str) -> None:
    by_hand, flat = OPTIMIZERS[name](0.1), OPTIMIZERS[name](0.1)
    parameters = [Value(x) for x in START]
    theta = START.copy()
    for _ in range(5):
        for parameter, slope in zip(parameters, gradient_at(theta), strict=True):
            parameter.grad = float(slope)
        by_hand.step(parameters)
        flat.update(theta, gradient_at(theta))
    assert [p.data for p in parameters] == theta.tolist()
    assert all(type(p.data) is float for p in parameters)


def test_step_leaves_the_gradients_for_zero_grad_to_clear() -> None:
    model = MLP(1, [1])
    model([1.0]).backward()
    SGD(0.1).step(model.parameters())
    assert [p.grad for p in model.parameters()] == [1.0, 1.0]
    model.zero_grad()
    assert [p.grad for p in model.parameters()] == [0.0, 0.0]


def test_parameters_of_another_model_are_refused_until_reset() -> None:
    optimizer = Momentum(0.1)
    model, other = MLP(1, [1], seed=0), MLP(1, [1], seed=1)
    optimizer.step(model.parameters())
    before = other.state_dict()
    with pytest.raises(ValueError, match="has made 1 steps on the parameters of another model"):
        optimizer.step(other.parameters())
    with pytest.raises(ValueError, match="the parameters of another model"):
        optimizer.step(model.parameters()[:1])
    assert other.state_dict() == before
    optimizer.reset()
    optimizer.step(other.parameters())
    assert optimizer.steps == 1


def test_a_model_without_parameters_is_refused() -> None:
    with pytest.raises(ValueError, match=r"SGD was given no parameters; give model.parameters\(\)"):
        SGD().step([])
    with pytest.raises(TypeError, match=r"write optimizer\.step\(model\.parameters\(\)\)"):
        SGD().step()


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize(
    "given", [iter, tuple, dict.fromkeys, lambda ps: [*ps, ps[0]]], ids=["iter", "tuple", "keys", "twice"]
)
def test_parameters_may_come_as_a_generator_or_any_other_sequence(name: str, given: Any) -> None:
    """A parameter that comes twice, as a shared one does, is one parameter."""
    ours, twin = ([Value(x) for x in START] for _ in range(2))
    optimizer, reference = OPTIMIZERS[name](0.1, clip_norm=0.5), OPTIMIZERS[name](0.1, clip_norm=0.5)
    for _ in range(3):
        for parameters in (ours, twin):
            for parameter, slope in zip(parameters, gradient_at(START), strict=True):
                parameter.grad = slope
        optimizer.step(given(ours))
        reference.step(twin)
    assert [p.data for p in ours] == [p.data for p in twin] != list(START)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_gradient_of_none_counts_as_0(name: str) -> None:
    ours, twin = ([Value(x) for x in START] for _ in range(2))
    for parameters, nothing in ((ours, None), (twin, 0.0)):
        optimizer = OPTIMIZERS[name](0.1, clip_norm=0.5, weight_decay=0.1)
        for _ in range(3):
            for parameter, slope in zip(parameters, [1.0, nothing, -2.0], strict=True):
                parameter.grad = slope
            optimizer.step(parameters)
    assert [p.data for p in ours] == [p.data for p in twin]
    alone = Value(1.5)
    alone.grad = None
    OPTIMIZERS[name](0.1, weight_decay=0.0).step([alone])
    assert alone.data == 1.5


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_state_follows_parameters_that_come_in_another_order(name: str) -> None:
    ours, twin = ([Value(x) for x in START] for _ in range(2))
    for parameters, orders in ((ours, [[0, 1, 2], [2, 0, 1], [1, 2, 0]]), (twin, [[0, 1, 2]] * 3)):
        optimizer = OPTIMIZERS[name](0.1)
        for order in orders:
            for parameter in parameters:
                parameter.grad = float(gradient_at(np.array([parameter.data]))[0])
            optimizer.step([parameters[i] for i in order])
    assert [p.data for p in ours] == [p.data for p in twin]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (lambda model: model, r"takes the parameters of a model, not MLP\(.*; give model.parameters\(\)"),
        (lambda model: {*model.parameters()}, "was given a set, which has no order"),
        (lambda model: [0.5], r"parameter 0 that SGD was given is 0.5 \(float\), no Value"),
        (lambda model: [model.parameters()], r"parameter 0 that SGD was given is \[Value.* \(list\), no Value"),
        (
            lambda model: [*model.parameters(), model([1.0])],
            "parameter 2 that SGD was given is dot.*, the result of an",
        ),
    ],
    ids=["model", "set", "numbers", "nested", "computed"],
)
def test_what_is_no_sequence_of_leaves_is_refused(given: Callable[..., Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        SGD().step(given(MLP(1, [1])))


# --- habits from other libraries -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize(
    "make",
    [
        lambda kind, model: kind(model.parameters(), lr=0.1),
        lambda kind, model: kind(model.parameters(), 0.1),
        lambda kind, model: kind((p for p in model.parameters()), lr=0.1),
        lambda kind, model: kind(model, lr=0.1),
    ],
    ids=["list", "by place", "generator", "model"],
)
def test_parameters_given_to_the_optimizer_itself_are_refused_with_the_loop_to_write(
    name: str, make: Callable[..., Any]
) -> None:
    with pytest.raises(TypeError, match=rf"{name}\(lr=0.1\).*zero_grad\(\).*optimizer.step\(model.parameters\(\)\)"):
        make(OPTIMIZERS[name], MLP(1, [1]))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SGD(lr=0.1, momentum=0.9), r"SGD has no setting 'momentum', .*; write Momentum\(lr, gamma=0.9\)"),
        (lambda: Momentum(0.1, nesterov=True), r"write Nesterov\(lr, gamma=0.9\)"),
        (lambda: Adam(0.1, betas=(0.9, 0.999)), "write beta1= and beta2="),
        (lambda: RMSprop(0.1, eps=1e-8), "write epsilon="),
        (lambda: SGD(learning_rate=0.1), "write lr="),
        (lambda: SGD(rate=0.1), "SGD has no setting 'rate', but lr, weight_decay, clip_norm, clip_value$"),
    ],
    ids=["momentum", "nesterov", "betas", "eps", "learning_rate", "unknown"],
)
def test_settings_of_other_libraries_are_refused_with_what_to_write(make: Callable[..., Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        make()


def test_what_other_optimizers_have_is_refused_with_what_to_write() -> None:
    with pytest.raises(AttributeError, match=r"SGD has no attribute 'zero_grad'; write model.zero_grad\(\) before"):
        SGD().zero_grad()
    with pytest.raises(AttributeError, match=r"SGD has no attribute 'nonsense'$"):
        _ = SGD().nonsense
    assert not hasattr(SGD(), "param_groups")


def test_an_optimizer_of_ones_own_may_take_what_it_likes() -> None:
    class Own(optimizers.Optimizer):
        def __init__(self, parameters: Any, **settings: Any) -> None:
            super().__init__(**settings)
            self.parameters = list(parameters)

        def _move(self, theta: Any, gradient: Any, rate: float) -> None:
            theta -= rate * np.sign(gradient)

    w = Value(1.0)
    w.grad = 5.0
    Own([w], lr=0.25).step([w])
    assert w.data == 0.75


@pytest.mark.parametrize(("theta", "gradient"), [((3,), (2,)), ((2, 2), (2, 2))], ids=["sizes", "axes"])
def test_arrays_that_do_not_fit_are_refused(theta: tuple[Any, ...], gradient: tuple[Any, ...]) -> None:
    with pytest.raises(ValueError, match=r"SGD: theta has shape .*, the gradient .*; give flat arrays of one size"):
        SGD().update(np.ones(theta), np.ones(gradient))


def test_arrays_of_another_size_than_before_are_refused() -> None:
    optimizer = Adam()
    optimizer.update(np.ones(3), np.ones(3))
    with pytest.raises(ValueError, match="and the state is for 3 parameters"):
        optimizer.update(np.ones(2), np.ones(2))


# --- state ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_restored_state_continues_the_same_path(name: str) -> None:
    def fresh() -> Any:
        return OPTIMIZERS[name](WarmUp(5, then=Cosine(0.1, length=30, per="step"), per="step"))

    whole = path_of(fresh(), 20)
    first = fresh()
    theta = START.copy()
    for _ in range(10):
        first.update(theta, gradient_at(theta))
    second = fresh()
    second.load_state_dict(first.state_dict())
    for _ in range(10):
        second.update(theta, gradient_at(theta))
    assert theta.tolist() == whole[-1].tolist()
    assert (second.steps, first.steps) == (20, 10)  # the restored state is a copy


def test_state_restores_what_a_schedule_learnt() -> None:
    optimizer, twin = SGD(ReduceOnPlateau(0.1, patience=0)), SGD(ReduceOnPlateau(0.1, patience=0))
    for loss in (1.0, 2.0):
        optimizer.end_epoch(loss)
    twin.load_state_dict(optimizer.state_dict())
    assert twin.learning_rate == optimizer.learning_rate == pytest.approx(0.01)
    assert twin.epochs == 2


@pytest.mark.parametrize(
    ("into", "state", "message"),
    [
        (Momentum(), {"state": {"mean": [1.0]}}, r"Momentum keeps \['velocity'\], .* was given \['mean'\]"),
        (Adam(), {"state": {"mean": [1.0], "squares": [1.0, 2.0]}}, r"of sizes \[1, 2\]"),
        (SGD(), {"schedule": {"rate": 0.1}}, "of an optimizer with a schedule, but this one has lr=0.1"),
        (SGD(Constant(0.1)), {"schedule": {"rate": 0.1}}, "the state of a Constant schedule holds nothing"),
        (SGD(), {"steps": -1}, "steps is -1"),
    ],
    ids=["names", "sizes", "schedule", "kind of schedule", "count"],
)
def test_state_of_another_optimizer_is_refused_and_changes_nothing(
    into: Any, state: dict[str, Any], message: str
) -> None:
    before = into.state_dict()
    with pytest.raises(ValueError, match=message):
        into.load_state_dict({"steps": 1, "epochs": 1, "state": {}, "schedule": {}} | state)
    assert into.state_dict() == before


def test_reset_forgets_everything_but_the_settings() -> None:
    optimizer = Adam(ReduceOnPlateau(0.1, patience=0), 0.8)
    fresh = optimizer.state_dict()
    path_of(optimizer, 3)
    for loss in (1.0, 2.0):
        optimizer.end_epoch(loss)
    optimizer.reset()
    assert optimizer.state_dict() == fresh
    assert (optimizer.beta1, optimizer.learning_rate) == (0.8, 0.1)


def test_a_deep_copy_goes_its_own_way() -> None:
    optimizer = Momentum(0.1)
    path_of(optimizer, 3)
    twin = copy.deepcopy(optimizer)
    path_of(twin, 1)
    assert (optimizer.steps, twin.steps) == (3, 4)
    assert optimizer.state["velocity"].tolist() != twin.state["velocity"].tolist()


def test_a_shallow_copy_shares_no_state_either() -> None:
    optimizer = Momentum(ReduceOnPlateau(0.1, patience=0))
    path_of(optimizer, 3)
    twin = copy.copy(optimizer)
    path_of(twin, 1)
    for loss in (1.0, 2.0):
        twin.end_epoch(loss)
    assert optimizer.state["velocity"].tolist() != twin.state["velocity"].tolist()
    assert optimizer.learning_rate != twin.learning_rate


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda o: pickle.loads(pickle.dumps(o))], ids=["copy", "pickle"])
def test_a_duplicate_may_go_on_with_the_same_model_or_with_its_copy(duplicate: Any) -> None:
    model = MLP(1, [1])
    optimizer = Momentum(0.1)
    optimizer.step(model.parameters())
    for parameters in (model.parameters(), copy.deepcopy(model).parameters()):
        twin = duplicate(optimizer)
        twin.step(parameters)
        assert (optimizer.steps, twin.steps) == (1, 2)


# --- settings ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_configuration_makes_the_same_optimizer(name: str) -> None:
    optimizer = OPTIMIZERS[name](Cosine(0.1, length=5), clip_norm=2.0)
    twin = optimizers.build(configuration(optimizer))
    assert repr(twin) == repr(optimizer)
    np.testing.assert_array_equal(path_of(twin), path_of(optimizer))


def test_repr_shows_what_is_not_as_by_default() -> None:
    assert repr(AdamW(0.1, weight_decay=0.2)) == "AdamW(lr=0.1, weight_decay=0.2)"
    assert repr(SGD(Cosine(0.1, length=5, per="step"))) == "SGD(lr=Cosine(lr=0.1, length=5, per='step'))"


@pytest.mark.parametrize("rate", [0.0, -0.1, math.nan, math.inf])
def test_learning_rates_that_cannot_work_are_refused(rate: Any) -> None:
    with pytest.raises(ValueError, match=r"lr is .*, but must be a finite number above 0"):
        SGD(rate)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SGD(weight_decay=-1.0), "weight_decay is -1"),
        (lambda: SGD(clip_norm=0.0), "clip_norm is 0"),
        (lambda: SGD(clip_value=math.nan), "clip_value is nan"),
        (lambda: Momentum(gamma=1.0), "gamma is 1, but must be a finite number at least 0 and below 1"),
        (lambda: AdaGrad(epsilon=0.0), "epsilon is 0"),
        (lambda: RMSprop(alpha=1.0), "alpha is 1"),
        (lambda: RMSprop(epsilon=-1.0), "epsilon is -1"),
        (lambda: Adam(beta1=1.0), "beta1 is 1"),
        (lambda: Adam(beta2=-0.1), "beta2 is -0.1"),
        (lambda: Adam(epsilon=0.0), "epsilon is 0"),
    ],
)
def test_faulty_settings_are_refused(make: Callable[..., Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_a_learning_rate_that_is_no_number_is_refused() -> None:
    with pytest.raises(TypeError, match=r"lr must be a real number, not 'fast' \(str\)"):
        SGD("fast")


def test_unknown_names_are_refused_with_the_nearest_known_ones() -> None:
    with pytest.raises(ValueError, match="optimizer 'adm' is not known; did you mean 'Adam'"):
        optimizers.get("adm")
    with pytest.raises(ValueError, match="setting of Adam 'beta_1' is not known; did you mean 'beta1'"):
        optimizers.build({"name": "Adam", "settings": {"beta_1": 0.9}})
    with pytest.raises(TypeError, match="an optimizer is a name such as 'adam' or an object"):
        optimizers.get(0.1)


def test_get_gives_a_new_optimizer_for_a_name_and_an_object_as_it_is() -> None:
    assert optimizers.get("SGD") is not optimizers.get("SGD")
    optimizer = Adam()
    assert optimizers.get(optimizer) is optimizer
