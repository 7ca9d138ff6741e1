"""Requests to cancel and replace: each has an outcome of its own."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.events import (
    CancelRequested,
    OrderEvent,
    OrderIntended,
    OrderReported,
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
from fillgate.domain.fills import Fill
from fillgate.domain.fold import next_state
from fillgate.domain.ids import request_id
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.order_state import OrderState
from fillgate.domain.orders import Order, OrderType, Side
from fillgate.domain.reports import ExecutionReport, ExecutionResult
from fillgate.domain.requests import RequestStatus

D = Decimal
S = OrderStatus
R = RequestStatus
ID = "fg0000000000100"
FIRST, SECOND = request_id(ID, 1), request_id(ID, 2)

ORDER = Order(
    client_order_id=ID,
    account="a",
    symbol="X",
    side=Side.BUY,
    order_type=OrderType.LIMIT,
    quantity=D(4),
    price=D(100),
)
INTENDED = OrderIntended(client_order_id=ID, signal=1, order=ORDER, sending=True)
LOST = OrderUnanswered(client_order_id=ID, code="TIME_OUT", text="no answer")
PLACED = SubmissionAnswered(
    client_order_id=ID, result=ExecutionResult(success=True, order_id="v1", timestamp=1)
)
LIVE = [INTENDED, PLACED]


def cancel(request: str = FIRST) -> OrderEvent:
    return CancelRequested(client_order_id=ID, request=request, actor="api")


def replace(request: str = FIRST, **terms: Decimal) -> OrderEvent:
    wanted = msgspec.structs.replace(ORDER, client_order_id=request, **terms)
    return ReplaceRequested(
        client_order_id=ID, request=request, replacement=wanted, orig=ID, actor="api"
    )


def report(status: OrderStatus, filled: str = "0", **changes: object) -> ExecutionReport:
    fields = {
        "client_order_id": ID,
        "order_id": "v1",
        "symbol": "X",
        "side": Side.BUY,
        "status": status,
        "filled_quantity": D(filled),
        "average_price": D(100) if D(filled) else None,
        "timestamp": 1,
    }
    return ExecutionReport(**fields | changes)  # type: ignore[arg-type]  # by their names


def answered(
    status: OrderStatus, filled: str = "0", request: str = FIRST, **changes: object
) -> OrderEvent:
    return RequestAnswered(
        client_order_id=ID, request=request, report=report(status, filled, **changes)
    )


def polled(status: OrderStatus, filled: str = "0", **changes: object) -> OrderEvent:
    return OrderReported(
        client_order_id=ID, report=report(status, filled, **changes), channel="poll"
    )


def refused(request: str = FIRST) -> OrderEvent:
    return RequestRejected(client_order_id=ID, request=request, code="UNKNOWN_ORDER", text="no")


def lost(request: str = FIRST) -> OrderEvent:
    return RequestUnanswered(client_order_id=ID, request=request, code="TIME_OUT", text="none")


NOT_SENT = RequestNotSent(client_order_id=ID, request=FIRST, code="REFUSED", text="nobody there")
INEFFECTIVE = RequestIneffective(client_order_id=ID, request=FIRST, asked=3)


def folded(*events: OrderEvent) -> OrderState:
    state = None
    for at, event in enumerate(events, start=1):
        state = next_state(state, event, at)
    assert state is not None
    return state


CANCELS = [
    ([*LIVE, cancel()], S.PENDING_CANCEL, R.PENDING),
    ([*LIVE, cancel(), answered(S.CANCELED)], S.CANCELED, R.DONE),
    ([*LIVE, cancel(), answered(S.CANCELED, "1")], S.CANCELED, R.DONE),
    # Taken, and done later.
    ([*LIVE, cancel(), answered(S.PENDING_CANCEL)], S.PENDING_CANCEL, R.PENDING),
    ([*LIVE, cancel(), answered(S.NEW), polled(S.CANCELED)], S.CANCELED, R.DONE),
    # The order was quicker.
    ([*LIVE, cancel(), answered(S.FILLED, "4")], S.FILLED, R.TOO_LATE),
    ([*LIVE, cancel(), polled(S.FILLED, "4"), refused()], S.FILLED, R.TOO_LATE),
    ([*LIVE, cancel(), polled(S.EXPIRED)], S.EXPIRED, R.TOO_LATE),
    # Refused, not sent, or without effect: the order is what it was.
    ([*LIVE, cancel(), refused()], S.NEW, R.REJECTED),
    ([*LIVE, polled(S.PARTIALLY_FILLED, "1"), cancel(), refused()], S.PARTIALLY_FILLED, R.REJECTED),
    ([*LIVE, cancel(), polled(S.PARTIALLY_FILLED, "1")], S.PENDING_CANCEL, R.PENDING),
    ([*LIVE, cancel(), NOT_SENT], S.NEW, R.NOT_SENT),
    ([*LIVE, cancel(), lost(), INEFFECTIVE], S.NEW, R.INEFFECTIVE),
    # An answer that is missing says nothing; what the venue shows later decides.
    ([*LIVE, cancel(), lost()], S.NEW, R.UNKNOWN),
    ([*LIVE, cancel(), lost(), polled(S.NEW)], S.NEW, R.UNKNOWN),
    ([*LIVE, cancel(), lost(), polled(S.CANCELED)], S.CANCELED, R.DONE),
    ([*LIVE, cancel(), lost(), polled(S.FILLED, "4")], S.FILLED, R.TOO_LATE),
    ([*LIVE, cancel(), lost(), answered(S.CANCELED)], S.CANCELED, R.DONE),
    # Of an order that is not known to be at the venue.
    ([INTENDED, cancel()], S.PENDING_NEW, R.PENDING),
    ([INTENDED, LOST, cancel()], S.UNKNOWN, R.PENDING),
    ([INTENDED, LOST, cancel(), refused()], S.UNKNOWN, R.REJECTED),
    ([INTENDED, LOST, cancel(), answered(S.CANCELED)], S.CANCELED, R.DONE),
]


@pytest.mark.parametrize(("events", "status", "outcome"), CANCELS)
def test_cancels(events: list[OrderEvent], status: OrderStatus, outcome: RequestStatus) -> None:
    state = folded(*events)
    assert (state.status, state.requests[0].status, state.anomalies) == (status, outcome, 0)


REPLACES = [
    ([*LIVE, replace(price=D(90))], S.PENDING_REPLACE, R.PENDING, ("4", "100")),
    ([*LIVE, replace(price=D(90)), answered(S.NEW)], S.NEW, R.DONE, ("4", "90")),
    (
        [*LIVE, replace(quantity=D(9)), answered(S.PARTIALLY_FILLED, "4")],
        S.PARTIALLY_FILLED,
        R.DONE,
        ("9", "100"),
    ),
    ([*LIVE, replace(quantity=D(2)), answered(S.FILLED, "2")], S.FILLED, R.DONE, ("2", "100")),
    # An answer that tells of the terms from before: the order was quicker, or the venue waits.
    (
        [*LIVE, replace(quantity=D(9)), answered(S.FILLED, "4", quantity=D(4))],
        S.FILLED,
        R.TOO_LATE,
        ("4", "100"),
    ),
    (
        [*LIVE, replace(price=D(90)), answered(S.CANCELED, price=D(100))],
        S.CANCELED,
        R.TOO_LATE,
        ("4", "100"),
    ),
    (
        [*LIVE, replace(price=D(90)), answered(S.NEW, price=D(100))],
        S.PENDING_REPLACE,
        R.PENDING,
        ("4", "100"),
    ),
    ([*LIVE, replace(price=D(90)), refused()], S.NEW, R.REJECTED, ("4", "100")),
    ([*LIVE, replace(price=D(90)), polled(S.FILLED, "4")], S.FILLED, R.TOO_LATE, ("4", "100")),
    ([*LIVE, replace(price=D(90)), polled(S.CANCELED)], S.CANCELED, R.TOO_LATE, ("4", "100")),
    ([*LIVE, replace(price=D(90)), lost()], S.NEW, R.UNKNOWN, ("4", "100")),
    # What the venue shows decides: by the id of the request, or by the terms.
    (
        [*LIVE, replace(price=D(90)), lost(), polled(S.NEW, client_order_id=FIRST)],
        S.NEW,
        R.DONE,
        ("4", "90"),
    ),
    ([*LIVE, replace(price=D(90)), lost(), polled(S.NEW, price=D(90))], S.NEW, R.DONE, ("4", "90")),
    (
        [*LIVE, replace(price=D(90)), lost(), polled(S.NEW, price=D(100))],
        S.NEW,
        R.UNKNOWN,
        ("4", "100"),
    ),
    ([*LIVE, replace(price=D(90)), lost(), polled(S.NEW)], S.NEW, R.UNKNOWN, ("4", "100")),
    ([*LIVE, replace(price=D(90)), lost(), INEFFECTIVE], S.NEW, R.INEFFECTIVE, ("4", "100")),
]


@pytest.mark.parametrize(("events", "status", "outcome", "terms"), REPLACES)
def test_replaces(
    events: list[OrderEvent], status: OrderStatus, outcome: RequestStatus, terms: tuple[str, str]
) -> None:
    state = folded(*events)
    assert (state.status, state.requests[0].status, state.anomalies) == (status, outcome, 0)
    assert (state.order.quantity, state.order.price) == tuple(map(D, terms))
    assert state.order.client_order_id == ID
    assert state.current_id == (FIRST if outcome is R.DONE else ID)


def test_a_cancel_shows_before_a_replace_and_ends_it() -> None:
    both = [*LIVE, replace(price=D(90)), cancel(SECOND)]
    assert folded(*both).status is S.PENDING_CANCEL
    assert folded(*both, refused(SECOND)).status is S.PENDING_REPLACE
    ended = folded(*both, answered(S.CANCELED, request=SECOND))
    assert [each.status for each in ended.requests] == [R.TOO_LATE, R.DONE]


def test_a_cancel_is_early_while_it_is_open_whether_the_venue_has_the_order() -> None:
    for events, early in (([INTENDED], True), ([INTENDED, LOST], True), (LIVE, False)):
        assert folded(*events, cancel()).requests[0].early is early


def test_the_outcome_of_a_request_is_kept() -> None:
    state = folded(*LIVE, cancel(), refused(), lost(), NOT_SENT)
    (request,) = state.requests
    assert (request.status, request.code, request.text) == (R.REJECTED, "UNKNOWN_ORDER", "no")
    assert (request.at, request.ended_at) == (3, 4)


def test_an_outcome_of_a_request_that_was_never_made_is_an_anomaly() -> None:
    for event in (refused(SECOND), lost(SECOND), answered(S.CANCELED, request=SECOND)):
        state = folded(*LIVE, cancel(), event)
        assert (state.anomalies, state.requests[0].status) == (1, R.PENDING)


def test_an_order_that_never_left_is_withdrawn() -> None:
    planned = msgspec.structs.replace(INTENDED, sending=False)
    withdrawn = OrderWithdrawn(client_order_id=ID, actor="api", reason="changed my mind")
    state = folded(planned, cancel(), withdrawn)
    assert (state.status, state.sending, state.text) == (S.CANCELED, False, "changed my mind")
    assert state.requests[0].status is R.DONE


def test_fills_under_the_venues_new_id_are_told_apart() -> None:
    def fill(quantity: str) -> Fill:
        return Fill(fill_id="1", quantity=D(quantity), price=D(100), timestamp=1)

    first = polled(S.PARTIALLY_FILLED, "1", fills=(fill("1"),))
    moved = answered(S.PARTIALLY_FILLED, "1", order_id="v2", client_order_id=FIRST)
    second = polled(S.PARTIALLY_FILLED, "2", order_id="v2", fills=(fill("1"),))
    late = polled(S.PARTIALLY_FILLED, "1", fills=(fill("1"),))
    state = folded(*LIVE, first, replace(price=D(90)), moved, second, late)
    assert (state.order_id, state.former_ids) == ("v2", ("v1",))
    assert [each.key for each in state.executed.fills] == [(None, "1"), ("v2", "1")]
    assert (state.executed.total.quantity, state.anomalies) == (D(2), 0)


EVENTS = st.sampled_from(
    [
        PLACED,
        LOST,
        cancel(),
        cancel(SECOND),
        replace(price=D(90)),
        replace(SECOND, quantity=D(9)),
        *(answered(status, "1", request) for status in S for request in (FIRST, SECOND)),
        *(polled(status, "1") for status in S),
        polled(S.NEW, price=D(90)),
        refused(),
        lost(),
        lost(SECOND),
        NOT_SENT,
        INEFFECTIVE,
    ]
)


@given(st.lists(EVENTS, max_size=14))
def test_whatever_happens(events: list[OrderEvent]) -> None:
    state = folded(INTENDED)
    for at, event in enumerate(events, start=2):
        after = next_state(state, event, at)
        for old, new in zip(state.requests, after.requests, strict=False):
            assert old.is_open or old == new
        if after.standing.is_final:
            assert not any(each.is_open for each in after.requests if each.at < at)
        pending = {S.PENDING_CANCEL, S.PENDING_REPLACE}
        assert after.status is after.standing or (
            after.status in pending and after.standing in {S.NEW, S.PARTIALLY_FILLED}
        )
        assert after.order.client_order_id == ID
        state = after
