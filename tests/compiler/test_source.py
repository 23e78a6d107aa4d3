"""The text of compiled programs: what a teacher would write on the board."""

from __future__ import annotations

import builtins
import keyword
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from autograd import Value
from autograd import functions as fn
from autograd.compiler import Program, compile
from autograd.compiler.names import RESERVED
from tests.compiler.networks import Network, cross_entropy
from tests.compiler.oracle import assert_agrees, assert_close
from tests.examples import share

GOLDEN = Path(__file__).parent / "golden"


def lecture_3_4_1() -> Program:
    """The 2-layer perceptron of the lecture's vectorised propagation: 3 features, 4 hidden neurons, 1 output."""
    x = [Value(1.0, f"x{i}") for i in (1, 2, 3)]
    return compile(Network([3, 4, 1], ["sigmoid", "sigmoid"], "linear", seed=0)(x)[0], x)


def notes_1_1_1() -> Program:
    """The network of the notes, 4.4, written out: z1 = w1 x + b1, h = sigmoid(z1), y = w2 h + b2, L = (y - t)^2 / 2."""
    x, t = Value(1.0, "x"), Value(0.5, "t")
    w1, b1, w2, b2 = Value(0.4, "w1"), Value(0.1, "b1"), Value(0.3, "w2"), Value(0.2, "b2")
    z1 = w1 * x + b1
    z1.label = "z1"
    h = z1.sigmoid()
    h.label = "h"
    y = w2 * h + b2
    y.label = "y"
    loss = 0.5 * (y - t) ** 2
    loss.label = "L"
    return compile(loss, [x, t])


def neuron_by_hand() -> Program:
    """One neuron, every product written out."""
    w = [Value(0.1 * i, f"w{i}") for i in (1, 2, 3)]
    x = [Value(0.2 * i, f"x{i}") for i in (1, 2, 3)]
    b = Value(0.1, "b")
    return compile((w[0] * x[0] + w[1] * x[1] + w[2] * x[2] + b).tanh(), x)


def softmax_2_2_2() -> Program:
    """A classifier with the cross-entropy on logits."""
    x, t = [Value(1.0, "x1"), Value(0.5, "x2")], [Value(1.0, "t1"), Value(0.0, "t2")]
    return compile(cross_entropy(Network([2, 2, 2], ["tanh", "linear"], "linear", seed=0)(x), t), [*x, *t])


def linear_regression() -> Program:
    """Notes 4.2.2: the mean over the data of (y - (theta0 + theta1 x))^2, whose gradient has the factor -2/n."""
    theta0, theta1, x, y = Value(0.0, "theta0"), Value(0.0, "theta1"), Value(1.0, "x"), Value(2.0, "y")
    return compile((y - (theta0 + theta1 * x)) ** 2, [x, y])


def linear_regression_over_a_batch() -> Program:
    """The same, summed over five points in a loop."""
    theta0, theta1 = Value(0.0, "theta0"), Value(0.0, "theta1")
    points = [(0.0, 1.0), (1.0, 3.0), (2.0, 4.0), (3.0, 8.0), (4.0, 9.0)]
    return compile(fn.fsum([(y - (theta0 + theta1 * x)) ** 2 for x, y in points]) / len(points))


PROGRAMS: dict[str, Callable[[], Program]] = {
    f.__name__: f
    for f in (
        lecture_3_4_1,
        notes_1_1_1,
        neuron_by_hand,
        softmax_2_2_2,
        linear_regression,
        linear_regression_over_a_batch,
    )
}


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_the_text_is_what_one_writes_on_the_board(name: str) -> None:
    assert PROGRAMS[name]().source == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_the_text_runs_on_its_own(name: str, tmp_path: Path) -> None:
    program = PROGRAMS[name]()
    columns = program.source.count("X, theta")
    n = {"lecture_3_4_1": 3, "notes_1_1_1": 2, "neuron_by_hand": 3, "softmax_2_2_2": 4, "linear_regression": 2}.get(
        name
    )
    X = np.random.default_rng(0).uniform(0.0, 1.0, (4, n or 0))
    given = f"np.array({X.tolist()}), " if columns else ""
    script = tmp_path / "pasted.py"
    call = f"value, gradient = value_and_grad({given}np.array({program.theta.tolist()}))"
    script.write_text(f"{program.source}\n{call}\nprint(repr([float(value), *gradient.tolist()]))\n", encoding="utf-8")
    printed = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True).stdout
    value, gradient = program.value_and_grad(X)
    np.testing.assert_allclose(eval(printed), [value, *gradient], rtol=1e-13)


def test_linear_regression_shows_the_gradient_of_the_notes_in_matrix_form() -> None:
    source = linear_regression().source
    assert "dz1 = -2 / m * e" in source
    assert "dtheta1 = dz1 @ x" in source
    assert "dtheta0 = np.sum(dz1)" in source


def test_labels_that_are_no_names_or_are_taken_do_not_disturb() -> None:
    slope, np_, x = Value(2.0, "m"), Value(1.0, "np"), Value(3.0, "X")
    odd, keyword, sub = Value(1.0, "w[1, 2]"), Value(1.0, "lambda"), Value(0.5, "x₁")
    y = (slope * x + np_).tanh() * odd + keyword * sub
    y.label = "theta"
    program = compile(y, [x, sub])
    values = program([[0.3, 2.0]])
    np.testing.assert_allclose(values, [np.tanh(2.0 * 0.3 + 1.0) + 2.0], rtol=1e-14)


def test_each_array_says_its_shape() -> None:
    source = lecture_3_4_1().source
    assert "(4, 3)" in source.split("W1 = ")[1].splitlines()[0]
    assert "(m, 4)" in source.split("Z1 = ")[1].splitlines()[0]


def test_long_expressions_are_broken_into_lines() -> None:
    x = Value(0.3, "x")
    y = x
    for _ in range(3000):
        y = y.sin()
    program = compile(y, [x])
    expected = 0.3
    for _ in range(3000):
        expected = np.sin(expected)
    np.testing.assert_allclose(program([[0.3]]), [expected], rtol=1e-12)
    assert max(len(line) for line in program.source.splitlines()) < 200


def test_tied_weights_and_parts_of_a_layer_are_indexed() -> None:
    w = [Value(0.1 * i, None) for i in range(1, 7)]
    x = [Value(0.2), Value(0.3), Value(0.4)]
    hidden = fn.linear([tuple(w[:3]), tuple(w[3:])], x)
    total = (
        fn.fsum(hidden)
        + w[1] * w[5]
        + fn.dot(w[0:2], w[4:6])
        + fn.dot([w[0], w[3], w[0]], [x[0], x[2], x[2]])
        + fn.dot([w[2], w[5]], x[:2])
    )
    program = compile(total, x)

    def record(row: list[float]) -> Value:
        hidden = fn.linear([tuple(w[:3]), tuple(w[3:])], row)
        return (
            fn.fsum(hidden)
            + w[1] * w[5]
            + fn.dot(w[0:2], w[4:6])
            + fn.dot([w[0], w[3], w[0]], [row[0], row[2], row[2]])
            + fn.dot([w[2], w[5]], row[:2])
        )

    assert_agrees(program, record, np.random.default_rng(0).normal(size=(4, 3)))
    assert "W1[0, :2]" in program.source or "W1[0, 0:2]" in program.source


NAMES = sorted(
    {
        *keyword.kwlist,
        *keyword.softkwlist,
        *dir(builtins),
        *RESERVED,
        *["data2", "v1", "v2", "W1", "b1", "Z1", "z1", "A1", "a1", "w1", "dw1", "dz1", "e", "lse", "loss", "dloss"],
        *["grad", "top", "run", "bind", "t1", "a0", "ones_m", "ones_n", "i_a3"],
    }
)


@pytest.mark.parametrize("role", ["parameter", "input", "node"])
def test_a_label_may_be_any_name_of_python_or_of_the_program(role: str) -> None:
    def graph(name: str) -> tuple[Value, list[Value]]:
        w, v = Value(0.3, name if role == "parameter" else "w"), Value(0.2)
        x = Value(0.7, name if role == "input" else "x")
        h = (w * x + v).tanh()
        h.label = name if role == "node" else "h"
        loops = fn.fsum([fn.sin(w * c) for c in range(1, 5)]) * fn.fsum([fn.cos(v * c) for c in range(1, 5)])
        return h * w + loops + fn.logsumexp([w * x, h]) + fn.sigmoid(h), [x]

    plain = compile(*graph("plain"))
    X = np.array([[0.7], [-0.2]])
    value, gradient = plain.value_and_grad(X)
    for name in share(NAMES):
        program = compile(*graph(name))
        assert_close(program(X), plain(X))
        for theta in (None, program.theta.copy()):
            ours = program.value_and_grad(X, theta)
            assert_close(ours[0], value)
            assert_close(ours[1], gradient)


ALL_TEXTS = """
import sys
from tests.compiler.test_copies import CLASSES, ONE_HOT, ROWS, fn
from tests.compiler.test_libraries import classifier
from tests.compiler.test_source import PROGRAMS, compile, Network
network = Network([2, 4, 3], ["tanh", "linear"], "linear", seed=2)
loop = compile(fn.fsum([-fn.softmax(network(row[:2]))[c].log() for row, c in zip(ROWS, CLASSES)]))
for program in [*[PROGRAMS[name]() for name in sorted(PROGRAMS)], classifier(), loop]:
    print(program.source, *program.stages.values())
"""


@pytest.mark.slow
def test_the_text_is_the_same_in_every_process() -> None:
    texts = []
    for seed in ("0", "1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.getcwd()}
        done = subprocess.run([sys.executable, "-c", ALL_TEXTS], capture_output=True, text=True, env=environment)
        assert done.returncode == 0, done.stderr
        texts.append(done.stdout)
    assert len(texts[0]) > 10_000
    assert texts[1:] == texts[:1] * 2
