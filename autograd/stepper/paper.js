/* On paper stand the picture after the last step, which is the finished one, and the list of all steps. */

class Paper {
  /** The step that was seen, and whether the list was open. @type {{ at: number, open: boolean } | null} */
  before = null;

  /** @param {Player} player */
  constructor(player) {
    this.player = player;
    listenFor(this, window, "beforeprint", "lay");
    listenFor(this, window, "afterprint", "lift");
  }

  /* The step is not gone to: an address that is printed below stays that of the step that was seen. */
  lay() {
    const { player } = this;
    if (player.timer) player.pause();
    this.before ??= { at: player.at, open: player.list.open };
    player.at = player.steps.length - 1;
    player.display(player.steps[player.at]);
    player.overview();
    player.list.open = true;
  }

  lift() {
    if (!this.before) return;
    this.player.show(this.before.at);
    this.player.list.open = this.before.open;
    this.before = null;
  }
}
