"""`show(model, x, target)`: the steps of a network, neuron by neuron, against the engine's own reverse pass."""

from __future__ import annotations

import math
import random
import re
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from autograd import Value, draw, no_grad, show
from autograd.derivation.writing import significant
from autograd.functions import tanh
from autograd.stepper.figure import Figure
from nn import MLP, Layer, Module, Neuron, Perceptron, losses
from tests.nn.shared import SHARED
from tests.stepper.shown import data_of, picture_of

DIGITS = 12
X = [1.0, -0.5, 0.25]


def with_labels(model: Any) -> Any:
    """The model, each of its parameters labelled: those that were given as Values have none."""
    for i, parameter in enumerate(model.parameters()):
        parameter.label = f"p{i}"
    return model


def random_network(seed: int) -> tuple[MLP, list[float], str]:
    chance = random.Random(seed)
    sizes = [chance.randint(1, 4) for _ in range(chance.randint(1, 3))]
    model = MLP(3, sizes, activation=chance.choice(["tanh", "sigmoid", "relu", "elu"]), seed=seed)
    return model, [chance.gauss(0, 1) for _ in range(sizes[-1])], "half_squared_error"


MODELS = [
    (MLP(3, [4, 1], activation="tanh", seed=1), 0.5, "half_squared_error"),
    (MLP(3, [4, 1], activation="sigmoid", output="sigmoid", seed=2), 1.0, "half_squared_error"),
    (MLP(3, [5, 3, 2], activation="relu", seed=3), [0.2, -1.0], "half_squared_error"),
    (MLP(3, [4, 3], activation="swish", output="softmax", seed=4), [0.0, 1.0, 0.0], "categorical_cross_entropy"),
    (MLP.for_task("multiclass", 3, [4, 3], seed=5), [0.0, 0.0, 1.0], None),
    (MLP.for_task("binary", 3, [4, 1], activation="prelu", seed=6), 1.0, None),
    (MLP.for_task("multilabel", 3, [4, 2], activation="elu", seed=7), [1.0, 0.0], None),
    (MLP(3, [3, 2], activation=lambda z: tanh(z) * z, seed=8), [1.0, 0.0], "huber"),
    (MLP(3, [2, 2, 1], activation="softmax", seed=9), 0.3, "mse"),
    (Layer(3, 2, "sigmoid", rng=10), [0.0, 1.0], "mae"),
    (Neuron(3, "sigmoid", rng=11), 0.0, "binary_cross_entropy"),
    (Perceptron(3, weights=[4, 2, 4], threshold=3), 0.0, "half_squared_error"),
    *[
        (model := with_labels(make()), [0.3, -0.4, 0.5][: model.n_outputs], "half_squared_error")
        for make in SHARED.values()
    ],
    *map(random_network, range(20)),
]
IDS = [f"{model!r}, {loss}" for model, _, loss in MODELS]


def loss_of(model: Any, target: Any, name: str | None) -> Value:
    """The loss by the library's own way, on logits where it says so."""
    loss = losses.get(name) if name else model.loss
    outputs = loss.outputs_of(model, X[: model.n_inputs])
    value: Value = loss.one(outputs, target if isinstance(target, list) else [target])
    return value


def equations(figure: Figure) -> dict[str, str]:
    """Of all steps: the left side of each equation, and its last one."""
    found = {}
    for row in figure.steps:
        for line in row.text.split("; "):
            if " = " in line:
                left, *_, right = line.rpartition(": ")[2].split(" = ")
                found[left] = right.replace("−", "-")
    return found


def in_numbers(side: str) -> float:
    """A side of numbers alone, worked out."""
    python = side.replace("−", "-").replace(")(", ")*(").replace("²", "**2")
    return float(eval(re.sub(r"(?<=\d)\(", "*(", python), {"__builtins__": {}}))


@pytest.mark.slow
@pytest.mark.parametrize(("model", "target", "loss"), MODELS, ids=IDS)
def test_the_gradients_are_those_of_the_engine(model: Any, target: Any, loss: str | None) -> None:
    """That of a shared parameter is the sum over all of its places."""
    shown = equations(show(model, X[: model.n_inputs], target, loss=loss, digits=DIGITS))
    model.zero_grad()
    expected = loss_of(model, target, loss)
    expected.backward()
    assert float(shown["L"]) == pytest.approx(expected.data, rel=1e-10)
    for parameter in model.parameters():
        assert float(shown[f"dL/d{parameter.label}"]) == pytest.approx(parameter.grad, rel=1e-10, abs=1e-12)
    model.zero_grad()


@pytest.mark.slow
@pytest.mark.parametrize(("model", "target", "loss"), MODELS, ids=IDS)
def test_every_equation_holds(model: Any, target: Any, loss: str | None) -> None:
    """Side by side: what is said of one side, that it is a number, is true of the next one."""
    checked = 0
    for row in show(model, X[: model.n_inputs], target, loss=loss, digits=DIGITS).steps:
        for line in row.text.split("; "):
            sides = [s for s in line.rpartition(": ")[2].split(" = ") if not re.search("[^-−+0-9.e() ²]", s)]
            for left, right in pairwise(sides):
                assert in_numbers(left) == pytest.approx(in_numbers(right), rel=1e-9, abs=1e-11), line
                checked += 1
    assert checked > len(model.parameters())


def test_a_bias_that_the_neurons_of_a_layer_share_gets_both_deltas() -> None:
    """Matt Mazur's example, whose text leaves the biases as they are; the sum is what training them would use."""
    texts = [row.text for row in show(SHARED["mazur"](), [0.05, 0.1], [0.01, 0.99]).steps]
    assert any("one of the 2 terms of dL/db2, which is shared: δ1[2] = 0.1385" in text for text in texts)
    assert any("dL/db2 = δ1[2] + δ2[2] = 0.1385 − 0.03810 = 0.1004" in text for text in texts)
    assert not any("dL/db2 = δ1[2] = " in text for text in texts)


def test_a_parameter_that_the_loss_uses_too_has_more_than_its_neurons_part() -> None:
    model = Neuron(2, rng=0)
    w = model.row[0]
    figure = show(model, [1.0, 2.0], 0.5, loss=lambda y, t: (y - t) ** 2 + 0.1 * w**2)
    text = figure.steps[-1].text.replace("−", "-")
    slope = 2.0 * (model([1.0, 2.0]).data - 0.5) + 0.2 * w.data
    assert f"the part of dL/dw1 from this neuron: δ x1 = ({significant(slope - 0.2 * w.data)})(1)" in text
    assert f"with what comes from elsewhere: dL/dw1 = {significant(slope)}" in text


def test_a_slope_that_the_loss_uses_too_is_not_written_as_the_sum_over_its_neurons() -> None:
    model = MLP(2, [2], output="prelu", seed=6)
    (alpha,) = [p for p in model.parameters() if p.label and "alpha" in p.label]
    for penalty, terms in ((0.0, True), (1.0, False)):

        def loss(y: Any, t: Any, penalty: float = penalty) -> Any:
            return sum((a - b) ** 2 for a, b in zip(y, t, strict=True)) + penalty * alpha**2

        figure = show(model, [1.0, -0.5], [1.0, 1.0], loss=loss)
        model.zero_grad()
        loss(model([1.0, -0.5]), [1.0, 1.0]).backward()
        last = figure.steps[-1].text.replace("−", "-")
        assert last.endswith(f" = {significant(alpha.grad)}")
        assert ("dL/dy" in last) == terms


@pytest.mark.parametrize(("x", "where"), [(math.inf, "x1"), (1e308, "L")])
def test_the_first_infinity_of_each_pass_is_told_and_marked(x: float, where: str) -> None:
    figure = show(MLP(2, [2, 1], activation="relu", seed=1), [x, -x if x < math.inf else 1.0], 0.3)
    for part, expected in (("forward", where), ("reverse", "")):
        told = [row for row in figure.steps if f"of the {part} pass: {expected}" in row.text]
        assert len(told) == 1
        assert told[0].data["astray"] is not None
    assert sum(row.data["astray"] is not None for row in figure.steps) == 2


def test_a_bias_that_many_neurons_share_is_told_without_its_terms() -> None:
    b = Value(0.1, label="b")
    (last,) = [row.text for row in show(Layer(1, 20, biases=[b] * 20), [1.0], [0.0] * 20).steps if "dL/db" in row.text][
        -1:
    ]
    assert "shared, so the sum of 20 terms: dL/db = " in last


def test_the_delta_of_a_hidden_neuron_is_the_sum_over_its_children_times_its_slope() -> None:
    model = MLP(2, [2, 2], activation="sigmoid", output="sigmoid", seed=0)
    shown = equations(show(model, [1.0, 0.5], [0.0, 1.0], digits=DIGITS))
    weights = [[w.data for w in neuron.weights] for neuron in model.layers[1].neurons]
    outputs = [layer.data for layer in model([1.0, 0.5])]
    deltas = [(y - t) * y * (1.0 - y) for y, t in zip(outputs, [0.0, 1.0], strict=True)]
    for j in range(2):
        h = float(shown[f"h{j + 1}"])
        expected = sum(weights[k][j] * deltas[k] for k in range(2)) * h * (1.0 - h)
        assert float(shown[f"δ{j + 1}[1]"]) == pytest.approx(expected, rel=1e-9)


def test_softmax_with_cross_entropy_has_the_plain_error_for_its_delta() -> None:
    figure = show(MLP(2, [2, 2], output="softmax", seed=0), [1.0, 2.0], 1)
    assert any("δ1[2] = dL/dz1[2] = y1 − t1 = " in row.text for row in figure.steps)
    assert {row.text for row in figure.steps} == {
        row.text for row in show(MLP(2, [2, 2], output="softmax", seed=0), [1.0, 2.0], [0.0, 1.0]).steps
    }


@pytest.mark.parametrize("model", [MLP(2, [3], output="softmax", seed=0), MLP.for_task("multiclass", 2, [3], seed=0)])
def test_a_class_may_be_a_number_of_numpy(model: MLP) -> None:
    number = np.arange(3)[1]
    assert [row.text for row in show(model, X[:2], number).steps] == [row.text for row in show(model, X[:2], 1).steps]


@pytest.mark.parametrize("root", [(MLP(2, [1]), [1.0, 2.0], 0.0), (Value(1.0) * 2.0,)], ids=["network", "graph"])
@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"names": 5}, TypeError, "names must be a mapping"),
        ({"digits": 0}, ValueError, "digits is 0, but must be at least 1"),
        ({"digits": 2.5}, TypeError, "digits must be a whole number"),
    ],
)
def test_options_are_checked_for_graphs_and_networks_alike(
    root: Any, options: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        show(*root, **options)


def test_the_example_of_the_notes() -> None:
    model = MLP.from_layers(
        [
            Layer(1, 1, "sigmoid", weights=[[0.4]], biases=[0.1]),
            Layer(1, 1, "linear", weights=[[0.3]], biases=[0.2]),
        ]
    )
    texts = [row.text for row in show(model, [1.0], 0.5).steps]
    assert texts[1] == "z[1] = w1[1] x1 + b[1] = (0.4)(1) + 0.1 = 0.5; h1 = σ(z[1]) = σ(0.5) = 0.6225"
    assert texts[3] == "L = 0.5(y − t)² = 0.5(0.3867 − 0.5)² = 0.006414"
    assert texts[6].startswith("dL/dh1 = w1[2] δ[2] = (0.3)(−0.1133) = −0.03398; dh1/dz[1] = h1(1 − h1) = ")
    assert texts[7] == "dL/dw1[1] = δ[1] x1 = (−0.007985)(1) = −0.007985; dL/db[1] = δ[1] = −0.007985"


def test_forward_then_reverse_from_the_output_back() -> None:
    parts = [row.part for row in show(MLP(3, [4, 1]), X, 1.0).steps]
    assert parts == ["Given", *["Forward"] * 6, *["Reverse"] * 10]


def test_a_loss_may_be_a_name_an_object_or_a_function() -> None:
    model = MLP(3, [2, 1])
    by_name = show(model, X, 1.0, loss="mse")
    assert [r.text for r in by_name.steps] == [r.text for r in show(model, X, 1.0, loss=losses.mse).steps]
    assert [r.text for r in by_name.steps] == [
        r.text for r in show(model, X, [1.0], loss=lambda y, t: (y - t) ** 2).steps
    ]
    both = show(MLP(3, [2, 2]), X, [0.0, 1.0], loss=lambda y, t: (y[0] - t[0]) ** 2 + abs(y[1] - t[1]))
    assert "L = (y1 − t1)² + |y2 − t2|" in " ".join(row.text for row in both.steps)


def test_large_layers_are_folded_and_the_steps_say_so() -> None:
    figure = show(MLP(2, [16, 16, 1]), [0.5, -1.0], 0.3)
    texts = [row.text for row in figure.steps]
    assert len(texts) < 50
    assert "The other 11 neurons of this layer, h5[1] to h15[1], get their outputs in the same way." in texts
    assert sum("h5[1] to h15[1]" in text for text in texts) == 2, "forward and in reverse"
    assert any("+ … + w1,16[2] δ16[2]" in text for text in texts), "a long sum is abbreviated"


def test_nothing_of_the_model_changes() -> None:
    model = MLP(3, [4, 1])
    for i, parameter in enumerate(model.parameters()):
        parameter.grad = float(i)
    before = model.state_dict()
    show(model, X, 1.0)
    assert [parameter.grad for parameter in model.parameters()] == [float(i) for i in range(len(model.parameters()))]
    assert model.state_dict() == before


def test_the_picture_has_every_output_and_delta() -> None:
    model = MLP(3, [4, 1], activation="sigmoid", seed=1)
    figure = show(model, X, 1.0)
    shown = equations(figure)
    for name in ("h1", "h2", "h3", "h4", "y"):
        assert f">{shown[name].replace('-', '−')}</text>" in picture_of(figure)
    for name in ("δ1[1]", "δ4[1]", "δ[2]"):
        assert f">δ {shown[name].replace('-', '−')}</text>" in picture_of(figure)
    assert picture_of(figure).count("role-target") > 1, "the target stands beside the output"


@pytest.mark.parametrize("base", [Module, object])
def test_network_of_ones_own_is_known_by_what_it_has(base: Any) -> None:
    class Stack(base):  # type: ignore[misc]
        """A network in a module that imports no losses."""

        __module__ = "builtins"

        def __init__(self) -> None:
            self.layers = MLP(2, [2, 1], seed=1).layers

        def __call__(self, x: Any) -> Any:
            return self.layers[1](self.layers[0](x))

    assert len(show(Stack(), [1.0, 2.0], 0.0).steps) == 11
    texts = [[row.text for row in show(Stack(), [1.0, 2.0], 0.0, loss=loss).steps] for loss in ("mae", losses.mae)]
    assert texts[0] == texts[1]
    assert draw(Stack()).svg == draw(MLP(2, [2, 1], seed=1)).svg


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((MLP(2, [1]), [1.0], 0.0), ValueError, "x has 1 number, but .* has 2 inputs"),
        ((MLP(2, [1]), [[1.0, 2.0]], 0.0), ValueError, r"needs a target for each of 1 example, not 0\.0"),
        ((MLP(2, [1]),), TypeError, "needs x"),
        ((MLP(2, [1]), [1.0, 2.0]), TypeError, "needs target"),
        ((MLP(2, [1]), [1.0, 2.0], [0.0, 1.0]), ValueError, "target has 2 numbers, but .* has 1 output"),
        ((MLP(2, [2]), [1.0, 2.0], "yes"), TypeError, "target is 'yes', a name; .* give that of the class, such as 0"),
        ((MLP(2, [2]), [1.0, 2.0], 1.0), ValueError, "target has 1 number, but .* has 2 outputs"),
        ((MLP(2, [1]), [1.0, "a"], 0.0), TypeError, "x must be a real number"),
        ((Value(1.0) * 2.0, [1.0], 0.0), TypeError, r"belong to a network: show\(model, x, target\)"),
        ((MLP(2, [2], output="softmax"), [1.0, 2.0], 5), ValueError, "target"),
        (
            ("model", [1.0], 0.0),
            TypeError,
            "the result of an expression of Values, a network or a history, not 'model'",
        ),
    ],
)
def test_a_mistake_is_answered_by_what_to_write(arguments: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        show(*arguments)


def test_an_unknown_loss_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="mse"):
        show(MLP(2, [1]), [1.0, 2.0], 0.0, loss="msee")
    with pytest.raises(TypeError, match=r"a loss is|loss is a name"):
        show(MLP(2, [1]), [1.0, 2.0], 0.0, loss=3)
    with pytest.raises(TypeError, match="not a Value that depends on the outputs"):
        show(MLP(2, [1]), [1.0, 2.0], 0.0, loss=lambda y, t: 3.0)


@pytest.mark.parametrize("ending", ["svg", "png", "jpg", "mp4", "txt", "py", "ipynb", "xhtml", "0"])
@pytest.mark.parametrize("folder", ["", "new"])
def test_an_ending_that_is_not_known_is_answered_with_those_there_are(ending: str, folder: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=rf"\.html or \.htm; 'step.{ending}' has none.*\.svg, \.png, \.pdf, \.dot"):
        show(Value(1.0) * 2.0).save(tmp_path / folder / f"step.{ending}")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("name", "written"), [("a", "a.html"), ("a.html", "a.html"), ("a.HTM", "a.HTM")])
def test_a_page_is_written_under_its_endings(name: str, written: str, tmp_path: Path) -> None:
    assert show(Value(1.0) * 2.0).save(tmp_path / name) == tmp_path / written
    assert (tmp_path / written).read_bytes().startswith(b"<!DOCTYPE html>")


def test_where_nothing_is_recorded_it_says_so() -> None:
    with no_grad(), pytest.raises(ValueError, match=r"Inside no_grad\(\) nothing is recorded"):
        show(MLP(2, [1]), [1.0, 2.0], 0.0)


# --- a picture at a step -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("output", ["linear", "softmax"])
def test_the_picture_of_a_step_has_what_is_known_by_then(output: str) -> None:
    model = MLP(2, [3, 2], activation="tanh", output=output, seed=0)
    figure = show(model, [1.0, -2.0], [1.0, 0.0])
    finished, shown = lines_in(picture_of(figure)), data_of(figure)["shown"]
    circles = {i for i, node in enumerate(shown) if node is not None}
    before: set[int] = set()
    for step, frame in enumerate(figure.steps, 1):
        lines = lines_in(figure._stills.picture(step))
        known = {i for i in circles if "value" in lines[i]}
        assert known >= before | set(frame.data["values"])
        assert all(lines[i]["value"] == finished[i]["value"] for i in known), "a number is the finished one or none"
        with_delta = {i for i in circles if "gradient" in lines[i]}
        assert all(lines[i]["gradient"] == finished[i]["gradient"] for i in with_delta)
        assert not with_delta or known == circles, "deltas come when all is known"
        assert {i for i, line in enumerate(lines) if "symbol" in line} == circles, "a name is always there"
        before = known
    assert lines_in(figure._stills.picture(len(figure.steps))) == finished


def lines_in(svg: str) -> list[dict[str, str]]:
    """The lines of each node of a picture, by their kinds."""
    groups = [g for g in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}g") if g.get("data-node")]
    return [
        {line.get("class", ""): "".join(line.itertext()) for line in g if line.tag.endswith("text")} for g in groups
    ]
