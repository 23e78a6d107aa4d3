/* The pictures of a large graph: the folded one, and those of what is in its groups, each opened when it is asked for; and
   a field that finds nodes by their names. What a picture holds is written by autograd/stepper/scenes.py. */

/**
 * A picture, see autograd/stepper/scenes.py. `around` is the one that it is opened from; that of the whole has no `svg`.
 * @typedef {{ title: string, around: number | null, svg: string | null, shown: ShownInBox[], outside: number[] }} SceneData
 */

const MOST_FOUND = 12;  // names that are offered
const SMALLEST_SHARE = 0.68;  // of its width, in a narrow window; as autograd/drawing/hosts.py has it

class Scenes {
  at = 0;  // the picture that is open
  step = -1;  // the step that was followed last
  /** The boxes of the open picture that stand for each node. @type {Map<number, number[]>} */
  boxes = new Map();

  /** @param {Graph} figure @param {SceneData[]} scenes */
  constructor(figure, scenes) {
    this.figure = figure;
    this.all = scenes;
    this.whole = figure.decoded();
    /** The picture in which each node is drawn. @type {Map<number, number>} */
    this.of = new Map();
    /** The nodes that are drawn in each picture, or in those of its groups. @type {number[][]} */
    this.members = scenes.map(() => []);
    for (let scene = scenes.length - 1; scene >= 0; scene--) {  // an inner one stands after that around it
      const { shown, outside } = scenes[scene];
      shown.forEach((what, box) => {
        if (typeof what === "number" && !outside.includes(box)) {
          this.of.set(what, scene);
          this.members[scene].push(what);
        } else if (what !== null && typeof what === "object" && "group" in what) {
          for (const node of this.members[what.group]) this.members[scene].push(node);
        }
      });
    }
    this.read();
    this.place = figure.find(".scenes");
    this.place.hidden = false;
    this.listen();
  }

  get scene() {
    return this.all[this.at];
  }

  /** The nodes that a box stands for. @param {number} box @returns {number[]} */
  nodesIn(box) {
    const what = this.scene.shown[box];
    if (what === null) return [];
    return typeof what === "number" ? [what] : Array.isArray(what) ? what : this.members[what.group];
  }

  /** The picture of what is in a box; undefined where it is no group. @param {number} box */
  inside(box) {
    const what = this.scene.shown[box];
    return what !== null && typeof what === "object" && "group" in what ? what.group : undefined;
  }

  /** Whether a box is a signpost. @param {number} box */
  isOutside(box) {
    return this.scene.outside.includes(box);
  }

  /* Which boxes of the open picture stand for which nodes. */
  read() {
    this.boxes.clear();
    this.scene.shown.forEach((_, box) => {
      for (const node of this.nodesIn(box)) this.boxes.set(node, [...(this.boxes.get(node) ?? []), box]);
    });
    this.figure.shown = this.scene.shown;
    this.figure.boxOf = boxesOfNodes(this.scene.shown.map((what, box) => this.isOutside(box) ? null : what));
  }

  /* --- opening ------------------------------------------------------------------------------------------------------ */

  /** Open a picture. @param {number} scene */
  open(scene) {
    if (scene === this.at) return;
    this.at = scene;
    this.read();
    this.draw();
    for (const tool of this.figure.tools) tool.scene?.();
  }

  draw() {
    const { figure } = this;
    const { svg } = this.scene;
    const inner = svg && new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
    const picture = /** @type {SVGSVGElement} */ (inner ? document.importNode(inner, true) : this.whole.cloneNode(true));
    const style = inner && this.whole.querySelector("style");
    if (style) picture.prepend(style.cloneNode(true));
    const isInside = figure.find(".picture").contains(figure.shadow.activeElement);
    figure.hang(picture, `${SMALLEST_SHARE * picture.viewBox.baseVal.width}px`, (box) => this.label(box));
    if (isInside) figure.section.focus({ preventScroll: true });
    figure.stage.frame.scrollTo(0, 0);
    if (figure.stage.frame.dataset.zoom === "set") figure.stage.reset();
    this.showWay();
  }

  /** What a box is called, for a screen reader. @param {number} box */
  label(box) {
    const { figure } = this;
    const what = this.scene.shown[box];
    const group = this.inside(box);
    if (group !== undefined) return figure.say("open_group", { title: this.all[group].title });
    if (typeof what === "number") {
      const said = figure.described(what);
      return this.isOutside(box) ? figure.say("go_to_node", { name: said }) : said;
    }
    const title = figure.boxes[box]?.shape.querySelector("text")?.textContent ?? "";
    return this.isOutside(box) ? figure.say("several_outside", { title }) : title;
  }

  /** Open the picture that a step is about, when it is gone to; what the person opened since then stays.
   * @param {number} step @param {number | null} node  the one it is about, if there is one */
  follow(step, node) {
    if (step === this.step) return;
    this.step = step;
    const scene = this.of.get(node ?? NaN) ?? (step === 0 ? 0 : undefined);
    if (scene !== undefined) this.open(scene);
  }

  /** The person asks for a picture. @param {number} scene */
  enter(scene) {
    const { figure } = this;
    this.open(scene);
    figure.lightNow();
    figure.find(".live").textContent = this.title(scene);
  }

  /** Back to the picture around this one; whether there is one. */
  up() {
    const { around } = this.scene;
    if (around !== null) this.enter(around);
    return around !== null;
  }

  /** Where a node is, and its card. @param {number} node */
  goTo(node) {
    const { figure } = this;
    this.enter(this.of.get(node) ?? 0);
    figure.openCard(node);
    const shape = figure.box(node)?.shape;
    if (!shape) return;
    figure.bringIntoView(shape);
    shape.focus({ preventScroll: true });
  }

  /* --- where we are --------------------------------------------------------------------------------------------------- */

  /** @param {number} scene */
  title(scene) {
    return scene ? this.all[scene].title : this.figure.say("whole_graph", { name: this.figure.writing.names[this.figure.tape.root][TEXT] });
  }

  /* The pictures around this one, from the outermost, as buttons. */
  showWay() {
    /** @type {number[]} */
    const way = [];
    for (let scene = /** @type {number | null} */ (this.at); scene !== null; scene = this.all[scene].around) way.unshift(scene);
    const parts = way.map((scene) => {
      const look = { type: "button", className: "worded", textContent: this.title(scene) };
      const button = Object.assign(document.createElement("button"), look);
      button.dataset.scene = String(scene);
      if (scene === this.at) button.setAttribute("aria-current", "true");
      return button;
    });
    const between = () => Object.assign(document.createElement("span"), { textContent: "›", ariaHidden: "true" });
    this.figure.find(".way").replaceChildren(...parts.flatMap((part, i) => i ? [between(), part] : [part]));
    this.figure.find(".scenes .hint").hidden = way.length > 1;
  }

  /* --- finding -------------------------------------------------------------------------------------------------------- */

  listen() {
    this.place.addEventListener("click", ({ target }) => {
      const scene = dataOf(target, "scene");
      if (scene !== undefined) this.enter(Number(scene));
    });
    const field = this.figure.findInput(".scenes input");
    field.addEventListener("input", (event) => {
      this.tell("");
      const found = this.found(field.value);
      const how = event instanceof InputEvent ? event.inputType : "";
      const isChosen = !how || how === "insertReplacementText";  // from the list of names
      if (isChosen && found.length) return this.goTo(found[0]);
      const names = found.slice(0, MOST_FOUND).map((node) => this.figure.writing.names[node][TEXT]);
      this.figure.find("datalist").replaceChildren(...names.map((value) => Object.assign(document.createElement("option"), { value })));
    });
    field.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.figure.section.focus({ preventScroll: true });
      if (event.key !== "Enter" || !field.value.trim()) return;
      event.preventDefault();
      const [node] = this.found(field.value);
      if (node === undefined) this.tell(this.figure.say("not_found", { entry: field.value }));
      else this.goTo(node);
    });
  }

  /** The nodes whose names hold an entry: first those that are called so, then those that begin so. @param {string} entry */
  found(entry) {
    const sought = entry.trim().toLowerCase();
    if (!sought) return [];
    const rank = (/** @type {string} */ name) => name === sought ? 0 : name.startsWith(sought) ? 1 : name.includes(sought) ? 2 : 3;
    const ranked = this.figure.writing.names.map((styles, node) => ({ node, rank: rank(styles[TEXT].toLowerCase()) }));
    return ranked.filter(({ rank }) => rank < 3).sort((a, b) => a.rank - b.rank).map(({ node }) => node);
  }

  /** @param {string} sentence */
  tell(sentence) {
    this.figure.find(".scenes .said").textContent = sentence;
  }
}
