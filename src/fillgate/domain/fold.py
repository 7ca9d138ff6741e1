"""The fold of an order's events: what each does to its state.

Invariants:

1. The fold is pure: the same events give the same state, live or replayed.
2. Every kind of an order's events is in the table.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from fillgate.domain.events import (
    ArrivalQuoted,
    CancelRequested,
    FillFound,
    OrderAbsent,
    OrderAdopted,
    OrderAnomalous,
    OrderDenied,
    OrderEvent,
    OrderIntended,
    OrderNotSent,
    OrderRejected,
    OrderReported,
    OrderResolved,
    OrderSending,
    OrderUnanswered,
    OrderWithdrawn,
    ReplaceRequested,
    RequestAnswered,
    RequestIneffective,
    RequestNotSent,
    RequestRejected,
    RequestUnanswered,
    SubmissionAnswered,
)
from fillgate.domain.life_cycle import OrderStatus, ReportType
from fillgate.domain.order_state import OrderState
from fillgate.domain.reports import report_type_of
from fillgate.domain.requests import (
    Request,
    RequestKind,
    RequestStatus,
    find_request,
    is_shown_done,
)

__all__ = ["FOLD_VERSION", "PLANNING", "fold_orders", "next_state"]

FOLD_VERSION: Final = 2
"""Raised whenever the same events would give another state; stored states carry it."""

PLANNING: Final = (OrderIntended, OrderDenied, OrderAdopted)
"""The events that an order can begin with."""


def _intended(state: OrderState, event: OrderIntended, at: int) -> OrderState:
    sending = state.sending or event.sending
    return msgspec.structs.replace(state, updated_at=at, sending=sending)


def _sending(state: OrderState, _: OrderSending, at: int) -> OrderState:
    return state.moved(at, ReportType.SENDING, sending=True)


def _answered(state: OrderState, event: SubmissionAnswered, at: int) -> OrderState:
    result = event.result
    filled = result.filled_quantity
    executed = state.executed.with_fills(state.named(result.order_id, result.fills)).with_evidence(
        filled, result.average_price, result.fees, timestamp=result.timestamp
    )
    report = report_type_of(result.status, filled, state.order.quantity)
    clash = bool(state.executed.conflicting(result.fills))
    told = state.with_order_id(result.order_id)
    told["executed"] = executed
    return state.moved(at, report, raised=clash, told=told)


def _quoted(state: OrderState, *_: object) -> OrderState:
    # For reports alone: the order is what it was, to the instant of its last change. A state of its
    # own all the same, by which the recorder knows whose it is.
    return msgspec.structs.replace(state)


def _denied(state: OrderState, event: OrderDenied | OrderNotSent, at: int) -> OrderState:
    return state.moved(at, ReportType.DENIED, code=event.code, text=event.text)


def _rejected(state: OrderState, event: OrderRejected, at: int) -> OrderState:
    return state.moved(at, ReportType.REJECTED, code=event.code, text=event.text)


def _unanswered(state: OrderState, event: OrderUnanswered, at: int) -> OrderState:
    after = state.moved(at, ReportType.UNANSWERED)
    if after.standing is not OrderStatus.UNKNOWN:
        return after
    return msgspec.structs.replace(after, code=event.code, text=event.text)


def _reported(state: OrderState, event: OrderReported, at: int) -> OrderState:
    return state.reported(event.report, at)


def _absent(state: OrderState, _: OrderAbsent, at: int) -> OrderState:
    return state.moved(at, ReportType.ABSENT)


def _resolved(state: OrderState, event: OrderResolved, at: int) -> OrderState:
    if event.report is not None:
        return state.reported(event.report, at)
    total = state.executed.quantity
    return state.moved(at, report_type_of(event.status, total, state.order.quantity))


def _anomalous(state: OrderState, _: OrderAnomalous, at: int) -> OrderState:
    return state.anomalous(at)


def _withdrawn(state: OrderState, event: OrderWithdrawn, at: int) -> OrderState:
    return state.moved(at, ReportType.CANCELED, code="WITHDRAWN", text=event.reason)


def _adopted(state: OrderState, event: OrderAdopted, at: int) -> OrderState:
    return state.moved(at, ReportType.RESTATED, sending=True).reported(event.report, at)


def _fill_found(state: OrderState, event: FillFound, at: int) -> OrderState:
    (fill,) = state.named(event.order_id, (event.fill,))
    executed = state.executed.with_fills((fill,))
    total = executed.quantity
    kind = ReportType.FILL if total >= state.order.quantity else ReportType.PARTIAL_FILL
    told = {"executed": executed} | state.with_order_id(event.order_id)
    clash = bool(state.executed.conflicting((fill,)))
    return state.moved(at, kind, raised=clash, told=told)


def _cancel_requested(state: OrderState, event: CancelRequested, at: int) -> OrderState:
    request = Request(
        request=event.request,
        kind=RequestKind.CANCEL,
        early=state.standing.is_undecided,
        actor=event.actor,
        reason=event.reason,
        at=at,
    )
    return _with_new(state, request, at)


def _replace_requested(state: OrderState, event: ReplaceRequested, at: int) -> OrderState:
    request = Request(
        request=event.request,
        kind=RequestKind.REPLACE,
        replacement=event.replacement,
        actor=event.actor,
        reason=event.reason,
        at=at,
    )
    return _with_new(state, request, at)


def _with_new(state: OrderState, request: Request, at: int) -> OrderState:
    if find_request(state.requests, request.request) is not None:
        return state.anomalous(at)
    return state.with_requests((*state.requests, request), at)


def _request_answered(state: OrderState, event: RequestAnswered, at: int) -> OrderState:
    """Take the report; a request that it does not conclude waits for one that does.

    Venues answer a cancel that they have only taken: the order works on until they act.
    """
    request = find_request(state.requests, event.request)
    if request is None:
        return state.with_outcome(event.request, RequestStatus.DONE, at)
    if request.is_open and is_shown_done(request, event.report):
        state = state.replaced(request, at)
    return state.reported(event.report, at)


def _request_rejected(state: OrderState, event: RequestRejected, at: int) -> OrderState:
    status = RequestStatus.REJECTED
    return state.with_outcome(event.request, status, at, code=event.code, text=event.text)


def _request_not_sent(state: OrderState, event: RequestNotSent, at: int) -> OrderState:
    status = RequestStatus.NOT_SENT
    return state.with_outcome(event.request, status, at, code=event.code, text=event.text)


def _request_unanswered(state: OrderState, event: RequestUnanswered, at: int) -> OrderState:
    status = RequestStatus.UNKNOWN
    return state.with_outcome(event.request, status, at, code=event.code, text=event.text)


def _request_ineffective(state: OrderState, event: RequestIneffective, at: int) -> OrderState:
    return state.with_outcome(event.request, RequestStatus.INEFFECTIVE, at)


_FOLDS: Final[Mapping[type[OrderEvent], Callable[[OrderState, Any, int], OrderState]]] = {
    OrderIntended: _intended,
    OrderSending: _sending,
    SubmissionAnswered: _answered,
    ArrivalQuoted: _quoted,
    OrderDenied: _denied,
    OrderNotSent: _denied,
    OrderRejected: _rejected,
    OrderUnanswered: _unanswered,
    OrderReported: _reported,
    OrderAbsent: _absent,
    OrderResolved: _resolved,
    OrderAnomalous: _anomalous,
    OrderWithdrawn: _withdrawn,
    OrderAdopted: _adopted,
    FillFound: _fill_found,
    CancelRequested: _cancel_requested,
    ReplaceRequested: _replace_requested,
    RequestAnswered: _request_answered,
    RequestRejected: _request_rejected,
    RequestNotSent: _request_not_sent,
    RequestUnanswered: _request_unanswered,
    RequestIneffective: _request_ineffective,
}
"""What each event does to an order."""


def next_state(before: OrderState | None, event: OrderEvent, at: int) -> OrderState:
    """Return the state of an order after an event; `before` is None for one not planned yet.

    Raises:
        KeyError: the event is about an order that was never planned.
    """
    if before is None:
        if not isinstance(event, PLANNING):
            raise KeyError(event.client_order_id)
        sending = isinstance(event, OrderIntended) and event.sending
        before = OrderState(
            order=event.order, signal=event.signal, sending=sending, created_at=at, updated_at=at
        )
        if isinstance(event, OrderIntended):
            return before
    fold = _FOLDS.get(type(event))
    if fold is None:
        msg = f"no rule for the event {type(event).__name__}"
        raise TypeError(msg)
    return fold(before, event, at)


def fold_orders(
    states: dict[str, OrderState], event: OrderEvent, at: int
) -> tuple[OrderState | None, OrderState]:
    """Apply one event to a table of orders by id, and return the state before and after.

    Raises:
        KeyError: the event is about an order that was never planned.
    """
    before = states.get(event.client_order_id)
    after = next_state(before, event, at)
    states[event.client_order_id] = after
    return before, after
