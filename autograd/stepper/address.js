/* The state of a saved page in its address, `#w1=1.9&step=12`, so that a link leads to one moment. What an address holds is
   text that anybody can have written: the figure takes all of it or nothing. */

const RESTS = 300;  // milliseconds without a change until it is written: browsers refuse what comes too often

/** The beginning of a long address. @param {string} address */
const shortened = (address) => address.length > 60 ? `${address.slice(0, 60)}…` : address;

class Address {
  /** @type {number | undefined} */
  waiting;

  /** @param {Player} figure  its state and restore are each other's inverse; restore says whether it understood everything,
      and changes nothing if not; {} is as recorded */
  constructor(figure) {
    this.figure = figure;
    listenFor(this, window, "hashchange", "read");
    this.read();
  }

  read() {
    const address = location.hash.slice(1);
    const isUnderstood = this.figure.restore(Object.fromEntries(new URLSearchParams(address)));
    if (!isUnderstood) this.figure.restore({});
    clearTimeout(this.waiting);
    this.figure.find(".amiss").textContent = isUnderstood ? "" : this.figure.say("link_astray", { address: shortened(address) });
  }

  changed() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.write(), RESTS);
  }

  /* In place of the entry in the browser's history, whose way back leads out of the page. */
  write() {
    clearTimeout(this.waiting);
    this.figure.find(".amiss").textContent = "";
    history.replaceState(null, "", `#${new URLSearchParams(this.figure.state())}`);
  }
}
