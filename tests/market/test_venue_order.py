"""An order as the venue has it: what each record makes of it, and what is told of it."""

from decimal import Decimal

import pytest

from fillgate.domain.fills import Fee, Fill
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.numbers import ZERO
from fillgate.domain.orders import Order, Side
from fillgate.domain.reports import ExecutionReport
from fillgate.market.records import (
    Arrived,
    Attached,
    Closed,
    Filled,
    MovedUp,
    OrderRecord,
    Queued,
    Restated,
    Trailed,
    Triggered,
)
from fillgate.market.venue_order import VenueOrder
from tests.comparing import values

ORDER = Order(client_order_id="fg1", account="m", symbol="X", side=Side.BUY, quantity=Decimal(2))
ARRIVED = Arrived(at=1_234_567, number=3, order=ORDER)
FEES = (Fee("USD", Decimal("0.5")),)


def fill(quantity: int) -> Fill:
    return Fill(
        fill_id="mock-3-1", quantity=Decimal(quantity), price=Decimal(9), fees=FEES, timestamp=2
    )


def after(*records: OrderRecord) -> VenueOrder:
    held = VenueOrder.arriving(ARRIVED)
    for record in records:
        held = held.after(record)
    return held


CASES: list[tuple[tuple[OrderRecord, ...], OrderStatus, int]] = [
    ((), OrderStatus.NEW, 0),
    ((Triggered(at=5, number=3),), OrderStatus.NEW, 0),
    ((Filled(at=5, number=3, fill=fill(2)),), OrderStatus.FILLED, 2),
    ((Filled(at=5, number=3, fill=fill(1)),), OrderStatus.PARTIALLY_FILLED, 1),
    (
        (
            Filled(at=5, number=3, fill=fill(1)),
            Closed(at=5, number=3, status=OrderStatus.CANCELED),
        ),
        OrderStatus.CANCELED,
        1,
    ),
    ((Closed(at=5, number=3, status=OrderStatus.EXPIRED),), OrderStatus.EXPIRED, 0),
]


@pytest.mark.parametrize(("records", "status", "filled"), CASES)
def test_what_records_make_of_it(
    records: tuple[OrderRecord, ...], status: OrderStatus, filled: int
) -> None:
    held = after(*records)
    assert (held.status, held.filled_quantity) == (status, Decimal(filled))
    assert held.updated == (records[-1].at if records else ARRIVED.at)
    assert held.average_price == (9 if filled else None)
    assert held.fees == (FEES if filled else ())


def test_totals_are_kept_and_averages_follow_from_them() -> None:
    fees = (Fee("USD", Decimal("0.25")), Fee("BNB", Decimal(-1)))
    dear = Fill(fill_id="mock-3-2", quantity=Decimal(1), price=Decimal(12), fees=fees, timestamp=3)
    held = after(*(Filled(at=5, number=3, fill=each) for each in (fill(1), dear)))
    assert values(held.status, held.filled_quantity, held.worth) == (OrderStatus.FILLED, 2, 21)
    assert held.average_price == Decimal("10.5")
    assert held.fees == (Fee("USD", Decimal("0.75")), Fee("BNB", Decimal(-1)))
    report = held.report(since=1)
    assert values(report.fills, report.filled_quantity, report.fees) == ((dear,), 2, held.fees)


def test_the_venue_may_change_its_quantity() -> None:
    held = after(
        Filled(at=5, number=3, fill=fill(1)), Restated(at=6, number=3, quantity=Decimal(5))
    )
    assert values(held.order.quantity, held.filled_quantity, held.updated) == (5, 1, 6)


def test_what_nobody_sees_is_no_change() -> None:
    held = after(
        Trailed(at=5, number=3, best=7),
        Queued(at=5, number=3, ahead=4),
        MovedUp(at=6, number=3, ahead=2),
    )
    assert (held.best, held.ahead, held.updated) == (7, 2, ARRIVED.at)


def test_a_trigger_is_remembered() -> None:
    assert not after().triggered
    assert after(Triggered(at=5, number=3)).triggered


def test_it_does_not_arrive_twice() -> None:
    with pytest.raises(ValueError, match="order 3 arrived twice"):
        after(ARRIVED)


def test_what_the_venue_placed_itself_names_its_entry() -> None:
    assert after().entry is None
    attached = Attached(at=1, number=4, order=ORDER, entry=3)
    assert VenueOrder.arriving(attached).entry == 3


def test_its_report() -> None:
    closed = Closed(at=7_000_999, number=3, status=OrderStatus.REJECTED, code="A", text="No.")
    assert after(closed).report() == ExecutionReport(
        client_order_id="fg1",
        order_id="mock-3",
        symbol="X",
        side=Side.BUY,
        quantity=Decimal(2),
        status=OrderStatus.REJECTED,
        filled_quantity=ZERO,
        created=1234,
        timestamp=7000,
        text="No.",
    )
