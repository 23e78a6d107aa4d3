"""`Value`: the scalar node of the graph, and its operators.

A node records how it came about: the operation, its operands, and the local derivatives (partials). That record *is*
the graph; everything else in the package reads it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from math import isfinite
from numbers import Real
from opcode import opname
from operator import attrgetter
from os.path import basename
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from autograd.engine import copying, primitives, scalar
from autograd.engine.checks import as_number, may_answer
from autograd.engine.errors import AnomalyError
from autograd.engine.escapes import leaves_the_graph
from autograd.engine.graph import run_backward, topological_order
from autograd.engine.modes import Decision, current_modes, noticed, open_blocks
from autograd.engine.primitives import Primitive
from autograd.engine.scalar import SMALLEST_NORMAL

if TYPE_CHECKING:
    import numpy as np

Number: TypeAlias = "float | np.floating[Any] | np.integer[Any]"
Operand: TypeAlias = "Value | Number"
Group: TypeAlias = "tuple[Any, ...]"  # of Values and floats
Partials: TypeAlias = "tuple[float | None, ...] | None"

_new = object.__new__
_relu = primitives.relu
_add, _subtract, _multiply, _divide = primitives.add, primitives.subtract, primitives.multiply, primitives.divide

revision = [object()]
"""Another object each time that the number of some Value is set: who has read numbers sees whether to read again."""


class Value:
    """A number that remembers how it was computed.

    Write expressions as in mathematics; each operation makes a new node. ``backward()`` then finds the derivative of
    a result with respect to everything it was computed from. A plain number in an expression is a constant: it gets
    no gradient.

    Arguments:
        data: the number, anything that is a real number (also a NumPy scalar); kept as a float.
        label: the name that derivations, pictures and error messages use.

    Attributes:
        data: the number. Setting it changes the next forward pass, not what was recorded already.
        grad: the derivative of the last root on which ``backward()`` was called with respect to this node; 0.0 at
            first. Leaves sum over the calls.
        label: the name, or None.
        op: the `Primitive` that made the node; None for a leaf.
        depth: 0 for a leaf, else one more than that of the deepest operand.

    Raises:
        TypeError: for data that is not a real number, with what to write instead.

    Example:
        >>> from autograd import Value
        >>> w, x = Value(0.4, label="w"), Value(1.0, label="x")
        >>> y = (w * x + 0.1).sigmoid()
        >>> y.backward()
        >>> print(f"{y:.6f} {w.grad:.6f}")
        0.622459 0.235004
    """

    # The record of an operation. Its operands stand in _a and _b, their partials in _da and _db: None for a constant,
    # for what gets no gradient, and where there is no operand. An operation on more than two operands keeps them in two
    # groups (tuples) in _a and _b, and in _da and _db a tuple of partials for each, or None where nothing of the group
    # gets a gradient: a `dot` has its weights and bias in _a, its inputs in _b. All neurons of a layer share one group
    # of inputs. `recorded` makes a record, `_record` walks it: each operand with its partial.
    # Slots and not a dict, four slots and not two tuples: one object that the garbage collector has to visit instead
    # of three, which is most of what recording an operation costs.
    # _decided is set where the number decided something (see `decided`).
    __slots__ = ("_a", "_b", "_da", "_data", "_db", "_decided", "depth", "grad", "label", "op")

    grad: float
    label: str | None
    op: Primitive | None
    depth: int
    _data: float
    _decided: str | tuple[str, int]
    _a: Any
    _b: Any
    _da: Any
    _db: Any

    def __init__(self, data: Number, label: str | None = None) -> None:
        if label is not None and not isinstance(label, str):
            hint = f", or Value({data}.{label}) with a decimal point" if type(data) is type(label) is int else ""
            raise TypeError(f"label must be a string, not {label!r}; write Value(..., label={str(label)!r}){hint}")
        self._data = data if type(data) is float else as_number(data, "data")
        self.grad = 0.0
        self.label = label
        self.op = self._a = self._b = self._da = self._db = None
        self.depth = 0

    def _set_data(self, data: Number) -> None:
        self._data = data if type(data) is float else as_number(data, "data")
        revision[0] = object()

    data = property(  # the getter is no Python code, which halves the cost of reading
        attrgetter("_data"), _set_data, doc="The number, always a float. Setting it does not change what was recorded."
    )

    # --- the record --------------------------------------------------------------------------------------------

    @property
    def operands(self) -> tuple[Value | float, ...]:
        """What the operation was applied to: Values, and plain floats for constants. Empty for a leaf."""
        if type(self._a) is tuple:
            return self._a + self._b
        return () if self._a is None else (self._a,) if self._b is None else (self._a, self._b)

    @property
    def parents(self) -> tuple[Value, ...]:
        """The operands that are Values. Empty for a leaf."""
        return tuple([operand for operand in self.operands if isinstance(operand, Value)])

    @property
    def partials(self) -> tuple[float, ...]:
        """The local derivatives, one a parent: d(this node)/d(parent) at the recorded numbers."""
        return tuple([partial or 0.0 for operand, partial in self._record() if type(operand) is not float])

    @property
    def edges(self) -> list[tuple[Value, float]]:
        """The parents on which the number depends, each with its local derivative: what a derivation follows.

        Operands that were not chosen are not among them, nor is the operand of `stop_gradient`; that of a ReLU below 0
        is, with the derivative 0.

        Example:
            >>> a, b = Value(2.0), Value(3.0)
            >>> a.maximum(b).edges == [(b, 1.0)]
            True
        """
        flat = self.op is not None and self.op.flat
        edges = [(x, 0.0 if flat and s is None else s) for x, s in self._record() if type(x) is not float]
        return [(operand, partial) for operand, partial in edges if partial is not None]

    @property
    def carriers(self) -> list[tuple[Value, float]]:
        """Those of the `edges` along which a gradient goes, however large it is: what the reverse pass follows."""
        return [(operand, partial) for operand, partial in self._record() if partial is not None]

    def _record(self) -> Iterator[tuple[Any, float | None]]:
        """Each operand with its partial: None for a constant, and for an operand that gets no gradient."""
        for operand, partial in ((self._a, self._da), (self._b, self._db)):
            if type(operand) is tuple:
                yield from zip(operand, partial or [None] * len(operand), strict=True)
            elif operand is not None:
                yield operand, partial

    @property
    def decided(self) -> str | None:
        """Where a comparison or ``bool()`` asked for this node's number, such as "model.py:12"; None if none did.

        What the program did next may hang on that number, which no record shows. (Inside `no_grad` nothing is noted.)
        """
        place = getattr(self, "_decided", None)
        return None if place is None else _written(place)

    def backward(self) -> None:
        """Find d(self)/d(node) for every node that ``self`` was computed from, and put it into ``node.grad``.

        Leaves *add* it to what they hold, as the sum over paths and examples asks for: call ``zero_grad()`` before
        you start anew. Inner nodes hold the gradient of the latest pass.

        Raises:
            ValueError: if ``self`` has no history.

        Example:
            >>> x = Value(3.0)
            >>> y = x * x
            >>> y.backward(); x.grad
            6.0
            >>> y.backward(); x.grad
            12.0

        Source: notes 4.5; the order is the reverse of `topological_order`.
        """
        run_backward(self)

    def zero_grad(self) -> None:
        """Set the gradient of this node, and of every node it was computed from, to 0.0."""
        for node in topological_order(self):
            node.grad = 0.0

    # --- arithmetic --------------------------------------------------------------------------------------------
    # + and * between two Values are the bulk of every graph: their rows of the table and `recorded` are written out,
    # which makes them three times as fast. A test holds them to the table.

    def __add__(self, other: Operand) -> Value:
        if type(other) is Value and not open_blocks:
            node: Value = _new(Value)
            node._data = self._data + other._data
            node.grad = 0.0
            node.label = None
            node.op = _add
            d, e = self.depth, other.depth
            node.depth = (d if d > e else e) + 1
            node._a = self
            node._b = other
            node._da = node._db = 1.0
            return node
        return _operator(_add, self, other)

    def __sub__(self, other: Operand) -> Value:
        if type(other) is Value and not open_blocks:
            d, e = self.depth, other.depth
            return recorded(_subtract, self._data - other._data, d if d > e else e, self, 1.0, other, -1.0)
        return _operator(_subtract, self, other)

    def __mul__(self, other: Operand) -> Value:
        if type(other) is Value and not open_blocks:
            node: Value = _new(Value)
            a, b = self._data, other._data
            node._data = a * b
            node.grad = 0.0
            node.label = None
            node.op = _multiply
            d, e = self.depth, other.depth
            node.depth = (d if d > e else e) + 1
            node._a = self
            node._b = other
            node._da = b
            node._db = a
            return node
        return _operator(_multiply, self, other)

    def __truediv__(self, other: Operand) -> Value:
        if type(other) is Value and other._data and not open_blocks:
            data, b = self._data / other._data, other._data
            if data >= SMALLEST_NORMAL or data <= -SMALLEST_NORMAL:
                return recorded(_divide, data, max(self.depth, other.depth), self, 1.0 / b, other, -data / b)
        return _operator(_divide, self, other)

    def __pow__(self, other: Operand) -> Value:
        if type(other) is int and other == 2 and not open_blocks:  # the squares of a loss
            data = self._data
            return recorded(primitives.power, data * data, self.depth, self, 2.0 * data, 2.0, None)
        return _operator(primitives.power, self, other)

    def __radd__(self, other: Number) -> Value:
        if type(other) is int and other == 0:  # where Python's sum() starts
            return self
        return _operator(_add, other, self)

    def __rsub__(self, other: Number) -> Value:
        return _operator(_subtract, other, self)

    def __rmul__(self, other: Number) -> Value:
        return _operator(_multiply, other, self)

    def __rtruediv__(self, other: Number) -> Value:
        return _operator(_divide, other, self)

    def __rpow__(self, other: Number) -> Value:
        return _operator(primitives.power, other, self)

    def __iadd__(self, other: Operand) -> Value:
        return _in_place(_add, "+", self, other) if open_blocks else self + other

    def __isub__(self, other: Operand) -> Value:
        return _in_place(_subtract, "-", self, other) if open_blocks else self - other

    def __imul__(self, other: Operand) -> Value:
        return _in_place(_multiply, "*", self, other) if open_blocks else self * other

    def __itruediv__(self, other: Operand) -> Value:
        return _in_place(_divide, "/", self, other) if open_blocks else self / other

    def __neg__(self) -> Value:
        return apply(primitives.negative, self)

    def __xor__(self, other: object) -> NoReturn:
        raise TypeError("^ is not the power in Python; write a**b")

    __rxor__ = __xor__

    def __pos__(self) -> Value:
        return self

    def __floor__(self) -> Value:
        return apply(primitives.floor, self)

    def __ceil__(self) -> Value:
        return apply(primitives.ceil, self)

    def __abs__(self) -> Value:
        return apply(primitives.absolute, self)

    # --- functions -------------------------------------------------------------------------------------------------
    # Those of autograd.functions that take a Value first are attached there; here stand their types for checkers, which
    # a test holds to them, and those for hidden layers, without the detour through `apply`.

    def tanh(self) -> Value:
        """The hyperbolic tangent: see `autograd.functions.tanh`."""
        if open_blocks:
            return apply(primitives.tanh, self)
        data, slope = scalar.tanh_with_slope(self._data)
        return recorded(primitives.tanh, data, self.depth, self, slope, None, None)

    def sigmoid(self) -> Value:
        """1 / (1 + exp(-self)): see `autograd.functions.sigmoid`."""
        if open_blocks:
            return apply(primitives.sigmoid, self)
        data, slope = scalar.sigmoid_with_slope(self._data)
        return recorded(primitives.sigmoid, data, self.depth, self, slope, None, None)

    def relu(self) -> Value:
        """max(0, self), with slope 1 at 0: see `autograd.functions.relu`."""
        if open_blocks:
            return apply(primitives.relu, self)
        node: Value = _new(Value)
        data = self._data
        if data >= 0.0:
            node._data = data
            node._da = 1.0
        else:
            node._data = 0.0 if data == data else data  # NaN is passed on
            node._da = None if data == data else data
        node.grad = 0.0
        node.label = None
        node.op = _relu
        node.depth = self.depth + 1
        node._a = self
        node._b = node._db = None
        return node

    if TYPE_CHECKING:

        def __round__(self, digits: int | None = None) -> Value: ...

        def _of_one(self) -> Value: ...

        def _of_two(self, b: Operand, /) -> Value: ...

        def _of_three(self, b: Operand, c: Operand, /) -> Value: ...

        def _with_alpha(self, alpha: Operand = ...) -> Value: ...

        exp = expm1 = log = log1p = log2 = log10 = sqrt = cbrt = erf = erfcx = _of_one
        sin = cos = tan = asin = acos = atan = sinh = cosh = asinh = acosh = atanh = _of_one
        log_sigmoid = softplus = selu = gelu = silu = swish = mish = softsign = hardtanh = _of_one
        hardsigmoid = step = sign = absolute = floor = ceil = stop_gradient = _of_one
        atan2 = hypot = xlogy = maximum = minimum = _of_two
        clip = where = _of_three
        leaky_relu = elu = _with_alpha
        round = __round__

    # --- as a number -------------------------------------------------------------------------------------------

    def __float__(self) -> float:
        leaves_the_graph(self, sys._getframe(1))
        return self._data

    def __bool__(self) -> bool:
        decide(self, sys._getframe(1))
        return bool(self._data)

    def __format__(self, spec: str) -> str:
        return format(self._data, spec) if spec else str(self)

    def __repr__(self) -> str:
        label = "" if self.label is None else f", label={self.label!r}"
        return f"Value(data={self._data!r}, grad={self.grad!r}{label})"

    def describe(self) -> str:
        """How messages speak of this node: "w1 = 0.4", or "multiply(...) = 0.4" where it has no label."""
        name = self.label or ("a Value" if self.op is None else f"{self.op.name}(...)")
        return f"{name} = {self._data:g}"

    def __lt__(self, other: Operand) -> bool:
        return _compare(float.__lt__, self, other)

    def __le__(self, other: Operand) -> bool:
        return _compare(float.__le__, self, other)

    def __gt__(self, other: Operand) -> bool:
        return _compare(float.__gt__, self, other)

    def __ge__(self, other: Operand) -> bool:
        return _compare(float.__ge__, self, other)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Real):
            raise TypeError(
                f"{self.describe()} was compared with {other} by ==, which asks whether two nodes are the same node. "
                f"Compare the numbers: v.data == {other}, or better abs(v.data - {other}) < 1e-9"
            )
        return NotImplemented

    __hash__ = object.__hash__

    # --- copies and NumPy --------------------------------------------------------------------------------------

    def __copy__(self) -> Value:
        return copying.shallow(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        return copying.deep(self, memo)

    def __reduce__(self) -> tuple[Any, ...]:
        return copying.reduce(self)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **options: Any) -> Any:
        """NumPy's functions and operators, over object arrays of Values and on a single Value."""
        import numpy as np

        if out is not None and any(array.dtype != object for array in out):
            raise TypeError(
                f"an array of {out[0].dtype} cannot hold Values, so numpy.{ufunc.__name__} cannot write into it; "
                "instead of a += v write a = a + v, which makes an array of Values"
            )
        arrays = [np.array(x, dtype=object) if type(x) is Value else x for x in inputs]
        if out is not None:
            options["out"] = out
        return getattr(ufunc, method)(*arrays, **options)


# --- making nodes ----------------------------------------------------------------------------------------------


def recorded(op: Primitive, data: float, depth: int, a: Any, da: Any, b: Any, db: Any) -> Value:
    """A node with this record, whose deepest operand stands at ``depth``."""
    node: Value = _new(Value)
    node._data = data
    node.grad = 0.0
    node.label = None
    node.op = op
    node.depth = depth + 1
    node._a = a
    node._b = b
    node._da = da
    node._db = db
    return node


def recorded_groups(op: Primitive, data: float, a: Group, da: Partials, b: Group = (), db: Partials = None) -> Value:
    """A node for an operation on one or two groups of operands, whose value and partials are known.

    The partials stand aligned with the operands, None for an operand that gets no gradient; a group of constants has
    None for all. Honours the modes of `no_grad` and `detect_anomaly`.
    """
    if open_blocks:
        modes = current_modes()
        if modes.check and not isfinite(data) and all(isfinite(x) for x in (*a, *b)):
            raise AnomalyError(f"{_call(op, (*a, *b))} made {data:g} out of finite numbers; {_ANOMALY_ADVICE}")
        if not modes.record:
            unrecorded = Value(data)
            unrecorded._a = unrecorded._b = _UNRECORDED
            return unrecorded
    depth = max([x.depth for x in (*a, *b) if type(x) is not float])
    return recorded(op, data, depth, a, _carried(a, da), b, _carried(b, db))


def make_constant(leaf: Value) -> None:
    """Let a leaf be a constant from now on: the identity of its number, which no gradient reaches."""
    leaf.op, leaf._a = primitives.identity, leaf._data


def _carried(group: Group, partials: Partials) -> Partials:
    """The partials of a group, with None for its constants; None alone if nothing carries a gradient."""
    if partials is None or float not in map(type, group):
        return partials
    carried = tuple([None if type(x) is float else slope for x, slope in zip(group, partials, strict=True)])
    return carried if carried.count(None) < len(carried) else None


def apply(op: Primitive, *operands: Any) -> Any:
    """Compute a primitive eagerly: a recorded `Value` if any operand is a Value, else a float.

    Every function of the package comes down to this; so does a primitive of your own.

    Arguments:
        op: the row of the table.
        operands: Values and real numbers.

    Raises:
        TypeError: for an operand that is neither.
        DomainError: where the operation is not defined.

    Example:
        >>> from autograd import Value
        >>> from autograd.engine import primitives
        >>> from autograd.engine.value import apply
        >>> apply(primitives.sin, 0.0)
        0.0
        >>> apply(primitives.sin, Value(0.0)).partials
        (1.0,)
    """
    if len(operands) == 1 and type(operands[0]) is Value and not open_blocks:  # the common case, without the lists
        (a,) = operands
        x = a._data
        if op.is_outside is None or not op.is_outside(scalar, x):
            if op.eager is not None:
                data, slope = op.eager(x)
            else:
                data = op.on_floats(x)
                slope = op.rules[0](scalar, data, x) if op.rules else op.slopes(scalar, data, x)[0]
            return recorded(op, data, a.depth, a, None if slope == 0.0 and op.may_stop else float(slope), None, None)
    try:
        checked: list[Any] = [as_operand(x) for x in operands]
    except (TypeError, ValueError) as error:
        others = ", ".join([x.describe() for x in operands if isinstance(x, Value)])
        raise type(error)(f"{op.name}{f' (beside {others})' if others else ''}: {error}") from None
    numbers = numbers_of(checked)
    if op.is_outside_on_floats is not None and op.is_outside_on_floats(*numbers) and (limit := op.outside(*numbers)):
        raise limit.error(f"{_call(op, checked)}: {limit.sentence}")
    slopes: Sequence[float] | None = None
    if op.eager is not None:
        data, *slopes = op.eager(*numbers)
    else:
        data = op.on_floats(*numbers)
    depths = [x.depth for x in checked if type(x) is not float]
    if not depths:
        return data
    if slopes is None:
        wanted = None if len(depths) == len(checked) else [type(x) is not float for x in checked]
        slopes = op.slopes(scalar, data, *numbers, wanted=wanted)
    partials = [
        None if type(x) is float or (op.may_stop and slope == 0.0) else float(slope)
        for slope, x in zip(slopes, checked, strict=True)
    ]
    if open_blocks or len(checked) > 2:
        return recorded_groups(op, data, tuple(checked), tuple(partials))
    (a, da), (b, db) = [*zip(checked, partials, strict=True), (None, None)][:2]
    return recorded(op, data, max(depths), a, da, b, db)


def _operator(op: Primitive, a: Any, b: Any) -> Any:
    """An operator between a Value and something else: constants fast, foreign types (arrays) asked first."""
    other = b if isinstance(a, Value) else a
    kind = type(other)
    if (kind is float or (kind is int and -(2**53) < other < 2**53)) and not open_blocks:
        x, y = (a._data, float(b)) if other is b else (float(a), b._data)
        if op.is_outside is None or not op.is_outside(scalar, x, y):
            data = op.on_floats(x, y)
            if other is b:
                return recorded(op, data, a.depth, a, op.rules[0](scalar, data, x, y), y, None)
            return recorded(op, data, b.depth, x, None, b, op.rules[1](scalar, data, x, y))
    if isinstance(other, (Value, Real)) or not may_answer(other):
        if open_blocks:
            _keep_leaves_of_arrays(a, sys._getframe(2))
        return apply(op, a, b)
    return NotImplemented


_ANOMALY_ADVICE = "scale the inputs, or use a form that does not overflow, such as a loss on logits"


def _call(op: Primitive, operands: Iterable[Any]) -> str:
    """The operation as a message shows it: "divide(x = 1, y = 0)"."""
    described = [f"{x:g}" if type(x) is float or not x.label else f"{x.label} = {x:g}" for x in operands]
    if len(described) > 6:
        described = [*described[:5], "..."]
    return f"{op.name}({', '.join(described)})"


# --- operands --------------------------------------------------------------------------------------------------


def as_operand(x: Any) -> Value | float:
    """An operand of an operation: a Value as it is, a real number as a float."""
    return x if type(x) is Value or type(x) is float or isinstance(x, Value) else as_number(x, "an operand")


def numbers_of(operands: Iterable[Any]) -> tuple[float, ...]:
    """The numbers of Values and floats alike."""
    return tuple([x if type(x) is float else x._data for x in operands])


def number_of(x: Value | float) -> float:
    """The number of a Value or of a number."""
    return x._data if isinstance(x, Value) else float(x)


def _compare(how: Callable[[float, float], bool], a: Value, b: Any) -> bool:
    if type(b) is not float and not isinstance(b, (Value, Real)):
        return NotImplemented
    frame = sys._getframe(2)
    decide(a, frame)
    if isinstance(b, Value):
        decide(b, frame)
        return how(a._data, b._data)
    return how(a._data, float(b))


def decide(node: Value, where: str | FrameType) -> None:
    """Note that the number of ``node`` is asked for, by the program in ``where``, which may go on this way or that."""
    if open_blocks and not current_modes().record:
        return
    node._decided = where if isinstance(where, str) else (where.f_code.co_filename, where.f_lineno)
    found = noticed()
    if found is not None:
        found.append(Decision(node, _written(node._decided)))


def _written(place: str | tuple[str, int]) -> str:
    """A place in a program: "model.py:12"."""
    return place if isinstance(place, str) else f"{basename(place[0])}:{place[1]}"


# --- in place ----------------------------------------------------------------------------------------------------

_UNRECORDED = ()  # stands in _a of what was computed under no_grad: a leaf, but not one that its author made


def _in_place(op: Primitive, sign: str, leaf: Value, other: Any) -> Any:
    """``leaf -= other`` and the like: under no_grad a leaf changes in place, as PyTorch's users write an update."""
    if leaf.op is not None or current_modes().record:
        return _operator(op, leaf, other)
    if isinstance(other, Value):
        if leaf._a == _UNRECORDED:
            return _operator(op, leaf, other)
        raise TypeError(
            f"{leaf.describe()} is a leaf, and inside no_grad() {sign}= changes a leaf in place, for every name that "
            f"holds it; with a Value on the right, {other.describe()}, it is not clear that this is meant. Write "
            f"p {sign}= v.data to change the leaf, or p = p {sign} v for a new Value"
        )
    if getattr(other, "shape", None) == ():  # an array of one number
        other = other[()]
    if not isinstance(other, Real):
        raise TypeError(
            f"inside no_grad() {sign}= changes the leaf {leaf.describe()} in place, by one number, not by "
            f"{type(other).__name__}; for an array of Values write: for p, g in zip(W.flat, G.flat): p {sign}= g"
        )
    leaf.data = _operator(op, leaf, as_number(other, "an operand"))._data
    return leaf


_NB_INPLACE_ADD = 13  # from here on the operators of BINARY_OP are in place (Include/opcode.h)


def _keep_leaves_of_arrays(leaf: Any, frame: FrameType) -> None:
    """Raise for ``W -= ...`` on an array of leaves under no_grad, which would put new Values into their places."""
    if not isinstance(leaf, Value) or leaf.op is not None or leaf._a == _UNRECORDED or current_modes().record:
        return
    operation, operator = frame.f_code.co_code[frame.f_lasti : frame.f_lasti + 2]
    if opname[operation] == "BINARY_OP" and operator >= _NB_INPLACE_ADD:
        raise TypeError(
            f"inside no_grad() this would replace {leaf.describe()} in the array by a new Value, and whoever else "
            "holds it, such as an optimizer, would not see the change; write: for p, g in zip(W.flat, G.flat): p -= g"
        )
