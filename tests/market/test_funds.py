"""What accounts can afford at the venue, and what they own after: whole stories."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.numbers import ZERO
from fillgate.domain.orders import OrderType, Side
from fillgate.market.accounts import AccountKind, MarginTerms
from fillgate.market.accounts.funding import FUNDING_INTERVAL
from fillgate.market.accounts.wallet import Holding
from fillgate.market.feeds.base import Feed
from fillgate.market.feeds.path import GRID
from fillgate.market.feeds.synthetic import SyntheticFeed
from fillgate.market.fees import STEP, FeeSchedule, FeeTier
from fillgate.market.listings import Amendment
from fillgate.market.records import Filled, Record
from fillgate.market.terms import Terms
from fillgate.market.venue import Venue
from tests.market.scripted import (
    Moment,
    Scripted,
    executions,
    folded,
    limit,
    order,
    reopened,
)
from tests.market.test_histories import ACTIONS, START, Action, House, SlowFeed

B, S, Status = Side.BUY, Side.SELL, OrderStatus
D = Decimal
PERPETUAL = "X.P"


def at(second: float) -> int:
    return int(second * 1_000_000)


def quiet(bid: int = 99, ask: int = 101, size: int = 1000, **more: Any) -> Moment:
    return Moment([(bid, size)], [(ask, size)], **more)


def opened(
    kind: AccountKind,
    balances: dict[str, Decimal],
    feed: Sequence[Moment] | Feed | Callable[[str], Feed],
    *,
    taker: str = "0",
    leverage: int = 10,
    funding: str = "0",
) -> Venue:
    one = D(1)
    written: list[Sequence[Record]] = []
    rules = Amendment(tick=one, lot=one)
    terms = Terms(
        lambda symbol, listing: _made(feed, symbol),
        fees=FeeSchedule([FeeTier(maker=ZERO, taker=D(taker))]),
        amendments={"X": rules, "Y": rules},
        margin=MarginTerms(leverage=D(leverage)),
        funding=D(funding),
    )

    def read() -> Any:
        return folded(written, terms.new_state())

    venue = Venue(terms, lambda records: written.append(tuple(records)), read)
    venue.open_account("m", kind, balances, 0)
    return venue


def _made(feed: Sequence[Moment] | Feed | Callable[[str], Feed], symbol: str) -> Feed:
    if isinstance(feed, Sequence):
        return Scripted(feed)
    return feed(symbol) if callable(feed) else feed


def owned(venue: Venue) -> dict[str, tuple[Decimal, Decimal]]:
    account = venue.state.ownership.account("m")
    return {each.asset: (each.total, each.free) for each in account.holdings()}


# Spot


def test_who_has_no_money_buys_nothing() -> None:
    venue = opened(AccountKind.SPOT, {"USD": D(300)}, [quiet()], taker="0.01")
    refused = venue.place(order(quantity=3), at(0))
    assert (refused.status, refused.code) == (Status.REJECTED, "INSUFFICIENT_FUNDS")
    assert refused.text == "The order needs 306.03 USD, free are 300."
    assert owned(venue) == {"USD": (D(300), D(300))}
    assert venue.place(order(quantity=2), at(0)).status is Status.FILLED
    assert owned(venue) == {"USD": (D("95.98"), D("95.98")), "X": (D(2), D(2))}


def test_what_rests_is_locked_until_it_ends() -> None:
    venue = opened(AccountKind.SPOT, {"USD": D(300)}, [quiet()])
    resting = venue.place(limit(90, quantity=3), at(0))
    assert owned(venue)["USD"] == (D(300), D(30))
    assert venue.place(order(), at(0)).code == "INSUFFICIENT_FUNDS"
    venue.cancel(resting, at(0))
    assert owned(venue)["USD"] == (D(300), D(300))


def test_what_is_not_owned_is_not_sold() -> None:
    venue = opened(AccountKind.SPOT, {"USD": D(300)}, [quiet()])
    assert venue.place(order(side=S), at(0)).code == "INSUFFICIENT_FUNDS"
    assert venue.place(order(symbol=PERPETUAL), at(0)).code == "INVALID_SYMBOL"


def test_protection_locks_what_was_bought_once() -> None:
    venue = opened(AccountKind.SPOT, {"USD": D(1000)}, [quiet(last=100), quiet(last=90)])
    venue.place(order(quantity=4, stop_loss=D(90), take_profit=D(110)), at(0))
    assert owned(venue)["X"] == (D(4), D(0))
    assert venue.place(order("s", S), at(0)).code == "INSUFFICIENT_FUNDS"
    venue.advance_all(at(1))
    assert owned(venue) == {"USD": (D(992), D(992))}


def test_a_stop_that_costs_more_than_there_is_ends_when_it_is_triggered() -> None:
    venue = opened(AccountKind.SPOT, {"USD": D(410)}, [quiet(last=100), quiet(109, 111, last=105)])
    stop = order(quantity=4, order_type=OrderType.STOP, stop_price=D(102))
    venue.place(stop, at(0))
    assert owned(venue)["USD"] == (D(410), D(2))
    venue.advance_all(at(1))
    ended = venue.state.orders[1]
    assert (ended.status, ended.code) == (Status.CANCELED, "INSUFFICIENT_FUNDS")
    assert owned(venue)["USD"] == (D(410), D(410))


# Margin


def test_a_position_that_goes_wrong_is_liquidated_and_costs_its_margin() -> None:
    moments = [quiet(), quiet(94, 96), quiet(89, 91), quiet(80, 82)]
    venue = opened(AccountKind.MARGIN, {"USD": D(1000)}, moments)
    venue.place(order(quantity=20, symbol=PERPETUAL), at(0))
    venue.place(limit(70, "more", symbol=PERPETUAL), at(0))
    # 2020 were paid, a tenth secures it.
    assert owned(venue) == {"USD": (D(1000), D(791))}
    venue = reopened(venue)
    venue.advance_all(at(1))
    assert venue.state.position("m", PERPETUAL) == 20
    venue.advance_all(at(2))
    assert venue.state.position("m", PERPETUAL) == 0
    assert owned(venue) == {"USD": (D(798), D(798))}
    more, liquidation = venue.state.orders[2], venue.state.orders[3]
    assert more.status is Status.CANCELED
    assert (liquidation.status, executions(liquidation)) == (Status.FILLED, [(89, 20)])
    # 240 were lost, 38 of them by the insurance fund.
    assert venue.state.ownership.income == {"USD": D(-38)}


def test_a_short_position_is_liquidated_when_the_price_rises() -> None:
    venue = opened(AccountKind.MARGIN, {"USD": D(1000)}, [quiet(), quiet(109, 111)])
    venue.place(order(side=S, quantity=20, symbol=PERPETUAL), at(0))
    venue.advance_all(at(1))
    assert venue.state.position("m", PERPETUAL) == 0
    assert owned(venue) == {"USD": (D(802), D(802))}


def test_leverage_is_changed_without_an_order() -> None:
    venue = opened(AccountKind.MARGIN, {"USD": D(1000)}, [quiet()])
    venue.place(limit(90, quantity=10, symbol=PERPETUAL), at(0))
    assert owned(venue)["USD"] == (D(1000), D(910))
    assert venue.change_leverage("m", PERPETUAL, D(5), at(0)) is None
    assert owned(venue)["USD"] == (D(1000), D(820))
    placed = venue.place(limit(90, "b", quantity=10, symbol=PERPETUAL), at(0))
    assert placed.status is Status.NEW
    assert owned(venue)["USD"] == (D(1000), D(640))


@pytest.mark.parametrize(
    ("kind", "leverage", "code"),
    [
        (AccountKind.MARGIN, 0, "INVALID_LEVERAGE"),
        (AccountKind.MARGIN, 126, "INVALID_LEVERAGE"),
        (AccountKind.MARGIN, 1, "INSUFFICIENT_FUNDS"),
        (AccountKind.SPOT, 5, "INVALID_LEVERAGE"),
    ],
)
def test_leverage_that_cannot_be_changes_nothing(
    kind: AccountKind, leverage: int, code: str
) -> None:
    venue = opened(kind, {"USD": D(2000)}, [quiet()])
    name = PERPETUAL if kind is AccountKind.MARGIN else "X"
    venue.place(limit(90, quantity=22, symbol=name), at(0))
    venue.place(limit(90, "b", quantity=22, symbol=name), at(0))
    before = owned(venue)
    refusal = venue.change_leverage("m", name, D(leverage), at(0))
    assert refusal is not None
    assert (refusal.code, owned(venue)) == (code, before)


@pytest.mark.parametrize(("leverage", "code"), [(0, "INVALID_LEVERAGE"), (126, "INVALID_LEVERAGE")])
def test_leverage_has_bounds(leverage: int, code: str) -> None:
    venue = opened(AccountKind.MARGIN, {"USD": D(1000)}, [quiet()])
    placed = venue.place(order(symbol=PERPETUAL, leverage=D(leverage)), at(0))
    assert placed.code == code


def test_longs_pay_shorts_every_eight_hours() -> None:
    venue = opened(AccountKind.MARGIN, {"USD": D(1000)}, [quiet()], funding="0.0001")
    venue.place(order(quantity=10, symbol=PERPETUAL), at(0))
    venue.advance_all(FUNDING_INTERVAL - 1)
    assert owned(venue)["USD"][0] == 1000
    venue.advance_all(2 * FUNDING_INTERVAL)
    assert owned(venue)["USD"][0] == D("999.8")
    assert venue.state.ownership.income == {"USD": D("0.2")}


# Histories


def spending(kind: AccountKind, feed: type[SyntheticFeed]) -> House:
    house = House(feed)
    house.venue.open_account("m", kind, {"USDT": D(400_000), "BTC": D(3)}, START)
    house.venue.open_account("other", AccountKind.MARGIN, {"USDT": D(900_000)}, START)
    return house


@settings(max_examples=60, deadline=None)
@given(ACTIONS)
@pytest.mark.parametrize("kind", AccountKind)
def test_money_is_neither_made_nor_lost(kind: AccountKind, actions: list[Action]) -> None:
    house = spending(kind, SyntheticFeed)
    now = START
    for number, action in enumerate(actions):
        now += action.pause
        house.do(action, number, now)
        check_locks(house.venue)
    house.venue.advance_all(now + 40 * GRID)
    check_money(house)
    again = house.read()
    for name in ("m", "other"):
        assert holdings(again.ownership.account(name)) == holdings(
            house.venue.state.ownership.account(name)
        )


@settings(max_examples=60, deadline=None)
@given(ACTIONS, st.lists(st.booleans(), min_size=25, max_size=25))
@pytest.mark.parametrize("kind", [AccountKind.SPOT, AccountKind.MARGIN])
def test_what_is_there_does_not_depend_on_who_looks(
    kind: AccountKind, actions: list[Action], looks: list[bool]
) -> None:
    quick, slow = spending(kind, SyntheticFeed), spending(kind, SlowFeed)
    now = START
    for number, (action, look) in enumerate(zip(actions, looks, strict=False)):
        if look:
            # In between, at one of the symbols.
            slow.venue.quote(action.symbol, now + action.pause // 2)
        now += action.pause
        for house in (quick, slow):
            # Which order is meant is chosen from those that are there.
            house.venue.advance_all(now)
        assert quick.do(action, number, now) == slow.do(action, number, now)
    for house in (quick, slow):
        house.venue.advance_all(now + 40 * GRID)
    assert quick.venue.state.orders == slow.venue.state.orders
    for name in ("m", "other"):
        one, other = (house.venue.state.ownership.account(name) for house in (quick, slow))
        assert holdings(one) == holdings(other)


def holdings(account: Any) -> list[Holding]:
    return list(account.holdings())


def check_locks(venue: Venue) -> None:
    """What a spot account has locked is there, but for the rounding of fees."""
    account = venue.state.ownership.account("m")
    if account.kind is AccountKind.SPOT:
        allowed = STEP * sum(len(held.fills) for held in venue.state.orders.values())
        assert all(each.free >= -allowed for each in account.holdings())


def check_money(house: House) -> None:
    """What both accounts, the venue and the market outside have gained is nothing in all."""
    state = house.venue.state
    gained = -D(1_300_000)
    for name in ("m", "other"):
        for each in state.ownership.account(name).holdings():
            gained += each.total if each.asset == "USDT" else ZERO
    gained += state.ownership.income.get("USDT", ZERO)
    for _, account in state.ownership.margin_accounts():
        # What an open position cost is not paid: only differences are.
        gained += sum(
            -held.cost if held.quantity > 0 else held.cost for _, held in account.positions()
        )
    assert abs(gained - cash_from_outside(house.written, state)) < D("1e-20")


def cash_from_outside(written: list[Sequence[Record]], state: Any) -> Decimal:
    """Return what the market outside paid to the accounts, for what it got from them."""
    paid = ZERO
    for records in written:
        for each in records:
            if isinstance(each, Filled) and not each.against:
                side = state.orders[each.number].order.side
                paid -= each.fill.quantity * each.fill.price * side.sign
    return paid
