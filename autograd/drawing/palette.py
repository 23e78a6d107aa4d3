"""The colours of pictures, light and dark.

Lines are of the palette of Okabe and Ito, which the colour-blind can tell apart; fills are tints of them. Roles differ
in shape as well, so that nothing rests on colour alone. What a step, a reader or a mistake marks in a picture has
colours that no role has: blue and vermilion for the passes, violet for a changed number, red for one that is not
finite.
"""

from __future__ import annotations

_COLOURS = {  # on a light page, on a dark one
    "page": ("#ffffff", "#16191d"),
    "ink": ("#1b1f24", "#eceff2"),
    "quiet": ("#5d6670", "#a7b0ba"),
    "gradient": ("#b34700", "#ff9d5c"),
    "edge": ("#727c87", "#8b95a0"),
    "input-line": ("#00707f", "#3fc4d4"),
    "input-fill": ("#e0f3f5", "#0f3338"),
    "target-line": ("#98437c", "#dd94c0"),
    "target-fill": ("#f9ebf4", "#3a2233"),
    "parameter-line": ("#8f5c00", "#e69f00"),
    "parameter-fill": ("#fdf2d9", "#382a0c"),
    "leaf-line": ("#5d6670", "#a7b0ba"),
    "leaf-fill": ("#ffffff", "#16191d"),
    "constant-line": ("#727c87", "#8b95a0"),
    "constant-fill": ("#ffffff", "#16191d"),
    "operation-line": ("#5f6974", "#97a1ac"),
    "operation-fill": ("#f6f7f9", "#22272d"),
    "loss-line": ("#1b1f24", "#eceff2"),
    "loss-fill": ("#e8ebee", "#31383f"),
    "folded-line": ("#00694e", "#2fc397"),
    "folded-fill": ("#e3f4ee", "#12342a"),
    "outside-line": ("#727c87", "#8b95a0"),
    "outside-fill": ("#ffffff", "#16191d"),
    "neuron-line": ("#5d6670", "#a7b0ba"),
    "neuron-fill": ("#ffffff", "#22272d"),
    "box-line": ("#828c96", "#6b757f"),
    "box-fill": ("#8896a5", "#8896a5"),
    "highlight": ("#b34700", "#ff8a3c"),
    "astray": ("#c8102e", "#ff8080"),
    "positive": ("#0072b2", "#56b4e9"),
    "negative": ("#d55e00", "#ff8a3c"),
    "level-0": ("#ffffff", "#16191d"),
    "level-1": ("#fff0e4", "#2a1d14"),
    "level-2": ("#ffe1c9", "#3d2413"),
    "level-3": ("#ffd1ab", "#502a12"),
    "level-4": ("#ffc08c", "#633010"),
    "level-5": ("#ffae6b", "#78370d"),
}
_OF_STEPS = {  # of a picture at a step: what the step is about, in either pass
    "forward": ("#0063a3", "#6fb8ee"),
    "forward-wash": ("#e3f0fa", "#16344c"),
    "reverse": ("#b34700", "#ff9d5c"),
    "reverse-wash": ("#fdeee2", "#472a15"),
}
LIGHT = {name: light for name, (light, _) in {**_COLOURS, **_OF_STEPS}.items()}
DARK = {name: dark for name, (_, dark) in {**_COLOURS, **_OF_STEPS}.items()}
OF_STEPS = frozenset(_OF_STEPS)
"""Those of the colours that only a picture at a step has."""
