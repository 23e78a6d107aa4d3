"""Outputs on the border between two classes: which class they are, in every function that decides."""

from __future__ import annotations

import numpy as np
import pytest

from nn.metrics import decided, labels

BELOW, ABOVE = np.nextafter(0.5, 0.0), np.nextafter(0.5, 1.0)
TINY = np.nextafter(0.0, 1.0)


def test_a_probability_of_one_half_is_class_1_everywhere() -> None:
    """The notes, 5.3: the neuron activates from 0.5 on."""
    outputs = np.array([BELOW, 0.5, ABOVE])
    assert labels(outputs).tolist() == labels(outputs[:, None]).tolist() == [0, 1, 1]
    assert decided(np.array([[0.0], [1.0], [1.0]]), outputs)[1].tolist() == [0.0, 1.0, 1.0]
    several = decided(np.array([[0.0, 1.0], [1.0, 1.0], [0.0, 0.0]]), np.column_stack([outputs, outputs[::-1]]))[1]
    assert several.tolist() == [[0.0, 1.0], [1.0, 1.0], [1.0, 0.0]]


def test_a_score_of_0_is_class_1_where_the_classes_are_minus_1_and_1() -> None:
    right, given = decided(np.array([[-1.0], [1.0], [1.0], [1.0]]), np.array([-TINY, -0.0, 0.0, TINY]))
    assert right.tolist() == [-1.0, 1.0, 1.0, 1.0]
    assert given.tolist() == [-1.0, 1.0, 1.0, 1.0]


@pytest.mark.parametrize("outputs", [[1.0, 1.0, 1.0], [0.0, 2.0, 2.0], [2.0, 1.0, 2.0]])
def test_of_equal_outputs_the_first_one_is_the_class(outputs: list[float]) -> None:
    first = outputs.index(max(outputs))
    assert labels([outputs]).tolist() == [first]
    assert decided(np.eye(3)[[1]], np.array([outputs]))[1].tolist() == [first]


@pytest.mark.parametrize("threshold", [-0.5, 0.0, 0.25, 1.0])
def test_a_threshold_belongs_to_class_1(threshold: float) -> None:
    below, above = np.nextafter(threshold, -2.0), np.nextafter(threshold, 2.0)
    assert labels([below, threshold, above], threshold).tolist() == [0, 1, 1]
