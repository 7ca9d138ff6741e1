"""What contracts can be traded, and by which rules; how much leverage there is."""

from collections.abc import Iterable
from typing import Any, Final

from fillgate.practice.amounts import amount_text
from fillgate.practice.futures.filters import described_filters, places
from fillgate.practice.futures.new_order import KINDS, TIMES
from fillgate.practice.futures.positions import MAINTENANCE
from fillgate.practice.rate_limits import Limits
from fillgate.practice.symbols import Symbol

__all__ = ["exchange_info", "leverage_brackets"]

_NEVER: Final = 4_133_404_800_000
"""When a perpetual is delivered, as Binance writes it: Unix milliseconds of the year 2100."""
_BEGAN: Final = 1_569_398_400_000
_PLACES: Final = 8
_LARGEST_POSITION: Final = 300_000_000


def exchange_info(symbols: Iterable[Symbol], limits: Limits, now: int) -> dict[str, Any]:
    """Return `exchangeInfo`.

    Args:
        symbols: that are listed.
        limits: of requests and orders.
        now: Unix milliseconds.
    """
    described = [_described(symbol) for symbol in symbols]
    assets = sorted({each["marginAsset"] for each in described})
    return {
        "timezone": "UTC",
        "serverTime": now,
        "futuresType": "U_MARGINED",
        "rateLimits": limits.describe(),
        "exchangeFilters": [],
        "assets": [
            {"asset": asset, "marginAvailable": True, "autoAssetExchange": "0"} for asset in assets
        ],
        "symbols": described,
    }


def _described(symbol: Symbol) -> dict[str, Any]:
    return {
        "symbol": symbol.name,
        "pair": symbol.name,
        "contractType": "PERPETUAL",
        "deliveryDate": _NEVER,
        "onboardDate": _BEGAN,
        "status": "TRADING",
        "maintMarginPercent": "2.5000",
        "requiredMarginPercent": "5.0000",
        "baseAsset": symbol.base,
        "quoteAsset": symbol.quote,
        "marginAsset": symbol.quote,
        "pricePrecision": places(symbol.tick),
        "quantityPrecision": places(symbol.lot),
        "baseAssetPrecision": _PLACES,
        "quotePrecision": _PLACES,
        "underlyingType": "COIN",
        "underlyingSubType": [],
        "triggerProtect": "0.0500",
        "liquidationFee": "0.000000",
        "marketTakeBound": "0.05",
        "filters": described_filters(symbol),
        "orderTypes": [kind.value for kind in KINDS],
        "timeInForce": list(TIMES),
    }


def leverage_brackets(symbol: Symbol, most: int) -> dict[str, Any]:
    """Return how much leverage there is in a symbol: the same for positions of every size."""
    return {
        "symbol": symbol.name,
        "brackets": [
            {
                "bracket": 1,
                "initialLeverage": most,
                "notionalCap": _LARGEST_POSITION,
                "notionalFloor": 0,
                "maintMarginRatio": amount_text(MAINTENANCE),
                "cum": 0,
            }
        ],
    }
