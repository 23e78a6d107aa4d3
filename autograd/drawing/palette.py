"""The colours of pictures, light and dark.

Lines are of the palette of Okabe and Ito, which the colour-blind can tell apart; fills are tints of them. Roles differ
in shape as well, so that nothing rests on colour alone.
"""

from __future__ import annotations

_COLOURS = {  # on a light page, on a dark one
    "page": ("#ffffff", "#16191d"),
    "ink": ("#1b1f24", "#eceff2"),
    "quiet": ("#5d6670", "#a7b0ba"),
    "edge": ("#77818c", "#8b95a0"),
    "input-line": ("#0072b2", "#56b4e9"),
    "input-fill": ("#e4f1fa", "#12303f"),
    "target-line": ("#a8528a", "#dd94c0"),
    "target-fill": ("#f9ebf4", "#3a2233"),
    "parameter-line": ("#b87700", "#e69f00"),
    "parameter-fill": ("#fdf2d9", "#382a0c"),
    "constant-line": ("#9aa3ad", "#6b747e"),
    "constant-fill": ("#ffffff", "#16191d"),
    "operation-line": ("#77818c", "#8b95a0"),
    "operation-fill": ("#f6f7f9", "#22272d"),
    "loss-line": ("#d55e00", "#ff8a3c"),
    "loss-fill": ("#fdebe0", "#42240f"),
    "folded-line": ("#00795a", "#2fc397"),
    "folded-fill": ("#e3f4ee", "#12342a"),
    "neuron-line": ("#5d6670", "#a7b0ba"),
    "neuron-fill": ("#ffffff", "#22272d"),
    "box-line": ("#b9c1c9", "#454d56"),
    "box-fill": ("#8896a5", "#8896a5"),
    "highlight": ("#d55e00", "#ff8a3c"),
    "astray": ("#c8102e", "#ff8080"),
    "positive": ("#0072b2", "#56b4e9"),
    "negative": ("#d55e00", "#ff8a3c"),
    "level-0": ("#ffffff", "#16191d"),
    "level-1": ("#eef3fa", "#1a2530"),
    "level-2": ("#d3e2f2", "#1c3448"),
    "level-3": ("#abcbe6", "#1d4768"),
    "level-4": ("#82b3dc", "#1d5c8c"),
    "level-5": ("#5a9bd0", "#1f73b3"),
}
LIGHT = {name: light for name, (light, _) in _COLOURS.items()}
DARK = {name: dark for name, (_, dark) in _COLOURS.items()}
