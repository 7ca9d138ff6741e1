"""What must hold of what was written down. Numbers are those of `docs/invariants.py`."""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal

import msgspec

from fillgate.domain.events import (
    AccountCameUp,
    AccountWentDown,
    ForeignFillSeen,
    ForeignOrderSeen,
    OrderEvent,
    OrderIntended,
    OrderNotSent,
    PositionAgreed,
    PositionDiffered,
    ServiceStarted,
    SubmissionAnswered,
)
from fillgate.domain.fills import Fill
from fillgate.domain.fold import fold_orders
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.order_state import OrderState
from fillgate.engine.verification import verify
from fillgate.journal.base import Recorded
from fillgate.journal.sqlite import SqliteJournal
from tests.simulation.places import ACCOUNTS, SYMBOLS
from tests.simulation.truth import Truth
from tests.simulation.venue import SimulatedVenue
from tests.simulation.watch import Breach
from tests.simulation.world import World

__all__ = ["CHECKED", "changed_by_a_start", "found_in_journal", "orders_now"]

CHECKED = frozenset({9, 14, 20, 22, 23, 27, 28})
"""The invariants that are looked at here."""

_PAGE = 1000
_ONCE = frozenset({OrderIntended.kind, SubmissionAnswered.kind, OrderNotSent.kind})
"""Events that an order has at most once."""


async def found_in_journal(world: World) -> list[Breach]:
    """Return what does not hold."""
    journal = world.house.journal
    assert journal is not None
    records = await _records(journal)
    states = _fold(records)
    verification = await verify(journal)
    found = [Breach(20, f"{one.code} {one.place}: {one.text}") for one in verification.findings]
    found += _live_view(world, states)
    found += _repeats(records)
    found += _planned_while_down(records)
    found += _invented(states, world.venue)
    found += _strangers(records, world.venue)
    found += _differences(records, world)
    return found


async def _records(journal: SqliteJournal) -> list[Recorded]:
    records: list[Recorded] = []
    while page := await journal.events(after=len(records), limit=_PAGE):
        records += page
    return records


def _fold(records: Sequence[Recorded]) -> dict[str, OrderState]:
    states: dict[str, OrderState] = {}
    for record in records:
        if isinstance(record.event, OrderEvent):
            fold_orders(states, record.event, record.at)
    return states


def _live_view(world: World, states: dict[str, OrderState]) -> Iterator[Breach]:
    blotter = world.engine.blotter
    for identity, written in states.items():
        shown = blotter.order(identity)
        if shown is not None and shown != written:
            yield Breach(20, f"{identity} is shown as {shown}, written down as {written}")
    for state in blotter.open_orders():
        if state.order.client_order_id not in states:
            yield Breach(20, f"{state.order.client_order_id} is shown and not written down")


def _repeats(records: Sequence[Recorded]) -> Iterator[Breach]:
    told = Counter(
        (record.event.client_order_id, record.event.kind)
        for record in records
        if isinstance(record.event, OrderEvent) and record.event.kind in _ONCE
    )
    for (identity, kind), count in told.items():
        if count > 1:
            yield Breach(22, f"{identity} has {kind} {count} times")


def _planned_while_down(records: Sequence[Recorded]) -> Iterator[Breach]:
    up: set[str] = set()
    for record in records:
        match record.event:
            case ServiceStarted():
                up.clear()
            case AccountCameUp(account=account):
                up.add(account)
            case AccountWentDown(account=account):
                up.discard(account)
            case OrderIntended(order=order, sending=True) if order.account not in up:
                yield Breach(9, f"{order.client_order_id} was planned while its account was down")


def _invented(states: dict[str, OrderState], venue: SimulatedVenue) -> Iterator[Breach]:
    for identity, state in states.items():
        truth = venue.orders.get(identity)
        for fill in state.executed.fills:
            if not _is_true(fill, truth):
                yield Breach(14, f"{identity} has the fill {fill}, the venue not")


def _strangers(records: Sequence[Recorded], venue: SimulatedVenue) -> Iterator[Breach]:
    fills = Counter(
        (event.order_id, event.fill.fill_id)
        for record in records
        if isinstance(event := record.event, ForeignFillSeen)
    )
    orders = Counter(
        event.report.order_id
        for record in records
        if isinstance(event := record.event, ForeignOrderSeen)
    )
    truths = {truth.venue_id: truth for truth in venue.strangers.values()}
    true_fills = Counter((name, fill.fill_id) for name, t in truths.items() for fill in t.fills)
    if fills != true_fills:
        yield Breach(27, f"fills of others: {fills} noted, {true_fills} there")
    for order_id, count in orders.items():
        if count > 1 or order_id not in truths:
            yield Breach(27, f"{order_id} was noted {count} times")
    for name, truth in truths.items():
        if venue.lists and truth.works and not orders[name]:
            yield Breach(27, f"{name} of somebody else works, and was not noted")


def _differences(records: Sequence[Recorded], world: World) -> Iterator[Breach]:
    """Compare what was said last of each position with what is so."""
    said: dict[tuple[str, str], Decimal] = {}
    for record in records:
        match record.event:
            case PositionDiffered(account=account, symbol=symbol, ours=ours, theirs=theirs):
                said[account, symbol] = theirs - ours
            case PositionAgreed(account=account, symbol=symbol):
                said.pop((account, symbol), None)
    for account in ACCOUNTS if world.venue.lists else ():
        for symbol in SYMBOLS:
            drift, told = world.venue.drift[account, symbol], said.get((account, symbol), 0)
            if drift != told:
                yield Breach(28, f"{account} {symbol} differs by {drift}, told was {told}")


def _is_true(fill: Fill, truth: Truth | None) -> bool:
    if truth is None:
        return False
    true = msgspec.structs.replace(fill, order_id=fill.order_id or f"v-{truth.identity}")
    return true in truth.fills


async def orders_now(world: World) -> dict[str, OrderState]:
    """Return all orders of the journal as they are."""
    assert world.house.journal is not None
    return _fold(await _records(world.house.journal))


def changed_by_a_start(
    before: dict[str, OrderState], after: dict[str, OrderState]
) -> Iterator[Breach]:
    """Return which settled orders a start has changed."""
    for identity, state in before.items():
        settled = state.status is not OrderStatus.UNKNOWN
        if settled and after.get(identity) != state:
            yield Breach(23, f"{identity} was {state}, is {after.get(identity)} after a start")
