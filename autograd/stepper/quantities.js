/* One step a named quantity, as on the board: what has no name of its own is taken together with the step around it. */

class Quantities {
  /** @param {Live} figure @param {{ named: number[], steps: LineStep[] }} data */
  constructor(figure, { named, steps }) {
    this.tape = figure.tape;
    this.named = new Set(named);
    /** @type {Map<number, Set<number>>} */
    this.inside = new Map(named.map((node) => [node, this.unnamed(node)]));
    this.locals = new Map();
    figure.numbersOf.l = (place) => this.local(.../** @type {[number, number]} */ (place.split(".").map(Number)));
    this.lines = new Lines(figure, steps);
    this.renew();
  }

  /** What a node is made of that has no name. @param {number} node */
  unnamed(node) {
    const found = new Set();
    const waiting = [...this.tape.parents[node]];
    for (const at of waiting) {
      if (this.named.has(at) || found.has(at)) continue;
      found.add(at);
      waiting.push(...this.tape.parents[at]);
    }
    return found;
  }

  /** Anew, after numbers were changed. What has no name gets its number with the quantity around it. */
  renew() {
    this.locals.clear();
    this.lines.renew();
    this.valueAt = new Map(this.lines.valueAt);
    this.gradientAt = new Map(this.lines.gradientAt);
    for (const [node, inside] of this.inside) {
      for (const part of inside) {
        for (const at of [this.valueAt, this.gradientAt]) if (at.has(node)) at.set(part, at.get(node));
      }
    }
  }

  /** The derivative of a quantity by one that it is made of. @param {number} node @param {number} parent */
  local(node, parent) {
    if (!this.locals.has(node)) this.locals.set(node, this.localsOf(node));
    return this.locals.get(node).get(parent) ?? 0;
  }

  /** @param {number} node */
  localsOf(node) {
    /** @type {Map<number, number>} */
    const found = new Map();
    const waiting = new Map([[node, 1]]);
    while (waiting.size) {
      const at = Math.max(...waiting.keys());
      const upstream = /** @type {number} */ (waiting.get(at));
      waiting.delete(at);
      for (const { parent, product, stopped } of this.tape.handed(at, upstream)) {
        if (stopped) continue;
        const into = this.named.has(parent) ? found : waiting;
        into.set(parent, (into.get(parent) ?? 0) + product);
      }
    }
    return found;
  }

  /** The pairs of nodes between which a step leads, each from an operand to its result. @param {LineStep} step */
  along(step) {
    if (step.node === null) return [];
    const pairs = step.beside.map((other) => [step.node, other].sort((a, b) => a - b));
    return pairs.flatMap(([lower, upper]) => this.between(lower, upper));
  }

  /** @param {number} lower @param {number} upper */
  between(lower, upper) {
    const inside = [...(this.inside.get(upper) ?? []), upper];
    const on = new Set([lower]);
    const pairs = [];
    for (const node of inside.sort((a, b) => a - b)) {
      for (const parent of this.tape.parents[node]) {
        if (!on.has(parent)) continue;
        on.add(node);
        pairs.push([parent, node]);
      }
    }
    return pairs;
  }
}
