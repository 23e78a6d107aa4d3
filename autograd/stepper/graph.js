/* A graph that computes: the content of the player for figures of the kind "graph". Each tool that changes numbers, or
   that shows more of them, is a part of its own: see given.js, why.js and descent.js. */

/** A factor of a product, or the product: what it is called, what it is, its number.
 * @param {string} kind @param {string} label @param {string} top @param {string} bottom */
const productBox = (kind, label, top, bottom) =>
  `<div class="box ${kind}"><b>${label}</b>${top}<output>${bottom}</output></div>`;
const MOST_LINES = 60;  // of a card; of more the number is said

/**
 * What Python gives a figure of a graph, see autograd/stepper/graph.py.
 * @typedef {LiveData & { detail: string, operations: LevelData, quantities?: { named: number[], steps: LineStep[] },
 *   practice?: PracticeData, scenes?: SceneData[] }} GraphData
 *
 * A term of a gradient, and the step with which it is there.
 * @typedef {{ at: number, step: SeedStep | TermStep }} Term
 */

/** A step is an operation, or the lines of a named quantity. @extends {Live<Step | LineStep>} */
class Graph extends Live {
  /** @type {Steps} */
  passes;
  /** @type {Saying} */
  saying;
  /** Where the graph is large. @type {Scenes | undefined} */
  scenes;
  /** Where numbers are hidden. @type {Practice | undefined} */
  practice;
  /** Where a step can be more than an operation. @type {Quantities | undefined} */
  quantities;
  /** What a step is unless somebody chooses otherwise. @type {string} */
  usualDetail;
  /** When each node gets its value. @type {Map<number, number>} */
  valueAt;
  /** When the gradient of each gets its terms. @type {Map<number, Term[]>} */
  terms = new Map();
  /** See `timesOf`. @type {Map<string, number[]>} */
  times = new Map();
  /** The first number of each pass that is not finite. @type {{ at: number, step: Step }[]} */
  strays = [];
  /** The boxes from which something comes in the step, or to which it goes. @type {Set<number>} */
  beside = new Set();

  /** @param {GraphData} data */
  prepare(data) {
    this.prepareLive(data);
    if (data.scenes) this.scenes = new Scenes(this, data.scenes);
    this.passes = new Steps(this.tape, new Level(this.tape, data.operations), data.leaves, Boolean(data.practice));
    /** @type {Say} */
    const say = (key, parts) => this.say(key, parts);
    if (data.practice) this.practice = new Practice(this, data.practice);
    this.saying = this.practice ? new BlankSaying(this.practice, this.passes, this.writing, say)
      : new Saying(this.passes, this.writing, say);
    if (data.quantities) this.quantities = new Quantities(this, data.quantities);
    this.chooseDetail(data.detail);
    this.timetable();
    this.listSome();
    this.given = new Given(this);
    this.tools = [this.given, new Why(this), new Descent(this, data)];
    if (this.practice) this.tools.push(this.practice.build());
    this.scenes?.draw();
    this.given.scene();
  }

  /** What is to be found stands there as it was entered. @param {string} place @param {number | undefined} x */
  numberShown(place, x) {
    return this.practice?.inPicture(place) ?? super.numberShown(place, x);
  }

  /** Every operation a step, or each named quantity: a choice where both are there. @param {string} detail */
  chooseDetail(detail) {
    const choice = this.findInput(".detail");
    this.find(".in-detail").hidden = !this.quantities;
    choice.value = this.usualDetail = detail;
    choice.addEventListener("change", () => {
      this.rowsAnew();
      this.go(0);
    });
  }

  state() {
    const detail = this.findInput(".detail").value;
    return { ...super.state(), ...(detail === this.usualDetail ? {} : { detail }) };
  }

  /** @param {Record<string, string>} state */
  restore({ detail, ...others }) {
    const choice = this.findInput(".detail");
    const before = choice.value;
    if (detail !== undefined && !(this.quantities && ["operations", "quantities"].includes(detail))) return false;
    choice.value = detail ?? this.usualDetail;
    if (choice.value !== before) this.rowsAnew();
    if (super.restore(others)) return true;
    choice.value = before;
    this.rowsAnew();
    return false;
  }

  /** The named quantities, where each is a step. */
  get brief() {
    return this.findInput(".detail").value === "quantities" ? this.quantities : undefined;
  }

  stepsAnew() {
    this.passes.renew();
    this.practice?.judgeAll();
    this.quantities?.renew();
    this.timetable();
    if (this.scenes) this.scenes.step = Math.min(this.at, this.steps.length - 1);  // is not gone to anew
  }

  /** @param {Step | LineStep} step */
  said(step) {
    return "lines" in step ? this.quantities?.lines.text(step) ?? "" : this.saying.text(step);
  }

  /* When each node gets its value, and each gradient its terms. */
  timetable() {
    const { brief, passes } = this;
    this.steps = brief ? brief.lines.steps : passes.all;
    this.valueAt = brief ? brief.valueAt : new Map();
    this.terms = new Map(passes.level.nodes.map((node) => [node, []]));
    passes.all.forEach((step, place) => {
      const at = brief ? brief.gradientAt.get(passes.about(step)) ?? this.steps.length - 1 : place;
      if (step.pass === "seed" || step.pass === "reverse") this.terms.get(passes.about(step))?.push({ at, step });
      if (brief) return;
      if (step.pass === "given") for (const node of step.nodes) this.valueAt.set(node, at);
      if (step.pass === "forward") this.valueAt.set(step.node, at);
    });
    this.strays = passes.all.flatMap((step, at) => step.astray ? [{ at: brief ? -1 : at, step }] : []);
    this.times.clear();
    this.divide(this.steps.findIndex((step) => ["seed", "reverse"].includes(step.pass)));
  }

  /* --- boxes: of a large graph several may stand for a node, and one for several nodes ------------------------ */

  /** @param {number} node @returns {number[]} */
  boxesOf(node) {
    const box = this.boxOf.get(node);
    return this.scenes?.boxes.get(node) ?? (box === undefined ? [] : [box]);
  }

  /** @param {number} parent @param {number} node */
  linesBetween(parent, node) {
    return this.boxesOf(parent).flatMap((from) => this.boxesOf(node).flatMap((to) => this.lines.get(`${from} ${to}`) ?? []));
  }

  /** When the last of several nodes gets its value, and when the last of their gradients is complete. They are found once.
   * @param {string} key @param {number[]} nodes */
  timesOf(key, nodes) {
    const last = (/** @type {(node: number) => number} */ at) => nodes.reduce((most, node) => Math.max(most, at(node)), 0);
    const times = this.times.get(key)
      ?? [last((node) => this.valueAt.get(node) ?? 0), last((node) => this.terms.get(node)?.at(-1)?.at ?? this.steps.length - 1)];
    this.times.set(key, times);
    return times;
  }

  /** @param {Step | LineStep} step */
  display(step) {
    const reverse = this.at >= this.firstReverse;
    this.section.dataset.pass = reverse ? "reverse" : "forward";
    const about = this.about(step);
    this.scenes?.follow(this.at, about);
    this.light(step);
    const shapes = [...this.beside].map((box) => this.boxes[box].shape);
    if (this.current !== undefined) this.bringIntoView(this.boxes[this.current].shape, shapes);
    this.find(".pass").textContent = reverse ? this.say("reverse_pass") : this.say("forward_pass");
    this.find(".step .what").innerHTML = "lines" in step ? step.title : this.title(step);
    this.find(".step .maths").innerHTML = "lines" in step ? this.quantities?.lines.html(step) ?? "" : this.calculation(step);
    this.practice?.fill(this.find(".step .maths"), "step");
  }

  /** The node that a step is about. @param {Step | LineStep} step */
  about(step) {
    return "lines" in step ? step.node : this.passes.about(step);
  }

  /** The nodes beside it in a step, and the edges along which something goes. @param {Step | LineStep} step
   * @returns {{ others: number[], along: [number, number][] }} */
  around(step) {
    if ("lines" in step) return { others: step.beside, along: this.quantities?.along(step) ?? [] };
    if (step.pass === "reverse") return { others: [step.node], along: [[step.parent, step.node]] };
    const others = step.pass === "forward" ? this.passes.level.parents.get(step.node) ?? [] : [];
    return { others, along: others.map((other) => [other, step.node]) };
  }

  lightNow() {
    this.light(this.steps[this.at]);
  }

  overview() {
    this.scenes?.open(0);
    this.lightNow();
  }

  /** Light the picture for a step: what is known so far, where we are, with the numbers of now. Of a large graph that is
   * the picture which is open. @param {Step | LineStep} step */
  light(step) {
    const { others, along } = this.around(step);
    const active = new Set(along.flatMap((pair) => this.linesBetween(...pair)));
    const ends = new Set([...active].flatMap(({ dataset }) => [Number(dataset.source), Number(dataset.target)]));
    const mine = this.boxesOf(this.about(step) ?? NaN);
    const current = mine.findLast((box, i) => !i || ends.has(box));
    this.beside = new Set(others.flatMap((other) => {
      const boxes = this.boxesOf(other);
      return boxes.some((box) => ends.has(box)) ? boxes.filter((box) => ends.has(box)) : boxes;
    }).filter((box) => box !== current));
    this.current = current;
    const astray = this.astray();
    this.boxes.forEach((box, i) => {
      const node = this.shown[i];
      const marks = [
        i === current ? "current" : "",
        this.beside.has(i) ? step.pass === "reverse" && !("lines" in step) ? "giving" : "operand" : "",
      ];
      if (typeof node === "number") this.lightNode(box, i, node, marks, astray);
      else if (node !== null) this.lightSeveral(box, i, marks, astray);
      else box.shape.dataset.state = "known constant";
    });
    for (const lines of this.lines.values()) for (const line of lines) line.toggleAttribute("data-lit", active.has(line));
  }

  /** A box that stands for one node. @param {Box} box @param {number} i @param {number} node @param {string[]} marks
   * @param {Map<number, string>} astray */
  lightNode(box, i, node, marks, astray) {
    const { tape } = this;
    const sum = this.terms.get(node)?.findLast((term) => term.at <= this.at)?.step;
    const open = sum?.pass === "reverse" && sum.here < sum.count ? sum : undefined;
    const found = this.practice?.states(node).includes("blank-gradient") ? this.writing.number(this.upstream[node], TEXT) : "0";
    const total = sum === undefined ? found : sum.pass === "seed" ? "1" : this.numberShown(`g${node}`, sum.total);
    box.shape.dataset.state = [
      (this.valueAt.get(node) ?? 0) <= this.at ? "known" : "unknown",
      sum || this.at === this.steps.length - 1 ? "reached" : "unreached",
      ...marks,
      open ? "open" : "",
      tape.isChanged[node] && tape.isLeaf(node) ? "changed" : "",
      tape.unknown.has(node) ? "outside" : "",
      astray.get(node) ?? "",
      ...(this.practice?.states(node) ?? []),
    ].filter(Boolean).join(" ");
    box.shape.setAttribute("tabindex", i === (this.current ?? 0) ? "0" : "-1");
    box.shape.setAttribute("aria-label", this.scenes ? this.scenes.label(i) : this.described(node));
    box.title.textContent = tape.outside.get(node) ?? (open ? this.say("gradient_so_far", { here: open.here, count: open.count }) : "");
    box.value.write(this.numberShown(`v${node}`, this.value(node)));
    box.gradient.write(this.practice?.inPicture(`g${node}`) ?? (open ? this.say("open_sum", { sum: total }) : total));
  }

  /** A box that stands for several: a group, which says how large the gradients of the leaves in it are, or a signpost.
   * @param {Box} box @param {number} i @param {string[]} marks @param {Map<number, string>} astray */
  lightSeveral(box, i, marks, astray) {
    const { tape, scenes } = this;
    if (!scenes) return;
    const nodes = scenes.nodesIn(i);
    const [known, complete] = this.timesOf(`${scenes.at} ${i}`, nodes);
    box.shape.dataset.state = [
      known <= this.at ? "known" : "unknown",
      complete <= this.at ? "reached" : "unreached",
      ...marks,
      nodes.some((node) => tape.isChanged[node] && tape.isLeaf(node)) ? "changed" : "",
      nodes.some((node) => tape.outside.has(node)) ? "outside" : "",
      ...new Set(nodes.map((node) => astray.get(node) ?? "")),
    ].filter(Boolean).join(" ");
    box.shape.setAttribute("tabindex", scenes.inside(i) !== undefined || i === this.current ? "0" : "-1");
    const size = nodes.reduce((most, node) => tape.isLeaf(node) ? Math.max(most, Math.abs(this.upstream[node])) : most, 0);
    box.gradient.write(this.writing.number(tape.unknown.has(tape.root) ? undefined : size, TEXT));
  }

  /* For each node that had the first number of a pass up to now that is not finite: which one it is. */
  astray() {
    /** @type {Map<number, string>} */
    const found = new Map();
    for (const { at, step } of this.strays) {
      if (this.practice?.hides(step)) continue;
      const node = this.saying.astrayNode(step);
      if (at > this.at || this.tape.unknown.has(node)) continue;
      found.set(node, `${found.get(node) ?? ""} ${step.pass === "reverse" ? "astray-gradient" : "astray-value"}`.trim());
    }
    return found;
  }

  /* --- what stands beside the picture, in words and formulas ------------------------------------------------- */

  /** @param {Step} step */
  title(step) {
    const name = (/** @type {number} */ node) => math(this.writing.names[node][MATHML]);
    if (step.pass === "given") return this.say("what_is_given");
    if (step.pass === "forward") return this.say("value_of", { name: name(step.node) });
    if (step.pass === "seed") return this.say("start_at", { name: name(step.node) });
    return this.say("hands_to", { name: name(step.node), parent: name(step.parent) });
  }

  /** @param {Step} step */
  calculation(step) {
    const sentence = step.pass === "forward" ? this.tape.outside.get(step.node) : undefined;
    const notes = [sentence ? `<p class="astray">${escaped(sentence)}</p>` : ""];
    if (step.astray && !this.practice?.hides(step) && !sentence && !this.tape.unknown.has(this.saying.astrayNode(step))) {
      const { how, quantity } = this.saying.astray(step, MATHML);
      notes.push(`<p class="astray">${this.say("said_of", { how, name: math(quantity) })}</p>`);
    }
    if (this.tape.doubtful.has(this.passes.about(step))) notes.push(`<p class="astray">${this.say("as_recorded")}</p>`);
    return (this.practice?.maths(step) ?? this.maths(step)) + notes.join("");
  }

  /** @param {Step} step */
  maths(step) {
    if (step.pass === "given") {
      return `<p class="given">${this.some(step.nodes, (node) => equation(...this.saying.made(node, MATHML)))}</p>`;
    }
    if (step.pass === "forward") return equation(...this.saying.made(step.node, MATHML));  // h = σ(z1) = σ(0.5) = 0.6225
    if (step.pass === "seed") {
      return equation(this.saying.slope(step.node, MATHML), "<mn>1</mn>") + `<p>${this.say("by_itself")}</p>`;
    }
    const [how, sum] = this.saying.sum(step, MATHML);
    return this.product(step) + `<p class="sum"><b>${how}</b> ${breakable(equation(...sum))}</p>`;
  }

  /** upstream gradient × local derivative = product, each in a box of its own @param {TermStep} step */
  product(step) {
    const upstream = this.passes.pass.upstream[step.node];
    const { digits } = this.writing.product([upstream, step.local], MATHML);
    const [slope, local] = [this.saying.slope(step.node, MATHML), this.saying.local(step, MATHML)];
    const [from, by] = [upstream, step.local].map((x) => math(this.writing.number(x, MATHML, digits)));
    const chain = math(`${slope}<mspace width='0.2em'/>${local[0]}`);
    return `<div class="product">${productBox("upstream", this.say("upstream"), math(slope), from)}<i>×</i>${
      productBox("local", this.say("local"), equation(...local), by)}<i>=</i>${
      productBox("handed", this.say("product"), chain, math(this.writing.number(step.product, MATHML)))}</div>`;
  }

  /** The HTML of each of these; of many of the first ones.
   * @template Item @param {Item[]} all @param {(item: Item) => string} written */
  some(all, written) {
    const lines = all.slice(0, MOST_LINES).map(written);
    const rest = all.length - lines.length;
    return lines.join("") + (rest > 0 ? `<span>${this.say("more_of_these", { count: rest })}</span>` : "");
  }

  /** What a click on a box opens: the picture of what is in a group, the place that a signpost points to, else a card.
   * @param {number} box */
  open(box) {
    const { scenes, shown: { [box]: node } } = this;
    const nodes = scenes?.nodesIn(box) ?? [];
    const group = scenes?.inside(box);
    if (group !== undefined) scenes?.enter(group);
    else if (scenes?.isOutside(box) && nodes.length) scenes.goTo(nodes[0]);
    else if (typeof node === "number") this.openCard(node);  // else a constant
  }

  openAgain() {
    this.openCard(this.opened);
  }

  /** The card of a node: its value, and its gradient as an explicit sum over its children. @param {number} node */
  openCard(node) {
    this.opened = node;
    const terms = this.terms.get(node) ?? [];
    const lines = this.some(terms, ({ at, step }) => {
      const slope = this.saying.slope(step.node, MATHML);
      const chain = step.pass === "seed" ? [slope, "<mn>1</mn>"]
        : [`${slope}<mspace width='0.2em'/>${this.saying.local(step, MATHML)[0]}`,
          this.writing.product([this.passes.pass.upstream[step.node], step.local], MATHML).written,
          this.writing.number(step.product, MATHML)];
      return `<li>${this.leadingTo(at, equation(...chain))}</li>`;
    });
    const last = terms.at(-1)?.step;
    const total = last?.pass === "reverse" ? `<p class="total">${breakable(equation(...this.saying.sum(last, MATHML)[1]))}</p>` : "";
    const source = node === this.tape.root ? this.say("start_of_pass")
      : !terms.length ? this.say("no_term") : terms.length === 1 ? this.say("one_term") : this.say("terms", { count: terms.length });
    this.find(".card.node .what").innerHTML = this.say("whole_of", { name: math(this.writing.names[node][MATHML]) });
    const value = this.practice?.value(node) ?? equation(...this.saying.made(node, MATHML));
    const gradient = this.practice?.gradient(node) ?? `<ol>${lines}</ol>${total}`;
    this.find(".card.node .maths").innerHTML = `<h3>${this.say("its_value")}</h3>${value
      }<h3>${this.say("its_gradient", { terms: source })}</h3>${gradient}`;
    this.practice?.fill(this.find(".card.node .maths"), "node");
    this.find(".card.node").hidden = false;
    for (const tool of this.tools) tool.open?.(node);
  }

  close() {
    if (this.find(".card.node").hidden && this.scenes?.up()) return;
    super.close();
    for (const tool of this.tools) tool.close?.();
  }
}

enliven("graph", Graph);
