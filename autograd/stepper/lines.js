/* Steps that are lines of words and equations, which Python has written with places for the numbers: see lines.py. */

/**
 * Boxes, and the lines between them, are those of the picture of a network, or nodes of the tape.
 * @typedef {[string, number, ...Side[]]} Line  words, whether plain text needs them beside the equation, and its sides
 * @typedef {{ pass: string, title: string, lines: Line[], node: number | null, beside: number[], edges: number[],
 *   values: number[], deltas: number[] }} LineStep
 */

class Lines {
  /** When each box gets its number. @type {Map<number, number>} */
  valueAt = new Map();
  /** And when its gradient. @type {Map<number, number>} */
  gradientAt = new Map();
  /** Of each pass the step, and the line in it, with the first number that is not finite.
   * @type {Map<string, { step: LineStep, line: Line }>} */
  astray = new Map();

  /** @param {Live} figure @param {LineStep[]} steps */
  constructor(figure, steps) {
    this.figure = figure;
    this.steps = steps;
    this.renew();
  }

  /** Anew, after numbers were changed. */
  renew() {
    for (const found of [this.astray, this.valueAt, this.gradientAt]) found.clear();
    this.steps.forEach((step, at) => {
      for (const i of step.values) this.valueAt.set(i, at);
      for (const i of step.deltas) this.gradientAt.set(i, at);
      const pass = step.pass === "reverse" ? "reverse" : "forward";
      if (this.astray.has(pass) || this.figure.tape.unknown.size) return;
      const line = step.lines.find(([, , ...sides]) => sides.length && !this.isFinite(/** @type {Side} */ (sides.at(-1))));
      if (line) this.astray.set(pass, { step, line });
    });
  }

  /** Whether the number at the end of an equation is finite, if it is one. @param {Side} side */
  isFinite([, ...places]) {
    return places.length !== 1 || places[0][0] === "n" || Number.isFinite(this.figure.numberOf(places[0]));
  }

  /** The lines of a step, and one that says where the first number is that is not finite. @param {LineStep} step */
  said(step) {
    const { writing } = this.figure;
    const lines = [...step.lines];
    for (const [pass, found] of this.astray) {
      if (found.step !== step) continue;
      const sides = /** @type {Side[]} */ (found.line.slice(2));
      const number = writing.side(/** @type {Side} */ (sides.at(-1)), TEXT);
      const how = pass === "reverse" ? this.figure.say("first_reverse", { number }) : this.figure.say("first_forward", { number });
      lines.push([`${how}: ${writing.side(sides[0], TEXT)}`, 0]);
    }
    return lines;
  }

  /** A step as plain text. @param {LineStep} step */
  text(step) {
    const { equals } = this.figure.writing.pieces[TEXT];
    return this.said(step).map(([words, isSaid, ...sides]) => {
      const written = this.figure.writing.sides(sides, TEXT).join(equals);
      return isSaid && written ? `${words}: ${written}` : written || words;
    }).join("; ");
  }

  /** A step as HTML. @param {LineStep} step */
  html(step) {
    const { writing, tape } = this.figure;
    const lines = this.said(step).map(([words, , ...sides]) => {
      const written = writing.sides(sides, MATHML);
      return `<b>${escaped(words)}</b>${written.length ? equation(...written) : "<span></span>"}`;
    });
    const outside = [...tape.outside.values()].slice(0, step.pass === "forward" ? 1 : 0);
    const sentences = outside.map((sentence) => `<p class="astray">${escaped(sentence)}</p>`);
    return `<div class="lines ${step.pass}">${lines.map((line) => `<div>${breakable(line)}</div>`).join("")}</div>${sentences.join("")}`;
  }
}
