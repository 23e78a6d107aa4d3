"""Who computes the gradient of a mini-batch: the eager graph, or a program compiled from it.

The training loop knows nothing of graphs. It asks a `StepFunction` for loss and gradient and hands the gradient to the
optimizer.

A compiled program is what was recorded for one example. Where a model or a loss of one's own goes another way for other
examples or other parameters, the program does not follow. A comparison of a Value is noticed while recording. What
reads ``.data`` leaves no trace there, so whoever trains asks `StepFunction.astray` again from time to time.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import inf
from typing import TYPE_CHECKING, Any, Protocol

import autograd
from autograd.calculus.transforms import reverse
from autograd.derivation.precise import replay, replay_gradients
from autograd.engine.graph import topological_order
from autograd.engine.memory import without_collector
from autograd.engine.modes import current_modes, decisions, no_grad, recording
from autograd.engine.value import Value, number_of
from autograd.functions import dot, fsum
from nn import losses
from nn.data import FloatArray
from nn.losses import Loss
from nn.module import Module
from nn.numerics import np
from nn.optimizers import flat_data, flat_gradient, write_data

if TYPE_CHECKING:
    from autograd.compiler import Program

CHECKED_ROWS = 4
LOOKED_AT, LOOKED_AT_OPERANDS = 16, 50_000
"""Examples whose graph is compared with the program each time that it is asked, fewer if they have so many operands."""
RELATIVE, ABSOLUTE = 1e-9, 1e-12
"""What program and graph may differ by: they add up in different orders, and cancel in different places."""

INSTEAD = "write where(step(x), a, b), maximum or minimum; or train it with compiled=False"


class StepFunction(Protocol):
    """The mean loss of a mini-batch and its gradient, as a function of a flat array of parameters.

    Attributes:
        parameters: the parameters of the model, in the order of theta.
        theta: their numbers, which the optimizer changes in place.
        sure: whether the numbers are those of the model's own graph in any case, so that nobody need ask.
    """

    parameters: list[Value]
    theta: FloatArray
    sure: bool

    def __call__(self, X: FloatArray, T: FloatArray, weights: FloatArray | None) -> tuple[float, FloatArray]:
        """Loss and gradient at ``theta``: of rows of inputs, rows of encoded targets, and weights, if any."""

    def losses(self, X: FloatArray, T: FloatArray) -> FloatArray:
        """The loss of each example, without weights, with the parameters that the model has."""

    def outputs(self, X: FloatArray) -> FloatArray:
        """The outputs of the model for each example, shape (examples,) for one output, else (examples, outputs)."""

    def write_back(self) -> None:
        """Put ``theta`` into the model."""
        write_data(self.parameters, self.theta)

    def read(self) -> None:
        """Take ``theta`` from the model, which a callback may have changed."""

    def astray(self, X: FloatArray, T: FloatArray) -> str:
        """Why the numbers at ``theta`` are not those of the model's own graph, in words; empty where they are."""
        return ""


class EagerStep(StepFunction):
    """A `StepFunction` that records the graph of every mini-batch and calls ``backward()`` once on its mean loss.

    Arguments:
        model, loss: what to train, by what.
        parameters: those of the model in another order than its own, if theta is to have that.
    """

    sure = True

    def __init__(self, model: Module, loss: Loss, parameters: list[Value] | None = None) -> None:
        self.model, self.loss = model, loss
        self.parameters = model.parameters() if parameters is None else parameters
        self.theta = flat_data(self.parameters)

    @without_collector
    def __call__(self, X: FloatArray, T: FloatArray, weights: FloatArray | None) -> tuple[float, FloatArray]:
        """See `StepFunction`."""
        self.write_back()
        for parameter in self.parameters:
            parameter.grad = 0.0
        one, outputs_of, model = self.loss.one, self.loss.outputs_of, self.model
        with _while_recording():
            terms = [one(outputs_of(model, x), t) for x, t in zip(X.tolist(), T.tolist(), strict=True)]
            total = fsum(terms) if weights is None else dot(weights.tolist(), terms)
            mean = total / len(terms)
            mean.backward()
        return mean.data, flat_gradient(self.parameters)

    def losses(self, X: FloatArray, T: FloatArray) -> FloatArray:
        """See `StepFunction`."""
        one, outputs_of, model = self.loss.one, self.loss.outputs_of, self.model
        with no_grad():
            return np.array(
                [number_of(one(outputs_of(model, x), t)) for x, t in zip(X.tolist(), T.tolist(), strict=True)]
            )

    def outputs(self, X: FloatArray) -> FloatArray:
        """See `StepFunction`."""
        return _outputs(self.model, X)

    def read(self) -> None:
        """See `StepFunction`."""
        self.theta[:] = flat_data(self.parameters)


class NotCompiled(Exception):
    """Why a model cannot be trained by a compiled program, in words."""


class CompiledStep(StepFunction):
    """A `StepFunction` that compiles the loss of one example, and runs it on whole mini-batches.

    The columns of the program are the inputs, the targets and the weight of an example.

    Arguments:
        model, loss: what to compile.
        X, T: rows of inputs and targets, one at least. The first is the example that is recorded; others are recorded
            too, and the program must agree with them.
        weighted: whether the examples have weights.

    Raises:
        NotCompiled: if the graph depends on the data (the model branches on a number), or not on all parameters.
    """

    def __init__(self, model: Module, loss: Loss, X: FloatArray, T: FloatArray, weighted: bool) -> None:
        def record(row: Sequence[Any]) -> Value:
            x, t, weight = row[: X.shape[1]], row[X.shape[1] : columns], row[columns:]
            one: Value = loss.one(loss.outputs_of(model, x), t)
            return weight[0] * one if weight else one

        self.model, self.weighted = model, weighted
        self.sure = getattr(model, "records_the_same", False) and type(loss).__module__ == losses.__name__
        self._record: Callable[[Sequence[Any]], Value] = record
        columns = X.shape[1] + T.shape[1]
        rows = self._joined(X, T, np.ones(len(X)) if weighted else None)
        names = [*(f"x{i}" for i in range(1, X.shape[1] + 1)), *(f"t{i}" for i in range(1, T.shape[1] + 1)), "weight"]
        inputs = [Value(number, label=name) for number, name in zip(rows[0].tolist(), names, strict=False)]
        try:
            root, self._structure = self._recorded(inputs)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # that the loss does not depend on an input is the model's business
                self.program: Program = autograd.compile(root, inputs=inputs)
        except NotCompiled:
            raise
        except Exception as error:
            raise NotCompiled(f"recording its loss with Values for the data failed: {error}") from error
        self.parameters = self.program.parameters
        if set(self.parameters) != set(model.parameters()):
            raise NotCompiled(_other_parameters(self.parameters, model))
        self.theta: FloatArray = self.program.theta
        self._outputs: Program | None = None
        self._outputs_are_compiled = True
        self._looks = 0
        for row in rows[:: max(1, len(rows) // CHECKED_ROWS)][:CHECKED_ROWS]:
            reason = self._differs(row, slopes=True)
            if reason:
                raise NotCompiled(reason)

    def __call__(self, X: FloatArray, T: FloatArray, weights: FloatArray | None) -> tuple[float, FloatArray]:
        """See `StepFunction`."""
        value, gradient = self.program.value_and_grad(self._joined(X, T, weights))
        return value, gradient

    def losses(self, X: FloatArray, T: FloatArray) -> FloatArray:
        """See `StepFunction`."""
        losses: FloatArray = self.program(self._joined(X, T, np.ones(len(X)) if self.weighted else None))
        return losses

    def outputs(self, X: FloatArray) -> FloatArray:
        """See `StepFunction`."""
        if self._outputs is None and self._outputs_are_compiled:
            x = [Value(number) for number in X[0].tolist()]
            with _while_recording(), decisions() as found, warnings.catch_warnings():
                warnings.simplefilter("ignore")
                model: Any = self.model
                self._outputs = autograd.compile(model(x), inputs=x)
            self._outputs_are_compiled = self.sure or not found
        if self._outputs is not None and self._outputs_are_compiled:
            self._outputs.read()
            outputs: FloatArray = self._outputs(X)
            some = slice(None, None, max(1, len(X) // LOOKED_AT))
            if self.sure or np.allclose(outputs[some], _outputs(self.model, X[some]), RELATIVE, ABSOLUTE, True):
                return outputs
            self._outputs_are_compiled = False
        return _outputs(self.model, X)

    def read(self) -> None:
        """See `StepFunction`."""
        self.program.read()

    def astray(self, X: FloatArray, T: FloatArray) -> str:
        """See `StepFunction`: some of the examples are recorded anew, each time others."""
        if self.sure:
            return ""
        self.write_back()
        self._looks += 1
        operands = sum([len(row[1]) for row in self._structure if isinstance(row, tuple)])
        n = max(CHECKED_ROWS, min(LOOKED_AT, LOOKED_AT_OPERANDS // max(1, operands)))
        stride = max(1, len(X) // n)
        rows = self._joined(X, T, np.ones(len(X)) if self.weighted else None)
        for row in rows[self._looks % stride :: stride][:n]:
            try:
                reason = self._differs(row)
            except NotCompiled as decided:
                return str(decided)
            except (ArithmeticError, ValueError):  # the graph cannot say, as where a probability has become 0
                continue
            if reason:
                return reason
        return ""

    def _differs(self, row: FloatArray, slopes: bool = False) -> str:
        """Whether the program and the graph recorded for these numbers part ways, and why; empty where they agree."""
        recorded, structure = self._recorded([Value(number) for number in row.tolist()])
        if structure != self._structure:
            return (
                "its loss recorded for one example is not the graph recorded for another: it goes by the number of a "
                f"Value (.data, float), or changes from call to call; {INSTEAD}"
            )
        with _while_recording(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            plain = self._record(row.tolist())
        ours = self.program(row[None, :])
        if slopes:
            value, gradient = self.program.value_and_grad(row[None, :], flat_data(self.parameters))
            ours = np.array([value, *gradient])
        theirs = self._numbers(plain, slopes)
        if _agree(ours, theirs):
            return ""
        if not _agree(self._numbers(recorded, slopes), theirs):
            return f"its loss is another graph with Values for the data than with numbers; {INSTEAD}"
        # One and the same computation, so that only rounding is left. Whose is better, the exact numbers say.
        exact = np.array([float(replay(plain)[plain])])
        if slopes:
            gradients = replay_gradients(plain)
            exact = np.array([*exact, *[float(gradients.get(parameter, 0.0)) for parameter in self.parameters]])
        if np.isfinite(ours).all() and _agree(ours, exact, off=2.0 * np.abs(theirs - exact)):
            return ""
        i = int(np.nan_to_num(np.abs(ours - theirs), nan=inf).argmax())
        what = f"derivative by {self.parameters[i - 1].describe()}" if i else "loss"
        return (
            f"its compiled program loses digits: the {what} of an example is {theirs[i]:.17g}, and there {ours[i]:.17g}"
        )

    def _numbers(self, root: Any, slopes: bool) -> FloatArray:
        """A recorded loss, and its derivatives by the parameters if they are asked for."""
        gradient = reverse(root, self.parameters, differentiable=False) if slopes else []
        return np.array([*map(number_of, [root, *gradient])])

    def _recorded(self, inputs: list[Value]) -> tuple[Value, list[Any]]:
        """The loss recorded with Values for the data, and its structure, where it might be another one each time."""
        with _while_recording(), decisions() as found, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a number leaves the graph shows in the structure
            root = self._record(inputs)
        if self.sure:
            return root, []
        if found:
            places = [*dict.fromkeys([decision.where for decision in found])]
            more = f" and {len(places) - 1} more" if len(places) > 1 else ""
            raise NotCompiled(
                f"its loss is decided by the number of a Value at {places[0]}{more}, and a compiled program goes for "
                f"every example the way of the one that was recorded; {INSTEAD}"
            )
        return root, _structure(root, {node: column for column, node in enumerate(inputs)})

    @staticmethod
    def _joined(X: FloatArray, T: FloatArray, weights: FloatArray | None) -> FloatArray:
        """The columns of the program."""
        return np.concatenate([X, T] if weights is None else [X, T, weights[:, None]], axis=1)


def _structure(root: Value, columns: Mapping[Value, int]) -> list[Any]:
    """The operations of a graph and what each takes, operands first: equal for two graphs that are one computation."""
    place: dict[Value, int] = {}
    rows: list[Any] = []
    for node in topological_order(root):
        place[node] = len(rows)
        if node.op is None:
            rows.append(columns.get(node, node))
        else:
            rows.append((node.op, [place[x] if isinstance(x, Value) else float(x).hex() for x in node.operands]))
    return rows


def _agree(ours: FloatArray, theirs: FloatArray, off: Any = 0.0) -> bool:
    """Whether two losses with their gradients are the same up to rounding, beside the largest entry of the two.

    Arguments:
        off: how much more they may differ by, for each entry or for all.
    """
    bound = np.broadcast_to(off, ours.shape)
    for part in (slice(0, 1), slice(1, None)):  # the loss; the derivatives
        a, b = ours[part], theirs[part]
        sizes = np.abs([*a, *b])
        scale = np.max(sizes[np.isfinite(sizes)], initial=0.0)
        near = np.abs(a - b) <= RELATIVE * scale + ABSOLUTE + np.nan_to_num(bound[part], nan=inf)
        if not (near | (a == b) | (np.isnan(a) & np.isnan(b))).all():
            return False
    return True


def _other_parameters(found: Sequence[Value], model: Module) -> str:
    """What the loss depends on, and the model's parameters: how they differ."""
    known = dict.fromkeys(model.parameters())
    strangers = [parameter for parameter in found if parameter not in known]
    if strangers:
        return (
            f"its loss depends on {len(strangers)} Values that are no parameters of the model, and are not trained: "
            f"{strangers[0].describe()} is the first; keep them in attributes of the model, or write plain numbers"
        )
    unused = [name for name, parameter in model.named_parameters() if parameter not in {*found}]
    return f"its loss does not depend on {len(unused)} of its parameters ({unused[0]} first)"


def _outputs(model: Any, X: FloatArray) -> FloatArray:
    """The outputs of a model for each example, one by one."""
    with no_grad():
        rows = [model(x) for x in X.tolist()]
    return np.array([[*map(number_of, row)] if isinstance(row, (list, tuple)) else number_of(row) for row in rows])


@contextmanager
def _while_recording() -> Iterator[None]:
    """Operations are recorded inside, also where training runs inside a `no_grad`."""
    if current_modes().record:  # nearly always; each open block makes operations slower
        yield
    else:
        with recording():
            yield
