"""When holders of perpetual contracts pay each other: every eight hours, as at most exchanges.

Longs pay shorts where the rate is above zero, shorts pay longs below. The times are 00:00, 08:00
and 16:00 UTC (documented so by Binance and Bybit).
"""

from typing import Final

__all__ = ["FUNDING_INTERVAL", "next_funding"]

FUNDING_INTERVAL: Final = 8 * 3_600_000_000
"""Microseconds between two payments."""


def next_funding(after: int) -> int:
    """Return the first time of funding after a time, Unix microseconds."""
    return (after // FUNDING_INTERVAL + 1) * FUNDING_INTERVAL
