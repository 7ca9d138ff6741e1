"""A market that plays a recording."""

import tracemalloc
from collections.abc import Sequence
from decimal import Decimal
from itertools import islice
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.orders import Side
from fillgate.market.feeds.base import Component, Feed, Flow, Lack, Level, NoPrices, Quote, Watch
from fillgate.market.feeds.recorded import STALE_BARS, RecordedFeed
from fillgate.market.feeds.recordings import Recording, Table, read_recording
from fillgate.market.feeds.timeline import Timeline
from tests.market.feeds.recordings.tables import BEGIN, LISTED, QUOTING, SECOND, read

B, S = Side.BUY, Side.SELL
START = 10**15
QUOTES = (
    "time bid bid_size ask ask_size\n+0 100 1 101 2\n+2 100 3 101 0\n+2 99 1 101 4\n+5 98 1 99 1"
)
TRADES = "time price size side\n+0 100 1 buy\n+2 90 2 sell\n+2 95 1 buy\n+5 100 0 buy"
BARS = (
    "time open high low close volume\n+0 100 103 95 98 0.4\n+60 98 99 97 98 4\n+900 98 99 97 98 4"
)


def play(text: str, *, speed: int = 1, **options: object) -> RecordedFeed:
    line = Timeline(BEGIN, START, Decimal(speed))
    return RecordedFeed(read(text), line, QUOTING, **options)  # type: ignore[arg-type]


def at(seconds: float) -> int:
    return START + int(seconds * SECOND)


def lack(feed: Feed, when: int) -> tuple[Lack, str]:
    with pytest.raises(NoPrices) as caught:
        feed.quote(when)
    with pytest.raises(NoPrices):
        feed.levels(B, when)
    with pytest.raises(NoPrices):
        feed.displayed(B, 1000, when)
    return caught.value.lack, str(caught.value)


def test_recorded_quotes_stand_until_the_next() -> None:
    feed = play(QUOTES)
    assert feed.quote(at(0)) == feed.quote(at(1.9)) == Quote(1000, 1005, 1010)
    assert [feed.instant(at(second)) for second in (0, 1, 2, 4, 5)] == [
        at(second) for second in (0, 0, 2, 2, 5)
    ]
    # Of two at one instant the last counts.
    assert feed.quote(at(2)) == Quote(990, 1000, 1010)


def test_recorded_sizes_are_what_is_offered() -> None:
    feed = play(QUOTES)
    assert not feed.renews
    assert list(feed.levels(B, at(0))) == [Level(1000, 100)]
    assert list(feed.levels(S, at(2))) == [Level(1010, 400)]
    assert [feed.displayed(S, ticks, at(2)) for ticks in (1009, 1010, 1011)] == [0, 400, 0]
    assert list(feed.flow(at(2))) == []
    empty = play("time bid bid_size ask ask_size\n+0 100 0 101 2")
    assert list(empty.levels(B, at(0))) == []


def test_without_sizes_a_made_depth_stands_around_the_quote() -> None:
    feed = play("time bid ask\n+0 100 101\n+1 100 101")
    assert feed.renews
    bids = list(islice(feed.levels(B, at(0)), 5))
    assert [bids[0].ticks, bids[-1].ticks < bids[0].ticks] == [1000, True]
    assert feed.displayed(B, 1000, at(0.5)) == bids[0].lots
    assert feed.displayed(B, 1001, at(0)) == 0 < feed.displayed(B, 900, at(0))
    assert bids == list(islice(feed.levels(B, at(0.5)), 5))
    assert bids != list(islice(feed.levels(B, at(1)), 5))


def test_before_the_first_row_and_after_the_last_there_are_no_prices() -> None:
    feed = play(QUOTES)
    assert lack(feed, at(0) - 1) == (
        Lack.NONE_YET,
        "The recording begins at 2024-01-01T00:00:00Z, which is not yet.",
    )
    with pytest.raises(NoPrices):
        feed.instant(at(0) - 1)
    assert feed.quote(at(5)).bid == 980
    assert lack(feed, at(5) + 1) == (Lack.OVER, "The recording has ended at 2024-01-01T00:00:05Z.")


def test_a_quote_may_become_too_old() -> None:
    feed = play(QUOTES, stale_after=2 * SECOND)
    assert feed.quote(at(4)).bid == 990
    assert lack(feed, at(4.5)) == (
        Lack.STALE,
        "The last quote is 2.5 s old; at most 2 s are allowed.",
    )
    assert feed.quote(at(5)).bid == 980


def test_bars_are_too_old_when_several_are_missing() -> None:
    feed = play(BARS)
    close = 60 + 59.4
    assert feed.quote(at(close + STALE_BARS * 60)).last == 980
    assert lack(feed, at(close + STALE_BARS * 60) + 1)[0] is Lack.STALE
    assert feed.quote(at(900)).last == 980


def test_prints_are_taken_at_their_instant() -> None:
    feed = play(TRADES)
    assert feed.renews
    assert list(feed.flow(at(0))) == [Flow(B, 1000, 100)]
    assert list(feed.flow(at(2))) == [Flow(S, 900, 200), Flow(B, 950, 100)]
    assert list(feed.flow(at(2) + 1)) == list(feed.flow(at(5))) == []
    assert feed.quote(at(2)).last == 950


def test_a_price_that_traded_within_an_instant_is_not_passed_over() -> None:
    watch = Watch(Component.BID, 900, rises=False)
    assert play(TRADES).next_instant(at(0), at(5), [watch]) == at(2)
    assert play(TRADES).next_instant(at(2), at(5), [watch]) is None


def test_ten_times_faster() -> None:
    feed = play(QUOTES, speed=10)
    assert [feed.instant(at(tenth / 10)) for tenth in range(6)] == [
        at(tenth / 10) for tenth in (0, 0, 2, 2, 2, 5)
    ]
    assert lack(feed, at(0.5) + 1)[0] is Lack.OVER


def test_with_sizes_every_row_is_an_instant() -> None:
    feed = play(QUOTES)
    found, when = [], START - 100
    while (following := feed.next_instant(when, at(9), ())) is not None:
        found.append(following)
        when = following
    assert found == [at(0), at(2), at(5)]


def test_trades_beside_quotes_are_instants_of_their_own() -> None:
    trades = read("time price size\n+1 100.5 1\n+2 101 1\n+3 99 2\n+8 99 2")
    feed = play(QUOTES, trades=trades, stale_after=2 * SECOND)
    assert feed.quote(at(1)).last == 1005
    assert feed.instant(at(1.5)) == at(1)
    assert list(feed.flow(at(3))) == [Flow(S, 990, 200)]
    found, when = [], at(0)
    while (following := feed.next_instant(when, at(99), ())) is not None:
        found.append(following)
        when = following
    assert found == [at(1), at(2), at(3), at(5)]
    assert feed.instant(at(99)) == at(5)


def test_trades_before_the_first_quote_and_after_the_last_are_no_instants() -> None:
    trades = read("time price size\n+1 100.5 1\n+3 100 1\n+8 99 2")
    feed = play("time bid ask\n+2 100 101\n+5 100 101", trades=trades)
    watches = [Watch(Component.BID, 1, rises=False)]
    assert feed.next_instant(at(0), at(99), watches) == at(3)
    assert feed.next_instant(at(3), at(99), watches) is None
    assert feed.next_instant(at(0), at(99), ()) is None
    assert feed.instant(at(99)) == at(5)


def test_a_trade_beside_a_quote_that_is_too_old_is_no_instant() -> None:
    trades = read("time price size\n+1 100.5 1\n+4 99 2")
    feed = play(QUOTES, trades=trades, stale_after=SECOND)
    assert feed.next_instant(at(0), at(9), ()) == at(1)
    assert feed.next_instant(at(2), at(9), ()) == at(5)


def random_trades(seed: int, rows: int) -> str:
    random, price, second = Random(seed), 1000, 0
    lines = ["time price size"]
    for _ in range(rows):
        second += random.choice([0, 1, 1, 5])
        price += random.randint(-4, 4)
        lines.append(f"+{second} {price}e-1 {random.randint(0, 3)}")
    return "\n".join(lines)


def slow_next(feed: RecordedFeed, when: int, until: int, watches: Sequence[Watch]) -> int | None:
    """Look at every row, one after the other."""
    tape = feed._tape
    for row, time in enumerate(tape.times):
        instant = feed._timeline.venue(time)
        if when < instant <= until and any(watch.holds(tape.quote(row)) for watch in watches):
            return instant
    return None


@given(
    seed=st.integers(0, 30),
    speed=st.sampled_from([1, 3, 7_000_000]),
    span=st.tuples(st.integers(-10, 900), st.integers(-10, 1200)),
    levels=st.lists(
        st.tuples(st.sampled_from(Component), st.integers(-60, 60), st.booleans()), max_size=3
    ),
)
def test_the_next_instant_is_what_a_scan_over_all_rows_finds(
    seed: int, speed: int, span: tuple[int, int], levels: list[tuple[Component, int, bool]]
) -> None:
    feed = play(random_trades(seed, 600), speed=speed)
    watches = [Watch(component, 1000 + ticks, rises) for component, ticks, rises in levels]
    when, until = (START + second * SECOND // speed for second in span)
    found = feed.next_instant(when, until, watches)
    assert found == slow_next(feed, when, until, watches)
    if found is not None:
        assert feed.instant(found) == found
        assert feed.quote(found).bid > 0


@given(
    st.sampled_from([QUOTES, TRADES, BARS]),
    st.lists(st.integers(-5, 1000), min_size=1, max_size=10),
    st.randoms(),
)
def test_the_order_of_asking_does_not_matter(text: str, asked: list[int], random: Random) -> None:
    def told(feed: Feed, when: int) -> object:
        try:
            levels = [list(islice(feed.levels(side, when), 3)) for side in Side]
            return feed.instant(when), feed.quote(when), levels, list(feed.flow(when))
        except NoPrices as error:
            return str(error)

    one, other = play(text), play(text)
    answers = {second: told(one, at(second)) for second in asked}
    random.shuffle(asked)
    assert {second: told(other, at(second)) for second in asked} == answers


def quotes_recording(rows: int) -> Recording:
    cells = (
        (row, (str(BEGIN + row * 1000), f"{1000 + row % 97}", "1", f"{1200 + row % 89}", "2"))
        for row in range(rows)
    )
    columns = ["time", "bid", "bid_size", "ask", "ask_size"]
    return read_recording(Table("x", columns, cells), LISTED, QUOTING)


def test_a_row_takes_some_fifty_bytes() -> None:
    quotes_recording(10)
    tracemalloc.start()
    small = quotes_recording(1_000)
    before = tracemalloc.get_traced_memory()[0]
    large = quotes_recording(50_000)
    taken = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert len(large.quotes) - len(small.quotes) == 49_000
    assert taken < 60 * len(large.quotes)
