/* The numbers that were given, to be changed: in a list, and in the picture itself by typing, dragging and the arrow keys.
   Each change can be taken back. */

/** How far the pointer goes, in pixels, for a tenth of the last digit. */
const PIXELS_A_STEP = 4;

/** How many of the last digit a key goes. @type {Record<string, number>} */
const ARROWS = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 };

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A number as a program writes it. @param {string} entry */
function plainly(entry) {
  return entry.trim().replaceAll("−", "-").replace(",", ".").replace(/\s*[·×*]\s*10\^?\(?(-?\d+)\)?$/, "e$1");
}

/** What a person writes as a number, with a point or a comma, as a fraction, or with a power of ten; NaN if it is none, and
 * where it is infinite. @param {string} entry */
function numberRead(entry) {
  const parts = plainly(entry).split("/").map((part) => NUMBER.test(part.trim()) ? Number(part) : NaN);
  const number = parts.length > 2 ? NaN : parts.length === 2 ? parts[0] / parts[1] : parts[0];
  return Number.isFinite(number) ? number : NaN;
}

/** A number that is so many steps of its last digit away. @param {string} written @param {number} steps
 * @param {number} [finer]  decimals more */
function stepped(written, steps, finer = 0) {
  const x = Number(written);
  const [mantissa, power = "0"] = written.split("e");
  const decimals = (mantissa.split(".")[1] ?? "").length - Number(power) + finer;
  return Number((x + steps * 10 ** -decimals).toFixed(Math.min(Math.max(decimals, 0), 100)));
}

/** Put a field over a number in the picture, until it is left. @param {Live} figure @param {HTMLInputElement} input
 * @param {Element} number */
function overNumber(figure, input, number) {
  const picture = figure.find(".picture");
  const [frame, box] = [picture.getBoundingClientRect(), number.getBoundingClientRect()];
  const width = Math.max(box.width, 84);
  input.classList.add("over");
  input.style.left = `${box.x + box.width / 2 - width / 2 - frame.x + picture.scrollLeft}px`;
  input.style.top = `${box.y + box.height / 2 - 15 - frame.y + picture.scrollTop}px`;
  input.style.width = `${width}px`;
  input.addEventListener("blur", () => { if (input.isConnected) input.remove(); });
  input.addEventListener("keydown", (event) => {
    if (!["Enter", "Escape"].includes(event.key)) return;
    event.stopPropagation();
    figure.section.focus({ preventScroll: true });  // which takes the field away
  });
  picture.append(input);
  input.focus({ preventScroll: true });
  input.select();
}
const MOST_ENTRIES = 200;  // of more given numbers the list has those in the picture that is open, and the changed ones

class Given {
  /** The numbers that were given before each change. @type {Map<number, number>[]} */
  past = [];
  /** The field that is being written in. @type {HTMLInputElement | undefined} */
  kept;
  /** @type {Map<number, { row: HTMLElement, input: HTMLInputElement, was: HTMLElement }>} */
  entries = new Map();

  /** @param {Live} figure */
  constructor(figure) {
    this.figure = figure;
    this.leaves = figure.leaves;
    this.areMany = this.leaves.length > MOST_ENTRIES;
    if (this.areMany) figure.find(".given-numbers .hint").prepend(figure.say("many_leaves", { count: this.leaves.length }), " ");
    this.list();
    for (const button of figure.findAll("[data-given]")) {
      button.addEventListener("click", () => button.dataset.given === "undo" ? this.undo() : this.reset());
    }
    this.scene();
  }

  /** The list, of all or of some. */
  list() {
    const { boxOf, tape } = this.figure;
    const listed = this.areMany ? this.leaves.filter((node) => boxOf.has(node) || tape.isChanged[node]) : this.leaves;
    const entries = listed.map((node) => /** @type {const} */ ([node, this.entries.get(node) ?? this.entry(node)]));
    this.entries = new Map(entries);
    this.figure.find(".entries").replaceChildren(...entries.map(([, { row }]) => row));
  }

  /** Another picture is open. */
  scene() {
    if (this.areMany) this.list();
    for (const node of this.leaves) if (this.figure.boxOf.has(node)) this.inPicture(node);
    this.renew();
  }

  /** The line of a number in the list. @param {number} node */
  entry(node) {
    const { figure } = this;
    const row = document.createElement("label");
    row.className = "entry";
    const name = Object.assign(document.createElement("span"), { className: "name" });
    name.innerHTML = math(figure.writing.names[node][MATHML]);
    name.title = figure.say("drag");
    const input = Object.assign(document.createElement("input"), { inputMode: "decimal", autocomplete: "off", spellcheck: false });
    input.value = figure.writing.typed(figure.tape.values[node]);
    input.setAttribute("aria-label", figure.writing.names[node][TEXT]);
    const was = Object.assign(document.createElement("s"), { className: "was" });
    row.append(name, input, was);
    this.listen(input, node);
    this.scrub(name, node);
    return { row, input, was };
  }

  /** Type, or go by the arrow keys. @param {HTMLInputElement} input @param {number} node */
  listen(input, node) {
    const from = { state: this.state(), writing: false };
    input.addEventListener("focus", () => { from.state = this.state(); from.writing = false; });
    input.addEventListener("input", () => {
      const number = numberRead(input.value);
      input.setAttribute("aria-invalid", String(Number.isNaN(number)));
      const sentence = Number.isNaN(number) ? this.figure.say("no_number", { entry: input.value }) : "";
      this.tell(sentence);
      input.setCustomValidity(sentence);
      if (sentence && input.classList.contains("over")) input.reportValidity();  // the list may be closed, or far away
      if (!Number.isNaN(number)) this.set(node, number, { from, keep: input });
    });
    input.addEventListener("blur", () => this.forget(input, node));
    input.addEventListener("keydown", (event) => {
      const steps = ARROWS[event.key];
      if (event.key === "Escape") this.forget(input, node);
      const entered = numberRead(input.value);
      if (steps === undefined || Number.isNaN(entered)) return;
      event.preventDefault();
      const plain = plainly(input.value);
      const number = stepped(NUMBER.test(plain) ? plain : String(entered), steps);
      input.value = this.figure.writing.typed(number);
      this.set(node, number, { from, keep: input });
    });
  }

  /** In place of what is no number, the field has the number in use again. @param {HTMLInputElement} input @param {number} node */
  forget(input, node) {
    if (input.getAttribute("aria-invalid") !== "true") return;
    input.value = this.figure.writing.typed(this.figure.tape.values[node]);
    input.setAttribute("aria-invalid", "false");
    input.setCustomValidity("");
    this.tell("");
  }

  /** Drag sideways. @param {GlobalEventHandlers & Element} handle @param {number} node @param {() => void} [clicked]  what a click does */
  scrub(handle, node, clicked) {
    handle.classList.add("scrub");
    handle.addEventListener("pointerdown", (down) => {
      if (down.button) return;
      const from = { state: this.state(), writing: false };
      const written = String(this.figure.tape.values[node]);
      const start = down.clientX;
      let moved = false;
      const drag = (/** @type {PointerEvent} */ move) => {
        if (!moved && Math.abs(move.clientX - start) < PIXELS_A_STEP) return;
        if (!moved) handle.setPointerCapture(down.pointerId);
        moved = true;
        move.preventDefault();
        this.set(node, stepped(written, Math.round((move.clientX - start) / PIXELS_A_STEP), 1), { from });
      };
      const end = () => {
        handle.removeEventListener("pointermove", drag);
        handle.removeEventListener("pointerup", end);
        handle.removeEventListener("pointercancel", end);
        if (!moved && clicked) clicked();
        if (!moved) return;
        const unheard = (/** @type {Event} */ event) => { event.preventDefault(); event.stopPropagation(); };
        handle.addEventListener("click", unheard, { once: true, capture: true });
      };
      handle.addEventListener("pointermove", drag);
      handle.addEventListener("pointerup", end);
      handle.addEventListener("pointercancel", end);
      down.stopPropagation();  // the picture is not to be moved
    });
  }

  /** The same in the picture: a click opens a field over the number. @param {number} node */
  inPicture(node) {
    const shape = this.figure.box(node)?.shape;
    const number = shape?.querySelector(".value");
    if (shape && number) this.scrub(shape, node, () => this.overlay(node, number));
  }

  /** A field over the number of a node in the picture. @param {number} node @param {Element} number */
  overlay(node, number) {
    const input = Object.assign(document.createElement("input"), { inputMode: "decimal", autocomplete: "off" });
    input.value = this.figure.writing.typed(this.figure.tape.values[node]);
    input.setAttribute("aria-label", this.figure.writing.names[node][TEXT]);
    this.listen(input, node);
    overNumber(this.figure, input, number);
  }

  /* --- changing ---------------------------------------------------------------------------------------------------- */

  /** The numbers that are not the recorded ones. */
  state() {
    const { tape } = this.figure;
    return new Map(this.leaves.filter((node) => tape.isChanged[node]).map((node) => [node, tape.values[node]]));
  }

  /** Give a number. What is done in one go, such as one drag, is taken back in one go. @param {number} node
   * @param {number} number
   * @param {{ from: { state: Map<number, number>, writing: boolean }, keep?: HTMLInputElement }} how */
  set(node, number, { from, keep }) {
    if (!from.writing) this.past.push(from.state);
    from.writing = true;
    this.figure.tape.set(node, number);
    this.kept = keep;
    this.figure.changed();
    this.kept = undefined;
  }

  /** Give several numbers at once. @param {Map<number, number>} numbers */
  setAll(numbers) {
    this.past.push(this.state());
    for (const [node, number] of numbers) this.figure.tape.set(node, number);
    this.figure.changed();
  }

  undo() {
    const state = this.past.pop();
    if (state) this.go(state);
  }

  reset() {
    if (!this.state().size) return;
    this.past.push(this.state());
    this.go(new Map());
  }

  /** @param {Map<number, number>} state */
  go(state) {
    this.figure.give(state);
  }

  /** @param {string} sentence */
  tell(sentence) {
    this.figure.find(".given-numbers .said").textContent = sentence;
  }

  /** Show the numbers of now. */
  renew() {
    const { figure } = this;
    if (this.areMany) this.listChanged();
    for (const [node, { row, input, was }] of this.entries) {
      const changed = Boolean(figure.tape.isChanged[node]);
      row.classList.toggle("changed", changed);
      if (input !== this.kept) input.value = figure.writing.typed(figure.tape.values[node]);
      const number = figure.writing.number(figure.tape.numbers[node], TEXT);
      was.textContent = changed ? number : "";
      was.title = was.ariaLabel = changed ? figure.say("recorded_number", { number }) : "";
      this.mark(node, changed);
    }
    figure.find("[data-given='undo']").setAttribute("aria-disabled", String(!this.past.length));
    figure.find("[data-given='reset']").setAttribute("aria-disabled", String(!this.state().size));
    figure.section.classList.toggle("computed", this.state().size > 0);
  }

  /** Add what was changed in the picture. */
  listChanged() {
    for (const node of this.leaves) {
      if (!this.figure.tape.isChanged[node] || this.entries.has(node)) continue;
      const entry = this.entry(node);
      this.entries.set(node, entry);
      this.figure.find(".entries").append(entry.row);
    }
  }

  /** The recorded number, small, above a box whose number was changed. @param {number} node @param {boolean} changed */
  mark(node, changed) {
    const shape = this.figure.box(node)?.shape;
    if (!shape) return;
    shape.querySelector(".was")?.remove();
    if (!changed) return;
    const { x, y, width } = /** @type {SVGGraphicsElement} */ (shape.querySelector(".shape")).getBBox();
    const text = document.createElementNS(shape.namespaceURI, "text");
    text.setAttribute("class", "was");
    text.setAttribute("x", String(x + width - 6));
    text.setAttribute("y", String(y - 2));
    text.textContent = `${this.figure.writing.number(this.figure.tape.numbers[node], TEXT)} →`;
    shape.append(text);
  }
}
