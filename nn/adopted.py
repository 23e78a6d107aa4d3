"""Models of classes of one's own, without `nn.Module` as a base: what is a neuron, a layer, a network, by what it has.

So the classes that micrograd's lecture has people write are trained, drawn and stepped through as they are: a neuron
has weights ``w`` and a bias ``b``, a layer ``neurons``, a network ``layers``; each is called with an example, and lists
its ``parameters()``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

from autograd.engine.value import Value
from nn.module import Module, looks_like_a_model, places_in


class Model(Protocol):
    """What is trained: a `Module` that is called with an example, or anything like it."""

    def __call__(self, x: Any, /) -> Any:
        """The outputs for an example, one Value or several."""

    def parameters(self) -> Sequence[Value]:
        """What is trained."""


_NAMES = (("weights", ("w", "weights")), ("bias", ("b", "bias")))
"""What a neuron has, and what it may be called."""


class Adopted(Module):
    """A model of a class without the base class, as a `Module`.

    Arguments:
        model: called with an example; its ``parameters()`` are what is trained.
    """

    def __init__(self, model: Any) -> None:
        self.model = model

    def __call__(self, x: Any) -> Any:
        """What the model gives for an example."""
        return self.model(x)

    def members(self) -> Iterable[tuple[str, Any]]:
        """The attributes of the model."""
        return getattr(self.model, "__dict__", {}).items()

    def named_parameters(self) -> list[tuple[str, Value]]:
        """What the model lists, each once, with its place in the attributes; without one, its number in the list."""
        names: dict[Value, str] = {}
        for name, parameter in places_in(self):
            names.setdefault(parameter, name)
        listed = dict.fromkeys(self.model.parameters())
        return [(names.get(parameter, f"parameters.{i}"), parameter) for i, parameter in enumerate(listed)]

    def parameters(self) -> list[Value]:
        """What the model lists, each once."""
        return [*dict.fromkeys(self.model.parameters())]

    @property
    def n_inputs(self) -> int | None:
        """How many inputs it takes, if that can be told: ``zip`` would leave out what there is too much."""
        given = getattr(self.model, "n_inputs", None)
        if isinstance(given, int):
            return given
        try:
            return len(next(rows_of(self.model))[0][0]) - 1
        except (AttributeError, StopIteration, IndexError):
            return None

    def __getattr__(self, name: str) -> Any:
        if name == "model":  # a copy asks before it is there
            raise AttributeError(name)
        return getattr(self.model, name)

    def __repr__(self) -> str:
        return f"{type(self.model).__name__}({self._size()})"


def adopted(model: Any, who: str) -> Module:
    """The model as a `Module`, if it is one or looks like one.

    Arguments:
        who: who takes it, as messages say it.

    Raises:
        TypeError: for anything else, with what is missing.
    """
    if isinstance(model, Module):
        return model
    kind = model.__name__ if isinstance(model, type) else type(model).__name__
    if isinstance(model, type):
        raise TypeError(f"{who} takes a model, and {kind} is a class; make an object of it: {kind}(...)")
    if not looks_like_a_model(model):
        lacks = "parameters(), which lists its Values" if callable(model) else "__call__(self, x), which gives outputs"
        raise TypeError(
            f"{who} takes a model, and {model!r:.60} ({kind}) has no {lacks}; "
            + (way_over(model) or "give its class one, or derive it from nn.Module")
        )
    for parameter in model.parameters():
        if not isinstance(parameter, Value) or parameter.op is not None:
            said = parameter.describe() if isinstance(parameter, Value) else f"{parameter!r:.60}"
            way = way_over(model) or way_over(parameter)
            raise TypeError(
                f"{who} takes a model whose parameters() are Values that nothing computed, but one of {kind} is {said}"
                + (f"; {way}" if way else "")
            )
    return Adopted(model)


def way_over(model: Any) -> str:
    """What to write for a model of another library, known by the class that it is derived from; else nothing."""
    libraries = {kind.__module__.partition(".")[0] for kind in type(model).__mro__}
    ways = [f"nn.from_{library}(model)" for library in ("sklearn", "keras", "torch") if library in libraries]
    return f"write {ways[0]}, which brings a trained one over" if ways else ""


def rows_of(model: Any) -> Iterator[tuple[list[tuple[Value, ...]], Any]]:
    """The layers of a network, a layer or a neuron: for each the rows (w_1, ..., w_n, b) of its neurons, and itself.

    Raises:
        AttributeError: for anything else, with what is missing.
    """
    for i, layer in enumerate(model.layers if hasattr(model, "layers") else [model]):
        inside = f"in layers[{i}] " if hasattr(model, "layers") else ""
        if hasattr(layer, "neurons"):
            yield [_row(neuron, f"{inside}neurons[{j}]") for j, neuron in enumerate(layer.neurons)], layer
        else:
            yield [_row(layer, f"{inside}it")], layer


def _row(neuron: Any, place: str) -> tuple[Value, ...]:
    """The weights of a neuron and its bias."""
    if hasattr(neuron, "row"):
        return tuple(neuron.row)
    found = []
    for what, names in _NAMES:
        own = [name for name in names if hasattr(neuron, name)]
        if not own:
            raise AttributeError(f"{place} is {_a(type(neuron).__name__)} without {names[0]}, its {what}")
        found.append(getattr(neuron, own[0]))
    weights, bias = found
    row = (*weights, bias) if isinstance(weights, Iterable) else (weights, bias)
    for entry in row:
        if not isinstance(entry, Value):
            raise AttributeError(
                f"{place} is {_a(type(neuron).__name__)} whose weights and bias are no Values: {entry!r:.40}"
            )
    return row


def _a(name: str) -> str:
    return f"{'an' if name[:1] in 'AEIOU' else 'a'} {name}"
