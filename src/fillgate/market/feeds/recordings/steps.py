"""Prices and quantities of a recording as ticks and lots.

Invariants:

1. What lies between two ticks is rounded against the trader by whoever uses it: both neighbours
   are told. Quantities are rounded down, so that less can be traded.
2. A price is above 0 and at least a tick; a quantity is not below 0.
"""

import functools
from collections.abc import Callable
from decimal import Decimal
from typing import Final, NamedTuple

from fillgate.domain.numbers import decimal_text, parse_decimal
from fillgate.market.feeds.recordings.tape import LARGEST
from fillgate.market.listings import Listing

__all__ = ["Price", "Steps"]

_KEPT: Final = 1 << 16
"""Prices come again and again; so many texts that were read are kept."""


class Price(NamedTuple):
    """A price, exactly and in ticks."""

    value: Decimal
    top: int
    """The price in ticks is top / bottom."""
    bottom: int
    down: int
    """The tick at or below it."""
    up: int
    """The tick at or above it."""

    @property
    def is_rounded(self) -> bool:
        """Whether it lies between two ticks."""
        return self.down != self.up


class Steps:
    """Reads prices and quantities of one symbol."""

    def __init__(self, listing: Listing) -> None:
        """Take the steps of a symbol."""
        self._listing = listing
        self.price: Callable[[str], Price] = functools.lru_cache(_KEPT)(self._price)
        """Reads a price; ValueError says what was expected and found."""
        self.lots: Callable[[str], int] = functools.lru_cache(_KEPT)(self._lots)
        """Reads a quantity, in lots; ValueError says what was expected and found."""

    def _price(self, text: str) -> Price:
        value, tick = parse_decimal(text), self._listing.tick
        (top, bottom), (step, parts) = value.as_integer_ratio(), tick.as_integer_ratio()
        top, bottom = top * parts, bottom * step
        down, up = top // bottom, -(-top // bottom)
        if not 0 < down <= up <= LARGEST:
            raise ValueError(
                f"expected a price from {decimal_text(tick)} on, in steps of that, of at most "
                f"{LARGEST} of them; found {text!r}"
            )
        return Price(value, top, bottom, down, up)

    def _lots(self, text: str) -> int:
        lots, _ = self._listing.lots(parse_decimal(text))
        if not 0 <= lots <= LARGEST:
            raise ValueError(
                f"expected a quantity from 0 on, of at most {LARGEST} lots of "
                f"{decimal_text(self._listing.lot)}; found {text!r}"
            )
        return lots
