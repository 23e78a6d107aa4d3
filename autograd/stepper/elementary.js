/* The elementary functions of the rules of the table, on numbers: the namespace that autograd/engine/scalar.py is in
   Python, with its meaning at the edges. NaN is passed on; a comparison is 1 or 0, and a condition holds unless it is 0. */

/** @type {Record<string, (...operands: any[]) => any>} */
const ELEMENTARY = (() => {
  /** c[0] t**n + ... + c[n]. @param {number[]} c @param {number} t */
  const polynomial = (c, t) => c.reduce((sum, coefficient) => sum * t + coefficient, 0);

  /* --- the error function ---------------------------------------------------------------------------------------- */

  const ERF_NEAR_0 = [  // erf(x)/x in powers of x**2, the highest first
    -1.7469635073942545e-14, 4.117575248193394e-13, -6.639384646650022e-12, 9.41257660857209e-11, -1.2289531811531134e-09,
    1.4807117940843493e-08, -1.6365840662819432e-07, 1.64621142064921e-06, -1.4925650353811546e-05, 0.00012055332981695066,
    -0.0008548327023449507, 0.005223977625442175, -0.026866170645131252, 0.11283791670955126, -0.37612638903183754,
    1.1283791670955126,
  ];
  const ERFCX = [  // z erfcx(z) from z = 0.5 on, in powers of (z - 2.5)/(z + 1.5)
    -4.891930392414204e-10, -2.5706961707277375e-10, 4.263207361048038e-09, 4.46676828718437e-09, -1.396503833156555e-08,
    -2.7558823329209214e-08, 5.067101602322498e-09, 7.476721665959295e-08, 1.216363303149243e-07, 1.886730869526552e-08,
    -4.065297866058055e-07, -9.305302300332238e-07, -2.2356758800145038e-07, 3.456967520320405e-06, 7.470412369984665e-06,
    -2.07570373948822e-06, -3.892621543249208e-05, -5.270855740995925e-05, 0.00012837152351176067, 0.00046933125320104815,
    -0.00029218793799704485, -0.003454296751270282, 0.0014829302955760664, 0.03145737041554685, -0.09228567682381092,
    0.09975198834662752, 0.527015910152859,
  ];

  /** @param {number} x */
  const erfNear0 = (x) => x * polynomial(ERF_NEAR_0, x * x);

  /** exp(x**2) erfc(x). @param {number} x */
  function erfcx(x) {
    if (x > -0.5 && x < 0.5) return Math.exp(x * x) * (1 - erfNear0(x));
    const z = Math.abs(x);
    const p = polynomial(ERFCX, z < 1e300 ? (z - 2.5) / (z + 1.5) : 1);
    if (x > 0) return p / z;
    if (!(x > -27)) return x === x ? Infinity : x;
    const digits = Math.floor(z * 4096) / 4096;  // whose square is exact
    return 2 * Math.exp(digits * digits) * Math.exp((z - digits) * (z + digits)) - p / z;
  }

  /** @param {number} x */
  const erf = (x) => Math.abs(x) < 1 ? erfNear0(x) : Math.sign(x) * (1 - erfcx(Math.abs(x)) * Math.exp(-x * x));

  /* --- sums ------------------------------------------------------------------------------------------------------ */

  /** The sum of the terms, rounded once at the end, as Python's math.fsum. @param {number[]} terms */
  function fsum(terms) {
    /** @type {number[]} */
    const parts = [];  // their sum is exact, and none overlaps another; the largest is the last (J. Shewchuk)
    for (let x of terms) {
      let used = 0;
      for (const part of parts) {
        const [large, small] = Math.abs(x) < Math.abs(part) ? [part, x] : [x, part];
        const high = large + small;
        const low = small - (high - large);
        if (low !== 0) parts[used++] = low;
        x = high;
      }
      parts.length = used;
      if (x !== 0) parts.push(x);
      if (!Number.isFinite(x)) return terms.reduce((sum, term) => sum + term, 0);
    }
    let high = parts.pop() ?? 0;
    while (parts.length) {
      const x = high;
      const y = /** @type {number} */ (parts.pop());
      high = x + y;
      const low = y - (high - x);
      if (low === 0) continue;
      const next = parts.pop() ?? 0;  // halfway between two numbers, what is left decides
      if (low < 0 && next < 0 || low > 0 && next > 0) {
        const further = high + 2 * low;
        if (2 * low === further - high) high = further;
      }
      break;
    }
    return high;
  }

  /** @param {number[]} terms */
  const largest = (terms) => terms.reduce((most, x) => x > most ? x : most);

  /** log(sum(exp(x))), without overflow: the largest term is taken out first. @param {number[]} terms */
  function logsumexp(terms) {
    const most = largest(terms);
    if (most - most !== 0) return terms.some(Number.isNaN) ? NaN : most;
    const at = terms.indexOf(most);
    return most + Math.log1p(fsum(terms.filter((_, i) => i !== at).map((x) => Math.exp(x - most))));
  }

  /** exp(x_i) / sum_j exp(x_j) for every i; infinite terms share 1. @param {number[]} terms */
  function softmax(terms) {
    const most = largest(terms);
    const powers = terms.map((x) => x === most ? 1 : Math.exp(x - most));
    const total = fsum(powers);
    return powers.map((power) => power / total);
  }

  /* --- one number ------------------------------------------------------------------------------------------------ */

  /** 1 / (1 + exp(-x)). @param {number} x */
  function sigmoid(x) {
    if (x >= 0) return 1 / (1 + Math.exp(-x));
    const e = Math.exp(x);
    return e / (1 + e);
  }

  /** x sigmoid(x); far below 0 in halves that do not underflow. @param {number} x */
  function swish(x) {
    if (!(x < -700)) return x * sigmoid(x);
    const root = Math.exp(0.5 * x);
    return root === 0 ? 0 : x * root * root;
  }

  /**
   * sqrt(a**2 + b**2), to the last digit or nearly: the root is corrected by what it is off (C. Borges, 2019).
   * Math.hypot is off by more, and Chromium's by more than others.
   * @param {number} a @param {number} b
   */
  function hypot(a, b) {
    const large = Math.max(Math.abs(a), Math.abs(b));
    const small = Math.min(Math.abs(a), Math.abs(b));
    if (Math.abs(a) === Infinity || Math.abs(b) === Infinity) return Infinity;  // also beside NaN
    if (small <= large * 2 ** -27) return large;
    const scale = large > 2 ** 500 ? 2 ** -600 : small < 2 ** -450 ? 2 ** 600 : 1;
    const x = scale * large;
    const y = scale * small;
    const h = Math.sqrt(x * x + y * y);
    const rest = h - (h <= 2 * y ? y : x);
    const off = h <= 2 * y
      ? rest * (rest - 2 * (x - y)) + x * (2 * rest - x)
      : rest * rest + y * (4 * rest - y) + 2 * rest * (x - 2 * y);
    return (h - off / (2 * h)) / scale;
  }

  /** To the nearest whole number, from halfway to the even one. @param {number} x */
  function round(x) {
    const low = Math.floor(x);
    const rest = x - low;
    return (rest < 0.5 || rest === 0.5 && low % 2 === 0 ? low : rest >= 0.5 ? low + 1 : x) + 0;  // + 0: no -0
  }

  /** What is left of a, with the sign of b. @param {number} a @param {number} b */
  function remainder(a, b) {
    const rest = a % b;
    return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
  }

  /** As Python has it: 1 to any power is 1. @param {number} a @param {number} b */
  const power = (a, b) => a === 1 || a === -1 && Math.abs(b) === Infinity ? 1 : a ** b;

  return {
    add: (a, b) => a + b,
    subtract: (a, b) => a - b,
    multiply: (a, b) => a * b,
    divide: (a, b) => a / b,
    negative: (a) => -a,
    remainder,
    power,
    below: (a, b) => a < b ? 1 : 0,
    at_least: (a, b) => a >= b ? 1 : 0,
    equal: (a, b) => a === b ? 1 : 0,
    differs: (a, b) => a !== b ? 1 : 0,
    maximum: (a, b) => a >= b || a !== a ? a : b,
    minimum: (a, b) => a <= b || a !== a ? a : b,
    step: (x) => x !== x ? x : x >= 0 ? 1 : 0,
    sign: Math.sign,
    absolute: Math.abs,
    floor: (x) => Math.floor(x) + 0,
    ceil: (x) => Math.ceil(x) + 0,
    round,
    exp: Math.exp,
    expm1: Math.expm1,
    log: Math.log,
    log1p: Math.log1p,
    log2: Math.log2,
    log10: Math.log10,
    xlogy: (x, y) => x === 0 && y === y ? 0 : x * Math.log(y),
    sqrt: Math.sqrt,
    cbrt: Math.cbrt,
    hypot,
    sin: Math.sin,
    cos: Math.cos,
    tan: Math.tan,
    asin: Math.asin,
    acos: Math.acos,
    atan: Math.atan,
    atan2: Math.atan2,
    sinh: Math.sinh,
    cosh: Math.cosh,
    tanh: Math.tanh,
    asinh: Math.asinh,
    acosh: Math.acosh,
    atanh: Math.atanh,
    erf,
    erfcx,
    sigmoid,
    softplus: (x) => x < 0 ? Math.log1p(Math.exp(x)) : x + Math.log1p(Math.exp(-x)),
    swish,
    fsum,
    logsumexp,
    softmax,
    item: (list, at) => list[at],
  };
})();
