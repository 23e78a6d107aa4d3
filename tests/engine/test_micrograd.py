"""micrograd's own two tests, written anew: the same expressions, compared with PyTorch and with micrograd itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from micrograd.engine import Value as MicrogradValue

from autograd import Value
from tests.peers import peer

torch = peer("torch")

Expression = Callable[[Any], Any]


def relu(x: Any) -> Any:
    return x.relu()


def sanity(x: Any) -> Any:
    """Sums and products around a ReLU that is shared by three terms."""
    z = 2 * x + 2 + x
    q = relu(z) + z * x
    h = relu(z * z)
    return h + q + q * x


def more_operations(a: Any, b: Any) -> Any:
    """Every operator, with numbers on both sides, and nodes that are used again and again."""
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + relu(b + a)
    d += 3 * d + relu(b - a)
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    return g


CASES = [(sanity, (-4.0,)), (more_operations, (-4.0, 2.0)), (sanity, (1.5,)), (more_operations, (0.3, -0.7))]


@pytest.mark.parametrize(("f", "numbers"), CASES, ids=[f"{f.__name__}{numbers}" for f, numbers in CASES])
def test_values_and_gradients_agree_with_torch_and_with_micrograd(
    f: Callable[..., Any], numbers: tuple[float, ...]
) -> None:
    ours = [Value(x) for x in numbers]
    micrograds = [MicrogradValue(x) for x in numbers]
    tensors = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in numbers]
    results = [f(*ours), f(*micrograds), f(*tensors)]
    for result in results:
        result.backward()
    # Two dozen operations, each rounded in its own order; no sum in them cancels by more than a digit.
    assert results[0].data == pytest.approx(results[1].data, rel=1e-13)
    assert results[0].data == pytest.approx(results[2].item(), rel=1e-13)
    for mine, theirs, tensor in zip(ours, micrograds, tensors, strict=True):
        assert mine.grad == pytest.approx(theirs.grad, rel=1e-13)
        assert mine.grad == pytest.approx(tensor.grad.item(), rel=1e-13)


def test_the_numbers_that_micrograds_readme_prints() -> None:
    a, b = Value(-4.0), Value(2.0)
    g = more_operations(a, b)
    g.backward()
    assert f"{g:.4f} {a.grad:.4f} {b.grad:.4f}" == "24.7041 138.8338 645.5773"
