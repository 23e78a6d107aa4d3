/* Why a gradient is what it is: all paths from the result to the node that is open, one product a line; and whether it is
   true: what the result does when the number is nudged. */

const LATEX = 2;  // a style, as TEXT and MATHML
const MOST_PATHS = 8;  // of more the number is said
const SMALLEST = 6;  // the nudge goes down to ten to minus this

/** Copy a text, and say so on the button. @param {HTMLElement} button @param {string} text @param {string} copied */
async function copyText(button, text, copied) {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = copied;
  } catch {  // not allowed in a page of a file, or in a frame: show it, selected
    const field = Object.assign(document.createElement("input"), { value: text, readOnly: true, className: "latex" });
    button.replaceWith(field);
    field.select();
  }
}

class Why {
  /** The node that is open, where its paths can be told. @type {number | undefined} */
  node;
  /** Its paths. @type {TapeContribution[][]} */
  found = [];

  /** @param {Graph} figure */
  constructor(figure) {
    this.figure = figure;
    this.power = 1;
    const place = figure.find(".nudge");
    place.addEventListener("input", (event) => {
      this.power = Number(/** @type {HTMLInputElement} */ (event.target).value);
      if (this.node !== undefined) this.nudge(this.node);
    });
    figure.find(".why").addEventListener("click", ({ target }) => {
      const line = dataOf(target, "path");
      const copy = dataOf(target, "copy");
      if (copy !== undefined) this.copy(/** @type {HTMLElement} */ (target), Number(copy));
      else if (line !== undefined) this.light(Number(line));
    });
  }

  /** @param {number} node */
  open(node) {
    if (this.figure.practice?.hidden.has(`g${node}`)) {  // it would give the number away
      this.node = undefined;
      this.found = [];
      this.figure.find(".why").innerHTML = `<p class="hint">${this.figure.say("why_after")}</p>`;
      this.figure.find(".nudge").replaceChildren();
      this.light();
      return;
    }
    this.node = node;
    this.paths(node);
    this.nudge(node);
  }

  close() {
    this.node = undefined;
    this.light();
  }

  renew() {}

  /** Another picture is open. */
  scene() {
    this.light();
  }

  /* --- paths --------------------------------------------------------------------------------------------------------- */

  /** The paths from the result to a node along edges that hand something on; at most so many. @param {number} target */
  routes(target) {
    const handing = this.figure.passes.pass.contributions.filter(({ stopped, local }) => !stopped && local !== 0);
    /** @type {Map<number, TapeContribution[]>} */
    const into = new Map();
    for (const edge of handing) into.set(edge.parent, [...into.get(edge.parent) ?? [], edge]);
    const counts = new Map([[this.figure.tape.root, 1]]);
    for (const { node, parent } of handing) counts.set(parent, (counts.get(parent) ?? 0) + (counts.get(node) ?? 0));
    const count = counts.get(target) ?? 0;
    /** @type {TapeContribution[][]} */
    const found = [];
    /** @type {{ node: number, path: TapeContribution[] }[]} */
    const waiting = count <= MOST_PATHS ? [{ node: target, path: [] }] : [];
    for (let at = waiting.pop(); at; at = waiting.pop()) {
      const { node, path } = at;
      if (node === this.figure.tape.root) found.push(path);
      else for (const edge of into.get(node) ?? []) waiting.push({ node: edge.node, path: [edge, ...path] });
    }
    return { count, found };
  }

  /** @param {number} node */
  paths(node) {
    const { figure } = this;
    const place = figure.find(".why");
    const { count, found } = this.routes(node);
    this.found = found;
    if (node === figure.tape.root || !count || !found.every((path) => path.length)) {
      place.replaceChildren();
      return;
    }
    const many = count < 1e15 ? figure.grouped(count) : figure.writing.number(count, TEXT);
    const heading = count > MOST_PATHS ? figure.say("too_many_paths", { count: many }) : figure.say("why", { count });
    const lines = found.map((path, i) => {
      const sides = this.line(path, MATHML);
      const lights = `type="button" class="line" data-path="${i}" aria-pressed="false" title="${figure.say("light_path")}"`;
      const copies = `type="button" class="worded copy" data-copy="${i}" title="${figure.say("copy_latex")}"`;
      return `<li><button ${lights}>${breakable(equation(...sides))}</button><button ${copies}>LaTeX</button></li>`;
    });
    const products = found.map((path) => path.reduce((product, { local }) => product * local, 1));
    const total = figure.passes.pass.upstream[node];
    const listed = products.length > 1 ? figure.writing.sum(products, total, MATHML) : "";
    const sum = listed ? breakable(equation(figure.saying.slope(node, MATHML), listed, figure.writing.number(total, MATHML))) : "";
    place.innerHTML = `<h3>${heading}</h3><ol>${lines.join("")}</ol>${sum ? `<p class="total">${sum}</p>` : ""}`;
    this.light();
  }

  /** A path as the sides of an equation: its derivatives, its formulas, its numbers, its product.
   * @param {TapeContribution[]} path @param {number} style */
  line(path, style) {
    const { writing, saying, passes } = this.figure;
    const { times } = writing.pieces[style];
    const locals = path.map((edge) => saying.local(edge, style));
    const derivatives = locals.map(([derivative]) => derivative).join(times);
    const formulas = path.map((edge, i) => {
      const weak = passes.level.edge(edge.node, edge.parent)[2];
      const formula = locals[i][1] ?? writing.number(edge.local, style);
      return weak && path.length > 1 && locals[i][1] ? writing.group(formula, style) : formula;
    }).join(times);
    const numbers = path.length > 1 ? writing.product(path.map(({ local }) => local), style).written : "";
    const product = writing.number(path.reduce((all, { local }) => all * local, 1), style);
    const sides = [derivatives, formulas, numbers, product].filter((side, i, all) => side && side !== all[i - 1]);
    return sides.map((side) => writing.row(side, style));
  }

  /** Light a path in the picture, or all of them; none where no node is open. @param {number} [path] */
  light(path) {
    const { figure } = this;
    const shown = this.node === undefined ? [] : path === undefined ? this.found : [this.found[path]];
    const lit = new Set(shown.flatMap((edges) => edges.flatMap(({ node, parent }) => figure.linesBetween(parent, node))));
    for (const lines of figure.lines.values()) for (const line of lines) line.toggleAttribute("data-path", lit.has(line));
    for (const [i, line] of figure.findAll(".why [data-path]").entries()) {
      line.setAttribute("aria-pressed", String(i === path));
    }
  }

  /** @param {HTMLElement} button @param {number} path */
  copy(button, path) {
    const latex = this.line(this.found[path], LATEX).join(" = ");
    copyText(button, latex, this.figure.say("copied"));
  }

  /* --- is it true? --------------------------------------------------------------------------------------------------- */

  /** What the result does when a given number grows a little, beside what the gradient says. @param {number} node */
  nudge(node) {
    const { figure } = this;
    const { tape, writing } = figure;
    const place = figure.find(".nudge");
    if (!tape.isLeaf(node) || tape.unknown.has(tape.root)) {
      place.replaceChildren();
      return;
    }
    const epsilon = 10 ** -this.power;
    const [before, recorded, isChanged] = [tape.values[tape.root], tape.values[node], tape.isChanged[node]];
    tape.set(node, recorded + epsilon);
    tape.run();
    const change = tape.values[tape.root] - before;
    tape.set(node, recorded);
    tape.isChanged[node] = isChanged;
    tape.run();
    const predicted = epsilon * figure.passes.pass.upstream[node];
    const names = writing.names[tape.root];
    const [name, slope] = [names[MATHML], figure.saying.slope(node, MATHML)];
    const number = (/** @type {number} */ x) => writing.number(x, MATHML);
    const rows = [
      [`<mi mathvariant="normal">Δ</mi>${name}`, number(change)],
      [`<mi>ε</mi><mo>·</mo>${slope}`, number(predicted)],
      [`<mtext>${figure.say("gap")}</mtext>`, number(change - predicted)],
    ];
    const lost = Math.abs(change - predicted) <= 4 * 2 ** -52 * Math.max(Math.abs(before), Math.abs(change));
    if (!place.querySelector("input")) {
      const slider = `<input type="range" min="0" max="${SMALLEST}" step="1">`;
      place.innerHTML = `<h3>${figure.say("is_it_true")}</h3>
        <label class="epsilon"><math><mi>ε</mi></math> ${slider} <output></output></label>
        <div class="nudged"></div><p class="hint"></p>`;
    }
    const slider = figure.findInput(".nudge input");
    slider.value = String(this.power);
    slider.setAttribute("aria-valuetext", `ε = ${epsilon}`);
    slider.setAttribute("aria-label", "ε");
    figure.find(".nudge output").textContent = figure.writing.typed(epsilon);
    figure.find(".nudged").innerHTML = rows.map(([left, right]) => equation(left, right)).join("");
    figure.find(".nudge .hint").textContent = lost ? figure.say("gap_is_rounding") : figure.say("gap_shrinks");
  }
}
