"""Whether a journal holds together: chains, replay against the index, keys, bodies, digests.

The index may be written while it is checked, so a row is right if it is what the events give at
some moment: rows are read between two readings of the events, and what was written in between is
replayed against those that did not fit.

Invariants:

1. Nothing is written.
2. Memory holds open orders, waiting signals, positions, and what did not fit; finished orders are
   compared as soon as a page of events is read, and dropped.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final, TypeVar

import msgspec

from fillgate.domain.events import Event, ForeignFillSeen, OrderEvent
from fillgate.domain.order_state import OrderState
from fillgate.domain.positions import Position
from fillgate.engine.story import order_states
from fillgate.engine.verification.findings import (
    UNREADABLE,
    Finding,
    Findings,
    Verification,
)
from fillgate.engine.verification.names import Names
from fillgate.engine.verification.replay import NeverPlanned, Replay
from fillgate.engine.verification.sightings import Sightings
from fillgate.engine.verification.source import Source
from fillgate.engine.verification.spares import find_spares
from fillgate.journal.base import Head
from fillgate.journal.chain import StoredRecord, Verifier
from fillgate.journal.codec import Codec, UnreadableEvent
from fillgate.journal.index import OrderRow, SignalRow, SignalState
from fillgate.journal.many import Counts

__all__ = ["Finding", "Source", "Verification", "verify"]

_PAGE: Final = 1000
_PATIENCE: Final = 3
"""How often a table that is ahead of the events is caught up with."""
_N = TypeVar("_N")
_T = TypeVar("_T")
_Row = OrderRow | SignalRow | Position | bool
_Place = tuple[str, ...]
"""("order", id), ("open", id), ("signal", number) or ("position", account, symbol)."""


async def verify(
    source: Source,
    known: Sequence[Head] = (),
    *,
    on_progress: Callable[[int], None] = lambda _: None,
) -> Verification:
    """Check a whole journal.

    Args:
        source: the journal, also while a service writes it.
        known: heads noted elsewhere at any time, to find ends that were cut off. Those that the
            journal itself notes are looked for in any case.
        on_progress: hears how many events are checked, now and then.
    """
    noted = (await source.heads()).values()
    return await _Run(source, [*noted, *known], on_progress).result()


class _Run:
    def __init__(
        self, source: Source, known: Sequence[Head], on_progress: Callable[[int], None]
    ) -> None:
        self._source = source
        self._chain = Verifier(known)
        self._codec = Codec()
        self._replay = Replay()
        self._findings = Findings()
        self._names = Names(source, self._findings)
        self._sightings = Sightings(source, self._findings)
        self._on_progress = on_progress
        self._events = self._bodies = self._erased = 0
        self._doubts: dict[_Place, _Row | None] = {}
        """Rows that did not fit when they were read."""

    async def result(self) -> Verification:
        await self._read_on()
        await self._compare_rest()
        counts = await self._read_to_end()
        for _ in range(_PATIENCE):
            if await self._sightings.compare():
                break
            counts = await self._read_to_end()
        await self._sightings.conclude()
        self._conclude()
        await find_spares(self._source, self._replay, self._findings, counts)
        await self._names.find_spares(counts)
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
            await self._take_page(records)

    async def _read_to_end(self) -> Counts:
        """Read on, and return how many rows there are with the last event that was read."""
        while True:
            records, counts = await self._source.tail(after=self._chain.position, limit=_PAGE)
            await self._take_page(records)
            if counts is not None:
                return counts

    async def _take_page(self, records: Sequence[StoredRecord]) -> None:
        touched: set[str] = set()
        for record in records:
            await self._take(record, touched)
        await self._compare_orders(touched)
        await self._compare_signals()
        await self._names.compare()
        await self._sightings.compare()
        self._on_progress(self._events)

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
        change = self._replay.apply(event, record.at)
        self._names.note(record.position, event, change)
        if change is None:
            self._sightings.note(event, record.at)
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
        rows = await self._all(ended, self._source.order_rows, self._source.find_order)
        for key, row in zip(ended, rows, strict=True):
            if row == OrderRow.of(orders[key]):
                self._replay.forget(order=key)

    async def _compare_signals(self) -> None:
        signals = self._replay.signals
        digests, self._replay.digests = self._replay.digests, {}
        for number, found in zip(
            digests, await self._source.body_digests(list(digests)), strict=True
        ):
            self._check_body(number, found, digests[number])
        settled = [number for number in digests if signals[number].state != SignalState.WAITING]
        rows = await self._all(settled, self._source.signal_rows, self._source.find_signal)
        for number, row in zip(settled, rows, strict=True):
            if _fits(row, signals[number]):
                self._replay.forget(signal=number)

    def _check_body(self, number: int, found: str | None, digest: str) -> None:
        if found is None:
            self._erased += 1
        elif found == digest:
            self._bodies += 1
        else:
            text = "the stored body is not the one whose digest was recorded"
            self._findings.add("BODY_CHANGED", f"signal {number}", text)

    async def _compare_rest(self) -> None:
        found = await self._rows()
        self._doubts = {
            place: row for place, row in found.items() if not _fits(row, self._expected(place))
        }

    async def _rows(self) -> dict[_Place, _Row | None]:
        """Return what the index says of all that is not settled yet."""
        source, answer = self._source, self._findings.answer
        found: dict[_Place, _Row | None] = {}
        for number in self._replay.signals:
            found["signal", str(number)] = await answer(source.find_signal(number))
        for key in self._replay.orders:
            found["order", key] = await answer(source.find_order(key))
            found["open", key] = False
        for row in await answer(source.open_orders()) or ():
            found["open", row.client_order_id] = True
        for account, symbol in self._replay.positions:
            found["position", account, symbol] = None
        for position in await answer(source.positions()) or ():
            place = ("position", position.account, position.symbol)
            if found.get(place) is not None:
                self._findings.add("POSITION_WRONG", " ".join(place), "the index has it twice")
            found[place] = position
        return found

    def _expected(self, place: _Place) -> _Row | None:
        match place:
            case ("order", key):
                state = self._replay.orders.get(key)
                return None if state is None else OrderRow.of(state)
            case ("open", key):
                state = self._replay.orders.get(key)
                return state is not None and not state.status.is_final
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
            places.append(("open", event.client_order_id))
            places.append(("signal", str(state.signal)))
            places.append(("position", order.account, order.symbol))
        elif isinstance(event, ForeignFillSeen):
            places.append(("position", event.account, event.symbol))
        for place in places:
            if place in self._doubts and _fits(self._doubts[place], self._expected(place)):
                del self._doubts[place]

    def _conclude(self) -> None:
        for place, row in self._doubts.items():
            kind, *rest = place
            code, noun = _CODES[kind]
            expected = self._expected(place)
            if not _fits(row, expected):
                self._findings.add(code, " ".join((noun, *rest)), _difference(row, expected))
        cut = self._chain.missing()
        if cut is not None:
            self._findings.add("CHAIN_BROKEN", f"stream {cut.stream}", cut.problem)

    async def _all(
        self,
        names: Sequence[_N],
        ask: Callable[[Sequence[_N]], Awaitable[Sequence[_T | None]]],
        ask_one: Callable[[_N], Awaitable[_T | None]],
    ) -> Sequence[_T | None]:
        """Ask for many rows at once; where one of them cannot be read, for each."""
        try:
            return await ask(names)
        except UNREADABLE:
            return [await self._findings.answer(ask_one(name)) for name in names]


_CODES: Final = {
    "order": ("ORDER_ROW_WRONG", "order"),
    "open": ("ORDER_ROW_WRONG", "order"),
    "signal": ("SIGNAL_ROW_WRONG", "signal"),
    "position": ("POSITION_WRONG", "position"),
}
"""For each kind of place the code of a finding there and what it is called."""


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
    if isinstance(row, bool) or isinstance(expected, bool):
        if row:
            return "the index lists it as open, the events say that it has ended or never was"
        return "the index does not list it as open, the events say that it is"
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
