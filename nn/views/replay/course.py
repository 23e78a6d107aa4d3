"""The charts of a training: loss and a metric over the epochs, with markers that move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, isfinite, nan
from typing import Any

from autograd.derivation.words import words
from nn.history import spoken
from nn.views.replay import charts
from nn.views.replay.charts import FINE, HEIGHT, Axis, Point, spanning

WIDTHS = {"above": 450, "beside": 450, "single": 560}  # pixels, by how the charts stand


class Course:
    """The charts: the loss over the epochs and the first metric, if there is one.

    Arguments:
        rows: those of the history.
        beside: whether the two stand side by side; by default the loss stands above the metric.
    """

    def __init__(self, rows: Sequence[dict[str, float]], beside: bool = False) -> None:
        columns = list(rows[-1])
        metrics = [name for name in columns if name not in ("epoch", "loss", "learning_rate") and name[:4] != "val_"]
        self.beside = beside and bool(metrics)
        self.width = WIDTHS["beside" if self.beside else "single" if beside else "above"]
        first, last = rows[0]["epoch"], rows[-1]["epoch"]
        self.x = Axis(first, max(last, first + 1), 58, self.width - 16)
        places = [(40, 216), (276, HEIGHT - 48)] if metrics and not beside else [(40, HEIGHT - 48)] * 2
        self.charts = [
            _Chart(name, [(key, _points(rows, key)) for key in (name, f"val_{name}") if key in columns], self.x, *place)
            for name, place in zip(["loss", *metrics[:1]], places, strict=False)
        ]

    def at(self, epoch: int) -> dict[str, Any]:
        """Where the markers are at an epoch: their common x, and the y of each curve, None where it has no point."""
        return {"now": round(self.x.at(epoch), 1), "dots": [y for chart in self.charts for y in chart.heights(epoch)]}

    def panels(self, epoch: int) -> list[str]:
        """The charts with the markers at an epoch, in one panel or in two."""
        drawn = [chart.drawn(epoch, self.beside or chart is self.charts[-1]) for chart in self.charts]
        return drawn if self.beside else ["".join(drawn)]


def _points(rows: Sequence[dict[str, float]], column: str) -> list[Point]:
    """The epochs and numbers of a column, without those that are not finite."""
    return [(row["epoch"], row[column]) for row in rows if isfinite(row.get(column, nan))]


@dataclass
class _Chart:
    """One chart: a quantity on the training examples and, where there are any, on those held out."""

    name: str
    series: list[tuple[str, list[Point]]]
    x: Axis
    top: float
    bottom: float
    y: Axis = field(init=False)

    def __post_init__(self) -> None:
        numbers = [number for _, points in self.series for _, number in points] or [0.0]
        log = self.name == "loss" and min(numbers) > 0.0 and max(numbers) > 50.0 * min(numbers)
        self.y = spanning(numbers, self.bottom, self.top, log=log)

    def heights(self, epoch: int) -> list[float | None]:
        """How high each curve is at an epoch, in pixels from above."""
        known = [dict(points) for _, points in self.series]
        return [round(self.y.at(points[epoch]), 1) if epoch in points else None for points in known]

    def drawn(self, epoch: int, last: bool) -> str:
        """The chart with its markers; the last one names the axis that they share."""
        x, y = self.x, self.y
        name = spoken(self.name)
        heading = words("log_scale", name=name) if y.log else name
        parts = [charts.text("heading right", x.start - 42, self.top - 16, heading)]
        parts.append(charts.frame(x, y, (words("axis_of_epochs") if last else "", ""), (6, 4), whole=True))
        paths = "".join(
            [
                f'<path class="line-{k} class-{k}" d="{charts.curve(x, y, _thinned(points))}"/>'
                for k, (_, points) in enumerate(self.series)
                if points
            ]
        )
        now, height = x.at(epoch), y.start - y.end
        parts.append(charts.inside(x, y, paths, ' class="later"'))
        parts.append(
            f'<svg data-past="" x="{x.start:g}" y="{y.end:g}" width="{now - x.start:.1f}" height="{height:g}">'
            f'<g transform="scale({1 / FINE})">{paths}</g></svg>'
        )
        parts.append(f'<path class="now" data-now="" d="M0 {y.start:g}V{y.end:g}" transform="translate({now:.1f})"/>')
        for k, at in enumerate(self.heights(epoch)):
            place = f' transform="translate({now:.1f} {at:.1f})"' if at is not None else ' style="display:none"'
            parts.append(f'<g class="dot" data-dot=""{place}>{charts.mark(k, 0, 0, 5)}</g>')
        if len(self.series) > 1:
            for k, which in enumerate((words("training"), words("validation"))):
                parts.append(charts.key_of_line(k, k, x.end - 184 + 88 * k, self.top - 20, which))
        return "".join(parts)


def _thinned(points: list[Point], bins: int = 250) -> list[Point]:
    """Of a long course the lowest and the highest point in each of so many parts, so that no spike is lost."""
    if len(points) <= 2 * bins:
        return points
    size = ceil(len(points) / bins)
    kept = []
    for start in range(0, len(points), size):
        part = points[start : start + size]
        kept += sorted({min(part, key=lambda p: p[1]), max(part, key=lambda p: p[1])})
    return kept
