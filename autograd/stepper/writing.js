/* Numbers put into the formulas that Python has written: see autograd/stepper/templates.py. */

const [TEXT, MATHML] = [0, 1];  // styles; the third is LaTeX
const MOST_DIGITS = 13;  // that are shown of a number, where a difference cancels
const MOST_TERMS = 24;  // of a sum of more the first ones and the last are shown
const PLACE = /([\ue000-\ue005])([\ue100-\uf8ff])/g;
const [, NOT_NEGATIVE, ALONE, TERM, EXPONENT, NAME] = "\ue000\ue001\ue002\ue003\ue004\ue005";

/**
 * A side of an equation: the number of its shape, then whose name or number stands at each of its places.
 * @typedef {[number, ...string[]]} Side
 * @typedef {[string, string, string, { value: any, shared?: any[] } | null]} Shape
 * @typedef {{ mark: string, plus: string, minus: string, times: string, equals: string, dots: string, group: string[],
 *   row: string[], over: string }} Pieces
 */

/* --- a number ---------------------------------------------------------------------------------------------------- */

/** A number in powers of ten, to so many digits after the point; a tie goes to the even digit, as in Python.
 * @param {number} x @param {number} after @returns {[string, number]} */
function scientific(x, after) {
  const [mantissa, power] = x.toExponential(after).split("e");
  const [exact] = Math.abs(x).toExponential(100).split("e");
  const rest = exact.replace(".", "").slice(after + 1);
  const digits = mantissa.replace("-", "");
  if (/^50*$/.test(rest) && Number(digits.at(-1)) % 2) {  // away from 0, to an odd digit: the even one is one less
    const even = digits.slice(0, -1) + (Number(digits.at(-1)) - 1);
    return [(x < 0 ? "-" : "") + even, Number(power)];
  }
  return [mantissa, Number(power)];
}

/** A number to so many significant digits, as Python's `significant` has it. @param {number | undefined} x @param {number} digits */
function significant(x, digits) {
  if (x === undefined) return "–";  // it has none: outside of a domain
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf";
  if (x === 0) return "0";
  let [mantissa, power] = scientific(x, 13);
  const short = mantissa.replace("-", "").replace(".", "").replace(/0+$/, "").length <= digits;
  if (!short) [mantissa, power] = scientific(x, digits - 1);
  if (!short && power >= digits && power < 6) {  // what stands before the point is kept
    [mantissa, power] = scientific(x, Number(x.toExponential(100).split("e")[1]));
  }
  const bare = (/** @type {string} */ text) => text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
  if (power > -5 && power < 6) {
    const text = fixed(mantissa, power, Math.max(digits - 1 - power, 0));
    return short ? bare(text) : text;
  }
  return `${short ? bare(mantissa) : mantissa}e${power}`;
}

/** Digits with their point moved, and so many decimals. @param {string} mantissa @param {number} power @param {number} decimals */
function fixed(mantissa, power, decimals) {
  const sign = mantissa.startsWith("-") ? "-" : "";
  const digits = mantissa.replace("-", "").replace(".", "");
  const all = power < 0 ? "0".repeat(-power) + digits : digits.padEnd(power + 1, "0");
  const point = power < 0 ? 1 : power + 1;
  const after = all.slice(point).padEnd(decimals, "0").slice(0, decimals);
  return sign + all.slice(0, point) + (after ? `.${after}` : "");
}

/** Digits in a style. @type {((digits: string) => string)[]} */
const WRITE_NUMBER = [
  (digits) => digits.replaceAll("-", "−"),
  (digits) => {
    if (digits.startsWith("-")) return `<mrow><mo>−</mo>${WRITE_NUMBER[MATHML](digits.slice(1))}</mrow>`;
    const [mantissa, exponent] = digits.split("e");
    const number = `<mn>${mantissa.replace("inf", "∞")}</mn>`;
    return exponent ? `<mrow>${number}<mo>·</mo><msup><mn>10</mn>${WRITE_NUMBER[MATHML](exponent)}</msup></mrow>` : number;
  },
  (digits) => {
    const [mantissa, exponent] = digits.split("e");
    if (/inf|nan/.test(mantissa)) return mantissa.replace("inf", "\\infty").replace("nan", "\\mathrm{nan}");
    return mantissa + (exponent ? ` \\cdot 10^{${exponent}}` : "");
  },
];

/* --- formulas ---------------------------------------------------------------------------------------------------- */

class Writing {
  isOutside = false;  // whether some node is outside of its domain, so that all that depends on it has no number

  /**
   * @param {{ shapes: Shape[], names: string[][], pieces: Pieces[], digits: number }} data
   * @param {(place: string) => number | undefined} numberOf  the number of a place, such as that of node 3 for "v3"
   */
  constructor({ shapes, names, pieces, digits }, numberOf) {
    this.shapes = shapes.map(([text, mathml, latex, rule]) =>
      ({ written: [text, mathml, latex], rule: rule && new TapeRule({ name: "", partials: [], ...rule }) }));
    this.names = names;
    this.pieces = pieces;
    this.digits = digits;
    this.numberOf = (/** @type {string} */ place) => place[0] === "c" ? Number(place.slice(1)) : numberOf(place);
  }

  /** Digits with the decimal mark of the language. @param {string} digits @param {number} style */
  written(digits, style) {
    return WRITE_NUMBER[style](digits).replace(".", this.pieces[style].mark);
  }

  /** A number with all its digits, as one types it. @param {number} x */
  typed(x) {
    return String(x).replace(".", this.pieces[TEXT].mark);
  }

  /** A number alone. @param {number | undefined} x @param {number} style */
  number(x, style, digits = this.digits) {
    return this.written(this.digitsOf(x, digits), style);
  }

  /** The digits of a number; NaN is none where a node is outside of its domain. @param {number | undefined} x
   * @param {number} digits */
  digitsOf(x, digits) {
    return significant(this.isOutside && Number.isNaN(x) ? undefined : x, digits);
  }

  /** A side of an equation, with the numbers of now. @param {Side} side @param {number} style */
  side(side, style, digits = this.fitting(side)) {
    const [shape, ...places] = side;
    return this.shapes[shape].written[style].replace(PLACE, (_, how, which) => {
      const place = places[which.charCodeAt(0) - 0xe100];
      return how === NAME ? this.names[Number(place.slice(1))][style] : this.placed(this.numberOf(place), how, style, digits);
    });
  }

  /** A number at a place. @param {number | undefined} x @param {string} how @param {number} style @param {number} digits
   * @returns {string} */
  placed(x, how, style, digits) {
    const written = this.digitsOf(x, digits);
    const { plus, minus } = this.pieces[style];
    const negative = written.startsWith("-");
    const number = this.written(written, style);
    if (how === TERM) return negative ? minus + this.written(written.slice(1), style) : plus + number;
    if (how === EXPONENT) return /^\d+$/.test(written) ? raised(written) : `^${this.placed(x, ALONE, style, digits)}`;
    const grouped = (how === NOT_NEGATIVE && negative) || (how === ALONE && /^-|e/.test(written));
    return grouped ? this.group(number, style) : number;
  }

  /** @param {string} written @param {number} style */
  group(written, style) {
    let [open, close] = this.pieces[style].group;
    if (written.includes("<mfrac")) [open, close] = [open, close].map((sign) => sign.replace(" stretchy='false'", ""));
    return open + written + close;
  }

  /** What a side of numbers is worth; undefined where the page cannot tell. @param {Side} side
   * @param {(x: number) => number} [shown]  what stands for a number, as what is left of it when it is rounded */
  worth([shape, ...places], shown = (x) => x) {
    const { rule } = this.shapes[shape];
    if (!rule) return undefined;
    rule.turn++;
    const number = (/** @type {string} */ place) => this.numberOf(place[0] === "n" ? `v${place.slice(1)}` : place) ?? NaN;
    return /** @type {number} */ (rule.value(places.map((place) => shown(number(place))), NaN));
  }

  /** Whether an equation between a side and a number can be written: not 1 = nan, 0 = inf, 0/0 = 0; see `agrees` in
   * autograd/derivation/formulas.py. @param {Side} side @param {number} value */
  agrees(side, value) {
    const worth = this.worth(side);
    const [, ...places] = side;
    if (worth !== undefined && Number.isFinite(worth) && places.every((place) => place[0] === "c")) {
      return Math.abs(worth - value) <= 1e-12 * Math.max(Math.abs(worth), Math.abs(value));
    }
    return worth === undefined || (Number.isNaN(worth) ? Number.isNaN(value) : worth === value || Number.isFinite(value));
  }

  /** How many digits the numbers of a side need for what is shown to give what it is worth. @param {Side} side */
  fitting(side) {
    return this.enoughFor(side) ?? this.digits;
  }

  /** The same; undefined if no digits are enough. Names stand for their numbers, whatever is shown.
   * @param {Side} side */
  enoughFor(side) {
    const [, ...places] = side;
    return places.some((place) => place[0] === "n") ? this.digits : this.enough((shown) => this.worth(side, shown));
  }

  /** How many digits are enough; undefined if none are. @param {(shown: (x: number) => number) => number | undefined} worth */
  enough(worth) {
    const value = worth((x) => x) ?? NaN;
    if (!Number.isFinite(value)) return this.digits;
    const room = Math.min(5 * 10 ** (1 - this.digits), 0.1) * Math.abs(value);
    for (let digits = this.digits; digits < MOST_DIGITS; digits++) {
      const shown = (/** @type {number} */ x) => Number.isFinite(x) ? Number(significant(x, digits)) : x;
      const rounded = /** @type {number} */ (worth(shown));
      if (Math.abs(rounded - value) <= room) return digits;
    }
    return undefined;
  }

  /** Factors that stay apart: (2)(3). @param {number[]} factors @param {number} style */
  product(factors, style) {
    const digits = this.enough((shown) => factors.reduce((product, x) => product * shown(x), 1)) ?? this.digits;
    return { digits, written: this.row(factors.map((x) => this.group(this.number(x, style, digits), style)).join(""), style) };
  }

  /** Terms added up, with as many digits as it takes for them to give the total; "" where it is nothing but roundings.
   * @param {number[]} terms @param {number} total @param {number} style */
  sum(terms, total, style) {
    let digits = this.digits;
    const room = Math.min(5 * 10 ** (1 - digits), 0.1) * Math.abs(total);
    const off = () => Math.abs(added(terms.map((x) => significant(x, digits))) - total);
    if (Number.isFinite(total)) while (digits < MOST_DIGITS && !(off() <= room)) digits++;
    if (digits === MOST_DIGITS) return "";
    const { plus, dots } = this.pieces[style];
    const long = terms.length > MOST_TERMS;
    const parts = terms.map((x, i) => {
      if (long && i > 1 && i < terms.length - 1) return i === 2 ? plus + dots : "";
      return i ? this.placed(x, TERM, style, digits) : this.number(x, style, digits);
    });
    return this.row(parts.join(""), style);
  }

  /** Pieces in a row. @param {string} written @param {number} style */
  row(written, style) {
    const [open, close] = this.pieces[style].row;
    return open + written + close;
  }

  /** The sides of an equation, without one that repeats the one before it, or whose numbers, as they are shown, do not
   * give what it is worth: sin(3.142) is not 1.2e−16. @param {Side[]} sides @param {number} style
   * @param {number} [value]  the number at the end: a side that is worth something else is left out */
  sides(sides, style, value) {
    /** @type {string[]} */
    const written = [];
    let before = "";
    for (const side of sides) {
      if ((value !== undefined && !this.agrees(side, value)) || this.enoughFor(side) === undefined) continue;
      const text = this.side(side, TEXT);
      if (text !== before || !written.length) written.push(style === TEXT ? text : this.side(side, style));
      before = text;
    }
    return written;
  }
}

/** The sum of numbers as they are written, rounded once: 0.1 + 0.2 - 0.3 is 0. @param {string[]} numbers */
function added(numbers) {
  const decimals = numbers.map((number) => {
    const [mantissa, power = "0"] = number.split("e");
    const [whole, rest = ""] = mantissa.split(".");
    return { digits: BigInt(whole + rest), power: Number(power) - rest.length };
  });
  const least = Math.min(...decimals.map(({ power }) => power));
  const sum = decimals.reduce((sum, { digits, power }) => sum + digits * 10n ** BigInt(power - least), 0n);
  return Number(`${sum}e${least}`);
}

/** Digits as an exponent in plain text. @param {string} digits */
const raised = (digits) => [...digits].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("");
