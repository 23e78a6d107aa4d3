"""`show`: both passes over a graph or a network, step by step, in a notebook or as a page."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from autograd.derivation.naming import CALLER, Caller
from autograd.drawing.network import weights_of
from autograd.engine.checks import check_count
from autograd.engine.value import Value
from autograd.stepper.figure import Figure
from autograd.stepper.graph import show_graph
from autograd.stepper.network import show_network

__all__ = ["Figure", "show"]


def show(
    root: Any,
    x: Any = None,
    target: Any = None,
    *,
    loss: Any = None,
    names: Mapping[str, object] | Caller | None = CALLER,
    digits: int = 4,
) -> Figure:
    """Step through the forward and the reverse pass of ``root``: each value, then each gradient, one idea at a time.

    ``show(model, x, target)`` steps through a network at the level of neurons: forward each neuron's weighted sum and
    output, then the loss; in reverse each neuron's delta dL/dz, as the sum of what comes back from the next layer, and
    the gradients of its weights. Large layers are folded. The gradients of the model itself stay as they are.

    ``show(history)`` replays a training, epoch by epoch: see `nn.replay.figure`. Anything else can be shown that has a
    method ``to_figure(digits)`` which gives a `Figure`.

    A notebook displays the stepper: buttons, a slider, and the keys ← → Home End and space; a click on a node shows its
    whole calculation. ``save`` writes it as a page that needs nothing else. Where scripts do not run there is the
    finished picture and a table of all steps.

    Arguments:
        root: the result whose derivatives are taken; or a network, a layer or a neuron; or what `nn.fit` returned.
        x: for a network: one example, a number for each input.
        target: for a network: a number for each output; for a softmax, and where the loss takes it, the class.
        loss: for a network: a name that its method ``loss_named`` knows, which for a network of nn are those of
            `nn.losses`; an object whose ``one(outputs, targets)`` gives the loss of an example (and which may say
            ``on_logits`` and have ``encode``, as a `nn.losses.Loss`); or a function of output and target, of two lists
            where there are several outputs. By default the model's own; else the cross-entropy for a softmax, and half
            the squared error for anything else.
        names: how nodes without a label are called: by default as the caller's variables; None for labels alone; or
            a mapping from names to nodes. What has no name then becomes v1, v2 ...
        digits: how many significant digits are shown.

    Returns:
        A `Figure`: ``.save(path)``, and ``.steps``, the list of steps.

    Raises:
        TypeError: if ``root`` is none of these; if a network lacks x or target, or a Value has them; for a number of
            digits that is not whole.
        ValueError: for less than one digit; for an x or a target of another length; for an unknown loss; for a graph of
            more than 1,000 nodes, which no browser holds.

    Example:
        >>> from autograd import Value
        >>> w, x = Value(0.4), Value(1.0)
        >>> h = (w * x).sigmoid()
        >>> figure = show(h)
        >>> print(figure.steps[0].text)
        w = 0.4, x = 1

    Source: notes 4.5, 4.7 and 5.6; lecture, "3. Gradient Descent".
    """
    check_count("digits", digits)
    layers = None if isinstance(root, Value) else weights_of(root)
    if layers is not None:
        return show_network(root, layers, x, target, loss, names, digits)
    if not (isinstance(root, Value) or hasattr(root, "to_figure")):
        raise TypeError(f"show takes the result of an expression of Values, a network or a history, not {root!r:.60}")
    if x is not None or target is not None or loss is not None:
        raise TypeError(
            "x, target and loss belong to a network: show(model, x, target). For the result of an expression write "
            "show(root) alone, and show(history) for a training"
        )
    if not isinstance(root, Value):
        figure: Figure = root.to_figure(digits)
        return figure
    return show_graph(root, names, digits, sys._getframe(1))
