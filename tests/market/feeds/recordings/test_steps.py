"""Prices and quantities of a recording as ticks and lots."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.market.feeds.recordings.steps import Steps
from fillgate.market.listings import listing

LISTED = msgspec.structs.replace(listing("BTCUSDT"), tick=Decimal("0.25"), lot=Decimal("0.01"))
STEPS = Steps(LISTED)


@given(st.decimals(Decimal("0.25"), 10**9, places=6))
def test_a_price_lies_between_its_ticks(value: Decimal) -> None:
    price = STEPS.price(str(value))
    assert price.value == value
    assert price.down * LISTED.tick <= value <= price.up * LISTED.tick
    assert price.up - price.down == price.is_rounded == bool(value % LISTED.tick)
    assert Decimal(price.top) / price.bottom == value / LISTED.tick


@given(st.decimals(0, 10**9, places=6))
def test_a_quantity_is_rounded_down(value: Decimal) -> None:
    lots = STEPS.lots(str(value))
    assert lots * LISTED.lot <= value < (lots + 1) * LISTED.lot


@pytest.mark.parametrize("text", ["0", "0.2", "-1", "1.5e18", "12345678901234567890"])
def test_a_price_below_a_tick_or_of_too_many_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"a price from 0\.25 on"):
        STEPS.price(text)


@pytest.mark.parametrize("text", ["-1", "1e18"])
def test_a_quantity_below_zero_or_of_too_many_lots_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a quantity from 0 on"):
        STEPS.lots(text)


@pytest.mark.parametrize("text", ["", "nan", "inf", "1,5", "0x10", "1_000", "٣"])
def test_what_is_no_number_is_refused(text: str) -> None:
    for read in (STEPS.price, STEPS.lots):
        with pytest.raises(ValueError, match="expected a number"):
            read(text)
