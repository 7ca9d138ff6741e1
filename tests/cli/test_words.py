"""Every kind of event has words."""

from decimal import Decimal

import pytest

from fillgate.cli.words import MEANINGS, meaning
from fillgate.domain.events import (
    EVENT_TYPES,
    AccountCameUp,
    AccountReconciled,
    AccountWentDown,
    ArrivalQuoted,
    CancelRequested,
    DuplicateSuspected,
    Event,
    FillFound,
    ForeignFillSeen,
    ForeignOrderSeen,
    HoldReleased,
    JournalRestored,
    OrderAbsent,
    OrderAdopted,
    OrderAnomalous,
    OrderDenied,
    OrderIntended,
    OrderNotSent,
    OrderRejected,
    OrderReported,
    OrderResolved,
    OrderSending,
    OrderUnanswered,
    OrderWithdrawn,
    PositionAgreed,
    PositionDiffered,
    ReplaceRequested,
    RequestAnswered,
    RequestIneffective,
    RequestNotSent,
    RequestRejected,
    RequestUnanswered,
    ServiceStarted,
    ServiceStopped,
    SignalAccepted,
    SignalRefused,
    SubmissionAnswered,
)
from fillgate.domain.fills import Fill
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order, Side
from fillgate.domain.reports import ArrivalQuote, ExecutionReport, ExecutionResult
from fillgate.domain.signals import Action, Signal
from fillgate.journal.base import Recorded
from fillgate.service.plain import plain
from fillgate.service.shown import record_view

ORDER = Order(
    client_order_id="fg1", account="main", symbol="X", side=Side.BUY, quantity=Decimal("0.5")
)
SIGNAL = Signal(action=Action.BUY, symbol="X", quantity=Decimal("0.5"))
RESULT = ExecutionResult(
    success=True,
    order_id="v-1",
    filled_quantity=Decimal("0.5"),
    average_price=Decimal(7),
    timestamp=1,
    status=OrderStatus.FILLED,
)
FILL = Fill(fill_id="f-1", quantity=Decimal("0.5"), price=Decimal(7), timestamp=1)
REPORT = ExecutionReport(
    order_id="v-1", symbol="X", side=Side.BUY, status=OrderStatus.NEW, timestamp=1
)

QUOTE = ArrivalQuote(bid=Decimal("6.9"), ask=Decimal("7.1"), timestamp=1)

SAID = [
    (
        SignalAccepted(
            signal=1, source="s", key="id:a", reading=SIGNAL, account="main", body_digest=""
        ),
        ["taken from s", "main", "'a'"],
    ),
    (
        SignalAccepted(signal=1, source="s", reading=SIGNAL, account="main", body_digest=""),
        ["without a key"],
    ),
    (
        SignalAccepted(
            signal=1, source="s", reading=SIGNAL, account="m", body_digest="", repairs=("mended",)
        ),
        ["durable; repaired before: mended"],
    ),
    (
        SignalAccepted(
            signal=1, source="s", key="fingerprint:9", reading=SIGNAL, account="m", body_digest=""
        ),
        ["fingerprint"],
    ),
    (
        SignalRefused(signal=1, source="s", code="STALE", reason="too old", body_digest=""),
        ["STALE", "too old"],
    ),
    (
        SignalRefused(
            signal=1, source="s", code="STALE", reason="old", body_digest="", repairs=("mended",)
        ),
        ["old; repaired before: mended"],
    ),
    (DuplicateSuspected(signal=2, source="s", duplicate_of=1, body_digest=""), ["signal 1"]),
    (OrderIntended(client_order_id="fg1", signal=1, order=ORDER), ["buy 0.5 X, market"]),
    (
        OrderDenied(client_order_id="fg1", signal=1, order=ORDER, code="LIMIT", text="too much"),
        ["not sent", "LIMIT: too much"],
    ),
    (OrderSending(client_order_id="fg1"), ["before the first byte"]),
    (SubmissionAnswered(client_order_id="fg1", result=RESULT), ["v-1", "FILLED", "0.5 at 7"]),
    (ArrivalQuoted(client_order_id="fg1", quote=QUOTE), ["6.9 bid", "7.1 asked", "arrived"]),
    (OrderRejected(client_order_id="fg1", code="C", text="no"), ["venue refused", "C: no"]),
    (OrderNotSent(client_order_id="fg1", code="C", text="no"), ["proven", "C: no"]),
    (OrderUnanswered(client_order_id="fg1", code="C", text=""), ["may be at the venue", "C"]),
    (
        OrderReported(client_order_id="fg1", report=REPORT, channel="poll"),
        ["poll", "v-1", "NEW"],
    ),
    (OrderAbsent(client_order_id="fg1", asked=3), ["3 times"]),
    (
        OrderResolved(
            client_order_id="fg1", status=OrderStatus.FILLED, reason="saw it", actor="api"
        ),
        ["FILLED", "api", "saw it"],
    ),
    (OrderAnomalous(client_order_id="fg1", code="C", text="odd"), ["a person", "C: odd"]),
    (OrderWithdrawn(client_order_id="fg1", actor="api"), ["api", "had not left"]),
    (
        OrderAdopted(client_order_id="fg1", signal=1, order=ORDER, report=REPORT),
        ["v-1", "NEW", "taken over"],
    ),
    (
        FillFound(client_order_id="fg1", order_id="v-1", fill=FILL, channel="reconciliation"),
        ["reconciliation", "f-1, 0.5 at 7"],
    ),
    (CancelRequested(client_order_id="fg1", request="r", actor="api"), ["api", "cancelled"]),
    (
        ReplaceRequested(
            client_order_id="fg1", request="r", replacement=ORDER, orig="fg1", actor="api"
        ),
        ["api", "quantity 0.5"],
    ),
    (RequestAnswered(client_order_id="fg1", request="r", report=REPORT), ["took", "NEW"]),
    (RequestRejected(client_order_id="fg1", request="r", code="C", text="no"), ["C: no"]),
    (RequestNotSent(client_order_id="fg1", request="r", code="C", text="no"), ["proven", "C: no"]),
    (RequestUnanswered(client_order_id="fg1", request="r", code="C", text=""), ["may have", "C"]),
    (RequestIneffective(client_order_id="fg1", request="r", asked=3), ["no effect", "3 times"]),
    (ServiceStarted(software="1.2"), ["1.2"]),
    (ServiceStopped(), ["in good order"]),
    (JournalRestored(incarnation="0" * 32, reason="keys are gone"), ["backup", "keys are gone"]),
    (HoldReleased(actor="api", reason="looked"), ["no more", "api", "looked"]),
    (AccountWentDown(account="main", reason="no route"), ["no route"]),
    (AccountCameUp(account="main"), ["up"]),
    (
        AccountReconciled(account="main", cause="start", asked=("fills",), failed=("positions",)),
        ["start", "fills", "could not ask for positions", "differences: 0"],
    ),
    (
        ForeignFillSeen(account="main", symbol="X", side=Side.BUY, order_id="v-9", fill=FILL),
        ["v-9", "not ours", "f-1, 0.5 at 7"],
    ),
    (ForeignOrderSeen(account="main", report=REPORT), ["v-1", "not ours", "NEW"]),
    (ForeignOrderSeen(account="main", report=REPORT, installation="ab12"), ["fillgate's (ab12)"]),
    (
        PositionDiffered(account="main", symbol="X", ours=Decimal(1), theirs=Decimal(2)),
        ["X: the venue holds 2", "to 1"],
    ),
    (PositionAgreed(account="main", symbol="X", quantity=Decimal(1)), ["X", "agree again on 1"]),
]


@pytest.mark.parametrize(("event", "words"), SAID, ids=lambda value: getattr(value, "kind", ""))
def test_what_an_event_says(event: Event, words: list[str]) -> None:
    record = Recorded(position=1, stream="s", sequence=1, at=1, signal=1, event=event, hash=b"")
    said = meaning(plain(record_view(record)))
    for word in words:
        assert word in said


def test_all_events_have_words() -> None:
    kinds = {kind.kind for kind in EVENT_TYPES}
    assert MEANINGS.keys() == kinds
    assert {event.kind for event, _ in SAID} == kinds


def test_an_event_of_a_newer_service_is_shown_by_its_details() -> None:
    assert meaning({"event": "order-sung", "details": {"tune": "la"}}) == "{'tune': 'la'}"
