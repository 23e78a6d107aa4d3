/* What figures share that compute: a graph on a tape, the formulas that are written from it, and the tools that change its
   numbers. What a kind of figure shows of it is a class derived from this one. */

const MORE_ROWS = 300;  // of the table, at a time

class Live extends Picture {
  listed = Infinity;  // how many rows the table of the steps has at most

  /* What a kind of figure defines: make the steps anew, with the numbers of now; and what the table says of one. */
  stepsAnew() {}
  /** @param {any} step @returns {string} */
  said(step) { void step; return ""; }

  prepareLive(data, host) {
    this.shown = data.shown;  // of each box its node in the tape, null for a constant
    this.boxOf = new Map(data.shown.map((node, box) => [node, box]));
    this.leaves = data.leaves;
    this.tape = new Tape(data.tape);
    this.upstream = this.tape.backward().upstream;
    /** The number at a place: v3 is the value of node 3, g3 its gradient, d3.1 the derivative of node 3 by node 1.
     * @type {Record<string, (place: string) => number | undefined>} */
    this.numbersOf = {
      v: (place) => this.value(Number(place)),
      g: (place) => this.upstream[Number(place)],
      d: (place) => this.derivative(...place.split(".").map(Number)),
      "*": (place) => place.split("*").reduce((product, factor) => product * (this.numberOf(factor) ?? NaN), 1),
    };
    this.writing = new Writing(data, (place) => this.numberOf(place));
    this.drawPicture(host, (box) => this.described(this.shown[box]));
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

  /** A node as plain text: h = 0.6225. @param {number | null} node */
  described(node) {
    return node === null ? "" : `${this.writing.names[node][TEXT]} = ${this.numberShown(`v${node}`, this.value(node))}`;
  }

  /** A number of the picture, as text. @param {string} place @param {number | undefined} x */
  numberShown(place, x) {
    return this.writing.number(x, TEXT);
  }

  /** The part of the run that a step belongs to. @param {{ pass: string }} step */
  partOf({ pass }) {
    return pass === "given" ? this.say("given") : pass === "forward" ? this.say("forward") : this.say("reverse");
  }

  /* Where the reverse pass begins: the step, -1 for none. */
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

  restore(state) {
    const nodes = new Map(this.leaves.map((node) => [this.plainName(node), node]));
    const numbers = new Map();
    const others = [];
    for (const [key, entry] of Object.entries(state)) {
      const number = /^-?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?$/i.test(entry) ? Number(entry) : NaN;
      if (!nodes.has(key)) others.push([key, entry]);
      else if (Number.isFinite(number)) numbers.set(nodes.get(key), number);
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
    this.show(Math.min(this.at ?? 0, this.steps.length - 1));
    if (!this.find(".card.node").hidden) this.openAgain();
  }

  openAgain() {
    this.open(this.opened);
  }

  rowsAnew() {
    this.stepsAnew();
    this.setRows();
  }

  /* --- the table of the steps: of many it has the first ones, and more when they are asked for ------------------------ */

  /** A row of it, also of one that it does not have. @param {number} at */
  row(at) {
    return [String(at + 1), this.partOf(this.steps[at]), this.said(this.steps[at])];
  }

  setRows() {
    this.slider.max = this.steps.length - 1;
    const body = this.rows[0].parentElement;
    const count = Math.min(this.steps.length, this.listed);
    while (this.rows.length > count) this.rows.pop().remove();
    while (this.rows.length < count) this.rows.push(body.appendChild(this.rows[0].cloneNode(true)));
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
      this.list.querySelector("summary").textContent = rest > 0
        ? this.say("first_steps", { listed: this.rows.length, count: this.steps.length })
        : this.say("all_steps", { count: this.steps.length });
    };
    tell();
  }
}
