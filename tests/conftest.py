"""How the tests run: how the property-based ones search, and which tests are slow.

They search afresh each time: on a person's machine a little, in CI with hypothesis's usual hundred examples. A failure
prints the example and, in CI, a line that runs it again. ``--hypothesis-seed=N`` repeats a whole run,
``--hypothesis-profile=long`` tries ten times as many examples as CI, ``few`` a tenth.

A test that takes a second or more, all its cases together, is marked ``slow``: ``pytest`` leaves it out, and
``pytest -m ''`` runs it, as CI does.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# A machine that is busy with something else is slow, and that is no fault of the test.
settings.register_profile("person", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=10)
# Hypothesis would take the same examples each time where CI is set, and a fault would wait for a person to meet it.
settings.register_profile(
    "ci", settings.get_profile("person"), derandomize=False, print_blob=True, database=None, max_examples=100
)
settings.register_profile("few", settings.get_profile("ci"), max_examples=10)
settings.register_profile("long", settings.get_profile("ci"), max_examples=1000)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "person")
