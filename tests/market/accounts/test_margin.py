"""An account that holds contracts: margin, what orders lock, liquidation, funding."""

import time
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
    holder.execute(BTC, B, fill("4", "100"))
    assert money(holder) == (D(1000), D(960))
    holder.execute(BTC, S, fill("1", "120"))
    assert money(holder) == (D(1020), D(990))
    holder.execute(BTC, S, fill("5", "90", "0.5"))
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
    holder.execute(BTC, B, fill("100", "100"))
    assert money(holder) == (D(1000), D(0))
    assert holder.shortfall(need(S, "100", "100")) is None
    missing = holder.shortfall(need(S, "101", "100"))
    assert missing is not None
    assert (missing.needed, missing.free) == (D(10), D(0))


def test_two_orders_do_not_close_the_same_position() -> None:
    holder = account()
    holder.execute(BTC, B, fill("10", "100"))
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
    holder.execute(BTC, B, fill("10", "100"))
    holder.set_leverage(BTC, D(5))
    holder.execute(BTC, B, fill("10", "100"))
    assert money(holder) == (D(1000), D(600))
    assert holder.leverage("BTCUSDT.P") == 5


@pytest.mark.parametrize(
    ("price", "paid_by_the_fund"),
    # Worse than where the margin is used up, and better.
    [("85", D(50)), ("92", D(-20))],
)
def test_a_liquidation_costs_the_margin_and_no_more(price: str, paid_by_the_fund: Decimal) -> None:
    holder = account()
    holder.execute(BTC, B, fill("10", "100"))
    assert holder.liquidation_price("BTCUSDT.P") == pytest.approx(D("90.4522613"), abs=D("1e-6"))
    holder.seize(BTC)
    holder.execute(BTC, S, fill("10", price))
    assert holder.settle(BTC) == paid_by_the_fund
    assert money(holder) == (D(900), D(900))
    assert holder.liquidation_price("BTCUSDT.P") is None


def test_longs_pay_shorts() -> None:
    holder = account()
    holder.execute(BTC, B, fill("10", "100"))
    assert holder.fund(BTC, D("0.0001"), D(110)) == D("0.11")
    assert money(holder)[0] == D("999.89")
    holder.execute(BTC, S, fill("20", "100"))
    assert holder.fund(BTC, D("0.0001"), D(110)) == D("-0.11")
    assert money(holder)[0] == D(1000)


# Leverage


def test_the_leverage_of_a_symbol_is_one_for_its_position_and_its_orders() -> None:
    holder = account("1000", "20")
    holder.execute(BTC, B, fill("10", "100"))
    holder.reserve(1, need(B, "10", "90"))
    assert money(holder) == (D(1000), D(905))
    holder.set_leverage(BTC, D(2))
    assert money(holder) == (D(1000), D(50))
    holder.execute(BTC, B, fill("10", "90"))
    holder.reserve(1, None)
    assert money(holder) == (D(1000), D(50))
    assert holder.leverage("BTCUSDT.P") == 2
    assert account().leverage("BTCUSDT.P") == 10


def test_a_lower_leverage_has_to_be_afforded_for_all_that_is_there() -> None:
    holder = account("100", "20")
    holder.reserve(1, need(B, "10", "100"))
    missing = holder.shortfall(need(B, "1", "90", leverage=D(2)))
    # 545 for both, of which 50 are locked already.
    assert (missing and missing.needed, missing and missing.free) == (D(495), D(50))


def test_a_lower_leverage_has_to_be_afforded_for_the_position_too() -> None:
    holder = account("100", "20")
    holder.execute(BTC, B, fill("10", "100"))
    missing = holder.shortfall(need(B, "1", "10", leverage=D(5)))
    # 200 for the position instead of 50, and 2 for the order.
    assert (missing and missing.needed, missing and missing.free) == (D(152), D(50))
    # A higher one lets go of some.
    assert holder.shortfall(need(B, "10", "100", leverage=D(50))) is None


# Orders of which only one will be executed


def test_orders_that_exclude_each_other_lock_once() -> None:
    holder = account("100", "10")
    breakout, dip = need(B, "10", "110"), need(B, "10", "90")
    dear = need(B, "10", "100")
    assert holder.shortfall(dear) is None
    holder.reserve(5, dear, group=5)
    holder.reserve(6, dip, group=5)
    assert money(holder) == (D(100), D(0))
    assert holder.shortfall(dip, 6, 5) is None
    missing = holder.shortfall(breakout, 6, 5)
    assert missing is not None
    assert missing.needed == 10
    holder.reserve(5, None, group=5)
    assert money(holder) == (D(100), D(10))
    holder.reserve(6, None, group=5)
    assert money(holder) == (D(100), D(100))


# Liquidation and funding


def test_what_of_a_position_is_liquidated_costs_its_part_of_the_margin() -> None:
    holder = account()
    holder.execute(BTC, B, fill("10", "100"))
    holder.seize(BTC)
    holder.execute(BTC, S, fill("4", "80"))
    assert holder.settle(BTC) == 40
    assert money(holder) == (D(960), D(900))
    holder.seize(BTC)
    holder.execute(BTC, S, fill("6", "70"))
    assert holder.settle(BTC) == 120
    assert money(holder) == (D(900), D(900))


def test_funding_takes_from_the_margin_what_is_not_free() -> None:
    holder = account("102")
    holder.execute(BTC, B, fill("10", "100"))
    before = holder.liquidation_price("BTCUSDT.P")
    assert holder.fund(BTC, D("0.01"), D(100)) == 10
    assert money(holder) == (D(92), D(0))
    assert holder.position("BTCUSDT.P").margin == 92
    after = holder.liquidation_price("BTCUSDT.P")
    assert before is not None
    assert after is not None
    assert after > before
    # What closes the position needs no margin to be filled up.
    assert holder.shortfall(need(S, "10", "100")) is None
    # More than there is is not paid.
    assert holder.fund(BTC, D(1), D(100)) == 92
    assert holder.holdings() == []


# Histories


STEPS = st.lists(
    st.tuples(
        st.sampled_from(Side), st.integers(1, 30), st.integers(50, 150), st.sampled_from("rxc")
    ),
    max_size=30,
)


class Trader:
    """An account whose orders are executed at their price, in any order."""

    def __init__(self, balance: str, leverage: str) -> None:
        self.holder = account(balance, leverage)
        self.working: dict[int, tuple[Need, int]] = {}

    def place(self, number: int, wanted: Need) -> None:
        """Place an order if it can be afforded."""
        if self.holder.shortfall(wanted) is None:
            if wanted.leverage is not None:
                self.holder.set_leverage(BTC, wanted.leverage)
            self.working[number] = (wanted, int(wanted.worth / wanted.quantity))
            self.holder.reserve(number, wanted)

    def execute(self, number: int, quantity: int) -> None:
        """Execute an order, at most so much of it."""
        wanted, price = self.working.pop(number)
        part = min(quantity, int(wanted.quantity))
        fee = f"{D(part * price) * FEE}"
        self.holder.execute(BTC, wanted.side, fill(f"{part}", f"{price}", fee))
        left = int(wanted.quantity) - part
        rest = priced(wanted.side, left, price) if left else None
        if rest is not None:
            self.working[number] = (rest, price)
        self.holder.reserve(number, rest)


FEE = D("0.001")
PLACED = st.tuples(
    st.just("place"),
    st.sampled_from(Side),
    st.integers(1, 30),
    st.integers(50, 150),
    st.sampled_from([None, None, None, D(2), D(5), D(20)]),
)
EXECUTED = st.tuples(st.just("execute"), st.integers(0, 9), st.integers(1, 30))
CANCELED = st.tuples(st.just("cancel"), st.integers(0, 9))


def priced(side: Side, quantity: int, price: int, leverage: Decimal | None = None) -> Need:
    return need(side, f"{quantity}", f"{price}", fee=D(quantity * price) * FEE, leverage=leverage)


@given(st.lists(st.one_of(PLACED, EXECUTED, CANCELED), max_size=40))
def test_what_it_can_afford_leaves_nothing_free_below_zero(steps: list[Any]) -> None:
    trader, losses = Trader("500", "5"), D(0)
    for number, (what, *step) in enumerate(steps, start=1):
        if what == "place":
            trader.place(number, priced(*step))
        elif trader.working:
            chosen = sorted(trader.working)[step[0] % len(trader.working)]
            before = trader.holder.position(BTC.symbol)
            if what == "cancel":
                del trader.working[chosen]
                trader.holder.reserve(chosen, None)
            else:
                owned = money(trader.holder)[0]
                trader.execute(chosen, step[1])
                if trader.holder.position(BTC.symbol).cost < before.cost or (
                    trader.holder.position(BTC.symbol).quantity * before.quantity < 0
                ):
                    # Closed: losses and fees are what it costs, whatever is there.
                    losses += max(owned - money(trader.holder)[0], D(0))
        assert money(trader.holder)[1] >= -losses - D("1e-30")


@given(st.lists(st.one_of(PLACED, EXECUTED), max_size=30), st.integers(1, 30))
def test_what_closes_a_position_is_never_refused(steps: list[Any], quantity: int) -> None:
    trader = Trader("500", "5")
    for number, (what, *step) in enumerate(steps, start=1):
        if what == "place":
            trader.place(number, priced(*step))
        elif trader.working:
            trader.execute(sorted(trader.working)[step[0] % len(trader.working)], step[1])
    held = trader.holder.position(BTC.symbol).quantity
    side = S if held > 0 else B
    others = sum(each.quantity for each, _ in trader.working.values() if each.side is side)
    closing = min(D(quantity), abs(held) - others)
    # Also when all is lost but the position.
    trader.holder.deposit("USDT", -money(trader.holder)[1] - 1)
    if closing > 0:
        assert trader.holder.shortfall(need(side, f"{closing}", "77", fee=D(1))) is None


def test_a_call_costs_as_much_after_many() -> None:
    def turn(holder: MarginAccount, times: int) -> float:
        wanted, begin = priced(B, 1, 100), time.perf_counter()
        for number in range(1, times + 1):
            assert holder.shortfall(wanted) is None
            holder.reserve(number, wanted)
            holder.execute(BTC, B if number % 2 else S, fill("1", f"{100 + number % 3}"))
            holder.reserve(number, None)
        return time.perf_counter() - begin

    old = account("1000000")
    turn(old, 5000)
    best = min(turn(old, 300) for _ in range(5)) / min(turn(account(), 300) for _ in range(5))
    assert best < 3


@given(STEPS)
def test_the_same_facts_make_the_same_account(steps: list[tuple[Side, int, int, str]]) -> None:
    twins = (account(), account())
    for holder in twins:
        for number, (side, quantity, price, what) in enumerate(steps):
            if what == "x":
                holder.execute(BTC, side, fill(f"{quantity}", f"{price}"))
            else:
                holder.reserve(number % 5, need(side, f"{quantity}", f"{price}"))
    assert twins[0].holdings() == twins[1].holdings()
