"""Faults planted in the plugin of ccxt are found: the torture with ccxt can fail."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import pytest

from tests.torture.faults import NO_FAULTS, Faults
from tests.torture.plans import WITH_CCXT
from tests.torture.planted_ccxt import FAULTS, NO_ID
from tests.torture.run import Plan, Result, torture

_PLAIN: Final = replace(
    WITH_CCXT,
    seed=1,
    faults=NO_FAULTS,
    askers=0,
    strangers=0,
    mischief=(3600.0, 3600.0),
    answers=12,
    anew=None,
    healing=0.5,
)
_LOST_CANCELS: Final = replace(_PLAIN, askers=4, ask_pause=0.05, cancels=12)

PLANS: Final[Mapping[str, tuple[Plan, int, str]]] = {
    "call_a_time_out_a_refusal": (
        replace(_PLAIN, faults=Faults(lost_answer=0.8)),
        11,
        "called REJECTED",
    ),
    "call_a_lost_connection_a_refusal": (
        replace(_PLAIN, faults=Faults(reset=0.8)),
        11,
        "called REJECTED",
    ),
    "call_a_web_page_a_refusal": (
        replace(_PLAIN, faults=Faults(truncated=0.8)),
        11,
        "called REJECTED",
    ),
    "call_a_duplicate_a_refusal": (
        replace(_PLAIN, faults=Faults(nameless=0.8), answers=25),
        11,
        "called REJECTED",
    ),
    "call_a_broken_answer_never_sent": (
        replace(_PLAIN, faults=Faults(truncated=0.8)),
        11,
        "called not sent",
    ),
    "call_an_order_without_an_id_placed": (
        replace(_PLAIN, faults=Faults(nameless=0.8)),
        10,
        f" {NO_ID} ",
    ),
    "take_not_found_for_absence_at_once": (
        replace(
            _PLAIN,
            faults=Faults(reset=0.8, hidden=0.5, lost_report=1.0),
            patience=3.0,
        ),
        11,
        "called ABSENT",
    ),
    "take_a_refused_lookup_for_absence": (
        replace(
            _PLAIN,
            faults=Faults(reset=0.8, lookup_failed=1.0, lost_report=1.0),
            engine={"reconcile_interval": 60.0},
            patience=5.0,
        ),
        11,
        "called ABSENT",
    ),
    "call_a_lost_cancel_done": (
        replace(_LOST_CANCELS, faults=Faults(cancel_dropped=1.0)),
        17,
        "the venue never did it",
    ),
    "send_an_order_again_after_a_missing_answer": (
        replace(_PLAIN, faults=Faults(truncated=0.8)),
        5,
        "times",
    ),
    "send_a_cancel_again_after_a_missing_answer": (
        replace(_LOST_CANCELS, faults=Faults(cancel_lost=0.9)),
        16,
        "cancels had come",
    ),
    "tell_no_fills_when_asked": (
        replace(
            _PLAIN,
            faults=Faults(truncated=0.8, lost_report=1.0),
            engine={"reconcile_interval": 1.0},
            healing=4.0,
        ),
        13,
        "is not in the journal",
    ),
}
"""For each fault a run that shows it, and the invariant that has to find it, with its words."""


_AT_ONCE: Final = 3
"""So many runs side by side: they wait more than they work."""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Result]:
    """All runs, by their faults."""

    async def run_all() -> Sequence[Result]:
        places = asyncio.Semaphore(_AT_ONCE)

        async def run(fault: str) -> Result:
            program = ("-m", "tests.torture.planted_ccxt", fault)
            async with places:
                plan = replace(PLANS[fault][0], program=program)
                return await torture(plan, tmp_path_factory.mktemp(fault))

        return await asyncio.gather(*map(run, FAULTS))

    return dict(zip(FAULTS, asyncio.run(run_all()), strict=True))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(fault: str, results: Mapping[str, Result]) -> None:
    _, invariant, words = PLANS[fault]
    found = [(each.invariant, each.text) for each in results[fault].violations]
    assert any(number == invariant and words in text for number, text in found), found
