"""What a venue tells about a market."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

__all__ = ["MarketData"]


class MarketData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A quote for one symbol. Prices in the quote currency, volume in base units."""

    symbol: str
    bid: Decimal | None = None
    ask: Decimal | None = None
    last: Decimal | None = None
    volume: Decimal | None = None
    timestamp: int
    """When the venue said so, Unix milliseconds."""
    extra: Mapping[str, Any] = msgspec.field(default_factory=dict)
    """Whatever else the venue told, as plain JSON values."""
