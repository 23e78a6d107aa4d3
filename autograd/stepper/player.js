/* The player: turns each figure on the page that is not one yet into a stepper with controls. What it plays is a class
   derived from Player, in the script of the figure's kind; Python puts the two into one function.

   A figure is a <div data-chainrule="graph"> with an <img> (the finished picture), a <details> (the table of all steps)
   and a JSON block with the same steps. All that is added lives in a shadow root, so that several figures, the notebook
   and its style sheets do not meet. Texts that come from the outside are set as text. */

/**
 * What Python gives every figure, see autograd/stepper/figure.py; each kind adds its own.
 * @typedef {{ steps: any[], words: Record<string, string>, controls: string, style: string }} FigureData
 *
 * The element that a figure stands in, and the figure; null while what it needs is being read.
 * @typedef {HTMLElement & { figure?: Player | null }} Host
 */

/** @type {Record<string, string>} */
const MOVES = { ArrowRight: "forward", ArrowLeft: "back", ArrowUp: "back", ArrowDown: "forward", Home: "first", End: "last",
  PageDown: "forward", PageUp: "back", " ": "play",  // a clicker sends those of the page
  s: "speed", "+": "in", "=": "in", "-": "out", 0: "fit", f: "full" };
/** @type {Record<string, [number, number]>} */
const PANS = { ArrowLeft: [-0.2, 0], ArrowRight: [0.2, 0], ArrowUp: [0, -0.2], ArrowDown: [0, 0.2] };  // with shift
const SPEEDS = [1, 2, 4, 0.5];
const WRITTEN_IN = "input:not([type='range']), textarea, select, [contenteditable]";  // which have the keys for themselves

/* --- the theme: that of the notebook, or of whatever the figure stands on -------------------------------------- */

/** Red, green, blue and opacity from 0 to 255, however the colour is written: what a pixel of it is.
 * @param {string} colour */
function channels(colour) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const pixel = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pixel.fillStyle = colour;
  pixel.fillRect(0, 0, 1, 1);
  return pixel.getImageData(0, 0, 1, 1).data;
}

/** @param {HTMLElement} host */
function isDark(host) {
  const { jpThemeLight, vscodeThemeKind } = document.body.dataset;  // of Jupyter and of VS Code
  if (jpThemeLight) return jpThemeLight === "false";
  if (vscodeThemeKind) return !vscodeThemeKind.endsWith("light");
  for (let element = /** @type {HTMLElement | null} */ (host); element; element = element.parentElement) {
    const [r, g, b, opacity] = channels(getComputedStyle(element).backgroundColor);
    if (opacity > 127) return 0.299 * r + 0.587 * g + 0.114 * b < 128;
  }
  const scheme = getComputedStyle(document.documentElement).colorScheme;
  return scheme.includes("dark") && (!scheme.includes("light") || matchMedia("(prefers-color-scheme: dark)").matches);
}

/** @param {HTMLElement} followed */
function followTheme(followed) {
  const reference = new WeakRef(followed);  // what the page holds must not keep a figure that was removed
  const update = () => {
    const host = reference.deref();
    if (host) host.dataset.theme = isDark(host) ? "dark" : "light";
  };
  update();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", update);
  new MutationObserver(update).observe(document.body, { attributes: true });
}

/** Let a figure hear what outlives it, such as the window, by a method of this name. What the page holds must not keep a
 * figure that was removed; a function would, as it keeps all that it was made among.
 * @template {string} Method @param {{ [name in Method]: (event: any) => void }} figure @param {EventTarget} place
 * @param {string} kind @param {Method} method */
function listenFor(figure, place, kind, method) {
  const reference = new WeakRef(figure);
  const hear = (/** @type {Event} */ event) => {
    const heard = reference.deref();
    if (heard) heard[method](event);
    else place.removeEventListener(kind, hear);
  };
  place.addEventListener(kind, hear);
}

/* --- one figure ------------------------------------------------------------------------------------------------ */

/** @template [Shown=any]  what a step is */
class Player {
  /** @type {Shown[]} */
  steps;
  at = 0;  // the step that is shown
  /** @type {number | undefined} */
  timer;
  seconds = 1.4;  // between two steps while it plays
  speed = 1;  // how many times as fast, as long as the page is open
  moves = MOVES;  // what each key does

  /* What a kind of figure defines: prepare what it shows, once; and show a step. */
  /** @param {any} data @param {Host} host */
  prepare(data, host) { void data, host; }
  /** @param {Shown} step */
  display(step) { void step; }
  where() { return ""; }  // for a screen reader, after "Step 3 of 12"
  /** @param {number} at */
  row(at) { return [...this.rows[at].cells].map((cell) => cell.textContent); }  // of the table of all steps
  overview() {}  // show the picture of the whole, where there are several

  /** @param {Host} host @param {FigureData} data */
  constructor(host, data) {
    this.steps = data.steps;
    this.words = data.words;
    this.list = /** @type {HTMLDetailsElement} */ (host.querySelector("details"));
    /** @type {HTMLTableRowElement[]} */
    this.rows = Array.from(this.list.querySelectorAll("tbody tr"));
    this.image = /** @type {HTMLImageElement} */ (host.querySelector("img"));
    this.ownPage = host.closest("[data-keys]")?.querySelectorAll("[data-chainrule]").length === 1;
    const shadow = this.shadow = host.attachShadow({ mode: "open" });
    shadow.innerHTML = `<style>${data.style}</style>${data.controls}`;
    this.section = this.find(".stepper");
    this.section.setAttribute("aria-label", this.say("arrow_keys", { description: this.image.alt }));
    this.slider = this.findInput("input");
    this.stage = new Stage(this.find(".picture"));
  }

  /** An element of the figure. @param {string} selector @returns {HTMLElement} */
  find(selector) {
    return /** @type {HTMLElement} */ (this.shadow.querySelector(selector));
  }

  /** One that holds what the person gave. @param {string} selector @returns {HTMLInputElement} */
  findInput(selector) {
    return /** @type {HTMLInputElement} */ (this.shadow.querySelector(selector));
  }

  /** @param {string} selector @returns {HTMLElement[]} */
  findAll(selector) {
    return Array.from(this.shadow.querySelectorAll(selector));
  }

  /** Apart from the constructor, so that the fields of the derived class are there.
   * @param {Host} host @param {FigureData} data */
  start(host, data) {
    this.prepare(data, host);
    this.slider.max = String(this.steps.length - 1);
    this.listen(host);
    this.list.slot = "steps";
    followTheme(host);
    this.paper = new Paper(this);
    this.setSpeed(this.speed);
    this.restore({});
    if (!this.ownPage) return;
    this.address = new Address(this);
    this.find("[data-go='link']").hidden = false;
    if (window === window.top) this.section.focus({ preventScroll: true });
  }

  /** The picture of the <img>, decoded into elements that can be changed. @returns {SVGSVGElement} */
  decoded() {
    const source = this.image.src;
    const bytes = Uint8Array.from(atob(source.slice(source.indexOf(",") + 1)), (c) => c.charCodeAt(0));
    const parsed = new DOMParser().parseFromString(new TextDecoder().decode(bytes), "image/svg+xml");
    return /** @type {SVGSVGElement} */ (document.importNode(/** @type {Element} */ (parsed.documentElement), true));
  }

  /** The words for a key, as Python has them, with these parts put in.
   * @param {string} key @param {Record<string, string | number>} [parts] @returns {string} */
  say(key, parts = {}) {
    const halves = this.words[key].split(" | ");  // of two the first is for a count of 1
    const template = halves.length > 1 && parts.count !== 1 ? halves[1] : halves[0];
    return template.replace(/\{(\w+)(:,)?\}/g, (_, /** @type {string} */ name, /** @type {string?} */ inThousands) => {
      const part = parts[name];
      if (typeof part !== "number") return part;
      return inThousands ? this.grouped(part) : String(part).replace(".", this.say("decimal_mark"));
    });
  }

  /** A whole number with a mark before each three digits. @param {number} count */
  grouped(count) {
    return String(count).replace(/\B(?=(\d{3})+$)/g, this.say("thousands_mark"));
  }

  /** @param {Host} host */
  listen(host) {
    this.shadow.addEventListener("click", (event) => this.click(/** @type {Element} */ (event.target)));
    this.list.addEventListener("click", (event) => {
      const row = /** @type {Element} */ (event.target).closest("tr");
      const at = this.rows.findIndex((other) => other === row);
      if (at >= 0) this.go(at);
    });
    this.slider.addEventListener("input", () => this.go(Number(this.slider.value)));
    host.dataset.lmSuppressShortcuts = "true";  // those of Jupyter, which in Notebook 7 would come first
    host.addEventListener("keydown", (event) => this.key(event));
    if (this.ownPage) listenFor(this, document, "keydown", "key");
    for (const kind of ["keypress", "keyup"]) host.addEventListener(kind, (event) => event.stopPropagation());
    this.find("[data-go='full']").hidden = !document.fullscreenEnabled;
    host.addEventListener("fullscreenchange", () => this.filled(host));
  }

  /** @param {Element} target */
  click(target) {
    const go = dataOf(target, "go");
    const to = dataOf(target, "step");
    if (go !== undefined) this.move(go);
    else if (to !== undefined) this.go(Number(to));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    event.stopPropagation();  // the notebook has plans of its own for most keys
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const path = event.composedPath();
    const [first] = path;
    if (first instanceof Element && first !== this.slider && first.matches(`${WRITTEN_IN}, [type='range']`)) return;
    const target = this.shadow.activeElement;
    const pressed = ["Enter", " "].includes(event.key);
    if (pressed && path.includes(this.list)) return;  // which opens
    if (pressed && target?.closest("button, summary")) return;  // the browser clicks it
    const move = this.moves[event.key.length > 1 ? event.key : event.key.toLowerCase()];
    if (event.shiftKey && PANS[event.key]) this.stage.panBy(...PANS[event.key]);
    else if (move) this.move(move, target);
    else return;
    event.preventDefault();
  }

  /** Do what a button or a key is for. @param {string} name @param {Element | null} [target]  where the focus is */
  move(name, target) {
    void target;
    /** @type {Record<string, () => void>} */
    const uses = {
      first: () => this.go(0),
      back: () => this.go(this.at - 1),
      forward: () => this.go(this.at + 1),
      last: () => this.go(this.steps.length - 1),
      play: () => (this.timer ? this.pause() : this.play()),
      speed: () => this.setSpeed(SPEEDS[(SPEEDS.indexOf(this.speed) + 1) % SPEEDS.length]),
      in: () => this.stage.zoom(CLOSER),
      out: () => this.stage.zoom(1 / CLOSER),
      fit: () => this.stage.fit(),
      full: () => this.fillScreen(),
      link: () => this.copyLink(),
    };
    uses[name]?.();
  }

  play() {
    const last = this.steps.length - 1;
    if (this.at === last) this.go(0);
    this.section.classList.add("playing");
    this.find("[data-go='play']").setAttribute("aria-label", this.say("pause"));
    clearInterval(this.timer);
    this.timer = setInterval(() => {
      if (this.section.isConnected) this.show(this.at + 1);
      if (this.at === last || !this.section.isConnected) this.pause();
    }, (1000 * this.seconds) / this.speed);
  }

  /** @param {number} speed */
  setSpeed(speed) {
    this.speed = speed;
    const button = this.find("[data-go='speed']");
    button.textContent = this.say("times", { factor: speed });
    button.setAttribute("aria-label", this.say("speed", { factor: speed }));
    if (this.timer) this.play();
  }

  fillScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else if (document.fullscreenEnabled) this.shadow.host.requestFullscreen();
  }

  /** The figure fills the screen, or does so no more: it has another room for its picture. @param {Host} host */
  filled(host) {
    this.find("[data-go='full']").setAttribute("aria-pressed", String(document.fullscreenElement === host));
    this.stage.reset();
    this.show(this.at);
    this.section.focus({ preventScroll: true });
  }

  async copyLink() {
    this.address?.write();
    const copied = await navigator.clipboard?.writeText(location.href).then(() => true, () => false);
    this.find(".live").textContent = copied ? this.say("link_copied") : this.say("link_in_address");
    const button = this.find("[data-go='link']");
    button.classList.toggle("copied", Boolean(copied));
    setTimeout(() => button.classList.remove("copied"), 2000);
  }

  /* --- what an address holds; a kind of figure that has more to say puts its own entries before these ------------- */

  /** @returns {Record<string, string>} */
  state() {
    return { step: String(this.at + 1) };
  }

  /** Show what a state says, and what it says nothing of as recorded. If anything in it is not meant, change nothing.
   * @param {Record<string, string>} state */
  restore({ step = "1", ...others }) {
    if (Object.keys(others).length || !/^[1-9]\d{0,8}$/.test(step) || Number(step) > this.steps.length) return false;
    this.go(Number(step) - 1, { quiet: true });
    return true;
  }

  pause() {
    clearInterval(this.timer);
    this.timer = undefined;
    this.section.classList.remove("playing");
    this.find("[data-go='play']").setAttribute("aria-label", this.say("play"));
  }

  /** Where the person asked to go; while it plays, show() alone is called and nothing is read out. @param {number} at */
  go(at, { quiet = false } = {}) {
    if (this.timer) this.pause();
    this.show(at);
    if (!quiet) this.find(".live").textContent = this.row(this.at).join(" ");
  }

  /** @param {number} at */
  show(at) {
    this.at = Math.min(Math.max(at, 0), this.steps.length - 1);
    this.display(this.steps[this.at]);
    this.address?.changed();
    this.slider.value = String(this.at);
    this.slider.setAttribute("aria-valuetext", this.say("step_of", { step: this.at + 1, count: this.steps.length, where: this.where() }));
    this.find(".count").textContent = `${this.at + 1} / ${this.steps.length}`;
    for (const name of ["first", "back"]) this.disable(name, this.at === 0);
    for (const name of ["last", "forward"]) this.disable(name, this.at === this.steps.length - 1);
    this.rows.forEach((tr, i) => tr.toggleAttribute("aria-current", i === this.at));
  }

  /** @param {string} name @param {boolean} yes */
  disable(name, yes) {
    this.find(`[data-go='${name}']`).setAttribute("aria-disabled", String(yes));
  }
}

/** What an element, or the nearest one around it that says so, has in its data under a name.
 * @param {EventTarget | null} target @param {string} name */
function dataOf(target, name) {
  const found = target instanceof Element && target.closest(`[data-${name}]`);
  return found ? found.getAttribute(`data-${name}`) ?? undefined : undefined;
}

/** What the script needs, where Python has deflated it. @param {string} text @returns {Promise<FigureData>} */
async function inflated(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return await new Response(stream).json();
}

/** Bring to life every figure of a kind that is not yet. @param {string} kind
 * @param {new (host: Host, data: FigureData) => Player} Content */
function enliven(kind, Content) {
  /** @type {NodeListOf<Host>} */
  const hosts = document.querySelectorAll(`[data-chainrule='${kind}']`);
  for (const host of hosts) {
    if (host.shadowRoot || host.figure === null) continue;
    const block = /** @type {HTMLScriptElement} */ (host.querySelector("script[type='application/json']"));
    const begin = (/** @type {FigureData} */ data) => {
      host.figure = new Content(host, data);
      host.figure.start(host, data);
    };
    if (block.dataset.deflated === undefined) {
      begin(JSON.parse(block.text));
      continue;
    }
    host.figure = null;  // until it is read
    inflated(block.text).then(begin, () => host.append(Object.assign(document.createElement("p"), { textContent: block.dataset.old })));
  }
}
