"""All exchanges of which something is known.

Invariant: an exchange, or a market type of one, that is not listed has the safe defaults.
"""

from collections.abc import Mapping
from typing import Final

from fillgate.plugins.ccxt.venues import (
    binance,
    bybit,
    coinbase,
    declared,
    kraken,
    kucoin,
    okx,
)
from fillgate.plugins.ccxt.venues.venue import MarketType, Venue

__all__ = ["LISTED", "market_types_of", "venue_of"]

LISTED: Final[tuple[Venue, ...]] = (
    *binance.VENUES,
    *bybit.VENUES,
    *okx.VENUES,
    *kraken.VENUES,
    *coinbase.VENUES,
    *kucoin.VENUES,
    *declared.VENUES,
)
"""The entries: those that are verified first."""

_BY_MARKET: Final[Mapping[tuple[str, MarketType], Venue]] = {
    (venue.exchange, market_type): venue for venue in LISTED for market_type in venue.market_types
}


def venue_of(exchange: str, market_type: MarketType) -> Venue:
    """Return what is known of an exchange's markets of a type; the safe defaults if nothing is.

    Args:
        exchange: ccxt's id of the exchange.
        market_type: the type of the account's markets.
    """
    known = _BY_MARKET.get((exchange, market_type))
    return Venue(exchange=exchange) if known is None else known


def market_types_of(exchange: str) -> frozenset[MarketType]:
    """Return the market types that are listed of an exchange; all if none is."""
    listed = frozenset(each for name, each in _BY_MARKET if name == exchange)
    return listed or frozenset(MarketType)
