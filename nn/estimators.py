"""`MLPClassifier` and `MLPRegressor`: networks as estimators of scikit-learn, for its pipelines and searches.

This module alone imports scikit-learn; ``nn`` loads it when one of the two is first asked for.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Any, Self

from nn import activations, losses, training
from nn.callbacks import EarlyStopping
from nn.data import FloatArray, check_count, check_number
from nn.initialisers import generator
from nn.layers import MLP
from nn.losses import Loss
from nn.numerics import np
from nn.optimizers import OPTIMIZERS, Optimizer
from nn.schedules import Schedule
from nn.suggest import lookup

if TYPE_CHECKING:
    import numpy.typing as npt

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.utils import check_random_state, column_or_1d
    from sklearn.utils.multiclass import check_classification_targets, type_of_target
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError as error:
    raise ImportError(
        "nn.MLPClassifier and nn.MLPRegressor are estimators of scikit-learn, which they need in version 1.6 or newer "
        f"({error}); pip install 'scikit-learn>=1.6'. Without it, nn.MLP and nn.fit train the same networks"
    ) from error


@dataclass(repr=False, eq=False)
class _Estimator(BaseEstimator):
    """What the two share. As with all of scikit-learn's, arguments are kept as they are given, and checked by `fit`."""

    hidden_layer_sizes: int | Sequence[int] = (100,)
    activation: activations.Choice = "relu"
    _: KW_ONLY
    solver: str | Optimizer = "adam"
    learning_rate_init: float | Schedule = 0.001
    batch_size: int | str = "auto"
    max_iter: int = 200
    shuffle: bool = True
    random_state: Any = None
    tol: float = 1e-4
    n_iter_no_change: int = 10
    early_stopping: bool = False
    validation_fraction: float = 0.1
    warm_start: bool = False
    verbose: bool = False

    def _fit(
        self, task: str, n_outputs: int, X: FloatArray, targets: Any, sample_weight: Any, loss: Any = None
    ) -> Self:
        """Train on targets as the loss takes them, which is that of the task unless another is given."""
        epochs = check_count("max_iter", self.max_iter)
        stop = EarlyStopping(
            check_count("n_iter_no_change", self.n_iter_no_change), check_number("tol", self.tol, at_least=0.0)
        )
        fraction = check_number("validation_fraction", self.validation_fraction, at_least=0.0, below=1.0)
        most = 200 if self.batch_size == "auto" else check_count("batch_size", self.batch_size)
        rng = generator(int(check_random_state(self.random_state).randint(2**31 - 1)))
        if not (self.warm_start and hasattr(self, "model_")):
            sizes = [*np.atleast_1d(self.hidden_layer_sizes).tolist(), n_outputs]
            self.model_ = MLP.for_task(task, X.shape[1], sizes, self.activation, rng)
            self.optimizer_ = self._new_optimizer()
        self.model_.loss = self.model_.loss if loss is None else losses.get(loss)
        held_out = training.held_out_of(len(X), fraction) if self.early_stopping else 0
        self.history_ = training.fit(
            self.model_,
            X,
            targets,
            optimizer=self.optimizer_,
            epochs=epochs,
            batch_size=most if most < len(X) - held_out else None,
            seed=rng,
            shuffle=bool(self.shuffle),
            sample_weight=sample_weight,
            validation=fraction if held_out else 0.0,
            callbacks=stop,
            progress=bool(self.verbose),
        )
        self.n_iter_, self.loss_curve_ = len(self.history_), self.history_["loss"]
        if self.n_iter_ == epochs and not self.warm_start:
            warnings.warn(
                f"{type(self).__name__} used up max_iter={epochs} before the loss stopped falling; give a larger "
                "max_iter or tol, or inputs scaled to about 1 (StandardScaler)",
                ConvergenceWarning,
                stacklevel=3,
            )
        return self

    def _new_optimizer(self) -> Optimizer:
        """The optimizer that ``solver`` names, or a copy of the one that it is, before its first step."""
        if isinstance(self.solver, Optimizer):
            optimizer = deepcopy(self.solver)
            optimizer.reset()
            return optimizer
        return lookup("solver", self.solver, OPTIMIZERS)(self.learning_rate_init)

    def _outputs(self, X: Any) -> FloatArray:
        """What the network gives for each row of X."""
        check_is_fitted(self)
        return self.model_.predict(validate_data(self, X, reset=False, dtype=float))

    @property
    def coefs_(self) -> list[FloatArray]:
        """The weights of each layer, shape (inputs, neurons), as scikit-learn's own networks have them."""
        return [np.array([[w.data for w in n.weights] for n in layer.neurons]).T for layer in self.model_.layers]

    @property
    def intercepts_(self) -> list[FloatArray]:
        """The biases of each layer."""
        return [np.array([neuron.bias.data for neuron in layer.neurons]) for layer in self.model_.layers]


class MLPClassifier(ClassifierMixin, _Estimator):
    """A network that classifies, as an estimator of scikit-learn: in pipelines, cross-validation and searches.

    Two classes are one sigmoid, more are a softmax, and a table of 0 and 1, a column a label, is a sigmoid for each
    label: the "binary", "multiclass" and "multilabel" of `nn.MLP.for_task`, with their cross-entropies. Classes may be
    text. Arguments have the names, meanings and defaults that scikit-learn's own `MLPClassifier` gives them, but where
    something else is said here.

    Arguments:
        hidden_layer_sizes: how many neurons each hidden layer has; a number for a single one, () for none.
        activation: that of the hidden layers, as `nn.activations.get` takes it; "logistic" and "identity" are known.
        solver: the name of an optimizer, or an object such as ``Adam(0.01, weight_decay=1e-4)``, which is copied. The
            "sgd" of scikit-learn has momentum: it is "nesterov" here.
        learning_rate_init: the learning rate of a solver that is given by its name: a number or a schedule.
        batch_size: the examples of a step, at most all of them; "auto" is 200.
        max_iter: how many epochs at most.
        shuffle: whether each epoch takes the examples in a new order.
        random_state: decides weights, order and split: a number, a `numpy.random.RandomState`, or None for NumPy's own.
        tol, n_iter_no_change: training stops when the loss has not fallen by ``tol`` for so many epochs.
        early_stopping: whether that is the loss on a fraction of the examples that is set aside; the parameters are
            then the best ones. (scikit-learn looks at the score.)
        validation_fraction: that fraction.
        warm_start: whether a further `fit` goes on with the network and the optimizer that there are.
        verbose: whether to show a progress bar.

    Attributes:
        model_: the trained `nn.MLP`, which `draw`, `show`, `compile` and all else take.
        classes_: the classes, in the order of its outputs.
        history_: the `History` of the latest training, which `show` replays; optimizer_: its optimizer.
        n_iter_, loss_curve_: the number of its epochs, and the loss of each.
        coefs_, intercepts_: the weights and biases of each layer, as scikit-learn lays them out.
        n_features_in_, feature_names_in_: how many inputs there are, and the names of the columns if they have any.

    Raises:
        ImportError: from ``nn.MLPClassifier``, if scikit-learn 1.6 or newer is not installed.

    Example:
        >>> from autograd import show
        >>> classifier = MLPClassifier((3,), "tanh", learning_rate_init=0.3, random_state=1)
        >>> _ = classifier.fit([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], ["equal", "other", "other", "equal"])
        >>> classifier.predict([[1.0, 0.0], [1.0, 1.0]])
        array(['other', 'equal'], dtype='<U5')
        >>> classifier.model_
        MLP(2 → 3 tanh → 1 sigmoid, 13 parameters)
        >>> show(classifier.model_, [1.0, 0.0], 1)  # classes_[1] is the right one
        <MLP(2 → 3 → 1), neuron by neuron: ...>
    """

    classes_: npt.NDArray[Any]

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train a new network; with ``warm_start``, the one that there is.

        Arguments:
            X: the examples, shape (examples, inputs), dense.
            y: the class of each; or a table of 0 and 1, a column a label.
            sample_weight: how much each example counts, 0 or more; all the same by default.

        Raises:
            ValueError, TypeError: for faulty examples, classes or settings, and for a single class.
            TrainingDiverged: see `nn.fit`.
        """
        X, y = validate_data(self, X, y, dtype=float, multi_output=True)
        check_classification_targets(y)
        if type_of_target(y) == "multilabel-indicator":
            classes, targets = np.arange(y.shape[1]), y
        else:
            classes, targets = np.unique(column_or_1d(y, warn=True), return_inverse=True)
            if len(classes) < 2:
                raise ValueError(
                    f"y has one class alone, {classes.tolist()[0]!r}, for all examples; give examples of two or more"
                )
        if self.warm_start and hasattr(self, "model_") and not np.array_equal(classes, self.classes_):
            raise ValueError(
                f"with warm_start the classes stay {self.classes_}, but y has {classes}; write warm_start=False for a "
                "new network"
            )
        self.classes_ = classes
        task = "multilabel" if targets.ndim == 2 else "binary" if len(classes) == 2 else "multiclass"
        return self._fit(task, 1 if task == "binary" else len(classes), X, targets, sample_weight)

    def predict_proba(self, X: Any) -> FloatArray:
        """The probability of each class for each row of X, shape (rows, classes); of each label where y had several."""
        outputs = self._outputs(X)
        return np.stack([1.0 - outputs, outputs], axis=1) if outputs.ndim == 1 else outputs

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """The most probable class for each row of X, the first of equal ones; labels above 1/2 where y had several."""
        probabilities = self.predict_proba(X)
        if self.model_.task == "multilabel":
            return (probabilities > 0.5).astype(int)
        return self.classes_[probabilities.argmax(axis=1)]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


@dataclass(repr=False, eq=False)
class MLPRegressor(RegressorMixin, _Estimator):
    """A network that predicts numbers, as an estimator of scikit-learn: in pipelines, cross-validation and searches.

    Arguments:
        loss: the name of a loss or an object of `nn.losses`: the mean squared error by default.
        others: as for `MLPClassifier`.

    Attributes:
        model_, history_, optimizer_, n_iter_, loss_curve_, coefs_, intercepts_, n_features_in_, feature_names_in_: as
            for `MLPClassifier`.

    Raises:
        ImportError: from ``nn.MLPRegressor``, if scikit-learn 1.6 or newer is not installed.

    Example:
        >>> from sklearn.pipeline import make_pipeline
        >>> from sklearn.preprocessing import StandardScaler
        >>> pipeline = make_pipeline(StandardScaler(), MLPRegressor((), learning_rate_init=0.1, random_state=0))
        >>> print(pipeline.fit([[0.0], [10.0], [20.0], [30.0]], [1.0, 3.0, 5.0, 7.0]).predict([[40.0]]).round(1))
        [9.]
        >>> pipeline[-1].model_
        MLP(1 → 1 linear, 2 parameters)
    """

    loss: str | Loss = field(default="mse", kw_only=True)

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train a new network; with ``warm_start``, the one that there is.

        Arguments:
            X: the examples, shape (examples, inputs), dense.
            y: a number for each, or a row of numbers.
            sample_weight: how much each example counts, 0 or more; all the same by default.

        Raises:
            ValueError, TypeError: for faulty examples, targets or settings.
            TrainingDiverged: see `nn.fit`.
        """
        X, y = validate_data(self, X, y, dtype=float, multi_output=True, y_numeric=True)
        targets = y if y.ndim == 2 and y.shape[1] > 1 else column_or_1d(y, warn=True)
        n_outputs = 1 if targets.ndim == 1 else targets.shape[1]
        return self._fit("regression", n_outputs, X, targets, sample_weight, self.loss)

    def predict(self, X: Any) -> FloatArray:
        """The outputs for each row of X: shape (rows,), or (rows, outputs) where there are several."""
        return self._outputs(X)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
