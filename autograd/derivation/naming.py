"""Names for nodes: their labels, or the names of the variables that hold them.

A person who writes ``h = sigmoid(z1)`` has named the node already. `node_names` finds that name in the scope of whoever
asks for a derivation or a picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from itertools import islice
from types import FrameType
from typing import Any, Final

from autograd.engine.graph import topological_order
from autograd.engine.value import Value


class Caller(Enum):
    """The type of `CALLER`, the default of every argument called ``names``: look at the caller's variables."""

    CALLER = "CALLER"

    def __repr__(self) -> str:
        return self.value


CALLER: Final = Caller.CALLER

MOST_ELEMENTS = 10_000  # of one variable; a longer list is a data set, and looking through it would take time
DEEPEST_NESTING = 4  # also what ends a list that contains itself
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def node_names(
    roots: Sequence[Value], names: Mapping[str, object] | Caller | None = CALLER, frame: FrameType | None = None
) -> dict[Value, str]:
    """What to call the nodes of one or several graphs; a node without a name is left out.

    A node goes by its label; without one, by the variable of the caller that holds it at this moment: ``h``, or
    ``x[0]``, ``W[0][1]``, ``d['w']`` for what a list, tuple, array or dict holds. Local variables come before global
    ones, and of several variables the first that was defined is taken. (The elements of a list whose nodes *all* have
    variables of their own go by these: ``w, b = parameters``.) Names that begin with an underscore are not used, nor
    are IPython's ``Out`` and what it keeps beside it.

    Arguments:
        roots: the results of the graphs.
        names: `CALLER`, the default: the variables of ``frame``. A mapping, from names to nodes or to lists of nodes,
            is used in their place, and comes before the labels. None: labels alone.
        frame: whose variables to look at; without one there are none.

    Returns:
        A name for each node that has one, in topological order. No two are the same: where a label occurs again it is
        numbered, w, w₍₂₎, w₍₃₎.

    Raises:
        TypeError: if ``names`` is something else, or its keys are not strings.

    Example:
        >>> import sys
        >>> from autograd import Value
        >>> w, x = Value(0.4), [Value(1.0), Value(2.0, label="input")]
        >>> list(node_names([w * x[0] + x[1]], frame=sys._getframe()).values())
        ['w', 'x[0]', 'input']
    """
    nodes = list(dict.fromkeys(node for root in roots for node in topological_order(root)))
    held = _holders(_variables(names, frame), set(nodes))
    chosen = held if isinstance(names, Mapping) else {}

    # What was said on purpose keeps its spelling; a variable's name gives way where the two collide.
    said = {node: name for node in nodes if (name := chosen.get(node) or node.label)}
    found = {node: name for node in nodes if node not in said and (name := held.get(node))}
    unique = numbered([*said.values(), *found.values()])
    given = dict(zip([*said, *found], unique, strict=True))
    return {node: given[node] for node in nodes if node in given}


def nodes_by_name(
    roots: Sequence[Value], names: Mapping[str, object] | Caller | None = CALLER, frame: FrameType | None = None
) -> dict[str, Value]:
    """Every name by which a node can be meant: those of `node_names`, and what else the caller calls it.

    Example:
        >>> import sys
        >>> from autograd import Value
        >>> e = [Value(1.0), Value(2.0)]
        >>> e1 = e[0]
        >>> list(nodes_by_name([e[0] * e[1]], frame=sys._getframe()))
        ['e[0]', 'e[1]', 'e1']
    """
    by_name = {name: node for node, name in node_names(roots, names, frame).items()}
    nodes = {node for root in roots for node in topological_order(root)}
    for variable, held in _variables(names, frame).items():
        for node, name in _values(held, variable):
            if node in nodes:
                by_name.setdefault(name, node)
    return by_name


def numbered(names: Sequence[str]) -> list[str]:
    """The names, each of them only once: w, w, w becomes w, w₍₂₎, w₍₃₎."""
    spelled, given = set(names), set[str]()
    count: dict[str, int] = {}
    result = []
    for name in names:
        unique = name
        while unique in given or (unique is not name and unique in spelled):
            count[name] = count.get(name, 1) + 1
            unique = copy_name(name, count[name])
        given.add(unique)
        result.append(unique)
    return result


def copy_name(name: str, n: int) -> str:
    """What the node number n with this name is called: w₍₂₎."""
    return f"{name}₍{str(n).translate(_SUBSCRIPTS)}₎"


def values_in_scope(names: Mapping[str, object] | Caller | None, frame: FrameType | None) -> list[Value]:
    """All Values that `node_names` would see, whether or not they belong to a graph; arguments as there."""
    return [x for name, held in _variables(names, frame).items() for x, _ in _values(held, name)]


def _variables(names: Mapping[str, object] | Caller | None, frame: FrameType | None) -> Mapping[str, object]:
    """The mapping, or the variables a person can see from the frame, local ones first, in order of definition."""
    if names is None or (names is CALLER and frame is None):
        return {}
    if isinstance(names, Mapping):
        for key in names:
            if not isinstance(key, str):
                raise TypeError(f"names goes from a name to its node, {{'w': w}}; its key {key!r:.60} is not a string")
        return names
    if names is not CALLER or frame is None:
        raise TypeError(
            f"names must be a mapping such as {{'w': w}}, or None for the labels alone, not {names!r:.60}; "
            "leave it out to take the names of your variables"
        )
    scopes = [frame.f_locals] if frame.f_locals is frame.f_globals else [frame.f_locals, frame.f_globals]
    visible: dict[str, object] = {}
    for scope in scopes:
        for name, held in list(scope.items()):
            of_ipython = name in ("In", "Out") and (scope.get("_ih") is held or scope.get("_oh") is held)
            if name.isidentifier() and not name.startswith("_") and not of_ipython:
                visible.setdefault(name, held)
    return visible


def _holders(variables: Mapping[str, object], nodes: set[Value]) -> dict[Value, str]:
    """For each of the nodes the first of the variables that holds it, itself or in a container."""
    single: dict[Value, str] = {}
    for name, held in variables.items():
        if isinstance(held, Value) and held in nodes:
            single.setdefault(held, name)
    holders: dict[Value, str] = {}
    for name, held in variables.items():
        found = [(node, path) for node, path in _values(held, name) if node in nodes]
        if isinstance(held, Value) or not all(node in single for node, _ in found):
            for node, path in found:
                holders.setdefault(node, path)
    return holders


def _values(held: object, name: str) -> list[tuple[Value, str]]:
    """The Values in a variable, each with the expression that reaches it."""
    if isinstance(held, Value):
        return [(held, name)]
    looked_at = islice(_elements(held, name, DEEPEST_NESTING), MOST_ELEMENTS)
    return [(element, path) for element, path in looked_at if isinstance(element, Value)]


def _elements(held: Any, path: str, depth: int) -> Iterator[tuple[Any, str]]:
    """What a container holds, at any depth, with the expression that reaches it. (It is written for Values only.)"""
    if _is_array(held):
        held = held.tolist()
    if isinstance(held, (list, tuple)):
        items: Iterable[tuple[Any, Any]] = enumerate(held)
    elif isinstance(held, dict):
        items = list(held.items())
    else:
        return
    for key, element in items:
        if isinstance(element, Value):
            yield element, f"{path}[{key!r}]"
        elif depth > 1 and (isinstance(element, (list, tuple, dict)) or _is_array(element)):
            yield from _elements(element, f"{path}[{key!r}]", depth - 1)
        else:
            yield element, ""


def _is_array(held: Any) -> bool:
    """Whether this is a NumPy array that can hold Values. (NumPy need not be installed.)"""
    return type(held).__name__ == "ndarray" and held.dtype == object
