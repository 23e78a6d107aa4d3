"""Reading what was drawn: matplotlib without a screen, the lines of an Axes by their labels, the colour of a point."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.peers import peer

matplotlib = peer("matplotlib")
matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402  the backend comes first

__all__ = ["colour_at", "data", "dots", "plt"]


def data(ax: Any, label: str) -> tuple[Any, ...]:
    """The numbers x and y of the line with this label."""
    (line,) = [line for line in ax.lines if line.get_label() == label]
    return np.array(line.get_xdata(), dtype=float), np.array(line.get_ydata(), dtype=float)


def dots(ax: Any, full: Any) -> list[Any]:
    """The single points drawn as full dots, or as hollow ones."""
    single = [line for line in ax.lines if len(line.get_xdata()) == 1 and line.get_marker() == "o"]
    chosen = [line for line in single if (line.get_markerfacecolor() != "none") == full]
    return sorted({(float(line.get_xdata()[0]), float(line.get_ydata()[0])) for line in chosen})


def colour_at(ax: Any, points: Any) -> Any:
    """The colours (red, green, blue; 0 to 255) that a picture of the Axes has at points given in data coordinates."""
    ax.figure.patch.set(facecolor="white", alpha=1.0)
    ax.figure.canvas.draw()
    picture = np.asarray(ax.figure.canvas.buffer_rgba())[::-1, :, :3].astype(int)
    columns, rows = ax.transData.transform(points).astype(int).T
    return picture[rows, columns]
