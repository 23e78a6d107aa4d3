"""Networks that were trained elsewhere compute here what they compute there, with the very same weights."""

from __future__ import annotations

import doctest
import warnings
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import draw, explain, show
from nn.activations import ACTIVATIONS
from nn.layers import MLP
from nn.trained import from_keras, from_sklearn
from tests.peers import peer

# --- scikit-learn ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sklearn() -> SimpleNamespace:
    """What the tests take from scikit-learn."""
    parts = ("linear_model", "neural_network", "pipeline", "model_selection", "metrics", "neighbors")
    return SimpleNamespace(**{part: peer(f"sklearn.{part}") for part in parts})


def fitted(estimator: Any, X: Any, y: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that training has ended early
        return estimator.fit(X, y)


def examples(seed: int, n: int = 70) -> tuple[Any, dict[str, Any]]:
    """Inputs, and targets for each kind of problem."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3))
    score = X @ [1.0, -1.0, 0.5] + rng.normal(size=n)
    targets = {
        "regression": score,
        "regressions": np.stack([score, X[:, 0] ** 2], axis=1),
        "binary": np.where(score > 0.0, "yes", "no"),
        "multiclass": np.array(["low", "middle", "top"])[np.digitize(score, [-0.7, 0.7])],
        "multilabel": np.stack([score > 0.0, X[:, 1] > 0.0], axis=1).astype(int),
    }
    return X, targets


KINDS = ["regression", "regressions", "binary", "multiclass", "multilabel"]


@pytest.mark.slow
@given(
    st.sampled_from(KINDS),
    st.lists(st.integers(1, 8), max_size=3),
    st.sampled_from(["identity", "logistic", "tanh", "relu"]),
    st.integers(0, 2**32 - 1),
)
def test_a_multilayer_perceptron_computes_the_same_to_the_last_digits(
    sklearn: SimpleNamespace, kind: str, hidden: list[int], activation: str, seed: int
) -> None:
    X, targets = examples(seed)
    own = sklearn.neural_network
    estimator = own.MLPRegressor if kind.startswith("regression") else own.MLPClassifier
    theirs = fitted(
        estimator(hidden_layer_sizes=hidden, activation=activation, max_iter=20, random_state=seed), X, targets[kind]
    )
    model = from_sklearn(theirs)
    assert model.task == ("regression" if kind == "regressions" else kind)
    if kind.startswith("regression"):
        expected = theirs.predict(X)
        size = 1.0 + np.abs(expected).max()
    else:
        expected, size = theirs.predict_proba(X), 1.0
        expected = expected[:, 1] if kind == "binary" else expected
    for rows in (slice(None), slice(20)):  # many go through a compiled program, few through the graph
        np.testing.assert_allclose(model.predict(X[rows]), expected[rows], rtol=0.0, atol=1e-15 * size)


LINEAR = {
    "LogisticRegression": ("binary", "multiclass"),
    "LinearRegression": ("regression", "regressions"),
    "Ridge": ("regression", "regressions"),
    "Perceptron": ("binary", "multiclass"),
    "RidgeClassifier": ("binary", "multiclass"),
    "SGDClassifier": ("binary", "multiclass"),
    "SGDRegressor": ("regression",),
}


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name, kinds in LINEAR.items() for kind in kinds])
def test_a_linear_model_is_a_network_of_one_layer(sklearn: SimpleNamespace, name: str, kind: str) -> None:
    X, targets = examples(3)
    theirs = fitted(getattr(sklearn.linear_model, name)(), X, targets[kind])
    model = from_sklearn(theirs)
    assert len(model.layers) == 1
    if hasattr(theirs, "predict_proba"):
        expected = theirs.predict_proba(X)
        expected = expected[:, 1] if kind == "binary" else expected
    else:
        expected = theirs.predict(X) if kind.startswith("regression") else theirs.decision_function(X)
        assert repr(model.layers[-1].activation) == "linear"
    np.testing.assert_allclose(model.predict(X), expected, rtol=1e-15, atol=1e-15 * np.abs(expected).max())


def test_without_an_intercept_the_biases_are_0(sklearn: SimpleNamespace) -> None:
    X, targets = examples(4)
    model = from_sklearn(sklearn.linear_model.LinearRegression(fit_intercept=False).fit(X, targets["regressions"]))
    assert [neuron.bias.data for neuron in model.layers[0].neurons] == [0.0, 0.0]


def test_a_poisson_regression_has_an_exponential_output(sklearn: SimpleNamespace) -> None:
    estimator = sklearn.neural_network.MLPRegressor(hidden_layer_sizes=(4,), max_iter=20, random_state=0)
    if "loss" not in estimator.get_params():
        pytest.skip("this scikit-learn has no such regression")
    X, targets = examples(5)
    theirs = fitted(estimator.set_params(loss="poisson"), X, np.abs(targets["regression"]))
    model = from_sklearn(theirs)
    np.testing.assert_allclose(model.predict(X), theirs.predict(X), rtol=1e-14)
    assert (repr(model.layers[-1].activation), model.loss) == ("exp", None)


@pytest.mark.parametrize("kind", ["binary", "multiclass"])
def test_its_loss_is_the_one_that_scikit_learn_minimises(sklearn: SimpleNamespace, kind: str) -> None:
    X, targets = examples(6)
    theirs = fitted(sklearn.neural_network.MLPClassifier((3,), "tanh", max_iter=5, random_state=0), X, targets[kind])
    model = from_sklearn(theirs)
    codes = np.searchsorted(theirs.classes_, targets[kind])
    assert model.loss is not None
    ours = model.loss([model.loss.outputs_of(model, x) for x in X.tolist()], codes.tolist())
    assert ours.data == pytest.approx(sklearn.metrics.log_loss(targets[kind], theirs.predict_proba(X)), rel=1e-12)


def test_a_trained_network_is_drawn_stepped_explained_and_trained_on(sklearn: SimpleNamespace) -> None:
    X, targets = examples(7)
    theirs = fitted(
        sklearn.neural_network.MLPClassifier((2,), "tanh", max_iter=5, random_state=0), X, targets["binary"]
    )
    model = from_sklearn(theirs)
    before = model.predict(X)
    assert "3 → 2 → 1" in str(draw(model))
    assert "neuron by neuron" in str(show(model, X[0], 1))
    w = model.layers[0].neurons[0].weights[0]
    assert explain(model(X[0].tolist()), wrt=w).value == pytest.approx(
        theirs.coefs_[1][0, 0]
        * (1.0 - np.tanh(X[0] @ theirs.coefs_[0] + theirs.intercepts_[0])[0] ** 2)
        * X[0, 0]
        * before[0]
        * (1.0 - before[0]),
        rel=1e-12,
    )
    history = nn.fit(model, X, targets["binary"] == "yes", epochs=3)
    assert history["loss"][-1] < history["loss"][0]
    np.testing.assert_array_equal(theirs.predict_proba(X)[:, 1].round(12), before.round(12))


def test_single_precision_weights_come_over_exactly(sklearn: SimpleNamespace) -> None:
    X, targets = examples(8)
    theirs = sklearn.neural_network.MLPRegressor(hidden_layer_sizes=(4,), max_iter=20, random_state=0)
    fitted(theirs, X.astype(np.float32), targets["regression"].astype(np.float32))
    assert theirs.coefs_[0].dtype == np.float32
    model = from_sklearn(theirs)
    for layer, W, b in zip(model.layers, theirs.coefs_, theirs.intercepts_, strict=True):
        assert [[w.data for w in neuron.weights] for neuron in layer.neurons] == W.T.tolist()
        assert [neuron.bias.data for neuron in layer.neurons] == b.tolist()


def test_what_is_no_network_is_refused_with_what_to_give_instead(sklearn: SimpleNamespace) -> None:
    X, targets = examples(9)
    linear = sklearn.linear_model
    pipeline = sklearn.pipeline.make_pipeline(linear.LogisticRegression()).fit(X, targets["binary"])
    search = sklearn.model_selection.GridSearchCV(linear.Ridge(), {"alpha": [1.0]}).fit(X, targets["regression"])
    for given_, message in {
        pipeline: r"not Pipeline; give its last step, estimator\[-1\]: the network takes what estimator\[:-1\]",
        search: "not GridSearchCV; give its best_estimator_",
        linear.Ridge(): r"this Ridge is not trained: call its fit\(X, y\) before from_sklearn",
        sklearn.neighbors.KNeighborsClassifier().fit(X, targets["binary"]): "not KNeighborsClassifier",
    }.items():
        with pytest.raises(TypeError, match=message):
            from_sklearn(given_)
    assert from_sklearn(pipeline[-1]).task == "binary"
    one_for_each = linear.SGDClassifier(loss="log_loss").fit(X, targets["multiclass"])
    with pytest.raises(
        ValueError, match=r"SGDClassifier.predict_proba is not what MLP\(3 → 3 softmax, 12 parameters\)"
    ):
        from_sklearn(one_for_each)
    with pytest.raises(ValueError, match=r"PoissonRegressor.predict is not what .* a function around it"):
        from_sklearn(linear.PoissonRegressor().fit(X, np.abs(targets["regression"])))


def test_the_examples_run_with_scikit_learn(sklearn: SimpleNamespace) -> None:
    (found,) = doctest.DocTestFinder(recurse=False).find(from_sklearn, globs={"from_sklearn": from_sklearn})
    for example in found.examples:
        example.options.clear()  # they are skipped where scikit-learn may be missing
    assert doctest.DocTestRunner().run(found).failed == 0


# --- Keras -------------------------------------------------------------------------------------------------------


class Dense:
    """As much of Keras' layer as there is to read."""

    def __init__(self, weights: list[Any], activation: Any) -> None:
        self.weights, self.activation = weights, activation

    def get_weights(self) -> list[Any]:
        return self.weights


class Dropout:
    def get_weights(self) -> list[Any]:
        return []


class LeakyReLU(Dropout):
    negative_slope = 0.25

    def __call__(self, z: Any) -> Any:
        return np.where(z > 0.0, z, 0.25 * z)


class Sequential:
    def __init__(self, *layers: Any) -> None:
        self.layers = layers


def linear(z: Any) -> Any:
    return z


def tanh(z: Any) -> Any:
    return np.tanh(z)


def test_arrays_and_names_are_all_that_is_read() -> None:
    kernel, bias = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], dtype=np.float32), np.array([0.1, 0.2, 0.3])
    model = from_keras(
        Sequential(
            Dense([kernel, bias], tanh), Dropout(), Dense([np.array([[1.0], [2.0], [-1.0]])], linear), LeakyReLU()
        )
    )
    assert repr(model) == "MLP(2 → 3 tanh → 1 leaky_relu(alpha=0.25), 13 parameters)"
    assert [[w.data for w in neuron.weights] for neuron in model.layers[0].neurons] == kernel.T.tolist()
    z = np.tanh([0.5, -1.0] @ kernel + bias) @ [1.0, 2.0, -1.0]
    assert model([0.5, -1.0]).data == pytest.approx(max(z, 0.25 * z), rel=1e-15)


def test_a_function_that_bears_the_name_of_another_is_refused() -> None:
    def tanh(z: Any) -> Any:
        return np.tanh(2.0 * z)

    with pytest.raises(ValueError, match="layer 0 of the Sequential is <"):
        from_keras(Sequential(Dense([np.ones((1, 1))], tanh)))


@pytest.fixture(scope="module")
def keras() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERAS_BACKEND", "jax")
        return peer("keras")


with_keras = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras' own


THEIRS = [*(name for name in ACTIVATIONS if name not in ("step", "sign", "prelu", "hardtanh", "hardsigmoid")), "silu"]


@pytest.mark.slow
@with_keras
@pytest.mark.parametrize("activation", [*THEIRS, "hard_sigmoid"])
@pytest.mark.parametrize("apart", [False, True])
def test_keras_computes_the_same(keras: Any, activation: str, apart: bool) -> None:
    layers = keras.layers
    hidden = [layers.Dense(4), layers.Activation(activation)] if apart else [layers.Dense(4, activation)]
    dropped = [layers.Dropout(0.5), layers.Dense(2, "softmax", use_bias=False)]
    theirs = keras.Sequential([keras.Input((3,)), *hidden, *dropped])
    model = from_keras(theirs)
    X = np.random.default_rng(0).normal(size=(5, 3))
    np.testing.assert_allclose(model.predict(X), theirs.predict(X, verbose=0), atol=1e-6)  # in single precision
    kernel, bias = hidden[0].get_weights()
    assert [[w.data for w in neuron.weights] for neuron in model.layers[0].neurons] == kernel.T.tolist()
    assert [neuron.bias.data for neuron in model.layers[0].neurons] == bias.tolist()


@pytest.mark.slow
@with_keras
def test_layers_of_keras_that_are_no_network_here_are_refused(keras: Any) -> None:
    layers = keras.layers
    for made in (
        lambda: layers.PReLU(),
        lambda: layers.ReLU(6.0),
        lambda: layers.Softmax(axis=0),
        lambda: layers.BatchNormalization(),
        lambda: layers.Activation(lambda z: z),
        lambda: layers.Activation(keras.ops.gelu),  # the form with tanh
    ):
        layer = made()
        with pytest.raises(ValueError, match=f"layer 1 of the Sequential is <{type(layer).__name__}"):
            from_keras(keras.Sequential([keras.Input((3,)), layers.Dense(2), layer]))
    with pytest.raises(ValueError, match=r"layer 0 of the Sequential has no weights yet; begin it with keras.Input"):
        from_keras(keras.Sequential([layers.Dense(2)]))
    inputs = keras.Input((3,))
    with pytest.raises(TypeError, match=r"not Functional; .* write keras.Sequential\(model.layers\)"):
        from_keras(keras.Model(inputs, layers.Dense(2)(inputs)))


def test_a_network_of_this_package_needs_no_reading() -> None:
    with pytest.raises(TypeError, match="takes a Sequential of Keras, not MLP"):
        from_keras(MLP(2, [1]))
