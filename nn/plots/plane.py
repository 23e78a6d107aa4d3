"""What `loss_landscape` draws: a height over two numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from autograd.engine.errors import DomainError
from autograd.engine.modes import no_grad
from autograd.engine.value import Value
from nn import losses
from nn.data import FloatArray, check_inputs, check_number
from nn.losses import Loss
from nn.module import Module
from nn.numerics import np
from nn.optimizers import flat_data, write_data
from nn.steps import CompiledStep, EagerStep, NotCompiled, StepFunction
from nn.suggest import unknown

CHECKED_POINTS = 9


class Surface(NamedTuple):
    """Two numbers and a height over them.

    Attributes:
        name: what the height is.
        axes: what the two numbers are.
        here: where they are now.
        place: the two numbers of a step of the path, which messages call by a name.
        heights: the height at each of many points, shape (points, 2); NaN or infinite where there is none.
    """

    name: str
    axes: tuple[str, str]
    here: tuple[float, float]
    place: Callable[[Any, str], tuple[float, float]]
    heights: Callable[[FloatArray], FloatArray]


def plane_of(of: Any, X: Any, y: Any, loss: str | Loss | None, along: Any) -> Surface:
    """The plane for the arguments of `loss_landscape`, which says what is refused."""
    if isinstance(of, Module):
        return _of_model(of, X, y, loss, along)
    if not callable(of):
        raise TypeError(f"draw the loss of a model, or a function of two numbers, not {of!r:.60} ({type(of).__name__})")
    for name, value in {"X": X, "y": y, "loss": loss, "along": along}.items():
        if value is not None:
            raise TypeError(f"{name} is given, but belongs to a model, and {of!r:.60} is none; leave it out")
    return Surface(
        "f", ("x₁", "x₂"), (0.0, 0.0), _point, lambda points: _each(lambda a, b: of(Value(a), Value(b)), points)
    )


def _of_model(model: Module, X: Any, y: Any, loss: str | Loss | None, along: Any) -> Surface:
    if X is None or y is None:
        raise TypeError(f"the loss of {model!r} is over examples; write loss_landscape(model, X, y)")
    objective = losses.objective_of(model, loss)
    examples = losses.examples_for(model, objective, X, y)
    rows, targets = examples.X, examples.T
    parameters = model.parameters()
    present = flat_data(parameters)
    axes, origin, directions = _axes(model, along, present)

    def heights_by(step: StepFunction, points: FloatArray) -> FloatArray:
        index = {p: i for i, p in enumerate(parameters)}
        order = [index[p] for p in step.parameters]

        def height(a: float, b: float) -> float:
            step.theta[:] = (origin + a * directions[0] + b * directions[1])[order]
            step.write_back()
            return float(step.losses(rows, targets).mean())

        before = flat_data(parameters)
        try:
            return _each(height, points)
        finally:
            write_data(parameters, before)

    def heights(points: FloatArray) -> FloatArray:
        eager = EagerStep(model, objective)
        # The compiled step is checked at the present parameters; a model that branches may show it elsewhere.
        some = points[:: max(1, len(points) // CHECKED_POINTS)]
        try:
            compiled = CompiledStep(model, objective, rows, targets, weighted=False)
            if _agree(heights_by(compiled, some), heights_by(eager, some)):
                return heights_by(compiled, points)
        except NotCompiled:
            pass
        return heights_by(eager, points)

    def project(theta: FloatArray) -> tuple[float, float]:
        a, b = np.linalg.lstsq(directions.T, theta - origin, rcond=None)[0].tolist()
        return a, b

    def place(step: Any, name: str) -> tuple[float, float]:
        if not isinstance(step, Mapping):
            return _point(step, name)
        names = [known for known, _ in model.named_parameters()]
        missing = [known for known in names if known not in step]
        if missing:
            raise ValueError(f"{name} lacks the parameter {missing[0]!r}; give what model.state_dict() gives")
        return project(np.array([check_number(f"{name}[{known!r}]", step[known]) for known in names]))

    return Surface(f"loss ({objective!r})", axes, project(present), place, heights)


def _axes(model: Module, along: Any, present: FloatArray) -> tuple[tuple[str, str], FloatArray, FloatArray]:
    """The names of the axes, the parameters at (0, 0), and the direction of each axis."""
    names = [name for name, _ in model.named_parameters()]
    if along is None:
        if len(names) != 2:
            raise ValueError(
                f"{model!r} has no two parameters alone, so along must say over what to draw: two names of "
                f"{', '.join(map(repr, names[:4]))}{', ...' if len(names) > 4 else ''}, or two directions, such as "
                f"np.random.default_rng(0).normal(size=(2, {len(names)}))"
            )
        along = names
    pair = list(along)
    if isinstance(along, str) or len(pair) != 2:
        raise ValueError(f"along is {along!r:.60}, but must be two names of parameters or two directions")
    if all(isinstance(name, str) for name in pair):
        for name in pair:
            if name not in names:
                raise unknown("parameter", name, names)
        directions = np.array([[float(name == chosen) for name in names] for chosen in pair])
        labels, origin = (pair[0], pair[1]), np.where(directions.any(axis=0), 0.0, present)
    else:
        directions = check_inputs(pair, name="along")
        if directions.shape[1] != len(names):
            raise ValueError(
                f"the directions in along have {directions.shape[1]} numbers, but {model!r} has {len(names)}; "
                "give one number for every parameter"
            )
        labels, origin = ("along direction 1", "along direction 2"), present
    if np.linalg.matrix_rank(directions) < 2:
        raise ValueError("the two directions in along are parallel, or one is 0; give two that span a plane")
    return labels, origin, directions


def _each(height: Callable[[float, float], Any], points: FloatArray) -> FloatArray:
    """The height at each point; NaN where it has no value."""

    def at(a: float, b: float) -> float:
        try:
            return float(height(a, b))
        except (DomainError, OverflowError):
            return np.nan

    with no_grad():
        return np.array([at(a, b) for a, b in points.tolist()])


def _agree(ours: FloatArray, theirs: FloatArray) -> bool:
    """Whether both are the same up to rounding, and not finite at the same places."""
    finite = np.isfinite(theirs)
    return bool((np.isfinite(ours) == finite).all() and np.allclose(ours[finite], theirs[finite], rtol=1e-9))


def _point(step: Any, name: str) -> tuple[float, float]:
    if not isinstance(step, (Sequence, np.ndarray)) or len(step) != 2:
        raise ValueError(f"{name} is {step!r:.60}, but must be a point (a, b) on the two axes")
    return check_number(f"{name}[0]", step[0]), check_number(f"{name}[1]", step[1])
