"""`show`, and what it gives for a Value: the stepper through both passes over its graph."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Any, Literal, TypeAlias, get_args

from autograd.derivation.naming import CALLER, Caller, all_named, names_in_use, node_names
from autograd.derivation.styles import one_line
from autograd.derivation.words import speaking, words
from autograd.drawing.build import build_scene
from autograd.drawing.layout import lay_out
from autograd.drawing.legend import said_of
from autograd.drawing.lettering import Run
from autograd.drawing.moments import Passes, at_moment
from autograd.drawing.roles import Roles
from autograd.drawing.scene import Line
from autograd.drawing.svg import to_svg
from autograd.engine.checks import check_count
from autograd.engine.value import Value
from autograd.stepper import figure_of
from autograd.stepper.figure import Figure, Kind
from autograd.stepper.frames import frames
from autograd.stepper.levels import every_operation, named_quantities
from autograd.stepper.lines import moment_of_quantities, quantity_frames
from autograd.stepper.live import CONTENT, SCRIPTS, STYLES, Live
from autograd.stepper.practice import NO_BLANKS, Hide, blank_picture, blanks_of, practice_data

MAX_NODES = 1000
"""The largest graph that is shown: some 10 MB, which a browser holds. The page grows with the square of the nodes."""

_HERE = Path(__file__).parent
GRAPH = Kind(
    "graph",
    ("pass", "calculation"),
    "both_passes",
    CONTENT,
    (*SCRIPTS, *[_HERE / f"{name}.js" for name in ("steps", "quantities", "why", "judge", "practice", "graph")]),
    (*STYLES, _HERE / "practice.css"),
)
Detail: TypeAlias = Literal["operations", "quantities"]
_LONGEST = "-8.{digits}e-8"  # a number that takes much room


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
    and where gradient descent leads. ``save`` writes it as a page that needs nothing else, whose address leads to the
    step that is seen; as slides or as a film; ``frames`` writes each step as a picture. Where scripts do not run there
    is the finished picture and a table of all steps, which is what paper has too.

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
        language: of the words and numbers: "en", the default, "es", "de" or "fr".

    Returns:
        A `Figure`: ``.save(path)``, ``.frames(folder)``, and ``.steps``, the list of steps.

    Raises:
        TypeError: if ``root`` is none of these; if a network lacks x or target, or a Value has them; for a number of
            digits that is not whole; for ``hide`` with a network or a history.
        ValueError: for less than one digit; for another detail; for a role that is unknown, or of what is not in the
            graph; for an x or a target of another length; for an unknown loss; for a graph of more than 1,000 nodes,
            which no browser holds; for what cannot be hidden: another word, a name that the graph does not have, the
            value of a leaf, which is given, and more than 200 numbers; for a language of which there are no words.

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
    example = {name: given for name, given in (("x", x), ("target", target), ("loss", loss)) if given is not None}
    if detail not in get_args(Detail):
        raise ValueError(f"detail is {' or '.join(map(repr, get_args(Detail)))}, not {detail!r}")
    asked: dict[str, Any] = {"roles": roles, "legend": legend, "detail": detail, "hide": hide}
    usual = {"roles": None, "legend": True, "detail": "operations", "hide": None}
    options = {name: option for name, option in asked.items() if option is not usual[name]}
    with speaking(language):
        return figure_of(root, example, names, digits, sys._getframe(1), **options)


@figure_of.register(Value)
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
    if n > MAX_NODES:
        raise ValueError(
            f"show steps through {MAX_NODES:,} nodes at most, which is what a browser can hold; this graph has {n:,}. "
            "Show a part of it, such as an inner node or the loss of one example; draw(root) folds a large graph into "
            "a picture, and show(model, x, target) steps through a network neuron by neuron"
        )
    scene = build_scene(
        root,
        {name: node for node, name in names_of.items()},
        roles=roles,
        legend=legend,
        max_nodes=n,
        digits=digits,
    )
    name = one_line(names_of[root])
    whole, live = every_operation(root, names_of), Live(root, names_of, digits)
    blanks = NO_BLANKS if hide is None else blanks_of(hide, whole)
    shown = words("graph" if hide is None else "graph_with_blanks", name=name, count=n)
    description = " ".join([shown, *said_of([node.role for node in scene.nodes])])
    scene = scene if hide is None else blank_picture(scene, blanks, description)
    for node in scene.nodes:  # also for other numbers than these
        for kind in ("value", "gradient"):
            longest = words("gradient", number=_LONGEST) if kind == "gradient" else _LONGEST
            if any(line.kind == kind for line in node.lines):
                scene.make_room(node, Line(kind, (Run(longest.format(digits="8" * (digits - 1))),)))
    passes = None
    if hide is None:
        passes = Passes(root, scene, digits)  # gives the nodes their places, with room for what they have on the way
    else:
        lay_out(scene)
    named = named_quantities(root, names_of, given)
    quantities = quantity_frames(named, live) if hide is None and 2 < len(named.names) < n else []
    role_of = {node.value: node.role for node in scene.nodes if isinstance(node.value, Value)}
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
    data["shapes"] = live.templates.shapes
    steps = quantities if quantities and detail == "quantities" else frames(whole, digits, blanks)

    def picture_at(step: int) -> str:
        if steps is quantities:
            return to_svg(at_moment(scene, moment_of_quantities(named, live, steps[:step], scene)))
        return to_svg(passes.picture(step) if passes else scene)  # the blank sheet is the same in every step

    return Figure(
        GRAPH,
        words("step_by_step", name=name),
        description,
        to_svg(scene),
        steps,
        data,
        picture_at,
    )
