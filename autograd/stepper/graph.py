"""`show`, and what it gives for a Value: the stepper through both passes over its graph."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any, Literal, TypeAlias, get_args

from autograd.derivation.naming import CALLER, Caller, all_named, names_in_use, node_names
from autograd.derivation.styles import one_line
from autograd.derivation.words import speaking, words
from autograd.drawing.build import MAX_NODES, build_scene
from autograd.drawing.layout import lay_out
from autograd.drawing.legend import said_of
from autograd.drawing.moments import Passes, at_moment
from autograd.drawing.nesting import Nested
from autograd.drawing.roles import Roles
from autograd.drawing.svg import to_svg
from autograd.engine.checks import check_count
from autograd.engine.memory import without_collector
from autograd.engine.value import Value
from autograd.stepper import figure_of
from autograd.stepper.figure import Figure, Frame, Kind
from autograd.stepper.frames import frames_when_asked
from autograd.stepper.levels import every_operation, named_quantities
from autograd.stepper.lines import moment_of_quantities, quantity_frames
from autograd.stepper.live import CONTENT, SCRIPTS, STYLES, Live
from autograd.stepper.practice import NO_BLANKS, Hide, blank_picture, blanks_of, practice_data
from autograd.stepper.scenes import make_room, scenes

MOST_NODES = 20_000
"""The largest graph that is shown: a page of some 8 MB, of which a browser makes ten times as much."""
MOST_IN_A_PICTURE = 1000
"""The largest that is drawn in one picture."""

_HERE = Path(__file__).parent
GRAPH = Kind(
    "graph",
    ("pass", "calculation"),
    "both_passes",
    CONTENT,
    (
        *SCRIPTS,
        *[_HERE / f"{name}.js" for name in ("steps", "quantities", "why", "judge", "practice", "scenes", "graph")],
    ),
    (*STYLES, _HERE / "practice.css"),
)
Detail: TypeAlias = Literal["operations", "quantities"]


def show(
    root: Any,
    x: Any = None,
    target: Any = None,
    *,
    loss: Any = None,
    names: Mapping[str, object] | Caller | None = CALLER,
    roles: Roles | None = None,
    legend: bool = True,
    detail: Detail = "operations",
    hide: Hide | None = None,
    digits: int = 4,
    max_nodes: int = MAX_NODES,
    language: str | None = None,
) -> Figure:
    """Step through the forward and the reverse pass of ``root``: each value, then each gradient, one idea at a time.

    ``show(model, x, target)`` steps through a network at the level of neurons: forward each neuron's weighted sum and
    output, then the loss; in reverse each neuron's delta dL/dz, as the sum of what comes back from the next layer, and
    the gradients of its weights. Large layers are folded. The gradients of the model itself stay as they are.

    ``show(history)`` replays a training, epoch by epoch. Networks and histories are those of `nn`, which registers them
    with ``autograd.stepper.figure_of`` when it is imported; register a type of your own in the same way.

    A notebook displays the stepper: buttons, a slider, and the keys ← → Home End and space; a click on a node shows its
    whole calculation; + − and 0 zoom, f fills the screen. Every given number can be changed there, in the picture or in
    a list: values, gradients and formulas follow. Other tools show why a gradient is what it is, whether it is true,
    and where gradient descent leads. A large graph is folded, as `autograd.draw` folds it: a click on a group opens the
    picture of what is in it, a step opens the one in which it happens, and nodes are found by their names. ``save``
    writes it as a page that needs nothing else, whose address leads to the step that is seen and to changed numbers, as
    in ``page.html#w1=0.6&step=12``; as slides or as a film; ``frames`` writes each step as a picture. Where scripts do
    not run there is the finished picture and a table of all steps, of a large graph of the first ones, which is what
    paper has too.

    ``show(L, hide="gradients")`` is for practice: the numbers are blanks, to be filled in in the page, which judges
    them by the rules of `autograd.proofread`, gives a hint to whoever asks for one, and the answer to whoever asks for
    that. Picture, table and text show the blank sheet. It is practice and no examination: who reads the page's source
    finds the recorded numbers in it, and the line that it gives to hand in can be written by anybody.

    Arguments:
        root: the result whose derivatives are taken; or a network, a layer or a neuron; or what `nn.fit` returned.
        x: for a network: one example, a number for each input; or several, a row of numbers for each, which the page
            shows one after the other, and takes all at once when it goes downhill: then a step is an epoch of `nn.fit`
            with plain gradient descent. The picture and ``steps`` are those of the first.
        target: for a network: a number for each output; for a softmax, and where the loss takes it, the class. Of
            several examples one for each.
        loss: for a network: a name or an object of `nn.losses`; any object whose ``one(outputs, targets)`` gives the
            loss of an example (and which may say ``on_logits`` and have ``encode``); or a function of output and
            target, of two lists where there are several outputs. By default the model's own; else the cross-entropy
            for a softmax, and half the squared error for anything else.
        names: how nodes without a label are called: by default as the caller's variables; None for labels alone; or
            a mapping from names to nodes. What has no name then gets one such as v1.
        roles: of a graph, which nodes are inputs, parameters and targets, as for `autograd.draw`.
        legend: whether the picture says below what its shapes mean.
        detail: of a graph, what a step is: one of the ``"operations"``; or one of the named ``"quantities"``, as one
            writes them on the board, with what has no name taken together with the step around it. In the page one can
            choose.
        hide: of a graph, the numbers that are to be found: "gradients"; "values", which are those that are computed,
            and gradients then appear once the values are there that they follow from; "all"; or a list of Values or
            names for their values, and of derivatives of ``root``, as `autograd.proofread` takes them:
            ``["h", "dL/dw1"]``. What follows from a hidden number is withheld until that is found. A step is then an
            operation.
        digits: how many significant digits are shown.
        max_nodes: the largest graph whose nodes are all drawn in one picture, 100 by default and 1,000 at most. A
            larger one is folded, and every operation is a step.
        language: of the words and numbers: "en", the default, "es", "de" or "fr".

    Returns:
        A `Figure`: ``.save(path)``, ``.frames(folder)``, and ``.steps``, the list of steps.

    Raises:
        TypeError: if ``root`` is none of these; if a network lacks x or target, or a Value has them; for a number of
            digits, or of nodes, that is not whole; for ``hide`` with a network or a history.
        ValueError: for less than one digit, or node; for another detail; for a role that is unknown, or of what is not
            in the graph; for an x or a target of another length; for an unknown loss; for a graph of more than 20,000
            nodes, or one of more than 1,000 that is not to be folded, which no browser holds; for what cannot be
            hidden: another word, a name that the graph does not have, the value of a leaf, which is given, and more
            than 200 numbers; for a language of which there are no words.

    Example:
        >>> from autograd import Value
        >>> w, x = Value(0.4), Value(1.0)
        >>> h = (w * x).sigmoid()
        >>> figure = show(h)
        >>> print(figure.steps[0].text)
        w = 0.4, x = 1
        >>> print(show(h, hide="all").steps[2].text)
        h = σ(v1) = ?

    Source: notes 4.5, 4.7 and 5.6; lecture, "3. Gradient Descent".
    """
    check_count("digits", digits)
    check_count("max_nodes", max_nodes)
    example = {name: given for name, given in (("x", x), ("target", target), ("loss", loss)) if given is not None}
    if detail not in get_args(Detail):
        raise ValueError(f"detail is {' or '.join(map(repr, get_args(Detail)))}, not {detail!r}")
    asked: dict[str, Any] = {"roles": roles, "legend": legend, "detail": detail, "hide": hide, "max_nodes": max_nodes}
    usual = {"roles": None, "legend": True, "detail": "operations", "hide": None, "max_nodes": MAX_NODES}
    options = {name: option for name, option in asked.items() if option is not usual[name]}
    with speaking(language):
        return figure_of(root, example, names, digits, sys._getframe(1), **options)


@figure_of.register(Value)
@without_collector
def _figure_of_graph(
    root: Value,
    example: Mapping[str, Any],
    names: Any,
    digits: int,
    frame: FrameType,
    roles: Roles | None = None,
    legend: bool = True,
    detail: Detail = "operations",
    hide: Hide | None = None,
    max_nodes: int = MAX_NODES,
) -> Figure:
    """The stepper of a graph; the arguments are those of `figure_of`."""
    if example:
        raise TypeError(
            "x, target and loss belong to a network: show(model, x, target). For the result of an expression write "
            "show(root) alone"
        )
    if hide is not None and detail != "operations":
        raise ValueError("where numbers are hidden a step is an operation; leave detail out")
    given = node_names([root], names, frame)
    names_of = all_named([root], given, names_in_use(names, frame))
    n = len(names_of)
    if hide is not None:  # where numbers are missing none is out of sight
        max_nodes = max(n, max_nodes)
    folded = n > max_nodes
    _check_size(n, max_nodes, detail)
    scene = build_scene(
        root,
        {name: node for node, name in names_of.items()},
        roles=roles,
        legend=legend,
        max_nodes=max_nodes,
        digits=digits,
    )
    name = one_line(names_of[root])
    whole, live = every_operation(root, names_of), Live(root, names_of, digits)
    blanks = NO_BLANKS if hide is None else blanks_of(hide, whole)
    if hide is not None:
        scene = blank_picture(scene, blanks)
    if n > MOST_IN_A_PICTURE:  # no number of nodes shows every one
        scene.note = scene.note.split("; ")[0]
    uses = Counter([parent for node in names_of for parent in dict.fromkeys(node.parents)])
    shared = {node for node, count in uses.items() if count > 1}
    make_room(scene, digits, shared if folded else ())
    passes = cache(lambda: Passes(root, scene, digits))
    if folded or hide is not None:
        lay_out(scene)
    else:
        passes()  # which gives the nodes their places, with room for what they have on the way
    named = whole if folded else named_quantities(root, names_of, given)
    quantities = quantity_frames(named, live) if hide is None and 2 < len(named.names) < n else []
    nested = Nested(scene)
    pictures = [inner.scene for _, inner in nested.walk()]
    role_of = {
        node.value: node.role
        for picture in pictures
        for node in picture.nodes
        if isinstance(node.value, Value) and node.role != "outside"
    }
    shown = words("graph" if hide is None else "graph_with_blanks", name=name, count=n)
    description = " ".join([shown, *said_of(list(role_of.values()))])
    if hide is not None:
        scene.description = description
    data: dict[str, Any] = {
        **live.data(scene, role_of),
        "detail": detail if quantities else "operations",
        "steps": [],  # the page makes them
        "operations": whole.data(live.templates, live.places),
    }
    if quantities:
        data["quantities"] = {
            "named": [live.places[node] for node in named.names],
            "steps": [frame.data for frame in quantities],
        }
    if hide is not None:
        data["practice"] = practice_data(blanks, whole, live.templates, live.places)
    if folded:
        data["scenes"] = scenes(nested, live.places, digits, shared)
    data["shapes"] = live.templates.shapes
    by_quantities = bool(quantities) and detail == "quantities"
    steps: Sequence[Frame] = quantities if by_quantities else frames_when_asked(whole, digits, blanks)
    if not folded:
        steps = tuple(steps)

    def picture_at(step: int) -> str:
        if by_quantities:
            return to_svg(at_moment(scene, moment_of_quantities(named, live, steps[:step], scene)))
        return to_svg(
            scene if hide is not None else passes().picture(step)
        )  # the blank sheet is the same in every step

    return Figure(
        GRAPH,
        words("step_by_step", name=name),
        description,
        to_svg(scene),
        steps,
        data,
        picture_at,
    )


def _check_size(n: int, max_nodes: int, detail: Detail) -> None:
    """Refuse what no browser can hold, and what a folded graph does not have."""
    if n > MOST_NODES:
        raise ValueError(
            f"show steps through {MOST_NODES:,} nodes at most, which is what a browser can hold; this graph has {n:,}. "
            "Show a part of it, such as an inner node or the loss of one example; draw(root) folds it into a picture, "
            "and show(model, x, target) steps through a network neuron by neuron"
        )
    if MOST_IN_A_PICTURE < n <= max_nodes:
        raise ValueError(
            f"show draws {MOST_IN_A_PICTURE:,} nodes in one picture at most, which is what a browser can hold; this "
            f"graph has {n:,}. Without max_nodes and hide it is folded, and each group has a picture"
        )
    if detail == "quantities" and n > max_nodes:
        raise ValueError(
            f"detail='quantities': this graph of {n:,} nodes is folded, and its steps are operations; "
            + (f"max_nodes={n} draws all of it" if n <= MOST_IN_A_PICTURE else "show a part of it")
        )
