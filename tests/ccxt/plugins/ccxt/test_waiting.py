"""Orders that wait, or end by themselves, to what became of them: by the answers that the venues'
documents show."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import pytest
from ccxt.base.errors import ArgumentsRequired

from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.reports import ExecutionReport, Found, NotFound
from fillgate.plugins.ccxt.abilities import abilities_of
from fillgate.plugins.ccxt.asking import Asker
from fillgate.plugins.ccxt.known import Known
from fillgate.plugins.ccxt.lists import Lists
from fillgate.plugins.ccxt.opened import Opened
from fillgate.plugins.ccxt.options import read_settings
from fillgate.plugins.ccxt.reports import Reader
from fillgate.plugins.ccxt.venues import MarketType, venue_of
from tests.ccxt.plugins.ccxt.wire import CLIENT_ORDER_ID, Wire

NOW: Final = 1_790_000_000_000
Answers = Mapping[str, Any]
"""What is answered, by a part of the address. The first that fits counts."""


class Venue:
    """A venue that answers questions as it is told to."""

    mode = "CLASSIC"

    def __init__(self, exchange: str, answers: Answers, kind: MarketType = MarketType.SWAP) -> None:
        venue = venue_of(exchange, kind)
        wire = Wire(venue, kind)
        self.exchange, self.market = wire.exchange, wire.symbol
        self.exchange.fetch = self._fetch
        self.answers = answers
        self.asked: list[str] = []
        """But for what kind of account it is."""
        options, credentials = read_settings(
            {"exchange": exchange, "market_type": kind.value, "api_key": "k", "secret": "s"}, "a"
        )
        nothing: Any = None
        opened = Opened(
            options=options,
            credentials=credentials,
            venue=venue,
            abilities=abilities_of(venue, kind, {}, {}),
            network=nothing,
            maker=nothing,
            orders=self.exchange,
            questions=self.exchange,
        )
        size = Decimal("0.001" if kind is MarketType.SWAP else 1)
        reader = Reader(venue.client_id_form, Known(), lambda _: size, lambda: NOW)
        self.asker = Asker(opened, reader, Lists(opened, reader))

    async def _fetch(self, url: str, *_: Any) -> Any:
        if url.endswith("/account/mode"):
            return {"code": "200000", "data": {"selfAccountMode": self.mode}}
        self.asked.append(url)
        answer = next((told for part, told in self.answers.items() if part in url), None)
        assert answer is not None, url
        return answer

    async def found(self, order_id: str | None = None) -> ExecutionReport | None:
        answer = await self.asker.order(
            client_order_id=CLIENT_ORDER_ID, order_id=order_id, market=self.market, since=NOW
        )
        assert isinstance(answer, Found | NotFound)
        return answer.report if isinstance(answer, Found) else None


def of_bybit(status: str, **changes: Any) -> dict[str, Any]:
    return {
        "orderId": "9a1", "orderLinkId": CLIENT_ORDER_ID, "symbol": "BTCUSDT", "price": "0",
        "qty": "2", "side": "Sell", "orderStatus": status, "avgPrice": "", "leavesQty": "2",
        "cumExecQty": "0", "cumExecValue": "0", "cumExecFee": "0", "timeInForce": "IOC",
        "orderType": "Market", "stopOrderType": "Stop", "triggerPrice": "40000",
        "triggerDirection": 2, "triggerBy": "LastPrice", "reduceOnly": False,
        "createdTime": str(NOW), "updatedTime": str(NOW),
    } | changes  # fmt: skip


def listing(*orders: Mapping[str, Any]) -> dict[str, Any]:
    return {"retCode": 0, "result": {"list": list(orders), "category": "linear"}}


FILLED: Final = {"cumExecQty": "2", "cumExecValue": "79980", "avgPrice": "39990", "leavesQty": "0"}


@pytest.mark.parametrize(
    ("realtime", "history", "status"),
    [
        ([of_bybit("Untriggered")], [], OrderStatus.NEW),
        ([of_bybit("Triggered")], [], OrderStatus.NEW),
        ([of_bybit("New")], [], OrderStatus.NEW),
        ([], [of_bybit("Filled", **FILLED)], OrderStatus.FILLED),
        ([of_bybit("Filled", **FILLED)], [], OrderStatus.FILLED),
        ([], [of_bybit("Deactivated")], OrderStatus.CANCELED),
        ([], [of_bybit("Cancelled")], OrderStatus.CANCELED),
        ([], [of_bybit("Rejected")], OrderStatus.REJECTED),
        ([], [], None),
    ],
    ids=str,
)
async def test_a_stop_of_bybit_is_found_by_our_id_whatever_became_of_it(
    realtime: Sequence[Any], history: Sequence[Any], status: OrderStatus | None
) -> None:
    venue = Venue(
        "bybit",
        {"order/realtime": listing(*realtime), "order/history": listing(*history)},
    )
    report = await venue.found()
    assert (report and report.status) is status
    assert all(f"orderLinkId={CLIENT_ORDER_ID}" in url for url in venue.asked)
    if report is not None:
        assert (report.client_order_id, report.order_id) == (CLIENT_ORDER_ID, "9a1")
        assert (report.stop_price, report.price) == (Decimal(40000), None)
        expected = Decimal("0.002") if status is OrderStatus.FILLED else Decimal(0)
        assert report.filled_quantity == expected


async def test_open_orders_of_bybit_hold_the_stops() -> None:
    venue = Venue("bybit", {"order/realtime": listing(of_bybit("Untriggered"))})
    (report,) = await venue.asker.open_orders(venue.market)
    assert (report.client_order_id, report.status) == (CLIENT_ORDER_ID, OrderStatus.NEW)
    assert "orderFilter" not in venue.asked[0]


def of_kucoin(**changes: Any) -> dict[str, Any]:
    return {
        "id": "77", "symbol": "XBTUSDTM", "type": "market", "side": "sell", "price": "0",
        "size": 2, "filledValue": "0", "filledSize": 0, "stop": "down", "stopPriceType": "MP",
        "stopTriggered": False, "stopPrice": "40000", "timeInForce": "GTC", "leverage": "1",
        "clientOid": CLIENT_ORDER_ID, "isActive": True, "cancelExist": False, "createdAt": NOW,
        "status": "open", "updatedAt": NOW,
    } | changes  # fmt: skip


SET_OFF: Final = {"stopTriggered": True}
DONE: Final = {"isActive": False, "status": "done"}


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, OrderStatus.NEW),
        (SET_OFF, OrderStatus.NEW),
        (SET_OFF | {"filledSize": 1, "filledValue": "39.99"}, OrderStatus.PARTIALLY_FILLED),
        (SET_OFF | DONE | {"filledSize": 2, "filledValue": "79.98"}, OrderStatus.FILLED),
        (DONE | {"cancelExist": True}, OrderStatus.CANCELED),
    ],
    ids=str,
)
@pytest.mark.parametrize(("order_id", "address"), [(None, "byClientOid"), ("77", "orders/77")])
async def test_a_stop_of_kucoins_perpetuals_is_found_by_our_id_and_by_the_venues(
    changes: Mapping[str, Any], status: OrderStatus, order_id: str | None, address: str
) -> None:
    venue = Venue("kucoin", {address: {"code": "200000", "data": of_kucoin(**changes)}})
    report = await venue.found(order_id)
    assert report is not None
    assert (report.status, report.stop_price) == (status, Decimal(40000))
    assert (report.client_order_id, report.order_id) == (CLIENT_ORDER_ID, "77")
    assert report.filled_quantity == Decimal(changes.get("filledSize", 0)) / 1000


def page(*orders: Mapping[str, Any]) -> dict[str, Any]:
    return {"code": "200000", "data": {"totalPage": 1, "items": list(orders)}}


async def test_open_orders_of_kucoins_perpetuals_hold_those_that_wait_each_once() -> None:
    other = of_kucoin(id="78", clientOid="another", type="limit", price="39000", stopPrice=None)
    was_set_off = of_kucoin(id="79", **SET_OFF)
    venue = Venue(
        "kucoin",
        {"stopOrders": page(of_kucoin(), of_kucoin(id="79")), "orders": page(other, was_set_off)},
    )
    reports = await venue.asker.open_orders(venue.market)
    assert sorted(each.order_id for each in reports) == ["77", "78", "79"]
    assert ["stopOrders" in url for url in venue.asked] == [True, False]


async def test_a_unified_account_of_kucoin_has_no_stop_sent() -> None:
    venue = Venue("kucoin", {})
    venue.mode = "UNIFIED"
    entry = venue.asker.opened.venue
    assert entry.stop_param is not None
    for more in (entry.rise_params, entry.fall_params):
        params = {entry.stop_param: "40000", **more}
        with pytest.raises(ArgumentsRequired, match="triggerDirection"):
            await venue.exchange.create_order(
                venue.market, "market", "sell", Decimal(2), None, params
            )
    assert not venue.asked


def of_kraken(kind: str, status: str, **changes: Any) -> dict[str, Any]:
    return {
        "refid": None, "userref": None, "cl_ord_id": CLIENT_ORDER_ID, "status": status,
        "opentm": NOW / 1000, "starttm": 0, "expiretm": 0, "vol": "2", "vol_exec": "0",
        "cost": "0", "fee": "0", "price": "0", "stopprice": "49900.0", "limitprice": "0",
        "misc": "", "oflags": "fciq", "descr": {
            "pair": "XXBTZUSD", "type": "sell", "ordertype": kind,
            "price": "+100.0" if "trailing" in kind else "50000",
            "price2": "0", "leverage": "none", "order": "", "close": ""},
    } | changes  # fmt: skip


def of_kraken_where(opened: Mapping[str, Any], closed: Mapping[str, Any]) -> Venue:
    answers = {
        "OpenOrders": {"error": [], "result": {"open": opened}},
        "ClosedOrders": {"error": [], "result": {"closed": closed}},
    }
    return Venue("kraken", answers, MarketType.SPOT)


@pytest.mark.parametrize(
    ("opened", "closed", "status", "filled"),
    [
        ({"O1": of_kraken("trailing-stop", "open")}, {}, OrderStatus.NEW, 0),
        ({"O1": of_kraken("trailing-stop-limit", "open")}, {}, OrderStatus.NEW, 0),
        (
            {},
            {"O1": of_kraken("trailing-stop", "closed", vol_exec="2", cost="99800", price="49900")},
            OrderStatus.FILLED,
            2,
        ),
        ({}, {"O1": of_kraken("trailing-stop", "canceled")}, OrderStatus.CANCELED, 0),
        ({}, {"O1": of_kraken("limit", "expired")}, OrderStatus.EXPIRED, 0),
        (
            {},
            {"O1": of_kraken("limit", "expired", vol_exec="1", cost="49900", price="49900")},
            OrderStatus.EXPIRED,
            1,
        ),
    ],
    ids=str,
)
async def test_orders_of_kraken_that_trail_or_end_are_found_by_our_id(
    opened: Mapping[str, Any], closed: Mapping[str, Any], status: OrderStatus, filled: int
) -> None:
    report = await of_kraken_where(opened, closed).found()
    assert report is not None
    assert (report.client_order_id, report.order_id) == (CLIENT_ORDER_ID, "O1")
    assert (report.status, report.filled_quantity) == (status, Decimal(filled))
    trails = "trailing" in f"{opened}{closed}"
    assert report.price == (None if trails else Decimal(50000))


async def test_an_order_of_binances_perpetuals_whose_time_is_over_has_expired() -> None:
    told = {
        "orderId": 7, "clientOrderId": CLIENT_ORDER_ID, "symbol": "BTCUSDT", "status": "EXPIRED",
        "side": "BUY", "type": "LIMIT", "timeInForce": "GTD", "goodTillDate": NOW,
        "price": "50000", "avgPrice": "50000", "origQty": "2", "executedQty": "1",
        "cumQuote": "50", "time": NOW, "updateTime": NOW,
    }  # fmt: skip
    report = await Venue("binance", {"/fapi/v1/order": told}).found()
    assert report is not None
    assert (report.status, report.filled_quantity) == (OrderStatus.EXPIRED, Decimal("0.001"))


def of_coinbase(status: str, trigger_status: str, **changes: Any) -> dict[str, Any]:
    return {
        "order_id": "c1", "client_order_id": CLIENT_ORDER_ID, "product_id": "BTC-USD",
        "order_configuration": {"stop_limit_stop_limit_gtc": {
            "base_size": "2", "limit_price": "39000", "stop_price": "40000",
            "stop_direction": "STOP_DIRECTION_STOP_DOWN"}},
        "side": "SELL", "status": status, "time_in_force": "GOOD_UNTIL_CANCELLED",
        "created_time": "2026-09-21T14:13:20Z", "filled_size": "0", "average_filled_price": "0",
        "number_of_fills": "0", "filled_value": "0", "total_fees": "0",
        "trigger_status": trigger_status, "order_type": "STOP_LIMIT",
    } | changes  # fmt: skip


@pytest.mark.parametrize(
    ("told", "status"),
    [
        (of_coinbase("PENDING", "STOP_PENDING"), OrderStatus.NEW),
        (of_coinbase("QUEUED", "STOP_PENDING"), OrderStatus.NEW),
        (of_coinbase("CANCEL_QUEUED", "STOP_PENDING"), OrderStatus.NEW),
        (of_coinbase("OPEN", "STOP_PENDING"), OrderStatus.NEW),
        (of_coinbase("OPEN", "STOP_TRIGGERED"), OrderStatus.NEW),
        (
            of_coinbase("FILLED", "STOP_TRIGGERED", filled_size="2", average_filled_price="39500"),
            OrderStatus.FILLED,
        ),
        (of_coinbase("CANCELLED", "STOP_PENDING"), OrderStatus.CANCELED),
        (of_coinbase("EXPIRED", "STOP_PENDING"), OrderStatus.CANCELED),
    ],
    ids=str,
)
async def test_a_stop_of_coinbase_is_found_by_our_id_whatever_became_of_it(
    told: Mapping[str, Any], status: OrderStatus
) -> None:
    other = {**told, "order_id": "c0", "client_order_id": "another"}
    answers = {"historical/batch": {"orders": [other, told], "has_next": False}}
    report = await Venue("coinbase", answers, MarketType.SPOT).found()
    assert report is not None
    assert (report.client_order_id, report.order_id) == (CLIENT_ORDER_ID, "c1")
    assert (report.status, report.price) == (status, Decimal(39000))
    assert report.stop_price == Decimal(40000)
