"""What micrograd's demo does, in our words, with nothing but the imports changed."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from autograd import Value
from nn import MLP


def test_a_classifier_with_a_margin_and_a_penalty_learns_as_micrograds_demo_has_it() -> None:
    random.seed(1337)  # which repeats the weights
    angles = np.linspace(0.0, np.pi, 20)
    X = np.concatenate([np.c_[np.cos(angles), np.sin(angles)], np.c_[1.0 - np.cos(angles), 0.5 - np.sin(angles)]])
    y = np.repeat([-1, 1], 20)  # of NumPy's integers
    model = MLP(2, [8, 8, 1])
    assert len(model.parameters()) == 105

    def measure() -> tuple[Any, float]:
        scores: list[Any] = [model(list(map(Value, row))) for row in X]
        losses = [(1 + -y_i * score).relu() for y_i, score in zip(y, scores, strict=True)]
        total = sum(losses) * (1.0 / len(losses)) + 1e-4 * sum((p * p for p in model.parameters()), Value(0.0))
        right = [(y_i > 0) == (score.data > 0) for y_i, score in zip(y, scores, strict=True)]
        return total, sum(right) / len(right)

    first, _ = measure()
    for k in range(30):
        total, right = measure()
        model.zero_grad()
        total.backward()
        for p in model.parameters():
            p.data -= (1.0 - 0.9 * k / 30) * p.grad
    assert total.data < 0.5 * first.data
    assert right > 0.8
    random.seed()
