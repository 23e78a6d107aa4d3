"""Settings are checked where they are declared, in their order, and shown where they are not as by default."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Any

import pytest

from nn.data import check_choice, check_count
from nn.optimizers import Adam
from nn.schedules import Cosine, WarmUp
from nn.settings import Settings, setting


@dataclass(repr=False)
class Walk(Settings):
    lr: float = setting(0.5, above=0.0)
    steps: int = setting(10, check_count)
    most: float | None = setting(None, at_least="lr")
    _: KW_ONLY
    per: str = setting("epoch", check_choice, choices=("epoch", "step"))
    note: Any = None


def test_a_setting_is_kept_as_its_check_gives_it() -> None:
    walk = Walk(1, 3, 2)
    assert [type(x) for x in (walk.lr, walk.steps, walk.most)] == [float, int, float]
    assert Walk(note=object).note is object, "a plain field is taken as it is"


def test_a_bound_may_be_another_setting_and_none_may_stay() -> None:
    assert Walk(2.0).most is None
    with pytest.raises(ValueError, match="most is 1, but must be a finite number at least 2"):
        Walk(2.0, most=1.0)
    with pytest.raises(ValueError, match=r"lowest is 0\.2, but must be a finite number at least 0 and at most 0\.1"):
        Cosine(0.1, length=5, lowest=0.2)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"lr": 0, "steps": 0}, ValueError, "lr is 0"),
        ({"steps": 0, "most": "many"}, ValueError, "steps is 0"),
        ({"most": "many"}, TypeError, "most must be a real number, not 'many'"),
        ({"per": "day"}, ValueError, "per is 'day', but must be one of 'epoch', 'step'"),
    ],
    ids=["first", "count", "kind", "word"],
)
def test_the_first_faulty_setting_is_named(settings: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Walk(**settings)


def test_what_is_as_by_default_is_not_shown_but_for_the_learning_rate() -> None:
    assert repr(Walk()) == "Walk(lr=0.5)"
    assert repr(Walk(steps=4, per="step")) == "Walk(lr=0.5, steps=4, per='step')"
    assert repr(Adam(WarmUp(3, 0.1))) == "Adam(lr=WarmUp(length=3, then=Constant(lr=0.1)))"
