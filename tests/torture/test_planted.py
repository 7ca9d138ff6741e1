"""Faults planted in the service are found: the torture can fail."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from tests.torture.faults import NO_FAULTS, Faults
from tests.torture.killer import AT_RANDOM, COMMIT_TO_SEND, OF_A_CANCEL, SEND_TO_ANSWER
from tests.torture.planted import FAULTS
from tests.torture.run import Plan, torture

_LOST_ANSWERS: Final = Faults(reset=0.3)

_PLAIN: Final = Plan(
    seed=1,
    kills=0,
    askers=0,
    strangers=0,
    faults=NO_FAULTS,
    between=(5, 15),
    answers=30,
    healing=1.5,
)

# Only the answer could tell of what was sent before the kill.
_KILLED_WHILE_SENDING: Final = replace(
    _PLAIN, kills=1, moments=(SEND_TO_ANSWER,), faults=Faults(lost_stream=1.0)
)

_LOST_CANCELS: Final = replace(_PLAIN, askers=4, cancels=4, faults=Faults(cancel_dropped=1.0))

PLANS: Final[Mapping[str, tuple[Plan, set[int]]]] = {
    "send_again_after_a_missing_answer": (replace(_PLAIN, faults=_LOST_ANSWERS), {5}),
    "send_before_it_is_durable": (replace(_PLAIN, kills=1, moments=(SEND_TO_ANSWER,)), {5, 6}),
    # A copy that comes after the kill is a second order; without one the journal misses the claim.
    "claim_the_key_with_the_outcome": (_KILLED_WHILE_SENDING, {3, 20}),
    "count_a_fill_each_time_it_is_told": (_PLAIN, {15}),
    "send_again_after_a_start": (_KILLED_WHILE_SENDING, {5}),
    "forget_what_waits_at_a_start": (
        replace(_PLAIN, kills=1, moments=(AT_RANDOM,), faults=Faults(lost_answer=1.0)),
        {1},
    ),
    "take_the_first_miss_for_absence": (
        replace(_PLAIN, faults=Faults(reset=0.3, hidden=1.0, lost_stream=1.0)),
        {11},
    ),
    "take_a_failed_lookup_for_not_found": (
        replace(
            _PLAIN,
            faults=Faults(reset=0.3, lookup_failed=1.0, lost_stream=1.0),
            account={"settle_seconds": 0.1},
            engine={"reconcile_interval": 60.0},
            patience=4.0,
        ),
        {11},
    ),
    "take_a_missing_answer_for_a_refusal": (replace(_PLAIN, faults=_LOST_ANSWERS), {11}),
    "take_a_lost_cancel_for_done": (_LOST_CANCELS, {10, 17}),
    "send_a_cancel_again_after_a_missing_answer": (_LOST_CANCELS, {16}),
    "forget_requests_at_a_start": (
        replace(_PLAIN, askers=4, kills=2, moments=(COMMIT_TO_SEND + OF_A_CANCEL,)),
        {12},
    ),
    "note_a_fill_of_somebody_else_each_time": (
        replace(_PLAIN, strangers=4, kills=2, moments=(AT_RANDOM,), between=(20, 40)),
        {27},
    ),
    "ask_for_no_fills": (
        replace(_LOST_CANCELS, faults=Faults(late_fill=1.0, lost_stream=1.0)),
        {13},
    ),
    "acknowledge_before_it_is_durable": (replace(_PLAIN, kills=1, moments=(AT_RANDOM,)), {1}),
}
"""For each fault a run that shows it, and the invariants of which at least one has to find it."""


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_planted_fault_is_found(fault: str, tmp_path: Path) -> None:
    plan, invariants = PLANS[fault]
    program = ("-m", "tests.torture.planted", fault)
    result = await torture(replace(plan, program=program), tmp_path)
    found = {violation.invariant for violation in result.violations}
    assert found & invariants, f"found by {found}"
