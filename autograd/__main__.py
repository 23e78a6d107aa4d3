"""The command line: ``python -m autograd``, and ``chainrule`` where it is installed.

Without an expression it works through the notes' example. It prints what it is asked for, and writes a file only where
an option names one.
"""

from __future__ import annotations

import argparse
import difflib
import io
import os
import re
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, NoReturn, Protocol

from autograd.derivation.explain import explain
from autograd.derivation.expression import from_lines, names_in, record, without_given
from autograd.derivation.proofread import Proof, proofread
from autograd.derivation.words import LANGUAGES, speaking, words
from autograd.derivation.worked_example import PRINTED, ROLES, worked_example
from autograd.drawing.drawing import draw
from autograd.drawing.roles import Roles
from autograd.engine.checks import as_number
from autograd.engine.graph import topological_order
from autograd.engine.value import Value
from autograd.files import is_standard_output
from autograd.plain_data import as_json
from autograd.public import __version__
from autograd.stepper.figure import page_path
from autograd.stepper.graph import show
from autograd.terminal import HelpFormatter, coloured
from autograd.worksheets.classes import MarkedClass, proofread_class
from autograd.worksheets.sheet import worksheet

_EPILOG = """\
examples:
  {program} "x**2*sin(x)" x=2
  {program} "z = w*x + b; y = tanh(z)" w=0.4 x=1 b=0.1 --wrt w b --latex
  {program} "max(x, y, 1)*exp(-pi*x)" x=0.5 y=2 --svg graph.svg --html page.html
  {program} "y = w**2" w=3 --printed y=9 dy/dw=3
  {program} "y = w**2" w=3 --worksheet sheet.html
  {program} -f model.txt w=0.5 --json

A file has one step a line, such as z=w*x+b, or w=0.4 for what is given; what follows a # is left out. An expression
is parsed, never run as Python.

Exit status: 0; 1 if a number of --printed or --class is a slip; 2 if something cannot be read or written, and then
nothing is printed but one message.
"""


class _Savable(Protocol):
    def save(self, path: Path, /) -> object: ...


class _Kind(NamedTuple):
    """A kind of file that an option writes.

    Arguments:
        ending: of its name; it is added where there is none.
        mark: what is in a file of the kind that we have written, which may be replaced.
        written: what is said when it is written, by its key.
        help: what is said of the option.
    """

    ending: str
    mark: bytes
    written: str
    help: str


_FILES = {
    "html": _Kind(
        ".html", b"data-chainrule", "page_is_written", "a page that steps through both passes, and computes; offline"
    ),
    "svg": _Kind(".svg", b'class="chainrule"', "picture_is_written", "the picture of the graph"),
    "png": _Kind(".png", b"\x89PNG", "picture_is_written", "the same, for a text processor"),
    "pdf": _Kind(".pdf", b"(Typst", "picture_is_written", "the same, for print"),
    "dot": _Kind(".dot", b"digraph", "picture_is_written", "the same, for Graphviz"),
    "slides": _Kind(".pdf", b"(Typst", "slides_are_written", "a slide for each step, in .pdf"),
    "film": _Kind(".gif", b"GIF8", "film_is_written", "the steps as a film, in .gif"),
}

_FORMS = {
    "latex": "the derivation in LaTeX with amsmath, in place of text",
    "typst": "the derivation in Typst",
    "mathml": "the derivation in MathML, for a page",
    "json": "names, values, gradients, paths and verdicts, for a program: autograd/plain_data.py says what is where",
    "numpy": "the source of a NumPy program that computes value and gradient; with --wrt for many examples: all other "
    "variables are then its inputs, a column each",
}

_VERDICTS = {"agrees": "green", "rounding": "yellow", "cut off": "yellow", "follows": "cyan", "slip": "red"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the result is the exit status."""
    try:
        options = _parsed(sys.argv[1:] if arguments is None else arguments)
        with speaking(options.language):
            return _worked_example(options) if options.expression is None else _expression(options)
    except (ValueError, ImportError) as error:  # a mistake in the expression and a number outside a domain are these
        return _complain(str(error))


# --- options -----------------------------------------------------------------------------------------------------


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line, with what to write."""

    def error(self, message: str) -> NoReturn:
        if unknown := re.match("unrecognized arguments: (-[^ =]+)", message):
            near = difflib.get_close_matches(unknown[1], re.findall(r"--[a-z]+", self.format_help()), 1)
            raise ValueError(f"there is no option {unknown[1]}; {f'did you mean {near[0]}?' if near else _SEE_HELP}")
        if lacking := re.match(r"argument (?:-\w/)?(--\w+): expected", message):
            usage = re.search(rf"^ .*?({lacking[1]} [^ ].*?)(?:  |$)", self.format_help(), re.MULTILINE)
            raise ValueError(f"{lacking[1]} needs more; {f'write {usage[1]}' if usage else _SEE_HELP}")
        if both := re.match(r"argument (--\w+): not allowed with argument (--\w+)", message):
            raise ValueError(f"{both[2]} and {both[1]} are printed each in place of the other; write one of them")
        raise ValueError(f"{message.removeprefix('argument ')}; {_SEE_HELP}")


_SEE_HELP = "--help lists them all"


def _parser() -> _Parser:
    program = "chainrule" if Path(sys.argv[0]).stem == "chainrule" else "python -m autograd"
    parser = _Parser(
        prog=program,
        usage="%(prog)s [EXPRESSION x=1 ...] [options]",
        description="Write out the derivatives of an expression: forward pass, reverse pass, derivation. Without an "
        "expression, work through the example of the notes, section 4.7, and proofread its printed numbers.",
        epilog=_EPILOG.format(program=program),
        formatter_class=HelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "arguments",
        nargs="*",
        metavar="EXPRESSION",
        help="such as 'w*x + b', or named steps 'z = w*x + b; y = tanh(z)'; @FILE reads it from a file, and - from "
        "standard input, one step a line; then w=0.4 for the value of each variable",
    )
    parser.add_argument("-f", "--file", metavar="FILE", help="read the expression from a file, as @FILE does")
    parser.add_argument("--wrt", nargs="+", metavar="NAME", help="derive with respect to these (default: all)")
    parser.add_argument("--digits", metavar="N", default="4", help="write so many significant digits (default: 4)")
    parser.add_argument(
        "--printed",
        nargs="+",
        metavar="Q=NUMBER",
        default=[],
        help="proofread numbers that a book prints: y=0.46 for a value, dy/dw=0.78 for a derivative, w-0.1*dy/dw=0.32 "
        "for a parameter after a step, dy/dw=(1-y**2)*x for a formula",
    )
    parser.add_argument(
        "--class",
        dest="sheets",
        metavar="CSV",
        help="mark the sheets of a class: one row a student, one column a quantity, which the first row names",
    )
    printed = parser.add_argument_group("printed in place of text").add_mutually_exclusive_group()
    for name, text in _FORMS.items():
        printed.add_argument(f"--{name}", dest="form", action="store_const", const=name, help=text)
    written = parser.add_argument_group("written to a file")
    for name, kind in _FILES.items():
        written.add_argument(f"--{name}", metavar="FILE", help=kind.help)
    written.add_argument(
        "--worksheet",
        metavar="FILE",
        help="a sheet with blanks, as FILE ends, .pdf, .html, .md or .txt, and its solution in a file beside it",
    )
    parser.add_argument(
        "--language",
        choices=[*LANGUAGES],
        default="en",
        help="of the words and numbers that are shown (default: en); messages and this help are in English",
    )
    parser.add_argument("--version", action="version", version=f"chainrule {__version__}")
    return parser


def _parsed(given: Sequence[str]) -> argparse.Namespace:
    """The options, with the expression and the text of each value in their places."""
    # an expression such as -x**2 is no option: a space before it tells argparse so
    guarded = [f" {a}" if re.match(r"-[^-]", a) and a not in ("-h", "-f") else a for a in given]
    options = _parser().parse_intermixed_args(guarded)
    names = options.wrt
    if names is not None:  # what follows is no name: the expression, or a value
        count = next((i for i, name in enumerate(names) if not _name(name).isidentifier()), len(names))
        options.wrt, options.arguments = [*map(_name, names[:count])], [*names[count:], *options.arguments]
        if not options.wrt:
            raise ValueError(f"--wrt {names[0]}: write the names of variables, as in --wrt w b")
    try:
        options.digits = int(options.digits)
    except ValueError:
        raise ValueError(f"--digits {options.digits}: write a whole number, such as --digits 6") from None
    options.expression = _text_of_file(options.file) if options.file is not None else None
    if options.file is None and options.arguments:
        first = next((a for a in options.arguments if without_given(a)[0]), options.arguments[0])
        options.arguments.remove(first)
        options.expression = _text_of_file(first.removeprefix("@")) if first == "-" or first[:1] == "@" else first
    if options.expression is None:
        asked = {
            "--wrt x": options.wrt,
            "--printed f=9": options.printed,
            "--class sheets.csv": options.sheets,
            "--worksheet sheet.html": options.worksheet,
            f"--{options.form}": options.form,
        }
        for option, value in asked.items():
            if value:
                raise ValueError(f"{option.split()[0]} needs an expression before it, such as 'x**2' x=3 {option}")
    if options.form not in (None, "json") and (options.printed or options.sheets):
        raise ValueError(f"--printed and --class report as text, or with --json; leave out --{options.form}")
    return options


def _text_of_file(file: str) -> str:
    """The expression in a file, or on standard input for "-"."""
    try:
        if file != "-":
            content = Path(file).read_bytes()
        elif sys.stdin is None:
            raise ValueError("standard input is closed; give the expression in quotes, or a file as @model.txt")
        else:
            content = sys.stdin.buffer.read()
        return from_lines(content.decode())
    except OSError as error:
        raise ValueError(f"{file!r} cannot be read ({error.strerror}); write @ and the name of a file") from None
    except UnicodeDecodeError:
        raise ValueError(f"{file!r} cannot be read: it is no text in UTF-8") from None


# --- what is printed ---------------------------------------------------------------------------------------------


def _worked_example(options: argparse.Namespace) -> int:
    """Print the worked example of the notes beside what the notes print."""
    example = worked_example()
    written = _write_all(example.L, options, ROLES)
    proof = proofread(example.L, PRINTED)
    _title(words("worked_example"))
    print(explain(example.L, names=None, digits=options.digits), end="\n\n")
    _title(words("how_it_gets_its_gradient", parameter="w1"))
    print(explain(example.L, example.w1, names=None, digits=options.digits), end="\n\n")
    _title(words("beside_the_notes"))
    head, *lines = _report(proof).splitlines()
    updates = len(lines) - 4
    for part in ([head], lines[:4], lines[4:updates], lines[updates:]):  # forward, gradients, one step of descent
        print(*part, sep="\n", end="\n\n")
    follow = sum([finding.verdict == "follows" for finding in proof])
    print(words("slips_of_the_notes", slips=len(proof.slips), follow=follow, count=len(proof)))
    for notice in filter(None, written.values()):
        print(f"\n{notice}")
    return 0


def _expression(options: argparse.Namespace) -> int:
    """Print the derivation of an expression, and the report on the numbers that a book prints; write its files."""
    text, given = without_given(options.expression)
    if given and not text:
        raise ValueError(f"{given[-1]} gives a value, but there is no expression; write one such as w*x + b")
    variables = _values(given) | _values(options.arguments)
    root = record(text, variables)
    root.label = root.label or "f"
    known = names_in(text)
    steps = [node.label for node in topological_order(root) if node.label]
    for name in variables:
        if name not in known and name not in steps:  # pi and e may be variables, too
            raise ValueError(f"{name}=...: the expression has no variable {name}; it has {', '.join(known)}")
    for name in options.wrt or ():
        if name not in variables:
            raise ValueError(f"--wrt {name}: the expression has no variable of that name; it has {', '.join(known)}")
    proof = _proofread(root, options.printed, steps)
    marked = None if options.sheets is None else _marked(root, options.sheets)
    wrt = None if options.wrt is None else [variables[name] for name in options.wrt]
    made = _printed_form(root, wrt, variables, options)
    written = _write_all(root, options, None)
    if options.form == "json":
        files = [str(file) for file in written]
        print(as_json(root, [*variables.values()] if wrt is None else wrt, proof, marked, files, options.digits))
    elif options.form is not None:
        print(made)  # for a program: nothing else is printed
    else:
        reports = [_report(proof)] if options.printed else []
        reports += [] if marked is None else [str(marked)]
        print(*filter(None, [made, *reports, "\n".join(filter(None, written.values()))]), sep="\n\n")
    return 0 if proof and (marked is None or all(marked.sheets.values())) else 1


def _printed_form(
    root: Value, wrt: Sequence[Value] | None, variables: Mapping[str, Value], options: argparse.Namespace
) -> str:
    """The derivation as it is asked for, or the program; nothing for JSON, which has more in it."""
    if options.form == "json":
        return ""
    if options.form == "numpy":
        from autograd.compiler import compile  # which loads NumPy

        inputs = [] if wrt is None else [node for node in variables.values() if node not in wrt]
        return compile(root, inputs=inputs).source.rstrip()
    derivations = [explain(root, node, names=None, digits=options.digits) for node in ([None] if wrt is None else wrt)]
    return "\n\n".join([str(getattr(d, options.form) if options.form else d) for d in derivations])


def _proofread(root: Value, printed: Sequence[str], steps: Sequence[str]) -> Proof:
    """The report on printed numbers."""
    try:
        return proofread(root, [*map(_printed, printed)], names=None)
    except ValueError as error:
        unknown = re.match("no node is called ('.+?');", str(error))
        if unknown is None:
            raise ValueError(f"--printed: {error}") from None
        raise ValueError(
            f"--printed: the expression has no step {unknown[1]}; it has {', '.join(steps)}. Name a step where you "
            "write it, as in 'z = w*x; y = tanh(z)'"
        ) from None


def _marked(root: Value, file: str) -> MarkedClass:
    """The sheets of a class, marked."""
    try:
        return proofread_class(root, file, names=None)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise ValueError(f"--class {file}: it cannot be read ({reason})") from None


def _title(text: str) -> None:
    print(coloured(text, "bold", sys.stdout), end="\n\n")


def _report(proof: Proof) -> str:
    """The table of a proof, its verdicts in colour where a terminal shows that."""
    head, *lines = str(proof).splitlines()
    column = head.rindex(words("verdict"))
    for i, finding in enumerate(proof):
        verdict = words(finding.verdict)
        rest = lines[i][column + len(verdict) :]
        lines[i] = lines[i][:column] + coloured(verdict, _VERDICTS[finding.verdict], sys.stdout) + rest
    return "\n".join([head, *lines])


# --- what is written ---------------------------------------------------------------------------------------------


def _write_all(root: Value, options: argparse.Namespace, roles: Roles | None) -> dict[Path, str]:
    """Write every file that is asked for; the result says what each is, where that is not said of the one before."""
    asked: dict[Path, str] = {}
    for option in _FILES:
        if getattr(options, option) is not None:
            path = _path(option, getattr(options, option))
            if path in asked:
                raise ValueError(f"--{asked[path]} and --{option} both write {path}; choose another name for one")
            asked[path] = option
    written: dict[Path, str] = {}
    for path, option in asked.items():
        result: _Savable
        if option in ("html", "slides", "film"):
            result = show(root, names=None, roles=roles, digits=options.digits)
        else:
            result = draw(root, names=None, roles=roles, digits=options.digits)
        _write(result, option, path, _FILES[option].mark)
        written[path] = words(_FILES[option].written, file=path)
    if options.worksheet is not None:
        path = Path(options.worksheet)
        beside = path.with_stem(f"{path.stem}-solution") if path.name else path
        sheet = worksheet(root, names=None, wrt=options.wrt, digits=options.digits)
        for target in (path, beside):
            _check_target(target, "worksheet", b"chainrule")
        _write(sheet, "worksheet", path, b"chainrule")
        _write(sheet.solution, "worksheet", beside, b"chainrule")
        written |= {path: words("worksheet_is_written", file=path, solution=beside), beside: ""}
    return written


def _path(option: str, file: str) -> Path:
    """Where an option's file goes: its ending is added where there is none, and must be the right one."""
    path, ending = Path(file), _FILES[option].ending
    if option == "html" and path.suffix.lower() in ("", ".html", ".htm"):
        return page_path(file)
    if not path.name:
        raise ValueError(f"--{option} needs a name, such as --{option} graph{ending}, not {file!r}")
    if path.exists() and not path.is_file():  # a folder or a device is meant as it is named
        return path
    if path.suffix.lower() not in ("", ending):
        other = next((name for name, kind in _FILES.items() if kind.ending == path.suffix.lower()), None)
        hint = f"--{option} {path.with_suffix(ending)}{f', or --{other} {path}' if other else ''}"
        raise ValueError(f"--{option} writes {ending}, and {file!r} ends otherwise; write {hint}")
    return path if path.suffix else path.with_suffix(ending)


def _write(result: _Savable, option: str, path: Path, mark: bytes) -> None:
    _check_target(path, option, mark)
    try:
        result.save(path)
    except OSError as error:
        raise ValueError(f"{path} cannot be written ({error.strerror}); choose another name with --{option}") from None


def _check_target(path: Path, option: str, mark: bytes) -> None:
    """Nothing is written over, except an earlier file of the kind; nor where the derivation is printed."""
    try:
        if is_standard_output(path):
            raise ValueError(f"{path} is where the derivation is printed; choose a file with --{option}")
        if path.is_file() and (held := path.read_bytes()) and mark not in held:
            raise ValueError(
                f"{path} holds something else and is left as it is; remove it, or choose another name with --{option}"
            )
    except OSError as error:
        raise ValueError(f"{path} cannot be written ({error.strerror}); choose another name with --{option}") from None


# --- what is read ------------------------------------------------------------------------------------------------


def _values(assignments: Sequence[str]) -> dict[str, Value]:
    """A labelled Value for each ``name=number`` argument."""
    values: dict[str, Value] = {}
    for assignment in assignments:
        name, sign, number = assignment.partition("=")
        name = _name(name)
        if not sign or not name.isidentifier():
            raise ValueError(
                f"{assignment!r} gives no variable a value; write name=number, such as x=1, and the "
                "expression in quotes"
            )
        if name in values:
            raise ValueError(f"{assignment}: {name} has the value {values[name].data:g} already")
        try:
            values[name] = Value(as_number(float(number.replace("−", "-")), name), label=name)
        except ValueError:
            instead = number.replace(",", ".") if re.fullmatch(r"[-−]?\d+,\d+", number) else "1.5"
            raise ValueError(f"{assignment}: {number!r} is not a number; write {name}={instead}") from None
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
    print(coloured("error:", "red", sys.stderr), message, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(as_program())
