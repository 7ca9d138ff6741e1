"""What an order that meets the market leads to."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.fills import Fee
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.numbers import ZERO
from fillgate.domain.orders import Order, OrderType, Side, TimeInForce
from fillgate.market.execution import Execution
from fillgate.market.listings import listing
from fillgate.market.path import PricePath
from fillgate.market.quotes import Market
from fillgate.market.records import Closed, Filled, Record
from fillgate.market.slippage import Impact
from fillgate.market.venue_order import VenueOrder

NOW = 1_767_225_600_000_000
MARKET = Market(listing("BTCUSDT"), PricePath(0, "BTCUSDT", ZERO), Decimal("0.0002"))
QUOTE = MARKET.quote(NOW)
BID, ASK = Decimal(59994), Decimal(60006)
TEN_POINTS = Impact(Decimal("0.001"))
B, S = Side.BUY, Side.SELL


def held(**fields: Any) -> VenueOrder:
    basis: dict[str, Any] = {"client_order_id": "a", "account": "m", "symbol": "BTCUSDT", "side": B}
    order = Order(**{**basis, "quantity": Decimal(1), **fields})
    return VenueOrder(number=7, order=order, arrived=NOW, updated=NOW)


def take(
    order: VenueOrder,
    *,
    position: Decimal = ZERO,
    impact: Impact = TEN_POINTS,
    fee: Decimal = ZERO,
) -> list[Record]:
    return Execution(impact, fee).take(order, NOW, MARKET, QUOTE, position)


def limit(price: Decimal, **fields: Any) -> VenueOrder:
    return held(order_type=OrderType.LIMIT, price=price, **fields)


def test_a_market_order_pays_the_touch_and_the_impact() -> None:
    [filled] = take(held())
    assert isinstance(filled, Filled)
    assert (filled.number, filled.at) == (7, NOW)
    fill = filled.fill
    # 10 basis points times the square root of 60,000 / 1,000,000 is 2.449 basis points.
    assert fill.price == Decimal("60020.7")
    assert (fill.fill_id, fill.quantity) == ("mock-7-1", Decimal(1))
    assert fill.timestamp == NOW // 1000
    assert fill.fees == ()


@given(
    st.sampled_from(Side),
    st.decimals("59900", "60100", places=2),
    st.decimals("0.0001", "1000", places=4),
)
def test_a_limit_order_is_never_executed_outside_its_price(
    side: Side, price: Decimal, quantity: Decimal
) -> None:
    records = take(limit(price, side=side, quantity=quantity))
    touched = price >= ASK if side is B else price <= BID
    if not touched:
        assert records == []
    for record in records:
        assert isinstance(record, Filled)
        got = record.fill.price
        assert ASK <= got <= price if side is B else BID >= got >= price


def test_a_limit_that_allows_the_touch_but_not_the_impact_rests() -> None:
    assert take(limit(ASK)) == []
    [filled] = take(limit(ASK), impact=Impact(ZERO))
    assert isinstance(filled, Filled)


@pytest.mark.parametrize("time_in_force", [TimeInForce.IOC, TimeInForce.FOK])
def test_what_may_not_rest_expires(time_in_force: TimeInForce | None) -> None:
    [closed] = take(limit(ASK, time_in_force=time_in_force))
    assert isinstance(closed, Closed)
    assert closed.status is OrderStatus.EXPIRED
    [filled] = take(limit(ASK * 2, time_in_force=time_in_force))
    assert isinstance(filled, Filled)


def test_a_post_only_stop_limit_that_would_take_is_rejected() -> None:
    order = held(
        order_type=OrderType.STOP_LIMIT, stop_price=Decimal(60000), price=ASK, post_only=True
    )
    [closed] = take(order)
    assert isinstance(closed, Closed)
    assert (closed.status, closed.code) == (OrderStatus.REJECTED, "POST_ONLY_WOULD_CROSS")


@pytest.mark.parametrize(
    ("side", "position", "executed"),
    [(S, "5", "1"), (S, "0.4", "0.4"), (S, "0", "0"), (S, "-3", "0"), (B, "-0.25", "0.25")],
)
def test_reduce_only_closes_what_is_there_and_no_more(
    side: Side, position: Decimal, executed: str
) -> None:
    records = take(held(side=side, reduce_only=True), position=Decimal(position))
    total = sum(record.fill.quantity for record in records if isinstance(record, Filled))
    assert total == Decimal(executed)
    rest = [record for record in records if isinstance(record, Closed)]
    assert [record.status for record in rest] == [OrderStatus.CANCELED] * (total < 1)


def test_the_market_comes_to_a_limit_order_at_its_own_price() -> None:
    price = Decimal("59000.123456789")
    [filled] = Execution(TEN_POINTS, ZERO).make(limit(price), NOW, MARKET, ZERO)
    assert isinstance(filled, Filled)
    assert filled.fill.price == price


def test_fees_are_a_part_of_the_worth_in_the_quote_currency() -> None:
    [filled] = take(held(quantity=Decimal("0.00000003")), impact=Impact(ZERO), fee=Decimal("0.001"))
    assert isinstance(filled, Filled)
    assert filled.fill.fees == (Fee("USDT", Decimal("0.0000018")),)


def test_fees_of_enormous_orders_are_exact_too() -> None:
    quantity = Decimal("9" * 30)
    [filled] = take(held(quantity=quantity), impact=Impact(ZERO), fee=Decimal("0.001"))
    assert isinstance(filled, Filled)
    assert filled.fill.fees == (Fee("USDT", Decimal("60005" + "9" * 25 + "39.994")),)
