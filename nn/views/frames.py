"""The frames of a network on one example, neuron by neuron.

Forward, neuron by neuron: z = w·x + b, a = φ(z); then the loss; then in reverse each neuron's delta, which is dL/dz,
and the gradients that it gives its weights. Every number is the engine's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from html import escape
from math import isclose

from autograd.derivation.chain import Steps
from autograd.derivation.formulas import (
    Chain,
    Derivative,
    Expression,
    Place,
    Product,
    Sum,
    Symbol,
    add,
    call,
    divide,
    evaluate,
    negative,
    sum_of,
)
from autograd.derivation.words import words
from autograd.derivation.writing import text
from autograd.drawing.scene import Scene
from autograd.engine import primitives
from autograd.engine.graph import topological_order
from autograd.engine.scalar import fsum
from autograd.engine.value import Value
from autograd.stepper.figure import Frame
from autograd.stepper.lines import Lines, Sentence
from autograd.stepper.live import Live
from nn.views.example import Example, WorkingNeuron
from nn.views.network import circle_name

MOST_LINES = 8  # of one step, for a neuron with more weights, or a loss of more outputs
_FIRST_LINES = 4


def neuron_frames(run: Example, scene: Scene, names: dict[Value, str], live: Live) -> list[Frame]:
    """Every step, in order.

    Arguments:
        scene: the picture, whose circles and lines the steps are about.
        names: for every quantity.
        live: the graph of the loss, as a page computes it.
    """
    return list(_NetworkFrames(run, scene, names, live).all())


def indexed(letter: str, sizes: Sequence[int], k: int, i: int) -> str:
    """The name of a quantity of neuron ``i`` in layer ``k``, with the numbers that it takes to tell it from others."""
    return letter + (f"{i + 1}" if sizes[k] > 1 else "") + (f"[{k}]" if len(sizes) > 2 else "")


class _NetworkFrames(Lines):
    """What the frames of one run share."""

    def __init__(self, run: Example, scene: Scene, names: dict[Value, str], live: Live) -> None:
        super().__init__(live, names, run.gradient_of)
        self.run, self.scene, self.sizes, self.invented = run, scene, run.sizes, live.names
        for k in range(1, len(self.sizes)):
            for i, neuron in enumerate(self.layer(k)):
                self.of[self.delta(k, i).name] = self.gradient_value(neuron.z).of
        self.index = {node.value: node.index for node in scene.nodes if isinstance(node.value, Value)}
        self.boxes = {text(self.symbol(value)): i for value, i in self.index.items() if value in names}
        self.edge_of = {(edge.source, edge.target): edge.index for edge in scene.edges}
        self.places: dict[Value, list[tuple[int, int, int]]] = {}  # of each parameter: layer, neuron and entry
        self.last_place: dict[Value, tuple[int, int, int]] = {}  # in reverse
        for k in range(len(self.sizes) - 1, 0, -1):
            for i, neuron in enumerate(self.layer(k)):
                for j, parameter in enumerate(neuron.row):
                    self.places.setdefault(parameter, []).append((k, i, j))
                    if neuron.a in self.index:
                        self.last_place[parameter] = (k, i, j)
        for places in self.places.values():
            places.sort()

    def all(self) -> Iterator[Frame]:
        yield self.given()
        for k in range(1, len(self.sizes)):
            yield from self.forward(k)
        yield self.loss()
        for k in range(len(self.sizes) - 1, 0, -1):
            yield from self.reverse(k)
        yield from self.other_parameters()

    # --- parts of the network ------------------------------------------------------------------------------------

    def layer(self, k: int) -> list[WorkingNeuron]:
        return self.run.layers[k - 1]

    def shown(self, k: int) -> list[tuple[int, WorkingNeuron]]:
        """The neurons of a layer that the picture shows, with their numbers from 0."""
        return [(i, neuron) for i, neuron in enumerate(self.layer(k)) if neuron.a in self.index]

    def nodes(self, values: Iterable[Value]) -> list[int]:
        return [self.index[value] for value in values if value in self.index]

    def edges(self, sources: Iterable[Value], target: Value) -> list[int]:
        """The lines that come into a circle."""
        pairs = [(source, self.index[target]) for source in self.nodes(sources)]
        return [self.edge_of[pair] for pair in pairs if pair in self.edge_of]

    def delta(self, k: int, i: int) -> Symbol:
        """The delta of neuron ``i`` in layer ``k``."""
        return Symbol(indexed("δ", self.sizes, k, i), self.run.gradient_of(self.layer(k)[i].z))

    def local_value(self, node: Value, by: Value, local: float) -> Place:
        """The derivative of a node by another one."""
        return Place(local, f"d{self.live.places[node]}.{self.live.places[by]}")

    def own_equation(self, own: Expression) -> list[Expression]:
        """What a neuron gives to the gradient of a parameter, with its numbers and the result."""
        factors = [
            factor for factor in (own.factors if isinstance(own, Product) else (own,)) if isinstance(factor, Symbol)
        ]
        return [
            own,
            self.put_in(own),
            Place(evaluate(own), "".join([f"*{self.of[factor.name]}" for factor in factors])),
        ]

    def gap(self, k: int, part: str, what: str) -> Iterator[Frame]:
        """What becomes of the neurons of a folded layer."""
        left_out = len(self.layer(k)) - len(self.shown(k))
        if left_out:
            members = self.scene.clusters[k].members
            (node,) = [i for i in members if self.scene.nodes[i].role == "gap"]
            first, last = len(self.shown(k)) - 1, len(self.layer(k)) - 2
            names = {"first": circle_name(self.sizes, k, first), "last": circle_name(self.sizes, k, last)}
            yield self.frame(part, words("not_drawn"), [Sentence(words(what, rest=left_out, **names))], node=node)

    # --- forward -------------------------------------------------------------------------------------------------

    def given(self) -> Frame:
        """The inputs and the targets."""
        lines = [
            *_some([Sentence("", (self.symbol(x), self.value(x))) for x in self.run.inputs]),
            *_some([Sentence("", (self.symbol(t), self.value(t))) for t in self.run.targets]),
            Sentence(words("lines_are_weights")),
        ]
        nodes = self.nodes([*self.run.inputs, *self.run.targets])
        return self.frame("given", words("the_example"), lines, beside=nodes, values=nodes)

    def forward(self, k: int) -> Iterator[Frame]:
        """The layer's weighted sums and outputs."""
        wide = _is_layer_wide(self.layer(k))
        for _, neuron in self.shown(k):
            node, lines = self.index[neuron.a], [self.weighted_sum(neuron)]
            if neuron.a is not neuron.z and not wide:
                lines.append(Sentence(words("activation"), self.output(neuron)))
            title = self.title("weighted_sum_of" if wide else "output_of", neuron.a)
            values = [] if wide else [node]
            into = {"beside": self.nodes(neuron.inputs), "edges": self.edges(neuron.inputs, neuron.a)}
            yield self.frame("forward", title, lines, node=node, values=values, **into)
        yield from self.gap(k, "forward", "rest_get_sums" if wide else "rest_get_outputs")
        if wide:
            outputs = self.nodes(neuron.a for neuron in self.layer(k))
            lines = _some([Sentence("", self.output(neuron)) for neuron in self.layer(k)])
            op = self.layer(k)[0].a.op
            title = escape(words("over_the_layer", activation=op.name if op else words("activation")).capitalize())
            yield self.frame("forward", title, lines, beside=outputs, values=outputs)

    def weighted_sum(self, neuron: WorkingNeuron) -> Sentence:
        """z = w·x + b"""
        products = [_product(self.symbol(w), self.symbol(x)) for w, x in zip(neuron.row, neuron.inputs, strict=False)]
        formula = Sum((*products, self.symbol(neuron.row[-1])))
        key = "weighted_sum" if neuron.a is not neuron.z else "linear_output"
        return Sentence(words(key), self.equation(self.symbol(neuron.z), formula, self.value(neuron.z)))

    def output(self, neuron: WorkingNeuron) -> list[Expression]:
        """a = φ(z)"""
        a = neuron.a
        if a.op is primitives.softmax:
            powers = [call("exp", self.symbol(z)) for z in a.operands[1:] if isinstance(z, Value)]
            formula: Expression = divide(call("exp", self.symbol(neuron.z)), add(*powers))
        else:
            formula = Steps(a, neuron.z, self.names, self.invented).definition(a)
        return self.equation(self.symbol(a), formula, self.value(a))

    def loss(self) -> Frame:
        """The loss of the outputs against the targets."""
        run = self.run
        last = [neuron.a if neuron.a in run.gradients else neuron.z for neuron in run.layers[-1]]
        graph = Steps(run.loss, last[0], self.names, self.invented)
        formula = graph.definition(run.loss)
        lines = [
            *self.where(graph, formula),
            Sentence(run.loss_name, self.equation(self.symbol(run.loss), formula, self.value(run.loss))),
        ]
        node = self.index[run.loss]
        beside = [*[neuron.a for neuron in run.layers[-1]], *run.targets]
        into = {"beside": self.nodes(beside), "edges": self.edges(beside, run.loss)}
        return self.frame("forward", self.title("loss_of", run.loss), lines, node=node, values=[node], **into)

    def where(self, graph: Steps, formula: Expression) -> list[Sentence]:
        """What the steps in the formula are that have a name here alone."""
        parts = graph.made_here([formula])
        return [
            Sentence(
                words("where"),
                self.equation(Symbol(graph.names[part], part.data), graph.definition(part), self.value(part)),
            )
            for part in parts
        ]

    # --- reverse -------------------------------------------------------------------------------------------------

    def reverse(self, k: int) -> Iterator[Frame]:
        """Each neuron's delta, and the gradients of its weights."""
        last = k == len(self.sizes) - 1
        for i, neuron in self.shown(k):
            node = self.index[neuron.a]
            after = [self.run.loss] if last else [user.a for user in self.layer(k + 1)]
            from_all = _is_layer_wide(self.layer(k)) and neuron.a in self.run.gradients
            sources = [other.a for other in self.layer(k)] if from_all else [neuron.a]
            lit = [edge for user in after if user in self.index for edge in self.edges(sources, user)]
            lines = self.delta_lines(k, i, neuron)
            back = {"beside": self.nodes(after), "edges": lit, "deltas": [node]}
            yield self.frame("reverse", self.title("delta_of", neuron.a), lines, node=node, **back)
            lines = self.gradient_lines(k, i, neuron)
            into = {"beside": self.nodes(neuron.inputs), "edges": self.edges(neuron.inputs, neuron.a)}
            yield self.frame("reverse", self.title("gradients_into", neuron.a), lines, node=node, **into)
        yield from self.gap(k, "reverse", "rest_get_deltas")

    def delta_lines(self, k: int, i: int, neuron: WorkingNeuron) -> list[Sentence]:
        """delta = dL/da · φ'(z)"""
        delta, value = self.delta(k, i), self.gradient_value(neuron.z)
        last = k == len(self.sizes) - 1
        if neuron.a is neuron.z or (last and neuron.a not in self.run.gradients):
            whole = self.slope_of_loss(k, i, neuron.z)
            key = "delta_is_the_slope" if neuron.a is neuron.z else "loss_and_activation"
            return [*whole[:-1], Sentence(words(key), [delta, *whole[-1].sides])]
        outputs = list(enumerate(self.layer(k))) if _is_layer_wide(self.layer(k)) else [(i, neuron)]
        lines: list[Sentence] = []
        chain: list[tuple[Derivative, Derivative, Place, Place]] = []
        for j, other in outputs:
            step = Steps(other.a, neuron.z, self.names, self.invented).locals.get(neuron.z, {}).get(other.a)
            if step is None:
                continue
            inner = self.slope(neuron.z, other.a)
            local = self.local_value(other.a, neuron.z, step.value)
            sides = self.equation(inner, step.formula, local)
            lines += [*self.slope_of_loss(k, j, other.a), Sentence(words("slope_of_the_activation"), sides)]
            chain.append((self.slope(other.a), inner, self.gradient_value(other.a), local))
        symbols = sum_of([Chain((outer, inner)) for outer, inner, _, _ in chain])
        numbers = sum_of([Chain((u, d)) for _, _, u, d in chain])
        result = Sentence(words("delta"), [delta, self.slope(neuron.z), symbols, numbers, value])
        flat = [Sentence(words("step_is_flat"))] if neuron.a.op is primitives.step else []
        return [*_some(lines), result, *flat]

    def slope_of_loss(self, k: int, i: int, node: Value) -> list[Sentence]:
        """dL/da: from the loss itself, or as the sum of what comes back from the next layer."""
        slope, value = self.slope(node), self.gradient_value(node)
        if k < len(self.sizes) - 1:
            terms = [(user.row[i], self.delta(k + 1, j)) for j, user in enumerate(self.layer(k + 1))]
            formula = sum_of([_product(self.symbol(w), delta) for w, delta in terms])
            return [Sentence(words("comes_back", count=len(terms)), self.equation(slope, formula, value))]
        graph = Steps(self.run.loss, node, self.names, self.invented)
        users = graph.locals.get(node, {})
        neuron, t = self.layer(k)[i], self.run.targets[i]
        formula_of_loss = users[self.run.loss].formula if set(users) == {self.run.loss} else None
        if node is not neuron.a and abs(value.value - (neuron.a.data - t.data)) <= 1e-12:
            formula_of_loss = add(self.symbol(neuron.a), negative(self.symbol(t)))
        if formula_of_loss is None:
            return [Sentence(words("slope_of_the_loss"), [slope, value])]
        sides = self.equation(slope, formula_of_loss, value)
        return [*self.where(graph, formula_of_loss), Sentence(words("slope_of_the_loss"), sides)]

    def gradient_lines(self, k: int, i: int, neuron: WorkingNeuron) -> list[Sentence]:
        """dL/dw = delta · what comes along the line; dL/db = delta."""
        lines = [line for j in range(len(neuron.inputs)) for line in self.gradient(k, i, j)]
        return [*_some(lines), *self.gradient(k, i, len(neuron.inputs))]

    def gradient(self, k: int, i: int, j: int) -> list[Sentence]:
        """The gradient of entry ``j`` of a neuron's row. That of a shared parameter is a sum over all of its places.

        The sum stands where its last term is found; before that, each place has its own term.
        """
        parameter = self.layer(k)[i].row[j]
        places, own = self.places[parameter], self.term(k, i, j)
        slope, whole = self.slope(parameter), self.gradient_value(parameter)
        terms = [self.term(*place) for place in places]
        numbers = [evaluate(term) for term in terms]
        if abs(fsum(numbers) - whole.value) > 1e-9 * fsum([*map(abs, numbers)]) + 1e-300:  # the loss uses it, too
            part = Sentence(words("part_of", slope=text(slope)), self.own_equation(own), is_said=True)
            return [part, Sentence(words("with_the_rest"), [slope, whole], is_said=True)]
        if len(places) == 1:
            return [Sentence("", self.equation(slope, own, whole))]
        if (k, i, j) != self.last_place[parameter]:
            how = words("shared_term", terms=len(places), slope=text(slope))
            return [Sentence(how, self.own_equation(own), is_said=True)]
        sides: list[Expression] = [slope, whole]
        if len(terms) <= MOST_LINES:
            sides = self.equation(slope, Sum(tuple(terms)), whole)
        return [Sentence(words("shared_sum", terms=len(places)), sides, is_said=True)]

    def term(self, k: int, i: int, j: int) -> Expression:
        """What a neuron gives to the gradient of entry ``j`` of its row."""
        neuron, delta = self.layer(k)[i], self.delta(k, i)
        return _product(delta, self.symbol(neuron.inputs[j])) if j < len(neuron.inputs) else delta

    def other_parameters(self) -> Iterator[Frame]:
        """The gradients of what is learnt beside weights and biases, such as the alpha of a PReLU."""
        run = self.run
        known = {parameter for layer in run.layers for neuron in layer for parameter in neuron.row}
        known.update(run.inputs, run.targets)
        activated = [neuron.a for layer in run.layers for neuron in layer if neuron.a is not neuron.z]
        for leaf in topological_order(run.loss):
            if leaf.depth or leaf in known or leaf not in self.names:
                continue
            users: dict[Value, float] = {}
            for a in activated:
                for operand, local in a.edges:
                    if operand is leaf:
                        users[a] = users.get(a, 0.0) + local
            whole = self.gradient_value(leaf)
            symbols = sum_of([Chain((self.slope(a), self.slope(leaf, a))) for a in users])
            locals_ = [self.local_value(a, leaf, local) for a, local in users.items()]
            numbers = sum_of([Chain((self.gradient_value(a), local)) for a, local in zip(users, locals_, strict=True)])
            is_all = users and isclose(
                evaluate(numbers), whole.value, rel_tol=1e-9, abs_tol=1e-12
            )  # nothing else uses it
            sides = [self.slope(leaf), *([symbols, numbers] if is_all else []), whole]
            lines = [Sentence(words("term_a_neuron") if is_all else "", sides)]
            beside = self.nodes(users)
            yield self.frame("reverse", self.title("gradient_of", leaf), lines, beside=beside)


# --- pieces ------------------------------------------------------------------------------------------------------


def _product(a: Expression, b: Expression) -> Product:
    return Product(Fraction(1), (a, b))


def _some(lines: list[Sentence]) -> list[Sentence]:
    """The lines; of many the first ones and the last."""
    if len(lines) <= MOST_LINES:
        return lines
    left_out = len(lines) - _FIRST_LINES - 1
    return [*lines[:_FIRST_LINES], Sentence(words("rest_of_lines", rest=left_out), is_said=True), lines[-1]]


def _is_layer_wide(layer: Sequence[WorkingNeuron]) -> bool:
    """Whether an output of the layer depends on more than its own weighted sum."""
    before = {neuron.z for neuron in layer[1:]}
    return len(layer) > 1 and any(node in before for node in topological_order(layer[0].a))
