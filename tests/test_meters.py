"""What is counted, and how: histograms, endings, names that nobody else chooses."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.events import (
    OrderDenied,
    OrderEvent,
    OrderIntended,
    OrderRejected,
    OrderReported,
    OrderSending,
    OrderUnanswered,
    SubmissionAnswered,
)
from fillgate.domain.fold import next_state
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.order_state import OrderState
from fillgate.domain.orders import Order, OrderType, Side
from fillgate.domain.reports import ExecutionReport, ExecutionResult
from fillgate.meters import (
    BATCH_SIZES,
    FLUSH_SECONDS,
    ORDER_SECONDS,
    REMOVED,
    AccountMeters,
    Histogram,
    Meters,
    SignalOutcome,
    SourceMeters,
)

ORDER = Order(
    client_order_id="fg1",
    account="main",
    symbol="BTC/USDT",
    side=Side.BUY,
    order_type=OrderType.MARKET,
    quantity=Decimal(2),
)
INTENDED = OrderIntended(client_order_id="fg1", signal=1, order=ORDER)
SENDING = OrderSending(client_order_id="fg1")
UNANSWERED = OrderUnanswered(client_order_id="fg1", code="TIME_OUT", text="no answer")
REJECTED = OrderRejected(client_order_id="fg1", code="NO_MONEY", text="no money")
DENIED = OrderDenied(client_order_id="fg1", signal=1, order=ORDER, code="STALE", text="old")


def answered(filled: int) -> SubmissionAnswered:
    price = Decimal(1) if filled else None
    result = ExecutionResult(
        success=True,
        order_id="v1",
        filled_quantity=Decimal(filled),
        average_price=price,
        timestamp=1,
    )
    return SubmissionAnswered(client_order_id="fg1", result=result)


def reported(filled: int) -> OrderReported:
    report = ExecutionReport(
        client_order_id="fg1",
        order_id="v1",
        symbol="BTC/USDT",
        side=Side.BUY,
        status=OrderStatus.FILLED if filled == 2 else OrderStatus.PARTIALLY_FILLED,
        filled_quantity=Decimal(filled),
        average_price=Decimal(1),
        timestamp=1,
    )
    return OrderReported(client_order_id="fg1", report=report, channel="poll")


def endings(*events: OrderEvent) -> dict[str, int]:
    """Return what is counted of an order to which this happens, and how often it was an ending."""
    meters, state = AccountMeters(), None
    ended = 0
    for at, event in enumerate(events):
        before: OrderState | None = state
        state = next_state(before, event, at)
        ended += meters.changed(event.kind, before, state)
    assert sum(meters.events.values()) == len(events)
    counted = {ending: count for ending, count in meters.endings.items() if count}
    assert ended == sum(counted.values())
    return counted


def test_an_order_has_one_ending_however_much_follows() -> None:
    story = (INTENDED, SENDING)
    assert endings(*story) == {}
    assert endings(*story, answered(2)) == {"FILLED": 1}
    assert endings(*story, answered(0)) == {"NEW": 1}
    assert endings(*story, answered(0), reported(1), reported(2)) == {"NEW": 1}
    assert endings(*story, REJECTED) == {"REJECTED": 1}
    assert endings(*story, UNANSWERED) == {"UNKNOWN": 1}
    assert endings(*story, UNANSWERED, reported(2)) == {"UNKNOWN": 1}
    assert endings(DENIED) == {"DENIED": 1}


@given(st.lists(st.floats(0, 1e6), max_size=50), st.sampled_from([ORDER_SECONDS, BATCH_SIZES]))
def test_a_histogram_counts_each_value_once_in_the_first_bucket_that_holds_it(
    values: list[float], bounds: tuple[float, ...]
) -> None:
    histogram = Histogram(bounds)
    for value in values:
        histogram.observe(value)
    assert sum(histogram.counts) == len(values)
    assert histogram.total == pytest.approx(sum(values))
    for index, bound in enumerate(bounds):
        assert sum(histogram.counts[: index + 1]) == sum(value <= bound for value in values)


def test_bounds_ascend() -> None:
    for bounds in (ORDER_SECONDS, FLUSH_SECONDS, BATCH_SIZES):
        assert list(bounds) == sorted(set(bounds))


def test_deliveries_are_counted_by_what_became_of_them() -> None:
    meters = SourceMeters()
    meters.accepted(0.2)
    meters.accepted(None)
    assert meters.signals == {
        SignalOutcome.ACCEPTED: 2,
        SignalOutcome.REPLAYED: 0,
        SignalOutcome.DUPLICATE: 0,
        SignalOutcome.REFUSED: 0,
        SignalOutcome.UNAVAILABLE: 0,
    }
    assert sum(meters.to_acknowledgement.counts) == 1


@given(st.text())
def test_an_account_that_is_not_configured_gets_no_name_of_its_own(name: str) -> None:
    meters = Meters(["main"])
    assert meters.account(name) is meters.accounts[name if name == "main" else REMOVED]
    assert list(meters.accounts) == ["main", REMOVED]


def test_a_source_has_meters_of_its_own_from_the_first_time_that_it_is_asked_for() -> None:
    meters = Meters(["main"])
    assert not meters.sources
    first = meters.source("api")
    assert meters.source("api") is first is not meters.source("tradingview")
    assert list(meters.sources) == ["api", "tradingview"]
