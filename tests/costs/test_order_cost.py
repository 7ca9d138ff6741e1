"""What orders cost, against a slow count from what is known to have happened."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.costs import OrderCost, cost_of
from fillgate.domain.events import (
    ArrivalQuoted,
    Event,
    OrderDenied,
    OrderIntended,
    OrderRejected,
    OrderReported,
    SignalAccepted,
    SubmissionAnswered,
)
from fillgate.domain.fills import Fee, Fill
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order, QuantityUnit, Side
from fillgate.domain.reports import ArrivalQuote, ExecutionReport, ExecutionResult
from fillgate.domain.signals import Action, Signal
from tests.comparing import values

D = Decimal
BEGIN = 1_767_571_200_000_000  # 2026-01-05
MS = 1000


def order(**fields: Any) -> Order:
    basis: dict[str, Any] = {"account": "main", "symbol": "BTC/USDT", "side": Side.BUY}
    return Order(client_order_id="o", quantity=D(4), **(basis | fields))


def accepted() -> SignalAccepted:
    reading = Signal(action=Action.BUY, symbol="BTC/USDT", quantity=D(4))
    return SignalAccepted(
        signal=1, source="test", key=None, reading=reading, account="main", body_digest=""
    )


def fill(number: int, quantity: str, price: str, after_ms: int, fee: str = "0") -> Fill:
    fees = (Fee("USDT", D(fee)),) if D(fee) else ()
    return Fill(
        fill_id=f"{number}",
        quantity=D(quantity),
        price=D(price),
        fees=fees,
        timestamp=BEGIN // 1000 + after_ms,
    )


def quote(bid: str, ask: str) -> ArrivalQuote:
    return ArrivalQuote(bid=D(bid), ask=D(ask), timestamp=BEGIN // 1000)


def answered(*fills: Fill, arrival: ArrivalQuote | None = None) -> SubmissionAnswered:
    filled = sum((each.quantity for each in fills), D(0))
    result = ExecutionResult(
        success=True,
        order_id="v",
        filled_quantity=filled,
        timestamp=BEGIN // 1000,
        fills=fills,
        arrival=arrival,
    )
    return SubmissionAnswered(client_order_id="o", result=result)


def reported(*fills: Fill, filled: str) -> OrderReported:
    report = ExecutionReport(
        order_id="v",
        symbol="BTC/USDT",
        side=Side.BUY,
        status=OrderStatus.PARTIALLY_FILLED,
        filled_quantity=D(filled),
        fills=fills,
        timestamp=BEGIN // 1000,
    )
    return OrderReported(client_order_id="o", report=report, channel="poll")


def story(what: Order, *later: tuple[int, Event]) -> list[tuple[int, Event]]:
    intended = OrderIntended(client_order_id="o", signal=1, order=what, sending=True)
    begun: list[tuple[int, Event]] = [(BEGIN, accepted()), (BEGIN + MS, intended)]
    return [*begun, *((BEGIN + ms * MS, event) for ms, event in later)]


def cost(what: Order, *later: tuple[int, Event]) -> OrderCost:
    [found] = cost_of(story(what, *later))
    return found


def test_an_order_with_all_that_can_be_known() -> None:
    fills = (fill(1, "1", "100", 20, "0.1"), fill(2, "3", "102", 30, "0.3"))
    told = answered(*fills, arrival=quote("99", "101"))
    found = cost(order(signal_price=D(98), strategy="s"), (25, told))
    assert (found.day, found.account, found.symbol, found.strategy) == (
        "2026-01-05", "main", "BTC/USDT", "s",
    )  # fmt: skip
    assert values(found.quantity, found.worth, found.average_price) == (4, 406, D("101.5"))
    assert values(found.signal_price, found.arrival_price, found.currency) == (98, 100, "USDT")
    assert values(found.signal_cost, found.arrival_cost) == (14, 6)
    assert found.arrival_bps == 150
    assert found.signal_bps == pytest.approx(D("357.142857"), abs=D("1e-6"))
    assert values(found.fees, found.fee_bps) == (
        (Fee("USDT", D("0.4")),),
        pytest.approx(D("9.852216"), abs=D("1e-6")),
    )
    assert values(found.answered_ms, found.first_fill_ms, found.last_fill_ms) == (25, 20, 30)


@pytest.mark.parametrize(
    ("side", "price", "bps"),
    [("buy", "101", 100), ("buy", "99", -100), ("sell", "99", 100), ("sell", "101", -100)],
)
def test_above_zero_is_a_cost_for_both_sides(side: str, price: str, bps: int) -> None:
    told = answered(fill(1, "4", price, 1), arrival=quote("100", "100"))
    assert cost(order(side=Side(side)), (1, told)).arrival_bps == bps


def test_a_limit_is_no_price_of_the_signal() -> None:
    told = answered(fill(1, "4", "99", 1), arrival=quote("100", "102"))
    found = cost(order(price=D(99)), (1, told))
    assert (found.signal_price, found.signal_bps) == (None, None)
    assert found.arrival_bps is not None


def test_a_quote_that_was_asked_for_beside_the_order_counts() -> None:
    asked = ArrivalQuoted(client_order_id="o", quote=quote("99", "101"))
    found = cost(order(), (3, asked), (5, answered(fill(1, "4", "101", 5))))
    assert values(found.arrival_price, found.arrival_bps) == (100, 100)


@pytest.mark.parametrize(
    ("last", "status"),
    [
        (OrderRejected(client_order_id="o", code="X", text="no"), OrderStatus.REJECTED),
        (answered(), OrderStatus.NEW),
    ],
)
def test_without_executions_there_is_no_price(last: Event, status: OrderStatus) -> None:
    found = cost(order(signal_price=D(98)), (7, last))
    assert (found.status, found.is_executed) == (status, False)
    prices = (found.average_price, found.signal_bps, found.arrival_bps, found.fee_bps)
    assert prices == (None,) * 4
    assert values(found.answered_ms, found.first_fill_ms, found.last_fill_ms) == (7, None, None)


def test_an_order_that_never_left_was_never_answered() -> None:
    denied = OrderDenied(client_order_id="o", signal=1, order=order(), code="STALE", text="")
    [found] = cost_of([(BEGIN, accepted()), (BEGIN, denied)])
    assert (found.status, found.answered_ms) == (OrderStatus.DENIED, None)


def test_executions_that_nobody_named_count_when_they_were_heard_of() -> None:
    report = reported(filled="2")
    priced = OrderReported(
        client_order_id="o",
        channel="poll",
        report=ExecutionReport(
            order_id="v",
            symbol="BTC/USDT",
            side=Side.BUY,
            status=OrderStatus.PARTIALLY_FILLED,
            filled_quantity=D(2),
            average_price=D(50),
            timestamp=BEGIN // 1000,
        ),
    )
    found = cost(order(), (5, answered(arrival=quote("49", "51"))), (40, priced))
    assert values(found.quantity, found.worth, found.first_fill_ms) == (2, 100, 40)
    assert found.arrival_bps == 0
    unpriced = cost(order(), (5, answered(arrival=quote("49", "51"))), (40, report))
    assert values(unpriced.quantity, unpriced.arrival_bps) == (2, None)


def test_fees_of_other_assets_are_told_and_not_weighed() -> None:
    other = Fill(
        fill_id="1",
        quantity=D(4),
        price=D(100),
        fees=(Fee("BNB", D(1)), Fee("USDT", D(2))),
        timestamp=BEGIN // 1000,
    )
    found = cost(order(), (1, answered(other)))
    assert (found.fees, found.fee_bps) == (other.fees, None)


def test_a_plugin_knows_better_than_a_question_beside_the_order() -> None:
    asked = ArrivalQuoted(client_order_id="o", quote=quote("9", "11"))
    told = answered(fill(1, "4", "101", 5), arrival=quote("99", "101"))
    assert cost(order(), (3, asked), (5, told)).arrival_price == 100
    assert cost(order(), (5, told), (6, asked)).arrival_price == 100


def test_a_price_that_was_told_for_a_part_is_none_of_the_whole() -> None:
    told = answered(fill(1, "1", "101", 5), arrival=quote("99", "101"))
    found = cost(order(), (5, told), (40, reported(filled="4")))
    assert values(found.quantity, found.worth) == (4, 0)
    assert (found.average_price, found.arrival_bps, found.fee_bps) == (None, None, None)
    assert values(found.first_fill_ms, found.last_fill_ms) == (5, 40)


def test_fees_that_nobody_told_are_not_zero() -> None:
    assert cost(order(), (5, answered(fill(1, "4", "101", 5)))).fee_bps is None


def test_of_contracts_nobody_tells_the_worth() -> None:
    what = order(quantity_unit=QuantityUnit.CONTRACTS, signal_price=D(100))
    found = cost(what, (5, answered(fill(1, "4", "101", 5, "0.1"))))
    assert (found.only_symbol, found.fee_bps) == ("BTC/USDT", None)
    # Relative to a price it does not matter how much a contract is.
    assert found.signal_bps == 100


def test_a_cancel_later_is_no_execution() -> None:
    def told(status: OrderStatus) -> OrderReported:
        report = ExecutionReport(
            order_id="v",
            symbol="BTC/USDT",
            side=Side.BUY,
            status=status,
            filled_quantity=D(2),
            average_price=D(50),
            timestamp=BEGIN // 1000,
        )
        return OrderReported(client_order_id="o", channel="poll", report=report)

    partial, canceled = told(OrderStatus.PARTIALLY_FILLED), told(OrderStatus.CANCELED)
    found = cost(order(), (1, answered()), (3, partial), (60_000, canceled))
    assert values(found.first_fill_ms, found.last_fill_ms) == (3, 3)


def test_what_was_taken_back_has_no_times() -> None:
    busted = ExecutionReport(
        order_id="v",
        symbol="BTC/USDT",
        side=Side.BUY,
        status=OrderStatus.NEW,
        busted=("1",),
        timestamp=BEGIN // 1000 + 9,
    )
    report = OrderReported(client_order_id="o", channel="poll", report=busted)
    found = cost(order(signal_price=D(98)), (5, answered(fill(1, "4", "101", 5))), (9, report))
    assert values(found.quantity, found.worth) == (0, 0)
    assert (found.signal_bps, found.first_fill_ms, found.last_fill_ms) == (None, None, None)


EXECUTIONS = st.lists(
    st.tuples(
        st.decimals("0.01", "5", places=2),
        st.decimals("50", "150", places=2),
        st.decimals("-0.5", "0.5", places=2),
    ),
    min_size=1,
    max_size=8,
)


@given(st.sampled_from(Side), EXECUTIONS, st.decimals("50", "150", places=2))
def test_it_counts_as_the_slow_one_does(
    side: Side, executions: list[tuple[Decimal, Decimal, Decimal]], signal_price: Decimal
) -> None:
    fills = [
        fill(number, str(quantity), str(price), number, str(fee))
        for number, (quantity, price, fee) in enumerate(executions)
    ]
    what = order(side=side, signal_price=signal_price)
    quantities = sum(Fraction(each.quantity) for each in fills)
    # The second half is told later; the first is told again with it.
    half = len(fills) // 2
    report = reported(*fills, filled=str(sum(each.quantity for each in fills)))
    found = cost(what, (1, answered(*fills[:half])), (9, report))
    worth = sum(Fraction(each.quantity) * Fraction(each.price) for each in fills)
    expected = (worth - quantities * Fraction(signal_price)) * side.sign
    assert Fraction(found.signal_cost or 0) == expected
    bps = expected / (quantities * Fraction(signal_price)) * 10_000
    assert abs(Fraction(found.signal_bps or 0) - bps) < Fraction(1, 10**20)
    assert sum(each.amount for each in found.fees) == sum(fee for *_, fee in executions)
    assert values(found.first_fill_ms, found.last_fill_ms) == (0, len(fills) - 1)
