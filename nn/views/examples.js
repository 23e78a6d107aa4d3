/* Several examples for one network: one after the other, or all at once, as a training sees them. */

class Examples {
  at = 0;

  /** @param {Live} figure @param {{ leaves: number[], rows: (number | string)[][] }} data  of each example the numbers of its leaves */
  constructor(figure, { leaves, rows }) {
    this.figure = figure;
    this.leaves = leaves;
    this.rows = rows.map((row) => row.map(tapeNumber));
    this.buttons = figure.findAll("[data-example]");
    for (const button of this.buttons) {
      button.addEventListener("click", () => this.choose(this.at + Number(button.dataset.example)));
    }
    this.all = figure.findInput(".all-examples");
    for (const place of figure.findAll(".examples, label:has(.all-examples)")) place.hidden = rows.length < 2;
    this.renew();
  }

  get isWhole() {
    return this.rows.length > 1 && this.all.checked;
  }

  /** Show another example. What was changed of the parameters stays. @param {number} example */
  choose(example) {
    const { tape } = this.figure;
    if (example < 0 || example >= this.rows.length) return;
    const own = new Set(this.leaves);
    const changed = this.figure.leaves.filter((node) => tape.isChanged[node] && !own.has(node));
    const parameters = new Map(changed.map((node) => [node, tape.values[node]]));
    this.at = example;
    this.leaves.forEach((node, i) => { tape.numbers[node] = this.rows[example][i]; });
    tape.values.set(tape.numbers);
    tape.isChanged.fill(0);
    tape.run({ all: true });
    tape.numbers.set(tape.values);  // so these are the recorded ones of this example
    tape.isChanged.fill(0);
    for (const [node, number] of parameters) tape.set(node, number);
    this.figure.changed();
  }

  /** The result and the gradients of some leaves, as means over all examples; and the gradients of each.
   * @param {number[]} nodes */
  mean(nodes) {
    const { tape } = this.figure;
    const here = this.leaves.map((node) => tape.values[node]);
    const each = this.rows.map((row, example) => {
      this.leaves.forEach((node, i) => { tape.values[node] = example === this.at ? here[i] : row[i]; });
      tape.run({ all: true });
      const { upstream } = tape.backward();
      return { loss: tape.values[tape.root], gradients: nodes.map((node) => upstream[node]) };
    });
    this.leaves.forEach((node, i) => { tape.values[node] = here[i]; });
    tape.run();
    const count = this.rows.length;
    return {
      loss: ELEMENTARY.fsum(each.map(({ loss }) => loss)) / count,
      gradients: nodes.map((_, i) => ELEMENTARY.fsum(each.map(({ gradients }) => gradients[i])) / count),
      each: nodes.map((_, i) => each.map(({ gradients }) => gradients[i])),
    };
  }

  renew() {
    this.figure.find(".examples output").textContent =
      this.figure.say("example_of", { example: this.at + 1, count: this.rows.length });
    for (const button of this.buttons) {
      const to = this.at + Number(button.dataset.example);
      button.setAttribute("aria-disabled", String(to < 0 || to >= this.rows.length));
    }
  }
}
