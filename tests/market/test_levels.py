"""At which price each kind of resting order fires."""

from decimal import Decimal

import pytest

from fillgate.domain.orders import Order, OrderType, Side
from fillgate.market.levels import level_of
from fillgate.market.listings import listing
from fillgate.market.path import PricePath
from fillgate.market.quotes import Market, Quote
from fillgate.market.venue_order import VenueOrder

MARKET = Market(listing("BTCUSDT"), PricePath(0, "BTCUSDT", Decimal(1)), Decimal("0.001"))
QUOTE = Quote(bid=5_999_000, last=6_000_000, ask=6_001_000)
BID, LAST, ASK = Decimal(59990), Decimal(60000), Decimal(60010)
CENT = Decimal("0.01")
B, S = Side.BUY, Side.SELL


def resting(
    side: Side, order_type: OrderType, price: Decimal, *, triggered: bool = False
) -> VenueOrder:
    limit = LAST if order_type is OrderType.STOP_LIMIT else None
    order = Order(
        client_order_id="a",
        account="m",
        symbol="BTCUSDT",
        side=side,
        order_type=order_type,
        quantity=Decimal(1),
        price=price if order_type is OrderType.LIMIT or triggered else limit,
        stop_price=None if order_type is OrderType.LIMIT else price,
    )
    return VenueOrder(number=1, order=order, arrived=0, updated=0, triggered=triggered)


# side, type, the price at which it just fires at QUOTE, and the direction in which it would not
CASES = [
    (B, OrderType.LIMIT, ASK, -1),
    (S, OrderType.LIMIT, BID, +1),
    (B, OrderType.STOP, LAST, +1),
    (S, OrderType.STOP, LAST, -1),
    (B, OrderType.STOP_LOSS, LAST, +1),
    (S, OrderType.STOP_LOSS, LAST, -1),
    (B, OrderType.STOP_LIMIT, LAST, +1),
    (S, OrderType.STOP_LIMIT, LAST, -1),
    (B, OrderType.TAKE_PROFIT, LAST, -1),
    (S, OrderType.TAKE_PROFIT, LAST, +1),
]


@pytest.mark.parametrize(("side", "order_type", "price", "away"), CASES)
@pytest.mark.parametrize("part", [CENT, CENT / 1000])
def test_it_fires_at_its_price_and_not_a_bit_before(
    side: Side, order_type: OrderType, price: Decimal, away: int, part: Decimal
) -> None:
    assert level_of(resting(side, order_type, price), MARKET).reached(QUOTE)
    assert level_of(resting(side, order_type, price - away * part), MARKET).reached(QUOTE)
    assert not level_of(resting(side, order_type, price + away * part), MARKET).reached(QUOTE)


def test_a_triggered_stop_limit_waits_for_its_limit() -> None:
    held = resting(B, OrderType.STOP_LIMIT, ASK, triggered=True)
    assert level_of(held, MARKET) == level_of(resting(B, OrderType.LIMIT, ASK), MARKET)


@pytest.mark.parametrize(("side", "order_type", "price", "away"), CASES)
def test_the_position_is_where_it_begins_to_fire(
    side: Side, order_type: OrderType, price: Decimal, away: int
) -> None:
    level = level_of(resting(side, order_type, price), MARKET)
    position = level.position(MARKET)
    before = position - 1 if level.rises else position + 1
    assert level.reached(MARKET.quote_at(position))
    assert not level.reached(MARKET.quote_at(before))
