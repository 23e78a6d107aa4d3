"""`Module`: what every model has in common, its parameters and their names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from autograd.engine.elsewhere import absent
from autograd.engine.value import Value
from nn.data import check_number, counted
from nn.numerics import is_array


class Module:
    """The base class of neurons, layers and networks, and of models of your own.

    A parameter is a leaf `Value` in an attribute of the module, or of a module in one of its attributes; lists, tuples,
    dicts and object arrays of them are looked into, and so is what has ``parameters()`` without being a module. So a
    model of your own needs only its attributes and a ``__call__``.

    Example:
        >>> from autograd import Value
        >>> class Line(Module):
        ...     def __init__(self):
        ...         self.slope, self.offset = Value(2.0), Value(1.0)
        ...     def __call__(self, x):
        ...         return self.slope * x + self.offset
        >>> line = Line()
        >>> line
        Line(2 parameters)
        >>> line.state_dict()
        {'slope': 2.0, 'offset': 1.0}
    """

    elsewhere: ClassVar[Mapping[str, str]] = {
        "train": "leave it out: a model computes the same in training and in use",
        "eval": "leave it out: a model computes the same in training and in use",
        "fit": "write nn.fit(model, X, y)",
        "to": "leave it out: the numbers are Python's floats; compile gives a program for other devices",
        "cuda": "leave it out: the numbers are Python's floats; compile gives a program for other devices",
        "double": "leave it out: every number is a double",
        "float": "leave it out: every number is a double",
        "modules": "its modules are its attributes",
        "children": "its modules are its attributes",
        "register_parameter": "set an attribute: self.w = Value(0.0)",
        "requires_grad_": "to train a part of a model, give fit optimizer=Grouped((part, SGD(0.1)))",
        "coefs_": "write model.weights",
        "intercepts_": "write model.biases",
        "get_weights": "write model.state_dict()",
        "set_weights": "write model.load_state_dict(state)",
        "summary": "write print(model) or draw(model)",
    }
    """What models have in other libraries, and what to write here."""

    if not TYPE_CHECKING:  # for a checker there is no such name

        def __getattr__(self, name: str) -> Any:
            """Only asked for what there is not, and where a property raises an AttributeError of its own."""
            if hasattr(type(self), name):
                return object.__getattribute__(self, name)
            raise absent(self, name, self.elsewhere)

    def members(self) -> Iterable[tuple[str, Any]]:
        """Where parameters are looked for: names, and Values, modules or sequences of these. The attributes."""
        return vars(self).items()

    def named_parameters(self) -> list[tuple[str, Value]]:
        """All parameters, each once, with their paths as names, such as ``layers.0.neurons.3.w2``.

        The order is that of the attributes, and the same for every model of the same architecture.
        """
        first: dict[Value, str] = {}
        for name, parameter in places_in(self):
            first.setdefault(parameter, name)
        return [(name, parameter) for parameter, name in first.items()]

    def parameters(self) -> list[Value]:
        """All parameters, each once, in the order of `named_parameters`."""
        return [*dict.fromkeys([parameter for _, parameter in places_in(self)])]

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0.0, as before each step of training."""
        for parameter in self.parameters():
            parameter.grad = 0.0

    def state_dict(self) -> dict[str, float]:
        """The number of every parameter under its name."""
        return {name: parameter.data for name, parameter in self.named_parameters()}

    def load_state_dict(self, state: Mapping[str, float]) -> None:
        """Set every parameter to the number that ``state`` has under its name.

        Arguments:
            state: as `state_dict` gives it, from a model of the same architecture.

        Raises:
            ValueError: if names are missing or unexpected, or a number is not finite. Nothing is changed then.
            TypeError: if an entry is no number.

        Example:
            >>> from nn.layers import Neuron
            >>> neuron = Neuron(1, weights=[0.4], bias=0.1)
            >>> neuron.load_state_dict({"w1": 0.5, "b": 0.2})
            >>> neuron.state_dict()
            {'w1': 0.5, 'b': 0.2}
        """
        parameters = dict(self.named_parameters())
        missing = [name for name in parameters if name not in state]
        unexpected = [name for name in state if name not in parameters]
        if missing or unexpected:
            raise ValueError(
                f"the state does not belong to {self!r}: {_listed('missing', missing)}"
                f"{'; ' if missing and unexpected else ''}{_listed('unexpected', unexpected)}. "
                "Load it into a model of the architecture that it was saved from"
            )
        numbers = {name: check_number(name, state[name]) for name in parameters}
        for name, parameter in parameters.items():
            parameter.data = numbers[name]

    def architecture(self) -> dict[str, Any]:
        """A description that JSON can hold, from which `nn.layers.build` makes the model anew, without its numbers.

        Raises:
            TypeError: for a class that does not define it.
        """
        raise TypeError(
            f"{type(self).__name__} does not describe its architecture. Define architecture(self), which gives a dict "
            f"with 'type': {type(self).__name__!r}, and the classmethod from_architecture(cls, description); or save "
            "state_dict() alone and load it into a model that you build"
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._size()})"

    def _size(self) -> str:
        return counted(len(self.parameters()), "parameter")


def places_in(member: Any, path: str = "") -> list[tuple[str, Value]]:
    """Every place in a member of a module that holds a parameter, with its path: a shared one stands in several."""
    inner: Iterable[tuple[Any, Any]]
    if isinstance(member, Module):
        inner = member.members()
    elif looks_like_a_model(member):
        inner = getattr(member, "__dict__", {}).items()
    else:
        inner = member.items() if isinstance(member, dict) else enumerate(member)
    found = []
    for name, value in inner:
        if isinstance(value, Value):
            if value.op is None:
                found.append((f"{path}{name}", value))
        elif isinstance(value, (list, tuple, dict)) or _holds_objects(value) or looks_like_a_model(value):
            found += places_in(value, f"{path}{name}.")
    return found


def looks_like_a_model(x: Any) -> bool:
    """Whether it is a `Module`, or an object of a class of one's own that is called and has ``parameters()``."""
    if isinstance(x, Module):
        return True
    return not isinstance(x, type) and callable(x) and callable(getattr(x, "parameters", None))


def _holds_objects(x: Any) -> bool:
    """Whether it is an array of NumPy whose entries may be Values."""
    return is_array(x) and x.dtype == object and x.ndim > 0


def _listed(what: str, names: list[str]) -> str:
    """The first few of the names, and how many more there are."""
    if not names:
        return ""
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f"{what} {', '.join(names[:5])}{more}"
