"""The places of the legend: a row of keys below the picture, or several where they do not fit."""

from __future__ import annotations

from math import fsum

from autograd.drawing.layout.spacing import LABEL_SIZE, MARGIN, label_width
from autograd.drawing.scene import Key, Scene

SAMPLE_WIDTH, SAMPLE_HEIGHT = 22.0, 11.0
_ROW_HEIGHT = 1.9 * LABEL_SIZE
_TO_TEXT, _BETWEEN = 6.0, 18.0


def place_legend(scene: Scene) -> None:
    """Put the legend below a scene that has its size, in as many rows as its width asks for, and make room for it."""
    widths = [SAMPLE_WIDTH + _TO_TEXT + label_width(key.text) for key in scene.legend]
    if not widths:
        return
    scene.width = max(scene.width, max(widths) + 2 * MARGIN)
    rows: list[list[int]] = [[]]
    for i, width in enumerate(widths):
        taken = fsum(widths[k] + _BETWEEN for k in rows[-1])
        if rows[-1] and taken + width > scene.width - 2 * MARGIN:
            rows.append([])
        rows[-1].append(i)
    for row in rows:
        x = (scene.width - fsum(widths[i] for i in row) - _BETWEEN * (len(row) - 1)) / 2
        for i in row:
            scene.legend[i].x, scene.legend[i].y = x + SAMPLE_WIDTH / 2, scene.height + _ROW_HEIGHT / 2 - MARGIN / 2
            x += widths[i] + _BETWEEN
        scene.height += _ROW_HEIGHT
    scene.height += MARGIN / 2


def text_place(key: Key) -> tuple[float, float]:
    """Where the text of a key begins: its left end, on its baseline."""
    return key.x + SAMPLE_WIDTH / 2 + _TO_TEXT, key.y + 0.35 * LABEL_SIZE
