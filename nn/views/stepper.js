/* A network at the level of neurons: the content of the player for figures of the kind "network". What each step says,
   Python has written, with places for the numbers. */

class Network extends Live {
  prepare(data, host) {
    this.prepareLive(data, host);
    this.deltaOf = new Map(data.deltas);  // of each circle of a neuron the node whose gradient is its delta
    this.weights = new Map(data.weights);  // of each line between circles the node of its weight
    this.widths = data.widths;
    this.examples = new Examples(this, data.examples);
    this.tools = [new Given(this), this.examples, new Descent(this, data)];
    this.timetable();
  }

  stepsAnew() {
    this.timetable();
    this.drawWeights();
    return this.steps.map((step) => [this.partOf(step), this.line(step)]);
  }

  /* Lines as thick as their weights are large, dashed where they are negative. */
  drawWeights() {
    const [thinnest, thickest] = this.widths;
    const heaviest = Math.max(...[...this.weights.values()].map((node) => Math.abs(this.tape.values[node])));
    for (const line of [...this.lines.values()].flat()) {
      const node = this.weights.get(Number(line.dataset.edge));
      if (node === undefined) continue;
      const weight = this.tape.values[node];
      const path = line.querySelector("path");
      path.setAttribute("stroke-width", String(heaviest ? thinnest + ((thickest - thinnest) * Math.abs(weight)) / heaviest : thinnest));
      path.setAttribute("stroke-dasharray", weight < 0 ? "7 4" : "none");
      line.classList.toggle("negative", weight < 0);
      line.classList.toggle("positive", !(weight < 0));
      const label = line.querySelector("text");
      if (label) label.textContent = this.writing.number(weight, TEXT);
    }
  }

  /* When each circle gets its output, and its delta; and where the first number of a pass is that is not finite. */
  timetable() {
    this.valueAt = new Map();
    this.deltaAt = new Map();
    this.steps.forEach((step, at) => {
      for (const i of step.values) this.valueAt.set(i, at);
      for (const i of step.deltas) this.deltaAt.set(i, at);
    });
    this.firstAstray = new Map();
    for (const pass of ["forward", "reverse"]) {
      for (const [at, step] of this.steps.entries()) {
        if ((step.pass === "reverse") !== (pass === "reverse") || this.firstAstray.has(pass)) continue;
        const line = step.lines.find(([, , ...sides]) => sides.length && !this.isFinite(sides.at(-1)));
        if (line) this.firstAstray.set(pass, { at, line });
      }
    }
    const reverse = this.steps.findIndex((step) => step.pass === "reverse");
    this.firstReverse = reverse < 0 ? this.steps.length : reverse;
    const share = (100 * this.firstReverse) / Math.max(1, this.steps.length - 1);
    this.section.style.setProperty("--forward-share", `${share}%`);
  }

  /* Whether the number at the end of an equation is finite. */
  isFinite([, ...places]) {
    return places.length !== 1 || places[0][0] === "n" || Number.isFinite(this.numberOf(places[0]));
  }

  where() {
    return this.at >= this.firstReverse ? this.say("in_reverse_pass") : this.say("in_forward_pass");
  }

  display(step) {
    const reverse = this.at >= this.firstReverse;
    this.section.dataset.pass = reverse ? "reverse" : "forward";
    this.current = step.node;
    this.light(step);
    if (this.boxes[this.current]) this.bringIntoView(this.boxes[this.current].shape);
    this.find(".pass").textContent = reverse ? this.say("reverse_pass") : this.say("forward_pass");
    this.find(".step .what").innerHTML = step.title;
    this.find(".step .maths").innerHTML = this.calculation(step);
  }

  light(step) {
    const beside = new Set(step.beside);
    const astray = new Map();
    for (const [pass, { at, line }] of this.firstAstray) {
      if (at <= this.at) astray.set(this.circleOf(line) ?? this.steps[at].node, pass === "reverse" ? "astray-gradient" : "astray-value");
    }
    this.boxes.forEach((box, i) => {
      const node = this.shown[i];
      const known = (at) => (at.get(i) ?? Infinity) <= this.at;
      box.shape.dataset.state = [
        known(this.valueAt) || node === null ? "known" : "unknown",
        known(this.deltaAt) ? "reached" : "unreached",
        i === step.node ? "current" : "",
        beside.has(i) ? "operand" : "",
        node !== null && this.tape.isLeaf(node) && this.tape.isChanged[node] ? "changed" : "",
        node !== null && this.tape.unknown.has(node) ? "outside" : "",
        astray.get(i) ?? "",
      ].filter(Boolean).join(" ");
      box.shape.setAttribute("tabindex", i === step.node ? "0" : "-1");
      if (node === null) return;
      box.shape.setAttribute("aria-label", this.described(node));
      box.value.write(this.writing.number(this.value(node), TEXT));
      if (this.deltaOf.has(i)) box.gradient.write(this.writing.number(this.upstream[this.deltaOf.get(i)], TEXT));
    });
    for (const line of [...this.lines.values()].flat()) {
      line.toggleAttribute("data-lit", step.edges.includes(Number(line.dataset.edge)));
    }
  }

  /* The circle whose quantity an equation is about. */
  circleOf([, , [, first] = []]) {
    return first?.[0] === "n" ? this.boxOf.get(Number(first.slice(1))) : undefined;
  }

  /* --- what stands beside the picture ------------------------------------------------------------------------- */

  line(step) {
    const { equals } = this.writing.pieces[TEXT];
    const lines = this.said(step).map(([words, isSaid, ...sides]) => {
      const written = this.writing.sides(sides, TEXT).join(equals);
      return isSaid && written ? `${words}: ${written}` : written || words;
    });
    return lines.join("; ");
  }

  /* The lines of a step, and the one that says where the first number is that is not finite. */
  said(step) {
    const lines = [...step.lines];
    for (const [pass, { at, line }] of this.firstAstray) {
      if (this.steps[at] !== step) continue;
      const sides = line.slice(2);
      const number = this.writing.side(sides.at(-1), TEXT);
      const how = pass === "reverse" ? this.say("first_reverse", { number }) : this.say("first_forward", { number });
      lines.push([`${how}: ${this.writing.side(sides[0], TEXT)}`, 0]);
    }
    return lines;
  }

  calculation(step) {
    const lines = this.said(step).map(([words, , ...sides]) => {
      const written = this.writing.sides(sides, MATHML);
      return `<b>${escaped(words)}</b>${written.length ? equation(...written) : "<span></span>"}`;
    });
    const outside = [...this.tape.outside.values()].slice(0, step.pass === "forward" ? 1 : 0);
    const sentences = outside.map((sentence) => `<p class="astray">${escaped(sentence)}</p>`);
    return `<div class="lines ${step.pass}">${lines.map((line) => `<div>${breakable(line)}</div>`).join("")}</div>${sentences.join("")}`;
  }

  /* The card of a circle: all steps that are about it. */
  open(box) {
    const node = this.shown[box] ?? null;
    if (node === null) return;  // neurons that are not drawn
    this.opened = box;
    const own = [...this.steps.entries()].filter(([, step]) =>
      step.node === box || (step.pass !== "given" && step.values.includes(box)));
    const parts = own.map(([at, step]) =>
      `<h4 data-step="${at}" tabindex="0" role="button" title="${this.say("go_to_step")}">${step.title}</h4>${this.calculation(step)}`);
    const name = this.writing.names[node][MATHML];
    const given = equation(name, this.writing.number(this.value(node), MATHML));
    this.find(".card.node .what").innerHTML = this.say("whole_of", { name: math(name) });
    this.find(".card.node .maths").innerHTML = parts.join("") || `<h4>${this.say("it_is_given")}</h4>${given}`;
    this.find(".card.node").hidden = false;
  }
}

enliven("network", Network);
