"""From tables to tapes."""

import pytest

from fillgate.domain.orders import Side
from fillgate.market.feeds.base import Flow, Quote
from fillgate.market.feeds.recordings import BadRecording, Kind
from tests.market.feeds.recordings.tables import BEGIN, SECOND, read

B, S = Side.BUY, Side.SELL


def test_quotes_with_sizes() -> None:
    found = read("time bid bid_size ask ask_size last\n+0 100 1.5 100.2 2 100.1\n+1 100 0 101 1 99")
    assert (found.kind, found.prints, found.interval, found.rounded) == (Kind.QUOTES, None, None, 0)
    assert list(found.quotes.times) == [BEGIN, BEGIN + SECOND]
    assert found.quotes.quote(0) == Quote(1000, 1001, 1002)
    assert found.quotes.quote(1) == Quote(1000, 990, 1010)
    assert found.quotes.sizes is not None
    assert list(found.quotes.sizes[B]) == [150, 0]
    assert list(found.quotes.sizes[S]) == [200, 100]


def test_quotes_without_sizes_between_two_ticks_are_rounded_against_the_trader() -> None:
    found = read("time bid ask\n+0 100.04 100.06")
    assert found.quotes.quote(0) == Quote(1000, 1000, 1001)
    assert found.quotes.sizes is None
    assert found.rounded == 2


def test_trades_are_quoted_around_and_printed() -> None:
    found = read("time price size side\n+0 100 1 buy\n+0 100.05 2 sell\n+1 100.05 3 b\n+2 90 0 n")
    assert (found.kind, found.rounded) == (Kind.TRADES, 2)
    # 0.2 % are a tick on each side.
    assert found.quotes.quote(0) == Quote(999, 1000, 1001)
    assert found.quotes.quote(1) == Quote(999, 1000, 1002)
    assert found.prints is not None
    assert found.prints.times is found.quotes.times
    # Between two ticks a print reaches fewer orders.
    flows = [found.prints.flow(row) for row in range(3)]
    assert flows == [Flow(B, 1000, 100), Flow(S, 1001, 200), Flow(B, 1000, 300)]
    assert found.prints.flow(3).lots == 0


def test_where_no_side_is_told_the_tick_rule_guesses() -> None:
    found = read("time price size\n+0 100 1\n+1 99 1\n+2 99 1\n+3 99.5 1")
    assert found.prints is not None
    assert [found.prints.flow(row).side for row in range(4)] == [B, S, S, B]
    mixed = read("time price size side\n+0 100 1 sell\n+1 99 1 buy\n+2 98 1 n")
    assert mixed.prints is not None
    assert [mixed.prints.flow(row).side for row in range(3)] == [S, B, S]


def test_a_bar_is_four_prices_with_a_quarter_of_the_volume_each() -> None:
    found = read(
        "time open high low close volume\n+0 100 103 95 98 0.1\n+60 98 98 97 97.5 4\n+300 1 1 1 1 0"
    )
    minute = 60 * SECOND
    assert (found.kind, found.interval) == (Kind.BARS, minute)
    times = [time - BEGIN for time in found.quotes.times]
    bar = [0, minute // 3, minute * 2 // 3, minute * 99 // 100]
    assert times == [begin * minute + offset for begin in (0, 1, 5) for offset in bar]
    assert list(found.quotes.lasts[:8]) == [1000, 1030, 950, 980, 980, 980, 970, 975]
    assert found.prints is not None
    flows = [found.prints.flow(row) for row in range(8)]
    assert [flow.lots for flow in flows] == [2, 2, 2, 4, 100, 100, 100, 100]
    assert [flow.side for flow in flows] == [B, B, S, B, B, B, S, B]


def test_bars_without_volume_print_nothing() -> None:
    assert read("time open high low close\n+0 1 1 1 1\n+1 1 1 1 1").prints is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("time bid ask", r"file\.csv: expected rows below the names"),
        ("time bid ask bid_size\n+0 1 2 3", "sizes of both the bid and the ask"),
        ("time bid ask\n+0 1 2\n+1 2 2", "line 3, column 'ask': expected an ask above the bid 2"),
        ("time bid ask\n+0 0 2", "line 2, column 'bid': expected a price from 0.1 on.*found '0'"),
        ("time bid ask\n+0 1 x", "line 2, column 'ask': expected a number, found 'x'"),
        ("time price size\n+0 1 -1", "line 2, column 'size': expected a quantity from 0 on"),
        ("time price size side\n+0 1 1 up", "line 2, column 'side': expected the taker's side"),
        ("time open high low close\n+0 2 1 1 1", "line 2, column 'high': expected the highest"),
        ("time open high low close\n+0 1 1 1 1", "expected at least two bars"),
    ],
)
def test_broken_tables_are_refused_at_the_place(text: str, words: str) -> None:
    with pytest.raises(BadRecording, match=words):
        read(text)
