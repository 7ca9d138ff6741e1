"""The simulation can fail: it finds every planted fault, by an invariant that names it."""

import pytest

from tests.simulation.draw import draw_history
from tests.simulation.faults.every import FAULTS
from tests.simulation.life import CHECKED, live

SEEDS = range(300)
"""Few enough for every run to live them without a fault too (`test_histories`)."""


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fault = FAULTS[name]
    fault.plant(monkeypatch)
    found = (live(draw_history(seed)).broken & fault.breaks for seed in SEEDS)
    assert any(found), f"none of {len(SEEDS)} histories shows that {name}"


def test_each_fault_breaks_what_is_checked() -> None:
    assert all(fault.breaks <= CHECKED for fault in FAULTS.values())
