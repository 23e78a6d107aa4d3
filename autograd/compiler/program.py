"""`compile` and `Program`: the stages one after the other, and the result as something to call and to read."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Sequence
from threading import local
from typing import Any

import numpy as np

from autograd.calculus.transforms import reverse
from autograd.compiler.copies import roll_up
from autograd.compiler.differentiate import differentiate
from autograd.compiler.emit import emit
from autograd.compiler.lift import lift
from autograd.compiler.lower import lower
from autograd.compiler.namespace import ArrayLibrary
from autograd.compiler.record import record
from autograd.compiler.simplify import simplify
from autograd.compiler.sums import sums_of_products
from autograd.engine.modes import Decision, decisions
from autograd.engine.value import Value, number_of

KEPT = 8  # batch sizes whose buffers are kept, for each thread

Bound = Callable[[Any], tuple[Any, Any]]


class _Buffers(local):
    """The functions of one thread, by batch size: two threads must not write into the same buffers."""

    def __init__(self) -> None:
        self.bound: dict[int, Bound] = {}


class ProgramMismatch(ValueError):
    """A compiled program and the graph recorded anew for other data disagree."""


def compile(root: Any, inputs: Sequence[Value] = (), *, exact: bool = False) -> Program:
    """Turn a scalar graph, recorded for one example, into a program on arrays for any number of examples.

    The program does what was recorded. A choice that Python made while recording (``z if z > 0 else 0.01 * z``) is no
    part of the record; a comparison or ``bool()`` of a Value leaves a mark, of which a warning tells. A number that was
    read by ``v.data`` or ``float(v)`` leaves none and is a constant of the program: `Program.check` finds it. A program
    of a derivative by an exponent, that of a**b by b, has the value 0 at a base of 0, but no slope there: it is NaN.

    Arguments:
        root: the Value to compute, or a list of them.
        inputs: the leaves that stand for the data of an example, in the order of the columns of X. All other leaves
            are parameters.
        exact: keep every digit of the slope of a saturated sigmoid or tanh, and of a power, as the scalar engine does,
            at the price of more exponentials. The default is the form of the textbook, h (1 - h) and 1 - y**2, whose
            absolute error is that of a rounding, 1e-16.

    Returns:
        A `Program`.

    Raises:
        TypeError: if an input is no Value, or the root is a plain number.
        ValueError: if an input is named twice.

    Warns:
        UserWarning: where the number of a Value of the graph was asked for by a comparison, with its place; and for an
            input on which no output depends.

    Example:
        >>> from autograd import Value
        >>> from autograd.compiler import compile
        >>> w, x = Value(3.0, label="w"), Value(0.0, label="x")
        >>> program = compile((w * x) ** 2, inputs=[x])
        >>> program([[1.0], [2.0]])
        array([ 9., 36.])
        >>> program.value_and_grad([[1.0], [2.0]])
        (22.5, array([15.]))

    Source: lecture, "Feed-Forward Networks", the step to the vectorised form for m training examples.
    """
    single = isinstance(root, Value) or not isinstance(root, Iterable)
    roots = [root] if single else list(root)
    if not any(isinstance(r, Value) for r in roots):
        raise TypeError(f"compile needs a graph: a Value or a list of Values, not {root!r:.60}")
    if isinstance(inputs, Value):
        raise TypeError(f"inputs takes a list of Values, one a column: compile(..., inputs=[{inputs.label or 'x'}])")
    inputs = list(inputs)
    recorded = record(roots, inputs)  # 1: the graph as numbered nodes
    summed = sums_of_products(recorded)  # 2: chains of additions and products as sums
    rolled = roll_up(summed)  # 3: a loop over examples as one copy and a table
    lifted = lift(rolled)  # 4: scalars as columns of arrays
    simplified = simplify(lifted)  # 5: each array in its simplest form
    differentiated = differentiate(simplified, exact=exact)  # 6: with the reverse pass
    lowered = lower(differentiated)  # 7: in the functions that a library has, with names
    source, buffered = emit(lowered, single=single, exact=exact)  # 8: as text
    return Program(
        parameters=lowered.parameters,
        names=[node.label or f"input {j}" for j, node in enumerate(inputs)],
        outputs=None if single else len(roots),
        stages={
            "record": recorded,
            "sums": summed,
            "copies": rolled,
            "layout": lifted.layout,
            "lift": lifted,
            "simplify": simplified,
            "differentiate": differentiated,
            "lower": lowered,
            "emit": source,
            "buffered": buffered,
        },
    )


class Program:
    """An array program made by `compile`: call it, read it, change its parameters.

    Attributes:
        parameters: the Values that are parameters, in the order of theta.
        theta: their numbers in one flat array, read and written in place.
        source: the program's text; it runs on its own where NumPy is.
        stages: what each stage of the compiler made of the graph, by name; print one to read it. "buffered" is the text
            that NumPy runs for `value_and_grad`: the source once more, one call a line, into buffers that are kept.

    Example:
        >>> from autograd import Value
        >>> from autograd.compiler import compile
        >>> w, b, x = Value(2.0, label="w"), Value(1.0, label="b"), Value(0.0, label="x")
        >>> program = compile(w * x + b, inputs=[x])
        >>> program.theta[:] = [3.0, 0.5]
        >>> program([[10.0]])
        array([30.5])
        >>> program.write_back(); w.data
        3.0
    """

    def __init__(
        self,
        parameters: list[Value],
        names: list[str],
        outputs: int | None,
        stages: dict[str, Any],
    ) -> None:
        self.source: str = stages["emit"]
        self.parameters = parameters
        self.stages = stages
        self._buffers = _Buffers()
        self._theta = np.array([p.data for p in parameters], dtype=np.float64)
        self._agreed = self._theta.copy()  # what the Values held when theta and they were last the same
        self._names = names
        self._outputs = outputs
        self._functions: dict[Any, dict[str, Callable[..., Any]]] = {}

    # --- parameters ----------------------------------------------------------------------------------------

    @property
    def theta(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """The numbers of the parameters, in one flat array. Write into it: ``program.theta -= 0.1 * gradient``."""
        return self._theta

    @theta.setter
    def theta(self, numbers: Any) -> None:
        self._theta[:] = numbers

    def write_back(self) -> None:
        """Put the numbers of theta into the parameters' Values.

        Raises:
            ValueError: if a Value was changed since the program last read or wrote it: one of the two numbers would
                be lost.
        """
        for parameter, number in zip(self.parameters, self._agreed.tolist(), strict=True):
            if parameter.data != number and parameter.data == parameter.data:
                raise ValueError(
                    f"{parameter.label or 'a parameter'} was changed from {number:g} to {parameter.data:g} since the "
                    "program last read it; call program.read() to take the numbers of the Values into theta instead"
                )
        for parameter, number in zip(self.parameters, self._theta.tolist(), strict=True):
            parameter.data = number
        self._agreed[:] = self._theta

    def read(self) -> None:
        """Take the numbers of the parameters' Values into theta (after you changed them)."""
        self._theta[:] = self._agreed[:] = [p.data for p in self.parameters]

    # --- calls -----------------------------------------------------------------------------------------------

    def __call__(self, X: Any = None, theta: Any = None) -> Any:
        """The output for each row of X.

        Arguments:
            X: an array of shape (batch, inputs): nested lists, NumPy, or any library of the Array API standard (which
                takes the extra ``arrays``). May be left out where the program has no inputs.
            theta: the parameters, an array of the same library; the program's own by default.

        Returns:
            An array of the library of X, of shape (batch,), or (batch, outputs) for a list of outputs.

        Raises:
            TypeError: if X does not hold numbers.
            ValueError: if X does not have one column an input.
        """
        X, theta, library = self._arguments(X, theta)
        functions = self._library(library)
        with np.errstate(all="ignore"):
            result = functions["forward"](*self._given(X), theta)
        shape = (1 if X is None else X.shape[0],) + (() if self._outputs is None else (self._outputs,))
        return result if np.shape(result) == shape else functions["np"].broadcast_to(result, shape) + 0.0

    def value_and_grad(self, X: Any = None, theta: Any = None) -> tuple[Any, Any]:
        """The mean of the output over the rows of X, and its gradient, aligned with ``parameters``.

        Arguments:
            X, theta: as for a call.

        Raises:
            TypeError, ValueError: as for a call; ValueError also for a batch of no examples, and for a program of
                several outputs.
        """
        own = theta is None
        X, theta, library = self._arguments(X, theta)
        functions = self._library(library)
        if "value_and_grad" not in functions:
            raise ValueError(f"value_and_grad is for one output; this program has {self._outputs}; compile one of them")
        if X is not None and X.shape[0] == 0:
            raise ValueError("value_and_grad of a batch of 0 examples: the mean of nothing is not defined")
        if own and library is None:
            with np.errstate(all="ignore"):
                value, gradient = self._buffered(1 if X is None else len(X))(X)
            return float(value), gradient
        with np.errstate(all="ignore"):
            value, gradient = functions["value_and_grad"](*self._given(X), theta)
        return (float(value), gradient) if library is None else (library.array(value), gradient)

    def _buffered(self, m: int) -> Bound:
        """The fast function for a batch of m examples, with the buffers of this thread."""
        bound = self._buffers.bound
        run = bound.get(m)
        if run is None:
            scope = self._library(None)
            if "bind" not in scope:
                exec(self.stages["buffered"], scope)
            while len(bound) >= KEPT:
                bound.pop(next(iter(bound)))
            run = bound[m] = scope["bind"](self._theta, m)
        return run

    def _given(self, X: Any) -> tuple[Any, ...]:
        return (X,) if self._names else ()

    def _arguments(self, X: Any, theta: Any) -> tuple[Any, Any, Any]:
        """X and theta as arrays, and the library they belong to: None for NumPy."""
        library = None
        if X is None:
            if self._names:
                raise TypeError(f"X is missing: this program has {len(self._names)} inputs; give a row an example")
        elif type(X) is np.ndarray and X.dtype == np.float64:
            pass
        elif _foreign(X):
            library = _library_of(X)
        else:
            try:
                X = np.asarray(X, dtype=np.float64)
            except (TypeError, ValueError):
                raise TypeError(
                    f"X must hold numbers, a row an example and a column an input; not {X!r:.60} ({type(X).__name__})"
                ) from None
        if X is not None and (len(X.shape) != 2 or X.shape[1] != len(self._names)):
            raise ValueError(self._wrong_shape(tuple(X.shape)))
        if theta is None:
            theta = self._theta if library is None else library.copied(self._theta)
        if tuple(theta.shape) != self._theta.shape:
            raise ValueError(f"theta has shape {tuple(theta.shape)}; this program has {self._theta.size} parameters")
        return X, theta, library

    def _wrong_shape(self, shape: tuple[int, ...]) -> str:
        n = len(self._names)
        names = ", ".join(self._names if n <= 6 else [*self._names[:5], "..."])
        hint = ""
        if len(shape) == 1 and shape[0] == n:
            hint = "; for one example write X[None, :]"
        elif len(shape) == 1 and n == 1:
            hint = "; for one input write X[:, None]"
        return f"X has shape {shape}, but one row an example and {n} columns are needed: {names or 'none'}{hint}"

    def _library(self, library: ArrayLibrary | None) -> dict[str, Any]:
        """The functions of the program, in terms of a library."""
        key = None if library is None else library.key
        if key not in self._functions:
            scope: dict[str, Any] = {"np": np if library is None else library}
            text = self.source.removeprefix("import numpy as np")
            exec(text, scope)
            self._functions[key] = scope
        return self._functions[key]

    # --- checks ------------------------------------------------------------------------------------------------

    def check(self, record: Callable[[Any], Value], X: Any, *, rtol: float = 1e-9) -> None:
        """Compare the program with the graph recorded anew for each row of X, values and gradients.

        A graph that was recorded through an ``if`` on a Value's number holds one branch only; with data that takes
        the other one, the program and the graph disagree, and this is where it shows.

        Arguments:
            record: a function that records the output for one row of X, a list of floats, from the same parameters.
            X: the other data.
            rtol: the largest difference that counts as agreement, relative to the largest number compared; 1e-12 is
                let pass in any case.

        Raises:
            ProgramMismatch: where they disagree; the message names the row and the numbers.
        """
        current = np.array([p.data for p in self.parameters])
        for i, row in enumerate(np.asarray(X, dtype=np.float64)):
            with decisions() as found:
                root = record(row.tolist())
            value, gradient = self.value_and_grad(row[None, :], current)
            eager = np.array([number_of(root), *reverse(root, self.parameters, differentiable=False)])
            compiled = np.array([value, *gradient])
            for what, ours, theirs in (("value", compiled[:1], eager[:1]), ("gradient", compiled[1:], eager[1:])):
                scale = max(np.max(np.abs(theirs), initial=0.0), np.max(np.abs(ours), initial=0.0))
                off = np.max(np.abs(ours - theirs), initial=0.0)
                if not (off <= rtol * scale + 1e-12 or np.array_equal(ours, theirs, equal_nan=True)):
                    raise ProgramMismatch(
                        f"the compiled program and the graph recorded for row {i} disagree: the {what} is off by "
                        f"{off:.3g}, of {scale:.3g}. {_why(found)}"
                    )

    # --- to read ---------------------------------------------------------------------------------------------

    def __str__(self) -> str:
        return self.source

    def __repr__(self) -> str:
        sizes = f"{len(self._names)} inputs and {len(self.parameters)} parameters"
        return f"<program of {sizes}; print(program.source) to read it>"

    def _repr_html_(self) -> str:
        return f"<pre style='line-height:1.35'>{html.escape(self.source)}</pre>"

    def __getstate__(self) -> dict[str, Any]:
        stages = {name: str(stage) for name, stage in self.stages.items()}  # the graph itself stays behind
        state = {**self.__dict__, "stages": stages, "_functions": {}}
        del state["_buffers"]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._buffers = _Buffers()


def _why(found: Sequence[Decision]) -> str:
    """What may be the cause of a difference between program and graph."""
    if found:
        return (
            f"The function asks for the number of a Value in {found[0].where}, and goes on this way or that; write "
            "where(step(x), a, b), maximum or minimum, or run it eagerly"
        )
    return (
        "No comparison of a Value was noticed. Perhaps the function branches on an example's number, or on one that it "
        "reads by .data or float(v); write where(step(x), a, b), maximum or minimum, or run it eagerly. Or the numbers "
        "are so far out (saturated, above 1e8) that the two round differently; then a larger rtol lets them pass"
    )


def _foreign(X: Any) -> bool:
    """Whether X is an array of another library than NumPy."""
    home = type(X).__module__.partition(".")[0]
    known = hasattr(X, "__array_namespace__") or home in ("torch", "dask", "cupy", "jax")
    return known and home not in ("numpy", "builtins")


def _library_of(X: Any) -> ArrayLibrary:
    """The library of an array, under NumPy's names."""
    try:
        import array_api_compat
    except ImportError:
        raise ImportError(
            f"X is an array of {type(X).__module__}; to run there the program needs array-api-compat: "
            "pip install array-api-compat (or give a NumPy array)"
        ) from None
    xp = array_api_compat.array_namespace(X)
    if not xp.isdtype(X.dtype, "real floating"):
        raise TypeError(f"X holds {X.dtype}; give numbers with a fraction, such as float64")
    return ArrayLibrary(xp, X.dtype, array_api_compat.device(X))
