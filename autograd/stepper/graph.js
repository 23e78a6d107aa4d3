/* Both passes over a graph: the content of the player for figures of the kind "graph". The formulas are MathML, written
   and escaped by Python. */

/* --- mathematics ----------------------------------------------------------------------------------------------- */

function number(text) {
  const [, minus, digits, power] = text.match(/^(-?)([^e]*)(?:e(.*))?$/);
  const size = power ? row(`<mn>${digits}</mn>`, sign("×"), `<msup><mn>10</mn>${number(power)}</msup>`) : `<mn>${digits}</mn>`;
  return minus ? row(sign("−"), size) : size;
}
const row = (...parts) => `<mrow>${parts.join("")}</mrow>`;
const sign = (text) => `<mo>${text}</mo>`;
const group = (a) => row("<mo stretchy='false'>(</mo>", a, "<mo stretchy='false'>)</mo>");
const derivative = (a, b) => `<mfrac>${row("<mi>∂</mi>", a)}${row("<mi>∂</mi>", b)}</mfrac>`;
const factors = (a, b) => row(group(a), "<mspace width='0.1em'/>", group(b));
const addend = (text, position) =>
  (position ? sign("+") : "") + (position && text.startsWith("-") ? group(number(text)) : number(text));
const math = (content) => `<math>${content}</math>`;
const equation = (...sides) =>  // may break before every equals sign
  `<span class="equation">${sides.map((side, i) => math((i ? sign("=") : "") + row(side))).join(" ")}</span>`;

/* --- the graph and its two passes ------------------------------------------------------------------------------ */

const SMALLEST = 0.62;  // how far the picture shrinks in a narrow window; from there on it can be scrolled

class Graph extends Player {
  moves = { ...MOVES, Escape: "close", Enter: "open" };

  prepare(data, host) {
    this.names = data.nodes.map(([name]) => name);
    this.values = data.nodes.map(([, value]) => value);
    this.plain = data.nodes.map(([, value, name]) => (name ? `${name} = ${value}` : value));
    this.root = data.root;
    this.drawPicture(this.decoded(host));
    this.readSteps();
  }

  /* The elements of the picture that can be lit. */
  drawPicture(picture) {
    this.find(".picture").append(picture);
    picture.style.minWidth = `${SMALLEST * picture.viewBox.baseVal.width}px`;
    this.nodes = [];
    for (const shape of picture.querySelectorAll("[data-node]")) {
      const index = Number(shape.dataset.node);
      this.nodes[index] = { shape, value: shape.querySelector(".value"), gradient: shape.querySelector(".gradient") };
      this.prefix ??= this.nodes[index].gradient?.textContent.replace(/[−-]?(\d.*|inf|nan)$/, "");
      shape.setAttribute("role", "button");
      shape.setAttribute("aria-label", this.plain[index]);
      shape.setAttribute("tabindex", "-1");
    }
    this.edges = new Map();  // "source target": the edges between two nodes; several where a node is used twice
    for (const line of picture.querySelectorAll("[data-edge]")) {
      const key = `${line.dataset.source} ${line.dataset.target}`;
      this.edges.set(key, [...(this.edges.get(key) ?? []), line]);
    }
  }

  /* When each node gets its value, and each gradient its terms. */
  readSteps() {
    this.valueAt = this.names.map(() => 0);
    this.terms = this.names.map(() => []);
    const used = new Map();
    this.steps.forEach((step, at) => {
      if (step.pass === "forward") this.valueAt[step.node] = at;
      if (step.pass === "seed") this.terms[step.node].push({ at, total: step.total });
      if (step.pass === "reverse") {
        const key = `${step.parent} ${step.node}`;
        const nth = used.get(key) ?? 0;
        used.set(key, nth + 1);
        step.edge = this.edges.get(key)?.[nth];
        this.terms[step.parent].push({ at, step, total: step.total });
      }
    });
    this.firstReverse = this.steps.findIndex((step) => step.pass === "seed");
    const share = (100 * this.firstReverse) / Math.max(1, this.steps.length - 1);
    this.section.style.setProperty("--forward-share", `${share}%`);
  }

  click(target) {
    const shape = target.closest("[data-node]");
    if (shape) this.open(Number(shape.dataset.node));
    else super.click(target);
  }

  move(name, target) {
    if (name === "close") return this.close();
    const node = target?.dataset.node ?? this.current ?? NaN;  // some steps are about no node
    if (name === "open") return this.open(Number(node));
    super.move(name);
  }

  where() {
    return this.at >= this.firstReverse ? this.say("in_reverse_pass") : this.say("in_forward_pass");
  }

  display(step) {
    const reverse = this.at >= this.firstReverse;
    this.section.dataset.pass = reverse ? "reverse" : "forward";
    this.current = this.about(step);
    this.light(step);
    if (this.nodes[this.current]) this.bringIntoView(this.nodes[this.current].shape);
    this.find(".pass").textContent = reverse ? this.say("reverse_pass") : this.say("forward_pass");
    this.find(".step .what").innerHTML = this.title(step);
    this.find(".step .maths").innerHTML = this.calculation(step);
  }

  /* Scroll the picture, and nothing around it, so that the node stands in the middle, unless all of it is to be seen. */
  bringIntoView(shape) {
    const picture = this.find(".picture");
    const [frame, box] = [picture.getBoundingClientRect(), shape.getBoundingClientRect()];
    if (box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom) return;
    picture.scrollBy(box.x + box.width / 2 - frame.x - frame.width / 2, box.y + box.height / 2 - frame.y - frame.height / 2);
  }

  /* The node that a step is about. */
  about(step) {
    return step.pass === "reverse" ? step.parent : step.node;
  }

  /* Light the picture for a step: what is known so far, where we are. */
  light(step) {
    const reverse = this.at >= this.firstReverse;
    const operands = new Set(step.pass === "forward" ? step.operands : []);
    const active = new Set(step.pass === "forward" ? step.operands.flatMap((i) => this.edges.get(`${i} ${step.node}`) ?? []) : [step.edge]);
    this.nodes.forEach((node, i) => {
      const known = this.valueAt[i] <= this.at;
      const sum = this.terms[i].findLast((term) => term.at <= this.at);
      const state = [
        known ? "known" : "unknown",
        !this.names[i] ? "constant" : sum ? "reached" : "unreached",
        i === this.current ? "current" : "",
        step.pass === "reverse" && i === step.node ? "giving" : "",
        operands.has(i) ? "operand" : "",
      ].join(" ");
      if (node.state === state && node.total === sum?.total) return;
      node.state = state;
      node.total = sum?.total;
      node.shape.dataset.state = state.trim();
      node.shape.setAttribute("tabindex", i === this.current ? "0" : "-1");
      if (node.gradient) node.gradient.textContent = sum ? this.prefix + sum.total.replaceAll("-", "−") : "";
    });
    for (const lines of this.edges.values()) for (const line of lines) line.toggleAttribute("data-lit", active.has(line));
  }

  /* --- what stands beside the picture, in words and formulas ------------------------------------------------- */

  slope(index) {
    return derivative(this.names[this.root], this.names[index]);
  }

  title(step) {
    const name = (index) => math(this.names[index]);
    if (step.pass === "given") return this.say("what_is_given");
    if (step.pass === "forward") return this.say("value_of", { name: name(step.node) });
    if (step.pass === "seed") return this.say("start_at", { name: name(step.node) });
    return this.say("hands_to", { name: name(step.node), parent: name(step.parent) });
  }

  calculation(step) {
    if (step.pass === "given") {
      return `<p class="given">${step.leaves.map((i) => equation(this.names[i], number(this.values[i]))).join("")}</p>`;
    }
    if (step.pass === "forward") return this.value(step);
    if (step.pass === "seed") {
      return equation(this.slope(step.node), number(step.total)) + `<p>${this.say("by_itself")}</p>`;
    }
    return this.product(step) + this.sum(step);
  }

  /* h = σ(z1) = σ(0.5) = 0.6225 */
  value(step) {
    const sides = [step.formula, step.numbers].filter(Boolean);
    return equation(this.names[step.node], ...sides, number(this.values[step.node]));
  }

  /* upstream gradient × local derivative = product, each in a box of its own */
  product({ node, parent, upstream, formula, local, product }) {
    const box = (kind, label, top, bottom) =>
      `<div class="box ${kind}"><b>${label}</b>${top}<output>${math(number(bottom))}</output></div>`;
    const names = derivative(this.names[node], this.names[parent]);
    return `<div class="product">${
      box("upstream", this.say("upstream"), math(this.slope(node)), upstream)}<i>×</i>${
      box("local", this.say("local"), formula ? equation(names, formula) : math(names), local)}<i>=</i>${
      box("handed", this.say("product"), math(row(this.slope(node), "<mspace width='0.2em'/>", names)), product)}</div>`;
  }

  /* the sum over the children so far */
  sum({ parent, total }) {
    const all = this.terms[parent];
    const here = all.filter((term) => term.at <= this.at);
    const before = here.at(-2);
    const sides = before ? [row(number(before.total), addend(here.at(-1).step.product, 1))] : [];
    const label = all.length === 1 ? this.say("only_term")
      : here.length < all.length ? this.say("sum_so_far", { here: here.length, count: all.length })
      : this.say("sum_of_all", { count: all.length });
    return `<p class="sum"><b>${label}</b> ${equation(this.slope(parent), ...sides, number(total))}</p>`;
  }

  /* The card of a node: its value, and its gradient as an explicit sum over its children. */
  open(index) {
    if (!this.names[index]) return;  // a constant
    const step = this.steps[this.valueAt[index]];
    const terms = this.terms[index];
    const name = math(this.names[index]);
    const lines = terms.map(({ at, step }) => {
      const chain = step
        ? [row(this.slope(step.node), "<mspace width='0.2em'/>", derivative(this.names[step.node], this.names[index])),
           factors(number(step.upstream), number(step.local)), number(step.product)]
        : [number(terms[0].total)];
      return `<li data-step="${at}" tabindex="0" role="button" title="${this.say("go_to_step")}">${equation(...chain)}</li>`;
    });
    const value = step.pass === "forward" ? this.value(step) : equation(this.names[index], number(this.values[index]));
    const total = terms.length > 1
      ? `<p class="total">${equation(this.slope(index), row(...terms.map(({ step: { product } }, i) => addend(product, i))), number(terms.at(-1).total))}</p>`
      : "";
    const source = index === this.root ? this.say("start_of_pass")
      : terms.length > 1 ? this.say("terms", { count: terms.length }) : this.say("one_term");
    this.find(".card.node .what").innerHTML = this.say("whole_of", { name });
    this.find(".card.node .maths").innerHTML =
      `<h4>${this.say("its_value")}</h4>${value}<h4>${this.say("its_gradient", { terms: source })}</h4><ol>${lines.join("")}</ol>${total}`;
    this.find(".card.node").hidden = false;
  }

  close() {
    this.find(".card.node").hidden = true;
  }
}

enliven("graph", Graph);
