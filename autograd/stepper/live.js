/* What figures share that compute: a graph on a tape, the formulas that are written from it, and the tools that change its
   numbers. What a kind of figure shows of it is a class derived from this one. */

const MORE_ROWS = 300;  // of the table, at a time

/**
 * What Python gives a figure that computes, see autograd/stepper/live.py.
 * @typedef {{ tape: TapeData, shown: ShownInBox[], leaves: number[], trained: number[], updates: [number, ...Side[]][],
 *   shapes: Shape[], names: string[][], pieces: Pieces[], digits: number }} LiveData
 *
 * What a box shows: a node of the tape; null for a constant; and in a large graph nodes outside of the picture, or a group,
 * which has a picture of its own.
 * @typedef {number | null | number[] | { group: number }} ShownInBox
 *
 * A part of the figure that shows more of the numbers, or changes them: it hears when they were changed, when a node is
 * opened and closed, and when another picture is.
 * @typedef {{ renew(): void, open?(node: number): void, close?(): void, scene?(): void }} Tool
 */

/** The box in which each node stands. @param {ShownInBox[]} shown */
function boxesOfNodes(shown) {
  /** @type {Map<number, number>} */
  const found = new Map();
  shown.forEach((node, box) => { if (typeof node === "number") found.set(node, box); });
  return found;
}

/** @template {{ pass: string }} [Step=any] @extends {Picture<Step>} */
class Live extends Picture {
  /** Of each box. @type {ShownInBox[]} */
  shown;
  /** In which box a node stands. @type {Map<number, number>} */
  boxOf;
  /** @type {number[]} */
  leaves;
  /** @type {Tape} */
  tape;
  /** The gradient of each node. @type {ArrayLike<number>} */
  upstream;
  /** @type {Writing} */
  writing;
  /** @type {Given} */
  given;
  /** @type {Tool[]} */
  tools = [];
  /** The node, or the box, whose card is open. @type {number} */
  opened;
  firstReverse = 0;  // the step with which the reverse pass begins
  listed = Infinity;  // how many rows the table of the steps has at most
  /** The number at a place: v3 is the value of node 3, g3 its gradient, d3.1 the derivative of node 3 by node 1.
   * @type {Record<string, (place: string) => number | undefined>} */
  numbersOf = {
    v: (place) => this.value(Number(place)),
    g: (place) => this.upstream[Number(place)],
    d: (place) => {
      const [node, by] = place.split(".").map(Number);
      return this.derivative(node, by);
    },
    "*": (place) => place.split("*").reduce((product, factor) => product * (this.numberOf(factor) ?? NaN), 1),
  };

  /* What a kind of figure defines: make the steps anew, with the numbers of now; and what the table says of one. */
  stepsAnew() {}
  /** @param {Step} step @returns {string} */
  said(step) { void step; return ""; }

  /** @param {LiveData} data */
  prepareLive(data) {
    this.shown = data.shown;
    this.boxOf = boxesOfNodes(data.shown);
    this.leaves = data.leaves;
    this.tape = new Tape(data.tape);
    this.upstream = this.tape.backward().upstream;
    this.writing = new Writing(data, (place) => this.numberOf(place));
    this.drawPicture((box) => this.describedBox(box));
  }

  /** @param {string} place */
  numberOf(place) {
    return this.numbersOf[place[0]](place.slice(1));
  }

  /** The number of a node; undefined where it has none. @param {number} node */
  value(node) {
    return this.tape.unknown.has(node) ? undefined : this.tape.values[node];
  }

  /** The derivative of a node by another one, over all ways. @param {number} node @param {number} by */
  derivative(node, by) {
    return this.tape.backward(node).upstream[by];
  }

  /** A node as plain text: h = 0.6225. @param {number} node */
  described(node) {
    return `${this.writing.names[node][TEXT]} = ${this.numberShown(`v${node}`, this.value(node))}`;
  }

  /** The node of a box as plain text. @param {number} box */
  describedBox(box) {
    const node = this.shown[box];
    return typeof node === "number" ? this.described(node) : "";
  }

  /** The box of a node, if there is one. @param {number} node @returns {Box | undefined} */
  box(node) {
    return this.boxes[this.boxOf.get(node) ?? NaN];
  }

  /** A number of the picture, as text. @param {string} place @param {number | undefined} x */
  numberShown(place, x) {
    void place;
    return this.writing.number(x, TEXT);
  }

  /** The part of the run that a step belongs to. @param {{ pass: string }} step */
  partOf({ pass }) {
    return pass === "given" ? this.say("given") : pass === "forward" ? this.say("forward") : this.say("reverse");
  }

  /** Where the reverse pass begins. @param {number} reverse  the step, -1 for none */
  divide(reverse) {
    this.firstReverse = reverse < 0 ? this.steps.length : reverse;
    const share = (100 * this.firstReverse) / Math.max(1, this.steps.length - 1);
    this.section.style.setProperty("--forward-share", `${share}%`);
  }

  where() {
    return this.at >= this.firstReverse ? this.say("in_reverse_pass") : this.say("in_forward_pass");
  }

  /* --- the state in the address: the numbers that were changed, by the names of their nodes --------------------------- */

  state() {
    const changed = this.leaves.filter((node) => this.tape.isChanged[node]);
    return { ...Object.fromEntries(changed.map((node) => [this.plainName(node), String(this.tape.values[node])])), ...super.state() };
  }

  /** @param {Record<string, string>} state */
  restore(state) {
    const nodes = new Map(this.leaves.map((node) => [this.plainName(node), node]));
    const numbers = new Map();
    const others = [];
    for (const [key, entry] of Object.entries(state)) {
      const number = /^-?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?$/i.test(entry) ? Number(entry) : NaN;
      const node = nodes.get(key);
      if (node === undefined) others.push([key, entry]);
      else if (Number.isFinite(number)) numbers.set(node, number);
      else return false;
    }
    const before = new Map(this.leaves.map((node) => [node, this.tape.values[node]]));
    this.give(numbers);
    if (super.restore(Object.fromEntries(others))) return true;
    this.give(before);
    return false;
  }

  /** Give these numbers, and to all other leaves the recorded ones. @param {Map<number, number>} numbers */
  give(numbers) {
    const different = this.leaves.some((node) => !Object.is(numbers.get(node) ?? this.tape.numbers[node], this.tape.values[node]));
    if (!different) return;
    for (const node of this.leaves) this.tape.set(node, numbers.get(node) ?? this.tape.numbers[node]);
    this.changed();
  }

  /** The name of a node in plain text. @param {number} node */
  plainName(node) {
    return this.writing.names[node][TEXT];
  }

  /* Numbers were changed: compute, and show the step where we are with the numbers of now. */
  changed() {
    this.tape.run();
    this.writing.isOutside = this.tape.outside.size > 0;
    this.upstream = this.tape.backward().upstream;
    this.writeAnew();
    for (const tool of this.tools) tool.renew();
  }

  writeAnew() {
    this.rowsAnew();
    this.show(this.at);
    if (!this.find(".card.node").hidden) this.openAgain();
  }

  openAgain() {
    this.open(this.opened);
  }

  rowsAnew() {
    this.stepsAnew();
    this.setRows();
  }

  /** A button with this HTML that leads to a step. @param {number} at @param {string} html */
  leadingTo(at, html) {
    return `<button type="button" class="line" data-step="${at}" title="${this.say("go_to_step")}">${html}</button>`;
  }

  /* --- the table of the steps: of many it has the first ones, and more when they are asked for ------------------------ */

  /** A row of it, also of one that it does not have. @param {number} at */
  row(at) {
    return [String(at + 1), this.partOf(this.steps[at]), this.said(this.steps[at])];
  }

  setRows() {
    this.slider.max = String(this.steps.length - 1);
    const [first] = this.rows;
    const count = Math.min(this.steps.length, this.listed);
    for (const row of this.rows.splice(count)) row.remove();
    while (this.rows.length < count) {
      const row = /** @type {HTMLTableRowElement} */ (first.cloneNode(true));
      first.parentElement?.append(row);
      this.rows.push(row);
    }
    this.rows.forEach((row, i) => this.row(i).forEach((text, column) => { row.cells[column].textContent = text; }));
  }

  /* Where Python has listed some of the steps: a button for more of them. */
  listSome() {
    const note = this.list.querySelector("p");
    if (!note) return;
    this.listed = this.rows.length;
    const button = document.createElement("button");
    button.addEventListener("click", () => {
      this.listed += MORE_ROWS;
      this.setRows();
      tell();
    });
    const tell = () => {
      const rest = this.steps.length - this.rows.length;
      note.hidden = rest <= 0;
      button.textContent = this.say("list_more", { count: Math.min(rest, MORE_ROWS) });
      note.replaceChildren(this.say("more_steps", { rest: rest }), " ", button);
      /** @type {HTMLElement} */ (this.list.querySelector("summary")).textContent = rest > 0
        ? this.say("first_steps", { listed: this.rows.length, count: this.steps.length })
        : this.say("all_steps", { count: this.steps.length });
    };
    tell();
  }
}
