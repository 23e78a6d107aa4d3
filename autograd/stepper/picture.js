/* A picture of boxes or circles and the cards below it: what figures of graphs and of networks share. The formulas are
   MathML, written and escaped by Python. */

/* --- mathematics ----------------------------------------------------------------------------------------------- */

/** @type {Record<string, string>} */
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
/** @param {string} text */
const escaped = (text) => text.replace(/[&<>"]/g, (sign) => ENTITIES[sign]);
/** @param {string} content */
const math = (content) => `<math>${content}</math>`;
/** It may break before every equals sign. @param {...string} sides */
const equation = (...sides) =>
  `<span class="equation">${sides.map((side, i) => math((i ? "<mo>=</mo>" : "") + `<mrow>${side}</mrow>`)).join(" ")}</span>`;

/** Equations that may break before every plus and minus, too: the summands of a long sum become formulas of their own.
 * @param {string} html */
function breakable(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  for (const math of holder.content.querySelectorAll(".equation > math")) {
    let sum = math.lastElementChild;
    while (sum?.children.length === 1 && sum.children[0].localName === "mrow") sum = sum.children[0];
    if (sum?.localName !== "mrow") continue;
    const side = document.createElement("span");
    side.className = "side";
    math.replaceWith(side);
    side.append(math);
    let term = sum;
    for (const [i, child] of [...sum.children].entries()) {
      if (i && child.localName === "mo" && "+−".includes(child.textContent.trim())) {
        child.setAttribute("form", "infix");
        term = document.createElementNS(math.namespaceURI, "mrow");
        const own = /** @type {Element} */ (math.cloneNode());
        own.append(term);
        side.append(own);
      }
      term.append(child);
    }
  }
  return holder.innerHTML;
}

/* --- the picture ------------------------------------------------------------------------------------------------ */

const NUMBER_AT_THE_END = /[−-]?(\d[\d.,]*(e[−-]?\d+)?|inf|nan|–|\?|…)$/;

/** A line of text in the picture that ends in a number. */
class Shown {
  /** @param {Element | null} text */
  constructor(text) {
    let last = text?.lastChild;
    while (last?.lastChild) last = last.lastChild;
    this.last = last;
    this.before = last?.textContent?.replace(NUMBER_AT_THE_END, "") ?? "";
  }

  /** @param {string} number */
  write(number) {
    if (this.last && this.last.textContent !== this.before + number) this.last.textContent = this.before + number;
  }
}

/** The rectangle around two. @param {DOMRect} a @param {DOMRect} b */
function together(a, b) {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  return new DOMRect(x, y, Math.max(a.right, b.right) - x, Math.max(a.bottom, b.bottom) - y);
}

/**
 * A box or circle of the picture, and what is written in it.
 * @typedef {{ shape: SVGGraphicsElement, value: Shown, gradient: Shown, title: Element }} Box
 */

/** @template [Step=any] @extends {Player<Step>} */
class Picture extends Player {
  /** @type {Box[]} */
  boxes = [];
  /** "source target": the lines between two boxes; several where one is used twice. @type {Map<string, SVGElement[]>} */
  lines = new Map();
  /** The box that the step is about. @type {number | undefined} */
  current;
  moves = { ...MOVES, Escape: "close", Enter: "open" };

  /* What a kind of figure defines: what a click on a box opens. */
  /** @param {number} box */
  open(box) { void box; }

  /** The picture of the figure. In a narrow window it is scrolled rather than smaller than its image.
   * @param {(box: number) => string} label */
  drawPicture(label) {
    this.hang(this.decoded(), this.image.style.minWidth, label);
  }

  /** Hang a picture in the frame; its elements can be lit.
   * @param {SVGSVGElement} picture @param {string} smallest  how wide it is at least
   * @param {(box: number) => string} label  what a box is called, for a screen reader */
  hang(picture, smallest, label) {
    this.find(".picture").replaceChildren(picture);
    picture.setAttribute("role", "group");  // within an image a screen reader would find no nodes
    const { width, height } = picture.viewBox.baseVal;
    for (const [name, value] of [["smallest", smallest], ["width", `${width}px`], ["ratio", `${width / height}`]]) {
      picture.style.setProperty(`--${name}`, value);
    }
    this.boxes = [];
    /** @type {NodeListOf<SVGGraphicsElement>} */
    const shapes = picture.querySelectorAll("[data-node]");
    for (const shape of shapes) {
      const index = Number(shape.dataset.node);
      const [value, gradient] = [".value", ".gradient"].map((kind) => new Shown(shape.querySelector(kind)));
      const title = shape.appendChild(document.createElementNS(shape.namespaceURI, "title"));
      this.boxes[index] = { shape, value, gradient, title };
      shape.setAttribute("role", "button");
      shape.setAttribute("aria-label", label(index));
      shape.setAttribute("tabindex", "-1");
    }
    this.lines = new Map();
    /** @type {NodeListOf<SVGElement>} */
    const lines = picture.querySelectorAll("[data-edge]");
    for (const line of lines) {
      const key = `${line.dataset.source} ${line.dataset.target}`;
      this.lines.set(key, [...(this.lines.get(key) ?? []), line]);
    }
  }

  /** @param {Element} target */
  click(target) {
    const box = dataOf(target, "node");
    if (box !== undefined) this.open(Number(box));
    else super.click(target);
  }

  /** @param {string} name @param {Element | null} [target] */
  move(name, target) {
    if (name === "close") return this.close();
    const box = target?.getAttribute("data-node") ?? this.current ?? NaN;  // some steps are about no node
    if (name === "open") return this.open(Number(box));
    super.move(name, target);
  }

  close() {
    this.find(".card.node").hidden = true;
  }

  /** Scroll the picture, and nothing around it, so that the node stands in the middle, unless all of it is to be seen; and
   * others with it, where there is room for all. @param {Element} shape @param {Element[]} [others] */
  bringIntoView(shape, others = []) {
    const picture = this.find(".picture");
    const frame = picture.getBoundingClientRect();
    const fits = (/** @type {DOMRect} */ box) => box.width <= frame.width && box.height <= frame.height;
    const around = others.map((other) => other.getBoundingClientRect()).reduce(together, shape.getBoundingClientRect());
    const box = fits(around) ? around : shape.getBoundingClientRect();
    if (box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom) return;
    picture.scrollBy(box.x + box.width / 2 - frame.x - frame.width / 2, box.y + box.height / 2 - frame.y - frame.height / 2);
  }
}
