"""What the measurements say, against numbers found another way."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from autograd import Value
from autograd.functions import exp
from nn.layers import MLP, Layer
from nn.measure import DeadUnits, dead_relus, descend, gradient_sizes


def test_gradient_size_is_the_root_mean_square_of_the_layers_gradient() -> None:
    model = MLP.from_layers([Layer(1, 1, weights=[[2.0]]), Layer(1, 1, weights=[[3.0]])])
    sizes = gradient_sizes(model, [[1.0]], [4.0], "half_squared_error")
    # y = 3 (2 x + 0) + 0 = 6, dL/dy = 2: dL/dw2 = 2*2, dL/db2 = 2, dL/dw1 = 2*3*1, dL/db1 = 2*3
    assert [size.size for size in sizes] == pytest.approx([6.0, math.sqrt((16 + 4) / 2)], rel=1e-15)
    assert str(sizes[0]) == "layer 1 (linear): 6"


def test_gradient_sizes_take_the_loss_of_the_model_and_start_from_zero() -> None:
    model = MLP.for_task("multiclass", 2, [3, 2])
    X, y = [[0.0, 1.0], [1.0, 0.0]], [0, 1]
    once = gradient_sizes(model, X, y)
    assert gradient_sizes(model, X, y) == once == gradient_sizes(model, X, y, model.loss)


def test_dead_relus_are_those_that_no_example_activates() -> None:
    # z = x, -x - 1, -x: the first is active for both examples, the second for none, the third at 0 alone, where the
    # slope is 1
    layer = Layer(1, 3, "relu", weights=[[1.0], [-1.0], [-1.0]], biases=[0.0, -1.0, 0.0])
    model = MLP.from_layers([layer, Layer(3, 1)])
    assert dead_relus(model, [[0.0], [2.0]]) == [DeadUnits(1, (1,), 3)]
    assert dead_relus(model, [[1.0], [2.0]]) == [DeadUnits(1, (1, 2), 3)]


def test_dead_relus_of_deeper_layers_are_found_from_what_reaches_them() -> None:
    layers = [
        Layer(1, 1, "relu", weights=[[1.0]], biases=[-5.0]),  # 0 for x below 5
        Layer(1, 1, "relu", weights=[[1.0]], biases=[-1.0]),  # then below 0
    ]
    model = MLP.from_layers(layers)
    assert [len(units.dead) for units in dead_relus(model, [[1.0]])] == [1, 1]
    assert [len(units.dead) for units in dead_relus(model, [[1.0], [7.0]])] == [0, 0]


def test_other_activations_have_no_dead_units() -> None:
    assert dead_relus(MLP(1, [3, 1], activation="leaky_relu"), [[1.0]]) == []


def parabola(x: Any) -> Any:
    return x * x


@pytest.mark.parametrize(
    ("rate", "steps", "verdict"),
    [
        (1e-4, 50, "too slow after 50 steps"),
        (0.5, 50, "converged after 2 steps"),
        (1.0, 50, "too slow after 50 steps"),  # from side to side, for ever
        (1.01, 50, "diverged after 50 steps"),
        (1e200, 50, "diverged after 1 steps"),
        (1e160, 1, "diverged after 1 steps"),
    ],
)
def test_descent_on_a_parabola_ends_as_its_learning_rate_decides(rate: float, steps: int, verdict: str) -> None:
    assert descend(parabola, [1.0], rate, steps=steps).verdict == verdict


def test_points_of_a_descent_follow_the_closed_form() -> None:
    """On x^2 each step multiplies x by 1 - 2 eta."""
    descent = descend(parabola, [1.0], 0.1, steps=20)
    points = [x for (x,) in descent.points]
    np.testing.assert_allclose(points, 0.8 ** np.arange(21), rtol=1e-14)
    np.testing.assert_allclose(descent.values, np.array(points) ** 2, rtol=1e-14)


def test_descent_takes_several_numbers() -> None:
    descent = descend(lambda a, b: (a - 1.0) ** 2 + (b + 2.0) ** 2, [0.0, 0.0], 0.25, steps=200)
    np.testing.assert_allclose(descent.points[-1], [1.0, -2.0], atol=1e-8)
    assert str(descent).startswith("learning rate 0.25: converged after")


def test_descent_has_converged_once_no_number_moves_any_more_and_not_before() -> None:
    at_the_minimum = descend(parabola, [0.0], 0.1, tolerance=0.0)
    assert (at_the_minimum.verdict, at_the_minimum.points) == ("converged after 1 steps", [(0.0,), (0.0,)])
    one_of_two = descend(lambda a, b: a * a + (b - 1.0) ** 2, [0.0, 0.0], 0.1, steps=3)
    assert one_of_two.verdict == "too slow after 3 steps"  # a is there, b is not
    assert len(one_of_two.points) == 4


def test_descent_stops_where_the_value_is_no_longer_finite() -> None:
    descent = descend(lambda x: exp(x * x), [3.0], 1.0)
    assert descent.verdict == "diverged after 1 steps"
    assert descent.values[-1] == math.inf
    assert len(descent.points) == len(descent.values)


@pytest.mark.parametrize(
    ("rate", "start", "steps", "message"),
    [(-0.1, 1.0, 5, "learning_rate is -0.1"), (0.1, math.nan, 5, r"start\[0\] is nan"), (0.1, 1.0, 0, "steps is 0")],
)
def test_faulty_settings_are_refused(rate: float, start: Any, steps: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        descend(parabola, [start], rate, steps=steps)


def test_descent_on_a_function_with_parameters_of_its_own_is_in_plain_numbers() -> None:
    a = Value(2.0)
    course = descend(lambda x: a * x * x, [1.0], 0.1, steps=3)
    assert {type(x) for x in (*course.values, *[x for point in course.points for x in point])} == {float}
    assert course.points[1] == pytest.approx((1.0 - 0.1 * 4.0,))
