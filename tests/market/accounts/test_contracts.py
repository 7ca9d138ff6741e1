"""A position in a contract, against one counted in fractions from the list of its executions."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.numbers import add
from fillgate.domain.orders import Side
from fillgate.market.accounts.contracts import FLAT, Contracts

PRICES = st.decimals("0.01", "1000", places=2)
QUANTITIES = st.decimals("0.001", "50", places=3)
EXECUTIONS = st.lists(st.tuples(st.sampled_from(Side), QUANTITIES, PRICES), min_size=1, max_size=30)
LEVERAGE = Decimal(7)


def slow(executions: list[tuple[Side, Decimal, Decimal]]) -> tuple[Fraction, Fraction, Fraction]:
    """Return quantity, average entry and realised profit, one unit after the other in mind."""
    quantity = entry = profit = Fraction(0)
    for side, size, at in executions:
        signed, price = Fraction(size) * side.sign, Fraction(at)
        if quantity * signed >= 0:
            entry = (abs(quantity) * entry + abs(signed) * price) / (abs(quantity) + abs(signed))
        else:
            closed = min(abs(signed), abs(quantity))
            profit += closed * (price - entry) * (1 if quantity > 0 else -1)
            if abs(signed) > abs(quantity):
                entry = price
        quantity += signed
    return quantity, entry, profit


@given(EXECUTIONS)
def test_it_counts_as_the_slow_one_does(executions: list[tuple[Side, Decimal, Decimal]]) -> None:
    held, realised = FLAT, Decimal(0)
    for side, size, price in executions:
        held, gained = held.executed(side, size, price, LEVERAGE)
        realised = add(realised, gained)
    quantity, entry, profit = slow(executions)
    assert Fraction(held.quantity) == quantity
    assert abs(Fraction(realised) - profit) < Fraction(1, 10**20)
    assert abs(Fraction(held.cost) - abs(quantity) * entry) < Fraction(1, 10**20)
    assert abs(Fraction(held.margin) - abs(quantity) * entry / 7) < Fraction(1, 10**20)


@given(EXECUTIONS, PRICES)
def test_over_its_life_it_realises_exactly_what_was_earned(
    executions: list[tuple[Side, Decimal, Decimal]], last: Decimal
) -> None:
    held, realised, earned = FLAT, Decimal(0), Decimal(0)
    for side, size, price in executions:
        held, profit = held.executed(side, size, price, LEVERAGE)
        realised = add(realised, profit)
        earned -= size * price * side.sign
    if held.quantity:
        side = Side.SELL if held.quantity > 0 else Side.BUY
        earned -= abs(held.quantity) * last * side.sign
        held, profit = held.executed(side, abs(held.quantity), last, LEVERAGE)
        realised = add(realised, profit)
    assert held == FLAT
    assert realised == earned


@pytest.mark.parametrize(
    ("held", "price"),
    [
        # A tenth of the worth secures it, half a per cent has to be there.
        (Contracts(Decimal(2), Decimal(200), Decimal(20)), Decimal(90) / Decimal("0.995")),
        (Contracts(Decimal(-2), Decimal(200), Decimal(20)), Decimal(110) / Decimal("1.005")),
        (Contracts(Decimal(2), Decimal(200), Decimal(200)), None),
        (FLAT, None),
    ],
)
def test_where_it_is_liquidated(held: Contracts, price: Decimal | None) -> None:
    found = held.liquidation_price(Decimal("0.005"))
    assert found == (None if price is None else pytest.approx(price, abs=Decimal("1e-20")))


@given(st.sampled_from(Side), QUANTITIES, PRICES, st.integers(2, 125))
def test_there_margin_and_loss_leave_just_what_has_to_be_there(
    side: Side, quantity: Decimal, price: Decimal, leverage: int
) -> None:
    maintenance = Decimal("0.005")
    held, _ = FLAT.executed(side, quantity, price, Decimal(leverage))
    found = held.liquidation_price(maintenance)
    assert found is not None
    unrealised = (found - price) * held.quantity
    left = held.margin + unrealised - maintenance * quantity * found
    assert abs(left) < Decimal("1e-20")
