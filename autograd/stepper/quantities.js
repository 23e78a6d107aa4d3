/* One step a named quantity, as on the board: what has no name of its own is taken together with the step around it. */

class Quantities {
  /** When each node gets its number. @type {Map<number, number>} */
  valueAt;
  /** And when its gradient. @type {Map<number, number>} */
  gradientAt;

  /** @param {Live} figure @param {{ named: number[], steps: LineStep[] }} data */
  constructor(figure, { named, steps }) {
    this.tape = figure.tape;
    this.named = new Set(named);
    /** @type {Map<number, Set<number>>} */
    this.inside = new Map(named.map((node) => [node, this.unnamed(node)]));
    /** @type {Map<number, Map<number, number>>} */
    this.locals = new Map();
    figure.numbersOf.l = (place) => {
      const [node, parent] = place.split(".").map(Number);
      return this.local(node, parent);
    };
    this.lines = new Lines(figure, steps);
    this.renew();
  }

  /** What a node is made of that has no name. @param {number} node */
  unnamed(node) {
    /** @type {Set<number>} */
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
    for (const times of [this.valueAt, this.gradientAt]) {
      for (const [node, inside] of this.inside) {
        const at = times.get(node);
        if (at !== undefined) for (const part of inside) times.set(part, at);
      }
    }
  }

  /** The derivative of a quantity by one that it is made of. @param {number} node @param {number} parent */
  local(node, parent) {
    const locals = this.locals.get(node) ?? this.localsOf(node);
    this.locals.set(node, locals);
    return locals.get(parent) ?? 0;
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
  along({ node, beside }) {
    if (node === null) return [];
    return beside.flatMap((other) => this.between(Math.min(node, other), Math.max(node, other)));
  }

  /** @param {number} lower @param {number} upper @returns {[number, number][]} */
  between(lower, upper) {
    const inside = [...(this.inside.get(upper) ?? []), upper];
    const on = new Set([lower]);
    /** @type {[number, number][]} */
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
