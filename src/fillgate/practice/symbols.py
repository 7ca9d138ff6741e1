"""What can be traded on the practice exchange.

Steps and minima are chosen as they are usual on Binance; the real ones change and differ.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

import msgspec

from fillgate.market.listings import Amendment
from fillgate.practice.errors import bad_symbol

__all__ = ["SYMBOLS", "Symbol", "Symbols"]


class Symbol(msgspec.Struct, frozen=True):
    """A pair of assets, and the steps in which it is traded."""

    base: str
    quote: str
    tick: Decimal
    lot: Decimal
    least_worth: Decimal = Decimal(5)
    """Of an order, in the quote asset."""

    @property
    def name(self) -> str:
        """Its name in requests."""
        return self.base + self.quote

    @property
    def amendment(self) -> Amendment:
        """What the simulated market has to know."""
        return Amendment(tick=self.tick, lot=self.lot)


def _symbol(base: str, quote: str, tick: str, lot: str, least: str = "5") -> Symbol:
    return Symbol(base, quote, Decimal(tick), Decimal(lot), Decimal(least))


SYMBOLS: Final = (
    _symbol("BTC", "USDT", "0.01", "0.00001"),
    _symbol("ETH", "USDT", "0.01", "0.0001"),
    _symbol("BNB", "USDT", "0.01", "0.001"),
    _symbol("SOL", "USDT", "0.01", "0.001"),
    _symbol("XRP", "USDT", "0.0001", "0.1"),
    _symbol("ADA", "USDT", "0.0001", "0.1"),
    _symbol("LTC", "USDT", "0.01", "0.001"),
    _symbol("DOGE", "USDT", "0.00001", "1"),
    _symbol("BTC", "USDC", "0.01", "0.00001"),
    _symbol("ETH", "BTC", "0.00001", "0.0001", "0.0001"),
)
"""What is listed unless other symbols are given."""


class Symbols:
    """The listed symbols by name."""

    def __init__(self, symbols: Iterable[Symbol] = SYMBOLS) -> None:
        """List these."""
        self.by_name: Mapping[str, Symbol] = {each.name: each for each in symbols}

    def find(self, name: str) -> Symbol:
        """Return a symbol.

        Raises:
            Refused: it is not listed (-1121).
        """
        found = self.by_name.get(name)
        if found is None:
            raise bad_symbol()
        return found

    @property
    def assets(self) -> list[str]:
        """What they are made of."""
        return sorted({each for one in self.by_name.values() for each in (one.base, one.quote)})
