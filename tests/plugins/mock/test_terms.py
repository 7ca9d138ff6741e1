"""What the settings of a mock account make of its venue."""

from decimal import Decimal

from fillgate.market.feeds.base import Feed
from fillgate.market.fees import FeeSchedule
from fillgate.market.listings import Listing
from fillgate.market.matching import SelfTradePrevention
from fillgate.plugins.mock.options import FeeTierOptions, InstrumentOptions, MockOptions
from fillgate.plugins.mock.terms import synthetic_terms, venue_terms


def no_feed(symbol: str, listing: Listing) -> Feed:
    raise AssertionError(symbol)


def test_basis_points_become_parts() -> None:
    options = MockOptions(
        seed=3,
        volatility=Decimal(1),
        spread_bps=Decimal(5),
        impact_bps=Decimal(20),
        jump_bps=Decimal(50),
    )
    terms = synthetic_terms(options)
    assert (terms.seed, terms.volatility) == (3, Decimal(1))
    parts = [terms.spread, terms.impact, terms.jump]
    assert parts == [Decimal("0.0005"), Decimal("0.002"), Decimal("0.005")]


def test_fees_and_their_tiers() -> None:
    tier = FeeTierOptions(volume=Decimal(1000), maker_bps=Decimal(-1), taker_bps=Decimal(5))
    options = MockOptions(maker_fee_bps=Decimal(8), taker_fee_bps=Decimal(10), fee_tiers=[tier])
    fees: FeeSchedule = venue_terms(options, no_feed).fees
    rates = [
        fees.rate(maker=maker, volume=Decimal(volume))
        for volume in (0, 999, 1000)
        for maker in (True, False)
    ]
    assert [rate * 10_000 for rate in rates] == [8, 10, 8, 10, -1, 5]


def test_rules_of_single_symbols() -> None:
    rules = InstrumentOptions(tick=Decimal("0.5"), minimum_notional=Decimal(5))
    terms = venue_terms(MockOptions(instruments={"BTC/USDT": rules}), no_feed)
    amended, other = terms.listing("BTC/USDT"), terms.listing("ETH/USDT")
    assert (amended.tick, amended.minimum_notional) == (Decimal("0.5"), Decimal(5))
    assert amended.price(amended.base_ticks) == 60_000
    assert other.tick == Decimal("0.01")


def test_what_happens_to_own_orders() -> None:
    terms = venue_terms(MockOptions(self_trade_prevention="decrement"), no_feed)
    assert terms.prevention is SelfTradePrevention.DECREMENT
