"""Learning rate schedules against PyTorch's, against closed forms, and as objects that are copied and restored."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.schedules import (
    SCHEDULES,
    Constant,
    Cosine,
    Exponential,
    InverseTime,
    ReduceOnPlateau,
    Schedule,
    Step,
    WarmUp,
    configuration,
    configured,
)
from tests.peers import peer

STEPS = 50
EXACT = {"rel": 1e-12, "abs": 1e-12}

EVERY_KIND = [
    Constant(0.1),
    Step(0.1, every=7, factor=0.5),
    Exponential(0.1, factor=0.95),
    InverseTime(0.1, decay=0.2),
    Cosine(0.1, length=STEPS, lowest=0.01),
    WarmUp(10, then=Cosine(0.1, length=40), start=0.2),
    ReduceOnPlateau(0.1, factor=0.5, patience=2),
]
each_kind = pytest.mark.parametrize("schedule", EVERY_KIND, ids=lambda s: type(s).__name__)


def torch_rates(make: Callable[..., Any], losses: Any = None) -> Any:
    """The learning rates of a PyTorch scheduler over the steps."""
    torch = peer("torch")
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    scheduler = make(torch.optim.lr_scheduler, optimizer)
    rates = []
    for t in range(STEPS):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step(*([] if losses is None else [losses[t]]))
    return rates


def test_every_schedule_is_in_these_tests() -> None:
    assert {type(schedule).__name__ for schedule in EVERY_KIND} == set(SCHEDULES)


@pytest.mark.parametrize(
    ("schedule", "theirs"),
    [
        (Constant(0.1), lambda m, o: m.ConstantLR(o, factor=1.0)),
        (Step(0.1, every=7, factor=0.5), lambda m, o: m.StepLR(o, 7, 0.5)),
        (Exponential(0.1, factor=0.95), lambda m, o: m.ExponentialLR(o, 0.95)),
        (InverseTime(0.1, decay=0.2), lambda m, o: m.LambdaLR(o, lambda t: 1 / (1 + 0.2 * t))),
        (Cosine(0.1, length=STEPS, lowest=0.01), lambda m, o: m.CosineAnnealingLR(o, STEPS, 0.01)),
        (WarmUp(10, then=0.1, start=0.2), lambda m, o: m.LinearLR(o, 0.2, total_iters=10)),
        (
            WarmUp(10, then=Cosine(0.1, length=40), start=0.2),
            lambda m, o: m.SequentialLR(
                o, [m.LinearLR(o, 0.2, total_iters=10), m.CosineAnnealingLR(o, 40)], milestones=[10]
            ),
        ),
    ],
    ids=["constant", "step", "exponential", "inverse time", "cosine", "warm-up", "warm-up, then cosine"],
)
@pytest.mark.filterwarnings("ignore:The epoch parameter in `scheduler.step:UserWarning")
def test_rates_over_50_steps_are_those_of_pytorch(schedule: Any, theirs: Callable[..., Any]) -> None:
    assert [schedule(t) for t in range(STEPS)] == pytest.approx(torch_rates(theirs), **EXACT)


@pytest.mark.parametrize("settings", [{}, {"cooldown": 4}, {"threshold": 0.1}, {"lowest": 0.02}], ids=str)
def test_reduce_on_plateau_cuts_when_pytorch_does(settings: dict[str, Any]) -> None:
    losses = [1.0 / (1 + t // 4) + 0.3 * math.sin(t) ** 2 for t in range(STEPS)]
    theirs = {"min_lr" if name == "lowest" else name: value for name, value in settings.items()}
    expected = torch_rates(lambda m, o: m.ReduceLROnPlateau(o, factor=0.5, patience=2, **theirs), losses)
    schedule = ReduceOnPlateau(0.1, factor=0.5, patience=2, **settings)
    rates = []
    for t, loss in enumerate(losses):
        rates.append(schedule(t))
        schedule.observe(loss)
    assert rates == pytest.approx(expected, **EXACT)
    assert len(set(rates)) > 2  # the rate was cut at all


def test_reduce_on_plateau_does_not_take_a_nan_for_the_best_loss() -> None:
    schedule = ReduceOnPlateau(0.1, patience=0, factor=0.5)
    for loss in (math.nan, 1.0, 0.9):
        schedule.observe(loss)
    assert schedule(3) == 0.05  # cut once, for the NaN


def test_reduce_on_plateau_counts_improvements_of_negative_losses() -> None:
    schedule = ReduceOnPlateau(0.1, patience=0)
    for loss in (-1.0, -1.1, -1.2):
        schedule.observe(loss)
    assert schedule(3) == 0.1


def test_warm_up_hands_losses_and_state_to_the_schedule_that_follows() -> None:
    schedule = WarmUp(2, then=ReduceOnPlateau(0.1, factor=0.5, patience=0), start=0.5)
    for loss in (1.0, 1.0):
        schedule.observe(loss)
    assert schedule(2) == 0.05
    twin = replace(schedule)
    assert twin(2) == 0.1  # a copy starts anew
    twin.load_state_dict(schedule.state_dict())
    assert twin(2) == 0.05


@each_kind
def test_state_restores_the_course(schedule: Any) -> None:
    original, twin = replace(schedule), replace(schedule)
    for loss in (1.0, 1.0, 1.0, 1.0):
        original.observe(loss)
    twin.load_state_dict(original.state_dict())
    for t in range(10):
        assert twin(t) == original(t)
        original.observe(1.0)
        twin.observe(1.0)


@each_kind
def test_state_of_another_kind_is_refused(schedule: Any) -> None:
    with pytest.raises(ValueError, match=f"the state of a .* schedule holds .* not {['surprise']}".replace("[", r"\[")):
        schedule.load_state_dict({"surprise": 1.0})


@each_kind
def test_configuration_makes_the_same_schedule(schedule: Any) -> None:
    twin = configured("schedule", SCHEDULES, configuration(schedule))
    assert twin == replace(schedule)
    assert repr(twin) == repr(schedule)


@given(st.integers(1, 60), st.floats(1e-4, 1.0), st.floats(0.0, 1.0), st.integers(0, 100))
def test_cosine_falls_from_lr_to_lowest_and_stays(length: int, lr: float, part: Any, time: Any) -> None:
    schedule = Cosine(lr, length=length, lowest=part * lr)
    assert schedule(0) == pytest.approx(lr)
    assert part * lr <= schedule(time + 1) * (1 + 1e-12)
    assert schedule(time + 1) <= schedule(time) * (1 + 1e-12)
    assert schedule(length + time) == pytest.approx(part * lr, abs=1e-15)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Constant(-0.1), "lr is -0.1, but must be a finite number above 0"),
        (lambda: Constant(math.nan), "lr is nan"),
        (lambda: Constant(0.1, per="week"), "per is 'week', but must be one of 'epoch', 'step'"),
        (lambda: Step(0.1, every=0), "every is 0, but must be at least 1"),
        (lambda: Exponential(0.1, factor=1.5), "factor is 1.5, but must be a finite number above 0 and at most 1"),
        (lambda: InverseTime(0.1, decay=-1.0), "decay is -1"),
        (lambda: Cosine(0.1, length=10, lowest=0.2), "lowest is 0.2, but must be .* at most 0.1"),
        (lambda: WarmUp(5, then=0.0), "then is 0"),
        (lambda: WarmUp(5, then=0.1, start=2.0), "start is 2"),
        (lambda: WarmUp(5, then=Constant(0.1, per="step")), "counts each epoch, the schedule after it each step"),
        (lambda: ReduceOnPlateau(0.1, factor=1.0), "factor is 1, but must be .* below 1"),
        (lambda: ReduceOnPlateau(0.1, patience=-1), "patience is -1"),
    ],
)
def test_faulty_settings_are_refused(make: Callable[..., Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_unknown_settings_and_names_are_refused_with_the_nearest_known_ones() -> None:
    with pytest.raises(ValueError, match="setting of Cosine 'lenght' is not known; did you mean 'length'"):
        configured("schedule", SCHEDULES, {"name": "Cosine", "settings": {"lenght": 5}})
    with pytest.raises(ValueError, match="schedule 'Cosinus' is not known; did you mean 'Cosine'"):
        configured("schedule", SCHEDULES, {"name": "Cosinus", "settings": {}})


def test_base_class_asks_for_a_rate() -> None:
    with pytest.raises(TypeError, match="abstract"):
        Schedule()
