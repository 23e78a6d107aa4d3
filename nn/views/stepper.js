/* A network at the level of neurons: the content of the player for figures of the kind "network". What each step says,
   Python has written, with places for the numbers. */

/**
 * What Python gives it, see nn/views/stepper.py: of each circle of a neuron the node whose gradient is its delta, of each
 * line between circles the node of its weight, how thick lines are, and of each example the numbers of its leaves.
 * @typedef {LiveData & { steps: LineStep[], deltas: [number, number][], weights: [number, number][], widths: [number, number],
 *   examples: { leaves: number[], rows: (number | string)[][] } }} NetworkData
 */

/** @extends {Live<LineStep>} */
class Network extends Live {
  /** @type {Map<number, number>} */
  deltaOf;
  /** @type {Map<number, number>} */
  weights;
  /** @type {[number, number]} */
  widths;
  /** @type {Lines} */
  saying;

  /** @param {NetworkData} data */
  prepare(data) {
    this.prepareLive(data);
    this.deltaOf = new Map(data.deltas);
    this.weights = new Map(data.weights);
    this.widths = data.widths;
    this.given = new Given(this);
    const examples = new Examples(this, data.examples);
    this.tools = [this.given, examples, new Descent(this, data, examples)];
    this.saying = new Lines(this, this.steps);
    this.timetable();
  }

  stepsAnew() {
    this.timetable();
    this.drawWeights();
  }

  /** @param {LineStep} step */
  said(step) {
    return this.saying.text(step);
  }

  /* Lines as thick as their weights are large, dashed where they are negative. */
  drawWeights() {
    const [thinnest, thickest] = this.widths;
    const heaviest = Math.max(...[...this.weights.values()].map((node) => Math.abs(this.tape.values[node])));
    for (const line of [...this.lines.values()].flat()) {
      const node = this.weights.get(Number(line.dataset.edge));
      if (node === undefined) continue;
      const weight = this.tape.values[node];
      const path = line.querySelector("path");
      path?.setAttribute("stroke-width", String(heaviest ? thinnest + ((thickest - thinnest) * Math.abs(weight)) / heaviest : thinnest));
      path?.setAttribute("stroke-dasharray", weight < 0 ? "7 4" : "none");
      line.classList.toggle("negative", weight < 0);
      line.classList.toggle("positive", !(weight < 0));
      const label = line.querySelector("text");
      if (label) label.textContent = this.writing.number(weight, TEXT);
    }
  }

  /* The first step of the reverse pass, and what the bar shows of it. */
  timetable() {
    this.saying.renew();
    this.divide(this.steps.findIndex((step) => step.pass === "reverse"));
  }

  /** @param {LineStep} step */
  display(step) {
    const reverse = this.at >= this.firstReverse;
    this.section.dataset.pass = reverse ? "reverse" : "forward";
    this.current = step.node ?? undefined;
    this.light(step);
    const box = this.boxes[this.current ?? NaN];
    if (box) this.bringIntoView(box.shape);
    this.find(".pass").textContent = reverse ? this.say("reverse_pass") : this.say("forward_pass");
    this.find(".step .what").innerHTML = step.title;
    this.find(".step .maths").innerHTML = this.saying.html(step);
  }

  /** @param {LineStep} step */
  light(step) {
    const beside = new Set(step.beside);
    /** @type {Map<number | null, string>} */
    const astray = new Map();
    for (const [pass, found] of this.saying.astray) {
      if (this.steps.indexOf(found.step) > this.at) continue;
      astray.set(this.circleOf(found.line) ?? found.step.node, pass === "reverse" ? "astray-gradient" : "astray-value");
    }
    this.boxes.forEach((box, i) => {
      const shown = this.shown[i];
      const node = typeof shown === "number" ? shown : null;  // the circle of neurons that are not drawn has none
      const known = (/** @type {Map<number, number>} */ at) => (at.get(i) ?? Infinity) <= this.at;
      box.shape.dataset.state = [
        known(this.saying.valueAt) || node === null ? "known" : "unknown",
        known(this.saying.gradientAt) ? "reached" : "unreached",
        i === step.node ? "current" : "",
        beside.has(i) ? "operand" : "",
        node !== null && this.tape.isLeaf(node) && this.tape.isChanged[node] ? "changed" : "",
        node !== null && this.tape.unknown.has(node) ? "outside" : "",
        astray.get(i) ?? "",
      ].filter(Boolean).join(" ");
      box.shape.setAttribute("tabindex", i === (step.node ?? 0) ? "0" : "-1");
      if (node === null) return;
      box.shape.setAttribute("aria-label", this.described(node));
      box.value.write(this.writing.number(this.value(node), TEXT));
      const delta = this.deltaOf.get(i);
      if (delta !== undefined) box.gradient.write(this.writing.number(this.upstream[delta], TEXT));
    });
    for (const line of [...this.lines.values()].flat()) {
      line.toggleAttribute("data-lit", step.edges.includes(Number(line.dataset.edge)));
    }
  }

  /** The circle whose quantity an equation is about. @param {Line} line */
  circleOf([, , side]) {
    const first = side?.[1];
    return first?.[0] === "n" ? this.boxOf.get(Number(first.slice(1))) : undefined;
  }

  /* --- what stands beside the picture ------------------------------------------------------------------------- */

  /** The card of a circle: all steps that are about it. @param {number} box */
  open(box) {
    const node = this.shown[box];
    if (typeof node !== "number") return;  // neurons that are not drawn
    this.opened = box;
    const own = [...this.steps.entries()].filter(([, step]) =>
      step.node === box || (step.pass !== "given" && step.values.includes(box)));
    const parts = own.map(([at, step]) =>
      `<h3>${this.leadingTo(at, step.title)}</h3>${this.saying.html(step)}`);
    const name = this.writing.names[node][MATHML];
    const given = equation(name, this.writing.number(this.value(node), MATHML));
    this.find(".card.node .what").innerHTML = this.say("whole_of", { name: math(name) });
    this.find(".card.node .maths").innerHTML = parts.join("") || `<h3>${this.say("it_is_given")}</h3>${given}`;
    this.find(".card.node").hidden = false;
  }
}

enliven("network", Network);
