/* A training, epoch by epoch: the content of the player for figures of the kind "history". The picture comes finished,
   with its panels as <svg> elements; each step says what changes: the outlines of the regions, which examples are wrong,
   and where on the loss curve we are. */

/**
 * An epoch: its numbers by their names; where its line and its dots stand in the charts; and, where the model is drawn, the
 * outlines of its layers, and which examples are wrong.
 * @typedef {{ epoch: number, numbers: [string, string][], now: number, dots: (number | null)[], layers: string[],
 *   wrong?: string }} Epoch
 */

/** @extends {Player<Epoch>} */
class Training extends Player {
  seconds = Math.min(0.6, Math.max(0.08, 12 / this.steps.length));  // all of it in about 12 seconds
  /** Of the examples those that are wrong are crossed out. @type {SVGElement[]} */
  crosses;
  /** @type {SVGElement[]} */
  layers;
  /** What hides the part of a curve that is to come. @type {SVGElement[]} */
  past;
  /** @type {SVGElement[]} */
  now;
  /** @type {SVGElement[]} */
  dots;

  prepare() {
    const picture = this.decoded();
    /** @type {SVGSVGElement[]} */
    const panels = Array.from(picture.querySelectorAll("[data-panel]"));
    const ratios = panels.map(({ viewBox: { baseVal } }) => baseVal.width / baseVal.height);
    const { style } = this.find(".panels");
    style.setProperty("--beside", String(ratios.reduce((sum, ratio) => sum + ratio)));
    style.setProperty("--below", String(1 / ratios.reduce((sum, ratio) => sum + 1 / ratio, 0)));
    this.find(".replay").prepend(...picture.querySelectorAll("style"));
    for (const panel of panels) {
      panel.classList.add("chainrule");
      panel.setAttribute("aria-hidden", "true");  // the figure has a description, the card the numbers
      for (const name of ["x", "y"]) panel.removeAttribute(name);
      this.find(`.${panel.dataset.panel}`).append(panel);
    }
    /** @type {(name: string) => SVGElement[]} */
    const all = (name) => Array.from(this.shadow.querySelectorAll(`[data-${name}]`));
    this.layers = all("layer");
    this.crosses = all("example");
    this.past = all("past");
    this.now = all("now");
    this.dots = all("dot");
    for (const panel of panels.filter((one) => one.querySelector("[data-now]"))) {
      panel.addEventListener("click", (event) => this.go(this.nearest(event.clientX, panel)));
    }
  }

  /** The step whose epoch is nearest to where a chart was clicked. @param {number} at @param {SVGSVGElement} panel */
  nearest(at, panel) {
    const { left, width } = panel.getBoundingClientRect();
    const x = ((at - left) / width) * panel.viewBox.baseVal.width;
    const away = this.steps.map(({ now }) => Math.abs(now - x));
    return away.indexOf(Math.min(...away));
  }

  where() {
    return this.say("at_epoch", { epoch: this.steps[this.at].epoch });
  }

  /** @param {Epoch} epoch */
  display({ epoch, numbers, now, dots, layers, wrong }) {
    this.find(".pass").textContent = this.say("epoch_number", { epoch });
    this.find(".what").textContent = epoch ? "" : this.say("before_training");
    this.find("dl").replaceChildren(...numbers.map((pair) => {
      const entry = document.createElement("div");
      ["dt", "dd"].forEach((name, i) => { entry.append(Object.assign(document.createElement(name), { textContent: pair[i] })); });
      return entry;
    }));
    for (const path of this.layers) path.setAttribute("d", layers[Number(path.dataset.layer)]);
    if (wrong) this.crosses.forEach((cross, i) => cross.classList.toggle("wrong", Boolean(parseInt(wrong[i >> 2], 16) >> (i & 3) & 1)));
    for (const line of this.now) line.setAttribute("transform", `translate(${now})`);
    for (const clip of this.past) clip.setAttribute("width", String(Math.max(0, now - Number(clip.getAttribute("x")))));
    this.dots.forEach((dot, i) => {
      dot.style.display = dots[i] === null ? "none" : "";
      dot.setAttribute("transform", `translate(${now} ${dots[i] ?? 0})`);
    });
  }
}

enliven("history", Training);
