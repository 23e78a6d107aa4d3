"""What plots of curves and of trainings show, read from the Axes, against closed forms and numbers found by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from nn import MLP, SGD, fit, losses, measure, plots
from nn.activations import LeakyReLU
from nn.history import History
from tests.nn.plots.drawn import data, dots, plt


@pytest.fixture(autouse=True)
def _closed_figures() -> Iterator[None]:
    yield
    plt.close("all")


def logistic(z: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-z))


# --- activations -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "f", "slope"),
    [
        ("tanh", np.tanh, lambda z: 1.0 / np.cosh(z) ** 2),
        ("sigmoid", logistic, lambda z: logistic(z) * logistic(-z)),
        ("swish", lambda z: z * logistic(z), lambda z: logistic(z) * (1.0 + z * logistic(-z))),
        ("elu", lambda z: np.where(z > 0, z, np.expm1(z)), lambda z: np.where(z > 0, 1.0, np.exp(z))),
        ("linear", lambda z: z, np.ones_like),
    ],
)
def test_activation_and_its_derivative_are_the_closed_forms(name: str, f: Any, slope: Any) -> None:
    ax = plots.activation(name, z=(-3.0, 2.0))
    for label, expected in (("φ(z)", f), ("φ′(z)", slope)):
        z, y = data(ax, label)
        assert (z[0], z[-1]) == (-3.0, 2.0)
        assert len(z) > 200
        np.testing.assert_allclose(y, expected(z), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(
    ("function", "taken", "approached"),
    [
        ("step", (0.0, 1.0), (0.0, 0.0)),  # the function jumps, its derivative is 0 on both sides
        ("relu", (0.0, 1.0), (0.0, 0.0)),  # the derivative jumps; at 0 it is 1
        (LeakyReLU(alpha=0.2), (0.0, 1.0), (0.0, 0.2)),
    ],
    ids=["step", "relu", "leaky_relu"],
)
@pytest.mark.parametrize("z", [(-5.0, 5.0), (-1.0, 2.5)], ids=["symmetric", "0 between the points"])
def test_a_jump_has_a_full_dot_at_the_value_it_takes(
    function: LeakyReLU | str, taken: tuple[Any, ...], approached: tuple[Any, ...], z: tuple[Any, ...]
) -> None:
    ax = plots.activation(function, z)
    assert dots(ax, full=True) == [taken]
    assert dots(ax, full=False) == [pytest.approx(approached, abs=1e-9)]


def test_no_line_is_drawn_across_a_jump() -> None:
    z, y = data(plots.activation("step", z=(-1.0, 2.5)), "φ(z)")
    assert np.isnan(y[np.flatnonzero(np.diff(z) == 0.0)[0] + 1])
    assert set(y[~np.isnan(y)]) == {0.0, 1.0}


def test_gallery_has_a_panel_for_each_activation_of_the_lecture() -> None:
    titles = [panel.get_title() for panel in plots.activations()]
    assert titles == [
        *("Step", "Linear", "Sigmoid", "Tanh", "ReLU", "Leaky ReLU, α = 0.01", "PReLU, α = 0.25", "ELU, α = 1", "Swish")
    ]


def test_gallery_leaves_no_empty_panel() -> None:
    panels = plots.activations(["relu", "elu", "tanh", "swish"])
    assert panels[0].figure.axes == panels
    assert [panel.get_xlabel() for panel in panels] == ["", "z", "z", "z"]


def test_function_of_your_own_is_drawn_under_its_name() -> None:
    def mish(z: Any) -> Any:
        return z * z.softplus().tanh()

    ax = plots.activation(mish)
    z, y = data(ax, "φ(z)")
    np.testing.assert_allclose(y, z * np.tanh(np.log1p(np.exp(z))), rtol=1e-12, atol=1e-15)
    assert ax.get_title() == "Mish"


# --- losses ----------------------------------------------------------------------------------------------------


def test_shares_of_the_outlier_are_those_found_by_hand() -> None:
    """Errors 1, -1 and 4. MSE: 16 of 18. MAE: 4 of 6. Huber: 4 - 1/2 of 1/2 + 1/2 + 7/2."""
    ax = plots.losses(points=[1.0, -1.0, 4.0])
    named = [text.get_text() for text in ax.get_legend().get_texts()]
    assert named == ["MSE: 89%", "MAE: 67%", "Huber, δ = 1: 78%"]
    assert "outlier" in ax.get_legend().get_title().get_text()


def test_losses_are_the_closed_forms_around_the_target() -> None:
    ax = plots.losses(["mse", "mae", losses.huber(2.0)], points=[], target=1.0, span=(-4.0, 5.0))
    for label, expected in {
        "MSE": np.square,
        "MAE": np.abs,
        "Huber, δ = 2": lambda e: np.where(np.abs(e) <= 2.0, e * e / 2.0, 2.0 * (np.abs(e) - 1.0)),
    }.items():
        prediction, loss = data(ax, label)
        np.testing.assert_allclose(loss, expected(prediction - 1.0), rtol=1e-12, atol=1e-15)


def test_pull_of_an_example_grows_with_the_error_for_the_squared_one_alone() -> None:
    ax = plots.losses(["mse", losses.huber(1.0)], derivative=True)
    error, pull = data(ax, "MSE")
    np.testing.assert_allclose(pull, 2.0 * error, rtol=1e-12, atol=1e-15)
    error, pull = data(ax, "Huber, δ = 1")
    np.testing.assert_allclose(pull, np.clip(error, -1.0, 1.0), rtol=1e-12, atol=1e-15)


def test_tiny_losses_fill_their_plot() -> None:
    ax = plots.losses(["mse"], points=[0.01, -0.02])
    low, high = ax.get_ylim()
    assert high - low < 0.001


# --- trainings -------------------------------------------------------------------------------------------------


def trained(**settings: Any) -> Any:
    X = np.linspace(-1.0, 1.0, 20)
    return fit(MLP(1, [3, 1], seed=1), X, X**2, optimizer=SGD(0.2), epochs=12, **settings)


def test_learning_curves_are_the_columns_of_the_history() -> None:
    history = trained(validation=0.3, seed=0)
    ax = plots.learning_curves(history)
    best = int(np.argmin(history["val_loss"])) + 1
    for label, column in (("training loss", "loss"), (f"validation loss (best in epoch {best})", "val_loss")):
        epochs, numbers = data(ax, label)
        assert epochs.tolist() == list(range(1, 13))
        assert numbers.tolist() == history[column]
    assert dots(ax, full=True) == [(best, min(history["val_loss"]))]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "loss")


def test_histories_are_compared_under_their_names() -> None:
    slow, fast = trained(), trained(metrics=["r2"])
    ax = plots.learning_curves({"slow": slow, "fast": fast}, log=True)
    assert data(ax, "slow")[1].tolist() == slow["loss"]
    assert data(ax, "fast")[1].tolist() == fast["loss"]
    assert ax.get_yscale() == "log"
    ax = plots.learning_curves(fast, ["loss", "r2"])
    assert data(ax, "r2")[1].tolist() == fast["r2"]


def test_gradient_sizes_are_those_of_measure() -> None:
    models = {name: MLP(1, [4, 4, 4, 1], activation=name, seed=0) for name in ("sigmoid", "relu")}
    X, y = [[0.5], [1.0]], [0.0, 1.0]
    ax = plots.gradient_sizes(models, X, y)
    for name, model in models.items():
        layers, sizes = data(ax, name)
        assert layers.tolist() == [1, 2, 3, 4]
        assert sizes.tolist() == [layer.size for layer in measure.gradient_sizes(model, X, y)]
    assert ax.get_yscale() == "log"


def test_gradient_of_size_0_is_drawn_on_a_linear_axis() -> None:
    assert plots.gradient_sizes(MLP(1, [2, 1], activation="step", seed=0), [[0.5]], [0.0]).get_yscale() == "linear"


# --- what all plots share --------------------------------------------------------------------------------------

HISTORY = History()
HISTORY.rows += [{"epoch": 1, "loss": 0.5}, {"epoch": 2, "loss": 0.0}]
NETWORK = MLP(2, [2, 1], seed=0)
PLANE = ([[0.0, 0.0], [1.0, 1.0]], [0, 1])
ALL = {
    "activation": lambda **ax: plots.activation("tanh", **ax),
    "losses": lambda **ax: plots.losses(**ax),
    "loss_landscape": lambda **ax: plots.loss_landscape(lambda a, b: a * a + b, resolution=5, **ax),
    "decision_boundary": lambda **ax: plots.decision_boundary(NETWORK, *PLANE, resolution=5, **ax),
    "learning_curves": lambda **ax: plots.learning_curves(HISTORY, **ax),
    "gradient_sizes": lambda **ax: plots.gradient_sizes(NETWORK, *PLANE, **ax),
}


@pytest.mark.parametrize("draw", ALL.values(), ids=ALL)
def test_axes_given_are_drawn_on_and_returned(draw: Callable[..., Any]) -> None:
    figure, (ours, other) = plt.subplots(1, 2)
    assert draw(ax=ours) is ours
    assert ours.has_data()
    assert not other.has_data()
    assert plt.get_fignums() == [figure.number]


@pytest.mark.parametrize("draw", ALL.values(), ids=ALL)
def test_new_figure_has_no_background_and_text_that_reads_on_white_and_black(draw: Callable[..., Any]) -> None:
    ax = draw()
    assert ax.figure.patch.get_alpha() == ax.patch.get_alpha() == 0.0
    texts = [ax.xaxis.label, *ax.get_xticklabels(), *(ax.get_legend().get_texts() if ax.get_legend() else [])]
    for text in texts:
        grey = plt.matplotlib.colors.to_rgb(text.get_color())[0]
        luminance = ((grey + 0.055) / 1.055) ** 2.4
        assert 1.05 / (luminance + 0.05) > 3.8
        assert (luminance + 0.05) / (0.0056 + 0.05) > 3.8  # the luminance of #111111


@pytest.mark.parametrize("draw", ALL.values(), ids=ALL)
def test_chosen_style_keeps_its_colours(draw: Callable[..., Any]) -> None:
    with plt.style.context("dark_background"):
        ax = draw()
        assert ax.xaxis.label.get_color() == "white"
        assert ax.figure.patch.get_alpha() != 0.0


@pytest.mark.parametrize("draw", ALL.values(), ids=ALL)
def test_anything_but_one_axes_is_refused_with_what_to_write(draw: Callable[..., Any]) -> None:
    _, axes = plt.subplots(1, 2)
    with pytest.raises(TypeError, match=r"ax=axes\[0\]"):
        draw(ax=axes)
    with pytest.raises(TypeError, match=r"_, ax = plt.subplots\(\)"):
        draw(ax=3)


def test_gallery_takes_axes_and_wants_one_a_function() -> None:
    _, axes = plt.subplots(2, 2)
    assert plots.activations(["relu", "elu"], ax=axes) == [*axes[0]]
    with pytest.raises(ValueError, match="holds 1 Axes for 2 functions"):
        plots.activations(["relu", "elu"], ax=axes[0, :1])


@pytest.mark.parametrize(
    ("draw", "error", "message"),
    [
        (lambda: plots.activation("softmax"), ValueError, "depends on all z of a layer.*softmax"),
        (lambda: plots.activation("tanh", z=(1, -1)), ValueError, r"z is \(1, -1\), but the smaller end"),
        (lambda: plots.activation("tanh", z=5), ValueError, "two ends of an axis"),
        (lambda: plots.activations("relu"), TypeError, r"\['relu'\]"),
        (lambda: plots.activations([]), ValueError, "functions is empty"),
        (lambda: plots.losses("mse"), TypeError, r"\['mse'\]"),
        (lambda: plots.losses([]), ValueError, "functions is empty"),
        (lambda: plots.losses(["msee"]), ValueError, "'msee' is not known"),
        (lambda: plots.learning_curves(History()), ValueError, "no epochs; train the model"),
        (lambda: plots.learning_curves({}), ValueError, "history is empty"),
        (lambda: plots.learning_curves({"a": 3}), TypeError, r"history\['a'\] is 3 \(int\); give a History"),
        (lambda: plots.learning_curves(HISTORY, "loss"), TypeError, r"\['loss'\]"),
        (lambda: plots.learning_curves(HISTORY, []), ValueError, "columns is empty"),
        (lambda: plots.learning_curves(HISTORY, ["los"]), ValueError, "'loss'"),
        (lambda: plots.learning_curves(HISTORY, log=True), ValueError, "loss falls to 0, .*leave out log=True"),
        (lambda: plots.gradient_sizes(3, *PLANE), TypeError, r"model is 3 \(int\); give a MLP"),
    ],
)
def test_errors_say_what_to_write(draw: Callable[..., Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        draw()
    assert plt.get_fignums() == []
