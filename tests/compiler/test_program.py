"""Calling a program, its parameters, its check against the graph, and what happens with bad input."""

from __future__ import annotations

import copy
import pickle
import sys
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from autograd import DomainError, Primitive, Value, apply, grad
from autograd import functions as fn
from autograd.compiler import Program, ProgramMismatch, compile
from tests.compiler.networks import Network
from tests.compiler.oracle import assert_agrees, assert_close


def line() -> tuple[Program, dict[str, Value]]:
    """w x + b - t, squared."""
    leaves = {name: Value(number, name) for name, number in (("w", 2.0), ("b", 1.0), ("x", 0.0), ("t", 0.0))}
    w, b, x, t = leaves.values()
    return compile((w * x + b - t) ** 2, [x, t]), leaves


# --- calls ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "X",
    [
        [[1.0, 2.0], [3.0, 4.0]],
        ((1, 2), (3, 4)),
        np.array([[1, 2], [3, 4]]),
        np.array([[1.0, 2.0], [3.0, 4.0]], dtype=np.float32),
        np.asfortranarray([[1.0, 2.0], [3.0, 4.0]]),
        np.array([[1.0, 9.0, 2.0], [3.0, 9.0, 4.0]])[:, ::2],
    ],
    ids=["lists", "tuples", "integers", "float32", "by columns", "strided"],
)
def test_x_may_be_anything_that_holds_numbers(X: Any) -> None:
    program, _ = line()
    assert_close(program(X), [1.0, 9.0])
    value, gradient = program.value_and_grad(X)
    assert type(value) is float
    assert value == 5.0
    assert dict(zip([p.label for p in program.parameters], gradient.tolist(), strict=True)) == {"w": 10.0, "b": 4.0}


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        ([[1.0]], ValueError, r"X has shape \(1, 1\), but one row an example and 2 columns are needed: x, t"),
        ([1.0, 2.0], ValueError, r"for one example write X\[None, :\]"),
        ([[[1.0, 2.0]]], ValueError, r"shape \(1, 1, 2\)"),
        (3.0, ValueError, r"shape \(\)"),
        ("ab", TypeError, "X must hold numbers"),
        ([["a", "b"]], TypeError, "X must hold numbers"),
        ([[1.0, 2.0], [3.0]], TypeError, "X must hold numbers"),
        (None, TypeError, "X is missing"),
    ],
    ids=["width", "one example", "three axes", "a number", "text", "cells of text", "ragged", "missing"],
)
def test_bad_x_is_named(X: Any, error: type[Exception], message: str) -> None:
    program, _ = line()
    with pytest.raises(error, match=message):
        program(X)
    with pytest.raises(error, match=message):
        program.value_and_grad(X)


def test_one_input_given_as_a_flat_array_is_told_how_to_stand() -> None:
    x = Value(1.0)
    with pytest.raises(ValueError, match=r"write X\[:, None\]"):
        compile(x * x, [x])([1.0, 2.0, 3.0])


def test_many_inputs_are_not_all_listed() -> None:
    x = [Value(0.1, f"x{i}") for i in range(9)]
    with pytest.raises(ValueError, match=r"needed: x0, x1, x2, x3, x4, \.\.\.$"):
        compile(fn.fsum(x), x)(np.zeros((1, 2)))


def test_nan_and_infinity_are_passed_on_without_a_warning() -> None:
    program, _ = line()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        values = program([[np.nan, 0.0], [np.inf, 0.0], [1.0, 3.0]])
        value, gradient = program.value_and_grad([[np.nan, 0.0], [1.0, 3.0]])
    assert np.isnan(values[0])
    assert values[1:].tolist() == [np.inf, 0.0]
    assert np.isnan(value)
    assert np.isnan(gradient).all()


def test_outside_its_domain_a_function_gives_nan_for_that_example_alone() -> None:
    x = Value(1.0)
    program = compile(fn.log(x), [x])
    values = program([[-1.0], [0.0], [1.0]])
    assert np.isnan(values[0])
    assert values[1:].tolist() == [-np.inf, 0.0]
    with pytest.raises(DomainError):
        fn.log(Value(-1.0))


def test_a_batch_of_nothing_has_outputs_but_no_mean() -> None:
    program, _ = line()
    assert program(np.zeros((0, 2))).shape == (0,)
    with pytest.raises(ValueError, match="the mean of nothing is not defined"):
        program.value_and_grad(np.zeros((0, 2)))


def test_results_are_the_callers_own() -> None:
    program, _ = line()
    _, first = program.value_and_grad([[1.0, 2.0]])
    kept = first.copy()
    program.value_and_grad([[5.0, 2.0]])
    assert first.tolist() == kept.tolist()
    y = Value(0.3)
    constant = compile([y * 2.0, y], [])
    outputs = constant()
    outputs[0, 0] = 7.0
    assert constant().tolist() == [[0.6, 0.3]]


def test_many_batch_sizes_do_not_pile_up_buffers() -> None:
    program, _ = line()
    for m in range(1, 40):
        value, _ = program.value_and_grad(np.tile([[1.0, 2.0]], (m, 1)))
        assert value == 1.0
    assert len(program._buffers.bound) <= 8


# --- what compiles -------------------------------------------------------------------------------------------


def test_an_input_may_be_the_output_and_a_parameter_too() -> None:
    x, w = Value(1.0), Value(2.0)
    assert compile(x, [x])([[3.0], [4.0]]).tolist() == [3.0, 4.0]
    assert compile([x, x, w, 5.0], [x])([[3.0]]).tolist() == [[3.0, 3.0, 2.0, 5.0]]
    value, gradient = compile(x, [x]).value_and_grad([[3.0], [4.0]])
    assert (value, gradient.shape) == (3.5, (0,))
    value, gradient = compile(w).value_and_grad()
    assert (value, gradient.tolist()) == (2.0, [1.0])


CONSTANT: dict[str, Any] = {
    "w**0": lambda w: w**0,
    "0 w": lambda w: w * 0.0 + 2.0,
    "a choice of numbers": lambda w: fn.where(1.0, 2.0, w),
    "w - w": lambda w: fn.where(0.0, w, 3.0) * 0.5,
}


@pytest.mark.parametrize("what", list(CONSTANT))
def test_an_output_that_turns_out_to_be_a_number_has_the_shape_of_any_other(what: str) -> None:
    w, x = Value(2.0), Value(1.0)
    y = CONSTANT[what](w)
    program = compile(y)
    np.testing.assert_array_equal(program(), [y.data])
    assert program().dtype == np.float64
    value, gradient = program.value_and_grad()
    assert (value, gradient.tolist()) == (y.data, [0.0] * len(program.parameters))
    np.testing.assert_array_equal(
        compile([y, y * x], [x])([[3.0], [4.0]]), [[y.data, 3.0 * y.data], [y.data, 4.0 * y.data]]
    )
    several = compile(y + x * 0.0, [x])
    np.testing.assert_array_equal(several([[3.0], [4.0]]), [y.data, y.data])
    assert several.value_and_grad([[3.0], [4.0]])[0] == y.data


@pytest.mark.filterwarnings("ignore:no output depends on input")
def test_an_output_of_parameters_alone_is_the_same_for_every_row() -> None:
    x, w = Value(1.0), Value(2.0)
    program = compile(w * w, [x])
    assert program(np.zeros((3, 1))).tolist() == [4.0, 4.0, 4.0]
    value, gradient = program.value_and_grad(np.zeros((3, 1)))
    assert (value, gradient.tolist()) == (4.0, [4.0])


def test_a_node_inside_the_graph_can_be_an_input() -> None:
    w, x = Value(2.0), Value(3.0)
    h = w * x
    assert compile(h * h + 1.0, [h])([[4.0]]).tolist() == [17.0]


def test_an_input_that_changes_nothing_is_warned_about() -> None:
    x, y = Value(1.0, "x"), Value(2.0, "y")
    with pytest.warns(UserWarning, match=r"no output depends on input 1 \(y = 2\)"):
        program = compile(x * 2.0, [x, y])
    assert program([[3.0, 9.0]]).tolist() == [6.0]


def test_a_primitive_of_ones_own_compiles_with_its_own_derivative() -> None:
    straight_through = Primitive(
        name="straight_through",
        symbol="st",
        value=lambda m, a: m.step(a),
        partials=(lambda m, y, a: 1.0,),
        textbook=(),
    )
    weighted = Primitive(
        name="weighted",
        symbol="wt",
        value=lambda m, *terms: m.fsum([m.softmax(terms)[0], m.logsumexp(terms), *terms]),
        partials=lambda m, y, *terms: [3.0 for _ in terms],
    )
    w, x = Value(0.3), Value(0.5)
    program = compile(apply(straight_through, w * x) * w + apply(weighted, w, x, w * x), [x])

    def record(row: list[float]) -> Value:
        return apply(straight_through, w * row[0]) * w + apply(weighted, w, row[0], w * row[0])

    assert_agrees(program, record, [[0.5], [-0.7]])


def test_a_primitive_that_branches_is_refused() -> None:
    branching = Primitive(
        name="branching", symbol="br", value=lambda m, a: a if a > 0.0 else -a, partials=(lambda m, y, a: 1.0,)
    )
    x = Value(1.0)
    with pytest.raises(TypeError, match="a rule of a primitive branches"):
        compile(apply(branching, x), [x])
    odd = Primitive(
        name="odd",
        symbol="odd",
        value=lambda m, a: 2.0 * a,
        partials=(lambda m, y, a: m.gamma(a),),
        eager=lambda a: (2.0 * a, 2.0),
    )
    w = Value(2.0)
    with pytest.raises(AttributeError, match=r"m\.gamma"):
        compile(apply(odd, w))


@pytest.mark.parametrize(
    ("root", "inputs", "error", "message"),
    [
        (3.0, [], TypeError, "compile needs a graph"),
        ([], [], TypeError, "compile needs a graph"),
        ([1.0, 2.0], [], TypeError, "compile needs a graph"),
        (Value(1.0), [2.0], TypeError, "input 0 is 2.0, not a Value"),
        (Value(1.0), Value(1.0, "x"), TypeError, r"inputs=\[x\]"),
        ([Value(1.0), "a"], [], TypeError, "an output must be a real number"),
    ],
)
def test_what_cannot_be_compiled_is_named(root: Any, inputs: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        compile(root, inputs)


def test_an_input_named_twice_is_an_error() -> None:
    x = Value(1.0, "x")
    with pytest.raises(ValueError, match=r"input 1 \(x = 1\) is input 0 already"):
        compile(x * x, [x, x])


def test_the_gradient_is_for_one_output() -> None:
    x = Value(1.0)
    with pytest.raises(ValueError, match="this program has 2; compile one of them"):
        compile([x, x * x], [x]).value_and_grad([[1.0]])


# --- parameters ----------------------------------------------------------------------------------------------


def test_theta_is_read_and_written_in_place() -> None:
    program, leaves = line()
    assert [p.label for p in program.parameters] == ["w", "b"]
    theta = program.theta
    theta -= [1.0, 1.0]
    assert program([[3.0, 0.0]]).tolist() == [9.0]
    assert program.value_and_grad([[3.0, 0.0]])[0] == 9.0
    program.theta = [0.0, 2.0]
    assert program.theta is theta
    assert program([[3.0, 0.0]]).tolist() == [4.0]
    assert leaves["w"].data == 2.0
    program.write_back()
    assert (leaves["w"].data, leaves["b"].data) == (0.0, 2.0)


def test_other_parameters_can_be_given_for_a_call() -> None:
    program, _ = line()
    assert program([[3.0, 0.0]], np.array([0.0, 2.0])).tolist() == [4.0]
    value, gradient = program.value_and_grad([[3.0, 0.0]], np.array([0.0, 2.0]))
    assert (value, gradient.tolist()) == (4.0, [12.0, 4.0])
    with pytest.raises(ValueError, match=r"theta has shape \(3,\); this program has 2 parameters"):
        program([[3.0, 0.0]], np.zeros(3))


def test_a_value_changed_after_compiling_is_not_overwritten() -> None:
    program, leaves = line()
    leaves["w"].data = 7.0
    with pytest.raises(ValueError, match=r"w was changed from 2 to 7 .* program\.read\(\)"):
        program.write_back()
    assert leaves["w"].data == 7.0
    program.read()
    assert program.theta.tolist() == [7.0, 1.0]
    program.write_back()
    program.theta[:] = np.nan
    program.write_back()
    program.write_back()


def test_the_weights_of_a_layer_are_views_of_theta() -> None:
    network = Network([3, 4, 2], ["tanh", "linear"], "linear", seed=0)
    x = [Value(0.1), Value(0.2), Value(0.3)]
    program = compile(network(x), x)
    first, second = network.layers
    order = [p for row in first for p in row[:3]] + [row[3] for row in first]
    order += [p for row in second for p in row[:4]] + [row[4] for row in second]
    assert program.parameters == order
    assert "theta[0:12]" in program.source


# --- the check against the graph --------------------------------------------------------------------------------


def test_check_passes_where_program_and_graph_agree() -> None:
    network = Network([2, 3, 1], ["tanh", "linear"], "linear", seed=0)
    x = [Value(0.1), Value(0.2)]
    program = compile(network(x)[0], x)
    program.theta[:] = 0.0  # the check uses the numbers of the Values
    program.check(lambda row: network(row)[0], np.random.default_rng(0).normal(size=(5, 2)))


def test_check_notices_a_function_that_branches_on_the_data() -> None:
    w = Value(2.0)

    def record(row: list[Any]) -> Value:
        return w * row[0] if float(row[0]) > 0.0 else -3.0 * w * row[0]

    x = Value(1.0)
    program = compile(record([x]), [x])
    program.check(record, [[1.0], [2.0]])
    with pytest.raises(ProgramMismatch, match=r"row 1 disagree: the value is off by 16, of 12\. .*branches"):
        program.check(record, [[1.0], [-2.0]])


def test_check_names_the_place_of_a_comparison() -> None:
    w = Value(2.0, "w")

    def record(row: list[Any]) -> Value:
        z = w * row[0]
        return z if z > 0.0 else 0.01 * z

    x = Value(1.0)
    with pytest.warns(UserWarning, match="test_program.py"):
        program = compile(record([x]), [x])
    with pytest.raises(
        ProgramMismatch, match=r"row 0 disagree: .* in test_program\.py:\d+, .*where\(step\(x\), a, b\)"
    ):
        program.check(record, [[-2.0]])


def test_check_notices_a_gradient_that_differs() -> None:
    w, x = Value(2.0), Value(1.0)
    program = compile(w * x, [x])
    with pytest.raises(ProgramMismatch, match="the gradient is off by 1"):
        program.check(lambda row: w * 0.0 + 2.0 * row[0], [[1.0]])


def test_check_passes_nan() -> None:
    w, x = Value(2.0), Value(1.0)
    compile(w * x, [x]).check(lambda row: w * row[0], [[np.nan]])


# --- to read, keep and copy ---------------------------------------------------------------------------------------


def test_a_program_shows_itself() -> None:
    program, _ = line()
    assert str(program) == program.source
    assert repr(program) == "<program of 2 inputs and 2 parameters; print(program.source) to read it>"
    page = program._repr_html_()
    assert page.startswith("<pre")
    assert "&quot;&quot;&quot;" in page


def test_every_stage_can_be_printed() -> None:
    program, _ = line()
    shown = {name: str(stage) for name, stage in program.stages.items()}
    assert "= input 0  # x" in shown["record"]
    assert "theta[0:1] = W1 ()" in shown["layout"]
    assert "multiply(" in shown["lift"]
    assert "seed(" in shown["differentiate"]


def test_a_graph_with_every_kind_of_node_can_be_printed() -> None:
    w, x = Value(0.5), Value(0.3)
    total = fn.fsum([fn.sin(w * c) for c in (1.0, 2.0, 3.0, 4.0)]) + fn.logsumexp([x, 0.1, 0.2])
    for stage in compile(total, [x]).stages.values():
        assert str(stage)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda p: pickle.loads(pickle.dumps(p))], ids=["copy", "pickle"])
def test_programs_are_copied_and_pickled(duplicate: Any) -> None:
    program, _ = line()
    program.value_and_grad([[1.0, 2.0]])
    other = duplicate(program)
    other.theta[:] = 0.0
    assert other([[1.0, 2.0]]).tolist() == [4.0]
    assert program([[1.0, 2.0]]).tolist() == [1.0]
    assert str(other.stages["lift"]) == str(program.stages["lift"])


def test_threads_do_not_share_buffers() -> None:
    network = Network([3, 8, 1], ["tanh", "linear"], "linear", seed=0)
    x = [Value(0.1), Value(0.2), Value(0.3)]
    program = compile(network(x)[0] ** 2, x)
    batches = [np.random.default_rng(i).normal(size=(50, 3)) for i in range(40)]
    alone = [program.value_and_grad(X)[1] for X in batches]
    with ThreadPoolExecutor(4) as pool:
        together = [g for _, g in pool.map(program.value_and_grad, batches)]
    for a, b in zip(alone, together, strict=True):
        assert_close(a, b)


def test_one_program_in_many_threads_with_many_batch_sizes() -> None:
    network = Network([3, 8, 1], ["tanh", "linear"], "linear", seed=0)
    x = [Value(0.1), Value(0.2), Value(0.3)]
    program = compile(network(x)[0] ** 2, x)
    X = np.random.default_rng(0).normal(size=(40, 3))
    alone = {m: program.value_and_grad(X[:m])[1] for m in range(1, 40)}
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # so that the threads are interrupted everywhere
    try:
        with ThreadPoolExecutor(6) as pool:
            sizes = [1 + 7 * i % 39 for i in range(1500)]
            together = list(pool.map(lambda m: program.value_and_grad(X[:m])[1], sizes))
    finally:
        sys.setswitchinterval(interval)
    for m, gradient in zip(sizes, together, strict=True):
        assert_close(gradient, alone[m])


# --- choices that Python made while recording ----------------------------------------------------------------------


def leaky_by_if(z: Any) -> Any:
    return z if z > 0.0 else 0.01 * z


DECISIONS: dict[str, Callable[[Any, Any], Any]] = {
    "if": lambda w, x: leaky_by_if(w * x),
    "of an input alone": lambda w, x: w if x > 0.0 else 2.0 * x * w,
    "of two Values": lambda w, x: w if w >= x else x * w,
    "a root that was compared": lambda w, x: max(w * x, w),
    "sorted": lambda w, x: sorted([w * x, w, x])[1] * w,
    "bool": lambda w, x: (w * x) or w,
    "not": lambda w, x: w * x if not x else w * x * x,
    "while": lambda w, x: doubled_until(w * x, 100.0),
    "far below the root": lambda w, x: fn.exp(-leaky_by_if(w * x)) * w + 1.0,
}


def doubled_until(z: Any, limit: float) -> Any:
    while z < limit:
        z = z * 2.0
    return z


@pytest.mark.filterwarnings("ignore:no output depends on input")
@pytest.mark.parametrize("what", list(DECISIONS))
def test_a_choice_that_python_made_while_recording_is_warned_of_with_its_place(what: str) -> None:
    w, x = Value(2.0, "w"), Value(3.0, "x")
    root = DECISIONS[what](w, x)
    with pytest.warns(UserWarning, match=r"^test_program\.py:\d+ asked for the number of .*where\(step") as caught:
        compile(root, [x])
    assert caught[-1].filename == __file__  # where compile was called


@pytest.mark.parametrize(
    "graph",
    [
        lambda w, x: fn.where(fn.step(w * x), w, x * w),
        lambda w, x: fn.maximum(w * x, 0.0) + fn.minimum(w, x) + fn.relu(w) + fn.leaky_relu(x * w) + fn.elu(x),
        lambda w, x: fn.logsumexp([w, x]) * fn.softmax([w, x])[0] + (w * x) ** 2 + abs(w),
        lambda w, x: w * x if f"{w * x:.3f}" else w,
        lambda w, x: w * x if w is not x and w != x and w in [w] else w,
        lambda w, x: grad(lambda v: fn.elu(v, 0.5) * fn.swish(v) + v**3)(w * x),
    ],
    ids=["where", "choices", "rows of several terms", "printed", "identity", "derivatives"],
)
def test_a_graph_without_a_choice_of_python_is_not_warned_of(graph: Any) -> None:
    w, x = Value(2.0, "w"), Value(3.0, "x")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compile(graph(w, x), [x])


def test_a_recorded_derivative_of_a_choice_is_warned_of() -> None:
    w, x = Value(2.0, "w"), Value(3.0, "x")
    slope = grad(lambda v: fn.maximum(v * v * w, v))(x)
    with pytest.warns(UserWarning, match="^the derivative of maximum follows the operand that was chosen"):
        compile(slope, [x])
