"""The estimators of scikit-learn: its own checks, what its tools do with them, and what is this package's."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import nn
from autograd import draw, show
from nn.optimizers import Adam
from tests.peers import peer

base = peer("sklearn.base")
checks = peer("sklearn.utils.estimator_checks")
datasets = peer("sklearn.datasets")
exceptions = peer("sklearn.exceptions")
metrics = peer("sklearn.metrics")
selection = peer("sklearn.model_selection")
make_pipeline = peer("sklearn.pipeline").make_pipeline
StandardScaler = peer("sklearn.preprocessing").StandardScaler

EACH = pytest.mark.parametrize("kind", [nn.MLPClassifier, nn.MLPRegressor])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # those that the checks provoke
@checks.parametrize_with_checks([nn.MLPClassifier(), nn.MLPRegressor()])
def test_all_checks_of_scikit_learn_pass(estimator: Any, check: Any) -> None:
    check(estimator)


def trained(estimator: Any, X: Any, y: Any, **more: Any) -> Any:
    """The estimator after its fit, whether or not that has come to its end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", exceptions.ConvergenceWarning)
        return estimator.fit(X, y, **more)


def iris() -> tuple[Any, Any]:
    """The irises, with the names of their species."""
    loaded = datasets.load_iris()
    return loaded.data, loaded.target_names[loaded.target]


def numbers(seed: int, n: int = 40) -> tuple[Any, Any]:
    """Inputs and a target that is nearly linear."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3))
    return X, X @ [1.0, -2.0, 0.5] + 0.1 * rng.normal(size=n)


@pytest.mark.slow
def test_text_labels_in_a_pipeline_are_searched_and_cross_validated() -> None:
    X, species = iris()
    pipeline = make_pipeline(StandardScaler(), nn.MLPClassifier((4,), solver=Adam(0.05), max_iter=60, random_state=0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", exceptions.ConvergenceWarning)
        assert selection.cross_val_score(pipeline, X, species, cv=3).min() > 0.9
        grid = {"mlpclassifier__activation": ["tanh", "logistic"], "mlpclassifier__hidden_layer_sizes": [(), 3]}
        search = selection.GridSearchCV(pipeline, grid, cv=3, scoring="neg_log_loss").fit(X, species)
    assert search.best_estimator_.score(X, species) > 0.9
    assert search.classes_.tolist() == ["setosa", "versicolor", "virginica"]
    model = nn.from_sklearn(search.best_estimator_[-1])
    scaled = search.best_estimator_[:-1].transform(X)
    np.testing.assert_array_equal(model.predict(scaled), search.predict_proba(X))


def test_probabilities_are_the_outputs_of_the_network() -> None:
    X, score = numbers(0)
    for y, task in {
        ("a", "b"): "binary",
        ("a", "b", "c"): "multiclass",
    }.items():
        labels = np.array(y)[np.argsort(np.argsort(score)) % len(y)]
        classifier = trained(nn.MLPClassifier((3,), max_iter=3, random_state=0), X, labels)
        probabilities, outputs = classifier.predict_proba(X), classifier.model_.predict(X)
        assert classifier.model_.task == task
        assert (classifier.classes_.tolist(), probabilities.shape) == ([*y], (len(X), len(y)))
        np.testing.assert_array_equal(probabilities[:, 1], outputs if task == "binary" else outputs[:, 1])
        np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, rtol=1e-15)
        assert classifier.predict(X).tolist() == [y[i] for i in probabilities.argmax(axis=1)]


def test_a_table_of_labels_is_a_sigmoid_for_each() -> None:
    X, score = numbers(1)
    labels = np.stack([score > 0.0, X[:, 0] > 0.0, X[:, 1] > 0.0], axis=1).astype(int)
    classifier = trained(nn.MLPClassifier((), solver=Adam(0.3), random_state=0), X, labels)
    assert repr(classifier.model_) == "MLP(3 → 3 sigmoid, 12 parameters)"
    np.testing.assert_array_equal(classifier.predict(X), classifier.predict_proba(X) > 0.5)
    assert classifier.score(X, labels) > 0.8


def test_one_and_several_numbers_are_predicted() -> None:
    X, y = numbers(2)
    for target in (y, np.stack([y, -y], axis=1)):
        regressor = trained(nn.MLPRegressor((), solver=Adam(0.1), random_state=0), X, target)
        assert regressor.predict(X).shape == target.shape
        assert regressor.score(X, target) > 0.95


def test_the_loss_of_a_regression_can_be_chosen() -> None:
    X, y = numbers(3)
    y[0] = 1000.0  # which the mean absolute error does not mind
    regressor = trained(nn.MLPRegressor((), loss="mae", solver=Adam(0.1), max_iter=300, random_state=0), X, y)
    assert repr(regressor.model_.loss) == "mae"
    assert abs(regressor.predict(X) - y)[1:].max() < 1.0


@EACH
def test_weights_are_laid_out_as_scikit_learn_has_them(kind: Any) -> None:
    X, y = numbers(4)
    estimator = trained(kind((5, 2), "tanh", max_iter=2, random_state=0), X, y > 0.0)
    assert [W.shape for W in estimator.coefs_] == [(3, 5), (5, 2), (2, 1)]
    a = X
    for W, b in zip(estimator.coefs_[:-1], estimator.intercepts_[:-1], strict=True):
        a = np.tanh(a @ W + b)
    z = (a @ estimator.coefs_[-1] + estimator.intercepts_[-1])[:, 0]
    expected = z if kind is nn.MLPRegressor else 1.0 / (1.0 + np.exp(-z))
    np.testing.assert_allclose(estimator.model_.predict(X), expected, rtol=1e-13, atol=1e-15)


@EACH
def test_a_random_state_decides_everything(kind: Any) -> None:
    X, y = numbers(5)
    y = y > 0.0

    def weights(state: Any) -> list[float]:
        return trained(kind((2,), max_iter=2, batch_size=7, random_state=state), X, y).model_.state_dict().values()

    assert [*weights(3)] == [*weights(3)] == [*weights(np.random.RandomState(3))]
    assert [*weights(3)] != [*weights(4)]
    np.random.seed(5)
    first = [*weights(None)]
    np.random.seed(5)
    assert first == [*weights(None)]


@EACH
def test_two_warm_starts_are_one_training(kind: Any) -> None:
    X, y = numbers(6)
    y = y > 0.0
    once = trained(kind((3,), max_iter=10, random_state=0), X, y)
    twice = kind((3,), max_iter=5, random_state=0, warm_start=True).fit(X, y)
    curve = twice.loss_curve_
    twice.fit(X, y)
    assert [*curve, *twice.loss_curve_] == once.loss_curve_
    assert twice.model_.state_dict() == once.model_.state_dict()


def test_a_warm_start_keeps_the_classes() -> None:
    X, y = numbers(7)
    classifier = nn.MLPClassifier((), max_iter=1, warm_start=True).fit(X, y > 0.0)
    with pytest.raises(ValueError, match="with warm_start the classes stay"):
        classifier.fit(X, np.where(y > 0.0, "a", "b"))


@pytest.mark.parametrize("batch_size", ["auto", 36, 10])
def test_early_stopping_looks_at_examples_set_aside(batch_size: Any) -> None:
    X, y = numbers(8)
    regressor = nn.MLPRegressor(
        (3,), solver=Adam(0.3), early_stopping=True, max_iter=999, batch_size=batch_size, random_state=0
    ).fit(X, y)
    assert regressor.n_iter_ < 999
    assert "whose parameters the model has again" in regressor.history_.stop_reason
    assert len(regressor.history_["val_loss"]) == regressor.n_iter_


def test_an_example_of_weight_0_counts_as_if_it_were_not_there() -> None:
    X, y = numbers(9)
    weights = np.ones(len(X))
    weights[:5] = 0.0
    wrong = np.where(weights == 0.0, 1e6, y)
    one = trained(nn.MLPRegressor((), solver=Adam(0.1), random_state=0), X, wrong, sample_weight=weights)
    other = trained(nn.MLPRegressor((), solver=Adam(0.1), random_state=0), X[5:], y[5:])
    np.testing.assert_allclose(one.predict(X), other.predict(X), rtol=1e-6)


def test_a_training_that_was_cut_off_says_so() -> None:
    X, y = numbers(10)
    with pytest.warns(exceptions.ConvergenceWarning, match="MLPRegressor used up max_iter=3 before"):
        nn.MLPRegressor((), max_iter=3).fit(X, y)


@EACH
def test_an_optimizer_that_is_given_is_left_as_it_is(kind: Any) -> None:
    X, y = numbers(11)
    optimizer = Adam(0.1)
    estimator = trained(base.clone(kind((), solver=optimizer, max_iter=3)), X, y > 0.0)
    assert (optimizer.steps, estimator.solver.steps, estimator.optimizer_.steps) == (0, 0, 3)


def test_the_trained_network_is_drawn_stepped_and_replayed() -> None:
    X, y = numbers(12)
    classifier = trained(nn.MLPClassifier((2,), max_iter=3, random_state=0), X[:, :2], y > 0.0)
    assert "2 → 2 → 1" in str(draw(classifier.model_))
    assert "neuron by neuron" in str(show(classifier.model_, X[0, :2], 1))
    assert "3 epochs" in str(show(classifier.history_))
    copy = nn.from_sklearn(classifier)
    assert copy is not classifier.model_
    assert copy.state_dict() == classifier.model_.state_dict()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"max_iter": 0}, "max_iter is 0"),
        ({"tol": -1.0}, "tol is -1"),
        ({"n_iter_no_change": 0}, "n_iter_no_change is 0"),
        ({"validation_fraction": 1.0}, "validation_fraction is 1"),
        ({"batch_size": 0}, "batch_size is 0"),
        ({"solver": "lbfgs"}, "the solver 'lbfgs' is not known"),
        ({"activation": "rely"}, "the activation 'rely' is not known; did you mean 'relu'"),
        ({"hidden_layer_sizes": (3, 0)}, "number of neurons of a layer is 0"),
    ],
)
@EACH
def test_settings_are_checked_when_it_is_trained(kind: Any, settings: dict[str, Any], message: str) -> None:
    X, y = numbers(13)
    with pytest.raises(ValueError, match=message):
        kind(**settings).fit(X, y > 0.0)


def test_a_single_class_is_refused() -> None:
    with pytest.raises(ValueError, match="y has one class alone, 'a'"):
        nn.MLPClassifier().fit([[0.0], [1.0]], ["a", "a"])
