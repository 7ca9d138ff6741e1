"""kill -9 of the serving process, ten times, under a load of alerts.

Afterwards every acknowledged alert has exactly one order at the venue or a visible, explained
ending, and none has two; journal, API and the venue's own ledger tell the same.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fillgate.domain.events import OrderIntended, SignalAccepted
from fillgate.journal.base import Recorded
from fillgate.journal.reader import SqliteReader
from fillgate.service.offline import verify_journal
from tests.e2e.load import Load
from tests.e2e.process import Service, serving, until

KILLS = 10
SENDERS = 12
SETTINGS = {
    "service": {"wait": 0.3},
    # So few signals may be under way that some are turned away with 503.
    "engine": {"submit_deadline": 0.2, "poll_interval": 0.2, "max_waiting": 40},
    "accounts.mock": {
        "volatility": 0,
        "latency_ms": 4,
        "unknown_rate": 0.04,
        "reject_rate": 0.05,
    },
}

AT_THE_VENUE = {"FILLED", "NEW", "REJECTED"}
"""Statuses of orders that arrived; the mock's refusals are in its ledger, too."""
NEVER_THERE = {"ABSENT", "DENIED"}


async def kill_again_and_again(service: Service, load: Load) -> None:
    """Kill and restart after a random number of acknowledgements, now and then at once."""
    acknowledged = asyncio.Semaphore(0)
    load.on_answer = acknowledged.release
    for number in range(KILLS):
        load.up.set()
        for _ in range(load.random.randint(10, 60)):
            await acknowledged.acquire()
        await asyncio.to_thread(service.kill)
        load.up.clear()
        if number % 3 == 2:
            # Once more while it takes up what the one before it left.
            await asyncio.to_thread(service.start)
            await asyncio.to_thread(service.kill)
        await asyncio.to_thread(service.start)
        acknowledged = asyncio.Semaphore(0)
        load.on_answer = acknowledged.release
    load.up.set()
    load.stop()


def walk(service: Service, what: str, query: str = "") -> list[dict[str, Any]]:
    """Return a whole list of the API, page by page."""
    rows: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = service.get(f"/api/v1/{what}?limit=500{query}{cursor}")
        rows += page[what]
        if page["next"] is None:
            return rows
        cursor = f"&cursor={page['next']}"


def is_settled(service: Service) -> bool:
    """Tell whether nothing waits; what waited a moment ago may be on its way now."""
    if service.get("/api/v1/signals?state=waiting")["signals"]:
        return False
    return not service.get("/api/v1/orders?status=PENDING_NEW,UNKNOWN")["orders"]


async def story_of(service: Service) -> Sequence[Recorded]:
    """Return all events of the journal, whose chains are whole and whose lists fit its events."""
    assert (await verify_journal(service.data)).findings == ()
    reader = await SqliteReader.open(service.data / "journal.db")
    try:
        return await reader.events(limit=1_000_000)
    finally:
        await reader.close()


def check_acknowledgements(load: Load, accepted: dict[str, SignalAccepted]) -> None:
    """What the senders were told is what the journal has."""
    assert set(load.answers) == set(load.sent), "each alert was acknowledged in the end"
    assert set(accepted) == set(load.sent), "each alert was accepted under its key"
    for identity, replies in load.answers.items():
        number = accepted[identity].signal
        assert {reply.status for reply in replies} <= {200, 202, 422}
        told = {reply.json["signal"] for reply in replies}
        assert told == {number}, (identity, replies)
        ids = {reply.json["client_order_id"] for reply in replies} - {None}
        assert len(ids) <= 1


def check_orders(load: Load, signals: dict[int, str], orders: list[dict[str, Any]]) -> None:
    """Each alert has one order, which is what the alert asked for, with an ending."""
    assert sorted(order["signal"] for order in orders) == sorted(signals)
    for order in orders:
        asked = load.sent[signals[order["signal"]]]
        assert order["status"] in AT_THE_VENUE | NEVER_THERE
        if order["status"] in NEVER_THERE | {"REJECTED"}:
            assert order["code"]
        assert (order["symbol"], order["side"]) == (asked["symbol"], asked["action"])
        assert order["quantity"] == asked["quantity"]


def check_venue(service: Service, orders: list[dict[str, Any]]) -> None:
    """The venue got each order once at most, and has of it what we say that it has."""
    ledger = service.ledger
    assert set(map(len, ledger.arrivals.values())) <= {1}, "an order was sent twice"
    known = {order["client_order_id"]: order for order in orders}
    assert set(ledger.arrivals) <= set(known)
    for identity, order in known.items():
        arrived = ledger.arrivals.get(identity, ())
        refused = order["status"] == "REJECTED"
        assert bool(arrived) is (order["status"] in AT_THE_VENUE), order
        for held in arrived:
            assert held.status == order["status"]
            assert order["order_id"] in {held.order_id, None if refused else held.order_id}
            assert held.filled_quantity == Decimal(order["filled_quantity"])
    positions = {
        position["symbol"]: Decimal(position["quantity"])
        for position in service.get("/api/v1/positions")["positions"]
    }
    held_there = ledger.state.positions.items()
    assert positions == {symbol: quantity for (_, symbol), quantity in held_there}


@pytest.mark.parametrize("seed", [20261122])
async def test_ten_kills_under_load(tmp_path: Path, seed: int) -> None:
    print(f"seed {seed}")  # noqa: T201 - pytest shows it when the test fails
    with serving(Service(tmp_path, SETTINGS)) as service:
        load = Load(service, random.Random(seed))
        async with asyncio.TaskGroup() as group:
            group.create_task(load.run(SENDERS))
            group.create_task(kill_again_and_again(service, load))
        await asyncio.to_thread(until, lambda: is_settled(service), "everything is decided")
        orders = await asyncio.to_thread(walk, service, "orders")
        events = await story_of(service)
        accepted = {
            str(e.event.key).removeprefix("id:"): e.event
            for e in events
            if isinstance(e.event, SignalAccepted)
        }
        planned = Counter(e.event.signal for e in events if isinstance(e.event, OrderIntended))
        assert not planned or max(planned.values()) == 1
        check_acknowledgements(load, accepted)
        check_orders(load, {e.signal: i for i, e in accepted.items()}, orders)
        check_venue(service, orders)
        statuses = Counter(order["status"] for order in orders)
        told = f"{load.resent} sent again, {load.turned_away} of them after a 503"
        print(f"{len(load.sent)} alerts, {told}; {dict(statuses)}")  # noqa: T201 - as above
        assert load.resent, "no sender noticed the kills"
        assert {"FILLED", "REJECTED", "NEW"} <= set(statuses)
