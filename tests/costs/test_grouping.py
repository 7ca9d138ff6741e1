"""Orders in groups, and what they cost together."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.costs import CostTotals, Grouping, Key, OrderCost
from fillgate.domain.fills import Fee
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import QuantityUnit, Side
from tests.comparing import values

D = Decimal


def made(**fields: Any) -> OrderCost:
    basis: dict[str, Any] = {
        "client_order_id": "o",
        "signal": 1,
        "day": "2026-01-05",
        "account": "a",
        "symbol": "BTC/USDT",
        "strategy": None,
        "side": Side.BUY,
        "status": OrderStatus.FILLED,
        "quantity": D(0),
        "currency": "USDT",
    }
    return OrderCost(**(basis | fields))


def executed(quantity: int, price: int, arrival: int | None, **fields: Any) -> OrderCost:
    worth = D(quantity * price)
    paper = None if arrival is None else D(quantity * arrival)
    return made(
        quantity=D(quantity),
        worth=worth,
        arrival_price=None if arrival is None else D(arrival),
        arrival_cost=None if paper is None else worth - paper,
        fees=(Fee("USDT", D("0.5")),),
        last_fill_ms=D(quantity),
        **fields,
    )


def test_groups_are_by_the_keys_and_never_across_currencies() -> None:
    grouping = Grouping([Key.SYMBOL, Key.STRATEGY, Key.SYMBOL])
    for strategy in ("x", None, "x"):
        grouping.add(executed(1, 100, 100, strategy=strategy))
    grouping.add(executed(1, 100, 100, symbol="ETH/BTC", currency="BTC"))
    found = [(tuple(keys.values()), totals.orders) for keys, totals in grouping.groups()]
    assert found == [(("BTC/USDT", ""), 1), (("BTC/USDT", "x"), 2), (("ETH/BTC", ""), 1)]
    without = Grouping()
    for currency in ("USDT", "BTC"):
        without.add(made(currency=currency))
    assert [totals.currency for _, totals in without.groups()] == ["BTC", "USDT"]


def test_each_order_counts_by_its_size() -> None:
    totals = CostTotals("USDT")
    totals.add(executed(1, 110, 100))
    totals.add(executed(9, 100, 100))
    # 10 on 1,000.
    assert totals.arrival.bps == 100
    assert totals.fee_bps == pytest.approx(D(10_000) / D(1010), abs=D("1e-9"))
    assert values(totals.last_fill.value, totals.last_fill.most) == (5, 9)


def test_what_is_not_known_is_counted_as_that() -> None:
    totals = CostTotals("USDT")
    totals.add(executed(1, 110, 100))
    totals.add(executed(5, 999, None))
    totals.add(made(status=OrderStatus.REJECTED, answered_ms=D(3)))
    assert (totals.orders, totals.executed) == (3, 2)
    assert (totals.without_arrival_price, totals.without_signal_price) == (1, 2)
    assert values(totals.arrival.bps, totals.signal.bps) == (1000, None)
    assert totals.answered.value == 3


def test_totals_are_of_one_currency() -> None:
    with pytest.raises(ValueError, match=r"an order of .*BTC.* among those of .*USDT"):
        CostTotals("USDT").add(made(currency="BTC"))


def test_amounts_that_are_not_of_one_kind_are_never_added() -> None:
    grouping = Grouping([Key.ACCOUNT])
    for symbol in ("AAPL", "MSFT", "AAPL"):
        grouping.add(made(symbol=symbol, currency=""))
    for unit in (QuantityUnit.CONTRACTS, QuantityUnit.LOTS, QuantityUnit.BASE):
        grouping.add(made(quantity_unit=unit))
    found = {
        (totals.currency, totals.quantity_unit.value, totals.only_symbol): totals.orders
        for _, totals in grouping.groups()
    }
    assert found == {
        ("", "base", "AAPL"): 2,
        ("", "base", "MSFT"): 1,
        ("USDT", "contracts", "BTC/USDT"): 1,
        ("USDT", "lots", "BTC/USDT"): 1,
        ("USDT", "base", None): 1,
    }


def test_fees_are_weighed_by_the_orders_that_told_them() -> None:
    totals = CostTotals("USDT")
    for quantity, fees in (
        (1, (Fee("USDT", D("0.1")),)),
        (9, ()),
        (9, (Fee("BNB", D("0.001")),)),
    ):
        totals.add(made(quantity=D(quantity), worth=D(100 * quantity), fees=fees))
    assert values(totals.fee_bps, totals.without_fee) == (10, 2)
    assert totals.fees == (Fee("BNB", D("0.001")), Fee("USDT", D("0.1")))


def test_an_order_without_a_price_counts_in_no_amount() -> None:
    totals = CostTotals("USDT")
    totals.add(executed(1, 110, 100))
    totals.add(made(quantity=D(9), arrival_price=D(100), fees=(Fee("USDT", D(1)),)))
    assert values(totals.executed, totals.worth, totals.without_price) == (2, 110, 1)
    assert values(totals.arrival.bps, totals.without_arrival_price) == (1000, 0)


def test_other_fees_leave_no_basis_points() -> None:
    totals = CostTotals("USDT")
    totals.add(made(quantity=D(1), worth=D(5), fees=(Fee("BNB", D(1)), Fee("USDT", D(2)))))
    assert (totals.fees, totals.fee_bps) == ((Fee("BNB", D(1)), Fee("USDT", D(2))), None)


ORDERS = st.lists(
    st.tuples(st.integers(1, 9), st.integers(1, 200), st.integers(1, 200)), min_size=1, max_size=20
)


@given(ORDERS)
def test_it_counts_as_the_slow_one_does(orders: list[tuple[int, int, int]]) -> None:
    totals = CostTotals("USDT")
    for quantity, price, arrival in orders:
        totals.add(executed(quantity, price, arrival))
    cost = sum(quantity * (price - arrival) for quantity, price, arrival in orders)
    paper = sum(quantity * arrival for quantity, _, arrival in orders)
    assert totals.arrival.bps is not None
    assert abs(Fraction(totals.arrival.bps) - Fraction(cost * 10_000, paper)) < Fraction(1, 10**20)
    assert totals.worth == sum(quantity * price for quantity, price, _ in orders)
