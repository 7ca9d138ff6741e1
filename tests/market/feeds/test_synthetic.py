"""A made market: a pure function of time whose watches are met exactly."""

from collections.abc import Iterable
from decimal import Decimal
from itertools import islice
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fillgate.domain.orders import Side
from fillgate.market.feeds.base import Component, Feed, Watch
from fillgate.market.feeds.path import GRID, ONE
from fillgate.market.feeds.synthetic import SyntheticFeed, SyntheticTerms
from fillgate.market.listings import listing

YEAR = 31_557_600_000_000
SYMBOLS = ["BTCUSDT", "DOGEUSDT", "SHIBBTC", "ES1!", "USDJPY", "PEPEBTC", "JPYXAU", "ANY"]
spreads = st.decimals(0, Decimal("0.5"), places=6)
times = st.integers(-(2**20), 2**55)
terms = st.builds(
    SyntheticTerms,
    seed=st.integers(),
    volatility=st.sampled_from([Decimal(0), Decimal("0.5"), Decimal(10)]),
    jumps_per_day=st.sampled_from([Decimal(0), Decimal(2), Decimal(5000)]),
    spread=spreads,
    impact=st.sampled_from([Decimal(0), Decimal("0.001"), Decimal(1)]),
    activity=st.sampled_from([Decimal(0), Decimal(1), Decimal(50)]),
)
symbols = st.sampled_from(SYMBOLS) | st.text("ABC/:.P!1USDT", min_size=1, max_size=12)
feeds = st.builds(lambda symbol, made: SyntheticFeed(listing(symbol), made), symbols, terms)
components = st.sampled_from(Component)


def feed(symbol: str = "BTCUSDT", **fields: object) -> SyntheticFeed:
    return SyntheticFeed(listing(symbol), SyntheticTerms(**fields))  # type: ignore[arg-type]


def told(made: Feed, at: int) -> object:
    levels = [list(islice(made.levels(side, at), 5)) for side in Side]
    quote = made.quote(at)
    displayed = [made.displayed(side, quote.best(side) - side.sign * 9, at) for side in Side]
    return made.instant(at), quote, levels, displayed, made.flow(at)


@given(symbols, terms, st.lists(times, min_size=1, max_size=8), st.randoms())
def test_the_order_of_asking_does_not_matter(
    symbol: str, made: SyntheticTerms, asked: list[int], random: Random
) -> None:
    one, other = (SyntheticFeed(listing(symbol), made) for _ in range(2))
    answers = {at: told(one, at) for at in asked}
    random.shuffle(asked)
    assert {at: told(other, at) for at in asked} == answers


@given(feeds, times)
def test_the_bid_is_below_the_ask_and_all_are_positive(made: SyntheticFeed, at: int) -> None:
    quote = made.quote(at)
    assert 0 < quote.bid <= quote.last <= quote.ask
    assert quote.bid < quote.ask


@given(feeds, times, st.integers(0, GRID - 1))
def test_prices_stand_still_between_instants(made: SyntheticFeed, at: int, later: int) -> None:
    instant = made.instant(at)
    assert instant <= at < instant + GRID
    between = instant + later
    assert made.instant(between) == instant
    assert made.quote(between) == made.quote(instant)
    for side in Side:
        first = list(islice(made.levels(side, instant), 5))
        assert list(islice(made.levels(side, between), 5)) == first


@given(feeds, st.data())
def test_prices_never_fall_when_the_position_rises(
    made: SyntheticFeed, data: st.DataObject
) -> None:
    positions = st.integers(-made._walk.reach, made._walk.reach)
    low, high = sorted((data.draw(positions), data.draw(positions)))
    below, above = made.quote_at(low), made.quote_at(high)
    assert all(a <= b for a, b in zip(below, above, strict=True))


@given(feeds, components, st.booleans(), st.data())
def test_the_position_of_a_watch_is_where_it_begins_to_hold(
    made: SyntheticFeed, component: Component, rises: bool, data: st.DataObject
) -> None:
    reach = made._walk.reach
    near = component.of(made.quote_at(data.draw(st.integers(-reach, reach))))
    watch = Watch(component, max(0, near + data.draw(st.integers(-3, 3))), rises)
    position, step = made._position(watch), 1 if rises else -1
    if abs(position) <= reach:
        assert watch.holds(made.quote_at(position))
    if abs(position - step) <= reach:
        assert not watch.holds(made.quote_at(position - step))


def slow_next(made: Feed, after: int, until: int, watches: Iterable[Watch]) -> int | None:
    for at in range(after + GRID - after % GRID, until + 1, GRID):
        if any(watch.holds(made.quote(at)) for watch in watches):
            return at
    return None


@settings(max_examples=150)
@given(
    made=feeds,
    after=st.integers(0, 2**51),
    length=st.integers(-2, 400 * GRID),
    distances=st.lists(st.tuples(components, st.integers(-20, 20), st.booleans()), max_size=4),
)
def test_the_next_instant_is_what_a_scan_over_all_finds(
    made: SyntheticFeed, after: int, length: int, distances: list[tuple[Component, int, bool]]
) -> None:
    until, here = after + length, made.quote(after)
    # A unit is what the price moves in a step of the grid, so that some are met and some are not.
    unit = max(1, abs(made.quote(after + 40 * GRID).last - here.last) // 10)
    watches = [
        Watch(component, component.of(here) + distance * unit, rises)
        for component, distance, rises in distances
    ]
    assert made.next_instant(after, until, watches) == slow_next(made, after, until, watches)


def test_a_year_is_looked_through_at_once() -> None:
    made, at = feed(jumps_per_day=Decimal(2)), 55 * YEAR
    low = made.quote(at).bid * 9 // 10
    watch = Watch(Component.BID, low, rises=False)
    found = made.next_instant(at, at + 20 * YEAR, [watch])
    assert found is not None
    assert made.quote(found).bid <= low < made.quote(found - 1).bid
    assert made.next_instant(at, found - 1, [watch]) is None
    assert made.next_instant(at, at + YEAR, []) is None


def test_what_stands_still_is_taken_all_the_same() -> None:
    made = feed(volatility=Decimal(0))
    assert len({made.quote(at) for at in range(0, 1000 * GRID, GRID)}) == 1
    flows = [flow for at in range(0, 1000 * GRID, GRID) for flow in made.flow(at)]
    assert len(flows) > 100
    assert {flow.side for flow in flows} == set(Side)


@given(feeds, times)
def test_others_take_at_the_touch_at_instants_only(made: SyntheticFeed, at: int) -> None:
    quote = made.quote(at)
    touch = {Side.BUY: quote.ask, Side.SELL: quote.bid}
    assert all(flow.ticks == touch[flow.side] for flow in made.flow(made.instant(at)))
    assert at == made.instant(at) or made.flow(at) == ()


def test_one_up_doubles_and_one_down_halves() -> None:
    made = feed(spread=Decimal(0))
    base = made.quote_at(0).last
    assert made.quote_at(ONE).last == 2 * base
    assert made.quote_at(-ONE).last == base // 2


def test_jumps_show_in_the_price() -> None:
    still, jumping = (
        feed(volatility=Decimal(0), jumps_per_day=Decimal(per_day), jump=Decimal("0.02"))
        for per_day in (0, 24)
    )
    hours = range(55 * YEAR, 55 * YEAR + 48 * 3_600_000_000, 3_600_000_000)
    assert len({still.quote(at).last for at in hours}) == 1
    prices = {jumping.quote(at).last for at in hours}
    assert len(prices) > 30
    base = still.quote(0).last
    assert all(price == pytest.approx(base, rel=0.03) for price in prices)
