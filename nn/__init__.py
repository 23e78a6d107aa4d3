"""Neurons, layers and multilayer perceptrons on the scalar engine, and how they learn.

Imports `autograd`; NumPy, tqdm and matplotlib where they are needed.
"""

import autograd

if not hasattr(autograd, "topological_order"):
    raise ImportError(
        f"nn needs the package autograd of chainrule, but 'import autograd' found another package of that name, in "
        f"{autograd.__file__}. Of two packages with one name the one installed last wins. Make a fresh environment: "
        "python3 -m venv .venv && .venv/bin/pip install -e ."
    )
