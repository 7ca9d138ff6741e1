"""What a taker pays beyond the spread: the square-root law of market impact.

The average price of an order is worse than the touch by `impact * sqrt(size / DEPTH)`, where size
is the order's worth in US dollars at the symbol's base price. A buyer pays the touch times one plus
that, a seller gets the touch divided by it; so a price never reaches zero.

Invariants:

1. Never in the taker's favour, and never better for a larger quantity.
2. Rounded to whole ticks, against the taker.
"""

from decimal import Decimal
from math import isqrt
from typing import Final

from fillgate.domain.numbers import multiply
from fillgate.domain.orders import Side
from fillgate.market.quotes import Quote

__all__ = ["DEPTH", "Impact"]

DEPTH: Final = 1_000_000
"""The size of an order, in US dollars, that moves the price by the whole of `impact`."""

# Bits after the point of the square root.
_ROOT_BITS: Final = 32


class Impact:
    """How far orders move the market."""

    def __init__(self, impact: Decimal) -> None:
        """Set the strength.

        Args:
            impact: of an order worth `DEPTH`, as a part of the price.
        """
        self._top, bottom = impact.as_integer_ratio()
        self._scale = bottom << _ROOT_BITS

    def taker_price(self, quote: Quote, side: Side, quantity: Decimal, dollars: Decimal) -> int:
        """Return the average price that a taker gets, in ticks.

        Args:
            quote: the market as it stands.
            side: the taker's.
            quantity: in base units, positive.
            dollars: rough worth of one base unit.
        """
        moved = self._scale + self._top * _root(multiply(quantity, dollars))
        if side is Side.BUY:
            return -(-quote.ask * moved // self._scale)
        return max(1, quote.bid * self._scale // moved)


def _root(size: Decimal) -> int:
    top, bottom = size.as_integer_ratio()
    return isqrt((top << 2 * _ROOT_BITS) // (bottom * DEPTH))
