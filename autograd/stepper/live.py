"""`Live`: a graph as a page computes it, and all that is written of it with places for numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from autograd.derivation.formulas import Derivative, Product, Sum, Symbol
from autograd.drawing.scene import Role, Scene
from autograd.engine.value import Value
from autograd.stepper.levels import in_order_of_use
from autograd.stepper.tape import tape_of
from autograd.stepper.templates import Templates, names_in_styles, pieces

_HERE = Path(__file__).parent
_SCRIPTS = ("elementary", "tape", "writing", "picture", "live", "lines", "given", "descent")
CONTENT: Final = _HERE / "live.html"
"""The elements of a figure that computes."""
SCRIPTS: Final = tuple([_HERE / f"{name}.js" for name in _SCRIPTS])
"""Its scripts."""
STYLES: Final = tuple([_HERE / f"{name}.css" for name in ("picture", "lines", "tools")])
"""Its look."""
_SLOPE = Symbol("\0")  # whose number is that of a gradient


class Live:
    """A graph as a page computes it.

    Arguments:
        root: the result.
        names: a name for every node, operands before results.
        digits: how many significant digits are shown.

    Attributes:
        places: the number by which the tape knows each node.
        templates: what writes formulas.
        leaves: those of the graph, in the order in which one computes with them.
    """

    def __init__(self, root: Value, names: Mapping[Value, str], digits: int) -> None:
        self.root = root
        self.names = names
        self.places = {node: i for i, node in enumerate(names)}
        self.templates = Templates(list(names.values()), digits)
        self.leaves = in_order_of_use(names)

    def data(self, scene: Scene, roles: Mapping[Value, Role]) -> dict[str, Any]:
        """As JSON has it.

        Arguments:
            scene: the picture.
            roles: those of the leaves.

        Returns:
            ``tape``, ``shapes``, ``names``, ``pieces`` and ``digits``, see the modules that make them.
            ``leaves``: the nodes whose numbers can be changed.
            ``shown``: of each box in the picture its node, None for a constant.
            ``updates``: for each leaf its number after a step of gradient descent, as a formula and with numbers; and
            its gradient.
            ``trained``: which leaves are, unless somebody chooses others.
        """
        updates = [self._update(leaf) for leaf in self.leaves]
        parameters = [leaf for leaf in self.leaves if roles.get(leaf) == "parameter"]
        others = [leaf for leaf in self.leaves if roles.get(leaf) not in ("input", "target")]
        return {
            "tape": tape_of(self.root, list(self.names)),
            "shapes": self.templates.shapes,
            "names": names_in_styles(list(self.names.values())),
            "pieces": pieces(),
            "digits": self.templates.digits,
            "leaves": self._numbers(self.leaves),
            "shown": [self.places.get(node.value) if isinstance(node.value, Value) else None for node in scene.nodes],
            "updates": updates,
            "trained": self._numbers(parameters or others),
        }

    def _numbers(self, nodes: Sequence[Value]) -> list[int]:
        return [self.places[node] for node in nodes]

    def _update(self, leaf: Value) -> list[Any]:
        """w − η ∂L/∂w, the same with numbers, and ∂L/∂w."""
        weight, slope, rate = Symbol(self.names[leaf]), Derivative(self.names[self.root], self.names[leaf]), Symbol("η")
        place_of = {weight: f"v{self.places[leaf]}", rate: "r", _SLOPE: f"g{self.places[leaf]}"}
        formula, numbers = (Sum((weight, Product(Fraction(-1), (rate, factor)))) for factor in (slope, _SLOPE))
        put_in = self.templates.put_in(numbers, {symbol.name: of for symbol, of in place_of.items()}.__getitem__)
        return [self.places[leaf], self.templates.formula(formula), put_in, self.templates.formula(slope)]
