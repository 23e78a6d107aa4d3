"""`Neuron`, `Layer` and `MLP`, and `build`, which makes them from a description."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self, TypeVar

from autograd.engine import primitives
from autograd.engine.elsewhere import instead
from autograd.engine.escapes import inputs_of_open_calls
from autograd.engine.value import Operand, Value
from autograd.functions import Rows, linear
from nn import activations, initialisers, losses
from nn.activations import Activation
from nn.data import check_count, check_inputs, check_number, counted
from nn.evaluation import one_by_one, outputs_for
from nn.initialisers import InitialiserChoice, Seed
from nn.losses import Loss
from nn.module import Module, places_in
from nn.numerics import np
from nn.suggest import lookup, unknown

if TYPE_CHECKING:
    import numpy.typing as npt

_SIZES = {"nin": "write n_inputs=", "in_features": "write n_inputs=", "input_size": "write n_inputs="}
_NO_BIAS = (
    "every neuron has a bias; for none start it at 0, as it does beside given weights, and leave it out of training: "
    "fit(model, X, y, optimizer=Grouped((model.weights, SGD(0.1))))"
)
_ELSEWHERE = {
    "neuron": {**_SIZES, "nonlin": "write activation='relu', or 'linear' for none", "seed": "write rng="},
    "layer": {
        **_SIZES,
        **dict.fromkeys(("nout", "out_features", "units"), "write n_outputs="),
        "nonlin": "write activation='relu', or 'linear' for none",
        "seed": "write rng=",
        "bias": f"write biases=[...]; {_NO_BIAS}",
    },
    "network": {
        **_SIZES,
        **dict.fromkeys(("nouts", "hidden_layer_sizes", "hidden"), "write sizes=[16, 16, 1], the output layer last"),
        "nonlin": "write activation='relu', or 'linear' for none",
        **dict.fromkeys(("rng", "random_state"), "write seed="),
        "bias": _NO_BIAS,
    },
}
"""What constructors take in other libraries."""


class FeedForward(Module, ABC):
    """What `Neuron`, `Layer` and `MLP` share: numbers go in, numbers come out, and nothing flows back.

    Attributes:
        n_inputs: how many numbers one example has.
        n_outputs: how many numbers come out.
    """

    n_inputs: int
    n_outputs: int

    def __call__(self, x: Sequence[Operand]) -> Any:
        """The outputs for one example.

        Arguments:
            x: ``n_inputs`` numbers or Values.

        Returns:
            A Value where there is one output, else a list of them.

        Raises:
            ValueError: if x has another length.
            TypeError: if x is no sequence of numbers or Values.
        """
        outputs = self.forward(self._checked(x))
        return outputs[0] if len(outputs) == 1 else outputs

    @abstractmethod
    def forward(self, x: Sequence[Any]) -> list[Value]:
        """The outputs, always as a list."""

    def logits(self, x: Sequence[Operand]) -> list[Value]:
        """The weighted sums z before the last activation, as a list: what the losses on logits take.

        Arguments:
            x: as for a call of the model.

        Raises:
            TypeError: if the class has none.
        """
        raise TypeError(
            f"{type(self).__name__} has no logits, which a loss on logits takes: define logits(self, x), or choose a "
            "loss on the outputs"
        )

    def predict(self, X: Any) -> npt.NDArray[np.float64]:
        """The outputs for many examples, as numbers; nothing is recorded.

        They come after the output activation, so they are probabilities where that is sigmoid or softmax, whatever
        loss the model is trained with. Many examples go through a compiled program, if no function of yours takes part.

        Arguments:
            X: one row an example, shape (examples, n_inputs).

        Returns:
            An array of shape (examples,) for one output, else (examples, n_outputs).

        Raises:
            ValueError: for rows of another length, NaN or infinity, with row and column.
            TypeError: inside a function that is being differentiated by one of the weights.

        Example:
            >>> Neuron(1, weights=[2.0], bias=1.0).predict([[0.0], [1.0], [2.0]])
            array([1., 3., 5.])
        """
        rows = check_inputs(X, self.n_inputs)
        calls = inputs_of_open_calls.get()
        for parameter in _row_entries(self) if calls else ():
            if any(parameter in inputs for inputs in calls):
                raise TypeError(
                    f"predict gives plain numbers, but {parameter.describe()} is an argument of the function that is "
                    "being differentiated; its part of the derivative would be lost. Call the model: [model(x) for x "
                    "in X]"
                )
        outputs = (outputs_for if self.records_the_same else one_by_one)(self.forward, rows)
        return outputs[:, 0] if self.n_outputs == 1 else outputs

    @property
    def records_the_same(self) -> bool:
        """Whether every example records the same operations: for sure where all of them are this package's own."""
        return False

    def _checked(self, x: Any) -> Any:
        """x, if it is one example."""
        try:
            n = len(x)
        except TypeError:
            raise TypeError(
                f"an example is a sequence of {counted(self.n_inputs, 'number')}, not {x!r:.60}; write model([...])"
            ) from None
        if n != self.n_inputs or getattr(x, "ndim", 1) != 1:
            what = f"shape {np.shape(x)}" if getattr(x, "ndim", 1) != 1 else counted(n, "number")
            raise ValueError(
                f"the example has {what}, but {self!r} takes {counted(self.n_inputs, 'input')}; "
                "call the model with one example, and predict(X) with a table of them"
            )
        return x

    def _shape(self) -> str:
        """The architecture in a line, as reprs show it."""
        return f"{self.n_inputs} → {self.n_outputs}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._shape()}, {self._size()})"


class Neuron(FeedForward):
    """A neuron: activation(w_1 x_1 + ... + w_n x_n + b).

    The weighted sum is one `dot` node. Its weights and bias stand in one tuple, which all examples share.

    Arguments:
        n_inputs: how many inputs it has.
        activation: a name, an object, or any function of a Value: see `nn.activations.get`.
        rng: where random weights come from: a `numpy.random.Generator`, a seed, or None for fresh ones
            (which ``random.seed`` repeats).
        weights: ``n_inputs`` numbers, or leaf Values, which the neuron then shares with whoever else has them; drawn
            by ``initialiser`` if left out.
        bias: a number or a leaf Value; if left out, 0 beside given weights, else from ``initialiser``.
        initialiser: see `nn.initialisers`; by default the one that suits the activation.

    Attributes:
        row: the tuple (w_1, ..., w_n, b) of Values, labelled w1, ..., wn, b (but for Values that were given).

    Raises:
        ValueError: for no inputs, a wrong number of weights, or one that is NaN, infinite or computed from others.

    Example:
        >>> neuron = Neuron(2, "sigmoid", weights=[0.8, 0.2], bias=0.1)
        >>> neuron
        Neuron(2 → 1 sigmoid, 3 parameters)
        >>> print(f"{neuron([0.5, 0.3]):.4f}")
        0.6365

    Source: notes 5.2 and 5.3; lecture, the mathematical model of a neuron.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {
        **Module.elsewhere,
        "w": "write neuron.weights",
        "weight": "write neuron.weights",
        "b": "write neuron.bias",
        "nonlin": "write neuron.activation",
        "in_features": "write neuron.n_inputs",
    }

    @instead(_ELSEWHERE["neuron"])
    def __init__(
        self,
        n_inputs: int,
        activation: activations.Choice = "linear",
        rng: Seed = None,
        *,
        weights: Iterable[Operand] | None = None,
        bias: Operand | None = None,
        initialiser: InitialiserChoice | None = None,
    ) -> None:
        self.n_inputs = check_count("n_inputs", n_inputs)
        self.n_outputs = 1
        self.activation = activations.get(activation)
        if self.activation.layer_wide:
            raise ValueError(
                f"{self.activation!r} is computed over all neurons of a layer, so a single neuron cannot have it; "
                "use 'sigmoid' for one probability, or a Layer for several"
            )
        matrix = None if weights is None else [weights]
        vector = None if bias is None else [bias]
        (self.row,), _ = _rows(self.n_inputs, 1, matrix, vector, initialiser or self.activation.initialiser, rng)

    @classmethod
    def _of_layer(cls, n_inputs: int, activation: Activation, row: tuple[Value, ...]) -> Self:
        """The neuron of a layer, which has checked everything."""
        neuron = cls.__new__(cls)
        neuron.n_inputs, neuron.n_outputs, neuron.activation, neuron.row = n_inputs, 1, activation, row
        return neuron

    @property
    def weights(self) -> tuple[Value, ...]:
        """The weights w_1 ... w_n."""
        return self.row[:-1]

    @property
    def bias(self) -> Value:
        """The bias b."""
        return self.row[-1]

    def entries(self) -> dict[str, Value]:
        """The weights as w1 ... wn, and the bias as b."""
        names = [*(f"w{i}" for i in range(1, self.n_inputs + 1)), "b"]
        return dict(zip(names, self.row, strict=True))

    def members(self) -> Iterable[tuple[str, Any]]:
        """The entries of the row, and the activation, which may have a parameter of its own."""
        return [*self.entries().items(), ("activation", self.activation)]

    def forward(self, x: Sequence[Any]) -> list[Value]:
        """The output, in a list."""
        return self.activation.of_layer(linear((self.row,), x))

    def logits(self, x: Sequence[Operand]) -> list[Value]:
        """The weighted sum z, in a list."""
        return linear((self.row,), self._checked(x))

    def architecture(self) -> dict[str, Any]:
        """See `Module.architecture`."""
        return _described(self, "n_inputs")

    @classmethod
    def from_architecture(cls, description: Mapping[str, Any]) -> Self:
        """The neuron that ``architecture()`` described, with all parameters 0."""
        return _made(cls, description, "n_inputs")

    def _shape(self) -> str:
        return f"{super()._shape()} {self.activation!r}"


class Layer(FeedForward):
    """A fully connected layer: every neuron gets all inputs.

    Arguments:
        n_inputs: how many inputs each neuron has.
        n_outputs: how many neurons there are.
        activation: a name, an object, or any function of a Value: see `nn.activations.get`.
        rng: where random weights come from: a `numpy.random.Generator`, a seed, or None for fresh ones
            (which ``random.seed`` repeats).
        weights: one row of ``n_inputs`` numbers or leaf Values for each neuron, the lecture's matrix W; drawn by
            ``initialiser`` if left out. (The notes index the input first: theirs is the transpose.)
        biases: one number or leaf Value for each neuron; if left out, 0 beside given weights, else from
            ``initialiser``. With the same Value for all of them, ``[b] * n_outputs``, the layer has one bias.
        initialiser: see `nn.initialisers`; by default the one that suits the activation.

    Attributes:
        neurons: the list of its neurons. Their labels are those of both documents: w12 is the weight from input 1 to
            neuron 2, b2 the bias of neuron 2 (w1, b in a layer of one neuron; w3,12 where there are more than 9).
            Values that were given keep the label they have, or none.
        activation: what the layer does with the weighted sums.

    Raises:
        ValueError: for no inputs, no neurons, weights of another shape, or one that is NaN, infinite or computed
            from others.

    Example:
        >>> layer = Layer(2, 2, "softmax", weights=[[1.0, 2.0], [3.0, 4.0]], biases=[0.0, 0.5])
        >>> layer
        Layer(2 → 2 softmax, 6 parameters)
        >>> [p.label for p in layer.parameters()]
        ['w11', 'w21', 'b1', 'w12', 'w22', 'b2']
        >>> [round(z.data, 2) for z in layer.logits([1.0, 0.5])]
        [2.0, 5.5]

    Source: lecture, "Feed-Forward Networks" and "Fully Connected Networks".
    """

    elsewhere: ClassVar[Mapping[str, str]] = {
        **Module.elsewhere,
        **dict.fromkeys(("w", "weight"), "write layer.weights, or those of one neuron: layer.neurons[0].weights"),
        **dict.fromkeys(("b", "bias"), "write layer.biases, or that of one neuron: layer.neurons[0].bias"),
        "in_features": "write layer.n_inputs",
        "out_features": "write layer.n_outputs",
    }

    @instead(_ELSEWHERE["layer"])
    def __init__(
        self,
        n_inputs: int,
        n_outputs: int,
        activation: activations.Choice = "linear",
        rng: Seed = None,
        *,
        weights: Iterable[Iterable[Operand]] | None = None,
        biases: Iterable[Operand] | None = None,
        initialiser: InitialiserChoice | None = None,
    ) -> None:
        self.n_inputs = check_count("n_inputs", n_inputs)
        self.n_outputs = check_count("the number of neurons of a layer", n_outputs)
        self.activation = activations.get(activation)
        if self.activation.layer_wide and self.n_outputs == 1:
            raise ValueError(
                f"{self.activation!r} over a layer of one neuron is always 1; use 'sigmoid' for one probability, or "
                "one neuron for each class"
            )
        draw = initialiser or self.activation.initialiser
        rows, self._labels = _rows(self.n_inputs, self.n_outputs, weights, biases, draw, rng)
        if isinstance(self.activation, Module):
            self._labels += [(parameter, name) for name, parameter in self.activation.named_parameters()]
        each = activations.Linear() if self.activation.layer_wide else self.activation
        self.neurons = [Neuron._of_layer(self.n_inputs, each, row) for row in rows]

    _rows: Rows | None = None  # of the neurons, as they have been read for the last example

    @property
    def weights(self) -> list[tuple[Value, ...]]:
        """The weights: for each neuron a row, as the argument has them."""
        return [neuron.weights for neuron in self.neurons]

    @property
    def biases(self) -> list[Value]:
        """The biases, one for each neuron."""
        return [neuron.bias for neuron in self.neurons]

    def members(self) -> Iterable[tuple[str, Any]]:
        """The activation, which may have a parameter, and the rows of the neurons."""
        return [("activation", self.activation), ("neurons", [neuron.entries() for neuron in self.neurons])]

    def label_parameters(self, suffix: str) -> None:
        """Add a suffix to the labels w11, b1 ... of the parameters, but for those that were given or renamed.

        Arguments:
            suffix: what follows each label; an MLP of several layers numbers them, w11[1], as the lecture does.
        """
        for parameter, label in self._labels:
            if (parameter.label or "").partition("[")[0] == label:
                parameter.label = label + suffix

    @property
    def records_the_same(self) -> bool:
        """See `FeedForward`."""
        return type(self) is Layer and type(self.activation) in activations.ACTIVATIONS.values()

    def forward(self, x: Sequence[Any]) -> list[Value]:
        """The outputs, as a list."""
        return self.activation.of_layer(self._weighted_sums(x))

    def logits(self, x: Sequence[Operand]) -> list[Value]:
        """The weighted sums z, as a list."""
        return self._weighted_sums(self._checked(x))

    def _weighted_sums(self, x: Sequence[Any]) -> list[Value]:
        rows = [neuron.row for neuron in self.neurons]
        if self._rows is None or self._rows.rows != rows:
            self._rows = Rows(rows)
        return self._rows.times(x)

    def architecture(self) -> dict[str, Any]:
        """See `Module.architecture`."""
        return _described(self, "n_inputs", "n_outputs")

    @classmethod
    def from_architecture(cls, description: Mapping[str, Any]) -> Self:
        """The layer that ``architecture()`` described, with all parameters 0."""
        return _made(cls, description, "n_inputs", "n_outputs")

    def _shape(self) -> str:
        return f"{super()._shape()} {self.activation!r}"


_F = TypeVar("_F", bound=FeedForward)


class Task(NamedTuple):
    """What suits a kind of problem: the output activation, and the loss in its stable form."""

    name: str
    output: str
    loss: Loss


TASKS: dict[str, Task] = {
    "regression": Task("regression", "linear", losses.mse),
    "binary": Task("binary", "sigmoid", losses.binary_cross_entropy_with_logits),
    "multiclass": Task("multiclass", "softmax", losses.categorical_cross_entropy_with_logits),
    "multilabel": Task("multilabel", "sigmoid", losses.binary_cross_entropy_with_logits),
}


class MLP(FeedForward):
    """A multilayer perceptron: layers one after the other.

    Arguments:
        n_inputs: how many numbers one example has.
        sizes: how many neurons each layer has, the output layer last: [16, 16, 1] is two hidden layers of 16.
        activation: that of the hidden layers: see `nn.activations.get`. Each layer learns its own alpha of a PReLU.
        output: that of the output layer.
        seed: for the random weights: a whole number, which always gives the same; a `numpy.random.Generator`; or None
            for fresh ones (which ``random.seed`` repeats), so that five networks made in a loop are five networks.
        weights, biases: optional, for each layer as `Layer` takes them.
        initialiser: see `nn.initialisers`; by default for each layer the one that suits its activation.

    Attributes:
        layers: the list of layers. Labels carry the layer's number as the lecture does: w12[1] is the weight from
            input 1 to neuron 2 in layer 1.
        loss: the loss that `nn.fit` uses unless told otherwise; None but for models made by `for_task`.

    Raises:
        ValueError: for no inputs, no layers, a layer of no neurons, unknown names, weights of another shape.

    Example:
        >>> model = MLP(2, [16, 16, 1], activation="tanh", seed=0)
        >>> model
        MLP(2 → 16 tanh → 16 tanh → 1 linear, 337 parameters)
        >>> model([0.5, -1.0]).op
        <primitive dot>
        >>> model.named_parameters()[0][0]
        'layers.0.neurons.0.w1'

    Source: notes 5.4 to 5.6; lecture, "Feed-Forward Networks".
    """

    elsewhere: ClassVar[Mapping[str, str]] = {
        **Module.elsewhere,
        **dict.fromkeys(
            ("weight", "w"), "write model.weights, or those of one neuron: model.layers[0].neurons[0].weights"
        ),
        **dict.fromkeys(("bias", "b"), "write model.biases, or that of one neuron: model.layers[0].neurons[0].bias"),
        "neurons": "write model.layers[0].neurons",
    }
    loss: Loss | None = None
    task: str | None = None

    @instead(_ELSEWHERE["network"])
    def __init__(
        self,
        n_inputs: int,
        sizes: Sequence[int],
        activation: activations.Choice = "tanh",
        output: activations.Choice = "linear",
        seed: Seed = None,
        *,
        weights: Sequence[Iterable[Iterable[Operand]]] | None = None,
        biases: Sequence[Iterable[Operand]] | None = None,
        initialiser: InitialiserChoice | None = None,
    ) -> None:
        if isinstance(sizes, (str, bytes)) or not isinstance(sizes, Iterable):
            raise TypeError(
                f"sizes is a list with the number of neurons of each layer, not {sizes!r}; write [{sizes!r}]"
            )
        widths = list(sizes)
        if not widths:
            raise ValueError("sizes is empty; give the number of neurons of each layer, such as [16, 1]")
        for name, each in (("weights", weights), ("biases", biases)):
            if each is not None and len(each) != len(widths):
                raise ValueError(
                    f"{name} are given for {counted(len(each), 'layer')}, but there are {len(widths)}; "
                    "give one entry a layer"
                )
        rng = initialisers.generator(seed)
        chosen = activations.get(activation)
        kinds = [*(deepcopy(chosen) if isinstance(chosen, Module) else chosen for _ in widths[1:]), output]
        none: list[Any] = [None] * len(widths)
        given = none if weights is None else weights, none if biases is None else biases
        self._assemble(
            [
                Layer(n, width, kind, rng, weights=rows, biases=row, initialiser=initialiser)
                for n, width, kind, rows, row in zip([n_inputs, *widths], widths, kinds, *given, strict=False)
            ]
        )

    @property
    def weights(self) -> list[list[tuple[Value, ...]]]:
        """The weights of each layer, as the argument has them."""
        return [layer.weights for layer in self.layers]

    @property
    def biases(self) -> list[list[Value]]:
        """The biases of each layer."""
        return [layer.biases for layer in self.layers]

    @classmethod
    def from_layers(cls, layers: Iterable[Layer]) -> Self:
        """A network of layers that you made: a textbook's network is one line a layer.

        Arguments:
            layers: the layers, each with as many inputs as the one before has outputs.

        Raises:
            ValueError: if there are none, or if two do not fit together.
            TypeError: for anything but layers.

        Example:
            >>> MLP.from_layers([
            ...     Layer(1, 1, "sigmoid", weights=[[0.4]], biases=[0.1]),
            ...     Layer(1, 1, "linear", weights=[[0.3]], biases=[0.2]),
            ... ])
            MLP(1 → 1 sigmoid → 1 linear, 4 parameters)

        Source: the network is that of notes 4.4 and 4.7.
        """
        model = cls.__new__(cls)
        model._assemble(list(layers))
        return model

    @classmethod
    def for_task(
        cls,
        task: str,
        n_inputs: int,
        sizes: Sequence[int],
        activation: activations.Choice = "relu",
        seed: Seed = None,
        *,
        initialiser: InitialiserChoice | None = None,
    ) -> Self:
        """A network whose output activation and loss suit the kind of problem, as the lecture's guide chooses.

        - "regression": the output is any number, so it is **linear**, with the mean squared error.
        - "binary": one output, the probability of class 1, so **sigmoid**, with the binary cross-entropy.
        - "multiclass": one output a class, probabilities that exclude each other and add up to 1, so **softmax**,
          with the categorical cross-entropy.
        - "multilabel": one output a label, probabilities independent of each other, so **sigmoid** for each, with the
          binary cross-entropy averaged over the labels.

        Hidden layers are ReLU, since sigmoid and tanh saturate and kill gradients there.

        Calling the model, and ``predict``, give probabilities; the loss is the cross-entropy *on logits*, which takes
        the weighted sums before the output activation (``model.logits(x)``). It is the same number, but the logarithm
        and the exponential cancel on paper instead of in floats: a confident wrong answer costs 1000 and not
        infinity. `nn.losses.Loss.outputs_of` picks the right one, and ``fit`` uses it.

        Arguments:
            task: one of the four.
            n_inputs, sizes, activation, seed, initialiser: as for the class.

        Raises:
            ValueError: for an unknown task, or an output layer that does not suit it.

        Example:
            >>> model = MLP.for_task("multiclass", 4, [16, 3])
            >>> model
            MLP(4 → 16 relu → 3 softmax, 131 parameters)
            >>> model.loss
            categorical_cross_entropy_with_logits
            >>> round(sum(p.data for p in model([5.1, 3.5, 1.4, 0.2])), 12)
            1.0

        Source: lecture, "How to choose the right Activation Function?"; notes 3.3.
        """
        choice = lookup("task", task, TASKS)
        model = cls(n_inputs, sizes, activation, choice.output, seed, initialiser=initialiser)
        if choice.name == "binary" and model.n_outputs != 1:
            raise ValueError(
                f"the task 'binary' has one output, the probability of class 1, not {model.n_outputs}; end sizes with "
                "1, or use 'multiclass' (one class of several) or 'multilabel' (several yes-or-no answers)"
            )
        model.task, model.loss = choice.name, choice.loss
        return model

    @property
    def records_the_same(self) -> bool:
        """See `FeedForward`."""
        return type(self) is MLP and all(layer.records_the_same for layer in self.layers)

    def forward(self, x: Sequence[Any]) -> list[Value]:
        """The outputs, as a list."""
        for layer in self.layers:
            x = layer.forward(x)
        return list(x)

    def logits(self, x: Sequence[Operand]) -> list[Value]:
        """The weighted sums z of the output layer, as a list."""
        x = self._checked(x)
        for layer in self.layers[:-1]:
            x = layer.forward(x)
        return self.layers[-1].logits(x)

    def architecture(self) -> dict[str, Any]:
        """See `Module.architecture`."""
        layers = [layer.architecture() for layer in self.layers]
        for layer in layers:
            layer.pop("shared", None)  # it is told once, for the whole network
        return {"type": type(self).__name__, "layers": layers, "task": self.task, **_shared(self)}

    @classmethod
    def from_architecture(cls, description: Mapping[str, Any]) -> Self:
        """The network that ``architecture()`` described, with all parameters 0."""
        model = cls.from_layers([Layer.from_architecture(layer) for layer in _entry(description, "layers")])
        if description.get("task") is not None:
            choice = lookup("task", description["task"], TASKS)
            model.task, model.loss = choice.name, choice.loss
        return with_shared(model, description)

    def _assemble(self, layers: list[Layer]) -> None:
        """Take these layers, if each fits the one before, and number their labels."""
        if not layers:
            raise ValueError("a network has at least one layer; give Layer(n_inputs, n_outputs, ...)")
        for k, layer in enumerate(layers):
            if not isinstance(layer, Layer):
                raise TypeError(f"layers[{k}] is {layer!r:.60}, not a Layer; write Layer(n_inputs, n_outputs, ...)")
            if k and layer.n_inputs != layers[k - 1].n_outputs:
                raise ValueError(
                    f"layers[{k}] takes {counted(layer.n_inputs, 'input')}, but layers[{k - 1}] has "
                    f"{counted(layers[k - 1].n_outputs, 'output')}; they must be equal"
                )
        self.layers = layers
        self.n_inputs, self.n_outputs = layers[0].n_inputs, layers[-1].n_outputs
        if len(layers) > 1:
            for k, layer in enumerate(layers, 1):
                layer.label_parameters(f"[{k}]")

    def _shape(self) -> str:
        return f"{self.n_inputs} → " + " → ".join(f"{layer.n_outputs} {layer.activation!r}" for layer in self.layers)


def build(architecture: Mapping[str, Any], most: int = 10_000_000) -> Module:
    """The model that ``model.architecture()`` described, with all parameters 0: load its ``state_dict`` into it.

    Classes of your own are found by their name if they define ``from_architecture``.

    Arguments:
        architecture: the description, also as it comes back from JSON.
        most: the most weights and biases that it may ask for, a shared one counted once: a file may say anything.

    Raises:
        ValueError: for a description that is incomplete, of an unknown type, or of too many parameters.
        TypeError: for one that is no dict, or has an entry of the wrong type.

    Example:
        >>> build(MLP(2, [3, 1]).architecture())
        MLP(2 → 3 tanh → 1 linear, 13 parameters)
    """
    kinds: dict[str, Any] = {kind.__name__: kind for kind in _subclasses(Module) if "from_architecture" in vars(kind)}
    name = _entry(architecture, "type")
    if name not in kinds:
        raise unknown("type of model", name, kinds)
    if issubclass(kinds[name], (Neuron, Layer, MLP)):
        _check_size(architecture, most)
    model: Module = kinds[name].from_architecture(architecture)
    return model


def _subclasses(kind: type[Module]) -> list[type[Module]]:
    """All classes derived from ``kind``, the latest definition of a name last."""
    found: list[type[Module]] = []
    for child in kind.__subclasses__():
        found += [child, *_subclasses(child)]
    return found


def _check_size(architecture: Mapping[str, Any], most: int) -> None:
    """Refuse a description that asks for too many parameters before memory is taken for them."""
    layers = architecture.get("layers", [architecture])
    if not isinstance(layers, list):
        raise TypeError(f"layers must be a list with the description of each layer, not {layers!r:.60}")
    count = 0
    for layer in layers:
        n_inputs, n_outputs = _entry(layer, "n_inputs"), layer.get("n_outputs", 1)
        count += (check_count("n_inputs", n_inputs) + 1) * check_count("n_outputs", n_outputs)
    if count > most + len(_places_to_share(architecture)):
        raise ValueError(
            f"the architecture asks for {count} parameters, but at most {most} are allowed; set most={count}"
        )


def _entry(description: Any, key: str) -> Any:
    """An entry that a description must have."""
    if not isinstance(description, Mapping):
        raise TypeError(f"the description of a model is a dict, not {description!r:.60} ({type(description).__name__})")
    if key not in description:
        raise ValueError(
            f"the description {dict(description)!r:.80} lacks {key!r}; give what model.architecture() gives"
        )
    return description[key]


def _row_entries(model: Any) -> Iterator[Value]:
    """The weights and biases of a neuron, a layer or a network, leaves or not."""
    yield from getattr(model, "row", ())
    for part in (*getattr(model, "neurons", ()), *getattr(model, "layers", ())):
        yield from _row_entries(part)


def _described(model: Neuron | Layer, *sizes: str) -> dict[str, Any]:
    """The description of a neuron or a layer, with these sizes."""
    own = {name: getattr(model, name) for name in sizes}
    return {"type": type(model).__name__, **own, "activation": model.activation.architecture(), **_shared(model)}


def _made(kind: Callable[..., _F], description: Mapping[str, Any], *sizes: str) -> _F:
    """What `_described` described, with all parameters 0."""
    arguments = [_entry(description, name) for name in (*sizes, "activation")]
    return with_shared(kind(*arguments, initialiser="zeros"), description)


def _shared(model: FeedForward) -> dict[str, dict[str, str]]:
    """What a description says of shared parameters: the place of each repetition, and the place that it repeats."""
    first: dict[Value, str] = {}
    shared = {path: first.setdefault(value, path) for path, value in places_in(model)}
    repeated = {path: original for path, original in shared.items() if path != original}
    return {"shared": repeated} if repeated else {}


def with_shared(model: _F, description: Mapping[str, Any]) -> _F:
    """The model, its parameters shared as ``_shared`` described it."""
    held = dict(places_in(model))
    for place, original in _places_to_share(description).items():
        if place not in held or not isinstance(original, str) or original not in held:
            raise ValueError(
                f"{model!r} has no places {place!r:.60} and {original!r:.60}, which are to share a parameter"
            )
        _put(model, place, held[original])
    return model


def _places_to_share(description: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a description says of shared parameters, as far as that can be told without a model."""
    shared = description.get("shared", {})
    if not isinstance(shared, Mapping):
        raise TypeError(f"shared must be a dict of the places of shared parameters, not {shared!r:.60}")
    return shared


def _put(model: Any, place: str, parameter: Value) -> None:
    """Let this be the parameter at a place that `places_in` names."""
    *path, last = place.split(".")
    for name in path:
        model = model[int(name)] if isinstance(model, list) else getattr(model, name)
    if isinstance(model, Neuron):
        model.row = tuple(({**model.entries(), last: parameter}).values())
    else:
        setattr(model, last, parameter)


def _rows(
    n_inputs: int,
    n_outputs: int,
    weights: Iterable[Iterable[Operand]] | None,
    biases: Iterable[Operand] | None,
    initialiser: InitialiserChoice,
    rng: Seed,
) -> tuple[list[tuple[Value, ...]], list[tuple[Value, str]]]:
    """The rows (w_1, ..., w_n, b) of a layer: the given numbers and Values, checked, or drawn ones.

    Those made of numbers are labelled, and stand with their labels in the second list. A label of a Value that was
    given is its owner's business.
    """
    draw = initialisers.get(initialiser)
    matrix: list[Any]
    if weights is None:
        generator = initialisers.generator(rng)
        matrix = draw.weights(generator, n_inputs, n_outputs)
        biases = draw.biases(generator, n_inputs, n_outputs) if biases is None else biases
    else:
        if rng is not None:
            initialisers.generator(rng)  # which checks it; what is given takes no generator, and no NumPy
        matrix = []
        for j, row in enumerate(weights):
            if not isinstance(row, Iterable):
                raise TypeError(
                    f"weights[{j}] is {row!r:.60}, but must be the weights of one neuron; give a list of lists, one of "
                    f"{counted(n_inputs, 'number')} for each neuron"
                )
            matrix.append([_parameter(w, f"weights[{j}][{i}]") for i, w in enumerate(row)])
        widths = {len(row) for row in matrix}
        if len(matrix) != n_outputs or widths != {n_inputs}:
            turned = len(matrix) == n_inputs and widths == {n_outputs}
            raise ValueError(
                f"weights have {counted(len(matrix), 'row')} of {' or '.join(map(str, sorted(widths)))}, but "
                f"{counted(n_outputs, 'neuron')} with {counted(n_inputs, 'input')} need {n_outputs} of {n_inputs}; "
                f"give one row a neuron{': yours is turned, write zip(*weights)' if turned else ''}"
            )
    vector = [_parameter(b, f"biases[{j}]") for j, b in enumerate([0.0] * n_outputs if biases is None else biases)]
    if len(vector) != n_outputs:
        raise ValueError(
            f"biases are {counted(len(vector), 'number')} for {counted(n_outputs, 'neuron')}; give one a neuron"
        )
    comma = "," if max(n_inputs, n_outputs) > 9 else ""
    rows, labels = [], []
    for j, entries in enumerate([(*row, bias) for row, bias in zip(matrix, vector, strict=True)], 1):
        index = f"{comma}{j}" if n_outputs > 1 else ""
        names = [*(f"w{i}{index}" for i in range(1, n_inputs + 1)), f"b{index.lstrip(',')}"]
        named = [x if isinstance(x, Value) else Value(x, label=name) for x, name in zip(entries, names, strict=True)]
        labels += [(value, name) for value, x, name in zip(named, entries, names, strict=True) if value is not x]
        rows.append(tuple(named))
    return rows, labels


def _parameter(x: Operand, what: str) -> Operand:
    """A finite number; a leaf Value as it is, so that parameters can be shared.

    A Value that was computed is refused: training would change it, and not what it was computed from.
    """
    number = check_number(what, x.data if isinstance(x, Value) else x)
    if not isinstance(x, Value):
        return number
    if x.op not in (None, primitives.identity):  # an identity is the argument of a function under `grad`
        raise ValueError(
            f"{what} is {x.describe()}, which was computed from other Values, so that training could not change it; a "
            f"parameter is a leaf: write Value({number!r}) for a new one with that number, or a model of your own that "
            "computes it anew in every call"
        )
    return x
