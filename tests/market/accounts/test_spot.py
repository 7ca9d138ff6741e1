"""An account that owns assets: what it can afford, and what it owns after."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.fills import Fee, Fill
from fillgate.domain.orders import Side
from fillgate.market.accounts import Need, Shortfall, SpotAccount
from fillgate.market.accounts.base import Instrument

D = Decimal
BTC = Instrument("BTC/USDT", "BTC", "USDT")
B, S = Side.BUY, Side.SELL


def need(side: Side, quantity: str, price: str, fee: str = "0") -> Need:
    worth = D(quantity) * D(price)
    return Need(BTC, side, D(quantity), worth, D(fee))


def fill(quantity: str, price: str, fee: str = "0") -> Fill:
    fees = (Fee("USDT", D(fee)),) if D(fee) else ()
    return Fill(fill_id="1", quantity=D(quantity), price=D(price), fees=fees, timestamp=1)


def account(**balances: str) -> SpotAccount:
    made = SpotAccount()
    for asset, amount in balances.items():
        made.deposit(asset, D(amount))
    return made


def owned(holder: SpotAccount) -> dict[str, tuple[Decimal, Decimal]]:
    return {each.asset: (each.total, each.free) for each in holder.holdings()}


@pytest.mark.parametrize(
    ("wanted", "missing"),
    [
        (need(B, "1", "1000"), None),
        (need(B, "1", "1000", "0.01"), Shortfall("USDT", D("1000.01"), D(1000))),
        # A rebate does not pay for the order that it is for.
        (need(B, "1", "1000", "-1"), None),
        (need(S, "2", "1"), None),
        (need(S, "2.1", "1"), Shortfall("BTC", D("2.1"), D(2))),
    ],
)
def test_what_it_can_afford(wanted: Need, missing: Shortfall | None) -> None:
    assert account(USDT="1000", BTC="2").shortfall(wanted) == missing


def test_a_shortfall_says_what_is_missing() -> None:
    text = str(Shortfall("USDT", D("1200.50"), D(1000)))
    assert text == "The order needs 1200.5 USDT, free are 1000."


def test_what_working_orders_lock_is_not_free() -> None:
    holder = account(USDT="1000", BTC="2")
    holder.reserve(1, need(B, "1", "600", "6"))
    holder.reserve(2, need(S, "0.5", "9"))
    assert owned(holder) == {"BTC": (D(2), D("1.5")), "USDT": (D(1000), D(394))}
    holder.reserve(1, need(B, "0.5", "600", "3"))
    holder.reserve(2, None)
    assert owned(holder) == {"BTC": (D(2), D(2)), "USDT": (D(1000), D(697))}


def test_orders_of_which_one_will_be_executed_lock_the_larger_need_once() -> None:
    holder = account(BTC="2")
    holder.reserve(5, need(S, "2", "1"), group=4)
    holder.reserve(6, need(S, "1.5", "1"), group=4)
    assert owned(holder) == {"BTC": (D(2), D(0))}
    holder.reserve(5, None, group=4)
    assert owned(holder) == {"BTC": (D(2), D("0.5"))}
    holder.reserve(6, None, group=4)
    assert owned(holder) == {"BTC": (D(2), D(2))}


def test_an_execution_exchanges_one_for_the_other() -> None:
    holder = account(USDT="1000")
    holder.execute(BTC, B, fill("2", "300", "1.5"))
    assert owned(holder) == {"BTC": (D(2), D(2)), "USDT": (D("398.5"), D("398.5"))}
    holder.execute(BTC, S, fill("2", "310", "-0.5"))
    assert owned(holder) == {"USDT": (D(1019), D(1019))}


ORDERS = st.lists(
    st.tuples(
        st.sampled_from(Side),
        st.integers(1, 9),
        st.integers(1, 9),
        st.integers(0, 2),
        st.booleans(),
    ),
    max_size=30,
)


@given(ORDERS)
def test_what_it_can_afford_leaves_nothing_below_zero(
    orders: list[tuple[Side, int, int, int, bool]],
) -> None:
    holder = account(USDT="100", BTC="10")
    for number, (side, quantity, price, fee, executed) in enumerate(orders, start=1):
        wanted = need(side, f"{quantity}", f"{price}", f"{fee}")
        if holder.shortfall(wanted) is not None:
            continue
        holder.reserve(number, wanted)
        if executed:
            # Never worse than it was asked for.
            holder.execute(BTC, side, fill(f"{quantity}", f"{price}", f"{fee}"))
            holder.reserve(number, None)
        assert all(each.free >= 0 and each.locked >= 0 for each in holder.holdings())
