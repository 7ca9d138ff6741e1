"""The account and the symbol of every kind of event."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from fillgate.domain.events import (
    AccountReconciled,
    AccountWentDown,
    DuplicateSuspected,
    Event,
    ForeignFillSeen,
    ForeignOrderSeen,
    OrderAbsent,
    OrderAdopted,
    PositionDiffered,
    RequestIneffective,
    ServiceStopped,
    SignalAccepted,
)
from fillgate.domain.fills import Fill
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order, Side
from fillgate.domain.reports import ExecutionReport
from fillgate.domain.signals import Action, Signal
from fillgate.journal.base import SYSTEM, Recorded, account_stream
from fillgate.service.events.subjects import NOTHING, Subject, Subjects
from tests.service.conftest import Desk, open_desk

ORDER = Order(client_order_id="fg1", account="a", symbol="X", side=Side.BUY, quantity=Decimal(1))
REPORT = ExecutionReport(
    order_id="v", symbol="X", side=Side.BUY, status=OrderStatus.NEW, timestamp=1
)
FILL = Fill(fill_id="f", quantity=Decimal(1), price=Decimal(1), timestamp=1)
SIGNAL = Signal(action=Action.BUY, symbol="X", quantity=Decimal(1))


@pytest.fixture(scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path_factory.mktemp("subjects")) as opened:
        await opened.order({"symbol": "KNOWN/USDT"})
        yield opened


def recorded(
    event: Event, stream: str = account_stream("a"), signal: int | None = None
) -> Recorded:
    return Recorded(
        position=1, stream=stream, sequence=1, at=1, signal=signal, event=event, hash=bytes(32)
    )


@pytest.mark.parametrize(
    ("event", "subject"),
    [
        (
            SignalAccepted(signal=1, source="s", reading=SIGNAL, account="a", body_digest=""),
            Subject("a", "X"),
        ),
        (OrderAdopted(client_order_id="fg1", signal=1, order=ORDER, report=REPORT), ("a", "X")),
        (AccountWentDown(account="a", reason="r"), ("a", None)),
        (AccountReconciled(account="a", cause="start", asked=()), ("a", None)),
        (ForeignOrderSeen(account="a", report=REPORT), ("a", "X")),
        (
            ForeignFillSeen(account="a", symbol="X", side=Side.BUY, order_id="v", fill=FILL),
            ("a", "X"),
        ),
        (PositionDiffered(account="a", symbol="X", ours=Decimal(1), theirs=Decimal(2)), ("a", "X")),
        (OrderAbsent(client_order_id="fg-of-nobody", asked=1), NOTHING),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
async def test_what_an_event_is_about(desk: Desk, event: Event, subject: Subject) -> None:
    engine = desk.house.engine
    assert await Subjects(engine.blotter, engine.journal).of(recorded(event)) == subject


async def test_an_event_of_the_service_is_about_nothing(desk: Desk) -> None:
    engine = desk.house.engine
    subjects = Subjects(engine.blotter, engine.journal)
    assert await subjects.of(recorded(ServiceStopped(), SYSTEM)) == NOTHING


async def test_later_events_of_an_order_are_about_what_the_first_was(desk: Desk) -> None:
    engine = desk.house.engine
    subjects = Subjects(engine.blotter, engine.journal)
    adopted = OrderAdopted(client_order_id="fg1", signal=1, order=ORDER, report=REPORT)
    later = RequestIneffective(client_order_id="fg1", request="fg1001", asked=1)
    assert await subjects.of(recorded(later)) == NOTHING
    await subjects.of(recorded(adopted))
    assert await subjects.of(recorded(later)) == ("a", "X")


async def test_a_suspected_duplicate_is_about_what_its_signal_is(desk: Desk) -> None:
    engine = desk.house.engine
    event = DuplicateSuspected(signal=1, source="s", duplicate_of=1, body_digest="")
    subject = await Subjects(engine.blotter, engine.journal).of(recorded(event, "inbox", signal=1))
    assert subject == ("main", "KNOWN/USDT")
