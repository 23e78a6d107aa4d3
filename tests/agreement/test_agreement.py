"""All readers agree, on random graphs over the whole table."""

from __future__ import annotations

import math

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from autograd import Value, grad
from autograd.engine.primitives import PRIMITIVES
from tests.agreement import readers
from tests.agreement.readers import Case
from tests.agreement.recipes import N_LEAVES, ROWS, Line, Recipe, lines, points, recipes, tame, wide, wild
from tests.agreement.recipes import within_the_domain as tamed
from tests.agreement.truth import CLOSED, Truth, Undecided
from tests.examples import examples
from tests.stepper.engine import Engine

# A label is a name in a program, a formula and a picture: what each of them has for itself is in the mix.
NAMES = ["w", "b", "x", "w1", "σ", "two words", "", "dL/dw", "1", "__debug__", "None", "lambda", "match", "np", "X"]
NAMES += ["theta", "forward", "value_and_grad", "float", "m", "_", "v1", "f", "exp", "print", "Ångström", "x*y"]
labels = st.lists(st.one_of(st.none(), st.sampled_from(NAMES)), min_size=N_LEAVES, max_size=N_LEAVES)
others = st.lists(points(wide), min_size=0, max_size=2)


def graphs(usual: int) -> settings:
    """So many graphs, in proportion; without the search for an explanation, which takes minutes."""
    return settings(max_examples=examples(usual), phases=[phase for phase in Phase if phase is not Phase.explain])


@st.composite
def cases(draw: st.DrawFn, numbers: st.SearchStrategy[float], most: int = 8) -> Case:
    """A recipe within its domain, at a point, where no choice hangs on a rounding."""
    point = draw(points(numbers))
    recipe = tamed(draw(recipes(numbers, most)), point)
    assume(recipe.lines)
    case = Case(recipe, point)
    try:
        case.truth  # noqa: B018
    except Undecided:
        assume(False)
    return case


def test_every_row_of_the_table_is_in_the_mix_and_has_a_closed_form_of_its_own() -> None:
    assert set(ROWS) == {op.name for op in PRIMITIVES} == set(CLOSED)


@graphs(200)
@given(cases(wild))
def test_the_engine_has_the_exact_value_and_gradient(case: Case) -> None:
    readers.the_engine(case)


@graphs(200)
@given(cases(wild))
def test_steps_and_transforms_agree(case: Case) -> None:
    readers.the_steps(case)
    readers.the_transforms(case)


@graphs(100)
@given(cases(wide, most=5))
def test_second_derivatives_are_exact_in_every_mode(case: Case) -> None:
    readers.the_second_derivatives(case)


@graphs(40)
@given(cases(tame, most=5))
def test_numerical_derivatives_agree(case: Case) -> None:
    readers.numerical_derivatives(case)


@graphs(150)
@given(cases(wild))
def test_derivations_agree(case: Case) -> None:
    readers.the_derivations(case)


@graphs(80)
@given(cases(wide))
def test_the_engines_own_numbers_are_no_slips(case: Case) -> None:
    readers.the_proof(case)


@graphs(250)
@given(
    cases(wild),
    labels,
    others,
    st.integers(0, N_LEAVES),
    st.sampled_from(["numpy", "numpy", "array_api_strict"]),
    st.booleans(),
)
@pytest.mark.filterwarnings("ignore:no output depends on input")
def test_compiled_programs_agree_at_the_recorded_and_at_other_points(
    case: Case, labels: list[str | None], points: list[list[float]], n_inputs: int, library: str, exact: bool
) -> None:
    readers.the_program(Case(case.recipe, case.point, labels), points, n_inputs, library, exact)


@graphs(80)
@given(cases(wild), others)
@pytest.mark.filterwarnings("ignore:no output depends on input")
def test_compiled_lists_of_outputs_agree(case: Case, points: list[list[float]]) -> None:
    readers.the_outputs(case, points)


@graphs(150)
@given(cases(wide, most=5), others)
@pytest.mark.filterwarnings("ignore:the derivative of")  # of a choice: at other points it may not hold
def test_compiled_derivatives_agree(case: Case, points: list[list[float]]) -> None:
    readers.the_compiled_derivatives(case, points)


@graphs(80)
@given(
    points(wide),
    recipes(wide, most=4),
    st.lists(st.integers(0, 6), min_size=1, max_size=4),
    lines(wide),
    st.lists(tame, min_size=2, max_size=5),
    st.sampled_from(sorted(readers.TOTALS)),
    st.booleans(),
)
def test_compiled_losses_over_several_examples_agree(
    point: list[float], model: Recipe, logits: list[int], last: Line, examples: list[float], how: str, exact: bool
) -> None:
    """A model, a softmax of which each example takes another output, and a loss on that."""
    recipe = tamed(Recipe((*model.lines, Line("softmax", 0, tuple(logits)), last)), [examples[0], *point[1:]])
    readers.the_examples(recipe, point[1:], examples, how, exact)


@graphs(40)
@given(cases(wild), labels)
def test_pictures_and_pages_show_the_same_numbers(case: Case, labels: list[str | None]) -> None:
    readers.the_pictures(Case(case.recipe, case.point, labels))


@graphs(200)
@given(data=st.data())
def test_the_pages_engine_agrees_at_the_recorded_and_at_other_points(chromium: Engine, data: st.DataObject) -> None:
    readers.the_page(data.draw(cases(wild)), data.draw(others), chromium)


@graphs(80)
@given(cases(wild), labels)
def test_copies_agree(case: Case, labels: list[str | None]) -> None:
    readers.the_copies(Case(case.recipe, case.point, labels))


@graphs(80)
@given(recipes(tame), points(tame))
def test_outside_the_domain_all_readers_raise_the_same_error(recipe: Recipe, point: list[float]) -> None:
    readers.the_errors(Case(recipe, point))


@graphs(40)
@given(st.lists(st.integers(-9, 9).map(float), min_size=1, max_size=6), st.sampled_from([0.0, -0.0, 1.0, -2.0]))
def test_polynomials_have_their_derivatives_of_every_order(c: list[float], x: float) -> None:
    """Also at 0, and also beyond their degree; whole numbers of this size make no roundings."""

    def f(v: Value) -> Value:
        return sum((c_k * v**k for k, c_k in enumerate(c)), 0.0 * v)

    derivative, coefficients = f, list(c)
    for _ in range(len(c) + 1):
        expected = math.fsum(c_k * x**k for k, c_k in enumerate(coefficients))
        assert float(getattr(derivative(x), "data", derivative(x))) == expected
        derivative, coefficients = grad(derivative), [k * c_k for k, c_k in enumerate(coefficients)][1:]


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(CLOSED) & set(ROWS)))
def test_the_closed_forms_are_right(name: str) -> None:
    """Each beside the row, at a point by itself: what fails here is the closed form or the row, and no reader."""
    n = 4 if ROWS[name].variadic else len(ROWS[name].partials)  # type: ignore[arg-type]  # one rule an operand
    recipe = Recipe((Line(name, 2, tuple(i % N_LEAVES for i in range(n))),))
    for point in ([0.7, 1.3, 0.4], [2.5, 0.25, -1.0], [-0.3, 0.5, 0.9]):
        if not tamed(recipe, point).lines:
            continue
        case = Case(recipe, point)
        truth = Truth(recipe, point, order=2)
        readers.the_engine(case)
        assert all(truth.hessian(i, j) is not None for i in range(N_LEAVES) for j in range(N_LEAVES))
        readers.the_second_derivatives(case)
