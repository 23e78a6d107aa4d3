"""Expressions as text: parsed, never run as Python, and recorded as a graph."""

from __future__ import annotations

import ast
import difflib
import math
import re
import warnings
from collections.abc import Callable, Mapping
from functools import reduce
from inspect import isfunction, signature
from typing import Any, NoReturn

from autograd import functions
from autograd.derivation import formulas
from autograd.engine.primitives import PRIMITIVES
from autograd.engine.value import Value


def _is_elementary(f: Any) -> bool:
    """Whether this is a function of numbers that records: one of a row of the table, or of what is made of rows."""
    kinds = {"return": "", **getattr(f, "__annotations__", {})}
    result = kinds.pop("return")
    return (
        isfunction(f)
        and result in ("T", "Any")
        and {*kinds.values()} <= {"T", "Operand", "Operand | bool", "int | None"}
    )


_FUNCTIONS: dict[str, Callable[..., Any]] = {name: f for name, f in vars(functions).items() if _is_elementary(f)}
_ROWS = [op for op in PRIMITIVES if op.name in _FUNCTIONS]
_FUNCTIONS |= {op.notation: _FUNCTIONS[op.name] for op in _ROWS}
_FUNCTIONS |= {op.array: _FUNCTIONS[op.name] for op in _ROWS if op.array}  # arctan

_OF_SEVERAL = functions.maximum, functions.minimum  # these take more than two operands here, one after the other

_OTHER_NAMES = {"ln": "log", "sgn": "sign", "sig": "sigmoid", "σ": "sigmoid", "fabs": "abs", "heaviside": "step"}
_OTHER_NAMES |= {"lg": "log10", "ld": "log2", "lb": "log2", "tg": "tan", "arctg": "atan", "sh": "sinh", "ch": "cosh"}
_OTHER_NAMES |= {"th": "tanh", "arsinh": "asinh", "arcosh": "acosh", "artanh": "atanh"}
_CONSTANTS = {"pi": math.pi, "π": math.pi, "e": math.e}  # where no variable has that name
_INSTEAD = {"cot": "1/tan(x)", "ctg": "1/tan(x)", "sec": "1/cos(x)", "csc": "1/sin(x)", "coth": "1/tanh(x)"}
_INSTEAD |= {"sech": "1/cosh(x)", "csch": "1/sinh(x)", "acot": "atan(1/x)", "arccot": "atan(1/x)", "exp2": "2**x"}
_INSTEAD |= {"pow": "a**b", "square": "x**2", "root": "x**(1/n)", "reciprocal": "1/x"}
_TYPESET = {"−": "-", "–": "-", "×": "*", "·": "*", "⋅": "*", "÷": "/", "²": "**2", "³": "**3", "√": "sqrt(...)"}

_GIVEN = re.compile(r"[^\W\d]\w*\s*=\s*[-+−]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_ALLOWED = "only numbers, names, + - * / **, parentheses and functions can stand in an expression"


class ExpressionError(ValueError):
    """A mistake in an expression; the message shows the expression with a caret under the place."""

    def __init__(self, text: str, position: int, what: str) -> None:
        start = max(0, position - 60)  # a long expression is cut around the place
        super().__init__(f"{what}\n  {text[start : start + 100]}\n  {' ' * (position - start)}^")


def record(text: str, variables: Mapping[str, Value]) -> Value:
    """The graph of an expression such as ``0.5*(w2*sigmoid(w1*x + b1) + b2 - t)**2``.

    Arguments:
        text: numbers, names, + - * / **, parentheses, and the functions of `autograd.functions` on numbers; ``max`` and
            ``min`` take two operands or more. Steps may have names of their own, ``z = w*x + b; y = tanh(z)``; the last
            step is the result. ``pi`` and ``e`` are the numbers of that name unless they are given as variables.
        variables: the Value for each name.

    Raises:
        ExpressionError: for anything else, with a caret under the place.

    Example:
        >>> record("z = 2*sin(x); z + 1", {"x": Value(0.0)}).data
        1.0
        >>> record("2*sinus(x)", {"x": Value(0.0)})
        Traceback (most recent call last):
        ...
        autograd.derivation.expression.ExpressionError: no function is called sinus; did you mean sin?
          2*sinus(x)
            ^
    """
    return _Recorder(text, variables).record()


def names_in(text: str) -> list[str]:
    """The variables of an expression that need a value, in the order in which they appear: all but pi and e.

    Example:
        >>> names_in("z = w*x + b; z*sin(x)")
        ['w', 'x', 'b']
    """
    steps = _Recorder(text, {}).steps
    given = {target.id for target, _ in steps if target is not None}
    names = formulas.variables_in(*[expression for _, expression in steps])
    return [name for name in names if name not in given and name not in _CONSTANTS]


def from_lines(text: str) -> str:
    """The steps of a file, one a line, as one expression. Empty lines do not count, nor does what follows a #.

    Example:
        >>> from_lines("z = w*x + b  # the weighted sum\\n\\ny = tanh(z)\\n")
        'z = w*x + b; y = tanh(z)'
    """
    lines = [line.partition("#")[0].strip(" \t;\ufeff") for line in text.splitlines()]
    return "; ".join([line for line in lines if line])


def without_given(text: str) -> tuple[str, list[str]]:
    """An expression without the steps that are given numbers, and these.

    Example:
        >>> without_given("w = 0.4; x = 1; y = tanh(w*x)")
        ('y = tanh(w*x)', ['w = 0.4', 'x = 1'])
    """
    steps = text.split(";")
    given = [step.strip() for step in steps if _GIVEN.fullmatch(step.strip())]
    return (";".join([step for step in steps if not _GIVEN.fullmatch(step.strip())]).strip() if given else text), given


class _Recorder(formulas.Reader):
    """Reads one expression, as a graph."""

    number = float

    def __init__(self, text: str, variables: Mapping[str, Value]) -> None:
        self.text = text = " ".join(text.split())
        self.variables = dict(variables)
        self.steps: list[tuple[ast.Name | None, ast.expr]] = []
        statements = _parsed(text)
        for statement in statements:
            match statement:
                case ast.Assign(targets=[ast.Name() as target], value=expression):
                    self.steps.append((target, expression))
                case ast.Expr(value=expression) if statement is statements[-1]:
                    self.steps.append((None, expression))
                case _:
                    raise self.error(statement, "each step but the last is 'name = expression', with ; between them")
        if not self.steps:
            raise ExpressionError(text, 0, "there is no expression here; write one such as w*x + b")

    def record(self) -> Value:
        """The result of the last step; every named step gets its name as label."""
        for target, expression in self.steps:
            try:
                result = self.read(expression)
            except RecursionError:
                raise ExpressionError(self.text, 0, "the expression is too deeply nested to read") from None
            if not isinstance(result, Value):
                raise self.error(expression, "there is no variable in this, so there is nothing to differentiate")
            if target is not None:
                if target.id in self.variables:
                    raise self.error(target, f"{target.id} has a value already; give the step another name")
                self.variables[target.id] = result
                result.label = result.label or target.id
        return result

    def error(self, node: ast.expr | ast.stmt, what: str, *, at_end: bool = False) -> ExpressionError:
        offset = node.end_col_offset if at_end else node.col_offset
        position = len(self.text.encode()[:offset].decode())
        return ExpressionError(self.text, position, what)

    def name(self, node: ast.Name) -> Any:
        name = node.id
        if name in self.variables:
            return self.variables[name]
        if any(target is not None and target.id == name for target, _ in self.steps):
            raise self.error(node, f"{name} is used before the step that computes it; compute it first")
        if name in _CONSTANTS:
            return _CONSTANTS[name]
        raise self.error(node, f"{name} has no value; give it one with {name}=...")

    def function(self, node: ast.Call, name: str) -> Callable[..., Any]:
        if name in _FUNCTIONS:
            if _FUNCTIONS[name] in _OF_SEVERAL:
                if len(node.args) < 2:
                    raise self.error(node, f"{name} is written {name}(a, b) or {name}(a, b, c)")
                return lambda *operands: reduce(_FUNCTIONS[name], operands)
            if len(node.args) not in _arguments(name):
                ways = [f"{name}({', '.join(names)})" for names in _arguments(name).values()]
                raise self.error(node, f"{name} is written {' or '.join(ways)}")
            return _FUNCTIONS[name]
        if name in self.variables:
            raise self.error(node, f"{name} is a variable, no function; a product needs a sign: {name}*(...)")
        raise self.error(node, f"no function is called {name}; {_suggested(name)}")

    def other(self, node: ast.expr) -> NoReturn:
        match node:
            case ast.BinOp(op=ast.BitXor(), right=right):
                raise self.error(right, "^ is not a power here; write **")
            case ast.Call(func=ast.BinOp() | ast.UnaryOp() | ast.Constant() | ast.Call() as factor):
                raise self.error(factor, "a product needs a sign: write * between its factors", at_end=True)
            case ast.Attribute(value=value, attr=name):
                hint = f"write {name} alone" if name in _FUNCTIONS else "a dot stands in numbers only"
                raise self.error(value, f"{_ALLOWED}; {hint}", at_end=True)
            case ast.Compare(left=left, ops=[ast.Eq(), *_]):
                raise self.error(left, "a step is named with one sign of equality: y = x**2", at_end=True)
            case ast.Call(func=ast.Attribute() as function):
                self.read(function)
        raise self.error(node, _ALLOWED)

    def computed(self, node: ast.expr, function: Callable[..., Any], *operands: Any) -> Any:
        match node:
            case ast.BinOp(left=ast.Name("e"), op=ast.Pow()) if "e" not in self.variables:
                function, operands = functions.exp, operands[1:]  # exact, and derived as one does
        try:
            result = function(*operands)
        except OverflowError:
            raise self.error(node, "this number is beyond the largest float, 1.8e308") from None
        except (ArithmeticError, ValueError, TypeError) as error:
            raise self.error(node, str(error)) from None
        if isinstance(result, complex):
            raise self.error(node, "this is no real number: a negative one to a fractional power")
        return result


def _parsed(text: str) -> list[ast.stmt]:
    """The syntax tree; the parser's complaints in terms of mathematics."""
    for position, sign in enumerate(text):
        if sign in _TYPESET:
            raise ExpressionError(text, position, f"{sign} cannot be read here; write {_TYPESET[sign]}")
        if sign == "#":
            raise ExpressionError(text, position, "# has no meaning here; leave it out")
        if not sign.isprintable():
            raise ExpressionError(text, position, f"a character that cannot be printed, {sign!a}; leave it out")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what is refused anyway, such as 1if
            return ast.parse(text).body
    except SyntaxError as error:
        position = min(max(0, (error.offset or len(text) + 1) - 1), len(text))
        raise ExpressionError(text, position, f"cannot read this: {_reason(text, position, error.msg)}") from None
    except (RecursionError, MemoryError, ValueError) as error:
        raise ExpressionError(text, 0, f"the expression is too deeply nested to read ({error})") from None


def _reason(text: str, position: int, message: str) -> str:
    """Why it cannot be read: a sign is missing, where two things stand side by side; else in the parser's words."""
    before, here = text[:position].rstrip(), text[position : position + 1]
    if "invalid decimal literal" in message:
        return "a product needs a sign, 2*x; and a name begins with a letter"
    if "4300 digits" in message:
        return "a number of so many digits; write it as 1e300"
    if before and here and (before[-1].isalnum() or before[-1] in "_)") and (here.isalnum() or here in "_("):
        last = re.split(r"\W", before)[-1]
        return f"write {last}(...)" if last in _FUNCTIONS else "a sign is missing here, such as *"
    if "|" in text:
        return "an absolute value is written abs(x)"
    if not here and before and before[-1] in "+-*/=":
        return f"something is missing after the last {before[-1]}"
    return message


def _arguments(name: str) -> dict[int, list[str]]:
    """What a function takes, by how many that is: all its arguments, and those that it cannot do without."""
    parameters = signature(_FUNCTIONS[name]).parameters.values()
    needed = [parameter.name for parameter in parameters if parameter.default is parameter.empty]
    every = [parameter.name for parameter in parameters]
    return {len(every): every, len(needed): needed}


def _suggested(name: str) -> str:
    """What could have been meant by a function that does not exist."""
    if name in _INSTEAD:
        return f"write {_INSTEAD[name]}"
    near = [_OTHER_NAMES[name]] if name in _OTHER_NAMES else [f for f in _FUNCTIONS if sorted(f) == sorted(name)]
    near = near or difflib.get_close_matches(name, _FUNCTIONS, 1, 0.5)
    return f"did you mean {near[0]}?" if near else f"known: {', '.join(_FUNCTIONS)}"
