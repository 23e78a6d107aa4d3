/* A training, epoch by epoch: the content of the player for figures of the kind "history". The picture comes finished,
   with its panels as <svg> elements; each step says what changes: the outlines of the regions, which examples are wrong,
   and where on the loss curve we are. */

class Training extends Player {
  seconds = Math.min(0.6, Math.max(0.08, 12 / this.steps.length));  // all of it in about 12 seconds

  prepare(data, host) {
    const picture = this.decoded(host);
    const ratios = [...picture.querySelectorAll("[data-panel]")].map(({ viewBox: { baseVal } }) => baseVal.width / baseVal.height);
    const panels = this.find(".panels").style;
    panels.setProperty("--beside", ratios.reduce((sum, ratio) => sum + ratio));
    panels.setProperty("--below", 1 / ratios.reduce((sum, ratio) => sum + 1 / ratio, 0));
    this.find(".replay").prepend(picture.querySelector("style"));
    for (const panel of picture.querySelectorAll("[data-panel]")) {
      panel.classList.add("chainrule");
      panel.setAttribute("aria-hidden", "true");  // the figure has a description, the card the numbers
      for (const name of ["x", "y"]) panel.removeAttribute(name);
      this.find(`.${panel.dataset.panel}`).append(panel);
    }
    const all = (name) => [...this.shadow.querySelectorAll(`[data-${name}]`)];
    this.layers = all("layer");
    this.crosses = all("example");
    this.past = all("past");
    this.now = all("now");
    this.dots = all("dot");
    for (const panel of new Set(this.now.map((line) => line.closest("[data-panel]")))) {
      panel.addEventListener("click", (event) => this.go(this.nearest(event.clientX, panel)));
    }
  }

  /* The step whose epoch is nearest to where a chart was clicked. */
  nearest(at, panel) {
    const { left, width } = panel.getBoundingClientRect();
    const x = ((at - left) / width) * panel.viewBox.baseVal.width;
    const away = this.steps.map(({ now }) => Math.abs(now - x));
    return away.indexOf(Math.min(...away));
  }

  where() {
    return this.say("at_epoch", { epoch: this.steps[this.at].epoch });
  }

  display({ epoch, numbers, now, dots, layers, wrong }) {
    this.find(".pass").textContent = this.say("epoch_number", { epoch });
    this.find(".what").textContent = epoch ? "" : this.say("before_training");
    this.find("dl").replaceChildren(...numbers.map((pair) => {
      const entry = document.createElement("div");
      ["dt", "dd"].forEach((name, i) => { entry.append(Object.assign(document.createElement(name), { textContent: pair[i] })); });
      return entry;
    }));
    for (const path of this.layers) path.setAttribute("d", layers[path.dataset.layer]);
    if (wrong) this.crosses.forEach((cross, i) => cross.classList.toggle("wrong", (parseInt(wrong[i >> 2], 16) >> (i & 3)) & 1));
    for (const line of this.now) line.setAttribute("transform", `translate(${now})`);
    for (const clip of this.past) clip.setAttribute("width", Math.max(0, now - clip.getAttribute("x")));
    this.dots.forEach((dot, i) => {
      dot.style.display = dots[i] === null ? "none" : "";
      dot.setAttribute("transform", `translate(${now} ${dots[i] ?? 0})`);
    });
  }
}

enliven("history", Training);
