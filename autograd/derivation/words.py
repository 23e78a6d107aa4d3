"""Every word that a derivation, a proof, a picture, the stepper and its page show: for each language a template a key.

What the table of primitives says of its domains, and what errors say, stands where it is raised. The page's script gets
from here the words that it asks for.
"""

from __future__ import annotations

from typing import Final

ENGLISH: Final = {
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
    "slip": "slip",
    "it_is": "it is {number}",
    "floats_lose_digits": "what floats make of it, which lose digits here",
    "follows": "follows from the printed {source}",
    "when_rounded": "{number} when rounded",
    "carries_on": "{number} when rounded; carries on the slip of {cause}",
    "after_a_step": "{parameter} after a step of {rate}",
    # the command line
    "worked_example": "The worked example of the notes, section 4.7: one input, one sigmoid neuron, one linear neuron",
    "how_it_gets_its_gradient": "How {parameter} gets its gradient",
    "beside_the_notes": "Beside what the notes print",
    "slips_of_the_notes": "{slips} of the {count} printed numbers are slips; the engine's are exact.",
    "page_is_written": "{file} steps through both passes: open it in a browser.",
    "another_name": "--html FILE chooses another name.",
    "no_page": "No page was written: {reason}.",
    # a picture
    "computation_graph": "Computation graph of {what}: {nodes} nodes, {arrows} arrows.",
    "picture": "<{description}; .save('graph.svg') writes it>",
    "and": " and ",
    "the_result": "the result",
    "gradient": "grad {number}",
    "gradients_up_to": "|grad| up to {number}",
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
    "inputs": "{count} input | {count} inputs",
    "targets": "{count} target | {count} targets",
    "leaves": "{count} leaf | {count} leaves",
    "input": "input",
    "target": "target",
    "parameter": "parameter",
    "constant": "constant",
    "result": "result",
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
    "solid_line": "solid blue line",
    "dashed_line": "dashed orange line",
    "thickness": "thickness",
    "input_layer": "input layer",
    "neural_network": "Neural network {shape}. Thick lines are large weights; solid blue ones are positive, "
    "dashed orange ones negative.",
    "circles": "{count} circles, large layers folded; max_nodes={count} shows every one",
    "depths": "depth {first} | depths {first} to {last}",
    "layer": "layer",
    "hidden_layer": "hidden layer",
    "hidden_layer_number": "hidden layer {number}",
    "output_layer": "output layer",
    "neuron": "neuron",
    "hidden_neuron": "hidden neuron {number}",
    "output_neuron": "output neuron",
    # a figure, and the table of its steps
    "language": "en",
    "figure": "<{title}: {count} steps; .save('page.html') writes it as a page>",
    "step_by_step": "{name}, step by step",
    "graph": "The graph of {name}: {count} nodes, each with its value and its gradient.",
    "all_steps": "All {count} steps",
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
    "target_and_output": "target, output",
    "what_was_learnt_from": "examples",
    "the_model": "the model",
    "mean_of_the_steps": "The loss is the mean over the epoch’s steps, each measured before it. All else is measured "
    "after the epoch.",
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
    "arrow_keys": "{description} Arrow keys step through it.",
    "step_of": "Step {step} of {count}{where}",
    "in_forward_pass": ", forward pass",
    "in_reverse_pass": ", reverse pass",
    # the steps of a graph
    "reverse_pass": "Reverse pass",
    "what_is_given": "What is given",
    "value_of": "The value of {name}",
    "start_at": "Start at {name}",
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
}

LANGUAGES: Final = {"en": ENGLISH}


def words(key: str, /, *, language: str = "en", **parts: object) -> str:
    """What is shown for a key, with these parts put in; without any the template itself.

    Of a template in two halves the first is for a ``count`` of 1.

    Example:
        >>> words("neurons", count=1), words("neurons", count=4)
        ('1 neuron', '4 neurons')
        >>> words("follows", source="h")
        'follows from the printed h'
    """
    template = LANGUAGES[language][key]
    if " | " in template and "count" in parts:
        one, several = template.split(" | ")
        template = one if parts["count"] == 1 else several
    return template.format(**parts) if parts else template
