/* Is an entry right? The rules of `autograd.proofread`, with what the page computes: an entry agrees if the number rounds
   to it; it is off by rounding if it is what one gets from the entries that it was computed from; it follows if it is what
   one gets from an earlier wrong one; all else is a slip, and where a usual mistake gives exactly what was entered it is
   named. Python and the page are held equal by tests/stepper/practice.json. */

/**
 * A quantity: the value of node 3, "v3"; its gradient, "g3"; the derivative of node 5 by its operand 3, "l5.3"; what node 5
 * hands to it, "p5.3".
 * @typedef {string} Quantity
 *
 * @typedef {{ text: string, number: number, unit: number, significant: number, digits: string, exponent: number,
 *   goesOn: boolean, isFraction: boolean }} Printed
 * @typedef {"agrees" | "rounding" | "follows" | "cut off" | "slip"} Verdict
 * What was found of an entry; `factor`, `edge`
 * and `operand` are what a mistake is about.
 * @typedef {{ key: Quantity, verdict: Verdict, digits: number, cause?: Quantity, mistake: string, factor?: Side,
 *   edge?: string, operand?: number }} Finding
 * @typedef {{ asked: Quantity[], locals: Record<string, [Side, Side, number[]]>, factors: Record<string, [Side, Side][]>,
 *   terms: Record<string, [Side, Side][]> }} PracticeData
 */

const OF_A_PROGRAM = 2 ** -46;  // a number that a program printed to all of its digits is right to about 14 of them
const [LIKELY, RARE] = [1 / 20, 1 / 200];  // how exactly a mistake must give the entry: the share that rounding may blur

/* --- a number as people write it --------------------------------------------------------------------------------- */

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻";
const POWER_OF_TEN = /\s*[×·⋅*xX]\s*10(?:\^|\*\*)?([⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+|[({]?[+-]?\d+[)}]?)$/;
const DECIMAL = /^([+-]?)(\d+\.?\d*|\.\d+)(?:[eE]([+-]?\d+))?$/;

/** A number as autograd/derivation/printed.py reads it: 0,19, 1.77×10⁻⁴, 15/8, 12 %, ≈ 0.62, 0.62...
 * @param {string} text @returns {Printed | undefined} */
function printedNumber(text) {
  let body = text.trim().replace(/^[≈≃∼~=]/, "").replace(/[−–]/g, "-").replaceAll("'", "").trim();
  const goesOn = /(…|\.\.\.)$/.test(body);
  body = body.replace(/(…|\.\.\.)$/, "");
  let power = /\s*%$/.test(body) ? -2 : 0;
  body = body.replace(/\s*%$/, "");
  const match = POWER_OF_TEN.exec(body);
  if (match) {
    body = body.slice(0, match.index);
    const exponent = [...match[1]].map((sign) => RAISED.includes(sign) ? "0123456789+-"[RAISED.indexOf(sign)] : sign).join("");
    power += Number(exponent.replace(/[(){}]/g, ""));
  }
  body = body.replace(/\s/g, "");
  body = body.includes(".") ? body.replaceAll(",", "") : body.replace(",", ".");
  const [above, below, ...more] = body.split("/");
  const parts = [above, ...(below === undefined ? [] : [below])].map((part) => DECIMAL.exec(part));
  if (more.length || Number.isNaN(power) || parts.some((part) => !part)) return undefined;
  if (below !== undefined) {
    const quotient = Number(above) / Number(below);
    return Number.isFinite(quotient) ? printedDigits(text, String(quotient), power, { goesOn, isFraction: true }) : undefined;
  }
  const printed = printedDigits(text, above, power, { goesOn, isFraction: false });
  return Number.isFinite(printed.number) ? printed : undefined;
}

/** @param {string} text @param {string} written @param {number} power @param {{ goesOn: boolean, isFraction: boolean }} how */
function printedDigits(text, written, power, how) {
  const [, sign, mantissa, exponent = "0"] = /** @type {RegExpExecArray} */ (DECIMAL.exec(written));
  const [whole, decimals = ""] = mantissa.split(".");
  const last = Number(exponent) + power - decimals.length;
  const digits = (whole + decimals).replace(/^0+(?=.)/, "");
  const number = Number(`${sign}${digits}e${last}`);
  return { text, number, unit: Number(`1e${last}`), significant: digits.length, digits, exponent: last, ...how };
}

/* --- the judge --------------------------------------------------------------------------------------------------- */

/** An entry on the page. `unrounded` is what it may have been before it was rounded. */
class Entry {
  /** @param {number} place @param {Quantity} key @param {Printed} page @param {number} exact */
  constructor(place, key, page, exact) {
    this.place = place;
    this.key = key;
    this.page = page;
    this.exact = exact;
    this.half = page.unit / 2;
    this.unrounded = [page.number - this.half, page.number + this.half];
    /** @type {Finding} */
    this.finding = { key, verdict: "slip", digits: 0, mistake: "" };
  }

  get isWrong() {
    return this.finding.verdict === "slip" || this.finding.verdict === "follows";
  }

  /** Whether the entry is this number, rounded. @param {number} value @param {number} [room] */
  near(value, room = 0) {
    return Math.abs(this.page.number - value) <= this.half + room + Math.abs(value) * OF_A_PROGRAM;
  }

  /** Whether the entry is this number, cut off and not rounded. @param {number} value @param {number} [room] */
  isCut(value, room = 0) {
    const { number, significant, isFraction } = this.page;
    if (significant < 2 || isFraction || number * value < 0) return false;
    const more = room + Math.abs(value) * OF_A_PROGRAM;
    const beyond = Math.abs(value) - Math.abs(number);
    return beyond <= 2 * this.half + more && -beyond <= more;
  }
}

class Judge {
  /** @param {Tape} tape @param {Level} level @param {Writing} writing @param {PracticeData} data */
  constructor(tape, level, writing, data) {
    this.tape = tape;
    this.level = level;
    this.writing = writing;
    this.data = data;
    this.order = new Map(level.nodes.map((node, place) => [node, place]));
    /** What `same` says, which the numbers do not change. @type {Map<Quantity, Quantity>} */
    this.names = new Map();
    /** Those that each node goes into. @type {Map<number, number[]>} */
    this.users = new Map(level.nodes.map((node) => [node, []]));
    for (const node of level.nodes) for (const parent of level.parents.get(node) ?? []) this.users.get(parent)?.push(node);
  }

  /* --- quantities ------------------------------------------------------------------------------------------------ */

  /** What a quantity is computed from. @param {Quantity} key @returns {Quantity[]} */
  sources(key) {
    const [node, parent] = key.slice(1).split(".").map(Number);
    if (key[0] === "v") return (this.level.parents.get(node) ?? []).map((operand) => `v${operand}`);
    if (key[0] === "l") return this.data.locals[key.slice(1)][2].map((other) => `v${other}`);
    if (key[0] === "p") return [`g${node}`, `l${node}.${parent}`];
    return (this.users.get(node) ?? []).map((user) => `p${user}.${node}`);
  }

  /** Quantities that are the same number whatever the given ones are have one name. @param {Quantity} key @returns {Quantity} */
  same(key) {
    const known = this.names.get(key);
    if (known !== undefined) return known;
    const name = this.named(key);
    this.names.set(key, name);
    return name;
  }

  /** @param {Quantity} key @returns {Quantity} */
  named(key) {
    if (key[0] === "g") {
      const sources = this.sources(key);
      return sources.length === 1 ? this.same(sources[0]) : key;
    }
    if (key[0] !== "p") return key;
    const local = this.data.locals[key.slice(1)];
    return !local[2].length && this.writing.worth(local[1]) === 1 ? this.same(this.sources(key)[0]) : key;
  }

  /** All that a quantity is computed from; where a number is given no further. @param {Quantity} key
   * @param {Set<Quantity>} [given] */
  below(key, given = new Set()) {
    /** @type {Set<Quantity>} */
    const found = new Set();
    const waiting = [this.same(key)];
    while (waiting.length) {
      const at = /** @type {Quantity} */ (waiting.pop());
      if (found.has(at)) continue;
      found.add(at);
      if (!given.has(at)) waiting.push(...this.sources(at).map((source) => this.same(source)));
    }
    return found;
  }

  /** When a quantity is computed. @param {Quantity} key */
  rank(key) {
    const [node] = key.slice(1).split(".").map(Number);
    const place = this.order.get(node) ?? 0;
    return key[0] === "v" ? place : this.order.size + 3 * (this.order.size - place) + "glp".indexOf(key[0]);
  }

  /** A quantity as it is with the numbers of now, and where some are given another one. @param {Quantity} key
   * @param {Map<Quantity, number>} [given]  by the names that `same` gives */
  worth(key, given = new Map()) {
    const { tape } = this;
    const recorded = tape.values.slice();
    this.forward(given);
    const found = key[0] === "v" ? tape.values[Number(key.slice(1))] : this.reverse(key, given);
    tape.values.set(recorded);
    return found;
  }

  /** @param {Map<Quantity, number>} given */
  forward(given) {
    const { tape } = this;
    const other = new Set();
    for (const node of this.level.nodes) {
      const number = given.get(`v${node}`);
      const rule = tape.rules[node];
      if (number !== undefined) tape.values[node] = number;
      else if (rule && tape.parents[node].some((parent) => other.has(parent))) tape.values[node] = rule.value(tape.operandsOf(node), NaN);
      else continue;
      other.add(node);
    }
  }

  /** @param {Quantity} key @param {Map<Quantity, number>} given */
  reverse(key, given) {
    if (key[0] === "l") return given.get(key) ?? this.local(key.slice(1));
    const stop = key[0] === "p" ? Number(key.slice(1).split(".")[0]) : Number(key.slice(1));
    /** @type {Map<number, number>} */
    const gradients = new Map([[this.tape.root, 1]]);
    const of = (/** @type {number} */ node) => given.get(this.same(`g${node}`)) ?? gradients.get(node) ?? 0;
    for (const node of this.level.nodes.toReversed()) {
      for (const parent of this.level.parents.get(node) ?? []) {
        const edge = `${node}.${parent}`;
        const local = given.get(`l${edge}`) ?? this.local(edge);
        const product = given.get(this.same(`p${edge}`)) ?? (local === 0 ? 0 : of(node) * local);
        if (key === `p${edge}`) return product;
        gradients.set(parent, (gradients.get(parent) ?? 0) + product);
      }
      if (node === stop) break;
    }
    return of(stop);
  }

  /** A local derivative, computed as a person does, from its formula. @param {string} edge */
  local(edge) {
    const [node, parent] = edge.split(".").map(Number);
    return this.writing.worth(this.data.locals[edge][1]) ?? this.tape.local(node, parent);
  }

  /* --- verdicts -------------------------------------------------------------------------------------------------- */

  /** What is to be said of entries, in the order in which they stand on the page.
   * @param {{ key: Quantity, page: Printed }[]} page @returns {Finding[]} */
  findings(page) {
    const entries = page.map(({ key, page: number }, place) => new Entry(place, key, number, this.worth(key)));
    /** @type {Entry[]} */
    const before = [];
    for (const entry of [...entries].sort((a, b) => this.rank(this.same(a.key)) - this.rank(this.same(b.key)))) {
      this.judge(entry, before);
      before.push(entry);
    }
    for (const entry of entries) if (entry.finding.verdict === "slip") this.giveReason(entry, before);
    return entries.map(({ finding }) => finding);
  }

  /** @param {Entry} entry @param {Entry[]} judged */
  judge(entry, judged) {
    const { exact, page, half } = entry;
    const before = entry.unrounded;
    entry.unrounded = [exact];
    const found = { key: entry.key, digits: this.digits(entry), mistake: "" };
    if (entry.near(exact) || page.goesOn && entry.isCut(exact)) {
      entry.finding = { ...found, verdict: "agrees" };
      return;
    }
    const below = this.below(entry.key);
    const usable = judged.filter((other) => below.has(this.same(other.key)));
    const sound = usable.filter((other) => !other.isWrong);
    const wrong = usable.filter((other) => other.isWrong && other.place < entry.place);
    for (const how of /** @type {("near" | "isCut")[]} */ (["near", "isCut"])) {
      if (how === "isCut" && entry.isCut(exact)) {
        entry.finding = { ...found, verdict: "cut off" };
        return;
      }
      for (const sources of this.apart(entry, sound)) {
        const explained = this.explained(entry, sources, how);
        if (!explained) continue;
        const cause = [...explained.effects].reduce((a, b) => b[1] > a[1] ? b : a)[0].key;
        entry.finding = { ...found, verdict: how === "near" ? "rounding" : "cut off", cause };
        return;
      }
    }
    entry.finding = { ...found, verdict: "slip" };
    for (const how of /** @type {("near" | "isCut")[]} */ (["near", "isCut"])) {
      for (const some of choices(wrong)) {
        for (const sources of this.apart(entry, [...some, ...sound])) {
          const explained = this.explained(entry, sources, how);
          const slips = [...explained?.effects.keys() ?? []].filter((other) => other.isWrong);
          if (!explained || !slips.length) continue;
          const cause = slips.length === 1 ? slips[0] : this.weightiest(entry, slips, sources, explained.value);
          entry.finding = { ...found, verdict: "follows", cause: cause.key };
          entry.unrounded = [explained.value];
          return;
        }
      }
    }
    const places = Math.abs(exact) / (2 * half);
    const needsNoRounding = Math.abs(places - Math.round(places)) <= places * OF_A_PROGRAM;
    entry.unrounded = needsNoRounding && page.significant < 3 ? [page.number] : before;  // 3 for 2 is no 3.4 that was rounded
  }

  /** The sources, and those without an entry for the same number. @param {Entry} entry @param {Entry[]} sources */
  apart(entry, sources) {
    const others = sources.filter((source) => this.same(source.key) !== this.same(entry.key));
    return others.length === sources.length ? [sources] : [sources, others];
  }

  /** What the quantity is when computed from its sources, if that explains the entry.
   * @param {Entry} entry @param {Entry[]} sources @param {"near" | "isCut"} how */
  explained(entry, sources, how) {
    const computed = this.computed(entry, sources);
    return computed && entry[how](computed.value, sum([...computed.effects.values()])) ? computed : undefined;
  }

  /** The quantity, computed from its sources, and what the rounding of each of them changes.
   * @param {Entry} entry @param {Entry[]} sources */
  computed(entry, sources) {
    /** @type {Map<Quantity, Entry>} */
    const named = new Map(sources.toReversed().map((source) => [this.same(source.key), source]));
    const given = new Map([...named].map(([key, { page }]) => [key, page.number]));
    const below = this.below(entry.key, new Set(given.keys()));
    const used = [...named].filter(([key]) => below.has(key));
    if (!used.length) return undefined;
    const own = this.same(entry.key);
    const worth = (/** @type {Map<Quantity, number>} */ numbers) => numbers.get(own) ?? this.worth(entry.key, numbers);
    const value = worth(given);
    if (!Number.isFinite(value)) return undefined;
    /** @type {Map<Entry, number>} */
    const effects = new Map();
    for (const [key, source] of used) {
      const again = sources.filter((other) => this.same(other.key) === key && !other.isWrong && !source.isWrong);
      const others = [...source.unrounded, ...again.map(({ page }) => page.number)];
      const changes = others.map((number) => Math.abs(worth(new Map([...given, [key, number]])) - value));
      effects.set(source, Math.max(0, ...changes.filter(Number.isFinite)));
    }
    return { value, effects };
  }

  /** The one of several slips that changes the quantity most. @param {Entry} entry @param {Entry[]} slips
   * @param {Entry[]} sources @param {number} value */
  weightiest(entry, slips, sources, value) {
    const change = (/** @type {Entry} */ slip) => {
      const others = sources.filter((source) => this.same(source.key) !== this.same(slip.key));
      return Math.abs(value - this.worth(entry.key, new Map(others.map(({ key, page }) => [this.same(key), page.number]))));
    };
    return slips.reduce((a, b) => change(b) > change(a) ? b : a);
  }

  /** How many significant digits of an entry are right. @param {Entry} entry */
  digits({ page, exact }) {
    for (let n = page.significant; n > 0; n--) {
      const less = page.significant - n;
      const rounded = Math.sign(page.number) * Math.floor(Number(`${page.digits}e${-less}`) + 0.5);  // ties away from 0
      const unit = Number(`1e${page.exponent + less}`);
      if (Math.abs(rounded * unit - exact) <= unit / 2 + Math.abs(exact) * OF_A_PROGRAM) return n;
    }
    return 0;
  }

  /* --- usual mistakes -------------------------------------------------------------------------------------------- */

  /** Say which mistake a slip is, if one gives exactly what was entered. @param {Entry} entry @param {Entry[]} judged */
  giveReason(entry, judged) {
    const { page } = entry;
    const below = this.below(entry.key);
    const usable = judged.filter((other) => below.has(this.same(other.key)) && other.place < entry.place);
    const bases = [usable, usable.filter((other) => !other.isWrong), []].flatMap((sources) =>
      this.apart(entry, sources).map((some) => {
        const { value, effects } = this.computed(entry, some) ?? { value: entry.exact, effects: new Map() };
        return { value, room: sum([...effects.values()]) };
      }));
    const mistakes = this.mistakes(entry.key);
    for (const base of bases) {
      for (const { name, factor = 1, offset = 0, blur = RARE, about = {} } of mistakes) {
        const value = offset + factor * base.value;
        const room = page.unit / 2 + base.room * Math.abs(factor) + Math.abs(value) * OF_A_PROGRAM;
        const effect = Math.min(Math.abs(value - base.value), Math.abs(value - offset) || Math.abs(value));
        const isIt = base.room === 0 && Math.abs(page.number - value) <= Math.abs(value) * OF_A_PROGRAM && effect > 0;
        if (isIt || Math.abs(page.number - value) <= room && room <= blur * effect) {
          Object.assign(entry.finding, { mistake: name, ...about });
          return;
        }
      }
      if (exchanged(page, base)) {
        entry.finding.mistake = "digits_exchanged";
        return;
      }
    }
  }

  /** The usual mistakes with a quantity: each makes `offset + factor * v` of the right number v.
   * @param {Quantity} key @returns {{ name: string, factor?: number, offset?: number, blur?: number, about?: object }[]} */
  mistakes(key) {
    const found = [{ name: "twice", factor: 2, blur: LIKELY }, { name: "half", factor: 1 / 2, blur: LIKELY },
      ...[1, -1, 2, -2, 3, -3].map((power) => ({ name: "decimal_point", factor: Number(`1e${power}`), blur: LIKELY })),
      { name: "sign", factor: -1, blur: LIKELY }];
    const node = Number(key.slice(1).split(".")[0]);
    if (key[0] === "g") return [...found, ...this.withoutAFactor(node), ...this.withoutATerm(node)];
    return key[0] === "v" ? [...found, ...this.terms(node), ...this.mirrored(node)] : found;
  }

  /** A gradient without one factor of the chain. @param {number} parameter */
  withoutAFactor(parameter) {
    const { level } = this;
    const total = this.worth(`g${parameter}`);
    if (!total || !Number.isFinite(total)) return [];
    const below = new Map([[parameter, 1]]);  // the derivative of each node by it
    const found = [];
    for (const owner of level.nodes) {
      for (const node of level.parents.get(owner) ?? []) {
        if (below.has(node)) below.set(owner, (below.get(owner) ?? 0) + this.local(`${owner}.${node}`) * (below.get(node) ?? 0));
      }
    }
    for (const owner of level.nodes.toReversed()) {
      for (const node of level.parents.get(owner) ?? []) {
        const edge = `${owner}.${node}`;
        const contribution = this.worth(`p${edge}`) * (below.get(node) ?? 0);
        for (const [written, numbers] of this.data.factors[edge]) {
          const number = this.writing.worth(numbers);
          if (!contribution || number === undefined || !Number.isFinite(number) || [0, 1, -1].includes(number)) continue;
          const factor = (total - contribution + contribution / number) / total;
          found.push({ name: "factor_left_out", factor, about: { factor: written, edge } });
        }
      }
    }
    return found;
  }

  /** A gradient without what one of several operations hands to it. @param {number} parameter */
  withoutATerm(parameter) {
    const users = this.users.get(parameter) ?? [];
    return users.length < 2 ? [] : users.map((user) => {
      const edge = `${user}.${parameter}`;
      return { name: "term_left_out", offset: -this.worth(`p${edge}`), about: { edge } };
    });
  }

  /** A sum without one of its terms, or with the other sign before it. @param {number} node */
  terms(node) {
    return (this.data.terms[node] ?? []).flatMap(([written, numbers]) => {
      const number = this.writing.worth(numbers);
      if (!number || !Number.isFinite(number)) return [];
      const about = { factor: written };
      return [{ name: "term_left_out", offset: -number, about }, { name: "sign_of_a_term", offset: -2 * number, about }];
    });
  }

  /** A value, computed from an operand with the other sign. @param {number} node */
  mirrored(node) {
    return (this.level.parents.get(node) ?? []).flatMap((operand) => {
      const number = this.tape.values[operand];
      const value = this.worth(`v${node}`, new Map([[`v${operand}`, -number]]));
      const about = { operand };
      return number && Number.isFinite(value) ? [{ name: "sign_of_an_operand", factor: 0, offset: value, about }] : [];
    });
  }
}

/** Which slips an entry may have been computed from: all of them, all but one, one alone. @param {Entry[]} wrong */
function choices(wrong) {
  if (wrong.length < 2) return wrong.length ? [wrong] : [];
  const butOne = wrong.map((leftOut) => wrong.filter((other) => other !== leftOut));
  return [wrong, ...butOne, ...(wrong.length > 2 ? wrong.map((one) => [one]) : [])];
}

/** Whether an entry is the right number with two digits that stand side by side exchanged. @param {Printed} page
 * @param {{ value: number, room: number }} base */
function exchanged(page, base) {
  if (base.room > page.unit / 2 || page.isFraction || page.number * base.value < 0) return false;
  const right = String(Math.round(Math.abs(base.value) / page.unit));
  const width = Math.max(page.digits.length, right.length);
  const [a, b] = [page.digits, right].map((digits) => digits.padStart(width, "0"));
  const unequal = [...a].flatMap((digit, i) => digit === b[i] ? [] : [i]);
  return unequal.length === 2 && unequal[1] === unequal[0] + 1 && a[unequal[0]] === b[unequal[1]] && a[unequal[1]] === b[unequal[0]];
}

/** @param {number[]} numbers */
const sum = (numbers) => numbers.reduce((total, x) => total + x, 0);
