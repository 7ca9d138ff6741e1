"""The fold of an order's events, against the table and the executions."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.events import (
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
    SubmissionAnswered,
)
from fillgate.domain.fills import Fill
from fillgate.domain.fold import fold_orders, next_state
from fillgate.domain.life_cycle import LIFE_CYCLE, OrderStatus
from fillgate.domain.order_state import OrderState
from fillgate.domain.orders import Order, Side
from fillgate.domain.reports import ExecutionReport, ExecutionResult

D = Decimal
S = OrderStatus
ID = "fg0000000000100"

ORDER = Order(client_order_id=ID, account="a", symbol="X", side=Side.BUY, quantity=D(4))

INTENDED = OrderIntended(client_order_id=ID, signal=1, order=ORDER)
SENDING = OrderSending(client_order_id=ID)
UNANSWERED = OrderUnanswered(client_order_id=ID, code="TIMEOUT", text="no answer in 5 s")
ABSENT = OrderAbsent(client_order_id=ID, asked=3)
REJECTED = OrderRejected(client_order_id=ID, code="INSUFFICIENT_FUNDS", text="no money")
NOT_SENT = OrderNotSent(client_order_id=ID, code="CONNECTION_REFUSED", text="nobody there")
DENIED = OrderDenied(client_order_id=ID, signal=1, order=ORDER, code="STALE", text="too old")
ANOMALOUS = OrderAnomalous(client_order_id=ID, code="ODD", text="does not fit")


def answered(filled: str = "0", status: OrderStatus | None = None, *fills: Fill) -> OrderEvent:
    result = ExecutionResult(
        success=True,
        order_id="v1",
        filled_quantity=D(filled),
        average_price=D(100) if D(filled) else None,
        timestamp=1,
        status=status,
        fills=fills,
    )
    return SubmissionAnswered(client_order_id=ID, result=result)


def report(status: OrderStatus, filled: str = "0", *fills: Fill) -> ExecutionReport:
    return ExecutionReport(
        client_order_id=ID,
        order_id="v1",
        symbol="X",
        side=Side.BUY,
        status=status,
        filled_quantity=D(filled),
        average_price=D(100) if D(filled) else None,
        fills=fills,
        timestamp=1,
        text="the venue's words",
    )


def reported(status: OrderStatus, filled: str = "0", *fills: Fill) -> OrderEvent:
    return OrderReported(client_order_id=ID, report=report(status, filled, *fills), channel="poll")


def resolved(status: OrderStatus, found: ExecutionReport | None = None) -> OrderEvent:
    return OrderResolved(client_order_id=ID, status=status, report=found, reason="seen", actor="op")


def fill(name: str, quantity: str) -> Fill:
    return Fill(fill_id=name, quantity=D(quantity), price=D(100), timestamp=1)


def folded(*events: OrderEvent) -> OrderState:
    states: dict[str, OrderState] = {}
    for at, event in enumerate(events, start=1):
        fold_orders(states, event, at)
    return states[ID]


LIVES = [
    ([INTENDED], S.PENDING_NEW, "0"),
    ([INTENDED, SENDING], S.PENDING_NEW, "0"),
    ([INTENDED, SENDING, answered()], S.NEW, "0"),
    ([INTENDED, SENDING, answered("1")], S.PARTIALLY_FILLED, "1"),
    ([INTENDED, SENDING, answered("4")], S.FILLED, "4"),
    ([INTENDED, SENDING, answered("4", S.NEW)], S.FILLED, "4"),
    ([INTENDED, SENDING, answered("1", S.CANCELED)], S.CANCELED, "1"),
    ([INTENDED, SENDING, answered(), reported(S.PARTIALLY_FILLED, "3")], S.PARTIALLY_FILLED, "3"),
    ([INTENDED, SENDING, answered(), reported(S.FILLED, "4")], S.FILLED, "4"),
    ([INTENDED, SENDING, REJECTED], S.REJECTED, "0"),
    ([INTENDED, SENDING, NOT_SENT], S.DENIED, "0"),
    ([DENIED], S.DENIED, "0"),
    ([INTENDED, DENIED], S.DENIED, "0"),
    ([INTENDED, SENDING, UNANSWERED], S.UNKNOWN, "0"),
    ([INTENDED, SENDING, UNANSWERED, reported(S.NEW)], S.NEW, "0"),
    ([INTENDED, SENDING, UNANSWERED, reported(S.PENDING_CANCEL, "1")], S.PENDING_CANCEL, "1"),
    ([INTENDED, SENDING, UNANSWERED, ABSENT], S.ABSENT, "0"),
    ([INTENDED, SENDING, UNANSWERED, resolved(S.CANCELED)], S.CANCELED, "0"),
    ([INTENDED, SENDING, UNANSWERED, resolved(S.ABSENT)], S.ABSENT, "0"),
    ([INTENDED, SENDING, UNANSWERED, resolved(S.FILLED, report(S.FILLED, "4"))], S.FILLED, "4"),
    ([INTENDED, SENDING, reported(S.CANCELED), answered()], S.CANCELED, "0"),
    ([INTENDED, SENDING, reported(S.FILLED, "4"), answered()], S.FILLED, "4"),
    ([INTENDED, SENDING, answered(), reported(S.CANCELED, "1", fill("a", "1"))], S.CANCELED, "1"),
]


@pytest.mark.parametrize(("events", "status", "executed"), LIVES)
def test_lives(events: list[OrderEvent], status: OrderStatus, executed: str) -> None:
    state = folded(*events)
    assert state.status is status
    assert state.executed.total.quantity == D(executed)
    assert state.anomalies == 0
    assert (state.created_at, state.updated_at) == (1, len(events))


ODD_LIVES = [
    ([INTENDED, SENDING, answered(), reported(S.FILLED, "5")], S.FILLED, "5", 1),
    ([INTENDED, SENDING, answered("4"), reported(S.FILLED, "5")], S.FILLED, "5", 1),
    (
        [INTENDED, SENDING, answered("4"), reported(S.FILLED, "5"), reported(S.FILLED, "5")],
        S.FILLED,
        "5",
        1,
    ),
    ([INTENDED, SENDING, answered("0", S.CANCELED), reported(S.CANCELED, "1")], S.CANCELED, "1", 1),
    ([INTENDED, SENDING, answered("0", S.EXPIRED), reported(S.FILLED, "4")], S.FILLED, "4", 1),
    ([INTENDED, SENDING, REJECTED, reported(S.PARTIALLY_FILLED, "1")], S.PARTIALLY_FILLED, "1", 1),
    ([INTENDED, SENDING, UNANSWERED, ABSENT, reported(S.FILLED, "4")], S.FILLED, "4", 1),
    ([INTENDED, SENDING, UNANSWERED, ABSENT, reported(S.NEW)], S.NEW, "0", 1),
]


@pytest.mark.parametrize(("events", "status", "executed", "anomalies"), ODD_LIVES)
def test_late_fills_over_fills_and_revivals_count_and_are_raised(
    events: list[OrderEvent], status: OrderStatus, executed: str, anomalies: int
) -> None:
    state = folded(*events)
    assert (state.status, state.anomalies) == (status, anomalies)
    assert state.executed.total.quantity == D(executed)


@pytest.mark.parametrize(
    ("last", "filled", "executed"),
    [
        (reported(S.REJECTED, "4"), "4", "4"),
        (reported(S.CANCELED, "4"), "4", "4"),
        (reported(S.EXPIRED, "0", fill("a", "4")), "4", "4"),
        (REJECTED, "4", "4"),
        (ABSENT, "4", "4"),
        (DENIED, "4", "4"),
        (SENDING, "4", "4"),
        (ANOMALOUS, "4", "4"),
        (resolved(S.DENIED), "4", "4"),
    ],
)
def test_illegal_reports_leave_the_status_and_count_as_anomalies(
    last: OrderEvent, filled: str, executed: str
) -> None:
    before = folded(INTENDED, SENDING, answered(filled))
    after = folded(INTENDED, SENDING, answered(filled), last)
    assert after.status is before.status is S.FILLED
    assert after.anomalies == before.anomalies + 1
    assert after.executed.total.quantity == D(executed)
    assert (after.code, after.text) == (before.code, before.text) == (None, None)


def test_executions_of_a_denied_order_count_all_the_same() -> None:
    state = folded(DENIED, reported(S.FILLED, "4", fill("a", "4")))
    assert (state.status, state.anomalies) == (S.DENIED, 2)
    assert state.executed.total.quantity == D(4)


@pytest.mark.parametrize(
    ("event", "code", "text"),
    [
        (UNANSWERED, "TIMEOUT", "no answer in 5 s"),
        (REJECTED, "INSUFFICIENT_FUNDS", "no money"),
        (NOT_SENT, "CONNECTION_REFUSED", "nobody there"),
        (DENIED, "STALE", "too old"),
        (reported(S.REJECTED), "REJECTED", "the venue's words"),
    ],
)
def test_reasons_are_kept(event: OrderEvent, code: str, text: str) -> None:
    state = folded(INTENDED, SENDING, event)
    assert (state.code, state.text) == (code, text)


def test_sending_and_the_venues_id_are_kept() -> None:
    assert not folded(INTENDED).sending
    assert folded(INTENDED, SENDING).sending
    both = msgspec.structs.replace(INTENDED, sending=True)
    apart = folded(INTENDED, SENDING)
    assert folded(both) == msgspec.structs.replace(apart, updated_at=apart.created_at)
    assert folded(both, INTENDED).sending
    assert folded(INTENDED, SENDING, answered()).order_id == "v1"
    assert folded(INTENDED, SENDING, UNANSWERED, reported(S.NEW)).order_id == "v1"


def test_the_fold_tells_before_and_after() -> None:
    states: dict[str, OrderState] = {}
    assert fold_orders(states, INTENDED, 1) == (None, states[ID])
    planned = states[ID]
    assert fold_orders(states, SENDING, 2) == (planned, states[ID])
    assert states[ID] is not planned


def test_an_order_that_was_never_planned_is_an_error() -> None:
    with pytest.raises(KeyError, match=ID):
        fold_orders({}, SENDING, 1)


def test_every_kind_of_order_event_has_a_rule() -> None:
    class OrderSurprised(OrderEvent, frozen=True, kw_only=True):
        kind = "order-surprised"

    with pytest.raises(TypeError, match="OrderSurprised"):
        folded(INTENDED, OrderSurprised(client_order_id=ID))


fills = st.builds(fill, st.sampled_from("abcd"), st.sampled_from(["1", "2"]))
events = st.one_of(
    st.sampled_from([INTENDED, SENDING, UNANSWERED, ABSENT, REJECTED, NOT_SENT, DENIED, ANOMALOUS]),
    st.builds(answered, st.sampled_from("0145"), st.none() | st.sampled_from(OrderStatus), fills),
    st.builds(reported, st.sampled_from(OrderStatus), st.sampled_from("0145"), fills),
    st.builds(resolved, st.sampled_from(OrderStatus)),
)


def fills_of(event: OrderEvent) -> tuple[Fill, ...]:
    told = getattr(event, "result", None) or getattr(event, "report", None)
    return told.fills if told is not None else ()


@given(st.sampled_from([INTENDED, DENIED]), st.lists(events, max_size=12))
def test_any_events_give_a_state_that_follows_the_table(
    first: OrderEvent, following: list[OrderEvent]
) -> None:
    state = folded(first)
    for at, event in enumerate(following, start=2):
        after = next_state(state, event, at)
        moves = set(LIFE_CYCLE[state.standing].values()) | {state.standing}
        assert after.status in moves
        assert after.executed.total.quantity >= state.executed.total.quantity
        assert 0 <= after.anomalies - state.anomalies <= 4
        assert (after.order, after.signal, after.created_at) == (ORDER, 1, 1)
        assert after.updated_at == at
        if after.status not in LIFE_CYCLE[state.standing].values():
            assert after.anomalies > state.anomalies or isinstance(event, OrderIntended)
        state = after


@given(st.lists(events, max_size=8))
def test_replaying_gives_the_same_state(following: list[OrderEvent]) -> None:
    live = folded(INTENDED, *following)
    stored = [
        msgspec.json.decode(msgspec.json.encode(event), type=type(event)) for event in following
    ]
    assert folded(INTENDED, *stored) == live
    again = msgspec.json.decode(msgspec.json.encode(live), type=OrderState)
    assert again == live


def test_a_known_fill_with_other_contents_is_an_anomaly_and_counts_once() -> None:
    first = folded(INTENDED, SENDING, reported(S.PARTIALLY_FILLED, "1", fill("a", "1")))
    again = folded(
        INTENDED,
        SENDING,
        reported(S.PARTIALLY_FILLED, "1", fill("a", "1")),
        reported(S.PARTIALLY_FILLED, "1", fill("a", "1")),
    )
    other = folded(
        INTENDED,
        SENDING,
        reported(S.PARTIALLY_FILLED, "1", fill("a", "1")),
        reported(S.PARTIALLY_FILLED, "1", fill("a", "2")),
    )
    assert (first.anomalies, again.anomalies, other.anomalies) == (0, 0, 1)
    assert other.status is S.PARTIALLY_FILLED
    assert other.executed.total.quantity == first.executed.total.quantity


def test_a_taken_back_fill_counts_no_more_and_does_not_come_again() -> None:
    one, two = fill("a", "3"), fill("b", "1")
    filled = reported(S.FILLED, "4", one, two)
    bust = OrderReported(
        client_order_id=ID,
        report=msgspec.structs.replace(report(S.PARTIALLY_FILLED, "3"), busted=("b",), timestamp=5),
        channel="stream",
    )
    state = folded(INTENDED, SENDING, filled, bust)
    assert (state.status, state.executed.total.quantity) == (S.PARTIALLY_FILLED, D(3))
    assert state.anomalies == 1
    again = folded(INTENDED, SENDING, filled, bust, bust, filled)
    assert again.executed.total.quantity == D(3)
    assert again.executed.fills == (one,)


def test_a_corrected_fill_counts_as_corrected() -> None:
    told, right = fill("a", "4"), Fill(fill_id="a", quantity=D(4), price=D(99), timestamp=1)
    filled = reported(S.FILLED, "4", told)
    correction = OrderReported(
        client_order_id=ID,
        report=msgspec.structs.replace(
            report(S.FILLED, "4"), corrected=(right,), average_price=D(99), timestamp=5
        ),
        channel="stream",
    )
    state = folded(INTENDED, SENDING, filled, correction, filled)
    assert (state.status, state.executed.average_price) == (S.FILLED, D(99))
    assert state.executed.fills == (right,)
    assert state.anomalies == 1


def test_a_found_fill_counts_once_and_moves_the_order() -> None:
    def found(*fills: Fill) -> list[OrderEvent]:
        return [
            FillFound(client_order_id=ID, order_id="v1", fill=each, channel="reconciliation")
            for each in fills
        ]

    one, rest = fill("a", "1"), fill("b", "3")
    for before in ([answered()], [UNANSWERED]):
        state = folded(INTENDED, SENDING, *before, *found(one, one))
        assert (state.status, state.order_id) == (S.PARTIALLY_FILLED, "v1")
        state = folded(INTENDED, SENDING, *before, *found(one, one, rest))
        assert (state.status, state.executed.total.quantity) == (S.FILLED, D(4))
        assert state.anomalies == 0
    late = folded(INTENDED, SENDING, answered("0", S.CANCELED), *found(one))
    assert (late.status, late.executed.total.quantity, late.anomalies) == (S.CANCELED, D(1), 1)


@pytest.mark.parametrize(
    "before", [[], [INTENDED, SENDING, REJECTED], [INTENDED, SENDING, NOT_SENT]]
)
def test_what_works_at_the_venue_is_adopted(before: list[OrderEvent]) -> None:
    adopted = OrderAdopted(
        client_order_id=ID, signal=1, order=ORDER, report=report(S.PARTIALLY_FILLED, "1")
    )
    state = folded(*before, adopted)
    assert (state.status, state.order_id) == (S.PARTIALLY_FILLED, "v1")
    assert state.sending
    assert state.executed.total.quantity == D(1)
    assert state.anomalies == (1 if before else 0)
    assert state.code is None


def test_what_was_corrected_can_be_corrected_and_taken_back_after_that() -> None:
    def told(left: str, at: int, **amended: object) -> OrderReported:
        status = S.PARTIALLY_FILLED if D(left) else S.NEW
        said = msgspec.structs.replace(report(status, left), timestamp=at, **amended)
        return OrderReported(
            client_order_id=said.client_order_id or "", report=said, channel="poll"
        )

    def right(quantity: str) -> tuple[Fill, ...]:
        return (Fill(fill_id="a", quantity=D(quantity), price=D(100), timestamp=1),)

    # The venue never told the fill itself, only how much there is in all.
    steps = [
        told("3", 2),
        told("2", 3, corrected=right("2")),
        told("1", 4, corrected=right("1")),
        told("0", 5, busted=("a",)),
    ]
    totals = [
        folded(INTENDED, SENDING, *steps[:count]).executed.total.quantity for count in range(1, 5)
    ]
    assert totals == [D(3), D(2), D(1), D(0)]


def test_what_was_corrected_before_it_was_told_by_name_counts_as_corrected() -> None:
    right = Fill(fill_id="a", quantity=D(1), price=D(100), timestamp=1)
    said = msgspec.structs.replace(report(S.PARTIALLY_FILLED, "1"), timestamp=3, corrected=(right,))
    correction = OrderReported(client_order_id=ID, report=said, channel="poll")
    named = [
        FillFound(client_order_id=ID, order_id="v1", fill=each, channel="reconciliation")
        for each in (fill("a", "2"), fill("b", "3"))
    ]
    state = folded(INTENDED, SENDING, reported(S.PARTIALLY_FILLED, "2"), correction, *named)
    assert state.executed.total.quantity == D(4)
