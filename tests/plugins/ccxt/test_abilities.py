"""What an account is said to be able to do."""

from typing import Any

from fillgate.domain.orders import OrderType, Side, TimeInForce
from fillgate.plugins.ccxt.abilities import abilities_of, capabilities_of
from fillgate.plugins.ccxt.venues import Expiry, ExpiryForm, LookupWay, MarketType, Venue

FEATURES = {
    "spot": {"createOrder": {"timeInForce": {"IOC": True, "FOK": None, "PO": True}}},
    "swap": {"linear": {"createOrder": {"hedged": True, "leverage": True, "timeInForce": None}}},
}
HAS = {
    "createMarketBuyOrderWithCost": True,
    "createReduceOnlyOrder": True,
    "fetchOpenOrders": True,
    "fetchPositions": True,
    "editOrder": True,
    "cancelOrder": True,
}


def test_a_silent_ccxt_is_a_no() -> None:
    venue = Venue(exchange="acme")
    for features in (None, {}, {"spot": None}):
        can = abilities_of(venue, MarketType.SPOT, {}, features)
        assert can.order_types == {OrderType.LIMIT, OrderType.MARKET}
        assert can.time_in_force == {TimeInForce.GTC}
        assert not any((can.post_only, can.reduce_only, can.by_cost, can.attached_stops))
    told = capabilities_of(venue, MarketType.SPOT, can, {})
    assert not any((told.fetch_order, told.cancel_order, told.replace_order, told.positions))


def test_what_ccxt_says_is_declared_for_the_accounts_markets() -> None:
    spot = abilities_of(Venue(exchange="acme"), MarketType.SPOT, HAS, FEATURES)
    assert spot.time_in_force == {TimeInForce.GTC, TimeInForce.IOC}
    assert spot.post_only
    assert spot.by_cost == {Side.BUY}
    assert not any((spot.reduce_only, spot.hedged, spot.leverage))
    swap = abilities_of(Venue(exchange="acme"), MarketType.SWAP, HAS, FEATURES)
    assert swap.reduce_only
    assert swap.hedged
    assert not swap.by_cost


def test_stops_are_declared_where_the_table_knows_their_way() -> None:
    venue = Venue(exchange="acme", stop_param="triggerPrice")
    can = abilities_of(venue, MarketType.SPOT, HAS, FEATURES)
    assert {OrderType.STOP, OrderType.STOP_LIMIT, OrderType.STOP_LOSS} <= can.order_types
    assert OrderType.TAKE_PROFIT not in can.order_types


def test_where_stops_need_a_limit_there_are_no_others() -> None:
    venue = Venue(exchange="acme", stop_param="triggerPrice", stop_limit_only=True)
    can = abilities_of(venue, MarketType.SPOT, {}, {})
    assert can.order_types == {OrderType.LIMIT, OrderType.MARKET, OrderType.STOP_LIMIT}


def test_trailing_and_good_till_a_time_are_declared_where_the_table_knows_their_way() -> None:
    expiry = Expiry(time_in_force="GTD", param="until", form=ExpiryForm.SECONDS)
    venue = Venue(exchange="acme", trail_param="trailingAmount", expiry=expiry)
    can = abilities_of(venue, MarketType.SPOT, {}, {})
    assert can.order_types == {OrderType.LIMIT, OrderType.MARKET, OrderType.TRAILING_STOP}
    assert can.time_in_force == {TimeInForce.GTC, TimeInForce.GTD}


def test_a_side_without_market_orders_leaves_the_other() -> None:
    venue = Venue(exchange="acme", no_market=frozenset(Side))
    assert abilities_of(venue, MarketType.SPOT, HAS, FEATURES).order_types == {OrderType.LIMIT}


def test_lookups_need_the_tables_word_and_an_id_that_is_sent() -> None:
    can = abilities_of(Venue(exchange="acme"), MarketType.SPOT, HAS, FEATURES)
    ways: list[tuple[dict[str, Any], bool]] = [
        ({"lookup": LookupWay.LISTS}, False),
        ({"client_id_param": "cid"}, False),
        ({"client_id_param": "cid", "lookup": LookupWay.LISTS}, True),
    ]
    for entry, can_ask in ways:
        venue = Venue(exchange="acme", **entry)
        assert capabilities_of(venue, MarketType.SPOT, can, HAS).fetch_order is can_ask
        assert not capabilities_of(venue, MarketType.SPOT, can, HAS).replace_order
