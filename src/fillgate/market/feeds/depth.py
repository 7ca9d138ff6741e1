"""How deep a made market is: the square-root law of market impact, as a ladder of offers.

A taker of worth Q pays on average `impact * sqrt(Q / DEPTH)` beyond the touch, as a part of the
price. For that the last unit has to cost 3/2 of it, as the integral of `sqrt` shows; so up to a
distance p there is offered, in all,

    DEPTH * (p / (3/2 * impact)) ** 2

Sources: Almgren, Thum, Hauptmann and Li, "Direct Estimation of Equity Market Impact" (2005), who
measure impact as a power of size a little above one half; Toth et al., "Anomalous Price Impact and
the Critical Nature of Liquidity in Financial Markets" (Physical Review X, 2011), who explain the
square root by a latent book whose depth grows in proportion to the distance from the price. That
is the derivative of the above.

Invariants:

1. The first offer is at the touch. It is `FIRST` of `DEPTH`, or what half a tick holds if that is
   more.
2. An offer stands in the middle of a stretch, and holds what the law has for the stretch. Stretches
   touch; they are of one width for a while, then of twice that. So walking the offers costs what
   the law says, within half a stretch for each unit.
3. No offer is of less than a lot.
"""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from math import isqrt
from typing import Final

from fillgate.market.feeds.base import Level

__all__ = ["DEPTH", "ENDLESS", "FIRST", "DepthProfile"]

DEPTH: Final = 1_000_000
"""The worth of an order, in US dollars, that costs the whole of `impact` on average."""

FIRST: Final = Fraction(1, 200)
"""What is offered at the touch, as a part of `DEPTH`."""

ENDLESS: Final = 10**24
"""Lots that are offered at the touch where orders have no impact."""

_STRETCHES_OF_ONE_WIDTH: Final = 32
_ROOT_BITS: Final = 32


class DepthProfile:
    """How much is offered at which distance from the touch."""

    def __init__(self, impact: Decimal, lot_dollars: Decimal) -> None:
        """Set the depth.

        Args:
            impact: what an order worth `DEPTH` pays beyond the touch on average, as a part of the
                price. 0: any quantity is offered at the touch.
            lot_dollars: rough worth of one lot, in US dollars.
        """
        depth = Fraction(DEPTH) / Fraction(lot_dollars)
        self.touch_lots = max(1, int(depth * FIRST))
        """About how much is offered at the touch, also without impact."""
        reach = Fraction(3, 2) * Fraction(impact)
        self._is_endless = not reach
        # The first stretch ends where FIRST has been offered; its other half is beyond the touch.
        self._width = (2 * reach * _root(FIRST)).as_integer_ratio()
        # Distances are counted in half ticks, so that the middle of a stretch is a tick.
        self._density = (depth / (2 * reach) ** 2 if reach else Fraction(0)).as_integer_ratio()

    def lots_at(self, touch: int, offset: int) -> int:
        """Return how much is offered at one tick alone: what the law has for it.

        At the touch that is the whole first offer; without impact nobody queues.

        Args:
            touch: the best price, in ticks.
            offset: from it, in ticks.
        """
        if self._is_endless:
            return 0
        if not offset:
            return next(self.offsets(touch)).lots
        top, bottom = self._density
        # From half a tick before it to half a tick behind it, squared in half ticks.
        return 8 * offset * top // (bottom * touch * touch)

    def offsets(self, touch: int) -> Iterator[Level]:
        """Return the offers as ticks from the touch and lots, nearest first, without end.

        Args:
            touch: the best price, in ticks.
        """
        if self._is_endless:
            yield Level(0, ENDLESS)
            return
        top, bottom = self._width
        width = max(1, touch * top // bottom)
        top, bottom = self._density
        bottom *= touch * touch
        offset, end, offered = 0, width, 0
        while True:
            for _ in range(_STRETCHES_OF_ONE_WIDTH):
                so_far = end * end * top // bottom
                yield Level(offset, so_far - offered or 1)
                offset, end, offered = offset + width, end + 2 * width, so_far
            # The next stretch begins where the last one ended, at a middle of twice the width.
            offset += width // 2
            width *= 2
            end = 2 * offset + width


def _root(part: Fraction) -> Fraction:
    scaled = part.numerator * (1 << 2 * _ROOT_BITS) // part.denominator
    return Fraction(isqrt(scaled), 1 << _ROOT_BITS)
