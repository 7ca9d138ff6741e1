"""What comes over the wire and is no sound request of our own: every one is answered, none acts."""

import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import httpx2
import pytest

from fillgate.plugins.ccxt_http.protocol import (
    ACTS,
    PLACE,
    QUESTIONS,
    REPORTS,
    SIGNATURE,
    SIGNED_AT,
)
from tests.bridge.running import SECRET, Bridge

pytestmark = pytest.mark.anyio

ORDER: dict[str, Any] = {
    "symbol": "BTC/USDT",
    "action": "buy",
    "order_type": "market",
    "quantity": 0.01,
    "price": None,
    "stop_loss": None,
    "take_profit": None,
    "confidence": 0.7,
    "exchange": "binance",
    "testnet": True,
    "client_order_id": "fg6zdc000000100",
}


@pytest.fixture(scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bridge]:
    """A bridge for tests that place nothing."""
    async with Bridge(tmp_path_factory.mktemp("shared")) as running:
        yield running


def now() -> int:
    return time.time_ns() // 1000


def hexdigest(body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def older(**fields: Any) -> bytes:
    """Return an order as older senders write it."""
    # A second ahead: an order of the second in which the bridge began may be of one before it.
    return json.dumps({"timestamp": now() // 1_000_000 + 1} | ORDER | fields).encode()


def signed(method: str, target: str, body: bytes = b"", at: int | None = None) -> dict[str, str]:
    """Return the headers of a request, made here without the code of the plugin."""
    signed_at = str(now() if at is None else at)
    text = f"fillgate-bridge-1\n{method}\n{target}\n{signed_at}\nbinance live\n".encode() + body
    return {SIGNED_AT: signed_at, PLACE: "binance live", SIGNATURE: hexdigest(text)}


async def ask(
    bridge: Bridge,
    method: str,
    target: str,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
) -> tuple[int, dict[str, Any]]:
    async with httpx2.AsyncClient(trust_env=False, verify=False, timeout=20) as client:
        reply = await client.request(method, bridge.url + target, content=body, headers=headers)
    return reply.status_code, reply.json()


async def post(bridge: Bridge, body: bytes, signature: str | None = None) -> Any:
    headers = {"X-Webhook-Signature": hexdigest(body) if signature is None else signature}
    return await ask(bridge, "POST", "/webhook/tradingview", body, headers)


def code(answer: tuple[int, dict[str, Any]]) -> tuple[int, str]:
    """Return status and code of a refusal, which has sent nothing and says so."""
    status, told = answer
    assert told["ending"] == "not_sent"
    assert told["message"]
    return status, told["code"]


async def test_an_order_of_an_older_sender(bridge: Bridge) -> None:
    status, told = await post(bridge, older())
    assert (status, told["status"], told["ending"]) == (200, "executed", "result")
    assert (told["order_id"], told["filled_quantity"]) == ("mock-1", "0.01")
    assert Decimal(told["average_price"]) > 50_000


async def test_health_is_for_everybody_and_tells_the_protocol(shared: Bridge) -> None:
    status, told = await ask(shared, "GET", "/health")
    assert (status, told["status"], told["protocol"]) == (200, "ok", 1)
    assert told["capabilities"]["fetch_order"]
    # A second of the venue's, and as long as an order may be on its way to it.
    assert told["capabilities"]["settle_seconds"] == 1 + 10 + 1


async def test_a_ticker_is_for_everybody(shared: Bridge) -> None:
    status, told = await ask(shared, "GET", "/ticker/BTC%2FUSDT")
    assert (status, told["symbol"], told["bid"], told["ask"]) == (
        200,
        "BTC/USDT",
        "49995",
        "50005",
    )


SIGNATURES = ["", "0" * 64, hexdigest(b"another body"), hexdigest(older(), "another secret")]


@pytest.mark.parametrize("signature", SIGNATURES)
async def test_an_order_that_is_not_signed_is_not_placed(shared: Bridge, signature: str) -> None:
    assert code(await post(shared, older(), signature)) == (401, "UNAUTHENTICATED")
    assert not shared.ledger.arrivals


TARGETS = [*QUESTIONS, REPORTS, *ACTS]


def method_of(target: str) -> str:
    return "POST" if target in ACTS else "GET"


@pytest.mark.parametrize("target", TARGETS)
async def test_nothing_is_told_and_nothing_done_unsigned(shared: Bridge, target: str) -> None:
    method = method_of(target)
    sound = signed(method, target)
    elsewhere = "/v1/orders" if target == "/v1/balances" else "/v1/balances"
    for headers in (
        {},
        {SIGNATURE: sound[SIGNATURE]},
        {SIGNED_AT: sound[SIGNED_AT]},
        sound | {SIGNED_AT: str(int(sound[SIGNED_AT]) + 1)},
        sound | {PLACE: "binance test"},
        signed("PUT", target),
        signed(method, elsewhere),
        signed(method, f"{target}?symbol=BTC%2FUSDT"),
        signed(method, target, b"a body"),
        {"X-Webhook-Signature": hexdigest(b"")},
    ):
        assert code(await ask(shared, method, target, b"", headers)) == (401, "UNAUTHENTICATED")


async def test_a_query_is_signed_too(shared: Bridge) -> None:
    headers = signed("GET", "/v1/orders?symbol=BTC%2FUSDT")
    answer = await ask(shared, "GET", "/v1/orders?symbol=ETH%2FUSDT", b"", headers)
    assert code(answer) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize("seconds", [-3600, -11, 2, 3600])
async def test_a_request_of_another_time_is_refused(shared: Bridge, seconds: int) -> None:
    at = now() + seconds * 1_000_000
    answer = await ask(shared, "GET", "/v1/balances", b"", signed("GET", "/v1/balances", at=at))
    assert code(answer) == (401, "STALE")


async def test_a_time_that_is_none_is_refused(shared: Bridge) -> None:
    for at in ("", "now", "-1", "9" * 400, "1e3"):
        text = f"fillgate-bridge-1\nGET\n/v1/balances\n{at}\n\n".encode()
        headers = {SIGNED_AT: at, SIGNATURE: hexdigest(text)}
        assert code(await ask(shared, "GET", "/v1/balances", b"", headers)) == (401, "STALE")


async def test_a_question_is_answered_once(shared: Bridge) -> None:
    headers = signed("GET", "/v1/balances")
    status, told = await ask(shared, "GET", "/v1/balances", b"", headers)
    assert (status, len(told["answer"])) == (200, 2)
    assert code(await ask(shared, "GET", "/v1/balances", b"", headers)) == (401, "REPLAYED")


async def test_an_order_that_comes_twice_is_placed_once(bridge: Bridge) -> None:
    body = older()
    _, first = await post(bridge, body)
    _, again = await post(bridge, body)
    _, later = await post(bridge, older(timestamp=now() // 1_000_000 + 2))
    assert again == later == first | {"replayed": True}
    assert bridge.arrivals(ORDER["client_order_id"]) == 1


async def test_a_repeat_that_is_late_is_told_what_became_of_the_first(bridge: Bridge) -> None:
    _, first = await post(bridge, older())
    _, late = await post(bridge, older(timestamp=now() // 1_000_000 - 3600))
    assert late == first | {"replayed": True}


async def test_another_order_under_the_same_id_is_no_refusal_and_not_placed(
    bridge: Bridge,
) -> None:
    await post(bridge, older())
    status, told = await post(bridge, older(quantity=0.02))
    assert (status, told["status"], told["ending"]) == (200, "unknown", "unknown")
    assert told["code"] == "DUPLICATE_ORDER"
    assert bridge.arrivals(ORDER["client_order_id"]) == 1


async def test_an_order_that_comes_again_to_a_new_bridge_is_not_placed(bridge: Bridge) -> None:
    body = older(timestamp=now() // 1_000_000)
    for _ in range(2):
        await bridge.stop()
        await bridge.start()
        status, told = await post(bridge, body)
        assert (status, told["status"], told["ending"]) == (200, "unknown", "unknown")
        assert told["code"] == "SIGNED_BEFORE_START"
    assert bridge.arrivals(ORDER["client_order_id"]) == 0


async def test_a_cancel_that_comes_twice_is_asked_for_once(bridge: Bridge) -> None:
    await post(bridge, older(order_type="limit", price=40_000))
    asked = {"client_order_id": ORDER["client_order_id"], "symbol": "BTC/USDT", "request_id": "r1"}
    body, target = json.dumps(asked).encode(), "/v1/order/cancel"
    _, first = await ask(bridge, "POST", target, body, signed("POST", target, body))
    _, again = await ask(bridge, "POST", target, body, signed("POST", target, body))
    assert first["report"]["status"] == "CANCELED"
    assert again == first | {"replayed": True}


async def test_a_refusal_of_the_venue_is_ignored_to_older_readers(bridge: Bridge) -> None:
    _, told = await post(bridge, older(quantity=100))
    assert (told["status"], told["ending"]) == ("ignored", "rejected")
    assert told["code"]
    assert "USDT" in told["message"]


BAD_ORDERS: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"{",
    "no object": b"[]",
    "no UTF-8": b'{"symbol": "\xff"}',
    "a key twice": b'{"quantity": 1, "quantity": 2}',
    "no fields": b"{}",
    "NaN": older().replace(b"0.01", b"NaN"),
    "no quantity": older(quantity=None),
    "a negative quantity": older(quantity=-1),
    "zero": older(quantity=0),
    "too many digits": older().replace(b"0.01", b"0." + b"1" * 39),
    "a quantity that is none": older(quantity="1_0"),
    "a quantity that is a list": older(quantity=[1]),
    "an unknown side": older(action="hold"),
    "an unknown type": older(order_type="iceberg"),
    "a limit without a price": older(order_type="limit"),
    "no symbol": older(symbol=None),
    "an empty id": older(client_order_id=""),
    "an id that is a number": older(client_order_id=1),
    "an id that cannot be printed": older(client_order_id="a\nb"),
    "no time": older(timestamp=None),
    "a field that is not known": older(leverage=10),
    "a flag that is none": older(reduce_only="yes"),
    "half a character": json.dumps({"order": {"strategy": "\ud800"}}).encode(),
    "half a character in an older field": older(client_order_id="\ud800"),
    "half a character in the symbol": older(symbol="BTC/\ud800"),
    "a whole order that is none": json.dumps({"order": {}}).encode(),
    "a whole order with a float of NaN": json.dumps(
        {
            "timestamp": 1,
            "sent_at": 1,
            "exchange": "x",
            "testnet": True,
            "order": {
                "client_order_id": "a",
                "account": "b",
                "symbol": "c",
                "side": "buy",
                "quantity": "NaN",
            },
        }
    ).encode(),
}


@pytest.mark.parametrize("body", BAD_ORDERS.values(), ids=list(BAD_ORDERS))
async def test_what_is_no_order_is_refused(shared: Bridge, body: bytes) -> None:
    assert code(await post(shared, body)) == (400, "MALFORMED")
    assert not shared.ledger.arrivals


BAD_QUESTIONS = [
    "/v1/order",
    "/v1/order?client_order_id=a",
    "/v1/order?client_order_id=a&symbol=b&symbol=c",
    "/v1/order?client_order_id=a&symbol=b&since=yesterday",
    "/v1/order?client_order_id=a&symbol=b&other=c",
    "/v1/fills",
    "/v1/fills?since=1.5",
    "/v1/balances?symbol=b",
    "/v1/orders?symbol",
    "/v1/orders?symbol=%FF",
]


@pytest.mark.parametrize("target", BAD_QUESTIONS)
async def test_what_is_no_question_is_refused(shared: Bridge, target: str) -> None:
    answer = await ask(shared, "GET", target, b"", signed("GET", target))
    assert code(answer) == (400, "MALFORMED")


BAD_ACTS = [b"", b"{}", b'{"client_order_id": "a", "symbol": "b"}', b'{"client_order_id": 1}']


@pytest.mark.parametrize("body", BAD_ACTS)
@pytest.mark.parametrize("target", ACTS)
async def test_what_is_no_act_is_refused(shared: Bridge, target: str, body: bytes) -> None:
    answer = await ask(shared, "POST", target, body, signed("POST", target, body))
    assert code(answer) == (400, "MALFORMED")


@pytest.mark.parametrize(
    ("method", "target", "expected"),
    [
        ("GET", "/", (404, "NOT_FOUND")),
        ("GET", "/v1", (404, "NOT_FOUND")),
        ("GET", "/v1/orders/", (404, "NOT_FOUND")),
        ("POST", "/v1/reports", (404, "NOT_FOUND")),
        ("GET", "/webhook/tradingview", (405, "METHOD_NOT_ALLOWED")),
        ("POST", "/health", (405, "METHOD_NOT_ALLOWED")),
        ("DELETE", "/v1/orders", (405, "METHOD_NOT_ALLOWED")),
        ("GET", "/v1/order/cancel", (405, "METHOD_NOT_ALLOWED")),
    ],
)
async def test_paths_and_methods(
    shared: Bridge, method: str, target: str, expected: tuple[int, str]
) -> None:
    assert code(await ask(shared, method, target)) == expected


async def test_a_body_that_is_too_large_is_not_read(shared: Bridge) -> None:
    assert code(await post(shared, b" " * 70_000)) == (413, "BODY_TOO_LARGE")


async def test_no_answer_holds_the_secret(shared: Bridge) -> None:
    target = f"/v1/order?client_order_id={SECRET.replace(' ', '+')}&symbol="
    for answer in (
        await ask(shared, "GET", target, b"", signed("GET", target)),
        await ask(shared, "GET", "/ticker/" + SECRET.replace(" ", "%20") + "%00"),
        await post(shared, older(symbol=f"{SECRET}\0")),
    ):
        assert SECRET not in json.dumps(answer)
