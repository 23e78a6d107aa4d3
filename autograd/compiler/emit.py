"""Stage 5, emit: the array program as the text a person would write.

Pure expressions in NumPy's notation: the same text runs on every library of the Array API standard.
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterable, Sequence

from autograd.compiler.arrays import Array, in_order
from autograd.compiler.layout import Block
from autograd.compiler.namespace import HELPERS, NEEDED_BY
from autograd.engine import primitives as table
from autograd.engine.primitives import Primitive

_INLINE = frozenset(["number", "seed", "transpose", "expand"])
_COMPARE, _OR, _AND, _SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(1, 9)  # how tightly operators bind
_OPERATORS: dict[Primitive | str, tuple[str, int]] = {
    table.add: ("+", _SUM),
    table.subtract: ("-", _SUM),
    table.multiply: ("*", _PRODUCT),
    table.divide: ("/", _PRODUCT),
    "and": ("&", _AND),
    "or": ("|", _OR),
}
RESERVED = frozenset(
    ["np", "theta", "X", "m", "data", "forward", "value_and_grad", "ERFCX", *HELPERS]
)  # names that are taken
_LINE = 56  # longer lines are not aligned
_NESTED = 6  # expressions are nested at most so deep


def identifier(text: str) -> str:
    """A label as a name in a program, or nothing where it is none."""
    text = unicodedata.normalize("NFKC", text)
    assignable = text.isidentifier() and not keyword.iskeyword(text) and text != "__debug__"
    return text if assignable else ""


def stem(labels: Iterable[str | None]) -> str:
    """What labels have in common: w of w1, w2; w3 of w11[3], w12[3], where the brackets hold the layer."""
    stems = set()
    for label in labels:
        match = re.fullmatch(r"(.*?)[\d_,]*(?:\[(\d+)\])?", label or "")
        stems.add(match[1] + (match[2] or "") if match else "")
    return identifier(stems.pop()) if len(stems) == 1 else ""


def slice_of(wanted: Sequence[int]) -> str | None:
    """Columns as a slice, where they stand at equal distances: "0:6:2"."""
    gap = wanted[1] - wanted[0] if len(wanted) > 1 else 1
    if gap < 1 or tuple(wanted) != tuple(range(wanted[0], wanted[0] + gap * len(wanted), gap)):
        return None
    return f"{wanted[0]}:{wanted[-1] + 1}" + (f":{gap}" if gap > 1 else "")


def data_name(axis: str) -> str:
    """What the numbers that vary along an axis of copies are called."""
    return f"data{axis[1:]}"


class Writer:
    """Writes one function of the program.

    Arguments:
        blocks: the blocks of theta with their names.
        names: names for arrays; the others are written inside the expression that uses them, or numbered.
        copies: the number of copies along each axis of copies.
        taken: names that are not to be used.
    """

    def __init__(
        self, blocks: Sequence[tuple[Block, str]], names: dict[Array, str], copies: dict[str, int], taken: Iterable[str]
    ) -> None:
        self.blocks = blocks
        self.names = names
        self.block_at = [block for block, _ in blocks for _ in range(block.size)]
        self.name_of = dict(blocks)
        self.copies = copies
        self.taken = {*RESERVED, *taken, *[name for _, name in blocks]}
        self.written: dict[Array, str] = {}
        self.uses: dict[Array, int] = {}
        self.helpers: set[str] = set()
        self.counter = 0

    def lines(self, sections: Sequence[tuple[str, Sequence[Array]]], results: Sequence[Array]) -> list[str]:
        """The assignments, section by section; each section lists arrays that get a line of their own."""
        everything = in_order([*[node for _, nodes in sections for node in nodes], *results])
        for node in everything:
            for arg in node.args:
                self.uses[arg] = self.uses.get(arg, 0) + 1
        for node in results:
            self.uses[node] = self.uses.get(node, 0) + 1
        forced = {node for _, nodes in sections for node in nodes}
        body: list[tuple[str, str]] = []
        used = {self._block_of(node.attr) for node in everything if node.op == "parameter"} - {None}
        for block, name in self.blocks:
            if block in used:
                body.append((f"{name} = {self._block(block)}", _shape(block.shape)))
        if any(node.op == "seed" or ("m" in node.shape and node.op == "broadcast") for node in everything):
            body.append(("m = X.shape[0]", ""))
        nested: dict[Array, int] = {}
        for title, nodes in sections:
            start = len(body)
            for node in in_order(nodes):
                if node in self.written or node.op in _INLINE or self._given(node):
                    continue
                nested[node] = 1 + max([nested.get(arg, 0) for arg in node.args], default=0)
                if node in forced or node in self.names or self.uses[node] > 1 or nested[node] > _NESTED:
                    nested[node] = 0
                    text = self._text(node, 0)
                    name = self._name(node)
                    self.written[node] = name
                    body.append((f"{name} = {text}", _shape(node.shape)))
            if title and len(body) > start:
                body.insert(start, (f"# {title}", ""))
        width = max([len(line) for line, shape in body if shape and len(line) <= _LINE], default=0)
        return [f"{line:<{width}}  # {shape}" if shape else line for line, shape in body]

    def text(self, node: Array) -> str:
        """The expression for an array: its name where it has a line."""
        return self._ref(node, 0)

    # --- names -----------------------------------------------------------------------------------------------

    def _name(self, node: Array) -> str:
        name = self.names.get(node, "")
        if not name:
            self.counter += 1
            name = f"v{self.counter}"
        base, count = name, 1
        while name in self.taken:
            count += 1
            name = f"{base}_{count}"
        self.taken.add(name)
        return name

    def _block_of(self, ranks: Sequence[int]) -> Block | None:
        """The block that holds these parameters; None if they stand in several."""
        block = self.block_at[min(ranks)]
        return block if max(ranks) < block.start + block.size else None

    def _given(self, node: Array) -> bool:
        return node.op in ("inputs", "data", "parameter") and not (node.op == "parameter" and self._parameter(node)[1])

    def _block(self, block: Block) -> str:
        if not block.shape:
            return f"theta[{block.start}]"
        whole = f"theta[{block.start}:{block.start + block.size}]"
        return whole if len(block.shape) == 1 else f"np.reshape({whole}, {block.shape})"

    def _parameter(self, node: Array) -> tuple[str, bool]:
        """The text for some parameters, and whether it deserves a line."""
        ranks = node.attr
        first, n = ranks[0], len(ranks)
        contiguous = ranks == tuple(range(first, first + n))
        block = self._block_of(ranks)
        if block is not None:
            if contiguous and block.shape == node.shape:
                return self.name_of[block], False
            where = self._inside(block, node)
            if where:
                return self.name_of[block] + where, False
        whole = f"theta[{first}:{first + n}]" if contiguous else f"np.take(theta, {list(ranks)})"
        return (f"np.reshape({whole}, {node.shape})", True) if len(node.shape) > 1 else (whole, not contiguous)

    def _inside(self, block: Block, node: Array) -> str:
        """Some parameters as an index into their block, such as [0:2, 1]; nothing where one index will not do."""
        width = block.shape[-1] if block.shape else 1
        offsets = [rank - block.start for rank in node.attr]
        rows, columns = sorted({o // width for o in offsets}), sorted({o % width for o in offsets})
        axes = [rows, columns][2 - len(block.shape) :]
        if offsets != [r * width + c for r in _span(rows) for c in _span(columns)]:
            return ""
        single = len(axes) - len(node.shape)  # so many axes are indexed by a number
        parts, shape = [], []
        for axis in axes:
            if single > 0 and len(axis) == 1:
                parts.append(str(axis[0]))
                single -= 1
            else:
                parts.append(f"{axis[0]}:{axis[-1] + 1}")
                shape.append(len(axis))
        return f"[{', '.join(parts)}]" if tuple(shape) == node.shape and parts else ""

    # --- expressions -------------------------------------------------------------------------------------------

    def _ref(self, node: Array, strength: int) -> str:
        return self.written[node] if node in self.written else self._text(node, strength)

    def _text(self, node: Array, strength: int) -> str:
        """The expression for an array; in brackets where an operator of this strength would tear it apart."""
        text, own = self._expression(node)
        return f"({text})" if own < strength else text

    def _expression(self, node: Array) -> tuple[str, int]:
        args = node.args
        if node.op in _OPERATORS:
            return self._operator(node, args)
        if isinstance(node.op, Primitive):
            return self._elementwise(node.op, args)
        if node.op == "number":
            return _number(node.attr), _ATOM if node.attr >= 0 else _SIGN
        if node.op == "seed":
            return f"{_number(node.attr)} / m", _PRODUCT
        if node.op == "inputs":
            return "X", _ATOM
        if node.op == "data":
            return data_name(node.attr), _ATOM
        if node.op == "parameter":
            return self._parameter(node)[0], _ATOM
        if node.op == "matmul":
            return f"{self._ref(args[0], _PRODUCT)} @ {self._ref(args[1], _SIGN)}", _PRODUCT
        if node.op == "outer":
            return f"{self._ref(args[0], _ATOM)}[:, None] * {self._ref(args[1], _SIGN)}", _PRODUCT
        if node.op == "not":
            return f"~{self._ref(args[0], _SIGN)}", _SIGN
        if node.op == "mask":
            return f"np.where({self._ref(args[0], 0)}, {self._ref(args[1], 0)}, 0)", _ATOM
        if node.op == "compare":
            return f"{self._ref(args[0], _OR)} {node.attr} {self._ref(args[1], _OR)}", _COMPARE
        return getattr(self, "_" + node.op.replace(" ", "_"))(node, *args), _ATOM

    def _operator(self, node: Array, args: Sequence[Array]) -> tuple[str, int]:
        if node.op is table.multiply and args[0].op == "seed" and abs(args[0].attr) == 1.0:
            return f"{'-' if args[0].attr < 0 else ''}{self._ref(args[1], _PRODUCT)} / m", _PRODUCT
        sign, own = _OPERATORS[node.op]
        tighter = own + 1 if node.op in (table.subtract, table.multiply, table.divide) else own
        return f"{self._ref(args[0], own)} {sign} {self._ref(args[1], tighter)}", own

    def _elementwise(self, op: Primitive, args: Sequence[Array]) -> tuple[str, int]:
        if op is table.negative:
            return f"-{self._ref(args[0], _SIGN)}", _SIGN
        if op is table.power:
            return f"{self._ref(args[0], _ATOM)} ** {self._ref(args[1], _ATOM)}", _POWER
        name = op.array
        if name in HELPERS:
            self.helpers.update((name, *NEEDED_BY.get(name, ())))
        else:
            name = f"np.{name}"
        return f"{name}({', '.join(self._ref(arg, 0) for arg in args)})", _ATOM

    def _transpose(self, node: Array, x: Array) -> str:
        return f"{self._ref(x, _ATOM)}.T"

    def _expand(self, node: Array, x: Array) -> str:
        return f"{self._ref(x, _ATOM)}[:, None]"

    def _numbers(self, node: Array) -> str:
        flat = f"np.array([{', '.join(map(_number, node.attr))}])"
        return flat if len(node.shape) == 1 else f"np.reshape({flat}, {node.shape})"

    def _broadcast(self, node: Array, x: Array) -> str:
        return f"np.broadcast_to({self._ref(x, 0)}, {self._sizes(node.shape)})"

    def _sizes(self, shape: Iterable[object]) -> str:
        sizes = [str(self.copies.get(size, size)) if isinstance(size, str) else str(size) for size in shape]
        return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"

    def _columns(self, node: Array, x: Array) -> str:
        wanted = node.attr
        text = self._ref(x, _ATOM)
        lead = ":, " * (len(node.shape) - 1)
        part = slice_of(wanted)
        if part is not None:
            part = f":{part[2:]}" if part.startswith("0:") else part
            if wanted[-1] + 1 == x.shape[-1] and len(wanted) == x.shape[-1] - wanted[0]:
                part = f"{wanted[0]}:"
            return f"{text}[{lead}{part}]"
        return f"np.take({text}, {list(wanted)}, axis={len(node.shape) - 1})"

    def _column(self, node: Array, x: Array) -> str:
        return f"{self._ref(x, _ATOM)}[{':, ' * (len(x.shape) - 1)}{node.attr}]"

    def _stack(self, node: Array, *pieces: Array) -> str:
        if not node.shape[:-1] and any(piece.op == "number" for piece in pieces):
            return f"np.stack([{', '.join(f'np.array({self._ref(p, 0)})' for p in pieces)}])"
        axis = ", axis=-1" if node.shape[:-1] else ""
        return f"np.stack([{', '.join(self._ref(p, 0) for p in pieces)}]{axis})"

    def _concatenate(self, node: Array, *blocks: Array) -> str:
        axis = f", axis={len(node.shape) - 1}" if len(node.shape) > 1 else ""
        return f"np.concatenate([{', '.join(self._ref(b, 0) for b in blocks)}]{axis})"

    def _reshape(self, node: Array, x: Array) -> str:
        return f"np.reshape({self._ref(x, 0)}, {'(-1,)' if len(node.shape) == 1 else node.shape})"

    def _sum_columns(self, node: Array, x: Array) -> str:
        return f"np.sum({self._ref(x, 0)}{', axis=-1' if node.shape else ''})"

    def _sum_examples(self, node: Array, x: Array) -> str:
        return f"np.sum({self._ref(x, 0)}{', axis=0' if node.shape else ''})"

    def _logsumexp(self, node: Array, x: Array) -> str:
        self.helpers.add("logsumexp")
        return f"logsumexp({self._ref(x, 0)})"

    def _softmax(self, node: Array, x: Array) -> str:
        self.helpers.add("softmax")
        return f"softmax({self._ref(x, 0)})"

    def _softmax_gradient(self, node: Array, p: Array, upstream: Array) -> str:
        self.helpers.add("softmax_gradient")
        return f"softmax_gradient({self._ref(p, 0)}, {self._ref(upstream, 0)})"


def _span(places: list[int]) -> range:
    """From the first to the last."""
    return range(places[0], places[-1] + 1)


def _number(x: float) -> str:
    if x != x or x - x != 0.0:
        return {"inf": "np.inf", "-inf": "-np.inf"}.get(str(x), "np.nan")
    return str(int(x)) if x == int(x) and abs(x) < 1e15 else repr(x)


def _shape(shape: Sequence[object]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})" if shape else ""
