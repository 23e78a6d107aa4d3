/* The tape: a recorded graph that computes again, forward and in reverse, where given numbers were changed. What it
   reads is written by autograd/stepper/tape.py; what it computes is what the Python engine does. */

/**
 * The rules of an operation, see autograd/stepper/rules.py.
 * @typedef {number | string | any[]} Tree
 * @typedef {{ name: string, value: Tree, partials: Tree[], stops?: boolean, domain?: [Tree, string][], shared?: Tree[] }} RuleData
 * @typedef {{ root: number, nodes: any[][], numbers: (number | string)[], rules: RuleData[], stale: number[],
 *   decided: [number, string][] }} TapeData
 *
 * What a node hands to one of its parents, as Python's Contribution; `stopped` where it hands on nothing.
 * @typedef {{ node: number, parent: number, local: number, product: number, stopped: boolean, total: number }} TapeContribution
 *
 * A tree as a function of the operands and the result.
 * @typedef {(operands: number[], y: number) => any} Computed
 */

/** A number as the tape has it. @param {number | string} written */
function tapeNumber(written) {
  if (typeof written === "number") return written;
  const named = { inf: Infinity, "-inf": -Infinity, nan: NaN };
  return written in named ? named[/** @type {keyof named} */ (written)] : Number(written);
}

/** The rules of one operation, as functions. */
class TapeRule {
  turn = 0;  // counts what was asked for: within one turn a shared part is computed once

  /** @param {RuleData} data */
  constructor(data) {
    this.name = data.name;
    this.stops = data.stops ?? false;
    /** @type {Computed[]} */
    this.shared = [];
    for (const tree of data.shared ?? []) this.shared.push(this.once(this.computed(tree)));
    this.value = this.computed(data.value);
    this.partials = data.partials.map((tree) => this.computed(tree));
    this.domain = (data.domain ?? []).map(([tree, sentence]) => ({ holds: this.computed(tree), sentence }));
  }

  /** @param {Tree} tree @returns {Computed} */
  computed(tree) {
    if (typeof tree === "string" && tree[0] === "#") return this.shared[Number(tree.slice(1))];
    if (tree === "y") return (_, y) => y;
    if (typeof tree === "string" && /^\d+$/.test(tree)) {
      const place = Number(tree);
      return (x) => x[place];
    }
    if (!Array.isArray(tree)) {
      const number = tapeNumber(tree);
      return () => number;
    }
    const [name, ...trees] = tree;
    const parts = trees.map((part) => this.computed(part));
    const [a, b, c] = parts;
    if (name === "where") return (x, y) => a(x, y) !== 0 ? b(x, y) : c(x, y);
    if (!Object.hasOwn(ELEMENTARY, name)) throw new Error(`no elementary function is called ${name}`);
    const f = ELEMENTARY[name];
    if (f.length === 1 && ["fsum", "logsumexp", "softmax"].includes(name)) {
      return (x, y) => f(parts.map((part) => part(x, y)));
    }
    return parts.length === 1 ? (x, y) => f(a(x, y)) : (x, y) => f(a(x, y), b(x, y));
  }

  /** @param {Computed} f @returns {Computed} */
  once(f) {
    let turn = -1;
    /** @type {any} */
    let kept;
    return (x, y) => {
      if (turn !== this.turn) {
        kept = f(x, y);
        turn = this.turn;
      }
      return kept;
    };
  }

  /** What the operands are outside of, as a sentence: the last that holds, where the first does. @param {number[]} x */
  outside(x) {
    this.turn++;
    const holds = (/** @type {{ holds: Computed }} */ limit) => limit.holds(x, NaN) !== 0;
    return this.domain.length && holds(this.domain[0]) ? this.domain.findLast(holds)?.sentence : undefined;
  }
}

/**
 * A recorded graph. Nodes are numbers, operands before results.
 *
 * values: the number of each node: the recorded one, unless it depends on a number that was changed.
 * isChanged: 1 for each node whose number was given or computed here.
 * outside: each node that is outside the domain of its operation, and what the row says of it.
 * unknown: the nodes that have no number: those outside, and all that depend on them. Their values are NaN. Where a root
 *   is unknown, so is every gradient.
 * doubtful: the nodes that stand as recorded because they cannot be computed, though a number below them was changed;
 *   and all that depend on them.
 * decided: each node whose number a comparison asked for while the graph was recorded, and where that was.
 * stale: the nodes that were other than their operands already when the tape was made.
 * parents: the nodes among the operands of each node, each once.
 */
class Tape {
  /** @param {TapeData} data */
  constructor(data) {
    const n = this.length = data.nodes.length;
    this.root = data.root;
    this.stale = data.stale;
    this.decided = new Map(data.decided);
    this.numbers = Float64Array.from(data.numbers, tapeNumber);
    const rules = data.rules.map((rule) => new TapeRule(rule));
    /** The rules of each node; null for a leaf, and where it cannot be computed. @type {(TapeRule | null)[]} */
    this.rules = data.nodes.map(([rule]) => rule === null ? null : rules[rule]);
    /** For the nodes that cannot be computed. @type {Map<number, number[]>} */
    this.recordedPartials = new Map();
    this.recordedStops = new Set();
    /** @type {number[]} */
    const constants = [];
    /** Where the numbers of the operands of each node stand in `cells`. @type {number[][]} */
    this.operands = [];
    for (const [node, [, operands, partials, stops]] of data.nodes.entries()) {
      this.operands.push(operands.map((/** @type {number | string} */ operand) =>
        typeof operand === "number" ? operand : n - 1 + constants.push(tapeNumber(operand))));
      if (partials) this.recordedPartials.set(node, partials.map(tapeNumber));
      if (stops) this.recordedStops.add(node);
    }
    this.parents = this.operands.map((operands) => [...new Set(operands.filter((operand) => operand < n))]);
    /** Which of the parents each operand is; -1 for a constant. @type {number[][]} */
    this.places = this.operands.map((operands, node) => {
      const places = new Map(this.parents[node].map((parent, place) => [parent, place]));
      return operands.map((operand) => places.get(operand) ?? -1);
    });
    this.cells = new Float64Array(n + constants.length);  // the numbers of the nodes, then the constants
    this.cells.set(this.numbers);
    this.cells.set(constants, n);
    this.values = this.cells.subarray(0, n);
    this.isChanged = new Uint8Array(n);
    /** @type {Map<number, string>} */
    this.outside = new Map();
    /** @type {Set<number>} */
    this.unknown = new Set();
    /** @type {Set<number>} */
    this.doubtful = new Set();
    /** The numbers of the operands at hand. @type {number[]} */
    this.x = [];
    /** What `order` found. @type {Map<number, number[]>} */
    this.orders = new Map();
  }

  /** Whether the number of a node was given. @param {number} node */
  isLeaf(node) {
    return !this.operands[node].length;
  }

  /** Whether a node was computed and cannot be again: it stands as it was recorded. @param {number} node */
  recorded(node) {
    return this.recordedPartials.has(node);
  }

  /* --- forward --------------------------------------------------------------------------------------------------- */

  /** Give a leaf another number; `run` computes what depends on it. @param {number} node @param {number} number */
  set(node, number) {
    if (!this.isLeaf(node)) throw new RangeError(`node ${node} is computed; only the number of a leaf can be changed`);
    this.values[node] = number;
    this.isChanged[node] = Object.is(number, this.numbers[node]) ? 0 : 1;
  }

  /** Give every node its recorded number again. */
  reset() {
    this.values.set(this.numbers);
    this.isChanged.fill(0);
    this.run();
  }

  /** Compute what depends on changed numbers; what does not has its recorded number. With `all` compute every node. */
  run({ all = false } = {}) {
    this.outside.clear();
    this.unknown.clear();
    this.doubtful.clear();
    for (let node = 0; node < this.length; node++) {
      if (!this.isLeaf(node)) this.compute(node, all);
    }
  }

  /** @param {number} node @param {boolean} changed */
  compute(node, changed) {
    const { values, unknown, doubtful, isChanged } = this;
    for (const parent of this.parents[node]) {
      if (isChanged[parent]) changed = true;
      if (unknown.size && unknown.has(parent)) unknown.add(node);
      if (doubtful.size && doubtful.has(parent)) doubtful.add(node);
    }
    const rule = this.rules[node];
    values[node] = this.numbers[node];
    isChanged[node] = rule && changed ? 1 : 0;
    if (!changed) return;
    if (!rule && this.parents[node].some((parent) => isChanged[parent])) doubtful.add(node);
    const sentence = rule?.outside(this.operandsOf(node));
    if (sentence && !unknown.has(node)) this.outside.set(node, sentence);
    if (sentence) unknown.add(node);
    if (unknown.has(node)) values[node] = NaN;
    else if (rule) values[node] = rule.value(this.x, NaN);
  }

  /** The numbers of the operands, until the next call. @param {number} node */
  operandsOf(node) {
    const operands = this.operands[node];
    this.x.length = operands.length;
    for (let i = 0; i < operands.length; i++) this.x[i] = this.cells[operands[i]];
    return this.x;
  }

  /* --- in reverse ------------------------------------------------------------------------------------------------ */

  /** The partial derivatives of a node, one an operand; that of a constant is NaN. @param {number} node @returns {number[]} */
  partials(node) {
    const rule = this.rules[node];
    if (this.unknown.has(node)) return this.operands[node].map(() => NaN);
    if (!rule) return this.recordedPartials.get(node) ?? [];
    const x = this.operandsOf(node);
    const y = this.values[node];
    rule.turn++;
    return this.places[node].map((place, i) => place < 0 ? NaN : rule.partials[i](x, y));
  }

  /** The derivative of a node by one of its parents, over all places where it takes it. @param {number} node @param {number} parent */
  local(node, parent) {
    const at = this.parents[node].indexOf(parent);
    const partials = this.partials(node).filter((_, i) => this.places[node][i] === at);
    return partials.length ? partials.reduce((sum, partial) => sum + partial) : 0;
  }

  /** All nodes below a root, operands before results, in the order of Python's topological_order. @param {number} root */
  order(root) {
    const known = this.orders.get(root);
    if (known) return known;
    const depths = new Int32Array(root + 1);
    for (let node = 0; node <= root; node++) {
      for (const parent of this.parents[node]) depths[node] = Math.max(depths[node], depths[parent] + 1);
    }
    const found = new Set();
    const stack = [root];
    while (stack.length) {
      const node = /** @type {number} */ (stack.pop());
      if (found.has(node)) continue;
      found.add(node);
      for (const parent of this.parents[node].toReversed()) stack.push(parent);
    }
    const order = [...found].sort((a, b) => depths[a] - depths[b]);
    this.orders.set(root, order);
    return order;
  }

  /**
   * What a node hands to each of its parents. Infinities go place by place, as in x*x with an infinite upstream.
   * The totals are for the pass to add up.
   * @param {number} node @param {number} upstream @returns {TapeContribution[]}
   */
  handed(node, upstream) {
    const stops = this.rules[node]?.stops ?? this.recordedStops.has(node);
    const partials = this.partials(node);
    /** @type {number[]} */
    const locals = [];
    /** @type {number[]} */
    const parts = [];
    const places = this.places[node];
    for (let i = 0; i < places.length; i++) {
      const place = places[i];
      if (place < 0) continue;
      const slope = partials[i];
      const part = stops && slope === 0 ? 0 : upstream * slope;
      locals[place] = place < locals.length ? locals[place] + slope : slope;
      parts[place] = place < parts.length ? parts[place] + part : part;
    }
    return this.parents[node].map((parent, place) => {
      const local = locals[place];
      const stopped = stops && local === 0 && parts[place] === 0;
      const product = Number.isFinite(upstream * local) && Number.isFinite(parts[place]) ? upstream * local : parts[place];
      return { node, parent, local, product: stopped ? 0 : product, stopped, total: NaN };
    });
  }

  /**
   * The reverse pass from a root: the chain rule as Python's `steps` walks it.
   *
   * upstream: the derivative of the root by each node; 0 for those that it does not reach.
   * contributions: what is handed from node to node, in order.
   * doubtful: the nodes whose upstream rests on a node that stands as recorded though numbers below it were changed.
   *
   * With `every`, also what is handed on by the nodes to which nothing comes: 0.
   */
  backward(root = this.root, { every = false } = {}) {
    const upstream = new Float64Array(this.length);
    const reached = new Uint8Array(this.length);
    /** @type {Set<number>} */
    const doubtful = new Set();
    /** @type {TapeContribution[]} */
    const contributions = [];
    upstream[root] = reached[root] = 1;
    for (const node of this.order(root).toReversed()) {
      if (!reached[node] && !every) continue;
      const inDoubt = doubtful.has(node) || this.doubtful.has(node);
      for (const handed of this.handed(node, upstream[node])) {
        if (!reached[node]) Object.assign(handed, { product: 0, stopped: true });
        if (!handed.stopped) {
          upstream[handed.parent] += handed.product;
          reached[handed.parent] = 1;
          if (inDoubt) doubtful.add(handed.parent);
        }
        handed.total = upstream[handed.parent];
        contributions.push(handed);
      }
    }
    return { upstream, contributions, doubtful };
  }
}
