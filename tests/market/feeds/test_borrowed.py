"""A market whose quotes come from elsewhere as they happen."""

from decimal import Decimal
from itertools import islice
from typing import Any

import pytest

from fillgate.domain.market import MarketData
from fillgate.domain.orders import Side
from fillgate.market.feeds.base import Component, Feed, Lack, Level, NoPrices, Quote, Watch
from fillgate.market.feeds.borrowed import QUOTES_KEPT, BorrowedFeed
from tests.market.feeds.recordings.tables import LISTED, QUOTING

B, S = Side.BUY, Side.SELL
NOW = 1_704_067_200_000_000
SECOND = 1_000_000
SIZES = {"bid_size": "1.5", "ask_size": "2"}


def feed(**options: int) -> BorrowedFeed:
    return BorrowedFeed(LISTED, QUOTING, **options)


def data(
    bid: str | None = "100", ask: str | None = "101", told: int = NOW, **fields: Any
) -> MarketData:
    return MarketData(
        symbol="BTCUSDT",
        bid=None if bid is None else Decimal(bid),
        ask=None if ask is None else Decimal(ask),
        timestamp=told // 1000,
        **fields,
    )


def pushed(*quotes: MarketData, **options: int) -> BorrowedFeed:
    made = feed(**options)
    for second, quote in enumerate(quotes):
        made.push(NOW + second * SECOND, quote)
    return made


def lack(made: Feed, at: int) -> tuple[Lack, str]:
    with pytest.raises(NoPrices) as caught:
        made.quote(at)
    with pytest.raises(NoPrices):
        made.levels(B, at)
    with pytest.raises(NoPrices):
        made.displayed(B, 1000, at)
    return caught.value.lack, str(caught.value)


def test_a_quote_counts_from_its_arrival_on() -> None:
    made = pushed(data(), data("99", told=NOW + SECOND))
    assert lack(made, NOW - 1) == (Lack.NONE_YET, "No quote has arrived yet.")
    assert made.quote(NOW) == made.quote(NOW + SECOND - 1) == Quote(1000, 1005, 1010)
    assert made.quote(NOW + SECOND) == Quote(990, 1000, 1010)
    assert [made.instant(NOW + half * SECOND // 2) - NOW for half in (0, 1, 2, 3)] == [
        0,
        0,
        SECOND,
        SECOND,
    ]


def test_prices_between_two_ticks_are_rounded_against_the_trader() -> None:
    made = pushed(data("99.99", "100.01", last=Decimal("100.09")))
    assert made.quote(NOW) == Quote(999, 1000, 1001)


@pytest.mark.parametrize(
    ("quote", "words"),
    [
        (data(bid=None), "The last quote of BTCUSDT has no bid."),
        (data(ask=None), "The last quote of BTCUSDT has no ask."),
        (data("101", "101"), "The last quote of BTCUSDT is crossed: bid 101, ask 101."),
        (data("0.05", "1"), "The bid 0.05 is less than a tick, 0.1."),
        (data("-1", "1"), "The bid -1 is less than a tick, 0.1."),
    ],
)
def test_what_cannot_be_used_is_no_price(quote: MarketData, words: str) -> None:
    made = pushed(data(), quote, data())
    assert made.quote(NOW).bid == 1000
    assert lack(made, NOW + SECOND) == (Lack.UNUSABLE, words)
    assert made.next_instant(NOW, NOW + 9 * SECOND, [Watch(Component.BID, 1, rises=True)]) == (
        NOW + 2 * SECOND
    )


def test_a_quote_becomes_too_old_by_its_arrival() -> None:
    made = pushed(data(told=NOW + 60 * SECOND))
    assert made.quote(NOW + 5 * SECOND).bid == 1000
    assert lack(made, NOW + 5 * SECOND + 500_000) == (
        Lack.STALE,
        "The last quote is 5.5 s old; at most 5 s are allowed.",
    )


def test_a_quote_becomes_too_old_by_its_own_time() -> None:
    made = pushed(data(told=NOW - 4 * SECOND), stale_after=6 * SECOND)
    assert made.quote(NOW + 2 * SECOND).bid == 1000
    assert lack(made, NOW + 3 * SECOND)[0] is Lack.STALE
    old = pushed(data(told=NOW - 7 * SECOND), stale_after=6 * SECOND)
    assert lack(old, NOW)[0] is Lack.STALE
    assert old.next_instant(NOW - 1, NOW, [Watch(Component.BID, 1, rises=True)]) is None


def test_told_sizes_are_what_is_offered() -> None:
    made = pushed(data(extra=SIZES), data(), data(extra={"bid_size": 7, "ask_size": "-3"}))
    assert not made.renews
    assert list(made.levels(B, NOW)) == [Level(1000, 150)]
    assert list(made.levels(S, NOW)) == [Level(1010, 200)]
    assert [made.displayed(S, ticks, NOW) for ticks in (1009, 1010, 1011)] == [0, 200, 0]
    assert made.displayed(S, 1010, NOW + SECOND) == 0
    for side in Side:
        assert list(made.levels(side, NOW + SECOND)) == []
    assert list(made.levels(B, NOW + 2 * SECOND)) == [Level(1000, 700)]
    assert list(made.levels(S, NOW + 2 * SECOND)) == []


def test_where_no_sizes_are_told_a_made_depth_stands_around_the_quote() -> None:
    made = pushed(data(), data(extra=SIZES))
    assert made.renews
    levels = list(islice(made.levels(S, NOW + SECOND), 5))
    assert [levels[0].ticks, len(levels)] == [1010, 5]
    assert made.displayed(S, 1010, NOW + SECOND) == levels[0].lots
    assert list(made.flow(NOW)) == []


def test_a_quote_that_cannot_be_used_decides_nothing() -> None:
    assert feed().renews
    assert not pushed(data(bid=None), data(extra=SIZES)).renews
    assert pushed(data(bid=None, extra=SIZES), data()).renews
    assert pushed(data(extra={"bid_size": "many", "ask_size": 1.5})).renews


def test_instants_are_those_at_which_a_watch_holds() -> None:
    made = pushed(data("100"), data("99"), data("97"))
    low, none = Watch(Component.BID, 980, rises=False), Watch(Component.BID, 960, rises=False)
    assert made.next_instant(NOW, NOW + 9 * SECOND, [low]) == NOW + 2 * SECOND
    assert made.next_instant(NOW, NOW + SECOND, [low]) is None
    assert made.next_instant(NOW, NOW + 9 * SECOND, [none]) is None
    assert made.next_instant(NOW, NOW + 9 * SECOND, [none, low]) == NOW + 2 * SECOND


def test_with_sizes_every_quote_is_an_instant() -> None:
    made = pushed(*[data(extra=SIZES)] * 3)
    assert made.next_instant(NOW, NOW + 9 * SECOND, ()) == NOW + SECOND
    assert made.next_instant(NOW + 2 * SECOND, NOW + 9 * SECOND, ()) is None


def test_each_quote_is_an_instant_of_its_own_whatever_the_clock_says() -> None:
    made = feed()
    for at, bid in ((NOW, "100"), (NOW, "99"), (NOW - SECOND, "98")):
        made.push(at, data(bid))
    assert [made.quote(NOW + later).bid for later in range(3)] == [1000, 990, 980]


def test_memory_does_not_grow_with_history() -> None:
    made = feed()
    for second in range(5 * QUOTES_KEPT):
        made.push(NOW + second, data())
        assert len(made._arrivals) == len(made._times) <= 2 * QUOTES_KEPT
    assert made.quote(NOW + 4 * QUOTES_KEPT).bid == 1000
