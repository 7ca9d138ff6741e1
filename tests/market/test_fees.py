"""What executions cost."""

from decimal import Decimal

import pytest

from fillgate.market.fees import FeeSchedule, FeeTier
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
