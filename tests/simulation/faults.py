"""Faults to plant: each breaks the running code in one place, as a mistake in it would.

None needs a hook in the code: names of the engine and the journal are patched. A fault whose name
is gone fails loudly, and is planted anew where the code is now.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple

import msgspec
import pytest

from fillgate.domain import fold
from fillgate.domain.errors import Rejected
from fillgate.domain.events import (
    OrderEvent,
    OrderRejected,
    OrderSending,
    OrderUnanswered,
    RequestAnswered,
    RequestRejected,
    RequestUnanswered,
)
from fillgate.domain.executions import Executed
from fillgate.domain.fills import Fill
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.order_state import OrderState
from fillgate.domain.reports import ExecutionReport, Lookup, NotFound
from fillgate.domain.requests import find_request
from fillgate.engine import dispatcher, lookups
from fillgate.engine.accounts import Accounts
from fillgate.engine.dispatcher import Dispatcher
from fillgate.engine.intake import Arrival, Intake
from fillgate.engine.lanes import Lane
from fillgate.engine.planner import Planner
from fillgate.engine.questions import Questions
from fillgate.engine.recorder import Job, Recorder
from fillgate.engine.recovery import Recovery
from fillgate.engine.requests import sender, verdict
from fillgate.engine.requests.keys import Keys
from fillgate.engine.requests.lookups import RequestLookups
from fillgate.engine.requests.requests import Requests
from fillgate.engine.requests.sender import Sender
from fillgate.engine.requests.verdict import REQUEST_ENDINGS, Asked
from fillgate.engine.tickets import Ticket
from fillgate.engine.verdict import ORDER_ENDINGS
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


async def _ignoring(work: Awaitable[Any]) -> None:
    with suppress(Exception):
        await work


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

    patch.setattr(dispatcher, "ORDER_ENDINGS", ORDER_ENDINGS._replace(failed=refused))


@_fault("an order goes out while another of its lane is on its way", 7)
def _(patch: _Patch) -> None:
    patch.setattr(Lane, "is_free", property(lambda lane: not lane.holders))


@_fault("an UNKNOWN order does not hold its lane", 8)
def _(patch: _Patch) -> None:
    patch.setattr(Dispatcher, "hold", lambda self, state: None)


@_fault("an old signal is sent", 9)
def _(patch: _Patch) -> None:
    patch.setattr(Planner, "check_age", lambda self, ticket: None)
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
    patch.setattr(dispatcher, "disowned", lambda ticket: None)


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


@_fault("a fill that the venue takes back stays", 13, 15)
def _(patch: _Patch) -> None:
    patch.setattr(Executed, "amended_by", lambda self, *_, **__: self)


# Cancels and replaces


def _canceled(asked: Asked) -> OrderEvent:
    order = asked.state.order
    report = ExecutionReport(
        order_id=asked.state.order_id or "v",
        symbol=order.symbol,
        side=order.side,
        status=OrderStatus.CANCELED,
        filled_quantity=asked.state.executed.total.quantity,
        average_price=order.price,
        timestamp=1,
    )
    return RequestAnswered(
        client_order_id=asked.client_order_id, request=asked.request, report=report
    )


@_fault("a cancel whose answer is missing counts as done", 17, 18)
def _(patch: _Patch) -> None:
    failed = verdict.failed

    def done(asked: Asked, error: BaseException) -> OrderEvent:
        event = failed(asked, error)
        lost = isinstance(event, RequestUnanswered) and asked.replacement is None
        return _canceled(asked) if lost else event

    patch.setattr(sender, "REQUEST_ENDINGS", REQUEST_ENDINGS._replace(failed=done))


@_fault("“not found” to a cancel proves that the order is gone", 17, 18)
def _(patch: _Patch) -> None:
    failed = verdict.failed

    def gone(asked: Asked, error: BaseException) -> OrderEvent:
        not_found = isinstance(error, Rejected) and error.code == "ORDER_NOT_FOUND"
        return _canceled(asked) if not_found else failed(asked, error)

    patch.setattr(sender, "REQUEST_ENDINGS", REQUEST_ENDINGS._replace(failed=gone))


@_fault("a replace whose answer is missing counts as refused", 17)
def _(patch: _Patch) -> None:
    failed = verdict.failed

    def refused(asked: Asked, error: BaseException) -> OrderEvent:
        event = failed(asked, error)
        if not isinstance(event, RequestUnanswered) or asked.replacement is None:
            return event
        return RequestRejected(
            client_order_id=asked.client_order_id, request=asked.request, code="ERROR", text=""
        )

    patch.setattr(sender, "REQUEST_ENDINGS", REQUEST_ENDINGS._replace(failed=refused))


@_fault("a request is sent again when its answer is missing", 16)
def _(patch: _Patch) -> None:
    conclude = Sender._conclude

    def again(self: Sender, signal: int, event: OrderEvent) -> None:
        if isinstance(event, RequestUnanswered):
            state = self._recorder.latest(event.client_order_id)
            asked = None if state is None else find_request(state.requests, event.request)
            if state is not None and asked is not None:
                work = self._call(Asked(state, event.request, asked.replacement))
                self._tasks.start(_ignoring(work), name="again")
        conclude(self, signal, event)

    patch.setattr(Sender, "_conclude", again)


@_fault("a request is sent before it is durable", 16)
def _(patch: _Patch) -> None:
    begin = Sender.begin

    def at_once(self: Sender, state: OrderState, event: Any, asker: Any, digest: bytes) -> Any:
        admitted = begin(self, state, event, asker, digest)
        self._send(event)
        return admitted

    patch.setattr(Sender, "begin", at_once)


@_fault("a cancel waits until its lane is free", 19)
def _(patch: _Patch) -> None:
    recorded = Sender._recorded

    def waits(self: Sender, event: Any, asker: Any, admitted: Any, outcome: Any) -> None:
        asyncio.get_running_loop().call_later(0.5, recorded, self, event, asker, admitted, outcome)

    patch.setattr(Sender, "_recorded", waits)


@_fault("an order that was cancelled here is sent all the same", 19)
def _(patch: _Patch) -> None:
    go_on = Dispatcher._go_on

    def sends(self: Dispatcher, ticket: Ticket, lane: Lane) -> None:
        go_on(self, ticket, lane)
        state = self._blotter.order(ticket.client_order_id or "")
        if state is not None and state.code == "WITHDRAWN":
            self._tasks.start(_ignoring(self._send(state.order)), name="sent")

    patch.setattr(Dispatcher, "_go_on", sends)


@_fault("a start forgets the requests that are open", 17, 24)
def _(patch: _Patch) -> None:
    patch.setattr(Requests, "take_up", lambda self, state: None)


@_fault("a request without an answer is not looked up", 17, 24)
def _(patch: _Patch) -> None:
    patch.setattr(RequestLookups, "begin", lambda self, state: None)


@_fault("a request has no effect as soon as the order is seen to work", 17)
def _(patch: _Patch) -> None:
    patch.setattr(RequestLookups, "_seconds_until_settled", lambda self, state: 0.0)


@_fault("the key of a request is not claimed", 16)
def _(patch: _Patch) -> None:
    patch.setattr(Keys, "claim", lambda self, asker, digest, admitted, *, at: None)


@_fault("every answer to a replace counts as its success", 17)
def _(patch: _Patch) -> None:
    patch.setattr(fold, "is_shown_done", lambda asked, report: asked.replacement is not None)


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


@_fault("an order's row is not brought up to date", 20)
def _(patch: _Patch) -> None:
    append = SqliteJournal.append

    def rowless(self: SqliteJournal, write: Write, done: Done) -> None:
        rows = write.order_rows if write.signal_row is not None else ()
        append(self, msgspec.structs.replace(write, order_rows=rows), done)

    patch.setattr(SqliteJournal, "append", rowless)
