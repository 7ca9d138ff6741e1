"""What became of an order that came."""

from enum import Enum

import msgspec

from fillgate.market.matching.orders import Trade

__all__ = ["Matched", "Outcome"]


class Outcome(Enum):
    """How an order that came is left."""

    FILLED = "filled"
    """It is executed in full."""
    RESTS = "rests"
    """What was not executed rests; that may be all of it."""
    ENDED = "ended"
    """It was executed in part, and the rest is gone: it was not to rest."""
    NO_LIQUIDITY = "no-liquidity"
    """All of it is gone: it was not to rest, and nobody was there within its limit."""
    UNFILLABLE = "unfillable"
    """Refused: it was to be executed in full or not at all (FOK), and could not be in full."""
    WOULD_TAKE = "would-take"
    """Refused: it was only to rest (post-only), and would have met somebody."""
    PREVENTED = "prevented"
    """What was not executed is gone, at least in part because it would have met its owner."""


class Matched(msgspec.Struct, frozen=True, gc=False):
    """What came of an order that came.

    All lots that came are in the trades, in `lots`, or in the second numbers of `reduced`.
    """

    outcome: Outcome
    trades: tuple[Trade, ...] = ()
    """In the order in which they happened."""
    lots: int = 0
    """What is left of the order: it rests if the outcome is `RESTS`, else it is gone."""
    prevented: tuple[int, ...] = ()
    """Numbers of the resting orders of its owner that ended because it would have met them."""
    reduced: tuple[tuple[int, int], ...] = ()
    """Resting orders of its owner by number, and how many lots each of them and the order that came
    lost without an execution (`DECREMENT`). Those that had no more are in `prevented` too."""
