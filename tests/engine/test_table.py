"""The table walked: every face that a primitive has is there for every row, and for a primitive of a reader's own."""

from __future__ import annotations

import ast
import inspect
import math
import pickle
import warnings
from typing import Any

import numpy as np
import pytest

from autograd import DomainError, Primitive, Value, apply, compile, draw, explain, functions
from autograd.derivation.expression import record
from autograd.derivation.formulas import Symbol, evaluate, formula
from autograd.derivation.styles import LATEX, MATHML
from autograd.derivation.writing import latex, mathml, text
from autograd.drawing.neurons import find_layers
from autograd.engine import primitives, scalar, value
from autograd.engine.graph import topological_order
from autograd.engine.primitives import PRIMITIVES, Outside
from tests.engine.test_primitives import ELEMENTARY, OPERATORS, arity, name_of, points
from tests.peers import peer

bump = Primitive(  # a reader's own, with all that a row may say
    name="bump",
    symbol="bump",
    value=lambda m, a: m.exp(-a * a),
    partials=(lambda m, y, a: -2.0 * a * y,),
    formula="exp(-a**2)",
    textbook=("-2*a*y",),
    domain=(Outside(lambda m, a: a > 1e100, "bump ends at 1e100; come closer"),),
    activation=True,
    range="bounded",
)
tilt = Primitive(  # and one of two operands, with as little as it needs
    name="tilt",
    symbol="⊿",
    value=lambda m, a, b: m.where(m.below(a, b), a * b, b * b),
    partials=(lambda m, y, a, b: m.where(m.below(a, b), b, 0.0), lambda m, y, a, b: m.where(m.below(a, b), a, 2.0 * b)),
)
ROWS = [*ELEMENTARY, bump, tilt]
COMPARED_BY_NUMPY = {"sign", "maximum", "minimum", "where"}  # which compares objects itself and asks for no method


def operands_of(op: Primitive) -> tuple[float, ...]:
    return points(op, smooth=True)[0]


def labelled(op: Primitive) -> list[Value]:
    return [Value(x, label=label) for x, label in zip(operands_of(op), ("p", "q", "r"), strict=False)]


# --- how it is written -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("op", PRIMITIVES, ids=name_of)
def test_every_row_has_a_function_or_an_operator_and_a_method(op: Primitive) -> None:
    if op.name in OPERATORS:
        return
    function = getattr(functions, op.name)
    assert function.__doc__
    assert ">>>" in function.__doc__
    if not op.variadic:
        method = getattr(Value, op.name)
        assert method is function or f"autograd.functions.{op.name}`" in method.__doc__
        assert len(inspect.signature(method).parameters) == len(inspect.signature(function).parameters)


def test_a_checker_sees_the_methods_that_are_attached() -> None:
    class_of_values = next(
        node
        for node in ast.parse(inspect.getsource(value)).body
        if isinstance(node, ast.ClassDef) and node.name == "Value"
    )
    (block,) = [node for node in class_of_values.body if isinstance(node, ast.If)]
    parameters = {node.name: node.args for node in block.body if isinstance(node, ast.FunctionDef)}
    for node in block.body:
        if isinstance(node, ast.Assign):
            parameters |= {ast.unparse(name): parameters[ast.unparse(node.value)] for name in node.targets}
    for name, seen in parameters.items():
        if not name.startswith("_"):
            attached = list(inspect.signature(getattr(Value, name)).parameters.values())
            assert len([*seen.posonlyargs, *seen.args]) == len(attached), name
            assert len(seen.defaults) == len([p for p in attached if p.default is not p.empty]), name
    public = {name for name in vars(Value) if getattr(functions, name, None) is vars(Value)[name]}
    assert public <= parameters.keys()


@pytest.mark.parametrize("op", [op for op in ELEMENTARY if hasattr(np, op.array or " ")], ids=name_of)
def test_numpys_function_of_that_name_computes_the_row(op: Primitive) -> None:
    function, operands = getattr(np, op.array), operands_of(op)
    assert float(function(*operands)) == pytest.approx(op.value(scalar, *operands), rel=1e-15)
    if op.name in COMPARED_BY_NUMPY:
        return
    node = function(*labelled(op))
    (from_an_array,) = function(*[np.array([x]) for x in labelled(op)])
    assert node.data == from_an_array.data == apply(op, *operands)
    assert node.op is from_an_array.op is op


@pytest.mark.parametrize("op", [op for op in ELEMENTARY if op.name not in {*OPERATORS} - {"absolute"}], ids=name_of)
def test_every_row_has_a_name_on_the_command_line(op: Primitive) -> None:
    names = ["p", "q", "r"][: arity(op)]
    values = dict(zip(names, labelled(op), strict=True))
    for name in {op.name, op.notation, op.array or op.name}:
        node = record(f"{name}({', '.join(names)})", values)
        assert node.op is op
        assert node.operands == tuple(values.values())


# --- how it is shown ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("op", ROWS, ids=name_of)
def test_every_row_is_written_as_text_latex_and_mathml(op: Primitive) -> None:
    y = apply(op, *labelled(op))
    y.label = "y"
    derivation = explain(y)
    assert str(derivation)
    for source, number in zip((op.formula, *op.textbook), (y.data, *y.partials), strict=True) if op.formula else ():
        names = {"y": Symbol("y", y.data)}
        names |= {letter: Symbol(x.label or "", x.data) for letter, x in zip("abc", labelled(op), strict=False)}
        tree = formula(source, names)
        # 1 - y**2 and the like lose a few digits, which the engine's own forms keep
        assert evaluate(tree) == pytest.approx(number, rel=1e-9, abs=1e-12)
        assert text(tree)
        assert latex(tree).count("{") == latex(tree).count("}")
        assert mathml(tree).count("<m") == mathml(tree).count("</m")
    if op.latex:
        assert op.latex in LATEX.call(op.notation, ["x"], None)
    assert "<mo>&#x2061;</mo>" in MATHML.call(op.notation, ["<mi>x</mi>"], None) or op.notation in ("abs", "exp")


@pytest.mark.parametrize("op", ROWS, ids=name_of)
def test_every_row_is_explained_and_drawn(op: Primitive) -> None:
    leaves = labelled(op)
    y = apply(op, *leaves)
    y.label = "y"
    y.backward()
    for leaf in (leaf for leaf, _ in y.edges):
        assert explain(y, wrt=leaf).value == leaf.grad
    svg = draw(y, formulas=False).svg
    assert op.symbol in svg or "①" in svg or op is primitives.power  # the operands numbered, or the exponent


@pytest.mark.parametrize("op", [op for op in ROWS if op.domain], ids=name_of)
def test_outside_its_domain_a_row_says_in_a_sentence_what_to_do(op: Primitive) -> None:
    grid = (-2.0, -1.0, -0.5, 0.0, 0.5, 2.0, 1e200)
    outside = next(
        operands for a in grid for b in grid if (operands := (a, b)[: arity(op)]) and op.outside(*operands) is not None
    )
    with pytest.raises(DomainError) as raised:
        apply(op, *[Value(x, label=label) for x, label in zip(outside, "pq", strict=False)])
    message = str(raised.value)
    assert message.startswith(f"{op.name}(p = {outside[0]:g}")
    assert len(message) > len(f"{op.name}(p = , q = ): ") + 20


@pytest.mark.parametrize("op", [op for op in ROWS if op.activation], ids=name_of)
def test_an_activation_is_drawn_in_the_box_of_its_neuron(op: Primitive) -> None:
    x = Value(0.5, label="x")
    sums = [functions.dot([Value(0.4)], [x], bias=Value(0.1)) for _ in range(3)]
    outputs = [apply(op, z, *[0.3][: arity(op) - 1]) for z in sums]
    (layer,) = find_layers(topological_order(functions.fsum(outputs)))
    assert [neuron.activations for neuron in layer.neurons] == [[y] for y in outputs]
    assert layer.activation == op.symbol
    assert op.symbol in draw(functions.fsum(outputs), max_nodes=3).svg


# --- compiled ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("library", ["numpy", "array_api_strict", "torch", "jax.numpy"])
@pytest.mark.parametrize("op", ROWS, ids=name_of)
def test_every_row_compiles_for_every_library(op: Primitive, library: str) -> None:
    if library != "numpy":
        peer("array_api_compat")
    if library.startswith("jax"):
        peer("jax").config.update("jax_enable_x64", True)
    xp = peer(library)
    w, x = [*map(Value, operands_of(op))], Value(1.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a row that is constant
        program = compile(apply(op, *[v * x for v in w]), [x], exact=True)
    X = [[1.0], [0.875]]
    values, gradient = [], np.zeros(len(w))
    for (scale,) in X:
        node = apply(op, *[v * scale for v in w])
        values.append(node.data)
        for v in w:
            v.grad = 0.0
        node.backward()
        gradient += [v.grad / len(X) for v in w]
    kept = [k for k, v in enumerate(w) if v in program.parameters]
    mean, slopes = program.value_and_grad(xp.asarray(X, dtype=xp.float64))
    # libraries' functions are good to some ulp each, and there are a dozen
    assert np.asarray(program(xp.asarray(X, dtype=xp.float64))) == pytest.approx(values, rel=1e-13)
    assert float(mean) == pytest.approx(math.fsum(values) / len(X), rel=1e-13)
    assert np.asarray(slopes) == pytest.approx(gradient[kept], rel=1e-12, abs=1e-14)


def test_a_row_without_a_value_is_the_function_of_its_name_and_there_must_be_one() -> None:
    slope = (lambda m, y, a: m.cos(a),)
    sine = Primitive(name="sin", partials=slope)
    assert apply(sine, 0.5) == math.sin(0.5)
    assert (sine.symbol, sine.formula, sine.array) == ("sin", "sin(a)", "sin")
    with pytest.raises(TypeError, match=r"name='sinus'.* has no value; give value="):
        Primitive(name="sinus", partials=slope)


# --- pickled -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("op", ROWS, ids=name_of)
def test_a_graph_with_any_row_is_pickled(op: Primitive) -> None:
    y = apply(op, *labelled(op))
    again = pickle.loads(pickle.dumps(y))
    assert (again.op, again.data) == (op, y.data)


def test_a_primitive_that_could_not_be_found_again_is_not_pickled() -> None:
    lost = Primitive(name="lost", symbol="l", value=lambda m, a: a, partials=(lambda m, y, a: 1.0,))
    with pytest.raises(pickle.PicklingError, match=r"test_table\.lost, but nothing is called so there; write lost = "):
        pickle.dumps(apply(lost, Value(1.0)))
    other = Primitive(name="bump", symbol="b", value=lambda m, a: a, partials=(lambda m, y, a: 1.0,))
    with pytest.raises(pickle.PicklingError, match=r"another object is called so there"):
        pickle.dumps(other)


def test_a_primitive_of_ones_own_may_share_its_name_with_a_row() -> None:
    mine = Primitive(name="sigmoid", symbol="S", value=lambda m, a: 2.0 * a, partials=(lambda m, y, a: 2.0,))
    x = Value(3.0)
    assert compile(apply(mine, x), [x])([[3.0], [4.0]]).tolist() == [6.0, 8.0]
    explanation: Any = explain(apply(mine, Value(3.0, label="x")), names=None)
    assert "0.9526" not in str(explanation)  # σ(3)
