"""Formulas: reading the table's textbook strings, simplifying as on paper, writing as text, LaTeX and MathML."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.derivation.formulas import (
    Chain,
    Choice,
    Derivative,
    Expression,
    Number,
    Power,
    Sum,
    Symbol,
    add,
    call,
    choose,
    divide,
    evaluate,
    factored,
    formula,
    multiply,
    names_in,
    negative,
    number,
    power,
    put_in,
    size,
    symbols,
)
from autograd.derivation.styles import LATEX, MATHML, TEXT, TYPST, AsWritten, name_parts, one_line
from autograd.derivation.writing import (
    Table,
    latex,
    latex_of_tables,
    mathml,
    mathml_of_tables,
    significant,
    text,
    text_of_tables,
    typst_of_tables,
)
from autograd.engine import primitives, scalar

LETTERS = {letter: Symbol(letter) for letter in "abcdhntxyz"}
HOSTILE = [
    "a$b", "\\frac{", "{}", "}", "%", "#&~^_", "\"'`", "<b>&amp;", "</math><script>", "a\nb", "\x00\x07", "日本",
    "x" * 10_000, "  ", "-1", "1+1", "a|b", "x[a]b[", "w'", "_a", "\u202eabc", "w\u0301", "\ud800", "[", "z^2",
]  # fmt: skip


def read(source: str) -> Expression:
    return formula(source, LETTERS)


# --- numbers ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "digits", "written"),
    [
        (1.0, 4, "1"),
        (0.3, 4, "0.3"),
        (-0.0, 4, "0"),
        (0.2350037122015945, 4, "0.2350"),
        (-0.007985111280717317, 4, "-0.007985"),
        (0.0705011, 4, "0.07050"),
        (0.5600000000000001, 4, "0.56"),
        (0.1 + 0.2, 4, "0.3"),
        (1.2e-9, 4, "1.2e-9"),
        (1.23456e-9, 4, "1.235e-9"),
        (0.0001, 4, "0.0001"),
        (0.00001, 4, "1e-5"),
        (9.99996, 4, "10.00"),
        (0.00099999, 4, "0.001000"),
        (12345.678, 4, "12346"),
        (1140.0, 4, "1140"),
        (999999.7, 4, "1.000e6"),
        (1e6, 4, "1e6"),
        (-2.5e300, 4, "-2.5e300"),
        (math.pi, 1, "3"),
        (math.pi, 8, "3.1415927"),
        (5e-324, 4, "4.941e-324"),
        (math.inf, 4, "inf"),
        (-math.inf, 4, "-inf"),
        (math.nan, 4, "nan"),
    ],
)
def test_significant_digits(x: float, digits: int, written: str) -> None:
    assert significant(x, digits) == written


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(1, 12))
def test_significant_digits_keep_the_number_to_that_many(x: float, digits: int) -> None:
    written = float(significant(x, digits))
    if math.isfinite(written):  # 1.5e308 to one digit is 2e308, which no float can hold
        assert written == pytest.approx(x, rel=0.5000001 * 10.0 ** (1 - digits), abs=5e-324)
    else:
        assert abs(x) >= 1.5e308


# --- writing -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "as_text", "as_latex"),
    [
        ("y*(1 - y)", "y(1 − y)", r"y\left(1 - y\right)"),
        ("1 - y**2", "1 − y²", "1 - y^{2}"),
        ("-a/b**2", "−a/b²", r"-\frac{a}{b^{2}}"),
        ("1/(1 + a)", "1/(1 + a)", r"\frac{1}{1 + a}"),
        ("1/(2*y)", "1/(2y)", r"\frac{1}{2y}"),
        ("a/3", "a/3", r"\frac{a}{3}"),
        ("2*a/3", "2a/3", r"\frac{2a}{3}"),
        ("(a + b)/(3*c)", "(a + b)/(3c)", r"\frac{a + b}{3c}"),
        ("(a + b)/c", "(a + b)/c", r"\frac{a + b}{c}"),
        ("a/5", "0.2a", "0.2a"),
        ("1/3", "1/3", r"\frac{1}{3}"),
        ("a - (b + c)", "a − (b + c)", r"a - \left(b + c\right)"),
        ("a + (b - c)", "a + b − c", "a + b - c"),
        ("-(a + b)", "−(a + b)", r"-\left(a + b\right)"),
        ("-a - b", "−a − b", "-a - b"),
        ("a*b*c", "a b c", r"a \, b \, c"),
        ("2*a*b", "2a b", r"2a \, b"),
        ("(a + b)*(a - b)", "(a + b)(a − b)", r"\left(a + b\right)\left(a - b\right)"),
        ("b*a**(b - 1)", "b a^(b − 1)", r"b \, a^{b - 1}"),
        ("(a + b)**2", "(a + b)²", r"\left(a + b\right)^{2}"),
        ("a**n", "a^n", "a^{n}"),
        ("a**1.5", "a^1.5", "a^{1.5}"),
        ("a**-1.5", "1/a^1.5", r"\frac{1}{a^{1.5}}"),
        ("(-2)**n", "(−2)^n", r"\left(-2\right)^{n}"),
        ("(a**n)**b", "(a^n)^b", r"\left(a^{n}\right)^{b}"),
        ("sqrt(a)", "√a", r"\sqrt{a}"),
        ("sqrt(a + b)", "√(a + b)", r"\sqrt{a + b}"),
        ("a*sqrt(2)", "a √2", r"a \, \sqrt{2}"),
        ("2*sqrt(a)", "2√a", r"2\sqrt{a}"),
        ("exp(-a)", "exp(−a)", "e^{-a}"),
        ("exp(a)**2", "exp(a)²", r"\left(e^{a}\right)^{2}"),
        ("abs(a)", "|a|", r"\left|a\right|"),
        ("log(1 + exp(a))", "log(1 + exp(a))", r"\log\left(1 + e^{a}\right)"),
        ("max(0, a)", "max(0, a)", r"\max\left(0, a\right)"),
        ("step(a)", "step(a)", r"\mathrm{step}\left(a\right)"),
        ("a*sigmoid(a)", "a σ(a)", r"a \, \sigma\left(a\right)"),
        ("1 if a >= 0 else b", "1 if a ≥ 0 else b", r"1\ \mathrm{if}\ a \geq 0\ \mathrm{else}\ b"),
        ("2*(1 if a else b)", "2(1 if a ≠ 0 else b)", r"2\left(1\ \mathrm{if}\ a \neq 0\ \mathrm{else}\ b\right)"),
        (
            "a + (1 if a < b else 0)",
            "a + (1 if a < b else 0)",
            r"a + \left(1\ \mathrm{if}\ a < b\ \mathrm{else}\ 0\right)",
        ),
        ("1e-9*a", "(1e−9) a", r"\left(1 \cdot 10^{-9}\right) \, a"),
        ("a + 1e-9", "a + 1e−9", r"a + 1 \cdot 10^{-9}"),
    ],
)
def test_formulas_are_written_as_a_person_writes_them(source: str, as_text: str, as_latex: str) -> None:
    assert text(read(source)) == as_text
    assert latex(read(source)) == as_latex
    ElementTree.fromstring(f"<math>{mathml(read(source))}</math>")


@pytest.mark.parametrize(
    ("name", "as_latex", "as_mathml"),
    [
        ("w", "w", "<mi>w</mi>"),
        ("w1", "w_{1}", "<msub><mi>w</mi><mtext>1</mtext></msub>"),
        ("x_1", "x_{1}", "<msub><mi>x</mi><mtext>1</mtext></msub>"),
        ("w_out", r"w_{\mathrm{out}}", "<msub><mi>w</mi><mtext>out</mtext></msub>"),
        ("w11[2]", "w_{11}^{[2]}", "<msubsup><mi>w</mi><mtext>11</mtext><mtext>[2]</mtext></msubsup>"),
        ("b[2]", "b^{[2]}", "<msup><mi>b</mi><mtext>[2]</mtext></msup>"),
        (AsWritten("p[0]"), r"\mathrm{p[0]}", "<mi>p[0]</mi>"),
        (AsWritten("self.h"), r"\mathrm{self.h}", "<mi>self.h</mi>"),
        (AsWritten("w_1"), r"\mathrm{w\_1}", "<mi>w_1</mi>"),
        ("x_", r"\mathrm{x\_}", "<mi>x_</mi>"),
        ("theta0", r"\theta_{0}", "<msub><mi>θ</mi><mtext>0</mtext></msub>"),
        ("Delta", r"\Delta", "<mi>Δ</mi>"),
        ("yhat", r"\hat{y}", "<mover><mi>y</mi><mo>^</mo></mover>"),
        ("y_hat", r"\hat{y}", "<mover><mi>y</mi><mo>^</mo></mover>"),
        ("loss", r"\mathrm{loss}", "<mi>loss</mi>"),
        ("learning_rate", r"\mathrm{learning\_rate}", "<mi>learning_rate</mi>"),
        ("w#2", r"w_{\#2}", "<msub><mi>w</mi><mtext>#2</mtext></msub>"),
        ("w1#12", r"w_{1,\#12}", "<msub><mi>w</mi><mtext>1,#12</mtext></msub>"),
        ("ŷ", "ŷ", "<mi>ŷ</mi>"),
        ("a<b", r"\mathrm{a<b}", "<mi>a&lt;b</mi>"),
        ("50%", r"50\%", "<mi>50%</mi>"),
    ],
)
def test_names_become_mathematics(name: str, as_latex: str, as_mathml: str) -> None:
    assert latex(Symbol(name)) == as_latex
    assert mathml(Symbol(name)) == as_mathml


def test_a_name_with_a_superscript_is_braced_before_a_power() -> None:
    assert latex(Power(Symbol("w1[2]"), number(2.0))) == "{w_{1}^{[2]}}^{2}"


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_any_name_at_all_is_one_line_and_well_formed(name: str) -> None:
    tree = Sum((Power(Symbol(name), number(2.0)), Derivative(name, "x")))
    line = text(tree)
    assert line.isprintable()
    assert len(line) < 120
    element = ElementTree.fromstring(f"<math>{mathml(tree)}</math>")
    assert {part.tag for part in element.iter()} <= {"math", "mrow", "mi", "mn", "mo", "msup", "mfrac", "mtext", "msub"}
    depth = 0
    plain = latex(tree).replace(r"\{", "").replace(r"\}", "").replace(r"\$", "").replace(r"\%", "").replace(r"\#", "")
    for c in plain.replace(r"\&", "").replace(r"\_", "_").replace("_{", "{"):
        depth += (c == "{") - (c == "}")
        assert depth >= 0
        assert c not in "$%#&"
    assert depth == 0


@pytest.mark.parametrize("name", ["👨\u200d👩\u200d👧", "می\u200cخواهم", "❤\ufe0f"], ids=ascii)
def test_characters_that_are_joined_stay_so(name: str) -> None:
    assert one_line(name) == name
    assert one_line(f"{name}\n{name}") == f"{name} {name}"
    assert mathml(Symbol(name)) == f"<mi>{name}</mi>"


def test_a_long_name_is_cut() -> None:
    assert one_line("x" * 38 + "👩\u200d👧") == "x" * 38 + "👩…"
    assert one_line("x" * 41) == "x" * 39 + "…"
    assert one_line("x" * 40) == "x" * 40


def test_a_name_that_is_no_word_stands_in_parentheses_in_text() -> None:
    assert text(multiply(Symbol("hidden unit"), Symbol("w"))) == "(hidden unit) w"
    assert text(Derivative("my loss", "w[0,1]")) == "d(my loss)/dw[0,1]"


@pytest.mark.parametrize(
    ("kind", "as_text", "as_latex"),
    [
        ("usual", "dL/dw1", r"\frac{\partial L}{\partial w_{1}}"),
        ("total", "dL/dw1", r"\frac{\mathrm{d} L}{\mathrm{d} w_{1}}"),
        ("local", "∂L/∂w1", r"\frac{\partial L}{\partial w_{1}}"),
    ],
)
def test_derivatives(kind: str, as_text: str, as_latex: str) -> None:
    derivative = Derivative("L", "w1", kind)  # type: ignore[arg-type]
    assert (text(derivative), latex(derivative)) == (as_text, as_latex)
    assert ("∂" in mathml(derivative)) == (kind != "total")


def test_a_chain_of_formulas_has_dots_and_one_of_numbers_parentheses() -> None:
    assert text(Chain((read("a - b"), read("-a"), read("a*b")))) == "(a − b) · (−a) · a b"
    assert text(Chain((number(-0.5), number(2.0)))) == "(−0.5)(2)"
    assert text(Chain((number(-0.5),))) == "−0.5"


def test_a_long_sum_is_shortened() -> None:
    terms = tuple([Symbol(f"x{i}") for i in range(9)])
    assert text(Sum(terms)) == "x0 + x1 + … + x8"
    assert text(Sum((*terms[:8], negative(terms[8])))) == "x0 + x1 + … − x8"
    assert text(call("max", *terms)) == "max(x0, x1, …, x8)"
    assert latex(Sum(terms)) == r"x_{0} + x_{1} + \ldots + x_{8}"


def test_an_output_of_several_has_its_index() -> None:
    p = call("softmax", Symbol("z0"), Symbol("z1"), index=1)
    assert text(p) == "softmax₂(z0, z1)"
    assert latex(p) == r"\mathrm{softmax}_{2}\left(z_{0}, z_{1}\right)"
    assert "<msub><mi>softmax</mi><mn>2</mn></msub>" in mathml(p)


@pytest.mark.parametrize(
    ("value", "as_latex", "as_mathml"),
    [
        (1e9, r"1 \cdot 10^{9}", "<mrow><mn>1</mn><mo>·</mo><msup><mn>10</mn><mn>9</mn></msup></mrow>"),
        (-2.0, "-2", "<mrow><mo>−</mo><mn>2</mn></mrow>"),
        (math.inf, r"\infty", "<mn>∞</mn>"),
        (-math.inf, r"-\infty", "<mrow><mo>−</mo><mn>∞</mn></mrow>"),
        (math.nan, r"\mathrm{nan}", "<mn>nan</mn>"),
    ],
)
def test_numbers_in_mathematics(value: float, as_latex: str, as_mathml: str) -> None:
    assert latex(Number(value)) == as_latex
    assert mathml(Number(value)) == as_mathml


def test_a_fraction_too_large_for_a_float_is_infinite() -> None:
    assert text(Number(Fraction(10) ** 400)) == "inf"
    assert text(Number(-(Fraction(10) ** 400))) == "−inf"


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("a*x + b", "(0.4)(−1) + 0.1"),
        ("0.5*(y - t)**2", "0.5(0.3867 − (−0.5))²"),
        ("-x", "−(−1)"),
        ("h*(1 - h)", "(0.6)(1 − 0.6)"),
        ("a**2*x**2", "(0.4)²(−1)²"),
        ("log(a)/x", "log(0.4)/(−1)"),
        ("1/(a*x)", "1/((0.4)(−1))"),
        ("a if x >= 0 else b", "0.4 if −1 ≥ 0 else 0.1"),
        ("a**b", "(0.4)^0.1"),
        ("2", "2"),
    ],
)
def test_numbers_put_in(source: str, written: str) -> None:
    values = {"a": 0.4, "b": 0.1, "x": -1.0, "y": 0.3867, "t": -0.5, "h": 0.6}
    tree = formula(source, {name: Symbol(name, value) for name, value in values.items()})
    assert text(put_in(tree)) == written
    assert evaluate(put_in(tree)) == pytest.approx(eval(source, {"log": math.log}, values), rel=1e-14)


# --- simplifying -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "simplified"),
    [
        ("0.5*2*(y - t)*1", "y − t"),
        ("x + x", "2x"),
        ("x*x", "x²"),
        ("x*x**2", "x³"),
        ("x/x", "1"),
        ("a*b/a", "b"),
        ("x - x", "0"),
        ("x*0", "0"),
        ("x + 0", "x"),
        ("2*x + 3*x", "5x"),
        ("2*x**(2 - 1)", "2x"),
        ("1 + 2", "3"),
        ("2**3", "8"),
        ("2**-1", "0.5"),
        ("x**0", "1"),
        ("1**x", "1"),
        ("(x**2)**3", "x⁶"),
        ("(2*a*b)**2", "4a² b²"),
        ("1/(1/x)", "x"),
        ("-(-x)", "x"),
        ("0.1 + 0.2", "0.3"),
        ("1 if 2 >= 0 else 0", "1"),
        ("1 if -2 >= 0 else 0", "0"),
        ("1 if 0 else 7", "7"),
        ("b if a >= 0 else b", "b"),
    ],
)
def test_simplifying_as_on_paper(source: str, simplified: str) -> None:
    assert text(read(source)) == simplified


def test_what_cannot_be_multiplied_out_is_left() -> None:
    assert text(power(number(2.0), number(0.5))) == "√2"
    assert text(power(number(2.0), number(100.0))) == "2¹⁰⁰"
    assert text(multiply(number(math.inf), Symbol("x"))) == "(inf) x"
    assert text(divide(number(1.0), number(0.0))) == "1/0"


@pytest.mark.parametrize(
    ("source", "tidy"),
    [
        ("2*a + 2*b", "2(a + b)"),
        ("2*a - 2*b", "2(a − b)"),
        ("-2*a - 2*b", "−2(a + b)"),
        ("-a + b", "b − a"),
        ("-3*a + 3*b", "3(b − a)"),
        ("-a - b", "−a − b"),
        ("2*a + 3*b", "2a + 3b"),
        ("a*b", "a b"),
    ],
)
def test_factored_puts_what_is_shared_in_front(source: str, tidy: str) -> None:
    assert text(factored(read(source))) == tidy


coefficients = st.integers(-3, 3).map(float)
leaves = st.sampled_from([Symbol("a", 1.3), Symbol("b", 0.7), Symbol("c", 2.1)]) | coefficients.map(number)


def _combined(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return (
        st.builds(add, inner, inner)
        | st.builds(multiply, inner, inner)
        | st.builds(lambda a, b: add(a, negative(b)), inner, inner)
        | st.builds(lambda a: power(a, number(2.0)), inner)
        | st.builds(lambda a: divide(a, number(3.0)), inner)
        | st.builds(lambda a, b: divide(a, add(number(2.0), power(b, number(2.0)))), inner, inner)
        | st.builds(lambda a: call("tanh", a), inner)
        | st.builds(lambda a, b: choose("≥", a, b, a, b), inner, inner)
    )


trees: st.SearchStrategy[Expression] = st.recursive(leaves, _combined, max_leaves=12)


@given(trees, trees)
def test_simplifying_keeps_the_value(a: Expression, b: Expression) -> None:
    x, y = evaluate(a), evaluate(b)
    # Sums may cancel, hence the absolute part: a few roundings of the largest numbers that occur.
    scale = 1e-9 * (1.0 + x * x) * (1.0 + y * y)
    assert evaluate(add(a, b)) == pytest.approx(x + y, rel=1e-9, abs=scale)
    assert evaluate(multiply(a, b)) == pytest.approx(x * y, rel=1e-9, abs=scale)
    assert evaluate(negative(a)) == pytest.approx(-x, rel=1e-9, abs=scale)
    assert evaluate(factored(add(a, b))) == pytest.approx(x + y, rel=1e-9, abs=scale)


TOKEN = re.compile(r"\d+\.?\d*(?:e-?\d+)?|[a-z]+|>=|[⁰¹²³⁴⁵⁶⁷⁸⁹]+|.")


def python_of(written: str) -> str:
    """The text as Python reads it: signs replaced, and a * where two factors stand side by side."""
    result, before = "", ""
    for token in TOKEN.findall(written.replace("−", "-").replace("≥", ">=").replace(" ", "  ")):
        if token == " ":
            continue
        follows = (
            before == ")" or (before.isidentifier() and before not in ("tanh", "if", "else")) or before[:1].isdigit()
        )
        starts = token == "(" or (token.isidentifier() and token not in ("if", "else")) or token[0] in "0123456789"
        if token[0] in "⁰¹²³⁴⁵⁶⁷⁸⁹":
            result += "**" + token.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789"))
            before = ")"
            continue
        result += ("*" if follows and starts else " ") + {"^": "**"}.get(token, token)
        before = token
    return result.strip()


def test_power_of_a_number_stands_apart_from_its_coefficient() -> None:
    square = power(Number(Fraction(0)), number(2.0))
    assert text(add(square, square)) == "2(0²)"


@given(trees)
def test_text_means_what_the_tree_means(a: Expression) -> None:
    """Python reads the text back to the same value: parentheses and minus signs stand where they must."""
    written = text(a, digits=17)
    if "…" in written:
        return
    value = evaluate(a)
    read_back = eval(python_of(written), {"a": 1.3, "b": 0.7, "c": 2.1, "tanh": math.tanh})
    assert read_back == pytest.approx(value, rel=1e-9, abs=1e-9 * (1.0 + value * value))


# --- reading -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("op", [op for op in primitives.PRIMITIVES if op.formula], ids=lambda op: op.name)
@pytest.mark.parametrize("operands", [(0.7, 1.4, 0.3), (2.3, 0.6, -1.1)], ids=str)
def test_the_textbook_formulas_of_the_table_give_its_numbers(
    op: primitives.Primitive, operands: tuple[float, ...]
) -> None:
    count = len(op.textbook)
    numbers = operands[:count]
    if op.outside(*numbers) is not None:
        return  # each row is defined at one of these points at least: test_every_primitive_of_the_table_is_explained
    y = op.value(scalar, *numbers)
    quantities: dict[str, Expression] = {"y": Symbol("y", y)}
    quantities |= {letter: Symbol(letter, x) for letter, x in zip("abc", numbers, strict=False)}
    assert evaluate(formula(op.formula, quantities)) == pytest.approx(y, rel=1e-12)
    slopes = op.slopes(scalar, y, *numbers)
    # 1 - y**2 and the like lose a few digits, which the engine's own forms keep.
    assert [evaluate(formula(part, quantities)) for part in op.textbook] == pytest.approx(slopes, rel=1e-9)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("a +", "cannot be read"),
        ("a @ b", "cannot be read at 'a @ b'"),
        ("q", "cannot be read at 'q'"),
        ("a.b", "cannot be read at 'a.b'"),
        ("1 if a < b < c else 0", "cannot be read"),
        ("f(a, key=b)", "cannot be read"),
        ("'text'", "cannot be read"),
    ],
)
def test_a_formula_that_cannot_be_read_is_pointed_at(source: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read(source)


def test_names_and_size_of_a_formula() -> None:
    assert names_in("y*exp(a) if b >= 0 else 1") == {"y", "a", "b"}
    tree = read("2*a*exp(b) + (1 if a >= 0 else c)")
    assert symbols(tree) == {"a", "b", "c"}
    assert size(tree) == 8
    assert symbols(Chain((Derivative("L", "y"), Symbol("x")))) == {"L", "y", "x"}
    assert size(number(1e300)) > size(number(2.0)) == 1


def test_a_function_nobody_knows_has_no_number() -> None:
    assert math.isnan(evaluate(multiply(number(2.0), call("mystery", Symbol("x", 1.0)))))


def test_evaluate_knows_every_kind() -> None:
    a = Symbol("a", 2.0)
    assert evaluate(Chain((a, Number(3.0)))) == 6.0
    assert evaluate(call("softmax", number(0.0), number(0.0), index=1)) == 0.5
    assert evaluate(Choice("<", a, Number(1.0), Number(5.0), Number(7.0))) == 7.0
    assert evaluate(call("abs", number(-3.0))) == 3.0


# --- tables ------------------------------------------------------------------------------------------------------

TABLES = [
    Table("", [[Symbol("y"), read("a*b"), Number(2.0)], [None, Symbol("loss")]]),
    Table("where a < b", [[Symbol("long"), Number(1.0)]]),
]


def test_tables_as_text_align_their_signs() -> None:
    assert text_of_tables(TABLES, 4) == "y = a b = 2\n  = loss\n\nwhere a < b\nlong = 1"


def test_a_very_wide_cell_does_not_push_the_other_rows() -> None:
    wide = [Symbol("y"), Sum(tuple([Symbol(f"{'q' * 30}{i}") for i in range(3)])), Number(1.0)]
    lines = text_of_tables([Table("", [wide, [Symbol("y"), Symbol("x"), Number(2.0)]])], 4).splitlines()
    assert lines[1] == "y = x = 2"


def test_tables_as_latex() -> None:
    assert latex_of_tables(TABLES, 4) == (
        "\\begin{alignat*}{2}\n"
        "y &= a \\, b &&= 2 \\\\\n"
        " &= \\mathrm{loss}\n"
        "\\end{alignat*}\n"
        "\n"
        "where a $<$ b\n"
        "\\begin{align*}\n"
        "\\mathrm{long} &= 1\n"
        "\\end{align*}"
    )


def test_tables_as_typst() -> None:
    assert typst_of_tables(TABLES, 4) == ('$ y &= a thin b &&= 2 \\\n   &= "loss" $\n\nwhere a \\< b\n$ "long" &= 1 $')


@pytest.mark.parametrize(
    ("source", "as_latex", "gaps"),
    [
        ("h*maximum(h, w)", r"h \, \mathrm{maximum}\left(h, w\right)", 1),
        ("2*maximum(h, w)", r"2 \, \mathrm{maximum}\left(h, w\right)", 1),
        ("2*loss", r"2 \, \mathrm{loss}", 1),
        ("2*loss1*w", r"2 \, \mathrm{loss}_{1} \, w", 2),
        ("2*w*abs(h)", r"2w \, \left|h\right|", 1),
        ("2*w*(h + 1)", r"2w\left(h + 1\right)", 0),
    ],
)
def test_factors_that_would_run_into_each_other_are_parted(source: str, as_latex: str, gaps: int) -> None:
    tree = formula(source, {name: Symbol(name) for name in ("h", "w", "loss", "loss1")})
    assert latex(tree) == as_latex
    assert mathml(tree).count("<mo rspace='0.17em'>&#x2062;</mo>") == gaps


def test_tables_as_mathml() -> None:
    element = ElementTree.fromstring(mathml_of_tables(TABLES, 4))
    space = "{http://www.w3.org/1998/Math/MathML}"
    assert element.tag == f"{space}math"
    assert len(element.findall(f".//{space}mtr")) == 4
    assert element.find(f".//{space}mtr[3]/{space}mtd/{space}mtext").text == "where a < b"  # type: ignore[union-attr]


def test_a_fraction_is_written_as_a_decimal_where_it_is_one_or_is_a_rounded_one() -> None:
    written = {
        Fraction(2, 5): "0.4",
        Fraction(1, 300): "1/300",
        Fraction(1, 999): "1/999",
        Fraction(1, 1024): "0.0009766",
    }
    assert {x: text(Number(x)) for x in written} == written
    assert text(Number(Fraction(1, 1003))) == text(Number(1 / 1003)) == "0.0009970"  # as a rounded number is


def test_a_half_is_written_below_the_line_only_where_nothing_is_above_it() -> None:
    half, a, b = Number(Fraction(1, 2)), Symbol("a"), Symbol("b")
    assert text(divide(half, b)) == "1/(2b)"
    assert text(multiply(half, divide(a, b))) == "0.5a/b"
    assert latex(multiply(half, divide(a, b))) == r"\frac{0.5a}{b}"


@pytest.mark.parametrize(("length", "aligned"), [(20, True), (64, True), (65, False)])
def test_a_cell_pushes_the_others_to_the_right_unless_it_is_very_long(length: int, aligned: bool) -> None:
    names = ["n" * 10, "m" * (length - 13)] if length < 64 else ["n" * 20, "m" * 20, "k" * (length - 46)]
    rows = [[Sum([Symbol(name) for name in names]), Symbol("a")], [Symbol("y"), Symbol("b")]]
    first, second = text_of_tables([Table("", rows)], 4).splitlines()
    assert first == f"{' + '.join(names)} = a"
    assert first.index(" = ") == length
    assert second == ("y".ljust(length) if aligned else "y") + " = b"


def test_a_long_table_is_shortened() -> None:
    lines = text_of_tables([Table("", [[Symbol("y"), Number(float(i))] for i in range(100)])], 4).splitlines()
    assert len(lines) == 61
    assert lines[39:42] == ["y = 39", "⋮", "y = 80"]


def test_the_styles_put_words_and_names_their_own_way() -> None:
    line = "π < a_b"
    assert [style.said(line) for style in (TEXT, LATEX, MATHML, TYPST)] == [
        line,
        r"$\pi$ $<$ a$\_$b",
        "<mtext>π &lt; a_b</mtext>",
        r"π \< a\_b",
    ]
    assert name_parts("w_12_h").subscript == "12,h"
