"""How a made market quotes: bid below ask whatever the price, and a depth that varies."""

from decimal import Decimal
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.orders import Side
from fillgate.market.feeds.base import Level, Quote
from fillgate.market.feeds.quoting import Quoting, QuotingTerms
from fillgate.market.listings import listing

QUOTE = Quote(bid=5_999_400, last=6_000_000, ask=6_000_600)
ratios = st.tuples(st.integers(1, 10**24), st.integers(1, 10**15))
spreads = st.decimals(0, Decimal("1.99"), places=6)
sides = st.sampled_from(Side)
numbers = st.integers(0, 2**40)


def quoting(**terms: object) -> Quoting:
    return Quoting(listing("BTCUSDT"), QuotingTerms(**terms))  # type: ignore[arg-type]


def offers(quotes: Quoting, side: Side, number: int, most: int = 40) -> list[Level]:
    return list(islice(quotes.levels(side, QUOTE, number), most))


@given(spreads, ratios)
def test_the_bid_is_below_the_ask_and_all_are_positive(
    spread: Decimal, price: tuple[int, int]
) -> None:
    quote = quoting(spread=spread).around(*price)
    assert 0 < quote.bid <= quote.last <= quote.ask
    assert quote.bid < quote.ask


@given(spreads, ratios, ratios)
def test_prices_never_fall_when_the_price_rises(
    spread: Decimal, one: tuple[int, int], other: tuple[int, int]
) -> None:
    low, high = sorted((one, other), key=lambda ratio: Decimal(ratio[0]) / ratio[1])
    quotes = quoting(spread=spread)
    below, above = quotes.around(*low), quotes.around(*high)
    assert all(a <= b for a, b in zip(below, above, strict=True))


@given(spreads)
def test_the_spread_is_what_was_asked_for(spread: Decimal) -> None:
    quote = quoting(spread=spread).around(10**9)
    assert Decimal(quote.ask - quote.bid) / 10**9 == pytest.approx(spread, abs=Decimal("4e-9"))


@given(sides, numbers)
def test_offers_go_outward_from_the_quote(side: Side, number: int) -> None:
    ticks = [level.ticks for level in offers(quoting(), side, number)]
    assert ticks[0] == (QUOTE.bid if side is Side.BUY else QUOTE.ask)
    assert ticks == sorted(set(ticks), reverse=side is Side.BUY)


@given(sides, st.lists(numbers, min_size=1, max_size=10), st.integers(0, 5))
def test_offers_depend_on_the_instant_not_on_what_was_asked_before(
    side: Side, asked: list[int], seed: int
) -> None:
    one = quoting(seed=seed)
    for number in asked:
        assert offers(one, side, number) == offers(quoting(seed=seed), side, number)


@given(sides, numbers, st.decimals(0, 1, places=3))
def test_offers_vary_about_the_profile_within_bounds(
    side: Side, number: int, variation: Decimal
) -> None:
    usual = offers(quoting(depth_variation=Decimal(0)), side, number)
    for level, plain in zip(
        offers(quoting(depth_variation=variation), side, number), usual, strict=True
    ):
        assert level.ticks == plain.ticks
        assert level.lots >= 1
        assert abs(level.lots - plain.lots) <= plain.lots * variation + 2


def test_offers_vary_from_instant_to_instant_and_side_to_side() -> None:
    quotes = quoting()
    first = [offers(quotes, side, number, 1)[0].lots for side in Side for number in range(50)]
    assert len(set(first)) > 40
    usual = offers(quoting(depth_variation=Decimal(0)), Side.BUY, 0, 1)[0].lots
    alike = [abs(bid - ask) < usual / 100 for bid, ask in zip(first[:50], first[50:], strict=True)]
    assert sum(alike) < 10
    assert sum(first) / len(first) == pytest.approx(usual, rel=0.15)
    assert min(first) < 0.7 * usual
    assert max(first) > 1.3 * usual


@given(sides, numbers, st.sampled_from([Decimal(0), Decimal("0.5")]), st.integers(1, 1000))
def test_what_is_displayed_at_a_price(
    side: Side, number: int, variation: Decimal, away: int
) -> None:
    quotes, best, sign = quoting(depth_variation=variation), QUOTE.best(side), side.sign
    (first,) = offers(quotes, side, number, 1)
    assert quotes.displayed(side, QUOTE, best, number) == first.lots
    assert quotes.displayed(side, QUOTE, best + sign * away, number) == 0
    plain = quotes.profile.lots_at(best, away)
    found = quotes.displayed(side, QUOTE, best - sign * away, number)
    assert abs(found - plain) <= plain * variation + 1


@given(numbers)
def test_bids_end_before_a_price_of_zero(number: int) -> None:
    bids = list(quoting(impact=Decimal(1)).levels(Side.BUY, Quote(50, 50, 51), number))
    assert 0 < len(bids) <= 50
    assert all(level.ticks > 0 for level in bids)
