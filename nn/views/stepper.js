/* A network at the level of neurons: the content of the player for figures of the kind "network". It builds on that for
   graphs; what each step says, Python has written. */

class Network extends Graph {
  /* When each circle gets its output, and its delta. */
  readSteps() {
    this.valueAt = this.names.map(() => Infinity);
    this.deltaAt = this.names.map(() => Infinity);
    this.steps.forEach((step, at) => {
      for (const i of step.values) this.valueAt[i] = at;
      for (const i of step.deltas) this.deltaAt[i] = at;
    });
    const reverse = this.steps.findIndex((step) => step.pass === "reverse");
    this.firstReverse = reverse < 0 ? this.steps.length : reverse;
    const share = (100 * this.firstReverse) / Math.max(1, this.steps.length - 1);
    this.section.style.setProperty("--forward-share", `${share}%`);
  }

  about(step) {
    return step.node;
  }

  light(step) {
    const beside = new Set(step.beside);
    const astray = this.astray();
    this.nodes.forEach(({ shape }, i) => {
      shape.dataset.state = [
        this.valueAt[i] <= this.at || !this.names[i] ? "known" : "unknown",
        this.deltaAt[i] <= this.at ? "reached" : "unreached",
        i === step.node ? "current" : "",
        beside.has(i) ? "operand" : "",
        astray[i] ?? "",
      ].join(" ").trim();
      shape.setAttribute("tabindex", i === step.node ? "0" : "-1");
    });
    for (const line of [...this.edges.values()].flat()) {
      line.toggleAttribute("data-lit", step.edges.includes(Number(line.dataset.edge)));
    }
  }

  title(step) {
    return step.title;
  }

  calculation(step) {
    const lines = step.lines.map(([words, sides]) => `<b>${words}</b>${sides.length ? equation(...sides) : "<span></span>"}`);
    return `<div class="lines ${step.pass}">${lines.map((line) => `<div>${breakable(line)}</div>`).join("")}</div>`;
  }

  /* The card of a circle: all steps that are about it. */
  open(index) {
    if (!this.names[index]) return;  // neurons that are not drawn
    const own = [...this.steps.entries()].filter(([, step]) =>
      step.node === index || (step.pass !== "given" && step.values.includes(index)));
    const parts = own.map(([at, step]) =>
      `<h4 data-step="${at}" tabindex="0" role="button" title="${this.say("go_to_step")}">${step.title}</h4>${this.calculation(step)}`);
    const given = equation(this.names[index], this.values[index]);
    this.find(".card.node .what").innerHTML = this.say("whole_of", { name: math(this.names[index]) });
    this.find(".card.node .maths").innerHTML = parts.join("") || `<h4>${this.say("it_is_given")}</h4>${given}`;
    this.find(".card.node").hidden = false;
  }
}

enliven("network", Network);
