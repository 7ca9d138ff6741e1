"""Where signals of histories go."""

from typing import Final

__all__ = ["ACCOUNTS", "SYMBOLS"]

ACCOUNTS: Final = ("main", "other")
SYMBOLS: Final = ("BTC/USDT", "ETH/USDT")
