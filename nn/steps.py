"""Who computes the gradient of a mini-batch: the eager graph, or a program compiled from it. Imports NumPy, losses.

The training loop knows nothing of graphs. It asks a `StepFunction` for loss and gradient and hands the gradient to the
optimizer.
"""

from __future__ import annotations

import warnings
from typing import Any, Protocol

import numpy as np

from autograd.compiler import Program, ProgramMismatch, compile
from autograd.functions import dot, fsum
from autograd.modes import no_grad
from autograd.value import Value
from nn.data import FloatArray
from nn.losses import Loss
from nn.module import Module
from nn.optimizers import flat_data, flat_gradient, write_data

CHECKED_ROWS = 4


class StepFunction(Protocol):
    """The mean loss of a mini-batch and its gradient, as a function of a flat array of parameters.

    Attributes:
        parameters: the parameters of the model, in the order of theta.
        theta: their numbers, which the optimizer changes in place.
    """

    parameters: list[Value]
    theta: FloatArray

    def __call__(self, X: FloatArray, T: FloatArray, weights: FloatArray | None) -> tuple[float, FloatArray]:
        """Loss and gradient at ``theta``: of rows of inputs, rows of encoded targets, and weights, if any."""

    def losses(self, X: FloatArray, T: FloatArray) -> FloatArray:
        """The loss of each example, without weights, with the parameters that the model has."""

    def outputs(self, X: FloatArray) -> FloatArray:
        """The outputs of the model for each example, shape (examples,) for one output, else (examples, outputs)."""

    def write_back(self) -> None:
        """Put ``theta`` into the model."""

    def read(self) -> None:
        """Take ``theta`` from the model, which a callback may have changed."""


class EagerStep:
    """A `StepFunction` that records the graph of every mini-batch and calls ``backward()`` once on its mean loss."""

    def __init__(self, model: Module, loss: Loss) -> None:
        self.model, self.loss = model, loss
        self.parameters = model.parameters()
        self.theta = flat_data(self.parameters)

    def __call__(self, X: FloatArray, T: FloatArray, weights: FloatArray | None) -> tuple[float, FloatArray]:
        """See `StepFunction`."""
        self.write_back()
        for parameter in self.parameters:
            parameter.grad = 0.0
        one, outputs_of, model = self.loss.one, self.loss.outputs_of, self.model
        terms = [one(outputs_of(model, x), t) for x, t in zip(X.tolist(), T.tolist(), strict=True)]
        total = fsum(terms) if weights is None else dot(weights.tolist(), terms)
        mean = total / len(terms)
        mean.backward()
        return mean.data, flat_gradient(self.parameters)

    def losses(self, X: FloatArray, T: FloatArray) -> FloatArray:
        """See `StepFunction`."""
        one, outputs_of, model = self.loss.one, self.loss.outputs_of, self.model
        with no_grad():
            return np.array([float(one(outputs_of(model, x), t)) for x, t in zip(X.tolist(), T.tolist(), strict=True)])

    def outputs(self, X: FloatArray) -> FloatArray:
        """See `StepFunction`."""
        model: Any = self.model
        with no_grad():
            rows = [model(x) for x in X.tolist()]
        return np.array([[float(v) for v in row] if isinstance(row, (list, tuple)) else float(row) for row in rows])

    def write_back(self) -> None:
        """See `StepFunction`."""
        write_data(self.parameters, self.theta)

    def read(self) -> None:
        """See `StepFunction`."""
        self.theta[:] = flat_data(self.parameters)


class NotCompiled(Exception):
    """Why a model cannot be trained by a compiled program, in words."""


class CompiledStep:
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
        def record(row: list[Any]) -> Value:
            x, t, weight = row[: X.shape[1]], row[X.shape[1] : columns], row[columns:]
            one: Value = loss.one(loss.outputs_of(model, x), t)
            return weight[0] * one if weight else one

        self.model, self.weighted = model, weighted
        columns = X.shape[1] + T.shape[1]
        rows = self._joined(X, T, np.ones(len(X)) if weighted else None)
        inputs = [Value(number) for number in rows[0].tolist()]
        names = [*(f"x{i}" for i in range(1, X.shape[1] + 1)), *(f"t{i}" for i in range(1, T.shape[1] + 1)), "weight"]
        for node, name in zip(inputs, names, strict=False):
            node.label = name
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # that the loss does not depend on an input is the model's business
                self.program: Program = compile(record(inputs), inputs=inputs)
        except Exception as error:
            raise NotCompiled(f"recording its loss with Values for the data failed: {error}") from error
        self.parameters = self.program.parameters
        if set(self.parameters) != set(model.parameters()):
            raise NotCompiled("its loss does not depend on exactly the parameters of the model")
        self.theta: FloatArray = self.program.theta
        self._outputs: Program | None = None
        try:
            self.program.check(record, rows[:: max(1, len(rows) // CHECKED_ROWS)][:CHECKED_ROWS])
        except ProgramMismatch as mismatch:
            raise NotCompiled(str(mismatch)) from None

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
        if self._outputs is None:
            model: Any = self.model
            x = [Value(number) for number in X[0].tolist()]
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._outputs = compile(model(x), inputs=x)
        self._outputs.read()
        outputs: FloatArray = self._outputs(X)
        return outputs

    def write_back(self) -> None:
        """See `StepFunction`."""
        write_data(self.parameters, self.theta)

    def read(self) -> None:
        """See `StepFunction`."""
        self.program.read()

    @staticmethod
    def _joined(X: FloatArray, T: FloatArray, weights: FloatArray | None) -> FloatArray:
        """The columns of the program."""
        return np.concatenate([X, T] if weights is None else [X, T, weights[:, None]], axis=1)
