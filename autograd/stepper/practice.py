"""Practice: which numbers of a graph are blanks, and both passes as a sheet on which these are blank.

In the page the blanks are fields, see practice.js; everything that stands without the script is the blank sheet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from autograd.derivation.formulas import Expression, Product, Sum, parts, symbols
from autograd.derivation.words import words
from autograd.drawing.lettering import Run
from autograd.drawing.scene import Line, Scene
from autograd.engine.value import Value
from autograd.stepper.levels import Level
from autograd.stepper.templates import Side, Templates

Hide: TypeAlias = "Literal['gradients', 'values', 'all'] | Iterable[Any]"

BLANK, WITHHELD = "?", "…"
"""What stands for a number that is asked for, and for one that follows from such a number."""
MOST_BLANKS = 200  # which nobody fills in
_MOST_NAMES = 40  # that a message lists
_KINDS = {"values": (True, False), "gradients": (False, True), "all": (True, True)}


@dataclass(frozen=True, slots=True)
class Blanks:
    """The numbers of a graph that are not shown.

    Attributes:
        values, gradients: the nodes of which the number is asked for.
        no_values, no_gradients: those of which it is not shown: these, and those that follow from them.
    """

    values: frozenset[Value] = frozenset()
    gradients: frozenset[Value] = frozenset()
    no_values: frozenset[Value] = frozenset()
    no_gradients: frozenset[Value] = frozenset()

    def value(self, node: Value) -> str | None:
        """What stands for the value of a node; None where it is shown."""
        return _sign(node, self.values, self.no_values)

    def gradient(self, node: Value) -> str | None:
        """What stands for the gradient of a node; None where it is shown."""
        return _sign(node, self.gradients, self.no_gradients)


NO_BLANKS = Blanks()


def _sign(node: Value, asked: frozenset[Value], hidden: frozenset[Value]) -> str | None:
    return BLANK if node in asked else WITHHELD if node in hidden else None


def blanks_of(hide: Hide, level: Level) -> Blanks:
    """The blanks of a graph.

    Arguments:
        hide: what is asked for, see `autograd.show`.
        level: every operation of the graph.

    Raises:
        TypeError: for what is neither a word nor a list.
        ValueError: for another word, for what the graph does not have, and for what cannot be computed.

    Example:
        >>> from autograd.stepper.levels import every_operation
        >>> w, x = Value(3.0), Value(2.0)
        >>> L = w * x
        >>> blanks = blanks_of(["dL/dw"], every_operation(L, {w: "w", x: "x", L: "L"}))
        >>> blanks.gradient(w), blanks.gradient(x)
        ('?', None)
    """
    inner = [node for node in level.names if node.depth]
    if isinstance(hide, str):
        if hide not in _KINDS:
            raise ValueError(
                f'hide is "values", "gradients", "all" or a list of quantities, ["h", "dL/dw"], not {hide!r}'
            )
        values, gradients = _KINDS[hide]
        asked = [("value", node) for node in inner if values]
        asked += [("gradient", node) for node in level.names if gradients and node is not level.root]
    elif isinstance(hide, Iterable) and not isinstance(hide, Value):
        asked = [_quantity(given, level) for given in hide]
    else:
        raise TypeError(
            f'hide is "values", "gradients", "all" or a list of quantities, ["h", "dL/dw"], not {hide!r:.60}'
        )
    if not asked:
        raise ValueError("there is nothing to compute: hide takes numbers of the result of an expression of Values")
    if len(asked) > MOST_BLANKS:
        raise ValueError(
            f"these are {len(asked)} blanks, which nobody fills in; {MOST_BLANKS} at most. Show a smaller graph, or an "
            'inner node of this one, or hide a list of quantities, hide=["h", "dL/dw"]'
        )
    found = Blanks(*[frozenset([node for kind, node in asked if kind == which]) for which in ("value", "gradient")])
    return _with_what_follows(found, level)


def _with_what_follows(blanks: Blanks, level: Level) -> Blanks:
    """With the numbers that follow from those asked for: from these they could be read off."""
    values = set(blanks.values)
    for node in level.names:
        if not values.isdisjoint(level.parents[node]):
            values.add(node)
    gradients = set(blanks.gradients)
    for node in reversed(list(level.names)):
        for parent in level.parents[node]:
            if node in gradients or not values.isdisjoint(needs(level, node, parent)):
                gradients.add(parent)
    return replace(blanks, no_values=frozenset(values), no_gradients=frozenset(gradients))


def _slope(level: Level, node: Value, parent: Value) -> Expression:
    """The formula of a local derivative, for other numbers than the recorded ones too where there is such."""
    return level.steps.slope_for_any_numbers(node, parent) or level.local(node, parent).formula


def needs(level: Level, node: Value, parent: Value) -> list[Value]:
    """The nodes from whose values a local derivative is computed."""
    mentioned = symbols(_slope(level, node, parent))
    return [other for other, name in level.names.items() if name in mentioned]


def _quantity(given: Any, level: Level) -> tuple[str, Value]:
    """A value or a gradient, as `autograd.proofread` takes them."""
    root, names = level.root, level.names
    of = names[root]
    if isinstance(given, tuple) and len(given) == 2:
        given = "d{}/d{}".format(*[names.get(x, x) if isinstance(x, Value) else x for x in given])
    if isinstance(given, Value):
        if given not in names:
            raise ValueError(f"{given.describe()} is not in the graph of {of}, so it cannot be hidden")
        given = names[given]
    gradients = {f"d{of}/d{name}": ("gradient", node) for node, name in names.items()}
    known = {**gradients, **{name: ("value", node) for node, name in names.items()}}
    found = known.get(given.strip().replace("∂", "d")) if isinstance(given, str) else None
    if found is None:
        listed = ", ".join([f"{name:.40}" for name in sorted(names.values())[:_MOST_NAMES]])
        raise ValueError(
            f'the graph has no {given!r:.60} to hide; write a name, or a gradient, "d{of}/d...". Its names: '
            f"{listed}{', …' if len(names) > _MOST_NAMES else ''}"
        )
    kind, node = found
    if kind == "value" and not node.depth:
        raise ValueError(
            f"{names[node]} is given, so its value cannot be computed; its gradient is hidden by "
            f'hide=["d{of}/d{names[node]}"]'
        )
    if kind == "gradient" and node is root:
        raise ValueError(f"d{of}/d{of} is 1 for any {of}, where the reverse pass starts; hide another gradient")
    return found


def blank_picture(scene: Scene, blanks: Blanks) -> Scene:
    """The picture without the numbers that are not shown, before it is laid out."""
    bare = Scene(edges=scene.edges, clusters=scene.clusters, legend=scene.legend, note=scene.note)
    for node in scene.nodes:
        lines = node.lines
        if isinstance(node.value, Value):
            signs = {"value": blanks.value(node.value), "gradient": blanks.gradient(node.value)}
            lines = tuple([_blank(line, signs.get(line.kind)) for line in lines if line.kind != "note"])
        drawn = bare.add_node(node.value, node.role, lines)
        drawn.name, drawn.symbol, drawn.members = node.name, node.symbol, node.members
    return bare


def _blank(line: Line, sign: str | None) -> Line:
    """A line of a box that ends in a number: z1 = 0.5, grad 1."""
    if sign is None:
        return line
    if line.kind == "gradient":
        return line._replace(runs=(Run(words("gradient", number=sign)),))
    return line._replace(runs=(*line.runs[:-1], Run(f" = {sign}")))


def practice_data(blanks: Blanks, level: Level, templates: Templates, places: Mapping[Value, int]) -> dict[str, Any]:
    """What the page needs to ask for the blanks and to judge what is entered.

    Returns:
        ``asked``: the blanks in the order in which they are computed: "v3" is the value of node 3, "g3" its gradient.
        ``locals``: of each pair "node.parent" the local derivative: its formula, the same with numbers, and the nodes
            that it is computed from.
        ``factors``: of each pair the factors of a chain that may be forgotten there, as formulas and with numbers.
        ``terms``: the same of the terms of each node that is a sum.
    """
    number_of = {name: f"v{places[node]}" for node, name in level.names.items()}

    def both(formula: Expression) -> list[Side]:
        return [templates.formula(formula), templates.put_in(formula, number_of.__getitem__)]

    order = list(level.names)
    pairs = {f"{places[node]}.{places[parent]}": (node, parent) for node, parent in level.pairs}
    locals_, factors = {}, {}
    for key, pair in pairs.items():
        formula = _slope(level, *pair)
        locals_[key] = [*both(formula), [places[other] for other in needs(level, *pair)]]
        whole = templates.formula(level.derivative(*pair))
        split = parts(formula) if isinstance(formula, Product) else ()
        factors[key] = [[whole, both(formula)[1]], *[both(part) for part in split]]
    terms = {}
    for node in order:
        formula_of_node = level.steps.definition(node) if node.depth else None
        if isinstance(formula_of_node, Sum):
            terms[places[node]] = [both(term) for term in parts(formula_of_node)]
    return {
        "asked": [
            *[f"v{places[node]}" for node in order if node in blanks.values],
            *[f"g{places[node]}" for node in reversed(order) if node in blanks.gradients],
        ],
        "locals": locals_,
        "factors": factors,
        "terms": terms,
    }
