"""Quotes: bid below ask, whatever the symbol, the time and the spread."""

from collections.abc import Callable
from decimal import Decimal
from operator import attrgetter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.market.listings import listing
from fillgate.market.path import ONE, PricePath
from fillgate.market.quotes import Market, Quote

SYMBOLS = ["BTCUSDT", "DOGEUSDT", "SHIBBTC", "ES1!", "USDJPY", "PEPEBTC", "JPYXAU", "ANY"]
spreads = st.decimals(0, Decimal("0.5"), places=6)
markets = st.builds(
    lambda symbol, seed, volatility, spread: Market(
        listing(symbol), PricePath(seed, symbol, volatility), spread
    ),
    st.sampled_from(SYMBOLS) | st.text("ABC/:.P!1USDT", min_size=1, max_size=12),
    st.integers(),
    st.sampled_from([Decimal(0), Decimal("0.5"), Decimal(10)]),
    spreads,
)
Component = Callable[[Quote], int]
components: st.SearchStrategy[Component] = st.sampled_from(
    [attrgetter("bid"), attrgetter("last"), attrgetter("ask")]
)


@given(markets, st.integers(0, 2**55))
def test_the_bid_is_below_the_ask_and_all_are_positive(market: Market, time: int) -> None:
    quote = market.quote(time)
    assert 0 < quote.bid <= quote.last <= quote.ask
    assert quote.bid < quote.ask
    assert 0 < market.price(quote.bid) < market.price(quote.ask)


@given(markets, st.data())
def test_prices_never_fall_when_the_position_rises(market: Market, data: st.DataObject) -> None:
    positions = st.integers(-market.path.reach, market.path.reach)
    low, high = sorted((data.draw(positions), data.draw(positions)))
    below, above = market.quote_at(low), market.quote_at(high)
    assert all(a <= b for a, b in zip(below, above, strict=True))


@given(markets, components, st.data())
def test_the_position_of_a_price_is_where_it_is_reached(
    market: Market, component: Component, data: st.DataObject
) -> None:
    reach = market.path.reach
    near = component(market.quote_at(data.draw(st.integers(-reach, reach))))
    ticks = max(0, near + data.draw(st.integers(-3, 3)))
    highest = market.highest_position(component, ticks)
    lowest = market.lowest_position(component, ticks)
    assert highest < -reach or component(market.quote_at(highest)) <= ticks
    assert highest >= reach or component(market.quote_at(highest + 1)) > ticks
    assert lowest > reach or component(market.quote_at(lowest)) >= ticks
    assert lowest <= -reach or component(market.quote_at(lowest - 1)) < ticks


@given(spreads.filter(lambda spread: spread > Decimal("0.0001")))
def test_the_spread_is_what_was_asked_for(spread: Decimal) -> None:
    market = Market(listing("BTCUSDT"), PricePath(0, "", Decimal(0)), spread)
    quote = market.quote(0)
    assert Decimal(quote.ask - quote.bid) / quote.last == pytest.approx(
        spread, abs=Decimal("0.000001")
    )


def test_one_up_doubles_and_one_down_halves() -> None:
    market = Market(listing("BTCUSDT"), PricePath(0, "", Decimal(1)), Decimal(0))
    base = market.quote_at(0).last
    assert market.quote_at(ONE).last == 2 * base
    assert market.quote_at(-ONE).last == base // 2


@pytest.mark.parametrize(
    ("symbol", "price", "ticks", "exact"),
    [
        ("BTCUSDT", "60000.01", 6_000_001, True),
        ("BTCUSDT", "60000.019", 6_000_001, False),
        ("ES1!", "5500.75", 22_003, True),
        ("ES1!", "5500.9", 22_003, False),
        ("BTCUSDT", "0.001", 0, False),
    ],
)
def test_prices_and_ticks(symbol: str, price: Decimal, ticks: int, exact: bool) -> None:
    market = Market(listing(symbol), PricePath(0, "", Decimal(0)), Decimal(0))
    assert market.ticks(Decimal(price)) == (ticks, exact)
    if exact:
        assert str(market.price(ticks)) == price


@given(spreads, st.integers(-3 * ONE, 3 * ONE))
def test_the_bid_is_positive_even_where_a_price_is_a_single_tick(
    spread: Decimal, position: int
) -> None:
    listed = msgspec.structs.replace(listing("BTCUSDT"), base_ticks=1)
    quote = Market(listed, PricePath(0, "", Decimal(1)), spread).quote_at(position)
    assert 1 <= quote.bid <= quote.last <= quote.ask
    assert quote.bid < quote.ask
