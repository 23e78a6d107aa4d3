"""How much a test tries: in proportion to hypothesis's profile, of which 100 examples are the usual number."""

import random
from collections.abc import Sequence
from typing import TypeVar

from hypothesis import settings

T = TypeVar("T")


def examples(usual: int) -> int:
    """The usual number of examples, in the proportion in which the profile of the run departs from 100."""
    return max(1, usual * settings.default.max_examples // 100)


def share(cases: Sequence[T]) -> Sequence[T]:
    """All the cases or, where the profile tries fewer than 100 examples, a sample, which is always the same."""
    few = examples(len(cases))
    return cases if few >= len(cases) else random.Random(0).sample(cases, few)
