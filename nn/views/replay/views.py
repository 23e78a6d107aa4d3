"""What a model says, as pictures: a curve, regions of classes, a heat map.

A view knows where a model is asked, and turns its answers into outlines. Everything else about it stays as it is.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from autograd.derivation.styles import TEXT
from autograd.derivation.words import words
from nn.data import FloatArray
from nn.evaluation import grid
from nn.metrics import classes_of
from nn.numerics import np
from nn.views.replay import charts
from nn.views.replay.charts import FINE, HEIGHT, N_SHADES, Axis, spanning
from nn.views.replay.contours import superlevel

WIDTH = 450  # pixels
X_AXIS, Y_AXIS = (58, WIDTH - 14), (HEIGHT - 48, 40)  # from where to where


class View(ABC):
    """How a model is drawn that learns some examples.

    Attributes:
        x, y: the axes.
        names: what they are called.
        points: the inputs to ask the model about, one row each.
        places: where the examples lie, a number on each axis.
        looks: of each example the shape of its marker and, where that is not the colour of a class, its look.
        classes: the numbers that stand for classes, if targets do.
    """

    x: Axis
    y: Axis
    names: tuple[str, str]
    points: FloatArray
    places: FloatArray
    looks: Sequence[tuple[int, str | None]]
    classes: Sequence[float] = ()

    @abstractmethod
    def layers(self, outputs: FloatArray) -> list[str]:
        """The outlines that the outputs for ``points`` make, as the ``d`` of SVG paths; later ones lie further up."""

    @abstractmethod
    def area(self, layers: Sequence[str]) -> str:
        """The elements of the picture; one with ``data-layer="k"`` has the outline k."""

    @abstractmethod
    def key(self) -> str:
        """What the looks mean, in a line."""

    def drawn(self, layers: Sequence[str], wrong: Sequence[bool]) -> str:
        """The whole picture, with the examples that are wrong marked where targets are classes."""
        n = len(self.places)
        size = 4.6 if n <= 120 else 4.0 if n <= 250 else 3.2
        places = [(self.x.at(a), self.y.at(b)) for a, b in self.places.tolist()]
        marks = [charts.mark(shape, *at, size, look) for at, (shape, look) in zip(places, self.looks, strict=True)]
        if self.classes:
            marks += [charts.cross(*at, size, bad, ' data-example=""') for at, bad in zip(places, wrong, strict=True)]
        area = charts.inside(self.x, self.y, self.area(layers))
        return "".join([area, charts.frame(self.x, self.y, self.names), *marks, self.key()])


class Curve(View):
    """A function of one number, and the examples that it is fitted to."""

    names = ("x", "y")

    def __init__(self, X: FloatArray, T: FloatArray, n_points: int = 161) -> None:
        self.x = spanning(X.ravel().tolist(), *X_AXIS)
        self.y = spanning(T.ravel().tolist(), *Y_AXIS, room=0.15)
        self.points = np.linspace(self.x.low, self.x.high, n_points)[:, None]
        self.places, self.looks = np.hstack([X, T]), [(0, None)] * len(X)

    def layers(self, outputs: FloatArray) -> list[str]:
        """See `View`."""
        room = self.y.high - self.y.low  # no farther, as it is not seen
        heights = np.clip(outputs[:, 0], self.y.low - room, self.y.high + room)
        return [charts.curve(self.x, self.y, zip(self.points[:, 0].tolist(), heights.tolist(), strict=True))]

    def area(self, layers: Sequence[str]) -> str:
        """See `View`."""
        return _path("line-0 class-1", 0, layers)

    def key(self) -> str:
        """See `View`."""
        examples = charts.mark(0, 64, 20, 4.5) + charts.text("key right", 74, 24, words("what_was_learnt_from"))
        return examples + charts.key_of_line(0, 1, 150, 20, words("the_model"))


class Plane(View):
    """A function of two numbers, as regions between its contours."""

    names = ("x₁", "x₂")

    def __init__(self, X: FloatArray, resolution: int) -> None:
        self.resolution, self.places = resolution, X
        self.x = spanning(X[:, 0].tolist(), *X_AXIS, room=0.08)
        self.y = spanning(X[:, 1].tolist(), *Y_AXIS, room=0.08)
        self.points = grid(self._samples(self.x), self._samples(self.y))

    def _samples(self, axis: Axis) -> FloatArray:
        """Evenly spaced, the outermost ones just outside the axes, so that no outline runs along the border."""
        cell = (axis.high - axis.low) / (self.resolution - 3)
        return np.linspace(axis.low - cell, axis.high + cell, self.resolution)

    def outlines(self, values: FloatArray, level: float) -> str:
        """Where the values at the points are at least a level."""
        x, y, cells = self.x, self.y, self.resolution - 3
        across, up = FINE * (x.end - x.start) / cells, FINE * (y.start - y.end) / cells
        loops = superlevel(values.reshape(self.resolution, self.resolution), level)
        paths = [
            charts.outline(across * (c - 1.0), up * (cells + 1.0 - r), closed=True) for c, r in (o.T for o in loops)
        ]
        return "".join(paths)

    def _ground(self, look: str) -> str:
        """The whole area in one look."""
        return f'<path class="{look}" d="M0 0H{FINE * WIDTH}V{FINE * HEIGHT}H0z"/>'


class Classes(Plane):
    """The regions in which a classifier decides for each class.

    With a single output there are four: surely and hardly the one class, hardly and surely the other.
    """

    def __init__(self, X: FloatArray, T: FloatArray, classes: Sequence[float], resolution: int) -> None:
        super().__init__(X, resolution)
        self.classes, self.single = classes, T.shape[1] == 1
        numbers = T[:, 0] == classes[1] if self.single else T.argmax(axis=1)
        self.looks = [(int(k), None) for k in numbers]

    def layers(self, outputs: FloatArray) -> list[str]:
        """See `View`. Each is the region of a class and all later ones, so that nothing lies between two neighbours."""
        if not self.single:
            if (outputs >= 0.0).all():  # on a logarithmic scale the outputs of a softmax are nearer to straight lines
                outputs = np.log(np.maximum(outputs, 1e-300))
            leads = [outputs[:, k:].max(axis=1) - outputs[:, :k].max(axis=1) for k in range(1, outputs.shape[1])]
            return [self.outlines(lead, 0.0) for lead in leads]
        values, levels = outputs[:, 0], np.array(self._levels())
        if ((values >= 0.0) & (values <= 1.0)).all() and levels[0] > 0.0:  # so are the logits of a sigmoid
            values, levels = _logit(values), _logit(levels)
        return [self.outlines(values, level) for level in levels.tolist()]

    def _levels(self) -> list[float]:
        """For classes 0 and 1: 0.2, 0.5 and 0.8."""
        low, high = self.classes
        return [low + (high - low) * share for share in (0.2, 0.5, 0.8)]

    def area(self, layers: Sequence[str]) -> str:
        """See `View`."""
        if self.single:
            looks = ["area sure class-0", "area pale class-0", "area pale class-1", "area sure class-1"]
        else:
            looks = [f"area even class-{k % charts.N_CLASSES}" for k in range(len(self.classes))]
        regions = [_path(look, k, layers) for k, look in enumerate(looks[1:])]
        lines = [_path("boundary", k, layers) for k in ([1] if self.single else range(len(layers)))]
        return "".join([self._ground(looks[0]), *regions, *lines])

    def key(self) -> str:
        """See `View`."""
        few = len(self.classes) <= 4
        parts, x = [], self.x.start + 6
        for k, number in enumerate(self.classes[:8]):
            label = words("class", number=charts.written(number)) if few else charts.written(number)
            parts += [charts.mark(k, x, 20, 5), charts.text("key right", x + 9, 24, label)]
            x += 78 if few else 34
        parts.append(charts.cross(x + 1, 20, 4.5, True) + charts.text("key right", x + 12, 24, words("wrong")))
        if self.single:
            low, _, high = map(charts.written, self._levels())
            parts.append(charts.text("tick left", self.x.end, 24, words("pale", low=low, high=high)))
        return "".join(parts)


class Heat(Plane):
    """The output of a model, in shades between the lowest and the highest target."""

    def __init__(self, X: FloatArray, T: FloatArray, resolution: int) -> None:
        super().__init__(X, resolution)
        ends = float(T.min()), float(T.max())
        self.levels = np.linspace(*ends, N_SHADES + 1) if ends[0] < ends[1] else ends[0] + np.arange(-4.0, 5.0)
        shades = np.clip(np.searchsorted(self.levels, T[:, 0], side="right") - 1, 0, N_SHADES - 1)
        self.looks = [(0, f"plain heat-{shade}") for shade in shades]

    def layers(self, outputs: FloatArray) -> list[str]:
        """See `View`."""
        return [self.outlines(outputs[:, 0], level) for level in self.levels[1:-1].tolist()]

    def area(self, layers: Sequence[str]) -> str:
        """See `View`."""
        return self._ground("heat-0") + "".join([_path(f"area heat-{k + 1}", k, layers) for k in range(len(layers))])

    def key(self) -> str:
        """See `View`."""
        left, width = 226, 16
        low, high = (TEXT.number(f"{level:.3g}") for level in (self.levels[0], self.levels[-1]))
        boxes = [
            f'<rect class="heat-{k}" x="{left + width * k}" y="12" width="{width}" height="15"/>'
            for k in range(N_SHADES)
        ]
        labels = [
            charts.text("key right", 74, 24, words("target_and_output")),
            charts.text("key left", left - 6, 24, low),
            charts.text("key right", left + width * N_SHADES + 6, 24, high),
        ]
        return "".join([charts.mark(0, 64, 20, 5, "plain heat-4"), *labels, *boxes])


def view_of(X: FloatArray, T: FloatArray, resolution: int) -> View | None:
    """How a model is drawn that learns these examples; None if it is not.

    Arguments:
        X: the inputs, shape (examples, 1 or 2).
        T: the targets as a loss encodes them, shape (examples, outputs).
        resolution: how many points there are along each axis of a plane.
    """
    classes = classes_of(T) if X.shape[1] == 2 else None
    if classes is not None:
        return Classes(X, T, classes, resolution)
    if T.shape[1] > 1:
        return None
    return Curve(X, T) if X.shape[1] == 1 else Heat(X, T, resolution)


def _path(look: str, k: int, layers: Sequence[str]) -> str:
    return f'<path class="{look}" data-layer="{k}" d="{layers[k]}"/>'


def _logit(p: FloatArray) -> FloatArray:
    """The number whose sigmoid is p, no farther from 0 than 40."""
    near = np.clip(p, 1e-17, 1.0 - 1e-16)
    logits: FloatArray = np.log(near) - np.log1p(-near)
    return logits
