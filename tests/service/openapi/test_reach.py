"""Every answer that the document promises is one that somebody gets."""

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest

from fillgate.domain.errors import Rejected, Unknown
from fillgate.domain.life_cycle import OrderStatus
from fillgate.journal.base import JournalUnavailable
from fillgate.service.auth import sign
from fillgate.service.events.places import Place
from fillgate.service.http import MAX_BODY
from tests.engine.venue import canceled, never, raises, replaced, resting, tells
from tests.service.asgi import call
from tests.service.conformity import DOCUMENT, operation_at
from tests.service.conftest import ORDERS, SECRET, WEBHOOK, Desk, alert, open_desk, order

ELSEWHERE: Final = {
    "408": "needs a slow sender: test_bodies",
    "500": "what nobody foresees: test_taking and test_reading make it",
}
"""Statuses that are not made here, and why."""

PROMISED: Final = {
    (operation["operationId"], status)
    for methods in DOCUMENT["paths"].values()
    for operation in methods.values()
    for status in operation["responses"]
    if status not in ELSEWHERE
}

TOKEN: Final = WEBHOOK + "/" + SECRET.replace("/", "%2F").replace("+", "%2B")
RELEASE: Final = "/api/v1/journal/release"
READING: Final = (
    ORDERS, f"{ORDERS}/x", "/api/v1/events?follow=false", "/api/v1/signals",
    "/api/v1/signals/1", "/api/v1/positions", "/api/v1/accounts", "/api/v1/ticker/BTC/USDT",
    "/api/v1/reports/costs", "/api/v1/reports/costs/orders", "/metrics",
)  # fmt: skip
OPEN: Final = ("/health", "/live", "/ready", "/openapi.json", "/docs", "/docs/problems")


class Seen:
    """Sends requests and keeps which operation answered with which status."""

    def __init__(self) -> None:
        self.answers: set[tuple[str, str]] = set()

    async def send(
        self, desk: Desk, method: str, target: str, body: bytes = b"", **headers: str
    ) -> dict[str, Any]:
        pairs = [
            (name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()
        ]
        if target.startswith(WEBHOOK) and target != TOKEN:
            pairs.append((b"x-webhook-signature", sign(SECRET, body).encode()))
        response = await call(desk.app, method, target, headers=pairs, body=body)
        operation = operation_at(method, target.partition("?")[0])
        assert operation is not None
        self.answers.add((operation["operationId"], str(response.status)))
        return response.json if response.headers.get("content-type", "").endswith("json") else {}


async def take(seen: Seen, desk: Desk) -> None:
    desk.venue.answers["LOST/USDT"] = raises(Unknown("RESET", "connection reset"))
    desk.venue.lookup_error = ConnectionError()
    doors: tuple[tuple[str, Callable[..., bytes]], ...] = (
        (WEBHOOK, alert), (TOKEN, alert), (ORDERS, order),
    )  # fmt: skip
    for number, (target, body) in enumerate(doors):
        await seen.send(desk, "POST", target, body(symbol=f"DONE{number}/USDT"))
        await seen.send(
            desk, "POST", target, body(symbol="LOST/USDT", quantity=1 + number), prefer="wait=0"
        )
        await seen.send(desk, "POST", target, b"nonsense")
        await seen.send(desk, "POST", target, body(quantity=-1))
        await seen.send(desk, "POST", target, b"x" * (MAX_BODY + 1))
        desk.house.engine.intake.draining = True
        await seen.send(desk, "POST", target, body())
        await seen.send(desk, "GET", "/ready")
        desk.house.engine.intake.draining = False


async def read(seen: Seen, desk: Desk) -> None:
    (unknown,) = (await desk.get(f"{ORDERS}?status=UNKNOWN")).json["orders"]
    identity = unknown["client_order_id"]
    for target in (*READING, *OPEN, f"{ORDERS}/{identity}"):
        await seen.send(desk, "GET", target)
        await seen.send(desk, "GET", f"{target}{'&' if '?' in target else '?'}surprise=1")
        await seen.send(desk, "GET", target, if_none_match="*")
    await seen.send(desk, "GET", "/api/v1/signals/999999")
    await seen.send(desk, "GET", "/api/v1/events", last_event_id=Place(10**9, 1).id)
    await seen.send(desk, "GET", "/api/v1/ticker/X?account=nobody")
    resolve = f"{ORDERS}/{identity}/resolve"
    finding = b'{"status": "ABSENT", "reason": "not there"}'
    await seen.send(desk, "POST", f"{ORDERS}/x/resolve", finding)
    for body in (b"", b"{}", b"x" * (MAX_BODY + 1)):
        await seen.send(desk, "POST", resolve, body)
    await seen.send(desk, "POST", resolve, finding)
    settled = await seen.send(desk, "POST", f"{ORDERS}/{await done(desk)}/resolve", finding)
    assert settled["reason"] == "ORDER_NOT_UNKNOWN"


async def ask(seen: Seen, desk: Desk) -> None:
    """Cancel and replace orders, in all ways that there are."""
    desk.venue.answers["REST/USDT"] = resting
    terms: dict[str, Any] = {"symbol": "REST/USDT", "order_type": "limit", "price": 100}
    everything = f"{ORDERS}/cancel-all"
    refused = raises(Rejected("UNKNOWN_ORDER", "Unknown order sent."))
    for answer, prefer in (
        (refused, "wait=5"),
        (canceled, "wait=5"),
        (never, "wait=0"),
        (LATE, "wait=5"),
    ):
        desk.venue.cancel_answer = desk.venue.replace_answer = answer
        if answer is canceled:
            desk.venue.replace_answer = replaced
        for method, body in (("PATCH", b'{"price": 90}'), ("DELETE", b"")):
            placed = await seen.send(desk, "POST", ORDERS, order(**terms, quantity=next(_SIZES)))
            path = f"{ORDERS}/{placed['client_order_id']}"
            await seen.send(desk, method, path, body, prefer=prefer)
    for method in ("DELETE", "PATCH"):
        await seen.send(desk, method, f"{ORDERS}/x", b'{"price": 90}')
        await seen.send(desk, method, f"{ORDERS}/{await done(desk)}", b'{"price": 90}')
        await seen.send(desk, method, f"{ORDERS}/x?surprise=1", b'{"price": "x"}')
        await seen.send(desk, method, f"{ORDERS}/x", b"{}", idempotency_key="\x7f")
    for path, method in ((everything, "POST"), (f"{ORDERS}/x", "PATCH")):
        for body in (b"", b'{"surprise": 1}', b"x" * (MAX_BODY + 1)):
            await seen.send(desk, method, path, body)
    await seen.send(desk, "POST", everything, b"{}", prefer="wait=0")


async def compare(seen: Seen, desk: Desk) -> None:
    """Compare an account that cannot be compared, one that is none, and one that can."""
    await seen.send(desk, "POST", COMPARE)
    await seen.send(desk, "POST", "/api/v1/accounts/nobody/reconcile")
    desk.venue.reconcilable()
    told = await seen.send(desk, "POST", COMPARE)
    assert told["findings"], "the venue says that it holds nothing"


COMPARE: Final = "/api/v1/accounts/main/reconcile"


async def release(seen: Seen, desk: Desk) -> None:
    reason = b'{"reason": "compared"}'
    desk.house.engine.hold.reason = "restored"
    for body in (b"", b"{}", b"x" * (MAX_BODY + 1)):
        await seen.send(desk, "POST", RELEASE, body)
    desk.house.engine.recorder._undecided = 1
    await seen.send(desk, "POST", RELEASE, reason)
    desk.house.engine.recorder._undecided = 0
    for _ in range(2):
        await seen.send(desk, "POST", RELEASE, reason)


LATE: Final = tells(OrderStatus.FILLED, "1", quantity=None)
_SIZES: Final = count(1)


async def done(desk: Desk) -> str:
    identity: str = (await desk.get(f"{ORDERS}?status=FILLED")).json["orders"][0]["client_order_id"]
    return identity


async def fail(seen: Seen, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(error: Exception) -> Callable[..., Any]:
        async def fail(*_: object) -> None:
            raise error

        return fail

    with monkeypatch.context() as patched:
        patched.setattr("fillgate.service.costs_api._MOST", 0)
        await seen.send(desk, "GET", "/api/v1/reports/costs")
    for error in (Rejected("NO_MARKET", "no such market"), ConnectionError("no route")):
        monkeypatch.setattr(desk.venue, "fetch_data", failing(error))
        await seen.send(desk, "GET", "/api/v1/ticker/X")
    reading = ("orders", "signals", "find_signal", "find_order", "last_event", "sightings")
    for name in reading:
        monkeypatch.setattr(desk.house.engine.journal, name, failing(JournalUnavailable("gone")))
    for target in READING:
        await seen.send(desk, "GET", target)
    await seen.send(
        desk, "POST", f"{ORDERS}/x/resolve", b'{"status": "ABSENT", "reason": "not there"}'
    )
    await seen.send(desk, "DELETE", f"{ORDERS}/x")
    await seen.send(desk, "PATCH", f"{ORDERS}/x", b'{"price": 90}')
    desk.house.engine.reconciliation._comparison.fills_until.clear()
    await seen.send(desk, "POST", COMPARE)
    desk.house.engine.recorder._undecided = 1
    await seen.send(desk, "POST", f"{ORDERS}/cancel-all", b"{}")
    desk.house.engine.recorder._undecided = 0


async def knock(seen: Seen, desk: Desk, **headers: str) -> None:
    for target in READING:
        await seen.send(desk, "GET", target, b"", **headers)
    for target in (ORDERS, f"{ORDERS}/x/resolve", f"{ORDERS}/cancel-all", COMPARE, RELEASE):
        await seen.send(desk, "POST", target, b"{}", **headers)
    for method in ("DELETE", "PATCH"):
        await seen.send(desk, method, f"{ORDERS}/x", b"{}", **headers)
    await seen.send(desk, "POST", WEBHOOK, alert(secret="wrong"), **headers)
    await seen.send(desk, "POST", WEBHOOK + "/wrong", alert(), **headers)


async def test_what_is_promised_is_reached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = Seen()
    async with open_desk(tmp_path / "open") as desk:
        await knock(seen, desk, host="elsewhere.example")
        await take(seen, desk)
        await read(seen, desk)
        await ask(seen, desk)
        await compare(seen, desk)
        await release(seen, desk)
        await fail(seen, desk, monkeypatch)
    async with open_desk(tmp_path / "keyed", api_key="a-made-up-key") as desk:
        await knock(seen, desk)
    assert sorted(PROMISED - seen.answers) == []
