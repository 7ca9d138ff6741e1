"""When an order may trade and how long: what fillgate makes of an order is what ccxt sends."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

import pytest

from fillgate.domain.errors import Denied
from fillgate.domain.orders import Order, OrderType, Side, TimeInForce, TriggerPrice
from fillgate.plugins.ccxt.abilities import abilities_of
from fillgate.plugins.ccxt.markets import PrecisionMode, read_markets
from fillgate.plugins.ccxt.orders import placement_of
from fillgate.plugins.ccxt.sizing import Sized
from fillgate.plugins.ccxt.venues import LISTED, MarketType, Venue, venue_of
from tests.ccxt.plugins.ccxt.wire import CLIENT_ORDER_ID, Sent, values_of, wire_of

SPOT, SWAP = MarketType.SPOT, MarketType.SWAP
NOW: Final = 1_790_000_000_000
END: Final = NOW + 3_600_000

_PRICES: Final = ("price", "stop_price", "trail")


async def sent_for(venue: Venue, market_type: MarketType, order: Order) -> Sent:
    wire = wire_of(venue, market_type)
    exchange = wire.exchange
    abilities = abilities_of(venue, market_type, exchange.has, exchange.features)
    prices = {name: getattr(order, name) for name in _PRICES}
    sizes = Sized(quantity=order.quantity, **prices)
    (market,) = read_markets(
        venue.exchange, exchange.markets.values(), PrecisionMode(exchange.precisionMode)
    )
    call = placement_of(order, market, sizes, venue, abilities, now=NOW)
    return await wire.call(call.method, *call.arguments, dict(call.params))


def order_of(**changes: Any) -> Order:
    fields: dict[str, Any] = {
        "client_order_id": CLIENT_ORDER_ID,
        "account": "a",
        "symbol": "BTC/USDT",
        "side": Side.SELL,
        "quantity": Decimal(2),
    }
    return Order(**(fields | changes))


class Case(NamedTuple):
    exchange: str
    market_type: MarketType
    order: Mapping[str, Any]
    address: str
    fields: Mapping[str, Any]
    """Among those that leave, however deep."""


DATED: Final = {
    "order_type": OrderType.LIMIT, "price": Decimal(50000),
    "time_in_force": TimeInForce.GTD, "expire_time": END,
}  # fmt: skip
STOP: Final = {"order_type": OrderType.STOP, "stop_price": Decimal(40000)}
STOP_LIMIT: Final = {
    "order_type": OrderType.STOP_LIMIT, "stop_price": Decimal(40000), "price": Decimal(39000)
}  # fmt: skip
PROFIT: Final = {"order_type": OrderType.TAKE_PROFIT, "stop_price": Decimal(60000)}
TRAIL: Final = {"order_type": OrderType.TRAILING_STOP, "trail": Decimal("100.5")}
LAST: Final = {"trigger": TriggerPrice.LAST}
MARK: Final = {"trigger": TriggerPrice.MARK}
BUY: Final = {"side": Side.BUY}
INDEX: Final = {"trigger": TriggerPrice.INDEX}

BINANCE: Final = "api.binance.com/api/v3/order"
BYBIT: Final = "api.bybit.com/v5/order/create"
KUFUTURES: Final = "api-futures.kucoin.com/api/v1/orders"
COINBASE: Final = "api.coinbase.com/api/v3/brokerage/orders"
KRAKEN: Final = "api.kraken.com/0/private/AddOrder"

# fmt: off
CASES: Final = (
    Case("binance", SWAP, DATED, "fapi.binance.com/fapi/v1/order", {
        "type": "LIMIT", "timeInForce": "GTD", "goodTillDate": str(END)}),
    Case("binanceusdm", SWAP, DATED, "fapi.binance.com/fapi/v1/order", {
        "type": "LIMIT", "timeInForce": "GTD", "goodTillDate": str(END)}),
    Case("binance", SPOT, STOP, BINANCE, {"type": "STOP_LOSS", "stopPrice": "40000"}),
    Case("binance", SPOT, STOP | LAST, BINANCE, {"type": "STOP_LOSS", "stopPrice": "40000"}),
    Case("binance", SPOT, STOP_LIMIT, BINANCE, {
        "type": "STOP_LOSS_LIMIT", "stopPrice": "40000", "price": "39000"}),
    Case("binance", SPOT, PROFIT, BINANCE, {"type": "TAKE_PROFIT", "stopPrice": "60000"}),
    Case("bybit", SWAP, STOP, BYBIT, {
        "side": "Sell", "orderType": "Market", "triggerPrice": "40000", "triggerDirection": 2}),
    Case("bybit", SWAP, STOP | BUY, BYBIT, {
        "side": "Buy", "orderType": "Market", "triggerPrice": "40000", "triggerDirection": 1}),
    Case("bybit", SWAP, STOP_LIMIT | MARK, BYBIT, {
        "orderType": "Limit", "price": "39000", "triggerPrice": "40000", "triggerDirection": 2,
        "triggerBy": "MarkPrice"}),
    Case("bybit", SWAP, PROFIT, BYBIT, {
        "orderType": "Market", "triggerPrice": "60000", "triggerDirection": 1}),
    Case("bybit", SWAP, PROFIT | BUY, BYBIT, {
        "side": "Buy", "triggerPrice": "60000", "triggerDirection": 2}),
    Case("bybit", SWAP, STOP | LAST, BYBIT, {"triggerDirection": 2, "triggerBy": "LastPrice"}),
    Case("bybit", SWAP, STOP | INDEX, BYBIT, {"triggerDirection": 2, "triggerBy": "IndexPrice"}),
    Case("kucoin", SWAP, STOP, KUFUTURES, {
        "type": "market", "size": 2, "stop": "down", "stopPrice": "40000", "stopPriceType": "MP"}),
    Case("kucoin", SWAP, STOP | BUY, KUFUTURES, {
        "type": "market", "stop": "up", "stopPrice": "40000", "stopPriceType": "MP"}),
    Case("kucoin", SWAP, STOP_LIMIT | MARK, KUFUTURES, {
        "type": "limit", "price": "39000", "stop": "down", "stopPrice": "40000",
        "stopPriceType": "MP"}),
    Case("kucoin", SWAP, PROFIT, KUFUTURES, {"stop": "up", "stopPrice": "60000"}),
    Case("kucoin", SWAP, PROFIT | BUY, KUFUTURES, {"stop": "down", "stopPrice": "60000"}),
    Case("kraken", SPOT, DATED, KRAKEN, {
        "ordertype": "limit", "price": "50000", "timeinforce": "GTD",
        "expiretm": str(END // 1000)}),
    Case("kraken", SPOT, DATED | {"post_only": True}, KRAKEN, {
        "oflags": "post", "timeinforce": "GTD", "expiretm": str(END // 1000)}),
    Case("kraken", SPOT, DATED | STOP_LIMIT | INDEX, KRAKEN, {
        "ordertype": "stop-loss-limit", "price": "40000", "price2": "39000", "trigger": "index",
        "timeinforce": "GTD", "expiretm": str(END // 1000)}),
    Case("kraken", SPOT, STOP, KRAKEN, {"ordertype": "stop-loss", "price": "40000"}),
    Case("kraken", SPOT, STOP_LIMIT, KRAKEN, {
        "ordertype": "stop-loss-limit", "price": "40000", "price2": "39000"}),
    Case("kraken", SPOT, PROFIT, KRAKEN, {"ordertype": "take-profit", "price": "60000"}),
    Case("kraken", SPOT, STOP | INDEX, KRAKEN, {
        "ordertype": "stop-loss", "price": "40000", "trigger": "index"}),
    Case("kraken", SPOT, STOP | LAST, KRAKEN, {
        "ordertype": "stop-loss", "price": "40000", "trigger": "last"}),
    Case("kraken", SPOT, PROFIT | INDEX, KRAKEN, {
        "ordertype": "take-profit", "price": "60000", "trigger": "index"}),
    Case("kraken", SPOT, TRAIL, KRAKEN, {
        "ordertype": "trailing-stop", "price": "+100.5", "trigger": "last"}),
    Case("kraken", SPOT, TRAIL | INDEX, KRAKEN, {
        "ordertype": "trailing-stop", "price": "+100.5", "trigger": "index"}),
    Case("coinbase", SPOT, STOP_LIMIT | LAST, COINBASE, {
        "limit_price": "39000", "stop_price": "40000",
        "stop_direction": "STOP_DIRECTION_STOP_DOWN"}),
    Case("coinbase", SPOT, STOP_LIMIT | BUY, COINBASE, {
        "side": "BUY", "stop_price": "40000", "stop_direction": "STOP_DIRECTION_STOP_UP"}),
    Case("coinbase", SPOT, DATED | STOP_LIMIT, COINBASE, {
        "limit_price": "39000", "stop_price": "40000",
        "stop_direction": "STOP_DIRECTION_STOP_DOWN", "end_time": "2026-09-21T15:13:20.000Z"}),
    Case("coinbase", SPOT, DATED, COINBASE, {
        "limit_price": "50000", "end_time": "2026-09-21T15:13:20.000Z", "post_only": False}),
    Case("coinbase", SPOT, DATED | {"post_only": True}, COINBASE, {
        "end_time": "2026-09-21T15:13:20.000Z", "post_only": True}),
    Case("kucoin", SPOT, DATED, "api.kucoin.com/api/v1/orders", {
        "type": "limit", "timeInForce": "GTT", "cancelAfter": 3600}),
    Case("kucoin", SPOT, DATED | {"post_only": True}, "api.kucoin.com/api/v1/orders", {
        "timeInForce": "GTT", "cancelAfter": 3600, "postOnly": True}),
)
# fmt: on


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.exchange}-{case.fields}")
async def test_what_an_order_says_leaves_under_our_id(case: Case) -> None:
    venue = venue_of(case.exchange, case.market_type)
    sent = await sent_for(venue, case.market_type, order_of(**case.order))
    assert sent.address == case.address
    found = {name: list(values_of(sent.fields, name)) for name in case.fields}
    assert found == {name: [value] for name, value in case.fields.items()}
    assert venue.client_id_field is not None
    assert list(values_of(sent.fields, venue.client_id_field)) == [CLIENT_ORDER_ID]


@pytest.mark.parametrize(
    "changes", [DATED, TRAIL, STOP, STOP_LIMIT, PROFIT, STOP | LAST, STOP | INDEX], ids=str
)
async def test_where_there_is_no_case_it_is_denied(changes: Mapping[str, Any]) -> None:
    order = order_of(**changes)
    for venue in LISTED:
        for market_type in venue.market_types:
            if any(
                (venue.exchange, market_type) == (case.exchange, case.market_type)
                and changes.items() <= case.order.items()
                for case in CASES
            ):
                continue
            with pytest.raises(Denied, match=venue.exchange):
                await sent_for(venue, market_type, order)


async def test_binance_takes_no_end_in_ten_minutes_and_none_with_post_only() -> None:
    venue = venue_of("binance", SWAP)
    for changes in ({"expire_time": NOW + 600_000}, {"post_only": True}):
        with pytest.raises(Denied, match="binance"):
            await sent_for(venue, SWAP, order_of(**(DATED | changes)))


RESTING: Final = sorted(
    (each.exchange, kind)
    for each in LISTED
    if each.stop_param is not None
    for kind in each.market_types
)


@pytest.mark.parametrize("in_force", [TimeInForce.IOC, TimeInForce.FOK])
@pytest.mark.parametrize(("exchange", "market_type"), RESTING)
async def test_a_stop_with_a_limit_that_may_not_rest_leaves_so_or_is_denied(
    exchange: str, market_type: MarketType, in_force: TimeInForce
) -> None:
    venue = venue_of(exchange, market_type)
    order = order_of(**STOP_LIMIT, time_in_force=in_force)
    try:
        sent = await sent_for(venue, market_type, order)
    except Denied:
        return
    assert in_force.value.lower() in sent.text
