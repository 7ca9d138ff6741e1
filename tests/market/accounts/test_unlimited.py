"""An account without limits, against the plain sums of its executions."""

import time
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.fills import Fee, Fill
from fillgate.domain.numbers import ZERO
from fillgate.domain.orders import Side
from fillgate.market.accounts import Need, UnlimitedAccount
from fillgate.market.accounts.base import Instrument

D = Decimal
BTC = Instrument("BTC/USDT", "BTC", "USDT")
EXECUTIONS = st.lists(
    st.tuples(
        st.sampled_from(Side),
        st.decimals("0.001", "50", places=3),
        st.decimals("0.01", "1000", places=2),
        st.decimals("-1", "1", places=4),
    ),
    max_size=20,
)


def fill(quantity: Decimal, price: Decimal, fee: Decimal = ZERO) -> Fill:
    fees = (Fee("USDT", fee),) if fee else ()
    return Fill(fill_id="1", quantity=quantity, price=price, fees=fees, timestamp=1)


@given(EXECUTIONS)
def test_it_owns_what_was_exchanged_below_zero_too(
    executions: list[tuple[Side, Decimal, Decimal, Decimal]],
) -> None:
    holder = UnlimitedAccount()
    holder.deposit("USDT", D(5))
    for side, quantity, price, fee in executions:
        holder.execute(BTC, side, fill(quantity, price, fee))
    base = sum((side.sign * quantity for side, quantity, _, _ in executions), D(0))
    quote = D(5) - sum(
        (side.sign * quantity * price + fee for side, quantity, price, fee in executions), D(0)
    )
    owned = {each.asset: each.total for each in holder.holdings()}
    assert owned == {asset: total for asset, total in (("BTC", base), ("USDT", quote)) if total}


def test_it_can_afford_everything_and_locks_nothing() -> None:
    holder = UnlimitedAccount()
    need = Need(BTC, Side.SELL, D(10**9), D(10**12), D(1))
    assert holder.shortfall(need) is None
    holder.reserve(1, need)
    assert holder.holdings() == []


def test_an_execution_costs_as_much_after_many() -> None:
    def seconds(holder: UnlimitedAccount) -> float:
        one, begin = fill(D("0.5"), D("60000.5"), D("0.01")), time.perf_counter()
        for _ in range(2000):
            holder.execute(BTC, Side.BUY, one)
        return time.perf_counter() - begin

    old = UnlimitedAccount()
    for _ in range(30_000):
        old.execute(BTC, Side.BUY, fill(D("0.5"), D("60000.5"), D("0.01")))
    best = min(seconds(old) for _ in range(5)) / min(seconds(UnlimitedAccount()) for _ in range(5))
    assert best < 3
