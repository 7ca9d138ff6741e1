"""Whatever is done to the answer: what ccxt makes of it, and exactly one order at the exchange."""

import asyncio
from typing import Any

import ccxt
import pytest

from fillgate.practice.faults import Fault, FaultKind
from tests.ccxt.practice.clients import SYMBOL, Trading, until

pytestmark = pytest.mark.anyio
NAME = "mine"


async def send(at: Trading) -> Any:
    return await at.client.create_order(
        SYMBOL, "limit", "buy", 0.01, 50_000, {"clientOrderId": NAME}
    )


def break_next(at: Trading, kind: FaultKind, **more: Any) -> None:
    at.served.practice.faults.add(Fault(fault=kind, **more))


PROCESSED: list[tuple[FaultKind, dict[str, Any], type[Exception] | None]] = [
    (FaultKind.HANG, {}, ccxt.RequestTimeout),
    (FaultKind.RESET, {}, ccxt.ExchangeNotAvailable),
    (FaultKind.TRUNCATE, {}, ccxt.ExchangeError),
    (FaultKind.CUT_JSON, {}, None),
    (FaultKind.HTML, {"status": 200}, None),
    (FaultKind.HTML, {"status": 400}, ccxt.ExchangeNotAvailable),
    (FaultKind.HTML, {"status": 403}, ccxt.ExchangeNotAvailable),
    (FaultKind.HTML, {"status": 404}, ccxt.ExchangeNotAvailable),
    (FaultKind.HTML, {"status": 409}, ccxt.ExchangeNotAvailable),
    (FaultKind.HTML, {"status": 429}, ccxt.DDoSProtection),
    (FaultKind.HTML, {"status": 500}, ccxt.ExchangeNotAvailable),
    (FaultKind.HTML, {"status": 502}, ccxt.ExchangeNotAvailable),
    (FaultKind.HTML, {"status": 503}, ccxt.ExchangeNotAvailable),
    (FaultKind.HTML, {"status": 524}, None),
    (FaultKind.EMPTY, {}, None),
    (FaultKind.EMPTY_OBJECT, {}, None),
    (FaultKind.GATEWAY_TIMEOUT, {}, ccxt.RequestTimeout),
    (FaultKind.TIMEOUT, {}, ccxt.RequestTimeout),
    (FaultKind.UNEXPECTED, {}, ccxt.OperationFailed),
]


@pytest.mark.parametrize(("kind", "more", "error"), PROCESSED)
async def test_an_order_that_was_taken_is_there_once(
    at: Trading, kind: FaultKind, more: dict[str, Any], error: type[Exception] | None
) -> None:
    break_next(at, kind, **more)
    if error is None:
        assert (await send(at))["id"] is None
    else:
        with pytest.raises(ccxt.BaseError) as raised:
            await send(at)
        assert type(raised.value) is error
    [number] = at.taken
    [receipt] = at.served.practice.exchange.receipts.all
    assert receipt.fault == kind
    found = await at.client.fetch_order(None, SYMBOL, {"clientOrderId": NAME})
    assert (found["id"], found["status"]) == (str(number), "open")


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (503, None, ccxt.OperationFailed),
        (400, '{"code":-1013,"msg":"Filter failure: LOT_SIZE"}', ccxt.InvalidOrder),
        (429, '{"code":-1003,"msg":"Too many requests."}', ccxt.DDoSProtection),
        (502, "<html></html>", ccxt.ExchangeNotAvailable),
    ],
)
async def test_an_order_that_was_refused_is_not_there(
    at: Trading, status: int, body: str | None, error: type[Exception]
) -> None:
    break_next(at, FaultKind.REFUSE, status=status, body=body)
    with pytest.raises(error):
        await send(at)
    await _is_not_there(at)


async def _is_not_there(at: Trading) -> None:
    assert not at.served.practice.exchange.receipts.all
    with pytest.raises(ccxt.OrderNotFound):
        await at.client.fetch_order(None, SYMBOL, {"clientOrderId": NAME})
    assert (await send(at))["status"] == "open"


async def test_an_order_that_was_dropped_unread_is_not_there(at: Trading) -> None:
    break_next(at, FaultKind.DROP)
    with pytest.raises(ccxt.ExchangeNotAvailable):
        await send(at)
    await _is_not_there(at)


async def test_a_delayed_answer_is_whole(at: Trading) -> None:
    break_next(at, FaultKind.DELAY, delay_ms=50)
    assert int((await send(at))["id"]) == at.taken[0]


async def test_lookups_see_an_order_late(at: Trading) -> None:
    exchange = at.served.practice.exchange
    exchange.late = 3_600_000_000
    placed = await send(at)
    for lookup in ({"clientOrderId": NAME}, {}):
        with pytest.raises(ccxt.OrderNotFound):
            await at.client.fetch_order(None if lookup else placed["id"], SYMBOL, lookup)
    assert await at.client.fetch_open_orders(SYMBOL) == []
    exchange.late = 0
    assert (await at.client.fetch_order(placed["id"], SYMBOL))["status"] == "open"


async def test_a_client_that_stops_waiting_leaves_its_order(at: Trading) -> None:
    break_next(at, FaultKind.HANG)
    sending = asyncio.ensure_future(send(at))
    await until(lambda: bool(at.taken))
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    assert len(at.taken) == 1
