"""The one way in which something happens to an order: written down first, then applied.

Invariants:

1. State is reserved before the commit and published after it. From `record` on, the next decision
   sees the order (`latest`), though no reader does.
2. Facts about an order are never lost to a failed commit: they wait and are written in their order
   once the journal is back. A new signal is not such a fact; it is turned away.
3. Facts of one order become durable in the order in which they were recorded.
4. A fact that can never be written is Lost as invalid, by itself.
5. A fact about an order that memory has let go of waits until the order is read back.
"""

from collections import deque
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import partial
from typing import NamedTuple

import msgspec

from fillgate.domain.clock import Clock
from fillgate.domain.events import Event, ForeignFillSeen, OrderEvent
from fillgate.domain.executions import NOTHING_EXECUTED
from fillgate.domain.fold import PLANNING, next_state
from fillgate.domain.logger import Logger
from fillgate.domain.order_state import OrderState
from fillgate.domain.positions import Position
from fillgate.engine.blotter import Blotter, Change, PositionKey
from fillgate.engine.story import order_states
from fillgate.engine.tasks import Tasks
from fillgate.journal.base import (
    Claim,
    CommitOutcome,
    Committed,
    Done,
    Entry,
    Journal,
    JournalUnavailable,
    Lost,
    Sighting,
    Undecided,
    VenueId,
    Write,
    account_stream,
)
from fillgate.journal.index import OrderRow, SignalRow
from fillgate.journal.sightings import sightings_of
from fillgate.journal.venue_ids import new_venue_ids

__all__ = ["Job", "Recorder"]

_BACKLOG_PAUSE = 0.02


def _ignore(outcome: CommitOutcome) -> None:
    """Take note of nothing."""


def _sightings(entries: Iterable[Entry]) -> tuple[Sighting, ...]:
    return tuple(sighting for entry in entries for sighting in sightings_of(entry.event, entry.at))


class Job(msgspec.Struct, kw_only=True, eq=False):
    """What is to be recorded together."""

    signal: int | None = None
    events: tuple[OrderEvent, ...] = ()
    """What happened to orders of one account."""
    prelude: tuple[Entry, ...] = ()
    """Events of other streams, written before."""
    claim: Claim | None = None
    body: bytes | None = None
    signal_row: SignalRow | None = None
    ends_hold: bool = False
    droppable: bool = False
    """True for what may be turned away when the journal fails: new signals."""
    done: Done = _ignore
    number: int = 0
    """Place in the order of recording; given by the recorder, as is all below."""
    changes: list[Change] = []
    """What the events lead to."""
    positions: tuple[Position, ...] = ()
    """The positions that they move, as they are then."""
    doubted: bool = False
    """True while it is not known whether it is durable."""
    recalled: bool = False
    """True once its orders were read back from the journal."""


class _Waiting(NamedTuple):
    orders: tuple[str, ...]
    """The client order ids that are to be in memory."""
    go_on: Callable[[], object]


class Recorder:
    """Writes facts to the journal and publishes them to the blotter."""

    def __init__(
        self,
        journal: Journal,
        blotter: Blotter,
        *,
        hear: Callable[[Event], None],
        clock: Clock,
        tasks: Tasks,
        logger: Logger,
    ) -> None:
        """Record into this journal, publish to this blotter.

        Args:
            hear: hears of each durable event that is not one of an order, before the orders' are
                published.
        """
        self._hear = hear
        self._journal = journal
        self._blotter = blotter
        self._clock = clock
        self._tasks = tasks
        self._logger = logger
        self._orders: dict[str, OrderState] = {}
        self._positions: dict[PositionKey, Position] = {}
        self._backlog: deque[Job] = deque()
        self._recalls: dict[int, list[_Waiting]] = {}
        """For each signal whose orders are being read back what waits for that."""
        self._undecided = 0
        self._recorded = 0
        self._stopping = False
        self.on_commit: Callable[[], None] | None = None
        """Called whenever something has become durable and is published, if anybody asks for it."""
        self.in_flight = 0
        """How many jobs are recorded and not yet decided."""

    @property
    def fault(self) -> str | None:
        """Why nothing new can be taken now; None when it can."""
        if self._backlog or self._undecided:
            return self._journal.fault or "the journal is catching up after a fault"
        return self._journal.fault

    def latest(self, client_order_id: str) -> OrderState | None:
        """Return an order with everything recorded of it, durable or not yet."""
        return self._orders.get(client_order_id) or self._blotter.order(client_order_id)

    def open_orders(self) -> list[OrderState]:
        """Return all durable orders that have not ended, with everything recorded of them."""
        known = ((state.order.client_order_id, state) for state in self._blotter.open_orders())
        latest = [self._orders.get(identity, state) for identity, state in known]
        return [state for state in latest if not state.status.is_final]

    def reserved(self) -> tuple[OrderState, ...]:
        """Return the orders of which something is recorded that is not durable yet."""
        return tuple(self._orders.values())

    def quantities(self, account: str) -> dict[str, Decimal]:
        """Return an account's positions by symbol, with everything recorded of them."""
        durable = {(each.account, each.symbol): each for each in self._blotter.positions()}
        return {
            symbol: position.quantity
            for (owner, symbol), position in (durable | self._positions).items()
            if owner == account
        }

    def record(self, job: Job) -> None:
        """Make a job durable, publish it, and tell its `done`."""
        self.in_flight += 1
        self._recorded += 1
        job.number = self._recorded
        reason = self.fault
        if reason is not None and not job.droppable:
            self._keep_for_later(job, reason)
        else:
            self._append(job)

    def once_known(self, state: OrderState, go_on: Callable[[], object]) -> None:
        """Call `go_on` while an order is in memory: at once, or when it was read back.

        Args:
            state: the order as it once was.
        """
        identity = state.order.client_order_id
        if self.latest(identity) is not None:
            go_on()
        else:
            self._recall(state.signal, _Waiting((identity,), go_on))

    def stop(self) -> None:
        """Keep nothing for later any more: the process ends."""
        self._stopping = True

    def _append(self, job: Job) -> None:
        if self._recalls and job.signal in self._recalls:
            self._wait_for_recall(job)
            return
        reserved: list[tuple[str, OrderState | None]] = []
        try:
            self._journal.append(self._drafted(job, reserved), partial(self._heard, job))
        except Exception as error:
            self._take_back(reserved)
            if self._is_forgotten(job):
                self._wait_for_recall(job)
                return
            self._logger.error("fact-unwritable", signal=job.signal, exc_info=error)  # noqa: TRY400 - no logging
            self.in_flight -= 1
            job.done(Lost(repr(error), invalid=True))
            return
        for position in job.positions:
            self._positions[position.account, position.symbol] = position

    def _is_forgotten(self, job: Job) -> bool:
        """Tell whether a job is about an order that only the journal knows."""
        planned = any(isinstance(event, PLANNING) for event in job.events)
        known = any(self.latest(event.client_order_id) for event in job.events)
        return bool(job.events) and not (planned or known or job.recalled)

    def _wait_for_recall(self, job: Job) -> None:
        assert job.signal is not None
        orders = tuple([event.client_order_id for event in job.events])
        self._recall(job.signal, _Waiting(orders, partial(self._go_on, job)))

    def _go_on(self, job: Job) -> None:
        job.recalled = True
        self.in_flight -= 1
        self.record(job)

    def _recall(self, signal: int, waiting: _Waiting) -> None:
        """Read the orders of a signal back, unless that is under way, for one more that waits."""
        if signal in self._recalls:
            self._recalls[signal].append(waiting)
            return
        self._recalls[signal] = [waiting]
        self._tasks.start(self._read_back(signal), name=f"recall signal {signal}")

    async def _read_back(self, signal: int) -> None:
        while True:
            try:
                states = order_states(await self._journal.story(signal))
                break
            except JournalUnavailable:
                await self._clock.sleep(_BACKLOG_PAUSE)
        for waiting in self._recalls.pop(signal):
            # What is in memory is newer than what was read: it may not be durable yet.
            missing = [each for each in waiting.orders if self.latest(each) is None]
            known = (states.pop(identity, None) for identity in missing)
            self._blotter.restore(filter(None, known), ())
            waiting.go_on()

    def _take_back(self, reserved: list[tuple[str, OrderState | None]]) -> None:
        for key, before in reversed(reserved):
            if before is None:
                self._orders.pop(key, None)
            else:
                self._orders[key] = before

    def _drafted(self, job: Job, reserved: list[tuple[str, OrderState | None]]) -> Write:
        """Reserve what a job leads to and return what is to be written of it.

        Args:
            job: its changes and positions are set.
            reserved: takes up what was reserved before of each order.
        """
        at = self._clock.now()
        entries = list(job.prelude)
        job.changes = changes = []
        rows = {}
        venue_ids: tuple[VenueId, ...] = ()
        for event in job.events:
            key = event.client_order_id
            known = self._orders.get(key)
            before = known or self._blotter.order(key)
            after = self._orders[key] = next_state(before, event, at)
            reserved.append((key, known))
            changes.append(Change(event, before, after))
            entries.append(Entry(account_stream(after.order.account), at, event))
            rows[key] = OrderRow.of(after)
            if after.order_id is not None:
                venue_ids += new_venue_ids(before, after)
        job.positions = self._moved_positions(changes, job.prelude)
        return Write(
            entries=tuple(entries),
            signal=job.signal,
            claim=job.claim,
            body=job.body,
            signal_row=job.signal_row,
            order_rows=tuple(rows.values()),
            positions=job.positions,
            venue_ids=venue_ids,
            # What belongs to a signal is nothing that was noticed at a venue.
            sightings=_sightings(job.prelude) if job.signal is None else (),
            ends_hold=job.ends_hold,
        )

    def _moved_positions(
        self, changes: list[Change], prelude: tuple[Entry, ...]
    ) -> tuple[Position, ...]:
        moved: dict[PositionKey, Position] = {}
        for entry in prelude:
            event = entry.event
            if type(event) is ForeignFillSeen:
                position = self._position(moved, event.account, event.symbol)
                moved[event.account, event.symbol] = position.with_fill(event.side, event.fill)
        for change in changes:
            known = change.before.executed if change.before else NOTHING_EXECUTED
            if change.after.executed is known:
                continue
            before, after = known.total, change.after.executed.total
            if before == after:
                continue
            order = change.after.order
            position = self._position(moved, order.account, order.symbol)
            moved[order.account, order.symbol] = position.executed(order.side, before, after)
        return tuple(moved.values())

    def _position(self, moved: dict[PositionKey, Position], account: str, symbol: str) -> Position:
        key = (account, symbol)
        return moved.get(key) or self._positions.get(key) or self._blotter.position(*key)

    def _heard(self, job: Job, outcome: CommitOutcome) -> None:
        """Go on after the journal has said how a write went."""
        if isinstance(outcome, Undecided):
            self._undecided += 1
            job.doubted = True
            job.done(outcome)
            return
        self._release(job)
        if isinstance(outcome, Committed):
            if job.prelude:
                self._tell(job)
            self._blotter.publish(job.changes, job.positions)
            if self.on_commit is not None:
                self.on_commit()
        if job.doubted:
            self._undecided -= 1
            job.doubted = False
        if isinstance(outcome, Lost) and not outcome.invalid and not job.droppable:
            self._keep_for_later(job, outcome.reason)
            return
        self.in_flight -= 1
        job.done(outcome)

    def _tell(self, job: Job) -> None:
        for entry in job.prelude:
            try:
                self._hear(entry.event)
            except Exception as error:
                kind = entry.event.kind
                self._logger.error("listener-failed", kind=kind, exc_info=error)  # noqa: TRY400 - no logging

    def _release(self, job: Job) -> None:
        for change in job.changes:
            key = change.event.client_order_id
            if self._orders.get(key) is change.after:
                del self._orders[key]
        for position in job.positions:
            place = (position.account, position.symbol)
            if self._positions.get(place) is position:
                del self._positions[place]

    def _keep_for_later(self, job: Job, reason: str) -> None:
        job.recalled = False
        self._backlog.append(job)
        if len(self._backlog) == 1 and not self._stopping:
            self._logger.error("facts-waiting", reason=reason)
            self._tasks.start(self._catch_up(), name="journal backlog")

    async def _catch_up(self) -> None:
        while self._journal.fault is not None or self._undecided:
            await self._clock.sleep(_BACKLOG_PAUSE)
        # What was reserved on top of lost facts is void; they are folded anew, in their order.
        self._orders.clear()
        self._positions.clear()
        waiting, self._backlog = self._backlog, deque()
        self._logger.info("facts-catch-up", facts=len(waiting))
        for job in sorted(waiting, key=lambda job: job.number):
            self._append(job)
