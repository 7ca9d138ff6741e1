"""What happens when an order would meet one of its own owner (self-trade prevention)."""

from enum import StrEnum

__all__ = ["SelfTradePrevention"]


class SelfTradePrevention(StrEnum):
    """Which of the two gives way. In brackets what Binance calls it.

    Source: Binance Spot API documentation, "Self Trade Prevention (STP) FAQ".
    """

    NONE = "none"
    """Neither: they are executed (NONE)."""
    CANCEL_NEWEST = "cancel-newest"
    """The one that comes: what is left of it ends (EXPIRE_TAKER)."""
    CANCEL_OLDEST = "cancel-oldest"
    """The one that rests: it ends, and the other goes on (EXPIRE_MAKER)."""
    CANCEL_BOTH = "cancel-both"
    """Both end (EXPIRE_BOTH)."""
    DECREMENT = "decrement"
    """Both lose the lots of the smaller one, unexecuted; so that one ends (DECREMENT)."""
