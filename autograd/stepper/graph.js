/* Both passes over a graph: the content of the player for figures of the kind "graph". The formulas are MathML, written
   and escaped by Python. */

/* --- mathematics ----------------------------------------------------------------------------------------------- */

const math = (content) => `<math>${content}</math>`;
const equation = (...sides) =>  // may break before every equals sign
  `<span class="equation">${sides.map((side, i) => math((i ? "<mo>=</mo>" : "") + `<mrow>${side}</mrow>`)).join(" ")}</span>`;

/* Equations that may break before every plus and minus, too: the summands of a long sum become formulas of their own. */
function breakable(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  for (const math of holder.content.querySelectorAll(".equation > math")) {
    let sum = math.lastElementChild;
    while (sum.children.length === 1 && sum.firstElementChild.localName === "mrow") sum = sum.firstElementChild;
    if (sum.localName !== "mrow") continue;
    const side = document.createElement("span");
    side.className = "side";
    math.replaceWith(side);
    side.append(math);
    let term = sum;
    for (const [i, child] of [...sum.children].entries()) {
      if (i && child.localName === "mo" && "+−".includes(child.textContent.trim())) {
        child.setAttribute("form", "infix");
        term = document.createElementNS(math.namespaceURI, "mrow");
        side.append(math.cloneNode());
        side.lastElementChild.append(term);
      }
      term.append(child);
    }
  }
  return holder.innerHTML;
}

/* --- the graph and its two passes ------------------------------------------------------------------------------ */

class Graph extends Player {
  moves = { ...MOVES, Escape: "close", Enter: "open" };

  prepare(data, host) {
    [this.names, this.values, this.plain] = [0, 1, 2].map((part) => data.nodes.map((node) => node[part]));
    this.root = data.root;
    this.drawPicture(this.decoded(host), host.querySelector("img").style.minWidth);
    this.readSteps();
  }

  /* The elements of the picture that can be lit. In a narrow window it is scrolled rather than smaller than its image. */
  drawPicture(picture, smallest) {
    this.find(".picture").append(picture);
    const { width, height } = picture.viewBox.baseVal;
    for (const [name, value] of [["smallest", smallest], ["width", `${width}px`], ["ratio", width / height]]) {
      picture.style.setProperty(`--${name}`, value);
    }
    this.nodes = [];
    for (const shape of picture.querySelectorAll("[data-node]")) {
      const index = Number(shape.dataset.node);
      this.nodes[index] = { shape, value: shape.querySelector(".value"), gradient: shape.querySelector(".gradient") };
      this.prefix ??= this.nodes[index].gradient?.textContent.replace(/[−-]?(\d.*|inf|nan)$/, "");
      this.nodes[index].title = shape.appendChild(document.createElementNS(shape.namespaceURI, "title"));
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
    this.steps.forEach((step, at) => {
      if (step.pass === "forward") this.valueAt[step.node] = at;
      if (step.pass === "seed") this.terms[step.node].push({ at, step });
      if (step.pass === "reverse") this.terms[step.parent].push({ at, step });
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
    const along = step.pass === "reverse" ? [`${step.parent} ${step.node}`] : [...operands].map((i) => `${i} ${step.node}`);
    const active = new Set(along.flatMap((key) => this.edges.get(key) ?? []));
    const last = this.at === this.steps.length - 1;
    const astray = this.astray();
    this.nodes.forEach((node, i) => {
      const known = this.valueAt[i] <= this.at;
      const sum = this.terms[i].findLast((term) => term.at <= this.at)?.step;
      const state = [
        known ? "known" : "unknown",
        !this.names[i] ? "constant" : sum || last ? "reached" : "unreached",
        i === this.current ? "current" : "",
        step.pass === "reverse" && i === step.node ? "giving" : "",
        operands.has(i) ? "operand" : "",
        sum?.open ? "open" : "",
        astray[i] ?? "",
      ].join(" ");
      if (node.state === state && node.sum === sum) return;
      node.state = state;
      node.sum = sum;
      node.shape.dataset.state = state.trim();
      node.shape.setAttribute("tabindex", i === this.current ? "0" : "-1");
      node.title.textContent = sum?.open ?? "";
      if (node.gradient) node.gradient.textContent = this.prefix + (sum?.total ?? "0");
    });
    for (const lines of this.edges.values()) for (const line of lines) line.toggleAttribute("data-lit", active.has(line));
  }

  /* For each node that had the first number of a pass up to now that is not finite: which one it is. */
  astray() {
    const found = {};
    for (const { astray, pass } of this.steps.slice(0, this.at + 1)) {
      if (astray != null) found[astray] = `${found[astray] ?? ""} ${pass === "reverse" ? "astray-gradient" : "astray-value"}`;
    }
    return found;
  }

  /* --- what stands beside the picture, in words and formulas ------------------------------------------------- */

  title(step) {
    const name = (index) => math(this.names[index]);
    if (step.pass === "given") return this.say("what_is_given");
    if (step.pass === "forward") return this.say("value_of", { name: name(step.node) });
    if (step.pass === "seed") return this.say("start_at", { name: name(step.node) });
    return this.say("hands_to", { name: name(step.node), parent: name(step.parent) });
  }

  calculation(step) {
    return this.maths(step) + (step.note ? `<p class="astray">${step.note}</p>` : "");
  }

  maths(step) {
    if (step.pass === "given") {
      return `<p class="given">${step.leaves.map((i) => equation(this.names[i], this.values[i])).join("")}</p>`;
    }
    if (step.pass === "forward") return equation(...step.sides);  // h = σ(z1) = σ(0.5) = 0.6225
    if (step.pass === "seed") {
      return equation(step.slope, "<mn>1</mn>") + `<p>${this.say("by_itself")}</p>`;
    }
    return this.product(step) + `<p class="sum"><b>${step.how}</b> ${breakable(equation(...step.sum))}</p>`;
  }

  /* upstream gradient × local derivative = product, each in a box of its own */
  product(step) {
    const box = (kind, label, top, bottom) =>
      `<div class="box ${kind}"><b>${label}</b>${top}<output>${math(bottom)}</output></div>`;
    const [upstream, local] = step.numbers;
    return `<div class="product">${
      box("upstream", this.say("upstream"), math(step.slope), upstream)}<i>×</i>${
      box("local", this.say("local"), equation(...step.local), local)}<i>=</i>${
      box("handed", this.say("product"), math(`${step.slope}<mspace width='0.2em'/>${step.local[0]}`), step.product)}</div>`;
  }

  /* The card of a node: its value, and its gradient as an explicit sum over its children. */
  open(index) {
    if (!this.names[index]) return;  // a constant
    const step = this.steps[this.valueAt[index]];
    const terms = this.terms[index];
    const name = math(this.names[index]);
    const lines = terms.map(({ at, step }) => {
      const group = (number) => `<mo stretchy="false">(</mo>${number}<mo stretchy="false">)</mo>`;
      const chain = step.pass === "seed" ? [step.slope, "<mn>1</mn>"]
        : [`${step.slope}<mspace width='0.2em'/>${step.local[0]}`, step.numbers.map(group).join(""), step.product];
      return `<li data-step="${at}" tabindex="0" role="button" title="${this.say("go_to_step")}">${equation(...chain)}</li>`;
    });
    const value = step.pass === "forward" ? equation(...step.sides) : equation(this.names[index], this.values[index]);
    const last = terms.at(-1)?.step.sum;
    const total = last ? `<p class="total">${breakable(equation(...last))}</p>` : "";
    const source = index === this.root ? this.say("start_of_pass")
      : !terms.length ? this.say("no_term") : terms.length === 1 ? this.say("one_term") : this.say("terms", { count: terms.length });
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
