"""What executions cost."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.market.fees import STEP, FeeSchedule, FeeTier
from tests.comparing import values

D = Decimal
SCHEDULE = FeeSchedule(
    [
        FeeTier(maker=D("0.001"), taker=D("0.002")),
        FeeTier(volume=D(1000), maker=D("-0.0001"), taker=D("0.0005")),
        FeeTier(volume=D(500), maker=D(0), taker=D("0.001")),
    ]
)


@pytest.mark.parametrize(
    ("worth", "maker", "volume", "fee"),
    [
        ("100", True, "0", "0.1"),
        ("100", False, "0", "0.2"),
        ("100", False, "499.99", "0.2"),
        ("100", False, "500", "0.1"),
        ("100", True, "500", "0"),
        ("100", True, "1000000", "-0.01"),
        # Against the trader: up what is charged, down what is paid.
        ("0.000001", False, "0", "0.00000001"),
        ("0.00015", True, "1000", "-0.00000001"),
        ("0.00019", True, "1000", "-0.00000001"),
        ("0.00001", True, "1000", "0"),
    ],
)
def test_fees(worth: str, maker: bool, volume: str, fee: str) -> None:
    assert SCHEDULE.fee(D(worth), maker=maker, volume=D(volume)) == D(fee)


def test_what_it_says_of_itself() -> None:
    assert (SCHEDULE.highest, SCHEDULE.is_free, SCHEDULE.counts_volume) == (D("0.002"), False, True)
    free = FeeSchedule([FeeTier(maker=D(0), taker=D(0))])
    assert values(free.highest, free.is_free, free.counts_volume) == (0, True, False)
    assert FeeSchedule([]).fee(D(5), maker=True) == 0


@given(st.decimals(0, 10**6, places=9), st.booleans(), st.integers(0, 2000))
def test_no_execution_costs_more_than_the_most(worth: Decimal, maker: bool, volume: int) -> None:
    charged = SCHEDULE.fee(worth, maker=maker, volume=D(volume))
    assert charged <= SCHEDULE.most(worth)
    exact = worth * SCHEDULE.rate(maker=maker, volume=D(volume))
    assert exact <= charged < exact + STEP


def test_a_rebate_is_not_counted_on() -> None:
    assert FeeSchedule([FeeTier(maker=D("-0.1"), taker=D("-0.1"))]).most(D(100)) == 0


def test_nothing_is_needed_beside_what_is_received() -> None:
    schedule = FeeSchedule([FeeTier(maker=Decimal(0), taker=Decimal("0.001"))], of_received=True)
    assert schedule.fee(Decimal(3), maker=False) == Decimal("0.003")
    assert schedule.most(Decimal(3)) == 0
