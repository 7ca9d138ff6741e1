"""Faults to plant: each breaks the running code in one place, as a mistake in it would.

None needs a hook in the code: names of the engine and the journal are patched. A fault whose name
is gone fails loudly, and is planted anew where the code is now.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import msgspec
import pytest

from fillgate.domain.events import OrderEvent, OrderRejected, OrderSending, OrderUnanswered
from fillgate.domain.executions import Executed
from fillgate.domain.fills import Fill
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.order_state import OrderState
from fillgate.domain.reports import Lookup, NotFound
from fillgate.engine import lookups, submission
from fillgate.engine.accounts import Accounts
from fillgate.engine.dispatcher import Dispatcher
from fillgate.engine.intake import Arrival, Intake
from fillgate.engine.lanes import Lane
from fillgate.engine.questions import Questions
from fillgate.engine.recorder import Job, Recorder
from fillgate.engine.recovery import Recovery
from fillgate.engine.tickets import Ticket
from fillgate.journal.base import Done, Lost, Write
from fillgate.journal.claims import ClaimTable
from fillgate.journal.sqlite import SqliteJournal
from fillgate.journal.writer import Batch

__all__ = ["FAULTS", "Fault"]

_Patch = pytest.MonkeyPatch


class Fault(NamedTuple):
    """A mistake, and which invariants it breaks."""

    plant: Callable[[_Patch], None]
    breaks: frozenset[int]
    """One of these has to catch it."""


FAULTS: Final[dict[str, Fault]] = {}
"""All of them by what they do wrong."""


def _fault(name: str, *breaks: int) -> Callable[[Callable[[_Patch], None]], None]:
    def add(plant: Callable[[_Patch], None]) -> None:
        FAULTS[name] = Fault(plant, frozenset(breaks))

    return add


# Submissions


@_fault("an order is sent again when its answer is late", 5)
def _(patch: _Patch) -> None:
    conclude = Dispatcher._conclude

    def again(self: Dispatcher, ticket: Ticket, lane: Lane, event: OrderEvent) -> None:
        if isinstance(event, OrderUnanswered) and event.code == "TIME_OUT":
            self._go_on(ticket, lane)
        else:
            conclude(self, ticket, lane, event)

    patch.setattr(Dispatcher, "_conclude", again)


@_fault("SENDING is written down after the order was sent", 5, 6)
def _(patch: _Patch) -> None:
    planned, send = Dispatcher._planned, Dispatcher._send

    def not_sending(self: Dispatcher, ticket: Ticket, lane: Lane) -> tuple[OrderEvent, ...]:
        events = planned(self, ticket, lane)
        return tuple(
            msgspec.structs.replace(event, sending=False) if hasattr(event, "sending") else event
            for event in events
        )

    def afterwards(self: Dispatcher, order: Any) -> Any:
        identity = order.client_order_id
        state = self._blotter.order(identity)
        if state is not None and not state.sending:
            event = OrderSending(client_order_id=identity)
            asyncio.get_running_loop().call_soon(
                self._recorder.record, Job(signal=state.signal, events=(event,))
            )
        return send(self, order)

    patch.setattr(Dispatcher, "_planned", not_sending)
    patch.setattr(Dispatcher, "_send", afterwards)


@_fault("a start sends again what may have left", 5)
def _(patch: _Patch) -> None:
    take_up = Recovery._take_up

    def resume(self: Recovery, ticket: Ticket, state: OrderState) -> None:
        if state.status is OrderStatus.PENDING_NEW and state.sending:
            self._dispatcher.resume(ticket, state)
        else:
            take_up(self, ticket, state)

    patch.setattr(Recovery, "_take_up", resume)


@_fault("a missing answer counts as a refusal", 10)
def _(patch: _Patch) -> None:
    def refused(order: Any, error: BaseException) -> OrderEvent:
        return OrderRejected(client_order_id=order.client_order_id, code="ERROR", text=str(error))

    patch.setattr(submission, "event_of_error", refused)


@_fault("an order goes out while another of its lane is on its way", 7)
def _(patch: _Patch) -> None:
    patch.setattr(Lane, "is_free", property(lambda lane: not lane.holders))


@_fault("an UNKNOWN order does not hold its lane", 8)
def _(patch: _Patch) -> None:
    patch.setattr(Dispatcher, "hold", lambda self, state: None)


@_fault("an old signal is sent", 9)
def _(patch: _Patch) -> None:
    patch.setattr(Dispatcher, "_check_age", lambda self, ticket: None)
    patch.setattr(Dispatcher, "_expire", lambda self, ticket, lane: None)


@_fault("an account that is down gets orders", 9)
def _(patch: _Patch) -> None:
    patch.setattr(Accounts, "check_up", lambda self, name: None)


# Signals and keys


@_fault("a key is claimed after its order was sent", 3)
def _(patch: _Patch) -> None:
    append = SqliteJournal.append

    def later(self: SqliteJournal, write: Write, done: Done) -> None:
        append(self, msgspec.structs.replace(write, claim=None), done)
        if write.claim is not None:
            claim = Write(entries=(), signal=write.signal, claim=write.claim)
            loop = asyncio.get_running_loop()
            loop.call_later(0.5, append, self, claim, lambda outcome: None)

    patch.setattr(SqliteJournal, "append", later)


@_fault("a start forgets which keys were used", 3)
def _(patch: _Patch) -> None:
    reload = ClaimTable.reload

    def forget(self: ClaimTable) -> None:
        self._cursor.execute("DELETE FROM keys; DELETE FROM fingerprints")
        reload(self)

    patch.setattr(ClaimTable, "reload", forget)


@_fault("another signal under a used key is sent", 3)
def _(patch: _Patch) -> None:
    patch.setattr("fillgate.engine.intake._digest", lambda signal: b"")
    find = Intake._claim_key

    def keyless(self: Intake, arrival: Arrival) -> tuple[str | None, int | None]:
        key, expires = find(self, arrival)
        return (key and f"{key} {arrival.signal.quantity}"), expires

    patch.setattr(Intake, "_claim_key", keyless)


@_fault("a signal is acknowledged before it is durable", 1, 21)
def _(patch: _Patch) -> None:
    admit = Intake._admit

    def at_once(self: Intake, ticket: Ticket, arrival: Arrival, expires: int | None) -> None:
        admit(self, ticket, arrival, expires)
        ticket.admitted.open(ticket)

    patch.setattr(Intake, "_admit", at_once)


@_fault("what was turned away without a key is sent after all", 2)
def _(patch: _Patch) -> None:
    patch.setattr("fillgate.engine.dispatcher._disowned", lambda ticket: None)


@_fault("a start forgets the signals that wait", 1)
def _(patch: _Patch) -> None:
    async def none(self: SqliteJournal) -> Sequence[Any]:
        return ()

    patch.setattr(SqliteJournal, "waiting_signals", none)


# Lookups


@_fault("a lookup that fails counts as not found", 11)
def _(patch: _Patch) -> None:
    ask = Questions.ask

    async def guess(self: Questions, state: OrderState) -> Lookup | None:
        return await ask(self, state) or NotFound()

    patch.setattr(Questions, "ask", guess)


@_fault("an order is ABSENT before its venue has settled", 11)
def _(patch: _Patch) -> None:
    patch.setattr(lookups.Lookups, "_until_settled", lambda self, state: 0.0)


@_fault("one answer is enough for absence", 11)
def _(patch: _Patch) -> None:
    patch.setattr(lookups, "_MISSES_THAT_COUNT", 1)


@_fault("whatever is found under an id is taken for the order", 10, 14)
def _(patch: _Patch) -> None:
    patch.setattr(lookups, "mismatch", lambda state, report: None)


@_fault("an UNKNOWN order is not looked up after a start", 12, 24)
def _(patch: _Patch) -> None:
    take_up = Recovery._take_up

    def forget(self: Recovery, ticket: Ticket, state: OrderState) -> None:
        if state.status is not OrderStatus.UNKNOWN:
            take_up(self, ticket, state)

    patch.setattr(Recovery, "_take_up", forget)


# Executions


@_fault("a fill that is told twice counts twice", 14)
def _(patch: _Patch) -> None:
    def all_of_them(self: Executed, fills: tuple[Fill, ...]) -> Executed:
        identified = self.identified
        for fill in fills:
            identified = identified.with_fill(fill)
        return msgspec.structs.replace(self, identified=identified)

    patch.setattr(Executed, "with_fills", all_of_them)


@_fault("a total is counted on top of the fills", 14)
def _(patch: _Patch) -> None:
    def sum_of_both(self: Executed) -> Any:
        total = self.identified
        for fill in (self.evidence,) if self.evidence.quantity else ():
            total = msgspec.structs.replace(
                total,
                quantity=total.quantity + fill.quantity,
                notional=total.notional + fill.notional,
            )
        return total

    patch.setattr(Executed, "total", property(sum_of_both))


@_fault("a position moves before its commit", 21)
def _(patch: _Patch) -> None:
    append = Recorder._append

    def early(self: Recorder, job: Job) -> None:
        append(self, job)
        self._blotter.publish((), job.positions)

    patch.setattr(Recorder, "_append", early)


# Commits that fail


@_fault("a commit in doubt counts as lost", 20, 22)
def _(patch: _Patch) -> None:
    def lost(self: SqliteJournal, batch: Batch) -> None:
        for pending in batch:
            self._tell_this(pending, Lost("the commit failed"))
        self._lose_waiting("the commit before it failed")

    def decided(self: SqliteJournal, batch: Batch, *, durable: bool) -> None:
        self._fault = None
        self._gather()

    patch.setattr(SqliteJournal, "doubted", lost)
    patch.setattr(SqliteJournal, "decided", decided)


@_fault("a commit in doubt counts as durable", 1, 21, 20)
def _(patch: _Patch) -> None:
    def kept(self: SqliteJournal, batch: Batch) -> None:
        for pending in batch:
            self._tell_this(pending, pending.outcome)
        self._lose_waiting("the commit before it failed")

    def decided(self: SqliteJournal, batch: Batch, *, durable: bool) -> None:
        self._fault = None
        self._gather()

    patch.setattr(SqliteJournal, "doubted", kept)
    patch.setattr(SqliteJournal, "decided", decided)


@_fault("facts of a lost commit are not written again", 10, 12, 13, 24)
def _(patch: _Patch) -> None:
    patch.setattr(Recorder, "_keep_for_later", lambda self, job, reason: None)


@_fault("facts are written again in another order", 10, 13, 20, 24, 25)
def _(patch: _Patch) -> None:
    catch_up = Recorder._catch_up

    async def backwards(self: Recorder) -> None:
        for job in self._backlog:
            job.number = -job.number
        await catch_up(self)

    patch.setattr(Recorder, "_catch_up", backwards)


@_fault("an order's row is not brought up to date", 20)
def _(patch: _Patch) -> None:
    append = SqliteJournal.append

    def rowless(self: SqliteJournal, write: Write, done: Done) -> None:
        rows = write.order_rows if write.signal_row is not None else ()
        append(self, msgspec.structs.replace(write, order_rows=rows), done)

    patch.setattr(SqliteJournal, "append", rowless)
