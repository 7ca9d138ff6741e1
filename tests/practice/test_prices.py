"""Prices that are moved by hand: what was stays, and no instant that matters is left out."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.errors import ConfigurationError
from fillgate.domain.orders import Side
from fillgate.market.feeds.base import Component, NoPrices, Quote, Watch
from fillgate.market.feeds.path import GRID
from fillgate.market.feeds.quoting import Quoting
from fillgate.market.feeds.synthetic import SyntheticFeed, SyntheticTerms
from fillgate.market.listings import listing
from fillgate.practice.prices import MovableFeed, Prices
from fillgate.practice.symbols import Symbols
from tests.practice.client import client_of
from tests.practice.serving import STILL

DAY = Path(__file__).parents[2] / "examples" / "day" / "BTCUSDT.csv"

START = 1_767_225_600_000_000
LISTED = listing("BTCUSDT")
LIVELY = SyntheticTerms(volatility=Decimal(40))
BASE = LISTED.base_ticks


def movable(terms: SyntheticTerms = STILL) -> MovableFeed:
    return MovableFeed(SyntheticFeed(LISTED, terms), Quoting(LISTED, terms))


def last(feed: MovableFeed, at: int) -> int | None:
    try:
        return feed.quote(at).last
    except NoPrices:
        return None


def test_a_price_counts_from_its_time_on() -> None:
    feed = movable()
    feed.set_price(START + 10, BASE + 500)
    feed.close(START + 20)
    feed.let_go(START + 30)
    seen = [last(feed, START + at) for at in (9, 10, 19, 20, 29, 30)]
    assert seen == [BASE, BASE + 500, BASE + 500, None, None, BASE]
    with pytest.raises(NoPrices):
        feed.instant(START + 25)
    with pytest.raises(NoPrices):
        feed.levels(Side.BUY, START + 25)
    assert next(feed.levels(Side.BUY, START + 15)).ticks == feed.quote(START + 15).bid
    assert feed.displayed(Side.BUY, feed.quote(START + 15).bid, START + 15) > 0


@given(
    st.lists(st.tuples(st.integers(1, 8 * GRID), st.integers(-3, 3) | st.none()), max_size=6),
    st.integers(-3, 3),
    st.booleans(),
    st.integers(0, 8 * GRID),
)
def test_no_instant_that_matters_is_left_out(
    moves: list[tuple[int, int | None]], level: int, rises: bool, after: int
) -> None:
    feed = movable(LIVELY)
    for at, price in sorted(dict(moves).items()):
        if price is None:
            feed.let_go(START + at)
        else:
            feed.set_price(START + at, BASE + price * 1000)
    watch = Watch(Component.LAST, BASE + level * 1000, rises)
    until = START + 9 * GRID
    found = feed.next_instant(START + after, until, (watch,))
    grid = range(START - START % GRID, until + 1, GRID)
    instants = sorted({*grid, *(START + at for at, _ in moves)})
    beyond = [at for at in instants if START + after < at <= until]
    assert found == next((at for at in beyond if watch.holds(feed.quote(at))), None)


def test_a_symbol_that_was_not_recorded_has_no_prices() -> None:
    prices = Prices(Symbols(), STILL, {}, START)
    assert last(prices.feeds["BTCUSDT"], START) is None
    assert isinstance(Prices(Symbols(), STILL).feeds["BTCUSDT"].quote(START), Quote)


async def test_recorded_prices_are_played_and_end() -> None:
    client = client_of(recording=DAY)
    async with client.http:
        first = await client.get("/api/v3/ticker/price?symbol=BTCUSDT")
        opening = DAY.read_text().splitlines()[1].split(",")[1]
        assert Decimal(first["price"]) == Decimal(opening)
        assert (await client.order(quantity="0.01"))["status"] == "FILLED"
        assert (await client.order(quantity="0.1", symbol="ETHUSDT"))["msg"] == "Market is closed."
        client.clock.advance(2 * 86_400)
        assert (await client.order(quantity="0.01"))["msg"] == "Market is closed."


@pytest.mark.parametrize("name", ["nowhere.csv", "NOPE.csv", "BTCUSDT.csv"])
def test_what_is_no_recording(tmp_path: Path, name: str) -> None:
    if name == "NOPE.csv":
        (tmp_path / name).write_bytes(DAY.read_bytes())
    with pytest.raises(ConfigurationError, match=name):
        client_of(recording=tmp_path / name)
