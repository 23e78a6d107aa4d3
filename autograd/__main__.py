"""The command line: ``python -m autograd``. Imports the readers.

Without arguments it works through the notes' example; with an expression it does the same for that.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from autograd import __version__
from autograd.coercion import as_number
from autograd.derivation import explain
from autograd.errors import DomainError
from autograd.expression import ExpressionError, names_in, record
from autograd.proofreading import Quantity, proofread
from autograd.value import Value
from autograd.worked_example import PRINTED, worked_example

_EPILOG = """\
examples:
  python -m autograd
  python -m autograd "x**2*sin(x)" x=2
  python -m autograd "z = w*x + b; L = 0.5*(tanh(z) - t)**2" w=0.4 x=1 b=0.1 t=0.5 --wrt w
  python -m autograd "z = w*x + b; y = tanh(z)" w=0.4 x=1 b=0.1 --printed y=0.4621 dy/dw=0.78

The expression is parsed, never run as Python. With --printed the exit status is 1 if a number is a slip.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the result is the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m autograd",
        description="Write out the derivatives of an expression: forward pass, reverse pass, derivation. Without an "
        "expression, work through the example of the notes, section 4.7, and proofread its printed numbers.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "expression", nargs="?", help="for instance 'w*x + b', or named steps 'z = w*x + b; y = tanh(z)'"
    )
    parser.add_argument("values", nargs="*", metavar="name=value", help="the value of each variable")
    parser.add_argument("--wrt", metavar="NAME", help="derive with respect to this variable (default: all)")
    parser.add_argument(
        "--printed",
        nargs="+",
        metavar="Q=NUMBER",
        default=[],
        help="numbers that a book prints, to be proofread: y=0.46 for a value, dy/dw=0.78 for a derivative",
    )
    parser.add_argument("--version", action="version", version=f"chainrule {__version__}")
    options = parser.parse_args(arguments)
    try:
        if options.expression is None:
            return _worked_example()
        return _expression(options.expression, options.values, options.wrt, options.printed)
    except (ExpressionError, DomainError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def _worked_example() -> int:
    """Print the worked example of the notes beside what the notes print."""
    example = worked_example()
    proof = proofread(example.L, PRINTED)
    print("The worked example of the notes, section 4.7: one input, one sigmoid neuron, one linear neuron\n")
    print(explain(example.L, names=None))
    print("\nHow w1 gets its gradient\n")
    print(explain(example.L, example.w1, names=None))
    print("\nBeside what the notes print\n")
    head, *lines = str(proof).splitlines()
    updates = len(lines) - 4
    for part in ([head], lines[:4], lines[4:updates], lines[updates:]):  # forward, gradients, one step of descent
        print(*part, sep="\n", end="\n\n")
    print(f"{len(proof.slips)} of the {len(proof)} printed numbers are slips; the engine's are exact.")
    return 0


def _expression(text: str, assignments: Sequence[str], wrt: str | None, printed: Sequence[str]) -> int:
    """Print the derivation of an expression, and the report on the numbers that a book prints."""
    variables = _values(text, assignments)
    root = record(text, variables)
    root.label = root.label or "f"
    if wrt is not None and wrt not in variables:
        raise ValueError(f"--wrt {wrt}: the expression has no variable of that name; it has {', '.join(variables)}")
    proof = proofread(root, dict(map(_printed, printed)), names=None)
    print(explain(root, None if wrt is None else variables[wrt], names=None))
    if printed:
        print()
        print(proof)
    return 0 if proof else 1


def _values(text: str, assignments: Sequence[str]) -> dict[str, Value]:
    """A labelled Value for each variable of the expression, from ``name=number`` arguments."""
    needed = names_in(text)
    values: dict[str, Value] = {}
    for assignment in assignments:
        name, sign, number = assignment.partition("=")
        if not sign:
            raise ValueError(f"{assignment!r} gives no variable a value; write name=number, such as x=1")
        if name not in needed:
            raise ValueError(f"{assignment}: the expression has no variable {name}; it has {', '.join(needed)}")
        try:
            values[name] = Value(as_number(float(number), name), label=name)
        except ValueError:
            raise ValueError(f"{assignment}: {number!r} is not a number; write {name}=1.5") from None
    return values


def _printed(argument: str) -> tuple[Quantity, str]:
    """A quantity and its printed number, from "y=0.46" or "dy/dw=0.78"."""
    name, sign, number = argument.partition("=")
    if not sign:
        raise ValueError(f"--printed {argument!r}: write quantity=number, such as y=0.46 or dy/dw=0.78")
    above, slash, below = name.partition("/")
    if slash and above.startswith("d") and below.startswith("d"):
        return (above[1:], below[1:]), number
    return name, number


if __name__ == "__main__":
    sys.exit(main())
