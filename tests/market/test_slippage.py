"""Slippage: against the order, and more of it for more quantity."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.orders import Side
from fillgate.market.quotes import Quote
from fillgate.market.slippage import DEPTH, Impact

quantities = st.decimals(Decimal("1e-18"), Decimal("1e20"), allow_nan=False, places=18)
impacts = st.decimals(0, 1, places=6)
quotes = st.builds(
    lambda bid, last, ask: Quote(bid, bid + last, bid + last + ask),
    st.integers(1, 10**9),
    st.integers(0, 100),
    st.integers(1, 100),
)
dollars = st.sampled_from([Decimal(1), Decimal("0.00001"), Decimal(60000)])


@given(impacts, quotes, quantities, quantities, dollars)
def test_against_the_order_and_never_better_for_more(
    impact: Decimal, quote: Quote, one: Decimal, other: Decimal, worth: Decimal
) -> None:
    small, large = sorted((one, other))
    terms = Impact(impact)
    bought = [terms.taker_price(quote, Side.BUY, size, worth) for size in (small, large)]
    sold = [terms.taker_price(quote, Side.SELL, size, worth) for size in (small, large)]
    assert quote.ask <= bought[0] <= bought[1]
    assert quote.bid >= sold[0] >= sold[1] >= 1


@given(quotes, quantities)
def test_without_impact_a_taker_gets_the_touch(quote: Quote, quantity: Decimal) -> None:
    terms = Impact(Decimal(0))
    assert terms.taker_price(quote, Side.BUY, quantity, Decimal(1)) == quote.ask
    assert terms.taker_price(quote, Side.SELL, quantity, Decimal(1)) == quote.bid


@pytest.mark.parametrize(
    ("size", "basis_points"), [(1, 10), (4, 20), (Decimal("0.01"), 1), (100, 100)]
)
def test_the_square_root_law(size: Decimal, basis_points: int) -> None:
    quote = Quote(10**9 - 1, 10**9, 10**9)
    quantity = Decimal(size) * DEPTH / 50
    price = Impact(Decimal("0.001")).taker_price(quote, Side.BUY, quantity, Decimal(50))
    assert price == pytest.approx(10**9 * (1 + basis_points / 10_000), abs=2)


def test_a_price_never_reaches_zero() -> None:
    quote = Quote(1, 1, 2)
    assert Impact(Decimal(1)).taker_price(quote, Side.SELL, Decimal(10**30), Decimal(10**5)) == 1
