"""Practice: what is a blank, what is withheld, and that nothing outside of the script gives a hidden number away."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from autograd import Value, functions, show, topological_order
from autograd.derivation.naming import all_named
from autograd.derivation.printed import read_number
from autograd.derivation.worked_example import WorkedExample, worked_example
from autograd.derivation.writing import significant
from autograd.stepper.figure import Figure
from tests.stepper.practised import CASES, found_by_proofread, recorded
from tests.stepper.shown import data_of, picture_of


@pytest.fixture
def example() -> WorkedExample:
    return worked_example()


def sheet(figure: Figure) -> str:
    """Everything that is shown without the script, as text: picture, its description, table of steps, a line."""
    html = re.sub(r"<script.*?</script>|<style>.*?</style>", "", figure._repr_html_(), flags=re.DOTALL)
    alternative = " ".join(re.findall(r'(?:alt|aria-label)="([^"]*)"', html + picture_of(figure)))
    text = re.sub(r"<[^>]+>", " ", html + re.sub(r"<style>.*?</style>", "", picture_of(figure)))
    steps = " ".join([str(step) for step in figure.steps])
    return f"{text} {alternative} {steps} {figure!r} {figure._repr_mimebundle_(['text/plain'])}".replace("−", "-")


def numbers_on(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w.])-?\d+\.?\d*(?:e-?\d+)?(?![\w.])", text))


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: str(case["says"]))
def test_proofread_judges_as_the_cases_say(case: Any) -> None:
    page = {key: entry[0] for key, entry in case["entries"].items()}
    found = found_by_proofread(recorded(CASES["graphs"][case["graph"]]), page)
    wanted = [[*entry[1:], "", ""][:3] for entry in case["entries"].values()]
    assert dict(zip(page, found, strict=True)) == dict(zip(page, wanted, strict=True))


@pytest.mark.parametrize(("text", "number", "significant_digits", "exponent"), CASES["numbers"])
def test_numbers_are_read_as_the_cases_say(
    text: str, number: float | None, significant_digits: int | None, exponent: int | None
) -> None:
    try:
        read = read_number(text)
    except ValueError:
        assert number is None
    else:
        assert (float(read.number), read.significant, read.exponent) == (number, significant_digits, exponent)


@pytest.mark.parametrize("hide", ["gradients", "all"])
def test_no_hidden_number_stands_anywhere_without_the_script(example: WorkedExample, hide: Any) -> None:
    root = example.L
    gradients = {node: significant(slope, 4) for node, slope in gradients_of(root).items() if node is not root}
    values = {significant(node.data, 4) for node in topological_order(root) if node.depth}
    given = {significant(node.data, 4) for node in topological_order(root) if not node.depth} | {"0.5", "1"}
    told = numbers_on(sheet(show(root, names=None, hide=hide)))
    assert not told & (set(gradients.values()) - given - (set() if hide == "all" else values))
    if hide == "all":
        assert not told & (values - given)
    else:
        assert values <= told, "values are shown"


def gradients_of(root: Value) -> dict[Value, float]:
    root.zero_grad()
    root.backward()
    return {node: node.grad for node in topological_order(root)}


def test_where_values_are_hidden_gradients_that_follow_from_them_are_withheld(example: WorkedExample) -> None:
    figure = show(example.L, names=None, hide="values")
    text = sheet(figure)
    assert "h = σ(z1) = ?" in text
    assert "dL/dy = …" in text
    assert "dL/dL · dL/dv4 = (1)(0.5) = 0.5" in text, "it follows from no value"
    assert not numbers_on(text) & {"0.6225", "0.3867", "-0.1133", "-0.007985", "0.2350"}


def test_what_follows_from_one_hidden_number_is_withheld_and_nothing_else(example: WorkedExample) -> None:
    steps = [step.text for step in show(example.L, names=None, hide=["h"]).steps]
    assert "z1 = v1 + b1 = 0.4 + 0.1 = 0.5" in steps
    assert "h = σ(z1) = ?" in steps
    assert "v2 = w2 h = …" in steps
    one = [step.text for step in show(example.L, names=None, hide=["dL/dh"]).steps]
    assert "dL/dv2 · dv2/dh = ?; its only term: dL/dh = ?" in one
    assert "dL/dh · dh/dz1 = …; its only term: dL/dz1 = …" in one
    assert "dL/dv2 · dv2/dw2 = dL/dv2 · h = (−0.1133)(0.6225) = −0.07050; its only term: dL/dw2 = −0.07050" in one


def test_quantities_are_named_as_proofread_names_them(example: WorkedExample) -> None:
    def asked(*hide: Any) -> list[str]:
        found: list[str] = data_of(show(example.L, names=None, hide=hide))["practice"]["asked"]
        return found

    assert asked("h") == asked(example.h)
    assert asked("dL/dw1") == asked(("L", "w1")) == asked((example.L, example.w1)) == asked("∂L/∂w1")
    assert len(asked("h", example.y, "dL/dw1")) == 3


def test_a_variable_of_the_caller_can_be_hidden() -> None:
    w = Value(3.0)
    inner = w * 2.0
    assert "inner = 2w = ?" in [step.text for step in show(inner.tanh(), hide=["inner"]).steps]


def test_a_step_that_hands_on_nothing_stands_on_the_sheet_too() -> None:
    """Were it missing, the gradient below could be seen to be 0."""
    root = recorded(CASES["graphs"]["off"])
    text = sheet(show(root, names=None, hide="gradients"))
    assert "dL/dw = ?" in text
    assert "∂z/∂w" in text


def test_the_first_number_that_is_not_finite_is_not_told() -> None:
    x = Value(800.0, label="x")
    figure = show(functions.exp(x) * 2.0, names=None, hide="all")
    assert "inf" not in sheet(figure).replace("info", "")


def test_without_hide_nothing_is_a_blank(example: WorkedExample) -> None:
    figure = show(example.L, names=None)
    assert "practice" not in data_of(figure)
    assert "?" not in sheet(figure)


@pytest.mark.parametrize(
    ("hide", "error", "message"),
    [
        ("grads", ValueError, 'hide is "values", "gradients", "all" or a list of quantities.*not \'grads\''),
        (["q"], ValueError, "no 'q' to hide.*Its names: L, b1"),
        (["dL/dq"], ValueError, "no 'dL/dq' to hide"),
        ([("L", "w1", 0.1)], ValueError, "to hide"),
        (["w1"], ValueError, r"w1 is given, so its value cannot be computed.*hide=\[\"dL/dw1\"\]"),
        (["dL/dL"], ValueError, "dL/dL is 1 for any L"),
        ([Value(1.0)], ValueError, "is not in the graph of L"),
        ([], ValueError, "nothing to compute"),
        (3, TypeError, "not 3"),
        (Value(2.0), TypeError, "a list of quantities"),
    ],
)
def test_what_cannot_be_hidden_is_an_error_that_says_what_to_write(
    example: WorkedExample, hide: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        show(example.L, names=None, hide=hide)


def test_a_leaf_alone_has_nothing_to_compute() -> None:
    with pytest.raises(ValueError, match="nothing to compute"):
        show(Value(2.0, label="x"), hide="all")


def test_more_blanks_than_anybody_fills_in_are_refused() -> None:
    y = Value(0.5)
    for _ in range(150):
        y = y.sin()
    assert len(all_named([y], {})) < 200
    with pytest.raises(ValueError, match=r"300 blanks.*200 at most"):
        show(y, hide="all")
    assert show(y, hide="gradients")


def test_networks_and_histories_have_no_blanks() -> None:
    import nn

    model = nn.MLP(2, [2, 1])
    with pytest.raises(TypeError, match=r"show\(L, hide=\.\.\.\)"):
        show(model, [1.0, 2.0], [0.5], hide="all")
    history = nn.fit(model, [[1.0, 2.0]], [[0.5]], epochs=1)
    with pytest.raises(TypeError, match="hide belongs to a graph"):
        show(history, hide="all")


def test_every_still_is_the_blank_sheet(example: WorkedExample, tmp_path: Path) -> None:
    figure = show(example.L, names=None, hide="all")
    files = sorted(figure.frames(tmp_path / "frames", "svg"))
    assert len(files) == len(figure.steps)
    values = {significant(abs(node.data), 4) for node in topological_order(example.L) if node.depth} - {"0.4", "0.5"}
    for file in files:
        assert not numbers_on(re.sub(r"<[^>]+>", " ", file.read_text("utf-8")).replace("−", "")) & values
