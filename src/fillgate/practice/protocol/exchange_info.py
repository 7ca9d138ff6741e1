"""What can be traded, and by which rules."""

from collections.abc import Iterable
from typing import Any, Final

from fillgate.practice.filters import described_filters
from fillgate.practice.new_order import PREVENTION, Kind
from fillgate.practice.rate_limits import Limits
from fillgate.practice.symbols import Symbol

__all__ = ["exchange_info"]

_PLACES: Final = 8
_CANNOT: Final = (
    "icebergAllowed",
    "opoAllowed",
    "allowTrailingStop",
    "amendAllowed",
    "pegInstructionsAllowed",
    "isMarginTradingAllowed",
)


def exchange_info(symbols: Iterable[Symbol], limits: Limits, now: int) -> dict[str, Any]:
    """Return `exchangeInfo`.

    Args:
        symbols: that are asked for.
        limits: of requests and orders.
        now: Unix milliseconds.
    """
    return {
        "timezone": "UTC",
        "serverTime": now,
        "rateLimits": limits.describe(),
        "exchangeFilters": [],
        "symbols": [_described(symbol) for symbol in symbols],
    }


def _described(symbol: Symbol) -> dict[str, Any]:
    return {
        "symbol": symbol.name,
        "status": "TRADING",
        "baseAsset": symbol.base,
        "baseAssetPrecision": _PLACES,
        "quoteAsset": symbol.quote,
        "quotePrecision": _PLACES,
        "quoteAssetPrecision": _PLACES,
        "baseCommissionPrecision": _PLACES,
        "quoteCommissionPrecision": _PLACES,
        "orderTypes": [kind.value for kind in Kind],
        **dict.fromkeys(_CANNOT, False),
        "ocoAllowed": True,
        "otoAllowed": True,
        "quoteOrderQtyMarketAllowed": True,
        "cancelReplaceAllowed": True,
        "isSpotTradingAllowed": True,
        "filters": described_filters(symbol),
        "permissions": [],
        "permissionSets": [["SPOT"]],
        "defaultSelfTradePreventionMode": next(iter(PREVENTION)),
        "allowedSelfTradePreventionModes": sorted(PREVENTION),
    }
