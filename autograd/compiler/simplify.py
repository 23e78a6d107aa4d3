"""Stage 5, simplify: every array in its simplest form.

Constants are folded, factors of 1 and sums with 0 vanish. From here on arrays are made so from the start, those of the
reverse pass included.
"""

from __future__ import annotations

from dataclasses import replace

from autograd.compiler.arrays import Array
from autograd.compiler.builder import Arrays
from autograd.compiler.lift import ArrayProgram


def simplify(program: ArrayProgram) -> ArrayProgram:
    """The program with every array in its simplest form."""
    make = Arrays()
    new = make.rewritten([program.value, program.outputs], make.apply)
    names: dict[Array, str] = {}
    for node, name in program.names.items():
        if node in new:
            names.setdefault(new[node], name)
    return replace(program, make=make, value=new[program.value], outputs=new[program.outputs], names=names)
