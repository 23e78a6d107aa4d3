"""What plots over a plane show: heights and paths of a landscape, the regions of a classifier. Oracles are NumPy's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from autograd import Value
from nn import MLP, SGD, Module, Neuron, Perceptron, fit, measure, plots
from nn.layers import Layer
from nn.plots import style
from nn.plots.plane import plane_of
from tests.nn.plots.drawn import colour_at, data, plt

RNG = np.random.default_rng(7)
X1 = RNG.uniform(-1.0, 1.0, 30)
Y1 = 2.0 * X1 + 1.0 + RNG.normal(0.0, 0.3, 30)
X2 = RNG.uniform(-1.0, 1.0, (100, 2))
POINTS = np.stack(np.meshgrid(np.linspace(-3.0, 3.0, 13), np.linspace(-2.0, 4.0, 13)), axis=-1).reshape(-1, 2)


@pytest.fixture(autouse=True)
def _closed_figures() -> Iterator[None]:
    yield
    plt.close("all")


def line(w: float = 0.0, b: float = 0.0) -> Neuron:
    return Neuron(1, weights=[w], bias=b)


def mean_squared_error(w: Any, b: Any) -> Any:
    return np.mean((np.multiply.outer(w, X1) + np.expand_dims(b, -1) - Y1) ** 2, axis=-1)


# --- the landscape ---------------------------------------------------------------------------------------------


def test_heights_are_the_loss_computed_by_numpy() -> None:
    heights = plane_of(line(), X1, Y1, None, None).heights(POINTS)
    np.testing.assert_allclose(heights, mean_squared_error(*POINTS.T), rtol=1e-12)


def test_contours_run_where_the_loss_has_their_level() -> None:
    ax = plots.loss_landscape(line(), X1, Y1, span=((-3.0, 3.0), (-2.0, 4.0)))
    lines = ax.collections[1]
    for level, path in zip(lines.levels[1:-1], lines.get_paths()[1:-1], strict=True):
        assert len(path.vertices) > 10
        # Between two points of the grid, 0.1 apart, a contour is a chord: off by (0.1² / 8) times the second
        # derivative, 2, in each direction.
        np.testing.assert_allclose(mean_squared_error(*path.vertices.T), level, rtol=0, atol=0.005)


def test_directions_start_at_the_present_parameters() -> None:
    model = line(1.0, -1.0)
    heights = plane_of(model, X1, Y1, None, [[1.0, 1.0], [0.0, 2.0]]).heights(POINTS)
    a, b = POINTS.T
    np.testing.assert_allclose(heights, mean_squared_error(1.0 + a, -1.0 + a + 2.0 * b), rtol=1e-12)


def test_two_named_parameters_vary_and_the_others_stay() -> None:
    model = MLP.from_layers([Layer(1, 1, "tanh", weights=[[0.5]], biases=[0.2]), Layer(1, 1, weights=[[3.0]])])
    v, c = (name for name in model.state_dict() if name.startswith("layers.1"))
    ax = plots.loss_landscape(model, X1, Y1, along=[c, v], resolution=3)
    assert (ax.get_xlabel(), ax.get_ylabel()) == (c, v)
    heights = plane_of(model, X1, Y1, "mae", [c, v]).heights(POINTS)
    expected = [np.mean(np.abs(b * np.tanh(0.5 * X1 + 0.2) + a - Y1)) for a, b in POINTS]
    np.testing.assert_allclose(heights, expected, rtol=1e-12)


class Counting(MLP):
    """Counts how often the network is run for one example."""

    calls = 0

    def forward(self, x: Any) -> Any:
        Counting.calls += 1
        return super().forward(x)


@pytest.mark.parametrize(
    ("draw", "most"),
    [
        # some points are computed eagerly too, over all 100 examples: a hundredth of the 61² points
        (lambda m, y: plots.loss_landscape(m, X2, y, along=np.eye(len(m.parameters()))[:2]), 1_500),
        (lambda m, y: plots.decision_boundary(m, X2, y), 200),
    ],
    ids=["loss_landscape", "decision_boundary"],
)
def test_network_is_evaluated_by_a_compiled_program(draw: Callable[..., Any], most: int) -> None:
    model = Counting(2, [16, 16, 1], activation="tanh", seed=0)
    Counting.calls = 0
    draw(model, (X2.sum(axis=1) > 0).astype(float))
    assert 0 < Counting.calls < most


class BranchingOnData(Module):
    """A hand-written leaky ReLU, which no single recording holds."""

    n_inputs = 1

    def __init__(self) -> None:
        self.w, self.b = Value(1.0), Value(0.0)

    def __call__(self, x: Any) -> Any:
        z = self.w * x[0] + self.b
        return z if z.data > 0.0 else 0.1 * z


class BranchingOnParameter(BranchingOnData):
    """All examples take the same branch at the present parameters."""

    def __call__(self, x: Any) -> Any:
        z = self.w * x[0] + self.b
        return z if self.w.data > 0.5 else 0.1 * z


@pytest.mark.parametrize(
    ("model", "of_z"),
    [
        (BranchingOnData(), lambda z, w: np.where(z > 0.0, z, 0.1 * z)),
        (BranchingOnParameter(), lambda z, w: np.where(w > 0.5, z, 0.1 * z)),
    ],
    ids=["on data", "on a parameter"],
)
def test_model_that_cannot_be_compiled_has_the_right_heights_too(
    model: BranchingOnData | BranchingOnParameter, of_z: Callable[..., Any]
) -> None:
    heights = plane_of(model, X1, Y1, None, None).heights(POINTS)
    expected = [np.mean((of_z(w * X1 + b, w) - Y1) ** 2) for w, b in POINTS]
    np.testing.assert_allclose(heights, expected, rtol=1e-12)


def test_path_shows_every_step_of_a_descent() -> None:
    descent = measure.descend(lambda a, b: a * a + 4.0 * b * b, [2.0, 1.0], 0.1, steps=12)
    ax = plots.loss_landscape(lambda a, b: a * a + 4.0 * b * b, path=descent, resolution=5)
    steps = np.arange(13)
    np.testing.assert_allclose(data(ax, "descent"), [2.0 * 0.8**steps, 0.2**steps], rtol=1e-12)
    assert np.ravel(data(ax, "start")).tolist() == [2.0, 1.0]
    np.testing.assert_allclose(np.ravel(data(ax, "end")), [2.0 * 0.8**12, 0.2**12], rtol=1e-12)
    assert [text.get_text() for text in ax.texts] == ["start", "end"]


def test_path_of_a_training_is_that_of_the_delta_rule_by_numpy() -> None:
    model = line(-1.0, 3.0)
    path = [model.state_dict()]
    fit(model, X1, Y1, optimizer=SGD(0.1), epochs=5, callbacks=[lambda r: path.append(r.model.state_dict())])
    expected = [np.array([-1.0, 3.0])]
    for _ in range(5):
        w, b = expected[-1]
        error = w * X1 + b - Y1
        expected.append(expected[-1] - 0.1 * 2.0 * np.array([np.mean(error * X1), np.mean(error)]))
    ax = plots.loss_landscape(model, X1, Y1, path=path)
    np.testing.assert_allclose(np.transpose(data(ax, "descent")), expected, rtol=1e-10)
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    assert all(left < w < right and low < b < high for w, b in expected)


def test_path_is_projected_on_the_directions() -> None:
    """From (1, 2), the point (1, 2) + 3 (1, 1) + 4 (0, 1) = (4, 9) lies at (3, 4)."""
    model = line(1.0, 2.0)
    path = [{"w1": 1.0, "b": 2.0}, {"w1": 4.0, "b": 9.0}]
    ax = plots.loss_landscape(model, X1, Y1, along=[[1.0, 1.0], [0.0, 1.0]], path=path, resolution=5)
    np.testing.assert_allclose(np.transpose(data(ax, "descent")), [[0.0, 0.0], [3.0, 4.0]], atol=1e-12)


def test_model_keeps_its_parameters() -> None:
    model = MLP(2, [3, 1], seed=0)
    before = model.state_dict()
    plots.loss_landscape(model, X2, X2[:, 0], along=RNG.normal(size=(2, len(before))), resolution=5)
    plots.decision_boundary(model, X2, X2[:, 0] > 0, resolution=5)
    assert model.state_dict() == before


def test_model_keeps_its_parameters_when_it_fails_on_the_way() -> None:
    class Fragile(BranchingOnData):
        def __call__(self, x: Any) -> Any:
            if self.w.data < 0.0:
                raise RuntimeError("negative weight")
            return self.w * x[0] + self.b

    model = Fragile()
    with pytest.raises(RuntimeError, match="negative weight"):
        plots.loss_landscape(model, X1, Y1)
    assert model.state_dict() == {"w": 1.0, "b": 0.0}


def test_landscape_has_a_hole_where_the_function_has_no_value() -> None:
    ax = plots.loss_landscape(lambda a, b: a.log() + b * b, span=(-1.0, 1.0))
    hole, ground = colour_at(ax, [(-0.5, 0.0), (0.5, 0.0)])
    assert hole.tolist() == [255, 255, 255]
    assert ground.tolist() != [255, 255, 255]


def test_flat_landscape_is_drawn() -> None:
    ax = plots.loss_landscape(lambda a, b: 0.0 * a + 3.0, resolution=5)
    assert len({tuple(colour) for colour in colour_at(ax, [(-1.0, 0.0), (1.0, 0.5)])}) == 1


# --- the decision boundary ---------------------------------------------------------------------------------------


def regions(ax: Any) -> tuple[Any, ...]:
    """The class of the region at each of many points, from the colours of the picture; -1 on lines and examples."""
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    points = np.random.default_rng(1).uniform((left, low), (right, high), (600, 2))
    colours = colour_at(ax, points)
    pale = [255 + 0.22 * (255 * np.array(plt.matplotlib.colors.to_rgb(c)) - 255) for c in style.COLOURS]
    distance = np.abs(colours[:, None] - np.array(pale)).max(axis=2)
    return points, np.where(distance.min(axis=1) < 3, distance.argmin(axis=1), -1)


def check_regions(ax: Any, decide: Callable[..., Any]) -> None:
    points, shown = regions(ax)
    right = decide(points)
    assert (shown >= 0).mean() > 0.8
    # A point closer to the boundary than a picture can show may be on either side of it.
    assert np.mean((shown != right)[shown >= 0]) < 0.01
    assert set(shown[shown >= 0]) == set(right)


def test_regions_of_a_network_are_its_predictions() -> None:
    y = (X2[:, 0] * X2[:, 1] > 0).astype(float)
    model = MLP(2, [8, 1], seed=0)
    fit(model, X2, y, optimizer=SGD(0.3), epochs=300)
    check_regions(plots.decision_boundary(model, X2, y), lambda points: model.predict(points) >= 0.5)


def test_regions_for_targets_of_both_signs_part_at_0() -> None:
    model = Neuron(2, "tanh", weights=[1.0, -2.0], bias=0.3)
    y = np.where(X2[:, 0] > 0, 1, -1)
    check_regions(plots.decision_boundary(model, X2, y), lambda p: p[:, 0] - 2.0 * p[:, 1] + 0.3 >= 0.0)


@pytest.mark.parametrize("one_hot", [False, True])
def test_regions_of_several_classes_are_those_of_the_largest_output(one_hot: bool) -> None:
    W, b = np.array([[2.0, 0.0], [-1.0, 2.0], [-1.0, -2.0]]), np.array([0.1, 0.0, -0.2])
    model = Layer(2, 3, "softmax", weights=W, biases=b)
    y = (X2 @ W.T).argmax(axis=1)
    ax = plots.decision_boundary(model, X2, np.eye(3)[y] if one_hot else y)
    check_regions(ax, lambda points: (points @ W.T + b).argmax(axis=1))


def test_perceptron_of_the_lecture_and_the_wrong_example_is_crossed() -> None:
    corners, conjunction = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1]
    model = Perceptron(2, weights=[1.0, 2.0], threshold=1.5)  # says 1 for (0, 1) as well
    ax = plots.decision_boundary(model, corners, conjunction)
    check_regions(ax, lambda p: p[:, 0] + 2.0 * p[:, 1] >= 1.5)
    assert np.ravel(data(ax, "wrong: 1")).tolist() == [0.0, 1.0]
    assert np.transpose(data(ax, "class 1")).tolist() == [[1.0, 1.0]]


@pytest.mark.parametrize(
    "decide",
    [
        lambda x: float(float(x[0]) ** 2 + float(x[1]) ** 2 >= 0.5),  # a number, whatever it is given
        lambda x: 0.0 * x[0] + (1.0 if x[0] * x[0] + x[1] * x[1] >= 0.5 else 0.0),  # one of two graphs
    ],
    ids=["a number", "a branch"],
)
def test_function_that_cannot_be_compiled_is_drawn_too(decide: Callable[..., Any]) -> None:
    y = (np.square(X2).sum(axis=1) >= 0.5).astype(float)
    check_regions(plots.decision_boundary(decide, X2, y), lambda p: np.square(p).sum(axis=1) >= 0.5)


# --- errors --------------------------------------------------------------------------------------------------------

DEEP = MLP(2, [2, 1], seed=0)
SQUARES = ([[0.0, 0.0], [1.0, 1.0]], [0.0, 1.0])


@pytest.mark.parametrize(
    ("draw", "error", "message"),
    [
        (lambda: plots.loss_landscape(3), TypeError, r"not 3 \(int\)"),
        (lambda: plots.loss_landscape(DEEP), TypeError, r"write loss_landscape\(model, X, y\)"),
        (lambda: plots.loss_landscape(lambda a, b: a, *SQUARES), TypeError, "X is given, but belongs to a model"),
        (lambda: plots.loss_landscape(DEEP, *SQUARES), ValueError, "along must say over what"),
        (lambda: plots.loss_landscape(line(), X1, Y1, along=["w1", "bb"]), ValueError, "'bb'.*'b'"),
        (lambda: plots.loss_landscape(line(), X1, Y1, along="w1"), ValueError, "two names of parameters"),
        (lambda: plots.loss_landscape(line(), X1, Y1, along=[[1, 2], [2, 4]]), ValueError, "parallel"),
        (lambda: plots.loss_landscape(line(), X1, Y1, along=[[1], [2]]), ValueError, "have 1 numbers, but .* has 2"),
        (lambda: plots.loss_landscape(line(), X1, Y1, path=[{"w1": 1.0}]), ValueError, r"path\[0\] lacks .*'b'"),
        (lambda: plots.loss_landscape(line(), X1, Y1, path=[3]), ValueError, r"path\[0\] is 3, but must be a point"),
        (lambda: plots.loss_landscape(line(), X1, Y1, span=(1, -1)), ValueError, r"span is \(1, -1\)"),
        (lambda: plots.loss_landscape(line(), X1, Y1, resolution=1), ValueError, "at least 2"),
        (lambda: plots.loss_landscape(lambda a, b: (a - 9).log()), ValueError, "no finite value.*another span"),
        (lambda: plots.decision_boundary(MLP(3, [1]), *SQUARES), ValueError, "3 inputs, but a plane has two"),
        (lambda: plots.decision_boundary(DEEP, SQUARES[0], [0, 2]), ValueError, "must hold 0 and 1, or -1 and 1"),
        (lambda: plots.decision_boundary(Layer(2, 2), SQUARES[0], [1, 2]), ValueError, "class numbers from 0 to 1"),
    ],
)
def test_errors_say_what_to_write_and_leave_no_figure(
    draw: Callable[..., Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        draw()
    assert plt.get_fignums() == []
