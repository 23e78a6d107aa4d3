/* The steps of both passes over a graph, from what the tape computes: the same that autograd/stepper/frames.py writes. */

/**
 * A step: what is given, the value of a node, the start of the reverse pass, or what a node hands to a parent. Of the
 * last, `here` and `count` tell which of the terms of the parent's gradient it is, `terms` are all of them. `astray` is the
 * first step of a pass whose number is not finite.
 * @typedef {{ pass: "given", node: number, nodes: number[], astray: boolean }} GivenStep
 * @typedef {{ pass: "forward", node: number, astray: boolean }} ValueStep
 * @typedef {{ pass: "seed", node: number, astray: false }} SeedStep
 * @typedef {{ pass: "reverse", node: number, parent: number, local: number, product: number, total: number, here: number,
 *   count: number, terms: number[], astray: boolean }} TermStep
 * @typedef {GivenStep | ValueStep | SeedStep | TermStep} Step
 *
 * The formulas of a graph, see autograd/stepper/levels.py.
 * @typedef {{ nodes: number[], made: [Side, Side][][], slopes: Side[], edges: Record<string, [Side, Side?, number?]> }} LevelData
 */

/**
 * Words for a key, with these parts put in.
 * @typedef {(key: string, parts?: Record<string, string | number>) => string} Say
 *
 * An edge of the graph, with the local derivative.
 * @typedef {{ node: number, parent: number, local: number }} Edge
 */

/** The graph, with the formulas of every operation. */
class Level {
  /** @param {Tape} tape @param {LevelData} data */
  constructor(tape, data) {
    this.tape = tape;
    this.nodes = data.nodes;
    this.made = new Map(data.nodes.map((node, i) => [node, data.made[i]]));
    this.slopes = new Map(data.nodes.map((node, i) => [node, data.slopes[i]]));
    this.edges = data.edges;
    /** @type {Map<number, number[]>} */
    this.parents = new Map(data.nodes.map((node) => [node, []]));
    for (const key of Object.keys(data.edges)) {
      const [node, parent] = key.split(".").map(Number);
      this.parents.get(node)?.push(parent);
    }
  }

  /** @param {number} node @param {number} parent */
  edge(node, parent) {
    return this.edges[`${node}.${parent}`];
  }
}

/** The steps of both passes, with the numbers of now. */
class Steps {
  /** @type {Step[]} */
  all = [];
  /** The reverse pass. @type {ReturnType<Tape["backward"]>} */
  pass;

  /** @param {Tape} tape @param {Level} level @param {number[]} leaves
   * @param {boolean} every  also what is handed on by nodes to which nothing comes */
  constructor(tape, level, leaves, every = false) {
    this.tape = tape;
    this.level = level;
    this.leaves = leaves;
    this.every = every;
    this.renew();
  }

  /** Anew, after the tape has computed. */
  renew() {
    const { tape, level } = this;
    this.pass = tape.backward(tape.root, { every: this.every });
    const finite = (/** @type {number} */ node) => Number.isFinite(tape.values[node]) || tape.unknown.has(node);
    const first = level.nodes.find((node) => !finite(node));
    const { leaves } = this;
    this.all = [{ pass: "given", node: -1, nodes: leaves, astray: first !== undefined && leaves.includes(first) }];
    for (const node of level.nodes) {
      if (!tape.isLeaf(node)) this.all.push({ pass: "forward", node, astray: node === first });
    }
    if (tape.isLeaf(tape.root)) return;
    this.all.push({ pass: "seed", node: tape.root, astray: false });
    /** @type {Map<number, number>} */
    const counts = new Map();
    for (const { parent } of this.pass.contributions) counts.set(parent, (counts.get(parent) ?? 0) + 1);
    /** @type {Map<number, number[]>} */
    const terms = new Map();
    const isUnknown = tape.unknown.has(tape.root);
    const astray = this.pass.contributions.find(({ total }) => !isUnknown && !Number.isFinite(total));
    for (const contribution of this.pass.contributions) {
      const { node, parent, local, product, total } = contribution;
      const own = terms.get(parent) ?? [];
      terms.set(parent, own);
      own.push(product);
      this.all.push({ pass: "reverse", node, parent, local, product, total, here: own.length, count: counts.get(parent) ?? 0,
        terms: own, astray: contribution === astray });
    }
  }

  /** The node that a step is about. @param {Step} step */
  about(step) {
    return step.pass === "reverse" ? step.parent : step.node;
  }
}

/** What the steps say, in words and formulas. */
class Saying {
  /**
   * @param {Steps} steps @param {Writing} writing
   * @param {Say} say  the words of the catalogue
   */
  constructor(steps, writing, say) {
    this.steps = steps;
    this.writing = writing;
    this.say = say;
    this.level = steps.level;
    this.tape = steps.tape;
  }

  /** The equation of a node: h = σ(z) = σ(0.5) = 0.6225. @param {number} node @param {number} style @returns {string[]} */
  made(node, style) {
    const value = this.tape.unknown.has(node) ? undefined : this.tape.values[node];
    const own = this.own(node);
    const made = this.way(node);
    const sides = made ? this.writing.sides(made, style, value) : [];
    const [text, number] = [this.writing.number(value, TEXT), this.writing.number(value, style)];
    const last = made && this.writing.sides(made, TEXT, value).at(-1);
    return [own[style], ...sides, ...(last === text ? [] : [number])];
  }

  /** The formula of a node, and that with numbers: of several ways to write it one that gives its number.
   * @param {number} node */
  way(node) {
    const value = this.tape.unknown.has(node) ? undefined : this.tape.values[node];
    const ways = this.level.made.get(node) ?? [];
    return ways.find(([formula]) => value === undefined || this.writing.agrees(formula, value)) ?? ways.at(-1);
  }

  /** The name of a node, in every style. @param {number} node */
  own(node) {
    return this.writing.names[node];
  }

  /** The gradient of a node as a derivative. @param {number} node @param {number} style */
  slope(node, style) {
    return this.writing.side(/** @type {Side} */ (this.level.slopes.get(node)), style);
  }

  /** The sides of a local derivative, without its number: ∂h/∂z = h(1 − h). @param {Edge} edge @param {number} style */
  local({ node, parent, local }, style) {
    const [derivative, formula] = this.level.edge(node, parent);
    const says = formula && this.writing.side(formula, TEXT) !== this.writing.number(local, TEXT)
      && this.writing.agrees(formula, local);
    return [derivative, ...(says ? [formula] : [])].map((side) => this.writing.side(side, style));
  }

  /** The same as factors of a product, with their upstream. @param {Edge} edge @param {number} style */
  chains(edge, style) {
    const { times } = this.writing.pieces[style];
    const weak = this.level.edge(edge.node, edge.parent)[2];
    return this.local(edge, style).map((side, i) =>
      this.slope(edge.node, style) + times + (i && weak ? this.writing.group(side, style) : side));
  }

  /** The terms of a gradient up to now, in words, and the sides of the equation that they make. @param {TermStep} step
   * @param {number} style @returns {[string, string[]]} */
  sum(step, style) {
    const { parent, total, here, count } = step;
    const terms = step.terms.slice(0, here);
    const slope = this.slope(parent, style);
    const written = this.writing.number(total, style);
    const listed = terms.length > 1 ? this.writing.sum(terms, total, style) : "";
    const sides = [...(listed ? [listed] : []), written];
    if (terms.length < count) {
      return [this.say("sum_so_far", { slope: style === MATHML ? `<math>${slope}</math>` : slope, here, count }), sides];
    }
    return [this.say("sum_of_all", { count }), [slope, ...sides]];
  }

  /** What the first number of a pass that is not finite is called. @param {Step} step @param {number} style */
  astray(step, style) {
    const node = this.astrayNode(step);
    const reverse = step.pass === "reverse";
    const number = this.writing.number(reverse ? step.total : this.tape.values[node], TEXT);
    const how = reverse ? this.say("first_reverse", { number }) : this.say("first_forward", { number });
    return { how, quantity: reverse ? this.slope(node, style) : this.own(node)[style] };
  }

  /** The node whose number is the first that is not finite. @param {Step} step */
  astrayNode(step) {
    const given = step.pass === "given" ? step.nodes.find((node) => !Number.isFinite(this.tape.values[node])) : undefined;
    return given ?? this.steps.about(step);
  }

  /** A step as a line of text. @param {Step} step */
  text(step) {
    const line = this.line(step);
    if (!step.astray) return line;
    const { how, quantity } = this.astray(step, TEXT);
    return this.say("contribution", { product: line, how, sum: quantity });
  }

  /** @param {Step} step */
  line(step) {
    const { equals } = this.writing.pieces[TEXT];
    if (step.pass === "given") return step.nodes.map((node) => this.made(node, TEXT).join(equals)).join(`${this.say("list_mark")} `);
    if (step.pass === "forward") return this.made(step.node, TEXT).join(equals);
    if (step.pass === "seed") return [this.slope(step.node, TEXT), "1"].join(equals);
    const { written } = this.writing.product([this.steps.pass.upstream[step.node], step.local], TEXT);
    const product = [...this.chains(step, TEXT), written, this.writing.number(step.product, TEXT)].join(equals);
    const [how, sides] = this.sum(step, TEXT);
    return this.say("contribution", { product, how, sum: sides.join(equals) });
  }
}
