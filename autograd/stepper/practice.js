/* Practice: hidden numbers are fields, in the picture, the step, the card of a node and a list. What is entered is judged,
   see judge.js; there are hints for whoever asks, and the answer for whoever asks for that. What follows from a number
   that is not found yet is withheld. What is asked for is chosen by autograd/stepper/practice.py. */

const [BLANK, WITHHELD] = ["?", "…"];
const LEAST_DIGITS = 2;  // significant ones: 0 is right to no digit of 0.003
const LONGEST_ENTRY = 9;  // in the picture
/** @type {Record<string, string>} */
const MARKS = { right: "✓", rounding: "≈", "cut off": "≈", follows: "↳", slip: "✗", coarse: "…", unread: "✗", shown: "✓",
  open: "" };
/** @type {Record<string, string>} */
const QUESTIONS = { sign: "ask_sign", sign_of_a_term: "ask_signs", sign_of_an_operand: "ask_signs",
  twice: "ask_factors", half: "ask_factors", decimal_point: "ask_decimal_point", digits_exchanged: "ask_digits", term_left_out: "ask_sum" };
/** @type {Record<string, string>} */
const MISTAKES = { sign: "other_sign", twice: "twice", half: "half", decimal_point: "decimal_point",
  digits_exchanged: "digits_exchanged" };

/**
 * A blank. A blank that is `working` is a number on the way, which nobody has to fill in.
 * @typedef {{ key: Quantity, entry: string, hinted: number, shown: boolean, working: boolean, finding?: Finding,
 *   printed?: Printed }} Blank
 */

class Practice {
  /** What stands below the field at hand; there once the list is built. @type {HTMLElement | undefined} */
  below;
  /** The quantities that are not shown. @type {Set<Quantity>} */
  hidden = new Set();
  /** What is being filled in, and where. @type {{ key: Quantity, place: string, at: number } | undefined} */
  current;
  isPending = false;
  static read = printedNumber;

  /** @param {Graph} figure @param {PracticeData} data */
  constructor(figure, data) {
    this.figure = figure;
    this.data = data;
    this.judge = new Judge(figure.tape, figure.passes.level, figure.writing, data);
    /** @type {Map<Quantity, Blank>} */
    this.blanks = new Map();
    for (const key of data.asked) this.blank(key);
    /** @type {Say} */
    this.say = (key, parts) => figure.say(key, parts);
    this.judgeAll();
  }

  /** @param {Quantity} key @returns {Blank} */
  blank(key) {
    const known = this.blanks.get(key);
    if (known) return known;
    const blank = { key, entry: "", hinted: 0, shown: false, working: !this.data.asked.includes(key) };
    this.blanks.set(key, blank);
    return blank;
  }

  /** Those that are asked for. */
  get asked() {
    return this.data.asked.map((key) => this.blank(key));
  }

  /* --- what is found, and what is hidden --------------------------------------------------------------------------- */

  /** Judge every entry with the numbers of now. */
  judgeAll() {
    const { writing } = this.figure;
    for (const blank of this.blanks.values()) {
      if (blank.shown) blank.entry = writing.number(this.judge.worth(blank.key), TEXT);
      blank.printed = printedNumber(blank.entry);
      blank.finding = undefined;
    }
    const page = [...this.blanks.values()].filter(({ printed, key }) => printed && Number.isFinite(this.judge.worth(key)));
    page.sort((a, b) => this.judge.rank(a.key) - this.judge.rank(b.key));
    const findings = this.judge.findings(page.map(({ key, printed }) => ({ key, page: /** @type {Printed} */ (printed) })));
    findings.forEach((finding, i) => { page[i].finding = finding; });
    this.hide();
  }

  /** The quantities that are not shown: those to be found, and what follows from them, also if that was found before. */
  hide() {
    const { level } = this.judge;
    const hidden = this.hidden = new Set(this.asked.filter((blank) => !this.isFound(blank)).map(({ key }) => key));
    for (const node of level.nodes) {
      if (level.parents.get(node)?.some((parent) => hidden.has(`v${parent}`))) hidden.add(`v${node}`);
    }
    for (const node of level.nodes.toReversed()) {
      for (const parent of level.parents.get(node) ?? []) {
        const needed = this.data.locals[`${node}.${parent}`][2];
        if (hidden.has(`g${node}`) || needed.some((other) => hidden.has(`v${other}`))) hidden.add(`g${parent}`);
      }
    }
  }

  /** How it stands with a blank: a key of MARKS. @param {Blank} blank */
  state({ entry, shown, printed, finding, key }) {
    if (shown) return "shown";
    if (!entry.trim()) return "open";
    if (!printed || !finding) return "unread";
    const { verdict } = finding;
    if (verdict === "slip" || verdict === "follows") return verdict;
    const exact = this.judge.worth(key);
    const enough = printed.significant >= LEAST_DIGITS || Math.abs(printed.number - exact) <= Math.abs(exact) * OF_A_PROGRAM;
    return !enough ? "coarse" : verdict === "agrees" ? "right" : verdict;
  }

  /** Whether nothing is to be found any more; also where there is no number. @param {Blank} blank */
  isFound(blank) {
    return ["right", "rounding", "cut off", "shown"].includes(this.state(blank)) || !Number.isFinite(this.judge.worth(blank.key));
  }

  get isDone() {
    return this.asked.every((blank) => this.isFound(blank));
  }

  /** What stands for a quantity in a line of text; undefined where its number is shown. @param {Quantity} key */
  sign(key) {
    return !this.hidden.has(key) ? undefined : this.data.asked.includes(key) ? BLANK : WITHHELD;
  }

  /** The same, but the number itself where it was found before all that it follows from. @param {Quantity} key */
  inText(key) {
    const sign = this.sign(key);
    return sign === BLANK && this.isFound(this.blank(key)) ? this.figure.writing.number(this.judge.worth(key), TEXT) : sign;
  }

  /** What stands for a quantity in the picture: also what was entered. @param {Quantity} key */
  inPicture(key) {
    const sign = this.inText(key);
    if (sign !== BLANK) return sign;
    const blank = this.blank(key);
    if (!blank.printed) return BLANK;
    const entry = blank.entry.trim();
    return `${entry.length > LONGEST_ENTRY ? `${entry.slice(0, LONGEST_ENTRY)}…` : entry} ${MARKS[this.state(blank)]}`;
  }

  /** The states of a box in the picture. @param {number} node */
  states(node) {
    const asked = (/** @type {string} */ kind) => this.data.asked.includes(kind + node);
    return [asked("v") && "blank-value", asked("g") && "blank-gradient"].filter(Boolean);
  }

  /** Whether a step is about a hidden number. @param {Step} step */
  hides(step) {
    const node = this.figure.passes.about(step);
    return step.pass === "forward" ? this.hidden.has(`v${node}`) : step.pass === "reverse" && this.hidden.has(`g${node}`);
  }

  /* --- in the step and the card of a node -------------------------------------------------------------------------- */

  /** Where a field will stand, or what stands for a number that is withheld. @param {Quantity} key */
  place(key) {
    return this.sign(key) === WITHHELD ? `<b class="withheld" title="${this.say("withheld")}">${WITHHELD}</b>`
      : `<span class="blank" data-blank="${key}"></span>`;
  }

  /** An equation whose last side is to be found. @param {string[]} sides @param {Quantity} key */
  unfinished(sides, key) {
    return `<div class="unfinished">${equation(...sides)} ${math("<mo>=</mo>")} ${this.place(key)}</div>`;
  }

  /** The value of a node that is hidden, with its formula. @param {number} node */
  value(node) {
    if (!this.hidden.has(`v${node}`)) return undefined;
    return this.unfinished(this.figure.saying.made(node, MATHML).slice(0, -1), `v${node}`);
  }

  /** The gradient of a node that is hidden: what is handed to it, in names. @param {number} node */
  gradient(node) {
    if (!this.hidden.has(`g${node}`)) return undefined;
    const terms = (this.figure.terms.get(node) ?? []).map(({ at, step }) => step.pass === "seed" ? ""
      : `<li>${this.figure.leadingTo(at, equation(this.chain(step)))}</li>`);
    return `<ol>${terms.join("")}</ol>${this.unfinished([this.figure.saying.slope(node, MATHML)], `g${node}`)}`;
  }

  /** dL/dh · dh/dz @param {{ node: number, parent: number }} edge */
  chain({ node, parent }, style = MATHML) {
    return this.figure.saying.chains({ node, parent, local: NaN }, style)[0];
  }

  /** What stands in the card of a step that is about a hidden number. @param {Step} step */
  maths(step) {
    if (!this.hides(step)) return undefined;
    if (step.pass !== "reverse") return this.value(step.node);
    const { saying, writing, passes } = this.figure;
    const { node, parent, here, count } = step;
    const isAsked = this.sign(`g${parent}`) === BLANK;
    const edge = `${node}.${parent}`;
    const number = (/** @type {Quantity} */ key, /** @type {number} */ x) =>
      this.hidden.has(key) ? this.place(key) : math(writing.number(x, MATHML));
    const needsHidden = this.data.locals[edge][2].some((other) => this.hidden.has(`v${other}`));
    const slope = saying.slope(node, MATHML);
    const local = saying.local(step, MATHML);
    const product = count === 1 ? `g${parent}` : `p${edge}`;
    const chain = math(`${slope}<mspace width='0.2em'/>${local[0]}`);
    const boxes = [
      productBox("upstream", this.say("upstream"), math(slope), number(`g${node}`, passes.pass.upstream[node])),
      productBox("local", this.say("local"), isAsked ? math(local[0]) : equation(...local),
        isAsked ? this.place(`l${edge}`) : needsHidden ? this.place(`g${parent}`) : math(writing.number(step.local, MATHML))),
      productBox("handed", this.say("product"), chain, this.place(isAsked ? product : `g${parent}`)),
    ];
    const own = saying.slope(parent, MATHML);
    const whole = here !== count ? "" : count === 1 ? equation(own) : this.unfinished([own], `g${parent}`);
    const [how] = saying.sum(step, MATHML);
    return `<div class="product">${boxes[0]}<i>×</i>${boxes[1]}<i>=</i>${boxes[2]}</div>
      <div class="sum"><b>${how}</b> ${whole}</div>`;
  }

  /** Put the fields where they belong. @param {Element} holder @param {string} place */
  fill(holder, place) {
    for (const span of holder.querySelectorAll("[data-blank]")) {
      span.replaceChildren(...this.field(/** @type {HTMLElement} */ (span).dataset.blank ?? "", place));
    }
    if (this.isPending) this.commitSoon();
    if (this.current?.at !== this.figure.at && ["step", "picture"].includes(this.current?.place ?? "")) this.current = undefined;
    this.write();
  }

  /* --- fields ------------------------------------------------------------------------------------------------------ */

  /** A field for a blank, and a mark beside it. @param {Quantity} key @param {string} place
   * @returns {[HTMLInputElement, HTMLElement]} */
  field(key, place) {
    const input = Object.assign(document.createElement("input"), { inputMode: "text", autocomplete: "off", spellcheck: false });
    input.dataset.field = key;
    input.dataset.place = place;
    input.value = this.blank(key).entry;
    input.setAttribute("aria-label", this.name(key, TEXT));
    const mark = Object.assign(document.createElement("span"), { className: "mark" });
    mark.dataset.mark = key;
    input.addEventListener("focus", () => this.turnTo(key, place));
    input.addEventListener("input", () => this.type(key, input));
    input.addEventListener("change", () => this.commitSoon());
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") event.stopPropagation();  // arrow keys move the caret here
      if (event.key === "Enter") this.commit();
    });
    return [input, mark];
  }

  /** @param {Quantity} key @param {HTMLInputElement} input */
  type(key, input) {
    const blank = this.blank(key);
    blank.entry = input.value;
    blank.shown = false;
    this.isPending = true;
    for (const other of this.fields(key)) if (other !== input) other.value = input.value;
  }

  /** @param {Quantity} [key] @returns {HTMLInputElement[]} */
  fields(key) {
    return Array.from(this.figure.shadow.querySelectorAll(key ? `[data-field="${key}"]` : "[data-field]"));
  }

  /** After the focus has moved on, as it does with the tab key. */
  commitSoon() {
    setTimeout(() => { if (this.isPending) this.commit(); });
  }

  /** Judge what was entered, and show what can be seen now. */
  commit() {
    this.isPending = false;
    const focus = this.figure.shadow.activeElement;
    const field = focus instanceof HTMLInputElement && focus.dataset.field ? focus : undefined;
    const caret = field?.selectionStart ?? null;
    this.figure.writeAnew();
    this.write();
    const again = field && this.fields(field.dataset.field).find((other) => other.dataset.place === field.dataset.place);
    if (again && again !== this.figure.shadow.activeElement) {
      again.focus({ preventScroll: true });
      again.setSelectionRange(caret, caret);
    }
    if (focus && !this.isSeen(this.figure.shadow.activeElement)) this.figure.section.focus({ preventScroll: true });
    if (this.current) this.figure.find(".live").textContent = this.said(this.blank(this.current.key));
  }

  /** @param {Element | null} element */
  isSeen(element) {
    return Boolean(element?.getClientRects().length);
  }

  /** Marks beside the fields. */
  mark() {
    for (const mark of this.figure.findAll("[data-mark]")) {
      const state = this.state(this.blank(mark.dataset.mark ?? ""));
      mark.dataset.state = state;
      mark.textContent = MARKS[state];
      mark.title = state === "open" ? "" : this.word(state);
    }
    for (const input of this.fields()) {
      const state = this.state(this.blank(input.dataset.field ?? ""));
      input.setAttribute("aria-invalid", String(["slip", "unread"].includes(state)));
      if (input.value !== this.blank(input.dataset.field ?? "").entry) input.value = this.blank(input.dataset.field ?? "").entry;
    }
  }

  /* --- in the picture ---------------------------------------------------------------------------------------------- */

  /** A click on the half of a box whose number is asked for opens a field over it. */
  inThePicture() {
    const picture = this.figure.find(".picture");
    const hit = (/** @type {MouseEvent} */ event) => {
      const shape = /** @type {Element} */ (event.target).closest("[data-node]");
      const node = this.figure.shown[Number(shape?.getAttribute("data-node") ?? NaN)];
      if (!shape || typeof node !== "number") return undefined;
      const gradient = shape.querySelector(".gradient");
      const kind = gradient && event.clientY >= gradient.getBoundingClientRect().top - 1 ? "g" : "v";
      const number = kind === "g" ? gradient : shape.querySelector(".value");
      return number && this.sign(kind + node) === BLANK ? { key: kind + node, number } : undefined;
    };
    picture.addEventListener("pointerdown", (event) => { if (hit(event)) event.stopPropagation(); }, true);
    picture.addEventListener("click", (event) => {
      const found = hit(event);
      if (!found) return;
      event.stopPropagation();
      const [input] = this.field(found.key, "picture");
      overNumber(this.figure, input, found.number);
    }, true);
  }

  /* --- what is said of a blank ------------------------------------------------------------------------------------- */

  /** What a quantity is called. @param {Quantity} key @param {number} style */
  name(key, style) {
    const { saying, writing } = this.figure;
    const [node, parent] = key.slice(1).split(".").map(Number);
    if (key[0] === "v") return writing.names[node][style];
    if (key[0] === "g") return saying.slope(node, style);
    return key[0] === "l" ? saying.local({ node, parent, local: NaN }, style)[0] : this.chain({ node, parent }, style);
  }

  /** A state in words. @param {string} state */
  word(state) {
    return { right: this.say("is_right"), rounding: this.say("is_rounding"), "cut off": this.say("is_cut_off"), slip: this.say("is_slip"),
      shown: this.say("is_shown"), coarse: this.say("is_coarse", { count: LEAST_DIGITS }), open: this.say("is_open") }[state] ?? "";
  }

  /** @param {Blank} blank */
  said(blank) {
    const state = this.state(blank);
    if (state === "unread") return this.say("no_number", { entry: blank.entry });
    const cause = blank.finding?.cause;
    return state === "follows" && cause ? this.say("is_following", { cause: this.name(cause, TEXT) }) : this.word(state);
  }

  /** What can be said to help, one after the other, as HTML. @param {Blank} blank */
  hints(blank) {
    const { key, finding } = blank;
    const hints = finding?.mistake ? this.diagnosis(finding) : [];
    const [node, parent] = key.slice(1).split(".").map(Number);
    const { saying, writing, passes } = this.figure;
    const level = passes.level;
    const made = (/** @type {number} */ of, /** @type {0 | 1} */ how) => {
      const way = saying.way(of);
      return way ? writing.side(way[how], MATHML) : "";
    };
    if (key[0] === "v") {
      hints.push(this.say("hint_put_in", { formula: math(made(node, 0)) }));
      const ready = level.parents.get(node)?.every((other) => !this.hidden.has(`v${other}`));
      if (ready) hints.push(equation(writing.names[node][MATHML], made(node, 1)));
      return hints;
    }
    /** @type {{ node: number, parent: number }[]} */
    const edges = key[0] === "g" ? (this.figure.terms.get(node) ?? []).flatMap(({ step }) => step.pass === "reverse" ? [step] : [])
      : [{ node, parent }];
    if (key[0] === "g" && edges.length > 1) hints.push(this.say("hint_sum", { count: edges.length }));
    if (key[0] === "g" && edges.length === 1) hints.push(this.say("hint_product"));
    if (key[0] !== "l") hints.push(edges.map((edge) => equation(this.chain(edge))).join("&ensp;"));
    for (const edge of edges) {
      const local = this.judge.local(`${edge.node}.${edge.parent}`);
      const [, formula] = level.edge(edge.node, edge.parent);
      hints.push(formula && !this.isPlain(edge) ? equation(...saying.local({ node: edge.node, parent: edge.parent, local }, MATHML))
        : this.say("hint_differentiate", { formula: math(made(edge.node, 0)), name: math(writing.names[edge.parent][MATHML]) }));
    }
    return hints;
  }

  /** Whether a local derivative is a number whatever the others are: its formula would be the answer.
   * @param {{ node: number, parent: number }} step */
  isPlain({ node, parent }) {
    return !this.data.locals[`${node}.${parent}`][2].length;
  }

  /** Where to look, and then the mistake itself. @param {Finding} finding @returns {string[]} */
  diagnosis({ key, mistake, factor, edge, operand }) {
    const node = Number(key.slice(1).split(".")[0]);
    const part = (/** @type {Side | undefined} */ side) => side ? math(this.figure.writing.side(side, MATHML)) : "";
    if (mistake === "factor_left_out") {
      const isLast = edge?.endsWith(`.${node}`);
      return [this.question(isLast ? "ask_local" : "ask_upstream"), this.sentence("without_the_factor", { factor: part(factor) })];
    }
    if (mistake === "term_left_out") {
      const [user, parent] = (edge ?? "").split(".").map(Number);
      const term = factor ? part(factor) : math(this.chain({ node: user, parent }));
      return [this.question("ask_sum"), this.sentence("without_the_term", { term })];
    }
    if (mistake === "sign_of_a_term") return [this.question("ask_signs"), this.sentence("sign_of_the_term", { term: part(factor) })];
    if (mistake === "sign_of_an_operand") {
      const name = math(this.figure.writing.names[operand ?? 0][MATHML]);
      return [this.question("ask_signs"), this.sentence("with_the_other_sign_of", { operand: name })];
    }
    return [this.question(QUESTIONS[mistake]), this.sentence(MISTAKES[mistake])];
  }

  /* --- the list and what stands below a field ---------------------------------------------------------------------- */

  /** The given numbers were changed. */
  renew() {
    this.write();
  }

  /** Make the list of what is asked for. */
  build() {
    const { figure } = this;
    figure.find(".practise").hidden = false;
    figure.find(".given-numbers").removeAttribute("open");
    const below = this.below = figure.find(".below-blank");
    this.rows = new Map(this.data.asked.map((key) => {
      const row = Object.assign(document.createElement("div"), { className: "entry" });
      const name = Object.assign(document.createElement("span"), { className: "name" });
      name.innerHTML = math(this.name(key, MATHML));
      row.append(name, ...this.field(key, "list"));
      return [key, row];
    }));
    figure.find(".blanks").append(...this.rows.values());
    below.addEventListener("click", ({ target }) => {
      const help = dataOf(target, "help");
      if (help && this.current) this.help(this.blank(this.current.key), help);
    });
    const copy = figure.find("[data-hand-in]");
    copy.addEventListener("click", () => copyText(copy, this.line(), this.say("copied")));
    figure.find(".student").addEventListener("input", () => this.write());
    this.inThePicture();
    this.write();
    return this;
  }

  /** A blank is filled in. @param {Quantity} key @param {string} place */
  turnTo(key, place) {
    this.current = { key, place, at: this.figure.at };
    const { below } = this;
    const holder = place === "node" ? this.figure.find(".card.node") : this.figure.find(".card.step");
    if (!below) return;
    if (place === "list") this.rows?.get(key)?.after(below);
    else if (below.parentElement !== holder) holder.append(below);
    this.write();
  }

  /** A hint more, or the answer. @param {Blank} blank @param {string} help */
  help(blank, help) {
    if (help === "answer") blank.shown = true;
    else blank.hinted = Math.min(blank.hinted + 1, this.hints(blank).length);
    this.commit();
    if (help === "answer") return;
    this.figure.find(".live").textContent = this.figure.findAll(".hints li").at(-1)?.textContent ?? "";
  }

  /** Write what is to be said of the blank at hand, how far one has come, and the line to hand in. */
  write() {
    const { below, figure } = this;
    if (!below) return;
    this.mark();
    const blank = this.current && this.blank(this.current.key);
    below.hidden = !blank;
    if (blank) {
      const hints = this.hints(blank);
      const isFound = this.isFound(blank);
      figure.find(".of").innerHTML = math(this.name(blank.key, MATHML));
      figure.find(".verdict").textContent = this.said(blank);
      figure.find(".hints").innerHTML = hints.slice(0, blank.hinted).map((hint) => `<li>${hint}</li>`).join("");
      const [hint, answer] = figure.findAll("[data-help]");
      hint.hidden = isFound || blank.hinted >= hints.length;
      hint.textContent = blank.hinted ? this.say("another_hint") : this.say("hint");
      answer.hidden = isFound;
    }
    const found = this.asked.filter((one) => this.isFound(one)).length;
    figure.find(".progress").textContent = this.say("progress", { found, count: this.asked.length });
    figure.find(".hand-in output").textContent = this.line();
    figure.find(".descent").hidden = !this.isDone;
  }

  /** A line of text to hand in. */
  line() {
    const { figure } = this;
    const how = (/** @type {Blank} */ blank) => {
      if (!this.isFound(blank)) return blank.entry.trim() ? 3 : 4;
      return blank.shown ? 2 : blank.hinted ? 1 : 0;
    };
    const parts = [this.say("with_no_hint"), this.say("with_a_hint"), this.say("answer_shown"), this.say("not_right"),
      this.say("left_open")].flatMap((said, i) => {
      const names = this.asked.filter((blank) => how(blank) === i).map(({ key }) => this.name(key, TEXT));
      return names.length ? [this.say("hand_in_part", { how: said, count: names.length, names: names.join(", ") })] : [];
    });
    const changed = figure.leaves.filter((node) => figure.tape.isChanged[node]).map((node) => figure.described(node));
    if (changed.length) parts.push(this.say("with_numbers", { names: changed.join(`${this.say("list_mark")} `) }));
    const name = figure.findInput(".student").value.trim();
    return this.say("hand_in_line", { name: name || "–", parts: parts.join("; ") });
  }

  question(/** @type {string} */ key) {
    return { ask_sign: this.say("ask_sign"), ask_signs: this.say("ask_signs"), ask_factors: this.say("ask_factors"),
      ask_decimal_point: this.say("ask_decimal_point"), ask_digits: this.say("ask_digits"), ask_sum: this.say("ask_sum"),
      ask_local: this.say("ask_local"), ask_upstream: this.say("ask_upstream") }[key] ?? "";
  }

  sentence(/** @type {string} */ key, parts = {}) {
    return { other_sign: this.say("other_sign"), twice: this.say("twice"), half: this.say("half"), decimal_point: this.say("decimal_point"),
      digits_exchanged: this.say("digits_exchanged"), without_the_factor: this.say("without_the_factor", parts),
      without_the_term: this.say("without_the_term", parts), sign_of_the_term: this.say("sign_of_the_term", parts),
      with_the_other_sign_of: this.say("with_the_other_sign_of", parts) }[key] ?? "";
  }
}

/** What the steps say while numbers are hidden; as autograd/stepper/frames.py has it. */
class BlankSaying extends Saying {
  /** @param {Practice} practice @param {Steps} steps @param {Writing} writing @param {Say} say */
  constructor(practice, steps, writing, say) {
    super(steps, writing, say);
    this.practice = practice;
  }

  /** @param {number} node @param {number} style */
  made(node, style) {
    const sign = this.practice.inText(`v${node}`);
    if (!sign) return super.made(node, style);
    const made = this.way(node);
    return [this.own(node)[style], ...(made ? [this.writing.side(made[0], style)] : []), style === MATHML ? `<mi>${sign}</mi>` : sign];
  }

  /** @param {TermStep} step @param {number} style @returns {[string, string[]]} */
  sum(step, style) {
    const { parent, here, count } = step;
    const sign = this.practice.inText(`g${parent}`);
    if (!sign) return super.sum(step, style);
    const slope = this.slope(parent, style);
    if (here < count) return [this.say("sum_so_far", { slope: style === MATHML ? `<math>${slope}</math>` : slope, here, count }), [sign]];
    return [this.say("sum_of_all", { count }), [slope, sign]];
  }

  /** @param {Step} step */
  text(step) {
    return this.practice.hides(step) ? this.line(step) : super.text(step);
  }

  /** @param {Step} step */
  line(step) {
    if (step.pass !== "reverse") return super.line(step);
    const sign = this.practice.inText(`g${step.parent}`);
    if (!sign) return super.line(step);
    const { equals } = this.writing.pieces[TEXT];
    const [how, sides] = this.sum(step, TEXT);
    return this.say("contribution", { product: this.practice.chain(step, TEXT) + equals + sign, how, sum: sides.join(equals) });
  }
}
