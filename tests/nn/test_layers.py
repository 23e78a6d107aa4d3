"""Neurons, layers and networks: their numbers, labels, construction and bad input."""

from __future__ import annotations

import pickle
from copy import deepcopy
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, check_gradients, functions, grad, hessian, no_grad, topological_order
from nn import SGD, activations, losses
from nn.layers import MLP, TASKS, FeedForward, Layer, Neuron
from nn.perceptron import Perceptron

NAN, INF = float("nan"), float("inf")
numbers = st.floats(-10.0, 10.0)


# --- what they compute ------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=6), numbers)
def test_neuron_is_the_weighted_sum_and_its_partials(pairs: list[tuple[float, float]], bias: float) -> None:
    weights, x = [w for w, _ in pairs], [x for _, x in pairs]
    z = Neuron(len(x), weights=weights, bias=bias)(x)
    # Exact rational arithmetic would round once; NumPy's sum rounds at each of at most six products and sums.
    scale = sum(abs(w * v) for w, v in pairs) + abs(bias)
    assert z.data == pytest.approx(float(np.dot(weights, x) + bias), rel=0, abs=1e-15 * scale + 1e-300)
    assert z.partials == (*x, 1.0)


def test_weighted_sum_of_a_neuron_is_one_node() -> None:
    neuron = Neuron(3, "tanh", 0)
    nodes = topological_order(neuron([1.0, 2.0, 3.0]))
    assert [node.op.name for node in nodes if node.op] == ["dot", "tanh"]


def test_all_examples_share_the_row_of_weights() -> None:
    neuron = Neuron(2, "linear", 0)
    assert neuron([1.0, 2.0])._a is neuron([3.0, 4.0])._a is neuron.row


@pytest.mark.parametrize(
    "set_first_weight",
    [
        lambda model, w: setattr(w, "data", 2.0),
        lambda model, w: w.__isub__(w.data - 2.0),
        lambda model, w: model.load_state_dict({**model.state_dict(), "layers.0.neurons.0.w1": 2.0}),
        lambda model, w: (setattr(w, "grad", w.data - 2.0), SGD(1.0).step([w])),
        lambda model, w: setattr(model.layers[0].neurons[0], "row", (Value(2.0), *model.layers[0].neurons[0].row[1:])),
    ],
    ids=["data", "in place", "state", "optimizer", "row"],
)
def test_an_example_is_computed_with_the_weights_of_the_moment(set_first_weight: Any) -> None:
    model, fresh = MLP(2, [2, 1], seed=0), MLP(2, [2, 1], seed=0)
    x = [0.3, -0.8]
    before = model(x).data
    with no_grad():
        set_first_weight(model, model.parameters()[0])
    fresh.load_state_dict({**fresh.state_dict(), "layers.0.neurons.0.w1": 2.0})  # no example was computed with it
    assert model(x).data == fresh(x).data != before
    assert deepcopy(model)(x).data == pickle.loads(pickle.dumps(model))(x).data == model(x).data


def test_mlp_equals_the_matrix_form() -> None:
    model = MLP(3, [5, 4, 2], "sigmoid", "tanh", seed=1, initialiser="at_random")
    X = np.random.default_rng(0).normal(size=(7, 3))
    A = X
    for layer, phi in zip(model.layers, (lambda z: 1 / (1 + np.exp(-z)),) * 2 + (np.tanh,), strict=True):
        W = np.array([[w.data for w in n.weights] for n in layer.neurons])
        b = np.array([n.bias.data for n in layer.neurons])
        A = phi(A @ W.T + b)
    assert model.predict(X) == pytest.approx(A, rel=1e-14)
    assert [y.data for y in model(X[0])] == pytest.approx(A[0].tolist(), rel=1e-14)


def test_gradients_of_a_network_agree_with_numerical_ones() -> None:
    model = MLP(2, [3, 1], "tanh", "sigmoid", seed=2)
    state = model.state_dict()

    def output(*weights: Any) -> Any:
        rows = [Layer(2, 3, "tanh", weights=[weights[0:2], weights[3:5], weights[6:8]], biases=weights[2:9:3])]
        rows.append(Layer(3, 1, "sigmoid", weights=[weights[9:12]], biases=weights[12:]))
        return MLP.from_layers(rows)([0.5, -1.5])

    assert all(checked.agrees for checked in check_gradients(output, tuple(state.values())))


def test_inputs_may_be_values_and_get_gradients() -> None:
    x = [Value(0.5), Value(-1.0)]
    y = Layer(2, 2, weights=[[1.0, 2.0], [3.0, 4.0]])(x)
    (y[0] + y[1]).backward()
    assert [v.grad for v in x] == [4.0, 6.0]


@pytest.mark.parametrize("x", [[1, 2], (1.0, 2.0), np.array([1.0, 2.0]), np.array([1, 2], dtype=np.float32)], ids=repr)
def test_any_sequence_of_numbers_is_an_example(x: Any) -> None:
    assert Neuron(2, weights=[3.0, 4.0])(x).data == 11.0


def test_one_output_is_a_value_and_several_are_a_list() -> None:
    assert isinstance(MLP(2, [3, 1])([0.0, 0.0]), Value)
    assert [type(y) for y in MLP(2, [3, 2])([0.0, 0.0])] == [Value, Value]
    assert isinstance(Layer(2, 1)([0.0, 0.0]), Value)


@pytest.mark.parametrize("output", ["sigmoid", "softmax", "linear", "relu"])
def test_logits_are_the_weighted_sums_before_the_output_activation(output: str) -> None:
    model = MLP(2, [3, 2], output=output)
    z = model.logits([0.3, -0.4])
    assert [v.op.name for v in z if v.op] == ["dot", "dot"]
    assert [y.data for y in model.layers[-1].activation.of_layer(z)] == [y.data for y in model([0.3, -0.4])]


def test_logits_of_neuron_and_layer() -> None:
    assert [z.data for z in Neuron(1, "sigmoid", weights=[2.0], bias=1.0).logits([3.0])] == [7.0]
    assert [z.data for z in Layer(1, 2, "softmax", weights=[[2.0], [3.0]]).logits([3.0])] == [6.0, 9.0]


def test_nan_in_an_example_is_passed_on() -> None:
    assert np.isnan(MLP(1, [2, 1], "relu")([NAN]).data)


# --- predict -----------------------------------------------------------------------------------------------------


def test_predict_gives_the_outputs_as_an_array_and_records_nothing() -> None:
    model = MLP(2, [3, 2], output="softmax")
    X = [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]
    predictions = model.predict(X)
    assert predictions.shape == (3, 2)
    assert predictions.tolist() == [[y.data for y in model(x)] for x in X]
    assert all(p.grad == 0.0 for p in model.parameters())
    assert Neuron(1).predict([1.0, 2.0, 3.0]).shape == (3,)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([[1.0, NAN]], "row 0, column 1"),
        ([[1.0, 2.0], [INF, 2.0]], "row 1, column 0"),
        ([[1.0, 2.0, 3.0]], "3 columns.*2 inputs"),
        ([], "empty"),
        ([1.0, 2.0], "a table of examples has rows and columns"),
    ],
)
def test_predict_refuses_faulty_tables(X: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        MLP(2, [1]).predict(X)


# --- labels ------------------------------------------------------------------------------------------------------


def labels(model: FeedForward) -> list[str | None]:
    return [p.label for p in model.parameters()]


def test_labels_of_a_neuron() -> None:
    assert labels(Neuron(3)) == ["w1", "w2", "w3", "b"]


def test_labels_of_a_layer_name_the_input_first_as_both_documents_do() -> None:
    assert labels(Layer(2, 2)) == ["w11", "w21", "b1", "w12", "w22", "b2"]
    assert labels(MLP(2, [2])) == ["w11", "w21", "b1", "w12", "w22", "b2"]


def test_labels_of_a_network_carry_the_layer_in_brackets_as_the_lecture_does() -> None:
    assert labels(MLP(1, [2, 1])) == ["w11[1]", "b1[1]", "w12[1]", "b2[1]", "w1[2]", "w2[2]", "b[2]"]


def test_labels_of_wide_layers_are_told_apart() -> None:
    wide = labels(MLP(12, [11, 2]))
    assert wide[0] == "w1,1[1]"
    assert "w12,11[1]" in wide
    assert "b11[1]" in wide
    assert len(set(wide)) == len(wide)


@pytest.mark.parametrize("label", ["theta", None])
def test_a_given_value_keeps_the_label_it_has_or_none(label: str | None) -> None:
    w, b = Value(0.3, label=label), Value(0.1, label=label)
    neuron = Neuron(1, weights=[w], bias=b)
    layer = Layer(1, 2, "prelu", weights=[[w], [0.4]], biases=[b, b])
    MLP.from_layers([layer, Layer(2, 1, weights=[[w, w]])])
    MLP(1, [1, 1], weights=[[[w]], [[w]]], biases=[[b], [b]])
    Perceptron(1, weights=[w], bias=b)
    assert (w.label, b.label) == (label, label)
    assert [neuron.weights[0], neuron.bias] == [w, b]


def test_what_is_made_of_numbers_beside_given_values_gets_its_label() -> None:
    w1, b1, unnamed = Value(0.4, label="w1"), Value(0.1, label="b1"), Value(0.3)
    hidden = Layer(1, 1, "sigmoid", weights=[[w1]], biases=[b1])
    model = MLP.from_layers([hidden, Layer(1, 1, weights=[[unnamed]], biases=[0.2])])
    assert labels(model) == ["w1", "b1", None, "b[2]"]
    assert model.parameters()[0] is w1


def test_the_alpha_of_a_layer_is_numbered_unless_it_was_renamed() -> None:
    ours, theirs = activations.PReLU(), activations.PReLU()
    theirs.alpha.label = "slope below 0"
    MLP.from_layers([Layer(1, 2, ours), Layer(2, 2, theirs), Layer(2, 1)])
    assert (ours.alpha.label, theirs.alpha.label) == ("alpha[1]", "slope below 0")


COMPUTED = {
    "weight of a neuron": lambda v: Neuron(1, weights=[v]),
    "bias of a neuron": lambda v: Neuron(2, bias=v),
    "bias of a perceptron": lambda v: Perceptron(2, bias=v),
    "weight of a layer": lambda v: Layer(2, 2, weights=[[1.0, 2.0], [v, 3.0]]),
    "bias of a layer": lambda v: Layer(2, 2, biases=[0.0, v]),
    "weight of a network": lambda v: MLP(1, [1, 1], weights=[[[1.0]], [[v]]]),
    "bias of a network": lambda v: MLP(1, [1, 1], biases=[[v], [0.0]]),
}


@pytest.mark.parametrize("build", COMPUTED.values(), ids=COMPUTED)
def test_a_parameter_that_was_computed_is_refused_since_training_would_not_reach_what_it_came_from(build: Any) -> None:
    theta = Value(1.5, label="theta")
    message = r"negative\(\.\.\.\) = -1.5, which was computed .* a parameter is a leaf: write Value\(-1.5\)"
    with pytest.raises(ValueError, match=message):
        build(-theta)
    assert theta in build(theta).parameters()


def test_a_layer_made_of_the_arguments_of_a_function_is_differentiated() -> None:
    def squared(w: Value, b: Value) -> Value:
        return Neuron(1, weights=[w], bias=b)([2.0]) ** 2

    assert grad(squared, (0, 1))(3.0, 1.0) == (28.0, 14.0)
    assert hessian(squared, (0, 1))(3.0, 1.0) == ((8.0, 4.0), (4.0, 2.0))


# --- construction ------------------------------------------------------------------------------------------------


def test_given_weights_come_with_bias_0_unless_one_is_given() -> None:
    assert Neuron(2, weights=[1, 2]).state_dict() == {"w1": 1.0, "w2": 2.0, "b": 0.0}
    assert Neuron(2, "relu", 0, bias=0.5).bias.data == 0.5
    assert [n.bias.data for n in Layer(1, 2, biases=[3, 4]).neurons] == [3.0, 4.0]


def test_weights_may_be_arrays() -> None:
    W, b = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.array([0.5, 0.25, 0.125])
    layer = Layer(2, 3, weights=W, biases=b)
    assert [y.data for y in layer([1.0, 10.0])] == (W @ [1.0, 10.0] + b).tolist()


def test_network_from_weights_equals_network_from_layers() -> None:
    weights, biases = [[[0.4], [0.5]], [[0.3, 0.2]]], [[0.1, 0.2], [0.3]]
    one = MLP(1, [2, 1], "sigmoid", weights=weights, biases=biases)
    other = MLP.from_layers(
        [
            Layer(1, 2, "sigmoid", weights=weights[0], biases=biases[0]),
            Layer(2, 1, weights=weights[1], biases=biases[1]),
        ]
    )
    assert repr(one) == repr(other)
    assert one.state_dict() == other.state_dict()
    assert labels(one) == labels(other)


def test_a_shared_value_is_one_parameter_and_collects_both_gradients() -> None:
    w = Value(2.0)
    layer = Layer(1, 2, weights=[[w], [w]], biases=[0.0, 0.0])
    assert len(layer.parameters()) == 3
    functions.fsum(layer([5.0])).backward()
    assert w.grad == 10.0


@pytest.mark.parametrize(
    ("task", "sizes", "output", "loss"),
    [
        ("regression", [4, 1], "linear", "mse"),
        ("binary", [4, 1], "sigmoid", "binary_cross_entropy_with_logits"),
        ("multiclass", [4, 3], "softmax", "categorical_cross_entropy_with_logits"),
        ("multilabel", [4, 3], "sigmoid", "binary_cross_entropy_with_logits"),
    ],
)
def test_task_picks_output_activation_and_loss(task: str, sizes: list[int], output: str, loss: str) -> None:
    model = MLP.for_task(task, 2, sizes)
    assert [repr(layer.activation) for layer in model.layers] == ["relu", output]
    assert model.loss is losses.get(loss)
    assert model.task == task


def test_every_task_is_tested() -> None:
    assert set(TASKS) == {"regression", "binary", "multiclass", "multilabel"}


def test_task_may_have_other_hidden_layers() -> None:
    model = MLP.for_task("Multi-class", 2, [4, 4, 3], "tanh", seed=3, initialiser="uniform")
    assert repr(model) == "MLP(2 → 4 tanh → 4 tanh → 3 softmax, 47 parameters)"
    assert model.task == "multiclass"


def test_a_plain_network_has_no_loss_of_its_own() -> None:
    assert MLP(1, [1]).loss is None


def test_predictions_of_a_classifier_are_probabilities_also_where_its_loss_is_on_logits() -> None:
    model = MLP.for_task("binary", 1, [1], seed=0)
    assert model.loss is not None
    assert model.loss.on_logits
    assert all(0.0 < p < 1.0 for p in model.predict([[-1.0], [1.0]]))
    assert model.predict([[0.5]])[0] == model([0.5]).data


# --- bad input ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        ([1.0], ValueError, "1 number, but MLP.*takes 2 inputs"),
        ([1.0, 2.0, 3.0], ValueError, "3 numbers, but MLP.*takes 2 inputs"),  # not taken for inputs of a biasless row
        ([], ValueError, "0 numbers"),
        (np.zeros((2, 2)), ValueError, r"shape \(2, 2\).*predict\(X\)"),
        (0.5, TypeError, "a sequence of 2 numbers, not 0.5"),
        (np.float64(0.5), TypeError, "a sequence of 2 numbers"),
        (np.array(0.5), TypeError, "a sequence of 2 numbers"),
        (None, TypeError, "a sequence of 2 numbers"),
        ("ab", TypeError, "must be a real number"),
        ([1.0, None], TypeError, "must be a real number"),
        ([[1.0], [2.0]], TypeError, "must be a real number"),
    ],
    ids=repr,
)
@pytest.mark.parametrize("how", ["__call__", "logits"])
def test_a_faulty_example_is_refused(x: Any, error: type[Exception], message: str, how: str) -> None:
    with pytest.raises(error, match=message):
        getattr(MLP(2, [3, 1]), how)(x)


@pytest.mark.parametrize(
    ("attempt", "error", "message"),
    [
        (lambda: Neuron(0), ValueError, "n_inputs is 0"),
        (lambda: Neuron(2.0), TypeError, "n_inputs must be a whole number"),  # type: ignore[arg-type]
        (lambda: Neuron(True), TypeError, "n_inputs must be a whole number"),
        (lambda: Layer(2, 0), ValueError, "number of neurons of a layer is 0"),
        (lambda: Layer(2, -1), ValueError, "number of neurons of a layer is -1"),
        (lambda: MLP(2, [3, 0, 1]), ValueError, "number of neurons of a layer is 0"),
        (lambda: MLP(2, []), ValueError, "sizes is empty"),
        (lambda: MLP(2, 16), TypeError, r"write \[16\]"),  # type: ignore[arg-type]
        (lambda: MLP(2, "16"), TypeError, "sizes is a list"),  # type: ignore[arg-type]
        (lambda: MLP(2, [2, 1], "tahn"), ValueError, "did you mean 'tanh'"),
        (lambda: MLP(2, [2, 1], output="sigmod"), ValueError, "did you mean 'sigmoid'"),
        (lambda: MLP(2, [2, 1], initialiser="xaver"), ValueError, "did you mean 'xavier'"),
        (lambda: Neuron(2, weights=[1.0]), ValueError, "1 row of 1, but 1 neuron with 2 inputs"),
        (lambda: Neuron(2, weights=[1.0, NAN]), ValueError, r"weights\[0\]\[1\] is nan"),
        (lambda: Neuron(2, weights=[Value(INF), 1.0]), ValueError, r"weights\[0\]\[0\] is inf"),
        (lambda: Neuron(2, weights=[1.0, 2.0], bias=NAN), ValueError, r"biases\[0\] is nan"),
        (lambda: Neuron(1, weights=["0.5"]), TypeError, r"weights\[0\]\[0\] must be a real number"),  # type: ignore[list-item]
        (lambda: Layer(2, 2, weights=[[1.0, 2.0]]), ValueError, "1 row of 2, but 2 neurons with 2 inputs"),
        (lambda: Layer(2, 2, weights=[[1.0, 2.0], [3.0]]), ValueError, "2 rows of 1 or 2, but"),
        (lambda: Layer(2, 2, weights=[1.0, 2.0]), TypeError, r"weights\[0\] is 1.0, but must be .* a list of lists"),
        (lambda: Layer(3, 2, weights=np.ones((3, 2))), ValueError, r"yours is turned, write zip\(\*weights\)"),
        (lambda: Layer(1, 2, biases=[1.0]), ValueError, "biases are 1 number for 2 neurons"),
        (lambda: MLP(1, [1, 1], weights=[[[1.0]]]), ValueError, "weights are given for 1 layer, but there are 2"),
        (lambda: MLP(1, [1], biases=[[1.0], [2.0]]), ValueError, "biases are given for 2 layers, but there are 1"),
        (lambda: MLP.from_layers([]), ValueError, "at least one layer"),
        (lambda: MLP.from_layers([Layer(1, 2), Layer(3, 1)]), ValueError, r"layers\[1\] takes 3 inputs.*2 outputs"),
        (lambda: MLP.from_layers([Neuron(1)]), TypeError, r"layers\[0\] is Neuron"),  # type: ignore[list-item]
        (lambda: MLP.for_task("clasification", 2, [1]), ValueError, "known are 'regression', 'binary'"),
        (lambda: MLP.for_task("binry", 2, [1]), ValueError, "did you mean 'binary'"),
        (lambda: MLP.for_task("binary", 2, [4, 2]), ValueError, "'binary' has one output.*'multiclass'"),
        (lambda: MLP.for_task("multiclass", 2, [4, 1]), ValueError, "is always 1"),
        (FeedForward, TypeError, "abstract .*forward"),
    ],
)
def test_faulty_construction_is_refused(attempt: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        attempt()


def test_a_feed_forward_model_of_a_user_has_calls_checks_predictions_and_a_repr() -> None:
    class Doubled(FeedForward):
        def __init__(self) -> None:
            self.n_inputs, self.n_outputs, self.factor = 1, 1, Value(2.0)

        def forward(self, x: Any) -> list[Value]:
            return [self.factor * x[0]]

    model = Doubled()
    assert repr(model) == "Doubled(1 → 1, 1 parameter)"
    assert model([3.0]).data == 6.0
    assert model.predict([[1.0], [2.0]]).tolist() == [2.0, 4.0]
    with pytest.raises(ValueError, match="2 numbers, but Doubled"):
        model([1.0, 2.0])
    with pytest.raises(TypeError, match=r"Doubled has no logits.*define logits\(self, x\)"):
        model.logits([1.0])


# --- inside a function that is being differentiated ------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 100], ids=["one by one", "compiled"])
def test_predict_does_not_lose_the_derivative_by_a_weight_without_a_word(n: int) -> None:
    def by_weight(w: Value) -> Any:
        return w * MLP(1, [1, 1], weights=[[[w]], [[1.0]]]).predict([[2.0]] * n)[0]

    with pytest.raises(TypeError, match=r"predict gives plain numbers, but .* = 3 is an argument .* Call the model"):
        grad(by_weight)(3.0)
    model = Neuron(1, weights=[2.0])
    assert grad(lambda w: w * model.predict([[2.0]] * n)[0])(3.0) == 4.0


def test_a_network_shows_itself_inside_a_function_that_is_being_differentiated() -> None:
    def loss(alpha: Value) -> Any:
        activation = activations.PReLU(0.5)
        activation.alpha = alpha
        return len(repr(Layer(1, 2, activation))) * alpha

    assert grad(loss)(0.5) == len("Layer(1 → 2 prelu(alpha=0.5), 4 parameters)")
