"""What perpetual contracts can be traded on the practice exchange.

Steps and minima are chosen as they are usual on Binance; the real ones change and differ.
"""

from decimal import Decimal
from typing import Final

import msgspec

from fillgate.market.listings import Amendment
from fillgate.practice.symbols import Symbol

__all__ = ["PERPETUALS", "Perpetual"]


class Perpetual(Symbol, frozen=True):
    """A contract of one unit of the base asset, in steps of price and quantity."""

    @property
    def amendment(self) -> Amendment:
        """What the simulated market has to know."""
        return msgspec.structs.replace(super().amendment, perpetual=True)


def _perpetual(base: str, tick: str, lot: str, least: str) -> Perpetual:
    return Perpetual(base, "USDT", Decimal(tick), Decimal(lot), Decimal(least))


PERPETUALS: Final = (
    _perpetual("BTC", "0.10", "0.001", "100"),
    _perpetual("ETH", "0.01", "0.001", "20"),
    _perpetual("BNB", "0.01", "0.01", "5"),
    _perpetual("SOL", "0.01", "0.01", "5"),
    _perpetual("XRP", "0.0001", "0.1", "5"),
    _perpetual("ADA", "0.0001", "1", "5"),
    _perpetual("LTC", "0.01", "0.001", "20"),
    _perpetual("DOGE", "0.00001", "1", "5"),
)
"""What is listed."""
