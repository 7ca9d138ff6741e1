"""What an OHLCV bar stands for: four prices in an order, each with a quarter of the volume.

A bar does not say when its extremes were, nor how much was traded at them. What follows is a
convention, no knowledge: the open at the beginning of the bar; at a third of it the extreme that is
nearer to the open, the low if both are as near; at two thirds the other extreme; the close a
hundredth before the end. The broker emulator of TradingView goes through a bar in the same order.
"""

from typing import Final, NamedTuple

from fillgate.domain.numbers import subtract
from fillgate.market.feeds.recordings.columns import Field
from fillgate.market.feeds.recordings.steps import Price

__all__ = ["INSTANTS", "Bar", "offsets", "quarters"]

INSTANTS: Final = 4
"""In each bar."""

_BEFORE_THE_END: Final = 100


class Bar(NamedTuple):
    """The prices of one bar."""

    open: Price
    high: Price
    low: Price
    close: Price

    def wrong(self) -> tuple[Field, str] | None:
        """Return which price cannot be, and what would be right; None if all can."""
        open_, high, low, close = (price.value for price in self)
        if high < max(open_, close, low):
            return Field.HIGH, f"expected the highest price of the bar, found {high}"
        if low > min(open_, close):
            return Field.LOW, f"expected the lowest price of the bar, found {low}"
        return None

    def in_order(self) -> tuple[Price, Price, Price, Price]:
        """Return the prices in the order of the convention."""
        rise = subtract(self.high.value, self.open.value)
        fall = subtract(self.open.value, self.low.value)
        if rise < fall:
            return self.open, self.high, self.low, self.close
        return self.open, self.low, self.high, self.close


def offsets(interval: int) -> tuple[int, int, int, int]:
    """Return when the four prices are, from the beginning of a bar that is so long."""
    return 0, interval // 3, interval * 2 // 3, interval - interval // _BEFORE_THE_END


def quarters(lots: int) -> tuple[int, int, int, int]:
    """Return the volume of each price; what cannot be parted evenly is traded at the close."""
    quarter = lots // INSTANTS
    return quarter, quarter, quarter, lots - 3 * quarter
