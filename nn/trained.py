"""Networks that were trained elsewhere: `from_sklearn` and `from_keras` read their weights, without those libraries."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from autograd.functions import exp
from nn import activations
from nn.activations import ELU, Activation, LeakyReLU
from nn.layers import MLP, TASKS, Layer
from nn.numerics import np


def from_sklearn(estimator: Any) -> MLP:
    """The network that a trained estimator of scikit-learn is, to be drawn, explained, stepped, compiled or trained on.

    Arguments:
        estimator: an `MLPClassifier` or an `MLPRegressor`, or a linear model such as `LogisticRegression`,
            `LinearRegression` or `Perceptron`, which is a network of one layer.

    Returns:
        An MLP with its very weights, whose `predict` gives what `predict_proba` gives: for two classes the probability
        of the second one, ``classes_[1]``, else one for each class or label. Where the estimator has no probabilities,
        it gives what `decision_function` does (a `Perceptron` decides for the second class above 0), for a regressor
        what `predict` does. Its task and loss are those of `MLP.for_task`, where the estimator minimises such a loss.

        It computes in double precision, so an estimator that was trained in single precision differs in the digits that
        it does not have.

    Raises:
        TypeError: for anything that is not trained or has no weights, for a pipeline and for a search.
        ValueError: for an estimator that computes something else of its weights, such as a classifier for each class,
            with the probabilities scaled to the sum 1.

    Example:
        >>> from sklearn.linear_model import LogisticRegression  # doctest: +SKIP
        >>> classifier = LogisticRegression().fit([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1])  # doctest: +SKIP
        >>> model = from_sklearn(classifier)  # doctest: +SKIP
        >>> model, model.loss  # doctest: +SKIP
        (MLP(1 → 1 sigmoid, 2 parameters), binary_cross_entropy_with_logits)
        >>> print(f"{model([2.0]):.4f} {classifier.predict_proba([[2.0]])[0, 1]:.4f}")  # doctest: +SKIP
        0.6175 0.6175
    """
    if isinstance(getattr(estimator, "model_", None), MLP):  # one of `nn.estimators`
        return deepcopy(estimator.model_)
    name = type(estimator).__name__
    answer = next((one for one in ("predict_proba", "decision_function", "predict") if hasattr(estimator, one)), "")
    if hasattr(estimator, "coefs_"):
        weights, biases, output = estimator.coefs_, estimator.intercepts_, estimator.out_activation_
    elif hasattr(estimator, "coef_"):
        weights = [np.atleast_2d(estimator.coef_).T]
        biases = [np.broadcast_to(estimator.intercept_, weights[0].shape[1:])]
        output = "identity" if answer != "predict_proba" else "softmax" if len(biases[0]) > 1 else "logistic"
    else:
        instead = next((text for attribute, text in _INSTEAD.items() if hasattr(estimator, attribute)), "")
        if hasattr(estimator, "fit") and not instead and not [a for a in vars(estimator) if a.endswith("_")]:
            raise TypeError(f"this {name} is not trained: call its fit(X, y) before from_sklearn")
        raise TypeError(
            "from_sklearn takes an MLPClassifier, an MLPRegressor or a linear model after its fit(X, y), "
            f"not {name}{instead}"
        )
    hidden = [estimator.activation for _ in weights[1:]]
    model = _network(weights, biases, [*hidden, exp if output == "exp" else output])
    logistic = "multilabel" if model.n_outputs > 1 else "binary"
    task = {"identity": "regression", "softmax": "multiclass", "logistic": logistic}.get(output)
    if task and answer != "decision_function":
        model.task, model.loss = task, TASKS[task].loss
    some = np.random.default_rng(0).normal(size=(8, model.n_inputs))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the columns have no names here
        told = np.asarray(getattr(estimator, answer)(some)).reshape(len(some), -1)
    told = told[:, -1:] if model.task == "binary" else told
    computed = model.predict(some).reshape(len(some), -1)
    near = np.sqrt(np.finfo(weights[0].dtype).eps) * np.abs(computed).max()  # another function is further away
    if told.shape != computed.shape or not np.allclose(told, computed, rtol=0.0, atol=near):
        raise ValueError(
            f"{name}.{answer} is not what {model!r} computes with the same weights: there may be a function around it, "
            "or a classifier for each class whose probabilities are then scaled. from_sklearn reads what is a network: "
            "MLPClassifier, MLPRegressor, LogisticRegression, LinearRegression and such"
        )
    return model


_INSTEAD = {
    "steps": "; give its last step, estimator[-1]: the network takes what estimator[:-1].transform(X) gives",
    "best_estimator_": "; give its best_estimator_",
}
"""What to give in place of estimators that hold others, which are known by these attributes."""


def from_keras(model: Any) -> MLP:
    """The network that a `Sequential` of Keras is, to be drawn, explained, stepped, compiled or trained on.

    Keras is not imported, and a file is read by Keras: ``from_keras(keras.saving.load_model("model.keras"))``.

    Arguments:
        model: its layers are `Dense`, each with an activation, followed by one (`Activation`, `ReLU`, `LeakyReLU`,
            `ELU`, `Softmax`), or without. Layers that do nothing in use, such as `Dropout`, are left out, and so is
            `Flatten`: an example is a row of numbers here.

    Returns:
        An MLP with its very weights. Keras computes in single precision unless told otherwise, so the two agree in the
        digits that it has. A layer without a bias gets a bias of 0, which training here will change.

    Raises:
        TypeError: for anything else than a Sequential.
        ValueError: for layers and activations that are not supported, and for a layer that has no weights yet, named
            with their place.

    Example:
        >>> from_keras(keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, "relu")]))  # doctest: +SKIP
        MLP(2 → 3 relu, 9 parameters)
    """
    if "Sequential" not in [kind.__name__ for kind in type(model).__mro__]:
        raise TypeError(
            f"from_keras takes a Sequential of Keras, not {type(model).__name__}; if the layers of the model stand in "
            "one line, write keras.Sequential(model.layers)"
        )
    dense: list[list[Any]] = []  # weights and, if there is one, bias
    kinds: list[activations.Choice] = []
    for place, layer in enumerate(model.layers):
        kind, arrays = type(layer).__name__, layer.get_weights()
        if kind in _IDLE:
            continue
        if kind == "Dense" and not arrays:
            raise ValueError(f"layer {place} of the Sequential has no weights yet; begin it with keras.Input((n,))")
        follows = bool(kinds) and repr(kinds[-1]) == "linear" and not arrays
        fits = follows or (kind == "Dense" and len(arrays) <= 2)
        activation = _activation_of(getattr(layer, "activation", layer)) if fits else None
        if activation is None:
            raise ValueError(
                f"layer {place} of the Sequential is {layer!r:.60}, which from_keras does not read: it takes Dense "
                "layers, each with or followed by one activation that nn.activations has, the same number for number"
            )
        if follows:
            kinds[-1] = activation
        else:
            dense.append(arrays)
            kinds.append(activation)
    biases = [arrays[1] if len(arrays) == 2 else np.zeros(np.shape(arrays[0])[1]) for arrays in dense]
    return _network([arrays[0] for arrays in dense], biases, kinds)


_IDLE = ("InputLayer", "Flatten", "Dropout", "AlphaDropout", "GaussianDropout", "GaussianNoise")
"""Layers of Keras that do nothing in use to an example that is a row of numbers."""


def _activation_of(theirs: Any) -> Activation | None:
    """The activation that a function or a layer of Keras computes; None if there is none, or one of another meaning."""
    name = getattr(theirs, "__name__", type(theirs).__name__)
    try:
        ours = activations.get(name)
    except ValueError:
        return None
    if isinstance(ours, LeakyReLU):
        ours = LeakyReLU(getattr(theirs, "negative_slope", 0.2))
    if isinstance(ours, ELU):
        ours = ELU(getattr(theirs, "alpha", 1.0))
    z = np.linspace(-8.0, 8.0, 33, dtype=np.float32).reshape(3, 11)
    told = theirs(z)
    told = np.asarray(told.cpu() if hasattr(told, "cpu") else told)
    computed = [ours(row) if ours.layer_wide else [ours(number) for number in row] for row in z.tolist()]
    return ours if told.shape == z.shape and np.allclose(told, computed, 1e-5, 1e-5) else None


def _network(weights: Sequence[Any], biases: Sequence[Any], kinds: Sequence[activations.Choice]) -> MLP:
    """The network of these arrays; weights of shape (inputs, neurons), as other libraries have them."""
    return MLP.from_layers(
        [
            Layer(len(rows), len(bias), kind, weights=np.transpose(rows).tolist(), biases=np.asarray(bias).tolist())
            for rows, bias, kind in zip(weights, biases, kinds, strict=True)
        ]
    )
