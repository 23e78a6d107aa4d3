"""The page's engine, run by the tests: the script as it stands, in Chromium or in Node, asked and answering in JSON."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import autograd.stepper

SCRIPT = "\n".join(
    Path(autograd.stepper.__file__).with_name(name).read_text("utf-8") for name in ("elementary.js", "tape.js")
)
HARNESS = """
const NAMES = new Map([[Infinity, "inf"], [-Infinity, "-inf"], [NaN, "nan"]]);
const written = (x) => Object.is(x, -0) ? "-0.0" : NAMES.get(x) ?? x;
const JOBS = {
  /* The value, the partials and the sentence of a rule at each of some points. */
  rule: ({ rule: data, points }) => {
    const rule = new TapeRule(data);
    return points.map((given) => {
      const x = given.map(tapeNumber);
      const sentence = rule.outside(x) ?? null;
      const y = rule.value(x, NaN);
      rule.turn++;
      return { y: written(y), partials: rule.partials.map((partial) => written(partial(x, y))), sentence };
    });
  },
  /* What a tape has after each of some changes, and the reverse passes from some roots. */
  tape: ({ tape: data, changes, roots, all }) => {
    const tape = new Tape(data);
    return changes.map((change) => {
      for (const [node, number] of change) tape.set(node, tapeNumber(number));
      tape.run({ all });
      const passes = (roots ?? [tape.root]).map((root) => {
        const { upstream, contributions, doubtful } = tape.backward(root);
        const handed = contributions.map((c) => [c.node, c.parent, ...[c.local, c.product, c.total].map(written)]);
        return { upstream: [...upstream].map(written), handed, doubtful: [...doubtful] };
      });
      return {
        values: [...tape.values].map(written), changed: [...tape.isChanged], outside: [...tape.outside],
        unknown: [...tape.unknown], doubtful: [...tape.doubtful], passes,
      };
    });
  },
  /* Milliseconds for both passes after a change: the median of some. */
  speed: ({ tape: data, node, times }) => {
    const tape = new Tape(data);
    const taken = Array.from({ length: times }, (_, i) => {
      const start = performance.now();
      tape.set(node, 0.01 * i);
      tape.run();
      tape.backward();
      return performance.now() - start;
    });
    return taken.sort((a, b) => a - b)[times >> 1];
  },
  /* A function of the namespace at some points; those of a list get the whole point as one. */
  elementary: ({ name, points, list }) => points.map((given) => {
    const x = given.map(tapeNumber);
    return [list ? ELEMENTARY[name](x) : ELEMENTARY[name](...x)].flat().map(written);
  }),
};
const answers = (jobs) => jobs.map((job) => JOBS[job.job](job));
"""


class Engine(Protocol):
    """Where the script runs."""

    def __call__(self, jobs: Sequence[dict[str, Any]]) -> list[Any]:
        """What each job gives, see the harness."""


class Chromium:
    """In a page of a browser, which has read the script once."""

    def __init__(self, page: Any) -> None:
        self._page = page
        page.set_content("<!doctype html>")
        page.add_script_tag(content=f"(() => {{'use strict'; {SCRIPT} {HARNESS} globalThis.answers = answers;\n}})();")

    def __call__(self, jobs: Sequence[dict[str, Any]]) -> list[Any]:
        """See `Engine`."""
        answer: list[Any] = json.loads(
            self._page.evaluate("(jobs) => JSON.stringify(answers(JSON.parse(jobs)))", json.dumps(jobs))
        )
        return answer


class Node:
    """In a process of its own for each call."""

    def __call__(self, jobs: Sequence[dict[str, Any]]) -> list[Any]:
        """See `Engine`."""
        script = f"'use strict'; {SCRIPT} {HARNESS} process.stdout.write(JSON.stringify(answers({json.dumps(jobs)})));"
        done = subprocess.run(["node", "-"], input=script, capture_output=True, text=True, check=False)
        assert not done.returncode, done.stderr
        answer: list[Any] = json.loads(done.stdout)
        return answer


def as_json(x: float) -> float | str:
    """A number as the harness takes it: JSON has no NaN and no infinity."""
    return x if x - x == 0.0 else repr(x)
