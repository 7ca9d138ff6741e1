"""What was put into a market's steps passes ccxt's own rounding unchanged."""

from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fillgate.domain.numbers import decimal_text
from fillgate.plugins.ccxt.markets import Market, PrecisionMode, read_markets
from fillgate.plugins.ccxt.venues import LISTED, MarketType, venue_of
from tests.ccxt.plugins.ccxt.wire import quantity_as, wire_of

MARKETS: Final = sorted((each.exchange, kind) for each in LISTED for kind in each.market_types)
# Where steps are powers of ten, as these venues' all are, or digits.
PRECISIONS: Final = ({"amount": "0.00001", "price": "0.01"}, {"amount": "1", "price": "0.0001"})
DIGITS: Final = {"amount": 6, "price": 5}
ANY_NUMBER: Final = st.decimals("0.0001", "1e6", places=10)


def market_in(exchange: Any, symbol: str) -> Market:
    raw = exchange.markets[symbol]
    (market,) = read_markets(exchange.id, [raw], PrecisionMode(exchange.precisionMode))
    return market


@pytest.mark.parametrize(("exchange", "market_type"), MARKETS)
@settings(max_examples=25)
@given(number=ANY_NUMBER, precision=st.sampled_from(PRECISIONS))
def test_ccxt_changes_nothing_more(
    exchange: str, market_type: MarketType, number: Decimal, precision: dict[str, Any]
) -> None:
    venue = venue_of(exchange, market_type)
    wire = wire_of(venue, market_type)
    raw = wire.exchange.markets[wire.symbol]
    digits = wire.exchange.precisionMode == PrecisionMode.SIGNIFICANT_DIGITS
    kept, raw["precision"] = raw["precision"], raw["precision"] | (DIGITS if digits else precision)
    try:
        market = market_in(wire.exchange, wire.symbol)
        quantity = market.quantity_step.down(number)
        if quantity:
            sent = quantity_as(venue, quantity)
            assert wire.exchange.amount_to_precision(wire.symbol, sent) == decimal_text(quantity)
        for price in (market.price_step.down(number), market.price_step.up(number)):
            if price:
                text = decimal_text(price)
                assert wire.exchange.price_to_precision(wire.symbol, text) == text
    finally:
        raw["precision"] = kept
