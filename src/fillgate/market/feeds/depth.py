"""How deep a made market is: the square-root law of market impact, as a ladder of offers.

A taker of worth Q pays on average `impact * sqrt(Q / DEPTH)` beyond the touch. For that the price
at which the Q-th unit is offered has to be 3/2 of it away, so that up to a distance p, as a part of
the price, there is offered

    DEPTH * (p / (3/2 * impact)) ** 2

in all. Sources: Almgren, Thum, Hauptmann and Li, Direct Estimation of Equity Market Impact (2005),
for impact as a power of size near one half; Toth et al., Anomalous Price Impact and the Critical
Nature of Liquidity in Financial Markets (Physical Review X, 2011), for the book whose depth grows in
proportion to the distance, which is the derivative of the above.

Invariants:

1. The first offer is at the touch; its size is `FIRST` of `DEPTH`, or what one tick makes of it.
2. The offers come in steps of equal width, wider further out; each holds what the law has for its
   stretch. So walking them costs what the law says, within a step.
"""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from math import isqrt
from typing import Final

from fillgate.market.feeds.base import Level

__all__ = ["DEPTH", "FIRST", "DepthProfile"]

DEPTH: Final = 1_000_000
"""The worth of an order, in US dollars, that moves the price by the whole of `impact`."""

FIRST: Final = Fraction(1, 200)
"""What is offered at the touch, as a part of `DEPTH`."""

_ENDLESS: Final = 10**24
_STEPS_OF_ONE_WIDTH: Final = 32
_ROOT_BITS: Final = 32


class DepthProfile:
    """How much is offered at which distance from the touch."""

    def __init__(self, impact: Decimal, lot_dollars: Decimal) -> None:
        """Set the depth.

        Args:
            impact: of an order worth `DEPTH`, as a part of the price; 0: endless at the touch.
            lot_dollars: rough worth of one lot, in US dollars.
        """
        reach = Fraction(3, 2) * Fraction(impact)
        depth = Fraction(DEPTH) / Fraction(lot_dollars)
        root = Fraction(isqrt(int(FIRST * (1 << 2 * _ROOT_BITS))), 1 << _ROOT_BITS)
        self._is_endless = not reach
        self._step = (2 * reach * root).as_integer_ratio()
        # Lots up to a distance, in half ticks squared, times the touch squared.
        self._density = (depth / (2 * reach) ** 2).as_integer_ratio() if reach else (0, 1)
        self.touch_lots = max(1, int(depth * FIRST))
        """About how much is offered at the touch."""

    def lots_at(self, touch: int, offset: int) -> int:
        """Return how much is offered at one price alone, so many ticks from the touch.

        At the touch that is the whole first offer.
        """
        if self._is_endless:
            return 0
        if not offset:
            return next(self.offsets(touch)).lots
        top, bottom = self._density
        # From half a tick before it to half a tick behind it.
        return ((2 * offset + 1) ** 2 - (2 * offset - 1) ** 2) * top // (bottom * touch * touch)

    def offsets(self, touch: int) -> Iterator[Level]:
        """Return the offers as ticks from the touch and lots, nearest first.

        Args:
            touch: the best price, in ticks.
        """
        if self._is_endless:
            yield Level(0, _ENDLESS)
            return
        top, bottom = self._step
        step = max(1, touch * top // bottom)
        top, bottom = self._density
        bottom *= touch * touch
        offset, inner, count = 0, 0, 0
        while True:
            outer = 2 * offset + step
            lots = (outer * outer * top) // bottom - (inner * inner * top) // bottom
            yield Level(offset, max(1, lots))
            count += 1
            if count % _STEPS_OF_ONE_WIDTH == 0:
                step *= 2
            inner = outer
            offset = (outer + step) // 2
