"""Snapshots of a training and its replay: what is kept, what the outlines say, and what the figure tells."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Callable, Iterator
from html import unescape
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from autograd import show
from autograd.derivation.words import LANGUAGES
from autograd.derivation.writing import significant
from autograd.drawing.lettering import Run, width_of
from nn import MLP, SGD, Adam, Module, Neuron, TrainingDiverged, fit
from nn.history import History, Snapshots
from nn.views.replay.contours import simplified, superlevel
from tests.stepper.shown import picture_of

X = [[0.0, 0.1], [0.2, 1.0], [1.0, 0.0], [0.9, 1.1], [0.4, 0.6], [0.6, 0.3]]
CLASSES = [0, 1, 1, 0, 1, 0]


def trained(epochs: int = 12, **settings: Any) -> tuple[Any, ...]:
    model = MLP(2, [4, 1], activation="tanh", output="sigmoid", seed=0)
    return model, fit(model, X, CLASSES, "binary_cross_entropy_with_logits", Adam(0.1), epochs, **settings)


# --- snapshots -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at_most", [2, 3, 7, 100])
@pytest.mark.parametrize("epochs", [1, 2, 5, 99, 100, 101, 1000])
def test_snapshots_are_bounded_evenly_spaced_and_have_the_first_and_the_last(at_most: int, epochs: int) -> None:
    snapshots = Snapshots(["w"], at_most)
    for epoch in range(epochs + 1):
        snapshots.take(epoch, np.array([float(epoch)]))
        assert len(snapshots) <= at_most
    kept = snapshots.epochs
    assert (kept[0], kept[-1]) == (0, epochs)
    steps = set(np.diff(kept[:-1]).tolist())
    assert len(steps) <= 1
    assert all(step & (step - 1) == 0 for step in steps), "the stride is a power of 2"
    assert [snapshot.state["w"] for snapshot in snapshots] == kept
    if epochs >= 2 * at_most > 8:
        assert len(snapshots) > at_most / 2 - 1, "no more are dropped than need be"


def test_models_of_many_parameters_keep_fewer_snapshots_but_the_first_and_the_last() -> None:
    snapshots = Snapshots([f"w{i}" for i in range(400_000)])
    for epoch in range(5):
        snapshots.take(epoch, np.zeros(400_000))
    assert snapshots.epochs == [0, 4]


def test_snapshot_is_a_copy() -> None:
    theta = np.array([1.0])
    snapshots = Snapshots(["w"])
    snapshots.take(0, theta)
    theta[0] = 2.0
    assert snapshots[0].state == {"w": 1.0}


@pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "eager"])
def test_fit_keeps_the_parameters_of_each_epoch(compiled: bool) -> None:
    seen = []
    model = MLP(2, [4, 1], activation="tanh", seed=0)
    before = model.state_dict()
    history = fit(
        model,
        X,
        CLASSES,
        epochs=9,
        batch_size=2,
        compiled=compiled,
        callbacks=[lambda r: seen.append(r.model.state_dict())],
    )
    assert list(history.snapshots) == [(0, before), *enumerate(seen, 1)]
    assert history.snapshots[-1].state == model.state_dict()


def test_interrupted_training_keeps_what_was_finished() -> None:
    def press(report: Any) -> None:
        if report.epoch == 3:
            raise KeyboardInterrupt

    _, history = trained(callbacks=[press])
    assert history.snapshots.epochs == [0, 1, 2, 3]
    assert show(history).steps[-1].part == "epoch 3"


def test_diverged_training_can_be_replayed_up_to_there() -> None:
    with pytest.raises(TrainingDiverged) as caught:
        fit(Neuron(2, weights=[1.0, 1.0]), X, CLASSES, optimizer=SGD(5.0), epochs=10_000)
    history = caught.value.history
    assert history.snapshots.epochs[-1] == len(history) > 0
    assert show(history).steps[-1].part == f"epoch {len(history)}"


def test_no_snapshots_keep_neither_model_nor_examples() -> None:
    _, history = trained(snapshots=0)
    assert (history.snapshots, history.recording) == (None, None)
    assert [row.part for row in show(history).steps] == [f"epoch {k}" for k in range(1, 13)]


def test_examples_of_models_with_more_inputs_are_not_kept() -> None:
    history = fit(MLP(3, [1], seed=0), [[0.0, 1.0, 2.0], [1.0, 0.0, 1.0]], [0.0, 1.0], epochs=2)
    assert history.recording is None
    assert history.snapshots.epochs == [0, 1, 2]


@pytest.mark.parametrize("copied", [copy.deepcopy, copy.copy, lambda h: pickle.loads(pickle.dumps(h))], ids="dcp")
def test_copies_have_rows_and_reason_alone(copied: Any) -> None:
    _, history = trained()
    twin = copied(history)
    assert (twin.rows, twin.stop_reason) == (history.rows, history.stop_reason)
    assert str(twin) == str(history)
    assert twin.recording is None
    assert len(show(twin).steps) == 12
    assert len(pickle.dumps(history)) < 3000


# --- outlines --------------------------------------------------------------------------------------------------------


def winding(outlines: Any, point: Any) -> Any:
    """How often outlines go around a point: by the angles, which is how a renderer does not do it."""
    total = 0.0
    for outline in outlines:
        arms = np.vstack([outline, outline[:1]]) - point
        angles = np.arctan2(arms[:, 1], arms[:, 0])
        total += np.sum((np.diff(angles) + np.pi) % (2 * np.pi) - np.pi)
    return round(total / (2 * np.pi))


@pytest.mark.parametrize("seed", range(8))
def test_outlines_go_once_around_every_point_of_the_region_and_around_no_other(seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=(9, 7))
    values = np.round(values, 1) if seed % 2 else values  # also numbers that are the level itself
    level = 0.3
    outlines = superlevel(values, level)
    for row in range(9):
        for column in range(7):
            if values[row, column] != level and 0 < row < 8 and 0 < column < 6:
                assert winding(outlines, (column, row)) == (values[row, column] > level), (row, column)


def test_outline_of_a_plane_is_straight() -> None:
    column, row = np.meshgrid(np.arange(5.0), np.arange(4.0))
    (outline,) = superlevel(column + 2 * row, 4.5)
    inner = outline[(outline > 0).all(axis=1) & (outline < [4, 3]).all(axis=1)]
    np.testing.assert_allclose(inner @ [1.0, 2.0], 4.5)


@pytest.mark.parametrize(("level", "count"), [(2.0, 0), (-2.0, 1)])
def test_region_of_nothing_and_of_everything(level: float, count: int) -> None:
    assert len(superlevel(np.zeros((3, 3)), level)) == count


def test_simplified_line_is_nowhere_farther_away_than_told() -> None:
    x = np.linspace(0.0, 6.0, 200)
    points = np.stack([x, np.sin(x)], axis=1)
    few = simplified(points, 0.01)
    assert len(few) < 40
    assert np.abs(np.interp(x, few[:, 0], few[:, 1]) - np.sin(x)).max() < 0.015


# --- the figure ------------------------------------------------------------------------------------------------------


def regions(path: str) -> Iterator[Any]:
    """The outlines of a path, from its text."""
    for part in re.findall(r"M[^M]*", path):
        numbers = np.array([float(n) for n in re.findall(r"-?\d+", part)]).reshape(-1, 2)
        yield np.cumsum(numbers, axis=0)


def places_of(figure: Any) -> Callable[..., Any]:
    """From inputs to the units of the outlines, by the axes as they are written on the picture."""
    ticks = re.findall(
        r'<text class="tick( left)?" x="([\d.]+)" y="([\d.]+)">([^<]+)<',
        picture_of(figure).partition('data-panel="charts"')[0],
    )
    across = [(float(x), float(words.replace("−", "-"))) for left, x, _, words in ticks if not left]
    up = [(float(y) - 4, float(words.replace("−", "-"))) for left, _, y, words in ticks if left and "pale" not in words]
    frame = re.search(r'<svg x="([\d.]+)" y="([\d.]+)" width', picture_of(figure).partition("data-panel")[2])
    slopes = [np.polyfit([n for _, n in ends], [at for at, _ in ends], 1) for ends in (across, up)]
    return lambda point: [
        4 * (np.polyval(s, c) - float(corner)) for s, c, corner in zip(slopes, point, frame.groups(), strict=True)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "eager"])
def test_regions_at_each_snapshot_are_those_of_the_model_with_its_parameters(compiled: bool) -> None:
    model, history = trained(epochs=40, compiled=compiled)
    own = model.state_dict()
    figure = show(history)
    assert model.state_dict() == own, "showing changes nothing"
    place = places_of(figure)
    epochs = [int(row.part.split()[1]) for row in figure.steps]
    states = dict(history.snapshots)
    rng = np.random.default_rng(0)
    points = rng.uniform([0.0, 0.0], [1.0, 1.1], (60, 2))
    sides = set()
    for epoch, step in zip(epochs, [frame.data for frame in figure.steps], strict=True):
        model.load_state_dict(states[epoch])
        outputs = model.predict(points)
        for level, path in zip((0.2, 0.5, 0.8), step["layers"], strict=True):
            outlines = list(regions(path))
            for point, output in zip(points, outputs, strict=True):
                if abs(output - level) > 0.08:
                    assert winding([o * [1, -1] for o in outlines], np.array(place(point)) * [1, -1]) == (
                        output > level
                    )
                    sides.add((level, bool(output > level)))
        wrong = np.flatnonzero((model.predict(X) >= 0.5) != CLASSES)
        bits = [i for i in range(len(X)) if int(step["wrong"][i // 4], 16) >> i % 4 & 1]
        assert bits == wrong.tolist()
    assert len(sides) == 6


def test_first_loss_is_that_before_training_and_the_others_are_the_historys() -> None:
    model = MLP(2, [4, 1], activation="tanh", output="sigmoid", seed=0)
    p = model.predict(X)
    before = -np.mean(np.log(np.where(CLASSES, p, 1 - p)))
    _, history = trained()
    first, *others = show(history).steps
    assert first.text.startswith(f"loss {significant(before)},")
    for row, loss in zip(others, history["loss"], strict=True):
        assert row.text.startswith(f"loss {significant(loss)}, ")


def test_numbers_of_the_last_epoch_are_named_in_words() -> None:
    _, history = trained(metrics=["accuracy"], validation=0.34)
    text = show(history).steps[-1].text
    names = [part.rsplit(" ", 1)[0] for part in text.split(", ")]
    assert names[:5] == ["loss", "accuracy", "validation loss", "validation accuracy", "learning rate"]
    assert re.search(r"wrong examples \d of 4$", text)


def test_curve_of_one_input_goes_through_what_the_model_says() -> None:
    xs = np.linspace(-2.0, 2.0, 30)
    model = MLP(1, [8, 1], activation="tanh", seed=0)
    history = fit(model, xs, np.sin(xs), optimizer=Adam(0.05), epochs=60)
    figure = show(history)
    place = places_of(figure)
    (path,) = figure.steps[-1].data["layers"]
    (points,) = regions(path)
    expected = np.array([place((x, y)) for x, y in zip(xs, model.predict(xs), strict=True)])
    np.testing.assert_allclose(np.interp(expected[:, 0], points[:, 0], points[:, 1]), expected[:, 1], atol=4)  # a pixel


@pytest.mark.parametrize(
    ("inputs", "outputs", "targets", "layers"),
    [
        (2, 3, [0, 1, 2, 0, 1, 2], 2),
        (2, 1, [-1, 1, 1, -1, 1, -1], 3),
        (2, 1, [0.5, 1.5, 2.0, 3.0, 0.1, 1.0], 7),
        (2, 1, [1.0] * 6, 3),
        (2, 2, [[0.5, 2.0]] * 6, None),
        (1, 1, [0.5, 1.5, 2.0, 3.0, 0.1, 1.0], 1),
        (1, 1, [2.0] * 6, 1),
        (1, 3, [0, 1, 2, 0, 1, 2], None),
        (5, 1, [0.5, 1.5, 2.0, 3.0, 0.1, 1.0], None),
    ],
    ids=["3 classes", "-1 and 1", "numbers", "one class", "2 numbers", "curve", "constant", "3 curves", "5 inputs"],
)
def test_what_is_drawn_depends_on_inputs_and_targets(
    inputs: int, outputs: int, targets: Any, layers: int | None
) -> None:
    task = "multiclass" if outputs == 3 else "regression"
    model = MLP.for_task(task, inputs, [4, outputs], seed=0)
    data = np.random.default_rng(0).normal(size=(6, inputs))
    figure = show(fit(model, data, targets, epochs=3))
    assert all(len(frame.data.get("layers", ())) == (layers or 0) for frame in figure.steps)
    assert len(figure.steps) == (4 if layers else 3)


def test_model_of_ones_own_can_be_replayed() -> None:
    class Wave(Module):
        def __init__(self) -> None:
            from autograd import Value

            self.a = Value(0.5)

        def __call__(self, x: Any) -> Any:
            return (self.a * x[0]).sin()

    figure = show(fit(Wave(), [[0.1], [0.5], [0.9]], [0.2, 0.8, 0.9], epochs=5))
    assert len(figure.steps) == 6


@pytest.mark.slow
def test_page_of_a_hundred_snapshots_is_small() -> None:
    rng = np.random.default_rng(0)
    data = rng.normal(size=(400, 2))
    model = MLP(2, [16, 16, 1], activation="tanh", output="sigmoid", seed=0)
    labels = np.hypot(*data.T) > 1.0
    history = fit(model, data, labels, "binary_cross_entropy_with_logits", Adam(0.02), epochs=98)
    figure = show(history)
    assert len(figure.steps) == 99
    assert len(figure.page().encode()) < 500_000


def test_long_course_keeps_its_spikes() -> None:
    history = History()
    history.rows = [{"epoch": k, "loss": 50.0 if k == 7777 else 1.0} for k in range(1, 20_001)]
    figure = show(history)
    assert len(figure.steps) <= 101
    assert figure.steps[-1].part == "epoch 20000"
    assert len(figure.page()) < 100_000
    line = re.search(r'class="line-0 class-0" d="([^"]+)"', picture_of(figure))[1]
    (points,) = regions(line)
    assert np.ptp(points[:, 1]) > 1000


def test_numbers_that_are_not_finite_leave_gaps() -> None:
    history = History()
    history.rows = [{"epoch": k, "loss": 1.0, "odd": float("nan") if k < 3 else 1.0} for k in range(1, 5)]
    assert "nan" in show(history).steps[0].text
    assert show(history).steps[0].data["dots"][1] is None


def test_history_without_epochs_says_what_to_do() -> None:
    with pytest.raises(ValueError, match="the history has no epochs to show; train the model first"):
        show(History())


def test_less_than_one_digit_is_refused() -> None:
    with pytest.raises(ValueError, match="digits is 0, but must be at least 1"):
        show(trained(epochs=1)[1], digits=0)


def test_history_takes_no_example() -> None:
    with pytest.raises(TypeError, match="x, target and loss belong to a network"):
        show(trained(epochs=1)[1], [1.0, 2.0], [1.0])


def test_the_picture_of_an_epoch_is_the_one_of_its_snapshot() -> None:
    _, history = trained(metrics=["accuracy"])
    figure = show(history)
    pictures = [figure._stills._picture_at(step) for step in range(1, len(figure.steps) + 1)]
    for picture, frame in zip(pictures, figure.steps, strict=True):
        layers = dict(re.findall(r'data-layer="(\d+)" d="([^"]*)"', picture))
        assert [layers[f"{k}"] for k in range(len(layers))] == frame.data["layers"]
        assert set(re.findall(r'data-now="" [^>]*translate\(([\d.]+)\)', picture)) == {f"{frame.data['now']:.1f}"}
        wrong = int(frame.text.rpartition("wrong examples ")[2].split(" of ")[0])
        assert picture.count('class="cross wrong" d=') == wrong + 1, "and the one in the legend"
    assert pictures[-1] == picture_of(figure)
    assert 'data-dot="" style="display:none"' in pictures[0], "before training there is no accuracy"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("n_classes", [2, 3, 4])
def test_what_the_looks_mean_stands_apart_in_every_language(language: str, n_classes: int) -> None:
    targets = [k % n_classes for k in range(len(X))]
    one = n_classes == 2
    model = MLP(2, [1 if one else n_classes], output="sigmoid" if one else "softmax", seed=0)
    loss = "binary_cross_entropy" if one else "categorical_cross_entropy"
    figure = show(fit(model, X, targets, loss, epochs=2), language=language)
    lines: dict[str, list[tuple[float, float]]] = {}
    texts = r'<text class="(\w+ \w+|heading)" x="([\d.]+)" y="([\d.]+)">(.*?)</text>'
    for kind, x, y, said in re.findall(texts, picture_of(figure)):
        size = 12 if "tick" in kind else 14 if kind == "heading" else 13
        width = width_of([Run(unescape(said))], size)
        left = float(x) - width * ("left" in kind)
        lines.setdefault(y, []).append((left, left + width))
    key = sorted(lines["24.0"])
    assert len(key) >= n_classes + 1
    assert all(end + 4 < start for (_, end), (start, _) in pairwise(key)), (language, key)
