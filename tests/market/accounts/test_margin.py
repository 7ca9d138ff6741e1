"""An account that holds contracts: margin, what orders lock, liquidation, funding."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.fills import Fee, Fill
from fillgate.domain.orders import Side
from fillgate.market.accounts import MarginAccount, MarginTerms, Need
from fillgate.market.accounts.base import Instrument

D = Decimal
BTC = Instrument("BTCUSDT.P", "BTC", "USDT")
B, S = Side.BUY, Side.SELL


def need(side: Side, quantity: str, price: str, **more: Any) -> Need:
    worth = D(quantity) * D(price)
    return Need(BTC, side, D(quantity), worth, D(0))._replace(**more)


def fill(quantity: str, price: str, fee: str = "0") -> Fill:
    fees = (Fee("USDT", D(fee)),) if D(fee) else ()
    return Fill(fill_id="1", quantity=D(quantity), price=D(price), fees=fees, timestamp=1)


def account(balance: str = "1000", leverage: str = "10") -> MarginAccount:
    made = MarginAccount(MarginTerms(leverage=D(leverage)))
    made.deposit("USDT", D(balance))
    return made


def money(holder: MarginAccount) -> tuple[Decimal, Decimal]:
    [held] = holder.holdings()
    assert held.asset == "USDT"
    return held.total, held.free


def test_a_position_sets_its_margin_aside_and_gives_it_back_in_proportion() -> None:
    holder = account()
    holder.execute(BTC, B, fill("4", "100"), None)
    assert money(holder) == (D(1000), D(960))
    holder.execute(BTC, S, fill("1", "120"), None)
    assert money(holder) == (D(1020), D(990))
    holder.execute(BTC, S, fill("5", "90", "0.5"), None)
    # Three were closed at a loss of 10 each, two are short now.
    assert money(holder) == (D("989.5"), D("971.5"))
    assert holder.position("BTCUSDT.P").quantity == -2


@pytest.mark.parametrize(
    ("wanted", "affordable"),
    [
        (need(B, "100", "100"), True),
        (need(B, "100", "100.01"), False),
        (need(B, "100", "100", fee=D("0.01")), False),
        (need(B, "100", "200", leverage=D(20)), True),
        (need(S, "100", "100"), True),
    ],
)
def test_what_it_can_afford(wanted: Need, affordable: bool) -> None:
    assert (account().shortfall(wanted) is None) is affordable


def test_what_closes_a_position_needs_nothing() -> None:
    holder = account()
    holder.execute(BTC, B, fill("100", "100"), None)
    assert money(holder) == (D(1000), D(0))
    assert holder.shortfall(need(S, "100", "100")) is None
    missing = holder.shortfall(need(S, "101", "100"))
    assert missing is not None
    assert (missing.needed, missing.free) == (D(10), D(0))


def test_two_orders_do_not_close_the_same_position() -> None:
    holder = account()
    holder.execute(BTC, B, fill("10", "100"), None)
    holder.reserve(1, need(S, "10", "110"))
    assert money(holder) == (D(1000), D(900))
    holder.reserve(2, need(S, "10", "110"))
    assert money(holder) == (D(1000), D(790))
    holder.reserve(1, None)
    assert money(holder) == (D(1000), D(900))
    # Reduce-only orders open nothing.
    holder.reserve(3, need(S, "10", "110", reduce_only=True))
    assert money(holder) == (D(1000), D(900))


def test_another_leverage_holds_for_the_whole_position() -> None:
    holder = account()
    holder.execute(BTC, B, fill("10", "100"), None)
    holder.execute(BTC, B, fill("10", "100"), D(5))
    assert money(holder) == (D(1000), D(600))
    assert holder.leverage("BTCUSDT.P") == 5


@pytest.mark.parametrize(
    ("price", "paid_by_the_fund"),
    # Worse than where the margin is used up, and better.
    [("85", D(50)), ("92", D(-20))],
)
def test_a_liquidation_costs_the_margin_and_no_more(price: str, paid_by_the_fund: Decimal) -> None:
    holder = account()
    holder.execute(BTC, B, fill("10", "100"), None)
    assert holder.liquidation_price("BTCUSDT.P") == pytest.approx(D("90.4522613"), abs=D("1e-6"))
    holder.seize(BTC)
    holder.execute(BTC, S, fill("10", price), None)
    assert holder.settle(BTC) == paid_by_the_fund
    assert money(holder) == (D(900), D(900))
    assert holder.liquidation_price("BTCUSDT.P") is None


def test_longs_pay_shorts() -> None:
    holder = account()
    holder.execute(BTC, B, fill("10", "100"), None)
    assert holder.fund(BTC, D("0.0001"), D(110)) == D("0.11")
    assert money(holder)[0] == D("999.89")
    holder.execute(BTC, S, fill("20", "100"), None)
    assert holder.fund(BTC, D("0.0001"), D(110)) == D("-0.11")
    assert money(holder)[0] == D(1000)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(Side), st.integers(1, 30), st.integers(50, 150), st.sampled_from("rxc")
    ),
    max_size=30,
)


@given(STEPS)
def test_an_order_that_it_can_afford_leaves_nothing_free_below_zero(
    steps: list[tuple[Side, int, int, str]],
) -> None:
    holder = account("500", "5")
    for number, (side, quantity, price, what) in enumerate(steps, start=1):
        wanted = need(side, f"{quantity}", f"{price}")
        before = money(holder)[1]
        if what == "c":
            holder.reserve(number - 1, None)
        elif holder.shortfall(wanted) is None:
            if what == "r":
                holder.reserve(number, wanted)
            # What it lacked before, by losses of what it closed, it may lack still.
            assert money(holder)[1] >= min(before, D(0)) - D("1e-30")


@given(STEPS)
def test_the_same_facts_make_the_same_account(steps: list[tuple[Side, int, int, str]]) -> None:
    twins = (account(), account())
    for holder in twins:
        for number, (side, quantity, price, what) in enumerate(steps):
            if what == "x":
                holder.execute(BTC, side, fill(f"{quantity}", f"{price}"), None)
            else:
                holder.reserve(number % 5, need(side, f"{quantity}", f"{price}"))
    assert twins[0].holdings() == twins[1].holdings()
