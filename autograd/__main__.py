"""The command line: ``python -m autograd``.

Without arguments it works through the notes' example, and writes the stepper page of it; with an expression it does the
same for that.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from autograd.derivation.explain import explain
from autograd.derivation.expression import ExpressionError, names_in, record
from autograd.derivation.proofread import proofread
from autograd.derivation.words import words
from autograd.derivation.worked_example import PRINTED, ROLES, worked_example
from autograd.engine.checks import as_number
from autograd.engine.errors import DomainError
from autograd.engine.graph import topological_order
from autograd.engine.value import Value
from autograd.files import is_standard_output
from autograd.public import __version__
from autograd.stepper.figure import Figure, page_path
from autograd.stepper.graph import show
from autograd.worksheets.classes import MarkedClass, proofread_class
from autograd.worksheets.sheet import worksheet

PAGE = "worked_example.html"
"""The page of the worked example, in the current directory."""

_EPILOG = """\
examples:
  python -m autograd
  python -m autograd "x**2*sin(x)" x=2
  python -m autograd "z = w*x + b; L = 0.5*(tanh(z) - t)**2" w=0.4 x=1 b=0.1 t=0.5 --wrt w --html page.html
  python -m autograd "z = w*x + b; y = tanh(z)" w=0.4 x=1 b=0.1 --printed y=0.4621 dy/dw=0.78
  python -m autograd "z = w*x + b; y = tanh(z)" w=0.4 x=1 b=0.1 --worksheet sheet.html

The expression is parsed, never run as Python. With --printed the exit status is 1 if a number is a slip; it is 2 if
something cannot be read or written; with --class it is 1 if a sheet has a slip.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the result is the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m autograd",
        description="Write out the derivatives of an expression: forward pass, reverse pass, derivation. Without an "
        "expression, work through the example of the notes, section 4.7, proofread its printed numbers, and write "
        f"{PAGE}, a page that steps through both passes.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
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
        help="numbers that a book prints, to be proofread: y=0.46 for a value, dy/dw=0.78 for a derivative, "
        "w-0.1*dy/dw=0.32 for a parameter after a step, dy/dw=(1-y**2)*x for a formula",
    )
    parser.add_argument(
        "--class",
        dest="sheets",
        metavar="CSV",
        help="mark the sheets of a class: one row a student, one column a quantity, which the first row names",
    )
    parser.add_argument(
        "--html", metavar="FILE", help="write a page that steps through both passes, for any browser, without a network"
    )
    parser.add_argument(
        "--worksheet",
        metavar="FILE",
        help="write a sheet with blanks, as FILE ends, .pdf, .html, .md or .txt, and its solution in a file beside it",
    )
    parser.add_argument("--version", action="version", version=f"chainrule {__version__}")
    given = sys.argv[1:] if arguments is None else arguments
    # an expression such as -x**2 is no option: a space before it tells argparse so
    options = parser.parse_args([f" {a}" if re.match(r"-[^-]", a) and a != "-h" else a for a in given])
    try:
        if options.worksheet is not None and options.expression is None:
            raise ValueError("--worksheet needs an expression before it, such as 'x**2' x=3 --worksheet sheet.html")
        if options.expression is not None:
            return _expression(options)
        if options.wrt is not None or options.printed or options.sheets:
            raise ValueError("--wrt, --printed and --class need an expression before them, such as 'x**2' x=3 --wrt x")
        return _worked_example(options.html)
    except (ExpressionError, DomainError, ValueError) as error:
        return _complain(str(error))


def _worked_example(html: str | None) -> int:
    """Print the worked example of the notes beside what the notes print, and write its page."""
    example = worked_example()
    page = show(example.L, names=None, roles=ROLES)
    try:
        chosen, hint = (PAGE, f" {words('another_name')}") if html is None else (html, "")
        written = _write(page, chosen) + hint
    except ValueError as error:
        if html is not None:
            raise
        written = words("no_page", reason=error)  # nobody asked for this file, so the rest counts
    proof = proofread(example.L, PRINTED)
    print(words("worked_example"), end="\n\n")
    print(explain(example.L, names=None))
    print(f"\n{words('how_it_gets_its_gradient', parameter='w1')}\n")
    print(explain(example.L, example.w1, names=None))
    print(f"\n{words('beside_the_notes')}\n")
    head, *lines = str(proof).splitlines()
    updates = len(lines) - 4
    for part in ([head], lines[:4], lines[4:updates], lines[updates:]):  # forward, gradients, one step of descent
        print(*part, sep="\n", end="\n\n")
    follow = sum([finding.verdict == "follows" for finding in proof])
    print(words("slips_of_the_notes", slips=len(proof.slips), follow=follow, count=len(proof)), end="\n\n")
    print(written)
    return 0


def _expression(options: argparse.Namespace) -> int:
    """Print the derivation of an expression, and the report on the numbers that a book prints; write its page."""
    text, wrt, printed, html = options.expression, options.wrt, options.printed, options.html
    variables = _values(options.values)
    root = record(text, variables)
    root.label = root.label or "f"
    known = names_in(text)
    steps = [node.label for node in topological_order(root) if node.label]
    for name in variables:
        if name not in known and name not in steps:  # pi and e may be variables, too
            raise ValueError(f"{name}=...: the expression has no variable {name}; it has {', '.join(known)}")
    if wrt is not None and _name(wrt) not in variables:
        raise ValueError(f"--wrt {wrt}: the expression has no variable of that name; it has {', '.join(known)}")
    try:
        proof = proofread(root, [*map(_printed, printed)], names=None)
    except ValueError as error:
        unknown = re.match("no node is called ('.+?');", str(error))
        if unknown is None:
            raise ValueError(f"--printed: {error}") from None
        raise ValueError(
            f"--printed: the expression has no step {unknown[1]}; it has {', '.join(steps)}. Name a step where you "
            "write it, as in 'z = w*x; y = tanh(z)'"
        ) from None
    marked = None if options.sheets is None else _marked(root, options.sheets)
    written = "" if html is None else _write(show(root, names=None), html)
    sheets = "" if options.worksheet is None else _write_worksheet(root, wrt and _name(wrt), options.worksheet)
    print(explain(root, None if wrt is None else variables[_name(wrt)], names=None))
    if sheets:
        print(f"\n{sheets}")
    if printed:
        print(f"\n{proof}")
    if marked is not None:
        print(f"\n{marked}")
    if written:
        print(f"\n{written}")
    return 0 if proof and (marked is None or all(marked.sheets.values())) else 1


def _marked(root: Value, file: str) -> MarkedClass:
    """The sheets of a class, marked."""
    try:
        return proofread_class(root, file, names=None)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise ValueError(f"--class {file}: it cannot be read ({reason})") from None


def _write(page: Figure, file: str) -> str:
    """Write a page, but over nothing except an earlier page; the result says where it is."""
    path = page_path(file)
    try:
        if is_standard_output(path):
            raise ValueError(f"{path} is where the derivation is printed; choose a file for the page with --html")
        if path.is_file() and (held := path.read_bytes()) and b"data-chainrule" not in held:
            raise ValueError(
                f"{path} holds something else and is left as it is; remove it, or choose another name with --html"
            )
        page.save(path)
    except OSError as error:
        raise ValueError(f"{path} cannot be written ({error.strerror}); choose another name with --html") from None
    return words("page_is_written", file=path)


def _write_worksheet(root: Value, wrt: str | None, file: str) -> str:
    """Write a worksheet and its solution, over nothing except earlier ones; the result says where they are."""
    path = Path(file)
    beside = path.with_stem(f"{path.stem}-solution") if path.name else path
    sheet = worksheet(root, names=None, wrt=wrt)
    for target in (path, beside):
        if target.is_file() and (held := target.read_bytes()) and b"chainrule" not in held:
            raise ValueError(
                f"{target} holds something else and is left as it is; remove it, or choose another with --worksheet"
            )
    try:
        sheet.save(path)
        sheet.solution.save(beside)
    except OSError as error:
        raise ValueError(f"{path} cannot be written ({error.strerror}); choose another with --worksheet") from None
    except ImportError as error:
        raise ValueError(str(error)) from None
    return words("worksheet_is_written", file=path, solution=beside)


def _values(assignments: Sequence[str]) -> dict[str, Value]:
    """A labelled Value for each ``name=number`` argument."""
    values: dict[str, Value] = {}
    for assignment in assignments:
        name, sign, number = assignment.partition("=")
        name = _name(name)
        if not sign or not name.isidentifier():
            raise ValueError(f"{assignment!r} gives no variable a value; write name=number, such as x=1")
        if name in values:
            raise ValueError(f"{assignment}: {name} has the value {values[name].data:g} already")
        try:
            values[name] = Value(as_number(float(number.replace("−", "-")), name), label=name)
        except ValueError:
            raise ValueError(f"{assignment}: {number!r} is not a number; write {name}=1.5") from None
    return values


def _name(name: str) -> str:
    """A name as Python reads it in an expression: the micro sign µ is the Greek letter μ."""
    return unicodedata.normalize("NFKC", name.strip())


def _printed(argument: str) -> tuple[str, str]:
    """A quantity and what is printed for it, from "y=0.46", "dy/dw=0.78", or "w-0.1*dy/dw=0.32" after a step."""
    name, sign, number = argument.rpartition("=")
    if not sign:
        raise ValueError(f"--printed {argument!r}: write quantity=number, such as y=0.46 or dy/dw=0.78")
    return _name(name), number


def as_program() -> int:
    """Run the command line for a shell, which is told in a line what cannot be printed, and by the exit status."""
    sys.stderr = sys.stderr or io.StringIO()  # one that is closed is None
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that has no σ shows a ?
    if sys.stdout is None:
        return _complain("standard output is closed")
    try:
        try:
            status = main()
        except SystemExit as left:  # --help and --version have been printed, or a mistake explained
            status = int(left.code or 0)
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more when it ends
        if isinstance(error, BrokenPipeError):  # whoever reads this has seen enough, as head has
            return 1
        return _complain(f"standard output cannot be written ({error.strerror})")
    return status


def _complain(message: str) -> int:
    """The exit status, after the message on standard error."""
    print(f"error: {message}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(as_program())
