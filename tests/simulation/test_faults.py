"""The proofs can fail: they find planted faults, by invariants that name them."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.simulation.draw import draw_history
from tests.simulation.faults.every import FAULTS
from tests.simulation.life import CHECKED, live
from tests.simulation.test_state_machine import Machine

SEEDS = range(600)
"""Few enough for every run to live them without a fault too (`test_histories`)."""


@pytest.mark.parametrize("name", FAULTS)
def test_the_simulation_finds_a_planted_fault(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fault = FAULTS[name]
    fault.plant(monkeypatch)
    found = (live(draw_history(seed)).broken & fault.breaks for seed in SEEDS)
    assert any(found), f"none of {len(SEEDS)} histories shows that {name}"


def test_each_fault_breaks_what_is_checked() -> None:
    assert all(fault.breaks <= CHECKED for fault in FAULTS.values())


@pytest.mark.parametrize(
    "name",
    [
        "an order is sent again when its answer is late",
        "an UNKNOWN order does not hold its lane",
        "a missing answer counts as a refusal",
    ],
)
def test_the_state_machine_finds_a_planted_fault(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    FAULTS[name].plant(monkeypatch)
    quick = settings(
        max_examples=300,
        stateful_step_count=15,
        derandomize=True,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    with pytest.raises((AssertionError, ExceptionGroup)):
        run_state_machine_as_test(Machine, settings=quick)
