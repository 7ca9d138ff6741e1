"""Faults on the way to the venue and of lookups."""

import asyncio
from typing import Any, Final

import msgspec

from fillgate.domain.events import (
    OrderEvent,
    OrderRejected,
    OrderSending,
    OrderUnanswered,
)
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.order_state import OrderState
from fillgate.domain.reports import Lookup, NotFound
from fillgate.engine import dispatcher, lookups, reports
from fillgate.engine.accounts import Accounts
from fillgate.engine.dispatcher import Dispatcher
from fillgate.engine.lanes import Lane
from fillgate.engine.planner import Planner
from fillgate.engine.questions import Questions
from fillgate.engine.recorder import Job
from fillgate.engine.recovery import Recovery
from fillgate.engine.tickets import Ticket
from fillgate.engine.verdict import ORDER_ENDINGS
from tests.simulation.faults.catalogue import Catalogue, Patch

__all__ = ["FAULTS"]

FAULTS: Final = Catalogue()


@FAULTS("an order is sent again when its answer is late", 5)
def _(patch: Patch) -> None:
    conclude = Dispatcher._conclude

    def again(self: Dispatcher, ticket: Ticket, lane: Lane, event: OrderEvent) -> None:
        if isinstance(event, OrderUnanswered) and event.code == "TIME_OUT":
            self._go_on(ticket, lane)
        else:
            conclude(self, ticket, lane, event)

    patch.setattr(Dispatcher, "_conclude", again)


@FAULTS("SENDING is written down after the order was sent", 5, 6)
def _(patch: Patch) -> None:
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


@FAULTS("a start sends again what may have left", 5)
def _(patch: Patch) -> None:
    take_up = Recovery._take_up

    def resume(self: Recovery, ticket: Ticket, state: OrderState) -> None:
        if state.status is OrderStatus.PENDING_NEW and state.sending:
            self._dispatcher.resume(ticket, state)
        else:
            take_up(self, ticket, state)

    patch.setattr(Recovery, "_take_up", resume)


@FAULTS("a missing answer counts as a refusal", 10)
def _(patch: Patch) -> None:
    def refused(order: Any, error: BaseException) -> OrderEvent:
        return OrderRejected(client_order_id=order.client_order_id, code="ERROR", text=str(error))

    patch.setattr(dispatcher, "ORDER_ENDINGS", ORDER_ENDINGS._replace(failed=refused))


@FAULTS("an order goes out while another of its lane is on its way", 7)
def _(patch: Patch) -> None:
    patch.setattr(Lane, "is_free", property(lambda lane: not lane.holders))


@FAULTS("an UNKNOWN order does not hold its lane", 8)
def _(patch: Patch) -> None:
    patch.setattr(Dispatcher, "hold", lambda self, state: None)


@FAULTS("an old signal is sent", 9)
def _(patch: Patch) -> None:
    patch.setattr(Planner, "check_age", lambda self, ticket: None)
    patch.setattr(Dispatcher, "_expire", lambda self, ticket, lane: None)


@FAULTS("an account that is down gets orders", 9)
def _(patch: Patch) -> None:
    patch.setattr(Accounts, "check_up", lambda self, name: None)


@FAULTS("a lookup that fails counts as not found", 11)
def _(patch: Patch) -> None:
    ask = Questions.ask

    async def guess(self: Questions, state: OrderState) -> Lookup | None:
        return await ask(self, state) or NotFound()

    patch.setattr(Questions, "ask", guess)


@FAULTS("an order is ABSENT before its venue has settled", 11)
def _(patch: Patch) -> None:
    patch.setattr(lookups.Lookups, "_until_settled", lambda self, state: 0.0)


@FAULTS("one answer is enough for absence", 11)
def _(patch: Patch) -> None:
    patch.setattr(lookups, "_MISSES_THAT_COUNT", 1)


@FAULTS("whatever is found under an id is taken for the order", 10, 14)
def _(patch: Patch) -> None:
    patch.setattr(reports, "mismatch", lambda state, report: None)


@FAULTS("an UNKNOWN order is not looked up after a start", 12, 24)
def _(patch: Patch) -> None:
    take_up = Recovery._take_up

    def forget(self: Recovery, ticket: Ticket, state: OrderState) -> None:
        if state.status is not OrderStatus.UNKNOWN:
            take_up(self, ticket, state)

    patch.setattr(Recovery, "_take_up", forget)
