"""The gradient as one flat array: what was found for each array of parameters, put in the order of theta."""

from __future__ import annotations

from autograd.compiler.arrays import Array
from autograd.compiler.layout import Layout
from autograd.compiler.simplify import Arrays


def flat_gradient(make: Arrays, layout: Layout, derivatives: dict[Array, Array]) -> Array:
    """The derivatives with respect to arrays of parameters as one array aligned with theta."""
    size = len(layout.position)
    remaining = dict(derivatives)
    blocks: list[Array] = []
    lone: list[Array] = []  # derivatives of single parameters side by side
    for block in layout.blocks:
        whole = make.leaf("parameter", tuple(range(block.start, block.start + block.size)), block.shape)
        derivative = remaining.pop(whole, None)
        if not block.shape and derivative is not None:
            lone.append(derivative)
            continue
        if lone:
            blocks.append(make.stack(lone))
            lone = []
        blocks.append(make.zeros((block.size,)) if derivative is None else make.reshape(derivative, (block.size,)))
    if lone:
        blocks.append(make.stack(lone))
    if not blocks:
        return make.zeros((0,))
    nothing = all(block.op == "broadcast" for block in blocks) and bool(remaining)
    total = None if nothing else make.concatenate(blocks)
    for parameters, derivative in remaining.items():
        flat = make.reshape(derivative, (len(parameters.attr),)) if parameters.shape else make.stack([derivative])
        for placed in _placed(make, flat, parameters.attr, size):
            total = placed if total is None else make.add(total, placed)
    assert total is not None
    return total


def _placed(make: Arrays, derivative: Array, ranks: tuple[int, ...], size: int) -> list[Array]:
    """A derivative at its places in theta, 0 elsewhere; several arrays where a parameter occurs several times."""
    first, n = ranks[0], len(ranks)
    if ranks == tuple(range(first, first + n)):
        pieces = [make.zeros((first,)), derivative, make.zeros((size - first - n,))]
        return [make.concatenate([piece for piece in pieces if piece.shape[0] > 0])]
    rounds: list[dict[int, int]] = []
    for j, rank in enumerate(ranks):
        for taken in rounds:
            if rank not in taken:
                taken[rank] = j
                break
        else:
            rounds.append({rank: j})
    padded = make.concatenate([derivative, make.zeros((1,))])
    return [make.columns(padded, tuple([taken.get(rank, n) for rank in range(size)])) for taken in rounds]
