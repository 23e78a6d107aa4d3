"""The worksheet of a network: its picture, its names, its numbers."""

from __future__ import annotations

import re

import pytest

from autograd import Value, proofread, worksheet
from nn import MLP
from nn.views.network import weights_of
from tests.worksheets.test_variants import broken_promises


@pytest.mark.parametrize("sizes", [[1, 1], [2, 1], [3, 1], [2, 2]], ids=str)
def test_the_solution_filled_in_passes_proofread(sizes: list[int]) -> None:
    model = MLP(2, sizes, "sigmoid")
    sheet = worksheet(model, [1.0, 0.5], [0.5] * sizes[-1], blanks="all")
    assert {finding.verdict for finding in proofread(sheet.root, sheet.key, names=None)} == {"agrees"}
    count = sum(len(row) for layer in weights_of(model, "") for row in layer.rows)
    assert len([q for q in sheet.quantities if len(q) == 3 and not isinstance(q, str)]) == count


def test_inputs_and_targets_get_no_gradient_and_the_model_keeps_its_own() -> None:
    model = MLP(2, [2, 1], "tanh")
    before = [(p.data, p.grad) for p in model.parameters()]
    sheet = worksheet(model, [1.0, 0.5], 0.5, seed=3)
    assert not re.search(r"dL/d[xt]\d? =", sheet.text)
    assert not broken_promises(sheet)
    assert [(p.data, p.grad) for p in model.parameters()] == before


def test_the_picture_is_that_of_the_network_with_the_numbers_of_the_sheet() -> None:
    sheet = worksheet(MLP(2, [2, 1], "tanh"), [1.0, 0.5], 0.5, seed=3)
    picture = sheet.pages[0].picture
    assert picture is not None
    given = dict(re.findall(r"(w\d+\[1\]) = (−?[\d.]+)", sheet.text))
    assert len(given) == 4
    for number in given.values():
        assert number in picture.svg


def test_a_class_as_a_target_stays_one() -> None:
    model = MLP(2, [3], "tanh", "softmax")
    for seed in range(5):
        sheet = worksheet(model, [1.0, 0.5], 2, seed=seed)
        assert "t1 = 0, t2 = 0, t3 = 1" in sheet.text
        assert sheet.proofread(sheet.key)


def test_a_network_needs_an_example_and_has_no_roles() -> None:
    model = MLP(1, [1])
    with pytest.raises(TypeError, match=r"worksheet\(model, x, target\) needs an example"):
        worksheet(model)
    with pytest.raises(TypeError, match="leave roles out"):
        worksheet(model, 1.0, 0.5, roles={"input": Value(1.0)})
    with pytest.raises(TypeError, match="worksheet takes the result of an expression of Values, or a network, not 3"):
        worksheet(3, 1.0, 0.5)
