"""Who took in a recorded trade: as it is told, or by the tick rule.

The tick rule: a trade above the price before was bought, one below it sold, one at that price as
the one before. Source: Lee and Ready, "Inferring Trade Direction from Intraday Data" (Journal of
Finance, 1991). The very first one counts as bought.
"""

from collections.abc import Mapping
from typing import Final

from fillgate.domain.orders import Side

__all__ = ["TickRule", "parse_buyer_is_maker", "parse_side"]

_SIDES: Final[Mapping[str, Side | None]] = {
    "buy": Side.BUY,
    "b": Side.BUY,
    "bid": Side.BUY,
    "buy_estimated": Side.BUY,
    "sell": Side.SELL,
    "s": Side.SELL,
    "a": Side.SELL,
    "ask": Side.SELL,
    "sell_estimated": Side.SELL,
    "": None,
    "n": None,
    "none": None,
    "unknown": None,
}
# Where the buyer's order rested, the taker sold.
_TAKERS: Final = {"true": Side.SELL, "1": Side.SELL, "false": Side.BUY, "0": Side.BUY}


def parse_side(text: str) -> Side | None:
    """Return the taker's side as a table of trades names it; None if it is not known there.

    `A` is an ask, as Databento writes a seller.

    Raises:
        ValueError: it is no side.
    """
    try:
        return _SIDES[text.lower()]
    except KeyError:
        raise ValueError(f"expected the taker's side, buy or sell; found {text!r}") from None


def parse_buyer_is_maker(text: str) -> Side:
    """Return the taker's side where a table says whether the buyer was the maker.

    Raises:
        ValueError: it says neither yes nor no.
    """
    try:
        return _TAKERS[text.lower()]
    except KeyError:
        raise ValueError(f"expected true or false, found {text!r}") from None


class TickRule:
    """Guesses who took, from one trade to the next."""

    def __init__(self) -> None:
        """Begin before the first trade."""
        self._before = 0
        self._side = Side.BUY

    def side(self, ticks: int) -> Side:
        """Return who took in the next trade, at this price."""
        if ticks != self._before:
            self._side = Side.BUY if ticks > self._before else Side.SELL
        self._before = ticks
        return self._side
