"""`show` of graphs larger than a browser can hold."""

from __future__ import annotations

import pytest

from autograd import Value, functions, show
from autograd.stepper.graph import MAX_NODES


def chain(n: int) -> Value:
    """A graph of n nodes."""
    y = Value(0.5)
    for _ in range(n - 1):
        y = y.sin()
    return y


def test_a_graph_that_no_browser_can_hold_is_refused_with_what_to_write() -> None:
    with pytest.raises(ValueError, match=r"1,000 nodes at most.*this graph has 6,000.*draw\(root\) folds"):
        show(chain(6000))


@pytest.mark.slow
def test_the_largest_graph_that_is_shown_makes_a_page_that_a_browser_holds() -> None:
    losses = [functions.tanh(Value(0.1 * i) * Value(0.2)) for i in range(200)]
    root = functions.fsum(losses)  # 4 nodes an example and the sum
    page = str(show(root)._repr_html_())
    assert MAX_NODES > 4 * 200
    assert len(page) < 30e6
