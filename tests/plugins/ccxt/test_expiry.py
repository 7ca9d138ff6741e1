"""When an order ends, in the forms of venues."""

from decimal import Decimal
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.errors import Denied
from fillgate.domain.orders import Order, OrderType, Side, TimeInForce
from fillgate.plugins.ccxt.expiry import expiry_of
from fillgate.plugins.ccxt.venues import Expiry, ExpiryForm, Venue

NOW: Final = 1_790_000_000_400
LEAST: Final = 5


def ending(end: int | None, form: ExpiryForm) -> object:
    order = Order(
        client_order_id="fgtest000000100",
        account="a",
        symbol="X/Y",
        side=Side.BUY,
        order_type=OrderType.LIMIT,
        quantity=Decimal(1),
        price=Decimal(1),
        time_in_force=TimeInForce.GTD,
        expire_time=end,
    )
    expiry = Expiry(time_in_force="GTT", param="until", form=form, least_seconds=LEAST)
    params = expiry_of(order, Venue(exchange="acme", expiry=expiry), NOW)
    assert params.pop("timeInForce") == "GTT"
    return params.pop("until")


@pytest.mark.parametrize(
    ("form", "written"),
    [
        (ExpiryForm.SECONDS, 1_790_000_060),
        (ExpiryForm.WHOLE_SECONDS_IN_MS, 1_790_000_060_000),
        (ExpiryForm.ISO_8601, "2026-09-21T14:14:20.399Z"),
        (ExpiryForm.SECONDS_LEFT, 59),
    ],
)
def test_an_end_is_written_in_the_venues_form(form: ExpiryForm, written: object) -> None:
    assert ending(1_790_000_060_399, form) == written


@given(seconds=st.integers(LEAST + 1, 10**9), rest=st.integers(0, 999))
def test_no_order_ends_later_than_it_says_nor_a_second_sooner(seconds: int, rest: int) -> None:
    end = NOW + seconds * 1000 + rest
    for form, scale, start in (
        (ExpiryForm.SECONDS, 1000, 0),
        (ExpiryForm.WHOLE_SECONDS_IN_MS, 1, 0),
        (ExpiryForm.SECONDS_LEFT, 1000, NOW),
    ):
        written = ending(end, form)
        assert isinstance(written, int)
        assert end - 1000 < written * scale + start <= end


@pytest.mark.parametrize("form", ExpiryForm)
@pytest.mark.parametrize("end", [None, 0, NOW, NOW + LEAST * 1000, 253_402_300_800_000, 10**30])
def test_an_end_that_is_missing_too_soon_or_beyond_all_time_is_denied(
    form: ExpiryForm, end: int | None
) -> None:
    with pytest.raises(Denied, match=r"INVALID_EXPIRE_TIME.*more than 5 s from now"):
        ending(end, form)
