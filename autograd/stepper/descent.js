/* Downhill: gradient descent on the numbers that are trained, step by step, each update written out; and the curve of the
   result. */

const [CURVE_WIDTH, CURVE_HEIGHT, CURVE_ROOM] = [320, 110, 8];
const MOST_POINTS = 2000;  // of the curve
const MOST_UPDATES = 100;  // that are written out

/**
 * Several examples, of which each step takes all where `isWhole`: the mean result, and the mean gradients of some leaves.
 * @typedef {{ isWhole: boolean, mean(nodes: number[]): { loss: number, gradients: number[], each: number[][] } }} AllExamples
 */

class Descent {
  /** @type {number[]} */
  course = [];
  ownStep = false;
  /** @type {number | undefined} */
  timer;
  /** What was changed last: of each node the number before, its gradient and the number after.
   * @type {{ node: number, before: number, gradient: number, terms?: number[], after: number }[]} */
  updates = [];

  /** @param {Live} figure @param {LiveData} data @param {AllExamples} [examples]  where there are several */
  constructor(figure, data, examples) {
    this.figure = figure;
    this.examples = examples;
    this.formulas = new Map(data.updates.map(([node, ...sides]) => [node, sides]));
    const field = figure.find(".trained");
    this.all = data.trained;
    this.areMany = figure.leaves.length > MOST_ENTRIES;
    if (this.areMany) field.append(figure.say("many_trained", { count: this.all.length }));
    for (const node of this.areMany ? [] : figure.leaves) {
      const label = document.createElement("label");
      const box = Object.assign(document.createElement("input"), { type: "checkbox", value: String(node) });
      box.checked = data.trained.includes(node);
      box.setAttribute("aria-label", figure.plainName(node));
      const name = document.createElement("span");
      name.innerHTML = math(figure.writing.names[node][MATHML]);
      label.append(box, name);
      field.append(label);
    }
    const rate = figure.findInput(".rate");
    rate.value = figure.writing.typed(0.1);
    rate.addEventListener("input", () => {
      const isNone = Number.isNaN(this.rate);
      rate.setAttribute("aria-invalid", String(isNone));
      figure.find(".descent .said").textContent = isNone ? figure.say("no_number", { entry: rate.value }) : "";
    });
    for (const button of figure.findAll("[data-descend]")) {
      const { descend } = button.dataset;
      button.addEventListener("click", () => descend === "play" ? this.play(button) : this.descend(Number(descend)));
    }
    figure.find(".all-examples").addEventListener("change", () => this.renew());
    this.begin();
  }

  get rate() {
    return numberRead(this.figure.findInput(".rate").value);
  }

  get trained() {
    if (this.areMany) return this.all;
    return this.figure.findAll(".trained input:checked").map((box) => Number(/** @type {HTMLInputElement} */ (box).value));
  }

  /** The gradients of the trained numbers, and those of each example where there are several. @param {number[]} trained
   * @returns {{ gradients: number[], each: number[][] }} */
  slopes(trained) {
    const { examples, figure: { tape } } = this;
    if (examples?.isWhole) return examples.mean(trained);
    const { upstream } = tape.backward();
    return { gradients: trained.map((node) => upstream[node]), each: [] };
  }

  /** What is made smaller. */
  result() {
    const { examples, figure: { tape } } = this;
    return examples?.isWhole ? examples.mean([]).loss : tape.values[tape.root];
  }

  /** Go so many steps. @param {number} count */
  descend(count) {
    const { figure, rate, trained } = this;
    const { tape } = figure;
    if (Number.isNaN(rate)) return;
    const start = new Map(trained.map((node) => [node, tape.values[node]]));
    for (let i = 0; i < count; i++) {
      const { gradients, each } = this.slopes(trained);
      const stuck = !gradients.every(Number.isFinite);
      figure.find(".descent .said").textContent = stuck ? figure.say("no_step") : "";
      if (stuck) break;
      this.updates = trained.map((node, k) => {
        const before = tape.values[node];
        return { node, before, gradient: gradients[k], terms: each[k], after: before - rate * gradients[k] };
      });
      for (const { node, after } of this.updates) tape.set(node, after);
      tape.run();
      this.course.push(this.result());
    }
    const end = new Map(trained.map((node) => [node, tape.values[node]]));
    for (const [node, number] of start) tape.set(node, number);  // so that one undo takes all of it back
    this.ownStep = true;
    figure.given.setAll(end);
    this.ownStep = false;
    this.write();
    this.draw();
  }

  /** @param {HTMLElement} button */
  play(button) {
    if (this.timer) {
      clearInterval(this.timer);
      this.timer = undefined;
    } else {
      this.timer = setInterval(() => {
        if (this.figure.section.isConnected && Number.isFinite(this.course.at(-1))) this.descend(1);
        else this.play(button);
      }, 300);
    }
    button.setAttribute("aria-pressed", String(Boolean(this.timer)));
    button.textContent = this.timer ? this.figure.say("pause") : this.figure.say("play");
  }

  /** Each update, written out: w ← w − η ∂L/∂w = 0.4 − 0.1(−0.007985) = 0.4007985. */
  write() {
    const { figure } = this;
    const { writing } = figure;
    const now = new Map(this.updates.map((update) => [update.node, update]));
    const { v, g } = figure.numbersOf;
    figure.numbersOf.v = (node) => now.get(Number(node))?.before ?? v(node);
    figure.numbersOf.g = (node) => now.get(Number(node))?.gradient ?? g(node);
    figure.numbersOf.r = () => this.rate;
    const lines = this.updates.slice(0, MOST_UPDATES).map(({ node, gradient, terms, after }) => {
      const [formula, numbers] = /** @type {Side[]} */ (this.formulas.get(node));
      const digits = this.digits(gradient, after);
      const sides = [writing.side(formula, MATHML), writing.side(numbers, MATHML, digits), writing.number(after, MATHML, digits)];
      const mean = terms ? `<div class="mean">${equation(...this.mean(node, terms, gradient))}</div>` : "";
      return `${mean}<div><math>${writing.names[node][MATHML]}<mo>←</mo></math>${equation(...sides)}</div>`;
    });
    Object.assign(figure.numbersOf, { v, g });
    const rest = this.updates.length - lines.length;
    if (rest) lines.push(`<div>${figure.say("more_of_these", { count: rest })}</div>`);
    figure.find(".updates").innerHTML = lines.join("");
  }

  /** The gradient as the mean of those of the examples. @param {number} node @param {number[]} terms @param {number} gradient */
  mean(node, terms, gradient) {
    const { writing } = this.figure;
    const sum = writing.sum(terms, ELEMENTARY.fsum(terms), MATHML);
    const over = writing.pieces[MATHML].over.replace("\0", sum).replace("\x01", `<mn>${terms.length}</mn>`);
    const [, , slope] = /** @type {Side[]} */ (this.formulas.get(node));
    return [writing.side(slope, MATHML), ...(sum ? [over] : []), writing.number(gradient, MATHML)];
  }

  /** How many digits it takes to see an update to the last digit of what is taken away.
   * @param {number} gradient @param {number} after */
  digits(gradient, after) {
    const digits = this.figure.writing.digits;
    const size = (/** @type {number} */ x) => Math.floor(Math.log10(Math.abs(x)));
    const change = this.rate * gradient;
    if (!change || !after) return digits;
    return Math.min(Math.max(digits, size(after) - size(change) + digits), 13);
  }

  /** The numbers were changed otherwise: the curve begins anew. */
  renew() {
    if (!this.ownStep) this.begin();
  }

  begin() {
    this.course = [this.result()];
    this.updates = [];
    this.figure.find(".updates").replaceChildren();
    this.draw();
  }

  /** The curve of the result. */
  draw() {
    const { figure } = this;
    const place = figure.find(".curve");
    if (this.course.length < 2) {
      place.replaceChildren();
      return;
    }
    const course = this.course.slice(-MOST_POINTS);
    const finite = course.filter(Number.isFinite);
    const [low, high] = [Math.min(0, ...finite), Math.max(...finite)];
    const [wide, tall] = [CURVE_WIDTH - 2 * CURVE_ROOM, CURVE_HEIGHT - 2 * CURVE_ROOM];
    const x = (/** @type {number} */ i) => CURVE_ROOM + (i * wide) / Math.max(1, course.length - 1);
    const y = (/** @type {number} */ value) => CURVE_ROOM + tall - ((value - low) * tall) / (high - low || 1);
    const points = course.map((value, i) => Number.isFinite(value) ? `${x(i).toFixed(1)},${y(value).toFixed(1)}` : "").filter(Boolean);
    const [name] = figure.writing.names[figure.tape.root];
    const [first, last] = [course[0], course[course.length - 1]].map((value) => figure.writing.number(value, TEXT));
    const said = figure.say("curve_of", { name, count: this.course.length - 1, first, last });
    const axis = `<path class="axis" d="M${CURVE_ROOM},${y(0).toFixed(1)}h${wide}"/>`;
    const curve = `${axis}<polyline points="${points.join(" ")}"/>`;
    place.innerHTML = `<svg viewBox="0 0 ${CURVE_WIDTH} ${CURVE_HEIGHT}" aria-hidden="true">${curve}</svg>
      <p class="hint">${escaped(said)}</p>`;
  }
}
