"""Random histories: whatever happens, nothing is lost, doubled or guessed.

CI lives 10,000 of them. More by hand: `python -m tests.simulation --seeds 10000-50000`.
"""

import os

from tests.simulation.draw import draw_history
from tests.simulation.life import live
from tests.simulation.many import failing
from tests.simulation.report import report, shortest

SEEDS = range(10_000 if os.environ.get("CI") else 1_000)


def test_whatever_happens_the_invariants_hold() -> None:
    found = sorted(failing(SEEDS))
    assert not found, f"{len(found)} of {len(SEEDS)} histories; the first:\n{_told(found[0])}"


def _told(seed: int) -> str:
    history = draw_history(seed)
    short = shortest(history, live(history).broken)
    steps = f"{len(history.steps)} steps, shrunk to {len(short.steps)}"
    return f"seed {seed}, {steps}\n{report(short, live(short))}"
