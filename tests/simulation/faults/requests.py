"""Faults of cancels and replaces."""

import asyncio
from typing import Any, Final

from fillgate.domain import fold
from fillgate.domain.errors import Rejected
from fillgate.domain.events import (
    OrderEvent,
    RequestAnswered,
    RequestRejected,
    RequestUnanswered,
)
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.order_state import OrderState
from fillgate.domain.reports import ExecutionReport
from fillgate.domain.requests import find_request
from fillgate.engine.dispatcher import Dispatcher
from fillgate.engine.lanes import Lane
from fillgate.engine.requests import sender, verdict
from fillgate.engine.requests.keys import Keys
from fillgate.engine.requests.lookups import RequestLookups
from fillgate.engine.requests.requests import Requests
from fillgate.engine.requests.sender import Sender
from fillgate.engine.requests.verdict import REQUEST_ENDINGS, Asked
from fillgate.engine.tickets import Ticket
from tests.simulation.faults.catalogue import Catalogue, Patch, ignoring

__all__ = ["FAULTS"]

FAULTS: Final = Catalogue()


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


@FAULTS("a cancel whose answer is missing counts as done", 17, 18)
def _(patch: Patch) -> None:
    failed = verdict.failed

    def done(asked: Asked, error: BaseException) -> OrderEvent:
        event = failed(asked, error)
        lost = isinstance(event, RequestUnanswered) and asked.replacement is None
        return _canceled(asked) if lost else event

    patch.setattr(sender, "REQUEST_ENDINGS", REQUEST_ENDINGS._replace(failed=done))


@FAULTS("“not found” to a cancel proves that the order is gone", 17, 18)
def _(patch: Patch) -> None:
    failed = verdict.failed

    def gone(asked: Asked, error: BaseException) -> OrderEvent:
        not_found = isinstance(error, Rejected) and error.code == "ORDER_NOT_FOUND"
        return _canceled(asked) if not_found else failed(asked, error)

    patch.setattr(sender, "REQUEST_ENDINGS", REQUEST_ENDINGS._replace(failed=gone))


@FAULTS("a replace whose answer is missing counts as refused", 17)
def _(patch: Patch) -> None:
    failed = verdict.failed

    def refused(asked: Asked, error: BaseException) -> OrderEvent:
        event = failed(asked, error)
        if not isinstance(event, RequestUnanswered) or asked.replacement is None:
            return event
        return RequestRejected(
            client_order_id=asked.client_order_id, request=asked.request, code="ERROR", text=""
        )

    patch.setattr(sender, "REQUEST_ENDINGS", REQUEST_ENDINGS._replace(failed=refused))


@FAULTS("a request is sent again when its answer is missing", 16)
def _(patch: Patch) -> None:
    conclude = Sender._conclude

    def again(self: Sender, signal: int, event: OrderEvent) -> None:
        if isinstance(event, RequestUnanswered):
            state = self._recorder.latest(event.client_order_id)
            asked = None if state is None else find_request(state.requests, event.request)
            if state is not None and asked is not None:
                work = self._call(Asked(state, event.request, asked.replacement))
                self._tasks.start(ignoring(work), name="again")
        conclude(self, signal, event)

    patch.setattr(Sender, "_conclude", again)


@FAULTS("a request is sent before it is durable", 16)
def _(patch: Patch) -> None:
    begin = Sender.begin

    def at_once(self: Sender, state: OrderState, event: Any, asker: Any, digest: bytes) -> Any:
        admitted = begin(self, state, event, asker, digest)
        self._send(event)
        return admitted

    patch.setattr(Sender, "begin", at_once)


@FAULTS("a cancel waits until its lane is free", 19)
def _(patch: Patch) -> None:
    recorded = Sender._recorded

    def waits(self: Sender, event: Any, asker: Any, admitted: Any, outcome: Any) -> None:
        asyncio.get_running_loop().call_later(0.5, recorded, self, event, asker, admitted, outcome)

    patch.setattr(Sender, "_recorded", waits)


@FAULTS("an order that was cancelled here is sent all the same", 19)
def _(patch: Patch) -> None:
    go_on = Dispatcher._go_on

    def sends(self: Dispatcher, ticket: Ticket, lane: Lane) -> None:
        go_on(self, ticket, lane)
        state = self._blotter.order(ticket.client_order_id or "")
        if state is not None and state.code == "WITHDRAWN":
            self._tasks.start(ignoring(self._send(state.order)), name="sent")

    patch.setattr(Dispatcher, "_go_on", sends)


@FAULTS("a start forgets the requests that are open", 17, 24)
def _(patch: Patch) -> None:
    patch.setattr(Requests, "take_up", lambda self, state: None)


@FAULTS("a request without an answer is not looked up", 17, 24)
def _(patch: Patch) -> None:
    patch.setattr(RequestLookups, "begin", lambda self, state: None)


@FAULTS("a request has no effect as soon as the order is seen to work", 17)
def _(patch: Patch) -> None:
    patch.setattr(RequestLookups, "_seconds_until_settled", lambda self, state: 0.0)


@FAULTS("the key of a request is not claimed", 16)
def _(patch: Patch) -> None:
    patch.setattr(Keys, "claim", lambda self, asker, digest, admitted, *, at: None)


@FAULTS("every answer to a replace counts as its success", 17)
def _(patch: Patch) -> None:
    patch.setattr(fold, "is_shown_done", lambda asked, report: asked.replacement is not None)
