/* A graph that computes: the content of the player for figures of the kind "graph". Each tool that changes numbers, or
   that shows more of them, is a part of its own: see given.js, why.js and descent.js. */

/** A factor of a product, or the product: what it is called, what it is, its number. */
const productBox = (kind, label, top, bottom) =>
  `<div class="box ${kind}"><b>${label}</b>${top}<output>${bottom}</output></div>`;
const MOST_LINES = 60;  // of a card; of more the number is said

class Graph extends Live {
  prepare(data, host) {
    this.prepareLive(data, host);
    if (data.scenes) this.scenes = new Scenes(this, data.scenes, host);
    this.passes = new Steps(this.tape, new Level(this.tape, data.operations), data.leaves, Boolean(data.practice));
    const say = (key, parts) => this.say(key, parts);
    if (data.practice) this.practice = new Practice(this, data.practice);
    this.saying = this.practice ? new BlankSaying(this.practice, this.passes, this.writing, say)
      : new Saying(this.passes, this.writing, say);
    if (data.quantities) this.quantities = new Quantities(this, data.quantities);
    this.chooseDetail(data.detail);
    this.timetable();
    this.listSome();
    this.tools = [new Given(this), new Why(this), new Descent(this, data)];
    if (this.practice) this.tools.push(this.practice.build());
    this.scenes?.draw();
    this.tools[0].scene();
  }

  /* What is to be found stands there as it was entered. */
  numberShown(place, x) {
    return this.practice?.inPicture(place) ?? super.numberShown(place, x);
  }

  /* Every operation a step, or each named quantity: a choice where both are there. */
  chooseDetail(detail) {
    const choice = this.find(".detail");
    choice.closest("label").hidden = !this.quantities;
    choice.value = this.usualDetail = detail;
    choice.addEventListener("change", () => {
      this.rowsAnew();
      this.go(0);
    });
  }

  state() {
    const detail = this.find(".detail").value;
    return { ...super.state(), ...(detail === this.usualDetail ? {} : { detail }) };
  }

  restore({ detail, ...others }) {
    const choice = this.find(".detail");
    const before = choice.value;
    if (detail !== undefined && !(this.quantities && ["operations", "quantities"].includes(detail))) return false;
    choice.value = detail ?? this.usualDetail;
    if (choice.value !== before) this.rowsAnew();
    if (super.restore(others)) return true;
    choice.value = before;
    this.rowsAnew();
    return false;
  }

  get isBrief() {
    return this.find(".detail").value === "quantities";
  }

  stepsAnew() {
    this.passes.renew();
    this.practice?.judgeAll();
    this.quantities?.renew();
    this.timetable();
    if (this.scenes) this.scenes.step = Math.min(this.at, this.steps.length - 1);  // is not gone to anew
  }

  said(step) {
    return this.isBrief ? this.quantities.lines.text(step) : this.saying.text(step);
  }

  /* When each node gets its value, and each gradient its terms. */
  timetable() {
    this.steps = this.isBrief ? this.quantities.lines.steps : this.passes.all;
    this.valueAt = this.isBrief ? this.quantities.valueAt : new Map();
    this.terms = new Map(this.passes.level.nodes.map((node) => [node, []]));
    this.passes.all.forEach((step, place) => {
      const at = this.isBrief ? this.quantities.gradientAt.get(this.passes.about(step)) ?? this.steps.length - 1 : place;
      if (step.pass === "seed" || step.pass === "reverse") this.terms.get(this.passes.about(step)).push({ at, step });
      if (this.isBrief) return;
      if (step.pass === "given") for (const node of step.nodes) this.valueAt.set(node, at);
      if (step.pass === "forward") this.valueAt.set(step.node, at);
    });
    this.strays = this.passes.all.flatMap((step, at) => step.astray ? [{ at: this.isBrief ? -1 : at, step }] : []);
    this.times = new Map();
    this.divide(this.steps.findIndex((step) => ["seed", "reverse"].includes(step.pass)));
  }

  /* --- boxes: of a large graph several may stand for a node, and one for several nodes ------------------------ */

  boxesOf(node) {
    return this.scenes?.boxes.get(node) ?? (this.boxOf.has(node) ? [this.boxOf.get(node)] : []);
  }

  linesBetween(parent, node) {
    return this.boxesOf(parent).flatMap((from) => this.boxesOf(node).flatMap((to) => this.lines.get(`${from} ${to}`) ?? []));
  }

  /* When the last of several nodes gets its value, and when the last of their gradients is complete. */
  timesOf(key, nodes) {
    if (!this.times.has(key)) {
      const [known, complete] = [(node) => this.valueAt.get(node) ?? 0, (node) => this.terms.get(node)?.at(-1)?.at ?? this.steps.length - 1];
      this.times.set(key, [known, complete].map((at) => nodes.reduce((last, node) => Math.max(last, at(node)), 0)));
    }
    return this.times.get(key);
  }

  display(step) {
    const reverse = this.at >= this.firstReverse;
    this.section.dataset.pass = reverse ? "reverse" : "forward";
    const about = this.about(step);
    this.scenes?.follow(this.at, about);
    this.light(step);
    const shapes = [this.current, ...this.beside].map((box) => this.boxes[box]?.shape);
    if (shapes[0]) this.bringIntoView(shapes[0], shapes.slice(1));
    this.find(".pass").textContent = reverse ? this.say("reverse_pass") : this.say("forward_pass");
    this.find(".step .what").innerHTML = this.isBrief ? step.title : this.title(step);
    this.find(".step .maths").innerHTML = this.isBrief ? this.quantities.lines.html(step) : this.calculation(step);
    this.practice?.fill(this.find(".step .maths"), "step");
  }

  /* The node that a step is about. */
  about(step) {
    return this.isBrief ? step.node : this.passes.about(step);
  }

  lightNow() {
    this.light(this.steps[this.at]);
  }

  overview() {
    this.scenes?.open(0);
    this.lightNow();
  }

  /* Light the picture for a step: what is known so far, where we are, with the numbers of now. Of a large graph that is
     the picture which is open. */
  light(step) {
    const reverse = step.pass === "reverse" && !this.isBrief;
    const others = this.isBrief ? step.beside : step.pass === "forward" ? this.passes.level.parents.get(step.node) : reverse ? [step.node] : [];
    const along = this.isBrief ? this.quantities.along(step) : others.map((other) => reverse ? [step.parent, other] : [other, step.node]);
    const active = new Set(along.flatMap((pair) => this.linesBetween(...pair)));
    const ends = new Set([...active].flatMap(({ dataset }) => [Number(dataset.source), Number(dataset.target)]));
    const [mine, ...again] = this.boxesOf(this.about(step));
    this.current = again.find((box) => ends.has(box)) ?? mine;
    this.beside = new Set(others.flatMap((other) => {
      const boxes = this.boxesOf(other);
      return boxes.some((box) => ends.has(box)) ? boxes.filter((box) => ends.has(box)) : boxes;
    }));
    this.beside.delete(this.current);
    const astray = this.astray();
    this.boxes.forEach((box, i) => {
      const node = this.shown[i];
      const marks = [
        i === this.current ? "current" : "",
        this.beside.has(i) ? reverse ? "giving" : "operand" : "",
      ];
      if (typeof node === "number") this.lightNode(box, i, node, marks, astray);
      else if (node !== null) this.lightSeveral(box, i, marks, astray);
      else box.shape.dataset.state = "known constant";
    });
    for (const lines of this.lines.values()) for (const line of lines) line.toggleAttribute("data-lit", active.has(line));
  }

  /* A box that stands for one node. */
  lightNode(box, i, node, marks, astray) {
    const { tape } = this;
    const sum = this.terms.get(node)?.findLast((term) => term.at <= this.at)?.step;
    const open = sum?.pass === "reverse" && sum.here < sum.count;
    const total = sum === undefined ? "0" : sum.pass === "seed" ? "1" : this.numberShown(`g${node}`, sum.total);
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
    box.shape.setAttribute("tabindex", i === this.current ? "0" : "-1");
    box.shape.setAttribute("aria-label", this.scenes ? this.scenes.label(i) : this.described(node));
    box.title.textContent = tape.outside.get(node) ?? (open ? this.say("gradient_so_far", { here: sum.here, count: sum.count }) : "");
    box.value.write(this.numberShown(`v${node}`, this.value(node)));
    box.gradient.write(this.practice?.inPicture(`g${node}`) ?? (open ? this.say("open_sum", { sum: total }) : total));
  }

  /* A box that stands for several: a group, which says how large the gradients of the leaves in it are, or a signpost. */
  lightSeveral(box, i, marks, astray) {
    const { tape } = this;
    const nodes = this.scenes.nodesIn(i);
    const [known, complete] = this.timesOf(`${this.scenes.at} ${i}`, nodes);
    box.shape.dataset.state = [
      known <= this.at ? "known" : "unknown",
      complete <= this.at ? "reached" : "unreached",
      ...marks,
      nodes.some((node) => tape.isChanged[node] && tape.isLeaf(node)) ? "changed" : "",
      nodes.some((node) => tape.outside.has(node)) ? "outside" : "",
      ...new Set(nodes.map((node) => astray.get(node) ?? "")),
    ].filter(Boolean).join(" ");
    box.shape.setAttribute("tabindex", this.scenes.inside(i) !== undefined || i === this.current ? "0" : "-1");
    const size = nodes.reduce((most, node) => tape.isLeaf(node) ? Math.max(most, Math.abs(this.upstream[node])) : most, 0);
    box.gradient.write(this.writing.number(tape.unknown.has(tape.root) ? undefined : size, TEXT));
  }

  /* For each node that had the first number of a pass up to now that is not finite: which one it is. */
  astray() {
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

  title(step) {
    const name = (node) => math(this.writing.names[node][MATHML]);
    if (step.pass === "given") return this.say("what_is_given");
    if (step.pass === "forward") return this.say("value_of", { name: name(step.node) });
    if (step.pass === "seed") return this.say("start_at", { name: name(step.node) });
    return this.say("hands_to", { name: name(step.node), parent: name(step.parent) });
  }

  calculation(step) {
    const sentence = step.pass === "forward" && this.tape.outside.get(step.node);
    const notes = [sentence ? `<p class="astray">${escaped(sentence)}</p>` : ""];
    if (step.astray && !this.practice?.hides(step) && !sentence && !this.tape.unknown.has(this.saying.astrayNode(step))) {
      const { how, quantity } = this.saying.astray(step, MATHML);
      notes.push(`<p class="astray">${this.say("said_of", { how, name: math(quantity) })}</p>`);
    }
    if (this.tape.doubtful.has(this.passes.about(step))) notes.push(`<p class="astray">${this.say("as_recorded")}</p>`);
    return (this.practice?.maths(step) ?? this.maths(step)) + notes.join("");
  }

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

  /* upstream gradient × local derivative = product, each in a box of its own */
  product(step) {
    const upstream = this.passes.pass.upstream[step.node];
    const { digits } = this.writing.product([upstream, step.local], MATHML);
    const [slope, local] = [this.saying.slope(step.node, MATHML), this.saying.local(step, MATHML)];
    return `<div class="product">${
      productBox("upstream", this.say("upstream"), math(slope), math(this.writing.number(upstream, MATHML, digits)))}<i>×</i>${
      productBox("local", this.say("local"), equation(...local), math(this.writing.number(step.local, MATHML, digits)))}<i>=</i>${
      productBox("handed", this.say("product"), math(`${slope}<mspace width='0.2em'/>${local[0]}`), math(this.writing.number(step.product, MATHML)))}</div>`;
  }

  /* The HTML of each of these; of many of the first ones. */
  some(all, written) {
    const lines = all.slice(0, MOST_LINES).map(written);
    const rest = all.length - lines.length;
    return lines.join("") + (rest > 0 ? `<span>${this.say("more_of_these", { count: rest })}</span>` : "");
  }

  /* What a click on a box opens: the picture of what is in a group, the place that a signpost points to, else a card. */
  open(box) {
    const nodes = this.scenes?.nodesIn(box) ?? [];
    const group = this.scenes?.inside(box);
    if (group !== undefined) this.scenes.enter(group);
    else if (this.scenes?.isOutside(box) && nodes.length) this.scenes.goTo(nodes[0]);
    else if (typeof this.shown[box] === "number") this.openCard(this.shown[box]);  // else a constant
  }

  openAgain() {
    this.openCard(this.opened);
  }

  /* The card of a node: its value, and its gradient as an explicit sum over its children. */
  openCard(node) {
    this.opened = node;
    const terms = this.terms.get(node) ?? [];
    const lines = this.some(terms, ({ at, step }) => {
      const slope = this.saying.slope(step.node, MATHML);
      const chain = step.pass === "seed" ? [slope, "<mn>1</mn>"]
        : [`${slope}<mspace width='0.2em'/>${this.saying.local(step, MATHML)[0]}`,
          this.writing.product([this.passes.pass.upstream[step.node], step.local], MATHML).written,
          this.writing.number(step.product, MATHML)];
      return `<li data-step="${at}" tabindex="0" role="button" title="${this.say("go_to_step")}">${equation(...chain)}</li>`;
    });
    const last = terms.at(-1)?.step;
    const total = last?.pass === "reverse" ? `<p class="total">${breakable(equation(...this.saying.sum(last, MATHML)[1]))}</p>` : "";
    const source = node === this.tape.root ? this.say("start_of_pass")
      : !terms.length ? this.say("no_term") : terms.length === 1 ? this.say("one_term") : this.say("terms", { count: terms.length });
    this.find(".card.node .what").innerHTML = this.say("whole_of", { name: math(this.writing.names[node][MATHML]) });
    const value = this.practice?.value(node) ?? equation(...this.saying.made(node, MATHML));
    const gradient = this.practice?.gradient(node) ?? `<ol>${lines}</ol>${total}`;
    this.find(".card.node .maths").innerHTML = `<h4>${this.say("its_value")}</h4>${value
      }<h4>${this.say("its_gradient", { terms: source })}</h4>${gradient}`;
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
