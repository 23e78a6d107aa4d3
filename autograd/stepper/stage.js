/* The stage: the frame in which the picture stands, for a projector, a page or a phone. The picture is zoomed by its width
   and panned by scrolling the frame, so that scroll bars, touch and bringing a node into view stay the browser's own. */

const CLOSER = 1.25;  // how much larger by one press
const WIDEST = 6;  // times as wide as the picture, or its frame where that is wider
const STILL = 4;  // pixels that a hand moves while it clicks
const NOT_TO_DRAG = "[data-node], button, input, textarea, select, a, [contenteditable]";  // these have uses of their own

class Stage {
  /** @param {HTMLElement} frame holds the picture as its only child, and scrolls */
  constructor(frame) {
    this.frame = frame;
    frame.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.listenToDrags();
    this.listenToPinches();
  }

  get picture() { return /** @type {Element} */ (this.frame.firstElementChild); }

  /* How many pixels of the screen one of the style sheet is, where the page is enlarged. */
  get pixel() { return this.frame.getBoundingClientRect().width / this.frame.offsetWidth; }

  /** Larger or smaller; what is at a point of the screen stays there: by default where we are, else the middle.
      @param {number} factor @param {{x: number, y: number}} [at] */
  zoom(factor, at = this.middle()) {
    const before = this.picture.getBoundingClientRect();
    const own = this.picture instanceof SVGSVGElement ? this.picture.viewBox.baseVal.width : 0;
    const [narrow, wide] = [own || Infinity, own].map((width, i) => [Math.min, Math.max][i](width, this.frame.clientWidth));
    const width = Math.min(Math.max((before.width / this.pixel) * factor, narrow / 4), WIDEST * wide);
    this.frame.dataset.zoom = "set";
    this.frame.style.setProperty("--wide", `${width}px`);
    const after = this.picture.getBoundingClientRect();
    const share = [(at.x - before.x) / before.width, (at.y - before.y) / before.height];
    this.pan(after.x + share[0] * after.width - at.x, after.y + share[1] * after.height - at.y);
  }

  /* All of the picture, as large as the frame has room for it; the style sheet works it out. */
  fit() {
    this.frame.dataset.zoom = "fit";
  }

  /* As it is at first. */
  reset() {
    delete this.frame.dataset.zoom;
  }

  /** Move the frame over the picture by so many pixels of the screen. @param {number} x @param {number} y */
  pan(x, y) {
    this.frame.scrollBy(x / this.pixel, y / this.pixel);
  }

  /** By a share of what is seen. @param {number} x @param {number} y */
  panBy(x, y) {
    const { width, height } = this.frame.getBoundingClientRect();
    this.pan(x * width, y * height);
  }

  middle() {
    const frame = this.frame.getBoundingClientRect();
    const here = this.frame.querySelector("[data-state~='current']")?.getBoundingClientRect();
    const seen = here && here.right > frame.left && here.left < frame.right && here.bottom > frame.top && here.top < frame.bottom;
    const box = seen ? here : frame;
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  }

  /** The wheel with ctrl, which is also what a touch pad makes of a pinch. @param {WheelEvent} event */
  wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const lines = event.deltaMode ? 16 : 1;
    this.zoom(Math.exp(-0.01 * Math.min(Math.max(event.deltaY * lines, -60), 60)), event);
  }

  /* With the mouse the picture is dragged by its background or an edge; a finger scrolls it anyway. */
  listenToDrags() {
    let from = /** @type {PointerEvent | null} */ (null);  // where the mouse was last
    let dragged = false;
    this.frame.addEventListener("pointerdown", (event) => {
      dragged = false;
      from = event.pointerType === "mouse" && !event.button && !(/** @type {Element} */ (event.target)).closest(NOT_TO_DRAG) ? event : null;
    });
    this.frame.addEventListener("pointermove", (event) => {
      if (!from || !(event.buttons & 1)) return;
      const [x, y] = [from.clientX - event.clientX, from.clientY - event.clientY];
      if (!dragged && Math.hypot(x, y) < STILL) return;
      dragged = true;
      this.frame.setPointerCapture(event.pointerId);  // goes on outside the frame
      this.frame.classList.add("dragged");
      this.pan(x, y);
      from = event;
    });
    for (const end of ["pointerup", "pointercancel"]) {
      this.frame.addEventListener(end, () => { from = null; this.frame.classList.remove("dragged"); });
    }
    this.frame.addEventListener("click", (event) => { if (dragged) event.stopPropagation(); }, { capture: true });
  }

  /* Two fingers. The page around is zoomed by two fingers outside of the picture. */
  listenToPinches() {
    let apart = 0;
    const measured = (/** @type {TouchEvent} */ { touches: { 0: a, 1: b } }) => ({
      apart: Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY),
      x: (a.clientX + b.clientX) / 2,
      y: (a.clientY + b.clientY) / 2,
    });
    this.frame.addEventListener("touchstart", (event) => {
      apart = event.touches.length === 2 ? measured(event).apart : 0;
    }, { passive: true });
    this.frame.addEventListener("touchmove", (event) => {
      if (!apart || event.touches.length !== 2) return;
      event.preventDefault();
      const now = measured(event);
      this.zoom(now.apart / apart, now);
      apart = now.apart;
    }, { passive: false });
  }
}
