"""Every way in which the answer to a submission can break, at the real ccxt's other end.

The exchange takes the order first. Whatever it does then, exactly one request has arrived.
"""

import asyncio
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fillgate.domain.errors import CodedError, Denied, NotSent, Rejected, Unknown
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import QuantityUnit
from fillgate.plugins.ccxt import CcxtPlugin
from tests.ccxt.plugins.ccxt.conftest import an_order
from tests.ccxt.plugins.ccxt.exchange import (
    KEY,
    ORDER,
    SECRET,
    Behaviour,
    Exchange,
    answering,
    config_of,
    hang_up,
    json_answer,
    raw,
    reset,
    silence,
)

_TAKEN = json.dumps(ORDER).encode()
_PAGE = b"<html><body>One moment please</body></html>"


def refusal(code: int, words: str, status: int = 400) -> Behaviour:
    return answering(json_answer({"code": code, "msg": words}, status))


def page(status: int) -> Behaviour:
    return answering(raw(status, _PAGE, "text/html"))


_UNKNOWN: dict[str, tuple[Behaviour, str]] = {
    "reset": (reset, "CONNECTION_LOST"),
    "closed without a word": (hang_up, "CONNECTION_LOST"),
    "cut off in its head": (answering(b"HTTP/1.1 200"), "CONNECTION_LOST"),
    "cut off in its body": (answering(raw(200, _TAKEN[:40], length=400)), "BROKEN_ANSWER"),
    "no HTTP": (answering(b"SSH-2.0-OpenSSH_9\r\n\r\n"), "BROKEN_ANSWER"),
    "JSON cut off": (answering(raw(200, _TAKEN[:60])), "NO_ORDER_ID"),
    "empty 200": (answering(raw(200, b"")), "NO_ORDER_ID"),
    "{}": (answering(json_answer({})), "NO_ORDER_ID"),
    "null": (answering(raw(200, b"null")), "NO_ORDER_ID"),
    "[]": (answering(json_answer([])), "NO_ORDER_ID"),
    "an order without an id": (
        answering(json_answer({**ORDER, "orderId": None})),
        "NO_ORDER_ID",
    ),
    "HTML 200": (page(200), "NO_ORDER_ID"),
    "HTML 400": (page(400), "HTTP_STATUS"),
    "HTML 403": (page(403), "HTTP_STATUS"),
    "HTML 404": (page(404), "HTTP_STATUS"),
    "HTML 409": (page(409), "HTTP_STATUS"),
    "HTML 418": (page(418), "HTTP_STATUS"),
    "HTML 429": (page(429), "HTTP_STATUS"),
    "empty 429": (answering(raw(429, b"")), "HTTP_STATUS"),
    "{} 429": (answering(json_answer({}, 429)), "HTTP_STATUS"),
    "HTML 500": (page(500), "HTTP_STATUS"),
    "HTML 502": (page(502), "HTTP_STATUS"),
    "HTML 503": (page(503), "HTTP_STATUS"),
    "HTML 504": (page(504), "HTTP_STATUS"),
    "524": (page(524), "NO_ORDER_ID"),
    "a redirect": (
        answering(
            b"HTTP/1.1 307 Moved\r\nLocation: https://api.binance.com/api/v3/order\r\n"
            b"Content-Length: 0\r\n\r\n"
        ),
        "NO_ORDER_ID",
    ),
    "-1000": (refusal(-1000, "An unknown error occurred while processing."), "NO_DEFINITE_REASON"),
    "-1001": (refusal(-1001, "Internal error; unable to process."), "NO_DEFINITE_REASON"),
    "-1006": (
        refusal(-1006, "An unexpected response was received. Execution status unknown."),
        "NO_DEFINITE_REASON",
    ),
    "-1007": (
        refusal(-1007, "Timeout waiting for response. Send status unknown.", 408),
        "NO_DEFINITE_REASON",
    ),
    "-1007 in 504": (refusal(-1007, "Timeout waiting for response.", 504), "HTTP_STATUS"),
    "-1008 in 503": (refusal(-1008, "Server is currently overloaded.", 503), "HTTP_STATUS"),
    "-2010 in 500": (refusal(-2010, "Account has insufficient balance.", 500), "HTTP_STATUS"),
    "a code that ccxt does not know": (refusal(-9999, "Something new."), "NO_DEFINITE_REASON"),
    "duplicate": (refusal(-2010, "Duplicate order sent."), "DUPLICATE_ORDER"),
    "duplicate in other words": (refusal(-2010, "Duplicate order list."), "DUPLICATE_ORDER"),
    "a refusal that names an order": (
        answering(json_answer({"code": -2010, "msg": "No.", "orderId": 28}, 400)),
        "CONTRADICTION",
    ),
}

_REJECTED: dict[str, tuple[Behaviour, str]] = {
    "insufficient balance": (
        refusal(-2010, "Account has insufficient balance for requested action."),
        "INSUFFICIENT_FUNDS",
    ),
    "would match": (
        refusal(-2010, "Order would immediately match and take."),
        "INVALID_ORDER",
    ),
    "would trigger": (
        refusal(-2010, "Stop price would trigger immediately."),
        "INVALID_ORDER",
    ),
    "other words of -2010": (
        refusal(-2010, "This action is disabled on this account."),
        "INVALID_ORDER",
    ),
    "LOT_SIZE": (refusal(-1013, "Filter failure: LOT_SIZE"), "INVALID_ORDER"),
    "PRICE_FILTER": (refusal(-1013, "Filter failure: PRICE_FILTER"), "INVALID_ORDER"),
    "NOTIONAL": (refusal(-1013, "Filter failure: NOTIONAL"), "INVALID_ORDER"),
    "-1021": (
        refusal(-1021, "Timestamp for this request is outside of the recvWindow."),
        "INVALID_NONCE",
    ),
    "-1022": (refusal(-1022, "Signature for this request is not valid."), "AUTHENTICATION_FAILED"),
    "-1102": (refusal(-1102, "Mandatory parameter was not sent."), "INVALID_ORDER"),
    "-1121": (refusal(-1121, "Invalid symbol."), "UNKNOWN_SYMBOL"),
    "-2014": (refusal(-2014, "API-key format invalid.", 401), "AUTHENTICATION_FAILED"),
    "429 in the venue's words": (refusal(-1003, "Too many requests.", 429), "RATE_LIMITED"),
    "418 in the venue's words": (refusal(-1003, "Way too many requests.", 418), "RATE_LIMITED"),
    "-1015": (refusal(-1015, "Too many new orders."), "RATE_LIMITED"),
}


async def ending(account: CcxtPlugin, **changes: Any) -> CodedError:
    with pytest.raises(CodedError) as raised:
        await account.execute_order(an_order(**changes))
    return raised.value


@pytest.mark.parametrize(("behaviour", "code"), _UNKNOWN.values(), ids=_UNKNOWN)
async def test_an_answer_that_decides_nothing_leaves_the_order_unknown(
    account: CcxtPlugin, exchange: Exchange, behaviour: Behaviour, code: str
) -> None:
    exchange.on_order = behaviour
    error = await ending(account)
    assert (type(error), error.code) == (Unknown, code), error
    assert len(exchange.orders) == 1


@pytest.mark.parametrize(("behaviour", "code"), _REJECTED.values(), ids=_REJECTED)
async def test_the_venues_own_refusal_rejects_the_order(
    account: CcxtPlugin, exchange: Exchange, behaviour: Behaviour, code: str
) -> None:
    exchange.on_order = behaviour
    error = await ending(account)
    assert (type(error), error.code) == (Rejected, code), error
    assert len(exchange.orders) == 1


async def test_a_result_names_the_venues_id_and_what_was_executed(
    account: CcxtPlugin, exchange: Exchange
) -> None:
    result = await account.execute_order(an_order())
    assert (result.success, result.order_id, result.status) == (True, "28", OrderStatus.FILLED)
    assert [fill.fill_id for fill in result.fills] == ["7", "8"]
    assert len(exchange.orders) == 1


async def test_silence_is_unknown_after_the_time_out(
    plugin: CcxtPlugin, exchange: Exchange, tmp_path: Path
) -> None:
    await plugin.init(config_of(exchange, tmp_path, answer_timeout=0.2, connect_timeout=0.2))
    exchange.on_order = silence
    error = await ending(plugin)
    assert (type(error), error.code) == (Unknown, "READ_TIME_OUT")
    assert len(exchange.orders) == 1


async def test_a_cancelled_submission_is_never_sent_again(
    account: CcxtPlugin, exchange: Exchange
) -> None:
    arrived = asyncio.Event()

    async def arrive(peer: Any, request: Any) -> None:
        arrived.set()
        await silence(peer, request)

    exchange.on_order = arrive
    submission = asyncio.ensure_future(account.execute_order(an_order()))
    await arrived.wait()
    submission.cancel()
    with pytest.raises(asyncio.CancelledError):
        await submission
    assert len(exchange.orders) == 1


async def test_a_refused_connection_is_not_sent(account: CcxtPlugin, exchange: Exchange) -> None:
    await exchange.stop()
    error = await ending(account)
    assert (type(error), error.code) == (NotSent, "CONNECT_FAILED")


async def test_an_unknown_host_is_not_sent(account: CcxtPlugin, exchange: Exchange) -> None:
    assert account._desk is not None
    account._desk.opened.orders.urls["api"]["private"] = "https://elsewhere.example/api/v3"
    error = await ending(account)
    assert (type(error), error.code) == (NotSent, "CONNECT_FAILED")
    assert not exchange.orders


async def test_a_certificate_that_nobody_vouches_for_is_not_sent(
    account: CcxtPlugin, exchange: Exchange
) -> None:
    assert account._desk is not None
    # Of the same authority, but for another host.
    account._desk.opened.orders.urls["api"]["private"] = "https://fapi.binance.com.evil/api/v3"
    error = await ending(account)
    assert isinstance(error, NotSent)
    assert not exchange.orders


@pytest.mark.parametrize(
    "changes",
    [
        {"symbol": "NO/SUCH"},
        {"symbol": "BTCUSD_PERP"},
        {"price": Decimal(1)},
        {"reduce_only": True},
        {"leverage": Decimal(3)},
        {"stop_loss": Decimal(1)},
        {"trail": Decimal(1)},
        {"quantity_unit": QuantityUnit.LOTS},
        {"client_order_id": "not-one-of-ours"},
    ],
    ids=str,
)
async def test_what_cannot_be_placed_is_refused_before_anything_is_sent(
    account: CcxtPlugin, exchange: Exchange, changes: dict[str, Any]
) -> None:
    error = await ending(account, **changes)
    assert isinstance(error, Denied), error
    assert not exchange.orders


async def test_no_ending_shows_a_key(account: CcxtPlugin, exchange: Exchange) -> None:
    exchange.on_order = refusal(-2010, f"What are {KEY} and {SECRET}?")
    error = await ending(account)
    assert KEY not in str(error)
    assert SECRET not in str(error)


async def test_each_order_has_a_connection_of_its_own(
    account: CcxtPlugin, exchange: Exchange
) -> None:
    before = exchange.handshakes
    for _ in range(3):
        await account.execute_order(an_order())
    assert exchange.handshakes == before + 3
