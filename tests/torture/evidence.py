"""What a run leaves: what was sent and heard, the journal, the API's view, the venue's ledger."""

import asyncio
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from fillgate.domain.events import (
    ForeignFillSeen,
    ForeignOrderSeen,
    OrderEvent,
    OrderIntended,
    OrderSending,
    OrderWithdrawn,
    SignalAccepted,
)
from fillgate.domain.fold import fold_orders
from fillgate.domain.ids import tag_of
from fillgate.domain.order_state import OrderState
from fillgate.journal.base import Recorded
from fillgate.journal.reader import SqliteReader
from fillgate.service.offline import verify_journal
from tests.e2e.process import Service
from tests.torture.askers import Asked
from tests.torture.book import Book
from tests.torture.ledger import Line
from tests.torture.processes import API_KEY, MAX_AGE, VenueUnderTest
from tests.torture.senders import Sent

__all__ = [
    "Evidence",
    "folded",
    "gather",
    "get",
    "positions",
    "read_events",
    "verified_by_command",
    "walk",
]


@dataclass
class Evidence:
    """All that the checks look at."""

    sent: Mapping[str, Sent]
    asked: Sequence[Asked]
    events: Sequence[Recorded]
    lines: Sequence[Line]
    orders: Sequence[Mapping[str, Any]]
    """As the API tells them."""
    positions: Mapping[str, Decimal]
    """As the API tells them, without those of nothing."""
    waiting: Sequence[int]
    """Numbers of the signals that wait, as the API tells them."""
    verification: str
    """What is wrong with the journal in itself; empty for nothing."""
    max_age: float = MAX_AGE
    """Seconds after which a signal was not to be acted upon."""
    names_requests: bool = True
    """Whether cancels have ids of their own at the venue."""

    @cached_property
    def book(self) -> Book:
        """The venue's orders."""
        return Book.of(self.lines)

    @cached_property
    def accepted(self) -> Mapping[tuple[str, str], Sequence[SignalAccepted]]:
        """For each source and key the signals that the journal took."""
        found: dict[tuple[str, str], list[SignalAccepted]] = defaultdict(list)
        for record in self.events:
            event = record.event
            if isinstance(event, SignalAccepted):
                found[event.source, str(event.key).removeprefix("id:")].append(event)
        return found

    @cached_property
    def states(self) -> Mapping[str, OrderState]:
        """The orders that the journal's events lead to, by client order id."""
        return folded(self.events)

    @cached_property
    def withdrawn(self) -> set[str]:
        """The orders that were cancelled before they left."""
        return {
            record.event.client_order_id
            for record in self.events
            if isinstance(record.event, OrderWithdrawn)
        }

    @cached_property
    def foreign(self) -> set[str]:
        """The client order ids of the venue's orders that others sent."""
        tag = next((tag_of(identity) for identity in self.states), None)
        return {i for kind, i in self.book.arrivals if kind == "new" and tag_of(i) != tag}

    @cached_property
    def foreign_orders_seen(self) -> "Counter[str]":
        """How often each order of others was noted, by the venue's id."""
        return Counter(
            record.event.report.order_id
            for record in self.events
            if isinstance(record.event, ForeignOrderSeen)
        )

    @cached_property
    def foreign_fills_seen(self) -> "Counter[tuple[str, str]]":
        """How often each fill of others was noted, by the venue's id of its order and its own."""
        return Counter(
            (record.event.order_id, record.event.fill.fill_id)
            for record in self.events
            if isinstance(record.event, ForeignFillSeen)
        )

    @cached_property
    def planned(self) -> Mapping[int, Sequence[OrderState]]:
        """The orders of each signal."""
        found: dict[int, list[OrderState]] = defaultdict(list)
        for state in self.states.values():
            found[state.signal].append(state)
        return found

    @cached_property
    def sendings(self) -> Sequence[int]:
        """When orders were sent for all that is known, Unix microseconds."""
        return [
            record.at
            for record in self.events
            if isinstance(record.event, OrderSending)
            or (isinstance(record.event, OrderIntended) and record.event.sending)
        ]

    @property
    def sendings_a_minute(self) -> float:
        """How many orders were sent a minute."""
        spent = self.events[-1].at - self.events[0].at if self.events else 0
        return len(self.sendings) / (spent / 60e6) if spent else 0.0

    @cached_property
    def intents(self) -> Mapping[str, OrderIntended]:
        """For each order that was to be sent the event that planned it."""
        return {
            record.event.client_order_id: record.event
            for record in self.events
            if isinstance(record.event, OrderIntended)
        }


def folded(events: Sequence[Recorded]) -> Mapping[str, OrderState]:
    """Return the orders that events lead to, by client order id."""
    states: dict[str, OrderState] = {}
    for record in events:
        if isinstance(record.event, OrderEvent):
            fold_orders(states, record.event, record.at)
    return states


def get(service: Service, path: str) -> Mapping[str, Any]:
    """Return what the API says, as JSON."""
    with service.client(headers={"Authorization": f"Bearer {API_KEY}"}) as client:
        found: Mapping[str, Any] = client.get(path).raise_for_status().json()
        return found


def walk(service: Service, what: str, query: str = "") -> list[Mapping[str, Any]]:
    """Return a whole list of the API, page by page."""
    rows: list[Mapping[str, Any]] = []
    cursor = ""
    while True:
        page = get(service, f"/api/v1/{what}?limit=500{query}{cursor}")
        rows += page[what]
        if page["next"] is None:
            return rows
        cursor = f"&cursor={page['next']}"


def positions(service: Service) -> Mapping[str, Decimal]:
    """Return the positions that the API tells, without those of nothing."""
    held = {
        row["symbol"]: Decimal(row["quantity"])
        for row in get(service, "/api/v1/positions")["positions"]
    }
    return {symbol: quantity for symbol, quantity in held.items() if quantity}


def verified_by_command(data: Path) -> str:
    """Return what `fillgate journal verify` finds in a data folder; empty for nothing."""
    command = [sys.executable, "-m", "fillgate", "journal", "verify", "--data", str(data)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return "" if ended.returncode == 0 else ended.stdout + ended.stderr


async def _verified(data: Path) -> str:
    """Return what the command would find, without a process of its own."""
    findings = (await verify_journal(data)).findings
    return "; ".join(f"{each.code} {each.place}: {each.text}" for each in findings)


async def read_events(data: Path) -> Sequence[Recorded]:
    """Return all events of the journal in a data folder, also while a service writes it."""
    reader = await SqliteReader.open(data / "journal.db")
    try:
        return await reader.events(limit=10_000_000)
    finally:
        await reader.close()


async def gather(
    service: Service,
    venue: VenueUnderTest,
    *,
    sent: Mapping[str, Sent],
    asked: Sequence[Asked],
    stop: Callable[[], object],
) -> Evidence:
    """Ask the service, stop it, and read what it left.

    Args:
        service: must run.
        venue: where it traded.
        sent: the signals that were sent to it.
        asked: the requests about orders.
        stop: ends the service in good order.
    """
    orders = await asyncio.to_thread(walk, service, "orders")
    waiting = await asyncio.to_thread(walk, service, "signals", "&state=waiting")
    held = await asyncio.to_thread(positions, service)
    await asyncio.to_thread(stop)
    return Evidence(
        sent=sent,
        asked=asked,
        events=await read_events(service.data),
        lines=await asyncio.to_thread(venue.lines),
        orders=orders,
        positions=held,
        waiting=[int(row["number"]) for row in waiting],
        verification=await _verified(service.data),
        max_age=venue.max_age + venue.longest_stop,
        names_requests=venue.names_requests,
    )
