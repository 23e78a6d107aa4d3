"""What the views of a network know of it: its rows of weights, and what textbooks call its circles.

A network has ``layers``, or is a layer itself; a layer has ``neurons``, and a neuron a ``row`` of weights and its bias,
or weights ``w`` and a bias ``b``: see `nn.adopted`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

from autograd.engine.value import Value
from nn.adopted import rows_of, way_over


@dataclass(frozen=True, slots=True)
class Weights:
    """A fully connected layer: for each neuron its weights and its bias, and what the layer's activation is called."""

    rows: list[tuple[Value, ...]]
    activation: str


def weights_of(model: Any, taken: str) -> list[Weights]:
    """The layers of a network, a layer or a neuron; for anything else a TypeError, which says what is taken."""
    try:
        found = [
            Weights(rows, "" if (activation := getattr(layer, "activation", None)) is None else repr(activation))
            for rows, layer in rows_of(model)
        ]
    except AttributeError as missing:
        why = "" if isinstance(model, (bool, Real, str, type(None))) else f": {way_over(model) or missing}"
        raise TypeError(f"{taken}, not {model!r:.60} ({type(model).__name__}){why}") from None
    if not found or not all(layer.rows for layer in found):
        raise TypeError(f"{taken}, not {model!r:.60} ({type(model).__name__}): a layer has no neurons")
    return found


def sizes_of(layers: Sequence[Weights]) -> list[int]:
    """How many circles each column of a network stands for, the inputs first."""
    return [len(layers[0].rows[0]) - 1, *[len(layer.rows) for layer in layers]]


def circle_name(sizes: Sequence[int], k: int, i: int) -> str:
    """What textbooks call the output of circle ``i`` in column ``k``: x1, h2[1], y.

    Example:
        >>> circle_name([2, 3, 1], 1, 0), circle_name([2, 3, 3, 1], 1, 0), circle_name([2, 3, 1], 2, 0)
        ('h1', 'h1[1]', 'y')
    """
    last = len(sizes) - 1
    if k == last:
        return f"y{i + 1}" if sizes[k] > 1 else "y"
    return f"x{i + 1}" if k == 0 else f"h{i + 1}" if last == 2 else f"h{i + 1}[{k}]"


def target_name(sizes: Sequence[int], i: int) -> str:
    """What stands for the target of output ``i``: t, or t1, t2 ... where there are several."""
    return f"t{i + 1}" if sizes[-1] > 1 else "t"
