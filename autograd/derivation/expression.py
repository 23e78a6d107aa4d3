"""Expressions as text: parsed, never run as Python, and recorded as a graph."""

from __future__ import annotations

import ast
import difflib
import math
import re
import warnings
from collections.abc import Callable, Mapping
from inspect import signature
from typing import Any

from autograd import functions
from autograd.engine.primitives import PRIMITIVES
from autograd.engine.value import Value

_NOTATIONS = {op.name: op.notation for op in PRIMITIVES if not op.variadic}
_NOTATIONS |= {"log_sigmoid": "log_sigmoid", "silu": "silu"}  # made of several rows, and another name for one
_FUNCTIONS: dict[str, Callable[..., Any]] = {name: f for name, f in vars(functions).items() if name in _NOTATIONS}
_FUNCTIONS |= {_NOTATIONS[name]: f for name, f in _FUNCTIONS.items()}
_FUNCTIONS |= {op.array: _FUNCTIONS[op.name] for op in PRIMITIVES if op.array and op.name in _FUNCTIONS}  # arctan

_OTHER_NAMES = {"ln": "log", "sgn": "sign", "sig": "sigmoid", "σ": "sigmoid", "fabs": "abs", "heaviside": "step"}
_OTHER_NAMES |= {"lg": "log10", "ld": "log2", "lb": "log2", "tg": "tan", "arctg": "atan", "sh": "sinh", "ch": "cosh"}
_OTHER_NAMES |= {"th": "tanh", "arsinh": "asinh", "arcosh": "acosh", "artanh": "atanh"}
_CONSTANTS = {"pi": math.pi, "π": math.pi, "e": math.e}  # where no variable has that name
_INSTEAD = {"cot": "1/tan(x)", "ctg": "1/tan(x)", "sec": "1/cos(x)", "csc": "1/sin(x)", "coth": "1/tanh(x)"}
_INSTEAD |= {"sech": "1/cosh(x)", "csch": "1/sinh(x)", "acot": "atan(1/x)", "arccot": "atan(1/x)", "exp2": "2**x"}
_INSTEAD |= {"pow": "a**b", "square": "x**2", "root": "x**(1/n)", "reciprocal": "1/x"}
_TYPESET = {"−": "-", "–": "-", "×": "*", "·": "*", "⋅": "*", "÷": "/", "²": "**2", "³": "**3", "√": "sqrt(...)"}

_ALLOWED = "only numbers, names, + - * / **, parentheses and functions can stand in an expression"

_OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
}


class ExpressionError(ValueError):
    """A mistake in an expression; the message shows the expression with a caret under the place."""

    def __init__(self, text: str, position: int, what: str) -> None:
        start = max(0, position - 60)  # a long expression is cut around the place
        super().__init__(f"{what}\n  {text[start : start + 100]}\n  {' ' * (position - start)}^")


def record(text: str, variables: Mapping[str, Value]) -> Value:
    """The graph of an expression such as ``0.5*(w2*sigmoid(w1*x + b1) + b2 - t)**2``.

    Arguments:
        text: numbers, names, + - * / **, parentheses, and the functions of `autograd.functions` on numbers. Steps may
            have names of their own, ``z = w*x + b; y = tanh(z)``; the last step is the result. ``pi`` and ``e`` are the
            numbers of that name unless they are given as variables.
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
    nodes = [node for _, expression in steps for node in ast.walk(expression)]
    calls = [node.func for node in nodes if isinstance(node, ast.Call)]
    functions_called = {id(name) for name in calls if isinstance(name, ast.Name) and name.id in _FUNCTIONS}
    names = [node for node in nodes if isinstance(node, ast.Name) and id(node) not in functions_called]
    given = {target.id for target, _ in steps if target is not None}
    ordered = sorted(names, key=lambda node: node.col_offset)
    return list(dict.fromkeys(node.id for node in ordered if node.id not in given and node.id not in _CONSTANTS))


class _Recorder:
    """Walks the syntax tree of one expression."""

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
                result = self.walk(expression)
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

    def walk(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return self.compute(node, float, number)
            case ast.Name(id=name):
                if name in self.variables:
                    return self.variables[name]
                if any(target is not None and target.id == name for target, _ in self.steps):
                    raise self.error(node, f"{name} is used before the step that computes it; compute it first")
                if name in _CONSTANTS:
                    return _CONSTANTS[name]
                raise self.error(node, f"{name} has no value; give it one with {name}=...")
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self.walk(operand)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.walk(operand)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
                return self.compute(node, _OPERATORS[type(op)], self.walk(left), self.walk(right))
            case ast.BinOp(op=ast.BitXor(), right=right):
                raise self.error(right, "^ is not a power here; write **")
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
                if name in _FUNCTIONS:
                    if len(args) not in _arguments(name):
                        ways = [f"{name}({', '.join(names)})" for names in _arguments(name).values()]
                        raise self.error(node, f"{name} is written {' or '.join(ways)}")
                    return self.compute(node, _FUNCTIONS[name], *map(self.walk, args))
                if name in self.variables:
                    raise self.error(node, f"{name} is a variable, no function; a product needs a sign: {name}*(...)")
                raise self.error(node, f"no function is called {name}; {_suggested(name)}")
            case ast.Call(func=ast.BinOp() | ast.UnaryOp() | ast.Constant() | ast.Call() as factor):
                raise self.error(factor, "a product needs a sign: write * between its factors", at_end=True)
            case ast.Attribute(value=value, attr=name):
                hint = f"write {name} alone" if name in _FUNCTIONS else "a dot stands in numbers only"
                raise self.error(value, f"{_ALLOWED}; {hint}", at_end=True)
            case ast.Compare(left=left, ops=[ast.Eq(), *_]):
                raise self.error(left, "a step is named with one sign of equality: y = x**2", at_end=True)
            case ast.Call(func=ast.Attribute() as function):
                self.walk(function)
        raise self.error(node, _ALLOWED)

    def compute(self, node: ast.expr, function: Callable[..., Any], *operands: Any) -> Any:
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
