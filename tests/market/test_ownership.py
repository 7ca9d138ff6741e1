"""What all accounts own, folded from records: money is conserved, whatever happens."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fillgate.domain.fills import Fee, Fill
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.numbers import ZERO, subtract
from fillgate.domain.orders import Order, OrderType, Side
from fillgate.market.accounts import AccountKind, MarginAccount, MarginTerms
from fillgate.market.accounts.wallet import Holding
from fillgate.market.fees import STEP, FeeSchedule, FeeTier
from fillgate.market.ownership import Ownership
from fillgate.market.records import (
    Arrived,
    Closed,
    Filled,
    Funded,
    Leveraged,
    Liquidated,
    Opened,
    Record,
    Settled,
)
from fillgate.market.state import VenueState

D = Decimal
ACCOUNTS = {
    "spot": AccountKind.SPOT,
    "free": AccountKind.UNLIMITED,
    "long": AccountKind.MARGIN,
    "short": AccountKind.MARGIN,
    "third": AccountKind.MARGIN,
}
MARGIN = ["long", "short", "third"]
SYMBOLS = ["BTCUSDT.P", "ETHUSDT.P"]
BASES = {"BTCUSDT.P": "BTC", "ETHUSDT.P": "ETH"}
BEGINNING = {"USDT": D(1000), "BTC": D(7)}
FEES = FeeSchedule([FeeTier(maker=D("-0.0002"), taker=D("0.0007"))])


class Told:
    """Records as a venue would tell them, and the state that they make."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.state = empty()
        for name, kind in ACCOUNTS.items():
            self.tell(Opened(at=1, account=name, kind=kind.value, balances=BEGINNING))

    def tell(self, record: Record) -> None:
        self.records.append(record)
        self.state.apply(record)

    def margin(self, name: str) -> MarginAccount:
        account = self.state.ownership.account(name)
        assert isinstance(account, MarginAccount)
        return account

    def usdt(self, name: str) -> Decimal:
        return self.state.ownership.account(name)._wallet.of("USDT").total  # type: ignore[attr-defined,no-any-return]

    def order(self, name: str, symbol: str, side: Side, quantity: Decimal, price: int) -> int:
        order = Order(
            client_order_id=f"o{self.state.next_number}",
            account=name,
            symbol=symbol,
            side=side,
            order_type=OrderType.LIMIT,
            quantity=quantity,
            price=D(price),
        )
        self.tell(Arrived(at=2, number=self.state.next_number, order=order))
        return len(self.state.orders)

    def fill(
        self, number: int, quantity: Decimal, price: int, *, maker: bool, against: int
    ) -> None:
        fee = FEES.fee(quantity * price, maker=maker)
        fill = Fill(
            fill_id=f"{number}-{len(self.state.orders[number].fills)}",
            quantity=quantity,
            price=D(price),
            fees=(Fee("USDT", fee),),
            timestamp=2,
        )
        self.tell(Filled(at=2, number=number, fill=fill, maker=maker, against=against))

    def trade(self, buyer: str, seller: str, symbol: str, quantity: Decimal, price: int) -> None:
        numbers = [
            self.order(name, symbol, side, 2 * quantity, price)
            for name, side in ((buyer, Side.BUY), (seller, Side.SELL))
        ]
        for number, against in (numbers, numbers[::-1]):
            self.fill(number, quantity, price, maker=number == numbers[0], against=against)
        self.tell(Closed(at=2, number=numbers[1], status=OrderStatus.CANCELED))

    def liquidate(self, name: str, symbol: str, part: Decimal, price: int) -> None:
        """Close a part of a position with somebody; check what that costs."""
        before = self.margin(name).position(symbol)
        if not before.quantity:
            return
        size, owned = abs(before.quantity), self.usdt(name)
        side = Side.SELL if before.quantity > 0 else Side.BUY
        number = self.state.next_number
        order = Order(
            client_order_id=f"l{number}", account=name, symbol=symbol, side=side, quantity=size
        )
        self.tell(Liquidated(at=2, number=number, order=order))
        quantity = size if part == 1 else (size * part).quantize(D("0.001"))
        if quantity:
            against = self.order("free", symbol, side.opposite, quantity, price)
            self.fill(number, quantity, price, maker=False, against=against)
            self.fill(against, quantity, price, maker=True, against=number)
        if quantity < size:
            self.tell(Closed(at=2, number=number, status=OrderStatus.EXPIRED))
        self.tell(Settled(at=2, account=name, symbol=symbol))
        lost = subtract(before.margin, self.margin(name).position(symbol).margin)
        assert self.usdt(name) == subtract(owned, lost)
        assert abs(lost - before.margin * quantity / size) < D("1e-20")

    def fund(self, symbol: str, rate: Decimal, price: int) -> None:
        for name in MARGIN:
            if not self.margin(name).position(symbol).quantity:
                continue
            before = self.usdt(name)
            self.tell(Funded(at=2, account=name, symbol=symbol, rate=rate, price=D(price)))
            # To pay it nobody goes into debt.
            assert self.usdt(name) >= min(before, ZERO)


def empty() -> VenueState:
    return VenueState(Ownership(fees=FEES, margin=MarginTerms(leverage=D(5))))


def owned(state: VenueState) -> list[Sequence[Holding]]:
    return [state.ownership.account(name).holdings() for name in ACCOUNTS]


NAMES, SYMBOL = st.sampled_from(list(ACCOUNTS)), st.sampled_from(SYMBOLS)
QUANTITY, PRICE = st.decimals("0.001", "9", places=3), st.integers(1, 300)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("trade"), NAMES, NAMES, SYMBOL, QUANTITY, PRICE),
        st.tuples(st.just("trade"), NAMES, NAMES, SYMBOL, QUANTITY, PRICE),
        st.tuples(
            st.just("liquidate"),
            st.sampled_from(MARGIN),
            SYMBOL,
            st.sampled_from([D(1), D(0), D("0.4")]),
            PRICE,
        ),
        st.tuples(st.just("fund"), SYMBOL, st.decimals("-0.05", "0.05", places=4), PRICE),
    ),
    max_size=25,
)


@settings(max_examples=200, deadline=None)
@given(STEPS)
def test_nothing_appears_and_nothing_disappears(steps: list[Any]) -> None:
    told = Told()
    for what, *step in steps:
        getattr(told, what)(*step)
    state = told.state
    total = dict.fromkeys(["USDT", "BTC", "ETH"], ZERO)
    for holdings in owned(state):
        for each in holdings:
            total[each.asset] += each.total
    total["USDT"] += state.ownership.income.get("USDT", ZERO)
    for name in MARGIN:
        for symbol, held in told.margin(name).positions():
            # What is open was neither paid nor received yet.
            total[BASES[symbol]] += held.quantity
            total["USDT"] -= held.cost if held.quantity > 0 else -held.cost
    beginning = {asset: amount * len(ACCOUNTS) for asset, amount in BEGINNING.items()}
    for asset, amount in total.items():
        assert abs(amount - beginning.get(asset, ZERO)) < D("1e-20")


@settings(max_examples=100, deadline=None)
@given(STEPS, st.lists(st.integers(1, 50), max_size=5))
def test_the_same_records_make_the_same_accounts(steps: list[Any], leverages: list[int]) -> None:
    told = Told()
    for number, (what, *step) in enumerate(steps):
        if number < len(leverages):
            leverage = D(leverages[number])
            told.tell(Leveraged(at=2, account="long", symbol=SYMBOLS[0], leverage=leverage))
        getattr(told, what)(*step)
    again = empty()
    for record in told.records:
        again.apply(record)
    assert owned(again) == owned(told.state)
    assert again.ownership.income == told.state.ownership.income
    for name in MARGIN:
        other = again.ownership.account(name)
        assert isinstance(other, MarginAccount)
        assert list(other.positions()) == list(told.margin(name).positions())


@given(QUANTITY, PRICE, st.integers(1, 30))
def test_in_parts_an_order_costs_a_step_more_at_most_for_each(
    quantity: Decimal, price: int, parts: int
) -> None:
    told = Told()
    whole = quantity * parts
    ownership = told.state.ownership
    number = told.order("spot", "BTCUSDT.P", Side.BUY, whole, price)
    need = ownership.need(told.state.orders[number].order, whole, whole * price)
    for _ in range(parts):
        told.fill(number, quantity, price, maker=False, against=0)
    spent = BEGINNING["USDT"] - told.usdt("spot")
    assert spent <= need.worth + need.fee + STEP * (parts - 1)


@pytest.mark.parametrize("name", ACCOUNTS)
def test_orders_that_have_ended_lock_nothing(name: str) -> None:
    told = Told()
    before = owned(told.state)
    number = told.order(name, "BTCUSDT.P", Side.BUY, D(1), 100)
    locks = ACCOUNTS[name] is not AccountKind.UNLIMITED
    assert (owned(told.state) != before) is locks
    told.tell(Closed(at=3, number=number, status=OrderStatus.CANCELED))
    assert owned(told.state) == before


def test_what_is_locked_for_a_fee_is_rounded_as_the_fee_is() -> None:
    told = Told()
    number = told.order("spot", "BTCUSDT.P", Side.BUY, D("0.001"), 1)
    need = told.state.ownership.need(told.state.orders[number].order, D("0.001"), D("0.0000001"))
    assert need.fee == STEP


def test_a_working_order_is_asked_for_with_the_leverage_that_holds_now() -> None:
    told = Told()
    order = Order(
        client_order_id="a",
        account="long",
        symbol="BTCUSDT.P",
        side=Side.BUY,
        order_type=OrderType.LIMIT,
        quantity=D(10),
        price=D(100),
        leverage=D(2),
    )
    told.tell(Arrived(at=2, number=1, order=order))
    told.tell(Leveraged(at=2, account="long", symbol="BTCUSDT.P", leverage=D(20)))
    ownership, held = told.state.ownership, told.state.orders[1]
    # 1800 at the leverage of 20 need 90 and fees, at 2 they would need 900.
    told.margin("long").deposit("USDT", D(-850))
    assert ownership.shortfall_of(held, D(1800)) is None
