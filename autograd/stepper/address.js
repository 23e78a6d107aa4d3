/* The state of a saved page in its address, `#w1=1.9&step=12`, so that a link leads to one moment. What an address holds is
   text that anybody can have written: the figure takes all of it or nothing. */

const RESTS = 300;  // milliseconds without a change until it is written: browsers refuse what comes too often

class Address {
  /** @type {number | undefined} */
  waiting;

  /** @param {{state(): Record<string, string>, restore(state: Record<string, string>): boolean}} figure state and restore are
      each other's inverse; restore says whether it understood everything, and changes nothing if not; {} is as recorded */
  constructor(figure) {
    this.figure = figure;
    listenFor(this, window, "hashchange", "read");
    this.read();
  }

  read() {
    const state = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
    if (!this.figure.restore(state)) this.figure.restore({});
    clearTimeout(this.waiting);
  }

  changed() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.write(), RESTS);
  }

  /* In place of the entry in the browser's history, whose way back leads out of the page. */
  write() {
    clearTimeout(this.waiting);
    history.replaceState(null, "", `#${new URLSearchParams(this.figure.state())}`);
  }
}
