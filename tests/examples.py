"""How many examples a property-based test tries."""

from hypothesis import settings


def examples(usual: int) -> int:
    """The usual number, in the proportion in which the profile of the run departs from hypothesis's own 100."""
    return max(1, usual * settings.default.max_examples // 100)
