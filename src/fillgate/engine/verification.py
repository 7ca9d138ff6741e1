"""Whether a journal holds together: chains, replay against the index, bodies against digests.

The index may be written while it is checked, so a row is right if it is what the events give at
some moment: rows are read between two readings of the events, and what was written in between is
replayed against those that did not fit.

Invariants:

1. Nothing is written.
2. Memory holds open orders, waiting signals, positions, and what did not fit; finished orders are
   compared as soon as a page of events is read, and dropped.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Iterable, Sequence
from typing import Final, Protocol, TypeVar

import msgspec

from fillgate.domain.events import Event, OrderEvent
from fillgate.domain.order_state import OrderState
from fillgate.domain.positions import Position
from fillgate.engine.findings import Finding, Findings, Verification
from fillgate.engine.recorder import order_row
from fillgate.engine.replay import NeverPlanned, Replay
from fillgate.engine.story import order_states
from fillgate.journal.base import (
    Head,
    OrderQuery,
    OrderRow,
    Page,
    Recorded,
    SignalQuery,
    SignalRow,
    SignalState,
)
from fillgate.journal.chain import StoredRecord, Verifier
from fillgate.journal.codec import Codec, UnreadableEvent

__all__ = ["Finding", "Source", "Verification", "verify"]

_PAGE: Final = 1000
_T = TypeVar("_T")
_Row = OrderRow | SignalRow | Position
_Place = tuple[str, ...]
"""("order", id), ("signal", number) or ("position", account, symbol)."""


class Source(Protocol):
    """What is asked of a journal."""

    async def records(self, *, after: int = 0, limit: int = 1000) -> Sequence[StoredRecord]:
        """Return records after a position, in the order of commits."""
        ...

    async def story(self, signal: int) -> Sequence[Recorded]:
        """Return all events of a signal and its orders."""
        ...

    async def body(self, signal: int) -> bytes | None:
        """Return the stored bytes of a signal."""
        ...

    async def find_order(self, client_order_id: str) -> OrderRow | None:
        """Return an order's row."""
        ...

    async def find_signal(self, number: int) -> SignalRow | None:
        """Return a signal's row."""
        ...

    async def orders(self, query: OrderQuery) -> Page[OrderRow]:
        """List orders, newest first."""
        ...

    async def signals(self, query: SignalQuery) -> Page[SignalRow]:
        """List signals, newest first."""
        ...

    async def positions(self) -> Sequence[Position]:
        """Return all positions."""
        ...


async def verify(source: Source, known: Sequence[Head] = ()) -> Verification:
    """Check a whole journal.

    Args:
        source: the journal, also while a service writes it.
        known: heads noted elsewhere at any time, to find ends that were cut off.
    """
    return await _Run(source, known).result()


class _Run:
    def __init__(self, source: Source, known: Sequence[Head]) -> None:
        self._source = source
        self._chain = Verifier(known)
        self._codec = Codec()
        self._replay = Replay()
        self._findings = Findings()
        self._events = self._bodies = self._erased = 0
        self._doubts: dict[_Place, _Row | None] = {}
        """Rows that did not fit when they were read."""

    async def result(self) -> Verification:
        await self._read_on()
        await self._compare_rest()
        await self._read_on()
        self._conclude()
        await self._look_for_spares()
        return Verification(
            events=self._events,
            signals=self._replay.taken,
            orders=self._replay.planned,
            positions=len(self._replay.positions),
            bodies=self._bodies,
            erased=self._erased,
            heads=tuple(self._chain.heads.values()),
            found=self._findings.count,
            findings=tuple(self._findings.first),
        )

    # Events

    async def _read_on(self) -> None:
        while records := await self._source.records(after=self._chain.position, limit=_PAGE):
            touched: set[str] = set()
            for record in records:
                await self._take(record, touched)
            await self._compare_orders(touched)
            await self._compare_signals()

    async def _take(self, record: StoredRecord, touched: set[str]) -> None:
        self._events += 1
        broken = self._chain.check(record)
        if broken is not None:
            self._findings.add("CHAIN_BROKEN", _place_of(record), broken.problem)
        try:
            event = self._codec.decode((record.kind, record.version, record.data))
            await self._apply(record, event, touched)
        except UnreadableEvent as error:
            self._findings.add("EVENT_UNREADABLE", _place_of(record), str(error))
        except NeverPlanned as error:
            text = f"it is about the order {error}, which no event before it planned"
            self._findings.add("ORDER_NEVER_PLANNED", _place_of(record), text)

    async def _apply(self, record: StoredRecord, event: Event, touched: set[str]) -> None:
        if isinstance(event, OrderEvent):
            identity = event.client_order_id
            if not self._replay.knows(event):
                state = await self._recovered(record, identity)
                if state is not None:
                    self._replay.orders[identity] = state
            touched.add(identity)
        self._replay.apply(event, record.at)
        if self._doubts:
            self._settle_doubts(event)

    async def _recovered(self, record: StoredRecord, identity: str) -> OrderState | None:
        """Return an order that was dropped, as it was before this record."""
        if record.signal is None:
            return None
        story = await self._source.story(record.signal)
        before = [told for told in story if told.position < record.position]
        try:
            return order_states(before).get(identity)
        except KeyError:
            return None

    # Rows

    async def _compare_orders(self, touched: Iterable[str]) -> None:
        orders = self._replay.orders
        ended = [key for key in touched if key in orders and orders[key].status.is_final]
        rows = await self._all(self._source.find_order(key) for key in ended)
        for key, row in zip(ended, rows, strict=True):
            if row == order_row(orders[key]):
                self._replay.forget(order=key)

    async def _compare_signals(self) -> None:
        signals = self._replay.signals
        digests, self._replay.digests = self._replay.digests, {}
        bodies = await self._all(self._source.body(number) for number in digests)
        for number, body in zip(digests, bodies, strict=True):
            self._check_body(number, body, digests[number])
        settled = [number for number in digests if signals[number].state != SignalState.WAITING]
        rows = await self._all(self._source.find_signal(number) for number in settled)
        for number, row in zip(settled, rows, strict=True):
            if _fits(row, signals[number]):
                self._replay.forget(signal=number)

    def _check_body(self, number: int, body: bytes | None, digest: str) -> None:
        if body is None:
            self._erased += 1
        elif hashlib.sha256(body).hexdigest() == digest:
            self._bodies += 1
        else:
            text = "the stored body is not the one whose digest was recorded"
            self._findings.add("BODY_CHANGED", f"signal {number}", text)

    async def _compare_rest(self) -> None:
        found: dict[_Place, _Row | None] = {}
        for number in self._replay.signals:
            found["signal", str(number)] = await self._one(self._source.find_signal(number))
        for key in self._replay.orders:
            found["order", key] = await self._one(self._source.find_order(key))
        for place in self._replay.positions:
            found["position", *place] = None
        for position in await self._one(self._source.positions()) or ():
            found["position", position.account, position.symbol] = position
        self._doubts = {
            place: row for place, row in found.items() if not _fits(row, self._expected(place))
        }

    def _expected(self, place: _Place) -> _Row | None:
        match place:
            case ("order", key):
                state = self._replay.orders.get(key)
                return None if state is None else order_row(state)
            case ("signal", number):
                return self._replay.signals.get(int(number))
            case (_, account, symbol):
                return self._replay.positions.get((account, symbol))
        raise ValueError(place)

    def _settle_doubts(self, event: Event) -> None:
        places: list[_Place] = []
        if isinstance(event, OrderEvent):
            state = self._replay.orders[event.client_order_id]
            order = state.order
            places.append(("order", event.client_order_id))
            places.append(("signal", str(state.signal)))
            places.append(("position", order.account, order.symbol))
        for place in places:
            if place in self._doubts and _fits(self._doubts[place], self._expected(place)):
                del self._doubts[place]

    def _conclude(self) -> None:
        for place, row in self._doubts.items():
            code = _CODES[place[0]]
            self._findings.add(code, " ".join(place), _difference(row, self._expected(place)))
        cut = self._chain.missing()
        if cut is not None:
            self._findings.add("CHAIN_BROKEN", f"stream {cut.stream}", cut.problem)

    # Rows that no event tells of

    async def _look_for_spares(self) -> None:
        orders = [row async for row in self._spare_orders()]
        for row in orders:
            text = f"the index has it as {row.status}, no event planned it"
            self._findings.add("ORDER_ROW_SPARE", f"order {row.client_order_id}", text)
        signals = [row async for row in self._spare_signals()]
        for each in signals:
            text = f"the index has it as {each.state}, no event tells of it"
            self._findings.add("SIGNAL_ROW_SPARE", f"signal {each.number}", text)

    async def _spare_orders(self) -> AsyncIterator[OrderRow]:
        if await _count(self._order_rows()) <= self._replay.planned:
            return
        async for row in self._order_rows():
            story = await self._one(self._source.story(row.signal)) or ()
            planned = (told.event for told in story if isinstance(told.event, OrderEvent))
            if all(event.client_order_id != row.client_order_id for event in planned):
                yield row

    async def _spare_signals(self) -> AsyncIterator[SignalRow]:
        if await _count(self._signal_rows()) <= self._replay.taken:
            return
        async for row in self._signal_rows():
            if not await self._one(self._source.story(row.number)):
                yield row

    async def _order_rows(self) -> AsyncIterator[OrderRow]:
        before: tuple[int, int] | None = None
        more = True
        while more:
            query = OrderQuery(before=before, limit=_PAGE)
            page = await self._one(self._source.orders(query)) or Page[OrderRow]([], more=False)
            for row in page.rows:
                before = (row.signal, row.leg)
                yield row
            more = page.more

    async def _signal_rows(self) -> AsyncIterator[SignalRow]:
        before: int | None = None
        more = True
        while more:
            page = await self._source.signals(SignalQuery(before=before, limit=_PAGE))
            for row in page.rows:
                before = row.number
                yield row
            more = page.more

    async def _all(self, questions: Iterable[Awaitable[_T | None]]) -> list[_T | None]:
        return await asyncio.gather(*(self._one(question) for question in questions))

    async def _one(self, question: Awaitable[_T]) -> _T | None:
        """Return the answer; None where rows hold what they cannot."""
        try:
            return await question
        except (UnreadableEvent, ValueError, msgspec.MsgspecError) as error:
            self._findings.add("INDEX_UNREADABLE", "index", f"{type(error).__name__}: {error}")
            return None


_CODES: Final = {
    "order": "ORDER_ROW_WRONG",
    "signal": "SIGNAL_ROW_WRONG",
    "position": "POSITION_WRONG",
}


def _place_of(record: StoredRecord) -> str:
    return f"event {record.position} ({record.stream} {record.sequence})"


def _fits(row: _Row | None, expected: _Row | None) -> bool:
    if isinstance(row, SignalRow) and isinstance(expected, SignalRow):
        # Events of signals that were not accepted do not tell these.
        expected = msgspec.structs.replace(expected, at=row.at)
        if expected.account is None:
            expected = msgspec.structs.replace(expected, account=row.account, symbol=row.symbol)
    return row == expected


def _difference(row: _Row | None, expected: _Row | None) -> str:
    if row is None or expected is None:
        there, missing = ("events", "index") if row is None else ("index", "events")
        return f"the {there} tell of it, the {missing} not"
    names = [
        name
        for name in row.__struct_fields__
        if name != "at" and getattr(row, name) != getattr(expected, name)
    ]
    return "; ".join(_said(name, row, expected) for name in names or ["at"])


def _said(name: str, row: _Row, expected: _Row) -> str:
    return f"{name}: the index says {_shown(row, name)}, the events give {_shown(expected, name)}"


def _shown(row: _Row, name: str) -> str:
    return str(getattr(row, name))


async def _count(rows: AsyncIterator[_Row]) -> int:
    count = 0
    async for _ in rows:
        count += 1
    return count
