"""fillgate with a fault planted in it, to see that the torture finds it.

    python -m tests.torture.planted FAULT serve ...

puts the fault in and then runs the command line as it is. Each fault is one that a careless change
could make.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from fillgate.domain.errors import NotSent, Rejected
from fillgate.domain.events import OrderEvent, OrderRejected, RequestAnswered, RequestEvent
from fillgate.domain.executions import Executed
from fillgate.domain.fills import Fill
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.order_state import OrderState
from fillgate.domain.orders import Order
from fillgate.domain.reports import ExecutionReport, ExecutionResult, NotFound
from fillgate.engine import lookups, verdict
from fillgate.engine.dispatcher import Dispatcher
from fillgate.engine.foreign import Foreign
from fillgate.engine.intake import Intake
from fillgate.engine.lookups import Lookups
from fillgate.engine.questions import Questions
from fillgate.engine.reconciliation.comparison import Run
from fillgate.engine.recorder import Job, Recorder
from fillgate.engine.recovery import Recovery
from fillgate.engine.requests import verdict as requests_verdict
from fillgate.engine.requests.requests import Requests
from fillgate.engine.requests.sender import Sender
from fillgate.engine.requests.verdict import Asked
from fillgate.engine.tickets import Ticket
from fillgate.journal.base import Claim
from fillgate.journal.pending import Pending
from fillgate.journal.sqlite import SqliteJournal
from fillgate.journal.store import Store
from fillgate.plugins.registry import PluginRegistry

__all__ = ["FAULTS"]

_ACCOUNT_IS_UP: Final = 0.5
"""Seconds after which an account is up after a start."""
_BEFORE_COMMIT: Final = 0.1
"""Seconds until a commit begins, where a fault shows only before it. (What a commit has written
outlives a killed process, flushed or not.)"""


def _commit_late() -> None:
    real = Store.commit

    def commit(self: Store, batch: Sequence[Pending]) -> bool:
        time.sleep(_BEFORE_COMMIT)
        return real(self, batch)

    _plant(Store, commit)


def send_again_after_a_missing_answer() -> None:
    real = PluginRegistry.execute_order

    async def execute_order(
        self: PluginRegistry, order: Order, account: str | None = None
    ) -> ExecutionResult:
        try:
            return await real(self, order, account)
        except (NotSent, Rejected):
            raise
        except Exception:  # noqa: BLE001 - that is the fault
            return await real(self, order, account)

    _plant(PluginRegistry, execute_order)


def send_before_it_is_durable() -> None:
    """The plugin is called when the order is planned; its SENDING is written meanwhile."""
    _commit_late()
    planned, sent = Dispatcher._planned, {}

    def _planned(self: Dispatcher, ticket: Ticket, lane: Any) -> tuple[OrderEvent, ...]:
        events = planned(self, ticket, lane)
        for event in events:
            if getattr(event, "sending", False):
                order = event.order  # type: ignore[attr-defined]
                going = self._registry.execute_order(order, order.account)
                sent[order.client_order_id] = asyncio.ensure_future(going)
        return events

    def _send(self: Dispatcher, order: Order) -> Any:
        return sent.pop(order.client_order_id)

    _plant(Dispatcher, _planned)
    _plant(Dispatcher, _send)


def claim_the_key_with_the_outcome() -> None:
    record, claims = Recorder.record, dict[int | None, Claim]()

    def record_without(self: Recorder, job: Job) -> None:
        if job.claim is not None:
            claims[job.signal], job.claim = job.claim, None
        elif job.signal in claims:
            job.claim = claims.pop(job.signal)
        record(self, job)

    def remember(self: Intake, ticket: Ticket) -> None:
        pass

    _plant(Recorder, record_without, "record")
    _plant(Intake, remember)


def count_a_fill_each_time_it_is_told() -> None:
    def with_fills(self: Executed, fills: tuple[Fill, ...]) -> Executed:
        identified = self.identified
        for fill in fills:
            identified = identified.with_fill(fill)
        return msgspec.structs.replace(self, fills=(*self.fills, *fills), identified=identified)

    _plant(Executed, with_fills)


def send_again_after_a_start() -> None:
    take_up, going = Recovery._take_up, list[asyncio.Future[ExecutionResult]]()

    def _take_up(self: Recovery, ticket: Ticket, state: OrderState) -> None:
        def send() -> None:
            going.append(asyncio.ensure_future(self._dispatcher._send(state.order)))

        if state.status is OrderStatus.PENDING_NEW and state.sending:
            asyncio.get_running_loop().call_later(_ACCOUNT_IS_UP, send)
        take_up(self, ticket, state)

    _plant(Recovery, _take_up)


def forget_what_waits_at_a_start() -> None:
    async def waiting_signals(self: SqliteJournal) -> list[Any]:
        return []

    _plant(SqliteJournal, waiting_signals)


def take_the_first_miss_for_absence() -> None:
    def _until_settled(self: Lookups, state: OrderState) -> float:
        return 0.0

    _plant(Lookups, _until_settled)
    lookups._MISSES_THAT_COUNT = 1


def take_a_failed_lookup_for_not_found() -> None:
    ask = Questions.ask

    async def answered(self: Questions, state: OrderState) -> Any:
        return await ask(self, state) or NotFound()

    _plant(Questions, answered, "ask")


def take_a_missing_answer_for_a_refusal() -> None:
    def refused(order: Order, code: str, text: str) -> OrderEvent:
        return OrderRejected(client_order_id=order.client_order_id, code=code, text=text)

    assert callable(verdict.unanswered)
    vars(verdict)["unanswered"] = refused


def take_a_lost_cancel_for_done() -> None:
    real = requests_verdict.unanswered

    def done(asked: Asked, code: str, text: str) -> RequestEvent:
        state = asked.state
        if asked.replacement is not None or state.order_id is None:
            return real(asked, code, text)
        report = ExecutionReport(
            order_id=state.order_id,
            symbol=state.order.symbol,
            side=state.order.side,
            status=OrderStatus.CANCELED,
            filled_quantity=state.executed.total.quantity,
            timestamp=state.updated_at // 1000,
        )
        return RequestAnswered(
            client_order_id=asked.client_order_id, request=asked.request, report=report
        )

    assert callable(real)
    vars(requests_verdict)["unanswered"] = done


def send_a_cancel_again_after_a_missing_answer() -> None:
    call = Sender._call

    def _call(self: Sender, asked: Asked) -> Awaitable[ExecutionReport]:
        async def twice() -> ExecutionReport:
            try:
                return await call(self, asked)
            except (NotSent, Rejected):
                raise
            except Exception:  # noqa: BLE001 - that is the fault
                return await call(self, asked)

        return twice()

    _plant(Sender, _call)


def forget_requests_at_a_start() -> None:
    def take_up(self: Requests, state: OrderState) -> None:
        pass

    _plant(Requests, take_up)


def note_a_fill_of_somebody_else_each_time() -> None:
    def _claim(self: Foreign, key: tuple[str, str, str]) -> bool:
        return True

    async def _known(self: Foreign, account: str, sights: object) -> set[tuple[str, str]]:
        return set()

    _plant(Foreign, _claim)
    _plant(Foreign, _known)


def ask_for_no_fills() -> None:
    async def compare_fills(self: Run) -> None:
        pass

    _plant(Run, compare_fills)


def acknowledge_before_it_is_durable() -> None:
    _commit_late()
    admit = Intake._admit

    def _admit(self: Intake, ticket: Ticket, *arguments: Any) -> None:
        admit(self, ticket, *arguments)
        ticket.admitted.open(ticket)

    _plant(Intake, _admit)


FAULTS: Final[Mapping[str, Callable[[], None]]] = {
    plant.__name__: plant
    for plant in (
        send_again_after_a_missing_answer,
        send_before_it_is_durable,
        claim_the_key_with_the_outcome,
        count_a_fill_each_time_it_is_told,
        send_again_after_a_start,
        forget_what_waits_at_a_start,
        take_the_first_miss_for_absence,
        take_a_failed_lookup_for_not_found,
        take_a_missing_answer_for_a_refusal,
        acknowledge_before_it_is_durable,
        take_a_lost_cancel_for_done,
        send_a_cancel_again_after_a_missing_answer,
        forget_requests_at_a_start,
        note_a_fill_of_somebody_else_each_time,
        ask_for_no_fills,
    )
}


def _plant(owner: type, replacement: Callable[..., Any], name: str | None = None) -> None:
    """Replace a method, which must be there: a fault that is planted nowhere proves nothing."""
    name = name or replacement.__name__
    assert callable(getattr(owner, name)), f"{owner.__name__} has no {name}"
    setattr(owner, name, replacement)


if __name__ == "__main__":
    from fillgate.cli import app

    FAULTS[sys.argv.pop(1)]()
    app()
