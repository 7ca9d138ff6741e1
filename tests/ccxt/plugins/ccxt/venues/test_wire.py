"""What the entries say is what ccxt puts on the wire."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

import pytest

from fillgate.domain.orders import OrderType, Side
from fillgate.plugins.ccxt.abilities import Abilities
from fillgate.plugins.ccxt.client_ids import encode
from fillgate.plugins.ccxt.markets import PrecisionMode, read_markets
from fillgate.plugins.ccxt.orders import placement_of
from fillgate.plugins.ccxt.sizing import Sized
from fillgate.plugins.ccxt.venues import LISTED, Evidence, LookupWay, MarketType, Venue, venue_of
from tests.ccxt.plugins.ccxt.conftest import an_order
from tests.ccxt.plugins.ccxt.wire import (
    CLIENT_ORDER_ID,
    Sent,
    Wire,
    quantity_of,
    values_of,
    wire_of,
)

SPOT, SWAP = MarketType.SPOT, MarketType.SWAP
OURS: Final = CLIENT_ORDER_ID

# What changes with every request, or is the same in all of a venue.
_ENVELOPE: Final = frozenset(
    {"timestamp", "recvWindow", "signature", "nonce", "newOrderRespType", "limit"}
)
# By what ccxt is known to venues as a broker, a partner or a builder.
_CCXT: Final = re.compile(
    r"ccxt|p4sve|bc830de7|aa03022abc|x-tkt5px2f|x-cvbprnm9|6b9ad766|0x6530512a|nfqkvdjp"
)


def markets(venues: Iterable[Venue]) -> list[Any]:
    return [
        pytest.param(venue, each, id=f"{venue.exchange}-{each}")
        for venue in venues
        for each in sorted(venue.market_types)
    ]


def id_of(venue: Venue, param: str | None) -> dict[str, str]:
    return {} if param is None else {param: encode(venue.client_id_form, OURS)}


async def created(wire: Wire, venue: Venue, **params: Any) -> Sent:
    given = (wire.symbol, "limit", "buy", quantity_of(venue), "50000")
    return await wire.call(
        "create_order", *given, {**id_of(venue, venue.client_id_param), **params}
    )


@pytest.mark.parametrize(
    ("venue", "market_type"), markets(each for each in LISTED if each.client_id_param)
)
async def test_the_client_order_id_arrives_unchanged(venue: Venue, market_type: MarketType) -> None:
    wire = wire_of(venue, market_type)
    sent = await created(wire, venue)
    assert venue.client_id_field is not None
    assert list(values_of(sent.fields, venue.client_id_field)) == [
        encode(venue.client_id_form, OURS)
    ]
    assert sent.method == venue.order_method


@pytest.mark.parametrize(
    ("venue", "market_type"),
    markets(each for each in LISTED if each.client_id_param),
)
async def test_ccxt_names_itself_only_where_the_entry_says_so(
    venue: Venue, market_type: MarketType
) -> None:
    wire = wire_of(venue, market_type)
    sent = await created(wire, venue)
    named = _CCXT.search(sent.text)
    assert (named is not None) == (venue.attached_fees is not None), named


@pytest.mark.parametrize(
    ("venue", "market_type"),
    markets(each for each in LISTED if each.lookup is LookupWay.FETCH_ORDER),
)
async def test_a_lookup_names_our_id_and_none_of_the_venue(
    venue: Venue, market_type: MarketType
) -> None:
    wire = wire_of(venue, market_type)
    sent = await wire.call("fetch_order", None, wire.symbol, id_of(venue, venue.lookup_param))
    assert encode(venue.client_id_form, OURS) in sent.address or (
        encode(venue.client_id_form, OURS) in sent.fields.values()
    )
    assert_no_empty_id(sent)


@pytest.mark.parametrize(
    ("venue", "market_type"), markets(each for each in LISTED if each.cancel_param)
)
async def test_a_cancel_names_our_id_and_none_of_the_venue(
    venue: Venue, market_type: MarketType
) -> None:
    wire = wire_of(venue, market_type)
    sent = await wire.call("cancel_order", None, wire.symbol, id_of(venue, venue.cancel_param))
    assert encode(venue.client_id_form, OURS) in sent.text
    assert_no_empty_id(sent)


def assert_no_empty_id(sent: Sent) -> None:
    assert not sent.address.endswith("/None")
    for name in ("orderId", "order_id", "id", "uuid", "txid", "ordId", "orderID", "order_ids"):
        assert not {None, "None", ""}.intersection(map(str, values_of(sent.fields, name)))


class Case(NamedTuple):
    exchange: str
    market_type: MarketType
    call: str
    given: tuple[Any, ...]
    """Behind the symbol."""
    method: str
    address: str
    fields: Mapping[str, Any]


LIMIT: Final = ("limit", "buy", "2", "50000")
MARKET: Final = ("market", "sell", "2", None)
CREATE, FETCH, CANCEL, EDIT = "create_order", "fetch_order", "cancel_order", "edit_order"
OPEN, ALL, DONE = "fetch_open_orders", "fetch_orders", "fetch_closed_orders"
BYBIT_DONE: Final = "fetch_canceled_and_closed_orders"

BINANCE: Final = "api.binance.com/api/v3/order"
FAPI: Final = "fapi.binance.com/fapi/v1/order"
BYBIT: Final = "api.bybit.com/v5/order/"
OKX: Final = "www.okx.com/api/v5/trade/"
KRAKEN: Final = "api.kraken.com/0/private/"
COINBASE: Final = "api.coinbase.com/api/v3/brokerage/orders"
KUCOIN: Final = "api.kucoin.com/api/v1/"
KUFUTURES: Final = "api-futures.kucoin.com/api/v1/orders"

# fmt: off
CASES: Final = (
    Case("binance", SPOT, CREATE, LIMIT, "POST", BINANCE, {
        "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "quantity": "2", "price": "50000",
        "timeInForce": "GTC", "newClientOrderId": OURS}),
    Case("binance", SPOT, CREATE, MARKET, "POST", BINANCE, {
        "symbol": "BTCUSDT", "side": "SELL", "type": "MARKET", "quantity": "2",
        "newClientOrderId": OURS}),
    Case("binance", SPOT, FETCH, (), "GET", BINANCE, {
        "symbol": "BTCUSDT", "origClientOrderId": OURS}),
    Case("binance", SPOT, CANCEL, (), "DELETE", BINANCE, {
        "symbol": "BTCUSDT", "origClientOrderId": OURS}),
    Case("binance", SWAP, CREATE, LIMIT, "POST", FAPI, {
        "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "quantity": "2", "price": "50000",
        "timeInForce": "GTC", "newClientOrderId": OURS}),
    Case("binance", SWAP, FETCH, (), "GET", FAPI, {
        "symbol": "BTCUSDT", "origClientOrderId": OURS}),
    Case("binance", SWAP, CANCEL, (), "DELETE", FAPI, {
        "symbol": "BTCUSDT", "origClientOrderId": OURS}),
    Case("binance", SWAP, EDIT, LIMIT, "PUT", FAPI, {
        "symbol": "BTCUSDT", "side": "BUY", "orderId": "777", "quantity": "2", "price": "50000"}),
    Case("bybit", SPOT, CREATE, LIMIT, "POST", BYBIT + "create", {
        "category": "spot", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", "qty": "2",
        "price": "50000", "orderLinkId": OURS}),
    Case("bybit", SPOT, CREATE, MARKET, "POST", BYBIT + "create", {
        "category": "spot", "symbol": "BTCUSDT", "side": "Sell", "orderType": "Market", "qty": "2",
        "marketUnit": "baseCoin", "orderLinkId": OURS}),
    Case("bybit", SWAP, CREATE, LIMIT, "POST", BYBIT + "create", {
        "category": "linear", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", "qty": "2",
        "price": "50000", "orderLinkId": OURS}),
    Case("bybit", SWAP, OPEN, (), "GET", BYBIT + "realtime", {
        "category": "linear", "symbol": "BTCUSDT", "orderLinkId": OURS}),
    Case("bybit", SWAP, BYBIT_DONE, (), "GET", BYBIT + "history", {
        "category": "linear", "symbol": "BTCUSDT", "orderLinkId": OURS}),
    Case("bybit", SPOT, OPEN, (), "GET", BYBIT + "realtime", {
        "category": "spot", "symbol": "BTCUSDT", "orderLinkId": OURS}),
    Case("bybit", SPOT, BYBIT_DONE, (), "GET", BYBIT + "history", {
        "category": "spot", "symbol": "BTCUSDT", "orderLinkId": OURS}),
    Case("bybit", SPOT, CANCEL, (), "POST", BYBIT + "cancel", {
        "category": "spot", "symbol": "BTCUSDT", "orderFilter": "Order", "orderLinkId": OURS}),
    Case("bybit", SWAP, CANCEL, (), "POST", BYBIT + "cancel", {
        "category": "linear", "symbol": "BTCUSDT", "orderLinkId": OURS}),
    Case("bybit", SPOT, EDIT, LIMIT, "POST", BYBIT + "amend", {
        "category": "spot", "symbol": "BTCUSDT", "orderId": "777", "qty": "2", "price": "50000"}),
    Case("bybit", SWAP, EDIT, LIMIT, "POST", BYBIT + "amend", {
        "category": "linear", "symbol": "BTCUSDT", "orderId": "777", "qty": "2",
        "price": "50000"}),
    Case("okx", SPOT, CREATE, LIMIT, "POST", OKX + "batch-orders", {
        "instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "limit", "sz": "2",
        "px": "50000", "tgtCcy": "base_ccy", "clOrdId": OURS}),
    Case("okx", SPOT, CREATE, MARKET, "POST", OKX + "batch-orders", {
        "instId": "BTC-USDT", "tdMode": "cash", "side": "sell", "ordType": "market", "sz": "2",
        "tgtCcy": "base_ccy", "clOrdId": OURS}),
    Case("okx", SWAP, CREATE, LIMIT, "POST", OKX + "batch-orders", {
        "instId": "BTC-USDT-SWAP", "tdMode": "cross", "side": "buy", "ordType": "limit", "sz": "2",
        "px": "50000", "clOrdId": OURS}),
    Case("okx", SWAP, FETCH, (), "GET", OKX + "order", {
        "instId": "BTC-USDT-SWAP", "clOrdId": OURS}),
    Case("okx", SPOT, FETCH, (), "GET", OKX + "order", {"instId": "BTC-USDT", "clOrdId": OURS}),
    Case("okx", SPOT, CANCEL, (), "POST", OKX + "cancel-order", {
        "instId": "BTC-USDT", "clOrdId": OURS}),
    Case("okx", SWAP, EDIT, LIMIT, "POST", OKX + "amend-order", {
        "instId": "BTC-USDT-SWAP", "ordId": "777", "newSz": "2", "newPx": "50000"}),
    Case("kraken", SPOT, CREATE, LIMIT, "POST", KRAKEN + "AddOrder", {
        "pair": "XXBTZUSD", "type": "buy", "ordertype": "limit", "volume": "2", "price": "50000",
        "cl_ord_id": OURS}),
    Case("kraken", SPOT, CREATE, MARKET, "POST", KRAKEN + "AddOrder", {
        "pair": "XXBTZUSD", "type": "sell", "ordertype": "market", "volume": "2",
        "cl_ord_id": OURS}),
    Case("kraken", SPOT, OPEN, (), "POST", KRAKEN + "OpenOrders", {"cl_ord_id": OURS}),
    Case("kraken", SPOT, DONE, (), "POST", KRAKEN + "ClosedOrders", {"cl_ord_id": OURS}),
    Case("kraken", SPOT, CANCEL, (), "POST", KRAKEN + "CancelOrder", {"cl_ord_id": OURS}),
    Case("kraken", SPOT, EDIT, LIMIT, "POST", KRAKEN + "AmendOrder", {
        "txid": "777", "order_qty": "2", "limit_price": "50000"}),
    Case("coinbase", SPOT, CREATE, LIMIT, "POST", COINBASE, {
        "product_id": "BTC-USD", "side": "BUY", "client_order_id": OURS, "order_configuration": {
            "limit_limit_gtc": {"base_size": "2", "limit_price": "50000", "post_only": False}}}),
    Case("coinbase", SPOT, CREATE, MARKET, "POST", COINBASE, {
        "product_id": "BTC-USD", "side": "SELL", "client_order_id": OURS,
        "order_configuration": {"market_market_ioc": {"base_size": "2"}}}),
    Case("coinbase", SPOT, CREATE, ("market", "buy", "2", "50000"), "POST", COINBASE, {
        "product_id": "BTC-USD", "side": "BUY", "client_order_id": OURS,
        "order_configuration": {"market_market_ioc": {"quote_size": "100000"}}}),
    Case("coinbase", SPOT, ALL, (), "GET", COINBASE + "/historical/batch", {
        "product_id": "BTC-USD"}),
    Case("coinbase", SPOT, CANCEL, (), "POST", COINBASE + "/batch_cancel", {
        "order_ids": ["777"]}),
    Case("kucoin", SPOT, CREATE, LIMIT, "POST", KUCOIN + "orders", {
        "symbol": "BTC-USDT", "side": "buy", "type": "limit", "size": "2", "price": "50000",
        "clientOid": OURS}),
    Case("kucoin", SPOT, CREATE, MARKET, "POST", KUCOIN + "orders", {
        "symbol": "BTC-USDT", "side": "sell", "type": "market", "size": "2", "clientOid": OURS}),
    Case("kucoin", SPOT, OPEN, (), "GET", KUCOIN + "orders", {
        "symbol": "BTC-USDT", "tradeType": "TRADE", "status": "active"}),
    Case("kucoin", SPOT, DONE, (), "GET", KUCOIN + "orders", {
        "symbol": "BTC-USDT", "tradeType": "TRADE", "status": "done"}),
    Case("kucoin", SPOT, CANCEL, (), "DELETE", KUCOIN + "order/client-order/" + OURS, {}),
    Case("kucoin", SWAP, CREATE, LIMIT, "POST", KUFUTURES, {
        "symbol": "XBTUSDTM", "side": "buy", "type": "limit", "size": 2, "price": "50000",
        "leverage": 1, "clientOid": OURS}),
    Case("kucoin", SWAP, FETCH, (), "GET", KUFUTURES + "/byClientOid", {"clientOid": OURS}),
    Case("kucoin", SWAP, CANCEL, (), "DELETE", KUFUTURES + "/client-order/" + OURS, {
        "symbol": "XBTUSDTM"}),
)
# fmt: on


def arguments(wire: Wire, venue: Venue, case: Case) -> tuple[Any, ...]:
    match case.call:
        case "create_order":
            kind, side, _, price = case.given
            params = id_of(venue, venue.client_id_param)
            return (wire.symbol, kind, side, quantity_of(venue), price, params)
        case "edit_order":
            return ("777", wire.symbol, *case.given)
        case "cancel_order":
            identity = "777" if venue.cancel_param is None else None
            return (identity, wire.symbol, id_of(venue, venue.cancel_param))
        case "fetch_order":
            return (None, wire.symbol, id_of(venue, venue.lookup_param))
        case _:
            return (wire.symbol, None, None, id_of(venue, venue.lookup_param))


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case.exchange}-{case.market_type}-{case.call}"
)
async def test_what_leaves_field_by_field(case: Case) -> None:
    venue = venue_of(case.exchange, case.market_type)
    wire = wire_of(venue, case.market_type)
    sent = await wire.call(case.call, *arguments(wire, venue, case))
    fields = {key: value for key, value in sent.fields.items() if key not in _ENVELOPE}
    assert (sent.method, sent.address, fields) == (case.method, case.address, case.fields)


@pytest.mark.parametrize("exchange", ["binance", "binanceusdm"])
async def test_all_orders_of_perpetuals_are_asked_for_where_perpetuals_are(exchange: str) -> None:
    wire = wire_of(venue_of(exchange, SWAP), SWAP)
    sent = await wire.call("fetch_open_orders")
    assert (sent.method, sent.address) == ("GET", "fapi.binance.com/fapi/v1/openOrders")


def test_every_verified_entry_has_its_cases() -> None:
    """What creates and cancels, each list or lookup, and what replaces."""
    for venue in LISTED:
        if venue.evidence is Evidence.DECLARED or venue.exchange == "binanceusdm":
            continue
        calls = {each.call for each in CASES if each.exchange == venue.exchange}
        wanted = {CREATE, CANCEL, *([EDIT] if venue.replace else [])}
        wanted |= {FETCH} if venue.lookup is LookupWay.FETCH_ORDER else set(venue.lists)
        assert wanted <= calls, venue.exchange


@pytest.mark.parametrize(
    ("venue", "market_type"), markets(each for each in LISTED if each.waiting_list is not None)
)
async def test_stops_that_wait_are_listed_apart(venue: Venue, market_type: MarketType) -> None:
    wire = wire_of(venue, market_type)
    others = await wire.call("fetch_open_orders", wire.symbol)
    waiting = await wire.call("fetch_open_orders", wire.symbol, None, None, venue.waiting_list)
    assert waiting.address != others.address
    assert "stop" in waiting.address.lower()


# fmt: off
ATTACHED: Final = (
    ("bybit", SPOT, {"stopLoss": "40000", "takeProfit": "60000"}),
    ("bybit", SWAP, {"stopLoss": "40000", "takeProfit": "60000"}),
    ("okx", SPOT, {"slTriggerPx": "40000", "tpTriggerPx": "60000"}),
    ("okx", SWAP, {"slTriggerPx": "40000", "tpTriggerPx": "60000"}),
)
# fmt: on


@pytest.mark.parametrize(("exchange", "market_type", "fields"), ATTACHED)
async def test_attached_stops_go_with_the_order(
    exchange: str, market_type: MarketType, fields: Mapping[str, str]
) -> None:
    venue = venue_of(exchange, market_type)
    stops = {"stopLoss": {"triggerPrice": "40000"}, "takeProfit": {"triggerPrice": "60000"}}
    wire = wire_of(venue, market_type)
    sent = await created(wire, venue, **stops)
    assert {name: list(values_of(sent.fields, name)) for name in fields} == {
        name: [value] for name, value in fields.items()
    }
    assert venue.client_id_field is not None
    assert list(values_of(sent.fields, venue.client_id_field)) == [OURS]


def test_attached_stops_are_taken_only_where_they_are_tested() -> None:
    taking = {(each.exchange, kind) for each in LISTED for kind in each.attached_stops}
    by_lists = {(exchange, SPOT) for exchange, *_ in LISTS}
    assert taking == {(exchange, market_type) for exchange, market_type, _ in ATTACHED} | by_lists


# fmt: off
LISTS: Final = (
    ("binance", ("stop_loss",), "api.binance.com/api/v3/orderList/oto", {
        "pendingType": "STOP_LOSS", "pendingStopPrice": "40000",
        "pendingClientOrderId": f"{OURS}-sl"}),
    ("binance", ("take_profit",), "api.binance.com/api/v3/orderList/oto", {
        "pendingType": "TAKE_PROFIT", "pendingStopPrice": "60000",
        "pendingClientOrderId": f"{OURS}-tp"}),
    ("binance", ("stop_loss", "take_profit"), "api.binance.com/api/v3/orderList/otoco", {
        "pendingBelowType": "STOP_LOSS", "pendingBelowStopPrice": "40000",
        "pendingBelowClientOrderId": f"{OURS}-sl", "pendingAboveType": "TAKE_PROFIT",
        "pendingAboveStopPrice": "60000", "pendingAboveClientOrderId": f"{OURS}-tp"}),
)
# fmt: on


@pytest.mark.parametrize(("exchange", "stops", "address", "legs"), LISTS)
async def test_a_list_leaves_field_by_field(
    exchange: str, stops: Iterable[str], address: str, legs: Mapping[str, str]
) -> None:
    venue = venue_of(exchange, SPOT)
    prices = {"stop_loss": Decimal(40000), "take_profit": Decimal(60000)}
    given: dict[str, Any] = {"price": Decimal(50000), **{name: prices[name] for name in stops}}
    order = an_order(client_order_id=OURS, order_type=OrderType.LIMIT, **given)
    wire = wire_of(venue, SPOT)
    (market,) = read_markets(exchange, wire.exchange.markets.values(), PrecisionMode.TICK_SIZE)
    abilities = Abilities(order_types=frozenset({OrderType.LIMIT}), attached_stops=True)
    sizes = Sized(quantity=order.quantity, **given)
    placement = placement_of(order, market, sizes, venue, abilities, now=0)
    sent = await wire.call(placement.method, dict(placement.params))
    fields = {key: value for key, value in sent.fields.items() if key not in _ENVELOPE}
    assert (sent.method, sent.address, fields) == ("POST", address, {
        "symbol": "BTCUSDT", "listClientOrderId": f"{OURS}-list", "workingType": "LIMIT",
        "workingSide": "BUY", "workingClientOrderId": OURS, "workingPrice": "50000",
        "workingQuantity": "0.5", "workingTimeInForce": "GTC", "pendingSide": "SELL",
        "pendingQuantity": "0.5", **legs,
    })  # fmt: skip
    assert not _CCXT.search(sent.text)


async def test_a_pair_leaves_field_by_field() -> None:
    venue, wire = venue_of("binance", SPOT), wire_of(venue_of("binance", SPOT), SPOT)
    prices: dict[str, Any] = {"price": Decimal(60000), "stop_price": Decimal(40000)}
    order = an_order(client_order_id=OURS, side=Side.SELL, order_type=OrderType.OCO, **prices)
    (market,) = read_markets("binance", wire.exchange.markets.values(), PrecisionMode.TICK_SIZE)
    abilities = Abilities(order_types=frozenset({OrderType.OCO}))
    sizes = Sized(quantity=order.quantity, **prices)
    placement = placement_of(order, market, sizes, venue, abilities, now=0)
    sent = await wire.call(placement.method, dict(placement.params))
    fields = {key: value for key, value in sent.fields.items() if key not in _ENVELOPE}
    address = "api.binance.com/api/v3/orderList/oco"
    assert (sent.method, sent.address, fields) == ("POST", address, {
        "symbol": "BTCUSDT", "side": "SELL", "quantity": "0.5", "listClientOrderId": OURS,
        "aboveType": "LIMIT_MAKER", "abovePrice": "60000", "aboveClientOrderId": f"{OURS}-tp",
        "belowType": "STOP_LOSS", "belowStopPrice": "40000", "belowClientOrderId": f"{OURS}-sl",
    })  # fmt: skip
    assert not _CCXT.search(sent.text)
