"""Names for nodes: their labels, or the names of the variables that hold them; and names for those that have none.

A person who writes ``h = sigmoid(z1)`` has named the node already. `node_names` finds that name in the scope of whoever
asks for a derivation or a picture. `all_named` invents the others, for every reader the same.
"""

from __future__ import annotations

import dis
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from functools import lru_cache
from itertools import count, islice
from pathlib import Path
from types import CellType, CodeType, FrameType, FunctionType, ModuleType, SimpleNamespace
from typing import Any, Final
from unicodedata import normalize

from autograd.derivation.styles import LONGEST_NAME, AsWritten, look, name_parts, one_line
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
_LETTERS = {"result": "fgFG", "leaf": "xuacpqXUACPQ", "part": "vsrkmnVSRKMN"}  # of invented names, the first free one
_LOOPS = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")
_EMPTY = CellType()  # what a closure has in place of a variable that is not set yet
_PACKAGE = Path(__file__).parents[1]
_LIBRARIES = tuple([f"{path}{os.sep}" for path in (os.path.dirname(os.__file__), _PACKAGE, _PACKAGE.with_name("nn"))])


def node_names(
    roots: Sequence[Value], names: Mapping[str, object] | Caller | None = CALLER, frame: FrameType | None = None
) -> dict[Value, str]:
    """What to call the nodes of one or several graphs; a node without a name is left out.

    A node goes by its label; without one, by the variable of the caller that holds it at this moment: ``h``, or
    ``x[0]``, ``W[0][1]``, ``d['w']``, ``self.h`` for what a list, tuple, array, dict or an object of the caller's own
    classes holds. These are the variables of the frame and of all that are live above it, up to the script or the
    notebook cell, but for those of libraries; what they hold in the closures of functions counts too. Nearer variables
    come before those of frames above, those of a comprehension after those around it; of several the first that was
    defined is taken. (The elements of a list whose nodes *all* have variables of their own go by these: ``w, b =
    parameters``.) Names that begin with an underscore are not used, nor are IPython's ``Out`` and what it keeps beside
    it. What a function held that has returned is gone.

    Arguments:
        roots: the results of the graphs.
        names: `CALLER`, the default: the variables of ``frame``. A mapping, from names to nodes or to lists of nodes,
            is used in their place, and comes before the labels. None: labels alone.
        frame: whose variables to look at; without one there are none.

    Returns:
        A name for each node that has one, in topological order. No two look alike, see `distinct`.

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
    unique = distinct([*said.values(), *found.values()])
    given = dict(zip([*said, *found], unique, strict=True))
    return {node: given[node] for node in nodes if node in given}


def nodes_by_name(
    roots: Sequence[Value], names: Mapping[str, object] | Caller | None = CALLER, frame: FrameType | None = None
) -> dict[str, Value]:
    """Every name by which a node can be meant: those of `node_names`, what else the caller calls it, `all_named`.

    Example:
        >>> import sys
        >>> from autograd import Value
        >>> e = [Value(1.0), Value(2.0)]
        >>> e1 = e[0]
        >>> list(nodes_by_name([e[0] * e[1]], frame=sys._getframe()))
        ['e[0]', 'e[1]', 'e1', 'f']
    """
    given = node_names(roots, names, frame)
    by_name = {name: node for node, name in given.items()}
    for variable, held in _variables(names, frame).items():
        for node, name in _values(held, variable):
            by_name.setdefault(name, node)
    nodes = all_named(roots, given, names_in_use(names, frame))
    for node, name in nodes.items():
        by_name.setdefault(node.label or name, node)
        by_name.setdefault(name, node)
    return {name: node for name, node in by_name.items() if node in nodes}


def all_named(roots: Sequence[Value], names: Mapping[Value, str], in_use: Iterable[str] = ()) -> dict[Value, str]:
    """A name for every node: those that have none get invented ones, which are the same in every reader.

    They are f for the first root; x for a leaf, or x1, x2 ... for several; and v1, v2 ... for the other nodes in the
    order of evaluation. A letter that is in use gives way to one that is free.

    Arguments:
        roots: the results of the graphs.
        names: those that were found, see `node_names`.
        in_use: further names that mean something else, see `names_in_use`.

    Returns:
        The names of all nodes, in topological order.

    Example:
        >>> a = Value(2.0)
        >>> list(all_named([3 * a + 1], {a: "a"}).values()), list(all_named([3 * a + 1], {a: "f"}).values())
        (['a', 'v1', 'f'], ['f', 'v1', 'g'])

    Source: the evaluation trace of A. Griewank and A. Walther, Evaluating Derivatives, chapter 1.
    """
    nodes = dict.fromkeys(node for root in roots for node in topological_order(root))
    without = [node for node in nodes if node not in names]
    labels = [node.label for node in nodes if node.label]  # also those that are not shown
    given = [str(name) for name in (*names.values(), *labels, *in_use)] if without else []
    used = {name_parts(name).base for written in given for name in (written, normalize("NFKC", written))}  # x₁ is x1
    letter = {kind: _free(letters, used) for kind, letters in _LETTERS.items()}
    leaves = [node for node in without if not node.depth and node is not roots[0]]
    parts = [node for node in without if node.depth and node is not roots[0]]
    invented = {roots[0]: letter["result"]} if without else {}
    invented.update((node, letter["leaf"] + (f"{i}" if len(leaves) > 1 else "")) for i, node in enumerate(leaves, 1))
    invented.update((node, f"{letter['part']}{i}") for i, node in enumerate(parts, 1))
    return {node: names.get(node) or invented[node] for node in nodes}


def _free(letters: str, used: set[str]) -> str:
    """The first of the letters that no name begins with; doubled where all are taken."""
    return next(name for n in count(1) for letter in letters if (name := letter * n) not in used)


def names_in_use(names: Mapping[str, object] | Caller | None, frame: FrameType | None) -> list[str]:
    """All names that the caller uses for quantities, of this graph or not; arguments as for `node_names`.

    A function called f is none, nor is a module: f may well be the name of what the function gave.
    """
    return [
        name for name, held in _variables(names, frame).items() if not callable(held) and type(held) is not ModuleType
    ]


def distinct(names: Sequence[str]) -> list[str]:
    """The names, no two of which look alike in any style: as text, in LaTeX, MathML, or in a picture.

    One that looks like another is set as it is written; one that is the same, or cannot be told apart even so, gets a
    number: w, w#2, w#3.

    Example:
        >>> distinct(["w", "b", "w", "w"])
        ['w', 'b', 'w#2', 'w#3']
    """
    spelled = set(names)
    looks = [look(name) for name in names]
    given: dict[int, str] = {}
    taken: set[object] = set()
    last: dict[str, int] = {}

    def take(i: int, name: str, appearance: tuple[str, ...]) -> bool:
        if name in taken or appearance in taken or (name in spelled and name != names[i]):
            return False
        taken.update((name, appearance))
        given[i] = name
        return True

    # Those that are spelled as they look come first: of w1 and w_1 it is w_1 that is set as it is written.
    for i in sorted(range(len(names)), key=lambda i: "".join(looks[i]) != names[i]):
        name = one_line(names[i])
        ways = (_numbered(name, n) for n in count(last.get(name, 1) + 1))
        if not take(i, name, looks[i]) and not take(i, AsWritten(name), look(AsWritten(name))):
            numbered = next(way for way in ways if take(i, way, look(way)))
            last[name] = int(numbered.rpartition("#")[2])
    return [given[i] for i in range(len(names))]


def _numbered(name: str, n: int) -> str:
    """The name with a number, and still no longer than names may be: the number of a long one would be cut."""
    room = LONGEST_NAME - len(f"#{n}")
    return type(name)(f"{name if len(name) <= room else name[: room - 1] + '…'}#{n}")


def values_in_scope(names: Mapping[str, object] | Caller | None, frame: FrameType | None) -> list[Value]:
    """All Values that `node_names` would see, whether or not they belong to a graph; arguments as there."""
    return [x for name, held in _variables(names, frame).items() for x, _ in _values(held, name)]


def held_by_name(names: Mapping[str, object] | Caller | None, frame: FrameType | None) -> dict[str, Value]:
    """All Values that `node_names` would see, by the expressions that reach them; arguments as there."""
    return {path: x for name, held in _variables(names, frame).items() for x, path in _values(held, name)}


def _variables(names: Mapping[str, object] | Caller | None, frame: FrameType | None) -> Mapping[str, object]:
    """The mapping, or the variables a person can see from the frame, the nearest first, in order of definition."""
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
    visible: dict[str, object] = {}
    for scope in _scopes(frame):
        for name, held in list(scope.items()):
            of_ipython = name in ("In", "Out") and (scope.get("_ih") is held or scope.get("_oh") is held)
            if name.isidentifier() and not name.startswith("_") and not of_ipython:
                visible.setdefault(name, held)
    for held in list(visible.values()):
        if isinstance(held, FunctionType) and held.__closure__ and not _of_library(held.__code__.co_filename):
            for name, cell in zip(held.__code__.co_freevars, held.__closure__, strict=True):
                if cell != _EMPTY and not name.startswith("_"):
                    visible.setdefault(name, cell.cell_contents)
    return visible


def _scopes(frame: FrameType) -> list[Mapping[str, Any]]:
    """The variables of the frame and of those above it, up to the script or the cell, the nearest first; then globals.

    Python 3.11 runs a comprehension in a frame of its own, and later ones in that of the function around it; its own
    variables stand after those around it in either case.
    """
    scopes: list[Mapping[str, Any]] = []
    loops: list[Mapping[str, Any]] = []  # of comprehensions, the innermost first
    above: FrameType | None = frame
    while above is not None:
        code = above.f_code
        if code.co_name in _LOOPS:
            loops.append(above.f_locals)
        elif above is frame or not _of_library(code.co_filename):
            whole = code.co_name == "<module>"
            inside = _of_comprehensions(code)
            local = list(above.f_locals.items())
            around = {name: held for name, held in local if name not in inside}
            scopes += [above.f_globals] * whole + [around, dict(local), *loops]
            loops = []
            if whole:
                break
        above = above.f_back
    return [*scopes, *loops, frame.f_globals]


@lru_cache(maxsize=256)
def _of_comprehensions(code: CodeType) -> frozenset[str]:
    """The variables of comprehensions that run in the frame of this function; only those from Python 3.12 on do."""
    if sys.version_info < (3, 12):
        return frozenset()
    return frozenset([i.argval for i in dis.get_instructions(code) if i.opname == "LOAD_FAST_AND_CLEAR"])


def _of_library(file: str) -> bool:
    """Whether code comes from Python itself, from an installed package or from ours: such variables name nothing."""
    return file.startswith(("<frozen", *_LIBRARIES)) or "-packages" in file


def _holders(variables: Mapping[str, object], nodes: set[Value]) -> dict[Value, str]:
    """For each of the nodes the first of the variables that holds it, itself or in a container; objects come last."""
    single: dict[Value, str] = {}
    for name, held in variables.items():
        if isinstance(held, Value) and held in nodes:
            single.setdefault(held, name)
    holders: dict[Value, str] = {}
    for name, held in sorted(variables.items(), key=lambda item: _is_object(item[1])):
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
    return [(element, AsWritten(path)) for element, path in looked_at if isinstance(element, Value)]


def _elements(held: Any, path: str, depth: int) -> Iterator[tuple[Any, str]]:
    """What a container or an object holds, at any depth, with the expression that reaches it. (Written for Values.)"""
    if _is_array(held):
        held = held.tolist()
    step = "{}[{!r}]"
    if isinstance(held, (list, tuple)):
        items: Iterable[tuple[Any, Any]] = enumerate(held)
    elif isinstance(held, dict):
        items = list(held.items())
    elif _is_object(held):
        step, items = "{}.{}", [(name, x) for name, x in list(vars(held).items()) if not name.startswith("_")]
    else:
        return
    for key, element in items:
        if isinstance(element, Value):
            yield element, step.format(path, key)
        elif depth > 1 and (isinstance(element, (list, tuple, dict)) or _is_array(element) or _is_object(element)):
            yield from _elements(element, step.format(path, key), depth - 1)
        else:
            yield element, ""


def _is_object(held: Any) -> bool:
    """Whether this is an object of a class of the caller's own, which may hold Values as its attributes."""
    kind = type(held)
    if kind is SimpleNamespace:
        return True
    if kind.__module__ == "builtins" or not kind.__dictoffset__:
        return False
    file = getattr(sys.modules.get(kind.__module__), "__file__", None)
    return kind.__module__ == "__main__" or (file is not None and not _of_library(file))


def _is_array(held: Any) -> bool:
    """Whether this is a NumPy array that can hold Values. (NumPy need not be installed.)"""
    return type(held).__name__ == "ndarray" and held.dtype == object
