"""What the settings of a mock account make of its venue."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from fillgate.domain.numbers import divide
from fillgate.market.accounts import MarginTerms
from fillgate.market.feeds.synthetic import SyntheticTerms
from fillgate.market.fees import FeeSchedule, FeeTier
from fillgate.market.listings import Amendment, Listing
from fillgate.market.matching import SelfTradePrevention
from fillgate.market.terms import FeedOf, Terms
from fillgate.plugins.mock.options import MockOptions

__all__ = ["amended", "synthetic_terms", "venue_terms"]

_BASIS_POINTS: Final = Decimal(10_000)


def venue_terms(options: MockOptions, feed: FeedOf) -> Terms:
    """Return how the venue behaves; `feed` is where its prices come from."""
    return Terms(
        feed,
        fees=FeeSchedule(_tiers(options)),
        prevention=SelfTradePrevention(options.self_trade_prevention),
        amendments=_amendments(options),
        margin=MarginTerms(
            leverage=options.leverage, maintenance=_part(options.maintenance_margin_bps)
        ),
        funding=_part(options.funding_bps),
    )


def synthetic_terms(options: MockOptions) -> SyntheticTerms:
    """Return how a made market behaves."""
    return SyntheticTerms(
        seed=options.seed,
        volatility=options.volatility,
        jumps_per_day=options.jumps_per_day,
        jump=_part(options.jump_bps),
        spread=_part(options.spread_bps),
        impact=_part(options.impact_bps),
        activity=options.activity,
    )


def amended(listing: Listing, options: MockOptions) -> Listing:
    """Return a listing with the account's own rules, where it has some for its market."""
    rules = _amendments(options).get(listing.key)
    return listing if rules is None else listing.amended(rules)


def _tiers(options: MockOptions) -> list[FeeTier]:
    first = FeeTier(maker=_part(options.maker_fee_bps), taker=_part(options.taker_fee_bps))
    return [first] + [
        FeeTier(volume=tier.volume, maker=_part(tier.maker_bps), taker=_part(tier.taker_bps))
        for tier in options.fee_tiers
    ]


def _amendments(options: MockOptions) -> Mapping[str, Amendment]:
    return {
        symbol: Amendment(tick=rules.tick, lot=rules.lot, minimum_notional=rules.minimum_notional)
        for symbol, rules in options.instruments.items()
    }


def _part(basis_points: Decimal) -> Decimal:
    return divide(basis_points, _BASIS_POINTS)
