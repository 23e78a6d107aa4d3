"""The table of primitives: for each operation its value and its partial derivatives, written once.

A row is a `Primitive`. Its rules are written against a *namespace* ``m`` of elementary functions, so that the same row
serves everyone who interprets a graph:

    namespace               operands           used for
    autograd.engine.scalar  floats             eager evaluation, and what ``backward`` multiplies
    autograd.functions      Values             derivatives of derivatives
    an array namespace      NumPy, torch ...   compiled programs
    autograd.engine.symbols symbols            rules that are read: by the compiler, and for the page

``textbook`` holds the same partials once more in the notation of a textbook, for derivations and pictures; the
tests hold them to the rules. In all of them a, b, c are the operands and y is the value of the operation.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import inf, nan
from typing import Any, Literal, NamedTuple

from autograd.engine import scalar
from autograd.engine.errors import DivisionByZero, DomainError
from autograd.engine.scalar import LARGEST, SMALLEST_NORMAL

Rule = Callable[..., Any]


OF_ITS_NAME: Any = object()  # the value of a row that gives none: the function of its name, which every namespace has


class Outside(NamedTuple):
    """Where an operation has no value, and what to say of it.

    Attributes:
        holds: ``holds(m, a, b, ...)``, whether operands are outside, as a rule like the others of the row. NaN, which
            compares with nothing, is inside and passed on.
        sentence: what is wrong there, and what to do about it.
        error: what is raised there, whose message also names the operation and its operands.

    Example:
        >>> from autograd import Primitive, Value, apply
        >>> half = Primitive(
        ...     name="half", value=lambda m, a: 0.5 * a, partials=(lambda m, y, a: 0.5,),
        ...     domain=(Outside(lambda m, a: a < 1.0, "less than 1 cannot be shared"),),
        ... )
        >>> apply(half, Value(0.0, label="x"))
        Traceback (most recent call last):
        ...
        autograd.engine.errors.DomainError: half(x = 0): less than 1 cannot be shared
    """

    holds: Rule
    sentence: str
    error: type[DomainError] = DomainError


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Primitive:
    """One operation: how to compute it, how to differentiate it, how to write it.

    Arguments:
        name: the field's name for it, also its variable name in this module ("sigmoid", "multiply").
        symbol: how a picture shows it ("×"); the name where there is no sign.
        value: ``value(m, a, b, ...)``, the result from the operands, with the functions of the namespace ``m``. An
            elementary function leaves it out: it is the function of that name in ``m``.
        partials: one rule an operand, ``rule(m, y, a, b, ...)``, each the derivative of y with respect to that
            operand. For an operation on any number of operands a single rule that returns them all.
        formula: the value in textbook notation, in terms of a, b, c ("a*b"); a call for an elementary function.
        textbook: the partials in textbook notation, in terms of y, a, b, c ("y*(1 - y)"). Empty for operations on
            any number of operands.
        domain: the first `Outside` says where the operation is not defined; those after it are cases of the first that
            have a sentence of their own. Where several hold the last one speaks.
        eager: optional, the value and the partials of all operands at once, on floats: ``(y, dy/da, dy/db, ...)``,
            faster than the rules, whose parts share work, and equal to them.
        brief: optional, rules for the partials that are shorter and lose digits in a way that a program may: the slope
            of a saturated tanh as 1 - y**2, which is off by a rounding of 1.
        selects: the operation hands on one of its operands, or none, and ignores the others, which then get no
            gradient at all (and not 0 times an infinite slope, which would be NaN).
        flat: where a slope is 0 the operand changes nothing nearby, as below 0 in a ReLU. So nothing is handed on there
            either, also if what comes from above is infinite.
        target: for a part of a loss, which of its operands is the target; pictures show that as one.
        activation: what neurons do with their weighted sum: drawn in the neuron's box, named in a folded layer.
        notation: how formulas call it, where that is not its name ("abs" for absolute).
        latex: its command in LaTeX, where there is one; MathML follows it.
        array: the function that computes it on arrays, by NumPy's name: one of NumPy's own ("arctan" for atan), or one
            that `autograd.compiler.namespace` adds; its own name for an elementary function. Where there is none a
            program is made of the rules.
        range: how large the value may become: "bounded" whatever comes in; "moderate", about as large as the operands;
            or "any", as that of a logarithm or a quotient.
        module: where pickle finds the primitive: a module with an attribute called ``name``. By default the module that
            makes it.

    Example:
        >>> from autograd.engine import scalar
        >>> multiply.value(scalar, 2.0, 3.0), multiply.slopes(scalar, 6.0, 2.0, 3.0)
        (6.0, [3.0, 2.0])
    """

    name: str
    symbol: str = ""
    value: Rule = OF_ITS_NAME
    partials: tuple[Rule, ...] | Rule
    formula: str = ""
    textbook: tuple[str, ...] = ()
    domain: tuple[Outside, ...] = ()
    eager: Callable[..., Sequence[float]] | None = None
    brief: tuple[Rule, ...] = ()
    selects: bool = False
    flat: bool = False
    activation: bool = False
    target: int | None = None
    notation: str = ""
    latex: str = ""
    array: str = ""
    range: Literal["bounded", "moderate", "any"] = "any"
    module: str = ""
    may_stop: bool = field(init=False)  # a slope of 0 stops the gradient: the row selects, or is flat
    rules: tuple[Rule, ...] = field(init=False)  # one an operand; none for an operation on any number of operands
    on_floats: Callable[..., float] = field(init=False)  # the value in the namespace `scalar`
    is_outside: Rule | None = field(init=False)  # whether operands are outside the domain; None where all are inside
    is_outside_on_floats: Callable[..., bool] | None = field(init=False)  # the same in the namespace `scalar`

    def __post_init__(self) -> None:
        def fill(name: str, content: object) -> None:
            object.__setattr__(self, name, content)

        fill("may_stop", self.selects or self.flat)
        fill("rules", self.partials if isinstance(self.partials, tuple) else ())
        fill("symbol", self.symbol or self.name)
        fill("notation", self.notation or self.name)
        if self.value is OF_ITS_NAME:
            function = getattr(scalar, self.name, None)
            if function is None:
                raise TypeError(f"Primitive(name={self.name!r}) has no value; give value=lambda m, a: ...")
            fill("on_floats", function)
            fill("value", lambda m, *operands: getattr(m, self.name)(*operands))
            fill("formula", self.formula or f"{self.notation}({', '.join('abc'[: len(self.rules)])})")
            fill("array", self.array or self.name)
        else:
            fill("on_floats", partial(self.value, scalar))
        fill("is_outside", self.domain[0].holds if self.domain else None)
        fill("is_outside_on_floats", partial(self.domain[0].holds, scalar) if self.domain else None)
        if not self.module:  # two frames up, above __init__, stands whoever makes it
            fill("module", sys._getframe(2).f_globals.get("__name__", "__main__"))

    def slopes(self, m: Any, y: Any, *operands: Any, wanted: Sequence[bool] | None = None) -> list[Any]:
        """The partial derivatives at ``operands``, one an operand, computed in the namespace ``m``.

        With ``wanted``, 0.0 stands in place of those that are not (a slope that nobody needs may not exist, as that
        of ``(-2)**n`` with respect to n).
        """
        if callable(self.partials):
            return list(self.partials(m, y, *operands))
        if wanted is None:
            return [rule(m, y, *operands) for rule in self.rules]
        return [rule(m, y, *operands) if want else 0.0 for rule, want in zip(self.rules, wanted, strict=True)]

    def outside(self, *operands: float) -> Outside | None:
        """What these operands are outside of; None where the operation is defined.

        Example:
            >>> log.outside(2.0) is None, log.outside(0.0).sentence
            (True, 'the logarithm is defined above 0 only; for a probability use log(p + 1e-12), or a loss on logits')
        """
        if self.is_outside is None or not self.is_outside(scalar, *operands):
            return None
        return [limit for limit in self.domain if limit.holds(scalar, *operands)][-1]

    @property
    def variadic(self) -> bool:
        """Whether it takes any number of operands."""
        return callable(self.partials)

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        try:
            found = _find(self.module, self.name)
        except (ImportError, AttributeError):
            found = None
        if found is not self:
            from pickle import PicklingError  # loaded already by whoever asks

            there = "nothing is called so" if found is None else "another object is called so"
            raise PicklingError(
                f"the primitive {self.name} is pickled by its place, {self.module}.{self.name}, but {there} there; "
                f"write {self.name} = Primitive(name={self.name!r}, ...) at the top level of a module, or say where "
                "it stands with module="
            )
        return _find, (self.module, self.name)

    def __copy__(self) -> Primitive:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Primitive:
        return self


def _find(module: str, name: str) -> Any:
    """The primitive called ``name`` in ``module`` (how a pickled graph refers to its operations)."""
    from importlib import import_module

    return getattr(import_module(module), name)


# --- arithmetic ------------------------------------------------------------------------------------------------

add = Primitive(
    name="add",
    symbol="+",
    value=lambda m, a, b: a + b,
    partials=(lambda m, y, a, b: 1.0, lambda m, y, a, b: 1.0),
    formula="a + b",
    textbook=("1", "1"),
    array="add",
    range="moderate",
)
subtract = Primitive(
    name="subtract",
    symbol="−",
    value=lambda m, a, b: a - b,
    partials=(lambda m, y, a, b: 1.0, lambda m, y, a, b: -1.0),
    formula="a - b",
    textbook=("1", "-1"),
    array="subtract",
    range="moderate",
)
multiply = Primitive(
    name="multiply",
    symbol="×",
    value=lambda m, a, b: a * b,
    partials=(lambda m, y, a, b: b, lambda m, y, a, b: a),
    formula="a*b",
    textbook=("b", "a"),
    array="multiply",
    range="moderate",
)


def _chosen(m: Any, condition: Any, a: Any, b: Any) -> Any:
    """a where the condition holds, else b: two forms of one number, so that no choice need be recorded."""
    return m.where(condition, a, b) if type(condition) is not float else a if condition else b


def _quotient_slope(m: Any, y: Any, a: Any, b: Any) -> Any:
    return m.divide(1.0, b)


def _quotient_divisor_slope(m: Any, y: Any, a: Any, b: Any) -> Any:
    """-y / b; where a is below the normal numbers, y may have lost digits, and that of 2**540 a has not."""
    plain = m.divide(-y, b)
    tiny = m.below(m.absolute(a), SMALLEST_NORMAL)
    if type(tiny) is float and not tiny:  # a slope that is smaller than a lost quotient
        return plain
    lost = m.where(tiny, m.below(m.absolute(y), SMALLEST_NORMAL), 0.0)
    return _chosen(m, lost, -m.divide(m.divide(a * 2.0**540, b), b) * 2.0**-540, plain)


divide = Primitive(
    name="divide",
    symbol="÷",
    partials=(_quotient_slope, _quotient_divisor_slope),
    formula="a/b",
    textbook=("1/b", "-a/b**2"),
    brief=(_quotient_slope, lambda m, y, a, b: m.divide(-y, b)),
    domain=(
        Outside(
            lambda m, a, b: b == 0.0,
            "the divisor must not be 0; keep it away from 0, for instance with b + 1e-8",
            DivisionByZero,
        ),
    ),
)
negative = Primitive(
    name="negative",
    symbol="−",
    value=lambda m, a: -a,
    partials=(lambda m, y, a: -1.0,),
    formula="-a",
    textbook=("-1",),
    array="negative",
    range="moderate",
)


def _power_slope(m: Any, y: Any, a: Any, b: Any) -> Any:
    """b * a**(b - 1), or b * y / a where b - 1 is not exact: log(a) would multiply its rounding."""
    if type(b) is not float:  # an exponent that varies: at a = 0 only b * a**(b - 1) has a value, which is 0 at b = 0
        below = m.power(a, m.where(a, b - 1.0, m.where(b, b - 1.0, 0.0)))
        exact = m.where(m.at_least(b, 0.5), m.below(b, 2.0**53), 0.0)
        over_base = _over_base(m, y, a, b, _chosen(m, m.below(1.0, b), 0.0, m.absolute(b * below)))
        return _chosen(m, exact, _unless_lost(m, below, b * below, a, b), _unless_lost(m, y, over_base, a, b))
    if b == 0.0:
        return 0.0
    if 0.5 <= b < 2.0**53:
        below = m.power(a, b - 1.0)
        return b * below if b <= 4.0 else _unless_lost(m, below, b * below, a, b)
    over_base = _over_base(m, y, a, b, scalar.power(0.0, b - 1.0) if b > 0.0 else 0.0 * b)
    return over_base if abs(b) <= 4.0 else _unless_lost(m, y, over_base, a, b)


def _over_base(m: Any, y: Any, a: Any, b: Any, at_0: Any) -> Any:
    """b * y / a where that has a value; at an infinite base the limit, and ``at_0`` at 0. NaN is passed on with y."""
    quotient = m.divide(b * y, m.where(a, a, 1.0))
    far = _chosen(m, m.below(1.0, b), a, 0.0 * m.sign(y))
    return m.where(a, _chosen(m, m.below(m.absolute(a), inf), quotient, far), at_0)


def _unless_lost(m: Any, factor: Any, slope: Any, a: Any, b: Any) -> Any:
    """The slope of a**b, or where its ``factor`` has lost digits to underflow the same of half the exponent.

    A small exponent loses no more than the slope itself.
    """
    lost = m.where(a, m.where(m.at_least(4.0, m.absolute(b)), 0.0, m.below(m.absolute(factor), SMALLEST_NORMAL)), 0.0)
    if type(lost) is float and not lost:
        return slope
    half = m.power(m.absolute(a), 0.5 * b)
    base = m.where(a, a, 1.0)
    return _chosen(m, lost, m.divide(half, base) * b * half * m.power(m.sign(base), b), slope)


def _power_exponent_slope(m: Any, y: Any, a: Any, b: Any) -> Any:
    """y * log(a); where y has lost digits to underflow, half the exponent has not."""
    normal = m.at_least(m.absolute(y), SMALLEST_NORMAL)
    if type(normal) is not float:
        half = m.power(a, 0.5 * b)
        return m.where(normal, m.xlogy(y, a), m.where(m.below(a, 0.0), 0.0, m.xlogy(half, a) * half))
    if m.below(a, 0.0):  # between two whole exponents there is no power
        return nan if normal else 0.0
    if m.at_least(0.0, a) and not (m.below(0.0, b) and m.at_least(1.0, b)):
        return 0.0 if m.below(0.0, b) else -inf if m.at_least(0.0, b) else b  # the limit
    if normal:
        return m.xlogy(y, a)
    half = m.power(a, 0.5 * b)
    return m.xlogy(half, a) * half


def _power_slope_in_brief(m: Any, y: Any, a: Any, b: Any) -> Any:
    """b * a**(b - 1) for a finite number b of which b - 1 is exact."""
    is_exact = type(b) is float and b and -inf < b - 1.0 + 1.0 == b < inf
    return b * m.power(a, b - 1.0) if is_exact else _power_slope(m, y, a, b)


power = Primitive(
    name="power",
    symbol="^",
    partials=(_power_slope, _power_exponent_slope),
    formula="a**b",
    textbook=("b*a**(b - 1)", "y*log(a)"),
    domain=(
        Outside(
            lambda m, a, b: (a < 0.0 and b % 1.0 > 0.0) or (a == 0.0 and b < 0.0),
            "a negative base has no fractional power; use abs(base), or a whole exponent",
        ),
        Outside(lambda m, a, b: a == 0.0, "0 has no negative power; keep the base away from 0", DivisionByZero),
    ),
    brief=(_power_slope_in_brief, _power_exponent_slope),
)
absolute = Primitive(
    name="absolute",
    symbol="abs",
    partials=(lambda m, y, a: m.sign(a),),
    textbook=("sign(a)",),
    notation="abs",
    array="abs",
    range="moderate",
)
sign = Primitive(
    name="sign",
    partials=(lambda m, y, a: 0.0,),
    textbook=("0",),
    flat=True,
    activation=True,
    range="bounded",
)

identity = Primitive(
    name="identity",
    symbol="=",
    value=lambda m, a: a,
    partials=(lambda m, y, a: 1.0,),
    formula="a",
    textbook=("1",),
    activation=True,
    range="moderate",
)
stop_gradient = Primitive(
    name="stop_gradient",
    symbol="stop",
    value=lambda m, a: a,
    partials=(lambda m, y, a: 0.0,),
    formula="stop(a)",
    textbook=("0",),
    selects=True,
    notation="stop",
    range="moderate",
)

# --- exponentials, logarithms, roots, angles -------------------------------------------------------------------

exp = Primitive(
    name="exp",
    partials=(lambda m, y, a: y,),
    textbook=("y",),
    latex=r"\exp",
)
expm1 = Primitive(
    name="expm1",
    partials=(lambda m, y, a: m.exp(a),),
    formula="exp(a) - 1",
    textbook=("exp(a)",),
)
log = Primitive(
    name="log",
    partials=(lambda m, y, a: m.divide(1.0, a),),
    textbook=("1/a",),
    domain=(
        Outside(
            lambda m, a: a <= 0.0,
            "the logarithm is defined above 0 only; for a probability use log(p + 1e-12), or a loss on logits",
        ),
    ),
    latex=r"\log",
)
log1p = Primitive(
    name="log1p",
    partials=(lambda m, y, a: m.divide(1.0, 1.0 + a),),
    formula="log(1 + a)",
    textbook=("1/(1 + a)",),
    domain=(Outside(lambda m, a: a <= -1.0, "log(1 + a) is defined for a above -1 only"),),
)
xlogy = Primitive(
    name="xlogy",
    symbol="a log b",
    partials=(lambda m, y, a, b: m.log(b), lambda m, y, a, b: m.divide(a, m.where(b, b, 1.0))),
    formula="a*log(b)",
    textbook=("log(b)", "a/b"),
    target=0,
    domain=(
        Outside(
            lambda m, a, b: b < 0.0 or (b == 0.0 and a != 0.0),
            "the logarithm is defined above 0 only; for a probability use a loss on logits",
        ),
    ),
)
sqrt = Primitive(
    name="sqrt",
    symbol="√",
    partials=(lambda m, y, a: m.divide(0.5, y),),
    textbook=("1/(2*y)",),
    domain=(
        Outside(
            lambda m, a: a < 0.0,
            "the square root is defined from 0 on only; use sqrt(abs(a)), or keep a at 0 or above",
        ),
    ),
)
sin = Primitive(
    name="sin",
    partials=(lambda m, y, a: m.cos(a),),
    textbook=("cos(a)",),
    latex=r"\sin",
    range="bounded",
)
cos = Primitive(
    name="cos",
    partials=(lambda m, y, a: -m.sin(a),),
    textbook=("-sin(a)",),
    latex=r"\cos",
    range="bounded",
)
tan = Primitive(
    name="tan",
    partials=(lambda m, y, a: 1.0 + y * y,),
    textbook=("1 + y**2",),
    latex=r"\tan",
)


_NO_ANGLE = Outside(
    lambda m, a: a < -1.0 or a > 1.0,
    "only a number from -1 to 1 is the sine or cosine of an angle; use clip(a, -1, 1)",
)


asin = Primitive(
    name="asin",
    partials=(lambda m, y, a: m.divide(1.0, m.sqrt((1.0 - a) * (1.0 + a))),),
    textbook=("1/sqrt(1 - a**2)",),
    domain=(_NO_ANGLE,),
    latex=r"\arcsin",
    array="arcsin",
)
acos = Primitive(
    name="acos",
    partials=(lambda m, y, a: -m.divide(1.0, m.sqrt((1.0 - a) * (1.0 + a))),),
    textbook=("-1/sqrt(1 - a**2)",),
    domain=(_NO_ANGLE,),
    latex=r"\arccos",
    array="arccos",
)


def _atan_slope(m: Any, y: Any, a: Any) -> Any:
    """1/(1 + a**2), also where a**2 overflows."""
    r = m.divide(1.0, m.hypot(1.0, a))
    return r * r


atan = Primitive(
    name="atan",
    partials=(_atan_slope,),
    textbook=("1/(1 + a**2)",),
    latex=r"\arctan",
    array="arctan",
    range="bounded",
)


def _is_finite(m: Any, size: Any) -> Any:
    """1 where a number that is not negative is finite, 0 where it is infinite. NaN is passed on, which counts as 1."""
    return m.step(0.5 * LARGEST - 0.5 * size)


def _in_the_middle(m: Any, a: Any, b: Any, ends: int, down: float) -> tuple[Any, Any, Any, Any]:
    """a and b times a power of 2, so that their hypotenuse keeps its digits; the hypotenuse, and that power."""
    size = m.maximum(m.absolute(a), m.absolute(b))
    scale = m.where(m.step(size - 2.0**-ends), m.where(m.step(size - 2.0**ends), down, 1.0), 2.0**600)
    a, b = a * scale, b * scale
    return a, b, m.hypot(a, b), scale


def _atan2_slope(m: Any, y: Any, a: Any, b: Any) -> Any:
    """b/(a**2 + b**2), and its limit 0 at infinity."""
    a, b, r, scale = _in_the_middle(m, a, b, 480, 2.0**-600)  # so that the square is no more than a float holds
    return m.where(_is_finite(m, r), m.divide(b, r * r) * scale, 0.0 * y)


def _hypot_slope(m: Any, a: Any, b: Any) -> Any:
    """a/hypot(a, b); 0 where both are 0, and the limit where one is infinite."""
    far = m.where(_is_finite(m, m.absolute(a)), 0.0 * a, m.sign(a))
    a, b, r, _ = _in_the_middle(m, a, b, 960, 0.5)
    return m.where(r, m.where(_is_finite(m, r), m.divide(a, m.where(r, r, 1.0)), far), 0.0)


atan2 = Primitive(
    name="atan2",
    partials=(lambda m, y, a, b: _atan2_slope(m, y, a, b), lambda m, y, a, b: -_atan2_slope(m, y, b, a)),
    textbook=("b/(a**2 + b**2)", "-a/(a**2 + b**2)"),
    domain=(
        Outside(
            lambda m, a, b: a == 0.0 == b,
            "the point (0, 0) has no angle; keep it away from there, for instance with x + 1e-8",
        ),
    ),
    array="arctan2",
    range="bounded",
)
hypot = Primitive(
    name="hypot",
    partials=(lambda m, y, a, b: _hypot_slope(m, a, b), lambda m, y, a, b: _hypot_slope(m, b, a)),
    formula="sqrt(a**2 + b**2)",
    textbook=("a/y", "b/y"),
    range="moderate",
)
log2 = Primitive(
    name="log2",
    partials=(lambda m, y, a: m.divide(m.divide(1.0, m.log(2.0)), a),),
    textbook=("1/(a*log(2))",),
    domain=(Outside(lambda m, a: a <= 0.0, "the logarithm is defined above 0 only; use log2(p + 1e-12)"),),
    latex=r"\log_{2}",
)
log10 = Primitive(
    name="log10",
    partials=(lambda m, y, a: m.divide(m.divide(1.0, m.log(10.0)), a),),
    textbook=("1/(a*log(10))",),
    domain=(Outside(lambda m, a: a <= 0.0, "the logarithm is defined above 0 only; use log10(p + 1e-12)"),),
    latex=r"\log_{10}",
)
cbrt = Primitive(
    name="cbrt",
    symbol="∛",
    partials=(lambda m, y, a: m.divide(1.0, 3.0 * y * y),),
    textbook=("1/(3*y**2)",),
    range="moderate",
)
sinh = Primitive(
    name="sinh",
    partials=(lambda m, y, a: m.cosh(a),),
    textbook=("cosh(a)",),
    latex=r"\sinh",
)
cosh = Primitive(
    name="cosh",
    partials=(lambda m, y, a: m.sinh(a),),
    textbook=("sinh(a)",),
    latex=r"\cosh",
)
asinh = Primitive(
    name="asinh",
    partials=(lambda m, y, a: m.divide(1.0, m.hypot(1.0, a)),),
    textbook=("1/sqrt(1 + a**2)",),
    array="arcsinh",
    range="moderate",
)
acosh = Primitive(
    name="acosh",
    partials=(lambda m, y, a: m.divide(1.0, m.sqrt(a - 1.0) * m.sqrt(a + 1.0)),),
    textbook=("1/sqrt(a**2 - 1)",),
    domain=(Outside(lambda m, a: a < 1.0, "a hyperbolic cosine is never below 1; keep a at 1 or above"),),
    array="arccosh",
)
atanh = Primitive(
    name="atanh",
    partials=(lambda m, y, a: m.divide(1.0, (1.0 - a) * (1.0 + a)),),
    textbook=("1/(1 - a**2)",),
    domain=(
        Outside(
            lambda m, a: a <= -1.0 or a >= 1.0,
            "a hyperbolic tangent lies between -1 and 1; use atanh(a*(1 - 1e-12))",
        ),
    ),
    array="arctanh",
)

# --- the normal distribution -----------------------------------------------------------------------------------


def _root_of_pi(m: Any) -> Any:
    return m.sqrt(m.acos(-1.0))


def _bell(m: Any, k: float, z: Any) -> tuple[Any, Any, Any]:
    """exp(-k z**2) for z >= 0 as three factors: a square of few digits is exact, and its rest is small.

    The last factor, that of a square of at most 706, is no subnormal number: who multiplies by it last loses no digit.
    """
    digits = m.floor(z * 4096.0) * 2.0**-12
    most = m.minimum(digits, 37.5 if k == 0.5 else 26.5)
    rest = m.exp(k * (digits - z) * (digits + z))
    return rest, m.exp(k * (most - digits) * (most + digits)), m.exp(-(k * most * most))


def _erf_slope(m: Any, y: Any, a: Any) -> Any:
    """2 exp(-a**2)/sqrt(pi)."""
    rest, middle, last = _bell(m, 1.0, m.minimum(m.absolute(a), 1e6))  # far beyond where it is 0
    return m.divide(2.0, _root_of_pi(m)) * rest * middle * last


erf = Primitive(
    name="erf",
    partials=(_erf_slope,),
    textbook=("2*exp(-a**2)/sqrt(pi)",),
    range="bounded",
)
erfcx = Primitive(
    name="erfcx",
    partials=(lambda m, y, a: m.where(_is_finite(m, a), 2.0 * (a * y) - m.divide(2.0, _root_of_pi(m)), 0.0 * y),),
    textbook=("2*a*y - 2/sqrt(pi)",),
)

# --- activations -----------------------------------------------------------------------------------------------

tanh = Primitive(
    name="tanh",
    partials=(lambda m, y, a: 4.0 * m.sigmoid(2.0 * a) * m.sigmoid(-2.0 * a),),
    textbook=("1 - y**2",),
    eager=scalar.tanh_with_slope,
    brief=(lambda m, y, a: 1.0 - y**2,),
    activation=True,
    latex=r"\tanh",
    range="bounded",
)
sigmoid = Primitive(
    name="sigmoid",
    symbol="σ",
    partials=(lambda m, y, a: y * m.sigmoid(-a),),
    textbook=("y*(1 - y)",),
    eager=scalar.sigmoid_with_slope,
    brief=(lambda m, y, a: y * (1.0 - y),),
    activation=True,
    latex=r"\sigma",
    range="bounded",
)
softplus = Primitive(
    name="softplus",
    partials=(lambda m, y, a: m.sigmoid(a),),
    formula="log(1 + exp(a))",
    textbook=("sigmoid(a)",),
    activation=True,
    range="moderate",
)


def _swish_slope(m: Any, y: Any, a: Any) -> Any:
    """h + y (1 - h) with h = sigmoid(a), and its limit 1 where 1 - h is 0."""
    rest = m.sigmoid(-a)
    return m.where(rest, m.sigmoid(a) + y * rest, 1.0)


swish = Primitive(
    name="swish",
    partials=(_swish_slope,),
    formula="a*sigmoid(a)",
    textbook=("sigmoid(a) + y*(1 - sigmoid(a))",),
    activation=True,
    range="moderate",
)


def _gelu(m: Any, a: Any) -> Any:
    """a times the chance that a normal number is below a."""
    near = m.below(m.absolute(a), 1e6)
    z = m.where(near, m.absolute(a), 0.0)
    rest, middle, last = _bell(m, 0.5, z)
    below = z * (0.5 * m.erfcx(z * m.sqrt(0.5))) * rest * middle * last
    above = a * (0.5 + 0.5 * m.erf(a * m.sqrt(0.5)))
    return m.where(m.below(-0.5, a), above, -m.where(near, below, m.exp(-m.absolute(a))))


def _gelu_slope(m: Any, y: Any, a: Any) -> Any:
    """The chance, plus a times its density; on both sides in terms of what is missing to 0 or 1."""

    def missing(z: Any) -> Any:
        near = m.step(1e6 - z)
        z = m.where(near, z, 0.0)
        rest, middle, last = _bell(m, 0.5, z)
        to_the_end = 0.5 * m.erfcx(z * m.sqrt(0.5)) - z * m.sqrt(m.divide(0.5, m.acos(-1.0)))
        return m.where(near, to_the_end * rest * middle * last, 0.0)

    right = m.step(a)
    return m.where(right, 1.0 - missing(m.where(right, a, 0.0)), missing(m.where(right, 0.0, -a)))


gelu = Primitive(
    name="gelu",
    symbol="GELU",
    value=lambda m, a: _gelu(m, a),
    partials=(_gelu_slope,),
    formula="a*(1 + erf(a/sqrt(2)))/2",
    textbook=("(1 + erf(a/sqrt(2)))/2 + a*exp(-a**2/2)/sqrt(2*pi)",),
    activation=True,
    range="moderate",
)
relu = Primitive(
    name="relu",
    symbol="ReLU",
    value=lambda m, a: m.maximum(a, 0.0),
    partials=(lambda m, y, a: m.step(a),),
    formula="max(0, a)",
    textbook=("step(a)",),
    flat=True,
    activation=True,
    range="moderate",
)
leaky_relu = Primitive(
    name="leaky_relu",
    symbol="leaky ReLU",
    value=lambda m, a, b: m.where(m.below(a, 0.0), b * a, a),
    partials=(lambda m, y, a, b: m.where(m.step(a), 1.0, b), lambda m, y, a, b: m.where(m.step(a), 0.0, a)),
    formula="a if a >= 0 else b*a",
    textbook=("1 if a >= 0 else b", "0 if a >= 0 else a"),
    flat=True,
    activation=True,
    range="moderate",
)


def _elu_slope(m: Any, y: Any, a: Any, b: Any) -> Any:
    """b * exp(a) below 0; a large b would bring to light the digits that exp(a) loses to underflow."""
    if type(b) is float and -4.0 <= b <= 4.0:
        return m.where(m.step(a), 1.0, b * m.exp(a))
    root = m.exp(0.5 * a)
    return m.where(m.step(a), 1.0, b * root * root)


elu = Primitive(
    name="elu",
    symbol="ELU",
    value=lambda m, a, b: m.where(m.below(a, 0.0), b * m.expm1(a), a),
    partials=(
        _elu_slope,
        lambda m, y, a, b: m.where(m.step(a), 0.0, m.expm1(a)),
    ),
    formula="a if a >= 0 else b*(exp(a) - 1)",
    textbook=("1 if a >= 0 else b*exp(a)", "0 if a >= 0 else exp(a) - 1"),
    flat=True,
    activation=True,
    range="moderate",
)
SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772  # Klambauer et al. (2017)
selu = Primitive(
    name="selu",
    symbol="SELU",
    value=lambda m, a: m.where(m.below(a, 0.0), SELU_SCALE * (SELU_ALPHA * m.expm1(a)), SELU_SCALE * a),
    partials=(lambda m, y, a: m.where(m.step(a), SELU_SCALE, SELU_SCALE * (SELU_ALPHA * m.exp(a))),),
    formula=f"{SELU_SCALE}*a if a >= 0 else {SELU_SCALE}*{SELU_ALPHA}*(exp(a) - 1)",
    textbook=(f"{SELU_SCALE} if a >= 0 else {SELU_SCALE}*{SELU_ALPHA}*exp(a)",),
    flat=True,
    activation=True,
    range="moderate",
)


def _mish_value(m: Any, a: Any) -> Any:
    """a tanh(softplus(a)); far below 0 that is a exp(a), in halves that do not underflow before they must."""
    half = m.exp(0.5 * a)
    return m.where(m.step(a + 40.0), a * m.tanh(m.softplus(a)), m.where(half, half * a * half, 0.0))


def _mish_slope(m: Any, y: Any, a: Any) -> Any:
    """t + a h (1 - t**2) with t = tanh(softplus(a)), h = sigmoid(a); far below 0 that is (1 + a) exp(a)."""
    half, s = m.exp(0.5 * a), m.softplus(a)
    rest = m.sigmoid(a) * (4.0 * m.sigmoid(2.0 * s) * m.sigmoid(-2.0 * s))
    near = m.where(rest, m.tanh(s) + a * rest, 1.0)
    return m.where(m.step(a + 40.0), near, m.where(half, half * (1.0 + a) * half, 0.0))


mish = Primitive(
    name="mish",
    value=_mish_value,
    partials=(_mish_slope,),
    formula="a*tanh(log(1 + exp(a)))",
    textbook=("tanh(log(1 + exp(a))) + a*sigmoid(a)*(1 - tanh(log(1 + exp(a)))**2)",),
    activation=True,
    range="moderate",
)


def _softsign_slope(m: Any, y: Any, a: Any) -> Any:
    r = m.divide(1.0, 1.0 + m.absolute(a))
    return r * r


softsign = Primitive(
    name="softsign",
    value=lambda m, a: m.where(m.below(m.absolute(a), inf), m.divide(a, 1.0 + m.absolute(a)), m.sign(a)),
    partials=(_softsign_slope,),
    formula="a/(1 + abs(a))",
    textbook=("1/(1 + abs(a))**2",),
    activation=True,
    range="bounded",
)
hardtanh = Primitive(
    name="hardtanh",
    value=lambda m, a: m.minimum(m.maximum(a, -1.0), 1.0),
    partials=(lambda m, y, a: m.step(a + 1.0) * m.step(1.0 - a),),
    formula="min(max(a, -1), 1)",
    textbook=("(1 if a <= 1 else 0) if a >= -1 else 0",),
    flat=True,
    activation=True,
    range="bounded",
)
hardsigmoid = Primitive(
    name="hardsigmoid",
    symbol="hard σ",
    value=lambda m, a: m.minimum(m.maximum(m.divide(a + 3.0, 6.0), 0.0), 1.0),
    partials=(lambda m, y, a: m.divide(m.step(a + 3.0) * m.step(3.0 - a), 6.0),),
    formula="min(max((a + 3)/6, 0), 1)",
    textbook=("(1/6 if a <= 3 else 0) if a >= -3 else 0",),
    flat=True,
    activation=True,
    range="bounded",
)
step = Primitive(
    name="step",
    partials=(lambda m, y, a: 0.0,),
    formula="1 if a >= 0 else 0",
    textbook=("0",),
    flat=True,
    activation=True,
    range="bounded",
)

# --- choices ---------------------------------------------------------------------------------------------------

maximum = Primitive(
    name="maximum",
    symbol="max",
    partials=(
        lambda m, y, a, b: m.where(m.at_least(a, b), 1.0, 0.0),
        lambda m, y, a, b: m.where(m.at_least(a, b), 0.0, 1.0),
    ),
    textbook=("1 if a >= b else 0", "0 if a >= b else 1"),
    selects=True,
    notation="max",
    latex=r"\max",
    range="moderate",
)
minimum = Primitive(
    name="minimum",
    symbol="min",
    partials=(
        lambda m, y, a, b: m.where(m.at_least(b, a), 1.0, 0.0),
        lambda m, y, a, b: m.where(m.at_least(b, a), 0.0, 1.0),
    ),
    textbook=("1 if a <= b else 0", "0 if a <= b else 1"),
    selects=True,
    notation="min",
    latex=r"\min",
    range="moderate",
)
where = Primitive(
    name="where",
    partials=(
        lambda m, y, a, b, c: 0.0,
        lambda m, y, a, b, c: m.where(a, 1.0, 0.0),
        lambda m, y, a, b, c: m.where(a, 0.0, 1.0),
    ),
    formula="b if a else c",
    textbook=("0", "1 if a else 0", "0 if a else 1"),
    selects=True,
    range="moderate",
)
clip = Primitive(
    name="clip",
    value=lambda m, a, b, c: m.minimum(m.maximum(a, b), c),
    partials=(
        lambda m, y, a, b, c: m.where(m.at_least(a, b), m.where(m.at_least(c, a), 1.0, 0.0), 0.0),
        lambda m, y, a, b, c: m.where(m.at_least(a, b), 0.0, m.where(m.at_least(c, b), 1.0, 0.0)),
        lambda m, y, a, b, c: m.where(m.at_least(c, m.maximum(a, b)), 0.0, 1.0),
    ),
    formula="min(max(a, b), c)",
    textbook=(
        "(1 if a <= c else 0) if a >= b else 0",
        "0 if a >= b else (1 if b <= c else 0)",
        "0 if max(a, b) <= c else 1",
    ),
    selects=True,
    range="moderate",
)
floor = Primitive(
    name="floor",
    partials=(lambda m, y, a: 0.0,),
    textbook=("0",),
    flat=True,
    range="moderate",
)
ceil = Primitive(
    name="ceil",
    partials=(lambda m, y, a: 0.0,),
    textbook=("0",),
    flat=True,
    range="moderate",
)
round = Primitive(
    name="round",
    partials=(lambda m, y, a: 0.0,),
    textbook=("0",),
    flat=True,
    array="rint",
    range="moderate",
)

# --- any number of operands ------------------------------------------------------------------------------------


def _dot_operands(operands: Sequence[Any]) -> tuple[Sequence[Any], Sequence[Any], Sequence[Any]]:
    """w, the bias (or nothing) and x of a `dot` node, whose operands are w_1 ... w_n, b, x_1 ... x_n."""
    n = len(operands) // 2
    return operands[:n], operands[n : len(operands) - n], operands[len(operands) - n :]


def _dot_value(m: Any, *operands: Any) -> Any:
    w, bias, x = _dot_operands(operands)
    return m.fsum([w_i * x_i for w_i, x_i in zip(w, x, strict=True)] + [*bias])


def _dot_partials(m: Any, y: Any, *operands: Any) -> list[Any]:
    w, bias, x = _dot_operands(operands)
    return [*x, *[1.0 for _ in bias], *w]


def _softmax_partials(m: Any, y: Any, index: Any, *z: Any) -> list[Any]:
    p = m.softmax(z)
    others = m.fsum([p_j for j, p_j in enumerate(p) if j != index])  # 1 - y, which near y = 1 would lose its digits
    return [0.0, *[y * others if j == index else -y * p_j for j, p_j in enumerate(p)]]


dot = Primitive(name="dot", symbol="w·x + b", value=_dot_value, partials=_dot_partials)
fsum = Primitive(
    name="fsum",
    symbol="Σ",
    value=lambda m, *terms: m.fsum(terms),
    partials=lambda m, y, *terms: [1.0] * len(terms),
)
logsumexp = Primitive(
    name="logsumexp",
    symbol="logΣexp",
    value=lambda m, *terms: m.logsumexp(terms),
    partials=lambda m, y, *terms: m.softmax(terms),
)
softmax = Primitive(  # operand 0 is the index of the output, a constant; the others are the logits
    name="softmax",
    value=lambda m, index, *z: m.softmax(z)[int(index)],
    partials=_softmax_partials,
    range="bounded",
)

PRIMITIVES: tuple[Primitive, ...] = tuple(row for row in list(globals().values()) if isinstance(row, Primitive))
