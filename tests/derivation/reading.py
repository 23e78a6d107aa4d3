"""Reads what a derivation wrote, as a reader does: text, LaTeX, MathML and Typst become numbers again.

An equation that is shown has to hold at the digits that are shown. So each side is worked out from what stands there,
names at their numbers, and every number that may have been rounded is moved by half a unit of its last digit: the
sides have to agree within that, and within five units of the last digit.
"""

from __future__ import annotations

import copy
import itertools
import math
import re
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple
from xml.etree import ElementTree

from mpmath import mp, mpf

from autograd import Value, topological_order
from autograd.derivation.explain import Derivation
from autograd.derivation.styles import LATEX, MATHML, TEXT, TYPST, Style
from autograd.derivation.words import LANGUAGES
from autograd.engine import scalar
from autograd.engine.primitives import PRIMITIVES
from tests.agreement import formulas

FUNCTIONS: dict[str, Callable[..., mpf]] = {
    # a row goes by its name where its formula has no value, as 0*log(0)
    **{op.notation: lambda *a, op=op: mpf(op.value(scalar, *map(float, a))) for op in PRIMITIVES},
    **formulas.FUNCTIONS,
    **{f"arc{name}": formulas.FUNCTIONS[f"a{name}"] for name in ("sin", "cos", "tan")},  # as LaTeX calls them
    "σ": formulas.FUNCTIONS["sigmoid"],
    "stop": lambda a: a,
    "atan2": lambda a, b: formulas.FUNCTIONS["atan2"](a, b) if a or b > 0 else mp.nan,  # no sign of a 0 is shown
    "softmax": lambda *a: mp.fsum([mp.exp(x) for x in a]),  # what one of several results is divided by
}


class Unreadable(Exception):
    """A side with dots in it, or with a name that the derivation invented: nobody can work it out alone."""


class Rounded(NamedTuple):
    """A number as it is shown, and half a unit of its last digit if it may have been rounded."""

    value: mpf
    half: mpf


def shown(digits: str, significant: int) -> Rounded:
    """A number from its digits; one with fewer digits than are shown is exact."""
    plain = digits.replace("−", "-")
    mantissa, _, exponent = plain.partition("e")
    n = len(mantissa.lstrip("-").replace(".", "").lstrip("0"))
    unit = mpf(10) ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
    return Rounded(mpf(plain), unit / 2 if n >= significant else mpf(0))


# --- one line of text ----------------------------------------------------------------------------------------------

_NUMBER = r"\d+(?:\.\d+)?(?:e[−-]?\d+)?|∞|inf|nan"
_RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


class Side:
    """One side of an equation, parsed.

    Arguments:
        line: the side, as plain text has it.
        names: the number of each name, as it is written.
        slope: what the derivative of one name by another may be, given its sign, d or ∂.
        significant: how many digits are shown.
    """

    def __init__(
        self,
        line: str,
        names: Mapping[str, float],
        slope: Callable[[str, str, str], Sequence[float]],
        significant: int = 4,
    ) -> None:
        self.names = names = {"π": math.pi, **names}
        words = "|".join(sorted(map(re.escape, [*names, *FUNCTIONS]), key=len, reverse=True))
        derivative = rf"(?P<d>[d∂])(?P<of>{words})/[d∂](?P<by>{words})"
        self._token = re.compile(
            rf"\s*(?:{derivative}(?![\w])|(?P<number>{_NUMBER})|(?P<word>{words})(?![a-zA-Z\d])|(?P<raised>[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)"
            r"|(?P<if>if\b)|(?P<else>else\b)|(?P<unknown>v\s*\[?\s*\d)|(?P<sign>.))"
        )
        self.line = line
        self.is_symbolic = False  # a name stands for a number of which a float has 16 digits
        self.slope = slope
        self.significant = significant
        self.numbers: list[Rounded] = []
        self._tokens = self._read(re.sub("[₀-₉]+", lambda below: f"[{below[0].translate(_LOWERED)}]", line.strip()))
        self._at = 0
        if [kind for kind, _ in self._tokens] == ["slope"] and self._tokens[0][1][0] == "d":
            self._tokens = [("slope", ("lone", *self._tokens[0][1][1:]))]
        self.tree = self._choice()
        if self._at < len(self._tokens):
            raise ValueError(f"{line!r} goes on after {self._tokens[: self._at]}")

    def _read(self, line: str) -> list[tuple[str, Any]]:
        tokens: list[tuple[str, Any]] = []
        at = 0
        while at < len(line):
            match = self._token.match(line, at)
            assert match is not None, line[at:]
            at = match.end()
            kind = match.lastgroup or ""
            if match["d"]:
                tokens.append(("slope", (match["d"], match["of"], match["by"])))
            elif kind == "unknown" or (kind == "sign" and match["sign"] in "…⋮"):
                raise Unreadable(line)
            else:
                tokens.append((kind, match[kind]))
        return tokens

    def _next(self, *signs: str) -> bool:
        """Whether one of these comes next; it is taken."""
        found = self._peek() in [("sign", sign) for sign in signs]
        self._at += found
        return found

    def _peek(self) -> tuple[str, Any]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", None)

    def _demand(self, sign: str) -> None:
        if not self._next(sign):
            raise ValueError(f"{sign!r} expected in {self.line!r} at {self._tokens[self._at :]}")

    def _choice(self) -> Any:
        chosen = self._sum()
        if self._peek()[0] != "if":
            return chosen
        self._at += 1
        left = self._sum()
        sign = self._peek()[1]
        self._at += 1
        right = self._sum()
        if self._peek()[0] != "else":
            raise ValueError(f"no else in {self.line!r}")
        self._at += 1
        return ("if", sign, left, right, chosen, self._choice())

    def _sum(self) -> Any:
        terms = [("−", self._product())] if self._next("−", "-") else [self._product()]
        while True:
            if self._next("+"):
                terms.append(self._product())
            elif self._next("−", "-"):
                terms.append(("−", self._product()))
            else:
                return terms[0] if len(terms) == 1 else ("+", *terms)

    def _product(self) -> Any:
        a = self._row()
        while True:
            if self._next("·"):
                a = ("·", a, ("−", self._row()) if self._next("−") else self._row())
            elif self._next("/"):
                a = ("/", a, self._power())
            else:
                return a

    def _row(self) -> Any:
        a = self._power()
        while self._peek()[0] in ("number", "word", "slope") or self._peek() in [
            ("sign", "("),
            ("sign", "√"),
            ("sign", "|"),
        ]:
            if self._peek() == ("sign", "|") and self._open_bars:
                break
            a = ("·", a, self._power())
        return a

    _open_bars = 0

    def _power(self) -> Any:
        base = self._atom()
        kind, what = self._peek()
        if kind == "raised":
            self._at += 1
            return ("^", base, ("exact", mpf(what.translate(_RAISED))))
        if self._next("^"):
            return ("^", base, ("−", self._atom()) if self._next("−") else self._atom())
        return base

    def _atom(self) -> Any:
        kind, what = self._peek()
        self._at += 1
        if kind == "number":
            if what in ("inf", "∞", "nan"):
                return ("exact", mpf("nan" if what == "nan" else "inf"))
            self.numbers.append(shown(what, self.significant))
            return ("number", len(self.numbers) - 1)
        if kind == "slope":
            return ("slopes", *map(mpf, self.slope(*what)))
        if kind == "word" and (what in self.names and not (what in FUNCTIONS and self._peek() == ("sign", "("))):
            x = mpf(self.names[what])
            self.numbers.append(Rounded(x, abs(x) * mpf(2) ** -52))
            self.is_symbolic = True
            return ("number", len(self.numbers) - 1)
        if kind == "word":
            index = self._index()
            self._demand("(")
            arguments = [self._choice()]
            while self._next(","):
                arguments.append(self._choice())
            self._demand(")")
            call = ("call", what, *arguments)
            return call if index is None else ("/", ("call", "exp", arguments[index - 1]), call)
        if (kind, what) == ("sign", "("):
            bars, self._open_bars = self._open_bars, 0
            inside = self._choice()
            self._open_bars = bars
            self._demand(")")
            return inside
        if (kind, what) == ("sign", "√"):
            return ("call", "sqrt", self._atom())
        if (kind, what) == ("sign", "|"):
            self._open_bars += 1
            inside = self._choice()
            self._open_bars -= 1
            self._demand("|")
            return ("call", "abs", inside)
        raise ValueError(f"{what!r} in {self.line!r} cannot be read")

    def meanings(self) -> list[Side]:
        """The side in each of its meanings: a ∂ may be taken along one step or along all paths."""
        found = []
        for tree in _meanings(self.tree):
            side = copy.copy(self)
            side.tree = tree
            found.append(side)
        return found

    def _index(self) -> int | None:
        """Which of several results this is, counted from 1: a whole number in brackets, if there is one."""
        if not self._next("["):
            return None
        self._at += 1
        index = int(self._tokens[self._at - 1][1])
        self._demand("]")
        return index

    # --- what it is worth --------------------------------------------------------------------------------------------

    def worth(self, numbers: Sequence[mpf] | None = None) -> mpf:
        """The number, from the numbers as they are shown."""
        try:
            y = _worth(self.tree, [x.value for x in self.numbers] if numbers is None else numbers)
        except (ZeroDivisionError, ValueError):  # a pole, or a logarithm of 0
            return mp.nan
        return y if isinstance(y, mpf) else mp.nan

    def doubt(self) -> mpf:
        """By how much it may be off for the rounding of what is shown, and of what is computed on the way."""
        here, middle = [x.value for x in self.numbers], self.worth()
        with mp.workdps(40):
            total = abs(self.worth() - middle)
        for i, x in enumerate(self.numbers):
            if x.half:
                total += max(
                    abs(self.worth([*here[:i], x.value + s * x.half, *here[i + 1 :]]) - middle) for s in (-1, 1)
                )
        return total


def _meanings(tree: Any) -> list[Any]:
    if not isinstance(tree, tuple):
        return [tree]
    if tree[0] == "slopes":
        return [("exact", slope) for slope in dict.fromkeys(tree[1:])]
    return [tuple(parts) for parts in itertools.product(*map(_meanings, tree))]


def _worth(tree: Any, numbers: Sequence[mpf]) -> mpf:
    kind, *parts = tree
    match kind:
        case "exact":
            return parts[0]
        case "slopes":
            return parts[0]
        case "number":
            return numbers[parts[0]]
        case "if":
            sign, left, right, chosen, otherwise = parts
            a, b = _worth(left, numbers), _worth(right, numbers)
            return _worth(chosen if formulas.SIGNS[sign](a, b) else otherwise, numbers)
        case "call":
            arguments = [_worth(part, numbers) for part in parts[1:]]
            return FUNCTIONS[parts[0]](*arguments) if all(abs(a) < formulas.FARTHEST for a in arguments) else mp.nan
    values = [_worth(part, numbers) for part in parts]
    match kind:
        case "−":
            return -values[0]
        case "+":
            return mp.fsum(values)
        case "·":
            return values[0] * values[1]
        case "/":
            return values[0] / values[1]
    base, exponent = values
    return base**exponent if not base or abs(exponent * mp.log(abs(base))) < formulas.FARTHEST else mp.nan


# --- equations ------------------------------------------------------------------------------------------------------


def false_equations(lines: Sequence[Sequence[Side]]) -> list[str]:
    """What is wrong with equations: each a list of sides.

    Two sides next to each other agree within what their rounded numbers leave open, and within some units of the last
    digit that is shown.
    """
    found = []
    for sides in lines:
        for a, b in itertools.pairwise(sides):
            faults = [_fault(x, y) for x in a.meanings() for y in b.meanings()]
            if all(faults):
                found.append(faults[0])
    return found


def _fault(a: Side, b: Side) -> str:
    """What is wrong with a = b; empty if it holds."""
    (x, dx), (y, dy) = [(side.worth(), side.doubt()) for side in (a, b)]
    if not all(map(mp.isfinite, (x, y, dx, dy))):  # infinities, poles
        return ""
    size = max(abs(x), abs(y))
    if abs(x - y) <= sys.float_info.min:  # what a float has no digits for, or nothing
        return ""
    if abs(x - y) > 1.001 * (dx + dy) + mpf("1e-9") * size:
        return f"{a.line} = {b.line}: {mp.nstr(x, 8)} is not {mp.nstr(y, 8)}"
    if not (a.is_symbolic or b.is_symbolic) and abs(x - y) > 1.01 * min(5.0 * 10.0 ** (1 - a.significant), 0.1) * size:
        return f"{a.line} = {b.line}: from the numbers shown, {mp.nstr(x, 8)} and {mp.nstr(y, 8)}"
    return ""


# --- LaTeX, Typst and MathML become a line of text -------------------------------------------------------------------

_LATEX_WORDS = {
    r"\cdot": " · ",
    r"\,": " ",
    r"\ ": " ",
    r"\left(": "(",
    r"\right)": ")",
    r"\bigl(": "(",
    r"\bigr)": ")",
    r"\geq": "≥",
    r"\leq": "≤",
    r"\neq": "≠",
    r"\infty": "∞",
    r"\mathrm{if}": "if",
    r"\mathrm{else}": "else",
    r"\partial": "∂",
    r"\mathrm{d}": "d",
    r"\pi": "π",
    r"\ldots": "…",
    r"\log_{2}": "log2",
    r"\log_{10}": "log10",
    r"\sigma": "σ",
}


def text_of_latex(latex: str, names: Sequence[str]) -> str:
    """A formula in LaTeX as a line of text; names are put back as they stand in text."""
    return _with_names(_Latex(_without_names(latex, names, LATEX), names).text(), names)


def text_of_typst(typst: str, names: Sequence[str]) -> str:
    """A formula in Typst as a line of text; names are put back as they stand in text."""
    return _with_names(_Typst(_without_names(typst, names, TYPST), names).text(), names)


def _without_names(formula: str, names: Sequence[str], style: Style) -> str:
    for name in sorted(names, key=lambda name: -len(style.name(name))):
        if style.name(name) != name or len(name) > 1:
            formula = formula.replace(style.name(name), f"⟦{names.index(name)}⟧")
    return formula


def _with_names(line: str, names: Sequence[str]) -> str:
    return re.sub(r"⟦(\d+)⟧", lambda m: TEXT.name(names[int(m[1])]), line)


class _Tokens(ABC):
    """Reads one token after the other, and groups in brackets, as text."""

    def __init__(self, tokens: list[str], names: Sequence[str]) -> None:
        self.tokens = tokens
        self.e_is_a_name = "e" in names
        self.at = 0

    def text(self, end: str = "") -> str:
        found = ""
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            if token == end:
                return found
            found += self._one(token)
        return found

    @abstractmethod
    def _one(self, token: str) -> str:
        """The text of what begins with this token."""

    def _is_power_of_e(self, token: str) -> bool:
        return token == "e" and not self.e_is_a_name and self.tokens[self.at : self.at + 1] == ["^"]


class _Latex(_Tokens):
    def __init__(self, latex: str, names: Sequence[str]) -> None:
        signs = r"\\(?:left|right)[(|)]|\\big[lr][()]|\\log_\{(?:2|10)\}|\\mathrm\{\w+\}|\\[a-zA-Z]+|\\."
        tokens = signs + r"|⟦\d+⟧|\d+(?:\.\d+)?|\s+|."
        super().__init__(re.findall(tokens, latex), names)

    def _group(self) -> str:
        while self.tokens[self.at].isspace():
            self.at += 1
        self.at += 1
        return self.text("}")

    def _one(self, token: str) -> str:
        if self._is_power_of_e(token):
            self.at += 1
            return f" exp({self._group()})"
        if token == r"\frac":
            above, below = self._group().strip(), self._group().strip()
            slope = re.fullmatch(r"[d∂]\s*(.*)", above), re.fullmatch(r"[d∂]\s*(.*)", below)
            if slope[0] and slope[1] and above[1:2] not in "(":
                return f" {above[0]}{slope[0][1]}/{below[0]}{slope[1][1]} "
            return f"(({above})/({below}))"
        if token == r"\sqrt":
            return f"√({self._group()})"
        if token in (r"\left|", r"\right|"):
            return "|"
        if token == "^":
            inside = self._group()
            return f"^({inside})"
        if token == "{":
            return self.text("}")
        if token == "_":
            return f"[{self._group()}]"
        word = re.fullmatch(r"\\mathrm\{(\w+)\}", token)
        if token in _LATEX_WORDS:
            return _LATEX_WORDS[token]
        if word:
            return f" {word[1]}"
        if token.startswith("\\") and token[1:].isalpha():
            return f" {token[1:]}"
        return {"-": "−", "&": " ", "\n": " "}.get(token, token)


class _Typst(_Tokens):
    def __init__(self, typst: str, names: Sequence[str]) -> None:
        tokens = r'"(?:[^"\\]|\\.)*"|\\.|[a-zA-Z]{2,}|⟦\d+⟧|\d+(?:\.\d+)?|\s+|.'
        super().__init__(re.findall(tokens, typst, re.DOTALL), names)

    def _group(self, end: str = ")") -> str:
        self.at += self.tokens[self.at] == "("
        return self.text(end).strip()

    def _one(self, token: str) -> str:
        match token:
            case "frac":
                above, below = self._group(","), self._group()
                slope = re.fullmatch(r"([d∂])\s*(\S+)/([d∂])\s*(\S+)", f"{above}/{below}")
                if slope:
                    return f" {slope[1]}{slope[2]}/{slope[3]}{slope[4]} "
                return f"(({above})/({below}))"
            case "sqrt":
                return f"√({self._group()})"
            case "abs":
                return f"|{self._group()}|"
            case "op":
                name = f" {self._group()}"
                self.at += self.at < len(self.tokens) and self.tokens[self.at] == " "
                return name
            case "upright":
                return self._group()
            case "_":
                index = self._group()
                self.at += self.at < len(self.tokens) and self.tokens[self.at] == " "
                return index if "".join(self.tokens[: self.at]).endswith(f'op("log")_({index}) ') else f"[{index}]"
            case "^":
                return f"^({self._group()})"
            case "(":
                return f"({self.text(')').strip()})"
            case "e" if self._is_power_of_e(token):
                self.at += 1
                return f" exp({self._group()})"
            case "thin" | "quad":
                return " "
        if token.startswith('"'):
            return f" {token[1:-1]}"
        return {"-": "−", "⋅": " · ", "\\/": "/", "\\(": "(", "\\)": ")", "\n": " "}.get(token, token)


def sides_of_latex(latex: str) -> list[list[str]]:
    """The sides of each equation of the environments, in LaTeX."""
    return _sides(re.findall(r"\\begin\{align.*?\n(.*?)\n\\end\{align", latex, re.DOTALL), " \\\\\n", LATEX)


def sides_of_typst(typst: str) -> list[list[str]]:
    """The sides of each equation of the blocks, in Typst."""
    return _sides(re.findall(r"^\$ (.*?) \$$", typst, re.DOTALL | re.MULTILINE), " \\\n  ", TYPST)


def _sides(pieces: Sequence[str], end_of_line: str, style: Style) -> list[list[str]]:
    """The sides of equations that may go on, on lines of their own, with a sign of equality or an indent."""
    rows: list[list[str]] = []
    for line in [line for piece in pieces for line in piece.split(end_of_line)]:
        first, *cells = re.split(r" &+", line)
        cells = cells or ([] if style.more_rows in first else [first])
        if cells and cells[0].startswith(style.indent):
            rows[-1][-1] += cells[0].removeprefix(style.indent)
        elif cells and not cells[0].startswith("= "):
            rows.append(cells)
        elif cells:
            rows.append([first, *[cell.removeprefix("= ") for cell in cells]])
    return rows


def text_of_mathml(element: ElementTree.Element, names: Sequence[str]) -> str:
    """A formula in MathML as a line of text."""
    by_look = {MATHML.name(name): TEXT.name(name) for name in names}
    return _text_of(
        element, {ElementTree.tostring(ElementTree.fromstring(look)): name for look, name in by_look.items()}
    )


def _text_of(element: ElementTree.Element, names: Mapping[bytes, str]) -> str:
    tag = element.tag.rpartition("}")[2]
    look = re.sub(rb'ns0:|:ns0| xmlns="[^"]*"| xmlns:ns0="[^"]*"', b"", ElementTree.tostring(element))
    if look in names:
        return f" {names[look]} "
    parts = [_text_of(child, names) for child in element]
    match tag:
        case "mfrac":
            slopes = [re.fullmatch(r"\s*([d∂])\s*(\S+)\s*", part) for part in parts]
            if all(slopes):
                return " " + "/".join([f"{slope[1]}{slope[2]}" for slope in slopes if slope]) + " "
            return f"(({parts[0]})/({parts[1]}))"
        case "msqrt":
            return f"√({''.join(parts)})"
        case "msup":
            return (
                f" exp({parts[1]})"
                if element[0].tag.endswith("mi") and element[0].text == "e"
                else f"{parts[0]}^({parts[1]})"
            )
        case "msub":
            index = parts[1].strip()
            return f" {parts[0].strip()}{index}" if parts[0].strip() == "log" else f"{parts[0]}[{index}]"
    signs = {"\u2062": " ", "\u2061": "", "·": " · ", "\u00a0": " "}
    own = element.text or ""
    for sign, plain in signs.items():
        own = own.replace(sign, plain)
    return (f" {own}" if tag in ("mi", "mtext") else own) + "".join(parts)


def sides_of_mathml(math_element: str, names: Sequence[str]) -> list[list[str]]:
    """The sides of each equation of a table in MathML, as lines of text."""
    rows = [row for row in ElementTree.fromstring(math_element).iter() if row.tag.endswith("}mtr")]
    lines = [[text_of_mathml(cell, names).strip() for cell in row] for row in rows]
    return [[side for side in line if side != "="] for line in lines if len(line) > 1]


# --- derivations ------------------------------------------------------------------------------------------------------


def in_english(written: str, language: str) -> str:
    """Formulas in one of the four ways, with a decimal point, commas between arguments, if and else."""
    catalogue = LANGUAGES[language]
    if catalogue["decimal_mark"] == ",":
        written = written.replace('","', ".")  # Typst
        written = re.sub(r"(\d)(?:\{,\}|,)(\d)", r"\1.\2", written)
        written = re.sub(r"(?<=<mo>);(?=</mo>)|(?<![#&\w]);(?= )|(?<=[\w)}\"]);(?= )", ",", written)
    for word in ("else", "if"):  # "si no" before "si"
        theirs = re.escape(catalogue[word]).replace(r"\ ", r"(?: |\\ )")
        written = re.sub(rf"\b{theirs}\b", word, written)
    return written


def said_by(derivation: Derivation, names: Mapping[str, Value]) -> Iterator[tuple[str, list[list[Side]]]]:
    """What a derivation says in each of the four ways of writing: its equations, each as its sides.

    Arguments:
        derivation: what `explain` gave.
        names: what each name means; the result's included.
    """
    written = {TEXT.name(name): node for name, node in names.items()}
    numbers = {name: node.data for name, node in written.items()}

    def slope(sign: str, of: str, by: str) -> list[float]:
        along_all = derivative(written[of], written[by])
        return [along_all] if sign == "d" else [derivative(written[of], written[by], set(names.values())), along_all]

    said, in_latex, in_typst, in_mathml = (
        in_english(line, derivation.language)
        for line in (str(derivation), derivation.latex, derivation.typst, derivation.mathml)
    )
    text = [row.split(" = ") for row in said.splitlines() if " = " in row]
    latex = [[text_of_latex(side, list(names)) for side in row] for row in sides_of_latex(in_latex)]
    typst = [[text_of_typst(side, list(names)) for side in row] for row in sides_of_typst(in_typst)]
    mathml = sides_of_mathml(in_mathml, list(names))
    for style, rows in ("text", text), ("LaTeX", latex), ("Typst", typst), ("MathML", mathml):
        lines: list[list[Side]] = []
        before: list[Side] = []
        for row in rows:
            sides = [] if row[0].strip() else before  # what continues the row before
            for side in filter(None, map(str.strip, row)):
                with suppress(Unreadable):
                    sides.append(Side(side, numbers, slope, derivation.digits))
            if sides:
                lines.append(sides)
            before = sides[-1:]
        yield style, lines


def derivative(of: Value, by: Value, ends: Collection[Value] = ()) -> float:
    """The derivative along all paths; or along those alone that pass none of ``ends``."""
    slopes = {of: 1.0}
    for node in reversed(topological_order(of)):
        if node in slopes and (node is of or node not in ends):
            for parent, partial in zip(node.parents, node.partials, strict=True):
                slopes[parent] = slopes.get(parent, 0.0) + slopes[node] * partial
    return slopes.get(by, 0.0)
