"""`Grouped`: an optimizer for each part of a model, and none for the rest.

A rate for each layer, weight decay on the weights alone, frozen layers, neurons without a bias: all of them say that
parts of the parameters are trained by rules of their own, or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

from autograd.engine.value import Value
from nn.data import FloatArray, counted
from nn.module import places_in
from nn.numerics import np
from nn.optimizers import Optimizer, get


class Grouped(Optimizer):
    """Several optimizers, each for a part of the parameters; those in no part stay as they are.

    Arguments:
        groups: pairs of a part and its optimizer. A part is a module, a Value, or Values in nested lists, tuples, dicts
            and arrays, such as ``model.weights``; an optimizer is as for `nn.fit`, a name or an object.

    `nn.fit` and ``step`` are given all parameters, as with one optimizer. Clipping by ``clip_norm`` is by the length of
    the gradient of the part; the learning rate that a history shows is that of the first part. A copy and a pickle keep
    the parts by their places among the parameters of the last step.

    Raises:
        TypeError: for what is no such pair.
        ValueError: for no parts, a part without parameters, and for a parameter in two of them.

    Example:
        >>> from nn import MLP, SGD, fit  # the first layer stays; the weights of the second decay, but not its bias
        >>> model = MLP(1, [2, 1], seed=0)
        >>> second = model.layers[1]
        >>> optimizer = Grouped((second.weights, SGD(0.1, weight_decay=0.01)), (second.biases, SGD(0.2)))
        >>> optimizer
        Grouped(2 parameters by SGD(lr=0.1, weight_decay=0.01), 1 parameter by SGD(lr=0.2))
        >>> before = model.state_dict()
        >>> history = fit(model, [[0.0], [1.0]], [1.0, 2.0], optimizer=optimizer, epochs=5)
        >>> [name for name, number in model.state_dict().items() if number != before[name]]
        ['layers.1.neurons.0.w1', 'layers.1.neurons.0.w2', 'layers.1.neurons.0.b']
    """

    def __init__(self, *groups: tuple[Any, str | Optimizer]) -> None:
        super().__init__()
        if not groups:
            raise ValueError("Grouped has no parts; write Grouped((model.weights, SGD(0.1)))")
        self.optimizers: list[Optimizer] = []
        self._parts: list[list[Value]] = []
        self._places: list[list[int]] = []  # of the parts, among the parameters of the last step
        owner: dict[Value, int] = {}
        for i, group in enumerate(groups):
            if not (isinstance(group, (tuple, list)) and len(group) == 2):
                raise TypeError(
                    f"part {i} of Grouped is {group!r:.60}, but must be a pair, parameters and their optimizer; write "
                    "Grouped((model.weights, SGD(0.1)), (model.biases, SGD(0.2)))"
                )
            part = list(dict.fromkeys([parameter for _, parameter in places_in([group[0]])]))
            if not part:
                raise ValueError(f"part {i} of Grouped, {group[0]!r:.60}, holds no parameters")
            for parameter in part:
                if owner.setdefault(parameter, i) != i:
                    raise ValueError(
                        f"{parameter.describe()} stands in parts {owner[parameter]} and {i} of Grouped; a parameter "
                        "is moved by one optimizer"
                    )
            self._parts.append(part)
            self.optimizers.append(get(group[1]))
        for i, optimizer in enumerate(self.optimizers):
            if any(optimizer is other for other in self.optimizers[:i]):
                raise ValueError(f"part {i} of Grouped has the optimizer of another part; each has a state of its own")

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next update of the first part."""
        return self.optimizers[0].learning_rate

    def bind(self, parameters: Any) -> list[Value]:
        """See `Optimizer.bind`: all parameters of the model, among which those of every part are."""
        before = self._parameters
        given = super().bind(parameters)
        if given is before or (before is not None and given == before and self._places):
            return given
        if not self._parts:  # of a copy
            if max(map(max, self._places)) >= len(given):
                raise ValueError(f"the model has {counted(len(given), 'parameter')}, fewer than {self!r} was bound to")
            self._parts = [[given[i] for i in places] for places in self._places]
        place = {parameter: i for i, parameter in enumerate(given)}
        for i, part in enumerate(self._parts):
            for parameter in part:
                if parameter not in place:
                    self._parameters = before
                    raise ValueError(f"part {i} of Grouped holds {parameter.describe()}, no parameter of this model")
        self._places = [sorted(place[parameter] for parameter in part) for part in self._parts]
        for optimizer, places in zip(self.optimizers, self._places, strict=True):
            optimizer.bind([given[i] for i in places])
        return given

    def update(self, theta: FloatArray, gradient: FloatArray) -> None:
        """Change ``theta`` in place, each part by its optimizer."""
        if not self._places:
            raise ValueError("Grouped does not know yet whose array this is; call bind(model.parameters()) first")
        moved = [(np.array(places), theta[places]) for places in self._places]
        for optimizer, (places, part) in zip(self.optimizers, moved, strict=True):
            optimizer.update(part, gradient[places])
        for places, part in moved:
            theta[places] = part
        self.steps += 1

    def _move(self, theta: FloatArray, gradient: FloatArray, rate: float) -> NoReturn:
        raise NotImplementedError("each part has an optimizer of its own")

    def end_epoch(self, loss: float | None = None) -> None:
        """Tell every part that an epoch has ended."""
        self.epochs += 1
        for optimizer in self.optimizers:
            optimizer.end_epoch(loss)

    def reset(self) -> None:
        """Forget everything but the parts and their settings."""
        self.steps = self.epochs = 0
        self._parameters = None
        for optimizer in self.optimizers:
            optimizer.reset()

    def state_dict(self) -> NoReturn:
        """There is none: the state stands in the ``optimizers``, by their parts.

        Raises:
            TypeError: always.
        """
        raise TypeError(
            "Grouped has no state of its own, so that save(path, model, optimizer) cannot write it; save the model "
            "alone, and state_dict() of each of its optimizers, or pickle it"
        )

    def load_state_dict(self, state: Any) -> NoReturn:
        """See `state_dict`."""
        self.state_dict()

    def __getstate__(self) -> dict[str, Any]:
        """As `Optimizer`, with the parts by their places, once these are known."""
        return {**super().__getstate__(), "_parts": [] if self._places else self._parts}

    def __repr__(self) -> str:
        sizes: Sequence[Any] = self._parts or self._places
        shown = [f"{counted(len(n), 'parameter')} by {o!r}" for n, o in zip(sizes, self.optimizers, strict=True)]
        return f"Grouped({', '.join(shown)})"
