"""Losses, as objects found by name.

Primitives of their own keep the digits of the cross-entropies, and their values at infinite logits. A loss of one
example, `Loss.one`, is a graph that is the same for every example: no step of it depends on the data,
so that it can be recorded once, with Values for the targets too. Calling a loss gives the loss of a batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from numbers import Real
from typing import Any, Self

from autograd.engine import primitives, scalar
from autograd.engine.elsewhere import refuse
from autograd.engine.modes import no_grad
from autograd.engine.primitives import Outside, Primitive
from autograd.engine.value import Operand, Value, apply
from autograd.functions import absolute, dot, fsum, logsumexp, maximum, relu, step, stop_gradient, where, xlogy
from nn.data import Examples, check_inputs, check_number, check_targets, check_weights, counted, number_of
from nn.numerics import np
from nn.suggest import chosen, lookup

_IN_FIT = "the mean over the examples of a step; their sum is the mean at a learning rate times their number"
_ELSEWHERE = {
    "reduction": f"write mse(predictions, targets, reduction='sum'). nn.fit takes {_IN_FIT}",
    "weight": "write sample_weight= in the call, one number an example",
    "size_average": "write reduction='mean' or 'sum' in the call",
    "from_logits": "write the loss on logits, such as binary_cross_entropy_with_logits",
}
"""What losses take in other libraries when they are made."""


class Loss:
    """How wrong outputs are, as one number: the base class of all losses, and of one of your own.

    Derive from it, give it a ``name`` and define ``one``; where targets are not just any numbers, ``encode`` too.

    Attributes:
        name: what ``loss="..."`` takes.
        on_logits: whether it takes the weighted sums before the output activation in place of the outputs.

    Example:
        >>> class Quartic(Loss):
        ...     name = "quartic"
        ...     def one(self, outputs, targets):
        ...         return fsum([(y - t) ** 4 for y, t in zip(outputs, targets, strict=True)])
        >>> Quartic()([1.0, 3.0], [1.0, 1.0])
        8.0
    """

    name: str
    on_logits: bool = False

    def __new__(cls, *args: Any, **settings: Any) -> Self:
        """Look at what is given to a class without settings, such as those of other libraries."""
        if cls.__init__ is object.__init__ and (args or settings):
            refuse(cls.__name__, settings, _ELSEWHERE)
            raise TypeError(f"{cls.__name__} takes no arguments; call an object of it with predictions and targets")
        return super().__new__(cls)

    def one(self, outputs: Sequence[Any], targets: Sequence[Any]) -> Any:
        """The loss of one example.

        Arguments:
            outputs: the outputs of the model, Values or numbers.
            targets: as many Values or numbers: a row of what ``encode`` gives.

        Returns:
            A Value if any output or target is one, else a float.
        """
        # no abstract method: an abstract class may not have hooks that do nothing, as check_target below
        raise NotImplementedError(f"{type(self).__name__} must define one(self, outputs, targets)")

    def encode(self, y: Any, n_outputs: int) -> list[list[float]]:
        """The targets of many examples as rows of ``n_outputs`` numbers, which is what ``one`` takes.

        Arguments:
            y: one number an example, or one row of ``n_outputs`` numbers.
            n_outputs: how many outputs the model has.

        Raises:
            TypeError: for text and other things that are no numbers.
            ValueError: for no examples, NaN, rows of the wrong length, and targets that the loss has no meaning for.
        """
        if not len(y):
            raise ValueError("there are no targets; give at least one example")
        targets = check_targets(y, len(y), "targets")
        rows: list[list[float]] = targets.reshape(len(targets), -1).tolist()
        if len(rows[0]) != n_outputs:
            raise ValueError(
                f"{self!r}: the targets have {counted(len(rows[0]), 'number')} an example for "
                f"{counted(n_outputs, 'output')}; give one target an output"
                f"{' (for class numbers use a categorical cross-entropy)' if len(rows[0]) == 1 else ''}"
            )
        for i, row in enumerate(rows):
            for t in row:
                self.check_target(t, i)
        return rows

    def check_target(self, target: float, example: int) -> None:
        """Raise a ValueError for a target that the loss has no meaning for; any number is fine by default."""

    def check_outputs(self, outputs: Sequence[Any]) -> None:
        """Raise a ValueError for outputs of an example that the loss has no meaning for; any are fine by default."""

    def outputs_of(self, model: Any, x: Sequence[Operand]) -> list[Any]:
        """What the loss takes from a model for the example x: its outputs, or for a loss on logits its logits.

        Arguments:
            model: anything that is called with one example. A loss on logits asks it for ``model.logits(x)`` if it
                has that method, else calls it too.
            x: one example.

        Returns:
            A list, also of a single output.
        """
        outputs = model.logits(x) if self.on_logits and hasattr(model, "logits") else model(x)
        return outputs if isinstance(outputs, list) else list(outputs) if isinstance(outputs, tuple) else [outputs]

    def __call__(
        self,
        predictions: Any = None,
        targets: Any = None,
        reduction: str = "mean",
        sample_weight: Iterable[float] | None = None,
    ) -> Any:
        """The loss of a batch.

        Arguments:
            predictions: the outputs for each example, a Value or number, or a list of them. A single Value or number
                is a batch of one.
            targets: as many, as ``encode`` takes them.
            reduction: "mean" over the examples (the default), or "sum".
            sample_weight: optional, one number from 0 on for each example; one of weight 2 counts as if it were
                there twice. The mean is the weighted mean.

        Returns:
            A Value if any prediction is one, else a float.

        Raises:
            ValueError: for different lengths, no examples, an unknown reduction, negative weights, and targets or
                predictions that the loss has no meaning for.

        Source: lecture, the loss over all examples and outputs; notes 3.2.2 and 4.2.3.
        """
        if predictions is None or targets is None:
            raise TypeError(
                f"{self!r} is a loss already: write {self!r}(predictions, targets, reduction={reduction!r}). "
                f"In nn.fit it is loss={self!r}: {_IN_FIT}"
            )
        averaged = lookup("reduction", reduction, {"mean": True, "sum": False})
        losses = self._of_each(predictions, targets)
        if sample_weight is None:
            total = _total(losses)
        else:
            scaled = check_weights(sample_weight, len(losses)).tolist()
            total = dot(scaled if averaged else [float(w) for w in sample_weight], losses)
        return total / len(losses) if averaged and len(losses) > 1 else total

    def _of_each(self, predictions: Any, targets: Any) -> list[Any]:
        """The loss of each example of a batch."""
        if _is_number(predictions) != _is_number(targets):
            raise TypeError(
                f"{self!r}: predictions and targets are both single numbers, or both sequences with one entry an "
                "example; write loss([y], [t]) for an example among sequences"
            )
        if _is_number(predictions):
            self.encode([number_of(targets)], 1)
            return [self.one([predictions], [targets])]
        outputs = [[p] if _is_number(p) else list(p) for p in predictions]
        if len(outputs) != len(targets):
            raise ValueError(
                f"{self!r}: {counted(len(outputs), 'prediction')} for {counted(len(targets), 'target')}; "
                "give one target an example"
            )
        n_outputs = len(outputs[0]) if outputs else 1
        for i, output in enumerate(outputs):
            if len(output) != n_outputs:
                raise ValueError(
                    f"{self!r}: prediction {i} has {counted(len(output), 'number')}, prediction 0 has {n_outputs}; "
                    "all examples have the same number of outputs"
                )
        return [self.one(output, row) for output, row in zip(outputs, self.encode(targets, n_outputs), strict=True)]

    def __repr__(self) -> str:
        return getattr(self, "name", type(self).__name__)


class Averaged(Loss):
    """A loss that looks at each output by itself, and averages over the outputs of an example."""

    def term(self, y: Any, t: Any) -> Any:
        """The loss of one output y with the target t."""
        raise NotImplementedError(f"{type(self).__name__} must define term(self, y, t)")  # as Loss.one

    def one(self, outputs: Sequence[Any], targets: Sequence[Any]) -> Any:
        """The mean of the terms of all outputs: see `Loss.one`."""
        self.check_outputs(outputs)
        terms = [self.term(y, t) for y, t in zip(outputs, targets, strict=True)]
        return _total(terms) / len(terms) if len(terms) > 1 else terms[0]


# --- regression ------------------------------------------------------------------------------------------------


class MeanSquaredError(Averaged):
    """(y - t)**2, averaged over outputs and examples. Its derivative by y is 2 (y - t).

    The notes also call (y - t)**2 / 2 by this name, in 4.4.3: that is `half_squared_error` here.

    Example:
        >>> round(mse([2.8, 5.2, 2.5, 6.9, 3.9], [3, 5, 2, 7, 4]), 12)
        0.07

    Source: notes 3.2.2.
    """

    name = "mse"

    def term(self, y: Any, t: Any) -> Any:
        """See `Averaged.term`."""
        return (y - t) ** 2


class HalfSquaredError(Loss):
    """E = (y - t)**2 / 2, *summed* over outputs, averaged over examples. Its derivative by y is y - t.

    With ``reduction="sum"`` it is the lecture's E over all examples and outputs.

    Example:
        >>> from autograd import Value
        >>> y = Value(0.75, label="y")
        >>> half_squared_error(y, 0.5).backward()
        >>> y.grad
        0.25

    Source: notes 4.4.3; lecture, "2. Calculating the Error".
    """

    name = "half_squared_error"

    def one(self, outputs: Sequence[Any], targets: Sequence[Any]) -> Any:
        """Half the sum of the squared errors: see `Loss.one`."""
        return 0.5 * _total([(y - t) ** 2 for y, t in zip(outputs, targets, strict=True)])


class MeanAbsoluteError(Averaged):
    """abs(y - t), averaged over outputs and examples. Its derivative by y is the sign of y - t, and 0 at 0.

    Example:
        >>> mae([1.0, 5.0], [2.0, 2.0])
        2.0

    Source: notes 3.3.
    """

    name = "mae"

    def term(self, y: Any, t: Any) -> Any:
        """See `Averaged.term`."""
        return absolute(y - t)


class Huber(Averaged):
    """a**2 / 2 for abs(a) <= delta, else delta (abs(a) - delta/2), with a = y - t; averaged over outputs and examples.

    Square for small errors and linear for large ones, so that outliers pull less.

    Source: notes 3.3.
    """

    name = "huber"

    def __init__(self, delta: float = 1.0) -> None:
        self.delta = check_number("delta", delta, above=0.0)

    def term(self, y: Any, t: Any) -> Any:
        """See `Averaged.term`."""
        a = y - t
        size = absolute(a)
        return where(step(self.delta - size), 0.5 * a**2, self.delta * (size - 0.5 * self.delta))

    def __repr__(self) -> str:
        return f"huber(delta={self.delta:g})"


# --- primitives of the cross-entropies ---------------------------------------------------------------------------

portion = Primitive(
    name="portion",
    symbol="×",
    value=lambda m, a, b: m.where(a, a * b, 0.0),
    partials=(lambda m, y, a, b: b, lambda m, y, a, b: a),
    formula="a*b",
    textbook=("b", "a"),
    target=0,
    module=__name__,
)
"""a b, and 0 where a is 0, also for an infinite b: what a class with the target 0 adds to a cross-entropy."""

gap = Primitive(
    name="gap",
    symbol="−",
    value=lambda m, a, b: m.where(m.at_least(a, b), m.where(m.at_least(b, a), 0.0, a - b), a - b),
    partials=(lambda m, y, a, b: 1.0, lambda m, y, a, b: -1.0),
    formula="a - b",
    textbook=("1", "-1"),
    module=__name__,
)
"""a - b, and 0 where the two are the same infinity: equal logits have equal probabilities."""


def _binary(m: Any, z: Any, t: Any) -> Any:
    """t log(1 + exp(-z)) + (1 - t) log(1 + exp(z)): two terms that are never negative, so that no digit is lost."""
    return m.where(t, t * m.softplus(-z), 0.0) + m.where(1.0 - t, (1.0 - t) * m.softplus(z), 0.0)


logistic_loss = Primitive(
    name="logistic_loss",
    symbol="logistic loss",
    value=_binary,
    partials=(lambda m, y, a, b: (1.0 - b) * m.sigmoid(a) - b * m.sigmoid(-a), lambda m, y, a, b: -a),
    formula="log(1 + exp(a)) - b*a",
    textbook=("sigmoid(a) - b", "-a"),
    target=1,
    module=__name__,
)
"""The binary cross-entropy for the logit a and the target b."""


xlog1my = Primitive(
    name="xlog1my",
    symbol="a log(1 − b)",
    value=lambda m, a, b: m.where(a, a * m.log1p(-m.where(a, b, 0.0)), 0.0),
    partials=(
        lambda m, y, a, b: m.log1p(-b),
        lambda m, y, a, b: m.divide(-a, m.where(1.0 - b, 1.0 - b, 1.0)),
    ),
    formula="a*log(1 - b)",
    textbook=("log(1 - b)", "-a/(1 - b)"),
    target=0,
    domain=(
        Outside(
            lambda m, a, b: b > 1.0 or (b == 1.0 and a != 0.0),
            "the logarithm is defined above 0 only; for a probability use a loss on logits",
        ),
    ),
    module=__name__,
)
"""a log(1 - b), and 0 where a is 0; exact also for the smallest b, which 1 - b would lose."""


def _over(m: Any, a: Any, b: Any) -> Any:
    """a / b; 0 where both are 0, and infinity where b alone is."""
    return m.where(b, m.divide(a, m.where(b, b, 1.0)), m.divide(a, m.where(a, b, 1.0)))


def _of_sigmoid(a: float, b: float, c: float) -> tuple[float, float, float, float]:
    """The binary cross-entropy of a = sigmoid(b), with 1/a = 1 + exp(-b) and 1/(1 - a) = 1 + exp(b)."""
    inverse, inverse_of_rest = 1.0 + scalar.exp(-b), 1.0 + scalar.exp(b)
    slope = ((1.0 - c) * inverse_of_rest if c != 1.0 else 0.0) - (c * inverse if c else 0.0)
    return _binary(scalar, b, c), slope, 0.0, -b  # -b is log((1 - a)/a)


def _by_probability(m: Any, y: Any, a: Any, b: Any, c: Any) -> Any:
    return _over(m, 1.0 - c, 1.0 - a) - _over(m, c, a)


def _by_target(m: Any, y: Any, a: Any, b: Any, c: Any) -> Any:
    return m.log1p(-a) - m.log(a)


def _by_probability_exactly(m: Any, y: Any, a: Any, b: Any, c: Any) -> Any:
    """(1 - c)/(1 - a) - c/a with 1/a = 1 + exp(-b) and 1/(1 - a) = 1 + exp(b)."""
    if isinstance(a, Value):
        return _by_probability(m, y, a, b, c)
    rest = m.where(1.0 - c, (1.0 - c) * (1.0 + m.exp(b)), 0.0)
    return rest - m.where(c, c * (1.0 + m.exp(-b)), 0.0)


def _by_target_exactly(m: Any, y: Any, a: Any, b: Any, c: Any) -> Any:
    """log((1 - a)/a)."""
    return _by_target(m, y, a, b, c) if isinstance(a, Value) else -b


cross_entropy_of_sigmoid = Primitive(
    name="cross_entropy_of_sigmoid",
    symbol="cross-entropy",
    value=lambda m, a, b, c: _binary(m, b, c),
    partials=(_by_probability_exactly, lambda m, y, a, b, c: 0.0, _by_target_exactly),
    brief=(_by_probability, lambda m, y, a, b, c: 0.0, _by_target),
    formula="-(c*log(a) + (1 - c)*log(1 - a))",
    textbook=("(1 - c)/(1 - a) - c/a", "0", "log(1 - a) - log(a)"),
    target=2,
    domain=(
        Outside(
            lambda m, a, b, c: (
                ((a == 1.0 or b > _STEEPEST) and c != 1.0) or ((a == 0.0 or b < -_STEEPEST) and c != 0.0)
            ),
            "the sigmoid has come so close to 0 or 1 that its logarithm has no slope; use a loss on logits",
        ),
    ),
    eager=_of_sigmoid,
    module=__name__,
)
"""The binary cross-entropy for a = sigmoid(b) and the target c. Near 0 and 1 the digits of a are in b alone, which is
there for them and gets no gradient: all of that goes to a, and on from there as always. So the derivatives are in terms
of b; but of Values, which are differentiated again, in terms of a, and in a program for training, where 1/(1 - a) meets
the slope of the sigmoid, which it takes as a (1 - a)."""

_STEEPEST = 709.0  # exp of more is no float


def _check_probabilities(loss: Loss, outputs: Sequence[Any]) -> None:
    """See `Loss.check_outputs`. A NaN passes, so that it shows up in the loss."""
    for p in outputs:
        if not 0.0 <= (number := number_of(p)) <= 1.0 and number == number:
            raise ValueError(
                f"{loss!r}: the output {number:g} is no probability, which lies between 0 and 1; use the output "
                f"activation 'sigmoid' or 'softmax', or {loss.name}_with_logits for outputs without it"
            )


def _check_logits(loss: Loss, outputs: Sequence[Any]) -> None:
    """See `Loss.check_outputs`."""
    for z in outputs:
        if isinstance(z, Value) and z.op in (primitives.sigmoid, primitives.softmax):
            raise ValueError(
                f"{loss!r} applies the {z.op.name} itself, but was given outputs of a {z.op.name}; give it "
                f"model.logits(x), the weighted sums before, or use {loss.name.removesuffix('_with_logits')}"
            )


# --- classification --------------------------------------------------------------------------------------------


class Hinge(Averaged):
    """max(0, 1 - t y) for a target t of -1 or 1 and a score y, averaged over outputs and examples.

    It is 0 where the score has the right sign and is at least 1 in size.

    Example:
        >>> hinge([2.0, 0.5, -1.0], [1, 1, 1], reduction="sum")
        2.5

    Source: notes 3.3.
    """

    name = "hinge"

    def term(self, y: Any, t: Any) -> Any:
        """See `Averaged.term`."""
        return relu(1.0 - t * y)

    def check_target(self, target: float, example: int) -> None:
        """Targets are -1 and 1."""
        if target not in (-1.0, 1.0):
            advice = "write 2*y - 1 for labels 0 and 1" if target == 0.0 else "write -1 for one class, 1 for the other"
            raise ValueError(f"hinge: target {example} is {target:g}, but the hinge loss is for -1 and 1; {advice}")


class BinaryCrossEntropy(Averaged):
    """-(t log(p) + (1 - t) log(1 - p)) for a probability p, averaged over outputs and examples.

    Targets are 0 and 1, or probabilities between. Its derivative by p is (p - t)/(p (1 - p)).

    Where p comes from a `sigmoid`, the digits that p has lost near 0 and 1 are taken from its logit. (A log(1 - p) that
    you write yourself has them no more: at the logit 20 it is off by 3e-8; write log_sigmoid(-z), or this loss.)

    Raises:
        DomainError: for p exactly 0 or 1 where the target says otherwise, which is infinitely wrong; a saturated
            sigmoid gives that. `binary_cross_entropy_with_logits` has no such point.

    Example:
        >>> round(binary_cross_entropy([0.9, 0.2], [1, 0]), 4)
        0.1643

    Source: notes 3.3.
    """

    name = "binary_cross_entropy"
    check_outputs = _check_probabilities

    def term(self, y: Any, t: Any) -> Any:
        """See `Averaged.term`."""
        if isinstance(y, Value) and y.op is primitives.sigmoid:
            return apply(cross_entropy_of_sigmoid, y, stop_gradient(y.parents[0]), t)
        return -(xlogy(t, y) + apply(xlog1my, 1.0 - t, y))

    def check_target(self, target: float, example: int) -> None:
        """Targets lie between 0 and 1."""
        if not 0.0 <= target <= 1.0:
            advice = (
                "write (y + 1)/2 for labels -1 and 1"
                if target == -1.0
                else "for class numbers use a categorical cross-entropy"
            )
            raise ValueError(f"{self!r}: target {example} is {target:g}, but targets are 0 and 1, or between; {advice}")


class BinaryCrossEntropyWithLogits(BinaryCrossEntropy):
    """The binary cross-entropy of p = sigmoid(z), from z itself: log(1 + exp(z)) - t z.

    It keeps its digits for every z, also for an infinite one: 0 where that is right, infinity where it is wrong for
    certain. Its derivative by z is sigmoid(z) - t, the plain error.

    Example:
        >>> binary_cross_entropy_with_logits([1000.0], [0])
        1000.0

    Source: notes 3.3, with the sigmoid put in.
    """

    name = "binary_cross_entropy_with_logits"
    on_logits = True
    check_outputs = _check_logits

    def term(self, y: Any, t: Any) -> Any:
        """See `Averaged.term`."""
        return apply(logistic_loss, y, t)


class CategoricalCrossEntropy(Loss):
    """-sum_i t_i log(p_i) for the probabilities p_i of the classes, averaged over examples.

    Targets are class numbers from 0 on, one-hot rows, or rows of probabilities. Where a probability is nearly 1, the
    loss has the digits that 1 - p has left; `categorical_cross_entropy_with_logits` has them all.

    Raises:
        DomainError: where the probability of the right class is exactly 0, which is infinitely wrong.
            `categorical_cross_entropy_with_logits` has no such point.

    Example:
        >>> round(categorical_cross_entropy([[0.7, 0.2, 0.1]], [0]), 4)
        0.3567

    Source: notes 3.3.
    """

    name = "categorical_cross_entropy"

    def one(self, outputs: Sequence[Any], targets: Sequence[Any]) -> Any:
        """See `Loss.one`."""
        _check_probabilities(self, outputs)
        total = sum(map(number_of, outputs))
        if abs(total - 1.0) > 0.005 * len(outputs):  # what rounding each to two digits can add up to
            raise ValueError(
                f"{self!r}: the probabilities of the classes add up to {total:g}, not 1; use the output activation "
                "'softmax', or binary_cross_entropy for labels that do not exclude each other"
            )
        return -fsum([xlogy(t, p) for p, t in zip(outputs, targets, strict=True)])

    def encode(self, y: Any, n_outputs: int) -> list[list[float]]:
        """Class numbers as one-hot rows, and rows of probabilities as they are: see `Loss.encode`."""
        if n_outputs < 2:
            raise ValueError(
                f"{self!r} needs one output a class, at least two, not {n_outputs}; for a single probability use a "
                "binary cross-entropy"
            )
        if len(y) and check_targets(y, len(y), "targets").ndim == 1:
            classes = check_targets(y, len(y), "targets").tolist()
            for i, c in enumerate(classes):
                if not (c.is_integer() and 0.0 <= c < n_outputs):
                    raise ValueError(
                        f"{self!r}: target {i} is {c:g}, but the classes of {n_outputs} outputs are numbered 0 to "
                        f"{n_outputs - 1}{'; yours start at 1, write y - 1' if min(classes) == 1.0 else ''}"
                    )
            return [[1.0 if c == k else 0.0 for k in range(n_outputs)] for c in classes]
        rows = super().encode(y, n_outputs)
        for i, row in enumerate(rows):
            if min(row) < 0.0 or abs(sum(row) - 1.0) > 1e-6:
                raise ValueError(
                    f"{self!r}: target row {i} is {row}, but a row holds probabilities that add up to 1, as a one-hot "
                    "row does; several labels at once are for binary_cross_entropy"
                )
        return rows


class CategoricalCrossEntropyWithLogits(CategoricalCrossEntropy):
    """The categorical cross-entropy of p = softmax(z), from z itself: log(sum_i exp(z_i)) - sum_i t_i z_i.

    The largest of z is taken from each before, which changes nothing on paper: so it keeps its digits for every z,
    also for infinite ones, 0 where they are right, infinity where they are wrong for certain. Its derivative by z_i is
    p_i - t_i, the plain error.

    Example:
        >>> categorical_cross_entropy_with_logits([[1000.0, 0.0]], [1])
        1000.0

    Source: notes 3.3, with the softmax of 5.3.6 put in.
    """

    name = "categorical_cross_entropy_with_logits"
    on_logits = True
    check_outputs = _check_logits

    def one(self, outputs: Sequence[Any], targets: Sequence[Any]) -> Any:
        """See `Loss.one`."""
        self.check_outputs(outputs)
        top = stop_gradient(reduce(maximum, outputs))  # a shift of all changes nothing, so that it has no gradient
        below = [apply(gap, z, top) for z in outputs]
        return logsumexp(below) - fsum([apply(portion, t, z) for t, z in zip(targets, below, strict=True)])


mse = MeanSquaredError()
half_squared_error = HalfSquaredError()
mae = MeanAbsoluteError()
hinge = Hinge()
binary_cross_entropy = BinaryCrossEntropy()
binary_cross_entropy_with_logits = BinaryCrossEntropyWithLogits()
categorical_cross_entropy = CategoricalCrossEntropy()
categorical_cross_entropy_with_logits = CategoricalCrossEntropyWithLogits()


def huber(delta: float = 1.0) -> Huber:
    """The Huber loss that turns from square to linear at an error of ``delta``.

    Example:
        >>> huber(1.0)([0.5, 3.0], [0.0, 0.0], reduction="sum")
        2.625
    """
    return Huber(delta)


LOSSES: dict[str, Loss] = {loss.name: loss for loss in [*globals().values(), huber()] if isinstance(loss, Loss)}
"""All of these by name, with their settings as they are by default."""


def get(loss: str | Loss) -> Loss:
    """A loss from its name or itself.

    Raises:
        ValueError: for an unknown name, with the nearest known ones.
        TypeError: for anything else.

    Example:
        >>> get("mse"), get(huber(0.5))
        (mse, huber(delta=0.5))
    """
    taken = (
        "a loss is a name such as 'mse', or an object such as huber(0.5) or one of a class that you derive from Loss"
    )
    return chosen("loss", loss, Loss, LOSSES, taken)


def objective_of(model: Any, loss: str | Loss | None) -> Loss:
    """The loss to train a model by: the one given, else its own, else the mean squared error."""
    return get(loss if loss is not None else getattr(model, "loss", None) or mse)


def examples_for(
    model: Any, loss: Loss, X: Any, y: Any, weights: Any = None, names: tuple[str, str] = ("X", "y")
) -> Examples:
    """Examples that a model and a loss are fit to take, after a trial of the first one.

    Arguments:
        weights: how much each example counts, if that is not the same for all.
        names: how messages call X and y.

    Raises:
        ValueError, TypeError: for examples or targets that are faulty, or do not suit the model and the loss.
    """
    inputs = check_inputs(X, getattr(model, "n_inputs", None), names[0])
    targets = check_targets(y, len(inputs), names[1], names[0])
    scaled = None if weights is None else check_weights(weights, len(inputs))
    with no_grad():
        outputs = loss.outputs_of(model, inputs[0].tolist())
        encoded = loss.encode(targets, len(outputs))
        loss.one(outputs, encoded[0])
    return Examples(inputs, np.array(encoded), targets, scaled)


def _is_number(x: Any) -> bool:
    return isinstance(x, (Value, Real))


def _total(terms: Sequence[Any]) -> Any:
    """The sum of the terms as one node; a single term as it is."""
    return fsum(terms) if len(terms) > 1 else terms[0]
