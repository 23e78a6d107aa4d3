"""Four styles of writing, text, LaTeX, MathML and Typst: each puts pieces together.

The pieces come from `autograd.derivation.writing`, which knows what a formula means and where it needs parentheses; a
style knows how a name, a fraction or a square root looks. What was put together has marks where a line may be broken;
`autograd.derivation.writing` takes them out again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from html.entities import codepoint2name
from itertools import pairwise
from typing import Final
from unicodedata import normalize

from autograd.derivation.words import words, written
from autograd.engine.primitives import PRIMITIVES

# --- names -------------------------------------------------------------------------------------------------------

LONGEST_NAME = 40
_JOINERS = "\u200c\u200d"  # without a look of their own: they join emoji, and part the letters of Persian
_HAT = "\u0302"
_RAISED = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"
_LOWER: Final = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_RAISE: Final = str.maketrans("-−0123456789", f"⁻{_RAISED}")
_GREEK: Final = {codepoint2name[ord(letter)]: letter for letter in "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ"}
_GREEK_COMMANDS: Final = {letter: f"\\{name}" for name, letter in _GREEK.items()}
_NAME = re.compile(
    r"(?P<letters>[^\W\d_]+)(?:_?(?P<digits>\d+(?:,\d+)*))?(?:_(?P<more>[^\W_]+(?:_[^\W_]+)*))?"
    r"(?P<indices>(?:\[[\w,]+\])*)(?P<copy>#\d+)?"
)
_LATEX_SIGNS: Final = {
    **{sign: f"\\{sign}" for sign in "{}$&#%_"},
    "\\": r"\backslash ",
    "^": r"{\wedge}",
    "~": r"{\sim}",
    " ": r"\ ",
    "'": r"{\prime}",
    "`": r"{\prime}",
    '"': r"{\prime\prime}",
}


class AsWritten(str):
    """A name that is set letter by letter: an expression of Python, as ``p[0]`` or ``self.h``.

    So is a name that would look like another one: ``w_1`` beside ``w1``.
    """

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class NameParts:
    """A name taken apart: ``w11[2]`` is a w with the subscript 11 and the superscript [2]."""

    base: str
    hat: bool = False
    subscript: str = ""
    superscript: str = ""


def printable(text: str) -> str:
    r"""Text for one line: a line break, a control character or what else cannot be printed becomes a space.

    Example:
        >>> printable("a\nb")
        'a b'
    """
    return text if text.isprintable() else "".join([c if c.isprintable() or c in _JOINERS else " " for c in text])


def one_line(name: str) -> str:
    """A name fit for a line of text: no line breaks or control characters, and not longer than 40 characters."""
    line = printable(name[: LONGEST_NAME + 1]) if len(name) > LONGEST_NAME else printable(name)
    if len(line) > LONGEST_NAME:
        line = line[: LONGEST_NAME - 1].rstrip(_JOINERS) + "…"
    return name if line == name else type(name)(line)


def raised(digits: str) -> str:
    """Digits, and a minus sign before them, as an exponent in plain text.

    Example:
        >>> raised("-12"), raised("−12")
        ('⁻¹²', '⁻¹²')
    """
    return digits.translate(_RAISE)


def lowered(digits: str) -> str:
    """Digits as a subscript in plain text."""
    return digits.translate(_LOWER)


def name_parts(name: str) -> NameParts:
    """The parts in which mathematics writes a name: digits stand below, the number of a layer above, in brackets.

    What follows ``#`` is the number of one among several of this name; it stands below, where it is no exponent.

    Example:
        >>> name_parts("theta0")
        NameParts(base='θ', hat=False, subscript='0', superscript='')
        >>> name_parts("b[2]")
        NameParts(base='b', hat=False, subscript='', superscript='[2]')
        >>> name_parts(AsWritten("p[0]"))
        NameParts(base='p[0]', hat=False, subscript='', superscript='')
    """
    name = one_line(name)
    match = None if isinstance(name, AsWritten) else _NAME.fullmatch(name)
    if match is None:
        return NameParts(str(name))
    letters, digits, more, indices, copy = (part or "" for part in match.groups())
    hat = len(letters) == 4 and letters.endswith("hat")
    base = letters[0] if hat else _GREEK.get(letters, letters)
    if more == "hat" and len(base) == 1:
        hat, more = True, ""
    if len(base) > 1 and more:  # learning_rate is one word
        base, digits, more = f"{base}{digits}_{more}", "", ""
    return NameParts(base, hat, ",".join([part for part in (digits, more, copy) if part]), indices)


_ALIKE: Final = str.maketrans({"`": "'", '"': "''", "∧": "^", "∼": "~", "∖": "\\", **dict.fromkeys(_JOINERS, "")})
_BLURRED = re.compile(r"""[\s`"]""")


def look(name: str) -> tuple[str, str, str]:
    """What can be seen of a name: two that have the same look are not told apart in every style.

    Example:
        >>> look("w_1") == look("w1"), look("x_") == look("x"), look("theta") == look("θ")
        (True, False, True)
    """
    parts = name_parts(name)
    seen = (parts.base + _HAT * parts.hat, parts.subscript, parts.superscript)
    if name.isascii() and not parts.hat and not _BLURRED.search("".join(seen)):
        return seen
    base, below, above = (" ".join(normalize("NFKC", part.translate(_ALIKE)).split()) for part in seen)
    return base, below, above


# --- functions ---------------------------------------------------------------------------------------------------

_COMMANDS: Final = {op.notation: op.latex for op in PRIMITIVES if op.latex}


def _command(function: str) -> str:
    """The name of a function's command in LaTeX, without the backslash; empty if it has none."""
    return _COMMANDS.get(function, "").removeprefix("\\")


# --- four styles ------------------------------------------------------------------------------------------------


BREAK = "\v"  # a mark: here a line may be broken
BREAK_OF_FACTORS = "\f"  # the same between factors, which get a sign there


class Style:
    """How pieces are put together: as one line of plain text. The other styles replace what they do differently."""

    flat = True  # what stands above or below a line needs parentheses
    paper = False  # lines have the width of a page
    opening, closing = "(", ")"
    fixed = "(", ")"  # where a line is broken between them
    indent = "    "  # of a line that goes on with the one before
    plus, minus, times, equals, dots = " + ", " − ", " · ", " = ", "…"
    slash, more_rows = "/", "⋮"

    def number(self, digits: str) -> str:
        """A number, given by its digits with a decimal point."""
        return written(digits).replace("-", "−")

    def name(self, name: str) -> str:
        """The name of a quantity; in parentheses if it would run into what stands around it."""
        name = one_line(name)
        return name if _PLAIN_NAME.fullmatch(name) else f"({name})"

    def said(self, line: str) -> str:
        """A line of words."""
        return line

    def group(self, a: str) -> str:
        """Parentheses around it."""
        return f"({a})"

    def joined(self, parts: Sequence[str]) -> str:
        """Pieces in a row."""
        return "".join(parts)

    def beside(self, parts: Sequence[str]) -> str:
        """Factors without a sign between them. A name needs a space before it unless a short one follows a number."""
        line = parts[0]
        for left, right in pairwise(parts):
            after_number = _is_number(left)
            short = right.startswith("√") or len(right.split("^")[0].rstrip(_RAISED)) == 1
            line += BREAK_OF_FACTORS + (right if right.startswith("(") or (after_number and short) else f" {right}")
        return line

    def over(self, a: str, b: str) -> str:
        """a above b."""
        return self.divided(a, b)

    def divided(self, a: str, b: str) -> str:
        """a / b, on one line."""
        return f"{a}{self.slash}{b}"

    def power(self, base: str, exponent: str) -> str:
        """The base to the exponent."""
        if _NUMBERED.search(base):
            base = f"({base})"  # and not x#2²
        if exponent.lstrip("−").isdecimal():
            return base + raised(exponent)
        return f"{base}^{exponent}"

    def root(self, a: str) -> str:
        """The square root."""
        return f"√{a}"

    def exponential(self, exponent: str) -> str:
        """Euler's number to the exponent."""
        return self.call("exp", [exponent], None)

    def call(self, function: str, arguments: Sequence[str], index: int | None) -> str:
        """A function of arguments; ``index`` picks one of several results, counted from 1."""
        if function == "abs":
            return f"|{arguments[0]}|"
        letter = _GREEK.get(_command(function))
        which = "" if index is None else lowered(str(index))
        return f"{letter or function}{which}({_between().join(arguments)})"

    def choice(self, chosen: str, condition: str, otherwise: str) -> str:
        """One of two expressions, by a condition."""
        return f"{chosen}{BREAK} {words('if')} {condition}{BREAK} {words('else')} {otherwise}"

    def compared(self, a: str, sign: str, b: str) -> str:
        """The condition that compares a with b."""
        return f"{a} {sign} {b}"

    def derivative(self, numerator: str, denominator: str, kind: str) -> str:
        """The derivative of one quantity with respect to another, given their names; see `formulas.Derivative`."""
        d = "∂" if kind == "local" else "d"
        return f"{d}{self.name(numerator)}/{d}{self.name(denominator)}"


def _between() -> str:
    """What stands between the arguments of a function: a semicolon where a comma is the decimal mark."""
    return f"{words('list_mark')}{BREAK} "


def _is_number(written: str) -> bool:
    """Whether what was written is digits alone, with a decimal point or, as each style writes it, a comma."""
    return re.sub(r"[.,{}\"]", "", written).isdecimal()


_NUMBERED = re.compile(r"#\d+$")
_PLAIN_NAME = re.compile(r"[\w.]+(,\d+)*(\[[\w'\",]*\]|\.\w+)*(#\d+)?")


class _Latex(Style):
    """LaTeX, of the kind that MathJax, KaTeX and Matplotlib read."""

    flat = False
    paper = True
    opening, closing, fixed = r"\left(", r"\right)", (r"\bigl(", r"\bigr)")
    indent = r"\quad {}"
    minus, times = " - ", r" \cdot "
    dots, more_rows = r"\ldots", r"\vdots"

    def number(self, digits: str) -> str:
        mantissa, _, exponent = digits.partition("e")
        if mantissa.lstrip("-") in ("inf", "nan"):
            return mantissa.replace("inf", r"\infty").replace("nan", r"\mathrm{nan}")
        mantissa = written(mantissa).replace(",", "{,}")  # a comma alone has a space after it
        return mantissa + (rf" \cdot 10^{{{exponent}}}" if exponent else "")

    def name(self, name: str) -> str:
        parts = name_parts(name)
        base = _latex_word(parts.base)
        base = rf"\hat{{{base}}}" if parts.hat else base
        if parts.subscript:
            base += f"_{{{_latex_word(parts.subscript)}}}"
        return base + (f"^{{{_latex_word(parts.superscript)}}}" if parts.superscript else "")

    def said(self, line: str) -> str:
        return "".join([f"${sign}$" if (sign := _LATEX_SIGNS_OF_TEXT.get(c)) else c for c in line])

    def group(self, a: str) -> str:
        return rf"\left({a}\right)"

    def beside(self, parts: Sequence[str]) -> str:
        line = parts[0]
        for left, right in pairwise(parts):
            after_number = _is_number(left) and not right.startswith(r"\mathrm")
            line += BREAK_OF_FACTORS + (right if after_number or right.startswith(r"\left(") else rf" \, {right}")
        return line

    def over(self, a: str, b: str) -> str:
        return rf"\frac{{{a}}}{{{b}}}"

    def power(self, base: str, exponent: str) -> str:
        if base.endswith("}") and "^" in base:
            base = f"{{{base}}}"  # x^{[2]}^{3} is a mistake in LaTeX
        return f"{base}^{{{exponent}}}"

    def root(self, a: str) -> str:
        return rf"\sqrt{{{a}}}"

    def exponential(self, exponent: str) -> str:
        return f"e^{{{exponent}}}"

    def call(self, function: str, arguments: Sequence[str], index: int | None) -> str:
        inside = _between().join(arguments)
        if function == "abs":
            return rf"\left|{inside}\right|"
        name = _COMMANDS.get(function) or _latex_word(function)
        return name + (f"_{{{index}}}" if index is not None else "") + self.group(inside)

    def choice(self, chosen: str, condition: str, otherwise: str) -> str:
        if_, else_ = (words(word).replace(" ", r"\ ") for word in ("if", "else"))
        if_, else_ = (rf"{BREAK}\ \mathrm{{{word}}}\ " for word in (if_, else_))
        return f"{chosen}{if_}{condition}{else_}{otherwise}"

    def compared(self, a: str, sign: str, b: str) -> str:
        return f"{a} {_LATEX_COMPARISONS.get(sign, sign)} {b}"

    def derivative(self, numerator: str, denominator: str, kind: str) -> str:
        d = r"\mathrm{d}" if kind == "total" else r"\partial"
        a, b = (self.name(name) for name in (numerator, denominator))
        a, b = (rf"\, {name}" if name.startswith(r"\mathrm") else name for name in (a, b))
        return rf"\frac{{{d} {a}}}{{{d} {b}}}"


_LATEX_COMPARISONS = {"≥": r"\geq", "≤": r"\leq", "≠": r"\neq"}


def _latex_word(word: str) -> str:
    """A part of a name: one letter stands as it is, a Greek one by its command, anything longer upright."""
    if word in _GREEK_COMMANDS:
        return _GREEK_COMMANDS[word]
    escaped = "".join([_LATEX_SIGNS.get(c, c) for c in word])
    return escaped if len(word) == 1 or not any(c.isalpha() for c in word) else rf"\mathrm{{{escaped}}}"


_LATEX_SIGNS_OF_TEXT: Final = {
    **_LATEX_SIGNS,
    **_GREEK_COMMANDS,
    "<": "<",
    ">": ">",
    **{low: f"_{{{usual}}}" for low, usual in zip("₍₎₀₁₂₃₄₅₆₇₈₉", "()0123456789", strict=True)},
}
del _LATEX_SIGNS_OF_TEXT[" "], _LATEX_SIGNS_OF_TEXT["'"]

_WORD = "<mtext>&#xa0;{}&#xa0;</mtext>"  # with spaces that do not collapse
_MATHML_GROUP = re.compile(r"<mrow><mo[^>]*>\(")
_MATHML_WORD = re.compile(r"(<m(row|sub|sup|subsup|over)>)*<mi>[^<]{2}")


class _MathML(Style):
    """Presentation MathML: what browsers show without a script."""

    flat = False
    plus, minus, times, equals = "<mo>+</mo>", "<mo>−</mo>", "<mo>·</mo>", "<mo>=</mo>"
    dots, more_rows = "<mo>…</mo>", "<mo>⋮</mo>"

    def number(self, digits: str) -> str:
        if digits.startswith("-"):
            return f"<mrow><mo>−</mo>{self.number(digits[1:])}</mrow>"
        mantissa, _, exponent = digits.partition("e")
        number = f"<mn>{written(mantissa).replace('inf', '∞')}</mn>"
        if not exponent:
            return number
        return f"<mrow>{number}<mo>·</mo><msup><mn>10</mn>{self.number(exponent)}</msup></mrow>"

    def name(self, name: str) -> str:
        parts = name_parts(name)
        base = f"<mi>{escape(parts.base)}</mi>"
        base = f"<mover>{base}<mo>^</mo></mover>" if parts.hat else base
        subscript, superscript = (f"<mtext>{escape(part)}</mtext>" for part in (parts.subscript, parts.superscript))
        if parts.subscript and parts.superscript:
            return f"<msubsup>{base}{subscript}{superscript}</msubsup>"
        if parts.subscript:
            return f"<msub>{base}{subscript}</msub>"
        return f"<msup>{base}{superscript}</msup>" if parts.superscript else base

    def said(self, line: str) -> str:
        return f"<mtext>{escape(line)}</mtext>"

    def group(self, a: str) -> str:
        fixed = "" if "<mfrac" in a else " stretchy='false'"  # some fonts' next size is far taller than a line
        return f"<mrow><mo{fixed}>(</mo>{a}<mo{fixed}>)</mo></mrow>"

    def joined(self, parts: Sequence[str]) -> str:
        return f"<mrow>{''.join(parts)}</mrow>"

    def beside(self, parts: Sequence[str]) -> str:
        line = parts[0]
        for left, right in pairwise(parts):
            after_number = left.startswith("<mn>") and not _MATHML_WORD.match(right)
            gap = "" if after_number or _MATHML_GROUP.match(right) else " rspace='0.17em'"
            line += f"<mo{gap}>&#x2062;</mo>{right}"  # the invisible times sign
        return f"<mrow>{line}</mrow>"

    def over(self, a: str, b: str) -> str:
        return f"<mfrac>{a}{b}</mfrac>"

    def power(self, base: str, exponent: str) -> str:
        return f"<msup><mrow>{base}</mrow>{exponent}</msup>"

    def root(self, a: str) -> str:
        return f"<msqrt>{a}</msqrt>"

    def exponential(self, exponent: str) -> str:
        return f"<msup><mi>e</mi><mrow>{exponent}</mrow></msup>"

    def call(self, function: str, arguments: Sequence[str], index: int | None) -> str:
        inside = f"<mo>{words('list_mark')}</mo>".join(arguments)
        if function == "abs":
            return f"<mrow><mo>|</mo>{inside}<mo>|</mo></mrow>"
        command = _command(function)
        base, _, subscript = command.partition("_")  # log_{2}
        name = f"<mi>{_GREEK.get(base) or base or escape(function)}</mi>"
        name = f"<msub>{name}<mn>{subscript.strip('{}')}</mn></msub>" if subscript else name
        name = name if index is None else f"<msub>{name}<mn>{index}</mn></msub>"
        return f"<mrow>{name}<mo>&#x2061;</mo>{self.group(inside)}</mrow>"  # the invisible sign of application

    def choice(self, chosen: str, condition: str, otherwise: str) -> str:
        return f"<mrow>{chosen}{_WORD.format(words('if'))}{condition}{_WORD.format(words('else'))}{otherwise}</mrow>"

    def compared(self, a: str, sign: str, b: str) -> str:
        return f"<mrow>{a}<mo>{escape(sign)}</mo>{b}</mrow>"

    def derivative(self, numerator: str, denominator: str, kind: str) -> str:
        d = "<mi>d</mi>" if kind == "total" else "<mo>∂</mo>"
        a, b = (f"<mrow>{d}{self.name(name)}</mrow>" for name in (numerator, denominator))
        return f"<mfrac>{a}{b}</mfrac>"


class _Typst(Style):
    """Mathematics of Typst."""

    flat = False
    paper = True
    fixed = r"\(", r"\)"
    indent = 'quad "" '
    minus, times, slash = " - ", " ⋅ ", r" \/ "

    def number(self, digits: str) -> str:
        mantissa, _, exponent = digits.partition("e")
        mantissa = written(mantissa).replace("inf", "∞").replace("nan", '"nan"')
        mantissa = mantissa.replace(",", '","')  # a comma that is not quoted parts arguments
        return f"{mantissa} ⋅ 10^({exponent})" if exponent else mantissa

    def name(self, name: str) -> str:
        parts = name_parts(name)
        base = f"hat({_typst_word(parts.base)})" if parts.hat else _typst_word(parts.base)
        if parts.subscript:
            base += f"_({_typst_word(parts.subscript)})"
        return base + (f"^({_typst_word(parts.superscript)})" if parts.superscript else "")

    def said(self, line: str) -> str:
        return re.sub(r"([^\w\s.,:;()!?]|_)", r"\\\1", line)

    def beside(self, parts: Sequence[str]) -> str:
        line = parts[0]
        for left, right in pairwise(parts):
            after_number = _is_number(left) and not right.startswith('"')
            line += BREAK_OF_FACTORS + (f" {right}" if after_number or right.startswith("(") else f" thin {right}")
        return line

    def over(self, a: str, b: str) -> str:
        return f"frac({a}, {b})"

    def power(self, base: str, exponent: str) -> str:
        return f"({base})^({exponent})" if "^" in base and not base.startswith("(") else f"{base}^({exponent})"

    def root(self, a: str) -> str:
        return f"sqrt({a})"

    def exponential(self, exponent: str) -> str:
        return f"e^({exponent})"

    def call(self, function: str, arguments: Sequence[str], index: int | None) -> str:
        if function == "abs":
            return f"abs({arguments[0]})"
        base, _, subscript = _command(function).partition("_")  # log_{2}
        name = _GREEK.get(base) or (f'op("{base}")' if base else f"op({_quoted(function)})")
        subscript = subscript.strip("{}") or ("" if index is None else str(index))
        return name + (f"_({subscript})" if subscript else "") + f" ({_between().join(arguments)})"

    def choice(self, chosen: str, condition: str, otherwise: str) -> str:
        if_, else_ = (f'{BREAK} " {words(word)} " ' for word in ("if", "else"))
        return f"{chosen}{if_}{condition}{else_}{otherwise}"

    def derivative(self, numerator: str, denominator: str, kind: str) -> str:
        d = "upright(d)" if kind == "total" else "∂"
        a, b = (self.name(name) for name in (numerator, denominator))
        a, b = (f"thin {name}" if name.startswith('"') else name for name in (a, b))
        return f"frac({d} {a}, {d} {b})"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", r"\\").replace('"', r"\"") + '"'


def _typst_word(word: str) -> str:
    """A part of a name: a letter or digits stand as they are, anything else upright, in quotation marks."""
    plain = (len(word) == 1 and word.isalpha()) or (word.isascii() and word.isdecimal())
    return word if plain else _quoted(word)


class _Ruler(Style):
    """A line of text that is about as long as mathematics is on paper."""

    def number(self, digits: str) -> str:
        return digits.replace("e", " · 10")

    def name(self, name: str) -> str:
        parts = name_parts(name)
        return parts.base + max(parts.subscript, parts.superscript, key=len)

    def over(self, a: str, b: str) -> str:
        return max(a, b, key=len)

    def exponential(self, exponent: str) -> str:
        return f"e{exponent}"

    def derivative(self, numerator: str, denominator: str, kind: str) -> str:
        return "∂" + max(self.name(numerator), self.name(denominator), key=len)


TEXT: Final = Style()
LATEX: Final = _Latex()
MATHML: Final = _MathML()
TYPST: Final = _Typst()
RULER: Final = _Ruler()
