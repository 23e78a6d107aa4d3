"""Every word that a derivation, a proof, a picture, the stepper and its page show: for each language a template a key.

English stands here, each other language in a file beside this one, ``words_es.py``: to correct a word, change it there;
to add a language, copy one of them, translate it, and name it in `LANGUAGES`. A template keeps the ``{parts}``
of the English one; one for a count has two halves, "one | several". Three keys say how numbers are written.

What the table of primitives says of its domains, and what errors say, stands where it is raised. The page's script gets
from here the words that it asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from importlib import import_module
from string import Formatter
from typing import Any, Concatenate, Final, ParamSpec, Protocol, TypeVar

ENGLISH: Final = {
    # how numbers are written: 1,234.5, and in a list 0.4, 1
    "decimal_mark": ".",
    "thousands_mark": ",",
    "list_mark": ",",
    # explain
    "forward_pass": "Forward pass",
    "backward_pass": "Backward pass",
    "where": "where",
    "if": "if",
    "else": "else",
    "from_to": "from {root} to {quantity}",
    "one_path": "1 long path leads",
    "paths": "{count:,} paths lead",
    "about_paths": "about {count:.1e} paths lead",
    "node_by_node": "{paths} {ends}; node by node:",
    "zero_paths": "{count:,} path with a factor of 0 contributes 0: | {count:,} paths with a factor of 0 contribute 0:",
    "off_paths": "{count:,} path through a ReLU that is off contributes 0: | "
    "{count:,} paths through ReLUs that are off contribute 0:",
    "no_path": "There is no path {ends}, so nothing changes with it:",
    "no_gradient": "No gradient comes {ends}: {why}, so it is 0:",
    "held_back": "stop_gradient holds it back",
    "not_chosen": "another operand was chosen",
    "flat": "what is computed from it does not change nearby",
    # proofread
    "quantity": "quantity",
    "exact": "exact",
    "printed": "printed",
    "digits": "digits",
    "verdict": "verdict",
    "agrees": "agrees",
    "rounding": "rounding",
    "follows": "follows",
    "cut off": "cut off",
    "slip": "slip",
    "it_is": "it is {number}",
    "floats_lose_digits": "what floats make of it, which lose digits here",
    "follows_from": "follows from the printed {source}",
    "when_rounded": "{number} when rounded",
    "carries_on": "{number} when rounded; carries on the slip of {cause}",
    "finding": "{quantity}: {printed} is printed, {exact} is exact",
    "proof": "{slips} of {count} numbers are slips",
    "not_expected": "a slip that was not expected: {finding}",
    "no_slip": "no slip, though one was expected: {finding}",
    "is_printed_for": "{printed} is printed; the number is {number}, which rounds to {rounded}",
    "is_printed_beside": "{printed} is printed; the number is {number}",
    # a class's sheets
    "student": "student",
    "slips": "slips",
    "follow": "follow",
    "unread": "cannot be read",
    "mistakes": "which mistakes",
    "reason": "reason",
    "cause": "cause",
    "mistake": "mistake",
    "row": "row {number}",
    "marked_class": "<{count} sheet, {clean} without a slip> | <{count} sheets, {clean} without a slip>",
    "mistake_sign": "the sign",
    "mistake_twice": "twice as much",
    "mistake_half": "half of it",
    "mistake_decimal_point": "the decimal point",
    "mistake_digits_exchanged": "digits exchanged",
    "mistake_degrees": "degrees",
    "mistake_natural_logarithm": "the natural logarithm",
    "mistake_decimal_logarithm": "the decimal logarithm",
    "mistake_sum_for_mean": "sum for mean",
    "mistake_upwards": "a step upwards",
    "mistake_factor_left_out": "a factor left out",
    "mistake_term_left_out": "a term left out",
    "mistake_sign_of_a_term": "the sign of a term",
    "mistake_sign_of_an_operand": "the sign of an operand",
    "mistake_updated_weights": "through updated weights",
    "mistake_formula": "the formula",
    # which mistake gives the printed number
    "other_sign": "that is with the other sign",
    "twice": "that is twice as much",
    "half": "that is half of it",
    "decimal_point": "that is with the decimal point elsewhere",
    "digits_exchanged": "that is with two digits exchanged",
    "degrees": "that is with an angle in degrees",
    "natural_logarithm": "that is with the natural logarithm",
    "decimal_logarithm": "that is with the decimal logarithm",
    "sum_for_mean": "that is the sum over {count}, not the mean",
    "upwards": "that is a step upwards",
    "in_the_step": "in the step, {mistake}",
    "without_the_factor": "that is without the factor {factor}",
    "factor_too_many": "that is with {factor} as one factor too many",
    "without_the_term": "that is without the term {term}",
    "sign_of_the_term": "that is with the other sign before {term}",
    "with_the_other_sign_of": "that is with the other sign of {operand}",
    "through_updated": "that is through {parameters} after the step",
    "formula_differs": "at {at} it is {printed}, exact is {exact}",
    "times_the_exact": "it is {factor} times the exact one",
    "other_sign_of": "it is right with the other sign of {name}",
    "after_a_step": "{parameter} after a step of {rate}",
    # the command line
    "worked_example": "The worked example of the notes, section 4.7: one input, one sigmoid neuron, one linear neuron",
    "how_it_gets_its_gradient": "How {parameter} gets its gradient",
    "beside_the_notes": "Beside what the notes print",
    "slips_of_the_notes": "{slips} of the {count} printed numbers are slips, and {follow} follow from them; the "
    "engine's are exact.",
    "page_is_written": "{file} steps through both passes: open it in a browser.",
    "picture_is_written": "{file} is the picture of the graph.",
    "slides_are_written": "{file} has a slide for each step.",
    "film_is_written": "{file} is a film of all steps.",
    # a picture
    "computation_graph": "Computation graph of {what}: {nodes} nodes, {arrows} arrows.",
    "at_a_step": "{name} at step {step} of {count}",
    "inside_of_group": "{title}, in the computation graph of {what}: {nodes} nodes, {arrows} arrows.",
    "picture": "<{description}; .save('graph.svg') writes it>",
    "and": " and ",
    "the_result": "the result",
    "gradient": "grad {number}",
    "gradients_up_to": "|grad| up to {number}",
    "folded_by_repeat": "{count} nodes, what repeats is folded; max_nodes={count} shows every one",
    "folded_by_layer": "{count} nodes, folded by layer; max_nodes={count} shows every one",
    "folded_by_depth": "{count} nodes, folded by depth; max_nodes={count} shows every one",
    "no_gradients": "All gradients are 0",
    "call_backward": "{note}: call backward() first",
    "first_forward": "first {number} of the forward pass",
    "first_reverse": "first {number} of the reverse pass",
    "a_node_without_name": "a node without a name",
    "colour": "Colour is the size of the gradient, {number} at most; each paler shade is a tenth",
    "operations": "{count} operation | {count} operations",
    "neurons": "{count} neuron | {count} neurons",
    "parameters": "{count} parameter | {count} parameters",
    "examples": "{count} example | {count} examples",
    "times_used": "used {count} times",
    "inputs": "{count} input | {count} inputs",
    "targets": "{count} target | {count} targets",
    "constants": "{count} constant | {count} constants",
    "leaves": "{count} leaf | {count} leaves",
    "input": "input",
    "target": "target",
    "parameter": "parameter",
    "constant": "constant",
    "result": "result",
    "outside_of_group": "outside of this group",
    "positive_weight": "positive weight",
    "negative_weight": "negative weight",
    "size_of_weight": "size of a weight",
    "key": "{look}: {meaning}",
    "ellipse": "ellipse",
    "rectangle": "rectangle",
    "hexagon": "hexagon",
    "circle": "circle",
    "dashed_box": "dashed box",
    "double_box": "doubly ruled box",
    "signpost": "signpost",
    "solid_line": "solid blue line",
    "dashed_line": "dashed orange line",
    "thickness": "thickness",
    "input_layer": "input layer",
    "neural_network": "Neural network {shape}. Thick lines are large weights; solid blue ones are positive, "
    "dashed orange ones negative.",
    "circles": "{count} circles, large layers folded; max_nodes={count} shows every one",
    "time_steps": "time step {first} | time steps {first} to {last}",
    "steps_of_repeats": "step {first} | steps {first} to {last}",
    "examples_of_repeats": "example {first} | examples {first} to {last}",
    "repeats": "repeat {first} | repeats {first} to {last}",
    "times_the_same": "{times} times the same operation | {times} times the same {count} operations",
    "depths": "depth {first} | depths {first} to {last}",
    "operations_of": "operation {first} | operations {first} to {last}",
    "nodes_of": "node {first} | nodes {first} to {last}",
    "inputs_of": "input {first} | inputs {first} to {last}",
    "targets_of": "target {first} | targets {first} to {last}",
    "parameters_of": "parameter {first} | parameters {first} to {last}",
    "leaves_of": "leaf {first} | leaves {first} to {last}",
    "neurons_of": "neuron {first} | neurons {first} to {last}",
    "across": "{count} value | {count} values",
    "first_and_last": "{first} … {last}",
    "layer": "layer",
    "hidden_layer": "hidden layer",
    "hidden_layer_number": "hidden layer {number}",
    "output_layer": "output layer",
    "neuron": "neuron",
    "neuron_number": "neuron {number}",
    "hidden_neuron": "hidden neuron {number}",
    "output_neuron": "output neuron",
    # a figure, and the table of its steps
    "language": "en",
    "figure": "<{title}: {count} steps; .save('page.html') writes it as a page>",
    "step_by_step": "{name}, step by step",
    "graph": "The graph of {name}: {count} nodes, each with its value and its gradient.",
    "graph_with_blanks": "The graph of {name}: {count} nodes; a question mark is a number that is to be found.",
    "all_steps": "All {count:,} steps",
    "first_steps": "The first {listed:,} of {count:,} steps",
    "more_steps": "{rest:,} more steps follow.",
    "list_more": "List {count:,} more",
    "old_browser": "This browser is too old to step through a graph of this size. The picture and the first steps "
    "are below.",
    "step": "Step",
    "pass": "Pass",
    "calculation": "Calculation",
    "epoch": "Epoch",
    "loss_and_metrics": "Loss and metrics",
    "finished_picture": "The picture above is the finished one. To {purpose}, run the cell, or trust the notebook: in "
    "JupyterLab press Ctrl Shift C and choose Trust Notebook, in Notebook choose File, Trust Notebook.",
    "both_passes": "step through both passes",
    "the_training": "replay the training",
    "given": "Given",
    "forward": "Forward",
    "reverse": "Reverse",
    "contribution": "{product}; {how}: {sum}",
    "sum_so_far": "{slope} so far, {here} of {count} terms",
    "sum_of_all": "its only term | the sum of its {count} terms",
    "said_of": "{how}: {name}",
    "open_sum": "{sum} + …",
    "gradient_so_far": "the gradient so far, {here} of {count} terms",
    "neuron_by_neuron": "{name}, neuron by neuron",
    "outputs_and_deltas": "{description} Each circle has its output and its delta.",
    # the steps of a network
    "the_example": "The example: inputs and target",
    "lines_are_weights": "The thicker a line, the larger its weight. Solid blue lines are positive, dashed orange ones "
    "negative.",
    "not_drawn": "The neurons that are not drawn",
    "rest_get_sums": "The other {rest} neurons of this layer, {first} to {last}, "
    "get their weighted sums in the same way.",
    "rest_get_outputs": "The other {rest} neurons of this layer, {first} to {last}, get their outputs in the same way.",
    "rest_get_deltas": "The other {rest} neurons of this layer, {first} to {last}, "
    "get their deltas and the gradients of their weights in the same way.",
    "rest_of_lines": "the other {rest} in the same way",
    "weighted_sum": "weighted sum",
    "linear_output": "weighted sum, and the output: it is linear",
    "weighted_sum_of": "The weighted sum of {name}",
    "activation": "activation",
    "over_the_layer": "{activation} over the whole layer",
    "output_of": "The output of {name}",
    "half_squared_error": "half the squared error",
    "loss_of": "The loss {name}",
    "delta": "delta",
    "delta_of": "The delta of {name}",
    "delta_is_the_slope": "linear, so delta is the slope",
    "loss_and_activation": "loss and activation together",
    "slope_of_the_loss": "slope of the loss",
    "slope_of_the_activation": "slope of the activation",
    "step_is_flat": "The slope of a step is 0 everywhere, so nothing flows back through it: it cannot learn by "
    "backpropagation.",
    "comes_back": "what comes back along its line | what comes back along its lines",
    "gradients_into": "The gradients of the weights into {name}",
    "gradient_of": "The gradient of {name}",
    "part_of": "the part of {slope} from this neuron",
    "with_the_rest": "with what comes from elsewhere",
    "shared_term": "one of the {terms} terms of {slope}, which is shared",
    "shared_sum": "shared, so the sum of {terms} terms",
    "term_a_neuron": "one term for each neuron that uses it",
    # a training
    "a_training": "A training of {count} epoch | A training of {count} epochs",
    "after_the_last": "{training}; after the last: {numbers}.",
    "of_epoch": "epoch {epoch}",
    "axis_of_epochs": "epoch",
    "epoch_number": "Epoch {epoch}",
    "at_epoch": ", epoch {epoch}",
    "before_training": "before training",
    "wrong_examples": "wrong examples",
    "part_of_all": "{part} of {count}",
    "log_scale": "{name}, log scale",
    "training": "training",
    "validation": "validation",
    "class": "class {number}",
    "wrong": "wrong",
    "pale": "pale: output {low} to {high}",
    "column_loss": "loss",
    "column_learning_rate": "learning rate",
    "column_accuracy": "accuracy",
    "column_precision": "precision",
    "column_recall": "recall",
    "of_validation": "validation {name}",
    "target_and_output": "target, output",
    "what_was_learnt_from": "examples",
    "the_model": "the model",
    "mean_of_the_steps": "The loss is the mean over the epoch’s steps, each measured before it. All else is measured "
    "after the epoch.",
    # a plot, for those who do not see it
    "plot_across": "Horizontal axis {name} from {first} to {last}.",
    "plot_up": "Vertical axis {name} from {first} to {last}.",
    "plot_colour": "Colour {name} from {first} to {last}.",
    "plot_line": "Line “{name}” from {first} to {last}, lowest {least}, highest {most}.",
    "plot_points": "“{name}”, {count} point. | “{name}”, {count} points.",
    # a worksheet
    "a_worksheet": "<{title}: {count} blank; .save('sheet.pdf') prints it> | "
    "<{title}: {count} blanks; .save('sheet.pdf') prints it>",
    "a_document": "<{title}; .save('sheet.pdf') prints it>",
    "worksheets": "<{title}: {count} sheets; .save('class.pdf') prints them>",
    "both_by_hand": "Forward and backward pass by hand",
    "forward_by_hand": "Forward pass by hand",
    "solution_of": "{title}: solution",
    "key_of": "{title}: key",
    "sheet": "Sheet",
    "sheet_number": "Sheet {number}",
    "name_of_student": "Name",
    "date": "Date",
    "number": "number",
    "fill_in": "Fill in every blank: put the numbers in, then work out the result, to {count} significant digit. | "
    "Fill in every blank: put the numbers in, then work out the result, to {count} significant digits.",
    "fill_in_formulas": "Fill in every blank: the formula, the numbers put in, the result to {count} significant "
    "digit. | Fill in every blank: the formula, the numbers put in, the result to {count} significant digits.",
    "picture_of": "The graph of {name}, without its numbers.",
    "step_of_descent": "One step of gradient descent, with the learning rate {rate}",
    "rules": "Rules",
    "chain_rule": "Chain rule: a quantity gets, from each f that is computed from it, the gradient of f times the "
    "local derivative; what comes from several is added up. With u, v for quantities and c for constants:",
    "worksheet_is_written": "{file} is the worksheet, and {solution} its solution.",
    # the player
    "steps": "Steps",
    "first": "First step",
    "first_key": "First step (Home)",
    "back": "Back",
    "back_key": "Back (←)",
    "play": "Play",
    "pause": "Pause",
    "play_key": "Play or pause (space)",
    "next": "Forward",
    "next_key": "Forward (→)",
    "last": "Last step",
    "last_key": "Last step (End)",
    "close": "Close",
    "close_key": "Close (Esc)",
    "tools": "Speed, size and link",
    "times": "{factor}×",
    "speed": "Speed: {factor} times the usual",
    "speed_key": "Speed (S)",
    "zoom_in": "Zoom in",
    "zoom_in_key": "Zoom in (+, or the wheel with Ctrl)",
    "zoom_out": "Zoom out",
    "zoom_out_key": "Zoom out (−, or the wheel with Ctrl)",
    "fit": "Fit the picture",
    "fit_key": "Fit the picture (0)",
    "full_screen": "Full screen",
    "full_screen_key": "Full screen (F)",
    "copy_link": "Copy the link to this step",
    "link_copied": "The link to this step is copied.",
    "link_in_address": "The link to this step stands in the address bar.",
    "link_astray": "The link could not be followed: “{address}” is no step or no number of this page, which is "
    "shown as recorded.",
    "arrow_keys": "{description} Arrow keys step through it.",
    "step_of": "Step {step} of {count}{where}",
    "in_forward_pass": ", forward pass",
    "in_reverse_pass": ", reverse pass",
    # the steps of a graph
    "reverse_pass": "Reverse pass",
    "what_is_given": "What is given",
    "value_of": "The value of {name}",
    "start_at": "Start at {name}",
    "gradients_from": "What {name} hands to {parents}",
    "hands_to": "What {name} hands to {parent}",
    "by_itself": "Every quantity grows as fast as itself.",
    "upstream": "upstream gradient",
    "local": "local derivative",
    "product": "product",
    "whole_of_one": "The whole calculation of one node",
    "whole_of": "The whole calculation of {name}",
    "its_value": "Its value",
    "its_gradient": "Its gradient: {terms}",
    "start_of_pass": "the start of the reverse pass",
    "no_term": "0, as nothing is handed to it",
    "one_term": "one term, from the one operation that hands it something",
    "terms": "one term for each of the {count} operations that hand it something",
    "go_to_step": "Go to this step",
    "it_is_given": "It is given",
    # large graphs, whose groups have pictures of their own
    "large_graph": "Click on a green box, or press Enter on it: it has a picture of its own.",
    "pictures": "Pictures",
    "whole_graph": "{name}",
    "open_group": "{title}: open it",
    "go_to_node": "{name}: go to where it is",
    "several_outside": "{title}: go to where they are",
    "find": "Find",
    "find_by_name": "Find a node by its name",
    "not_found": "No node is called “{entry}”.",
    "more_of_these": "and {count:,} more",
    "many_leaves": "The {count:,} numbers that are given: here are those in the picture, and those that were changed.",
    "many_trained": "{count:,} numbers are trained.",
    # what one can do with a graph that computes
    "what_if": "What if? Change a number",
    "change_a_number": "Type, drag a name sideways, or use ↑ ↓; in the picture, too. All that depends on it follows.",
    "computed_here": "These numbers are computed here, in the page.",
    "drag": "Drag sideways to change it",
    "steps_are": "A step is",
    "every_operation": "every operation",
    "named_quantities": "each named quantity",
    "undo": "Undo",
    "recorded_numbers": "Recorded numbers",
    "recorded_number": "recorded {number}",
    "no_number": "“{entry}” is no number; write 0.6, 0,6, 3/4 or 1.5e-3",
    "as_recorded": "As recorded: the page cannot compute this operation.",
    "example_of": "example {example} of {count}",
    "example_before": "The example before",
    "example_after": "The next example",
    "all_examples": "all examples at once",
    "why": "Why: its path to the result | Why: its {count} paths to the result, which add up",
    "too_many_paths": "{count} paths lead from the result to it",
    "light_path": "Light this path in the picture",
    "copy_latex": "Copy this line as LaTeX",
    "copied": "Copied",
    "is_it_true": "Is it true? Let it grow by ε",
    "gap": "the gap",
    "gap_shrinks": "A tenth of ε leaves about a hundredth of the gap: the slope is right, and leaves out the bend "
    "of the curve alone.",
    "gap_is_rounding": "What is left of the gap is rounding: floats have 16 digits.",
    "downhill": "Downhill: gradient descent",
    "downhill_hint": "Each trained number takes a step against its gradient; then everything is computed again.",
    "learning_rate": "Learning rate η",
    "one_step": "One step",
    "ten_steps": "Ten steps",
    "no_step": "No step: here a gradient is no number.",
    "trained": "Trained",
    "updates": "The last step, written out",
    # practice
    "practise": "Practise: fill in the blanks",
    "practise_hint": "Here, in the steps or in the picture; Enter judges. A number is right to the digits given.",
    "progress": "{found} of {count}",
    "hint": "Hint",
    "another_hint": "Another hint",
    "show_answer": "Show the answer",
    "withheld": "It appears when the numbers that it follows from are found.",
    "why_after": "Why it is so appears when its gradient is found, and what that follows from.",
    "is_right": "Right.",
    "is_rounding": "Right, with what was rounded before.",
    "is_cut_off": "Right, but cut off and not rounded.",
    "is_coarse": "Right as far as it goes; give {count} digits or more.",
    "is_following": "It follows from your {cause}, which is not right yet.",
    "is_slip": "Not right yet.",
    "is_shown": "This is the answer, as you asked for it.",
    "is_open": "A blank.",
    "ask_sign": "Is the sign right?",
    "ask_signs": "Is each sign right?",
    "ask_factors": "Is each factor in it, and once?",
    "ask_decimal_point": "Where does the decimal point stand?",
    "ask_digits": "Read your digits again.",
    "ask_sum": "Is it the whole sum?",
    "ask_local": "Is the local derivative right?",
    "ask_upstream": "Is the upstream gradient right?",
    "hint_put_in": "Put the numbers into {formula}.",
    "hint_sum": "It is a sum of {count} terms, one from each operation that it goes into.",
    "hint_product": "It is the upstream gradient times the local derivative.",
    "hint_differentiate": "Differentiate {formula} with respect to {name}.",
    "copy_line": "Copy the line to hand in",
    "hand_in_line": "{name}: {parts}",
    "hand_in_part": "{count} {how} ({names})",
    "with_no_hint": "right",
    "with_a_hint": "right with a hint",
    "answer_shown": "shown",
    "not_right": "not right",
    "left_open": "left open",
    "with_numbers": "with {names}",
    "curve_of": "{name} over {count} step: from {first} to {last} | {name} over {count} steps: from {first} to {last}",
}


class _Languages(dict[str, Mapping[str, str]]):
    """For each language its templates; the file of one is read when it is spoken for the first time."""

    def __getitem__(self, language: str) -> Mapping[str, str]:
        templates = super().__getitem__(language)
        if not templates:
            templates = self[language] = import_module(f"{__package__}.words_{language}").WORDS
        return templates


LANGUAGES: Final = _Languages(en=ENGLISH, es={}, de={}, fr={})

_language: ContextVar[str] = ContextVar("language", default="en")


def spoken_language() -> str:
    """The language in which words and numbers are written here: that of the innermost `speaking`, else English."""
    return _language.get()


@contextmanager
def speaking(language: str | None) -> Iterator[None]:
    """Write words and numbers in a language, in this block and in this thread; None leaves it as it is around.

    Raises:
        ValueError: for a language that is not in the catalogue.

    Example:
        >>> with speaking("de"):
        ...     words("forward_pass"), written("0.4")
        ('Vorwärtsdurchlauf', '0,4')
    """
    if language is not None and language not in LANGUAGES:
        raise ValueError(f"language is {', '.join(map(repr, LANGUAGES))}; there are no words in {language!r:.60}")
    before = _language.set(_language.get() if language is None else language)
    try:
        yield
    finally:
        _language.reset(before)


class Speaks(Protocol):
    """What is written in the language in which it was asked for."""

    @property
    def language(self) -> str:
        """The language, by its key in `LANGUAGES`."""


_Self = TypeVar("_Self", bound=Speaks)
_P = ParamSpec("_P")
_R = TypeVar("_R")


def in_its_language(method: Callable[Concatenate[_Self, _P], _R]) -> Callable[Concatenate[_Self, _P], _R]:
    """A method that writes in the language of its object, whenever and wherever it is called."""

    @wraps(method)
    def speaks(self: _Self, /, *arguments: _P.args, **options: _P.kwargs) -> _R:
        with speaking(self.language):
            return method(self, *arguments, **options)

    return speaks


class _Template(Formatter):
    """Puts parts in; a number for which a template gives a format is written as the language writes it."""

    def format_field(self, value: Any, format_spec: str) -> str:
        shown: str = format(value, format_spec)
        marks = {ord("."): words("decimal_mark"), ord(","): words("thousands_mark")}
        return shown.translate(marks) if format_spec else shown


_TEMPLATE = _Template()


def written(digits: str) -> str:
    """A number, given by its digits with a decimal point, with the mark of the language that is spoken here."""
    return digits.replace(".", words("decimal_mark"))


def listed(parts: Iterable[str]) -> str:
    """Numbers in a row, so that none runs into the next: 0.4, 1 or 0,4; 1."""
    return f"{words('list_mark')} ".join(parts)


def words(key: str, /, **parts: object) -> str:
    """What is shown for a key, with these parts put in; without any the template itself.

    Of a template in two halves the first is for a ``count`` of 1. What a language lacks stands in English.

    Example:
        >>> words("neurons", count=1), words("neurons", count=4)
        ('1 neuron', '4 neurons')
        >>> words("follows_from", source="h")
        'follows from the printed h'
    """
    template = LANGUAGES[_language.get()].get(key) or ENGLISH[key]
    if " | " in template and "count" in parts:
        one, several = template.split(" | ")
        template = one if parts["count"] == 1 else several
    return _TEMPLATE.vformat(template, (), parts) if parts else template
