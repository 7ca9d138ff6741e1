"""The plans of long and short runs, by venue."""

from collections.abc import Mapping
from typing import Final

from tests.torture.faults import Faults
from tests.torture.killer import MOMENTS_WITHOUT_REPLACE
from tests.torture.practice import PracticeProcess
from tests.torture.run import Plan

__all__ = ["PLANS", "WITH_CCXT"]

WITH_CCXT: Final = Plan(
    seed=0,
    kills=0,
    faults=Faults(
        dropped=0.02,
        lost_answer=0.02,
        reset=0.02,
        truncated=0.06,
        nameless=0.05,
        slow=0.03,
        cancel_dropped=0.06,
        cancel_lost=0.2,
        cancel_not_found=0.05,
        hidden=0.15,
        lookup_failed=0.15,
        list_failed=0.01,
        lost_report=0.05,
        lost_stream=0.01,
    ),
    venue=PracticeProcess,
    moments=MOMENTS_WITHOUT_REPLACE,
    alerts=3,
    bots=3,
    patient_senders=True,
    askers=3,
    asks={"cancel": 14, "cancel-all": 1},
    ask_pause=0.3,
    seldom_early=8,
    strangers=1,
    mischief=(1.0, 5.0),
    between=(10, 30),
    # By then what was not sent is absent, and what was not cancelled works on.
    anew=12.0,
    healing=90.0,
    program=("-m", "tests.torture.stabbing"),
)
"""A run with ccxt. Binance replaces no order in one step: there are no replaces."""

PLANS: Final[Mapping[str, Plan]] = {"own": Plan(seed=0, kills=0), "ccxt": WITH_CCXT}
